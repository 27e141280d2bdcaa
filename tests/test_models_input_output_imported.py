"""Imports taken out of the flows by the proportional assumption."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.models.input_output.imported import split_imports


def _competitive() -> Any:
    demand = pd.DataFrame(
        {"home": [60.0, 90.0], "exports": [20.0, 5.0], "imports": [-20.0, -10.0]}, index=["a", "b"]
    )
    Z = pd.DataFrame([[10.0, 30.0], [20.0, 40.0]], index=["a", "b"], columns=["a", "b"])
    return qn.InputOutputTable(Z, demand, pd.Series([70.0, 75.0], ["a", "b"]))


def test_value_added_and_imports_make_one() -> None:
    found = split_imports(_competitive())
    L = np.linalg.inv(np.eye(2) - found.table.A.to_numpy())
    x = found.table.x.to_numpy()
    assert found.table.imports is not None
    v = found.table.v.to_numpy() / x
    m = found.table.imports.Z.to_numpy().sum(axis=0) / x
    np.testing.assert_allclose(v @ L + m @ L, 1.0, rtol=1e-12)
    assert "Proportional import assumption" in found.notes[0]
    assert "Import shares" in repr(found)


def test_value_added_and_imports_make_one_on_a_real_table() -> None:
    table = qn.load_io("CHN", 2018, imports="included")
    demand = table.final_demand
    imports = next(c for c in demand.columns if (demand[c] <= 0).all() and demand[c].sum() < 0)
    exports = [c for c in demand.columns if "export" in str(c).lower()]
    found = split_imports(table, imports=imports, exports=exports)
    x = found.table.x.to_numpy()
    L = np.linalg.inv(np.eye(len(x)) - found.table.A.to_numpy())
    assert found.table.imports is not None
    content = (found.table.v.to_numpy() + found.table.imports.Z.to_numpy().sum(axis=0)) / x
    np.testing.assert_allclose(content @ L, 1.0, atol=1e-9)


def test_import_splits_refuse_what_does_not_fit() -> None:
    table = _competitive()
    with pytest.raises(qn.DataError, match=r"imports: no column 'import'.*did you mean 'imports'"):
        split_imports(table, imports="import")
    with pytest.raises(qn.DataError, match="are negative"):
        split_imports(table, imports="home")
    with pytest.raises(qn.DataError, match="list is no input-output table"):
        split_imports([[1]])  # type: ignore[arg-type]

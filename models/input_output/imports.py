"""Imports kept apart: what is bought abroad, by product and by use."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.models.input_output.cells import aligned, read_cells

__all__ = ["ImportBlock", "read_imports"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ImportBlock:
    """The imports of a table: products from abroad used as inputs and in final demand.

    Parameters
    ----------
    Z : DataFrame, (products, sectors)
        Imported inputs, in the table's unit.
    final_demand : DataFrame or None, (products, categories)
        Imports for final use; None where the source gives none.

    Examples
    --------
    >>> import pandas as pd
    >>> block = ImportBlock(pd.DataFrame([[5.0, 1.0]], index=["oil"], columns=["a", "b"]))
    >>> block.Z.sum().tolist()
    [5.0, 1.0]
    """

    Z: pd.DataFrame
    final_demand: pd.DataFrame | None = None


def read_imports(data: Any, sectors: pd.Index) -> ImportBlock:
    """Read an import block: an `ImportBlock`, ``(Z, final_demand)``, a mapping, or Z alone.

    Parameters
    ----------
    data : ImportBlock, tuple, mapping, DataFrame or array
        Import matrix, and imports for final use.
    sectors : Index
        Sectors of the table: the columns of the import matrix.

    Returns
    -------
    ImportBlock
        With the columns in the order of the table.

    Raises
    ------
    DataError
        If labels or shape do not fit the table.

    Examples
    --------
    >>> import pandas as pd
    >>> read_imports([[5.0, 1.0]], pd.Index(["a", "b"])).Z.columns.tolist()
    ['a', 'b']
    """
    matrix, demand = _parts(data)
    cells = read_cells(matrix, "imports")
    if cells.values.ndim == 1:
        raise DataError("imports: a vector; expected a matrix of products by sectors")
    if cells.values.shape[1] != len(sectors):
        raise DataError(
            f"imports: {cells.values.shape[1]} columns for {len(sectors)} sectors; "
            "expected one column a sector"
        )
    order = aligned(cells.columns, sectors, "imports: columns")
    values = cells.values if order is None else cells.values[:, order]
    square = values.shape[0] == len(sectors)
    rows = cells.rows if cells.rows is not None else sectors if square else None
    frame = pd.DataFrame(values, index=rows, columns=sectors)
    return ImportBlock(frame, None if demand is None else _demand(demand, frame.index))


def _parts(data: Any) -> tuple[Any, Any]:
    if isinstance(data, ImportBlock):
        return data.Z, data.final_demand
    if isinstance(data, tuple) and len(data) == 2:
        return data
    if isinstance(data, dict):
        if "Z" not in data or set(data) - {"Z", "final_demand"}:
            raise DataError(
                f"imports: keys {sorted(map(str, data))}; expected 'Z' and 'final_demand'"
            )
        return data["Z"], data.get("final_demand")
    return data, None


def _demand(data: Any, products: pd.Index) -> pd.DataFrame:
    cells = read_cells(data, "imports: final demand")
    if len(cells.values) != len(products):
        raise DataError(
            f"imports: final demand has {len(cells.values)} rows for {len(products)} products"
        )
    order = aligned(cells.rows, products, "imports: final demand")
    values = cells.values if order is None else cells.values[order]
    names = cells.columns
    if values.ndim == 1:
        values, names = values[:, None], pd.Index(["final_demand"])
    return pd.DataFrame(values, index=products, columns=names)

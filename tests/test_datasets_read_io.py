"""Tables come through the front door: built, balanced, and refused where they are not."""

import tempfile
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn

from . import made_up_tables as made
from .made_up_tables import F, Row, X, Z


@pytest.mark.parametrize(
    ("layout", "rows"),
    [
        ("quesnay", made.quesnay_rows()),
        ("nbs", made.nbs_rows()),
        ("oecd_icio", made.icio_rows()),
        ("wiod", made.wiod_rows()),
        ("figaro", made.figaro_rows()),
    ],
)
def test_one_file_becomes_a_table(tmp_path: Path, layout: str, rows: list[Row]) -> None:
    table = qn.read_io(made.write_rows(tmp_path / "t.csv", rows), layout=layout)
    np.testing.assert_allclose(table.Z, Z)
    np.testing.assert_allclose(table.x, X)
    np.testing.assert_allclose(table.f, F.sum(axis=1))
    apart = 0.0 if table.taxes is None else table.taxes.Z.to_numpy().sum()
    np.testing.assert_allclose(table.v.sum() + apart, table.f.sum())


def test_a_folder_becomes_a_table(tmp_path: Path) -> None:
    for layout, folder in (
        ("exiobase", made.write_exiobase(tmp_path / "exiobase")),
        ("eora", made.write_eora(tmp_path / "eora")),
    ):
        np.testing.assert_allclose(qn.read_io(folder, layout=layout).x, X)


def test_make_and_use_become_a_table(tmp_path: Path) -> None:
    use = made.write_rows(tmp_path / "use.csv", made.bea_use_rows())
    make = made.write_rows(tmp_path / "make.csv", made.bea_make_rows())
    table = qn.read_io(use, layout="bea", make=make, unit="million dollars", name="USA")
    assert (table.unit, table.name) == ("million dollars", "USA")
    assert table.x.tolist() == [110.0, 90.0]


def test_imports_apart_stay_apart(tmp_path: Path) -> None:
    rows = made.nbs_separate_rows()
    for row, column in ((1, 0), (2, 1)):  # the half of Z that is left over goes to consumption
        row_of_z = Z[column]
        rows[row][3] = F[column, 0] + 0.5 * row_of_z.sum()
    table = qn.read_io(made.write_rows(tmp_path / "t.csv", rows), layout="nbs")
    assert table.imports is not None
    np.testing.assert_allclose(table.imports.Z, 0.5 * Z)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_an_exported_table_comes_back(tmp_path: Path, ending: str) -> None:
    path = qn.export_dataset("io_chn_2018_42_separate", tmp_path / f"t{ending}")
    ours, theirs = qn.load_io("CHN", 2018), qn.read_io(path, unit="100 million yuan")
    np.testing.assert_array_equal(ours.Z, theirs.Z)
    assert ours.imports is not None
    assert theirs.imports is not None
    np.testing.assert_array_equal(ours.imports.Z, theirs.imports.Z)
    np.testing.assert_array_equal(ours.value_added, theirs.value_added)


def test_a_table_that_does_not_balance_is_refused_unless_told(tmp_path: Path) -> None:
    rows = made.quesnay_rows()
    rows[1][3] = 61.0
    path = made.write_rows(tmp_path / "t.csv", rows)
    with pytest.raises(qn.BalanceError, match="'A'"):
        qn.read_io(path)
    assert qn.read_io(path, tolerance=0.02).f["A"] == 71.0


def test_blank_is_refused_or_zero(tmp_path: Path) -> None:
    rows = made.quesnay_rows()
    rows[2][5] = ""
    path = made.write_rows(tmp_path / "t.csv", rows)
    with pytest.raises(qn.DataError, match="row 'B', column 'imports': is empty"):
        qn.read_io(path)
    assert qn.read_io(path, blank="zero").x.tolist() == X.tolist()
    with pytest.raises(qn.DataError, match="'nought' is unknown; expected one of refuse, zero"):
        qn.read_io(path, blank="nought")


def test_embedded_tables_are_tables() -> None:
    table = qn.load_io("CHN", 2018, imports="separate")
    assert table.unit == "100 million yuan"
    assert list(table.sectors)[:2] == ["01", "02"]
    assert table.imports is not None
    inside = qn.load_io("CHN", 2018, imports="included", detail=153)
    assert inside.Z.shape == (153, 153)
    assert inside.name == "China 2018, 153 products, imports inside the flows"
    assert qn.load_io("JPN", 2018).unit == "million US dollars"
    with pytest.raises(qn.DataError, match="pass imports='included'"):
        qn.load_io("CHN", 2015)


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 6), st.sampled_from([",", ";", "\t"]))
def test_any_order_of_rows_and_columns_gives_the_same_table(
    random: Random, n: int, separator: str
) -> None:
    flows = [[random.uniform(0, 100) for _ in range(n)] for _ in range(n)]
    demand = [random.uniform(1, 100) for _ in range(n)]
    output = [sum(row) + use for row, use in zip(flows, demand, strict=True)]
    income = [output[j] - sum(row[j] for row in flows) for j in range(n)]
    down, across = list(range(n)), list(range(n))
    random.shuffle(down)
    random.shuffle(across)
    rows: list[Row] = [["", *(f"s{j}" for j in across), "demand"]]
    rows += [[f"s{i}", *(flows[i][j] for j in across), demand[i]] for i in down]
    rows.append(["income", *(income[j] for j in across), ""])
    with tempfile.TemporaryDirectory() as folder:
        frames = qn.read_io(made.write_rows(Path(folder) / "t.csv", rows, separator=separator))
    labels = [f"s{i}" for i in range(n)]
    assert frames.Z.loc[labels, labels].to_numpy().tolist() == flows
    assert frames.final_demand["demand"].loc[labels].tolist() == demand
    assert frames.value_added.T["income"].loc[labels].tolist() == income

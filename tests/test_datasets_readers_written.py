"""What a table writes is read back as the same table, digit for digit."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn

SECTORS = ["01", "=cmd|' /C calc'!A0", 'a "quoted", b']
RNG = np.random.default_rng(7)


def with_everything(labels: Any = SECTORS, **changes: Any) -> qn.InputOutputTable:
    index = pd.Index(labels) if not isinstance(labels, pd.Index) else labels
    n = len(index)
    flows = pd.DataFrame(RNG.random((n, n)) / 3, index, index)
    demand = pd.DataFrame(RNG.random((n, 2)) + 1, index, ["exports", "households, all"])
    abroad = pd.DataFrame(RNG.random((2, n)) / 9, ["oil", "  chips"], index)
    final = pd.DataFrame(RNG.random((2, 1)), abroad.index, ["home"])
    taxes = pd.DataFrame(RNG.random((1, n)) / 9, ["VAT"], index)
    output = flows.sum(axis=1) + demand.sum(axis=1)
    rest = output - flows.sum() - abroad.sum() - taxes.sum()
    value = pd.DataFrame([0.7 * rest, 0.3 * rest], ["wages", "- surplus"])
    given: dict[str, Any] = {
        "imports": (abroad, final), "taxes": taxes, "unit": "million €", "name": "Z 2018",
        "accounts": pd.DataFrame(RNG.random((2, n)), ["jobs", "CO2"], index), "tolerance": 0.01,
    }  # fmt: skip
    return qn.InputOutputTable(flows, demand, value, output=output, **(given | changes))


def check_same(one: qn.InputOutputTable, other: qn.InputOutputTable) -> None:
    for part in ("Z", "final_demand", "value_added", "accounts", "x", "v"):
        mine, read = getattr(one, part), getattr(other, part)
        if mine is None:
            assert read is None
        elif isinstance(mine, pd.Series):
            pd.testing.assert_series_equal(mine, read, check_exact=True)
        else:
            pd.testing.assert_frame_equal(mine, read, check_exact=True)
    for block in ("imports", "taxes"):
        mine, read = getattr(one, block), getattr(other, block)
        assert (mine is None) == (read is None)
        if mine is not None:
            pd.testing.assert_frame_equal(mine.Z, read.Z, check_exact=True)
            assert (mine.final_demand is None) == (read.final_demand is None)
        if mine is not None and mine.final_demand is not None:
            pd.testing.assert_frame_equal(mine.final_demand, read.final_demand, check_exact=True)
    assert (one.unit, one.name) == (other.unit, other.name)


def written(table: qn.InputOutputTable, path: Path) -> Path:
    if path.suffix == ".csv":
        table.to_csv(path)
    else:
        table.to_excel(path)
    return path


def inputs_only() -> qn.InputOutputTable:
    abroad = pd.DataFrame([[5, 4], [5, 6]], ["a", "b"], ["a", "b"])
    frame = pd.DataFrame([[10, 20], [30, 10]], ["a", "b"], ["a", "b"])
    return qn.InputOutputTable(frame, [70, 60], [50, 60], imports=abroad, unit="t", name="t")


def taxes_alone() -> qn.InputOutputTable:
    frame = pd.DataFrame([[10, 20], [30, 10]], ["a", "b"], ["a", "b"])
    taxes = pd.DataFrame([[10, 10]], ["VAT"], ["a", "b"])
    return qn.InputOutputTable(frame, [70, 60], [50, 60], taxes=taxes, unit="t", name="t")


LEVELS = pd.MultiIndex.from_product(
    [["AUS", "A | B", "", "[x"], ["01", "02"]], names=["country", "sector"]
)
TABLES: dict[str, Callable[[], qn.InputOutputTable]] = {
    "everything": with_everything,
    "bare arrays": lambda: qn.InputOutputTable(
        [[0.1, 0.2], [0.3, 0.1]], [[0.5, 0.2], [0.2, 0.4]], [0.6, 0.7], unit="t", name="t"
    ),
    "two levels": lambda: with_everything(LEVELS),
    "seventy codes of digits": lambda: with_everything([f"{k:03}" for k in range(70)]),
    "imports of inputs only": lambda: inputs_only(),
    "taxes alone": lambda: taxes_alone(),
    "a sector called as a category": lambda: with_everything(["exports", "output", "block"]),
    "embedded": lambda: qn.load_io("CHN", 2018),
}


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("name", TABLES)
def test_a_written_table_is_read_back_as_the_same_table(
    name: str, ending: str, tmp_path: Path
) -> None:
    table = TABLES[name]()
    path = written(table, tmp_path / f"table{ending}")
    read = qn.read_io(path)
    check_same(table, read)
    check_same(table, qn.read_io(written(read, tmp_path / f"again{ending}")))


def test_the_year_and_the_names_of_a_read_table_are_written_too(tmp_path: Path) -> None:
    path = tmp_path / "own 2018.csv"
    path.write_text(
        ",name,01,02,home\n01,Farms,1,2,7\n02,Mills,3,4,3\nwages,,6,4,\n", encoding="utf-8"
    )
    table = qn.read_io(path, year=2018, unit="million yen")
    read = qn.read_io(written(table, tmp_path / "other.csv"), year=2018)
    assert (read.source.year, dict(read.source.names)) == ("2018", {"01": "Farms", "02": "Mills"})
    assert qn.read_io(tmp_path / "other.csv").source.year == "2018"  # as the file tells
    path.write_text(",name,01,02,home\n01,Farms,1,2,7\n02,,3,4,3\nwages,,6,4,\n", "utf-8")
    half = qn.read_io(written(qn.read_io(path), tmp_path / "half.csv"))
    assert "year" not in (tmp_path / "half.csv").read_text("utf-8")
    assert half.source.names["01"] == "Farms"
    assert not half.source.names.get("02")
    told = qn.read_io(tmp_path / "other.csv", unit="billion yen", name="another")
    assert (read.unit, told.unit, told.name) == ("million yen", "billion yen", "another")
    with pytest.raises(qn.DataError, match="no table of the year 2017"):
        qn.read_io(tmp_path / "other.csv", year=2017)


def test_a_written_table_that_went_through_a_spreadsheet_with_decimal_commas(
    tmp_path: Path,
) -> None:
    frame = pd.DataFrame([[1000.5, 2.0], [3.0, 4.0]], ["a", "b"], ["a", "b"])
    table = qn.InputOutputTable(frame, [7.0, 3.0], [6.0, 4.0], unit="t", name="t", strict=False)
    path = tmp_path / "t.csv"
    text = str(table.to_csv()).replace(",", ";")
    path.write_text(re.sub(r"1(\d{3})\.(\d)", r"1.\1,\2", text), "utf-8")
    read = qn.read_io(path, decimal=",", thousands=".", strict=False)
    assert read.Z.to_numpy().tolist() == frame.to_numpy().tolist()


@pytest.mark.parametrize(
    ("labels", "read"),
    [([1, "rest"], ["1", "rest"]), ([True, False], ["True", "False"]), ([2, 10], [2, 10])],
)
def test_labels_are_whole_numbers_again_where_all_were(
    labels: Any, read: Any, tmp_path: Path
) -> None:
    index = pd.Index(labels)
    frame = pd.DataFrame([[1, 2], [3, 4]], index, index)
    path = written(qn.InputOutputTable(frame, [7, 3], [6, 4]), tmp_path / "t.csv")
    assert qn.read_io(path).sectors.tolist() == read


def test_accounts_of_a_file_are_added_to_those_that_were_written(tmp_path: Path) -> None:
    table = with_everything(["01", "02"])
    (tmp_path / "more.csv").write_text("sector,water\n02,5\n01,4\n")
    path = written(table, tmp_path / "t.csv")
    read = qn.read_io(path, accounts=tmp_path / "more.csv")
    assert read.accounts is not None
    assert table.accounts is not None
    assert read.accounts.index.tolist() == ["jobs", "CO2", "water"]
    np.testing.assert_array_equal(read.accounts, [*table.accounts.to_numpy(), [4.0, 5.0]])


def test_an_exported_table_of_many_codes_is_read_back(tmp_path: Path) -> None:
    qn.export_dataset("io_chn_2018_153_included", tmp_path / "one.csv")
    table = qn.read_io(tmp_path / "one.csv")
    assert table.sectors[0] == "001"
    assert table.x.equals(qn.load_io("CHN", 2018, detail=153, imports="included").x)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value_added", "value", r"block 'value' is unknown; write the table again"),
        ("row,block", "row,", "no header 'row, block'"),
        (",column,", ",columns,", "no line 'column'"),
        ("tolerance,1e-06", "tolerance,x", "tolerance 'x' is no share of output"),
        ("b,total", "a,total", "sector 'a' stands twice, at 1 and 2"),
        ("a,total,1,", "a,total,one,", r"row 'a', column 'a': 'one' is no number \(cell C"),
        ("a,total,1,", "a,total,9,", "row 'a': sales and final demand are 18"),
        ("\nb,total", '\n"""b",total', "label '\"b' was changed since it was written"),
    ],
)
def test_a_written_file_that_was_spoilt_is_refused(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    frame = pd.DataFrame([[1, 2], [3, 4]], ["a", "b"], ["a", "b"])
    text = qn.InputOutputTable(frame, [7, 3], [6, 4]).to_csv()
    assert old in text
    path = tmp_path / "spoilt.csv"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(qn.QuesnayError, match=message):
        qn.read_io(path)


def test_a_written_number_that_was_changed_or_a_lost_block_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame([[1, 2], [3, 4]], [1, 2], [1, 2])
    text = qn.InputOutputTable(frame, [7, 3], [6, 4]).to_csv()
    path = tmp_path / "spoilt.csv"
    path.write_text(text.replace("2,total", "2x,total"), encoding="utf-8")
    with pytest.raises(qn.DataError, match=r"sector: '2x' is no number; write the table again"):
        qn.read_io(path)
    kept = [line for line in text.splitlines() if ",total," not in line]
    path.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(qn.DataError, match=r"no total; write the table again"):
        qn.read_io(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("homes", "block", "column 'block' stands twice, at 1 and 5"),
        ("homes", "row", "column 'row' stands twice, at 2 and 5"),
        ("mill,homes", "mill,mill", "column 'mill' stands twice, at 4 and 5"),
        ("total,mill", "total,farm", "row 'total farm' stands twice, at 1 and 2"),
        ("total,mill", "total,mall", "row 'mall' has no column of that name"),
    ],
)
def test_an_exported_table_whose_labels_do_not_fit_is_refused(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    text = "block,row,farm,mill,homes\ntotal,farm,1,2,7\ntotal,mill,3,4,3\nvalue_added,w,6,4,\n"
    path = tmp_path / "t.csv"
    path.write_text(text[: text.index("total")])
    with pytest.raises(qn.DataError, match="no rows under the header"):
        qn.read_io(path)
    path.write_text(text)
    assert qn.read_io(path).x.tolist() == [10, 10]
    path.write_text(text.replace(old, new))
    with pytest.raises(qn.DataError, match=message):
        qn.read_io(path)


def test_a_table_may_have_been_written_as_exact(tmp_path: Path) -> None:
    frame = pd.DataFrame([[1, 2], [3, 4]], ["a", "b"], ["a", "b"])
    text = qn.InputOutputTable(frame, [7, 3], [6, 4], tolerance=0).to_csv()
    path = tmp_path / "exact.csv"
    path.write_text(text, encoding="utf-8")
    for table in (text, qn.read_io(path).to_csv()):
        assert "\ntolerance,0" in table


def test_a_line_of_labels_that_says_nothing_is_passed_over(tmp_path: Path) -> None:
    frame = pd.DataFrame([[1, 2], [3, 4]], ["a", "b"], ["a", "b"])
    text = qn.InputOutputTable(frame, [7, 3], [6, 4]).to_csv()
    assert text.splitlines()[3].startswith("labels,")
    lines = [("labels,sector" if line.startswith("labels,sector") else line)
             for line in text.splitlines()]  # fmt: skip
    path = tmp_path / "less.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert list(qn.read_io(path).sectors) == ["a", "b"]


@pytest.mark.parametrize(("limit", "most"), [("MOST_ROWS", 22), ("MOST_COLUMNS", 8)])
def test_a_table_too_large_for_a_sheet_is_refused(
    limit: str, most: int, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(f"quesnay.models.input_output.written.{limit}", most)
    with pytest.raises(qn.DataError, match=r"exceed an Excel sheet; write \.csv"):
        with_everything().to_excel(tmp_path / "large.xlsx")
    monkeypatch.setattr(f"quesnay.models.input_output.written.{limit}", most + 1)
    assert with_everything().to_excel(tmp_path / "large.xlsx").is_file()

"""Malformed tables of users: each is refused with one clear line that names the place."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import quesnay as qn

from .made_up_tables import (
    Row,
    bea_make_rows,
    bea_use_rows,
    figaro_flat_rows,
    figaro_rows,
    icio_rows,
    nbs_rows,
    nbs_separate_rows,
    quesnay_rows,
    wiod_rows,
    write_eora,
    write_exiobase,
    write_rows,
)
from .refusals import refused

Edit = Callable[[list[list[Any]]], object]


def put(row: int, column: int, value: object) -> Edit:
    def edit(rows: list[list[Any]]) -> None:
        rows[row][column] = value

    return edit


def drop_column(column: int) -> Edit:
    return lambda rows: [row.pop(column) for row in rows]


GRIDS: list[tuple[str, Sequence[Row], Edit, str]] = [
    ("quesnay", quesnay_rows(), put(1, 2, "n.a."), "row 'A', column 'B': 'n.a.' is no number"),
    ("quesnay", quesnay_rows(), put(1, 2, "nan"), "row 'A', column 'B': 'nan' is no number"),
    ("quesnay", quesnay_rows(), put(1, 2, "inf"), "row 'A', column 'B': 'inf' is no number"),
    ("quesnay", quesnay_rows(), put(1, 2, "1_0"), "row 'A', column 'B': '1_0' is no number"),
    ("quesnay", quesnay_rows(), put(1, 2, "1 000"), "row 'A', column 'B': '1 000' is no number"),
    ("quesnay", quesnay_rows(), put(1, 2, ""), "row 'A', column 'B': is empty"),
    ("quesnay", quesnay_rows(), put(1, 3, "x"), "row 'A', column 'consumption': 'x' is no"),
    ("quesnay", quesnay_rows(), put(3, 1, ""), "row 'wages', column 'A': is empty"),
    ("quesnay", quesnay_rows(), put(1, 6, "?"), "row 'A', column 'output'"),
    ("quesnay", quesnay_rows(), put(2, 0, "A"), "row 'A' stands twice, at 1 and 2"),
    ("quesnay", quesnay_rows(), put(0, 2, "A"), "column 'A' stands twice, at 1 and 2"),
    ("quesnay", quesnay_rows(), put(2, 0, ""), "row 2 has no label"),
    ("quesnay", quesnay_rows(), put(0, 2, ""), "column 2 has no label"),
    ("quesnay", quesnay_rows(), put(2, 0, "Bee"), "label a sector alike in both"),
    ("quesnay", quesnay_rows(), lambda r: r[3].pop(), "has 6 cells; 7 expected"),
    ("quesnay", quesnay_rows(), lambda r: r[3].append(1), "has 8 cells; 7 expected"),
    ("quesnay", quesnay_rows(), lambda r: r.__delitem__(slice(1, None)), "no rows under the"),
    ("quesnay", quesnay_rows(), lambda r: r.__delitem__(slice(3, None)), "no row of value added"),
    ("quesnay", [["s", "A"], ["A", 1.0], ["v", 1.0]], put(0, 0, "s"), "no column of final"),
    ("quesnay", [["s", "A", "f"], ["B", 1.0, 2.0]], put(0, 0, "s"), "no label stands in a row"),
    ("nbs", nbs_rows(), put(1, 8, "XX"), "no row with product codes and GO found"),
    ("nbs", nbs_rows(), put(1, 4, "FU999"), "column 'FU999' is neither a sector"),
    ("nbs", nbs_rows(), put(3, 0, "01"), "row '01' stands twice"),
    ("nbs", nbs_rows(), put(1, 2, "01"), "column '01' stands twice"),
    ("nbs", nbs_rows(), put(2, 1, "..."), "row '01', column '01': '...' is no number"),
    ("nbs", nbs_rows(), put(5, 1, ""), "row 'VA001', column '01': is empty"),
    ("nbs", nbs_rows(), put(3, 0, "03"), "column '02' is neither a sector .no row has that"),
    ("nbs", nbs_separate_rows(), put(4, 0, "M03"), "rows D.., M.. and columns differ: 02, 03"),
    ("nbs", nbs_separate_rows(), put(6, 0, "VA009"), "VA002 not found"),
    ("nbs", nbs_separate_rows(), put(2, 2, "-"), "row 'D02', column '02': '-' is no number"),
    ("oecd_icio", icio_rows(), put(2, 0, "CHN_B06"), "row 'CHN_B06' is neither|column 'CHN_B05'"),
    ("oecd_icio", icio_rows(), put(4, 0, "VAT"), "row 'VAT' is neither a sector"),
    ("oecd_icio", icio_rows(), put(0, 3, "AUS_X"), "column 'AUS_X' is neither a sector"),
    ("oecd_icio", icio_rows(), put(1, 1, "x"), "column 'AUS_A01_02': 'x' is no number"),
    ("oecd_icio", icio_rows(), drop_column(2), "row 'CHN_B05' is neither"),
    ("wiod", wiod_rows(), put(6, 4, ""), "row 'AUS_A01', column 'AUS_A01': is empty"),
    ("wiod", wiod_rows(), put(7, 2, "AUT"), "'ROW_C10-C12' is neither|'AUT_C10-C12' is neither"),
    ("wiod", wiod_rows(), put(10, 0, "VAX"), "row 'VAX' is neither a sector"),
    ("wiod", wiod_rows(), lambda r: r.__delitem__(slice(0, 6)), "no header row|no label stands"),
    ("figaro", figaro_rows(), put(2, 0, "FIGW1_X"), "'FIGW1_X' is neither|'FIGW1_B' is neither"),
    ("figaro", figaro_rows(), put(0, 3, "AT_Q1"), "column 'AT_Q1' is neither"),
    ("figaro", figaro_rows(), put(1, 1, "c"), "row 'AT_A01', column 'AT_A01': 'c' is no"),
    ("figaro", figaro_flat_rows(), lambda r: r.append(r[3]), "line 22: AT_A01, AT_P3_S14 twice"),
    ("figaro", figaro_flat_rows(), put(1, 6, "c"), "line 2: 'c' is no finite number"),
    ("figaro", figaro_flat_rows(), lambda r: r[2].pop(), "line 3: 7 cells expected"),
]


@pytest.mark.parametrize(("layout", "rows", "edit", "message"), GRIDS)
def test_grids(tmp_path: Path, layout: str, rows: Sequence[Row], edit: Edit, message: str) -> None:
    changed = [list(row) for row in rows]
    edit(changed)
    path = write_rows(tmp_path / "t.csv", changed)
    refused(lambda: qn.read_io(path, layout=layout), message)


def rewrite(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


FOLDERS: list[tuple[str, str, str | None, str, str]] = [
    ("exiobase", "Z.txt", "20.0", "x", "row 'AT_Wheat', column 'WW_Steel': 'x' is no number"),
    ("exiobase", "Z.txt", "WW\tSteel", "AT\tWheat", "row 'AT_Wheat' stands twice"),
    ("exiobase", "Z.txt", "WW\tSteel", "WW\tIron", "Z.txt: rows and columns differ"),
    ("exiobase", "Z.txt", None, "", "A.txt: no such file"),
    ("exiobase", "Y.txt", None, "", "Y.txt: no such file"),
    ("exiobase", "Y.txt", "WW\tSteel", "WW\tIron", "rows of Z.txt and Y.txt differ"),
    ("exiobase", "satellite/F.txt", None, "", "neither factor_inputs/F.txt nor satellite/F.txt"),
    ("exiobase", "satellite/F.txt", "Wheat", "Rye", "other columns than Z.txt"),
    ("exiobase", "satellite/F.txt", "40.0", "", "column 'AT_Wheat': is empty"),
    ("eora", "Eora26_2015_bp_T.txt", "20.0", "x", "column 'ROW_TOTAL': 'x' is no number"),
    ("eora", "Eora26_2015_bp_T.txt", None, "", "0 files ending in _T.txt"),
    ("eora", "Eora26_2015_bp_FD.txt", "60.0\t", "", "2 lengths of rows"),
    ("eora", "labels_T.txt", "ROW", "AUT", "2 x 2 numbers|stands twice|AUT"),
    ("eora", "labels_T.txt", None, "", "labels_T.txt: no such file"),
    ("eora", "labels_VA.txt", "Surplus", "Compensation", "stands twice, at 1 and 2"),
    ("eora", "labels_FD.txt", "\tFinal demand\tFixed\t", "", "line 2: 4 columns expected"),
]


@pytest.mark.parametrize(("layout", "file", "old", "new", "message"), FOLDERS)
def test_folders(
    tmp_path: Path, layout: str, file: str, old: str | None, new: str, message: str
) -> None:
    write = {"exiobase": write_exiobase, "eora": write_eora}[layout]
    folder = write(tmp_path / layout)
    if old is None:
        (folder / file).unlink()
    else:
        rewrite(folder, file, old, new)
    if (layout, old, new) == ("eora", "ROW", "AUT"):
        rewrite(folder, file, "TOTAL", "Farming")
    refused(lambda: qn.read_io(folder, layout=layout), message)


BEA: list[tuple[str, Edit, str]] = [
    ("use", put(4, 2, "x"), "row '11', column '11': 'x' is no number"),
    ("use", put(5, 0, "11"), "row '11' stands twice, at 1 and 2"),
    ("use", put(8, 0, "V009"), "no row V001 of value added"),
    ("use", put(2, 5, "21"), "column '21' stands twice, at 2 and 4"),
    ("use", put(4, 5, 90.0), "product '11': supply 100 is not use 120"),
    ("use", put(2, 2, "12"), "industries differ from the use table's: 11, 12"),
    # without V002 all adds up; no roles can be told to a layout that asks for V001 and V003
    ("use", lambda r: r[8].__setitem__(slice(2, 4), [45.0, 25.0]), "'11'.* a recorded warning$"),
    ("make", put(1, 4, "Scrap"), "commodities differ from the use table's: Other, Scrap"),
    ("make", put(3, 2, "?"), "row '11', column '11': '.' is no number"),
    ("make", lambda r: r.__delitem__(slice(1, 3)), "no header row found"),
]


@pytest.mark.parametrize(("which", "edit", "message"), BEA)
def test_bea(tmp_path: Path, which: str, edit: Edit, message: str) -> None:
    tables = {"use": bea_use_rows(), "make": bea_make_rows()}
    edit(tables[which])
    use = write_rows(tmp_path / "use.csv", tables["use"])
    make = write_rows(tmp_path / "make.csv", tables["make"])
    refused(lambda: qn.read_io(use, layout="bea", make=str(make)), message)


def test_bea_without_make_table(tmp_path: Path) -> None:
    use = write_rows(tmp_path / "use.csv", bea_use_rows())
    refused(lambda: qn.read_io(use, layout="bea"), "needs the make table too: pass make=")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.pdf", b"x", "kind '.pdf' not read"),
        ("t", b"x", "kind 'none' not read"),
        ("t.xlsx", b"x", "no readable workbook"),
        ("t.xlsx", b"PK\x03\x04 broken", "no readable workbook"),
        ("t.csv", b"\xff\xfe\x00", "not in the encoding 'utf-16' that its first bytes announce"),
        ("t.csv", b"", "no header row found"),
        ("t.csv", b'a,b\n"x,1\n' * 9, "no label stands in a row"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(lambda: qn.read_io(path), message)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: qn.read_io(p / "absent.csv"), "absent.csv: no such file"),
        (lambda p: qn.read_io(p), "a folder, not a file"),
        (lambda p: qn.read_io(p / "absent", layout="eora"), "is a folder"),
        (lambda p: qn.read_io(p / "absent", layout="exiobase"), "is a folder"),
        (lambda p: qn.read_io(p, layout="eurora"), "did you mean 'eora'"),
    ],
)
def test_paths_and_layouts(tmp_path: Path, call: Callable[[Path], object], message: str) -> None:
    refused(lambda: call(tmp_path), message)


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "t.xlsx", quesnay_rows())
    refused(lambda: qn.read_io(path, sheet="2016"), "no sheet '2016'; did you mean '2017'")


def test_a_truth_value_is_no_number(tmp_path: Path) -> None:
    rows = quesnay_rows()
    rows[1][2] = True
    refused(lambda: qn.read_io(write_rows(tmp_path / "t.xlsx", rows)), "'True' is no number")


def test_at_least_sixty_malformed_tables_are_tried() -> None:
    assert len(GRIDS) + len(FOLDERS) + len(BEA) >= 60

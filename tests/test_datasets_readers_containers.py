"""Texts become rows of cells: separators, quotation marks, ends of lines, long lines of numbers."""

import gzip
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quesnay.datasets.readers import containers
from quesnay.datasets.readers.containers import (
    PackedRow,
    Sheet,
    check_once,
    check_proportion,
    label,
    open_book,
    plain_numbers,
)
from tests.refusals import refused


def sheet_of(folder: Path, text: str | bytes, name: str = "t.csv") -> Sheet:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return open_book(path).sheet()


def rows_of(sheet: Sheet) -> list[list[Any]]:
    return [[row[k] for k in range(len(row))] for row in sheet.rows]


# ---- sheets --------------------------------------------------------------------------------------


def test_cells_beyond_a_row_are_empty_and_labels_are_one_line() -> None:
    sheet = Sheet("t.xlsx", "S", [["a", 7.0, 7.5], [" two \n lines "], [], ["", "  "]])
    assert sheet.title == "t.xlsx[S]"
    assert Sheet("t.csv", "", []).title == "t.csv"
    assert [sheet.cell(0, k) for k in (1, 3)] == [7.0, ""]
    assert sheet.texts(0) == ["a", "7", "7.5"]
    assert sheet.texts(0, 2) == ["a", "7"]
    assert sheet.texts(1, 5) == ["two lines"]
    assert sheet.filled() == [0, 1]
    assert label("\ufefffarm\u200b") == "farm"
    assert label(-3.0) == "-3"


def test_heads_are_the_first_rows_that_hold_something() -> None:
    packed = PackedRow(["x"], np.array([1.0, 2.0]))
    sheet = Sheet("t", "", [[""], ["a"], packed, ["", "b", "c"], ["d"]])
    assert list(sheet.heads(1)) == [(1, ["a"])]
    assert list(sheet.heads(2)) == [(1, ["a"])]  # a long line of numbers is a row
    assert list(sheet.heads(3)) == [(1, ["a"]), (3, ["", "b", "c"])]
    assert list(sheet.heads(9, 1)) == [(1, ["a"]), (4, ["d"])]
    assert sheet.filled() == [1, 2, 3, 4]
    assert (len(packed), packed[0], packed[1], packed[2]) == (3, "x", 1.0, 2.0)


@pytest.mark.parametrize(
    ("row", "column", "address"),
    [(0, 0, "A1"), (4, 25, "Z5"), (9, 26, "AA10"), (0, 51, "AZ1"), (0, 52, "BA1"), (0, 701, "ZZ1"),
     (0, 702, "AAA1")],
)  # fmt: skip
def test_cells_have_the_addresses_of_a_spreadsheet(row: int, column: int, address: str) -> None:
    assert Sheet("t", "", []).address(row, column) == address


def test_a_label_that_stands_twice_is_told_with_both_places() -> None:
    check_once([("a", 1), ("b", 2)], "row", "t")
    refused(
        lambda: check_once([("a", 1), ("b", 2), ("a", 5)], "row", "t"),
        "t: row 'a' stands twice, at 1 and 5",
    )


# ---- texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "delimiter", "rows"),
    [
        ("a,b\n1,2\n", ",", [["a", "b"], ["1", "2"]]),
        ("a;b\n1,5;2,5\n", ";", [["a", "b"], ["1,5", "2,5"]]),
        ("a\tb, c; d\n1\t2\n", "\t", [["a", "b, c; d"], ["1", "2"]]),
        ("Use\tof goods\na,b,c\n", ",", [["Use\tof goods"], ["a", "b", "c"]]),
        ("a|b\n1|2\n", "|", [["a", "b"], ["1", "2"]]),
        ('"a;b",c,d\n1,2,3\n', ",", [["a;b", "c", "d"], ["1", "2", "3"]]),
        ("a,b;c\nd,e\nf,g\n", ",", [["a", "b;c"], ["d", "e"], ["f", "g"]]),
        ("a;b,c\nd;e\n", ";", [["a", "b,c"], ["d", "e"]]),  # as many on every line
        ("a,1;b,1\n1,5;2,5\n", ";", [["a,1", "b,1"], ["1,5", "2,5"]]),
        ("a;b,c;d\ne,f;g,h\n", ";", [["a", "b,c", "d"], ["e,f", "g,h"]]),  # as many of both
        ("a,1\r\nb,2\rc,3\n", ",", [["a", "1"], ["b", "2"], ["c", "3"]]),
        ('a,"two\nlines"\nb,c\n', ",", [["a", "two\nlines"], ["b", "c"]]),
        ('a,"say ""so"""\n', ",", [["a", 'say "so"']]),
        ("a,b", ",", [["a", "b"]]),
        # of the first twenty lines
        ("a,b\n" * 20 + ";" * 30, ",", [*([["a", "b"]] * 20), [";" * 30]]),
        ("a,b\n" * 19 + ";" * 30, ";", [*([["a,b"]] * 19), [""] * 31]),
        ("\n\na,b\n", ",", [[], [], ["a", "b"]]),
    ],
)
def test_a_text_is_parted_at_its_separator(
    tmp_path: Path, text: str, delimiter: str, rows: list[list[str]]
) -> None:
    sheet = sheet_of(tmp_path, text)
    assert sheet.delimiter == delimiter
    assert rows_of(sheet) == rows


def test_a_quotation_mark_that_stays_open_takes_fifty_lines_at_most(tmp_path: Path) -> None:
    lines = [f"line {k}" for k in range(60)]
    sheet = sheet_of(tmp_path, 'a,"open\n' + "\n".join(lines) + "\n")
    assert len(sheet.rows) == 11
    assert sheet.cell(0, 1) == "\n".join(["open", *lines[:50]])
    assert sheet.cell(1, 0) == "line 50"


@pytest.mark.parametrize("cells", [63, 64])
def test_long_lines_of_numbers_are_read_at_once(tmp_path: Path, cells: int) -> None:
    line = ",".join(["farm", *map(str, range(cells - 1))])
    (row,) = sheet_of(tmp_path, line + "\n").rows
    assert isinstance(row, PackedRow) is (cells == 64)
    assert len(row) == cells
    assert [row[0], float(row[cells - 1])] == ["farm", cells - 2]


@pytest.mark.parametrize(
    ("labels", "cell", "delimiter", "packed"),
    [
        (["a"] * 6, "1", ",", True), (["a"] * 7, "1", ",", False), ([], "1.5", ",", True),
        ([" a "], "1e3", ",", True), (["a"], "1_0", ",", False), (["a"], "nan", ",", False),
        (["a"], "inf", ",", False), (["a"], "\u0661", ",", False), (["a"], "", ",", False),
        (["a"], "12.345", ",", True), (["a"], "12.345", ";", False),  # thousands, perhaps
        (["a"], "12.34", ";", True), (["a"], "0.345", ";", True), (["a"], "12", ";", True),
        (["a"], "1.2345", ";", True), (['"a"'], "1", ",", False),
    ],
)  # fmt: skip
def test_only_plain_numbers_behind_a_few_labels_are_read_at_once(
    tmp_path: Path, labels: list[str], cell: str, delimiter: str, packed: bool
) -> None:
    line = delimiter.join([*labels, *[cell] * 70])
    (row,) = sheet_of(tmp_path, line + "\n").rows
    assert isinstance(row, PackedRow) is packed
    assert len(row) == len(labels) + 70
    if isinstance(row, PackedRow):
        assert row.labels == [one.strip() for one in labels]
        assert row.values.tolist() == [float(cell)] * 70


def test_labels_may_be_more_on_a_later_line(tmp_path: Path) -> None:
    lines = [",".join([*["a"] * k, *["1"] * (80 - k)]) for k in (1, 3, 2)]
    rows: list[Any] = sheet_of(tmp_path, "\n".join(lines) + "\n").rows
    assert [len(row.labels) for row in rows] == [1, 3, 3]  # at least those of the line before
    lines = [",".join([*["a"] * k, *["1"] * (80 - k)]) for k in (1, 6, 7)]
    rows = sheet_of(tmp_path, "\n".join(lines) + "\n").rows
    assert [isinstance(row, PackedRow) for row in rows] == [True, True, False]


def test_a_line_of_too_many_cells_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "_WIDEST", 5)
    assert len(sheet_of(tmp_path, "a,b,c,d,e\n").rows[0]) == 5
    said = "t.csv: a line has 6 cells, no table has more than 5; check separator and ends of lines"
    refused(lambda: sheet_of(tmp_path, "a,b,c,d,e,f\n"), said)


@pytest.mark.parametrize(
    ("packed", "size", "bomb"),
    [
        (1 << 30, 1 << 31, False), (1 << 30, (1 << 31) + 1, True),  # 2 GiB
        (1, 1 << 28, False), (1, (1 << 28) + 1, True),  # 256 MiB
        (1 << 20, 400 << 20, False), (1 << 20, (400 << 20) + 1, True),  # 400 fold
    ],
)  # fmt: skip
def test_what_is_out_of_all_proportion_is_a_bomb(packed: int, size: int, bomb: bool) -> None:
    if bomb:
        said = f"t.gz: {packed:,} bytes would unpack to {size:,}; refused as a zip bomb"
        refused(lambda: check_proportion("t.gz", packed, size), said)
    else:
        check_proportion("t.gz", packed, size)


def test_numbers_in_plain_signs_are_numbers() -> None:
    found = plain_numbers("1;2.5;-3e2", ";")
    assert found is not None
    assert found.tolist() == [1.0, 2.5, -300.0]
    assert [plain_numbers(text, ",") for text in ("1,x", "1_0", "\u0661", "1,inf", "")] == [
        None
    ] * 5


# ---- kinds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("t.csv", b"PK\x03\x04x", "a workbook or zip archive, in spite of its name; name it .xlsx"),
        ("t.csv", bytes.fromhex("d0cf11e0a1b11ae1"), "an old workbook, in spite of its name; name"),
        ("t.csv", b"\x1f\x8bx", "packed by gzip, in spite of its name; name it .gz"),
        ("t.csv", b"%PDF-1.4", "a PDF page, in spite of its name; fetch the table itself"),
        ("t.csv", b"version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS"),
        ("t.csv", b"\xef\xbb\xbf \n<!doctype html>", "a web page, in spite of its name; fetch"),
        ("t.csv", b"<HTML>", "a web page, in spite of its name"),
        ("t.xls", b"  <html><table>", "t.xls: a web page .HTML or XML., not a workbook"),
        ("t.doc", b"x", "t.doc: kind '.doc' not read; expected one of .csv, .txt, .tsv, .tab"),
        ("t", b"x", "t: kind 'none' not read"),
    ],
)
def test_a_file_of_another_kind_is_told_what_it_is(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    refused(lambda: sheet_of(tmp_path, data, name), said)


def test_a_folder_and_nothing_are_no_file(tmp_path: Path) -> None:
    refused(lambda: open_book(tmp_path), "a folder, not a file")
    refused(lambda: open_book(tmp_path / "t.csv"), "t.csv: no such file")


def test_a_packed_text_without_a_kind_is_separated_values(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, gzip.compress(b"a,b\n", mtime=0), "t.gz")
    assert rows_of(sheet) == [["a", "b"]]
    tabs = sheet_of(tmp_path, gzip.compress(b"a\tb\n", mtime=0), "t.tsv.gz")
    assert rows_of(tabs) == [["a", "b"]]


def test_the_member_of_an_archive_is_named_and_chosen_by_what_its_name_holds(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in/a 2017.csv", "a,7\n")
        archive.writestr("in/a 2018.csv", "a,8\n")
        archive.writestr("__MACOSX/in/._a 2018.csv", "x")
        archive.writestr("notes.pdf", "x")
    book = open_book(path, hint="2018")
    assert (book.name, book.member, book.kind) == ("t.zip/in/a 2018.csv", "in/a 2018.csv", ".csv")
    assert rows_of(book.sheet()) == [["a", "8"]]
    assert book.sheets == [""]
    said = r"t.zip: 2 files in the archive that could be the table \(in/a 2017.csv, in/a 2018.csv\)"
    refused(lambda: open_book(path), said)
    refused(lambda: open_book(path, hint="2016"), said)
    refused(lambda: book.sheet("Use"), "t.zip/in/a 2018.csv: no sheet 'Use': it is one table; drop")

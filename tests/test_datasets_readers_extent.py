"""How far the cells of a binary sheet reach, from records written byte by byte."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

import quesnay as qn
from quesnay.datasets.readers.archive import check_extent
from tests.refusals import refused


def _record(kind: int, data: bytes) -> bytes:
    """Return a record of BIFF12: kind and size in groups of seven bits (MS-XLSB 2.1.4)."""
    sizes, left = b"", len(data)
    while True:
        sizes += bytes([left & 0x7F | (0x80 if left > 0x7F else 0)])
        left >>= 7
        if not left:
            return bytes([kind]) + sizes + data


def _row(number: int) -> bytes:
    return _record(0, struct.pack("<II", number, 7) + b"\0" * 196)  # its size takes two groups


def _cell(column: int, kind: int = 5) -> bytes:
    return _record(kind, struct.pack("<II", column, 7) + b"\0" * 8)


def _book(*sheets: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, data in enumerate(sheets, start=1):
            archive.writestr(f"xl/worksheets/sheet{number}.bin", data)
    return buffer.getvalue()


def test_errors_of_a_binary_sheet_are_found_where_they_stand() -> None:
    sheet = _row(2) + _cell(0) + _cell(3, kind=3) + _row(7) + _cell(1, kind=11)
    found = check_extent("a.xlsb", ".xlsb", _book(b"", sheet), 1)
    assert set(found) == {(2, 3), (7, 1)}
    assert check_extent("a.xlsb", ".xlsb", _book(_row(0) + _cell(0)), 0) == {}


def test_a_binary_cell_at_the_far_corner_is_refused() -> None:
    sheet = _row(1_048_575) + _cell(16_383)
    said = "a.xlsb: a cell in row 1,048,576, column 16,384 makes the sheet 1,048,576 x 16,384 cells"
    refused(lambda: check_extent("a.xlsb", ".xlsb", _book(sheet + _cell(2)), 0), said)
    other = _row(1_048_575) + _cell(16_383, kind=12)  # the first record after those of cells
    assert check_extent("a.xlsb", ".xlsb", _book(other), 0) == {}


@pytest.mark.parametrize("data", [_book(), _book(_row(0)[:-300] + b"\x00"), b"no archive"])
def test_a_broken_binary_sheet_is_no_workbook(data: bytes) -> None:
    refused(lambda: check_extent("a.xlsb", ".xlsb", data, 0), "no readable workbook")


def test_a_kind_that_is_not_known_has_no_extent() -> None:
    assert check_extent("a.txt", ".txt", b"", 0) == {}


def test_errors_of_an_old_sheet_are_found_where_they_stand() -> None:
    # BOOLERR of BIFF8: record 0x0205, 8 bytes: row, column, format, code, 1 for an error
    cell = struct.pack("<HHHHHBB", 0x0205, 8, 4, 2, 15, 0x07, 1)
    assert set(check_extent("a.xls", ".xls", b"xx" + cell, 0)) == {(4, 2)}


def test_records_that_are_no_cells_and_numbers_of_full_length_are_passed_over() -> None:
    other = bytes([0x94, 0x81]) + b"\x80\x80\x80\x80"  # both of all their groups; a size of zero
    assert set(check_extent("a.xlsb", ".xlsb", _book(_row(1) + other + _cell(2, kind=3)), 0)) == {
        (1, 2)
    }


def test_of_a_long_sheet_the_rows_alone_are_looked_at() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", '<workbook><sheet name="a" r:id="rId1"/></workbook>')
        link = '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
        archive.writestr("xl/_rels/workbook.xml.rels", link)
        cells = '<row r="7"><c r="B7" t="e"><v>#N/A</v></c></row>'
        archive.writestr("xl/worksheets/sheet1.xml", cells + " " * (1 << 26))
    assert check_extent("a.xlsx", ".xlsx", buffer.getvalue(), 0) == {(6, 1): "#N/A"}


@pytest.mark.parametrize("first", [bytes.fromhex("d0cf11e0a1b11ae1"), b"sector\tfarm"])
def test_what_an_old_workbook_does_not_hold_is_refused(tmp_path: Path, first: bytes) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(first + b"\0" * 600)
    said = r"a.xls: no readable workbook \(cut short, or no .xls file\)"
    refused(lambda: qn.read_io(path), said)
    if len(first) == 8:  # sectors of 512 bytes, whole but empty
        path.write_bytes(first + b"\0" * 1016)
        refused(lambda: qn.read_io(path), r"a.xls: no readable workbook \((?!cut short)")


def _document(*sheets: str) -> bytes:
    """Return an open document: sheets of rows and cells, as LibreOffice writes them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        tables = "".join(f'<table:table table:name="s">{sheet}</table:table>' for sheet in sheets)
        archive.writestr("content.xml", f"<office:body>{tables}</office:body>")
    return buffer.getvalue()


def test_the_cells_of_an_open_document_are_counted_with_their_repetitions() -> None:
    error = '<table:table-cell office:value-type="string" calcext:value-type="error"/>'
    number = '<table:table-cell office:value-type="float" office:value="1"/>'
    row = '<table:table-row table:style-name="a">'
    end = "</table:table-row>"
    sheet = (
        f'<table:table-row table:number-rows-repeated="3"><table:table-cell/>{end}{row}'
        f'{number}<table:covered-table-cell table:number-columns-repeated="4"/>{error}{number}'
        f"{end}{row}{error}{end}"
    )
    wrong = {(3, 5): "an error", (4, 0): "an error"}
    assert check_extent("a.ods", ".ods", _document(sheet), 0) == wrong
    assert check_extent("a.ods", ".ods", _document(row + error + end, sheet), 1) == wrong
    assert check_extent("a.ods", ".ods", _document(sheet, row + number + end), 1) == {}


@pytest.mark.parametrize(("rows", "columns"), [(2_499, 10_000), (2_500, 10_000)])
def test_an_open_document_of_more_than_25_million_cells_is_refused(rows: int, columns: int) -> None:
    cell = '<table:table-cell table:formula="1"/>'
    sheet = (
        f'<table:table-row table:number-rows-repeated="{rows}"/><table:table-row>'
        f'<table:table-cell table:number-columns-repeated="{columns - 1}"/>{cell}</table:table-row>'
    )
    data = _document(sheet)
    if rows == 2_499:
        assert check_extent("a.ods", ".ods", data, 0) == {}
    else:
        refused(
            lambda: check_extent("a.ods", ".ods", data, 0),
            "a cell in row 2,501, column 10,000 makes the sheet 2,501 x 10,000 cells",
        )
    far = sheet.replace(cell, "<table:table-cell/>")  # an empty cell reaches nowhere
    assert check_extent("a.ods", ".ods", _document(far), 0) == {}


def test_a_sheet_without_a_part_is_no_workbook() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", '<workbook><sheet name="a" r:id="rId1"/></workbook>')
        link = '<Relationship Id="rId2" Target="worksheets/sheet1.xml"/>'
        archive.writestr("xl/_rels/workbook.xml.rels", link)
    refused(
        lambda: check_extent("a.xlsx", ".xlsx", buffer.getvalue(), 0),
        r"a.xlsx: no readable workbook \(sheet 1 has no part\); save it again",
    )


@pytest.mark.parametrize("columns", [25_000_000, 25_000_001])
def test_a_sheet_has_25_million_cells_at_most(columns: int) -> None:
    cell = '<table:table-cell table:formula="1"/>'
    empty = f'<table:table-cell table:number-columns-repeated="{columns - 1}"/>'
    data = _document(f'<table:table-row table:style-name="a">{empty}{cell}</table:table-row>')
    if columns == 25_000_000:
        assert check_extent("a.ods", ".ods", data, 0) == {}
    else:
        refused(lambda: check_extent("a.ods", ".ods", data, 0), "row 1, column 25,000,001 makes")

"""Refusing compressed workbooks that would unpack to absurd sizes, before anything parses them."""

import io
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from quesnay.fitting.errors import DataError

# A worksheet compresses 5 to 20 fold; a thousandfold one is an attack or a fault.
_LARGEST_BYTES = 1 << 30
_SUSPECT_BYTES = 1 << 26
_SUSPECT_RATIO = 100
_LARGEST_ENTRIES = 10_000
_MOST_CELLS = 25_000_000
_CHUNK = 1 << 20
_LOCAL_HEADER = struct.Struct("<26xHH")


# a place before the file's start is an OSError
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError,
)  # fmt: skip


def check_archive(path: Path) -> None:
    """Refuse a zip-based workbook whose declared or actual size is absurd.

    Refused: no zip archive, a damaged one, more than 1 GiB declared or unpacked, more than 64 MiB
    at a ratio above 100, and another size than declared.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > _LARGEST_ENTRIES:
                raise DataError(f"{path.name}: {len(entries)} parts in one workbook; refused")
            whole = sum(entry.file_size for entry in entries)
            packed = path.stat().st_size
            if whole > _LARGEST_BYTES or (
                whole > _SUSPECT_BYTES and whole > _SUSPECT_RATIO * packed
            ):
                raise DataError(
                    f"{path.name}: {packed:,} bytes would unpack to {whole:,}; "
                    "refused as a zip bomb"
                )
            for entry in entries:
                _check_actual(path, entry)
    except _DAMAGE as error:
        raise DataError(f"{path.name}: no readable workbook ({error}); save it again") from error


def _check_actual(path: Path, entry: zipfile.ZipInfo) -> None:
    """Unpack one part without keeping it: a declared size can lie."""
    if entry.compress_type == zipfile.ZIP_STORED:
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise DataError(
            f"{path.name}: part {entry.filename!r} is packed in an unusual way; refused"
        )
    size = 0
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in _packed(path, entry):
        while piece:
            size += len(unpacker.decompress(piece, _CHUNK))
            piece = unpacker.unconsumed_tail
            if size > entry.file_size:
                raise DataError(
                    f"{path.name}: part {entry.filename!r} unpacks to more than the "
                    f"{entry.file_size:,} bytes it declares; refused as a zip bomb"
                )


def _packed(path: Path, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the packed bytes of one part; its local header gives where they start."""
    with path.open("rb") as stream:
        stream.seek(entry.header_offset)
        header = stream.read(_LOCAL_HEADER.size)
        name_length, extra_length = _LOCAL_HEADER.unpack(header)
        stream.seek(name_length + extra_length, os.SEEK_CUR)
        left = entry.compress_size
        while left > 0:
            piece = stream.read(min(_CHUNK, left))
            if not piece:
                raise EOFError("the file ends early")
            left -= len(piece)
            yield piece


def check_extent(name: str, kind: str, data: bytes, sheet: int) -> dict[tuple[int, int], str]:
    """Refuse a sheet of more than 25 million cells; return what stands in its cells of errors.

    A reader allots the whole rectangle up to the last cell. A cell that shows an error, or a
    formula that was never computed, looks empty to a reader; it must not pass for zero.
    """
    if kind == ".xls":  # it ends at 65,536 rows and 256 columns
        # find records of cells that show an error; of which sheet they are is not told
        faults = {}
        for found in _XLS_ERROR.finditer(data):
            row, column = (found[1], found[2]) if found[1] is not None else (found[3], found[4])
            faults[int.from_bytes(row, "little"), int.from_bytes(column, "little")] = "an error"
        return faults
    look = {".xlsx": _look_xlsx, ".xlsm": _look_xlsx, ".xlsb": _look_xlsb, ".ods": _look_ods}
    if kind not in look:
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            rows, columns, faults = look[kind](archive, sheet)
    except (KeyError, IndexError, OSError, zipfile.BadZipFile, zlib.error, ValueError) as error:
        raise DataError(f"{name}: no readable workbook ({error}); save it again") from error
    if rows * columns > _MOST_CELLS:
        raise DataError(
            f"{name}: a cell in row {rows:,}, column {columns:,} makes the sheet {rows:,} x "
            f"{columns:,} cells; refused: delete what stands far outside the table and save again"
        )
    return faults


_Look = tuple[int, int, dict[tuple[int, int], str]]
_CELL = rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"'
_CELL_REFERENCE = re.compile(_CELL)
_ROW_REFERENCE = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d{1,7})"')
_ERROR = re.compile(
    _CELL + rb'[^>]*\bt="e"[^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<', re.S
)
_UNCOMPUTED = re.compile(
    _CELL
    + rb'(?![^>]*\bt="str")[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*'
    + rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_LONG_XML = 1 << 26


def _look_xlsx(archive: zipfile.ZipFile, sheet: int) -> _Look:
    xml = archive.read(_sheet_part(archive, sheet))
    rows = max((int(row) for row in _ROW_REFERENCE.findall(xml)), default=0)
    columns = 0
    if len(xml) <= _LONG_XML:  # a longer one holds its cells in earnest
        found = {(letters, row) for letters, row in _CELL_REFERENCE.findall(xml)}
        columns = max((_column(letters) + 1 for letters, _ in found), default=0)
        rows = max((int(row) for _, row in found), default=rows)
    faults: dict[tuple[int, int], str] = {}
    if b't="e"' in xml:
        for letters, row, text in _ERROR.findall(xml):
            faults[int(row) - 1, _column(letters)] = text.decode("utf-8", "replace")
    if b"<f" in xml or b":f" in xml:
        for letters, row in _UNCOMPUTED.findall(xml):
            faults[int(row) - 1, _column(letters)] = "a formula that was never computed"
    return rows, columns, faults


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + letter - 64
    return place - 1


def _sheet_part(archive: zipfile.ZipFile, sheet: int, book: str = "xl/workbook.xml") -> str:
    """Return the name of the part that holds a sheet."""
    text = archive.read(book).decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    marks = re.findall(r'<(?:\w+:)?sheet\s[^>]*?\b\w+:id="([^"]+)"', text)
    for link in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", links):
        if re.search(rf'\bId="{re.escape(marks[sheet])}"', link):
            target = re.search(r'\bTarget="([^"]+)"', link)
            if target:
                part = target[1]
                return part.lstrip("/") if part.startswith("/") else f"xl/{part}"
    raise ValueError(f"sheet {sheet + 1} has no part")


_ROW_HEADER, _ERROR_CELL, _ERROR_FORMULA = 0, 3, 11
_CELL_RECORDS = range(1, 12)
_LONG_BINARY = 1 << 23


def _look_xlsb(archive: zipfile.ZipFile, sheet: int) -> _Look:
    """Walk the records of a binary sheet; a long one holds its cells in earnest."""
    names = sorted(
        (n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.bin", n)),
        key=lambda n: int(re.sub(r"\D", "", n)),
    )
    data = archive.read(names[sheet])
    row = last_row = last_column = place = 0
    faults: dict[tuple[int, int], str] = {}
    while place < len(data) and len(data) <= _LONG_BINARY:
        kind, place = _varint(data, place, 2)
        size, place = _varint(data, place, 4)
        if kind == _ROW_HEADER:
            row = int.from_bytes(data[place : place + 4], "little")
        elif kind in _CELL_RECORDS:
            column = int.from_bytes(data[place : place + 4], "little")
            last_row, last_column = max(last_row, row + 1), max(last_column, column + 1)
            if kind in {_ERROR_CELL, _ERROR_FORMULA}:
                faults[row, column] = "an error"
        place += size
    return last_row, last_column, faults


def _varint(data: bytes, place: int, most: int) -> tuple[int, int]:
    value = 0
    for k in range(most):
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << (7 * k)
        if byte < 0x80:
            break
    return value, place


_XLS_CODES = rb"[\x00\x07\x0f\x17\x1d\x24\x2a]"  # #NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A
_XLS_ERROR = re.compile(
    rb"\x05\x02\x08\x00(..)(..).." + _XLS_CODES + rb"\x01|"
    rb"\x06\x00..(..)(..)..\x02." + _XLS_CODES + rb"...\xff\xff",
    re.DOTALL,
)


_ODS_TOKEN = re.compile(
    rb"<table:table\s|<table:table-row\b([^>]*)>|<table:(?:covered-)?table-cell\b([^>]*)>"
)
_ROWS_REPEATED = re.compile(rb'number-rows-repeated="(\d+)"')
_COLUMNS_REPEATED = re.compile(rb'number-columns-repeated="(\d+)"')


def _look_ods(archive: zipfile.ZipFile, sheet: int) -> _Look:
    row = stop = column = last_row = last_column = 0
    number = -1
    faults: dict[tuple[int, int], str] = {}
    for token in _ODS_TOKEN.finditer(archive.read("content.xml")):
        if token[0].startswith(b"<table:table "):
            number, row, stop = number + 1, 0, 0
        elif number != sheet:
            continue
        elif token[1] is not None:
            row, column = stop, 0
            stop = row + _repeated(_ROWS_REPEATED, token[1])
        else:
            cell = token[2] or b""
            column += _repeated(_COLUMNS_REPEATED, cell)
            if b'value-type="error"' in cell and stop - row == 1:
                faults[row, column - 1] = "an error"
            if b"office:value" in cell or b"table:formula" in cell:
                last_row, last_column = max(last_row, stop), max(last_column, column)
    return last_row, last_column, faults


def _repeated(pattern: "re.Pattern[bytes]", attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1]) if found else 1

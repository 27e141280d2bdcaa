"""Rows of cells of a user's file: text (comma, semicolon or tab) or a workbook's sheet."""

import csv
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from quesnay.datasets.readers.archive import check_archive
from quesnay.fitting.errors import DataError, nearest

__all__ = ["Cell", "Source", "label", "rows", "sheet_names"]

Cell = str | float
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb")
_PEEKED = 20
_TEXTS = (".csv", ".txt", ".tsv")


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a user's, or one sheet of it."""

    path: Path
    sheet: str | None = None
    encoding: str = "utf-8-sig"

    @property
    def name(self) -> str:
        """Return the name that messages show."""
        return self.path.name if self.sheet is None else f"{self.path.name}[{self.sheet}]"


def rows(source: Source) -> Iterator[list[Cell]]:
    """Yield the rows of a file, cell by cell, blank rows left out.

    Parameters
    ----------
    source : Source
        A .csv, .txt or .tsv file, or an .xlsx, .xlsm or .xlsb workbook (first sheet unless one
        is named; needs the extra ``quesnay[excel]``).

    Raises
    ------
    DataError
        If the file is missing, of another kind, not in its encoding, damaged, a zip bomb, or has
        no such sheet.
    """
    suffix = source.path.suffix.lower()
    if not source.path.is_file():
        folder = source.path.is_dir()
        raise DataError(f"{source.path}: {'a folder, not a file' if folder else 'no such file'}")
    if suffix in _WORKBOOKS:
        return _workbook_rows(source)
    if suffix in _TEXTS:
        return _text_rows(source)
    raise DataError(
        f"{source.path.name}: kind {suffix or 'none'!r} not read; expected "
        f"{', '.join((*_TEXTS, *_WORKBOOKS))}"
    )


def label(cell: Cell) -> str:
    """Return a label as text; a workbook stores the code 7 as the number 7.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _text_rows(source: Source) -> Iterator[list[Cell]]:
    try:
        with source.path.open(encoding=source.encoding, newline="") as stream:
            first = "".join(islice(stream, _PEEKED))
            stream.seek(0)
            for row in csv.reader(stream, delimiter=_delimiter(first)):
                if any(cell.strip() for cell in row):
                    yield list(row)
    except (UnicodeError, LookupError) as error:
        raise DataError(
            f"{source.name}: not in the encoding {source.encoding!r}; pass encoding= "
            "(Chinese files are often 'gb18030')"
        ) from error
    except csv.Error as error:
        raise DataError(f"{source.name}: no table of separated values ({error})") from error
    except OSError as error:
        raise DataError(f"{source.name}: cannot be read ({error.strerror})") from error


def _delimiter(first: str) -> str:
    return max("\t;,", key=first.count)


def sheet_names(path: Path) -> list[str]:
    """Return the names of a workbook's sheets.

    Raises
    ------
    DataError
        If the file is no readable workbook.
    """
    calamine = _calamine(path)
    try:
        return list(calamine.CalamineWorkbook.from_path(str(path)).sheet_names)
    except (calamine.CalamineError, OSError) as error:
        raise DataError(f"{path.name}: no readable workbook ({error})") from error


def _workbook_rows(source: Source) -> Iterator[list[Cell]]:
    calamine = _calamine(source.path)
    try:
        book = calamine.CalamineWorkbook.from_path(str(source.path))
        names = book.sheet_names
        if source.sheet is not None and source.sheet not in names:
            raise DataError(
                f"{source.path.name}: no sheet {source.sheet!r};"
                f"{nearest(source.sheet, names) or ' it has ' + ', '.join(names)}"
            )
        table = book.get_sheet_by_name(source.sheet or names[0]).to_python(skip_empty_area=False)
    except (calamine.CalamineError, OSError, IndexError) as error:
        raise DataError(f"{source.name}: no readable workbook ({error})") from error
    return iter([[_cell(cell) for cell in row] for row in table if any(c != "" for c in row)])


def _calamine(path: Path) -> Any:
    """Return the library that reads workbooks, once the archive is known to be harmless."""
    check_archive(path)
    try:
        return importlib.import_module("python_calamine")
    except ModuleNotFoundError as error:
        raise DataError(
            f"{path.name}: reading workbooks needs python-calamine; "
            "pip install 'quesnay[excel]', or save the sheet as .csv"
        ) from error


def _cell(cell: object) -> Cell:
    """Return numbers as float and all else as text, so that dates and truth values stand out."""
    if isinstance(cell, bool):
        return str(cell)
    return float(cell) if isinstance(cell, int | float) else str(cell)

"""Tables as Excel workbooks and CSV: numbers as numbers, and no formula from a label."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.models.display.escape import display_width, guard_formula, visible
from quesnay.models.display.grid import format_of, index_levels, is_missing, is_numeric
from quesnay.models.display.write import write_bytes

if TYPE_CHECKING:
    from quesnay.models.display.table import Table

__all__ = [
    "SIGNIFICANT_DIGITS",
    "frame_to_csv",
    "sheet_names",
    "tables_to_excel",
    "workbook_bytes",
]

_MOST_ROWS, _MOST_COLUMNS, _LONGEST_TEXT = 1_048_576, 16_384, 32_767
_LONGEST_NAME = 31
_LARGEST_EXACT = 10**15
_CREATED = datetime(2000, 1, 1)  # fixed, so that the same tables give the same bytes
SIGNIFICANT_DIGITS = 10  # the last digits of a float differ between processors; ten never do


class _Styles:
    """Cell styles of one workbook, made when first used."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def __call__(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]


class _Sheet:
    """One sheet being written; text never becomes a formula, link or number."""

    def __init__(self, sheet: Any, styles: _Styles) -> None:
        self._sheet = sheet
        self._styles = styles

    def write(self, table: "Table") -> None:
        """Write title, header, values and notes."""
        frame = table.frame
        self._text(0, 0, table.title, bold=True)
        levels = index_levels(frame)
        top = 2 + frame.columns.nlevels
        for place, (name, values) in enumerate(levels):
            self._header(top, place, (name,))
            self._values(top, place, values, _excel_format(table.formats.get(name)))
        for place, name in enumerate(frame.columns, start=len(levels)):
            values = frame.iloc[:, place - len(levels)].tolist()
            self._header(top, place, name if isinstance(name, tuple) else (name,))
            self._values(top, place, values, _excel_format(format_of(name, table.formats)))
        self._sheet.freeze_panes(top, len(levels))
        for line, note in enumerate(table.notes, start=top + len(frame) + 1):
            self._text(line, 0, note, italic=True)

    def _header(self, top: int, place: int, names: Sequence[object]) -> None:
        for row, name in enumerate(names, start=top - len(names)):
            self._text(row, place, "" if is_missing(name) else str(name), bold=True, bottom=1)

    def _values(self, top: int, place: int, values: list[object], code: str) -> None:
        widths = [display_width(str(v)) for v in values[:200] if not isinstance(v, float)]
        self._sheet.set_column(place, place, min(max(12, *widths, 12) + 1, 60))
        for row, value in enumerate(values, start=top):
            if is_missing(value):
                continue
            if isinstance(value, bool | np.bool_):
                self._sheet.write_boolean(row, place, bool(value))
            elif (number := _number(value)) is not None:
                self._sheet.write_number(row, place, number, self._styles(num_format=code))
            else:
                self._text(row, place, value.isoformat() if isinstance(value, date) else str(value))

    def _text(self, row: int, place: int, text: str, **properties: object) -> None:
        """Write text as text, marked so that it stays text when someone edits the cell."""
        shown = visible(text, breaks=True)
        if len(shown) > _LONGEST_TEXT:
            size = f"a text of {len(shown):,} characters"
            raise DataError(f"{size} does not fit a cell of {_LONGEST_TEXT:,}: shorten it")
        if guard_formula(shown) != shown:
            properties["quote_prefix"] = True
        self._sheet.write_string(row, place, shown, self._styles(**properties))


def sheet_names(titles: Iterable[str]) -> list[str]:
    r"""Make valid, different sheet names from titles."""
    names: list[str] = []
    taken = {"history"}  # reserved by Excel
    for title in titles:
        short = re.split(r"[,;:]\s|\s\(", visible(title))[0]
        stem = re.sub(r"[\[\]:*?/\\]+", " ", short).strip(" '")[:_LONGEST_NAME].strip(" '")
        stem = stem or "Table"
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            tail = f" {number}"
            name = stem[: _LONGEST_NAME - len(tail)].rstrip() + tail
        taken.add(name.casefold())
        names.append(name)
    return names


def tables_to_excel(tables: Sequence["Table"], path: str | Path) -> Path:
    """Write tables to one Excel workbook, a sheet each."""
    return write_bytes(path, workbook_bytes(tables))


def workbook_bytes(tables: Sequence["Table"]) -> bytes:
    """Make an Excel workbook of tables, a sheet each."""
    if not tables:
        raise DataError("there is no table to write to the workbook; give at least one")
    for table in tables:
        _refuse_oversize(table)
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": _CREATED, "author": "quesnay"})
        styles = _Styles(book)
        for table, name in zip(tables, sheet_names(t.title for t in tables), strict=True):
            _Sheet(book.add_worksheet(name), styles).write(table)
    return stream.getvalue()


def frame_to_csv(frame: pd.DataFrame, *, digits: int | None = SIGNIFICANT_DIGITS) -> str:
    r"""Write a frame as CSV, floats with ten significant digits."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    levels = index_levels(frame)
    names = [name for name, _ in levels] + [_flat(name) for name in frame.columns]
    writer.writerow([_text(name) for name in names])
    columns = [values for _, values in levels]
    columns += [frame.iloc[:, place].tolist() for place in range(frame.shape[1])]
    writer.writerows(zip(*([_cell(value, digits) for value in c] for c in columns), strict=True))
    return stream.getvalue()


def _refuse_oversize(table: "Table") -> None:
    rows, columns = table.frame.shape
    rows += len(table.notes) + table.frame.columns.nlevels + 3
    if rows > _MOST_ROWS or columns + table.frame.index.nlevels > _MOST_COLUMNS:
        size = "{} rows and {} columns".format(*table.frame.shape)
        message = f"table {table.title!r}: {size} exceed an Excel sheet"
        raise DataError(f"{message}; write CSV instead")


def _number(value: object) -> float | None:
    """Return the number that a cell can hold exactly enough, or None where text is better."""
    if isinstance(value, float | np.floating) and np.isfinite(value):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0
    if isinstance(value, int | np.integer) and abs(int(value)) < _LARGEST_EXACT:
        return int(value)
    return None


def _excel_format(spec: str | None) -> str:
    """Translate a format specification such as ``",.1f"`` into Excel's code ``#,##0.0``."""
    if spec == "p":
        return '[<0.00005]"<0.0001";0.0000'
    found = re.fullmatch(r"[+-]?(,?)(?:\.(\d+))?([fd%])", spec or "")
    if found is None:
        return "General"
    grouped, decimals, kind = found.groups()
    zeros = "" if kind == "d" or decimals == "0" else "." + "0" * int(decimals or 6)
    return ("#,##0" if grouped else "0") + zeros + ("%" if kind == "%" else "")


def _flat(name: object) -> str:
    parts = name if isinstance(name, tuple) else (name,)
    return " / ".join(str(part) for part in parts if not is_missing(part) and str(part))


def _cell(value: object, digits: int | None) -> str:
    if is_missing(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value) + 0.0  # a zero has no sign
        return repr(number) if digits is None else f"{number:.{digits}g}"
    if is_numeric(value):
        return str(value)
    return _text(value.isoformat() if isinstance(value, date) else value)


def _text(value: object) -> str:
    # The csv module leaves a bare carriage return unquoted, which would break the row.
    return guard_formula(value).replace("\r\n", "\n").replace("\r", "\n")

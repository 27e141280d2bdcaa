"""Tables as Excel workbooks and CSV that other programs can go on with.

Numbers are numbers, and no formula comes from a label.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.fitting.checks import is_whole
from quesnay.fitting.errors import DataError
from quesnay.models.display.escape import display_width, guard_formula, visible
from quesnay.models.display.grid import (
    decimals_for,
    filled_columns,
    format_of,
    index_levels,
    is_missing,
    is_numeric,
    numbers_apart,
    wrap,
)
from quesnay.models.display.write import write_bytes

if TYPE_CHECKING:
    from quesnay.models.display.table import Table

MOST_ROWS, MOST_COLUMNS, _LONGEST_TEXT = 1_048_576, 16_384, 32_767
_LONGEST_NAME = 31
_SHORTEST_NAME = 7  # letters; a name is rather cut in a word than shorter
_TRAILING = re.compile(  # words after which a phrase does not end
    "( (a|an|and|as|at|by|for|from|in|made|of|on|one|or|over|than|that|the|to|which|without))+$"
)
_ABREAST = 2  # charts side by side, so that they do not make the page narrow
_LEAST, _WIDEST = 12, 60  # letters of a column; longer texts are wrapped
_LARGEST_EXACT = 10**15
_CONTENTS = "Contents"
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


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that the spreadsheet draws itself from the cells of the table of a title.

    `kind`: ``"column"``, stacked, or ``"line"``; `series`: name in the legend -> column of the
    table; `rows`: the first and the one after the last, by default all; `interval`: column whose
    interval is drawn, at the top of the stack or at its line.
    """

    table: str
    title: str
    kind: str
    series: Mapping[str, str]
    rows: tuple[int, int] | None = None
    interval: str | None = None

    def spoken(self, words: Callable[[str], str]) -> "Chart":
        """Return the chart of the same table in another language."""
        return replace(
            self,
            table=words(self.table),
            title=words(self.title),
            series={words(name): words(column) for name, column in self.series.items()},
            interval=None if self.interval is None else words(self.interval),
        )


@dataclass(slots=True)
class _Sheet:
    """One sheet being written; text never becomes a formula, link or number."""

    sheet: Any
    styles: _Styles
    words: Callable[[str], str]
    places: dict[str, int] = field(default_factory=dict)

    def write(self, table: "Table") -> None:
        """Write title, header, values and notes."""
        frame = table.frame
        self._text(0, 0, table.title, bold=True)
        levels = index_levels(frame)
        top = 2 + frame.columns.nlevels
        columns = [((name,), values, table.formats.get(name)) for name, values in levels]
        for place, name in enumerate(frame.columns):
            header = name if isinstance(name, tuple) else (name,)
            columns.append((header, frame.iloc[:, place].tolist(), format_of(name, table.formats)))
        parts = [one for column in columns for one in self._parts(*column)]
        widths = [_width(values) for _, values, _ in parts]
        for place, ((names, values, codes), width) in enumerate(zip(parts, widths, strict=True)):
            self.sheet.set_column(place, place, width)
            self._header(top, place, names, any(_number(value) is not None for value in values))
            self._values(top, place, values, codes)
        for row, level in enumerate(range(-frame.columns.nlevels, 0), start=2):
            heads = [str(names[level]) if len(names) >= -level else "" for names, _, _ in parts]
            self.sheet.set_row(row, _height(heads, widths))
        for row in range(len(frame)):
            texts = [str(v[row]) if isinstance(v[row], str) else "" for _, v, _ in parts]
            if any(display_width(text) >= _WIDEST for text in texts):
                self.sheet.set_row(top + row, _height(texts, widths))
        self.sheet.freeze_panes(top, len(levels))
        self.sheet.repeat_rows(top - 1)
        for line, note in enumerate(table.notes, start=top + len(frame) + 1):
            # as wide as the table, so that it does not make the page narrow
            style: dict[str, object] = {"italic": True, "text_wrap": True, "valign": "top"}
            if len(widths) > 1:
                self.sheet.merge_range(line, 0, line, len(widths) - 1, "", self.styles(**style))
            self.sheet.set_row(line, _height([note], [sum(widths)]))
            self._text(line, 0, note, **style)

    def _parts(
        self, header: tuple[object, ...], values: list[object], spec: str | None
    ) -> Iterable[tuple[tuple[object, ...], list[object], list[str]]]:
        """Return the columns that a column becomes: names, values, and the format of each cell."""
        for names, own, texts in numbers_apart(header, values, self.words):
            code = _code(own, spec)
            codes = ["0" if spec is None and is_whole(value) else code for value in own]
            yield names, own, [_printed_code(text) for text in texts] or codes

    def _header(self, top: int, place: int, names: Sequence[object], number: bool) -> None:
        """Write the names of a column, above its numbers to the right."""
        self.places[_flat(tuple(names))] = place
        style: dict[str, object] = {"bold": True, "bottom": 1, "text_wrap": True}
        style |= {"valign": "bottom", "align": "right" if number else "left"}
        style |= {"indent": 1} if place and not number else {}
        for row, name in enumerate(names, start=top - len(names)):
            self._text(row, place, "" if is_missing(name) else str(name), **style)

    def _values(self, top: int, place: int, values: list[object], codes: Sequence[str]) -> None:
        for number, value in enumerate(values):
            row = top + number
            if is_missing(value):
                continue
            if isinstance(value, bool | np.bool_):
                self.sheet.write_boolean(row, place, bool(value))
            elif (figure := _number(value)) is not None:
                shape = self.styles(num_format=codes[number], valign="top")
                self.sheet.write_number(row, place, figure, shape)
            else:
                text = value.isoformat() if isinstance(value, date) else str(value)
                style = {"valign": "top", "text_wrap": display_width(text) >= _WIDEST}
                style |= {"indent": 1, "align": "left"} if place else {}  # apart from a number
                self._text(row, place, text, **style)

    def link(self, row: int, name: str, text: str) -> None:
        """Write a link to the top of a sheet into the first column."""
        target = "internal:'{}'!A1".format(name.replace("'", "''"))
        self.sheet.write_url(row, 0, target, self.styles(font_color="#0563C1", underline=1), text)

    def contents(self, tables: Sequence["Table"], names: Sequence[str]) -> None:
        """List the sheets, each with a link to it, what it shows and how large it is."""
        self._text(0, 0, self.words(_CONTENTS), bold=True)
        for place, word in enumerate(("sheet", "what it shows", "rows", "columns")):
            self._text(2, place, self.words(word), bold=True, bottom=1)
        for row, (table, name) in enumerate(zip(tables, names, strict=True), start=3):
            self.link(row, name, name)
            self._text(row, 1, table.title)
            for place, size in enumerate(table.frame.shape, start=2):
                self.sheet.write_number(row, place, size, self.styles(num_format="0"))
        for place, width in enumerate((34, 90, 8, 8)):
            self.sheet.set_column(place, place, width)
        self.sheet.freeze_panes(3, 0)

    def _text(self, row: int, place: int, text: str, **properties: object) -> None:
        """Write text as text, marked so that it stays text when someone edits the cell."""
        shown = visible(text, breaks=True)
        if len(shown) > _LONGEST_TEXT:
            size = f"a text of {len(shown):,} characters"
            raise DataError(f"{size} does not fit a cell of {_LONGEST_TEXT:,}: shorten it")
        if guard_formula(shown) != shown:
            properties["quote_prefix"] = True
        self.sheet.write_string(row, place, shown, self.styles(**properties))


def _width(values: Sequence[object]) -> float:
    """Return how many letters wide a column is."""
    widths = [display_width(str(v)) for v in values[:200] if not isinstance(v, float)]
    return min(max([_LEAST, *widths]) + 1, _WIDEST)


def _height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Return how high a row is, in points, whose texts are broken at the widths of its cells."""
    lines = [len(wrap(text, 0.9 * width)) for text, width in zip(texts, widths, strict=True)]
    return 15.0 * max(lines)


def _add_chart(book: Any, sheet: _Sheet, table: "Table", chart: Chart, number: int) -> None:
    """Put a chart below the notes of its table."""
    top = 2 + table.frame.columns.nlevels
    first, stop = chart.rows or (0, len(table.frame))
    rows = (top + first, top + stop - 1)
    name = sheet.sheet.get_name()
    years = table.frame.index.nlevels - 1  # the innermost label
    made = book.add_chart(
        {"type": "column", "subtype": "stacked"} if chart.kind == "column" else {"type": "line"}
    )

    def cells(column: int) -> list[Any]:
        return [name, rows[0], column, rows[1], column]

    for place, (legend, column) in enumerate(chart.series.items()):
        options: dict[str, Any] = {
            "name": legend, "categories": cells(years), "values": cells(sheet.places[column])
        }  # fmt: skip
        if chart.kind == "line":
            options["marker"] = {"type": "automatic"}
        last = place == len(chart.series) - 1
        if chart.interval and (last if chart.kind == "column" else column == chart.interval):
            options["y_error_bars"] = _error_bars(table, chart.interval, (first, stop))
        made.add_series(options)
    made.set_title({"name": visible(chart.title), "name_font": {"size": 12}, "overlay": False})
    made.set_x_axis({"num_format": "0"})
    made.set_legend({"position": "bottom"})
    made.set_size({"width": 560, "height": 330})
    below = top + len(table.frame) + len(table.notes) + 2
    down, right = divmod(number, _ABREAST)
    offsets = {"x_offset": 580 * right, "y_offset": 345 * down}
    sheet.sheet.insert_chart(below, 0, made, offsets)


def _error_bars(table: "Table", column: str, rows: tuple[int, int]) -> dict[str, Any]:
    cells = table.frame[column].iloc[slice(*rows)]
    return {
        "type": "custom",
        "plus_values": [cell.high - cell.value for cell in cells],
        "minus_values": [cell.value - cell.low for cell in cells],
    }


def sheet_names(titles: Iterable[str]) -> list[str]:
    r"""Make valid, different sheet names from titles."""
    names: list[str] = []
    taken = {"history"}  # reserved by Excel
    for title in titles:
        short = re.split(r"[,;:]\s|\s\(|[\uff0c\uff1b\uff1a]", visible(title))[0]
        stem = re.sub(r"[\[\]:*?/\\]+", " ", short).strip(" '")
        if len(stem) > _LONGEST_NAME:  # at a word, where that leaves most of it
            whole = _TRAILING.sub("", stem[: _LONGEST_NAME + 1].rpartition(" ")[0])
            stem = (whole if len(whole) > _SHORTEST_NAME else stem[:_LONGEST_NAME]).strip(" '")
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
    """Write tables to one Excel workbook: a sheet each, before several of them their contents."""
    return write_bytes(path, workbook_bytes(tables))


def workbook_bytes(
    tables: Sequence["Table"],
    charts: Sequence[Chart] = (),
    words: Callable[[str], str] = str,
) -> bytes:
    """Make an Excel workbook of tables, a sheet each, with the charts below their tables.

    `words` says in the language of the tables what the workbook adds: contents, low and high.
    """
    if not tables:
        raise DataError("there is no table to write to the workbook; give at least one")
    for table in tables:
        _refuse_oversize(table)
    tables = [replace(table, frame=filled_columns(table.frame)) for table in tables]
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": _CREATED, "author": "quesnay"})
        styles = _Styles(book)
        listed = [words(_CONTENTS)] if len(tables) > 1 else []
        names = sheet_names([*listed, *(t.sheet or t.title for t in tables)])[len(listed) :]
        if listed:
            _Sheet(book.add_worksheet(*listed), styles, words).contents(tables, names)
        for table, name in zip(tables, names, strict=True):
            sheet = _Sheet(book.add_worksheet(name), styles, words)
            sheet.write(table)
            if listed:
                sheet.link(1, listed[0], "\u2190 " + listed[0])
            own = [chart for chart in charts if chart.table == table.title]
            for number, chart in enumerate(own):
                _add_chart(book, sheet, table, chart, number)
        for one in book.worksheets():
            one.set_landscape()
            one.set_paper(9)  # A4
            one.fit_to_pages(1, 0)  # printed as wide as a page, as long as need be
    return stream.getvalue()


def frame_to_csv(frame: pd.DataFrame, *, digits: int | None = SIGNIFICANT_DIGITS) -> str:
    r"""Write a frame as CSV, floats with ten significant digits."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    columns: list[tuple[tuple[object, ...], list[object]]] = [
        ((name,), values) for name, values in index_levels(frame)
    ]
    for place, name in enumerate(frame.columns):
        header = name if isinstance(name, tuple) else (name,)
        parts = numbers_apart(header, frame.iloc[:, place].tolist())
        columns += [(names, values) for names, values, _ in parts]
    writer.writerow([_text(_flat(names)) for names, _ in columns])
    cells = ([_cell(value, digits) for value in values] for _, values in columns)
    writer.writerows(zip(*cells, strict=True))
    return stream.getvalue()


def _refuse_oversize(table: "Table") -> None:
    rows, columns = table.frame.shape
    rows += len(table.notes) + table.frame.columns.nlevels + 3
    if rows > MOST_ROWS or columns + table.frame.index.nlevels > MOST_COLUMNS:
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


def _code(values: Sequence[object], spec: str | None) -> str:
    """Choose Excel's code for a column: its format, else as many decimals as people read."""
    floats = [float(v) for v in values if isinstance(v, float | np.floating) and np.isfinite(v)]
    if spec is not None and spec.endswith("g"):
        spec = None  # Excel knows no number of digits that count
    if spec is not None or not floats:
        return _excel_format(spec)
    decimals, largest = decimals_for(floats), max(map(abs, floats))
    small = any(v and abs(v) < 0.5 * 10.0**-decimals for v in floats)
    if small or largest >= _LARGEST_EXACT:
        return "General"
    return _excel_format(f"{',' if largest >= 10_000 else ''}.{decimals}f")


def _printed_code(text: str) -> str:
    """Return Excel's code for the decimals and the sign that a printed number shows."""
    found = re.search(r"([-+]?)(\d[\d,]*)(?:\.(\d+))?( ?%)?", text)
    if found is None:
        return "General"
    sign, whole, decimals, percent = found.groups()
    if text.startswith("<"):
        shown = _excel_format(f".{len(decimals or '')}f")
        return f'[<{whole}.{decimals or 0}]"{text}";{shown}'
    spec = f"{',' if ',' in whole else ''}.{len(decimals or '')}{'%' if percent else 'f'}"
    return _excel_format(f"{'+' if sign == '+' else ''}{spec}")


def _excel_format(spec: str | None) -> str:
    """Translate a format specification such as ``",.1f"`` into Excel's code ``#,##0.0``."""
    if spec == "p":
        return '[<0.00005]"<0.0001";0.0000'
    found = re.fullmatch(r"([+-]?)(,?)(?:\.(\d+))?([fd%])", spec or "")
    if found is None:
        return "General"
    sign, grouped, decimals, kind = found.groups()
    zeros = "" if kind == "d" or decimals == "0" else "." + "0" * int(decimals or 6)
    code = ("#,##0" if grouped else "0") + zeros + ("%" if kind == "%" else "")
    return f"+{code};-{code};{code}" if sign == "+" else code


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

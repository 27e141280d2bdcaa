"""Tables as Excel workbooks, CSV and Word documents that other programs can go on with.

Numbers are numbers, and no formula comes from a label; headings, tables and pictures are real.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError, QuesnayError
from quesnay.models.display.escape import display_width, guard_formula, visible
from quesnay.models.display.grid import (
    Column,
    Grid,
    build_grid,
    decimals_for,
    format_of,
    index_levels,
    is_missing,
    is_numeric,
    numbers_apart,
)
from quesnay.models.display.write import write_bytes

if TYPE_CHECKING:
    from quesnay.models.display.table import Table

_MOST_ROWS, _MOST_COLUMNS, _LONGEST_TEXT = 1_048_576, 16_384, 32_767
_LONGEST_NAME = 31
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
    """A chart that the spreadsheet draws itself from the cells of a table.

    Parameters
    ----------
    table : str
        Title of the table.
    title : str
        Of the chart, with its unit.
    kind : str
        ``"column"``, stacked, or ``"line"``.
    series : mapping of str to str
        Name in the legend -> column of the table.
    rows : tuple of int, optional
        First row and the one after the last; by default all.
    interval : str, optional
        Column whose interval is drawn: at the top of the stack, or at its line.
    """

    table: str
    title: str
    kind: str
    series: Mapping[str, str]
    rows: tuple[int, int] | None = None
    interval: str | None = None


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
        place = 0
        for header, values, spec in columns:
            for names, own, texts in numbers_apart(header, values, self.words):
                self._header(top, place, names)
                codes = [_printed_code(text) for text in texts] or _code(own, spec)
                self._values(top, place, own, codes)
                place += 1
        self.sheet.freeze_panes(top, len(levels))
        for line, note in enumerate(table.notes, start=top + len(frame) + 1):
            self._text(line, 0, note, italic=True)

    def _header(self, top: int, place: int, names: Sequence[object]) -> None:
        self.places[_flat(tuple(names))] = place
        for row, name in enumerate(names, start=top - len(names)):
            shown = "" if is_missing(name) else str(name)
            self._text(row, place, shown, bold=True, bottom=1, text_wrap=True, valign="bottom")

    def _values(
        self, top: int, place: int, values: list[object], codes: str | Sequence[str]
    ) -> None:
        widths = [display_width(str(v)) for v in values[:200] if not isinstance(v, float)]
        self.sheet.set_column(place, place, min(max(12, *widths, 12) + 1, 60))
        for number, value in enumerate(values):
            row = top + number
            if is_missing(value):
                continue
            if isinstance(value, bool | np.bool_):
                self.sheet.write_boolean(row, place, bool(value))
            elif (figure := _number(value)) is not None:
                code = codes if isinstance(codes, str) else codes[number]
                self.sheet.write_number(row, place, figure, self.styles(num_format=code))
            else:
                self._text(row, place, value.isoformat() if isinstance(value, date) else str(value))

    def contents(self, tables: Sequence["Table"], names: Sequence[str]) -> None:
        """List the sheets, each with a link to it, what it shows and how large it is."""
        self._text(0, 0, self.words(_CONTENTS), bold=True)
        for place, word in enumerate(("sheet", "what it shows", "rows", "columns")):
            self._text(2, place, self.words(word), bold=True, bottom=1)
        for row, (table, name) in enumerate(zip(tables, names, strict=True), start=3):
            target = "internal:'{}'!A1".format(name.replace("'", "''"))
            self.sheet.write_url(row, 0, target, self.styles(font_color="#0563C1"), name)
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
    sheet.sheet.insert_chart(below, 0, made, {"x_offset": 580 * number})


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
        short = re.split(r"[,;:]\s|\s\(", visible(title))[0]
        stem = re.sub(r"[\[\]:*?/\\]+", " ", short).strip(" '")
        if len(stem) > _LONGEST_NAME:  # at a word, where that leaves most of it
            whole = stem[: _LONGEST_NAME + 1].rpartition(" ")[0]
            stem = (whole if len(whole) > _LONGEST_NAME // 2 else stem[:_LONGEST_NAME]).strip(" '")
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
            own = [chart for chart in charts if chart.table == table.title]
            for number, chart in enumerate(own):
                _add_chart(book, sheet, table, chart, number)
        for one in book.worksheets():
            one.set_landscape()
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


def _code(values: Sequence[object], spec: str | None) -> str:
    """Choose Excel's code for a column: its format, else as many decimals as people read."""
    floats = [float(v) for v in values if isinstance(v, float | np.floating) and np.isfinite(v)]
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


_STILL = (2000, 1, 1, 0, 0, 0)  # a time would make the same document differ
_WIDE = 7  # columns from which a table stands in small letters


@dataclass(frozen=True, slots=True)
class Part:
    """A section: a heading, paragraphs, pictures as `draw_picture` makes them, tables."""

    title: str
    words: Sequence[str] = ()
    figures: Sequence[Any] = ()
    tables: "Sequence[Table]" = ()


def document_bytes(title: str, lead: Sequence[str], parts: Iterable[Part]) -> bytes:
    """Make a Word document: title, the answer, then every part under a heading.

    Pictures are those of ``draw_picture``: bytes, description in words, width.
    """
    try:
        import docx
    except ImportError as error:
        raise QuesnayError(
            "a Word document needs the package python-docx: install quesnay[word]"
        ) from error
    document: Any = docx.Document()
    _set_up(document, title)
    document.add_heading(visible(title), level=0)
    for sentence in lead:
        document.add_paragraph(visible(sentence), style="List Bullet")
    for part in parts:
        if part.title:
            document.add_heading(visible(part.title), level=1)
        for words in part.words:
            document.add_paragraph(visible(words))
        for picture in part.figures:
            _add_picture(document, picture)
        for table in part.tables:
            _add_table(document, table.shortened())
    stream = io.BytesIO()
    document.save(stream)
    return _still(stream.getvalue())


def _set_up(document: Any, title: str) -> None:
    """Lay the pages across, so that a table with intervals has room."""
    from datetime import datetime

    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(2.0)
    own = document.core_properties
    own.title, own.author, own.comments = visible(title), "quesnay", ""
    own.created = own.modified = datetime(*_STILL)


def _add_picture(document: Any, picture: Any) -> None:
    from docx.shared import Cm, Emu

    width = Emu(min(picture.width * 9525, Cm(24.0)))  # a pixel of a page is 9,525 of Word's units
    shown = document.add_picture(io.BytesIO(picture.png), width=width)
    shown._inline.docPr.set("descr", visible(picture.alt))


def _add_table(document: Any, table: "Table") -> None:
    from docx.shared import Pt

    grid = build_grid(table.frame, table.formats)
    columns = [*grid.index, *grid.columns]
    caption = document.add_paragraph(visible(table.title), style="Caption")
    caption.paragraph_format.keep_with_next = True
    if columns:
        made = document.add_table(grid.levels + grid.rows, len(columns), style="Table Grid")
        made.style.font.size = None
        for place, column in enumerate(columns):
            _fill(made.columns[place].cells, _cells(column, grid, place), column.numeric,
                  Pt(7.5 if len(columns) >= _WIDE else 9))  # fmt: skip
        for row in made.rows[: grid.levels]:
            _repeat(row)
    for note in table.notes:
        run = document.add_paragraph().add_run(visible(note))
        run.italic, run.font.size = True, Pt(8.5)
    document.add_paragraph()


def _cells(column: Column, grid: Grid, place: int) -> list[str]:
    """Return the texts of a column, a repeated row label once."""
    if place >= len(grid.index):
        return [*column.header, *column.cells]
    spans = grid.row_spans()[place]
    once = [text if span else "" for text, span in zip(column.cells, spans, strict=True)]
    return [*column.header, *once]


def _fill(cells: Sequence[Any], texts: Sequence[str], right: bool, size: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    for cell, text in zip(cells, texts, strict=True):
        (paragraph,) = cell.paragraphs
        paragraph.paragraph_format.space_after = 0
        run = paragraph.add_run(text)
        run.font.size = size
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeat(row: Any) -> None:
    """Let a header row stand again on each page, in bold."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell in row.cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True


def _still(data: bytes) -> bytes:
    """Write the packed parts again without the time of packing."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in sorted(old.namelist(), key=lambda part: (part != "[Content_Types].xml", part)):
            new.writestr(zipfile.ZipInfo(name, _STILL), old.read(name), zipfile.ZIP_DEFLATED)
    return stream.getvalue()

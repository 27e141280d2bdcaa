"""A frame as a grid of texts, numbers as people read them, and every text that is made of it.

Text for a terminal, HTML, LaTeX and Markdown; every label is escaped.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.models.display.escape import (
    display_width,
    escape_html,
    escape_latex,
    escape_markdown,
    letter_width,
    visible,
)

if TYPE_CHECKING:
    import jinja2

_FIGURE = re.compile(r"-?|[-+]?\d[\d.,]*( ?%)?( [\[(][-+\d., %]+[\])])?|\[[-+\d., %]+\]")
MISSING = "-"
_SIGNIFICANT = 4
_MOST_DECIMALS = 6
_LARGEST_FIXED = 1e15


@dataclass(frozen=True, slots=True)
class Amount:
    """A cell that reads as one text and whose numbers stand in columns of their own in files.

    Parameters
    ----------
    text : str
        As people read it, such as ``"1.20 [1.07, 1.32], agrees"``.
    value : float
        The number; NaN where the cell holds a remark alone.
    low, high : float
        Its interval; NaN where there is none.
    unit, remark : str
        What else the text says.
    """

    text: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    unit: str = ""
    remark: str = ""

    def __str__(self) -> str:
        return self.text


def amounts(
    write: Callable[[float], str],
    values: Iterable[float],
    low: Iterable[float],
    high: Iterable[float],
) -> list[Any]:  # of Amount, which the types of pandas do not know
    """Make cells of values with their intervals in brackets; a missing value stays blank.

    A value that nothing moves has no brackets.

    >>> print(*amounts("{:.2f}".format, [1.2], [1.07], [1.32]))
    1.20 [1.07, 1.32]
    """
    return [
        Amount("")
        if math.isnan(v)
        else Amount(f"{write(v)} [{write(a)}, {write(b)}]" if a < b else write(v), v, a, b)
        for v, a, b in zip(values, low, high, strict=True)
    ]


def numbers_apart(
    header: tuple[object, ...], values: Sequence[object], words: Callable[[str], str] = str
) -> list[tuple[tuple[object, ...], list[object], list[str]]]:
    """Split a column of amounts into value, low, high, unit and remark, as far as they occur.

    `words` says in the language of the table what comes behind the name of the column.

    Returns
    -------
    list of (header, cells, texts)
        The texts say with how many decimals a number is printed; empty for other columns.
    """
    if not any(isinstance(value, Amount) for value in values):
        return [(header, list(values), [])]
    cells = [
        value
        if isinstance(value, Amount)
        else Amount("", float(value))  # type: ignore[arg-type]
        if is_numeric(value)
        else Amount("", remark="" if is_missing(value) else str(value))
        for value in values
    ]
    out = []
    for name in ("value", "low", "high", "unit", "remark"):
        own: list[object] = [getattr(cell, name) or None for cell in cells]
        if name in {"value", "low", "high"}:
            own = [getattr(cell, name) for cell in cells]
        if not all(map(is_missing, own)):
            last = header[-1] if name == "value" else f"{header[-1]}{words(f', {name}')}"
            texts = (
                [_printed_part(cell.text, name) for cell in cells]
                if name in {"value", "low", "high"}
                else []
            )
            out.append(((*header[:-1], last), own, texts))
    return out


def _printed_part(text: str, name: str) -> str:
    """Return how an end of an interval is printed, which may be finer than its value.

    >>> _printed_part("3.1 [3.05, 3.15]", "low"), _printed_part("3.1", "low")
    ('3.05', '3.1')
    """
    ends = re.search(r"\[([^,\]]+), ([^,\]]+)\]", text)
    return text if ends is None or name == "value" else ends[1 if name == "low" else 2]


@dataclass(frozen=True, slots=True)
class Column:
    """One column as text: names, the outermost first, a text a row, and whether it is set right."""

    header: tuple[str, ...]
    cells: tuple[str, ...]
    numeric: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """A frame as text: its row labels and its columns.

    Parameters
    ----------
    index : tuple of Column
        One column a level of the row labels; empty where rows are only counted.
    columns : tuple of Column
        The values.
    rows : int
        Number of rows.
    levels : int
        Number of header rows.
    """

    index: tuple[Column, ...]
    columns: tuple[Column, ...]
    rows: int
    levels: int

    def spans(self) -> tuple[list[list[int]], list[list[int]]]:
        """Return how far texts reach by level: row labels over rows, column names over columns.

        A repeated text counts 0.
        """
        labels = list(zip(*(level.cells for level in self.index), strict=True))
        sides = (labels, len(self.index)), ([column.header for column in self.columns], self.levels)
        reaches: tuple[list[list[int]], list[list[int]]] = ([], [])
        for reach, (keys, levels) in zip(reaches, sides, strict=True):
            for level in range(levels):
                counts: list[int] = []
                start = 0
                for place, key in enumerate(keys):
                    inner = level < len(key) - 1
                    if place and inner and key[: level + 1] == keys[start][: level + 1]:
                        counts.append(0)
                        counts[start] += 1
                    else:
                        start = place
                        counts.append(1)
                reach.append(counts)
        return reaches

    def labels_once(self) -> list[Column]:
        """Return the row labels, a text that is repeated only where it begins."""
        once = []
        for level, reach in zip(self.index, self.spans()[0], strict=True):
            cells = (text if span else "" for text, span in zip(level.cells, reach, strict=True))
            once.append(replace(level, cells=tuple(cells)))
        return once


def filled_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the columns without any entry, where another one has some."""
    kept = [
        place
        for place in range(frame.shape[1])
        if not all(is_missing(cell) or str(cell) == "" for cell in frame.iloc[:, place])
    ]
    return frame.iloc[:, kept] if kept else frame


def build_grid(frame: pd.DataFrame, formats: Mapping[str, str]) -> Grid:
    """Write a frame as text, column by column, those without any entry left out."""
    levels = frame.columns.nlevels
    frame = filled_columns(frame)
    columns = tuple(
        _column(name, frame.iloc[:, place].tolist(), format_of(name, formats))
        for place, name in enumerate(frame.columns)
    )
    index = tuple(
        _column(("",) * (levels - 1) + (name,), values, formats.get(name), label=True)
        for name, values in index_levels(frame)
    )
    return Grid(index, columns, len(frame), levels)


def format_of(name: object, formats: Mapping[str, str]) -> str | None:
    """Find the format of a column by its name, or by its innermost name."""
    spec = formats.get(str(name))
    return formats.get(str(name[-1])) if spec is None and isinstance(name, tuple) else spec


def index_levels(frame: pd.DataFrame) -> list[tuple[str, list[object]]]:
    """Return name and values of each level of the row labels; none where rows are only counted."""
    index = frame.index
    plain = isinstance(index, pd.RangeIndex) and index.name is None and len(frame.columns) > 0
    if plain and index.equals(pd.RangeIndex(len(index))):
        return []
    names = ["" if name is None else str(name) for name in index.names]
    return [(name, index.get_level_values(level).tolist()) for level, name in enumerate(names)]


def is_missing(value: object) -> bool:
    """Tell whether a cell holds no value (None, NaN, NaT or NA)."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, float | np.floating) and math.isnan(value)


def is_numeric(value: object) -> bool:
    """Tell whether a cell is a real number; truth values are not."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def decimals_for(values: Iterable[float]) -> int:
    """Choose the decimals that give the middle value of a column four significant digits."""
    sizes = sorted(abs(value) for value in values if math.isfinite(value) and value)
    if not sizes:
        return 0
    wanted = _SIGNIFICANT - 1 - math.floor(math.log10(sizes[len(sizes) // 2]))
    decimals = min(max(wanted, 0), _MOST_DECIMALS)
    shown = [size for size in sizes if size >= 0.5 * 10.0**-decimals]
    while decimals and all(
        abs(size - round(size, decimals - 1)) <= 1e-12 * max(size, 1.0) for size in shown
    ):
        decimals -= 1
    return decimals


def format_column(values: list[object], spec: str | None, place: str) -> list[str]:
    """Write the cells of one column as text."""
    floats = [float(value) for value in values if isinstance(value, float | np.floating)]
    shared = not any(isinstance(value, str | Amount) for value in values)
    decimals = decimals_for(floats) if shared and spec is None else None
    grouped = any(abs(value) >= 10_000 for value in floats if not math.isnan(value))
    return [_cell(value, spec, decimals, grouped, place) for value in values]


def _column(name: object, values: list[object], spec: str | None, *, label: bool = False) -> Column:
    """Make a column: figures to the right, also with intervals; labels such as "01" are words."""
    parts = name if isinstance(name, tuple) else (name,)
    header = tuple(visible("" if is_missing(part) else part) for part in parts)
    known = [value for value in values if not is_missing(value)]
    if label and any(isinstance(value, str) for value in known):
        numeric = False
    else:
        numeric = any(str(value) for value in known) and all(
            _FIGURE.fullmatch(str(value)) if isinstance(value, str | Amount) else is_numeric(value)
            for value in known
        )
    cells = tuple(visible(cell) for cell in format_column(values, spec, " / ".join(header)))
    return Column(header, cells, numeric)


def _cell(value: object, spec: str | None, decimals: int | None, grouped: bool, place: str) -> str:
    if is_missing(value):
        return MISSING
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if is_numeric(value):
        return _number(value, spec, decimals, grouped, place)
    if isinstance(value, datetime) and value == datetime.combine(value.date(), datetime.min.time()):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(
    value: object, spec: str | None, decimals: int | None, grouped: bool, place: str
) -> str:
    if spec == "p":
        number = float(value)  # type: ignore[arg-type]
        return "<0.0001" if number < 0.00005 else f"{number:.4f}"
    if spec is not None:
        try:
            text = format(value, spec)
        except (ValueError, TypeError):
            problem = f"column {place!r}: format {spec!r} does not fit {value!r}"
            raise DataError(f"{problem}; give one such as '.3f'") from None
        minus_zero = text.startswith("-") and not any(c in "123456789in" for c in text)
        return text[1:] if minus_zero else text
    if isinstance(value, int | np.integer):
        return str(int(value))
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        return str(number)
    if abs(number) >= _LARGEST_FIXED:
        return f"{number:.3e}"
    digits = decimals_for([number]) if decimals is None else decimals
    least = 10.0 if digits == _MOST_DECIMALS else 0.5  # where no more decimals come: two digits
    if number and abs(number) < least * 10.0**-digits:
        return f"{number:.2g}"  # a small number is not nothing
    return f"{number:z{',' if grouped else ''}.{digits}f}"


_LATEX_LINE = 1050  # twentieths of the size of common letters, which are narrower than Arial's
_NOTES = 0.84  # size of the notes
_LATEX_SIZES = {1.0: "", 0.92: r"\small", 0.84: r"\footnotesize", 0.77: r"\scriptsize"}  # widths
_LATEX_GAPS = (30, 15)  # of columns, in the common size and in smaller ones
_LATEX_HIGHEST = 40  # lines of the common size, with which title and rules fill a page
_PLAIN = re.compile(r"-?[\d.,%e]*")  # a number needs no escaping in Markdown
_GAP = "  "
# Signs that stay on the line of the word before or behind them.
_CLOSING, _OPENING = "%\uff0c\u3002\uff1b\uff1a\u3001\uff1f\uff09\u300b", "\uff08\u300a"
_BOUNDS, _JOINT = re.compile(r"\[[-+]?\d[\d.]*, [-+]?\d[\d.]*\]"), "\ue000"
_HYPHEN = re.compile("(?<=[A-Za-z]{3}-)(?=[a-z]{3})")  # of a word, not of a range
_WORTH = 1.2  # power: letters half as large must save more than half of the lines
_TRIED = 200  # rows whose lines are counted
_PAPER = 160  # twentieths, below which a column of words is not wrapped on paper
_NARROWEST = 16  # a column of words is not wrapped below this width


def grid_to_html(title: str, grid: Grid, notes: Sequence[str]) -> str:
    """Render a grid as an HTML fragment with caption and scoped headers."""
    return _render("table.html", escape_html, title, grid, notes)


def grid_to_latex(title: str, grid: Grid, notes: Sequence[str]) -> str:
    r"""Render a grid as a LaTeX table (package booktabs), one longer than a page as longtable."""

    def number(column: Column, row: int) -> str:
        cell = column.cells[row]
        if column.numeric and cell.startswith("-") and len(cell) > 1:
            return _Ready(f"$-${escape_latex(cell[1:])}")
        return cell

    size, sides, long, shown = _latex_layout(grid, notes)
    looks = {"size": _Ready(size), "sides": _Ready(sides), "long": long}
    return _render("table.tex", escape_latex, title, shown, notes, number=number, **looks)


def grid_to_markdown(title: str, grid: Grid, notes: Sequence[str]) -> str:
    r"""Render a grid as a Markdown pipe table."""

    def number(column: Column, row: int) -> str:
        cell = column.cells[row]
        return _Ready(cell) if column.numeric and _PLAIN.fullmatch(cell) else cell

    return _render("table.md", escape_markdown, title, grid, notes, number=number)


class _Ready(str):
    """Text that is not escaped again."""


def _render(
    name: str,
    escape: Callable[[object], str],
    title: str,
    grid: Grid,
    notes: Sequence[str],
    **own: object,
) -> str:
    """Fill a template with a grid, its words and what this format alone needs."""
    reaches, heads = grid.spans()
    filled = _template(name, escape).render(
        title=title,
        notes=notes,
        index=grid.index,
        columns=grid.columns,
        heads=list(enumerate(heads)),
        reaches=reaches,
        rows=grid.rows,
        inner=grid.levels - 1,
        zip=zip,
        **own,
    )
    return filled.rstrip("\n")


@cache
def _template(name: str, escape: Callable[[object], str]) -> "jinja2.Template":
    """Read a template of this folder; all that it prints is escaped."""
    import jinja2

    signs = ("<%", "%>", "<<", ">>") if name == "table.tex" else ("{%", "%}", "{{", "}}")
    return jinja2.Environment(
        *signs,
        loader=jinja2.PackageLoader("quesnay.models.display", "."),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        finalize=lambda shown: shown if isinstance(shown, _Ready) else escape(shown),
    ).get_template(name)


def grid_to_text(title: str, grid: Grid, notes: Sequence[str], *, width: int) -> str:
    """Render a grid as plain text: wide ones in blocks of columns, each beside the row labels."""
    _, heads = grid.spans()
    index = grid.labels_once()
    widths = fit_widths([*index, *grid.columns], width)
    left, right = widths[: len(index)], widths[len(index) :]
    room = width - sum(left) - len(_GAP) * len(left)
    lines = list(wrap(visible(title), width)) if title else []
    for number, (start, stop) in enumerate(_blocks(right, room)):
        lines += [""] * bool(number)
        chosen = list(index)
        for place, column in enumerate(grid.columns[start:stop], start):
            names = (
                name if reach[place] or place == start else ""
                for name, reach in zip(column.header, heads, strict=True)
            )
            chosen.append(replace(column, header=tuple(names)))
        lines += _block(chosen, [*left, *right[start:stop]], grid)
    for note in notes:
        lines += wrap(visible(note), width)
    return "\n".join(lines)


def wrap(text: str, width: float, *, measure: Callable[[str], float] = display_width) -> list[str]:
    """Break a text into lines of at most `width`, where it can at blanks.

    By default in columns of a terminal; `measure` says how wide a text is.
    """
    if measure(text) <= width:
        return [text]
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and measure(lines[-1]) + measure(piece.rstrip()) > width:
            lines.append("")
        for character in piece if measure(piece) > width else [piece]:
            if lines[-1] and measure(lines[-1] + character.rstrip()) > width:
                lines.append("")
            lines[-1] += character
    return [line.strip() for line in lines]


def _latex_layout(grid: Grid, notes: Sequence[str]) -> tuple[str, str, bool, Grid]:
    """Choose the size of the letters in which a table fits a page, and break what is too wide.

    Returns the command for the size, the sides of the columns, whether the table goes on over
    pages, and the grid with its long headers and words ready to be set.
    """
    columns = [*grid.index, *grid.columns]
    gaps = {scale: _LATEX_GAPS[scale < 1.0] * len(columns) for scale in _LATEX_SIZES}
    rooms = {scale: int((_LATEX_LINE - gap) / scale) for scale, gap in gaps.items()}
    scale, widths = fit_page(columns, rooms, readable=0.0)
    sides, made = "", []
    for column, width in zip(columns, widths, strict=True):
        wide = not column.numeric and any(letter_width(cell) > width for cell in column.cells)
        part = width * scale / _LATEX_LINE
        sides += "r" if column.numeric else f"p{{{part:.3f}\\linewidth}}" if wide else "l"
        header, cells = list(column.header), column.cells
        lines = wrap(header[-1], width, measure=letter_width)
        if len(lines) > 1:
            text = r"\\".join(map(escape_latex, lines))
            header[-1] = _Ready(rf"\shortstack[{'r' if column.numeric else 'l'}]{{{text}}}")
        if wide:
            cells = tuple(_Ready(rf"\raggedright {escape_latex(cell)}") for cell in cells)
        made.append(Column(tuple(header), cells, column.numeric))
    size = _LATEX_SIZES[scale]
    command = rf"\setlength{{\tabcolsep}}{{3pt}}{size}" if size else ""
    below = sum(len(wrap(note, _LATEX_LINE / _NOTES, measure=letter_width)) for note in notes)
    high = scale * _lines(columns, widths) + _NOTES * below
    labels = len(grid.index)
    shown = Grid(tuple(made[:labels]), tuple(made[labels:]), grid.rows, grid.levels)
    return command, sides, high > _LATEX_HIGHEST, shown


def fit_widths(
    columns: Sequence[Column],
    width: int,
    *,
    narrowest: int = _NARROWEST,
    gap: int = len(_GAP),
    measure: Callable[[str], int] = display_width,
) -> list[int]:
    """Give each column its natural width; narrow the columns of words while all is too wide.

    `measure` says how wide a text is, by default in columns of a terminal.
    """
    widths = [max(map(measure, (*column.header, *column.cells))) for column in columns]
    floors = [
        _floor(column, width, narrowest, measure)
        for column, width in zip(columns, widths, strict=True)
    ]
    excess = sum(widths) + gap * (len(widths) - 1) - width
    while excess > 0:
        widest = max(
            (p for p in range(len(widths)) if widths[p] > floors[p]),
            key=widths.__getitem__,
            default=None,
        )
        if widest is None:
            break
        widths[widest] -= 1
        excess -= 1
    return widths


def fit_page(
    columns: Sequence[Column], rooms: Mapping[float, int], *, readable: float
) -> tuple[float, list[int]]:
    """Choose the size of letters in which a table fits a page, and the width of each column.

    Of the sizes with their rooms, all in twentieths of a size, the largest in which all fits,
    unless a smaller one saves many lines; one below `readable` only where no other fits.
    """
    tried: list[tuple[float, float, list[int]]] = []
    for size, room in rooms.items():
        if tried and size < readable:
            break
        widths = fit_widths(columns, room, narrowest=_PAPER, gap=0, measure=letter_width)
        if sum(widths) <= room or size == min(rooms):
            tried.append((_lines(columns, widths) / size**_WORTH, size, widths))
    return min(tried, key=lambda one: one[0])[1:]


def _lines(columns: Sequence[Column], widths: Sequence[int]) -> int:
    """Return how many lines the first rows of a table take on paper."""
    cells = (
        [wrap(cell, width, measure=letter_width) for cell in column.cells[:_TRIED]]
        for column, width in zip(columns, widths, strict=True)
    )
    return sum(max(map(len, row)) for row in zip(*cells, strict=True))


def _floor(column: Column, natural: int, narrowest: int, measure: Callable[[str], int]) -> int:
    """Return the least width: numbers stay whole, words and long headers may be wrapped."""
    texts = column.header if column.numeric else (*column.header, *column.cells)
    words = [piece.rstrip() for text in texts for piece in _pieces(text)]
    if column.numeric:
        least = max(map(measure, (*words, *column.cells)))
    else:
        least = min(max([narrowest, *map(measure, words)]), measure("n" * _NARROWEST))
    return min(natural, least)


def _blocks(widths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Cut the columns into blocks that fit beside the row labels."""
    blocks, start, used = [], 0, 0
    for place, width in enumerate(widths):
        if place > start and used + width > room:
            blocks.append((start, place))
            start, used = place, 0
        used += width + len(_GAP)
    return [*blocks, (start, len(widths))]


def _block(columns: Sequence[Column], widths: Sequence[int], grid: Grid) -> list[str]:
    lines: list[str] = []
    right = [column.numeric for column in columns]
    for level in range(grid.levels):
        lines += _row([column.header[level] for column in columns], widths, right, bottom=True)
    lines.append("-" * (sum(widths) + len(_GAP) * (len(widths) - 1)))
    for place in range(grid.rows):
        lines += _row([column.cells[place] for column in columns], widths, right)
    return lines if grid.rows else [*lines, "(no rows)"]


def _row(
    texts: Sequence[str], widths: Sequence[int], right: Sequence[bool], *, bottom: bool = False
) -> list[str]:
    wrapped = [wrap(text, width) for text, width in zip(texts, widths, strict=True)]
    height = max(map(len, wrapped))
    filled = [
        [""] * (height - len(lines)) + lines if bottom else lines + [""] * (height - len(lines))
        for lines in wrapped
    ]
    out = []
    for line in range(height):
        cells = []
        for lines, width, to_right in zip(filled, widths, right, strict=True):
            blanks = " " * (width - display_width(lines[line]))
            cells.append(blanks + lines[line] if to_right else lines[line] + blanks)
        out.append(_GAP.join(cells).rstrip())
    return out


def _pieces(text: str) -> list[str]:
    """Split after blanks, underscores, slashes, hyphens and wide signs, where a line may break.

    An interval stays on one line.
    """
    pieces = [""]
    for character in _BOUNDS.sub(lambda found: found[0].replace(" ", _JOINT), text):
        if not pieces[-1] and character in _CLOSING:
            pieces[max(len(pieces) - 2, 0)] += character
            continue
        pieces[-1] += character
        if character in " _/" or (display_width(character) > 1 and character not in _OPENING):
            pieces.append("")
    parts = [part for piece in pieces for part in _HYPHEN.split(piece)]
    return [part.replace(_JOINT, " ") for part in parts if part]

"""Tables as text, HTML, LaTeX and Markdown; every label is escaped."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from quesnay.models.display.escape import (
    display_width,
    escape_html,
    escape_latex,
    escape_markdown,
    visible,
)
from quesnay.models.display.grid import Column, Grid

if TYPE_CHECKING:
    import jinja2

__all__ = [
    "grid_to_html",
    "grid_to_latex",
    "grid_to_markdown",
    "grid_to_text",
    "wrap",
]

_LATEX_LINE, _LATEX_WORDS = 88, 22  # letters on a line; of a cell that is not wrapped
_PLAIN = re.compile(r"-?[\d.,%e]*")  # a number needs no escaping in Markdown
_GAP = "  "
_NARROWEST = 16  # a column of words is not wrapped below this width


def grid_to_html(title: str, grid: Grid, notes: Sequence[str]) -> str:
    """Render a grid as an HTML fragment with caption and scoped headers."""
    return _render("table.html", escape_html, title, grid, notes)


def grid_to_latex(title: str, grid: Grid, notes: Sequence[str]) -> str:
    r"""Render a grid as a LaTeX table (package booktabs)."""

    def number(column: Column, row: int) -> str:
        cell = column.cells[row]
        if column.numeric and cell.startswith("-") and len(cell) > 1:
            return _Ready(f"$-${escape_latex(cell[1:])}")
        return cell

    sides = _Ready(_latex_sides([*grid.index, *grid.columns]))
    return _render("table.tex", escape_latex, title, grid, notes, number=number, sides=sides)


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
    filled = _template(name, escape).render(
        title=title,
        notes=notes,
        index=grid.index,
        columns=grid.columns,
        heads=list(enumerate(grid.header_spans())),
        reaches=grid.row_spans(),
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
        lstrip_blocks=True,
        finalize=lambda shown: shown if isinstance(shown, _Ready) else escape(shown),
    ).get_template(name)


def grid_to_text(title: str, grid: Grid, notes: Sequence[str], *, width: int) -> str:
    """Render a grid as plain text."""
    index = [_without_repeats(grid, level) for level in range(len(grid.index))]
    widths = _fit([*index, *grid.columns], width)
    left, right = widths[: len(index)], widths[len(index) :]
    room = width - sum(left) - len(_GAP) * len(left)
    lines = list(wrap(visible(title), width)) if title else []
    for number, (start, stop) in enumerate(_blocks(right, room)):
        lines += [""] * bool(number)
        chosen = [*index, *_headers_once(grid, start, stop)]
        lines += _block(chosen, [*left, *right[start:stop]], grid)
    for note in notes:
        lines += wrap(visible(note), width)
    return "\n".join(lines)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` terminal columns, where it can at blanks."""
    if display_width(text) <= width:
        return [text]
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and display_width(lines[-1]) + display_width(piece.rstrip()) > width:
            lines.append("")
        for character in piece if display_width(piece) > width else [piece]:
            if lines[-1] and display_width(lines[-1] + character.rstrip()) > width:
                lines.append("")
            lines[-1] += character
    return [line.strip() for line in lines]


def _latex_sides(columns: Sequence[Column]) -> str:
    """Return the sides of the columns; long words are wrapped where a page cannot hold the row."""
    widths = [max(map(display_width, (*c.header, *c.cells))) + 2 for c in columns]
    sides = ["r" if column.numeric else "l" for column in columns]
    wrapped = [i for i, width in enumerate(widths) if width > _LATEX_WORDS and sides[i] == "l"]
    total = sum(widths[i] for i in wrapped)
    room = max(_LATEX_LINE - sum(widths) + total, _LATEX_WORDS * len(wrapped))
    if total > room:
        for i in wrapped:
            part = widths[i] / total * room / _LATEX_LINE - 0.03  # less the space between columns
            sides[i] = f"p{{{part:.2f}\\linewidth}}"
    return "".join(sides)


def _without_repeats(grid: Grid, level: int) -> Column:
    column, spans = grid.index[level], grid.row_spans()[level]
    cells = tuple(cell if span else "" for cell, span in zip(column.cells, spans, strict=True))
    return Column(column.header, cells, column.numeric)


def _headers_once(grid: Grid, start: int, stop: int) -> Iterable[Column]:
    spans = grid.header_spans()
    for place in range(start, stop):
        column = grid.columns[place]
        header = tuple(
            name if spans[level][place] or place == start else ""
            for level, name in enumerate(column.header)
        )
        yield Column(header, column.cells, column.numeric)


def _fit(columns: Sequence[Column], width: int) -> list[int]:
    """Give each column its natural width; narrow the columns of words while all is too wide."""
    widths = [
        max(map(display_width, (*column.header, *column.cells)), default=0) for column in columns
    ]
    floors = [_floor(column, width) for column, width in zip(columns, widths, strict=True)]
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - width
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


def _floor(column: Column, natural: int) -> int:
    """Return the least width: numbers stay whole, words and long headers may be wrapped."""
    least = _NARROWEST if not column.numeric else 0
    if column.numeric:
        pieces = [piece for name in column.header for piece in _pieces(name)]
        least = max(map(display_width, (*pieces, *column.cells)), default=0)
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
    height = max(map(len, wrapped), default=0)
    filled = [
        [""] * (height - len(lines)) + lines if bottom else lines + [""] * (height - len(lines))
        for lines in wrapped
    ]
    return [
        _GAP.join(
            _pad(lines[line], width, to_right)
            for lines, width, to_right in zip(filled, widths, right, strict=True)
        ).rstrip()
        for line in range(height)
    ]


def _pad(text: str, width: int, to_right: bool) -> str:
    blanks = " " * (width - display_width(text))
    return blanks + text if to_right else text + blanks


def _pieces(text: str) -> list[str]:
    """Split after blanks, underscores, slashes and wide characters, where a line may break."""
    pieces = [""]
    for character in text:
        pieces[-1] += character
        if character in " _/" or display_width(character) > 1:
            pieces.append("")
    return [piece for piece in pieces if piece]

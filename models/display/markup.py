"""Tables in HTML, LaTeX and Markdown; every label is escaped."""

import re
from collections.abc import Callable, Iterable, Sequence

from quesnay.models.display.escape import (
    display_width,
    escape_html,
    escape_latex,
    escape_markdown,
)
from quesnay.models.display.grid import Column, Grid

__all__ = ["grid_to_html", "grid_to_latex", "grid_to_markdown"]

# Notebooks typeset dollar signs in output; the class names switch that off.
_OPEN = '<div class="quesnay tex2jax_ignore mathjax_ignore">\n<table>'
_LATEX_LINE, _LATEX_WORDS = 88, 22  # letters on a line; of a cell that is not wrapped
_PLAIN = re.compile(r"-?[\d.,%e]*")  # a number needs no escaping in Markdown
_RIGHT = ' style="text-align:right"'


def grid_to_html(title: str, grid: Grid, notes: Sequence[str]) -> str:
    """Render a grid as an HTML fragment with caption and scoped headers.

    Parameters
    ----------
    title : str
        Caption.
    grid : Grid
        The table.
    notes : sequence of str
        Sentences below the table.

    Returns
    -------
    str
        A ``div`` that holds one table and its notes; it has no script, link or style sheet.

    Examples
    --------
    >>> import pandas as pd
    >>> from quesnay.models.display.grid import build_grid
    >>> "&lt;b&gt;" in grid_to_html("<b>", build_grid(pd.DataFrame({"core": [1.5]}), {}), [])
    True
    """
    rows = (
        f"<tr>{labels}{''.join(_data_cell(column, place) for column in grid.columns)}</tr>"
        for place, labels in enumerate(_html_labels(grid))
    )
    below = [f"<p>{escape_html(note)}</p>" for note in notes]
    caption = f"<caption>{escape_html(title)}</caption>"
    head = ["<thead>", *_html_header(grid), "</thead>"]
    return "\n".join(
        [_OPEN, caption, *head, "<tbody>", *rows, "</tbody>", "</table>", *below, "</div>"]
    )


def _html_header(grid: Grid) -> Iterable[str]:
    for level, spans in enumerate(grid.header_spans()):
        inner = level == grid.levels - 1
        corner = "".join(
            f'<th scope="col">{escape_html(column.header[level])}</th>'
            if column.header[level]
            else "<td></td>"
            for column in grid.index
        )
        names = "".join(
            _header_cell(column, level, span, inner)
            for column, span in zip(grid.columns, spans, strict=True)
            if span
        )
        yield f"<tr>{corner}{names}</tr>"


def _header_cell(column: Column, level: int, span: int, inner: bool) -> str:
    reach = "" if inner else f' colspan="{span}"'
    side = _RIGHT if inner and column.numeric else ""
    scope = "col" if inner else "colgroup"
    return f'<th scope="{scope}"{reach}{side}>{escape_html(column.header[level])}</th>'


def _html_labels(grid: Grid) -> list[str]:
    labels = [""] * grid.rows
    for level, (column, spans) in enumerate(zip(grid.index, grid.row_spans(), strict=True)):
        inner = level == len(grid.index) - 1
        for place, span in enumerate(spans):
            if span:
                reach = f' rowspan="{span}"' if span > 1 else ""
                scope = "row" if inner else "rowgroup"
                text = escape_html(column.cells[place])
                labels[place] += f'<th scope="{scope}"{reach}>{text}</th>'
    return labels


def _data_cell(column: Column, place: int) -> str:
    return f"<td{_RIGHT if column.numeric else ''}>{escape_html(column.cells[place])}</td>"


def grid_to_latex(title: str, grid: Grid, notes: Sequence[str]) -> str:
    r"""Render a grid as a LaTeX table (package booktabs).

    Parameters
    ----------
    title : str
        Caption.
    grid : Grid
        The table.
    notes : sequence of str
        Sentences below the table.

    Returns
    -------
    str
        A ``table`` environment.

    Examples
    --------
    >>> import pandas as pd
    >>> from quesnay.models.display.grid import build_grid
    >>> print(grid_to_latex("R&D", build_grid(pd.DataFrame({"core": [-1.5]}), {}), []))
    \begin{table}[htbp]
    \centering
    \caption{R\&D}
    \begin{tabular}{r}
    \toprule
    core \\
    \midrule
    $-$1.5 \\
    \bottomrule
    \end{tabular}
    \end{table}
    """
    columns = [*grid.index, *grid.columns]
    labels = _labels_once(grid, escape_latex)
    body = (
        " & ".join([*labels[place], *(_latex_cell(c, place) for c in grid.columns)]) + r" \\"
        for place in range(grid.rows)
    )
    below = [rf"\par\smallskip\footnotesize {escape_latex(note)}" for note in notes]
    return "\n".join(
        [
            r"\begin{table}[htbp]",
            r"\centering",
            rf"\caption{{{escape_latex(title)}}}",
            rf"\begin{{tabular}}{{{_latex_sides(columns)}}}",
            r"\toprule",
            *_latex_header(grid),
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            *below,
            r"\end{table}",
        ]
    )


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


def _latex_header(grid: Grid) -> Iterable[str]:
    for level, spans in enumerate(grid.header_spans()):
        names = [escape_latex(column.header[level]) for column in grid.index]
        for column, span in zip(grid.columns, spans, strict=True):
            if span:
                text = escape_latex(column.header[level])
                names.append(rf"\multicolumn{{{span}}}{{c}}{{{text}}}" if span > 1 else text)
        yield " & ".join(names) + r" \\"


def _latex_cell(column: Column, place: int) -> str:
    cell = column.cells[place]
    if column.numeric and cell.startswith("-") and len(cell) > 1:
        return f"$-${escape_latex(cell[1:])}"
    return escape_latex(cell)


def _labels_once(grid: Grid, escape: Callable[[object], str]) -> list[list[str]]:
    spans = grid.row_spans()
    return [
        [
            escape(column.cells[place]) if spans[level][place] else ""
            for level, column in enumerate(grid.index)
        ]
        for place in range(grid.rows)
    ]


def grid_to_markdown(title: str, grid: Grid, notes: Sequence[str]) -> str:
    r"""Render a grid as a Markdown pipe table.

    Parameters
    ----------
    title : str
        Heading, in bold above the table.
    grid : Grid
        The table; several header levels are joined by a slash.
    notes : sequence of str
        Paragraphs below the table.

    Returns
    -------
    str
        Markdown.

    Examples
    --------
    >>> import pandas as pd
    >>> from quesnay.models.display.grid import build_grid
    >>> print(grid_to_markdown("Core", build_grid(pd.DataFrame({"a|b": [1.5]}), {}), []))
    **Core**
    <BLANKLINE>
    | a\|b |
    | ---: |
    | 1.5 |
    """
    columns = [*grid.index, *grid.columns]
    names = [" / ".join(escape_markdown(part) for part in c.header if part) for c in columns]
    rules = ["---:" if column.numeric else "---" for column in columns]
    labels = _labels_once(grid, escape_markdown)
    rows = (
        [*labels[place], *(_markdown_cell(column, place) for column in grid.columns)]
        for place in range(grid.rows)
    )
    lines = [_pipes(row) for row in (names, rules, *rows)]
    heading = [f"**{escape_markdown(title)}**", ""] if title else []
    below = [line for note in notes for line in ("", escape_markdown(note))]
    return "\n".join([*heading, *lines, *below])


def _markdown_cell(column: Column, place: int) -> str:
    cell = column.cells[place]
    return cell if column.numeric and _PLAIN.fullmatch(cell) else escape_markdown(cell)


def _pipes(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"

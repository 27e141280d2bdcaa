"""On which vintages of GDP each figure of a report can rest."""

import re
from typing import TYPE_CHECKING

import pandas as pd

from quesnay.diagnostics.audit.result import AuditResult
from quesnay.diagnostics.plots.style import COLOURS, GREY, finish, legend_below, panel_of
from quesnay.fitting.errors import QuesnayError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_audit"]

_STATES = {"always": (COLOURS[0], 1.0), "in some": (COLOURS[0], 0.4), "never": (GREY, 0.15)}


def plot_audit(
    result: AuditResult, *, source: str | None = None, ax: "Axes | None" = None
) -> "Figure":
    """Draw a grid: figures that need GDP down, vintages across, filled where a figure rests on one.

    Parameters
    ----------
    result : AuditResult
        The audit.
    source : str, optional
        Source of the figures, written at the foot.
    ax : Axes, optional
        The panel to draw on; by default a new figure.

    Returns
    -------
    Figure
        One row a figure, one column a vintage.

    Raises
    ------
    QuesnayError
        If no figure rests on a GDP of several vintages.
    """
    grid = _grid(result)
    if grid.empty:
        raise QuesnayError("nothing to draw: no figure of this report needs a vintage of GDP")
    rows, columns = grid.shape
    figure, axes = panel_of(ax, size=(4.4 + 0.95 * columns, 2.6 + 0.42 * rows))
    for row, name in enumerate(grid.index):
        for column, vintage in enumerate(grid.columns):
            _cell(axes, row, column, grid.loc[name, vintage])
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks(range(rows), grid.index)
    words = [_wrapped(str(vintage)) for vintage in grid.columns]
    axes.set_xticks(range(columns), words, fontsize=8)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.set_title(_title(result), fontsize=11)
    _explain(axes, grid)
    legend_below(figure, ax)
    alt = " ".join(["Audit of printed figures.", *result.findings[:4]])
    return finish(figure, alt=alt, source=source, panel=ax)


def _grid(result: AuditResult) -> pd.DataFrame:
    """Return by figure and vintage whether one rests on the other always, in some or never."""
    frame = result.vintages
    out: dict[str, dict[str, str]] = {}
    for name in dict.fromkeys(frame["id"]):
        own = frame[frame["id"] == name]
        used = result.assignments.get(name, pd.Series(dtype=str))
        for vintage in dict.fromkeys(v for text in own["vintages"] for v in text.split(", ") if v):
            share = float(used.map(lambda text, v=vintage: v in text.split(", ")).mean() or 0.0)
            state = "always" if share == 1.0 else "in some" if share > 0.0 else "never"
            out.setdefault(_row_name(result, name), {})[vintage] = state
    grid = pd.DataFrame.from_dict(out, orient="index")
    return grid[sorted(grid.columns, key=lambda name: str(name).split()[0])] if len(grid) else grid


def _row_name(result: AuditResult, name: str) -> str:
    """Return figure and id, with its definition where the assignments agree on one."""
    column = f"{name} definition"
    known = set(result.assignments[column]) if column in result.assignments else set()
    told = re.search(
        rf"[Tt]he ([^().,;]+ of \d{{4}}) \({re.escape(name)}\)", " ".join(result.findings)
    )
    words = f"{told.group(1)} ({name})" if told else name
    return f"{words}, {known.pop()}" if len(known) == 1 else words


def _cell(axes: "Axes", row: int, column: int, state: object) -> None:
    if not isinstance(state, str):
        return
    colour, alpha = _STATES[state]
    axes.barh(row, 0.84, left=column - 0.42, height=0.7, color=colour, alpha=alpha)


def _wrapped(vintage: str) -> str:
    import textwrap

    year, _, name = vintage.partition(" ")
    return "\n".join([year, *textwrap.wrap(name, 14)])


def _title(result: AuditResult) -> str:
    count = len(result.assignments)
    if not result.feasible:
        return "No assignment of vintages satisfies all figures"
    fit = "one assignment fits" if count == 1 else f"{count} assignments fit"
    return f"The GDP on which each figure rests: {fit}"


def _explain(axes: "Axes", grid: pd.DataFrame) -> None:
    """Name the shades that occur, as bars without length."""
    words = {
        "always": "in every consistent assignment",
        "in some": "in some consistent assignment",
        "never": "in none",
    }
    for state, (colour, alpha) in _STATES.items():
        if (grid == state).any(axis=None):
            axes.barh([0], [0], color=colour, alpha=alpha, label=words[state])

"""On which vintages of GDP each figure of a report can rest."""

from typing import TYPE_CHECKING

import pandas as pd

from quesnay.diagnostics.audit.result import AuditResult
from quesnay.diagnostics.plots.style import COLOURS, GREY, finish, new_figure
from quesnay.fitting.errors import QuesnayError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_audit"]

_STATES = {"always": (COLOURS[0], 1.0), "in some": (COLOURS[0], 0.4), "never": (GREY, 0.15)}


def plot_audit(result: AuditResult) -> "Figure":
    """Draw a grid: figures that need GDP down, vintages across, filled where a figure rests on one.

    Parameters
    ----------
    result : AuditResult
        The audit.

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
    figure = new_figure(size=(2.4 + 0.95 * columns, 2.6 + 0.42 * rows))
    axes = figure.axes[0]
    for row, name in enumerate(grid.index):
        for column, vintage in enumerate(grid.columns):
            _cell(axes, row, column, grid.loc[name, vintage])
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks(range(rows), grid.index)
    words = [_wrapped(str(vintage)) for vintage in grid.columns]
    axes.set_xticks(range(columns), words, fontsize=8)
    axes.tick_params(length=0)
    axes.set_title(_title(result), fontsize=11)
    _legend(figure)
    return finish(figure, alt=" ".join(["Audit of printed figures.", *result.findings[:4]]))


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
    """Return the id, with its definition where the assignments agree on one."""
    column = f"{name} definition"
    known = set(result.assignments[column]) if column in result.assignments else set()
    return f"{name} ({known.pop()})" if len(known) == 1 else name


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


def _legend(figure: "Figure") -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(color=colour, alpha=alpha, label=f"{state} consistent assignment" if "some" in state
              else "in every consistent assignment" if state == "always"
              else "in none")
        for state, (colour, alpha) in _STATES.items()
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=9
    )

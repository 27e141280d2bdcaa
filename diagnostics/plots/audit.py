"""Each printed figure against what all others imply."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.audit.result import AuditResult
from quesnay.diagnostics.plots.style import COLOURS, GREY, axis_label, finish, new_figure
from quesnay.fitting.errors import QuesnayError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_audit"]

# Wider implied intervals say little and would flatten the others: they are cut at the frame.
_SHOWN = 45.0


def plot_audit(result: AuditResult) -> "Figure":
    """Draw, in percent of the printed value, the rounding interval and the implied interval.

    Where the figures hold together the two overlap. Where the audit under the official deflator
    fails, what the others imply under it is drawn too.
    """
    frame = result.implied
    other = result.official
    second = frame.iloc[:0] if other is None or other.feasible else other.implied
    ids = [name for name in frame.index if _bounded(frame, name) or _bounded(second, name)]
    if not ids:
        raise QuesnayError("nothing to draw: no figure is implied by the others")
    figure = new_figure(size=(7.6, 1.9 + 0.42 * len(ids)))
    axes = figure.axes[0]
    for row, name in enumerate(ids):
        _bar(axes, row, frame.loc[name], ("low", "high"), GREY)
        for shift, table, colour in ((-0.12, frame, COLOURS[0]), (0.14, second, COLOURS[1])):
            if _bounded(table, name):
                _bar(axes, row + shift, table.loc[name], ("implied_low", "implied_high"), colour)
    axes.axvline(0.0, color=GREY, linewidth=0.8)
    axes.set_yticks(range(len(ids)), ids)
    axes.set_ylim(len(ids) - 0.4, -0.6)
    axes.set_xlim(-_SHOWN, _SHOWN)
    axes.set_xlabel(axis_label("difference from the printed figure", "percent of it"))
    axes.set_title("What is printed, and what the other figures leave open", fontsize=11)
    _legend(figure, official=len(second) > 0)
    return finish(figure, alt=" ".join(["Audit of printed figures.", *result.findings[:4]]))


def _bounded(frame: pd.DataFrame, name: object) -> bool:
    return name in frame.index and bool(np.isfinite(frame.loc[[name], "implied_low"]).all())


def _bar(axes: "Axes", row: float, figure: pd.Series, ends: tuple[str, str], colour: str) -> None:
    printed = 0.5 * (figure["low"] + figure["high"])
    low, high = (100.0 * (figure[end] / printed - 1.0) for end in ends)
    wide = colour == GREY
    height = 0.72 if wide else 0.2
    # A hair of width keeps an interval of a few hundredths of a percent visible.
    width = max(high - low, 0.25)
    left = 0.5 * (low + high) - 0.5 * width
    axes.barh(row, width, left=left, height=height, color=colour, alpha=0.4 if wide else 1.0)


def _legend(figure: "Figure", *, official: bool) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(color=GREY, alpha=0.4, label="printed: what rounds to it"),
        Patch(color=COLOURS[0], label="implied by all other figures"),
    ]
    if official:
        handles.append(Patch(color=COLOURS[1], label="the same under the official GDP deflator"))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False,
                  fontsize=9)  # fmt: skip

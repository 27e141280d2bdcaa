"""The specification curve as a picture: ranked estimates above, the choices behind them below."""

from typing import TYPE_CHECKING

import numpy as np

from quesnay.diagnostics.plots.style import COLOURS, GREY, axis_label, finish, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from quesnay.diagnostics.evidence.specification import SpecificationCurve

__all__ = ["plot_specifications"]


def plot_specifications(curve: "SpecificationCurve") -> "Figure":
    """Draw ranked estimates with intervals, the printed figure, and the level of every choice."""
    levels = [
        (choice, level) for choice in curve.choices for level in curve.estimates[choice].unique()
    ]
    height = 3.6 + 0.19 * len(levels)
    figure = new_figure(
        2, 1, size=(9.0, height), sharex=True, height_ratios=[3.0, 0.19 * len(levels)]
    )
    top, bottom = figure.axes
    _estimates(top, curve)
    _marks(bottom, curve, levels)
    shown = f"{len(curve.estimates)} specifications of {curve.figure}"
    bottom.set_xlabel(f"{shown}, ranked by estimate")
    alt = (
        f"{shown}: median {curve.median:.3g}, {curve.below:.0%} below the printed "
        f"{curve.reported:g} {curve.unit}; {curve.holding:.0%} of the intervals hold it."
    )
    return finish(figure, alt=alt)


def _estimates(axes: "Axes", curve: "SpecificationCurve") -> None:
    rows = curve.estimates
    place = np.arange(1, len(rows) + 1)
    axes.fill_between(
        place,
        rows["low"].to_numpy(float),
        rows["high"].to_numpy(float),
        color=COLOURS[4],
        alpha=0.4,
        linewidth=0,
        label="95 % interval",
    )
    axes.plot(place, rows["estimate"], color=COLOURS[0], linewidth=1.5, label="estimate")
    axes.axhline(
        curve.reported, color=COLOURS[1], linewidth=1.5, label=f"reported, {curve.reported:g}"
    )
    axes.axhline(curve.median, color=GREY, linestyle="--", linewidth=1, label="median estimate")
    axes.set_ylabel(axis_label(curve.figure, curve.unit))
    # a few wide intervals must not flatten all others
    axes.set_ylim(0, 1.15 * max(float(rows["high"].quantile(0.97)), curve.reported_high))
    axes.legend(frameon=False, fontsize=9, loc="upper left")


def _marks(axes: "Axes", curve: "SpecificationCurve", levels: list[tuple[str, str]]) -> None:
    """One row a level; a mark where a specification uses it."""
    names = []
    last = ""
    thin = min(2.0, 400 / len(curve.estimates))  # points; neighbours must not hide a gap
    for row, (choice, level) in enumerate(levels):
        used = np.flatnonzero((curve.estimates[choice] == level).to_numpy()) + 1
        colour = COLOURS[curve.choices.index(choice) % 2]
        axes.vlines(used, -row - 0.35, -row + 0.35, color=colour, linewidth=thin)
        names.append(f"{choice}: {level}" if choice != last else level)
        last = choice
    axes.set_yticks(-np.arange(len(levels)), names, fontsize=7.5)
    axes.set_ylim(-len(levels) + 0.4, 0.6)
    axes.grid(visible=False)

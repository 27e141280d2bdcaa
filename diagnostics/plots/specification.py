"""Specification curves: ranked estimates with the choices behind them, and the runs apart."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.plots.style import (
    COLOURS,
    GREY,
    axis_label,
    finish,
    new_figure,
    panel_of,
)
from quesnay.fitting.errors import DataError, shown, suggestion

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from quesnay.diagnostics.evidence.specification import SpecificationCurve

__all__ = ["plot_specification_runs", "plot_specifications"]

_MANY = 400  # specifications of a run
_APART = 1.08  # from the start of one run to that of the next


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


def plot_specification_runs(
    frame: pd.DataFrame,
    *,
    figure: str,
    unit: str | None = None,
    source: str | None = None,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the specification curve with the runs apart, beside the printed figure.

    Parameters
    ----------
    frame : DataFrame
        One row a specification: columns run, estimate, low, high (its interval) and reported,
        the printed figure; or reported_low and reported_high, its rounding interval.
    figure : str
        Name of the figure.
    unit : str, optional
        Unit of all numbers.
    source : str, optional
        Source of the printed figure, written at the foot.
    ax : Axes, optional
        The panel to draw on; by default a new figure.

    Returns
    -------
    Figure
        Runs side by side on one scale, each ranked by estimate; below its name the share under the
        printed figure, the share whose interval agrees with it, and the median.

    Raises
    ------
    DataError
        If a column is absent or a run has no estimate.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"run": ["linkage", "linkage", "calibrated"], "estimate": [1.2, 1.6, 2.2],
    ...      "low": [1.1, 1.4, 1.9], "high": [1.3, 2.2, 2.4], "reported": 2.13}
    ... )
    >>> plot_specification_runs(frame, figure="T19").get_label().split(": ")[1]
    'linkage 2 specifications, median 1.4, 100% below, 50% agree; calibrated 1 specifications...
    """
    low, high = _checked_runs(frame)
    runs = list(dict.fromkeys(frame["run"]))
    drawing, axes = panel_of(ax, size=(9.0, 4.4))
    said, names = [], []
    for place, run in enumerate(runs):
        rows = frame[frame["run"] == run].sort_values("estimate", kind="stable")
        colour = (COLOURS[0], *COLOURS[2:6])[place % 5]  # that of the printed figure left out
        _run_of_curve(axes, rows, place * _APART, colour, len(runs))
        below = float((rows["estimate"] < low).mean())
        agree = float(((rows["low"] < high) & (rows["high"] >= low)).mean())
        middle = float(rows["estimate"].median())
        counted = f"{len(rows)} specifications, median {middle:.3g}"
        text = f"{below:.0%} below, {agree:.0%} agree"
        names.append(f"{run}\n{counted}\n{text}")
        said.append(f"{run} {counted}, {text}")
    axes.axhspan(low, high, color=COLOURS[1], alpha=0.5, linewidth=0)
    axes.axhline(0.5 * (low + high), color=COLOURS[1], linewidth=1.2, label="printed")
    axes.set_xticks(0.5 + _APART * np.arange(len(runs)), names, fontsize=9)
    axes.set_xlim(-0.05, _APART * len(runs))
    axes.grid(visible=False, axis="x")
    # a few wide intervals must not flatten all others
    axes.set_ylim(0, 1.1 * max(float(frame["high"].quantile(0.97)), high))
    axes.set_ylabel(axis_label(figure, unit))
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    alt = f"{figure} printed {0.5 * (low + high):.4g}{f' {unit}' if unit else ''}"
    return finish(drawing, alt=f"{alt}: {'; '.join(said)}.", source=source, panel=ax)


def _run_of_curve(axes: "Axes", rows: pd.DataFrame, start: float, colour: str, runs: int) -> None:
    """Draw the ranked estimates of one run with their intervals, and their median."""
    x = start + np.linspace(0.0, 1.0, len(rows) + 2)[1:-1]
    wide = max(0.5, 100 / (runs * (len(rows) + 1)))  # points; neighbours must not touch
    picture = len(rows) > _MANY  # as lines of an SVG they would be larger than all the rest
    axes.vlines(
        x, rows["low"], rows["high"], color=colour, alpha=0.35, linewidth=wide, rasterized=picture
    )
    axes.plot(x, rows["estimate"], "o", color=colour, markersize=2.5, rasterized=picture)
    axes.hlines(
        rows["estimate"].median(), start, start + 1, color="black", linestyle="--", linewidth=1,
        label="" if start else "median of the run",
    )  # fmt: skip


def _checked_runs(frame: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the printed figure."""
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"specifications: expected a DataFrame, got {shown(frame)}")
    printed = ["reported_low", "reported_high"]
    if not set(printed) <= set(frame.columns):
        printed = ["reported", "reported"]
    for name in ("run", "estimate", "low", "high", *printed):
        if name not in frame.columns:
            raise DataError(f"specifications: no column {name!r};{suggestion(name, frame.columns)}")
    if frame.empty or frame[["estimate", *printed]].isna().any(axis=None):
        raise DataError("specifications: a row without estimate or printed figure; drop it")
    low, high = (float(frame[name].iloc[0]) for name in printed)
    return low, high


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

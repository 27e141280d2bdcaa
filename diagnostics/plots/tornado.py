"""One input at a time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.plots.style import (
    COLOURS,
    GREY,
    axis_label,
    finish,
    legend_below,
    new_figure,
    panel_of,
)
from quesnay.fitting.checks import percent
from quesnay.fitting.errors import DataError
from quesnay.models.uncertainty.sensitivity import Tornado

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_tornado", "plot_tornados"]


def plot_tornado(
    result: Tornado,
    *,
    unit: str | None = None,
    most: int = 15,
    source: str | None = None,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the swings of a figure, the largest on top."""
    shown = result.swings.head(most)
    hidden = len(result.swings) - len(shown)
    figure, axes = panel_of(ax, size=(7.2, 1.7 + 0.36 * len(shown)))
    _swings(
        axes,
        result,
        most=most,
        words=("input at its lower quantile", "input at its upper quantile"),
    )
    axes.set_xlabel(axis_label(result.figure, unit))
    more = f"; {hidden} smaller ones not shown" if hidden else ""
    said = f"One input at a time, {percent(result.level)} of its distribution{more}"
    axes.set_title(said, fontsize=11)
    legend_below(figure, ax, columns=2)
    largest = shown.iloc[0]
    alt = (
        f"Tornado of {result.figure}: {result.center:.4g} at the median of every input; the "
        f"largest swing is {shown.index[0]}, from {largest['low']:.4g} to {largest['high']:.4g}."
    )
    return finish(figure, alt=alt, source=source, panel=ax)


def _swings(axes: "Axes", result: Tornado, *, most: int, words: tuple[str, str]) -> None:
    """Draw one bar an input from the centre to each end."""
    shown = result.swings.head(most)
    for row, (_, swing) in enumerate(shown.iterrows()):
        for end, colour, label in zip(("low", "high"), COLOURS, words, strict=False):
            axes.barh(
                row,
                swing[end] - result.center,
                left=result.center,
                height=0.62,
                color=colour,
                label=label if row == 0 else None,
            )
    axes.axvline(result.center, color=GREY, linewidth=1.0)
    axes.set_yticks(range(len(shown)), [str(name) for name in shown.index])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.margins(x=0.08)


def plot_tornados(
    panels: Mapping[tuple[str, str], Tornado],
    *,
    unit: str | None = None,
    marks: Mapping[str, float] | None = None,
    shares: pd.DataFrame | None = None,
    source: str | None = None,
) -> "Figure":
    """Draw several figures under several runs, one source of uncertainty at a time.

    With `shares` of the variance (index run, figure; columns the sources) both answers to one
    question stand in one picture: how far a source moves the figure alone, and beside its bar how
    much of the variance it makes when all move, interactions included.
    """
    if not panels:
        raise DataError("tornado: there is no figure to draw")
    runs, figures = ([*dict.fromkeys(key[k] for key in panels)] for k in (0, 1))
    most = max(len(found.swings) for found in panels.values())
    figure = new_figure(
        len(runs), len(figures), size=(9.6, 1.2 + len(runs) * (0.9 + 0.27 * most)),
        squeeze=False, sharey="row",
    )  # fmt: skip
    said = []
    for axes, (run, name) in zip(
        figure.axes, [(run, name) for run in runs for name in figures], strict=True
    ):
        found = panels[(run, name)]
        own: Any = None if shares is None else shares.xs((run, name))
        _ranges(axes, found, own)
        axes.set_title(f"{name}, {run}", fontsize=10)
        axes.set_xlabel(axis_label("value", unit) if unit is None else unit, fontsize=9)
        if marks and name in marks:
            axes.axvline(marks[name], color=COLOURS[1], linestyle="--", lw=1.2, label="published")
        axes.tick_params(axis="y", length=0)
        axes.locator_params(axis="x", nbins=5)
        said.append(f"{name}, {run}: {_told(found, own)}")
    if shares is not None:
        figure.suptitle(
            "Bars: one source moves, all others at their middle. Percent: its share of the "
            "variance when all move (Sobol, total effect).", fontsize=9.5,
        )  # fmt: skip
    legend_below(figure, None)
    alt = f"One source of uncertainty at a time. {'; '.join(said)}."
    return finish(figure, alt=alt, source=source)


def _told(result: Tornado, shares: "pd.Series[float] | None") -> str:
    """Say where the figure lies and what moves it most."""
    name, first = result.swings.index[0], result.swings.iloc[0]
    share = "" if shares is None else f", {shares[str(name)]:.0%} of the variance"
    moved = f"{first['low']:.3g} to {first['high']:.3g}"
    return f"{result.center:.3g}, most by {name}, {moved}{share}"


def _ranges(axes: "Axes", result: Tornado, shares: "pd.Series[float] | None") -> None:
    """Draw the range of each source; its share of the variance stands at the right edge."""
    rows = result.swings
    places = np.arange(len(rows))
    width = rows["high"] - rows["low"]
    label = f"{percent(result.level)} of the figure, one source drawn"
    axes.barh(places, width, left=rows["low"], height=0.6, color=COLOURS[0], label=label)
    axes.axvline(result.center, color="black", linewidth=1.0, label="median")
    for place, name in enumerate(rows.index if shares is not None else ()):
        share = 0.0 if shares is None else float(shares.get(name, 0.0))
        axes.annotate(
            f"{share:.0%}", (1.0, place), xytext=(3, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=8.5, color=GREY,
        )  # fmt: skip
    axes.set_yticks(places, [str(name) for name in rows.index])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.use_sticky_edges = False
    axes.margins(x=0.06)
    axes.grid(visible=False, axis="y")

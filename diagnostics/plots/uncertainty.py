"""Plots of uncertainty: paths with their intervals, and what moves a figure."""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.diagnostics.plots.style import (
    COLOURS,
    GREY,
    Panels,
    axis_label,
    brackets,
    finish,
    integer_years,
    legend_below,
    panel_of,
    panels_of,
)
from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import confidence_level, percent, plain_numbers
from quesnay.fitting.errors import DataError, shown
from quesnay.models.uncertainty.sensitivity import Tornado

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_LEVELS = (0.95, 0.8, 0.5)


def plot_fan(
    draws: pd.DataFrame,
    *,
    quantity: str,
    unit: str | None = None,
    reported: pd.DataFrame | None = None,
    levels: Sequence[float] = _LEVELS,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw the central intervals of simulated paths over the years.

    Parameters
    ----------
    draws : DataFrame
        (draws, years): one simulated path a row; columns are years.
    quantity : str
        What is drawn.
    unit : str, optional
        Its unit.
    reported : DataFrame, optional
        Index year; columns low and high: published figures, drawn as points with their rounding.
    levels : sequence of float, default (0.95, 0.8, 0.5)
        Central intervals, from the widest.
    source : str, optional
        Source of the figures, written at the foot.
    ax : Axes, optional
        The panel to draw on; by default a new figure.

    Returns
    -------
    Figure
        Bands, the median and the published figures.

    Raises
    ------
    DataError
        If there are no draws, or columns are not years.

    Examples
    --------
    >>> paths = pd.DataFrame({2018: [1.3, 1.4, 1.5], 2019: [1.9, 2.1, 2.4]})
    >>> len(plot_fan(paths, quantity="total", unit="trillion yuan").axes[0].collections)
    3
    """
    return plot_path(
        draws, {}, quantity=quantity, unit=unit, reported=reported, levels=levels, source=source,
        ax=ax,
    )  # fmt: skip


def plot_path(
    draws: pd.DataFrame,
    rules: Mapping[str, "pd.Series[float]"],
    *,
    quantity: str,
    unit: str | None = None,
    reported: pd.DataFrame | None = None,
    levels: Sequence[float] = _LEVELS,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw simulated paths beside naive rules and the published figures.

    Parameters
    ----------
    draws : DataFrame
        (draws, years): one simulated path a row; columns are years.
    rules : mapping of str to Series
        Naive rule, such as "same step" -> its forecast by year.
    quantity, unit, reported, levels, source, ax
        As in `plot_fan`.

    Returns
    -------
    Figure
        Bands, the median, a line a rule and the published figures.

    Raises
    ------
    DataError
        As `plot_fan`; or if the years of a rule are none, or it has no numbers.

    Examples
    --------
    >>> paths = pd.DataFrame({2018: [1.4, 1.4, 1.4], 2019: [1.9, 2.1, 2.4]})
    >>> rules = {"same step": pd.Series({2018: 1.4, 2019: 1.96})}
    >>> plot_path(paths, rules, quantity="total").get_label()[-39:]
    ' between 1.91 and 2.38; same step 1.96.'
    """
    figure, axes = panel_of(ax)
    said = _bands(axes, draws, levels) + (f" {unit}" if unit else "")
    said += _rules(axes, rules)
    if reported is not None:
        _published(axes, reported)
    integer_years(axes)
    axes.set_ylabel(axis_label(quantity, unit))
    legend_below(figure, ax)
    return finish(figure, alt=f"Fan chart of {quantity}: {said}.", source=source, ax=ax)


def plot_fans(
    panels: Mapping[str, pd.DataFrame],
    *,
    quantity: str,
    unit: str | None = None,
    reported: pd.DataFrame | None = None,
    levels: Sequence[float] = _LEVELS,
    rules: Mapping[str, "pd.Series[float]"] | None = None,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw the same quantity under several runs side by side, on one scale, rules beside each."""
    if not panels:
        raise DataError("fan chart: there is no run to draw")
    figure, drawn = panels_of(ax, 1, len(panels), size=(8.6, 4.2), sharey=True)
    said = []
    for axes, (title, draws) in zip(drawn, panels.items(), strict=True):
        said.append(f"{title}: {_bands(axes, draws, levels)}{_rules(axes, rules or {})}")
        if reported is not None:
            _published(axes, reported, reported.get(title))
        integer_years(axes)
        axes.set_title(title, fontsize=11)
    drawn[0].set_ylabel(axis_label(quantity, unit))
    legend_below(figure, ax, columns=4)
    of = f"{quantity}{f', {unit}' if unit else ''}"
    return finish(figure, alt=f"Fan charts of {of}. {'; '.join(said)}.", source=source, ax=ax)


def _rules(axes: "Axes", rules: Mapping[str, "pd.Series[float]"]) -> str:
    """Draw a line a rule; return their last years in words."""
    said = ""
    for place, (name, series) in enumerate(rules.items()):
        years, values = _paths(pd.DataFrame(series).T)
        colour, mark = COLOURS[2 + place % 4], "s^vD"[place % 4]
        axes.plot(years, values[0], f"{mark}--", color=colour, lw=1.1, ms=4.5, label=name)
        said += f"; {name} {values[0, -1]:.3g}"
    return said


def _bands(axes: "Axes", draws: pd.DataFrame, levels: Sequence[float]) -> str:
    """Draw intervals and median; return the last year in words."""
    years, values = _paths(draws)
    if not isinstance(levels, list | tuple):
        raise DataError(f"levels: expected a list such as (0.95, 0.5), got {shown(levels)}")
    wanted = sorted((confidence_level(level) for level in levels), reverse=True)
    end = f"{years[-1]}"
    if len(years) == 1:  # a band and a line over one point would have no width
        years, values = years + np.array([-0.2, 0.2]), np.repeat(values, 2, axis=1)
    for place, level in enumerate(wanted):
        low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
        shade = 0.16 + 0.2 * place
        axes.fill_between(years, low, high, color=COLOURS[0], alpha=shade, linewidth=0,
                          label=f"{percent(level)} of draws")  # fmt: skip
    median = np.nanmedian(values, axis=0)
    axes.plot(years, median, color=COLOURS[0], linewidth=1.8, label="median")
    low, high = np.nanquantile(values[:, -1], [0.025, 0.975])
    return f"median {median[-1]:.3g} in {end}, 95 % of draws between {low:.3g} and {high:.3g}"


def _paths(draws: pd.DataFrame) -> tuple[npt.NDArray[np.intp], Array]:
    """Check the draws and sort them by year."""
    if not isinstance(draws, pd.DataFrame):
        raise DataError(f"draws: expected a DataFrame of draws by year, got {shown(draws)}")
    try:
        years = np.array([int(str(year)) for year in draws.columns])
    except ValueError:
        raise DataError(f"draws: columns must be years, got {list(draws.columns)[:4]}") from None
    values = plain_numbers(draws)
    if values is None:
        raise DataError("draws: expected numbers in every column; convert or drop the others")
    if values.size == 0 or not np.isfinite(values).any(axis=0).all():
        raise DataError("draws: at least one finite draw for each year is needed")
    order = np.argsort(years)
    return years[order], values[:, order]


def _published(axes: "Axes", reported: pd.DataFrame, used: pd.Series | None = None) -> None:
    """Points with their rounding intervals; filled where the run used them."""
    if not isinstance(reported, pd.DataFrame) or not {"low", "high"} <= set(reported.columns):
        raise DataError("reported: expected a frame with columns 'low' and 'high', years down")
    known = pd.Series(False, reported.index) if used is None else used.astype(bool)
    for mine, face, label in (
        (~known, COLOURS[1] if used is None else "white", "published, held out"),
        (known, COLOURS[1], "published, used by the run"),
    ):
        if mine.any():
            rows = reported[mine]
            brackets(
                axes,
                rows.index.to_numpy(dtype=float),
                0.5 * (rows["low"] + rows["high"]),
                (rows["low"], rows["high"]),
                fmt="o",
                color=COLOURS[1],
                markerfacecolor=face,
                label="published, with its rounding" if used is None else label,
            )


def plot_tornado(
    result: Tornado,
    *,
    unit: str | None = None,
    most: int = 15,
    source: str | None = None,
    ax: Panels = None,
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
    return finish(figure, alt=alt, source=source, ax=ax)


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
    ax: Panels = None,
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
    size = (9.6, 1.2 + len(runs) * (0.9 + 0.27 * most))
    figure, drawn = panels_of(ax, len(runs), len(figures), size=size, sharey="row")
    said = []
    for axes, (run, name) in zip(drawn, itertools.product(runs, figures), strict=True):
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
    if shares is not None and ax is None:
        figure.suptitle(
            "Bars: one source moves, all others at their middle. Percent: its share of the "
            "variance when all move (Sobol, total effect).", fontsize=9.5,
        )  # fmt: skip
    legend_below(figure, ax)
    alt = f"One source of uncertainty at a time. {'; '.join(said)}."
    return finish(figure, alt=alt, source=source, ax=ax)


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
    axes.axvline(result.center, color="black", linewidth=1.0, label="all at their middle")
    known = {} if shares is None else {name: float(shares.get(name, 0.0)) for name in rows.index}
    for place, share in enumerate(known.values()):
        axes.annotate(
            f"{share:.0%}", (1.0, place), xytext=(3, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=8.5, color=GREY,
        )  # fmt: skip
    axes.set_yticks(places, [str(name) for name in rows.index])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.use_sticky_edges = False
    axes.margins(x=0.06)
    axes.grid(visible=False, axis="y")

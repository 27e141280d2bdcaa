"""A path and its widening uncertainty."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.plots.style import COLOURS, axis_label, finish, integer_years, new_figure
from quesnay.fitting.errors import DataError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_fan"]


def plot_fan(
    draws: pd.DataFrame,
    *,
    quantity: str,
    unit: str | None = None,
    reported: pd.DataFrame | None = None,
    levels: Sequence[float] = (0.95, 0.8, 0.5),
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
    levels : sequence of float
        Central intervals, from the widest.

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
    try:
        years = np.array([int(str(year)) for year in draws.columns])
    except ValueError:
        raise DataError(f"draws: columns must be years, got {list(draws.columns)[:4]}") from None
    values = draws.to_numpy(dtype=float)
    if values.size == 0 or not np.isfinite(values).any(axis=0).all():
        raise DataError("draws: at least one finite draw for each year is needed")
    order = np.argsort(years)
    years, values = years[order], values[:, order]
    figure = new_figure(size=(7.2, 4.2))
    axes = figure.axes[0]
    for place, level in enumerate(sorted(levels, reverse=True)):
        low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
        shade = 0.16 + 0.2 * place
        axes.fill_between(years, low, high, color=COLOURS[0], alpha=shade, linewidth=0,
                          label=f"{level:.0%} of draws")  # fmt: skip
    median = np.nanmedian(values, axis=0)
    axes.plot(years, median, color=COLOURS[0], linewidth=1.8, label="median")
    if reported is not None:
        _published(axes, reported)
    integer_years(axes)
    axes.set_ylabel(axis_label(quantity, unit))
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    low, high = np.nanquantile(values[:, -1], [0.025, 0.975])
    alt = (
        f"Fan chart of {quantity}: median {median[-1]:.3g} in {years[-1]}, 95 % of draws between "
        f"{low:.3g} and {high:.3g}{f' {unit}' if unit else ''}."
    )
    return finish(figure, alt=alt)


def _published(axes: "Axes", reported: pd.DataFrame) -> None:
    """Points with their rounding intervals."""
    axes.errorbar(
        reported.index.to_numpy(dtype=float),
        0.5 * (reported["low"] + reported["high"]),
        yerr=0.5 * (reported["high"] - reported["low"]),
        fmt="o",
        color=COLOURS[1],
        capsize=3,
        label="published, with its rounding",
    )

"""Plots of growth curves: points, curve and interval."""

from typing import TYPE_CHECKING

import numpy as np

from quesnay.diagnostics.plots.style import (
    COLOURS,
    GREY,
    axis_label,
    finish,
    integer_years,
    new_figure,
)
from quesnay.fitting.level import percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.models.growth.curve import CurveFit

__all__ = ["plot_curve"]

_STEPS = 200
_AHEAD = 0.25  # of the span of the points, where no end is given


def plot_curve(
    fit: "CurveFit",
    *,
    until: float | None = None,
    level: float = 0.95,
    quantity: str = "level",
    unit: str | None = None,
) -> "Figure":
    """Draw the points, the curve through and beyond them, and the interval of the curve.

    Parameters
    ----------
    fit : CurveFit
        A fitted curve.
    until : float, optional
        Last time drawn; by default a quarter of the span beyond the last point.
    level : float
        Coverage of the interval.
    quantity, unit : str
        Name and unit of the levels, for the axis.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> from quesnay.models.growth.curve import fit_curve
    >>> figure = plot_curve(fit_curve("logistic", [2017, 2018], [1.0, 2.0], saturation=4.0))
    >>> figure.get_label()[:48]
    'Logistic curve through 2 points from 2017 to 201'
    """
    t, y = fit.data["t"].to_numpy(), fit.data["y"].to_numpy()
    first, last = float(t.min()), float(t.max())
    end = last + max(_AHEAD * (last - first), 1.0) if until is None else float(until)
    times = np.linspace(first, end, _STEPS)
    ahead = fit.forecast(times, level=level)
    figure = new_figure()
    (axes,) = figure.axes
    top = float(fit.params["saturation"])
    if np.isfinite(ahead["low"]).all():
        shown = f"{percent(level)} interval of the curve"
        axes.fill_between(
            times, ahead["low"], ahead["high"], color=COLOURS[4], alpha=0.35, label=shown, lw=0
        )
    axes.plot(
        times, ahead["estimate"], color=COLOURS[0], label=f"{fit.curve.name.capitalize()} curve"
    )
    axes.plot(t, y, "o", color=COLOURS[1], markersize=5, label="observed")
    # a saturation far above the points would press them flat on the axis
    if top <= 2.5 * max(float(y.max()), float(ahead["estimate"].max())):
        how = "given" if fit.saturation_known else "estimated"
        axes.axhline(top, color=GREY, lw=1, ls="--", label=f"saturation, {how}: {top:.4g}")
    axes.axvline(last, color=GREY, lw=0.8, ls=":")
    integer_years(axes, label="time" if first < 1000 else "year")
    axes.set_ylabel(axis_label(quantity, unit))
    axes.legend(frameon=False, fontsize=9)
    alt = (
        f"{fit.curve.name.capitalize()} curve through {len(t)} points from {first:g} to {last:g}, "
        f"saturation {top:.4g}; at {end:g} the curve is {ahead['estimate'].iloc[-1]:.4g}."
    )
    return finish(figure, alt=alt)

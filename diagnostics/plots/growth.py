"""Plots of growth accounting, growth curves, disaggregation and reconciliation."""

from typing import TYPE_CHECKING

import numpy as np
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
    stack_bars,
)
from quesnay.fitting.checks import percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.models.growth.curve import CurveFit
    from quesnay.models.growth.disaggregation import Disaggregation
    from quesnay.models.growth.growth_accounting import GrowthAccounting
    from quesnay.models.growth.reconciliation import Reconciliation


_MOST = 7  # colours that all can tell apart; productivity takes the eighth
_STEPS = 200
_DOTTED = 48  # values that can be told apart as points
_AHEAD = 0.25  # of the span of the points, where no end is given


def plot_growth_accounting(
    account: "GrowthAccounting",
    *,
    title: str = "",
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw the contributions to growth, stacked by year, with output growth as points."""
    parts = account.contributions
    order = parts.abs().mean().sort_values(ascending=False).index
    if len(order) > _MOST:
        rest = parts[order[_MOST - 1 :]].sum(axis=1)
        parts = parts[order[: _MOST - 1]].assign(**{"other inputs": rest})
    else:
        parts = parts[order]
    parts = parts.assign(productivity=account.tfp)
    figure, axes = panel_of(ax, size=(8.6, 4.6))
    years = np.asarray(parts.index, dtype=float)
    step = float(np.diff(years).min()) if len(years) > 1 else 1.0
    named = {str(name).replace("_", " "): 100 * part.to_numpy() for name, part in parts.items()}
    colours = [*COLOURS[: parts.shape[1] - 1], "#BBBBBB"]
    stack_bars(axes, years, named, colours, width=0.8 * step)
    growth = 100 * account.output_growth.to_numpy()
    axes.plot(years, growth, "o-", color="black", markersize=4, lw=1, label="output")
    axes.axhline(0, color="black", lw=0.8)
    integer_years(axes)
    axes.set_ylabel(axis_label("growth", "100 x log points"))
    axes.set_title(title, fontsize=11)
    legend_below(figure, ax, columns=4)
    mean = parts.mean()
    words = ", ".join(f"{name} {value:.4f}" for name, value in mean.items())
    first, last = parts.index[0], parts.index[-1]
    alt = f"Contributions to growth, {first} to {last}, average log points: {words}."
    return finish(figure, alt=alt, source=source, ax=ax)


def plot_disaggregation(
    made: "Disaggregation",
    *,
    unit: str | None = None,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw the high-frequency series with its 95 % band, where the method has one."""
    index, values = made.values.index, made.values.to_numpy()
    times = np.arange(len(values), dtype=float)
    made_by = made.method.title()
    whole = pd.DataFrame()  # years of which every part is there
    if isinstance(index, pd.PeriodIndex):
        fine = 4 if str(index.freqstr).startswith("Q") else 12
        part = index.quarter if fine == 4 else index.month
        times = np.asarray(index.year + (part - 0.5) / fine, dtype=float)
        made_by = f"{'quarterly' if fine == 4 else 'monthly'} values, {made_by}"
        years = made.values.groupby(index.year).agg(["mean", "size"])
        whole = years[years["size"] == fine]
    figure, axes = panel_of(ax)
    error = made.std_errors.to_numpy()
    if np.isfinite(error).all():
        band = (values - 1.96 * error, values + 1.96 * error)
        axes.fill_between(times, *band, color=COLOURS[4], alpha=0.35, lw=0, label="95 % band")
    if len(whole) and made.conversion in {"sum", "average"}:
        ends = (whole["mean"], whole.index, whole.index + 1)
        axes.hlines(*ends, color=GREY, lw=1, linestyle="--", label="mean of the year, as given")
    dots = "o-" if len(values) <= _DOTTED else "-"
    axes.plot(times, values, dots, color=COLOURS[0], lw=1.3, markersize=4, label=made_by)
    integer_years(axes, label="year" if isinstance(index, pd.PeriodIndex) else "period")
    axes.set_ylabel(
        axis_label("value" if made.values.name is None else str(made.values.name), unit)
    )
    axes.yaxis.set_major_formatter("{x:,.10g}")
    axes.legend(frameon=False, fontsize=9)
    alt = (
        f"Series of {len(values)} periods from {index[0]} to {index[-1]} by {made.method}, from "
        f"{values[0]:.4g} to {values[-1]:.4g}."
    )
    return finish(figure, alt=alt, source=source, ax=ax)


def plot_reconciliation(
    made: "Reconciliation", *, source: str | None = None, ax: Panels = None
) -> "Figure":
    """Draw what each estimate had to take, in its own standard errors."""
    moved = made.std_errors_before > 0
    sigma = made.std_errors_before[moved]
    shift, left = made.adjustments[moved] / sigma, made.std_errors[moved] / sigma
    places = np.arange(len(sigma), dtype=float)[::-1]
    figure, axes = panel_of(ax, size=(7.2, 1.4 + 0.45 * len(sigma)))
    for values, reach, side, fmt, colour, label in (
        (0.0 * shift, 1.96 + 0.0 * left, 0.12, "o", COLOURS[1], "estimate"),
        (shift, 1.96 * left, -0.12, "s", COLOURS[0], "reconciled"),
    ):
        ends = (values - reach, values + reach)
        brackets(axes, places + side, values, ends, across=True, fmt=fmt, color=colour, label=label)
    axes.set_yticks(places, [str(label) for label in sigma.index])
    axes.set_ylim(-0.5, len(sigma) - 0.5)
    axes.set_xlabel("distance from the estimate, in its standard errors; bars 95 %")
    axes.axvline(0, color="black", lw=0.8)
    legend_below(figure, ax, columns=2)
    words = ", ".join(f"{label} {value:.3f}" for label, value in shift.items())
    alt = f"Adjustments in standard errors: {words}."
    return finish(figure, alt=alt, source=source, ax=ax)


def plot_curve(
    fit: "CurveFit",
    *,
    until: float | None = None,
    level: float = 0.95,
    quantity: str = "level",
    unit: str | None = None,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw the points, the curve through and beyond them, and the interval of the curve."""
    t, y = fit.data["t"].to_numpy(), fit.data["y"].to_numpy()
    first, last = float(t.min()), float(t.max())
    end = last + max(_AHEAD * (last - first), 1.0) if until is None else float(until)
    times = np.linspace(first, end, _STEPS)
    ahead = fit.forecast(times, level=level)
    figure, axes = panel_of(ax)
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
    if end > last:
        axes.axvline(last, color=GREY, lw=1, ls=":", label="end of the observations")
    integer_years(axes, label="time" if first < 1000 else "year")
    axes.set_ylabel(axis_label(quantity, unit))
    axes.legend(frameon=False, fontsize=9)
    alt = (
        f"{fit.curve.name.capitalize()} curve through {len(t)} points from {first:g} to {last:g}, "
        f"saturation {top:.4g}; at {end:g} the curve is {ahead['estimate'].iloc[-1]:.4g}."
    )
    return finish(figure, alt=alt, source=source, ax=ax)

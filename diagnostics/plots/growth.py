"""Plots of growth accounting: contributions stacked by year, with productivity and output."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.plots.style import COLOURS, axis_label, finish, integer_years, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from quesnay.models.growth.disaggregation import Disaggregation
    from quesnay.models.growth.growth_accounting import GrowthAccounting
    from quesnay.models.growth.reconciliation import Reconciliation

__all__ = ["plot_disaggregation", "plot_growth_accounting", "plot_reconciliation"]

_MOST = 7  # colours that all can tell apart; productivity takes the eighth


def plot_growth_accounting(account: "GrowthAccounting", *, title: str = "") -> "Figure":
    """Draw the contributions to growth, stacked by year, with output growth as points.

    Parameters
    ----------
    account : GrowthAccounting
        The account; with more than seven inputs the smallest are drawn together.
    title : str
        What is accounted for.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> import pandas as pd
    >>> from quesnay.models.growth.growth_accounting import growth_accounting
    >>> inputs = pd.DataFrame({"k": [1.0, 1.1]}, [2017, 2018])
    >>> account = growth_accounting(pd.Series([1.0, 1.1], [2017, 2018]), inputs, inputs)
    >>> plot_growth_accounting(account).get_label()[:60]
    'Contributions to growth, 2018 to 2018, average log points: k'
    """
    parts = account.contributions
    order = parts.abs().mean().sort_values(ascending=False).index
    if len(order) > _MOST:
        rest = parts[order[_MOST - 1 :]].sum(axis=1)
        parts = parts[order[: _MOST - 1]].assign(**{"other inputs": rest})
    else:
        parts = parts[order]
    parts = parts.assign(productivity=account.tfp)
    figure = new_figure(size=(8.6, 4.6))
    (axes,) = figure.axes
    years = np.asarray(parts.index, dtype=float)
    _stack(
        axes, years, 100 * parts.to_numpy(), [str(name).replace("_", " ") for name in parts.columns]
    )
    growth = 100 * account.output_growth.to_numpy()
    axes.plot(years, growth, "o-", color="black", markersize=4, lw=1, label="output")
    axes.axhline(0, color="black", lw=0.8)
    integer_years(axes)
    axes.set_ylabel(axis_label("growth", "100 x log points"))
    axes.set_title(title, fontsize=11)
    handles, names = axes.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    mean = parts.mean()
    words = ", ".join(f"{name} {value:.4f}" for name, value in mean.items())
    first, last = parts.index[0], parts.index[-1]
    alt = f"Contributions to growth, {first} to {last}, average log points: {words}."
    return finish(figure, alt=alt)


def _stack(axes: "Axes", years: np.ndarray, values: np.ndarray, names: list[str]) -> None:
    """Stack positive parts upwards and negative parts downwards."""
    step = float(np.diff(years).min()) if len(years) > 1 else 1.0
    above, below = np.zeros(len(years)), np.zeros(len(years))
    for place, name in enumerate(names):
        part = values[:, place]
        bottom = np.where(part >= 0, above, below)
        colour = "#BBBBBB" if name == "productivity" else COLOURS[place % len(COLOURS)]
        axes.bar(years, part, bottom=bottom, width=0.8 * step, color=colour, label=name)
        above, below = above + np.maximum(part, 0), below + np.minimum(part, 0)


def plot_disaggregation(made: "Disaggregation", *, unit: str | None = None) -> "Figure":
    """Draw the high-frequency series with its 95 % band, where the method has one.

    Parameters
    ----------
    made : Disaggregation
        The series.
    unit : str, optional
        Unit of the values.

    Returns
    -------
    Figure
        The figure.

    Examples
    --------
    >>> import pandas as pd
    >>> from quesnay.models.growth.disaggregation import disaggregate
    >>> made = disaggregate(pd.Series([100.0, 108.0], [2018, 2019]), to="quarterly")
    >>> plot_disaggregation(made).get_label()[:44]
    'Series of 8 periods from 2018Q1 to 2019Q4 by'
    """
    index, values = made.values.index, made.values.to_numpy()
    times = np.arange(len(values), dtype=float)
    if isinstance(index, pd.PeriodIndex):
        fine = 4 if str(index.freqstr).startswith("Q") else 12
        part = index.quarter if fine == 4 else index.month
        times = np.asarray(index.year + (part - 0.5) / fine, dtype=float)
    figure = new_figure()
    (axes,) = figure.axes
    error = made.std_errors.to_numpy()
    if np.isfinite(error).all():
        band = (values - 1.96 * error, values + 1.96 * error)
        axes.fill_between(times, *band, color=COLOURS[4], alpha=0.35, lw=0, label="95 % band")
    axes.plot(times, values, color=COLOURS[0], lw=1.3, label=made.method)
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
    return finish(figure, alt=alt)


def plot_reconciliation(made: "Reconciliation") -> "Figure":
    """Draw what each estimate had to take, in its own standard errors.

    Parameters
    ----------
    made : Reconciliation
        The reconciled account.

    Returns
    -------
    Figure
        One row an estimate: before with its 95 % interval, after with its own.

    Examples
    --------
    >>> import pandas as pd
    >>> from quesnay.models.growth.reconciliation import reconcile
    >>> values = pd.Series({"a": 1.0, "b": 2.0, "c": 3.3})
    >>> made = reconcile(values, ["a + b = c"], std_errors=values * 0.1)
    >>> plot_reconciliation(made).get_label()[:40]
    'Adjustments in standard errors: a 0.189,'
    """
    moved = made.std_errors_before > 0
    sigma = made.std_errors_before[moved]
    shift, left = made.adjustments[moved] / sigma, made.std_errors[moved] / sigma
    places = np.arange(len(sigma), dtype=float)[::-1]
    figure = new_figure(size=(7.2, 1.4 + 0.45 * len(sigma)))
    (axes,) = figure.axes
    axes.errorbar(
        np.zeros(len(sigma)), places + 0.12, xerr=1.96, fmt="o", color=COLOURS[1], capsize=3,
        label="estimate",
    )  # fmt: skip
    axes.errorbar(
        shift, places - 0.12, xerr=1.96 * left, fmt="s", color=COLOURS[0], capsize=3,
        label="reconciled",
    )  # fmt: skip
    axes.set_yticks(places, [str(label) for label in sigma.index])
    axes.set_xlabel("distance from the estimate, in its standard errors; bars 95 %")
    axes.axvline(0, color="black", lw=0.8)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    words = ", ".join(f"{label} {value:.3f}" for label, value in shift.items())
    return finish(figure, alt=f"Adjustments in standard errors: {words}.")

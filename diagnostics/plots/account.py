"""Plots of a satellite account: levels by run, penetration, elasticities and their mixture."""

from collections.abc import Mapping
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
    panels_of,
    stack_bars,
)
from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import refuse_unknown
from quesnay.fitting.errors import DataError, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_GRID = 1001
_ASIDE = 0.16  # of a year: interval and printed mark both stand over their bar


def plot_account(
    account: pd.DataFrame,
    reported: pd.DataFrame,
    *,
    unit: str,
    interval: str = "95 % interval of the total",
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw core and integration by year for every run, with the reported totals over their year."""
    runs = list(account.index.get_level_values("run").unique())
    figure, panels = panels_of(ax, 1, len(runs), size=(8.6, 4.4), sharey=True)
    for axes, run in zip(panels, runs, strict=True):
        _bars(axes, account.loc[run], interval, _ASIDE if reported["value"].notna().any() else 0.0)
        _reported(axes, reported["value"], reported[f"role_{run}"])
        integer_years(axes)
        axes.set_title(f"{run} run", fontsize=11)
    panels[0].set_ylabel(axis_label("value added", unit))
    legend_below(figure, ax)
    columns = [account[name] for name in ("total", "total_low", "total_high")]
    alt = f"Value added by year, {interval} behind: " + "; ".join(
        f"{key[0]} {key[1]}: {total:.2f}, {low:.2f} to {high:.2f}"
        for key, total, low, high in zip(account.index, *columns, strict=True)
    )
    return finish(figure, alt=f"{alt}. Unit: {unit}.", source=source, ax=ax)


def _bars(axes: "Axes", rows: pd.DataFrame, label: str, aside: float) -> None:
    """Stacked bars with the interval of the total, beside the place of a printed mark."""
    years = rows.index.to_numpy(float)
    parts = {"core industries": rows["core"], "integration-driven": rows["integration"]}
    stack_bars(axes, years, parts, (COLOURS[0], COLOURS[4]), width=0.72)
    bounds = (rows["total_low"], rows["total_high"])
    if not (bounds[0] < bounds[1]).any():  # nothing moves the total
        return
    brackets(
        axes,
        years - aside,
        rows["total"],
        bounds,
        fmt="none",
        ecolor="black",
        label=label,
    )


def _reported(axes: "Axes", value: pd.Series, role: pd.Series) -> None:
    """Mark printed totals: filled where the run was calibrated on them, open where held out."""
    for kind, face, label in (
        ("calibration", COLOURS[1], "reported, used for calibration"),
        ("held out", "white", "reported, held out"),
    ):
        years = value.index[role == kind].to_numpy(float)
        if not len(years):
            continue
        axes.plot(
            years + _ASIDE,
            value[role == kind].to_numpy(float),
            linestyle="none",
            marker="D",
            markersize=6.5,
            markeredgecolor=COLOURS[1],
            markerfacecolor=face,
            label=label,
        )


def plot_penetration(
    paths: pd.DataFrame,
    points: pd.DataFrame,
    intervals: pd.DataFrame,
    *,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw the penetration curves with the points they pass through and the held-out ones."""
    figure, axes = panel_of(ax, size=(7.2, 4.4))
    for family, path in paths.items():
        axes.plot(path.index, 100 * path, label=f"{family} curve")
    axes.vlines(
        intervals.index.to_numpy(float), 100 * intervals["low"], 100 * intervals["high"],
        color=GREY, linewidth=5, alpha=0.35, label="95 % interval of the draws",
    )  # fmt: skip
    for role, face in (("calibration", COLOURS[3]), ("held out", "white")):
        mine = points[points["role"] == role]
        axes.plot(
            mine.index.to_numpy(float),
            100 * mine["penetration"],
            linestyle="none",
            marker="o",
            markersize=8,
            markeredgecolor="black",
            markerfacecolor=face,
            label=f"implied by the report, {role}",
        )
    integer_years(axes)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(axis_label("realised share of the potential", "percent"))
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    bounds = zip(intervals.index, intervals["low"], intervals["high"], strict=True)
    words = ", ".join(
        f"{y}: {100 * low:.0f} to {100 * high:.0f} percent" for y, low, high in bounds
    )
    alt = f"Penetration by year with 95 % intervals, {words}."
    return finish(figure, alt=alt, source=source, ax=ax)


def plot_elasticities(
    frame: pd.DataFrame,
    *,
    cost_share: float,
    drawn: int = 1,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw elasticities with 95 % intervals; the first `drawn` rows are those of the account."""
    figure, axes = panel_of(ax, size=(8.6, 0.36 * len(frame) + 1.5))
    place = np.arange(len(frame))[::-1]
    values = frame["estimate"].to_numpy(float)
    low, high = frame["low"].to_numpy(float), frame["high"].to_numpy(float)
    colours = [COLOURS[1] if k < drawn else COLOURS[0] for k in range(len(frame))]
    kinds = (("in the mixture", COLOURS[1]), ("beside it, not drawn", COLOURS[0]))
    for label, colour in kinds:
        own = np.array([one == colour for one in colours])
        if own.any():
            ends = (low[own], high[own])
            brackets(
                axes, place[own], values[own], ends, across=True, fmt="o", color=colour, label=label
            )
    axes.axvline(0, color="black", linewidth=0.8)
    axes.axvline(cost_share, color=GREY, linestyle="--", linewidth=1)
    axes.annotate(
        f"cost share {cost_share:.3f}",
        (cost_share, 1.0),
        xycoords=("data", "axes fraction"),
        fontsize=8,
        color=GREY,
        ha="left",
        va="bottom",
    )
    axes.set_yticks(place, [str(name) for name in frame.index], fontsize=9)
    axes.set_xlabel("elasticity, 95 % interval")
    legend_below(figure, ax)
    words = "; ".join(f"{name}: {value:.3f}" for name, value in frame["estimate"].items())
    return finish(figure, alt=f"Elasticity by specification. {words}.", source=source, ax=ax)


def plot_mixture(
    equations: pd.DataFrame,
    *,
    quantity: str = "elasticity",
    marks: Mapping[str, float] | None = None,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw a mixture of estimates: each equation's normal law by its weight, and their sum.

    Parameters
    ----------
    equations : DataFrame
        Index: the equation; columns estimate, std_error (above zero) and weight (not negative, of
        any sum).
    quantity : str
        What is estimated.
    marks : mapping of str to float, optional
        Values to mark, such as the cost share.
    source : str, optional
        Source of the data, written at the foot.
    ax : Axes, optional
        The panel to draw on; by default a new figure.

    Returns
    -------
    Figure
        The densities stacked, so that their upper edge is that of the mixture; its median.

    Raises
    ------
    DataError
        If a column is absent or a number out of range.

    Examples
    --------
    >>> equations = pd.DataFrame(
    ...     {"estimate": [0.057, 0.010], "std_error": [0.014, 0.014], "weight": [1.0, 1.0]},
    ...     index=["base", "with other inputs"],
    ... )
    >>> plot_mixture(equations).get_label()[:43]
    'Mixture of 2 equations, elasticity: median '
    """
    from scipy.special import ndtr

    mean, error, weight = _checked_mixture(equations)
    low, high = float((mean - 4 * error).min()), float((mean + 4 * error).max())
    x = np.linspace(low, high, _GRID)
    z = (x - mean[:, None]) / error[:, None]
    density = weight[:, None] * np.exp(-0.5 * z**2) / (error[:, None] * np.sqrt(2 * np.pi))
    below = weight @ ndtr(z)
    five, median, most = (float(np.interp(level, below, x)) for level in (0.025, 0.5, 0.975))
    figure, axes = panel_of(ax, size=(8.6, 4.2))
    labels = [
        f"{name}: {b:.3f} ({e:.3f}), weight {w:.0%}"
        for name, b, e, w in zip(equations.index, mean, error, weight, strict=True)
    ]
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(mean))]
    axes.stackplot(x, density, labels=labels, colors=colours, alpha=0.6)
    axes.plot(x, density.sum(axis=0), color="black", linewidth=1.2, label="mixture")
    axes.axvline(median, color="black", linestyle="--", linewidth=1, label=f"median {median:.3f}")
    for place, (name, value) in enumerate((marks or {}).items()):
        style = (0, (1 + 2 * place, 2))
        axes.axvline(value, color=GREY, linestyle=style, label=f"{name} {value:.3f}")
    axes.set_ylim(bottom=0)
    axes.set_yticks([])
    axes.set(xlabel=quantity, ylabel="density")
    axes.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    alt = (
        f"Mixture of {len(mean)} equations, {quantity}: median {median:.3f}, 95 % from {five:.3f} "
        f"to {most:.3f}; {'; '.join(labels)}."
    )
    return finish(figure, alt=alt, source=source, ax=ax)


def _checked_mixture(equations: pd.DataFrame) -> tuple[Array, Array, Array]:
    """Return estimates, standard errors and weights that add to one."""
    if not isinstance(equations, pd.DataFrame):
        raise DataError(f"equations: expected a DataFrame, got {shown(equations)}")
    columns = ["estimate", "std_error", "weight"]
    refuse_unknown(columns, equations.columns, "equations: no column")
    used = equations[columns].to_numpy(float)
    good = np.isfinite(used).all(axis=1) & (used[:, 1] > 0) & (used[:, 2] >= 0)
    if not good.all() or not used[:, 2].sum() > 0:
        name = equations.index[int(np.argmin(good))] if len(equations) else "nothing"
        raise DataError(
            f"equations: {name!r} needs a finite estimate, a standard error above 0 and a weight "
            "of at least 0; the weights must not all be 0"
        )
    return used[:, 0], used[:, 1], used[:, 2] / used[:, 2].sum()

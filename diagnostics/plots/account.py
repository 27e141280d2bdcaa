"""Plots of a satellite account: levels by run, the penetration curve, rival elasticities."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.plots.style import (
    COLOURS,
    GREY,
    axis_label,
    finish,
    integer_years,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_account", "plot_elasticities", "plot_penetration"]


def plot_account(account: pd.DataFrame, reported: pd.DataFrame, *, unit: str) -> "Figure":
    """Draw core and integration by year for both runs, with the reported totals beside them."""
    runs = list(account.index.get_level_values("run").unique())
    figure = new_figure(1, len(runs), size=(8.6, 4.4), sharey=True)
    for axes, run in zip(figure.axes, runs, strict=True):
        _bars(axes, account.loc[run])
        _reported(axes, reported["value"], reported[f"role_{run}"])
        integer_years(axes)
        axes.set_title(f"{run} run", fontsize=11)
    figure.axes[0].set_ylabel(axis_label("value added", unit))
    handles, names = figure.axes[-1].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    columns = [account[name] for name in ("total", "total_low", "total_high")]
    alt = "Value added by year: " + "; ".join(
        f"{key[0]} {key[1]}: {total:.2f}, 95 % interval {low:.2f} to {high:.2f}"
        for key, total, low, high in zip(account.index, *columns, strict=True)
    )
    return finish(figure, alt=f"{alt}. Unit: {unit}.")


def _bars(axes: "Axes", rows: pd.DataFrame) -> None:
    """Stacked bars with the interval of the total."""
    years = rows.index.to_numpy(float)
    axes.bar(years, rows["core"], width=0.6, color=COLOURS[0], label="core industries")
    axes.bar(
        years,
        rows["integration"],
        bottom=rows["core"],
        width=0.6,
        color=COLOURS[4],
        label="integration-driven",
    )
    spread = np.abs(
        rows[["total_low", "total_high"]].to_numpy(float).T - rows["total"].to_numpy(float)
    )
    axes.errorbar(
        years,
        rows["total"],
        yerr=spread,
        fmt="none",
        ecolor="black",
        capsize=4,
        label="95 % interval of the total",
    )


def _reported(axes: "Axes", value: pd.Series, role: pd.Series) -> None:
    """Mark printed totals: filled where the run was calibrated on them, open where held out."""
    for kind, face, label in (
        ("calibration", COLOURS[1], "reported, used for calibration"),
        ("held out", "white", "reported, held out"),
    ):
        years = value.index[role == kind].to_numpy(float)
        axes.plot(
            years + 0.36,
            value[role == kind].to_numpy(float),
            linestyle="none",
            marker="D",
            markersize=7,
            markeredgecolor=COLOURS[1],
            markerfacecolor=face,
            label=label,
        )


def plot_penetration(
    paths: pd.DataFrame, points: pd.DataFrame, intervals: pd.DataFrame
) -> "Figure":
    """Draw the penetration curves with the points they pass through and the held-out ones."""
    figure = new_figure(size=(7.2, 4.4))
    axes = figure.axes[0]
    for family, path in paths.items():
        axes.plot(path.index, 100 * path, label=f"{family} curve")
    axes.vlines(
        intervals.index.to_numpy(float),
        100 * intervals["low"],
        100 * intervals["high"],
        color=GREY,
        linewidth=5,
        alpha=0.35,
        label="95 % interval of the draws",
    )
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
    return finish(figure, alt=f"Penetration by year with 95 % intervals, {words}.")


def plot_elasticities(frame: pd.DataFrame, *, cost_share: float, drawn: int = 1) -> "Figure":
    """Draw elasticities with 95 % intervals; the first `drawn` rows are those of the account."""
    figure = new_figure(size=(8.6, 0.36 * len(frame) + 1.5))
    axes = figure.axes[0]
    place = np.arange(len(frame))[::-1]
    values = frame["estimate"].to_numpy(float)
    bounds = np.abs(frame[["low", "high"]].to_numpy(float).T - values)
    colours = [COLOURS[1] if k < drawn else COLOURS[0] for k in range(len(frame))]
    for k in range(len(frame)):
        axes.errorbar(
            values[k], place[k], xerr=bounds[:, k : k + 1], fmt="o", color=colours[k], capsize=3
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
    words = ", ".join(f"{name}: {value:.3f}" for name, value in frame["estimate"].items())
    return finish(figure, alt=f"Elasticity by specification. {words}.")

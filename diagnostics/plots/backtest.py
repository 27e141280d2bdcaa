"""Plots of back-tests: updated tables, and forecasts of known diffusions."""

from typing import TYPE_CHECKING

import numpy as np

from quesnay.diagnostics.evidence.updating import UpdateBacktest
from quesnay.diagnostics.plots.style import COLOURS, GREY, axis_label, finish, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.evidence.diffusion_errors import DiffusionErrors

__all__ = [
    "plot_backtest",
    "plot_diffusion_errors",
]

_MARKERS = "osD^vP*X"


def plot_backtest(result: UpdateBacktest) -> "Figure":
    """Draw the error of each method, one panel an update, one mark a block."""
    errors = 100.0 * result.errors
    updates = list(errors.index.get_level_values("update").unique())
    methods = list(errors.index.get_level_values("method").unique())
    size = (2.2 + 2.9 * len(updates), 1.9 + 0.36 * len(methods))
    figure = new_figure(1, len(updates), size=size, sharey=True, squeeze=False)
    for axes, update in zip(figure.axes, updates, strict=True):
        rows = errors.loc[update]
        for place, block in enumerate(errors.columns):
            axes.plot(
                rows[block],
                [methods.index(name) for name in rows.index],
                linestyle="",
                marker=_MARKERS[place % len(_MARKERS)],
                color=COLOURS[place % len(COLOURS)],
                label=str(block) if axes is figure.axes[0] else None,
            )
        axes.set_xlim(left=0.0)
        axes.margins(x=0.1)
        axes.set_title(str(update), fontsize=11)
        axes.set_xlabel(axis_label("weighted absolute error", "percent"))
    figure.axes[0].set_yticks(range(len(methods)), methods)
    figure.axes[0].set_ylim(len(methods) - 0.5, -0.5)
    figure.legend(loc="outside lower center", ncols=len(errors.columns), frameon=False, fontsize=9)
    best = "; ".join(
        f"{update}: {errors.loc[update]['all'].idxmin()} {errors.loc[update]['all'].min():.1f} %"
        for update in updates
    )
    return finish(figure, alt=f"Back-test of table updating, smallest error of all cells. {best}.")


def plot_diffusion_errors(result: "DiffusionErrors") -> "Figure":
    """Draw the errors of each rule, one panel a horizon."""
    rows = result.forecasts.dropna(subset=["error"])
    horizons = sorted(rows["horizon"].unique())
    size = (2.4 + 3.2 * len(horizons), 1.6 + 0.36 * len(result.rules))
    figure = new_figure(1, len(horizons), size=size, sharey=True, squeeze=False)
    said = []
    for axes, steps in zip(figure.axes, horizons, strict=True):
        errors = [
            100 * rows.loc[(rows["rule"] == name) & (rows["horizon"] == steps), "error"].to_numpy()
            for name in result.rules
        ]
        low, first, middle, third, high = np.array(
            [np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95]) for values in errors]
        ).T
        places = np.arange(1, len(errors) + 1)
        axes.hlines(places, low, high, color=COLOURS[0], linewidth=1.2)
        axes.hlines(places, first, third, color=COLOURS[0], linewidth=6)
        axes.plot(middle, places, "o", color="white", markersize=4, zorder=3)
        axes.axvline(0.0, color=GREY, linewidth=0.8)
        axes.set_title("1 year ahead" if steps == 1 else f"{steps} years ahead", fontsize=11)
        axes.set_xlabel(axis_label("ln(actual / forecast)", "percent"))
        for place, values in enumerate(errors, start=1):
            size_of_error = float(np.sqrt(np.mean(values**2)))
            axes.annotate(
                f"{size_of_error:.0f}",
                (1.0, place),
                xycoords=("axes fraction", "data"),
                color=GREY,
                fontsize=9,
                va="center",
                ha="left",
            )
            said.append(f"{result.rules[place - 1]} {steps}: {size_of_error:.1f} %")
    figure.axes[0].set_yticks(range(1, len(result.rules) + 1), result.rules)
    figure.axes[0].invert_yaxis()
    return finish(
        figure, alt=f"Errors of forecasts of known diffusions, root mean square: {'; '.join(said)}."
    )

"""How far a rule missed on diffusions whose outcome is known."""

from typing import TYPE_CHECKING

import numpy as np

from quesnay.diagnostics.plots.style import COLOURS, GREY, axis_label, finish, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.evidence.diffusion_errors import DiffusionErrors

__all__ = ["plot_diffusion_errors"]


def plot_diffusion_errors(result: "DiffusionErrors") -> "Figure":
    """Draw the errors of each rule, one panel a horizon.

    Parameters
    ----------
    result : DiffusionErrors
        From `quesnay.diffusion_errors`.

    Returns
    -------
    Figure
        The middle half of the errors thick, 5 to 95 % thin; the root mean square error in per
        cent stands at the right.
    """
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

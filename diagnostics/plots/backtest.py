"""How far updated tables fall from the official ones."""

from typing import TYPE_CHECKING

from quesnay.diagnostics.evidence.updating import UpdateBacktest
from quesnay.diagnostics.plots.style import COLOURS, axis_label, finish, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_backtest"]

_MARKERS = "osD^vP*X"


def plot_backtest(result: UpdateBacktest) -> "Figure":
    """Draw the error of each method, one panel an update, one mark a block.

    Parameters
    ----------
    result : UpdateBacktest
        From `quesnay.backtest_tables`.

    Returns
    -------
    Figure
        Methods from top to bottom in the order they were run, naive rules first.
    """
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

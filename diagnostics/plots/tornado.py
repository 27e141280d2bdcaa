"""One input at a time."""

from typing import TYPE_CHECKING

from quesnay.diagnostics.plots.style import COLOURS, GREY, axis_label, finish, new_figure
from quesnay.models.uncertainty.sensitivity import Tornado

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_tornado"]


def plot_tornado(result: Tornado, *, unit: str | None = None, most: int = 15) -> "Figure":
    """Draw the swings of a figure, the largest on top.

    Parameters
    ----------
    result : Tornado
        From `quesnay.tornado`.
    unit : str, optional
        Unit of the figure, for the axis.
    most : int, default 15
        Inputs shown; the others are counted in the title.

    Returns
    -------
    Figure
        One bar an input, blue towards its lower and vermillion towards its upper quantile.

    Examples
    --------
    >>> from quesnay.models.uncertainty import Uniform
    >>> from quesnay.models.uncertainty.sensitivity import tornado
    >>> found = tornado(lambda x: {"total": x["a"] + x["b"]},
    ...                 {"a": Uniform(0, 1), "b": Uniform(0, 2)})
    >>> len(plot_tornado(found).axes[0].patches)
    4
    """
    shown = result.swings.head(most)
    hidden = len(result.swings) - len(shown)
    figure = new_figure(size=(7.2, 1.7 + 0.36 * len(shown)))
    axes = figure.axes[0]
    for row, (_, swing) in enumerate(shown.iterrows()):
        for end, colour in (("low", COLOURS[0]), ("high", COLOURS[1])):
            label = f"input at its {'lower' if end == 'low' else 'upper'} quantile"
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
    axes.set_xlabel(axis_label(result.figure, unit))
    more = f"; {hidden} smaller ones not shown" if hidden else ""
    axes.set_title(
        f"One input at a time, {result.level:.0%} of its distribution{more}", fontsize=11
    )
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    largest = shown.iloc[0]
    alt = (
        f"Tornado of {result.figure}: {result.center:.4g} at the median of every input; the "
        f"largest swing is {shown.index[0]}, from {largest['low']:.4g} to {largest['high']:.4g}."
    )
    return finish(figure, alt=alt)

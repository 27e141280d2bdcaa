"""One input at a time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from quesnay.diagnostics.plots.style import COLOURS, GREY, axis_label, finish, new_figure
from quesnay.fitting.checks import percent
from quesnay.fitting.errors import DataError
from quesnay.models.uncertainty.sensitivity import Tornado

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_tornado", "plot_tornados"]


def plot_tornado(result: Tornado, *, unit: str | None = None, most: int = 15) -> "Figure":
    """Draw the swings of a figure, the largest on top."""
    shown = result.swings.head(most)
    hidden = len(result.swings) - len(shown)
    figure = new_figure(size=(7.2, 1.7 + 0.36 * len(shown)))
    axes = figure.axes[0]
    _swings(
        axes,
        result,
        most=most,
        words=("input at its lower quantile", "input at its upper quantile"),
    )
    axes.set_xlabel(axis_label(result.figure, unit))
    more = f"; {hidden} smaller ones not shown" if hidden else ""
    said = f"One input at a time, {percent(result.level)} of its distribution{more}"
    axes.set_title(said, fontsize=11)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    largest = shown.iloc[0]
    alt = (
        f"Tornado of {result.figure}: {result.center:.4g} at the median of every input; the "
        f"largest swing is {shown.index[0]}, from {largest['low']:.4g} to {largest['high']:.4g}."
    )
    return finish(figure, alt=alt)


def _swings(axes: "Axes", result: Tornado, *, most: int, words: tuple[str, str]) -> None:
    """Draw one bar an input from the centre to each end."""
    shown = result.swings.head(most)
    for row, (_, swing) in enumerate(shown.iterrows()):
        for end, colour, label in zip(("low", "high"), COLOURS, words, strict=False):
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


def plot_tornados(
    panels: Mapping[tuple[str, str], Tornado],
    *,
    unit: str | None = None,
    marks: Mapping[str, float] | None = None,
) -> "Figure":
    """Draw several figures under several runs, one source of uncertainty at a time."""
    if not panels:
        raise DataError("tornado: there is no figure to draw")
    runs, figures = ([*dict.fromkeys(key[k] for key in panels)] for k in (0, 1))
    most = max(len(found.swings) for found in panels.values())
    figure = new_figure(
        len(runs), len(figures), size=(8.6, 1.0 + len(runs) * (0.9 + 0.27 * most)),
        squeeze=False, sharey="row",
    )  # fmt: skip
    words = ("lower end of 95 % of the draws", "upper end")
    said = []
    for axes, (run, name) in zip(
        figure.axes, [(run, name) for run in runs for name in figures], strict=True
    ):
        found = panels[(run, name)]
        _swings(axes, found, most=most, words=words)
        axes.set_title(f"{name}, {run}", fontsize=10)
        axes.set_xlabel(axis_label("value", unit) if unit is None else unit, fontsize=9)
        if marks and name in marks:
            axes.axvline(marks[name], color="black", linestyle="--", linewidth=1, label="published")
        axes.tick_params(axis="y", length=0)
        axes.locator_params(axis="x", nbins=5)
        first = found.swings.iloc[0]
        said.append(
            f"{name}, {run}: {found.center:.3g}, most by {found.swings.index[0]}, "
            f"{first['low']:.3g} to {first['high']:.3g}"
        )
    handles, names = figure.axes[-1].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    return finish(figure, alt=f"One source of uncertainty at a time. {'; '.join(said)}.")

"""The waterfall of a structural decomposition: from the start to the end by factor."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.plots.style import COLOURS, GREY, axis_label, finish, new_figure
from quesnay.fitting.checks import whole
from quesnay.fitting.errors import DataError, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from quesnay.models.input_output.decomposition import StructuralDecomposition

__all__ = ["plot_decomposition"]

_WORDS = {
    "v": "account per\nunit",
    "A": "technology",
    "f": "final\ndemand",
    "structure": "demand\nstructure",
    "mix": "demand\nmix",
    "level": "demand\nlevel",
}
_NAME = 34  # characters of a sector's name that fit beside the bars


def plot_decomposition(
    result: "StructuralDecomposition",
    *,
    start: str = "start",
    end: str = "end",
    sectors: int = 10,
    names: Mapping[Any, str] | None = None,
) -> "Figure":
    """Draw the whole change as a waterfall, and the effects in the sectors that changed most.

    Parameters
    ----------
    result : StructuralDecomposition
        The decomposition.
    start, end : str
        Names of the two periods, such as years.
    sectors : int
        Sectors in the second panel, at least 1.
    names : mapping of sector to name, optional
        What to write for a sector instead of its label.

    Returns
    -------
    Figure
        Two panels, in the tables' unit.

    Raises
    ------
    DataError
        If `sectors` is not a whole number from 1.

    Examples
    --------
    >>> import quesnay as qn
    >>> old = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> new = qn.InputOutputTable([[200, 500], [200, 200]], [500, 1800], [800, 1500])
    >>> figure = plot_decomposition(qn.structural_decomposition(old, new))
    >>> figure.get_label()
    'output: start 3,000, technology +27.74, final demand +372.3, end 3,400.'
    """
    whole(sectors, "sectors")
    if names is not None and not isinstance(names, Mapping):
        raise DataError(f"names: {shown(names)}; expected {{sector: name}}")
    count = min(sectors, len(result.effects))
    figure = new_figure(1, 2, size=(12.4, max(4.2, 0.34 * count + 1.8)))
    left, right = figure.axes
    colours = {name: COLOURS[k] for k, name in enumerate(result.effects.columns)}
    quantity = str(result.account).replace("_", " ")
    _waterfall(left, result, (start, end), colours)
    left.set_ylabel(axis_label(quantity, result.unit or None))
    left.set_title(f"All sectors, {start} to {end}", fontsize=11)
    _by_sector(right, result, count, colours)
    labels = [_short((names or {}).get(name, name)) for name in _order(result, count)]
    right.set_yticks(np.arange(count), labels, fontsize=9)
    right.set_xlabel(axis_label(f"change of {quantity}", result.unit or None))
    right.set_title("The sectors that changed most", fontsize=11)
    handles, words = right.get_legend_handles_labels()
    figure.legend(handles, words, loc="outside lower right", ncols=5, frameon=False, fontsize=9)
    left.yaxis.set_major_formatter("{x:,.0f}")
    right.xaxis.set_major_formatter("{x:,.0f}")
    effects = ", ".join(
        f"{_plain(name)} {_number(value, '+')}" for name, value in result.total.items()
    )
    first, last = _number(float(result.start.sum())), _number(float(result.end.sum()))
    return finish(figure, alt=f"{quantity}: {start} {first}, {effects}, {end} {last}.")


def _plain(name: object) -> str:
    return _WORDS[str(name)].replace("\n", " ")


def _waterfall(
    axes: "Axes",
    result: "StructuralDecomposition",
    periods: tuple[str, str],
    colours: dict[str, str],
) -> None:
    names = list(result.effects.columns)
    first, last = float(result.start.sum()), float(result.end.sum())
    effects = result.total.to_numpy()
    tops = first + np.concatenate([[0.0], np.cumsum(effects)])
    places = np.arange(len(names) + 2)
    axes.bar(places[[0, -1]], [first, last], color=GREY, width=0.62)
    for k, name in enumerate(names):
        # an edge keeps a bar visible that is thinner than a line
        axes.bar(
            places[k + 1],
            effects[k],
            bottom=tops[k],
            color=colours[name],
            width=0.62,
            edgecolor=colours[name],
            linewidth=1.0,
        )
    for k in range(len(places) - 1):
        level = tops[k]
        axes.plot([places[k] + 0.31, places[k + 1] - 0.31], [level, level], color=GREY, lw=0.8)
    texts = [_number(first), *(_number(float(value), "+") for value in effects), _number(last)]
    highest = _write_above(axes, [first, *np.maximum(tops[:-1], tops[1:]), last], texts)
    axes.set_xticks(places, [periods[0], *(_WORDS[name] for name in names), periods[1]])
    axes.grid(visible=False, axis="x")
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_ylim(top=1.08 * highest if highest > 0 else None)


def _write_above(axes: "Axes", tops: list[float], texts: list[str]) -> float:
    """Write each bar's number above it; return the highest bar."""
    for place, (top, text) in enumerate(zip(tops, texts, strict=True)):
        axes.annotate(
            text,
            (place, max(top, 0.0)),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=9,
        )
    return max(0.0, *tops)


def _by_sector(
    axes: "Axes", result: "StructuralDecomposition", count: int, colours: dict[str, str]
) -> None:
    order = _order(result, count)
    shown: pd.DataFrame = result.effects.loc[order]
    places = np.arange(count)
    up, down = np.zeros(count), np.zeros(count)
    for name in shown.columns:
        values = shown[name].to_numpy()
        axes.barh(
            places,
            values,
            left=np.where(values >= 0, up, down),
            height=0.62,
            color=colours[name],
            label=_plain(name),
        )
        up, down = up + np.maximum(values, 0.0), down + np.minimum(values, 0.0)
    axes.plot(
        result.change.loc[order],
        places,
        linestyle="none",
        marker="D",
        markersize=5,
        color="black",
        label="change",
    )
    axes.axvline(0, color="black", linewidth=0.8)
    axes.grid(visible=False, axis="y")


def _number(value: float, sign: str = "") -> str:
    """Write a number in full from a thousand on, else to four digits."""
    return format(value, f"{sign},.0f") if abs(value) >= 1000 else format(value, f"{sign}.4g")


def _order(result: "StructuralDecomposition", count: int) -> pd.Index:
    """Return the sectors that changed most, the largest last: it is drawn on top."""
    places = np.argsort(-np.abs(result.change.to_numpy()), kind="stable")[:count][::-1]
    return result.effects.index[places]


def _short(name: object) -> str:
    text = str(name)
    return text if len(text) <= _NAME else f"{text[: _NAME - 1]}…"

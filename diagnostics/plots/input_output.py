"""Plots of an input-output table: the linkage map and the heat map of its coefficients."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.diagnostics.plots.place import Named, place_labels, sector_name
from quesnay.diagnostics.plots.style import COLOURS, GREY, axis_label, finish, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from quesnay.models.input_output.table import InputOutputTable

__all__ = ["plot_coefficients", "plot_linkages"]

Array = npt.NDArray[np.float64]

_MARKS = {
    "key": (COLOURS[1], "o"),
    "backward-oriented": (COLOURS[0], "s"),
    "forward-oriented": (COLOURS[2], "^"),
    "weak": (GREY, "."),
}
_TICKS = 50  # sectors up to which each is named beside the heat map


def plot_linkages(
    table: "InputOutputTable", *, names: Mapping[Any, str] | None = None, count: int = 12
) -> "Figure":
    """Draw backward against forward linkages, normalised to mean 1, with key sectors named.

    Parameters
    ----------
    table : InputOutputTable
        The economy.
    names : mapping, optional
        Sector -> name shown.
    count : int, default 12
        Most sectors named: the strongest key sectors, then the outermost of the others.

    Returns
    -------
    Figure
        Four fields around the mean.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> plot_linkages(table).get_label()[:39]
    'Linkage map of 2 sectors. Key sectors: '
    """
    frame = table.linkages(variation=False).dropna()
    figure = new_figure(size=(8.2, 6.2))
    (axes,) = figure.axes
    across, up = frame["backward_normalised"], frame["forward_normalised"]
    for kind, (colour, mark) in _MARKS.items():
        members = frame["sector_class"] == kind
        axes.plot(
            across[members], up[members], mark, color=colour, label=f"{kind} ({members.sum()})",
            markersize=8 if mark == "." else 6,
        )  # fmt: skip
    axes.axvline(1.0, color=GREY, linewidth=0.9)
    axes.axhline(1.0, color=GREY, linewidth=0.9)
    axes.margins(x=0.16, y=0.08)
    axes.set_xlabel(axis_label("backward linkage", "mean of all sectors = 1"))
    axes.set_ylabel(axis_label("forward linkage (Ghosh)", "mean of all sectors = 1"))
    axes.set_title(table.name or "Linkage map", fontsize=11)
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    chosen = _named_first(frame, count)
    texts = [sector_name(label, names, longest=36) for label in chosen]
    points = np.column_stack([across.loc[chosen], up.loc[chosen]])
    crowd = np.column_stack([across, up])
    place_labels(figure, [Named(axes, points, texts, crowd)])
    key = frame.index[frame["sector_class"] == "key"]
    listed = ", ".join(sector_name(label, names) for label in key[:10]) or "none"
    return finish(figure, alt=f"Linkage map of {len(frame)} sectors. Key sectors: {listed}.")


def _named_first(frame: pd.DataFrame, count: int) -> pd.Index:
    """Order the sectors by class and distance from the mean; the first ones get their names."""
    away = np.hypot(frame["backward_normalised"] - 1.0, frame["forward_normalised"] - 1.0)
    rank = away + 100.0 * (frame["sector_class"] == "key").to_numpy(float)
    return frame.index[np.argsort(-rank.to_numpy(), kind="stable")[:count]]


def plot_coefficients(
    table: "InputOutputTable", *, names: Mapping[Any, str] | None = None
) -> "Figure":
    """Draw the technical coefficients: who buys from whom per unit of output.

    Parameters
    ----------
    table : InputOutputTable
        The economy.
    names : mapping, optional
        Sector -> name shown.

    Returns
    -------
    Figure
        Selling sectors down, buying sectors across; colour by the square root of the coefficient,
        so that small inputs are seen; negative cells in red.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> plot_coefficients(table).get_label()
    'Heat map of 2 by 2 technical coefficients; the largest is 0.25: 0 into 1.'
    """
    from matplotlib.colors import PowerNorm

    A = table.A.to_numpy()
    figure = new_figure(size=(9.0, 7.4))
    (axes,) = figure.axes
    axes.grid(visible=False)
    top = float(A.max()) if A.max() > 0 else 1.0
    image = axes.imshow(
        np.ma.masked_less(A, 0.0), cmap="Blues", norm=PowerNorm(0.5, vmin=0.0, vmax=top),
        interpolation="nearest",
    )  # fmt: skip
    axes.set_facecolor(COLOURS[1])
    bar = figure.colorbar(image, ax=axes, shrink=0.8)
    bar.set_label(axis_label("input coefficient", "per unit of output"))
    _sector_ticks(axes, table.sectors, names)
    axes.set_xlabel("buying sector")
    axes.set_ylabel("selling sector")
    axes.set_title(table.name or "Technical coefficients", fontsize=11)
    i, j = np.unravel_index(int(np.argmax(A)), A.shape)
    seller, buyer = (sector_name(table.sectors[int(k)], names) for k in (i, j))
    text = f"Heat map of {len(A)} by {len(A)} technical coefficients; the largest is {A[i, j]:.3g}"
    return finish(figure, alt=f"{text}: {seller} into {buyer}.")


def _sector_ticks(axes: "Axes", sectors: pd.Index, names: Mapping[Any, str] | None) -> None:
    n = len(sectors)
    if n > _TICKS:
        return
    size = 9 if n <= 20 else 6.5
    labels = [sector_name(label, names, longest=34) for label in sectors]
    axes.set_yticks(range(n), labels, fontsize=size)
    axes.set_xticks(range(n), [str(label) for label in sectors], fontsize=size, rotation=90)

"""Residuals by unit and time, and what leaving out a unit does to a coefficient."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from quesnay.diagnostics.plots.place import short_name
from quesnay.diagnostics.plots.regression_panels import WIDEST, cloud, head
from quesnay.diagnostics.plots.style import COLOURS, GREY
from quesnay.diagnostics.regression.examined import Examined, label_text
from quesnay.models.regression.columns import Grouping

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_groups"]

Array = npt.NDArray[np.float64]

MOST_ROWS = 31


def draw_groups(axes: "Axes", sample: Examined) -> None:
    """Draw mean standardised residuals by unit (or cluster) and time, or their spread by unit."""
    rows = _rows(sample)
    if rows is None:
        _draw_order(axes, sample)
    elif sample.time is None:
        _draw_boxes(axes, sample, rows)
    else:
        _draw_map(axes, sample, rows, sample.time)


def _rows(sample: Examined) -> Grouping | None:
    """Choose what to draw by: the panel unit where readable, else the cluster."""
    for grouping in (sample.unit, sample.cluster):
        if grouping is not None and grouping.count <= MOST_ROWS:
            return grouping
    return sample.cluster if sample.cluster is not None else sample.unit


def _draw_map(axes: "Axes", sample: Examined, rows: Grouping, columns: Grouping) -> None:
    units, times = rows.labels, [label_text(label) for label in columns.labels]
    sums, squares = _cells(sample, rows, columns)
    absorbed = _means_vanish(sample, rows, columns)  # the effects leave no mean: show the spread
    cells = squares if absorbed else sums
    distance = np.nan_to_num(np.abs(cells - float(absorbed))).max(axis=1)
    shown = np.sort(np.argsort(-distance)[:MOST_ROWS])
    low, high = (0.0, 2.0) if absorbed else (-3.0, 3.0)
    image = axes.imshow(cells[shown], cmap="PuOr", vmin=low, vmax=high, aspect="auto")
    axes.grid(visible=False)
    axes.set_yticks(
        range(shown.size),
        [short_name(label_text(units[i]), widest=WIDEST) for i in shown],
        fontsize=7 if shown.size > 15 else 8,
    )
    room = max(2, min(10, 60 // (max(map(len, times)) + 2)))
    step = -(-len(times) // room)
    axes.set_xticks(range(0, len(times), step), times[::step])
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02)
    hidden = len(units) - shown.size
    tail = f"; {hidden} quieter ones not shown" if hidden else ""
    if absorbed:
        bar.set_label("root mean square of standardised residuals", fontsize=8)
        head(axes, f"Spread by {rows.name} and {columns.name}", f"all pale: near one{tail}")
    else:
        bar.set_label("sum of standardised residuals / root of their number", fontsize=8)
        hint = f"pale; no row or column of one colour{tail}"
        head(axes, f"Residuals by {rows.name} and {columns.name}", hint)
    axes.set_xlabel(columns.name)


def _means_vanish(sample: Examined, rows: Grouping, columns: Grouping) -> bool:
    e = sample.residuals * (1.0 if sample.fit.sample.weights is None else sample.fit.sample.weights)
    total = np.bincount(rows.codes * columns.count + columns.codes, e)
    return bool(np.abs(total).max() < 1e-8 * np.abs(e).sum())


def _cells(sample: Examined, rows: Grouping, columns: Grouping) -> tuple[Array, Array]:
    """Return scaled sums and root mean squares of residuals by cell, NaN where a cell is empty."""
    r = sample.influence.standardised
    seen = np.isfinite(r)
    cell = (rows.codes * columns.count + columns.codes)[seen]
    size = rows.count * columns.count
    number = np.bincount(cell, minlength=size).astype(float)
    number[number == 0.0] = np.nan
    total = np.bincount(cell, r[seen], minlength=size)
    square = np.bincount(cell, r[seen] ** 2, minlength=size)
    shape = (rows.count, columns.count)
    sums, squares = total / np.sqrt(number), np.sqrt(square / number)
    return sums.reshape(shape), squares.reshape(shape)


def _draw_boxes(axes: "Axes", sample: Examined, rows: Grouping) -> None:
    r = sample.influence.standardised
    units, unit = np.array([label_text(label) for label in rows.labels]), rows.codes
    groups = [r[(unit == i) & np.isfinite(r)] for i in range(units.size)]
    middle = np.array([np.median(group) if group.size else 0.0 for group in groups])
    shown = np.argsort(-np.abs(middle))[:MOST_ROWS]
    shown = shown[np.argsort(middle[shown])]
    axes.boxplot(
        [groups[i] for i in shown],
        orientation="horizontal",
        widths=0.6,
        flierprops={"markersize": 3, "markeredgecolor": COLOURS[0]},
        medianprops={"color": COLOURS[1]},
    )
    names = [short_name(unit, widest=WIDEST) for unit in units[shown]]
    axes.set_yticks(range(1, shown.size + 1), names, fontsize=7.5)
    axes.axvline(0.0, color=GREY, linewidth=0.8)
    hidden = units.size - shown.size
    tail = f"; {hidden} quieter ones not shown" if hidden else ""
    head(axes, f"Residuals by {rows.name}", f"boxes around zero, of like width{tail}")
    axes.set_xlabel("standardised residual")


def _draw_order(axes: "Axes", sample: Examined) -> None:
    r = sample.influence.standardised
    cloud(axes, np.arange(1.0, r.size + 1.0), r)
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    head(axes, "Residuals in the order of rows", "no runs of one sign (no unit or time was named)")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("row")
    axes.set_ylabel("standardised residual")

"""Names beside points that cover neither each other nor, if it can be, a point."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quesnay.diagnostics.plots.style import Panels, show_as_written
from quesnay.fitting.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

_OFFSETS = [
    (dx * near, dy * near)
    for near in (1.0, 1.8, 2.8, 4.0, 5.5)
    for dx, dy in ((7, 3), (-7, 3), (7, -9), (-7, -9), (0, 9), (0, -13))
]  # points of the page, the nearest first


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """Points of one panel that get their names.

    `axes`: a panel whose limits are set; `points` (k, 2): points with names, the most important
    first; `texts`: their names; `crowd` (n, 2): all points of the panel.
    """

    axes: "Axes"
    points: Array
    texts: Sequence[str]
    crowd: Array


def place_labels(
    figure: "Figure", panels: Sequence[Named], ax: Panels = None, *, size: float = 8
) -> None:
    """Write names beside points where they cover neither each other nor, if it can be, a point."""
    written = [[_write(panel, i, size) for i in range(len(panel.texts))] for panel in panels]
    show_as_written(figure, ax)  # before widths are measured
    figure.draw_without_rendering()
    for panel, labels in zip(panels, written, strict=True):
        _settle(panel, labels, figure.dpi / 72.0)


def _write(panel: Named, i: int, size: float) -> "Annotation":
    label = panel.axes.annotate(
        panel.texts[i], tuple(panel.points[i]), xytext=(0, 0), textcoords="offset points",
        fontsize=size, va="bottom",
        arrowprops={"arrowstyle": "-", "color": "#999999", "linewidth": 0.6},
    )  # fmt: skip
    label.set_in_layout(False)  # a name must not push its panel together
    return label


def _settle(panel: Named, labels: Sequence["Annotation"], scale: float) -> None:
    from matplotlib.text import Text

    dots = panel.axes.transData.transform(panel.crowd)
    window = panel.axes.get_window_extent().extents
    taken: list[Array] = []
    for point, label in zip(panel.axes.transData.transform(panel.points), labels, strict=True):
        width, height = Text.get_window_extent(label).size  # without the line to its point
        boxes = [_box(point, dx * scale, dy * scale, width, height) for dx, dy in _OFFSETS]
        far = np.abs(np.stack(boxes).reshape(-1, 2) - point).max(axis=0) + 2
        near = dots[(np.abs(dots - point) < far).all(axis=1)]  # of many points few can be covered
        costs = [_cost(box, taken, near, window) for box in boxes]
        away = [1.5 * (abs(dx) + abs(dy)) for dx, dy in _OFFSETS]
        best = int(np.argmin(np.add(costs, away)))
        taken.append(boxes[best] + [-1.0, -1.0, 1.0, 1.0])  # names that touch read as one
        dx, dy = _OFFSETS[best]
        label.set_position((dx, dy))
        label.set_horizontalalignment("left" if dx > 0 else "right" if dx < 0 else "center")
        if label.arrow_patch is not None:
            label.arrow_patch.set_visible(abs(dx) + abs(dy) > 20)


def _box(point: Array, dx: float, dy: float, width: float, height: float) -> Array:
    left = point[0] + dx - (0.0 if dx > 0 else width if dx < 0 else width / 2)
    return np.array([left, point[1] + dy, left + width, point[1] + dy + height])


def _cost(box: Array, taken: Sequence[Array], dots: Array, window: Any) -> float:
    """Count what a name would cover: names most, then the frame, then points."""
    names = sum(_overlap(box, other) for other in taken)
    outside: float = max(0.0, window[0] - box[0]) + max(0.0, box[2] - window[2])
    outside += max(0.0, window[1] - box[1]) + max(0.0, box[3] - window[3])
    inside = (dots > box[:2] - 2).all(axis=1) & (dots < box[2:] + 2).all(axis=1)
    return 10.0 * names + 40.0 * outside + 40.0 * float(inside.sum())


def _overlap(one: Array, other: Array) -> float:
    width = float(min(one[2], other[2]) - max(one[0], other[0]))
    height = float(min(one[3], other[3]) - max(one[1], other[1]))
    area: float = max(width, 0.0) * max(height, 0.0)
    return area

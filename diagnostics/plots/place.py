"""Names beside points, without covering each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from quesnay.diagnostics.plots.style import show_as_written
from quesnay.models.display.escape import display_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation

__all__ = ["Named", "place_labels", "sector_name", "short_name"]

Array = npt.NDArray[np.float64]

_OFFSETS = [
    (dx * near, dy * near)
    for near in (1.0, 1.8, 2.8, 4.0, 5.5)
    for dx, dy in ((7, 3), (-7, 3), (7, -9), (-7, -9), (0, 9), (0, -13))
]  # points of the page, the nearest first


def sector_name(label: Any, names: Mapping[Any, str] | None, *, longest: int = 30) -> str:
    """Return what a sector is called in a plot, shortened at a word.

    Parameters
    ----------
    label : hashable
        The sector.
    names : mapping or None
        Sector -> name, written behind the label.
    longest : int, default 30
        Letters at most.

    Returns
    -------
    str
        Label and name, or the label itself.

    Examples
    --------
    >>> sector_name("39", {"39": "Manufacture of communication equipment and computers"})
    '39 Manufacture of...'
    """
    shown = " / ".join(map(str, label)) if isinstance(label, tuple) else str(label)
    if names is not None and label in names:
        shown = f"{shown} {names[label]}"  # the code tells apart names that are cut alike
    if len(shown) <= longest:
        return shown
    return shown[: longest - 2].rsplit(" ", 1)[0].rstrip(" ,;") + "..."


def short_name(text: str, *, widest: int = 28) -> str:
    """Shorten a long name in its middle: what tells names apart is at the ends.

    Parameters
    ----------
    text : str
        A name.
    widest : int, default 28
        Columns at most; a Chinese character takes two.

    Returns
    -------
    str
        The name, or its head and tail.

    Examples
    --------
    >>> short_name("Manufacture of communication equipment, firm 17", widest=24)
    'Manufactur...nt, firm 17'
    """
    if display_width(text) <= widest:
        return text
    room = (widest - 3) // 2
    head, tail = text, text
    while display_width(head) > room:
        head = head[:-1]
    while display_width(tail) > widest - 3 - room:
        tail = tail[1:]
    return f"{head}...{tail}"


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """Points of one panel that get their names.

    Parameters
    ----------
    axes : Axes
        A panel whose limits are set.
    points : ndarray, (k, 2)
        Points with names, the most important first.
    texts : sequence of str
        Their names.
    crowd : ndarray, (n, 2)
        All points of the panel.
    """

    axes: "Axes"
    points: Array
    texts: Sequence[str]
    crowd: Array


def place_labels(figure: "Figure", panels: Sequence[Named], *, size: float = 8) -> None:
    """Write names beside points where they cover neither each other nor, if it can be, a point.

    Parameters
    ----------
    figure : Figure
        All of it is drawn but for the names.
    panels : sequence of Named
        What is named in which panel.
    size : float, default 8
        Of the letters.

    Examples
    --------
    >>> import numpy as np
    >>> from quesnay.diagnostics.plots.style import new_figure
    >>> figure = new_figure()
    >>> (axes,) = figure.axes
    >>> place_labels(figure, [Named(axes, np.zeros((1, 2)), ["a"], np.zeros((1, 2)))])
    >>> axes.texts[0].get_text()
    'a'
    """
    written = [[_write(panel, i, size) for i in range(len(panel.texts))] for panel in panels]
    show_as_written(figure)  # before widths are measured
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
        taken.append(boxes[best])
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

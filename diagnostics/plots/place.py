"""Names beside points, without covering each other."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["place_labels", "sector_name"]

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


def place_labels(
    axes: "Axes", points: Array, texts: Sequence[str], *, crowd: Array, size: float = 8
) -> None:
    """Write names beside points where they cover neither each other nor, if it can be, a point.

    Parameters
    ----------
    axes : Axes
        A panel whose limits are set.
    points : ndarray, (k, 2)
        Points with names, the most important first.
    texts : sequence of str
        Their names.
    crowd : ndarray, (n, 2)
        All points.
    size : float, default 8
        Of the letters.

    Examples
    --------
    >>> import numpy as np
    >>> from quesnay.diagnostics.plots.style import new_figure
    >>> (axes,) = new_figure().axes
    >>> place_labels(axes, np.zeros((1, 2)), ["a"], crowd=np.zeros((1, 2)))
    >>> axes.texts[0].get_text()
    'a'
    """
    figure = axes.get_figure(root=True)
    if figure is None:
        return
    figure.draw_without_rendering()
    scale = figure.dpi / 72.0
    dots = axes.transData.transform(crowd)
    window = axes.get_window_extent()
    taken: list[Array] = []
    for point, text in zip(axes.transData.transform(points), texts, strict=True):
        width, height = 0.52 * size * scale * len(text), 1.25 * size * scale
        boxes = [_box(point, dx * scale, dy * scale, width, height) for dx, dy in _OFFSETS]
        costs = [_cost(box, taken, dots, window.extents) for box in boxes]
        best = int(np.argmin(costs))
        taken.append(boxes[best])
        dx, dy = _OFFSETS[best]
        side = "left" if dx > 0 else "right" if dx < 0 else "center"
        far = abs(dx) + abs(dy) > 20
        axes.annotate(
            text, tuple(axes.transData.inverted().transform(point)), xytext=(dx, dy),
            textcoords="offset points", fontsize=size, ha=side, va="bottom",
            arrowprops={"arrowstyle": "-", "color": "#999999", "linewidth": 0.6} if far else None,
        )  # fmt: skip


def _box(point: Array, dx: float, dy: float, width: float, height: float) -> Array:
    left = point[0] + dx - (0.0 if dx > 0 else width if dx < 0 else width / 2)
    return np.array([left, point[1] + dy, left + width, point[1] + dy + height])


def _cost(box: Array, taken: Sequence[Array], dots: Array, window: Any) -> float:
    """Count what a name would cover: names most, then the frame, then points."""
    names = sum(_overlap(box, other) for other in taken)
    outside: float = max(0.0, window[0] - box[0]) + max(0.0, box[2] - window[2])
    outside += max(0.0, window[1] - box[1]) + max(0.0, box[3] - window[3])
    inside = (dots > box[:2] - 2).all(axis=1) & (dots < box[2:] + 2).all(axis=1)
    return 10.0 * names + 5.0 * outside + 40.0 * float(inside.sum())


def _overlap(one: Array, other: Array) -> float:
    width = float(min(one[2], other[2]) - max(one[0], other[0]))
    height = float(min(one[3], other[3]) - max(one[1], other[1]))
    area: float = max(width, 0.0) * max(height, 0.0)
    return area

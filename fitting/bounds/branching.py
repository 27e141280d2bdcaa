"""Where a box is halved."""

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.bounds.system import Box, System

__all__ = ["middle", "split"]

Array = NDArray[np.float64]
# Halves of an interval narrower than this share of its size differ by rounding only.
_NARROW = 1e-13
# Beyond this an endless interval is not halved further: no quantity is so large.
_FAR = 1e30


def middle(box: Box) -> Array:
    """Return the middle of each interval, or a point near its finite end.

    Parameters
    ----------
    box : Box
        Intervals, possibly infinite.

    Returns
    -------
    ndarray (size,)
        One point inside each interval.

    Examples
    --------
    >>> middle(Box((0.0, 3.0), (1.0, np.inf)))
    array([0.5, 6. ])
    """
    out = []
    for low, high in zip(box.low, box.high, strict=True):
        if np.isinf(low) and np.isinf(high):
            out.append(0.0)
        elif np.isinf(high):
            out.append(low + max(abs(low), 1.0))
        elif np.isinf(low):
            out.append(high - max(abs(high), 1.0))
        else:
            out.append(0.5 * low + 0.5 * high)
    return np.array(out)


def split(system: System, box: Box, point: Array) -> tuple[Box, Box] | None:
    """Halve the factor whose product the relaxation misses by most.

    Parameters
    ----------
    system : System
        The equations.
    box : Box
        The box to halve.
    point : ndarray (size,)
        Where the relaxation is smallest.

    Returns
    -------
    (Box, Box) or None
        The halves; None where every factor is too narrow to be halved.

    Examples
    --------
    >>> from quesnay.fitting.bounds.system import Product
    >>> system = System(3, (), (Product(0, 1, 2),))
    >>> halves = split(system, Box((0., 0., 1.), (9., 4., 2.)), np.array([1.0, 2.0, 1.5]))
    >>> halves[0].high
    (9.0, 2.0, 2.0)
    """
    low, high = np.array(box.low), np.array(box.high)
    width = high - low
    size = np.maximum(np.maximum(np.abs(low), np.abs(high)), 1e-300)
    finite = np.isfinite(width)
    share = np.where(finite, np.where(finite, width, 1.0) / size, np.inf)
    best, place, center = 0.0, -1, middle(box)
    for row in system.products:
        x = point
        gap = abs(x[row.result] - x[row.left] * x[row.right])
        miss = min(gap / max(abs(x[row.result]), 1e-30), 1e9)
        factor = row.left if share[row.left] >= share[row.right] else row.right
        if max(abs(center[factor]), size[factor] if finite[factor] else 0.0) > _FAR:
            continue
        weight = (miss + 1e-9) * min(share[factor], 1e9)
        if share[factor] > _NARROW and weight > best:
            best, place = weight, factor
    if place < 0:
        return None
    cut = float(center[place])
    if np.isfinite(width[place]):
        edge = 0.2 * width[place]
        cut = float(np.clip(point[place], low[place] + edge, high[place] - edge))
    return (
        box.with_interval(place, box.low[place], cut),
        box.with_interval(place, cut, box.high[place]),
    )

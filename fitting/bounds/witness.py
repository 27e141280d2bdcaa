"""A point inside a box at which every equation holds."""

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.bounds.system import Box, System

__all__ = ["witness"]

Array = NDArray[np.float64]
_STEPS = 40
# Residuals relative to the largest term: some units in the last place of a sum of a few terms.
_EXACT = 1e-12


def witness(system: System, box: Box, start: Array) -> Array | None:
    """Return a solution near `start` inside the box, or None where none is found.

    Gauss-Newton steps of least length, measured in the width of each interval, projected onto the
    box; variables at an end of their interval stay there for the step that would push them out.

    Parameters
    ----------
    system : System
        The equations.
    box : Box
        Where the solution must lie.
    start : ndarray (size,)
        Where to begin.

    Returns
    -------
    ndarray or None
        A point with relative residuals of at most 1e-12.

    Examples
    --------
    >>> from quesnay.fitting.bounds.system import Product
    >>> x = witness(System(3, (), (Product(0, 1, 2),)), Box((5., 1., 2.), (6., 2., 4.)),
    ...             np.array([5.5, 1.5, 3.0]))
    >>> bool(abs(x[0] - x[1] * x[2]) < 1e-11)
    True
    """
    low, high = np.array(box.low), np.array(box.high)
    x = np.clip(np.where(np.isfinite(start), start, 0.0), low, high)
    width = np.where(np.isfinite(high - low), high - low, np.maximum(np.abs(x), 1.0))
    # Steps from endless intervals may overflow; such a point is given up below.
    with np.errstate(all="ignore"):
        for _ in range(_STEPS):
            if np.abs(system.residuals(x)).max(initial=0.0) <= _EXACT:
                return x
            moved = _step(system, x, (low, high), width)
            if moved is None:
                return None
            x = moved
    return None


def _step(system: System, x: Array, ends: tuple[Array, Array], width: Array) -> Array | None:
    low, high = ends
    values, jacobian = system.values(x), system.jacobian(x)
    free = width > 0
    for _ in range(len(x)):
        if not free.any():
            return None
        shift = np.zeros(len(x))
        scaled = jacobian[:, free] * width[free]
        rows = np.abs(scaled).max(axis=1, initial=0.0)
        rows = np.where(rows > 0, rows, 1.0)
        left, right = scaled / rows[:, None], -values / rows
        if not (np.isfinite(left).all() and np.isfinite(right).all()):
            return None
        answer = np.linalg.lstsq(left, right, rcond=None)[0]
        shift[free] = answer * width[free]
        out = free & (((x <= low) & (shift < 0)) | ((x >= high) & (shift > 0)))
        if not out.any():
            return np.clip(x + shift, low, high)
        free &= ~out
    return None

"""A locally best solution: linear programs of the equations' tangents, then a polish."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.bounds.system import Box, System
from quesnay.fitting.bounds.witness import witness

__all__ = ["descend"]

Array = NDArray[np.float64]
_STEPS = 8
# Residuals and gains this small, relative to their terms, are left to the polish.
_SMALL = 1e-8


def descend(system: System, box: Box, cost: Array, start: Array) -> Array | None:
    """Return a solution whose ``cost . x`` is locally smallest, or None where none is found.

    Each step minimises the objective over the box and the equations linearised at the point before
    (sequential linear programming); the last point is brought onto the equations by `witness`.

    Parameters
    ----------
    system : System
        The equations.
    box : Box
        Where solutions lie.
    cost : ndarray (size,)
        The objective; zero looks for any solution.
    start : ndarray (size,)
        Where to begin.

    Returns
    -------
    ndarray or None
        A solution with relative residuals of at most 1e-12.

    Examples
    --------
    >>> from quesnay.fitting.bounds.system import Product
    >>> system = System(3, (), (Product(0, 1, 2),))
    >>> box = Box((1.0, 0.0, 2.0), (2.0, 9.0, 4.0))
    >>> descend(system, box, np.array([0.0, 1.0, 0.0]), np.array([1.5, 0.5, 3.0])).round(6)
    array([1.  , 0.25, 4.  ])
    """
    low, high = np.array(box.low), np.array(box.high)
    point = np.clip(np.where(np.isfinite(start), start, 0.0), low, high)
    for _ in range(_STEPS):
        target = _tangent(system, (low, high), cost, point)
        if target is None:
            break
        gain = abs(float(cost @ (target - point)))
        point = target
        off = float(np.abs(system.residuals(point)).max(initial=0.0))
        if off <= _SMALL and gain <= _SMALL * abs(float(cost @ point)):
            break
    return witness(system, box, point)


def _tangent(system: System, ends: tuple[Array, Array], cost: Array, point: Array) -> Array | None:
    """Return the best point of the linearised equations in the box."""
    from scipy.optimize import linprog

    solver: Any = linprog
    scale = np.where(np.abs(point) > 1e-12, np.abs(point), 1.0)
    jacobian = system.jacobian(point)
    right = jacobian @ point - system.values(point)
    columns = jacobian * scale
    size = np.abs(columns).max(axis=1, initial=0.0)
    size = np.where(size > 0, size, 1.0)
    if not (np.isfinite(columns).all() and np.isfinite(right).all()):
        return None
    solved = solver(
        cost * scale / max(float(np.abs(cost * scale).max()), 1e-300),
        A_eq=columns / size[:, None],
        b_eq=right / size,
        bounds=np.column_stack([ends[0] / scale, ends[1] / scale]),
        method="highs",
    )
    if solved.status != 0:
        return None
    return np.asarray(np.clip(np.asarray(solved.x) * scale, *ends))

"""Linear relaxation of a system over a box, with a lower bound that is safe against rounding."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.bounds.system import Box, System

__all__ = ["Relaxed", "relax", "relaxation_is_empty"]

Array = NDArray[np.float64]
_UNIT = np.finfo(float).eps / 2.0
_SOLVER = 1e-9
# Beyond these a number is as good as endless, or as zero, and scaling by it would overflow.
_HUGE, _TINY = 1e60, 1e-60


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Answer of the relaxation.

    Parameters
    ----------
    bound : float
        No solution of the system in the box has a smaller objective.
    point : ndarray or None
        Where the relaxation is smallest; None where it could not be solved.
    empty : bool
        Whether the solver found the relaxation without a solution (not yet a proof).
    """

    bound: float
    point: Array | None
    empty: bool


@dataclass(frozen=True, slots=True)
class _Rows:
    equal: Array
    equal_to: Array
    below: Array
    below_to: Array


def relax(system: System, box: Box, cost: Array) -> Relaxed:
    """Minimise ``cost . x`` over the McCormick relaxation of a system in a box.

    Each product is replaced by its four McCormick inequalities and the linear program solved by
    HiGHS. The bound returned is recomputed from the dual solution with a bound on every rounding
    error, so that it holds whatever the solver's tolerance.

    Parameters
    ----------
    system : System
        The equations.
    box : Box
        Finite where products need it.
    cost : ndarray (size,)
        The objective.

    Returns
    -------
    Relaxed
        Safe bound and minimiser.

    References
    ----------
    McCormick (1976), Mathematical Programming 10, 147-175; Neumaier and Shcherbina (2004),
    "Safe bounds in linear and mixed-integer linear programming", Mathematical Programming 99.

    Examples
    --------
    >>> from quesnay.fitting.bounds.system import Product
    >>> system = System(3, (), (Product(0, 1, 2),))
    >>> box = Box((0.0, 1.0, 2.0), (9.0, 2.0, 3.0))
    >>> round(relax(system, box, np.array([1.0, 0.0, 0.0])).bound, 6)
    2.0
    """
    box = _without_huge(box)
    scale = _scales(box)
    rows = _rows(system, box, scale)
    low, high = np.array(box.low) / scale, np.array(box.high) / scale
    solved = _solve(cost * scale, rows, low, high)
    if solved.status == 2:
        return Relaxed(-np.inf, None, empty=True)
    if solved.status != 0:
        return Relaxed(-np.inf, None, empty=False)
    bound = _safe_bound(cost * scale, rows, (low, high), solved)
    return Relaxed(bound, np.asarray(solved.x) * scale, empty=False)


def relaxation_is_empty(system: System, box: Box) -> bool:
    """Prove that the relaxation has no solution: the least total violation is safely positive.

    Parameters
    ----------
    system : System
        The equations.
    box : Box
        Where solutions are looked for.

    Returns
    -------
    bool
        True only with proof.

    Examples
    --------
    >>> from quesnay.fitting.bounds.system import Linear
    >>> system = System(2, (Linear((0, 1), (1.0, -1.0)),), ())
    >>> relaxation_is_empty(system, Box((0.0, 2.0), (1.0, 3.0)))
    True
    """
    box = _without_huge(box)
    scale = _scales(box)
    rows = _rows(system, box, scale)
    equal, below = rows.equal, rows.below
    ones, none = np.eye(len(equal)), np.zeros
    elastic = _Rows(
        np.hstack([equal, ones, -ones, none((len(equal), len(below)))]),
        rows.equal_to,
        np.hstack([below, none((len(below), 2 * len(equal))), -np.eye(len(below))]),
        rows.below_to,
    )
    extra = 2 * len(equal) + len(below)
    # Any finite ceiling keeps the bound safe; 1e6 is far above the violations of scaled rows.
    low = np.concatenate([np.array(box.low) / scale, np.zeros(extra)])
    high = np.concatenate([np.array(box.high) / scale, np.full(extra, 1e6)])
    cost = np.concatenate([np.zeros(len(scale)), np.ones(extra)])
    solved = _solve(cost, elastic, low, high)
    if solved.status != 0:
        return False
    return _safe_bound(cost, elastic, (low, high), solved) > 0.0


def _solve(cost: Array, rows: _Rows, low: Array, high: Array) -> Any:
    from scipy.optimize import linprog

    solver: Any = linprog
    return solver(
        cost,
        A_ub=rows.below if len(rows.below) else None,
        b_ub=rows.below_to if len(rows.below) else None,
        A_eq=rows.equal if len(rows.equal) else None,
        b_eq=rows.equal_to if len(rows.equal) else None,
        bounds=np.column_stack([low, high]),
        method="highs",
    )


def _without_huge(box: Box) -> Box:
    """Return the box with ends beyond what a linear program can hold replaced by infinity."""
    return Box(
        tuple(-np.inf if end < -_HUGE else end for end in box.low),
        tuple(np.inf if end > _HUGE else end for end in box.high),
    )


def _scales(box: Box) -> Array:
    """Return a power of two near the size of each variable: scaling by it is exact."""
    size = np.maximum(np.abs(box.low), np.abs(box.high))
    usable = np.isfinite(size) & (size > _TINY)
    return np.where(usable, np.exp2(np.round(np.log2(np.where(usable, size, 1.0)))), 1.0)


def _rows(system: System, box: Box, scale: Array) -> _Rows:
    equal = np.zeros((len(system.linear), system.size))
    constants = np.zeros(len(system.linear))
    for place, row in enumerate(system.linear):
        equal[place, list(row.places)] = row.coefficients
        constants[place] = -row.constant
    below, tops = [], []
    for z, x, y, sign in _envelopes(system):
        a, b = _corners(box, x, y, sign)
        for left, right in zip(a, b, strict=True):
            if not (np.isfinite(left) and np.isfinite(right)):
                continue
            line = np.zeros(system.size)
            line[z] -= sign
            line[y] += sign * left
            line[x] += sign * right
            below.append(line)
            tops.append(np.nextafter(sign * left * right, np.inf))
    return _scaled(equal, constants, np.array(below).reshape(len(below), system.size), tops, scale)


def _envelopes(system: System) -> list[tuple[int, int, int, float]]:
    return [(p.result, p.left, p.right, sign) for p in system.products for sign in (1.0, -1.0)]


def _corners(
    box: Box, x: int, y: int, sign: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the corners at which the under- (sign 1) or overestimators (sign -1) touch."""
    if sign > 0:
        return (box.low[x], box.high[x]), (box.low[y], box.high[y])
    return (box.low[x], box.high[x]), (box.high[y], box.low[y])


def _scaled(equal: Array, constants: Array, below: Array, tops: list[float], scale: Array) -> _Rows:
    """Scale columns and rows by powers of two, which changes no digit."""
    parts = []
    for matrix, right in ((equal, constants), (below, np.array(tops))):
        columns = matrix * scale
        largest = np.abs(columns).max(axis=1, initial=0.0)
        safe = np.where(largest > _TINY, largest, 1.0)
        factor = np.exp2(-np.round(np.log2(safe)))
        parts.append((columns * factor[:, None], right * factor))
    return _Rows(parts[0][0], parts[0][1], parts[1][0], parts[1][1])


def _safe_bound(cost: Array, rows: _Rows, ends: tuple[Array, Array], solved: Any) -> float:
    """Return a lower bound of the objective that holds for any dual values."""
    low, high = ends
    matrix = np.vstack([rows.equal, rows.below])
    dual = np.concatenate([solved.eqlin.marginals, np.minimum(solved.ineqlin.marginals, 0.0)])
    right = np.concatenate([rows.equal_to, rows.below_to])
    # Higham (2002), eq. 3.7: |computed - exact| of an inner product of m terms.
    gamma = 1.01 * (len(dual) + len(cost) + 4) * _UNIT
    reduced = cost - dual @ matrix
    doubt = gamma * (np.abs(cost) + np.abs(dual) @ np.abs(matrix))
    # Of a variable without ends, a reduced cost within the solver's tolerance is zero.
    endless = (np.isinf(low) | np.isinf(high)) & (np.abs(reduced) <= _SOLVER * np.abs(cost).max())
    reduced, doubt = np.where(endless, 0.0, reduced), np.where(endless, 0.0, doubt)
    corners = np.stack(
        [
            _product(reduced - doubt, low),
            _product(reduced - doubt, high),
            _product(reduced + doubt, low),
            _product(reduced + doubt, high),
        ]
    )
    smallest = corners.min(axis=0)
    if not np.isfinite(smallest).all():
        return -np.inf
    total = float(dual @ right + smallest.sum())
    size = float(np.abs(dual) @ np.abs(right) + np.abs(smallest).sum())
    return float(total - gamma * size)


def _product(a: Array, b: Array) -> Array:
    """Return a * b with 0 * infinity = 0."""
    with np.errstate(invalid="ignore"):
        return np.where(a == 0.0, 0.0, a * b)

"""Reconciliation of estimates with identities: generalised least squares under constraints."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import BalanceError, ConvergenceError

__all__ = ["Adjustment", "adjust"]

type_function = Callable[[Array], Array]
_RANK = 1e-11  # singular values below this share of the largest are redundant identities
_REST = 1e-13  # relative change at which the iteration rests
_STALL = 1e-9  # the same where it no longer gets smaller
_MET = 1e-9  # relative residual at which an identity holds


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Adjusted values and what the adjustment cost.

    Parameters
    ----------
    values : (n,) array
        Adjusted values.
    covariance : (n, n) array
        Their covariance.
    statistic : float
        ``(x - x0)' V^-1 (x - x0)``, chi-squared with `rank` degrees of freedom where the
        covariances are right and the identities hold.
    rank : int
        Independent identities.
    iterations : int
        Linearisations; 1 for linear identities.
    """

    values: Array
    covariance: Array
    statistic: float
    rank: int
    iterations: int


def adjust(
    values: ArrayLike,
    covariance: ArrayLike,
    residual: type_function,
    jacobian: type_function,
    *,
    names: Sequence[str] = (),
    max_iterations: int = 200,
) -> Adjustment:
    """Return the values nearest to the given ones, by their covariance, that meet all identities.

    Minimises ``(x - x0)' V^-1 (x - x0)`` under ``g(x) = 0`` without inverting V, so a variance of
    0 fixes a value. Linear identities take one step, ``x = x0 - V A' (A V A')^-1 g(x0)``; others
    are linearised again at each step until the step vanishes.

    Shapes: `values` (n,), `covariance` (n, n).

    Stone, Champernowne and Meade (1942), "The precision of national income estimates", Review of
    Economic Studies 9(2); Byron (1978) for the algorithm; nonlinear identities by the
    Gauss-Newton method of Britt and Luecke (1973).
    """
    first, spread = np.array(values, dtype=float), np.asarray(covariance, dtype=float)
    size = np.maximum(np.abs(first), np.sqrt(np.diag(spread)))
    current, last = first.copy(), np.inf
    for step in range(1, max_iterations + 1):
        slope = jacobian(current)
        gap = residual(current) + slope @ (first - current)
        solved = _solve(spread, slope, gap)
        moved = first - solved.shift
        if not np.isfinite(moved).all():
            break
        change = np.max(np.abs(moved - current) / np.where(size > 0, size, 1.0), initial=0.0)
        current = moved
        # rounding alone moves values that are small beside their identity: then nothing gets better
        stalled = change <= _STALL and change > last / 2
        if step > 1 and (change <= _REST or stalled):
            return _finished(_Problem(first, spread, residual, jacobian, names), current, step - 1)
        last = float(change)
    raise ConvergenceError(
        f"reconciliation: the linearised identities did not settle in {max_iterations} steps; "
        "start from estimates nearer to the identities, or state them without divisions"
    )


@dataclass(frozen=True, slots=True)
class _Problem:
    """First estimates, their covariance and the identities."""

    first: Array
    spread: Array
    residual: type_function
    jacobian: type_function
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Solved:
    """One linear step: shift of the values, reduction of the covariance, statistic and rank."""

    shift: Array
    reduction: Array
    statistic: float
    rank: int


def _solve(spread: Array, slope: Array, gap: Array) -> _Solved:
    """Solve ``(A V A') k = gap`` by eigenvalues of the scaled matrix, redundancy left out."""
    gain = spread @ slope.T
    inner = slope @ gain
    scale = np.sqrt(np.maximum(np.diag(inner), 0.0))
    scale = np.where(scale > 0, scale, 1.0)
    roots, vectors = np.linalg.eigh(inner / np.outer(scale, scale))
    kept = roots > _RANK * max(float(roots.max(initial=0.0)), float(np.finfo(float).tiny))
    scores = vectors[:, kept].T @ (gap / scale) / np.sqrt(roots[kept])
    half = (gain / scale) @ vectors[:, kept] / np.sqrt(roots[kept])
    return _Solved(half @ scores, half @ half.T, float(scores @ scores), int(kept.sum()))


def _finished(problem: _Problem, values: Array, steps: int) -> Adjustment:
    """Check that every identity holds, and return values, covariance and statistic."""
    slope, left = problem.jacobian(values), problem.residual(values)
    # a value that is moved to 0 keeps the rounding of what it was and of how far it could move
    reach = np.maximum(np.abs(problem.first), np.sqrt(np.diag(problem.spread)))
    size = np.abs(slope) @ np.maximum(np.abs(values), reach)
    broken = np.abs(left) > _MET * np.where(size > 0, size, 1.0)
    if broken.any():
        place = int(np.argmax(np.abs(left) * broken))
        name = problem.names[place] if place < len(problem.names) else f"number {place + 1}"
        raise BalanceError(
            f"identity {name}: {left[place]:.6g} is left after every adjustment that the "
            "covariances allow; free a fixed value in it or drop the identity"
        )
    solved = _solve(problem.spread, slope, left + slope @ (problem.first - values))
    covariance = problem.spread - solved.reduction
    return Adjustment(values, (covariance + covariance.T) / 2, solved.statistic, solved.rank, steps)

"""Inoperability of interdependent sectors: static with a cap, and its way over time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import ConvergenceError
from quesnay.fitting.tables.factored import factored

__all__ = ["Capped", "capped_solution", "dynamic_path"]

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_SINGULAR = "inoperability: I - A* is singular; the spectral radius must be below 1"


@dataclass(frozen=True, slots=True)
class Capped:
    """Solution of ``q = min(1, A q + c)`` and of the same without the cap.

    Parameters
    ----------
    q, uncapped : ndarray, (n,)
        Inoperability, 0 (works) to 1 (stands still).
    capped : ndarray of bool, (n,)
        Where the cap binds.
    """

    q: Array
    uncapped: Array
    capped: Mask


def capped_solution(A: Array, c: Array) -> Capped:
    """Solve ``q = min(1, A q + c)`` by policy iteration, exactly.

    Haimes and Jiang (2001, eq. 4): no sector is more than wholly inoperable. The sectors at the
    cap are guessed from the uncapped solution and revised until the guess repeats; with A >= 0 and
    spectral radius below one the solutions fall monotonically and end after finitely many steps.

    Parameters
    ----------
    A : ndarray, (n, n)
        Interdependency matrix, not negative, spectral radius below 1.
    c : ndarray, (n,)
        Perturbation, not negative.

    Returns
    -------
    Capped
        With and without the cap.

    Examples
    --------
    >>> import numpy as np
    >>> capped_solution(np.array([[0.0, 0.8], [0.2, 0.0]]), np.array([0.0, 0.6])).q.round(3)
    array([0.571, 0.714])
    """
    n = len(c)
    uncapped = factored(np.eye(n) - A, _SINGULAR).solve(c)
    q, held = uncapped, np.zeros(n, dtype=bool)
    for _ in range(n + 1):
        now = A @ q + c > 1.0
        if np.array_equal(now, held):
            return Capped(np.where(held, 1.0, q), uncapped, held)
        held = now
        system = np.where(held[:, None], 0.0, A)
        q = factored(np.eye(n) - system, _SINGULAR).solve(np.where(held, 1.0, c))
    raise ConvergenceError(f"inoperability: the capped sectors still change after {n + 1} steps")


def dynamic_path(A: Array, c: Array, K: Array, start: Array) -> Array:
    """Return inoperability period by period, ``q(t+1) = q(t) + K (A q(t) + c(t) - q(t))``.

    Lian and Haimes (2006, eq. 10); held within 0 and 1.

    Parameters
    ----------
    A : ndarray, (n, n)
        Interdependency matrix.
    c : ndarray, (periods, n)
        Perturbation in each period.
    K : ndarray, (n,)
        Resilience: share of the gap that a sector closes in a period, above 0 to 1.
    start : ndarray, (n,)
        Inoperability in period 0.

    Returns
    -------
    ndarray, (periods + 1, n)
        Inoperability from period 0 on.

    Examples
    --------
    >>> import numpy as np
    >>> A, c = np.array([[0.15, 0.5], [0.1, 0.05]]), np.tile([0.0, 0.1], (100, 1))
    >>> dynamic_path(A, c, np.full(2, 0.2), np.zeros(2))[-1].round(3)
    array([0.066, 0.112])
    """
    path = np.empty((len(c) + 1, len(start)))
    path[0] = start
    for t, shock in enumerate(c):
        now = path[t]
        path[t + 1] = np.clip(now + K * (A @ now + shock - now), 0.0, 1.0)
    return path

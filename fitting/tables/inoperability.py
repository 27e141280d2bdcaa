"""Inoperability of interdependent sectors: static with a cap, and its way over time."""

from dataclasses import dataclass

import numpy as np

from quesnay.fitting.arrays import Array, Mask
from quesnay.fitting.errors import ConvergenceError
from quesnay.fitting.tables.leontief import factored

__all__ = ["Capped", "capped_solution", "dynamic_path"]


_SINGULAR = "inoperability: I - A* is singular; the spectral radius must be below 1"


@dataclass(frozen=True, slots=True, eq=False)
class Capped:
    """Solution of ``q = min(1, A q + c)`` and of the same without the cap."""

    q: Array
    uncapped: Array
    capped: Mask


def capped_solution(A: Array, c: Array) -> Capped:
    """Solve ``q = min(1, A q + c)`` by policy iteration, exactly.

    Haimes and Jiang (2001, eq. 4): no sector is more than wholly inoperable. The sectors at the
    cap are guessed from the uncapped solution and revised until the guess repeats; with A >= 0 and
    spectral radius below one the solutions fall monotonically and end after finitely many steps.
    """
    n = len(c)
    uncapped = factored(np.eye(n) - A, _SINGULAR).columns(c)
    q, held = uncapped, np.zeros(n, dtype=bool)
    for _ in range(n + 1):
        now = A @ q + c > 1.0
        if np.array_equal(now, held):
            return Capped(np.where(held, 1.0, q), uncapped, held)
        held = now
        system = np.where(held[:, None], 0.0, A)
        q = factored(np.eye(n) - system, _SINGULAR).columns(np.where(held, 1.0, c))
    raise ConvergenceError(f"inoperability: the capped sectors still change after {n + 1} steps")


def dynamic_path(A: Array, c: Array, K: Array, start: Array) -> Array:
    """Return inoperability period by period, ``q(t+1) = q(t) + K (A q(t) + c(t) - q(t))``.

    Lian and Haimes (2006, eq. 10); held within 0 and 1.
    """
    path = np.empty((len(c) + 1, len(start)))
    path[0] = start
    for t, shock in enumerate(c):
        now = path[t]
        path[t + 1] = np.clip(now + K * (A @ now + shock - now), 0.0, 1.0)
    return path

"""Paths of a supply chain: the largest, found best first with a bound, and the average length."""

import heapq
from dataclasses import dataclass

import numpy as np

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import ConvergenceError

__all__ = [
    "Path",
    "PathSearch",
    "largest_paths",
    "propagation_lengths",
]


_NO_LINK = 1e-14  # entries of L - I below this share of L's largest are rounding: no path exists


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """One path from final demand upstream."""

    sectors: tuple[int, ...]
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class PathSearch:
    """The largest paths and the proof that none is missing."""

    paths: tuple[Path, ...]
    total: float
    bound: float
    examined: int


def largest_paths(
    c: Array, A: Array, f: Array, reach: Array, *, count: int, limit: int
) -> PathSearch:
    """Find the `count` largest paths ``c_i a_ij a_jk ... f_k`` and prove that none is larger.

    The whole tree behind a node that makes q of sector i is worth at most ``|q| reach_i`` with
    ``reach = |c| (I - |A|)^-1``. The search expands the node with the largest such bound and
    stops when it is no larger than the smallest path found (Defourny and Thorbecke 1984 define
    the paths; the bound is that of best-first search).
    """
    frontier = _Frontier(reach)
    frontier.grow(f, (), 0.0)
    best: list[tuple[float, int, Path]] = []
    total = float(c @ np.linalg.solve(np.eye(len(c)) - A, f))
    examined, floor = 0, 0.0
    while frontier.widest() > floor:
        if examined >= limit:
            raise ConvergenceError(
                f"structural paths: {limit} paths examined without proof of the largest {count}; "
                "ask for fewer paths or allow more (limit=)"
            )
        quantity, path = frontier.next()
        examined += 1
        value = float(c[path[-1]] * quantity)
        if value != 0:
            heapq.heappush(best, (abs(value), -examined, Path(path, value)))
        if len(best) > count:
            heapq.heappop(best)
        floor = best[0][0] if len(best) == count else 0.0
        frontier.grow(A[:, path[-1]] * quantity, path, floor)
    paths = tuple(item[2] for item in sorted(best, key=lambda item: (-item[0], -item[1])))
    return PathSearch(paths, total, floor, examined)


class _Frontier:
    """The nodes not expanded yet, the one with the largest bound first."""

    def __init__(self, reach: Array) -> None:
        self.reach = reach
        self.heap: list[tuple[float, int, float, tuple[int, ...]]] = []
        self.count = 0

    def widest(self) -> float:
        """Return the largest bound, 0 where nothing is left."""
        return -self.heap[0][0] if self.heap else 0.0

    def next(self) -> tuple[float, tuple[int, ...]]:
        """Take the node with the largest bound."""
        _, _, quantity, path = heapq.heappop(self.heap)
        return quantity, path

    def grow(self, quantities: Array, path: tuple[int, ...], floor: float) -> None:
        """Add the children of a path whose trees could hold something above the floor."""
        bounds = np.abs(quantities) * self.reach
        for k in np.flatnonzero(bounds > floor):
            self.count += 1
            entry = (-float(bounds[k]), self.count, float(quantities[k]), (*path, int(k)))
            heapq.heappush(self.heap, entry)


def propagation_lengths(L: Array) -> Array:
    """Return the average number of steps from sector j's demand to sector i's output.

    ``APL_ij = [L (L - I)]_ij / (L - I)_ij``: the steps k of the paths in ``A^k``, weighted by
    their size (Dietzenbacher, Romero and Bosma 2005, eq. 6); NaN where no path exists.
    """
    rest = L - np.eye(len(L))
    linked = np.abs(rest) > _NO_LINK * np.abs(L).max()
    return np.divide(L @ rest, rest, out=np.full_like(L, np.nan), where=linked)

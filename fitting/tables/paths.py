"""The largest paths of a supply chain, found best first with a bound that proves them."""

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import ConvergenceError

__all__ = ["Path", "PathSearch", "largest_paths"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Path:
    """One path from final demand upstream.

    Parameters
    ----------
    sectors : tuple of int
        From the sector that final demand buys to the sector where the account arises.
    value : float
        The account that arises at the end of the path, in its unit.
    """

    sectors: tuple[int, ...]
    value: float


@dataclass(frozen=True, slots=True)
class PathSearch:
    """The largest paths and the proof that none is missing.

    Parameters
    ----------
    paths : tuple of Path
        The largest paths by absolute value, largest first.
    total : float
        The account of all paths together, ``c (I - A)^-1 f``.
    bound : float
        No path that is not listed exceeds this absolute value.
    examined : int
        Paths whose value was computed.
    """

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

    Parameters
    ----------
    c : ndarray, (n,)
        Account per unit of output.
    A : ndarray, (n, n)
        Technical coefficients.
    f : ndarray, (n,)
        Final demand.
    reach : ndarray, (n,)
        ``|c| (I - |A|)^-1``.
    count : int
        Paths wanted.
    limit : int
        Paths examined at most.

    Returns
    -------
    PathSearch
        Paths, total and bound.

    Raises
    ------
    ConvergenceError
        If `limit` paths were examined without proof.

    Examples
    --------
    >>> import numpy as np
    >>> A = np.array([[0.0, 0.5], [0.2, 0.0]])
    >>> reach = np.linalg.solve(np.eye(2) - A.T, np.ones(2))
    >>> [(p.sectors, p.value) for p in
    ...  largest_paths(np.ones(2), A, np.array([0.0, 10.0]), reach, count=3, limit=99).paths]
    [((1,), 10.0), ((1, 0), 5.0), ((1, 0, 1), 1.0)]
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

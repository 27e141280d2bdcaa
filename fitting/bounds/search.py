"""Branch and bound: proofs of feasibility, and bounds that no solution can pass."""

import heapq
import itertools
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.bounds.branching import middle, split
from quesnay.fitting.bounds.descent import descend
from quesnay.fitting.bounds.propagation import propagate
from quesnay.fitting.bounds.relaxation import relax, relaxation_is_empty
from quesnay.fitting.bounds.system import Box, System
from quesnay.fitting.bounds.witness import witness
from quesnay.fitting.errors import ConvergenceError

__all__ = ["Bound", "find_solution", "minimum"]

Array = NDArray[np.float64]
_BOXES = 500
# A solution this near to the bound, relatively, needs no further descent.
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Bound:
    """The smallest value of a variable over all solutions.

    Parameters
    ----------
    safe : float
        No solution has a smaller value.
    attained : float
        A solution with this value is known; infinite where none is.
    point : ndarray or None
        That solution.
    boxes : int
        Boxes that were examined.
    """

    safe: float
    attained: float
    point: Array | None
    boxes: int


@dataclass(frozen=True, slots=True)
class _Node:
    """A box, the safe bound of the objective in it, and where its relaxation is smallest."""

    bound: float
    box: Box
    point: Array


@dataclass(slots=True)
class _Search:
    """The boxes still open, the one with the smallest bound first."""

    system: System
    cost: Array
    attained: float
    solution: Array | None = None
    examined: int = 0
    _heap: list[tuple[float, int, _Node]] = field(default_factory=list)
    _ties: "itertools.count[int]" = field(default_factory=itertools.count)

    def add(self, box: Box) -> None:
        """Narrow a box and keep it, unless it is proved empty or cannot improve."""
        self.examined += 1
        inner = propagate(self.system, box)
        if inner is None:
            return
        relaxed = relax(self.system, inner, self.cost)
        if relaxed.empty and relaxation_is_empty(self.system, inner):
            return
        bound = max(_corner(self.cost, inner), relaxed.bound)
        start = middle(inner) if relaxed.point is None else relaxed.point
        if bound < self.attained:
            heapq.heappush(self._heap, (bound, next(self._ties), _Node(bound, inner, start)))
            self._try(inner, start, bound)

    @property
    def lowest(self) -> float:
        """The smallest bound of the open boxes."""
        return self._heap[0][0] if self._heap else np.inf

    def pop(self) -> _Node | None:
        """Return the open box with the smallest bound."""
        return heapq.heappop(self._heap)[2] if self._heap else None

    def _try(self, box: Box, start: Array, bound: float) -> None:
        """Look for a solution in the box that is better than the best so far."""
        found = witness(self.system, box, start)
        if found is None or float(self.cost @ found) > bound + _NEAR * abs(bound):
            found = descend(self.system, box, self.cost, start)
        if found is None and self.solution is None:
            found = witness(self.system, box, middle(box))
        if found is None:
            return
        value = float(self.cost @ found)
        if self.solution is None or value < self.attained:
            self.attained, self.solution = min(value, self.attained), found


def find_solution(system: System, box: Box) -> Array | None:
    """Return a solution in the box, or None with proof that there is none.

    Parameters
    ----------
    system : System
        The equations.
    box : Box
        Where to look.

    Returns
    -------
    ndarray or None
        A point at which every equation holds to 1e-12.

    Raises
    ------
    ConvergenceError
        If neither a solution nor a proof is found within the limit of boxes.

    Examples
    --------
    >>> from quesnay.fitting.bounds.system import Linear, Product
    >>> both = System(3, (Linear((1, 2), (1.0, -1.0)),), (Product(0, 1, 2),))
    >>> find_solution(both, Box((2.0, -9.0, -9.0), (2.0, 9.0, 0.0))).round(4)
    array([ 2.    , -1.4142, -1.4142])
    >>> find_solution(both, Box((-3.0, -9.0, -9.0), (-2.0, 9.0, 9.0))) is None
    True
    """
    if system.size == 0:
        return np.zeros(0)
    search = _Search(system, np.zeros(system.size), np.inf)
    search.add(box)
    while search.solution is None:
        node = search.pop()
        if node is None:
            return None
        halves = split(system, node.box, node.point)
        if halves is None or search.examined >= _BOXES:
            raise ConvergenceError(
                f"neither a solution nor a proof that there is none after {search.examined} "
                "boxes: the figures just touch, or leave too much open; narrow the intervals"
            )
        for half in halves:
            search.add(half)
    return search.solution


def minimum(
    system: System,
    box: Box,
    place: int,
    *,
    sign: float = 1.0,
    cutoff: float = np.inf,
    tolerance: float = 2e-6,
) -> Bound:
    """Return the smallest value of ``sign * x[place]`` over all solutions in a box.

    Parameters
    ----------
    system : System
        The equations.
    box : Box
        Where solutions lie.
    place : int
        The variable.
    sign : float
        1 for the minimum, -1 for the negative of the maximum.
    cutoff : float
        Boxes that cannot be below this are dropped: another search has already reached it.
    tolerance : float
        Gap between safe and attained that ends the search, relative to the size of the variable.

    Returns
    -------
    Bound
        Safe and attained value.

    Examples
    --------
    >>> from quesnay.fitting.bounds.system import Product
    >>> system = System(3, (), (Product(0, 1, 2),))
    >>> found = minimum(system, Box((1.415, 0.0, 90.0), (1.425, 1.0, 92.0)), 1)
    >>> round(found.safe, 6), round(found.attained, 6)
    (0.01538, 0.01538)
    """
    cost = np.zeros(system.size)
    cost[place] = sign
    search = _Search(system, cost, cutoff)
    search.add(box)
    safe = np.inf
    # Halving an endless interval never ends: what the first relaxation leaves open stays open.
    endless = search.lowest == -np.inf
    while (node := search.pop()) is not None:
        slack = tolerance * max(abs(node.bound), abs(search.attained), 1e-300)
        near = np.isfinite(search.attained) and node.bound >= search.attained - slack
        stop = near or endless or search.examined >= _BOXES
        halves = None if stop else split(system, node.box, node.point)
        if halves is None:
            safe = node.bound
            break
        for half in halves:
            search.add(half)
    return Bound(min(safe, search.attained), search.attained, search.solution, search.examined)


def _corner(cost: Array, box: Box) -> float:
    """Return the smallest objective in the box, equations aside."""
    return float(
        sum(
            c * (low if c > 0 else high)
            for c, low, high in zip(cost, box.low, box.high, strict=True)
            if c != 0.0
        )
    )

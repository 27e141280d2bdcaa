"""The interdependency matrix ``I - A``: one factorisation, then solves in both directions.

With ``P (I - A)' = L1 U`` every question about ``L = (I - A)^-1`` is a solve: outputs ``L f``,
multipliers ``c L``, the inverse, its diagonal. The transpose is factored because a matrix stored by
rows is its transpose stored by columns: LAPACK then works in place and no copy is made. LAPACK's
wrappers shift the row exchanges in place while other threads run, so each call gets its own copy.

Single precision holds half the memory; its answers are refined against the flows themselves,
``y <- y + LU^-1 (f - (I - A) y)``, to the last digits of a double (Wilkinson 1963; Higham 2002,
ch. 12).

Households close a table by a rank-one border (Miller and Blair 2009, sec. 2.5 and 6.2).

Behind it what is asked of the same system: paths of a supply chain (the largest, found best first
with a bound, and the average length), and inoperability, static with a cap and over time.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from quesnay.fitting.arrays import Array, Mask, Places
from quesnay.fitting.errors import ConvergenceError, DataError

Pivots = npt.NDArray[np.int32]

SINGULAR = (
    "I - A is singular: a group of sectors uses up all that it makes and adds no value; "
    "check value added and the transactions"
)
_SMALL = 256  # sectors up to which the whole inverse is cheaper than its diagonal
_ROWS = 64  # rows handled at a time where a whole temporary would cost a matrix
_SOLVED = 128  # sectors of the diagonal solved at a time: enough for LAPACK's speed, little memory
_REFINED = 256  # columns of the inverse refined at a time
_ROUNDS = 30  # of refinement: each gains about seven digits less those of the condition number
_GOAL = 8 * np.finfo(np.float64).eps  # of the size of the answer: the last digits of a double
_FLOOR = 1e-7  # a correction this small that no longer shrinks is rounding, as large in double
_LARGEST = 1e12  # multipliers beyond this leave no digits: the radius is 1 to rounding
_ITERATIONS, _TOLERANCE = 5_000, 1e-12  # of the power iteration


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """LU factors of the transpose of a matrix M, packed by LAPACK in Fortran order."""

    lu: Array
    pivots: Pivots

    def columns(self, right: Array) -> Array:
        """Return ``M^-1 B`` for the columns of B, (n,) or (n, k)."""
        if not self.lu.size:
            return np.zeros_like(right)
        out: Array = lapack.dgetrs(self.lu, self.pivots.copy(), right, trans=1)[0]
        return out

    def rows(self, left: Array) -> Array:
        """Return ``C M^-1`` for the rows of C, (k, n)."""
        out: Array = lapack.dgetrs(self.lu, self.pivots.copy(), left.T)[0].T
        return out

    def inverse(self) -> Array:
        """Return ``M^-1`` itself, in one new matrix."""
        size = 32 * len(self.lu)
        inverse: Array = lapack.dgetri(self.lu, self.pivots.copy(), lwork=size)[0].T
        return inverse

    def diagonal(self) -> Array:
        """Return the diagonal of ``M^-1``: two thirds of the cost, no second matrix."""
        if len(self.lu) <= _SMALL:
            return np.diag(self.inverse())
        return inverse_diagonal(self.lu, self.pivots)


@dataclass(frozen=True, slots=True, eq=False)
class SingleFactors:
    """Factors of ``(I - A)'`` in single precision, refined against the flows Z and ``1 / x``."""

    lu: npt.NDArray[np.float32]
    pivots: Pivots
    flows: Array
    scale: Array

    def columns(self, right: Array) -> Array:
        """Return ``L f``, (n,) or (n, k)."""
        scale = self.scale if right.ndim == 1 else self.scale[:, None]
        return self._refined(right, lambda y: right - y + self.flows @ (scale * y), trans=1)

    def rows(self, left: Array) -> Array:
        """Return ``c L``, (k, n)."""
        right, turn, scale = left.T, self.flows.T, self.scale[:, None]
        return self._refined(right, lambda y: right - y + scale * (turn @ y), trans=0).T

    def inverse(self) -> Array:
        """Return L, solved and refined a block of columns at a time."""
        n = len(self.scale)
        out = np.empty((n, n))
        for start in range(0, n, _REFINED):
            places = np.arange(start, min(start + _REFINED, n))
            out[:, places] = self.columns(unit_columns(n, places))
        return out

    def diagonal(self) -> Array:
        """Return the diagonal of L, a block at a time: no second matrix is held."""
        n = len(self.scale)
        out = np.empty(n)
        for start in range(0, n, _REFINED):
            places = np.arange(start, min(start + _REFINED, n))
            out[places] = self.columns(unit_columns(n, places))[places, np.arange(len(places))]
        return out

    def _solve(self, right: Array, trans: int) -> Array:
        size = float(np.abs(right).max(initial=0.0)) or 1.0  # residuals would underflow in single
        part = (right / size).astype(np.float32)
        y = lapack.sgetrs(self.lu, self.pivots.copy(), part, trans=trans)[0]
        return np.asarray(y, dtype=np.float64) * size

    def _refined(self, right: Array, residual: Callable[[Array], Array], *, trans: int) -> Array:
        y, before = self._solve(right, trans), np.inf
        for _ in range(_ROUNDS):
            step = self._solve(residual(y), trans)
            y += step
            moved, size = np.abs(step).max(initial=0.0), np.abs(y).max(initial=0.0)
            if not moved > _GOAL * size or before <= moved <= _FLOOR * size:
                return y
            before = moved
        raise ConvergenceError(
            f"refinement of single-precision factors: no convergence in {_ROUNDS} rounds, the "
            "table is too near to singular; use precision='double'"
        )


def factored(matrix: Array, why: str) -> Factors:
    """Factor a matrix M, or raise a `DataError` that says `why` where it is singular."""
    lu, pivots, failed = lapack.dgetrf(np.array(matrix, order="C").T, overwrite_a=True)
    if not matrix.size:
        return Factors(lu, pivots)
    norm = float(np.abs(matrix).sum(axis=1).max())
    reciprocal = 0.0 if failed else float(lapack.dgecon(lu, norm)[0])
    if not reciprocal > len(matrix) * np.finfo(float).eps:
        raise DataError(why)
    return Factors(lu, pivots)


def leontief(flows: Array, output: Array) -> Factors:
    """Factor ``I - A`` of a table in one new matrix; refuse it only where exactly singular."""
    matrix = np.multiply(flows, -inverted(output), order="C")
    matrix.ravel()[:: len(output) + 1] += 1.0
    lu, pivots, failed = lapack.dgetrf(matrix.T, overwrite_a=True)
    if failed:
        raise DataError(SINGULAR)
    return Factors(lu, pivots)


def single_leontief(flows: Array, output: Array) -> SingleFactors:
    """Factor ``I - A`` in single precision."""
    scale = inverted(output)
    matrix = np.empty(flows.shape, dtype=np.float32)
    np.multiply(flows, -scale, out=matrix, casting="same_kind")
    matrix.ravel()[:: len(output) + 1] += np.float32(1.0)
    lu, pivots, failed = lapack.sgetrf(matrix.T, overwrite_a=True)
    if failed:
        raise DataError(SINGULAR)
    return SingleFactors(lu, pivots, flows, scale)


def inverted(output: Array) -> Array:
    """Return ``1 / x`` by element, 0 where x is zero: a sector without output has no inputs."""
    if output.all():
        return np.asarray(1.0 / output)
    return np.divide(1.0, output, out=np.zeros(len(output)), where=output != 0)


def coefficients(flows: Array, output: Array) -> Array:
    """Return flows (m, n) per unit of the output of the buying (column) sector; 0 where it is 0."""
    if output.all():  # the plain division is twice as fast as the masked one
        return np.asarray(flows / output)
    out: Array = np.divide(flows, output, out=np.zeros(flows.shape), where=output != 0)
    return out


def row_norm(flows: Array, output: Array) -> float:
    """Return a bound on the largest sum of a row of ``|I - A|``: ``1 + max_i sum_j |a_ij|``."""
    scale = np.abs(inverted(output))
    blocks = range(0, len(flows), _ROWS)
    return 1.0 + max(float((np.abs(flows[k : k + _ROWS]) @ scale).max()) for k in blocks)


def reciprocal_condition(factors: Factors, norm: float) -> float:
    """Estimate the reciprocal condition of ``I - A`` from its factors and its row norm.

    Near 1 is well conditioned, near 1e-16 has no digit left.
    """
    return float(lapack.dgecon(factors.lu, norm)[0])


def proves_productive(multipliers: Array) -> bool:
    """Say whether output multipliers ``y = 1' L`` prove that the spectral radius is below one.

    For A >= 0 that is so exactly where ``y' (I - A) = 1'`` has a positive solution (Hawkins and
    Simon 1949; Berman and Plemmons 1994, ch. 6): one solve with factors that are needed anyway.
    """
    return bool(multipliers.min() > 0.0 and multipliers.max() < _LARGEST)


def spectral_radius(matrix: Array) -> float:
    """Return the largest modulus of the eigenvalues of a matrix.

    For coefficients without negative cells by power iteration on ``(A + I) / 2``, whose bounds
    ``min and max of (A y)_i / y_i`` (Collatz 1942, Wielandt 1950) enclose the root; the shift lets
    periodic matrices converge. Where the bounds do not meet (a reducible matrix with several
    roots close together), or where there are negative cells, from the eigenvalues themselves.
    """
    if matrix.min() >= 0:
        y = np.ones(len(matrix))
        for _ in range(_ITERATIONS):
            image = matrix @ y
            ratio = image / y
            low, high = float(ratio.min()), float(ratio.max())
            if high - low <= _TOLERANCE * max(high, 1.0):
                return (low + high) / 2.0
            y = image + y
            y /= y.max()
            if y.min() < 1e-250:  # a reducible matrix: the bounds will not meet
                break
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def inverse_diagonal(lu: Array, pivots: Pivots) -> Array:
    """Return the diagonal of ``M^-1`` from the factors of M, a block of columns at a time.

    With ``P M = L1 U``, ``M^-1 = U^-1 L1^-1 P``: columns of ``L1^-1`` and rows of ``U^-1`` are
    solved for without their leading zeros (n^3 / 3 operations each where no rows are exchanged)
    and only the n products on the diagonal are formed. No second matrix is held.
    """
    order = np.arange(len(lu))
    for k, other in enumerate(pivots.tolist()):
        order[k], order[other] = order[other], order[k]
    # M^-1[:, order[j]] = U^-1 L1^-1[:, j], so entry (order[j], order[j]) is the wanted one.
    out = np.empty(len(order))
    for start in range(0, len(order), _SOLVED):
        places = np.arange(start, min(start + _SOLVED, len(order)))
        lower = _triangle(lu, places, upper=False)
        upper = _triangle(lu, order[places], upper=True)
        shared = min(len(lower), len(upper))
        out[order[places]] = np.einsum("ij,ij->j", lower[-shared:], upper[-shared:])
    return out


def _triangle(lu: Array, places: Places, *, upper: bool) -> Array:
    """Return rows of ``U^-1`` (as columns) or columns of ``L1^-1``, without leading zeros.

    LAPACK takes the corner of the factors where it stands, given its columns in full length; the
    last column would run over the end of the matrix, so its unknown is found by hand.
    """
    n, start = len(lu), int(places.min())
    out = unit_columns(n - start, places - start)
    size = n - 1 - start
    if size:
        flat = lu.reshape(-1, order="F")[start * (n + 1) :]
        corner = flat[: size * n].reshape((n, size), order="F")
        out[:-1] = lapack.dtrtrs(
            corner, out[:-1], lower=not upper, trans=upper, unitdiag=not upper
        )[0]
        edge = lu[start:-1, -1] if upper else lu[-1, start:-1]
        out[-1] -= edge @ out[:-1]
    if upper:
        out[-1] /= lu[-1, -1]
    return out


def unit_columns(size: int, places: Places) -> Array:
    """Return columns of the identity matrix, (size, g), in the order LAPACK reads."""
    out = np.zeros((size, len(places)), order="F")
    out[places, np.arange(len(places))] = 1.0
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Household:
    """Households as one more sector: they buy ``h`` per unit of income and earn ``l`` per output.

    The closed inverse has the blocks ``L + L h l L / d`` and, in the household row, ``l L / d``
    with ``d = 1 - corner - l L h``: `income` is ``l L``, `spending` h, `pivot` d, what is left of
    a unit of income after its own rounds.
    """

    income: Array
    spending: Array
    pivot: float

    def row(self) -> Array:
        """Return household income per unit of final demand, type II, (n,)."""
        out: Array = self.income / self.pivot
        return out

    def closed(self, effects: Array) -> Array:
        """Return type II effects from type I effects ``c L``, (n,)."""
        out: Array = effects + float(effects @ self.spending) * self.row()
        return out


def household(income: Array, spending: Array, corner: float = 0.0) -> Household:
    """Prepare the closed model: ``l L``, h, and what households buy of households per income.

    Refuses households that spend all that their spending earns them: then demand has no end.
    """
    pivot = 1.0 - corner - float(income @ spending)
    if not pivot > 1e-12:
        raise DataError(
            f"closed model: a unit of household income calls forth {1.0 - pivot:.4g} units of "
            "household income, not less than 1, so the rounds never end; check which demand column "
            "and income row were named"
        )
    return Household(income, spending, pivot)


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
        self.order = itertools.count()

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
            new = (-float(bounds[k]), next(self.order), float(quantities[k]), (*path, int(k)))
            heapq.heappush(self.heap, new)


def propagation_lengths(L: Array) -> Array:
    """Return the average number of steps from sector j's demand to sector i's output.

    ``APL_ij = [L (L - I)]_ij / (L - I)_ij``: the steps k of the paths in ``A^k``, weighted by
    their size (Dietzenbacher, Romero and Bosma 2005, eq. 6); NaN where no path exists.
    """
    rest = L - np.eye(len(L))
    linked = np.abs(rest) > _NO_LINK * np.abs(L).max()
    return np.divide(L @ rest, rest, out=np.full_like(L, np.nan), where=linked)


_SINGULAR = "inoperability: I - A* is singular; the spectral radius must be below 1"


def capped_solution(A: Array, c: Array) -> tuple[Array, Array, Mask]:
    """Return q of ``q = min(1, A q + c)``, q without the cap, and which are capped, exactly.

    Haimes and Jiang (2001, eq. 4): no sector is more than wholly inoperable. The sectors at the
    cap are guessed from the uncapped solution; with A >= 0 and spectral radius below one the
    solutions fall monotonically: each step frees a sector or is the last.
    """
    n = len(c)
    uncapped = factored(np.eye(n) - A, _SINGULAR).columns(c)
    q, held, last = uncapped, uncapped > 1.0, np.zeros(n, dtype=bool)
    while not np.array_equal(held, last):
        system = np.where(held[:, None], 0.0, A)
        q = factored(np.eye(n) - system, _SINGULAR).columns(np.where(held, 1.0, c))
        held, last = held & (A @ q + c > 1.0), held
    return np.where(held, 1.0, q), uncapped, held


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

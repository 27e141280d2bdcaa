"""Rows in groups: sums, means, a panel in order, and fixed effects absorbed.

Any number of sets is absorbed exactly, with its true degrees of freedom. The largest set is
eliminated; the equations of the others are factored where they are few and iterated where they are
many. Two sets that cross evenly, each group of one meeting each of the other alike, are taken off
in one pass of means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import linalg

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.checks import as_codes
from quesnay.fitting.errors import ConvergenceError, EstimationError

Number = TypeVar("Number", bound=np.floating)


def group_sums(codes: Codes, block: Array, groups: int) -> Array:
    """Return the sums of variables by group.

    Shapes: `codes` (n,), `block` (m, n); returns (m, G).
    """
    return np.array([np.bincount(codes, row, groups) for row in block]).reshape(-1, groups)


def cluster_sums(values: Array, codes: Codes, groups: int | None = None) -> Array:
    """Return the sums of columns by cluster.

    Shapes: `values` (n, k), `codes` (n,); returns (G, k).
    """
    return group_sums(codes, values.T, int(codes.max()) + 1 if groups is None else groups).T


def deviations(codes: Codes, block: Array, totals: Array, weights: Array | None = None) -> Array:
    """Return variables less their weighted means by group.

    Shapes: `codes` (n,), `block` (m, n), `totals` (G,), `weights` (n,); returns (m, n).
    """
    product = block if weights is None else block * weights
    means = group_sums(codes, product, totals.size) / totals
    return np.asarray(block - means.take(codes, axis=1))


def weighed(values: npt.NDArray[Number], weights: Array | None) -> npt.NDArray[Number]:
    """Return values, (n,) or (n, m), times the root of the weights; as they are without any."""
    if weights is None:
        return values
    root = np.sqrt(weights)
    return np.asarray(values * (root if values.ndim == 1 else root[:, None]), dtype=values.dtype)


@dataclass(frozen=True, slots=True)
class Stack:
    """The order of a panel's rows.

    `order` (n,): row numbers sorted by unit, then time; `unit`, `time` (n,): codes 0..N-1 and
    0..T-1 in that order; `units`, `times`: numbers of units N and of times T.
    """

    order: Codes
    unit: Codes
    time: Codes
    units: int
    times: int

    @property
    def rows(self) -> int:
        """Number of rows n."""
        return int(self.order.size)

    @property
    def length(self) -> Codes:
        """Rows of each unit, (N,)."""
        return np.bincount(self.unit, minlength=self.units)

    @property
    def width(self) -> Codes:
        """Rows of each time, (T,)."""
        return np.bincount(self.time, minlength=self.times)

    @property
    def balanced(self) -> bool:
        """Whether every unit is seen at every time."""
        return self.rows == self.units * self.times

    def unit_means(self, values: Array) -> Array:
        """Return the mean of each row's unit, shaped like `values`, (n,) or (n, k), sorted rows."""
        return np.asarray(group_means(values, self.unit, self.units)[self.unit])

    def steps(self) -> tuple[Codes, Codes]:
        """Return positions of rows and of the same unit's rows one time before.

        Times are counted among those that occur in the panel; a gap gives no pair.
        """
        key = self.unit * self.times + self.time
        earlier = np.searchsorted(key, key - 1)
        found = (key[earlier] == key - 1) & (self.time >= 1)
        return np.flatnonzero(found), earlier[found]


def group_means(values: Array, codes: Codes, count: int) -> Array:
    """Return the mean of each group, (count,) or (count, k)."""
    columns = values.reshape(codes.size, -1)
    means = cluster_sums(columns, codes, count) / np.bincount(codes, minlength=count)[:, None]
    return np.ascontiguousarray(means).reshape(count, *values.shape[1:])


def stack(unit: npt.ArrayLike, time: npt.ArrayLike | None, rows: int) -> Stack:
    """Order the rows of a panel and refuse what is none."""
    codes, units = as_codes(unit, rows, "unit")
    if units < 2:
        raise EstimationError(f"unit: {units} only; at least 2 are needed")
    if time is None:
        order = np.argsort(codes, kind="stable")
        start = np.r_[0, np.cumsum(np.bincount(codes))[:-1]]
        place = np.arange(rows) - start[codes[order]]
        return Stack(order, codes[order], place, units, int(place.max()) + 1)
    when, times = as_codes(time, rows, "time")
    order = np.lexsort((when, codes))
    sorted_unit, sorted_time = codes[order], when[order]
    twice = (np.diff(sorted_unit) == 0) & (np.diff(sorted_time) == 0)
    if twice.any():
        row = int(order[int(np.flatnonzero(twice)[0]) + 1])
        label, moment = np.asarray(unit)[row], np.asarray(time)[row]
        raise EstimationError(
            f"row {row}: unit {label} is seen twice at time {moment}; aggregate or drop"
        )
    return Stack(order, sorted_unit, sorted_time, units, times)


_MOST_DIRECT = 2000  # groups beyond the first set up to which a dense factor is the fastest way
_MOST_CELLS = 20_000_000  # cells of the largest dense table that is made
_ROUNDS = 2000
_ROUNDED = 1e-14  # of the largest value: a group mean as small is rounding error
_RANK_TOLERANCE = 1e-10  # of a pivot, whose dummy has length one


@dataclass(frozen=True, slots=True)
class EffectsSystem:
    """Schur complement ``S = D'W M D`` of further dummies D, M the annihilator of the first set.

    `first` (n,) codes the eliminated set, `others` the other sets, numbered on: no code is in two;
    `totals` (G,) and `sizes` (p,) sum the weights by group of the first set and of the others;
    `kept` (r,): groups of the others whose dummies are independent, and `factor` (r, r): upper
    Cholesky factor of S at them, both empty if iterated; `rank`: degrees of freedom that the other
    sets add, an upper bound unless `rank_is_exact`; `tolerance`: relative residual that ends the
    iteration; `shares` (G, p): share of each other group in the weight of each first one, empty
    where that is large.
    """

    first: Codes
    others: tuple[Codes, ...]
    totals: Array
    sizes: Array
    weights: Array | None
    kept: Codes
    factor: Array
    rank: int
    rank_is_exact: bool
    tolerance: float
    shares: Array

    def residualise(self, block: Array) -> Array:
        """Return variables, (m, n), free of the first set, less what the other sets explain."""
        if not self.kept.size:
            return np.array([self._iterate(x) for x in block])
        rounded = _ROUNDED * np.abs(block).max(axis=1)[:, None] * self.sizes
        for _ in range(3):
            moments = self._gather(block)
            if (np.abs(moments) <= rounded).all():
                return block
            effects = np.zeros(moments.shape)
            effects[:, self.kept] = linalg.lapack.dpotrs(self.factor, moments[:, self.kept].T)[0].T
            block = block - self._spread(effects)
        return block

    def _gather(self, block: Array) -> Array:
        """Return D'W x of variables, (m, p)."""
        product = block if self.weights is None else block * self.weights
        return np.asarray(sum(group_sums(c, product, self.sizes.size) for c in self.others))

    def _spread(self, effects: Array) -> Array:
        """Return M D a, (m, n): effects of the other sets, (m, p), free of the first."""
        v = effects.take(self.others[0], axis=1)
        for codes in self.others[1:]:
            v += effects.take(codes, axis=1)
        if not self.shares.size:
            return deviations(self.first, v, self.totals, self.weights)
        return np.asarray(v - (effects @ self.shares.T).take(self.first, axis=1))

    def _iterate(self, x: Array) -> Array:
        """Conjugate gradients on S a = D'W x, (n,), scaled by the group sizes."""
        rest = self._gather(x[None])[0]
        goal = self.tolerance * float(np.sqrt((rest**2 / self.sizes).sum()))
        solution, search, last = np.zeros_like(rest), np.zeros_like(rest), 1.0
        for _ in range(_ROUNDS):
            scaled = rest / self.sizes
            size = float(rest @ scaled)
            if np.sqrt(size) <= goal:
                return np.asarray(x - self._spread(solution[None])[0])
            search = scaled + size / last * search
            image = self._gather(self._spread(search[None]))[0]
            stride = size / float(search @ image)
            solution += stride * search
            rest -= stride * image
            last = size
        raise ConvergenceError(
            f"fixed effects: {_ROUNDS} conjugate-gradient steps on {self.sizes.size} groups "
            f"did not reach a relative residual of {self.tolerance:g}; loosen the tolerance"
        )

    def basis(self) -> Array:
        """Return W^(1/2) M D S^(-1/2), (n, r): orthonormal, orthogonal to the first set."""
        if not self.kept.size and self.rank:
            raise EstimationError(
                f"fixed effects: leverages of {self.sizes.size} groups beyond the largest set "
                f"would need a dense factor; at most {_MOST_DIRECT} are possible here"
            )
        rows, rank = self.first.size, self.kept.size
        if rows * rank > _MOST_CELLS * 5:
            raise EstimationError(
                f"fixed effects: leverages need a table of {rows} x {rank}; "
                "choose a covariance without them, such as HC1 or CR1"
            )
        place = np.full(self.sizes.size, -1)
        place[self.kept] = np.arange(rank)
        dummies = np.zeros((rows, rank))
        for codes in self.others:
            at = place[codes]
            inside = np.flatnonzero(at >= 0)
            dummies[inside, at[inside]] = 1.0
        weighted = dummies if self.weights is None else dummies * self.weights[:, None]
        order = np.argsort(self.first, kind="stable")
        starts = np.searchsorted(self.first[order], np.arange(self.totals.size))
        means = np.add.reduceat(weighted[order], starts, axis=0) / self.totals[:, None]
        dummies -= means[self.first]
        if self.weights is not None:
            dummies *= np.sqrt(self.weights)[:, None]
        if not rank:  # LAPACK of older SciPy refuses an empty triangle
            return dummies
        return np.asarray(linalg.solve_triangular(self.factor, dummies.T, trans="T").T)

    def leverage(self) -> Array:
        """Return the diagonal of the projection on what the other sets add, (n,)."""
        return np.asarray(np.square(self.basis()).sum(axis=1))


@dataclass(frozen=True, slots=True)
class BalancedEffects:
    """What a second set adds to a first one that it crosses evenly: deviations from its means.

    Then ``x_it - x_i. - x_.t + x_..`` is exact (Wallace and Hussain, 1969), and no equations are
    solved. `codes` (n,): group 0..T-1 of each row in the second set; `sizes` (T,): rows of each,
    all the same.

    >>> effects = BalancedEffects(np.array([0, 1, 0, 1]), np.array([2.0, 2.0]))
    >>> effects.residualise(np.array([[-0.5, 0.5, -2.5, 2.5]])).tolist(), effects.rank
    ([[1.0, -1.0, -1.0, 1.0]], 1)
    """

    codes: Codes
    sizes: Array

    rank_is_exact: ClassVar[bool] = True

    @property
    def rank(self) -> int:
        """Degrees of freedom that the second set adds."""
        return int(self.sizes.size) - 1

    def residualise(self, block: Array) -> Array:
        """Return variables, (m, n), free of the first set, less their means by the second."""
        once = deviations(self.codes, block, self.sizes)
        return deviations(self.codes, once, self.sizes)  # the first pass rounds large means

    def basis(self) -> Array:
        """Return an orthonormal basis, (n, T - 1), of the second set, orthogonal to the first."""
        contrasts = np.asarray(linalg.helmert(self.sizes.size)) / np.sqrt(self.sizes)
        return np.asarray(contrasts.T[self.codes])

    def leverage(self) -> Array:
        """Return the diagonal of the projection on what the second set adds, (n,)."""
        return np.full(self.codes.size, 1.0 / self.sizes[0] - 1.0 / self.codes.size)


@dataclass(frozen=True, slots=True)
class Absorber:
    """Takes the weighted means of one or more sets of groups out of any variable.

    `codes` (n,): group 0..G-1 of each row in the set with most groups; `weights` (n,): weights of
    the rows; None where all are one; `totals` (G,): sum of the weights by group; `system`: the
    equations of the other sets once the first is eliminated; `rank`: degrees of freedom that the
    effects take (rank of their dummies); `rank_is_exact`: false where three or more very large sets
    make `rank` an upper bound.
    """

    codes: Codes
    weights: Array | None
    totals: Array
    system: EffectsSystem | BalancedEffects | None
    rank: int
    rank_is_exact: bool

    def residualise(self, values: Array) -> Array:
        """Return `values`, (n,) or (n, m), less their projection on the effects."""
        block = values[None] if values.ndim == 1 else values.T
        block = deviations(self.codes, block, self.totals, self.weights)
        if self.system is None or not self.system.rank:  # other sets add nothing to the first
            block = deviations(self.codes, block, self.totals, self.weights)  # means were rounded
        else:
            block = self.system.residualise(block)
        return block[0] if values.ndim == 1 else block.T

    def leverage(self) -> Array:
        """Return the diagonal of the projection on the (weighted) effects, (n,)."""
        own = (1.0 if self.weights is None else self.weights) / self.totals[self.codes]
        if self.system is None:
            return np.asarray(own)
        return np.asarray(own + self.system.leverage())


@dataclass(frozen=True, slots=True)
class AbsorberWithSlopes(Absorber):
    """Takes slopes by group out beside the effects of `base`, None where there are none.

    `basis` (n, r): orthonormal basis of what the slopes add, rows times the root of the weights.
    """

    base: Absorber | None
    basis: Array

    def residualise(self, values: Array) -> Array:
        """Return `values`, (n,) or (n, m), less their projection on effects and slopes."""
        rest = values if self.base is None else self.base.residualise(values)
        root = np.ones(1) if self.weights is None else np.sqrt(self.weights)
        root = root if rest.ndim == 1 else root[:, None]
        rest = rest * root
        for _ in range(2):  # twice is enough for all digits
            rest = rest - self.basis @ (self.basis.T @ rest)
        return np.asarray(rest / root)

    def leverage(self) -> Array:
        """Return the diagonal of the projection on (weighted) effects and slopes, (n,)."""
        own = np.einsum("ij,ij->i", self.basis, self.basis)
        return np.asarray(own if self.base is None else own + self.base.leverage())


def absorb_slopes(
    columns: Array, base: Absorber | None, *, weights: Array | None = None
) -> AbsorberWithSlopes:
    """Prepare the absorption of further columns, (n, m), beside effects; dependent ones count once.

    >>> t = np.array([[0.0], [1.0], [2.0]])
    >>> absorb_slopes(t, absorb_effects([np.zeros(3, int)])).residualise(t[:, 0] ** 2).round(3)
    array([ 0.333, -0.667,  0.333])
    """
    rest = columns if base is None else base.residualise(columns)
    rest, columns = weighed(rest, weights), weighed(columns, weights)
    length = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    kept = np.sqrt(np.einsum("ij,ij->j", rest, rest)) > 1e-10 * length
    scaled = rest[:, kept] / length[kept]
    left, values, _ = np.linalg.svd(scaled, full_matrices=False)
    basis = left[:, values > 1e-9 * values.max(initial=0.0)]
    empty = np.zeros(columns.shape[0], np.intp)
    own = (empty, weights, np.zeros(1), None) if base is None else (
        base.codes, base.weights, base.totals, base.system
    )  # fmt: skip
    rank = basis.shape[1] + (0 if base is None else base.rank)
    exact = base is None or base.rank_is_exact
    return AbsorberWithSlopes(*own, rank=rank, rank_is_exact=exact, base=base, basis=basis)


def absorb_effects(
    effects: Sequence[Codes], *, weights: Array | None = None, tolerance: float = 1e-12
) -> Absorber:
    """Prepare the absorption of sets of fixed effects.

    The largest set is eliminated exactly (its dummies are orthogonal), and so is a second one
    that crosses it evenly. Else what the other sets add is a Schur complement with as many
    unknowns as they have groups. Up to 2,000 of them are solved directly by pivoted Cholesky,
    which also counts their rank. More are solved by conjugate gradients on the same equations
    (alternating projections accelerated; Correia, 2016), and the rank of two sets is then
    counted by the connected sets of their graph (Abowd, Creecy and Kramarz, 2002).
    """
    if not effects:
        raise EstimationError("no fixed effects given: name at least one set")
    try:
        sums = [np.bincount(codes, weights) for codes in effects]
    except ValueError:
        sums = []
    if not sums or not all(total.size for total in sums):
        raise EstimationError("group codes of fixed effects must be 0 or more, one a row")
    order = sorted(range(len(effects)), key=lambda i: -sums[i].size)
    first, totals = effects[order[0]], sums[order[0]].astype(np.float64)
    if totals.min() <= 0.0:
        raise EstimationError("a group of the fixed effects has no rows or no weight: recode it")
    if len(effects) == 1:
        return Absorber(first, weights, totals, None, totals.size, True)
    system = build_system(
        first, [effects[i] for i in order[1:]], totals, weights=weights, tolerance=tolerance
    )
    return Absorber(first, weights, totals, system, totals.size + system.rank, system.rank_is_exact)


def find_singletons(effects: Sequence[Codes]) -> npt.NDArray[np.bool_]:
    """Return which rows are alone in a group, after the others like them are gone.

    Correia (2015), "Singletons, cluster-robust standard errors and fixed effects: a bad mix":
    removal repeats until no row is alone in any set.
    """
    alone = np.zeros(effects[0].size, dtype=bool)
    if all(int(np.bincount(codes).min()) > 1 for codes in effects):
        return alone
    while True:
        fresh = np.zeros_like(alone)
        for codes in effects:
            sizes = np.bincount(codes[~alone], minlength=int(codes.max()) + 1)
            fresh |= ~alone & (sizes[codes] == 1)
        if not fresh.any():
            return alone
        alone |= fresh


def build_system(
    first: Codes,
    others: Sequence[Codes],
    totals: Array,
    *,
    weights: Array | None,
    tolerance: float,
) -> EffectsSystem | BalancedEffects:
    """Form the equations of the other sets, factor them where they are few, count their rank."""
    if weights is None and len(others) == 1:
        second, groups = others[0], np.bincount(others[0]).astype(np.float64)
        pairs = totals.size * groups.size
        if not first.size % pairs:
            cells = np.bincount(first * groups.size + second, minlength=pairs)
            if (cells == first.size // pairs).all():  # each group meets each of the other alike
                return BalancedEffects(second, groups)
    counts = [int(codes.max()) + 1 for codes in others]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
    numbered = tuple(codes + offsets[i] for i, codes in enumerate(others))
    sizes = np.concatenate([np.bincount(c, weights) for c in others]).astype(np.float64)
    shares = np.zeros((0, 0))
    if sizes.size <= _MOST_DIRECT and sizes.size * totals.size <= _MOST_CELLS:
        table = _cross_table(first, numbered, (totals.size, sizes.size), weights)
        kept, factor = _factorise(_schur(table, numbered, totals, sizes, weights), sizes)
        if table.size <= 2 * first.size:  # else a pass over the rows is cheaper
            shares = table / totals[:, None]
        rank, exact = kept.size, True
    else:
        kept, factor = np.zeros(0, dtype=np.intp), np.zeros((0, 0))
        rank = sizes.size - sum(_components(first, codes) for codes in others)
        exact = len(others) == 1
    return EffectsSystem(
        first, numbered, totals, sizes, weights, kept, factor, rank, exact, tolerance, shares
    )


def _cross_table(
    first: Codes, others: tuple[Codes, ...], shape: tuple[int, int], weights: Array | None
) -> Array:
    """Return the weight of each group of the first set in each group of the others."""
    table = np.zeros(shape[0] * shape[1])
    for codes in others:
        table += np.bincount(first * shape[1] + codes, weights, table.size)
    return table.reshape(shape)


def _schur(
    table: Array, others: tuple[Codes, ...], totals: Array, sizes: Array, weights: Array | None
) -> Array:
    """Return S = D'WD - C' diag(1/totals) C, C the table of the first set by the others."""
    p = sizes.size
    scaled = table / np.sqrt(totals)[:, None]
    schur = np.diag(sizes) - scaled.T @ scaled
    for i, left in enumerate(others):
        for right in others[i + 1 :]:
            cells = np.bincount(left * p + right, weights, p * p).reshape(p, p)
            schur += cells + cells.T
    return np.asarray(schur)


def _factorise(schur: Array, sizes: Array) -> tuple[Codes, Array]:
    """Return the independent groups and the upper Cholesky factor of S at them, by pivoting."""
    scale = np.sqrt(sizes)
    scaled = schur / scale / scale[:, None]
    factor, pivots, rank, _ = linalg.lapack.dpstrf(scaled, tol=_RANK_TOLERANCE)
    if scaled.diagonal().max() <= _RANK_TOLERANCE:
        rank = 0  # LAPACK tests no pivot before the second
    kept = np.asarray(pivots[:rank] - 1, dtype=np.intp)
    return kept, np.asarray(factor[:rank, :rank] * scale[kept])


def _components(first: Codes, other: Codes) -> int:
    """Count the connected sets of the graph between two sets of groups."""
    from scipy import sparse
    from scipy.sparse import csgraph

    nodes = int(first.max()) + int(other.max()) + 2
    ones = np.ones(first.size, dtype=np.int8)
    graph = sparse.coo_array((ones, (first, other + int(first.max()) + 1)), shape=(nodes, nodes))
    return int(csgraph.connected_components(graph, directed=False)[0])

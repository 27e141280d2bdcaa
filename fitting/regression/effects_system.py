"""The equations of several sets of fixed effects, once the largest set is eliminated."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

from quesnay.fitting.errors import ConvergenceError, EstimationError
from quesnay.fitting.regression.balanced_effects import BalancedEffects, find_balance
from quesnay.fitting.regression.grouped import deviations, group_sums

__all__ = ["EffectsSystem", "build_system"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_MOST_DIRECT = 2000  # groups beyond the first set up to which a dense factor is the fastest way
_MOST_CELLS = 20_000_000  # cells of the largest dense table that is made
_ROUNDS = 2000
_ROUNDED = 1e-14  # of the largest value: a group mean as small is rounding error
_RANK_TOLERANCE = 1e-10  # of a pivot, whose dummy has length one


@dataclass(frozen=True, slots=True)
class EffectsSystem:
    """Schur complement ``S = D'W M D`` of further dummies D, M the annihilator of the first set.

    Parameters
    ----------
    first : (n,) array
        Codes of the eliminated set.
    others : tuple of (n,) arrays
        Codes of the other sets, numbered on: no code is in two sets.
    totals, sizes : (G,) and (p,) arrays
        Sum of the weights by group of the first set and of the others.
    weights : (n,) array or None
    kept : (r,) array
        Groups of the other sets whose dummies are linearly independent; empty if iterated.
    factor : (r, r) array
        Upper Cholesky factor of S at `kept`; empty if iterated.
    rank : int
        Degrees of freedom that the other sets add.
    rank_is_exact : bool
        False where `rank` is an upper bound.
    tolerance : float
        Relative residual that ends the iteration.
    shares : (G, p) array
        Share of each other group in the weight of each first group; empty where that is large.
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
                break
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
        return np.asarray(linalg.solve_triangular(self.factor, dummies.T, trans="T").T)

    def leverage(self) -> Array:
        """Return the diagonal of the projection on what the other sets add, (n,)."""
        return np.asarray(np.square(self.basis()).sum(axis=1))


def build_system(
    first: Codes,
    others: Sequence[Codes],
    totals: Array,
    *,
    weights: Array | None,
    tolerance: float,
) -> EffectsSystem | BalancedEffects:
    """Form the equations of the other sets, factor them where they are few, count their rank.

    Parameters
    ----------
    first : (n,) array
        Codes of the set that is eliminated.
    others : sequence of (n,) arrays
        Codes 0..G-1 of the other sets.
    totals : (G,) array
        Sum of the weights by group of the first set.
    weights : (n,) array or None
    tolerance : float
        Where the iteration stops, if one is needed.

    Returns
    -------
    EffectsSystem or BalancedEffects
        The equations; two sets that cross evenly need none.

    Examples
    --------
    >>> unit, year = np.array([0, 0, 1]), np.array([0, 1, 0])
    >>> build_system(unit, [year], np.array([2.0, 1.0]), weights=None, tolerance=1e-12).rank
    1
    """
    even = find_balance(first, others[0], totals) if weights is None and len(others) == 1 else None
    if even is not None:
        return even
    counts = [int(codes.max()) + 1 for codes in others]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
    numbered = tuple(codes + offsets[i] for i, codes in enumerate(others))
    sizes = np.concatenate(
        [np.bincount(c, weights, g) for c, g in zip(others, counts, strict=True)]
    ).astype(np.float64)
    shares = np.zeros((0, 0))
    if sizes.size <= _MOST_DIRECT and sizes.size * totals.size <= _MOST_CELLS:
        table = _cross_table(first, numbered, (totals.size, sizes.size), weights)
        kept, factor = _factorise(_schur(table, numbered, totals, sizes, weights), sizes)
        if table.size <= 2 * first.size:  # else a pass over the rows is cheaper
            shares = table / totals[:, None]
        rank, exact = kept.size, True
    else:
        kept, factor = np.zeros(0, dtype=np.intp), np.zeros((0, 0))
        rank = sum(g - _components(first, c) for c, g in zip(others, counts, strict=True))
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
    factor, pivots, rank, _ = linalg.lapack.dpstrf(scaled, lower=0, tol=_RANK_TOLERANCE)
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

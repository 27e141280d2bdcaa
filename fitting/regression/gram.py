"""Thousands of regressions from one table of products: specification curves and bootstraps.

All regressions on subsets of the same columns, in the same rows, need only ``Z'Z``, Z holding the
outcome and every candidate regressor. Its blocks by cluster give every resample of clusters as
well, as a weighted sum, without going back to the rows. Effects nested in clusters (province by
sector, clustered by province) are taken out inside each cluster, where a bootstrap weight is a
constant and changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.clusters import is_nested
from quesnay.fitting.regression.fixed_effects import absorb_effects

__all__ = ["NestedGrams", "gram_blocks", "nested_grams", "redraw_grams", "solve_grams"]

_SINGULAR = 1e-13  # reciprocal condition of a scaled table below which nothing is identified
_MOST_LEVELS = 3000  # of effects that cross clusters: one draw takes a second or two
_MOST_CELLS = 150_000_000  # of the tables of products of all clusters
_MOST_BATCH = 4_000_000  # cells of the tables of the draws solved together
_REDUNDANT = 1e-8  # length that deviations from nested effects keep of a dummy these explain
_RIDGE = 1e-10  # of a dummy's square in a draw: settles redundant ones, moves others by its square
_ABSENT = 1e-20  # of its square in the whole sample: the same where a draw has nothing but rounding
_LOST = 1e-9  # of a regressor's square in a draw, left by dummies that explain all of it
_VANISHED = 1e-18  # of a regressor's square in the whole sample: rounding, no variation


@dataclass(frozen=True, slots=True)
class GramBlocks:
    """Sums of products of columns, by cluster.

    Parameters
    ----------
    blocks : (G, m, m) array
        ``Z_g'Z_g``.
    rows : int
        Number of observations n.
    """

    blocks: Array
    rows: int

    @property
    def total(self) -> Array:
        """``Z'Z``, (m, m)."""
        return np.asarray(self.blocks.sum(axis=0))


def gram_blocks(Z: Array, codes: Codes) -> GramBlocks:
    """Sum the products of columns by cluster, once for all regressions on them.

    Shapes: `Z` (n, m), `codes` (n,).
    """
    if Z.ndim != 2 or codes.shape != (Z.shape[0],):
        raise EstimationError(f"columns of shape {Z.shape}, clusters of {codes.shape}: no match")
    if not np.isfinite(Z).all():
        row, column = np.argwhere(~np.isfinite(Z))[0]
        raise EstimationError(f"column {column} is not finite at row {row}; mend the value")
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(int(codes.max()) + 2))
    ordered = Z[order]
    blocks = np.empty((bounds.size - 1, Z.shape[1], Z.shape[1]))
    for g in range(blocks.shape[0]):
        own = ordered[bounds[g] : bounds[g + 1]]
        blocks[g] = own.T @ own
    return GramBlocks(blocks, Z.shape[0])


def solve_grams(grams: Array, outcome: int, columns: Sequence[int]) -> Array:
    """Solve the same regression in many tables of products, such as resamples.

    Shapes: `grams` (D, m, m); returns (D, k).
    """
    chosen = np.asarray(columns, dtype=np.intp)
    inner = grams[:, chosen[:, None], chosen]
    scale = np.sqrt(np.maximum(np.einsum("dii->di", inner), np.finfo(float).tiny))
    scaled = inner / scale[:, :, None] / scale[:, None, :]
    unsolvable = _find_singular(scaled)
    scaled[unsolvable] = np.eye(chosen.size)
    right = grams[:, chosen, outcome] / scale
    found = np.linalg.solve(scaled, right[:, :, None])[:, :, 0] / scale
    found[unsolvable] = np.nan
    return np.asarray(found)


def _find_singular(scaled: Array) -> npt.NDArray[np.bool_]:
    """Return which tables of unit diagonal are singular to working precision.

    Their smallest eigenvalue is at least the determinant over e (the others multiply to at most
    that), so only tables of small determinant need a closer look.
    """
    determinant = np.linalg.slogdet(scaled)[1]
    singular = ~(determinant > -600.0)  # far below what is refused here: eigenvalues are safe
    for place in np.flatnonzero(~singular & (determinant < np.log(1e-8))):
        values = np.linalg.eigvalsh(scaled[place])
        singular[place] = values[0] < _SINGULAR * values[-1]
    return np.asarray(singular)


def redraw_grams(grams: GramBlocks, counts: npt.ArrayLike) -> Array:
    """Return the tables of products of resamples of the clusters.

    Shapes: `counts` (D, G); returns (D, m, m).
    """
    draws = np.asarray(counts, dtype=np.float64)
    groups, width = grams.blocks.shape[:2]
    if draws.ndim != 2 or draws.shape[1] != groups:
        raise EstimationError(f"counts of shape {draws.shape} for {groups} clusters: no match")
    return np.asarray((draws @ grams.blocks.reshape(groups, -1)).reshape(-1, width, width))


@dataclass(frozen=True, slots=True)
class NestedGrams:
    """Cross-products of outcome, regressors and crossing dummies by cluster.

    Parameters
    ----------
    grams : GramBlocks
        Column 0 is the outcome, then `regressors` columns, then dummies.
    regressors : int
        Number of coefficients wanted.
    """

    grams: GramBlocks
    regressors: int

    def coefficients(self, counts: npt.ArrayLike | None = None) -> Array:
        """Solve least squares for resamples of the clusters.

        Parameters
        ----------
        counts : array_like (draws, clusters), optional
            How often each cluster is drawn; once each by default.

        Returns
        -------
        ndarray (draws, regressors)
            Coefficients; NaN where a draw leaves a regressor without variation.
        """
        groups, width = self.grams.blocks.shape[:2]
        drawn = np.ones((1, groups)) if counts is None else np.asarray(counts, dtype=np.float64)
        batches = max(1, -(-len(drawn) * width**2 // _MOST_BATCH))
        return np.concatenate([self._solve(part) for part in np.array_split(drawn, batches)])

    def _solve(self, counts: Array) -> Array:
        keep = self.regressors + 1
        total = redraw_grams(self.grams, counts)
        if total.shape[1] > keep:
            total = _without_dummies(total, keep)
        whole = np.diag(self.grams.total)[1:keep]
        found = solve_grams(total, 0, range(1, keep))
        found[(np.einsum("dii->di", total)[:, 1:] <= _VANISHED * whole).any(axis=1)] = np.nan
        return found


def _without_dummies(total: Array, keep: int) -> Array:
    """Partial the last columns out of tables of products (Schur complement).

    The products of residuals ``(Z - D W)'(Z - D W)`` feel only the square of what the ridge
    does to W, for they are at their least where it is exact.
    """
    block = total[:, keep:, keep:]
    ridged = block.copy()
    diagonal = np.einsum("dii->di", ridged)  # a view
    diagonal += _RIDGE * diagonal + _ABSENT
    cross, left = total[:, keep:, :keep], total[:, :keep, :keep]
    W = np.linalg.solve(ridged, cross)
    flipped = np.swapaxes(W, 1, 2)
    shared = flipped @ cross
    reduced = left - shared - np.swapaxes(shared, 1, 2) + flipped @ (block @ W)
    before, after = np.einsum("dii->di", left), np.einsum("dii->di", reduced)
    reduced[(after[:, 1:] <= _LOST * before[:, 1:]).any(axis=1)] = 0.0
    return np.asarray(reduced)


def nested_grams(
    outcome: Array,
    regressors: Array,
    effects: Sequence[Codes],
    cluster: Codes,
    *,
    weights: Array | None = None,
) -> NestedGrams:
    """Reduce a regression with fixed effects to one table of products a cluster.

    Frisch and Waugh (1933): effects nested in clusters are projected out once; a copy of a
    cluster has nested effects of its own and shares the crossing ones. Columns already free of
    all effects give the same coefficients with more digits.
    """
    nested = [codes for codes in effects if is_nested(codes, cluster)]
    crossing = [codes for codes in effects if not is_nested(codes, cluster)]
    _refuse_size(crossing, 1 + regressors.shape[1], int(cluster.max()) + 1)
    root = np.ones((len(outcome), 1)) if weights is None else np.sqrt(weights)[:, None]
    columns = np.column_stack([outcome, regressors])
    dummies = _dummies(crossing, root) if effects else np.ones_like(root)
    if nested:
        absorber = absorb_effects(nested, weights=weights)
        columns, dummies = absorber.residualise(columns), absorber.residualise(dummies)
    dummies = dummies * root
    lengths = np.linalg.norm(dummies, axis=0)
    real = lengths > _REDUNDANT
    table = np.column_stack([columns * root, dummies[:, real] / lengths[real]])
    return NestedGrams(gram_blocks(table, cluster), regressors.shape[1])


def _dummies(crossing: Sequence[Codes], root: Array) -> Array:
    """Columns for effects that cross clusters, of length one once weighted."""
    blocks = [np.eye(int(codes.max()) + 1)[codes] for codes in crossing]
    columns = np.concatenate([np.empty((root.size, 0)), *blocks], axis=1)
    return np.asarray(columns / np.linalg.norm(columns * root, axis=0))


def _refuse_size(crossing: Sequence[Codes], columns: int, groups: int) -> None:
    levels = sum(int(codes.max()) + 1 for codes in crossing)
    if levels > _MOST_LEVELS or groups * (levels + columns) ** 2 > _MOST_CELLS:
        raise EstimationError(
            f"fixed effects that cross clusters have {levels} levels, too many to redraw "
            f"{groups} clusters; absorb fewer effects, or use the wild cluster bootstrap"
        )

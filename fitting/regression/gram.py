"""Thousands of regressions from one table of products: specification curves and bootstraps.

All regressions on subsets of the same columns, in the same rows, need only ``Z'Z``, Z holding the
outcome and every candidate regressor. Its blocks by cluster give clustered errors and every
resample of clusters as well, without going back to the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError

__all__ = [
    "GramBlocks",
    "gram_blocks",
    "redraw_grams",
    "solve_grams",
]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_SINGULAR = 1e-13  # reciprocal condition of a scaled table below which nothing is identified


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

    Parameters
    ----------
    Z : (n, m) array
        Outcome and candidate regressors, free of absorbed effects, rows times the square root
        of the weights. An intercept is a column of ones.
    codes : (n,) array
        Cluster 0..G-1 of each row.

    Returns
    -------
    GramBlocks
        Products by cluster.

    Raises
    ------
    EstimationError
        If shapes differ or a value is not finite.

    Examples
    --------
    >>> Z = np.array([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]])
    >>> gram_blocks(Z, np.array([0, 0, 1])).blocks[0].tolist()
    [[5.0, 3.0], [3.0, 2.0]]
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

    Parameters
    ----------
    grams : (D, m, m) array
        Tables ``Z'Z``.
    outcome : int
        Column of the outcome.
    columns : sequence of int
        Columns of the regressors.

    Returns
    -------
    (D, k) array
        Coefficients; NaN in tables where the regressors depend on each other.

    Examples
    --------
    >>> Z = np.array([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]])
    >>> solve_grams((Z.T @ Z)[None], 0, [1]).round(4).tolist()
    [[2.3333]]
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

    Parameters
    ----------
    grams : GramBlocks
        Products by cluster.
    counts : (D, G) array_like
        How often each cluster is in each resample.

    Returns
    -------
    (D, m, m) array
        Tables, one matrix product for all.

    Raises
    ------
    EstimationError
        If the counts are not one a cluster.

    Examples
    --------
    >>> blocks = gram_blocks(np.array([[1.0], [2.0]]), np.array([0, 1]))
    >>> redraw_grams(blocks, [[2, 0], [0, 2]]).ravel().tolist()
    [2.0, 8.0]
    """
    draws = np.asarray(counts, dtype=np.float64)
    groups, width = grams.blocks.shape[:2]
    if draws.ndim != 2 or draws.shape[1] != groups:
        raise EstimationError(f"counts of shape {draws.shape} for {groups} clusters: no match")
    return np.asarray((draws @ grams.blocks.reshape(groups, -1)).reshape(-1, width, width))

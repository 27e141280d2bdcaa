"""Many specifications on the same columns, from one table of products."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.gram import GramBlocks, solve_grams

__all__ = ["SubsetFit", "fit_subset", "solve_subsets"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SubsetFit:
    """One regression on some of the columns.

    Parameters
    ----------
    coefficients : (k,) array
        In the order of the columns asked for.
    covariance : (k, k) array
        CR1, with the factor ``G / (G - 1) (n - 1) / (n - K)``.
    """

    coefficients: Array
    covariance: Array


def solve_subsets(gram: Array, outcome: int, subsets: Sequence[Sequence[int]]) -> list[Array]:
    """Return the coefficients of many specifications, solved in batches of equal size.

    Parameters
    ----------
    gram : (m, m) array
        ``Z'Z``.
    outcome : int
        Column of the outcome.
    subsets : sequence of sequences of int
        Columns of the regressors of each specification.

    Returns
    -------
    list of (k,) arrays
        Coefficients by specification; NaN where columns depend on each other.

    Examples
    --------
    >>> Z = np.array([[1.0, 1.0, 0.0], [2.0, 1.0, 1.0], [4.0, 1.0, 2.0]])
    >>> [b.round(4).tolist() for b in solve_subsets(Z.T @ Z, 0, [[1], [1, 2]])]
    [[2.3333], [0.8333, 1.5]]
    """
    found: list[Array] = [np.empty(0)] * len(subsets)
    for size in sorted({len(subset) for subset in subsets}):
        places = [i for i, subset in enumerate(subsets) if len(subset) == size]
        chosen = np.array([[outcome, *subsets[i]] for i in places], dtype=np.intp)
        tables = gram[chosen[:, :, None], chosen[:, None, :]]
        for i, row in zip(places, solve_grams(tables, 0, range(1, size + 1)), strict=True):
            found[i] = row
    return found


def fit_subset(
    grams: GramBlocks, outcome: int, columns: Sequence[int], *, absorbed: int = 0
) -> SubsetFit:
    """Return one specification with clustered errors, from the products alone.

    Parameters
    ----------
    grams : GramBlocks
        Products by cluster.
    outcome : int
        Column of the outcome.
    columns : sequence of int
        Columns of the regressors.
    absorbed : int, default 0
        Degrees of freedom of absorbed effects counted in K.

    Returns
    -------
    SubsetFit
        Coefficients and CR1 covariance; the score of a cluster is ``X_g'y_g - X_g'X_g b``.

    Raises
    ------
    EstimationError
        If columns depend on each other, or there is one cluster only.

    Examples
    --------
    >>> from quesnay.fitting.regression.gram import gram_blocks
    >>> Z = np.column_stack([[1.0, 2, -2, -1], np.ones(4)])
    >>> float(fit_subset(gram_blocks(Z, np.array([0, 0, 1, 1])), 0, [1]).covariance[0, 0])
    2.25
    """
    chosen = np.asarray(columns, dtype=np.intp)
    groups = grams.blocks.shape[0]
    free = grams.rows - chosen.size - absorbed
    if groups < 2 or free < 1:
        raise EstimationError(f"{groups} clusters and {free} degrees of freedom: too few")
    coefficients = solve_grams(grams.total[None], outcome, columns)[0]
    if np.isnan(coefficients).any():
        raise EstimationError(f"columns {list(columns)} depend on each other linearly: drop one")
    inner = grams.blocks[:, chosen[:, None], chosen]
    scores = grams.blocks[:, chosen, outcome] - inner @ coefficients
    half = np.linalg.solve(inner.sum(axis=0), scores.T)
    factor = groups / (groups - 1) * (grams.rows - 1) / free
    return SubsetFit(coefficients, np.asarray(factor * (half @ half.T)))

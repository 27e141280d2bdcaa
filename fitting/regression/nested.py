"""Many regressions at once: one Gram matrix a cluster, bootstrap draws as weighted sums of them.

Effects nested in clusters (province by sector, province by year, clustered by province) are taken
out inside each cluster, where a bootstrap weight is a constant and changes nothing. What is left is
one small matrix of cross-products a cluster; a draw of clusters is a weighted sum of these, and its
coefficients a small linear system. A thousand draws cost less than one regression on the rows.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import qr

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.gram import GramBlocks, gram_blocks, redraw_grams, solve_grams

__all__ = ["NestedGrams", "nested_grams"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_MOST_DUMMIES = 500  # effects that cross clusters become columns
_RIDGE = 1e-10  # of the mean diagonal: settles redundant dummies, moves coefficients by less


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
        once = np.ones((1, self.grams.blocks.shape[0]))
        total = redraw_grams(self.grams, once if counts is None else counts)
        keep = self.regressors + 1
        if total.shape[1] > keep:
            total = _without_dummies(total, keep)
        return solve_grams(total, 0, range(1, keep))


def _without_dummies(total: Array, keep: int) -> Array:
    """Partial the last columns out of tables of products (Schur complement)."""
    block = total[:, keep:, keep:].copy()
    step = np.arange(block.shape[1])
    block[:, step, step] += _RIDGE * np.trace(block, axis1=1, axis2=2)[:, None] / step.size
    cross = total[:, keep:, :keep]
    left = total[:, :keep, :keep]
    reduced = left - np.swapaxes(cross, 1, 2) @ np.linalg.solve(block, cross)
    before = np.einsum("dii->di", left)
    after = np.einsum("dii->di", reduced)
    lost = (after[:, 1:] <= 1e-9 * before[:, 1:]).any(axis=1)  # nothing left but rounding
    reduced[lost] = 0.0
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

    Parameters
    ----------
    outcome : ndarray (n,)
        Dependent variable.
    regressors : ndarray (n, k)
        Regressors.
    effects : sequence of ndarray (n,)
        Level codes, 0-based, of each fixed effect.
    cluster : ndarray (n,)
        Cluster codes, 0-based.
    weights : ndarray (n,), optional
        Positive weights of the rows.

    Returns
    -------
    NestedGrams
        What every least-squares fit on resamples of these clusters needs.

    Raises
    ------
    EstimationError
        If the effects that cross clusters have more than 500 levels.

    Notes
    -----
    Frisch and Waugh (1933): effects nested in clusters are projected out cluster by cluster.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> group = np.repeat(np.arange(20), 10)
    >>> x = rng.standard_normal((200, 1)) + group[:, None]
    >>> y = 0.5 * x[:, 0] + 3.0 * group
    >>> nested_grams(y, x, [group], group).coefficients().round(6)
    array([[0.5]])
    """
    nested: list[Codes] = []
    crossing: list[Codes] = []
    for codes in effects:
        pairs = np.unique(codes * (cluster.max() + 1) + cluster).size
        (nested if pairs == np.unique(codes).size else crossing).append(codes)
    root = np.ones(len(outcome)) if weights is None else np.sqrt(weights)
    parts = [outcome[:, None], regressors, _dummies(crossing, len(outcome), plain=not effects)]
    columns = np.concatenate(parts, axis=1) * root[:, None]
    order = np.argsort(cluster, kind="stable")
    bounds = np.searchsorted(cluster[order], np.arange(int(cluster.max()) + 2))
    for first, last in itertools.pairwise(bounds):
        rows = order[first:last]
        columns[rows] = _within(columns[rows], [codes[rows] for codes in nested], root[rows])
    return NestedGrams(gram_blocks(columns, cluster), regressors.shape[1])


def _dummies(crossing: Sequence[Codes], rows: int, *, plain: bool) -> Array:
    """Columns for effects that cross clusters; a constant where there are no effects at all."""
    if plain:
        return np.ones((rows, 1))
    levels = sum(int(codes.max()) + 1 for codes in crossing)
    if levels > _MOST_DUMMIES:
        raise EstimationError(
            f"fixed effects that cross clusters have {levels} levels, more than {_MOST_DUMMIES}; "
            "fit this regression with fit_panel"
        )
    blocks = [np.eye(int(codes.max()) + 1)[codes] for codes in crossing]
    return np.concatenate([np.empty((rows, 0)), *blocks], axis=1)


def _within(columns: Array, nested: Sequence[Codes], root: Array) -> Array:
    """Take effects out of the rows of one cluster."""
    if not nested:
        return columns
    blocks = [(codes[:, None] == np.unique(codes)).astype(float) for codes in nested]
    design = np.concatenate(blocks, axis=1) * root[:, None]
    basis, upper, _ = qr(design, mode="economic", pivoting=True)
    size = np.abs(np.diagonal(upper))
    basis = basis[:, : int((size > 1e-10 * size[0]).sum())]
    return np.asarray(columns - basis @ (basis.T @ columns))

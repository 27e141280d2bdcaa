"""Sums and deviations by group: what fixed effects and clustered errors rest on."""

import numpy as np
import numpy.typing as npt

__all__ = ["cluster_sums", "deviations", "group_sums"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


def group_sums(codes: Codes, block: Array, groups: int) -> Array:
    """Return the sums of variables by group.

    Parameters
    ----------
    codes : (n,) array
        Group 0..G-1 of each value.
    block : (m, n) array
        Variables, a row each, so that the values of one lie side by side.
    groups : int
        Number of groups G.

    Returns
    -------
    (m, G) array
        Sums.

    Examples
    --------
    >>> group_sums(np.array([0, 0, 1]), np.array([[1.0, 2.0, 4.0]]), 2).tolist()
    [[3.0, 4.0]]
    """
    return np.array([np.bincount(codes, row, groups) for row in block]).reshape(-1, groups)


def cluster_sums(values: Array, codes: Codes, groups: int | None = None) -> Array:
    """Return the sums of columns by cluster.

    Parameters
    ----------
    values : (n, k) array
        Columns, scores as a rule.
    codes : (n,) array
        Cluster 0..G-1 of each row.
    groups : int, optional
        Number of clusters G where the last ones may have no row here.

    Returns
    -------
    (G, k) array
        Sums.

    Examples
    --------
    >>> cluster_sums(np.array([[1.0], [2.0], [4.0]]), np.array([0, 0, 1])).tolist()
    [[3.0], [4.0]]
    """
    return group_sums(codes, values.T, int(codes.max()) + 1 if groups is None else groups).T


def deviations(codes: Codes, block: Array, totals: Array, weights: Array | None = None) -> Array:
    """Return variables less their weighted means by group.

    Parameters
    ----------
    codes : (n,) array
        Group 0..G-1 of each value.
    block : (m, n) array
        Variables, a row each.
    totals : (G,) array
        Sum of the weights by group, or its number of rows.
    weights : (n,) array, optional
        Weights; all one by default.

    Returns
    -------
    (m, n) array
        Deviations.

    Examples
    --------
    >>> deviations(np.array([0, 0, 1]), np.array([[1.0, 2.0, 4.0]]), np.array([2.0, 1.0])).tolist()
    [[-0.5, 0.5, 0.0]]
    """
    product = block if weights is None else block * weights
    means = group_sums(codes, product, totals.size) / totals
    return np.asarray(block - means.take(codes, axis=1))

"""Sums and deviations of variables by group, a row a variable: what all fixed effects rest on."""

import numpy as np
import numpy.typing as npt

__all__ = ["deviations", "group_sums"]

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

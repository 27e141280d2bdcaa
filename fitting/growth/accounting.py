"""Index numbers of growth accounting: Törnqvist shares, contributions and Domar weights."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["contributions", "mean_shares", "user_cost"]

type_array = NDArray[np.float64]


def mean_shares(costs: ArrayLike, total: ArrayLike | None = None) -> type_array:
    """Return the shares of two neighbouring years, averaged (Törnqvist weights).

    Parameters
    ----------
    costs : (T, n) array
        Nominal costs or values.
    total : (T,) array, optional
        What they are shares of; by default their sum.

    Returns
    -------
    (T - 1, n) array
        ``(s_t + s_{t-1}) / 2``.

    Examples
    --------
    >>> mean_shares([[1.0, 3.0], [3.0, 1.0]]).tolist()
    [[0.5, 0.5]]
    """
    values = np.asarray(costs, dtype=float)
    whole = values.sum(axis=1) if total is None else np.asarray(total, dtype=float)
    share = values / whole[:, None]
    return np.asarray((share[1:] + share[:-1]) / 2)


def contributions(quantities: ArrayLike, weights: ArrayLike) -> type_array:
    """Return weights times logarithmic growth; an input of weight 0 contributes 0.

    Parameters
    ----------
    quantities : (T, n) array
        Quantity indices, positive where the weight is not 0.
    weights : (T - 1, n) array
        Shares averaged over both years.

    Returns
    -------
    (T - 1, n) array
        Contributions in log points.

    Examples
    --------
    >>> contributions([[1.0, 1.0], [np.e, 1.0]], [[0.3, 0.7]]).tolist()
    [[0.3, 0.0]]
    """
    levels, share = np.asarray(quantities, dtype=float), np.asarray(weights, dtype=float)
    growth = np.diff(np.log(np.where(levels > 0, levels, 1.0)), axis=0)
    return np.asarray(np.where(share == 0, 0.0, share * growth))


def user_cost(
    price: ArrayLike, rate: ArrayLike, depreciation: ArrayLike, tax_factor: ArrayLike = 1.0
) -> type_array:
    """Return the rental price of capital, from the second year on.

    ``c_t = tax_t [ r_t p_{t-1} + d p_t - (p_t - p_{t-1}) ]`` (Hall and Jorgenson 1967; in this
    discrete form Jorgenson, Ho and Stiroh 2005, ch. 5).

    Parameters
    ----------
    price : (T, n) array
        Prices of new assets.
    rate : (T - 1,) or (T - 1, 1) array or float
        Nominal rate of return.
    depreciation : (n,) array or float
        Rates a year.
    tax_factor : array or float
        ``(1 - u z - k) / (1 - u)`` where taxes matter, else 1.

    Returns
    -------
    (T - 1, n) array
        Price of using one unit of each asset for a year.

    Examples
    --------
    >>> user_cost([[1.0], [1.1]], 0.05, 0.2).round(4).tolist()
    [[0.17]]
    """
    now = np.asarray(price, dtype=float)[1:]
    before = np.asarray(price, dtype=float)[:-1]
    worn = np.asarray(depreciation, dtype=float) * now
    earned = np.asarray(rate, dtype=float) * before
    return np.asarray(np.asarray(tax_factor, dtype=float) * (earned + worn - (now - before)))

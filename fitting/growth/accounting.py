"""Index numbers of growth accounting: Törnqvist shares, contributions and Domar weights."""

import numpy as np
from numpy.typing import ArrayLike

from quesnay.fitting.arrays import Array

__all__ = ["contributions", "mean_shares", "user_cost"]


def mean_shares(costs: ArrayLike, total: ArrayLike | None = None) -> Array:
    """Return the shares of two neighbouring years, averaged (Törnqvist weights).

    Shapes: `costs` (T, n), `total` (T,); returns (T - 1, n).
    """
    values = np.asarray(costs, dtype=float)
    whole = values.sum(axis=1) if total is None else np.asarray(total, dtype=float)
    share = values / whole[:, None]
    return np.asarray((share[1:] + share[:-1]) / 2)


def contributions(quantities: ArrayLike, weights: ArrayLike) -> Array:
    """Return weights times logarithmic growth; an input of weight 0 contributes 0.

    Shapes: `quantities` (T, n), `weights` (T - 1, n); returns (T - 1, n).
    """
    levels, share = np.asarray(quantities, dtype=float), np.asarray(weights, dtype=float)
    growth = np.diff(np.log(np.where(levels > 0, levels, 1.0)), axis=0)
    return np.asarray(np.where(share == 0, 0.0, share * growth))


def user_cost(
    price: ArrayLike, rate: ArrayLike, depreciation: ArrayLike, tax_factor: ArrayLike = 1.0
) -> Array:
    """Return the rental price of capital, from the second year on.

    ``c_t = tax_t [ r_t p_{t-1} + d p_t - (p_t - p_{t-1}) ]`` (Hall and Jorgenson 1967; in this
    discrete form Jorgenson, Ho and Stiroh 2005, ch. 5).

    Shapes: `price` (T, n), `depreciation` (n,); returns (T - 1, n).
    """
    now = np.asarray(price, dtype=float)[1:]
    before = np.asarray(price, dtype=float)[:-1]
    worn = np.asarray(depreciation, dtype=float) * now
    earned = np.asarray(rate, dtype=float) * before
    return np.asarray(np.asarray(tax_factor, dtype=float) * (earned + worn - (now - before)))

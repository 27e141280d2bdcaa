"""Growth accounting: capital stocks from investment, Törnqvist shares and contributions."""

import numpy as np
from numpy.typing import ArrayLike

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError


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


_LIFE_STEPS = 400  # points of the grid of service lives around their mean
_WIDEST = 2.0  # the distribution of lives is cut at this many standard deviations


def geometric_stock(investment: ArrayLike, depreciation: ArrayLike, opening: float) -> Array:
    """Return the stock at the end of each year under a constant or yearly rate.

    ``K_t = (1 - d_t) K_{t-1} + I_t``; depreciation falls on the opening stock, not on the new
    investment (OECD 2009, Measuring Capital).
    """
    flows = np.asarray(investment, dtype=float)
    kept = 1 - np.broadcast_to(np.asarray(depreciation, dtype=float), flows.shape)
    out = np.empty(flows.size + 1)
    out[0] = opening
    for year in range(flows.size):
        out[year + 1] = kept[year] * out[year] + flows[year]
    return out[1:]


def hyperbolic_efficiency(
    ages: int, *, service_life: float, shape: float = 0.5, spread: float = 0.25
) -> Array:
    """Return what remains of a cohort of assets by age, retirement included.

    One asset of life L keeps ``h(a) = (L - a) / (L - shape a)`` of its efficiency at age a. Lives
    are normal around the mean, standard deviation `spread` times the mean, cut at two standard
    deviations; the cohort is the average over lives (the form of the US Bureau of Labor
    Statistics 1983, Bulletin 2178; OECD 2009, Measuring Capital).
    """
    if not (service_life > 0 and np.isfinite(service_life)):
        raise DataError(f"service_life must be a positive number of years, got {service_life}")
    if not (np.isfinite(shape) and shape < 1):
        raise DataError(f"efficiency shape must be below 1 (0.5 equipment), got {shape}")
    if not 0 <= spread < 1 / _WIDEST:
        raise DataError(f"retirement spread must lie in [0, {1 / _WIDEST:g}), got {spread}")
    # service lives and their weights, normal and cut at two standard deviations; at midpoints of
    # equal slices, where the mean of the lives is exact by symmetry
    z = (np.arange(_LIFE_STEPS) + 0.5) / _LIFE_STEPS * 2 * _WIDEST - _WIDEST
    density = np.exp(-(z**2) / 2)
    lives, weights = service_life * (1 + spread * z), density / density.sum()
    age = np.arange(ages, dtype=float)[:, None]
    alive = age < lives
    one = np.where(alive, (lives - age) / np.where(alive, lives - shape * age, 1.0), 0.0)
    return np.asarray(one @ weights)


def stock_from_vintages(investment: ArrayLike, efficiency: ArrayLike, opening: ArrayLike) -> Array:
    """Return the stock as the sum of past investment, each at its remaining efficiency.

    ``K_t = sum_a efficiency_a I_{t-a} + opening_t``.
    """
    flows, kept = np.asarray(investment, dtype=float), np.asarray(efficiency, dtype=float)
    return np.asarray(np.convolve(flows, kept)[: len(flows)] + np.asarray(opening, dtype=float))

"""A band that a whole ordered sample leaves with a stated probability only."""

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.errors import EstimationError

__all__ = ["order_envelope"]

Array = npt.NDArray[np.float64]

SEED = 20260418  # the band is a function of n and level; a fixed seed keeps it one


def order_envelope(n: int, *, level: float = 0.95, draws: int = 400) -> tuple[Array, Array, Array]:
    """Return a simultaneous band for the order statistics of n uniform values.

    Every order statistic U_(i) ~ Beta(i, n + 1 - i) gets the same pointwise level, chosen so that a
    whole sample stays inside with probability `level` (equal local levels).

    Parameters
    ----------
    n : int
        Sample size, at least two.
    level : float
        Probability that a whole sample lies inside.
    draws : int
        Simulated samples by which the pointwise level is found.

    Returns
    -------
    tuple of three (n,) arrays
        Lower end, median and upper end, as probabilities; apply a quantile function to them.

    Raises
    ------
    EstimationError
        If n is below two or the level is not between 0 and 1.

    References
    ----------
    Aldor-Noiman, Brown, Buja, Rolke and Stine (2013), American Statistician 67, sec. 3.

    Examples
    --------
    >>> low, middle, high = order_envelope(20)
    >>> bool((low < middle).all() and (middle < high).all())
    True
    """
    if n < 2 or not 0.0 < level < 1.0:
        raise EstimationError(f"n {n}, level {level}: expected n >= 2 and a level between 0 and 1")
    rank = np.arange(1.0, n + 1.0)
    # the ends decide; in long samples the middle is checked at 400 places, neighbours agree there
    chosen = np.unique(
        np.r_[np.arange(min(n, 100)), np.linspace(0, n - 1, 400), np.arange(max(n - 100, 0), n)]
    ).astype(int)
    generator = np.random.default_rng(np.random.SeedSequence(SEED))
    least = np.empty(draws)
    for draw in range(draws):
        waits = generator.standard_exponential(n + 1).cumsum()
        sample = waits[chosen] / waits[-1]
        below = special.betainc(rank[chosen], n + 1.0 - rank[chosen], sample)
        least[draw] = 2.0 * np.minimum(below, 1.0 - below).min()
    local = float(np.quantile(least, 1.0 - level))
    low = special.betaincinv(rank, n + 1.0 - rank, 0.5 * local)
    middle = special.betaincinv(rank, n + 1.0 - rank, 0.5)
    high = special.betaincinv(rank, n + 1.0 - rank, 1.0 - 0.5 * local)
    return np.asarray(low, float), np.asarray(middle, float), np.asarray(high, float)

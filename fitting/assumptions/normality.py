"""Normal errors: the test of Jarque and Bera, and the band of a normal quantile plot.

The band leaves an ordered normal sample, as a whole, with a stated probability only.
"""

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_vector
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = [
    "jarque_bera",
    "order_envelope",
]

# Royston (1995), AS R94: polynomials in 1 / sqrt(n), n and log n, highest power first

WORDS = Wording(
    "errors are normal",
    "errors are not normal",
    "t and F are approximate; with many rows the coefficients are still near normal",
    "bootstrap the intervals; look at the outliers named in the influence table",
)
SEED = 20260418  # the band is a function of n and level; a fixed seed keeps it one


def jarque_bera(residuals: npt.ArrayLike, *, rows: float | None = None) -> TestResult:
    """Test skewness and kurtosis of residuals against those of the normal.

    ``JB = n (S^2 / 6 + (K - 3)^2 / 24)`` with moments about the mean.

    Jarque and Bera (1987), International Statistical Review 55.
    """
    e = _varied(residuals)
    e = e - e.mean()
    second = float((e**2).mean())
    skewness = float((e**3).mean()) / second**1.5
    kurtosis = float((e**4).mean()) / second**2
    statistic = (rows or e.size) * (skewness**2 / 6 + (kurtosis - 3) ** 2 / 24)
    p_value = float(special.chdtrc(2, statistic))
    return judged("Jarque-Bera", statistic, "chi2(2)", p_value, WORDS)


def _varied(residuals: npt.ArrayLike) -> Array:
    e = as_vector(residuals, name="residuals")
    if e.size < 4:
        raise EstimationError(f"residuals: {e.size} values; at least four are needed")
    if float(np.ptp(e)) <= 1e-14 * float(np.abs(e).max()):
        raise EstimationError("residuals: all equal; there is no distribution to test")
    return e


def order_envelope(n: int, *, level: float = 0.95, draws: int = 400) -> tuple[Array, Array, Array]:
    """Return a simultaneous band for the order statistics of n uniform values.

    Every order statistic U_(i) ~ Beta(i, n + 1 - i) gets the same pointwise level, chosen so that a
    whole sample stays inside with probability `level` (equal local levels).

    Aldor-Noiman, Brown, Buja, Rolke and Stine (2013), American Statistician 67, sec. 3.
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

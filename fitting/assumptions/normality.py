"""Tests of normal errors."""

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import as_vector
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["jarque_bera", "shapiro_wilk"]

Array = npt.NDArray[np.float64]

# Royston (1995), AS R94: polynomials in 1 / sqrt(n), n and log n, highest power first
_LAST = (-2.706056, 4.434685, -2.07119, -0.147981, 0.221157, 0.0)
_LAST_BUT_ONE = (-3.582633, 5.682633, -1.752461, -0.293762, 0.042981, 0.0)
_MEAN_SHORT = (-6.714e-4, 0.025054, -0.39978, 0.544)
_SPREAD_SHORT = (-0.0020322, 0.062767, -0.77857, 1.3822)
_MEAN = (0.0038915, -0.083751, -0.31082, -1.5861)
_SPREAD = (0.0030302, -0.082676, -0.4803)

WORDS = Wording(
    "errors are normal",
    "errors are not normal",
    "t and F are approximate; with many rows the coefficients are still near normal",
    "bootstrap the intervals; look at the outliers named in the influence table",
)


def jarque_bera(residuals: npt.ArrayLike, *, rows: float | None = None) -> TestResult:
    """Test skewness and kurtosis of residuals against those of the normal.

    ``JB = n (S^2 / 6 + (K - 3)^2 / 24)`` with moments about the mean.

    Parameters
    ----------
    residuals : (n,) array_like
        Residuals.
    rows : float, optional
        Rows that carry information; by default n, for within residuals n less the absorbed degrees
        of freedom.

    Returns
    -------
    TestResult
        chi2(2).

    Raises
    ------
    EstimationError
        If fewer than four values are given or all are equal.

    References
    ----------
    Jarque and Bera (1987), International Statistical Review 55.

    Examples
    --------
    >>> round(jarque_bera([1.0, 2.0, 2.0, 3.0, 9.0]).statistic, 3)
    1.454
    """
    e = _varied(residuals)
    e = e - e.mean()
    second = float((e**2).mean())
    skewness = float((e**3).mean()) / second**1.5
    kurtosis = float((e**4).mean()) / second**2
    statistic = (rows or e.size) * (skewness**2 / 6 + (kurtosis - 3) ** 2 / 24)
    p_value = float(special.chdtrc(2, statistic))
    return judged("Jarque-Bera", statistic, "chi2(2)", p_value, WORDS)


def shapiro_wilk(residuals: npt.ArrayLike) -> TestResult:
    """Test normality by the correlation of the ordered residuals with normal scores.

    Parameters
    ----------
    residuals : (n,) array_like
        4 to 5,000 residuals.

    Returns
    -------
    TestResult
        W with Royston's approximation of its p-value.

    Raises
    ------
    EstimationError
        If fewer than four or more than 5,000 values are given, or all are equal.

    References
    ----------
    Shapiro and Wilk (1965), Biometrika 52; Royston (1995), Applied Statistics 44, AS R94.

    Examples
    --------
    >>> round(shapiro_wilk([1.0, 2.0, 2.0, 3.0, 9.0]).statistic, 3)
    0.75
    """
    e = np.sort(_varied(residuals))
    if e.size > 5000:
        raise EstimationError(
            f"residuals: {e.size} values; the p-value holds up to 5,000: use jarque_bera"
        )
    scores = _normal_scores(e.size)
    centred = (e - e.mean()) / np.ptp(e)
    length = float(np.sqrt((scores @ scores) * (centred @ centred)))
    along = float(scores @ centred)
    missed = (length - along) * (length + along) / length**2  # 1 - W without cancellation
    z = _royston(missed, e.size)
    return judged("Shapiro-Wilk", 1.0 - missed, "W", float(special.ndtr(-z)), WORDS)


def _normal_scores(n: int) -> Array:
    """Return Royston's weights of the ordered values, ascending and antisymmetric."""
    m = special.ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    square, root = float(m @ m), 1.0 / np.sqrt(n)
    ends = [np.polyval(_LAST, root) + m[-1] / np.sqrt(square)]
    if n > 5:
        ends.append(np.polyval(_LAST_BUT_ONE, root) + m[-2] / np.sqrt(square))
    outer = np.array(ends)
    count = outer.size
    left = square - 2.0 * float(m[-count:] @ m[-count:])
    scores = m / np.sqrt(left / (1.0 - 2.0 * float(outer @ outer)))
    scores[-count:] = outer[::-1]
    scores[:count] = -outer
    return np.asarray(scores)


def _royston(missed: float, n: int) -> float:
    """Return the normal deviate of 1 - W."""
    y = float(np.log(max(missed, 1e-300)))
    if n <= 11:
        limit = 0.459 * n - 2.273  # above y: 1 - W is under 0.38 with four values, under 1 always
        mean, spread = np.polyval(_MEAN_SHORT, n), np.exp(np.polyval(_SPREAD_SHORT, n))
        return float((-np.log(limit - y) - mean) / spread)
    mean, spread = np.polyval(_MEAN, np.log(n)), np.exp(np.polyval(_SPREAD, np.log(n)))
    return float((y - mean) / spread)


def _varied(residuals: npt.ArrayLike) -> Array:
    e = as_vector(residuals, name="residuals")
    if e.size < 4:
        raise EstimationError(f"residuals: {e.size} values; at least four are needed")
    if float(np.ptp(e)) <= 1e-14 * float(np.abs(e).max()):
        raise EstimationError("residuals: all equal; there is no distribution to test")
    return e

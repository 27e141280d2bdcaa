"""Tests of normal errors."""

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import as_vector
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["jarque_bera"]

Array = npt.NDArray[np.float64]

# Royston (1995), AS R94: polynomials in 1 / sqrt(n), n and log n, highest power first

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


def _varied(residuals: npt.ArrayLike) -> Array:
    e = as_vector(residuals, name="residuals")
    if e.size < 4:
        raise EstimationError(f"residuals: {e.size} values; at least four are needed")
    if float(np.ptp(e)) <= 1e-14 * float(np.abs(e).max()):
        raise EstimationError("residuals: all equal; there is no distribution to test")
    return e

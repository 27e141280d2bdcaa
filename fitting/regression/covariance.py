"""Covariances of coefficients under independent errors: classical and HC0 to HC3."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.regression import (
    CovarianceEstimate,
    CovarianceRule,
    Regression,
)

__all__ = [
    "HC0",
    "HC1",
    "HC2",
    "HC3",
    "Classical",
    "CovarianceEstimate",
    "CovarianceRule",
    "Regression",
]

Array = npt.NDArray[np.float64]

_FULL_LEVERAGE = 1e-10  # below this, 1 - h is rounding error
_BLOCK = 1 << 12  # rows whose scores stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Classical:
    """Homoskedastic errors: ``s^2 (X'X)^-1``, ``s^2 = e'e / (n - K)``; t with n - K.

    K counts coefficients and absorbed effects.

    Examples
    --------
    >>> X = np.ones((3, 1))
    >>> regression = Regression(X, np.array([-1.0, 0.0, 1.0]), np.array([[1 / 3]]))
    >>> round(float(Classical().estimate(regression).matrix[0, 0]), 4)
    0.3333
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        free = regression.need_freedom()
        variance = float(regression.residuals @ regression.residuals) / free
        rule = f"s² (X'X)⁻¹, s² = e'e / {free}; t with {free} degrees of freedom."
        return _estimate(regression, variance * regression.bread, "classical", rule)


@dataclass(frozen=True, slots=True)
class HC0:
    """White (1980): ``B (sum_i e_i^2 x_i x_i') B``, ``B = (X'X)^-1``, no factor; t with n - K.

    Examples
    --------
    >>> X = np.ones((3, 1))
    >>> regression = Regression(X, np.array([-1.0, 0.0, 1.0]), np.array([[1 / 3]]))
    >>> round(float(HC0().estimate(regression).matrix[0, 0]), 4)
    0.2222
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        free = regression.need_freedom()
        matrix = _sandwich(regression, regression.residuals)
        rule = f"no small-sample factor; t with {free} degrees of freedom."
        return _estimate(regression, matrix, "HC0", rule)


@dataclass(frozen=True, slots=True)
class HC1:
    """HC0 times ``n / (n - K)`` (Hinkley, 1977); K counts absorbed effects; t with n - K.

    Examples
    --------
    >>> X = np.ones((3, 1))
    >>> regression = Regression(X, np.array([-1.0, 0.0, 1.0]), np.array([[1 / 3]]))
    >>> round(float(HC1().estimate(regression).matrix[0, 0]), 4)
    0.3333
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        free = regression.need_freedom()
        matrix = _sandwich(regression, regression.residuals) * (regression.nobs / free)
        rule = f"factor n / (n - K) = {regression.nobs} / {free}; t with {free}."
        return _estimate(regression, matrix, "HC1", rule)


@dataclass(frozen=True, slots=True)
class HC2:
    """Residuals over ``sqrt(1 - h_i)`` (MacKinnon and White, 1985): unbiased if homoskedastic.

    The leverage ``h_i`` includes the absorbed effects; t with n - K.

    Examples
    --------
    >>> X = np.ones((3, 1))
    >>> regression = Regression(X, np.array([-1.0, 0.0, 1.0]), np.array([[1 / 3]]))
    >>> round(float(HC2().estimate(regression).matrix[0, 0]), 4)
    0.3333
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        free = regression.need_freedom()
        matrix = _sandwich(regression, regression.residuals / np.sqrt(_slack(regression)))
        rule = f"residuals over sqrt(1 - h); t with {free} degrees of freedom."
        return _estimate(regression, matrix, "HC2", rule)


@dataclass(frozen=True, slots=True)
class HC3:
    """Residuals over ``1 - h_i`` (MacKinnon and White, 1985): close to the jackknife.

    The leverage ``h_i`` includes the absorbed effects; t with n - K.

    Examples
    --------
    >>> X = np.ones((3, 1))
    >>> regression = Regression(X, np.array([-1.0, 0.0, 1.0]), np.array([[1 / 3]]))
    >>> round(float(HC3().estimate(regression).matrix[0, 0]), 4)
    0.5
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        free = regression.need_freedom()
        matrix = _sandwich(regression, regression.residuals / _slack(regression))
        rule = f"residuals over 1 - h; t with {free} degrees of freedom."
        return _estimate(regression, matrix, "HC3", rule)


def _estimate(regression: Regression, matrix: Array, name: str, rule: str) -> CovarianceEstimate:
    df = np.full(regression.X.shape[1], float(regression.free))
    return CovarianceEstimate((matrix + matrix.T) / 2, df, name, rule)


def _sandwich(regression: Regression, residuals: Array) -> Array:
    Z, T = regression.parts()
    meat = np.zeros_like(T)
    for i in range(0, regression.nobs, _BLOCK):
        scores = Z[i : i + _BLOCK] * residuals[i : i + _BLOCK, None]
        meat += scores.T @ scores
    return np.asarray(T @ meat @ T.T)


def _slack(regression: Regression) -> Array:
    """Return 1 - h, refusing rows that the regression fits whatever their outcome."""
    slack = 1.0 - regression.leverage()
    full = np.flatnonzero(slack < _FULL_LEVERAGE)
    if full.size:
        raise EstimationError(
            f"{full.size} rows (the first is row {full[0]} of those used) have leverage one, so "
            "HC2 and HC3 do not exist; use HC1, or drop the regressor that only they have"
        )
    return np.asarray(slack)

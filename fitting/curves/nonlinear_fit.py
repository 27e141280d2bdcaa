"""The result of a nonlinear least-squares fit and its covariance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.errors import EstimationError

__all__ = ["NonlinearFit", "covariance_of", "norms_of"]

type_array = NDArray[np.float64]

_FLOAT = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True)
class NonlinearFit:
    """A nonlinear least-squares fit.

    Parameters
    ----------
    params : (k,) array
        The estimates.
    covariance : (k, k) array
        ``s2 (J'J)^-1``; NaN without degrees of freedom.
    residuals, fitted : (n,) array
        Observed minus fitted, and fitted, in the units of the observations.
    jacobian : (n, k) array
        Derivatives of the fitted values at the estimates, times the root of the weights.
    rss : float
        Weighted sum of squared residuals.
    dof : int
        Observations minus parameters.
    iterations : int
        Accepted steps.
    """

    params: type_array
    covariance: type_array
    residuals: type_array
    fitted: type_array
    jacobian: type_array
    rss: float
    dof: int
    iterations: int

    @property
    def std_errors(self) -> type_array:
        """Standard errors of the estimates."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def unscaled(self) -> type_array:
        """Covariance for errors of known size, ``(J'J)^-1`` with the weights' roots in J."""
        return covariance_of(self.jacobian, norms_of(self.jacobian), 1.0, 1)

    @property
    def sigma(self) -> float:
        """Residual standard deviation, root of ``rss / dof``; NaN without degrees of freedom."""
        return float(np.sqrt(self.rss / self.dof)) if self.dof > 0 else float("nan")


def norms_of(matrix: type_array) -> type_array:
    """Return the length of each column."""
    return np.asarray(np.linalg.norm(matrix, axis=0))


def covariance_of(slope: type_array, norms: type_array, rss: float, dof: int) -> type_array:
    """Return ``s2 (J'J)^-1`` from the QR of the column-scaled Jacobian."""
    if not (norms > 0).all():
        raise EstimationError(
            f"nonlinear least squares: parameter {int(np.argmin(norms)) + 1} does not move the "
            "fitted values at the optimum; it is not identified by these observations"
        )
    triangle = np.linalg.qr(slope / norms, mode="r")
    if np.abs(np.diag(triangle)).min() < slope.shape[0] * _FLOAT:
        raise EstimationError(
            "nonlinear least squares: the parameters are not identified apart (singular "
            "Jacobian at the optimum); fix one of them or give more observations"
        )
    half = np.linalg.solve(triangle, np.eye(len(norms))) / norms[:, None]
    scale = rss / dof if dof > 0 else np.nan
    return np.asarray(scale * half @ half.T)

"""A least-squares fit as covariances see it, and what they return."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.fixed_effects import Absorber

__all__ = ["CovarianceEstimate", "CovarianceRule", "Regression"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Regression:
    """What every covariance needs of a least-squares fit.

    Parameters
    ----------
    X : (n, k) array
        Design free of the absorbed effects, rows times the square root of the weights.
    residuals : (n,) array
        Residuals, times the square root of the weights.
    bread : (k, k) array
        Inverse of X'X.
    effects : tuple of (n,) arrays
        Codes of the absorbed sets.
    absorber : Absorber or None
        The absorbed effects, prepared.
    clusters : tuple of (n,) arrays
        Codes of the clusters, one array a dimension.
    periods : (n,) array or None
        Period 0..T-1 of each row, in time order.
    factor : (k, k) array or None
        L with ``bread = L L'``; by default its Cholesky factor.
    Q : (n, k) array or None
        ``X L`` where it was formed with more digits than the product has.
    weights : (n,) array or None
        Weights of the rows; None where all are one.
    """

    X: Array
    residuals: Array
    bread: Array
    effects: tuple[Codes, ...] = ()
    absorber: Absorber | None = None
    clusters: tuple[Codes, ...] = ()
    periods: Codes | None = None
    factor: Array | None = None
    Q: Array | None = None
    weights: Array | None = None

    @property
    def nobs(self) -> int:
        """Number of observations n."""
        return int(self.X.shape[0])

    @property
    def absorbed(self) -> int:
        """Degrees of freedom of the absorbed effects."""
        return 0 if self.absorber is None else self.absorber.rank

    @property
    def rank_is_exact(self) -> bool:
        """Whether `absorbed` is exact rather than an upper bound."""
        return self.absorber is None or self.absorber.rank_is_exact

    @property
    def free(self) -> int:
        """Residual degrees of freedom n - k - absorbed."""
        return self.nobs - int(self.X.shape[1]) - self.absorbed

    @property
    def root(self) -> Array:
        """L with ``bread = L L'``, so that ``X L`` is orthonormal."""
        return np.asarray(np.linalg.cholesky(self.bread)) if self.factor is None else self.factor

    def basis(self) -> Array:
        """Return ``X L``, an orthonormal basis of the design, (n, k)."""
        return self.X @ self.root if self.Q is None else self.Q

    def parts(self) -> tuple[Array, Array]:
        """Return Z, (n, k), and T, (k, k), with ``(X'X)^-1 x_i = T z_i``, losing no digits."""
        return (self.X, self.bread) if self.Q is None else (self.Q, self.root)

    def leverage(self) -> Array:
        """Return the diagonal of the hat matrix, absorbed effects included, (n,)."""
        basis = self.basis()
        own = np.einsum("ij,ij->i", basis, basis)
        return np.asarray(own if self.absorber is None else own + self.absorber.leverage())

    def need_freedom(self) -> int:
        """Return the residual degrees of freedom, or refuse where there are none."""
        free = self.free
        if free < 1:
            raise EstimationError(
                f"{self.nobs} rows for {self.nobs - free} parameters, absorbed effects "
                "included: no degrees of freedom are left for errors; drop regressors or effects"
            )
        return free


@dataclass(frozen=True, slots=True)
class CovarianceEstimate:
    """A covariance with the rule that turns it into tests and intervals.

    Parameters
    ----------
    matrix : (k, k) array
        Covariance of the coefficients.
    df : (k,) array
        Degrees of freedom of Student's t for each coefficient.
    name : str
        Name of the estimator.
    rule : str
        Scale factor and distribution, in one sentence.
    """

    matrix: Array
    df: Array
    name: str
    rule: str


class CovarianceRule(Protocol):
    """What estimates a covariance from a regression."""

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        ...

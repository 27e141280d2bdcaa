"""What one observation, or one whole cluster, does to a regression: closed forms, no refitting."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_codes
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.groups import cluster_sums
from quesnay.fitting.regression.least_squares import Projection

__all__ = ["Influence", "cluster_influence", "influence_of"]


@dataclass(frozen=True, slots=True)
class Influence:
    """How far each observation pulls the regression towards itself.

    Parameters
    ----------
    projection : Projection
        The regression the measures belong to.
    leverage : (n,) array
        Diagonal h of the hat matrix (absorbed effects included), between 0 and 1.
    standardised : (n,) array
        Internally studentised residuals ``e / (s sqrt(1 - h))``.
    studentised : (n,) array
        Externally studentised residuals, s without the observation: t with df - 1 under the null.
    cooks : (n,) array
        Cook's distance of the k slopes, ``r^2 p / (k (1 - p))`` (Cook 1977), p the leverage among
        what absorbed effects leave (h where none are absorbed).
    dffits : (n,) array
        Change of the own fitted value in its standard error.
    covratio : (n,) array
        Determinant of the coefficient covariance without the observation over the one with it.
    sigma : (n,) array
        Residual standard deviation without the observation.

    Notes
    -----
    An observation with leverage one has residual zero whatever its outcome: its measures are NaN.
    Source: Belsley, Kuh and Welsch (1980), ch. 2.
    """

    projection: Projection
    leverage: Array
    standardised: Array
    studentised: Array
    cooks: Array
    dffits: Array
    covratio: Array
    sigma: Array

    @property
    def partial_leverage(self) -> Array:
        """Leverage among what absorbed effects leave, ``h_X / (1 - h_D)``, (n,)."""
        own = self.projection.leverage
        return np.asarray(own / _one_less(self.leverage - own))

    def coefficient_changes(self) -> Array:
        """Return the coefficients with all minus without the observation, (n, k)."""
        fit = self.projection
        weight = fit.residuals / _one_less(self.leverage)
        return np.asarray(_solve_back(fit, fit.Q * weight[:, None]))

    def dfbetas(self) -> Array:
        """Return the changes in units of the standard errors without the observation, (n, k)."""
        roots = np.sqrt(np.diag(self.projection.bread()))
        return np.asarray(self.coefficient_changes() / (self.sigma[:, None] * roots))


@dataclass(frozen=True, slots=True)
class ClusterInfluence:
    """What leaving out one whole cluster does to each coefficient.

    Parameters
    ----------
    changes : (G, k) array
        Coefficients with all minus without the cluster; NaN where the rest cannot identify one.
    cooks : (G,) array
        Cook's distance of the cluster, ``d' X'X d / (k s^2)``.
    size : (G,) array
        Rows of the cluster.
    leverage : (G,) array
        Sum of the leverages of the cluster's rows (k in total).
    """

    changes: Array
    cooks: Array
    size: npt.NDArray[np.intp]
    leverage: Array


def influence_of(
    fit: Projection, *, absorbed_leverage: npt.ArrayLike = 0.0, absorbed: int = 0
) -> Influence:
    """Measure influence from a projection already at hand."""
    n, k = fit.nobs, fit.rank
    free = n - k - absorbed
    if free < 2:
        raise EstimationError(
            f"influence needs two degrees of freedom; {n} rows leave {free} after {k + absorbed} "
            "coefficients"
        )
    own = fit.leverage
    leverage = own + np.asarray(absorbed_leverage, dtype=np.float64)
    rest = _one_less(leverage)
    e = fit.residuals
    variance = float(e @ e) / free
    if fit.exact:
        raise EstimationError("y: the design explains it exactly; there is no residual to study")
    squared = e * e / (rest * variance)
    # s_(i)^2 = s^2 (df - r_i^2) / (df - 1); it is zero where one row carries the whole residual
    deleted = variance * np.maximum(free - squared, 0.0) / (free - 1)
    sigma = np.sqrt(deleted)
    with np.errstate(divide="ignore"):
        studentised = e / (sigma * np.sqrt(rest))
    cooks = squared * own / (k * rest)
    dffits = studentised * np.sqrt(leverage / rest)
    covratio = (deleted / variance) ** (k + absorbed) / rest
    standardised = e / np.sqrt(variance * rest)
    return Influence(fit, leverage, standardised, studentised, cooks, dffits, covratio, sigma)


def cluster_influence(
    fit: Projection, clusters: npt.ArrayLike, *, absorbed: int = 0
) -> ClusterInfluence:
    """Leave out each cluster in turn, in closed form.

    With orthonormal Q the change is ``R^-1 (I - Q_g'Q_g)^-1 Q_g'e_g``: one k x k solve a cluster.
    """
    codes, count = as_codes(clusters, fit.nobs, "clusters")
    if count < 2:
        raise EstimationError("clusters: one cluster only; leaving it out leaves nothing")
    k = fit.rank
    products = (fit.Q[:, :, None] * fit.Q[:, None, :]).reshape(-1, k * k)
    score = cluster_sums(fit.Q * fit.residuals[:, None], codes)
    gram = cluster_sums(products, codes).reshape(-1, k, k)
    left = np.eye(k) - gram
    values, vectors = np.linalg.eigh(left)
    lost = values[:, 0] < 1e-10  # the other clusters do not identify some combination
    safe = np.where(values < 1e-10, 1.0, values)
    step = np.einsum("gij,gj,gkj,gk->gi", vectors, 1.0 / safe, vectors, score)
    step[lost] = np.nan
    variance = fit.ssr / max(fit.nobs - k - absorbed, 1)
    cooks = np.einsum("gi,gi->g", step, step) / (k * variance)
    size = np.bincount(codes, minlength=count)
    leverage = np.einsum("gii->g", gram)
    return ClusterInfluence(_solve_back(fit, step), cooks, size, leverage)


def _solve_back(fit: Projection, steps: Array) -> Array:
    """Turn changes in the orthonormal basis, (m, k), into changes of coefficients."""
    return np.asarray(linalg.solve_triangular(fit.R, steps.T, check_finite=False).T / fit.scale)


def _one_less(leverage: Array) -> Array:
    """Return 1 - h, NaN where the observation fits itself."""
    rest = 1.0 - leverage
    return np.where(rest > 1e-10, rest, np.nan)

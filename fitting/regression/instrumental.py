"""Instrumental variables: two-stage least squares and limited-information maximum likelihood."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import linalg

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.grouped import cluster_sums
from quesnay.fitting.regression.projection import as_codes, as_design, as_vector, project

__all__ = [
    "InstrumentalFit",
    "Partialled",
    "instrumental_variables",
    "only_regressor",
    "partial_out",
    "score_spread",
]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Partialled:
    """Outcome, endogenous regressors and instruments freed of the exogenous regressors.

    Parameters
    ----------
    y : (n,) array
        Outcome.
    X : (n, m) array
        Endogenous regressors.
    Z : (n, q) array
        Orthonormal basis of the excluded instruments.
    used : int
        Coefficients of the exogenous regressors and absorbed effects.
    """

    y: Array
    X: Array
    Z: Array
    used: int

    @property
    def nobs(self) -> int:
        """Number of rows n."""
        return int(self.y.size)


@dataclass(frozen=True, slots=True)
class InstrumentalFit:
    """An instrumental-variables regression.

    Parameters
    ----------
    coefficients : (m + p,) array
        Endogenous regressors first, then the exogenous ones.
    covariance : (m + p, m + p) array
        Classical, heteroskedasticity-robust (HC1) or clustered (CR1).
    residuals : (n,) array
        Structural residuals ``y - X b``.
    kappa : float
        One for two-stage least squares, the smallest characteristic root for LIML.
    df : int
        Degrees of freedom of t: G - 1 with clusters, otherwise n less all coefficients.
    partialled : Partialled
        What the weak-instrument and endogeneity tests need.
    """

    coefficients: Array
    covariance: Array
    residuals: Array
    kappa: float
    df: int
    partialled: Partialled


def instrumental_variables(
    y: npt.ArrayLike,
    endogenous: npt.ArrayLike,
    instruments: npt.ArrayLike,
    exogenous: npt.ArrayLike | None = None,
    *,
    method: Literal["2sls", "liml"] = "2sls",
    clusters: npt.ArrayLike | None = None,
    covariance: Literal["robust", "classical"] = "robust",
    absorbed: int = 0,
) -> InstrumentalFit:
    """Estimate a regression whose regressors are partly endogenous.

    ``b = (X'(I - k M_Z) X)^-1 X'(I - k M_Z) y`` with k = 1 for two-stage least squares.

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    endogenous : (n, m) array_like
        Regressors related to the error.
    instruments : (n, q) array_like
        Excluded instruments, q >= m.
    exogenous : (n, p) array_like, optional
        Regressors unrelated to the error, intercept included.
    method : {"2sls", "liml"}
        LIML is less biased with many or weak instruments.
    clusters : (n,) array_like, optional
        Cluster of each row, for CR1 errors ``G / (G - 1) (n - 1) / (n - K)``.
    covariance : {"robust", "classical"}
        Without clusters: HC1, or homoskedastic.
    absorbed : int
        Degrees of freedom that absorbed effects have taken from demeaned data.

    Returns
    -------
    InstrumentalFit
        Coefficients, covariance, residuals.

    Raises
    ------
    EstimationError
        If there are fewer instruments than endogenous regressors, columns depend on each other, or
        the instruments do not move the endogenous regressors at all.

    References
    ----------
    Hausman (1983), Handbook of Econometrics 1, ch. 7; Wooldridge (2010), sec. 5.2.

    Examples
    --------
    >>> y, x, z = [2.0, 3.0, 3.5, 5.5], [[1.0], [2], [3], [4]], [[1.0], [1], [2], [2]]
    >>> found = instrumental_variables(y, x, z, [[1.0]] * 4)
    >>> found.coefficients.round(3).tolist()
    [1.0, 1.0]
    """
    X = as_design(endogenous, "endogenous")
    n = X.shape[0]
    W = as_design(exogenous, "exogenous") if exogenous is not None else np.empty((n, 0))
    freed = partial_out(as_vector(y, n), X, as_design(instruments, "instruments"), W, absorbed)
    if method not in {"2sls", "liml"}:
        raise EstimationError(f"method: {method!r}; use '2sls' or 'liml'")
    kappa = 1.0 if method == "2sls" else _smallest_root(freed)
    full = np.column_stack([X, W])
    hat = full.copy()
    fitted = freed.Z @ (freed.Z.T @ freed.X)
    # M_Z X is zero for the exogenous columns; for the others it is what the instruments miss
    hat[:, : X.shape[1]] -= kappa * (freed.X - fitted)
    bread = _solve_bread(hat, full)
    beta = bread @ (hat.T @ as_vector(y, n))
    residuals = as_vector(y, n) - full @ beta
    free = n - full.shape[1] - absorbed
    if free < 1:
        raise EstimationError(f"X: {full.shape[1] + absorbed} coefficients for {n} rows; drop some")
    if clusters is None and covariance == "classical":
        return InstrumentalFit(
            beta, float(residuals @ residuals) / free * bread, residuals, kappa, free, freed
        )
    projected = full.copy()
    projected[:, : X.shape[1]] -= freed.X - fitted
    if clusters is None and covariance != "robust":
        raise EstimationError(f"covariance: {covariance!r}; use 'robust' or 'classical'")
    meat, groups = score_spread(projected * residuals[:, None], clusters, free)
    df = free if clusters is None else groups - 1
    return InstrumentalFit(beta, bread @ meat @ bread.T, residuals, kappa, df, freed)


def partial_out(y: Array, X: Array, Z: Array, W: Array, absorbed: int) -> Partialled:
    """Free everything of the exogenous regressors and check that enough instruments are left."""
    n = y.size
    if any(part.shape[0] != n for part in (X, Z, W)):
        rows = (n, X.shape[0], Z.shape[0], W.shape[0])
        raise EstimationError(f"rows differ: y, endogenous, instruments, exogenous have {rows}")
    if Z.shape[1] < X.shape[1]:
        raise EstimationError(
            f"instruments: {Z.shape[1]} for {X.shape[1]} endogenous regressors; add instruments"
        )
    if W.shape[1]:
        fit = project(y, W)
        y, X_free, Z_free = fit.residuals, fit.annihilate(X), fit.annihilate(Z)
    else:
        X_free, Z_free = X, Z
    for name, old, new in (("endogenous", X, X_free), ("instruments", Z, Z_free)):
        lost = (new**2).sum(axis=0) <= 1e-20 * (old**2).sum(axis=0)
        if lost.any():
            column = int(np.flatnonzero(lost)[0])
            raise EstimationError(f"{name}: column {column} is spanned by the exogenous regressors")
    basis, R = linalg.qr(Z_free / np.sqrt((Z_free**2).sum(axis=0)), mode="economic")
    if (np.abs(np.diag(R)) < 1e-10).any():
        raise EstimationError("instruments: columns depend linearly on each other; drop one")
    return Partialled(y, X_free, basis, W.shape[1] + absorbed)


def score_spread(
    scores: Array, clusters: npt.ArrayLike | None, free: int | None
) -> tuple[Array, int]:
    """Return the robust (HC1) or clustered (CR1) sum of outer products of scores, and G.

    Without degrees of freedom there is no small-sample factor.
    """
    n = scores.shape[0]
    if clusters is None:
        return (1.0 if free is None else n / free) * (scores.T @ scores), n
    codes, groups = as_codes(clusters, n, "clusters")
    if groups < 2:
        raise EstimationError("clusters: one cluster only; clustered errors need two")
    total = cluster_sums(scores, codes)
    factor = 1.0 if free is None else groups / (groups - 1) * (n - 1) / free
    return factor * (total.T @ total), groups


def only_regressor(freed: Partialled) -> Partialled:
    """Return the partialled data, or refuse more than one endogenous regressor."""
    if freed.X.shape[1] != 1:
        raise EstimationError(
            f"endogenous: {freed.X.shape[1]} regressors; this test is made for one"
        )
    return freed


def _smallest_root(freed: Partialled) -> float:
    """Return LIML's kappa: the smallest root of |W'W - k W'M_Z W| with W = [y, X].

    In an orthonormal basis of W it is one over the largest root of ``Q'M_Z Q``.
    """
    basis = linalg.qr(np.column_stack([freed.y, freed.X]), mode="economic")[0]
    most = float(np.linalg.norm(basis - freed.Z @ (freed.Z.T @ basis), 2))
    if most < 1e-10:
        raise EstimationError(
            "instruments: they explain the outcome and the endogenous regressors exactly; LIML "
            "needs what they leave"
        )
    return most**-2


def _solve_bread(hat: Array, full: Array) -> Array:
    cross = hat.T @ full
    scale = np.sqrt((full**2).sum(axis=0))
    scaled = cross / np.outer(scale, scale)
    if np.linalg.cond(scaled) > 1e14:
        raise EstimationError(
            "instruments: they do not move the endogenous regressors; find stronger ones"
        )
    return np.asarray(np.linalg.inv(scaled) / np.outer(scale, scale))

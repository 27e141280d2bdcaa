"""Weights of rival models and the estimate averaged over them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import as_vector

__all__ = ["Averaged", "average", "information_weights", "jackknife_weights"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Averaged:
    """An estimate averaged over models.

    Parameters
    ----------
    estimate : float
        Weighted mean of the models' estimates.
    std_error : float
        ``sum w sqrt(se^2 + (b - mean)^2)``: sampling and disagreement together.
    within, between : float
        Share of sampling and of disagreement in the variance ``sum w (se^2 + (b - mean)^2)``.
    """

    estimate: float
    std_error: float
    within: float
    between: float


def information_weights(
    log_likelihood: npt.ArrayLike,
    parameters: npt.ArrayLike,
    nobs: int,
    *,
    criterion: Literal["bic", "aic", "aicc"] = "bic",
) -> Array:
    """Weigh models by an information criterion, ``w ~ exp(-IC / 2)``.

    Parameters
    ----------
    log_likelihood : (m,) array_like
        Log-likelihood of each model, on the same rows and outcome.
    parameters : (m,) array_like
        Number of estimated parameters of each model.
    nobs : int
        Rows n.
    criterion : {"bic", "aic", "aicc"}
        BIC approximates posterior model probabilities, AIC predictive weight (AICc: small n).

    Returns
    -------
    (m,) array
        Weights that sum to one.

    Raises
    ------
    EstimationError
        If lengths differ or the criterion is unknown or undefined for so few rows.

    References
    ----------
    Buckland, Burnham and Augustin (1997), Biometrics 53, eq. 5; Raftery (1995), eq. 25.

    Examples
    --------
    >>> information_weights([-100.0, -101.0], [3, 2], 50).round(3).tolist()
    [0.278, 0.722]
    """
    fit = as_vector(log_likelihood, name="log_likelihood")
    k = as_vector(parameters, fit.size, "parameters")
    if nobs < 2:
        raise EstimationError(f"nobs: {nobs}; at least two rows are needed")
    if criterion == "bic":
        penalty = k * np.log(nobs)
    elif criterion in {"aic", "aicc"}:
        penalty = 2.0 * k
        if criterion == "aicc":
            if (nobs - k - 1.0 <= 0.0).any():
                raise EstimationError(f"nobs: {nobs} rows are too few for AICc; use 'bic'")
            penalty = penalty + 2.0 * k * (k + 1.0) / (nobs - k - 1.0)
    else:
        raise EstimationError(f"criterion: {criterion!r}; use 'bic', 'aic' or 'aicc'")
    score = fit - 0.5 * penalty
    raw = np.exp(score - score.max())
    return np.asarray(raw / raw.sum())


def jackknife_weights(residuals: npt.ArrayLike) -> Array:
    """Weigh models so that the averaged leave-one-out error is least.

    Minimises ``|E w|^2`` over the simplex, E the leave-one-out residuals of the models.

    Parameters
    ----------
    residuals : (n, m) array_like
        Leave-one-out (or leave-cluster-out) residuals, one column a model.

    Returns
    -------
    (m,) array
        Weights from zero to one that sum to one.

    Raises
    ------
    EstimationError
        If the table is not finite or has fewer than two columns.

    References
    ----------
    Hansen and Racine (2012), J. Econometrics 167, eq. 9.

    Examples
    --------
    >>> E = [[1.0, 0.5], [-1.0, 0.5], [1.0, -0.5], [-1.0, -0.5]]
    >>> jackknife_weights(E).round(3).tolist()
    [0.2, 0.8]
    """
    from scipy.optimize import nnls

    E = np.asarray(residuals, dtype=np.float64)
    if E.ndim != 2 or E.shape[1] < 2 or not np.isfinite(E).all():
        raise EstimationError("residuals: expected a finite table of rows by two or more models")
    length = float(np.sqrt((E**2).sum(axis=0)).max())
    if length == 0.0:
        raise EstimationError("residuals: all zero; every model predicts exactly")
    # non-negative least squares with the sum as a heavy extra row; renormalised to rounding
    heavy = 1e6
    system = np.vstack([E / length, heavy * np.ones((1, E.shape[1]))])
    target = np.r_[np.zeros(E.shape[0]), heavy]
    raw, _ = nnls(system, target)
    return np.asarray(raw / raw.sum())


def average(
    estimates: npt.ArrayLike, std_errors: npt.ArrayLike, weights: npt.ArrayLike
) -> Averaged:
    """Average one coefficient over models, disagreement counted in its error.

    Parameters
    ----------
    estimates, std_errors : (m,) array_like
        The coefficient and its standard error in each model.
    weights : (m,) array_like
        Weights from zero on; they are scaled to sum to one.

    Returns
    -------
    Averaged
        Mean, unconditional standard error and its two parts.

    Raises
    ------
    EstimationError
        If lengths differ, a weight is negative or all are zero.

    References
    ----------
    Buckland, Burnham and Augustin (1997), Biometrics 53, eq. 9.

    Examples
    --------
    >>> found = average([0.05, 0.09], [0.01, 0.02], [0.8, 0.2])
    >>> round(found.estimate, 3), round(found.std_error, 4)
    (0.058, 0.0178)
    """
    b = as_vector(estimates, name="estimates")
    s = as_vector(std_errors, b.size, "std_errors")
    w = as_vector(weights, b.size, "weights")
    if (s < 0.0).any():
        raise EstimationError("std_errors: a standard error is negative")
    if (w < 0.0).any() or float(w.sum()) <= 0.0:
        raise EstimationError("weights: must not be negative and not all be zero")
    w = w / w.sum()
    mean = float(w @ b)
    within, between = float(w @ s**2), float(w @ (b - mean) ** 2)
    error = float(w @ np.sqrt(s**2 + (b - mean) ** 2))
    whole = within + between
    shares = (within / whole, between / whole) if whole > 0.0 else (0.0, 0.0)
    return Averaged(mean, error, *shares)

"""Several estimates of one quantity: weights of rival models, meta-analysis, prior knowledge."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import linalg

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_covariance, as_vector
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.verdict import TestResult, Wording, judged_chi2

HOMOGENEOUS = Wording(
    "all estimates measure the same value",
    "the estimates differ by more than their errors",
    "one common value does not exist; the combined interval is too short",
    'combine with method="random"; explain the differences',
)
AGREES = Wording(
    "the data agree with the prior",
    "data and prior contradict each other",
    "the posterior lies between two sources that disagree",
    "widen the prior or drop it; report both",
)


@dataclass(frozen=True, slots=True)
class Averaged:
    """An estimate averaged over models.

    `estimate`: weighted mean of the models' estimates; `std_error`: ``sum w sqrt(se^2 + (b -
    mean)^2)``: sampling and disagreement together; `within`, `between`: share of sampling and of
    disagreement in the variance ``sum w (se^2 + (b - mean)^2)``.
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

    Buckland, Burnham and Augustin (1997), Biometrics 53, eq. 5; Raftery (1995), eq. 25.
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

    Shapes: `residuals` (n, m); returns (m,).

    Hansen and Racine (2012), J. Econometrics 167, eq. 9.
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

    Buckland, Burnham and Augustin (1997), Biometrics 53, eq. 9.
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


@dataclass(frozen=True, slots=True)
class Pooled:
    """One value from several estimates.

    `estimate`, `std_error`: combined value and its standard error; `weights` (m,): weight of each
    estimate; they sum to one (single weights may be negative where errors are strongly correlated);
    `df`: degrees of freedom of the interval: infinite, or m - 1 with the Hartung-Knapp error;
    `tau2`: variance between estimates (random effects), otherwise zero; `homogeneity`: Cochran's Q;
    `i2`: share of the spread that is not sampling error, ``max(0, 1 - (m - 1) / Q)``.
    """

    estimate: float
    std_error: float
    weights: Array
    df: float
    tau2: float
    homogeneity: TestResult
    i2: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """Coefficients after prior knowledge.

    `mean` (k,): posterior mean; `covariance` (k, k): posterior covariance; `shrinkage` (k, k):
    matrix weight of the prior mean; the data's weight is the identity less it; `conflict`: whether
    the data contradict the prior.
    """

    mean: Array
    covariance: Array
    shrinkage: Array
    conflict: TestResult


def combine_estimates(
    estimates: npt.ArrayLike,
    covariance: npt.ArrayLike,
    *,
    method: Literal["inverse-variance", "correlated", "random"] = "inverse-variance",
) -> Pooled:
    """Combine several estimates of one quantity.

    Paule and Mandel (1982), J. Research NBS 87; Hartung and Knapp (2001), Statistics in Medicine
    20; Halperin (1961), JASA 56 for correlated estimates.
    """
    b = as_vector(estimates, name="estimates")
    if b.size < 2:
        raise EstimationError("estimates: one only; there is nothing to combine")
    S = as_covariance(covariance, b.size)
    if method == "correlated":
        weights = linalg.solve(S, np.ones(b.size), assume_a="pos")
        variance, tau2 = 1.0 / float(weights.sum()), 0.0
    elif method in {"inverse-variance", "random"}:
        if np.abs(S - np.diag(np.diag(S))).max() > 0.0:
            raise EstimationError(
                f'covariance: {method} assumes independent estimates; use method="correlated"'
            )
        tau2 = _paule_mandel(b, np.diag(S)) if method == "random" else 0.0
        weights = 1.0 / (np.diag(S) + tau2)
        variance = 1.0 / float(weights.sum())
    else:
        raise EstimationError(
            f"method: {method!r}; use 'inverse-variance', 'correlated' or 'random'"
        )
    share = weights / weights.sum()
    mean = float(share @ b)
    q_test, i2 = _homogeneity(b, S)
    # Hartung and Knapp's factor, Q / (m - 1) but at least one, is one at Paule and Mandel's tau^2
    df = float(b.size - 1) if method == "random" else float("inf")
    return Pooled(mean, float(np.sqrt(variance)), share, df, tau2, q_test, i2)


def shrink_to_prior(
    estimate: npt.ArrayLike,
    covariance: npt.ArrayLike,
    prior_mean: npt.ArrayLike,
    prior_covariance: npt.ArrayLike,
) -> Posterior:
    """Update a stated prior by an estimate, in closed form.

    ``V = (S^-1 + P^-1)^-1 = S - S (S + P)^-1 S``, ``m = b + S (S + P)^-1 (p - b)``: normal data,
    normal prior, sampling covariance taken as known.

    Lindley and Smith (1972), JRSS B 34, eq. 6; Box (1980), JRSS A 143 for the conflict test.
    """
    b = as_vector(estimate, name="estimate")
    p = as_vector(prior_mean, b.size, "prior_mean")
    S = as_covariance(covariance, b.size)
    P = as_covariance(prior_covariance, b.size, "prior_covariance")
    weight = linalg.solve(S + P, S, assume_a="pos").T  # S (S + P)^-1
    gap = p - b
    conflict = float(gap @ linalg.solve(S + P, gap, assume_a="pos"))
    test = judged_chi2("Prior-data conflict", conflict, b.size, AGREES)
    posterior = S - weight @ S
    return Posterior(b + weight @ gap, 0.5 * (posterior + posterior.T), weight, test)


def _homogeneity(b: Array, S: Array) -> tuple[TestResult, float]:
    precision = linalg.solve(S, np.column_stack([np.ones(b.size), b]), assume_a="pos")
    mean = float(precision[:, 0] @ b) / float(precision[:, 0].sum())
    gap = b - mean
    q = float(gap @ linalg.solve(S, gap, assume_a="pos"))
    df = b.size - 1
    test = judged_chi2("Cochran Q", q, df, HOMOGENEOUS)
    return test, max(0.0, 1.0 - df / q) if q > 0.0 else 0.0


def _paule_mandel(b: Array, variances: Array) -> float:
    """Solve Q(tau^2) = m - 1; zero where the estimates agree already."""
    from scipy.optimize import brentq

    def excess(tau2: float) -> float:
        weights = 1.0 / (variances + tau2)
        mean = float(weights @ b) / float(weights.sum())
        return float(weights @ (b - mean) ** 2) - (b.size - 1)

    if excess(0.0) <= 0.0:
        return 0.0
    top = float(((b - b.mean()) ** 2).sum()) + float(variances.max())
    return float(brentq(excess, 0.0, top, xtol=1e-15 * top, rtol=1e-14))

"""Instrumental variables: two-stage least squares, limited-information maximum likelihood.

With tests of whether the instruments are strong, valid and needed, and Anderson and Rubin's
confidence set for one endogenous coefficient, which weak instruments do not distort.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import linalg, special

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_codes, as_design, as_vector
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.fixed_effects import cluster_sums
from quesnay.fitting.regression.least_squares import project
from quesnay.fitting.verdict import TestResult, Wording, judged_chi2, judged_f

EXOGENOUS = Wording(
    "the regressors called endogenous are exogenous",
    "least squares and instruments disagree",
    "least squares is biased if the instruments are valid",
    "report the instrumental estimate first",
)
VALID = Wording(
    "all instruments are unrelated to the error",
    "the instruments contradict each other",
    "the instrumental estimate depends on which instrument is used",
    "justify or drop instruments; report each alone",
)
NO_EFFECT = Wording(
    "the coefficient is zero",
    "the coefficient differs from zero whatever the instruments' strength",
    "an effect is there",
    "none needed",
)


@dataclass(frozen=True, slots=True)
class Partialled:
    """Outcome, endogenous regressors and instruments freed of the exogenous regressors.

    `y` (n,): outcome; `X` (n, m): endogenous regressors; `Z` (n, q): orthonormal basis of the
    excluded instruments; `used`: coefficients of the exogenous regressors and absorbed effects.
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

    `coefficients` (m + p,): endogenous regressors first, then the exogenous ones; `covariance` (m +
    p, m + p): classical, heteroskedasticity-robust (HC1) or clustered (CR1); `residuals` (n,):
    structural residuals ``y - X b``; `kappa`: one for two-stage least squares, the smallest
    characteristic root for LIML; `df`: degrees of freedom of t: G - 1 with clusters, otherwise n
    less all coefficients; `partialled`: what the weak-instrument and endogeneity tests need.
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

    Shapes: `y` (n,), `endogenous` (n, m), `instruments` (n, q), `exogenous` (n, p), `clusters`
    (n,).

    Hausman (1983), Handbook of Econometrics 1, ch. 7; Wooldridge (2010), sec. 5.2.
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


def first_stage(
    fit: InstrumentalFit, *, clusters: npt.ArrayLike | None = None, robust: bool = True
) -> TestResult:
    """Measure the strength of the instruments of one endogenous regressor.

    Effective F of Montiel Olea and Pflueger (2013, eq. 3): ``|Z'x|^2 / tr(S)``, S the robust or
    clustered spread of the first stage's scores on orthonormal instruments; the ordinary robust F
    where there is one instrument, the ordinary F where ``robust=False``.
    """
    freed = only_regressor(fit.partialled)
    x = freed.X[:, 0]
    q = freed.Z.shape[1]
    pull = freed.Z.T @ x
    rest = x - freed.Z @ pull
    free = freed.nobs - freed.used - q
    if free < 1:
        raise EstimationError("instruments: as many as rows; the first stage fits exactly")
    if robust or clusters is not None:
        spread, groups = score_spread(freed.Z * rest[:, None], clusters, free)
        df = free if clusters is None else groups - 1
    else:
        spread, df = float(rest @ rest) / free * np.eye(q), free
    scale = float(np.trace(spread))
    statistic = float(pull @ pull) / scale if scale > 0.0 else np.inf
    p_value = float(special.fdtrc(q, df, statistic))
    return _strength(statistic, f"F({q}, {df})", p_value)


def joint_strength(fit: InstrumentalFit) -> TestResult:
    """Measure the strength of the instruments of several endogenous regressors together.

    Each may have a strong first stage and one combination of them still none. With first-stage
    residuals V the smallest root of ``|X'P_Z X / q - f V'V / (n - k - q)|`` is the first-stage F of
    the combination that the instruments move least; q f is chi-squared with q - m + 1 degrees of
    freedom where they do not move it at all, if the errors are homoskedastic.

    Cragg and Donald (1993), Econometric Theory 9; Stock and Yogo (2005).
    """
    freed = fit.partialled
    q, m = freed.Z.shape[1], freed.X.shape[1]
    free = freed.nobs - freed.used - q
    if free < 1:
        raise EstimationError("instruments: as many as rows; the first stage fits exactly")
    pull = freed.Z.T @ freed.X
    rest = freed.X - freed.Z @ pull
    scale = np.sqrt((freed.X**2).sum(axis=0))
    noise, signal = (part.T @ part / np.outer(scale, scale) for part in (rest, pull))
    # as roots of signal in the whole variation: these lie below 1 where the residuals vanish
    share = float(linalg.eigh(signal, signal + noise, eigvals_only=True)[0])
    statistic = max(share, 0.0) / (1.0 - share) * free / q if share < 1.0 else np.inf
    p_value = float(special.chdtrc(q - m + 1, q * statistic))
    weak = statistic < 10.0
    return TestResult(
        "First-stage Cragg-Donald F (homoskedastic)",
        "the instruments leave a combination of the regressors unmoved",
        statistic,
        f"{q} F: chi2({q - m + 1})",
        p_value,
        "weak: Cragg-Donald F below 10" if weak else "strong: Cragg-Donald F of 10 or more",
        "estimates are biased towards least squares and t intervals do not hold"
        if weak
        else "none",
        "find instruments that move each regressor apart, or call fewer endogenous"
        if weak
        else "none needed",
    )


def endogeneity(
    fit: InstrumentalFit, *, clusters: npt.ArrayLike | None = None, robust: bool = True
) -> TestResult:
    """Test whether instruments were needed (Durbin-Wu-Hausman by regression).

    The residuals of the first stage are added to the structural equation; they should not matter.

    Wooldridge (2010), sec. 6.3.1.
    """
    freed = fit.partialled
    m = freed.X.shape[1]
    missed = freed.X - freed.Z @ (freed.Z.T @ freed.X)
    if float(np.abs(missed).max()) <= 1e-12 * float(np.abs(freed.X).max()):
        raise EstimationError("instruments: they explain the regressors exactly; nothing to test")
    design = np.column_stack([freed.X, missed])
    beta, *_ = np.linalg.lstsq(design, freed.y, rcond=None)
    e = freed.y - design @ beta
    free = freed.nobs - freed.used - 2 * m
    if free < 1:
        raise EstimationError(f"y: {freed.nobs} rows leave no degree of freedom; add rows")
    bread, df = np.linalg.pinv(design.T @ design), free
    cov = float(e @ e) / free * bread[m:, m:]
    if robust or clusters is not None:
        spread, groups = score_spread(design * e[:, None], clusters, free)
        cov = (bread @ spread @ bread)[m:, m:]
        df = free if clusters is None else groups - 1
    statistic = float(beta[m:] @ np.linalg.pinv(cov) @ beta[m:]) / m
    return judged_f("Durbin-Wu-Hausman", statistic, (m, df), EXOGENOUS)


def overidentification(
    fit: InstrumentalFit, *, clusters: npt.ArrayLike | None = None, robust: bool = False
) -> TestResult:
    """Test whether instruments agree with each other (Sargan, 1958; Hansen, 1982).

    Sargan's ``n R^2`` of the residuals on the instruments; robust or clustered, Hansen's
    ``J = g(b)' S^-1 g(b)`` with ``g(b) = Z'(y - X b)``, S the robust or clustered spread of the
    scores at the estimate given, and b the second step of the generalised method of moments.
    """
    freed = fit.partialled
    df = freed.Z.shape[1] - freed.X.shape[1]
    if df < 1:
        raise EstimationError(
            "instruments: as many as endogenous regressors; agreement cannot be tested"
        )
    if robust or clusters is not None:
        statistic = _hansen(fit, clusters)
        name = "Hansen J (robust)" if clusters is None else "Hansen J (clustered)"
    else:
        score = freed.Z.T @ fit.residuals
        statistic = freed.nobs * float(score @ score) / float(fit.residuals @ fit.residuals)
        name = "Sargan (homoskedastic)"
    return judged_chi2(name, statistic, df, VALID)


def _hansen(fit: InstrumentalFit, clusters: npt.ArrayLike | None) -> float:
    """Return J; the exogenous regressors' moments are free, so that partialling changes nothing."""
    freed = fit.partialled
    spread, groups = score_spread(freed.Z * fit.residuals[:, None], clusters, free=None)
    values, vectors = np.linalg.eigh(spread)
    if values[0] <= 1e-12 * values[-1]:
        raise EstimationError(
            f"instruments: {values.size} for {groups} clusters or rows, so that their scores have "
            "no inverse; use fewer instruments or Sargan's form"
        )
    whiten = vectors / np.sqrt(values)
    pulled, outcome = whiten.T @ (freed.Z.T @ freed.X), whiten.T @ (freed.Z.T @ freed.y)
    rest = outcome - pulled @ np.linalg.lstsq(pulled, outcome, rcond=None)[0]
    return float(rest @ rest)


def _strength(statistic: float, law: str, p_value: float) -> TestResult:
    if statistic > 23.1:
        words = ("strong: effective F above 23.1", "none", "none needed")
    elif statistic >= 10.0:
        words = (
            "moderate: effective F between 10 and 23.1",
            "usual t intervals may be too short",
            "report the Anderson-Rubin set beside the t interval",
        )
    else:
        words = (
            "weak: effective F below 10",
            "the estimate is biased towards least squares and t intervals do not hold",
            "report the Anderson-Rubin set, not the t interval; find a stronger instrument",
        )
    null = "the instruments do not move the regressor"
    return TestResult("First-stage effective F", null, statistic, law, p_value, *words)


@dataclass(frozen=True, slots=True)
class AndersonRubin:
    """A confidence set that holds however weak the instruments are.

    `test`: of a zero coefficient; `low`, `high`: ends of the set; infinite where it is unbounded;
    `shape`: ``"interval"``, ``"whole line"`` or ``"outside"`` (two rays, outside low and high).
    """

    test: TestResult
    low: float
    high: float
    shape: str


def anderson_rubin(
    fit: InstrumentalFit, *, clusters: npt.ArrayLike | None = None, level: float = 0.95
) -> AndersonRubin:
    """Give a confidence set of the coefficient that weak instruments do not distort.

    With one instrument the set ``{b: (g_y - b g_x)^2 <= c (V_yy - 2 b V_xy + b^2 V_xx)}`` is the
    solution of a quadratic inequality, found exactly.

    Anderson and Rubin (1949), Annals of Mathematical Statistics 20; Dufour (2003), CJE 36.
    """
    freed = only_regressor(fit.partialled)
    if freed.Z.shape[1] != 1:
        raise EstimationError("instruments: the exact set needs one; give the strongest alone")
    if not 0.0 < level < 1.0:
        raise EstimationError(f"level: {level}; between 0 and 1 is expected, for example 0.95")
    both = np.column_stack([freed.y, freed.X[:, 0]])
    pull = freed.Z[:, 0] @ both
    rest = both - freed.Z * pull
    free = freed.nobs - freed.used - 1
    spread, groups = score_spread(freed.Z * rest, clusters, free)
    df = free if clusters is None else groups - 1
    zero = float(pull[0] ** 2 / spread[0, 0])
    test = judged_f("Anderson-Rubin", zero, (1, df), NO_EFFECT)
    critical = float(special.fdtri(1, df, level))
    a = float(pull[1] ** 2 - critical * spread[1, 1])
    b = float(pull[0] * pull[1] - critical * spread[0, 1])
    c = float(pull[0] ** 2 - critical * spread[0, 0])
    root = b * b - a * c
    if a == 0.0 or (a < 0.0 and root <= 0.0):
        return AndersonRubin(test, -np.inf, np.inf, "whole line")
    half = np.sqrt(max(root, 0.0))  # the set holds the estimate: negative by rounding only
    ends = sorted(((b - half) / a, (b + half) / a))
    return AndersonRubin(test, ends[0], ends[1], "interval" if a > 0.0 else "outside")

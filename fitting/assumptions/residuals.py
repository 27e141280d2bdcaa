"""What residuals and regressors say row by row: collinearity, influence, variance, normality.

Influence of a row or a whole cluster in closed form, without refitting. The band of a normal
quantile plot leaves an ordered normal sample, as a whole, with a stated probability only.
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
from quesnay.fitting.regression.least_squares import Projection, project, project_noisy
from quesnay.fitting.verdict import TestResult, Wording, judged_chi2


@dataclass(frozen=True, slots=True)
class Collinearity:
    """Variance inflation, condition indices and where the variance of each coefficient sits.

    Parameters
    ----------
    inflation : (k,) array
        Variance inflation factor of each column; NaN for a constant one.
    condition_indices : (k,) array
        Largest over each singular value of the length-scaled design, ascending.
    variance_shares : (k, k) array
        Row: condition index; column: regressor; share of the coefficient's variance that sits on
        that near-dependence. Columns sum to one.
    """

    inflation: Array
    condition_indices: Array
    variance_shares: Array


def variance_inflation(X: npt.ArrayLike) -> Array:
    """Return how many times collinearity multiplies each coefficient's variance.

    ``VIF_j = 1 / (1 - R_j^2)``, R_j^2 of column j on the others, about the mean where the design
    spans a constant, about zero otherwise (a demeaned design).

    Shapes: `X` (n, k); returns (k,).

    Belsley, Kuh and Welsch (1980), sec. 3.2.
    """
    design = as_design(X)
    fit = project(np.ones(design.shape[0]), design)
    has_constant = fit.ssr <= 1e-20 * design.shape[0]
    centred = design - design.mean(axis=0) if has_constant else design
    own = (centred**2).sum(axis=0)
    constant = own <= 1e-24 * (design**2).sum(axis=0)
    inflation = own * np.diag(fit.bread())
    return np.asarray(np.where(constant, np.nan, inflation))


def collinearity(X: npt.ArrayLike) -> Collinearity:
    """Find near-dependences among regressors and the coefficients they blur.

    Shapes: `X` (n, k).

    Belsley, Kuh and Welsch (1980), sec. 3.2 and table 3.2.
    """
    inflation = variance_inflation(X)
    design = as_design(X)
    _, values, right = linalg.svd(design / np.sqrt((design**2).sum(axis=0)), full_matrices=False)
    parts = (right / values[:, None]) ** 2
    return Collinearity(inflation, values[0] / values, parts / parts.sum(axis=0))


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

    `changes` (G, k): coefficients with all minus without the cluster; NaN where the rest cannot
    identify one; `cooks` (G,): Cook's distance of the cluster, ``d' X'X d / (k s^2)``; `size` (G,):
    rows of the cluster; `leverage` (G,): sum of the leverages of the cluster's rows (k in total).
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
    products = (fit.Q[:, :, None] * fit.Q[:, None, :]).reshape(fit.nobs, k * k)
    score = cluster_sums(fit.Q * fit.residuals[:, None], codes)
    gram = cluster_sums(products, codes).reshape(count, k, k)
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


_UNEQUAL = Wording(
    "the error variance is constant",
    "the error variance changes with the regressors",
    "classical standard errors are wrong; the coefficients stay unbiased",
    "use HC3 or clustered errors; consider logs or weights",
)


def breusch_pagan(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    drivers: npt.ArrayLike | None = None,
    studentised: bool = True,
    rows: float | None = None,
) -> TestResult:
    """Test whether the error variance moves with the regressors.

    Shapes: `y` (n,), `X` (n, k), `drivers` (n, m).

    Breusch and Pagan (1979), Econometrica 47, eq. 5; Koenker (1981), J. Econometrics 17.
    """
    fit = project_noisy(y, X)
    squared = fit.residuals**2
    columns = _table(fit.nobs, X if drivers is None else drivers)
    explained, df = _explained(squared, columns)
    if studentised:
        statistic = (rows or fit.nobs) * explained / _variation(squared)
        name = "Breusch-Pagan (Koenker)"
    else:
        statistic = 0.5 * explained / squared.mean() ** 2
        name = "Breusch-Pagan (original)"
    return judged_chi2(name, statistic, df, _UNEQUAL)


def white(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    drivers: npt.ArrayLike | None = None,
    form: Literal["full", "fitted"] = "full",
    rows: float | None = None,
) -> TestResult:
    """Test for any heteroskedasticity that would bias the classical standard errors.

    Shapes: `drivers` (n, m).

    White (1980), Econometrica 48, eq. 13; Wooldridge (2016), eq. 8.20.
    """
    fit = project_noisy(y, X)
    if form not in {"full", "fitted"}:
        raise EstimationError(f"form: {form!r}; use 'full' or 'fitted'")
    own = X if form == "full" else fit.fitted[:, None]
    columns = _table(fit.nobs, own if drivers is None else drivers)
    base = np.column_stack([_standard(column) for column in columns.T])
    base = base[:, base.any(axis=0)]  # the intercept counts among no products
    left, right = np.triu_indices(base.shape[1])
    span = np.column_stack([base, base[:, left] * base[:, right]])
    if span.shape[1] + 1 >= fit.nobs:
        raise EstimationError(
            f"white: {span.shape[1]} products for {fit.nobs} rows; use form='fitted'"
        )
    squared = fit.residuals**2
    explained, df = _explained(squared, span)
    statistic = (rows or fit.nobs) * explained / _variation(squared)
    name = "White" if form == "full" else "White (fitted values)"
    return judged_chi2(name, statistic, df, _UNEQUAL)


def _standard(column: Array) -> Array:
    """Centre and scale a column; a constant one becomes zero."""
    spread = float(column.std())
    if spread <= 1e-14 * float(np.abs(column).max()):
        return np.zeros_like(column)
    return np.asarray((column - column.mean()) / spread)


def _table(n: int, columns: npt.ArrayLike) -> Array:
    extra = np.asarray(columns, float)
    if extra.ndim != 2 or extra.shape[0] != n or not np.isfinite(extra).all():
        raise EstimationError(f"drivers: expected a finite table of {n} rows, got {extra.shape}")
    return extra


def _explained(target: Array, columns: Array) -> tuple[float, int]:
    """Return the sum of squares that columns explain beside an intercept, and their rank."""
    centred = columns - columns.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    kept = length > 1e-12 * np.sqrt((columns**2).sum(axis=0))
    if not kept.any():
        raise EstimationError("drivers: all constant; give a variable that varies")
    left, values, _ = np.linalg.svd(centred[:, kept] / length[kept], full_matrices=False)
    basis = left[:, values > 1e-10 * values[0]]
    score = basis.T @ (target - target.mean())
    return float(score @ score), int(basis.shape[1])


def _variation(squared: Array) -> float:
    total = float(((squared - squared.mean()) ** 2).sum())
    if total <= 0.0:
        raise EstimationError("y: residuals are all of one size; the variance cannot be tested")
    return total


_NOT_NORMAL = Wording(
    "errors are normal",
    "errors are not normal",
    "t and F are approximate; with many rows the coefficients are still near normal",
    "bootstrap the intervals; look at the outliers named in the influence table",
)
SEED = 20260418  # the band is a function of n and level; a fixed seed keeps it one


def jarque_bera(residuals: npt.ArrayLike, *, rows: float | None = None) -> TestResult:
    """Test skewness and kurtosis of residuals against those of the normal.

    ``JB = n (S^2 / 6 + (K - 3)^2 / 24)`` with moments about the mean.

    Jarque and Bera (1987), International Statistical Review 55.
    """
    e = as_vector(residuals, name="residuals")
    if e.size < 4:
        raise EstimationError(f"residuals: {e.size} values; at least four are needed")
    if float(np.ptp(e)) <= 1e-14 * float(np.abs(e).max()):
        raise EstimationError("residuals: all equal; there is no distribution to test")
    e = e - e.mean()
    second = float((e**2).mean())
    skewness = float((e**3).mean()) / second**1.5
    kurtosis = float((e**4).mean()) / second**2
    statistic = (rows or e.size) * (skewness**2 / 6 + (kurtosis - 3) ** 2 / 24)
    return judged_chi2("Jarque-Bera", statistic, 2, _NOT_NORMAL)


def order_envelope(n: int, *, level: float = 0.95, draws: int = 400) -> tuple[Array, Array, Array]:
    """Return a simultaneous band for the order statistics of n uniform values.

    Every order statistic U_(i) ~ Beta(i, n + 1 - i) gets the same pointwise level, chosen so that a
    whole sample stays inside with probability `level` (equal local levels).

    Aldor-Noiman, Brown, Buja, Rolke and Stine (2013), American Statistician 67, sec. 3.
    """
    if n < 2 or not 0.0 < level < 1.0:
        raise EstimationError(f"n {n}, level {level}: expected n >= 2 and a level between 0 and 1")
    rank = np.arange(1.0, n + 1.0)
    # the ends decide; in long samples the middle is checked at 400 places, neighbours agree there
    chosen = np.unique(
        np.r_[np.arange(min(n, 100)), np.linspace(0, n - 1, 400), np.arange(max(n - 100, 0), n)]
    ).astype(int)
    generator = np.random.default_rng(np.random.SeedSequence(SEED))
    least = np.empty(draws)
    for draw in range(draws):
        waits = generator.standard_exponential(n + 1).cumsum()
        sample = waits[chosen] / waits[-1]
        below = special.betainc(rank[chosen], n + 1.0 - rank[chosen], sample)
        least[draw] = 2.0 * np.minimum(below, 1.0 - below).min()
    local = float(np.quantile(least, 1.0 - level))
    low = special.betaincinv(rank, n + 1.0 - rank, 0.5 * local)
    middle = special.betaincinv(rank, n + 1.0 - rank, 0.5)
    high = special.betaincinv(rank, n + 1.0 - rank, 1.0 - 0.5 * local)
    return np.asarray(low, float), np.asarray(middle, float), np.asarray(high, float)

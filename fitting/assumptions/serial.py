"""Serial correlation: along one ordered sample, in the units of a stack, in panels.

Durbin and Watson's statistic given X has the law of a ratio of quadratic forms in normals, here
exact; Breusch and Godfrey's is a score; Wooldridge's compares within residuals one step apart.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import linalg, special

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_codes, as_design
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.fixed_effects import Stack, cluster_sums, stack
from quesnay.fitting.regression.least_squares import Projection, project, project_noisy
from quesnay.fitting.regression.random_effects import about_unit_means
from quesnay.fitting.verdict import TestResult, Wording, judged, judged_chi2, judged_f

Alternative = Literal["positive", "two-sided", "negative"]
SERIAL = Wording(
    "errors are not serially correlated",
    "errors are serially correlated",
    "classical and HC errors are too small; the coefficients stay unbiased unless y is lagged",
    "cluster by unit; or Driscoll-Kraay errors; or first differences",
)


def durbin_watson(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    alternative: Alternative = "positive",
    exact: bool | None = None,
) -> TestResult:
    """Test for first-order serial correlation with the exact distribution.

    ``d = sum (e_t - e_{t-1})^2 / sum e_t^2``, two under the null. Its distribution given X is that
    of a ratio of quadratic forms in normal errors: an integral over its eigenvalues, exact to 1e-12
    relative. (lmtest::dwtest's sum, Pan's with 15 terms, is off by 1e-7 at 90 rows, 1e-3 at 100.)

    Shapes: `y` (n,), `X` (n, k).

    Durbin and Watson (1971), Biometrika 58; Imhof (1961), Biometrika 48.
    """
    if alternative not in {"positive", "two-sided", "negative"}:
        raise EstimationError(
            f"alternative: {alternative!r}; use 'positive', 'two-sided' or 'negative'"
        )
    fit = _with_freedom(project_noisy(y, X))
    steps = np.diff(fit.residuals)
    d = float(steps @ steps) / fit.ssr
    use_exact = fit.nobs <= 500 if exact is None else exact
    lower, upper = _exact_tails(fit, X, d) if use_exact else _normal_tails(fit, d)
    p_value = {"positive": lower, "negative": upper, "two-sided": min(2 * min(lower, upper), 1.0)}
    how = "exact" if use_exact else "normal approximation"
    return judged("Durbin-Watson", d, how, p_value[alternative], SERIAL)


def breusch_godfrey(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    lags: int = 1,
    unit: npt.ArrayLike | None = None,
    form: Literal["chi2", "F"] = "chi2",
) -> TestResult:
    """Test for serial correlation up to a given order, lagged outcomes in X allowed.

    Residuals are regressed on X and their own lags (zero before the start); ``n R^2``.

    Breusch (1978), Australian Economic Papers 17; Godfrey (1978), Econometrica 46.
    """
    fit = _with_freedom(project_noisy(y, X))
    n, k = fit.nobs, fit.rank
    if lags < 1 or n - k - lags < 1:
        raise EstimationError(f"lags: {lags}; from 1 to {n - k - 1} with {n} rows and {k} columns")
    lagged = fit.annihilate(_lags(fit.residuals, lags, unit))
    left, values, _ = np.linalg.svd(lagged, full_matrices=False)
    if values[-1] <= 1e-12 * values[0]:
        raise EstimationError(f"lags: {lags} are more than the units are long; use fewer lags")
    score = left.T @ fit.residuals
    explained = float(score @ score)
    name = f"Breusch-Godfrey({lags})"
    if form == "chi2":
        return judged_chi2(name, n * explained / fit.ssr, lags, SERIAL)
    if form == "F":
        free = n - k - lags
        statistic = (explained / lags) / ((fit.ssr - explained) / free)
        return judged_f(name, statistic, (lags, free), SERIAL)
    raise EstimationError(f"form: {form!r}; use 'chi2' or 'F'")


def _lags(residuals: Array, lags: int, unit: npt.ArrayLike | None) -> Array:
    n = residuals.size
    codes, units = (np.zeros(n, dtype=np.intp), 1) if unit is None else as_codes(unit, n, "unit")
    if int((np.diff(codes) != 0).sum()) != units - 1:
        raise EstimationError("unit: rows are not stacked by unit")
    out = np.zeros((n, lags))
    for lag in range(1, lags + 1):
        same = codes[lag:] == codes[:-lag]
        out[lag:, lag - 1] = np.where(same, residuals[:-lag], 0.0)
    return out


def _with_freedom(fit: Projection) -> Projection:
    if fit.nobs - fit.rank < 2:
        raise EstimationError(
            f"X: {fit.nobs} rows for {fit.rank} columns leave nothing to test; add rows"
        )
    return fit


def _exact_tails(fit: Projection, X: npt.ArrayLike, d: float) -> tuple[float, float]:
    """Return P(D < d) and P(D > d) from the eigenvalues of M A, A the differencing form."""
    full, _ = linalg.qr(as_design(X), mode="full")
    half = np.diff(full[:, fit.rank :], axis=0)
    shifted = np.linalg.eigvalsh(half.T @ half) - d
    return probability_positive(-shifted), probability_positive(shifted)


def _normal_tails(fit: Projection, d: float) -> tuple[float, float]:
    """Return both tails with the exact mean and variance of d (Durbin and Watson 1950)."""
    n, k = fit.nobs, fit.rank
    steps = np.diff(fit.Q, axis=0)
    AQ = np.vstack([-steps[:1], steps[:-1] - steps[1:], steps[-1:]])
    trace = 2 * (n - 1) - float((fit.Q * AQ).sum())
    inner = fit.Q.T @ AQ
    square = 2 * (3 * n - 4) - 2 * float((AQ * AQ).sum()) + float((inner * inner.T).sum())
    mean = trace / (n - k)
    variance = 2.0 * (square - trace * mean) / ((n - k) * (n - k + 2))
    z = (d - mean) / np.sqrt(variance)
    return float(special.ndtr(z)), float(special.ndtr(-z))


def wooldridge_within(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    unit: npt.ArrayLike,
    time: npt.ArrayLike,
    few_units: bool = False,
    lengths: bool = False,
) -> TestResult:
    """Test for serial correlation in a fixed-effects panel, made for few times.

    Within residuals of white errors have autocorrelation ``-1 / (T - 1)``: that value is tested in
    a regression of the residuals on their lag, with errors clustered by unit.

    Shapes: `y` (n,), `X` (n, k), `unit`, `time` (n,).

    Wooldridge (2010), sec. 10.5.4; plm::pwartest, which takes the row before a gap for the lag
    where this takes no pair.
    """
    panel = stack(unit, time, as_design(X).shape[0])
    fit = project_noisy(*about_unit_means(y, X, panel, without="nothing is left to test")[:2])
    if panel.length.max() < 3:
        raise EstimationError(
            "time: units are too short: two rows of a unit have equal and opposite residuals; "
            "add times"
        )
    null = -1.0 / (panel.times - 1.0)
    if lengths:
        size = panel.length[panel.unit[panel.steps()[0]]].astype(np.float64)
        null = -float((1.0 / size).sum() / (1.0 - 1.0 / size).sum())
    return _autoregression(fit.residuals, panel, null, few_units)


def _autoregression(e: Array, panel: Stack, null: float, few: bool) -> TestResult:
    """Test the slope of residuals on their lag against `null`, clustered by unit."""
    later, earlier = panel.steps()
    if later.size < 4:
        raise EstimationError("time: units are too short to have lagged residuals; add times")
    fit = project(e[later], np.column_stack([np.ones(later.size), e[earlier]]))
    scores = cluster_sums(fit.Q * fit.residuals[:, None], panel.unit[later], panel.units)
    spread = np.linalg.solve(fit.R, scores.T)[1] / fit.scale[1]
    variance = float(spread @ spread)
    length = float(fit.R[1, 1] * fit.scale[1])  # of the lag about its mean
    if variance * length**2 <= 1e-24 * float(e[later] @ e[later]):
        raise EstimationError("unit: residuals leave no variation between units; nothing to test")
    N = panel.units
    statistic = float(fit.coefficients[1] - null) ** 2 / (variance * (N / (N - 1) if few else 1.0))
    free = N - 1 if few else later.size - 2
    return judged_f("Wooldridge within", statistic, (1, free), SERIAL)


def probability_positive(weights: npt.ArrayLike) -> float:
    """Return the probability that a weighted sum of squared standard normals is positive.

    ``P(sum w_i z_i^2 > 0)`` by inversion of the moment generating function (Imhof, 1961) along the
    line through its saddlepoint (Daniels, 1954), where nothing cancels: tails however small keep
    their relative digits.
    """
    w = np.asarray(weights, dtype=np.float64)
    if w.ndim != 1 or not np.isfinite(w).all() or not w.any():
        raise EstimationError("weights: expected finite numbers, not all zero")
    if (w >= 0.0).all() or (w <= 0.0).all():
        return float((w > 0.0).any())
    w = w[w != 0.0] / np.abs(w).max()
    return 1.0 - _tail(-w) if w.sum() > 0.0 else _tail(w)


def _tail(w: Array) -> float:
    """Integrate ``exp(K(s)) / (pi s)`` up from the saddlepoint; the mean is not positive."""
    from scipy import integrate, optimize

    top = 0.5 / w.max()

    def slope(s: float) -> float:
        return float((w / (1.0 - 2.0 * s * w)).sum()) - 1.0 / s

    # the slope runs from minus to plus infinity between the poles at zero and at the top
    s = float(optimize.brentq(slope, 1e-14 * top, top * (1.0 - 1e-14), xtol=1e-16 * top))
    height = float(-0.5 * np.log1p(-2.0 * s * w).sum() - np.log(s))
    width = float(2.0 * (w**2 / (1.0 - 2.0 * s * w) ** 2).sum() + 1.0 / s**2) ** -0.5

    def integrand(v: float) -> float:
        z = s + 1j * width * v / (1.0 - v)
        exponent = -0.5 * np.log1p(-2.0 * z * w).sum() - np.log(z) - height
        return float(np.exp(exponent).real / (1.0 - v) ** 2)

    area, _ = integrate.quad(integrand, 0.0, 1.0, epsabs=0.0, epsrel=1e-12, limit=500)
    return float(np.exp(height) * width * area / np.pi)

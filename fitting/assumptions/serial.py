"""Tests of serial correlation along one ordered sample, or inside the units of a stacked panel."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import linalg, special

from quesnay.fitting.assumptions.quadratic_forms import probability_positive
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import (
    Projection,
    as_codes,
    as_design,
    project_noisy,
)
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["SERIAL", "breusch_godfrey", "durbin_watson"]

Array = npt.NDArray[np.float64]
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

    Parameters
    ----------
    y : (n,) array_like
        Outcome, in the order of time.
    X : (n, k) array_like
        Design.
    alternative : {"positive", "two-sided", "negative"}
        Sign of the correlation looked for.
    exact : bool, optional
        Exact p-value; by default up to 500 rows, beyond that the normal approximation with the
        exact mean and variance of d.

    Returns
    -------
    TestResult
        With the statistic d.

    Raises
    ------
    EstimationError
        If the design is at fault, explains y exactly, or the alternative is unknown.

    References
    ----------
    Durbin and Watson (1971), Biometrika 58; Imhof (1961), Biometrika 48.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(12.0)
    >>> found = durbin_watson(t + np.sin(t), np.column_stack([np.ones(12), t]))
    >>> round(found.statistic, 4), round(found.p_value, 4)
    (0.915, 0.0048)
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

    Parameters
    ----------
    y, X : array_like
        Outcome and design, in the order of time (inside each unit).
    lags : int
        Highest order.
    unit : (n,) array_like, optional
        Unit of each row of a stacked panel: lags then stay inside the unit. Without it lags run
        over the whole stack, as in plm::pbgtest.
    form : {"chi2", "F"}
        Lagrange multiplier or F form (the latter better in small samples).

    Returns
    -------
    TestResult
        chi2(lags) or F(lags, n - k - lags).

    Raises
    ------
    EstimationError
        If the design is at fault or the lags do not leave enough rows.

    References
    ----------
    Breusch (1978), Australian Economic Papers 17; Godfrey (1978), Econometrica 46.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(12.0)
    >>> round(breusch_godfrey(t + np.sin(t), np.column_stack([np.ones(12), t])).p_value, 4)
    0.0728
    """
    fit = _with_freedom(project_noisy(y, X))
    n, k = fit.nobs, fit.rank
    if lags < 1 or n - k - lags < 1:
        raise EstimationError(f"lags: {lags}; from 1 to {n - k - 1} with {n} rows and {k} columns")
    lagged = fit.annihilate(_lags(fit.residuals, lags, unit))
    left, values, _ = np.linalg.svd(lagged, full_matrices=False)
    if values[-1] <= 1e-12 * values[0] or values[0] == 0.0:
        raise EstimationError(f"lags: {lags} are more than the units are long; use fewer lags")
    score = left.T @ fit.residuals
    explained = float(score @ score)
    if form == "chi2":
        statistic = n * explained / fit.ssr
        law, p_value = f"chi2({lags})", float(special.chdtrc(lags, statistic))
    elif form == "F":
        free = n - k - lags
        statistic = (explained / lags) / ((fit.ssr - explained) / free)
        law, p_value = f"F({lags}, {free})", float(special.fdtrc(lags, free, statistic))
    else:
        raise EstimationError(f"form: {form!r}; use 'chi2' or 'F'")
    return judged(f"Breusch-Godfrey({lags})", statistic, law, p_value, SERIAL)


def _with_freedom(fit: Projection) -> Projection:
    if fit.nobs - fit.rank < 2:
        raise EstimationError(
            f"X: {fit.nobs} rows for {fit.rank} columns leave nothing to test; add rows"
        )
    return fit


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


def _exact_tails(fit: Projection, X: npt.ArrayLike, d: float) -> tuple[float, float]:
    """Return P(D < d) and P(D > d) from the eigenvalues of M A, A the differencing form."""
    full, _ = linalg.qr(as_design(X) / fit.scale, mode="full", check_finite=False)
    rest = full[:, fit.rank :]
    half = np.diff(rest, axis=0)
    eigenvalues = np.linalg.eigvalsh(half.T @ half)
    shifted = eigenvalues - d
    return (
        probability_positive(shifted, side="negative"),
        probability_positive(shifted, side="positive"),
    )


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

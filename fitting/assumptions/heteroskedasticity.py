"""Tests of constant error variance."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.least_squares import project_noisy
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["breusch_pagan", "white"]

WORDS = Wording(
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
    return judged(name, statistic, f"chi2({df})", float(special.chdtrc(df, statistic)), WORDS)


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
    return judged(name, statistic, f"chi2({df})", float(special.chdtrc(df, statistic)), WORDS)


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

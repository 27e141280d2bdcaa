"""Is the equation right: added terms, restrictions, functional form, stability of coefficients.

All rest on one question, whether further columns add to a fit: by F under equal and unrelated
errors, by a Wald test with CR2 errors and the approximate Hotelling law where there are clusters.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import linalg, special

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_codes, as_design, as_vector
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.clusters import ClusterMoments, refuse_vanishing
from quesnay.fitting.regression.covariance import adjusted_clusters
from quesnay.fitting.regression.least_squares import Projection, Regression, project
from quesnay.fitting.verdict import TestResult, Wording, judged, judged_f

RESTRICTIONS = Wording(
    "all restrictions hold",
    "at least one restriction fails",
    "the coefficients are not what the restrictions say",
    "keep them free; look at them one by one",
)
_SINGULAR = 1e-10  # of the correlations of restrictions, whose largest eigenvalue is one or more
FORM = Wording(
    "the relation is linear in the regressors",
    "the relation bends: squares or missing variables matter",
    "coefficients are averages of changing slopes, possibly biased",
    "try logs, squares or interactions; look at the residual-fitted panel",
)
STABLE = Wording(
    "the coefficients are the same in every part of the sample",
    "the coefficients change over the sample",
    "the pooled coefficient is an average of different ones",
    "estimate by period; report the range",
)


def reset(
    fit: Projection,
    explained: Array | None = None,
    *,
    powers: Sequence[int] = (2, 3),
    free: Callable[[Array], Array] | None = None,
    absorbed: int = 0,
    regression: Regression | None = None,
) -> TestResult:
    """Test whether powers of what is explained add to a linear equation.

    `explained` (n,) is the fitted value unless given, without absorbed effects; `free` takes those
    effects off further columns. Powers are taken about the mean where the equation has a constant.

    Ramsey (1969), JRSS B 31. Added is the rank that the powers add (lmtest::resettest counts their
    columns: another statistic where one repeats a regressor, such as x^2).
    """
    if not powers or any(isinstance(p, float) or int(p) < 2 for p in powers):
        raise EstimationError(f"powers: {tuple(powers)}; integers from 2 on are expected")
    level = fit.fitted if explained is None else explained
    one = np.ones_like(level)
    rest = fit.annihilate(one if free is None else free(one))
    if float(np.abs(rest).max()) < 1e-8:
        level = level - level.mean()
    length = float(np.sqrt((level**2).mean()))
    if length <= 1e-12 * float(np.abs(fit.fitted).max()):
        raise EstimationError("X: no column varies; powers of a constant test nothing")
    added = np.column_stack([(level / length) ** int(p) for p in powers])
    return added_columns(
        fit,
        added if free is None else free(added),
        absorbed=absorbed,
        regression=regression,
        name="Ramsey RESET",
    )


def added_columns(
    fit: Projection,
    added: Array,
    *,
    absorbed: int = 0,
    regression: Regression | None = None,
    name: str,
    words: Wording = FORM,
) -> TestResult:
    """Test whether further columns add to a regression.

    Shapes: `added` (n, m).
    """
    length = np.sqrt((added**2).sum(axis=0))
    length[length == 0.0] = 1.0
    left, values, _ = np.linalg.svd(fit.annihilate(added / length), full_matrices=False)
    basis = left[:, values > 1e-9]
    df = (basis.shape[1], fit.nobs - fit.rank - basis.shape[1] - absorbed)
    if df[0] < 1 or df[1] < 1:
        raise EstimationError(
            f"{name}: {added.shape[1]} columns add {df[0]} dimensions and leave {df[1]} degrees of "
            "freedom; test fewer columns or add rows"
        )
    if regression is not None and regression.clusters and df[0] < regression.clusters[0].max():
        return _clustered(fit, basis, regression, name, words)
    score = basis.T @ fit.residuals
    rest = fit.residuals - basis @ score
    # where the fit is exact, the difference of the sums of squares would be rounding of either sign
    left_over = float(rest @ rest)
    exact = left_over <= 1e-24 * float(fit.fitted @ fit.fitted + fit.ssr)
    statistic = np.inf if exact else float(score @ score) / df[0] / (left_over / df[1])
    return judged_f(name, statistic, df, words)


def _clustered(
    fit: Projection, basis: Array, regression: Regression, name: str, words: Wording
) -> TestResult:
    """Test the coefficients of orthonormal columns with CR2 errors of the wider regression."""
    found, wide = basis.T @ fit.residuals, np.column_stack([fit.Q, basis])
    one = np.eye(wide.shape[1])
    wider = replace(
        regression,
        X=wide,
        residuals=fit.residuals - basis @ found,
        bread=one,
        factor=one,
        Q=wide,
    )
    return clustered_test(found, wider, slice(fit.rank, None), name=name, words=words)


def wald(values: Array, covariance: Array) -> float:
    """Return ``v' V^-1 v``, V made a correlation first so that units do not matter.

    Shapes: `values` (q,), `covariance` (q, q).
    """
    scale = np.sqrt(np.diag(covariance))
    z = values / scale
    return float(z @ np.linalg.solve(covariance / np.outer(scale, scale), z))


def joint_test(
    values: Array,
    covariance: Array,
    *,
    df: float | ClusterMoments,
    name: str = "Wald",
    words: Wording = RESTRICTIONS,
) -> TestResult:
    """Test restrictions together, `df` the degrees of freedom or what they follow from.

    Shapes: `values` (q,), `covariance` (q, q).
    """
    q = values.size
    scale = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    held = bool((scale > 0.0).all())
    if not held or np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] <= _SINGULAR:
        raise EstimationError(
            f"{name}: the {q} restrictions repeat each other, or the clusters do not identify the "
            "errors of all; test fewer"
        )
    if isinstance(df, ClusterMoments):
        whole = df.hotelling()
        free = whole - q + 1.0
        factor = free / (whole * q)
    else:
        factor, free = 1.0 / q, df
    if free <= 1e-9:  # none but for rounding
        raise EstimationError(
            f"{name}: {q} restrictions on a covariance with {free + q - 1.0:.3g} degrees of "
            "freedom, that its clusters have; test fewer"
        )
    statistic = factor * wald(values, covariance)
    return judged_f(name, statistic, (q, float(free)), words)


def clustered_test(
    values: Array, regression: Regression, places: slice, *, name: str, words: Wording
) -> TestResult:
    """Test coefficients of a regression together by its first clusters, with CR2 errors."""
    whole, moments = adjusted_clusters(regression, regression.clusters[0])
    groups, k = whole.shape
    refuse_vanishing(regression, whole.T @ whole, f"{groups} clusters")
    half = whole[:, places]
    return joint_test(
        values,
        half.T @ half,
        df=moments.combined(np.eye(k)[places]),
        name=f"{name} (clustered)",
        words=words,
    )


def recursive_residuals(y: npt.ArrayLike, X: npt.ArrayLike) -> Array:
    """Return the standardised one-step prediction errors of a growing sample.

    ``w_t = (y_t - x_t b_{t-1}) / sqrt(1 + x_t (X'X)_{t-1}^{-1} x_t')``. A row that adds to the rank
    of the rows before it has no prediction, so that n - k errors remain for any design of rank k,
    also where the first k rows are dependent.

    Shapes: `y` (n,), `X` (n, k); returns (n - k,).

    Brown, Durbin and Evans (1975), JRSS B 37, eq. 2; updating by an orthogonal rotation.
    """
    design = as_design(X)
    outcome = as_vector(y, design.shape[0])
    scale = project(outcome, design).scale  # refuses a dependent design
    rows = np.column_stack([design / scale, outcome])
    n, k = design.shape
    errors: list[float] = []
    factor: Array | None = None
    seen = np.zeros((0, k + 1))
    for row in rows:
        if factor is None:
            predicted = _predict_early(seen, row)
            seen = np.vstack([seen, row])
            if predicted is None and seen.shape[0] - len(errors) == k:
                factor = _triangle(seen)
        else:
            predicted = _predict(factor, row)
            factor = _triangle(np.vstack([factor, row]))
        if predicted is not None:
            errors.append(predicted)
    if len(errors) != n - k:
        raise EstimationError("X: columns depend on each other to rounding; drop one")
    return np.array(errors)


def harvey_collier(
    y: npt.ArrayLike, X: npt.ArrayLike, *, order: npt.ArrayLike | None = None
) -> TestResult:
    """Test whether a linear form holds: the recursive residuals should have mean zero.

    Shapes: `y` (n,), `X` (n, k), `order` (n,).

    Harvey and Collier (1977), J. Econometrics 6, eq. 3.2.
    """
    design = as_design(X)
    outcome = as_vector(y, design.shape[0])
    n, k = design.shape
    if n < k + 2:
        raise EstimationError(f"X: {n} rows for {k} columns; Harvey-Collier needs {k + 2}")
    if order is not None:
        ranks = np.argsort(as_vector(order, n, "order"), kind="stable")
        design, outcome = design[ranks], outcome[ranks]
    w = recursive_residuals(outcome, design)
    spread = float(w.std(ddof=1))
    if spread <= 1e-14 * float(np.abs(outcome).max()):
        raise EstimationError("y: the design predicts every row exactly; nothing to test")
    statistic = abs(float(w.mean())) * np.sqrt(n - k) / spread
    p_value = 2.0 * float(special.stdtr(n - k - 1, -statistic))
    return judged("Harvey-Collier", statistic, f"t({n - k - 1})", p_value, FORM)


def _triangle(rows: Array) -> Array:
    factor = np.linalg.qr(rows, mode="r")
    return np.asarray(factor, dtype=np.float64)[: rows.shape[1] - 1]


def _predict(factor: Array, row: Array) -> float:
    """Return the standardised error of a row from the triangle of the rows before it."""
    x, y = row[:-1], row[-1]
    c = linalg.solve_triangular(factor[:, :-1], x, trans="T")
    return float((y - c @ factor[:, -1]) / np.sqrt(1.0 + c @ c))


def _predict_early(seen: Array, row: Array) -> float | None:
    """Do the same before full rank, or return None where the row adds to the rank."""
    if not seen.size:
        return None
    weights = np.linalg.lstsq(seen[:, :-1].T, row[:-1], rcond=1e-10)[0]
    missed = row[:-1] - weights @ seen[:, :-1]
    if float(np.abs(missed).max()) > 1e-9 * float(np.abs(row[:-1]).max() + 1e-300):
        return None
    return float((row[-1] - weights @ seen[:, -1]) / np.sqrt(1.0 + weights @ weights))


def chow(
    fit: Projection,
    groups: npt.ArrayLike,
    *,
    design: Array | None = None,
    free: Callable[[Array], Array] | None = None,
    absorbed: int = 0,
    regression: Regression | None = None,
    name: str = "Chow",
) -> TestResult:
    """Test whether all coefficients are equal in stated parts of the sample, `groups` (n,).

    `design` (n, k) is what the coefficients multiply, before absorbed effects are taken off by
    `free`; by default the basis of the fit.

    Chow (1960), Econometrica 28. A group that lacks a regressor takes fewer degrees of freedom.
    """
    codes, count = as_codes(groups, fit.nobs, "groups")
    if count < 2:
        raise EstimationError("groups: one group only; a change needs two")
    own = (codes[:, None] == np.arange(count)[None, :-1]).astype(np.float64)
    base = fit.Q if design is None else design
    wide = (base[:, None, :] * own[:, :, None]).reshape(fit.nobs, -1)
    return added_columns(
        fit,
        wide if free is None else free(wide),
        absorbed=absorbed,
        regression=regression,
        name=name,
        words=STABLE,
    )

"""Tests of functional form.

Several restrictions on coefficients tested together, by the law that their covariance has.

Residuals of each row predicted from the rows before it, and the test built on them.

Tests of whether coefficients are the same over the whole sample.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import linalg, special

from quesnay.fitting.checks import as_codes, as_design, as_vector
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.clusters import ClusterMoments, refuse_vanishing
from quesnay.fitting.regression.covariance import adjusted_clusters
from quesnay.fitting.regression.least_squares import Projection, Regression, project, project_noisy
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = [
    "FORM",
    "STABLE",
    "Within",
    "added_columns",
    "chow",
    "clustered_test",
    "harvey_collier",
    "joint_test",
    "recursive_residuals",
    "reset",
    "wald",
]

Array = npt.NDArray[np.float64]
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


@dataclass(frozen=True, slots=True)
class Within:
    """A regression on data freed of absorbed effects, for tests that add columns to it.

    Parameters
    ----------
    design : (n, k) array
        Regressors before the effects were taken out, of which further columns are made.
    free : callable
        Takes the effects out of further columns, (n, m), and weighs them like the design.
    regression : Regression
        The fit; where it has clusters the test is made on their errors.
    """

    design: Array
    free: Callable[[Array], Array]
    regression: Regression


def reset(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    powers: Sequence[int] = (2, 3),
    of: Literal["fitted", "regressors", "component"] = "fitted",
    absorbed: int = 0,
    within: Within | None = None,
) -> TestResult:
    """Test whether powers add to a linear equation (regression specification error test).

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    X : (n, k) array_like
        Design.
    powers : sequence of int
        Powers to add, each two or more.
    of : {"fitted", "regressors", "component"}
        Powers of the fitted value, of every varying regressor, or of the first principal
        component of the regressors.
    absorbed : int
        Degrees of freedom that absorbed effects have taken from demeaned data.
    within : Within, optional
        Where `X` is freed of effects: powers are those of what the regressors explain before.

    Returns
    -------
    TestResult
        F(added, n - k - added - absorbed), added the rank that the powers add (lmtest::resettest
        counts their columns: another statistic where one repeats a regressor, such as x^2).

    Raises
    ------
    EstimationError
        If the design is at fault, a power is not an integer above one, or no degree of freedom is
        left.

    References
    ----------
    Ramsey (1969), JRSS B 31.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(10.0)
    >>> y = x**2 + np.cos(x)
    >>> reset(y, np.column_stack([np.ones(10), x]), powers=(2,)).distribution
    'F(1, 7)'
    """
    fit = project_noisy(y, X)
    if not powers or any(isinstance(p, float) or int(p) < 2 for p in powers):
        raise EstimationError(f"powers: {tuple(powers)}; integers from 2 on are expected")
    if within is None:
        base = _bases(fit, as_design(X), of)
    else:
        explained = within.design @ fit.coefficients
        base = [(explained - explained.mean()) / max(float(explained.std()), 1e-300)]
    added = np.column_stack([column ** int(p) for p in powers for column in base])
    return _added_within(fit, added, within, absorbed=absorbed, name="Ramsey RESET", words=FORM)


def _added_within(
    fit: Projection,
    added: Array,
    within: Within | None,
    *,
    absorbed: int,
    name: str,
    words: Wording,
) -> TestResult:
    """Test added columns, freed of absorbed effects and by the errors of the fit where it says."""
    if within is None:
        return added_columns(fit, added, absorbed=absorbed, name=name, words=words)
    free, regression = within.free(added), within.regression
    return added_columns(
        fit, free, absorbed=absorbed, regression=regression, name=name, words=words
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

    Parameters
    ----------
    fit : Projection
        The regression, freed of absorbed effects where there are any.
    added : (n, m) array
        Further columns, freed of the same effects.
    absorbed : int
        Degrees of freedom of the absorbed effects.
    regression : Regression, optional
        What `fit` is a projection of. Where it has clusters, and enough of them, a Wald test on
        CR2 errors by the first dimension takes the place of the F of equal and unrelated errors.
    name : str
        Name of the test.
    words : Wording
        What the null is and what a rejection means.

    Returns
    -------
    TestResult
        F with the rank the columns add, infinite where the fit with them is exact; with clusters
        see `joint_test`.

    Raises
    ------
    EstimationError
        If they add nothing or leave no degree of freedom, or lie in too few clusters.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(10.0)
    >>> fit = project_noisy(x**2 + np.cos(x), np.column_stack([np.ones(10), x]))
    >>> added_columns(fit, (x**2)[:, None], name="a square").distribution
    'F(1, 7)'
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
    p_value = float(special.fdtrc(*df, statistic))
    return judged(name, statistic, f"F({df[0]}, {df[1]})", p_value, words)


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


def _bases(fit: Projection, design: Array, of: str) -> list[Array]:
    varying = np.ptp(design, axis=0) > 1e-12 * np.abs(design).max(axis=0)
    if not varying.any():
        raise EstimationError("X: no column varies; powers of a constant test nothing")
    if of == "fitted":
        columns = [fit.fitted]
    elif of == "regressors":
        columns = list(design[:, varying].T)
    elif of == "component":
        moments = np.cov(design[:, varying], rowvar=False).reshape(varying.sum(), -1)
        columns = [design[:, varying] @ np.linalg.eigh(moments)[1][:, -1]]
    else:
        raise EstimationError(f"of: {of!r}; use 'fitted', 'regressors' or 'component'")
    return [column / np.sqrt((column**2).mean()) for column in columns]


def wald(values: Array, covariance: Array) -> float:
    """Return ``v' V^-1 v``, V made a correlation first so that units do not matter.

    Parameters
    ----------
    values : (q,) array
        What is zero under the null.
    covariance : (q, q) array
        Its covariance.

    Returns
    -------
    float
        Wald's statistic.

    Examples
    --------
    >>> wald(np.array([2.0, 1.0]), np.diag([4.0, 1.0]))
    2.0
    """
    scale = np.sqrt(np.diag(covariance))
    z = values / scale
    return float(z @ np.linalg.solve(covariance / np.outer(scale, scale), z))


def joint_test(
    values: Array,
    covariance: Array,
    *,
    df: float,
    moments: ClusterMoments | None = None,
    name: str = "Wald",
    words: Wording = RESTRICTIONS,
) -> TestResult:
    """Test restrictions together.

    Parameters
    ----------
    values : (q,) array
        Restricted combinations of coefficients less their values under the null.
    covariance : (q, q) array
        Their covariance.
    df : float
        Degrees of freedom of the covariance, where `moments` does not say them.
    moments : ClusterMoments, optional
        Of the same combinations, for a CR2 covariance.
    name : str
        Name of the test.
    words : Wording
        What the null is and what a rejection means.

    Returns
    -------
    TestResult
        ``Q / q`` with F(q, df); with `moments` ``(v - q + 1) / (v q) Q`` with F(q, v - q + 1), the
        approximate Hotelling law (Pustejovsky and Tipton, 2018, section 3.2): the usual F with
        G - 1 rejects far too often where clusters are few or uneven.

    Raises
    ------
    EstimationError
        If restrictions repeat each other, or the clusters are too few to test so many.

    Examples
    --------
    >>> joint_test(np.array([2.0, 1.0]), np.diag([4.0, 1.0]), df=30.0).distribution
    'F(2, 30)'
    """
    q = values.size
    scale = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    held = bool((scale > 0.0).all())
    if not held or np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] <= _SINGULAR:
        raise EstimationError(
            f"{name}: the {q} restrictions repeat each other, or the clusters do not identify the "
            "errors of all; test fewer"
        )
    factor, free = 1.0 / q, df
    if moments is not None:
        whole = moments.hotelling()
        free = whole - q + 1.0
        factor = free / (whole * q)
    if free <= 0.0:
        raise EstimationError(
            f"{name}: {q} restrictions on a covariance with {free + q - 1.0:.3g} degrees of "
            "freedom, that its clusters have; test fewer"
        )
    statistic = factor * wald(values, covariance)
    p_value = float(special.fdtrc(q, free, statistic))
    return judged(name, statistic, f"F({q}, {free:.4g})", p_value, words)


def clustered_test(
    values: Array, regression: Regression, places: slice, *, name: str, words: Wording
) -> TestResult:
    """Test coefficients of a regression together by its first clusters, with CR2 errors.

    Parameters
    ----------
    values : (q,) array
        The coefficients less their values under the null.
    regression : Regression
        The fit with clusters.
    places : slice
        Where the q coefficients stand among all.
    name : str
        Name of the test; "(clustered)" is added.
    words : Wording
        What the null is and what a rejection means.

    Returns
    -------
    TestResult
        See `joint_test`.

    Raises
    ------
    EstimationError
        As `joint_test`, or if scores sum to zero within every cluster.

    Examples
    --------
    >>> unit = np.array([0, 0, 1, 1, 2, 2])
    >>> e = np.array([1.0, 2, -2, -1, 1, -1])
    >>> fit = Regression(np.ones((6, 1)), e, np.array([[1 / 6]]), clusters=(unit,))
    >>> clustered_test(np.array([0.5]), fit, slice(1), name="mean", words=RESTRICTIONS).distribution
    'F(1, 2)'
    """
    adjusted = adjusted_clusters(regression, regression.clusters[0])
    groups, k = adjusted.half.shape
    refuse_vanishing(regression, adjusted.half.T @ adjusted.half, f"{groups} clusters")
    half = adjusted.half[:, places]
    return joint_test(
        values,
        half.T @ half,
        df=groups - 1.0,
        moments=adjusted.moments.combined(np.eye(k)[places]),
        name=f"{name} (clustered)",
        words=words,
    )


def recursive_residuals(y: npt.ArrayLike, X: npt.ArrayLike) -> Array:
    """Return the standardised one-step prediction errors of a growing sample.

    ``w_t = (y_t - x_t b_{t-1}) / sqrt(1 + x_t (X'X)_{t-1}^{-1} x_t')``. A row that adds to the rank
    of the rows before it has no prediction, so that n - k errors remain for any design of rank k,
    also where the first k rows are dependent.

    Parameters
    ----------
    y : (n,) array_like
        Outcome in its order.
    X : (n, k) array_like
        Design of full column rank.

    Returns
    -------
    (n - k,) array
        Independent with equal variance under a stable linear model.

    Raises
    ------
    EstimationError
        If the design is at fault.

    References
    ----------
    Brown, Durbin and Evans (1975), JRSS B 37, eq. 2; updating by an orthogonal rotation.

    Examples
    --------
    >>> X = [[1, 0], [1, 1], [1, 2], [1, 3]]
    >>> recursive_residuals([1.0, 2.0, 4.0, 4.0], X).round(4).tolist()
    [0.4082, -0.7303]
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

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    X : (n, k) array_like
        Design; at least k + 2 rows.
    order : (n,) array_like, optional
        Variable that orders the rows first, such as the fitted value or a regressor.

    Returns
    -------
    TestResult
        ``|mean(w)| sqrt(n - k) / sd(w)``, t(n - k - 1), two-sided.

    Raises
    ------
    EstimationError
        If the design is at fault or too few rows are left.

    References
    ----------
    Harvey and Collier (1977), J. Econometrics 6, eq. 3.2.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(10.0)
    >>> round(harvey_collier(x**2, np.column_stack([np.ones(10), x])).p_value, 5)
    0.00679
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
    c = linalg.solve_triangular(factor[:, :-1], x, trans="T", check_finite=False)
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
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    absorbed: int = 0,
    within: Within | None = None,
    name: str = "Chow",
) -> TestResult:
    """Test whether all coefficients are equal in stated parts of the sample.

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    X : (n, k) array_like
        Design.
    groups : (n,) array_like
        Period or group of each row.
    absorbed : int
        Degrees of freedom that absorbed effects have taken from demeaned data.
    within : Within, optional
        Where `X` is freed of effects: slopes differ by group, the effects stay.
    name : str
        Name of the test.

    Returns
    -------
    TestResult
        F with k (G - 1) and n - G k degrees of freedom (fewer where a group lacks a regressor).

    Raises
    ------
    EstimationError
        If there is one group or no degree of freedom is left.

    References
    ----------
    Chow (1960), Econometrica 28.

    Examples
    --------
    >>> x = [0.0, 1, 2, 3, 0, 1, 2, 3]
    >>> y = [0.0, 1.1, 1.9, 3, 0, 2.1, 3.9, 6]
    >>> found = chow(y, [[1, v] for v in x], [0, 0, 0, 0, 1, 1, 1, 1])
    >>> found.distribution, round(found.statistic, 1)
    ('F(2, 4)', 388.9)
    """
    fit = project_noisy(y, X)
    codes, count = as_codes(groups, fit.nobs, "groups")
    if count < 2:
        raise EstimationError("groups: one group only; a change needs two")
    own = (codes[:, None] == np.arange(count)[None, :-1]).astype(np.float64)
    base = fit.Q if within is None else within.design
    wide = (base[:, None, :] * own[:, :, None]).reshape(fit.nobs, -1)
    return _added_within(fit, wide, within, absorbed=absorbed, name=name, words=STABLE)

"""Residuals of each row predicted from the rows before it, and the test built on them."""

import numpy as np
import numpy.typing as npt
from scipy import linalg, special

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import as_design, as_vector, project
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["FORM", "harvey_collier", "recursive_residuals"]

Array = npt.NDArray[np.float64]

FORM = Wording(
    "the relation is linear in the regressors",
    "the relation bends: squares or missing variables matter",
    "coefficients are averages of changing slopes, possibly biased",
    "try logs, squares or interactions; look at the residual-fitted panel",
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

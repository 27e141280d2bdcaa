"""Ordinary and weighted least squares: Cholesky where conditioning allows, else refined QR."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.qr import (
    column_scale,
    name_dependence,
    refined_least_squares,
    scale_columns,
)

__all__ = ["LinearFit", "least_squares"]

Array = npt.NDArray[np.float64]
Long = npt.NDArray[np.longdouble]

_WELL_CONDITIONED = 1e-4  # of the scaled Gram matrix, so that cond(X) is at most about 100


@dataclass(frozen=True, slots=True)
class LinearFit:
    """Least squares of y on X.

    Parameters
    ----------
    coefficients : (k,) array
        Least-squares coefficients.
    residuals : (n,) array
        y minus the fitted values.
    bread : (k, k) array
        Inverse of X'X.
    reciprocal_condition : float
        Estimate of the reciprocal 1-norm condition of the scaled Gram matrix; 0 where its
        Cholesky factor does not exist in double precision.
    route : str
        ``"cholesky"`` or ``"refined qr"``.
    root : (k, k) array
        L with ``bread = L L'``, so that ``X L`` is orthonormal.
    basis : (n, k) array or None
        ``X L`` from the QR factorisation on the refined route.
    """

    coefficients: Array
    residuals: Array
    bread: Array
    reciprocal_condition: float
    route: str
    root: Array
    basis: Array | None = None

    @property
    def ssr(self) -> float:
        """Sum of squared residuals."""
        return float(self.residuals @ self.residuals)


def least_squares(
    y: Array | Long, X: Array | Long, *, names: Sequence[str] | None = None, noise: float = 1.0
) -> LinearFit:
    """Fit y by X, taking the fast route only where it costs no digits.

    Parameters
    ----------
    y : (n,) array
        Outcome; multiplied by the square root of the weights where there are any.
    X : (n, k) array
        Design, weighted likewise; its intercept is included where there is one. Columns in
        extended precision are used as such where the refined route is taken.
    names : sequence of str, optional
        Names of the columns, for messages; by default ``column 0`` and so on.
    noise : float, default 1
        Relative error of the columns in units of machine precision: more than one where they
        are differences of larger numbers, such as deviations from group means.

    Returns
    -------
    LinearFit
        Coefficients, residuals, inverse of X'X, and the route taken.

    Raises
    ------
    EstimationError
        If shapes differ, a value is not finite, n < k, or columns depend on each other.

    Notes
    -----
    Fast route: Cholesky of the scaled Gram matrix, whose condition LAPACK estimates, and one
    corrected semi-normal step (Björck, 1987), which restores the digits that squaring the
    condition costs while ``cond(X) <= 100``. Other designs take `refined_least_squares`.

    Examples
    --------
    >>> fit = least_squares(np.array([1.0, 2, 4]), np.array([[1.0, 0], [1, 1], [1, 2]]))
    >>> fit.coefficients.round(4).tolist(), fit.route
    ([0.8333, 1.5], 'cholesky')
    """
    _check_shapes(y, X)
    labels = [f"column {i}" for i in range(X.shape[1])] if names is None else names
    plain, outcome = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        gram = plain.T @ plain
        moments = plain.T @ outcome
        square = float(outcome @ outcome)
    lengths = np.sqrt(gram.diagonal())  # no product is larger than the lengths of its factors
    if not (np.isfinite(lengths.max()) and np.isfinite(square)):
        _refuse_non_finite(outcome, plain, labels)
    elif lengths.min() > 1e-140:  # squares of shorter columns underflow
        fit = _by_cholesky(outcome, plain, (gram, moments, lengths))
        if fit is not None:
            return fit
    return _by_refined_qr(y, X, labels, noise)


def _by_cholesky(y: Array, X: Array, parts: tuple[Array, Array, Array]) -> LinearFit | None:
    """Solve the normal equations, or return None where they are ill conditioned."""
    gram, moments, lengths = parts
    scaled = gram / lengths / lengths[:, None]
    factor, failed = lapack.dpotrf(scaled, lower=0, clean=1)
    if failed:
        return None
    condition, _ = lapack.dpocon(factor, np.abs(scaled).sum(axis=0).max())
    if condition < _WELL_CONDITIONED:
        return None
    root = lapack.dtrtri(factor, lower=0)[0] / lengths[:, None]
    bread = root @ root.T
    first = lapack.dpotrs(factor, moments / lengths)[0]  # of columns scaled to length one
    residuals = y - X @ (first / lengths)
    step = lapack.dpotrs(factor, (X.T @ residuals) / lengths)[0]
    coefficients = (first + step) / lengths
    if np.abs(step).max() > 1e-14 * np.abs(first).max():
        residuals = y - X @ coefficients  # else they would change by rounding error only
    return LinearFit(coefficients, residuals, bread, float(condition), "cholesky", root)


def _by_refined_qr(
    y: Array | Long, X: Array | Long, names: Sequence[str], noise: float
) -> LinearFit:
    plain = np.asarray(X, dtype=np.float64)
    scaled, scale = scale_columns(plain, names)
    name_dependence(scaled, names, noise=noise)
    height = float(np.abs(y).max())
    unit = float(column_scale(np.array([height]))[0]) if height > 0 else 1.0
    coefficients, residuals, bread = refined_least_squares(y / unit, X / scale)
    Q, R = np.linalg.qr(scaled)
    condition = float(1.0 / np.linalg.cond(R, 1)) ** 2
    return LinearFit(
        coefficients * unit / scale,
        residuals * unit,
        bread / scale / scale[:, None],
        condition,
        "refined qr",
        np.linalg.inv(R) / scale[:, None],
        Q,
    )


def _check_shapes(y: Array | Long, X: Array | Long) -> None:
    if X.ndim != 2 or y.ndim != 1 or X.shape[0] != y.shape[0]:
        raise EstimationError(f"design of shape {X.shape} and outcome of shape {y.shape}: no match")
    rows, columns = X.shape
    if columns == 0:
        raise EstimationError("the design has no columns: give at least one regressor")
    if rows < columns:
        raise EstimationError(
            f"{rows} rows for {columns} coefficients: give more rows or drop regressors"
        )


def _refuse_non_finite(y: Array, X: Array, names: Sequence[str]) -> None:
    """Refuse values that are not finite; return where only their squares overflow."""
    for name, values in [("outcome", y), *zip(names, X.T, strict=True)]:
        bad = ~np.isfinite(values)
        if bad.any():
            row = int(np.argmax(bad))
            raise EstimationError(f"{name}: {values[row]} at row {row}; mend or drop the row")

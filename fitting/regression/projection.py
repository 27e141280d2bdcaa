"""One orthonormal basis of a design, from which every diagnostic follows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

from quesnay.fitting.errors import EstimationError

__all__ = [
    "Projection",
    "as_codes",
    "as_covariance",
    "as_design",
    "as_vector",
    "project",
    "project_noisy",
]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Projection:
    """Least squares of y on X through a thin QR factorisation of the column-scaled design.

    Parameters
    ----------
    Q : (n, k) array
        Orthonormal basis of the columns of X.
    R : (k, k) array
        Upper triangle with ``X / scale = Q R``.
    scale : (k,) array
        Euclidean length of each column of X.
    coefficients : (k,) array
        Least-squares coefficients of y.
    residuals, fitted : (n,) array
        y minus its projection, and the projection.
    """

    Q: Array
    R: Array
    scale: Array
    coefficients: Array
    residuals: Array
    fitted: Array

    @property
    def nobs(self) -> int:
        """Number of observations n."""
        return int(self.Q.shape[0])

    @property
    def rank(self) -> int:
        """Number of coefficients k."""
        return int(self.Q.shape[1])

    @property
    def ssr(self) -> float:
        """Sum of squared residuals."""
        return float(self.residuals @ self.residuals)

    @property
    def exact(self) -> bool:
        """Whether the design explains y to rounding, so that residuals mean nothing."""
        whole = self.ssr + float(self.fitted @ self.fitted)
        return self.ssr <= 1e-26 * whole

    @property
    def leverage(self) -> Array:
        """Diagonal of the hat matrix, (n,)."""
        return np.asarray(np.einsum("ij,ij->i", self.Q, self.Q))

    def bread(self) -> Array:
        """Return the inverse of X'X, (k, k)."""
        inverse = linalg.solve_triangular(self.R, np.eye(self.rank)) / self.scale[:, None]
        return np.asarray(inverse @ inverse.T)

    def annihilate(self, values: Array) -> Array:
        """Return what of `values`, (n,) or (n, m), the design does not explain."""
        rest = values - self.Q @ (self.Q.T @ values)
        return np.asarray(rest - self.Q @ (self.Q.T @ rest))  # twice is enough (Kahan)


def project(y: npt.ArrayLike, X: npt.ArrayLike) -> Projection:
    """Project an outcome on a design.

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    X : (n, k) array_like
        Design of full column rank, its intercept included where there is one.

    Returns
    -------
    Projection
        Basis, coefficients, residuals.

    Raises
    ------
    EstimationError
        If shapes differ, a value is not finite, n < k or columns are linearly dependent.

    Examples
    --------
    >>> project([1.0, 2.0, 4.0], [[1, 0], [1, 1], [1, 2]]).coefficients.round(4).tolist()
    [0.8333, 1.5]
    """
    design = as_design(X)
    outcome = as_vector(y, design.shape[0], "y")
    scale = np.sqrt(np.einsum("ij,ij->j", design, design))
    _refuse_zero_columns(scale)
    Q, R = linalg.qr(design / scale, mode="economic", check_finite=False)
    _refuse_dependence(R)
    first = Q.T @ outcome
    second = Q.T @ (outcome - Q @ first)  # re-orthogonalised: residuals to full precision
    residuals = outcome - Q @ first - Q @ second
    coefficients = linalg.solve_triangular(R, first + second) / scale
    return Projection(Q, R, scale, coefficients, residuals, outcome - residuals)


def project_noisy(y: npt.ArrayLike, X: npt.ArrayLike) -> Projection:
    """Project an outcome on a design and refuse an exact fit, which leaves nothing to test."""
    fit = project(y, X)
    if fit.exact:
        raise EstimationError("y: the design explains it exactly; there are no residuals to test")
    return fit


def as_design(X: npt.ArrayLike, name: str = "X") -> Array:
    """Return a finite (n, k) float array with n >= k >= 1, or say what is wrong."""
    design = _as_floats(X, name)
    if design.ndim != 2 or 0 in design.shape:
        raise EstimationError(f"{name}: expected a table (n, k), got shape {design.shape}")
    _refuse_infinite(design, name)
    if design.shape[0] < design.shape[1]:
        raise EstimationError(
            f"{name}: {design.shape[0]} rows for {design.shape[1]} columns; drop columns"
        )
    return design


def as_vector(y: npt.ArrayLike, n: int | None = None, name: str = "y") -> Array:
    """Return a finite (n,) float array, or say what is wrong."""
    vector = _as_floats(y, name)
    if vector.ndim != 1 or vector.size == 0:
        raise EstimationError(f"{name}: expected one value a row, got shape {vector.shape}")
    if n is not None and vector.size != n:
        raise EstimationError(f"{name}: {vector.size} values for {n} rows; give one value a row")
    _refuse_infinite(vector, name)
    return vector


def as_codes(labels: npt.ArrayLike, n: int, name: str) -> tuple[Codes, int]:
    """Return group codes 0..G-1 in order of the sorted labels, and G."""
    values = np.asarray(labels)
    if values.shape != (n,):
        raise EstimationError(f"{name}: shape {values.shape} for {n} rows; give one label a row")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        raise EstimationError(f"{name}: label at row {row} is not finite; drop or label the row")
    if values.dtype == object and any(v is None or v != v for v in values):
        raise EstimationError(f"{name}: a label is missing; drop or label the row")
    try:
        levels, codes = np.unique(values, return_inverse=True)
    except TypeError:
        raise EstimationError(f"{name}: labels of mixed kinds; use one kind of label") from None
    return codes.astype(np.intp), int(levels.size)


def as_covariance(values: npt.ArrayLike, size: int, name: str = "covariance") -> Array:
    """Return a positive definite (size, size) array from variances or a covariance."""
    try:
        S = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise EstimationError(f"{name}: contains values that are not numbers") from None
    if S.shape == (size,):
        S = np.diag(S)
    if S.shape != (size, size):
        raise EstimationError(f"{name}: shape {S.shape} for {size} values; give one for each")
    if not np.isfinite(S).all() or (np.diag(S) <= 0.0).any():
        raise EstimationError(f"{name}: variances must be positive and finite")
    scale = np.sqrt(np.diag(S))
    correlation = S / np.outer(scale, scale)
    if np.abs(correlation - correlation.T).max() > 1e-9:
        raise EstimationError(f"{name}: not symmetric")
    if np.linalg.eigvalsh(correlation)[0] <= 1e-14:
        raise EstimationError(f"{name}: not positive definite; estimates repeat each other")
    return S


def _as_floats(values: npt.ArrayLike, name: str) -> Array:
    try:
        array = np.asarray(values)
        if array.dtype.kind == "c":
            raise TypeError
        return np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError):
        raise EstimationError(f"{name}: contains values that are not real numbers") from None


def _refuse_infinite(array: Array, name: str) -> None:
    bad = ~np.isfinite(array)
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        where = f"row {place[0]}" + (f", column {place[1]}" if len(place) > 1 else "")
        raise EstimationError(f"{name}: {array[place]} at {where}; drop the row or mend the value")


def _refuse_zero_columns(scale: Array) -> None:
    if (scale == 0.0).any():
        raise EstimationError(f"X: column {int(np.argmin(scale))} is zero throughout; drop it")


def _refuse_dependence(R: Array) -> None:
    """Refuse a column that the columns before it explain to rounding (columns have length one)."""
    small = np.abs(np.diag(R)) < 1e-13 * R.shape[0]
    if small.any():
        column = int(np.flatnonzero(small)[0])
        raise EstimationError(f"X: column {column} depends linearly on those before it; drop it")

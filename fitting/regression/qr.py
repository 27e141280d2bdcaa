"""Least squares that keeps its digits: column-scaled QR with Björck's refinement."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import linalg

from quesnay.fitting.errors import EstimationError

__all__ = ["column_scale", "name_dependence", "refined_least_squares", "scale_columns"]

Array = npt.NDArray[np.float64]
Long = npt.NDArray[np.longdouble]

_ROUNDS = 12  # each round gains -log10(eps * condition) digits, never fewer than three here
_BLOCK = 1 << 15  # rows turned into extended precision at a time


def column_scale(lengths: Array) -> Array:
    """Return the powers of two nearest to the lengths of columns.

    Parameters
    ----------
    lengths : (k,) array
        Euclidean lengths, all positive.

    Returns
    -------
    (k,) array
        Powers of two: dividing by them is exact.

    Examples
    --------
    >>> column_scale(np.array([3.1, 1000.0])).tolist()
    [4.0, 1024.0]
    """
    return np.asarray(np.exp2(np.rint(np.log2(lengths))))


def scale_columns(X: Array, names: Sequence[str]) -> tuple[Array, Array]:
    """Return columns of length near one, and the powers of two by which they were divided.

    Parameters
    ----------
    X : (n, k) array
        Design of finite numbers.
    names : sequence of str
        Names of the k columns.

    Returns
    -------
    tuple of (n, k) and (k,) arrays
        Scaled columns and their scales.

    Raises
    ------
    EstimationError
        If a column is zero throughout.

    Examples
    --------
    >>> scale_columns(np.array([[3.0], [4.0]]), ["x"])[1].tolist()
    [4.0]
    """
    largest = np.abs(X).max(axis=0)
    if (largest == 0.0).any():
        column = names[int(np.argmin(largest))]
        raise EstimationError(f"column {column!r} is zero throughout: drop it")
    first = column_scale(largest)  # so that no square overflows
    lengths = first * np.sqrt(np.square(X / first).sum(axis=0))
    scale = column_scale(lengths)
    return X / scale, scale


def name_dependence(X: Array, names: Sequence[str], *, noise: float = 1.0) -> None:
    """Refuse a design whose columns depend on each other, naming those that do.

    Parameters
    ----------
    X : (n, k) array
        Design with columns of similar length.
    names : sequence of str
        Names of the k columns.
    noise : float, default 1
        Relative error of the columns in units of machine precision.

    Raises
    ------
    EstimationError
        If a column is zero or a combination of others; all columns involved are named.

    Notes
    -----
    QR with column pivoting (Golub, 1965): a diagonal entry of R below ``64 eps max(sqrt n, k)``
    of the largest is rounding error. Filip of NIST StRD, condition 1e10 once scaled, passes.

    Examples
    --------
    >>> name_dependence(np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]), ["a", "b"])
    Traceback (most recent call last):
        ...
    quesnay.fitting.errors.EstimationError: columns 'a', 'b' depend on each other linearly...
    """
    rows, columns = X.shape
    R, pivot = linalg.qr(X, mode="r", pivoting=True, check_finite=False)
    size = np.abs(np.diag(R))
    tolerance = 64 * noise * np.finfo(float).eps * max(np.sqrt(rows), columns)
    rank = int(np.count_nonzero(size > tolerance * max(size[0], np.finfo(float).tiny)))
    if rank == columns:
        return
    shares = np.abs(linalg.solve_triangular(R[:rank, :rank], R[:rank, rank]))
    involved = [int(pivot[i]) for i in np.flatnonzero(shares > 1e-6 * max(shares.max(), 1e-300))]
    listed = ", ".join(repr(names[i]) for i in sorted([*involved, int(pivot[rank])]))
    raise EstimationError(
        f"columns {listed} depend on each other linearly: no coefficient of their own; "
        "drop one of them"
    )


def refined_least_squares(y: Array | Long, X: Array | Long) -> tuple[Array, Array, Array]:
    """Return coefficients, residuals and the inverse of X'X to nearly full precision.

    Parameters
    ----------
    y : (n,) array
        Outcome, in double or extended precision.
    X : (n, k) array
        Design of full column rank, columns of similar length, in double or extended precision:
        powers of a regressor rounded to double have already lost what Filip asks for.

    Returns
    -------
    tuple of (k,), (n,) and (k, k) arrays
        Coefficients, residuals, ``(X'X)^-1``.

    Notes
    -----
    Björck (1967), "Iterative refinement of linear least squares solutions I": the augmented
    system ``[I X; X' 0] [r; b] = [f; g]`` is solved by Householder QR and its residual, formed
    in extended precision, is solved again until corrections stop shrinking. The right sides
    are ``(y, 0)`` for the coefficients and ``(0, -e_j)`` for column j of the inverse. Where
    ``numpy.longdouble`` is no wider than a double (Windows, Apple), the last digits are lost.

    Examples
    --------
    >>> b, e, inverse = refined_least_squares(np.array([1.0, 2, 4]), np.eye(3)[:, :2] + 0.5)
    >>> b.round(6).tolist()
    [0.611111, 1.611111]
    """
    rows, columns = X.shape
    Q, R = linalg.qr(np.asarray(X, dtype=np.float64), mode="economic", check_finite=False)
    top = np.zeros((rows, columns + 1), dtype=np.longdouble)
    top[:, 0] = y
    bottom = np.zeros((columns, columns + 1), dtype=np.longdouble)
    bottom[:, 1:] = -np.eye(columns)
    rest, solution = np.zeros_like(top), np.zeros_like(bottom)
    last = np.inf
    for _ in range(_ROUNDS):
        f = np.asarray(top - rest - _long_product(X, solution), dtype=np.float64)
        g = np.asarray(bottom - _long_cross(X, rest), dtype=np.float64)
        inner = Q.T @ f - linalg.solve_triangular(R, g, trans="T", check_finite=False)
        step = linalg.solve_triangular(R, inner, check_finite=False)
        solution += step
        rest += f - Q @ inner
        size = float(np.max(np.abs(step).max(axis=0) / _largest(solution)))
        if size < np.finfo(np.longdouble).eps or size > 0.5 * last:
            break
        last = size
    inverse = np.asarray(solution[:, 1:], dtype=np.float64)
    return (
        np.asarray(solution[:, 0], dtype=np.float64),
        np.asarray(rest[:, 0], dtype=np.float64),
        (inverse + inverse.T) / 2,
    )


def _largest(values: Long) -> Array:
    """Return the largest magnitude of each column, at least the smallest normal number."""
    largest = np.abs(values).max(axis=0).astype(np.float64)
    return np.asarray(np.maximum(largest, np.finfo(float).tiny))


def _long_product(X: Array | Long, B: Long) -> Long:
    blocks = [X[i : i + _BLOCK].astype(np.longdouble) @ B for i in range(0, X.shape[0], _BLOCK)]
    return np.concatenate(blocks)


def _long_cross(X: Array | Long, E: Long) -> Long:
    total = np.zeros((X.shape[1], E.shape[1]), dtype=np.longdouble)
    for i in range(0, X.shape[0], _BLOCK):
        total += X[i : i + _BLOCK].T.astype(np.longdouble) @ E[i : i + _BLOCK]
    return total

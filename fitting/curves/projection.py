"""Variable projection: nonlinear least squares where some parameters enter linearly."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quesnay.fitting.curves.least_squares import NonlinearFit, nonlinear_least_squares
from quesnay.fitting.errors import EstimationError

__all__ = ["separable_least_squares"]

type_array = NDArray[np.float64]


def separable_least_squares(
    basis: Callable[[type_array], type_array], y: ArrayLike, start: ArrayLike
) -> NonlinearFit:
    """Fit ``y = basis(shape) @ factors`` needing a start for the shape only.

    For each shape the factors are a linear regression, so the search runs over the shape alone; a
    last search over all parameters gives their joint covariance. It needs fewer starting values,
    and it converges where the full problem is a curved valley.

    Parameters
    ----------
    basis : callable
        Shape (p,) -> columns (n, m).
    y : (n,) array
        Observations.
    start : (p,) array
        First guess of the shape.

    Returns
    -------
    NonlinearFit
        Parameters in the order factors (m,), then shape (p,).

    Raises
    ------
    EstimationError
        If the basis is not finite, or has the wrong shape.
    ConvergenceError
        If no optimum is reached.

    Notes
    -----
    Golub and Pereyra (1973), "The differentiation of pseudo-inverses and nonlinear least squares
    problems whose variables separate", SIAM Journal on Numerical Analysis 10(2).

    Examples
    --------
    >>> t = np.arange(5.0)
    >>> fit = separable_least_squares(
    ...     lambda shape: np.exp(-shape[0] * t)[:, None], 3 * np.exp(-t), [0.1]
    ... )
    >>> fit.params.round(8).tolist()
    [3.0, 1.0]
    """
    observed, shape = np.asarray(y, dtype=float), np.array(start, dtype=float)
    if observed.ndim != 1 or not np.isfinite(observed).all():
        raise EstimationError("separable least squares: y must be one column of finite numbers")
    columns = np.asarray(basis(shape), dtype=float)
    if columns.ndim != 2 or len(columns) != len(observed) or not np.isfinite(columns).all():
        raise EstimationError(
            f"separable least squares: the basis returned {columns.shape} at the start, expected "
            f"finite columns of length {len(observed)}"
        )
    search = nonlinear_least_squares(lambda b: _project(basis(b), observed)[1], observed, shape)
    factors = _project(basis(search.params), observed)[0]
    return nonlinear_least_squares(
        lambda b: basis(b[len(factors) :]) @ b[: len(factors)],
        observed,
        np.concatenate([factors, search.params]),
    )


def _project(columns: type_array, y: type_array) -> tuple[type_array, type_array]:
    """Return factors and fitted values of the regression on the columns, scaled to unit length."""
    if not np.isfinite(columns).all():
        return np.full(columns.shape[1], np.nan), np.full(len(y), np.nan)
    norms = np.linalg.norm(columns, axis=0)
    unit = columns / np.where(norms > 0, norms, 1.0)
    factors = np.linalg.lstsq(unit, y, rcond=None)[0]
    return factors / np.where(norms > 0, norms, 1.0), np.asarray(unit @ factors)

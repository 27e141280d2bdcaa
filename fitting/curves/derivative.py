"""Derivatives of a user's function: central differences and the complex step."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["central_jacobian"]

type_array = NDArray[np.float64]

_THIRD = float(np.cbrt(np.finfo(float).eps))


def central_jacobian(function: Callable[[type_array], type_array], theta: type_array) -> type_array:
    """Return the derivatives of a function by central differences, extrapolated once.

    Two central differences with steps h and h/2 are combined, ``(4 D(h/2) - D(h)) / 3``, so the
    error is of order h^4 (Richardson 1911).

    Parameters
    ----------
    function : callable
        Parameters (k,) -> values (n,).
    theta : (k,) array
        The point.

    Returns
    -------
    (n, k) array
        The derivatives.

    Examples
    --------
    >>> central_jacobian(lambda b: np.exp(b[0] * np.array([1.0, 2.0])), np.array([0.5])).round(6)
    array([[1.648721],
           [5.436564]])
    """
    columns = []
    for place, value in enumerate(theta):
        step = 4 * _THIRD * (abs(value) or 1.0)
        wide, narrow = (_difference(function, theta, place, h) for h in (step, step / 2))
        columns.append((4 * narrow - wide) / 3)
    return np.stack(columns, axis=-1)


def _difference(
    function: Callable[[type_array], type_array], theta: type_array, place: int, step: float
) -> type_array:
    above, below = theta.copy(), theta.copy()
    above[place] += step
    below[place] -= step
    return np.asarray((function(above) - function(below)) / (above[place] - below[place]))

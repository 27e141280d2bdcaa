"""The grey model GM(1,1): an exponential trend from a handful of points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quesnay.fitting.arrays import Array
from quesnay.fitting.curves.least_squares import central_jacobian
from quesnay.fitting.errors import EstimationError

__all__ = ["GreyForecast", "grey_forecast", "grey_path"]

_FEWEST = 4  # Deng's own minimum


@dataclass(frozen=True, slots=True)
class GreyForecast:
    """A fitted grey model and what it says of the next periods.

    Parameters
    ----------
    a, b : float
        Development coefficient and grey input; growth is about ``-a`` a period.
    path : (n + horizon,) array
        Fitted values and forecasts.
    errors : (n + horizon,) array
        Standard errors of a new observation around the path.
    sigma : float
        Standard deviation of the observations around the path.
    dof : float
        Equivalent degrees of freedom.
    """

    a: float
    b: float
    path: Array
    errors: Array
    sigma: float
    dof: float


def grey_path(x: ArrayLike, horizon: int = 0) -> tuple[Array, float, float]:
    """Return the path of GM(1,1) through and beyond a series, with its coefficients a and b.

    The sums ``X_k = x_1 + ... + x_k`` follow ``dX/dt + a X = b``; a and b are the regression of
    ``x_k`` on ``-(X_k + X_(k-1)) / 2``; the path is the difference of the solution (Deng 1982).
    """
    values = np.asarray(x, dtype=float)
    sums = np.cumsum(values)
    middle = (sums[1:] + sums[:-1]) / 2
    design = np.column_stack([-middle, np.ones_like(middle)])
    (a, b), *_ = np.linalg.lstsq(design, values[1:], rcond=None)
    steps = np.arange(1, len(values) + horizon)
    # (exp(a) - 1) / a tends to 1 as a tends to 0: a flat series is no special case
    slope = np.expm1(a) / a if a != 0 else 1.0
    with np.errstate(over="ignore"):  # an endless path is refused by those who use it
        path = np.exp(-a * steps) * (b * slope - values[0] * np.expm1(a))
    return np.concatenate([values[:1], path]), float(a), float(b)


def grey_forecast(x: ArrayLike, horizon: int) -> GreyForecast:
    """Return the grey model with errors that count both noise and estimation.

    The path is a function of the data. With independent errors of variance s2 around it, a new
    observation has the variance ``s2 (1 + |d path / d x|^2)``, and s2 is the sum of squared
    residuals over ``tr (I - J)'(I - J)``, J the derivative of the fitted path by the data: the
    usual rule for a linear smoother, here to first order. The literature's intervals, or the
    "posterior variance ratio", leave the estimation of a and b out.

    Deng (1982), "Control problems of grey systems", Systems and Control Letters 1(5).
    """
    values = np.asarray(x, dtype=float)
    if len(values) < _FEWEST:
        raise EstimationError(f"GM(1,1) needs {_FEWEST} values at least, got {len(values)}")
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise EstimationError("GM(1,1) needs positive, finite values; shift or drop the others")
    path, a, b = grey_path(values, horizon)
    if not np.isfinite(path).all():
        raise EstimationError("GM(1,1): the path overflows; shorten the horizon")
    count = len(values)
    size = float(values.max())
    slope = central_jacobian(lambda z: grey_path(z, horizon)[0], values / size)
    left = np.eye(count) - slope[:count]
    dof = float(np.sum(left**2))
    sigma = float(np.sqrt(np.sum((values - path[:count]) ** 2) / dof))
    errors = sigma * np.sqrt(1 + np.sum(slope**2, axis=1))
    return GreyForecast(a, b, path, errors, sigma, dof)

"""Temporal disaggregation without a regression: aggregation, Denton and Denton-Cholette."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quesnay.fitting.errors import DataError, EstimationError

__all__ = ["CONVERSIONS", "Disaggregated", "aggregation_matrix", "denton"]

type_array = NDArray[np.float64]

CONVERSIONS = ("sum", "average", "first", "last")


@dataclass(frozen=True, slots=True)
class Disaggregated:
    """A disaggregated series and the regression behind it.

    Parameters
    ----------
    values : (n,) array
        High-frequency values, which aggregate to the given ones.
    std_errors : (n,) array
        Their standard errors given rho; NaN for Denton, which is no statistical model.
    coefficients : (k,) array
        Regression coefficients; empty for Denton.
    covariance : (k, k) array
        Their covariance.
    residuals : (m,) array
        Low-frequency residuals of the regression.
    rho : float
        Autoregressive parameter; NaN for Denton.
    truncated : bool
        Whether a negative rho was set to 0.
    loglik : float
        Log-likelihood; NaN for Denton.
    dof : int
        Low-frequency observations minus coefficients.
    """

    values: type_array
    std_errors: type_array
    coefficients: type_array
    covariance: type_array
    residuals: type_array
    rho: float
    truncated: bool
    loglik: float
    dof: int


def aggregation_matrix(
    low: int, high: int, ratio: int, *, conversion: str = "sum", before: int = 0
) -> type_array:
    """Return the matrix that turns the high-frequency series into the low-frequency one.

    Parameters
    ----------
    low, high : int
        Numbers of periods.
    ratio : int
        High-frequency periods in one low-frequency period.
    conversion : str
        "sum" for flows, "average" for indices, "first" or "last" for stocks.
    before : int
        High-frequency periods before the first low-frequency one.

    Returns
    -------
    (low, high) array
        Rows of weights; columns outside the low-frequency periods are 0.

    Examples
    --------
    >>> aggregation_matrix(1, 3, 2).tolist()
    [[1.0, 1.0, 0.0]]
    """
    if conversion not in CONVERSIONS:
        raise DataError(f"conversion {conversion!r} is unknown; expected one of {CONVERSIONS}")
    weights = {
        "sum": np.ones(ratio),
        "average": np.full(ratio, 1 / ratio),
        "first": np.eye(ratio)[0],
        "last": np.eye(ratio)[-1],
    }[conversion]
    matrix = np.zeros((low, high))
    for row in range(low):
        place = before + row * ratio
        matrix[row, place : place + ratio] = weights
    return matrix


def denton(
    low: ArrayLike,
    indicator: ArrayLike,
    C: ArrayLike,
    *,
    additive: bool = False,
    order: int = 1,
    transient: bool = False,
) -> Disaggregated:
    """Return the series nearest in movement to an indicator that meets the low-frequency values.

    Proportional: minimises the sum of squared differences of ``y / indicator - 1`` under
    ``C y = low``; additive: of ``y - indicator``.

    Parameters
    ----------
    low : (m,) array
        Low-frequency values.
    indicator : (n,) array
        High-frequency indicator, without zeros where proportional.
    C : (m, n) array
        Aggregation matrix.
    additive : bool
        Keep differences instead of proportions.
    order : int
        Order of differencing, 1 or 2; 0 is levels.
    transient : bool
        Count the first differences from the indicator itself, as Denton (1971) did, which bends
        the start towards it; without, the form of Cholette.

    Returns
    -------
    Disaggregated
        Values; no regression.

    Notes
    -----
    Denton (1971), Journal of the American Statistical Association 66(333); without the start that
    Cholette removed: Dagum and Cholette (2006), ch. 6.

    Examples
    --------
    >>> C = aggregation_matrix(2, 4, 2)
    >>> denton([2.0, 6.0], np.ones(4), C).values.round(4).tolist()
    [0.6667, 1.3333, 2.6667, 3.3333]
    """
    target, guide, matrix = (np.asarray(a, dtype=float) for a in (low, indicator, C))
    n, m = len(guide), len(target)
    # in units of the indicator the differences are of numbers near 1, whatever its size
    scale, prior = (np.ones(n), guide) if additive else (guide, np.ones(n))
    reach = matrix * scale
    size = np.abs(reach).max(axis=1)
    reach, wanted = reach / size[:, None], target / size
    before = np.zeros((order if transient else 0, n))
    slope = np.diff(np.eye(n), n=order, axis=0, prepend=before)
    system = np.zeros((n + m, n + m))
    system[:n, :n] = slope.T @ slope
    system[:n, n:], system[n:, :n] = reach.T, reach
    pull = slope.T @ (slope @ prior)
    try:
        ratio = np.linalg.solve(system, np.concatenate([pull, wanted]))[:n]
    except np.linalg.LinAlgError:
        raise EstimationError(
            f"Denton-Cholette of order {order} needs more than {m} low-frequency values; give "
            "more, or lower the order"
        ) from None
    empty, unknown = np.empty(0), float("nan")
    return Disaggregated(
        scale * ratio,
        np.full(n, np.nan),
        empty,
        np.empty((0, 0)),
        target - matrix @ guide,
        unknown,
        False,
        unknown,
        0,
    )

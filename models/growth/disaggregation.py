"""Temporal disaggregation: yearly figures spread over quarters or months."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from quesnay.fitting.checks import choice, is_number, switch
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.growth.disaggregation import (
    CONVERSIONS,
    OBJECTIVES,
    Disaggregated,
    aggregation_matrix,
    chow_lin,
    denton,
)
from quesnay.models.growth.disaggregation_result import METHODS, Disaggregation
from quesnay.models.growth.periods import Periods, match_periods

__all__ = ["disaggregate"]


def disaggregate(
    series: pd.Series | ArrayLike,
    indicators: pd.Series | pd.DataFrame | ArrayLike | None = None,
    *,
    method: str | None = None,
    to: str | int | None = None,
    conversion: str = "sum",
    intercept: bool = True,
    rho: float | None = None,
    objective: str = "maxlog",
    truncate: bool = True,
    additive: bool = False,
    order: int = 1,
    nonnegative: bool = False,
) -> Disaggregation:
    """Spread yearly or quarterly figures over shorter periods, following indicators where given.

    Parameters
    ----------
    series : Series
        Yearly values (index of years or yearly periods) or quarterly ones (quarterly PeriodIndex),
        or an array.
    indicators : Series or DataFrame, optional
        High-frequency indicators with a quarterly or monthly PeriodIndex; may reach beyond the
        series, before and after, and the result with them. An array with an array.
    method : str, optional
        "chow-lin" (default with indicators), "fernandez", "litterman", "denton-cholette"
        (default without) or "denton", which keeps the start near the indicator and is there to
        compare with.
    to : str or int, optional
        "quarterly", "monthly" or the number of periods in a given one, where no indicator says it.
    conversion : str
        "sum" for flows, "average" for indices, "first" or "last" for stocks.
    intercept : bool
        Add a constant to the indicators of the regression methods.
    rho : float, optional
        Autoregressive parameter of the regression methods; by default searched.
    objective : str
        What the search for rho seeks: "maxlog" (the likelihood, recommended), "minrss-quilis" or
        "minrss-ecotrim" (the sum of squares weighted by covariances, or by correlations).
    truncate : bool
        Set a negative estimate of rho to 0, as R's tempdisagg does.
    additive : bool
        Denton and Denton-Cholette in differences instead of proportions.
    order : int
        Order of differencing of both, 1 or 2; 0 (levels) for "denton" only.
    nonnegative : bool
        Allow no value below 0: among the series that add up and are nowhere negative, the one
        nearest to what the method asks for. Standard errors stay those without the bound.

    Returns
    -------
    Disaggregation
        ``values`` that aggregate exactly to `series`, with errors where the method has them.

    Raises
    ------
    DataError
        If labels or values are at fault.
    EstimationError
        If the regression cannot be computed.

    Notes
    -----
    Sax and Steiner (2013), "Temporal disaggregation of time series", R Journal 5(2); the package
    of that paper gives the same numbers.

    Examples
    --------
    >>> gdp = pd.Series([100.0, 108.0], index=[2018, 2019])
    >>> disaggregate(gdp, to="quarterly").values.round(2).tolist()
    [24.55, 24.73, 25.09, 25.64, 26.36, 26.91, 27.27, 27.45]
    """
    method = _method(method, indicators)
    choice(conversion, CONVERSIONS, "conversion")
    switches = {"intercept": intercept, "truncate": truncate, "additive": additive}
    switches["nonnegative"] = nonnegative
    on = {name: switch(value, name) for name, value in switches.items()}
    periods = match_periods(series, indicators, to)
    size = len(periods.low), len(periods.high), periods.ratio
    C = aggregation_matrix(*size, conversion=conversion, before=periods.before)
    floor = on["nonnegative"]
    if floor:
        _refuse_negative(periods.low)
    if not METHODS[method][0]:
        made = _denton(periods, C, method, additive=on["additive"], order=order, floor=floor)
        names = pd.Index([])
    else:
        X, names = _regressors(periods, intercept=on["intercept"])
        _check_rho(rho)
        _check_objective(objective, method)
        model = partial(chow_lin, errors=METHODS[method][0], rho=rho, objective=objective)
        low, cut = periods.low.to_numpy(), on["truncate"]
        made = model(low, X, C, truncate=cut, nonnegative=floor)
    return _labelled(made, periods, names, (method, conversion))


def _refuse_negative(low: pd.Series) -> None:
    """Refuse a figure below 0, of which no parts can all be at least 0."""
    below = low.index[low.to_numpy() < 0]
    if len(below):
        raise DataError(
            f"nonnegative: {low[below[0]]:g} in {below[0]} has no parts that are all 0 or more; "
            "leave nonnegative out"
        )


def _method(method: str | None, indicators: Any) -> str:
    """Return the method asked for, or the usual one."""
    if method is None:
        return "denton-cholette" if indicators is None else "chow-lin"
    return choice(method, METHODS, "method")


def _check_rho(rho: Any) -> None:
    """Refuse an autoregressive parameter that is no number inside (-1, 1)."""
    if rho is not None and (not is_number(rho) or not -1 < rho < 1):
        raise DataError(f"rho must be a number between -1 and 1, got {shown(rho)}")


def _check_objective(objective: Any, method: str) -> None:
    """Refuse an unknown objective, and correlations of a random walk, which has none."""
    choice(objective, OBJECTIVES, "objective")
    if objective == "minrss-ecotrim" and method == "litterman":
        raise DataError(
            "objective 'minrss-ecotrim' weights by correlations, which litterman's random walk "
            "does not have; use 'minrss-quilis' or 'maxlog'"
        )


def _regressors(periods: Periods, *, intercept: bool) -> tuple[np.ndarray, pd.Index]:
    """Return the matrix of indicators and their names."""
    X, names = periods.indicators.to_numpy(), periods.indicators.columns
    if not intercept and X.shape[1] == 0:
        raise DataError("disaggregate: neither an indicator nor an intercept; give one of them")
    if not intercept:
        return X, names
    if "intercept" in names:
        raise DataError("indicators: column 'intercept' is the name of a result; rename it")
    return np.column_stack([np.ones(len(X)), X]), names.insert(0, "intercept")


def _denton(
    periods: Periods, C: np.ndarray, method: str, *, additive: bool, order: int, floor: bool
) -> Disaggregated:
    """Hand at most one indicator to Denton."""
    orders = {0, 1, 2} if method == "denton" else {1, 2}
    if not is_number(order) or order not in orders:
        raise DataError(f"order must be {' or '.join(map(str, orders))}, got {shown(order)}")
    guides = periods.indicators
    if guides.shape[1] > 1:
        raise DataError(
            f"{method} follows one indicator, got {guides.shape[1]}; choose one or use 'chow-lin'"
        )
    guide = guides.iloc[:, 0] if guides.shape[1] else pd.Series(1.0, periods.high)
    zero = periods.high[guide.to_numpy() == 0]
    if len(zero) and not additive:
        raise DataError(
            f"indicator: 0 in {zero[0]}; a proportion to 0 is not defined, use additive=True"
        )
    return denton(
        periods.low.to_numpy(),
        guide.to_numpy(),
        C,
        additive=additive,
        order=int(order),
        transient=method == "denton",
        nonnegative=floor,
    )


def _labelled(
    made: Disaggregated, periods: Periods, names: pd.Index, asked: tuple[str, str]
) -> Disaggregation:
    """Label what the numerics returned."""
    high, low = periods.high, periods.low.index
    return Disaggregation(
        values=pd.Series(made.values, high, name=periods.low.name),
        std_errors=pd.Series(made.std_errors, high, name="std_error"),
        params=pd.Series(made.coefficients, names, name="estimate"),
        param_errors=pd.Series(np.sqrt(np.diag(made.covariance)), names, name="std_error"),
        rho=made.rho,
        truncated=made.truncated,
        residuals=pd.Series(made.residuals, low, name="residual"),
        loglik=made.loglik,
        dof=made.dof,
        method=asked[0],
        conversion=asked[1],
        outside=len(high) - len(low) * periods.ratio,
        from_negative=bool((periods.low < 0).any()),
    )

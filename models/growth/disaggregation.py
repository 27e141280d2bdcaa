"""Temporal disaggregation: yearly figures spread over quarters or months."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from quesnay.fitting.checks import choice, is_number, switch
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.growth.benchmarking import (
    CONVERSIONS,
    OBJECTIVES,
    Disaggregated,
    aggregation_matrix,
    chow_lin,
    denton,
)
from quesnay.models.display.table import Table, Tabular, estimates_frame
from quesnay.models.growth.periods import Periods, match_periods

METHODS = {
    "chow-lin": ("ar1", "Chow and Lin (1971), Review of Economics and Statistics 53(4)"),
    "fernandez": ("walk", "Fernández (1981), Review of Economics and Statistics 63(3)"),
    "litterman": ("ar1-walk", "Litterman (1983), Journal of Business and Economic Statistics 1(2)"),
    "denton-cholette": ("", "Denton (1971) and Dagum and Cholette (2006), ch. 6"),
    "denton": ("", "Denton (1971), Journal of the American Statistical Association 66(333)"),
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Disaggregation(Tabular):
    """A high-frequency series that adds up to the low-frequency one.

    Parameters
    ----------
    values : Series
        By quarter or month, in the unit of the low-frequency series.
    std_errors : Series
        Standard errors of the values given rho; NaN for Denton.
    params, param_errors : Series
        Coefficients of the indicators and their standard errors; empty for Denton.
    rho : float
        Autoregressive parameter of the errors; NaN for Denton.
    truncated : bool
        Whether rho was estimated below 0 and set to 0.
    residuals : Series
        Low-frequency residuals: what the indicators do not explain.
    loglik : float
        Log-likelihood.
    dof : int
        Low-frequency values minus coefficients.
    method, conversion : str
        As asked for.
    outside : int
        High-frequency periods outside the low-frequency ones, which are extrapolated.
    from_negative : bool
        Whether a low-frequency figure is negative.

    Examples
    --------
    >>> import quesnay as qn
    >>> made = qn.disaggregate(pd.Series([100.0, 108.0], [2018, 2019]), to="quarterly")
    >>> float(made.values.iloc[:4].sum().round(6))
    100.0
    """

    values: pd.Series
    std_errors: pd.Series
    params: pd.Series
    param_errors: pd.Series
    rho: float
    truncated: bool
    residuals: pd.Series
    loglik: float
    dof: int
    method: str
    conversion: str
    outside: int
    from_negative: bool

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a coefficient: term, estimate, std_error, statistic, p_value, interval."""
        terms, dof = self.params.index.astype(str), max(self.dof, 1)
        return estimates_frame(terms, self.params, self.param_errors, df=dof, level=level)

    def tables(self) -> tuple[Table, ...]:
        """Return the values, and the regression where there is one."""
        frame = pd.DataFrame({"value": self.values})
        notes = [f"{self.method}, {self.conversion}: {METHODS[self.method][1]}."]
        if self.outside:
            notes.append(f"{self.outside} periods lie outside the given ones: extrapolated.")
        below = self.values[self.values < 0]
        if len(below) and not self.from_negative:
            notes.append(
                f"{len(below)} values are negative, the lowest {below.min():.4g} in "
                f"{below.idxmin()}, of figures that are not: nonnegative=True holds them at 0."
            )
        if not METHODS[self.method][0]:
            return (Table("Disaggregated series", frame, tuple(notes)),)
        frame["std_error"] = self.std_errors
        cut = " (estimated below 0 and set to 0)" if self.truncated else ""
        rho = f"rho {self.rho:.4g}{cut}; log-likelihood {self.loglik:.6g}."
        tidy = self.tidy().set_index("term")
        return (
            Table("Disaggregated series", frame, tuple(notes)),
            Table("Regression on the indicators", tidy, (rho,)),
        )

    def plot(self, **options: Any) -> Any:
        """Return a figure of the series with its band."""
        from quesnay.diagnostics.plots.growth import plot_disaggregation

        return plot_disaggregation(self, **options)


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
    intercept : bool, default True
        Add a constant to the indicators of the regression methods.
    rho : float, optional
        Autoregressive parameter of the regression methods; by default searched.
    objective : str
        What the search for rho seeks: "maxlog" (the likelihood, recommended), "minrss-quilis" or
        "minrss-ecotrim" (the sum of squares weighted by covariances, or by correlations).
    truncate : bool, default True
        Set a negative estimate of rho to 0, as R's tempdisagg does.
    additive : bool, default False
        Denton and Denton-Cholette in differences instead of proportions.
    order : int, default 1
        Order of differencing of both, 1 or 2; 0 (levels) for "denton" only.
    nonnegative : bool, default False
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
    usual = "denton-cholette" if indicators is None else "chow-lin"
    method = usual if method is None else choice(method, METHODS, "method")
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
        _check_search(rho, objective, method)
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


def _check_search(rho: Any, objective: Any, method: str) -> None:
    """Refuse a rho outside (-1, 1), and an objective that is unknown or that a method has not."""
    if rho is not None and (not is_number(rho) or not -1 < rho < 1):
        raise DataError(f"rho must be a number between -1 and 1, got {shown(rho)}")
    choice(objective, OBJECTIVES, "objective")
    if objective == "minrss-ecotrim" and method == "litterman":
        raise DataError(
            "objective 'minrss-ecotrim' weights by correlations, which litterman's random walk "
            "does not have; use 'minrss-quilis' or 'maxlog'"
        )


def _regressors(periods: Periods, *, intercept: bool) -> tuple[np.ndarray, pd.Index]:
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

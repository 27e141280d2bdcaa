"""The grey model GM(1,1) on a short series, judged against doing nothing."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quesnay.fitting.checks import half_width, is_number
from quesnay.fitting.curves.fit import GreyForecast, grey_forecast, grey_path
from quesnay.fitting.errors import DataError, EstimationError, shown
from quesnay.models.display.table import Table, Tabular
from quesnay.models.growth.periods import period_name, refuse_gaps, yearly_series

_FEWEST = 4


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class GreyFit(Tabular):
    """A fitted GM(1,1), its forecasts with intervals, and how it did before.

    Parameters
    ----------
    params : Series
        Development coefficient a and grey input b.
    fitted : DataFrame
        Period x (y, fitted, resid).
    forecast : DataFrame
        Period x (estimate, std_error, low, high) of a new observation, 95 %.
    backtest : DataFrame
        Period x (y, grey, no_change): forecasts one period ahead made from the periods before.
    sigma, dof : float
        Residual standard deviation and equivalent degrees of freedom.
    smooth : bool
        Whether all class ratios lie in Deng's admissible range.

    Examples
    --------
    >>> import quesnay as qn
    >>> fit = qn.fit_grey(pd.Series([2.874, 3.278, 3.337, 3.390], index=range(2015, 2019)))
    >>> fit.fitted.loc[2018].round(3).to_dict()
    {'y': 3.39, 'fitted': 3.391, 'resid': -0.001}
    """

    params: pd.Series
    fitted: pd.DataFrame
    forecast: pd.DataFrame
    backtest: pd.DataFrame
    sigma: float
    dof: float
    smooth: bool

    @property
    def nobs(self) -> int:
        """Number of periods."""
        return len(self.fitted)

    @property
    def resid(self) -> "pd.Series[float]":
        """Levels less the model, by period."""
        return self.fitted["resid"]

    @property
    def rsquared(self) -> float:
        """Share of the variation of the levels explained by the model; NaN where all are equal."""
        levels = self.fitted["y"]
        spread = float(((levels - levels.mean()) ** 2).sum())
        return 1.0 - float((self.resid**2).sum()) / spread if spread > 0 else float("nan")

    @property
    def errors_ahead(self) -> pd.Series:
        """Mean absolute percentage error one period ahead, of the grey model and of no change."""
        truth = self.backtest["y"]
        wrong = self.backtest[["grey", "no_change"]].sub(truth, axis=0).abs().div(truth, axis=0)
        return pd.Series(wrong.mean(), name="mape")

    def tidy(self) -> pd.DataFrame:
        """Return one row a coefficient: term, estimate."""
        return pd.DataFrame({"term": self.params.index, "estimate": self.params.to_numpy()})

    def glance(self) -> pd.DataFrame:
        """Return one row: observations, degrees of freedom, sigma, growth, errors one ahead."""
        row = {"nobs": self.nobs, "dof": self.dof, "sigma": self.sigma}
        row |= {"growth": float(np.expm1(-self.params["a"])), "smooth": self.smooth}
        error = self.errors_ahead
        return pd.DataFrame([{**row, "mape": error["grey"], "mape_no_change": error["no_change"]}])

    def augment(self) -> pd.DataFrame:
        """Return one row a period: y, fitted, resid."""
        return self.fitted.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return coefficients and forecasts, and the back-test."""
        a, b = self.params["a"], self.params["b"]
        period = period_name(self.fitted.index)
        notes = [
            f"GM(1,1), a = {a:.5g}, b = {b:.5g}: growth of {np.expm1(-a):.2%} a {period} (Deng "
            "1982).",
            "Intervals count the noise and the estimation of a and b, with Student's t; they "
            "assume that the trend stays exponential.",
        ]
        if not self.smooth:
            notes.append("Class ratios leave Deng's range: the series is too rough for GM(1,1).")
        tables = [Table("Grey forecast", self.forecast, tuple(notes))]
        if len(self.backtest):
            error = self.errors_ahead
            note = (
                f"Mean absolute percentage error one {period} ahead: grey {error['grey']:.2%}, no "
                f"change {error['no_change']:.2%}."
            )
            tables.append(Table(f"One {period} ahead, origin by origin", self.backtest, (note,)))
        return tuple(tables)


def fit_grey(series: pd.Series, *, horizon: int = 3, level: float = 0.95) -> GreyFit:
    """Fit GM(1,1) to a short series and forecast it, with honest intervals and a back-test.

    Parameters
    ----------
    series : Series
        Year -> positive value, at least four consecutive years; or quarters or other periods (a
        PeriodIndex), then growth, horizon and back-test are by period.
    horizon : int, default 3
        Periods to forecast.
    level : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    GreyFit
        Coefficients, fitted values, forecasts and back-test.

    Raises
    ------
    DataError, EstimationError
        If the series is too short, has a gap, or a value that is not positive.

    Notes
    -----
    Deng (1982), Systems and Control Letters 1(5). Equations and errors:
    `quesnay.fitting.curves.fit`.

    Examples
    --------
    >>> series = pd.Series([2.874, 3.278, 3.337, 3.390, 3.679], index=range(2015, 2020))
    >>> fit_grey(series, horizon=1).forecast.round(2).loc[2020].to_dict()
    {'estimate': 3.75, 'std_error': 0.14, 'low': 3.13, 'high': 4.37}
    """
    values = yearly_series(series, "series")
    refuse_gaps(values.index, "series", "fill it")
    if not is_number(horizon) or horizon != int(horizon) or not 1 <= horizon <= 100:
        raise DataError(f"horizon must be a number of periods from 1 to 100, got {shown(horizon)}")
    horizon = int(horizon)
    bad = values.index[~(values.to_numpy() > 0)]
    if len(bad):
        raise EstimationError(
            f"series: {values[bad[0]]:g} in {bad[0]} is not positive; GM(1,1) needs it"
        )
    x = values.to_numpy()
    made = grey_forecast(x, horizon)
    half = half_width(level, made.dof) * made.errors
    return _labelled(made, values, half, horizon)


def _labelled(made: GreyForecast, values: pd.Series, half: np.ndarray, horizon: int) -> GreyFit:
    x, count = values.to_numpy(), len(values)
    fitted = pd.DataFrame(
        {"y": x, "fitted": made.path[:count], "resid": x - made.path[:count]}, values.index
    )
    last = values.index[-1]
    later = pd.Index([last + k for k in range(1, horizon + 1)])
    path, wide = made.path[count:], half[count:]
    columns = {"estimate": path, "std_error": made.errors[count:]}
    columns |= {"low": path - wide, "high": path + wide}
    return GreyFit(
        params=pd.Series({"a": made.a, "b": made.b}, name="estimate"),
        fitted=fitted,
        forecast=pd.DataFrame(columns, later),
        backtest=_backtest(values),
        sigma=made.sigma,
        dof=made.dof,
        smooth=bool((np.abs(np.log(x[:-1] / x[1:])) < 2 / (count + 1)).all()),  # Deng
    )


def _backtest(values: pd.Series) -> pd.DataFrame:
    """Return forecasts one period ahead from every origin with enough periods before it."""
    x = values.to_numpy()
    ahead = [grey_path(x[:k], 1)[0][-1] for k in range(_FEWEST, len(x))]
    columns = {"y": x[_FEWEST:], "grey": ahead, "no_change": x[_FEWEST - 1 : -1]}
    return pd.DataFrame(columns, values.index[_FEWEST:])

"""Capital stocks by the perpetual inventory."""

from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.checks import choice, is_number
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.growth.inventory import (
    geometric_stock,
    hyperbolic_efficiency,
    stock_from_vintages,
)
from quesnay.models.growth.labels import (
    part_of_year,
    period_name,
    periods_in_year,
    yearly_series,
    years_of,
)

__all__ = ["perpetual_inventory"]

_PROFILES = ("geometric", "hyperbolic")
_FIRST_YEARS = 10  # Hall and Jones (1999) take the growth of investment over the first decade
_DECLINING_BALANCE = 2.0  # life = 2 / rate, the double declining balance of OECD (2009)
_LONGEST_LIFE = 400  # years


def perpetual_inventory(
    investment: pd.Series | np.ndarray,
    *,
    depreciation: float | pd.Series,
    profile: str = "geometric",
    initial: float | None = None,
    growth: float | None = None,
    service_life: float | None = None,
    efficiency: float = 0.5,
    retirement_spread: float = 0.25,
) -> pd.Series:
    """Accumulate investment into a capital stock.

    Geometric: ``K_t = (1 - d) K_{t-1} + I_t``. Hyperbolic: ``K_t = sum_a phi_a I_{t-a}``, phi the
    age-efficiency of a cohort whose assets retire around the service life. Stocks are at the end
    of the period; new investment counts in full in its period. Rates and lives are by year whatever
    the period: a quarter keeps ``(1 - d)^(1/4)`` of its opening stock, and grows likewise.

    Parameters
    ----------
    investment : Series
        Gross investment by year at constant prices, or by quarter or month (a PeriodIndex), not at
        annual rates; consecutive periods, in any order.
    depreciation : float or Series
        Rate a year in (0, 1]; a Series by period for the geometric profile only.
    profile : str
        "geometric" or "hyperbolic".
    initial : float, optional
        Stock at the end of the period before the first. By default the growth method: investment
        grew at `growth` for ever before, which for the geometric profile is ``I_1 / (g + d)``
        (Harberger 1978).
    growth : float, optional
        Growth rate a year of investment before the first period; by default the average over the
        first ten years (Hall and Jones 1999).
    service_life : float, optional
        Mean life in years of the hyperbolic profile; by default ``2 / depreciation``.
    efficiency : float
        Shape of the hyperbola, below 1; 0.5 for equipment, 0.75 for structures.
    retirement_spread : float
        Standard deviation of service lives as a share of the mean; 0 retires all at once.

    Returns
    -------
    Series
        Stock at the end of each period, in the unit and the row order of `investment`.

    Raises
    ------
    DataError
        If a period is missing, repeated or no year, quarter or month, investment is negative, a
        rate is out of range, or the growth method has nothing to stand on.

    Notes
    -----
    OECD (2009), Measuring Capital; Harberger (1978) for the start; US Bureau of Labor Statistics
    (1983), Bulletin 2178, for the hyperbola with retirement.

    Examples
    --------
    >>> investment = pd.Series([100.0, 100.0, 100.0], index=[2016, 2017, 2018])
    >>> perpetual_inventory(investment, depreciation=0.1, initial=500.0).round(1).to_dict()
    {2016: 550.0, 2017: 595.0, 2018: 635.5}
    """
    choice(profile, _PROFILES, "profile")
    flows = _flows(investment)
    parts = periods_in_year(flows.index, "investment")
    yearly = _rates(depreciation, flows.index, profile)
    rate = -part_of_year(-yearly, parts) if parts > 1 else yearly
    if initial is not None and not (is_number(initial) and initial >= 0):
        raise DataError(f"initial stock must be a number not below 0, got {shown(initial)}")
    past = _past_growth(flows, growth, parts, needed=initial is None or profile == "hyperbolic")
    if profile == "geometric":
        opening = float(initial or 0.0)
        if initial is None:
            opening = _harberger(flows, past, float(rate[0]))
        stock = geometric_stock(flows, rate, opening)
    else:
        mean = _DECLINING_BALANCE / float(yearly[0]) if service_life is None else service_life
        old = _cohort(len(flows), mean, parts, (efficiency, retirement_spread))
        opening_path = _old_vintages(flows, past, old, initial)
        stock = stock_from_vintages(flows, old[: len(flows)], opening_path)
    result = pd.Series(stock, index=flows.index, name="stock")
    return result.loc[investment.index] if isinstance(investment, pd.Series) else result


def _cohort(count: int, mean: float, parts: int, shape: tuple[float, float]) -> np.ndarray:
    """Return the efficiency of a cohort by age in periods, until its last asset is gone."""
    if not (is_number(mean) and 0 < mean <= _LONGEST_LIFE):
        raise DataError(
            f"service_life must be a number of years in (0, {_LONGEST_LIFE}], got {shown(mean)}"
        )
    for name, value in zip(("efficiency", "retirement_spread"), shape, strict=True):
        if not is_number(value):
            raise DataError(f"{name} must be a finite number, got {shown(value)}")
    return hyperbolic_efficiency(
        count + 2 * int(np.ceil(mean * parts)) + 1,
        service_life=mean * parts,
        shape=shape[0],
        spread=shape[1],
    )


def _flows(investment: Any) -> pd.Series:
    """Return investment by year, checked: consecutive years, nothing negative."""
    flows = yearly_series(investment, "investment")
    years = years_of(flows.index, "investment")
    gaps = np.flatnonzero(np.diff(years) != 1)
    if len(gaps):
        before, after = flows.index[gaps[0]], flows.index[gaps[0] + 1]
        period = period_name(flows.index)
        raise DataError(
            f"investment: no {period} between {before} and {after}; a stock needs every {period}, "
            "interpolate or start later"
        )
    negative = flows.index[flows.to_numpy() < 0]
    if len(negative):
        raise DataError(
            f"investment: {flows[negative[0]]:g} in {negative[0]} is negative; give gross "
            "investment, disposals are in depreciation"
        )
    return flows


def _rates(depreciation: Any, years: pd.Index, profile: str) -> np.ndarray:
    """Return the rate of each year."""
    if isinstance(depreciation, pd.Series):
        if profile != "geometric":
            raise DataError("depreciation: rates by year need the geometric profile; give one rate")
        rates = yearly_series(depreciation, "depreciation")
        missing = years.difference(rates.index)
        if len(missing):
            raise DataError(f"depreciation: no rate for {missing[0]}; give one for each year")
        values = rates.loc[years].to_numpy()
    elif is_number(depreciation):
        values = np.full(len(years), float(depreciation))
    else:
        raise DataError(
            f"depreciation must be a rate in (0, 1] or a Series, got {shown(depreciation)}"
        )
    bad = np.flatnonzero(~((values > 0) & (values <= 1)))
    if len(bad):
        raise DataError(f"depreciation: {values[bad[0]]:g} is outside (0, 1]; 10 % is 0.1")
    return values


def _past_growth(flows: pd.Series, growth: float | None, parts: int, *, needed: bool) -> float:
    """Return the growth rate a period of investment before the first one."""
    if growth is not None:
        if not (is_number(growth) and growth > -1):
            raise DataError(f"growth must be a finite rate above -1, got {shown(growth)}")
        return float(part_of_year(growth, parts)) if parts > 1 else float(growth)
    if not needed:
        return 0.0
    last = min(_FIRST_YEARS * parts, len(flows) - 1)
    first_flow, last_flow = float(flows.iloc[0]), float(flows.iloc[last])
    if last == 0 or first_flow <= 0 or last_flow <= 0:
        raise DataError(
            f"investment: {first_flow:g} in {flows.index[0]} to {last_flow:g} in "
            f"{flows.index[last]} gives no growth rate for the stock at the start; give initial= "
            "or growth="
        )
    return float((last_flow / first_flow) ** (1 / last) - 1)


def _harberger(flows: pd.Series, growth: float, rate: float) -> float:
    """Return the stock of steady growth, ``I_1 / (g + d)``."""
    if growth + rate <= 0:
        raise DataError(
            f"investment falls by {-growth:.1%} a {period_name(flows.index)}, faster than "
            f"depreciation of {rate:.1%}: "
            "the growth method has no stock at the start; give initial= or growth="
        )
    return float(flows.iloc[0]) / (growth + rate)


def _old_vintages(
    flows: pd.Series, growth: float, efficiency: np.ndarray, initial: float | None
) -> np.ndarray:
    """Return what each year still has from steady investment before the first year."""
    count = len(efficiency) - len(flows)
    age = np.arange(count)
    with np.errstate(over="ignore", invalid="ignore"):
        vintages = (1.0 + growth) ** -(age + 1.0)
        path = np.array([vintages @ efficiency[k : k + count] for k in range(len(flows) + 1)])
    if not np.isfinite(path).all():
        raise DataError(
            f"investment falls by {-growth:.1%} a {period_name(flows.index)} before the start: the "
            "oldest assets alone would be the stock; give growth="
        )
    # path[0] is the stock at the end of the year before the first
    scale = float(flows.iloc[0]) if initial is None else float(initial) / path[0]
    return np.asarray(scale * path[1:])

"""Capital: stocks by the perpetual inventory, and the services they give.

A stock accumulates investment, ``K_t = (1 - d) K_{t-1} + I_t`` or by the age-efficiency of cohorts.
Services weigh assets by what their use costs, not by what they are worth (Jorgenson and Griliches
1967; OECD 2009, Measuring Capital).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.checks import choice, is_number
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.growth.accounting import (
    contributions,
    geometric_stock,
    hyperbolic_efficiency,
    mean_shares,
    stock_from_vintages,
    user_cost,
)
from quesnay.models.display.table import Table, Tabular
from quesnay.models.growth.periods import (
    part_of_year,
    period_name,
    periods_in_year,
    refuse_gaps,
    same_labels,
    yearly_frame,
    yearly_series,
)

_PROFILES = ("geometric", "hyperbolic")
_FIRST_YEARS = 10  # Hall and Jones (1999) take the growth of investment over the first decade
_DECLINING_BALANCE = 2.0  # life = 2 / rate, the double declining balance of OECD (2009)
_LONGEST_LIFE = 400  # years


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CapitalServices(Tabular):
    """Capital services of several assets, by year or a part of it.

    Parameters
    ----------
    growth : Series
        Growth of the aggregate in log points, from the third period of the stocks on.
    index : Series
        Its level, 100 in the second period of the stocks.
    user_cost : DataFrame
        Period x asset, price of using one unit for that long.
    costs : DataFrame
        Period x asset, user cost times the average stock of the period.
    contributions : DataFrame
        Period x asset, in log points; they sum to `growth`.
    rate : Series
        Nominal rate of return a year by period.

    Examples
    --------
    >>> import quesnay as qn
    >>> stocks = pd.DataFrame({"ict": [10.0, 12.0, 14.4], "other": 90.0}, [2016, 2017, 2018])
    >>> prices = pd.DataFrame({"ict": [1.0, 0.9, 0.81], "other": 1.0}, [2016, 2017, 2018])
    >>> rates = pd.Series({"ict": 0.3, "other": 0.05})
    >>> found = qn.capital_services(stocks, prices, rates, rate=0.05)
    >>> found.user_cost.loc[2018].round(3).to_dict()  # of a unit of stock, a year
    {'ict': 0.378, 'other': 0.1}
    """

    growth: pd.Series
    index: pd.Series
    user_cost: pd.DataFrame
    costs: pd.DataFrame
    contributions: pd.DataFrame
    rate: pd.Series

    def tables(self) -> tuple[Table, ...]:
        """Return growth by asset and user costs."""
        wide = self.contributions.assign(services=self.growth.to_numpy())
        notes = [
            "Törnqvist index over the average stock of each year, weights are user costs "
            "(Jorgenson and Griliches 1967; OECD 2009, Measuring Capital).",
        ]
        low = [str(asset) for asset, cost in self.user_cost.items() if (cost < 0).any()]
        if low:
            notes.append(f"User cost below 0 in some year (capital gains): {', '.join(low)}.")
        return (
            Table("Growth of capital services, log points", wide, tuple(notes)),
            Table("User cost", self.user_cost.assign(**{"rate of return": self.rate.to_numpy()})),
        )


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
    efficiency : float, default 0.5
        Shape of the hyperbola, below 1; 0.5 for equipment, 0.75 for structures.
    retirement_spread : float, default 0.25
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
    rate = -part_of_year(-yearly, parts)
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


def capital_services(
    stocks: pd.DataFrame,
    prices: pd.DataFrame,
    depreciation: pd.Series,
    *,
    property_income: pd.Series | None = None,
    rate: float | pd.Series | None = None,
) -> CapitalServices:
    """Aggregate asset stocks into the services they give.

    User cost ``c_it = r_t p_i,t-1 + d_i p_it - (p_it - p_i,t-1)``; services grow by the sum over
    assets of cost shares, averaged over two years, times the growth of the average stock of the
    year. With `property_income` the rate of return is the one that exhausts it,
    ``r_t = (income - sum K (d p - dp)) / sum K p_-1``.

    Parameters
    ----------
    stocks : DataFrame
        Year x asset, at the end of the year and at constant prices; or by quarter or month (a
        PeriodIndex), whose part of the rates a year is taken, compounded.
    prices : DataFrame
        Year x asset, price index of new assets.
    depreciation : Series
        Asset -> rate a year.
    property_income : Series, optional
        Period -> income of capital at current prices (operating surplus with depreciation).
    rate : float or Series, optional
        Given rate of return a year, instead of income.

    Returns
    -------
    CapitalServices
        Growth, index, user costs and the rate.

    Raises
    ------
    DataError
        If labels differ, a year is missing or a value is out of range.

    Notes
    -----
    Hall and Jorgenson (1967); Jorgenson and Griliches (1967); OECD (2009), Measuring Capital. Taxes
    are left out; `quesnay.fitting.growth.accounting.user_cost` takes a tax factor.

    Examples
    --------
    >>> years = [2016, 2017, 2018]
    >>> stocks = pd.DataFrame({"ict": [10.0, 12.0, 14.4], "other": [90.0, 90.0, 90.0]}, years)
    >>> prices = pd.DataFrame({"ict": [1.0, 0.9, 0.81], "other": [1.0, 1.0, 1.0]}, years)
    >>> rates = pd.Series({"ict": 0.3, "other": 0.05})
    >>> capital_services(stocks, prices, rates, rate=0.05).growth.round(4).to_dict()
    {2018: 0.0634}
    """
    held, price = yearly_frame(stocks, "stocks"), yearly_frame(prices, "prices")
    same_labels(held.columns, price.columns, ("stocks", "prices"), what="asset")
    same_labels(held.index, price.index, ("stocks", "prices"), what="year")
    price = price[held.columns]
    _check_assets(held, price)
    parts = periods_in_year(held.index, "stocks")
    worn = -part_of_year(-_asset_rates(depreciation, held.columns), parts)
    average = (held.to_numpy()[1:] + held.to_numpy()[:-1]) / 2
    later = held.index[1:]
    if (property_income is None) == (rate is None):
        raise DataError("capital_services: give either property_income= or rate=, and not both")
    if rate is not None:
        returns = _given_rate(rate, later, parts)
    else:
        returns = _internal_rate(property_income, (average, price, worn), later)
    yearly = (1 + returns) ** parts - 1 if parts > 1 else returns
    cost = user_cost(price.to_numpy(), returns[:, None], worn)
    spent = _spent(cost, average, later)
    moves = contributions(average, mean_shares(spent))
    growth = pd.Series(moves.sum(axis=1), later[1:], name="services")
    level = np.concatenate([[100.0], 100 * np.exp(np.cumsum(growth.to_numpy()))])
    columns = held.columns
    return CapitalServices(
        growth,
        pd.Series(level, later, name="services_index"),
        pd.DataFrame(cost, later, columns),
        pd.DataFrame(spent, later, columns),
        pd.DataFrame(moves, later[1:], columns),
        pd.Series(yearly, later, name="rate"),
    )


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
        count + 2 * int(np.ceil(mean * parts)),
        service_life=mean * parts,
        shape=shape[0],
        spread=shape[1],
    )


def _flows(investment: Any) -> pd.Series:
    """Return investment by year, checked: consecutive years, nothing negative."""
    flows = yearly_series(investment, "investment")
    remedy = f"a stock needs every {period_name(flows.index)}, interpolate or start later"
    refuse_gaps(flows.index, "investment", remedy)
    negative = flows.index[flows.to_numpy() < 0]
    if len(negative):
        raise DataError(
            f"investment: {flows[negative[0]]:g} in {negative[0]} is negative; give gross "
            "investment, disposals are in depreciation"
        )
    return flows


def _rates(depreciation: Any, years: pd.Index, profile: str) -> np.ndarray:
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
        return float(part_of_year(growth, parts))
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


def _spent(cost: np.ndarray, average: np.ndarray, years: pd.Index) -> np.ndarray:
    """Return user costs times stocks, which must sum to more than 0 in every period."""
    spent = cost * average
    totals = spent.sum(axis=1)
    if not (totals > 0).all():
        year = years[int(np.argmin(totals))]
        raise DataError(f"user costs sum to {totals.min():g} in {year}, not to more than 0")
    return np.asarray(spent)


def _check_assets(stocks: pd.DataFrame, prices: pd.DataFrame) -> None:
    """Refuse gaps, too few years, and stocks and prices that are not positive."""
    refuse_gaps(stocks.index, "stocks", "fill it")
    if len(stocks) < 3:
        raise DataError(f"stocks: growth of services needs three years, got {len(stocks)}")
    for name, frame in (("stocks", stocks), ("prices", prices)):
        bad = np.argwhere(~(frame.to_numpy() > 0))
        if len(bad):
            year, asset = frame.index[bad[0][0]], frame.columns[bad[0][1]]
            value = frame.to_numpy()[tuple(bad[0])]
            raise DataError(f"{name}: {value:g} of {asset!r} in {year} is not positive")


def _asset_rates(depreciation: pd.Series, assets: pd.Index) -> np.ndarray:
    """Return rates of depreciation in the order of the assets."""
    if not isinstance(depreciation, pd.Series):
        raise DataError("depreciation: expected a Series asset -> rate")
    same_labels(depreciation.index, assets, ("depreciation", "stocks"), what="asset")
    rates = pd.to_numeric(depreciation.loc[assets], errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(~((rates >= 0) & (rates <= 1)))
    if len(bad):
        raise DataError(f"depreciation of {assets[bad[0]]!r} must lie in [0, 1]; 10 % is 0.1")
    return rates


def _given_rate(rate: float | pd.Series, years: pd.Index, parts: int) -> np.ndarray:
    """Return the given rate of return a year in each period."""
    if not isinstance(rate, pd.Series) and not is_number(rate):
        raise DataError(f"rate must be a number or a Series by year, got {shown(rate)}")
    series = rate if isinstance(rate, pd.Series) else pd.Series(float(rate), years)
    yearly = _by_year(yearly_series(series, "rate"), years, "rate")
    return np.asarray(part_of_year(yearly, parts)) if parts > 1 else yearly


def _internal_rate(
    income: pd.Series | None, assets: tuple[np.ndarray, pd.DataFrame, np.ndarray], years: pd.Index
) -> np.ndarray:
    """Return the rate of return that exhausts the income of capital."""
    earned = _by_year(yearly_series(income, "property_income"), years, "property_income")
    average, price, worn = assets
    now, before = price.to_numpy()[1:], price.to_numpy()[:-1]
    lost = (average * (worn * now - (now - before))).sum(axis=1)
    return np.asarray((earned - lost) / (average * before).sum(axis=1))


def _by_year(series: pd.Series, years: pd.Index, name: str) -> np.ndarray:
    """Return the values of the years needed, or name the first that is missing."""
    missing = years.difference(series.index)
    if len(missing):
        raise DataError(f"{name}: no value for {missing[0]}; give every year from the second on")
    return series.loc[years].to_numpy()

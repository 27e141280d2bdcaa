"""Capital services: assets weighted by what their use costs, not by what they are worth."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quesnay.fitting.checks import is_number
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.growth.accounting import contributions, mean_shares, user_cost
from quesnay.models.display.table import Table, Tabular
from quesnay.models.growth.labels import (
    part_of_year,
    period_name,
    periods_in_year,
    same_labels,
    yearly_frame,
    yearly_series,
    years_of,
)

__all__ = ["CapitalServices", "capital_services"]


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
    _check(held, price)
    parts = periods_in_year(held.index, "stocks")
    worn = _rates(depreciation, held.columns)
    worn = -part_of_year(-worn, parts) if parts > 1 else worn
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


def _spent(cost: np.ndarray, average: np.ndarray, years: pd.Index) -> np.ndarray:
    """Return user costs times stocks, which must sum to more than 0 in every period."""
    spent = cost * average
    totals = spent.sum(axis=1)
    if not (totals > 0).all():
        year = years[int(np.argmin(totals))]
        raise DataError(f"user costs sum to {totals.min():g} in {year}, not to more than 0")
    return np.asarray(spent)


def _check(stocks: pd.DataFrame, prices: pd.DataFrame) -> None:
    """Refuse gaps, too few years, and stocks and prices that are not positive."""
    years = years_of(stocks.index, "stocks")
    gap = np.flatnonzero(np.diff(years) != 1)
    if len(gap):
        before, after = stocks.index[gap[0]], stocks.index[gap[0] + 1]
        raise DataError(
            f"stocks: no {period_name(stocks.index)} between {before} and {after}; fill it"
        )
    if len(years) < 3:
        raise DataError(f"stocks: growth of services needs three years, got {len(years)}")
    for name, frame in (("stocks", stocks), ("prices", prices)):
        bad = np.argwhere(~(frame.to_numpy() > 0))
        if len(bad):
            year, asset = frame.index[bad[0][0]], frame.columns[bad[0][1]]
            value = frame.to_numpy()[tuple(bad[0])]
            raise DataError(f"{name}: {value:g} of {asset!r} in {year} is not positive")


def _rates(depreciation: pd.Series, assets: pd.Index) -> np.ndarray:
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
    return np.asarray(part_of_year(yearly, parts) if parts > 1 else yearly)


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
    missing = years.difference(series.index, sort=False)
    if len(missing):
        raise DataError(f"{name}: no value for {missing[0]}; give every year from the second on")
    return series.loc[years].to_numpy()

"""Value added by sector for every year of an account, scaled to one vintage of GDP.

Input-output tables exist for some years only. A year between two tables joins them: the shares of
the sectors within each published industry group move in a straight line from table to table, and
the groups take the value added that the statistical office published for the year. A forecast year
prolongs the last growth of each sector and takes a GDP forecast as its total.
"""

from collections.abc import Mapping

import pandas as pd

from quesnay.fitting.errors import DataError

__all__ = ["extrapolate_sectors", "join_tables", "scale_to_gdp"]


def scale_to_gdp(value_added: pd.Series, gdp: float) -> pd.Series:
    """Scale value added by sector so that it sums to a given vintage of GDP.

    Parameters
    ----------
    value_added : Series
        Sector -> value added of one table, any unit.
    gdp : float
        GDP of the same year in the unit wanted.

    Returns
    -------
    Series
        Sector -> value added, in the unit of `gdp`.

    Examples
    --------
    >>> import pandas as pd
    >>> scale_to_gdp(pd.Series({"01": 1.0, "02": 3.0}), 8.0).tolist()
    [2.0, 6.0]
    """
    return value_added * (gdp / float(value_added.sum()))


def join_tables(
    tables: Mapping[int, pd.Series],
    groups: Mapping[str, str],
    published: pd.Series,
    *,
    year: int,
    gdp: float,
) -> pd.Series:
    """Estimate value added by sector in a year between two input-output tables.

    Parameters
    ----------
    tables : mapping of int to Series
        Year -> value added by sector, on one list of sectors.
    groups : mapping of str to str
        Sector -> industry group of the published series.
    published : Series
        Industry group -> value added published for `year`, any unit.
    year : int
        The year wanted; at least one table must lie on each side of it.
    gdp : float
        GDP of `year`; the result sums to it.

    Returns
    -------
    Series
        Sector -> value added in the unit of `gdp`.

    Raises
    ------
    DataError
        If no table lies before or after `year`, a sector has no group, or a group has no figure.

    Examples
    --------
    >>> import pandas as pd
    >>> a, b = pd.Series({"1": 5.0, "2": 5.0}), pd.Series({"1": 2.0, "2": 18.0})
    >>> join_tables({2018: a, 2020: b}, {"1": "g", "2": "g"}, pd.Series({"g": 12.0}),
    ...             year=2019, gdp=12.0).round(6).tolist()
    [3.6, 8.4]
    """
    before = max((y for y in tables if y < year), default=None)
    after = min((y for y in tables if y > year), default=None)
    if before is None or after is None:
        raise DataError(
            f"year {year}: no input-output table on both sides (tables of {sorted(tables)}); "
            "add a table or drop the year"
        )
    names = pd.Series({sector: groups.get(sector) for sector in tables[before].index})
    if names.isna().any():
        raise DataError(f"sector {names.index[names.isna()][0]!r} belongs to no industry group")
    missing = sorted(set(names) - set(published.dropna().index))
    if missing:
        raise DataError(f"industry group {missing[0]!r} has no published value added in {year}")
    step = (year - before) / (after - before)
    share = (1 - step) * _share(tables[before], names) + step * _share(tables[after], names)
    return scale_to_gdp(share * names.map(published), gdp)


def _share(value_added: pd.Series, names: pd.Series) -> pd.Series:
    """Share of each sector in its group."""
    return value_added / value_added.groupby(names).transform("sum")


def extrapolate_sectors(last: pd.Series, before: pd.Series, gdp: float) -> pd.Series:
    """Prolong the growth of each sector by one year, scaled to a GDP forecast.

    Parameters
    ----------
    last, before : Series
        Sector -> value added of the last year and of the year before it.
    gdp : float
        Forecast of GDP; the result sums to it.

    Returns
    -------
    Series
        Sector -> value added in the unit of `gdp`.

    Examples
    --------
    >>> import pandas as pd
    >>> extrapolate_sectors(pd.Series({"1": 2.0, "2": 1.0}), pd.Series({"1": 1.0, "2": 1.0}),
    ...                     10.0).tolist()
    [8.0, 2.0]
    """
    return scale_to_gdp(last * (last / before.where(before != 0)).fillna(1.0), gdp)

"""Value added by sector for every year of an account, and jobs per unit of it (M6).

Input-output tables exist for some years only. A year between two tables joins them: the shares of
the sectors within each published industry group move in a straight line from table to table, and
the groups take the value added that the statistical office published for the year. A forecast year
prolongs the last growth of each sector and takes a GDP forecast as its total.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.models.input_output.table import InputOutputTable


def scale_to_gdp(value_added: pd.Series, gdp: float) -> pd.Series:
    """Scale value added by sector so that it sums to GDP, in whose unit it then is."""
    return value_added * (gdp / float(value_added.sum()))


def years_around(tables: Iterable[int], year: int, remedy: str) -> tuple[int, int, float]:
    """Return the years of the tables before and after one, and how far it is between them."""
    before = max((y for y in tables if y < year), default=None)
    after = min((y for y in tables if y > year), default=None)
    if before is None or after is None:
        raise DataError(
            f"year {year}: no input-output table on both sides (tables of {sorted(tables)}); "
            f"{remedy}"
        )
    return before, after, (year - before) / (after - before)


def join_tables(
    tables: Mapping[int, pd.Series],
    groups: Mapping[str, str],
    published: pd.Series,
    *,
    year: int,
    gdp: float,
) -> pd.Series:
    """Estimate value added by sector in a year between two input-output tables; sums to `gdp`.

    `tables`: value added by sector of each year, on one list of sectors; `groups`: industry group
    of each sector; `published`: value added of each group in `year`, any unit. Refused where no
    table lies before or after, a sector has no group or a group no figure.

    >>> a, b = pd.Series({"1": 5.0, "2": 5.0}), pd.Series({"1": 2.0, "2": 18.0})
    >>> join_tables({2018: a, 2020: b}, {"1": "g", "2": "g"}, pd.Series({"g": 12.0}),
    ...             year=2019, gdp=12.0).round(6).tolist()
    [3.6, 8.4]
    """
    before, after, step = years_around(tables, year, "add a table or drop the year")
    around = tables[before], tables[after]
    names = pd.Series({sector: groups.get(sector) for sector in tables[before].index})
    if names.isna().any():
        raise DataError(f"sector {names.index[names.isna()][0]!r} belongs to no industry group")
    missing = sorted(set(names) - set(published.dropna().index))
    if missing:
        raise DataError(f"industry group {missing[0]!r} has no published value added in {year}")
    first, last = (own / own.groupby(names).transform("sum") for own in around)
    share = (1 - step) * first + step * last
    return scale_to_gdp(share * names.map(published), gdp)


def extrapolate_sectors(last: pd.Series, before: pd.Series, gdp: float) -> pd.Series:
    """Prolong the growth of each sector by one year, scaled to a GDP forecast.

    >>> extrapolate_sectors(pd.Series({"1": 2.0, "2": 1.0}), pd.Series({"1": 1.0, "2": 1.0}),
    ...                     10.0).tolist()
    [8.0, 2.0]
    """
    return scale_to_gdp(last * (last / before.where(before != 0)).fillna(1.0), gdp)


def employment_by_sector(
    employed: pd.Series, sectors: Mapping[str, Sequence[str]], *, labels: Sequence[str]
) -> pd.Series:
    """Sum employment by industry to the sectors of a table, in the unit given.

    `employed`: persons of one year by industry code; `sectors`: industry codes by sector of the
    table; `labels`: all sectors, in its order. Refused where a sector is not mapped or a code
    unknown.
    """
    unmapped = [label for label in labels if label not in sectors]
    if unmapped:
        raise DataError(f"sector {unmapped[0]!r} has no employment industries; add it to the map")
    missing = sorted({c for s in labels for c in sectors[s]} - set(employed.index))
    if missing:
        raise DataError(f"industry {missing[0]!r} is not in the employment series; check the code")
    persons = employed.to_dict()
    return pd.Series({s: float(sum(persons[code] for code in sectors[s])) for s in labels})


def jobs_per_value_added(
    table: InputOutputTable, persons: pd.Series, value_added: pd.Series
) -> pd.DataFrame:
    """Return jobs per unit of value added by sector, direct and along the supply chain, (2, S).

    The second is the employment embodied in a unit of final demand over the value added embodied in
    it: ``(l' L)_j / (v' L)_j`` with L the domestic Leontief inverse (Miller and Blair 2009, ch. 6).
    `table` holds domestic flows of the year of `persons`, `value_added` is in the unit of the
    account.

    >>> table = InputOutputTable([[0.0, 20.0], [10.0, 0.0]], [80.0, 40.0], [90.0, 30.0])
    >>> jobs_per_value_added(table, pd.Series([45.0, 60.0]), pd.Series([90.0, 30.0])).round(3)
    ...     # doctest: +NORMALIZE_WHITESPACE
                      0      1
    direct        0.500  2.000
    supply_chain  0.594  1.438
    """
    labels = list(table.sectors)
    direct = persons.to_numpy(float) / value_added.to_numpy(float)
    per_output = (
        np.stack([persons.to_numpy(float), value_added.to_numpy(float)]) / table.x.to_numpy()
    )
    jobs, value = table.engine.factors.rows(per_output)
    return pd.DataFrame([direct, jobs / value], ["direct", "supply_chain"], labels)

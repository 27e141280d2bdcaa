"""Value added by sector for every year of an account, and jobs per unit of it (M6).

Input-output tables exist for some years only. A year between two tables joins them: the shares of
the sectors within each published industry group move in a straight line from table to table, and
the groups take the value added that the statistical office published for the year. A forecast year
prolongs the last growth of each sector and takes a GDP forecast as its total.

M7, margins: the totals that a table of a year between two official tables has to meet.

Every margin is the ratio of the official tables to something published for every year, moved in a
straight line from table to table, times what was published for the year wanted. Imports close the
account: what is used and not produced at home came from abroad.

M7, updating: an official table brought to the margins of a later year.

What is balanced stands in one matrix, so that one method serves all of it: domestic deliveries and
imports as rows, inputs of sectors and categories of final demand as columns. Where value added is
balanced as well, it adds a row for each published industry group.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quesnay.fitting.errors import ConvergenceError, DataError
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.input_output.validation import ImportBlock


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


@dataclass(frozen=True, slots=True)
class Margins:
    """Totals of a table that is to be made, in the unit of the official tables.

    The year of the official table whose structure is kept, the one before; value added and output
    by sector, imports by product (their sum closes the account), final demand by category, imported
    goods included; where each margin comes from, in words; and imports by their own straight line,
    to hold against the closing sum.
    """

    base: int
    value_added: pd.Series
    output: pd.Series
    imports: pd.Series
    demand: pd.Series
    sources: pd.Series
    expected_imports: float


def margins_between(
    tables: Mapping[int, InputOutputTable],
    year: int,
    *,
    value_added: pd.Series,
    published: pd.DataFrame,
) -> Margins:
    """Estimate the margins of a table for a year between two official tables.

    `value_added` by sector of that year, in the unit of the tables; `published`: years x categories
    of final demand, any unit; categories without a column move with GDP. Refused where no table
    lies before or after, a published year is missing, or imports are far from the usual.

    >>> old = InputOutputTable([[10.0]], [90.0], [90.0])
    >>> new = InputOutputTable([[30.0]], [90.0], [90.0])
    >>> found = margins_between({2018: old, 2020: new}, 2019, value_added=pd.Series([90.0]),
    ...                         published=pd.DataFrame())
    >>> found.output.round(4).tolist()
    [110.0]
    """
    before, after, step = years_around(tables, year, "choose a year between two tables")
    first, last = tables[before], tables[after]
    gdp = float(value_added.sum())
    demand = {}
    for name, start in _demand(first).items():
        end = float(_demand(last).get(name, start))
        if name in published.columns:
            base, final, now = (_level(published, str(name), y) for y in (before, after, year))
        else:
            base, final, now = float(first.v.sum()), float(last.v.sum()), gdp
        demand[name] = ((1 - step) * start / base + step * end / final) * now
    totals = pd.Series(demand)
    closing = float(totals.sum()) - gdp
    shares = _mixed(_imports(first), _imports(last), step)
    usual = gdp * sum(
        part * float(_imports(table).sum()) / float(table.v.sum())
        for part, table in ((1 - step, first), (step, last))
    )
    if abs(closing - usual) > 0.05 * gdp:  # imports close the account: a margin is wrong
        raise DataError(
            f"year {year}: final demand exceeds value added by {closing:.6g}, but imports of the "
            f"tables suggest {usual:.6g}; check the published totals of final demand"
        )
    known = float(shares.sum())
    scale = closing / known if known > 0 else 0.0
    if not known > 0:
        totals = totals * (gdp / float(totals.sum()))
    output = _output(first, last, step, value_added)
    words = _words(before, after, [str(name) for name in totals.index], published)
    return Margins(before, value_added, output, shares * scale, totals, words, usual)


def _output(
    first: InputOutputTable, last: InputOutputTable, step: float, value_added: pd.Series
) -> pd.Series:
    """Output per unit of value added in a straight line, times value added."""
    ratio = (1 - step) * first.x / first.v.where(first.v > 0) + step * last.x / last.v.where(
        last.v > 0
    )
    growth = float(value_added.sum()) / float(((1 - step) * first.v + step * last.v).sum())
    line = ((1 - step) * first.x + step * last.x) * growth
    return (value_added * ratio).fillna(line)


def _demand(table: InputOutputTable) -> pd.Series:
    """Return final demand by category, imported goods included, without a category of imports."""
    kept = table.final_demand[_kept(table)].sum()
    if table.imports is not None and table.imports.final_demand is not None:
        kept = kept.add(table.imports.final_demand.sum().reindex(kept.index), fill_value=0.0)
    return kept


def _imports(table: InputOutputTable) -> pd.Series:
    """Return imports by product, wherever the table keeps them."""
    if table.imports is not None:
        total = table.imports.Z.sum(axis=1)
        final = table.imports.final_demand
        return total if final is None else total + final.sum(axis=1)
    return -table.final_demand.drop(columns=_kept(table)).sum(axis=1)


def _mixed(first: pd.Series, last: pd.Series, step: float) -> pd.Series:
    """Shares of products in imports in a straight line; none where the older table has none."""
    line = (1 - step) * first / first.sum() + step * last.reindex(first.index) / last.sum()
    return line.fillna(0.0).where(first > 0, 0.0)


def _level(published: pd.DataFrame, name: str, year: int) -> float:
    value = published[name].get(year, float("nan"))
    if not abs(float(value)) > 0:
        raise DataError(f"final demand {name!r}: nothing is published for {year}; add the year")
    return float(value)


def _words(before: int, after: int, categories: list[str], published: pd.DataFrame) -> pd.Series:
    """Say where each margin comes from."""
    line = f"straight line {before}-{after}"
    rows = {
        "value added by sector": f"published value added of the industry group; share of the "
        f"sector in its group in a {line}; scaled to GDP",
        "gross output by sector": f"output per unit of value added in a {line}, times value added",
    }
    for name in categories:
        other = "published total" if name in published.columns else "GDP"
        rows[f"final demand: {name}"] = f"ratio of the table to the {other} in a {line}"
    rows["imports"] = f"final demand less value added; shares of products in a {line}"
    return pd.Series(rows, name="source")


Balancer = Callable[[pd.DataFrame, pd.Series, pd.Series], pd.DataFrame]

_MET = 1e-6  # largest relative miss of a margin, beyond which the table is refused


def update_table(
    base: InputOutputTable,
    margins: Margins,
    balance: Balancer,
    *,
    groups: Mapping[str, str] | None = None,
    name: str | None = None,
) -> InputOutputTable:
    """Bring an official table to new margins; refused where they cannot be met.

    ``balance(seed, row totals, column totals)``, such as RAS, returns the balanced frame. With
    `groups`, sector -> industry group, value added by sector is balanced within the sums of the
    groups; without them every sector keeps that of the margins. Components of value added stay in
    the proportions of the old table; its other accounts, such as jobs, are of its own year and do
    not go over. Taxes on products apart are refused: nothing is known of theirs.

    >>> from quesnay.models.input_output.balancing import ras
    >>> old = InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> found = margins_between({2018: old, 2020: old}, 2019, value_added=1.1 * old.v,
    ...                         published=pd.DataFrame())
    >>> update_table(old, found, lambda z, r, c: ras(z, r, c).table).x.round(3).tolist()
    [1100.0, 2200.0]
    """
    if base.taxes is not None:
        raise DataError(
            "update: the table keeps taxes on products apart, and nothing says what they are in "
            "another year; give a table with them among value added"
        )
    seed, rows = _stacked(base, margins)
    inputs = margins.output
    if groups is None:
        inputs = margins.output - margins.value_added
    else:
        seed, rows = _with_value_added(seed, rows, base, margins, groups)
    columns = pd.concat([inputs.set_axis(base.sectors), margins.demand]).set_axis(seed.columns)
    made = balance(seed, rows, columns)
    for sums, totals in ((made.sum(axis=1), rows), (made.sum(), columns)):
        miss = (sums - totals).abs() / totals.abs().max()
        if float(miss.max()) > _MET:
            raise ConvergenceError(
                f"updated table: {miss.idxmax()!r} misses its total by {float(miss.max()):.1e} of "
                "the largest; choose another method or check the margins"
            )
    return _table(base, made, margins, name)


def _kept(table: InputOutputTable) -> list[object]:
    """Categories of final demand, without columns of imports."""
    frame = table.final_demand
    return [name for name in frame.columns if (frame[name] > 0).any()]


def _stacked(base: InputOutputTable, margins: Margins) -> tuple[pd.DataFrame, pd.Series]:
    """Deliveries and, below them, imports; with the totals of the rows."""
    kept = _kept(base)
    seed = pd.concat([base.Z, base.final_demand[kept]], axis=1)
    if base.imports is None:
        supply = margins.output + margins.imports.set_axis(margins.output.index)
        return seed, supply.set_axis(seed.index)
    block = base.imports.Z
    final = base.imports.final_demand
    final = pd.DataFrame(0.0, block.index, kept) if final is None else final.reindex(columns=kept)
    below = pd.concat([block, final.fillna(0.0)], axis=1)
    below.index = pd.Index([f"imports of {product}" for product in below.index])
    both = pd.concat([seed, below])
    return both, pd.concat([margins.output, margins.imports]).set_axis(both.index)


def _with_value_added(
    seed: pd.DataFrame,
    rows: pd.Series,
    base: InputOutputTable,
    margins: Margins,
    groups: Mapping[str, str],
) -> tuple[pd.DataFrame, pd.Series]:
    """Add a row of value added for each industry group."""
    for sector in base.sectors:
        if str(sector) not in groups:
            raise DataError(f"sector {sector!r} belongs to no industry group; name one for it")
    member = pd.Series({sector: groups[str(sector)] for sector in base.sectors})
    extra = pd.DataFrame(0.0, sorted(set(member)), seed.columns)
    for sector, own in base.v.items():
        extra.loc[groups[str(sector)], sector] = own
    totals = margins.value_added.groupby(member).sum()[extra.index]
    names = [f"value added of {group}" for group in extra.index]
    return pd.concat([seed, extra.set_axis(names)]), pd.concat([rows, totals.set_axis(names)])


def _table(
    base: InputOutputTable, made: pd.DataFrame, margins: Margins, name: str | None
) -> InputOutputTable:
    """Take the blocks apart again."""
    n, kept, sectors = len(base.sectors), _kept(base), base.sectors
    demand = made.iloc[:n, n:].set_axis(kept, axis=1).set_axis(sectors)
    output = made.iloc[:n].sum(axis=1).to_numpy(float)
    imports, at = None, n
    if base.imports is None:
        output = output - margins.imports.to_numpy(float)
        old = base.final_demand.drop(columns=kept)  # imports as categories, split as in the old
        share = old.div(old.sum(axis=1).replace(0.0, 1.0), axis=0)
        bought = -share.mul(margins.imports.to_numpy(float), axis=0)
        demand = pd.concat([demand, bought], axis=1)
    else:
        at = n + len(base.imports.Z)
        below = made.iloc[n:at].set_axis(base.imports.Z.index)
        imports = ImportBlock(below.iloc[:, :n], below.iloc[:, n:])
    own = pd.Series(output - made.iloc[:at, :n].sum().to_numpy(float), sectors)
    return InputOutputTable(
        made.iloc[:n, :n].set_axis(sectors).set_axis(sectors, axis=1),
        demand,
        base.value_added * (own / base.v.where(base.v != 0)).fillna(0.0),
        imports=imports,
        unit=base.unit,
        name=name,
    )

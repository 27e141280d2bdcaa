"""Making a table between two official ones, and how near that comes where one is known.

What an updated table changes in an account, draw by draw.

Tables of an updated input-output table, in the words of a reader.

M7 in the main job: a table for a year that has none, and what it changes in the account.
"""

from collections.abc import Mapping
import pandas as pd
from quesnay.diagnostics.evidence.updating import METHODS, weighted_error
from quesnay.diagnostics.reproduction.facts import Facts
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.facts import published_demand
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.satellite.updating import Margins, margins_between
from quesnay.models.satellite.sectors import join_tables
from quesnay.models.satellite.updating import update_table
from quesnay.diagnostics.reproduction.study import Study
from collections.abc import Mapping, Sequence
from dataclasses import replace
import numpy as np
from quesnay.diagnostics.reproduction.assembly import SUPPLY, Assembly, assemble, input_supply
from quesnay.diagnostics.reproduction.linkage import KINDS
from quesnay.diagnostics.reproduction.runs import DrawnInputs, core_weights
from quesnay.diagnostics.reproduction.runs import BothRuns, labels
from quesnay.models.satellite.account import AccountModel
from quesnay.diagnostics.reproduction.study import RUNS
from typing import TYPE_CHECKING
from quesnay.models.display.table import Table
import itertools
from dataclasses import dataclass
from pathlib import Path
from quesnay.diagnostics.evidence.updating import METHODS, backtest_update
from quesnay.fitting.checks import is_whole
from quesnay.fitting.errors import StudyError, nearest, shown
from quesnay.diagnostics.reproduction.assembly import Assembly
from quesnay.diagnostics.reproduction.assembly import prepare
from quesnay.diagnostics.reproduction.runs import DrawnInputs, draw_inputs
from quesnay.models.display.table import Table, Tabular
from quesnay.models.satellite.updating import Margins

if TYPE_CHECKING:

__all__ = [
    "BALANCED",
    "JOINED",
    "UpdatedTable",
    "effect_frame",
    "linkage_draws",
    "make_both",
    "rebuilt_errors",
    "update_table_year",
    "update_year",
    "updated_tables",
]


JOINED = "sector value added joined"
BALANCED = "sector value added balanced"


def make_both(
    study: Study,
    facts: Facts,
    tables: Mapping[int, InputOutputTable],
    year: int,
    *,
    gdp: float,
    method: str,
) -> tuple[Margins, dict[str, InputOutputTable]]:
    """Make a table with value added by sector joined, and one with it balanced within groups.

    Parameters
    ----------
    study, facts
        Groups, published value added and final demand.
    tables : mapping of int to InputOutputTable
        Official tables around `year`.
    year : int
        The year.
    gdp : float
        Its GDP in the unit of the tables.
    method : str
        A key of :data:`quesnay.diagnostics.evidence.updating.METHODS`.

    Returns
    -------
    margins : Margins
        What both tables meet.
    made : dict of str to InputOutputTable
        By `JOINED` and `BALANCED`.
    """
    groups = {s: group for group, members in study.tables.groups.items() for s in members}
    published = row(facts.industries, year)
    joined = join_tables(
        {y: table.v for y, table in tables.items()}, groups, published, year=year, gdp=gdp
    )
    margins = margins_between(tables, year, value_added=joined, published=published_demand(study))
    base, balance = tables[margins.base], METHODS[method]
    name = f"{study.study.country} {year}, updated from {margins.base} by {method}"
    return margins, {
        JOINED: update_table(base, margins, balance, name=name),
        BALANCED: update_table(base, margins, balance, groups=groups, name=name),
    }


def rebuilt_errors(study: Study, facts: Facts, method: str) -> pd.DataFrame:
    """Make official tables again from their neighbours, without looking, and count the misses.

    Parameters
    ----------
    study, facts
        Of the main job.
    method : str
        As in :func:`make_both`.

    Returns
    -------
    DataFrame
        Index year, way; columns value added, gross output, intermediate flows and final demand:
        weighted absolute percentage errors as fractions. No row where no official table lies
        between two others.
    """
    rows = {}
    for year in sorted(facts.tables)[1:-1]:
        others = {y: table for y, table in facts.tables.items() if y != year}
        actual = facts.tables[year]
        gdp = float(actual.v.sum())
        _, made = make_both(study, facts, others, year, gdp=gdp, method=method)
        for way, table in made.items():
            demand = table.final_demand
            rows[(year, way)] = {
                "value added": weighted_error(table.v.to_frame(), actual.v.to_frame()),
                "gross output": weighted_error(table.x.to_frame(), actual.x.to_frame()),
                "intermediate flows": weighted_error(table.Z, actual.Z),
                "final demand": weighted_error(demand, actual.final_demand[demand.columns]),
            }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(list(rows), names=["year", "way"])
    return frame


_TAIL = 0.025


def effect_frame(
    study: Study,
    facts: Facts,
    assembly: Assembly,
    drawn: DrawnInputs,
    updates: Mapping[str, InputOutputTable],
    *,
    year: int,
) -> pd.DataFrame:
    """Compare the account of a year without and with an updated table, on common draws.

    Parameters
    ----------
    study, facts, assembly
        From the main job; the year has no table in `facts`.
    drawn : DrawnInputs
        Base case and draws.
    updates : mapping of str to InputOutputTable
        Word for the way of updating -> table of the year.
    year : int
        The year.

    Returns
    -------
    DataFrame
        Index measure; ``straight line`` and, for each update, a triple of columns: level in the
        base case, and the bounds of the 95 % interval of the relative change (fractions).
    """
    weights = core_weights(assembly, drawn.values)
    scale = study.study.units_per_data_unit
    before = _account(study, facts, assembly.model, drawn, year)
    base = next(iter(assembly.value_added.values())).xs(year, level="year").iloc[0]
    own = weights.mul(base[list(weights.columns)].to_numpy(float), axis=1).sum(axis=1)
    around = _linkages(facts.tables, weights, year).mul(own, axis=0)
    start = pd.concat([before, around], axis=1)
    out = {("straight line", "level"): start.iloc[0]}
    for word, table in updates.items():
        extended = replace(facts, tables=dict(sorted({**facts.tables, year: table}.items())))
        model = assemble(study, extended).model
        after = _account(study, extended, model, drawn, year)
        ties = pd.DataFrame(linkage_draws(table, weights)) * scale
        full = pd.concat([after, ties.add_prefix(_TIES)], axis=1)
        change = full / start - 1.0
        low, high = change.iloc[1:].quantile(_TAIL), change.iloc[1:].quantile(1 - _TAIL)
        out |= {(word, "level"): full.iloc[0], (word, "change"): change.iloc[0]}
        out |= {(word, "low"): low, (word, "high"): high}
    frame = pd.DataFrame(out)
    frame.index.name = "measure"
    return frame


_TIES = "elsewhere, "


def _account(
    study: Study, facts: Facts, model: AccountModel, drawn: DrawnInputs, year: int
) -> pd.DataFrame:
    """Figures of one year by draw: both runs, and the independent one by measure of supply."""
    place = next(k for k, s in enumerate(model.slots) if s.year == year and s.variant != "outcome")
    key = (year, model.slots[place].variant)
    base = pd.DataFrame(BothRuns(model)(drawn.values), columns=labels(model))
    out = {"core": base[(RUNS[0], "core", *key)]}
    out |= {f"total, {run} run": base[(run, "total", *key)] for run in RUNS}
    vintage = drawn.values["gdp_vintage"].astype(int)
    supplies = {}
    for kind in SUPPLY:
        other = replace(study, penetration=replace(study.penetration, supply=kind))
        supply = input_supply(other, facts, model.value_added, model.slots)
        word = kind.replace("_", " ")
        supplies[f"supply, {word}"] = supply[vintage, place]
        if kind != study.penetration.supply:
            values = replace(model, supply=supply).evaluate(RUNS[0], drawn.values)
            out[f"total, {RUNS[0]} run, supply by {word}"] = values[2, place]
    return pd.DataFrame({**out, **supplies})


def _linkages(
    tables: Mapping[int, InputOutputTable], weights: pd.DataFrame, year: int
) -> pd.DataFrame:
    """Linkages per unit of core, in a straight line between the tables around a year."""
    before, after = max(y for y in tables if y < year), min(y for y in tables if y > year)
    step = (year - before) / (after - before)
    first, last = (_per_core(tables[y], weights) for y in (before, after))
    return ((1 - step) * first + step * last).add_prefix(_TIES)


def _per_core(table: InputOutputTable, weights: pd.DataFrame) -> pd.DataFrame:
    """Linkages over the core's own value added."""
    own = weights.mul(table.v[list(weights.columns)].to_numpy(float), axis=1).sum(axis=1)
    return pd.DataFrame(linkage_draws(table, weights)).div(own, axis=0)


def linkage_draws(
    table: InputOutputTable, weights: pd.DataFrame, *, kinds: Sequence[str] = KINDS
) -> dict[str, np.ndarray]:
    """Return value added elsewhere tied to the core, by measure and draw, in the table's unit.

    Parameters
    ----------
    table : InputOutputTable
        Domestic flows where imports are apart.
    weights : DataFrame
        Draws x sectors: share of the core.
    kinds : sequence of str
        Of the measures of `KINDS`.

    Returns
    -------
    dict of str to ndarray (draws,)
        Net of the core itself.
    """
    return {
        kind: table.extract_many(weights, kind=kind)["value_added_loss_induced"].to_numpy(float)
        for kind in kinds
    }


def updated_tables(result: "UpdatedTable") -> tuple[Table, ...]:
    """Return the effect, the margins and the back-tests."""
    return (effect_table(result), margin_table(result), rebuilt_table(result), _methods(result))


def effect_table(result: "UpdatedTable") -> Table:
    """Return levels without and with the table, and the change with its interval."""
    effect = result.effect
    frame = pd.DataFrame({"straight line": effect[("straight line", "level")]})
    for way in list(effect.columns.get_level_values(0).unique())[1:]:
        own = effect[way]
        frame[_short(way)] = own["level"]
        frame[f"{_short(way)}, change %"] = [
            f"{_percent(change)} [{_percent(low)}, {_percent(high)}]"
            for change, low, high in zip(own["change"], own["low"], own["high"], strict=True)
        ]
    formats = {str(c): ".3f" for c in frame.columns if not str(c).endswith("change %")}
    notes = (
        f"Brackets: 95 % of {result.draws} draws, each with and without the table. Current prices.",
        "Joined: the sectors keep the value added of the straight line, so that what rests on value"
        " added alone cannot change. Balanced: value added of the sectors of a published group is"
        " balanced with the flows.",
        "Supply: what the independent run divides the core by. Elsewhere: value added of other "
        "industries tied to the core; its straight line is per unit of core.",
    )
    return Table(
        f"{result.year}: the account with an updated table, {result.unit}", frame, notes, formats
    )


def _percent(share: float) -> str:
    """One decimal with its sign, and no sign for nothing."""
    return "0.0" if abs(share) < 0.0005 else f"{100 * share:+.1f}"


def _short(way: str) -> str:
    return way.rsplit(" ", 1)[-1]


def margin_table(result: "UpdatedTable") -> Table:
    """Return the total of each margin and where it comes from."""
    own = result.margins
    totals = {
        "value added by sector": own.value_added.sum(),
        "gross output by sector": own.output.sum(),
        **{f"final demand: {name}": value for name, value in own.demand.items()},
        "imports": own.imports.sum(),
    }
    frame = pd.DataFrame({"total": totals, "source": own.sources}).loc[list(totals)]
    frame.index = pd.Index([str(name).replace("_", " ") for name in frame.index])
    frame.index.name = "margin"
    gap = float(own.imports.sum()) - own.expected_imports
    notes = [f"Cells start from the table of {own.base} and move by {result.method}."]
    if own.expected_imports:
        notes.append(
            f"Imports close the account, {100 * gap / own.expected_imports:+.1f} % from their own "
            "straight line."
        )
    unit = result.table.unit or "unit of the tables"
    return Table(
        f"{result.year}: totals that the table meets, {unit}", frame, tuple(notes), {"total": ".0f"}
    )


def rebuilt_table(result: "UpdatedTable") -> Table:
    """Return how near the same procedure comes to official tables."""
    formats = dict.fromkeys(map(str, result.rebuilt.columns), ".1%")
    return Table(
        "The same procedure on years that have an official table: share misplaced",
        result.rebuilt,
        (
            "Made from the tables before and after without the table of the year itself. Sum of "
            "absolute differences over the sum of the official cells.",
        ),
        formats,
    )


def _methods(result: "UpdatedTable") -> Table:
    formats = dict.fromkeys(map(str, result.errors.columns), ".2%")
    return Table(
        "Methods of updating, with the official margins given: share of all flows misplaced",
        result.errors,
        (f"Taken: {result.method}.",),
        formats,
    )


_UPDATES = ("RAS", "GRAS", "least squares")


@dataclass(frozen=True, slots=True, repr=False)
class UpdatedTable(Tabular):
    """A table made for a year without one, where its totals come from, and what it changes.

    Parameters
    ----------
    year : int
        The year.
    method : str
        How the cells were balanced.
    table : InputOutputTable
        Sector value added as the account's straight line has it.
    balanced : InputOutputTable
        The rival: value added of sectors balanced within the published sums of their groups.
    margins : Margins
        Totals that both meet, with their sources.
    errors : DataFrame
        Back-test on official tables: method x update, share of the flows that is misplaced.
    rebuilt : DataFrame
        The whole procedure on years with a table: year, variant x block, share misplaced.
    effect : DataFrame
        Measure x (straight line, each variant): levels in the unit of the account, and the relative
        change with its 95 % interval over the draws.
    unit : str
        Unit of the account.
    draws : int
        Draws behind the intervals.
    """

    year: int
    method: str
    table: InputOutputTable
    balanced: InputOutputTable
    margins: Margins
    errors: pd.DataFrame
    rebuilt: pd.DataFrame
    effect: pd.DataFrame
    unit: str
    draws: int

    def tables(self) -> tuple[Table, ...]:
        """Return the effect on the account, the margins with their sources and the back-tests."""
        return updated_tables(self)


def update_table_year(
    study: str | Path | Study = "caict_2020",
    year: int | None = None,
    *,
    method: str = "best",
    draws: int = 500,
    seed: int = 0,
) -> UpdatedTable:
    """Make an input-output table for a year without one and say what it changes in the account.

    Parameters
    ----------
    study : str, Path or Study
        An embedded study, the path of a TOML file, or a study object.
    year : int, optional
        A year of the study between two of its tables; by default the first without a table.
    method : str
        "RAS", "GRAS" or "least squares"; "best" takes the one that misplaces least when the
        official tables of the study are updated to each other.
    draws : int
        Draws of the account's uncertain inputs behind the intervals.
    seed : int
        Root of the random numbers.

    Returns
    -------
    UpdatedTable
        Table, margins with sources, back-tests and effect.

    Raises
    ------
    QuesnayError
        If the year has a table or lies outside the tables, the method is unknown, or the margins
        cannot be met.

    Examples
    --------
    >>> made = update_table_year("caict_2020", 2019, draws=50)
    >>> float(made.table.v.sum().round(0))
    986515.0
    >>> made.method
    'least squares'
    """
    ready = prepare(study)
    own, facts, assembly = ready.study, ready.facts, ready.assembly
    drawn = draw_inputs(own, facts, assembly.model, ready.elasticity, draws=draws, seed=seed)
    return update_year(own, facts, assembly, drawn, year, method=method)


def update_year(
    study: Study,
    facts: Facts,
    assembly: Assembly,
    drawn: DrawnInputs,
    year: int | None = None,
    *,
    method: str = "best",
) -> UpdatedTable:
    """Make the table from what the main job has prepared; see :func:`update_table_year`."""
    chosen = _year(study, facts, year)
    errors = _backtest(facts)
    best = _method(method, errors)
    gdp = float(row(facts.gdp, facts.gdp.index[0])[chosen]) / study.study.units_per_data_unit
    margins, made = make_both(study, facts, facts.tables, chosen, gdp=gdp, method=best)
    return UpdatedTable(
        year=chosen,
        method=best,
        table=made[JOINED],
        balanced=made[BALANCED],
        margins=margins,
        errors=errors,
        rebuilt=rebuilt_errors(study, facts, best),
        effect=effect_frame(study, facts, assembly, drawn, made, year=chosen),
        unit=study.study.unit,
        draws=len(drawn.values["curve"]) - 1,
    )


def _year(study: Study, facts: Facts, year: int | None) -> int:
    """Return the year wanted, or the first year of the study without a table."""
    first, last = min(facts.tables), max(facts.tables)
    open_years = [y for y in study.study.years if first < y < last and y not in facts.tables]
    if year is None and open_years:
        return open_years[0]
    if not is_whole(year) or year not in open_years:
        known = ", ".join(map(str, open_years)) or "none"
        raise StudyError(
            f"year {shown(year)}: no table can be made for it; years of study {study.study.name!r} "
            f"between two tables and without one: {known}"
        )
    return int(year)


def _backtest(facts: Facts) -> pd.DataFrame:
    """Update each official table to the next and compare: method x update, all flows."""
    years = sorted(facts.tables)
    found = backtest_update(facts.tables, list(itertools.pairwise(years)), methods=tuple(METHODS))
    frame = found.errors["all"].unstack("update")
    frame["mean"] = frame.mean(axis=1, skipna=False)
    return frame


def _method(method: str, errors: pd.DataFrame) -> str:
    """Return the method named, or the one with the smallest mean error."""
    if isinstance(method, str) and method == "best":
        return str(errors.loc[list(_UPDATES), "mean"].idxmin())
    if not isinstance(method, str) or method not in _UPDATES:
        raise StudyError(
            f"method {shown(method)}: unknown;{nearest(method, _UPDATES)} known: best, "
            f"{', '.join(_UPDATES)}"
        )
    return method

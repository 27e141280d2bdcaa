"""M7 in the main job: a table for a year that has none, and what it changes in the account.

The linkage run needs a table of every year. For a year between two official ones the account makes
one by RAS, with value added by sector joined in a straight line. Here other ways of making it stand
beside: the method that comes nearest to official tables when one is updated to the next, and value
added by sector balanced with the flows within published groups. Every draw of the account is
computed again with each of these tables.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from quesnay.diagnostics.evidence.updating import METHODS, backtest_update, weighted_error
from quesnay.diagnostics.reproduction.assembly import (
    Assembly,
    assemble,
    input_supply,
    margins_for,
    table_between,
)
from quesnay.diagnostics.reproduction.facts import Facts
from quesnay.diagnostics.reproduction.klems_account import KlemsAccount
from quesnay.diagnostics.reproduction.runs import (
    AllRuns,
    labels,
    possible_readings,
    read_otherwise,
    reproduce,
)
from quesnay.diagnostics.reproduction.study import Study, called
from quesnay.diagnostics.reproduction.study_rules import SUPPLY
from quesnay.diagnostics.reproduction.tables import signed
from quesnay.fitting.checks import is_whole, whole
from quesnay.fitting.errors import StudyError, nearest, shown
from quesnay.models.display.grid import amounts
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.satellite.account import AccountModel
from quesnay.models.satellite.concepts import CONCEPTS
from quesnay.models.satellite.updating import Margins

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

_UPDATES = ("RAS", "GRAS", "least squares")
_BASE = "account"
_JOINED = "sector value added joined"
_BALANCED = "sector value added balanced"
_TAIL = 0.025
_ROUNDING = 9  # decimals of a percentage, below which a change is none


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class UpdatedTable(Tabular):
    """A table made for a year without one, where its totals come from, and what it changes.

    Parameters
    ----------
    year : int
        The year.
    method : str
        How the cells were balanced.
    table : InputOutputTable
        Value added by sector joined in a straight line, as in the account.
    balanced : InputOutputTable
        The rival: value added of sectors balanced within the published sums of their groups.
    margins : Margins
        Totals that both meet, with their sources.
    errors : DataFrame
        Back-test on official tables: method x update, share of the flows that is misplaced.
    rebuilt : DataFrame
        The whole procedure on years with a table: year, way x block, share misplaced.
    effect : DataFrame
        Measure x (account, each way): medians in the unit of the account, and the relative change
        against the account, draw by draw, with its 95 % interval (fractions).
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
        rebuilt = Table(
            "The same procedure on years that have an official table: share misplaced",
            self.rebuilt,
            (
                "Made from the tables before and after without the table of the year itself. Sum "
                "of absolute differences over the sum of the official cells.",
            ),
            dict.fromkeys(map(str, self.rebuilt.columns), ".1%"),
            sheet="Procedure tried",
        )
        methods = Table(
            "Methods of updating, with the official margins given: share of all flows misplaced",
            self.errors,
            (f"Taken: {self.method}.",),
            dict.fromkeys(map(str, self.errors.columns), ".2%"),
            sheet="Methods of updating",
        )
        tried = [table for table in (rebuilt, methods) if len(table.frame)]
        return (effect_table(self), margin_table(self), *tried)


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
    draws : int, default 500
        Draws of the account's uncertain inputs behind the intervals.
    seed : int, default 0
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
    result = reproduce(study, draws=draws, seed=seed)
    if isinstance(result, KlemsAccount):
        raise StudyError(f"{called(study)}.klems: growth accounting has no tables to update")
    return update_year(result, year, method=method, draws=draws)


def update_year(
    result: "Reproduction", year: int | None, *, draws: int, method: str = "best"
) -> UpdatedTable:
    """Make the table from a result of the main job, on its own draws; see `update_table_year`."""
    whole(draws, "draws", error=StudyError)
    study, facts = result.study, result.facts
    chosen = _year(study, facts, year)
    years = sorted(facts.tables)
    found = backtest_update(facts.tables, list(itertools.pairwise(years)), methods=tuple(METHODS))
    errors = found.errors["all"].unstack("update")
    errors["mean"] = errors.mean(axis=1, skipna=False)
    best = _method(method, errors)
    made = {
        way: table_between(
            study, facts, chosen, balance=METHODS[best], within_groups=way == _BALANCED
        )
        for way in (_JOINED, _BALANCED)
    }
    drawn = result.inputs.iloc[:draws]
    return UpdatedTable(
        year=chosen,
        method=best,
        table=made[_JOINED],
        balanced=made[_BALANCED],
        margins=margins_for(study, facts, chosen),
        errors=errors,
        rebuilt=rebuilt_errors(study, facts, best),
        effect=effect_frame(result, drawn, made, year=chosen),
        unit=study.study.unit,
        draws=len(drawn),
    )


def _year(study: Study, facts: Facts, year: int | None) -> int:
    """Return the year wanted, or the first year of the study without a table."""
    first, last = min(facts.tables), max(facts.tables)
    open_years = [y for y in study.study.years if first < y < last and y not in facts.tables]
    if year is None and open_years:
        return open_years[0]
    if year is None:
        raise StudyError(
            f"study {study.study.name!r} has no year between two tables that lacks one of its own; "
            "there is none to make"
        )
    if not is_whole(year) or year not in open_years:
        known = ", ".join(map(str, open_years)) or "none"
        raise StudyError(
            f"year {shown(year)}: no table can be made for it; years of study {study.study.name!r} "
            f"between two tables and without one: {known}"
        )
    return int(year)


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


def rebuilt_errors(study: Study, facts: Facts, method: str) -> pd.DataFrame:
    """Make official tables again from their neighbours, without looking, and count the misses.

    Year, way x block: weighted absolute percentage errors as fractions. No row where no official
    table lies between two others.
    """
    rows = {}
    for year in sorted(facts.tables)[1:-1]:
        actual = facts.tables[year]
        others = {y: table for y, table in facts.tables.items() if y != year}
        blind = replace(facts, tables=others)
        for way in (_JOINED, _BALANCED):
            table = table_between(
                study,
                blind,
                year,
                balance=METHODS[method],
                within_groups=way == _BALANCED,
                gdp=float(actual.v.sum()),
            )
            demand = table.final_demand
            rows[(year, way)] = {
                "value added": weighted_error(table.v.to_frame(), actual.v.to_frame()),
                "gross output": weighted_error(table.x.to_frame(), actual.x.to_frame()),
                "intermediate flows": weighted_error(table.Z, actual.Z),
                "final demand": weighted_error(demand, actual.final_demand[demand.columns]),
            }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    if rows:
        frame.index = pd.MultiIndex.from_tuples(list(rows), names=["year", "way"])
    return frame


def effect_frame(
    result: "Reproduction",
    drawn: pd.DataFrame,
    updates: Mapping[str, InputOutputTable],
    *,
    year: int,
) -> pd.DataFrame:
    """Compare the account of a year with one that rests on another table, on the same draws.

    By measure: ``account`` and, for each way of making a table, level (median over the draws),
    change (median of the relative change, draw by draw), low and high (95 %), as fractions.
    """
    base = _measures(result, result.facts, result.assembly, drawn, year=year)
    out = {(_BASE, "level"): base.median()}
    ways = {}
    if "linkage" in result.runs:
        ways["no table, ties in a straight line"] = _straight(result, base, year)
    for way, table in updates.items():
        tables = dict(sorted({**result.facts.tables, year: table}.items()))
        facts = replace(result.facts, tables=tables)
        other = assemble(result.study, facts, result.elasticities)
        ways[way] = _measures(result, facts, other, drawn, year=year)
    for way, after in ways.items():
        change = after / base - 1.0
        out[(way, "level")], out[(way, "change")] = after.median(), change.median()
        out[(way, "low")], out[(way, "high")] = change.quantile(_TAIL), change.quantile(1 - _TAIL)
    frame = pd.DataFrame(out).loc[base.columns]
    frame.index.name = "measure"
    return frame


def _measures(
    result: "Reproduction", facts: Facts, assembly: Assembly, drawn: pd.DataFrame, *, year: int
) -> pd.DataFrame:
    """Figures of one year by draw: every run, other readings and other measures of supply."""
    model, out = assembly.model, {}
    account = _account(model, drawn, year)
    out["core"] = account[(model.runs[0], "core")]
    for run in model.runs:
        out[f"integration, {run} run"] = account[(run, "integration")]
        out[f"total, {run} run"] = account[(run, "total")]
    for reading in possible_readings(assembly):
        only = replace(read_otherwise(assembly, reading), potential=None, calibration=None)
        out[f"total, linkage run, {reading}"] = _account(only, drawn, year)[("linkage", "total")]
    for kind, other in _by_supply(result.study, facts, model):
        found = _account(other, drawn, year)
        out[f"total, elasticity run, supply by {kind}"] = found[("elasticity", "total")]
    return pd.DataFrame(out)


def _by_supply(
    study: Study, facts: Facts, model: AccountModel
) -> Iterator[tuple[str, AccountModel]]:
    """Yield the elasticity run alone under the other measures of the supply."""
    use, base = study.potential, model.potential
    if use is None or base is None or "elasticity" not in model.runs:
        return
    for kind in SUPPLY:
        if kind != use.supply:
            other = replace(study, potential=replace(use, supply=kind))
            supply = input_supply(other, facts, model.value_added, model.slots)
            own = replace(base, supply=supply)
            yield kind.replace("_", " "), replace(model, potential=own, ties=(), calibration=None)


def _account(model: AccountModel, drawn: pd.DataFrame, year: int) -> pd.DataFrame:
    """Draws x (run, concept) of one year; a forecast year as it could be seen then."""
    inputs = {str(name): drawn[name].to_numpy(float) for name in drawn}
    frame = pd.DataFrame(AllRuns(model)(inputs), columns=labels(model))
    variant = next(s.variant for s in model.slots if s.year == year and s.variant != "outcome")
    keys = [(run, concept) for run in model.runs for concept in CONCEPTS]
    columns = pd.MultiIndex.from_tuples([(*key, year, variant) for key in keys])
    return frame[columns].set_axis(pd.MultiIndex.from_tuples(keys), axis=1)


def _straight(result: "Reproduction", base: pd.DataFrame, year: int) -> pd.DataFrame:
    """Read the linkage run without a table of the year: ties per unit of core, joined."""
    model, known = result.assembly.model, sorted(result.facts.tables)
    before, after = max(y for y in known if y < year), min(y for y in known if y > year)
    slots = {s.year: s.variant for s in model.slots if s.variant != "forecast"}
    if not {before, after} <= set(slots):
        return base * float("nan")
    step, own = (year - before) / (after - before), {}
    for end in (before, after):
        columns = [("linkage", c, end, slots[end]) for c in ("integration", "core")]
        integration, core = (
            result.draws[c].iloc[: len(base)].reset_index(drop=True) for c in columns
        )
        own[end] = integration / core
    ratio = (1 - step) * own[before] + step * own[after]
    out = pd.DataFrame(float("nan"), base.index, base.columns)
    out["core"] = base["core"]
    out["integration, linkage run"] = ratio * base["core"]
    out["total, linkage run"] = (1 + ratio) * base["core"]
    return out


def effect_table(result: UpdatedTable) -> Table:
    """Return levels under every table, and the change with its interval."""
    effect = result.effect
    frame = pd.DataFrame({_BASE: effect[(_BASE, "level")]})
    for way in list(effect.columns.get_level_values(0).unique())[1:]:
        own = effect[way]
        word = "no table" if way.startswith("no table") else way.rsplit(" ", 1)[-1]
        frame[word] = own["level"]
        changes = ((100 * own[name]).round(_ROUNDING) for name in ("change", "low", "high"))
        frame[f"{word}, change %"] = amounts(signed, *changes)
    formats = {str(c): ".3f" for c in frame.columns if not str(c).endswith("change %")}
    notes = (
        f"Medians of {result.draws} draws; change: the same draw with the other table, median and "
        "95 %. Current prices.",
        f"Account: table made by RAS, value added by sector joined. Joined: the same by "
        f"{result.method}. Balanced: value added of the sectors of a published group balanced with "
        "the flows. No table: ties per unit of core in a straight line between the tables around.",
    )
    title = f"{result.year}: the account by made table, {result.unit}"
    return Table(title, frame, notes, formats, f"Made table {result.year}")


def margin_table(result: UpdatedTable) -> Table:
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
        f"{result.year}: totals that the table meets, {unit}",
        frame,
        tuple(notes),
        {"total": ",.0f"},
        f"Margins {result.year}",
    )

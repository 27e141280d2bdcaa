"""From a study's facts to the account model: everything that does not vary from draw to draw."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from quesnay.datasets.store import resources
from quesnay.diagnostics.audit.figures import money_of
from quesnay.diagnostics.evidence.diffusion_errors import DiffusionErrors, diffusion_errors
from quesnay.diagnostics.reproduction.facts import Facts, collect_facts, published_demand
from quesnay.diagnostics.reproduction.own_data import is_own
from quesnay.diagnostics.reproduction.regressions import Elasticities, estimate_elasticities
from quesnay.diagnostics.reproduction.study import Study, at_key, called, load_study
from quesnay.diagnostics.reproduction.study_rules import SUPPLY, UNITS, unit_scale
from quesnay.fitting.checks import refuse_unknown
from quesnay.fitting.errors import StudyError, suggestion
from quesnay.models.input_output.balancing import gras, ras
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.satellite.account import AccountModel, Calibration, Employment, Potential, Slot
from quesnay.models.satellite.core import CorePattern, CoreTies
from quesnay.models.satellite.updating import (
    Margins,
    employment_by_sector,
    extrapolate_sectors,
    jobs_per_value_added,
    join_tables,
    margins_between,
    scale_to_gdp,
    update_table,
)


def part(frame: pd.DataFrame, key: Hashable) -> pd.DataFrame:
    """Return the rows under one key of the first level of an index; none if there are none."""
    rows = frame[frame.index.get_level_values(0) == key]
    return rows.droplevel(0) if rows.index.nlevels > 1 else rows


def row(frame: pd.DataFrame, key: Hashable) -> pd.Series:
    """Return the one row under a full key."""
    return cast("pd.Series", frame.loc[cast("Any", key)])


@dataclass(frozen=True, slots=True, eq=False)
class Assembly:
    """The prepared model and the labelled tables that went into it.

    Parameters
    ----------
    model : AccountModel
        The account, ready for draws.
    sectors : tuple of str
        Sector labels of the model's last axis.
    value_added : dict of str to DataFrame
        Vintage set -> (year, kind) x sectors, unit of the account.
    tables : dict of int to InputOutputTable
        Official tables and those made for years of the study between two of them.
    pattern : CorePattern
        Relative weights of the core's segments in sectors.
    productivity : tuple of float
        Lowest and highest yearly growth of nominal value added per person; NaN without employment.
    """

    model: AccountModel
    sectors: tuple[str, ...]
    value_added: dict[str, pd.DataFrame]
    tables: dict[int, InputOutputTable]
    pattern: CorePattern
    productivity: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A study with everything loaded and estimated, and nothing drawn."""

    study: Study
    facts: Facts
    assembly: Assembly
    elasticities: Elasticities | None


def prepare(study: str | Path | Study, *, seed: int) -> Prepared:
    """Load a study and all that it names, and estimate its elasticities."""
    checked = load_study(study)
    with at_key(called(study)):
        facts = collect_facts(checked)
        check_sectors(checked, facts)
        wanted, found = set(checked.study.runs), None
        if checked.potential is not None and (not wanted or wanted & {"elasticity", "calibrated"}):
            found = estimate_elasticities(checked, facts, seed=seed)
        return Prepared(checked, facts, assemble(checked, facts, found), found)


def assemble(
    study: Study,
    facts: Facts,
    elasticities: Elasticities | None = None,
    *,
    tables: dict[int, InputOutputTable] | None = None,
) -> Assembly:
    """Prepare the account model of a study.

    Without `elasticities` the elasticity is an input of its own; `tables` are official and made
    ones by year, where they are known already.
    """
    _check_units(study, facts)
    slots, wanted = _slots(study), study.study.runs
    sectors = check_sectors(study, facts)
    levels = {v: _sector_levels(study, facts, v, slots) for v in facts.gdp.index}
    stacked = np.stack([levels[v].to_numpy(float) for v in facts.gdp.index])
    weights = pd.DataFrame(study.core.segments).T.fillna(0.0)
    pattern = CorePattern(weights.loc[:, (weights > 0).any()])  # a weight of zero names no sector
    linked = not wanted or "linkage" in wanted
    if tables is None:
        tables = _all_tables(study, facts, slots)
    employment, drift = _employment(study, facts, levels[facts.gdp.index[0]])
    model = AccountModel(
        slots=slots,
        value_added=stacked,
        gdp=stacked.sum(axis=2),
        inflation=_inflation(facts, slots),
        cells=tuple((f"weight of {s} in {g}", sectors.index(s), w) for g, s, w in pattern.cells),
        core_id=study.core.figure,
        core_slot=_slot_of(facts, study.core.figure, slots),
        forecast_base=np.array(
            [facts.forecast_base if s.variant == "forecast" else np.nan for s in slots]
        ),
        ties=ties_by_slot(tables, slots, pattern.sectors) if linked else (),
        potential=_potential(study, facts, stacked, slots, elasticities),
        calibration=_calibration(study, facts, slots),
        employment=employment,
        only=wanted,
    )
    assembly = Assembly(model, sectors, levels, tables, pattern, drift)
    _check_core(study, facts, assembly)
    if elasticities is not None:
        _check_penetration(study, facts, assembly, elasticities)
    return assembly


def _all_tables(study: Study, facts: Facts, slots: tuple[Slot, ...]) -> dict[int, InputOutputTable]:
    """Official tables, and one made for every year between two of them."""
    missing = {s.year for s in slots if s.variant != "forecast"} - set(facts.tables)
    made = {year: table_between(study, facts, year) for year in missing}
    return dict(sorted({**facts.tables, **made}.items()))


@lru_cache(maxsize=1)
def known_diffusions() -> DiffusionErrors:
    """Errors of curves and naive rules on the embedded diffusions, computed once a process."""
    return diffusion_errors()


def rule_errors(rule: str) -> np.ndarray:
    """Log errors of a curve or a naive rule, one to two years ahead, a row a series and origin."""
    return known_diffusions().joint(rule).to_numpy(float)


def _slots(study: Study) -> tuple[Slot, ...]:
    """One slot a year; the forecast year has two, forecast and outcome."""
    slots: list[Slot] = []
    forecast = study.gdp.forecast.year if study.gdp.forecast else None
    for year in sorted(study.study.years):
        previous = next((k for k, s in enumerate(slots) if s.year == year - 1), -1)
        variants = ("forecast", "outcome") if year == forecast else ("estimate",)
        slots.extend(Slot(year, variant, previous) for variant in variants)
    return tuple(slots)


def check_sectors(study: Study, facts: Facts) -> tuple[str, ...]:
    """Return the sectors of the tables; refuse tables that differ and names that are not there."""
    first = min(facts.tables)
    sectors = tuple(str(s) for s in facts.tables[first].sectors)
    for year, table in facts.tables.items():
        if tuple(str(s) for s in table.sectors) != sectors:
            raise StudyError(
                f"tables.files: the table of {year} has other sectors than that of {first}; bring "
                "all tables to one classification"
            )
    source = facts.tables[first].source
    codes = {} if source is None else {name: code for code, name in source.names.items()}
    named = {"tables.technology_sectors": study.tables.technology_sectors}
    named |= {f"core.segments.{name}": tuple(w) for name, w in study.core.segments.items()}
    for where, names in named.items():
        for name in names:
            if name not in sectors:
                hint = suggestion(name, sectors)
                if name in codes:
                    hint = f" write its code, {codes[name]!r}"
                raise StudyError(f"{where}: no sector {name!r} in the tables;{hint}")
    if study.potential is not None and set(study.tables.technology_sectors) >= set(sectors):
        raise StudyError(
            "tables.technology_sectors: these are all sectors; the elasticity run needs some that "
            "use the technology without making it"
        )
    _check_grouped(study, sectors)
    return sectors


def _check_grouped(study: Study, sectors: tuple[str, ...]) -> None:
    """Every sector is in one industry group, and the groups name no other."""
    grouped = {sector for members in study.tables.groups.values() for sector in members}
    for sector in sectors if grouped else ():
        if sector not in grouped:
            raise StudyError(
                f"tables.groups: sector {sector!r} belongs to no industry group; name it in one"
            )
    for group, members in study.tables.groups.items():
        said = f"tables.groups.{group}: no sector"
        refuse_unknown(members, sectors, said, " in the tables", error=StudyError)


def _sector_levels(
    study: Study, facts: Facts, vintage: str, slots: tuple[Slot, ...]
) -> pd.DataFrame:
    """Value added by slot and sector, scaled to one set of GDP vintages."""
    rows: list[pd.Series] = []
    for slot in slots:
        if slot.variant == "forecast":
            if slot.previous < 0 or slots[slot.previous].previous < 0:
                raise StudyError(
                    f"gdp.forecast.year {slot.year}: a forecast prolongs the growth of two years "
                    "before it; add them to study.years"
                )
            last, before = rows[slot.previous], rows[slots[slot.previous].previous]
            rows.append(extrapolate_sectors(last, before, facts.forecast_base))
            continue
        gdp = float(row(facts.gdp, vintage)[slot.year])
        rows.append(
            scale_to_gdp(facts.tables[slot.year].v, gdp)
            if slot.year in facts.tables
            else _joined(study, facts, slot.year, gdp)
        )
    index = pd.MultiIndex.from_tuples([(s.year, s.variant) for s in slots], names=["year", "kind"])
    return pd.DataFrame([row.to_numpy(float) for row in rows], index=index, columns=rows[0].index)


def _joined(study: Study, facts: Facts, year: int, gdp: float) -> pd.Series:
    """Value added by sector of a year between two tables."""
    values = {y: table.v for y, table in facts.tables.items()}
    if not min(values) < year < max(values):
        raise StudyError(
            f"study.years: no table of {year} and none on both sides of it (tables.years: "
            f"{', '.join(map(str, sorted(values)))}); add a table or leave the year out"
        )
    if year not in facts.industries.index:
        raise StudyError(f"study.years: no value added by industry is published for {year}")
    groups = {s: group for group, members in study.tables.groups.items() for s in members}
    return join_tables(values, groups, row(facts.industries, year), year=year, gdp=gdp)


Balance = Callable[[pd.DataFrame, pd.Series, pd.Series], pd.DataFrame]


def margins_for(study: Study, facts: Facts, year: int, *, gdp: float | None = None) -> Margins:
    """Return what a table of a year between two official ones has to meet.

    `gdp` of that year in the unit of the tables; by default that of the first vintage set.
    """
    if gdp is None:
        gdp = float(row(facts.gdp, facts.gdp.index[0])[year]) / study.study.units_per_data_unit
    return margins_between(
        facts.tables,
        year,
        value_added=_joined(study, facts, year, gdp),
        published=published_demand(study),
    )


def table_between(
    study: Study,
    facts: Facts,
    year: int,
    *,
    balance: Balance | None = None,
    within_groups: bool = False,
    gdp: float | None = None,
) -> InputOutputTable:
    """Make a table of a year between two official ones (M7).

    ``balance(seed, row totals, column totals)`` is RAS by default. With `within_groups` value added
    is balanced by sector within the published sums of the groups, otherwise every sector keeps what
    is joined from the tables around; `gdp` as in :func:`margins_for`.
    """
    margins = margins_for(study, facts, year, gdp=gdp)
    members = {s: group for group, own in study.tables.groups.items() for s in own}
    name = f"{study.study.country} {year}, updated from {margins.base}"
    return update_table(
        facts.tables[margins.base],
        margins,
        balance or _ras,
        groups=members if within_groups else None,
        name=name,
    )


def _ras(seed: pd.DataFrame, rows: pd.Series, columns: pd.Series) -> pd.DataFrame:
    method = gras if bool((seed.to_numpy() < 0).any()) else ras
    table: pd.DataFrame = method(seed, rows, columns).table
    return table


def ties_by_slot(
    tables: dict[int, InputOutputTable],
    slots: tuple[Slot, ...],
    sectors: Sequence[str],
    *,
    side: str = "backward",
) -> tuple[CoreTies | None, ...]:
    """Prepare the table of every slot for the linkage run; a forecast slot has none."""
    return tuple(
        None if s.variant == "forecast" else CoreTies.of(tables[s.year], sectors, side=side)
        for s in slots
    )


def _inflation(facts: Facts, slots: tuple[Slot, ...]) -> np.ndarray:
    """Deflator over that of the slot before, by vintage set, implied by real growth."""
    out = np.full((len(facts.gdp), len(slots)), np.nan)
    for t, slot in enumerate(slots):
        if slot.previous >= 0 and slot.variant != "forecast":
            before = slots[slot.previous].year
            nominal = facts.gdp[slot.year] / facts.gdp[before]
            out[:, t] = (nominal / (1 + facts.growth[slot.year])).to_numpy(float)
    return out


def _slot_of(facts: Facts, figure: str | None, slots: tuple[Slot, ...]) -> int:
    """Position of the slot that a printed figure speaks of; without one, the first."""
    if figure is None:
        return 0
    year = int(row(facts.reported, figure)["year"])
    for t, slot in enumerate(slots):
        if slot.year == year and slot.variant != "outcome":
            return t
    raise StudyError(f"figure {figure}: its year {year} is not among study.years; add it")


def _potential(
    study: Study,
    facts: Facts,
    value_added: np.ndarray,
    slots: tuple[Slot, ...],
    found: Elasticities | None,
) -> Potential | None:
    if study.potential is None:
        return None
    producing = study.tables.technology_sectors
    sectors = [str(s) for s in facts.tables[min(facts.tables)].sectors]
    columns = ["elasticity", "std_error", "weight"]
    return Potential(
        intensity=np.array([0.0 if s in producing else 1.0 for s in sectors]),
        supply=input_supply(study, facts, value_added, slots),
        equations=np.empty((0, 3)) if found is None else found.mixture[columns].to_numpy(float),
        median=float("nan") if found is None else found.median,
    )


def input_supply(
    study: Study, facts: Facts, value_added: np.ndarray, slots: tuple[Slot, ...]
) -> np.ndarray:
    """Supply of the technology's inputs by vintage set and slot.

    Measures other than value added are their ratio to value added in the tables, joined in a
    straight line between tables and kept beyond the last.
    """
    kind = study.potential.supply if study.potential is not None else SUPPLY[0]
    producing, ratios = list(study.tables.technology_sectors), {}
    for year, table in sorted(facts.tables.items()):
        sales = table.Z.loc[producing]
        if kind == "purchases":
            sales = sales.drop(columns=producing)
        own = float(table.v[producing].sum())
        ratios[year] = 1.0 if kind == SUPPLY[0] else float(sales.to_numpy().sum()) / own
    chosen = [s in producing for s in facts.tables[min(facts.tables)].sectors]
    ratio = np.interp([slot.year for slot in slots], list(ratios), list(ratios.values()))
    return np.asarray(value_added[:, :, chosen].sum(axis=2) * ratio)


def _calibration(study: Study, facts: Facts, slots: tuple[Slot, ...]) -> Calibration | None:
    """Positions of the two points of the curve, and the errors of its rule elsewhere."""
    use = study.penetration
    if use is None:
        return None
    later = _slot_of(facts, use.total, slots)
    if _slot_of(facts, use.growth, slots) != later or slots[later].previous < 0:
        raise StudyError(
            f"penetration: {use.total} and {use.growth} must be of one year, "
            "and the year before must be among study.years"
        )
    if float(row(facts.reported, use.growth)["low"]) <= -1.0:
        raise StudyError(f"penetration.growth: {use.growth} falls by more than everything")
    errors = tuple(rule_errors(family) if use.errors else np.empty((0, 0)) for family in use.curves)
    return Calibration(
        use.total, use.growth, later, slots[later].previous, use.launch, use.curves, errors
    )


def _employment(
    study: Study, facts: Facts, levels: pd.DataFrame
) -> tuple[Employment | None, tuple[float, float]]:
    """Jobs per unit of value added, and the range of the growth that lowers them."""
    use = study.employment
    if use is None or facts.employed is None:
        return None, (float("nan"), float("nan"))
    if use.year not in facts.tables:
        raise StudyError(f"employment.year: no input-output table of {use.year}; take a table year")
    for year in (use.productivity_since, use.year):
        if year not in facts.employed.index:
            raise StudyError(f"employment: {use.panel} has no year {year}")
    table = facts.tables[use.year]
    with at_key("employment.sectors"):
        persons = employment_by_sector(
            row(facts.employed, use.year), use.sectors, labels=list(table.sectors)
        )
    if persons.isna().any():
        sector = str(persons.index[persons.isna()][0])
        raise StudyError(
            f"employment.sectors.{sector}: {use.panel} has no jobs of {use.sectors[sector]} in "
            f"{use.year}"
        )
    if not float(persons.sum()) > 0:
        raise StudyError(f"employment: {use.panel} employs nobody in {use.year}; check the codes")
    jobs = jobs_per_value_added(table, persons, row(levels, (use.year, "estimate")))
    codes = [code for members in use.sectors.values() for code in members]
    workers = facts.employed[codes].sum(axis=1)
    drift = _productivity(facts.industries, workers, since=use.productivity_since, base=use.year)
    return Employment(jobs.to_numpy(float), use.year), drift


def _productivity(
    industries: pd.DataFrame, workers: "pd.Series[float]", *, since: int, base: int
) -> tuple[float, float]:
    """Lowest and highest average growth of nominal value added per worker up to the base year."""
    if industries.empty:
        raise StudyError(
            "employment: productivity needs value added by industry; name tables.groups, or leave "
            "out employment"
        )
    for year in range(since, base + 1):
        for known, key in ((workers.index, "employment.panel"), (industries.index, "gdp.file")):
            if year not in known:
                raise StudyError(
                    f"{key}: {year} is missing; productivity is followed from "
                    f"employment.productivity_since, {since}, to {base}"
                )
    per_worker = industries.sum(axis=1, min_count=1) / workers
    span = per_worker.loc[since:base].dropna()
    made = span.gt(0.0) & np.isfinite(span)
    if base not in span.index or len(span) < 2 or not made.all():
        raise StudyError(
            f"employment: no value added per worker from {since} to {base}; "
            "check the years of GDP by industry and of employment"
        )
    end = float(span.loc[base])
    growth = [
        (end / value) ** (1 / (base - year)) - 1
        for year, value in zip(span.index.astype(int), span.to_numpy(float), strict=True)
        if year < base
    ]
    return min(growth), max(growth)


def _check_units(study: Study, facts: Facts) -> None:
    """Refuse a scale that contradicts the units, and printed totals in another unit."""
    own = study.study
    for year, table in facts.tables.items():
        parts = (str(table.unit or ""), own.unit)
        _check_factor(own.units_per_data_unit, parts, "study", f"the table of {year}", "account")
    jobs = study.employment
    if jobs is not None and not is_own(jobs.panel):
        parts = (resources()[jobs.panel].unit, jobs.unit)
        _check_factor(jobs.units_per_data_unit, parts, "employment", jobs.panel, "account's jobs")
    for name, printed in facts.reported.iterrows():
        year = int(printed["year"])
        money, mine = money_of(str(printed["unit"])), money_of(own.unit)
        if money and mine and money != mine:
            raise StudyError(
                f"reported.figures.{name}.unit: {printed['unit']!r} is in {money}, the account in "
                f"{own.unit}; convert it"
            )
        if printed["concept"] not in {"core", "integration", "total"} or year not in facts.gdp:
            continue
        gdp, value = float(facts.gdp[year].iloc[0]), float(printed["value"])
        said = f"reported.figures.{name}: {printed['printed']} {printed['unit']} is"
        if value > gdp:
            raise StudyError(
                f"{said} {value / gdp:.3g} times GDP, {gdp:.4g} {own.unit}; check its unit"
            )
        other = f"S{str(name)[1:]}"
        if str(name).startswith("T") and other in facts.reported.index:
            share = float(row(facts.reported, other)["value"])
            if not 0.2 < value / gdp / share < 5:
                raise StudyError(
                    f"{said} {value / gdp:.3%} of GDP, but {other} prints {share:.2%}; check the "
                    "units"
                )


def _check_factor(
    given: float, units: tuple[str, str], section: str, source: str, whole: str
) -> None:
    """Refuse a factor from the units of the data to those of the account that is another."""
    if not all(unit.startswith(tuple(UNITS)) for unit in units):
        return
    monies = {money for unit in units if (money := money_of(unit))}
    if len(monies) > 1:
        raise StudyError(
            f"{section}.unit: {units[1]!r}, but {source} is in {units[0]}; give the money of the "
            "data"
        )
    wanted = unit_scale(units[0], source) / unit_scale(units[1], f"{section}.unit")
    if not np.isclose(given, wanted, rtol=1e-9, atol=0.0):
        raise StudyError(
            f"{section}.units_per_data_unit: {given:g}, but {source} is in {units[0]} and the "
            f"{whole} in {units[1]}: expected {wanted:g}"
        )


def _middle(facts: Facts, model: AccountModel) -> dict[str, np.ndarray]:
    """Return the inputs of the core at their middle."""
    inputs = {name: np.ones(1) for name, _, _ in model.cells} | {"gdp_vintage": np.zeros(1)}
    if model.core_id is not None:
        printed = float(row(facts.reported, model.core_id)["value"])
        inputs[model.core_id] = np.array([printed])
    return inputs


def _check_core(study: Study, facts: Facts, made: Assembly) -> None:
    """Refuse a core that is larger than one of its sectors."""
    model, figure = made.model, study.core.figure
    inputs = _middle(facts, model)
    shares = model.core_shares(inputs)[0]
    worst = int(np.argmax(shares))
    if figure is not None and shares[worst] > 1.0:
        sector = made.sectors[model.places[worst]]
        whole = float(model.value_added[0, model.core_slot, model.places[worst]])
        raise StudyError(
            f"core.segments: {figure} = {inputs[figure][0]:.4g} takes {shares[worst]:.0%} of "
            f"sector {sector!r}, whose value added is {whole:.4g} {study.study.unit}; spread "
            "the weights over more sectors"
        )


def _check_penetration(
    study: Study, facts: Facts, made: Assembly, elasticities: Elasticities
) -> None:
    """Refuse what no penetration can be: above one, or a curve that falls."""
    model, unit = made.model, study.study.unit
    assert model.potential is not None  # an elasticity was estimated for it
    shares = model.core_shares(_middle(facts, model))[0]
    cores = (shares * model.value_added[0][:, model.places]).sum(axis=1)
    for slot, core, supply in zip(model.slots, cores, model.potential.supply[0], strict=True):
        if "elasticity" in model.runs and core > supply * (1 + 1e-9):
            raise StudyError(
                f"tables.technology_sectors: the core of {slot.year}, {core:.4g} {unit}, is more "
                f"than the supply of the technology, {supply:.4g}; penetration would be above one: "
                "name all sectors that produce it, or take fewer into core.segments"
            )
    if model.calibration is not None:
        core = float(cores[model.calibration.later])
        _check_curve(study, facts, model, elasticities, core=core)


def _check_curve(
    study: Study, facts: Facts, model: AccountModel, elasticities: Elasticities, *, core: float
) -> None:
    """Refuse two points through which no diffusion curve below the potential rises."""
    use, curve, unit = model.calibration, study.penetration, study.study.unit
    assert use is not None
    assert curve is not None
    assert model.potential is not None
    total = float(row(facts.reported, use.total)["value"])
    growth = float(row(facts.reported, use.growth)["value"])
    before = total / (1 + growth) / float(model.inflation[0, use.later])
    if growth <= 0 or before >= total:
        raise StudyError(
            f"penetration: {use.growth} = {growth:.1%} gives {before:.4g} {unit} the year before "
            f"{use.total} = {total:.4g}; no diffusion curve rises through falling points"
        )
    if elasticities.median <= 0:
        raise StudyError(
            f"potential: the median elasticity is {elasticities.median:.4f}; a curve needs a "
            "potential above zero: leave out penetration or mend the equations"
        )
    if total <= core:
        raise StudyError(
            f"penetration.total: {use.total} = {total:.4g} {unit} is no more than the core, "
            f"{core:.4g}; nothing is left to diffuse"
        )
    using = float((model.value_added[0, use.later] * model.potential.intensity).sum())
    highest = elasticities.median * using * curve.saturation[1]
    if total - core >= highest:
        raise StudyError(
            f"penetration.saturation: the integration-driven part, {use.total} less the core = "
            f"{total - core:.4g} {unit}, lies above the highest potential, {highest:.4g} (median "
            f"elasticity {elasticities.median:.3f} x value added of the users x "
            f"{curve.saturation[1]:g}); raise the saturation or check the unit of {use.total}"
        )

"""From a study's facts to the account model: everything that does not vary from draw to draw.

Frames of the main job: estimates with intervals, the account, the verdicts.

What every estimate of a study needs: facts, account model and elasticity, made once.
"""

from dataclasses import dataclass
import numpy as np
import pandas as pd
from quesnay.fitting.errors import StudyError, suggestion
from quesnay.diagnostics.reproduction.facts import Facts
from quesnay.models.satellite.account import AccountModel, Calibration, Slot
from quesnay.models.satellite.core import CorePattern
from quesnay.models.satellite.employment import (
    employment_by_sector,
    jobs_per_value_added,
    productivity_growth,
)
from quesnay.models.satellite.sectors import extrapolate_sectors, join_tables, scale_to_gdp
from quesnay.diagnostics.reproduction.study import Study
from collections.abc import Hashable
from typing import Any, cast
from quesnay.diagnostics.evidence.verdicts import judge
from quesnay.diagnostics.reproduction.study import RUNS
from pathlib import Path
from quesnay.diagnostics.reproduction.facts import Facts, collect_facts
from quesnay.diagnostics.reproduction.regressions import fit_potential
from quesnay.models.regression.result import PanelFit
from quesnay.diagnostics.reproduction.study import load_study

__all__ = [
    "Assembly",
    "Prepared",
    "SUPPLY",
    "account_frame",
    "as_printed",
    "assemble",
    "elasticity_of",
    "input_supply",
    "part",
    "prepare",
    "row",
    "verdict_frame",
    "with_intervals",
]


SUPPLY = ("value_added", "intermediate_sales", "purchases")


@dataclass(frozen=True, slots=True)
class Assembly:
    """The prepared model and the labelled tables that went into it.

    Parameters
    ----------
    model : AccountModel
        The account, ready for draws.
    sectors : tuple of str
        Sector labels of the model's last axis.
    value_added : dict of str to DataFrame
        Vintage set -> (year, variant) x sectors, unit of the account.
    jobs_per_value : DataFrame
        Direct and supply-chain jobs per unit of value added in the year of the employment figures.
    productivity : float
        Yearly growth of nominal value added per person that the coefficients go on with.
    pattern : CorePattern
        Relative weights of the core's segments in sectors.
    """

    model: AccountModel
    sectors: tuple[str, ...]
    value_added: dict[str, pd.DataFrame]
    jobs_per_value: pd.DataFrame
    productivity: float
    pattern: CorePattern


def assemble(study: Study, facts: Facts) -> Assembly:
    """Prepare the account model of a study.

    Parameters
    ----------
    study : Study
        The checked study.
    facts : Facts
        From :func:`quesnay.diagnostics.reproduction.facts.collect_facts`.

    Returns
    -------
    Assembly
        Model and labelled inputs.

    Raises
    ------
    StudyError, DataError
        If the sections of the study do not fit the tables.

    Examples
    --------
    >>> from quesnay.diagnostics.reproduction.facts import collect_facts
    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> study = load_study("caict_2020")
    >>> assemble(study, collect_facts(study)).model.value_added.shape
    (3, 5, 42)
    """
    slots = _slots(study)
    sectors = tuple(str(s) for s in facts.tables[study.tables.years[0]].sectors)
    _known(study.tables.technology_sectors, sectors, "tables.technology_sectors")
    levels = {v: _sector_levels(study, facts, v, slots) for v in facts.gdp.index}
    stacked = np.stack([levels[v].to_numpy(float) for v in facts.gdp.index])
    pattern = CorePattern(pd.DataFrame(study.core.segments).T.fillna(0.0))
    _known(pattern.sectors, sectors, "core.segments")
    jobs, growth = _employment(study, facts, levels[facts.gdp.index[0]])
    model = AccountModel(
        slots=slots,
        value_added=stacked,
        gdp=stacked.sum(axis=2),
        inflation=_inflation(facts, slots),
        intensity=np.array([0.0 if s in study.tables.technology_sectors else 1.0 for s in sectors]),
        supply=input_supply(study, facts, stacked, slots),
        cells=tuple((f"weight of {s} in {g}", sectors.index(s), w) for g, s, w in pattern.cells),
        core_id=study.core.figure,
        core_slot=_slot_of(facts, study.core.figure, slots),
        jobs_per_value=_drift(jobs, growth, study.employment.year, slots),
        forecast_base=np.array(
            [facts.forecast_base if s.variant == "forecast" else np.nan for s in slots]
        ),
        calibration=_calibration(study, facts, slots),
        launch=study.penetration.launch,
        curves=study.penetration.curves,
    )
    return Assembly(model, sectors, levels, jobs, growth, pattern)


def _slots(study: Study) -> tuple[Slot, ...]:
    """One slot a year; the forecast year has two, forecast and outcome."""
    slots: list[Slot] = []
    forecast = study.gdp.forecast.year if study.gdp.forecast else None
    for year in sorted(study.study.years):
        previous = next((k for k, s in enumerate(slots) if s.year == year - 1), -1)
        variants = ("forecast", "outcome") if year == forecast else ("estimate",)
        slots.extend(Slot(year, variant, previous) for variant in variants)
    return tuple(slots)


def _known(names: object, sectors: tuple[str, ...], where: str) -> None:
    for name in names:  # type: ignore[attr-defined]
        if name not in sectors:
            raise StudyError(
                f"{where}: no sector {name!r} in the tables;{suggestion(name, sectors)}"
            )


def _sector_levels(
    study: Study, facts: Facts, vintage: str, slots: tuple[Slot, ...]
) -> pd.DataFrame:
    """Value added by slot and sector, scaled to one set of GDP vintages."""
    tables = {year: table.v for year, table in facts.tables.items()}
    groups = {s: group for group, members in study.tables.groups.items() for s in members}
    rows: list[pd.Series] = []
    for slot in slots:
        if slot.variant == "forecast":
            last, before = rows[slot.previous], rows[slots[slot.previous].previous]
            rows.append(extrapolate_sectors(last, before, facts.forecast_base))
            continue
        gdp = float(row(facts.gdp, vintage)[slot.year])
        if slot.year in tables:
            rows.append(scale_to_gdp(tables[slot.year], gdp))
        else:
            published = row(facts.industries, slot.year)
            rows.append(join_tables(tables, groups, published, year=slot.year, gdp=gdp))
    index = pd.MultiIndex.from_tuples([(s.year, s.variant) for s in slots], names=["year", "kind"])
    return pd.DataFrame([row.to_numpy(float) for row in rows], index=index, columns=rows[0].index)


def _inflation(facts: Facts, slots: tuple[Slot, ...]) -> np.ndarray:
    """Deflator over that of the slot before, by vintage set, implied by real growth."""
    out = np.full((len(facts.gdp), len(slots)), np.nan)
    for t, slot in enumerate(slots):
        if slot.previous >= 0 and slot.variant != "forecast":
            before = slots[slot.previous].year
            nominal = facts.gdp[slot.year] / facts.gdp[before]
            out[:, t] = (nominal / (1 + facts.growth[slot.year])).to_numpy(float)
    return out


def _slot_of(facts: Facts, figure: str, slots: tuple[Slot, ...]) -> int:
    """Position of the slot that a printed figure speaks of."""
    if figure not in facts.reported.index:
        hint = suggestion(figure, facts.reported.index)
        raise StudyError(f"no printed figure {figure!r};{hint}")
    year = int(row(facts.reported, figure)["year"])
    for t, slot in enumerate(slots):
        if slot.year == year and slot.variant != "outcome":
            return t
    raise StudyError(f"figure {figure}: its year {year} is not among study.years; add it")


def _calibration(study: Study, facts: Facts, slots: tuple[Slot, ...]) -> Calibration:
    """Positions of the two points of the curve."""
    use = study.penetration
    later = _slot_of(facts, use.total, slots)
    if _slot_of(facts, use.growth, slots) != later or slots[later].previous < 0:
        raise StudyError(
            f"penetration: {use.total} and {use.growth} must be of one year, "
            "and the year before must be among study.years"
        )
    return Calibration(use.total, use.growth, later, slots[later].previous)


def input_supply(
    study: Study, facts: Facts, value_added: np.ndarray, slots: tuple[Slot, ...]
) -> np.ndarray:
    """Supply of the technology's inputs by vintage set and slot.

    Measures other than value added are their ratio to value added in the tables, joined in a
    straight line between tables and kept beyond the last.
    """
    kind = study.penetration.supply
    if kind not in SUPPLY:
        raise StudyError(f"penetration.supply: unknown measure {kind!r};{suggestion(kind, SUPPLY)}")
    years = sorted(facts.tables)
    ratios = [_supply_ratio(study, facts, year) for year in years]
    chosen = [s in study.tables.technology_sectors for s in facts.tables[years[0]].sectors]
    ratio = np.interp([slot.year for slot in slots], years, ratios)
    return np.asarray(value_added[:, :, chosen].sum(axis=2) * ratio)


def _supply_ratio(study: Study, facts: Facts, year: int) -> float:
    """Return the chosen measure of supply over producers' value added in one table."""
    table, producing = facts.tables[year], list(study.tables.technology_sectors)
    own = float(table.v[producing].sum())
    if study.penetration.supply == "value_added":
        return 1.0
    sales = table.Z.loc[producing]
    if study.penetration.supply == "purchases":
        sales = sales.drop(columns=producing)
    return float(sales.to_numpy().sum()) / own


def _employment(study: Study, facts: Facts, levels: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Jobs per unit of value added, and the growth of productivity that lowers them."""
    use = study.employment
    if use.year not in facts.tables:
        raise StudyError(f"employment.year: no input-output table of {use.year}; take a table year")
    table = facts.tables[use.year]
    persons = employment_by_sector(
        row(facts.employed, use.year), use.sectors, labels=list(table.sectors)
    )
    jobs = jobs_per_value_added(table, persons, row(levels, (use.year, "estimate")))
    codes = [code for members in use.sectors.values() for code in members]
    people = facts.employed[codes].sum(axis=1)
    span = (use.productivity_since, use.year)
    output = facts.industries.sum(axis=1)
    growth = productivity_growth(
        (float(output[span[0]]), float(output[span[1]])),
        (float(people[span[0]]), float(people[span[1]])),
        span[1] - span[0],
    )
    return jobs, growth


def _drift(jobs: pd.DataFrame, growth: float, base: int, slots: tuple[Slot, ...]) -> np.ndarray:
    """Jobs per unit of value added in every slot, (2, T, S)."""
    factor = np.array([(1 + growth) ** (base - slot.year) for slot in slots])
    return np.asarray(jobs.to_numpy(float)[:, None, :] * factor[None, :, None])


_ACCOUNT = ("core", "integration", "total", "share")
_LEVEL = 0.95


def part(frame: pd.DataFrame, key: Hashable) -> pd.DataFrame:
    """Return the rows under one key of the first level of an index."""
    return cast("pd.DataFrame", frame.loc[cast("Any", key)])


def row(frame: pd.DataFrame, key: Hashable) -> pd.Series:
    """Return the one row under a full key."""
    return cast("pd.Series", frame.loc[cast("Any", key)])


def with_intervals(central: pd.Series, draws: pd.DataFrame) -> pd.DataFrame:
    """Put the central 95 % interval of the draws beside the base case.

    Parameters
    ----------
    central : Series
        Figure -> base case.
    draws : DataFrame
        Draws x figures; NaN for draws that admit no curve.

    Returns
    -------
    DataFrame
        Figure -> estimate, low, high.

    Examples
    --------
    >>> import pandas as pd
    >>> draws = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    >>> with_intervals(pd.Series({"a": 2.0}), draws).loc["a"].tolist()
    [2.0, 1.05, 2.95]
    """
    tail = (1 - _LEVEL) / 2
    bounds = draws.quantile([tail, 1 - tail]).T
    return pd.DataFrame({"estimate": central, "low": bounds.iloc[:, 0], "high": bounds.iloc[:, 1]})


def account_frame(estimates: pd.DataFrame, *variants: str) -> pd.DataFrame:
    """Return the account by run and year, each figure with the bounds of its interval.

    Parameters
    ----------
    estimates : DataFrame
        From :func:`with_intervals`, indexed by run, concept, year and variant.
    *variants : str
        The variants shown: ``"estimate"`` with ``"forecast"`` or ``"outcome"``.

    Returns
    -------
    DataFrame
        Index run, year; columns core, integration, total, share with ``_low`` and ``_high``.
    """
    shown = estimates[estimates.index.get_level_values("variant").isin(variants)]
    wide = shown.droplevel("variant").unstack("concept")
    columns = {}
    for concept in _ACCOUNT:
        columns[concept] = wide[("estimate", concept)]
        columns[f"{concept}_low"] = wide[("low", concept)]
        columns[f"{concept}_high"] = wide[("high", concept)]
    frame = pd.DataFrame(columns)
    return frame.reindex([key for run in RUNS for key in frame.index if key[0] == run])


def as_printed(reported: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of :class:`quesnay.diagnostics.reproduction.facts.Facts` in the units they were printed in."""
    columns = {column: reported[f"printed_{column}"] for column in ("value", "low", "high")}
    return reported.assign(**columns)


def verdict_frame(study: Study, facts: Facts, estimates: pd.DataFrame) -> pd.DataFrame:
    """Judge every printed figure in every run, in the units it was printed in.

    Parameters
    ----------
    study : Study
        Roles of the figures.
    facts : Facts
        Printed figures in the units of the account.
    estimates : DataFrame
        From :func:`with_intervals`, indexed by run, concept, year and variant.

    Returns
    -------
    DataFrame
        Index run, id; the columns of :func:`quesnay.diagnostics.evidence.verdicts.judge`.
    """
    printed = as_printed(facts.reported)
    comparable = estimates[estimates.index.get_level_values("variant") != "outcome"]
    parts = {}
    for run in RUNS:
        keys = [(run, row["concept"], row["year"]) for _, row in printed.iterrows()]
        found = comparable.droplevel("variant").reindex(keys).set_axis(printed.index)
        found = found.div(printed["scale"], axis=0)
        roles = pd.Series({name: study.role(run, str(name)) for name in printed.index})
        parts[run] = judge(printed, roles, found)
    return pd.concat(parts, names=["run", "id"])


@dataclass(frozen=True, slots=True)
class Prepared:
    """A study with everything loaded and nothing drawn.

    Parameters
    ----------
    study : Study
        The checked study.
    facts : Facts
        Tables, vintages and printed figures.
    assembly : Assembly
        The account model.
    fit : PanelFit
        The regression behind the potential.
    """

    study: Study
    facts: Facts
    assembly: Assembly
    fit: PanelFit

    @property
    def elasticity(self) -> tuple[float, float]:
        """Estimate and standard error of the elasticity."""
        return elasticity_of(self.study, self.fit)


def elasticity_of(study: Study, fit: PanelFit) -> tuple[float, float]:
    """Return the elasticity that a study names, with its standard error."""
    term = study.potential.term
    return float(fit.params[term]), float(fit.std_errors[term])


def prepare(study: str | Path | Study) -> Prepared:
    """Load a study and all that it names, and estimate its elasticity.

    Parameters
    ----------
    study : str, Path or Study
        An embedded study, the path of a TOML file, or a study object.

    Returns
    -------
    Prepared
        Ready for draws.

    Raises
    ------
    QuesnayError
        If the study or a data file is at fault.

    Examples
    --------
    >>> round(prepare("caict_2020").elasticity[0], 3)
    0.057
    """
    checked = load_study(study)
    facts = collect_facts(checked)
    return Prepared(checked, facts, assemble(checked, facts), fit_potential(checked.potential))

"""The second accounting view: the core's ties to other industries, from domestic tables alone.

Backward linkages count value added elsewhere that the core's purchases stand for, forward linkages
value added of users that depends on its deliveries; extraction as a satellite sector counts both.
The view stands beside the regression view and is not mixed into it: extraction is a counterfactual,
elasticity times value added an attribution.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quesnay.diagnostics.reproduction.assembly import Assembly, row
from quesnay.diagnostics.reproduction.facts import Facts
from quesnay.diagnostics.reproduction.study import Study
from quesnay.fitting.checks import seed_sequence
from quesnay.fitting.errors import StudyError, suggestion
from quesnay.models.display.table import Table, Tabular

__all__ = [
    "CoreLinkages",
    "core_linkages",
]


KINDS = ("backward", "forward", "satellite")


@dataclass(frozen=True, slots=True, repr=False)
class CoreLinkages(Tabular):
    """Value added in other industries tied to the core, by table year and measure.

    Parameters
    ----------
    frame : DataFrame
        Index year, measure: ``elsewhere`` (net of the core itself) with ``low`` and ``high`` (95 %
        of the draws of the core pattern), ``of core`` (ratio to the core's own value added) and the
        part in each stage of the economy; unit of the account.
    by_sector : DataFrame
        Sector x (year, measure), base case.
    unit : str
        Unit of the account.
    integration : Series
        Run -> integration-driven value added of the regression view, by year, for comparison.
    """

    frame: pd.DataFrame
    by_sector: pd.DataFrame
    unit: str
    integration: pd.DataFrame

    def tables(self) -> tuple[Table, ...]:
        """Return the measures beside the regression view."""
        shown = self.frame.copy()
        bounds = zip(shown.pop("low"), shown.pop("high"), strict=True)
        shown.insert(1, "95 %", [f"[{low:.2f}, {high:.2f}]" for low, high in bounds])
        formats = dict.fromkeys(shown.columns, ".2f")
        notes = (
            "Net of the core itself. Weights of the core in sectors as calibrated; interval over "
            "the core pattern.",
            "Backward: the core buys nothing; forward: it delivers nothing to industries (Ghosh); "
            "satellite: split off from its sectors and taken away.",
        )
        title = f"Value added elsewhere tied to the core, {self.unit}"
        years = self.integration.columns
        said = ("Of the years that have a table; a forecast year as it turned out.",)
        beside = (
            f"For comparison: integration-driven value added of the regression view, {self.unit}"
        )
        return (
            Table(title, shown, notes, formats),
            Table(beside, self.integration, said, dict.fromkeys(map(str, years), ".2f")),
        )


def core_linkages(
    study: Study,
    facts: Facts,
    assembly: Assembly,
    account: pd.DataFrame,
    *,
    draws: int = 200,
    seed: int = 0,
) -> CoreLinkages:
    """Measure the core's linkages on every official table of a study.

    Parameters
    ----------
    study : Study
        Groups, stages and dispersion of the core pattern.
    facts : Facts
        The tables; those with imports apart give domestic linkages.
    assembly : Assembly
        Core pattern and value added by sector.
    account : DataFrame
        The account of the main job, a forecast year as it turned out, for comparison.
    draws : int
        Draws of the core pattern.
    seed : int
        Root of the draws.

    Returns
    -------
    CoreLinkages
        Measures by year with intervals.
    """
    weights = _weights(study, facts, assembly, draws=draws, seed=seed)
    stages = _stages(study, facts)
    rows, detail = {}, {}
    for year, table in facts.tables.items():
        scale = study.study.units_per_data_unit
        for kind in KINDS:
            base = table.extract(weights.iloc[0], kind=kind)
            own = base.by_sector["value_added_loss_own"]
            elsewhere = (base.by_sector["value_added_loss"] - own) * scale
            drawn = table.extract_many(weights.iloc[1:], kind=kind)
            induced = drawn["value_added_loss_induced"].to_numpy(float)
            bounds = np.quantile(induced * scale, [0.025, 0.975])
            core = float((weights.iloc[0] * table.v[weights.columns]).sum()) * scale
            rows[(year, kind)] = {
                "elsewhere": float(elsewhere.sum()),
                "low": bounds[0],
                "high": bounds[1],
                "of core": float(elsewhere.sum()) / core,
                **elsewhere.groupby(stages).sum().to_dict(),
            }
            detail[(year, kind)] = elsewhere
    frame = pd.DataFrame(rows).T
    frame.index.names = ["year", "measure"]
    by_sector = pd.DataFrame(detail)
    by_sector.columns.names = ["year", "measure"]
    wide = account["integration"].unstack("year")
    integration = wide[[year for year in facts.tables if year in wide.columns]]
    return CoreLinkages(frame, by_sector, study.study.unit, integration)


def _weights(
    study: Study, facts: Facts, assembly: Assembly, *, draws: int, seed: int
) -> pd.DataFrame:
    """Calibrated weights of the core in sectors: first row base case, then draws."""
    figure = row(facts.reported, study.core.figure)
    base = next(iter(assembly.value_added.values()))
    value = base.xs(int(figure["year"]), level="year").iloc[0]
    relative = assembly.pattern.weights
    spread = np.sqrt(np.log1p(study.core.dispersion**2))
    rng = np.random.default_rng(seed_sequence(seed))
    noise = np.exp(spread * rng.standard_normal((draws, *relative.shape)))
    all_weights = np.concatenate([relative.to_numpy()[None], relative.to_numpy() * noise]).sum(1)
    level = all_weights @ value[relative.columns].to_numpy(float)
    scaled = all_weights * (float(figure["value"]) / level)[:, None]
    return pd.DataFrame(np.minimum(scaled, 1.0), columns=relative.columns)


def _stages(study: Study, facts: Facts) -> pd.Series:
    """Sector -> stage of the economy."""
    groups = {s: group for group, members in study.tables.groups.items() for s in members}
    stages = {g: stage for stage, members in study.tables.stages.items() for g in members}
    for group in stages:
        if group not in study.tables.groups:
            hint = suggestion(group, study.tables.groups)
            raise StudyError(f"tables.stages: no industry group {group!r};{hint}")
    sectors = next(iter(facts.tables.values())).sectors
    return pd.Series({s: stages.get(groups.get(s, ""), "not assigned") for s in sectors})

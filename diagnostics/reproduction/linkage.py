"""What the linkage run rests on: who produces for the core, and the other readings of the tables.

The run counts value added that the core's output needs from others, upstream along the supply
chain: a tie, not what users gain. Read forward, users are tied to what the core delivers. Both take
the core away from the tables; elasticities attribute value added to use, and are never mixed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.datasets.embedded import load_sectors
from quesnay.diagnostics.reproduction.assembly import part, ties_by_slot
from quesnay.diagnostics.reproduction.facts import Facts
from quesnay.diagnostics.reproduction.runs import median_inputs, possible_readings, read_otherwise
from quesnay.diagnostics.reproduction.study import Study
from quesnay.fitting.checks import refuse_unknown
from quesnay.fitting.errors import DataError, StudyError
from quesnay.models.display.table import Table, Tabular

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

BASE = "suppliers of the core"
"""The reading of the linkage run itself."""

_LARGEST = 10


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CoreLinkages(Tabular):
    """Value added elsewhere that is tied to the core, by reading, table year and sector.

    Parameters
    ----------
    by_sector : DataFrame
        Sector x (reading, year), with the core weights at their middle; unit of the account.
    stages : Series
        Sector -> stage of the economy.
    core : Series
        Year -> value added of the core itself.
    made : tuple of int
        Years whose table was made between two official ones.
    names : Series
        Sector -> its name.
    unit : str
        Unit of the account.
    """

    by_sector: pd.DataFrame
    stages: pd.Series
    core: pd.Series
    made: tuple[int, ...]
    names: pd.Series
    unit: str

    @property
    def frame(self) -> pd.DataFrame:
        """Index reading, year: elsewhere, ratio to the core, and the part in each stage."""
        whole = self.by_sector.sum().rename("elsewhere").to_frame()
        years = whole.index.get_level_values("year")
        whole["of core"] = whole["elsewhere"].to_numpy() / self.core[years].to_numpy()
        by_stage = self.by_sector.groupby(self.stages, sort=False).sum().T
        return pd.concat([whole, by_stage], axis=1)

    @property
    def largest(self) -> pd.DataFrame:
        """The sectors with the most value added tied to the core, by year, in the run itself."""
        own = part(self.by_sector.T, BASE).T
        chosen = own.mean(axis=1).nlargest(_LARGEST).index
        return own.loc[chosen].set_axis(pd.Index(self.names[chosen], name="sector"))

    def tables(self) -> tuple[Table, ...]:
        """Return the readings by stage and the largest suppliers."""
        frame, largest = self.frame, self.largest
        if len(set(self.stages)) == 1:  # one stage is the whole once more
            frame = frame.iloc[:, :2]
        notes = [
            "Value added elsewhere tied to the core, net of the core itself; core weights at their "
            "middle, first vintage set. Of core: ratio to the core's own value added.",
            "Suppliers: what others produce for the core to exist. Users: what rests on its "
            "deliveries (Ghosh's inverse). Readings, not parts of a sum.",
        ]
        if self.made:
            notes.append(f"Table made, not official: {', '.join(map(str, self.made))}.")
        share = float(largest.to_numpy().sum() / part(self.by_sector.T, BASE).to_numpy().sum())
        return (
            Table(
                f"Value added elsewhere tied to the core, {self.unit}",
                frame,
                tuple(notes),
                dict.fromkeys(map(str, frame.columns), ".2f"),
                sheet="Tied to the core",
            ),
            Table(
                f"Who produces for the core, {self.unit}",
                largest,
                (f"The {len(largest)} largest of {len(self.by_sector)} sectors, {share:.0%} of the "
                 "whole; the rest of a sector with a core part counts as elsewhere.",),
                dict.fromkeys(map(str, largest.columns), ".3f"),
            ),
        )  # fmt: skip


def core_linkages(result: "Reproduction") -> CoreLinkages:
    """Say who is tied to the core, by reading, year and sector, core weights at their middle.

    The reading of the linkage run and the others of the study's tables. Refused where the study has
    no linkage run, or its stages name an unknown group.

    >>> import quesnay as qn
    >>> found = core_linkages(qn.reproduce("caict_2020", draws=50))
    >>> float(found.frame.loc[("suppliers of the core", 2018), "elsewhere"].round(2))
    0.76
    """
    study, facts, assembly = result.study, result.facts, result.assembly
    model = assembly.model
    if not model.ties:
        raise StudyError(f"study {study.study.name!r} has no tables for a linkage run")
    middle = median_inputs(study, facts, model, assembly.productivity)
    weights = np.minimum(model.core_shares(middle), 1.0)
    levels = next(iter(assembly.value_added.values()))
    cells, core = {}, {}
    base = ties_by_slot(assembly.tables, model.slots, assembly.pattern.sectors)
    for reading in (BASE, *possible_readings(assembly)):
        ties = base if reading == BASE else read_otherwise(assembly, reading).ties
        for place, (slot, own) in enumerate(zip(model.slots, ties, strict=True)):
            if own is not None:
                scale = float(model.gdp[0, place]) / own.total
                cells[(reading, slot.year)] = own.elsewhere(weights)[0] * scale
                value = levels.iloc[place].to_numpy(float)[model.places]
                core[slot.year] = float(weights[0] @ value)
    sectors = pd.Index(assembly.sectors)
    by_sector = pd.DataFrame(cells, index=sectors)
    by_sector.columns.names = ["reading", "year"]
    return CoreLinkages(
        by_sector,
        _stages(study, facts),
        pd.Series(core),
        tuple(sorted(set(assembly.tables) - set(facts.tables))),
        sector_names(study, facts, sectors),
        study.study.unit,
    )


def _stages(study: Study, facts: Facts) -> pd.Series:
    groups = {s: group for group, members in study.tables.groups.items() for s in members}
    stages = {g: stage for stage, members in study.tables.stages.items() for g in members}
    said = "tables.stages: no industry group"
    refuse_unknown(stages, study.tables.groups, said, error=StudyError)
    sectors = [str(s) for s in next(iter(facts.tables.values())).sectors]
    return pd.Series({s: stages.get(groups.get(s, ""), "not assigned") for s in sectors})


def sector_names(study: Study, facts: Facts, sectors: pd.Index) -> pd.Series:
    """Sector -> its name where the file or the embedded lists know it, else its code."""
    codes = pd.Series(sectors, index=sectors)
    if study.tables.files:
        sources = (table.source for table in facts.tables.values())
        own: Mapping[str, str] = next((s.names for s in sources if s is not None and s.names), {})
        return codes.map(lambda code: own.get(str(code), str(code)))
    try:
        known = load_sectors(study.study.country, len(sectors))["short_name"]
    except DataError:
        return codes
    return known.reindex(sectors).fillna(codes)

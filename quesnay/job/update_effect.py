"""What an updated table changes in an account, draw by draw."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from quesnay.job.assemble import SUPPLY, Assembly, assemble, input_supply
from quesnay.job.facts import Facts
from quesnay.job.linkages import KINDS
from quesnay.job.redraw import DrawnInputs, core_weights
from quesnay.job.simulate import BothRuns, labels
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.satellite.account import AccountModel
from quesnay.studies.load import RUNS
from quesnay.studies.sections import Study

__all__ = ["effect_frame", "linkage_draws"]

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

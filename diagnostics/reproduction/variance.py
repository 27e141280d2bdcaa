"""Where the uncertainty of each figure comes from: shares of variance, one source at a time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.reproduction.facts import Facts
from quesnay.fitting.simulation.distributions import Distribution
from quesnay.fitting.simulation.engine import chunks
from quesnay.fitting.simulation.sensitivity import sobol_indices
from quesnay.models.satellite.account import AccountModel
from quesnay.models.uncertainty.inputs import checked_inputs
from quesnay.models.uncertainty.sensitivity import Tornado

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

__all__ = ["source_tornados", "variance_frame"]

_SOBOL_DRAWS = 1024
_TORNADO_DRAWS = 1000
_LEVEL = 0.95
_DECIMALS = 10  # of a share of a variance; what comes after is rounding
_SHOWN = 1e-2  # of the largest swing: what moves less is no source for a picture


def variance_frame(
    facts: Facts,
    model: AccountModel,
    inputs: Mapping[str, Distribution],
    sources: Mapping[str, list[str]],
    *,
    seed: int,
) -> pd.DataFrame:
    """Split the variance of every judged figure by source of uncertainty.

    Returns
    -------
    DataFrame
        Index run, id; one column a source: its total-effect Sobol index over the sum of all:
        rows add to 1. Missing where a figure does not vary in the run.
    """
    from quesnay.diagnostics.reproduction.runs import AllRuns, labels

    checked = checked_inputs(inputs)
    first, second = chunks(2 * _SOBOL_DRAWS, seed=seed, size=_SOBOL_DRAWS)
    a, b = checked.sample(first), checked.sample(second)
    evaluate = AllRuns(model)
    wanted = _judged_columns(facts, model)
    if not wanted:
        return pd.DataFrame()
    places = labels(model).get_indexer(pd.Index(list(wanted.values())))
    values = [evaluate(a)[:, places], evaluate(b)[:, places]]
    mixed = [
        evaluate({**a, **{name: b[name] for name in names}})[:, places]
        for names in sources.values()
    ]
    found = sobol_indices(values[0], values[1], np.stack(mixed))
    total = np.clip(found.total, 0.0, None)
    whole = total.sum(axis=0)
    shares = np.divide(total, whole, out=np.full_like(total, np.nan), where=whole > 0)
    shares = shares.round(_DECIMALS)
    index = pd.MultiIndex.from_tuples(list(wanted), names=["run", "id"])
    return pd.DataFrame(shares.T, index, list(sources))


def _judged_columns(
    facts: Facts, model: AccountModel
) -> dict[tuple[str, str], tuple[str, str, int, str]]:
    """Run and id -> column of the draws."""
    variants = {slot.year: slot.variant for slot in model.slots if slot.variant != "outcome"}
    return {
        (run, str(name)): (run, str(own["concept"]), int(own["year"]), variants[int(own["year"])])
        for run in model.runs
        for name, own in facts.reported.iterrows()
        if int(own["year"]) in variants
    }


def source_tornados(result: "Reproduction") -> dict[tuple[str, str], Tornado]:
    """Move one source of uncertainty at a time and read the held-out totals of every run.

    A source such as the core pattern has many inputs, and a rescaled pattern does not move where
    all of them move together: so the inputs of the source are drawn, all others stay at their
    middle, and the ends are those of the central 95 % of the figure.

    Returns
    -------
    dict of (str, str) to Tornado
        Run, id of the total -> ends by source, without sources that do not move the totals.
    """
    from quesnay.diagnostics.reproduction.runs import (
        AllRuns,
        labels,
        median_inputs,
        uncertain_inputs,
    )

    model, facts = result.assembly.model, result.facts
    shape = (result.study, facts, model, result.assembly.productivity)
    _, sources = uncertain_inputs(*shape)
    drawn = {str(n): v.to_numpy(float)[:_TORNADO_DRAWS] for n, v in result.inputs.items()}
    rows = len(drawn["gdp_vintage"])
    base = {name: np.repeat(value, rows) for name, value in median_inputs(*shape).items()}
    shown = _held_out_totals(result)
    wanted = [(run, "total", *key) for run, name in shown for key in [shown[(run, name)]]]
    if not wanted:
        return {}
    places = labels(model).get_indexer(pd.Index(wanted))
    tail, ends = (1 - _LEVEL) / 2, {}
    for source, names in sources.items():
        own = {name: drawn[name] for name in names}
        values = AllRuns(model)({**base, **own, **_elasticity_of(model, drawn, names)})[:, places]
        moved = pd.DataFrame(values, columns=pd.Index(list(shown)))
        if set(names) & _ELASTICITY:  # the curve takes the median elasticity, whatever is drawn
            fixed = [column for column in moved.columns if column[0] == "calibrated"]
            moved[fixed] = np.nan
        ends[source] = moved.quantile([tail, 1 - tail]).set_axis(["low", "high"])
    middle = AllRuns(model)({**base, **_elasticity_of(model, drawn, [])})[0, places]
    return _assembled(result, dict(zip(shown, map(float, middle), strict=True)), ends)


_ELASTICITY = {"equation", "elasticity_error"}


def _elasticity_of(
    model: AccountModel, drawn: Mapping[str, np.ndarray], names: list[str]
) -> dict[str, np.ndarray]:
    """Hold the elasticity at its median, unless its equation or its error is the one drawn."""
    use = model.potential
    if use is None or not use.equations.size:
        return {}
    middle = np.full(len(drawn["gdp_vintage"]), use.median)
    own = use.chosen(drawn["equation"])
    if "equation" in names:
        middle = own[:, 0]
    elif "elasticity_error" in names:
        middle = middle + own[:, 1] * drawn["elasticity_error"]
    return {"elasticity": middle}


def _assembled(
    result: "Reproduction",
    middle: Mapping[tuple[str, str], float],
    ends: Mapping[str, pd.DataFrame],
) -> dict[tuple[str, str], Tornado]:
    """Order the sources of every run by their swings over its totals, around the middle."""
    out = {}
    for run in result.runs:
        names = [name for one, name in middle if one == run]
        frames = {
            name: pd.DataFrame({s: e[(run, name)] for s, e in ends.items()}).T for name in names
        }
        for name, frame in frames.items():
            frames[name] = frame.assign(swing=frame["high"] - frame["low"])
        size = pd.DataFrame({name: frame["swing"] for name, frame in frames.items()}).sum(axis=1)
        size = size.fillna(0.0)
        order = size[size > _SHOWN * size.max()].sort_values(ascending=False).index
        for name, frame in frames.items():
            out[(run, name)] = Tornado(name, middle[(run, name)], frame.loc[order], _LEVEL)
    return out


def _held_out_totals(result: "Reproduction") -> dict[tuple[str, str], tuple[int, str]]:
    """Return printed totals that every run has to predict, with year and variant."""
    slots = {s.year: s.variant for s in result.assembly.model.slots if s.variant != "outcome"}
    return {
        (run, str(name)): (int(own["year"]), slots[int(own["year"])])
        for run in result.runs
        for name, own in result.facts.totals().iterrows()
        if int(own["year"]) in slots
        and all(result.study.role(one, str(name)) == "held out" for one in result.runs)
    }

"""Where the uncertainty of each figure comes from.

One source of uncertainty at a time: how far it alone moves a figure.
"""

from collections.abc import Mapping
import numpy as np
import pandas as pd
from quesnay.fitting.resampling.chunks import chunks
from quesnay.fitting.resampling.distributions import Distribution
from quesnay.fitting.resampling.sobol import sobol_indices
from quesnay.diagnostics.reproduction.facts import Facts
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.runs import BothRuns, Sources, labels
from quesnay.models.satellite.account import AccountModel
from quesnay.models.uncertainty.inputs import checked_inputs
from quesnay.diagnostics.reproduction.study import RUNS
from typing import TYPE_CHECKING
from quesnay.diagnostics.reproduction.runs import BothRuns, labels
from quesnay.models.uncertainty.sensitivity import Tornado

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

__all__ = [
    "source_tornados",
    "variance_frame",
]


_DRAWS = 2048


def variance_frame(
    facts: Facts,
    model: AccountModel,
    inputs: Mapping[str, Distribution],
    sources: Sources,
    *,
    seed: int,
) -> pd.DataFrame:
    """Split the variance of every judged figure by source of uncertainty.

    Parameters
    ----------
    facts : Facts
        The printed figures.
    model : AccountModel
        The account.
    inputs, sources : mapping
        From :func:`quesnay.diagnostics.reproduction.runs.uncertain_inputs`.
    seed : int
        Root of the random numbers.

    Returns
    -------
    DataFrame
        Index run, id; one column a source: its total-effect Sobol index over the sum of all:
        rows add to 1. Missing where a figure does not vary in the run.
    """
    checked = checked_inputs(inputs)
    first, second = chunks(2 * _DRAWS, seed=seed, size=_DRAWS)
    a, b = checked.sample(first), checked.sample(second)
    evaluate = BothRuns(model)
    mixed = [evaluate({**a, **{name: b[name] for name in names}}) for names in sources.values()]
    found = sobol_indices(evaluate(a), evaluate(b), np.stack(mixed))
    total = np.clip(found.total, 0.0, None)
    shares = pd.DataFrame((total / total.sum(axis=0)).T, labels(model), list(sources))
    rows = {}
    for run in RUNS:
        for name, figure in facts.reported.iterrows():
            at = [
                (run, figure["concept"], slot.year, slot.variant)
                for slot in model.slots
                if slot.year == figure["year"] and slot.variant != "outcome"
            ]
            if at:
                rows[(run, str(name))] = row(shares, at[0])
    frame = pd.DataFrame(rows).T
    frame.index.names = ["run", "id"]
    return frame


_DRAWS = 1000
_LEVEL = 0.95
_SHOWN = 1e-2  # of the largest swing: what moves less is no source for a picture


def source_tornados(result: "Reproduction") -> dict[tuple[str, str], Tornado]:
    """Move one source of uncertainty at a time and read the held-out totals of both runs.

    A source such as the core pattern has many inputs, and a rescaled pattern does not move where
    all of them move together: so the inputs of the source are drawn, all others stay at the base
    case, and the ends are those of the central 95 % of the figure.

    Parameters
    ----------
    result : Reproduction
        The main job.

    Returns
    -------
    dict of (str, str) to Tornado
        Run, id of the total -> ends by source, without sources that do not move the totals.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = source_tornados(qn.reproduce(draws=200, seed=0))
    >>> found[("independent", "T19")].swings.index[0]
    'elasticity (sampling)'
    """
    drawn = result.drawn_inputs(_DRAWS)
    model = BothRuns(result.assembly.model)
    rows = len(drawn.values["curve"]) - 1
    base = {name: np.repeat(value, rows) for name, value in drawn.base.items()}
    tail = (1 - _LEVEL) / 2
    shown = _totals(result)
    wanted = [(run, "total", *key) for run in RUNS for key in shown.values()]
    places = labels(result.assembly.model).get_indexer(pd.Index(wanted))
    ends = {}
    for source, names in drawn.sources.items():
        values = model({**base, **{name: drawn.values[name][1:] for name in names}})
        moved = pd.DataFrame(values[:, places], columns=pd.Index(wanted))
        ends[source] = moved.quantile([tail, 1 - tail]).set_axis(["low", "high"])
    out = {}
    for run in RUNS:
        tables = {}
        for name, key in shown.items():
            frame = pd.DataFrame({s: end[(run, "total", *key)] for s, end in ends.items()}).T
            tables[name] = frame.assign(swing=frame["high"] - frame["low"])
        size = pd.DataFrame({name: frame["swing"] for name, frame in tables.items()}).sum(axis=1)
        order = size[size > _SHOWN * size.max()].sort_values(ascending=False).index
        for name, key in shown.items():
            center = float(result.central[(run, "total", *key)])
            out[(run, name)] = Tornado(name, center, tables[name].loc[order], _LEVEL)
    return out


def _totals(result: "Reproduction") -> dict[str, tuple[int, str]]:
    """Return printed totals that both runs have to predict, with year and variant."""
    printed = result.facts.reported
    slots = {s.year: s.variant for s in result.assembly.model.slots if s.variant != "outcome"}
    return {
        str(name): (int(figure["year"]), slots[int(figure["year"])])
        for name, figure in printed[printed["concept"] == "total"].iterrows()
        if int(figure["year"]) in slots
        and all(result.study.role(run, str(name)) == "held out" for run in RUNS)
    }

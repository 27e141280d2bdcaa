"""Where the uncertainty of each figure comes from."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from quesnay.fitting.simulation.distributions import Distribution
from quesnay.fitting.simulation.engine import chunks
from quesnay.fitting.simulation.sensitivity import sobol_indices
from quesnay.job.facts import Facts
from quesnay.job.frames import row
from quesnay.job.simulate import BothRuns, Sources, labels
from quesnay.models.satellite.account import AccountModel
from quesnay.models.uncertainty.inputs import checked_inputs
from quesnay.studies.load import RUNS

__all__ = ["variance_frame"]

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
        From :func:`quesnay.job.simulate.uncertain_inputs`.
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

"""The uncertain inputs of a run, drawn once more: the same numbers as in its account."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.simulation.distributions import Distribution
from quesnay.fitting.simulation.engine import chunks
from quesnay.job.assemble import Assembly
from quesnay.job.facts import Facts
from quesnay.job.simulate import Sources, base_inputs, uncertain_inputs
from quesnay.models.satellite.account import AccountModel
from quesnay.models.uncertainty.inputs import checked_inputs
from quesnay.studies.sections import Study

__all__ = ["DrawnInputs", "core_weights", "draw_inputs"]

Array = npt.NDArray[np.float64]

_CHUNK = 1000  # as in monte_carlo: part of what defines the numbers


@dataclass(frozen=True, slots=True)
class DrawnInputs:
    """Uncertain inputs of an account.

    Parameters
    ----------
    distributions : mapping of str to Distribution
        By name of the input.
    sources : dict of str to list of str
        Source of uncertainty -> names of its inputs.
    base : dict of str to ndarray (1,)
        The base case.
    values : dict of str to ndarray (1 + draws,)
        The base case, then the draws.
    """

    distributions: Mapping[str, Distribution]
    sources: Sources
    base: dict[str, Array]
    values: dict[str, Array]


def draw_inputs(
    study: Study,
    facts: Facts,
    model: AccountModel,
    elasticity: tuple[float, float],
    *,
    draws: int,
    seed: int,
) -> DrawnInputs:
    """Draw the uncertain inputs of a study as the main job does.

    Parameters
    ----------
    study, facts, model
        From the main job.
    elasticity : tuple of float
        Estimate and standard error.
    draws : int
        At least 1; the first draws of the main job of the same seed.
    seed : int
        Root of the random numbers.

    Returns
    -------
    DrawnInputs
        Distributions, sources, base case and draws.

    Examples
    --------
    >>> import quesnay as qn
    >>> from quesnay.job.simulate import BothRuns
    >>> run = qn.reproduce(draws=20, seed=4)
    >>> fit = (run.potential.params["ln_ict"], run.potential.std_errors["ln_ict"])
    >>> again = draw_inputs(run.study, run.facts, run.assembly.model, fit, draws=20, seed=4)
    >>> values = BothRuns(run.assembly.model)(again.values)
    >>> bool(np.array_equal(values[1:], run.draws.to_numpy(), equal_nan=True))
    True
    """
    distributions, sources = uncertain_inputs(study, facts, model, elasticity)
    checked = checked_inputs(distributions)
    base = base_inputs(study, facts, model, elasticity[0])
    drawn = [checked.sample(chunk) for chunk in chunks(draws, seed=seed, size=_CHUNK)]
    values = {name: np.concatenate([base[name], *(part[name] for part in drawn)]) for name in base}
    return DrawnInputs(distributions, sources, base, values)


def core_weights(assembly: Assembly, values: Mapping[str, Array]) -> pd.DataFrame:
    """Return the share of the core in each of its sectors for every draw.

    Parameters
    ----------
    assembly : Assembly
        Core cells and value added by vintage.
    values : mapping of str to ndarray (n,)
        Inputs, as in :class:`DrawnInputs`.

    Returns
    -------
    DataFrame
        Draws x sectors, calibrated on the printed core; at most 1.
    """
    model = assembly.model
    weights = {
        assembly.sectors[place]: np.zeros(len(values["curve"])) for _, place, _ in model.cells
    }
    for name, place, weight in model.cells:
        weights[assembly.sectors[place]] += weight * values[name]
    frame = pd.DataFrame(weights)
    places = [assembly.sectors.index(sector) for sector in frame.columns]
    own = model.value_added[values["gdp_vintage"].astype(int), model.core_slot][:, places]
    level = (frame.to_numpy() * own).sum(axis=1)
    return frame.mul(values[model.core_id] / level, axis=0).clip(upper=1.0)

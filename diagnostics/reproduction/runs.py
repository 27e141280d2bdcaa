"""Both runs of a study under their uncertain inputs.

The uncertain inputs of a run, drawn once more: the same numbers as in its account.

The main job: a published report rebuilt from public data, judged figure by figure.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
import numpy as np
import pandas as pd
from quesnay.fitting.resampling.distributions import Distribution, LogNormal, Normal, Uniform
from quesnay.fitting.resampling.listed import Choice
from quesnay.diagnostics.reproduction.facts import Facts
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.models.satellite.account import CONCEPTS, AccountModel, Array
from quesnay.models.uncertainty.monte_carlo import monte_carlo
from quesnay.diagnostics.reproduction.study import RUNS
from quesnay.diagnostics.reproduction.study import Study
from collections.abc import Mapping
import numpy.typing as npt
from quesnay.fitting.resampling.chunks import chunks
from quesnay.fitting.resampling.distributions import Distribution
from quesnay.diagnostics.reproduction.assembly import Assembly
from quesnay.models.satellite.account import AccountModel
from quesnay.models.uncertainty.inputs import checked_inputs
from collections.abc import Callable
from pathlib import Path
from quesnay.fitting.arguments import whole
from quesnay.fitting.errors import StudyError
from quesnay.diagnostics.reproduction.assembly import account_frame, verdict_frame, with_intervals
from quesnay.diagnostics.reproduction.linkage import core_linkages
from quesnay.diagnostics.reproduction.assembly import prepare
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.regressions import rival_elasticities
from quesnay.diagnostics.reproduction.variance import variance_frame

__all__ = [
    "BothRuns",
    "DrawnInputs",
    "Sources",
    "base_case",
    "base_inputs",
    "core_weights",
    "draw_inputs",
    "labels",
    "reproduce",
    "simulate",
    "uncertain_inputs",
]


Sources = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class BothRuns:
    """The two runs on common draws: one row a draw, one column a figure."""

    model: AccountModel

    def __call__(self, inputs: Mapping[str, Array]) -> Array:
        """Return (n, runs x concepts x slots)."""
        runs = [self.model.evaluate(run, inputs) for run in RUNS]
        stacked = np.stack(runs)
        return stacked.reshape(-1, stacked.shape[-1]).T


def labels(model: AccountModel) -> pd.MultiIndex:
    """Return the columns of :class:`BothRuns`: run, concept, year, variant."""
    rows = [
        (run, concept, slot.year, slot.variant)
        for run in RUNS
        for concept in CONCEPTS
        for slot in model.slots
    ]
    return pd.MultiIndex.from_tuples(rows, names=["run", "concept", "year", "variant"])


def uncertain_inputs(
    study: Study, facts: Facts, model: AccountModel, elasticity: tuple[float, float]
) -> tuple[dict[str, Distribution], Sources]:
    """Return the distributions of the uncertain inputs and the source that each belongs to.

    Parameters
    ----------
    study : Study
        Dispersion of the core pattern, forecast growth.
    facts : Facts
        Rounding intervals of the printed figures.
    model : AccountModel
        Core cells, curves and vintages.
    elasticity : tuple of float
        Estimate and standard error.

    Returns
    -------
    inputs : dict of str to Distribution
        By name.
    sources : dict of str to list of str
        Source of uncertainty -> names of its inputs.
    """
    spread = math.sqrt(math.log1p(study.core.dispersion**2))
    used = (study.core.figure, study.penetration.total, study.penetration.growth)
    rounding = {
        name: Uniform(
            float(row(facts.reported, name)["low"]), float(row(facts.reported, name)["high"])
        )
        for name in used
    }
    pattern = {name: LogNormal(1.0, spread) for name, _, _ in model.cells}
    forecast = study.gdp.forecast
    growth = Uniform(forecast.low, forecast.high) if forecast else Uniform(0.0, 0.0)
    inputs: dict[str, Distribution] = {
        "elasticity": Normal(*elasticity),
        **pattern,
        **rounding,
        "curve": Choice(tuple(range(len(model.curves)))),
        "gdp_vintage": Choice(tuple(range(len(model.gdp)))),
        "forecast_growth": growth,
        "employment_coefficient": Choice((0, 1)),
    }
    sources = {
        "elasticity (sampling)": ["elasticity"],
        "core pattern": list(pattern),
        "curve family": ["curve"],
        "rounding of printed figures": list(rounding),
        "GDP vintage": ["gdp_vintage"],
        "GDP forecast": ["forecast_growth"],
        "employment coefficient": ["employment_coefficient"],
    }
    return inputs, sources


def base_inputs(
    study: Study, facts: Facts, model: AccountModel, elasticity: float
) -> dict[str, Array]:
    """Return the base case: point estimates, printed values, first curve and first vintage set."""
    forecast = study.gdp.forecast
    values = {
        "elasticity": elasticity,
        "curve": 0.0,
        "gdp_vintage": 0.0,
        "forecast_growth": (forecast.low + forecast.high) / 2 if forecast else 0.0,
        "employment_coefficient": 0.0,
    }
    values |= {name: 1.0 for name, _, _ in model.cells}
    for name in (study.core.figure, study.penetration.total, study.penetration.growth):
        values[name] = float(row(facts.reported, name)["value"])
    return {name: np.array([value]) for name, value in values.items()}


def base_case(study: Study, facts: Facts, model: AccountModel, elasticity: float) -> pd.Series:
    """Return every figure of both runs at the base inputs."""
    values = BothRuns(model)(base_inputs(study, facts, model, elasticity))[0]
    return pd.Series(values, index=labels(model), name="estimate")


def simulate(
    model: AccountModel,
    inputs: Mapping[str, Distribution],
    *,
    draws: int,
    seed: int,
    jobs: int,
    progress: bool | Callable[[int, int], None] = False,
    client: Any = None,
    checkpoint: Any = None,
) -> pd.DataFrame:
    """Draw both runs.

    Returns
    -------
    DataFrame
        Draws x (run, concept, year, variant); NaN where a draw has no admissible curve.
    """
    result = monte_carlo(
        BothRuns(model),
        inputs,
        draws=draws,
        seed=seed,
        jobs=jobs,
        progress=progress,
        client=client,
        checkpoint=checkpoint,
    )
    return result.draws.set_axis(labels(model), axis=1)


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
    >>> from quesnay.diagnostics.reproduction.runs import BothRuns
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


def reproduce(
    study: str | Path | Study = "caict_2020",
    *,
    draws: int = 2000,
    seed: int = 0,
    jobs: int = 1,
    progress: bool | Callable[[int, int], None] = False,
    client: Any = None,
    checkpoint: str | Path | None = None,
) -> Reproduction:
    """Estimate a satellite account twice and hold it against the published report.

    The *independent* run uses one printed figure only, the core; the *calibrated* run also uses the
    two earliest totals. Everything else that was printed is held out and judged.

    Parameters
    ----------
    study : str, Path or Study
        An embedded study, the path of a TOML file, or a study object.
    draws : int
        Monte Carlo draws, at least 1.
    seed : int
        Root of the random numbers; same seed, same result.
    jobs : int
        Processes; the numbers do not depend on it.
    progress : bool or callable
        True shows a progress bar on standard error.
    client : distributed.Client, optional
        A Dask cluster that runs the draws.
    checkpoint : path, optional
        Folder where finished chunks of draws are kept, to go on after an interruption.

    Returns
    -------
    Reproduction
        Account, verdicts, sources of variance, tables, plots and the report.

    Raises
    ------
    QuesnayError
        If the study, a data file or an argument is at fault.

    Examples
    --------
    >>> result = reproduce("caict_2020", draws=200, seed=0)
    >>> float(result.account.loc[("calibrated", 2018), "core"].round(4))
    0.4386
    """
    draws = whole(draws, "draws", error=StudyError)
    ready = prepare(study)
    checked, facts, model = ready.study, ready.facts, ready.assembly.model
    inputs, sources = uncertain_inputs(checked, facts, model, ready.elasticity)
    drawn = simulate(
        model, inputs, draws=draws, seed=seed, jobs=jobs, progress=progress, client=client,
        checkpoint=checkpoint,
    )  # fmt: skip
    central = base_case(checked, facts, model, ready.elasticity[0])
    estimates = with_intervals(central, drawn)
    account = account_frame(estimates, "estimate", "forecast")
    outcome = account_frame(estimates, "estimate", "outcome")
    return Reproduction(
        study=checked,
        seed=seed,
        account=account,
        outcome=outcome,
        verdicts=verdict_frame(checked, facts, estimates),
        variance=variance_frame(facts, model, inputs, sources, seed=seed),
        draws=drawn,
        central=central,
        potential=ready.fit,
        rivals=rival_elasticities(checked, facts, ready.fit, seed=seed),
        linkages=core_linkages(checked, facts, ready.assembly, outcome, seed=seed),
        facts=facts,
        assembly=ready.assembly,
    )

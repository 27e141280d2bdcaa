"""Both runs of a study under their uncertain inputs."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.simulation.distributions import (
    Choice,
    Distribution,
    LogNormal,
    Normal,
    Uniform,
)
from quesnay.job.facts import Facts
from quesnay.job.frames import row
from quesnay.models.satellite.account import CONCEPTS, AccountModel, Array
from quesnay.models.uncertainty.monte_carlo import monte_carlo
from quesnay.studies.load import RUNS
from quesnay.studies.sections import Study

__all__ = [
    "BothRuns",
    "Sources",
    "base_case",
    "base_inputs",
    "labels",
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

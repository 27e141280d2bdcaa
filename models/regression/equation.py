"""An equation with endogenous regressors, read and freed of absorbed effects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, suggestion
from quesnay.fitting.regression.clusters import counted_parameters
from quesnay.fitting.regression.fixed_effects import Absorber, absorb_effects
from quesnay.fitting.regression.least_squares import Regression
from quesnay.models.regression.formula import parse_formula
from quesnay.models.regression.inputs import column_name, column_names
from quesnay.models.regression.sample import Roles, Sample, draw_sample
from quesnay.models.regression.variation import (
    free_of_effects,
    refuse_constant,
    refuse_dependent,
)

__all__ = ["Asked", "Equation", "read_equation"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """What plays which role in the equation."""

    endogenous: str | Sequence[str]
    instruments: str | Sequence[str]
    absorb: str | Sequence[str]
    cluster: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Equation:
    """The arrays of the equation, freed of absorbed effects."""

    outcome: str
    order: tuple[str, ...]
    endogenous: tuple[str, ...]
    exogenous: tuple[str, ...]
    instruments: tuple[str, ...]
    y: Array
    X: Array
    W: Array
    Z: Array
    clusters: npt.NDArray[np.intp] | None
    absorbed: int
    index: pd.Index
    dropped: int


def read_equation(formula: str, data: pd.DataFrame, asked: Asked) -> Equation:
    """Read an equation with its instruments, and take absorbed effects out of all of it."""
    if not isinstance(formula, str) or not isinstance(data, pd.DataFrame):
        raise DataError("expected a formula such as 'y ~ x + w' and a DataFrame")
    endogenous = column_names(asked.endogenous, "endogenous", least=1)
    instruments = column_names(asked.instruments, "instruments", least=1)
    absorb = column_names(asked.absorb, "absorb")
    cluster = () if asked.cluster is None else (column_name(asked.cluster, "cluster"),)
    own = parse_formula(formula)
    joined = parse_formula(" + ".join([formula, *instruments]))
    sample = draw_sample(joined, data, Roles(absorb=absorb, cluster=cluster))
    terms = [":".join(factor.text for factor in term) for term in own.terms]
    excluded = tuple(name for name in sample.names if name not in {*terms, "Intercept"})
    if len(excluded) < len(instruments) or not excluded:
        raise DataError("instruments: name columns that are not in the formula, each once")
    for name in endogenous:
        if name not in terms:
            raise DataError(f"endogenous: {name!r} is no term;{suggestion(str(name), terms)}")
    included = tuple(name for name in sample.names if name not in excluded)
    exogenous = tuple(name for name in included if name not in endogenous)
    return _arrays(sample, own.outcome.text, (included, endogenous, exogenous, excluded))


def _arrays(sample: Sample, outcome: str, names: tuple[tuple[str, ...], ...]) -> Equation:
    included, endogenous, exogenous, excluded = names
    y, design = np.asarray(sample.outcome, float), np.asarray(sample.design, float)
    absorbed = 0
    if sample.effects:
        absorber = absorb_effects([effect.codes for effect in sample.effects])
        effects = ", ".join(group.name for group in sample.effects)
        y, design, _ = free_of_effects(
            absorber, y, design, outcome=outcome, names=sample.names, effects=effects
        )
        absorbed = _counted(sample, design, absorber)

    if "Intercept" in sample.names:
        refuse_constant(y, outcome)
    for kept in (included, (*exogenous, *excluded)):
        refuse_dependent(design[:, [sample.names.index(name) for name in kept]], kept)

    def columns(wanted: tuple[str, ...]) -> Array:
        return design[:, [sample.names.index(name) for name in wanted]]

    clusters = sample.clusters[0].codes if sample.clusters else None
    return Equation(
        outcome, included, endogenous, exogenous, excluded, y, columns(endogenous),
        columns(exogenous), columns(excluded), clusters, absorbed, sample.index,
        sample.dropped.missing + sample.dropped.singletons,
    )  # fmt: skip


def _counted(sample: Sample, design: Array, absorber: Absorber) -> int:
    """Count absorbed degrees of freedom as `fit_panel` does: not those nested in clusters."""
    if not sample.clusters:
        return absorber.rank
    k = int(design.shape[1])
    effects = tuple(effect.codes for effect in sample.effects)
    clusters = tuple(cluster.codes for cluster in sample.clusters)
    nothing = np.zeros(design.shape[0])
    regression = Regression(design, nothing, np.eye(k), effects, absorber, clusters)
    return int(counted_parameters(regression)) - k

"""A regression as its diagnostics see it: who and when each row is, what each group does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.assumptions.influence import Influence, cluster_influence, influence_of
from quesnay.fitting.errors import DataError, EstimationError, nearest
from quesnay.fitting.regression.least_squares import Projection, project_noisy
from quesnay.fitting.regression.resampling import jackknife_coefficients
from quesnay.models.regression.bridges import from_results
from quesnay.models.regression.columns import Grouping, column_name, group_column
from quesnay.models.regression.result import Estimate, PanelFit

__all__ = [
    "Examined",
    "LeftOut",
    "examine",
    "leave_out",
]


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A regression with its orthonormal basis, influence, and who and when each row is.

    Parameters
    ----------
    fit : PanelFit
        The regression.
    projection : Projection
        Least squares on data freed of absorbed effects and weighted.
    influence : Influence
        Of each row, absorbed effects counted.
    names : tuple of str
        Name of each row: unit and time; unit and row label where the time is not known and units
        have several rows; else the label.
    unit, time, cluster : Grouping or None
        Panel unit, time and first cluster of the rows.
    """

    fit: PanelFit
    projection: Projection
    influence: Influence
    names: tuple[str, ...]
    unit: Grouping | None
    time: Grouping | None
    cluster: Grouping | None

    @property
    def fitted(self) -> Array:
        """Fitted values, effects included, in the outcome's unit."""
        return self.fit.fitted.to_numpy()

    @property
    def residuals(self) -> Array:
        """Residuals in the outcome's unit."""
        return self.fit.resid.to_numpy()

    @property
    def y(self) -> Array:
        """Outcome freed of the absorbed effects, weighted."""
        return self.projection.fitted + self.projection.residuals

    @property
    def X(self) -> Array:
        """Design freed of the absorbed effects, weighted."""
        return self.fit.regression.X

    def free(self, values: Array) -> Array:
        """Free further variables of the absorbed effects and weigh them like the design."""
        return self.fit.transform(values)


def examine(
    fit: Any,
    *,
    unit: str | None = None,
    time: str | None = None,
    data: pd.DataFrame | None = None,
) -> Examined:
    """Read a fit, or results of another library, for examination."""
    if isinstance(fit, Estimate):
        raise DataError(f"expected a fit: {fit.method} has no residuals; give its regression")
    fit = fit if isinstance(fit, PanelFit) else from_results(fit)
    known = dict(_known(fit))
    when = _seen(fit.sample.periods) if time is None else _find(time, known, fit, data)
    who = fit.sample.unit if unit is None else _find(unit, known, fit, data)
    regression = fit.regression
    outcome = regression.X @ fit.estimate.coefficients + regression.residuals
    projection = project_noisy(outcome, regression.X)
    absorber = regression.absorber
    influence = influence_of(
        projection,
        absorbed_leverage=0.0 if absorber is None else absorber.leverage(),
        absorbed=fit.df_absorbed,
    )
    cluster = fit.sample.clusters[0] if fit.sample.clusters else None
    names = _names(fit, who or cluster, when)
    return Examined(fit, projection, influence, names, who, when, cluster)


def label_text(label: object) -> str:
    """Write a group's label, joined parts with commas and whole numbers without a point."""
    if isinstance(label, tuple):
        return ", ".join(label_text(part) for part in label)
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(label))
    if isinstance(label, pd.Timestamp):
        return str(label.date())
    return str(label)


def _known(fit: PanelFit) -> Iterator[tuple[str, Grouping]]:
    """Yield every grouping the fit knows, and the parts of joined ones."""
    sets = [*fit.sample.effects, *fit.sample.clusters]
    if fit.sample.unit is not None:
        sets.append(fit.sample.unit)
    if fit.sample.periods is not None:
        sets.append(fit.sample.periods)
    for grouping in sets:
        parts = grouping.name.split(":")
        if len(parts) > 1 and all(isinstance(label, tuple) for label in grouping.labels):
            for place, part in enumerate(parts):
                own = pd.Series([label[place] for label in grouping.labels], dtype=object)
                codes, labels = pd.factorize(own, sort=True)
                yield (
                    part.strip(),
                    Grouping(part.strip(), codes[grouping.codes], np.asarray(labels, dtype=object)),
                )
        yield grouping.name, grouping


def _seen(periods: Grouping | None) -> Grouping | None:
    """Return periods without those that have no rows."""
    return None if periods is None else periods.select(np.ones(periods.codes.size, dtype=bool))


def _find(
    name: str, known: dict[str, Grouping], fit: PanelFit, data: pd.DataFrame | None
) -> Grouping:
    column_name(name, "unit or time")
    if name in known:
        return known[name]
    if data is None:
        hint = nearest(str(name), known)
        raise DataError(f"no effect or cluster {name!r} in the fit;{hint} else give data=")
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"data: expected a DataFrame, got {type(data).__name__}")
    if not data.index.is_unique or not fit.index.isin(data.index).all():
        raise DataError("data: row labels repeat or miss rows of the fit; give the fitted frame")
    found = group_column(data.loc[fit.index], name, "data")
    if (found.codes < 0).any():
        raise DataError(f"data: column {name!r} has missing labels in rows of the fit")
    return found


def _names(fit: PanelFit, unit: Grouping | None, time: Grouping | None) -> tuple[str, ...]:
    rows = tuple(label_text(label) for label in fit.index)
    if unit is None or (time is None and unit.count == fit.nobs):
        return rows
    units = [label_text(label) for label in unit.labels]
    if time is None:
        return tuple(f"{units[u]}, row {row}" for u, row in zip(unit.codes, rows, strict=True))
    times = [label_text(label) for label in time.labels]
    pairs = zip(unit.codes, time.codes, strict=True)
    return tuple(f"{units[u]}, {times[t]}" for u, t in pairs)


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """Coefficients without each group.

    Parameters
    ----------
    by : str
        What the groups are.
    estimates : DataFrame
        Group x term: the coefficient without the group, NaN where the rest cannot identify it.
    rows : Series
        Rows of each group.
    exact : bool
        False where absorbed effects were held at their full-sample values.
    """

    by: str
    estimates: pd.DataFrame
    rows: "pd.Series[int]"
    exact: bool


def leave_out(examined: Examined, *, by: Grouping | None = None) -> LeftOut:
    """Leave out each group in turn.

    In closed form; absorbed effects are estimated anew, except where some group alone identifies a
    coefficient or effect: they are then held.
    """
    groups = by or examined.cluster or examined.unit
    if groups is None:
        raise DataError("nothing groups the rows: fit with cluster= or absorb=, or name a unit")
    index = pd.Index([label_text(label) for label in groups.labels], name=groups.name)
    rows = pd.Series(np.bincount(groups.codes, minlength=groups.count), index=index)
    names = list(examined.fit.names)
    b = examined.fit.estimate.coefficients
    try:
        values, exact = jackknife_coefficients(examined.fit.regression, b, groups.codes).draws, True
    except EstimationError:  # without some group a coefficient is lost: it becomes NaN there
        found = cluster_influence(
            examined.projection, groups.codes, absorbed=examined.fit.df_absorbed
        )
        values, exact = b - found.changes, not examined.fit.sample.effects
    return LeftOut(groups.name, pd.DataFrame(values, index, names), rows, exact)

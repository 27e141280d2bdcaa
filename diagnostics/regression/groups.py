"""What the estimate becomes when one whole group of rows is left out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.diagnostics.regression.examined import Examined, label_text
from quesnay.fitting.errors import DataError, EstimationError
from quesnay.fitting.regression.fixed_effects import absorb_effects
from quesnay.fitting.regression.influence import cluster_influence
from quesnay.fitting.regression.least_squares import least_squares
from quesnay.models.regression.columns import Grouping

__all__ = ["LeftOut", "leave_out"]

MOST_REFITS = 100


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

    In closed form where no effects are absorbed or every effect lives inside one group; otherwise
    by refitting up to 100 groups, and beyond that with effects held.

    Parameters
    ----------
    examined : Examined
        The regression.
    by : Grouping, optional
        Groups; by default the cluster, else the unit.

    Returns
    -------
    LeftOut
        One row a group, sorted by label.

    Raises
    ------
    DataError
        If nothing groups the rows.
    EstimationError
        If there is one group only.

    Examples
    --------
    >>> from quesnay.diagnostics.regression.examined import examine
    >>> from quesnay.models.regression.panel import fit_panel
    >>> frame = pd.DataFrame({"x": np.arange(8.0), "u": list("aabbccdd")})
    >>> frame["y"] = frame["x"] + np.cos(frame["x"])
    >>> found = leave_out(examine(fit_panel("y ~ x", frame, cluster="u")))
    >>> found.estimates["x"].round(3).tolist()
    [1.361, 0.983, 1.05, 0.779]
    """
    groups = by or examined.cluster or examined.unit
    if groups is None:
        raise DataError("nothing groups the rows: fit with cluster= or absorb=, or name a unit")
    nested = all(_inside(effect, groups) for effect in examined.fit.sample.effects)
    index = pd.Index([label_text(label) for label in groups.labels], name=groups.name)
    rows = pd.Series(np.bincount(groups.codes, minlength=groups.count), index=index)
    names = list(examined.fit.names)
    if nested or groups.count > MOST_REFITS:
        found = cluster_influence(
            examined.projection, groups.codes, absorbed=examined.fit.df_absorbed
        )
        values = examined.fit.estimate.coefficients - found.changes
    else:
        if groups.count < 2:
            raise EstimationError(f"{groups.name}: one group only; leaving it out leaves nothing")
        values = np.array([_refit(examined, groups.codes != g) for g in range(groups.count)])
        nested = True
    return LeftOut(groups.name, pd.DataFrame(values, index, names), rows, nested)


def _inside(effect: Grouping, groups: Grouping) -> bool:
    pairs = np.unique(effect.codes * groups.count + groups.codes)
    return bool(pairs.size == effect.count)


def _refit(examined: Examined, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return the coefficients of some rows, or NaN where those do not identify them."""
    sample = examined.fit.sample
    weights = None if sample.weights is None else sample.weights[kept]
    effects = [effect.select(kept).codes for effect in sample.effects]
    y = np.asarray(sample.outcome, dtype=np.float64)[kept]
    X = np.asarray(sample.design, dtype=np.float64)[kept]
    absorber = absorb_effects(effects, weights=weights)
    y, X = absorber.residualise(y), absorber.residualise(X)
    if weights is not None:
        y, X = y * np.sqrt(weights), X * np.sqrt(weights)[:, None]
    try:
        return least_squares(y, X).coefficients
    except EstimationError:
        return np.full(X.shape[1], np.nan)

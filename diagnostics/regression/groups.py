"""What the estimate becomes when one whole group of rows is left out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quesnay.diagnostics.regression.examined import Examined, label_text
from quesnay.fitting.assumptions.influence import cluster_influence
from quesnay.fitting.errors import DataError, EstimationError
from quesnay.fitting.regression.resampling import jackknife_coefficients
from quesnay.models.regression.columns import Grouping

__all__ = ["LeftOut", "leave_out"]


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

"""First and long differences, and the half-panel jackknife."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import is_whole
from quesnay.fitting.errors import DataError, EstimationError, shown
from quesnay.fitting.regression.clusters import refuse_cancelled
from quesnay.fitting.regression.covariance import CR1
from quesnay.fitting.regression.fixed_effects import absorb_effects
from quesnay.fitting.regression.groups import cluster_sums
from quesnay.fitting.regression.least_squares import project
from quesnay.models.regression.columns import Grouping, column_name, column_names, group_column
from quesnay.models.regression.design import free_of_effects, refuse_dependent
from quesnay.models.regression.panel import fit_sample
from quesnay.models.regression.result import Estimate, PanelFit
from quesnay.models.regression.sample import PanelData, read_panel

__all__ = ["difference_ends", "fit_differences", "fit_half_panel_jackknife"]


def fit_differences(
    formula: str,
    data: pd.DataFrame,
    *,
    unit: str,
    time: str,
    lag: int | str = 1,
    absorb: str | tuple[str, ...] = (),
    cluster: str | None = None,
    weights: "str | pd.Series | None" = None,
    drop_collinear: bool | None = None,
) -> PanelFit:
    """Estimate an equation in changes, which removes every unit effect.

    Parameters
    ----------
    formula : str
        In levels, such as ``"ln_va ~ ln_ict + ln_k"``; the intercept becomes a common drift.
    data : DataFrame
        One row a unit and time.
    unit, time : str
        Columns of unit and time.
    lag : int or "long"
        Times between the two ends, counted among those in the data before rows are dropped (a gap
        gives no difference), or ``"long"``: each unit's last less its first time.
    absorb : str or tuple of str
        Columns of effects of the *changes*, read at the later end, such as ``"sector"``.
    cluster : str, optional
        Column of clusters; by default the unit.
    weights : str or Series, optional
        Weights inverse to the variance of the errors of the changes, read at the later end.
    drop_collinear : bool, optional
        As of `fit_panel`.

    Returns
    -------
    PanelFit
        A regression like any other, with CR1 errors; its rows are those of the later ends.

    Raises
    ------
    DataError
        If a column is missing, a unit is seen twice at one time or the lag is none.
    EstimationError
        If no unit is seen at both ends.

    References
    ----------
    Wooldridge (2010), sec. 10.6; Griliches and Hausman (1986), J. Econometrics 31 on long
    differences and measurement error.

    Examples
    --------
    >>> data = pd.DataFrame({"u": [1, 1, 2, 2, 3, 3], "t": [0, 5] * 3, "x": [0.0, 1, 1, 3, 2, 5]})
    >>> data["y"] = 2 * data["x"] + 10 * data["u"] + 0.1 * data["t"] * (data["u"] == 2)
    >>> round(float(fit_differences("y ~ x", data, unit="u", time="t").params["x"]), 3)
    2.0
    """
    sets = column_names(absorb, "absorb")
    when = column_name(time, "time")
    panel = read_panel(formula, data, unit=unit, time=when, cluster=cluster, weights=weights)
    later, earlier = difference_ends(panel.unit.codes, panel.when, lag)
    effects = tuple(_effect(data, panel.sample.index, name, later) for name in sets)
    names, columns = _changes(panel, panel.X[later] - panel.X[earlier], absorbed=bool(effects))
    if not columns:
        raise DataError(f"formula {formula!r}: no regressors are left; add a term")
    owners = dict(zip(panel.names, panel.sample.owners, strict=True))
    difference = replace(
        panel.sample,
        index=panel.sample.index[later],
        outcome=panel.y[later] - panel.y[earlier],
        design=np.column_stack(columns),
        names=tuple(names),
        effects=effects,
        clusters=(_at(panel.cluster, later),),
        periods=panel.when.between(later),
        weights=None if panel.sample.weights is None else panel.sample.weights[later],
        unit=_at(panel.unit, later),
        owners=tuple(owners[name] for name in names),
        lag=lag,
    )
    said = {"formula": f"{formula} (differences, {lag})", "outcome": f"change of {panel.outcome}"}
    return fit_sample(difference, CR1(), **said, drop_collinear=drop_collinear)


def _changes(panel: PanelData, steps: Array, *, absorbed: bool) -> tuple[list[str], list[Array]]:
    """Return the columns of changes, with a common drift where the levels have an intercept."""
    keep = [place for place, name in enumerate(panel.names) if name != "Intercept"]
    for place in keep:
        if not np.abs(steps[:, place]).max(initial=0.0) > 0.0:
            name = panel.names[place]
            raise EstimationError(f"{name!r} does not change in any unit; leave it out")
    names, columns = [panel.names[place] for place in keep], [steps[:, place] for place in keep]
    if not absorbed and "Intercept" in panel.names:
        names, columns = ["Intercept", *names], [np.ones(steps.shape[0]), *columns]
    return names, columns


def fit_half_panel_jackknife(
    formula: str,
    data: pd.DataFrame,
    *,
    unit: str,
    time: str,
    cluster: str | None = None,
    weights: "str | pd.Series | None" = None,
) -> Estimate:
    """Estimate fixed effects with the bias of a short panel taken off.

    ``b = 2 b_all - (b_first + b_second) / 2`` over halves of the times; with an odd number the mean
    of the two ways to halve. Errors from the influence of each cluster on the same combination.

    Parameters
    ----------
    formula : str
        Such as ``"ln_va ~ l_ln_va + ln_ict"``; regressors may be predetermined.
    data : DataFrame
        One row a unit and time.
    unit, time : str
        Columns of unit and time; effects of both are taken out.
    cluster : str, optional
        Column of clusters; by default the unit.
    weights : str or Series, optional
        Weights inverse to the variance of the errors.

    Returns
    -------
    Estimate
        With the uncorrected coefficients among the details.

    Raises
    ------
    DataError
        If a column is missing or a unit is seen twice at one time.
    EstimationError
        If there are fewer than four times, or a half does not identify the slopes.

    References
    ----------
    Dhaene and Jochmans (2015), Review of Economic Studies 82, eq. 1.3; Chudik, Pesaran and Yang
    (2018), J. Applied Econometrics 33 for its error.

    Examples
    --------
    >>> t = np.tile(np.arange(6.0), 9)
    >>> data = pd.DataFrame({"t": t, "u": np.repeat(np.arange(9), 6)})
    >>> data["x"] = np.cos(3 * t + data["u"])
    >>> data["y"] = 2 * data["x"] + data["u"] + np.sin(5 * t + data["u"])
    >>> found = fit_half_panel_jackknife("y ~ x", data, unit="u", time="t")
    >>> round(float(found.params["x"]), 2)
    1.89
    """
    when = column_name(time, "time")
    panel = read_panel(formula, data, unit=unit, time=when, cluster=cluster, weights=weights)
    if panel.time is None or panel.time.count < 4:
        raise EstimationError(f"{time}: at least four times are needed to halve a panel")
    keep = [i for i, name in enumerate(panel.names) if name != "Intercept"]
    if not keep:
        raise DataError(f"formula {formula!r}: no regressors; add a term")
    names = [panel.names[i] for i in keep]
    X, half_of, count = panel.X[:, keep], panel.time.codes, panel.time.count
    cuts = {count // 2, count - count // 2}
    whole, spread = _within(panel, X, names, np.ones(panel.nobs, bool))
    b, scores = 2.0 * whole, 2.0 * spread
    for cut in cuts:
        for half in (half_of < cut, half_of >= cut):
            part, own = _within(panel, X, names, half)
            b, scores = b - part / (2.0 * len(cuts)), scores - own / (2.0 * len(cuts))
    groups = panel.cluster.count
    covariance = groups / (groups - 1) * scores.T @ scores
    details = {f"within estimate of {name}": float(whole[k]) for k, name in enumerate(names)}
    return Estimate(
        "half-panel jackknife, unit and time effects",
        panel.outcome,
        pd.Series(b, index=names),
        pd.DataFrame(covariance, names, names),
        float(groups - 1),
        panel.nobs,
        f"clusters of {panel.cluster.name} ({groups}), influence of the combination; G / (G - 1)",
        (),
        details,
        panel.notes,
    )


def difference_ends(
    unit: npt.NDArray[np.intp], time: Grouping, lag: int | str
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return rows of later and earlier ends, in the order of the data given."""
    order = np.lexsort((time.codes, unit))
    who, when = unit[order], time.codes[order]
    if isinstance(lag, str) and lag == "long":
        last = np.r_[np.flatnonzero(np.diff(who)), who.size - 1]
        first = np.r_[0, last[:-1] + 1]
        apart = when[last] > when[first]
        later, earlier = last[apart], first[apart]
    elif is_whole(lag) and lag >= 1:
        steps = min(lag, time.count)  # no pair is so many times apart
        key = who * (time.count + 1) + when
        earlier = np.searchsorted(key, key - steps)
        found = (key[earlier] == key - steps) & (when >= steps)
        later, earlier = np.flatnonzero(found), earlier[found]
    else:
        raise DataError(f"lag {shown(lag)}: expected a whole number from 1 on, or 'long'")
    if later.size == 0:
        raise EstimationError(f"no unit is seen at both ends of a difference of lag {shown(lag)}")
    return order[later], order[earlier]


def _effect(
    data: pd.DataFrame, index: pd.Index, name: str, later: npt.NDArray[np.intp]
) -> Grouping:
    found = group_column(data, name, "absorb")
    if not data.index.is_unique:
        raise DataError("data: row labels repeat; reset the index to absorb effects of changes")
    rows = data.index.get_indexer(index[later])
    if (found.codes[rows] < 0).any():
        raise DataError(f"absorb: column {name!r} has missing labels in rows that are used")
    return _at(found, rows)


def _at(group: Grouping, rows: npt.NDArray[np.intp]) -> Grouping:
    """Return the groups of some rows in the order given, numbered anew."""
    left, codes = np.unique(group.codes[rows], return_inverse=True)
    return Grouping(group.name, codes.astype(np.intp), group.labels[left])


def _within(
    panel: PanelData, X: Array, names: list[str], rows: npt.NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Return the two-way within slopes of some rows and each cluster's influence on them."""
    sets = [panel.unit] if panel.time is None else [panel.unit, panel.time]
    weights = None if panel.sample.weights is None else panel.sample.weights[rows]
    absorber = absorb_effects([grouping.select(rows).codes for grouping in sets], weights=weights)
    y, design, _ = free_of_effects(
        absorber,
        panel.y[rows],
        X[rows],
        outcome=panel.outcome,
        names=names,
        effects=", ".join(grouping.name for grouping in sets) + ", in a half of the panel",
    )
    if weights is not None:
        y, design = y * np.sqrt(weights), design * np.sqrt(weights)[:, None]
    refuse_dependent(design, names)
    fit = project(y, design)
    parts = fit.Q * fit.residuals[:, None]
    scores = cluster_sums(parts, panel.cluster.codes[rows], panel.cluster.count)
    refuse_cancelled(scores, parts)
    influence = np.linalg.solve(fit.R, scores.T).T / fit.scale
    return fit.coefficients, influence

"""Linear regression with fixed effects and honest errors, from a formula and a frame.

In levels, in first or long differences, and by the half-panel jackknife.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import is_whole
from quesnay.fitting.errors import DataError, EstimationError, nearest, shown
from quesnay.fitting.regression.clusters import refuse_cancelled
from quesnay.fitting.regression.covariance import CLUSTERED, COVARIANCES, CR1, HC1, known_covariance
from quesnay.fitting.regression.fixed_effects import absorb_effects, cluster_sums, weighed
from quesnay.fitting.regression.least_squares import CovarianceRule, least_squares, project
from quesnay.models.regression.columns import (
    Grouping,
    column_name,
    column_names,
    group_column,
    repeat_rows,
)
from quesnay.models.regression.design import (
    free_of_effects,
    refuse_constant,
    refuse_dependent,
    refuse_overflow,
    refuse_own_rows,
    spans_constant,
)
from quesnay.models.regression.result import Estimate, PanelFit
from quesnay.models.regression.sample import (
    PanelData,
    Roles,
    Sample,
    absorber_of,
    draw_samples,
    drop_columns,
    read_formula,
    read_panel,
)


def fit_panel(
    formula: str,
    data: pd.DataFrame,
    *,
    absorb: str | Sequence[str] | None = (),
    cluster: str | Sequence[str] | None = None,
    weights: "str | pd.Series | None" = None,
    covariance: str | CovarianceRule | None = None,
    unit: str | None = None,
    time: str | None = None,
    missing: str = "drop",
    singletons: str = "drop",
    frequency: "str | pd.Series | None" = None,
    drop_collinear: bool | None = None,
) -> PanelFit:
    """Estimate elasticities or other coefficients by least squares with absorbed fixed effects.

    Parameters
    ----------
    formula : str
        Such as ``"ln_va ~ ln_ict + ln_k"``: see `quesnay.models.regression.formula`. There is
        an intercept unless effects are absorbed or the formula says ``- 1``. ``C(x, base="b")``
        are categories compared with b; ``i(x, ref=-1)`` leaves -1 out wherever it stands, as event
        studies need; ``lag(x)``, ``lag(x, 2)``, ``lead(x)``, ``diff(x)`` go by `unit` and `time`.
    data : DataFrame
        One row an observation; any unit, any order.
    absorb : str or sequence of str
        Columns whose groups each get their own level; ``"a:b"`` for their interaction,
        ``"unit[t]"`` for a level and a slope on t of each unit, ``"unit[[t]]"`` for the slope only.
    cluster : str or sequence of one to three str, optional
        Columns within whose groups errors may be correlated.
    weights : str or Series, optional
        Weights inverse to the variance of the errors; a Series is aligned by label.
    covariance : str or rule, optional
        ``"classical"``, ``"HC0"``, ``"HC1"``, ``"HC2"``, ``"HC3"``, ``"CR0"``, ``"CR1"``,
        ``"CR2"``, ``"CR3"``, ``"Driscoll-Kraay"``, ``"Newey-West"`` (one series), or an object
        such as ``quesnay.DriscollKraay(lags=2)``. By default CR1 with clusters, else HC1. With few
        clusters (below about 40) ask for CR2.
    unit, time : str, optional
        Columns of the panel's unit and periods: for lags, Driscoll-Kraay errors and `diagnose`.
    missing : {"drop", "raise"}
        Rows with a missing value are dropped, and counted in the result, or refused.
    singletons : {"drop", "keep"}
        Rows alone in a group of the fixed effects are dropped and counted, or kept.
    frequency : str or Series, optional
        How many equal rows each row stands for: whole numbers; errors are those of all rows.
    drop_collinear : bool, optional
        Whether columns that depend on those before them or on the effects are left out with a
        note. By default only columns of interactions of categories are, such as empty cells, and
        others are refused by name.

    Returns
    -------
    PanelFit
        Coefficients, errors, tests, residuals, and the sample they rest on.

    Raises
    ------
    DataError
        If a column is absent or holds what cannot be used, or the formula is no formula.
    EstimationError
        If columns depend on each other or on the effects, or there are too few rows or clusters.

    Notes
    -----
    Student's t with n - K degrees of freedom (K counts absorbed effects) for classical and HC
    errors, G - 1 for CR0, CR1 and CR3 with G clusters, Satterthwaite's for CR2, T - 1 for
    Driscoll-Kraay.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
    >>> fit_panel("y ~ x", frame, covariance="classical").params.round(3).to_dict()
    {'Intercept': 1.0, 'x': 1.25}
    """
    parsed = read_formula(formula, data)
    roles = Roles(
        absorb=column_names(absorb, "absorb"),
        cluster=column_names(cluster, "cluster"),
        weights=weights,
        time=time,
        unit=unit,
        missing=missing,
        singletons=singletons,
    )
    rule = choose_rule(covariance, roles)
    (sample,) = draw_samples((parsed,), repeat_rows(data, frequency, weights), roles)
    names = {"formula": parsed.source, "outcome": parsed.outcome.text}
    return fit_sample(sample, rule, **names, drop_collinear=drop_collinear)


def fit_sample(
    sample: Sample,
    rule: CovarianceRule,
    *,
    formula: str,
    outcome: str,
    drop_collinear: bool | None = False,
) -> PanelFit:
    """Regress the outcome of a sample on its design, freed of the absorbed effects and weighted."""
    if "Intercept" in sample.names:
        refuse_constant(sample.outcome, outcome)
    absorber = absorber_of(sample)
    sample = drop_columns(sample, absorber, drop_collinear)
    y, X, names, noise = sample.outcome, sample.design, sample.names, 1.0
    if absorber is not None:
        effects = ", ".join([*(g.name for g in sample.effects), *(n for n, _ in sample.slopes)])
        y, X, noise = free_of_effects(absorber, y, X, outcome=outcome, names=names, effects=effects)
    y, X = weighed(y, sample.weights), weighed(X, sample.weights)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused below
        fit = least_squares(y, X, names=names, noise=noise)
        columns, basis = np.asarray(X, dtype=np.float64), {"factor": fit.root, "Q": fit.basis}
        regression = sample.regression(columns, fit.residuals, fit.bread, absorber, **basis)
        try:
            inference = replace(rule.estimate(regression), estimator=rule)
        except EstimationError:
            if regression.free > 0:
                refuse_own_rows(regression, names)
            raise
        if (inference.matrix.diagonal() == 0.0).any():
            refuse_own_rows(regression, names)
    refuse_overflow(inference.matrix, fit.ssr, names)
    return PanelFit(
        formula=formula,
        outcome_name=outcome,
        intercept="Intercept" in names,
        sample=sample,
        estimate=fit,
        regression=regression,
        inference=inference,
    )


def choose_rule(
    covariance: str | CovarianceRule | None, roles: Roles, *, by_unit: bool = False
) -> CovarianceRule:
    """Return the covariance that was asked for, or the default for the sample.

    `by_unit`: where it needs clusters and none are named, the units are.
    """
    if covariance is None:
        return CR1() if roles.cluster else HC1()
    if isinstance(covariance, str):
        names = {name.lower(): name for name in COVARIANCES}
        wanted = covariance.lower().replace("_", "-")
        if wanted not in names:
            hint = nearest(covariance, COVARIANCES)
            raise DataError(
                f"covariance: {covariance!r} is not known;{hint} use one of "
                f"{', '.join(COVARIANCES)}"
            )
        rule = COVARIANCES[names[wanted]].rule
    elif callable(getattr(covariance, "estimate", None)) and not isinstance(covariance, type):
        rule = covariance
    else:
        raise DataError(f"covariance: expected a name or a rule, got {shown(covariance)}")
    _check_needs(rule, roles, by_unit)
    return rule


def _check_needs(rule: CovarianceRule, roles: Roles, by_unit: bool) -> None:
    known, kind = known_covariance(rule), type(rule).__name__
    if known is None:  # a user's own says itself what it lacks
        return
    asks, problem = COVARIANCES[known], ""
    if asks.needs == "clusters" and not (roles.cluster or by_unit):
        problem = f"{kind} needs clusters; name their column with cluster="
    elif asks.needs != "clusters" and roles.cluster:
        problem = f"{kind} would ignore cluster={roles.cluster[0]!r}; leave one of the two out, or "
        problem += f"use one of {CLUSTERED}"
    elif asks.needs == "periods" and roles.time is None:
        problem = f"{known} needs periods; name their column with time="
    elif asks.needs == "clusters" and asks.by_leverage and any("[" in n for n in roles.absorb):
        problem = f"{known} does not know absorbed slopes; write C(unit):t in the formula, or use "
        problem += "CR1 or HC1"
    if problem:
        raise DataError(f"covariance: {problem}")


def rule_by_unit(
    covariance: str | CovarianceRule, panel: PanelData, cluster: str | None
) -> tuple[CovarianceRule, tuple[Grouping, ...]]:
    """Return a covariance and its clusters: the units where it needs some and none are named."""
    named = () if cluster is None else (cluster,)
    time = None if panel.time is None else panel.time.name
    rule = choose_rule(covariance, Roles(cluster=named, time=time), by_unit=True)
    known = known_covariance(rule)
    takes = known is None or COVARIANCES[known].needs == "clusters"
    return rule, (panel.cluster,) if takes else ()


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
    covariance: str | CovarianceRule = "CR1",
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
    lag : int or "long", default 1
        Times between the two ends, counted among those in the data before rows are dropped (a gap
        gives no difference), or ``"long"``: each unit's last less its first time.
    absorb : str or tuple of str
        Columns of effects of the *changes*, read at the later end, such as ``"sector"``.
    cluster : str, optional
        Column of clusters; by default the unit.
    weights : str or Series, optional
        Weights inverse to the variance of the errors of the changes, read at the later end.
    covariance : str or covariance rule, default "CR1"
        As of `fit_panel`, of the regression of the changes; without clusters, ``"HC1"`` and the
        like, only where successive changes of a unit are unrelated.
    drop_collinear : bool, optional
        As of `fit_panel`.

    Returns
    -------
    PanelFit
        A regression like any other; its rows are those of the later ends.

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
    rule, clusters = rule_by_unit(covariance, panel, cluster)
    later, earlier = difference_ends(panel.unit.codes, panel.when, lag)
    effects = tuple(_effect(data, panel.sample.index, name, later) for name in sets)
    steps = panel.X[later] - panel.X[earlier]
    names, columns, notes = _changes(panel, steps, formula, absorbed=bool(effects))
    difference = replace(
        panel.sample,
        index=panel.sample.index[later],
        outcome=panel.y[later] - panel.y[earlier],
        design=np.column_stack(columns),
        names=tuple(names),
        effects=effects,
        clusters=tuple(group.select(later) for group in clusters),
        periods=panel.when.between(later),
        weights=None if panel.sample.weights is None else panel.sample.weights[later],
        unit=panel.unit.select(later),
        owners=tuple(panel.sample.owners[panel.names.index(name)] for name in names),
        notes=(*panel.sample.notes, *notes),
        lag=lag,
    )
    said = {"formula": f"{formula} (differences, {lag})", "outcome": f"change of {panel.outcome}"}
    return fit_sample(difference, rule, **said, drop_collinear=drop_collinear)


def _changes(
    panel: PanelData, steps: Array, formula: str, *, absorbed: bool
) -> tuple[list[str], list[Array], tuple[str, ...]]:
    """Return the columns of changes, with a common drift where the levels have an intercept.

    Dummies of all periods, or a trend, make a drift by themselves: then there is none, and a note.
    """
    keep = [place for place, name in enumerate(panel.names) if name != "Intercept"]
    for place in keep:
        size = np.abs(panel.X[:, place]).max(initial=0.0)
        if not np.abs(steps[:, place]).max(initial=0.0) > 1e-14 * size:  # rounding is no change
            name = panel.names[place]
            raise EstimationError(f"{name!r} does not change in any unit; leave it out")
    names, columns = [panel.names[place] for place in keep], [steps[:, place] for place in keep]
    drift = "Intercept" in panel.names and not absorbed
    if not (columns or drift):
        raise DataError(f"formula {formula!r}: no regressors are left; add a term")
    if not drift:
        return names, columns, ()
    if columns and spans_constant(np.column_stack(columns)):
        return names, columns, ("Other columns make a common drift: there is no intercept.",)
    return ["Intercept", *names], [np.ones(steps.shape[0]), *columns], ()


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
    of the two ways to halve. Errors from the influence of each cluster on the same combination;
    there is no choice of `covariance`, as no one regression has these coefficients.

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
    whole, spread = _half(panel, X, names, np.ones(panel.nobs, bool))
    b, scores = 2.0 * whole, 2.0 * spread
    for cut in cuts:
        for half in (half_of < cut, half_of >= cut):
            part, own = _half(panel, X, names, half)
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
        key = who * time.count + when
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
    return found.select(rows)


def _half(
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
    y, design = weighed(y, weights), weighed(design, weights)
    refuse_dependent(design, names)
    fit = project(y, design)
    parts = fit.Q * fit.residuals[:, None]
    scores = cluster_sums(parts, panel.cluster.codes[rows], panel.cluster.count)
    refuse_cancelled(scores, parts)
    influence = np.linalg.solve(fit.R, scores.T).T / fit.scale
    return fit.coefficients, influence

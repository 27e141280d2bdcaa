"""Unit effects as random draws, the correlated form that fixed effects agree with, and means."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.assumptions.panel import hausman, lagrange_multiplier, mundlak
from quesnay.fitting.checks import choice, switch
from quesnay.fitting.errors import DataError, EstimationError
from quesnay.fitting.regression.covariance import CLUSTERED, Classical, known_covariance
from quesnay.fitting.regression.fixed_effects import cluster_sums, group_means
from quesnay.fitting.regression.least_squares import CovarianceRule, LinearFit, Regression
from quesnay.fitting.regression.random_effects import (
    METHODS,
    RandomEffects,
    means_beyond_rounding,
    random_effects,
)
from quesnay.fitting.verdict import TestResult
from quesnay.models.regression.columns import Grouping
from quesnay.models.regression.design import refuse_constant, refuse_dependent
from quesnay.models.regression.panel import choose_rule, fit_sample, rule_by_unit
from quesnay.models.regression.result import PanelFit, attempted
from quesnay.models.regression.sample import PanelData, Roles, Sample, drop_columns, read_panel

_Errors: TypeAlias = tuple[CovarianceRule, tuple[Grouping, ...]]


def fit_random_effects(
    formula: str,
    data: pd.DataFrame,
    *,
    unit: str,
    time: str | None = None,
    method: str = "swar",
    cluster: str | None = None,
    weights: "str | pd.Series | None" = None,
    covariance: str | CovarianceRule = "CR1",
    drop_collinear: bool | None = None,
) -> PanelFit:
    """Estimate a panel equation whose unit effects are unrelated to the regressors.

    Parameters
    ----------
    formula : str
        Such as ``"ln_va ~ ln_ict + ln_k"``, with its intercept.
    data : DataFrame
        One row a unit and time.
    unit : str
        Column of the unit; ``"province:sector"`` joins two.
    time : str, optional
        Column of the time; needed for the test of no effects, and refuses a unit seen twice.
    method : {"swar", "walhus", "amemiya", "nerlove", "ml"}
        Variance components: Swamy and Arora, Wallace and Hussain, Amemiya, Nerlove, likelihood.
    cluster : str, optional
        Column of clusters; by default the unit.
    weights : str or Series, optional
        Weights inverse to the variance of the rest, not of the unit effects; with the methods
        "swar" and "ml".
    covariance : str or covariance rule, default "CR1"
        As of `fit_panel`, by cluster or "classical", of the quasi-demeaned regression, whose errors
        are independent with equal variances where the model is right: so CR2 is unbiased there. R's
        clubSandwich takes its root before demeaning and differs in the third digit.
    drop_collinear : bool, optional
        As of `fit_panel`.

    Returns
    -------
    PanelFit
        With the Hausman, Mundlak (clustered) and Breusch-Pagan tests and the variance components.
        Residuals hold the unit effects, which `effects` predicts; R-squared is that of the
        regressors alone.

    Raises
    ------
    DataError
        If a column is missing or holds what cannot be used, or an option is unknown.
    EstimationError
        If the panel cannot carry the estimate.

    References
    ----------
    Swamy and Arora (1972), Econometrica 40; Baltagi (2021), sec. 2.3 and 9.2.

    Examples
    --------
    >>> t = np.tile(np.arange(6.0), 9)
    >>> data = pd.DataFrame({"t": t, "u": np.repeat(np.arange(9), 6)})
    >>> data["x"] = np.cos(3 * t + data["u"])
    >>> data["y"] = 2 * data["x"] + np.sin(data["u"]) + 0.1 * np.sin(5 * t)
    >>> round(float(fit_random_effects("y ~ x", data, unit="u", time="t").params["x"]), 3)
    2.004
    """
    panel = _read(formula, data, (unit, time, cluster), weights, drop_collinear)
    return _estimate(panel, panel.sample, formula, method, _errors(panel, covariance, cluster))


def fit_correlated_random_effects(
    formula: str,
    data: pd.DataFrame,
    *,
    unit: str,
    time: str | None = None,
    method: str = "swar",
    cluster: str | None = None,
    weights: "str | pd.Series | None" = None,
    covariance: str | CovarianceRule = "CR1",
    drop_collinear: bool | None = None,
) -> PanelFit:
    """Estimate random effects beside the unit means of the regressors (Mundlak's form).

    Slopes of the regressors equal those of fixed effects; coefficients of the means, named
    ``mean(x)``, say how units with more of x differ beyond the effect of x.

    Parameters
    ----------
    formula, data, unit, time, method, cluster, weights, covariance, drop_collinear
        See `fit_random_effects`.

    Returns
    -------
    PanelFit
        With the joint test of the means.

    Raises
    ------
    DataError, EstimationError
        See `fit_random_effects`; also if no regressor varies inside units.

    References
    ----------
    Mundlak (1978), Econometrica 46; Wooldridge (2019), J. Econometrics 211 for unbalanced panels.

    Examples
    --------
    >>> t = np.tile(np.arange(6.0), 9)
    >>> data = pd.DataFrame({"t": t, "u": np.repeat(np.arange(9), 6)})
    >>> data["x"] = np.cos(3 * t + data["u"]) + data["u"]
    >>> data["y"] = 2 * data["x"] + 3 * data["u"] + 0.1 * np.sin(5 * t)
    >>> found = fit_correlated_random_effects("y ~ x", data, unit="u")
    >>> found.params.round(2).index.tolist()
    ['Intercept', 'x', 'mean(x)']
    """
    panel = _read(formula, data, (unit, time, cluster), weights, drop_collinear)
    refuse_dependent(panel.X, panel.names)
    means, some = _unit_means(panel)
    columns, names = [panel.X], list(panel.names)
    for place in np.flatnonzero(some):  # of what does not vary inside units the mean is itself
        wide = np.column_stack([*columns, means[:, place]])
        scaled = wide / np.sqrt((wide**2).sum(axis=0))
        if np.linalg.svd(scaled, compute_uv=False)[-1] > 1e-9:
            columns.append(means[:, place : place + 1])
            names.append(f"mean({panel.names[place]})")
    if len(columns) == 1:
        raise EstimationError(
            f"{formula}: unit means add nothing: regressors do not vary inside units, or their "
            "means are the same for all"
        )
    wider = replace(panel.sample, design=np.column_stack(columns), names=tuple(names))
    return _estimate(panel, wider, formula, method, _errors(panel, covariance, cluster))


def fit_between(
    formula: str,
    data: pd.DataFrame,
    *,
    unit: str,
    by_length: bool = False,
    covariance: str = "HC1",
) -> PanelFit:
    """Estimate an equation among unit means: what differs between units, not over time.

    Parameters
    ----------
    formula : str
        Such as ``"ln_va ~ ln_ict + ln_k"``.
    data : DataFrame
        One row a unit and time.
    unit : str
        Column of the unit.
    by_length : bool, default False
        Weight units by their number of rows (Stata's ``xtreg, be wls``).
    covariance : str
        Errors of the regression of means, as of `fit_panel` without clusters.

    Returns
    -------
    PanelFit
        One row a unit, labelled by it.

    Raises
    ------
    DataError
        If a column is missing or an option is unknown.
    EstimationError
        If there are too few units.

    References
    ----------
    Baltagi (2021), Econometric Analysis of Panel Data, sec. 2.3.

    Examples
    --------
    >>> data = pd.DataFrame({"u": [1, 1, 2, 2, 3, 3], "x": [0.0, 2, 1, 3, 4, 4]})
    >>> data["y"] = 3 * data["x"] + [1, -1, 2, -2, 0, 0]
    >>> round(float(fit_between("y ~ x", data, unit="u").params["x"]), 6)
    3.0
    """
    panel = _read(formula, data, (unit, None, None), None)
    switch(by_length, "by_length")
    rule = choose_rule(covariance, Roles())
    count = panel.unit.count
    means = group_means(panel.X, panel.unit.codes, count)
    empty = np.flatnonzero(~means_beyond_rounding(means, panel.X))
    if empty.size:
        raise EstimationError(
            f"the means of {panel.names[empty[0]]!r} by {panel.unit.name} are all zero; "
            "leave it out"
        )
    sample = replace(
        panel.sample,
        index=pd.Index(panel.unit.labels, name=panel.unit.name),
        outcome=group_means(panel.y, panel.unit.codes, count),
        design=means,
        clusters=(),
        weights=np.bincount(panel.unit.codes).astype(np.float64) if by_length else None,
        unit=Grouping(panel.unit.name, np.arange(count), panel.unit.labels),
    )
    fit = fit_sample(sample, rule, formula=formula, outcome=f"mean of {panel.outcome}")
    return replace(fit, method=f"between {panel.unit.name}s")


def _read(
    formula: str,
    data: pd.DataFrame,
    roles: tuple[str, str | None, str | None],
    weights: "str | pd.Series | None",
    drop: bool | None = None,
) -> PanelData:
    """Read a panel, without columns that others explain."""
    unit, time, cluster = roles
    panel = read_panel(formula, data, unit=unit, time=time, cluster=cluster, weights=weights)
    return replace(panel, sample=drop_columns(panel.sample, None, drop))


def _unit_means(panel: PanelData) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return the (weighted) mean of each row's unit, and which columns have one beyond rounding."""
    weights = np.ones(panel.nobs) if panel.sample.weights is None else panel.sample.weights
    codes, count = panel.unit.codes, panel.unit.count
    sums = cluster_sums(panel.X * weights[:, None], codes, count)
    means = (sums / np.bincount(codes, weights, minlength=count)[:, None])[codes]
    return means, means_beyond_rounding(means, panel.X)


def _estimate(
    panel: PanelData, sample: Sample, formula: str, method: str, errors: _Errors
) -> PanelFit:
    """Estimate a panel, or its correlated form where the sample has unit means beside it."""
    kind = choice(method, METHODS, "method")
    rule, clusters = errors
    if "Intercept" not in sample.names:
        raise DataError("formula: random effects need an intercept; take '- 1' out")
    refuse_constant(panel.y, panel.outcome)
    X = np.asarray(sample.design, dtype=np.float64)
    refuse_dependent(X, sample.names)
    found = random_effects(panel.y, X, unit=panel.unit.codes, method=kind, weights=sample.weights)
    fit = found.projection
    regression = Regression(
        fit.design,
        fit.residuals,
        fit.bread(),
        clusters=tuple(group.codes for group in clusters),
        factor=fit.root(),
        Q=fit.Q,
        weights=sample.weights,
    )
    # quasi-demeaned and weighted errors are to be independent with equal variances
    inference = rule.estimate(replace(regression, weights=None))
    correlated = sample is not panel.sample
    title = "correlated random effects (Mundlak)" if correlated else "random effects"
    return PanelFit(
        formula=formula,
        outcome_name=panel.outcome,
        intercept=True,
        sample=replace(sample, clusters=clusters),
        estimate=LinearFit(
            found.coefficients, fit.residuals, fit.bread(), 0.0, "random effects", regression.root
        ),
        regression=regression,
        inference=inference,
        method=f"{title}, {method}",
        tests=_tests(panel, kind, correlated=correlated),
        details=_components(found),
        theta=found.theta,
        estimator=partial(_again, panel, sample, kind),
    )


def _errors(panel: PanelData, covariance: str | CovarianceRule, cluster: str | None) -> _Errors:
    """Return the rule of the errors that are asked for, and their clusters."""
    rule, clusters = rule_by_unit(covariance, panel, cluster)
    if not (clusters or isinstance(rule, Classical)):
        raise DataError(
            f"covariance: {known_covariance(rule)} takes the rows of a unit as unrelated, which "
            f"random effects do not; use classical or one of {CLUSTERED}"
        )
    return rule, clusters


def _again(panel: PanelData, sample: Sample, method: str, rows: Codes, copies: Codes) -> Array:
    """Return the coefficients of some rows; a unit in two copies is two units."""
    unit = copies * panel.unit.count + panel.unit.codes[rows]
    X = np.asarray(sample.design[rows], dtype=np.float64)
    weights = None if sample.weights is None else sample.weights[rows]
    return random_effects(panel.y[rows], X, unit=unit, method=method, weights=weights).coefficients


def _components(found: RandomEffects) -> Mapping[str, float]:
    unit, rest = found.sigma2_unit, found.sigma2_idiosyncratic
    return {
        "standard deviation of unit effects": float(np.sqrt(unit)),
        "standard deviation of the rest": float(np.sqrt(rest)),
        "share of unit effects in the variance": unit / (unit + rest),
        "median share of the unit mean taken off": float(np.median(found.theta)),
    }


def _tests(panel: PanelData, kind: str, *, correlated: bool) -> tuple[TestResult, ...]:
    """Test random against fixed effects; what the sample cannot carry is listed with the reason."""
    unit = panel.unit.codes
    tests = [attempted("Mundlak", partial(mundlak, panel.y, panel.X, unit=unit, method=kind))]
    if not correlated:
        compared = partial(hausman, panel.y, panel.X, unit=unit, method=kind)
        tests.insert(0, attempted("Hausman", compared))
    if panel.time is not None:
        time = panel.time.codes
        effects = partial(lagrange_multiplier, panel.y, panel.X, unit=unit, time=time)
        tests.append(attempted("Breusch-Pagan LM", effects))
    return tuple(tests)

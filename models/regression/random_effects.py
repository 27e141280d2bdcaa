"""Unit effects as random draws, and the correlated form that fixed effects agree with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.assumptions.panel import hausman, lagrange_multiplier, mundlak
from quesnay.fitting.checks import choice
from quesnay.fitting.errors import DataError, EstimationError
from quesnay.fitting.regression.covariance import CR1, Classical, CovarianceEstimate
from quesnay.fitting.regression.groups import stack
from quesnay.fitting.regression.least_squares import Regression
from quesnay.fitting.regression.random_effects import (
    Method,
    RandomEffects,
    random_effects,
    within_columns,
)
from quesnay.fitting.verdict import TestResult
from quesnay.models.regression.design import refuse_constant, refuse_dependent
from quesnay.models.regression.result import Estimate, attempted
from quesnay.models.regression.sample import PanelData, read_panel

__all__ = ["fit_correlated_random_effects", "fit_random_effects"]

Array = npt.NDArray[np.float64]

METHODS = ("swar", "walhus", "amemiya", "nerlove", "ml")


def fit_random_effects(
    formula: str,
    data: pd.DataFrame,
    *,
    unit: str,
    time: str | None = None,
    method: str = "swar",
    cluster: str | None = None,
    covariance: str = "clustered",
) -> Estimate:
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
    covariance : {"clustered", "classical"}
        CR1 by cluster, or the classical covariance of the quasi-demeaned regression.

    Returns
    -------
    Estimate
        With the Hausman, Mundlak (clustered) and Breusch-Pagan tests and the variance components.

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
    panel = read_panel(formula, data, unit=unit, time=time, cluster=cluster)
    return _estimate(panel, panel.X, list(panel.names), _Asked(method, covariance, False))


def fit_correlated_random_effects(
    formula: str,
    data: pd.DataFrame,
    *,
    unit: str,
    time: str | None = None,
    method: str = "swar",
    cluster: str | None = None,
    covariance: str = "clustered",
) -> Estimate:
    """Estimate random effects beside the unit means of the regressors (Mundlak's form).

    Slopes of the regressors equal those of fixed effects; coefficients of the means, named
    ``mean(x)``, say how units with more of x differ beyond the effect of x.

    Parameters
    ----------
    formula, data, unit, time, method, cluster, covariance
        See `fit_random_effects`.

    Returns
    -------
    Estimate
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
    panel = read_panel(formula, data, unit=unit, time=time, cluster=cluster)
    refuse_dependent(panel.X, panel.names)
    order = stack(panel.unit.codes, None, panel.nobs)
    _, varying = within_columns(panel.X[order.order], order)
    means = order.unit_means(panel.X[order.order])[np.argsort(order.order)]
    columns, names = [panel.X], list(panel.names)
    for place in np.flatnonzero(varying):
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
    return _estimate(panel, np.column_stack(columns), names, _Asked(method, covariance, True))


@dataclass(frozen=True, slots=True)
class _Asked:
    method: str
    covariance: str
    correlated: bool


def _estimate(panel: PanelData, X: Array, names: list[str], asked: _Asked) -> Estimate:
    choice(asked.method, METHODS, "method")
    choice(asked.covariance, ("clustered", "classical"), "covariance")
    if "Intercept" not in names:
        raise DataError("formula: random effects need an intercept; take '- 1' out")
    refuse_constant(panel.y, panel.outcome)
    refuse_dependent(X, names)
    method = cast("Method", asked.method)
    found = random_effects(panel.y, X, unit=panel.unit.codes, method=method)
    inference = _inference(found, panel, asked.covariance)
    title = "correlated random effects (Mundlak)" if asked.correlated else "random effects"
    return Estimate(
        f"{title}, {asked.method}",
        panel.outcome,
        pd.Series(found.coefficients, index=names),
        pd.DataFrame(inference.matrix, names, names),
        float(inference.df.min()),
        panel.nobs,
        f"{inference.name}: {inference.rule}",
        _tests(panel, asked),
        _components(found),
        panel.notes,
    )


def _inference(found: RandomEffects, panel: PanelData, covariance: str) -> CovarianceEstimate:
    fit = found.projection
    design = fit.Q @ (fit.R * fit.scale)
    codes = (panel.cluster.codes,)
    if covariance == "clustered":
        return CR1().estimate(Regression(design, fit.residuals, fit.bread(), clusters=codes))
    return Classical().estimate(Regression(design, fit.residuals, fit.bread()))


def _components(found: RandomEffects) -> Mapping[str, float]:
    unit, rest = found.sigma2_unit, found.sigma2_idiosyncratic
    return {
        "standard deviation of unit effects": float(np.sqrt(unit)),
        "standard deviation of the rest": float(np.sqrt(rest)),
        "share of unit effects in the variance": unit / (unit + rest),
        "median share of the unit mean taken off": float(np.median(found.theta)),
    }


def _tests(panel: PanelData, asked: _Asked) -> tuple[TestResult, ...]:
    """Test random against fixed effects; what the sample cannot carry is listed with the reason."""
    unit, kind = panel.unit.codes, cast("Method", asked.method)
    tests = [attempted("Mundlak", partial(mundlak, panel.y, panel.X, unit=unit, method=kind))]
    if not asked.correlated:
        compared = partial(hausman, panel.y, panel.X, unit=unit, method=kind)
        tests.insert(0, attempted("Hausman", compared))
    if panel.time is not None:
        time = panel.time.codes
        effects = partial(lagrange_multiplier, panel.y, panel.X, unit=unit, time=time)
        tests.append(attempted("Breusch-Pagan LM", effects))
    return tuple(tests)

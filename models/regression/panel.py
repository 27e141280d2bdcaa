"""Linear regression with fixed effects and honest errors, from a formula and a frame."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Values
from quesnay.fitting.errors import DataError, EstimationError, nearest, shown
from quesnay.fitting.regression.covariance import (
    CR0,
    CR1,
    CR2,
    CR3,
    HC0,
    HC1,
    HC2,
    HC3,
    Classical,
    CovarianceEstimate,
    CovarianceRule,
    DriscollKraay,
    NeweyWest,
    Regression,
)
from quesnay.fitting.regression.fixed_effects import Absorber
from quesnay.fitting.regression.least_squares import least_squares
from quesnay.models.regression.columns import repeat_rows
from quesnay.models.regression.design import (
    free_of_effects,
    refuse_constant,
    refuse_overflow,
    refuse_own_rows,
)
from quesnay.models.regression.formula import parse_formula
from quesnay.models.regression.result import PanelFit
from quesnay.models.regression.sample import (
    Roles,
    Sample,
    absorber_of,
    draw_sample,
    drop_columns,
)

__all__ = [
    "choose_rule",
    "fit_panel",
    "fit_sample",
]


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
        ``"classical"``, ``"HC0"`` to ``"HC3"``, ``"CR0"`` to ``"CR3"``, ``"Driscoll-Kraay"``,
        ``"Newey-West"`` (one series), or an object such as ``quesnay.DriscollKraay(lags=2)``. By
        default CR1 with clusters, else HC1. With few clusters (below about 40) ask for CR2.
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
    _check_types(formula, data)
    parsed = parse_formula(formula)
    roles = Roles(
        absorb=_names(absorb, "absorb"),
        cluster=_names(cluster, "cluster"),
        weights=weights,
        time=time,
        unit=unit,
        missing=missing,
        singletons=singletons,
    )
    rule = choose_rule(covariance, roles)
    if isinstance(rule, CR2 | CR3 | HC2 | HC3) and any("[" in name for name in roles.absorb):
        raise DataError(
            f"covariance: {type(rule).__name__} does not know absorbed slopes; write C(unit):t in "
            "the formula, or use CR1 or HC1"
        )
    sample = draw_sample(parsed, repeat_rows(data, frequency, weights), roles)
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
    """Regress the outcome of a sample on its design."""
    sample, y, X, noise, absorber = _within(sample, outcome, drop_collinear)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused below
        fit = least_squares(y, X, names=sample.names, noise=noise)
        regression = Regression(
            np.asarray(X, dtype=np.float64),
            fit.residuals,
            fit.bread,
            tuple(g.codes for g in sample.effects),
            absorber,
            tuple(g.codes for g in sample.clusters),
            None if sample.periods is None else sample.periods.codes,
            fit.root,
            fit.basis,
            sample.weights,
        )
        inference = _errors(rule, regression, sample.names)
    refuse_overflow(inference.matrix, fit.ssr, sample.names)
    return PanelFit(
        formula=formula,
        outcome_name=outcome,
        intercept="Intercept" in sample.names,
        sample=sample,
        estimate=fit,
        regression=regression,
        inference=inference,
    )


def _errors(
    rule: CovarianceRule, regression: Regression, names: Sequence[str]
) -> CovarianceEstimate:
    """Estimate the covariance, naming a coefficient whose robust error does not exist."""
    try:
        inference = rule.estimate(regression)
    except EstimationError:
        if regression.free > 0:
            refuse_own_rows(regression, names)
        raise
    if (inference.matrix.diagonal() == 0.0).any():
        refuse_own_rows(regression, names)
    return replace(inference, estimator=rule)


def _names(columns: str | Sequence[str] | None, role: str) -> tuple[str, ...]:
    if columns is None:
        return ()
    if not isinstance(columns, str | list | tuple):
        raise DataError(
            f"{role}: expected names of columns, got {shown(columns)}; give text or a list"
        )
    names = (columns,) if isinstance(columns, str) else tuple(columns)
    for name in names:
        if not isinstance(name, str) or not name:
            raise DataError(f"{role}: expected the name of a column, got {shown(name)}")
    repeated = [name for place, name in enumerate(names) if name in names[:place]]
    if repeated:
        raise DataError(f"{role}: {repeated[0]!r} is named twice; name it once")
    return names


def _check_types(formula: object, data: object) -> None:
    if not isinstance(formula, str):
        kind = type(formula).__name__
        raise DataError(f"formula: expected a text such as 'y ~ x', got {kind}")
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"data: expected a DataFrame, got {type(data).__name__}; convert it")


def _within(
    sample: Sample, outcome: str, drop_collinear: bool | None
) -> tuple[Sample, Values, Values, float, Absorber | None]:
    """Return outcome and design free of the effects and weighted, and how they are rounded."""
    if "Intercept" in sample.names:
        refuse_constant(sample.outcome, outcome)
    absorber = absorber_of(sample)
    sample = drop_columns(sample, absorber, drop_collinear)
    y, X, noise = sample.outcome, sample.design, 1.0
    if absorber is not None:
        effects = ", ".join([*(g.name for g in sample.effects), *(n for n, _ in sample.slopes)])
        y, X, noise = free_of_effects(
            absorber, y, X, outcome=outcome, names=sample.names, effects=effects
        )
    if sample.weights is not None:
        root = np.sqrt(sample.weights)
        y, X = y * root, X * root[:, None]
    return sample, y, X, noise, absorber


_RULES: dict[str, CovarianceRule] = {
    "classical": Classical(),
    "hc0": HC0(),
    "hc1": HC1(),
    "hc2": HC2(),
    "hc3": HC3(),
    "cr0": CR0(),
    "cr1": CR1(),
    "cr2": CR2(),
    "cr3": CR3(),
    "driscoll-kraay": DriscollKraay(),
    "newey-west": NeweyWest(),
}
_SHOWN = "classical, HC0, HC1, HC2, HC3, CR0, CR1, CR2, CR3, Driscoll-Kraay, Newey-West"


def choose_rule(covariance: str | CovarianceRule | None, roles: Roles) -> CovarianceRule:
    """Return the covariance that was asked for, or the default for the sample."""
    if covariance is None:
        return CR1() if roles.cluster else HC1()
    if isinstance(covariance, str):
        name = covariance.lower().replace("_", "-")
        if name not in _RULES:
            hint = nearest(covariance, _SHOWN.split(", "))
            raise DataError(f"covariance: {covariance!r} is not known;{hint} use one of {_SHOWN}")
        rule = _RULES[name]
    elif callable(getattr(covariance, "estimate", None)) and not isinstance(covariance, type):
        rule = covariance
    else:
        raise DataError(f"covariance: expected a name or a rule, got {shown(covariance)}")
    _check_needs(rule, roles)
    return rule


def _check_needs(rule: CovarianceRule, roles: Roles) -> None:
    clustered = isinstance(rule, CR0 | CR1 | CR2 | CR3)
    name = type(rule).__name__
    if clustered and not roles.cluster:
        raise DataError(f"covariance: {name} needs clusters; name their column with cluster=")
    if roles.cluster and isinstance(
        rule, Classical | HC0 | HC1 | HC2 | HC3 | DriscollKraay | NeweyWest
    ):
        raise DataError(
            f"covariance: {name} would ignore cluster={roles.cluster[0]!r}; "
            "leave one of the two out, or use CR1, CR2 or CR3"
        )
    if isinstance(rule, DriscollKraay | NeweyWest) and roles.time is None:
        kind = "Driscoll-Kraay" if isinstance(rule, DriscollKraay) else "Newey-West"
        raise DataError(f"covariance: {kind} needs periods; name their column with time=")

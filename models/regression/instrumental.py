"""Equations with endogenous regressors: two stages, LIML, and what weak instruments allow.

The leave-one-out shift-share instrument: initial mix times growth elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.checks import choice
from quesnay.fitting.errors import DataError, EstimationError, suggestion
from quesnay.fitting.regression.clusters import counted_parameters
from quesnay.fitting.regression.covariance import CR1, HC1, Classical
from quesnay.fitting.regression.fixed_effects import Absorber, cluster_sums, weighed
from quesnay.fitting.regression.instrumental import (
    InstrumentalFit,
    anderson_rubin,
    endogeneity,
    first_stage,
    instrumental_variables,
    joint_strength,
    overidentification,
)
from quesnay.fitting.regression.least_squares import (
    CovarianceEstimate,
    CovarianceRule,
    LinearFit,
    Regression,
    project,
)
from quesnay.fitting.verdict import TestResult
from quesnay.models.inputs import as_frame
from quesnay.models.regression.columns import (
    Grouping,
    column_name,
    column_names,
    find_column,
    group_column,
    number_column,
)
from quesnay.models.regression.design import free_of_effects, refuse_constant, refuse_dependent
from quesnay.models.regression.formula import Formula, Term, parse_terms, term_text
from quesnay.models.regression.panel import choose_rule
from quesnay.models.regression.result import PanelFit, attempted
from quesnay.models.regression.sample import (
    Roles,
    Sample,
    absorber_of,
    draw_samples,
    drop_columns,
    read_formula,
)


@dataclass(frozen=True, slots=True, eq=False)
class Equation:
    """The arrays of the equation, freed of absorbed effects and weighted, and their names."""

    outcome: str
    sample: Sample
    endogenous: tuple[str, ...]
    exogenous: tuple[str, ...]
    instruments: tuple[str, ...]
    y: Array
    X: Array
    W: Array
    Z: Array
    clusters: npt.NDArray[np.intp] | None
    absorbed: int
    absorber: Absorber | None


def fit_instrumental(
    formula: str,
    data: pd.DataFrame,
    *,
    endogenous: str | Sequence[str],
    instruments: str | Sequence[str],
    absorb: str | Sequence[str] = (),
    cluster: str | Sequence[str] | None = None,
    weights: "str | pd.Series | None" = None,
    unit: str | None = None,
    time: str | None = None,
    method: str = "2sls",
    covariance: str | CovarianceRule | None = None,
    drop_collinear: bool | None = None,
) -> PanelFit:
    """Estimate an equation with regressors that are related to its error.

    Parameters
    ----------
    formula : str
        The structural equation, endogenous regressors included: ``"ln_va ~ ln_ict + ln_k"``.
    data : DataFrame
        One row an observation.
    endogenous : str or sequence of str
        Terms of the formula that are endogenous, such as ``"ln_ict"`` or ``"C(region)"``.
    instruments : str or sequence of str
        Excluded instruments: columns or terms, at least as many columns as endogenous ones.
    absorb : str or sequence of str
        Fixed effects, ``"a:b"`` for interactions.
    cluster : str or sequence of str, optional
        Columns of clusters, as of `fit_panel`; tests of the instruments go by the fewest of them.
    weights : str or Series, optional
        Weights inverse to the variance of the errors.
    unit, time : str, optional
        Columns of the panel's unit and periods, for lags and `diagnose`.
    method : {"2sls", "liml"}
        Two-stage least squares or limited-information maximum likelihood.
    covariance : str or covariance rule, optional
        As of `fit_panel`, on the regressors that the instruments explain and the residuals of the
        equation: CR2 is clubSandwich's for two stages. By default CR1 with clusters and HC1
        without; LIML takes these and classical ones.
    drop_collinear : bool, optional
        As of `fit_panel`, among regressors and among instruments.

    Returns
    -------
    PanelFit
        Coefficients with tests of strength (effective F; of several endogenous regressors Cragg
        and Donald's), need (Durbin-Wu-Hausman) and, where overidentified, agreement (Hansen's J
        with the errors of the fit, and Sargan); with one instrument the Anderson-Rubin set, the
        first-stage slope and the least-squares slope among the details.

    Raises
    ------
    DataError
        If a column or term is unknown or an option is.
    EstimationError
        If the equation is not identified.

    References
    ----------
    Montiel Olea and Pflueger (2013), JBES 31; Andrews, Stock and Sun (2019), Annual Review of
    Economics 11; Anderson and Rubin (1949).

    Examples
    --------
    >>> i = np.arange(60.0)
    >>> data = pd.DataFrame({"z": np.sin(i), "e": np.cos(7 * i)})
    >>> data["x"] = data["z"] + data["e"]
    >>> data["y"] = 2 * data["x"] + data["e"]
    >>> found = fit_instrumental("y ~ x", data, endogenous="x", instruments="z")
    >>> round(float(found.params["x"]), 2), round(found.details["least squares, x"], 2)
    (2.08, 2.5)
    """
    choice(method, ("2sls", "liml"), "method")
    roles = Roles(
        absorb=column_names(absorb, "absorb"),
        cluster=column_names(cluster, "cluster"),
        weights=weights,
        time=time,
        unit=unit,
    )
    rule = _errors_of(covariance, roles, method)
    parts = read_equation(formula, data, endogenous, instruments, roles, drop=drop_collinear)
    found = instrumental_variables(
        parts.y,
        parts.X,
        parts.Z,
        parts.W if parts.W.shape[1] else None,
        method=cast(Any, method),
        clusters=parts.clusters,
        absorbed=parts.absorbed,
        covariance="classical" if isinstance(rule, Classical) else "robust",
    )
    return _as_fit(found, parts, formula, method, rule)


def _errors_of(
    covariance: str | CovarianceRule | None, roles: Roles, method: str
) -> CovarianceRule | None:
    """Return the covariance asked for, None where the estimator's own serves; LIML has few."""
    several = len(roles.cluster) > 1
    rule = None if covariance is None and not several else choose_rule(covariance, roles)
    if method == "liml" and not isinstance(rule, Classical | HC1 | CR1 | None):
        raise DataError("covariance: LIML has classical, HC1 and CR1 errors only; use one of them")
    if method == "liml" and several:
        raise DataError("cluster: LIML takes one column of clusters; name one")
    return rule


def _as_fit(
    found: InstrumentalFit,
    parts: Equation,
    formula: str,
    method: str,
    rule: CovarianceRule | None,
) -> PanelFit:
    """Lay the estimate out as a regression whose design is what the instruments explain."""
    names = [*parts.endogenous, *parts.exogenous]
    order = [names.index(name) for name in parts.sample.names]
    span = np.column_stack([parts.Z, parts.W])
    explained = [project(column, span).fitted for column in parts.X.T]
    projected = np.column_stack([*explained, parts.W])[:, order]
    bread = project(parts.y, projected).bread()
    fit = LinearFit(
        found.coefficients[order],
        found.residuals,
        bread,
        0.0,
        "instruments",
        np.asarray(np.linalg.cholesky(bread)),
    )
    sample = parts.sample
    regression = sample.regression(projected, found.residuals, bread, parts.absorber)
    label = "two-stage least squares" if method == "2sls" else f"LIML (kappa {found.kappa:.4f})"
    details, notes = _details(found, parts)
    taken = None if method == "liml" else regression  # LIML's errors are its own
    return PanelFit(
        formula=formula,
        outcome_name=parts.outcome,
        intercept="Intercept" in sample.names,
        sample=sample,
        estimate=fit,
        regression=regression,
        inference=_inference(found, parts, order, rule, taken),
        method=f"{label}, instruments {', '.join(parts.instruments)}",
        tests=_tests(found, parts),
        details=details,
        notes=notes,
        estimator=partial(_again, parts, np.array(order), cast(Any, method)),
    )


def _again(
    parts: Equation, order: Codes, method: Literal["2sls", "liml"], rows: Codes, _: Codes
) -> Array:
    """Return the coefficients, in the order of the sample, of some rows; copies have no bearing."""
    outside = parts.W[rows] if parts.W.shape[1] else None
    found = instrumental_variables(
        parts.y[rows], parts.X[rows], parts.Z[rows], outside, method=method
    )
    return found.coefficients[order]


def _inference(
    found: InstrumentalFit,
    parts: Equation,
    order: list[int],
    rule: CovarianceRule | None,
    regression: Regression | None,
) -> CovarianceEstimate:
    if rule is not None and regression is not None:
        return rule.estimate(regression)
    name, said = "HC1", f"factor n / (n - K); t with {found.df} degrees of freedom."
    if isinstance(rule, Classical):
        name = "classical"
        said = f"s² (X'(I - k M)X)⁻¹, M what the instruments miss; t with {found.df}."
    elif parts.clusters is not None:
        name, own = "CR1", parts.sample.clusters[0].name
        said = f"{found.df + 1} clusters of {own}; t with G - 1 = {found.df} degrees of freedom."
    matrix = found.covariance[np.ix_(order, order)]
    return CovarianceEstimate(matrix, np.full(len(order), float(found.df)), name, said)


def to_linearmodels(
    formula: str,
    data: pd.DataFrame,
    *,
    endogenous: str | Sequence[str],
    instruments: str | Sequence[str],
    absorb: str | Sequence[str] = (),
    method: str = "2sls",
) -> Any:
    """Hand the same equation to linearmodels, for its other estimators and tests.

    Parameters
    ----------
    formula, data, endogenous, instruments, absorb
        See `fit_instrumental`; absorbed effects are taken out first.
    method : {"2sls", "liml", "gmm", "gmm-cue"}
        Which model of ``linearmodels.iv``.

    Returns
    -------
    linearmodels model
        Unfitted: call its ``fit``.

    Raises
    ------
    DataError
        If linearmodels is not installed (the extra ``bridge``), or input is at fault.

    Examples
    --------
    >>> to_linearmodels("y ~ x", pd.DataFrame(), endogenous="x", instruments="z", method="ols")
    Traceback (most recent call last):
    quesnay.fitting.errors.DataError: method 'ols' is unknown...
    """
    models = {"2sls": "IV2SLS", "liml": "IVLIML", "gmm": "IVGMM", "gmm-cue": "IVGMMCUE"}
    choice(method, tuple(models), "method")
    try:
        from linearmodels import iv
    except ImportError:
        raise DataError(
            "linearmodels is not installed; install it with: pip install 'quesnay[bridge]'"
        ) from None
    roles = Roles(absorb=column_names(absorb, "absorb"))
    parts = read_equation(formula, data, endogenous, instruments, roles)
    index = parts.sample.index
    exogenous = pd.DataFrame(parts.W, index, list(parts.exogenous)) if parts.exogenous else None
    try:
        return getattr(iv, models[method])(
            pd.Series(parts.y, index, name=parts.outcome),
            exogenous,
            pd.DataFrame(parts.X, index, list(parts.endogenous)),
            pd.DataFrame(parts.Z, index, list(parts.instruments)),
        )
    except ValueError as problem:
        raise EstimationError(
            f"linearmodels refuses the equation ({problem}); rescale or drop columns"
        ) from None


def _tests(found: InstrumentalFit, parts: Equation) -> tuple[TestResult, ...]:
    """Test strength, need and, where there are spare instruments, agreement."""
    needed = partial(endogeneity, found, clusters=parts.clusters)
    tests = [attempted("Durbin-Wu-Hausman", needed)]
    alone = len(parts.endogenous) == 1
    stage = first_stage(found, clusters=parts.clusters) if alone else joint_strength(found)
    tests.insert(0, stage)
    if parts.Z.shape[1] > parts.X.shape[1]:
        agreed = partial(overidentification, found, clusters=parts.clusters, robust=True)
        tests += [attempted("Hansen J", agreed), overidentification(found)]
    return tuple(tests)


def _details(found: InstrumentalFit, parts: Equation) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return least squares, first stage and the robust set beside the estimate."""
    plain = project(parts.y, np.column_stack([parts.X, parts.W])).coefficients
    details = {
        f"least squares, {name}": float(value)
        for name, value in zip(parts.endogenous, plain, strict=False)
    }
    notes = []
    if parts.X.shape[1] == 1 and parts.Z.shape[1] == 1:
        stage = project(parts.X[:, 0], np.column_stack([parts.Z, parts.W])).coefficients[0]
        details[f"first stage, {parts.instruments[0]}"] = float(stage)
        robust = anderson_rubin(found, clusters=parts.clusters)
        details["Anderson-Rubin set, low"] = robust.low
        details["Anderson-Rubin set, high"] = robust.high
        notes.append(f"The 95 % Anderson-Rubin set is of the shape: {robust.shape}.")
    return details, tuple(notes)


def read_equation(
    formula: str,
    data: pd.DataFrame,
    endogenous: str | Sequence[str],
    instruments: str | Sequence[str],
    roles: Roles,
    *,
    drop: bool | None = None,
) -> Equation:
    """Read an equation with its instruments, and take absorbed effects out of all of it.

    Regressors and instruments are told apart as terms: ``C(t)`` stands for all its columns,
    ``a:b`` is ``b:a``.
    """
    own = read_formula(formula, data)
    inside = column_names(endogenous, "endogenous", least=1)
    inner, outer = _terms(own, inside, column_names(instruments, "instruments", least=1))
    reduced = replace(own, terms=(*(t for t in own.terms if t not in inner), *outer))
    structural, first = draw_samples((own, reduced), data, roles)
    absorber = absorber_of(structural)
    structural = drop_columns(structural, absorber, drop)
    first = drop_columns(first, absorber, drop)
    excluded = [k for k, term in enumerate(first.owners) if term in outer]
    if not excluded:
        raise DataError("instruments: explained by the terms of the formula; name other columns")
    places = [k for k, term in enumerate(structural.owners) if term in inner]
    if not places:
        raise EstimationError("endogenous: explained by the terms before it; drop one of these")
    return _arrays(structural, first, (places, excluded), absorber, own.outcome.text)


def _terms(
    own: Formula, endogenous: Sequence[str], instruments: Sequence[str]
) -> tuple[list[Term], list[Term]]:
    """Return the terms of the equation called endogenous, and those of the excluded instruments."""
    inner = []
    for name in endogenous:
        terms = parse_terms(name)
        found = own.find(terms[0]) if len(terms) == 1 else None
        if found is None:
            known = [term_text(term) for term in own.terms]
            raise DataError(f"endogenous: {name!r} is no term;{suggestion(name, known)}")
        inner.append(found)
    outer = [term for name in instruments for term in parse_terms(name)]
    alike = [frozenset(factor.meaning for factor in term) for term in outer]
    wanted = "instruments: name columns that are not in the formula, each once"
    if not outer:
        raise DataError(wanted)
    for place, term in enumerate(outer):
        twice = alike[place] in alike[:place]
        if twice or own.find(term) is not None or term == (own.outcome,):
            fault = "named twice" if twice else "in the formula"
            raise DataError(f"{wanted}; {term_text(term)!r} is {fault}")
    return inner, outer


def _arrays(
    structural: Sample,
    first: Sample,
    places: tuple[list[int], list[int]],
    absorber: Absorber | None,
    outcome: str,
) -> Equation:
    inside, excluded = places
    y = np.asarray(structural.outcome, float)
    if "Intercept" in structural.names:
        refuse_constant(y, outcome)
    names = [*structural.names, *(first.names[k] for k in excluded)]
    whole = np.column_stack([structural.design, first.design[:, excluded]]).astype(np.float64)
    if absorber is not None:
        effects = ", ".join(group.name for group in structural.effects)
        y, whole, _ = free_of_effects(
            absorber, y, whole, outcome=outcome, names=names, effects=effects
        )
    y, whole = weighed(y, structural.weights), weighed(whole, structural.weights)
    k = len(structural.names)
    outside = [place for place in range(k) if place not in inside]
    for kept in (list(range(k)), [*outside, *range(k, len(names))]):
        refuse_dependent(whole[:, kept], [names[place] for place in kept])
    return Equation(
        outcome,
        structural,
        tuple(names[place] for place in inside),
        tuple(names[place] for place in outside),
        tuple(names[k:]),
        y,
        whole[:, inside],
        whole[:, outside],
        whole[:, k:],
        min(structural.clusters, key=lambda one: one.count).codes if structural.clusters else None,
        _counted(structural, whole[:, :k], absorber),
        absorber,
    )


def _counted(sample: Sample, design: Array, absorber: Absorber | None) -> int:
    """Count absorbed degrees of freedom as `fit_panel` does: not those nested in clusters."""
    if absorber is None:
        return 0
    if not sample.clusters:
        return absorber.rank
    rows, k = design.shape
    regression = sample.regression(design, np.zeros(rows), np.eye(k), absorber)
    return int(counted_parameters(regression) - k)


def shift_share_instrument(
    data: pd.DataFrame, columns: Sequence[str], *, cell: str, unit: str, time: str
) -> "pd.Series[float]":
    """Predict the growth of a cell's inputs from its first mix and growth in other units.

    ``z_{c,t} = sum_j s_{c,j,0} ln(X_{j,t,-u} / X_{j,0,-u})``: s the share of input j in the cell's
    inputs at its first time, X the sum of input j over all units but the cell's own.

    Parameters
    ----------
    data : DataFrame
        One row a cell and time.
    columns : sequence of str
        Inputs j, from zero on, in one unit of value.
    cell : str
        Column of the cell, such as ``"province:sector"``.
    unit : str
        Column of the unit that is left out, such as ``"province"``.
    time : str
        Column of the time.

    Returns
    -------
    Series
        By the labels of `data`; zero at each cell's first time, NaN where the first mix or the
        growth elsewhere is not known.

    Raises
    ------
    DataError
        If a column is missing, a value is negative, labels repeat, or a cell is seen twice at one
        time.

    References
    ----------
    Bartik (1991); Goldsmith-Pinkham, Sorkin and Swift (2020), AER 110, eq. 1.

    Examples
    --------
    >>> data = pd.DataFrame({"p": ["a", "a", "b", "b"], "t": [0, 1, 0, 1]})
    >>> data["soft"], data["hard"] = [1.0, 9.0, 2.0, 4.0], [3.0, 3.0, 2.0, 2.0]
    >>> z = shift_share_instrument(data, ["soft", "hard"], cell="p", unit="p", time="t")
    >>> z.round(4).tolist()
    [0.0, 0.1733, 0.0, 1.0986]
    """
    as_frame(data, "data")
    columns = column_names(columns, "columns", least=2)  # a mix of one has no variation
    roles = {"cell": cell, "unit": unit, "time": time}
    groups = [group_column(data, column_name(roles[role], role), role) for role in roles]
    for group in groups:
        if (group.codes < 0).any():
            raise DataError(f"instrument: column {group.name!r} has missing labels; drop such rows")
    cells, units, times = groups
    wide = np.column_stack([_input(data, name) for name in columns])
    key = cells.codes * times.count + times.codes
    if np.unique(key).size != key.size:
        raise DataError(f"instrument: a {cell} is seen twice at one {time}; aggregate first")
    elsewhere = _elsewhere(np.nan_to_num(wide), units, times)
    elsewhere[_elsewhere(np.isnan(wide), units, times) > 0] = np.nan  # unknown, not smaller
    order = np.lexsort((times.codes, cells.codes))
    start = np.r_[True, np.diff(cells.codes[order]) != 0]
    first = np.empty(len(data), dtype=np.intp)
    first[order] = order[np.maximum.accumulate(np.where(start, np.arange(len(data)), 0))]
    mix = wide[first]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = mix / mix.sum(axis=1, keepdims=True)
        now = elsewhere[units.codes, times.codes]
        growth = np.log(now / elsewhere[units.codes, times.codes[first]])
        product = np.where(share == 0.0, 0.0, share * growth)
    values = product.sum(axis=1)
    return pd.Series(np.where(np.isfinite(values), values, np.nan), data.index, name="shift_share")


def _elsewhere(
    values: npt.NDArray[Any], units: Grouping, times: Grouping
) -> npt.NDArray[np.float64]:
    """Return the sum of each column at each time over all units but one, (units, times, k)."""
    both = cluster_sums(values, units.codes * times.count + times.codes, units.count * times.count)
    totals = both.reshape(units.count, times.count, -1)
    return np.asarray(totals.sum(axis=0) - totals)


def _input(data: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    values = number_column(find_column(data, name, "instrument"), name, "instrument")
    if (values < 0).any():
        row = data.index[int(np.argmax(values < 0))]
        raise DataError(f"instrument: column {name!r} is negative at row {row!r}; mend the value")
    return np.asarray(values, dtype=np.float64)

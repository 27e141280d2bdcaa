"""Equations with endogenous regressors: two stages, LIML, and what weak instruments allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import choice
from quesnay.fitting.errors import DataError, EstimationError, suggestion
from quesnay.fitting.regression.clusters import counted_parameters
from quesnay.fitting.regression.fixed_effects import Absorber, absorb_effects
from quesnay.fitting.regression.instrumental import (
    InstrumentalFit,
    anderson_rubin,
    endogeneity,
    first_stage,
    instrumental_variables,
    overidentification,
)
from quesnay.fitting.regression.least_squares import Regression, project
from quesnay.fitting.verdict import TestResult
from quesnay.models.regression.columns import column_name, column_names
from quesnay.models.regression.design import (
    free_of_effects,
    refuse_constant,
    refuse_dependent,
)
from quesnay.models.regression.formula import parse_formula
from quesnay.models.regression.result import Estimate, attempted
from quesnay.models.regression.sample import Roles, Sample, draw_sample

__all__ = [
    "Asked",
    "Equation",
    "fit_instrumental",
    "read_equation",
    "to_linearmodels",
]


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


def fit_instrumental(
    formula: str,
    data: pd.DataFrame,
    *,
    endogenous: str | Sequence[str],
    instruments: str | Sequence[str],
    absorb: str | Sequence[str] = (),
    cluster: str | None = None,
    method: str = "2sls",
) -> Estimate:
    """Estimate an equation with regressors that are related to its error.

    Parameters
    ----------
    formula : str
        The structural equation, endogenous regressors included: ``"ln_va ~ ln_ict + ln_k"``.
    data : DataFrame
        One row an observation.
    endogenous : str or sequence of str
        Terms of the formula that are endogenous.
    instruments : str or sequence of str
        Excluded instruments: columns or terms, at least as many.
    absorb : str or sequence of str
        Fixed effects, ``"a:b"`` for interactions.
    cluster : str, optional
        Column of clusters: CR1 errors; HC1 without.
    method : {"2sls", "liml"}
        Two-stage least squares or limited-information maximum likelihood.

    Returns
    -------
    Estimate
        Coefficients with tests of strength (effective F), need (Durbin-Wu-Hausman) and, where
        overidentified, agreement (Hansen's J with the errors of the fit, and Sargan); with one
        instrument the Anderson-Rubin set, the first-stage slope and the least-squares slope among
        the details.

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
    parts = read_equation(formula, data, Asked(endogenous, instruments, absorb, cluster))
    found = instrumental_variables(
        parts.y,
        parts.X,
        parts.Z,
        parts.W if parts.W.shape[1] else None,
        method=cast(Any, method),
        clusters=parts.clusters,
        absorbed=parts.absorbed,
    )
    names = [*parts.endogenous, *parts.exogenous]
    order = [name for name in parts.order if name in names]
    covariance = pd.DataFrame(found.covariance, names, names).loc[order, order]
    label = "two-stage least squares" if method == "2sls" else f"LIML (kappa {found.kappa:.4f})"
    details, notes = _details(found, parts)
    rule = "HC1" if parts.clusters is None else f"CR1, {found.df + 1} clusters of {cluster}"
    return Estimate(
        f"{label}, instruments {', '.join(parts.instruments)}",
        parts.outcome,
        pd.Series(found.coefficients, index=names).loc[order],
        covariance,
        float(found.df),
        parts.y.size,
        rule,
        _tests(found, parts),
        details,
        notes,
    )


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
    parts = read_equation(formula, data, Asked(endogenous, instruments, absorb, None))
    index = parts.index
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
    if len(parts.endogenous) == 1:
        tests.insert(0, first_stage(found, clusters=parts.clusters))
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
    notes = [f"{parts.dropped} rows are not used."] if parts.dropped else []
    if parts.X.shape[1] == 1 and parts.Z.shape[1] == 1:
        stage = project(parts.X[:, 0], np.column_stack([parts.Z, parts.W])).coefficients[0]
        details[f"first stage, {parts.instruments[0]}"] = float(stage)
        robust = anderson_rubin(found, clusters=parts.clusters)
        details["Anderson-Rubin set, low"] = robust.low
        details["Anderson-Rubin set, high"] = robust.high
        notes.append(f"The 95 % Anderson-Rubin set is of the shape: {robust.shape}.")
    return details, tuple(notes)


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

"""To and from other libraries: our fits as results of statsmodels, theirs as fits of ours."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.fitting.regression.covariance import CR1, HC1, Classical
from quesnay.fitting.regression.least_squares import CovarianceRule
from quesnay.models.regression.columns import Grouping, group_column
from quesnay.models.regression.panel import fit_sample
from quesnay.models.regression.sample import Dropped, Sample

if TYPE_CHECKING:
    from quesnay.models.regression.result import PanelFit

ACCEPTED = "a fit of quesnay, OLS or WLS of statsmodels, PooledOLS or PanelOLS of linearmodels"


def to_statsmodels(fit: "PanelFit") -> Any:
    """Return statsmodels' results of the regression: see `PanelFit.to_statsmodels`."""
    from statsmodels.regression.linear_model import OLS

    regression, names = fit.regression, list(fit.names)
    outcome = regression.X @ fit.coefficients + regression.residuals
    y = pd.Series(outcome, fit.index, name=fit.outcome_name)
    results = OLS(y, pd.DataFrame(regression.X, fit.index, names)).fit()
    inner = results._results
    inner.df_resid = float(fit.df_resid)
    inner.model.df_resid = float(fit.df_resid)
    inner.scale = fit.sigma**2
    inner.cov_params_default = fit.inference.matrix
    inner.cov_type = fit.inference.name
    inner.cov_kwds = {"description": fit.rule}
    inner.use_t = True
    inner.df_resid_inference = float(fit.inference.df.min())
    return results


def from_results(result: Any) -> "PanelFit":
    """Read fitted results of statsmodels or linearmodels as a regression of ours.

    Least squares is done again on their arrays; coefficients must agree. Errors are classical where
    theirs are, clustered where they name clusters, else HC1.
    """
    kind = type(result).__module__.partition(".")[0]
    if kind == "statsmodels":
        sample, outcome, rule = _of_statsmodels(result)
    elif kind == "linearmodels":
        sample, outcome, rule = _of_linearmodels(result)
    else:
        raise DataError(f"expected a fit: {ACCEPTED}; got {type(result).__name__}")
    fit = fit_sample(sample, rule, formula=f"{outcome} ~ (given columns)", outcome=outcome)
    theirs = result.params
    if sample.effects:  # these span the constant, which is theirs only
        theirs = theirs[[str(name) in fit.names for name in theirs.index]]
    theirs = np.asarray(theirs, dtype=np.float64)
    size = np.abs(theirs).max(initial=0.0)
    if theirs.shape != fit.coefficients.shape or np.abs(theirs - fit.coefficients).max() > (
        1e-6 * size
    ):
        raise DataError(
            f"{type(result).__name__}: its coefficients are not those of least squares on its "
            f"columns; expected {ACCEPTED}"
        )
    return fit


def _of_statsmodels(result: Any) -> tuple[Sample, str, CovarianceRule]:
    model: Any = getattr(result, "model", None)
    if type(model).__name__ not in {"OLS", "WLS"}:
        name = type(model if model is not None else result).__name__
        raise DataError(f"{name} of statsmodels is not diagnosed here; expected {ACCEPTED}")
    if not hasattr(result, "cov_type"):  # regularised: no errors, and not least squares
        raise DataError(f"{type(result).__name__} are not diagnosed here; expected {ACCEPTED}")
    index = pd.Index(model.data.row_labels if model.data.row_labels is not None else [])
    index = index if len(index) else pd.RangeIndex(model.endog.size)
    weights = model.weights if type(model).__name__ == "WLS" else None
    groups = (getattr(result, "cov_kwds", None) or {}).get("groups")
    clusters: tuple[Grouping, ...] = ()
    if result.cov_type == "cluster" and groups is not None:
        columns = np.asarray(groups).reshape(model.endog.size, -1)
        clusters = tuple(_grouping(f"cluster {k}", c) for k, c in enumerate(columns.T, start=1))
    names = model.exog_names
    sample = _sample(index, model.endog, model.exog, names, clusters=clusters, weights=weights)
    return sample, str(model.endog_names), _rule(result.cov_type == "nonrobust", clusters)


def _of_linearmodels(result: Any) -> tuple[Sample, str, CovarianceRule]:
    model: Any = getattr(result, "model", None)
    if type(model).__name__ not in {"PooledOLS", "PanelOLS"}:
        name = type(model if model is not None else result).__name__
        raise DataError(f"{name} of linearmodels is not diagnosed here; expected {ACCEPTED}")
    frame = model.dependent.dataframe
    unit, time = (
        _grouping(str(frame.index.names[k] or f"level {k}"), frame.index.get_level_values(k))
        for k in (0, 1)
    )
    effects = []
    if getattr(model, "entity_effects", False):
        effects.append(unit)
    if getattr(model, "time_effects", False):
        effects.append(time)
    if getattr(model, "other_effects", False):
        others = model._other_effect_cats.dataframe
        effects.extend(_grouping(str(name), group) for name, group in others.items())
    said = str(getattr(result, "_cov_type", getattr(result, "cov_estimator", "")))
    clusters = (unit,) if "luster" in said else ()
    weights = np.asarray(model.weights.values2d, dtype=np.float64).ravel()
    sample = _sample(
        frame.index,
        frame.to_numpy().ravel(),
        model.exog.values2d,
        list(model.exog.vars),
        clusters=clusters,
        weights=None if np.ptp(weights) == 0.0 else weights,
    )
    sample = _with_panel(sample, unit, time, tuple(effects))
    plain = "nadjusted" in said
    return sample, str(frame.columns[0]), _rule(plain, clusters)


def _with_panel(
    sample: Sample, unit: Grouping, time: Grouping, effects: tuple[Grouping, ...]
) -> Sample:
    names = sample.names
    if effects and "Intercept" in names:  # the effects span it
        sample = sample.without([names.index("Intercept")])
    return replace(sample, unit=unit, periods=time, effects=effects)


def _sample(
    index: pd.Index,
    outcome: Any,
    design: Any,
    names: Any,
    *,
    clusters: tuple[Grouping, ...],
    weights: Any,
) -> Sample:
    X = np.asarray(design, dtype=np.float64)
    constant = [bool((column == 1.0).all()) for column in X.T]
    labels = ["Intercept" if c else str(n) for n, c in zip(names, constant, strict=True)]
    return Sample(
        index=index,
        outcome=np.asarray(outcome, dtype=np.float64).ravel(),
        design=X,
        names=tuple(labels),
        effects=(),
        clusters=clusters,
        periods=None,
        weights=None if weights is None else np.asarray(weights, dtype=np.float64),
        dropped=Dropped(),
        owners=tuple(() for _ in labels),
    )


def _grouping(name: str, labels: Any) -> Grouping:
    return group_column(pd.DataFrame({name: np.asarray(labels)}), name, "cluster")


def _rule(plain: bool, clusters: tuple[Grouping, ...]) -> CovarianceRule:
    if clusters:
        return CR1()
    return Classical() if plain else HC1()

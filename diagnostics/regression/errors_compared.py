"""Coefficients under classical, recommended and bootstrap errors, and where conclusions differ."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from quesnay.diagnostics.regression.examined import Examined
from quesnay.fitting.errors import DataError, EstimationError
from quesnay.fitting.regression.covariance import HC3, Classical, CovarianceEstimate
from quesnay.fitting.regression.covariance_clustered import CR1, CR2

__all__ = ["ErrorsCompared", "compare_errors"]

Array = npt.NDArray[np.float64]

FEW_CLUSTERS = 40


@dataclass(frozen=True, slots=True, eq=False)
class ErrorsCompared:
    """Standard errors and p-values of one fit under several rules.

    Parameters
    ----------
    frame : DataFrame
        Term x: estimate, as fitted, classical, recommended and bootstrap errors, p-values, the
        recommended interval, and a flag in words where conclusions at 5 % differ.
    recommended : str
        Name and rule of the recommended errors.
    ratio : float
        Largest recommended over classical error among the slopes.
    term : str
        The slope with that ratio.
    note : str
        How the bootstrap was done, or why it could not be.
    """

    frame: pd.DataFrame
    recommended: str
    ratio: float
    term: str
    note: str


def compare_errors(examined: Examined, *, draws: int = 999, seed: int = 0) -> ErrorsCompared:
    """Compute the errors of a fit under the rules a referee would ask for.

    Recommended: CR2 with Satterthwaite degrees of freedom under 40 clusters, CR1 from 40 on, HC3
    without clusters. Bootstrap: errors from resampled clusters or rows, p-values from the wild
    cluster bootstrap with the null imposed (percentile ones without clusters).

    Parameters
    ----------
    examined : Examined
        The regression.
    draws : int
        Bootstrap draws.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    ErrorsCompared
        One row a term.

    Raises
    ------
    EstimationError
        If there is one cluster only or no degree of freedom.

    Examples
    --------
    >>> from quesnay.diagnostics.regression.examined import examine
    >>> from quesnay.models.regression.panel import fit_panel
    >>> frame = pd.DataFrame({"x": np.arange(20.0)})
    >>> frame["y"] = frame["x"] + np.cos(frame["x"])
    >>> compare_errors(examine(fit_panel("y ~ x", frame))).recommended[:3]
    'HC3'
    """
    fit = examined.fit
    regression = fit.regression
    b = fit.estimate.coefficients
    plain = Classical().estimate(regression)
    best = _recommended(examined)
    boot = _bootstrap(examined, draws, seed)
    used, classical, recommended = (_errors(part) for part in (fit.inference, plain, best))
    reach = special.stdtrit(best.df, 0.975) * recommended
    p_plain, p_best = _p_values(b, plain), _p_values(b, best)
    frame = pd.DataFrame(
        {
            "estimate": b,
            "as_fitted": used,
            "classical": classical,
            "recommended": recommended,
            "bootstrap": boot.errors,
            "p_classical": p_plain,
            "p_recommended": p_best,
            "p_bootstrap": boot.p_values,
            "df": best.df,
            "conf_low": b - reach,
            "conf_high": b + reach,
            "flag": [_flag(*row) for row in zip(p_plain, p_best, boot.p_values, strict=True)],
        },
        index=pd.Index(fit.names, name="term"),
    )
    slopes = [i for i, name in enumerate(fit.names) if name != "Intercept"] or [0]
    ratios = recommended / np.maximum(classical, 1e-300)
    top = max(slopes, key=lambda i: float(ratios[i]))
    return ErrorsCompared(
        frame,
        f"{best.name}: {best.rule}",
        float(ratios[top]),
        fit.names[top],
        boot.note,
    )


@dataclass(frozen=True, slots=True)
class _Boot:
    errors: Array
    p_values: Array
    note: str


def _bootstrap(examined: Examined, draws: int, seed: int) -> _Boot:
    fit = examined.fit
    lost = np.full(len(fit.names), np.nan)
    try:
        if not fit.sample.clusters:
            return _resampled_rows(examined, draws, seed)
        wild = [fit.wild_bootstrap(term, draws=draws, seed=seed) for term in fit.names]
    except (DataError, EstimationError) as reason:
        return _Boot(lost, lost, f"none: {reason}")
    p_values = np.array([found.pvalue for found in wild])
    kind = "all sign patterns" if wild[0].exact else f"{wild[0].draws} draws"
    try:
        found = fit.bootstrap(draws=draws, seed=seed)
        errors, how = found.std_errors.to_numpy(), f"{found.method}, {found.failed} draws lost"
    except (DataError, EstimationError) as reason:
        errors, how = lost, f"none ({reason})"
    return _Boot(errors, p_values, f"errors: {how}; p-values: wild cluster bootstrap, {kind}")


def _resampled_rows(examined: Examined, draws: int, seed: int) -> _Boot:
    found = examined.fit.bootstrap(draws=draws, seed=seed)
    below = (found.replications <= 0.0).mean().to_numpy()
    tail = np.minimum(below, 1.0 - below) + 1.0 / (len(found.replications) + 1)
    note = f"errors and percentile p-values: {found.method}, {found.failed} draws lost"
    return _Boot(found.std_errors.to_numpy(), np.minimum(1.0, 2.0 * tail), note)


def _recommended(examined: Examined) -> CovarianceEstimate:
    clusters = examined.fit.sample.clusters
    if not clusters:
        return HC3().estimate(examined.fit.regression)
    few = min(grouping.count for grouping in clusters) < FEW_CLUSTERS
    return (CR2() if few else CR1()).estimate(examined.fit.regression)


def _errors(estimate: CovarianceEstimate) -> Array:
    return np.asarray(np.sqrt(np.diag(estimate.matrix)))


def _p_values(b: Array, estimate: CovarianceEstimate) -> Array:
    return np.asarray(2.0 * special.stdtr(estimate.df, -np.abs(b / _errors(estimate))))


def _flag(classical: float, recommended: float, bootstrap: float) -> str:
    p_values = {"classical": classical, "recommended": recommended, "bootstrap": bootstrap}
    known = {name: p for name, p in p_values.items() if np.isfinite(p)}
    yes = [name for name, p in known.items() if p < 0.05]
    if len(yes) in {0, len(known)}:
        return ""
    return f"5 %: only {' and '.join(yes)}"

"""Coefficients under classical, recommended and bootstrap errors, and where conclusions differ."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from quesnay.diagnostics.regression.examined import Examined
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.covariance import HC3, Classical, CovarianceEstimate
from quesnay.fitting.regression.covariance_clustered import CR1, CR2
from quesnay.fitting.regression.pairs_bootstrap import pairs_bootstrap

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
    lost_draws : int
        Bootstrap draws that did not identify the coefficients.
    """

    frame: pd.DataFrame
    recommended: str
    ratio: float
    term: str
    lost_draws: int


def compare_errors(examined: Examined, *, draws: int = 999, seed: int = 0) -> ErrorsCompared:
    """Compute the errors of a fit under the rules a referee would ask for.

    Recommended: CR2 with Satterthwaite degrees of freedom under 40 clusters, CR1 from 40 on, HC3
    without clusters. Bootstrap: clusters (or rows) resampled, effects held, percentile p-values.

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
    codes = None if examined.cluster is None else examined.cluster.codes
    boot = pairs_bootstrap(examined.projection, codes, draws=draws, seed=seed)
    kept = boot[np.isfinite(boot).all(axis=1)]
    if kept.shape[0] < max(20, draws // 2):
        raise EstimationError(
            f"bootstrap: {draws - kept.shape[0]} of {draws} draws do not identify the "
            "coefficients; some term varies in too few clusters"
        )
    below = (kept <= 0.0).mean(axis=0)
    p_boot = np.minimum(1.0, 2.0 * np.minimum(below, 1.0 - below) + 1.0 / (kept.shape[0] + 1))
    used, classical, recommended = (_errors(part) for part in (fit.inference, plain, best))
    reach = special.stdtrit(best.df, 0.975) * recommended
    p_plain, p_best = _p_values(b, plain), _p_values(b, best)
    frame = pd.DataFrame(
        {
            "estimate": b,
            "as_fitted": used,
            "classical": classical,
            "recommended": recommended,
            "bootstrap": kept.std(axis=0, ddof=1),
            "p_classical": p_plain,
            "p_recommended": p_best,
            "p_bootstrap": p_boot,
            "df": best.df,
            "conf_low": b - reach,
            "conf_high": b + reach,
            "flag": [_flag(*row) for row in zip(p_plain, p_best, p_boot, strict=True)],
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
        draws - kept.shape[0],
    )


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
    found = {
        "classical": classical < 0.05,
        "recommended": recommended < 0.05,
        "bootstrap": bootstrap < 0.05,
    }
    yes = [name for name, sure in found.items() if sure]
    if len(yes) in {0, 3}:
        return ""
    return f"5 %: only {' and '.join(yes)}"

"""Checks of a regression that are figures with a rule, not tests with a law."""

import numpy as np
from scipy import special

from quesnay.diagnostics.regression.examined import Examined
from quesnay.fitting.assumptions.collinearity import collinearity
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.verdict import TestResult, Wording, judged
from quesnay.models.regression.columns import Grouping

__all__ = [
    "FEW_CLUSTERS",
    "allows_for",
    "effective_clusters",
    "effective_count",
    "inflation",
    "outlier",
]

FEW_CLUSTERS = 40  # under which the usual clustered errors are too small

OUTLIER = Wording(
    "no row is an outlier",
    "a row lies too far off",
    "one row may carry the estimate; see the influence table",
    "check its source; report with and without it",
)


def inflation(examined: Examined) -> TestResult:
    """Judge the largest variance inflation factor (10) and condition index (30).

    Parameters
    ----------
    examined : Examined
        The regression.

    Returns
    -------
    TestResult
        Without p-value: a rule of Belsley, Kuh and Welsch (1980), sec. 3.2.

    Raises
    ------
    EstimationError
        If there is no varying regressor.
    """
    found = collinearity(examined.X)
    if not np.isfinite(found.inflation).any():
        raise EstimationError("no regressor varies")
    place = int(np.nanargmax(found.inflation))
    top, index = float(found.inflation[place]), float(found.condition_indices[-1])
    name = examined.fit.names[place]
    if top > 10.0:
        words = (
            f"high: {name} is nearly a combination of the others",
            f"its error is {np.sqrt(top):.2g} x what unrelated regressors would give",
            "drop or combine regressors; a wider sample",
        )
    else:
        words = (f"low: largest for {name}", "none", "none needed")
    law = f"rule: 10; condition index {index:.3g} (rule: 30)"
    null = "regressors are not nearly dependent"
    return TestResult("Variance inflation", null, top, law, float("nan"), *words)


def outlier(examined: Examined) -> TestResult:
    """Test the largest studentised residual among n (Bonferroni; Cook and Weisberg 1982).

    Parameters
    ----------
    examined : Examined
        The regression.

    Returns
    -------
    TestResult
        The largest absolute t with n times its two-sided p-value.

    Raises
    ------
    EstimationError
        If every row fits itself.
    """
    t = np.abs(examined.influence.studentised)
    if not np.isfinite(t).any():
        raise EstimationError("every row fits itself")
    place = int(np.nanargmax(t))
    free = examined.fit.df_resid - 1
    p_value = min(1.0, 2.0 * int(np.isfinite(t).sum()) * float(special.stdtr(free, -t[place])))
    words = Wording(
        OUTLIER.null,
        f"{examined.names[place]} lies too far off",
        OUTLIER.consequence,
        OUTLIER.remedy,
    )
    return judged("Outlier (Bonferroni)", float(t[place]), f"n x t({free})", p_value, words)


def effective_clusters(examined: Examined) -> TestResult:
    """Count clusters by how evenly they carry the estimate.

    ``G* = G / (1 + CV^2)``, CV the coefficient of variation of the clusters' leverages.

    Parameters
    ----------
    examined : Examined
        A regression with clusters.

    Returns
    -------
    TestResult
        Without p-value; under 40 the usual clustered errors are too small.

    Raises
    ------
    EstimationError
        If there are no clusters.

    References
    ----------
    Carter, Schnepel and Steigerwald (2017), Review of Economics and Statistics 99, eq. 8, with
    leverages for the terms of the sum.
    """
    if examined.cluster is None:
        raise EstimationError("no clusters are named")
    count, even = examined.cluster.count, effective_count(examined, examined.cluster)
    used = examined.fit.inference.name
    if even < FEW_CLUSTERS:
        words = (
            f"few: {count} clusters count like {even:.3g}",
            "CR1 errors with t(G - 1) are too small",
            f"none needed: {used} is made for few clusters"
            if used.startswith(("CR2", "CR3"))
            else "use CR2 with Satterthwaite degrees of freedom, or the wild cluster bootstrap",
        )
    else:
        words = (f"enough: {count} clusters count like {even:.3g}", "none", "none needed")
    null = "there are many clusters of like weight"
    return TestResult("Effective clusters", null, even, "rule: 40", float("nan"), *words)


def effective_count(examined: Examined, clusters: Grouping) -> float:
    """Return how many clusters of like leverage those of a regression are worth.

    Parameters
    ----------
    examined : Examined
        The regression.
    clusters : Grouping
        Its clusters.

    Returns
    -------
    float
        At most their number.
    """
    share = np.bincount(clusters.codes, examined.projection.leverage, minlength=clusters.count)
    return clusters.count / (1.0 + float(share.var() / share.mean() ** 2))


def allows_for(examined: Examined, fault: str) -> bool:
    """Tell whether the errors as fitted stay right under a fault of the error term.

    Parameters
    ----------
    examined : Examined
        The regression.
    fault : {"variance", "time", "units"}
        Unequal variances; correlation over the times of a unit; correlation across units of a time.

    Returns
    -------
    bool
        Variances: all errors but the classical. Times: Driscoll-Kraay, or clusters that hold whole
        units. Units: Driscoll-Kraay, or clusters that hold whole times.
    """
    if fault == "variance":
        return examined.fit.inference.name != "classical"
    if examined.fit.inference.name.startswith("Driscoll-Kraay"):
        return True
    whole = examined.unit if fault == "time" else examined.time
    return whole is not None and any(
        np.unique(np.stack([whole.codes, cluster.codes]), axis=1).shape[1] == whole.count
        for cluster in examined.fit.sample.clusters
    )

"""Errors from replications of a regression: bootstrap and jackknife."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.fitting.checks import Seed, confidence_level, make_generator
from quesnay.fitting.errors import DataError
from quesnay.fitting.regression.resampling import (
    Replications,
    bootstrap_coefficients,
    jackknife_coefficients,
)
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.columns import Grouping

if TYPE_CHECKING:
    from quesnay.models.regression.result import PanelFit

__all__ = ["ReplicatedFit", "bootstrap_fit", "jackknife_fit", "only_cluster"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReplicatedFit(Tabular):
    """Errors of coefficients from replications of the regression.

    Parameters
    ----------
    method : str
        ``"pairs bootstrap"``, ``"cluster bootstrap"``, ``"jackknife"`` or ``"cluster jackknife"``.
    params : Series
        Estimates on the whole sample.
    replications : DataFrame
        Coefficients, one row a replication; labelled by what was left out in a jackknife.
    covariance : DataFrame
        Covariance of the coefficients.
    failed : int
        Resamples without a solution, left out.

    Examples
    --------
    >>> import quesnay as qn
    >>> frame = pd.DataFrame({"x": np.arange(12.0), "u": list("aaabbbcccddd")})
    >>> frame["y"] = frame["x"] + np.cos(frame["x"])
    >>> found = qn.fit_panel("y ~ x", frame, cluster="u").jackknife()
    >>> found.replications["x"].round(3).to_dict()
    {'a': 0.999, 'b': 0.904, 'c': 0.916, 'd': 1.001}
    """

    method: str
    params: pd.Series
    replications: pd.DataFrame
    covariance: pd.DataFrame
    failed: int

    @property
    def std_errors(self) -> pd.Series:
        """Standard errors."""
        errors = np.sqrt(np.diag(self.covariance.to_numpy()))
        return pd.Series(errors, self.params.index, name="std_error")

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Return percentile intervals of a bootstrap.

        Raises
        ------
        DataError
            If the replications are a jackknife's, which has none, or `level` is no coverage.
        """
        level = confidence_level(level)
        if "jackknife" in self.method:
            raise DataError("a jackknife has no percentiles; use std_errors, or bootstrap")
        ends = self.replications.quantile([0.5 - level / 2, 0.5 + level / 2]).T
        return ends.set_axis(["low", "high"], axis="columns")

    def tables(self) -> tuple[Table, ...]:
        """Return estimates with their errors and the range of the replications."""
        frame = pd.DataFrame({"estimate": self.params, "std_error": self.std_errors})
        frame["lowest"], frame["highest"] = self.replications.min(), self.replications.max()
        notes = [f"{len(self.replications):,} replications."]
        if self.failed:
            notes.append(f"{self.failed:,} resamples had no solution and are left out.")
        return (Table(self.method.capitalize(), frame, tuple(notes)),)


def bootstrap_fit(fit: "PanelFit", *, draws: int = 1999, seed: Seed = 0) -> ReplicatedFit:
    """Resample clusters where the fit has them, else rows, and estimate again.

    Parameters
    ----------
    fit : PanelFit
        The regression.
    draws : int, default 1999
        Number of resamples.
    seed : int, SeedSequence or Generator, default 0
        Source of randomness.

    Returns
    -------
    ReplicatedFit
        Errors and percentile intervals.

    Raises
    ------
    EstimationError
        If rows would be resampled under absorbed effects, or there are two dimensions of clusters.

    Examples
    --------
    >>> from quesnay.models.regression.panel import fit_panel
    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5, 6.5, 7.0], "x": [0.0, 1, 2, 3, 4, 5]})
    >>> bootstrap_fit(fit_panel("y ~ x", frame), draws=100).method
    'pairs bootstrap'
    """
    regression = fit.regression
    cluster = only_cluster(fit, "the bootstrap") if fit.sample.clusters else None
    found = bootstrap_coefficients(
        regression,
        fit.estimate.coefficients,
        draws=draws,
        generator=make_generator(seed),
        codes=None if cluster is None else cluster.codes,
    )
    index = pd.RangeIndex(found.draws.shape[0], name="draw")
    method = "pairs bootstrap" if cluster is None else "cluster bootstrap"
    return _replicated(fit, method, index, found)


def jackknife_fit(fit: "PanelFit") -> ReplicatedFit:
    """Leave out each cluster where the fit has them, else each row, in closed form.

    Parameters
    ----------
    fit : PanelFit
        The regression.

    Returns
    -------
    ReplicatedFit
        Coefficients without each unit, and the errors they imply.

    Raises
    ------
    EstimationError
        If a coefficient rests on one unit, or there are two dimensions of clusters.

    Examples
    --------
    >>> from quesnay.models.regression.panel import fit_panel
    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 3.0]})
    >>> jackknife_fit(fit_panel("y ~ 1", frame)).replications["Intercept"].round(9).tolist()
    [2.5, 2.0, 1.5]
    """
    cluster = only_cluster(fit, "the jackknife") if fit.sample.clusters else None
    codes = None if cluster is None else cluster.codes
    found = jackknife_coefficients(fit.regression, fit.estimate.coefficients, codes)
    if cluster is None:
        method, index = "jackknife", fit.index
    else:
        method, index = "cluster jackknife", pd.Index(cluster.labels, name=cluster.name)
    return _replicated(fit, method, index, found)


def _replicated(
    fit: "PanelFit", method: str, index: pd.Index, found: Replications
) -> ReplicatedFit:
    names = pd.Index(fit.names)
    return ReplicatedFit(
        method=method,
        params=pd.Series(fit.estimate.coefficients, names, name="estimate"),
        replications=pd.DataFrame(found.draws, index, names),
        covariance=pd.DataFrame(found.covariance, names, names),
        failed=found.failed,
    )


def only_cluster(fit: "PanelFit", what: str) -> Grouping:
    """Return the one dimension of clusters of `fit`, which `what` needs, or refuse."""
    clusters = fit.sample.clusters
    if len(clusters) != 1:
        raise DataError(
            f"{what} needs one dimension of clusters, the fit has {len(clusters)}: "
            "fit again with cluster= one column"
        )
    return clusters[0]

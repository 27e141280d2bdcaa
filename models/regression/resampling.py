"""Errors and tests from resampling a regression: bootstrap, jackknife, wild cluster bootstrap."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.fitting.checks import Seed, confidence_level, make_generator, percent
from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.fitting.regression.clusters import is_nested
from quesnay.fitting.regression.resampling import (
    Replications,
    bootstrap_coefficients,
    jackknife_coefficients,
    prepare_wild,
    refit_bootstrap,
    refit_jackknife,
    wild_weights,
)
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.columns import Grouping
from quesnay.models.regression.functions import check_null

if TYPE_CHECKING:
    from quesnay.models.regression.result import PanelFit

_AGAIN = "qn.bootstrap(statistic, data, cluster=...) with a function that fits again"


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


def bootstrap_fit(fit: "PanelFit", *, draws: int, seed: Seed) -> ReplicatedFit:
    """Resample clusters where the fit has them, else rows (units), and estimate again."""
    cluster, codes = _resampled(fit, "the bootstrap")
    options: Any = {"draws": draws, "generator": make_generator(seed), "codes": codes}
    if fit.estimator is None:
        found = bootstrap_coefficients(fit.regression, fit.coefficients, **options)
    else:
        found = refit_bootstrap(fit.estimator, **options)
    index = pd.RangeIndex(found.draws.shape[0], name="draw")
    method = "pairs bootstrap" if cluster is None else "cluster bootstrap"
    return _replicated(fit, method, index, found)


def jackknife_fit(fit: "PanelFit") -> ReplicatedFit:
    """Leave out each cluster where the fit has them, else each row (unit)."""
    cluster, codes = _resampled(fit, "the jackknife")
    if fit.estimator is None:
        found = jackknife_coefficients(fit.regression, fit.coefficients, codes)
    else:
        found = refit_jackknife(fit.estimator, fit.coefficients, codes)
    if cluster is None:
        method, index = "jackknife", fit.index
    else:
        method, index = "cluster jackknife", pd.Index(cluster.labels, name=cluster.name)
    return _replicated(fit, method, index, found)


def _resampled(fit: "PanelFit", what: str) -> tuple[Grouping | None, Any]:
    """Return what is drawn or left out as one (clusters, units, or None: rows), and its codes.

    What is estimated again needs clusters that hold effects and units whole, and codes of rows.
    """
    _refuse_slopes(fit, f"{what} of a fit")
    unit = None if fit.theta is None else fit.sample.unit
    group = only_cluster(fit, what) if fit.sample.clusters else unit
    codes = None if group is None else group.codes
    if fit.estimator is None:
        return group, codes
    for inside in filter(None, (*fit.sample.effects, unit)):
        if codes is None or not is_nested(inside.codes, codes):
            raise DataError(
                f"{what} of a fit of {fit.method} draws clusters that hold groups of "
                f"{inside.name} whole: fit again with such a cluster=, or use {_AGAIN}"
            )
    return group, np.arange(fit.nobs) if codes is None else codes


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


def _refuse_slopes(fit: "PanelFit", what: str) -> None:
    if fit.sample.slopes:
        raise DataError(f"{what} does not take absorbed slopes: use {_AGAIN}")


def only_cluster(fit: "PanelFit", what: str) -> Grouping:
    """Return the one dimension of clusters of `fit`, which `what` needs, or refuse."""
    clusters = fit.sample.clusters
    if len(clusters) != 1:
        raise DataError(
            f"{what} needs one dimension of clusters, the fit has {len(clusters)}: "
            "fit again with cluster= one column"
        )
    return clusters[0]


@dataclass(frozen=True, slots=True, repr=False)
class WildTest(Tabular):
    """A wild cluster bootstrap test of one coefficient.

    Parameters
    ----------
    term : str
        The coefficient.
    estimate : float
        Its estimate.
    null : float
        Value tested.
    pvalue : float
        Two-sided.
    low, high : float
        Values that the test does not reject at ``1 - level``; infinite where it rejects none.
    level : float
        Coverage of the interval.
    draws : int
        Draws used.
    exact : bool
        Whether all sign patterns were enumerated.
    weights : str
        Distribution of the weights.
    clusters : int
        Number of clusters.

    Examples
    --------
    >>> import quesnay as qn
    >>> frame = pd.DataFrame({"x": np.arange(15.0), "u": list("aaabbbcccdddeee")})
    >>> frame["y"] = frame["x"] + 3 * np.cos(frame["x"])
    >>> found = qn.fit_panel("y ~ x", frame, cluster="u").wild_bootstrap("x")
    >>> found.exact, found.draws, found.pvalue
    (True, 32, 0.0625)
    """

    term: str
    estimate: float
    null: float
    pvalue: float
    low: float
    high: float
    level: float
    draws: int
    exact: bool
    weights: str
    clusters: int

    def tables(self) -> tuple[Table, ...]:
        """Return the test and its interval."""
        row = {
            "estimate": self.estimate,
            "null": self.null,
            "p_value": self.pvalue,
            "conf_low": self.low,
            "conf_high": self.high,
        }
        kind = "all sign patterns" if self.exact else f"{self.weights} weights"
        notes = (
            f"Null imposed, CR1 statistic; {self.clusters} clusters, {self.draws:,} draws, {kind}.",
            "Source: Cameron, Gelbach and Miller (2008); Roodman et al. (2019).",
        )
        title = f"Wild cluster bootstrap, {percent(self.level)} interval"
        return (Table(title, pd.DataFrame(row, [self.term]), notes),)


def wild_test(
    fit: "PanelFit",
    term: str,
    *,
    null: float = 0.0,
    draws: int = 9999,
    weights: str = "rademacher",
    seed: Seed = 0,
    level: float = 0.95,
) -> WildTest:
    """Test one coefficient by the wild cluster bootstrap with the null imposed."""
    if not isinstance(term, str) or term not in fit.names:
        hint = nearest(term, fit.names)
        raise DataError(f"there is no coefficient {shown(term)};{hint} see params")
    level = confidence_level(level)
    check_null(null)
    _refuse_slopes(fit, "the wild cluster bootstrap")
    if fit.estimator is not None:
        raise DataError(
            f"the wild cluster bootstrap is made for least squares, not for {fit.method}: use "
            "bootstrap(), which draws clusters and estimates again"
        )
    groups = only_cluster(fit, "the wild cluster bootstrap").count
    drawn = wild_weights(groups, kind=weights, draws=draws, generator=make_generator(seed))
    combination = np.array([float(name == term) for name in fit.names])
    bootstrap = prepare_wild(fit.regression, fit.estimate.coefficients, combination, drawn)
    low, high = bootstrap.interval(level)
    return WildTest(
        term=term,
        estimate=bootstrap.estimate,
        null=null,
        pvalue=bootstrap.p_value(null),
        low=low,
        high=high,
        level=level,
        draws=int(drawn.weights.shape[1]),
        exact=drawn.exact,
        weights=weights,
        clusters=groups,
    )

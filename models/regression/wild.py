"""The wild cluster bootstrap test of a coefficient, labelled."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.fitting.checks import Seed, confidence_level, make_generator, percent
from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.fitting.regression.resampling import prepare_wild, wild_weights
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.checks import check_null
from quesnay.models.regression.resampled import only_cluster

if TYPE_CHECKING:
    from quesnay.models.regression.result import PanelFit

__all__ = ["WildTest", "wild_test"]


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
    """Test one coefficient by the wild cluster bootstrap with the null imposed.

    Parameters
    ----------
    fit : PanelFit
        A regression with one dimension of clusters.
    term : str
        The coefficient.
    null : float, default 0
        Value tested.
    draws : int, default 9999
        Draws; all ``2^G`` sign patterns where these are no more.
    weights : {"rademacher", "webb"}
        Signs, or Webb's six points for fewer than about ten clusters.
    seed : int, SeedSequence or Generator, default 0
        Source of randomness.
    level : float, default 0.95
        Coverage of the interval, found by inverting the test.

    Returns
    -------
    WildTest
        p-value and interval.

    Raises
    ------
    DataError
        If there is no such coefficient, or an option is out of its range.
    EstimationError
        If there are no clusters, or two dimensions of them.

    Examples
    --------
    >>> from quesnay.models.regression.panel import fit_panel
    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5, 6.5, 7.0], "x": [0.0, 1, 2, 3, 4, 5]})
    >>> frame["g"] = [1, 1, 2, 2, 3, 3]
    >>> wild_test(fit_panel("y ~ x", frame, cluster="g"), "x").draws
    8
    """
    if not isinstance(term, str) or term not in fit.names:
        hint = nearest(term, fit.names)
        raise DataError(f"there is no coefficient {shown(term)};{hint} see params")
    level = confidence_level(level)
    check_null(null)
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

"""One figure out of several estimates of it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from quesnay.fitting.checks import choice, half_width
from quesnay.fitting.errors import DataError
from quesnay.fitting.regression.combination import combine_estimates
from quesnay.fitting.verdict import TestResult
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.estimate import frame_of_tests
from quesnay.models.regression.inputs import (
    Values,
    aligned_covariance,
    as_series,
)

__all__ = ["Combination", "combine"]

_RULES = {
    "inverse-variance": "Independent estimates of one value, weighted by their precision",
    "correlated": "Correlated estimates of one value, generalised least squares",
    "random": "Values that differ (Paule and Mandel 1982), Hartung-Knapp error",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Combination(Tabular):
    """Several estimates of one quantity made one.

    Parameters
    ----------
    estimate, std_error : float
        The combined value and its standard error, in the unit of the estimates.
    df : float
        Degrees of freedom of its interval; infinite for the normal.
    weights : Series
        Weight of each estimate, summing to one.
    estimates, std_errors : Series
        What was combined.
    tau : float
        Standard deviation of the true values around their mean (random effects), else zero.
    i2 : float
        Share of the spread that sampling does not explain, 0 to 1.
    homogeneity : TestResult
        Cochran's Q: do all estimates measure the same value?
    method : str
        How they were combined.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = qn.combine({"2012": 0.05, "2017": 0.09}, {"2012": 0.01, "2017": 0.02})
    >>> found.weights.round(2).to_dict(), round(found.i2, 3)
    ({'2012': 0.8, '2017': 0.2}, 0.687)
    """

    estimate: float
    std_error: float
    df: float
    weights: "pd.Series[float]"
    estimates: "pd.Series[float]"
    std_errors: "pd.Series[float]"
    tau: float
    i2: float
    homogeneity: TestResult
    method: str

    def conf_int(self, level: float = 0.95) -> tuple[float, float]:
        """Return the confidence interval of the combined value.

        Parameters
        ----------
        level : float
            Confidence level between 0 and 1.

        Raises
        ------
        DataError
            If the level is not between 0 and 1.
        """
        half = half_width(level, self.df) * self.std_error
        return self.estimate - half, self.estimate + half

    def tables(self) -> tuple[Table, ...]:
        """Return the estimates with their weights, and the test of homogeneity."""
        frame = pd.DataFrame(
            {"estimate": self.estimates, "std_error": self.std_errors, "weight": self.weights}
        )
        frame.loc["combined"] = [self.estimate, self.std_error, 1.0]
        low, high = self.conf_int()
        notes = (
            f"{_RULES[self.method]}.",
            f"95 % interval {low:.5g} to {high:.5g}; I2 {self.i2:.0%}; tau {self.tau:.4g}.",
        )
        test = Table("Do they measure one value?", frame_of_tests((self.homogeneity,)))
        return Table("Combined estimate", frame, notes, {"weight": ".1%"}), test


def combine(
    estimates: Values,
    std_errors: Values | None = None,
    *,
    covariance: pd.DataFrame | None = None,
    method: Literal["inverse-variance", "correlated", "random"] = "inverse-variance",
) -> Combination:
    """Combine several estimates of one quantity, such as one elasticity from several samples.

    Parameters
    ----------
    estimates : Series, mapping or sequence
        Estimates by name, in one unit.
    std_errors : Series, mapping or sequence, optional
        Their standard errors, aligned by name; give these or `covariance`.
    covariance : DataFrame, optional
        Covariance of the estimates, aligned by both labels.
    method : {"inverse-variance", "correlated", "random"}
        Independent with one true value; correlated; or true values that differ.

    Returns
    -------
    Combination
        Value, error, weights and a test of whether combining makes sense.

    Raises
    ------
    DataError
        If labels do not match, values are no numbers, or both or none of `std_errors` and
        `covariance` are given.
    EstimationError
        If fewer than two estimates are given or the covariance is not one.

    References
    ----------
    Halperin (1961), JASA 56; Paule and Mandel (1982), J. Research NBS 87; Hartung and Knapp
    (2001), Statistics in Medicine 20.

    Examples
    --------
    >>> found = combine({"2012": 0.05, "2017": 0.09}, {"2017": 0.02, "2012": 0.01})
    >>> round(found.estimate, 4), round(found.std_error, 5)
    (0.058, 0.00894)
    """
    choice(method, tuple(_RULES), "method")
    values = as_series(estimates, "estimates")
    if (std_errors is None) == (covariance is None):
        raise DataError("give either std_errors or covariance, not both and not neither")
    if std_errors is not None:
        errors = as_series(std_errors, "std_errors")
        if (errors <= 0).any():
            label = errors.index[errors <= 0][0]
            raise DataError(f"std_errors: {errors[label]} at {label!r}; must be positive")
        spread = aligned_covariance(errors**2, values.index, "std_errors")
    else:
        spread = aligned_covariance(covariance, values.index, "covariance")
    found = combine_estimates(values.to_numpy(), spread, method=method)
    return Combination(
        found.estimate,
        found.std_error,
        found.df,
        pd.Series(found.weights, index=values.index),
        values,
        pd.Series(np.sqrt(np.diag(spread)), index=values.index),
        float(np.sqrt(found.tau2)),
        found.i2,
        found.homogeneity,
        method,
    )

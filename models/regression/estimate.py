"""The one result type of the estimators beside ordinary panel least squares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import special

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.level import half_width
from quesnay.fitting.verdict import TestResult
from quesnay.models.display.table import Table, Tabular, estimates_frame
from quesnay.models.regression.variation import refuse_overflow

__all__ = ["Estimate", "attempted", "frame_of_tests", "tables_of_tests"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Estimate(Tabular):
    """Coefficients with their covariance, the tests that go with them, and what was assumed.

    Parameters
    ----------
    method : str
        The estimator in words.
    outcome : str
        Name of the outcome.
    params : Series
        Coefficients by term.
    covariance : DataFrame
        Their covariance, term by term.
    df : float
        Degrees of freedom of t; infinite for the normal.
    nobs : int
        Observations used.
    rule : str
        The covariance and its small-sample rule in words.
    tests : tuple of TestResult
        Specification tests of this estimator.
    details : mapping of str to float
        Further figures, such as variance components or shares.
    notes : tuple of str
        What was dropped, assumed or set.

    Examples
    --------
    >>> terms = ["e"]
    >>> covariance = pd.DataFrame([[0.0001]], index=terms, columns=terms)
    >>> found = Estimate("within", "y", pd.Series([0.05], terms), covariance, 30.0, 310, "CR1")
    >>> round(float(found.pvalues["e"]), 6)
    2.3e-05
    """

    method: str
    outcome: str
    params: "pd.Series[float]"
    covariance: pd.DataFrame
    df: float
    nobs: int
    rule: str
    tests: tuple[TestResult, ...] = ()
    details: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        refuse_overflow(self.covariance.to_numpy(), 0.0, [str(t) for t in self.params.index])

    @property
    def std_errors(self) -> "pd.Series[float]":
        """Standard errors by term."""
        return pd.Series(np.sqrt(np.diag(self.covariance)), index=self.params.index)

    @property
    def pvalues(self) -> "pd.Series[float]":
        """Two-sided p-values of zero by term."""
        t = -np.abs(self.params / self.std_errors)
        tail = special.ndtr(t) if np.isinf(self.df) else special.stdtr(self.df, t)
        return pd.Series(2.0 * tail, index=self.params.index)

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Return confidence intervals, columns ``low`` and ``high``.

        Parameters
        ----------
        level : float
            Confidence level between 0 and 1.

        Raises
        ------
        DataError
            If the level is not between 0 and 1.
        """
        half = half_width(level, self.df) * self.std_errors
        return pd.DataFrame({"low": self.params - half, "high": self.params + half})

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a term: estimate, error, test of zero and interval of `level`."""
        return estimates_frame(
            self.params.index,
            self.params,
            self.std_errors,
            statistic=self.params / self.std_errors,
            p_value=self.pvalues,
            interval=self.conf_int(level),
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: method, observations, degrees of freedom and further figures."""
        row = {"method": self.method, "nobs": self.nobs, "df": self.df, **self.details}
        return pd.DataFrame([row])

    def tables(self) -> tuple[Table, ...]:
        """Return the coefficients and the tests as tables."""
        more = tuple(f"{name}: {value:.5g}." for name, value in self.details.items())
        degrees = "normal" if np.isinf(self.df) else f"t with {self.df:.4g} degrees of freedom"
        notes = (f"{self.nobs:,} observations; errors: {self.rule}; {degrees}.", *more, *self.notes)
        title = f"{self.outcome}: {self.method}"
        first = Table(title, self.tidy().set_index("term"), notes, {"p_value": "p"})
        return first, *(tables_of_tests(self.tests, "Tests") if self.tests else ())


def attempted(name: str, test: Callable[[], TestResult]) -> TestResult:
    """Run a test, or return why the sample cannot carry it."""
    try:
        return test()
    except EstimationError as reason:
        words = (f"not testable: {reason}", "unknown", "none")
        return TestResult(name, "", float("nan"), "", float("nan"), *words)


def frame_of_tests(tests: tuple[TestResult, ...]) -> pd.DataFrame:
    """Lay test results out as a frame, one row a test, indexed by its name."""
    return pd.DataFrame(
        {
            "null": [test.null for test in tests],
            "statistic": [test.statistic for test in tests],
            "distribution": [test.distribution for test in tests],
            "p_value": [test.p_value for test in tests],
            "verdict": [test.verdict for test in tests],
            "consequence": [test.consequence for test in tests],
            "remedy": [test.remedy for test in tests],
        },
        index=pd.Index([test.name for test in tests], name="test"),
    )


def tables_of_tests(tests: tuple[TestResult, ...], title: str) -> tuple[Table, ...]:
    """Show tests as two tables: what they find, and what follows where something does."""
    frame = frame_of_tests(tests)
    found = frame[["statistic", "distribution", "p_value", "verdict"]]
    meaning = frame.loc[frame["consequence"] != "none", ["null", "consequence", "remedy"]]
    first = Table(title, found, (), {"p_value": "p"})
    return (first, Table("What it means", meaning)) if len(meaning) else (first,)

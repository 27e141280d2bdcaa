"""What a regression found, and the sample it rests on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr, stdtrit

from quesnay.fitting.checks import confidence_level
from quesnay.fitting.regression.covariance import CovarianceEstimate, Regression
from quesnay.fitting.regression.least_squares import LinearFit
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.answers import Answers
from quesnay.models.regression.sample import Sample
from quesnay.models.regression.showing import (
    augment_frame,
    fit_tables,
    glance_frame,
    labels_of,
    tidy_frame,
)

__all__ = ["PanelFit"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PanelFit(Answers, Tabular):
    """A linear regression: coefficients, their errors, residuals and what they rest on.

    Parameters
    ----------
    formula : str
        As written.
    outcome_name : str
        What is explained.
    intercept : bool
        Whether the design has an intercept of its own.
    sample : Sample
        Rows, outcome, design before absorption, effects, clusters, weights, dropped rows.
    estimate : LinearFit
        Coefficients and weighted residuals.
    regression : Regression
        Design after absorption (weighted), as covariances use it.
    inference : CovarianceEstimate
        Covariance, degrees of freedom and their rule.

    Examples
    --------
    >>> import quesnay as qn
    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
    >>> fit = qn.fit_panel("y ~ x", frame, covariance="classical")
    >>> fit.conf_int().round(2).loc["x"].tolist(), round(fit.rsquared, 3)
    ([0.42, 2.08], 0.954)
    """

    formula: str
    outcome_name: str
    intercept: bool
    sample: Sample
    estimate: LinearFit
    regression: Regression
    inference: CovarianceEstimate

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.sample.names

    @property
    def index(self) -> pd.Index:
        """Labels of the rows used."""
        return self.sample.index

    @property
    def nobs(self) -> int:
        """Number of rows used."""
        return self.regression.nobs

    @property
    def df_resid(self) -> int:
        """Rows less coefficients less degrees of freedom of the absorbed effects."""
        return self.regression.free

    @property
    def df_absorbed(self) -> int:
        """Degrees of freedom of the absorbed effects."""
        return self.regression.absorbed

    @property
    def df(self) -> pd.Series:
        """Degrees of freedom of Student's t by coefficient."""
        return self._series(self.inference.df, "df")

    @property
    def params(self) -> pd.Series:
        """Coefficients."""
        return self._series(self.estimate.coefficients, "estimate")

    @property
    def std_errors(self) -> pd.Series:
        """Standard errors."""
        return self._series(self._errors(), "std_error")

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariance of the coefficients."""
        return pd.DataFrame(self.inference.matrix, self.names, self.names)

    @property
    def tstats(self) -> pd.Series:
        """Coefficients over their standard errors."""
        return self._series(self._statistics(), "statistic")

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided p-values of each coefficient being zero, Student's t with `df`."""
        tail = stdtr(self.inference.df, -np.abs(self._statistics()))
        return self._series(2.0 * tail, "p_value")

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Return confidence intervals of the coefficients.

        Parameters
        ----------
        level : float, default 0.95
            Coverage, between 0 and 1.

        Returns
        -------
        DataFrame
            Columns ``low`` and ``high``.

        Examples
        --------
        >>> import quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
        >>> fit = qn.fit_panel("y ~ x", frame, covariance="classical")
        >>> fit.conf_int(0.9).round(2).loc["x"].to_dict()
        {'low': 0.68, 'high': 1.82}
        """
        level = confidence_level(level)
        reach = stdtrit(self.inference.df, 0.5 + level / 2) * self._errors()
        centre = self.estimate.coefficients
        return pd.DataFrame({"low": centre - reach, "high": centre + reach}, list(self.names))

    @property
    def resid(self) -> pd.Series:
        """Outcome less fitted values, in the outcome's unit, by row used."""
        return pd.Series(self._residuals(), self.index, name="resid")

    @property
    def fitted(self) -> pd.Series:
        """Fitted values, absorbed effects included, by row used."""
        return pd.Series(self._outcome() - self._residuals(), self.index, name="fitted")

    @property
    def rsquared(self) -> float:
        """Share of the outcome's variation that regressors and absorbed effects explain.

        Around its (weighted) mean; around zero where there is neither intercept nor effect.
        """
        return 1.0 - self.estimate.ssr / self._total()

    @property
    def rsquared_within(self) -> float:
        """Share of the variation left by the absorbed effects that regressors explain."""
        if self.regression.absorber is None:
            return self.rsquared
        explained = self.regression.X @ self.estimate.coefficients
        within = explained + self.estimate.residuals
        return 1.0 - self.estimate.ssr / float(within @ within)

    @property
    def sigma(self) -> float:
        """Standard error of the regression, ``sqrt(e'e / (n - K))``."""
        return float(np.sqrt(self.estimate.ssr / self.regression.need_freedom()))

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a coefficient: estimate, error, statistic, p-value, interval.

        Examples
        --------
        >>> import quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
        >>> fit = qn.fit_panel("y ~ x", frame, covariance="classical")
        >>> fit.tidy().round(3).set_index("term").loc["x", ["estimate", "p_value"]].to_dict()
        {'estimate': 1.25, 'p_value': 0.023}
        """
        return tidy_frame(self, level)

    def glance(self) -> pd.DataFrame:
        """Return one row about the whole regression.

        Examples
        --------
        >>> import quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
        >>> fit = qn.fit_panel("y ~ x", frame, covariance="classical")
        >>> fit.glance()[["nobs", "df_resid", "covariance"]].astype(str).loc[0].tolist()
        ['4', '2', 'classical']
        """
        return glance_frame(self)

    def augment(self) -> pd.DataFrame:
        """Return one row an observation used: outcome, fitted value, residual, weight.

        Examples
        --------
        >>> import quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
        >>> fit = qn.fit_panel("y ~ x", frame, covariance="classical")
        >>> fit.augment().round(3).loc[1].to_dict()
        {'y': 2.0, 'fitted': 2.25, 'resid': -0.25}
        """
        return augment_frame(self)

    def tables(self) -> tuple[Table, ...]:
        """Return the coefficients and the facts about the regression."""
        return fit_tables(self)

    def _series(self, values: Array, name: str) -> pd.Series:
        return pd.Series(values, labels_of(self.names).view(), name=name)

    def _errors(self) -> Array:
        return np.asarray(np.sqrt(self.inference.matrix.diagonal()))

    def _statistics(self) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.estimate.coefficients / self._errors()

    def _outcome(self) -> Array:
        return np.asarray(self.sample.outcome, dtype=np.float64)

    def _residuals(self) -> Array:
        weights = self.sample.weights
        return self.estimate.residuals / (1.0 if weights is None else np.sqrt(weights))

    def _total(self) -> float:
        y, weights = self._outcome(), self.sample.weights
        if self.intercept or self.sample.effects:
            y = y - np.average(y, weights=weights)
        return float(y @ y if weights is None else y**2 @ weights)

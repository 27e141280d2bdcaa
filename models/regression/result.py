"""What a regression found, and the sample it rests on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr, stdtrit

from quesnay.fitting.errors import DataError
from quesnay.fitting.regression.covariance import CovarianceEstimate, Regression
from quesnay.fitting.regression.least_squares import LinearFit
from quesnay.fitting.routes import route
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.sample import Sample

__all__ = ["PanelFit"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PanelFit(Tabular):
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
        """
        if not 0.0 < level < 1.0:
            raise DataError(f"level: {level!r} is no coverage between 0 and 1, such as 0.95")
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
        """Return one row a coefficient: estimate, error, statistic, p-value, interval."""
        bounds = self.conf_int(level)
        return pd.DataFrame(
            {
                "term": list(self.names),
                "estimate": self.estimate.coefficients,
                "std_error": self._errors(),
                "statistic": self._statistics(),
                "df": self.inference.df,
                "p_value": self.pvalues.to_numpy(),
                "conf_low": bounds["low"].to_numpy(),
                "conf_high": bounds["high"].to_numpy(),
            }
        )

    def glance(self) -> pd.DataFrame:
        """Return one row about the whole regression."""
        dropped = self.sample.dropped
        return pd.DataFrame(
            {
                "nobs": [self.nobs],
                "df_resid": [self.df_resid],
                "df_absorbed": [self.df_absorbed],
                "rsquared": [self.rsquared],
                "rsquared_within": [self.rsquared_within],
                "sigma": [self.sigma],
                "covariance": [self.inference.name],
                "clusters": [min((g.count for g in self.sample.clusters), default=0)],
                "dropped_missing": [dropped.missing],
                "dropped_zero_weight": [dropped.zero_weight],
                "dropped_singletons": [dropped.singletons],
            }
        )

    def augment(self) -> pd.DataFrame:
        """Return one row an observation used: outcome, fitted value, residual, weight."""
        columns = {
            self.outcome_name: self._outcome(),
            "fitted": self.fitted.to_numpy(),
            "resid": self._residuals(),
        }
        if self.sample.weights is not None:
            columns["weight"] = self.sample.weights
        return pd.DataFrame(columns, self.index)

    def tables(self) -> tuple[Table, ...]:
        """Return the coefficients and the facts about the regression."""
        coefficients = self.tidy().set_index("term")
        formats = {"p_value": ".4f", "statistic": ".2f", "df": ".1f"}
        effects = ", ".join(f"{g.name} ({g.count})" for g in self.sample.effects)
        notes = [f"{self.inference.name} errors: {self.inference.rule}"]
        if effects:
            notes.append(f"Absorbed effects: {effects}.")
        return (
            Table(f"Least squares of {self.outcome_name}", coefficients, tuple(notes), formats),
            Table("Regression", self.glance().T.rename(columns={0: "value"})),
        )

    def diagnose(self, **options: Any) -> Any:
        """Test every assumption: see `quesnay.diagnostics.regression.diagnosis.diagnose`."""
        return route("regression.diagnose")(self, **options)

    def plot_diagnostics(self, **options: Any) -> Any:
        """Draw six panels: see `quesnay.diagnostics.plots.regression.plot_diagnostics`."""
        return route("regression.plot_diagnostics")(self, **options)

    def _series(self, values: Array, name: str) -> pd.Series:
        return pd.Series(values, list(self.names), name=name)

    def _errors(self) -> Array:
        return np.sqrt(np.diag(self.inference.matrix))

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

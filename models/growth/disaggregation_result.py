"""The result of a temporal disaggregation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.checks import confidence_level
from quesnay.fitting.routes import route
from quesnay.models.display.estimates import estimates_frame
from quesnay.models.display.table import Table, Tabular

__all__ = ["METHODS", "Disaggregation"]

METHODS = {
    "chow-lin": ("ar1", "Chow and Lin (1971), Review of Economics and Statistics 53(4)"),
    "fernandez": ("walk", "Fernández (1981), Review of Economics and Statistics 63(3)"),
    "litterman": ("ar1-walk", "Litterman (1983), Journal of Business and Economic Statistics 1(2)"),
    "denton-cholette": ("", "Denton (1971) and Dagum and Cholette (2006), ch. 6"),
    "denton": ("", "Denton (1971), Journal of the American Statistical Association 66(333)"),
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Disaggregation(Tabular):
    """A high-frequency series that adds up to the low-frequency one.

    Parameters
    ----------
    values : Series
        By quarter or month, in the unit of the low-frequency series.
    std_errors : Series
        Standard errors of the values given rho; NaN for Denton.
    params, param_errors : Series
        Coefficients of the indicators and their standard errors; empty for Denton.
    rho : float
        Autoregressive parameter of the errors; NaN for Denton.
    truncated : bool
        Whether rho was estimated below 0 and set to 0.
    residuals : Series
        Low-frequency residuals: what the indicators do not explain.
    loglik : float
        Log-likelihood.
    dof : int
        Low-frequency values minus coefficients.
    method, conversion : str
        As asked for.
    outside : int
        High-frequency periods outside the low-frequency ones, which are extrapolated.
    from_negative : bool
        Whether a low-frequency figure is negative.

    Examples
    --------
    >>> import quesnay as qn
    >>> made = qn.disaggregate(pd.Series([100.0, 108.0], [2018, 2019]), to="quarterly")
    >>> float(made.values.iloc[:4].sum().round(6))
    100.0
    """

    values: pd.Series
    std_errors: pd.Series
    params: pd.Series
    param_errors: pd.Series
    rho: float
    truncated: bool
    residuals: pd.Series
    loglik: float
    dof: int
    method: str
    conversion: str
    outside: int
    from_negative: bool

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a coefficient: term, estimate, std_error, statistic, p_value, interval."""
        from scipy.special import stdtr, stdtrit

        level = confidence_level(level)
        dof = max(self.dof, 1)
        half = float(stdtrit(dof, (1 + level) / 2)) * self.param_errors
        ratio = self.params.to_numpy() / self.param_errors.to_numpy()
        return estimates_frame(
            self.params.index.astype(str),
            self.params,
            self.param_errors,
            statistic=ratio,
            p_value=2 * stdtr(dof, -np.abs(ratio)),
            interval=pd.DataFrame({"low": self.params - half, "high": self.params + half}),
        )

    def tables(self) -> tuple[Table, ...]:
        """Return the values, and the regression where there is one."""
        frame = pd.DataFrame({"value": self.values})
        notes = [f"{self.method}, {self.conversion}: {METHODS[self.method][1]}."]
        if self.outside:
            notes.append(f"{self.outside} periods lie outside the given ones: extrapolated.")
        below = self.values[self.values < 0]
        if len(below) and not self.from_negative:
            notes.append(
                f"{len(below)} values are negative, the lowest {below.min():.4g} in "
                f"{below.idxmin()}, of figures that are not: nonnegative=True holds them at 0."
            )
        if not METHODS[self.method][0]:
            return (Table("Disaggregated series", frame, tuple(notes)),)
        frame["std_error"] = self.std_errors
        cut = " (estimated below 0 and set to 0)" if self.truncated else ""
        rho = f"rho {self.rho:.4g}{cut}; log-likelihood {self.loglik:.6g}."
        tidy = self.tidy().set_index("term")
        return (
            Table("Disaggregated series", frame, tuple(notes)),
            Table("Regression on the indicators", tidy, (rho,)),
        )

    def plot(self, **options: Any) -> Any:
        """Return a figure of the series with its band."""
        return route("growth.plot_disaggregation")(self, **options)

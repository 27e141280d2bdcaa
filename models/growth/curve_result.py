"""The result of a fitted growth curve."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from quesnay.fitting.checks import (
    check_draws,
    choice,
    confidence_level,
    is_number,
    plain_numbers,
    seed_sequence,
)
from quesnay.fitting.curves.fit import CurveProblem
from quesnay.fitting.curves.functions import Curve
from quesnay.fitting.curves.intervals import ProfileAsk, bootstrap_draws, profile_interval
from quesnay.fitting.curves.least_squares import NonlinearFit
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.routes import route
from quesnay.models.display.estimates import estimates_frame
from quesnay.models.display.table import Table, Tabular

__all__ = ["CurveFit"]

_METHODS = ("profile", "wald", "bootstrap")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CurveFit(Tabular):
    """A growth curve fitted to a series.

    Parameters
    ----------
    curve : Curve
        The family.
    params, std_errors : Series
        Estimates by name in natural units, and their standard errors: 0 for a saturation given as
        known, NaN where as many points as parameters leave no degree of freedom.
    covariance : DataFrame
        Covariance of the estimates.
    saturation_known : bool
        Whether the saturation was given.
    origin : float
        Launch from which a Bass curve counts its time; 0 for the others.
    data : DataFrame
        Columns t, y, fitted, resid.
    errors_known : bool
        Whether the standard errors of the levels were given, so that no variance is estimated.
    problem, fit : CurveProblem, NonlinearFit
        The search, in normalised units.

    Examples
    --------
    >>> import quesnay as qn
    >>> fit = qn.fit_curve("logistic", [2017, 2018], [1.0, 2.0], saturation=4.0)
    >>> fit.predict([2019, 2020]).round(3).tolist()
    [3.0, 3.6]
    """

    curve: Curve
    params: pd.Series
    std_errors: pd.Series
    covariance: pd.DataFrame
    saturation_known: bool
    origin: float
    data: pd.DataFrame
    errors_known: bool
    problem: CurveProblem
    fit: NonlinearFit

    @property
    def nobs(self) -> int:
        """Number of points."""
        return len(self.data)

    @property
    def dof(self) -> int:
        """Points minus estimated parameters."""
        return self.fit.dof

    @property
    def saturation_uncertain(self) -> bool:
        """Whether the given saturation came with a standard error."""
        return self.saturation_known and bool(self.std_errors["saturation"] > 0)

    @property
    def sigma(self) -> float:
        """Residual standard deviation in the unit of the levels; NaN where it is not estimated."""
        return float("nan") if self.errors_known else self.fit.sigma * self.problem.level

    def predict(self, t: ArrayLike) -> Any:
        """Return the level of the curve at times `t`, an array, or a number for one time."""
        values = self.curve.value(_times(t) - self.origin, self.params.to_numpy(dtype=float))
        return float(values) if values.ndim == 0 else values

    def reaches(self, level: float) -> float:
        """Return the time at which the curve reaches a level; NaN where it never does.

        Examples
        --------
        >>> from quesnay.models.growth.curve import fit_curve
        >>> fit_curve("logistic", [2017, 2018], [1.0, 2.0], saturation=4.0).reaches(3.0)
        2019.0
        """
        if not is_number(level):
            raise DataError(f"level must be one number, got {shown(level)}")
        return float(self.curve.inverse(level, self.params.to_numpy(dtype=float))) + self.origin

    def forecast(self, t: ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
        """Return estimate, its standard error, and intervals of the curve and of a new level.

        The curve's error is of first order (delta method); a new level adds the residual variance.
        """
        times = np.atleast_1d(_times(t)).ravel()
        theta = self.params.to_numpy(dtype=float)
        slope = self.curve.jacobian(times - self.origin, theta)
        variance = np.einsum("ij,jk,ik->i", slope, self.covariance.to_numpy(), slope)
        error = np.sqrt(np.maximum(variance, 0.0))
        half = self._quantile(level) * error
        wide = self._quantile(level) * np.sqrt(variance + np.nan_to_num(self.sigma) ** 2)
        value = self.curve.value(times - self.origin, theta)
        columns = {"estimate": value, "std_error": error, "low": value - half, "high": value + half}
        columns |= {"new_low": value - wide, "new_high": value + wide}
        return pd.DataFrame(columns, index=pd.Index(times, name="t"))

    def conf_int(
        self,
        level: float = 0.95,
        *,
        method: str = "profile",
        draws: int = 1000,
        seed: int | np.random.SeedSequence = 0,
    ) -> pd.DataFrame:
        """Return intervals of the parameters, columns low and high.

        Parameters
        ----------
        level : float
            Coverage, between 0 and 1.
        method : str
            "profile": where the sum of squares has risen as much as Student's t allows (Bates and
            Watts 1988), not symmetric and open where the data do not bound a parameter; "wald":
            estimate and standard errors; "bootstrap": percentiles over resampled residuals, as far
            out as Student's t is beyond the normal (Hesterberg 2015, sec. 4).
        draws, seed : int
            Of the bootstrap.

        Returns
        -------
        DataFrame
            NaN where there is no degree of freedom.
        """
        choice(method, _METHODS, "method")
        quantile = self._quantile(level)
        out = pd.DataFrame({"low": self.params, "high": self.params}).astype(float)
        free = self.problem.free
        if method == "wald" or self.saturation_uncertain or self._exact():
            out["low"] -= quantile * self.std_errors
            out["high"] += quantile * self.std_errors
        elif method == "profile":
            out.loc[free] = self._profile(quantile)
        else:
            out.loc[free] = self._bootstrap(quantile, draws, seed)[:, free].T
        return out

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a parameter: term, estimate, std_error, conf_low, conf_high, fixed."""
        frame = estimates_frame(
            self.params.index, self.params, self.std_errors, interval=self.conf_int(level)
        )
        return frame.assign(fixed=~self.problem.free)

    def glance(self) -> pd.DataFrame:
        """Return one row: curve, points, degrees of freedom, sum of squares, sigma, R-squared."""
        levels, resid = self.data["y"], self.data["resid"]
        rss = float((resid**2).sum())
        spread = float(((levels - levels.mean()) ** 2).sum())
        row = {"curve": self.curve.name, "nobs": self.nobs, "dof": self.dof, "rss": rss}
        row |= {"sigma": self.sigma, "rsquared": 1 - rss / spread}
        return pd.DataFrame([{**row, "saturation_known": self.saturation_known}])

    def augment(self) -> pd.DataFrame:
        """Return one row a point: t, y, fitted, resid."""
        return self.data.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the parameters and the fit by point."""
        notes = [f"{self.curve.equation}: {self.curve.source}."]
        if self.origin:
            notes.append(f"Time is counted from the launch, {self.origin:g}.")
        if self.dof:
            notes.append(f"{self.nobs} points, {self.dof} degrees of freedom; profile intervals.")
        else:
            notes.append("As many points as parameters: the curve passes through them exactly.")
        if self.saturation_uncertain:
            notes.append("Errors include that of the given saturation; intervals are Wald's.")
        above = int((self.data["y"] > self.params["saturation"]).sum())
        if above and self.saturation_known:
            notes.append(f"{above} of {self.nobs} levels lie above the given saturation.")
        tidy = self.tidy().set_index("term").astype({"fixed": str})
        digits = dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high"), ".6g")
        return (
            Table(f"{self.curve.name.capitalize()} curve", tidy, tuple(notes), digits),
            Table("Levels and curve", self.data.set_index("t")),
        )

    def plot(self, **options: Any) -> Any:
        """Return a figure of the points, the curve and its interval."""
        return route("growth.plot_curve")(self, **options)

    def _quantile(self, level: float) -> float:
        """Return the two-sided quantile of Student's t, or of the normal for known errors."""
        from scipy.special import ndtri, stdtrit

        level = confidence_level(level, least=0.01)
        if self.errors_known or self.dof == 0:
            return float(ndtri((1 + level) / 2))
        return float(stdtrit(self.dof, (1 + level) / 2))

    def _exact(self) -> bool:
        """Return whether nothing is left to profile: no degree of freedom, or no residual."""
        rounding = 1e-14 * float(np.linalg.norm(self.problem.y))
        return not self.errors_known and (self.dof == 0 or self.fit.rss <= rounding**2 * self.nobs)

    def _profile(self, quantile: float) -> np.ndarray:
        """Return profile intervals of the free parameters in natural units."""
        problem, places = self.problem, np.flatnonzero(self.problem.free)
        variance = 1.0 if self.errors_known else self.fit.rss / self.fit.dof
        errors = self.std_errors.to_numpy(dtype=float)[places] / problem.scale[places]
        ask = ProfileAsk(quantile, variance, errors)
        ends = [profile_interval(problem, self.fit, k, ask) for k in range(len(places))]
        return np.asarray(
            problem.shift[places, None] + problem.scale[places, None] * np.array(ends)
        )

    def _bootstrap(self, quantile: float, draws: int, seed: Any) -> np.ndarray:
        """Return percentiles over the draws, refused where too many of them failed."""
        from scipy.special import ndtr

        check_draws(draws, least=100)
        if self.dof < 1:
            raise DataError("bootstrap: no degree of freedom, so no residuals to draw from")
        made = bootstrap_draws(self.problem, self.fit, draws=draws, seed=seed_sequence(seed))
        if made.failed > draws // 20:
            raise DataError(
                f"bootstrap: {made.failed} of {draws} draws had no rising curve; the data hardly "
                "bound it, use the profile interval"
            )
        return np.quantile(made.params, [ndtr(-quantile), ndtr(quantile)], axis=0)


def _times(t: ArrayLike) -> np.ndarray:
    """Return times as finite floats."""
    times = plain_numbers(t)
    if times is None:
        raise DataError(f"t: expected numbers such as years, got {shown(t)}")
    if not np.isfinite(times).all():
        raise DataError("t: expected finite times, got a missing or infinite one")
    return times

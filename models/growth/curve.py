"""Growth curves fitted to a series: penetration, diffusion, saturation.

`fit_curve` checks the points, finds starting values and fits by nonlinear least squares; `CurveFit`
predicts, forecasts and gives profile, Wald and bootstrap intervals in the units of the caller.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import (
    check_draws,
    choice,
    confidence_level,
    half_width,
    is_number,
    plain_numbers,
    seed_sequence,
)
from quesnay.fitting.curves.fit import (
    CurveProblem,
    ProfileAsk,
    bootstrap_draws,
    fit_problem,
    make_problem,
    profile_interval,
)
from quesnay.fitting.curves.functions import CURVES, Curve
from quesnay.fitting.curves.least_squares import NonlinearFit
from quesnay.fitting.errors import DataError, EstimationError, shown
from quesnay.fitting.regression.least_squares import CovarianceEstimate
from quesnay.models.display.table import Table, Tabular, estimates_frame
from quesnay.models.inputs import check_unique, places_of
from quesnay.models.regression.result import Functions

_FARTHEST = 1e9  # spans between launch and first time at which floats still tell times apart
_FINEST = 1e-12  # smallest error, as a share of the largest level, that arithmetic can tell
_METHODS = ("profile", "wald", "bootstrap")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CurveFit(Functions, Tabular):
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
    def fitted(self) -> "pd.Series[float]":
        """The curve at the points, by time."""
        return self.data.set_index("t")["fitted"]

    @property
    def resid(self) -> "pd.Series[float]":
        """Levels less the curve, by time."""
        return self.data.set_index("t")["resid"]

    @property
    def rsquared(self) -> float:
        """Share of the variation of the levels that the curve explains."""
        levels = self.data["y"]
        spread = float(((levels - levels.mean()) ** 2).sum())
        return 1.0 - float((self.data["resid"] ** 2).sum()) / spread

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(self.params.index)

    @property
    def coefficients(self) -> Array:
        """Parameters in natural units, one each of `names`."""
        return self.params.to_numpy(dtype=np.float64)

    @property
    def inference(self) -> CovarianceEstimate:
        """Covariance of the parameters with the degrees of freedom of their tests."""
        df = np.full(len(self.names), np.inf if self.errors_known else float(self.dof))
        rule = "of nonlinear least squares, by the curvature of the curve at the estimates"
        return CovarianceEstimate(self.covariance.to_numpy(), df, "asymptotic", rule)

    def cluster_moments(self) -> None:
        """Return nothing: a curve has no clusters."""

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
        level : float, default 0.95
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
            problem, places = self.problem, np.flatnonzero(self.problem.free)
            variance = 1.0 if self.errors_known else self.fit.rss / self.fit.dof
            errors = self.std_errors.to_numpy(dtype=float)[places] / problem.scale[places]
            ask = ProfileAsk(quantile, variance, errors)
            ends = [profile_interval(problem, self.fit, k, ask) for k in range(len(places))]
            out.loc[free] = np.asarray(
                problem.shift[places, None] + problem.scale[places, None] * np.array(ends)
            )
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
        rss = float((self.data["resid"] ** 2).sum())
        row = {"curve": self.curve.name, "nobs": self.nobs, "dof": self.dof, "rss": rss}
        row |= {"sigma": self.sigma, "rsquared": self.rsquared}
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
            kind = "Wald" if self.saturation_uncertain else "profile"
            notes.append(f"{self.nobs} points, {self.dof} degrees of freedom; {kind} intervals.")
        else:
            notes.append("As many points as parameters: the curve passes through them exactly.")
        if self.saturation_uncertain:
            notes.append("Errors include that of the given saturation.")
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
        from quesnay.diagnostics.plots.growth import plot_curve

        return plot_curve(self, **options)

    def _quantile(self, level: float) -> float:
        """Return the two-sided quantile of Student's t, or of the normal for known errors."""
        level = confidence_level(level, least=0.01)
        return half_width(level, np.inf if self.errors_known or self.dof == 0 else self.dof)

    def _exact(self) -> bool:
        """Return whether nothing is left to profile: no degree of freedom, or no residual."""
        rounding = 1e-14 * float(np.linalg.norm(self.problem.y))
        return not self.errors_known and (self.dof == 0 or self.fit.rss <= rounding**2 * self.nobs)

    def _bootstrap(self, quantile: float, draws: int, seed: Any) -> np.ndarray:
        """Return percentiles over the draws, refused where too many of them failed."""
        from scipy.special import ndtr

        check_draws(draws, least=100)
        if self.dof < 1:
            raise DataError("bootstrap: no degree of freedom, so no residuals to draw from")
        root = seed_sequence(seed)
        params, failed = bootstrap_draws(self.problem, self.fit, draws=draws, seed=root)
        if failed > draws // 20:
            raise DataError(
                f"bootstrap: {failed} of {draws} draws had no rising curve; the data hardly "
                "bound it, use the profile interval"
            )
        return np.quantile(params, [ndtr(-quantile), ndtr(quantile)], axis=0)


def fit_curve(
    kind: str,
    t: ArrayLike,
    y: ArrayLike,
    *,
    saturation: float | None = None,
    saturation_error: float | None = None,
    y_errors: ArrayLike | None = None,
    origin: float | None = None,
) -> CurveFit:
    """Fit a growth curve to a series by nonlinear least squares, starting values found.

    Two points and a known saturation identify Gompertz, logistic and Bass exactly.

    Parameters
    ----------
    kind : str
        "gompertz", "logistic", "bass" or "richards".
    t : (n,) array-like
        Times, such as years.
    y : (n,) array-like
        Levels in any unit; Series `t` and `y` align by label.
    saturation : float, optional
        Known saturation in the unit of `y`; estimated where not given.
    saturation_error : float, optional
        Standard error of the known saturation: it is carried over to the other parameters, and
        the data do not revise it.
    y_errors : float or (n,) array-like, optional
        Known standard errors of the levels; then the curve has errors even through two points.
    origin : float, optional
        Launch of a Bass curve, such as 0 for times that are durations since then. By default the
        first time where its level is 0, else one step before it: the same curve whatever year times
        are counted from.

    Returns
    -------
    CurveFit
        ``params``, ``std_errors``, ``predict(t)``, ``conf_int()``, ``forecast(t)``.

    Raises
    ------
    EstimationError
        If the data cannot carry the curve.
    ConvergenceError
        If no rising curve of the family is identified.

    Notes
    -----
    Levenberg-Marquardt with analytic Jacobian, started from the best points of a grid with the
    saturation projected out (Golub and Pereyra 1973); times and levels are normalised first, so
    units do not matter. Equations and sources: `quesnay.fitting.curves.functions`.

    Examples
    --------
    >>> curve = fit_curve("gompertz", [2017, 2018], [0.6, 0.98], saturation=4.0)
    >>> curve.predict([2019]).round(4).tolist()
    [1.4099]
    """
    curve = CURVES[choice(kind, CURVES, "curve")]
    times, levels, errors = _checked_points(t, y, y_errors)
    top = _checked_positive(saturation, "saturation")
    top_error = _checked_positive(saturation_error, "saturation_error")
    if top_error is not None and top is None:
        raise EstimationError("saturation_error needs saturation=, the value that it belongs to")
    start = _launch_of(times, levels, origin) if kind == "bass" else 0.0
    _check_enough_points(curve, times, levels, top)
    problem = make_problem(curve, times - start, levels, saturation=top, y_errors=errors)
    fit = _fit(problem, times - start, levels)
    return _labelled(problem, fit, (times, levels, start), (top, top_error))


def _checked_points(
    t: Any, y: Any, y_errors: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return times, levels and errors as finite arrays of one length."""
    if isinstance(t, pd.Series) and isinstance(y, pd.Series):
        y = _by_label(t, y, "y")
        y_errors = (
            _by_label(t, y_errors, "y_errors") if isinstance(y_errors, pd.Series) else y_errors
        )
    times, levels = _column(t, "t"), _column(y, "y")
    if not isinstance(t, pd.Series):
        _refuse_other_order(times, y, "y")
        _refuse_other_order(times, y_errors, "y_errors")
    if len(times) != len(levels):
        raise DataError(f"t has {len(times)} values and y {len(levels)}; give one level a time")
    if y_errors is None:
        return times, levels, None
    if np.ndim(y_errors) == 0:
        y_errors = np.full(len(times), y_errors)
    errors = _column(y_errors, "y_errors")
    if len(errors) != len(times) or not (errors > 0).all():
        raise DataError(f"y_errors: expected {len(times)} positive standard errors")
    ratio = errors / np.max(np.abs(levels))
    if ratio.min() < _FINEST or ratio.max() > 1 / _FINEST:
        raise DataError(
            f"y_errors: {errors.min():g} to {errors.max():g} are out of proportion to the "
            "levels; check the unit"
        )
    return times, levels, errors


def _checked_positive(value: Any, name: str) -> float | None:
    """Return a positive number, or None where none was given."""
    if value is None:
        return None
    if not is_number(value) or value <= 0:
        raise DataError(f"{name} must be a positive, finite number, got {shown(value)}")
    return float(value)


def _launch_of(times: np.ndarray, levels: np.ndarray, origin: Any) -> float:
    """Return the launch of a Bass curve: as given, or one step before the first time.

    The first time itself where its level is 0. The rule looks at no calendar, so that times counted
    from another year give the same curve.
    """
    first = float(times.min())
    if origin is not None:
        if not is_number(origin) or origin > first:
            shown_origin = shown(origin)
            raise DataError(f"origin must be a time not after the first, {first:g}: {shown_origin}")
        if first - float(origin) > _FARTHEST * max(float(np.ptp(times)), 1.0):
            raise DataError(
                f"origin: {shown(origin)} lies so far before {first:g} that the times look alike"
            )
        return float(origin)
    if levels[int(times.argmin())] == 0:
        return first
    steps = np.diff(np.unique(times))
    return first - float(steps.min()) if len(steps) else first


def _check_enough_points(
    curve: Curve, times: np.ndarray, levels: np.ndarray, saturation: float | None
) -> None:
    """Refuse too few points, times that do not vary, and levels that do not."""
    unknown = len(curve.parameters) - (saturation is not None)
    distinct = len(np.unique(times))
    if distinct < unknown:
        more = "" if saturation is not None else ", or saturation="
        raise EstimationError(
            f"{curve.name}: {distinct} times cannot identify {unknown} parameters "
            f"({', '.join(curve.parameters[len(curve.parameters) - unknown :])}); give more points"
            f"{more}"
        )
    if not (levels > 0).any():
        raise EstimationError(f"{curve.name}: no level is above 0; a growth curve is positive")
    if np.ptp(levels) == 0:
        raise EstimationError(f"{curve.name}: all levels are {levels[0]:g}; nothing grows")


def _fit(problem: CurveProblem, times: np.ndarray, levels: np.ndarray) -> NonlinearFit:
    """Search; where two points and a saturation say it exactly, from there."""
    exact = len(times) == 2 and problem.curve.name != "richards"
    if not exact:
        return fit_problem(problem)
    order = np.argsort(times)
    (first, last), (low, high) = problem.t[order], problem.y[order]
    theta = problem.curve.identify((first, last), (low, high), problem.fixed[0])
    if not np.isfinite(theta).all():
        bass = problem.curve.name == "bass"
        slow = " and growth not slower than innovation alone" if bass else ""
        raise EstimationError(
            f"no rising {problem.curve.name} curve passes through {levels[order[0]]:g} at "
            f"{times[order[0]]:g} and {levels[order[1]]:g} at {times[order[1]]:g} below the "
            f"saturation {problem.fixed[0] * problem.level:g}; it needs 0 < first < second < "
            f"saturation{slow}"
        )
    return problem.search(theta[problem.free])


def _labelled(
    problem: CurveProblem,
    fit: NonlinearFit,
    points: tuple[np.ndarray, np.ndarray, float],
    top: tuple[float | None, float | None],
) -> CurveFit:
    """Return the result in natural units, with names."""
    times, levels, start = points
    names = pd.Index(problem.curve.parameters)
    covariance = _covariance(problem, fit, top[1])
    theta = problem.natural(fit.params)
    if top[0] is not None:
        theta[0] = top[0]  # as given, without the rounding of the units of the search
    fitted = problem.curve.value(times - start, theta)
    data = pd.DataFrame({"t": times, "y": levels, "fitted": fitted, "resid": levels - fitted})
    return CurveFit(
        curve=problem.curve,
        params=pd.Series(theta, names, name="estimate"),
        std_errors=pd.Series(np.sqrt(np.diag(covariance)), names, name="std_error"),
        covariance=pd.DataFrame(covariance, names, names),
        saturation_known=not bool(problem.free[0]),
        origin=start,
        data=data,
        errors_known=problem.weights is not None,
        problem=problem,
        fit=fit,
    )


def _covariance(problem: CurveProblem, fit: NonlinearFit, top_error: float | None) -> np.ndarray:
    """Return the covariance of all parameters in natural units.

    An uncertain saturation S adds ``d d' var(S)`` with ``d = -(J'J)^-1 J' df/dS``, the way the
    estimates move with it.
    """
    free = problem.free
    out = np.zeros((len(free), len(free)))
    inner = fit.unscaled if problem.weights is not None else fit.covariance
    out[np.ix_(free, free)] = inner
    if top_error is not None:
        by_all = problem.curve.jacobian(problem.t, problem.full(fit.params))
        root = 1.0 if problem.weights is None else np.sqrt(problem.weights)
        pull = -np.linalg.lstsq(fit.jacobian, root * by_all[:, 0], rcond=None)[0]
        move = np.ones(len(free))
        move[free] = pull
        out = np.nan_to_num(out)  # not known without degrees of freedom: what S adds is
        out += (top_error / problem.level) ** 2 * np.outer(move, move)
    return np.asarray(out * np.outer(problem.scale, problem.scale))


def _refuse_other_order(times: np.ndarray, values: Any, name: str) -> None:
    """Refuse a series labelled by the very times it is given for, but in another order."""
    if isinstance(values, pd.Series) and values.index.dtype.kind in "iuf":
        years = values.index.to_numpy(dtype=float)
        if not np.array_equal(years, times) and np.array_equal(np.sort(years), np.sort(times)):
            raise DataError(
                f"{name}: its labels are the times in another order than t; sort it, or give t as "
                "a Series with the same labels"
            )


def _by_label(t: pd.Series, values: pd.Series, name: str) -> pd.Series:
    """Return values in the order of the times; refuse labels that only one side has."""
    check_unique(t.index, "t: label")
    return values.iloc[places_of(values.index, t.index, name)]


def _column(values: Any, name: str) -> np.ndarray:
    """Return one column of finite floats."""
    column = plain_numbers(values)
    if column is None:
        raise DataError(
            f"{name}: {shown(values)} holds what is no finite number; give one column of numbers"
        )
    if column.ndim != 1 or column.size == 0:
        raise DataError(f"{name}: expected one column of numbers, got shape {column.shape}")
    bad = np.flatnonzero(~np.isfinite(column))
    if len(bad):
        raise DataError(
            f"{name}: value {int(bad[0]) + 1} of {len(column)} is no finite number "
            f"({len(bad)} such values); fill or drop them"
        )
    return np.asarray(column)


def _times(t: ArrayLike) -> np.ndarray:
    """Return times as finite floats."""
    times = plain_numbers(t)
    if times is None:
        raise DataError(f"t: expected numbers such as years, got {shown(t)}")
    if not np.isfinite(times).all():
        raise DataError("t: expected finite times, got a missing or infinite one")
    return times

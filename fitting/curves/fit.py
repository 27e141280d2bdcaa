"""A growth curve fitted to points: the lowest of several optima, refused where nothing holds it.

Data stay in natural units while the search runs in units of the data. Starts come from a coarse
grid over the shape, the saturation being a factor (variable projection, Golub and Pereyra 1973). A
fit that an exponential without saturation matches has no saturation to report.

Intervals of the parameters come from the profile of the sum of squares, and from the bootstrap. The
grey model GM(1,1) is an exponential trend from a handful of points.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quesnay.fitting.arrays import Array
from quesnay.fitting.curves.functions import Curve
from quesnay.fitting.curves.least_squares import (
    NonlinearFit,
    central_jacobian,
    covariance_of,
    nonlinear_least_squares,
    norms_of,
)
from quesnay.fitting.errors import ConvergenceError, EstimationError

_AS_GOOD = 1e-9  # relative gain over the exponential that is rounding
_DIGIT = 1e-6  # change of the levels, as a share of the largest, that must not move a curve far
_FASTEST = 60.0  # growth over all points together, as of the starting grid
_NONE = 1e-9  # imitation that is 0 but for rounding
_STARTS = 4  # searches from the best points of the grid, so that one bad valley does not decide
_TRIALS = 400  # steps of each; one that needs more runs after a limit of its family
_LIMITS = {
    "richards": "; where its shape runs to 0 the curve is 'gompertz'",
    "bass": "; growth that only slows down has no imitators",
}


@dataclass(frozen=True, slots=True)
class CurveProblem:
    """Times and levels in units of their own spread, so that a change of unit changes nothing.

    `t`, `y` (n,): normalised times and levels; weights (n,) of the squares; `fixed` (k,):
    normalised parameters held, NaN where free; natural parameters are ``shift + scale *
    normalised``, (k,); `level`: natural level of the normalised level 1.
    """

    curve: Curve
    t: Array
    y: Array
    weights: Array | None
    fixed: Array
    scale: Array
    shift: Array
    level: float

    @property
    def free(self) -> NDArray[np.bool_]:
        """Which parameters are estimated."""
        return np.isnan(self.fixed)

    def full(self, free: Array) -> Array:
        """Return all parameters for the free ones."""
        theta = self.fixed.copy()
        theta[self.free] = free
        return theta

    def model(self, free: Array) -> Array:
        """Return the curve; NaN where it would not rise."""
        theta = self.full(free)
        inside = theta[0] > 0 and theta[1] > 0 and (self.curve.name != "richards" or theta[3] > 0)
        if not inside or (self.curve.name == "bass" and theta[1] + theta[2] <= 0):
            return np.full_like(self.y, np.nan)
        return self.curve.value(self.t, theta)

    def jacobian(self, free: Array) -> Array:
        """Return the derivatives by the free parameters."""
        return self.curve.jacobian(self.t, self.full(free))[:, self.free]

    def natural(self, free: Array) -> Array:
        """Return all parameters in natural units."""
        return np.asarray(self.shift + self.scale * self.full(free))

    def holding(self, place: int, value: float) -> "CurveProblem":
        """Return the problem with one more parameter held, in normalised units."""
        fixed = self.fixed.copy()
        fixed[place] = value
        return replace(self, fixed=fixed)

    def search(self, start: Array, y: Array | None = None, *, trials: int = 2000) -> NonlinearFit:
        """Search once from a start, on other levels where given; starts are good, or several."""
        return nonlinear_least_squares(
            self.model,
            self.y if y is None else y,
            start,
            jacobian=self.jacobian,
            weights=self.weights,
            max_iterations=trials,
            attempts=1,
        )


def make_problem(
    curve: Curve,
    t: Array,
    y: Array,
    *,
    saturation: float | None = None,
    y_errors: Array | None = None,
) -> CurveProblem:
    """Return the problem in normalised units."""
    level, span = float(np.max(np.abs(y))), float(np.ptp(t))
    start = 0.0 if curve.name == "bass" else float(np.min(t))
    units = {"saturation": level, "midpoint": span, "shape": 1.0}
    scale = np.array([units.get(name, 1 / span) for name in curve.parameters])
    shift = np.array([start if name == "midpoint" else 0.0 for name in curve.parameters])
    fixed = np.full(len(scale), np.nan)
    if saturation is not None:
        fixed[0] = saturation / level
    weights = None if y_errors is None else (level / y_errors) ** 2
    return CurveProblem(curve, (t - start) / span, y / level, weights, fixed, scale, shift, level)


def first_guesses(
    curve: Curve, t: Array, y: Array, *, count: int, saturation: float | None
) -> Array:
    """Return the best points of a coarse grid over the shape of a curve.

    The saturation enters every curve as a factor, so for each shape on the grid it is the
    regression of y on the curve of saturation one (variable projection, Golub and Pereyra 1973).

    Shapes: `t`, `y` (n,); returns (count, k).
    """
    # rates from a tenth to sixty turns of the span, midpoints around it
    span = float(np.ptp(t)) or 1.0
    pace = np.geomspace(0.1, 60.0, 40) / span
    if curve.name == "bass":
        axes = [np.geomspace(1e-4, 10.0, 40) / max(float(np.max(t)), span), pace]
    else:
        axes = [pace, np.linspace(t.min() - span, t.max() + 3 * span, 61)]
    if curve.name == "richards":
        axes = [axes[0][::2], axes[1][::2], np.array([0.1, 0.5, 1.0, 2.0, 5.0])]
    shapes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    theta = np.column_stack([np.ones(len(shapes)), shapes])
    unit = curve.value(t, theta[:, None, :])
    theta[:, 0] = _projected(unit, y) if saturation is None else saturation
    misfit = np.sum((y - theta[:, :1] * unit) ** 2, axis=1)
    order = np.argsort(np.where(np.isfinite(misfit) & (theta[:, 0] > 0), misfit, np.inf))
    # neighbours on the grid lead to the same valley: take the best of each rate
    _, first = np.unique(theta[order, 1], return_index=True)
    return np.asarray(theta[order[np.sort(first)[:count]]])


def _projected(unit: Array, y: Array) -> Array:
    """Return the saturation of each shape by regression through the origin."""
    square = np.sum(unit**2, axis=1)
    return np.asarray(np.where(square > 0, unit @ y / np.where(square > 0, square, 1.0), 0.0))


def check_identified(problem: CurveProblem, fit: NonlinearFit) -> None:
    """Refuse an optimum that the points do not hold in place.

    Two things are asked. A free saturation must fit better than none: every curve tends to an
    exponential as its saturation grows, and where that fits as well the points have not bent. And
    a change of the levels in their sixth digit must not move a positive parameter by more than
    itself, to first order.
    """
    curve, free = problem.curve, problem.free
    if free[0] and fit.rss >= _unsaturated(problem) * (1 - _AS_GOOD):
        raise ConvergenceError(
            f"fit_curve: an exponential without saturation fits these {len(problem.y)} points as "
            f"well as a {curve.name} curve; they have not bent yet: give saturation= or more points"
        )
    slope = problem.jacobian(fit.params)
    reach = _DIGIT * np.sqrt(np.diag(covariance_of(slope, norms_of(slope), 1.0, 1)))
    names = np.array(curve.parameters)[free]
    # imitation 0 is a curve of innovators; a midpoint is a time, and 0 no special one
    loose = (reach > np.abs(fit.params)) & ~np.isin(names, ["midpoint", "imitation"])
    if loose.any():
        raise ConvergenceError(
            f"fit_curve: the {names[int(np.argmax(loose))]} of a {curve.name} curve hangs on the "
            f"sixth digit of these {len(problem.y)} points; give {_remedies(problem)} or a "
            "curve with fewer parameters"
        )


def _remedies(problem: CurveProblem) -> str:
    """Return what may help a curve that the points do not identify."""
    return f"{'' if problem.free[0] else 'another '}saturation=, more points"


def _unsaturated(problem: CurveProblem) -> float:
    """Return the least sum of squares of the curve's limit without saturation.

    ``a exp(b t)``, and for Bass, which starts from nothing, ``a (exp(b t) - 1)``, b not negative.
    """
    from scipy.optimize import minimize_scalar

    late = float(problem.t.max())
    since = problem.t / late if problem.curve.name == "bass" else problem.t - late
    root = np.ones_like(problem.y) if problem.weights is None else np.sqrt(problem.weights)
    target = root * problem.y

    def rss(pace: float) -> float:
        if problem.curve.name == "bass":
            shape = np.expm1(pace * since) / np.expm1(pace)
        else:
            shape = np.exp(pace * since)
        column = root * shape
        level = max(float(column @ target) / float(column @ column), 0.0)
        return float(np.sum((target - level * column) ** 2))

    paces = np.geomspace(1e-4, _FASTEST, 60)
    best = int(np.argmin([rss(pace) for pace in paces]))
    low, high = paces[max(best - 1, 0)], paces[min(best + 1, len(paces) - 1)]
    found = minimize_scalar(rss, bounds=(low, high), method="bounded", options={"xatol": 1e-9})
    return float(min(found.fun, rss(paces[best])))


def fit_problem(problem: CurveProblem) -> NonlinearFit:
    """Search from the best points of a grid and return the lowest optimum."""
    held = None if np.isnan(problem.fixed[0]) else float(problem.fixed[0])
    guesses = first_guesses(problem.curve, problem.t, problem.y, count=_STARTS, saturation=held)
    fits = []
    for guess in guesses:
        try:
            fit = problem.search(guess[problem.free], trials=_TRIALS)
        except (EstimationError, ConvergenceError):
            continue
        # the search may pass negative imitation, an optimum there is no diffusion by imitators
        if problem.curve.name != "bass" or problem.full(fit.params)[2] >= -_NONE:
            fits.append(fit)
    if not fits:
        raise ConvergenceError(
            f"fit_curve: no rising {problem.curve.name} curve is identified by these "
            f"{len(problem.y)} points from {len(guesses)} starts; they may not have bent yet, or "
            f"fall: give {_remedies(problem)} or another curve"
            f"{_LIMITS.get(problem.curve.name, '')}"
        )
    lowest = min(fits, key=lambda fit: fit.rss)
    check_identified(problem, lowest)
    return lowest


_WIDENINGS = 14  # doublings from the Wald width on; a parameter still free then has an open side
_CLOSE = 1e-10  # how exactly an end is found, in widths of its side
_FAR = 1e3  # what tau is, in quantiles, where no curve fits
_NEAR_TRIALS = 200  # steps of a search from a neighbouring optimum


@dataclass(frozen=True, slots=True)
class ProfileAsk:
    """How wide a profile interval is to be.

    `quantile` of Student's t, or of the normal where the error variance is known; `variance` of the
    errors; `std_errors` (k,) of the free parameters, the first guess of the width.
    """

    quantile: float
    variance: float
    std_errors: Array


def profile_interval(
    problem: CurveProblem, fit: NonlinearFit, place: int, ask: ProfileAsk
) -> tuple[float, float]:
    """Return where the profile t statistic of one parameter reaches the quantile.

    ``tau(v) = sign(v - estimate) sqrt((S(v) - S) / s2)``, S(v) the least sum of squares with the
    parameter held at v; the interval is ``|tau| <= quantile``. A side that never gets there is
    open (infinite): the data do not bound the parameter.

    Bates and Watts (1988), Nonlinear Regression Analysis and Its Applications, ch. 6.
    """
    return _side(problem, fit, (place, -1.0), ask), _side(problem, fit, (place, 1.0), ask)


def _side(
    problem: CurveProblem, fit: NonlinearFit, where: tuple[int, float], ask: ProfileAsk
) -> float:
    """Widen until tau passes the quantile, then find where; infinite where it never does."""
    from scipy.optimize import brentq

    place, sign = where
    estimate, others = float(fit.params[place]), np.delete(fit.params, place)

    @cache
    def excess(reach: float) -> float:
        nonlocal others
        if reach == 0.0:
            return -ask.quantile
        rss, moved = _least(problem, place, (estimate + sign * reach, others))
        tau = float(np.sqrt(max(rss - fit.rss, 0.0) / ask.variance))
        if tau < ask.quantile:
            others = moved
        return min(tau, _FAR * ask.quantile) - ask.quantile

    inner, outer = 0.0, ask.quantile * float(ask.std_errors[place])
    for _ in range(_WIDENINGS):
        if excess(outer) >= 0:
            break
        inner, outer = outer, 2 * outer
    else:
        return float(sign * np.inf)
    return float(estimate + sign * brentq(excess, inner, outer, xtol=_CLOSE * outer))


def _least(problem: CurveProblem, place: int, at: tuple[float, Array]) -> tuple[float, Array]:
    """Return the least sum of squares with one parameter held; infinite where nothing fits."""
    value, others = at
    held = problem.holding(int(np.flatnonzero(problem.free)[place]), value)
    try:
        found = held.search(others, trials=_NEAR_TRIALS)
    except (ConvergenceError, EstimationError):
        return np.inf, others
    return found.rss, found.params


def bootstrap_draws(
    problem: CurveProblem, fit: NonlinearFit, *, draws: int, seed: np.random.SeedSequence
) -> tuple[Array, int]:
    """Refit on residuals drawn with replacement, centred and scaled by ``sqrt(n / dof)``.

    Returns parameters in natural units, (draws - failed, k), and the draws without a rising curve.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 9; the scaling makes the
    residuals as wide as the errors (Davison and Hinkley 1997, ch. 6).
    """
    rng = np.random.default_rng(seed)
    root = np.ones_like(problem.y) if problem.weights is None else np.sqrt(problem.weights)
    pool = fit.residuals * root
    pool = (pool - pool.mean()) * np.sqrt(len(pool) / fit.dof)
    params, failed = [], 0
    for _ in range(draws):
        shocks = rng.choice(pool, size=len(pool)) / root
        try:
            params.append(problem.natural(problem.search(fit.params, fit.fitted + shocks).params))
        except (ConvergenceError, EstimationError):
            failed += 1
    return np.array(params).reshape(len(params), len(problem.fixed)), failed


_FEWEST = 4  # Deng's own minimum


@dataclass(frozen=True, slots=True)
class GreyForecast:
    """A fitted grey model and what it says of the next periods.

    Development coefficient a and grey input b, growth is about ``-a`` a period; `path` (n +
    horizon,): fitted values and forecasts, with the standard errors of a new observation around
    them; `sigma`: standard deviation of the observations; `dof`: equivalent degrees of freedom.
    """

    a: float
    b: float
    path: Array
    errors: Array
    sigma: float
    dof: float


def grey_path(x: ArrayLike, horizon: int) -> tuple[Array, float, float]:
    """Return the path of GM(1,1) through and beyond a series, with its coefficients a and b.

    The sums ``X_k = x_1 + ... + x_k`` follow ``dX/dt + a X = b``; a and b are the regression of
    ``x_k`` on ``-(X_k + X_(k-1)) / 2``; the path is the difference of the solution (Deng 1982).
    """
    values = np.asarray(x, dtype=float)
    sums = np.cumsum(values)
    middle = (sums[1:] + sums[:-1]) / 2
    design = np.column_stack([-middle, np.ones_like(middle)])
    (a, b), *_ = np.linalg.lstsq(design, values[1:], rcond=None)
    steps = np.arange(1, len(values) + horizon)
    # (exp(a) - 1) / a tends to 1 as a tends to 0: a flat series is no special case
    slope = np.expm1(a) / a if a != 0 else 1.0
    with np.errstate(over="ignore"):  # an endless path is refused by those who use it
        path = np.exp(-a * steps) * (b * slope - values[0] * np.expm1(a))
    return np.concatenate([values[:1], path]), float(a), float(b)


def grey_forecast(x: ArrayLike, horizon: int) -> GreyForecast:
    """Return the grey model with errors that count both noise and estimation.

    The path is a function of the data. With independent errors of variance s2 around it, a new
    observation has the variance ``s2 (1 + |d path / d x|^2)``, and s2 is the sum of squared
    residuals over ``tr (I - J)'(I - J)``, J the derivative of the fitted path by the data: the
    usual rule for a linear smoother, here to first order. The literature's intervals, or the
    "posterior variance ratio", leave the estimation of a and b out.

    Deng (1982), "Control problems of grey systems", Systems and Control Letters 1(5).
    """
    values = np.asarray(x, dtype=float)
    if len(values) < _FEWEST:
        raise EstimationError(f"GM(1,1) needs {_FEWEST} values at least, got {len(values)}")
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise EstimationError("GM(1,1) needs positive, finite values; shift or drop the others")
    path, a, b = grey_path(values, horizon)
    if not np.isfinite(path).all():
        raise EstimationError("GM(1,1): the path overflows; shorten the horizon")
    count = len(values)
    size = float(values.max())
    slope = central_jacobian(lambda z: grey_path(z, horizon)[0], values / size)
    left = np.eye(count) - slope[:count]
    dof = float(np.sum(left**2))
    sigma = float(np.sqrt(np.sum((values - path[:count]) ** 2) / dof))
    errors = sigma * np.sqrt(1 + np.sum(slope**2, axis=1))
    return GreyForecast(a, b, path, errors, sigma, dof)

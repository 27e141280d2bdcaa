"""A growth curve fitted to points: the lowest of several optima, refused where nothing holds it.

Data stay in natural units while the search runs in units of the data. Starts come from a coarse
grid over the shape, the saturation being a factor (variable projection, Golub and Pereyra 1973). A
fit that an exponential without saturation matches has no saturation to report.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.arrays import Array
from quesnay.fitting.curves.functions import Curve
from quesnay.fitting.curves.least_squares import (
    NonlinearFit,
    covariance_of,
    nonlinear_least_squares,
    norms_of,
)
from quesnay.fitting.errors import ConvergenceError, EstimationError

__all__ = ["CurveProblem", "fit_problem", "make_problem"]

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

    Parameters
    ----------
    curve : Curve
        The family.
    t, y : (n,) array
        Normalised times and levels.
    weights : (n,) array or None
        Weights of the squares.
    fixed : (k,) array
        Normalised parameters held, NaN where free.
    scale, shift : (k,) array
        Natural parameters are ``shift + scale * normalised``.
    level : float
        Natural level of the normalised level 1.
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
    curve: Curve, t: Array, y: Array, *, count: int = 1, saturation: float | None = None
) -> Array:
    """Return the best points of a coarse grid over the shape of a curve.

    The saturation enters every curve as a factor, so for each shape on the grid it is the
    regression of y on the curve of saturation one (variable projection, Golub and Pereyra 1973).

    Shapes: `t`, `y` (n,); returns (count, k).
    """
    shapes = _grid(curve, t)
    theta = np.column_stack([np.ones(len(shapes)), shapes])
    unit = curve.value(t, theta[:, None, :])
    theta[:, 0] = _projected(unit, y) if saturation is None else saturation
    misfit = np.sum((y - theta[:, :1] * unit) ** 2, axis=1)
    order = np.argsort(np.where(np.isfinite(misfit) & (theta[:, 0] > 0), misfit, np.inf))
    # neighbours on the grid lead to the same valley: take the best of each rate
    _, first = np.unique(theta[order, 1], return_index=True)
    return np.asarray(theta[order[np.sort(first)[:count]]])


def _grid(curve: Curve, t: Array) -> Array:
    """Return rates from a tenth to sixty turns of the span, midpoints around it."""
    span = float(np.ptp(t)) or 1.0
    pace = np.geomspace(0.1, 60.0, 40) / span
    if curve.name == "bass":
        axes = [np.geomspace(1e-4, 10.0, 40) / max(float(np.max(t)), span), pace]
    else:
        axes = [pace, np.linspace(t.min() - span, t.max() + 3 * span, 61)]
    if curve.name == "richards":
        axes = [axes[0][::2], axes[1][::2], np.array([0.1, 0.5, 1.0, 2.0, 5.0])]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


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
    try:
        reach = _DIGIT * np.sqrt(np.diag(covariance_of(slope, norms_of(slope), 1.0, 1)))
    except EstimationError as trouble:
        raise ConvergenceError(f"fit_curve, {curve.name}: {trouble}") from None
    names = np.array(curve.parameters)[free]
    # imitation 0 is a curve of innovators; a midpoint is a time, and 0 no special one
    loose = (reach > np.abs(fit.params)) & ~np.isin(names, ["midpoint", "imitation"])
    if loose.any():
        raise ConvergenceError(
            f"fit_curve: the {names[int(np.argmax(loose))]} of a {curve.name} curve hangs on the "
            f"sixth digit of these {len(problem.y)} points; give saturation=, more points or a "
            "curve with fewer parameters"
        )


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
            "fall: give saturation=, more points or another curve"
            f"{_LIMITS.get(problem.curve.name, '')}"
        )
    lowest = min(fits, key=lambda fit: fit.rss)
    check_identified(problem, lowest)
    return lowest

"""Intervals of curve parameters: by the profile of the sum of squares, and by the bootstrap."""

from dataclasses import dataclass

import numpy as np

from quesnay.fitting.arrays import Array
from quesnay.fitting.curves.fit import CurveProblem
from quesnay.fitting.curves.least_squares import NonlinearFit
from quesnay.fitting.errors import ConvergenceError, EstimationError

__all__ = ["ProfileAsk", "bootstrap_draws", "profile_interval"]

_WIDENINGS = 14  # doublings from the Wald width on; a parameter still free then has an open side
_STEPS = 60
_CLOSE = 1e-8  # relative distance from the quantile at which an end is found
_FAR = 1e3  # what tau is, in quantiles, where no curve fits
_TRIALS = 200  # steps of a search from a neighbouring optimum


@dataclass(frozen=True, slots=True)
class ProfileAsk:
    """How wide a profile interval is to be.

    Parameters
    ----------
    quantile : float
        Of Student's t, or of the normal where the error variance is known.
    variance : float
        Error variance, estimated or known.
    std_errors : (k,) array
        Standard errors of the free parameters, the first guess of the width.
    """

    quantile: float
    variance: float
    std_errors: Array

    @property
    def rise(self) -> float:
        """Rise of the sum of squares at the ends of the interval."""
        return self.quantile**2 * self.variance


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
    place, sign = where
    estimate, others = float(fit.params[place]), np.delete(fit.params, place)

    def excess(reach: float) -> tuple[float, Array]:
        rss, moved = _least(problem, place, (estimate + sign * reach, others))
        tau = float(np.sqrt(max(rss - fit.rss, 0.0) / ask.variance))
        return min(tau, _FAR * ask.quantile) - ask.quantile, moved

    inner, outer = (0.0, -ask.quantile), (ask.quantile * float(ask.std_errors[place]), 0.0)
    for _ in range(_WIDENINGS):
        over, moved = excess(outer[0])
        outer = (outer[0], over)
        if over >= 0:
            break
        inner, outer, others = outer, (2 * outer[0], 0.0), moved
    else:
        return float(sign * np.inf)
    for _ in range(_STEPS):
        # tau is nearly a line: false position, with Illinois' halving of the end that stays
        middle = (inner[0] * outer[1] - outer[0] * inner[1]) / (outer[1] - inner[1])
        over, moved = excess(middle)
        if abs(over) <= _CLOSE * ask.quantile or outer[0] - inner[0] <= _CLOSE * outer[0]:
            break
        if over < 0:
            inner, outer, others = (middle, over), (outer[0], outer[1] / 2), moved
        else:
            inner, outer = (inner[0], inner[1] / 2), (middle, over)
    return float(estimate + sign * middle)


def _least(problem: CurveProblem, place: int, at: tuple[float, Array]) -> tuple[float, Array]:
    """Return the least sum of squares with one parameter held; infinite where nothing fits."""
    value, others = at
    held = problem.holding(int(np.flatnonzero(problem.free)[place]), value)
    if not held.free.any():
        weights = 1.0 if held.weights is None else held.weights
        rss = float(np.sum((held.y - held.model(np.empty(0))) ** 2 * weights))
        return (rss if np.isfinite(rss) else np.inf), others
    try:
        found = held.search(others, trials=_TRIALS)
    except (ConvergenceError, EstimationError):
        return np.inf, others
    return found.rss, found.params


@dataclass(frozen=True, slots=True)
class BootstrapDraws:
    """Estimates on resampled residuals.

    Parameters
    ----------
    params : (draws - failed, k) array
        All parameters in natural units.
    failed : int
        Draws without a rising curve, left out.
    """

    params: Array
    failed: int


def bootstrap_draws(
    problem: CurveProblem, fit: NonlinearFit, *, draws: int, seed: np.random.SeedSequence
) -> BootstrapDraws:
    """Refit on residuals drawn with replacement, centred and scaled by ``sqrt(n / dof)``.

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
    return BootstrapDraws(np.array(params).reshape(len(params), len(problem.fixed)), failed)

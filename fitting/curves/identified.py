"""Whether the points say what a fitted curve says: a saturation is not read off an exponential."""

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.curves.nonlinear_fit import NonlinearFit, covariance_of, norms_of
from quesnay.fitting.curves.problem import CurveProblem
from quesnay.fitting.errors import ConvergenceError, EstimationError

__all__ = ["check_identified"]

type_array = NDArray[np.float64]

_AS_GOOD = 1e-9  # relative gain over the exponential that is rounding
_DIGIT = 1e-6  # change of the levels, as a share of the largest, that must not move a curve far
_FASTEST = 60.0  # growth over all points together, as of the starting grid


def check_identified(problem: CurveProblem, fit: NonlinearFit) -> None:
    """Refuse an optimum that the points do not hold in place.

    Two things are asked. A free saturation must fit better than none: every curve tends to an
    exponential as its saturation grows, and where that fits as well the points have not bent. And
    a change of the levels in their sixth digit must not move a positive parameter by more than
    itself, to first order.

    Parameters
    ----------
    problem : CurveProblem
        Data and what is held.
    fit : NonlinearFit
        Its lowest optimum.

    Raises
    ------
    ConvergenceError
        If the exponential fits as well, or a parameter is held by nothing but rounding.
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

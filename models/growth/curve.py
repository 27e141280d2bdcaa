"""Growth curves fitted to a series: penetration, diffusion, saturation."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from quesnay.fitting.checks import choice
from quesnay.fitting.curves.fit import CurveProblem, fit_problem, make_problem
from quesnay.fitting.curves.functions import CURVES
from quesnay.fitting.curves.least_squares import NonlinearFit
from quesnay.fitting.errors import EstimationError
from quesnay.models.growth.curve_inputs import (
    check_enough_points,
    checked_points,
    checked_positive,
    launch_of,
)
from quesnay.models.growth.curve_result import CurveFit

__all__ = ["CurveFit", "fit_curve"]


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
    times, levels, errors = checked_points(t, y, y_errors)
    top = checked_positive(saturation, "saturation")
    top_error = checked_positive(saturation_error, "saturation_error")
    if top_error is not None and top is None:
        raise EstimationError("saturation_error needs saturation=, the value that it belongs to")
    start = launch_of(times, levels, origin) if kind == "bass" else 0.0
    check_enough_points(curve, times, levels, top)
    problem = make_problem(curve, times - start, levels, saturation=top, y_errors=errors)
    fit = _fit(problem, times - start, levels)
    return _labelled(problem, fit, (times, levels, start), (top, top_error))


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
        out = np.nan_to_num(out) if fit.dof == 0 and problem.weights is None else out
        out += (top_error / problem.level) ** 2 * np.outer(move, move)
    return np.asarray(out * np.outer(problem.scale, problem.scale))

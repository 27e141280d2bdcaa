"""A growth curve to be fitted: the data in natural units, the search in units of the data."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.curves.functions import Curve
from quesnay.fitting.curves.least_squares import nonlinear_least_squares
from quesnay.fitting.curves.nonlinear_fit import NonlinearFit
from quesnay.fitting.curves.start import first_guesses
from quesnay.fitting.errors import ConvergenceError, EstimationError

__all__ = ["CurveProblem", "fit_problem", "make_problem"]

type_array = NDArray[np.float64]

_NONE = 1e-9  # imitation that is 0 but for rounding
_STARTS = 4  # searches from the best points of the grid, so that one bad valley does not decide


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
    t: type_array
    y: type_array
    weights: type_array | None
    fixed: type_array
    scale: type_array
    shift: type_array
    level: float

    @property
    def free(self) -> NDArray[np.bool_]:
        """Which parameters are estimated."""
        return np.isnan(self.fixed)

    def full(self, free: type_array) -> type_array:
        """Return all parameters for the free ones."""
        theta = self.fixed.copy()
        theta[self.free] = free
        return theta

    def model(self, free: type_array) -> type_array:
        """Return the curve; NaN where it would not rise."""
        theta = self.full(free)
        inside = theta[0] > 0 and theta[1] > 0 and (self.curve.name != "richards" or theta[3] > 0)
        if not inside or (self.curve.name == "bass" and theta[1] + theta[2] <= 0):
            return np.full_like(self.y, np.nan)
        return self.curve.value(self.t, theta)

    def jacobian(self, free: type_array) -> type_array:
        """Return the derivatives by the free parameters."""
        return self.curve.jacobian(self.t, self.full(free))[:, self.free]

    def natural(self, free: type_array) -> type_array:
        """Return all parameters in natural units."""
        return np.asarray(self.shift + self.scale * self.full(free))

    def holding(self, place: int, value: float) -> "CurveProblem":
        """Return the problem with one more parameter held, in normalised units."""
        fixed = self.fixed.copy()
        fixed[place] = value
        return replace(self, fixed=fixed)

    def search(
        self, start: type_array, y: type_array | None = None, *, trials: int = 2000
    ) -> NonlinearFit:
        """Search from a start, on other levels where given."""
        return nonlinear_least_squares(
            self.model,
            self.y if y is None else y,
            start,
            jacobian=self.jacobian,
            weights=self.weights,
            max_iterations=trials,
        )


def make_problem(
    curve: Curve,
    t: type_array,
    y: type_array,
    *,
    saturation: float | None = None,
    y_errors: type_array | None = None,
) -> CurveProblem:
    """Return the problem in normalised units.

    Parameters
    ----------
    curve : Curve
        The family.
    t, y : (n,) array
        Times (for Bass, since the launch) and levels, in natural units.
    saturation : float, optional
        Known saturation.
    y_errors : (n,) array, optional
        Known standard errors of the levels.

    Returns
    -------
    CurveProblem
        The problem.
    """
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


def fit_problem(problem: CurveProblem) -> NonlinearFit:
    """Search from the best points of a grid and return the lowest optimum.

    Parameters
    ----------
    problem : CurveProblem
        Data and what is held.

    Returns
    -------
    NonlinearFit
        The fit in normalised units, free parameters only.

    Raises
    ------
    EstimationError, ConvergenceError
        If no rising curve of the family fits: the data have not bent yet, fall, or (Bass) slow
        down from the start as no curve with imitators does.
    """
    held = None if np.isnan(problem.fixed[0]) else float(problem.fixed[0])
    guesses = first_guesses(problem.curve, problem.t, problem.y, count=_STARTS, saturation=held)
    fits = []
    for guess in guesses:
        try:
            fit = problem.search(guess[problem.free])
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
        )
    return min(fits, key=lambda fit: fit.rss)

"""A growth curve to be fitted: the data in natural units, the search in units of the data."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.curves.functions import Curve
from quesnay.fitting.curves.least_squares import nonlinear_least_squares
from quesnay.fitting.curves.nonlinear_fit import NonlinearFit

__all__ = ["CurveProblem", "make_problem"]

type_array = NDArray[np.float64]


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

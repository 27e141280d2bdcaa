"""The steps of Levenberg-Marquardt, accelerated along the curve that they begin."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.curves.nonlinear_fit import norms_of
from quesnay.fitting.errors import EstimationError

__all__ = ["Search", "State"]

type_array = NDArray[np.float64]
type_model = Callable[[type_array], type_array]

_FLOAT = float(np.finfo(float).eps)
_SMALLEST_STEP = 1e-13  # relative change of the scaled parameters at which the search rests
_BENT = 1e-5  # relative step from which on a second derivative is more than rounding
_PROBE = 0.1  # share of the step at which the second derivative is taken
_SHARPEST = 0.75  # longest acceleration, as a share of the step, that is trusted


@dataclass(slots=True)
class State:
    """Where the search is: parameters, weighted residuals and Jacobian, scale and damping."""

    theta: type_array
    residual: type_array
    jacobian: type_array
    scale: type_array
    damping: float
    growing: bool

    @property
    def rss(self) -> float:
        """Weighted sum of squared residuals."""
        return float(self.residual @ self.residual)


@dataclass(frozen=True, slots=True)
class Search:
    """The problem, with the two moves that the algorithm needs."""

    model: type_model
    derivative: type_model
    observed: type_array
    root: type_array

    def residual(self, theta: type_array) -> type_array:
        """Weighted residuals; not finite where the model is not."""
        with np.errstate(all="ignore"):
            fitted = np.asarray(self.model(theta), dtype=float)
            return np.asarray(self.root * (self.observed - fitted))

    def slope(self, theta: type_array) -> type_array:
        """Weighted derivatives of the fitted values."""
        with np.errstate(all="ignore"):
            return np.asarray(self.root[:, None] * self.derivative(theta))

    def begin(self, theta: type_array, damping: float, *, growing: bool) -> State:
        """Return the state at the start."""
        residual, slope = self.residual(theta), self.slope(theta)
        if residual.shape != self.observed.shape or slope.shape != (residual.size, theta.size):
            raise EstimationError(
                f"nonlinear least squares: the model returned {residual.shape} and its derivatives "
                f"{slope.shape}, expected {self.observed.shape} and "
                f"{(self.observed.size, theta.size)}"
            )
        if not (np.isfinite(residual).all() and np.isfinite(slope).all()):
            raise EstimationError(
                "nonlinear least squares: the model or its derivatives are not finite at the "
                f"start {theta.tolist()}; choose a start inside the model's domain"
            )
        scale = norms_of(slope)
        return State(theta, residual, slope, np.where(scale > 0, scale, 1.0), damping, growing)

    def advance(self, state: State) -> tuple[bool, bool]:
        """Try one step, in place; return whether it was accepted and whether the search rests."""
        growth = 2.0
        while True:
            step, straight = self._step(state)
            size = float(np.linalg.norm(state.scale * step))
            small = size <= _SMALLEST_STEP * float(np.linalg.norm(state.scale * state.theta))
            trial = self.residual(state.theta + step)
            predicted = state.rss - float(np.sum((state.residual - straight) ** 2))
            with np.errstate(over="ignore", invalid="ignore"):
                gain = state.rss - float(trial @ trial)
            if np.isfinite(gain) and gain > 0 and self._accept(state, step, trial):
                ratio = gain / predicted if predicted > 0 else 1.0
                state.damping *= max(1 / 3, 1 - (2 * min(ratio, 1.0) - 1) ** 3)
                return True, small or (gain <= 4 * _FLOAT * state.rss and state.damping < 1e-6)
            if small or state.rss == 0.0:
                return False, True
            state.damping *= growth
            growth *= 2

    def _step(self, state: State) -> tuple[type_array, type_array]:
        """Return the step and what its straight part does to the residuals.

        The step bends as the model does along it (geodesic acceleration); NaN where it bends too
        sharply to be trusted, so that it is refused and shortened.
        """
        straight = _damped(state, state.residual)
        change = state.jacobian @ straight
        size = float(np.linalg.norm(state.scale * straight))
        if size <= _BENT * float(np.linalg.norm(state.scale * state.theta)):
            return straight, change
        ahead = self.residual(state.theta + _PROBE * straight)
        with np.errstate(over="ignore", invalid="ignore"):
            bend = 2 / _PROBE * ((ahead - state.residual) / _PROBE + change)
        if not np.isfinite(bend).all():
            return np.full_like(straight, np.nan), change
        turn = _damped(state, bend)
        if 2 * float(np.linalg.norm(state.scale * turn)) > _SHARPEST * size:
            return np.full_like(straight, np.nan), change
        return straight + turn / 2, change

    def _accept(self, state: State, step: type_array, trial: type_array) -> bool:
        """Move the state where the derivatives are finite there."""
        theta = state.theta + step
        slope = self.slope(theta)
        if not np.isfinite(slope).all():
            return False
        state.theta, state.residual, state.jacobian = theta, trial, slope
        norms = norms_of(slope)
        if state.growing:
            state.scale = np.maximum(state.scale, norms)
        else:
            state.scale = np.where(norms > 0, norms, state.scale)
        return True


def _damped(state: State, target: type_array) -> type_array:
    """Solve the damped, column-scaled problem by least squares on the stacked system."""
    k = state.theta.size
    stacked = np.vstack([state.jacobian / state.scale, np.sqrt(state.damping) * np.eye(k)])
    whole = np.concatenate([target, np.zeros(k)])
    return np.asarray(np.linalg.lstsq(stacked, whole, rcond=None)[0] / state.scale)

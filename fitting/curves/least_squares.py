"""Nonlinear least squares: Levenberg-Marquardt on scaled QR steps."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quesnay.fitting.curves.derivative import central_jacobian
from quesnay.fitting.curves.nonlinear_fit import NonlinearFit, covariance_of, norms_of
from quesnay.fitting.errors import ConvergenceError, EstimationError, QuesnayError

__all__ = ["NonlinearFit", "nonlinear_least_squares"]

type_array = NDArray[np.float64]
type_model = Callable[[type_array], type_array]

_FLOAT = float(np.finfo(float).eps)
# first damping; a cautious second and third search where a bold first step leaves the valley
_DAMPINGS = (1e-3, 1.0, 1e3)
_SMALLEST_STEP = 1e-13  # relative change of the scaled parameters at which the search rests
_ORTHOGONAL = 1e-6  # largest cosine between residuals and a column of the Jacobian at an optimum


@dataclass(slots=True)
class _State:
    """Where the search is: parameters, weighted residuals and Jacobian, damping."""

    theta: type_array
    residual: type_array
    jacobian: type_array
    scale: type_array
    damping: float

    @property
    def rss(self) -> float:
        """Weighted sum of squared residuals."""
        return float(self.residual @ self.residual)


def nonlinear_least_squares(
    model: type_model,
    y: ArrayLike,
    start: ArrayLike,
    *,
    jacobian: type_model | None = None,
    weights: ArrayLike | None = None,
    max_iterations: int = 2000,
) -> NonlinearFit:
    """Fit a nonlinear model by Levenberg-Marquardt.

    Each step solves ``min |r - J d|^2 + damping |D d|^2`` by QR of the stacked, column-scaled
    Jacobian (never by normal equations), with Moré's growing scale D and Nielsen's damping.

    Parameters
    ----------
    model : callable
        Parameters (k,) -> fitted values (n,).
    y : (n,) array
        Observations.
    start : (k,) array
        Where the search begins.
    jacobian : callable, optional
        Parameters (k,) -> derivatives (n, k); central differences where not given.
    weights : (n,) array, optional
        Positive weights of the squares.
    max_iterations : int
        Largest number of trial steps.

    Returns
    -------
    NonlinearFit
        Estimates, covariance and residuals.

    Raises
    ------
    EstimationError
        If the model is not finite at the start, or the parameters are not identified.
    ConvergenceError
        If no optimum is reached.

    Notes
    -----
    Moré (1978), "The Levenberg-Marquardt algorithm", Lecture Notes in Mathematics 630; Nielsen
    (1999), report IMM-REP-1999-05, eq. 2.5.

    Examples
    --------
    >>> t = np.arange(4.0)
    >>> fit = nonlinear_least_squares(lambda b: b[0] * np.exp(b[1] * t), 2 * np.exp(t / 2), [1, 1])
    >>> fit.params.round(8).tolist()
    [2.0, 0.5]
    """
    observed, root, theta = _inputs(y, start, weights)
    derivative = jacobian or (lambda point: central_jacobian(model, point))
    search = _Search(model, derivative, observed, root)
    troubles: list[QuesnayError] = []
    for damping in _DAMPINGS:
        try:
            return _run(search, search.begin(theta, damping), max_iterations)
        except (ConvergenceError, EstimationError) as trouble:
            troubles.append(trouble)
    raise troubles[0]


def _run(search: "_Search", state: "_State", max_iterations: int) -> NonlinearFit:
    """Advance until the search rests, and check where it rests."""
    steps = 0
    for _ in range(max_iterations):
        moved, resting = search.advance(state)
        steps += moved
        if resting:
            return _finish(state, search.observed, search.root, steps)
    raise ConvergenceError(
        f"nonlinear least squares: no optimum after {max_iterations} trial steps, sum of squares "
        f"{state.rss:.6g}; try other starting values or fewer parameters"
    )


def _inputs(
    y: ArrayLike, start: ArrayLike, weights: ArrayLike | None
) -> tuple[type_array, type_array, type_array]:
    """Return observations, roots of weights and start as checked arrays."""
    observed, theta = np.asarray(y, dtype=float), np.array(start, dtype=float)
    root = np.ones_like(observed) if weights is None else np.asarray(weights, dtype=float)
    if observed.ndim != 1 or theta.ndim != 1 or root.shape != observed.shape:
        raise EstimationError(
            f"nonlinear least squares: y {observed.shape}, start {theta.shape} and weights "
            f"{root.shape} must be one-dimensional, with one weight per observation"
        )
    if not (np.isfinite(observed).all() and np.isfinite(theta).all()):
        raise EstimationError("nonlinear least squares: y and start must be finite numbers")
    if not (np.isfinite(root).all() and (root > 0).all()):
        raise EstimationError("nonlinear least squares: weights must be positive, finite numbers")
    if observed.size < theta.size:
        raise EstimationError(
            f"nonlinear least squares: {observed.size} observations cannot identify "
            f"{theta.size} parameters; give more observations or fix parameters"
        )
    return observed, np.sqrt(root), theta


@dataclass(frozen=True, slots=True)
class _Search:
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

    def begin(self, theta: type_array, damping: float) -> _State:
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
        return _State(theta, residual, slope, np.where(scale > 0, scale, 1.0), damping)

    def advance(self, state: _State) -> tuple[bool, bool]:
        """Try one step, in place; return whether it was accepted and whether the search rests."""
        growth = 2.0
        while True:
            step = _damped_step(state)
            size = float(np.linalg.norm(state.scale * step))
            small = size <= _SMALLEST_STEP * float(np.linalg.norm(state.scale * state.theta))
            trial = self.residual(state.theta + step)
            predicted = state.rss - float(np.sum((state.residual - state.jacobian @ step) ** 2))
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

    def _accept(self, state: _State, step: type_array, trial: type_array) -> bool:
        """Move the state where the derivatives are finite there."""
        theta = state.theta + step
        slope = self.slope(theta)
        if not np.isfinite(slope).all():
            return False
        state.theta, state.residual, state.jacobian = theta, trial, slope
        state.scale = np.maximum(state.scale, norms_of(slope))
        return True


def _damped_step(state: _State) -> type_array:
    """Solve the damped, column-scaled problem by least squares on the stacked system."""
    k = state.theta.size
    stacked = np.vstack([state.jacobian / state.scale, np.sqrt(state.damping) * np.eye(k)])
    target = np.concatenate([state.residual, np.zeros(k)])
    return np.asarray(np.linalg.lstsq(stacked, target, rcond=None)[0] / state.scale)


def _finish(state: _State, observed: type_array, root: type_array, iterations: int) -> NonlinearFit:
    """Check first-order optimality and identification, and return the fit."""
    norms = norms_of(state.jacobian)
    size = float(np.linalg.norm(state.residual))
    weighted = float(np.linalg.norm(root * observed))
    cosine = np.abs(state.jacobian.T @ state.residual) / np.where(norms > 0, norms, 1.0)
    if size > 1e-10 * weighted and float(cosine.max()) > _ORTHOGONAL * size:
        raise ConvergenceError(
            f"nonlinear least squares: the search stopped after {iterations} steps away from an "
            f"optimum (sum of squares {state.rss:.6g}); try other starting values"
        )
    covariance = covariance_of(state.jacobian, norms, state.rss, observed.size - state.theta.size)
    residuals = state.residual / root
    return NonlinearFit(
        state.theta,
        covariance,
        residuals,
        observed - residuals,
        state.jacobian,
        state.rss,
        observed.size - state.theta.size,
        iterations,
    )

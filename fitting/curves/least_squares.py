"""Nonlinear least squares: Levenberg-Marquardt with geodesic acceleration, and its covariance.

Steps are scaled by the Jacobian's columns and corrected along the curve that they begin (Transtrum
and Sethna 2012); derivatives are given or come from extrapolated central differences.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quesnay.fitting.arrays import Array, Function
from quesnay.fitting.errors import ConvergenceError, EstimationError, QuesnayError

_FLOAT = float(np.finfo(float).eps)
_THIRD = float(np.cbrt(np.finfo(float).eps))
_SMALLEST_STEP = 1e-13  # relative change of the scaled parameters at which the search rests
_BENT = 1e-5  # relative step from which on a second derivative is more than rounding
_PROBE = 0.1  # share of the step at which the second derivative is taken
_SHARPEST = 0.75  # longest acceleration, as a share of the step, that is trusted
# First damping and whether the scale only grows: cautious searches where a bold first step leaves
# the valley, and one whose scale follows the slope where it falls by powers of ten on the way.
_SEARCHES = ((1e-3, True), (1.0, True), (1e3, True), (1e-3, False))
_ORTHOGONAL = 1e-6  # largest cosine between residuals and a column of the Jacobian at an optimum


@dataclass(frozen=True, slots=True)
class NonlinearFit:
    """A nonlinear least-squares fit.

    `params` (k,): the estimates; `covariance` (k, k): ``s2 (J'J)^-1``; NaN without degrees of
    freedom; `residuals`, `fitted` (n,): observed minus fitted, and fitted, in the units of the
    observations; `jacobian` (n, k): derivatives of the fitted values at the estimates, times the
    root of the weights; `rss`: weighted sum of squared residuals; `dof`: observations minus
    parameters; `iterations`: accepted steps.
    """

    params: Array
    covariance: Array
    residuals: Array
    fitted: Array
    jacobian: Array
    rss: float
    dof: int
    iterations: int

    @property
    def std_errors(self) -> Array:
        """Standard errors of the estimates."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def unscaled(self) -> Array:
        """Covariance for errors of known size, ``(J'J)^-1`` with the weights' roots in J."""
        return covariance_of(self.jacobian, norms_of(self.jacobian), 1.0, 1)

    @property
    def sigma(self) -> float:
        """Residual standard deviation, root of ``rss / dof``; NaN without degrees of freedom."""
        return float(np.sqrt(self.rss / self.dof)) if self.dof > 0 else float("nan")


def norms_of(matrix: Array) -> Array:
    """Return the length of each column."""
    return np.asarray(np.linalg.norm(matrix, axis=0))


def covariance_of(slope: Array, norms: Array, rss: float, dof: int) -> Array:
    """Return ``s2 (J'J)^-1`` from the QR of the column-scaled Jacobian."""
    if not (norms > 0).all():
        raise EstimationError(
            f"nonlinear least squares: parameter {int(np.argmin(norms)) + 1} does not move the "
            "fitted values at the optimum; it is not identified by these observations"
        )
    triangle = np.linalg.qr(slope / norms, mode="r")
    if np.abs(np.diag(triangle)).min() < slope.shape[0] * _FLOAT:
        raise EstimationError(
            "nonlinear least squares: the parameters are not identified apart (singular "
            "Jacobian at the optimum); fix one of them or give more observations"
        )
    half = np.linalg.solve(triangle, np.eye(len(norms))) / norms[:, None]
    scale = rss / dof if dof > 0 else np.nan
    return np.asarray(scale * half @ half.T)


def central_jacobian(function: Callable[[Array], Array], theta: Array) -> Array:
    """Return the derivatives of a function by central differences, extrapolated once.

    Two central differences with steps h and h/2 are combined, ``(4 D(h/2) - D(h)) / 3``, so the
    error is of order h^4 (Richardson 1911).

    Shapes: `theta` (k,); returns (n, k).
    """
    columns = []
    for place, value in enumerate(theta):
        step = 4 * _THIRD * (abs(value) or 1.0)
        wide, narrow = (_difference(function, theta, place, h) for h in (step, step / 2))
        columns.append((4 * narrow - wide) / 3)
    return np.stack(columns, axis=-1)


def _difference(function: Callable[[Array], Array], theta: Array, place: int, step: float) -> Array:
    above, below = theta.copy(), theta.copy()
    above[place] += step
    below[place] -= step
    return np.asarray((function(above) - function(below)) / (above[place] - below[place]))


@dataclass(slots=True)
class State:
    """Where the search is: parameters, weighted residuals and Jacobian, scale and damping."""

    theta: Array
    residual: Array
    jacobian: Array
    scale: Array
    damping: float
    growing: bool

    @property
    def rss(self) -> float:
        """Weighted sum of squared residuals."""
        return float(self.residual @ self.residual)


@dataclass(frozen=True, slots=True)
class Search:
    """The problem, with the two moves that the algorithm needs."""

    model: Function
    derivative: Function
    observed: Array
    root: Array

    def residual(self, theta: Array) -> Array:
        """Weighted residuals; not finite where the model is not."""
        with np.errstate(all="ignore"):
            fitted = np.asarray(self.model(theta), dtype=float)
            return np.asarray(self.root * (self.observed - fitted))

    def slope(self, theta: Array) -> Array:
        """Weighted derivatives of the fitted values."""
        with np.errstate(all="ignore"):
            return np.asarray(self.root[:, None] * self.derivative(theta))

    def begin(self, theta: Array, damping: float, *, growing: bool) -> State:
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

    def _step(self, state: State) -> tuple[Array, Array]:
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

    def _accept(self, state: State, step: Array, trial: Array) -> bool:
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


def _damped(state: State, target: Array) -> Array:
    """Solve the damped, column-scaled problem by least squares on the stacked system."""
    k = state.theta.size
    stacked = np.vstack([state.jacobian / state.scale, np.sqrt(state.damping) * np.eye(k)])
    whole = np.concatenate([target, np.zeros(k)])
    return np.asarray(np.linalg.lstsq(stacked, whole, rcond=None)[0] / state.scale)


def nonlinear_least_squares(
    model: Function,
    y: ArrayLike,
    start: ArrayLike,
    *,
    jacobian: Function | None = None,
    weights: ArrayLike | None = None,
    max_iterations: int = 2000,
    attempts: int = len(_SEARCHES),
) -> NonlinearFit:
    """Fit a nonlinear model by Levenberg-Marquardt.

    Each step solves ``min |r - J d|^2 + damping |D d|^2`` by least squares on the stacked,
    column-scaled Jacobian (never by normal equations), with Moré's growing scale D and Nielsen's
    damping, and bends as the model does along it. Where that fails, other first dampings are
    tried, and Marquardt's scale, the lengths of the current columns.

    Marquardt (1963), SIAM Journal 11(2); Moré (1978), "The Levenberg-Marquardt algorithm", Lecture
    Notes in Mathematics 630; Nielsen (1999), report IMM-REP-1999-05, eq. 2.5; Transtrum and Sethna
    (2012), arXiv:1201.5885, for the acceleration.
    """
    observed, root, theta = _inputs(y, start, weights)
    derivative = jacobian or (lambda point: central_jacobian(model, point))
    search = Search(model, derivative, observed, root)
    troubles: list[QuesnayError] = []
    for damping, growing in _SEARCHES[:attempts]:
        try:
            return _run(search, search.begin(theta, damping, growing=growing), max_iterations)
        except (ConvergenceError, EstimationError) as trouble:
            troubles.append(trouble)
    raise troubles[0]


def _run(search: Search, state: State, max_iterations: int) -> NonlinearFit:
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
) -> tuple[Array, Array, Array]:
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


def _finish(state: State, observed: Array, root: Array, iterations: int) -> NonlinearFit:
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

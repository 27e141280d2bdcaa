"""Nonlinear least squares: Levenberg-Marquardt with geodesic acceleration."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quesnay.fitting.curves.derivative import central_jacobian
from quesnay.fitting.curves.nonlinear_fit import NonlinearFit, covariance_of, norms_of
from quesnay.fitting.curves.search import Search, State
from quesnay.fitting.errors import ConvergenceError, EstimationError, QuesnayError

__all__ = ["NonlinearFit", "nonlinear_least_squares"]

type_array = NDArray[np.float64]
type_model = Callable[[type_array], type_array]

# First damping and whether the scale only grows: cautious searches where a bold first step leaves
# the valley, and one whose scale follows the slope where it falls by powers of ten on the way.
_SEARCHES = ((1e-3, True), (1.0, True), (1e3, True), (1e-3, False))
_ORTHOGONAL = 1e-6  # largest cosine between residuals and a column of the Jacobian at an optimum


def nonlinear_least_squares(
    model: type_model,
    y: ArrayLike,
    start: ArrayLike,
    *,
    jacobian: type_model | None = None,
    weights: ArrayLike | None = None,
    max_iterations: int = 2000,
    attempts: int = len(_SEARCHES),
) -> NonlinearFit:
    """Fit a nonlinear model by Levenberg-Marquardt.

    Each step solves ``min |r - J d|^2 + damping |D d|^2`` by least squares on the stacked,
    column-scaled Jacobian (never by normal equations), with Moré's growing scale D and Nielsen's
    damping, and bends as the model does along it. Where that fails, other first dampings are
    tried, and Marquardt's scale, the lengths of the current columns.

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
        Largest number of steps of a search.
    attempts : int
        How many of the four searches to try.

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
    Marquardt (1963), SIAM Journal 11(2); Moré (1978), "The Levenberg-Marquardt algorithm", Lecture
    Notes in Mathematics 630; Nielsen (1999), report IMM-REP-1999-05, eq. 2.5; Transtrum and Sethna
    (2012), arXiv:1201.5885, for the acceleration.

    Examples
    --------
    >>> t = np.arange(4.0)
    >>> fit = nonlinear_least_squares(lambda b: b[0] * np.exp(b[1] * t), 2 * np.exp(t / 2), [1, 1])
    >>> fit.params.round(8).tolist()
    [2.0, 0.5]
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


def _finish(state: State, observed: type_array, root: type_array, iterations: int) -> NonlinearFit:
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

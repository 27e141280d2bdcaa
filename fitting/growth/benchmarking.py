"""Figures made to add up: annual ones spread over quarters or months, estimates under identities.

Without a regression by Denton and Denton-Cholette; by regression on indicators with errors of
Chow-Lin, Fernández or Litterman. Every result adds up to the figures it was made from, and can be
held at zero from below. Estimates meet identities by generalised least squares under constraints.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from quesnay.fitting.arrays import Array, Function
from quesnay.fitting.errors import BalanceError, ConvergenceError, DataError, EstimationError

CONVERSIONS = ("sum", "average", "first", "last")
OBJECTIVES = ("maxlog", "minrss-quilis", "minrss-ecotrim")
_LIMIT = 0.999  # R's tempdisagg searches rho in the same interval
_GRID = 61  # the likelihood may have several hills: a grid, dense near 1, finds the highest first
_TIE = 1e-9  # log-likelihoods nearer than this differ by rounding only


@dataclass(frozen=True, slots=True)
class Disaggregated:
    """A disaggregated series and the regression behind it.

    `values` (n,): high-frequency values, which aggregate to the given ones; `std_errors` (n,):
    their standard errors given rho; NaN for Denton, which is no statistical model; `coefficients`
    (k,): regression coefficients; empty for Denton; `covariance` (k, k): their covariance;
    `residuals` (m,): low-frequency residuals of the regression; `rho`: autoregressive parameter;
    NaN for Denton; `truncated`: whether a negative rho was set to 0; `loglik`: log-likelihood; NaN
    for Denton; `dof`: low-frequency observations minus coefficients.
    """

    values: Array
    std_errors: Array
    coefficients: Array
    covariance: Array
    residuals: Array
    rho: float
    truncated: bool
    loglik: float
    dof: int


def aggregation_matrix(
    low: int, high: int, ratio: int, *, conversion: str = "sum", before: int = 0
) -> Array:
    """Return the matrix that turns the high-frequency series into the low-frequency one.

    Shapes: returns (low, high).
    """
    if conversion not in CONVERSIONS:
        raise DataError(f"conversion {conversion!r} is unknown; expected one of {CONVERSIONS}")
    weights = {
        "sum": np.ones(ratio),
        "average": np.full(ratio, 1 / ratio),
        "first": np.eye(ratio)[0],
        "last": np.eye(ratio)[-1],
    }[conversion]
    matrix = np.zeros((low, high))
    for row in range(low):
        place = before + row * ratio
        matrix[row, place : place + ratio] = weights
    return matrix


def denton(
    low: ArrayLike,
    indicator: ArrayLike,
    C: ArrayLike,
    *,
    additive: bool = False,
    order: int = 1,
    transient: bool = False,
    nonnegative: bool = False,
) -> Disaggregated:
    """Return the series nearest in movement to an indicator that meets the low-frequency values.

    Proportional: minimises the sum of squared differences of ``y / indicator - 1`` under
    ``C y = low``; additive: of ``y - indicator``.

    Shapes: `low` (m,), `indicator` (n,), `C` (m, n).

    Denton (1971), Journal of the American Statistical Association 66(333); without the start that
    Cholette removed: Dagum and Cholette (2006), ch. 6.
    """
    target, guide, matrix = (np.asarray(a, dtype=float) for a in (low, indicator, C))
    n, m = len(guide), len(target)
    # in units of the indicator the differences are of numbers near 1, whatever its size
    scale, prior = (np.ones(n), guide) if additive else (guide, np.ones(n))
    reach = matrix * scale
    size = np.abs(reach).max(axis=1)
    reach, wanted = reach / size[:, None], target / size
    before = np.zeros((order if transient else 0, n))
    slope = np.diff(np.eye(n), n=order, axis=0, prepend=before)
    system = np.zeros((n + m, n + m))
    system[:n, :n] = slope.T @ slope
    system[:n, n:], system[n:, :n] = reach.T, reach
    pull = slope.T @ (slope @ prior)
    if m < order and not transient:  # rounding would hide that the system is singular
        raise EstimationError(
            f"Denton-Cholette of order {order} needs {order} low-frequency values or more, got "
            f"{m}; give more, or lower the order"
        )
    try:
        ratio = np.linalg.solve(system, np.concatenate([pull, wanted]))[:n]
    except np.linalg.LinAlgError:
        raise EstimationError(
            "Denton-Cholette: the indicator adds up to zero, so that no multiple of it meets the "
            "values; use additive=True"
        ) from None
    if nonnegative:
        ratio = _held(ratio, slope.T @ slope, reach, np.sign(scale))
    return _unestimated(scale * ratio, target - matrix @ guide)


def _unestimated(values: Array, residuals: Array) -> Disaggregated:
    """Return values that no statistical model stands behind."""
    n, none, unknown = len(values), np.empty(0), float("nan")
    errors = np.full(n, np.nan)
    return Disaggregated(
        values, errors, none, np.empty((0, 0)), residuals, unknown, False, unknown, 0
    )


def chow_lin(
    low: ArrayLike,
    X: ArrayLike,
    C: ArrayLike,
    *,
    errors: str = "ar1",
    rho: float | None = None,
    objective: str = "maxlog",
    truncate: bool = True,
    nonnegative: bool = False,
) -> Disaggregated:
    """Return the best linear unbiased high-frequency series given indicators.

    ``y = X b + u``, u first-order autoregressive ("ar1", Chow and Lin 1971), a random walk
    ("walk", Fernández 1981) or a random walk with autoregressive steps ("ar1-walk", Litterman
    1983). b by generalised least squares on the aggregated data; rho by maximum likelihood, or by
    the least weighted sum of squares.

    Shapes: `low` (m,), `X` (n, k), `C` (m, n).
    """
    target, matrix = np.asarray(low, dtype=float), np.asarray(C, dtype=float)
    regressors = np.asarray(X, dtype=float)
    _check_rank(target, matrix @ regressors)
    truncated = False
    if errors == "walk":
        rho = 0.0
    elif rho is None:
        rho = _searched(_Search(target, matrix @ regressors, matrix, errors, objective))
        truncated = truncate and rho < 0
        rho = 0.0 if truncated else rho
    Q = _covariance(len(regressors), rho, errors)
    made = _distribute(target, regressors, matrix, Q, (rho, truncated))
    if not nonnegative:
        return made
    size = float(np.abs(made.values).max()) or 1.0
    metric = np.linalg.inv(Q)
    values = size * _held(made.values / size, (metric + metric.T) / 2, matrix, np.ones(len(Q)))
    return replace(made, values=values)


def _held(x: Array, K: Array, C: Array, sign: Array) -> Array:
    """Return the least change of x, measured by K, that keeps C x and has no negative ``sign x``.

    x minimises a quadratic with the matrix K under ``C x = low``; another series that adds up costs
    ``(z - x)' K (z - x)`` more. With N a basis of what C does not see, whitened by K, this is the
    point nearest to zero in a cone: non-negative least squares (Lawson and Hanson 1974, ch. 23).
    What it holds at zero is then solved for anew, so that the sums are kept to rounding.
    """
    from scipy.optimize import nnls

    if (sign * x >= 0).all():
        return x
    n, m = len(x), len(C)
    unseen = np.linalg.qr(C.T, mode="complete")[0][:, m:]
    factor = np.linalg.cholesky(unseen.T @ K @ unseen)
    reach = sign[:, None] * np.linalg.solve(factor, unseen.T).T
    goal = np.append(np.zeros(n - m), 1.0)
    system = np.vstack([reach.T, -sign * x])
    pushed, _ = nnls(system, goal, maxiter=30 * n)
    held = np.flatnonzero(pushed > 0)
    chosen = np.eye(n)[held]
    rows = np.vstack([C, chosen])
    whole = np.block([[K, rows.T], [rows, np.zeros((len(rows), len(rows)))]])
    right = np.concatenate([K @ x, C @ x, np.zeros(len(held))])
    found = np.linalg.lstsq(whole, right, rcond=None)[0][:n]
    found[held] = 0.0
    return np.asarray(np.where(sign * found < 0, 0.0, found))


@dataclass(frozen=True, slots=True)
class _Regression:
    """Generalised least squares on the low-frequency data, whitened by the factor of V."""

    factor: Array
    coefficients: Array
    residuals: Array
    root: Array
    rss: float
    loglik: float


def _check_rank(target: Array, regressors: Array) -> None:
    """Refuse too few observations and collinear indicators."""
    m, k = regressors.shape
    if m <= k:
        raise EstimationError(
            f"disaggregation by regression: {m} low-frequency values cannot carry {k} "
            "coefficients; give more values or fewer indicators"
        )
    norms = np.linalg.norm(regressors, axis=0)
    if not (norms > 0).all() or np.linalg.matrix_rank(regressors / norms, tol=1e-10) < k:
        raise EstimationError(
            "disaggregation by regression: the indicators are collinear once aggregated (one is "
            "constant beside the intercept, or repeats others); drop one"
        )
    if len(target) != m:
        raise EstimationError(f"disaggregation: {len(target)} values but {m} aggregated indicators")


def _covariance(n: int, rho: float, errors: str) -> Array:
    """Return the covariance of the high-frequency errors, the variance of shocks taken out."""
    if errors == "ar1":
        lag = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
        return np.asarray((rho ** np.arange(n))[lag] / (1 - rho**2))
    # shocks accumulate: u = (D' H' H D)^-1 with D the difference and H the quasi-difference
    steps = np.tril(np.ones((n, n)))
    if rho != 0:
        lag = np.subtract.outer(np.arange(n), np.arange(n))
        steps = steps @ np.where(lag >= 0, rho ** np.maximum(lag, 0), 0.0)
    return np.asarray(steps @ steps.T)


def _covariance_slope(n: int, rho: float, errors: str) -> Array:
    """Return the derivative of the covariance of the errors by rho."""
    lag = np.subtract.outer(np.arange(n), np.arange(n))
    lag = np.abs(lag) if errors == "ar1" else lag
    powers = np.where(lag > 0, lag * rho ** np.maximum(lag - 1, 0), 0.0)
    if errors == "ar1":
        return np.asarray((powers + 2 * rho * _covariance(n, rho, errors)) / (1 - rho**2))
    walk = np.tril(np.ones((n, n)))
    steps = walk @ np.where(lag >= 0, rho ** np.maximum(lag, 0), 0.0)
    half = (walk @ powers) @ steps.T
    return np.asarray(half + half.T)


def _regress(target: Array, regressors: Array, V: Array) -> _Regression:
    """Whiten by the Cholesky factor of V and solve by QR."""
    m = len(target)
    factor = np.asarray(np.linalg.cholesky(V), dtype=float)
    white = np.linalg.solve(factor, np.column_stack([regressors, target]))
    Qx, root = np.linalg.qr(white[:, :-1])
    coefficients = np.linalg.solve(root, Qx.T @ white[:, -1])
    left = white[:, -1] - white[:, :-1] @ coefficients
    rss = float(left @ left)
    spread = np.log(rss / m) if rss > 0 else -np.inf
    loglik = -m / 2 * (1 + np.log(2 * np.pi) + spread) - np.log(np.diag(factor)).sum()
    residuals = target - regressors @ coefficients
    return _Regression(factor, coefficients, residuals, root, rss, float(loglik))


@dataclass(frozen=True, slots=True)
class _Search:
    """What rho is sought by, on the scale of a log-likelihood turned downwards."""

    target: Array
    regressors: Array
    C: Array
    errors: str
    objective: str

    def cost(self, rho: float) -> float:
        """Return the objective."""
        fit = self._fit(rho)
        if self.objective == "maxlog" or fit.rss == 0:
            return -fit.loglik
        shrunk = np.log1p(-(rho**2)) if self.objective == "minrss-ecotrim" else 0.0
        return float(len(self.target) / 2 * (np.log(fit.rss) - shrunk))

    def slope(self, rho: float) -> float:
        """Return the derivative of the objective, which has more digits than it near its foot."""
        fit, half = self._fit(rho), len(self.target) / 2
        change = self.C @ _covariance_slope(self.C.shape[1], rho, self.errors) @ self.C.T
        pull = np.linalg.solve(fit.factor.T, np.linalg.solve(fit.factor, fit.residuals))
        found = -half * float(pull @ change @ pull) / fit.rss
        if self.objective == "maxlog":
            inner = np.linalg.solve(fit.factor, np.linalg.solve(fit.factor, change).T)
            return found + float(np.trace(inner)) / 2
        return found + (2 * half * rho / (1 - rho**2) if self.objective == "minrss-ecotrim" else 0)

    def _fit(self, rho: float) -> _Regression:
        V = self.C @ _covariance(self.C.shape[1], rho, self.errors) @ self.C.T
        return _regress(self.target, self.regressors, V)


def _searched(search: _Search) -> float:
    """Return the best rho in (-0.999, 0.999)."""
    from scipy.optimize import brentq, minimize_scalar

    grid = np.tanh(np.linspace(-np.arctanh(_LIMIT), np.arctanh(_LIMIT), _GRID))
    costs = np.array([search.cost(rho) for rho in grid])
    if np.isneginf(costs).any():
        return 0.0  # the indicators explain the values exactly: rho has nothing to act on
    # of stocks only even powers of rho are seen: where both signs are as likely, take the positive
    rising = np.where(grid >= 0, costs, np.inf)
    best = int(rising.argmin() if rising.min() <= costs.min() + _TIE else costs.argmin())
    ends = (float(grid[max(best - 1, 0)]), float(grid[min(best + 1, _GRID - 1)]))
    if search.slope(ends[0]) < 0 < search.slope(ends[1]):
        return float(brentq(search.slope, ends[0], ends[1], xtol=1e-15))
    found = minimize_scalar(search.cost, bounds=ends, method="bounded", options={"xatol": 1e-10})
    return float(found.x)


def _distribute(
    target: Array,
    regressors: Array,
    C: Array,
    Q: Array,
    search: tuple[float, bool],
) -> Disaggregated:
    """Spread the low-frequency residuals over the periods, and say how sure the result is."""
    fit = _regress(target, C @ regressors, C @ Q @ C.T)
    half = np.linalg.solve(fit.factor, C @ Q)
    values = regressors @ fit.coefficients + half.T @ np.linalg.solve(fit.factor, fit.residuals)
    dof = len(target) - len(fit.coefficients)
    variance = fit.rss / dof
    inverse = np.linalg.inv(fit.root)
    unexplained = regressors - half.T @ np.linalg.solve(fit.factor, C @ regressors)
    spread = np.diag(Q) - np.sum(half**2, axis=0) + np.sum((unexplained @ inverse) ** 2, axis=1)
    return Disaggregated(
        values,
        np.sqrt(variance * np.maximum(spread, 0.0)),
        fit.coefficients,
        variance * inverse @ inverse.T,
        fit.residuals,
        search[0],
        search[1],
        fit.loglik,
        dof,
    )


_RANK = 1e-11  # singular values below this share of the largest are redundant identities
_REST = 1e-13  # relative change at which the iteration rests
_STALL = 1e-9  # the same where it no longer gets smaller
_MET = 1e-9  # relative residual at which an identity holds


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Adjusted values and what the adjustment cost.

    `values` (n,): adjusted values; `covariance` (n, n): their covariance; `statistic`: ``(x - x0)'
    V^-1 (x - x0)``, chi-squared with `rank` degrees of freedom where the covariances are right and
    the identities hold; `rank`: independent identities; `iterations`: linearisations; 1 for linear
    identities.
    """

    values: Array
    covariance: Array
    statistic: float
    rank: int
    iterations: int


def adjust(
    values: ArrayLike,
    covariance: ArrayLike,
    residual: Function,
    jacobian: Function,
    *,
    names: Sequence[str] = (),
    max_iterations: int = 200,
) -> Adjustment:
    """Return the values nearest to the given ones, by their covariance, that meet all identities.

    Minimises ``(x - x0)' V^-1 (x - x0)`` under ``g(x) = 0`` without inverting V, so a variance of
    0 fixes a value. Linear identities take one step, ``x = x0 - V A' (A V A')^-1 g(x0)``; others
    are linearised again at each step until the step vanishes.

    Shapes: `values` (n,), `covariance` (n, n).

    Stone, Champernowne and Meade (1942), "The precision of national income estimates", Review of
    Economic Studies 9(2); Byron (1978) for the algorithm; nonlinear identities by the
    Gauss-Newton method of Britt and Luecke (1973).
    """
    first, spread = np.array(values, dtype=float), np.asarray(covariance, dtype=float)
    size = np.maximum(np.abs(first), np.sqrt(np.diag(spread)))
    current, last = first.copy(), np.inf
    for step in range(1, max_iterations + 1):
        slope = jacobian(current)
        gap = residual(current) + slope @ (first - current)
        if not np.isfinite(gap).all():  # nor is it where a slope is not
            raise ConvergenceError(
                "reconciliation: an identity has no finite value or slope at the values that step "
                f"{step - 1} led to; start from estimates nearer to the identities, or state them "
                "without divisions"
            )
        moved = first - _solve(spread, slope, gap).shift
        change = np.max(np.abs(moved - current) / np.where(size > 0, size, 1.0), initial=0.0)
        current = moved
        # rounding alone moves values that are small beside their identity: then nothing gets better
        stalled = change <= _STALL and change > last / 2
        if step > 1 and (change <= _REST or stalled):
            return _finished(_Problem(first, spread, residual, jacobian, names), current, step - 1)
        last = float(change)
    raise ConvergenceError(
        f"reconciliation: the linearised identities did not settle in {max_iterations} steps; "
        "start from estimates nearer to the identities, or state them without divisions"
    )


@dataclass(frozen=True, slots=True)
class _Problem:
    """First estimates, their covariance and the identities."""

    first: Array
    spread: Array
    residual: Function
    jacobian: Function
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Solved:
    """One linear step: shift of the values, reduction of the covariance, statistic and rank."""

    shift: Array
    reduction: Array
    statistic: float
    rank: int


def _solve(spread: Array, slope: Array, gap: Array) -> _Solved:
    """Solve ``(A V A') k = gap`` by eigenvalues of the scaled matrix, redundancy left out."""
    gain = spread @ slope.T
    inner = slope @ gain
    scale = np.sqrt(np.maximum(np.diag(inner), 0.0))
    scale = np.where(scale > 0, scale, 1.0)
    roots, vectors = np.linalg.eigh(inner / np.outer(scale, scale))
    kept = roots > _RANK * max(float(roots.max(initial=0.0)), float(np.finfo(float).tiny))
    scores = vectors[:, kept].T @ (gap / scale) / np.sqrt(roots[kept])
    half = (gain / scale) @ vectors[:, kept] / np.sqrt(roots[kept])
    return _Solved(half @ scores, half @ half.T, float(scores @ scores), int(kept.sum()))


def _finished(problem: _Problem, values: Array, steps: int) -> Adjustment:
    """Check that every identity holds, and return values, covariance and statistic."""
    slope, left = problem.jacobian(values), problem.residual(values)
    # a value that is moved to 0 keeps the rounding of what it was and of how far it could move
    reach = np.maximum(np.abs(problem.first), np.sqrt(np.diag(problem.spread)))
    size = np.abs(slope) @ np.maximum(np.abs(values), reach)
    broken = np.abs(left) > _MET * np.where(size > 0, size, 1.0)
    if broken.any():
        place = int(np.argmax(np.abs(left) * broken))
        name = problem.names[place] if place < len(problem.names) else f"number {place + 1}"
        raise BalanceError(
            f"identity {name}: {left[place]:.6g} is left after every adjustment that the "
            "covariances allow; free a fixed value in it or drop the identity"
        )
    solved = _solve(problem.spread, slope, left + slope @ (problem.first - values))
    covariance = problem.spread - solved.reduction
    return Adjustment(values, (covariance + covariance.T) / 2, solved.statistic, solved.rank, steps)

"""Random effects: variance of unit effects and of the rest, and least squares weighted by them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from quesnay.fitting.checks import as_design, as_vector
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.groups import Stack, group_means, stack
from quesnay.fitting.regression.least_squares import Projection, project

__all__ = ["Method", "RandomEffects", "random_effects", "within_columns"]

Array = npt.NDArray[np.float64]
Method = Literal["swar", "walhus", "amemiya", "nerlove", "ml"]


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """Generalised least squares under unit effects independent of the regressors.

    Parameters
    ----------
    coefficients : (k,) array
        Slopes and intercept in the order of X.
    covariance : (k, k) array
        Classical covariance of the quasi-demeaned regression.
    residuals : (n,) array
        ``y - X b`` in the order of the rows given (unit effects included).
    sigma2_idiosyncratic, sigma2_unit : float
        The two variances.
    theta : (n,) array
        Share of the unit mean taken off each row, ``1 - sqrt(s_e^2 / (T_i s_u^2 + s_e^2))``.
    projection : Projection
        Of the quasi-demeaned data, in the order of the rows given.
    """

    coefficients: Array
    covariance: Array
    residuals: Array
    sigma2_idiosyncratic: float
    sigma2_unit: float
    theta: Array
    projection: Projection


def random_effects(
    y: npt.ArrayLike, X: npt.ArrayLike, *, unit: npt.ArrayLike, method: Method = "swar"
) -> RandomEffects:
    """Estimate a panel regression with random unit effects.

    Shapes: `y` (n,), `X` (n, k), `unit` (n,).

    Swamy and Arora (1972), Econometrica 40; Baltagi (2021), sec. 2.3 and 9.2.
    """
    outcome, design, panel = _panel(y, X, unit)
    solvers = {
        "swar": _swamy_arora,
        "walhus": _wallace_hussain,
        "amemiya": _amemiya,
        "nerlove": _nerlove,
        "ml": _likelihood,
    }
    if method not in solvers:
        raise EstimationError(f"method: {method!r}; use one of {', '.join(solvers)}")
    idiosyncratic, between = solvers[method](outcome, design, panel)
    if idiosyncratic <= 1e-26 * float(outcome @ outcome) / outcome.size:
        raise EstimationError("y: the regressors explain it exactly inside units; no variance left")
    return _gls(outcome, design, panel, idiosyncratic, max(between, 0.0))


def within_columns(design: Array, panel: Stack) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return the design about unit means and which columns vary inside units (sorted rows)."""
    within = design - panel.unit_means(design)
    varying = np.abs(within).max(axis=0) > 1e-12 * np.abs(design).max(axis=0)
    return within, np.asarray(varying)


def _panel(y: npt.ArrayLike, X: npt.ArrayLike, unit: npt.ArrayLike) -> tuple[Array, Array, Stack]:
    design = as_design(X)
    outcome = as_vector(y, design.shape[0])
    panel = stack(unit, None, outcome.size)
    if panel.rows == panel.units:
        raise EstimationError("unit: every unit is seen once; random effects need two times")
    return outcome[panel.order], design[panel.order], panel


def _gls(y: Array, X: Array, panel: Stack, idiosyncratic: float, between: float) -> RandomEffects:
    length = panel.length[panel.unit].astype(np.float64)
    theta = 1.0 - np.sqrt(idiosyncratic / (length * between + idiosyncratic))
    back = np.argsort(panel.order)
    quasi_y = (y - theta * panel.unit_means(y))[back]
    quasi_x = (X - theta[:, None] * panel.unit_means(X))[back]
    fit = project(quasi_y, quasi_x)
    variance = fit.ssr / max(fit.nobs - fit.rank, 1)
    residuals = (y - X @ fit.coefficients)[back]
    return RandomEffects(
        fit.coefficients,
        variance * fit.bread(),
        residuals,
        idiosyncratic,
        between,
        theta[back],
        fit,
    )


def _within_fit(y: Array, X: Array, panel: Stack) -> tuple[Projection, npt.NDArray[np.bool_]]:
    within, varying = within_columns(X, panel)
    if not varying.any():
        raise EstimationError("X: no column varies inside units; variances cannot be told apart")
    return project(y - panel.unit_means(y), within[:, varying]), varying


def _swamy_arora(y: Array, X: Array, panel: Stack) -> tuple[float, float]:
    fit, _ = _within_fit(y, X, panel)
    n, N = panel.rows, panel.units
    if X.shape[1] >= N or n - N <= fit.rank:
        raise EstimationError(
            f"unit: {N} units and {n} rows are too few for the between and within regressions of "
            f"{X.shape[1]} coefficients; use method='amemiya' or 'walhus'"
        )
    idiosyncratic = fit.ssr / (n - N - fit.rank)
    means = group_means(X, panel.unit, N)
    weight = np.sqrt(panel.length)
    scaled = weight[:, None] * means
    # unit means among the regressors (Mundlak) repeat themselves here: a basis, not the columns
    left, values, _ = np.linalg.svd(scaled / np.sqrt((scaled**2).sum(axis=0)), full_matrices=False)
    basis = left[:, values > 1e-10 * values[0]]
    rest = weight * group_means(y, panel.unit, N)
    rest = rest - basis @ (basis.T @ rest)
    trace = float(panel.length @ (basis**2).sum(axis=1))
    surplus = float(rest @ rest) - (N - basis.shape[1]) * idiosyncratic
    return idiosyncratic, surplus / (n - trace)


def _wallace_hussain(y: Array, X: Array, panel: Stack) -> tuple[float, float]:
    fit = project(y, X)
    e = fit.residuals
    n, N = panel.rows, panel.units
    mean = group_means(e, panel.unit, N)
    quad_between = float(panel.length @ mean**2)
    quad_within = fit.ssr - quad_between
    if panel.balanced:
        idiosyncratic = quad_within / (n - N)
        return idiosyncratic, (quad_between / N - idiosyncratic) / panel.times
    basis = group_means(fit.Q, panel.unit, N)
    B = (basis * panel.length[:, None]).T @ basis
    S = (basis * (panel.length**2)[:, None]).T @ basis
    W = np.eye(fit.rank) - B
    system = np.array(
        [
            [n - N - np.trace(W), np.trace(W @ S)],
            [N - np.trace(B), n - 2 * np.trace(S) + np.trace(B @ S)],
        ]
    )
    found = np.linalg.solve(system, np.array([quad_within, quad_between]))
    return float(found[0]), float(found[1])


def _amemiya(y: Array, X: Array, panel: Stack) -> tuple[float, float]:
    fit, varying = _within_fit(y, X, panel)
    n, N = panel.rows, panel.units
    e = y - X[:, varying] @ fit.coefficients
    mean = group_means(e - e.mean(), panel.unit, N)
    quad = float(panel.length @ mean**2)
    if panel.balanced:
        idiosyncratic = fit.ssr / (n - N)
        return idiosyncratic, (quad / N - idiosyncratic) / panel.times
    idiosyncratic = fit.ssr / (n - N - fit.rank)
    means = group_means(X[:, varying] - X[:, varying].mean(axis=0), panel.unit, N)
    scatter = (means * panel.length[:, None]).T @ means
    trace = float(np.trace(fit.bread() @ scatter))
    size = float((panel.length.astype(float) ** 2).sum())
    return idiosyncratic, (quad - (N - 1 + trace) * idiosyncratic) / (n - size / n)


def _nerlove(y: Array, X: Array, panel: Stack) -> tuple[float, float]:
    fit, varying = _within_fit(y, X, panel)
    n, N = panel.rows, panel.units
    effects = group_means(y - X[:, varying] @ fit.coefficients, panel.unit, N)
    share = panel.length / n
    effects = effects - float(share @ effects)
    return fit.ssr / n, float(share @ effects**2) * N / (N - 1)


def _likelihood(y: Array, X: Array, panel: Stack) -> tuple[float, float]:
    """Maximise the likelihood concentrated on the ratio of the two variances."""
    from scipy.optimize import brentq

    n, length = panel.rows, panel.length.astype(np.float64)
    means_y, means_x = panel.unit_means(y), panel.unit_means(X)

    def fitted(ratio: float) -> Projection:
        theta = (1.0 - 1.0 / np.sqrt(1.0 + length * ratio))[panel.unit]
        return project(y - theta * means_y, X - theta[:, None] * means_x)

    def loss(log_ratio: float) -> float:
        ratio = np.exp(log_ratio)
        return float(n * np.log(fitted(ratio).ssr / n) + np.log1p(length * ratio).sum())

    def slope(log_ratio: float) -> float:
        ratio = np.exp(log_ratio)
        fit = fitted(ratio)
        total = np.bincount(panel.unit, y - X @ fit.coefficients)
        pull = float(((total / (1.0 + length * ratio)) ** 2).sum())
        return float((length / (1.0 + length * ratio)).sum()) - n * pull / fit.ssr

    grid = np.linspace(-15.0, 30.0, 91)
    place = int(np.argmin([loss(point) for point in grid]))
    if place == grid.size - 1:
        raise EstimationError("y: what varies inside units is lost beside them; use method='swar'")
    low, high = float(grid[max(place - 1, 0)]), float(grid[place + 1])
    ratio = 0.0
    if slope(low) < 0.0 < slope(high):  # at the minimum the slope has more digits than the loss
        ratio = float(np.exp(brentq(slope, low, high, xtol=1e-14)))
    variance = fitted(ratio).ssr / n
    return variance, ratio * variance

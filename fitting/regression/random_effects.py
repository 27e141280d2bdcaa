"""Random effects: variance of unit effects and of the rest, and least squares weighted by them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.arrays import Array, Mask
from quesnay.fitting.checks import as_design, as_vector
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.fixed_effects import Stack, group_means, stack
from quesnay.fitting.regression.least_squares import Projection, dependent_columns, project

_DEPENDENT = 1e-9  # of its length: what a column must have of its own inside units


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """Generalised least squares under unit effects independent of the regressors.

    `coefficients` (k,): slopes and intercept in the order of X; `covariance` (k, k): classical
    covariance of the quasi-demeaned regression; `sigma2_idiosyncratic`, `sigma2_unit`: the two
    variances; `theta` (n,): share of the unit mean taken off each row, ``1 - sqrt(s_e^2 / (T_i
    s_u^2 + s_e^2))``; `projection`: of the quasi-demeaned data, in the order of the rows given.
    """

    coefficients: Array
    covariance: Array
    sigma2_idiosyncratic: float
    sigma2_unit: float
    theta: Array
    projection: Projection


def random_effects(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    unit: npt.ArrayLike,
    method: str = "swar",
    weights: npt.ArrayLike | None = None,
) -> RandomEffects:
    """Estimate a panel regression with random unit effects.

    Shapes: `y` (n,), `X` (n, k), `unit` (n,), `weights` (n,), inverse to the variance of the rest
    (not of the unit effect), so that w_i, the sum of a unit's weights, takes the place of its T_i;
    with "swar" and "ml" only: for the others no source gives the expected squares with weights.
    Regressors that depend on each other inside units count once, as in plm: the later one is left
    out of the within regression.

    Swamy and Arora (1972), Econometrica 40; Baltagi (2021), sec. 2.3 and 9.2.
    """
    if method not in METHODS:
        raise EstimationError(f"method: {method!r}; use one of {', '.join(METHODS)}")
    if weights is not None and method not in {"swar", "ml"}:
        raise EstimationError(f"weights: not possible with method={method!r}; use 'swar' or 'ml'")
    sample = _sample(y, X, unit, weights)
    idiosyncratic, between = METHODS[method](sample)
    if idiosyncratic <= 1e-26 * float(sample.y @ sample.y) / sample.y.size:
        raise EstimationError("y: the regressors explain it exactly inside units; no variance left")
    return _gls(sample, idiosyncratic, max(between, 0.0))


def within_columns(design: Array, panel: Stack) -> tuple[Array, Mask]:
    """Return the design about unit means and which columns vary inside units (sorted rows)."""
    within = design - panel.unit_means(design)
    varying = np.abs(within).max(axis=0) > 1e-12 * np.abs(design).max(axis=0)
    return within, np.asarray(varying)


def about_unit_means(
    y: npt.ArrayLike, X: npt.ArrayLike, panel: Stack, *, without: str
) -> tuple[Array, Array, Mask]:
    """Return y and the columns of X that vary inside units about unit means, sorted, and which.

    `without` says what is not possible where none does.
    """
    design = as_design(X)
    ordered = as_vector(y, design.shape[0])[panel.order]
    within, varying = within_columns(design[panel.order], panel)
    if not varying.any():
        raise EstimationError(f"X: no column varies inside units; {without}")
    return ordered - panel.unit_means(ordered), within[:, varying], varying


def means_beyond_rounding(means: Array, design: Array) -> Mask:
    """Return which columns have unit means that are no mere rounding, as those of deviations."""
    return np.asarray(np.abs(means).max(axis=0) > 1e-10 * np.abs(design).max(axis=0))


@dataclass(frozen=True, slots=True)
class _Sample:
    """A panel in the order of its units: rows, their weights w, the sum of w by unit."""

    y: Array
    X: Array
    panel: Stack
    weights: Array
    totals: Array

    def means(self, values: Array) -> Array:
        """Return weighted means by unit, (N,) or (N, k)."""
        w = self.weights if values.ndim == 1 else self.weights[:, None]
        sums = group_means(values * w, self.panel.unit, self.panel.units)
        size = self.panel.length / self.totals
        return np.asarray(sums * (size if values.ndim == 1 else size[:, None]))

    def spread(self, values: Array) -> Array:
        """Return weighted means by unit, a row for each row."""
        return np.asarray(self.means(values)[self.panel.unit])

    def within(self) -> tuple[Projection, Mask]:
        """Return the within regression and which columns it rests on."""
        inside = self.X - self.spread(self.X)
        kept = np.abs(inside).max(axis=0) > 1e-12 * np.abs(self.X).max(axis=0)
        root = np.sqrt(self.weights)
        rest, columns = root * (self.y - self.spread(self.y)), inside * root[:, None]
        places = np.flatnonzero(kept)
        if not places.size:  # regressors of the units alone: what is inside is all rest
            none = np.empty((rest.size, 0))
            fit = Projection(none, np.empty((0, 0)), none[0], none[0], rest, np.zeros(rest.size))
            return fit, np.asarray(kept)
        kept[places[dependent_columns(columns[:, places], tolerance=_DEPENDENT)]] = False
        return project(rest, columns[:, kept]), np.asarray(kept)


def _sample(
    y: npt.ArrayLike, X: npt.ArrayLike, unit: npt.ArrayLike, weights: npt.ArrayLike | None
) -> _Sample:
    design = as_design(X)
    outcome = as_vector(y, design.shape[0])
    panel = stack(unit, None, outcome.size)
    if panel.rows == panel.units:
        raise EstimationError("unit: every unit is seen once; random effects need two times")
    w = np.ones(outcome.size)
    if weights is not None:
        w = as_vector(weights, outcome.size, "weights")
        if (w <= 0.0).any():
            row = int(np.argmin(w))
            raise EstimationError(f"weights: {w[row]} at row {row}; give positive numbers")
    w = w[panel.order]
    totals = np.bincount(panel.unit, w, panel.units).astype(np.float64)
    return _Sample(outcome[panel.order], design[panel.order], panel, w, totals)


def _gls(sample: _Sample, idiosyncratic: float, between: float) -> RandomEffects:
    y, X, panel = sample.y, sample.X, sample.panel
    share = 1.0 - np.sqrt(idiosyncratic / (sample.totals * between + idiosyncratic))
    theta, root = share[panel.unit], np.sqrt(sample.weights)
    back = np.argsort(panel.order)
    quasi_y = (root * (y - theta * sample.spread(y)))[back]
    quasi_x = (root[:, None] * (X - theta[:, None] * sample.spread(X)))[back]
    fit = project(quasi_y, quasi_x)
    variance = fit.ssr / max(fit.nobs - fit.rank, 1)
    covariance = variance * fit.bread()
    return RandomEffects(fit.coefficients, covariance, idiosyncratic, between, theta[back], fit)


def _swamy_arora(sample: _Sample) -> tuple[float, float]:
    fit, _ = sample.within()
    X, n, N = sample.X, sample.panel.rows, sample.panel.units
    weight = np.sqrt(sample.totals)
    means = sample.means(X)
    scaled = weight[:, None] * means[:, means_beyond_rounding(means, X)]
    # unit means among the regressors (Mundlak) repeat themselves here: a basis, not the columns
    left, values, _ = np.linalg.svd(scaled / np.sqrt((scaled**2).sum(axis=0)), full_matrices=False)
    basis = left[:, values > 1e-10 * values[0]]
    if basis.shape[1] >= N or n - N <= fit.rank:
        raise EstimationError(
            f"unit: {N} units and {n} rows are too few for the between and within regressions of "
            f"{X.shape[1]} coefficients; use method='amemiya' or 'walhus'"
        )
    idiosyncratic = fit.ssr / (n - N - fit.rank)
    rest = weight * sample.means(sample.y)
    rest = rest - basis @ (basis.T @ rest)
    trace = float(sample.totals @ (basis**2).sum(axis=1))
    surplus = float(rest @ rest) - (N - basis.shape[1]) * idiosyncratic
    return idiosyncratic, surplus / (float(sample.totals.sum()) - trace)


def _wallace_hussain(sample: _Sample) -> tuple[float, float]:
    panel, fit = sample.panel, project(sample.y, sample.X)
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


def _amemiya(sample: _Sample) -> tuple[float, float]:
    y, X, panel = sample.y, sample.X, sample.panel
    fit, varying = sample.within()
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


def _nerlove(sample: _Sample) -> tuple[float, float]:
    y, X, panel = sample.y, sample.X, sample.panel
    fit, varying = sample.within()
    n, N = panel.rows, panel.units
    effects = group_means(y - X[:, varying] @ fit.coefficients, panel.unit, N)
    share = panel.length / n
    effects = effects - float(share @ effects)
    return fit.ssr / n, float(share @ effects**2) * N / (N - 1)


def _likelihood(sample: _Sample) -> tuple[float, float]:
    """Maximise the likelihood concentrated on the ratio of the two variances."""
    from scipy.optimize import brentq

    y, X, panel = sample.y, sample.X, sample.panel
    n, totals, root = panel.rows, sample.totals, np.sqrt(sample.weights)
    means_y, means_x = sample.spread(y), sample.spread(X)

    def fitted(ratio: float) -> Projection:
        theta = (1.0 - 1.0 / np.sqrt(1.0 + totals * ratio))[panel.unit]
        quasi_x = root[:, None] * (X - theta[:, None] * means_x)
        return project(root * (y - theta * means_y), quasi_x)

    def loss(log_ratio: float) -> float:
        ratio = np.exp(log_ratio)
        return float(n * np.log(fitted(ratio).ssr) + np.log1p(totals * ratio).sum())

    def slope(log_ratio: float) -> float:
        ratio = np.exp(log_ratio)
        fit = fitted(ratio)
        total = np.bincount(panel.unit, sample.weights * (y - X @ fit.coefficients))
        pull = float(((total / (1.0 + totals * ratio)) ** 2).sum())
        return float((totals / (1.0 + totals * ratio)).sum()) - n * pull / fit.ssr

    grid = np.linspace(-15.0, 30.0, 91) - np.log(float(sample.weights.mean()))
    place = int(np.argmin([loss(point) for point in grid]))
    if place == grid.size - 1:
        raise EstimationError("y: what varies inside units is lost beside them; use method='swar'")
    low, high = float(grid[max(place - 1, 0)]), float(grid[place + 1])
    ratio = 0.0
    if slope(low) < 0.0 < slope(high):  # at the minimum the slope has more digits than the loss
        ratio = float(np.exp(brentq(slope, low, high, xtol=1e-14)))
    variance = fitted(ratio).ssr / n
    return variance, ratio * variance


METHODS: Mapping[str, Callable[[_Sample], tuple[float, float]]] = {
    "swar": _swamy_arora,
    "walhus": _wallace_hussain,
    "amemiya": _amemiya,
    "nerlove": _nerlove,
    "ml": _likelihood,
}
"""Name -> what gives the variances of the rest and of the unit effects."""

"""A regression drawn again: wild cluster bootstrap, pairs and cluster bootstrap, jackknife.

All regressions on subsets of the same columns, in the same rows, need only ``Z'Z``, Z holding the
outcome and every candidate regressor. Its blocks by cluster give every resample of clusters as
well, as a weighted sum, without going back to the rows. Effects nested in clusters (province by
sector, clustered by province) are taken out inside each cluster, where a bootstrap weight is a
constant and changes nothing. Specification curves use the same tables.

The wild bootstrap imposes the null and flips the residuals of whole clusters, so its tests hold
their size with few of them (Cameron, Gelbach and Miller 2008).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.checks import check_draws
from quesnay.fitting.errors import EstimationError, shown
from quesnay.fitting.regression.clusters import (
    cluster_basis,
    cluster_spectra,
    counted_parameters,
    is_nested,
)
from quesnay.fitting.regression.fixed_effects import absorb_effects, cluster_sums
from quesnay.fitting.regression.least_squares import Regression

_SINGULAR = 1e-13  # reciprocal condition of a scaled table below which nothing is identified
_MOST_LEVELS = 3000  # of effects that cross clusters: one draw takes a second or two
_MOST_CELLS = 150_000_000  # of the tables of products of all clusters
_REDUNDANT = 1e-8  # length that deviations from nested effects keep of a dummy these explain
_RIDGE = 1e-10  # of a dummy's square in a draw: settles redundant ones, moves others by its square
_ABSENT = 1e-20  # of its square in the whole sample: the same where a draw has nothing but rounding
_LOST = 1e-9  # of a regressor's square in a draw, left by dummies that explain all of it
_VANISHED = 1e-18  # of a regressor's square in the whole sample: rounding, no variation


def gram_blocks(Z: Array, codes: Codes) -> Array:
    """Return the products of columns by cluster, ``Z_g'Z_g``, once for all regressions on them.

    Shapes: `Z` (n, m), `codes` (n,); returns (G, m, m).
    """
    if Z.ndim != 2 or codes.shape != (Z.shape[0],):
        raise EstimationError(f"columns of shape {Z.shape}, clusters of {codes.shape}: no match")
    if not np.isfinite(Z).all():
        row, column = np.argwhere(~np.isfinite(Z))[0]
        raise EstimationError(f"column {column} is not finite at row {row}; mend the value")
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(int(codes.max()) + 2))
    ordered = Z[order]
    blocks = np.empty((bounds.size - 1, Z.shape[1], Z.shape[1]))
    for g in range(blocks.shape[0]):
        own = ordered[bounds[g] : bounds[g + 1]]
        blocks[g] = own.T @ own
    return blocks


def solve_grams(grams: Array, outcome: int, columns: Sequence[int]) -> Array:
    """Solve the same regression in many tables of products, such as resamples.

    Shapes: `grams` (D, m, m); returns (D, k).
    """
    chosen = np.asarray(columns, dtype=np.intp)
    inner = grams[:, chosen[:, None], chosen]
    scale = np.sqrt(np.maximum(np.einsum("dii->di", inner), np.finfo(float).tiny))
    scaled = inner / scale[:, :, None] / scale[:, None, :]
    # the smallest eigenvalue of a table of unit diagonal is at least its determinant over e, as the
    # others multiply to at most that: only tables of small determinant need a closer look
    determinant = np.linalg.slogdet(scaled)[1]
    unsolvable = ~(determinant > -600.0)  # far below what is refused here: eigenvalues are safe
    for place in np.flatnonzero(~unsolvable & (determinant < np.log(1e-8))):
        values = np.linalg.eigvalsh(scaled[place])
        unsolvable[place] = values[0] < _SINGULAR * values[-1]
    scaled[unsolvable] = np.eye(chosen.size)
    right = grams[:, chosen, outcome] / scale
    found = np.linalg.solve(scaled, right[:, :, None])[:, :, 0] / scale
    found[unsolvable] = np.nan
    return np.asarray(found)


def redraw_grams(blocks: Array, counts: npt.ArrayLike) -> Array:
    """Return the tables of products of resamples of the clusters.

    Shapes: `blocks` (G, m, m), `counts` (D, G); returns (D, m, m).
    """
    draws = np.asarray(counts, dtype=np.float64)
    groups, width = blocks.shape[:2]
    if draws.ndim != 2 or draws.shape[1] != groups:
        raise EstimationError(f"counts of shape {draws.shape} for {groups} clusters: no match")
    return np.asarray((draws @ blocks.reshape(groups, -1)).reshape(-1, width, width))


@dataclass(frozen=True, slots=True)
class NestedGrams:
    """Cross-products of outcome, regressors and crossing dummies by cluster.

    `blocks` (G, m, m): of `gram_blocks`: column 0 is the outcome, then `regressors` columns, then
    dummies; `regressors`: number of coefficients wanted.
    """

    blocks: Array
    regressors: int

    def coefficients(self, counts: npt.ArrayLike | None = None) -> Array:
        """Solve least squares for resamples of the clusters, (draws, regressors).

        `counts` (draws, clusters): how often each is drawn, once by default. NaN where a draw
        leaves a regressor without variation.
        """
        groups, width = self.blocks.shape[:2]
        drawn = np.ones((1, groups)) if counts is None else np.asarray(counts, dtype=np.float64)
        parts = np.array_split(drawn, _parts(len(drawn) * width**2))
        return np.concatenate([self._solve(part) for part in parts])

    def _solve(self, counts: Array) -> Array:
        keep = self.regressors + 1
        total = redraw_grams(self.blocks, counts)
        if total.shape[1] > keep:
            total = _without_dummies(total, keep)
        whole = np.diag(self.blocks.sum(axis=0))[1:keep]
        found = solve_grams(total, 0, range(1, keep))
        found[(np.einsum("dii->di", total)[:, 1:] <= _VANISHED * whole).any(axis=1)] = np.nan
        return found


def _without_dummies(total: Array, keep: int) -> Array:
    """Partial the last columns out of tables of products (Schur complement).

    The products of residuals ``(Z - D W)'(Z - D W)`` feel only the square of what the ridge
    does to W, for they are at their least where it is exact.
    """
    block = total[:, keep:, keep:]
    ridged = block.copy()
    diagonal = np.einsum("dii->di", ridged)  # a view
    diagonal += _RIDGE * diagonal + _ABSENT
    cross, left = total[:, keep:, :keep], total[:, :keep, :keep]
    W = np.linalg.solve(ridged, cross)
    flipped = np.swapaxes(W, 1, 2)
    shared = flipped @ cross
    reduced = left - shared - np.swapaxes(shared, 1, 2) + flipped @ (block @ W)
    before, after = np.einsum("dii->di", left), np.einsum("dii->di", reduced)
    reduced[(after[:, 1:] <= _LOST * before[:, 1:]).any(axis=1)] = 0.0
    return np.asarray(reduced)


def nested_grams(
    outcome: Array,
    regressors: Array,
    effects: Sequence[Codes],
    cluster: Codes,
    *,
    weights: Array | None = None,
) -> NestedGrams:
    """Reduce a regression with fixed effects to one table of products a cluster.

    Frisch and Waugh (1933): effects nested in clusters are projected out once; a copy of a
    cluster has nested effects of its own and shares the crossing ones. Columns already free of
    all effects give the same coefficients with more digits.
    """
    nested = [codes for codes in effects if is_nested(codes, cluster)]
    crossing = [codes for codes in effects if not is_nested(codes, cluster)]
    _refuse_size(crossing, int(cluster.max()) + 1)
    root = np.ones((len(outcome), 1)) if weights is None else np.sqrt(weights)[:, None]
    columns = np.column_stack([outcome, regressors])
    dummies = _dummies(crossing, root) if effects else np.ones_like(root)
    if nested:
        absorber = absorb_effects(nested, weights=weights)
        columns, dummies = absorber.residualise(columns), absorber.residualise(dummies)
    dummies = dummies * root
    lengths = np.linalg.norm(dummies, axis=0)
    real = lengths > _REDUNDANT
    table = np.column_stack([columns * root, dummies[:, real] / lengths[real]])
    return NestedGrams(gram_blocks(table, cluster), regressors.shape[1])


def _dummies(crossing: Sequence[Codes], root: Array) -> Array:
    """Columns for effects that cross clusters, of length one once weighted."""
    blocks = [np.eye(int(codes.max()) + 1)[codes] for codes in crossing]
    columns = np.concatenate([np.empty((root.size, 0)), *blocks], axis=1)
    return np.asarray(columns / np.linalg.norm(columns * root, axis=0))


def _refuse_size(crossing: Sequence[Codes], groups: int) -> None:
    levels = sum(int(codes.max()) + 1 for codes in crossing)
    if levels > _MOST_LEVELS or groups * levels**2 > _MOST_CELLS:
        raise EstimationError(
            f"fixed effects that cross clusters have {levels} levels, too many to redraw "
            f"{groups} clusters; absorb fewer effects, or use the wild cluster bootstrap"
        )


_WEBB = np.sqrt(np.array([1.5, 1.0, 0.5]))
_MOST_ENUMERATED = 20  # clusters; 2^20 sign patterns are a million
_TIE = 1e-9  # relative: statistics of mirrored sign patterns differ by rounding only
_BISECTIONS = 60
_CELLS = 4_000_000  # cells of the largest array made at a time


@dataclass(frozen=True, slots=True)
class WildDraws:
    """Weights of clusters, one column a draw.

    `weights` (G, D): weights; `exact`: whether they are all sign patterns rather than random draws.
    """

    weights: Array
    exact: bool


def wild_weights(
    groups: int, *, kind: str, draws: int, generator: np.random.Generator
) -> WildDraws:
    """Draw the weights of a wild cluster bootstrap."""
    if not isinstance(kind, str) or kind not in {"rademacher", "webb"}:
        raise EstimationError(f"weights: {shown(kind)} is not known; use 'rademacher' or 'webb'")
    check_draws(draws, least=99)
    if kind == "rademacher" and groups <= _MOST_ENUMERATED and 2**groups <= draws:
        patterns = (np.arange(2**groups) >> np.arange(groups)[:, None]) & 1
        return WildDraws(np.asarray(1.0 - 2.0 * patterns, dtype=np.float64), True)
    signs = np.asarray(1.0 - 2.0 * generator.integers(0, 2, (groups, draws)), dtype=np.float64)
    if kind == "rademacher":
        return WildDraws(signs, False)
    return WildDraws(signs * _WEBB[generator.integers(0, 3, (groups, draws))], False)


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """A hypothesis on one linear combination, ready for any null value.

    `estimate`: ``c'b``; `fixed`, `slope` (G, G): the bootstrap scores of clusters are ``(fixed +
    (estimate - null) slope) v``; `moments`, `lift` (G,): the bootstrap estimate less the null is
    ``(moments + (estimate - null) lift)'v``; `factor`: ``G / (G - 1) (n - 1) / (n - K)``; `draws`:
    weights v.
    """

    estimate: float
    fixed: Array
    slope: Array
    moments: Array
    lift: Array
    factor: float
    draws: WildDraws

    def statistics(self, null: float) -> Array:
        """Return Student's statistics of the draws that impose the null, (D,)."""
        gap = self.estimate - null
        shifts = (self.moments + gap * self.lift) @ self.draws.weights
        scores = (self.fixed + gap * self.slope) @ self.draws.weights
        spread = np.sqrt(self.factor * np.einsum("gd,gd->d", scores, scores))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(spread > 0, shifts / spread, np.inf))

    def p_value(self, null: float) -> float:
        """Return the two-sided p-value of ``c'b = null``.

        Share of draws at least as far out; with random draws the sample itself counts as one.
        """
        own = abs(self.estimate - null) / self.error()
        beyond = int(np.count_nonzero(np.abs(self.statistics(null)) >= own * (1.0 - _TIE)))
        total = int(self.draws.weights.shape[1])
        extra = 0 if self.draws.exact else 1
        return (extra + beyond) / (extra + total)

    def error(self) -> float:
        """Return the CR1 standard error of ``c'b``."""
        # moments are c'B X_g'e_g, the scores of the unrestricted fit
        return float(np.sqrt(self.factor * (self.moments @ self.moments)))

    def interval(self, level: float) -> tuple[float, float]:
        """Return the values that the test does not reject at ``1 - level``, by bisection."""
        return self._bound(-1.0, 1.0 - level), self._bound(1.0, 1.0 - level)

    def _bound(self, side: float, size: float) -> float:
        inside, step = self.estimate, self.error() * side
        outside = inside + step
        while self.p_value(outside) > size:
            inside, step = outside, 2 * step
            if abs(step) > 1e6 * self.error():
                return float(
                    side * np.inf
                )  # the test never rejects: too few clusters for this level
            outside = inside + step
        for _ in range(_BISECTIONS):
            middle = (inside + outside) / 2
            if self.p_value(middle) > size:
                inside = middle
            else:
                outside = middle
        return (inside + outside) / 2


def prepare_wild(
    regression: Regression, coefficients: Array, combination: Array, draws: WildDraws
) -> WildBootstrap:
    """Prepare the wild cluster bootstrap of one linear combination of coefficients.

    Cameron, Gelbach and Miller (2008), restricted residuals ``u = e + X B c (c'b - r) / c'Bc``.
    Resampling needs clusters only (Roodman, MacKinnon, Nielsen and Webb, 2019): with
    ``a_g = X_g B c`` and V an orthonormal basis of regressors and effects, the score of cluster
    g in a draw v is ``v_g a_g'u_g - (a_g'V_g) sum_h v_h V_h'u_h``: one G x G matrix.
    """
    if len(regression.clusters) != 1:
        raise EstimationError("the wild cluster bootstrap needs one dimension of clusters")
    codes = regression.clusters[0]
    groups = int(codes.max()) + 1
    regression.need_freedom()
    if groups < 2:
        raise EstimationError("one cluster only: the wild cluster bootstrap needs at least two")
    lever = regression.root.T @ combination
    direction, spread = regression.basis() @ lever, float(lever @ lever)
    basis = cluster_basis(regression, codes)
    weighted = cluster_sums(basis * direction[:, None], codes)  # a_g'V_g
    own = cluster_sums(basis * regression.residuals[:, None], codes)  # V_g'e_g
    moments = cluster_sums((direction * regression.residuals)[:, None], codes)[:, 0]
    lift = cluster_sums((direction * direction)[:, None], codes)[:, 0] / spread
    rows, counted = regression.nobs, counted_parameters(regression)
    return WildBootstrap(
        estimate=float(combination @ coefficients),
        fixed=np.diag(moments) - weighted @ own.T,
        slope=np.diag(lift) - weighted @ (weighted / spread).T,
        moments=moments,
        lift=lift,
        factor=groups / (groups - 1) * (rows - 1) / (rows - counted),
        draws=draws,
    )


@dataclass(frozen=True, slots=True)
class Replications:
    """Coefficients of replications.

    `draws` (D, k): coefficients of the replications that could be computed; `covariance` (k, k):
    covariance that they imply; `failed`: resamples in which regressors depended on each other; they
    are left out.
    """

    draws: Array
    covariance: Array
    failed: int


def bootstrap_coefficients(
    regression: Regression,
    coefficients: Array,
    *,
    draws: int,
    generator: np.random.Generator,
    codes: Codes | None = None,
) -> Replications:
    """Resample rows or clusters with replacement and estimate again, all draws at once.

    A resample is a vector of counts, so the tables of products of all resamples are one matrix
    product, and their solutions one batch (`nested_grams`). A cluster drawn
    twice is two clusters: each copy has nested effects of its own, and effects that cross clusters
    are estimated anew in each resample. What is resampled are residuals and an orthonormal basis
    ``X L`` of the design: ``b + L c``, c the regression of the former on the latter, loses none of
    the digits that products of nearly dependent columns lose.
    """
    check_draws(draws, least=2)
    if codes is None and regression.absorber is not None:
        raise EstimationError(
            "resampling rows would break up the groups of the absorbed effects; "
            "resample clusters: name their column with cluster="
        )
    if codes is None:
        found = _resample_rows(regression.basis(), regression.residuals, draws, generator)
    else:
        groups = int(codes.max()) + 1
        counts = generator.multinomial(groups, np.full(groups, 1.0 / groups), size=draws)
        found = _cluster_grams(regression, codes).coefficients(counts)
    kept = coefficients + found[~np.isnan(found).any(axis=1)] @ regression.root.T
    return _of_draws(kept, draws)


def _of_draws(kept: Array, draws: int) -> Replications:
    """Return what the solved of `draws` resamples imply."""
    if kept.shape[0] < 2:
        raise EstimationError(
            f"{draws - kept.shape[0]} of {draws} resamples have no solution: regressors vary in "
            "too few rows or clusters; drop some, or use the jackknife"
        )
    covariance = np.atleast_2d(np.cov(kept, rowvar=False))
    return Replications(kept, covariance, draws - kept.shape[0])


def _cluster_grams(regression: Regression, codes: Codes) -> NestedGrams:
    """Return the products by cluster, from columns that are free of the effects already."""
    Q, e, absorber = regression.basis(), regression.residuals, regression.absorber
    if absorber is None:
        return NestedGrams(gram_blocks(np.column_stack([e, Q]), codes), Q.shape[1])
    weights = absorber.weights
    if weights is not None:
        root = np.sqrt(weights)
        e, Q = e / root, Q / root[:, None]
    return nested_grams(e, Q, regression.effects, codes, weights=weights)


def _resample_rows(X: Array, outcome: Array, draws: int, generator: np.random.Generator) -> Array:
    """Solve resamples of rows: counts times products of columns is one matrix product."""
    rows, columns = X.shape
    Z = np.column_stack([outcome, X])
    products = (Z[:, :, None] * Z[:, None, :]).reshape(rows, -1)
    grams = []
    for part in np.array_split(np.arange(draws), _parts(draws * rows)):
        picks = generator.integers(0, rows, (part.size, rows))
        picks += np.arange(part.size)[:, None] * rows
        counts = np.bincount(picks.ravel(), minlength=part.size * rows).reshape(part.size, rows)
        grams.append(counts.astype(np.float64) @ products)
    tables = np.concatenate(grams).reshape(draws, columns + 1, columns + 1)
    return solve_grams(tables, 0, range(1, columns + 1))


def _parts(cells: int) -> int:
    return max(1, -(-cells // _CELLS))


def jackknife_coefficients(
    regression: Regression, coefficients: Array, codes: Codes | None = None
) -> Replications:
    """Leave out each row or each cluster in turn, in closed form.

    ``b - b_(g) = (X'X)^-1 X_g'(I - H_gg)^-1 e_g``: no regression is run again.
    """
    if codes is None:
        slack = 1.0 - regression.leverage()
        if float(slack.min()) < 1e-10:
            raise EstimationError(
                f"without row {int(np.argmin(slack))} of those used a coefficient or effect cannot "
                "be estimated; drop that row or its regressor"
            )
        Z, T = regression.parts()
        shifts = (Z * (regression.residuals / slack)[:, None]) @ T.T
    else:
        shifts = cluster_spectra(regression, codes).halves(-1.0)
    units = shifts.shape[0]
    covariance = (units - 1) / units * (shifts.T @ shifts)
    return Replications(coefficients - shifts, covariance, 0)


Refit: TypeAlias = Callable[[Codes, Codes], Array]
"""An estimator beyond least squares: coefficients of some rows and the copies these belong to."""


def refit_bootstrap(
    estimator: Refit, *, draws: int, generator: np.random.Generator, codes: Codes
) -> Replications:
    """Resample clusters with replacement and run the estimator on each resample.

    Copies of a cluster are clusters of their own (Cameron, Gelbach and Miller 2008, sec. III).
    """
    check_draws(draws, least=2)
    members = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    sizes, groups, kept = np.bincount(codes), len(members), []
    for _ in range(draws):
        picks = generator.integers(0, groups, groups)
        rows = np.concatenate([members[pick] for pick in picks])
        try:
            kept.append(estimator(rows, np.repeat(np.arange(groups), sizes[picks])))
        except EstimationError:  # counted as failed
            continue
    return _of_draws(np.array(kept), draws)


def refit_jackknife(estimator: Refit, coefficients: Array, codes: Codes) -> Replications:
    """Leave out each cluster in turn and run the estimator on the rest."""
    groups = int(codes.max()) + 1
    kept = []
    for group in range(groups):
        rows = np.flatnonzero(codes != group)
        try:
            kept.append(estimator(rows, np.zeros(rows.size, dtype=np.intp)))
        except EstimationError as error:
            raise EstimationError(
                f"the jackknife: without one of the {groups} groups of rows nothing can be "
                f"estimated ({error}); drop a regressor that varies in that group only, or use "
                "bootstrap(), which leaves such resamples out and counts them"
            ) from error
    shifts = coefficients - np.array(kept)
    return Replications(np.array(kept), (groups - 1) / groups * (shifts.T @ shifts), 0)

"""Clustered errors in small samples: CR2, CR3 and the moments behind their degrees of freedom.

The hat matrix is seen cluster by cluster, through its eigenvalues. In a weighted regression
clusters are adjusted so that equal variances give no bias (Bell and McCaffrey 2002; Pustejovsky and
Tipton 2018). Parameters that are nested in clusters are not counted; clusters that leave no errors
are refused.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.errors import EstimationError, shown
from quesnay.fitting.regression.fixed_effects import (
    AbsorberWithSlopes,
    absorb_effects,
    build_system,
)
from quesnay.fitting.regression.least_squares import Regression

_FULL = 1e-10  # an eigenvalue of H_gg this near to one is one: the cluster fits itself there
_MOST_CELLS = 100_000_000  # cells of the basis (rows times columns) that is held in memory
_MOST_COLUMNS = 3000
_FEW = 1000  # clusters whose G x G table is summed as it stands
_VANISHING = 1e-16  # of the homoskedastic variance: what is left is rounding
_CANCELLED = 1e-12  # of the sum of sizes: what is left of a sum is rounding


@dataclass(frozen=True, slots=True)
class ClusterSpectrum:
    """Eigenvalues of ``H_gg`` and what the score of one cluster is in their directions.

    `values` (r,): eigenvalues of the hat matrix of the cluster's rows, nested effects left out;
    `vectors` (m, r): orthonormal directions in the space of the basis V: ``V_g'V_g = E
    diag(values) E'``; `scores` (r,): ``E' V_g' e_g``.
    """

    values: Array
    vectors: Array
    scores: Array


@dataclass(frozen=True, slots=True)
class ClusterSpectra:
    """The spectra of all clusters.

    `root` (k, k): ``L`` with ``L L' = (X'X)^-1``; the last k columns of V are ``X L``.
    """

    clusters: tuple[ClusterSpectrum, ...]
    root: Array

    def halves(self, power: float) -> Array:
        """Return the rows ``B X_g' (I - H_gg)^power e_g``, (G, k).

        Raises
        ------
        EstimationError
            If the power is -1 and a coefficient rests on one cluster.
        """
        rows = []
        for one in self.clusters:
            own = one.vectors[-len(self.root) :]
            if power == -1.0:
                full = one.values > 1.0 - _FULL
                if full.any() and float(np.abs(own[:, full]).max()) > 1e-6:
                    raise EstimationError(
                        "CR3: without one of the clusters a coefficient cannot be estimated; "
                        "use CR2, or drop the regressor that varies in that cluster only"
                    )
            rows.append(self.root @ (own @ (_power(one.values, power) * one.scores)))
        return np.array(rows)


def cluster_spectra(regression: Regression, codes: Codes) -> ClusterSpectra:
    """Decompose the hat matrix of each cluster.

    Let the largest absorbed set nested in the clusters be eliminated: its projection stays
    within clusters and is orthogonal to residuals and regressors, so it can be left out of
    ``H_gg``. The rest of H is ``V V'``, V an orthonormal basis, (n, m), of the other effects
    and the regressors, and ``f(I - V_g V_g') V_g = V_g E f(1 - values) E'``: eigenvalues of an
    m x m or n_g x n_g matrix, whichever is smaller, instead of roots of n_g x n_g ones.
    """
    root = regression.root
    basis = cluster_basis(regression, codes)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(int(codes.max()) + 2))
    basis, residuals = basis[order], regression.residuals[order]
    clusters = []
    for start, stop in pairwise(bounds):
        own = basis[start:stop]
        # eigenvalues of V_g V_g' and their directions in the space of V's columns
        if own.shape[0] >= own.shape[1]:
            size, directions = np.linalg.eigh(own.T @ own)
        else:
            size, turned = np.linalg.eigh(own @ own.T)
            positive = size > _FULL
            size = size[positive]
            directions = (own.T @ turned[:, positive]) / np.sqrt(size)
        scores = directions.T @ (own.T @ residuals[start:stop])
        clusters.append(ClusterSpectrum(np.clip(size, 0.0, 1.0), directions, scores))
    return ClusterSpectra(tuple(clusters), root)


def cluster_basis(regression: Regression, codes: Codes) -> Array:
    """Return an orthonormal basis of regressors and effects, less one set nested in clusters.

    Shapes: `codes` (n,); returns (n, m), the absorbed effects first.
    """
    effects = regression.effects
    if regression.absorber is None:
        return regression.basis()
    if isinstance(regression.absorber, AbsorberWithSlopes):
        raise EstimationError("CR2 and CR3 do not know absorbed slopes; use CR1")
    weights = regression.absorber.weights
    inside = nested_set(regression, codes)
    nested = inside is not None
    first = (
        max(range(len(effects)), key=lambda i: int(effects[i].max())) if inside is None else inside
    )
    totals = np.bincount(effects[first], weights).astype(np.float64)
    others = [codes for i, codes in enumerate(effects) if i != first]
    _refuse_size(regression.nobs, 0 if nested else totals.size)
    parts = []
    if not nested:
        dummies = np.zeros((regression.nobs, totals.size))
        share = (1.0 if weights is None else weights) / totals[effects[first]]
        dummies[np.arange(regression.nobs), effects[first]] = np.sqrt(share)
        parts.append(dummies)
    if others:
        system = build_system(effects[first], others, totals, weights=weights, tolerance=1e-12)
        _refuse_size(regression.nobs, system.rank + (0 if nested else totals.size))
        parts.append(system.basis())
    return np.column_stack([*parts, regression.basis()])


@dataclass(frozen=True, slots=True)
class ClusterMoments:
    """Covariances ``P_st`` of the adjusted scores of coefficients s and t, cluster by cluster.

    ``P_st = diag(own_st) + images_s mates_t'``, (G, G), for errors that are independent with equal
    variances (Pustejovsky and Tipton, 2018, section 2.2), never held for all pairs at once. `own`
    (G, k, k): what a cluster has of its own; `images`, `mates` (G, m, k): factors of what clusters
    share through the estimated coefficients and effects.

    >>> own = np.array([[[1.0]], [[1.0]]])
    >>> ClusterMoments(own, np.zeros((2, 0, 1)), np.zeros((2, 0, 1))).satterthwaite().tolist()
    [2.0]
    """

    own: Array
    images: Array
    mates: Array

    def product(self, s: int, t: int, u: int, v: int) -> float:
        """Return ``sum_gh P_st,gh P_uv,gh``.

        Many clusters never meet in a table of G x G: the sum over pairs is that of the m x m
        products of the factors, less the pairs of a cluster with itself, which are added apart.
        """
        first = self.own[:, s, t], self.images[:, :, s], self.mates[:, :, t]
        second = self.own[:, u, v], self.images[:, :, u], self.mates[:, :, v]
        if len(self.own) <= _FEW:
            P, R = (images @ mates.T + np.diag(own) for own, images, mates in (first, second))
            return float((P * R).sum())
        near, far = (np.einsum("gm,gm->g", part[1], part[2]) for part in (first, second))
        pairs = ((first[1].T @ second[1]) * (first[2].T @ second[2])).sum() - near @ far
        return float((first[0] + near) @ (second[0] + far) + pairs)

    def trace(self, s: int) -> float:
        """Return ``sum_g P_ss,gg``."""
        return float(self.own[:, s, s].sum() + (self.images[:, :, s] * self.mates[:, :, s]).sum())

    def combined(self, C: Array) -> "ClusterMoments":
        """Return the moments of linear combinations of coefficients, C of shape (q, k)."""
        return ClusterMoments(C @ self.own @ C.T, self.images @ C.T, self.mates @ C.T)

    def satterthwaite(self) -> Array:
        """Return degrees of freedom of each coefficient's variance, (k,).

        ``(sum_g P_gg)^2 / sum_gh P_gh^2`` (Pustejovsky and Tipton, 2018, equation 11).
        """
        count = self.own.shape[1]
        return np.array([self.trace(j) ** 2 / self.product(j, j, j, j) for j in range(count)])

    def hotelling(self) -> float:
        """Return the degrees of freedom v of all coefficients' covariance taken together.

        With q coefficients standardised by ``sum_g P_gg``, so that P is D:
        ``v = q (q + 1) / sum_st sum_gh (D_st,gh D_st,hg + D_ss,gh D_tt,gh)``. The Wald statistic Q
        is then compared as ``(v - q + 1) / (v q) Q`` with F(q, v - q + 1) (Zhang, 2012; Pustejovsky
        and Tipton, 2018, section 3.2, where it is AHZ). With q = 1 this is Satterthwaite's.
        """
        whole = self.own.sum(axis=0) + np.einsum("gms,gmt->st", self.images, self.mates)
        values, vectors = np.linalg.eigh((whole + whole.T) / 2.0)
        even = self.combined((vectors / np.sqrt(values)) @ vectors.T)
        q = len(values)
        total = sum(
            even.product(s, t, t, s) + even.product(s, s, t, t) for s in range(q) for t in range(q)
        )
        return q * (q + 1) / total


def cluster_moments(spectra: ClusterSpectra, power: float) -> ClusterMoments:
    """Return what the degrees of freedom of clustered variances follow from."""
    count = len(spectra.root)
    own, images = [], []
    for one in spectra.clusters:
        adjusted = _power(one.values, power)[:, None] * (one.vectors[-count:].T @ spectra.root.T)
        weighted = one.values[:, None] * adjusted
        own.append(adjusted.T @ weighted)
        images.append(one.vectors @ weighted)
    shared = np.array(images)
    return ClusterMoments(np.array(own), shared, -shared)


def _refuse_size(rows: int, columns: int) -> None:
    if columns > _MOST_COLUMNS or rows * columns > _MOST_CELLS:
        raise EstimationError(
            f"CR2 and CR3: {columns} absorbed effects are not nested in the clusters, too many "
            f"for {rows} rows; use CR1, or cluster by what the effects are nested in"
        )


def _power(values: Array, power: float) -> Array:
    """Return (1 - values)^power, zero where the cluster fits itself (generalised inverse)."""
    slack = 1.0 - values
    return np.power(slack, power, out=np.zeros_like(slack), where=slack > _FULL)


@dataclass(frozen=True, slots=True)
class _Cluster:
    """One cluster: its part of an orthonormal basis U of the weighted design.

    `own` are columns that no other cluster has, `shared` the others; `scores` is
    ``W^(1/2) X B``, the weighted design times the bread, by coefficient.
    """

    root: Array
    own: Array
    shared: Array
    scores: Array
    residuals: Array


def adjust_clusters(regression: Regression, codes: Codes) -> tuple[Array, ClusterMoments]:
    """Adjust the residuals of each cluster of a weighted regression.

    Returns rows ``B X_g'W_g A_g e_g``, (G, k), whose outer products sum to the covariance, and what
    the degrees of freedom follow from.

    Pustejovsky and Tipton (2018), equations 8 and 11, under errors of equal variance:
    ``A_g = [(I - H)(I - H)']_gg^(-1/2)`` with ``H = X (X'WX)^-1 X'W``. With ``U U'`` the projection
    on the weighted design, ``(I - H)(I - H)' = I - L R' - R L' + L S L'``, ``L = W^(-1/2) U``,
    ``R = W^(1/2) U``, ``S = U'WU``: the identity but for as many directions as L and R have.
    """
    weights = np.ones(regression.nobs) if regression.weights is None else regression.weights
    basis = cluster_basis(regression, codes)
    spread = (basis * weights[:, None]).T @ basis
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(int(codes.max()) + 2))
    place = nested_set(regression, codes)
    inner = None if place is None else regression.effects[place]
    scores = regression.X @ regression.bread
    half, images, mates, own = [], [], [], []
    for start, stop in pairwise(bounds):
        rows = order[start:stop]
        root = np.sqrt(weights[rows])
        local = np.zeros((rows.size, 0)) if inner is None else _dummies(inner[rows], root)
        cluster = _Cluster(root, local, basis[rows], scores[rows], regression.residuals[rows])
        adjusted = _adjust(cluster, spread, cluster.scores * root[:, None]) / root[:, None]
        half.append(adjusted.T @ cluster.residuals)  # the adjustment is symmetric
        shared, crossed = cluster.shared.T @ adjusted, _crossed(cluster, adjusted)
        images.append(np.vstack([shared, crossed]))
        mates.append(np.vstack([crossed + spread @ shared, shared]))
        # how adjusted scores of a cluster vary together, shared parts left out, (k, k)
        rest = (adjusted - cluster.own @ (cluster.own.T @ adjusted)) * cluster.root[:, None]
        own.append(np.asarray(rest.T @ rest))
    return np.array(half), ClusterMoments(np.array(own), np.array(images), np.array(mates))


def _dummies(codes: Codes, root: Array) -> Array:
    """Return weighted dummies of the groups of one cluster, of length one."""
    level = np.unique(codes, return_inverse=True)[1]
    columns = np.eye(int(level.max()) + 1)[level] * root[:, None]
    return np.asarray(columns / np.linalg.norm(columns, axis=0))


def _adjust(cluster: _Cluster, spread: Array, values: Array) -> Array:
    """Return ``A_g`` times columns."""
    U = np.column_stack([cluster.own, cluster.shared])
    own, root = cluster.own, cluster.root[:, None]
    S = np.zeros((U.shape[1], U.shape[1]))
    weighted = U * root**2
    count = own.shape[1]
    S[:count] = own.T @ weighted
    S[count:, :count] = S[:count, count:].T
    S[count:, count:] = spread
    left, right = U / root, U * root
    frame = np.eye(len(U))
    if len(U) > 2 * U.shape[1]:
        frame = np.linalg.qr(np.column_stack([left, right]))[0]
    left, right = frame.T @ left, frame.T @ right
    cross = left @ right.T
    core = np.eye(len(left)) - cross - cross.T + left @ S @ left.T
    sizes, vectors = np.linalg.eigh(core)
    lost = sizes <= _FULL
    factor = np.where(lost, 0.0, np.where(lost, 1.0, sizes) ** -0.5)
    inside = frame.T @ values
    changed = vectors @ (factor[:, None] * (vectors.T @ inside))
    return np.asarray(values + frame @ (changed - inside))


def _crossed(cluster: _Cluster, b: Array) -> Array:
    """Return what the own columns and the weights of a cluster let others see of it, (m, k)."""
    own = cluster.own @ (cluster.own.T @ b)
    return np.asarray((cluster.shared * cluster.root[:, None] ** 2).T @ (own - b))


def refuse_vanishing(regression: Regression, matrix: Array, groups: str) -> None:
    """Refuse a covariance that is zero because scores sum to zero within every group.

    This happens where effects are absorbed that leave a group nothing to vary, such as unit
    effects with two periods as clusters: the errors would be rounding noise.

    Shapes: `matrix` (k, k).
    """
    scale = float(regression.residuals @ regression.residuals) / regression.nobs
    usual = scale * regression.bread.diagonal()
    if (matrix.diagonal() < _VANISHING * usual).any():
        raise _no_errors(groups)


def refuse_cancelled(scores: Array, parts: Array) -> None:
    """Refuse scores (G, k) that sum to zero in every cluster though their parts (n, k) do not."""
    if (np.abs(scores).max(axis=0) <= _CANCELLED * np.abs(parts).sum(axis=0)).any():
        raise _no_errors(f"{scores.shape[0]} clusters")


def _no_errors(groups: str) -> EstimationError:
    return EstimationError(
        f"the scores sum to zero within each of the {groups}, so that errors clustered by "
        "them do not exist; absorb fewer effects, or cluster otherwise"
    )


def counted_parameters(regression: Regression, counting: str = "not nested") -> int:
    """Return the number of parameters K in the factor ``(n - 1) / (n - K)`` of CR1."""
    if not isinstance(counting, str) or counting not in {"not nested", "all", "none"}:
        raise EstimationError(
            f"counting: {shown(counting)} is not known; use 'not nested', 'all' or 'none'"
        )
    slopes = int(regression.X.shape[1])
    if counting == "none" or not regression.effects:
        return slopes
    if counting == "all":
        return slopes + regression.absorbed
    loose = [
        codes
        for codes in regression.effects
        if not any(is_nested(codes, clusters) for clusters in regression.clusters)
    ]
    if len(loose) == len(regression.effects):
        return slopes + regression.absorbed
    if len(loose) == 1:
        return slopes + int(loose[0].max()) + 1
    return slopes + (absorb_effects(loose).rank if loose else 1)


def is_nested(inner: Codes, outer: Codes) -> bool:
    """Return whether each group of `inner` lies within one group of `outer`."""
    if inner is outer or inner.max() < outer.max():  # fewer groups than homes: not nested
        return inner is outer
    home = np.zeros(int(inner.max()) + 1, dtype=outer.dtype)
    home[inner] = outer
    return bool((home[inner] == outer).all())


def nested_set(regression: Regression, codes: Codes) -> int | None:
    """Return the place of the largest absorbed set that is nested in clusters, if one is."""
    inside = [i for i, inner in enumerate(regression.effects) if is_nested(inner, codes)]
    return max(inside, key=lambda i: int(regression.effects[i].max()), default=None)

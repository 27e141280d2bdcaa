"""CR2 of a weighted regression: clusters adjusted so that equal variances give no bias."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from quesnay.fitting.regression.clubs import cluster_basis
from quesnay.fitting.regression.cluster_moments import AdjustedClusters, ClusterMoments
from quesnay.fitting.regression.nesting import nested_set
from quesnay.fitting.regression.regression import Regression

__all__ = ["adjust_clusters"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_FULL = 1e-10  # an eigenvalue of the residuals' covariance this small: the cluster fits itself


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


def adjust_clusters(regression: Regression, codes: Codes) -> AdjustedClusters:
    """Adjust the residuals of each cluster of a weighted regression.

    Parameters
    ----------
    regression : Regression
        The fit with weights and absorbed effects.
    codes : (n,) array
        Cluster 0..G-1 of each row.

    Returns
    -------
    AdjustedClusters
        Scores by cluster and their moments.

    Raises
    ------
    EstimationError
        If too many effects are not nested in the clusters.

    Notes
    -----
    Pustejovsky and Tipton (2018), equations 8 and 11, under errors of equal variance:
    ``A_g = [(I - H)(I - H)']_gg^(-1/2)`` with ``H = X (X'WX)^-1 X'W``. With ``U U'`` the projection
    on the weighted design, ``(I - H)(I - H)' = I - L R' - R L' + L S L'``, ``L = W^(-1/2) U``,
    ``R = W^(1/2) U``, ``S = U'WU``: the identity but for as many directions as L and R have.

    Examples
    --------
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     weights=np.ones(4))
    >>> found = adjust_clusters(fit, np.array([0, 0, 1, 1]))
    >>> round(float((found.half**2).sum()), 4), found.moments.satterthwaite().round(4).tolist()
    (2.25, [1.0])
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
        own.append(_alone(cluster, adjusted))
    moments = ClusterMoments(np.array(own), np.array(images), np.array(mates))
    return AdjustedClusters(np.array(half), moments)


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


def _alone(cluster: _Cluster, b: Array) -> Array:
    """Return how adjusted scores of a cluster vary together, shared parts left out, (k, k)."""
    rest = (b - cluster.own @ (cluster.own.T @ b)) * cluster.root[:, None]
    return np.asarray(rest.T @ rest)

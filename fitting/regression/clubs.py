"""The hat matrix cluster by cluster, through its eigenvalues: CR2, CR3 and their moments."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.cluster_moments import ClusterMoments
from quesnay.fitting.regression.effects_system import build_system
from quesnay.fitting.regression.nesting import nested_set
from quesnay.fitting.regression.regression import Regression

__all__ = ["ClusterSpectra", "cluster_basis", "cluster_moments", "cluster_spectra"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_FULL = 1e-10  # an eigenvalue of H_gg this near to one is one: the cluster fits itself there
_MOST_CELLS = 100_000_000  # cells of the basis (rows times columns) that is held in memory
_MOST_COLUMNS = 3000


@dataclass(frozen=True, slots=True)
class ClusterSpectra:
    """Eigenvalues of ``H_gg`` and what the score of each cluster is in their directions.

    Parameters
    ----------
    values : tuple of (r_g,) arrays
        Eigenvalues of the hat matrix of the cluster's rows, nested effects left out.
    vectors : tuple of (m, r_g) arrays
        Orthonormal directions in the space of the basis V: ``V_g'V_g = E diag(values) E'``.
    scores : tuple of (r_g,) arrays
        ``E' V_g' e_g``.
    root : (k, k) array
        ``L`` with ``L L' = (X'X)^-1``; the last k columns of V are ``X L``.
    """

    values: tuple[Array, ...]
    vectors: tuple[Array, ...]
    scores: tuple[Array, ...]
    root: Array

    def halves(self, power: float) -> Array:
        """Return the rows ``B X_g' (I - H_gg)^power e_g``, (G, k).

        Raises
        ------
        EstimationError
            If the power is -1 and a coefficient rests on one cluster.
        """
        rows = []
        for values, vectors, scores in zip(self.values, self.vectors, self.scores, strict=True):
            own = vectors[-self.root.shape[0] :]
            if power == -1.0:
                _refuse_sole_support(values, own)
            rows.append(self.root @ (own @ (_power(values, power) * scores)))
        return np.array(rows)


def cluster_spectra(regression: Regression, codes: Codes) -> ClusterSpectra:
    """Decompose the hat matrix of each cluster.

    Parameters
    ----------
    regression : Regression
        The fit with its absorbed effects.
    codes : (n,) array
        Cluster 0..G-1 of each row.

    Returns
    -------
    ClusterSpectra
        All that CR2, CR3 and their degrees of freedom need.

    Raises
    ------
    EstimationError
        If too many effects are not nested in the clusters.

    Notes
    -----
    Let the largest absorbed set nested in the clusters be eliminated: its projection stays
    within clusters and is orthogonal to residuals and regressors, so it can be left out of
    ``H_gg``. The rest of H is ``V V'``, V an orthonormal basis, (n, m), of the other effects
    and the regressors, and ``f(I - V_g V_g') V_g = V_g E f(1 - values) E'``: eigenvalues of an
    m x m or n_g x n_g matrix, whichever is smaller, instead of roots of n_g x n_g ones.

    Examples
    --------
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]))
    >>> cluster_spectra(fit, np.array([0, 0, 1, 1])).values
    (array([0.5]), array([0.5]))
    """
    root = regression.root
    basis = cluster_basis(regression, codes)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(int(codes.max()) + 2))
    basis, residuals = basis[order], regression.residuals[order]
    values, vectors, scores = [], [], []
    for start, stop in pairwise(bounds):
        own = basis[start:stop]
        size, directions = _decompose(own)
        values.append(size)
        vectors.append(directions)
        scores.append(directions.T @ (own.T @ residuals[start:stop]))
    return ClusterSpectra(tuple(values), tuple(vectors), tuple(scores), root)


def cluster_basis(regression: Regression, codes: Codes) -> Array:
    """Return an orthonormal basis of regressors and effects, less one set nested in clusters.

    Parameters
    ----------
    regression : Regression
        The fit with its absorbed effects.
    codes : (n,) array
        Cluster 0..G-1 of each row.

    Returns
    -------
    (n, m) array
        Basis; its last k columns span the regressors.

    Raises
    ------
    EstimationError
        If too many effects are not nested in the clusters.

    Examples
    --------
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]))
    >>> cluster_basis(fit, np.array([0, 0, 1, 1])).ravel().tolist()
    [0.5, 0.5, 0.5, 0.5]
    """
    return np.column_stack([_effects_basis(regression, codes), regression.basis()])


def cluster_moments(spectra: ClusterSpectra, power: float) -> ClusterMoments:
    """Return what the degrees of freedom of clustered variances follow from.

    Parameters
    ----------
    spectra : ClusterSpectra
        Of the regression.
    power : float
        Of ``I - H_gg`` in the adjustment: 0 CR0 and CR1, -1/2 CR2, -1 CR3.

    Returns
    -------
    ClusterMoments
        ``P_st,gh = a_sg'(I - H)_gh a_th`` with ``a_sg = (I - H_gg)^power X_g B c_s``.

    Examples
    --------
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]))
    >>> spectra = cluster_spectra(fit, np.array([0, 0, 1, 1]))
    >>> cluster_moments(spectra, -0.5).satterthwaite().round(6).tolist()
    [1.0]
    """
    count = spectra.root.shape[0]
    own, images = [], []
    for values, vectors in zip(spectra.values, spectra.vectors, strict=True):
        adjusted = _power(values, power)[:, None] * (vectors[-count:].T @ spectra.root.T)
        weighted = values[:, None] * adjusted
        own.append(adjusted.T @ weighted)
        images.append(vectors @ weighted)
    shared = np.array(images)
    return ClusterMoments(np.array(own), shared, -shared)


def _effects_basis(regression: Regression, codes: Codes) -> Array:
    """Return an orthonormal basis of the absorbed effects beyond one set nested in clusters."""
    effects = regression.effects
    if regression.absorber is None:
        return np.zeros((regression.nobs, 0))
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
    return np.column_stack(parts) if parts else np.zeros((regression.nobs, 0))


def _refuse_size(rows: int, columns: int) -> None:
    if columns > _MOST_COLUMNS or rows * columns > _MOST_CELLS:
        raise EstimationError(
            f"CR2 and CR3: {columns} absorbed effects are not nested in the clusters, too many "
            f"for {rows} rows; use CR1, or cluster by what the effects are nested in"
        )


def _decompose(own: Array) -> tuple[Array, Array]:
    """Return the eigenvalues of V_g V_g' and their directions in the space of V's columns."""
    rows, columns = own.shape
    if rows >= columns:
        values, vectors = np.linalg.eigh(own.T @ own)
        return np.clip(values, 0.0, 1.0), vectors
    values, left = np.linalg.eigh(own @ own.T)
    positive = values > _FULL
    values, left = values[positive], left[:, positive]
    return np.clip(values, 0.0, 1.0), (own.T @ left) / np.sqrt(values)


def _power(values: Array, power: float) -> Array:
    """Return (1 - values)^power, zero where the cluster fits itself (generalised inverse)."""
    slack = 1.0 - values
    safe = np.where(slack > _FULL, slack, 1.0)
    return np.where(slack > _FULL, safe**power, 0.0 if power < 0 else 1.0)


def _refuse_sole_support(values: Array, own: Array) -> None:
    full = values > 1.0 - _FULL
    if full.any() and float(np.abs(own[:, full]).max()) > 1e-6:
        raise EstimationError(
            "CR3: without one of the clusters a coefficient cannot be estimated; "
            "use CR2, or drop the regressor that varies in that cluster only"
        )

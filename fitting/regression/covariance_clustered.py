"""Covariances under errors that are correlated within clusters: CR0 to CR3."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError, shown
from quesnay.fitting.regression.clubs import cluster_moments, cluster_spectra
from quesnay.fitting.regression.clubs_weighted import adjust_clusters
from quesnay.fitting.regression.cluster_counts import (
    counted_parameters,
    refuse_vanishing,
)
from quesnay.fitting.regression.cluster_moments import AdjustedClusters
from quesnay.fitting.regression.grouped import cluster_sums
from quesnay.fitting.regression.regression import CovarianceEstimate, Regression

__all__ = ["CR0", "CR1", "CR2", "CR3", "adjusted_clusters"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class CR0:
    """Liang and Zeger (1986): ``B (sum_g X_g'e_g e_g'X_g) B``, no factor; t with G - 1.

    Two dimensions: ``V_1 + V_2 - V_12`` (Cameron, Gelbach and Miller, 2011); G is the smaller.

    Examples
    --------
    >>> unit = np.array([0, 0, 1, 1])
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     clusters=(unit,))
    >>> float(CR0().estimate(fit).matrix[0, 0])
    1.125
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        groups = _fewest_clusters(regression)
        regression.need_freedom()
        matrix = _multiway(regression, _plain)
        rule = f"no small-sample factor; t with G - 1 = {groups - 1} degrees of freedom."
        return _estimate(regression, matrix, groups, name="CR0", rule=rule)


@dataclass(frozen=True, slots=True)
class CR1:
    """CR0 times ``G / (G - 1) (n - 1) / (n - K)``; t with G - 1.

    Two dimensions: ``V_1 + V_2 - V_12`` with the factor of the smaller G (Cameron, Gelbach and
    Miller, 2011; the rule of reghdfe and fixest).

    Parameters
    ----------
    counting : {"not nested", "all", "none"}
        Which absorbed effects count in K: see `counted_parameters`.
    groups : {"fewest", "own"}
        With two dimensions: one factor, of the smaller G, or for each of V_1, V_2 and V_12 that of
        its own G, as in R's sandwich::vcovCL.

    Examples
    --------
    >>> unit = np.array([0, 0, 1, 1])
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     clusters=(unit,))
    >>> float(CR1().estimate(fit).matrix[0, 0])
    2.25
    """

    counting: str = "not nested"
    groups: str = "fewest"

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        groups = _fewest_clusters(regression)
        regression.need_freedom()
        rows, counted = regression.nobs, counted_parameters(regression, self.counting)
        size = (rows - 1) / (rows - counted)
        if self.groups == "own":
            matrix = size * _multiway(regression, _own_factor)
            said = f"factor G / (G - 1) (n - 1) / (n - K), each part's own G, K = {counted}"
        elif self.groups == "fewest":
            factor = groups / (groups - 1) * size
            matrix = factor * _multiway(regression, _plain)
            said = (
                f"factor G / (G - 1) (n - 1) / (n - K) = {factor:.6g}, G = {groups}, K = {counted}"
            )
        else:
            raise EstimationError(
                f"groups: {shown(self.groups)} is not known; use 'fewest' or 'own'"
            )
        rule = f"{said}; t with G - 1 = {groups - 1} degrees of freedom."
        return _estimate(regression, matrix, groups, name="CR1", rule=rule)


@dataclass(frozen=True, slots=True)
class CR2:
    """Bell and McCaffrey (2002): residuals times ``(I - H_gg)^(-1/2)``; Satterthwaite's t.

    Unbiased if errors are independent with equal variances. H includes the absorbed effects
    (Pustejovsky and Tipton, 2018); the root is symmetric, and a generalised one where a cluster
    fits itself. With weights the root is that of ``[(I - H)(I - H)']_gg``, H no longer symmetric,
    as in clubSandwich (whose ``inverse_var = TRUE`` assumes variances inverse to the weights).
    Degrees of freedom differ by coefficient: ``(sum_g P_gg)^2 / sum_gh P_gh^2`` (their equation
    11). One dimension of clusters.

    Examples
    --------
    >>> unit = np.array([0, 0, 1, 1])
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     clusters=(unit,))
    >>> estimate = CR2().estimate(fit)
    >>> round(float(estimate.matrix[0, 0]), 4), round(float(estimate.df[0]), 4)
    (2.25, 1.0)
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        _fewest_clusters(regression)
        if len(regression.clusters) > 1:
            raise EstimationError(
                "CR2 is defined for one dimension of clusters, not "
                f"{len(regression.clusters)}: use CR1 or CR3, or cluster by one column"
            )
        regression.need_freedom()
        found = adjusted_clusters(regression, regression.clusters[0])
        half, df = found.half, found.moments.satterthwaite()
        refuse_vanishing(regression, half.T @ half, f"{half.shape[0]} clusters")
        rule = (
            "residuals times (I - H)^(-1/2) by cluster; t with Satterthwaite's degrees of "
            f"freedom, {df.min():.2f} to {df.max():.2f}."
        )
        return CovarianceEstimate(half.T @ half, df, "CR2", rule)


@dataclass(frozen=True, slots=True)
class CR3:
    """Residuals times ``(I - H_gg)^-1``: the jackknife over clusters; t with G - 1.

    No further factor (clubSandwich; the jackknife of MacKinnon, Nielsen and Webb, 2023, is
    (G - 1) / G times this). Two dimensions: ``V_1 + V_2 - V_12``.

    Examples
    --------
    >>> unit = np.array([0, 0, 1, 1])
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     clusters=(unit,))
    >>> round(float(CR3().estimate(fit).matrix[0, 0]), 4)
    4.5
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        groups = _fewest_clusters(regression)
        regression.need_freedom()
        matrix = _multiway(regression, _jackknifed)
        rule = f"residuals times (I - H)^(-1) by cluster; t with G - 1 = {groups - 1}."
        return _estimate(regression, matrix, groups, name="CR3", rule=rule)


def _plain(regression: Regression, codes: Codes) -> Array:
    Z, T = regression.parts()
    half = cluster_sums(Z * regression.residuals[:, None], codes) @ T.T
    return np.asarray(half.T @ half)


def _own_factor(regression: Regression, codes: Codes) -> Array:
    groups = int(codes.max()) + 1
    return groups / (groups - 1) * _plain(regression, codes)


def adjusted_clusters(regression: Regression, codes: Codes) -> AdjustedClusters:
    """Return CR2's scores by cluster with their moments.

    Examples
    --------
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]))
    >>> adjusted_clusters(fit, np.array([0, 0, 1, 1])).half.shape
    (2, 1)
    """
    if regression.weights is not None:
        return adjust_clusters(regression, codes)
    spectra = cluster_spectra(regression, codes)
    return AdjustedClusters(spectra.halves(-0.5), cluster_moments(spectra, -0.5))


def _jackknifed(regression: Regression, codes: Codes) -> Array:
    half = cluster_spectra(regression, codes).halves(-1.0)
    return np.asarray(half.T @ half)


def _multiway(regression: Regression, one_way: Callable[[Regression, Codes], Array]) -> Array:
    """Return V_1, or V_1 + V_2 - V_12, which need not be positive semi-definite."""
    clusters = regression.clusters
    if len(clusters) == 1:
        return one_way(regression, clusters[0])
    pairs = clusters[0] * (int(clusters[1].max()) + 1) + clusters[1]
    both = np.unique(pairs, return_inverse=True)[1].astype(np.intp)
    total = sum((one_way(regression, codes) for codes in clusters), np.zeros(()))
    return total - one_way(regression, both)


def _positive_part(matrix: Array, root: Array) -> Array:
    """Return a covariance with its negative eigenvalues set to zero.

    As Cameron, Gelbach and Miller (2011) do, but for the coefficients of the orthonormal basis
    ``X root``: eigenvalues of the covariance itself, and so its errors, depend on the units in
    which regressors are measured.
    """
    inner = np.linalg.solve(root, np.linalg.solve(root, matrix).T)
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    if values[0] >= 0:
        return matrix
    half = root @ (vectors * np.sqrt(np.maximum(values, 0.0)))
    return np.asarray(half @ half.T)


def _fewest_clusters(regression: Regression) -> int:
    if not regression.clusters:
        raise EstimationError("clustered errors need clusters: name a column with cluster=")
    if len(regression.clusters) > 2:
        raise EstimationError(
            f"{len(regression.clusters)} dimensions of clusters: one or two are possible"
        )
    groups = min(int(codes.max()) + 1 for codes in regression.clusters)
    if groups < 2:
        raise EstimationError("one cluster only: clustered errors need at least two")
    return groups


def _estimate(
    regression: Regression, matrix: Array, groups: int, *, name: str, rule: str
) -> CovarianceEstimate:
    if len(regression.clusters) > 1:
        repaired = _positive_part(matrix, regression.root)
        if repaired is not matrix:
            rule += " V_1 + V_2 - V_12 was indefinite and is made positive semi-definite."
        matrix = repaired
    refuse_vanishing(regression, matrix, f"{groups} clusters")
    df = np.full(regression.X.shape[1], float(groups - 1))
    return CovarianceEstimate((matrix + matrix.T) / 2, df, name, rule)

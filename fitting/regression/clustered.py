"""The clustered covariance that tests and transformed regressions of this folder use."""

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import Projection, as_codes

__all__ = ["cluster_covariance"]

Array = npt.NDArray[np.float64]


def cluster_covariance(
    fit: Projection, clusters: npt.ArrayLike, *, absorbed: int = 0
) -> tuple[Array, int]:
    """Return the CR1 covariance of the coefficients and the number of clusters.

    ``V = G / (G - 1) (n - 1) / (n - K) (X'X)^-1 (sum_g X_g'e_g e_g'X_g) (X'X)^-1``, K coefficients
    with absorbed ones (Stata's factor).

    Parameters
    ----------
    fit : Projection
        The regression.
    clusters : (n,) array_like
        Cluster of each row.
    absorbed : int
        Degrees of freedom of absorbed effects counted in K.

    Returns
    -------
    tuple of (k, k) array and int
        Covariance and G.

    Raises
    ------
    EstimationError
        If there is one cluster only.

    Examples
    --------
    >>> from quesnay.fitting.regression.projection import project
    >>> fit = project([1.0, 2.0, 3.1, 9.0], [[1.0]] * 4)
    >>> cluster_covariance(fit, [1, 1, 2, 2])[0].round(3).tolist()
    [[5.176]]
    """
    codes, groups = as_codes(clusters, fit.nobs, "clusters")
    if groups < 2:
        raise EstimationError("clusters: one cluster only; clustered errors need two")
    scores = np.zeros((groups, fit.rank))
    np.add.at(scores, codes, fit.Q * fit.residuals[:, None])
    half = np.linalg.solve(fit.R, scores.T) / fit.scale[:, None]
    free = fit.nobs - fit.rank - absorbed
    if free < 1:
        raise EstimationError(f"X: {free} degrees of freedom; clustered errors need one")
    factor = groups / (groups - 1) * (fit.nobs - 1) / free
    return np.asarray(factor * (half @ half.T)), groups

"""Resampling whole clusters (or rows) of a regression through their moments."""

import numpy as np
import numpy.typing as npt
from scipy import linalg

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import Projection, as_codes

__all__ = ["pairs_bootstrap"]

Array = npt.NDArray[np.float64]

CHUNK = 128  # draws solved together


def pairs_bootstrap(
    fit: Projection, clusters: npt.ArrayLike | None, *, draws: int, seed: int
) -> Array:
    """Draw coefficients by resampling clusters, or rows where there are none.

    A draw only needs the weighted sums of each cluster's Q'Q and Q'e: no design is rebuilt.

    Parameters
    ----------
    fit : Projection
        The regression; absorbed effects are held at their full-sample values.
    clusters : (n,) array_like or None
        Cluster of each row.
    draws : int
        Number of draws.
    seed : int
        Seed of a `numpy.random.SeedSequence`; the same seed gives the same draws.

    Returns
    -------
    (draws, k) array
        Coefficients; NaN in draws whose rows do not identify them.

    Raises
    ------
    EstimationError
        If there is one cluster only, or the number of draws is not positive.

    References
    ----------
    Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90, sec. III.A.

    Examples
    --------
    >>> from quesnay.fitting.regression.projection import project
    >>> x = np.arange(30.0)
    >>> fit = project(x + np.cos(x), np.column_stack([np.ones(30), x]))
    >>> pairs_bootstrap(fit, None, draws=500, seed=1).std(axis=0).round(3).tolist()
    [0.267, 0.015]
    """
    if draws < 1:
        raise EstimationError(f"draws: {draws}; at least one is needed")
    n, k = fit.nobs, fit.rank
    codes, groups = (np.arange(n), n) if clusters is None else as_codes(clusters, n, "clusters")
    if groups < 2:
        raise EstimationError("clusters: one cluster only; resampling it changes nothing")
    products = np.einsum("ni,nj->nij", fit.Q, fit.Q).reshape(n, -1)
    moments = np.zeros((groups, k * k + k))
    np.add.at(moments, codes, np.column_stack([products, fit.Q * fit.residuals[:, None]]))
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    steps = []
    for start in range(0, draws, CHUNK):
        size = min(CHUNK, draws - start)
        weights = generator.multinomial(groups, np.full(groups, 1.0 / groups), size=size)
        sums = weights.astype(np.float64) @ moments
        steps.append(_solve(sums[:, : k * k].reshape(size, k, k), sums[:, k * k :]))
    change = linalg.solve_triangular(fit.R, np.concatenate(steps).T, check_finite=False).T
    return np.asarray(fit.coefficients + change / fit.scale)


def _solve(gram: Array, score: Array) -> Array:
    values, vectors = np.linalg.eigh(gram)
    singular = values[:, 0] <= 1e-10 * values[:, -1]
    values[singular] = 1.0
    step = np.einsum("bij,bj,bkj,bk->bi", vectors, 1.0 / values, vectors, score)
    step[singular] = np.nan
    return np.asarray(step)

"""Replications of a regression: pairs and cluster bootstrap, and the jackknife."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.arguments import check_draws
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.clubs import cluster_spectra
from quesnay.fitting.regression.gram import gram_blocks, solve_grams
from quesnay.fitting.regression.nested import NestedGrams, nested_grams
from quesnay.fitting.regression.regression import Regression

__all__ = ["Replications", "bootstrap_coefficients", "jackknife_coefficients"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_CELLS = 4_000_000  # cells of the largest array made at a time


@dataclass(frozen=True, slots=True)
class Replications:
    """Coefficients of replications.

    Parameters
    ----------
    draws : (D, k) array
        Coefficients of the replications that could be computed.
    covariance : (k, k) array
        Covariance that they imply.
    failed : int
        Resamples in which regressors depended on each other; they are left out.
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

    Parameters
    ----------
    regression : Regression
        The fit.
    coefficients : (k,) array
        Its coefficients.
    draws : int
        Number of resamples, at least 2.
    generator : numpy.random.Generator
        Source of randomness.
    codes : (n,) array, optional
        Cluster 0..G-1 of each row; rows are resampled without it.

    Returns
    -------
    Replications
        Coefficients by resample and their covariance.

    Raises
    ------
    EstimationError
        If rows are to be resampled under absorbed effects, or all resamples fail.

    Notes
    -----
    A resample is a vector of counts, so the tables of products of all resamples are one matrix
    product, and their solutions one batch (`quesnay.fitting.regression.nested`). A cluster drawn
    twice is two clusters: each copy has nested effects of its own, and effects that cross clusters
    are estimated anew in each resample. What is resampled are residuals and an orthonormal basis
    ``X L`` of the design: ``b + L c``, c the regression of the former on the latter, loses none of
    the digits that products of nearly dependent columns lose.

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [0.0, 1, 2, 3, 4, 5]])
    >>> e = np.array([0.1, -0.1, 0.0, 0.0, -0.1, 0.1])
    >>> fit = Regression(X, e, np.linalg.inv(X.T @ X))
    >>> found = bootstrap_coefficients(fit, np.array([1.0, 2.0]), draws=200,
    ...     generator=np.random.default_rng(0))
    >>> bool(abs(found.draws[:, 1].mean() - 2.0) < 0.05)
    True
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

    Parameters
    ----------
    regression : Regression
        The fit.
    coefficients : (k,) array
        Its coefficients.
    codes : (n,) array, optional
        Cluster 0..G-1 of each row; rows are left out without it.

    Returns
    -------
    Replications
        Coefficients without each unit, and ``(G - 1) / G`` times their sum of squared deviations
        from the estimate (CV3 of MacKinnon, Nielsen and Webb, 2023).

    Raises
    ------
    EstimationError
        If a coefficient rests on one row or cluster.

    Notes
    -----
    ``b - b_(g) = (X'X)^-1 X_g'(I - H_gg)^-1 e_g``: no regression is run again.

    Examples
    --------
    >>> fit = Regression(np.ones((3, 1)), np.array([-1.0, 0.0, 1.0]), np.array([[1 / 3]]))
    >>> jackknife_coefficients(fit, np.array([2.0])).draws.ravel().round(3).tolist()
    [2.5, 2.0, 1.5]
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

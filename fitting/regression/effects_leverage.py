"""Leverage that absorbed fixed effects give each observation."""

import numpy as np
import numpy.typing as npt
from scipy import linalg

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import as_codes

__all__ = ["absorbed_leverage"]

Array = npt.NDArray[np.float64]


def absorbed_leverage(*effects: npt.ArrayLike, rows: int, most: int = 4000) -> Array:
    """Return the leverage that absorbed fixed effects give each row.

    Parameters
    ----------
    *effects : (n,) array_like
        Labels of each set of effects.
    rows : int
        Number of observations n.
    most : int
        Largest number of effects in total for which the exact leverage is computed.

    Returns
    -------
    (n,) array
        Diagonal of the projection on the dummies; ``1 / n_g`` for one set.

    Raises
    ------
    EstimationError
        If several sets have more than `most` effects in total.

    Examples
    --------
    >>> absorbed_leverage(["a", "a", "b"], rows=3).tolist()
    [0.5, 0.5, 1.0]
    """
    coded = [as_codes(labels, rows, f"effects {place}") for place, labels in enumerate(effects)]
    if not coded:
        return np.zeros(rows)
    if len(coded) == 1:
        codes, count = coded[0]
        return np.asarray(1.0 / np.bincount(codes, minlength=count)[codes])
    total = sum(count for _, count in coded)
    if total > most:
        raise EstimationError(
            f"effects: {total} in all, more than {most}; exact leverage would need {total}^2 cells"
        )
    dummies = np.zeros((rows, total))
    start = 0
    for codes, count in coded:
        dummies[np.arange(rows), start + codes] = 1.0
        start += count
    return _diagonal_of_projection(dummies)


def _diagonal_of_projection(dummies: Array) -> Array:
    """Return the diagonal of D (D'D)^- D' by pivoted Cholesky, which meets the rank by itself."""
    scaled = dummies / np.sqrt(dummies.sum(axis=0))
    factor, pivots, rank, _ = linalg.lapack.dpstrf(scaled.T @ scaled, lower=0, tol=1e-10)
    chosen = scaled[:, pivots[:rank] - 1]
    half = linalg.solve_triangular(np.triu(factor[:rank, :rank]), chosen.T, trans="T")
    return np.asarray(np.einsum("ij,ij->j", half, half))

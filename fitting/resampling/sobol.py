"""Sobol indices of groups of inputs: which share of the variance each group is answerable for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SobolIndices", "sobol_indices"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SobolIndices:
    """First-order and total-effect indices.

    Parameters
    ----------
    first, total : ndarray (groups, figures)
        Share of the variance that a group explains alone, and with all its interactions. NaN where
        a figure does not vary.
    used : ndarray (figures,)
        Draws that were finite in every sample.
    """

    first: Array
    total: Array
    used: NDArray[np.intp]


def sobol_indices(a: Array, b: Array, mixed: Array) -> SobolIndices:
    """Estimate Sobol indices from two samples and their mixtures.

    ``first_i = 1 - E[(f(B) - f(A_i))^2] / (2 V)`` and ``total_i = E[(f(A) - f(A_i))^2] / (2 V)``,
    with A_i the sample A whose group i comes from B (Jansen 1999, Computer Physics Communications
    117, eq. 3.3; Saltelli et al. 2010, table 2).

    Parameters
    ----------
    a, b : ndarray (n, figures)
        The figures at two independent samples of all inputs.
    mixed : ndarray (groups, n, figures)
        The figures at A with one group taken from B.

    Returns
    -------
    SobolIndices
        Draws where any sample is not finite are left out, figure by figure.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.standard_normal((2, 20000, 2))
    >>> f = lambda u: (2 * u[:, :1] + u[:, 1:])
    >>> mixed = np.stack([f(np.c_[y[:, 0], x[:, 1]]), f(np.c_[x[:, 0], y[:, 1]])])
    >>> sobol_indices(f(x), f(y), mixed).total.ravel().round(1)
    array([0.8, 0.2])
    """
    finite = np.isfinite(a) & np.isfinite(b) & np.isfinite(mixed).all(axis=0)
    used = finite.sum(axis=0)
    keep = np.where(finite, 1.0, 0.0)
    both = np.where(finite, a, 0.0), np.where(finite, b, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (both[0] + both[1]).sum(axis=0) / (2 * used)
        spread = keep * ((both[0] - mean) ** 2 + (both[1] - mean) ** 2)
        variance = spread.sum(axis=0) / (2 * used)
        scale = np.abs(mean) * 1e-12  # below it a figure is a constant with rounding
        variance = np.where(np.sqrt(variance) > scale, variance, np.nan)
        inner = np.where(finite, mixed, 0.0)
        total = ((both[0] - inner) ** 2).sum(axis=1) / (2 * used) / variance
        first = 1.0 - ((both[1] - inner) ** 2).sum(axis=1) / (2 * used) / variance
    return SobolIndices(first, total, used)

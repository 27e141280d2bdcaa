"""Which share of a spread each choice or input is answerable for.

Shapley values of explained variance for discrete choices; Sobol indices for groups of inputs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.arrays import Array

__all__ = ["shapley_shares", "sobol_indices"]


def shapley_shares(values: Array, codes: Sequence[npt.NDArray[np.intp]]) -> Array:
    """Split the variance of a spread among the choices that span it.

    Shapley (1953); for explained variance Lipovetsky and Conklin (2001), Applied Stochastic
    Models in Business and Industry 17, eq. 8. In a balanced grid this is the classical analysis of
    variance.
    """
    count = len(codes)
    centred = values - values.mean()
    total = float(centred @ centred)
    if total <= 1e-24 * float(values @ values):  # nothing but rounding
        return np.zeros(count + 1)
    blocks = [np.eye(int(c.max()) + 1)[c] for c in codes]
    owner = np.repeat(np.arange(count), [block.shape[1] for block in blocks])
    columns = np.concatenate(blocks, axis=1)
    columns -= columns.mean(axis=0)
    gram, right = columns.T @ columns, columns.T @ centred
    explained = np.zeros(1 << count)
    for subset in range(1, 1 << count):
        mine = np.isin(owner, [k for k in range(count) if subset >> k & 1])
        solved = np.linalg.lstsq(gram[np.ix_(mine, mine)], right[mine], rcond=1e-10)[0]
        explained[subset] = float(right[mine] @ solved) / total
    return np.append(_values(explained, count), 1.0 - explained[-1])


def _values(explained: Array, count: int) -> Array:
    """Average the marginal gain of each choice over all orders."""
    weights = [
        math.factorial(k) * math.factorial(count - k - 1) / math.factorial(count)
        for k in range(count)
    ]
    out = np.zeros(count)
    for subset in range(1 << count):
        size = subset.bit_count()
        for k in range(count):
            if not subset >> k & 1:
                out[k] += weights[size] * (explained[subset | 1 << k] - explained[subset])
    return out


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
    used: npt.NDArray[np.intp]


def sobol_indices(a: Array, b: Array, mixed: Array) -> SobolIndices:
    """Estimate Sobol indices from two samples and their mixtures.

    ``first_i = 1 - E[(f(B) - f(A_i))^2] / (2 V)`` and ``total_i = E[(f(A) - f(A_i))^2] / (2 V)``,
    with A_i the sample A whose group i comes from B (Jansen 1999, Computer Physics Communications
    117, eq. 3.3; Saltelli et al. 2010, table 2).
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

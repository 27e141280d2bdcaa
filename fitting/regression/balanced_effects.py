"""Two sets of fixed effects that cross evenly: each group of one meets each of the other alike."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import linalg

from quesnay.fitting.regression.grouped import deviations

__all__ = ["BalancedEffects", "find_balance"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class BalancedEffects:
    """What a second set adds to a first one that it crosses evenly: deviations from its means.

    Then ``x_it - x_i. - x_.t + x_..`` is exact (Wallace and Hussain, 1969), and no equations are
    solved.

    Parameters
    ----------
    codes : (n,) array
        Group 0..T-1 of each row in the second set.
    sizes : (T,) array
        Rows of each group, all the same.

    Examples
    --------
    >>> effects = BalancedEffects(np.array([0, 1, 0, 1]), np.array([2.0, 2.0]))
    >>> effects.residualise(np.array([[-0.5, 0.5, -2.5, 2.5]])).tolist(), effects.rank
    ([[1.0, -1.0, -1.0, 1.0]], 1)
    """

    codes: Codes
    sizes: Array

    rank_is_exact: ClassVar[bool] = True

    @property
    def rank(self) -> int:
        """Degrees of freedom that the second set adds."""
        return int(self.sizes.size) - 1

    def residualise(self, block: Array) -> Array:
        """Return variables, (m, n), free of the first set, less their means by the second."""
        once = deviations(self.codes, block, self.sizes)
        return deviations(self.codes, once, self.sizes)  # the first pass rounds large means

    def basis(self) -> Array:
        """Return an orthonormal basis, (n, T - 1), of the second set, orthogonal to the first."""
        contrasts = np.asarray(linalg.helmert(self.sizes.size)) / np.sqrt(self.sizes)
        return np.asarray(contrasts.T[self.codes])

    def leverage(self) -> Array:
        """Return the diagonal of the projection on what the second set adds, (n,)."""
        return np.full(self.codes.size, 1.0 / self.sizes[0] - 1.0 / self.codes.size)


def find_balance(first: Codes, second: Codes, first_sizes: Array) -> BalancedEffects | None:
    """Return what the second set adds, if each of its groups meets all of the first equally often.

    Parameters
    ----------
    first, second : (n,) arrays
        Codes of the two sets.
    first_sizes : (G,) array
        Rows of each group of the first set.

    Returns
    -------
    BalancedEffects or None
        None unless all G x T pairs of groups have n / (G T) rows.

    Examples
    --------
    >>> first, second, sizes = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([2.0, 2.0])
    >>> find_balance(first, second, sizes).rank, find_balance(first, first, sizes)
    (1, None)
    """
    sizes = np.bincount(second).astype(np.float64)
    pairs = first_sizes.size * sizes.size
    if first.size % pairs:
        return None
    cells = np.bincount(first * sizes.size + second, minlength=pairs)
    return BalancedEffects(second, sizes) if (cells == first.size // pairs).all() else None

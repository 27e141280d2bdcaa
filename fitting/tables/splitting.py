"""Splitting one sector of a table into several, with rows and columns that still balance."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.tables.gras import Scaling, gras

__all__ = ["Halves", "core_block", "fitted_rows"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Halves:
    """Rows (or columns) of the parts of a sector.

    Parameters
    ----------
    values : ndarray, (parts, m)
        Their cells; each column sums to the cell of the whole sector.
    scaling : Scaling or None
        How they were balanced; None where no balancing was needed.
    """

    values: Array
    scaling: Scaling | None


def fitted_rows(pattern: Array, whole: Array, shares: Array) -> Halves:
    """Spread the cells of a sector over its parts, near a pattern and with given totals.

    Parameters
    ----------
    pattern : ndarray, (parts, m)
        Share of each part in each cell; every column sums to 1.
    whole : ndarray, (m,)
        The sector's cells, of any sign.
    shares : ndarray, (parts,)
        Share of each part in the sector's total.

    Returns
    -------
    Halves
        Cells whose columns sum to `whole` and whose rows sum to ``shares * whole.sum()``.

    Examples
    --------
    >>> import numpy as np
    >>> pattern = np.array([[1.0, 0.5], [0.0, 0.5]])
    >>> fitted_rows(pattern, np.array([20.0, 80.0]), np.array([0.6, 0.4])).values.round(6)
    array([[20., 40.],
           [ 0., 40.]])
    """
    seed = pattern * whole
    totals = shares * whole.sum()
    gap = np.abs(seed.sum(axis=1) - totals).max()
    if gap <= 1e-14 * np.abs(whole).sum():
        return Halves(seed, None)
    found = gras(seed, totals, whole, tolerance=1e-12, max_iterations=100_000)
    return Halves(found.table, found)


def core_block(sales: Array, inputs: Array, whole: float, shares: Array) -> Array:
    """Spread the sector's sales to itself over its parts, given what each sells and buys of them.

    Parameters
    ----------
    sales, inputs : ndarray, (parts,)
        Sales of each part to the whole sector, purchases of each part from it.
    whole : float
        The sector's sales to itself.
    shares : ndarray, (parts,)
        Used where there are no such sales.

    Returns
    -------
    ndarray, (parts, parts)
        Sales from part to part.

    Examples
    --------
    >>> import numpy as np
    >>> core_block(np.array([6.0, 4.0]), np.array([5.0, 5.0]), 10.0, np.array([0.5, 0.5]))
    array([[3., 3.],
           [2., 2.]])
    """
    if whole == 0:
        return np.zeros((len(shares), len(shares)))
    block: Array = np.outer(sales, inputs) / whole
    return block

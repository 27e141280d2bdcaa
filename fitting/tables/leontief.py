"""The interdependency matrix ``I - A``: one factorisation, then solves in both directions."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from quesnay.fitting.errors import DataError

__all__ = ["Leontief", "coefficients", "leontief"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Leontief:
    """LU factors of ``(I - A)'``, which answer every question about ``L = (I - A)^-1``.

    The transpose is factored because a matrix stored by rows is its transpose stored by columns:
    LAPACK then works in place and no copy is made.

    Parameters
    ----------
    lu : ndarray, (n, n)
        Packed factors, in Fortran order.
    pivots : ndarray of int, (n,)
        Row exchanges.
    """

    lu: Array
    pivots: npt.NDArray[np.int32]

    def columns(self, f: Array) -> Array:
        """Return ``L f``: output for the final demands in the columns of `f`."""
        out: Array = lapack.dgetrs(self.lu, self.pivots, f, trans=1)[0]
        return out

    def rows(self, c: Array) -> Array:
        """Return ``c L`` for the coefficients in the rows of `c`: multipliers."""
        out: Array = lapack.dgetrs(self.lu, self.pivots, c.T)[0].T
        return out

    def inverse(self) -> Array:
        """Return L itself."""
        out: Array = lapack.dgetri(self.lu, self.pivots, lwork=max(1, 64 * len(self.lu)))[0].T
        return out


def coefficients(flows: Array, output: Array) -> Array:
    """Return flows per unit of the output of the buying (column) sector; 0 where it is zero.

    Parameters
    ----------
    flows : ndarray, (m, n)
        Inputs by column.
    output : ndarray, (n,)
        Output of the columns.

    Returns
    -------
    ndarray, (m, n)
        ``flows / output``.

    Examples
    --------
    >>> import numpy as np
    >>> coefficients(np.array([[150.0, 500.0], [200.0, 100.0]]), np.array([1000.0, 2000.0]))
    array([[0.15, 0.25],
           [0.2 , 0.05]])
    """
    out: Array = flows * inverted(output)
    return out


def inverted(output: Array) -> Array:
    """Return ``1 / x`` by element, 0 where x is zero: a sector without output has no inputs."""
    return np.divide(1.0, output, out=np.zeros(len(output)), where=output != 0)


def leontief(flows: Array, output: Array) -> Leontief:
    """Factor ``I - A`` of a table in one new matrix.

    Parameters
    ----------
    flows : ndarray, (n, n)
        Transactions between sectors, by rows.
    output : ndarray, (n,)
        Output.

    Returns
    -------
    Leontief
        Factors that solve in both directions.

    Raises
    ------
    DataError
        If ``I - A`` is exactly singular.

    Examples
    --------
    >>> import numpy as np
    >>> Z, x = np.array([[150.0, 500.0], [200.0, 100.0]]), np.array([1000.0, 2000.0])
    >>> leontief(Z, x).columns(np.array([600.0, 1500.0])).round(1)
    array([1247.5, 1841.6])
    """
    matrix = np.multiply(flows, -inverted(output), order="C")
    matrix.ravel()[:: len(output) + 1] += 1.0
    lu, pivots, failed = lapack.dgetrf(matrix.T, overwrite_a=True)
    if failed:
        raise DataError(
            "I - A is singular: a group of sectors uses up all that it makes and adds no value; "
            "check value added and the transactions"
        )
    return Leontief(lu, pivots)

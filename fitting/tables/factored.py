"""One factorisation of a square matrix, refused where it is singular to working precision."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.linalg as la

from quesnay.fitting.errors import DataError

__all__ = ["Factored", "factored"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Factored:
    """LU factors of a matrix M that solve ``M X = B``.

    Parameters
    ----------
    lu : ndarray, (n, n)
        Both factors, as LAPACK packs them.
    pivots : ndarray of int, (n,)
        Row exchanges.
    """

    lu: Array
    pivots: npt.NDArray[np.int32]

    def solve(self, right: Array) -> Array:
        """Return X with ``M X = right``."""
        out: Array = la.lu_solve((self.lu, self.pivots), right, check_finite=False)
        return out


def factored(matrix: Array, why: str) -> Factored:
    """Factor a matrix or raise a `DataError` that says `why` it cannot be solved.

    Examples
    --------
    >>> import numpy as np
    >>> factored(np.array([[2.0]]), "empty").solve(np.array([1.0]))
    array([0.5])
    """
    if not matrix.size:
        return Factored(matrix, np.zeros(0, dtype=np.int32))
    lu, pivots, failed = la.lapack.dgetrf(matrix)
    norm = float(np.abs(matrix).sum(axis=0).max())
    reciprocal = 0.0 if failed else la.lapack.dgecon(lu, norm)[0]
    if not reciprocal > len(matrix) * np.finfo(float).eps:
        raise DataError(why)
    return Factored(lu, pivots)

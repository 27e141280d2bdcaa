"""The diagonal of an inverse from its LU factors, in place."""

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

__all__ = ["inverse_diagonal", "unit_columns"]

Array = npt.NDArray[np.float64]

_BLOCK = 128  # sectors solved at a time: enough for LAPACK's speed, little memory


def inverse_diagonal(lu: Array, pivots: npt.NDArray[np.int32]) -> Array:
    """Return the diagonal of ``M^-1`` from the factors of M, a block of columns at a time.

    With ``P M = L1 U``, ``M^-1 = U^-1 L1^-1 P``: columns of ``L1^-1`` and rows of ``U^-1`` are
    solved for without their leading zeros (n^3 / 3 operations each where no rows are exchanged)
    and only the n products on the diagonal are formed. No second matrix is held.

    Parameters
    ----------
    lu : ndarray, (n, n)
        Packed factors, in Fortran order.
    pivots : ndarray of int, (n,)
        Row exchanges.

    Returns
    -------
    ndarray, (n,)
        The diagonal.

    Examples
    --------
    >>> import numpy as np
    >>> lu, pivots, _ = lapack.dgetrf(np.array([[1.0, 2.0], [4.0, 4.0]]))
    >>> inverse_diagonal(lu, pivots)
    array([-1.  , -0.25])
    """
    order = np.arange(len(lu))
    for k, other in enumerate(pivots.tolist()):
        order[k], order[other] = order[other], order[k]
    # M^-1[:, order[j]] = U^-1 L1^-1[:, j], so entry (order[j], order[j]) is the wanted one.
    out = np.empty(len(order))
    for start in range(0, len(order), _BLOCK):
        place = np.arange(start, min(start + _BLOCK, len(order)))
        lower = _triangle(lu, place, upper=False)
        upper = _triangle(lu, order[place], upper=True)
        shared = min(len(lower), len(upper))
        out[order[place]] = np.einsum("ij,ij->j", lower[-shared:], upper[-shared:])
    return out


def _triangle(lu: Array, places: npt.NDArray[np.intp], *, upper: bool) -> Array:
    """Return rows of ``U^-1`` (as columns) or columns of ``L1^-1``, without leading zeros.

    LAPACK takes the corner of the factors where it stands, given its columns in full length; the
    last column would run over the end of the matrix, so its unknown is found by hand.
    """
    n, start = len(lu), int(places.min())
    out = unit_columns(n - start, places - start)
    size = n - 1 - start
    if size:
        flat = lu.reshape(-1, order="F")[start * (n + 1) :]
        corner = flat[: size * n].reshape((n, size), order="F")
        out[:-1] = lapack.dtrtrs(
            corner, out[:-1], lower=not upper, trans=upper, unitdiag=not upper
        )[0]
        edge = lu[start:-1, -1] if upper else lu[-1, start:-1]
        out[-1] -= edge @ out[:-1]
    if upper:
        out[-1] /= lu[-1, -1]
    return out


def unit_columns(size: int, places: npt.NDArray[np.intp]) -> Array:
    """Return columns of the identity matrix, in the order LAPACK reads.

    Parameters
    ----------
    size : int
        Rows.
    places : ndarray of int, (g,)
        Which columns.

    Returns
    -------
    ndarray, (size, g)
        One 1 a column.

    Examples
    --------
    >>> import numpy as np
    >>> unit_columns(2, np.array([1]))
    array([[0.],
           [1.]])
    """
    out = np.zeros((size, len(places)), order="F")
    out[places, np.arange(len(places))] = 1.0
    return out

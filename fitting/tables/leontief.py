"""The interdependency matrix ``I - A``: one factorisation, then solves in both directions."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from quesnay.fitting.errors import DataError

__all__ = [
    "Factors",
    "Leontief",
    "coefficients",
    "inverted",
    "leontief",
    "reciprocal_condition",
    "unit_columns",
]

Array = npt.NDArray[np.float64]

SINGULAR = (
    "I - A is singular: a group of sectors uses up all that it makes and adds no value; "
    "check value added and the transactions"
)
_SMALL = 256  # sectors up to which the whole inverse is cheaper than its diagonal
_BLOCK = 64  # rows handled at a time where a whole temporary would cost a matrix


class Factors(Protocol):
    """What the analyses ask of a factored ``I - A``, in whatever precision it is held."""

    def columns(self, f: Array) -> Array:
        """Return ``L f``."""

    def rows(self, c: Array) -> Array:
        """Return ``c L``."""

    def inverse(self) -> Array:
        """Return ``L``."""

    def diagonal(self) -> Array:
        """Return the diagonal of L."""


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
        """Return ``L f``: output for the final demands in the columns of `f`, (n,) or (n, k)."""
        out: Array = lapack.dgetrs(self.lu, self.pivots, f, trans=1)[0]
        return out

    def rows(self, c: Array) -> Array:
        """Return ``c L`` for the coefficients in the rows of `c`: multipliers, (k, n)."""
        out: Array = lapack.dgetrs(self.lu, self.pivots, c.T)[0].T
        return out

    def inverse(self) -> Array:
        """Return L itself, in one new matrix."""
        inverse: Array = lapack.dgetri(self.lu, self.pivots, lwork=32 * len(self.lu))[0].T
        return inverse

    def diagonal(self) -> Array:
        """Return the diagonal of L at two thirds of the cost of L.

        With ``P M = L1 U`` and M the factored transpose, ``M^-1 = U^-1 L1^-1 P``: both triangles
        are inverted in place (n^3 / 3 each) and only the n products on the diagonal are formed.
        """
        if len(self.lu) <= _SMALL:
            return np.diag(self.inverse())
        both = lapack.dtrtri(self.lu)[0]
        both = lapack.dtrtri(both, lower=1, unitdiag=1, overwrite_c=True)[0]
        order = np.arange(len(both))
        for k, other in enumerate(self.pivots.tolist()):
            order[k], order[other] = order[other], order[k]
        # M^-1[:, order[j]] = U^-1 L1^-1[:, j], so entry (order[j], order[j]) is the wanted one.
        out = np.empty(len(both))
        for start in range(0, len(both), _BLOCK):
            place = np.arange(start, min(start + _BLOCK, len(both)))
            out[order[place]] = _products(both, order[place], place)
        return out


def _products(both: Array, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> Array:
    """Multiply rows of the upper inverse with columns of the unit lower inverse, pair by pair."""
    count = np.arange(len(both))
    upper = np.where(count >= rows[:, None], both[rows], 0.0)
    lower = np.where(count > columns[:, None], both[:, columns].T, 0.0)
    lower[np.arange(len(columns)), columns] = 1.0
    products: Array = np.einsum("ij,ij->i", upper, lower)
    return products


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


def inverted(output: Array) -> Array:
    """Return ``1 / x`` by element, 0 where x is zero: a sector without output has no inputs.

    Parameters
    ----------
    output : ndarray, (n,)
        Output.

    Returns
    -------
    ndarray, (n,)
        Reciprocals.

    Examples
    --------
    >>> import numpy as np
    >>> inverted(np.array([4.0, 0.0]))
    array([0.25, 0.  ])
    """
    return np.divide(1.0, output, out=np.zeros(len(output)), where=output != 0)


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
    out: Array = np.divide(flows, output, out=np.zeros(flows.shape), where=output != 0)
    return out


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
    >>> factors = leontief(Z, x)
    >>> factors.columns(np.array([600.0, 1500.0])).round(1), factors.diagonal().round(4)
    (array([1247.5, 1841.6]), array([1.2541, 1.1221]))
    """
    matrix = np.multiply(flows, -inverted(output), order="C")
    matrix.ravel()[:: len(output) + 1] += 1.0
    lu, pivots, failed = lapack.dgetrf(matrix.T, overwrite_a=True)
    if failed:
        raise DataError(SINGULAR)
    return Leontief(lu, pivots)


def reciprocal_condition(factors: Leontief, norm: float) -> float:
    """Estimate the reciprocal condition number of ``I - A`` from its factors.

    Parameters
    ----------
    factors : Leontief
        Of ``(I - A)'``.
    norm : float
        Largest sum of a row of ``|I - A|``.

    Returns
    -------
    float
        Near 1 is well conditioned, near 1e-16 has no digit left.

    Examples
    --------
    >>> import numpy as np
    >>> round(reciprocal_condition(leontief(np.zeros((2, 2)), np.ones(2)), 1.0), 3)
    1.0
    """
    return float(lapack.dgecon(factors.lu, norm)[0])

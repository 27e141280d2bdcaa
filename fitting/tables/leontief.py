"""The interdependency matrix ``I - A``: one factorisation, then solves in both directions."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.diagonal import inverse_diagonal

__all__ = [
    "Factors",
    "Leontief",
    "coefficients",
    "inverted",
    "leontief",
    "reciprocal_condition",
    "row_norm",
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
        """Return the diagonal of L, at two thirds of the cost of L and without a second matrix."""
        if len(self.lu) <= _SMALL:
            return np.diag(self.inverse())
        return inverse_diagonal(self.lu, self.pivots)


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
    if output.all():
        return np.asarray(1.0 / output)
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
    if output.all():  # the plain division is twice as fast as the masked one
        return np.asarray(flows / output)
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


def row_norm(flows: Array, output: Array) -> float:
    """Return a bound on the largest sum of a row of ``|I - A|``: ``1 + max_i sum_j |a_ij|``.

    Parameters
    ----------
    flows : ndarray, (n, n)
        Transactions between sectors, by rows.
    output : ndarray, (n,)
        Output.

    Returns
    -------
    float
        The bound.

    Examples
    --------
    >>> import numpy as np
    >>> row_norm(np.array([[150.0, -500.0], [200.0, 100.0]]), np.array([1000.0, 2000.0]))
    1.4
    """
    scale = np.abs(inverted(output))
    blocks = range(0, len(flows), _BLOCK)
    return 1.0 + max(float((np.abs(flows[k : k + _BLOCK]) @ scale).max()) for k in blocks)


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

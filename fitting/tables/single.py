"""Single-precision factors with refinement: half the memory, answers good to double precision."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from quesnay.fitting.errors import ConvergenceError, DataError
from quesnay.fitting.tables.diagonal import unit_columns
from quesnay.fitting.tables.leontief import SINGULAR, inverted

__all__ = ["SingleLeontief", "single_leontief"]

Array = npt.NDArray[np.float64]
Residual = Callable[[Array], Array]

_ROUNDS = 30  # each gains about seven digits less those of the condition number
_BLOCK = 256  # columns of the inverse solved at a time
_GOAL = 8 * np.finfo(np.float64).eps  # of the size of the answer: the last digits of a double


@dataclass(frozen=True, slots=True)
class SingleLeontief:
    """Factors in single precision whose answers are refined against the flows themselves.

    ``y <- y + LU^-1 (f - (I - A) y)`` until the correction is at the last digits of a double
    (Wilkinson 1963; Higham 2002, ch. 12).

    Parameters
    ----------
    lu : ndarray of float32, (n, n)
        Packed factors of ``(I - A)'``.
    pivots : ndarray of int, (n,)
        Row exchanges.
    flows : ndarray, (n, n)
        Transactions.
    scale : ndarray, (n,)
        ``1 / x``, 0 where x is zero.
    """

    lu: npt.NDArray[np.float32]
    pivots: npt.NDArray[np.int32]
    flows: Array
    scale: Array

    def columns(self, f: Array) -> Array:
        """Return ``L f``, (n,) or (n, k)."""
        scale = self.scale if f.ndim == 1 else self.scale[:, None]
        return self._refined(f, lambda y: f - y + self.flows @ (scale * y), trans=1)

    def rows(self, c: Array) -> Array:
        """Return ``c L``, (k, n)."""
        right = c.T
        turn, scale = self.flows.T, self.scale[:, None]
        return self._refined(right, lambda y: right - y + scale * (turn @ y), trans=0).T

    def inverse(self) -> Array:
        """Return L, solved and refined a block of columns at a time."""
        n = len(self.scale)
        out = np.empty((n, n))
        for start in range(0, n, _BLOCK):
            place = np.arange(start, min(start + _BLOCK, n))
            out[:, place] = self.columns(unit_columns(n, place))
        return out

    def diagonal(self) -> Array:
        """Return the diagonal of L, a block at a time: no second matrix is held."""
        n = len(self.scale)
        out = np.empty(n)
        for start in range(0, n, _BLOCK):
            place = np.arange(start, min(start + _BLOCK, n))
            out[place] = self.columns(unit_columns(n, place))[place, np.arange(len(place))]
        return out

    def _solve(self, right: Array, trans: int) -> Array:
        size = float(np.abs(right).max(initial=0.0)) or 1.0  # residuals would underflow in single
        y = lapack.sgetrs(self.lu, self.pivots, (right / size).astype(np.float32), trans=trans)[0]
        return np.asarray(y, dtype=np.float64) * size

    def _refined(self, right: Array, residual: Residual, *, trans: int) -> Array:
        y = self._solve(right, trans)
        for _ in range(_ROUNDS):
            step = self._solve(residual(y), trans)
            y += step
            if not np.abs(step).max(initial=0.0) > _GOAL * np.abs(y).max(initial=0.0):
                return y
        raise ConvergenceError(
            f"refinement of single-precision factors: no convergence in {_ROUNDS} rounds, the "
            "table is too near to singular; use precision='double'"
        )


def single_leontief(flows: Array, output: Array) -> SingleLeontief:
    """Factor ``I - A`` in single precision.

    Parameters
    ----------
    flows : ndarray, (n, n)
        Transactions.
    output : ndarray, (n,)
        Output.

    Returns
    -------
    SingleLeontief
        Factors that solve in both directions to double precision.

    Raises
    ------
    DataError
        If ``I - A`` is singular to single precision.

    Examples
    --------
    >>> import numpy as np
    >>> Z, x = np.array([[150.0, 500.0], [200.0, 100.0]]), np.array([1000.0, 2000.0])
    >>> single_leontief(Z, x).columns(np.array([600.0, 1500.0])).round(10)
    array([1247.52475248, 1841.58415842])
    """
    scale = inverted(output)
    matrix = np.empty(flows.shape, dtype=np.float32)
    np.multiply(flows, -scale, out=matrix, casting="same_kind")
    matrix.ravel()[:: len(output) + 1] += np.float32(1.0)
    lu, pivots, failed = lapack.sgetrf(matrix.T, overwrite_a=True)
    if failed:
        raise DataError(SINGULAR)
    return SingleLeontief(lu, pivots, flows, scale)

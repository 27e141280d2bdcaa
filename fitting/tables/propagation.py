"""Average propagation lengths of a Leontief inverse."""

import numpy as np
import numpy.typing as npt

__all__ = ["propagation_lengths"]

Array = npt.NDArray[np.float64]

_NO_LINK = 1e-14  # entries of L - I below this share of L's largest are rounding: no path exists


def propagation_lengths(L: Array) -> Array:
    """Return the average number of steps from sector j's demand to sector i's output.

    ``APL_ij = [L (L - I)]_ij / (L - I)_ij``: the steps k of the paths in ``A^k``, weighted by
    their size (Dietzenbacher, Romero and Bosma 2005, eq. 6); NaN where no path exists.

    Parameters
    ----------
    L : ndarray, (n, n)
        Leontief inverse.

    Returns
    -------
    ndarray, (n, n)
        Steps, at least 1.

    Examples
    --------
    >>> import numpy as np
    >>> propagation_lengths(np.linalg.inv(np.eye(2) - np.array([[0.0, 0.5], [0.2, 0.0]]))).round(3)
    array([[2.222, 1.222],
           [1.222, 2.222]])
    """
    rest = L - np.eye(len(L))
    linked = np.abs(rest) > _NO_LINK * np.abs(L).max()
    return np.divide(L @ rest, rest, out=np.full_like(L, np.nan), where=linked)

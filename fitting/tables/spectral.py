"""The spectral radius of input coefficients by power iteration."""

import numpy as np
import numpy.typing as npt

__all__ = ["spectral_radius"]

Array = npt.NDArray[np.float64]

_TOLERANCE = 1e-12
_ROUNDS = 5_000


def spectral_radius(matrix: Array) -> float:
    """Return the largest modulus of the eigenvalues of a matrix.

    For coefficients without negative cells by power iteration on ``(A + I) / 2``, whose bounds
    ``min and max of (A y)_i / y_i`` (Collatz 1942, Wielandt 1950) enclose the root; the shift lets
    periodic matrices converge. Where the bounds do not meet (a reducible matrix with several
    roots close together), or where there are negative cells, from the eigenvalues themselves.

    Parameters
    ----------
    matrix : ndarray, (n, n)
        Coefficients.

    Returns
    -------
    float
        Spectral radius; below 1 for a productive table.

    Examples
    --------
    >>> import numpy as np
    >>> round(spectral_radius(np.array([[0.15, 0.25], [0.2, 0.05]])), 6)
    0.329129
    """
    if matrix.min() >= 0:
        y = np.ones(len(matrix))
        for _ in range(_ROUNDS):
            image = matrix @ y
            low, high = _bounds(image, y)
            if high - low <= _TOLERANCE * max(high, 1.0):
                return float((low + high) / 2.0)
            y = image + y
            y /= y.max()
            if y.min() < 1e-250:  # a reducible matrix: the bounds will not meet
                break
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def _bounds(image: Array, y: Array) -> tuple[float, float]:
    ratio = image / y
    return float(ratio.min()), float(ratio.max())

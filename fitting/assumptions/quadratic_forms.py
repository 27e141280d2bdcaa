"""Distribution of a weighted sum of squared standard normals."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError

__all__ = ["probability_positive"]

Array = npt.NDArray[np.float64]


def probability_positive(
    weights: npt.ArrayLike, *, side: Literal["positive", "negative"] = "positive"
) -> float:
    """Return the probability that a weighted sum of squared standard normals is positive.

    ``P(sum w_i z_i^2 > 0)`` by inversion of the moment generating function (Imhof, 1961) along the
    line through its saddlepoint (Daniels, 1954), where nothing cancels: tails however small keep
    their relative digits.

    Parameters
    ----------
    weights : (m,) array_like
        Weights of both signs.
    side : {"positive", "negative"}
        Whether the probability of a positive or of a negative sum is wanted.

    Returns
    -------
    float
        Probability between 0 and 1.

    Raises
    ------
    EstimationError
        If the weights are empty, not finite or all zero.

    Examples
    --------
    >>> round(probability_positive([2.0, -1.0]), 6)
    0.608173
    """
    w = np.asarray(weights, dtype=np.float64)
    if side == "negative":
        w = -w
    if w.ndim != 1 or not np.isfinite(w).all() or not w.any():
        raise EstimationError("weights: expected finite numbers, not all zero")
    if (w >= 0.0).all() or (w <= 0.0).all():
        return float((w > 0.0).any())
    w = w[w != 0.0] / np.abs(w).max()
    return 1.0 - _tail(-w) if w.sum() > 0.0 else _tail(w)


def _tail(w: Array) -> float:
    """Integrate ``exp(K(s)) / (pi s)`` up from the saddlepoint; the mean is not positive."""
    from scipy import integrate, optimize

    top = 0.5 / w.max()

    def slope(s: float) -> float:
        return float((w / (1.0 - 2.0 * s * w)).sum()) - 1.0 / s

    # the slope runs from minus to plus infinity between the poles at zero and at the top
    s = float(optimize.brentq(slope, 1e-14 * top, top * (1.0 - 1e-14), xtol=1e-16 * top))
    height = float(-0.5 * np.log1p(-2.0 * s * w).sum() - np.log(s))
    width = float(2.0 * (w**2 / (1.0 - 2.0 * s * w) ** 2).sum() + 1.0 / s**2) ** -0.5

    def integrand(v: float) -> float:
        z = s + 1j * width * v / (1.0 - v)
        exponent = -0.5 * np.log1p(-2.0 * z * w).sum() - np.log(z) - height
        return float(np.exp(exponent).real / (1.0 - v) ** 2)

    area, _ = integrate.quad(integrand, 0.0, 1.0, epsabs=0.0, epsrel=1e-12, limit=500)
    return float(np.exp(height) * width * area / np.pi)

"""Distribution of a weighted sum of squared standard normals."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import integrate, optimize, special

from quesnay.fitting.errors import EstimationError

__all__ = ["probability_positive"]

Array = npt.NDArray[np.float64]

# Below this the numerical integral has lost its relative digits; the saddlepoint keeps them.
TAIL = 1e-9


def probability_positive(
    weights: npt.ArrayLike, *, side: Literal["positive", "negative"] = "positive"
) -> float:
    """Return the probability that a weighted sum of squared standard normals is positive.

    ``P(sum w_i z_i^2 > 0)`` by inversion of the characteristic function (Imhof 1961, eq. 3.2),
    to 1e-10 absolute; tails under 1e-9 by the saddlepoint formula of Lugannani and Rice (1980).

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
    w = w / np.abs(w).max()
    found = _imhof(w)
    if found < TAIL:
        return _saddlepoint(w)
    return float(min(found, 1.0))


def _imhof(w: Array) -> float:
    """Integrate Imhof's formula over u = tan^2-like stretched unit interval."""
    scale = np.sqrt((w * w).sum())

    def integrand(v: float) -> float:
        u = v / (1.0 - v) / scale
        angle = 0.5 * np.arctan(w * u).sum()
        damping = np.exp(-0.25 * np.log1p((w * u) ** 2).sum())
        return float(np.sin(angle) * damping / (v * (1.0 - v)))

    # du / u = dv / (v (1 - v)); both ends are finite limits for three or more weights
    value, _ = integrate.quad(integrand, 0.0, 1.0, epsabs=1e-12, epsrel=1e-12, limit=500)
    return float(0.5 + value / np.pi)


def _saddlepoint(w: Array) -> float:
    """Return the upper tail at zero by Lugannani and Rice; relative error about one per cent."""
    top, bottom = 0.5 / w.max(), 0.5 / w.min()

    def slope(s: float) -> float:
        return float((w / (1.0 - 2.0 * s * w)).sum())

    edge = 1e-13
    s = float(optimize.brentq(slope, bottom * (1.0 - edge), top * (1.0 - edge), xtol=1e-15))
    cumulant = float(-0.5 * np.log1p(-2.0 * s * w).sum())
    curvature = float(2.0 * (w**2 / (1.0 - 2.0 * s * w) ** 2).sum())
    r = float(np.sign(s) * np.sqrt(max(-2.0 * cumulant, 0.0)))
    u = float(s * np.sqrt(curvature))
    density = float(np.exp(-0.5 * r * r) / np.sqrt(2.0 * np.pi))
    tail = float(special.ndtr(-r)) + density * (1.0 / u - 1.0 / r)
    return float(max(tail, 0.0))

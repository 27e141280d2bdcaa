"""M4, penetration: how far the technology has come towards its potential.

The share of the potential that is realised follows a growth curve with saturation one. Two points
with a known saturation identify a two-parameter curve exactly; what remains uncertain comes from
the potential, the core, the rounding of printed figures and the family of the curve.
"""

import numpy as np
import numpy.typing as npt

from quesnay.fitting.curves.functions import CURVES
from quesnay.fitting.errors import QuesnayError, nearest

__all__ = ["two_point_path"]

Array = npt.NDArray[np.float64]


def two_point_path(
    family: str, times: tuple[float, float], shares: tuple[Array, Array], at: Array
) -> Array:
    """Prolong penetration along the curve through two points.

    Parameters
    ----------
    family : str
        ``"gompertz"``, ``"logistic"`` or ``"bass"``.
    times : tuple of float
        The two years, earlier first; for Bass's curve counted from the launch.
    shares : tuple of ndarray (n,)
        Share of the potential that is realised in these years, one value a draw.
    at : ndarray (T,)
        Years wanted.

    Returns
    -------
    ndarray (n, T)
        Penetration, 0 to 1; NaN for draws through which no rising curve below one passes.

    Raises
    ------
    QuesnayError
        If the family is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> path = two_point_path("gompertz", (2017, 2018), (np.array([0.1]), np.array([0.2])),
    ...                       np.array([2017.0, 2018.0, 2019.0]))
    >>> path.round(4).tolist()
    [[0.1, 0.2, 0.3247]]
    """
    if family not in CURVES:
        raise QuesnayError(
            f"unknown curve {family!r};{nearest(family, CURVES)} known: {', '.join(CURVES)}"
        )
    curve = CURVES[family]
    theta = curve.identify(times, shares, 1.0)
    return curve.value(np.asarray(at, dtype=float)[None, :], theta[:, None, :])

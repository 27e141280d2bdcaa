"""Starting values of a growth curve, found without the user's help."""

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.curves.functions import Curve

__all__ = ["first_guesses"]

type_array = NDArray[np.float64]


def first_guesses(
    curve: Curve, t: type_array, y: type_array, *, count: int = 1, saturation: float | None = None
) -> type_array:
    """Return the best points of a coarse grid over the shape of a curve.

    The saturation enters every curve as a factor, so for each shape on the grid it is the
    regression of y on the curve of saturation one (variable projection, Golub and Pereyra 1973).

    Parameters
    ----------
    curve : Curve
        The family.
    t, y : (n,) array
        Times (for Bass, since the launch) and levels.
    count : int
        How many points; they differ in their rate.
    saturation : float, optional
        Known saturation.

    Returns
    -------
    (count, k) array
        Parameters in the order of ``curve.parameters``, best first.

    Examples
    --------
    >>> from quesnay.fitting.curves.functions import LOGISTIC
    >>> t = np.arange(10.0)
    >>> first_guesses(LOGISTIC, t, LOGISTIC.value(t, [5.0, 1.0, 4.0])).round(1).tolist()
    [[4.8, 1.1, 3.8]]
    """
    shapes = _grid(curve, t)
    theta = np.column_stack([np.ones(len(shapes)), shapes])
    unit = curve.value(t, theta[:, None, :])
    theta[:, 0] = _projected(unit, y) if saturation is None else saturation
    misfit = np.sum((y - theta[:, :1] * unit) ** 2, axis=1)
    order = np.argsort(np.where(np.isfinite(misfit) & (theta[:, 0] > 0), misfit, np.inf))
    # neighbours on the grid lead to the same valley: take the best of each rate
    _, first = np.unique(theta[order, 1], return_index=True)
    return np.asarray(theta[order[np.sort(first)[:count]]])


def _grid(curve: Curve, t: type_array) -> type_array:
    """Return rates from a tenth to sixty turns of the span, midpoints around it."""
    span = float(np.ptp(t)) or 1.0
    pace = np.geomspace(0.1, 60.0, 40) / span
    if curve.name == "bass":
        axes = [np.geomspace(1e-4, 10.0, 40) / max(float(np.max(t)), span), pace]
    else:
        axes = [pace, np.linspace(t.min() - span, t.max() + 3 * span, 61)]
    if curve.name == "richards":
        axes = [axes[0][::2], axes[1][::2], np.array([0.1, 0.5, 1.0, 2.0, 5.0])]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))


def _projected(unit: type_array, y: type_array) -> type_array:
    """Return the saturation of each shape by regression through the origin."""
    square = np.sum(unit**2, axis=1)
    return np.asarray(np.where(square > 0, unit @ y / np.where(square > 0, square, 1.0), 0.0))

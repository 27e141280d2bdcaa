"""Inputs that take listed values, and normal inputs that move together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from quesnay.fitting.arguments import plain_numbers
from quesnay.fitting.errors import QuesnayError, shown
from quesnay.fitting.resampling.distributions import Array, Single

__all__ = ["Choice", "Empirical", "JointNormal"]


@dataclass(frozen=True, slots=True)
class Choice(Single):
    """One of a few numbers, with probabilities (equal ones where none are given).

    Examples
    --------
    >>> Choice((99.09, 98.65), (0.25, 0.75)).quantile(np.array([0.2, 0.3]))
    array([99.09, 98.65])
    """

    values: Sequence[float]
    probabilities: Sequence[float] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(_vector("Choice", self.values)))
        if self.probabilities is None:
            return
        shares = _vector("Choice", self.probabilities)
        if len(shares) != len(self.values):
            raise QuesnayError(f"Choice: {len(self.values)} values but {len(shares)} probabilities")
        if min(shares) < 0 or abs(sum(shares) - 1.0) > 1e-9:  # 1e-9: sums typed in decimals
            raise QuesnayError(f"Choice: probabilities must be positive and add to 1, got {shares}")
        object.__setattr__(self, "probabilities", tuple(shares))

    def quantile(self, u: Array) -> Array:
        """Return the value in whose share of the unit interval each uniform falls."""
        count = len(self.values)
        shares = self.probabilities or [1.0 / count] * count
        place = np.searchsorted(np.cumsum(shares)[:-1], np.asarray(u), side="right")
        return np.asarray(self.values, dtype=float)[place]


@dataclass(frozen=True, slots=True)
class Empirical(Single):
    """Draws seen elsewhere, such as bootstrap estimates, resampled as they are.

    Examples
    --------
    >>> Empirical([3.0, 1.0, 2.0]).quantile(np.array([0.1, 0.5, 0.9]))
    array([1., 2., 3.])
    """

    values: ArrayLike

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(sorted(_vector("Empirical", self.values))))

    def quantile(self, u: Array) -> Array:
        """Return order statistics."""
        ordered = np.asarray(self.values, dtype=float)
        place = np.minimum((np.asarray(u) * len(ordered)).astype(int), len(ordered) - 1)
        taken: Array = ordered[place]
        return taken


@dataclass(frozen=True, slots=True)
class JointNormal:
    """Several numbers that are jointly normal with a `mean` vector and a `covariance` matrix.

    The covariance may be singular (two numbers that move as one); draws are
    ``mean + z R'`` with ``R R' = covariance`` from its eigenvectors.

    Examples
    --------
    >>> joint = JointNormal([1.0, 2.0], [[0.04, 0.02], [0.02, 0.09]])
    >>> joint.quantile(np.full((1, 2), 0.5))
    array([[1., 2.]])
    """

    mean: ArrayLike
    covariance: ArrayLike

    def __post_init__(self) -> None:
        mean = _vector("JointNormal", self.mean)
        matrix = plain_numbers(self.covariance)
        if matrix is None:
            raise QuesnayError(
                f"JointNormal: covariance must be a matrix of numbers, got {shown(self.covariance)}"
            )
        size = len(mean)
        if matrix.shape != (size, size):
            raise QuesnayError(
                f"JointNormal: covariance must be {size} x {size} like the mean, got {matrix.shape}"
            )
        if not np.isfinite(matrix).all():
            raise QuesnayError("JointNormal: covariance has a value that is not finite")
        scale = float(np.abs(matrix).max())
        if np.abs(matrix - matrix.T).max() > 1e-10 * scale:  # rounding of a computed covariance
            raise QuesnayError("JointNormal: covariance must be symmetric")
        if float(np.linalg.eigvalsh(matrix)[0]) < -1e-10 * scale:
            raise QuesnayError("JointNormal: covariance has a negative eigenvalue")
        object.__setattr__(self, "mean", tuple(mean))
        object.__setattr__(self, "covariance", tuple(map(tuple, matrix.tolist())))

    @property
    def width(self) -> int:
        """Number of uniforms that one draw needs: one for each number."""
        return len(np.asarray(self.mean))

    def quantile(self, u: Array) -> Array:
        """Map uniforms (n, k) to joint draws (n, k)."""
        values, vectors = np.linalg.eigh(np.asarray(self.covariance, dtype=float))
        root = vectors * np.sqrt(np.clip(values, 0.0, None))
        moved: Array = np.asarray(self.mean, dtype=float) + np.asarray(ndtri(u)) @ root.T
        return moved


def _vector(owner: str, values: ArrayLike | Sequence[float]) -> list[float]:
    """Return a non-empty list of finite numbers."""
    array = plain_numbers(values)
    if array is None:
        raise QuesnayError(f"{owner}: numbers expected, got {shown(values)}")
    if array.ndim != 1 or array.size == 0:
        raise QuesnayError(f"{owner}: a list of at least one number expected, got {shown(values)}")
    if not np.isfinite(array).all():
        place = int(np.flatnonzero(~np.isfinite(array))[0])
        raise QuesnayError(f"{owner}: value {place} is {array[place]}; finite numbers expected")
    return [float(value) for value in array]

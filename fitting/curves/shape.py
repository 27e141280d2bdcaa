"""What a curve of diffusion is, and the small steps that all of them share."""

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Curve",
    "decay_factor",
    "known",
    "shares",
    "split",
    "stack",
    "through_two",
    "type_array",
]

type_array = NDArray[np.float64]
_LARGEST_EXPONENT = 700.0


class Curve(Protocol):
    """What every curve of diffusion can do; time and saturation are in the caller's units."""

    name: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]]
    equation: ClassVar[str]
    source: ClassVar[str]

    def value(self, t: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the level at times `t`, shape of `t` broadcast with ``theta[..., 0]``."""
        ...

    def inverse(self, y: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the time at which level `y` is reached; NaN outside (0, saturation)."""
        ...

    def jacobian(self, t: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the derivatives of the level by each parameter, on a new last axis."""
        ...

    def identify(
        self, t: tuple[ArrayLike, ArrayLike], y: tuple[ArrayLike, ArrayLike], saturation: ArrayLike
    ) -> type_array:
        """Return the parameters through two points for a known saturation; NaN where none are."""
        ...


def split(theta: ArrayLike) -> list[type_array]:
    """Return the parameters one by one, each with the axes of the draws."""
    values = np.asarray(theta, dtype=float)
    return [values[..., place] for place in range(values.shape[-1])]


def decay_factor(rate: type_array, since: type_array) -> type_array:
    """Return exp(-rate * since), held below overflow."""
    exponent = np.clip(-rate * since, -_LARGEST_EXPONENT, _LARGEST_EXPONENT)
    return np.asarray(np.exp(exponent))


def through_two(
    t: tuple[ArrayLike, ArrayLike], link: tuple[type_array, type_array], valid: NDArray[np.bool_]
) -> tuple[type_array, type_array]:
    """Return rate and midpoint of the line ``link = rate (t - midpoint)`` through two points."""
    first, last = np.asarray(t[0], dtype=float), np.asarray(t[1], dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = (link[1] - link[0]) / (last - first)
        midpoint = first - link[0] / rate
    good = valid & (last > first) & (rate > 0) & np.isfinite(midpoint)
    return np.where(good, rate, np.nan), np.where(good, midpoint, np.nan)


def shares(
    y: tuple[ArrayLike, ArrayLike], saturation: ArrayLike
) -> tuple[type_array, type_array, NDArray[np.bool_]]:
    """Return both levels as shares of the saturation and where ``0 < y1 < y2 < saturation``."""
    top = np.asarray(saturation, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.asarray(y[0], dtype=float) / top, np.asarray(y[1], dtype=float) / top
    valid = (top > 0) & (low > 0) & (low < high) & (high < 1) & np.isfinite(top)
    return np.where(valid, low, 0.25), np.where(valid, high, 0.5), valid


def stack(*columns: ArrayLike) -> type_array:
    """Return the columns broadcast together, side by side on a new last axis."""
    return np.stack(np.broadcast_arrays(*map(np.asarray, columns)), axis=-1).astype(float)


def known(top: ArrayLike, valid: NDArray[np.bool_]) -> type_array:
    """Return the saturation, NaN where no curve was found."""
    return np.where(valid, np.asarray(top, dtype=float), np.nan)

"""The curve of Richards, which holds Gompertz and the logistic as special cases."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from quesnay.fitting.curves.shape import (
    decay_factor,
    known,
    shares,
    split,
    stack,
    through_two,
    type_array,
)

__all__ = ["RICHARDS", "Richards"]

_NEAR_ZERO = 1e-2  # below it the logarithm is expanded, which would cancel otherwise
_TERMS = 10
_LARGEST = 1e150  # its square is still a number


@dataclass(frozen=True, slots=True)
class Richards:
    """Diffusion with a free degree of asymmetry.

    ``y = saturation * (1 + shape * exp(-rate * (t - midpoint)))^(-1 / shape)``; `midpoint` is the
    time of fastest growth, where ``y = saturation * (1 + shape)^(-1 / shape)``. Shape 1 is the
    logistic, shape 0 the limit of Gompertz (Richards 1959, Journal of Experimental Botany 10(2)).

    Examples
    --------
    >>> RICHARDS.value([4.0, 5.0], [1.0, 0.8, 4.0, 1.0]).round(4).tolist()
    [0.5, 0.69]
    """

    name: ClassVar[str] = "richards"
    parameters: ClassVar[tuple[str, ...]] = ("saturation", "rate", "midpoint", "shape")
    equation: ClassVar[str] = (
        "y = saturation * (1 + shape * exp(-rate * (t - midpoint)))^(-1 / shape)"
    )
    source: ClassVar[str] = "Richards (1959), Journal of Experimental Botany 10(2)"

    def value(self, t: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the level at times `t`."""
        top, rate, midpoint, shape = split(theta)
        decay = decay_factor(rate, np.asarray(t, dtype=float) - midpoint)
        return np.asarray(top * _share(decay, shape))

    def inverse(self, y: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the time at which level `y` is reached; NaN outside (0, saturation)."""
        top, rate, midpoint, shape = split(theta)
        with np.errstate(divide="ignore", invalid="ignore"):
            time = midpoint + _link(np.asarray(y, dtype=float) / top, shape) / rate
        return np.where(np.isfinite(time), time, np.nan)

    def jacobian(self, t: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the derivatives by saturation, rate, midpoint and shape on the last axis."""
        top, rate, midpoint, shape = split(theta)
        since = np.asarray(t, dtype=float) - midpoint
        decay = decay_factor(rate, since)
        share = _share(decay, shape)
        slope = top * share * decay / (1 + shape * decay)
        return stack(share, slope * since, -slope * rate, top * share * _bend(decay, shape))

    def identify(
        self,
        t: tuple[ArrayLike, ArrayLike],
        y: tuple[ArrayLike, ArrayLike],
        saturation: ArrayLike,
        shape: ArrayLike = 1.0,
    ) -> type_array:
        """Return the curve of a known shape through two points; NaN where none rises."""
        low, high, valid = shares(y, saturation)
        bend = np.asarray(shape, dtype=float)
        rate, midpoint = through_two(t, (_link(low, bend), _link(high, bend)), valid & (bend > 0))
        return stack(known(saturation, valid), rate, midpoint, bend)


def _share(decay: type_array, shape: type_array) -> type_array:
    """Return ``(1 + shape decay)^(-1 / shape)``, and its limit ``exp(-decay)`` at shape 0."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        power = np.where(shape == 0, decay, np.log1p(shape * decay) / shape)
    return np.asarray(np.exp(-power))


def _link(share: type_array, shape: type_array) -> type_array:
    """Return ``-log(decay)``, which is linear in time."""
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = np.expm1(-shape * np.log(share))
        return np.asarray(-np.log(np.where(shape == 0, -np.log(share), grown / shape)))


def _bend(decay: type_array, shape: type_array) -> type_array:
    """Return the derivative of ``log(share)`` by shape."""
    x = shape * decay
    small = np.minimum(x, _NEAR_ZERO)
    series = sum((-1) ** k * (k + 1) / (k + 2) * small**k for k in range(_TERMS))
    with np.errstate(divide="ignore", invalid="ignore"):
        closed = np.log1p(x) / shape**2 - decay / (shape * (1 + x))
    return np.asarray(
        np.where(np.abs(x) < _NEAR_ZERO, np.minimum(decay, _LARGEST) ** 2 * series, closed)
    )


RICHARDS = Richards()

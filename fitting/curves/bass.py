"""The curve of Bass: innovators and imitators."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from quesnay.fitting.curves.shape import decay_factor, known, shares, split, stack, type_array

__all__ = ["BASS", "Bass"]


@dataclass(frozen=True, slots=True)
class Bass:
    """Diffusion by innovators and imitators; times are counted from the launch.

    ``y = saturation * p (1 - E) / (p + q E)``, ``E = exp(-(p + q) t)``, with `innovation` p and
    `imitation` q per unit of time; zero before the launch (Bass 1969, Management
    Science 15(5), in cumulative form).

    Examples
    --------
    >>> theta = BASS.identify((4, 8), (10.0, 30.0), 100.0)
    >>> BASS.value([4, 8, 12], theta).round(4).tolist()
    [10.0, 30.0, 57.1845]
    """

    name: ClassVar[str] = "bass"
    parameters: ClassVar[tuple[str, ...]] = ("saturation", "innovation", "imitation")
    equation: ClassVar[str] = "y = saturation * p * (1 - E) / (p + q * E), E = exp(-(p + q) * t)"
    source: ClassVar[str] = "Bass (1969), Management Science 15(5)"

    def value(self, t: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the level at times `t` since the launch."""
        top, p, q = split(theta)
        decay = decay_factor(p + q, np.maximum(np.asarray(t, dtype=float), 0.0))
        return np.asarray(top * p * (1 - decay) / (p + q * decay))

    def inverse(self, y: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the time since the launch at which level `y` is reached."""
        top, p, q = split(theta)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.asarray(y, dtype=float) / top
            time = -np.log((1 - share) / (1 + q / p * share)) / (p + q)
        return np.where(np.isfinite(time) & (share >= 0), time, np.nan)

    def jacobian(self, t: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the derivatives by saturation, innovation and imitation on the last axis."""
        top, p, q = split(theta)
        since = np.maximum(np.asarray(t, dtype=float), 0.0)
        decay = decay_factor(p + q, since)
        above, below = p * (1 - decay), p + q * decay
        fall = since * decay
        by_p = (1 - decay + p * fall) / below - above * (1 - q * fall) / below**2
        by_q = p * fall / below - above * (decay - q * fall) / below**2
        return stack(above / below, top * by_p, top * by_q)

    def identify(
        self, t: tuple[ArrayLike, ArrayLike], y: tuple[ArrayLike, ArrayLike], saturation: ArrayLike
    ) -> type_array:
        """Return the curve through two points; NaN where none with q >= 0 passes through them."""
        low, high, valid = shares(y, saturation)
        first, last = np.asarray(t[0], dtype=float), np.asarray(t[1], dtype=float)
        p, q = _bass_pair(*np.broadcast_arrays(first, last, low, high))
        good = valid & np.isfinite(p)
        return stack(known(saturation, good), np.where(good, p, np.nan), np.where(good, q, np.nan))


def _bass_pair(
    first: type_array, last: type_array, low: type_array, high: type_array
) -> tuple[type_array, type_array]:
    """Solve both points for ``r = p + q`` by bisection; ``q / p = exp(r t) (1/F - 1) - 1/F``."""
    odds, later = 1 / low - 1, 1 / high - 1
    started, gap = np.where(first > 0, first, np.nan), np.where(last > first, last - first, np.nan)
    # average hazard <= p + q <= slope of the log-odds: the root lies between, for every q >= 0
    left = -np.log1p(-low) / started * (1 - 1e-12)
    right = np.log(odds / later) / gap * (1 + 1e-12)
    for _ in range(200):
        middle = (left + right) / 2
        with np.errstate(over="ignore", invalid="ignore"):  # where it overflows it is above zero
            excess = later * np.expm1(middle * last) - odds * np.expm1(middle * first)
        left, right = np.where(excess < 0, middle, left), np.where(excess < 0, right, middle)
        if np.all(~(np.abs(right - left) > 1e-16 * right)):
            break
    total = (left + right) / 2
    with np.errstate(over="ignore", invalid="ignore"):
        ratio = np.exp(total * first) * odds - 1 / low
    ratio = np.maximum(ratio, 0.0)
    with np.errstate(invalid="ignore"):
        decay = decay_factor(total, np.asarray(last))
        missed = np.abs((1 - decay) / (1 + ratio * decay) - high)
    # the bracket closes on its edge where the hazard falls: no q >= 0 meets the second point
    good = (missed < 1e-9 * high) & (first > 0) & (last > first)
    return np.where(good, total / (1 + ratio), np.nan), np.where(
        good, total * ratio / (1 + ratio), np.nan
    )


BASS = Bass()

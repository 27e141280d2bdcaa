"""The curves of Gompertz and of Verhulst (logistic)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from quesnay.fitting.curves.shape import (
    decay_factor,
    known,
    shares,
    split,
    stack,
    through_two,
    type_array,
)

__all__ = ["GOMPERTZ", "LOGISTIC", "Gompertz", "Logistic"]


@dataclass(frozen=True, slots=True)
class Gompertz:
    """Diffusion that slows early: fastest growth at 36.8 % of the saturation.

    ``y = saturation * exp(-exp(-rate * (t - midpoint)))``; `rate` per unit of time, `midpoint` is
    the time of fastest growth, where ``y = saturation / e`` (Gompertz 1825; Winsor 1932).

    Examples
    --------
    >>> theta = GOMPERTZ.identify((2017, 2018), (0.6, 0.98), 4.0)
    >>> GOMPERTZ.value([2017, 2018, 2019], theta).round(4).tolist()
    [0.6, 0.98, 1.4099]
    """

    name: ClassVar[str] = "gompertz"
    parameters: ClassVar[tuple[str, ...]] = ("saturation", "rate", "midpoint")
    equation: ClassVar[str] = "y = saturation * exp(-exp(-rate * (t - midpoint)))"
    source: ClassVar[str] = "Winsor (1932), PNAS 18(1)"

    def value(self, t: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the level at times `t`."""
        top, rate, midpoint = split(theta)
        return np.asarray(top * np.exp(-decay_factor(rate, np.asarray(t, dtype=float) - midpoint)))

    def inverse(self, y: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the time at which level `y` is reached; NaN outside (0, saturation)."""
        top, rate, midpoint = split(theta)
        with np.errstate(divide="ignore", invalid="ignore"):
            time = midpoint - np.log(-np.log(np.asarray(y, dtype=float) / top)) / rate
        return np.where(np.isfinite(time), time, np.nan)

    def jacobian(self, t: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the derivatives by saturation, rate and midpoint on the last axis."""
        top, rate, midpoint = split(theta)
        since = np.asarray(t, dtype=float) - midpoint
        decay = decay_factor(rate, since)
        share = np.exp(-decay)
        slope = top * share * decay
        return stack(share, slope * since, -slope * rate)

    def identify(
        self, t: tuple[ArrayLike, ArrayLike], y: tuple[ArrayLike, ArrayLike], saturation: ArrayLike
    ) -> type_array:
        """Return the curve through two points, exactly; NaN where none rises through them."""
        low, high, valid = shares(y, saturation)
        link = (-np.log(-np.log(low)), -np.log(-np.log(high)))
        return stack(known(saturation, valid), *through_two(t, link, valid))


@dataclass(frozen=True, slots=True)
class Logistic:
    """Diffusion symmetric around half of the saturation.

    ``y = saturation / (1 + exp(-rate * (t - midpoint)))`` (Verhulst 1838; Griliches 1957).

    Examples
    --------
    >>> theta = LOGISTIC.identify((2017, 2018), (1.0, 2.0), 4.0)
    >>> LOGISTIC.value([2017, 2018, 2019], theta).round(4).tolist()
    [1.0, 2.0, 3.0]
    """

    name: ClassVar[str] = "logistic"
    parameters: ClassVar[tuple[str, ...]] = ("saturation", "rate", "midpoint")
    equation: ClassVar[str] = "y = saturation / (1 + exp(-rate * (t - midpoint)))"
    source: ClassVar[str] = "Griliches (1957), Econometrica 25(4)"

    def value(self, t: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the level at times `t`."""
        top, rate, midpoint = split(theta)
        return np.asarray(top * expit(rate * (np.asarray(t, dtype=float) - midpoint)))

    def inverse(self, y: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the time at which level `y` is reached; NaN outside (0, saturation)."""
        top, rate, midpoint = split(theta)
        with np.errstate(divide="ignore", invalid="ignore"):
            time = midpoint + logit(np.asarray(y, dtype=float) / top) / rate
        return np.where(np.isfinite(time), time, np.nan)

    def jacobian(self, t: ArrayLike, theta: ArrayLike) -> type_array:
        """Return the derivatives by saturation, rate and midpoint on the last axis."""
        top, rate, midpoint = split(theta)
        since = np.asarray(t, dtype=float) - midpoint
        share = expit(rate * since)
        slope = top * share * expit(-rate * since)
        return stack(share, slope * since, -slope * rate)

    def identify(
        self, t: tuple[ArrayLike, ArrayLike], y: tuple[ArrayLike, ArrayLike], saturation: ArrayLike
    ) -> type_array:
        """Return the curve through two points, exactly; NaN where none rises through them."""
        low, high, valid = shares(y, saturation)
        link = (np.asarray(logit(low)), np.asarray(logit(high)))
        return stack(known(saturation, valid), *through_two(t, link, valid))


GOMPERTZ, LOGISTIC = Gompertz(), Logistic()

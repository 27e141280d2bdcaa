"""Curves of diffusion: value, inverse, Jacobian and exact identification from two points.

Gompertz, the logistic of Verhulst, Bass (innovators and imitators) and Richards, which holds the
first two as special cases. A curve is an object without state. Parameters `theta` are arrays whose
last axis holds them in the order of ``parameters``; the leading axes are draws, and everything
broadcasts over them: 100,000 draws are one call.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from quesnay.fitting.arrays import Array

_LARGEST_EXPONENT = 700.0
_NEAR_ZERO = 1e-2  # below it the logarithm is expanded, which would cancel otherwise
_TERMS = 10
_LARGEST = 1e150  # its square is still a number


class Curve(Protocol):
    """What every curve of diffusion can do; time and saturation are in the caller's units."""

    name: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]]
    equation: ClassVar[str]
    source: ClassVar[str]

    def value(self, t: ArrayLike, theta: ArrayLike) -> Array:
        """Return the level at times `t`, shape of `t` broadcast with ``theta[..., 0]``."""
        ...

    def inverse(self, y: ArrayLike, theta: ArrayLike) -> Array:
        """Return the time at which level `y` is reached; NaN outside (0, saturation)."""
        ...

    def jacobian(self, t: ArrayLike, theta: ArrayLike) -> Array:
        """Return the derivatives of the level by each parameter, on a new last axis."""
        ...

    def identify(
        self, t: tuple[ArrayLike, ArrayLike], y: tuple[ArrayLike, ArrayLike], saturation: ArrayLike
    ) -> Array:
        """Return the parameters through two points for a known saturation; NaN where none are."""
        ...


def split(theta: ArrayLike) -> list[Array]:
    """Return the parameters one by one, each with the axes of the draws."""
    values = np.asarray(theta, dtype=float)
    return [values[..., place] for place in range(values.shape[-1])]


def decay_factor(x: Array) -> Array:
    """Return exp(-x), held below overflow."""
    return np.asarray(np.exp(np.clip(-x, -_LARGEST_EXPONENT, _LARGEST_EXPONENT)))


def shares(
    y: tuple[ArrayLike, ArrayLike], saturation: ArrayLike
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return both levels as shares of the saturation and where ``0 < y1 < y2 < saturation``."""
    top = np.asarray(saturation, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.asarray(y[0], dtype=float) / top, np.asarray(y[1], dtype=float) / top
    valid = (top > 0) & (low > 0) & (low < high) & (high < 1) & np.isfinite(top)
    return np.where(valid, low, 0.25), np.where(valid, high, 0.5), valid


def stack(*columns: ArrayLike) -> Array:
    """Return the columns broadcast together, side by side on a new last axis."""
    return np.stack(np.broadcast_arrays(*map(np.asarray, columns)), axis=-1).astype(float)


class Timed:
    """What curves with a time of fastest growth share.

    Each says by ``x = rate * (t - midpoint)`` its share of the saturation, how fast the share grows
    for its size, and by a share its x.
    """

    __slots__ = ()

    usual: ClassVar[tuple[float, ...]] = ()  # the shape where none is given
    share: ClassVar[Any]
    pace: ClassVar[Any]
    link: ClassVar[Any]

    def value(self, t: ArrayLike, theta: ArrayLike) -> Array:
        """Return the level at times `t`."""
        top, rate, midpoint, *shape = split(theta)
        return np.asarray(top * self.share(rate * (np.asarray(t, dtype=float) - midpoint), *shape))

    def inverse(self, y: ArrayLike, theta: ArrayLike) -> Array:
        """Return the time at which level `y` is reached; NaN outside (0, saturation)."""
        top, rate, midpoint, *shape = split(theta)
        with np.errstate(divide="ignore", invalid="ignore"):
            time = midpoint + self.link(np.asarray(y, dtype=float) / top, *shape) / rate
        return np.where(np.isfinite(time), time, np.nan)

    def jacobian(self, t: ArrayLike, theta: ArrayLike) -> Array:
        """Return the derivatives by each parameter on the last axis."""
        top, rate, midpoint, *shape = split(theta)
        since = np.asarray(t, dtype=float) - midpoint
        x = rate * since
        share = self.share(x, *shape)
        slope = top * share * self.pace(x, *shape)
        bent = [top * share * _bend(decay_factor(x), bend) for bend in shape]
        return stack(share, slope * since, -slope * rate, *bent)

    def identify(
        self,
        t: tuple[ArrayLike, ArrayLike],
        y: tuple[ArrayLike, ArrayLike],
        saturation: ArrayLike,
        *shape: ArrayLike,
    ) -> Array:
        """Return the curve of a known shape through two points; NaN where none rises."""
        low, high, valid = shares(y, saturation)
        bends = [np.asarray(bend, dtype=float) for bend in shape or self.usual]
        rising = valid & np.all([bend > 0 for bend in bends], axis=0) if bends else valid
        start, end = self.link(low, *bends), self.link(high, *bends)
        first, last = np.asarray(t[0], dtype=float), np.asarray(t[1], dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = (end - start) / (last - first)
            midpoint = first - start / rate
        good = rising & (last > first) & np.isfinite(midpoint)
        top = np.where(valid, np.asarray(saturation, dtype=float), np.nan)
        line = (np.where(good, value, np.nan) for value in (rate, midpoint))
        return stack(top, *line, *bends)


def _bend(decay: Array, shape: Array) -> Array:
    """Return the derivative of the logarithm of Richards' share by shape."""
    x = shape * decay
    small = np.minimum(x, _NEAR_ZERO)
    series = sum((-1) ** k * (k + 1) / (k + 2) * small**k for k in range(_TERMS))
    with np.errstate(divide="ignore", invalid="ignore"):
        closed = np.log1p(x) / shape**2 - decay / (shape * (1 + x))
    return np.asarray(
        np.where(np.abs(x) < _NEAR_ZERO, np.minimum(decay, _LARGEST) ** 2 * series, closed)
    )


@dataclass(frozen=True, slots=True)
class Gompertz(Timed):
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

    share = staticmethod(lambda x: np.exp(-decay_factor(x)))
    pace = staticmethod(decay_factor)
    link = staticmethod(lambda share: -np.log(-np.log(share)))


@dataclass(frozen=True, slots=True)
class Logistic(Timed):
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

    share = staticmethod(expit)
    pace = staticmethod(lambda x: expit(-x))
    link = staticmethod(logit)


GOMPERTZ, LOGISTIC = Gompertz(), Logistic()


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

    def value(self, t: ArrayLike, theta: ArrayLike) -> Array:
        """Return the level at times `t` since the launch."""
        top, p, q = split(theta)
        decay = decay_factor((p + q) * np.maximum(np.asarray(t, dtype=float), 0.0))
        return np.asarray(top * p * (1 - decay) / (p + q * decay))

    def inverse(self, y: ArrayLike, theta: ArrayLike) -> Array:
        """Return the time since the launch at which level `y` is reached."""
        top, p, q = split(theta)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.asarray(y, dtype=float) / top
            time = -np.log((1 - share) / (1 + q / p * share)) / (p + q)
        return np.where(np.isfinite(time) & (share >= 0), time, np.nan)

    def jacobian(self, t: ArrayLike, theta: ArrayLike) -> Array:
        """Return the derivatives by saturation, innovation and imitation on the last axis."""
        top, p, q = split(theta)
        since = np.maximum(np.asarray(t, dtype=float), 0.0)
        decay = decay_factor((p + q) * since)
        above, below = p * (1 - decay), p + q * decay
        fall = since * decay
        by_p = (1 - decay + p * fall) / below - above * (1 - q * fall) / below**2
        by_q = p * fall / below - above * (decay - q * fall) / below**2
        return stack(above / below, top * by_p, top * by_q)

    def identify(
        self, t: tuple[ArrayLike, ArrayLike], y: tuple[ArrayLike, ArrayLike], saturation: ArrayLike
    ) -> Array:
        """Return the curve through two points; NaN where none with q >= 0 passes through them."""
        low, high, valid = shares(y, saturation)
        first, last = np.asarray(t[0], dtype=float), np.asarray(t[1], dtype=float)
        p, q = _bass_pair(*np.broadcast_arrays(first, last, low, high))
        good = valid & np.isfinite(p)
        top = np.asarray(saturation, dtype=float)
        return stack(*(np.where(good, value, np.nan) for value in (top, p, q)))


def _bass_pair(first: Array, last: Array, low: Array, high: Array) -> tuple[Array, Array]:
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
        decay = decay_factor(total * np.asarray(last))
        missed = np.abs((1 - decay) / (1 + ratio * decay) - high)
    # the bracket closes on its edge where the hazard falls: no q >= 0 meets the second point
    good = missed < 1e-9 * high
    return np.where(good, total / (1 + ratio), np.nan), np.where(
        good, total * ratio / (1 + ratio), np.nan
    )


BASS = Bass()


@dataclass(frozen=True, slots=True)
class Richards(Timed):
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
    usual: ClassVar[tuple[float, ...]] = (1.0,)

    @staticmethod
    def share(x: Array, shape: Array) -> Array:
        """Return ``(1 + shape decay)^(-1 / shape)``, and its limit ``exp(-decay)`` at shape 0."""
        decay = decay_factor(x)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            power = np.where(shape == 0, decay, np.log1p(shape * decay) / shape)
        return np.asarray(np.exp(-power))

    @staticmethod
    def pace(x: Array, shape: Array) -> Array:
        """Return the growth of the share."""
        decay = decay_factor(x)
        return np.asarray(decay / (1 + shape * decay))

    @staticmethod
    def link(share: Array, shape: Array) -> Array:
        """Return ``-log(decay)``, which is linear in time."""
        with np.errstate(divide="ignore", invalid="ignore"):
            grown = np.expm1(-shape * np.log(share))
            return np.asarray(-np.log(np.where(shape == 0, -np.log(share), grown / shape)))


RICHARDS = Richards()
CURVES: dict[str, Curve] = {
    "gompertz": GOMPERTZ,
    "logistic": LOGISTIC,
    "bass": BASS,
    "richards": RICHARDS,
}

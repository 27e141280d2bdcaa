"""Distributions of uncertain inputs, each a quantile function of uniform numbers.

Every distribution maps uniforms to values, so that plain random numbers, Latin hypercubes, Sobol
sequences and one-at-a-time quantiles all go through the same few lines.
"""

from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from quesnay.fitting.arguments import is_number, is_whole
from quesnay.fitting.errors import QuesnayError, shown

__all__ = [
    "Constant",
    "Distribution",
    "LogNormal",
    "Normal",
    "Single",
    "Triangular",
    "TruncatedNormal",
    "Uniform",
]

Array: TypeAlias = NDArray[np.float64]


@runtime_checkable
class Distribution(Protocol):
    """Anything with a quantile function of `width` independent uniforms."""

    @property
    def width(self) -> int:
        """Number of uniforms that one draw needs."""
        ...

    def quantile(self, u: Array) -> Array:
        """Map uniforms (n,) or (n, width) to draws (n,) or (n, k)."""
        ...


def _finite(owner: str, **values: float) -> None:
    for name, value in values.items():
        if not (is_whole(value) or isinstance(value, float | np.floating)):
            raise QuesnayError(f"{owner}: {name} must be a number, got {shown(value)}")
        if not is_number(value):
            raise QuesnayError(f"{owner}: {name} must be finite, at most 1e100, got {shown(value)}")


@dataclass(frozen=True, slots=True)
class Single:
    """Base of the distributions of one number."""

    @property
    def width(self) -> int:
        """Number of uniforms that one draw needs: one."""
        return 1


@dataclass(frozen=True, slots=True)
class Constant(Single):
    """A known number.

    Examples
    --------
    >>> Constant(4386.0).quantile(np.array([0.1, 0.9]))
    array([4386., 4386.])
    """

    value: float

    def __post_init__(self) -> None:
        _finite("Constant", value=self.value)

    def quantile(self, u: Array) -> Array:
        """Return the number for every uniform."""
        return np.full(len(u), float(self.value))


@dataclass(frozen=True, slots=True)
class Normal(Single):
    """Normal with `mean` and standard deviation `sd`.

    Examples
    --------
    >>> Normal(0.05, 0.01).quantile(np.array([0.5, 0.975])).round(4)
    array([0.05  , 0.0696])
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _finite("Normal", mean=self.mean, sd=self.sd)
        if self.sd < 0:
            raise QuesnayError(f"Normal: sd must not be negative, got {self.sd}")

    def quantile(self, u: Array) -> Array:
        """Return normal quantiles."""
        return self.mean + self.sd * np.asarray(ndtri(u))


@dataclass(frozen=True, slots=True)
class TruncatedNormal(Single):
    """Normal with `mean` and `sd` before truncation, kept inside `low` to `high`.

    Examples
    --------
    >>> TruncatedNormal(0.05, 0.05, low=0.0, high=1.0).quantile(np.array([0.0, 0.5])).round(4)
    array([0.  , 0.06])
    """

    mean: float
    sd: float
    low: float
    high: float

    def __post_init__(self) -> None:
        _finite("TruncatedNormal", mean=self.mean, sd=self.sd)
        if not self.sd > 0:
            raise QuesnayError(f"TruncatedNormal: sd must be positive, got {self.sd}")
        for name, end in (("low", self.low), ("high", self.high)):
            if not (is_number(end) or (isinstance(end, float) and np.isinf(end))):
                raise QuesnayError(
                    f"TruncatedNormal: {name} must be a number or infinite, got {shown(end)}"
                )
        if not self.low < self.high:
            raise QuesnayError(
                f"TruncatedNormal: low must be below high, got {self.low} and {self.high}"
            )
        below, above = self._tails()
        if not above > below:
            raise QuesnayError(
                f"TruncatedNormal: no mass between {self.low} and {self.high} "
                f"with mean {self.mean} and sd {self.sd}"
            )

    def _tails(self) -> tuple[float, float]:
        # Mirrored where the interval lies above the mean: the lower tail keeps its digits.
        sign = self._sign()
        ends = sorted(sign * (end - self.mean) / self.sd for end in (self.low, self.high))
        return float(ndtr(ends[0])), float(ndtr(ends[1]))

    def _sign(self) -> float:
        return -1.0 if self.low > self.mean else 1.0

    def quantile(self, u: Array) -> Array:
        """Return quantiles of the truncated normal."""
        below, above = self._tails()
        sign = self._sign()
        share = u if sign > 0 else 1.0 - u
        z = np.asarray(ndtri(below + share * (above - below)))
        return np.clip(self.mean + sign * self.sd * z, self.low, self.high)


@dataclass(frozen=True, slots=True)
class LogNormal(Single):
    """Log-normal with `median` and standard deviation `sigma` of the logarithm.

    Examples
    --------
    >>> LogNormal(2.0, 0.1).quantile(np.array([0.5, 0.975])).round(4)
    array([2.   , 2.433])
    """

    median: float
    sigma: float

    def __post_init__(self) -> None:
        _finite("LogNormal", median=self.median, sigma=self.sigma)
        if not self.median > 0 or self.sigma < 0:
            raise QuesnayError(
                "LogNormal: median must be positive and sigma not negative, "
                f"got {self.median} and {self.sigma}"
            )

    def quantile(self, u: Array) -> Array:
        """Return log-normal quantiles."""
        return self.median * np.exp(self.sigma * np.asarray(ndtri(u)))


@dataclass(frozen=True, slots=True)
class Uniform(Single):
    """Uniform from `low` to `high`: what a rounding interval says.

    Examples
    --------
    >>> Uniform(1.415, 1.425).quantile(np.array([0.0, 0.5]))
    array([1.415, 1.42 ])
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        _finite("Uniform", low=self.low, high=self.high)
        if self.low > self.high:
            raise QuesnayError(f"Uniform: low must not exceed high, got {self.low} and {self.high}")

    def quantile(self, u: Array) -> Array:
        """Return uniform quantiles."""
        return self.low + (self.high - self.low) * np.asarray(u)


@dataclass(frozen=True, slots=True)
class Triangular(Single):
    """Triangular from `low` over `mode` to `high`.

    Examples
    --------
    >>> Triangular(0.0, 1.0, 2.0).quantile(np.array([0.125, 0.5, 0.875]))
    array([0.5, 1. , 1.5])
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _finite("Triangular", low=self.low, mode=self.mode, high=self.high)
        if not self.low <= self.mode <= self.high or self.low == self.high:
            raise QuesnayError(
                "Triangular: low <= mode <= high with low < high expected, "
                f"got {self.low}, {self.mode}, {self.high}"
            )

    def quantile(self, u: Array) -> Array:
        """Return triangular quantiles."""
        width, left = self.high - self.low, self.mode - self.low
        rising = self.low + np.sqrt(np.asarray(u) * width * left)
        falling = self.high - np.sqrt((1.0 - np.asarray(u)) * width * (width - left))
        return np.where(np.asarray(u) <= left / width, rising, falling)

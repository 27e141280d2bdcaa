"""Distributions of uncertain inputs, each a quantile function of uniform numbers.

So that plain random numbers, Latin hypercubes, Sobol sequences and one-at-a-time quantiles all go
through the same few lines. Inputs may also take listed values, or be normal and move together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import is_number, is_whole, plain_numbers
from quesnay.fitting.errors import QuesnayError, shown


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

"""Single arguments checked: numbers, switches, names and seeds, with one line when wrong."""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from numbers import Real
from typing import Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.errors import DataError, EstimationError, QuesnayError, nearest, shown

__all__ = [
    "Seed",
    "as_tuple",
    "check_draws",
    "choice",
    "is_number",
    "is_whole",
    "make_generator",
    "plain_numbers",
    "seed_sequence",
    "switch",
    "whole",
]

Seed: TypeAlias = int | np.random.SeedSequence | np.random.Generator

_MOST_DRAWS = 2_000_000  # held at once; the sign patterns of 20 clusters are among them
_LARGEST = 1e100  # beyond it squares overflow, and nothing in an economy is so large


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether a value is a whole number: no truth value and no span of time.

    Examples
    --------
    >>> is_whole(99), is_whole(True), is_whole(9.5), is_whole(np.timedelta64(1, "D"))
    (True, False, False, False)
    """
    odd = isinstance(value, bool | np.timedelta64)  # NumPy counts its time spans as integers
    return isinstance(value, int | np.integer) and not odd


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is one finite real number, and no truth value.

    Examples
    --------
    >>> is_number(0.1), is_number(True), is_number(float("nan")), is_number("1")
    (True, False, False, False)
    """
    if not (is_whole(value) or isinstance(value, float | np.floating)):
        return False
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond the range of floats
        return False
    return math.isfinite(number) and abs(number) <= _LARGEST


def plain_numbers(values: object) -> NDArray[np.float64] | None:
    """Return values as an array of floats, or None where NumPy would bend them into numbers.

    Text, dates and objects that are no numbers are none; nor are complex numbers, whose imaginary
    part would be lost, and masked values, which would come back from behind their mask. Missing
    values of pandas become NaN.

    Examples
    --------
    >>> plain_numbers([1, 2.5]), plain_numbers(["1", "2"]), plain_numbers([1j]) is None
    (array([1. , 2.5]), None, True)
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        return None
    try:
        array = np.asarray(values)
        if array.dtype.kind == "O":
            array = np.vectorize(_real, otypes=[float])(array) if array.size else array
        if array.dtype.kind not in "biuf" and array.size:
            return None
        with np.errstate(over="ignore"):  # wider numbers become infinite, which callers refuse
            return array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        return None


def _real(value: Any) -> float:
    """Return a real number of any type, a truth value or a missing one as a float."""
    if isinstance(value, Real | Decimal | np.bool_) and not isinstance(value, np.timedelta64):
        return float(value)
    if type(value).__name__ in {"NAType", "NoneType"}:
        return math.nan
    raise TypeError


def whole(
    value: object, name: str, *, least: int = 1, error: type[QuesnayError] = DataError
) -> int:
    """Return a whole number of at least so much, or refuse what is none.

    Examples
    --------
    >>> whole(np.int64(200), "draws")
    200
    """
    if not is_whole(value) or value < least:
        raise error(f"{name} must be a whole number of at least {least}, got {shown(value)}")
    return int(value)


def switch(value: object, name: str) -> bool:
    """Return a truth value, or refuse what is none: any text would count as true.

    Examples
    --------
    >>> switch(np.False_, "truncate")
    False
    """
    if not isinstance(value, bool | np.bool_):
        raise DataError(f"{name}: expected True or False, got {shown(value)}")
    return bool(value)


def choice(value: object, known: Iterable[str], name: str) -> str:
    """Return a known word, or say which are known and which is nearest.

    Examples
    --------
    >>> choice("sum", ["sum", "average"], "conversion")
    'sum'
    """
    words = list(known)
    if isinstance(value, str) and value in words:
        return value
    hint = nearest(value, words)
    raise DataError(
        f"{name} {shown(value)} is unknown{hint and ';' + hint}; expected one of {', '.join(words)}"
    )


def as_tuple(values: object, name: str) -> tuple[Any, ...]:
    """Return a list, tuple, index or generator as a tuple; a text alone is none, nor is a table.

    Examples
    --------
    >>> as_tuple(["RAS", "GRAS"], "methods")
    ('RAS', 'GRAS')
    """
    one = isinstance(values, str | bytes | Mapping) or getattr(values, "ndim", 1) != 1
    if one or not isinstance(values, Iterable):
        raise DataError(f"{name}: expected a list, got {shown(values)}")
    return tuple(values)


def check_draws(draws: object, *, least: int) -> None:
    """Refuse a number of draws that is too small to say anything, or too large to be held.

    Examples
    --------
    >>> check_draws(999, least=99)
    """
    if not is_whole(draws) or not least <= draws <= _MOST_DRAWS:
        raise EstimationError(
            f"draws: {shown(draws)}; give a whole number of at least {least} "
            f"and at most {_MOST_DRAWS:,}"
        )


def seed_sequence(seed: object) -> np.random.SeedSequence:
    """Return a seed as a SeedSequence.

    Nothing but a stated seed passes: NumPy would take None for a seed that nobody can repeat,
    and a matrix recurses until the process dies.

    Examples
    --------
    >>> seed_sequence(7).entropy
    7
    """
    if isinstance(seed, np.random.SeedSequence):
        return seed
    if not is_whole(seed) or seed < 0:
        raise DataError(
            f"seed must be a whole number of at least 0 or a SeedSequence, got {shown(seed)}"
        )
    return np.random.SeedSequence(int(seed))


def make_generator(seed: Seed) -> np.random.Generator:
    """Return a random generator from a seed; a generator goes on where it is.

    Examples
    --------
    >>> int(make_generator(0).integers(10))
    8
    """
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.default_rng(seed_sequence(seed))

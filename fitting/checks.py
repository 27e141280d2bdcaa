"""What users give, checked once at the door, with one line when it is wrong.

Numbers, switches, names and seeds; the coverage of an interval; arrays, labels and covariances.
"""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from numbers import Real
from typing import Any, TypeAlias, TypeGuard

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray
from scipy import special

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.errors import (
    DataError,
    EstimationError,
    QuesnayError,
    nearest,
    shown,
    suggestion,
)

Seed: TypeAlias = int | np.random.SeedSequence | np.random.Generator
_MOST_DRAWS = 2_000_000  # held at once; the sign patterns of 20 clusters are among them
_LONGEST_TEXT = 1_000  # characters of a name, label or unit
_LARGEST = 1e100  # beyond it squares overflow, and nothing in an economy is so large


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether a value is a whole number: no truth value and no span of time."""
    odd = isinstance(value, bool | np.timedelta64)  # NumPy counts its time spans as integers
    return isinstance(value, int | np.integer) and not odd


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is one finite real number, and no truth value."""
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
    """Return a whole number of at least so much, or refuse what is none."""
    if not is_whole(value) or value < least:
        raise error(f"{name} must be a whole number of at least {least}, got {shown(value)}")
    return int(value)


def plain_text(value: str, where: str, *, error: type[QuesnayError] = DataError) -> str:
    """Return a name or text as it stands; refuse what cannot be shown, or is endless."""
    if not value.isprintable():
        raise error(f"{where}: {shown(value)} has characters that cannot be printed")
    if len(value) > _LONGEST_TEXT:
        raise error(f"{where}: {len(value):,} characters; at most {_LONGEST_TEXT:,} are read")
    return value


def switch(value: object, name: str) -> bool:
    """Return a truth value, or refuse what is none: any text would count as true."""
    if not isinstance(value, bool | np.bool_):
        raise DataError(f"{name}: expected True or False, got {shown(value)}")
    return bool(value)


def choice(value: object, known: Iterable[str], name: str) -> str:
    """Return a known word, or say which are known and which is nearest."""
    words = list(known)
    if isinstance(value, str) and value in words:
        return value
    hint = nearest(value, words)
    raise DataError(
        f"{name} {shown(value)} is unknown{hint and ';' + hint}; expected one of {', '.join(words)}"
    )


def refuse_unknown(
    names: Iterable[object],
    known: Iterable[object],
    said: str,
    tail: str = "",
    *,
    error: type[QuesnayError] = DataError,
) -> None:
    """Refuse the first name that is not known, ``{said} 'name'{tail}; did you mean ...?``."""
    words = dict.fromkeys(known)
    for name in names:
        try:
            unknown = name not in words
        except TypeError:  # a table or a list: no name at all
            unknown = True
        if unknown:
            raise error(f"{said} {shown(name)}{tail};{suggestion(name, words)}")


def as_tuple(values: object, name: str) -> tuple[Any, ...]:
    """Return a list, tuple, index or generator as a tuple; a text alone is none, nor is a table."""
    one = isinstance(values, str | bytes | Mapping) or getattr(values, "ndim", 1) != 1
    if one or not isinstance(values, Iterable):
        raise DataError(f"{name}: expected a list, got {shown(values)}")
    return tuple(values)


def check_draws(draws: object, *, least: int) -> None:
    """Refuse a number of draws that is too small to say anything, or too large to be held."""
    if not is_whole(draws) or not least <= draws <= _MOST_DRAWS:
        raise EstimationError(
            f"draws: {shown(draws)}; give a whole number of at least {least} "
            f"and at most {_MOST_DRAWS:,}"
        )


def seed_sequence(seed: object) -> np.random.SeedSequence:
    """Return a seed as a SeedSequence.

    Nothing but a stated seed passes: NumPy would take None for a seed that nobody can repeat,
    and a matrix recurses until the process dies.
    """
    if isinstance(seed, np.random.SeedSequence):
        return seed
    if not is_whole(seed) or seed < 0:
        raise DataError(
            f"seed must be a whole number of at least 0 or a SeedSequence, got {shown(seed)}"
        )
    return np.random.SeedSequence(int(seed))


def make_generator(seed: Seed) -> np.random.Generator:
    """Return a random generator from a seed; a generator goes on where it is."""
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.default_rng(seed_sequence(seed))


def confidence_level(level: Any, *, least: float = 0.0) -> float:
    """Return the coverage of a confidence interval, a share between 0 and 1."""
    if not is_number(level) or not least < level < 1.0:
        raise DataError(
            f"level: {shown(level)} is no coverage between {least:g} and 1, such as 0.95"
        )
    return float(level)


def half_width(level: Any, df: float = np.inf) -> float:
    """Return half the width of a two-sided interval, in standard errors."""
    share = 0.5 + 0.5 * confidence_level(level)
    return float(special.ndtri(share) if np.isinf(df) else special.stdtrit(df, share))


def percent(level: float) -> str:
    """Return a coverage in per cent, not rounded to whole ones: 99.5 % is not 100 %."""
    return f"{100 * level:g} %"


def as_design(X: npt.ArrayLike, name: str = "X") -> Array:
    """Return a finite (n, k) float array with n >= k >= 1, or say what is wrong."""
    design = _as_floats(X, name)
    if design.ndim != 2 or 0 in design.shape:
        raise EstimationError(f"{name}: expected a table (n, k), got shape {design.shape}")
    _refuse_infinite(design, name)
    if design.shape[0] < design.shape[1]:
        raise EstimationError(
            f"{name}: {design.shape[0]} rows for {design.shape[1]} columns; drop columns"
        )
    return design


def as_vector(y: npt.ArrayLike, n: int | None = None, name: str = "y") -> Array:
    """Return a finite (n,) float array, or say what is wrong."""
    vector = _as_floats(y, name)
    if vector.ndim != 1 or vector.size == 0:
        raise EstimationError(f"{name}: expected one value a row, got shape {vector.shape}")
    if n is not None and vector.size != n:
        raise EstimationError(f"{name}: {vector.size} values for {n} rows; give one value a row")
    _refuse_infinite(vector, name)
    return vector


def as_codes(labels: npt.ArrayLike, n: int, name: str) -> tuple[Codes, int]:
    """Return group codes 0..G-1 in order of the sorted labels, and G."""
    values = np.asarray(labels)
    if values.shape != (n,):
        raise EstimationError(f"{name}: shape {values.shape} for {n} rows; give one label a row")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        raise EstimationError(f"{name}: label at row {row} is not finite; drop or label the row")
    if values.dtype == object and any(v is None or v != v for v in values):
        raise EstimationError(f"{name}: a label is missing; drop or label the row")
    try:
        levels, codes = np.unique(values, return_inverse=True)
    except TypeError:
        raise EstimationError(f"{name}: labels of mixed kinds; use one kind of label") from None
    return codes.astype(np.intp), int(levels.size)


def as_covariance(values: npt.ArrayLike, size: int, name: str = "covariance") -> Array:
    """Return a positive definite (size, size) array from variances or a covariance."""
    try:
        S = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise EstimationError(f"{name}: contains values that are not numbers") from None
    if S.shape == (size,):
        S = np.diag(S)
    if S.shape != (size, size):
        raise EstimationError(f"{name}: shape {S.shape} for {size} values; give one for each")
    if not np.isfinite(S).all() or (np.diag(S) <= 0.0).any():
        raise EstimationError(f"{name}: variances must be positive and finite")
    scale = np.sqrt(np.diag(S))
    correlation = S / np.outer(scale, scale)
    if np.abs(correlation - correlation.T).max() > 1e-9:
        raise EstimationError(f"{name}: not symmetric")
    if np.linalg.eigvalsh(correlation)[0] <= 1e-14:
        raise EstimationError(f"{name}: not positive definite; estimates repeat each other")
    return S


def _as_floats(values: npt.ArrayLike, name: str) -> Array:
    try:
        array = np.asarray(values)
        if array.dtype.kind == "c":
            raise TypeError
        return np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError):
        raise EstimationError(f"{name}: contains values that are not real numbers") from None


def _refuse_infinite(array: Array, name: str) -> None:
    bad = ~np.isfinite(array)
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        where = f"row {place[0]}" + (f", column {place[1]}" if len(place) > 1 else "")
        raise EstimationError(f"{name}: {array[place]} at {where}; drop the row or mend the value")

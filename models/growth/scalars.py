"""Single arguments checked: numbers, names and levels, with one line when they are wrong."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from quesnay.fitting.errors import DataError, nearest

__all__ = ["choice", "is_number", "level_of", "one_line"]

_LONGEST = 80
_LARGEST = 1e100  # beyond it squares overflow, and nothing in an economy is so large


def one_line(value: object) -> str:
    """Return a value on one short line, whatever it is.

    Examples
    --------
    >>> one_line([1.5, "two"])
    "[1.5, 'two']"
    """
    text = " ".join(repr(value.item() if isinstance(value, np.generic) else value).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def is_number(value: Any) -> bool:
    """Return whether a value is one finite real number, and no truth value.

    Examples
    --------
    >>> is_number(0.1), is_number(True), is_number(float("nan")), is_number("1")
    (True, False, False, False)
    """
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        return False
    number: Any = value
    return bool(abs(number) <= _LARGEST) and math.isfinite(number)


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
    hint = nearest(value, words) if isinstance(value, str) else ""
    raise DataError(
        f"{name} {one_line(value)} is unknown{hint and ';' + hint}; expected one of "
        f"{', '.join(words)}"
    )


def level_of(level: Any) -> float:
    """Return a level of confidence, between 0.01 and 1.

    Examples
    --------
    >>> level_of(0.95)
    0.95
    """
    if not is_number(level) or not 0.01 <= level < 1:
        raise DataError(f"level must lie between 0.01 and 1, got {one_line(level)}; 95 % is 0.95")
    return float(level)

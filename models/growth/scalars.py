"""Single arguments checked: numbers and names, with one line when they are wrong."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from quesnay.fitting.errors import DataError, nearest, shown

__all__ = ["choice", "is_number"]

_LARGEST = 1e100  # beyond it squares overflow, and nothing in an economy is so large


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
        f"{name} {shown(value)} is unknown{hint and ';' + hint}; expected one of {', '.join(words)}"
    )

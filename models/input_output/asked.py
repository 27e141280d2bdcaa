"""Settings of an analysis, checked in words: numbers, choices, lists and labels."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError, nearest, shown

__all__ = ["choice", "listing", "place_of", "share", "truth", "whole"]


def whole(value: Any, name: str) -> int:
    """Return a whole number from 1, or refuse."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer) or value < 1:
        raise DataError(f"{name}: {shown(value)}; expected a whole number from 1")
    return int(value)


def share(value: Any, name: str, *, zero: bool) -> float:
    """Return a number below 1, above 0 or from 0 on, or refuse."""
    numeric = isinstance(value, int | float | np.integer | np.floating)
    if isinstance(value, bool) or not numeric or not (0 <= value < 1 and (zero or value > 0)):
        wanted = "from 0 to below 1" if zero else "between 0 and 1"
        raise DataError(f"{name}: {shown(value)}; expected a number {wanted}")
    return float(value)


def truth(value: Any, name: str) -> bool:
    """Return True or False, or refuse."""
    if not isinstance(value, bool | np.bool_):
        raise DataError(f"{name}: {shown(value)}; expected True or False")
    return bool(value)


def choice(value: Any, known: Iterable[str], name: str) -> str:
    """Return one of the known words, or name the nearest."""
    words = list(known)
    if not isinstance(value, str) or value not in words:
        hint = nearest(value, words) if isinstance(value, str) else ""
        raise DataError(f"{name}: {shown(value)}; expected one of {', '.join(words)};{hint}")
    return value


def listing(values: Any, name: str) -> list[Any]:
    """Return a list, tuple, set or index as a list; a lone word is refused."""
    if isinstance(values, str | bytes) or not isinstance(values, Sequence | set | pd.Index):
        raise DataError(f"{name}: {shown(values)}; expected a list")
    return list(values)


def place_of(labels: pd.Index, name: Any) -> int | None:
    """Return the position of a label, or None where there is no such label."""
    if not isinstance(name, Hashable) or name is pd.NA:
        return None
    try:
        wanted: Any = [name]
        place = int(labels.get_indexer(wanted)[0])
    except (TypeError, ValueError):  # an unhashable part, or a label of another kind
        return None
    return place if place >= 0 else None

"""Settings of an analysis, checked in words: shares and labels."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from quesnay.fitting.checks import is_number
from quesnay.fitting.errors import DataError, shown

__all__ = ["place_of", "share"]


def share(value: Any, name: str, *, zero: bool) -> float:
    """Return a number below 1, above 0 or from 0 on, or refuse."""
    if not is_number(value) or not (0 <= value < 1 and (zero or value > 0)):
        wanted = "from 0 to below 1" if zero else "between 0 and 1"
        raise DataError(f"{name}: {shown(value)}; expected a number {wanted}")
    return float(value)


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

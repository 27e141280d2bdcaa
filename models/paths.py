"""Paths as users give them."""

from os import PathLike
from pathlib import Path

from quesnay.fitting.errors import DataError, shown

__all__ = ["as_path"]


def as_path(value: object, name: str) -> Path:
    """Return a path, or refuse what is none.

    Examples
    --------
    >>> as_path("gdp.csv", "path").suffix
    '.csv'
    """
    if not isinstance(value, str | PathLike):
        raise DataError(f"{name}: expected the path of a file or folder, got {shown(value)}")
    return Path(value)

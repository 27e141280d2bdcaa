"""Checks of options that several methods of a fit share."""

from quesnay.fitting.checks import is_number
from quesnay.fitting.errors import DataError, shown

__all__ = ["check_null"]


def check_null(null: float) -> None:
    """Refuse a null hypothesis that is no finite number.

    Examples
    --------
    >>> check_null(1.0)
    """
    if not is_number(null):
        raise DataError(f"null: {shown(null)} is no finite number; give one, such as 0.0")

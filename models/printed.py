"""Figures as they are printed: which numbers a text stands for."""

import re
from decimal import Decimal, InvalidOperation

from quesnay.fitting.errors import DataError, shown

__all__ = ["rounding_interval"]

_PLAIN = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def rounding_interval(printed: str) -> tuple[float, float]:
    """Return the interval [low, high) of the values that round to a printed figure.

    Half a unit of the last digit to either side; trailing zeros count as digits.

    Parameters
    ----------
    printed : str
        A decimal figure as printed.

    Returns
    -------
    (float, float)
        Low (included) and high (excluded).

    Raises
    ------
    DataError
        If the text is no plain decimal figure.

    Examples
    --------
    >>> rounding_interval("1.42"), rounding_interval("4386")
    ((1.415, 1.425), (4385.5, 4386.5))
    """
    try:
        value = Decimal(printed if _PLAIN.fullmatch(printed) else "NaN")
    except (InvalidOperation, TypeError, ValueError):
        value = Decimal("NaN")
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise DataError(f"printed figure {shown(printed)}: expected digits such as '1.42'")
    half = Decimal((0, (5,), exponent - 1))
    return float(value - half), float(value + half)

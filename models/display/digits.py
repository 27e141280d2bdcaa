"""Numbers as people read them: enough digits, not too many, and no false zeros."""

import math
from collections.abc import Iterable
from datetime import date, datetime

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError

__all__ = ["MISSING", "decimals_for", "format_column", "is_missing", "is_numeric"]

MISSING = "-"
_SIGNIFICANT = 4
_MOST_DECIMALS = 6
_LARGEST_FIXED = 1e15


def is_missing(value: object) -> bool:
    """Tell whether a cell holds no value (None, NaN, NaT or NA).

    Parameters
    ----------
    value : object
        One cell.

    Returns
    -------
    bool
        True where nothing is known.

    Examples
    --------
    >>> is_missing(float("nan")), is_missing(0.0)
    (True, False)
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, float | np.floating) and math.isnan(value)


def is_numeric(value: object) -> bool:
    """Tell whether a cell is a real number; truth values are not.

    Parameters
    ----------
    value : object
        One cell.

    Returns
    -------
    bool
        True for integers and floats.

    Examples
    --------
    >>> is_numeric(2018), is_numeric(True), is_numeric("2018")
    (True, False, False)
    """
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def decimals_for(values: Iterable[float]) -> int:
    """Choose the decimals that give the middle value of a column four significant digits.

    Parameters
    ----------
    values : iterable of float
        The numbers of one column, in its unit.

    Returns
    -------
    int
        Between 0 and 6; fewer where the further ones would all be zeros.

    Examples
    --------
    >>> decimals_for([0.4386, 1.42]), decimals_for([919281.1, 990865.0]), decimals_for([0.5, 2.0])
    (3, 0, 1)
    """
    sizes = sorted(abs(value) for value in values if math.isfinite(value) and value)
    if not sizes:
        return 0
    wanted = _SIGNIFICANT - 1 - math.floor(math.log10(sizes[len(sizes) // 2]))
    decimals = min(max(wanted, 0), _MOST_DECIMALS)
    shown = [size for size in sizes if size >= 0.5 * 10.0**-decimals]
    while decimals and shown and all(_round_enough(size, decimals - 1) for size in shown):
        decimals -= 1
    return decimals


def _round_enough(size: float, decimals: int) -> bool:
    return size < _LARGEST_FIXED and abs(size - round(size, decimals)) <= 1e-12 * max(size, 1.0)


def format_column(values: list[object], spec: str | None, place: str) -> list[str]:
    """Write the cells of one column as text.

    Parameters
    ----------
    values : list
        The cells: numbers, text, truth values, dates or nothing.
    spec : str or None
        Format specification for the numbers, such as ``".1%"``; ``"p"`` for p-values, of which
        none is shown as zero; None chooses the decimals.
    place : str
        The column's name, for a message.

    Returns
    -------
    list of str
        One text a cell: yes or no for truth values, ``-`` where nothing is known.

    Raises
    ------
    DataError
        If `spec` does not fit a number of the column.

    Examples
    --------
    >>> format_column([0.4386, 1.42, None], None, "core")
    ['0.439', '1.420', '-']
    >>> format_column([0.015, True, "n/a"], ".1%", "share")
    ['1.5%', 'yes', 'n/a']
    >>> format_column([0.0213, 3e-7], "p", "p_value")
    ['0.0213', '<0.0001']
    """
    floats = [float(value) for value in values if isinstance(value, float | np.floating)]
    shared = not any(isinstance(value, str) for value in values)
    decimals = decimals_for(floats) if shared and spec is None else None
    grouped = any(abs(value) >= 10_000 for value in floats if not math.isnan(value))
    return [_cell(value, spec, decimals, grouped, place) for value in values]


def _cell(value: object, spec: str | None, decimals: int | None, grouped: bool, place: str) -> str:
    if is_missing(value):
        return MISSING
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if is_numeric(value):
        return _number(value, spec, decimals, grouped, place)
    if isinstance(value, datetime) and value == datetime.combine(value.date(), datetime.min.time()):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(
    value: object, spec: str | None, decimals: int | None, grouped: bool, place: str
) -> str:
    if spec is not None:
        return _by_spec(value, spec, place)
    if isinstance(value, int | np.integer):
        return str(int(value))
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        return str(number)
    if abs(number) >= _LARGEST_FIXED:
        return f"{number:.3e}"
    digits = decimals_for([number]) if decimals is None else decimals
    least = 10.0 if digits == _MOST_DECIMALS else 0.5  # where no more decimals come: two digits
    if number and abs(number) < least * 10.0**-digits:
        return f"{number:.2g}"  # a small number is not nothing
    return _without_minus_zero(f"{number:{',' if grouped else ''}.{digits}f}")


def _by_spec(value: object, spec: str, place: str) -> str:
    if spec == "p":
        number = float(value)  # type: ignore[arg-type]
        return "<0.0001" if 0.0 <= number < 0.00005 else f"{number:.4f}"
    try:
        return _without_minus_zero(format(value, spec))
    except (ValueError, TypeError):
        problem = f"column {place!r}: format {spec!r} does not fit {value!r}"
        raise DataError(f"{problem}; give one such as '.3f'") from None


def _without_minus_zero(text: str) -> str:
    return text[1:] if text.startswith("-") and not any(c in "123456789in" for c in text) else text

"""Printed figures as intervals: what a number rounded to its last digit can have been."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from quesnay.diagnostics.audit.units import Unit, unit_of
from quesnay.fitting.checks import as_tuple
from quesnay.fitting.errors import DataError, nearest, shown, suggestion
from quesnay.models.printed import rounding_interval

__all__ = ["Figure", "checked_figures", "printed_interval"]

_NEEDED = ("concept", "year", "unit")


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure.

    Parameters
    ----------
    id : str
        Such as "T18".
    symbol : str
        Letter or name it has in the identities, such as "T".
    concept : str
        What it is, in words.
    year : int
        Calendar year.
    printed : str
        As printed.
    low, high : float
        Rounding interval [low, high) in its unit.
    unit : Unit
        Its unit.
    kind : str
        "estimate" or "forecast".
    """

    id: str
    symbol: str
    concept: str
    year: int
    printed: str
    low: float
    high: float
    unit: Unit
    kind: str


def printed_interval(printed: object) -> tuple[float, float]:
    """Return the interval of numbers that print as the text does; its upper end is excluded.

    Parameters
    ----------
    printed : str
        A decimal number as people print it, thousands apart by commas and with any minus sign.

    Returns
    -------
    (float, float)
        See `quesnay.models.printed.rounding_interval`.

    Examples
    --------
    >>> printed_interval("1.42"), printed_interval("4,386")
    ((1.415, 1.425), (4385.5, 4386.5))
    """
    text = str(printed).replace(",", "").replace("\N{MINUS SIGN}", "-")
    return rounding_interval(text)


def checked_figures(reported: object, *, without: Iterable[str] = ()) -> tuple[Figure, ...]:
    """Check a frame of reported figures.

    Parameters
    ----------
    reported : DataFrame
        Index id; columns concept, year, unit and printed (or low and high), and optionally symbol
        (by default the id without its trailing digits) and kind.
    without : iterable of str
        Ids to leave out.

    Returns
    -------
    tuple of Figure
        In the order of the frame.

    Raises
    ------
    DataError
        If the frame is empty, a column is missing, an id is unknown or given twice, or a row has
        no unit, no year or an empty interval.

    Examples
    --------
    >>> frame = pd.DataFrame({"concept": "total", "year": 2018, "printed": "1.42",
    ...                       "unit": "trillion CNY"}, index=["T18"])
    >>> checked_figures(frame)[0].symbol
    'T'
    """
    if not isinstance(reported, pd.DataFrame):
        raise DataError(f"reported figures must be a DataFrame, got {type(reported).__name__}")
    frame = reported.set_index("id") if "id" in reported.columns else reported
    if frame.empty:
        raise DataError("reported figures: no rows; give at least one figure")
    missing = [name for name in _NEEDED if name not in frame.columns]
    if "printed" not in frame.columns and not {"low", "high"} <= set(frame.columns):
        missing.append("printed")
    if missing:
        raise DataError(
            f"reported figures: no column {missing[0]!r};"
            f"{nearest(missing[0], frame.columns) or ' see the columns of load_reported'}"
        )
    ids = [str(name).strip() for name in frame.index]
    for name in ids:
        if not name or ids.count(name) > 1:
            raise DataError(f"reported figures: id {name!r} is empty or given twice")
    without = as_tuple(without, "without")
    for name in without:
        if not isinstance(name, str) or name not in ids:
            raise DataError(f"without: no figure {shown(name)};{suggestion(name, ids)}")
    rows = frame.to_dict("records")
    figures = [
        _figure(name, row) for name, row in zip(ids, rows, strict=True) if name not in set(without)
    ]
    if not figures:
        raise DataError("reported figures: every figure is left out; keep at least one")
    return tuple(figures)


def _figure(name: str, row: "dict[object, object]") -> Figure:
    unit = unit_of(row["unit"], where=name)
    printed = row.get("printed", "")
    low, high = _interval(name, row)
    symbol = row.get("symbol")
    words = symbol.strip() if isinstance(symbol, str) else ""
    concept = row["concept"]
    if not isinstance(concept, str) or not concept.strip():
        raise DataError(f"{name}: no concept; say in words what the figure is")
    return Figure(
        id=name,
        symbol=words or re.sub(r"[_-]?\d+$", "", name) or name,
        concept=concept.strip(),
        year=_year(name, row["year"]),
        printed=str(printed),
        low=low,
        high=high,
        unit=unit,
        kind=str(row.get("kind", "estimate")),
    )


def _interval(name: str, row: "dict[object, object]") -> tuple[float, float]:
    if _given(row.get("low")) or _given(row.get("high")):
        try:
            low, high = float(str(row.get("low"))), float(str(row.get("high")))
        except ValueError:
            low = high = math.nan
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise DataError(
                f"{name}: the interval from {row.get('low')} to {row.get('high')} is empty or not "
                "finite; low must be below high"
            )
        return low, high
    try:
        return printed_interval(row.get("printed"))
    except DataError as error:
        raise DataError(f"{name}: {error}") from None


def _given(value: object) -> bool:
    return value is not None and value == value and value != ""


def _year(name: str, value: object) -> int:
    try:
        year = int(str(value))
    except ValueError:
        raise DataError(f"{name}: year {value!r} is not a whole number such as 2018") from None
    if not 1000 <= year <= 2999:
        raise DataError(f"{name}: year {year} is not a calendar year such as 2018")
    return year

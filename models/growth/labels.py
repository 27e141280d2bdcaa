"""The door of the growth models: yearly series and frames, checked and sorted once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError, shown
from quesnay.models.labels import check_unique, finite_numbers

__all__ = [
    "check_positive",
    "part_of_year",
    "period_name",
    "periods_in_year",
    "same_labels",
    "yearly_frame",
    "yearly_series",
    "years_of",
]

_LATEST = 1e9  # a number beyond it counts something else than years
_IN_YEAR = {"Y": 1, "A": 1, "Q": 4, "M": 12}  # by the first letter of a frequency
_NAMES = {1: "year", 4: "quarter", 12: "month"}


def yearly_series(values: Any, name: str) -> pd.Series:
    """Return a series of finite numbers by year, sorted; the order of the rows does not matter.

    Parameters
    ----------
    values : Series or array-like
        Values by year; an array counts its periods from 0.
    name : str
        What the series is, for messages.

    Returns
    -------
    Series
        Sorted copy, dtype float.

    Raises
    ------
    DataError
        If labels or values are at fault.

    Examples
    --------
    >>> yearly_series(pd.Series({2019: 2.0, 2018: 1.0}), "output").to_dict()
    {2018: 1.0, 2019: 2.0}
    """
    if isinstance(values, pd.DataFrame):
        if values.shape[1] != 1:
            raise DataError(
                f"{name}: expected one series, got a frame of {values.shape[1]} columns"
            )
        values = values.iloc[:, 0]
    series = values if isinstance(values, pd.Series) else _plain(values, name)
    years = years_of(series.index, name)
    numbers = finite_numbers(series, name)
    out = pd.Series(numbers, index=series.index, name=series.name)
    return out.iloc[np.argsort(years, kind="stable")]


def yearly_frame(values: Any, name: str) -> pd.DataFrame:
    """Return a frame of finite numbers, years down and inputs across, sorted by year.

    Parameters
    ----------
    values : DataFrame or two-dimensional array
        Year x input.
    name : str
        What the frame is, for messages.

    Returns
    -------
    DataFrame
        Sorted copy, dtype float.

    Raises
    ------
    DataError
        If labels or values are at fault.

    Examples
    --------
    >>> yearly_frame(pd.DataFrame({"it": [1, 2]}, index=[2018, 2019]), "inputs")["it"].to_dict()
    {2018: 1.0, 2019: 2.0}
    """
    frame = values if isinstance(values, pd.DataFrame) else _plain_frame(values, name)
    if isinstance(frame.columns, pd.MultiIndex):
        raise DataError(f"{name}: columns have {frame.columns.nlevels} levels; give one name each")
    if frame.empty:
        raise DataError(f"{name}: the frame is empty; expected years down and inputs across")
    check_unique(frame.columns, f"{name}: column")
    years = years_of(frame.index, name)
    columns = [
        finite_numbers(frame[column], f"{name}, column {shown(column)}") for column in frame.columns
    ]
    out = pd.DataFrame(np.column_stack(columns), index=frame.index, columns=frame.columns)
    return out.iloc[np.argsort(years, kind="stable")]


def years_of(index: pd.Index, name: str) -> np.ndarray:
    """Return the periods as whole numbers: years, or ordinals of a period index.

    Examples
    --------
    >>> years_of(pd.Index([2018, 2019]), "output").tolist()
    [2018, 2019]
    """
    if isinstance(index, pd.PeriodIndex):
        numbers = index.asi8.astype(float)
        numbers[index.isna()] = np.nan
    elif isinstance(index, pd.MultiIndex | pd.DatetimeIndex):
        raise DataError(
            f"{name}: expected one index of years, got a {type(index).__name__}; "
            "use years, or index.to_period"
        )
    else:
        plain = index.infer_objects()
        if not pd.api.types.is_any_real_numeric_dtype(plain):
            raise DataError(f"{name}: the index {_some(index)} must hold years as numbers")
        numbers = plain.to_numpy(dtype=float, na_value=np.nan)
    if not (np.abs(numbers) < _LATEST).all() or (numbers % 1 != 0).any():
        raise DataError(f"{name}: the index {_some(index)} must hold whole years, none missing")
    years = numbers.astype(np.int64)
    if len(np.unique(years)) != len(years):
        twice = index[int(np.flatnonzero(pd.Index(years).duplicated())[0])]
        raise DataError(f"{name}: year {twice} occurs twice; give each year one row")
    return years


def periods_in_year(index: pd.Index, name: str) -> int:
    """Return how many periods of an index make a year: 1 for years, 4 for quarters, 12 for months.

    Examples
    --------
    >>> periods_in_year(pd.period_range("2018Q1", periods=2, freq="Q"), "investment")
    4
    """
    if not isinstance(index, pd.PeriodIndex):
        return 1
    code = index.freqstr.partition("-")[0]
    if code not in _IN_YEAR:
        raise DataError(
            f"{name}: periods of frequency {index.freqstr!r}, to which a rate a year cannot be "
            "brought; give years, quarters or months"
        )
    return _IN_YEAR[code]


def period_name(index: pd.Index) -> str:
    """Return "year", "quarter" or "month", or "period" for another frequency.

    Examples
    --------
    >>> period_name(pd.Index([2018, 2019]))
    'year'
    """
    code = index.freqstr.partition("-")[0] if isinstance(index, pd.PeriodIndex) else "Y"
    return _NAMES.get(_IN_YEAR.get(code, 0), "period")


def part_of_year(rate: Any, count: int) -> Any:
    """Return what a rate a year is in one of `count` equal parts of it, compounded.

    Examples
    --------
    >>> float(part_of_year(0.21, 2).round(4))
    0.1
    """
    return np.expm1(np.log1p(rate) / count)


def same_labels(first: pd.Index, second: pd.Index, names: tuple[str, str], *, what: str) -> None:
    """Refuse two sets of labels that differ, naming the first label that only one of them has."""
    one, other = names
    for here, there, has, lacks in ((first, second, one, other), (second, first, other, one)):
        missing = here.difference(there, sort=False)
        if len(missing):
            raise DataError(
                f"{what} {shown(missing[0])} is in {has} but not in {lacks}; give both the same "
                f"{what}s"
            )


def check_positive(series: pd.Series, name: str) -> None:
    """Refuse a value that is not above zero, naming its year."""
    bad = series.index[~(series.to_numpy() > 0)]
    if len(bad):
        raise DataError(
            f"{name}: {series[bad[0]]:g} in {bad[0]} is not positive; an index is above 0"
        )


def _plain(values: Any, name: str) -> pd.Series:
    """Return unlabelled values as a series that counts its periods from 0."""
    array = _array(values, name, "one series of numbers by year")
    if array.ndim != 1:
        raise DataError(f"{name}: expected one series of numbers by year, got shape {array.shape}")
    return pd.Series(array)


def _plain_frame(values: Any, name: str) -> pd.DataFrame:
    """Return an unlabelled matrix as a frame that counts from 0."""
    array = _array(values, name, "a frame year x input")
    if array.ndim != 2:
        raise DataError(f"{name}: expected a frame year x input, got shape {array.shape}")
    return pd.DataFrame(array)


def _array(values: Any, name: str, expected: str) -> np.ndarray:
    """Return an array, refusing ragged rows, records, and a mask, which would be forgotten."""
    if np.ma.is_masked(values):
        raise DataError(f"{name}: values are masked; fill or drop them")
    try:
        array = np.asarray(values)
    except ValueError:
        raise DataError(f"{name}: expected {expected}, rows differ in length") from None
    if array.dtype.kind == "V":
        raise DataError(f"{name}: expected {expected}, got records; take one field")
    return array


def _some(index: Sequence[Any] | pd.Index) -> str:
    first = ", ".join(str(label) for label in list(index)[:3])
    return f"({first}{', …' if len(index) > 3 else ''})"

"""The door of the growth models: yearly series, and periods of two frequencies by label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.checks import is_whole
from quesnay.fitting.errors import DataError, shown
from quesnay.models.inputs import check_unique, finite_numbers

_FREQUENCIES = {"quarterly": "Q", "monthly": "M"}
_GAPLESS = "periods must follow each other"
_LATEST = 1e9  # a number beyond it counts something else than years
_IN_YEAR = {"Y": 1, "Q": 4, "M": 12}  # by the first letter of a frequency
_NAMES = {1: "year", 4: "quarter", 12: "month"}


@dataclass(frozen=True, slots=True)
class Periods:
    """A low-frequency series beside its high-frequency periods.

    `low`: low-frequency values, consecutive; `high`: high-frequency periods, consecutive;
    `indicators`: high-frequency period x indicator; no column where none was given; `ratio`:
    high-frequency periods in a low-frequency one; `before`: high-frequency periods before the first
    low-frequency one.
    """

    low: pd.Series
    high: pd.Index
    indicators: pd.DataFrame
    ratio: int
    before: int


def match_periods(series: Any, indicators: Any, to: str | int | None) -> Periods:
    """Return the two frequencies matched by label, or by position where there are no labels."""
    low = yearly_series(series, "series")
    refuse_gaps(low.index, "series", _GAPLESS)
    letter = "Y"
    if isinstance(low.index, pd.PeriodIndex):
        letter = _letter(low.index)
        if letter not in {"Y", "Q"}:
            raise DataError(f"series: expected years, got periods of frequency {low.index.freqstr}")
    if indicators is None:
        return _without(low, letter, to, labelled=isinstance(series, pd.Series | pd.DataFrame))
    frame = yearly_frame(_as_frame(indicators), "indicators")
    if isinstance(frame.index, pd.PeriodIndex):
        return _by_label(low, letter, frame, to)
    if any(isinstance(one, pd.Series | pd.DataFrame) for one in (series, indicators)):
        raise DataError(
            "indicators: expected a quarterly or monthly PeriodIndex (index.to_period('Q')); a "
            "labelled series does not align with indicators by position"
        )
    _, ratio = _ratio(to)  # arrays, from their first values on; more indicators extrapolate
    if len(frame) < ratio * len(low):
        raise DataError(
            f"indicators: {len(frame)} values do not cover {len(low)} x {ratio} periods"
        )
    return Periods(low, frame.index, frame, ratio, 0)


def yearly_series(values: Any, name: str) -> pd.Series:
    """Return a series of finite numbers by year, sorted; the order of the rows does not matter."""
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
    """Return a frame of finite numbers, years down and inputs across, sorted by year."""
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
    """Return the periods as whole numbers: years, or ordinals of a period index."""
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

    >>> period_name(pd.Index([2018, 2019]))
    'year'
    """
    code = index.freqstr.partition("-")[0] if isinstance(index, pd.PeriodIndex) else "Y"
    return _NAMES.get(_IN_YEAR.get(code, 0), "period")


def refuse_gaps(index: pd.Index, name: str, remedy: str) -> None:
    """Refuse periods with a gap, saying what to do about it."""
    gap = np.flatnonzero(np.diff(years_of(index, name)) != 1)
    if len(gap):
        before, after = index[gap[0]], index[gap[0] + 1]
        raise DataError(f"{name}: no {period_name(index)} between {before} and {after}; {remedy}")


def part_of_year(rate: Any, count: int) -> Any:
    """Return what a rate a year is in one of `count` equal parts of it, compounded.

    >>> float(part_of_year(0.21, 2).round(4))
    0.1
    """
    with np.errstate(divide="ignore"):  # what loses all in a year loses all in each part of it
        return np.expm1(np.log1p(rate) / count)


def same_labels(first: pd.Index, second: pd.Index, names: tuple[str, str], *, what: str) -> None:
    """Refuse two sets of labels that differ, naming the first label that only one of them has."""
    one, other = names
    for here, there, has, lacks in ((first, second, one, other), (second, first, other, one)):
        missing = here.difference(there, sort=False)
        if len(missing):
            raise DataError(
                f"{what} {shown(missing[0])} is in {has} but not in {lacks}; give it to both or to "
                "neither"
            )


def check_positive(series: pd.Series, name: str) -> None:
    """Refuse a value that is not above zero, naming its year."""
    bad = series.index[~(series.to_numpy() > 0)]
    if len(bad):
        raise DataError(
            f"{name}: {series[bad[0]]:g} in {bad[0]} is not positive; an index is above 0"
        )


def _as_frame(indicators: Any) -> Any:
    """Return one indicator as a frame of one column."""
    if isinstance(indicators, pd.Series):
        return indicators.to_frame("indicator" if indicators.name is None else indicators.name)
    if isinstance(indicators, pd.DataFrame):
        return indicators
    try:
        array = np.asarray(indicators)
    except ValueError:
        raise DataError("indicators: expected one column an indicator, of equal length") from None
    return pd.DataFrame({"indicator": array}) if array.ndim == 1 else array


def _letter(index: pd.PeriodIndex) -> str:
    """Return Y, Q or M for years, quarters or months of the calendar, else nothing."""
    code = index.freqstr.replace("A-", "Y-")
    return {"Y-DEC": "Y", "Q-DEC": "Q", "M": "M"}.get(code, "")


def _ratio(to: str | int | None, letter: str = "Y") -> tuple[str, int]:
    """Return frequency letter, empty where it has none, and high-frequency periods in a low one."""
    if isinstance(to, str) and to in _FREQUENCIES:
        high = _FREQUENCIES[to]
        if high != letter:
            return high, _IN_YEAR[high] // _IN_YEAR[letter]
    elif is_whole(to) and 2 <= to <= 10_000:
        within = (high for high, count in _IN_YEAR.items() if count == to * _IN_YEAR[letter])
        return next(within, ""), to
    raise DataError(
        f"to: expected 'quarterly', 'monthly' or a number of 2 or more, got {shown(to)}"
        f"{' for a quarterly series' if letter == 'Q' else ''}"
    )


def _ends(low: pd.Series, letter: str, high: str) -> tuple[pd.Period, pd.Period]:
    """Return the first and the last high-frequency period within a labelled series."""
    edges = []
    for place, how in ((0, "start"), (-1, "end")):
        label = low.index[place]
        if letter == "Y":
            year = label.year if isinstance(label, pd.Period) else int(label)
            if not 1 <= year < 10_000:
                raise DataError(f"series: {year} is no year; expected years of four digits")
            label = pd.Period(year=year, freq="Y")
        edges.append(label.asfreq(high, how=how))
    return edges[0], edges[1]


def _without(low: pd.Series, letter: str, to: str | int | None, *, labelled: bool) -> Periods:
    """Make the high-frequency periods where no indicator brings them."""
    high_letter, ratio = _ratio(to, letter)
    high: pd.Index = pd.RangeIndex(ratio * len(low))
    if labelled and high_letter:
        high = pd.period_range(*_ends(low, letter, high_letter), freq=high_letter)
    return Periods(low, high, pd.DataFrame(index=high), ratio, 0)


def _by_label(low: pd.Series, letter: str, frame: pd.DataFrame, to: str | int | None) -> Periods:
    """Match years, or quarters, with the quarters or months that bear them."""
    index: Any = frame.index
    high = _letter(index)
    if high not in {"Q", "M"}:
        raise DataError(
            "indicators: expected quarters of the calendar year or months, got frequency "
            f"{index.freqstr}"
        )
    if high == letter:
        raise DataError("series: expected years, or quarters with monthly indicators, got quarters")
    ratio = _IN_YEAR[high] // _IN_YEAR[letter]
    if to is not None and _ratio(to, letter)[1] != ratio:
        raise DataError(
            f"to: {shown(to)} does not fit indicators with {ratio} periods a "
            f"{'year' if letter == 'Y' else 'quarter'}"
        )
    refuse_gaps(index, "indicators", _GAPLESS)
    first, last = _ends(low, letter, high)
    for needed in (first, last):
        if needed not in index:
            raise DataError(
                f"indicators: {needed} is missing; every period of the series needs all of its "
                f"{ratio} periods"
            )
    return Periods(low, index, frame, ratio, int(np.flatnonzero(index == first)[0]))


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

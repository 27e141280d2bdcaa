"""Years matched with their quarters or months, by label."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError, shown
from quesnay.models.growth.labels import yearly_frame, yearly_series, years_of

__all__ = ["Periods", "match_periods"]

_FREQUENCIES = {"quarterly": ("Q", 4), "monthly": ("M", 12)}


@dataclass(frozen=True, slots=True)
class Periods:
    """A low-frequency series beside its high-frequency periods.

    Parameters
    ----------
    low : Series
        Low-frequency values, consecutive.
    high : Index
        High-frequency periods, consecutive.
    indicators : DataFrame
        High-frequency period x indicator; no column where none was given.
    ratio : int
        High-frequency periods in a low-frequency one.
    before : int
        High-frequency periods before the first low-frequency one.
    """

    low: pd.Series
    high: pd.Index
    indicators: pd.DataFrame
    ratio: int
    before: int


def match_periods(series: Any, indicators: Any, to: str | int | None) -> Periods:
    """Return the two frequencies matched by label, or by position where there are no labels.

    Examples
    --------
    >>> match_periods(pd.Series([1.0], index=[2018]), None, "quarterly").high[0]
    Period('2018Q1', 'Q-DEC')
    """
    low = yearly_series(series, "series")
    years = _consecutive(years_of(low.index, "series"), low.index, "series")
    if isinstance(low.index, pd.PeriodIndex):
        if not low.index.freqstr.startswith(("Y-DEC", "A-DEC")):
            raise DataError(f"series: expected years, got periods of frequency {low.index.freqstr}")
        years = low.index.year.to_numpy()
    if indicators is None:
        return _without(low, years, to, labelled=isinstance(series, pd.Series))
    frame = yearly_frame(_as_frame(indicators), "indicators")
    if isinstance(frame.index, pd.PeriodIndex):
        return _by_label(low, years, frame, to)
    if isinstance(indicators, pd.Series | pd.DataFrame) or isinstance(series, pd.Series):
        raise DataError(
            "indicators: expected a quarterly or monthly PeriodIndex (index.to_period('Q')); a "
            "labelled series does not align with indicators by position"
        )
    return _by_position(low, frame, to)


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


def _consecutive(numbers: np.ndarray, index: pd.Index, name: str) -> np.ndarray:
    """Refuse a gap, naming the two sides of it."""
    gaps = np.flatnonzero(np.diff(numbers) != 1)
    if len(gaps):
        raise DataError(
            f"{name}: nothing between {index[gaps[0]]} and {index[gaps[0] + 1]}; periods must "
            "follow each other"
        )
    return numbers


def _ratio(to: str | int | None) -> tuple[str | None, int]:
    """Return frequency letter and periods a year."""
    if isinstance(to, str) and to in _FREQUENCIES:
        return _FREQUENCIES[to]
    if isinstance(to, int) and not isinstance(to, bool) and 2 <= to <= 10_000:
        return {4: "Q", 12: "M"}.get(to), to
    raise DataError(
        f"to: expected 'quarterly', 'monthly' or a number of 2 or more, got {shown(to)}"
    )


def _without(low: pd.Series, years: np.ndarray, to: str | int | None, *, labelled: bool) -> Periods:
    """Make the high-frequency periods where no indicator brings them."""
    letter, ratio = _ratio(to)
    count = ratio * len(low)
    high: pd.Index = pd.RangeIndex(count)
    if labelled and letter is not None:
        if not (years[0] >= 1 and years[-1] < 10_000):
            raise DataError(f"series: {years[0]} is no year; expected years of four digits")
        start = pd.Period(year=int(years[0]), month=1, freq=letter)
        high = pd.period_range(start, periods=count, freq=letter)
    return Periods(low, high, pd.DataFrame(index=high), ratio, 0)


def _check_years(years: np.ndarray) -> None:
    """Refuse numbers that no calendar has."""
    if not (years[0] >= 1 and years[-1] < 10_000):
        raise DataError(f"series: {years[0]} is no year; expected years of four digits")


def _by_label(
    low: pd.Series, years: np.ndarray, frame: pd.DataFrame, to: str | int | None
) -> Periods:
    """Match years with the quarters or months that bear them."""
    index = frame.index
    letter = index.freqstr.split("-")[0] if isinstance(index, pd.PeriodIndex) else ""
    ratio = {"Q": 4, "M": 12}.get(letter, 0)
    if ratio == 0 or (letter == "Q" and index.freqstr != "Q-DEC"):  # type: ignore[attr-defined]
        raise DataError(
            "indicators: expected quarters of the calendar year or months, got frequency "
            f"{index.freqstr}"  # type: ignore[attr-defined]
        )
    if to is not None and _ratio(to)[1] != ratio:
        raise DataError(f"to: {shown(to)} does not fit indicators with {ratio} periods a year")
    _consecutive(years_of(index, "indicators"), index, "indicators")
    _check_years(years)
    first = pd.Period(year=int(years[0]), month=1, freq=letter)
    last = pd.Period(year=int(years[-1]), month=12, freq=letter)
    for needed in (first, last):
        if needed not in index:
            raise DataError(
                f"indicators: {needed} is missing; every year of the series needs all of its "
                f"{ratio} periods"
            )
    return Periods(low, index, frame, ratio, int(np.flatnonzero(index == first)[0]))


def _by_position(low: pd.Series, frame: pd.DataFrame, to: str | int | None) -> Periods:
    """Match arrays from their first values on; more indicators than needed extrapolate."""
    _, ratio = _ratio(to)
    if len(frame) < ratio * len(low):
        raise DataError(
            f"indicators: {len(frame)} values do not cover {len(low)} x {ratio} periods"
        )
    return Periods(low, frame.index, frame, ratio, 0)

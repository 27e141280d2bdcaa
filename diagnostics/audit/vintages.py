"""GDP as it was thought to be: the vintages among which the figures may choose."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from quesnay.diagnostics.audit.compile import Key
from quesnay.diagnostics.audit.figures import Figure, printed_interval
from quesnay.diagnostics.audit.units import Unit, unit_of
from quesnay.fitting.errors import DataError, nearest

__all__ = ["FORECAST", "Alternative", "Vintages", "checked_vintages"]

FORECAST = "forecast, not printed"
_NEEDED = ("year", "vintage", "gdp")


@dataclass(frozen=True, slots=True)
class Alternative:
    """One vintage of one year.

    Parameters
    ----------
    year : int
        Calendar year.
    name : str
        Such as "preliminary".
    published : str
        When, as text; "" where unknown.
    intervals : mapping
        Quantity and year -> what the published digits leave open, in base units.
    """

    year: int
    name: str
    published: str
    intervals: Mapping[Key, tuple[float, float]]

    @property
    def label(self) -> str:
        """Year and name, such as "2018 preliminary"."""
        return f"{self.year} {self.name}"


@dataclass(frozen=True, slots=True)
class Vintages:
    """All vintages by year."""

    unit: Unit | None
    by_year: Mapping[int, tuple[Alternative, ...]]


def checked_vintages(
    gdp: object, figures: Sequence[Figure], *, unit: str | None, real: bool
) -> Vintages:
    """Check a frame of GDP vintages and add the forecast where the report only forecasts.

    Parameters
    ----------
    gdp : DataFrame or None
        Columns year, vintage, gdp, and optionally real_growth (percent), published and unit. None
        leaves GDP free in every year.
    figures : sequence of Figure
        The printed figures: in a year where all of them are forecasts GDP may also be a forecast
        that is not printed.
    unit : str or None
        Unit of the gdp column where the frame has no unit column.
    real : bool
        Whether real growth is used too.

    Returns
    -------
    Vintages
        The alternatives of each year.

    Raises
    ------
    DataError
        If the frame is empty, lacks a column or a unit, or has a value that is not positive, a
        vintage given twice or more than one country.

    Examples
    --------
    >>> frame = pd.DataFrame({"year": [2018], "vintage": ["first"], "gdp": [900309]})
    >>> checked_vintages(frame, (), unit="100 million CNY", real=False).by_year[2018][0].label
    '2018 first'
    """
    if gdp is None:
        return Vintages(None, {})
    frame = _checked_frame(gdp, real)
    measure = _unit(frame, unit)
    forecasts = {f.year for f in figures if f.kind == "forecast"}
    forecasts -= {f.year for f in figures if f.kind != "forecast"}
    by_year: dict[int, list[Alternative]] = {}
    for row in frame.to_dict("records"):
        alternative = _alternative(row, measure, real)
        others = by_year.setdefault(alternative.year, [])
        if alternative.name in {other.name for other in others}:
            raise DataError(f"gdp: vintage {alternative.label!r} is given twice")
        others.append(alternative)
    for year in forecasts & set(by_year):
        by_year[year].append(Alternative(year, FORECAST, "", {("GDP", year): (0.0, math.inf)}))
    return Vintages(measure, {year: tuple(by_year[year]) for year in sorted(by_year)})


def _checked_frame(gdp: object, real: bool) -> pd.DataFrame:
    if not isinstance(gdp, pd.DataFrame):
        raise DataError(f"gdp must be a DataFrame of vintages or None, got {type(gdp).__name__}")
    frame = gdp if "year" in gdp.columns else gdp.reset_index()
    needed = (*_NEEDED, "real_growth") if real else _NEEDED
    for name in needed:
        if name not in frame.columns:
            raise DataError(
                f"gdp: no column {name!r};{nearest(name, frame.columns)} columns year, vintage and "
                "gdp are needed, and real_growth for the official deflator"
            )
    if frame.empty:
        raise DataError("gdp: no rows; give at least one vintage, or None to leave GDP free")
    if "country" in frame.columns and frame["country"].nunique() > 1:
        raise DataError(f"gdp: several countries {sorted(set(frame['country']))}; give one")
    return frame


def _unit(frame: pd.DataFrame, unit: str | None) -> Unit:
    if "unit" in frame.columns:
        words = sorted(set(map(str, frame["unit"])))
        if len(words) > 1:
            raise DataError(f"gdp: several units {words}; give all vintages in one")
        return unit_of(words[0], where="gdp")
    return unit_of(unit if unit is not None else frame.attrs.get("unit"), where="gdp")


def _alternative(row: "dict[object, object]", unit: Unit, real: bool) -> Alternative:
    name = str(row["vintage"])
    try:
        year, value = int(str(row["year"])), float(str(row["gdp"]))
    except ValueError:
        raise DataError(
            f"gdp: row {row['year']!r} {name!r} has gdp {row['gdp']!r}; numbers expected"
        ) from None
    if not (math.isfinite(value) and value > 0.0):
        raise DataError(f"gdp: {year} {name} is {value}; a positive number expected")
    low, high = printed_interval(f"{value:.12g}")
    intervals = {("GDP", year): (low * unit.scale, high * unit.scale)}
    if real:
        growth = printed_interval(row["real_growth"])
        intervals["R", year] = (growth[0] / 100.0, growth[1] / 100.0)
    return Alternative(year, name, str(row.get("published", "")), intervals)

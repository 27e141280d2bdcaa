"""GDP as it was thought to be: the vintages on which a printed figure may rest.

Every figure may rest on vintages of its own, a report may mix them. Vintages of one *basis* belong
together: a benchmark revision starts a new one. A column `basis` says it; without one, a vintage
called "after ..." (such as "after fourth census") starts a basis, and what was published before the
first of that name is on the basis before. A year of which a report prints forecasts only may also
rest on a forecast of GDP: the vintage of the year before that was published first, times a range of
nominal growth; without a range it is any number.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from quesnay.diagnostics.audit.figures import Figure, Unit, printed_interval, unit_of
from quesnay.fitting.checks import is_number, is_whole
from quesnay.fitting.errors import DataError, nearest, shown

__all__ = ["VINTAGED", "Alternative", "Vintages", "checked_vintages"]

VINTAGED = ("GDP", "R")
"""What has vintages: nominal GDP and its real growth."""
_NEEDED = ("year", "vintage", "gdp")
_EXACT = 2e-6  # a GDP whose digits leave open less than this part of it counts as a number


@dataclass(frozen=True, slots=True)
class Alternative:
    """One vintage of one year: `gdp` and `growth` are what its digits leave open, in ones."""

    year: int
    name: str
    published: str
    basis: str
    gdp: tuple[float, float]
    growth: tuple[float, float] | None = None

    @property
    def label(self) -> str:
        """Year and name, such as "2018 preliminary"."""
        return f"{self.year} {self.name}"

    def interval(self, symbol: str) -> tuple[float, float] | None:
        """Return the interval of GDP or of its real growth; None where it is not known."""
        return self.gdp if symbol == "GDP" else self.growth


@dataclass(frozen=True, slots=True)
class Vintages:
    """All vintages by year."""

    unit: Unit | None
    by_year: Mapping[int, tuple[Alternative, ...]]

    def knows(self, symbol: str, year: int) -> bool:
        """Whether a quantity has vintages in a year; growth needs one vintage that tells it."""
        options = self.by_year.get(year, ())
        return symbol in VINTAGED and any(o.interval(symbol) is not None for o in options)


def checked_vintages(
    gdp: object,
    figures: Sequence[Figure],
    *,
    unit: str | None,
    forecast_growth: tuple[float, float] | None,
) -> Vintages:
    """Check a frame of GDP vintages and add a forecast of each year that is only forecast.

    The frame has columns year, vintage, gdp, and optionally real_growth (percent), published, basis
    and unit; None leaves GDP free in every year.
    """
    growth = _checked_growth(forecast_growth)
    if gdp is None:
        return Vintages(None, {})
    frame = _checked_frame(gdp)
    measure = _unit(frame, unit)
    by_year: dict[int, list[Alternative]] = {}
    for place, row in enumerate(frame.to_dict("records"), start=1):
        alternative = _alternative(row, place, measure)
        others = by_year.setdefault(alternative.year, [])
        if alternative.name in {other.name for other in others}:
            raise DataError(f"gdp: vintage {alternative.label!r} is given twice")
        others.append(alternative)
    by_year = _with_basis(by_year)
    years = {f.year for f in figures if f.kind == "forecast"}
    for year in sorted(years - {f.year for f in figures if f.kind != "forecast"}):
        if year in by_year or year - 1 in by_year:
            forecast = _forecast(year, by_year.get(year - 1, []), growth)
            by_year.setdefault(year, []).insert(0, forecast)
    return Vintages(measure, {year: tuple(by_year[year]) for year in sorted(by_year)})


def _checked_growth(growth: object) -> tuple[float, float] | None:
    if growth is None:
        return None
    ends = tuple(growth) if isinstance(growth, tuple | list) else ()
    if len(ends) != 2 or not all(map(is_number, ends)) or not -100.0 < ends[0] <= ends[1]:
        raise DataError(
            f"forecast_growth: {shown(growth)} is no pair of percentages, the lower first, such as "
            "(7.0, 8.5)"
        )
    return float(ends[0]), float(ends[1])


def _forecast(
    year: int, before: Sequence[Alternative], growth: tuple[float, float] | None
) -> Alternative:
    if growth is None or not before:
        return Alternative(year, "forecast, not printed", "", "", (0.0, math.inf))
    base = min(before, key=lambda one: one.published or "9999")
    low, high = (end * (1.0 + g / 100.0) for end, g in zip(base.gdp, growth, strict=True))
    name = f"forecast ({base.label} and {growth[0]:g} to {growth[1]:g} % nominal growth)"
    return Alternative(year, name, "", base.basis, (low, high))


def _with_basis(by_year: Mapping[int, list[Alternative]]) -> dict[int, list[Alternative]]:
    """Fill in the basis of the vintages that do not state one."""
    every = [one for options in by_year.values() for one in options]
    starts = sorted(o.published for o in every if o.name.startswith("after ") and o.published)
    out: dict[int, list[Alternative]] = {}
    for year, options in by_year.items():
        out[year] = []
        for one in options:
            later = one.name.startswith("after ") or bool(starts and one.published >= starts[0])
            basis = one.basis or ("after revision" if later else "before revision")
            out[year].append(
                Alternative(one.year, one.name, one.published, basis, one.gdp, one.growth)
            )
    return out


def _checked_frame(gdp: object) -> pd.DataFrame:
    if not isinstance(gdp, pd.DataFrame):
        raise DataError(f"gdp must be a DataFrame of vintages or None, got {type(gdp).__name__}")
    frame = gdp if "year" in gdp.columns else gdp.reset_index()
    for name in _NEEDED:
        if name not in frame.columns:
            raise DataError(
                f"gdp: no column {name!r};{nearest(name, frame.columns)} columns year, vintage and "
                "gdp are needed, and real_growth for real growth"
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


def _alternative(row: Mapping[Any, Any], place: int, unit: Unit) -> Alternative:
    where = f"gdp: row {place}"
    name = row["vintage"]
    if not isinstance(name, str) or not name.strip():
        raise DataError(f"{where}: vintage {shown(name)} is no text; give one as 'preliminary'")
    year = row["year"]
    if not is_whole(year) or not 1000 <= year <= 2999:
        raise DataError(f"{where}: year {shown(year)} is no calendar year such as 2018")
    value = row["gdp"]
    if not is_number(value):
        raise DataError(f"{where}: gdp {shown(value)} of {year} {name}; numbers expected")
    if value <= 0.0:
        raise DataError(f"gdp: {year} {name} is {value}; a positive number expected")
    low, high = printed_interval(f"{value:.12g}")
    if high - low < _EXACT * value:
        low = high = float(value)
    return Alternative(
        int(year),
        name.strip(),
        _said(row, "published", where),
        _said(row, "basis", where),
        (low * unit.scale, high * unit.scale),
        _growth(row.get("real_growth"), where),
    )


def _growth(value: object, where: str) -> tuple[float, float] | None:
    """Return the interval of a printed growth rate, as a fraction."""
    if value is None or value != value or value == "":
        return None
    if not (is_number(value) or isinstance(value, str)):
        raise DataError(f"{where}: real_growth {shown(value)} is no percentage such as 6.6")
    try:
        low, high = printed_interval(value)
    except DataError:
        raise DataError(
            f"{where}: real_growth {shown(value)} is no percentage such as 6.6"
        ) from None
    if low <= -100.0:
        raise DataError(f"{where}: real_growth {shown(value)}: nothing is left of GDP")
    return low / 100.0, high / 100.0


def _said(row: Mapping[Any, Any], key: str, where: str) -> str:
    value = row.get(key)
    if value is None or value != value:
        return ""
    if not isinstance(value, str):
        raise DataError(f"{where}: {key} {shown(value)} is no text")
    return value.strip()

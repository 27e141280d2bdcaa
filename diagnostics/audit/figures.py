"""What a report prints, and GDP as it was thought to be: intervals, and their units.

A figure rounded to its last digit stands for the half-open interval [low, high) of the values that
print as it does: 1.42 is [1.415, 1.425). The solver works on closed intervals, so the open end is
moved inward by a millionth of the interval's width; a solution nearer to it is not looked for.

Every figure may rest on vintages of GDP of its own, a report may mix them. Vintages of one *basis*
belong together: a benchmark revision starts a new one. A column `basis` says it; without one, a
vintage called "after ..." (such as "after fourth census") starts a basis, and what was published
before the first of that name is on the basis before. A year of which a report prints forecasts only
may also rest on a forecast of GDP: the vintage of the year before that was published first, times a
range of nominal growth; without a range it is any number.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from quesnay.fitting.checks import as_tuple, is_number, is_whole, plain_text, refuse_unknown
from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.models.inputs import rounding_interval

KINDS = ("estimate", "forecast")
_OPEN = 1e-6  # of the width of an interval, by which its open end is moved inward


_SIZES = {
    "": 1.0,
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "bn": 1e9,
    "mn": 1e6,
    "万亿": 1e12,
    "亿": 1e8,
    "万": 1e4,
}
_WORDS = {
    "CNY": "yuan rmb cny renminbi 元 人民币",
    "USD": "dollar dollars us-dollar us-dollars usd",
    "EUR": "euro euros eur",
    "JPY": "yen jpy",
}
_SAME = {word.replace("-", " "): code for code, words in _WORDS.items() for word in words.split()}
_GROUPED = re.compile(r"\s*[+-]?\d{1,3}(,\d{3})+(\.\d*)?\s*", re.ASCII)
_PER = re.compile(r"\s*/\s*|\s+per\s+", re.IGNORECASE)
_SHAPE = re.compile(
    r"(?P<number>[\d,.]*)\s*"
    r"(?P<size>(?:hundred|thousand|million|billion|trillion)(?=s?\b)|bn|mn|万亿|亿|万|)"
    r"(?:(?<=[a-z]{7})s\b)?\s*(?P<base>[^\d,.\s].*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as printed, how many of `base` it holds, and what is counted ("" a pure number)."""

    text: str
    scale: float
    base: str


def unit_of(text: object, *, where: str) -> Unit:
    """Read a unit such as "trillion CNY", "percent" or "thousand CNY per person".

    >>> unit_of("100 million CNY", where="C18")
    Unit(text='100 million CNY', scale=100000000.0, base='CNY')
    >>> unit_of("million yuan / thousand persons", where="P18")
    Unit(text='million yuan / thousand persons', scale=1000.0, base='CNY per persons')
    """
    words = plain_text(text.strip(), f"{where}: unit") if isinstance(text, str) else ""
    if not words:
        raise DataError(
            f"{where}: no unit; give one such as 'trillion yuan', 'percent' or 'persons'"
        )
    if words.lower() in {"percent", "per cent", "%"}:
        return Unit(words, 0.01, "")
    if words.lower() in {"fraction", "ratio", "share", "1"}:
        return Unit(words, 1.0, "")
    if _PER.search(words) and words.lower() != "per cent":
        parts = [unit_of(part, where=where) for part in _PER.split(words)]
        scale = parts[0].scale
        for part in parts[1:]:
            scale /= part.scale
        return Unit(words, scale, " per ".join(part.base for part in parts))
    found = _SHAPE.fullmatch(words)
    base = (found["base"] or "").strip() if found else ""
    try:
        number = float((found["number"] if found else "").replace(",", "") or 1.0)
    except ValueError:
        number = 0.0
    if found is None or not base or not number > 0.0:
        raise DataError(
            f"{where}: cannot read the unit {words!r}; write it as 'trillion yuan', "
            "'100 million yuan', 'percent' or 'million persons'"
        )
    scale = number * _SIZES[found["size"].lower()]
    return Unit(words, scale, _SAME.get(base.lower(), base))


def with_the_money_of(unit: str, other: str) -> str:
    """Return a unit with its money called as in another, so that a reader meets one word for it.

    >>> with_the_money_of("100 million CNY", "trillion yuan")
    '100 million yuan'
    >>> with_the_money_of("million persons", "trillion yuan")
    'million persons'
    """
    own, like = _SHAPE.fullmatch(unit), _SHAPE.fullmatch(other)
    if own is None or like is None or not own["base"] or not like["base"]:
        return unit
    base, money = own["base"].strip(), like["base"].strip()
    same = _SAME.get(base.lower(), base) == _SAME.get(money.lower(), money)
    return unit[: own.start("base")] + money if same else unit


def money_of(unit: str) -> str | None:
    """Return the code of the money that a unit is in, or None where it is no known money.

    >>> money_of("100 million yuan"), money_of("million US dollars"), money_of("million persons")
    ('CNY', 'USD', None)
    """
    found = _SHAPE.fullmatch(unit.strip())
    return _SAME.get((found["base"] or "").strip().lower()) if found else None


def inner(low: float, high: float) -> tuple[float, float]:
    """Return the closed interval that stands for the half-open one."""
    return low, high - _OPEN * (high - low)


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure; `low` and `high` bound its rounding interval [low, high) in its unit."""

    id: str
    symbol: str
    concept: str
    year: int
    printed: str
    low: float
    high: float
    unit: Unit
    kind: str
    published: str = ""
    provenance: str = ""
    other_printing: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """What it is a figure of: symbol and year."""
        return self.symbol, self.year


def printed_interval(printed: object) -> tuple[float, float]:
    """Return the interval of numbers that print as the text does; its upper end is excluded.

    Thousands may stand apart by commas; any minus sign is read.

    >>> printed_interval("1.42"), printed_interval("4,386")
    ((1.415, 1.425), (4385.5, 4386.5))
    """
    text = str(printed).replace("\N{MINUS SIGN}", "-")
    text = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    try:
        low, high = rounding_interval(text)
    except ArithmeticError:  # the decimal arithmetic overflows
        low = high = math.inf
    if not (is_number(low) and is_number(high)):
        raise DataError(f"printed figure {shown(text)}: too large to compute with")
    return low, high


def checked_figures(reported: object, *, without: Iterable[str] = ()) -> tuple[Figure, ...]:
    """Check a frame of reported figures: index id, columns concept, year, unit and printed.

    Instead of `printed` there may be low and high; symbol (by default the id without its trailing
    digits), kind, published, provenance and other_printing are optional. Ids of `without` are left
    out.
    """
    if not isinstance(reported, pd.DataFrame):
        raise DataError(f"reported figures must be a DataFrame, got {type(reported).__name__}")
    frame = reported.set_index("id") if "id" in reported.columns else reported
    if frame.empty:
        raise DataError("reported figures: no rows; give at least one figure")
    missing = [name for name in ("concept", "year", "unit") if name not in frame.columns]
    if "printed" not in frame.columns and not {"low", "high"} <= set(frame.columns):
        missing.append("printed")
    if missing:
        raise DataError(
            f"reported figures: no column {missing[0]!r};"
            f"{nearest(missing[0], frame.columns) or ' see the columns of load_reported'}"
        )
    ids = [_checked_id(name, place) for place, name in enumerate(frame.index, start=1)]
    for name in ids:
        if ids.count(name) > 1:
            raise DataError(f"reported figures: id {name!r} is given twice")
    without = as_tuple(without, "without")
    refuse_unknown(without, ids, "without: no figure")
    rows = frame.set_axis(ids).to_dict("index")
    figures = [figure_of(name, rows[name]) for name in ids if name not in without]
    if not figures:
        raise DataError("reported figures: every figure is left out; keep at least one")
    return tuple(figures)


def _checked_id(name: object, place: int) -> str:
    if not isinstance(name, str) or not name.strip():
        raise DataError(
            f"reported figures: row {place}: id {shown(name)} is no text; give one such as 'T18'"
        )
    return name.strip()


def figure_of(name: str, row: Mapping[Any, Any]) -> Figure:
    """Check one row; a message names the figure and the column."""
    plain_text(name, "id")
    unit = unit_of(row["unit"], where=name)
    low, high = _interval(name, row)
    symbol = _text(name, row, "symbol")
    concept = row["concept"]
    if not isinstance(concept, str) or not concept.strip():
        raise DataError(f"{name}: no concept (column 'concept'); say in words what the figure is")
    kind = _text(name, row, "kind") or "estimate"
    refuse_unknown([kind], KINDS, f"{name}: kind", " (column 'kind') is unknown")
    return Figure(
        id=name,
        symbol=symbol or re.sub(r"[_-]?\d+$", "", name) or name,
        concept=plain_text(concept.strip(), f"{name}: concept"),
        year=_year(name, row["year"]),
        printed=str(row.get("printed", "")),
        low=low,
        high=high,
        unit=unit,
        kind=kind,
        published=_text(name, row, "published"),
        provenance=_text(name, row, "provenance"),
        other_printing=_text(name, row, "other_printing"),
    )


def _interval(name: str, row: Mapping[Any, Any]) -> tuple[float, float]:
    if _given(row.get("low")) or _given(row.get("high")):
        ends = []
        for key in ("low", "high"):
            value = row.get(key)
            try:
                end = float(value) if isinstance(value, str) else value  # text in a CSV file
            except ValueError:
                end = None
            if not is_number(end):
                raise DataError(
                    f"{name}: {key} {shown(value)} (column {key!r}) is no finite number; low must "
                    "be below high"
                )
            ends.append(float(end))
        if not ends[0] < ends[1]:
            raise DataError(
                f"{name}: the interval from {row.get('low')} to {row.get('high')} is empty; low "
                "must be below high"
            )
        return ends[0], ends[1]
    printed = row.get("printed")
    if isinstance(printed, bool) or not (isinstance(printed, str) or is_whole(printed)):
        raise DataError(
            f"{name}: printed {shown(printed)} (column 'printed') is no text; write the digits as "
            "text, such as '1.50', so that trailing zeros count"
        )
    try:
        return printed_interval(printed)
    except DataError as error:
        raise DataError(f"{name}: {error}") from None


def _given(value: object) -> bool:
    return value is not None and value == value and value != ""


def _text(name: str, row: Mapping[Any, Any], key: str) -> str:
    value = row.get(key)
    if not _given(value):
        return ""
    if not isinstance(value, str):
        raise DataError(f"{name}: {key} {shown(value)} (column {key!r}) is no text")
    return plain_text(value.strip(), f"{name}: {key}")


def _year(name: str, value: object) -> int:
    text = str(value)
    if not (is_whole(value) or (isinstance(value, str) and re.fullmatch(r"\s*\d+\s*", value))):
        raise DataError(
            f"{name}: year {shown(value)} (column 'year') is not a whole number such as 2018"
        )
    if len(text.strip()) > 4 or not 1000 <= int(text) <= 2999:
        raise DataError(f"{name}: year {shown(value)} is not a calendar year such as 2018")
    return int(text)


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
        return symbol in {"GDP", "R"} and any(o.interval(symbol) is not None for o in options)


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
    growth = forecast_growth
    if growth is not None:
        ends = tuple(growth) if isinstance(growth, tuple | list) else ()
        if len(ends) != 2 or not all(map(is_number, ends)) or not -100.0 < ends[0] <= ends[1]:
            raise DataError(
                f"forecast_growth: {shown(growth)} is no pair of percentages, the lower first, "
                "such as (7.0, 8.5)"
            )
        growth = float(ends[0]), float(ends[1])
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
    every = [one for options in by_year.values() for one in options]
    starts = sorted(o.published for o in every if o.name.startswith("after ") and o.published)
    for options in by_year.values():
        for place, one in enumerate(options):
            later = one.name.startswith("after ") or bool(starts and one.published >= starts[0])
            basis = one.basis or f"{'after' if later else 'before'} revision"
            options[place] = replace(one, basis=basis)
    years = {f.year for f in figures if f.kind == "forecast"}
    for year in sorted(years - {f.year for f in figures if f.kind != "forecast"}):
        if year in by_year or year - 1 in by_year:
            forecast = _forecast(year, by_year.get(year - 1, []), growth)
            by_year.setdefault(year, []).insert(0, forecast)
    return Vintages(measure, {year: tuple(by_year[year]) for year in sorted(by_year)})


def _forecast(
    year: int, before: Sequence[Alternative], growth: tuple[float, float] | None
) -> Alternative:
    if growth is None or not before:
        return Alternative(year, "forecast, not printed", "", "", (0.0, math.inf))
    base = min(before, key=lambda one: one.published or "9999")
    low, high = (end * (1.0 + g / 100.0) for end, g in zip(base.gdp, growth, strict=True))
    name = f"forecast ({base.label} and {growth[0]:g} to {growth[1]:g} % nominal growth)"
    return Alternative(year, name, "", base.basis, (low, high))


def _checked_frame(gdp: object) -> pd.DataFrame:
    if not isinstance(gdp, pd.DataFrame):
        raise DataError(f"gdp must be a DataFrame of vintages or None, got {type(gdp).__name__}")
    frame = gdp if "year" in gdp.columns else gdp.reset_index()
    for name in ("year", "vintage", "gdp"):
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
            raise DataError(f"gdp: several units, {shown(words)}; give all vintages in one")
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
    if not _given(value):
        return None
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
    if not _given(value):
        return ""
    if not isinstance(value, str):
        raise DataError(f"{where}: {key} {shown(value)} is no text")
    return value.strip()

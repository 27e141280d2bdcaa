"""A user's own file of printed figures, identities and vintages of GDP."""

import csv
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from quesnay.diagnostics.audit.figures import figure_of
from quesnay.diagnostics.audit.identities import (
    ACCOUNT_IDENTITIES,
    ACCOUNT_QUANTITIES,
    Identity,
    Quantity,
)
from quesnay.fitting.checks import is_number, is_whole, plain_text, refuse_unknown
from quesnay.fitting.errors import DataError, QuesnayError, StudyError, nearest, shown
from quesnay.models.inputs import as_path

_LARGEST = 2_000_000
_TEXT, _WHOLE, _NUMBER, _RATE = "text", "a whole number", "a number", "a number or its digits"
_EQUATION = "text, such as 'M = P / R'"
_TABLES: Mapping[str, Mapping[str, str]] = {
    "figure": {
        "id": _TEXT, "concept": _TEXT, "year": _WHOLE, "printed": "text, such as '1.50'",
        "unit": _TEXT, "kind": _TEXT, "symbol": _TEXT, "low": _NUMBER, "high": _NUMBER,
        "note": _TEXT, "published": _TEXT, "provenance": _TEXT, "other_printing": _TEXT,
    },
    "quantity": {
        "symbol": _TEXT, "concept": _TEXT, "unit": _TEXT, "like": _TEXT, "low": _NUMBER,
        "high": _NUMBER,
    },
    "identity": {"name": _TEXT, "equation": _EQUATION, "definition": _TEXT},
    "gdp": {
        "year": _WHOLE, "vintage": _TEXT, "gdp": _NUMBER, "real_growth": _RATE,
        "published": _TEXT, "basis": _TEXT, "unit": _TEXT,
    },
}  # fmt: skip
_NEEDED = {
    "figure": ("id", "concept", "year", "unit"),
    "quantity": ("symbol",),
    "identity": ("equation",),
    "gdp": ("year", "vintage", "gdp"),
}
_COLUMNS = tuple(_TABLES["figure"])


@dataclass(frozen=True, slots=True, eq=False)
class ReportFile:
    """What a file says: printed figures, vintages of GDP or None, identities and quantities.

    The identities are those of the file, or those of a satellite account; nominal growth of
    forecasts of GDP is in percent, lowest and highest.
    """

    figures: pd.DataFrame
    gdp: pd.DataFrame | None
    identities: tuple[Identity, ...]
    quantities: tuple[Quantity, ...]
    forecast_growth: tuple[float, float] | None = None


def read_figures(path: str | Path) -> ReportFile:
    r"""Read a TOML or CSV file of printed figures.

    Parameters
    ----------
    path : path
        ``.toml`` with the tables ``[[figure]]`` (id, concept, year, printed, unit, and optionally
        kind, symbol, low, high, published, provenance, other_printing, note), ``[[identity]]``
        (name, equation, definition), ``[[quantity]]`` (symbol, concept, unit, like, low, high),
        ``[[gdp]]`` (year, vintage, gdp, unit, real_growth, published, basis) and the keys
        ``title`` and ``forecast_growth``; or ``.csv`` with the columns of ``[[figure]]``.

    Returns
    -------
    ReportFile
        Figures, vintages, identities and quantities, for `audit`.

    Raises
    ------
    DataError
        If the file cannot be read, holds no figure, or a value is not of its kind; the message
        names file, row and column.
    StudyError
        If a key is unknown or missing.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "own.csv"
    >>> _ = path.write_text("id,concept,year,printed,unit\nT19,total,2019,2.13,trillion yuan\n")
    >>> read_figures(path).figures.loc["T19", "printed"]
    '2.13'
    """
    place = as_path(path, "path")
    text = _text(place)
    if place.suffix.lower() == ".csv":
        try:
            lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as error:
            raise DataError(f"{place}: not a CSV table ({error})") from None
        if not lines or not lines[0]:
            raise DataError(f"{place}: not a CSV table; the first row names the columns")
        header = _header(place, lines[0])
        rows = []
        for number, cells in enumerate(lines[1:], start=2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise DataError(
                    f"{place}: row {number}: {len(cells)} cells, {len(header)} expected"
                )
            rows.append((number, dict(zip(header, cells, strict=True))))
        return ReportFile(
            _checked(place, rows, "row"), None, ACCOUNT_IDENTITIES, ACCOUNT_QUANTITIES
        )
    if place.suffix.lower() != ".toml":
        raise DataError(f"{place}: a .toml or .csv file expected")
    try:
        parsed = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise DataError(f"{place}: not valid TOML ({shown(str(error), 200)})") from None
    return _report(place, parsed)


def _text(place: Path) -> str:
    try:
        if place.stat().st_size > _LARGEST:
            raise DataError(f"{place}: larger than {_LARGEST:,} bytes; keep only the figures")
        return place.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{place}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise DataError(f"{place}: not UTF-8 text; save it as UTF-8") from None


def _header(place: Path, cells: list[str]) -> list[str]:
    header = [name.strip() for name in cells]
    for name in _NEEDED["figure"]:
        if name not in header:
            raise DataError(
                f"{place}: no column {name!r};{nearest(name, header)} columns id, concept, year, "
                "printed and unit are needed"
            )
    others = [name for name in header if name not in {"source", "confidence", "fact"}]
    refuse_unknown(others, _COLUMNS, f"{place}: unknown column")
    if len(set(header)) < len(header):
        raise DataError(f"{place}: a column is given twice")
    return header


def _checked(place: Path, rows: list[tuple[int, dict[str, Any]]], word: str) -> pd.DataFrame:
    if not rows:
        raise DataError(f"{place}: no figure; give at least one printed figure")
    seen: dict[str, int] = {}
    for number, row in rows:
        name = str(row["id"]).strip()
        if not name:
            raise DataError(f"{place}: {word} {number}, column 'id': empty")
        if name in seen:
            raise DataError(
                f"{place}: {word} {number}: id {shown(name)} is that of {word} {seen[name]}"
            )
        seen[name] = number
        try:
            figure_of(name, row)
        except QuesnayError as error:
            raise DataError(f"{place}: {word} {number}, {error}") from None
    return pd.DataFrame([row for _, row in rows]).set_index("id")


def _report(place: Path, parsed: Mapping[str, object]) -> ReportFile:
    known = [*_TABLES, "title", "forecast_growth"]
    refuse_unknown(parsed, known, f"{place}: unknown key", error=StudyError)
    _check_kind(f"{place}: title", _TEXT, parsed.get("title", ""))
    rows = {name: _rows(place, name, parsed.get(name, [])) for name in _TABLES}
    if not rows["figure"]:
        raise DataError(f"{place}: no [[figure]]; give at least one printed figure")
    figures = _checked(place, list(enumerate(rows["figure"], start=1)), "[[figure]]")
    identities = tuple(
        Identity.parse(
            str(row.get("name", row["equation"])),
            str(row["equation"]),
            str(row.get("definition", "")),
        )
        for row in rows["identity"]
    )
    quantities = tuple(_quantity(place, row) for row in rows["quantity"])
    return ReportFile(
        figures,
        pd.DataFrame(rows["gdp"]) if rows["gdp"] else None,
        identities or ACCOUNT_IDENTITIES,
        quantities if identities else (*ACCOUNT_QUANTITIES, *quantities),
        _pair(place, parsed.get("forecast_growth")),
    )


def _pair(place: Path, value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(map(is_number, value)):
        raise DataError(
            f"{place}: forecast_growth: two numbers in percent expected, such as [7.0, 8.5], got "
            f"{shown(value)}"
        )
    return float(value[0]), float(value[1])


def _rows(place: Path, name: str, value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise StudyError(f"{place}: {name} must be a list of tables, written [[{name}]]")
    for number, row in enumerate(value, start=1):
        tail = f" in [[{name}]] {number}"
        refuse_unknown(row, _TABLES[name], f"{place}: unknown key", tail, error=StudyError)
        for key, cell in row.items():
            _check_kind(f"{place}: [[{name}]] {number}, {key}", _TABLES[name][key], cell)
        for key in _NEEDED[name]:
            if key not in row:
                raise StudyError(f"{place}: a [[{name}]], number {number}, has no {key}")
    return value


def _check_kind(where: str, kind: str, value: object) -> None:
    """Refuse a value of another kind; printed figures may be whole numbers."""
    if kind == _WHOLE:
        good = is_whole(value)
    elif kind == _NUMBER:
        good = is_number(value)
    elif kind == _RATE:
        good = is_number(value) or isinstance(value, str)
    elif kind == _EQUATION:
        good = isinstance(value, str)
    elif kind == _TEXT:
        good = isinstance(value, str) and plain_text(value, where) is not None
    else:
        good = isinstance(value, str) or is_whole(value)
    if not good:
        more = "; write printed as text, so that trailing zeros count" if "1.50" in kind else ""
        raise DataError(f"{where}: {kind} expected, got {shown(value)}{more}")


def _quantity(place: Path, row: Mapping[str, Any]) -> Quantity:
    symbol = row["symbol"]
    if not symbol.isidentifier():
        raise StudyError(
            f"{place}: [[quantity]] has symbol {shown(symbol)}; a name such as 'T' expected"
        )
    low, high = float(row.get("low", "-inf")), float(row.get("high", "inf"))
    if not low < high:
        raise StudyError(f"{place}: quantity {symbol}: low must be below high")
    words = [row.get(key, "").strip() for key in ("concept", "unit", "like")]
    return Quantity(symbol, words[0] or symbol, words[1], words[2], low, high)

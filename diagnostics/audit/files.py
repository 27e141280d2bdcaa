"""A user's own file of printed figures and identities."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from quesnay.diagnostics.audit.identities import (
    SATELLITE_ACCOUNT,
    SATELLITE_QUANTITIES,
    Identity,
    Quantity,
)
from quesnay.fitting.errors import DataError, StudyError, nearest, suggestion
from quesnay.models.paths import as_path

__all__ = ["ReportFile", "read_figures"]

_LARGEST = 2_000_000
_TABLES: Mapping[str, frozenset[str]] = {
    "figure": frozenset({
        "id", "concept", "year", "printed", "unit", "kind", "symbol", "low", "high", "note",
    }),
    "quantity": frozenset({"symbol", "concept", "unit", "like", "low", "high"}),
    "identity": frozenset({"name", "equation"}),
    "gdp": frozenset({"year", "vintage", "gdp", "real_growth", "published", "unit"}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReportFile:
    """What a file says.

    Parameters
    ----------
    figures : DataFrame
        Printed figures.
    gdp : DataFrame or None
        Vintages, where the file has them.
    identities : tuple of Identity
        Those of the file, or those of a satellite account.
    quantities : tuple of Quantity
        What the symbols mean.
    forecast_growth : (float, float) or None
        Nominal growth of forecasts of GDP, percent.
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
        ``.toml`` with the tables figure, quantity, identity and gdp; or ``.csv`` with the columns
        id, concept, year, printed and unit.

    Returns
    -------
    ReportFile
        Figures, vintages, identities and quantities.

    Raises
    ------
    DataError
        If the file cannot be read, or holds no figure.
    StudyError
        If a key is unknown, missing or of the wrong kind.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "own.csv"
    >>> _ = path.write_text("id,concept,year,printed,unit\nT19,total,2019,2.13,trillion CNY\n")
    >>> read_figures(path).figures.loc["T19", "printed"]
    '2.13'
    """
    place = as_path(path, "path")
    text = _text(place)
    if place.suffix.lower() == ".csv":
        return ReportFile(_csv(place), None, SATELLITE_ACCOUNT, SATELLITE_QUANTITIES)
    if place.suffix.lower() != ".toml":
        raise DataError(f"{place}: a .toml or .csv file expected")
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{place}: not valid TOML ({error})") from None
    return _report(place, parsed)


def _text(place: Path) -> str:
    try:
        if place.stat().st_size > _LARGEST:
            raise DataError(f"{place}: larger than {_LARGEST} bytes; a file of figures is small")
        return place.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{place}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise DataError(f"{place}: not UTF-8 text; save it as UTF-8") from None


def _csv(place: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(place, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    except (ValueError, pd.errors.ParserError) as error:
        raise DataError(f"{place}: not a CSV table ({error})") from None
    if "id" not in frame.columns:
        raise DataError(f"{place}: no column 'id';{nearest('id', frame.columns)} columns id, "
                        "concept, year, printed and unit are needed")  # fmt: skip
    return frame.set_index("id")


def _report(place: Path, parsed: Mapping[str, object]) -> ReportFile:
    for key in parsed:
        if key not in {*_TABLES, "title"}:
            raise StudyError(f"{place}: unknown key {key!r};{suggestion(key, [*_TABLES, 'title'])}")
    rows = {name: _rows(place, name, parsed.get(name, [])) for name in _TABLES}
    if not rows["figure"]:
        raise DataError(f"{place}: no [[figure]]; give at least one printed figure")
    figures = pd.DataFrame(rows["figure"])
    if "id" not in figures.columns or figures["id"].isna().any():
        raise StudyError(f"{place}: a [[figure]] has no id")
    if "printed" in figures.columns:
        for name, printed in zip(figures["id"], figures["printed"], strict=True):
            if isinstance(printed, float):
                raise StudyError(
                    f'{place}: figure {name}: write printed as text, such as "1.50", so that '
                    "trailing zeros count"
                )
    identities = tuple(
        Identity.parse(str(row.get("name", row.get("equation"))), str(row.get("equation", "")))
        for row in rows["identity"]
    )
    quantities = tuple(_quantity(place, row) for row in rows["quantity"])
    return ReportFile(
        figures.set_index("id"),
        pd.DataFrame(rows["gdp"]) if rows["gdp"] else None,
        identities or SATELLITE_ACCOUNT,
        quantities if identities else (*SATELLITE_QUANTITIES, *quantities),
    )


def _rows(place: Path, name: str, value: object) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise StudyError(f"{place}: {name} must be a list of tables, written [[{name}]]")
    for row in value:
        for key in row:
            if key not in _TABLES[name]:
                raise StudyError(
                    f"{place}: unknown key {key!r} in [[{name}]];{suggestion(key, _TABLES[name])}"
                )
    return value


def _quantity(place: Path, row: Mapping[str, object]) -> Quantity:
    symbol = row.get("symbol")
    if not isinstance(symbol, str) or not symbol.isidentifier():
        raise StudyError(
            f"{place}: [[quantity]] has symbol {symbol!r}; a name such as 'T' expected"
        )
    ends: list[float] = []
    for key, default in (("low", float("-inf")), ("high", float("inf"))):
        value = row.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise StudyError(f"{place}: quantity {symbol}: {key} must be a number, got {value!r}")
        ends.append(float(value))
    if not ends[0] < ends[1]:
        raise StudyError(f"{place}: quantity {symbol}: low must be below high")
    words: Sequence[str] = [str(row.get(key, "")) for key in ("concept", "unit", "like")]
    return Quantity(symbol, words[0] or symbol, words[1], words[2], ends[0], ends[1])

"""Files of the user's own, GDP, employment, panels, published demand: one validation at the door.

A file is a csv (comma, semicolon or tab; UTF-8) or the first sheet of an xlsx workbook, its first
row the names of the columns. Numbers are written plainly, ``1234.5``: a cell such as ``1,234``,
``5%``, ``x`` or one in full-width digits is refused with its row and column, never guessed.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from quesnay.datasets.readers.containers import open_book
from quesnay.fitting.checks import plain_text, refuse_unknown
from quesnay.fitting.errors import DataError, shown

_TEXTS, _WORKBOOKS = (".csv", ".tsv", ".txt"), (".xlsx", ".xlsm")
_SHOWN = 3
_LARGEST = 1e100
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_TRUTH = {"true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a user's file: what stands in it and what is refused."""

    name: str
    kind: str  # "year", "number", "text" or "truth"
    meaning: str
    unit: str = ""
    above: float = -math.inf
    least: float = -math.inf
    most: float = math.inf
    may_be_empty: bool = False

    @property
    def range(self) -> str:
        """Return the range in words, for the documentation and for messages."""
        if math.isfinite(self.above):
            return f"above {self.above:g}"
        if math.isfinite(self.least) and math.isfinite(self.most):
            return f"{self.least:g} to {self.most:g}"
        return f"{self.least:g} or more" if math.isfinite(self.least) else ""


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of one kind of file, and which of them name a row uniquely."""

    what: str
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ()


YEAR = Column("year", "year", "Calendar year.", least=1000, most=2999)

SCHEMAS = {
    "gdp": Schema(
        "GDP by vintage (gdp.file)",
        (
            YEAR,
            Column("vintage", "text", "Name of the vintage, as in gdp.vintages."),
            Column("gdp", "number", "GDP at current prices.", "unit of the tables", above=0),
            Column("real_growth", "number", "Growth of real GDP.", "percent", above=-100),
        ),
        ("year", "vintage"),
    ),
    "industry group": Schema(
        "further columns of gdp.file, one an industry group of tables.groups",
        (
            Column(
                "", "number", "Value added at current prices; all groups of a year or none.",
                "unit of the tables", may_be_empty=True,
            ),
        ),
    ),
    "employment": Schema(
        "jobs by industry (employment.panel)",
        (
            Column("code", "text", "Industry, as in employment.sectors."),
            YEAR,
            Column("employed", "number", "Persons employed.", "one unit throughout", least=0),
        ),
        ("code", "year"),
    ),
    "demand": Schema(
        "published final demand (tables.demand.dataset)",
        (
            Column("code", "text", "Series, as in tables.demand.codes."),
            YEAR,
            Column("value", "number", "Total at current prices.", "one unit throughout"),
        ),
        ("code", "year"),
    ),
    "panel": Schema(
        "a panel (potential.panel): year, and whatever columns the regression names",
        (YEAR,),
    ),
}  # fmt: skip
"""Kind of file -> its columns."""


def is_own(name: str) -> bool:
    """Return whether a name is that of a file of the user, not of an embedded data set."""
    return name.lower().endswith((*_TEXTS, *_WORKBOOKS))


def column_table() -> list[dict[str, str]]:
    """List every column of every kind of file, for the documentation."""
    return [
        {
            "file": schema.what,
            "column": column.name or "(name of the group)",
            "type": {"truth": "true or false", "year": "whole number"}.get(
                column.kind, column.kind
            ),
            "unit": column.unit,
            "range": column.range,
            "empty": "allowed" if column.may_be_empty else "refused",
            "unique": ", ".join(schema.unique) if column.name in schema.unique else "",
            "meaning": column.meaning,
        }
        for schema in SCHEMAS.values()
        for column in schema.columns
    ]


def read_own(path: str, kind: str, extra: Sequence[Column] = ()) -> pd.DataFrame:
    """Read a file of the user, a `kind` of ``SCHEMAS`` with the further columns of a study.

    Years become whole numbers, numbers floats, every other column text. A DataError names file,
    row, column and value of the first three faults, and how many there are.
    """
    header, lines = _cells(path)
    schema = SCHEMAS[kind]
    columns = {column.name: column for column in (*schema.columns, *extra)}
    refuse_unknown(columns, header, f"{path}: column", " is missing")
    if not lines:
        raise DataError(f"{path}: no row below the names of the columns")
    faults: list[str] = []
    data: dict[str, list[Any]] = {}
    for place, name in enumerate(header):
        own = [(row, cells[place] if place < len(cells) else "") for row, cells in lines]
        column = columns.get(name, Column(name, "text", "", may_be_empty=True))
        data[name] = [_value(column, row, cell, faults) for row, cell in own]
    for row, cells in lines:
        if len(cells) > len(header) and any(cells[len(header) :]):
            faults.append(f"row {row}: {len(cells)} cells under {len(header)} columns")
    if not faults:
        faults += _repeated(schema, data, [row for row, _ in lines])
    if faults:
        raise DataError(f"{path}: {_counted(faults)}")
    return pd.DataFrame(data)


def _counted(faults: list[str]) -> str:
    if len(faults) <= _SHOWN:
        return "; ".join(faults)
    return f"{len(faults)} faults, the first {_SHOWN}: {'; '.join(faults[:_SHOWN])}"


def _value(column: Column, row: int, cell: str, faults: list[str]) -> Any:
    """Return one cell as what its column holds; note a fault where it is none."""
    where = f"row {row}, column {column.name!r}"
    if not cell:
        if not column.may_be_empty:
            faults.append(f"{where}: empty")
        return math.nan if column.kind != "text" else ""
    if column.kind == "text":
        try:
            return plain_text(cell, where)
        except DataError as fault:
            faults.append(str(fault))
            return cell
    if column.kind == "truth":
        if cell.lower() not in _TRUTH:
            faults.append(f"{where}: {shown(cell, 30)}; expected true or false")
        return _TRUTH.get(cell.lower(), False)
    problem = _no_number(cell)
    if problem:
        faults.append(f"{where}: {shown(cell, 30)} {problem}")
        return math.nan
    number = float(cell)
    if column.kind == "year" and not number.is_integer():
        faults.append(f"{where}: {shown(cell, 30)} is no whole year")
    elif not (column.above < number and column.least <= number <= column.most):
        faults.append(f"{where}: {shown(cell, 30)}; expected {column.range}")
    return int(number) if column.kind == "year" and abs(number) < _LARGEST else number


def _no_number(cell: str) -> str:
    """Say why a cell is no plain finite number, or nothing where it is one."""
    if _PLAIN.fullmatch(cell):
        return "" if abs(float(cell)) <= _LARGEST else "is no finite number"
    if cell.endswith("%"):
        return "has a percent sign; write the number alone, in the unit of the column"
    if re.fullmatch(r"[+-]?\d{1,3}([, ]\d{3})+(\.\d+)?", cell, re.ASCII):
        return "has a thousands separator; write it without"
    if re.fullmatch(r"[+-]?\d+,\d+", cell, re.ASCII):
        return "has a decimal comma; write a point"
    if any(c.isnumeric() and not c.isascii() for c in cell):
        return "is not in the digits 0 to 9"
    if cell.lower().strip("+-") in {"inf", "infinity"}:
        return "is no finite number"
    return "is no number"


def _repeated(schema: Schema, data: dict[str, list[Any]], rows: list[int]) -> list[str]:
    """Name rows that stand for the same thing as an earlier one."""
    if not schema.unique:
        return []
    first: dict[tuple[Any, ...], int] = {}
    out = []
    for row, key in zip(
        rows, zip(*(data[name] for name in schema.unique), strict=True), strict=True
    ):
        if key in first:
            said = ", ".join(map(str, key))
            out.append(f"row {row}: {', '.join(schema.unique)} {said} stands in row {first[key]}")
        first.setdefault(key, row)
    return out


def _cells(path: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the names of the columns, and every row that is not blank with its number."""
    file = Path(path)
    if not file.is_file():
        raise DataError(
            f"{path}: cannot read this file ({'a folder' if file.is_dir() else 'no such file'})"
        )
    own = _workbook(file) if file.suffix.lower() in _WORKBOOKS else _text(file)
    rows = [(number, [cell.strip() for cell in row]) for number, row in enumerate(own, start=1)]
    kept = [(number, row) for number, row in rows if any(row)]
    if not kept:
        raise DataError(f"{path}: the file is empty")
    header = kept[0][1]
    while header and not header[-1]:
        header = header[:-1]
    for name in header:
        if not name or header.count(name) > 1:
            said = f"{shown(name)} stands twice" if name else "one has no name"
            raise DataError(f"{path}: names of the columns: {said}")
    return header, kept[1:]


def _text(file: Path) -> Iterator[list[str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
        first = text.split("\n", 1)[0]
        yield from csv.reader(
            io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True
        )
    except UnicodeDecodeError as error:
        raise DataError(f"{file}: not in UTF-8 ({error.reason}); save it as UTF-8") from error
    except (OSError, csv.Error) as error:
        raise DataError(f"{file}: cannot read this CSV file ({error})") from error


def _workbook(file: Path) -> list[list[str]]:
    """Return the cells of the first sheet, whole numbers without a decimal point."""
    rows = open_book(file).sheet().rows
    return [[_written(row[place]) for place in range(len(row))] for row in rows]


def _written(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)

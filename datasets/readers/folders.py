"""Layouts of several files in a folder: EXIOBASE 3 and Eora26."""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from quesnay.datasets.readers.assembly import Line, Numbers
from quesnay.datasets.readers.containers import PackedRow, Sheet, label, open_book
from quesnay.datasets.readers.numbers import NumberStyle
from quesnay.datasets.readers.options import ReadOptions
from quesnay.datasets.readers.source import TableSource
from quesnay.datasets.table_frames import IOFrames
from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError

__all__ = ["read_eora", "read_exiobase"]


_FACTORS = ("factor_inputs/F.txt", "satellite/F.txt")
_TAXES = "Taxes less subsidies on products purchased"
_INCOME = (
    "Other net taxes on production",
    "Compensation of employees",
    "Operating surplus",
    "Value Added",
)


@dataclass(frozen=True, slots=True)
class _File:
    """A text file of numbers with label columns and header rows."""

    name: str
    rows: list[str]
    columns: list[str]
    values: Array


def _file(path: Path, options: ReadOptions, *, labels: int | None = None, header: int = 2) -> _File:
    """Read a file; a row label is its first cells, joined."""
    sheet = open_book(path, options.encoding).sheet()
    filled = [i for i, row in enumerate(sheet.rows) if len(row) and _any(row)]
    sheet = Sheet(sheet.file, "", [sheet.rows[i] for i in filled], sheet.delimiter)
    width = len(sheet.rows[0]) if sheet.rows else 0
    count = labels or (2 if header == 1 else _label_columns(sheet))
    body = header
    if body < len(sheet.rows) and not any(sheet.texts(body)[count:]):
        body += 1  # a line that only names the index
    for i in range(body, len(sheet.rows)):
        if len(sheet.rows[i]) != width:
            raise DataError(
                f"{sheet.title}: row {i + 1} ({label(sheet.cell(i, 0))!r}) has "
                f"{len(sheet.rows[i])} cells; {width} expected"
            )
    joint = " | " if labels else "_"
    places = range(count, width)
    rows = [joint.join(sheet.texts(i, count)[: labels or 2]) for i in range(body, len(sheet.rows))]
    heads = [sheet.texts(h) for h in range(header)]
    columns = ["_".join(head[j] for head in heads) for j in places]
    _once(rows, "row", sheet.title)
    _once(columns, "column", sheet.title)
    numbers = Numbers(sheet, NumberStyle(zeros=options.zeros))
    values = numbers.block(
        [Line(body + k, name, "") for k, name in enumerate(rows)],
        [Line(j, name, "") for j, name in zip(places, columns, strict=True)],
    )
    return _File(sheet.title, rows, columns, values)


def _any(row: "list[str | float] | PackedRow") -> bool:
    return isinstance(row, PackedRow) or any(str(cell).strip() for cell in row)


def _label_columns(sheet: Sheet) -> int:
    """Return how many label columns stand in the file: the first line is empty over them."""
    cells = sheet.texts(0) if sheet.rows else []
    return max(1, next((j for j, cell in enumerate(cells) if j and cell), 1))


def _once(labels: list[str], what: str, file: str) -> None:
    seen: dict[str, int] = {}
    for place, name in enumerate(labels, start=1):
        if not name.strip("_| "):
            raise DataError(f"{file}: {what} {place} has no label")
        if name in seen:
            raise DataError(f"{file}: {what} {name!r} stands twice, at {seen[name]} and {place}")
        seen[name] = place


def read_exiobase(path: Path, options: ReadOptions) -> IOFrames:
    """Read the folder of an EXIOBASE 3 system: Z.txt (or A.txt and x.txt), Y.txt, factor inputs.

    Labels become region_sector. Value added are the rows of ``factor_inputs/F.txt`` or
    ``satellite/F.txt`` named compensation of employees, operating surplus and other net taxes;
    taxes less subsidies on products stand apart. Million euro.

    Raises
    ------
    DataError
        If a file is missing, labels differ between files or repeat, or a cell is no number.
    """
    if not path.is_dir():
        raise DataError(f"{path}: layout 'exiobase' is a folder; unpack the archive first")
    demand = _file(path / "Y.txt", options)
    sectors, Z = _exiobase_flows(path, options)
    if sectors != demand.rows:
        raise DataError(f"{path.name}: rows of Z.txt and Y.txt differ")
    factors = next((path / name for name in _FACTORS if (path / name).is_file()), None)
    if factors is None:
        raise DataError(f"{path.name}: neither {_FACTORS[0]} nor {_FACTORS[1]} found")
    marks = _label_columns(_top(factors, options))
    income = _file(factors, options, labels=marks)
    first = [name.split(" | ")[0] for name in income.rows]
    kept = [i for i, name in enumerate(first) if name.startswith(_INCOME)]
    levied = [i for i, name in enumerate(first) if name.startswith(_TAXES)]
    if income.columns != sectors or not kept:
        raise DataError(f"{factors.name}: no value-added rows, or other columns than Z.txt")
    index = pd.Index(sectors, name="sector")
    names = [first[i] for i in levied]
    taxes = pd.DataFrame(income.values[levied], names, sectors)
    unpaid = pd.DataFrame(0.0, names, demand.columns)
    unit = options.unit or "million euro"
    return IOFrames(
        Z=pd.DataFrame(Z, index, sectors, copy=False),
        final_demand=pd.DataFrame(demand.values, index, demand.columns),
        value_added=pd.DataFrame(income.values[kept], [first[i] for i in kept], sectors),
        output=None,
        imports=None,
        unit=unit,
        name=options.name or path.name,
        taxes=(taxes, unpaid) if levied else None,
        source=TableSource(
            str(path), layout="exiobase", edition="3", unit=unit,
            recognised=(f"{len(sectors)} sectors", f"value added from {factors.name}"),
        ),
    )  # fmt: skip


def _top(path: Path, options: ReadOptions) -> Sheet:
    """Return the first line of a text file."""
    with path.open("rb") as stream:
        line = stream.readline().decode(options.encoding or "utf-8-sig", "replace")
    return Sheet(path.name, "", [list(line.rstrip("\r\n").split("\t"))])


def _exiobase_flows(path: Path, options: ReadOptions) -> tuple[list[str], Array]:
    direct = (path / "Z.txt").is_file()
    flows = _file(path / ("Z.txt" if direct else "A.txt"), options)
    if flows.rows != flows.columns:
        raise DataError(f"{flows.name}: rows and columns differ")
    if direct:
        return flows.rows, flows.values
    output = _file(path / "x.txt", options, header=1)
    if output.rows != flows.rows:
        raise DataError(f"{path.name}: rows of A.txt and x.txt differ")
    return flows.rows, flows.values * output.values[:, 0]


def read_eora(path: Path, options: ReadOptions) -> IOFrames:
    """Read the folder of an Eora26 year: ``*_T.txt``, ``*_FD.txt``, ``*_VA.txt`` and labels.

    Labels become country_sector (column 2 and 4 of ``labels_T.txt``); thousand US dollars. Eora
    is balanced only roughly: pass a `tolerance`.

    Raises
    ------
    DataError
        If a file is missing or there are two, numbers and labels do not fit, or a cell is no
        number.
    """
    if not path.is_dir():
        raise DataError(f"{path}: layout 'eora' is a folder; unpack the archive first")
    sectors = _eora_labels(path, "labels_T.txt", (1, 3), options)
    uses = _eora_labels(path, "labels_FD.txt", (1, 3), options)
    inputs = _eora_labels(path, "labels_VA.txt", (0, 1), options)
    index = pd.Index(sectors, name="sector")
    unit = options.unit or "thousand US dollars"
    flows = _eora(path, "_T.txt", sectors, sectors, options)
    value = pd.DataFrame(_eora(path, "_VA.txt", inputs, sectors, options), inputs, sectors)
    return IOFrames(
        Z=pd.DataFrame(flows, index, sectors, copy=False),
        final_demand=pd.DataFrame(_eora(path, "_FD.txt", sectors, uses, options), index, uses),
        value_added=value,
        output=None,
        imports=None,
        unit=unit,
        name=options.name or path.name,
        source=TableSource(
            str(path), layout="eora", edition="26", unit=unit,
            recognised=(f"{len(sectors)} sectors", f"value added {', '.join(inputs[:6])}"),
            assumed=("all rows of VA are value added, as Eora gives them",),
        ),
    )  # fmt: skip


def _eora_labels(
    path: Path, file: str, columns: tuple[int, int], options: ReadOptions
) -> list[str]:
    sheet = open_book(path / file, options.encoding).sheet()
    found = []
    for number, row in enumerate(sheet.rows, start=1):
        if not _any(row):
            continue
        if len(row) <= max(columns):
            raise DataError(f"{file}: line {number}: {max(columns) + 1} columns expected")
        found.append("_".join(label(row[column]) for column in columns))
    _once(found, "label", file)
    return found


def _eora(
    path: Path, ending: str, down: list[str], across: list[str], options: ReadOptions
) -> Array:
    files = [file for file in sorted(path.glob(f"*{ending}")) if not re.match("labels", file.name)]
    if len(files) != 1:
        raise DataError(f"{path.name}: {len(files)} files ending in {ending}; exactly 1 expected")
    sheet = open_book(files[0], options.encoding).sheet()
    rows = [row for row in sheet.rows if _any(row)]
    widths = {len(row) for row in rows}
    if len(widths) != 1:
        raise DataError(f"{sheet.title}: {len(widths)} lengths of rows; expected one")
    if (len(rows), *widths) != (len(down), len(across)):
        raise DataError(
            f"{files[0].name}: {len(rows)} x {widths.pop()} numbers, "
            f"{len(down)} x {len(across)} labels"
        )
    numbers = Numbers(Sheet(sheet.file, "", rows), NumberStyle(zeros=options.zeros))
    return numbers.block(
        [Line(i, name, "") for i, name in enumerate(down)],
        [Line(j, name, "") for j, name in enumerate(across)],
    )

"""Layout "figaro": Eurostat's inter-country tables, matrix or flat file."""

import re
from pathlib import Path

import numpy as np

from quesnay.datasets.readers.assemble import Options, assemble, named
from quesnay.datasets.readers.cells import Cell, Source, label, rows
from quesnay.datasets.readers.grid import Grid, read_grid
from quesnay.datasets.table_frames import IOFrames
from quesnay.fitting.errors import DataError

__all__ = ["read_figaro"]

_DEMAND = re.compile(r"\w+?_(?:P3_\w+|P5\w*|P6\w*)")
_INCOME = re.compile(r"W\d_\w+|D\d\w*|B2A3G|OP_RES|OP_NRES")
_FLAT = re.compile(r"refArea")
_FLAT_COLUMNS = 7


def read_figaro(path: Path, options: Options) -> IOFrames:
    """Read a FIGARO table: labels such as AT_A01, final demand AT_P3_S14, primary inputs W2_D1.

    The matrix file has `rowLabels` first; the flat file has seven columns: row, column, refArea,
    its row item, counterpartArea, its column item, obsValue. Million euro. No output is
    printed: it is the row sum.

    Raises
    ------
    DataError
        If a label is of no kind or repeats, a flat file names a cell twice or leaves one out, or
        a cell is no number.
    """
    source = Source(path, options.sheet, options.encoding)
    first = [label(cell) for cell in next(iter(rows(source)), [])]
    flat = len(first) == _FLAT_COLUMNS and bool(_FLAT.fullmatch(first[2]))
    grid = _flat_grid(source) if flat else read_grid(source, blanks=options.blanks)
    return assemble(
        grid,
        named(grid, [mark[0] for mark in grid.labels], grid.header[0]),
        unit=options.unit or "million euro",
        title=options.name or path.stem,
        demand=lambda name: bool(_DEMAND.fullmatch(name)),
        income=lambda name: bool(_INCOME.fullmatch(name)),
    )


def _flat_grid(source: Source) -> Grid:
    """Spread a flat file: a cell that is not listed is zero, none may be listed twice."""
    lines = iter(rows(source))
    next(lines)
    across: dict[str, int] = {}
    down: dict[str, int] = {}
    cells: dict[tuple[int, int], float] = {}
    for number, line in enumerate(lines, start=2):
        if len(line) != _FLAT_COLUMNS:
            raise DataError(f"{source.name}: line {number}: {_FLAT_COLUMNS} cells expected")
        _, _, area, item, partner, use, value = line
        key = (
            down.setdefault(f"{label(area)}_{label(item)}", len(down)),
            across.setdefault(f"{label(partner)}_{label(use)}", len(across)),
        )
        if key in cells:
            raise DataError(f"{source.name}: line {number}: {area}_{item}, {partner}_{use} twice")
        cells[key] = _value(value, source, number)
    values = np.zeros((len(down), len(across)))
    for key, amount in cells.items():
        values[key] = amount
    return Grid(source.name, [list(across)], [[name] for name in down], values)


def _value(cell: Cell, source: Source, number: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise DataError(f"{source.name}: line {number}: {cell!r} is no finite number")
    return value

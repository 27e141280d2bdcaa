"""Layout "wiod": the world input-output tables of WIOD, release 2016 (and 2013)."""

from pathlib import Path

from quesnay.datasets.readers.assemble import Options, assemble, named
from quesnay.datasets.readers.cells import Source
from quesnay.datasets.readers.grid import read_grid
from quesnay.datasets.table_frames import IOFrames

__all__ = ["read_wiod"]

_LABEL_COLUMNS = 4
_INCOME = {"TXSP", "EXP_adj", "PURR", "PURNR", "VA", "IntTTM"}
_OLD_INCOME = {"r61", "r62", "r63", "r64", "r65", "r66", "r67", "r68"}
_DROPPED = {"II_fob", "r60"}
_OUTPUT = {"GO", "r69", "c43"}
_DEMAND = ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN")
_OLD_DEMAND = ("c37", "c38", "c39", "c41", "c42")


def read_wiod(path: Path, options: Options) -> IOFrames:
    """Read a world table: codes, names, countries and numbers (c1.., r1..) in rows and columns.

    Labels become country_code (AUS_A01, AUS_CONS_h); rows of no country (TXSP, EXP_adj, PURR,
    PURNR, VA, IntTTM) are the primary inputs, in million US dollars.

    Raises
    ------
    DataError
        If the four header rows are not found, labels repeat, or a cell is no number.
    """
    source = Source(path, options.sheet, options.encoding)
    grid = read_grid(source, header=4, labels=_LABEL_COLUMNS, start=_starts, blanks=options.blanks)
    codes, _, countries, numbers = grid.header
    columns = [_label(*parts) for parts in zip(countries, codes, numbers, strict=True)]
    rows = [_label(mark[2], mark[0], mark[3]) for mark in grid.labels]
    return assemble(
        grid,
        named(grid, rows, columns),
        unit=options.unit or "million US dollars",
        title=options.name or path.stem,
        output=_OUTPUT,
        dropped=_DROPPED,
        demand=lambda name: name.endswith((*_DEMAND, *_OLD_DEMAND)),
        income=lambda name: name in _INCOME or name in _OLD_INCOME,
    )


def _starts(row: list[str]) -> bool:
    """Tell the row of codes: the first cells are free and industry codes follow twice over."""
    cells = row[_LABEL_COLUMNS:]
    named_cells = [cell for cell in cells if cell]
    return len(named_cells) > 1 and not any(row[1:_LABEL_COLUMNS])


def _label(country: str, code: str, number: str) -> str:
    """Return country_code; rows and columns of no country keep their code or number."""
    if country in {"", "TOT"}:
        return code or number
    return f"{country}_{code or number}"

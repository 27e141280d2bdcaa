"""Layout "quesnay": one grid, sectors in rows and columns, or the blocks of an exported table."""

from pathlib import Path

import pandas as pd

from quesnay.datasets.readers.assemble import Options, assemble, named
from quesnay.datasets.readers.cells import Source
from quesnay.datasets.readers.grid import Grid, read_grid
from quesnay.datasets.table_frames import IOFrames, frames_of_blocks
from quesnay.fitting.errors import DataError

__all__ = ["read_quesnay"]

_OUTPUT = ("output", "gross_output", "total_output", "x")
_DROPPED = ("input", "total_input")
_BLOCKS = {"total", "domestic", "import", "value_added"}


def read_quesnay(path: Path, options: Options) -> IOFrames:
    """Read a table in quesnay's own layout.

    Plain: the first column holds labels; a label that stands in a row and in a column is a
    sector; other columns are final demand, other rows value added; `output` is total output.
    With blocks: a first column `block` (total, or domestic and import, and value_added), as
    ``quesnay datasets NAME --export`` writes it.

    Raises
    ------
    DataError
        If labels repeat, a cell is no number, or a label is of no kind.
    """
    source = Source(path, options.sheet, options.encoding)
    grid = read_grid(source, blanks=options.blanks)
    title = options.name or path.stem
    if {mark[0] for mark in grid.labels} <= _BLOCKS:
        return _blocks(read_grid(source, labels=2, blanks=options.blanks), options, title)
    names = named(grid, [mark[0] for mark in grid.labels], grid.header[0])
    return assemble(
        grid,
        names,
        unit=options.unit or "unit not stated",
        title=title,
        output=_OUTPUT,
        dropped=_DROPPED,
    )


def _blocks(grid: Grid, options: Options, title: str) -> IOFrames:
    names = named(grid, [" ".join(mark) for mark in grid.labels], grid.header[0])
    kinds = [mark[0] for mark in grid.labels]
    own = "domestic" if "domestic" in kinds else "total"
    codes = [mark[1] for mark in grid.labels if mark[0] == own]
    if not codes or "value_added" not in kinds:
        raise DataError(f"{grid.file}: expected blocks total (or domestic, import), value_added")
    absent = [code for code in codes if code not in names.columns]
    if absent:
        raise DataError(f"{grid.file}: row {absent[0]!r} has no column of that name")
    place = {name: j for j, name in enumerate(names.columns)}
    flows = [i for i, kind in enumerate(kinds) if kind != "value_added"]
    grid.block(flows, [j for j, name in enumerate(names.columns) if name != "output"], names)
    if "output" in place:
        grid.block([i for i, kind in enumerate(kinds) if kind == own], [place["output"]], names)
    income = [i for i, kind in enumerate(kinds) if kind == "value_added"]
    grid.block(income, [place[code] for code in codes], names)
    data = pd.DataFrame(grid.values, columns=names.columns)
    data.insert(0, "block", kinds)
    data.insert(1, "row", [mark[1] for mark in grid.labels])
    return frames_of_blocks(
        data, codes, file=grid.file, unit=options.unit or "unit not stated", name=title
    )

"""Layout "exiobase": the folder of text files of EXIOBASE 3."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.datasets.readers.assemble import Options, named
from quesnay.datasets.readers.cells import Source
from quesnay.datasets.readers.grid import Grid, Names, read_grid
from quesnay.datasets.table_frames import IOFrames
from quesnay.fitting.errors import DataError

__all__ = ["read_exiobase"]

_FACTORS = ("factor_inputs/F.txt", "satellite/F.txt")
_INCOME = (
    "Taxes less subsidies on products purchased",
    "Other net taxes on production",
    "Compensation of employees",
    "Operating surplus",
    "Value Added",
)


def read_exiobase(path: Path, options: Options) -> IOFrames:
    """Read the folder of an EXIOBASE 3 system: Z.txt (or A.txt and x.txt), Y.txt, factor inputs.

    Labels become region_sector. Value added are the rows of ``factor_inputs/F.txt`` or
    ``satellite/F.txt`` named taxes, compensation of employees and operating surplus; million
    euro.

    Raises
    ------
    DataError
        If a file is missing, labels differ between files or repeat, or a cell is no number.
    """
    if not path.is_dir():
        raise DataError(f"{path}: layout 'exiobase' is a folder; unpack the archive first")
    demand, demand_names = _read(path / "Y.txt", options)
    flows, names = _flows(path, options)
    if names.rows != demand_names.rows:
        raise DataError(f"{path.name}: rows of Z.txt and Y.txt differ")
    factors = next((path / name for name in _FACTORS if (path / name).is_file()), None)
    if factors is None:
        raise DataError(f"{path.name}: neither {_FACTORS[0]} nor {_FACTORS[1]} found")
    income, income_names = _read(factors, options, labels=_label_columns(factors))
    kept = [i for i, mark in enumerate(income.labels) if mark[0].startswith(_INCOME)]
    if income_names.columns != names.rows or not kept:
        raise DataError(f"{factors.name}: no value-added rows, or other columns than Z.txt")
    every = list(range(len(names.rows)))
    index = pd.Index(names.rows, name="sector")
    uses = list(range(len(demand_names.columns)))
    return IOFrames(
        Z=pd.DataFrame(flows, index, names.rows),
        final_demand=pd.DataFrame(
            demand.block(every, uses, demand_names), index, demand_names.columns
        ),
        value_added=pd.DataFrame(
            income.block(kept, every, income_names),
            [income.labels[i][0] for i in kept],
            names.rows,
        ),
        output=None,
        imports=None,
        unit=options.unit or "million euro",
        name=options.name or path.name,
    )


def _flows(path: Path, options: Options) -> tuple[NDArray[np.float64], Names]:
    direct = (path / "Z.txt").is_file()
    grid, names = _read(path / ("Z.txt" if direct else "A.txt"), options)
    every = list(range(len(names.rows)))
    if names.rows != names.columns:
        raise DataError(f"{grid.file}: rows and columns differ")
    flows = grid.block(every, every, names)
    if direct:
        return flows, names
    output, output_names = _read(path / "x.txt", options, header=1)
    if output_names.rows != names.rows:
        raise DataError(f"{path.name}: rows of A.txt and x.txt differ")
    return flows * output.block(every, [0], output_names).T, names


def _label_columns(path: Path) -> int:
    """Return how many label columns stand in the file: the first line is empty over them."""
    with path.open(encoding="utf-8-sig") as stream:
        cells = stream.readline().rstrip("\n").split("\t")
    return max(1, next((j for j, cell in enumerate(cells) if j and cell), 1))


def _read(
    file: Path, options: Options, *, labels: int | None = None, header: int = 2
) -> tuple[Grid, Names]:
    source = Source(file, None, options.encoding)
    count = labels or (2 if header == 1 else _label_columns(file) if file.is_file() else 2)
    grid = read_grid(source, header=header, labels=count, blanks=options.blanks)
    grid = _without_index_names(grid)
    rows = [" | ".join(mark) if labels else "_".join(mark[:2]) for mark in grid.labels]
    columns = ["_".join(pair) for pair in zip(*grid.header, strict=True)]
    return grid, named(grid, rows, columns)


def _without_index_names(grid: Grid) -> Grid:
    """Leave out the line that only names the index (region, sector), where there is one."""
    if not np.isnan(grid.values[0]).all():
        return grid
    odd = {(i - 1, j): text for (i, j), text in grid.odd.items() if i}
    return Grid(grid.file, grid.header, grid.labels[1:], grid.values[1:], odd)

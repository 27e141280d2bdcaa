"""Layout "eora": the folder of text files of Eora26."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.datasets.readers.assemble import Options
from quesnay.datasets.readers.cells import Source, label, rows
from quesnay.datasets.readers.grid import Names, read_numbers, unique
from quesnay.datasets.table_frames import IOFrames
from quesnay.fitting.errors import DataError

__all__ = ["read_eora"]


def read_eora(path: Path, options: Options) -> IOFrames:
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
    sectors = _labels(path, "labels_T.txt", (1, 3), options)
    uses = _labels(path, "labels_FD.txt", (1, 3), options)
    inputs = _labels(path, "labels_VA.txt", (0, 1), options)
    index = pd.Index(sectors, name="sector")
    return IOFrames(
        Z=pd.DataFrame(_numbers(path, "_T.txt", sectors, sectors, options), index, sectors),
        final_demand=pd.DataFrame(_numbers(path, "_FD.txt", sectors, uses, options), index, uses),
        value_added=pd.DataFrame(
            _numbers(path, "_VA.txt", inputs, sectors, options), inputs, sectors
        ),
        output=None,
        imports=None,
        unit=options.unit or "thousand US dollars",
        name=options.name or path.name,
    )


def _labels(path: Path, file: str, columns: tuple[int, int], options: Options) -> list[str]:
    found = []
    for number, row in enumerate(rows(Source(path / file, None, options.encoding)), start=1):
        if len(row) <= max(columns):
            raise DataError(f"{file}: line {number}: {max(columns) + 1} columns expected")
        found.append("_".join(label(row[column]) for column in columns))
    return unique(found, "label", file)


def _numbers(
    path: Path, ending: str, down: list[str], across: list[str], options: Options
) -> NDArray[np.float64]:
    files = [file for file in sorted(path.glob(f"*{ending}")) if not file.name.startswith("labels")]
    if len(files) != 1:
        raise DataError(f"{path.name}: {len(files)} files ending in {ending}; exactly 1 expected")
    grid = read_numbers(Source(files[0], None, options.encoding), options.blanks)
    if grid.values.shape != (len(down), len(across)):
        raise DataError(
            f"{files[0].name}: {grid.values.shape[0]} x {grid.values.shape[1]} numbers, "
            f"{len(down)} x {len(across)} labels"
        )
    every, cells = list(range(len(down))), list(range(len(across)))
    return grid.block(every, cells, Names(down, across))

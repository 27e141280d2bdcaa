"""Layout "nbs": tables of the National Bureau of Statistics of China, as published."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from quesnay.datasets.readers.assemble import Options, assemble, named
from quesnay.datasets.readers.cells import Source, label, rows
from quesnay.datasets.readers.grid import Grid, Names, read_grid
from quesnay.datasets.table_frames import IOFrames
from quesnay.fitting.errors import DataError

__all__ = ["read_nbs"]

_CODE = re.compile(r"\d{1,3}")
_PREFIXED = re.compile(r"[DM]\d{1,3}")
_DEMAND = {
    "FU101": "rural_consumption",
    "FU102": "urban_consumption",
    "FU103": "government_consumption",
    "TC": "consumption",
    "FU201": "fixed_capital_formation",
    "FU202": "inventories",
    "EX": "exports",
    "IM": "imports",
    "ERR": "statistical_discrepancy",
}
_INCOME = {
    "VA001": "labour_compensation",
    "VA002": "net_production_taxes",
    "VA003": "depreciation",
    "VA004": "operating_surplus",
}
_TOTALS = {"TII", "TIU", "THC", "GCF", "TFU", "TVA", "TI"}
_PEEKED = 20


def read_nbs(path: Path, options: Options) -> IOFrames:
    """Read a table with the codes that the Bureau prints: 01.., FU101.., EX, IM, GO, VA001...

    Competitive tables (imports inside the flows, IM a positive column, turned negative here) and
    non-competitive ones (rows D01.. and M01.., imports apart) are told apart by their rows. The
    published unit is 10,000 yuan and is kept.

    Raises
    ------
    DataError
        If the codes are not found, repeat, or a cell is no number.
    """
    source = Source(path, options.sheet, options.encoding)
    grid = read_grid(source, labels=_label_columns(source), start=_starts, blanks=options.blanks)
    marks = [mark[-1] for mark in grid.labels]
    kept = [i for i, mark in enumerate(marks) if _known_row(mark)]
    grid = replace(
        grid,
        labels=[grid.labels[i] for i in kept],
        values=grid.values[kept],
        odd={(kept.index(i), j): text for (i, j), text in grid.odd.items() if i in kept},
    )
    names = named(grid, [marks[i] for i in kept], grid.header[0])
    unit, title = options.unit or "10,000 yuan", options.name or path.stem
    if any(_PREFIXED.fullmatch(mark) for mark in names.rows):
        return _separate(grid, names, unit, title)
    return _included(grid, names, unit, title)


def _starts(row: list[str]) -> bool:
    return "GO" in row and sum(bool(_CODE.fullmatch(cell)) for cell in row) > 1


def _label_columns(source: Source) -> int:
    """Return how many columns stand before the first product code in the header row."""
    for _, row in zip(range(_PEEKED), rows(source), strict=False):
        cells = [label(cell) for cell in row]
        if _starts(cells):
            return next(j for j, cell in enumerate(cells) if _CODE.fullmatch(cell))
    raise DataError(f"{source.name}: no row with product codes and GO found; is the layout 'nbs'?")


def _known_row(mark: str) -> bool:
    coded = _CODE.fullmatch(mark) or _PREFIXED.fullmatch(mark)
    return bool(coded) or mark in _INCOME or mark in _TOTALS


def _included(grid: Grid, names: Names, unit: str, title: str) -> IOFrames:
    both = "TC" in names.columns and "FU101" in names.columns
    frames = assemble(
        grid,
        names,
        unit=unit,
        title=title,
        output=("GO",),
        dropped={*_TOTALS, *({"TC"} if both else ())},
        demand=_DEMAND.__contains__,
        income=_INCOME.__contains__,
    )
    demand = frames.final_demand.copy()
    if "IM" in demand:
        demand["IM"] = -demand["IM"]
    return replace(
        frames,
        final_demand=demand.rename(columns=_DEMAND),
        value_added=frames.value_added.rename(index=_INCOME),
    )


def _separate(grid: Grid, names: Names, unit: str, title: str) -> IOFrames:
    codes = [mark[1:] for mark in names.rows if mark.startswith("D")]
    imported = [mark[1:] for mark in names.rows if mark.startswith("M")]
    columns = [name for name in names.columns if _CODE.fullmatch(name)]
    if not codes == imported == columns:
        odd = sorted(set(codes) ^ set(columns) | set(imported) ^ set(columns))
        raise DataError(f"{grid.file}: rows D.., M.. and columns differ: {', '.join(odd)}")
    both = "TC" in names.columns and "FU101" in names.columns
    uses = [name for name in names.columns if name in _DEMAND and not (both and name == "TC")]
    row = {name: i for i, name in enumerate(names.rows)}
    column = {name: j for j, name in enumerate(names.columns)}

    def block(lines: list[str], across: list[str]) -> pd.DataFrame:
        part = grid.block([row[n] for n in lines], [column[n] for n in across], names)
        return pd.DataFrame(part, lines, [_DEMAND.get(name, name) for name in across])

    index = pd.Index(codes, name="sector")
    missing = [name for name in (*_INCOME, "GO") if name not in {*row, *column}]
    if missing:
        raise DataError(f"{grid.file}: {missing[0]} not found")
    own, bought = ([kind + code for code in codes] for kind in "DM")
    return IOFrames(
        Z=block(own, codes).set_axis(index, axis=0),
        final_demand=block(own, uses).set_axis(index, axis=0),
        value_added=block(list(_INCOME), codes).rename(index=_INCOME),
        output=pd.Series(np.ravel(block(own, ["GO"])), index),
        imports=(
            block(bought, codes).set_axis(index, axis=0),
            block(bought, uses).set_axis(index, axis=0),
        ),
        unit=unit,
        name=title,
    )

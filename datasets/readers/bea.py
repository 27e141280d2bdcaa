"""Layout "bea": make and use tables of the US Bureau of Economic Analysis, made symmetric."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.datasets.readers.assemble import Options
from quesnay.datasets.readers.cells import Source
from quesnay.datasets.readers.grid import Grid, Names, read_grid, unique
from quesnay.datasets.table_frames import IOFrames
from quesnay.fitting.errors import DataError
from quesnay.models.input_output.supply_use import SupplyUseTable

__all__ = ["read_bea"]

_BLANKS = frozenset({"", "...", "---"})  # the Bureau leaves a zero empty or prints dots
_FINAL = re.compile(r"F\d\w*")
_TOTAL = re.compile(r"T\d{3}\w*")
_INCOME = {
    "V001": "labour_compensation",
    "V002": "net_production_taxes",
    "V003": "operating_surplus",
}
_HEADER = 2
_LABELS = 2


@dataclass(frozen=True, slots=True)
class _Block:
    """Numbers with the codes of their rows and columns."""

    values: NDArray[np.float64]
    rows: list[str]
    columns: list[str]


def read_bea(path: Path, options: Options) -> IOFrames:
    """Read a summary use table (producers' prices) and, from `make`, the make table of its year.

    The symmetric table is industry by industry under fixed product sales shares (Eurostat 2008,
    model D; see :class:`quesnay.SupplyUseTable`). Value added: compensation (V001), taxes less
    subsidies (V002), gross operating surplus (V003). A commodity that no industry makes
    (noncomparable imports) is a primary input `imports_of_<code>`; what final demand buys of it
    is no part of the table. Million US dollars; F050 holds imports, negative. `sheet` is the
    year.

    Raises
    ------
    DataError
        If no make table is given, codes differ, or a cell holds text.
    BalanceError
        If a commodity's supply is not its use, or an industry's output not its inputs.
    """
    if options.make is None:
        raise DataError(f"{path.name}: layout 'bea' needs the make table too: pass make=PATH")
    use = _read(Source(path, options.sheet, options.encoding))
    made = _read(Source(Path(options.make), options.sheet, options.encoding))
    industries = [code for code in use.columns if not _FINAL.fullmatch(code)]
    finals = [code for code in use.columns if _FINAL.fullmatch(code)]
    commodities = [code for code in use.rows if code not in _INCOME]
    absent = [code for code in _INCOME if code not in use.rows]
    if absent or not finals:
        raise DataError(f"{path.name}: no {absent[0] if absent else 'final use F...'} found")
    _same(made.rows, industries, options.make, "industries")
    _same(made.columns, commodities, options.make, "commodities")
    V = _part(made, industries, commodities)
    home = [code for code, output in zip(commodities, V.sum(axis=0), strict=True) if output]
    abroad = [code for code in commodities if code not in home]
    income = pd.DataFrame(
        _part(use, [*_INCOME, *abroad], industries),
        [*_INCOME.values(), *(f"imports_of_{code}" for code in abroad)],
        industries,
    )
    made_symmetric = SupplyUseTable(
        pd.DataFrame(_part(made, industries, home).T, home, industries),
        pd.DataFrame(_part(use, home, industries), home, industries),
        pd.DataFrame(_part(use, home, finals), home, finals),
        income,
        tolerance=options.tolerance,
    ).symmetric("D")
    return IOFrames(
        Z=made_symmetric.Z,
        final_demand=made_symmetric.final_demand,
        value_added=made_symmetric.value_added,
        output=pd.Series(V.sum(axis=1), made_symmetric.Z.index),
        imports=None,
        unit=options.unit or "million US dollars",
        name=options.name or path.stem,
    )


def _read(source: Source) -> _Block:
    grid = read_grid(source, header=_HEADER, labels=_LABELS, start=_starts, blanks=_BLANKS)
    rows = [mark[0] for mark in grid.labels]
    columns = grid.header[0]
    down = [i for i, code in enumerate(rows) if code and not _TOTAL.fullmatch(code)]
    across = [j for j, code in enumerate(columns) if code and not _TOTAL.fullmatch(code)]
    down = [i for i in down if not _is_note(grid, i)]
    kept_rows = unique([rows[i] for i in down], "row", source.name)
    kept_columns = unique([columns[j] for j in across], "column", source.name)
    values = grid.block(down, across, Names(rows, columns))
    return _Block(values, kept_rows, kept_columns)


def _starts(row: list[str]) -> bool:
    """Tell the row of codes: it stands over the names, and IOCode is named below it."""
    return not any(row[:_LABELS]) and sum(bool(cell) for cell in row[_LABELS:]) > 1


def _is_note(grid: Grid, row: int) -> bool:
    """Tell a footnote under the table: text in the first column, no name, no number."""
    return not grid.labels[row][1] and not np.nan_to_num(grid.values[row]).any()


def _part(block: _Block, rows: list[str], columns: list[str]) -> NDArray[np.float64]:
    down = [block.rows.index(code) for code in rows]
    return block.values[np.ix_(down, [block.columns.index(code) for code in columns])]


def _same(found: list[str], expected: list[str], file: str, what: str) -> None:
    odd = sorted(set(found) ^ set(expected))
    if odd:
        raise DataError(
            f"{Path(file).name}: {what} differ from the use table's: {', '.join(odd[:5])}"
        )

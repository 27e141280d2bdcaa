"""From a labelled grid to the blocks of a table: sectors are what stands in rows and columns."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quesnay.datasets.readers.grid import Grid, Names, unique
from quesnay.datasets.table_frames import IOFrames
from quesnay.fitting.errors import DataError

__all__ = ["Options", "assemble", "named"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say about a file beside its layout."""

    sheet: str | None = None
    encoding: str = "utf-8-sig"
    blanks: frozenset[str] = frozenset()
    unit: str | None = None
    name: str | None = None
    make: str | None = None
    tolerance: float = 1e-3


def named(grid: Grid, rows: list[str], columns: list[str]) -> Names:
    """Return the labels of a grid, refusing empty and repeated ones.

    Raises
    ------
    DataError
        Naming the label.
    """
    return Names(unique(rows, "row", grid.file), unique(columns, "column", grid.file))


def assemble(
    grid: Grid,
    names: Names,
    *,
    unit: str,
    title: str,
    output: Collection[str] = (),
    dropped: Collection[str] = (),
    demand: Callable[[str], bool] | None = None,
    income: Callable[[str], bool] | None = None,
) -> IOFrames:
    """Split a grid into flows, final demand and value added, by label.

    Parameters
    ----------
    grid, names : Grid, Names
        The numbers and their labels.
    unit, title : str
        Of the table.
    output : collection of str
        Labels of the total-output column and row.
    dropped : collection of str
        Labels of sub-totals, left out.
    demand, income : callable, optional
        Which labels can be final demand or value added. Where they are not known, a column
        counts as final demand only if value-added rows are empty or zero in it.

    Returns
    -------
    IOFrames

    Raises
    ------
    DataError
        If no label is both row and column, a label is of no kind, or a cell is no number.
    """
    skipped = {*output, *dropped}
    place = {name: j for j, name in enumerate(names.columns)}
    core = [i for i, name in enumerate(names.rows) if name in place and name not in skipped]
    sectors = [names.rows[i] for i in core]
    if not sectors:
        raise DataError(f"{grid.file}: no label stands in a row and in a column; no table")
    inside = {*sectors, *skipped}
    uses = [j for j, name in enumerate(names.columns) if name not in inside]
    rest = [i for i, name in enumerate(names.rows) if name not in inside]
    _check_kinds(grid, [names.columns[j] for j in uses], demand, "column", "final demand")
    _check_kinds(grid, [names.rows[i] for i in rest], income, "row", "value added")
    if demand is None:
        _check_corner(grid, names, rest, uses)
    flows = [place[name] for name in sectors]
    totals = [j for j, name in enumerate(names.columns) if name in output]
    index = pd.Index(sectors, name="sector")
    return IOFrames(
        Z=pd.DataFrame(grid.block(core, flows, names), index, sectors),
        final_demand=pd.DataFrame(
            grid.block(core, uses, names), index, [names.columns[j] for j in uses]
        ),
        value_added=pd.DataFrame(
            grid.block(rest, flows, names), [names.rows[i] for i in rest], sectors
        ),
        output=pd.Series(grid.block(core, totals[:1], names)[:, 0], index) if totals else None,
        imports=None,
        unit=unit,
        name=title,
    )


def _check_kinds(
    grid: Grid, found: list[str], known: Callable[[str], bool] | None, line: str, kind: str
) -> None:
    if not found:
        raise DataError(f"{grid.file}: no {line} of {kind} found")
    for name in found:
        if known is not None and not known(name):
            other = {"row": "column", "column": "row"}[line]
            raise DataError(
                f"{grid.file}: {line} {name!r} is neither a sector (no {other} has that label) "
                f"nor {kind} of this layout"
            )


def _check_corner(grid: Grid, names: Names, rest: list[int], uses: list[int]) -> None:
    """Refuse a mistyped sector: it would pass for value added or final demand and still balance."""
    corner = np.nan_to_num(grid.values[np.ix_(rest, uses)])
    wrong = np.argwhere(corner != 0)
    if len(wrong):
        row, column = names.rows[rest[wrong[0][0]]], names.columns[uses[wrong[0][1]]]
        raise DataError(
            f"{grid.file}: row {row!r}, column {column!r} holds a number, but {row!r} is no "
            "column and so counts as value added, and "
            f"{column!r} is no row and so counts as final demand: label a sector alike in both"
        )

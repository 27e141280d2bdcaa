"""A labelled grid of numbers, and why one of its cells is not a number."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from quesnay.datasets.readers.cells import Cell, Source, label, rows
from quesnay.fitting.errors import DataError

__all__ = ["Grid", "Names", "read_grid", "read_numbers", "unique"]

_TITLE_ROWS = 40


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers under header rows and beside label columns.

    Parameters
    ----------
    file : str
        Name for messages.
    header : list of list of str
        Header rows over the numbers.
    labels : list of list of str
        The label cells of each row.
    values : ndarray, shape (rows, columns)
        The numbers; NaN where a cell holds none.
    odd : dict of (int, int) to str
        What stands in the cells that hold no number.
    """

    file: str
    header: list[list[str]]
    labels: list[list[str]]
    values: NDArray[np.float64]
    odd: dict[tuple[int, int], str] = field(default_factory=dict)

    def block(
        self, rows: Sequence[int], columns: Sequence[int], names: "Names | None" = None
    ) -> NDArray[np.float64]:
        """Return a part of the grid in which every cell must hold a number.

        Raises
        ------
        DataError
            At the first cell that holds none; the message names row and column.
        """
        part = self.values[np.ix_(rows, columns)]
        missing = np.argwhere(np.isnan(part))
        if len(missing):
            i, j = rows[missing[0][0]], columns[missing[0][1]]
            text = self.odd.get((i, j), "")
            row = names.rows[i] if names else " ".join(self.labels[i])
            column = names.columns[j] if names else self.header[0][j]
            found = f"{text!r} is no number" if text.strip() else "is empty"
            raise DataError(
                f"{self.file}: row {row!r}, column {column!r}: {found}; expected a finite number "
                "such as 1234.5 (read_io(..., blank='zero') reads empty cells as 0)"
            )
        return part


@dataclass(frozen=True, slots=True)
class Names:
    """One label for each row and column of a grid."""

    rows: list[str]
    columns: list[str]


def unique(labels: Sequence[str], what: str, file: str) -> list[str]:
    """Return the labels, refusing an empty or a repeated one.

    Raises
    ------
    DataError
        Naming the label and its two places.
    """
    seen: dict[str, int] = {}
    for place, name in enumerate(labels, start=1):
        if not name:
            raise DataError(f"{file}: {what} {place} has no label")
        if name in seen:
            raise DataError(f"{file}: {what} {name!r} stands twice, at {seen[name]} and {place}")
        seen[name] = place
    return list(labels)


def read_grid(
    source: Source,
    *,
    header: int = 1,
    labels: int = 1,
    start: Callable[[list[str]], bool] | None = None,
    blanks: frozenset[str] = frozenset(),
) -> Grid:
    """Read a grid of numbers from a user's file.

    Parameters
    ----------
    source : Source
        File and sheet.
    header, labels : int
        Header rows and label columns.
    start : callable, optional
        Tells the first header row from title rows above it.
    blanks : frozenset of str
        What is read as zero: "" where the user said so, "..." in tables of the BEA.

    Returns
    -------
    Grid

    Raises
    ------
    DataError
        If there is no header row, a row is longer or shorter than the header, or no number row.
    """
    cells = iter(rows(source))
    top = _header(source, cells, header, start)
    width = max(len(row) for row in top)
    names = [[label(cell) for cell in row] + [""] * (width - len(row)) for row in top]
    marks: list[list[str]] = []
    numbers: list[NDArray[np.float64]] = []
    odd: dict[tuple[int, int], str] = {}
    for place, row in enumerate(cells):
        if len(row) != width:
            raise DataError(
                f"{source.name}: row {place + 1} under the header ({label(row[0])!r}) has "
                f"{len(row)} cells; {width} expected"
            )
        marks.append([label(cell) for cell in row[:labels]])
        numbers.append(_numbers(row[labels:], place, odd, blanks))
    if not numbers:
        raise DataError(f"{source.name}: no rows under the header")
    return Grid(source.name, [row[labels:] for row in names], marks, np.array(numbers), odd)


def read_numbers(source: Source, blanks: frozenset[str] = frozenset()) -> Grid:
    """Read a file that holds numbers only, its labels standing in other files.

    Raises
    ------
    DataError
        If its rows differ in length, or there are none.
    """
    odd: dict[tuple[int, int], str] = {}
    numbers = [_numbers(row, i, odd, blanks) for i, row in enumerate(rows(source))]
    widths = {len(row) for row in numbers}
    if len(widths) != 1:
        raise DataError(f"{source.name}: {len(widths)} lengths of rows; expected one")
    return Grid(source.name, [], [], np.array(numbers), odd)


def _header(
    source: Source,
    cells: Iterator[list[Cell]],
    count: int,
    start: Callable[[list[str]], bool] | None,
) -> list[list[Cell]]:
    stream: list[list[Cell]] = []
    for row in islice(cells, _TITLE_ROWS):
        if stream or start is None or start([label(cell) for cell in row]):
            stream.append(row)
        if len(stream) == count:
            return stream
    raise DataError(f"{source.name}: no header row found; is this the layout you named?")


def _numbers(
    cells: list[Cell], row: int, odd: dict[tuple[int, int], str], blanks: frozenset[str]
) -> NDArray[np.float64]:
    """Return one row; the common case, all finite plain numbers, is read at once."""
    try:
        found = np.array([float(cell) for cell in cells])
        if np.isfinite(found).all() and "_" not in "".join(map(str, cells)):
            return found
    except ValueError:
        pass
    return np.array([_number(cell, (row, j), odd, blanks) for j, cell in enumerate(cells)])


def _number(
    cell: Cell, place: tuple[int, int], odd: dict[tuple[int, int], str], blanks: frozenset[str]
) -> float:
    text = str(cell).strip()
    if text in blanks:
        return 0.0
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value) or "_" in text:
        odd[place] = text
        return float("nan")
    return value

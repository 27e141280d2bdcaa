"""A frame as a grid of texts: what every renderer starts from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from quesnay.models.display.digits import format_column, is_missing, is_numeric
from quesnay.models.display.escape import visible

__all__ = ["Column", "Grid", "build_grid", "format_of", "index_levels", "is_bare", "run_lengths"]

_FIGURE = re.compile(r"-?|[-+]?\d[\d.,]*( ?%)?( [\[(][-+\d., %]+[\])])?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column as text.

    Parameters
    ----------
    header : tuple of str
        Name at each header level, the outermost first.
    cells : tuple of str
        One text a row.
    numeric : bool
        Whether it is set to the right.
    """

    header: tuple[str, ...]
    cells: tuple[str, ...]
    numeric: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """A frame as text: its row labels and its columns.

    Parameters
    ----------
    index : tuple of Column
        One column a level of the row labels; empty where rows are only counted.
    columns : tuple of Column
        The values.
    rows : int
        Number of rows.
    levels : int
        Number of header rows.
    """

    index: tuple[Column, ...]
    columns: tuple[Column, ...]
    rows: int
    levels: int

    def row_spans(self) -> list[list[int]]:
        """Return, for each level of the row labels, over how many rows each label reaches."""
        keys = list(zip(*(level.cells for level in self.index), strict=True))
        return [run_lengths(keys, level) for level in range(len(self.index))]

    def header_spans(self) -> list[list[int]]:
        """Return, for each header level, over how many columns each name reaches."""
        keys = [column.header for column in self.columns]
        return [run_lengths(keys, level) for level in range(self.levels)]


def run_lengths(keys: Sequence[tuple[str, ...]], level: int) -> list[int]:
    """Count over how many places each label of one level reaches; repeats count 0.

    Parameters
    ----------
    keys : sequence of tuple of str
        Labels, the outermost level first.
    level : int
        Which level; the innermost is never joined.

    Returns
    -------
    list of int
        One count a place.

    Examples
    --------
    >>> run_lengths([("independent", "2018"), ("independent", "2019"), ("calibrated", "2018")], 0)
    [2, 0, 1]
    """
    counts: list[int] = []
    start = 0
    for place, key in enumerate(keys):
        inner = level < len(key) - 1
        if place and inner and key[: level + 1] == keys[start][: level + 1]:
            counts.append(0)
            counts[start] += 1
        else:
            start = place
            counts.append(1)
    return counts


def build_grid(frame: pd.DataFrame, formats: Mapping[str, str]) -> Grid:
    """Write a frame as text, column by column.

    Parameters
    ----------
    frame : DataFrame
        The values.
    formats : mapping of str to str
        Column -> format specification of its numbers.

    Returns
    -------
    Grid
        Row labels and columns as text.

    Raises
    ------
    DataError
        If a format does not fit its column.

    Examples
    --------
    >>> import pandas as pd
    >>> build_grid(pd.DataFrame({"core": [0.4386]}), {}).columns[0].cells
    ('0.4386',)
    """
    levels = frame.columns.nlevels
    columns = tuple(
        _column(_header(name), frame.iloc[:, place].tolist(), format_of(name, formats))
        for place, name in enumerate(frame.columns)
    )
    index = tuple(
        _label_column(_header(("",) * (levels - 1) + (name,)), values, formats.get(name))
        for name, values in index_levels(frame)
    )
    return Grid(index, columns, len(frame), levels)


def format_of(name: object, formats: Mapping[str, str]) -> str | None:
    """Find the format of a column by its name, or by its innermost name.

    Parameters
    ----------
    name : object
        Column name; a tuple where the header has several levels.
    formats : mapping of str to str
        Column -> format specification.

    Returns
    -------
    str or None
        The specification, if there is one.

    Examples
    --------
    >>> format_of(("2018", "share"), {"share": ".1%"})
    '.1%'
    """
    spec = formats.get(str(name))
    return formats.get(str(name[-1])) if spec is None and isinstance(name, tuple) else spec


def index_levels(frame: pd.DataFrame) -> list[tuple[str, list[object]]]:
    """Return name and values of each level of the row labels; none where rows are only counted.

    Parameters
    ----------
    frame : DataFrame
        The values.

    Returns
    -------
    list of (str, list)
        One pair a level.

    Examples
    --------
    >>> import pandas as pd
    >>> index_levels(pd.DataFrame({"core": [0.4]}, index=pd.Index([2018], name="year")))
    [('year', [2018])]
    """
    if is_bare(frame):
        return []
    names = ["" if name is None else str(name) for name in frame.index.names]
    return [
        (name, frame.index.get_level_values(level).tolist()) for level, name in enumerate(names)
    ]


def is_bare(frame: pd.DataFrame) -> bool:
    """Tell whether the row labels only count the rows.

    Parameters
    ----------
    frame : DataFrame
        The values.

    Returns
    -------
    bool
        True for an unnamed 0, 1, 2 …; such labels are not shown.

    Examples
    --------
    >>> import pandas as pd
    >>> is_bare(pd.DataFrame({"core": [0.4]}))
    True
    """
    index = frame.index
    plain = isinstance(index, pd.RangeIndex) and index.name is None and len(frame.columns) > 0
    return plain and index.equals(pd.RangeIndex(len(index)))


def _header(name: object) -> tuple[str, ...]:
    parts = name if isinstance(name, tuple) else (name,)
    return tuple(visible("" if is_missing(part) else part) for part in parts)


def _column(header: tuple[str, ...], values: list[object], spec: str | None) -> Column:
    known = [value for value in values if not is_missing(value)]
    numeric = bool(known) and all(map(_is_figure, known))
    cells = tuple(visible(cell) for cell in format_column(values, spec, " / ".join(header)))
    return Column(header, cells, numeric)


def _label_column(header: tuple[str, ...], values: list[object], spec: str | None) -> Column:
    """Make a column of row labels: codes such as "01" stand to the left like other words."""
    column = _column(header, values, spec)
    words = any(isinstance(value, str) for value in values)
    return Column(column.header, column.cells, numeric=column.numeric and not words)


def _is_figure(value: object) -> bool:
    """Tell whether a cell is a number, also one that is written out, with its interval."""
    return is_numeric(value) or (isinstance(value, str) and bool(_FIGURE.fullmatch(value)))

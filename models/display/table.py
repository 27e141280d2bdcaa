"""The one table type that every result shows itself with, its sources and explanations."""

import importlib.metadata
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from quesnay.fitting.checks import half_width, is_whole
from quesnay.fitting.errors import DataError, shown
from quesnay.models.display.documents import frame_to_csv, tables_to_excel
from quesnay.models.display.grid import (
    build_grid,
    format_column,
    grid_to_html,
    grid_to_latex,
    grid_to_markdown,
    grid_to_text,
)
from quesnay.models.display.write import write_bytes, write_text

_MOST = (60, 40)  # rows and columns; a representation of a larger table shows its ends
_FIRST, _LAST = (40, 15), (10, 5)
_COLUMNS = ("value", "unit", "source", "year")
_WORDS = re.compile('<(td|th scope="(?:col|row|rowgroup)"(?: rowspan="[0-9]+")?)>')


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table:
    """A titled frame with notes that renders as text, HTML, LaTeX, Markdown, CSV and Excel.

    Parameters
    ----------
    title : str
        What the table shows, with its unit.
    frame : DataFrame
        The values, copied; row labels are shown unless they only count the rows.
    notes : tuple of str
        Sources, conventions and warnings, one sentence each.
    formats : mapping of str to str
        Column -> format specification such as ``".3f"``, ``".1%"`` or ``"p"`` (p-values); the
        others get as many decimals as give the column's middle value four significant digits.
    sheet : str
        Name of its sheet in a workbook; by default made from the title.

    Raises
    ------
    DataError
        If the values are no DataFrame, or the notes are one text instead of several.

    Examples
    --------
    >>> import pandas as pd
    >>> print(Table("Value added, trillion yuan", pd.DataFrame({"core": [0.4386]}, index=[2018])))
    Value added, trillion yuan
            core
    ------------
    2018  0.4386
    """

    title: str
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.frame, pd.DataFrame):
            kind = type(self.frame).__name__
            raise DataError(f"table {self.title!r}: expected a DataFrame, got {kind}; convert it")
        if isinstance(self.notes, str):
            raise DataError(f"table {self.title!r}: notes must be a tuple of sentences, not a text")
        object.__setattr__(self, "frame", self.frame.copy())
        object.__setattr__(self, "notes", tuple(self.notes))

    def shortened(self) -> "Table":
        """Return the table itself, or its ends with a note where it is very long or wide.

        Returns
        -------
        Table
            At most 60 rows and 40 columns.

        Examples
        --------
        >>> import pandas as pd
        >>> Table("Long", pd.DataFrame({"a": range(500)})).shortened().notes
        ('450 of 500 rows are not shown here, those after row 40.',)
        """
        notes, keep = self.notes, []
        for count, most, first, last, word in zip(
            self.frame.shape, _MOST, _FIRST, _LAST, ("row", "column"), strict=True
        ):
            if count <= most:
                keep.append(list(range(count)))
                continue
            keep.append([*range(first), *range(count - last, count)])
            said = f"{count - first - last:,} of {count:,} {word}s are not shown here"
            notes = (*notes, f"{said}, those after {word} {first}.")
        if notes == self.notes:
            return self
        return replace(self, frame=self.frame.iloc[keep[0], keep[1]], notes=notes)

    def to_text(self, *, width: int = 100) -> str:
        """Return the table as plain text at most `width` terminal columns wide."""
        grid = build_grid(self.frame, self.formats)
        return grid_to_text(self.title, grid, self.notes, width=width)

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the table as an HTML fragment; write it to `path` where one is given."""
        grid = build_grid(self.frame, self.formats)
        return _emit(grid_to_html(self.title, grid, self.notes), path)

    def to_latex(self, path: str | Path | None = None) -> str:
        """Return the table in LaTeX (booktabs); write it to `path` where one is given."""
        grid = build_grid(self.frame, self.formats)
        return _emit(grid_to_latex(self.title, grid, self.notes), path)

    def to_markdown(self, path: str | Path | None = None) -> str:
        """Return the table in Markdown; write it to `path` where one is given."""
        grid = build_grid(self.frame, self.formats)
        return _emit(grid_to_markdown(self.title, grid, self.notes), path)

    def to_csv(self, path: str | Path | None = None) -> str:
        """Return the values as CSV, without title and notes; write them where a path is given."""
        return _emit(frame_to_csv(self.frame), path)

    def to_excel(self, path: str | Path) -> Path:
        """Write the table to an Excel workbook with one sheet."""
        return tables_to_excel([self], path)

    def __repr__(self) -> str:
        return self.shortened().to_text()

    def _repr_html_(self) -> str:
        # words to the left, where a notebook puts every cell to the right
        return _WORDS.sub(r'<\1 style="text-align:left">', self.shortened().to_html())


class Tabular:
    """Gives a result its representations from one method, ``tables()``.

    A result class inherits from this, defines ``tables() -> tuple[Table, ...]`` and has
    ``summary``, ``__repr__``, ``_repr_html_``, ``cite`` and the ``to_*`` methods.
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        # A dataclass writes its own __repr__ unless the class itself already holds one.
        super().__init_subclass__()
        if "__repr__" not in cls.__dict__:
            cls.__repr__ = cls.__repr__  # type: ignore[method-assign]

    def tables(self) -> tuple[Table, ...]:
        """Return the tables that show this result, the most important first."""
        raise NotImplementedError

    def summary(self, *, width: int = 100) -> str:
        """Return all tables of the result as plain text at most `width` columns wide."""
        return "\n\n".join(table.to_text(width=width) for table in self.tables())

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the result as HTML; write it to `path` where one is given."""
        return _emit("\n".join(table.to_html() for table in self.tables()), path)

    def to_latex(self, path: str | Path | None = None) -> str:
        """Return the result in LaTeX; write it to `path` where one is given."""
        return _emit("\n\n".join(table.to_latex() for table in self.tables()), path)

    def to_markdown(self, path: str | Path | None = None) -> str:
        """Return the result in Markdown; write it to `path` where one is given."""
        return _emit("\n\n".join(table.to_markdown() for table in self.tables()), path)

    def to_csv(self, path: str | Path | None = None, *, table: int = 0) -> str:
        """Return one table of the result as CSV, by default the first; write it to `path`."""
        tables = self.tables()
        if not is_whole(table) or not 0 <= table < len(tables):
            raise DataError(
                f"there is no table {shown(table)}: the result has {len(tables)}, from 0 on"
            )
        return tables[table].to_csv(path)

    def to_excel(self, path: str | Path) -> Path:
        """Write all tables of the result to one Excel workbook, a sheet each."""
        return tables_to_excel(self.tables(), path)

    def to_word(self, path: str | Path) -> Path:
        """Write all tables of the result to one Word document; needs ``quesnay[word]``."""
        from quesnay.models.display.word import Part, document_bytes

        title = type(self).__name__
        return write_bytes(path, document_bytes(title, (), [Part(tables=self.tables())]))

    def cite(self) -> str:
        """Return how to cite this result: the software and the sources its notes name."""
        return citation(note for table in self.tables() for note in table.notes)

    def __repr__(self) -> str:
        return "\n\n".join(repr(table) for table in self.tables())

    def _repr_html_(self) -> str:
        return "\n".join(table._repr_html_() for table in self.tables())


@dataclass(frozen=True, slots=True, eq=False)
class Explanation(Tabular):
    """Equation, inputs and sources of one figure of a result.

    Parameters
    ----------
    figure : str
        Name of the figure, such as ``"T19"``.
    concept : str
        What it measures, in words.
    value : float
        The estimate, in `unit`.
    unit : str
        Unit of the value.
    equation : str
        How the value follows from the inputs, in the letters of their row labels.
    inputs : DataFrame
        One row an input, labelled with its letter or name; columns ``value``, ``unit``,
        ``source`` and ``year``, others may follow.
    notes : tuple of str
        What else a reader should know, one sentence each.

    Raises
    ------
    DataError
        If a column of the inputs is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> inputs = pd.DataFrame(
    ...     {"value": [0.54, 1.59], "unit": "trillion yuan", "source": "M1, M4", "year": 2019},
    ...     index=["C", "I"],
    ... )
    >>> Explanation("T19", "total", 2.13, "trillion yuan", equation="T = C + I", inputs=inputs)
    T19: total = 2.13 trillion yuan
       value  unit           source  year
    -------------------------------------
    C   0.54  trillion yuan  M1, M4  2019
    I   1.59  trillion yuan  M1, M4  2019
    Equation: T = C + I
    """

    figure: str
    concept: str
    value: float
    unit: str
    equation: str
    inputs: pd.DataFrame
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        missing = [name for name in _COLUMNS if name not in self.inputs.columns]
        if missing:
            raise DataError(
                f"explanation of {self.figure}: inputs lack {', '.join(missing)}; give the columns "
                f"{', '.join(_COLUMNS)}"
            )

    def tables(self) -> tuple[Table, ...]:
        """Return the inputs under the value, with the equation below."""
        (value,) = format_column([self.value], None, "value")
        title = f"{self.figure}: {self.concept} = {value} {self.unit}"
        return (Table(title, self.inputs, (f"Equation: {self.equation}", *self.notes)),)

    def cite(self) -> str:
        """Return how to cite the figure: the software and the source of each input."""
        sources = dict.fromkeys(str(source) for source in self.inputs["source"])
        return "\n".join([Tabular.cite(self), *(f"Source: {source}" for source in sources)])


def citation(notes: Iterable[str]) -> str:
    """Return how to cite the software and the sources that notes name."""
    import quesnay

    software = (
        f"quesnay {quesnay.__version__}: econometric modelling toolkit for satellite accounts."
    )
    sources = dict.fromkeys(note for note in notes if note.startswith("Source"))
    return "\n".join([f"{software} BSD-3-Clause.", *sources])


def versions() -> str:
    """Return the versions of the software that a number depends on."""
    import quesnay

    names = ("numpy", "scipy", "pandas")
    found = [f"{name} {importlib.metadata.version(name)}" for name in names]
    own = [f"quesnay {quesnay.__version__}", f"Python {platform.python_version()}"]
    return ", ".join([*own, *found])


def estimates_frame(
    terms: Iterable[object],
    estimate: npt.ArrayLike,
    std_error: npt.ArrayLike,
    *,
    interval: pd.DataFrame | None = None,
    statistic: Any = None,
    df: Any = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Lay estimates out, one row a term; p-values and intervals by Student's t where `df` is given.

    Robinson (2014), broom: an R package for converting statistical analysis objects into tidy
    data frames, arXiv:1412.3565.
    """
    middle, error = np.asarray(estimate, float), np.asarray(std_error, float)
    p_value: Any = None
    if df is not None:
        statistic = middle / error if statistic is None else statistic
        p_value = 2.0 * special.stdtr(df, -np.abs(statistic))
    if interval is None:
        half = half_width(level, df) * error
        interval = pd.DataFrame({"low": middle - half, "high": middle + half})
    columns = {
        "estimate": middle,
        "std_error": error,
        "statistic": statistic,
        "p_value": p_value,
        "conf_low": interval["low"],
        "conf_high": interval["high"],
    }
    given = {name: np.asarray(values) for name, values in columns.items() if values is not None}
    return pd.DataFrame({"term": list(terms), **given})


def _emit(text: str, path: str | Path | None) -> str:
    if path is not None:
        write_text(path, text)
    return text

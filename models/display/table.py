"""The one table type that every result shows itself with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from quesnay.models.display.render import (
    frame_to_html,
    frame_to_latex,
    frame_to_markdown,
    frame_to_text,
)
from quesnay.models.display.write import write_text

__all__ = ["Table", "Tabular"]


@dataclass(frozen=True, slots=True)
class Table:
    """A titled frame with notes that renders as text, HTML, LaTeX, Markdown, CSV and Excel.

    Parameters
    ----------
    title : str
        What the table shows, with its unit.
    frame : DataFrame
        The values; the index is shown.
    notes : tuple of str
        Sources, conventions and warnings, one sentence each.
    formats : mapping of str to str
        Column -> format specification such as ``".3f"`` or ``".1%"``; others get ``".4g"``.

    Examples
    --------
    >>> import pandas as pd
    >>> print(Table("Value added, trillion yuan", pd.DataFrame({"core": [0.4386]}, index=[2018])))
    Value added, trillion yuan
            core
    2018  0.4386
    """

    title: str
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    formats: Mapping[str, str] = field(default_factory=dict)

    def to_text(self, *, width: int = 100) -> str:
        """Return the table as plain text at most `width` characters wide."""
        return frame_to_text(self.title, self.frame, self.notes, self.formats, width=width)

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the table as an HTML fragment; write it to `path` where one is given."""
        return _emit(frame_to_html(self.title, self.frame, self.notes, self.formats), path)

    def to_latex(self, path: str | Path | None = None) -> str:
        """Return the table in LaTeX (booktabs); write it to `path` where one is given."""
        return _emit(frame_to_latex(self.title, self.frame, self.notes, self.formats), path)

    def to_markdown(self, path: str | Path | None = None) -> str:
        """Return the table in Markdown; write it to `path` where one is given."""
        return _emit(frame_to_markdown(self.title, self.frame, self.notes, self.formats), path)

    def __repr__(self) -> str:
        return self.to_text()

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        return self.to_html()


class Tabular:
    """Gives a result its representations from one method, ``tables()``.

    A result class inherits from this, defines ``tables() -> tuple[Table, ...]`` and has
    ``summary``, ``__repr__``, ``_repr_html_`` and the ``to_*`` methods.
    """

    __slots__ = ()

    def tables(self) -> tuple[Table, ...]:
        """Return the tables that show this result, the most important first."""
        raise NotImplementedError

    def summary(self) -> str:
        """Return all tables of the result as plain text."""
        return "\n\n".join(table.to_text() for table in self.tables())

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the result as HTML; write it to `path` where one is given."""
        return _emit("\n".join(table.to_html() for table in self.tables()), path)

    def to_latex(self, path: str | Path | None = None) -> str:
        """Return the result in LaTeX; write it to `path` where one is given."""
        return _emit("\n\n".join(table.to_latex() for table in self.tables()), path)

    def to_markdown(self, path: str | Path | None = None) -> str:
        """Return the result in Markdown; write it to `path` where one is given."""
        return _emit("\n\n".join(table.to_markdown() for table in self.tables()), path)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return self.to_html()


def _emit(text: str, path: str | Path | None) -> str:
    if path is not None:
        write_text(path, text)
    return text

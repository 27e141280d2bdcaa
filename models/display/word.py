"""Results as Word documents: real headings, tables and pictures that Word can restyle."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from quesnay.fitting.errors import QuesnayError
from quesnay.models.display.escape import visible
from quesnay.models.display.grid import Column, Grid, build_grid

if TYPE_CHECKING:
    from quesnay.models.display.table import Table

__all__ = ["Part", "document_bytes"]

_STILL = (2000, 1, 1, 0, 0, 0)  # a time would make the same document differ
_WIDE = 7  # columns from which a table stands in small letters


class Described(Protocol):
    """A section of a report: a heading, and what stands below it in this order."""

    @property
    def title(self) -> str:
        """Heading."""

    @property
    def words(self) -> Sequence[str]:
        """Paragraphs."""

    @property
    def figures(self) -> Sequence[Any]:
        """Pictures as `draw_picture` makes them."""

    @property
    def tables(self) -> "Sequence[Table]":
        """Tables."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section made of tables alone."""

    title: str
    words: Sequence[str] = ()
    figures: Sequence[Any] = ()
    tables: "Sequence[Table]" = ()


def document_bytes(title: str, lead: Sequence[str], parts: Iterable[Described]) -> bytes:
    """Make a Word document: title, the answer, then every part under a heading.

    Pictures are those of ``draw_picture``: bytes, description in words, width.
    """
    try:
        import docx
    except ImportError as error:
        raise QuesnayError(
            "a Word document needs the package python-docx: install quesnay[word]"
        ) from error
    document: Any = docx.Document()
    _set_up(document, title)
    document.add_heading(visible(title), level=0)
    for sentence in lead:
        document.add_paragraph(visible(sentence), style="List Bullet")
    for part in parts:
        if part.title:
            document.add_heading(visible(part.title), level=1)
        for words in part.words:
            document.add_paragraph(visible(words))
        for picture in part.figures:
            _add_picture(document, picture)
        for table in part.tables:
            _add_table(document, table.shortened())
    stream = io.BytesIO()
    document.save(stream)
    return _still(stream.getvalue())


def _set_up(document: Any, title: str) -> None:
    """Lay the pages across, so that a table with intervals has room."""
    from datetime import datetime

    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(2.0)
    own = document.core_properties
    own.title, own.author, own.comments = visible(title), "quesnay", ""
    own.created = own.modified = datetime(*_STILL)


def _add_picture(document: Any, picture: Any) -> None:
    from docx.shared import Cm, Emu

    width = Emu(min(picture.width * 9525, Cm(24.0)))  # a pixel of a page is 9,525 of Word's units
    shown = document.add_picture(io.BytesIO(picture.png), width=width)
    shown._inline.docPr.set("descr", visible(picture.alt))


def _add_table(document: Any, table: "Table") -> None:
    from docx.shared import Pt

    grid = build_grid(table.frame, table.formats)
    columns = [*grid.index, *grid.columns]
    caption = document.add_paragraph(visible(table.title), style="Caption")
    caption.paragraph_format.keep_with_next = True
    if columns:
        made = document.add_table(grid.levels + grid.rows, len(columns), style="Table Grid")
        made.style.font.size = None
        for place, column in enumerate(columns):
            _fill(made.columns[place].cells, _cells(column, grid, place), column.numeric,
                  Pt(7.5 if len(columns) >= _WIDE else 9))  # fmt: skip
        for row in made.rows[: grid.levels]:
            _repeat(row)
    for note in table.notes:
        run = document.add_paragraph().add_run(visible(note))
        run.italic, run.font.size = True, Pt(8.5)
    document.add_paragraph()


def _cells(column: Column, grid: Grid, place: int) -> list[str]:
    """Return the texts of a column, a repeated row label once."""
    if place >= len(grid.index):
        return [*column.header, *column.cells]
    spans = grid.row_spans()[place]
    once = [text if span else "" for text, span in zip(column.cells, spans, strict=True)]
    return [*column.header, *once]


def _fill(cells: Sequence[Any], texts: Sequence[str], right: bool, size: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    for cell, text in zip(cells, texts, strict=True):
        (paragraph,) = cell.paragraphs
        paragraph.paragraph_format.space_after = 0
        run = paragraph.add_run(text)
        run.font.size = size
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeat(row: Any) -> None:
    """Let a header row stand again on each page, in bold."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell in row.cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True


def _still(data: bytes) -> bytes:
    """Write the packed parts again without the time of packing."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in sorted(old.namelist(), key=lambda part: (part != "[Content_Types].xml", part)):
            new.writestr(zipfile.ZipInfo(name, _STILL), old.read(name), zipfile.ZIP_DEFLATED)
    return stream.getvalue()

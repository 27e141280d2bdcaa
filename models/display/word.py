"""Word documents: headings, paragraphs, formulas, described pictures, tables.

A heading stays with what follows it, a caption with its picture, a header with its rows.
"""

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from quesnay.fitting.errors import QuesnayError
from quesnay.models.display.escape import display_width, escape_html, visible
from quesnay.models.display.grid import Grid, build_grid, fit_page

if TYPE_CHECKING:
    from quesnay.models.display.table import Table


_STILL = (2000, 1, 1, 0, 0, 0)  # a time would make the same document differ
_PAGE = (21.0, 29.7)  # cm
_MARGINS = (1.8, 1.6)  # cm, at the sides and at top and bottom
_WIDEST = _PAGE[0] - 2 * _MARGINS[0]
_HIGHEST = 20.0  # cm of a page that a picture takes at most: heading and words stand above it
_HIGHEST_FIRST = 8.6  # below the answer
_SIZES = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)  # points, the largest in which a table fits
_SIDES = 0.3  # cm of a cell left empty
_TOGETHER = 12  # rows of a table that stand on one page
_UNIT = 2.54 / 72 / 20  # cm, by which widths are measured, of a letter of one point
_READABLE = 7.0  # points; smaller only where the table does not fit otherwise
_TOGETHER_LETTERS = 600  # of the words that stand on one page with what they introduce
_FONTS = {"ascii": "Arial", "hAnsi": "Arial", "cs": "Arial", "eastAsia": "Microsoft YaHei"}
_MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_PAIRS = {  # of MathML -> of Word, with the names of its two parts
    "mfrac": ("f", "num", "den"),
    "msub": ("sSub", "e", "sub"),
    "msup": ("sSup", "e", "sup"),
    "munder": ("limLow", "e", "lim"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a document: heading or none, paragraphs, formulas, pictures and tables.

    `figures`: caption -> picture as ``draw_picture`` makes it: bytes, description in words, width;
    `formulas`: title, formulas in MathML, and words about their letters.
    """

    title: str = ""
    words: Sequence[str] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    tables: "Sequence[Table]" = ()
    formulas: Sequence[tuple[str, Sequence[str], str]] = ()


def document_bytes(
    title: str,
    lead: Sequence[str],
    parts: Iterable[Part],
    *,
    question: str = "",
    front: Part | None = None,
) -> bytes:
    """Make a Word document: title, question, answer and front on the first page, then every part.

    The pictures of `front` are made to fit below the answer.
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
    if question:
        document.add_paragraph().add_run(visible(question)).italic = True
    for sentence in lead:
        document.add_paragraph(visible(sentence), style="List Bullet")
    if front is not None:
        _add_part(document, front, _HIGHEST_FIRST)
    for part in parts:
        _add_part(document, part, _HIGHEST)
    stream = io.BytesIO()
    document.save(stream)
    return _still(stream.getvalue())


def _set_up(document: Any, title: str) -> None:
    """Set page, fonts, which Chinese text needs too, page numbers and properties."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Cm(_PAGE[0]), Cm(_PAGE[1])
    section.left_margin = section.right_margin = Cm(_MARGINS[0])
    section.top_margin = section.bottom_margin = Cm(_MARGINS[1])
    section.footer_distance = Cm(0.7)
    for fonts in document.styles.element.iter(qn("w:rFonts")):
        for name, family in _FONTS.items():
            fonts.attrib.pop(qn(f"w:{name}Theme"), None)
            fonts.set(qn(f"w:{name}"), family)
        fonts.attrib.pop(qn("w:cstheme"), None)
    styles = document.styles
    styles["Normal"].font.size = Pt(10)
    styles["Normal"].paragraph_format.space_after = Pt(5)
    styles["Title"].font.size, styles["Heading 1"].font.size = Pt(18), Pt(13)
    styles["Title"].paragraph_format.space_after = Pt(6)
    styles["Caption"].paragraph_format.keep_with_next = True
    styles["Caption"].paragraph_format.space_before = Pt(8)
    styles["Caption"].paragraph_format.space_after = Pt(2)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    foot._p.append(number)
    own = document.core_properties
    own.title, own.author, own.comments = visible(title), "quesnay", ""
    own.created = own.modified = datetime(*_STILL)


def _add_part(document: Any, part: Part, highest: float) -> None:
    from docx.oxml import OxmlElement, parse_xml
    from docx.shared import Cm

    if part.title:
        document.add_heading(visible(part.title), level=1)
    said = [document.add_paragraph(visible(words)) for words in part.words]
    if part.figures or part.tables or part.formulas:
        few = sum(map(display_width, part.words)) <= _TOGETHER_LETTERS
        for paragraph in said if few else said[-1:]:
            paragraph.paragraph_format.keep_with_next = True
    if part.formulas:
        # rows of a table without lines: LibreOffice parts paragraphs with a formula from those that
        # are kept with them, but no row
        box = document.add_table(len(part.formulas), 1)
        for row, (title, formulas, words) in zip(box.rows, part.formulas, strict=True):
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            (cell,) = row.cells
            cell.paragraphs[0].add_run(visible(title)).bold = True
            for formula in formulas:
                inner = _in_word(ET.fromstring(formula))
                shown = parse_xml(f'<m:oMath xmlns:m="{_MATH}">{inner}</m:oMath>')
                cell.add_paragraph()._p.append(shown)
            cell.add_paragraph(visible(words))
    for caption, picture in part.figures.items():
        if caption:
            document.add_paragraph(visible(caption), style="Caption")
        shown = document.add_picture(io.BytesIO(picture.png))
        whole = picture.width * 9525 / Cm(1)  # a pixel of a page is 9,525 of Word's units
        width = min(whole, _WIDEST, highest * shown.width / shown.height)
        shown.width, shown.height = Cm(width), Cm(width * shown.height / shown.width)
        shown._inline.docPr.set("descr", visible(picture.alt))
    for table in part.tables:
        _add_table(document, table.shortened())


def _in_word(element: ET.Element) -> str:
    """Return the elements of Word's mathematics for one of MathML."""
    inner = [_in_word(child) for child in element]
    if element.tag in _PAIRS:
        name, *parts = _PAIRS[element.tag]
        pairs = zip(parts, inner, strict=True)
        filled = "".join(f"<m:{part}>{text}</m:{part}>" for part, text in pairs)
        return f"<m:{name}>{filled}</m:{name}>"
    if inner:
        return "".join(inner)
    return f'<m:r><m:t xml:space="preserve">{escape_html(element.text or "")}</m:t></m:r>'


def _add_table(document: Any, table: "Table") -> None:
    from docx.shared import Pt

    grid = build_grid(table.frame, table.formats)
    columns = [*grid.index, *grid.columns]
    document.add_paragraph(visible(table.title), style="Caption")
    made = document.add_table(grid.levels + grid.rows, len(columns), style="Table Grid")
    texts = [[*column.header, *column.cells] for column in (*grid.labels_once(), *grid.columns)]
    room = _WIDEST - _SIDES * len(columns)
    rooms = {size: int(room / size / _UNIT) for size in _SIZES}
    size, units = fit_page(columns, rooms, readable=_READABLE)
    shrink = min(1.0, rooms[size] / sum(units))
    widths = [shrink * width * size * _UNIT + _SIDES for width in units]
    for place, column in enumerate(columns):
        _fill(made.columns[place], texts[place], column.numeric, Pt(size), widths[place])
    _keep_rows(made, grid, bool(table.notes))
    notes = [document.add_paragraph() for _ in table.notes]
    for paragraph, note in zip(notes, table.notes, strict=True):
        run = paragraph.add_run(visible(note))
        run.italic, run.font.size = True, Pt(8)
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    for paragraph in notes[:-1]:
        paragraph.paragraph_format.keep_with_next = True
    last = notes[-1] if notes else document.add_paragraph()
    last.paragraph_format.space_after = Pt(6)


def _fill(column: Any, texts: Sequence[str], right: bool, size: Any, width: float) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm

    column.width = Cm(width)
    for cell, text in zip(column.cells, texts, strict=True):
        cell.width = Cm(width)
        (paragraph,) = cell.paragraphs
        paragraph.paragraph_format.space_after = 0
        run = paragraph.add_run(text)
        run.font.size = size
        mark, own = OxmlElement("w:rPr"), OxmlElement("w:sz")  # else an empty cell is higher
        own.set(qn("w:val"), str(round(2 * size.pt)))
        mark.append(own)
        paragraph._p.get_or_add_pPr().append(mark)
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _keep_rows(made: Any, grid: Grid, notes: bool) -> None:
    """Repeat the header, in bold, on each page; keep rows whole and a short table together."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm

    made.autofit = False
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(int(Cm(_SIDES / 2).twips)))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    made._tbl.tblPr.insert_element_before(margins, "w:tblLook")
    count = grid.levels + grid.rows
    first = count if grid.rows <= _TOGETHER else grid.levels + 3
    kept = {*range(first - 1), count - 2, *([count - 1] if notes else ())}
    for place, row in enumerate(made.rows):
        own = row._tr.get_or_add_trPr()
        own.append(OxmlElement("w:cantSplit"))
        if place < grid.levels:
            own.append(OxmlElement("w:tblHeader"))
        for cell in row.cells:
            (paragraph,) = cell.paragraphs
            paragraph.paragraph_format.keep_with_next = place in kept
            for run in paragraph.runs if place < grid.levels else ():
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

"""A small Word document, read back: page, words, formulas, pictures, tables."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from quesnay.models.display.table import Table
from quesnay.models.display.word import Part, document_bytes

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Drawn:
    """A picture as `draw_picture` makes it."""

    png: bytes
    alt: str
    width: int


def png(width: int, height: int) -> bytes:
    """Return a white picture."""
    lines = zlib.compress((b"\0" + b"\xff" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", head), (b"IDAT", lines), (b"IEND", b""))
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


FORMULA = (
    "<math><mfrac><mi>a</mi><msub><mi>b</mi><mn>1</mn></msub></mfrac><mo>&lt;</mo>"
    "<msup><mi>c</mi><mn>2</mn></msup><munder><mo>max</mo><mi>t</mi></munder></math>"
)
ROWS = pd.MultiIndex.from_tuples([("core", 2018), ("core", 2019), ("all", 2018)], names=["run", ""])
PARTS = (
    Part("One", ["A few words."], {"High": Drawn(png(100, 400), "A tall picture", 3000)}),
    Part("Two", formulas=[("Share", [FORMULA], "a and b are letters.")]),
    Part(
        "Three",
        tables=[
            Table("Values", pd.DataFrame({"value": [1.5, 2.5, 3.5]}, ROWS), ("First.", "Last.")),
            Table("Long", pd.DataFrame({"n": range(20)}, index=[f"row {k}" for k in range(20)])),
            Table("Nothing", pd.DataFrame(), ()),
        ],
    ),
)  # fmt: skip
FRONT = Part(figures={"": Drawn(png(200, 100), "A wide picture", 300)})


@pytest.fixture(name="data", scope="module")
def _data() -> bytes:
    pytest.importorskip("docx", reason="makes the document")
    return document_bytes("Title", ["First.", "Second."], PARTS, question="Why?", front=FRONT)


@pytest.fixture(name="document", scope="module")
def _document(data: bytes) -> Any:
    import docx

    return docx.Document(io.BytesIO(data))


def test_the_page_is_a4_with_its_number_below(document: Any) -> None:
    (section,) = document.sections
    size = section.page_width, section.page_height, section.left_margin, section.right_margin
    assert [round(one.cm, 1) for one in size] == [21.0, 29.7, 1.8, 1.8]
    sides = section.top_margin, section.bottom_margin, section.footer_distance
    assert [round(one.cm, 1) for one in sides] == [1.6, 1.6, 0.7]
    (number,) = section.footer.paragraphs
    assert number.alignment == 1
    assert [mark.get(f"{W}instr") for mark in number._p.iter(f"{W}fldSimple")] == ["PAGE"]
    own = document.core_properties
    assert (own.title, own.author, own.comments) == ("Title", "quesnay", "")
    assert own.created == own.modified
    assert own.created.year == 2000
    sizes = [document.styles[name].font.size.pt for name in ("Normal", "Title", "Heading 1")]
    assert sizes == [10, 18, 13]
    spaces = [document.styles[name].paragraph_format.space_after.pt for name in ("Normal", "Title")]
    assert spaces == [5, 6]
    caption = document.styles["Caption"].paragraph_format
    assert (caption.keep_with_next, caption.space_before.pt, caption.space_after.pt) == (True, 8, 2)
    fonts = {
        mark.get(f"{W}eastAsia"): mark.get(f"{W}ascii")
        for mark in document.styles.element.iter(f"{W}rFonts")
    }
    assert fonts == {"Microsoft YaHei": "Arial"}  # nothing else, nothing from a theme
    assert b"Theme=" not in zipfile_part(document, "styles")


def zipfile_part(document: Any, name: str) -> bytes:
    """Return the fonts of a part of a document as they are written."""
    part = {"styles": document.styles.element}[name]
    return b" ".join(f"{key}=".encode() for mark in part.iter(f"{W}rFonts") for key in mark.attrib)


def test_the_words_of_a_document_stand_in_their_order(document: Any) -> None:
    said = [(p.style.name, p.text) for p in document.paragraphs if p.text]
    assert said == [
        ("Title", "Title"),
        ("Normal", "Why?"),
        ("List Bullet", "First."),
        ("List Bullet", "Second."),
        ("Heading 1", "One"),
        ("Normal", "A few words."),
        ("Caption", "High"),
        ("Heading 1", "Two"),
        ("Heading 1", "Three"),
        ("Caption", "Values"),
        ("Normal", "First."),
        ("Normal", "Last."),
        ("Caption", "Long"),
        ("Caption", "Nothing"),
    ]
    by_text = {p.text: p for p in document.paragraphs}
    assert by_text["Why?"].runs[0].italic
    assert by_text["A few words."].paragraph_format.keep_with_next
    notes = document.paragraphs[-5], next(p for p in document.paragraphs if p.text == "Last.")
    assert notes[1].runs[0].italic
    assert notes[1].runs[0].font.size.pt == 8
    shape = notes[1].paragraph_format
    assert (shape.space_before.pt, shape.space_after.pt) == (2, 6)  # apart from what follows
    first = [p for p in document.paragraphs if p.text == "First."][1].paragraph_format
    assert (first.space_before.pt, first.space_after.pt, first.keep_with_next) == (2, 2, True)


def test_pictures_keep_their_shape_and_leave_room_for_words(document: Any) -> None:
    wide, tall = document.inline_shapes
    # 300 pixels of a page of 96 an inch; a height of 20 cm where 3,000 pixels would be wider
    assert wide.width.cm == pytest.approx(300 * 2.54 / 96, abs=0.01)
    assert wide.height.cm == pytest.approx(150 * 2.54 / 96, abs=0.01)
    assert (tall.width.cm, tall.height.cm) == pytest.approx((5.0, 20.0), abs=0.01)
    assert [s._inline.docPr.get("descr") for s in (wide, tall)] == [
        "A wide picture", "A tall picture",
    ]  # fmt: skip


def test_a_picture_of_the_first_page_is_lower_and_none_is_wider_than_the_words() -> None:
    docx = pytest.importorskip("docx", reason="makes the document")
    tall = Part(figures={"": Drawn(png(100, 400), "tall", 3000)})
    wide = Part(figures={"": Drawn(png(400, 100), "wide", 3000)})
    made = document_bytes("Title", [], [wide], front=tall)
    shapes = docx.Document(io.BytesIO(made)).inline_shapes
    assert [round(shape.height.cm, 2) for shape in shapes] == [8.6, 4.35]
    assert round(shapes[1].width.cm, 2) == 17.4  # 21 less two margins of 1.8


def test_a_formula_is_one_of_word_with_title_and_letters(document: Any) -> None:
    box = document.tables[0]
    title, formula, letters = box.rows[0].cells[0].paragraphs
    assert (title.text, letters.text) == ("Share", "a and b are letters.")
    assert title.runs[0].bold
    assert [mark.tag for mark in box.rows[0]._tr.trPr] == [f"{W}cantSplit"]
    math = formula._p[0]
    said = "".join(f"({e.tag.split('}')[1]}{e.text or ''})" for e in math.iter())
    assert said == (
        "(oMath)(f)(num)(r)(ta)(den)(sSub)(e)(r)(tb)(sub)(r)(t1)(r)(t<)"
        "(sSup)(e)(r)(tc)(sup)(r)(t2)(limLow)(e)(r)(tmax)(lim)(r)(tt)"
    )


def test_a_table_repeats_its_header_and_says_a_label_once(document: Any) -> None:
    _, values, long, _ = document.tables
    assert [[cell.text for cell in line.cells] for line in values.rows] == [
        ["run", "", "value"], ["core", "2018", "1.5"], ["", "2019", "2.5"], ["all", "2018", "3.5"],
    ]  # fmt: skip
    for table in (values, long):
        marks = [[child.tag for child in line._tr.trPr] for line in table.rows]
        assert marks[0] == [f"{W}cantSplit", f"{W}tblHeader"]
        assert all(own == [f"{W}cantSplit"] for own in marks[1:])
        assert all(cell.paragraphs[0].runs[0].bold for cell in table.rows[0].cells if cell.text)
        assert not any(c.paragraphs[0].runs[0].bold for r in list(table.rows)[1:] for c in r.cells)
        assert table.autofit is False
        edges = {
            (e.tag.split("}")[1], e.get(f"{W}w"), e.get(f"{W}type"))
            for mark in table._tbl.iter(f"{W}tblCellMar")
            for e in mark
        }
        assert edges == {("left", "85", "dxa"), ("right", "85", "dxa")}  # 0.15 cm in twentieths
    assert [cell.paragraphs[0].alignment for cell in values.rows[1].cells] == [None, 2, 2]
    assert all(c.paragraphs[0].paragraph_format.space_after == 0 for c in values.rows[1].cells)


@pytest.mark.parametrize("notes", [(), ("One.",), ("One.", "Two.", "Three.")])
def test_the_last_note_of_a_table_keeps_its_distance(notes: tuple[str, ...]) -> None:
    docx = pytest.importorskip("docx", reason="makes the document")
    table = Table("t", pd.DataFrame({"a": [1]}, ["x"]), notes)
    data = document_bytes("Title", [], [Part("One", tables=[table])])
    below = docx.Document(io.BytesIO(data)).paragraphs[-max(len(notes), 1) :]
    assert [one.text for one in below] == list(notes or [""])
    assert [one.paragraph_format.space_after.pt for one in below] == [
        *[2.0] * (len(below) - 1), 6.0,
    ]  # fmt: skip
    assert [bool(one.paragraph_format.keep_with_next) for one in below] == [
        *[True] * (len(below) - 1), False,
    ]  # fmt: skip


def test_a_short_table_stays_together_and_a_long_one_only_at_its_ends(document: Any) -> None:
    _, values, long, _ = document.tables

    def kept(table: Any) -> list[bool]:
        return [
            bool(line.cells[0].paragraphs[0].paragraph_format.keep_with_next) for line in table.rows
        ]

    assert kept(values) == [True] * 4  # and with its notes
    assert kept(long) == [True] * 3 + [False] * 16 + [True, False]


def test_columns_are_as_wide_as_their_letters_or_all_as_wide_as_the_page(document: Any) -> None:
    import docx

    # "core" takes 47 twentieths of nine points, "2018" 51, "value" 59; a side of 0.15 cm each
    _, values, _, _ = document.tables
    point = 2.54 / 72
    assert [column.width.cm for column in values.columns] == pytest.approx(
        [47 / 20 * 9 * point + 0.3, 51 / 20 * 9 * point + 0.3, 59 / 20 * 9 * point + 0.3], abs=0.01
    )
    wide = Table("t", pd.DataFrame([[10**23] * 6]))
    made = document_bytes("Title", [], [Part("One", tables=[wide])])
    (table,) = docx.Document(io.BytesIO(made)).tables
    assert sum(column.width.cm for column in table.columns) == pytest.approx(17.4, abs=0.05)
    runs = [run for cell in table.rows[1].cells for run in cell.paragraphs[0].runs]
    assert {run.font.size.pt for run in runs} == {6.0}


def test_a_table_of_twelve_rows_stays_on_one_page_and_one_of_thirteen_need_not() -> None:
    docx = pytest.importorskip("docx", reason="makes the document")
    tables = [Table("t", pd.DataFrame({"a": range(rows)})) for rows in (12, 13)]
    made = docx.Document(io.BytesIO(document_bytes("Title", [], [Part("One", tables=tables)])))
    kept = [
        [bool(line.cells[0].paragraphs[0].paragraph_format.keep_with_next) for line in table.rows]
        for table in made.tables
    ]
    assert kept == [[True] * 12 + [False], [True] * 3 + [False] * 9 + [True, False]]


def test_letters_are_seven_points_at_least_where_words_can_be_broken() -> None:
    docx = pytest.importorskip("docx", reason="makes the document")
    # 110 signs, 18 of them blanks: 1284 twentieths, for which 17.1 cm have room at 7.5 points;
    # 117 signs, 19 blanks: 1367, at 7; 124 signs, 20 blanks: 1449, at 6.5
    texts = [("aaaaa " * 21)[:length].strip() for length in (110, 117, 124)]
    tables = [Table("t", pd.DataFrame({"a": [text]})) for text in texts]
    made = docx.Document(io.BytesIO(document_bytes("Title", [], [Part("One", tables=tables)])))
    sizes = [t.rows[1].cells[0].paragraphs[0].runs[0].font.size.pt for t in made.tables]
    assert sizes == [7.5, 7.0, 9.0]


def test_the_parts_of_a_document_have_no_time(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
    assert parts[0].filename == "[Content_Types].xml"
    assert {part.date_time for part in parts} == {(2000, 1, 1, 0, 0, 0)}
    assert {part.compress_type for part in parts} == {zipfile.ZIP_DEFLATED}
    names = [part.filename for part in parts[1:]]
    assert names == sorted(names)

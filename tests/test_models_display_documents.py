"""Workbook, Word document and LaTeX of results, read back by other programs."""

import dataclasses
import io
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.fitting.errors import QuesnayError
from quesnay.models.display.documents import Chart, workbook_bytes
from quesnay.models.display.grid import Amount, amounts
from quesnay.models.display.table import Table
from quesnay.models.display.word import Part, document_bytes

from .founding_case import founding_audit, founding_case, study_case

SHOWN = Table(
    "Account, yuan",
    pd.DataFrame(
        {
            "total": amounts("{:.2f}".format, [1.2, np.nan], [1.0, np.nan], [1.5, np.nan]),
            "printed": [
                Amount("+35.1 %", 0.351),
                Amount("4,386 million", 4386.0, unit="million"),
            ],
            "verdict": [Amount("1.4, agrees", 1.4, remark="agrees"), "not judged"],
        },
        index=pd.Index([2018, 2019], name="year"),
    ),
)

WORDY = {"Sources", "How this report was made", "Embedded data of this run"}


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


@pytest.fixture(scope="module")
def book(result: Reproduction, tmp_path_factory: pytest.TempPathFactory) -> Any:
    openpyxl = pytest.importorskip("openpyxl", reason="reads the workbook back")
    return openpyxl.load_workbook(result.to_excel(tmp_path_factory.mktemp("book") / "report.xlsx"))


@pytest.fixture(scope="module")
def written(result: Reproduction, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the report as a Word document once."""
    pytest.importorskip("docx", reason="makes the document")
    return result.to_word(tmp_path_factory.mktemp("word") / "report.docx")


@pytest.fixture(scope="module")
def document(written: Path) -> Any:
    docx = pytest.importorskip("docx", reason="reads the document back")
    return docx.Document(str(written))


def test_text_shows_an_interval_in_one_cell() -> None:
    assert "1.20 [1.00, 1.50]" in SHOWN.to_text()
    assert "1.20 [1.00, 1.50]" in SHOWN.to_html()


def test_files_hold_value_low_high_unit_and_remark_in_columns_of_their_own() -> None:
    lines = SHOWN.to_csv().splitlines()
    assert lines[0] == (
        'year,total,"total, low","total, high",printed,"printed, unit",verdict,"verdict, remark"'
    )
    assert lines[1] == "2018,1.2,1,1.5,0.351,,1.4,agrees"
    assert lines[2] == "2019,,,,4386,million,,not judged"
    above = SHOWN.frame[["total"]].set_axis(pd.MultiIndex.from_tuples([("core", "total")]), axis=1)
    assert Table("t", above).to_csv().splitlines()[0] == (
        'year,core / total,"core / total, low","core / total, high"'
    )


def test_numbers_in_the_workbook_carry_the_decimals_that_are_printed() -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="reads the workbook back")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_bytes([SHOWN])))["Account"]
    codes = {sheet.cell(3, place).value: sheet.cell(4, place) for place in range(1, 9)}
    assert codes["total, low"].value == 1.0
    assert codes["total, low"].number_format == "0.00"
    assert codes["printed"].number_format == "+0.0%;-0.0%;0.0%"
    assert sheet.cell(5, 5).number_format == "#,##0"
    fine = Table("t", pd.DataFrame({"a": [Amount("1 [0.85, 1.3]", 1.0, 0.85, 1.3)]}))
    cells = openpyxl.load_workbook(io.BytesIO(workbook_bytes([fine])))["t"][4]
    assert [cell.number_format for cell in cells] == ["0", "0.00", "0.0"]


def test_a_column_without_a_format_shows_the_decimals_of_the_text() -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="reads the workbook back")
    table = Table("t", pd.DataFrame({"a": [12.3456, 23.4567], "tiny": [1.0, 1e-12]}))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_bytes([table])))["t"]
    assert sheet.cell(4, 1).number_format == "0.00"
    assert sheet.cell(4, 2).number_format == "General"


@pytest.mark.slow
def test_the_contents_link_to_every_sheet(book: Any) -> None:
    first, *others = book.sheetnames
    assert first == "Contents"
    rows = list(book["Contents"].iter_rows(min_row=4))
    assert [row[0].value for row in rows] == others
    assert [row[0].hyperlink.location for row in rows] == [f"'{name}'!A1" for name in others]
    assert not any(name.endswith(" 2") for name in others)
    back = [book[name]["A2"] for name in others]
    assert {cell.hyperlink.location for cell in back} == {"'Contents'!A1"}
    assert {cell.value for cell in back} == {"\u2190 Contents"}


@pytest.mark.slow
def test_the_workbook_holds_every_table_of_the_report(book: Any, result: Reproduction) -> None:
    page = result.to_html()
    captions = {part.split("</caption>")[0] for part in page.split("<caption>")[1:]}
    titles = {sheet["A1"].value.replace("'", "&#x27;") for sheet in book}
    assert captions - titles == {"Printed and estimated, each fact once"}  # of the first screen
    assert {"Definitions", "Sources"} <= set(book.sheetnames)


@pytest.mark.slow
def test_no_number_of_the_workbook_is_text(book: Any) -> None:
    """A cell that reads as a number is one, but for labels such as ids."""
    figure = re.compile(r"[-+<]? ?\d[\d,]*(\.\d+)?( ?%)?( [\[(].*)?|\[.*\]")
    written = [
        (sheet.title, cell.value)
        for sheet in book
        for row in sheet.iter_rows(min_row=4)
        for cell in row[1:]
        if isinstance(cell.value, str) and figure.fullmatch(cell.value)
        if sheet.title not in WORDY  # words and their numbers
    ]
    assert written == []


@pytest.mark.slow
def test_account_and_path_are_drawn_by_the_spreadsheet(book: Any, result: Reproduction) -> None:
    assert len(book["Account"]._charts) == len(result.runs)
    (path,) = book["Path"]._charts
    assert type(path).__name__ == "LineChart"
    own = book["Path"]
    header = [cell.value for cell in own[3]]
    rows = {row[0].value: row for row in own.iter_rows(min_row=4) if row[0].value}
    total = rows[2019][header.index("calibrated run")].value
    assert total == pytest.approx(float(row(result.account, ("calibrated", 2019))["total"]), 1e-9)


def test_a_chart_stands_on_the_sheet_of_its_table() -> None:
    chart = Chart(SHOWN.title, "Total", "line", {"total": "total"}, (0, 1), "total")
    names = zipfile.ZipFile(io.BytesIO(workbook_bytes([SHOWN, SHOWN], [chart]))).namelist()
    assert sum("charts/chart" in name for name in names) == 2


@pytest.mark.slow
def test_the_word_document_has_headings_tables_and_described_pictures(
    result: Reproduction, document: Any
) -> None:
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert "The account" in headings
    assert document.paragraphs[0].text == result.study.study.title
    heads = {tuple(cell.text for cell in t.rows[0].cells)[:3]: t for t in document.tables}
    account = heads["run", "year", "core"]
    assert account.rows[1].cells[1].text == "2017"
    assert len(document.inline_shapes) >= 4
    assert all(shape._inline.docPr.get("descr") for shape in document.inline_shapes)


@pytest.mark.slow
def test_the_first_page_holds_question_answer_picture_and_small_table(
    result: Reproduction, document: Any
) -> None:
    before = []
    for paragraph in document.paragraphs:
        if paragraph.style.name.startswith("Heading"):
            break
        before.append(paragraph.text)
    assert before[0] == result.study.study.title
    assert "Printed and estimated, each fact once" in before
    assert "Value added by run and year, with the printed totals" in before
    section = document.sections[0]
    assert section.page_width < section.page_height
    first = document.inline_shapes[0]
    assert first.height.cm < 9
    room = section.page_width - section.left_margin - section.right_margin
    body = section.page_height - section.top_margin - section.bottom_margin
    for shape in document.inline_shapes:
        assert shape.width <= room
        assert shape.height <= 0.8 * body
        assert shape.width / shape.height == pytest.approx(_ratio(document, shape), rel=0.01)


def _ratio(document: Any, shape: Any) -> float:
    """Return width over height of a picture in a document, from its own pixels."""
    mark = shape._inline.graphic.graphicData.pic.blipFill.blip.embed
    image = document.part.related_parts[mark].image
    return float(image.px_width / image.px_height)


@pytest.mark.slow
def test_word_holds_the_formulas_of_the_method_as_formulas(written: Path) -> None:
    with zipfile.ZipFile(written) as packed:
        text = packed.read("word/document.xml").decode("utf-8")
    assert text.count("<m:oMath") >= 9
    assert "<m:f><m:num><m:r><m:t" in text
    assert '<m:t xml:space="preserve">GDP</m:t>' in text


@pytest.mark.slow
def test_tables_of_a_document_fit_the_page_and_stay_with_their_captions(document: Any) -> None:
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    assert len(document.tables) > 20
    for table in document.tables:
        widths = [column.width for column in table.columns]
        assert sum(widths) <= 1.01 * room
        assert all(row._tr.trPr.find(f"{W}cantSplit") is not None for row in table.rows)
        if _formulas(table):
            continue
        (head,) = table.rows[0].cells[0].paragraphs
        assert head.paragraph_format.keep_with_next or len(table.rows) == 1
    verdicts = next(t for t in document.tables if t.cell(0, 0).text == "id" and len(t.columns) > 9)
    assert verdicts.columns[0].width < verdicts.columns[1].width


def _formulas(table: Any) -> int:
    """Return how many formulas stand in a table of a document."""
    return len(
        list(table._tbl.iter("{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"))
    )


@pytest.mark.slow
def test_a_formula_stays_with_its_title_and_its_words(document: Any) -> None:
    (box,) = (table for table in document.tables if _formulas(table))
    assert len(box.columns) == 1
    for line in box.rows:  # no row is parted, see the test above
        first, *_, last = line.cells[0].paragraphs
        assert first.runs[0].bold
        assert len(last.text) > 20


def test_a_table_is_as_wide_as_its_letters_and_an_empty_cell_no_higher() -> None:
    docx = pytest.importorskip("docx")
    names = ["\u589e\u52a0\u503c\u603b\u91cf\uff0c2018\u5e74", "i" * 30, "W" * 14]
    frame = pd.DataFrame({"figure": names, "total": ["1.4 [1.3, 1.5]", "", "2.1 [2.0, 2.2]"]})
    made = document_bytes("Report", [], [Part("Totals", tables=[Table("Totals", frame)])])
    table = docx.Document(io.BytesIO(made)).tables[0]
    assert {mark.get(f"{W}val") for mark in table._tbl.iter(f"{W}sz")} == {"18"}  # half points
    marks = [cell.paragraphs[0]._p.pPr.find(f"{W}rPr/{W}sz") for cell in table.column_cells(1)]
    assert [mark.get(f"{W}val") for mark in marks] == ["18"] * 4
    own = table.columns[0].width / docx.shared.Pt(9)  # of the size; the widest are capitals
    assert 14 * 0.72 < own < 14 * 1.0 + 2


@pytest.mark.parametrize(
    ("words", "kept"),
    [("few", [True] * 3), ("x" * 200, [True] * 3), ("x" * 201, None), ("many " * 200, None)],
)
def test_a_heading_goes_to_the_page_of_what_it_announces(
    words: str, kept: list[bool] | None
) -> None:
    """A few words between a heading and its table do not part them."""
    docx = pytest.importorskip("docx")
    table = Table("Totals", pd.DataFrame({"total": [1.4]}))
    made = document_bytes("Report", [], [Part("Totals", [words] * 3, tables=[table])])
    shown = docx.Document(io.BytesIO(made)).paragraphs[2:5]
    own = [bool(paragraph.paragraph_format.keep_with_next) for paragraph in shown]
    assert own == (kept or [False, False, True])


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.mark.slow
def test_a_sheet_names_each_bound_and_shows_the_whole_header(book: Any) -> None:
    sheet = book["Account"]
    names = [cell.value for cell in sheet[3]]
    for figure in ("core", "integration", "total", "share of GDP, %"):
        assert {figure, f"{figure}, low", f"{figure}, high"} <= set(names)
    assert sheet.row_dimensions[3].height >= 30  # two lines: "share of GDP, %, high" is wrapped
    assert sheet.cell(3, 3).alignment.horizontal == "right"
    assert sheet.cell(3, 1).alignment.horizontal == "left"


@pytest.mark.slow
def test_long_texts_of_a_sheet_are_wrapped_and_make_no_page_narrow(book: Any) -> None:
    audit = book["Audit"]
    assert audit.column_dimensions["B"].width < 62
    assert audit.cell(4, 2).alignment.wrap_text
    assert audit.row_dimensions[4].height > 30
    notes = [str(one) for one in book["Account"].merged_cells.ranges]
    assert len(notes) >= 4
    assert all(one.startswith("A") and ":N" in one for one in notes)


@pytest.mark.slow
def test_headers_of_the_report_are_words(book: Any) -> None:
    heads = {str(cell.value) for sheet in book for cell in sheet[3]}
    assert "standard error" in heads
    assert not [head for head in heads if re.search(r"[a-z]_[a-z]", head)]


def test_a_study_without_printed_figures_becomes_documents_too(tmp_path: Path) -> None:
    pytest.importorskip("docx", reason="makes the document")
    result = study_case("oecd_ict_japan")
    assert result.to_word(tmp_path / "a.docx").stat().st_size > 10_000
    names = zipfile.ZipFile(result.to_excel(tmp_path / "a.xlsx")).namelist()
    assert sum("charts/chart" in name for name in names) == 2
    klems = study_case("us_digital_economy")
    assert klems.to_word(tmp_path / "b.docx").stat().st_size > 10_000


def test_the_same_result_gives_the_same_document(tmp_path: Path) -> None:
    pytest.importorskip("docx", reason="makes the document")
    fit = founding_audit()
    first = fit.to_word(tmp_path / "a.docx").read_bytes()
    assert fit.to_word(tmp_path / "b.docx").read_bytes() == first


def test_without_the_package_the_remedy_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    fit = founding_audit()
    with pytest.raises(QuesnayError, match=r"install quesnay\[word\]"):
        fit.to_word(tmp_path / "a.docx")


@pytest.mark.slow
def test_latex_of_the_whole_reproduction_compiles(result: Reproduction, tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("no TeX on this machine")
    head = (
        r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{booktabs,longtable}"
        r"\usepackage[a4paper,margin=2cm]{geometry}\begin{document}"
    )
    hostile = Table("50 % of $x_1$ & {a}", pd.DataFrame({"#_~^\\": ["<|>", "-1"]})).to_latex()
    shown = f"{result.to_latex()}\n{qn.audit().to_latex()}"
    (tmp_path / "t.tex").write_text(f"{head}\n{shown}\n{hostile}\n\\end{{document}}")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-1500:]
    assert (tmp_path / "t.pdf").stat().st_size > 10_000
    assert "Overfull" not in done.stdout
    assert "Float too large" not in done.stdout
    assert r"\end{longtable}" in shown


@pytest.mark.parametrize("method", ["to_word", "to_excel", "to_html"])
def test_characters_that_xml_forbids_do_not_spoil_a_document(tmp_path: Path, method: str) -> None:
    pytest.importorskip("docx")
    to = qn.concordance("isic4", "nace2")
    odd = dataclasses.replace(to, source="a\ufffeb\uffff", links=to.links.assign(basis="\ufffe"))
    getattr(odd, method)(tmp_path / "odd.file")
    assert "\ufffe".encode() not in (tmp_path / "odd.file").read_bytes()


@pytest.mark.parametrize("path", [3, None])
def test_a_path_that_is_none_is_refused(path: Any) -> None:
    pytest.importorskip("docx")
    with pytest.raises(qn.DataError, match="path: expected the path of a file or folder, got"):
        qn.concordance("isic4", "nace2").to_word(path)

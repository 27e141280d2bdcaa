"""Excel workbooks: valid sheet names, numbers as numbers, the same bytes each time."""

import io
import re
import time
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from quesnay.fitting.errors import DataError
from quesnay.models.display import documents as workbook_module
from quesnay.models.display.documents import Chart, sheet_names, tables_to_excel, workbook_bytes
from quesnay.models.display.grid import amounts
from quesnay.models.display.table import Table


def read(path: Path) -> dict[str, list[list[Any]]]:
    calamine = pytest.importorskip("python_calamine", reason="reads the workbook back")
    book = calamine.CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_values_come_back(tmp_path: Path) -> None:
    index = pd.Index(["T18", "T19"], name="id")
    frame = pd.DataFrame(
        {
            "estimate": [1.1, np.nan],
            "inside": [True, False],
            "role": ["held out", None],
            "count": [10**15 - 1, -(10**15)],  # more digits than a spreadsheet keeps are text
            "day": [date(2020, 3, 1), pd.NaT],
            "bound": [np.inf, 0.5],
            "later": [None, 7],
        },
        index=index,
    )
    table = Table("Verdicts, trillion yuan", frame, ("Source: CAICT.",), {"estimate": ".3f"})
    (sheet,) = read(table.to_excel(tmp_path / "a.xlsx")).values()
    assert sheet[0][0] == "Verdicts, trillion yuan"
    assert sheet[2] == ["id", "estimate", "inside", "role", "count", "day", "bound", "later"]
    assert sheet[3] == ["T18", 1.1, True, "held out", 1e15 - 1, "2020-03-01", "inf", ""]
    assert sheet[4] == ["T19", "", False, "", "-1000000000000000", "", 0.5, 7.0]
    assert sheet[6][0] == "Source: CAICT."


def test_all_tables_of_a_result_share_one_workbook(tmp_path: Path) -> None:
    columns = pd.MultiIndex.from_product([["core"], ["low", "high"]])
    levels = Table("Account, yuan", pd.DataFrame([[1.0, 2.0]], columns=columns, index=[2018]))
    sheets = read(tables_to_excel([levels, levels], tmp_path / "a.xlsx"))
    assert list(sheets) == ["Contents", "Account", "Account 2"]
    assert sheets["Account"][2:5] == [["", "core", "core"], ["", "low", "high"], [2018.0, 1.0, 2.0]]


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    table = Table("t", pd.DataFrame({"a": [0.1 + 0.2], "b": ["=1"]}))
    first = table.to_excel(tmp_path / "a.xlsx").read_bytes()
    time.sleep(1.1)  # a creation time would show
    near = Table("t", pd.DataFrame({"a": [0.3], "b": ["=1"]}))
    assert near.to_excel(tmp_path / "b.xlsx").read_bytes() == first


@given(st.lists(st.text(max_size=50), max_size=12))
def test_sheet_names_are_valid_and_different(titles: list[str]) -> None:
    names = sheet_names(titles)
    assert len(names) == len(titles)
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 1 <= len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\\x00-\x1f]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"


def test_sheet_names_are_short_and_speak() -> None:
    titles = ["History", "x" * 40, "X" * 40, "工业互联网增加值", "", "Account (calibrated run)"]
    assert sheet_names(titles) == [
        "History 2", "x" * 31, "X" * 29 + " 2", "工业互联网增加值", "Table", "Account",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "code"),
    [(".3f", "0.000"), (",.0f", "#,##0"), (".1%", "0.0%"), ("d", "0"), (",d", "#,##0"),
     (".4g", "General"), (None, "General"), ("%", "0.000000%"),
     ("+.1f", "+0.0;-0.0;0.0"), ("+,.0%", "+#,##0%;-#,##0%;#,##0%"), ("f", "0.000000"),
     ("p", '[<0.00005]"<0.0001";0.0000')],
)  # fmt: skip
def test_formats_become_excel_formats(spec: str | None, code: str) -> None:
    assert workbook_module._excel_format(spec) == code


def test_what_does_not_fit_a_sheet_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    with pytest.raises(
        DataError, match="there is no table to write to the workbook; give at least"
    ):
        tables_to_excel([], path)
    # the limits of Excel as Microsoft publishes them: rows, columns, letters of a cell
    with pytest.raises(DataError, match="1048573 rows and 1 columns exceed"):
        Table("t", pd.DataFrame({"a": np.zeros(1_048_573)})).to_excel(path)
    with pytest.raises(DataError, match="1 rows and 16384 columns exceed"):
        Table("t", pd.DataFrame(np.zeros((1, 16_384)))).to_excel(path)
    with pytest.raises(
        DataError, match="a text of 32,768 characters does not fit a cell of 32,767"
    ):
        Table("t", pd.DataFrame({"a": ["x" * 32_768]})).to_excel(path)
    assert not path.exists()
    Table("t", pd.DataFrame({"a": ["x" * 32_767]})).to_excel(path).unlink()
    monkeypatch.setattr(workbook_module, "MOST_ROWS", 10)
    monkeypatch.setattr(workbook_module, "MOST_COLUMNS", 2)
    with pytest.raises(DataError, match="table 't': 7 rows and 1 columns exceed an Excel sheet"):
        Table("t", pd.DataFrame({"a": range(7)})).to_excel(path)
    with pytest.raises(DataError, match="6 rows and 1 columns exceed"):
        Table("t", pd.DataFrame({"a": range(6)}), ("A note.",)).to_excel(path)
    with pytest.raises(DataError, match="1 rows and 2 columns exceed"):
        Table("t", pd.DataFrame({"a": [1], "b": [2]})).to_excel(path)  # and the labels of its rows
    assert not path.exists()
    # title, a line for the way back, the header, and a line before the notes
    assert Table("t", pd.DataFrame({"a": range(6)})).to_excel(path).is_file()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Smallest sets of figures that cannot hold together", "Smallest sets of figures"),
        ("Specifications without an estimate", "Specifications"),
        ("Average contribution to productivity growth, log points", "Average contribution"),
        (f"{'a' * 15} {'b' * 15}", f"{'a' * 15} {'b' * 15}"),  # as long as a name may be
        (f"{'a' * 15} {'b' * 15} more", f"{'a' * 15} {'b' * 15}"),  # 31 letters to a word's end
        ("abcdefg " + "x" * 30, "abcdefg " + "x" * 23),  # seven letters would be too few
        ("abcdefgh " + "x" * 30, "abcdefgh"),
        ("\u5f39\u6027\uff1a\u53ef\u63a5\u53d7\u7684\u65b9\u7a0b", "\u5f39\u6027"),
    ],
)
def test_the_name_of_a_sheet_ends_where_its_phrase_may(title: str, name: str) -> None:
    assert sheet_names([title]) == [name]


def test_long_titles_that_begin_alike_have_names_of_their_own() -> None:
    titles = [f"Smallest sets of figures that cannot hold together in {year}" for year in (1, 2)]
    assert sheet_names(titles) == ["Smallest sets of figures", "Smallest sets of figures 2"]


ACCOUNT = Table(
    "Account, yuan",
    pd.DataFrame(
        {
            "total": amounts("{:.2f}".format, [1.2, 2.0], [1.0, 1.5], [1.5, 3.0]),
            "share": [0.5, 0.25],
            "what": ["short", "x " * 60],
            "count": [3, 4],
        },
        index=pd.Index([2018, 2019], name="year"),
    ),
    ("A note.", "n " * 100),
    {"share": ".1%"},
)
CHARTS = (
    Chart(ACCOUNT.title, "One", "column", {"Total": "total", "Part": "share"}, None, "total"),
    Chart(ACCOUNT.title, "Two", "line", {"total": "total", "share": "share"}, (1, 2), "total"),
    Chart(ACCOUNT.title, "Three", "line", {"share": "share"}),
)


def test_a_chart_in_another_language_draws_the_same_columns() -> None:
    spoken = CHARTS[1].spoken(str.upper)
    assert (spoken.table, spoken.title) == (ACCOUNT.title.upper(), "TWO")
    assert spoken.series == {"TOTAL": "TOTAL", "SHARE": "SHARE"}
    assert (spoken.kind, spoken.rows, spoken.interval) == ("line", (1, 2), "TOTAL")
    assert CHARTS[2].spoken(str.upper).interval is None


@pytest.fixture(name="made", scope="module")
def _made() -> bytes:
    return workbook_bytes([ACCOUNT, Table("Other", pd.DataFrame({"a": [12345.678, 2.5]}))], CHARTS)


def test_a_sheet_reads_like_a_table_on_paper(made: bytes) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="reads the workbook back")
    book = openpyxl.load_workbook(io.BytesIO(made))
    own, other = book["Account"], book["Other"]
    assert [sheet.freeze_panes for sheet in book] == ["A4", "B4", "A4"]
    assert own.print_title_rows == other.print_title_rows == "$3:$3"
    for sheet in book:
        page = sheet.page_setup
        assert (page.orientation, page.paperSize, page.fitToHeight) == ("landscape", 9, 0)
        assert page.fitToWidth in {None, 1}
    heads = [(cell.value, cell.alignment.horizontal, cell.alignment.indent) for cell in own[3]]
    assert heads == [
        ("year", "right", 0), ("total", "right", 0), ("total, low", "right", 0),
        ("total, high", "right", 0), ("share", "right", 0), ("what", "left", 1),
        ("count", "right", 0),
    ]  # fmt: skip
    for cell in own[3]:
        assert cell.font.b
        assert cell.alignment.wrap_text
        assert cell.border.bottom.style == "thin"
    formats = ["0", "0.00", "0.00", "0.00", "0.0%", "General", "0"]
    assert [cell.number_format for cell in own[4]] == formats
    assert [cell.number_format for (cell,) in other["A4:A5"]] == ["#,##0", "#,##0"]
    assert [own["F4"].alignment.wrap_text, own["F5"].alignment.wrap_text] == [None, True]
    assert {cell.alignment.vertical for cell in own[5]} == {"top"}
    # twelve letters at least and sixty at most; lines of nine tenths of the width, 15 points each
    widths = {name: round(own.column_dimensions[name].width - 0.71) for name in "AFG"}
    assert widths == {"A": 13, "F": 60, "G": 13}
    heights = {number: line.height for number, line in own.row_dimensions.items() if line.height}
    assert heights == {5: 45.0, 8: 30.0}
    assert sorted(map(str, own.merged_cells.ranges)) == ["A7:G7", "A8:G8"]
    assert own["A7"].font.i
    assert own["A7"].alignment.wrap_text
    assert own["A1"].font.b
    assert other["A1"].value == "Other"


@pytest.mark.parametrize(("columns", "merged"), [(1, []), (2, ["A6:B6"]), (3, ["A6:C6"])])
def test_a_note_is_as_wide_as_its_table(columns: int, merged: list[str]) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="reads the workbook back")
    table = Table("t", pd.DataFrame({name: [1] for name in "abc"[:columns]}), ("A note.",))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_bytes([table])))["t"]
    assert sheet["A6"].value == "A note."
    assert [str(one) for one in sheet.merged_cells.ranges] == merged


@pytest.mark.parametrize(("letters", "wrapped"), [(59, None), (60, True)])
def test_a_text_of_sixty_letters_is_wrapped(letters: int, wrapped: bool | None) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="reads the workbook back")
    table = Table("Own", pd.DataFrame({"what": ["x" * letters, None], "some": [None, 2.5]}))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_bytes([table])))["Own"]
    assert sheet["A4"].alignment.wrap_text is wrapped
    assert [cell.alignment.horizontal for cell in sheet[3]] == ["left", "right"]
    assert round(sheet.column_dimensions["A"].width - 0.71) == 60
    assert sheet.row_dimensions[4].height == (30.0 if wrapped else None)


def test_the_contents_of_a_workbook_lead_to_its_sheets_and_back(made: bytes) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="reads the workbook back")
    book = openpyxl.load_workbook(io.BytesIO(made))
    listed = book["Contents"]
    assert [[cell.value for cell in line] for line in listed["A3:D5"]] == [
        ["sheet", "what it shows", "rows", "columns"],
        ["Account", "Account, yuan", 2, 4],
        ["Other", "Other", 2, 1],
    ]
    assert [cell.hyperlink.location for (cell,) in listed["A4:A5"]] == [
        "'Account'!A1",
        "'Other'!A1",
    ]
    assert book["Account"]["A2"].hyperlink.location == "'Contents'!A1"
    assert [cell.font.b for cell in (*listed[3], listed["A1"])] == [True] * 5
    widths = [round(listed.column_dimensions[name].width - 0.71) for name in "ABC"]
    assert widths == [34, 90, 8]
    alone = openpyxl.load_workbook(io.BytesIO(workbook_bytes([ACCOUNT])))
    assert alone.sheetnames == ["Account"]
    assert alone["Account"]["A2"].value is None


def test_charts_draw_their_columns_two_abreast_below_the_notes(made: bytes) -> None:
    book = zipfile.ZipFile(io.BytesIO(made))
    charts = [book.read(f"xl/charts/chart{k}.xml").decode() for k in (1, 2, 3)]
    assert ["barChart" in text for text in charts] == [True, False, False]
    assert 'grouping val="stacked"' in charts[0]
    assert 'marker val="1"' in charts[1]
    drawn = [re.findall(r"<c:f>Account!([^<]*)</c:f>", text) for text in charts]
    assert drawn[0] == ["$A$4:$A$5", "$B$4:$B$5", "$A$4:$A$5", "$E$4:$E$5"]
    assert drawn[1] == ["$A$5", "$B$5", "$A$5", "$E$5"]
    assert drawn[2] == ["$A$4:$A$5", "$E$4:$E$5"]
    assert re.findall("<c:tx><c:v>([^<]*)", charts[0]) == ["Total", "Part"]
    assert [re.findall("<a:t>([^<]*)", text) for text in charts] == [["One"], ["Two"], ["Three"]]
    for text in charts:
        assert 'legendPos val="b"' in text
        assert '<c:numFmt formatCode="0"' in text
        assert 'sz="1200"' in text
        assert "c:overlay" not in text
    # up from 1.2 and 2 to 1.5 and 3, down to 1 and 1.5: at the top of the stack, or at its line
    bars = [re.split("<c:order", text) for text in charts]
    assert [["errBars" in part for part in own[1:]] for own in bars] == [
        [False, True], [True, False], [False],
    ]  # fmt: skip
    ends = [float(x) for x in re.findall("<c:v>([0-9.]+)", bars[0][2].split("</c:errBars>")[0])]
    assert ends == pytest.approx([0.3, 1.0, 0.2, 0.5])
    # pixels: five columns of 96, rows of 20; charts of 560 by 330 with gaps of 20 and 15
    places = re.findall(
        "<xdr:col>(\\d+)</xdr:col><xdr:colOff>(\\d+)</xdr:colOff>"
        "<xdr:row>(\\d+)</xdr:row><xdr:rowOff>(\\d+)</xdr:rowOff>",
        book.read("xl/drawings/drawing1.xml").decode(),
    )
    corners = [(int(c), int(x) // 9525, int(r), int(y) // 9525) for c, x, r, y in places]
    assert corners[:3] == [(0, 0, 9, 0), (5, 80, 25, 10), (5, 100, 9, 0)]
    assert corners[4:] == [(0, 0, 26, 5), (5, 80, 42, 15)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.20 [1.07, 1.32]", "0.00"), ("4,386 million", "#,##0"), ("+35.1 %", "+0.0%;-0.0%;0.0%"),
        ("-3", "0"), ("12%", "0%"), ("<0.0001", '[<0.0001]"<0.0001";0.0000'), ("none", "General"),
        ("<1", '[<1.0]"<1";0'),
    ],
)  # fmt: skip
def test_a_printed_number_keeps_its_decimals_and_its_sign(text: str, code: str) -> None:
    assert workbook_module._printed_code(text) == code


@pytest.mark.parametrize(
    ("values", "spec", "code"),
    [
        ([1.5, 2.25], None, "0.00"), ([9_999.5, 1.0], None, "0"),
        ([10_000.0, 1.5], None, "#,##0"),
        ([1.5, 1e-9], None, "General"), ([1e15, 1.0], None, "General"), ([1.5, 0.0], None, "0.0"),
        ([1.5, np.nan], None, "0.0"), ([1.5], ".3g", "0.0"), ([1.5], ".3f", "0.000"),
        (["a", 3], None, "General"),
    ],
)  # fmt: skip
def test_a_column_shows_the_decimals_that_people_read(
    values: list[object], spec: str | None, code: str
) -> None:
    assert workbook_module._code(values, spec) == code


def test_a_chart_is_told_in_the_language_of_its_table() -> None:
    chart = Chart("t", "a", "line", {"b": "c"}, (1, 2), "d")
    assert chart.spoken(str.upper) == Chart("T", "A", "line", {"B": "C"}, (1, 2), "D")
    bare = replace(chart, interval=None)
    assert bare.spoken(str.upper).interval is None


def test_a_row_of_heads_is_as_high_as_its_longest() -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="reads the workbook back")
    word = "nineteen"  # two do not go into 0.9 of thirteen letters
    columns = pd.MultiIndex.from_tuples(
        [("one", "a"), (" ".join([word] * 2), " ".join([word] * 3))]
    )
    sheet = openpyxl.load_workbook(
        io.BytesIO(workbook_bytes([Table("t", pd.DataFrame([[1.0, 2.0]], columns=columns))]))
    ).active
    assert [sheet.row_dimensions[row].height for row in (3, 4, 5)] == [30.0, 45.0, None]


def test_a_cell_keeps_its_lines_apart() -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="reads the workbook back")
    made = workbook_bytes([Table("t", pd.DataFrame({"a": ["one\ntwo"]}))])
    assert openpyxl.load_workbook(io.BytesIO(made)).active["A4"].value == "one\ntwo"


def test_a_header_of_several_levels_leaves_out_what_is_empty() -> None:
    columns = pd.MultiIndex.from_tuples([("a", ""), ("b", "x"), ("c", np.nan)])
    written = Table("t", pd.DataFrame([[1.0, 2.0, 3.0]], columns=columns)).to_csv()
    assert written.splitlines()[0] == "a,b / x,c"

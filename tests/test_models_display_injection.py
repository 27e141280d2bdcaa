"""A hostile label stays a label in a terminal, in HTML, LaTeX, Markdown, CSV and Excel."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from quesnay.models.display.documents import workbook_bytes
from quesnay.models.display.escape import (
    escape_html,
    escape_latex,
    escape_markdown,
    guard_formula,
    visible,
)
from quesnay.models.display.table import Table

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></tr></table><script>x</script>",
    "' onmouseover='alert(1)",
    "&lt;script&gt;",
    "$\\href{javascript:alert(1)}{x}$",
    "\\input{/etc/passwd}",
    "\\write18{rm -rf /}",
    "^^5cinput{/etc/passwd}",
    "} \\end{tabular} \\input{x}",
    "a & b \\\\ c",
    "[1cm] 100% #1 ~ _x_",
    "* starred",
    "`code` | cell \n| next | row |",
    "[link](javascript:alert(1))",
    "![image](http://example.org/x.png)",
    "# heading",
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org","x")',
    "＝1+1",
    "http://example.org",
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m",
    "abc\u202egnp.exe",
    "half \ud800 pair",
    "nul \x00 byte",
    "a;=1+1",
    'quote " and , comma',
    "工业互联网",
)


def table_of(label: str) -> Table:
    """Put one label wherever a label can be."""
    rows = pd.Index([label, "y"], name=label, dtype=object)
    columns = pd.Index([label], dtype=object)
    frame = pd.DataFrame([[label], ["x"]], index=rows, columns=columns, dtype=object)
    return Table(label, frame, (label,))


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def elements(html: str) -> _Elements:
    parser = _Elements()
    parser.feed(html)
    parser.close()
    return parser


@pytest.mark.parametrize("label", HOSTILE)
def test_html_has_only_the_elements_of_a_table(label: str) -> None:
    page, plain = elements(table_of(label).to_html()), elements(table_of("plain").to_html())
    assert page.found == plain.found
    assert page.attributes <= {"class", "scope", "style", "rowspan", "colspan"}
    assert page.text.count(visible(label)) == 6


@pytest.mark.parametrize("label", HOSTILE)
def test_html_keeps_notebooks_from_typesetting(label: str) -> None:
    assert table_of(label)._repr_html_().startswith('<div class="quesnay tex2jax_ignore ')


def latex_commands(text: str) -> list[str]:
    return re.findall(r"\\[a-zA-Z]+", text)


@pytest.mark.parametrize("label", HOSTILE)
def test_latex_has_no_command_of_the_label_and_no_extra_cell(label: str) -> None:
    escaped = escape_latex(label)
    known = {"textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater"}
    known |= {"textbar", "textasciigrave", "char"}
    assert {command[1:] for command in latex_commands(escaped)} <= known
    bare = re.sub(r"\\[a-zA-Z]+(34)?\{\}|\\[{}&%$#_]", "", escaped)
    assert not set("\\&%$#_~^") & set(bare)
    lines = table_of(label).to_latex().splitlines()
    assert len(lines) == len(table_of("plain").to_latex().splitlines())
    ends = [line for line in lines if line.endswith(r"\\")]
    assert all(len(re.findall(r"(?<!\\)&", line)) == 1 for line in ends)
    assert not any(line.lstrip().startswith(("[", "*")) for line in lines)


@given(st.text(max_size=30))
def test_latex_groups_always_close(label: str) -> None:
    bare = re.sub(r"\\[{}]", "", escape_latex(label))
    depth = 0
    for character in bare:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0


@pytest.mark.parametrize("label", HOSTILE)
def test_markdown_keeps_its_cells_and_has_no_markup(label: str) -> None:
    rows = [line for line in table_of(label).to_markdown().splitlines() if line.startswith("| ")]
    assert len(rows) == 4
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 3 for row in rows)
    escaped = escape_markdown(label)
    assert "<" not in escaped
    assert not re.search(r"(?<!\\)[`*_\[\]()|]", escaped.replace("\\\\", ""))


def runs_as_formula(cell: str) -> bool:
    stripped = cell.lstrip(" \t\r\n\u3000")
    return stripped.startswith(tuple("=+-@＝＋－＠|%"))


@pytest.mark.parametrize("label", HOSTILE)
def test_csv_has_no_formula_and_reads_back(label: str) -> None:
    cells = list(csv.reader(io.StringIO(table_of(label).to_csv(), newline="")))
    assert not any(runs_as_formula(cell) for row in cells for cell in row)
    kept = visible(label, breaks=True).replace("\r", "\n")
    assert cells[1][1] in {kept, "'" + kept}


@given(st.text(max_size=20))
def test_guarded_text_never_runs(label: str) -> None:
    guarded = guard_formula(label)
    number = re.fullmatch(r"\s*[-+]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?%?", guarded, re.IGNORECASE)
    assert not runs_as_formula(guarded) or guarded.strip() == "-" or number


def test_negative_numbers_stay_numbers_in_csv() -> None:
    frame = pd.DataFrame(
        {"change": [-0.5, 1e-12], "printed": ["-0.5", "+3.2%"], "ok": [True, False]}
    )
    assert Table("t", frame).to_csv() == "change,printed,ok\n-0.5,-0.5,true\n1e-12,+3.2%,false\n"


def test_a_zero_has_no_sign() -> None:
    table = Table("t", pd.DataFrame({"a": [-0.0, -0.5]}))
    assert table.to_csv() == "a\n0\n-0.5\n"
    with zipfile.ZipFile(io.BytesIO(workbook_bytes([table]))) as book:
        cells = re.findall("<v>(.*?)</v>", book.read("xl/worksheets/sheet1.xml").decode())
    assert cells[-2:] == ["0", "-0.5"]


def test_csv_has_ten_digits() -> None:
    assert Table("t", pd.DataFrame({"a": [0.1 + 0.2, 1 / 3]})).to_csv() == "a\n0.3\n0.3333333333\n"


@pytest.mark.parametrize("label", HOSTILE)
def test_excel_holds_text_and_no_formula_or_link(label: str, tmp_path: Path) -> None:
    path = table_of(label).to_excel(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert not any("hyperlink" in name or "externalLink" in name for name in book.namelist())
        styles = book.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert not re.search(r' t="(?!s")', sheet)
    assert ("quotePrefix" in styles) == (guard_formula(label) != visible(label, breaks=True))


@pytest.mark.parametrize("escape", [escape_html, escape_latex, escape_markdown, visible])
@given(label=st.text(st.characters(max_codepoint=0x2FFFF), max_size=30))
def test_no_hidden_character_passes(escape: Callable[[object], str], label: str) -> None:
    shown = escape(label)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)


@pytest.mark.parametrize("label", HOSTILE)
def test_a_terminal_gets_one_line_a_row_and_no_control(label: str) -> None:
    text = table_of(label).to_text()
    assert "\x1b" not in text
    assert len(text.splitlines()) == len(table_of("plain").to_text().splitlines())

"""A report as one page: each part in its element, numbers in the reader's words, pictures."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from quesnay.diagnostics.plots.style import finish, new_figure
from quesnay.diagnostics.report.language import ENGLISH, language_of
from quesnay.diagnostics.report.page import (
    Answer,
    Cell,
    Formula,
    Front,
    Section,
    Why,
    mathml,
    render_page,
)
from quesnay.models.display.table import Table

FRONT = Front(
    "A title",
    "A question?",
    ["Level: it is 5 % more.", "Without a word. Note: none", "Uncharacteristicallylong: yes",
     "Uncharacteristicallylarge: no"],
    {},
    Answer(
        "Answer", ["run", "total", "bare"],
        [[Cell("linkage"), Cell("1.42 [1.2, 1.5]", "why-1", "trillion yuan"), Cell("3 %")]],
        ["A note."],
    ),
    {"why-1": Why(["Because 5 %."], [("more", "method-core"), ("yet more", "data")])},
)  # fmt: skip
TABLE = Table(
    "Numbers", pd.DataFrame({"v": [1.5, 2.5], "w": ["of sixteen signs", "of 17 signs or so"]},
                            ["T18", "S18"]), ("Below.",),
)  # fmt: skip


def sections() -> list[Section]:
    figure = finish(new_figure(size=(10.0, 4.0)), alt="A picture")
    small = finish(new_figure(size=(4.0, 3.0)), alt="Another")
    return [
        Section("one", "One", ["Words of one."], tables=[TABLE], remarks=["A remark."],
                anchors="row", opens={"Numbers": {(1, 1): "why-1"}}),
        Section("two", "Two", brief=True, figures={"Drawn": figure, "Small": small}),
        Section("three", "Three", brief=True, formulas=[Formula("core", "Core", "C = k v", "k")]),
    ]  # fmt: skip


@pytest.fixture(name="page", scope="module")
def _page() -> str:
    return render_page(FRONT, sections())


def test_sentences_of_the_answer_start_with_the_word_that_they_open_with(page: str) -> None:
    found = re.search(r'<ol class="lead">(.*?)</ol>', page, re.DOTALL)
    assert found is not None
    assert re.findall("<li>(.*?)</li>", found[1]) == [
        "<strong>Level:</strong> it is 5\u00a0% more.", "Without a word. Note: none",
        "<strong>Uncharacteristicallylong:</strong> yes",  # 24 letters and no more
        "Uncharacteristicallylarge: no",
    ]  # fmt: skip


def test_the_first_table_opens_its_explanations(page: str) -> None:
    row = re.search(r"<tbody>\s*<tr>(.*?)</tr>", page, re.DOTALL)
    assert row is not None
    assert row[1] == (
        '<th scope="row">linkage</th><td><button type="button" class="why" '
        'popovertarget="why-1">1.42 [1.2,\u00a01.5]</button></td><td>3\u00a0%</td>'
    )
    why = page[page.index('<div popover id="why-1">') :]
    assert "<p>Because 5\u00a0%.</p>" in why
    assert '<a href="#method-core">more</a> \u00b7 <a href="#data">yet more</a></p>' in why
    assert "<p>A note.</p>" in page
    assert '<html lang="en"' in page


def test_numbers_stand_before_the_unit_that_readers_of_the_language_use() -> None:
    """A million persons are a hundred times ten thousand, the unit of Chinese readers."""
    cells = [Cell("linkage"), Cell("2.55 [1.8, 3]", "why-1", "million persons"), Cell("3 %")]
    front = replace(FRONT, answer=Answer("Answer", ["run", "jobs", "bare"], [cells]))
    page = render_page(front, [], language=language_of("zh"))
    assert 'popovertarget="why-1">255 [180,\u00a0300]</button>' in page
    assert '<html lang="zh-Hans"' in page
    assert 'popovertarget="why-1">2.55 [1.8,\u00a03]</button>' in render_page(front, [])


def test_sections_are_full_brief_or_the_turn_of_the_sheet(page: str) -> None:
    assert re.findall(r'<section id="(\w+)"([^>]*)>', page) == [
        ("one", ' class="full"'), ("two", ' class="turn"'), ("three", ""),
    ]  # fmt: skip
    alone = render_page(FRONT, sections()[:1])
    assert 'class="turn"' not in alone


def test_tables_scroll_with_anchors_for_their_rows_and_buttons_in_their_cells(page: str) -> None:
    start = page.index('<div class="scroll" tabindex="0" role="group" aria-label="Numbers"><table>')
    table = page[start : page.index("</table></div>", start)]
    assert re.findall(r'<th scope="row" id="([\w-]+)">([\w-]+)</th>', table) == [
        ("row-T18", "T18"), ("row-S18", "S18"),
    ]  # fmt: skip
    assert '<td class="n">1.5</td>' in table
    assert "<td>of sixteen signs</td>" in table  # one more, and it may be broken
    button = '<button type="button" class="why" popovertarget="why-1">of 17 signs or so'
    assert f'<td class="w">{button}</button></td>' in table
    assert table.count("<button") == 1
    assert page.index("Words of one.") < start < page.index("A remark.")


def test_pictures_are_as_wide_as_their_inches_and_never_too_small_to_read(page: str) -> None:
    wide = re.findall(r"<figcaption>(\w+)</figcaption>\s*<div[^>]*--wide: ([\d.]+)rem", page)
    assert wide == [("Drawn", "42.0"), ("Small", "36.0")]  # 4.2 rem an inch
    assert re.findall(r'<svg role="img" aria-label="([\w ]+)"', page) == ["A picture", "Another"]
    marks = set(re.findall(r' id="(two-\d)', page))
    assert marks <= {"two-0", "two-1"}


def test_words_that_look_like_marks_stay_words() -> None:
    """Whatever a study says of itself, nothing of it becomes an element of the page."""
    bad, good = "a<script>b</script> & c", "a&lt;script&gt;b&lt;/script&gt; &amp; c"
    front = replace(
        FRONT, title=bad, question=bad, lead=[bad],
        answer=Answer(bad, [bad], [[Cell(bad), Cell(bad, "why-1")]], [bad]),
        whys={"why-1": Why([bad], [(bad, "data")])},
    )  # fmt: skip
    formula = Formula("core", bad, "a < b", bad)
    section = Section("one", bad, [bad], tables=[replace(TABLE, title=bad, notes=(bad,))],
                      remarks=[bad], formulas=[formula])  # fmt: skip
    page = render_page(front, [section])
    assert "<script" not in page
    assert page.count(good) >= 14


def test_formulas_stand_in_a_box_with_their_letters(page: str) -> None:
    assert '<dt id="method-core">Core</dt>' in page
    assert "<code>C = k v</code></dd>" in page
    assert "<dd>k</dd>" in page


def test_a_page_is_written_where_a_path_is_given(tmp_path: Path) -> None:
    page = render_page(FRONT, [], path=tmp_path / "a.html")
    assert (tmp_path / "a.html").read_text("utf-8") == page
    assert render_page(FRONT, [], language=ENGLISH) == page


@pytest.mark.parametrize(
    ("formula", "elements"),
    [
        ("a - b", "<mi>a</mi><mo>\u2212</mo><mi>b</mi>"),
        ("x_i,t", "<msub><mi>x</mi><mrow><mi>i</mi><mo>,</mo><mi>t</mi></mrow></msub>"),
        ("sum_s v", "<munder><mo>\u2211</mo><mrow><mi>s</mi></mrow></munder><mi>v</mi>"),
        ("T'", "<msup><mi>T</mi><mo>\u2032</mo></msup>"),
        ("dT", '<mrow><mi mathvariant="normal">\u0394</mi><mi>T</mi></mrow>'),
        ("d", "<mi>d</mi>"),
        ("(a) / b", "<mfrac><mrow><mo>(</mo><mi>a</mi><mo>)</mo></mrow><mi>b</mi></mfrac>"),
        ("a / b / c", "<mfrac><mfrac><mi>a</mi><mi>b</mi></mfrac><mi>c</mi></mfrac>"),
        ("inv(L)", "<msup><mi>L</mi><mrow><mo>\u2212</mo><mn>1</mn></mrow></msup>"),
    ],
)
def test_formulas_are_written_in_elements(formula: str, elements: str) -> None:
    assert [str(one).partition(">")[2].removesuffix("</math>") for one in mathml(formula)] == [
        elements
    ]


def test_formulas_are_parted_by_a_comma_and_two_blanks() -> None:
    assert [re.findall('alttext="([^"]*)"', str(one)) for one in mathml("a = b,  c < d")] == [
        ["a = b"], ["c &lt; d"],
    ]  # fmt: skip

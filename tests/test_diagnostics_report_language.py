"""Every text of a report has a translation with the same fields, and a Chinese report shows it."""

import ast
import html
import itertools
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import quesnay as qn
from quesnay.cli import main
from quesnay.commands import write_result
from quesnay.diagnostics.plots.style import cjk_family, figure_to_svg, relabel
from quesnay.diagnostics.report.language import language_of, say
from quesnay.fitting.errors import DataError
from quesnay.models.display.grid import Amount
from quesnay.models.display.table import Table

from .founding_case import founding_case, study_case

FIELD = re.compile(r"\{[^}]*\}")
FOLDER = Path(str(files("quesnay.diagnostics"))) / "reproduction"
STUDIES = [
    "caict_2020", "caii", "china_digital_economy", "oecd_ict_china", "oecd_ict_japan",
    "us_digital_economy",
]  # fmt: skip
# names of persons, methods, files, data sets and commands that are not translated
CODES = "|".join(sorted([*qn.list_datasets()["name"], *STUDIES], key=len, reverse=True))
NAMES = re.compile(
    rf"{CODES}|"
    r"quesnay[\w .=-]*|<[^>]*>|--\w+|Stone, Champernowne and Meade|Wang, Jia and( Wang)?|Wang"
    r"|sum_[ijks]|inv\(\w+\)|Python|numpy|scipy|pandas|Gompertz"
    r"|logistic|Bass|Oster|Shaikh|Sobol|Shapley|Domar|Ghosh|Satterthwaite|Clause|miconline|report\.html"
    r"|[0-9a-f]{16}"
)
WORD = re.compile(r"[A-Za-z][a-z]{2,}")


def _templates() -> list[str]:
    """Return every template that the sentences of a report are filled from."""
    found = []
    for path in FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "say":
                values = [c.value for c in ast.walk(call.args[0]) if isinstance(c, ast.Constant)]
                found += [v for v in values if isinstance(v, str) and "{" in v]
    return found


def test_every_template_of_a_sentence_is_in_the_table() -> None:
    templates = _templates()
    assert len(templates) > 30
    assert [one for one in templates if one not in language_of("zh").sentences] == []


def test_both_languages_have_the_same_fields() -> None:
    chinese = language_of("zh")
    for english, other in chinese.sentences.items():
        assert sorted(FIELD.findall(english)) == sorted(FIELD.findall(other)), english
    for english, other in chinese.texts.items():
        assert sorted(set(FIELD.findall(english))) == sorted(set(FIELD.findall(other))), english


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(n, marks=[pytest.mark.slow] * n.startswith(("cai", "china"))) for n in STUDIES
    ],
)
def result(request: pytest.FixtureRequest) -> Any:
    """Run every embedded study once."""
    return study_case(request.param)


@pytest.fixture(scope="module")
def written(result: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write page, workbook and document of every study in Chinese once."""
    pytest.importorskip("docx", reason="makes the document")
    return write_result(result, tmp_path_factory.mktemp("zh"), lang="zh", word=True)


def _english(texts: Iterable[str]) -> list[str]:
    """Return the texts with a word of ours that is no name, unit or code."""
    return [text for text in dict.fromkeys(texts) if WORD.search(NAMES.sub("", text))]


def test_chinese_report_holds_no_english_word(written: Path) -> None:
    page = (written / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in page
    body = re.sub(r"<style.*?</style>|<(code|math)\b.*?</\1>", "", page, flags=re.DOTALL)
    if cjk_family() is None:  # pictures keep their labels, not their descriptions
        body = re.sub(r"<text.*?</text>", "", body, flags=re.DOTALL)
    found = re.findall(r">([^<>]+)<|(?:aria-label|alt|title)=\"([^\"]*)\"", body)
    texts = {html.unescape(a or b).strip() for a, b in found}
    assert len(texts) > 60
    assert _english(sorted(texts)) == []


def test_chinese_terminal_shows_no_english_word(result: Any) -> None:
    lines = result.console(width=10_000, language="zh").splitlines()
    assert len(lines) > 10
    assert _english(lines) == []


def test_chinese_workbook_and_document_hold_no_english_word(written: Path) -> None:
    calamine = pytest.importorskip("python_calamine", reason="reads the workbook back")
    docx = pytest.importorskip("docx", reason="reads the document back")
    book = calamine.load_workbook(str(written / "tables.xlsx"))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    cells = [cell for rows in sheets for row in rows for cell in row if isinstance(cell, str)]
    assert len(cells) > 50
    assert _english([*book.sheet_names, *cells]) == []
    document = docx.Document(str(written / "report.docx"))
    rows = [row for table in document.tables for row in table.rows]
    words = [paragraph.text for paragraph in document.paragraphs]
    assert _english([*words, *(cell.text for row in rows for cell in row.cells)]) == []


@pytest.mark.parametrize("figure", ["T20", "J20", "K19", "H19", "I18", "C19"])
def test_chinese_explanation_holds_no_english_word(figure: str) -> None:
    result = founding_case()
    chinese = language_of("zh", result.study.study.zh)
    for name in result.runs:
        for table in result.explain(figure, run=name).tables():
            assert _english(chinese.table(table).to_text(width=200).splitlines()) == []


def test_the_command_explains_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "T20", "--lang", "zh", "--draws", "60"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 20
    assert _english(lines) == []


KEY = re.compile(r"\[[a-z.]+\]|\b[a-z]+\.[a-z]+\b")  # of a study file


@pytest.mark.parametrize("study", STUDIES)
def test_chinese_check_of_a_study_holds_no_english_word(
    study: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", study, "--lang", "zh"]) == 0
    lines = [KEY.sub("", line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) > 8
    assert _english(lines) == []


@pytest.mark.parametrize("template", ["minimal", "country", "full"])
def test_chinese_check_of_a_template_holds_no_english_word(
    template: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The title and the vintages of a study are the user's own words."""
    assert main(["init", str(tmp_path), "--template", template]) == 0
    capsys.readouterr()
    path = tmp_path / "study.toml"
    own = re.findall(r'^(?:title|name) = "(.*)"|name = "(\w+)"', path.read_text(), re.MULTILINE)
    assert main(["check", str(path), "--lang", "zh"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in filter(None, itertools.chain(*own)):
        said = said.replace(words, "")
    assert _english([KEY.sub("", said)]) == []


def test_chinese_audit_holds_no_english_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--lang", "zh"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 40
    assert _english(lines) == []


def test_numbers_stand_before_units_as_chinese_readers_write_them() -> None:
    chinese = language_of("zh")
    assert chinese("2.55 million persons") == "255万人"
    assert chinese("4386 x 100 million CNY") == "4386亿元"
    assert chinese("1.42 trillion CNY") == "1.42万亿元"
    assert chinese("2109.3 billion US dollars") == "21093亿美元"
    assert chinese("J20, linkage run: 0.1 [-0.12, 3] million persons.") == (
        "J20，产业关联法：10 [-12, 300]万人。"
    )
    assert chinese("million persons") == "百万人"  # alone, as at an axis, where numbers stay
    frame = pd.DataFrame(
        {
            "reported": [Amount("2.55", 2.55)],
            "unit": ["million persons"],
            "error, %": [-3.5],
            "estimate": [0.0925],
            "year": [2020],
        }
    )
    interval: Any = [Amount("[-0.15, 0.28]", low=-0.15, high=0.28)]
    frame["95 % interval"] = interval
    (row,) = chinese.table(Table("Verdicts", frame)).frame.to_dict("records")
    shown = ["255", "万人", "-3.5", "9.25", "2020", "[-15, 28]"]
    assert [str(value) for value in row.values()] == shown
    assert row["公布值"].value == 255


def test_list_of_items_is_translated_item_by_item() -> None:
    chinese = language_of("zh")
    assert chinese("same step; mean of step and growth") == "等量增长；等量与等速的平均"
    assert chinese(
        "Value added by year: linkage 2018: 1.19, 95 % interval 1.06 to 1.32; elasticity 2018: "
        "0.84, 95 % interval 0.44 to 1.14. Unit: trillion yuan."
    ) == (
        "各年增加值：产业关联法2018年：1.19，95%区间1.06至1.32；"
        "弹性法2018年：0.84，95%区间0.44至1.14。单位：万亿元。"
    )


def test_a_study_brings_its_own_texts() -> None:
    assert language_of("zh", {"widgets": "部件"})("widgets, value added, trillion yuan") == (
        "部件增加值，万亿元"
    )
    assert language_of("zh")("what nobody translated") == "what nobody translated"


def test_an_english_report_says_words_for_code_names_but_in_formulas() -> None:
    english = language_of("en", {"ln_ict": "log ICT inputs", "us_klems": "the US accounts"})
    frame = pd.DataFrame({"term": ["ln_ict", "ln_ict_2"]}, index=["ln_ict", "us_klems"])
    shown = english.table(Table("Oster's bound of ln_ict", frame, ("y ~ ln_ict",)))
    assert (shown.title, shown.notes) == ("Oster's bound of log ICT inputs", ("y ~ ln_ict",))
    assert shown.frame["term"].tolist() == ["log ICT inputs", "ln_ict_2"]
    assert shown.frame.index.tolist() == ["log ICT inputs", "the US accounts"]


def test_table_keeps_its_numbers_and_formats() -> None:
    frame = pd.DataFrame({"total": [1.5, 2.5], "agrees": [True, False]}, index=["core", "gdp"])
    shown = language_of("zh").table(Table("Verdicts", frame, (), {"total": ".1f"}))
    assert shown.title == "比对结果"
    assert shown.frame["总量"].tolist() == [1.5, 2.5]
    assert shown.frame["一致"].tolist() == ["是", "否"]
    assert shown.frame.index.tolist() == ["核心", "GDP"]
    assert dict(shown.formats) == {"总量": ".1f"}


def test_sentence_is_filled_in_either_language() -> None:
    assert say("{share:.0%} in {year}", share=0.41, year=2018) == "41 % in 2018"
    assert say("{share:.0%} in {year}", language_of("zh"), share=0.41, year=2018) == "2018年41%"


def test_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DataError, match=r"language 'zn' is not known.*en, zh"):
        language_of("zn")


def test_picture_without_a_chinese_font_keeps_english_labels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from quesnay.diagnostics.plots import style

    result: Any = qn.reproduce("caict_2020", draws=100)
    figure = result.plot_account()
    monkeypatch.setattr(style, "cjk_family", lambda: None)
    relabel(figure, language_of("zh"))
    drawn = figure_to_svg(figure, "a")
    assert "linkage run" in drawn
    assert "\u25a1" not in drawn
    assert 'aria-label="各年增加值' in drawn


@pytest.mark.skipif(cjk_family() is None, reason="no Chinese font on this machine")
def test_a_chinese_specification_curve_holds_no_english_word() -> None:
    from matplotlib.text import Text

    runs = ["linkage", *["elasticity"] * 80, "calibrated"]
    rows = pd.DataFrame({"run": runs, "estimate": [1.2, 99.0, *[1.6] * 79, 2.2]})
    rows = rows.assign(low=1.0, high=2.4, reported=2.13)
    figure = qn.plot_specification_runs(
        rows, figure="total value added, 2019 (T19)", unit="trillion CNY"
    )
    label = figure.axes[0].get_xticklabels()[1].get_text()
    assert label.replace("\n", " ").endswith("agree, 1 above the axis")
    relabel(figure, language_of("zh"))
    shown = [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]
    assert _english([str(figure.get_label()), *shown]) == []


def test_rows_that_are_only_counted_stay_so() -> None:
    shown = language_of("zh").table(Table("Sources of the data", pd.DataFrame({"what": ["a"]})))
    assert isinstance(shown.frame.index, pd.RangeIndex)


@pytest.mark.parametrize("place", ["above", "below", "inside"])
def test_a_place_beside_an_interval_is_said_once(place: str) -> None:
    chinese = language_of("zh")
    side = chinese(f"{place} that interval")
    said = say("; the printed level lies {side}.", chinese, side=side)
    assert said.count("区间") == 1

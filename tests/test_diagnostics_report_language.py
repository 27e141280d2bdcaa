"""Every text of a report has a translation with the same fields, and a Chinese report shows it."""

import ast
import html
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.plots.style import cjk_family, figure_to_svg, relabel
from quesnay.diagnostics.report.language import language_of, say
from quesnay.fitting.errors import DataError
from quesnay.models.display.table import Table

FIELD = re.compile(r"\{[^}]*\}")
FOLDER = Path(str(files("quesnay.diagnostics"))) / "reproduction"
# names of persons, methods, files and commands that are not translated
NAMES = re.compile(
    r"quesnay[\w .=-]*|[a-z0-9]+_[a-z0-9_]+|[a-z_]+:[a-z_]+|<[^>]*>|--\w+|Stone, Champernowne and "
    r"Meade|Wang, Jia and( Wang)?|sum_j|inv\(\w+\)"
)
ENGLISH = re.compile(r"[A-Za-z]*[a-z]{2,}[ ,;:]+[A-Za-z]*[a-z]{2,}")
STUDIES = [
    "caict_2020", "caii", "china_digital_economy", "oecd_ict_china", "oecd_ict_japan",
    "us_digital_economy",
]  # fmt: skip


def _templates() -> list[str]:
    """Return every template that the sentences of a report are filled from."""
    found = []
    for name in ("findings", "report", "klems_account"):
        tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
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


@pytest.mark.parametrize("study", STUDIES)
def test_chinese_report_holds_no_english_sentence(study: str) -> None:
    result: Any = qn.reproduce(study, draws=100)
    page = result.to_html(language="zh")
    assert '<html lang="zh-Hans">' in page
    body = re.sub(r"<style.*?</style>|<code>.*?</code>", "", page, flags=re.DOTALL)
    if cjk_family() is None:  # pictures keep their labels, not their descriptions
        body = re.sub(r"<text.*?</text>", "", body, flags=re.DOTALL)
    found = re.findall(r">([^<>]+)<|(?:aria-label|alt|title)=\"([^\"]*)\"", body)
    texts = {html.unescape(a or b).strip() for a, b in found}
    assert len(texts) > 60
    assert [t for t in sorted(texts) if ENGLISH.search(NAMES.sub("", t))] == []


def test_english_report_holds_no_chinese() -> None:
    result: Any = qn.reproduce("caict_2020", draws=100)
    body = result.to_html().split("</style>")[1]
    assert not re.search("[\u4e00-\u9fff]", body)


def test_report_is_the_same_to_the_byte_and_small() -> None:
    first, second = (qn.reproduce("caict_2020", draws=100) for _ in range(2))
    page: str = first.to_html()
    assert page == second.to_html()
    assert len(page.encode("utf-8")) < 2_000_000


def test_list_of_items_is_translated_item_by_item() -> None:
    chinese = language_of("zh")
    assert chinese("same step; mean of both") == "等量增长；两者平均"
    assert chinese(
        "Value added by year: linkage 2018: 1.19, 95 % interval 1.06 to 1.32; elasticity 2018: "
        "0.84, 95 % interval 0.44 to 1.14. Unit: trillion yuan."
    ) == (
        "各年增加值：关联法2018年：1.19，95%区间1.06至1.32；"
        "弹性法2018年：0.84，95%区间0.44至1.14。单位：万亿元。"
    )


def test_a_study_brings_its_own_texts() -> None:
    assert language_of("zh", {"widgets": "部件"})("widgets, value added, trillion yuan") == (
        "部件增加值，万亿元"
    )
    assert language_of("zh")("what nobody translated") == "what nobody translated"


def test_table_keeps_its_numbers_and_formats() -> None:
    frame = pd.DataFrame({"total": [1.5, 2.5], "agrees": [True, False]}, index=["core", "gdp"])
    shown = language_of("zh").table(Table("Verdicts", frame, (), {"total": ".1f"}))
    assert shown.title == "评判"
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

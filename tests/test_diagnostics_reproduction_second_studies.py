"""The embedded second studies: numbers by hand from tables and panel, and what they refuse."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args, get_overloads, get_type_hints

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.cli import main
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.linkage import core_linkages
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.diagnostics.reproduction.sources import sources_table
from quesnay.diagnostics.reproduction.study import (
    Reported,
    load_klems_study,
    study_names,
    study_text,
)

from .founding_case import study_case

NAMES = sorted(set(study_names()) - {"caict_2020"})
PRODUCERS = [
    "Computer and electronic products",
    "Computer systems design and related services",
    "Data processing, internet publishing, and other information services",
    "Publishing industries, except internet (includes software)",
    "Broadcasting and telecommunications",
]


@pytest.fixture(scope="module")
def america() -> "qn.KlemsAccount":
    result = study_case("us_digital_economy")
    assert isinstance(result, qn.KlemsAccount)
    return result


def test_levels_that_agree_do_not_hide_growth_that_does_not() -> None:
    result = qn.reproduce("caii", draws=200)
    own = row(result.score, "linkage")
    assert int(own["agree"]) == int(own["judged"]) == 4
    assert result.findings()[-1].endswith("linkage N19, K18, K19.")


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] * n.startswith(("cai", "china"))) for n in NAMES],
)
def test_a_second_study_is_checked_and_runs_and_shows_itself(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", name]) == 0
    assert main(["run", name, "--draws", "30", "--out", str(tmp_path / "out")]) == 0
    assert "Ready to run." in capsys.readouterr().out
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert len(page) > 10_000
    assert ("Core weights are not drawn" in page) == ("dispersion = 0.0" in study_text(name))


@pytest.mark.parametrize("name", ["china_digital_economy", "us_digital_economy"])
def test_a_second_study_prints_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", name, "--draws", "30", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["study"] == name


def test_what_type_checkers_are_told_of_a_study_is_what_comes_back() -> None:
    of_tables, of_growth, of_files = (
        hints["study"] for hints in (get_type_hints(f) for f in get_overloads(qn.reproduce))
    )
    drawn = set(get_args(get_args(of_tables)[0]))
    grown = set(get_args(get_args(of_growth)[0]))
    assert of_files == str | Path
    assert drawn | grown == set(study_names())
    assert {n for n in study_names() if load_klems_study(n) is not None} == grown


def test_growth_accounting_has_no_table_to_update() -> None:
    with pytest.raises(qn.StudyError, match=r"us_digital_economy\.klems: .* no tables to update"):
        qn.update_table_year("us_digital_economy", 2019, draws=5)


def test_the_core_of_the_united_states_is_that_of_the_panel(america: "qn.KlemsAccount") -> None:
    panel = qn.load_panel("us_klems").query("year == 2017")
    producing = panel["industry"].isin(PRODUCERS)
    own = row(america.account, ("growth accounting", 2017))
    core = float(panel.loc[producing, "value_added"].sum()) / 1000
    capital = panel.loc[~producing, ["cost_it_capital", "cost_software_capital"]]
    earned = float(capital.to_numpy().sum()) / 1000
    assert own["core"] == pytest.approx(core, rel=1e-12)
    assert own["integration"] == pytest.approx(earned, rel=1e-12)
    gdp = float(panel["value_added"].sum()) / 1000
    assert own["share"] == pytest.approx((core + earned) / gdp, rel=1e-12)
    assert own["share_low"] < own["share"] <= own["share_high"]


def test_printed_shares_agree_where_they_overlap_all_definitions(
    america: "qn.KlemsAccount",
) -> None:
    printed = {"S17": (2017, 6.9), "S19": (2019, 9.6), "S21": (2021, 10.3)}
    for name, (year, share) in printed.items():
        own = row(america.account, ("growth accounting", year))
        judged = row(america.verdicts, ("growth accounting", name))
        assert judged["estimate"] == pytest.approx(100 * own["total"] / own["gdp"])
        low, high = 100 * own["share_low"], 100 * own["share_high"]
        assert judged["agrees"] == (low < share + 0.05 and high >= share - 0.05)
    counted = row(america.score, "growth accounting")
    assert (counted["judged"], counted["agreeing"]) == (3, "S17, S19, S21")


def test_the_contribution_of_capital_is_that_of_a_hand_computation(
    america: "qn.KlemsAccount",
) -> None:
    panel = qn.load_panel("us_klems").query("year in (2016, 2017)")
    added = panel.groupby("year")["value_added"].sum()
    costs = [str(c) for c in panel if str(c).startswith("cost_")]
    found = 0.0
    for industry, frame in panel.groupby("industry"):
        if industry in PRODUCERS:
            continue
        own = frame.set_index("year").sort_index()
        domar = float((own["gross_output"] / added).mean())
        for name in ("it_capital", "software_capital"):
            share = float((own[f"cost_{name}"] / own[costs].sum(axis=1)).mean())
            growth = float(np.log(own[f"quantity_{name}"]).diff().iloc[1])
            found += domar * share * growth
    assert america.growth.loc[2017, "capital in use"] == pytest.approx(found, rel=1e-9)


def test_the_contribution_of_the_producers_is_their_productivity_by_hand(
    america: "qn.KlemsAccount",
) -> None:
    """Domar weight times growth of output less that of inputs, by shares of cost, both years'."""
    panel = qn.load_panel("us_klems").query("year in (2016, 2017)")
    added = panel.groupby("year")["value_added"].sum()
    names = [str(c)[5:] for c in panel if str(c).startswith("cost_")]
    costs = [f"cost_{name}" for name in names]
    found = 0.0
    for _, frame in panel[panel["industry"].isin(PRODUCERS)].groupby("industry"):
        own = frame.set_index("year").sort_index()
        growth = float(np.log(own["quantity_gross_output"]).diff().iloc[1])
        for name in names:
            share = float((own[f"cost_{name}"] / own[costs].sum(axis=1)).mean())
            growth -= share * float(np.log(own[f"quantity_{name}"]).diff().iloc[1])
        found += float((own["gross_output"] / added).mean()) * growth
    assert america.growth.loc[2017, "productivity of producers"] == pytest.approx(found, rel=1e-9)


def test_a_share_of_the_digital_economy_of_japan_is_that_of_its_table() -> None:
    table = qn.load_io("JPN", 2018)
    own = row(study_case("oecd_ict_japan").account, ("linkage", 2018))
    core = float(table.v[["17", "34", "35"]].sum())
    assert own["core"] == pytest.approx(core * 1e-6, rel=1e-9)
    assert own["share"] == pytest.approx(float(own["total"]) * 1e6 / float(table.v.sum()), rel=1e-9)


def test_the_reading_of_caii_counts_more_than_the_joint_one() -> None:
    study = qn.load_study("caii")
    assert study.tables.reading == "sum over single parts"
    result = study_case("caii")
    same = row(result.bounds, ("sum over single parts", 2018))["total"]
    assert float(row(result.account, ("linkage", 2018))["total"]) == pytest.approx(float(same))
    joint = qn.reproduce(with_keys(study, {"tables.reading": ""}), draws=50)
    assert float(row(joint.account, ("linkage", 2018))["total"]) < float(same)
    with pytest.raises(qn.StudyError, match=r"tables\.reading: unknown reading 'sums'"):
        qn.reproduce(with_keys(study, {"tables.reading": "sums"}), draws=2)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('panel = "us_klems"', 'panel = "us_klem"', r"klems\.panel: .*us_klem"),
        (
            '    "Broadcasting and tele',
            '"Brodcasting and tele',
            r"klems\.producers\.with publishing.*B",
        ),
        ('"IT" = ["it_capital"]', '"IT" = ["it"]', r"klems\.panel: .* no column 'cost_it'; did yo"),
        ('"IT" = ["it_capital"]', '"IT" = []', r"klems\.capital: give at least one definition wi"),
        ("1998, 1999", "1898, 1999", r"study\.years: 'us_klems' has no year 1898"),
        ("[klems.capital]", "[klems.capitol]", r"klems\.capitol: unknown key; did you mean 'capit"),
        ('S17 = { printed = "6.9"', 'S17 = { printed = "x"', r"S17\.printed: 'x' is no printed nu"),
        ('unit = "billion US', 'unit = "US', r"study\.unit: unknown unit 'US dollars'"),
    ],
)
def test_a_broken_study_of_growth_names_the_key(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    text = study_text("us_digital_economy")
    assert old in text
    path = tmp_path / "us.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(qn.QuesnayError, match=words) as caught:
        qn.reproduce(path)
    assert "\n" not in str(caught.value)


def test_a_study_of_growth_has_no_tables() -> None:
    with pytest.raises(qn.StudyError, match=r"klems: growth accounting has no tables"):
        qn.load_study("us_digital_economy")


def test_studies_are_compared_and_what_cannot_be_is_named(america: "qn.KlemsAccount") -> None:
    found = qn.compare(["oecd_ict_japan", america], year=2018, draws=5)
    assert found.accounts.index.tolist() == [
        ("oecd_ict_japan", "linkage"),
        ("us_digital_economy", "growth accounting"),
    ]
    own = row(found.accounts, ("us_digital_economy", "growth accounting"))
    assert own["core_share"] == pytest.approx(1517.7 / 20915.0, rel=1e-4)
    assert "percent of GDP" in found.plot().axes[0].get_xlabel()
    assert "sectors 17, 34, 35, whole" in found.summary()
    with pytest.raises(qn.StudyError, match="no account of 2017; it has 2018"):
        qn.compare(["oecd_ict_japan"], year=2017, draws=2)
    with pytest.raises(qn.StudyError, match="two studies are called 'us_digital_economy'"):
        qn.compare([america, america])
    with pytest.raises(qn.StudyError, match="name at least one study"):
        qn.compare([])


def test_the_sentence_on_growth_gives_the_mean_of_the_years(america: "qn.KlemsAccount") -> None:
    said = next(text for text in america.findings() if text.startswith("Growth: "))
    for column in ("capital in use", "productivity of producers"):
        values = america.growth[column].to_numpy()
        assert f"{100 * values.sum() / len(values):.2f}" in said
    years = america.growth.index
    assert said.endswith(f"value added, {years[0]} to {years[-1]}.")


def test_intervals_of_a_level_have_the_decimals_of_the_level(america: "qn.KlemsAccount") -> None:
    shown = america.tables()[0].frame["total"].map(str)
    assert shown.iloc[0].count(".") == 0  # billions: 907 [522, 907]
    assert shown.iloc[-1].startswith("3056 [")


def test_no_table_of_a_study_is_empty_or_repeats_a_column() -> None:
    """Without a table on both sides the procedure cannot be tried; without stages none is shown."""
    made = qn.update_table_year("china_digital_economy", 2019, draws=20).tables()
    assert all(len(table.frame) for table in made)
    result = study_case("oecd_ict_japan")
    assert isinstance(result, qn.Reproduction)
    elsewhere = core_linkages(result).tables()[0].frame
    assert list(elsewhere.columns) == ["elsewhere", "of core"]


def test_each_source_names_the_data_sets_that_were_used_of_it() -> None:
    result = study_case("caict_2020")
    assert isinstance(result, qn.Reproduction)
    rows = sources_table(result).frame.set_index("source")
    tables = rows[rows.index.str.contains("national input-output tables")].iloc[0]
    assert tables["years"] == "2017, 2018, 2020"
    assert all(f"China {year}" in tables["what"] for year in (2017, 2018, 2020))


def test_a_study_of_growth_that_is_loaded_already_is_run_as_it_is(
    america: "qn.KlemsAccount",
) -> None:
    study = load_klems_study("us_digital_economy")
    assert study is not None
    assert load_klems_study(study) is study
    again = qn.reproduce(study)
    assert isinstance(again, qn.KlemsAccount)
    pd.testing.assert_frame_equal(again.account, america.account)


def test_a_check_of_a_study_of_growth_names_what_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "us.toml"
    text = study_text("us_digital_economy").replace("1998, 1999", "1898, 1999", 1)
    path.write_text(text, encoding="utf-8")
    found = qn.check_study(path)
    assert "study.years: 'us_klems' has no year 1898" in found.data["fault"].tolist()
    assert "1 fault to mend" in found.summary()
    assert "Ready to run." not in found.summary()


def test_an_account_without_printed_figures_judges_nothing() -> None:
    study = load_klems_study("us_digital_economy")
    assert study is not None
    bare = replace(study, reported=Reported())
    result = qn.reproduce(bare)
    assert isinstance(result, qn.KlemsAccount)
    assert not len(result.verdicts)
    titles = [table.title for table in result.tables()]
    assert not any("Verdict" in title or "Distance" in title for title in titles)
    assert not any(line.startswith("Score") for line in result.findings())
    assert qn.check_study(bare).figures.empty


def test_workbook_of_growth_accounting_has_numbers_names_and_a_chart(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="reads the workbook back")
    path = qn.reproduce("us_digital_economy").to_excel(tmp_path / "us.xlsx")
    book = openpyxl.load_workbook(path)
    account, verdicts = book["Digital economy"], book["Verdicts"]
    assert len(account._charts) == 1
    assert [cell.value for cell in account[3]][:4] == ["year", "core", "core, low", "core, high"]
    assert [cell.value for cell in verdicts[4]][:4] == ["S17", "share of GDP, 2017", 6.9, "percent"]
    shown = " ".join(str(cell.value) for row in book["Sources"].rows for cell in row)
    assert "IT capital; software capital" in shown
    assert "us_klems" not in shown


def test_an_account_that_nothing_moves_shows_no_interval() -> None:
    result = qn.reproduce("oecd_ict_japan", draws=20)
    account = result.tables()[0]
    assert "[" not in account.to_text().partition("No intervals")[0]
    assert [text.get_text() for text in result.plot_account().legends[0].get_texts()] == [
        "core industries",
        "integration-driven",
    ]


def test_a_report_speaks_of_what_its_study_has(tmp_path: Path) -> None:
    page = qn.reproduce("oecd_ict_japan", draws=20).to_html(tmp_path / "japan.html")
    assert "sum_s w_s v_s" in page
    assert "the scale k from the printed core" not in page
    assert "has no year between two tables that lacks one of its own" in page
    assert "year None" not in page
    assert "Growth follows official value added" not in page  # there is one year
    assert "the gap between a run and the report" not in page  # nothing is printed
    digital = qn.reproduce("china_digital_economy", draws=20).to_html(tmp_path / "digital.html")
    assert "The calibrated run starts from printed figures" not in digital
    assert "Petroleum refining" in digital  # a sector of the panel by its name


def test_a_comparison_says_of_each_core_whether_it_is_whole_scaled_or_weighted() -> None:
    names = ["oecd_ict_japan", "caict_2020", "us_digital_economy"]
    said = qn.compare([study_case(name) for name in names]).definitions["core"]
    whole, scaled, grown = said.tolist()
    assert re.fullmatch(r"sectors [^%]+, whole", whole)
    assert re.fullmatch(r"parts of sectors [^%]+, scaled to C18", scaled)
    assert re.fullmatch(r"\d+ industries, whole: .+", grown)

"""Accounts told and set side by side: from the panel itself, and verdicts on a few made-up rows."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

import quesnay as qn
from quesnay.diagnostics.reproduction import klems_account, verdicts
from quesnay.diagnostics.reproduction.comparison import Comparison
from quesnay.models.display.table import Table

from .founding_case import founding_case, study_case

RUN = "growth accounting"


@pytest.fixture(scope="module")
def america() -> qn.KlemsAccount:
    found = study_case("us_digital_economy")
    assert isinstance(found, qn.KlemsAccount)
    return found


def account_of(found: qn.KlemsAccount, year: int) -> dict[tuple[str, str], dict[str, float]]:
    """Return core, integration, GDP of every definition from the panel, in its own unit."""
    rows = qn.load_panel("us_klems").query(f"year == {year}")
    use, out = found.study.klems, {}
    for producers, members in use.producers.items():
        own = rows["industry"].isin(members)
        for capital, names in use.capital.items():
            earned = sum(float(rows.loc[~own, f"cost_{name}"].sum()) for name in names)
            core, gdp = float(rows.loc[own, "value_added"].sum()), float(rows["value_added"].sum())
            out[producers, capital] = {"core": core, "integration": earned, "gdp": gdp}
    return out


def texts(table: Table, key: Any) -> dict[str, str]:
    return {str(name): str(cell) for name, cell in table.frame.loc[key].items()}


def test_the_account_of_growth_is_the_panel_s_with_the_ends_of_its_definitions(
    america: qn.KlemsAccount,
) -> None:
    scale = america.study.study.units_per_data_unit
    for year in (1998, 2017, 2023):
        every = account_of(america, year)
        totals = [scale * (own["core"] + own["integration"]) for own in every.values()]
        shares = [(own["core"] + own["integration"]) / own["gdp"] for own in every.values()]
        line: Any = america.account.loc[(RUN, year)]
        assert [line["total"], line["total_low"], line["total_high"]] == pytest.approx(
            [totals[0], min(totals), max(totals)]
        )
        assert [line["share"], line["share_low"], line["share_high"]] == pytest.approx(
            [shares[0], min(shares), max(shares)]
        )
        assert line["gdp"] == pytest.approx(scale * next(iter(every.values()))["gdp"])


def test_tables_of_the_account_of_growth_are_told_in_its_units(america: qn.KlemsAccount) -> None:
    account, judged, distance, growth = america.tables()
    unit = america.study.study.unit
    assert account.title.endswith(f", value added, {unit}")
    every = account_of(america, 2017)
    shares = [100 * (own["core"] + own["integration"]) / own["gdp"] for own in every.values()]
    assert texts(account, 2017)["share of GDP, %"] == (
        f"{shares[0]:.1f} [{min(shares):.1f}, {max(shares):.1f}]"
    )
    line = texts(judged, "S17")
    low, high = min(shares), max(shares)
    assert line["reported"] == "6.9"
    assert float(line["estimate"]) == pytest.approx(shares[0])
    assert (float(line["lowest"]), float(line["highest"])) == pytest.approx((low, high))
    assert float(line["error"]) == pytest.approx(shares[0] / 6.9 - 1)
    assert line["agrees"] == ("yes" if low < 6.95 and high >= 6.85 else "no")
    assert line["figure"] == "share of GDP, 2017"
    assert judged.formats == {
        "estimate": ".2f", "lowest": ".2f", "highest": ".2f", "error": ".1%",
    }  # fmt: skip
    names, first = next(iter(every.items()))
    key = "; ".join(names)
    assert distance.frame.loc[key, "core alone, 2017"] == pytest.approx(
        first["core"] / first["gdp"]
    )
    assert distance.frame.loc[key, "with capital in use, 2017"] == pytest.approx(shares[0] / 100)
    assert list(distance.frame.columns) == [
        f"{kind}, {year}" for kind in ("core alone", "with capital in use")
        for year in (2017, 2019, 2021)
    ]  # fmt: skip
    assert len(distance.frame) == len(every)
    assert growth.title == "Contributions to growth, 1998 to 2023"
    means = 100 * america.growth.mean()
    assert growth.frame["log points x 100 a year"].to_dict() == pytest.approx(means.to_dict())


def test_findings_of_the_account_of_growth_hold_the_panel_s_numbers(
    america: qn.KlemsAccount,
) -> None:
    level, growth, *printed, score = america.findings()
    scale = america.study.study.units_per_data_unit
    every = account_of(america, 2023)
    first = next(iter(every.values()))
    total = first["core"] + first["integration"]
    shares = [(own["core"] + own["integration"]) / own["gdp"] for own in every.values()]
    assert f"made {scale * first['core']:.0f} " in level
    assert f"brings the total to {scale * total:.0f} " in level
    assert f"{shares[0]:.1%} of GDP [{min(shares):.1%}, {max(shares):.1%} over" in level.replace(
        " %", "%"
    )
    assert " in 2023; " in level
    mean = 100 * america.growth.mean()
    assert f"contributed {mean['capital in use']:.2f} and" in growth
    assert f"producers {mean['productivity of producers']:.2f} log points" in growth
    assert growth.endswith("1998 to 2023.")
    assert len(printed) == 3
    for text, year, sentence in zip(
        ("6.9", "9.6", "10.3"), (2017, 2019, 2021), printed, strict=True
    ):
        own = next(iter(account_of(america, year).values()))
        core, share = own["core"] / own["gdp"], (own["core"] + own["integration"]) / own["gdp"]
        assert f"prints {text} percent for {year} (S{year % 100})" in sentence
        assert sentence.replace(" %", "%").endswith(
            f"the core alone is {core:.1%} of GDP, core and capital {share:.1%}."
        )
        assert sentence[0].isupper()
    assert score.startswith("Score: The account agrees with ")


def test_growth_is_log_growth_of_capital_services_at_their_share_in_value_added(
    america: qn.KlemsAccount,
) -> None:
    """Domar weight times cost share is cost over value added: by hand for one pair of years."""
    use = america.study.klems
    members = set(next(iter(use.producers.values())))
    capital = next(iter(use.capital.values()))
    rows = qn.load_panel("us_klems").set_index(["industry", "year"]).sort_index()
    added = rows.groupby("year")["value_added"].sum()
    kinds = [c[5:] for c in rows.columns if c.startswith("cost_") and f"quantity_{c[5:]}" in rows]
    costs = rows[[f"cost_{k}" for k in kinds]].sum(axis=1)
    expected, made = 0.0, 0.0
    for industry in rows.index.unique("industry"):
        domar, part = 0.0, 0.0
        for year in (2018, 2019):
            domar += 0.5 * float(rows.loc[(industry, year), "gross_output"] / added[year])
        for name in kinds if industry in members else capital:
            share = np.mean([
                rows.loc[(industry, y), f"cost_{name}"] / costs[industry, y] for y in (2018, 2019)
            ])  # fmt: skip
            quantity = rows[f"quantity_{name}"]
            part += float(share * np.log(quantity[industry, 2019] / quantity[industry, 2018]))
        output = rows["quantity_gross_output"]
        grown = float(np.log(output[industry, 2019] / output[industry, 2018]))
        if industry in members:  # productivity: what all inputs leave unexplained
            made += domar * (grown - part)
        else:
            expected += domar * part
    assert america.growth.loc[2019, "capital in use"] == pytest.approx(expected, rel=1e-6)
    assert america.growth.loc[2019, "productivity of producers"] == pytest.approx(made, rel=1e-6)


def test_only_figures_of_the_account_and_of_its_years_are_judged(
    america: qn.KlemsAccount,
) -> None:
    facts = america.facts.copy()
    facts.loc["S19", "year"], facts.loc["S21", "concept"] = 1990, "growth"
    own, score = klems_account._judged(america.account, facts)
    assert list(own.index) == [(RUN, "S17")]
    assert (score["judged"][RUN], score["agreeing"][RUN]) == (1, "S17")


def test_only_printed_totals_stand_over_the_bars_of_an_account_of_growth(
    america: qn.KlemsAccount,
) -> None:
    assert list(america.facts["concept"]) == ["share"] * 3
    (axes,) = america.plot_account().axes
    assert not [line for line in axes.lines if "reported" in str(line.get_label())]
    facts = america.facts.assign(concept=["share", "total", "total"], value=[0.07, 1.5, 2.5])
    (axes,) = replace(america, facts=facts).plot_account().axes
    (marks,) = [line for line in axes.lines if line.get_label() == "reported, held out"]
    np.testing.assert_allclose(np.asarray(marks.get_ydata(), float), [1.5, 2.5])
    np.testing.assert_allclose(np.asarray(marks.get_xdata(), float), [2019.16, 2021.16])
    page = replace(america, facts=facts).to_html()
    assert re.findall("<figcaption>([^<]*)</figcaption>", page) == [
        "Value added by year, with the printed totals"
    ]


def test_the_page_of_an_account_of_growth_has_three_sections(america: qn.KlemsAccount) -> None:
    page = america.to_html()
    assert re.findall(r'<section id="(\w+)"([^>]*)>\s*<h2>([^<]*)</h2>', page) == [
        ("verdicts", ' class="turn"', "Verdicts and definitions"),
        ("account", ' class="full"', "The account"),
        ("reproduce", "", "How to make this report again"),
    ]
    assert re.findall("<figcaption>([^<]*)</figcaption>", page) == ["Value added by year"]
    lead = re.search(r'<ol class="lead">(.*?)</ol>', page, re.DOTALL)
    assert lead is not None
    assert len(re.findall("<li>", lead[1])) == 5  # level, growth, and three printed shares
    assert not re.search(r"\(S\d\d\)", lead[1])
    names = re.findall('role="group" aria-label="([^"]*)"><table>', page)
    own = [table.title for table in america.tables()]
    assert names == [*own[1:], own[0], "What this rests on"]


def test_the_workbook_of_an_account_of_growth_draws_its_account(
    america: qn.KlemsAccount, tmp_path: Path
) -> None:
    with zipfile.ZipFile(america.to_excel(tmp_path / "a.xlsx")) as book:
        chart = book.read("xl/charts/chart1.xml").decode()
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
    assert re.findall("<c:tx><c:v>([^<]*)", chart) == ["core industries", "capital in use"]
    assert 'grouping val="stacked"' in chart
    assert chart.count("errBars>") == 2  # opened and closed: on the top of the stack
    assert names[0] == "Contents"
    assert len(names) == len(america.tables()) + 2


def test_the_sources_of_the_account_of_growth_name_its_definitions(
    america: qn.KlemsAccount,
) -> None:
    value = america._rests().frame["value"]
    listed = qn.list_datasets().set_index("name").loc["us_klems"]
    assert value["study"] == "us_digital_economy"
    assert value["panel"] == listed["what"]
    assert value["source"] == listed["source"]
    use = america.study.klems
    for name, members in use.producers.items():
        assert value[f"producers: {name}"] == "; ".join(members)
    assert sum(name.startswith("capital: ") for name in value.index) == len(use.capital)
    assert any("IT capital" in str(text) for text in value)


# ---- side by side --------------------------------------------------------------------------------


def test_accounts_side_by_side_are_those_of_the_studies(america: qn.KlemsAccount) -> None:
    result, japan = founding_case(), study_case("oecd_ict_japan")
    found = qn.compare([result, japan, america], year=2018)
    assert isinstance(found, Comparison)
    assert list(found.accounts.index) == [
        ("caict_2020", "linkage"), ("caict_2020", "elasticity"), ("caict_2020", "calibrated"),
        ("oecd_ict_japan", "linkage"), ("us_digital_economy", RUN),
    ]  # fmt: skip
    own: Any = result.account.loc[("linkage", 2018)]
    line: Any = found.accounts.loc[("caict_2020", "linkage")]
    assert line[["year", "unit"]].tolist() == [2018, "trillion yuan"]
    for name in ("core", "integration", "total", "share", "share_low", "share_high"):
        assert line[name] == own[name]
    assert line["core_share"] == pytest.approx(own["core"] / (own["total"] / own["share"]))
    table, definitions = found.tables()
    assert table.frame.loc[("caict_2020", "linkage"), "total, % of GDP"] == 100 * own["share"]
    assert table.formats == {
        "core": ".4g", "integration": ".4g", "total": ".4g", "core, % of GDP": ".1f",
        "total, % of GDP": ".1f",
    }  # fmt: skip
    said: Any = definitions.frame["core"]
    sectors = ["16", "17", "19", "20", "21", "31", "36"]
    assert said["caict_2020"] == f"parts of sectors {', '.join(sectors)}, scaled to C18"
    producers = next(iter(america.study.klems.producers.items()))
    assert said["us_digital_economy"] == f"{len(producers[1])} industries, whole: {producers[0]}"
    first: Any = definitions.frame.loc["caict_2020"]
    assert (first["technology"], first["country"]) == ("industrial internet", "CHN")
    last = qn.compare([result]).accounts
    assert set(last["year"]) == {2020}
    with pytest.raises(qn.StudyError, match="no account of 2016; it has 2017, 2018, 2019, 2020"):
        qn.compare([result], year=2016)


def test_accounts_are_drawn_as_shares_of_gdp_the_core_first(america: qn.KlemsAccount) -> None:
    found = qn.compare([founding_case(), study_case("oecd_ict_japan"), america], year=2018)
    line: Any = found.accounts.loc[("caict_2020", "linkage")]
    figure: Any = found.plot(source="made up")
    axes = figure.axes[0]
    bars = [one for one in axes.patches if isinstance(one, Rectangle)]
    core, rest = bars[0], bars[5]
    assert core.get_width() == pytest.approx(100 * line["core_share"])
    assert (rest.get_x(), rest.get_width()) == pytest.approx(
        (core.get_width(), 100 * (line["share"] - line["core_share"]))
    )
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names[0] == "caict_2020, linkage, 2018"
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert axes.get_xlabel() == "percent of GDP"
    assert f"caict_2020, linkage, 2018: {100 * line['share']:.1f} %; " in figure.get_label()
    assert figure.get_size_inches()[0] == 8.6


def test_a_core_of_weights_is_told_by_them() -> None:
    japan = study_case("oecd_ict_japan")
    segments = {"a": {"31": 0.25, "32": 0.5}, "b": {"31": 0.25}}
    core = replace(japan.study.core, segments=segments)
    found = qn.compare([replace(japan, study=replace(japan.study, core=core))])
    assert found.definitions["core"].tolist() == ["parts of sectors 31 50%, 32 50%"]
    core = replace(core, segments={"a": {"31": 1.0, "32": 0.5}})
    found = qn.compare([replace(japan, study=replace(japan.study, core=core))])
    assert found.definitions["core"].tolist() == ["parts of sectors 31 100%, 32 50%"]


# ---- verdicts ------------------------------------------------------------------------------------

PRINTED = pd.DataFrame(
    {"value": [2.0, 4.0, 1.0, 5.0], "low": [1.95, 3.95, 0.95, 4.95],
     "high": [2.05, 4.05, 1.05, 5.05], "unit": "x", "fact": ["a", "a", "b", "c"]},
    ["T19", "S19", "H19", "C19"],
)  # fmt: skip
FOUND = pd.DataFrame(
    {"estimate": [2.2, 4.4, 1.1, 5.0], "low": [2.05, 4.0, 0.5, 4.9], "high": [2.5, 5.0, 0.95, 5.1]},
    PRINTED.index,
)


def test_verdicts_overlap_half_open_intervals_and_leave_used_figures_out() -> None:
    own = verdicts.judge(PRINTED, pd.Series({"C19": "input"}), FOUND)
    assert own["role"].tolist() == ["held out", "held out", "held out", "input"]
    # 2.05 rounds to 2.1; 4.0 lies in [3.95, 4.05); 0.95 still rounds to 1.0
    assert [None if pd.isna(x) else bool(x) for x in own["agrees"]] == [False, True, True, None]
    assert own["restates"].tolist() == [None, "T19", None, None]
    assert own["error"].tolist() == pytest.approx([0.1, 0.1, 0.1, 0.0])
    missing = verdicts.judge(PRINTED, pd.Series(dtype=object), FOUND.drop(index="T19"))
    assert pd.isna(missing["agrees"]["T19"])


def test_facts_count_once_by_the_first_figure_that_is_estimated() -> None:
    own = verdicts.judge(PRINTED, pd.Series({"C19": "input"}), FOUND)
    counted = verdicts.judged_facts(own)
    assert list(counted.index) == ["T19", "H19"]
    later = verdicts.judge(PRINTED, pd.Series(dtype=object), FOUND.drop(index="T19"))
    assert list(verdicts.judged_facts(later).index) == ["S19", "H19", "C19"]
    used = verdicts.judge(PRINTED, pd.Series({"S19": "calibration"}), FOUND)
    assert list(verdicts.judged_facts(used).index) == ["H19", "C19"]
    score = verdicts.score_row(counted["agrees"], counted["error"])
    assert score == {
        "judged": 2, "agree": 1, "agreeing": "H19", "other": "T19", "error": pytest.approx(0.1),
    }  # fmt: skip
    assert verdicts.facts_in_words(pd.Series(score)) == (
        "agrees with 1 of 2 independent facts (H19; not T19)"
    )
    none = verdicts.score_row(pd.Series(dtype=bool), pd.Series(dtype=float))
    assert np.isnan(none["error"])  # type: ignore[call-overload]
    assert verdicts.facts_in_words(pd.Series(none)) == "agrees with 0 of 0 independent facts"
    errors = verdicts.score_row(counted["agrees"], pd.Series([-0.3, 0.1, 0.05]))
    assert errors["error"] == pytest.approx(0.15)


def test_a_naive_rule_is_judged_by_the_totals_of_the_curve() -> None:
    """Same step, with its errors on other diffusions; by the scores of the founding case."""
    result = founding_case()
    naive, score = result.naive, result.score
    assert list(naive.index.get_level_values("year").unique()) == [2019, 2020]
    for rule in naive.index.get_level_values("rule").unique():
        own = naive.loc[rule]
        errors = [abs(own.loc[y, "estimate"] / v - 1) for y, v in ((2019, 2.13), (2020, 3.1))]
        assert score.loc[rule, "error"] == pytest.approx(np.mean(errors))
        agree = [
            name
            for name, year, low, high in (("T19", 2019, 2.125, 2.135), ("T20", 2020, 3.05, 3.15))
            if own.loc[year, "low"] < high and own.loc[year, "high"] >= low
        ]
        assert score.loc[rule, "agreeing"] == ", ".join(agree)
        assert score.loc[rule, "judged"] == 2
        assert (own["low"] < own["estimate"]).all()
        assert (own["estimate"] < own["high"]).all()

"""Tables of the main job, cell by cell, recomputed from draws, verdicts and published weights."""

import hashlib
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.datasets.store import DATA
from quesnay.diagnostics.report.language import ENGLISH
from quesnay.diagnostics.reproduction import tables
from quesnay.diagnostics.reproduction.report import _elasticity
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.sources import (
    data_section,
    reproducibility_section,
    sources_table,
    used_sources,
)
from quesnay.models.display.table import Table

from .founding_case import founding_case, study_case

RUNS = ("linkage", "elasticity", "calibrated")
LEVELS = {"level 2018", "level 2019"}


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


def texts(table: Table, key: Any) -> dict[str, str]:
    return {str(name): str(cell) for name, cell in table.frame.loc[key].items()}


def fixed(values: tuple[float, float, float], spec: str) -> str:
    middle, low, high = (format(value, spec) for value in values)
    return f"{middle} [{low}, {high}]"


def drawn(
    result: Reproduction, run: str, concept: str, year: int, variant: str, scale: float = 1.0
) -> tuple[float, float, float]:
    own: Any = scale * result.draws[(run, concept, year, variant)]
    return own.median(), own.quantile(0.025), own.quantile(0.975)


def test_the_account_is_medians_with_their_intervals(result: Reproduction) -> None:
    table = tables.account_table(result, result.account, "")
    assert table.title == "Industrial internet, value added, trillion yuan"
    assert table.sheet == "Account"
    for run in RUNS:
        for year, variant in ((2018, "estimate"), (2020, "forecast")):
            assert texts(table, (run, year)) == {
                name: fixed(drawn(result, run, concept, year, variant, scale), ".2f")
                for name, concept, scale in (
                    ("core", "core", 1.0), ("integration", "integration", 1.0),
                    ("total", "total", 1.0), ("share of GDP, %", "share", 100.0),
                )
            }  # fmt: skip
    assert table.notes[0] == "Median and 95 % interval of 400 draws, seed 3. Current prices."
    assert [note.partition(":")[0] for note in table.notes[1:]] == [
        "Linkage", "Elasticity", "Calibrated", "2020",
    ]  # fmt: skip
    assert table.notes[-1] == "2020: as it could be forecast before the outcome was known."


def test_the_outcome_replaces_the_forecast_in_a_table_of_its_own(result: Reproduction) -> None:
    own = next(t for t in result.tables() if t.sheet == "Account outcome")
    assert own.title.endswith(", outcome of the forecast year")
    assert texts(own, ("linkage", 2020))["total"] == fixed(
        drawn(result, "linkage", "total", 2020, "outcome"), ".2f"
    )
    assert not any("before the outcome was known" in note for note in own.notes)


def test_draws_without_a_curve_are_counted_below_the_account(result: Reproduction) -> None:
    lost = result.draws.copy()
    lost.loc[:9, ("calibrated", "total", 2019, "estimate")] = np.nan
    notes = tables.account_table(replace(result, draws=lost), result.account, "").notes
    assert (
        "Up to 2.5% of the draws of a run have no curve below its saturation and are left out."
        in notes
    )  # 10 of 400


def test_imports_inside_any_of_the_tables_are_told_below_the_account(result: Reproduction) -> None:
    said = (
        "Imports stand inside the flows of these tables: what suppliers abroad make for the core "
        "counts as if made at home."
    )
    own = result.assembly
    inside = {year: qn.load_io("CHN", year, imports="included") for year in (2017, 2018)}
    study = replace(result.study, tables=replace(result.study.tables, imports="included"))
    for tables_, told in (
        (own.tables, False), (inside, True), (dict(own.tables) | {2017: inside[2017]}, True),
    ):  # fmt: skip
        made = replace(result, study=study, assembly=replace(own, tables=tables_))
        assert (said in tables.account_table(made, result.account, "").notes) is told
    apart = replace(result, assembly=replace(own, tables=inside))
    assert said not in tables.account_table(apart, result.account, "").notes


def test_few_draws_are_told_in_a_terminal() -> None:
    japan = study_case("oecd_ict_japan")
    draws = pd.concat([japan.draws] * 200).iloc[:200]
    enough = replace(japan, draws=draws).console()
    title = japan.study.study.title
    assert enough.startswith(title)
    assert "too few" not in enough
    few = replace(japan, draws=draws.iloc[:199]).console()
    assert few.startswith(f"{title}\n\nOnly 199 draws: too few for a 95 % interval.\n\n")


def test_a_verdict_shows_the_printed_digits_beside_the_estimate(result: Reproduction) -> None:
    table = tables.verdict_table(result, "linkage")
    assert (table.title, table.sheet) == ("Verdicts of the linkage run", "Verdicts linkage run")
    middle, low, high = drawn(result, "linkage", "total", 2019, "estimate")
    assert texts(table, "T19") == {
        "figure": "total value added, 2019", "unit": "trillion yuan", "role": "held out",
        "fact": "level 2019", "reported": "2.13", "estimate": f"{middle:.4g}",
        "95 % interval": f"[{low:.4g}, {high:.4g}]",
        "error, %": f"{100 * (middle / 2.13 - 1):+.1f}", "agrees": "no", "restates": "",
    }  # fmt: skip
    part = drawn(result, "linkage", "integration", 2018, "estimate", 1e4)
    own = texts(table, "I18")
    assert own["estimate"] == f"{part[0]:.0f}"  # 7606, not 7.606e+03
    assert own["95 % interval"] == f"[{part[1]:.0f}, {part[2]:.0f}]"
    assert own["restates"] == "T18"  # the level of 2018, of which the core was used
    assert texts(table, "S18")["restates"] == "T18"
    core = texts(table, "C18")
    assert (core["role"], core["error, %"], core["agrees"]) == ("input", "", "")
    assert table.notes[0] == (
        "The linkage run agrees with 0 of 6 independent facts (not T18, T19, T20, H19, J20, G18)."
    )
    assert len(table.notes) == 2
    used = texts(tables.verdict_table(result, "calibrated"), "T18")
    assert (used["role"], used["agrees"], used["error, %"]) == ("calibration", "", "0.0")
    assert texts(tables.verdict_table(result, "calibrated"), "T19")["agrees"] == "yes"


def test_figures_outside_the_years_have_no_estimate_and_a_note(result: Reproduction) -> None:
    verdicts = result.verdicts.copy()
    ends = ["estimate", "estimate_low", "estimate_high", "error"]
    verdicts.loc[("linkage", ["T20", "J20"]), ends] = np.nan
    study = replace(result.study, study=replace(result.study.study, years=(2017, 2018, 2019)))
    table = tables.verdict_table(replace(result, verdicts=verdicts, study=study), "linkage")
    assert table.notes[2] == "Not estimated, outside the years of the study: 2020."
    own = texts(table, "T20")
    assert [own[name] for name in ("estimate", "95 % interval", "error, %")] == ["", "", ""]
    still = tables.verdict_table(replace(result, verdicts=verdicts), "linkage")
    assert len(still.notes) == 2  # 2020 is among the years


def test_the_score_counts_facts_and_says_what_letters_mean(result: Reproduction) -> None:
    table = tables.score_table(result)
    assert table.title == "Score, each fact counted once"
    totals = {"T18": 1.42, "T19": 2.13, "T20": 3.1}
    errors = [
        abs(drawn(result, "linkage", "total", 2000 + int(name[1:]),
                  "forecast" if name == "T20" else "estimate")[0] / value - 1)
        for name, value in totals.items()
    ]  # fmt: skip
    assert texts(table, "linkage") == {
        "facts judged": "6", "agree": "0", "agreeing": "", "not": "T18, T19, T20, H19, J20, G18",
        "error of held-out totals": f"{100 * np.mean(errors):.1f} %",
    }  # fmt: skip
    # same step: 1.42 + 0.539 a year from 0.881
    rule = texts(table, "same step")
    assert (rule["facts judged"], rule["agree"], rule["agreeing"]) == ("2", "2", "T19, T20")
    first = 1.42 / 1.557 / (91.9281 / 83.2036 / 1.067)
    step = [2 * 1.42 - first, 3 * 1.42 - 2 * first]
    error = np.mean([abs(step[0] / 2.13 - 1), abs(step[1] / 3.1 - 1)])
    assert float(rule["error of held-out totals"].split()[0]) == pytest.approx(100 * error, abs=0.2)
    assert table.notes[0].endswith("are their errors on other diffusions.")
    assert table.notes[1] == (
        "Letters of the ids, before the year: T = total value added; H = integration-driven share "
        "of the total; J = new jobs; G = real growth of the total."
    )
    alone = tables.score_table(replace(result, naive=pd.DataFrame()))
    assert alone.notes[0].endswith("the printed totals that are held out.")


def test_all_runs_stand_on_one_line_a_figure(result: Reproduction) -> None:
    table = tables.glance_table(result)
    line = texts(table, "total value added, 2019 (T19)")
    assert line.pop("reported") == "2.13 trillion yuan"
    for run in RUNS:
        own = fixed(drawn(result, run, "total", 2019, "estimate"), ".3g")
        assert line[run] == own + (", agrees" if run == "calibrated" else "")
    core = texts(table, "value added of the core industries, 2018 (C18)")
    assert core == {"reported": "4386 x 100 million yuan", **dict.fromkeys(RUNS, "used")}
    assert texts(table, "total value added, 2018 (T18)")["calibrated"] == "used to calibrate"
    assert len(table.frame) == 16


def test_the_uncertainty_is_told_in_percent_by_source(result: Reproduction) -> None:
    table = tables.variance_table(result, "calibrated")
    own: Any = result.variance.loc["calibrated"]
    shown = own.loc[own.notna().all(axis=1), own.fillna(0).abs().max() > 0]
    assert list(table.frame.columns) == list(shown.columns)
    assert "elasticity, within equations" not in table.frame.columns  # no part of this run
    assert len(table.frame) == len(shown)
    np.testing.assert_allclose(table.frame.to_numpy(float), 100 * shown.to_numpy(float))
    np.testing.assert_allclose(table.frame.sum(axis=1), 100.0)
    assert table.frame.index[0] == "total value added, 2018 (T18)"
    assert set(table.formats.values()) == {".0f"}
    keys = pd.MultiIndex.from_tuples([("calibrated", "T18"), ("calibrated", "T19")])
    few = pd.DataFrame([[0.3, 0.0, 0.7], [np.nan] * 3], keys, ["curve", "vintage", "pattern"])
    left = tables.variance_table(replace(result, variance=few), "calibrated").frame
    # neither what is nothing nor what is unknown
    assert left.to_dict("records") == [{"curve": 30.0, "pattern": 70.0}]


def test_the_core_by_segment_is_its_weights_times_value_added_scaled_to_the_printed_core(
    result: Reproduction,
) -> None:
    """By hand: k sum_s w_s v_s with k from 0.4386 in 2018; the forecast grows GDP by its middle."""
    table = tables.segment_table(result)
    segments = result.study.core.segments
    levels: Any = next(iter(result.assembly.value_added.values()))
    forecast = result.study.gdp.forecast
    assert forecast is not None
    used: dict[int, Any] = {
        2017: levels.loc[(2017, "estimate")], 2018: levels.loc[(2018, "estimate")],
        2019: levels.loc[(2019, "estimate")],
        2020: (1 + (forecast.low + forecast.high) / 2) * levels.loc[(2020, "forecast")],
    }  # fmt: skip
    raw = {
        name: {year: sum(w * own[sector] for sector, w in weights.items())
               for year, own in used.items()}
        for name, weights in segments.items()
    }  # fmt: skip
    k = 0.4386 / sum(own[2018] for own in raw.values())
    for name, own in raw.items():
        for year, value in own.items():
            assert table.frame.loc[name, year] == pytest.approx(k * value, rel=1e-9)
    assert table.frame.loc["core", 2018] == pytest.approx(0.4386)
    assert list(table.frame.index) == [*segments, "core"]
    assert table.title == "Core industries by segment, trillion yuan"
    assert table.notes == (
        "The pattern over sectors is an assumption; its scale makes the sum equal the printed "
        "value added of the core industries, 2018 (C18).",
        "Growth follows official value added by sector.",
    )


def test_a_core_of_stated_shares_needs_no_scale() -> None:
    result = study_case("oecd_ict_japan")
    table = tables.segment_table(result)
    table_of_2018 = qn.load_io("JPN", 2018)
    whole = {
        name: sum(w * float(table_of_2018.v[sector]) for sector, w in weights.items())
        for name, weights in result.study.core.segments.items()
    }
    scale = result.study.study.units_per_data_unit
    for name, value in whole.items():
        assert table.frame.loc[name, 2018] == pytest.approx(scale * value, rel=1e-9)
    assert table.frame.loc["core", 2018] == pytest.approx(scale * sum(whole.values()))
    assert table.notes == ("The weights are shares of the sectors as the study gives them.",)
    assert tables.account_table(result, result.account, "").notes[0].startswith("No intervals: ")
    rows = tables.definitions_table(result).frame
    assert rows.set_index("letter").loc["C", "equation"] == "C = sum_s w_s v_s"


def test_the_path_sets_runs_print_and_rules_side_by_side(result: Reproduction) -> None:
    table = tables.path_table(result)
    assert list(table.frame.columns) == [
        *(f"{run} run" for run in RUNS), "printed", "same step", "same growth",
        "mean of step and growth",
    ]  # fmt: skip
    assert list(table.frame.index) == [2017, 2018, 2019, 2020]
    assert str(table.frame.loc[2019, "linkage run"]) == fixed(
        drawn(result, "linkage", "total", 2019, "estimate"), ".2f"
    )
    assert [str(cell) for cell in table.frame["printed"]] == [
        "", "1.42 [1.415, 1.425]", "2.13 [2.125, 2.135]", "3.1 [3.05, 3.15]",
    ]  # fmt: skip
    first = 1.42 / 1.557 / (91.9281 / 83.2036 / 1.067)  # the year before, by its real growth
    shown: Any = table.frame
    rules = shown.loc[[2019, 2020], ["same step", "same growth"]].to_numpy(float)
    ratio = 1.42 / first
    expected = [[2 * 1.42 - first, 1.42 * ratio], [3 * 1.42 - 2 * first, 1.42 * ratio**2]]
    np.testing.assert_allclose(rules, expected, rtol=2e-3)
    assert shown.loc[2018, "same step":].isna().all()
    assert (table.title, table.sheet) == ("Total by year, trillion yuan", "Path")
    assert set(table.formats.values()) == {".2f"}


def test_gdp_of_a_study_without_vintages_is_that_of_its_tables() -> None:
    own = study_case("oecd_ict_japan")
    sources: Any = tables.definitions_table(own).frame.set_index("concept")["source"]
    assert sources["gross domestic product"] == "GDP, the value added of the tables"
    assert sources["value added of the core industries"].endswith("study, input-output tables")
    behind = own.explain("S18", run="linkage").inputs
    assert behind.loc["GDP", "source"] == "GDP, the value added of the tables"
    gdp = qn.load_io("JPN", 2018, source="oecd").value_added.to_numpy().sum() / 1e6
    assert behind.loc["GDP", "value"] == pytest.approx(gdp)


@pytest.mark.parametrize("reading", ["", "sum over single parts"])
def test_the_reading_of_the_run_itself_is_named_and_not_among_the_others(
    result: Reproduction, reading: str
) -> None:
    study = replace(result.study, tables=replace(result.study.tables, reading=reading))
    (table,) = tables.bounds_table(replace(result, study=study))
    assert table.notes[0] == f"The run itself: {reading or 'suppliers of the core'}."
    shown = table.frame.index.unique(0)
    assert ("sum over single parts" in shown) is not bool(reading)


def test_every_concept_is_defined_with_letter_unit_and_equation(result: Reproduction) -> None:
    rows: Any = tables.definitions_table(result).frame.set_index("letter")
    units = rows.loc[["C", "I", "T", "S", "H", "K", "G", "J"], "unit"].tolist()
    assert units == ["unit of the account"] * 3 + ["share"] * 4 + ["persons"]
    assert rows.loc["S", "equation"] == "S = T / GDP"
    assert rows.loc["C", "equation"].endswith("the scale k from the printed core")
    assert rows.loc["T", "source"] == "core plus integration-driven part"


def test_a_terminal_shows_title_sentences_and_tables(result: Reproduction) -> None:
    shown = tables.console_tables(result)
    assert [table.title for table in shown] == [
        "Industrial internet, value added, trillion yuan", "Reported and estimated",
        "Score, each fact counted once",
    ]  # fmt: skip
    assert len(tables.console_tables(study_case("oecd_ict_japan"))) == 1
    small = Table("Two", pd.DataFrame({"a": [1]}, ["x"]))
    text = tables.console_text(["Title"], ["one two three"], [small], ENGLISH, 10)
    assert text == f"Title\n\n- one two\n  three\n\n{small.to_text(width=10)}"
    full = tables.console_text([], ["one two", "one more"], [], ENGLISH, 9)  # nine columns, ten
    assert full == "- one two\n- one\n  more"
    assert tables.console_text(["Title"], [], [], ENGLISH, 10) == "Title"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.00"), (0.0871, "0.0871"), (12.34, "12.3"), (123.4, "123"), (999.4, "999"),
        (999.6, "1000"), (1000.0, "1000"), (4386.2, "4386"), (-1234.5, "-1234"), (0.00002, "0"),
        (0.00012, "0.00012"), (-0.0, "0.00"), (float("nan"), ""),
    ],
)  # fmt: skip
def test_numbers_have_three_digits_that_count(value: float, text: str) -> None:
    assert tables.number_text(value).rstrip("0").rstrip(".") == text.rstrip("0").rstrip(".")


@pytest.mark.parametrize(
    ("percent", "text"),
    [(1.94, "+1.9"), (-12.26, "-12.3"), (0.049, "0.0"), (-0.049, "0.0"), (0.05, "+0.1"),
     (float("nan"), "")],
)  # fmt: skip
def test_an_error_has_its_sign_and_nothing_has_none(percent: float, text: str) -> None:
    assert tables.signed(percent) == text


def test_an_amount_that_is_no_number_stays_as_printed() -> None:
    assert str(tables.printed_amount("about 2.5", "million persons")) == "about 2.5 million persons"
    assert str(tables.printed_amount("4386", "100 million CNY")) == "4386 x 100 million CNY"
    assert str(tables.printed_amount("2.50")) == "2.50"


# ---- where the data come from -------------------------------------------------------------------


def test_the_data_section_says_vintages_years_jobs_and_sources(result: Reproduction) -> None:
    section = data_section(result)
    vintages, joined, jobs, sources = section.words
    assert vintages == ("GDP vintages drawn with equal weight: current; as known in March 2020.")
    assert joined.startswith("Years without an input-output table take value added by sector")
    low, high = result.assembly.productivity
    use = result.study.employment
    assert use is not None
    assert f"fall by {100 * low:.1f} to {100 * high:.1f} % a year" in jobs
    assert jobs.endswith(f"from each year since {use.productivity_since} to {use.year}.")
    assert sources == f"Sources: {'; '.join(used_sources(result))}."
    assert used_sources(result) == [
        "National Bureau of Statistics of China, national input-output tables",
        "Provincial statistical bureaus of China, provincial input-output tables",
        "Wang, Jia and Wang (2021), Statistical Research 38(12)",
        "CAICT, Report on the Development of Industrial Internet Sector (2020), March 2020",
    ]
    (read,) = section.tables
    assert list(read.frame.columns) == ["figure", "printed", "unit", "kind", "provenance", "note"]
    assert texts(read, "C18")["printed"] == "4386"
    assert texts(read, "C18")["figure"] == "value added of the core industries, 2018"
    bare = data_section(study_case("oecd_ict_japan"))
    assert len(bare.words) == 2
    assert bare.words[0] == "GDP is the value added of the tables."
    assert bare.tables == []


def test_the_report_can_be_made_again_from_what_it_says(result: Reproduction) -> None:
    section = reproducibility_section(result)
    made, hashes = section.tables
    value = made.frame["value"]
    assert value["command"] == "quesnay run caict_2020 --draws 400 --seed 3 --out report"
    assert (value["draws"], value["seed"], value["study"]) == (400, 3, "caict_2020")
    assert result.elasticities is not None
    assert value["rows of the base regression"] == 2348
    assert value["estimates of the elasticity"] == 6 + len(result.elasticities.rivals)
    listed: Any = qn.list_datasets().set_index("name")
    assert list(hashes.frame.index) == [
        "io_chn_2017_42_separate", "io_chn_2018_42_separate", "io_chn_2020_42_separate",
        "china_provinces", "china_employment", "reported_caict_2020",
    ]  # fmt: skip
    for name, own in hashes.frame.iterrows():
        packed = (DATA / f"{name}.csv.gz").read_bytes()
        assert own["SHA-256"] == hashlib.sha256(packed).hexdigest()[:16]
        assert own["what"] == listed.loc[name, "what"]
    japan = reproducibility_section(study_case("oecd_ict_japan")).tables
    assert "rows of the base regression" not in japan[0].frame.index


def test_sources_are_listed_once_with_years_and_licence(result: Reproduction) -> None:
    frame = sources_table(result).frame.set_index("source")
    assert list(frame.index) == used_sources(result)
    first = frame.iloc[0]
    assert first["years"] == "2017, 2018, 2020"
    assert first["what"].count(";") == 2
    assert first["licence"] == "official statistics; cite NBS"


def test_assumptions_of_the_base_equation_know_its_units_and_years(result: Reproduction) -> None:
    plots: Any = defaultdict(str)
    (section,) = _elasticity(result, plots, ENGLISH)
    tested = section.tables[-1].frame
    short = "not testable: the sample has 2 points in time, the test needs"
    assert tested["verdict"]["Wooldridge within"] == f"{short} 3"
    assert tested["verdict"]["Pesaran CD"] == f"{short} 4"
    assert tested["verdict"]["Outlier (Bonferroni)"].endswith("Tibet, 25, 2012 lies too far off")
    chow: Any = tested.loc["Chow by year (clustered)"]
    assert chow["distribution"] == "F(3, 22.49)"  # three slopes; clusters' degrees, not rows'
    assert float(chow["p_value"]) > 0.05

"""The first table and what opens behind a number, recomputed from the draws."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from quesnay.diagnostics.report.page import Why
from quesnay.diagnostics.reproduction import explain
from quesnay.diagnostics.reproduction.explain import (
    account_opens,
    answer_table,
    explanations,
    verdict_opens,
)
from quesnay.diagnostics.reproduction.result import Reproduction

from .founding_case import founding_case, study_case

RUNS = ("linkage", "elasticity", "calibrated")
CORE = (
    "core weights of the study, input-output tables scaled to GDP; C18: foreword as quoted on a "
    "document site"
)
PERSONS = "persons that core and integration employ at the productivity of the year"


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


@pytest.fixture(scope="module")
def whys(result: Reproduction) -> dict[str, Why]:
    return explanations(result)


def drawn(result: Reproduction, run: str, concept: str, year: int) -> "pd.Series[float]":
    """Return the draws of the estimate, the forecast where there is one."""
    variant = "forecast" if year == 2020 else "estimate"
    return result.draws[(run, concept, year, variant)]


def interval(values: "pd.Series[float]", decimals: int) -> str:
    ends = values.median(), values.quantile(0.025), values.quantile(0.975)
    middle, low, high = (f"{end:.{decimals}f}" for end in ends)
    return f"{middle} [{low}, {high}]"


def test_the_first_table_has_a_row_a_fact_and_says_what_agrees(result: Reproduction) -> None:
    table = answer_table(result)
    assert table.title == "Printed and estimated, each fact once"
    assert table.header == [
        "", "printed", "input-output tables (linkage run)", "elasticities (elasticity run)",
        "diffusion curve (calibrated run)",
    ]  # fmt: skip
    assert table.notes == (
        "Median and 95 % interval. Agrees: the interval overlaps the one that the printed digits "
        "stand for.",
    )
    rows = {own[0].text: own[1:] for own in table.rows}
    assert list(rows) == [
        "total value added, 2018", "total value added, 2019", "total value added, 2020",
        "integration-driven share of the total, 2019", "new jobs, 2020",
        "value added of the core industries, 2018", "real growth of the total, 2018",
    ]  # fmt: skip
    printed, *totals = rows["total value added, 2019"]
    assert (printed.text, printed.why) == ("2.13 trillion yuan", "why-T19")
    for cell, run in zip(totals, RUNS, strict=True):
        own = drawn(result, run, "total", 2019)
        holds = own.quantile(0.025) < 2.135 and own.quantile(0.975) >= 2.125
        assert cell.text == interval(own, 2) + (", agrees" if holds else "")
        assert (cell.why, cell.unit) == (f"why-{run}-T19", "trillion yuan")
    assert totals[2].text.endswith(", agrees")
    used = rows["total value added, 2018"][3]
    assert (used.text, used.why) == ("used to calibrate", "")
    core = rows["value added of the core industries, 2018"]
    assert [cell.text for cell in core] == ["4386 x 100 million yuan", "used", "used", "used"]
    share = rows["integration-driven share of the total, 2019"][1]
    own = (
        100
        * drawn(result, "linkage", "integration", 2019)
        / drawn(result, "linkage", "total", 2019)
    )
    assert (share.text, share.unit) == (interval(own, 1), "percent")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((1.0, 0.9, 1.1), "1.00 [0.90, 1.10]"), ((0.9, 0.8, 10.04), "0.9 [0.8, 10.0]"),
        ((-12.34, -20.0, 0.5), "-12.3 [-20.0, 0.5]"), ((0.5, 0.5, 0.5), "0.500"),
        ((0.001, -0.001, 5.0), "0.00 [0.00, 5.00]"),
    ],
)  # fmt: skip
def test_an_interval_has_the_decimals_of_its_largest_number(
    values: tuple[float, float, float], text: str
) -> None:
    own = pd.Series(values, ["total", "total_low", "total_high"])
    assert explain._shown(own, "total") == text
    assert explain._shown(own / 100.0, "total", 100.0) == text


def test_without_printed_figures_the_first_table_is_the_account() -> None:
    result = study_case("oecd_ict_japan")
    table = answer_table(result)
    assert (table.title, table.notes) == ("The account of 2018", ())  # nothing is drawn
    assert table.header == ["", "input-output tables (linkage run)", "unit"]
    own = result.account.loc[("linkage", 2018)]
    names = ["core", "integration", "total", "share"]
    assert [row[1].text for row in table.rows] == [
        *(f"{own[name]:.3f}" for name in names[:3]), f"{100 * own['share']:.1f}",
    ]  # fmt: skip
    assert [row[1].why for row in table.rows] == [f"why-linkage-2018-{name}" for name in names]
    assert [row[2].text for row in table.rows] == ["trillion US dollars"] * 3 + ["percent"]
    assert [row[0].text for row in table.rows] == [
        "value added of the core industries, 2018", "integration-driven value added, 2018",
        "total value added, 2018", "share of GDP, 2018",
    ]  # fmt: skip


def test_a_printed_figure_says_where_it_was_read(whys: dict[str, Why]) -> None:
    assert whys["why-T18"].said == [
        "total value added, 2018 (T18): printed as 1.42 trillion yuan.", "Read in: press release.",
    ]  # fmt: skip
    assert whys["why-T18"].links == [("source row", "source-T18")]


def test_an_estimate_opens_its_equation_and_the_medians_of_its_inputs(
    result: Reproduction, whys: dict[str, Why]
) -> None:
    total = whys["why-linkage-T18"]
    part = drawn(result, "linkage", "integration", 2018).median()
    assert total.said == [
        "total value added, 2018 (T18), linkage run: "
        f"{interval(drawn(result, 'linkage', 'total', 2018), 2)} trillion yuan.",
        "Equation: T = C + I.",
        f"C = 0.439 trillion yuan, 2018: {CORE}.",
        f"I = {part:.3f} trillion yuan, 2018: value added elsewhere that is tied to the core, "
        "input-output table of the year.",
    ]
    assert total.links == [("equation", "method-total"), ("source row", "source-T18")]
    core = whys["why-linkage-2018-core"]
    assert (
        core.said[0]
        == "value added of the core industries, 2018, linkage run: 0.439 trillion yuan."
    )
    assert core.said[2:] == [f"C = 0.439 trillion yuan, 2018: {CORE}."]
    assert core.links == [("equation", "method-core")]
    curve = whys["why-calibrated-2019-integration"]
    assert curve.links == [("equation", "method-calibrated")]
    assert curve.said[0] == (
        "integration-driven value added, 2019, calibrated run: "
        f"{interval(drawn(result, 'calibrated', 'integration', 2019), 2)} trillion yuan."
    )
    growth = whys["why-calibrated-G18"].said
    deflator = 91.9281 / 83.2036 / 1.067
    assert growth[1] == "Equation: G = (T / P) / (T before / P before) - 1."
    assert growth[4] == (
        f"P / P before = {deflator:.2f} fraction, 2018: GDP deflator, the vintage sets of the "
        "study."
    )
    assert growth[3].endswith(" trillion yuan, 2017: core plus integration-driven part.")


def test_every_number_is_explained_and_only_what_was_estimated(
    result: Reproduction, whys: dict[str, Why]
) -> None:
    figures = list(result.facts.reported.index)
    names = ("core", "integration", "total", "share")
    expected = {f"why-{name}" for name in figures}
    expected |= {f"why-{run}-{name}" for run in RUNS for name in figures}
    expected |= {f"why-{r}-{y}-{n}" for r in RUNS for y in (2017, 2018, 2019, 2020) for n in names}
    assert set(whys) == expected
    opened = account_opens(result)
    assert set(opened.values()) < expected
    assert opened[5, 3] == "why-elasticity-2018-share"  # the sixth row, the fourth column
    assert len(opened) == 12 * 4
    opens = verdict_opens(result, "linkage", pd.Index(["fact", "reported", "role", "estimate"]))
    for place, name in enumerate(figures):
        assert opens[place, 1] == f"why-{name}"
        assert opens[place, 3] == f"why-linkage-{name}"
    assert len(opens) == 2 * len(figures)


def inputs(made: Any) -> dict[str, Any]:
    return {name: tuple(row) for name, *row in made.inputs.itertuples()}


@pytest.mark.parametrize("run", RUNS)
def test_a_total_is_explained_with_its_interval_and_what_leads_further(
    result: Reproduction, run: str
) -> None:
    made = result.explain("T19", run=run)
    own = drawn(result, run, "total", 2019)
    assert made.value == pytest.approx(own.median())
    assert made.unit == "trillion yuan"
    low, high = own.quantile([0.025, 0.975])
    assert made.notes == (
        "Printed: 2.13 trillion yuan, press release; held out in this run.",
        "Values are medians of 400 draws, each figure by itself, so that the equation holds in "
        f"every draw but not exactly between them; 95 % interval {low:.4g} to {high:.4g} trillion "
        "yuan.",
        "Explained in the same way: C19, I19.",
    )
    found = inputs(made)
    assert list(found) == ["C", "I"]
    for letter, concept in (("C", "core"), ("I", "integration")):
        value, unit, _, year = found[letter]
        assert value == pytest.approx(drawn(result, run, concept, 2019).median())
        assert (unit, year) == ("trillion yuan", 2019)


def test_the_elasticity_run_is_explained_by_potential_core_and_supply(result: Reproduction) -> None:
    found = inputs(result.explain("I18", run="elasticity"))
    model = result.assembly.model
    assert model.potential is not None
    assert found["M"][0] == pytest.approx(drawn(result, "elasticity", "potential", 2018).median())
    assert found["M"][2] == "elasticity times value added of the using industries"
    vintage = result.inputs["gdp_vintage"].astype(int)
    supply = np.median(model.potential.supply[vintage, 1])  # 2018 is the second year
    assert found["Q"][:2] == (pytest.approx(supply, rel=1e-9), "trillion yuan")
    assert found["Q"][2] == "supply of the technology's inputs, input-output tables"
    assert found["C"][0] == pytest.approx(0.4386, rel=1e-3)


def test_the_curve_is_explained_by_its_saturation_and_penetration(result: Reproduction) -> None:
    """s M: the drawn multiple times the potential of the median elasticity, by the users' size."""
    found = inputs(result.explain("I19", run="calibrated"))
    model = result.assembly.model
    assert model.potential is not None
    vintage = result.inputs["gdp_vintage"].astype(int)
    using = (model.value_added[vintage, 2] * model.potential.intensity).sum(axis=1)
    full = np.exp(result.inputs["saturation"].to_numpy()) * model.potential.median * using
    own = drawn(result, "calibrated", "integration", 2019).to_numpy()
    assert found["s M"][0] == pytest.approx(np.nanmedian(full), rel=1e-9)
    assert found["p"][:2] == (pytest.approx(np.nanmedian(own / full), rel=1e-9), "fraction")
    assert found["s M"][1] == "trillion yuan"


def test_jobs_and_growth_are_explained_by_both_years(result: Reproduction) -> None:
    found = inputs(result.explain("J20", run="linkage"))
    drawn_inputs = {str(n): result.inputs[n].to_numpy(float) for n in result.inputs}
    persons = result.assembly.model.employed("linkage", drawn_inputs)
    slots = [(s.year, s.variant) for s in result.assembly.model.slots]
    for letter, key in (
        ("sum_j l_j T_j", (2020, "forecast")),
        ("sum_j l_j before T_j before", (2019, "estimate")),
    ):
        value = np.median(persons[slots.index(key)])
        assert found[letter] == (pytest.approx(value), "million persons", PERSONS, key[0])
    assert result.explain("J20", run="linkage").notes[2] == "Explained in the same way: T19, T20."
    growth = inputs(result.explain("G19", run="linkage"))
    assert {name: own[3] for name, own in growth.items()} == {
        "T": 2019, "T before": 2018, "P / P before": 2019,
    }  # fmt: skip
    vintage = result.inputs["gdp_vintage"].astype(int)
    deflator = np.median(result.assembly.model.inflation[vintage, 2])
    assert growth["P / P before"][:2] == (pytest.approx(deflator), "fraction")
    share = result.explain("S19", run="linkage")
    assert share.value == pytest.approx(100 * drawn(result, "linkage", "share", 2019).median())


def test_a_number_that_is_not_printed_is_in_the_unit_of_the_account(result: Reproduction) -> None:
    made: Any = result.explain("S17", run="linkage")
    own = 100 * drawn(result, "linkage", "share", 2017)
    assert (made.value, made.unit) == (pytest.approx(own.median()), "percent")
    low, high = own.quantile([0.025, 0.975])
    assert made.notes[1].endswith(f"95 % interval {low:.4g} to {high:.4g} percent.")
    assert inputs(made)["GDP"][1] == "trillion yuan"


def test_a_figure_that_a_run_does_not_estimate_says_so_and_one_of_no_run_is_left_out(
    result: Reproduction,
) -> None:
    verdicts = result.verdicts.copy()
    ends = ["estimate", "estimate_low", "estimate_high"]
    verdicts.loc[[("linkage", "T20")], ends] = np.nan
    verdicts.loc[[(run, "J20") for run in RUNS], ends] = np.nan
    changed = replace(result, verdicts=verdicts)
    rows = {own[0].text: own[2:] for own in answer_table(changed).rows}
    assert "new jobs, 2020" not in rows
    assert [cell.text == "not estimated" for cell in rows["total value added, 2020"]] == [
        True, False, False,
    ]  # fmt: skip
    whys = explanations(changed)
    assert "why-linkage-T20" not in whys
    assert "why-calibrated-T20" in whys
    columns = pd.Index(["reported", "estimate"])
    places = list(result.facts.reported.index)
    opens = verdict_opens(changed, "linkage", columns)
    assert (places.index("T20"), 1) not in opens
    assert opens[places.index("T20"), 0] == "why-T20"


def test_the_account_of_the_last_year_has_intervals_where_something_was_drawn(
    result: Reproduction,
) -> None:
    bare = replace(result.facts, reported=result.facts.reported.iloc[:0])
    table = answer_table(replace(result, facts=bare))
    assert table.title == "The account of 2020"
    assert table.notes == ("Median and 95 % interval.",)
    assert [cell.text for cell in table.rows[2]] == [
        "total value added, 2020",
        *(interval(drawn(result, run, "total", 2020), 2) for run in RUNS),
        "trillion yuan",
    ]
    part = 100 * drawn(result, "elasticity", "share", 2020)
    assert table.rows[3][2].text == interval(part, 2)

"""What the report says part by part: which sections stand in which order, and every sentence."""

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from quesnay.diagnostics.report.language import ENGLISH
from quesnay.diagnostics.report.page import Section
from quesnay.diagnostics.reproduction import report
from quesnay.diagnostics.reproduction.evidence import (
    Evidence,
    elasticity_backtest,
    evidence_sections,
    gather_evidence,
    reconciled_finding,
)
from quesnay.diagnostics.reproduction.findings import findings
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.study_rules import READINGS
from quesnay.models.display.table import Table
from quesnay.models.satellite.core import CorePattern

from .founding_case import founding_case, founding_curve, study_case

NONE = Evidence(None, None, None, None, {})
FIGURE = Figure()
TIED = "Value added elsewhere tied to the core"


def sections_of(result: Reproduction, made: Evidence = NONE, **plots: Any) -> dict[str, Section]:
    drawn: Any = dict.fromkeys(("account", "fan", "core", "elasticities", "penetration")) | plots
    return {
        section.name: section for section in report.report_parts(result, drawn, made, ENGLISH)[1]
    }


@functools.cache
def founding() -> dict[str, Section]:
    return sections_of(founding_case(), replace(NONE, curve=founding_curve()), specifications=1)


@functools.cache
def japan() -> dict[str, Section]:
    return sections_of(study_case("oecd_ict_japan"))


def changed(**parts: Any) -> Reproduction:
    """The founding case with other sections of its study, its numbers as they are."""
    result = founding_case()
    other = replace(result, study=replace(result.study, **parts))
    other.made.update(result.made)
    return other


def titles(section: Section) -> list[str]:
    return [table.title for table in section.tables]


def test_the_findings_end_with_the_one_account_out_of_all_runs() -> None:
    """The last printed total that is no forecast is 2.13 of 2019."""
    result = founding_case()
    made = replace(NONE, reconciled=result.reconcile())
    said = sections_of(result, made)["findings"].words
    assert said[:-1] == founding()["findings"].words
    assert said[-1] == reconciled_finding(result, result.reconcile())
    assert "2.13" in said[-1]


def test_sections_stand_in_the_order_of_an_argument() -> None:
    expected = {
        "verdicts": "Verdicts, each fact counted once",
        "findings": "What was found, in full",
        "change": "What would change the conclusion",
        "limits": "Limits",
        "method": "Method, in formulas",
        "account": "The account",
        "path": "The path: does it go on like a diffusion?",
        "elasticities": "The elasticity: a mixture of admissible equations",
        "core": "Core industries",
        "curve": "Specification curve",
        "uncertainty": "Where the uncertainty comes from",
        "data": "Data and sources",
        "reproduce": "How to make this report again",
    }
    assert [(name, one.title) for name, one in founding().items()] == list(expected.items())
    assert list(japan()) == ["limits", "method", "account", "core", "data", "reproduce"]
    brief = [name for name, section in founding().items() if section.brief]
    assert brief == ["change", "limits", "reproduce"]


def test_limits_say_what_each_part_of_a_study_cannot_bear() -> None:
    assert founding()["limits"].words == [
        "The pattern of the core over sectors is a stated assumption: no statistic shows it.",
        "Ties along the supply chain say what others produce for the core, not what users gain.",
        "Elasticities are associations: they attribute value added to use; they do not say what "
        "would be lost without it.",
        "Inputs bought stand for the technology's capital stock.",
        "The calibrated run starts from printed figures: that it comes near others that follow "
        "from them is no success.",
        "Years without an input-output table rest on tables before and after: 2019.",
        "Forecasts of the report itself: total value added, 2020 (T20); share of GDP, 2020 (S20); "
        "new jobs, 2020 (J20). To agree with them is to extrapolate alike, not to be right.",
        "Printed figures by where they were read: press release: 8; foreword as quoted on a "
        "document site: 5; quoted by a trade news page: 3.",
    ]
    assert japan()["limits"].words == [
        "The core is whole sectors of the tables by definition: all that they make counts, and "
        "nothing that other sectors make.",
        "Core weights are not drawn: the intervals leave out how the core is defined, and one "
        "without width is no claim of certainty.",
        "Ties along the supply chain say what others produce for the core, not what users gain.",
    ]


def test_a_core_is_whole_only_where_every_weight_is_one() -> None:
    whole = study_case("oecd_ict_japan")
    sectors = list(whole.assembly.pattern.weights.columns)
    part = CorePattern(pd.DataFrame([[0.5] + [1.0] * (len(sectors) - 1)], ["a"], sectors))
    other = replace(whole, assembly=replace(whole.assembly, pattern=part))
    for result in (other, founding_case()):
        assert report._core_limit(result).startswith("The pattern of the core over sectors is a")


def test_findings_that_the_answer_has_said_are_not_said_again() -> None:
    """The one finding of a study without draws may stand in any sentence of the answer."""
    result = study_case("oecd_ict_japan")
    (said,) = findings(result)
    assert report._findings(result, NONE, ENGLISH, ["Another sentence.", f"{said} No."]) == []
    (section,) = report._findings(result, NONE, ENGLISH, ["Another sentence."])
    assert section.words == [said]


def test_places_of_reading_are_counted_in_the_order_of_the_figures() -> None:
    result = founding_case()
    places = ["quoted once", *["press release"] * 14, ""]
    facts = replace(result.facts, reported=result.facts.reported.assign(provenance=places))
    assert report._limits(replace(result, facts=facts), NONE).words[-1] == (
        "Printed figures by where they were read: quoted once: 1; press release: 14."
    )


@pytest.mark.parametrize("reading", READINGS)
def test_ties_to_users_are_limited_in_other_words(reading: str) -> None:
    tables = replace(founding_case().study.tables, reading=reading)
    said = report._limits(changed(tables=tables), NONE).words
    users = "Ties to users say whose value added rests on what the core delivers, not what they " \
            "gain."  # fmt: skip
    assert (said[1] == users) is (reading in READINGS[1:3])


def test_inputs_that_are_capital_stand_for_nothing_else() -> None:
    use = founding_case().study.potential
    assert use is not None
    for columns in (("it_capital",), ("services", "it_capital")):
        named = replace(use, logarithms={**use.logarithms, use.term: columns})
        said = report._limits(changed(potential=named), NONE).words
        assert not any("stand for the technology's capital" in words for words in said)


def test_what_would_change_the_conclusion_counts_the_specifications() -> None:
    """By hand from the estimates: shares below 2.125 and of intervals that reach the printed."""
    frame = founding_curve().estimates
    rows = []
    for run in ("linkage", "elasticity", "calibrated"):
        own = frame[frame["run"] == run]
        below = float((own["estimate"] < 2.125).mean())
        agree = float(((own["low"] < 2.135) & (own["high"] >= 2.125)).mean())
        rows.append(f"{run} {100 * below:.0f} % below and {100 * agree:.0f} % agreeing")
    assert founding()["change"].words[-1] == (
        f"Over the {len(frame)} combinations of the declared choices that give an estimate, "
        f"against the printed total value added, 2019 (T19): {', '.join(rows)}."
    )
    starts = [words.split(",")[0] for words in founding()["change"].words[:3]]
    assert starts[0] == "For the tables alone to give what is printed"
    assert starts[1].startswith("For the elasticity run to give the integration-driven part")


def test_formulas_are_those_of_the_runs_of_the_study() -> None:
    formulas = {one.name: (one.title, one.formula) for one in founding()["method"].formulas}
    assert formulas == {
        "core": ("Core", "C_t = k sum_s w_s v_s,t"),
        "linkage": (
            "Linkage run",
            "I = sum_i v_i (L_iK inv(L_KK) x_K)_i / x_i,  L (E - A) = E,  A_ij = z_ij / x_j",
        ),
        "elasticity": ("Elasticity run", "I_t = M_t C_t / Q_t,  M_t = e sum_j v_j,t"),
        "calibrated": ("Calibrated run", "I_t = s M_t p_t,  M_t = e sum_j v_j,t"),
        "total": (
            "What follows in every run",
            "T = C + I,  S = T / GDP,  H = I / T,  G = (T P') / (T' P) - 1,  K = dT / dGDP,  "
            "J = sum_j (l_j T_j - l_j' T_j')",
        ),
    }
    words = {one.name: one.words for one in founding()["method"].formulas}
    assert words["total"] == (
        "Letters: total T; share of GDP S; integration-driven share H; real growth G with the GDP "
        "deflator P; contribution to growth K; new jobs J net of productivity growth: jobs per "
        "unit of value added l fall from year to year; a prime marks the year before."
    )
    assert words["linkage"] == (
        "Value added of the split table that is tied to its core parts K: v value added, x "
        "output, z flows between sectors, E the unit matrix, L Leontief's inverse (suppliers). It "
        "says nothing about what users gain."
    )
    assert words["core"].endswith(", one scale k so that the core meets its printed figure.")
    bare = {one.name: (one.formula, one.words) for one in japan()["method"].formulas}
    assert list(bare) == ["core", "linkage", "total"]
    assert bare["total"] == ("T = C + I,  S = T / GDP", "Letters: total T; share of GDP S.")
    assert bare["core"] == (
        "C_t = sum_s w_s v_s,t",
        "Weights w of the core's segments in sectors s, value added v by sector.",
    )


def test_verdicts_and_account_are_introduced_and_followed_by_their_tables() -> None:
    verdicts, account = founding()["verdicts"], founding()["account"]
    assert verdicts.words == [
        "A printed figure is an interval, not a point: 1.42 means 1.415 up to 1.425. A run agrees "
        "with it when its 95 % interval overlaps that interval. Figures that a run used are shown "
        "but never judged; figures that restate one another are one fact."
    ]
    name = "Industrial internet, value added, trillion yuan"
    runs = ("linkage", "elasticity", "calibrated")
    assert titles(verdicts) == [
        "Score, each fact counted once", *(f"Verdicts of the {run} run" for run in runs),
        f"{name}, outcome of the forecast year",
    ]  # fmt: skip
    assert list(verdicts.figures) == ["The total by run, with the printed totals"]
    assert list(verdicts.opens) == titles(verdicts)[1:4]
    assert account.words[:2] == [
        "The runs stand side by side: the gap between a run and the report is shown, not tuned "
        "away, and may lie in either.",
        "Every number is the median of the draws.",
    ]
    assert titles(account) == [
        name, "Other readings of the linkage run, trillion yuan", f"{TIED}, trillion yuan",
        "Who produces for the core, trillion yuan",
    ]  # fmt: skip
    assert list(account.opens) == [name]
    assert japan()["account"].words == []  # nothing is printed and nothing drawn
    result = founding_case()
    exact = result.account.copy()  # a year that nothing moves beside others
    exact.loc[("linkage", 2018), ["total_low", "total_high"]] = exact["total"]["linkage", 2018]
    part = report._account(replace(result, account=exact))
    assert part.words[1] == "Every number is the median of the draws."
    assert part.tables[0].notes[0].startswith("Median and 95 % interval of 400 draws")


def test_how_far_another_seed_moves_a_median_is_half_of_its_interval() -> None:
    """By order statistics: ranks 0.5 -+ 0.98 / sqrt(n) of 400 draws are 0.451 and 0.549."""
    totals = founding_case().draws.xs("total", axis=1, level="concept")
    ends = totals.quantile([0.451, 0.549]).to_numpy(float)
    error = 100 * np.max((ends[1] - ends[0]) / (2 * np.abs(totals.median())))
    assert founding()["account"].words[2] == (
        f"Another seed may move a median total by up to {error:.1f} %."
    )
    # of three draws the interval of the median is all of them: 0.98 / sqrt(3) is above a half
    few = replace(founding_case(), draws=founding_case().draws.iloc[:3])
    totals = few.draws.xs("total", axis=1, level="concept")
    error = 100 * np.max((totals.max() - totals.min()) / (2 * totals.median()))
    assert report._median_error(few) == [
        f"Another seed may move a median total by up to {error:.1f} %."
    ]
    for apart, told in ((0.0007, True), (0.0004, False)):  # 0.07 and 0.04 %
        draws = 0.0 * few.draws + np.array([[1.0], [1.0 - apart], [1.0 + apart]])
        assert bool(report._median_error(replace(few, draws=draws))) is told


def test_the_path_says_which_curves_were_tried() -> None:
    section = founding()["path"]
    assert section.words == [
        "Two points and a saturation identify a curve exactly (Gompertz, logistic, Bass).",
        "No family was chosen before the outcome was known, so each is as likely.",
        "Open circles were not used.",
        "How wrong such a curve is after one and two years is measured on other diffusions whose "
        "outcome is known, beside rules without a model.",
    ]
    assert titles(section) == [
        "Printed totals forecast from each origin, trillion yuan",
        "Mean absolute percentage error of the forecasts",
        "Forecasts of known diffusions from two points",
        "Root mean square error at the first horizon by series",
        "Series and origins left out",
    ]
    assert list(section.figures) == [
        "Curves through the calibration points, and what the report implies"
    ]
    use = founding_case().study.penetration
    assert use is not None
    alone = changed(penetration=replace(use, curves=("logistic",), errors=False))
    plots: Any = {"penetration": FIGURE}
    (other,) = report._path(alone, plots)
    assert other.words == [
        "Two points and a saturation identify a curve exactly (logistic).",
        "Open circles were not used.",
    ]
    assert len(other.tables) == 2


ELASTICITIES = [
    "The elasticity: admissible equations and their weights", "Rivals of the base equation",
    "The elasticity 0.057 under rival rules of inference", "Placebo that keeps scale: ln_ict",
    "Omitted variables: Oster's bound of ln_ict", "The base elasticity without one group at a time",
    "Placebo: later inputs in the first year's cross-section, no unit effects",
    "Least squares of ln_value_added", "Regression", "Assumptions of the base equation",
]  # fmt: skip


def test_later_inputs_are_no_placebo_where_an_end_is_not_known() -> None:
    result = founding_case()
    assert len(elasticity_backtest(result, ENGLISH)[1]) == 2
    found = result.made["elasticity"]
    lead = found.lead.copy()
    lead.iloc[1, 2] = np.nan
    other = replace(result)
    other.made["elasticity"] = replace(found, lead=lead)
    assert len(elasticity_backtest(other, ENGLISH)[1]) == 1


def test_elasticities_are_introduced_by_what_they_suffer_from() -> None:
    section = founding()["elasticities"]
    assert section.words[:4] == [
        "Inputs of the technology grow with the scale of a sector: with other inputs beside them "
        "the elasticity falls.",
        "In current prices an equation whose inputs are parts of value added returns cost shares "
        "(Shaikh 1974).",
        "So the cost share itself is one of the equations.",
        "Read all of them as associations: elasticity times value added attributes value added to "
        "use; it does not say what would be lost without it.",
    ]
    assert titles(section) == ELASTICITIES
    assert section.tables[-1].sheet == "Assumptions"
    result = founding_case()
    found = result.elasticities
    assert found is not None
    assert result.study.potential is not None
    equations = tuple(e for e in result.study.potential.equations if e.kind != "cost share")
    use = replace(result.study.potential, equations=equations)
    higher = replace(found, with_scale=float(found.base.params[use.term]))
    bare = replace(changed(potential=use), elasticities=higher)
    bare.made.update(result.made)
    assert [words[:14] for words in report._about_equations(bare)] == [
        "In current pri",
        "Read all of th",
    ]


@pytest.mark.parametrize(
    ("absorb", "of_units", "of_years"),
    [
        (("province:sector", "sector:year"), True, True), (("province:sector",), True, False),
        (("province", "sector", "year"), False, True), (("sector:year",), False, True),
    ],
)  # fmt: skip
def test_assumptions_are_told_of_the_units_and_years_that_the_equation_absorbs(
    monkeypatch: pytest.MonkeyPatch, absorb: tuple[str, ...], of_units: bool, of_years: bool
) -> None:
    asked: dict[str, Any] = {}

    def examined(fit: Any, **names: Any) -> Any:
        asked.update(names)
        return fit

    monkeypatch.setattr(report, "examine", examined)
    monkeypatch.setattr(report, "check_assumptions", lambda _: None)
    monkeypatch.setattr(report, "tables_of_tests", lambda *_: [Table("x", pd.DataFrame())])
    use = founding_case().study.potential
    assert use is not None
    result = changed(potential=replace(use, absorb=absorb))
    (section,) = report._elasticity(result, {"elasticities": FIGURE}, ENGLISH)
    assert asked == {
        "unit": "province:sector" if of_units else None, "time": "year" if of_years else None,
    }  # fmt: skip
    assert section.tables[-1].sheet == "Assumptions"


def test_the_core_says_whether_it_is_scaled() -> None:
    tail = "every other year follows from official value added by sector."
    (words,) = founding()["core"].words
    assert words.startswith("No statistic shows the core. The study gives each segment a part of")
    assert words.endswith(
        f"one scale for all of them makes the sum meet the printed core, and {tail}"
    )
    assert japan()["core"].words == [
        "The study gives each segment a part of some sectors of the input-output tables; the core "
        "of every year follows from official value added by sector."
    ]


def test_the_curve_is_told_by_its_ends_and_a_part_not_made_by_its_reason() -> None:
    values = founding_curve().estimates["estimate"]
    assert founding()["curve"].words == [
        "All admissible combinations of the declared choices for total value added, 2019 (T19), "
        f"run by run: {len(values)} estimates from {values.min():.2f} to {values.max():.2f} "
        "trillion yuan; printed is 2.13."
    ]
    assert list(founding()["curve"].figures) == ["Every admissible combination, run by run"]
    missing = replace(NONE, missing={"updated": "no table after", "curve": "no choices"})
    (section,) = evidence_sections(missing, "", "")
    assert section.words == [
        "Table of a year without one: no table after.", "Specification curve: no choices.",
    ]  # fmt: skip
    assert section.title == "Not made"
    assert gather_evidence(study_case("oecd_ict_japan")).missing == {
        "updated": "study 'oecd_ict_japan' has no year between two tables that lacks one of its "
        "own; there is none to make",
        "reconciled": "study 'oecd_ict_japan' has one run, linkage; there is nothing to reconcile",
        "audit": "the figures of this study are audited by quesnay audit FILE",
        "curve": "the study declares no choices",
    }


def test_the_one_account_is_told_to_pull_away_from_the_report_where_a_run_starts_from_it() -> None:
    made = founding_case().reconcile()
    runs = [name for name in made.adjustments.index.unique(0) if "by calibrated" not in name]
    other = replace(made, adjustments=made.adjustments.loc[runs])
    said = [
        next(evidence_sections(replace(NONE, reconciled=one), "", "")).words
        for one in (made, other)
    ]  # fmt: skip
    assert said[0][:1] == said[1]
    assert said[1][0].endswith("until every identity holds (Stone, Champernowne and Meade 1942).")
    assert said[0][1:] == [
        "The calibrated run starts from printed figures: the reconciled account says how far the "
        "other evidence pulls away from the report."
    ]


def test_the_uncertainty_has_a_table_a_run_and_a_picture_where_one_was_drawn() -> None:
    section = founding()["uncertainty"]
    runs = ("linkage", "elasticity", "calibrated")
    assert titles(section) == [
        f"What the uncertainty of the {run} run comes from, percent of the variance" for run in runs
    ]
    assert section.figures == {}
    assert len(section.words) == 1
    (drawn,) = report._uncertainty(founding_case(), {"tornado": FIGURE})
    assert drawn.figures == {"How far each source of uncertainty alone moves a total": FIGURE}
    assert "uncertainty" not in japan()


def test_the_workbook_draws_the_years_of_each_run() -> None:
    """Rows of the account, four years a run, and the column whose interval stands on the stack."""
    charts = report._account_charts(founding_case())
    assert [(one.title, one.rows) for one in charts] == [
        ("linkage run, trillion yuan", (0, 4)), ("elasticity run, trillion yuan", (4, 8)),
        ("calibrated run, trillion yuan", (8, 12)),
    ]  # fmt: skip
    for one in charts:
        assert one.table == "Industrial internet, value added, trillion yuan"
        assert (one.kind, one.interval) == ("column", "total")
        assert one.series == {"core industries": "core", "integration-driven": "integration"}

"""What the main job says and does where a part of a study, a figure or a table is absent."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.plots.style import cjk_family, finish, new_figure
from quesnay.diagnostics.report.language import ENGLISH, language_of
from quesnay.diagnostics.report.page import Front
from quesnay.diagnostics.reproduction import (
    backtests,
    evidence,
    findings,
    linkage,
    made_table,
    needed,
    plots,
    regressions,
    report,
    runs,
    specifications,
    tables,
)
from quesnay.diagnostics.reproduction.backtests import origin_backtest
from quesnay.diagnostics.reproduction.report import document_of
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.study import Equation, load_study, template_text
from quesnay.diagnostics.reproduction.verdicts import score_frame

from .founding_case import founding_case, study_case


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


def without_figures(result: Reproduction, *names: str) -> Reproduction:
    facts = replace(result.facts, reported=result.facts.reported.drop(index=list(names)))
    return replace(result, facts=facts, verdicts=result.verdicts.drop(index=list(names), level=1))


@pytest.mark.parametrize(
    ("written", "printed"), [("1.50", "1.50"), ("4386", "4386"), ("2e3", "2e3")]
)
def test_digits_of_a_bare_number_in_a_study_file_count(
    tmp_path: Path, written: str, printed: str
) -> None:
    path = tmp_path / "study.toml"
    figure = f"printed = {written}\nunit = 'trillion US dollars'\nyear = 2018\n"
    text = f"{template_text('minimal')}\n[reported.figures.T18]\n{figure}"
    path.write_text(text, encoding="utf-8")
    assert load_study(path).reported.figures["T18"].printed == printed


def test_an_elasticity_from_outside_is_taken_as_it_stands(result: Reproduction) -> None:
    use = result.study.potential
    assert use is not None
    outside = Equation(
        name="a study", kind="outside", value=0.12, std_error=0.03, source="Doe 2020", weight=2.0
    )
    known = regressions.KnownRegressions()
    found = regressions._equation(result.study, result.facts, use, outside, known)
    assert np.isnan(found.pop("observations"))  # type: ignore[call-overload]
    assert found == {
        "elasticity": 0.12, "std_error": 0.03, "weight": 2.0, "source": "Doe 2020",
    }  # fmt: skip


def test_a_grid_of_linkage_runs_has_no_regression_to_estimate(result: Reproduction) -> None:
    one = specifications.Combination((("run", "linkage"),), (), (("run", "linkage"),))
    running = {"jobs": 1, "client": None, "checkpoint": None, "progress": False}
    assert one.run == "linkage"
    assert specifications._elasticities(
        result.study, result.facts, [one], draws=2, seed=0, running=running
    ) == ({}, {})
    nothing: Any = None
    assert specifications._regressed(nothing, [], [], "T19") == {}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2.0, 1.0], (2.0, np.nan, np.nan, np.nan, "")),  # one draw has no interval
        ([2.0, 1.0, np.nan, 3.0], (2.0, 1.05, 2.95, np.sqrt(2.0), "")),
        ([np.nan, 1.0, 3.0],
         (np.nan,) * 4 + ("no rising curve below saturation: the potential is too small",)),
    ],
)  # fmt: skip
def test_a_specification_is_summed_up_by_its_finite_draws(
    values: list[float], expected: tuple[Any, ...]
) -> None:
    found: Any = specifications._summary(np.array(values), "")
    names = ("estimate", "low", "high", "standard_error")
    np.testing.assert_allclose([found[name] for name in names], expected[:4])
    assert found["failure"] == expected[4]
    lost: Any = specifications._summary(None, "why")
    assert np.isnan([lost[name] for name in names]).all()
    assert lost["failure"] == "why"


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.9, "below both"), (1.0, "between the two"), (1.5, "between the two"),
     (2.0, "between the two"), (2.1, "above both")],
)  # fmt: skip
def test_a_printed_level_lies_below_between_or_above_two_readings(value: float, words: str) -> None:
    one, other = pd.Series({"total": 2.0}), pd.Series({"total": 1.0})
    assert findings._between(value, one, other) == words
    assert findings._between(value, other, one) == words


@pytest.mark.parametrize(
    ("value", "side"), [(0.9, "below"), (1.0, "inside"), (2.0, "inside"), (2.1, "above")]
)
def test_ends_of_an_interval_are_inside_it(value: float, side: str) -> None:
    assert findings._side(value, pd.Series({"total_low": 1.0, "total_high": 2.0})) == side


def test_an_interval_without_width_is_one_number_and_nothing_has_no_sign() -> None:
    def of(middle: float, low: float, high: float) -> str:
        return findings._span(pd.Series({"total": middle, "total_low": low, "total_high": high}))

    assert of(1.0, 1.0, 1.004) == "1.00"
    assert of(1.0, 0.99, 1.0) == "1.00 [0.99, 1.00]"
    assert of(-0.001, -0.2, 0.001) == "0.00 [-0.20, 0.00]"


def test_without_a_printed_total_the_last_year_is_told(result: Reproduction) -> None:
    (said,) = findings._alone(without_figures(result, "T18", "T19", "T20"), ENGLISH)
    assert said.startswith("Level: the core industries of the industrial internet made")
    own: Any = result.account.loc[("elasticity", 2020)]
    assert " trillion yuan in 2020; with what each run adds: input-output tables" in said
    assert (
        f"elasticities (elasticity run) {own['total']:.2f} [{own['total_low']:.2f}, "
        f"{own['total_high']:.2f}] trillion yuan, {100 * own['share']:.1f} % of GDP" in said
    )
    assert list(findings._alone(result, ENGLISH)) == []


def test_figures_of_years_before_the_account_are_passed_over(result: Reproduction) -> None:
    reported = result.facts.reported
    old = reported.loc[["H19", "G18"]].assign(year=2016).set_axis(["H16", "G16"])
    facts = replace(result.facts, reported=pd.concat([old, reported]))
    total = reported.loc[["T19"]].assign(year=2016).set_axis(["T16"])
    with_total = replace(facts, reported=pd.concat([total, reported]))
    pd.testing.assert_frame_equal(
        plots._implied(replace(result, facts=with_total), [1.0] * 5),
        plots._implied(result, [1.0] * 5),
    )
    more = replace(result, facts=facts)
    for tell in (needed.implied_core, findings._growth):
        told = list(tell(result, ENGLISH))
        assert list(tell(more, ENGLISH)) == told
        assert len(told) == 1


def test_a_total_printed_for_the_first_point_of_the_curve_is_no_forecast(
    result: Reproduction,
) -> None:
    """By hand: with 0.92 printed for 2017 the same step gives 1.92 for 2019 and 2.42 for 2020."""
    reported, rules = result.facts.reported, list(result.naive.index.unique("rule"))
    cells: dict[str, Any] = {"year": 2017, "value": 0.92, "fact": "level 2017"}
    early = reported.loc[["T19"]].assign(**cells).set_axis(["T17"])
    facts = replace(result.facts, reported=pd.concat([early, reported]))
    judged = result.verdicts.xs("T19", level="id", drop_level=False)
    judged = judged.rename(index={"T19": "T17"}, level="id").assign(fact="level 2017", error=9.0)
    verdicts = pd.concat([judged, result.verdicts])
    score = score_frame(facts, result.assembly.model, verdicts, result.naive)
    judged_now, before = (one["judged"]["calibrated"] for one in (score, result.score))
    assert judged_now == before + 1
    pd.testing.assert_frame_equal(score.loc[rules], result.score.loc[rules])
    more = replace(result, facts=facts, verdicts=verdicts, score=score)
    for tell in (findings._path, findings._curve_and_rules):
        assert list(tell(more, ENGLISH)) == list(tell(result, ENGLISH)) != []
    errors = pd.DataFrame({"error": [-0.3, 0.0, 0.0]})
    assert "(mean error 10.0%" in findings._against_naive(result, errors, rules, ENGLISH).replace(
        " %", "%"
    )
    found = origin_backtest(more, draws=50, seed=0).forecasts
    assert list(found.index) == [(2018, 2019), (2018, 2020), (2019, 2020)]
    assert found["same step"].tolist() == pytest.approx([1.92, 2.42, 2 * 2.13 - 1.42])


def test_the_back_test_of_the_path_takes_medians_of_the_draws_of_the_run(
    result: Reproduction,
) -> None:
    found = backtests._medians(result, draws=400, seed=3)
    drawn = result.draws["calibrated"]
    for year, variant in ((2017, "estimate"), (2019, "estimate"), (2020, "forecast")):
        for concept in ("core", "total"):
            middle = drawn[(concept, year, variant)].median()
            assert found.loc[year, concept] == pytest.approx(middle, rel=1e-12)


def test_totals_of_years_outside_the_account_are_not_forecast(result: Reproduction) -> None:
    totals = result.facts.reported.loc[["T19", "T20"]]
    outside = totals.assign(year=[2016, 2021]).set_axis(["T16", "T21"])
    facts = replace(result.facts, reported=pd.concat([outside, result.facts.reported]))
    wide = origin_backtest(replace(result, facts=facts), draws=50, seed=0).forecasts
    pd.testing.assert_frame_equal(wide, origin_backtest(result, draws=50, seed=0).forecasts)
    few = without_figures(result, "T19", "T20")
    with pytest.raises(qn.StudyError, match="no total of its years after the points of the curve"):
        origin_backtest(few, draws=2, seed=0)
    plots_: Any = {"penetration": None}
    (section,) = report._path(few, plots_)
    assert section.tables[0].title == "Forecasts of known diffusions from two points"


@pytest.mark.parametrize(("figure", "year"), [("T21", 2021), ("G17", 2016), ("H16", 2016)])
def test_a_figure_of_a_year_outside_the_account_cannot_be_explained(
    result: Reproduction, figure: str, year: int
) -> None:
    reported = result.facts.reported
    other = reported.loc[[f"{figure[0]}19"]].assign(year=2000 + int(figure[1:])).set_axis([figure])
    facts = replace(result.facts, reported=pd.concat([reported, other]))
    with pytest.raises(qn.StudyError, match=rf"{figure}: {year} is not among study\.years; add"):
        replace(result, facts=facts).explain(figure, run="linkage")


def test_a_study_that_wants_one_run_is_told_nothing_of_the_others(result: Reproduction) -> None:
    def only(*runs: str) -> Reproduction:
        model = replace(result.assembly.model, only=runs)
        return replace(result, assembly=replace(result.assembly, model=model))

    tables, curve, nothing = only("linkage"), only("calibrated"), dict[str, Any]()
    for tell in (findings._supported, findings._elasticity, needed._needed_elasticity):
        assert list(tell(tables, ENGLISH)) == list(tell(curve, ENGLISH)) == []
    for tell in (findings._level, findings._later_totals, needed._needed_core):
        assert list(tell(curve, ENGLISH)) == []
    assert list(report._path(tables, nothing)) == []


def test_suppliers_are_at_home_where_every_table_keeps_imports_apart(result: Reproduction) -> None:
    tables = result.assembly.tables
    inside = qn.load_io("CHN", 2018, imports="included")
    for known, said in ((tables, ", made at home"), ({**tables, 2018: inside}, "")):
        made = replace(result, assembly=replace(result.assembly, tables=known))
        assert findings._place_made(made, ENGLISH) == said


def test_jobs_that_round_to_nothing_have_no_sign(result: Reproduction) -> None:
    verdicts = result.verdicts.copy()
    columns = ["estimate", "estimate_low", "estimate_high"]
    verdicts.loc[("linkage", "J20"), columns] = [0.05, -0.04, 0.07]
    (said,) = findings._jobs(replace(result, verdicts=verdicts), ENGLISH)
    assert " makes: linkage 0.1 [0.0, 0.1], elasticity " in said


def test_where_every_total_was_used_the_curve_is_held_against_none(result: Reproduction) -> None:
    verdicts = result.verdicts.copy()
    verdicts.loc[[("calibrated", name) for name in ("T19", "T20")], "role"] = "input"
    used = replace(result, verdicts=verdicts)
    assert list(findings._curve_and_rules(used, ENGLISH)) == []
    assert list(findings._path(used, ENGLISH)) == []
    for none in (result.naive.iloc[:0], pd.DataFrame()):  # a curve to the last year; no curve
        calm = replace(result, naive=none)
        assert list(findings._curve_and_rules(calm, ENGLISH)) == []
        assert list(findings._path(calm, ENGLISH)) == []
    score = result.score.assign(judged=0)
    assert list(findings._score(replace(result, score=score), ENGLISH)) == []


def test_without_variance_a_share_or_growth_of_sectors_less_is_said(result: Reproduction) -> None:
    calm = replace(result, variance=result.variance.iloc[:0])
    assert not any(s.startswith("Largest source") for s in needed.turning_points(calm))
    assert list(needed.implied_core(without_figures(result, "T19"), ENGLISH)) == []
    assert needed.printed_integration(result) == pytest.approx({2018: 0.9808, 2019: 2.13 * 0.748})
    less = without_figures(result, "I18", "H19")
    # 2018: total less core; 2019: what is printed of it; of 2020 nothing is
    assert needed.printed_integration(less) == pytest.approx({2018: 1.42 - 0.4386, 2019: 1.6})
    study = replace(result.study, core=replace(result.study.core, figure=None))
    assert needed._out_of_reach(replace(result, study=study), 2019, 9.9, ENGLISH) == ""
    assert needed._out_of_reach(result, 2020, 9.9, ENGLISH) == ""  # the core is printed for 2018
    assert "no fixed weights reach it" in needed._out_of_reach(result, 2019, 9.9, ENGLISH)
    assert needed.sector_growth(result, 2017) is None  # no year before
    japan = study_case("oecd_ict_japan")
    assert needed.turning_points(japan) == []
    assert evidence.elasticity_backtest(japan, ENGLISH) == ([], [])


def test_the_start_of_the_curve_is_compared_where_there_is_an_audit(result: Reproduction) -> None:
    made = evidence.Evidence(None, None, None, None, {})
    assert list(report._other_start(result, made)) == []
    bounds = pd.DataFrame({"low": [0.885], "high": [0.887]}, pd.MultiIndex.from_tuples([("x", 1)]))
    audit: Any = SimpleNamespace(bounds=bounds)
    assert (
        list(report._other_start(result, replace(made, audit=audit))) == []
    )  # it says nothing of 2017
    before = pd.MultiIndex.from_tuples([("industrial internet value added total", 2017)])
    own = result.draws[("calibrated", "total", 2017, "estimate")]
    apart = own.max() - own.min()
    for low, high, told in (
        (own.max() + apart, own.max() + 2 * apart, True), (own.max(), own.max() + apart, False),
        (own.min() - apart, own.min(), False), (own.min() - 2 * apart, own.min() - apart, True),
    ):  # fmt: skip
        ends = pd.DataFrame({"low": [low], "high": [high]}, before)
        implied = replace(made, audit=SimpleNamespace(bounds=ends))  # type: ignore[arg-type]
        assert bool(report._other_start(result, implied)) is told
    reported = result.facts.reported.copy()
    reported.loc["T18", "scale"] = 1e-4  # printed in 100 million, the account in trillion
    finer = replace(result, facts=replace(result.facts, reported=reported))
    ends = pd.DataFrame({"low": [1e4 * own.median()], "high": [1e4 * own.median()]}, before)
    implied = replace(made, audit=SimpleNamespace(bounds=ends))  # type: ignore[arg-type]
    assert list(report._other_start(finer, implied)) == []
    bare = replace(result.study, reported=replace(result.study.reported, dataset=None))
    assert list(report._other_start(replace(result, study=bare), replace(made, audit=audit))) == []
    assert list(report._about_equations(study_case("oecd_ict_japan"))) == []


@pytest.mark.parametrize(
    ("low", "high", "side"),
    [(1.0, 2.0, "above"), (1.0, 2.13, "inside"), (2.13, 2.5, "inside"), (2.2, 2.5, "below")],
)
def test_the_reconciled_total_is_held_against_the_last_that_is_no_forecast(
    result: Reproduction, low: float, high: float, side: str
) -> None:
    account = pd.DataFrame(
        {"total": [1.5] * 2, "total_low": [low] * 2, "total_high": [high] * 2}, [2019, 2020]
    )
    made: Any = SimpleNamespace(account=account, unit="trillion yuan")
    assert evidence.reconciled_finding(result, made).replace(" ", " ") == (
        f"All runs together: a total of 1.50 [{low:.2f}, {high:.2f}] trillion yuan in 2019 once "
        f"the disagreement of the methods counts as error; the report prints 2.13, {side} that "
        "interval."
    )
    assert evidence.reconciled_finding(without_figures(result, "T18", "T19"), made) == ""


def test_the_answer_takes_the_first_finding_of_an_audit_without_conflicts() -> None:
    audit: Any = SimpleNamespace(conflicts=[], telling=["One.", "Two."])
    made: Any = SimpleNamespace(audit=audit)
    assert evidence.audit_answer(made, ENGLISH) == ["Audit: One."]
    assert evidence.audit_said(made, ENGLISH) == ["Audit: One.", "Audit: Two."]
    audit.conflicts = [("a", "b", "c"), ("d", "e")]
    (said,) = evidence.audit_answer(made, ENGLISH)
    assert said.endswith("cannot hold together: 2, each of 2 figures or more.")


def test_sectors_without_a_list_of_names_keep_their_codes(result: Reproduction) -> None:
    sectors = pd.Index(["01", "02"])
    unknown = replace(result.study, study=replace(result.study.study, country="XXX"))
    assert linkage.sector_names(unknown, result.facts, sectors).tolist() == ["01", "02"]
    all_ = pd.Index([str(s) for s in result.facts.tables[2018].sectors])
    named = linkage.sector_names(result.study, result.facts, all_)
    assert named["28"] == "Wholesale and retail"


def test_ties_are_joined_only_between_two_years_of_the_account(result: Reproduction) -> None:
    base = pd.DataFrame({"core": [1.0, 2.0], "integration, linkage run": [1.0, 2.0]})
    late = replace(result.assembly.model, slots=result.assembly.model.slots[2:])
    short = replace(result, assembly=replace(result.assembly, model=late))
    assert made_table._straight(short, base, 2019).isna().all().all()
    known = result.facts.tables
    later = replace(result, facts=replace(result.facts, tables={**known, 2021: known[2020]}))
    nearest = made_table._straight(later, base, 2019)
    assert nearest.notna().all().all()
    pd.testing.assert_frame_equal(nearest, made_table._straight(result, base, 2019))


def test_a_model_without_equations_holds_no_elasticity(result: Reproduction) -> None:
    model = result.assembly.model
    assert model.potential is not None
    drawn = {"gdp_vintage": np.zeros(3), "equation": np.zeros(3), "elasticity_error": np.zeros(3)}
    assert runs._elasticity_of(replace(model, potential=None), drawn, []) == {}
    empty = replace(model.potential, equations=np.empty((0, 3)))
    assert runs._elasticity_of(replace(model, potential=empty), drawn, []) == {}
    held = runs._elasticity_of(model, drawn, [])
    np.testing.assert_allclose(held["elasticity"], [model.potential.median] * 3)


def test_the_flows_of_the_core_are_those_of_the_last_table(result: Reproduction) -> None:
    figure = result.plot_core()
    assert "trillion yuan" in figure.axes[0].get_title()
    assert any(text.get_text().startswith("core: ") for text in figure.axes[0].texts)


@pytest.mark.skipif(cjk_family() is None, reason="no font on this machine has Chinese characters")
def test_pictures_of_a_document_speak_its_language() -> None:
    pytest.importorskip("docx", reason="writes a Word document")
    nothing: Any = None
    words = "share of GDP"
    for code in ("en", "zh"):
        lang = language_of(code, {})
        figure = new_figure()
        figure.axes[0].set_title(words)
        front = Front("Title", "", [], {"Value added by year": finish(figure, alt="A picture.")})
        assert document_of(nothing, (front, []), lang).startswith(b"PK")
        assert (figure.axes[0].get_title() == words) is (code == "en")
        assert figure.axes[0].get_title() == lang(words)


def test_a_result_whose_variance_is_not_known_has_no_table_of_it(result: Reproduction) -> None:
    def of_variance(one: Reproduction) -> int:
        return sum("ariance" in table.title for table in tables.result_tables(one))

    assert of_variance(result) == len(result.runs)
    assert of_variance(replace(result, variance=result.variance.iloc[:0])) == 0


def test_the_draws_of_a_forecast_year_are_those_of_the_forecast(result: Reproduction) -> None:
    """2020 has two: as it was forecast, and as it came out."""
    for year, variant in ((2019, "estimate"), (2020, "forecast")):
        own = needed.drawn_figure(result, "linkage", "total", year)
        assert own.equals(result.draws[("linkage", "total", year, variant)])
    assert ("linkage", "total", 2020, "outcome") in result.draws


@pytest.mark.parametrize(
    ("quantile", "side"), [(0.01, "below"), (0.03, "inside"), (0.97, "inside"), (0.99, "above")]
)
def test_printed_growth_is_held_against_the_95_percent_of_the_tables(
    result: Reproduction, quantile: float, side: str
) -> None:
    before, now = (needed.drawn_figure(result, "linkage", "total", year) for year in (2018, 2019))
    middle, grown = [float((now / before).median())], float((now / before).quantile(quantile))
    exact = pd.Series({"low": 1.0, "high": 1.0})
    found = findings._side_of_growth(result, (2018, 2019), middle, exact, grown * exact)
    assert found == side

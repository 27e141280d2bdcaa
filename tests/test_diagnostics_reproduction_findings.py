"""Sentences of a report hold in other studies too: what is printed is changed, the words follow."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.commands import result_json
from quesnay.datasets.embedded import classified_sectors
from quesnay.diagnostics.report.language import language_of
from quesnay.diagnostics.reproduction import findings as module
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.evidence import Evidence, gather_evidence
from quesnay.diagnostics.reproduction.facts import reported_figures
from quesnay.diagnostics.reproduction.findings import answer, findings
from quesnay.diagnostics.reproduction.needed import sector_growth, turning_points
from quesnay.diagnostics.reproduction.regressions import fit_potential, regression_rows
from quesnay.diagnostics.reproduction.report import report_parts
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.study import Core, Figure, Reported, Study, load_study
from quesnay.diagnostics.reproduction.study_rules import READINGS

from .founding_case import audit_of_caii, founding_case, study_case

FULL = load_study("caict_2020")
_METHOD = Path(__file__).parents[1] / "docs" / "method" / "index.md"
NONE = Evidence(None, None, None, None, {})


def _study(figures: dict[str, tuple[str, str]], **tables: Any) -> Study:
    """Return the founding study with the linkage run alone and other printed figures."""
    printed = {"C18": ("0.4386", "trillion CNY"), **figures}
    own = {
        name: Figure(printed=text, year=2000 + int(name[1:3]), unit=unit)
        for name, (text, unit) in printed.items()
    }
    return replace(
        FULL,
        potential=None,
        penetration=None,
        employment=None,
        specifications=None,
        tables=replace(FULL.tables, **tables),
        core=replace(FULL.core, other_printings=()),
        reported=Reported(figures=own),
    )


def _totals(**printed: str) -> dict[str, tuple[str, str]]:
    return {name: (text, "trillion CNY") for name, text in printed.items()}


def _said(study: Study, start: str) -> str:
    return next(s for s in findings(qn.reproduce(study, draws=60)) if s.startswith(start))


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


def test_a_level_far_off_with_the_growth_of_the_tables_is_not_called_other_growth() -> None:
    # by hand: 3.32 / 3.00 is 10.7 %, as 1.33 / 1.20 of the tables is
    said = _said(_study(_totals(T18="3.00", T19="3.32")), "Growth")
    assert said.startswith(
        "Growth since 2018, printed against the tables, in trillion yuan: 3.32 in 2019 (T19)"
    )
    assert "+11 %, against 1.32 (+11 %)" in said


def test_growth_after_the_first_printed_total_restates_a_level() -> None:
    shares = dict.fromkeys(("G18", "G19", "K19"), ("50", "percent"))
    figures = reported_figures(_study({**_totals(T19="2.13", T18="1.42"), **shares}))
    assert figures["fact"].to_dict() == {
        "C18": "input", "T19": "level 2019", "T18": "level 2018", "G18": "growth 2018",
        "G19": "level 2019", "K19": "level 2019",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("later", "words"), [("2.13", "grows faster since 2018"), ("1.42", "grows more slowly since")]
)
def test_growth_is_compared_as_growth_in_both_directions(later: str, words: str) -> None:
    said = _said(_study(_totals(T18="1.42", T19=later)), "Growth: ")
    assert words in said


def test_a_report_that_agrees_needs_no_other_core() -> None:
    result = qn.reproduce(_study(_totals(T18="1.2", T19="2.13")), draws=60)
    needed = [s for s in turning_points(result) if "the core would have to be" in s]
    assert len(needed) == 1
    assert "2019" in needed[0]
    assert "2018" not in needed[0]


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        ("", "the rest of the economy produces for a core of 0.44 brings the total to"),
        (READINGS[0], "imports counted as if made at home; the printed level lies"),
        (READINGS[1], "What users make with the deliveries of a core"),
        (READINGS[2], "What users outside its sectors make"),
        (READINGS[3], "for each part of a core of 0.44, added up, what two parts need counted"),
    ],
)
def test_the_level_says_how_the_tables_are_read(reading: str, words: str) -> None:
    said = _said(_study(_totals(T18="1.42"), reading=reading), "Level: ")
    assert words in said
    assert ("made at home, and to" in said) == (reading in ("", READINGS[3]))
    if reading in READINGS[1:3]:  # a comparison with suppliers abroad would be one of other things
        assert "imports" not in said
        assert "made at home" not in said


def test_tables_with_imports_inside_are_not_said_to_be_made_at_home() -> None:
    said = _said(_study(_totals(T18="1.42"), imports="included"), "Level: ")
    assert (
        ", imports counted as if made at home; the printed level lies inside that interval." in said
    )


def test_the_method_and_the_explanation_follow_the_reading_of_the_study() -> None:
    result = qn.reproduce(_study(_totals(T18="1.42", I18="0.98"), reading=READINGS[3]), draws=20)
    assert "sum_k L_ik x_k / L_kk" in result.explain("I18", run="linkage").equation
    _, sections = report_parts(result, _no_plots(), NONE, _english())
    formulas = next(s for s in sections if s.name == "method").formulas
    assert [f.formula for f in formulas if f.name == "linkage"] == [
        "I = sum_i v_i sum_k L_ik x_k / L_kk / x_i,  L (E - A) = E,  A_ij = z_ij / x_j"
    ]
    account = next(s for s in sections if s.name == "account").tables[0]
    assert "Linkage: sum over single parts (tables)." in account.notes


def test_what_others_produce_holds_the_rest_of_the_core_s_own_sectors() -> None:
    """By hand in a split table: a fifth of the ties of 2018 stay in the seven sectors."""
    from quesnay.diagnostics.reproduction.linkage import BASE, core_linkages

    result = qn.reproduce("caict_2020", draws=20)
    by_sector = core_linkages(result).by_sector[(BASE, 2018)]
    own = float(by_sector[list(result.assembly.pattern.sectors)].sum() / by_sector.sum())
    assert 0.15 < own < 0.3  # so "other industries" would be false
    assert "other industries" not in " ".join(findings(result))


def test_sector_growth_is_the_most_of_all_vintage_sets_and_in_the_prices_of_the_figure(
    result: Reproduction,
) -> None:
    """By hand from china_gdp_vintages.csv.gz and the tables joined for 2019.

    Information services grow by 18.12 % on the final GDP of 2019 and by 18.64 % on the
    preliminary one, 99.0865 / 98.6515 more; the deflator of 2019 is 99.0865 / 91.9281 / 1.061.
    """
    text = " ".join(findings(result))
    first = 1.1812 * 99.0865 / 98.6515
    assert f"{100 * (first - 1):.1f} % in current prices" in text
    real = first / (99.0865 / 91.9281 / 1.061) - 1
    assert f"(G19), the fastest of them {100 * real:.1f} % by the GDP deflator" in text
    assert "By sector, 2019 is joined from the tables around it." in text
    levels = {name: own.copy() for name, own in result.assembly.value_added.items()}
    for own in levels.values():
        own.loc[(2018, "estimate"), result.assembly.pattern.sectors[0]] = np.nan
    without = replace(result, assembly=replace(result.assembly, value_added=levels))
    assert sector_growth(without, 2019) is None  # of one sector nobody knows


def test_growth_that_a_sector_reaches_is_not_passed_over() -> None:
    said = _said(_study({"G18": ("20.0", "percent"), "G19": ("5.0", "percent")}), "Printed growth")
    assert re.findall(r"\((G\d\d)\), the fastest of them ([\d.]+) %", said) == [
        ("G18", "11.0"),
        ("G19", "16.8"),
    ]


def test_the_least_implied_core_is_held_against_the_most_that_was_printed(
    result: Reproduction,
) -> None:
    text = " ".join(findings(result))
    # 2.125 (1 - 0.7485) over 0.43865: what the digits allow at least
    assert f"at least {100 * (2.125 * (1 - 0.7485) / 0.43865 - 1):.1f} % more than C18" in text


def test_a_core_that_the_fastest_sector_could_reach_is_not_out_of_reach() -> None:
    # 2.05 (1 - 0.7485) is 17.5 % more than C18, below 18.6 %; its middle would be above
    printed = {**_totals(T18="1.42", T19="2.1"), "H19": ("74.8", "percent")}
    assert "no fixed weights reach it" not in _said(_study(printed), "Core: ")


def test_the_needed_elasticity_gives_the_printed_part_in_every_draw(result: Reproduction) -> None:
    """By hand: e v C / supply is 7.195 e in 2018, so that 0.9814 needs 0.136 whatever is drawn."""
    found = [
        re.search(r"imply for (\d{4}), the elasticity would have to be ([\d.]+);", sentence)
        for sentence in turning_points(result)
    ]
    needed = {one[1]: float(one[2]) for one in found if one}
    assert needed == {"2018": 0.136, "2019": pytest.approx(0.211, abs=0.0011)}
    other = qn.reproduce("caict_2020", draws=60, seed=8)
    assert "would have to be 0.136;" in " ".join(turning_points(other))
    assert "their rivals 0.182" in " ".join(turning_points(result))


def test_a_printed_integration_goes_before_total_less_core() -> None:
    result = study_case("china_digital_economy")
    text = " ".join(findings(result))
    assert "of the 28.80 that the printed figures imply" in text  # printed; 35.8 - 7.1 is 28.7


def test_the_limits_count_the_figures_by_where_they_were_read(result: Reproduction) -> None:
    said = _limits(result, NONE)
    reported = qn.load_reported("caict_2020")
    assert reported["provenance"].str.startswith("press release").sum() == 8
    assert (
        "Printed figures by where they were read: press release: 8; foreword as quoted on a "
        "document site: 5; quoted by a trade news page: 3." in said
    )


def test_whole_sectors_are_a_definition_and_no_assumed_pattern() -> None:
    whole = replace(_study({}), core=Core({"software": {"31": 1.0}}, dispersion=0.0))
    said = _limits(qn.reproduce(replace(whole, reported=Reported()), draws=5), NONE)
    assert any(s.startswith("The core is whole sectors of the tables by definition") for s in said)
    assert not any("no statistic shows it" in s for s in said)


def test_the_limits_say_that_the_audit_implies_another_start_of_the_curve(
    result: Reproduction,
) -> None:
    """By hand: 1.42 / 1.557 / 1.03548 is 0.881, below the 0.885 that fits all printed figures."""
    made = gather_evidence(result, curve=False)
    said = next(s for s in _limits(result, made) if s.startswith("The curve starts from"))
    low, high = (float(text) for text in re.findall(r"0\.\d{3}", said)[:2])
    deflator = 91.9281 / 83.2036 / 1.067
    assert low == pytest.approx(1.415 / 1.5575 / deflator, abs=1.5e-3)
    assert high == pytest.approx(1.425 / 1.5565 / deflator, abs=1.5e-3)
    assert "implies 0.885 to 0.887" in said


def test_another_seed_moves_a_median_by_no_more_than_is_said(result: Reproduction) -> None:
    _, sections = report_parts(result, _no_plots(), NONE, _english())
    said = " ".join(next(s for s in sections if s.name == "account").words)
    error = float(re.findall(r"by up to ([\d.]+) %", said)[0]) / 100
    exact = [qn.reproduce("caict_2020", draws=400, seed=seed).account["total"] for seed in (11, 12)]
    moved = np.abs(exact[0] / exact[1] - 1.0)
    assert moved.max() < 2 * error  # two medians, each with its own error
    assert 0.002 < error < 0.1


def test_the_deflator_stands_beside_an_explained_growth(result: Reproduction) -> None:
    inputs = result.explain("G18", run="calibrated").inputs
    deflator = float(row(inputs, "P / P before")["value"])
    assert deflator == pytest.approx(91.9281 / 83.2036 / 1.067, rel=1e-4)
    total, before = (float(row(inputs, name)["value"]) for name in ("T", "T before"))
    assert total / before / deflator - 1 == pytest.approx(0.557, abs=1e-3)


def _limits(result: Reproduction, made: Evidence) -> list[str]:
    _, sections = report_parts(result, _no_plots(), made, _english())
    return list(next(s for s in sections if s.name == "limits").words)


def _no_plots() -> Any:
    return dict.fromkeys(("account", "fan", "core", "elasticities", "penetration"))


def _english() -> Any:
    from quesnay.diagnostics.report.language import ENGLISH

    return ENGLISH


@pytest.mark.skipif(not _METHOD.is_file(), reason="looks at the source, which is not here")
def test_the_gross_form_of_jobs_would_create_what_the_page_says() -> None:
    """By hand: 775.86 million persons on 91.9281 trillion in 2018, 7.75 % more than 99.0865."""
    assert "more than fifty million" in _METHOD.read_text("utf-8")
    rise = 0.0775 * 99.0865
    for drift in (0.09, 0.11):
        assert 50 < 775.86 / 91.9281 * (1 + drift) ** -2 * rise < 60


def test_an_equation_that_made_up_inputs_never_reach_is_not_called_blind(
    result: Reproduction,
) -> None:
    found = result.elasticities
    assert found is not None
    assert found.placebo is not None
    blind = "the equation alone cannot tell the technology from size"
    assert blind in " ".join(findings(result))
    assert found.bounds is not None
    ends = ", ".join(f"{end:.3f}" for end in sorted((found.bounds.bound, found.bounds.long)))
    told = f"Equal selection on what is not seen leaves [{ends}] (Oster 2019)."
    assert next(s for s in findings(result) if s.startswith("Scale: ")).endswith(told)
    low = replace(found.placebo, made_up=found.placebo.made_up - 0.1)
    clear = replace(result, elasticities=replace(found, placebo=low))
    said = next(s for s in findings(clear) if s.startswith("Scale: "))
    assert blind not in said
    assert "0 % of them reach the estimate" in said
    for count, blurred in ((20, True), (21, False)):  # one in twenty is not seldom
        rare = np.r_[np.zeros(count - 1), 1.0]
        own = replace(
            result, elasticities=replace(found, placebo=replace(found.placebo, made_up=rare))
        )
        said = next(s for s in findings(own) if s.startswith("Scale: "))
        assert (blind in said) is blurred
    skew = replace(found.placebo, made_up=np.array([0.0, 0.0, 0.3]))
    uneven = replace(result, elasticities=replace(found, placebo=skew))
    said = next(s for s in findings(uneven) if s.startswith("Scale: "))
    assert "made-up inputs of equal scale earn 0.100 on average and 33 % of them reach" in said


def test_agreement_by_width_and_missed_restatements_are_picked_out_of_the_verdicts() -> None:
    rows = pd.DataFrame(
        [("held out", "a", True, 0.25, None), ("held out", "b", True, -0.26, None),
         ("held out", "c", False, 0.9, None), ("held out", "a", True, 0.5, "T18"),
         ("held out", "d", False, 0.1, "T18"), ("held out", "e", False, 0.1, "S18"),
         ("calibration", "f", None, 0.5, None)],
        ["T18", "T19", "S18", "I18", "K18", "H18", "G18"],
        columns=["role", "fact", "agrees", "error", "restates"],
    )  # fmt: skip
    assert module._agreeing_by_width(rows) == ["T19"]  # I18 is the fact of T18
    # K18 restates T18, which agrees; H18 restates S18, which fails too
    assert module._missed_restatements(rows) == ["K18"]


def test_a_printed_level_at_an_end_of_an_interval_lies_inside() -> None:
    own = pd.Series({"total": 1.5, "total_low": 1.0, "total_high": 2.0})
    sides = [module._side(value, own) for value in (0.99, 1.0, 2.0, 2.01)]
    assert sides == ["below", "inside", "inside", "above"]
    for other in (own, own + 1.0), (own + 1.0, own):  # medians of 1.5 and 2.5
        places = [module._between(value, *other) for value in (1.49, 1.5, 2.5, 2.51)]
        assert places == ["below both", "between the two", "between the two", "above both"]


def test_forecasts_of_the_report_are_named_as_such(result: Reproduction) -> None:
    kinds = qn.load_reported("caict_2020")["kind"]
    assert list(kinds.index[kinds == "forecast"]) == ["T20", "S20", "J20"]
    said = _limits(result, NONE)
    named = "total value added, 2020 (T20); share of GDP, 2020 (S20); new jobs, 2020 (J20)."
    assert any(s.startswith(f"Forecasts of the report itself: {named}") for s in said)


def test_the_report_says_how_far_the_elasticity_hangs_on_one_group(result: Reproduction) -> None:
    """By the estimator for panels, without the groups that move it most."""
    _, sections = report_parts(result, _no_plots(), NONE, _english())
    section = next(s for s in sections if s.name == "elasticities")
    said = next(s for s in section.words if s.startswith("Back-test: "))
    base, *ends = (float(text) for text in re.findall(r"0\.\d{3}", said))
    (table,) = (t for t in section.tables if t.title.endswith("without one group at a time"))
    assert ("of 31, " in said, "of 39." in said) == (True, True)
    texts = [str(name) for name in table.frame if str(name).startswith("without")]
    assert dict(table.formats) == {str(n): ".3f" for n in table.frame.columns.drop(texts)}
    assert len(texts) == 2 < len(table.frame.columns)
    use = result.study.potential
    assert use is not None
    rows = regression_rows(use)
    near: dict[tuple[str, str], float] = {}
    codes = {name: code for code, name in classified_sectors("NBS42-2012").items()}
    for group, (low, high) in {"province": ends[:2], "sector": ends[2:]}.items():
        own = table.frame.loc[group]
        names = [codes.get(str(own[c]), str(own[c])) for c in ("without", "without ")]
        near |= {(group, names[0]): low, (group, names[1]): high}
    for (group, name), value in near.items():
        fit = fit_potential(use, rows[rows[group] != name])
        assert float(fit.params[use.term]) == pytest.approx(value, abs=5e-4)
    assert float(fit_potential(use, rows).params[use.term]) == pytest.approx(base, abs=5e-4)
    assert any("later inputs" in t.title for t in section.tables)


def test_an_answer_without_draws_claims_no_interval_and_no_printed_total() -> None:
    front, _ = report_parts(study_case("oecd_ict_japan"), _no_plots(), NONE, _english())
    (said,) = front.lead
    assert "[" not in said
    assert said.endswith("No intervals: the core is a definition, the tables stand as they are.")
    assert list(front.figures) == ["Value added by run and year"]
    assert front.answer is not None
    assert not front.answer.notes


def test_an_answer_names_figures_and_counts_conflicts(result: Reproduction) -> None:
    front, _ = report_parts(result, _no_plots(), gather_evidence(result, curve=False), _english())
    assert "In brackets: 95 % intervals." in front.lead[0]
    assert front.lead[-1].endswith("for the share of GDP of 2019.")
    caii = study_case("caii")
    front, _ = report_parts(caii, _no_plots(), gather_evidence(caii, curve=False), _english())
    sets = audit_of_caii().conflicts
    assert f"hold together: {len(sets)}, each of {min(map(len, sets))} figures" in front.lead[-1]


def _by(rows: list[dict[str, Any]], *keys: str) -> dict[Any, dict[str, Any]]:
    """Index the rows of a JSON list by one or two of their values."""
    return {tuple(r[k] for k in keys) if len(keys) > 1 else r[keys[0]]: r for r in rows}


def _tables_from_json(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Work out by hand what the tables give, in English and in Chinese."""
    account, score = _by(document["account"], "run", "year"), _by(document["score"], "run")
    inside = _by(document["readings"], "reading", "year")[("imports inside", 2018)]
    home = {year: account[("linkage", year)] for year in (2018, 2019, 2020)}
    spans = [f"{r['total']:.2f} [{r['total_low']:.2f}, {r['total_high']:.2f}]"
             for r in (home[2018], inside)]  # fmt: skip
    assert home[2018]["total"] < 1.42 < inside["total"]
    level = {year: f"{own['total']:.2f}" for year, own in home.items()}
    grown = {y: round(100 * (own["total"] / home[2018]["total"] - 1)) for y, own in home.items()}
    need = home[2019]["core"] * 2.13 / home[2019]["total"]
    agree, judged = score["linkage"]["agree"], score["linkage"]["judged"]
    return [
        (f"to {spans[0]}, made at home", f"总量为{spans[0]}（国内创造）"),
        (f"to {spans[1]} with imports", f"则为{spans[1]}"),
        ("lies between the two", "公布值介于两者之间"),
        (f"2.13 in 2019 (T19), +50 %, against {level[2019]} (+{grown[2019]} %)",
         f"2019年公布2.13（T19），增幅+50%，测算为{level[2019]}（+{grown[2019]}%）"),
        (f"3.1 in 2020 (T20), +118 %, against {level[2020]} (+{grown[2020]} %)",
         f"2020年公布3.1（T20），增幅+118%，测算为{level[2020]}（+{grown[2020]}%）"),
        (f"{need:.2f} in 2019 instead of {home[2019]['core']:.2f}",
         f"2019年{need:.2f}（而不是{home[2019]['core']:.2f}）"),
        (f"linkage {agree} of {judged}", f"{judged}项中的{agree}项"),
    ]  # fmt: skip


def _models_from_json(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Work out by hand what elasticities, curve and printed figures give."""
    account, score = _by(document["account"], "run", "year"), _by(document["score"], "run")
    verdicts = _by(document["verdicts"], "run", "id")
    printed = {2018: 0.9808, 2019: 2.13 * 0.748}
    support = [round(100 * account[("elasticity", year)]["integration"] / value)
               for year, value in printed.items()]  # fmt: skip
    low, high = (f(r["elasticity"] for r in document["elasticities"]) for f in (min, max))
    path = [f"{verdicts[('calibrated', t)]['estimate']:.2f}" for t in ("T19", "T20")]
    ours = f"{100 * score['calibrated']['error']:.1f}"
    rules = ("same step", "same growth", "mean of step and growth")
    theirs = f"{100 * min(score[rule]['error'] for rule in rules):.1f}"
    core = 2.125 * (1 - 0.7485), 2.135 * (1 - 0.7475)
    more = f"{100 * (core[0] / 0.43865 - 1):.1f}"
    jobs = verdicts[("calibrated", "J20")]["estimate"]
    return [
        (f"support {support[0]} % in 2018, {support[1]} % in 2019",
         f"2018年{support[0]}%，2019年{support[1]}%"),
        (f"goes with {low:.3f} to {high:.3f} percent more", f"相应增加{low:.3f}%至{high:.3f}%"),
        (f"{path[0]} in 2019 (printed 2.13), {path[1]} in 2020 (printed 3.1)",
         f"2019年{path[0]}（公布值2.13），2020年{path[1]}（公布值3.1）"),
        (f"(mean error {ours} % against {theirs} %)", f"（平均误差{ours}%，该规则为{theirs}%）"),
        (f"imply a core of {core[0]:.3f} to {core[1]:.3f}", f"{core[0]:.3f}至{core[1]:.3f}"),
        (f"at least {more} % more than C18", f"至少高{more}%"),
        (f"calibrated {jobs:.1f} [", f"校准法{10 * round(10 * jobs)} ["),
    ]  # fmt: skip


@pytest.mark.parametrize("place", [0, 1], ids=["en", "zh"])
def test_headline_sentences_follow_from_the_json_of_the_run(
    result: Reproduction, place: int
) -> None:
    lang = ("en", "zh")[place]
    language = language_of(lang, result.study.study.texts(lang))
    said = [*answer(result, language), *findings(result, language)]
    said += turning_points(result, language)
    text = " ".join(said)
    document = result_json(result)
    wanted = [*_tables_from_json(document), *_models_from_json(document)]
    assert len(wanted) == 14
    assert [one[place] for one in wanted if one[place] not in text] == []


def drawn(result: Reproduction, run: str, concept: str, year: int) -> Any:
    return result.draws[(run, concept, year, "forecast" if year == 2020 else "estimate")]


def span(values: Any, decimals: int = 2) -> str:
    ends = (values.median(), values.quantile(0.025), values.quantile(0.975))
    middle, low, high = (f"{end:.{decimals}f}" for end in ends)
    return f"{middle} [{low}, {high}]"


def by_first_word(result: Reproduction) -> dict[str, str]:
    return {sentence.partition(" ")[0].rstrip(":"): sentence for sentence in findings(result)}


def test_sentences_on_level_and_growth_hold_the_numbers_of_the_draws(result: Reproduction) -> None:
    """Written anew from draws, printed digits and the study, nothing in between."""
    said = by_first_word(result)
    total = {year: drawn(result, "linkage", "total", year) for year in (2018, 2019, 2020)}
    inside: dict[int, Any] = {
        y: result.bounds.loc[("imports inside", y), "total"] for y in (2018, 2019, 2020)
    }
    whole: Any = result.bounds.T["imports inside", 2018]
    low, high = float(whole["total_low"]), float(whole["total_high"])
    assert said["Level"] == (
        "Level: CAICT's report of 2020 prints 1.42 trillion yuan for 2018 (T18). What the rest of "
        f"the economy produces for a core of 0.44 brings the total to {span(total[2018])}, made at "
        f"home, and to {inside[2018]:.2f} [{low:.2f}, {high:.2f}] with imports counted as if made "
        "at home: the printed level lies between the two."
    )
    rows = [
        f"{text} in {year} ({name}), {float(text) / 1.42 - 1:+.0%}, against "
        f"{total[year].median():.2f} ({total[year].median() / total[2018].median() - 1:+.0%}) and "
        f"{inside[year]:.2f} ({inside[year] / inside[2018] - 1:+.0%})"
        for name, text, year in (("T19", "2.13", 2019), ("T20", "3.1", 2020))
    ]
    assert said["Growth"].replace(" %", "%") == (
        "Growth: what is printed grows faster since 2018 than the tables give, in trillion yuan: "
        f"{'; '.join(rows)}."
    )


def test_sentences_on_elasticities_and_path_hold_the_numbers_of_the_draws(
    result: Reproduction,
) -> None:
    said, found = by_first_word(result), result.elasticities
    assert found is not None
    values = found.mixture["elasticity"]
    implied = {2018: 0.9808, 2019: 2.13 * 0.748}
    parts = {year: drawn(result, "elasticity", "integration", year) for year in implied}
    rows = [
        f"{span(parts[year])} in {year}, {parts[year].median() / value:.0%} of the {value:.2f} "
        "that the printed figures imply"
        for year, value in implied.items()
    ]
    assert said["Elasticities"].replace(" %", "%") == (
        f"Elasticities: one percent more of the technology's inputs goes with {values.min():.3f} "
        f"to {values.max():.3f} percent more value added by 6 admissible equations (median of "
        f"their mixture {found.median:.3f}); the integration-driven part that they support is, in "
        f"trillion yuan, {'; '.join(rows)}."
    )
    curve = {year: span(drawn(result, "calibrated", "total", year)) for year in (2019, 2020)}
    first = 1.42 / 1.557 / (91.9281 / 83.2036 / 1.067)
    step, growth = 2 * 1.42 - first, 1.42**2 / first
    assert said["Path"].startswith(
        "Path: a diffusion curve fixed by a printed total and its growth gives "
        f"{curve[2019]} against 2.13 (T19), {curve[2020]} against 3.1 (T20). Rules without a model "
        f"give for 2019: same step {step:.2f}, same growth {growth:.2f}, mean of step and growth "
        f"{(step + growth) / 2:.2f}. Held-out totals: the curve predicts them no better than the "
        "best of 3 rules"
    )


def test_sentences_on_jobs_and_the_core_hold_the_numbers_of_the_draws(
    result: Reproduction,
) -> None:
    said, total = by_first_word(result), drawn(result, "linkage", "total", 2018).median()
    assert said["No"].startswith("No sector of the core grows like the report, printed growth")
    jobs = []
    for run in ("linkage", "elasticity", "calibrated"):
        jobs.append(f"{run} {span(drawn(result, run, 'jobs', 2020), 1)}")
    assert said["Jobs"] == (
        "Jobs: CAICT's report of 2020 expects new jobs for 2.55 million persons in 2020 (J20). Net "
        "of the jobs that productivity takes away, the growth of the total makes: "
        f"{', '.join(jobs)}."
    )
    core = drawn(result, "linkage", "core", 2019)
    assert said["Core"].startswith(
        f"Core: the printed total and integration-driven share of 2019 imply a core of "
        f"{2.125 * (1 - 0.7485):.3f} to {2.135 * (1 - 0.7475):.3f} trillion yuan; the account, "
        f"where it follows the value added of its sectors, has {span(core, 3)}."
    )
    other = result.bounds.loc[("C18 = 4389, as also printed", 2018), "total"]
    assert said["Every"] == (
        "Every run rests on the printed core, C18 = 4386 x 100 million yuan: foreword as quoted on "
        f"a document site. Another page prints 4389; it would change the linkage run's total by "
        f"{100 * (other / total - 1):+.2f} %."
    )
    assert other / total == pytest.approx(4389 / 4386, abs=1e-4)


def test_the_answer_is_five_sentences_without_ids(result: Reproduction) -> None:
    said = answer(result)
    assert len(said) == 5
    assert not re.search(r"\([A-Z]\d\d\)", " ".join(said))
    assert said[0].endswith(" In brackets: 95 % intervals.")
    assert not any("In brackets" in sentence for sentence in said[1:])
    parts = [
        drawn(result, "elasticity", "integration", year).median() / value
        for year, value in ((2018, 0.9808), (2019, 2.13 * 0.748))
    ]
    shares = ", ".join(f"{p:.0%} in {y}" for p, y in zip(parts, (2018, 2019), strict=True))
    assert f"estimated from other data support {shares}:" in said[2].replace(" %", "%")
    assert result.elasticities is not None
    values = result.elasticities.mixture["elasticity"]
    assert said[2].endswith(
        f"goes with {values.min():.3f} to {values.max():.3f} percent more value added, depending "
        "on which of 6 admissible equations is taken."
    )
    curve = [drawn(result, "calibrated", "total", year).median() for year in (2019, 2020)]
    assert said[3].startswith(
        "Path: a diffusion curve fixed by a printed total and its growth gives, in trillion yuan, "
        f"{curve[0]:.2f} in 2019 (printed 2.13), {curve[1]:.2f} in 2020 (printed 3.1); the curve"
    )
    assert said[4].startswith("Jobs: ")
    assert len(answer(result, audit=["One.", "Two."])) == 5
    japan = answer(study_case("oecd_ict_japan"))
    assert japan[0].endswith(
        " No intervals: the core is a definition, the tables stand as they are."
    )


def test_the_report_says_what_would_have_to_be_true(result: Reproduction) -> None:
    """By hand: the core at which the tables give the printed total is C times printed over T."""
    needed = turning_points(result)
    tables = next(s for s in needed if s.startswith("For the tables alone"))
    rows = []
    for text, year in (("1.42", 2018), ("2.13", 2019), ("3.1", 2020)):
        core, total = (drawn(result, "linkage", n, year).median() for n in ("core", "total"))
        rows.append(f"{core * float(text) / total:.2f} in {year} instead of {core:.2f}")
    assert tables == (
        "For the tables alone to give what is printed, the core would have to be, in trillion "
        f"yuan, {', '.join(rows)}, with the ties per unit of core as they are."
    )
    found = result.elasticities
    assert found is not None
    rivals = found.rivals["estimate"].drop("base case").max()
    for year, printed in ((2018, 0.9808), (2019, 2.13 * 0.748)):
        said = next(s for s in needed if f"imply for {year}, the elasticity would" in s)
        middle = drawn(result, "elasticity", "integration", year).median()
        need, reach, other = (float(text) for text in re.findall(r"0\.\d{3}", said))
        assert need == pytest.approx(found.median * printed / middle, rel=0.05)  # it is linear
        assert (reach, other) == pytest.approx(
            (found.mixture["elasticity"].max(), rivals), abs=5e-4
        )
    for run in ("linkage", "elasticity", "calibrated"):
        shares: Any = result.variance.loc[(run, "T20")]
        said = next(s for s in needed if f"in the {run} run" in s)
        assert said.replace(" %", "%") == (
            f"Largest source of uncertainty of the total of 2020 in the {run} run: "
            f"{shares.idxmax()}, {shares.max():.0%} of the variance."
        )


def test_a_run_without_variance_is_passed_over(result: Reproduction) -> None:
    shares = result.variance.copy()
    first = shares.index.get_level_values(0) == result.runs[0]
    for nothing in (0.0, np.nan):
        shares.loc[first] = nothing
        said = [s for s in turning_points(replace(result, variance=shares)) if "Largest" in s]
        runs = [run for run in result.runs[1:] if f"in the {run} run" in " ".join(said)]
        assert len(said) == len(runs) == len(result.runs) - 1

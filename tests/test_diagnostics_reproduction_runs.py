"""The main job: identities, roles, facts, seeds; nothing reported leaks into an estimate."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.assembly import part, row, rule_errors
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.study import Figure, Study, load_study
from quesnay.diagnostics.reproduction.study_rules import READINGS
from quesnay.diagnostics.reproduction.verdicts import judge, score_frame
from quesnay.fitting.checks import seed_sequence
from quesnay.models.satellite.account import RUNS

from .founding_case import founding_case

ALL = [
    "T18", "T19", "T20", "S18", "S19", "S20", "H19", "J20", "C18", "G18", "G19", "K18", "K19",
    "I18", "I19", "C19",
]  # fmt: skip


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


def _with_figures(figures: dict[str, tuple[str, str]]) -> Study:
    """Return the study with printed figures changed."""
    study = load_study("caict_2020")
    known = qn.load_reported("caict_2020")
    own = {
        name: Figure(
            printed=printed,
            year=int(row(known, name)["year"]),
            unit=unit,
            fact=str(row(known, name)["fact"]),
        )
        for name, (printed, unit) in figures.items()
    }
    return replace(study, reported=replace(study.reported, figures=own))


def test_the_account_has_three_runs_and_four_years(result: Reproduction) -> None:
    assert list(result.account.index) == [(r, y) for r in RUNS for y in (2017, 2018, 2019, 2020)]
    for name in ("core", "integration", "total", "share"):
        low, high = result.account[f"{name}_low"], result.account[f"{name}_high"]
        assert (low <= result.account[name]).all()
        assert (result.account[name] <= high).all()


def test_every_figure_has_its_row_in_every_run(result: Reproduction) -> None:
    for run in RUNS:
        rows = result.verdicts.loc[run]
        assert list(rows.index) == list(qn.load_reported("caict_2020").index)
        assert set(ALL) == set(rows.index)
        assert rows[["estimate", "estimate_low", "estimate_high"]].notna().all().all()


def test_the_median_of_the_draws_is_the_one_central_case(result: Reproduction) -> None:
    for run in RUNS:
        drawn = result.draws[(run, "total", 2019, "estimate")]
        assert result.account.loc[(run, 2019), "total"] == drawn.median()
        assert np.isclose(float(row(result.verdicts, (run, "T19"))["estimate"]), drawn.median())


def test_roles_are_those_of_the_method(result: Reproduction) -> None:
    roles = result.verdicts["role"]
    for run in ("linkage", "elasticity"):
        assert (roles[run].drop("C18") == "held out").all()
    used = roles["calibrated"][roles["calibrated"] != "held out"].to_dict()
    assert used == {"C18": "input", "T18": "calibration", "G18": "calibration"}
    assert (result.verdicts["agrees"].notna() == (roles == "held out")).all()


def test_facts_are_counted_once(result: Reproduction) -> None:
    # by hand from the table of METHOD: level and growth of 2018, level of 2019, core of 2019,
    # forecast and jobs of 2020; the calibrated run has used the first two
    assert result.score.loc[list(RUNS), "judged"].tolist() == [6, 6, 4]
    restates = part(result.verdicts, "linkage")["restates"].to_dict()
    assert restates["S18"] == restates["I18"] == "T18"
    assert restates["S19"] == restates["G19"] == restates["K19"] == restates["I19"] == "T19"
    assert restates["C19"] == "H19"
    assert restates["K18"] == "G18"
    assert restates["S20"] == "T20"
    assert all(restates[name] is None for name in ("T18", "T19", "T20", "H19", "J20", "G18", "C18"))
    listed = result.score.loc["calibrated"]
    assert set(f"{listed['agreeing']}, {listed['other']}".strip(", ").split(", ")) == {
        "T19", "T20", "H19", "J20",
    }  # fmt: skip


def test_agreement_is_overlap_of_the_two_intervals(result: Reproduction) -> None:
    own = result.verdicts[result.verdicts["agrees"].notna()]
    overlap = (own["estimate_low"] < own["high"]) & (own["estimate_high"] >= own["low"])
    assert (own["agrees"].astype(bool) == overlap).all()


def test_naive_rules_stand_beside_the_calibrated_run(result: Reproduction) -> None:
    # T17 = 1.42 / 1.557 / deflator; the deflator of 2018 after the census is 919281/832036/1.067
    before = 1.42 / 1.557 / (919281 / 832036 / 1.067)
    step, growth = 2 * 1.42 - before, 1.42**2 / before
    found = result.naive["estimate"]
    assert np.isclose(found[("same step", 2019)], step, rtol=2e-3)
    assert np.isclose(found[("same growth", 2019)], growth, rtol=2e-3)
    assert np.isclose(found[("mean of step and growth", 2019)], (step + growth) / 2, rtol=2e-3)
    assert list(result.score.index) == [
        *RUNS,
        "same step",
        "same growth",
        "mean of step and growth",
    ]
    error = (abs(step / 2.13 - 1) + abs((1.42 + 2 * (1.42 - before)) / 3.1 - 1)) / 2
    assert np.isclose(float(row(result.score, "same step")["error"]), error, atol=2e-3)


def test_a_naive_forecast_is_the_median_over_the_rounding_of_both_points(
    result: Reproduction,
) -> None:
    earlier, later = (
        result.draws[("calibrated", "total", year, "estimate")] for year in (2017, 2018)
    )
    step, ratio = later - earlier, later / earlier
    for year, ahead in ((2019, 1), (2020, 2)):
        rules = {
            "same step": later + ahead * step,
            "same growth": later * ratio**ahead,
        }
        for rule, values in rules.items():
            found = result.naive.loc[(rule, year), "estimate"]
            assert found == pytest.approx(values.median(), rel=1e-12)


def test_the_interval_of_a_naive_rule_holds_95_percent_of_its_own_errors(
    result: Reproduction,
) -> None:
    model = result.assembly.model
    assert model.calibration is not None
    ends = (model.slots[k] for k in (model.calibration.earlier, model.calibration.later))
    before, now = (
        result.draws[("calibrated", "total", s.year, s.variant)].to_numpy() for s in ends
    )
    place = np.random.default_rng(seed_sequence(3)).random(len(now))
    errors = rule_errors("same growth")
    drawn = errors[(place * len(errors)).astype(int), 0]
    wide = np.sort(now * (now / before) * np.exp(drawn))
    found = row(result.naive, ("same growth", 2019))
    # of 400 sorted values the ends lie at places 0.025 x 399 = 9.975 and 0.975 x 399 = 389.025
    assert np.isclose(found["low"], wide[9] + 0.975 * (wide[10] - wide[9]), rtol=1e-9)
    assert np.isclose(found["high"], wide[389] + 0.025 * (wide[390] - wide[389]), rtol=1e-9)


def test_a_naive_rule_that_only_touches_the_open_end_does_not_agree(
    result: Reproduction,
) -> None:
    model, naive = result.assembly.model, result.naive.copy()
    for touching, agree in ((1.0, 0), (1.0 - 1e-12, 2)):
        for name, year in (("T19", 2019), ("T20", 2020)):
            end = float(row(result.facts.reported, name)["high"])
            naive.loc[("same step", year), ["low", "high"]] = [end * touching, 2.0 * end]
        score = score_frame(result.facts, model, result.verdicts, naive)
        assert row(score, "same step")["agree"] == agree


def test_an_interval_from_the_open_end_of_the_printed_one_does_not_agree() -> None:
    """2.13 means 2.125 up to, and without, 2.135: from there on a figure is printed 2.14."""
    names = ["T18", "T19", "T20", "T21"]
    printed = pd.DataFrame(
        {"value": 2.13, "low": 2.125, "high": 2.135, "unit": "tn", "fact": names}, index=names
    )
    lows, highs = [2.135, np.nextafter(2.135, 0.0), 1.0, 1.0], [3.0, 3.0, 2.125, 2.1249]
    estimates = pd.DataFrame({"estimate": 2.0, "low": lows, "high": highs}, index=names)
    verdicts = judge(printed, pd.Series(dtype=object), estimates)
    assert verdicts["agrees"].tolist() == [False, True, True, False]


def test_identities_hold_in_every_draw(result: Reproduction) -> None:
    for run in RUNS:
        wide = result.draws[run]
        total = wide["core"] + wide["integration"]
        pd.testing.assert_frame_equal(total, wide["total"], rtol=1e-9)
        pd.testing.assert_frame_equal(
            wide["integration_share"], wide["integration"] / wide["total"], rtol=1e-9
        )
        pd.testing.assert_frame_equal(wide["gdp"], wide["total"] / wide["share"], rtol=1e-9)
        now, before = ((2019, "estimate"), (2018, "estimate"))
        change, gdp_change = (wide[(c, *now)] - wide[(c, *before)] for c in ("total", "gdp"))
        assert np.allclose(change / gdp_change, wide[("contribution", *now)], rtol=1e-9)
        # real growth of GDP was 6.1 % before and 6.0 % after the final verification
        nominal = (wide[("gdp", *now)] / wide[("gdp", *before)]).to_numpy()
        growth = np.where(np.isclose(wide[("gdp", *now)], 98.6515), 0.060, 0.061)
        deflator = nominal / (1 + growth)
        again = (wide[("total", *now)] / wide[("total", *before)]).to_numpy() / deflator - 1
        assert np.allclose(again, wide[("growth", *now)], rtol=1e-9)


HELD_OUT = {
    "T19": ("4.13", "trillion CNY"),
    "T20": ("9.1", "trillion CNY"),
    "S18": ("3.5", "percent"),
    "H19": ("14.8", "percent"),
    "G19": ("7.3", "percent"),
    "K18": ("1.7", "percent"),
    "K19": ("1.9", "percent"),
    "J20": ("8.55", "million persons"),
    "I18": ("5808", "100 million CNY"),
    "I19": ("2.6", "trillion CNY"),
    "C19": ("9361", "100 million CNY"),
}


def _is_not_moved(result: Reproduction, figures: dict[str, tuple[str, str]]) -> None:
    changed = qn.reproduce(_with_figures(figures), draws=400, seed=3)
    columns = ["estimate", "estimate_low", "estimate_high"]
    same = result.verdicts[columns]
    pd.testing.assert_frame_equal(changed.verdicts[columns].loc[same.index], same, check_exact=True)
    pd.testing.assert_frame_equal(changed.account, result.account, check_exact=True)
    pd.testing.assert_frame_equal(changed.bounds, result.bounds, check_exact=True)
    for name, (printed, _) in figures.items():
        assert changed.verdicts.loc[("calibrated", name), "reported"] == float(printed)


def test_held_out_figures_move_no_estimate(result: Reproduction) -> None:
    _is_not_moved(result, HELD_OUT)


@pytest.mark.slow
def test_not_one_held_out_figure_moves_an_estimate(result: Reproduction) -> None:
    for name, figure in HELD_OUT.items():
        _is_not_moved(result, {name: figure})


def test_a_calibration_figure_moves_the_calibrated_run_only(result: Reproduction) -> None:
    changed = qn.reproduce(_with_figures({"T18": ("1.52", "trillion CNY")}), draws=400, seed=3)
    now, before = changed.account, result.account
    for run in ("linkage", "elasticity"):
        pd.testing.assert_frame_equal(part(now, run), part(before, run), check_exact=True)
    moved = part(now, "calibrated")["total"] - part(before, "calibrated")["total"]
    assert (moved > 0.05).all()


def test_the_core_drives_every_run(result: Reproduction) -> None:
    changed = qn.reproduce(_with_figures({"C18": ("4000", "100 million CNY")}), draws=400, seed=3)
    for run in ("linkage", "elasticity"):
        ratio = part(changed.account, run)["core"] / part(result.account, run)["core"]
        assert np.allclose(ratio, 4000 / 4386, rtol=1e-3)


def test_the_linkage_run_lies_between_its_readings(result: Reproduction) -> None:
    home = result.account.loc["linkage"]["total"]
    inside = result.bounds.loc[READINGS[0]]["total"]
    users = result.bounds.loc["users outside the sectors of the core (forward)"]["total"]
    assert (inside > home).all()
    assert (users < home).all()
    parts = result.bounds.loc["sum over single parts"]["total"]
    assert (parts >= home).all()  # what two parts both need is counted twice


def test_same_seed_same_numbers_whatever_the_jobs() -> None:
    one = qn.reproduce(draws=1500, seed=5, jobs=1)
    two = qn.reproduce(draws=1500, seed=5, jobs=2)
    pd.testing.assert_frame_equal(one.draws, two.draws, check_exact=True)
    other = qn.reproduce(draws=1500, seed=6)
    assert not np.allclose(one.account["total_low"], other.account["total_low"])


def test_shares_of_variance_add_to_one(result: Reproduction) -> None:
    shares = result.variance.dropna()
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert (shares >= 0).all().all()
    assert row(result.variance, ("linkage", "T19"))["core pattern"] > 0.9
    # neither the linkage nor the elasticity run knows a curve, the calibrated one does
    for run in ("linkage", "elasticity"):
        assert row(result.variance, (run, "T19"))["curve family"] == 0
    own = row(result.variance, ("calibrated", "T19"))
    assert own["forecast error"] > 0.3
    assert own["curve family"] > 0.05


@pytest.mark.parametrize("draws", [0, -1, 2.5, True, "many"])
def test_draws_must_be_a_positive_whole_number(draws: object) -> None:
    with pytest.raises(qn.StudyError, match="draws must be a whole number of at least 1"):
        qn.reproduce(draws=draws)  # type: ignore[call-overload]


def test_findings_say_level_and_growth_apart_and_hold_the_numbers(result: Reproduction) -> None:
    said = result.findings()
    assert said[0].startswith("Level: ")
    assert said[1].startswith("Growth: ")
    home, inside = (
        float(row(result.account, ("linkage", 2018))["total"]),
        float(row(result.bounds, (READINGS[0], 2018))["total"]),
    )
    assert f"{home:.2f}" in said[0]
    assert f"{inside:.2f}" in said[0]
    assert ("between the two" in said[0]) == (home <= 1.42 <= inside)
    text = " ".join(said)
    assert "no fixed weights reach it" in text  # 21.8 % against at most 18.6 %, by hand
    assert "18.6 %" in text
    assert "C18 = 4386" in text
    assert "document site" in text


def test_elasticities_are_set_beside_what_the_printed_figures_imply(result: Reproduction) -> None:
    """By hand: 2018 prints 1.42 and a core of 0.4386; 2019 prints 2.13, of which 74.8 %."""
    said = next(s for s in result.findings() if s.startswith("Elasticities: "))
    found = re.findall(r"([\d.]+) \[[^]]+\] in (\d{4}), (\d+) % of the ([\d.]+) that", said)
    assert [(year, printed) for _, year, _, printed in found] == [
        ("2018", "0.98"),
        ("2019", "1.59"),
    ]
    for (middle, year, share, _), printed in zip(found, (1.42 - 0.4386, 2.13 * 0.748), strict=True):
        own = float(row(result.account, ("elasticity", int(year)))["integration"])
        assert middle == f"{own:.2f}"
        assert share == f"{100 * own / printed:.0f}"


def test_printed_growth_is_held_against_the_fastest_sector(result: Reproduction) -> None:
    text = " ".join(result.findings())
    beaten = re.findall(r"([\d.]+) % in (\d{4}) \((G\d\d)\), the fastest of them ([\d.]+) %", text)
    assert [one[:3] for one in beaten] == [("55.7", "2018", "G18"), ("47.3", "2019", "G19")]
    assert all(float(most) < float(printed) for printed, _, _, most in beaten)


def test_the_glance_shows_each_figure_as_it_was_printed(result: Reproduction) -> None:
    lines = [" ".join(line.split()) for line in result.console(width=200).splitlines()]
    for title, printed in (
        ("total value added, 2018 (T18)", "1.42 trillion yuan"),
        ("share of GDP, 2018 (S18)", "1.5 percent"),
        ("value added of the core industries, 2018 (C18)", "4386 x 100 million yuan"),
    ):
        assert any(line.startswith(f"{title} {printed} ") for line in lines), title


def test_the_report_is_one_page_that_fetches_nothing(result: Reproduction) -> None:
    page = result.to_html()
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    assert re.findall(r"\bln_\w+|\w+ CNY|us_klems", page) == []  # words, not codes
    assert re.search("Over the [0-9]+ combinations of the declared choices", page)
    assert "No family was chosen before the outcome was known" in page  # Gompertz and logistic
    assert page.count('<svg role="img"') == len(result.plots()) + 2  # of audit and curve
    for name in ALL:
        assert name in page


def test_a_checkpoint_of_another_study_is_refused(tmp_path: Path) -> None:
    study = load_study("caict_2020")
    kept = tmp_path / "draws"
    first = qn.reproduce(study, draws=50, seed=1, checkpoint=kept)
    again = qn.reproduce(study, draws=50, seed=1, checkpoint=kept)
    pd.testing.assert_frame_equal(first.draws, again.draws, check_exact=True)
    # one number that no median shows: the second vintage set of 2020
    second = replace(study.gdp.vintages[1], years={**study.gdp.vintages[1].years, "2020": "final"})
    other = replace(study, gdp=replace(study.gdp, vintages=(study.gdp.vintages[0], second)))
    with pytest.raises(qn.DataError, match="model"):
        qn.reproduce(other, draws=50, seed=1, checkpoint=kept)


def test_the_score_names_the_restatements_that_a_run_misses(result: Reproduction) -> None:
    said = next(s for s in result.findings() if s.startswith("Score: "))
    own = part(result.verdicts, "calibrated")
    assert own.loc["H19", "agrees"]
    assert not own.loc["C19", "agrees"]  # restates H19, whose fact counts as met
    assert not own.loc["K18", "agrees"]  # restates G18, which the run used
    assert "their fact agrees or was used: calibrated K18, C19." in said
    assert (
        float(row(own, "J20")["error"]) > 1.0
    )  # more than twice what is printed, and inside the interval
    assert said.endswith("the median more than a quarter off: calibrated J20.")


def test_report_and_mixture_speak_of_one_cost_share(result: Reproduction) -> None:
    found = result.elasticities
    assert found is not None
    shares = found.mixture.loc[found.mixture.index.str.startswith("cost share of ICT")]
    assert found.cost_share == pytest.approx(float(shares["elasticity"].iloc[0]), rel=1e-12)

"""The main job: identities, roles, seeds, and that nothing reported leaks into an estimate."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.assembly import part, row
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.study import Figure, Study, load_study
from quesnay.models.satellite.concepts import contribution_to_growth, real_growth

ELEVEN = ["T18", "T19", "T20", "S18", "S19", "S20", "H19", "G19", "K18", "K19", "J20"]


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return qn.reproduce("caict_2020", draws=400, seed=3)


def _with_figure(name: str, printed: str, year: int, unit: str) -> Study:
    """The study with one printed figure changed."""
    study = load_study("caict_2020")
    own = {name: Figure(concept="changed", year=year, printed=printed, unit=unit)}
    return replace(study, reported=replace(study.reported, figures=own))


def test_every_judged_figure_has_its_row_in_both_runs(result: Reproduction) -> None:
    for run in ("independent", "calibrated"):
        rows = result.verdicts.loc[run]
        assert set(ELEVEN) <= set(rows.index)
        assert rows.loc[ELEVEN, ["estimate", "estimate_low", "estimate_high"]].notna().all().all()


def test_roles_are_those_of_the_method(result: Reproduction) -> None:
    roles = result.verdicts["role"]
    assert (roles["independent"].drop("C18") == "held out").all()
    used = roles["calibrated"][roles["calibrated"] != "held out"].to_dict()
    assert used == {"C18": "input", "T18": "calibration", "G18": "calibration"}
    judged = result.verdicts["inside"].notna()
    assert (judged == (roles == "held out")).all()


@pytest.mark.parametrize("variant", ["account", "outcome"])
def test_identities_hold_in_the_account(result: Reproduction, variant: str) -> None:
    frame = getattr(result, variant)
    assert np.allclose(frame["core"] + frame["integration"], frame["total"], rtol=1e-9, atol=0)


def test_identities_hold_in_the_base_case_and_in_every_draw(result: Reproduction) -> None:
    frames = [result.central.to_frame().T, result.draws]
    for frame in frames:
        for run in ("independent", "calibrated"):
            wide = frame[run]
            total = wide["core"] + wide["integration"]
            pd.testing.assert_frame_equal(total, wide["total"], rtol=1e-9)
            pd.testing.assert_frame_equal(
                wide["integration_share"], wide["integration"] / wide["total"], rtol=1e-9
            )
            gdp = wide["total"] / wide["share"]
            now, before = ((2019, "estimate"), (2018, "estimate"))
            k = contribution_to_growth(
                wide[("total", *now)].to_numpy(),
                wide[("total", *before)].to_numpy(),
                gdp[now].to_numpy(),
                gdp[before].to_numpy(),
            )
            assert np.allclose(k, wide[("contribution", *now)], rtol=1e-9, equal_nan=True)
            inflation = wide[("total", *now)] / wide[("total", *before)]
            inflation = inflation / (1 + wide[("growth", *now)])
            again = real_growth(
                wide[("total", *now)].to_numpy(),
                wide[("total", *before)].to_numpy(),
                inflation.to_numpy(),
            )
            assert np.allclose(again, wide[("growth", *now)], rtol=1e-9, equal_nan=True)


@pytest.mark.parametrize(
    ("name", "printed", "year", "unit"),
    [
        ("T19", "4.13", 2019, "trillion CNY"),
        ("T20", "9.1", 2020, "trillion CNY"),
        ("S18", "3.5", 2018, "percent"),
        ("H19", "14.8", 2019, "percent"),
        ("G19", "7.3", 2019, "percent"),
        ("K19", "1.9", 2019, "percent"),
        ("J20", "8.55", 2020, "million persons"),
    ],
)
def test_a_held_out_figure_moves_no_estimate(
    result: Reproduction, name: str, printed: str, year: int, unit: str
) -> None:
    changed = qn.reproduce(_with_figure(name, printed, year, unit), draws=400, seed=3)
    columns = ["estimate", "estimate_low", "estimate_high"]
    same = result.verdicts[columns]
    pd.testing.assert_frame_equal(changed.verdicts[columns].loc[same.index], same, check_exact=True)
    pd.testing.assert_frame_equal(changed.account, result.account, check_exact=True)
    assert changed.verdicts.loc[("calibrated", name), "reported"] == float(printed)


def test_a_calibration_figure_moves_the_calibrated_run_only(result: Reproduction) -> None:
    changed = qn.reproduce(_with_figure("T18", "1.52", 2018, "trillion CNY"), draws=400, seed=3)
    now, before = changed.account, result.account
    pd.testing.assert_frame_equal(
        part(now, "independent"), part(before, "independent"), check_exact=True
    )
    moved = part(now, "calibrated")["total"] - part(before, "calibrated")["total"]
    assert (moved > 0.05).all()


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
    # the independent run knows no curve, the calibrated one does
    assert row(result.variance, ("independent", "T19"))["curve family"] == 0
    assert row(result.variance, ("calibrated", "T19"))["curve family"] > 0.1


@pytest.mark.parametrize("name", [*ELEVEN, "C18", "G18"])
@pytest.mark.parametrize("run", ["independent", "calibrated"])
def test_every_figure_explains_itself(result: Reproduction, name: str, run: str) -> None:
    found = result.explain(name, run=run)
    assert np.isclose(found.value, row(result.verdicts, (run, name))["estimate"])
    assert (found.inputs["source"] != "").all()
    values = found.inputs["value"].to_dict()
    if name.startswith("T"):
        assert np.isclose(values["C"] + values["I"], found.value, rtol=1e-9)
    if name.startswith("S"):
        assert np.isclose(100 * values["T"] / values["GDP"], found.value, rtol=1e-9)


def test_what_cannot_be_explained_is_said(result: Reproduction) -> None:
    with pytest.raises(qn.StudyError, match="no printed figure 'T91'; did you mean 'T19'"):
        result.explain("T91")
    with pytest.raises(qn.StudyError, match="unknown run 'calibrate'; did you mean 'calibrated'"):
        result.explain("T19", run="calibrate")


@pytest.mark.parametrize("draws", [0, -1, 2.5, True, "many"])
def test_draws_must_be_a_positive_whole_number(draws: object) -> None:
    with pytest.raises(qn.StudyError, match="draws must be a whole number of at least 1"):
        qn.reproduce(draws=draws)  # type: ignore[arg-type]


def test_the_report_is_one_page_that_fetches_nothing(result: Reproduction) -> None:
    page = result.to_html()
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    assert page.count("<img") == len(result.plots())
    for name in ELEVEN:
        assert name in page

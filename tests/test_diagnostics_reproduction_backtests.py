"""Back-tests of a study: leave one out, placebos, forecasts from every origin."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import quesnay as qn
from quesnay.diagnostics.reproduction.assembly import prepare, row
from quesnay.diagnostics.reproduction.backtests import ElasticityBacktest, OriginBacktest
from quesnay.diagnostics.reproduction.regressions import (
    cluster_grams,
    complete_rows,
    fit_potential,
    regression_rows,
)
from quesnay.diagnostics.reproduction.study import load_study
from quesnay.fitting.checks import seed_sequence

STUDY = load_study("caict_2020")
assert STUDY.potential is not None
USE = STUDY.potential


@pytest.fixture(scope="module")
def found() -> ElasticityBacktest:
    return qn.backtest_elasticity(STUDY, draws=39, seed=1)


def test_without_a_province_it_is_the_regression_without_its_rows(
    found: ElasticityBacktest,
) -> None:
    use = USE
    rows = regression_rows(use)
    rest = rows[rows["province"] != "Beijing"]
    fit = qn.fit_panel(use.formula, rest, absorb=use.absorb, cluster="province")
    part = found.left_out[0].left_out
    without = part.to_numpy(float)[list(part.index).index("Beijing"), 0]
    assert np.isclose(without, fit.params[use.term], rtol=1e-7)
    assert np.isclose(found.estimate, fit_potential(use).params[use.term], rtol=1e-7)
    assert len(found.left_out[1].left_out) == rows["sector"].nunique()


def test_made_up_inputs_of_equal_scale_earn_most_of_the_elasticity(
    found: ElasticityBacktest,
) -> None:
    placebo = found.placebo
    assert placebo is not None
    assert np.isclose(placebo.estimate, found.estimate, rtol=1e-9)
    assert 0.044 < placebo.made_up.mean() < 0.053
    assert 0.05 < placebo.share_reaching < 0.4
    assert "Placebo that keeps scale" in found.summary()


def test_without_a_scale_there_is_no_placebo_of_scale() -> None:
    study = replace(STUDY, potential=replace(USE, scale=()))
    assert qn.backtest_elasticity(study, draws=2).placebo is None


def test_the_lead_placebo_is_shown_as_it_came_out(found: ElasticityBacktest) -> None:
    for low, high, verdict in (
        (0.01, 0.2, "The placebo fails: the cross-section mistakes lasting differences between "
         "cells for the effect of inputs, which is why the base case has unit effects."),
        (-0.2, -0.01, "The placebo fails: "),
        (0.0, 0.2, "The placebo holds: later inputs say nothing about the earlier year."),
        (-0.2, 0.0, "The placebo holds: "),
    ):  # fmt: skip
        lead = pd.DataFrame(
            {"elasticity": [0.1, 0.05], "low": [0.05, low], "high": [0.3, high]}, ["now", "later"]
        )
        *_, table = replace(found, lead=lead).tables()
        assert table.notes[0].startswith(verdict)
        assert table.formats == {"elasticity": ".3f", "low": ".3f", "high": ".3f"}
        assert (
            table.title
            == "Placebo: later inputs in the first year's cross-section, no unit effects"
        )


def test_the_interval_of_the_lead_placebo_holds_95_percent_of_the_redraws() -> None:
    found = qn.backtest_elasticity(STUDY, draws=41, seed=1)
    rows = complete_rows(USE, regression_rows(USE))
    keys = [str(USE.cluster), "sector"]
    last, first = (rows[rows["year"] == year] for year in (2017, 2012))
    lead = last.set_index(keys)[USE.term].rename("lead")
    cross = first.join(lead, on=keys).dropna(subset=["lead"])
    use = replace(USE, formula=f"{USE.formula} + lead", absorb=("sector", keys[0]), years=())
    grams = cluster_grams(use, cross)
    count = len(grams.blocks)
    rng = np.random.default_rng(seed_sequence(1))
    counts = rng.multinomial(count, np.full(count, 1 / count), size=41)
    drawn = np.sort(grams.coefficients(counts)[:, [0, -1]], axis=0)
    # the ends of 41 sorted values lie at places 0.025 x 40 = 1 and 39
    fit = qn.fit_panel(use.formula, cross, absorb=use.absorb)
    np.testing.assert_allclose(found.lead["elasticity"], fit.params[[USE.term, "lead"]], rtol=1e-7)
    assert list(found.lead.index) == ["inputs of 2012", "inputs of 2017 (placebo)"]
    np.testing.assert_allclose(found.lead["low"], drawn[1], rtol=1e-9)
    np.testing.assert_allclose(found.lead["high"], drawn[39], rtol=1e-9)


def test_studies_without_clusters_are_refused() -> None:
    study = replace(STUDY, potential=replace(USE, cluster=None))
    with pytest.raises(qn.StudyError, match=r"potential\.cluster"):
        qn.backtest_elasticity(study, draws=2)
    with pytest.raises(qn.StudyError, match="draws must be a whole number"):
        qn.backtest_elasticity(STUDY, draws=0)


def test_every_origin_forecasts_every_later_total() -> None:
    found = qn.backtest_penetration(STUDY, draws=200)
    assert list(found.forecasts.index) == [(2018, 2019), (2018, 2020), (2019, 2020)]
    first, last = (row(found.forecasts, key) for key in ((2018, 2019), (2019, 2020)))
    assert np.isclose(last["same growth"], 2.13 * 2.13 / 1.42)
    assert np.isclose(last["same step"], 2.13 + 2.13 - 1.42)
    assert np.isclose(
        last["mean of step and growth"], (last["same growth"] + last["same step"]) / 2
    )
    assert last["no change"] == 2.13
    assert first["printed"] == 2.13
    errors = found.errors
    assert np.isclose(errors["1 ahead"]["no change"], 50 * (1 - 1.42 / 2.13 + 1 - 2.13 / 3.1))
    # two points nearly on a line of growth: no curve does better than the mean of two naive rules
    assert errors["all"].idxmin() == "mean of step and growth"
    assert "A naive rule wins: mean of step and growth." in found.summary()


def test_errors_of_forecasts_are_means_by_years_ahead_and_the_smallest_wins() -> None:
    """By hand: logistic off by 10, 20, 30, 80 %, no change by 5, 25, 75, 46 %; one is missing."""
    frame = pd.DataFrame(
        {"printed": [1.0, 2.0, 4.0, 1.0], "logistic": [1.1, 1.6, 2.8, 1.8],
         "no change": [0.95, 2.5, 7.0, 1.46], "bass": [1.0, 2.0, np.nan, 1.0]},
        pd.MultiIndex.from_tuples([(1, 2), (1, 3), (2, 3), (3, 4)], names=["origin", "year"]),
    )  # fmt: skip
    made = OriginBacktest(frame, "yuan")
    expected = pd.DataFrame(
        {"1 ahead": [40.0, 42.0, 0.0], "2 ahead": [20.0, 25.0, 0.0], "all": [35.0, 37.75, np.nan]},
        ["logistic", "no change", "bass"],
    )
    pd.testing.assert_frame_equal(made.errors, expected)
    forecasts, errors = made.tables()
    assert forecasts.title == "Printed totals forecast from each origin, yuan"
    assert set(forecasts.formats.values()) == {".2f"}
    assert errors.notes == (
        "The logistic curve wins. Few origins: read the order, not the digits.",
    )
    assert list(errors.frame.index) == ["logistic", "no change", "bass"]
    assert set(errors.formats.values()) == {".1f"}
    assert (forecasts.sheet, errors.sheet) == ("Path back-test", "Path errors")
    naive = OriginBacktest(frame.assign(logistic=9.0), "yuan").tables()[1].notes[0]
    assert naive.startswith("A naive rule wins: no change. ")


def test_gompertz_and_bass_forecasts_are_those_of_the_curve_through_two_points() -> None:
    ready = prepare(STUDY, seed=0)
    found = qn.backtest_penetration(STUDY, draws=200)
    model = ready.assembly.model
    potential, use = model.potential, model.calibration
    assert potential is not None
    assert use is not None
    using = {
        slot.year: float((model.value_added[0, k] * potential.intensity).sum())
        for k, slot in enumerate(model.slots)
    }
    # all but the median of the core is known: solve the forecast of 2019 for it
    core = {2018: 0.4386, 2019: 0.489, 2017: 0.401}
    full = {year: potential.median * value for year, value in using.items()}
    growth = 1.557 * float(model.inflation[0, use.later])
    shares = [(1.42 / growth - core[2017]) / full[2017], (1.42 - core[2018]) / full[2018]]
    first, second = np.log(-np.log(np.array(shares)))
    by_hand = core[2019] + full[2019] * np.exp(-np.exp(2 * second - first))
    assert found.forecasts["gompertz"].iloc[0] == pytest.approx(by_hand, rel=0.01)

    def bass(p: float, q: float, t: float) -> float:
        e = np.exp(-(p + q) * t)
        return float((1 - e) / (1 + q / p * e))  # Bass (1969), from his launch on

    times = [year - use.launch for year in (2017, 2018)]

    def misses(logs: "np.ndarray[Any, Any]") -> list[float]:
        p, q = np.exp(logs)
        return [bass(p, q, t) / share - 1 for t, share in zip(times, shares, strict=True)]

    p, q = np.exp(optimize.fsolve(misses, np.log([0.001, 0.4])))
    assert bass(p, q, times[1]) == pytest.approx(shares[1])
    by_hand = core[2019] + full[2019] * bass(p, q, times[1] + 1.0)
    assert found.forecasts["bass"].iloc[0] == pytest.approx(by_hand, rel=0.01)


def test_a_study_without_curve_or_regression_is_refused() -> None:
    plain = replace(STUDY, penetration=None, specifications=None)
    with pytest.raises(qn.StudyError, match="has no curve to test"):
        qn.backtest_penetration(plain, draws=2)
    with pytest.raises(qn.StudyError, match="no regression to test"):
        qn.backtest_elasticity(replace(plain, potential=None), draws=2)

"""Back-tests of a study: leave one out, placebos, forecasts from every origin."""

from dataclasses import replace

import numpy as np
import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.backtests import ElasticityBacktest
from quesnay.diagnostics.reproduction.regressions import fit_potential, regression_rows
from quesnay.diagnostics.reproduction.study import load_study

STUDY = load_study("caict_2020")


@pytest.fixture(scope="module")
def found() -> ElasticityBacktest:
    return qn.backtest_elasticity(STUDY, draws=39, seed=1)


def test_without_a_province_it_is_the_regression_without_its_rows(
    found: ElasticityBacktest,
) -> None:
    use = STUDY.potential
    rows = regression_rows(use)
    rest = rows[rows["province"] != "Beijing"]
    fit = qn.fit_panel(use.formula, rest, absorb=use.absorb, cluster="province")
    part = found.left_out[0].left_out
    without = part.to_numpy(float)[list(part.index).index("Beijing"), 0]
    assert np.isclose(without, fit.params[use.term], rtol=1e-7)
    assert np.isclose(found.estimate, fit_potential(use).params[use.term], rtol=1e-7)
    assert len(found.left_out[1].left_out) == rows["sector"].nunique()


def test_dealt_inputs_explain_nothing(found: ElasticityBacktest) -> None:
    assert abs(found.permuted.mean()) < 0.01
    assert found.p_permuted == pytest.approx(1 / 40)
    assert "permutations" in found.summary()


def test_the_lead_placebo_is_shown_as_it_came_out(found: ElasticityBacktest) -> None:
    later = found.lead.iloc[1]
    fails = later["low"] > 0
    assert ("The placebo fails" in found.summary()) == bool(fails)


def test_studies_without_clusters_are_refused() -> None:
    study = replace(STUDY, potential=replace(STUDY.potential, cluster=None))
    with pytest.raises(qn.StudyError, match=r"potential\.cluster"):
        qn.backtest_elasticity(study, draws=2)
    with pytest.raises(qn.StudyError, match="draws must be a whole number"):
        qn.backtest_elasticity(STUDY, draws=0)


def test_every_origin_forecasts_every_later_total() -> None:
    found = qn.backtest_penetration(STUDY)
    assert list(found.forecasts.index) == [(2018, 2019), (2018, 2020), (2019, 2020)]
    result = qn.reproduce(STUDY, draws=2)
    estimate = result.verdicts["estimate"].to_dict()[("calibrated", "T19")]
    first = found.forecasts["gompertz"].iloc[0]
    assert np.isclose(first, estimate, rtol=1e-9)
    growth = found.forecasts["same growth"].iloc[2]
    assert np.isclose(growth, 2.13 * 2.13 / 1.42)
    assert set(found.errors.index) >= {"gompertz", "logistic", "no change", "same growth"}
    assert "wins" in found.summary()

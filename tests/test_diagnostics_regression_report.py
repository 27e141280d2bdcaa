"""What the diagnosis says: intervals by rule, remedies that are needed, clustered form tests."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.assumptions.specification import added_columns
from quesnay.fitting.regression.least_squares import Regression, project_noisy
from tests.small_panel import fitted, panel, verdict


def test_each_rule_has_its_interval_and_errors_as_fitted_are_named_once() -> None:
    found = fitted(panel(), covariance="CR1").diagnose(draws=99)
    frame = found.errors.by_rule()
    rules = ["classical", "recommended (CR2)", "as fitted (CR1)", "bootstrap"]
    assert frame.loc["x"].index.tolist() == rules
    assert ((frame["low"] < frame["estimate"]) & (frame["estimate"] < frame["high"])).all()
    assert found.errors.frame["flag"].tolist() == ["", ""]
    ends = fitted(panel(), covariance="CR1").conf_int().loc["x"]
    assert frame.loc[("x", "as fitted (CR1)"), "low"] == pytest.approx(ends["low"])
    text = fitted(panel(), covariance="CR2").diagnose(draws=99).summary()
    assert "as fitted (CR2)" not in text


def test_recommended_errors_follow_the_weight_of_the_clusters_not_their_number() -> None:
    even = panel(units=60)
    assert fitted(even).diagnose(draws=99).errors.recommended.startswith("CR1")
    odd = even.assign(x=lambda d: d["x"] * np.where(d["unit"].isin(["省00", "省01"]), 30, 1))
    assert fitted(odd).diagnose(draws=99).errors.recommended.startswith("CR2")
    both = fitted(even, cluster=["unit", "year"]).diagnose(draws=99)
    assert both.errors.recommended.startswith("CR3")
    assert both.errors.frame["recommended"].notna().all()


@pytest.mark.parametrize(
    ("tried", "said"),
    [(None, "not stated"), (1, "1"), (20, "20: Bonferroni asks for p under 0.0025 at 5 %")],
)
def test_the_number_of_specifications_tried_is_stated(tried: int | None, said: str) -> None:
    found = fitted(panel()).diagnose(draws=99, tried=tried)
    assert found.header.loc["specifications tried", "value"] == said
    assert "numpy" in found.header.loc["software", "value"]
    with pytest.raises(qn.DataError, match="tried must be a whole number of at least 1, got 0"):
        fitted(panel()).diagnose(tried=0)


def test_errors_that_allow_for_a_fault_need_no_remedy() -> None:
    frame = panel(seed=8, units=50, years=8)
    e = np.random.default_rng(2).standard_normal(400) * np.exp(frame["x"])
    spread = frame.assign(y=2 * frame["x"] + frame["w"] + e)
    assert verdict(spread, "White", covariance="CR2").remedy == "none needed: CR2 allows for it"
    assert verdict(spread, "White", cluster=None, covariance="HC3").remedy.startswith("none needed")
    plain = {"cluster": None, "covariance": "classical"}
    assert verdict(spread, "White", **plain).remedy.startswith("use HC3")
    untested = verdict(panel(years=2), "Wooldridge within", cluster=None)
    assert untested.null == "errors are not serially correlated"
    assert untested.remedy.startswith("cluster by unit")


@pytest.mark.parametrize("absorb", [(), ("unit",)])
def test_clustered_reset_equals_a_joint_test_of_the_wider_regression(absorb: Any) -> None:
    frame = panel(units=20)
    fit = fitted(frame, absorb=absorb)
    explained = frame[["x", "w"]].to_numpy() @ fit.params[["x", "w"]].to_numpy()
    scaled = (explained - explained.mean()) / explained.std()
    wider = qn.fit_panel(
        "y ~ x + w + second + third",
        frame.assign(second=scaled**2, third=scaled**3),
        absorb=absorb,
        cluster="unit",
        covariance="CR2",
    )
    expected = wider.wald_test(["second", "third"])
    found = verdict(frame, "Ramsey RESET", absorb=absorb)
    assert found.name == "Ramsey RESET (clustered)"
    assert found.distribution == expected.distribution
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-8)
    assert found.p_value == pytest.approx(expected.p_value, rel=1e-8)


def test_added_columns_without_errors_by_cluster_are_refused() -> None:
    y = np.zeros(30)
    y[0], y[1] = 1.0, -1.0  # residuals in one of five clusters
    fit = project_noisy(y, np.ones((30, 1)))
    added = np.random.default_rng(0).standard_normal((30, 2))
    added -= y[:, None] @ (y[None, :] @ added) / (y @ y)
    regression = Regression(
        np.ones((30, 1)),
        fit.residuals,
        np.array([[1 / 30]]),
        clusters=(np.repeat(np.arange(5), 6),),
    )
    with pytest.raises(qn.EstimationError, match="scores sum to zero within each of the 5"):
        added_columns(fit, added, regression=regression, name="two columns")


def test_units_seen_more_than_once_are_the_clusters_to_recommend() -> None:
    frame = panel(units=9, years=5)
    unnamed = fitted(frame, cluster=None, absorb="unit").diagnose(draws=99)
    named = fitted(frame, absorb="unit", covariance="CR2").diagnose(draws=99)
    assert unnamed.errors.recommended == named.errors.recommended.replace("CR2:", "CR2 by unit:")
    columns = ["recommended", "p_recommended", "bootstrap", "p_bootstrap"]
    pd.testing.assert_frame_equal(unnamed.errors.frame[columns], named.errors.frame[columns])
    alone = fitted(frame, cluster=None, absorb=()).diagnose(draws=99)
    assert alone.errors.recommended.startswith("HC3:")

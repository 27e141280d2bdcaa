"""What the diagnosis says: intervals by rule, remedies that are needed, clustered form tests."""

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.regression.examined import examine
from quesnay.fitting.assumptions.specification import added_columns
from quesnay.fitting.regression.projection import project_noisy
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


def test_clustered_reset_equals_a_wald_test_on_clustered_errors() -> None:
    import statsmodels.api as sm

    frame = panel(units=20)
    examined = examine(fitted(frame, absorb=()))
    fitted_values = frame[["x", "w"]].to_numpy() @ examined.fit.params[["x", "w"]].to_numpy()
    scaled = (fitted_values - fitted_values.mean()) / fitted_values.std()
    wide = np.column_stack([np.ones(len(frame)), frame["x"], frame["w"], scaled**2, scaled**3])
    codes = pd.factorize(frame["unit"])[0]
    peer = sm.OLS(frame["y"].to_numpy(), wide).fit(
        cov_type="cluster", cov_kwds={"groups": codes}, use_t=True
    )
    expected = peer.f_test(np.eye(5)[3:])
    found = verdict(frame, "Ramsey RESET", absorb=())
    assert found.name == "Ramsey RESET (clustered)"
    assert found.statistic == pytest.approx(float(expected.fvalue), rel=1e-8)
    assert found.p_value == pytest.approx(float(expected.pvalue), rel=1e-8)


def test_clusters_that_do_not_identify_an_added_column_are_refused() -> None:
    y = np.zeros(30)
    y[[0, 6]], y[[1, 7]] = 1.0, -1.0  # residuals in two of five clusters
    fit = project_noisy(y, np.ones((30, 1)))
    added = np.random.default_rng(0).standard_normal((30, 2))
    added -= y[:, None] @ (y[None, :] @ added) / (y @ y)
    with pytest.raises(qn.EstimationError, match="clusters do not identify the errors"):
        added_columns(fit, added, clusters=np.repeat(np.arange(5), 6), name="two columns")

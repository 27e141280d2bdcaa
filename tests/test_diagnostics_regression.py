"""The diagnosis of a regression against R, and the report it makes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from statsmodels.stats.diagnostic import linear_reset

import quesnay as qn
from quesnay.diagnostics.regression import assumptions
from quesnay.diagnostics.regression.assumptions import (
    check_assumptions,
    examine,
    label_text,
    leave_out,
)
from quesnay.fitting.assumptions.specification import added_columns
from quesnay.fitting.regression.least_squares import Regression, project_noisy
from tests.small_panel import EFFECTS, fitted, panel, verdict


def test_influence_of_a_row_equals_refitting_without_it() -> None:
    frame = panel()
    fit = fitted(frame)
    changes = examine(fit).influence.coefficient_changes()
    for place in (0, 17, 71):
        without = fitted(frame.drop(index=frame.index[place]))
        np.testing.assert_allclose(changes[place], fit.params - without.params, rtol=1e-8)


@pytest.mark.parametrize("absorb", [(), ("unit",), EFFECTS])
def test_leaving_out_a_cluster_equals_refitting_without_it(absorb: tuple[str, ...]) -> None:
    frame = panel()
    found = leave_out(examine(fitted(frame, absorb=absorb)))
    assert found.exact
    for name in ("省00", "省07"):
        without = fitted(frame[frame["unit"] != name], absorb=absorb)
        np.testing.assert_allclose(found.estimates.T[name], without.params, rtol=1e-8)


def test_a_coefficient_that_one_cluster_carries_is_nan_without_it() -> None:
    frame = panel()
    frame["w"] = np.where(frame["unit"] == "省03", frame["w"], 0.0)
    found = leave_out(examine(fitted(frame, absorb=())))
    assert found.estimates["w"].isna().tolist() == [i == 3 for i in range(12)]
    assert found.exact
    without = fitted(frame[frame["unit"] != "省07"], absorb=())
    np.testing.assert_allclose(found.estimates.T["省07"], without.params, rtol=1e-8)
    more = frame.assign(part=np.tile(list("abc"), 24), when=np.tile(np.arange(6.0), 12))
    for absorb in ("part", "part[[when]]"):  # levels or slopes are held
        assert not leave_out(examine(fitted(more, absorb=absorb))).exact


def test_weights_count_in_influence() -> None:
    frame = panel()
    frame["weight"] = np.tile([1.0, 4.0], 36)
    fit = fitted(frame, weights="weight", absorb="unit")
    changes = examine(fit).influence.coefficient_changes()
    without = fitted(frame.drop(index="row 5"), weights="weight", absorb="unit")
    np.testing.assert_allclose(changes[5], fit.params - without.params, rtol=1e-8)


@pytest.mark.parametrize("weights", [None, "weight"])
@pytest.mark.parametrize(
    ("absorb", "dummies"),
    [("unit[when]", "C(unit) + C(unit):when"), ("unit[[when]]", "C(unit):when")],
)
def test_leverage_of_absorbed_slopes_is_that_of_their_columns(
    absorb: str, dummies: str, weights: str | None
) -> None:
    frame = panel().assign(weight=np.tile([1.0, 4.0], 36), when=np.tile(np.arange(6.0), 12))
    ask: dict[str, Any] = {"absorb": absorb, "weights": weights, "covariance": "HC1"}
    fit = qn.fit_panel("y ~ x + w", frame, **ask)
    found = fit.diagnose(draws=99).tables()[1].frame.loc[("x", "recommended (HC3)")]
    wide = smf.wls(f"y ~ x + w + {dummies}", frame, weights=frame["weight"] if weights else 1.0)
    expected = wide.fit(cov_type="HC3")
    assert found["estimate"] == pytest.approx(expected.params["x"], rel=1e-9)
    assert found["std_error"] == pytest.approx(expected.bse["x"], rel=1e-9)


@pytest.mark.parametrize("absorb", ["unit[when]", "unit[[when]]"])
def test_errors_that_know_no_slopes_are_not_recommended_with_slopes(absorb: str) -> None:
    frame = panel().assign(when=np.tile(np.arange(6.0), 12))
    fit = qn.fit_panel("y ~ x + w", frame, absorb=absorb, cluster="unit", unit="unit")
    said = " ".join(fit.diagnose(draws=99).summary().split())
    assert "recommended (CR1)" in said
    told = "unit[when] (12)"
    told = f"unit (12), {told}" if absorb == "unit[when]" else told
    assert f"absorbed effects {told} clusters" in said
    assert "Not CR2: CR2 and CR3 do not know absorbed slopes" in said


def test_reset_without_a_constant_is_that_of_statsmodels() -> None:
    fit = qn.fit_panel("y ~ 0 + x + w", panel(), covariance="classical")
    found = next(test for test in fit.diagnose(draws=99).tests if test.name == "Ramsey RESET")
    plain = smf.ols("y ~ 0 + x + w", panel()).fit()
    expected = linear_reset(plain, power=3, use_f=True)
    assert found.statistic == pytest.approx(float(expected.fvalue), rel=1e-9)
    assert found.p_value == pytest.approx(float(expected.pvalue), rel=1e-9)
    assert str(found).startswith(f"Ramsey RESET: statistic {found.statistic:.4g}, F(2, 68), p ")


def test_the_order_of_rows_does_not_matter() -> None:
    frame = panel()
    one = fitted(frame).diagnose(draws=99)
    two = fitted(frame.sample(frac=1.0, random_state=4)).diagnose(draws=99)
    np.testing.assert_allclose(
        one.assumptions["statistic"], two.assumptions["statistic"], rtol=1e-7
    )
    pd.testing.assert_frame_equal(
        one.rows.sort_index(), two.rows.sort_index(), check_exact=False, rtol=1e-7
    )


def test_a_clean_sample_raises_no_alarm() -> None:
    frame = panel(seed=8, units=50, years=8)
    names = {"Breusch-Pagan", "White", "Ramsey", "Jarque", "Chow", "Wooldridge", "Pesaran"}
    for name in names:
        assert verdict(frame, name).p_value > 0.01, name


def test_each_fault_is_found() -> None:
    frame = panel(seed=8, units=50, years=8)
    g = np.random.default_rng(np.random.SeedSequence(2))
    e = g.standard_normal(400)
    base = 2 * frame["x"] + frame["w"]
    spread = frame.assign(y=base + e * np.exp(frame["x"]))
    assert verdict(spread, "White").rejected
    bend = frame.assign(y=base + 0.5 * base**2 + e)
    assert verdict(bend, "Ramsey RESET").rejected
    chain = e.copy()
    for t in range(1, 400):
        chain[t] = (0.7 * chain[t - 1] if t % 8 else 0.0) + e[t]
    assert verdict(frame.assign(y=base + chain), "Wooldridge within").rejected
    shock = np.tile(3 * g.standard_normal(8), 50) * np.repeat(g.uniform(0.5, 2, 50), 8)
    common = frame.assign(y=base + shock + e)
    assert verdict(common, "Pesaran CD", absorb="unit", time="year").rejected
    late = frame["x"] * (frame["year"] > 2013)
    assert verdict(frame.assign(y=base + late + e), "Chow by year").rejected
    heavy = frame.assign(y=base + np.where(np.arange(400) == 7, 12.0, e))
    outlier = verdict(heavy, "Outlier")
    assert outlier.rejected
    assert "省00, 2017" in outlier.verdict
    twin = frame.assign(w=frame["x"] + 0.01 * frame["w"])
    assert verdict(twin, "Variance inflation").verdict.startswith("high")
    levels = frame.assign(y=base + e + np.repeat(np.arange(50.0), 8))
    assert verdict(levels, "F test of absorbed effects").rejected
    fit = qn.fit_panel("y ~ x + w", levels, cluster=["unit", "year"])
    pooled = examine(fit, unit="unit", time="year")
    found = {test.name: test for test in check_assumptions(pooled)}
    assert found["Breusch-Pagan LM (unit effects)"].rejected
    assert not found["Mundlak (clustered)"].rejected
    told = qn.fit_random_effects("y ~ x + w", levels, unit="unit").tests[1]  # by another door
    assert found["Mundlak (clustered)"].statistic == pytest.approx(told.statistic, rel=1e-8)


def test_two_times_make_serial_tests_untestable_and_say_so() -> None:
    test = verdict(panel(years=2), "Wooldridge within")
    assert test.verdict == "not testable: the sample has 2 points in time, the test needs 3"
    test = verdict(panel(years=3), "Pesaran CD")
    assert test.verdict == "not testable: the sample has 3 points in time, the test needs 4"
    told = [verdict(panel(years=3), "Wooldridge within"), verdict(panel(years=4), "Pesaran CD")]
    told += [verdict(panel(years=2), name, absorb=()) for name in ("Breusch-Pagan LM", "Mundlak")]
    assert all(np.isfinite(test.p_value) for test in told)


def test_two_times_do_not_count_residuals_twice() -> None:
    # with two years within residuals come in pairs; the chi-squared must not double
    rejected = [verdict(panel(seed=s, units=40, years=2), "White").rejected for s in range(60)]
    assert sum(rejected) <= 8  # 5 % of 60 is 3; doubling gives about 20


def test_robust_and_classical_errors_are_compared() -> None:
    frame = panel(units=50)
    shared = np.repeat(np.random.default_rng(3).standard_normal(50), 6)
    frame["x"] = frame["x"] * 0.1 + np.repeat(np.arange(50) % 5 - 2.0, 6)
    frame["y"] = frame["y"] + 2 * shared
    found = fitted(frame, absorb=()).diagnose(draws=199)
    row = found.errors.frame.loc["x"]
    assert row["recommended"] > 1.5 * row["classical"]
    assert found.errors.term == "x"
    assert found.errors.recommended.startswith("CR1")
    few = fitted(panel()).diagnose(draws=199)
    assert few.errors.recommended.startswith("CR2")
    assert any("Effective clusters" in said for said in few.warnings)


def test_flag_names_the_errors_that_find_significance() -> None:
    frame = panel(units=8)
    frame["x"] = np.repeat(np.arange(8) - 3.5, 6)
    frame["y"] = 0.25 * frame["x"] + np.repeat([0.9, -1.1, 1, -1, 1.1, -0.9, 1, -1], 6)
    frame["y"] += 0.3 * frame["w"]
    found = fitted(frame, absorb=()).diagnose(draws=255)
    assert found.errors.frame.loc["x", "flag"] == "5 %: only classical"


def test_the_report_has_its_parts_and_same_seed_gives_same_numbers() -> None:
    fit = fitted(panel())
    assert "2 draws, seed 0" in str(fit.diagnose(draws=2, seed=0, tried=1).header["value"].tolist())
    one, two = fit.diagnose(draws=99, seed=5), fit.diagnose(draws=99, seed=5)
    assert one.summary() == two.summary()
    text = one.summary()
    for part in (
        "Diagnosis of a regression",
        "Coefficients under three kinds of errors",
        "Assumptions",
        "What it means",
        "Rows with most influence",
        "Coefficients without one unit",
        "data (SHA-256)",
        "省",
    ):
        assert part in text, part
    assert "<table" in one._repr_html_()


def test_a_simple_regression_without_panel_is_diagnosed() -> None:
    found = qn.diagnose(qn.fit_panel("y ~ x + w", panel()), draws=99)
    names = list(found.assumptions.index)
    assert "Durbin-Watson" in names
    assert "Harvey-Collier" in names
    assert found.groups is None
    assert found.errors.recommended.startswith("HC3")


@pytest.mark.parametrize("name", ["year", "yr"])
def test_unit_and_time_are_asked_of_the_fit_and_never_guessed_from_names(name: str) -> None:
    frame = panel(units=7, years=12).rename(columns={"year": name})
    silent = examine(qn.fit_panel("y ~ x", frame, absorb=["unit", name]))
    assert silent.unit is None
    assert silent.time is None
    told = examine(qn.fit_panel("y ~ x", frame, absorb=["unit", name], unit="unit", time=name))
    assert (told.unit.name, told.time.name) == ("unit", name)  # type: ignore[union-attr]
    assert "name them" in silent.fit.diagnose(draws=19).header.loc["unit and time", "value"]
    colon = qn.fit_panel("y ~ x", frame.rename(columns={"unit": "a:b"}), absorb="a:b")
    with pytest.raises(qn.DataError, match="no effect or cluster 'a' in the fit"):
        examine(colon, unit="a")  # a name with a colon, not two columns joined


def test_a_row_that_fits_itself_does_not_stop_the_diagnosis() -> None:
    frame = panel()
    frame["o"] = (np.arange(len(frame)) == 3) * 1.0
    found = qn.fit_panel("y ~ x + o", frame).diagnose(draws=19)
    assert found.errors.recommended.startswith("HC1")
    assert "Not HC3: " in found.errors.recommended


def test_unit_and_time_may_come_from_the_data() -> None:
    frame = panel()
    fit = qn.fit_panel("y ~ x + w", frame)
    found = examine(fit, unit="unit", time="year", data=frame)
    assert found.names[7] == "省01, 2011"
    shuffled = examine(fit, unit="unit", time="year", data=frame.iloc[::-1])
    assert shuffled.names == found.names


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: qn.diagnose(fitted(panel()), draws=1), "draws must be .* at least 2, got 1"),
        (lambda: qn.diagnose(fitted(panel()), seed=-1), "seed must be .* at least 0, got -1"),
        (lambda: qn.diagnose(fitted(panel()), tried=0), "tried must be .* at least 1, got 0"),
        (lambda: qn.diagnose(3), "expected a fit: .* got int"),
        (lambda: qn.diagnose(fitted(panel()), unit="unti"), "did you mean 'unit'"),
        (lambda: qn.diagnose(fitted(panel()), unit="x", data=panel()[:5]), "miss rows"),
        (
            lambda: qn.diagnose(fitted(panel()), unit="z", data=panel().assign(z=None)),
            "missing labels",
        ),
        (lambda: qn.diagnose(fitted(panel().assign(y=lambda d: d["x"]))), "exactly"),
        (lambda: qn.plot_influence(fitted(panel()), "z"), "no term 'z'"),
        (lambda: qn.plot_influence(qn.fit_panel("y ~ x", panel())), "nothing groups the rows"),
        (lambda: qn.plot_diagnostics("fit"), "expected a fit"),  # type: ignore[arg-type]
    ],
)
def test_malformed_input_is_refused(call: Any, words: str) -> None:
    with pytest.raises(qn.DataError, match=words):
        call()


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
    [
        (None, "not stated"),
        (1, "1"),
        (2, "2: Bonferroni asks for p under 0.025 at 5 %"),
        (20, "20: Bonferroni asks for p under 0.0025 at 5 %"),
    ],
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
    even = replace(verdict(spread, "White", **plain), p_value=0.05)  # at the limit, not under it
    examined = examine(fitted(spread))
    assert assumptions._in_light_of_errors(even, assumptions._white, examined) is even
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
    alone = fitted(frame, cluster=None, absorb=(), unit=None).diagnose(draws=99)
    assert alone.errors.recommended.startswith("HC3:")


def test_a_regression_that_knows_units_but_no_times_is_not_tested_for_order() -> None:
    order = ("Durbin-Watson", "Breusch-Godfrey", "Wooldridge within")
    tests = examined_tests(qn.fit_panel("y ~ x", panel(), unit="unit"))
    assert not any(test.name.startswith(order) for test in tests)
    tests = examined_tests(qn.fit_panel("y ~ x", panel()))
    assert sum(test.name.startswith(order) for test in tests) == 2


def test_rows_are_not_tested_in_order_where_effects_are_absorbed() -> None:
    """A mean taken out correlates the rows that share it, be the errors independent or not."""
    tests = examined_tests(qn.fit_panel("y ~ x", panel(), absorb="unit"))
    told = {test.name: test.verdict for test in tests}
    assert not any(name.startswith(("Durbin", "Breusch-Godfrey")) for name in told)
    assert told["Wooldridge within"].startswith("not testable: unit and time are not both known")


def examined_tests(fit: Any) -> Any:
    return check_assumptions(examine(fit))


def test_errors_of_driscoll_and_kraay_allow_for_dependence_of_both_kinds() -> None:
    frame = panel(seed=8, units=50, years=8)
    common = np.tile(np.random.default_rng(3).standard_normal(8), 50)
    frame["y"] = 2 * frame["x"] + frame["w"] + 3 * common
    ask: dict[str, Any] = {"unit": "unit", "time": "year"}
    plain = examined_tests(qn.fit_panel("y ~ x + w", frame, **ask))
    spatial = examined_tests(qn.fit_panel("y ~ x + w", frame, covariance="Driscoll-Kraay", **ask))
    told, calm = (
        next(test for test in tests if test.name.startswith("Pesaran"))
        for tests in (plain, spatial)
    )
    assert told.rejected
    assert calm.statistic == pytest.approx(told.statistic)
    assert told.remedy != calm.remedy
    assert calm.remedy.startswith("none needed")


def test_groups_of_dates_are_named_by_day() -> None:
    days = np.repeat(pd.date_range("2020-03-01", periods=12), 6)
    fit = qn.fit_panel("y ~ x + w", panel().assign(day=days), cluster="day")
    groups = fit.diagnose(draws=19).groups
    assert groups is not None
    assert "2020-03-01" in " ".join(map(str, groups.estimates.index.map(label_text)))

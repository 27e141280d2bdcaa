"""Estimators beside panel least squares: R's numbers, algebraic identities, labels."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import quesnay as qn
from quesnay.fitting.regression.instrumental import instrumental_variables
from quesnay.models.regression.pooling import _left_out

R: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "regression_diagnostics.json").read_text("utf-8")
)
MODEL = "inv ~ value + capital"
PANEL: dict[str, Any] = {"unit": "firm", "time": "year"}


def grunfeld(*, unbalanced: bool = False) -> pd.DataFrame:
    frame = pd.DataFrame(R["data"]["grunfeld"])
    return frame.drop(np.asarray(R["data"]["dropped"]) - 1) if unbalanced else frame


@pytest.mark.parametrize("method", ["swar", "walhus", "amemiya", "nerlove"])
@pytest.mark.parametrize("unbalanced", [False, True])
def test_random_effects_equal_r(method: str, unbalanced: bool) -> None:
    found = qn.fit_random_effects(
        MODEL,
        grunfeld(unbalanced=unbalanced),
        unit="firm",
        method=method,
        covariance="classical",
    )
    expected = R["unbalanced" if unbalanced else "grunfeld"]["random"][method]
    np.testing.assert_allclose(found.params, expected["coef"], rtol=1e-8)
    np.testing.assert_allclose(found.std_errors, expected["se"], rtol=1e-8)


def test_more_year_dummies_than_units_leave_swamy_and_arora_their_between_regression() -> None:
    data = grunfeld()
    found = qn.fit_random_effects(f"{MODEL} + C(year)", data, unit="firm")
    X = np.column_stack([np.ones(len(data)), data[["value", "capital"]],
                         pd.get_dummies(data["year"]).iloc[:, 1:]]).astype(float)  # fmt: skip
    y, firms, times = data["inv"].to_numpy(float), data["firm"].nunique(), data["year"].nunique()

    def means(values: np.ndarray) -> np.ndarray:
        return pd.DataFrame(values).groupby(data["firm"].to_numpy()).transform("mean").to_numpy()

    def ssr(outcome: np.ndarray, design: np.ndarray) -> float:
        return float(
            ((outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]) ** 2).sum()
        )

    y_mean, X_mean = means(y)[:, 0], means(X)
    rest = ssr(y - y_mean, X - X_mean) / (len(y) - firms - (X.shape[1] - 1))
    total = ssr(y_mean, X_mean) / (firms - 3)  # means of the dummies of a balanced panel: constants
    theta = 1 - np.sqrt(rest / total)
    wanted = np.linalg.lstsq(X - theta * X_mean, y - theta * y_mean, rcond=None)[0]
    assert times > firms
    np.testing.assert_allclose(found.params.to_numpy(), wanted, rtol=1e-8)


def test_deviations_from_unit_means_have_no_part_in_the_between_regression() -> None:
    data = grunfeld()
    mean = data.groupby("firm")["value"].transform("mean")
    data = data.assign(inner=data["value"] - mean, outer=mean, y=data["inv"].astype(float))
    found = qn.fit_random_effects("y ~ inner + outer", data, unit="firm", covariance="classical")
    within = qn.fit_panel("y ~ inner", data, absorb="firm", covariance="classical")
    between = qn.fit_between("y ~ outer", data, unit="firm", covariance="classical")
    assert found.params["inner"] == pytest.approx(within.params["inner"], rel=1e-9)
    assert found.params["outer"] == pytest.approx(between.params["outer"], rel=1e-9)
    times = data["year"].nunique()
    unit = np.sqrt(between.sigma**2 - within.sigma**2 / times)
    said = found.details["standard deviation of unit effects"]
    assert said == pytest.approx(unit, rel=1e-9)


@pytest.mark.parametrize("method", ["swar", "walhus", "amemiya"])
def test_without_regressors_that_vary_inside_units_variances_are_those_of_the_analysis_of_variance(
    method: str,
) -> None:
    panel = pd.DataFrame({"u": list("aabbcc"), "y": [1.0, 3, 4, 8, 6, 8]})
    found = qn.fit_random_effects("y ~ 1", panel, unit="u", method=method)
    # mean squares 4 inside and 14 between, so (14 - 4) / 2 = 5 for the units
    assert found.params["Intercept"] == pytest.approx(5.0)
    assert found.details["standard deviation of the rest"] == pytest.approx(2.0)
    units = 5.0 if method == "swar" else (28 / 3 - 4) / 2
    assert found.details["standard deviation of unit effects"] == pytest.approx(np.sqrt(units))
    share = found.details["share of unit effects in the variance"]
    assert share == pytest.approx(units / (units + 4.0))
    assert "not testable" in found.tests[0].verdict


def test_random_effects_carry_r_s_hausman_and_the_mundlak_test() -> None:
    found = qn.fit_random_effects(MODEL, grunfeld(), unit="firm", time="year")
    names = [test.name for test in found.tests]
    assert names == ["Hausman", "Mundlak (clustered)", "Breusch-Pagan LM (unit effects)"]
    expected = R["grunfeld"]["tests"]["hausman"]
    assert found.tests[0].statistic == pytest.approx(expected["statistic"], rel=1e-8)
    assert "CR1" in found.rule
    assert "Hausman" in repr(found)


@pytest.mark.parametrize("unbalanced", [False, True])
def test_correlated_random_effects_have_the_slopes_of_fixed_effects(unbalanced: bool) -> None:
    data = grunfeld(unbalanced=unbalanced)
    mundlak = qn.fit_correlated_random_effects(MODEL, data, unit="firm")
    within = qn.fit_panel(MODEL, data, absorb="firm")
    np.testing.assert_allclose(mundlak.params[["value", "capital"]], within.params, rtol=1e-7)
    assert list(mundlak.params.index) == [
        "Intercept", "value", "capital", "mean(value)", "mean(capital)",
    ]  # fmt: skip


@pytest.mark.parametrize("unbalanced", [False, True])
def test_first_differences_equal_r(unbalanced: bool) -> None:
    data = grunfeld(unbalanced=unbalanced)
    found = qn.fit_differences(MODEL, data, unit="firm", time="year")
    expected = R["unbalanced" if unbalanced else "grunfeld"]["fd"]
    np.testing.assert_allclose(found.params, expected["coef"], rtol=1e-8)


@pytest.mark.parametrize(
    ("covariance", "named", "cluster"),
    [
        ("classical", "nonrobust", None),
        ("HC0", "HC0", None),
        ("HC1", "HC1", None),
        ("HC2", "HC2", None),
        ("HC3", "HC3", None),
        ("CR1", "cluster", "firm"),
    ],
)
def test_errors_of_differences_equal_those_of_statsmodels(
    covariance: str, named: str, cluster: str | None
) -> None:
    import statsmodels.api as sm

    data = grunfeld().sort_values(["firm", "year"])
    changes = data.groupby("firm")[["inv", "value", "capital"]].diff().dropna()
    firms = {"groups": data.loc[changes.index, "firm"]} if named == "cluster" else {}
    design = sm.add_constant(changes[["value", "capital"]])
    wanted = sm.OLS(changes["inv"], design).fit(cov_type=named, cov_kwds=firms or None)
    found = qn.fit_differences(
        MODEL, data, unit="firm", time="year", covariance=covariance, cluster=cluster
    )
    np.testing.assert_allclose(found.std_errors.to_numpy(), wanted.bse.to_numpy(), rtol=1e-10)
    assert found.inference.name == covariance


def test_differences_take_errors_that_go_by_time_and_clusters_only_where_they_serve() -> None:
    data, who = grunfeld(), PANEL
    assert qn.fit_differences(MODEL, data, **who, covariance="HC1").sample.clusters == ()
    assert qn.fit_differences(MODEL, data, **who).inference.name == "CR1"
    together = qn.fit_differences(MODEL, data, **who, covariance="Driscoll-Kraay")
    steps = data.sort_values(["firm", "year"]).set_index(["firm", "year"])
    changes = steps.groupby(level="firm").diff().dropna().reset_index()
    by_hand = qn.fit_panel(MODEL, changes, **who, covariance="Driscoll-Kraay")
    np.testing.assert_allclose(together.std_errors, by_hand.std_errors, rtol=1e-9)


def test_differences_do_not_depend_on_the_order_of_rows() -> None:
    data = grunfeld()
    one = qn.fit_differences(MODEL, data, unit="firm", time="year", lag=3)
    two = qn.fit_differences(
        MODEL, data.sample(frac=1.0, random_state=3), unit="firm", time="year", lag=3
    )
    np.testing.assert_allclose(one.params, two.params, rtol=1e-10)
    np.testing.assert_allclose(one.std_errors, two.std_errors, rtol=1e-10)
    assert one.nobs == 170


def test_two_times_make_long_differences_within() -> None:
    data = grunfeld().query("year in (1935, 1954)")
    long = qn.fit_differences(MODEL, data, unit="firm", time="year", lag="long")
    within = qn.fit_panel(MODEL, data, absorb=("firm", "year"))
    np.testing.assert_allclose(long.params[["value", "capital"]], within.params, rtol=1e-9)


def test_effects_of_changes_are_read_by_label() -> None:
    data = grunfeld()
    data["half"] = np.where(data["year"] < 1945, "early", "late")
    found = qn.fit_differences(MODEL, data, unit="firm", time="year", absorb="half")
    steps = data.sort_values(["firm", "year"]).set_index(["firm", "year"])
    changes = steps[["inv", "value", "capital"]].groupby(level="firm").diff()
    changes = changes.assign(half=steps["half"]).dropna().reset_index()
    by_hand = qn.fit_panel(MODEL, changes, absorb="half", cluster="firm")
    np.testing.assert_allclose(found.params, by_hand.params, rtol=1e-9)
    np.testing.assert_allclose(found.std_errors, by_hand.std_errors, rtol=1e-9)


def test_half_panel_jackknife_is_its_formula() -> None:
    data = grunfeld()
    effects = ("firm", "year")
    whole = qn.fit_panel(MODEL, data, absorb=effects).params
    first = qn.fit_panel(MODEL, data.query("year < 1945"), absorb=effects).params
    second = qn.fit_panel(MODEL, data.query("year >= 1945"), absorb=effects).params
    found = qn.fit_half_panel_jackknife(MODEL, data, unit="firm", time="year")
    np.testing.assert_allclose(found.params, 2 * whole - (first + second) / 2, rtol=1e-9)
    assert found.details["within estimate of value"] == pytest.approx(whole["value"])


def test_half_panel_jackknife_takes_off_most_of_the_nickell_bias() -> None:
    g = np.random.default_rng(np.random.SeedSequence(11))
    units, times, rho = 400, 12, 0.5
    y = np.zeros((units, times + 20))
    effect = g.standard_normal(units)
    for t in range(1, times + 20):
        y[:, t] = rho * y[:, t - 1] + effect + g.standard_normal(units)
    frame = pd.DataFrame(
        {
            "u": np.repeat(np.arange(units), times),
            "t": np.tile(np.arange(times), units),
            "y": y[:, 20:].ravel(),
            "l": y[:, 19:-1].ravel(),
        }
    )
    within = qn.fit_panel("y ~ l", frame, absorb=("u", "t")).params["l"]
    found = qn.fit_half_panel_jackknife("y ~ l", frame, unit="u", time="t").params["l"]
    assert rho - within > 0.08  # Nickell's bias is about -(1 + rho) / T
    assert abs(found - rho) < 0.3 * (rho - within)


def test_instruments_with_absorbed_effects_equal_dummies() -> None:
    g = np.random.default_rng(np.random.SeedSequence(5))
    unit = np.repeat(np.arange(12), 8)
    z, w, e = g.standard_normal((3, 96))
    x = z + e + 0.3 * unit
    data = pd.DataFrame({"u": unit, "z": z, "w": w, "x": x, "y": 2 * x + w + e + unit})
    found = qn.fit_instrumental(
        "y ~ x + w", data, endogenous="x", instruments="z", absorb="u", cluster="u"
    )
    dummies = np.eye(12)[unit]
    by_hand = instrumental_variables(
        data["y"], data[["x"]], data[["z"]], np.column_stack([w, dummies]), clusters=unit
    )
    np.testing.assert_allclose(found.params, by_hand.coefficients[:2], rtol=1e-9)
    # dummies nested in the clusters do not count in the factor of CR1: n - K is 93 beside 82
    ratio = np.sqrt((96 - 3) / (96 - 14))
    np.testing.assert_allclose(
        found.std_errors * ratio, np.sqrt(np.diag(by_hand.covariance))[:2], rtol=1e-9
    )
    assert found.tests[0].verdict.startswith("strong")
    low, high = (found.details[f"Anderson-Rubin set, {end}"] for end in ("low", "high"))
    assert low < found.params["x"] < high


def test_an_instrument_for_itself_gives_least_squares() -> None:
    data = grunfeld()
    data["copy"] = data["value"]
    found = qn.fit_instrumental(
        MODEL, data, endogenous="value", instruments="copy", absorb="firm", cluster="firm"
    )
    plain = qn.fit_panel(MODEL, data, absorb="firm", cluster="firm")
    np.testing.assert_allclose(found.params, plain.params, rtol=1e-9)
    np.testing.assert_allclose(found.std_errors, plain.std_errors, rtol=1e-9)


def test_the_bridge_gives_linearmodels_the_same_equation() -> None:
    pytest.importorskip("linearmodels", reason="the bridge extra is not installed")
    data = grunfeld()
    data["z"] = data["value"].shift(fill_value=1.0) + data["year"]
    asked: dict[str, Any] = {"endogenous": "value", "instruments": "z"}
    ours = qn.fit_instrumental(MODEL, data, **asked)
    theirs = qn.to_linearmodels(MODEL, data, **asked).fit(cov_type="unadjusted")
    np.testing.assert_allclose(theirs.params[ours.params.index], ours.params, rtol=1e-7)


def test_shift_share_leaves_the_own_unit_out() -> None:
    data = pd.DataFrame(
        {"p": list("aabb"), "t": [0, 1] * 2, "soft": [1.0, 9, 2, 4], "hard": [3.0, 3, 2, 6]}
    )
    found = qn.shift_share_instrument(data, ["soft", "hard"], cell="p", unit="p", time="t")
    assert found[1] == pytest.approx(0.25 * np.log(4 / 2) + 0.75 * np.log(6 / 2))
    alone = data.assign(soft=[0.0, 9, 0, 4])  # of the other unit only the hard has a growth
    one = qn.shift_share_instrument(alone, ["soft", "hard"], cell="p", unit="p", time="t")
    assert one[1] == pytest.approx(np.log(6 / 2))
    changed = data.assign(soft=[1.0, 999, 2, 4])
    again = qn.shift_share_instrument(changed, ["soft", "hard"], cell="p", unit="p", time="t")
    assert again[1] == found[1]
    shuffled = data.loc[[3, 1, 0, 2]]
    moved = qn.shift_share_instrument(shuffled, ["soft", "hard"], cell="p", unit="p", time="t")
    pd.testing.assert_series_equal(moved.sort_index(), found)


def test_shrinkage_moves_other_terms_through_their_covariance() -> None:
    fit = qn.fit_panel(MODEL, grunfeld(), covariance="classical")
    found = qn.shrink(fit, {"value": 0.2}, {"value": 1e-9})
    # a dogmatic prior is restricted least squares
    data = grunfeld().assign(rest=lambda d: d["inv"] - 0.2 * d["value"])
    restricted = qn.fit_panel("rest ~ capital", data)
    assert found.params["capital"] == pytest.approx(restricted.params["capital"], rel=1e-6)
    assert found.params["value"] == pytest.approx(0.2)
    loose = qn.shrink(fit, 0.0, 1e6)
    np.testing.assert_allclose(loose.params, fit.params, rtol=1e-6)
    assert "Prior: value 0.2" in found.notes[0]


def test_combining_aligns_by_label() -> None:
    estimates = pd.Series({"a": 0.05, "b": 0.09})
    covariance = pd.DataFrame([[4e-4, 1e-4], [1e-4, 1e-4]], ["b", "a"], ["b", "a"])
    found = qn.combine(estimates, covariance=covariance, method="correlated")
    swapped = qn.combine(estimates[["b", "a"]], covariance=covariance, method="correlated")
    assert found.estimate == pytest.approx(swapped.estimate)
    assert found.weights["a"] == pytest.approx(1.0)
    low, high = found.conf_int()
    assert low < 0.05 < high


def test_model_average_weighs_by_bic() -> None:
    data = grunfeld()
    fits = {
        "one": qn.fit_panel("inv ~ value", data),
        "two": qn.fit_panel(MODEL, data),
        "three": qn.fit_panel(MODEL, data, absorb="firm"),
    }
    found = qn.average_models(fits, "value")
    frame = found.frame
    bic = -2 * frame["log_likelihood"] + frame["parameters"] * np.log(200)
    expected = np.exp(-(bic - bic.min()) / 2)
    np.testing.assert_allclose(frame["weight"], expected / expected.sum(), rtol=1e-9)
    assert frame["parameters"].tolist() == [3, 4, 13]  # the variance of the errors is one
    plain = smf.ols(MODEL, data).fit().llf
    assert frame.loc["two", "log_likelihood"] == pytest.approx(plain, rel=1e-12)
    same = qn.average_models({"a": fits["two"], "b": fits["two"]}, "value", criterion="equal")
    assert same.estimate == pytest.approx(fits["two"].params["value"])
    assert same.std_error == pytest.approx(fits["two"].std_errors["value"])
    even = qn.average_models(fits, "value", criterion="equal")
    assert even.frame["weight"].tolist() == pytest.approx([1 / 3] * 3)
    assert even.estimate == pytest.approx(frame["estimate"].mean())
    jackknife = qn.average_models(fits, "value", criterion="jackknife").frame["weight"]
    assert jackknife.sum() == pytest.approx(1.0)
    assert jackknife["three"] > 0.9


def test_the_error_of_a_row_left_out_is_that_of_a_fit_without_it() -> None:
    rng = np.random.default_rng(5)
    data = pd.DataFrame({"x": rng.normal(size=9), "y": rng.normal(size=9)})
    found = _left_out(qn.fit_panel("y ~ x", data))
    for row in range(9):
        X = np.column_stack([np.ones(8), data["x"].drop(row)])
        b = np.linalg.lstsq(X, data["y"].drop(row).to_numpy(), rcond=None)[0]
        assert found[row] == pytest.approx(data["y"][row] - b[0] - b[1] * data["x"][row])


def test_labels_of_estimates_are_each_given_once() -> None:
    twice = pd.Series([1.0, 2.0], ["a", "a"])
    with pytest.raises(qn.DataError, match="label 'a' occurs twice; make it unique"):
        qn.combine(twice, [1.0, 1.0])

"""Estimators and tests on further data sets against R (tests/reference/regression_other.R)."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import quesnay as qn
from quesnay.fitting.arrays import Array
from quesnay.fitting.assumptions.panel import cross_section_dependence, lagrange_multiplier
from quesnay.fitting.assumptions.residuals import breusch_pagan, white
from quesnay.fitting.assumptions.serial import (
    breusch_godfrey,
    durbin_watson,
    probability_positive,
    wooldridge_within,
)
from quesnay.fitting.assumptions.specification import chow, reset
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.instrumental import (
    endogeneity,
    instrumental_variables,
    overidentification,
)
from quesnay.fitting.regression.least_squares import project_noisy
from quesnay.fitting.regression.random_effects import random_effects
from quesnay.fitting.verdict import TestResult

R: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "regression_other.json").read_text("utf-8")
)
COST = "y ~ output + price + load"
PANELS = ("airlines", "unbalanced")


def airlines(name: str) -> pd.DataFrame:
    frame = pd.DataFrame(R["data"]["airlines"])
    return frame if name == "airlines" else frame.iloc[np.array(R["kept"]) - 1]


def arrays(name: str) -> tuple[Array, Array, Array, Array]:
    d = airlines(name)
    X = np.column_stack([np.ones(len(d)), d[["output", "price", "load"]]])
    return d["y"].to_numpy(), X, d["firm"].to_numpy(), d["year"].to_numpy()


def single(name: str) -> tuple[Array, Array]:
    columns = [np.asarray(values, float) for values in R["data"][name].values()]
    return columns[0], np.column_stack([np.ones(columns[0].size), *columns[1:]])


def agrees(found: TestResult, expected: dict[str, float]) -> None:
    assert found.statistic == pytest.approx(expected["statistic"], rel=1e-8)
    assert found.p_value == pytest.approx(expected["p"], rel=1e-7)


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("method", ["swar", "walhus", "amemiya", "nerlove"])
def test_random_effects_equal_plm(name: str, method: Any) -> None:
    y, X, unit, _ = arrays(name)
    found, expected = random_effects(y, X, unit=unit, method=method), R[name]["random"][method]
    np.testing.assert_allclose(found.coefficients, expected["coef"], rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), expected["se"], rtol=1e-8)
    variances = [found.sigma2_idiosyncratic, found.sigma2_unit]
    np.testing.assert_allclose(variances, expected["sigma2"], rtol=1e-8)
    fit = qn.fit_random_effects(COST, airlines(name), unit="firm", time="year", method=method)
    np.testing.assert_allclose(fit.std_errors, expected["sss"], rtol=1e-8)


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize(
    ("model", "absorb"), [("pooling", ()), ("within", "firm"), ("twoways", ("firm", "year"))]
)
def test_fixed_effects_and_their_errors_equal_plm(name: str, model: str, absorb: Any) -> None:
    expected, data = R[name][model], airlines(name)

    def errors(covariance: Any, **options: Any) -> Any:
        fit = qn.fit_panel(COST, data, absorb=absorb, covariance=covariance, **options)
        np.testing.assert_allclose(fit.params, expected["coef"], rtol=1e-8)
        return fit.std_errors

    np.testing.assert_allclose(errors("classical"), expected["se"], rtol=1e-8)
    np.testing.assert_allclose(errors(qn.CR1("none"), cluster="firm"), expected["sss"], rtol=1e-8)
    np.testing.assert_allclose(errors("CR0", cluster="year"), expected["time"], rtol=1e-8)
    np.testing.assert_allclose(errors("Driscoll-Kraay", time="year"), expected["scc"], rtol=1e-8)


@pytest.mark.parametrize("name", PANELS)
def test_differences_and_clusters_equal_r(name: str) -> None:
    expected, data = R[name], airlines(name)
    steps = qn.fit_differences(COST, data, unit="firm", time="year")
    np.testing.assert_allclose(steps.params, expected["fd"]["coef"], rtol=1e-8)
    np.testing.assert_allclose(steps.std_errors, expected["fd"]["sss"], rtol=1e-8)
    one = qn.fit_panel(COST, data, cluster="firm")
    np.testing.assert_allclose(one.std_errors, expected["one_way"], rtol=1e-8)


def test_two_dimensions_with_a_factor_each_equal_sandwich() -> None:
    path = Path(__file__).parent / "reference" / "regression_diagnostics.json"
    grunfeld = pd.DataFrame(json.loads(path.read_text("utf-8"))["data"]["grunfeld"])
    asked: dict[str, Any] = {"formula": "inv ~ value + capital", "data": grunfeld}
    rule = qn.CR1(groups="own")
    fit = qn.fit_panel(**asked, cluster=["firm", "year"], covariance=rule)
    np.testing.assert_allclose(fit.std_errors, R["two_way"], rtol=1e-8)
    with pytest.raises(EstimationError, match="groups: 'both' is not known; use 'fewest' or 'own'"):
        qn.fit_panel(**asked, cluster="firm", covariance=qn.CR1(groups="both"))


def test_an_indefinite_covariance_is_mended_and_the_rule_says_so() -> None:
    fit = qn.fit_panel(COST, airlines("airlines"), cluster=["firm", "year"], covariance="CR0")
    assert fit.inference.rule.endswith(
        " V_1 + V_2 - V_12 was indefinite and is made positive semi-definite."
    )
    assert np.linalg.eigvalsh(fit.covariance)[0] >= -1e-12


def test_a_variance_that_comes_out_negative_is_told() -> None:
    g = np.random.default_rng(0)
    data = pd.DataFrame({"u": np.repeat(np.arange(12), 8), "t": np.tile(np.arange(8), 12)})
    data["x"] = g.normal(size=96) + data["u"] * 0.1
    data["y"] = 1 + 2 * data["x"] - g.normal(size=96) + g.normal(size=96) + data["u"] * 0.3
    data["k"] = data.index % 7
    dimensions = ["u", "t", "k"]
    X = np.column_stack([np.ones(96), data["x"]])
    bread = np.linalg.inv(X.T @ X)
    scores = X * (data["y"].to_numpy() - X @ bread @ X.T @ data["y"].to_numpy())[:, None]
    hand = np.zeros((2, 2))
    for size in (1, 2, 3):
        for chosen in itertools.combinations(dimensions, size):
            sums = pd.DataFrame(scores).groupby([data[name] for name in chosen]).sum().to_numpy()
            hand -= (-1) ** size * bread @ sums.T @ sums @ bread
    assert (hand.diagonal() < 0).tolist() == [False, True]
    fit = qn.fit_panel("y ~ x", data, cluster=dimensions, covariance="CR0")
    assert "V_1 + V_2 - V_12 ... was indefinite" in fit.inference.rule
    assert "1 of the variances came out negative" in fit.inference.rule
    assert fit.std_errors["Intercept"] == pytest.approx(hand[0, 0] ** 0.5, rel=0.1)
    assert "came out negative" not in qn.fit_panel("y ~ x", data, cluster="u").inference.rule


@pytest.mark.parametrize("name", PANELS)
def test_panel_tests_equal_plm(name: str) -> None:
    y, X, unit, time = arrays(name)
    expected = R[name]["tests"]
    who: Any = {"unit": unit, "time": time}
    agrees(chow(project_noisy(y, X), unit), expected["pool"])
    agrees(wooldridge_within(y, X, **who), expected["pwar"])
    agrees(lagrange_multiplier(y, X, **who), expected["bp"])
    agrees(lagrange_multiplier(y, X, effect="two-way", form="ghm", **who), expected["ghm"])
    fit = qn.fit_panel(COST, airlines(name), absorb="firm")
    for form in ("cd", "lm"):
        which: Any = form
        agrees(cross_section_dependence(fit.resid, form=which, **who), expected[form])


def test_the_size_of_the_wooldridge_test_holds_where_units_differ_in_length() -> None:
    length = np.tile([3, 9], 100)
    unit = np.repeat(np.arange(200), length)
    time = np.concatenate([np.arange(size) for size in length])
    rejected = np.zeros(2)
    for stream in np.random.SeedSequence(5).spawn(100):
        g = np.random.default_rng(stream)
        y, X = g.standard_normal(unit.size), g.standard_normal((unit.size, 1))
        for place, lengths in enumerate((True, False)):
            found = wooldridge_within(y, X, unit=unit, time=time, lengths=lengths)
            rejected[place] += found.p_value < 0.05
    assert rejected[0] <= 10
    assert rejected[1] >= 30  # plm's -1 / (T - 1) is that of units of nine


def test_two_times_leave_no_serial_correlation_to_test() -> None:
    unit, time = np.repeat(np.arange(20), 2), np.tile([1, 2], 20)
    y, X = np.cos(np.arange(40.0)), np.sin(np.arange(40.0) ** 2)[:, None]
    with pytest.raises(EstimationError, match="two rows of a unit have equal and opposite"):
        wooldridge_within(y, X, unit=unit, time=time)


@pytest.mark.parametrize("name", ["swiss", "attitude", "consumption"])
def test_tests_of_one_sample_equal_r(name: str) -> None:
    y, X = single(name)
    expected = R[name]
    agrees(durbin_watson(y, X), expected["dw"])
    agrees(durbin_watson(y, X, alternative="two-sided"), expected["dw_two"])
    agrees(breusch_pagan(y, X), expected["bp"])
    agrees(white(y, X), expected["white"])
    agrees(reset(project_noisy(y, X), powers=(2, 3, 4)), expected["reset"])
    agrees(breusch_godfrey(y, X, lags=3, form="F"), expected["bg"])
    agrees(chow(project_noisy(y, X), np.arange(y.size) < 18), expected["chow"])


def test_powers_of_a_constant_are_refused() -> None:
    with pytest.raises(EstimationError, match="no column varies; powers of a constant"):
        reset(project_noisy(np.cos(np.arange(9.0)), np.ones((9, 1))))


def test_tails_of_quadratic_forms_keep_their_relative_digits() -> None:
    for m, c in ((2, 1e4), (5, 0.5), (6, 1e4), (30, 50.0)):
        weights = np.r_[np.ones(m), -c * np.ones(m)]
        assert probability_positive(weights) == pytest.approx(stats.f.sf(c, m, m), rel=1e-12)


def test_instruments_equal_r_and_linearmodels() -> None:
    d = {key: np.asarray(values) for key, values in R["data"]["cigarettes"].items()}
    W, Z = np.column_stack([np.ones(48), d["income"]]), np.column_stack([d["salestax"], d["tax"]])
    x, expected = d["price"][:, None], R["iv"]
    fit = instrumental_variables(d["y"], x, Z, W, covariance="classical")
    np.testing.assert_allclose(fit.coefficients, expected["coef"], rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), expected["se"], rtol=1e-8)
    wu = endogeneity(fit, robust=False)
    assert (wu.statistic, wu.p_value) == pytest.approx(tuple(expected["wu"]), rel=1e-8)
    sargan = overidentification(fit)
    assert (sargan.statistic, sargan.p_value) == pytest.approx(tuple(expected["sargan"]), rel=1e-8)
    # linearmodels 7.1: IVGMM(weight_type="robust" and "clustered").fit(iter_limit=2).j_stat
    clusters = np.arange(48) // 9
    robust = overidentification(fit, robust=True)
    assert robust.statistic == pytest.approx(0.15414131279335763, rel=1e-8)
    assert overidentification(fit, clusters=clusters).statistic == pytest.approx(
        0.14305457372803218, rel=1e-8
    )
    three = np.column_stack([Z, d["tax"] ** 2])
    with pytest.raises(EstimationError, match="3 for 2 clusters or rows, so that their scores"):
        overidentification(
            instrumental_variables(d["y"], x, three, W), clusters=np.arange(48) // 24
        )

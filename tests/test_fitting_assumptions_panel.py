"""Panel tests and random effects against R (tests/reference/regression_diagnostics.R)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.arrays import Array
from quesnay.fitting.assumptions.panel import (
    cross_section_dependence,
    hausman,
    lagrange_multiplier,
    mundlak,
)
from quesnay.fitting.assumptions.serial import breusch_godfrey, durbin_watson, wooldridge_within
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.fixed_effects import stack
from quesnay.fitting.regression.least_squares import project
from quesnay.fitting.regression.random_effects import random_effects
from quesnay.fitting.verdict import TestResult

R: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "regression_diagnostics.json").read_text("utf-8")
)
METHODS = ("swar", "walhus", "amemiya", "nerlove")


def panel(name: str) -> tuple[Array, Array, npt.NDArray[Any], Array]:
    if name == "produc":
        d = R["data"]["produc"]
        logs = [np.log(np.asarray(d[key])) for key in ("pcap", "pc", "emp")]
        X = np.column_stack([np.ones(816), *logs, d["unemp"]])
        return np.log(np.asarray(d["gsp"])), X, np.asarray(d["state"]), np.asarray(d["year"])
    d = {key: np.asarray(value, float) for key, value in R["data"]["grunfeld"].items()}
    keep = np.ones(200, bool)
    if name == "unbalanced":
        keep[np.asarray(R["data"]["dropped"]) - 1] = False
    X = np.column_stack([np.ones(200), d["value"], d["capital"]])
    return d["inv"][keep], X[keep], d["firm"][keep], d["year"][keep]


def agrees(found: TestResult, expected: dict[str, float], rel: float = 1e-8) -> None:
    assert found.statistic == pytest.approx(expected["statistic"], rel=rel)
    if "p" in expected:
        # R prints p-values under 1e-300 as zero
        assert found.p_value == pytest.approx(expected["p"], rel=10 * rel, abs=1e-300)


@pytest.mark.parametrize("name", ["grunfeld", "produc", "unbalanced"])
@pytest.mark.parametrize("method", METHODS)
def test_random_effects_equal_r(name: str, method: Any) -> None:
    y, X, unit, _ = panel(name)
    found = random_effects(y, X, unit=unit, method=method)
    expected = R[name]["random"][method]
    np.testing.assert_allclose(found.coefficients, expected["coef"], rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), expected["se"], rtol=1e-8)
    variances = [found.sigma2_idiosyncratic, found.sigma2_unit]
    np.testing.assert_allclose(variances, expected["sigma2"], rtol=1e-8)


@pytest.mark.parametrize("name", ["grunfeld", "produc", "unbalanced"])
def test_effects_tests_equal_r(name: str) -> None:
    y, X, unit, time = panel(name)
    expected = R[name]["tests"]
    agrees(hausman(y, X, unit=unit), expected["hausman"])
    forms: list[tuple[str, Any, Any]] = [
        ("lm_bp", "unit", "bp"),
        ("lm_honda", "unit", "honda"),
        ("lm_bp_time", "time", "bp"),
        ("lm_bp_tw", "two-way", "bp"),
        ("lm_honda_tw", "two-way", "honda"),
        ("lm_kw_tw", "two-way", "king-wu"),
        ("lm_ghm_tw", "two-way", "ghm"),
    ]
    for key, effect, form in forms:
        found = lagrange_multiplier(y, X, unit=unit, time=time, effect=effect, form=form)
        agrees(found, expected[key])


@pytest.mark.parametrize("name", ["grunfeld", "produc", "unbalanced"])
def test_serial_tests_equal_r(name: str) -> None:
    y, X, unit, _ = panel(name)
    expected = R[name]["tests"]
    within_y, within_x = demeaned(y, unit), demeaned(X[:, 1:], unit)
    agrees(breusch_godfrey(within_y, within_x), expected["pbg_1"])
    exact = len(y) < 100
    agrees(durbin_watson(within_y, within_x, exact=exact), expected["pdw"])


@pytest.mark.parametrize("name", ["grunfeld", "produc"])
def test_serial_tests_of_balanced_panels_equal_r(name: str) -> None:
    y, X, unit, time = panel(name)
    expected = R[f"{name}_balanced"]
    agrees(wooldridge_within(y, X, unit=unit, time=time), expected["pwar"])


@pytest.mark.parametrize("name", ["grunfeld", "produc", "unbalanced"])
def test_dependence_between_units_equals_r(name: str) -> None:
    y, X, unit, time = panel(name)
    e = project(demeaned(y, unit), demeaned(X[:, 1:], unit)).residuals
    for key, form in (
        ("pcd_cd", "cd"),
        ("pcd_lm", "lm"),
        ("pcd_sclm", "scaled"),
        ("pcd_bcsclm", "bias-corrected"),
    ):
        which: Any = form
        found = cross_section_dependence(e, unit=unit, time=time, form=which)
        agrees(found, R[name]["tests"][key])


def demeaned(values: Array, unit: npt.NDArray[Any]) -> Array:
    order = stack(unit, None, len(values))
    means = order.unit_means(values[order.order])
    return np.asarray(values - means[np.argsort(order.order)])


@pytest.mark.parametrize("missing", [0, 11])
def test_clustered_mundlak_is_a_joint_test_under_cr2(missing: int) -> None:
    y, X, unit = (part[missing:] for part in panel("grunfeld")[:3])  # units of one length, or not
    theta = random_effects(y, X, unit=unit).theta
    means = X - demeaned(X, unit)
    columns = np.column_stack([X - theta[:, None] * means, (1 - theta[:, None]) * means[:, 1:]])
    frame = pd.DataFrame(columns, columns=list("abcde")).assign(unit=unit)
    frame["y"] = y - theta * (y - demeaned(y, unit))
    fit = qn.fit_panel("y ~ a + b + c + d + e - 1", frame, cluster="unit", covariance="CR2")
    expected, found = fit.wald_test(["d", "e"]), mundlak(y, X, unit=unit)
    assert found.distribution == expected.distribution
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-8)
    assert found.p_value == pytest.approx(expected.p_value, rel=1e-8)


def test_an_indefinite_hausman_says_so() -> None:
    y, X, unit, _ = panel("grunfeld")
    assert hausman(y, X, unit=unit).distribution == "chi2(2)"
    y, X, unit, _ = panel("produc")
    assert hausman(y, X, unit=unit).distribution == "chi2(4), covariance difference indefinite"


def test_a_negative_hausman_is_refused_with_its_value() -> None:
    # plm::phtest shows the absolute value, 0.617612626737801
    d = {key: np.asarray(values) for key, values in R["data"]["produc"].items()}
    X = np.column_stack([np.ones(816), d["pcap"], d["pc"], d["emp"], d["unemp"]])
    with pytest.raises(EstimationError, match=r"\(-0.61761; plm shows its absolute value\); use"):
        hausman(d["gsp"], X, unit=d["state"], method="walhus")


def aged() -> tuple[Array, Array, npt.NDArray[Any]]:
    """Age repeats the time dummies inside units."""
    g = np.random.default_rng(np.random.SeedSequence(1))
    unit, time = np.repeat(np.arange(30), 5), np.tile(np.arange(5), 30)
    age, x = time + g.integers(20, 60, 30)[unit], g.standard_normal(150)
    dummies = (time[:, None] == np.arange(1, 5)).astype(float)
    y = x + 0.1 * age + g.standard_normal(30)[unit] + g.standard_normal(150)
    return y, np.column_stack([np.ones(150), x, age, dummies]), unit


def test_swamy_and_arora_count_dependent_columns_inside_units_once() -> None:
    y, X, unit = aged()
    within = demeaned(np.column_stack([y, X[:, [1, 3, 4, 5, 6]]]), unit)
    inside = project(within[:, 0], within[:, 1:])
    means = np.column_stack([y, X]).reshape(30, 5, -1).mean(axis=1)
    between = project(means[:, 0], means[:, [1, 2, 3]])  # means of the dummies are constant
    rest = inside.ssr / (150 - 30 - 5)
    unit_variance = between.ssr / (30 - 3) - rest / 5
    found = random_effects(y, X, unit=unit)
    assert found.sigma2_idiosyncratic == pytest.approx(rest, rel=1e-10)
    assert found.sigma2_unit == pytest.approx(unit_variance, rel=1e-9)


def test_amemiya_and_nerlove_leave_out_the_later_of_dependent_columns() -> None:
    y, X, unit = aged()
    within = demeaned(np.column_stack([y, X[:, 1:6]]), unit)  # as R's lm: the last dummy goes
    inside = project(within[:, 0], within[:, 1:])
    effects = (y - X[:, 1:6] @ inside.coefficients).reshape(30, 5).mean(axis=1)
    for method, idiosyncratic, of_unit in (
        ("amemiya", inside.ssr / 120, effects.var() - inside.ssr / 600),
        ("nerlove", inside.ssr / 150, effects.var(ddof=1)),
    ):
        kind: Any = method
        found = random_effects(y, X, unit=unit, method=kind)
        assert found.sigma2_idiosyncratic == pytest.approx(idiosyncratic, rel=1e-9)
        assert found.sigma2_unit == pytest.approx(of_unit, rel=1e-9)


def test_hausman_compares_what_fixed_effects_identify() -> None:
    y, X, unit = aged()
    found = hausman(y, X, unit=unit)
    # 5 of 6 varying columns are free inside units; any basis of them gives the same number
    T = np.linalg.qr(np.random.default_rng(3).standard_normal((6, 6)))[0]
    other = hausman(y, np.column_stack([X[:, :1], X[:, 1:] @ T]), unit=unit)
    assert found.distribution.startswith("chi2(5)")
    assert other.statistic == pytest.approx(found.statistic, rel=1e-6)


def test_regressors_that_are_nearly_alike_are_told_apart() -> None:
    g = np.random.default_rng(np.random.SeedSequence(5))
    unit = np.repeat(np.arange(20), 5)
    own = g.standard_normal(20)[unit]
    x, w = g.standard_normal((2, 100)) + 0.5 * own
    y = x + w + own + g.standard_normal(100)
    like = 2.0 * x + unit  # the same as x inside units
    for test, more in ((hausman, [like]), (mundlak, [like]), (hausman, [])):
        plain = test(y, np.column_stack([np.ones(100), x, w, *more]), unit=unit)
        near = test(y, np.column_stack([np.ones(100), x, x + 1e-4 * w, *more]), unit=unit)
        assert near.distribution == plain.distribution
        assert near.statistic == pytest.approx(plain.statistic, rel=1e-4)


def test_a_regressor_far_from_zero_and_a_small_rest_are_no_rounding() -> None:
    g = np.random.default_rng(np.random.SeedSequence(6))
    unit, one = np.repeat(np.arange(20), 5), np.ones(100)
    own = g.standard_normal(20)[unit]
    x, w, e = g.standard_normal((3, 100))
    plain, far = np.column_stack([one, x, w]), np.column_stack([one, x + 1e8, w])
    near, shifted = (random_effects(x + own + e, X, unit=unit) for X in (plain, far))
    np.testing.assert_allclose(shifted.coefficients[1:], near.coefficients[1:], rtol=1e-6)
    tests = [mundlak(x + own + e, X, unit=unit).statistic for X in (plain, far)]
    assert tests[1] == pytest.approx(tests[0], rel=1e-4)
    errors = []
    for shift in (0.0, 1e8):
        frame = pd.DataFrame({"y": x + own + e, "x": x + shift, "w": w, "unit": unit})
        fit = qn.fit_random_effects("y ~ x + w", frame, unit="unit", covariance="CR3")
        errors.append(fit.std_errors[["x", "w"]].tolist())
    assert errors[1] == pytest.approx(errors[0], rel=1e-7)
    rest = random_effects(x + own + 1e-11 * e, plain, unit=unit).sigma2_idiosyncratic
    assert rest == pytest.approx(1e-22 * near.sigma2_idiosyncratic, rel=1e-3)


@pytest.mark.parametrize("method", [*METHODS, "ml"])
def test_random_effects_do_not_depend_on_units(method: str) -> None:
    y, X, unit, _ = panel("unbalanced")
    plain = random_effects(y, X, unit=unit, method=method)
    scaled = random_effects(1e-20 * y, X * [1.0, 1e-20, 1e20], unit=unit, method=method)
    np.testing.assert_allclose(scaled.theta, plain.theta, rtol=1e-7)
    slopes = scaled.coefficients * [1e20, 1.0, 1e40]
    np.testing.assert_allclose(slopes, plain.coefficients, rtol=1e-7)


def test_tests_of_unit_effects_do_not_depend_on_units() -> None:
    y, X, unit, _ = panel("grunfeld")
    for test in (hausman, mundlak):
        plain, scaled = test(y, X, unit=unit), test(1e-20 * y, X * [1.0, 1e-20, 1e20], unit=unit)
        assert scaled.distribution == plain.distribution
        assert scaled.statistic == pytest.approx(plain.statistic, rel=1e-7)


def test_a_regressor_of_the_units_does_not_vary_inside_them_though_one_is_at_zero() -> None:
    g = np.random.default_rng(np.random.SeedSequence(7))
    unit = np.repeat(np.arange(20), 3)
    x = np.where(unit == 3, 0.0, g.standard_normal(60))
    y = x + 0.3 * g.standard_normal(20)[unit] + g.standard_normal(60)
    one = np.ones(60)
    # the mean of three times 0.1 misses 0.1 by rounding
    beside = np.column_stack([one, x, 0.1 * unit])
    assert hausman(y, beside, unit=unit).distribution == "chi2(1)"
    rest = project(demeaned(y, unit), demeaned(x, unit)[:, None]).ssr / (60 - 20 - 1)
    found = random_effects(y, beside, unit=unit)
    assert found.sigma2_idiosyncratic == pytest.approx(rest, rel=1e-9)
    # a unit whose mean is zero is one whose mean counts
    assert mundlak(y, np.column_stack([one, x]), unit=unit).distribution.startswith("F(1, ")
    # deviations from unit means have none, in spite of rounding
    inside = np.where(unit == 3, 0.0, demeaned(g.standard_normal(60), unit))
    within, between = demeaned(y, unit), y.reshape(20, 3).mean(axis=1)
    found = random_effects(y, np.column_stack([one, inside]), unit=unit)
    rest = project(within, inside[:, None]).ssr / (60 - 20 - 1)
    assert found.sigma2_idiosyncratic == pytest.approx(rest, rel=1e-9)
    assert found.sigma2_unit == pytest.approx(between.var(ddof=1) - rest / 3, rel=1e-9)


@pytest.mark.parametrize("method", ["swar", "ml"])
def test_weighted_random_effects_are_least_squares_under_their_covariance(method: Any) -> None:
    y, X, unit, _ = panel("unbalanced")
    w = np.random.default_rng(np.random.SeedSequence(2)).uniform(0.5, 2.0, y.size)
    found = random_effects(y, X, unit=unit, method=method, weights=w)
    V = found.sigma2_unit * (unit[:, None] == unit) + np.diag(found.sigma2_idiosyncratic / w)
    A = np.linalg.solve(V, X)
    exact = np.linalg.solve(X.T @ A, A.T @ y)
    np.testing.assert_allclose(found.coefficients, exact, rtol=1e-8)
    scaled = random_effects(y, X, unit=unit, method=method, weights=1e3 * w)
    np.testing.assert_allclose(scaled.coefficients, found.coefficients, rtol=1e-8)
    assert scaled.sigma2_unit == pytest.approx(found.sigma2_unit, rel=1e-7)
    even = random_effects(y, X, unit=unit, method=method, weights=np.ones(y.size))
    plain = random_effects(y, X, unit=unit, method=method)
    np.testing.assert_allclose(even.coefficients, plain.coefficients, rtol=1e-12)


def test_weighted_swamy_and_arora_have_the_expectation_of_their_sums_of_squares() -> None:
    y, X, unit, _ = panel("unbalanced")
    w = np.random.default_rng(np.random.SeedSequence(2)).uniform(0.5, 2.0, y.size)
    D = (unit[:, None] == np.unique(unit)).astype(float)
    P = D @ np.linalg.solve(D.T @ (w[:, None] * D), (w[:, None] * D).T)  # weighted unit means
    root = np.sqrt(w)
    within = project(root * (y - P @ y), root[:, None] * (X - P @ X)[:, 1:])
    between = project(root * (P @ y), root[:, None] * (P @ X))
    B = root[:, None] * P - between.Q @ (between.Q.T @ (root[:, None] * P))
    n, N, k = y.size, D.shape[1], 2
    rest = within.ssr / (n - N - k)
    of_rest = np.trace(B @ np.diag(1 / w) @ B.T)
    of_unit = np.trace(B @ D @ D.T @ B.T)
    found = random_effects(y, X, unit=unit, weights=w)
    assert found.sigma2_idiosyncratic == pytest.approx(rest, rel=1e-10)
    assert found.sigma2_unit == pytest.approx((between.ssr - of_rest * rest) / of_unit, rel=1e-9)


def test_the_likelihood_of_weighted_random_effects_is_largest() -> None:
    y, X, unit, _ = panel("unbalanced")
    w = np.random.default_rng(np.random.SeedSequence(2)).uniform(0.5, 2.0, y.size)
    found = random_effects(y, X, unit=unit, method="ml", weights=w)

    def loss(of_unit: float, rest: float) -> float:
        V = of_unit * (unit[:, None] == unit) + np.diag(rest / w)
        A = np.linalg.solve(V, np.column_stack([X, y]))
        b = np.linalg.solve(X.T @ A[:, :-1], X.T @ A[:, -1])
        return float((y - X @ b) @ np.linalg.solve(V, y - X @ b) + np.linalg.slogdet(V)[1])

    best = loss(found.sigma2_unit, found.sigma2_idiosyncratic)
    for up in (0.97, 1.03):
        assert loss(up * found.sigma2_unit, found.sigma2_idiosyncratic) > best
        assert loss(found.sigma2_unit, up * found.sigma2_idiosyncratic) > best


def test_weights_of_random_effects_are_checked() -> None:
    y, X, unit, _ = panel("grunfeld")
    with pytest.raises(EstimationError, match="weights: not possible with method='walhus'"):
        random_effects(y, X, unit=unit, method="walhus", weights=np.ones(200))
    with pytest.raises(EstimationError, match=r"weights: 0\.0 at row 3; give positive"):
        random_effects(y, X, unit=unit, weights=np.where(np.arange(200) == 3, 0.0, 1.0))

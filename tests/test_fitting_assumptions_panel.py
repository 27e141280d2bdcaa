"""Panel tests and random effects against R (tests/reference/regression_diagnostics.R)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.assumptions.panel import (
    cross_section_dependence,
    hausman,
    lagrange_multiplier,
    mundlak,
)
from quesnay.fitting.assumptions.serial import breusch_godfrey, durbin_watson, wooldridge_within
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.groups import stack
from quesnay.fitting.regression.least_squares import project
from quesnay.fitting.regression.random_effects import random_effects
from quesnay.fitting.verdict import TestResult

Array = npt.NDArray[np.float64]
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


def test_clustered_mundlak_is_a_joint_test_under_cr2() -> None:
    y, X, unit, _ = panel("grunfeld")
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
    y, X, unit, _ = panel("produc")
    assert hausman(y, X, unit=unit).distribution == "chi2(4), covariance difference indefinite"


def test_a_negative_hausman_is_refused_with_its_value() -> None:
    # plm::phtest shows the absolute value, 0.617612626737801
    d = {key: np.asarray(values) for key, values in R["data"]["produc"].items()}
    X = np.column_stack([np.ones(816), d["pcap"], d["pc"], d["emp"], d["unemp"]])
    with pytest.raises(EstimationError, match=r"\(-0.61761; plm shows its absolute value\); use"):
        hausman(d["gsp"], X, unit=d["state"], method="walhus")

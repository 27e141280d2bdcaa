"""Curves that the points do not hold are refused; those that they hold are R's."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import curve_fit

import quesnay as qn
from quesnay.fitting.curves.functions import CURVES
from tests.refusals import refused

SERIES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "growth_curves.json").read_text("utf-8")
)
FITTED = [
    (name, curve) for name in SERIES for curve in ("logistic", "gompertz")
    if "estimate" in SERIES[name][curve]
]  # fmt: skip


@pytest.mark.parametrize(("name", "curve"), FITTED)
def test_without_a_start_the_estimates_are_those_of_r(name: str, curve: str) -> None:
    one = SERIES[name]
    fit = qn.fit_curve(curve, one["t"], one["y"])
    # nls() stops at a relative offset of 1e-7
    assert fit.params.to_numpy() == pytest.approx(one[curve]["estimate"], rel=1e-6)
    assert fit.std_errors.to_numpy() == pytest.approx(one[curve]["se"], rel=1e-6)
    assert float((fit.data["resid"] ** 2).sum()) == pytest.approx(one[curve]["rss"], rel=1e-9)


# found by simulation: the search settles on some saturation, shape or rate all the same
@pytest.mark.parametrize(
    ("kind", "y", "message"),
    [("richards", [0.23, 0.02, 0.30, 0.41, 0.64], "an exponential without saturation fits these"),
     ("richards", [0.06, 0.19, 0.18, 0.48, 0.74], "saturation of a richards curve hangs"),
     ("richards", [0.13, 0.26, 0.17, 0.54, 0.66], "rate of a richards curve hangs on the sixth"),
     ("logistic", [0, 0, 0, 0, 1, 1, 1, 1], "rate of a logistic curve hangs on the sixth digit"),
     ("bass", [0, 0, 0, 0, 1, 1, 1, 1], "innovation of a bass curve hangs on the sixth digit")],
)  # fmt: skip
def test_an_optimum_that_nothing_holds_is_refused(kind: str, y: list[float], message: str) -> None:
    refused(lambda: qn.fit_curve(kind, range(len(y)), y), message)


def test_a_saturation_that_was_given_is_not_asked_for() -> None:
    for y, said in ([5, 4, 3, 2, 1], "another curve"), ([1, 2, 4, 8, 16], "or a curve with fewer"):
        refused(
            lambda y=y: qn.fit_curve("logistic", range(5), y, saturation=1.5),  # type: ignore[misc]
            f"give another saturation=, more points.* {said}",
        )
    refused(lambda: qn.fit_curve("logistic", range(5), [5, 4, 3, 2, 1]), "give saturation=, more")


def test_what_a_family_tends_to_is_named() -> None:
    t = np.arange(8.0)
    gompertz = CURVES["gompertz"].value(t, [1.0, 0.5, 3.0])
    refused(lambda: qn.fit_curve("richards", t, gompertz * (1 - 0.01 * np.cos(t))), "'gompertz'")
    refused(lambda: qn.fit_curve("bass", t + 1, np.sqrt(t + 1), origin=0), "no imitators")


def test_a_curve_far_from_its_saturation_is_not_made_up() -> None:
    # nothing but the last years is above rounding: a saturation of 2e32 once fitted them
    t = np.arange(2000.0, 2020.0)
    y = CURVES["gompertz"].value(t, [0.1586, 0.537, 2024.04])
    refused(lambda: qn.fit_curve("gompertz", t, y), "no rising|have not bent|sixth digit")


def test_a_bend_that_gains_a_little_more_than_rounding_is_still_fitted() -> None:
    t = np.arange(20.0)
    y = np.exp(0.1 * t) * (1 + 0.02 * np.cos(3 * t + 1.25))
    growth, _ = curve_fit(lambda t, a, b: a * np.exp(b * t), t, y, p0=[1.0, 0.1])
    without = float(((y - growth[0] * np.exp(growth[1] * t)) ** 2).sum())
    theirs, _ = curve_fit(
        lambda t, top, rate, middle: top / (1 + np.exp(-rate * (t - middle))),
        t, y, p0=[1000.0, 0.1, 70.0], xtol=1e-14, ftol=1e-14, maxfev=20_000,
    )  # fmt: skip
    fit = qn.fit_curve("logistic", t, y)
    np.testing.assert_allclose(fit.params, theirs, rtol=1e-3)
    assert 1e-9 < 1 - float((fit.data["resid"] ** 2).sum()) / without < 1e-3


@pytest.mark.parametrize("kind", CURVES)
def test_exponential_falling_and_straight_series(kind: str) -> None:
    t = np.arange(2010.0, 2018.0)
    for y in (2.0 ** (t - 2010), 2018 - t):
        refused(lambda y=y: qn.fit_curve(kind, t, y), "no rising|have not bent|sixth digit")  # type: ignore[misc]


def test_a_straight_line_leaves_the_saturation_wide_and_says_so() -> None:
    interval = qn.fit_curve("gompertz", range(8), np.arange(1.0, 9.0)).conf_int()
    assert interval["low"]["saturation"] > 8
    assert interval["high"]["saturation"] > 15


@pytest.mark.parametrize(("saturation", "imitation"), [(None, -0.1), (1.0, -0.1), (1.0, -1e-5)])
def test_diffusion_with_imitators_that_hold_back_is_refused(
    saturation: float | None, imitation: float
) -> None:
    t, innovation = np.arange(1.0, 12.0), 0.3
    gone = np.exp(-(innovation + imitation) * t)
    y = (1 - gone) / (1 + imitation / innovation * gone)  # Bass (1969), with q < 0
    refused(lambda: qn.fit_curve("bass", t, y, saturation=saturation, origin=0), "no imitators")

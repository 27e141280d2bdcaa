"""Curves: derivatives, inverses, limits, identification, and invariance under units."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from quesnay.fitting.curves.functions import BASS, CURVES, GOMPERTZ, LOGISTIC, RICHARDS
from quesnay.fitting.curves.least_squares import central_jacobian, nonlinear_least_squares
from quesnay.models.growth.curve import fit_curve

POINTS: dict[str, tuple[list[float], np.ndarray]] = {
    "gompertz": ([4.0, 0.3, 2019.0], np.arange(2005.0, 2026.0)),
    "logistic": ([4.0, 0.5, 2015.0], np.arange(2005.0, 2026.0)),
    "bass": ([100.0, 0.03, 0.4], np.arange(1.0, 22.0)),
    "richards": ([4.0, 0.5, 2015.0, 0.4], np.arange(2005.0, 2026.0)),
}
shares = st.floats(0.01, 0.9)
rates = st.floats(0.05, 2.0)


@pytest.mark.parametrize("name", POINTS)
def test_jacobian_is_the_derivative(name: str) -> None:
    theta, t = POINTS[name]
    if name != "bass":  # near time 0 a difference of the midpoint is exact enough
        theta, t = [*theta[:2], theta[2] - 2015, *theta[3:]], t - 2015
    curve = CURVES[name]
    near = central_jacobian(lambda b: curve.value(t, b), np.array(theta))
    # the differences are exact to about the fourth power of a step of 1e-4
    assert curve.jacobian(t, theta) == pytest.approx(near, rel=1e-7, abs=1e-8 * np.abs(near).max())


@pytest.mark.parametrize("name", POINTS)
def test_inverse_undoes_the_value(name: str) -> None:
    theta, t = POINTS[name]
    curve = CURVES[name]
    assert curve.inverse(curve.value(t, theta), theta) == pytest.approx(t, rel=1e-9)
    assert np.isnan(curve.inverse([-1.0, 2 * theta[0]], theta)).all()


def test_richards_holds_logistic_and_gompertz() -> None:
    t, theta = np.arange(10.0), [3.0, 0.7, 4.0]
    logistic, gompertz = LOGISTIC.value(t, theta), GOMPERTZ.value(t, theta)
    assert RICHARDS.value(t, [*theta, 1.0]) == pytest.approx(logistic, rel=1e-14)
    assert RICHARDS.value(t, [*theta, 0.0]) == pytest.approx(gompertz, rel=1e-14)
    assert RICHARDS.value(t, [*theta, 1e-9]) == pytest.approx(gompertz, rel=1e-7)
    levels = [0.5, 2.0]
    for curve, shape in ((LOGISTIC, 1.0), (GOMPERTZ, 0.0)):
        found = RICHARDS.inverse(levels, [*theta, shape])
        assert found == pytest.approx(curve.inverse(levels, theta), rel=1e-12)


@pytest.mark.parametrize("shape", [1e-6, 1e-3, 0.0099 / math.e, 0.0101 / math.e, 0.5])
def test_richards_derivative_by_shape_near_zero(shape: float) -> None:
    theta = np.array([1.0, 1.0, 0.0, shape])
    near = central_jacobian(
        lambda b: RICHARDS.value(-1.0, np.array([1.0, 1.0, 0.0, b[0]])), theta[3:]
    )
    assert RICHARDS.jacobian(-1.0, theta)[3] == pytest.approx(near[0], rel=1e-5)


def test_bass_before_its_launch_is_nothing() -> None:
    assert BASS.value([-3.0, 0.0], [100.0, 0.03, 0.4]).tolist() == [0.0, 0.0]
    assert BASS.jacobian([-3.0], [100.0, 0.03, 0.4]).tolist() == [[0.0, 0.0, 0.0]]


def test_far_times_neither_overflow_nor_warn() -> None:
    for name, (theta, _) in POINTS.items():
        values = CURVES[name].value([-1e6, 1e6], theta)
        assert np.isfinite(values).all()
        assert np.isfinite(CURVES[name].jacobian([-1e6, 1e6], theta)).all()


@given(low=shares, rise=shares, top=st.floats(1e-3, 1e6), gap=st.floats(0.5, 10))
def test_two_points_and_a_saturation_give_the_curve_back(
    low: float, rise: float, top: float, gap: float
) -> None:
    y = (top * low, top * (low + (1 - low) * rise))
    for curve in (GOMPERTZ, LOGISTIC):
        theta = curve.identify((2017.0, 2017.0 + gap), y, top)
        assert curve.value([2017.0, 2017.0 + gap], theta) == pytest.approx(y, rel=1e-9)


@given(
    p=st.floats(1e-4, 0.3), q=st.floats(1e-3, 1.5), first=st.floats(0.5, 5), gap=st.floats(0.5, 5)
)
def test_bass_round_trip(p: float, q: float, first: float, gap: float) -> None:
    theta = np.array([7.0, p, q])
    y = BASS.value([first, first + gap], theta)
    if y[1] < 7.0 * (1 - 1e-6):  # beyond it the second point no longer tells the curve
        found = BASS.identify((first, first + gap), (y[0], y[1]), 7.0)
        assert BASS.value([first, first + gap], found) == pytest.approx(y, rel=1e-8)


def test_identification_is_one_call_for_all_draws() -> None:
    rng = np.random.default_rng(0)
    low, high = rng.uniform(0.1, 0.3, 1000), rng.uniform(0.4, 0.8, 1000)
    for curve in (GOMPERTZ, LOGISTIC, BASS):
        theta = curve.identify((1.0, 2.0), (low, high), 1.0)
        assert theta.shape == (1000, 3)
        one = curve.identify((1.0, 2.0), (low[7], high[7]), 1.0)
        assert theta[7] == pytest.approx(one, rel=1e-14, nan_ok=True)
        made = curve.value(np.array([1.0, 2.0]), theta[:, None, :])
        good = np.isfinite(theta).all(axis=1)
        assert made[good] == pytest.approx(np.column_stack([low, high])[good], rel=1e-9)


@pytest.mark.parametrize(
    ("low", "high", "top"),
    [(0.5, 0.4, 1), (0.5, 0.5, 1), (-0.1, 0.5, 1), (0, 0.5, 1), (0.5, 1, 1), (0.5, 2, 1),
     (0.1, 0.2, -1), (np.nan, 0.2, 1), (0.1, np.inf, 1)],
)  # fmt: skip
def test_what_no_curve_passes_through_is_nan(low: float, high: float, top: float) -> None:
    for curve in (GOMPERTZ, LOGISTIC, BASS, RICHARDS):
        assert np.isnan(curve.identify((1.0, 2.0), (low, high), top)[0])


@pytest.mark.parametrize("times", [(2.0, 1.0), (1.0, 1.0)])
def test_points_that_do_not_follow_each_other_hold_no_curve(times: tuple[float, float]) -> None:
    for curve in (GOMPERTZ, LOGISTIC, BASS, RICHARDS):
        assert np.isnan(curve.identify(times, (0.2, 0.4), 1.0)[1:3]).all()
    assert np.isnan(BASS.identify((0.0, 2.0), (0.2, 0.4), 1.0)).all()  # some before the launch
    assert np.isnan(RICHARDS.identify((1.0, 3.0), (0.2, 0.6), 1.0, 0.0)[1])


def test_levels_outside_the_curve_have_no_time() -> None:
    assert BASS.inverse([0.0, -1e-9, 4.0, 5.0], [4.0, 0.03, 0.4])[0] == 0.0
    assert np.isnan(BASS.inverse([-1e-9, 4.0, 5.0], [4.0, 0.03, 0.4])).all()
    for curve in (GOMPERTZ, LOGISTIC):
        assert np.isnan(curve.inverse([0.0, 4.0, 5.0], [4.0, 0.3, 2.0])).all()


def test_richards_identifies_a_known_shape() -> None:
    theta = RICHARDS.identify((1.0, 3.0), (0.2, 0.6), 1.0, 0.5)
    assert RICHARDS.value([1.0, 3.0], theta) == pytest.approx([0.2, 0.6], rel=1e-12)


@settings(max_examples=15, deadline=None)
@given(
    unit=st.floats(1e-6, 1e6),
    clock=st.floats(0.1, 100),
    name=st.sampled_from(["gompertz", "logistic", "bass"]),
)
def test_units_of_level_and_time_change_nothing_else(unit: float, clock: float, name: str) -> None:
    theta, t = POINTS[name]
    noise = 1 + 0.02 * np.random.default_rng(3).standard_normal(len(t))
    y = CURVES[name].value(t, theta) * noise
    one = fit_curve(name, t, y)
    other = fit_curve(name, t * clock, y * unit)
    assert other.predict(t * clock) == pytest.approx(unit * one.predict(t), rel=1e-6)
    assert other.params["saturation"] == pytest.approx(unit * one.params["saturation"], rel=1e-6)
    assert other.std_errors["saturation"] == pytest.approx(
        unit * one.std_errors["saturation"], rel=1e-5
    )


def test_order_of_the_points_does_not_matter() -> None:
    theta, t = POINTS["logistic"]
    y = LOGISTIC.value(t, theta) * (1 + 0.02 * np.random.default_rng(3).standard_normal(len(t)))
    order = np.random.default_rng(4).permutation(len(t))
    one, other = fit_curve("logistic", t, y), fit_curve("logistic", t[order], y[order])
    assert other.params.to_numpy() == pytest.approx(one.params.to_numpy(), rel=1e-8)


@pytest.mark.parametrize("name", POINTS)
def test_exact_data_give_the_curve_back_without_a_start(name: str) -> None:
    theta, t = POINTS[name]
    fit: Any = fit_curve(name, t, CURVES[name].value(t, theta))
    assert fit.params.to_numpy() == pytest.approx(np.array(theta), rel=1e-8)


def test_a_search_that_begins_at_the_answer_takes_no_step() -> None:
    t = np.arange(4.0)
    found = nonlinear_least_squares(lambda theta: theta[0] * t, 3.0 * t, [3.0])
    assert (found.iterations, found.params.tolist()) == (0, [3.0])
    far = nonlinear_least_squares(lambda theta: theta[0] * t, 3.0 * t, [1.0])
    assert far.iterations >= 1
    assert far.params.tolist() == pytest.approx([3.0], rel=1e-12)


def test_a_weighted_line_is_its_closed_form_in_every_part() -> None:
    t, y, weights = np.array([1.0, 2.0, 3.0]), np.array([2.0, 5.0, 5.0]), np.array([1.0, 2.0, 1.0])
    slope = 37 / 18  # the weighted sum of t y over that of t^2
    for jacobian in (None, lambda theta: t[:, None]):
        fit = nonlinear_least_squares(
            lambda theta: theta[0] * t, y, [1.0], jacobian=jacobian, weights=weights
        )
        rest = y - slope * t
        assert fit.params == pytest.approx([slope], rel=1e-12)
        np.testing.assert_allclose(fit.fitted, slope * t, rtol=1e-12)
        np.testing.assert_allclose(fit.residuals, rest, rtol=1e-10)
        np.testing.assert_allclose(fit.jacobian[:, 0], np.sqrt(weights) * t, rtol=1e-9)
        rss = float(weights @ rest**2)
        assert fit.rss == pytest.approx(rss, rel=1e-12)
        assert fit.dof == 2
        assert fit.sigma == pytest.approx((rss / 2) ** 0.5, rel=1e-12)
        assert fit.covariance[0, 0] == pytest.approx(rss / 2 / 18, rel=1e-9)
        assert fit.std_errors == pytest.approx([(rss / 2 / 18) ** 0.5], rel=1e-9)
        assert fit.unscaled[0, 0] == pytest.approx(1 / 18, rel=1e-9)
    exact = nonlinear_least_squares(lambda theta: theta[0] * t[:1], y[:1], [1.0])
    assert exact.dof == 0
    assert exact.params[0] == pytest.approx(2.0, rel=1e-12)
    assert np.isnan(exact.sigma)
    assert np.isnan(exact.covariance).all()

"""Digits of the least-squares kernel: certified values, scales, dependence."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn
from quesnay.diagnostics.selftest import certified_sets, correct_digits, fit_certified
from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.least_squares import (
    Regression,
    _by_refined_qr,
    dependent_columns,
    least_squares,
    name_dependence,
    project,
    scale_columns,
)

NIST = certified_sets()


def fit_nist(name: str) -> tuple[qn.PanelFit, dict[str, Any]]:
    return fit_certified(name, NIST[name]), NIST[name]


@pytest.mark.parametrize("name", sorted(NIST))
def test_nist_linear_sets_to_ten_digits_and_errors_to_seven_and_a_half(name: str) -> None:
    fit, case = fit_nist(name)
    if np.finfo(np.longdouble).eps > 1e-18 and name == "Filip":
        pytest.skip("this platform has no extended precision, which Filip's powers need")
    assert correct_digits(fit.params.to_numpy(), case["estimates"]) >= 10
    assert correct_digits(fit.std_errors.to_numpy(), case["errors"]) >= 7.5
    assert fit.rsquared == pytest.approx(float(case["r2"]), rel=1e-10)
    assert fit.sigma == pytest.approx(float(case["residual_sd"]), rel=1e-8, abs=1e-9)


def test_ill_conditioned_designs_take_the_refined_route_and_others_do_not() -> None:
    assert fit_nist("Filip")[0].estimate.route == "refined qr"
    assert fit_nist("Norris")[0].estimate.route == "cholesky"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-120, 1e-8, 1.0, 1e9, 1e160]))
def test_units_of_regressors_scale_coefficients_and_change_nothing_else(
    seed: int, unit: float
) -> None:
    generator = np.random.default_rng(seed)
    X = np.column_stack([np.ones(30), generator.standard_normal((30, 2))])
    y = generator.standard_normal(30)
    plain = least_squares(y, X)
    scaled = least_squares(y, X * [1.0, unit, 1.0])
    np.testing.assert_allclose(scaled.coefficients * [1, unit, 1], plain.coefficients, rtol=1e-10)
    np.testing.assert_allclose(scaled.residuals, plain.residuals, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 4))
def test_both_routes_agree_and_residuals_are_orthogonal(seed: int, strength: float) -> None:
    generator = np.random.default_rng(seed)
    X = np.column_stack([np.ones(40), generator.standard_normal((40, 2))])
    X[:, 2] = X[:, 1] + 10.0**-strength * X[:, 2]
    y = X @ [1.0, 2.0, 3.0] + generator.standard_normal(40)
    fit = least_squares(y, X)
    exact = np.linalg.lstsq(X, y, rcond=None)[0]
    np.testing.assert_allclose(X @ fit.coefficients, X @ exact, atol=1e-6)
    assert np.abs(X.T @ fit.residuals).max() < 1e-11
    np.testing.assert_allclose(fit.bread @ (X.T @ X), np.eye(3), atol=1e-12 * 100**strength)


def test_rows_in_another_order_change_nothing() -> None:
    generator = np.random.default_rng(1)
    X, y = generator.standard_normal((50, 3)), generator.standard_normal(50)
    order = generator.permutation(50)
    one, other = least_squares(y, X), least_squares(y[order], X[order])
    np.testing.assert_allclose(one.coefficients, other.coefficients, rtol=1e-13)
    np.testing.assert_allclose(one.residuals[order], other.residuals, atol=1e-14)


X3 = np.column_stack([np.ones(6), np.arange(6.0), np.arange(6.0) ** 2])
Y6 = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 6.0])


@pytest.mark.parametrize(
    ("y", "X", "message"),
    [
        (Y6, np.column_stack([X3, X3[:, 1]]), "columns 'column 1', 'column 3' depend"),
        (Y6, np.column_stack([X3, X3[:, 1] + 2 * X3[:, 0]]), "'column 0', 'column 1', 'column 3'"),
        (Y6, np.column_stack([X3, np.zeros(6)]), "'column 3' is zero throughout"),
        (Y6, np.column_stack([X3, np.full(6, 7.0)]), "'column 0', 'column 3' depend"),
        (Y6, np.where(X3 == 4.0, np.nan, X3), "column 1: nan at row 4"),
        (Y6, np.where(X3 == 16.0, np.inf, X3), "column 2: inf at row 4"),
        (np.where(Y6 == 5.0, np.nan, Y6), X3, "outcome: nan at row 3"),
        (np.where(Y6 == 5.0, -np.inf, Y6), X3, "outcome: -inf at row 3"),
        (Y6[:2], X3[:2], "2 rows for 3 coefficients"),
        (Y6[:5], X3, "no match"),
        (Y6, X3[:, :0], "no columns"),
        (Y6, Y6, "no match"),
        (X3, X3, "no match"),
    ],
)
def test_bad_designs_are_refused_by_name(y: Array, X: Array, message: str) -> None:
    with pytest.raises(EstimationError, match=message) as caught:
        least_squares(y, X)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rows", [100, 10_000])
def test_columns_depend_where_they_differ_by_rounding_of_that_many_rows(rows: int) -> None:
    tolerance = 64.0 * np.finfo(float).eps * np.sqrt(rows)
    g = np.random.default_rng(np.random.SeedSequence(2))
    x, other = np.linalg.qr(g.standard_normal((rows, 2)))[0].T
    y = g.standard_normal(rows)
    near = np.column_stack([x, x + 1.5 * tolerance * other])
    assert np.isfinite(least_squares(y, near).coefficients).all()
    name_dependence(near, "xz")
    dependent = np.column_stack([x, x + 0.7 * tolerance * other])
    for refuse in (
        lambda: least_squares(y, dependent),
        lambda: name_dependence(dependent, "xz"),
        lambda: name_dependence(1e6 * dependent, "xz"),
        lambda: name_dependence(1e-6 * dependent, "xz"),
    ):
        with pytest.raises(EstimationError, match="depend on each other linearly"):
            refuse()


@pytest.mark.parametrize(("strength", "route"), [(0, "cholesky"), (2.5, "cholesky qr")])
def test_many_columns_keep_their_digits_without_extended_precision_of_an_inverse(
    strength: float, route: str
) -> None:
    # a dummy of three rows beside the intercept, and a regressor near another: exact by rationals
    # is out of reach here, so the reference is the slow route, right to full precision
    generator = np.random.default_rng(np.random.SeedSequence(5))
    level = generator.integers(0, 60, 2_000)
    dummies = (level[:, None] == np.arange(1, 60)).astype(float)
    x = generator.standard_normal((2_000, 2))
    x[:, 1] = x[:, 0] + 10.0**-strength * x[:, 1]
    X = np.column_stack([np.ones(2_000), dummies, x])
    y = X @ generator.standard_normal(62) + generator.standard_normal(2_000)
    fit, exact = least_squares(y, X), _by_refined_qr(y, X, [str(j) for j in range(62)], 1.0)
    assert (fit.route, exact.route) == (route, "refined qr")
    np.testing.assert_allclose(fit.coefficients, exact.coefficients, rtol=1e-12)
    np.testing.assert_allclose(fit.residuals, exact.residuals, atol=1e-13)
    errors, right = np.sqrt(fit.bread.diagonal()), np.sqrt(exact.bread.diagonal())
    np.testing.assert_allclose(errors, right, rtol=1e-12)
    if fit.basis is not None:
        np.testing.assert_allclose(fit.basis.T @ fit.basis, np.eye(62), atol=1e-14)
        np.testing.assert_allclose(X @ fit.root, fit.basis, atol=1e-12)


def test_large_designs_near_singularity_take_the_slow_route_or_are_refused() -> None:
    generator = np.random.default_rng(np.random.SeedSequence(6))
    X = generator.standard_normal((12_000, 10))
    y = generator.standard_normal(12_000)
    X[:, 9] = X[:, 8] + 1e-8 * X[:, 9]
    assert least_squares(y, X).route == "refined qr"
    X[:, 9] = X[:, 8]
    with pytest.raises(EstimationError, match="columns 'column 8', 'column 9' depend"):
        least_squares(y, X)


def test_columns_that_earlier_ones_explain_are_found_in_order() -> None:
    g = np.random.default_rng(np.random.SeedSequence(8))
    a, b, c = g.standard_normal((3, 40))
    X = np.column_stack([np.ones(40), a, 3 * a - 2, np.zeros(40), b, 1e6 * (a + b), c])
    found = dependent_columns(X)
    assert found.tolist() == [False, False, True, True, False, True, False]
    assert np.isfinite(least_squares(c, X[:, ~found]).coefficients).all()
    assert not dependent_columns(X[:, [6, 1, 4]]).any()
    near = np.column_stack([a, a + 1e-8 * b])
    assert dependent_columns(near).tolist() == [False, False]
    assert dependent_columns(near, tolerance=1e-7).tolist() == [False, True]


def test_exact_fits_are_told_from_good_ones() -> None:
    x = np.random.default_rng(np.random.SeedSequence(9)).standard_normal(60)
    X = np.column_stack([np.ones(60), x])
    assert least_squares(2 * x + 1, X).is_exact(2 * x + 1)
    near = 2 * x + 1 + 1e-9 * x**2
    assert not least_squares(near, X).is_exact(near)


def test_columns_that_are_nearly_alike_span_what_they_do_apart() -> None:
    g = np.random.default_rng(np.random.SeedSequence(10))
    x, z, y = g.standard_normal((3, 30))
    near = project(y, np.column_stack([x, x + 1e-9 * z]))
    np.testing.assert_allclose(near.fitted, project(y, np.column_stack([x, z])).fitted, atol=1e-5)


def test_what_a_design_does_not_explain_is_orthogonal_to_it_however_small() -> None:
    X = np.vander(np.linspace(0.0, 1.0, 30), 4)
    fit = project(np.ones(30), X)
    own = 1e-9 * np.cos(40.0 * np.linspace(0.0, 1.0, 30))
    for values in (X @ [1.0, 2.0, 3.0, 4.0] + own, np.column_stack([X[:, 1] + own, own])):
        rest = fit.annihilate(values)
        assert rest.shape == values.shape
        assert np.abs(X.T @ rest).max() <= 1e-14 * np.abs(rest).max() * 30
    np.testing.assert_allclose(X @ fit.bread() @ X.T @ X, X, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("unit", [1.0, 1e-9])
def test_two_cholesky_factorisations_are_as_good_as_householders(
    unit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    t = np.linspace(0.0, 1.0, 200)
    X = np.vander(t, 6) * [1.0, 1e3, 1.0, 1e-3, 1.0, 1.0]
    y = unit * (np.exp(t) + 0.01 * np.cos(50 * t))
    slow = least_squares(y, X)
    monkeypatch.setattr("quesnay.fitting.regression.least_squares._QUICK", 0)
    quick = least_squares(y, X)
    assert (slow.route, quick.route) == ("refined qr", "cholesky qr")
    np.testing.assert_allclose(quick.coefficients, slow.coefficients, rtol=1e-11)
    np.testing.assert_allclose(quick.residuals, slow.residuals, rtol=1e-9, atol=1e-15 * unit)
    np.testing.assert_allclose(quick.bread, slow.bread, rtol=1e-9)
    np.testing.assert_allclose(quick.root @ quick.root.T, slow.bread, rtol=1e-9)
    assert quick.basis is not None
    np.testing.assert_allclose(X @ quick.root, quick.basis, atol=1e-10)
    np.testing.assert_allclose(quick.basis.T @ quick.basis, np.eye(6), atol=1e-13)
    scaled = X / np.linalg.norm(X, axis=0)
    exact = 1 / np.linalg.cond(scaled.T @ scaled, 1)
    assert quick.reciprocal_condition == pytest.approx(exact, rel=1.0)
    assert slow.reciprocal_condition == pytest.approx(quick.reciprocal_condition, rel=1e-3)


def test_sums_in_extended_precision_are_the_same_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.vander(np.linspace(0.0, 1.0, 23), 9)
    y = np.cos(5.0 * np.linspace(0.0, 1.0, 23))
    whole = least_squares(y, X)
    assert whole.route == "refined qr"
    monkeypatch.setattr("quesnay.fitting.regression.least_squares._BLOCK", 5)
    parts = least_squares(y, X)
    np.testing.assert_allclose(parts.coefficients, whole.coefficients, rtol=1e-13)
    np.testing.assert_allclose(parts.residuals, whole.residuals, rtol=1e-9, atol=1e-17)
    np.testing.assert_allclose(parts.bread, whole.bread, rtol=1e-12)


def test_residuals_of_eleven_digits_below_the_outcome_are_none_of_rounding() -> None:
    X = np.column_stack([np.ones(40), np.arange(40.0)])
    y = X @ [1.0, 2.0]
    assert least_squares(y, X).is_exact(y)
    noisy = y + 1e-11 * np.sqrt(y @ y) * np.cos(np.arange(40.0) ** 2)
    assert not least_squares(noisy, X).is_exact(noisy)


def test_columns_are_scaled_to_a_length_near_one_and_a_projection_keeps_its_design() -> None:
    X = np.vander(np.linspace(0.0, 1.0, 50), 4) * [1e3, 1.0, 7.0, 1e-3]
    scaled, scale = scale_columns(X, "abcd")
    lengths = np.linalg.norm(scaled, axis=0)
    assert ((lengths > 0.7) & (lengths < 1.42)).all()
    np.testing.assert_allclose(scaled * scale, X, rtol=1e-15)
    np.testing.assert_allclose(project(np.cos(X[:, 1]), X).design, X, rtol=1e-10, atol=1e-12)


def test_an_outcome_of_zeros_has_coefficients_of_zero_on_the_slow_route_too() -> None:
    fit = least_squares(np.zeros(23), np.vander(np.linspace(0.0, 1.0, 23), 9))
    assert (fit.route, fit.coefficients.tolist()) == ("refined qr", [0.0] * 9)


def test_one_degree_of_freedom_is_enough_for_errors_and_none_is_not() -> None:
    e = np.array([1.0, -2.0, 1.0])
    line = np.column_stack([np.ones(3), [-1.0, 0.0, 1.0]])
    regression = Regression(line, e, np.diag([1 / 3, 1 / 2]))
    assert regression.need_freedom() == 1
    with pytest.raises(EstimationError, match="2 rows for 2 parameters"):
        Regression(line[:2], e[:2], np.eye(2)).need_freedom()

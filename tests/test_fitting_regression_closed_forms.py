"""Estimators against their formulas written out, dummies and dense matrices."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import quesnay as qn
from quesnay.fitting.arrays import Array
from quesnay.fitting.regression.clusters import counted_parameters, nested_set
from quesnay.fitting.regression.combination import average, information_weights, jackknife_weights
from quesnay.fitting.regression.covariance import CR0, HC1
from quesnay.fitting.regression.fixed_effects import absorb_effects
from quesnay.fitting.regression.instrumental import endogeneity, first_stage, instrumental_variables
from quesnay.fitting.regression.least_squares import Regression, project
from quesnay.fitting.regression.random_effects import random_effects

G = np.random.default_rng(np.random.SeedSequence(5))
N = 24
X = np.column_stack([np.ones(N), G.standard_normal((N, 2))])
Y = X.sum(axis=1) + G.standard_normal(N)
UNIT = np.repeat(np.arange(6), 4)


def test_a_projection_does_not_depend_on_units() -> None:
    scale = np.array([1.0, 1e13, 1e-13])
    one, other = project(Y, X), project(Y, X * scale)
    np.testing.assert_allclose(other.coefficients * scale, one.coefficients, rtol=1e-10)
    np.testing.assert_allclose(other.scale, np.linalg.norm(X, axis=0) * scale, rtol=1e-12)


@pytest.mark.parametrize("method", ["2sls", "liml"])
def test_instrumental_variables_do_not_depend_on_units(method: Any) -> None:
    z = np.column_stack([X[:, 2], X[:, 2] ** 2])
    one = instrumental_variables(Y, X[:, 1:2], z, X[:, :1], method=method)
    other = instrumental_variables(
        1e6 * Y, 1e-12 * X[:, 1:2], z * [1e-13, 1e13], 1e9 * X[:, :1], method=method
    )
    unit = np.array([1e18, 1e-3])
    np.testing.assert_allclose(other.coefficients, unit * one.coefficients, rtol=1e-8)
    np.testing.assert_allclose(other.covariance, np.outer(unit, unit) * one.covariance, rtol=1e-8)


def test_an_average_splits_its_variance_within_and_between_models() -> None:
    b, s, w = np.array([0.05, 0.09, 0.2]), np.array([0.01, 0.03, 0.02]), np.array([0.5, 0.3, 0.2])
    found = average(b, s, 10.0 * w)
    within, between = float(w @ s**2), float(w @ (b - w @ b) ** 2)
    assert found.within == pytest.approx(within / (within + between), rel=1e-12)
    assert found.between == pytest.approx(between / (within + between), rel=1e-12)
    assert average([0.1, 0.1], [0.0, 0.0], [1.0, 1.0]).within == 0.0


def test_aicc_holds_down_to_two_rows_more_than_parameters() -> None:
    k, n = np.array([2.0, 3.0]), 5
    aicc = 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0)
    expected = 1.0 / (1.0 + np.exp(0.5 * (aicc[0] - aicc[1])))
    assert information_weights([-4.0, -4.0], k, n, criterion="aicc")[0] == pytest.approx(expected)


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_jackknife_weights_do_not_depend_on_the_unit(unit: float) -> None:
    E = G.standard_normal((40, 3))
    np.testing.assert_allclose(jackknife_weights(unit * E), jackknife_weights(E), atol=1e-9)


@pytest.mark.parametrize("spread", [0.0, 1.0, 30.0, 1e4])
def test_variances_of_unbalanced_random_effects_make_the_likelihood_largest(spread: float) -> None:
    rows = np.arange(N) % 7 > 0
    unit, design = UNIT[rows], X[rows]
    e = (Y - X.sum(axis=1))[rows]
    own_mean = (np.bincount(unit, e) / np.bincount(unit))[unit]
    # without spread units are alike and the likelihood is largest at the bound
    y = design.sum(axis=1) + e - own_mean + spread * np.cos(2.0 * unit)
    found = random_effects(y, design, unit=unit, method="ml")
    same = unit[:, None] == unit

    def likelihood(own: float, common: float) -> float:
        omega = own * np.eye(y.size) + common * same
        root = np.linalg.inv(np.linalg.cholesky(omega))
        e = project(root @ y, root @ design).residuals
        return float(np.log(np.diag(root)).sum() - 0.5 * e @ e)

    own, common = found.sigma2_idiosyncratic, found.sigma2_unit
    top = likelihood(own, common)
    assert common == pytest.approx(0.0, abs=1e-6) if spread == 0.0 else common > 0.1
    for step in (0.999, 1.001):
        assert likelihood(own * step, common) < top
        assert likelihood(own, common * step + (1e-3 if spread == 0.0 else 0.0)) < top
    # the coefficients are generalised least squares with those variances
    root = np.linalg.inv(np.linalg.cholesky(own * np.eye(y.size) + common * same))
    expected = project(root @ y, root @ design).coefficients
    np.testing.assert_allclose(found.coefficients, expected, rtol=1e-9)


@pytest.mark.parametrize("method", ["swar", "amemiya", "nerlove"])
def test_a_regressor_with_little_of_its_own_inside_units_counts(method: Any) -> None:
    # x + 1e-5 z and z span the same beside x: the variances are those of any of the two
    close = np.column_stack([X[:, :2], X[:, 1] + 1e-5 * X[:, 2]])
    one, other = (random_effects(Y, x, unit=UNIT, method=method) for x in (X, close))
    assert other.sigma2_idiosyncratic == pytest.approx(one.sigma2_idiosyncratic, rel=1e-8)
    assert other.sigma2_unit == pytest.approx(one.sigma2_unit, rel=1e-7, abs=1e-12)
    assert other.coefficients[2] == pytest.approx(1e5 * one.coefficients[2], rel=1e-7)


def test_the_largest_set_inside_clusters_is_the_nested_one() -> None:
    sets = (UNIT // 2, UNIT, np.arange(N) % 4)
    fit = Regression(X, Y, np.linalg.inv(X.T @ X), sets)
    assert nested_set(fit, UNIT // 2) == 1
    assert nested_set(fit, UNIT // 3) == 1
    assert nested_set(fit, np.arange(N) % 2) == 2


@pytest.mark.parametrize("seed", range(6))
def test_two_way_clusters_are_one_plus_the_other_less_their_pairs(seed: int) -> None:
    g = np.random.default_rng(np.random.SeedSequence(seed))
    one, two = g.integers(3, size=N), g.integers(4, size=N)
    pair = np.unique(10 * one + two, return_inverse=True)[1]
    fit = project(g.standard_normal(N), X)

    def estimate(*clusters: Any) -> Array:
        return CR0().estimate(Regression(X, fit.residuals, fit.bread(), clusters=clusters)).matrix

    root = np.linalg.cholesky(fit.bread())
    whole = np.linalg.inv(root) @ (estimate(one) + estimate(two) - estimate(pair))
    values, vectors = np.linalg.eigh(whole @ np.linalg.inv(root).T)
    half = root @ vectors * np.sqrt(np.maximum(values, 0.0))  # negative parts count as none
    np.testing.assert_allclose(estimate(one, two), half @ half.T, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("weights", [None, "w"])
def test_several_effects_inside_a_cluster_are_their_dummies(weights: Any) -> None:
    names = [f"d{i}" for i in range(6)]
    frame = pd.DataFrame({"y": Y, "x": X[:, 1], "unit": UNIT, "home": UNIT // 2})
    frame = frame.assign(w=1.0 + np.arange(N) % 3)
    frame[names] = np.eye(6)[UNIT]
    options: dict[str, Any] = {"cluster": "home", "covariance": "CR2", "weights": weights}
    absorbed = qn.fit_panel("y ~ x", frame, absorb="unit", **options)
    explicit = qn.fit_panel(f"y ~ x + {' + '.join(names)} - 1", frame, **options)
    assert absorbed.std_errors["x"] == pytest.approx(explicit.std_errors["x"], rel=1e-9)
    assert absorbed.df["x"] == pytest.approx(explicit.df["x"], rel=1e-9)


def test_effects_that_lie_in_clusters_are_not_counted() -> None:
    time, half = np.tile(np.arange(4), 6), np.arange(N) % 2
    # what a set outside clusters takes is the rank of its dummies; the nested one is free
    for effects, expected in (
        ((UNIT, time), 3 + 4),
        ((UNIT, half, (np.arange(N) // 3) % 5), 3 + 2 + 5 - 1),
        ((UNIT,), 3 + 1),
        ((time,), 3 + 4),
    ):
        sets = tuple(codes.astype(np.intp) for codes in effects)
        fit = Regression(X, Y, np.eye(3), sets, absorb_effects(sets), (UNIT.astype(np.intp),))
        assert counted_parameters(fit) == expected
    units = UNIT.astype(np.intp)  # to lie in the clusters of one dimension is enough
    fit = Regression(X, Y, np.eye(3), (units,), absorb_effects([units]), (half, UNIT // 2))
    assert counted_parameters(fit) == 3 + 1


def test_effects_that_cross_unevenly_are_not_taken_for_balanced() -> None:
    # as many rows as pairs of groups, but one pair twice and one never
    first, second = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 1, 0, 1])
    x = np.array([1.0, 3.0, 4.0, 8.0, 2.0, 9.0])
    dummies = np.column_stack([np.eye(3)[first], np.eye(2)[second, 1:]])
    found = absorb_effects([first, second])
    np.testing.assert_allclose(found.residualise(x), project(x, dummies).residuals, atol=1e-12)
    np.testing.assert_allclose(found.leverage(), project(x, dummies).leverage, atol=1e-12)


def test_one_instrument_makes_the_first_stage_a_squared_t() -> None:
    fit = instrumental_variables(Y, X[:, 1:2], X[:, 2:], X[:, :1])
    stage = project(X[:, 1], X[:, [2, 0]])
    W = X[:, [2, 0]]
    robust = HC1().estimate(Regression(W, stage.residuals, stage.bread())).matrix
    found = first_stage(fit)
    assert found.statistic == pytest.approx(stage.coefficients[0] ** 2 / robust[0, 0], rel=1e-10)
    assert found.distribution == "F(1, 22)"
    clustered = first_stage(fit, clusters=UNIT)
    assert clustered.distribution == "F(1, 5)"
    assert clustered.p_value == pytest.approx(stats.f.sf(clustered.statistic, 1, 5), rel=1e-12)


def test_endogeneity_is_the_robust_t_of_the_first_stage_residual() -> None:
    fit = instrumental_variables(Y, X[:, 1:2], X[:, 2:], X[:, :1])
    missed = project(X[:, 1], X[:, [2, 0]]).residuals
    wide = np.column_stack([X[:, 1], missed, X[:, 0]])  # Wooldridge's control function
    stage = project(Y, wide)
    robust = HC1().estimate(Regression(wide, stage.residuals, stage.bread())).matrix
    found = endogeneity(fit)
    assert found.statistic == pytest.approx(stage.coefficients[1] ** 2 / robust[1, 1], rel=1e-9)
    assert found.distribution == "F(1, 21)"


def test_the_last_degree_of_freedom_is_used() -> None:
    three = instrumental_variables(Y[:3], X[:3, 1:2], X[:3, 2:], X[:3, :1])
    assert first_stage(three, robust=False).distribution == "F(1, 1)"
    four = instrumental_variables(Y[:4], X[:4, 1:2], X[:4, 2:], X[:4, :1])
    assert endogeneity(four, robust=False).distribution == "F(1, 1)"

"""Influence against leaving rows and clusters out, and against explicit dummies."""

import numpy as np
import pytest

from quesnay.fitting.assumptions.residuals import cluster_influence, influence_of
from quesnay.fitting.regression.covariance import COVARIANCES
from quesnay.fitting.regression.least_squares import Regression, project
from quesnay.fitting.regression.resampling import jackknife_coefficients

G = np.random.default_rng(np.random.SeedSequence(4))
N = 24
X = np.column_stack([np.ones(N), G.standard_normal((N, 2))])
Y = X.sum(axis=1) + G.standard_normal(N)
UNIT = np.repeat(np.arange(6), 4)


def test_a_row_that_carries_the_whole_residual_leaves_none() -> None:
    found = influence_of(project([0.0, 0.0, 0.0, 0.0, 1.0], np.ones((5, 1))))
    assert found.sigma[-1] < 1e-7
    assert found.studentised[-1] > 1e6
    np.testing.assert_allclose(found.sigma[:-1] ** 2, 0.75 / 3.0)


def test_influence_of_clusters_is_that_of_leaving_them_out() -> None:
    fit = project(Y, X)
    found = cluster_influence(fit, UNIT)
    for g in range(6):
        change = fit.coefficients - project(Y[g != UNIT], X[g != UNIT]).coefficients
        np.testing.assert_allclose(found.changes[g], change, rtol=1e-9)
        cooks = float(change @ X.T @ X @ change) / (3.0 * fit.ssr / (N - 3))
        assert found.cooks[g] == pytest.approx(cooks, rel=1e-9)


def test_of_two_clusters_each_leaves_the_other_and_one_may_be_needed() -> None:
    values, halves = [0.0, 2.0, 5.0, 5.0], ["a", "a", "b", "b"]
    found = cluster_influence(project(values, np.ones((4, 1))), halves)
    # a mean of 3 in place of 5 and of 1; the squares about it are 9 + 1 + 4 + 4
    np.testing.assert_allclose(found.changes, [[-2.0], [2.0]])
    np.testing.assert_allclose(found.cooks, [4 * 4 / (18 / 3)] * 2)
    assert found.size.tolist() == [2, 2]
    np.testing.assert_allclose(found.leverage, [0.5, 0.5])
    beside = cluster_influence(project(values, np.ones((4, 1))), halves, absorbed=1)
    np.testing.assert_allclose(beside.cooks, [4 * 4 / (18 / 2)] * 2)
    step = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 2.0]])
    alone = cluster_influence(project(values, step), halves)  # the slope rests on b
    assert np.isnan(alone.changes[1]).all()
    assert np.isnan(alone.cooks[1])
    assert np.isfinite(alone.changes[0]).all()
    step[1, 1] = 1e-3  # now it nearly does
    fit = project(values, step)
    left = fit.coefficients - project(values[:2], step[:2]).coefficients
    np.testing.assert_allclose(cluster_influence(fit, halves).changes[1], left, rtol=1e-6)


def test_a_row_that_nearly_decides_a_coefficient_is_left_out_all_the_same() -> None:
    x = np.array([1e-3, 0.0, -1e-3, 0.0, 1.0])
    design, y = np.column_stack([np.ones(5), x]), np.array([1.0, 2.0, 2.0, 1.0, 5.0])
    fit = project(y, design)
    assert 1e-10 < 1.0 - influence_of(fit).leverage[-1] < 1e-4
    change = fit.coefficients - project(y[:4], design[:4]).coefficients
    np.testing.assert_allclose(influence_of(fit).coefficient_changes()[-1], change, rtol=1e-6)
    regression = Regression(design, fit.residuals, fit.bread())
    draws = jackknife_coefficients(regression, fit.coefficients)
    np.testing.assert_allclose(fit.coefficients - draws.draws[-1], change, rtol=1e-6)
    errors = COVARIANCES["HC3"].rule.estimate(regression).matrix
    np.testing.assert_allclose(errors, draws.covariance * 5.0 / 4.0, rtol=1e-6)


def test_influence_beside_absorbed_effects_is_that_of_their_dummies() -> None:
    dummies = np.eye(6)[UNIT]
    means = dummies / 4.0
    within = [v - means @ (dummies.T @ v) for v in (Y, X[:, 1:])]
    found = influence_of(project(*within), absorbed_leverage=np.full(N, 0.25), absorbed=6)
    full = influence_of(project(Y, np.column_stack([X[:, 1:], dummies])))
    for name in ("leverage", "standardised", "studentised", "dffits", "covratio", "sigma"):
        np.testing.assert_allclose(getattr(found, name), getattr(full, name), rtol=1e-10)
    np.testing.assert_allclose(found.coefficient_changes(), full.coefficient_changes()[:, :2])
    # the share of what the dummies leave of a row that the regressors take
    left = 1.0 - (1.0 - full.leverage) / 0.75
    np.testing.assert_allclose(found.partial_leverage, left, rtol=1e-10)

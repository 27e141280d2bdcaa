"""Combination, shrinkage and averaging against closed forms, and their invariances."""

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.combination import (
    average,
    combine_estimates,
    information_weights,
    jackknife_weights,
    shrink_to_prior,
)

numbers = st.floats(-5.0, 5.0)
positive = st.floats(0.05, 3.0)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(numbers, positive), min_size=2, max_size=6))
def test_correlated_combination_with_a_diagonal_is_inverse_variance(
    rows: list[tuple[float, float]],
) -> None:
    b, v = np.array(rows).T
    plain = combine_estimates(b, v)
    general = combine_estimates(b, np.diag(v), method="correlated")
    assert general.estimate == pytest.approx(plain.estimate, rel=1e-9, abs=1e-9)
    assert general.std_error == pytest.approx(plain.std_error, rel=1e-9)
    assert b.min() - 1e-9 <= plain.estimate <= b.max() + 1e-9
    assert plain.std_error <= np.sqrt(v.min()) * (1 + 1e-12)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(numbers, positive), min_size=2, max_size=6), st.floats(0.1, 10.0))
def test_combination_scales_with_the_unit(rows: list[tuple[float, float]], unit: float) -> None:
    b, v = np.array(rows).T
    one = combine_estimates(b, v, method="random")
    two = combine_estimates(b * unit, v * unit**2, method="random")
    assert two.estimate == pytest.approx(one.estimate * unit, rel=1e-6, abs=1e-8)
    assert two.std_error == pytest.approx(one.std_error * unit, rel=1e-6)


def test_random_effects_solve_paule_and_mandels_equation() -> None:
    b, v = np.array([0.1, 0.4, 0.9, 0.2]), np.array([0.01, 0.02, 0.01, 0.03])
    found = combine_estimates(b, v, method="random")
    weights = 1 / (v + found.tau2)
    assert float(weights @ (b - found.estimate) ** 2) == pytest.approx(3.0, rel=1e-9)
    assert found.df == 3.0
    assert found.homogeneity.distribution == "chi2(3)"


def test_equally_correlated_estimates_gain_little() -> None:
    S = 0.01 * (0.9 + 0.1 * np.eye(3))
    found = combine_estimates([1.0, 2.0, 3.0], S, method="correlated")
    assert found.estimate == pytest.approx(2.0)
    assert found.std_error**2 == pytest.approx(0.01 * (1 + 2 * 0.9) / 3)
    nearly = [[1.0, 1.0 - 1e-10], [1.0 - 1e-10, 1.0]]  # the same
    assert combine_estimates([1.0, 2.0], nearly, method="correlated").estimate == pytest.approx(1.5)


def test_shrinkage_in_one_dimension_is_the_precision_weighted_mean() -> None:
    found = shrink_to_prior([0.05], [0.0001], [0.1], [0.0004])
    assert found.mean[0] == pytest.approx((0.05 * 10000 + 0.1 * 2500) / 12500)
    assert found.covariance[0, 0] == pytest.approx(1 / 12500)
    assert found.shrinkage[0, 0] == pytest.approx(0.2)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_shrinkage_updates_in_any_order(seed: int) -> None:
    g = np.random.default_rng(seed)

    def covariance() -> Array:
        root = g.standard_normal((3, 5))
        return np.asarray(root @ root.T + np.eye(3))

    (b1, b2, p), (S1, S2, P) = g.standard_normal((3, 3)), [covariance() for _ in range(3)]
    first = shrink_to_prior(b1, S1, p, P)
    both = shrink_to_prior(b2, S2, first.mean, first.covariance)
    second = shrink_to_prior(b2, S2, p, P)
    other = shrink_to_prior(b1, S1, second.mean, second.covariance)
    np.testing.assert_allclose(both.mean, other.mean, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(both.covariance, other.covariance, rtol=1e-8, atol=1e-12)


def test_a_prior_far_from_the_data_is_reported_as_conflict() -> None:
    found = shrink_to_prior([1.0, 2.0], [0.01, 0.01], [3.0, 0.0], [0.01, 0.01])
    assert found.conflict.p_value == pytest.approx(stats.chi2.sf(400.0, 2))
    assert found.conflict.rejected


@pytest.mark.parametrize(
    ("criterion", "penalty"),
    [
        ("bic", [2 * np.log(40), 3 * np.log(40), 4 * np.log(40)]),
        ("aic", [4, 6, 8]),
        ("aicc", [4 + 12 / 37, 6 + 24 / 36, 8 + 40 / 35]),
    ],
)
def test_weights_are_those_of_the_formula(criterion: Any, penalty: list[float]) -> None:
    weights = information_weights([-100.0, -98.0, -97.5], [2, 3, 4], 40, criterion=criterion)
    score = -2 * np.array([-100, -98, -97.5]) + np.array(penalty)
    expected = np.exp(-score / 2) / np.exp(-score / 2).sum()
    np.testing.assert_allclose(weights, expected, rtol=1e-12)
    assert information_weights([-1e5, -1e5 - 2000], [2, 2], 40).tolist() == [1.0, 0.0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_jackknife_weights_beat_every_single_model(seed: int) -> None:
    E = np.random.default_rng(seed).standard_normal((40, 4)) * np.array([1.0, 1.1, 1.2, 2.0])
    w = jackknife_weights(E)
    assert w.min() >= 0.0
    assert w.sum() == pytest.approx(1.0, abs=1e-9)
    mixed = float(((E @ w) ** 2).sum())
    assert mixed <= float((E**2).sum(axis=0).min()) * (1 + 1e-6)


def test_averaging_equal_estimates_keeps_their_error() -> None:
    found = average([0.5, 0.5], [0.1, 0.1], [0.3, 0.7])
    assert (found.estimate, found.std_error) == pytest.approx((0.5, 0.1))
    assert (found.within, found.between) == (1.0, 0.0)


def test_an_average_of_two_by_hand() -> None:
    found = average([1.0, 3.0], [1.0, 2.0], [1.0, 3.0])
    # weights of a quarter and three: 2.5, within 3.25, between 0.75
    assert found.estimate == pytest.approx(2.5)
    assert found.std_error == pytest.approx(0.25 * 3.25**0.5 + 0.75 * 4.25**0.5)
    assert (found.within, found.between) == pytest.approx((3.25 / 4, 0.75 / 4))
    alone = average([1.0, 3.0], [1.0, 0.0], [0.0, 2.0])
    assert (alone.estimate, alone.std_error, alone.within, alone.between) == (3.0, 0.0, 0.0, 0.0)
    for s, w, message in (
        ([1.0, -1.0], [1.0, 1.0], "a standard error is negative"),
        ([1.0, 1.0], [1.0, -0.5], "must not be negative and not all be zero"),
        ([1.0, 1.0], [0.0, 0.0], "must not be negative and not all be zero"),
    ):
        with pytest.raises(EstimationError, match=message):
            average([1.0, 3.0], s, w)


def test_two_estimates_combined_by_hand() -> None:
    near = combine_estimates([1.0, 3.0], np.diag([1.0, 4.0]))
    assert near.weights.tolist() == pytest.approx([0.8, 0.2])
    assert (near.estimate, near.std_error) == pytest.approx((1.4, 0.8**0.5))
    assert near.homogeneity.statistic == pytest.approx(0.16 + 0.64)
    assert (near.i2, near.tau2, near.df) == (0.0, 0.0, np.inf)
    far = combine_estimates([1.0, 6.0], np.diag([1.0, 4.0]))  # 2 in the middle: Q is 1 and 4
    assert far.homogeneity.statistic == pytest.approx(5.0)
    assert far.homogeneity.p_value == pytest.approx(stats.chi2.sf(5.0, 1))
    assert far.i2 == pytest.approx(0.8)
    # 25 over the sum of both variances and twice tau^2 is one
    random = combine_estimates([1.0, 6.0], np.diag([1.0, 4.0]), method="random")
    assert random.tau2 == pytest.approx(10.0)
    assert random.df == 1.0
    assert random.weights.tolist() == pytest.approx([14 / 25, 11 / 25])
    assert (random.estimate, random.std_error) == pytest.approx((3.2, (11 * 14 / 25) ** 0.5))
    assert random.homogeneity.statistic == pytest.approx(5.0)
    # a little more spread than errors alone: 6.25 over 5 is a quarter above one
    little = combine_estimates([1.0, 3.5], np.diag([1.0, 4.0]), method="random")
    assert little.tau2 == pytest.approx(0.625)
    even = combine_estimates([1.0, 3.0], np.diag([1.0, 4.0]), method="random")
    assert even.tau2 == 0.0
    assert even.std_error == pytest.approx(0.8**0.5)
    tied = combine_estimates([1.0, 2.0], [[2.0, 1.0], [1.0, 5.0]], method="correlated")
    # the inverse is [[5, -1], [-1, 2]] / 9, its rows sum to 4 and 1 ninths
    assert tied.weights.tolist() == pytest.approx([0.8, 0.2])
    assert (tied.estimate, tied.std_error) == pytest.approx((1.2, (9 / 5) ** 0.5))
    assert tied.homogeneity.statistic == pytest.approx(1 / 5)  # a gap of 1 with variance 2 + 5 - 2
    assert tied.tau2 == 0.0
    same = combine_estimates([2.0, 2.0], np.eye(2))
    assert (same.estimate, same.homogeneity.statistic, same.i2) == (2.0, 0.0, 0.0)
    for b, S, method, message in (
        ([1.0], [[1.0]], "random", "one only; there is nothing to combine"),
        ([1.0, 2.0], [[1.0, 0.1], [0.1, 1.0]], "random", "random assumes independent estimates"),
        ([1.0, 2.0], np.eye(2), "mean", "'mean'; use 'inverse-variance'"),
    ):
        with pytest.raises(EstimationError, match=message):
            combine_estimates(b, S, method=cast(Any, method))


def test_a_prior_in_two_dimensions_by_hand() -> None:
    found = shrink_to_prior([1.0, 2.0], np.diag([1.0, 2.0]), [3.0, 2.5], np.diag([3.0, 2.0]))
    # the data's variance over the sum of both: a quarter and a half of the way to the prior
    np.testing.assert_allclose(found.mean, [1.5, 2.25])
    np.testing.assert_allclose(found.covariance, np.diag([0.75, 1.0]), atol=1e-15)
    np.testing.assert_allclose(found.shrinkage, np.diag([0.25, 0.5]), atol=1e-15)
    assert found.conflict.statistic == pytest.approx(4 / 4 + 0.25 / 4)
    assert found.conflict.p_value == pytest.approx(stats.chi2.sf(1.0625, 2))


def test_small_samples_have_weights_by_aicc_as_long_as_rows_are_left() -> None:
    one = information_weights([0.0, 1.0], [2.0, 3.0], 5, criterion="aicc")
    # 2 k + 2 k (k + 1) / (n - k - 1): 4 + 12 / 2 and 6 + 24 / 1
    raw = np.exp([-(10.0 / 2), 1.0 - 30.0 / 2])
    np.testing.assert_allclose(one, raw / raw.sum(), rtol=1e-12)
    with pytest.raises(EstimationError, match="4 rows are too few for AICc"):
        information_weights([0.0, 1.0], [2.0, 3.0], 4, criterion="aicc")

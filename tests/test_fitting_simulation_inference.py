"""What draws say, on examples small enough to be worked out by hand."""

from typing import Any

import numpy as np
import pytest

from quesnay.fitting.simulation.inference import (
    bootstrap_interval,
    joint_null,
    shapley_shares,
    sobol_indices,
)

A = np.array([0, 0, 1, 1])
B = np.array([0, 1, 0, 1])


@pytest.mark.parametrize(
    ("values", "shares"),
    [
        ([0.0, 1.0, 2.0, 3.0], [0.8, 0.2, 0.0]),  # variances 1 and 1/4
        ([0.0, 0.0, 0.0, 4.0], [1 / 3, 1 / 3, 1 / 3]),  # squares 4, 4 and 4 of the interaction
        ([5.0, 5.0, 5.0, 5.0], [0.0, 0.0, 0.0]),
        ([1e9, 1e9 + 1.0, 1e9, 1e9 + 1.0], [0.0, 1.0, 0.0]),
    ],
)
def test_the_variance_of_a_grid_is_split_among_its_choices(
    values: list[float], shares: list[float]
) -> None:
    for unit in (1.0, 1e-13):
        found = shapley_shares(unit * np.array(values), [A, B])
        assert found == pytest.approx(shares, abs=1e-9)


def test_choices_that_say_the_same_share_what_they_explain() -> None:
    values = np.array([0.0, 0.0, 3.0, 3.0])
    assert shapley_shares(values, [A, A]) == pytest.approx([0.5, 0.5, 0.0])
    # three choices, the third three quarters of the first: alone 1 and 1/4 ... of the variance
    third = np.array([0, 0, 1, 0])
    alone, both, with_third = 1.0, 1.0, 1 / 3
    share = shapley_shares(values, [A, third])
    assert share[0] == pytest.approx((alone + both - with_third) / 2)
    assert share[1] == pytest.approx(with_third / 2)
    assert shapley_shares(values, [A, B, A]) == pytest.approx([0.5, 0.0, 0.5, 0.0])


def test_a_whole_curve_against_no_effect_at_all() -> None:
    draws = np.array(
        [[0.0, 1.0, 2.0, np.nan, 1.0], [-0.5, 0.5, 1.5, 0.5, 0.5]]  # the fourth is left out
    )
    found = joint_null(np.array([1.0, 0.5]), draws)
    error = (2 / 3) ** 0.5  # of both; less its estimate each draws -1, 0, 1, 0
    assert found.draws == 4
    assert (found.median, found.significant) == (0.75, 0.0)
    assert found.mean_z == pytest.approx(0.75 / error)
    assert (found.p_median, found.p_significant, found.p_mean_z) == (0.6, 1.0, 0.6)
    far = joint_null(np.array([1.0, 2.0, -2.0, 1.7]), np.vstack([draws, draws + 0.25]))
    # 1.96 x 0.8165 = 1.6003 is passed by 2 and by 1.7, and -2 is no positive effect
    assert (far.median, far.significant) == (1.35, 0.5)
    assert far.mean_z == pytest.approx(0.675 / error)


def test_indices_of_two_samples_and_their_mixtures() -> None:
    a = np.array([[1.0, 3.0, 9.0, 2.0], [2.0, 2.0, 2.0, 2.0]]).T  # draws, figures
    b = np.array([[5.0, 11.0, np.nan, 2.0], [2.0, 2.0, 2.0, 2.0]]).T
    mixed = np.stack([b, a])
    mixed[0, 3, 0] = np.inf  # the third and the fourth are left out
    # around the mean of 5 the four values 1, 3, 5 and 11 have a variance of 14
    found = sobol_indices(a, b, mixed)
    assert found.first[:, 0] == pytest.approx([1.0, 1.0 - (16 + 64) / (2 * 2) / 14])
    assert found.total[:, 0] == pytest.approx([(16 + 64) / (2 * 2) / 14, 0.0])
    far = sobol_indices(a + 1e8, b + 1e8, mixed + 1e8)
    assert far.first[:, 0] == pytest.approx(found.first[:, 0])
    assert np.isnan(found.first[:, 1]).all()
    assert np.isnan(found.total[:, 1]).all()
    assert found.used.tolist() == [2, 4]


def test_an_interval_corrected_for_bias_and_skewness_has_limits_that_are_told() -> None:
    draws = np.arange(1.0, 10.0)[:, None]
    even: dict[str, Any] = {"level": 0.8, "jackknife": np.full((4, 1), 3.0)}
    # half of the draws below, and a jackknife that does not vary: the percentiles
    found = bootstrap_interval(draws, np.array([5.0]), kind="bca", **even)
    plain = bootstrap_interval(draws, np.array([5.0]), kind="percentile", level=0.8)
    np.testing.assert_allclose(found, plain, rtol=1e-12)
    np.testing.assert_allclose(plain, [[1.8, 8.2]], rtol=1e-12)
    for outside in (0.5, 9.5):  # all draws on one side of the estimate
        beyond = bootstrap_interval(draws, np.array([outside]), kind="bca", **even)
        assert np.isnan(beyond).all()

"""Quantiles of uncertain inputs by hand, and both sides of what their descriptions allow."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

import quesnay as qn
from tests.refusals import refused

NEAR = [[1.0, 1.0], [1.0, 1.0 - 1.5e-10]]  # its smaller eigenvalue is about -0.75e-10
FAR = [[1.0, 1.0], [1.0, 1.0 - 3e-10]]
UNEVEN = [[4.0, 1.0 + 3e-10, 0.0], [1.0, 4.0, 0.0], [0.0, 0.0, 4.0]]

QUANTILES: dict[str, tuple[Any, Any, Any]] = {
    "normal": (qn.Normal(1, 2), [0.5, 0.841344746], [1, 3]),
    "normal without spread": (qn.Normal(1, 0), [0.1, 0.9], [1, 1]),
    "lognormal": (qn.LogNormal(2, 0.5), [0.5, 0.841344746], [2, 2 * np.exp(0.5)]),
    "lognormal without spread": (qn.LogNormal(2, 0), [0.1, 0.9], [2, 2]),
    "uniform": (qn.Uniform(1, 5), [0.0, 0.25, 1.0], [1, 2, 5]),
    "uniform of one value": (qn.Uniform(3, 3), [0.2, 0.8], [3, 3]),
    # F(x) = x^2 / 4 up to the mode at 1, then 1 - (4 - x)^2 / 12
    "triangular": (qn.Triangular(0, 1, 4), [0.0, 0.0625, 0.25, 0.8125, 1.0], [0, 0.5, 1, 2.5, 4]),
    "triangular falling": (qn.Triangular(1, 1, 3), [0.0, 0.75, 1.0], [1, 2, 3]),
    "triangular rising": (qn.Triangular(1, 3, 3), [0.0, 0.25, 1.0], [1, 2, 3]),
    "choice": (qn.Choice([5, 6, 7]), [0.0, 0.33, 0.34, 0.66, 0.67, 1.0], [5, 5, 6, 6, 7, 7]),
    "choice with shares": (qn.Choice([5, 6, 7], [0.5, 0, 0.5]), [0.0, 0.49, 0.5, 1], [5, 5, 7, 7]),
    "empirical": (qn.Empirical([3, 1, 2, 4]), [0, 0.24, 0.25, 0.75, 1], [1, 1, 2, 4, 4]),
    "constant": (qn.Constant(7), [0.0, 0.5], [7, 7]),
}


@pytest.mark.parametrize("name", QUANTILES)
def test_quantiles_by_hand(name: str) -> None:
    distribution, u, expected = QUANTILES[name]
    np.testing.assert_allclose(distribution.quantile(np.array(u, float)), expected, rtol=1e-8)
    assert distribution.width == 1


@pytest.mark.parametrize(
    ("mean", "sd", "low", "high"),
    [(0, 1, -1, 2), (0, 1, 8, 9), (0, 1, -9, -8), (1, 2, -np.inf, 0), (1, 2, 1, np.inf)],
)
def test_a_cut_normal_is_scipys(mean: float, sd: float, low: float, high: float) -> None:
    u = np.linspace(0.01, 0.99, 9)
    ours = qn.TruncatedNormal(mean, sd, low, high).quantile(u)
    known = stats.truncnorm((low - mean) / sd, (high - mean) / sd, mean, sd)
    np.testing.assert_allclose(known.cdf(ours), u, rtol=1e-8)
    assert (np.diff(ours) > 0).all()
    assert ((low <= ours) & (ours <= high)).all()


def test_numbers_that_move_together_have_their_covariance() -> None:
    covariance = np.array([[0.4, 0.1, 0.0], [0.1, 0.2, -0.1], [0.0, -0.1, 0.3]])
    joint = qn.JointNormal([1.0, 2.0, 3.0], covariance)
    assert joint.width == 3
    # of three inputs one standard deviation up in turn, the images are the columns of a root
    u = stats.norm.cdf(np.eye(3))
    root = (joint.quantile(u) - [1.0, 2.0, 3.0]).T
    np.testing.assert_allclose(root @ root.T, covariance, atol=1e-9)
    np.testing.assert_allclose(joint.quantile(np.full((2, 3), 0.5)), [[1, 2, 3]] * 2)


ALLOWED: list[Callable[[], Any]] = [
    lambda: qn.JointNormal([0, 0], NEAR),
    lambda: qn.JointNormal([0, 0, 0], UNEVEN),
    lambda: qn.JointNormal([0, 0], np.zeros((2, 2))),
    lambda: qn.Choice([1, 2], [0.5, 0.5 + 5e-10]),
    lambda: qn.Choice([1, 2], [0.0, 1.0]),
    lambda: qn.Normal(1e100, 0),
    lambda: qn.LogNormal(0.5, 0),
    lambda: qn.Uniform(1, 1),
    lambda: qn.Triangular(0, 0, 1),
    lambda: qn.Triangular(0, 1, 1),
    lambda: qn.TruncatedNormal(0, 1, -np.inf, np.inf),
]

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "negative root": (lambda: qn.JointNormal([0, 0], FAR), "has a negative eigenvalue"),
    "uneven": (
        lambda: qn.JointNormal([0, 0, 0], np.add(UNEVEN, np.diag([2e-10, 0], 1))),
        "must be symmetric",
    ),
    "endless spread": (lambda: qn.JointNormal([0, 0], np.diag([1.0, np.inf])), "finite"),
    "wide": (lambda: qn.JointNormal([0, 0], np.eye(3)), "2 x 2 like the mean, got .3, 3."),
    "share": (lambda: qn.Choice([1, 2], [-0.1, 1.1]), "positive and add to 1"),
    "shares": (lambda: qn.Choice([1, 2], [0.5, 0.5 + 2e-9]), "positive and add to 1"),
    "counts": (lambda: qn.Choice([1, 2], [1.0]), "2 values but 1 probabilities"),
    "spread": (lambda: qn.Normal(0, -1e-9), "Normal: sd must not be negative, got -1e-09"),
    "large": (lambda: qn.Normal(1.1e100, 0), "mean must be finite, at most 1e100"),
    "kind": (lambda: qn.Normal("1", 0), "Normal: mean must be a number, got '1'"),  # type: ignore[arg-type]
    "median": (lambda: qn.LogNormal(0, 1), "median must be positive and sigma not negative, got 0"),
    "sigma": (lambda: qn.LogNormal(1, -1), "median must be positive and sigma not negative"),
    "turned": (lambda: qn.Uniform(2, 1), "low must not exceed high, got 2 and 1"),
    "mode below": (lambda: qn.Triangular(1, 0, 2), "low <= mode <= high .* got 1, 0, 2"),
    "mode above": (lambda: qn.Triangular(1, 3, 2), "low <= mode <= high .* got 1, 3, 2"),
    "one value": (lambda: qn.Triangular(1, 1, 1), "low <= mode <= high with low < high"),
    "flat": (lambda: qn.TruncatedNormal(0, 0, 0, 1), "sd must be positive, got 0"),
    "empty": (lambda: qn.TruncatedNormal(0, 1, 1, 1), "low must be below high, got 1 and 1"),
    "far away": (lambda: qn.TruncatedNormal(0, 1, 50, 60), "no mass between 50 and 60 with mean 0"),
    "no end": (lambda: qn.TruncatedNormal(0, 1, np.nan, 1), "low must be a number or infinite"),
    "no values": (lambda: qn.Empirical([]), "Empirical: a list of at least one number expected"),
    "a matrix": (lambda: qn.Empirical([[1.0]]), "a list of at least one number expected"),
    "endless": (lambda: qn.Empirical([1, np.inf, np.nan]), "value 1 is inf; finite numbers"),
}


@pytest.mark.parametrize("make", ALLOWED)
def test_what_is_just_allowed(make: Callable[[], Any]) -> None:
    assert np.isfinite(make().quantile(np.full((1, make().width), 0.3))).all()


@pytest.mark.parametrize("name", REFUSED)
def test_what_just_is_not(name: str) -> None:
    refused(*REFUSED[name])

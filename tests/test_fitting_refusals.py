"""What the numerics refuse, each in one clear line: the messages that no labelled call reaches."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from quesnay.fitting.assumptions.residuals import jarque_bera
from quesnay.fitting.assumptions.serial import wooldridge_within
from quesnay.fitting.curves.fit import grey_forecast
from quesnay.fitting.curves.least_squares import nonlinear_least_squares
from quesnay.fitting.growth.accounting import hyperbolic_efficiency
from quesnay.fitting.growth.benchmarking import adjust, aggregation_matrix, chow_lin, denton
from quesnay.fitting.regression.fixed_effects import stack
from quesnay.fitting.tables.extraction import Perturbed, pulls
from tests.refusals import refused

B = np.array([1.0, 2.0])
C = aggregation_matrix(2, 8, 4)


def _line(theta: np.ndarray) -> np.ndarray:
    return np.asarray(theta[0] + theta[1] * np.arange(4.0))


def _search(**given: Any) -> Callable[[], object]:
    arguments: dict[str, Any] = {"y": [1.0, 2.0, 3.0, 4.5], "start": [0.0, 1.0], **given}
    return lambda: nonlinear_least_squares(_line, **arguments)


def _singular(corner: float) -> Callable[[], object]:
    return lambda: pulls(np.array([[corner]]), np.ones(1), np.ones((1, 1)), "total")


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "residuals all equal": (lambda: jarque_bera(np.ones(9)), "residuals: all equal"),
    "three rows to correlate": (
        lambda: wooldridge_within(
            [1.0, 2.0, 4.0, 3.0, 1.0], [[1.0], [3.0], [2.0], [2.0], [5.0]],
            unit=list("aaabb"), time=[1, 2, 3, 1, 2],
        ),
        "units are too short to have lagged residuals",
    ),
    "grey, few": (lambda: grey_forecast([1.0, 2.0], 1), r"GM\(1,1\) needs \d values at least"),
    "grey, a hole": (lambda: grey_forecast([1.0, 2.0, np.nan, 4.0], 1), "positive, finite values"),
    "grey, three": (lambda: grey_forecast([1.0, 2.0, 4.0], 1), "needs 4 values at least, got 3"),
    "grey, negative": (
        lambda: grey_forecast([1.0, 2.0, -3.0, 4.0, 5.0], 1),
        "positive, finite values",
    ),
    "curve, weights of another length": (
        _search(weights=[1.0]),
        "one weight per observation",
    ),
    "curve, infinite y": (_search(y=[1.0, np.inf, 2.0, 3.0]), "y and start must be finite"),
    "curve, weight zero": (_search(weights=[1.0, 0.0, 1.0, 1.0]), "weights must be positive"),
    "curve, a start without end": (_search(start=[0.0, np.nan]), "y and start must be finite"),
    "curve, a weight below zero": (_search(weights=[1.0, 2.0, -1.0, 1.0]), "weights must be pos"),
    "curve, a lost weight": (_search(weights=[1.0, np.inf, 1.0, 1.0]), "weights must be positive"),
    "curve, a table of y": (_search(y=np.ones((2, 2))), r"y \(2, 2\), start \(2,\)"),
    "curve, a start of no length": (_search(start=1.0), r"start \(\) and weights \(4,\)"),
    "curve, one level lost": (
        lambda: nonlinear_least_squares(
            lambda b: np.where(np.arange(4) == 2, np.inf, _line(b)), [1.0, 2, 3, 4], [0.0, 1.0]
        ),
        r"not finite at the start \[0.0, 1.0\]",
    ),
    "curve, one derivative lost": (
        _search(jacobian=lambda _: np.where(np.eye(4, 2) > 0, np.nan, 1.0)),
        r"not finite at the start \[0.0, 1.0\]",
    ),
    "curve, too few": (
        _search(y=[1.0]),
        "1 observations cannot identify 2 parameters",
    ),
    "curve, derivatives of another shape": (
        _search(jacobian=lambda _: np.ones((4, 3))),
        r"the model returned \(4,\) and its derivatives \(4, 3\), expected \(4,\) and \(4, 2\)",
    ),
    "conversion": (
        lambda: aggregation_matrix(2, 8, 4, conversion="middle"),
        "conversion 'middle' is unknown",
    ),
    "regression of other length": (
        lambda: chow_lin([1.0, 2.0, 3.0], np.ones((8, 1)), C),
        "3 values but 2 aggregated indicators",
    ),
    "smoother than the data": (
        lambda: denton([4.0], np.ones(4), aggregation_matrix(1, 4, 4), order=2),
        "Denton-Cholette of order 2 needs 2 low-frequency values or more, got 1",
    ),
    "an indicator that adds up to zero": (
        lambda: denton([4.0], [1.0, -1.0, 1.0, -1.0], aggregation_matrix(1, 4, 4)),
        "the indicator adds up to zero",
    ),
    "service life": (
        lambda: hyperbolic_efficiency(3, service_life=0.0),
        "service_life must be a positive number of years, got 0",
    ),
    "an endless life": (
        lambda: hyperbolic_efficiency(3, service_life=np.inf),
        "service_life must be a positive number of years, got inf",
    ),
    "an asset that never wears": (
        lambda: hyperbolic_efficiency(3, service_life=5.0, shape=1.0),
        "efficiency shape must be below 1 .* got 1",
    ),
    "no shape": (
        lambda: hyperbolic_efficiency(3, service_life=5.0, shape=-np.inf),
        "efficiency shape must be below 1 .* got -inf",
    ),
    "lives that reach nought": (
        lambda: hyperbolic_efficiency(3, service_life=5.0, spread=0.5),
        r"spread must lie in \[0, 0.5\), got 0.5",
    ),
    "a spread below nought": (
        lambda: hyperbolic_efficiency(3, service_life=5.0, spread=-0.1),
        r"spread must lie in \[0, 0.5\), got -0.1",
    ),
    "one indicator of nothing": (
        lambda: chow_lin([1.0, 2.0], np.eye(8, 1), np.kron(np.eye(2), [0, 1, 1, 1])),
        "the indicators are collinear once aggregated",
    ),
    "as many indicators as values": (
        lambda: chow_lin([1.0, 2.0], np.column_stack([np.ones(8), np.arange(8)]), C),
        "2 low-frequency values cannot carry 2 coefficients",
    ),
    "one slope of identities lost": (
        lambda: adjust(
            [1.0, 2.0], np.eye(2), lambda x: x[:1] - 1.0, lambda _: np.array([[1.0, np.nan]])
        ),
        "no finite value or slope at the values that step 0 led to",
    ),
    "an identity without a name": (
        lambda: adjust(
            [1.0, 3.0], np.diag([1.0, 0.0]), lambda x: np.array([x[0] - 2.0, x[1] - 2.0]),
            lambda _: np.eye(2), names=["first"],
        ),
        "identity number 2: 1 is left",
    ),
    "a named identity": (
        lambda: adjust([3.0], [[0.0]], lambda x: x - 2.0, lambda _: np.eye(1), names=["first"]),
        "identity first: 1 is left after every adjustment",
    ),
    "one identity lost": (
        lambda: adjust(
            [1.0, 2.0], np.eye(2), lambda x: np.array([x[0], np.inf]), lambda _: np.eye(2)
        ),
        "no finite value or slope at the values that step 0 led to",
    ),
    "identities that do not settle": (
        lambda: adjust(
            [0.0], [[1.0]], lambda x: x**3 - 2.0 * x + 2.0,  # Newton's steps go 0, 1, 0, 1, ...
            lambda x: np.array([3.0 * x**2 - 2.0]),
            max_iterations=3,
        ),
        "did not settle in 3 steps",
    ),
    "a unit twice at one time": (
        lambda: stack(["a", "a", "b"], [2018, 2018, 2018], 3),
        "row 1: unit a is seen twice at time 2018",
    ),
    "extraction without answer": (_singular(-1.0), "L_kk = 0"),
    "extraction of a group": (
        lambda: pulls(np.diag([0.5, -1.0]), np.ones(2), np.ones((1, 2)), "satellite"),
        "sector number 2 of the group has L_kk = 0",
    ),
    "extraction near none": (_singular(-1.0 + 1e-12), "extraction is not defined"),
    "a draw that is singular": (
        lambda: Perturbed(np.eye(1), np.eye(1)).effects(np.ones((1, 1))),
        "a draw makes I - A singular",
    ),
    "a draw that is not productive": (
        lambda: Perturbed(1.1 * np.eye(500), np.eye(500)).effects(np.ones((1, 500))),
        "a draw of the coefficients is not productive",
    ),
    "a draw whose series overflows": (
        lambda: Perturbed(1e200 * np.eye(500), np.eye(500)).effects(np.ones((1, 500))),
        "a draw of the coefficients is not productive",
    ),
    "a draw whose sum is infinite as its last term": (
        lambda: Perturbed(10.0 * np.eye(65), np.eye(65)).step(np.ones((65, 1))),
        "a draw of the coefficients is not productive",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_refused_in_one_clear_line(name: str) -> None:
    refused(*CASES[name])


def test_four_values_that_double_are_a_grey_model() -> None:
    # sums 1, 3, 7, 15 have the middles 2, 5, 11, and 2, 4, 8 is 2 / 3 of them and 2 / 3
    found = grey_forecast([1.0, 2.0, 4.0, 8.0], 1)
    assert (found.a, found.b) == pytest.approx((-2 / 3, 2 / 3), rel=1e-12)
    growth = np.exp(2 / 3)  # the solution of dX / dt = (2 X + 2) / 3 from X = 1 is 2 growth^t - 1
    path = [1.0, *(2.0 * growth**t * (1.0 - 1.0 / growth) for t in range(1, 5))]
    np.testing.assert_allclose(found.path, path, rtol=1e-12)


@pytest.mark.parametrize("size", [0.0, 3.0])
def test_values_that_an_indicator_explains_have_no_negative_rho_to_cut(size: float) -> None:
    years, quarters = size * np.array([4.0, 4.0, 8.0]), np.repeat([1.0, 1.0, 2.0], 4)
    made = chow_lin(years, quarters[:, None], aggregation_matrix(3, 12, 4))
    assert (made.rho, made.truncated) == (0.0, False)
    np.testing.assert_allclose(made.values, size * quarters, atol=1e-12)

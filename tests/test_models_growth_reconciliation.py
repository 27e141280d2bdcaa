"""Reconciliation: against the closed form and a general optimiser, and its properties."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings, strategies as st

import quesnay as qn
from quesnay.fitting.growth.benchmarking import adjust
from quesnay.models.growth.reconciliation import parse_identity
from tests.refusals import refused

LABELS = ["core", "integration", "total", "share", "gdp"]
ESTIMATES = pd.Series([0.54, 1.50, 2.13, 0.022, 98.6], LABELS)
ERRORS = pd.Series([0.02, 0.20, 0.005, 0.0005, 0.4], LABELS)
IDENTITIES = ["total = core + integration", "share * gdp = total"]


def covariance(seed: int = 0) -> pd.DataFrame:
    mixed = np.random.default_rng(seed).normal(size=(5, 8))
    correlation = np.corrcoef(mixed)
    return pd.DataFrame(correlation * np.outer(ERRORS, ERRORS), LABELS, LABELS)


def test_linear_identities_give_the_closed_form() -> None:
    A = np.array([[1.0, 1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 98.6, -0.022]])
    V = covariance().to_numpy()
    made = qn.reconcile(
        ESTIMATES, pd.DataFrame(A, ["sum", "ratio"], LABELS), covariance=covariance()
    )
    gain = V @ A.T @ np.linalg.inv(A @ V @ A.T)
    expected = ESTIMATES.to_numpy() - gain @ A @ ESTIMATES.to_numpy()
    assert made.adjusted.to_numpy() == pytest.approx(expected, rel=1e-10)
    assert made.covariance.to_numpy() == pytest.approx(V - gain @ A @ V, abs=1e-12)
    gap = A @ ESTIMATES.to_numpy()
    assert made.statistic == pytest.approx(gap @ np.linalg.solve(A @ V @ A.T, gap), rel=1e-9)
    assert made.dof == 2
    assert list(made.residuals.index) == ["sum", "ratio"]


def test_products_are_as_near_as_a_general_optimiser_gets() -> None:
    from scipy.optimize import minimize

    V = covariance(3)
    made = qn.reconcile(ESTIMATES, IDENTITIES, covariance=V)
    whiten = np.linalg.inv(np.linalg.cholesky(V.to_numpy()))
    found: Any = minimize(  # type: ignore[call-overload]
        lambda z: float(np.sum((whiten @ (z * ERRORS.to_numpy())) ** 2)),
        np.zeros(5),
        constraints={"type": "eq", "fun": _residuals},
        options={"ftol": 1e-15, "maxiter": 500},
    )
    assert made.statistic <= found.fun * (1 + 1e-6)
    expected = ESTIMATES.to_numpy() + found.x * ERRORS.to_numpy()
    assert made.adjusted.to_numpy() == pytest.approx(expected, rel=1e-4)
    assert np.abs(made.residuals["after"]).max() < 1e-9


def _residuals(z: np.ndarray) -> np.ndarray:
    x = ESTIMATES.to_numpy() + z * ERRORS.to_numpy()
    return np.array([x[2] - x[0] - x[1], x[3] * x[4] - x[2]])


def test_fixed_values_do_not_move() -> None:
    made = qn.reconcile(ESTIMATES, IDENTITIES, std_errors=ERRORS, fixed=["total", "gdp"])
    assert made.adjusted["total"] == ESTIMATES["total"]
    assert made.adjusted["share"] == pytest.approx(2.13 / 98.6)
    assert made.fixed == ("total", "gdp")
    assert made.std_errors["gdp"] == 0
    assert "Held fixed: total, gdp" in str(made)


def test_redundant_identities_count_once() -> None:
    one = qn.reconcile(ESTIMATES, IDENTITIES[:1], std_errors=ERRORS)
    twice = qn.reconcile(
        ESTIMATES, [IDENTITIES[0], "2 * core + 2 * integration = 2 * total"], std_errors=ERRORS
    )
    assert twice.dof == one.dof == 1
    assert twice.adjusted.to_numpy() == pytest.approx(one.adjusted.to_numpy(), rel=1e-12)
    # an identity that says little more says it all the same
    apart = qn.reconcile(ESTIMATES, [IDENTITIES[0], "share = 0"], std_errors=ERRORS)
    near = [IDENTITIES[0], "total = core + integration + 0.01 * share"]
    little = qn.reconcile(ESTIMATES, near, std_errors=ERRORS)
    assert little.dof == 2
    assert little.adjusted.to_numpy() == pytest.approx(apart.adjusted.to_numpy(), abs=1e-6)


def test_an_identity_of_fixed_values_may_be_missed_by_rounding_alone() -> None:
    values = pd.Series({"a": 1.0, "b": 2.0, "c": 3.0})
    options: dict[str, Any] = {"std_errors": pd.Series(0.1, values.index), "fixed": list("abc")}
    assert qn.reconcile(values.add([0, 0, 1e-9]), "a + b = c", **options).dof == 0
    millions = 1e6 * values.add([0, 0, 1e-9])
    assert qn.reconcile(millions, "a + b = c", **options).residuals["after"].iloc[0] != 0.0
    with pytest.raises(qn.BalanceError, match="-1e-06 is left after every adjustment"):
        qn.reconcile(values.add([0, 0, 1e-6]), "a + b = c", **options)


def test_values_that_must_vanish_do_to_rounding() -> None:
    values = pd.Series({"a": 0.7, "b": -0.1, "c": 0.3})
    spread = pd.DataFrame(np.diag([3.0, 7.0, 0.1]) + 0.3, values.index, values.index)
    made = qn.reconcile(values, ["3 * a = 0", "7 * b - 0.1 * a = 0"], covariance=spread)
    assert made.adjusted[["a", "b"]].abs().max() < 1e-15
    assert made.dof == 2


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000), thin=st.booleans())
def test_random_accounts_against_the_exact_solution(seed: int, thin: bool) -> None:
    rng = np.random.default_rng(seed)
    n, labels = 6, list("abcdef")
    A = rng.integers(-2, 3, (2, n)).astype(float)
    mixed = rng.integers(-4, 5, (n, 4 if thin else 8)).astype(float)  # thin: a singular covariance
    V, x = mixed @ mixed.T, rng.integers(-50, 50, n).astype(float)
    inner = A @ V @ A.T
    # whole numbers: the determinant and what it divides are exact
    det = inner[0, 0] * inner[1, 1] - inner[0, 1] ** 2
    assume(det != 0)
    adjugate = np.array([[inner[1, 1], -inner[0, 1]], [-inner[0, 1], inner[0, 0]]])
    exact = x - V @ A.T @ (adjugate @ (A @ x)) / det
    spread = pd.DataFrame(V, labels, labels)
    made = qn.reconcile(
        pd.Series(x, labels), pd.DataFrame(A, ["one", "two"], labels), covariance=spread
    )
    scale = np.abs(x).max() + np.sqrt(V.max())
    assert made.adjusted.to_numpy() == pytest.approx(exact, abs=1e-10 * scale)
    assert made.covariance.to_numpy() @ A.T == pytest.approx(0.0, abs=1e-9 * V.max())
    assert made.statistic == pytest.approx((A @ x) @ adjugate @ (A @ x) / det, rel=1e-8, abs=1e-9)


def test_what_holds_already_is_left_alone() -> None:
    values = pd.Series({"a": 1.0, "b": 2.0, "c": 3.0})
    made = qn.reconcile(values, ["a + b = c"], std_errors=pd.Series(0.1, values.index))
    assert made.adjustments.abs().max() == 0
    assert made.statistic == 0
    assert made.pvalue == 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), unit=st.floats(1e-4, 1e4))
def test_order_and_units_change_nothing_and_errors_only_fall(seed: int, unit: float) -> None:
    V = covariance(seed)
    one = qn.reconcile(ESTIMATES, IDENTITIES, covariance=V)
    order = list(np.random.default_rng(seed).permutation(LABELS))
    other = qn.reconcile(
        ESTIMATES[order], IDENTITIES[::-1], covariance=V.sample(frac=1, random_state=1)
    )
    pd.testing.assert_series_equal(other.adjusted[LABELS], one.adjusted, rtol=1e-8)
    assert (one.std_errors <= one.std_errors_before * (1 + 1e-12)).all()
    money = pd.Series([unit, unit, unit, 1.0, unit], LABELS)
    scaled = qn.reconcile(ESTIMATES * money, IDENTITIES, covariance=V * np.outer(money, money))
    assert scaled.adjusted.to_numpy() == pytest.approx((one.adjusted * money).to_numpy(), rel=1e-7)
    assert scaled.statistic == pytest.approx(one.statistic, rel=1e-6)


def test_simulated_adjustments_are_standard_normal() -> None:
    rng = np.random.default_rng(0)
    truth, sigma = np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.2, 0.1])
    labels = ["a", "b", "c"]
    z, p = [], []
    for _ in range(400):
        values = pd.Series(truth + sigma * rng.standard_normal(3), labels)
        made = qn.reconcile(values, ["a + b = c"], std_errors=pd.Series(sigma, labels))
        z.append(made.tidy()["statistic"].to_numpy())
        p.append(made.pvalue)
    assert np.std(z, axis=0) == pytest.approx(1.0, abs=0.12)
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.033)


def test_labels_in_backticks_and_chinese() -> None:
    values = pd.Series({"core 2018": 1.0, "融合": 2.0, "t=1": 3.3})
    made = qn.reconcile(
        values, ["`core 2018` + 融合 = `t=1`"], std_errors=pd.Series(1.0, values.index)
    )
    assert made.adjusted.to_numpy() == pytest.approx([1.1, 2.1, 3.2])


def test_division_powers_and_signs_are_read_exactly() -> None:
    identity = parse_identity("-a / b ** 2 + +3 = 2.5", ["a", "b"])
    values = {"a": 2.0, "b": 4.0}
    assert float(identity.residual(values)) == pytest.approx(0.375)
    assert identity.gradient(values, ["a", "b"]) == pytest.approx([-1 / 16, 4 / 64], rel=1e-14)


def test_an_identity_of_sixty_terms_is_read_and_one_more_is_too_deep() -> None:
    terms = [f"x{k}" for k in range(61)]
    identity = parse_identity(f"y = {' + '.join(terms[:60])}", ["y", *terms])
    assert identity.residual({"y": 60.0, **dict.fromkeys(terms, 1.5)}) == -30.0
    refused(
        lambda: parse_identity(f"y = {' + '.join(terms)}", ["y", *terms]),
        "is nested too deeply; split it",
    )
    signed = parse_identity(f"y = -{' + '.join(terms[:59])}", ["y", *terms])  # a sign is one too
    assert signed.residual({"y": 60.0, **dict.fromkeys(terms, 1.5)}) == -25.5
    refused(
        lambda: parse_identity(f"y = -{' + '.join(terms[:60])}", ["y", *terms]),
        "is nested too deeply; split it",
    )
    long = "y = x0" + " " * 1995
    refused(lambda: parse_identity(long, ["y", "x0"]), "expected a text of at most 2000 signs")
    assert parse_identity(long[:2000], ["y", "x0"]).labels == ("y", "x0")


def test_an_exponent_is_nine_at_most() -> None:
    assert parse_identity("a ** -9 = b", ["a", "b"]).residual({"a": 1.0, "b": 0.0}) == 1.0
    refused(lambda: parse_identity("a ** 9.5 = b", ["a", "b"]), "an exponent must be a number up")


@pytest.mark.parametrize("goal", [-1.0, -5.0])
def test_a_step_out_of_the_domain_is_said(goal: float) -> None:
    estimates, errors = pd.Series({"a": 1.0, "b": goal}), pd.Series({"a": 100.0, "b": 1e-3})
    # the tangent of the root at 1 meets -1 and -5 where there is no root
    with pytest.raises(
        qn.ConvergenceError, match="no finite value or slope at the values that step 1"
    ):
        qn.reconcile(estimates, ["a + b = 0", "a**0.5 = b"], std_errors=errors)


@pytest.mark.parametrize("unit", [1e-15, 1e15])
def test_products_of_very_small_and_very_large_figures_are_reconciled_alike(unit: float) -> None:
    errors = ERRORS * [0.0, 1.0, 40.0, 10.0, 10.0]
    one = qn.reconcile(ESTIMATES, IDENTITIES, std_errors=errors)
    money = pd.Series([unit, unit, unit, 1.0, unit], LABELS)
    scaled = qn.reconcile(ESTIMATES * money, IDENTITIES, std_errors=errors * money)
    assert scaled.adjusted.to_numpy() == pytest.approx((one.adjusted * money).to_numpy(), rel=1e-11)
    assert scaled.iterations == one.iterations == 5


def test_identities_of_figures_of_very_different_size_are_all_met() -> None:
    # the gap of 0.6 is shared as 1, 4 and 1 of 6
    values = np.array([1.0, 2.0, 3.6])
    both = pd.Series([*values, *(1e-12 * values)], list("abcdef"))
    spread = np.array([0.1, 0.2, 0.1])
    errors = pd.Series([*spread, *(1e-12 * spread)], list("abcdef"))
    made = qn.reconcile(both, ["a + b = c", "d + e = f"], std_errors=errors)
    assert made.adjusted[["a", "b", "c"]].to_list() == pytest.approx([1.1, 2.4, 3.5])
    assert made.adjusted[["d", "e", "f"]].to_list() == pytest.approx([1.1e-12, 2.4e-12, 3.5e-12])
    assert made.dof == 2
    # what moves by rounding at every step has settled
    far = [1.32778819e05, 1.13222108e02, 7.50616191, 8.30204462e-03]
    own = pd.Series([1.32778819e04, 1.13222108e01, 7.50616191, 8.30204462e-04], list("abcd"))
    small = ["a + 3 * d = 0", "2 * b + c = 2 * a + 3 * d"]
    assert qn.reconcile(pd.Series(far, list("abcd")), small, std_errors=own).dof == 2


def test_a_fixed_zero_stays_and_takes_no_part() -> None:
    values = pd.Series({"a": 1.0, "b": 0.0, "c": 3.0})
    errors = pd.Series({"a": 1.0, "b": 0.0, "c": 1.0})
    made = qn.reconcile(values, "a + b = c", std_errors=errors)
    assert made.adjusted.to_dict() == pytest.approx({"a": 2.0, "b": 0.0, "c": 2.0})


def test_linear_identities_take_one_step_and_another_that_finds_no_more() -> None:
    A, x = np.array([[1.0, 1.0, -1.0]]), np.array([1.0, 2.0, 3.3])
    settled = adjust(x, np.eye(3), lambda v: A @ v, lambda v: A, max_iterations=2)
    assert settled.iterations == 1
    assert settled.values == pytest.approx([1.1, 2.1, 3.2])
    with pytest.raises(qn.ConvergenceError, match="did not settle in 1 steps"):
        adjust(x, np.eye(3), lambda v: A @ v, lambda v: A, max_iterations=1)


def _pair(matrix: list[list[float]]) -> Any:
    values = pd.Series({"a": 1.0, "b": 2.0})
    frame = pd.DataFrame(matrix, ["a", "b"], ["a", "b"])
    return qn.reconcile(values, "a = b", covariance=frame)


def test_a_covariance_may_miss_symmetry_and_size_by_rounding() -> None:
    # variances 4 and 9, so that the pair is measured against 6
    found = _pair([[4.0, 1.0], [1.0 + 5e-9, 9.0]])
    # a gap of -1, whose variance is 4 + 9 - 2: a takes 4 - 1 of 11, b 9 - 1
    assert found.adjusted.to_dict() == pytest.approx({"a": 1 + 3 / 11, "b": 2 - 8 / 11})
    assert found.statistic == pytest.approx(1 / 11)
    assert found.std_errors_before.to_dict() == pytest.approx({"a": 2.0, "b": 3.0})
    refused(lambda: _pair([[4.0, 1.0], [1.0 + 7e-9, 9.0]]), "'a' with 'b' is not symmetric")
    # a correlation above one by less than 2e-9, as many labels as there are
    assert _pair([[4.0, 6.0 + 9e-9], [6.0 + 9e-9, 9.0]]).adjusted.notna().all()
    refused(lambda: _pair([[4.0, 6.0 + 18e-9], [6.0 + 18e-9, 9.0]]), "not positive semidefinite")
    refused(lambda: _pair([[4e-9, 7e-9], [7e-9, 9e-9]]), "not positive semidefinite")
    refused(lambda: _pair([[4.0, 0.0], [0.0, -1e-9]]), "the variance of 'b' is below 0")
    held = _pair([[0.0, 0.0], [0.0, 9.0]])
    assert held.adjusted.to_dict() == {"a": 1.0, "b": pytest.approx(1.0)}
    assert held.fixed == ("a",)

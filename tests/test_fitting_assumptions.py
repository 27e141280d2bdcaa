"""Diagnostics of regressions against R (tests/reference/regression_diagnostics.R) and theory."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from quesnay.fitting.arrays import Array
from quesnay.fitting.assumptions.residuals import (
    breusch_pagan,
    collinearity,
    influence_of,
    jarque_bera,
    variance_inflation,
    white,
)
from quesnay.fitting.assumptions.serial import breusch_godfrey, durbin_watson, probability_positive
from quesnay.fitting.assumptions.specification import (
    added_columns,
    chow,
    harvey_collier,
    recursive_residuals,
    reset,
)
from quesnay.fitting.regression.least_squares import project, project_noisy
from quesnay.fitting.verdict import TestResult

R: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "regression_diagnostics.json").read_text("utf-8")
)
METHODS = ("swar", "walhus", "amemiya", "nerlove")


def single(name: str) -> tuple[Array, Array]:
    columns = {key: np.asarray(value, float) for key, value in R["data"][name].items()}
    outcome = columns.pop("Employed" if name == "longley" else "mpg")
    return outcome, np.column_stack([np.ones(outcome.size), *columns.values()])


def agrees(found: TestResult, expected: dict[str, float], rel: float = 1e-8) -> None:
    assert found.statistic == pytest.approx(expected["statistic"], rel=rel)
    if "p" in expected:
        # R prints p-values under 1e-300 as zero
        assert found.p_value == pytest.approx(expected["p"], rel=10 * rel, abs=1e-300)


@pytest.mark.parametrize("name", ["longley", "mtcars"])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("leverage", "hat"),
        ("standardised", "rstandard"),
        ("studentised", "rstudent"),
        ("cooks", "cooks"),
        ("dffits", "dffits"),
        ("covratio", "covratio"),
    ],
)
def test_influence_equals_r(name: str, ours: str, theirs: str) -> None:
    np.testing.assert_allclose(
        getattr(influence_of(project(*single(name))), ours), R[name][theirs], rtol=1e-8
    )


@pytest.mark.parametrize("name", ["longley", "mtcars"])
def test_dfbetas_and_variance_inflation_equal_r(name: str) -> None:
    y, X = single(name)
    np.testing.assert_allclose(influence_of(project(y, X)).dfbetas(), R[name]["dfbetas"], rtol=1e-8)
    np.testing.assert_allclose(variance_inflation(X)[1:], R[name]["vif"], rtol=1e-8)


@pytest.mark.parametrize("name", ["longley", "mtcars"])
def test_tests_of_one_sample_equal_r(name: str) -> None:
    y, X = single(name)
    expected = R[name]["tests"]
    agrees(breusch_pagan(y, X), expected["bp"])
    agrees(breusch_pagan(y, X, studentised=False), expected["bp_nonstud"])
    agrees(reset(project_noisy(y, X)), expected["reset23"])
    squares = added_columns(project_noisy(y, X), X[:, 1:] ** 2, name="squares")
    agrees(squares, expected["reset2_reg"])
    agrees(durbin_watson(y, X), expected["dw"])
    agrees(durbin_watson(y, X, alternative="two-sided"), expected["dw_two"])
    agrees(breusch_godfrey(y, X), expected["bg1"])
    agrees(breusch_godfrey(y, X, lags=2), expected["bg2"])
    agrees(breusch_godfrey(y, X, lags=2, form="F"), expected["bg2F"])


def test_harvey_collier_equals_r_where_r_is_exact() -> None:
    agrees(harvey_collier(*single("mtcars")), R["mtcars"]["tests"]["harvey"])
    # R's recursion loses digits on Longley: 7e-6 from the rational answer of the next test
    agrees(harvey_collier(*single("longley")), R["longley"]["tests"]["harvey"], rel=2e-5)


def test_harvey_collier_equals_rational_arithmetic_on_longley() -> None:
    d = R["data"]["longley"]
    keys = [key for key in d if key != "Employed"]
    X = [[Fraction(1), *(Fraction(repr(d[key][t])) for key in keys)] for t in range(16)]
    y = [Fraction(repr(value)) for value in d["Employed"]]
    w = []
    for t in range(7, 16):
        gram = [
            [sum((X[s][i] * X[s][j] for s in range(t)), Fraction(0)) for j in range(7)]
            for i in range(7)
        ]
        b = solve_exactly(
            gram, [sum((X[s][i] * y[s] for s in range(t)), Fraction(0)) for i in range(7)]
        )
        q = solve_exactly(gram, X[t])
        error = float(y[t] - sum(a * c for a, c in zip(X[t], b, strict=True)))
        w.append(error / float(1 + sum(a * c for a, c in zip(X[t], q, strict=True))) ** 0.5)
    outcome, design = single("longley")
    np.testing.assert_allclose(recursive_residuals(outcome, design), w, rtol=1e-8)
    exact = abs(np.mean(w)) * 3 / np.std(w, ddof=1)
    assert harvey_collier(outcome, design).statistic == pytest.approx(float(exact), rel=1e-9)


def solve_exactly(A: list[list[Fraction]], b: list[Fraction]) -> list[Fraction]:
    n = len(A)
    rows = [[*A[i], b[i]] for i in range(n)]
    for i in range(n):
        pivot = next(r for r in range(i, n) if rows[r][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(n):
            if r != i:
                f = rows[r][i] / rows[i][i]
                rows[r] = [a - f * c for a, c in zip(rows[r], rows[i], strict=True)]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def test_chow_equals_separate_regressions() -> None:
    y, X = single("mtcars")
    half = np.arange(32) < 16
    rest = project(y[half], X[half]).ssr + project(y[~half], X[~half]).ssr
    whole = project(y, X).ssr
    expected = ((whole - rest) / 4) / (rest / 24)
    assert chow(project_noisy(y, X), half).statistic == pytest.approx(expected, rel=1e-10)


def test_an_exact_fit_under_the_alternative_rejects_without_bounds() -> None:
    unit, x = np.repeat(np.arange(6), 4), np.arange(24.0)
    X = np.column_stack([np.ones(24), x])
    for found in (
        chow(project_noisy(np.where(unit > 2, 0.2, 0.1) * x, X), unit > 2),
        reset(project_noisy(0.1 * x**2, X)),
    ):
        assert (found.statistic, found.p_value) == (np.inf, 0.0)
    noisy = np.where(unit > 2, 0.2, 0.1) * x + 1e-10 * np.cos(x**2)
    assert 1e15 < chow(project_noisy(noisy, X), unit > 2).statistic < np.inf


def test_white_equals_its_auxiliary_regression() -> None:
    y, X = single("mtcars")
    e = project(y, X).residuals
    Z = np.column_stack([X, *(X[:, i] * X[:, j] for i in range(1, 4) for j in range(i, 4))])
    squared = e**2
    aux = project(squared, Z)
    r2 = 1 - aux.ssr / float(((squared - squared.mean()) ** 2).sum())
    assert white(y, X).statistic == pytest.approx(32 * r2, rel=1e-7)
    assert white(y, X).distribution == "chi2(9)"
    fitted = white(y, X, form="fitted")
    assert fitted.distribution == "chi2(2)"
    assert (white(y, X).name, fitted.name) == ("White", "White (fitted values)")


def test_jarque_bera_equals_r() -> None:
    # moments::jarque.test, tseries::jarque.bera.test on the mtcars residuals: 3.36768189039971
    assert jarque_bera(project(*single("mtcars")).residuals).statistic == pytest.approx(
        3.36768189039971, rel=1e-10
    )


def test_condition_indices_of_belsley() -> None:
    _, X = single("longley")
    found = collinearity(X)
    scaled = X / np.sqrt((X**2).sum(axis=0))
    # Belsley, Kuh and Welsch: largest condition index of Longley with intercept about 43,275
    assert found.condition_indices[-1] == pytest.approx(43275, rel=1e-4)
    assert found.condition_indices[-1] == pytest.approx(np.linalg.cond(scaled), rel=1e-6)
    np.testing.assert_allclose(found.variance_shares.sum(axis=0), 1.0)


def test_quadratic_form_probabilities_against_known_laws() -> None:
    # sum of five squares exceeding c times five others is an F probability
    for c in (0.5, 1.0, 3.0, 10.0):
        weights = np.r_[np.ones(5), -c * np.ones(5)]
        assert probability_positive(weights) == pytest.approx(stats.f.sf(c, 5, 5), abs=1e-10)
    far = np.r_[np.ones(6), -1e4 * np.ones(6)]
    assert probability_positive(far) == pytest.approx(stats.f.sf(1e4, 6, 6), rel=0.1)

"""Diagnostics of regressions against R (tests/reference/regression_diagnostics.R) and theory."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import special, stats

from quesnay.fitting.assumptions.collinearity import collinearity, variance_inflation
from quesnay.fitting.assumptions.goldfeld_quandt import goldfeld_quandt
from quesnay.fitting.assumptions.heteroskedasticity import breusch_pagan, score_variance, white
from quesnay.fitting.assumptions.influence import influence
from quesnay.fitting.assumptions.normality import jarque_bera, shapiro_wilk
from quesnay.fitting.assumptions.panel_effects import effects_f
from quesnay.fitting.assumptions.quadratic_forms import probability_positive
from quesnay.fitting.assumptions.recursive import harvey_collier, recursive_residuals
from quesnay.fitting.assumptions.serial import breusch_godfrey, durbin_watson, ljung_box
from quesnay.fitting.assumptions.specification import rainbow, reset
from quesnay.fitting.assumptions.stability import chow, supremum_f
from quesnay.fitting.assumptions.supremum_law import supremum_tail
from quesnay.fitting.regression.projection import project
from quesnay.fitting.verdict import TestResult

Array = npt.NDArray[np.float64]
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
    np.testing.assert_allclose(getattr(influence(*single(name)), ours), R[name][theirs], rtol=1e-8)


@pytest.mark.parametrize("name", ["longley", "mtcars"])
def test_dfbetas_and_variance_inflation_equal_r(name: str) -> None:
    y, X = single(name)
    np.testing.assert_allclose(influence(y, X).dfbetas(), R[name]["dfbetas"], rtol=1e-8)
    np.testing.assert_allclose(variance_inflation(X)[1:], R[name]["vif"], rtol=1e-8)


@pytest.mark.parametrize("name", ["longley", "mtcars"])
def test_tests_of_one_sample_equal_r(name: str) -> None:
    y, X = single(name)
    expected = R[name]["tests"]
    agrees(breusch_pagan(y, X), expected["bp"])
    agrees(breusch_pagan(y, X, studentised=False), expected["bp_nonstud"])
    agrees(score_variance(y, X), expected["ncv"])
    agrees(goldfeld_quandt(y, X), expected["gq"])
    agrees(rainbow(y, X), expected["rain"])
    agrees(reset(y, X), expected["reset23"])
    agrees(reset(y, X, powers=(2,), of="regressors"), expected["reset2_reg"])
    agrees(reset(y, X, of="component"), expected["reset23_pc"])
    agrees(durbin_watson(y, X), expected["dw"])
    agrees(durbin_watson(y, X, alternative="two-sided"), expected["dw_two"])
    agrees(breusch_godfrey(y, X), expected["bg1"])
    agrees(breusch_godfrey(y, X, lags=2), expected["bg2"])
    agrees(breusch_godfrey(y, X, lags=2, form="F"), expected["bg2F"])
    e = project(y, X).residuals
    agrees(shapiro_wilk(e), expected["shapiro"])
    agrees(ljung_box(e), expected["ljung1"])
    agrees(ljung_box(e, lags=4), expected["ljung4"])


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


def test_supremum_f_finds_the_break_that_strucchange_finds() -> None:
    y = np.asarray(R["data"]["nile"], float)
    found = supremum_f(y, np.ones((y.size, 1)))
    assert found.test.statistic == pytest.approx(R["breaks"]["nile"]["statistic"], rel=1e-10)
    assert found.position == R["breaks"]["nile"]["place"]
    assert found.test.p_value < 1e-12
    outcome, X = single("mtcars")
    shorter = supremum_f(outcome, X[:, :3], trimming=0.2)
    assert shorter.test.statistic == pytest.approx(R["breaks"]["mtcars"]["statistic"], rel=1e-10)
    assert shorter.position == R["breaks"]["mtcars"]["place"]
    # Hansen's response surface is fitted to suprema over a grid, which miss the highest point
    assert R["breaks"]["mtcars"]["p"] < shorter.test.p_value < 1.15 * R["breaks"]["mtcars"]["p"]


@pytest.mark.parametrize(("c", "k"), [(3.0, 1), (8.0, 2), (12.0, 3), (20.0, 7)])
def test_the_law_of_the_supremum_decays_at_the_zero_of_kummers_function(c: float, k: int) -> None:
    far, farther = 1.0 - supremum_tail(c, k, 1e-4), 1.0 - supremum_tail(c, k, 1e-6)
    rate = np.log(far / farther) / (2.0 * np.log((1 - 1e-6) / 1e-6 / ((1 - 1e-4) / 1e-4)))
    nearby = special.hyp1f1(-rate * np.array([0.999, 1.001]), k / 2, c / 2)
    assert nearby[0] > 0 > nearby[1]
    assert special.hyp1f1(-rate, k / 2, c / 2) == pytest.approx(0.0, abs=1e-5 * nearby[0] / 1e-3)
    assert supremum_tail(c, k, 0.5) == pytest.approx(stats.chi2.sf(c, k), rel=1e-12)
    assert supremum_tail(c, k, 0.4999) == pytest.approx(stats.chi2.sf(c, k), rel=0.1)


def test_the_law_of_the_supremum_is_the_limit_of_finer_grids() -> None:
    c, k, width = 8.68, 1, 2.0 * np.log(0.85 / 0.15)
    g = np.random.default_rng(np.random.SeedSequence(1))
    shares = []
    for steps in (64, 256):  # the supremum on a grid misses by the root of its step
        decay = np.exp(-width / steps / 2.0)
        x = g.standard_normal(200_000)
        top = x**2
        for _ in range(steps):
            x = decay * x + np.sqrt(1 - decay**2) * g.standard_normal(x.size)
            top = np.maximum(top, x**2)
        shares.append(float((top >= c).mean()))
    exact = supremum_tail(c, k, 0.15)
    assert shares[0] < shares[1] < exact
    assert 2.0 * shares[1] - shares[0] == pytest.approx(exact, abs=0.002)


def test_chow_equals_separate_regressions() -> None:
    y, X = single("mtcars")
    half = np.arange(32) < 16
    rest = project(y[half], X[half]).ssr + project(y[~half], X[~half]).ssr
    whole = project(y, X).ssr
    expected = ((whole - rest) / 4) / (rest / 24)
    assert chow(y, X, half).statistic == pytest.approx(expected, rel=1e-10)


def test_an_exact_fit_under_the_alternative_rejects_without_bounds() -> None:
    unit, x = np.repeat(np.arange(6), 4), np.arange(24.0)
    X = np.column_stack([np.ones(24), x])
    for found in (
        chow(np.where(unit > 2, 0.2, 0.1) * x, X, unit > 2),
        effects_f(np.sqrt(unit), X[:, :1] + np.sin(X), unit=unit),
        reset(0.1 * x**2, X),
    ):
        assert (found.statistic, found.p_value) == (np.inf, 0.0)


def test_white_equals_its_auxiliary_regression() -> None:
    y, X = single("mtcars")
    e = project(y, X).residuals
    Z = np.column_stack([X, *(X[:, i] * X[:, j] for i in range(1, 4) for j in range(i, 4))])
    squared = e**2
    aux = project(squared, Z)
    r2 = 1 - aux.ssr / float(((squared - squared.mean()) ** 2).sum())
    assert white(y, X).statistic == pytest.approx(32 * r2, rel=1e-7)
    assert white(y, X).distribution == "chi2(9)"
    assert white(y, X, form="fitted").distribution == "chi2(2)"


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

"""What must not change a test: units of measurement, order of rows, names of groups."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from quesnay.fitting.arrays import Array
from quesnay.fitting.assumptions.panel import cross_section_dependence, lagrange_multiplier, mundlak
from quesnay.fitting.assumptions.residuals import (
    breusch_pagan,
    cluster_influence,
    influence_of,
    jarque_bera,
    white,
)
from quesnay.fitting.assumptions.serial import breusch_godfrey, durbin_watson, wooldridge_within
from quesnay.fitting.assumptions.specification import chow, recursive_residuals, reset
from quesnay.fitting.regression.least_squares import project, project_noisy
from quesnay.fitting.verdict import TestResult

UNITS, TIMES = 9, 6
UNIT = np.repeat(np.arange(UNITS), TIMES)
TIME = np.tile(np.arange(TIMES), UNITS)
Test = Callable[[Array, Array, Any, Any], TestResult]

PANEL: dict[str, Test] = {
    "LM": lambda y, X, u, t: lagrange_multiplier(y, X, unit=u, time=t, effect="two-way"),
    "Mundlak": lambda y, X, u, t: mundlak(y, X, unit=u),
    "within": lambda y, X, u, t: wooldridge_within(y, X, unit=u, time=t),
    "CD": lambda y, X, u, t: cross_section_dependence(project(y, X).residuals, unit=u, time=t),
    "Chow": lambda y, X, u, t: chow(project_noisy(y, X), np.asarray(t) > 2),
}
PLAIN: dict[str, Test] = {
    "Breusch-Pagan": lambda y, X, u, t: breusch_pagan(y, X),
    "White": lambda y, X, u, t: white(y, X),
    "RESET": lambda y, X, u, t: reset(project_noisy(y, X)),
    "Jarque-Bera": lambda y, X, u, t: jarque_bera(project(y, X).residuals),
}
ORDERED: dict[str, Test] = {
    "Durbin-Watson": lambda y, X, u, t: durbin_watson(y, X),
    "Breusch-Godfrey": lambda y, X, u, t: breusch_godfrey(y, X, lags=2, unit=u),
}


def draw(seed: int) -> tuple[Array, Array, np.random.Generator]:
    g = np.random.default_rng(np.random.SeedSequence(seed))
    effect = g.standard_normal(UNITS)[UNIT]
    X = np.column_stack([np.ones(54), g.standard_normal((54, 2)) + effect[:, None]])
    return X.sum(axis=1) + effect + g.standard_normal(54), X, g


@pytest.mark.parametrize("name", [*PANEL, *PLAIN])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter(name: str, seed: int) -> None:
    y, X, g = draw(seed)
    test = {**PANEL, **PLAIN}[name]
    order = g.permutation(54)
    one = test(y, X, UNIT, TIME)
    two = test(y[order], X[order], UNIT[order], TIME[order])
    assert two.statistic == pytest.approx(one.statistic, rel=1e-6, abs=1e-9)
    assert two.p_value == pytest.approx(one.p_value, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("name", [*PANEL, *PLAIN, *ORDERED])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), unit=st.sampled_from([1e-6, 0.01, 100.0, 1e8]))
def test_units_of_measurement_do_not_matter(name: str, seed: int, unit: float) -> None:
    y, X, _ = draw(seed)
    test = {**PANEL, **PLAIN, **ORDERED}[name]
    scaled = X * np.array([1.0, unit, 1.0 / unit])
    one, two = test(y, X, UNIT, TIME), test(y * unit, scaled, UNIT, TIME)
    assert two.statistic == pytest.approx(one.statistic, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("name", PANEL)
def test_names_of_units_and_times_do_not_matter(name: str) -> None:
    y, X, g = draw(3)
    names = np.array([f"省{i}" for i in g.permutation(UNITS)])
    one = PANEL[name](y, X, UNIT, TIME)
    later = TIME + 2000.0 if name != "Chow" else TIME
    two = PANEL[name](y, X, names[UNIT], later)
    assert two.statistic == pytest.approx(one.statistic, rel=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_leaving_out_equals_refitting(seed: int) -> None:
    y, X, g = draw(seed)
    whole = project(y, X).coefficients
    row = int(g.integers(54))
    kept = np.arange(54) != row
    change = influence_of(project(y, X)).coefficient_changes()[row]
    np.testing.assert_allclose(
        change, whole - project(y[kept], X[kept]).coefficients, rtol=1e-7, atol=1e-10
    )
    kept = UNIT[row] != UNIT
    change = cluster_influence(project(y, X), UNIT).changes[UNIT[row]]
    np.testing.assert_allclose(
        change, whole - project(y[kept], X[kept]).coefficients, rtol=1e-7, atol=1e-10
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_recursive_residuals_hold_the_whole_sum_of_squares(seed: int) -> None:
    y, X, _ = draw(seed)
    X = np.column_stack([X, UNIT > 4, UNIT == 2])  # dependent in the first rows
    w = recursive_residuals(y, X)
    assert w.size == 54 - 5
    assert float(w @ w) == pytest.approx(project(y, X).ssr, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_exact_durbin_watson_tails_add_to_one(seed: int) -> None:
    y, X, _ = draw(seed)
    below = durbin_watson(y, X, alternative="positive").p_value
    above = durbin_watson(y, X, alternative="negative").p_value
    assert below + above == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("name", ["Breusch-Pagan", "RESET", "within", "CD", "Mundlak", "Chow"])
def test_size_is_near_its_level(name: str) -> None:
    tests = {**PANEL, **PLAIN}
    units = 60 if name in {"within", "Mundlak"} else UNITS  # clustered errors need many units
    unit, time = np.repeat(np.arange(units), TIMES), np.tile(np.arange(TIMES), units)
    n = units * TIMES
    g = np.random.default_rng(np.random.SeedSequence(6))
    rejected = 0
    for _ in range(400):
        X = np.column_stack([np.ones(n), g.standard_normal((n, 2))])
        y = X.sum(axis=1) + g.standard_normal(n)
        rejected += tests[name](y, X, unit, time).p_value < 0.05
    # 20 of 400 are expected; 3 standard errors are 13, small samples add a little
    assert 5 <= rejected <= 40

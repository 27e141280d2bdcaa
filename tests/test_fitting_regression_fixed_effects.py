"""Absorbed effects against dummies: any number of sets, weights, disconnected sets."""

import numpy as np
import numpy.typing as npt
import pytest

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.errors import ConvergenceError, EstimationError
from quesnay.fitting.regression import fixed_effects
from quesnay.fitting.regression.fixed_effects import (
    BalancedEffects,
    absorb_effects,
    absorb_slopes,
    find_singletons,
)


def recode(labels: npt.NDArray[np.int64]) -> Codes:
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def dummies(effects: list[Codes]) -> Array:
    return np.column_stack([np.eye(int(c.max()) + 1)[c] for c in effects])


def annihilate(x: Array, effects: list[Codes], weights: Array | None) -> Array:
    root = np.ones(x.size) if weights is None else np.sqrt(weights)
    D = dummies(effects)
    found = x - D @ np.linalg.lstsq(D * root[:, None], x * root, rcond=None)[0]
    return np.asarray(found)


def cases() -> dict[str, list[Codes]]:
    generator = np.random.default_rng(3)
    rows = 600
    unit, sector, year = (generator.integers(0, size, rows) for size in (80, 12, 7))
    balanced = [np.repeat(np.arange(20), 6), np.tile(np.arange(6), 20)]
    apart = [np.array([0, 0, 1, 1, 2, 2, 3, 3]), np.array([0, 1, 0, 1, 2, 3, 2, 3])]
    return {
        "one": [recode(unit)],
        "balanced": balanced,
        "two": [recode(unit), recode(sector)],
        "three": [recode(unit), recode(sector), recode(year)],
        "interactions": [recode(unit), recode(sector * 7 + year)],
        "nested": [recode(unit), recode(unit // 4), recode(sector)],
        "inside": [recode(unit), recode(unit // 4)],
        "inside twice": [recode(unit // 20), recode(unit), recode(unit // 4)],
        "apart": apart,
    }


CASES = cases()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", sorted(CASES))
def test_absorption_equals_dummies(name: str, weighted: bool) -> None:
    effects, generator = CASES[name], np.random.default_rng(5)
    rows = effects[0].size
    weights = generator.uniform(0.2, 3.0, rows) if weighted else None
    x = generator.standard_normal(rows) + 100.0
    absorber = absorb_effects(effects, weights=weights)
    np.testing.assert_allclose(absorber.residualise(x), annihilate(x, effects, weights), atol=1e-10)
    assert absorber.rank == np.linalg.matrix_rank(dummies(effects))
    assert absorber.rank_is_exact
    assert absorber.leverage().sum() == pytest.approx(absorber.rank, rel=1e-10)


@pytest.mark.parametrize("name", ["two", "three", "apart"])
def test_iteration_equals_the_direct_solution(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    effects = CASES[name]
    x = np.random.default_rng(7).standard_normal(effects[0].size) + 10.0
    direct = absorb_effects(effects)
    monkeypatch.setattr(fixed_effects, "_MOST_DIRECT", 0)
    iterated = absorb_effects(effects)
    np.testing.assert_allclose(iterated.residualise(x), direct.residualise(x), atol=1e-10)
    assert iterated.rank >= direct.rank
    assert iterated.rank_is_exact == (len(effects) == 2)
    if len(effects) == 2:
        assert iterated.rank == direct.rank
    with pytest.raises(EstimationError, match="at most 0 are possible"):
        iterated.leverage()


@pytest.mark.parametrize("rows", [1, 3])
def test_balanced_effects_equal_the_equations_they_save(rows: int) -> None:
    effects = [np.repeat(codes, rows) for codes in CASES["balanced"]]
    n = effects[0].size
    x = np.random.default_rng(7).standard_normal((n, 2)) * [1.0, 1e-6] + [1e6, 1e3]
    even, solved = absorb_effects(effects), absorb_effects(effects, weights=np.ones(n))
    assert isinstance(even.system, BalancedEffects)
    assert isinstance(solved.system, fixed_effects.EffectsSystem)
    scale = [1e-15 * 1e6, 1e-15 * 1e3]  # rounding of the values that deviations are taken of
    assert (np.abs(even.residualise(x) - solved.residualise(x)).max(axis=0) < scale).all()
    assert (even.rank, even.rank_is_exact) == (solved.rank, True)
    np.testing.assert_allclose(even.leverage(), solved.leverage(), rtol=1e-13)
    mine, theirs = even.system.basis(), solved.system.basis()
    np.testing.assert_allclose(mine @ mine.T, theirs @ theirs.T, atol=1e-14)


def test_uneven_crossings_are_not_taken_for_balanced_ones() -> None:
    first, second = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 1, 0, 0, 1])  # margins alike
    assert isinstance(absorb_effects([first, second]).system, fixed_effects.EffectsSystem)


def test_iteration_that_does_not_arrive_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed_effects, "_MOST_DIRECT", 0)
    monkeypatch.setattr(fixed_effects, "_ROUNDS", 2)
    absorber = absorb_effects(CASES["three"])
    with pytest.raises(ConvergenceError, match="2 conjugate-gradient steps on 19 groups"):
        absorber.residualise(np.random.default_rng(1).standard_normal(600))


def test_connected_sets_count_degrees_of_freedom() -> None:
    assert absorb_effects(CASES["apart"]).rank == 6  # 4 + 4 levels in two connected sets


def test_singletons_are_found_until_none_is_left() -> None:
    chain = [np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1, 2, 2, 2])]
    assert find_singletons(chain).tolist() == [True, True, True, True, False, False]
    assert not find_singletons([np.array([0, 0, 1, 1])]).any()


@pytest.mark.parametrize(
    ("effects", "weights", "message"),
    [
        ([], None, "no fixed effects"),
        ([np.array([-1, 0])], None, "must be 0 or more"),
        ([np.array([], dtype=np.intp)], None, "must be 0 or more"),
        ([np.array([0, 1]), np.array([], dtype=np.intp)], None, "must be 0 or more"),
        ([np.array([0, 2])], None, "no rows or no weight"),
        ([np.array([0, 1])], np.array([1.0, 0.0]), "no rows or no weight"),
    ],
)
def test_bad_effects_are_refused(effects: list[Codes], weights: Array | None, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        absorb_effects(effects, weights=weights)


def test_slopes_are_absorbed_whatever_their_unit_and_however_far_from_zero() -> None:
    t = np.array([0.0, 1.0, 2.0, 5.0, 7.0])
    late = 1e6 + t  # after its mean is out, a millionth of it is left
    one = absorb_effects([np.zeros(5, np.intp)])
    slopes = absorb_slopes(np.column_stack([late, 1e9 * t**2]), one)
    assert slopes.residualise(3.0 + 2.0 * t - t**2) == pytest.approx(0.0, abs=1e-6)
    assert np.abs(slopes.residualise(t**3)).max() > 1.0


def test_a_slope_that_an_effect_holds_takes_nothing_more() -> None:
    group = np.array([0, 0, 0, 1, 1, 1])
    one = absorb_effects([group.astype(np.intp)])
    same = absorb_slopes(np.column_stack([1.0 * group, 2.0 + group]), one)
    t = np.array([0.0, 1.0, 5.0, 2.0, 4.0, 9.0])
    assert same.residualise(t) == pytest.approx([-2.0, -1.0, 3.0, -3.0, -1.0, 4.0])


@pytest.mark.parametrize("effects", [True, False])
@pytest.mark.parametrize("unit", [1e-20, 1.0])
def test_weighted_slopes_by_group_are_a_weighted_regression_on_them(
    effects: bool, unit: float
) -> None:
    g = np.random.default_rng(np.random.SeedSequence(12))
    codes, t = np.arange(24) // 6, g.standard_normal(24)
    w, values = g.uniform(0.01, 0.1, 24), g.standard_normal((24, 2))
    dummies = np.eye(4)[codes]
    slopes = unit * dummies * t[:, None]
    base = absorb_effects([codes], weights=w) if effects else None
    found = absorb_slopes(slopes, base, weights=w)
    D = np.column_stack([dummies, dummies * t[:, None]]) if effects else dummies * t[:, None]
    gain = np.linalg.solve(D.T @ (w[:, None] * D), D.T * w)
    np.testing.assert_allclose(found.residualise(values), values - D @ gain @ values, atol=1e-12)
    np.testing.assert_allclose(
        found.residualise(values[:, 0]), values[:, 0] - D @ gain @ values[:, 0], atol=1e-12
    )
    np.testing.assert_allclose(found.leverage(), np.diag(D @ gain), rtol=1e-10)
    assert (found.rank, found.rank_is_exact) == (8 if effects else 4, True)

"""Least-squares balancing: optimality, fixed cells, signs, and refusals."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn


def _problem(seed: int, rows: int, columns: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    z = rng.lognormal(0, 1, (rows, columns))
    z[rng.random(z.shape) < 0.15] *= -0.5
    goal = z * rng.uniform(0.5, 1.5, z.shape)
    return z, goal.sum(axis=1), goal.sum(axis=0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 9))
def test_margins_are_met_and_the_solution_is_optimal(seed: int, rows: int, columns: int) -> None:
    z, u, v = _problem(seed, rows, columns)
    found = qn.balance_least_squares(z, u, v, tolerance=1e-11)
    assert found.converged
    np.testing.assert_allclose(found.table.sum(axis=1), u, atol=1e-8)
    np.testing.assert_allclose(found.table.sum(axis=0), v, atol=1e-8)
    assert (found.table * z >= 0).all()
    pull = (found.table - z) / np.abs(z)
    price = np.asarray(found.row_prices)[:, None] + np.asarray(found.column_prices)
    free = found.table != 0
    np.testing.assert_allclose(pull[free], price[free], atol=1e-6)
    # at rest on zero the prices must push against the sign
    assert (np.sign(z[~free]) * (z + np.abs(z) * price)[~free] <= 1e-8).all()


def test_unweighted_balancing_is_its_closed_form() -> None:
    z, u, v = _problem(4, 3, 5)
    found = qn.balance_least_squares(
        z, u, v, variance="absolute", keep_signs=False, tolerance=1e-12
    )
    rows, columns = u - z.sum(axis=1), v - z.sum(axis=0)
    closed = z + rows[:, None] / 5 + columns / 3 - rows.sum() / 15
    np.testing.assert_allclose(found.table, closed, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_fixed_cells_and_permutation(seed: int) -> None:
    z, u, v = _problem(seed, 6, 5)
    rng = np.random.default_rng(seed)
    fixed = [(0, 0), (2, 3)]
    try:
        base = qn.balance_least_squares(z, u, v, fixed=fixed, tolerance=1e-11)
    except qn.BalanceError:
        return
    assert base.table[0, 0] == z[0, 0]
    assert base.table[2, 3] == z[2, 3]
    i, j = rng.permutation(6), rng.permutation(5)
    moved = [(int(np.flatnonzero(i == a)[0]), int(np.flatnonzero(j == b)[0])) for a, b in fixed]
    turned = qn.balance_least_squares(z[np.ix_(i, j)], u[i], v[j], fixed=moved, tolerance=1e-11)
    np.testing.assert_allclose(turned.table, base.table[np.ix_(i, j)], atol=1e-6)
    large = qn.balance_least_squares(z * 1e5, u * 1e5, v * 1e5, fixed=fixed, tolerance=1e-11)
    np.testing.assert_allclose(large.table / 1e5, base.table, atol=1e-6)


def test_a_balanced_seed_stays() -> None:
    z, _, _ = _problem(1, 5, 5)
    found = qn.balance_least_squares(z, z.sum(axis=1), z.sum(axis=0))
    np.testing.assert_array_equal(found.table, z)
    assert found.iterations == 0
    assert not len(found.moves)


def test_variances_steer_who_moves() -> None:
    z = np.array([[10.0, 10.0], [10.0, 10.0]])
    d = np.array([[1.0, 100.0], [100.0, 1.0]])
    found = qn.balance_least_squares(z, [22, 20], [20, 22], variance=d)
    change = np.abs(found.table - z)
    assert change[0, 1] > 10 * change[0, 0]


def test_a_zero_cell_with_variance_may_become_positive() -> None:
    found = qn.balance_least_squares(
        [[5, 0], [5, 5]], [6, 9], [8, 7], variance=[[1, 1], [1, 1]], tolerance=1e-12
    )
    assert found.table[0, 1] > 0


def test_signs_are_kept_unless_asked() -> None:
    z, u, v = [[1.0, 9.0], [9.0, 1.0]], [2.0, 18.0], [10.0, 10.0]
    held = qn.balance_least_squares(z, u, v, variance="absolute")
    assert (np.asarray(held.table) >= 0).all()
    assert "came to rest at zero" in held.notes[0]
    free = qn.balance_least_squares(z, u, v, variance="absolute", keep_signs=False)
    assert (np.asarray(free.table) < 0).any()


def test_labels_align() -> None:
    z = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], ["a", "b"], ["x", "y"])
    found = qn.balance_least_squares(
        z,
        pd.Series({"b": 6.0, "a": 4.0}),
        pd.Series({"y": 5.0, "x": 5.0}),
        fixed=[("a", "x")],
        variance=z.loc[["b", "a"]],
    )
    assert found.table.loc["a"].tolist() == pytest.approx([1.0, 3.0])
    assert "Least-squares balancing" in repr(found)
    assert found.notes == ("1 cells held fixed.",)
    assert list(found.row_prices.index) == ["a", "b"]


REFUSED: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"row_totals": [4, 7]}, qn.BalanceError, "row totals sum to 11"),
    ({"fixed": [(0, 0), (0, 1)]}, qn.BalanceError, "row 0 of the seed has no cell that can move"),
    ({"seed": [[1, 0], [3, 4]], "row_totals": [6, 4]}, qn.BalanceError, r"row\(s\) 0"),
    ({"seed": [[1, 2], [0, 0]]}, qn.BalanceError, "row 1 of the seed has only zeros"),
    ({"variance": "relativ"}, qn.DataError, "did you mean 'relative'"),
    ({"variance": [[0, -1], [1, -2]]}, qn.DataError, "variance: row 0, column 1 is -1"),
    ({"variance": [[1, 1]]}, qn.DataError, r"variance: shape \(1, 2\)"),
    ({"variance": [[1, np.nan], [1, 1]]}, qn.DataError, "variance: row 0, column 1 is nan"),
    ({"fixed": [(0, 7)]}, qn.DataError, "fixed: no column 7 in the seed"),
    ({"fixed": ["a"]}, qn.DataError, "fixed: 'a'; expected a pair"),
    ({"fixed": "ab"}, qn.DataError, "fixed: expected a list, got 'ab'"),
    ({"fixed": 3}, qn.DataError, "fixed: expected a list, got 3"),
    ({"keep_signs": 1}, qn.DataError, "keep_signs: expected True or False, got 1"),
    ({"tolerance": 0}, qn.DataError, "tolerance: 0"),
    (
        {"max_iterations": 0},
        qn.DataError,
        "max_iterations must be a whole number of at least 1, got 0",
    ),
]


@pytest.mark.parametrize(("change", "kind", "message"), REFUSED)
def test_wrong_requests(change: dict[str, Any], kind: type[Exception], message: str) -> None:
    good: dict[str, Any] = {
        "seed": [[1, 2], [3, 4]],
        "row_totals": [4, 6],
        "column_totals": [5, 5],
    } | change
    with pytest.raises(kind, match=message):
        qn.balance_least_squares(**good)


def test_disconnected_blocks_must_balance_alone() -> None:
    z = [[1.0, 1, 0], [1, 1, 0], [0, 0, 1]]
    for keep in (True, False):
        with pytest.raises(qn.BalanceError, match="fit only into"):
            qn.balance_least_squares(z, [1, 2, 3], [2, 2, 2], keep_signs=keep)


def test_too_few_steps_are_said() -> None:
    rng = np.random.default_rng(3)
    z = rng.lognormal(0, 2, (20, 20))
    goal = z * rng.lognormal(0, 2, z.shape)
    u, v = goal.sum(axis=1), goal.sum(axis=0)
    found = qn.balance_least_squares(z, u, v, max_iterations=1)
    assert not found.converged
    assert "NOT converged after 1 steps" in found.notes[-1]
    assert qn.balance_least_squares(z, u, v).converged


# two tables at whose corners a whole step of Newton's goes too far: seed, variances, totals
CORNERS: list[tuple[Any, Any, Any, Any]] = [
    (
        [[1.0, 3.0], [2.0, 0.0], [0.0, 2.0]],
        [[1e3, 3.0], [200.0, 0.0], [0.0, 0.02]],
        [3.0, 0.0, 1.0],
        [2.4, 1.6],
    ),
    (
        [[2.0, 3.0, 2.0], [3.0, 0.0, 1.0]],
        [[0.2, 0.3, 2e3], [30.0, 0.0, 1.0]],
        [5.0, 2.0],
        [7 / 6, 3.5, 7 / 3],
    ),
]


@pytest.mark.parametrize(("z", "variance", "u", "v"), CORNERS)
def test_steps_that_go_too_far_are_shortened(z: Any, variance: Any, u: Any, v: Any) -> None:
    found = qn.balance_least_squares(z, u, v, variance=variance)
    z, variance = np.array(z), np.array(variance)
    assert found.converged
    np.testing.assert_allclose(found.table.sum(axis=1), u, atol=1e-8)
    np.testing.assert_allclose(found.table.sum(axis=0), v, atol=1e-8)
    # the conditions of Karush, Kuhn and Tucker: x = max(z + d (l + m), 0), and such x is optimal
    price = np.asarray(found.row_prices)[:, None] + np.asarray(found.column_prices)
    np.testing.assert_allclose(found.table, np.maximum(z + variance * price, 0.0), atol=1e-9)


def test_too_few_steps_contradict_nothing_where_signs_are_free() -> None:
    z, u, v = _problem(4, 3, 5)
    variance = np.abs(z) * 10.0 ** (np.arange(15).reshape(3, 5) % 7 - 3)
    ask: dict[str, Any] = {"variance": variance, "keep_signs": False}
    found = qn.balance_least_squares(z, u, v, **ask, tolerance=1e-17, max_iterations=1)
    assert not found.converged
    assert "NOT converged after 1" in found.notes[-1]


def test_margins_that_leave_one_table_are_met_however_far_the_seed_lies() -> None:
    # the first two columns are empty, so the third column is all of the second row's first part,
    # the fourth of the third row, and the fifth takes what is left
    seed = [[0.1, 0, 0, 0, 9.5], [0, 0.1, 217.3, 0, 0.1], [0, 0, 0, 0.2, 6.7]]
    found = qn.balance_least_squares(seed, [1, 10, 4], [0, 0, 4, 4, 7])
    assert found.converged
    expected = [[0, 0, 0, 0, 1], [0, 0, 4, 0, 6], [0, 0, 0, 4, 0]]
    np.testing.assert_allclose(found.table, expected, atol=1e-7)


@pytest.mark.parametrize("signs", [True, False])
def test_zeros_stay_and_every_other_cell_weighs_the_same_in_absolute_terms(signs: bool) -> None:
    # the zero leaves one answer, of which x = z + r_i + s_j: 3 = 1 + r1 + s1, 1.5 = 2 + r2 + s1 ...
    found = qn.balance_least_squares(
        [[1, 0], [2, 3]], [3.0, 4.0], [4.5, 2.5], variance="absolute", keep_signs=signs
    )
    np.testing.assert_allclose(found.table, [[3.0, 0.0], [1.5, 2.5]], atol=1e-8)
    prices = np.add.outer(found.row_prices, found.column_prices)
    np.testing.assert_allclose(prices[[0, 1, 1], [0, 0, 1]], [2.0, -0.5, -0.5], atol=1e-8)

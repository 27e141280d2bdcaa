"""RAS and GRAS: published answers, properties, and margins that cannot meet."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn

REFERENCE = Path(__file__).parent / "reference"


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REFERENCE / name).read_text())
    return found


def _problem(seed: int, rows: int, columns: int, *, signed: bool) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    z = rng.lognormal(0, 1, (rows, columns))
    if signed:
        z[rng.random(z.shape) < 0.2] *= -0.4
    goal = z * rng.lognormal(0, 0.5, z.shape)
    return z, goal.sum(axis=1), goal.sum(axis=0)


def test_ras_meets_miller_and_blair() -> None:
    case = _read("miller_blair_ras.json")
    seed = np.array(case["coefficients"]) * np.array(case["output"])
    found = qn.ras(seed, case["row_totals"], case["column_totals"], tolerance=1e-13)
    np.testing.assert_allclose(found.table, case["balanced"], rtol=2e-12)
    coefficients = found.table / np.array(case["output"])
    np.testing.assert_allclose(coefficients, case["balanced_coefficients"], rtol=2e-12)
    assert found.converged


@pytest.mark.parametrize("rounds", ["1", "2"])
def test_gras_meets_the_handbook_iteration_by_iteration(rounds: str) -> None:
    case = _read("un_handbook_gras.json")
    seed = np.array(case["seed"])
    step = case["iterations"][rounds]
    u, v = np.array(case["row_totals"]), np.array(case["column_totals"])
    found = qn.gras(seed, u, v, tolerance=1e-15, max_iterations=int(rounds))
    np.testing.assert_allclose(found.column_factors, step["s"], atol=5e-4)
    np.testing.assert_allclose(found.row_factors, step["r"], atol=5.5e-4)
    before = np.ones(len(u))
    if rounds == "2":
        before = np.asarray(qn.gras(seed, u, v, tolerance=1e-15, max_iterations=1).row_factors)
    plus, minus = np.maximum(seed, 0), np.maximum(-seed, 0)
    np.testing.assert_allclose(plus.T @ before, step["p_j"], atol=0.5)
    np.testing.assert_allclose(minus.T @ (1 / before), step["n_j"], atol=0.5)
    np.testing.assert_allclose(plus @ found.column_factors, step["p_i"], atol=0.5)
    np.testing.assert_allclose(minus @ (1 / found.column_factors), step["n_i"], atol=0.5)


def test_gras_keeps_signs_and_meets_the_handbook_margins() -> None:
    case = _read("un_handbook_gras.json")
    seed = np.array(case["seed"])
    found = qn.gras(seed, case["row_totals"], case["column_totals"])
    assert found.converged
    assert found.residual <= 1e-9
    assert (np.sign(found.table) == np.sign(seed)).all()
    np.testing.assert_allclose(found.table.sum(axis=0), case["column_totals"], rtol=1e-9)
    np.testing.assert_allclose(found.table.sum(axis=1), case["row_totals"], rtol=1e-7)
    assert "spread as rounding" in found.notes[0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 12), st.booleans())
def test_margins_are_met_and_signs_kept(seed: int, rows: int, columns: int, signed: bool) -> None:
    z, u, v = _problem(seed, rows, columns, signed=signed)
    found = qn.gras(z, u, v)
    assert found.converged
    size = np.abs(found.table)
    np.testing.assert_array_less(
        np.abs(found.table.sum(axis=1) - u), 2e-9 * np.maximum(size.sum(axis=1), np.abs(u)) + 1e-300
    )
    assert (found.table * z >= 0).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_permutation_units_and_transposition(seed: int, signed: bool) -> None:
    z, u, v = _problem(seed, 6, 5, signed=signed)
    rng = np.random.default_rng(seed)
    base = qn.gras(z, u, v, tolerance=1e-12).table
    i, j = rng.permutation(6), rng.permutation(5)
    moved = qn.gras(z[np.ix_(i, j)], u[i], v[j], tolerance=1e-12).table
    np.testing.assert_allclose(moved, base[np.ix_(i, j)], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(
        qn.gras(z.T, v, u, tolerance=1e-12).table.T, base, rtol=1e-8, atol=1e-10
    )
    scaled = qn.gras(z * 1e6, u * 1e6, v * 1e6, tolerance=1e-12).table
    np.testing.assert_allclose(scaled, base * 1e6, rtol=1e-8, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_ras_keeps_cross_ratios_and_a_balanced_seed(seed: int) -> None:
    z, u, v = _problem(seed, 4, 4, signed=False)
    found = qn.ras(z, u, v, tolerance=1e-12).table
    ratio = found / z
    np.testing.assert_allclose(ratio[0, 0] * ratio[1, 1], ratio[0, 1] * ratio[1, 0], rtol=1e-8)
    again = qn.ras(found, u, v)
    np.testing.assert_allclose(again.table, found, rtol=1e-9)
    assert again.iterations == 1


def test_gras_without_negatives_is_ras() -> None:
    z, u, v = _problem(3, 7, 5, signed=False)
    np.testing.assert_array_equal(qn.ras(z, u, v).table, qn.gras(z, u, v).table)


def test_gras_minimises_its_distance() -> None:
    """The first-order conditions: ln(x/z) is additive, with the sign of the cell."""
    z, u, v = _problem(11, 6, 6, signed=True)
    found = qn.gras(z, u, v, tolerance=1e-13)
    pull = np.sign(z) * np.log(found.table / z)
    additive = np.log(found.row_factors)[:, None] + np.log(found.column_factors)
    np.testing.assert_allclose(pull, additive, atol=1e-10)


def test_columns_and_rows_without_positive_cells() -> None:
    seed = np.array([[5.0, -2.0, 3.0], [4.0, -1.0, 0.0], [-1.0, 0.0, -2.0]])
    u, v = np.array([6.0, 3.0, -4.0]), np.array([8.0, -4.0, 1.0])
    found = qn.gras(seed, u, v, tolerance=1e-12)
    np.testing.assert_allclose(found.table.sum(axis=0), v, atol=1e-10)
    np.testing.assert_allclose(found.table.sum(axis=1), u, atol=1e-10)


def test_a_total_of_zero_empties_the_row() -> None:
    found = qn.ras([[1.0, 2.0], [3.0, 4.0]], [0.0, 7.0], [3.0, 4.0])
    np.testing.assert_allclose(found.table, [[0.0, 0.0], [3.0, 4.0]])
    negative = qn.gras([[-1.0, -2.0], [3.0, 4.0]], [0.0, 7.0], [3.0, 4.0])
    np.testing.assert_allclose(negative.table, [[0.0, 0.0], [3.0, 4.0]])


def test_cells_that_margins_force_to_zero_are_named() -> None:
    seed = [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    found = qn.ras(seed, [2.0, 1.0, 7.0], [3.0, 4.0, 3.0])
    np.testing.assert_allclose(found.table[2], [0.0, 4.0, 3.0])
    assert found.notes == ("The margins force row 2, column 0 to zero.",)


def test_labels_align_and_come_back() -> None:
    z = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=["a", "b"], columns=["x", "y"])
    u, v = pd.Series({"b": 6.0, "a": 4.0}), pd.Series({"y": 5.0, "x": 5.0})
    found = qn.ras(z, u, v)
    np.testing.assert_allclose(found.table.sum(axis=1)["a"], 4.0)
    assert list(found.table.index) == ["a", "b"]
    turned = qn.ras(z.loc[["b", "a"], ["y", "x"]], u, v).table
    pd.testing.assert_frame_equal(turned.loc[["a", "b"], ["x", "y"]], found.table)
    assert list(found.row_factors.index) == ["a", "b"]
    assert "column" in found.moves
    assert "RAS balancing" in repr(found)
    assert "<table" in found._repr_html_()


def test_a_cell_that_only_rounding_changed_has_not_moved() -> None:
    z = np.array([[0.1, 0.7], [0.3, 0.9]])
    found = qn.ras(z, z.sum(axis=1), z.sum(axis=0))
    found = dataclasses.replace(found, table=z * (1 + 4e-16))
    assert (found.table != z).any()
    assert not len(found.moves)
    assert "cells moved" in repr(found)
    assert found.tables()[0].frame.loc["cells moved", "value"] == "0"
    moved = dataclasses.replace(found, table=z + np.diag([1e-9, 0.0]))
    assert moved.tables()[0].frame.loc["cells moved", "value"] == "1"


@pytest.mark.parametrize("size", [8, 450])  # of the larger no linear programme is asked
def test_too_few_iterations_are_said(size: int) -> None:
    z, u, v = _problem(5, size, size, signed=True)
    found = qn.gras(z, u, v, max_iterations=1)
    assert not found.converged
    assert found.residual > 1e-9
    assert "NOT converged after 1" in found.notes[-1]


@pytest.mark.parametrize("rounds", [1, 2, 3, 10_000])
def test_a_contradiction_is_found_however_few_the_rounds(rounds: int) -> None:
    with pytest.raises(
        qn.BalanceError, match=r"row\(s\) 1 \(totals 4\) fit only into column\(s\) 1"
    ):
        qn.gras([[3.0, 0.0], [0.0, 1.0]], [5, 4], [36 / 7, 27 / 7], max_iterations=rounds)


def test_a_thousand_by_a_thousand_with_zeros_converges() -> None:
    rng = np.random.default_rng(0)
    z = rng.lognormal(0, 2, (1000, 1000))
    z[rng.random(z.shape) < 0.5] = 0
    z[rng.random(z.shape) < 0.05] *= -0.3
    goal = z * rng.lognormal(0, 1, z.shape)
    found = qn.gras(z, goal.sum(axis=1), goal.sum(axis=0))
    assert found.converged
    assert found.iterations < 50


INFEASIBLE = [
    ([[1, 2], [3, 4]], [4, 6], [5, 6], "row totals sum to 10, column totals to 11"),
    ([[0, 0], [3, 4]], [4, 6], [5, 5], "row 0 of the seed has only zeros but its total is 4"),
    ([[1, 0], [3, 0]], [4, 6], [5, 5], "column 1 of the seed has only zeros"),
    ([[1, 2], [3, 4]], [-1, 11], [5, 5], "row 0 of the seed has no cell but zeros and positive"),
    ([[1, 0, 0], [1, 0, 0], [1, 1, 1]], [2, 2, 6], [3, 4, 3], r"row\(s\) 0, 1 \(totals 4\)"),
    ([[1, 0], [0, 1]], [3, 2], [2, 3], r"row\(s\) 0 \(totals 3\) fit only into column\(s\) 0"),
    (
        [[1, 1, 0, 0], [1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 1, 1]],
        [5, 5, 1, 1],
        [4, 4, 2, 2],
        r"row\(s\) 0, 1 \(totals 10\) fit only into column\(s\) 0, 1 \(totals 8\)",
    ),
]


@pytest.mark.parametrize(("seed", "u", "v", "message"), INFEASIBLE)
def test_margins_that_cannot_meet_are_named(seed: Any, u: Any, v: Any, message: str) -> None:
    with pytest.raises(qn.BalanceError, match=message):
        qn.ras(seed, u, v)
    with pytest.raises(qn.BalanceError):
        qn.gras(seed, u, v)


def test_signs_make_gras_margins_impossible() -> None:
    seed = np.array([[1.0, 1, 0], [1, -1, 1], [1, 0, 1]])
    with pytest.raises(qn.BalanceError, match=r"row\(s\) 2 \(totals 9\) fit only into"):
        qn.gras(seed, [1, -4, 9], [2, 2, 2])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_every_sparse_problem_is_met_or_refused_as_linear_programming_says(seed: int) -> None:
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    n, m = rng.integers(2, 6, 2)
    z = rng.lognormal(0, 1, (n, m)) * rng.choice([-1, 0, 0, 1, 1], (n, m))
    u, v = rng.integers(-3, 9, n).astype(float), rng.integers(-3, 9, m).astype(float)
    v[-1] += u.sum() - v.sum()
    rows = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    bounds = [(0, None) if c > 0 else (None, 0) if c < 0 else (0, 0) for c in z.ravel()]
    feasible = linprog(np.zeros(n * m), A_eq=rows, b_eq=[*u, *v], bounds=bounds).status == 0
    try:
        found = qn.gras(z, u, v, tolerance=1e-7)
    except qn.BalanceError:
        assert not feasible
    else:
        assert feasible == found.converged


def test_sizes_beyond_the_range_of_numbers_are_said() -> None:
    with pytest.raises(qn.ConvergenceError, match="left the range of numbers"):
        qn.ras([[1e-200, 1e-200], [1e-200, 1e-200]], [1e200, 1e200], [1e200, 1e200])
    with pytest.raises(qn.ConvergenceError, match="left the range of numbers"):
        qn.ras([[1e-200, 0.0], [0.0, 1e-50]], [1e200, 1e200], [1e200, 1e200])  # one cell alone
    found = qn.gras([[1e180, -1e180], [1e180, 1e180]], [1e180, 3e180], [2e180, 2e180])
    assert found.converged


def test_the_ten_cells_that_moved_furthest_are_shown() -> None:
    seed = np.full((4, 4), 1.0)
    found = qn.ras(seed, [4.0, 8.0, 12.0, 16.0], [10.0] * 4)
    facts, moves = found.tables()
    # rows grow by 0, 1, 2 and 3 a cell when each takes a tenth of its total a column
    assert facts.frame.loc["cells moved", "value"] == "12"
    assert len(moves.frame) == 10
    assert len(found.moves) == 12
    many = qn.ras(np.ones((32, 32)), np.full(32, 64.0), np.full(32, 64.0))
    assert len(many.moves) == 1000  # of 1024
    assert many.tables()[0].frame.loc["cells moved", "value"] == "1024"


def test_moves_of_a_balance_stand_with_the_furthest_first() -> None:
    seed = pd.DataFrame([[1.0, 2.0], [4.0, 8.0]], ["a", "b"], ["c", "d"])
    moves = qn.ras(seed, [6.0, 12.0], [5.0, 13.0]).moves
    change = (moves["after"] - moves["before"]).to_numpy()
    np.testing.assert_allclose(change, moves["change"])
    assert len(change) == 4
    assert list(np.abs(change)) == sorted(np.abs(change), reverse=True)


def test_nothing_that_moved_is_an_empty_list() -> None:
    found = qn.ras([[1.0, 2.0], [3.0, 4.0]], [3.0, 7.0], [4.0, 6.0])
    assert found.moves.empty
    facts, moves = found.tables()
    assert (facts.title, moves.title) == ("RAS balancing", "Cells that moved furthest")
    assert facts.frame["value"].to_dict() == {
        "iterations": "1", "converged": "yes", "residual": "0.00e+00", "cells moved": "0",
    }  # fmt: skip
    assert found.notes == ()
    exact = qn.ras([[1.0, 2.0], [3.0, 4.0]], [4.0, 6.0], [5.0, 5.0], rounding=0.0)
    np.testing.assert_allclose(exact.table.sum(axis=0), [5.0, 5.0], rtol=1e-8)
    nothing = qn.gras(np.zeros((2, 2)), [0.0, 0.0], [0.0, 0.0])
    assert nothing.table.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert nothing.converged
    assert nothing.row_factors.tolist() == nothing.column_factors.tolist() == [1.0, 1.0]


def test_equal_moves_stand_in_the_order_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = pd.DataFrame(np.ones((2, 2)), ["a", "b"], ["x", "y"])
    found = qn.ras(seed, [4.0, 4.0], [4.0, 4.0])
    moves = found.moves
    pairs = list(zip(moves["row"], moves["column"], strict=True))
    assert pairs == [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    assert (moves["change"] == 1.0).all()
    assert (moves["ratio"] == 2.0).all()
    seed.loc["b", "y"] = 0.0
    new = qn.balance_least_squares(seed, [4.0, 4.0], [4.0, 4.0], variance=np.ones((2, 2))).moves
    assert new.iloc[0][["row", "column", "before"]].tolist() == ["b", "y", 0.0]
    assert np.isnan(new.iloc[0]["ratio"])
    monkeypatch.setattr("quesnay.models.input_output.balancing._MOST_MOVES", 2)
    assert len(found.moves) == 2
    assert found.tables()[0].frame.loc["cells moved", "value"] == "4"


@pytest.mark.parametrize(("many", "more"), [(8, ""), (9, " and 1 more")])
def test_eight_labels_are_listed_and_the_rest_counted(many: int, more: str) -> None:
    # the first rows sell to the first column only, which has room for less
    seed = np.zeros((many + 1, 2))
    seed[:, 0], seed[-1, 1] = 1.0, 1.0
    listed = ", ".join(map(str, range(8)))
    with pytest.raises(qn.BalanceError) as caught:
        qn.ras(seed, [2.0] * many + [3.0], [2.0 * many - 1.0, 4.0])
    assert (
        f"row(s) {listed}{more} (totals {2 * many}) fit only into column(s) 0 "
        f"(totals {2 * many - 1}); change" in str(caught.value)
    )
    # a column that the other rows fill leaves the last row's cell no room
    found = qn.ras(seed, [2.0] * many + [3.0], [2.0 * many, 3.0])
    assert found.notes == (f"The margins force row {many}, column 0 to zero.",)
    wide = np.ones((many + 1, 2))
    wide[0, 1] = 0.0
    forced = qn.ras(wide, [2.0] + [1.0] * many, [2.0, float(many)]).notes
    assert len(forced) == min(many, 8) + bool(more)
    assert forced[0] == "The margins force row 1, column 0 to zero."
    assert not more or forced[-1] == "... and 1 more cells."


@pytest.mark.parametrize(
    ("seed", "u", "v", "fixed", "message"),
    [
        ([[1, 1], [0, 0]], [1, 3], [2, 2], (),
         "row 1 of the seed has only zeros but its total is 3;"),
        ([[1, 1], [1, 1]], [6, -2], [2, 2], (),
         "row 1 of the seed has no cell but zeros and positive ones but its total is -2;"),
        ([[-1, 1], [-1, -1]], [1, 3], [1, 3], (),
         "row 1 of the seed has no cell but zeros and negative ones but its total is 3;"),
        ([[1, 0], [1, 0]], [2, 3], [2, 3], (),
         "column 1 of the seed has only zeros but its total is"),
        ([[1, 2], [3, 4]], [4, 6], [5, 5], [(0, 0), (0, 1)],
         "row 0 of the seed has no cell that can move but its total (less its fixed cells) is 1;"),
        ([[1, 0], [1, 1]], [3, 1], [2, 2], (),
         "row(s) 0 (totals 3) fit only into column(s) 0 (totals 2)"),
        ([[1, 0, 0], [1, 1, 2]], [3, 4], [2, 3, 2], [(1, 2)],
         "row(s) 0 (totals (less its fixed cells) 3) fit only into column(s) 0"),
    ],
)  # fmt: skip
def test_what_cannot_meet_is_said_with_its_totals(
    seed: Any, u: Any, v: Any, fixed: Any, message: str
) -> None:
    with pytest.raises(qn.BalanceError) as caught:
        qn.balance_least_squares(seed, u, v, fixed=fixed)
    assert message in str(caught.value)
    if not fixed:
        with pytest.raises(qn.BalanceError) as caught:
            qn.gras(seed, u, v)
        assert message in str(caught.value)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_rows_take_the_rounding_in_proportion_up_to_the_share_allowed(sign: float) -> None:
    seed, v = [[1.0, 1.0], [1.0, 1.0]], [5.0, 5.0]
    gap = sign * 9e-6
    found = qn.ras(seed, [2.0, 8.0 + gap], v)
    assert found.notes == (
        f"Row totals were {gap:+.4g} off the column totals: spread as rounding.",
    )
    rows = np.asarray(found.table).sum(axis=1)
    np.testing.assert_allclose(rows, [2.0 - 0.2 * gap, 8.0 + 0.2 * gap], atol=1e-10)
    assert qn.ras(seed, [2.0, 8.0 + sign * 1e-12], v).notes == ()
    assert qn.ras(seed, [2.0, 8.0 + sign * 1e-10], v).notes
    with pytest.raises(qn.BalanceError, match=f"differ by {-sign * 1.1e-5:.2g} .more than 1e-06"):
        qn.ras(seed, [2.0, 8.0 + sign * 1.1e-5], v)
    assert qn.ras(seed, [2.0, 8.0 + sign * 1.1e-5], v, rounding=2e-6).converged
    # with both signs the share is one of the absolute totals
    assert qn.gras([[1, -1], [1, -1]], [8.0, -10.0 + 1e-5], [9.0, -11.0]).converged
    assert qn.gras([[50, 55], [-45, -50]], [105.0 + 1e-4, -95.0], [5.0, 5.0]).converged
    assert qn.ras(seed, [2.0, 8.0], v, rounding=0.0).converged
    zero = qn.ras(seed, [0.0, 0.0], [0.0, 0.0])
    assert (np.asarray(zero.table) == 0.0).all()

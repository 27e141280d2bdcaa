"""Obstacles of a balance, each set against its sums by hand, and the scales of its misses."""

from typing import Any

import numpy as np
import pytest

from quesnay.fitting.tables import balancing
from quesnay.fitting.tables.balancing import (
    Obstacle,
    balance_least_squares,
    closed_set,
    emptied,
    first_obstacle,
    fit_margins,
    gras,
    margin_scales,
    proved_set,
)

STAIRS = np.tril(np.ones((3, 3)))  # row 0 sells to column 0, row 1 to 0 and 1, row 2 to all


def _array(*values: Any) -> Any:
    return np.array(values, dtype=float)


def _told(found: Obstacle | None, unit: float = 1.0) -> Any:
    if found is None:
        return None
    need, room = found.need / unit, found.room / unit
    return found.kind, found.rows, found.columns, need, room, found.cells


UNITS = pytest.mark.parametrize("unit", [1.0, 1 / 128])  # in the second all numbers are below one


@pytest.mark.parametrize(
    ("seed", "rows", "columns", "expected"),
    [
        # cells of 4 in all, totals of 16: a cell of the seed counts four times
        ([[2, -2], [0, 0]], (-8, 0), (4, -12), ([16, 1], [8, 12])),
        ([[2, -2], [0, 0]], (-40, 0), (4, -12), ([40, 1], [20, 20])),
        ([[0, 0], [0, 0]], (3, 0), (0, -5), ([3, 1], [1, 5])),
        ([[2, -1], [0, 0]], (0, 0), (0, 0), ([3, 1], [2, 1])),
        ([[0.02, -0.02], [0, 0]], (-0.08, 0), (0.04, -0.12), ([0.16, 1], [0.08, 0.12])),
    ],
)
def test_a_miss_is_measured_against_the_total_or_the_cells(
    seed: Any, rows: Any, columns: Any, expected: Any
) -> None:
    found = margin_scales(_array(*seed), _array(*rows), _array(*columns))
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-15)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-15)


@UNITS
def test_cells_of_one_sign_with_a_total_of_zero_are_emptied_until_none_is_left(unit: float) -> None:
    seed = unit * _array([-1, 0, 0], [2, 3, 1], [0, 0, -1])
    # row 0 holds only a negative cell; then column 0 only a positive one; column 2 holds both
    found = emptied(seed, unit * _array(0, 3, 5), unit * _array(0, 3, 0))
    np.testing.assert_array_equal(found / unit, [[0, 0, 0], [0, 3, 1], [0, 0, -1]])
    assert emptied(seed, unit * _array(1, 3, 5), unit * _array(1, 3, 0)) is seed


@UNITS
@pytest.mark.parametrize(
    ("seed", "rows", "columns", "expected"),
    [
        ([[1, 1], [0, 0]], (1, 3), (2, 2), ("empty", (1,), (), 3.0, 0.0, ())),
        ([[1, 1], [1, 1]], (6, -2), (2, 2), ("sign", (1,), (), -2.0, 0.0, ())),
        ([[-1, 1], [-1, -1]], (1, 3), (2, 2), ("sign", (1,), (), 3.0, 0.0, ())),
        ([[1, 0], [1, 0]], (2, 3), (2, 3), ("empty", (), (1,), 0.0, 3.0, ())),
        ([[1, 0], [1, 0]], (2, 3), (8, -3), ("empty", (), (1,), 0.0, -3.0, ())),
        ([[1, -1], [1, -1]], (2, 3), (2, 3), ("sign", (), (1,), 0.0, 3.0, ())),
        ([[0, 1], [0, 1]], (2, 3), (-1, -4), ("empty", (), (0,), 0.0, -1.0, ())),
        ([[1, 1], [-1, 1]], (0, 0), (0, 0), None),
        ([[0, 0], [-1, 1]], (0, -1), (-1, 0), None),
    ],
)
def test_the_first_row_or_column_that_cannot_meet_its_total(
    seed: Any, rows: Any, columns: Any, expected: Any, unit: float
) -> None:
    parts = [unit * _array(*part) for part in (seed, rows, columns)]
    assert _told(first_obstacle(*parts), unit) == expected
    if expected is not None:
        scaled = gras(*parts, tolerance=1e-9, max_iterations=9)
        assert _told(scaled.obstacle, unit) == expected
        assert (scaled.iterations, scaled.converged) == (0, False)


IN_0 = (_array(1, 0), _array(1, 0))  # row 0 and column 0 run away upwards


@UNITS
@pytest.mark.parametrize(
    ("seed", "u", "v", "expected"),
    [
        ([[1, 0], [1, 1]], (3, 1), (2, 2), ("set", (0,), (0,), 3.0, 2.0, ())),
        ([[1, 0], [1, 1]], (2, 2), (2, 2), ("face", (0,), (0,), 2.0, 2.0, ((1, 0),))),
        ([[1, -1], [0, 1]], (2, 2), (2, 2), ("face", (0,), (0,), 2.0, 2.0, ((0, 1),))),
        ([[1, -1], [1, 1]], (2, 2), (2, 2), ("face", (0,), (0,), 2.0, 2.0, ((0, 1), (1, 0)))),
        ([[1, 0], [0, 1]], (2, 2), (2, 2), None),  # full, and nothing enters
        ([[1, 0], [0, 1]], (3, 1), (2, 2), ("set", (0,), (0,), 3.0, 2.0, ())),
        ([[1, 0], [1, 1]], (1, 3), (2, 2), None),  # room is left
        ([[1, 1], [1, 1]], (3, 1), (2, 2), None),  # a positive cell leaves
        ([[1, 0], [-1, 1]], (3, 1), (2, 2), None),  # a negative one carries back: it leaves
    ],
)
def test_a_closed_set_is_proved_by_its_sums(
    seed: Any, u: Any, v: Any, expected: Any, unit: float
) -> None:
    z, rows, columns = (unit * _array(*part) for part in (seed, u, v))
    found = closed_set(z, rows, columns, IN_0)
    assert _told(found, unit) == expected


@pytest.mark.parametrize(("extra", "kind"), [(1e-7, "set"), (1e-11, "face"), (-1e-11, "face")])
def test_what_a_set_needs_beyond_its_room_is_rounding_or_a_contradiction(
    extra: float, kind: str
) -> None:
    seed, v = _array([1, 0], [1, 1]), _array(2000, 2000)
    u = 1000 * _array(2 + extra, 2 - extra)
    found = closed_set(seed, u, v, IN_0)
    assert found is not None
    assert found.kind == kind
    assert closed_set(seed, 1000 * _array(2 - 1e-7, 2 + 1e-7), v, IN_0) is None
    assert (proved_set(seed, u, v) is not None) == (kind == "set")


@pytest.mark.parametrize("cell", [(0, 1), (1, 0)])
def test_a_cell_that_may_take_both_signs_leaves_a_set_either_way(cell: tuple[int, int]) -> None:
    seed, u, v = _array([1, 0], [0, 1]), _array(3, 1), _array(2, 2)
    either = np.zeros((2, 2), dtype=bool)
    assert closed_set(seed, u, v, IN_0, either=either) is not None
    assert proved_set(seed, u, v, either=either) is not None
    either[cell] = True
    assert closed_set(seed, u, v, IN_0, either=either) is None
    assert proved_set(seed, u, v, either=either) is None
    # one of two cells that could leave is enough
    three, high = np.pad(either, (0, 1)), _array(1, 0, 0)
    totals = _array(3, 1, 1), _array(2, 2, 1)
    assert closed_set(np.eye(3), *totals, (high, high)) is not None
    assert closed_set(np.eye(3), *totals, (high, high), either=three) is None


@pytest.mark.parametrize(
    ("high", "expected"),
    [
        ((10, 9, 0), ("set", (0, 1), (0, 1), 6.0, 4.0, ())),
        ((10, 1, 0), ("set", (0,), (0,), 3.0, 1.5, ())),
        ((np.inf, 0, -9), ("set", (0,), (0,), 3.0, 1.5, ())),
        ((1, 0, -np.inf), ("set", (0, 1), (0, 1), 6.0, 4.0, ())),
        ((4, 20, 0), ("set", (0, 1), (0, 1), 6.0, 4.0, ())),  # row 1 alone sells to column 0
        ((0, 0, 0), None),
    ],
)
def test_the_widest_gap_of_the_potentials_is_tried_first(high: Any, expected: Any) -> None:
    found = closed_set(STAIRS, _array(3, 3, 1), _array(1.5, 2.5, 3), (_array(*high),) * 2)
    assert _told(found) == expected


def test_a_programme_finds_the_largest_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    u, v = _array(3, 3, 1), _array(2, 2, 3)
    largest = ("set", (0, 1), (0, 1), 6.0, 4.0, ())
    assert _told(proved_set(STAIRS, u, v)) == largest
    assert _told(proved_set(STAIRS / 128, u / 128, v / 128), 1 / 128) == largest
    assert proved_set(STAIRS, v, v) is None
    assert proved_set(np.zeros((3, 3)), u, v) is None
    assert _told(proved_set(np.ones((1, 1)), _array(3), _array(2))) == (
        "set", (0,), (0,), 3.0, 2.0, (),
    )  # fmt: skip
    # what column 1 takes goes back to row 0: rows 1 and columns 0 and 1 are no set without it
    apart = _array([1, -1, 0], [1, 1, 0], [0, 0, 1])
    found = _told(proved_set(apart, _array(-2, 5, 3), _array(3, 1, 2)))
    assert found == ("set", (2,), (2,), 3.0, 2.0, ())
    # negative cells beside the stairs carry back into the set, and every cell turned carries out
    back = np.where(STAIRS > 0, STAIRS, -1.0)
    assert _told(proved_set(back, u, v)) == largest
    assert proved_set(-back, u, v) is not None
    monkeypatch.setattr(balancing, "_PROGRAM_CELLS", 6)
    assert _told(proved_set(STAIRS, u, v)) == largest
    monkeypatch.setattr(balancing, "_PROGRAM_CELLS", 5)
    assert proved_set(STAIRS, u, v) is None


def test_a_cell_that_has_to_vanish_is_found_at_the_first_look() -> None:
    # row 0 fills column 0; without the cell below it the table is diagonal, and met in one round
    found = gras(STAIRS[:2, :2], _array(2, 3), _array(2, 3), tolerance=1e-9, max_iterations=5000)
    assert (found.vanished, found.converged, found.iterations) == (((1, 0),), True, 64 + 1)
    np.testing.assert_allclose(found.table, np.diag([2.0, 3.0]), rtol=1e-12)


def test_a_negative_cell_far_below_its_total_keeps_its_digits() -> None:
    seed = _array([1, -1e-20], [1, 1])
    table = gras(
        seed, _array(0.5, 0.75), _array(0.75, 0.5), tolerance=1e-12, max_iterations=99
    ).table
    # the factors r0 s1 are those of the other three cells, and the negative one is divided by them
    scale = table[0, 0] * table[1, 1] / table[1, 0]
    assert table[0, 1] == pytest.approx(-1e-20 / scale, rel=1e-9)


def test_margins_that_are_met_exactly_are_met_within_no_tolerance_at_all() -> None:
    found = gras(np.ones((2, 2)), _array(3, 1), _array(2, 2), tolerance=0.0, max_iterations=5)
    assert (found.converged, found.iterations, found.residual) == (True, 1, 0.0)
    np.testing.assert_allclose(found.table, [[1.5, 1.5], [0.5, 0.5]], rtol=1e-15)


def test_a_contradiction_stops_the_scaling_long_before_its_last_round() -> None:
    found = gras(STAIRS, _array(3, 3, 1), _array(2, 2, 3), tolerance=1e-9, max_iterations=5000)
    assert _told(found.obstacle) == ("set", (0, 1), (0, 1), 6.0, 4.0, ())
    assert found.iterations < 100
    assert not found.converged
    assert np.isnan(found.table).all()


@UNITS
@pytest.mark.parametrize("keep_signs", [False, True])
def test_a_quadratic_without_borders_is_met_in_one_step(unit: float, keep_signs: bool) -> None:
    seed = unit * _array([1, 2, 3], [4, 5, 7])
    for z in (seed, seed.T):  # the shorter side is solved for
        u, v = z.sum(axis=1) + unit, z.sum(axis=0) + unit * len(z) / z.shape[1]
        found = balance_least_squares(
            z, np.ones_like(z), (u, v), keep_signs=keep_signs, tolerance=1e-11, max_iterations=5
        )
        assert found.iterations == 1
        # with equal variances every cell takes the same share
        np.testing.assert_allclose(found.table, z + unit / z.shape[1], rtol=1e-11)


@pytest.mark.parametrize("draw", [4, 8, 9])  # whose steps have to be halved
def test_the_way_to_the_nearest_table_is_the_same_in_every_unit(draw: int) -> None:
    rng = np.random.default_rng(draw)
    z = rng.lognormal(0, 3, (6, 6)) * np.where(rng.random((6, 6)) < 0.3, -1, 1)
    goal = z * rng.lognormal(0, 2, (6, 6))
    fixed = np.eye(6) * (np.arange(6) < 2)  # two of the diagonal are known
    for held in (0.0 * z, fixed):
        aim = np.where(held > 0, z, goal)
        found = [
            balance_least_squares(
                unit * z, unit * np.where(held > 0, 0.0, np.abs(z)),
                (unit * aim.sum(axis=1), unit * aim.sum(axis=0)),
                keep_signs=True, tolerance=1e-9, max_iterations=100,
            )
            for unit in (1.0, 2.0**-20, 2.0**20)
        ]  # fmt: skip
        assert found[0].converged
        for other, unit in zip(found[1:], (2.0**-20, 2.0**20), strict=True):
            assert other.iterations == found[0].iterations
            np.testing.assert_allclose(other.table, unit * found[0].table, rtol=1e-12)


@pytest.mark.parametrize("keep_signs", [False, True])
def test_the_dual_falls_as_fast_as_its_margins_are_missed(keep_signs: bool) -> None:
    # the second row and a cell of the first are fixed; with signs two cells are cut off at zero
    z, d = _array([3, -2, 1], [4, 5, 6], [0.5, 2, 7]), _array([0.3, 2, 0], [0, 0, 0], [0.25, 4, 1])
    dual = balancing._Dual(z, d, (_array(5, 15, 8), _array(9, 7, 12)), keep_signs)
    price = _array(0.4, -1.0, -3.0, 0.7, 0.9, -0.2)
    slopes = [
        (
            dual.value(price + h, dual.table(price + h))
            - dual.value(price - h, dual.table(price - h))
        )
        / 2e-6
        for h in 1e-6 * np.eye(6)
    ]
    np.testing.assert_allclose(slopes, -dual.gap(dual.table(price)), rtol=1e-7)


@pytest.mark.parametrize("keep_signs", [False, True])
def test_a_table_that_is_balanced_takes_no_step(keep_signs: bool) -> None:
    z = _array([1, 2], [3, 4])
    found = balance_least_squares(
        z, z, (z.sum(axis=1), z.sum(axis=0)),
        keep_signs=keep_signs, tolerance=0.0, max_iterations=9,
    )  # fmt: skip
    assert (found.converged, found.iterations, found.obstacle) == (True, 0, None)
    assert found.table.tolist() == z.tolist()


@pytest.mark.parametrize("keep_signs", [False, True])
@pytest.mark.parametrize(("miss", "met"), [(1e-11, True), (1e-8, False)])
def test_a_fixed_row_may_miss_its_total_by_rounding(
    miss: float, met: bool, keep_signs: bool
) -> None:
    z = _array([10, 20], [30, 40])
    variance = _array([0, 0], [1, 1])
    found = balance_least_squares(
        z, variance, (_array(30 + miss, 70 - miss), _array(40, 60)),
        keep_signs=keep_signs, tolerance=1e-9, max_iterations=50,
    )  # fmt: skip
    assert (found.obstacle is None) == met
    assert found.converged == met
    if found.obstacle is not None:
        assert (found.obstacle.kind, found.obstacle.rows) == ("empty", (0,))
        assert found.obstacle.need == pytest.approx(miss, rel=1e-6)


def test_margins_in_turn_by_hand() -> None:
    rows, columns = ((0,), _array(3, 1)), ((1,), _array(2, 2))
    found = fit_margins(np.ones((2, 2)), (rows, columns), tolerance=1e-9, max_iterations=9)
    np.testing.assert_allclose(found.table, [[1.5, 1.5], [0.5, 0.5]], rtol=1e-15)
    assert (found.iterations, found.converged, found.residual) == (1, True, 0.0)
    # a column without cells misses its whole total, the largest of its margin being 3
    seed = _array([1, 0], [1, 0])
    for margins, worst in (((rows, ((1,), _array(1, 3))), 1), ((((1,), _array(1, 3)), rows), 0)):
        found = fit_margins(seed, margins, tolerance=1e-9, max_iterations=4)
        assert (found.iterations, found.converged, found.missed) == (4, False, worst)
    assert found.residual == pytest.approx(1.0)
    small = ((0,), _array(3, 1) / 128), ((1,), _array(1, 3) / 128)
    found = fit_margins(seed / 128, small, tolerance=1e-9, max_iterations=4)
    assert found.residual == pytest.approx(1.0)
    nothing = fit_margins(
        np.zeros((2, 2)), (((0,), _array(0, 0)),), tolerance=0.0, max_iterations=5
    )
    assert (nothing.iterations, nothing.converged, nothing.residual) == (1, True, 0.0)


@pytest.mark.parametrize("keep_signs", [True, False])
def test_a_contradiction_is_proved_when_the_steps_are_used_up(keep_signs: bool) -> None:
    options: Any = {"keep_signs": keep_signs, "tolerance": 1e-9, "max_iterations": 3}
    u, v = _array(3, 3, 1), _array(2, 2, 3)
    found = balance_least_squares(STAIRS, STAIRS, (u, v), **options)
    assert found.converged != keep_signs  # without signs a negative cell takes back the rest
    assert (found.obstacle is not None) == keep_signs
    if keep_signs:
        assert _told(found.obstacle) == ("set", (0, 1), (0, 1), 6.0, 4.0, ())
        none = balance_least_squares(STAIRS, STAIRS, (u, v), **{**options, "max_iterations": 0})
        assert _told(none.obstacle) == ("set", (0, 1), (0, 1), 6.0, 4.0, ())  # by the programme
    blocks: Any = np.kron(np.eye(2), np.ones((2, 2)))
    apart = balance_least_squares(blocks, blocks, (_array(3, 2, 1, 2), np.full(4, 2.0)), **options)
    assert apart.obstacle is not None
    assert apart.obstacle.kind == "set"
    assert sorted([apart.obstacle.need, apart.obstacle.room]) in ([4.0, 5.0], [3.0, 4.0])
    met = balance_least_squares(blocks, blocks, (_array(3, 1, 1, 3), np.full(4, 2.0)), **options)
    assert met.converged
    assert met.obstacle is None

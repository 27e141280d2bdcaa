"""Linear programmes against triangles and boxes whose corners are known by hand."""

import numpy as np
import pytest

from quesnay.fitting.linear_programs import Block, extremes, violations
from tests.refusals import refused

# x + y >= 1 in the box 0 <= x <= 2, 0 <= y <= 3
ROWS, LIMITS = np.array([[-1.0, -1.0]]), np.array([-1.0])
LOW, HIGH, SIZE = np.zeros(2), np.array([2.0, 3.0]), np.ones(2)
BOX = Block(ROWS, LIMITS, LOW, HIGH, SIZE)


@pytest.mark.parametrize(
    ("objective", "least"),
    [
        ([1.0, 1.0], 1.0),
        ([-1.0, 0.0], -2.0),
        ([2.0, 1.0], 1.0),
        ([1.0, -1.0], -3.0),
        ([0.0, 0.0], 0.0),
    ],
)
def test_the_least_value_is_at_a_corner(objective: list[float], least: float) -> None:
    found = extremes([BOX, BOX], [np.array(objective), np.array([1.0, 0.0])])
    assert found == pytest.approx([least, 0.0], abs=1e-8)  # the slack of a row


def test_what_nothing_bounds_is_minus_infinity() -> None:
    open_box = Block(ROWS, LIMITS, LOW, np.array([2.0, np.inf]), SIZE)
    assert extremes([open_box], [np.array([0.0, -1.0])])[0] == -np.inf
    assert extremes([open_box], [np.array([0.0, 1.0])])[0] == pytest.approx(0.0, abs=1e-9)


def test_a_variable_without_a_lower_end_and_one_that_is_fixed() -> None:
    below = Block(-ROWS, -LIMITS, np.array([-np.inf, 0.0]), HIGH, 5.0 * SIZE)  # x + y <= 1
    objectives = [np.array([-1.0, 0.0]), np.array([-1.0, -1.0]), np.array([1.0, 0.0])]
    found = extremes([below] * 3, objectives)
    assert found == pytest.approx([-1.0, -1.0, -np.inf], abs=1e-7)
    fixed = Block(ROWS, np.array([-4.0]), np.array([2.0, 0.0]), HIGH, SIZE)  # x is 2, y 2 to 3
    ends = extremes([fixed] * 2, [np.array([1.0, 1.0]), np.array([1.0, -1.0])])
    assert ends == pytest.approx([4.0, -1.0], abs=1e-7)


def test_one_end_alone_holds_whatever_the_size_of_the_variable() -> None:
    above = Block(ROWS, LIMITS, np.array([3.0, 0.0]), np.array([np.inf, 3.0]), 5.0 * SIZE)
    below = Block(-ROWS, -LIMITS, np.array([-np.inf, 0.0]), np.array([-3.0, 3.0]), 5.0 * SIZE)
    ends = extremes([above, below], [np.array([1.0, 0.0]), np.array([-1.0, 0.0])])
    assert ends == pytest.approx([3.0, 3.0], abs=1e-7)


def test_two_rows_that_leave_one_line_have_a_solution() -> None:
    line = Block(np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([1.0, -1.0]), LOW, HIGH, SIZE)
    found = extremes([line] * 3, [np.array(c) for c in ([1.0, 1.0], [1.0, 0.0], [-1.0, 1.0])])
    assert found == pytest.approx([1.0, 0.0, -1.0], abs=1e-7)
    assert violations([line]).tolist() == [0.0]


@pytest.mark.parametrize(("limit", "missed"), [(-0.5, 0.5), (-5.0, 1.0), (0.0, 0.0), (2.0, 0.0)])
def test_a_row_without_coefficients_is_missed_by_its_limit_and_by_one_at_most(
    limit: float, missed: float
) -> None:
    empty = Block(0.0 * ROWS, np.array([limit]), LOW, HIGH, SIZE)
    assert violations([empty, BOX]) == pytest.approx([missed, 0.0], abs=1e-9)


def test_a_contradiction_has_a_size_and_agreement_none() -> None:
    far = Block(ROWS, np.array([-6.0]), LOW, HIGH, SIZE)  # x + y >= 6, where at most 5 can be
    assert violations([BOX]).tolist() == [0.0]
    # in a box of half lengths 1 and 3 / 2 around (1, 3 / 2), and for a largest coefficient of one,
    # x + y >= 6 is 2 / 3 u + v >= 7 / 3, of which 5 / 3 can be
    assert violations([far, BOX]) == pytest.approx([2 / 3, 0.0], abs=1e-9)
    # the same box around (11, 43 / 2)
    moved = Block(ROWS, np.array([-36.0]), np.add(LOW, [10, 20]), np.add(HIGH, [10, 20]), SIZE)
    assert violations([moved]) == pytest.approx([2 / 3], abs=1e-9)
    assert violations([]).tolist() == extremes([], []).tolist() == []


@pytest.mark.parametrize("beside", [0, 1, 3])
def test_a_block_without_solution_is_refused_alone_or_among_others(beside: int) -> None:
    far = Block(ROWS, np.array([-6.0]), LOW, HIGH, SIZE)
    blocks = [BOX] * beside + [far]
    refused(lambda: extremes(blocks, [SIZE] * len(blocks)), "programme of 1 rows was not solved")

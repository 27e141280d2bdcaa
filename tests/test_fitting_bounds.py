"""Bounds that no solution passes: proofs against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from quesnay.fitting.bounds.propagation import propagate
from quesnay.fitting.bounds.search import find_solution, minimum
from quesnay.fitting.bounds.system import Box, Linear, Product, System

numbers = st.floats(-5.0, 5.0).map(lambda x: round(x, 3))
widths = st.floats(0.0, 2.0).map(lambda x: round(x, 3))


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=3, max_size=3), st.lists(widths, min_size=5, max_size=5))
def test_no_solution_is_lost(x: list[float], w: list[float]) -> None:
    """A point built to satisfy the equations stays in the narrowed box and inside the bounds."""
    a, b, c = x
    point = np.array([a, b, c, a * b, a * b + c])
    system = System(5, (Linear((4, 3, 2), (1.0, -1.0, -1.0)),), (Product(3, 0, 1),))
    box = Box(tuple((point - w).tolist()), tuple((point + np.array(w[::-1])).tolist()))
    inner = propagate(system, box)
    assert inner is not None
    slack = 1e-9 * (1.0 + np.abs(point))
    assert (np.array(inner.low) <= point + slack).all()
    assert (np.array(inner.high) >= point - slack).all()
    assert minimum(system, box, 4).safe <= point[4] + slack[4]
    assert -minimum(system, box, 4, sign=-1.0).safe >= point[4] - slack[4]
    assert find_solution(system, box) is not None


@settings(max_examples=40, deadline=None)
@given(numbers, numbers, widths, widths)
def test_bound_of_a_difference_of_products_is_exact(a: float, b: float, u: float, v: float) -> None:
    """min of x y - x over a box, where interval arithmetic alone is too wide."""
    low, high = (a, b), (a + u, b + v)
    # variables: x, y, p = x y, q = p - x
    system = System(4, (Linear((3, 2, 0), (1.0, -1.0, 1.0)),), (Product(2, 0, 1),))
    box = Box((*low, -np.inf, -np.inf), (*high, np.inf, np.inf))
    corners = [x * y - x for x in (low[0], high[0]) for y in (low[1], high[1])]
    found = minimum(system, box, 3)
    assert found.safe <= min(corners) + 1e-12
    assert found.safe >= min(corners) - 1e-5 * (1.0 + abs(min(corners)))


def test_empty_needs_and_gets_a_proof() -> None:
    # x y = 1 with x + y = 1.9 has no real solution: 1.9 ** 2 < 4.
    system = System(3, (Linear((1, 2), (1.0, 1.0), -1.9),), (Product(0, 1, 2),))
    assert find_solution(system, Box((1.0, 0.0, 0.0), (1.0, 9.0, 9.0))) is None
    # 2.0 just touches.
    touching = System(3, (Linear((1, 2), (1.0, 1.0), -2.0),), (Product(0, 1, 2),))
    found = find_solution(touching, Box((0.9, 0.0, 0.0), (1.1, 9.0, 9.0)))
    assert found is not None


def test_solution_in_the_square_root() -> None:
    system = System(3, (Linear((1, 2), (1.0, -1.0)),), (Product(0, 1, 2),))
    found = minimum(system, Box((2.0, 0.0, 0.0), (3.0, 9.0, 9.0)), 1)
    assert found.safe == pytest.approx(np.sqrt(2.0), rel=1e-5)


def test_free_variables_of_a_linear_system_are_solved() -> None:
    system = System(2, (Linear((0, 1), (1.0, 1.0), -5.0), Linear((0, 1), (1.0, -1.0), -1.0)), ())
    box = Box((-np.inf, -np.inf), (np.inf, np.inf))
    assert minimum(system, box, 0).safe == pytest.approx(3.0, rel=1e-6)
    assert minimum(system, box, 1).safe == pytest.approx(2.0, rel=1e-6)


def test_endless_quantity_is_said_to_be_endless() -> None:
    system = System(3, (), (Product(0, 1, 2),))
    box = Box((0.0, 0.0, 1.0), (np.inf, np.inf, 2.0))
    assert minimum(system, box, 0, sign=-1.0).safe == -np.inf


def test_reversed_box_is_empty() -> None:
    assert propagate(System(1, (), ()), Box((2.0,), (1.0,))) is None

"""What the front door is given that it cannot use: one line each."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import quesnay as qn
from tests.refusals import refused

MATRIX: Any = np.ones((2, 2)).view(np.matrix)
NONE: Any = None
GRID = qn.Grid({"a": [1, 2]})


def estimate(*_: Any) -> tuple[float, np.ndarray]:
    return 1.0, np.ones(5)


CASES: list[tuple[Callable[[], object], str]] = [
    (lambda: qn.backtest_elasticity(draws=MATRIX), "draws must be a whole number"),
    (lambda: qn.backtest_elasticity(draws=2, seed=MATRIX), "seed must be"),
    (lambda: qn.backtest_tables(updates=NONE), "updates: expected a list"),
    (lambda: qn.backtest_tables(updates=[(2017,)]), "pairs of years"),  # type: ignore[list-item]
    (lambda: qn.backtest_tables(methods=[MATRIX]), "unknown matrix"),
    (lambda: qn.specification_curve(figure=MATRIX), "no printed figure matrix"),
    (lambda: qn.update_table_year(year=MATRIX), "no table can be made"),
    (lambda: qn.update_table_year(method=MATRIX, draws=2), "method matrix"),
    (lambda: qn.audit(forecast_growth=MATRIX), "is no pair of percentages"),
    (lambda: qn.audit(without="T19"), "without: expected a list"),
    (lambda: qn.audit(without=[MATRIX]), "no figure matrix"),
    (lambda: qn.read_figures(NONE), "expected the path"),
    (lambda: qn.read_io(NONE), "expected the path"),
    (lambda: qn.read_io("table.csv", layout=[]), r"layout \[\] is unknown"),  # type: ignore[arg-type]
    (lambda: qn.read_io("table.csv", blank={}), "blank {} is unknown"),  # type: ignore[arg-type]
    (lambda: qn.read_china_klems(NONE), "expected the path"),
    (lambda: qn.export_dataset("china_gdp", NONE), "expected the path"),
    (lambda: qn.load_study(MATRIX), "unknown study|expected"),
    (lambda: qn.Grid({"a": [1]}, rules=["a"]), "list of Rule"),  # type: ignore[list-item]
    (
        lambda: qn.run_specifications(estimate, GRID, draws=5, seed=0, reported=("1", "2")),  # type: ignore[arg-type]
        "an interval",
    ),
]


@pytest.mark.parametrize(("call", "message"), CASES, ids=[message for _, message in CASES])
def test_refused_in_one_line(call: Callable[[], object], message: str) -> None:
    refused(call, message)


@pytest.mark.filterwarnings("error")
def test_a_curve_whose_draws_do_not_vary_has_no_joint_test() -> None:
    found = qn.run_specifications(estimate, GRID, draws=5, seed=0, reported=(0.5, 1.5))
    assert found.joint is None

"""Anything at all as an argument: answered, or refused in one line; never a foreign exception."""

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn

AB = ["a", "b"]
ONE = qn.InputOutputTable(
    pd.DataFrame([[150.0, 500], [200, 100]], AB, AB),
    pd.Series([350.0, 1700], AB),
    pd.Series([650.0, 1400], AB),
)
TWO = qn.InputOutputTable(
    pd.DataFrame([[200.0, 500], [200, 200]], AB, AB),
    pd.Series([500.0, 1800], AB),
    pd.Series([800.0, 1500], AB),
)
SUPPLY, USE, FINAL, VALUE = [[100, 0], [0, 120]], [[10, 20], [30, 40]], [70, 50], [60, 60]
SUT = qn.SupplyUseTable(SUPPLY, USE, FINAL, VALUE)
Z, U, V = pd.DataFrame([[1.0, 2], [3, 4]], AB, AB), [4.0, 6], [5.0, 5]

JUNK: list[Any] = [
    None, 0, -1, 1.5, float("nan"), float("inf"), True, "x", "", b"x", [], [[]], {}, {"a": None},
    {"a": [1]}, {"a": "x"}, (1, 2), (), [1], [1, 2, 3], [[1, 2], [3]], np.zeros((2, 2)),
    np.array([1 + 2j, 1]), np.array(AB), pd.Series([1, 2]), pd.Series(["p", "q"], AB),
    pd.DataFrame(), pd.DataFrame({"a": ["x", 2]}), pd.Index([1, 2]), datetime.date(2020, 1, 1),
    object(), len, np.datetime64("2020"), pd.NA, pd.NaT, {1, 2}, range(3), np.float32(3),
    pd.Series([1, 2], pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])), pd.Series(dtype=float),
    pd.Series([1.0, np.nan], AB), pd.Categorical(AB), pd.DataFrame([[1, 2], [3, 4]], ["a"] * 2, AB),
]  # fmt: skip

CALLS: dict[str, Callable[[Any], Any]] = {
    "seed": lambda j: qn.gras(j, U, V),
    "margin": lambda j: qn.ras(Z, U, j),
    "tolerance": lambda j: qn.ras(Z, U, V, tolerance=j),
    "iterations": lambda j: qn.gras(Z, U, V, max_iterations=j),
    "rounding": lambda j: qn.ras(Z, U, V, rounding=j),
    "fixed": lambda j: qn.balance_least_squares(Z, U, V, fixed=j),
    "fixed row": lambda j: qn.balance_least_squares(Z, U, V, fixed=[(j, "a")]),
    "variance": lambda j: qn.balance_least_squares(Z, U, V, variance=j),
    "keep_signs": lambda j: qn.balance_least_squares(Z, U, V, keep_signs=j),
    "array": lambda j: qn.ras_multi(j, {0: [4, 6], 1: [5, 5]}),
    "margins": lambda j: qn.ras_multi(np.ones((2, 2, 2)), j),
    "array margin": lambda j: qn.ras_multi(np.ones((2, 2, 2)), {0: j}),
    "nation": lambda j: qn.location_quotient_table(j, [1, 2]),
    "region": lambda j: qn.location_quotient_table(ONE, j),
    "quotient": lambda j: qn.location_quotient_table(ONE, ONE.x / 9, method=j),
    "delta": lambda j: qn.location_quotient_table(ONE, ONE.x / 9, delta=j),
    "employment": lambda j: qn.location_quotient_table(ONE, ONE.x / 9, employment=(j, j)),
    "output of supply": lambda j: qn.balance_supply_use(
        SUPPLY, USE, FINAL, VALUE, industry_output=j
    ),
    "totals of supply": lambda j: qn.balance_supply_use(
        SUPPLY, USE, FINAL, VALUE, industry_output=[10, 10], final_demand_totals=j
    ),
    "total of imports": lambda j: qn.balance_supply_use(
        SUPPLY, USE, FINAL, VALUE, industry_output=[10, 10], imports=[1, 1], import_total=j
    ),
    "start": lambda j: qn.structural_decomposition(j, ONE),
    "end": lambda j: qn.structural_decomposition(ONE, j),
    "method": lambda j: qn.structural_decomposition(ONE, TWO, method=j),
    "factors": lambda j: qn.structural_decomposition(ONE, TWO, factors=j),
    "account": lambda j: qn.structural_decomposition(ONE, TWO, factors=("v", "A", "f"), account=j),
    "plot": lambda j: qn.structural_decomposition(ONE, TWO).plot(names=j),
    "paths of": lambda j: qn.structural_paths(j),
    "demand": lambda j: qn.structural_paths(ONE, j),
    "path account": lambda j: qn.structural_paths(ONE, account=j),
    "count": lambda j: qn.structural_paths(ONE, count=j),
    "lengths of": lambda j: qn.average_propagation_lengths(j),
    "upstreamness of": lambda j: qn.upstreamness(j),
    "mixed": lambda j: qn.mixed_model(j, {"a": 1.0}),
    "mixed output": lambda j: qn.mixed_model(ONE, j),
    "mixed demand": lambda j: qn.mixed_model(ONE, {"a": 1.0}, j),
    "network": lambda j: qn.inoperability(j, [0, 0.1]),
    "shock": lambda j: qn.inoperability(ONE, j),
    "kind": lambda j: qn.inoperability(ONE, [0, 0.1], kind=j),
    "shocks": lambda j: qn.inoperability_path(ONE, j, resilience=0.5, periods=3),
    "resilience": lambda j: qn.inoperability_path(ONE, [0, 0.1], resilience=j, periods=3),
    "periods": lambda j: qn.inoperability_path(ONE, [0, 0.1], resilience=0.5, periods=j),
    "recovery": lambda j: qn.resilience(ONE, start=j, end=[0.1, 0.1], periods=3),
    "supply": lambda j: qn.SupplyUseTable(j, USE, FINAL, VALUE),
    "use": lambda j: qn.SupplyUseTable(SUPPLY, j, FINAL, VALUE),
    "final": lambda j: qn.SupplyUseTable(SUPPLY, USE, j, VALUE),
    "value": lambda j: qn.SupplyUseTable(SUPPLY, USE, FINAL, j),
    "imports": lambda j: qn.SupplyUseTable(SUPPLY, USE, FINAL, VALUE, imports=j),
    "import pair": lambda j: qn.SupplyUseTable(SUPPLY, USE, FINAL, VALUE, imports=(j, j)),
    "exports": lambda j: qn.SupplyUseTable(SUPPLY, USE, FINAL, VALUE, imports=[1, 1], exports=j),
    "model": lambda j: SUT.symmetric(j),
    "technology": lambda j: SUT.symmetric("E", product_technology=j),
    "split": lambda j: qn.split_imports(j),
    "import column": lambda j: qn.split_imports(ONE, imports=j),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_anything_is_answered_or_refused_in_one_line(call: Callable[[Any], Any]) -> None:
    messages = []
    for value in JUNK:
        try:
            repr(call(value))
        except qn.QuesnayError as error:
            messages.append(str(error))
    assert len(messages) >= len(JUNK) // 2
    assert not [text for text in messages if "\n" in text or len(text) > 400]

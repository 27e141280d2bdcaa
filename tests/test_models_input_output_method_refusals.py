"""Every argument of a table against values of every other kind: an answer or one clear line."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from quesnay import InputOutputTable, QuesnayError

S = ["a", "b"]
NAN = float("nan")
Z = pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], index=S, columns=S)
BASE: dict[str, Any] = {"Z": Z, "final_demand": [350.0, 1700.0], "value_added": [650.0, 1400.0]}
TABLE = InputOutputTable(
    Z,
    pd.DataFrame({"h": [100.0, 700.0], "o": [250.0, 1000.0]}, index=S),
    pd.DataFrame([[300.0, 500.0], [350.0, 900.0]], index=["w", "r"], columns=S),
    accounts=pd.DataFrame([[1.0, 2.0]], index=["j"], columns=S),
)
HALVES = {"x": 0.5, "y": 0.5}

JUNK: list[Any] = [
    None, 0, -1, 1.5, NAN, float("inf"), 1e308, 10**400, "x", "", b"x", True, object(), len,
    [], {}, (), set(), [None], ["a"], ["zz"], [1, 2], [[1, 2]], [[1, 2], [3]], [NAN], [("a", 1)],
    {"a": 1}, {"a": 0.5}, {"zz": 1}, {"a": None}, {"a": "x"}, {"a": [1]}, {"a": {"b": 1}}, {1: 2},
    np.ones(2), np.ones((2, 2)), np.ones((0, 2)), np.array([]), np.array(["a"]), np.array([1j, 2]),
    np.array([True, False]), np.array([[NAN, 1.0], [1.0, 1.0]]), np.zeros((2, 2, 2)),
    np.ma.masked_equal([1.0, 2.0], 2.0), datetime.date(2020, 1, 1), Decimal("0.5"),
    pd.Series(dtype=float), pd.Series([1.0, 2.0]), pd.Series([1.0, 2.0], index=["a", "a"]),
    pd.Series(["a", "b"], index=S), pd.DataFrame(), pd.DataFrame({"a": [1, 2]}),
    pd.DataFrame({"zz": [0.1]}), pd.DataFrame({"a": [pd.NA, 1]}), pd.Index(S), pd.Categorical(S),
    pd.MultiIndex.from_product([S, S]), slice(None), Ellipsis, range(2), iter([1, 2]),
]  # fmt: skip

CALLS: dict[str, Callable[[Any], object]] = {
    "solve": TABLE.solve,
    "account": TABLE.multipliers,
    "household": lambda j: TABLE.multipliers(closed=True, household=j, income="w"),
    "income": lambda j: TABLE.multipliers(closed=True, household="h", income=j),
    "per": lambda j: TABLE.multipliers(per=j),
    "extract": TABLE.extract,
    "kind": lambda j: TABLE.extract(["a"], j),
    "each": TABLE.extract_each,
    "many": TABLE.extract_many,
    "linkage": TABLE.satellite_linkage,
    "side": lambda j: TABLE.satellite_linkage([[0.1, 0.2]], side=j),
    "linkage account": lambda j: TABLE.satellite_linkage([[0.1, 0.2]], account=j),
    "forward": lambda j: TABLE.linkages(forward=j),
    "footprint": TABLE.footprint,
    "direct": lambda j: TABLE.footprint(direct=j),
    "coefficients": lambda j: InputOutputTable.from_coefficients(j, output=[1.0, 2.0]),
    "of output": lambda j: InputOutputTable.from_coefficients(Z / 2000, output=j),
    "of demand": lambda j: InputOutputTable.from_coefficients(Z / 2000, final_demand=j),
    "of imports": lambda j: InputOutputTable.from_coefficients(
        Z / 2000, output=[1.0, 2.0], imports=j
    ),
    "field": lambda j: TABLE.field_of_influence(j, "a"),
    "change": lambda j: TABLE.field_of_influence(change=j),
    "prices": TABLE.prices,
    "of": lambda j: TABLE.prices(0.1, of=j),
    "aggregate": TABLE.aggregate,
    "split": lambda j: TABLE.split(j, HALVES),
    "shares": lambda j: TABLE.split("a", j),
    "rows": lambda j: TABLE.split("a", HALVES, rows=j),
    "columns": lambda j: TABLE.split("a", HALVES, columns=j),
    "error": lambda j: TABLE.multiplier_intervals(relative_error=j),
    "method": lambda j: TABLE.multiplier_intervals(relative_error=0.1, method=j),
    "level": lambda j: TABLE.multiplier_intervals(relative_error=0.1, level=j),
    "seed": lambda j: TABLE.multiplier_intervals(
        relative_error=0.1, method="monte_carlo", draws=3, seed=j
    ),
    "weight error": lambda j: TABLE.extraction_intervals({"a": 0.5}, weight_error=j),
}


def made(name: str) -> Callable[[Any], object]:
    return lambda value: InputOutputTable(**{**BASE, name: value})


OPTIONS = ("output", "imports", "accounts", "unit", "name", "tolerance", "precision")
CALLS |= {f"new {name}": made(name) for name in (*BASE, *OPTIONS)}


@pytest.mark.parametrize("name", CALLS)
def test_nothing_foreign_comes_out(name: str) -> None:
    for value in JUNK:
        message = ""
        try:
            CALLS[name](value)
        except QuesnayError as error:
            message = str(error)
        assert "\n" not in message, value

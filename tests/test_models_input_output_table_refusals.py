"""Broken tables: each is refused in one line that says what, where and what to do."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from quesnay import ImportBlock, InputOutputTable, QuesnayError
from tests.refusals import refused

S = ["farm", "mill"]
Z = [[150.0, 500.0], [200.0, 100.0]]
F = [350.0, 1700.0]
V = [650.0, 1400.0]


def frame(values: Any = Z, rows: Any = S, columns: Any = S) -> pd.DataFrame:
    return pd.DataFrame(values, index=rows, columns=columns)


def series(values: Any, rows: Any = S) -> "pd.Series[Any]":
    return pd.Series(values, index=rows)


NAN, INF = float("nan"), float("inf")

TABLES: dict[str, tuple[tuple[Any, ...], dict[str, Any], str]] = {
    "not square": (([[1, 2, 3], [4, 5, 6]], F, V), {}, r"Z: shape \(2, 3\); expected a square"),
    "a vector": (([1, 2], F, V), {}, r"Z: shape \(2,\)"),
    "a number": ((5, F, V), {}, r"Z: shape \(\)"),
    "three axes": ((np.zeros((2, 2, 2)), F, V), {}, r"Z: shape \(2, 2, 2\)"),
    "empty": ((np.zeros((0, 0)), [], []), {}, "Z: shape"),
    "empty frame": ((pd.DataFrame(), F, V), {}, "Z: shape"),
    "none": ((None, F, V), {}, "Z: "),
    "text": (([["a", "b"], ["c", "d"]], F, V), {}, "Z: text; expected real numbers"),
    "numbers as text": (([["1", "2"], ["3", "4"]], F, V), {}, "Z: text"),
    "one text": (([[1, "2"], [3, 4]], F, V), {}, "Z: text"),
    "one text in a frame": (
        (frame([[1, 2], [3, "x"]]), F, V),
        {},
        "row 'mill', column 'mill' is str",
    ),
    "truth values": (([[True, False], [True, True]], F, V), {}, "Z: truth values"),
    "one truth value": ((frame([[1, True], [3, 4]]).astype(object), F, V), {}, "'mill' is bool"),
    "complex": (([[1j, 2], [3, 4]], F, V), {}, "Z: complex numbers"),
    "dates": ((np.array([["2020-01-01"] * 2] * 2, "M8[D]"), F, V), {}, "Z: of type datetime64"),
    "ragged": (([[1, 2], [3]], F, V), {}, "Z: not a table of numbers"),
    "a string": (("abc", F, V), {}, "Z: text"),
    "a dict for Z": (({"a": 1}, F, V), {}, "Z: "),
    "a set": (({1, 2}, F, V), {}, "Z: "),
    "nan": (([[150, NAN], [200, 100]], F, V), {}, "Z: row 0, column 1 is nan; expected a finite"),
    "nan in a frame": (
        (frame([[150, 500], [NAN, 100]]), F, V),
        {},
        "row 'mill', column 'farm' is nan",
    ),
    "infinite": (([[150, INF], [200, 100]], F, V), {}, "row 0, column 1 is inf"),
    "both infinities": (([[INF, -INF], [200, 100]], F, V), {}, "row 0, column 0 is inf"),
    "missing object": (
        (frame([[1, None], [3, 4]]).astype(object), F, V),
        {},
        "'farm', column 'mill'",
    ),
    "pd.NA": ((frame([[1, pd.NA], [3, 4]]), F, V), {}, "'farm', column 'mill' is missing"),
    "masked": ((np.ma.masked_equal(Z, 500), F, V), {}, "masked cells"),
    "too large": (([[1e308, 1e308], [1, 1]], F, V), {}, "too large for a float"),
    "too large in a column": (([[1e308, 1], [1e308, 1]], F, V), {}, "too large for a float"),
    "huge integers": (([[10**400, 1], [1, 1]], F, V), {}, "too large for a float"),
    "doubled rows": ((frame(rows=["a", "a"], columns=["a", "a"]), F, V), {}, "'a' occurs twice"),
    "doubled columns": ((frame(columns=["farm", "farm"]), F, V), {}, "column label 'farm' occurs"),
    "missing label": ((frame(rows=["farm", None]), F, V), {}, "row label number 2 is missing"),
    "missing in a level": (
        (pd.DataFrame(np.eye(3), pd.MultiIndex.from_arrays([list("abb"), [1, 2, None]])), F, V),
        {},
        "row label number 3 is missing",
    ),
    "other columns": ((frame(columns=["farm", "mil"]), F, V), {}, "'mill';.*mean 'mil'"),
    "labelled rows only": ((frame(columns=[0, 1]), F, V), {}, "Z: columns: labels differ"),
    "levels differ": (
        (frame(columns=pd.MultiIndex.from_product([["x"], S])), F, V),
        {},
        "2 levels",
    ),
    "short demand": ((Z, [350], V), {}, r"final demand: shape \(1,\)"),
    "turned demand": ((Z, [[1, 2, 3]] * 3, V), {}, r"final demand: shape \(3, 3\)"),
    "wide demand": ((Z, np.ones((3, 2)), V), {}, r"looks transposed: pass \.T"),
    "nan demand": ((Z, [350, NAN], V), {}, "final demand: entry 1 is nan"),
    "text demand": ((Z, ["350", "1700"], V), {}, "final demand: text"),
    "demand of others": (
        (frame(), series(F, ["farm", "shop"]), V),
        {},
        "no entry for sector 'mill'",
    ),
    "demand with more": (
        (frame(), series([*F, 1, 1], [*S, "shop", 9]), V),
        {},
        "unknown 'shop'; rename",
    ),
    "output with more": (
        (frame(), F, V),
        {"output": series([1000, 2000, 1], [*S, "shop"])},
        "output: labels differ from the sectors: unknown 'shop'; rename",
    ),
    "demand with less": (
        (frame(), series(F[:1], S[:1]), V),
        {},
        "final demand: no entry for sector .*; give every sector one",
    ),
    "unlabelled Z": ((Z, series(F), V), {}, "final demand: labels differ"),
    "doubled demand": ((frame(), series(F, ["farm", "farm"]), V), {}, "'farm' occurs twice"),
    "empty demand": ((Z, {}, V), {}, "empty mapping"),
    "short value added": ((Z, F, [1]), {}, r"value added: shape \(1,\)"),
    "turned value added": ((Z, F, np.ones((2, 3))), {}, "looks transposed"),
    "value of others": ((frame(), F, series(V, ["mill", "fram"])), {}, "mean 'fram'"),
    "nan value": ((Z, F, [[1, 2], [3, NAN]]), {}, "value added: row 1, column 1 is nan"),
    "named output": ((Z, F, {"output": V, "rest": [0, 0]}), {}, "'output' has a name that means"),
    "numbers and a list": (
        (Z, F, {"wages": 1.0, "rest": V}),
        {},
        r"value added: 'wages': shape \(\); expected a vector",
    ),
    "output too short": ((Z, F, V), {"output": [1000]}, r"output: shape \(1,\); expected 2"),
    "output of others": (
        (frame(), F, V),
        {"output": series(V, ["x", "y"])},
        "output: labels differ",
    ),
    "output nan": ((Z, F, V), {"output": [1000, NAN]}, "output: entry 1 is nan"),
    "rows unbalanced": ((Z, F, V), {"output": [1000, 2100]}, "row 1: .* 2000, output is 2100"),
    "columns unbalanced": (
        (frame(), F, [650, 1500]),
        {},
        "column 'mill': .* are 2100, output is 2000",
    ),
    "negative output": ((Z, [-900, 1700], [-600, 1400]), {}, "sector 0: output is -250"),
    "zero output, inputs": (
        ([[0, 5], [3, 0]], [-5, 2], [-3, 0]),
        {},
        r"sector 0: output is zero but its column has inputs \(from 1\); give its output",
    ),
    "zero output, imports": (
        ([[0, 0], [0, 1]], [0, 1], [-3, 1]),
        {"imports": [[3, 0]]},
        r"sector 0: output is zero but its column has inputs \(from abroad\); give its output",
    ),
    "tiny output": (([[0, 0], [0, 0]], [1e-300, 1], [1e-300, 1]), {}, "too small"),
    "unproductive": (
        ([[0, 30], [20, 0]], [-10, 0], [0, -10]),
        {},
        "spectral radius .* not below 1",
    ),
    "closed": (([[0, 1], [1, 0]], [0, 0], [0, 0]), {}, "spectral radius .* is 1, not below 1"),
    "short accounts": ((Z, F, V), {"accounts": [1]}, "accounts: shape"),
    "accounts of others": (
        (frame(), F, V),
        {"accounts": series(V, ["x", "y"])},
        "accounts: labels",
    ),
    "doubled account": (
        (Z, F, {"wages": V}),
        {"accounts": {"wages": V}},
        "'wages' is also a component",
    ),
    "import vector": ((Z, F, V), {"imports": [1, 2]}, "imports: a vector"),
    "import shape": ((Z, F, V), {"imports": np.ones((2, 3))}, "imports: 3 columns for 2"),
    "import keys": ((Z, F, V), {"imports": {"M": 1}}, "expected 'Z' and 'final_demand'"),
    "import labels": ((frame(), F, V), {"imports": frame(columns=["a", "b"])}, "imports: columns"),
    "import demand": ((Z, F, V), {"imports": ([[0, 0]], [1, 2])}, "final demand has 2 rows for 1"),
    "import unbalanced": ((Z, F, V), {"imports": [[5, 5]]}, "imports among them"),
    "tolerance": ((Z, F, V), {"tolerance": -0.1}, "tolerance: -0.1; expected a number"),
    "tolerance text": ((Z, F, V), {"tolerance": "1"}, "tolerance: '1'"),
    "precision": ((Z, F, V), {"precision": "half"}, "precision 'half' is unknown"),
    "unit": ((Z, F, V), {"unit": 5}, "unit: int 5; expected a text"),
    "name": ((Z, F, V), {"name": []}, "name: list"),

    # A is [[0.9, 0.3], [0.4, 0.2]]: its larger root is (1.1 + sqrt(1.21 - 0.24)) / 2
    "not productive": (
        (frame([[90, 30], [40, 20]]), [-20, 40], [-30, 50]),
        {},
        "coefficients is 1.04244, not below 1: .* sector 'farm' buys 1.3 of inputs per unit",
    ),
    "not productive below": (
        (frame([[20, 40], [30, 90]]), [40, -20], [50, -30]),
        {},
        "sector 'mill' buys 1.3 of inputs",
    ),
    "not productive with a negative cell": (
        ([[90, 30, 0], [40, 20, 0], [0, 0, -10]], [-20, 40, 110], [-30, 50, 110]),
        {},
        "coefficients is 1.04244, not below 1: .* sector 0 buys 1.3 of inputs",
    ),
    "not productive though its columns add up to less than output": (
        ([[12, 0], [-5, 3]], [-2, 12], [3, 7]),
        {},
        "coefficients is 1.2, not below 1: .* sector 0 buys 0.7 of inputs",
    ),
    # the multipliers are positive, 3 and 0.1 of 2.8, but the roots are those of -1.8
    "not productive though its multipliers are positive": (
        ([[0, -9], [20, 0]], [19, -10], [-10, 19]),
        {},
        "coefficients is 1.34164, not below 1: .* sector 0 buys 2 of inputs",
    ),
    "worst row": ((frame(), [351, 1710], V), {"output": [1000, 2000]}, "row 'mill': sales and "
                  "final demand are 2010, output is 2000: 10 .0.5 %."),
    "worst row above": ((frame(), [360, 1701], V), {"output": [1000, 2000]}, "row 'farm': sales "
                        "and final demand are 1010, output is 1000: 10 .1 %."),
    "demand for what nobody makes": (([[0, 0], [0, 1]], [5, 1], [0, 1]), {"output": [0, 2]},
                                     "row 0: .* 5, output is 0: 5 .of no output.,.*=5.2e.00 if"),
    "one of two rows is called as all": ((Z, F, {"value_added": V, "rest": [0, 0]}), {},
                                         "row 'value_added' has a name that means another account"),
    "row beside an idle sector": (([[10, 0], [0, 0]], [85, 0], [90, 0]), {"output": [100, 0]},
                                  "row 0: sales and final demand are 95, output is 100: -5 .-5 %."),
    "column beside an idle sector": (([[10, 0], [0, 0]], [90, 0], [80, 0]), {},
                                     "column 0: inputs and value added are 90, output is 100: -10"),
    "worst column": ((frame(), F, [651, 1380]), {}, "column 'mill': inputs and value added are "
                     "1980, output is 2000: -20 .-1 %."),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
def test_what_cannot_be_a_table_is_refused(case: str) -> None:
    arguments, options, message = TABLES[case]
    refused(lambda: InputOutputTable(*arguments, **options), message)


def test_a_nearly_singular_group_is_named() -> None:
    # L_kk of the first sector is 0 up to rounding: (1 - a_22) / det = 0.
    values = np.array([[0.0, -0.2], [0.5, 1.0 - 1e-13]])
    x = np.array([100.0, 100.0])
    flows = values * x
    table = InputOutputTable(flows, x - flows.sum(axis=1), x - flows.sum(axis=0), strict=False)
    refused(lambda: table.extract([0]), "nearly singular")
    refused(lambda: table.extract_each(), "extraction of sector 0 is not defined")


def test_a_singular_table_let_pass_is_refused_when_used() -> None:
    table = InputOutputTable([[0, 1], [1, 0]], [0, 0], [0, 0], strict=False)
    assert "not productive" in table.warnings[0]
    assert table.check().spectral_radius == 1.0
    assert not table.check().productive
    assert not table.check().ok
    refused(lambda: table.multipliers(), "I - A is singular")
    half = InputOutputTable([[0, 1], [1, 0]], [0, 0], [0, 0], strict=False, precision="single")
    refused(lambda: half.leontief(), "I - A is singular")


def test_an_imbalance_let_pass_is_recorded_and_shown() -> None:
    table = InputOutputTable(Z, F, [650, 1300], strict=False)
    assert "not balanced: column 1" in table.warnings[0]
    assert "not balanced" in repr(table)
    assert not table.check().ok
    assert "not balanced" in repr(table.check())
    assert table.aggregate({0: "a", 1: "b"}).warnings
    remedy = "tolerance=5.3e-02"
    with pytest.raises(QuesnayError, match=remedy):
        InputOutputTable(Z, F, [650, 1300])
    assert not InputOutputTable(Z, F, [650, 1300], tolerance=0.06).warnings


def test_unusual_but_sound_input_is_taken() -> None:
    table = InputOutputTable([[Decimal(150), 500], [200, 100]], F, V)
    assert table.x.tolist() == [1000, 2000]
    one = InputOutputTable([[10]], [90], [90])
    assert one.multipliers().iloc[0] == pytest.approx(1 / 0.9)
    assert one.linkages().shape == (1, 7)
    assert one.extract([0]).total_output_loss == pytest.approx(100)
    assert InputOutputTable([[10]], [90], [90], tolerance=0).x.tolist() == [100]
    integers = InputOutputTable(np.array(Z, dtype=np.int32), np.array(F), V)
    assert integers.multipliers().equals(table.multipliers())
    # a gap of 5 in sales of 100 is one of 0.05, though of the output of 90 it is more
    sold: Any = {"output": [90, 1000], "tolerance": 0.05}
    assert not InputOutputTable([[0, 100], [0, 0]], [-5, 1000], [90, 900], **sold).warnings
    block = ImportBlock(frame([[1.0, 0.0], [0.0, 2.0]]))
    assert InputOutputTable(frame(), F, [649, 1398], imports=block).content().shape == (2, 2)

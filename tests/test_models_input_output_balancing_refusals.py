"""Malformed seeds and margins: none passes in silence, none escapes as a foreign exception."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn

Z = [[1.0, 2.0], [3.0, 4.0]]
FRAME = pd.DataFrame(Z, ["a", "b"], ["x", "y"])
U, V = pd.Series({"a": 4.0, "b": 6.0}), pd.Series({"x": 5.0, "y": 5.0})
INF, NAN = float("inf"), float("nan")

MALFORMED: list[tuple[Any, Any, Any, str]] = [
    (None, [4, 6], [5, 5], "seed: the value is missing; fill it"),
    ("table", [4, 6], [5, 5], "seed: text; expected real numbers"),
    ([], [4, 6], [5, 5], r"seed: shape \(0,\); expected a .*matrix"),
    ([[]], [], [], r"seed: shape \(1, 0\); expected a .*matrix"),
    (3.0, [4, 6], [5, 5], r"seed: shape \(\)"),
    ([1, 2], [4, 6], [5, 5], r"seed: shape \(2,\)"),
    ([[[1.0]]], [1], [1], r"seed: shape \(1, 1, 1\)"),
    ([[1, 2], [3]], [4, 6], [5, 5], "seed: not a table of numbers; give rows of equal length"),
    ([["1", "2"], ["3", "4"]], [4, 6], [5, 5], "seed: text; expected real numbers"),
    ([[1, None], [3, 4]], [4, 6], [5, 5], "row 0, column 1 is missing"),
    ([[1, NAN], [3, 4]], [4, 6], [5, 5], "row 0, column 1 is nan"),
    ([[1, 2], [INF, 4]], [4, 6], [5, 5], "row 1, column 0 is inf"),
    ([[1, 2], [3, 4j]], [4, 6], [5, 5], "seed: complex numbers; expected real"),
    ([[True, False], [True, True]], [4, 6], [5, 5], "seed: truth values; expected real"),
    (
        np.array([["2018-01-01"]], dtype="datetime64[D]"),
        [1],
        [1],
        "of type datetime64.*real",
    ),
    (FRAME.assign(y=["p", "q"]), U, V, "row 'a', column 'y' is str 'p'; expected a real number"),
    (pd.concat([FRAME, FRAME]), U, V, "row label 'a' occurs twice"),
    (FRAME.set_axis(["x", "x"], axis=1), U, V, "column label 'x' occurs twice"),
    (FRAME, U.rename({"a": "c"}), V, "row_totals: no entry for 'a'"),
    (FRAME, U, V.rename({"x": "xx"}), "column_totals: no entry for 'x'.*did you mean 'xx'"),
    (FRAME, pd.Series([4.0, 6.0]), V, "row_totals: no entry for 'a'"),
    (FRAME, pd.Series([4.0, 6.0], ["a", "a"]), V, "row_totals label 'a' occurs twice"),
    (FRAME, pd.concat([U, pd.Series({"c": 1.0})]), V, r"row_totals: shape \(3,\); expected 2"),
    (Z, [4, 6, 0], [5, 5], r"row_totals: shape \(3,\)"),
    (Z, [4, 6], [10], r"column_totals: shape \(1,\)"),
    (Z, 10, [5, 5], r"row_totals: shape \(\)"),
    (Z, [[4, 6], [5, 5]], [5, 5], r"row_totals: shape \(2, 2\)"),
    (Z, ["4", "6"], [5, 5], "row_totals: text; expected real numbers"),
    (Z, [4, NAN], [5, 5], "row_totals: entry 1 is nan; expected a finite"),
    (Z, [4, 6], [INF, 5], "column_totals: entry 0 is inf; expected a finite"),
    (Z, None, [5, 5], "row_totals: the value is missing"),
    (
        np.array([[1, "2"], [3, 4]], dtype=object),
        [4, 6],
        [5, 5],
        "row 0, column 1 is str '2'",
    ),
    (FRAME.astype("Float64").mask(FRAME > 3), U, V, "row 'b', column 'y' is missing"),
    (Z, {"a": 4}, [5, 5], "row_totals: no entry for 0"),
    (Z, [4, 6], [5, 6], "row totals sum to 10, column totals to 11"),
    (Z, [0, 0], [0, 1], "row totals sum to 0"),
    (Z, [4, 6], [-5, 15], "column 0 of the seed has no cell but zeros and positive"),
    (Z, [-4, 14], [5, 5], "row 0 of the seed has no cell but zeros and positive"),
    ([[0, 0], [3, 4]], [4, 6], [5, 5], "row 0 of the seed has only zeros"),
    ([[0, 2], [0, 4]], [4, 6], [5, 5], "column 0 of the seed has only zeros"),
    ([[1, 0], [0, 4]], [4, 6], [5, 5], r"fit only into column\(s\)"),
    (np.zeros((2, 2)), [4, 6], [5, 5], "row 0 of the seed has only zeros"),
]


@pytest.mark.parametrize("balance", [qn.ras, qn.gras, qn.balance_least_squares])
@pytest.mark.parametrize(("seed", "u", "v", "message"), MALFORMED)
def test_malformed_input_is_refused_in_words(
    balance: Callable[..., Any], seed: Any, u: Any, v: Any, message: str
) -> None:
    with pytest.raises(qn.QuesnayError, match=message) as caught:
        balance(seed, u, v)
    assert "\n" not in str(caught.value)


SETTINGS = [
    ({"tolerance": 0.0}, "tolerance: 0.0; expected a number between 0 and 1"),
    ({"tolerance": NAN}, "tolerance: nan"),
    ({"tolerance": "small"}, "tolerance: 'small'; expected a number"),
    ({"tolerance": True}, "tolerance: True"),
    ({"max_iterations": 0}, "max_iterations must be a whole number of at least 1, got 0"),
    ({"max_iterations": 2.5}, "max_iterations must be a whole number of at least 1, got 2.5"),
    ({"rounding": -1.0}, "rounding: -1.0"),
    ({"rounding": None}, "rounding: None; expected a number"),
]


@pytest.mark.parametrize("balance", [qn.ras, qn.gras, qn.balance_least_squares])
@pytest.mark.parametrize(("options", "message"), SETTINGS)
def test_wrong_settings_are_refused(
    balance: Callable[..., Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(qn.DataError, match=message):
        balance(Z, [4, 6], [5, 5], **options)


def test_ras_points_negative_cells_to_gras() -> None:
    with pytest.raises(qn.DataError, match="row 0, column 1 is -2; RAS takes no negative cells"):
        qn.ras([[1, -2], [3, 4]], [4, 6], [5, 5])
    with pytest.raises(qn.DataError, match="row 1, column 0 is -3; RAS takes no negative cells"):
        qn.ras([[0, 2], [-3, 4]], [4, 6], [5, 5])


def test_the_gap_of_rounded_margins_is_spread_and_said() -> None:
    found = qn.ras(Z, [4.0, 6.0 + 1e-6], [5.0, 5.0])
    assert found.notes == ("Row totals were +1e-06 off the column totals: spread as rounding.",)
    np.testing.assert_allclose(np.asarray(found.table).sum(), 10.0, rtol=1e-9)
    with pytest.raises(qn.BalanceError, match="they differ by -1e-06"):
        qn.ras(Z, [4.0, 6.0 + 1e-6], [5.0, 5.0], rounding=1e-9)


def test_a_column_frame_of_totals_is_a_vector() -> None:
    found = qn.ras(FRAME, U.to_frame("total"), V)
    np.testing.assert_allclose(found.table.sum(axis=1), [4.0, 6.0])


def test_the_users_arrays_are_not_changed() -> None:
    seed, u, v = np.array(Z), np.array([4.0, 6.0]), np.array([5.0, 5.0])
    for balance in (qn.ras, qn.gras, qn.balance_least_squares):
        balance(seed, u, v)
    np.testing.assert_array_equal(seed, Z)
    np.testing.assert_array_equal(u, [4.0, 6.0])


def test_labels_of_any_kind_are_written_plainly() -> None:
    years = FRAME.mul(0).set_axis([2018, 2019])
    with pytest.raises(qn.BalanceError, match=r"^row 2018 of the seed has only zeros"):
        qn.ras(years, [4, 6], [5, 5])
    pairs = FRAME.mul(0).set_axis(pd.MultiIndex.from_tuples([("CN", "a"), ("JP", "b")]))
    with pytest.raises(qn.BalanceError, match=r"^row \('CN', 'a'\) of the seed"):
        qn.ras(pairs, [4, 6], [5, 5])

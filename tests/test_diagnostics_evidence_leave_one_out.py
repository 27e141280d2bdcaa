"""Leaving out one group at a time."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn

FRAME = pd.DataFrame({"g": list("aabbcc"), "x": [1.0, 3, 2, 4, 9, 9]})


def mean(rows: pd.DataFrame) -> float:
    return float(rows["x"].mean())


def test_jackknife_error_of_a_mean_of_single_rows_is_the_usual_one() -> None:
    x = np.random.default_rng(0).normal(size=40)
    frame = pd.DataFrame({"g": range(40), "x": x})
    found = qn.leave_one_out(mean, frame, by="g")
    assert found.std_errors["value"] == pytest.approx(x.std(ddof=1) / np.sqrt(40), rel=1e-10)


def test_permuted_rows_change_nothing() -> None:
    one = qn.leave_one_out(mean, FRAME, by="g").left_out.sort_index()
    two = qn.leave_one_out(mean, FRAME.iloc[::-1], by="g").left_out.sort_index()
    pd.testing.assert_frame_equal(one, two)


def test_a_group_without_which_it_fails_is_shown() -> None:
    def needs_b(rows: pd.DataFrame) -> float:
        if "b" not in set(rows["g"]):
            raise ValueError("no b")
        return mean(rows)

    found = qn.leave_one_out(needs_b, FRAME, by="g")
    assert list(found.left_out.index) == ["a", "c"]
    assert "ValueError: no b" in found.failures["b"]
    assert "Without b it failed" in found.summary()


def never(rows: pd.DataFrame) -> float:
    if len(rows) < len(FRAME):
        raise ValueError("never")
    return 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: qn.leave_one_out(mean, FRAME, by="h"), "by: no column 'h'"),
        (lambda: qn.leave_one_out(mean, FRAME[:4], by="g"), "at least three"),
        (lambda: qn.leave_one_out(never, FRAME, by="g"), "every group failed"),
        (lambda: qn.leave_one_out(mean, FRAME.assign(g=None), by="g"), "by: row 0 has no label"),
    ],
)
def test_malformed_input_is_one_clear_line(call: Any, message: str) -> None:
    with pytest.raises(qn.QuesnayError, match=message):
        call()


def test_the_change_of_a_mean_without_a_row_is_known() -> None:
    x = pd.DataFrame({"x": [1.0, 2.0, 6.0], "row": ["a", "b", "c"]})
    found = qn.leave_one_out(lambda data: data["x"].mean(), x, by="row")
    # the mean is 3; without one row 4, 3.5 and 1.5
    assert found.change.to_numpy().ravel().tolist() == pytest.approx([1.0, 0.5, -1.5])

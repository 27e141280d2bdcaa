"""Numbers as users give them: aligned by label, or an interval where printed, or refused."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from quesnay.models.inputs import (
    as_frame,
    check_unique,
    finite_numbers,
    places_of,
    rounding_interval,
)

from .refusals import refused

AB = pd.Index(["a", "b"])


@given(st.permutations([f"sector {k}" for k in range(7)]))
def test_every_order_is_brought_into_the_wanted_one(order: list[str]) -> None:
    wanted = pd.Index(sorted(order))
    assert pd.Index(order)[places_of(pd.Index(order), wanted, "rows")].equals(wanted)


LABELS: list[tuple[pd.Index, str]] = [
    (pd.Index(["a", "a"]), "rows: label 'a' occurs twice; make it unique"),
    (pd.Index(["a"]), "rows: no entry for 'b'; give each label one value"),
    (pd.Index(["a", "bb"]), "rows: no entry for 'b'; did you mean 'bb'"),
    (pd.Index(["a", "b", "c"]), "rows: label 'c' is unknown; leave it out or rename it"),
    (pd.Index([1, 2]), "rows: no entry for 'a'; give each label one value"),
]


@pytest.mark.parametrize(("labels", "message"), LABELS)
def test_labels_that_differ_are_named(labels: pd.Index, message: str) -> None:
    refused(lambda: places_of(labels, AB, "rows"), message)


def test_whole_number_labels_are_written_plainly() -> None:
    refused(lambda: check_unique(pd.Index([1, 1]), "rows: label"), "rows: label 1 occurs twice")
    refused(lambda: places_of(pd.Index([1]), pd.Index([1, 2]), "rows"), "rows: no entry for 2;")


@pytest.mark.parametrize(
    "values", [[1, 2], [1.0, 2.0], [Decimal(1), np.float32(2)], pd.array([1, 2], dtype="Int64")]
)
def test_numbers_of_every_kind_are_read(values: Any) -> None:
    np.testing.assert_array_equal(finite_numbers(pd.Series(values, AB), "x"), [1.0, 2.0])


NUMBERS: list[tuple[Any, str]] = [
    ([1.0, np.nan], r"x: nan at 'b' is not a finite number \(1 of 2 values\)"),
    ([np.inf, 1.0], "x: inf at 'a' is not a finite"),
    ([1.0, "2"], "x: '2' at 'b' is not a finite"),
    ([1.0, None], "x: nan at 'b' is not a finite"),
    (["a", None], "x: 'a' at 'a' is not a finite number .2 of 2 values"),
    ([1, True], "x: True at 'b' is not a finite"),
    ([10**400, 1], "at 'a' is not a finite"),
    ([Decimal("sNaN"), 1], "at 'a' is not a finite"),
    ([1 + 1j, 2], "expected real numbers, got complex128"),
    ([True, False], "expected real numbers, got bool"),
    (pd.to_datetime(["2018", "2019"]), "expected real numbers, got datetime64"),
    (pd.array([1, None], dtype="Int64"), "at 'b' is not a finite"),
]


def _labelled(values: Any) -> pd.Series:
    """Put values in a column; pandas 2.2 needs to be told to keep an integer beyond floats."""
    beyond = isinstance(values, list) and isinstance(values[0], int) and values[0] > 1e300
    return pd.Series(values, AB, dtype=object if beyond else None)


@pytest.mark.parametrize(("values", "message"), NUMBERS)
def test_what_is_no_number_is_named(values: Any, message: str) -> None:
    refused(lambda: finite_numbers(_labelled(values), "x"), message)


def test_an_empty_series_is_refused() -> None:
    refused(lambda: finite_numbers(pd.Series(dtype=float), "x"), "x: the series is empty")


@pytest.mark.parametrize(
    ("printed", "interval"),
    [("0", (-0.5, 0.5)), ("2.10", (2.095, 2.105)), ("-3", (-3.5, -2.5)), ("1e3", (500.0, 1500.0))],
)
def test_half_a_unit_of_the_last_digit(printed: str, interval: tuple[float, float]) -> None:
    assert rounding_interval(printed) == interval


@pytest.mark.parametrize("printed", ["", "nan", "1,234", "５", "1e", None, 1.42, "1e" + "9" * 30])
def test_what_is_no_printed_figure(printed: Any) -> None:
    refused(lambda: rounding_interval(printed), "expected digits such as '1.42'")


def test_a_frame_of_another_package_is_told_how_it_becomes_one() -> None:
    class Foreign:
        def to_pandas(self) -> None:
            """Be like a frame of polars."""

    Foreign.__module__ = "polars.dataframe.frame"
    refused(
        lambda: as_frame(Foreign(), "data"),
        r"data: expected a DataFrame, got one of polars; use its .to_pandas\(\)",
    )
    refused(lambda: as_frame([1], "data"), "data: expected a DataFrame, got list; convert it")
    frame = pd.DataFrame({"a": [1.0]})
    assert as_frame(frame, "data") is frame

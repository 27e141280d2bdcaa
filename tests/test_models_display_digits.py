"""Numbers as people read them: enough digits, not too many, and no false zeros."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, strategies as st

from quesnay.fitting.errors import DataError
from quesnay.models.display.grid import decimals_for, format_column
from quesnay.models.display.table import Table


@pytest.mark.parametrize(
    ("values", "spec", "shown"),
    [
        ([0.4386, 1.42], None, ["0.439", "1.420"]),
        ([919281.1, 990865.0], None, ["919,281", "990,865"]),
        ([2018.0, np.nan], None, ["2018", "-"]),
        ([0.5, 1e-9], None, ["0.5", "1e-09"]),
        ([0.05, 123.0, 150.0], None, ["0.1", "123.0", "150.0"]),  # half a unit of the last is shown
        ([0.04, 123.0, 150.0], None, ["0.04", "123", "150"]),
        ([1e-12, 1e-13], None, ["1e-12", "1e-13"]),
        ([0.1000004], None, ["0.1000"]),  # is no tenth
        ([1.5e-5], None, ["0.000015"]),
        ([9.5e-6], None, ["9.5e-06"]),  # six decimals would leave one digit
        ([0.0, 0.0], None, ["0", "0"]),
        ([-0.0004], ".2f", ["0.00"]),
        ([-0.04], ".1%", ["-4.0%"]),
        ([np.inf, -np.inf, 1.0], None, ["inf", "-inf", "1"]),
        ([1.5e300], None, ["1.500e+300"]),
        ([0.25, 0.5, 1.5e300], None, ["0.25", "0.50", "1.500e+300"]),
        ([0.0, 1e-12], None, ["0", "1e-12"]),
        ([2018, 10**20], None, ["2018", "100000000000000000000"]),
        ([np.int64(3), np.float32(0.5)], None, ["3", "0.5"]),
        ([True, np.False_], None, ["yes", "no"]),
        ([None, pd.NA, pd.NaT], None, ["-", "-", "-"]),
        ([date(2020, 3, 1), datetime(2020, 3, 1), datetime(2020, 3, 1, 12, 30)], None,
         ["2020-03-01", "2020-03-01", "2020-03-01T12:30:00"]),
        (["n/a", 0.015], ".1%", ["n/a", "1.5%"]),
        ([1.5, 2.5, 1e9 + 1e-4], None, ["1.5", "2.5", "1,000,000,000.0"]),  # beyond its digits
        (["mixed", 1.5, 2.25], None, ["mixed", "1.5", "2.25"]),  # each as it needs
        (["mixed", 0.015, 123456.0], None, ["mixed", "0.015", "123,456"]),
    ],
)  # fmt: skip
def test_numbers_are_shown_with_sensible_digits(
    values: list[object], spec: str | None, shown: list[str]
) -> None:
    assert format_column(values, spec, "x") == shown


@example(1.2453553082736715e-06)
@given(st.floats(min_value=-1e300, max_value=1e300).filter(bool))
def test_a_number_is_never_shown_as_zero_and_within_half_a_permille(value: float) -> None:
    (shown,) = format_column([value], None, "x")
    read = float(shown.replace(",", ""))
    # two digits remain of numbers too small for six decimals, four of all others
    assert abs(read - value) <= (0.051 if abs(value) < 1e-3 else 5.1e-4) * abs(value)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=8))
def test_decimals_are_few(values: list[float]) -> None:
    assert 0 <= decimals_for(values) <= 6


def test_a_format_that_does_not_fit_names_the_column() -> None:
    with pytest.raises(DataError, match=r"column 'share': format '\.2d' does not fit 0\.5"):
        Table("x", pd.DataFrame({"share": [0.5]}), (), {"share": ".2d"}).to_text()

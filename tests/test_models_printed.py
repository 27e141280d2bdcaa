"""Printed figures stand for an interval, and what is no figure is refused."""

from typing import Any

import pytest

from quesnay.models.printed import rounding_interval

from .refusals import refused


@pytest.mark.parametrize(
    ("printed", "interval"),
    [("0", (-0.5, 0.5)), ("2.10", (2.095, 2.105)), ("-3", (-3.5, -2.5)), ("1e3", (500.0, 1500.0))],
)
def test_half_a_unit_of_the_last_digit(printed: str, interval: tuple[float, float]) -> None:
    assert rounding_interval(printed) == interval


@pytest.mark.parametrize("printed", ["", "nan", "1,234", "５", "1e", None, 1.42, "1e" + "9" * 30])
def test_what_is_no_printed_figure(printed: Any) -> None:
    refused(lambda: rounding_interval(printed), "expected digits such as '1.42'")

"""Whatever is handed in as an argument: an answer or one clear line, never a foreign error."""

import decimal
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.errors import QuesnayError

YEARS = [2015, 2016, 2017, 2018]
FLOW = pd.Series([1.0, 2.0, 3.0, 4.0], YEARS)
FRAME = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 3, 4, 6]}, YEARS)
RATES = pd.Series({"a": 0.1, "b": 0.1})
VALUES = pd.Series({"a": 1.0, "b": 2.0, "c": 3.5})
GUIDE = pd.Series(np.arange(1.0, 17.0) ** 1.1, pd.period_range("2015Q1", periods=16, freq="Q"))

ODD: list[Any] = [
    None, "x", b"x", True, -1, 0, 10**400, 1e300, 1e-300, float("nan"), float("inf"), 1 + 1j,
    {}, {"a": 1}, [], [[]], [None], ["1", "2"], set(), range(4), lambda: None,
    decimal.Decimal(1), np.array(5.0), np.ones((2, 2, 2)), np.array([1 + 1j] * 4),
    pd.Series(dtype=float), FLOW.astype(str), FLOW * 1e308, FLOW * 1e-320, FLOW * 0, -FLOW,
    FLOW.set_axis(["2015", "2016", "2017", "2018"]), FLOW.set_axis([1e300, 2e300, 3e300, 4e300]),
    FLOW.set_axis([10**12 + k for k in range(4)]), FLOW.set_axis([None] * 4),
    FLOW.set_axis(pd.MultiIndex.from_product([[1, 2], [3, 4]])),
    FLOW.set_axis(pd.timedelta_range("1D", periods=4)), FLOW.astype("Int64").mask(FLOW > 3),
    FRAME * np.nan, pd.DataFrame(), FRAME.T, pd.concat({"x": FRAME}, axis=1),
]  # fmt: skip


def fitted() -> Any:
    return qn.fit_curve("logistic", YEARS, [1, 2, 3, 3.5])


def made() -> Any:
    return qn.reconcile(VALUES, ["a + b = c"], std_errors=VALUES)


DOORS: dict[str, Callable[[Any], object]] = {
    "investment": lambda o: qn.perpetual_inventory(o, depreciation=0.1),
    "depreciation": lambda o: qn.perpetual_inventory(FLOW, depreciation=o),
    "profile": lambda o: qn.perpetual_inventory(FLOW, depreciation=0.1, profile=o),
    "initial": lambda o: qn.perpetual_inventory(FLOW, depreciation=0.1, initial=o),
    "output": lambda o: qn.growth_accounting(o, FRAME, FRAME),
    "inputs": lambda o: qn.growth_accounting(FLOW, o, o),
    "kind": lambda o: qn.fit_curve(o, YEARS, FLOW),
    "t": lambda o: qn.fit_curve("logistic", o, FLOW),
    "y": lambda o: qn.fit_curve("logistic", YEARS, o),
    "saturation": lambda o: qn.fit_curve("gompertz", [1, 2], [1, 2], saturation=o),
    "y_errors": lambda o: qn.fit_curve("logistic", YEARS, [1, 2, 3, 3.5], y_errors=o),
    "origin": lambda o: qn.fit_curve("bass", YEARS, [1, 2, 3, 3.5], origin=o),
    "predict": lambda o: fitted().predict(o),
    "forecast": lambda o: fitted().forecast(o),
    "reaches": lambda o: fitted().reaches(o),
    "level": lambda o: fitted().conf_int(o),
    "interval": lambda o: fitted().conf_int(method=o),
    "seed": lambda o: fitted().conf_int(method="bootstrap", draws=100, seed=o),
    "grey": lambda o: qn.fit_grey(o),
    "horizon": lambda o: qn.fit_grey(FLOW, horizon=o),
    "series": lambda o: qn.disaggregate(o, GUIDE),
    "indicators": lambda o: qn.disaggregate(FLOW, o),
    "to": lambda o: qn.disaggregate(FLOW, to=o),
    "rho": lambda o: qn.disaggregate(FLOW, GUIDE, rho=o),
    "method": lambda o: qn.disaggregate(FLOW, GUIDE, method=o),
    "conversion": lambda o: qn.disaggregate(FLOW, GUIDE, conversion=o),
    "order": lambda o: qn.disaggregate(FLOW, GUIDE, method="denton-cholette", order=o),
    "estimates": lambda o: qn.reconcile(o, ["a + b = c"], std_errors=VALUES),
    "identities": lambda o: qn.reconcile(VALUES, o, std_errors=VALUES),
    "identity": lambda o: qn.reconcile(VALUES, [o], std_errors=VALUES),
    "covariance": lambda o: qn.reconcile(VALUES, ["a + b = c"], covariance=o),
    "fixed": lambda o: qn.reconcile(VALUES, ["a + b = c"], std_errors=VALUES, fixed=o),
    "tidy": lambda o: made().tidy(o),
    "stocks": lambda o: qn.capital_services(o, FRAME, RATES, rate=0.1),
    "rate": lambda o: qn.capital_services(FRAME, FRAME, RATES, rate=o),
    "domar": lambda o: qn.domar_aggregation(FRAME.iloc[1:], FRAME, o),
    "accumulated": lambda o: qn.accumulate_contributions(FLOW, FRAME.iloc[1:], initial=o),
}


def answer(door: Callable[[Any], object], odd: Any) -> str:
    """Return what the refusal says, or nothing where there is none."""
    try:
        door(odd)
    except QuesnayError as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("door", DOORS)
def test_an_answer_or_one_clear_line(door: str) -> None:
    for odd in ODD:
        said = answer(DOORS[door], odd)
        assert "\n" not in said
        assert len(said) < 500

"""Malformed input of the growth models: one clear line each, nothing silent, nothing foreign."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from tests.refusals import refused

YEARS = [2015, 2016, 2017, 2018]
FLOW = pd.Series([1.0, 2.0, 3.0, 4.0], YEARS)
INPUTS = pd.DataFrame({"k": [1.0, 2, 3, 4], "l": [1.0, 1, 1, 1]}, YEARS)
ASSETS = pd.DataFrame({"ict": [1.0, 2, 3, 4], "other": [9.0, 9, 9, 9]}, YEARS)
RATES = pd.Series({"ict": 0.3, "other": 0.1})
QUARTERS = pd.period_range("2015Q1", periods=16, freq="Q")
GUIDE = pd.Series(np.arange(1.0, 17.0) ** 1.1, QUARTERS, name="guide")
MONTHLY = pd.Series(np.arange(1.0, 13.0) ** 2, pd.period_range("2015-01", periods=12, freq="M"))
PAIR = pd.DataFrame({"a": GUIDE, "b": GUIDE})
WEEKS = pd.period_range("2015-01-05", periods=5, freq="W").delete(2)
DAYS = pd.period_range("2015-01-01", periods=16, freq="D")
VALUES = pd.Series({"a": 1.0, "b": 2.0, "c": 3.5})
SIGMA = pd.Series(0.1, VALUES.index)
SUM = ["a + b = c"]
SQUARE = pd.DataFrame(np.diag([0.1, 0.1, 0.1]), VALUES.index, VALUES.index)


def changed(series: pd.Series, **at: Any) -> pd.Series:
    """Return a series with values replaced, keys such as y2016."""
    out = series.astype(object)
    for key, value in at.items():
        out[int(key[1:])] = value
    return out


def inventory(series: Any = FLOW, **options: Any) -> Callable[[], object]:
    return lambda: qn.perpetual_inventory(series, **{"depreciation": 0.1, **options})


def account(output: Any = FLOW, inputs: Any = INPUTS, costs: Any = INPUTS) -> Callable[[], object]:
    return lambda: qn.growth_accounting(output, inputs, costs)


def curve(
    kind: Any = "logistic", t: Any = (1, 2, 3, 4), y: Any = (1, 3, 6, 7), **o: Any
) -> Callable[[], object]:
    return lambda: qn.fit_curve(kind, t, y, **o)


def spread(series: Any = FLOW, indicators: Any = GUIDE, **options: Any) -> Callable[[], object]:
    return lambda: qn.disaggregate(series, indicators, **options)


def adjusted(values: Any = VALUES, identities: Any = SUM, **options: Any) -> Callable[[], object]:
    return lambda: qn.reconcile(values, identities, **(options or {"std_errors": SIGMA}))


def services(
    stocks: Any = ASSETS, prices: Any = ASSETS, rates: Any = RATES, **o: Any
) -> Callable[[], object]:
    return lambda: qn.capital_services(stocks, prices, rates, **(o or {"rate": 0.5}))


CASES: list[tuple[Callable[[], object], str]] = [
    (inventory(changed(FLOW, y2016=np.nan)), "2016 is not a finite number"),
    (inventory(changed(FLOW, y2016=np.inf)), "2016 is not a finite number"),
    (inventory(changed(FLOW, y2016="text")), "'text' at 2016"),
    (inventory(changed(FLOW, y2016=-1.0)), "-1 in 2016 is negative"),
    (inventory(FLOW.drop(2016)), "no year between 2015 and 2017"),
    (inventory(FLOW.set_axis([2015, 2015, 2016, 2017])), "2015 occurs twice"),
    (inventory(FLOW.set_axis(list("abcd"))), "must hold years"),
    (inventory(FLOW.set_axis([2015.5, 2016, 2017, 2018])), "whole years"),
    (inventory(FLOW.set_axis(pd.date_range("2015", periods=4))), "DatetimeIndex"),
    (inventory(FLOW.set_axis([True, False, True, False])), "years as numbers"),
    (inventory(pd.Series(dtype=float)), "empty"),
    (inventory(FLOW.astype(complex)), "real numbers"),
    (inventory(FLOW > 2), "real numbers"),
    (inventory(np.ones((2, 2))), "shape"),
    (inventory(INPUTS), "one series"),
    (inventory(5.0), "shape"),
    (inventory([[1], [2, 3]]), "one series"),
    (inventory(depreciation=10), "outside"),
    (inventory(depreciation=0), "outside"),
    (inventory(depreciation="fast"), "must be a rate"),
    (inventory(depreciation=True), "must be a rate"),
    (inventory(depreciation=FLOW.drop(2018) / 10), "no rate for 2018"),
    (inventory(depreciation=FLOW / 10, profile="hyperbolic"), "geometric profile"),
    (inventory(profile="hyperbolc"), "did you mean 'hyperbolic'"),
    (inventory(profile=["geometric"]), "unknown"),
    (inventory(initial=-5), "initial"),
    (inventory(initial="much"), "initial"),
    (inventory(initial=np.nan), "initial"),
    (inventory(growth=-1), "growth"),
    (inventory(FLOW * 0), "gives no growth rate"),
    (inventory(FLOW.iloc[:1]), "gives no growth rate"),
    (inventory(FLOW.iloc[::-1].set_axis(YEARS)), "faster than depreciation"),
    (inventory(profile="hyperbolic", service_life=0), r"number of years in \(0, 400\], got 0"),
    (inventory(profile="hyperbolic", service_life=1e9), "service_life"),
    (inventory(profile="hyperbolic", efficiency=1.0), "efficiency shape"),
    (inventory(profile="hyperbolic", efficiency=None), "efficiency"),
    (inventory(profile="hyperbolic", retirement_spread=0.7), "retirement spread"),
    (account(FLOW.drop(2018)), "year 2018 is in inputs but not in output"),
    (account(inputs=INPUTS.drop(2018)), "year 2018 is in costs but not in inputs"),
    (account(costs=INPUTS[["k"]]), "column 'l' is in inputs but not in costs"),
    (account(inputs=pd.concat([INPUTS, INPUTS["k"]], axis=1)), "'k' occurs twice"),
    (account(inputs=INPUTS.rename(columns={"k": "tfp"})), "name of a result"),
    (account(inputs=INPUTS.iloc[:, :0]), "empty"),
    (account(inputs=FLOW), "expected a frame"),
    (account(inputs=INPUTS * 0), "inputs, column 'k': 0 in 2015 is not positive although"),
    (account(costs=INPUTS * 0), "sum to 0"),
    (account(changed(FLOW, y2017=0)), "0 in 2017 is not positive"),
    (account(FLOW.iloc[:1], INPUTS.iloc[:1], INPUTS.iloc[:1]), "two years"),
    (account(FLOW.drop(2016), INPUTS.drop(2016), INPUTS.drop(2016)), "evenly spaced"),
    (account(inputs=INPUTS.astype(str) + "x"), "column 'k'"),
    (curve("gompert"), "did you mean 'gompertz'"),
    (curve(7), "unknown"),
    (curve(t=[1, 2, 3]), "t has 3 values and y 4"),
    (curve(t=[1, 1, 1, 1]), "1 times cannot identify 3"),
    (curve(t=[1, 2], y=[1, 2]), r"logistic: 2 times cannot identify 3 parameters \(saturation, "
     r"rate, midpoint\); give more points, or saturation=$"),
    (curve(t=[1, 1], y=[1, 2], saturation=4),
     r"1 times cannot identify 2 parameters \(rate, midpoint\); give more points$"),
    (curve(t=["a", "b", "c", "d"]), "no finite number"),
    (curve(y=[1, np.nan, 3, 4]), "value 2 of 4"),
    (curve(y=[1, 1, 1, 1]), "nothing grows"),
    (curve(y=[-3, -2, -1, 0]), "no level is above 0"),
    (curve(t=[], y=[]), "shape"),
    (curve(t=[[1, 2], [3, 4]]), "shape"),
    (curve(y=None), "one column"),
    (curve(y=[7, 5, 3, 1]), "no rising logistic curve"),
    (curve(t=range(8), y=[1, 2, 4, 8, 16, 32, 64, 128]), "logistic curve"),
    (curve(saturation=-4), "saturation must be a positive"),
    (curve(saturation=0), "saturation must be a positive"),
    (curve(saturation="high"), "saturation must be a positive"),
    (curve(saturation=np.inf), "saturation must be a positive"),
    (curve(saturation_error=0.1), "needs saturation="),
    (curve(y_errors=[1, 2]), "4 positive standard errors"),
    (curve(y_errors=0), "4 positive standard errors"),
    (curve(y_errors=[0.1, 0.1, 0.0, 0.1]), "4 positive standard errors"),
    (curve(y_errors=[0.1, 1e-13, 0.1, 0.1]), "1e-13 to 0.1 are out of proportion to the levels"),
    (curve(y_errors=[0.1, 1e13, 0.1, 0.1]), r"0.1 to 1e\+13 are out of proportion to the levels"),
    (curve("gompertz", [1, 2], [3, 2], saturation=9), "passes through"),
    (curve("gompertz", [1, 2], [3, 10], saturation=9), "passes through"),
    (curve("bass", [1, 2], [3, 4], saturation=9), "innovation alone"),
    (curve("bass", origin=3), "not after the first"),
    (curve("bass", origin="start"), "not after the first"),
    (curve(t=FLOW, y=FLOW.drop(2018)), "no entry for 2018"),
    (lambda: qn.fit_curve("logistic", [1, 2], [1, 2], saturation=4).predict("soon"), "years"),
    (lambda: qn.fit_curve("logistic", [1, 2], [1, 2], saturation=4).predict([np.nan]), "missing"),
    (lambda: qn.fit_curve("logistic", [1, 2], [1, 2], saturation=4).conf_int(95), "0.95"),
    (lambda: qn.fit_curve("logistic", [1, 2], [1, 2], saturation=4).conf_int(method="x"), "method"),
    (lambda: qn.fit_curve("logistic", [1, 2, 3], [1, 2, 2.9], saturation=4).conf_int(
        method="bootstrap", draws=5), "draws"),
    (lambda: qn.fit_grey(FLOW.iloc[:3]), "GM"),
    (lambda: qn.fit_grey(FLOW - 3), "series: -2 in 2015 is not positive"),
    (lambda: qn.fit_grey(FLOW - 1), "series: 0 in 2015 is not positive"),
    (lambda: qn.fit_grey(FLOW.set_axis(WEEKS)),
     "series: no period between 2015-01-12/2015-01-18 and 2015-01-26/2015-02-01; fill it"),
    (lambda: qn.fit_grey(FLOW, horizon=0), "horizon"),
    (lambda: qn.fit_grey(FLOW, level=95), "level"),
    (lambda: qn.fit_grey(FLOW.set_axis([2015, 2016, 2017, 2019])), "no year between 2017"),
    (spread(method="chow"), "did you mean 'chow-lin'"),
    (spread(conversion="mean"), "conversion 'mean'"),
    (spread(indicators=None), "to: expected"),
    (spread(indicators=None, to="weekly"), "to: expected"),
    (spread(indicators=None, to=True), "to: expected"),
    (spread(indicators=GUIDE.iloc[1:]), "2015Q1 is missing"),
    (spread(indicators=GUIDE.iloc[:-1]), "2018Q4 is missing"),
    (spread(indicators=GUIDE.drop(QUARTERS[5])), "no quarter between 2016Q1 and 2016Q3"),
    (spread(indicators=GUIDE.to_numpy()), "by position"),
    (spread(indicators=GUIDE.set_axis(range(16))), "PeriodIndex"),
    (spread(indicators=GUIDE.set_axis(DAYS)), "frequency D"),
    (spread(to="monthly"), "does not fit"),
    (spread(FLOW.drop(2016)), "no year between 2015 and 2017"),
    (spread(FLOW.set_axis(QUARTERS[:4])), "expected years"),
    (spread(FLOW.set_axis(pd.period_range("2015", periods=4, freq="M"))), "of frequency M"),
    (spread(FLOW.set_axis(QUARTERS[:4]), None, to="quarterly"), "for a quarterly series"),
    (spread(FLOW.set_axis(QUARTERS[:4]), MONTHLY, to=12), "3 periods a quarter"),
    (spread(FLOW.set_axis(QUARTERS[1:5]), MONTHLY), "2016-03 is missing"),
    (spread(FLOW.set_axis([0, 1, 2, 3]), GUIDE), "0 is no year"),
    (spread(objective="minrss"), "objective 'minrss' is unknown"),
    (spread(method="litterman", objective="minrss-ecotrim"), "does not have"),
    (spread(rho=1.0), "rho must be"),
    (spread(rho="high"), "rho must be"),
    (spread(indicators=GUIDE * 0 + 1), "collinear"),
    (spread(FLOW.iloc[:2], GUIDE.iloc[:8]), "cannot carry 2 coefficients"),
    (spread(indicators=GUIDE.to_frame("intercept")), "rename"),
    (spread(method="denton-cholette", indicators=GUIDE.where(GUIDE > 4, 0.0)),
     "indicator: 0 in 2015Q1; a proportion to 0"),
    (spread(method="denton-cholette", order=3), "order"),
    (spread(method="denton-cholette", order=0), "order must be 1 or 2"),
    (spread(method="denton", order=3), "order must be 0 or 1 or 2"),
    (spread(method="denton-cholette", indicators=PAIR), "one indicator"),
    (spread(FLOW.to_numpy(), np.ones(7), to=2), "do not cover"),
    (adjusted([1, 2, 3]), "expected a Series"),
    (adjusted(VALUES.set_axis([1, 2, 3])), "must be a text"),
    (adjusted(VALUES.set_axis(["a", "a", "c"])), "'a' occurs twice"),
    (adjusted(VALUES * np.nan), "not a finite number"),
    (adjusted(identities=[]), "at least one"),
    (adjusted(identities=5), "expected texts"),
    (adjusted(identities=["a + b"]), "one '=' sign"),
    (adjusted(identities=["a == b"]), "one '=' sign"),
    (adjusted(identities=["a + = b"]), "expected a name, a number or"),
    (adjusted(identities=["a + total = c"]), "no estimate is called 'total'"),
    (adjusted(identities=["1 = 2"]), "names no estimate"),
    (adjusted(identities=["__import__('os').getcwd() = a"]), ". are understood"),
    (adjusted(identities=["a.real = b"]), "no estimate is called 'a.real'"),
    (adjusted(identities=["a if b else c = c"]), ". are understood"),
    (adjusted(identities=["a ** b = c"]), "exponent"),
    (adjusted(identities=["a[t-1] = c"]), "estimates have no year"),
    (adjusted(identities=[f"a = b * {'9' * 500}"]), "a number too large"),
    (adjusted(identities=[f"a = {'(' * 900}b{')' * 900}"]), "nested more than 40 deep"),
    (adjusted(identities=["a ** 99999999 = c"]), "exponent"),
    (adjusted(identities=["a * 'x' = c"]), ". are understood"),
    (adjusted(identities=["a = " + "(" * 300 + "b" + ")" * 300]), "identity"),
    (adjusted(identities=["a = " + "+".join(["b"] * 90)]), "nested"),
    (adjusted(identities=["a = b / (a - 1)"]), "no finite value"),
    (adjusted(VALUES - [1, 0, 0], ["a ** 0.5 = b"]), "no finite value at the estimates"),
    (adjusted(identities=[None]), "text"),
    (adjusted(std_errors=SIGMA, covariance=SQUARE), "not both"),
    (adjusted(fixed=["a"]), "either std_errors"),
    (adjusted(std_errors=-SIGMA), "below 0"),
    (adjusted(std_errors=SIGMA.drop("c")), "no entry for 'c'"),
    (adjusted(std_errors=[1, 2, 3]), "expected a Series"),
    (adjusted(covariance=SQUARE.drop("c")), "no entry for 'c'"),
    (adjusted(covariance=SQUARE * -1), "below 0"),
    (adjusted(covariance=SQUARE + np.triu(np.ones((3, 3)), 1)), "not symmetric"),
    (adjusted(covariance=SQUARE * 0 + 1 - 2 * (1 - np.eye(3))), "semidefinite"),
    (adjusted(covariance=np.eye(3)), "expected a DataFrame"),
    (adjusted(std_errors=SIGMA, fixed=["d"]), "no estimate is called 'd'"),
    (adjusted(std_errors=SIGMA, fixed=["a", "b", "c"]), "is left after every adjustment"),
    (
        adjusted(identities=["a + b = c", "a = b"], std_errors=SIGMA, fixed=["a", "b"]),
        "identity 'a = b': -1 is left",
    ),
    (adjusted(identities=pd.DataFrame({"z": [1]})), "no estimate is called 'z'"),
    (adjusted(identities=pd.DataFrame({"z": [0], "a": [1]})), "no estimate is called 'z'"),
    (adjusted(identities=pd.DataFrame({"a": [0]})), "every coefficient is 0"),
    (adjusted(identities=pd.DataFrame({"a": []})), "no row"),
    (services(rates=RATES.drop("ict")), "asset 'ict'"),
    (services(rates=RATES * 10), "must lie in"),
    (services(prices=ASSETS * 0), "not positive"),
    (services(ASSETS.iloc[:2], ASSETS.iloc[:2]), "three years"),
    (services(rate=0.1, property_income=FLOW), "not both"),
    (services(rate=FLOW.iloc[:2]), "no value for 2017"),
    (services(property_income=FLOW * 0 - 9), "not to more than 0"),
    (lambda: qn.domar_aggregation(INPUTS, INPUTS, FLOW), "year 2015"),
    (lambda: qn.domar_aggregation(INPUTS.iloc[1:], INPUTS, FLOW.set_axis(FLOW.index + 1)),
     "in gross_output but not in value_added"),
    (lambda: qn.domar_aggregation(INPUTS.iloc[1:], INPUTS, FLOW * 0),
     r"value_added: the total of 2015 is 0, not a number above 0 .*\(1e-100 to 1e\+100\)"),
    (lambda: qn.domar_aggregation(INPUTS.iloc[1:], INPUTS, FLOW * 0 + 1e-100), "2015 is 1e-100, n"),
    (lambda: qn.domar_aggregation(INPUTS.iloc[1:], INPUTS, FLOW * 0 + 1e100), r"2015 is 1e\+100"),
    (lambda: qn.accumulate_contributions(FLOW, INPUTS),
     "contributions: expected every year of value_added after 2015, up to 2018"),
    (lambda: qn.accumulate_contributions(FLOW * 0, INPUTS.iloc[1:]), "not positive"),
    (lambda: qn.accumulate_contributions(FLOW, INPUTS.iloc[1:], initial=-1), "initial"),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(CASES)))
def test_refused_with_one_clear_line(place: int) -> None:
    call, message = CASES[place]
    refused(call, message)


def at(frame: pd.DataFrame, year: int, asset: str, value: float) -> pd.DataFrame:
    out = frame.copy()
    out.loc[year, asset] = value
    return out


SPREAD = SQUARE.copy()
SPREAD.loc["b", "c"] = 0.05
COSTS = pd.DataFrame({"g": list("abb"), "c": [1.0, 2.0, 3.0], "v": [9.0, 1.0, -1.0]})
NAMED: list[tuple[Callable[[], object], str]] = [
    (services(stocks=at(ASSETS, 2017, "other", 0)), "stocks: 0 of 'other' in 2017 is not positive"),
    (services(prices=at(ASSETS, 2016, "ict", -2)), "prices: -2 of 'ict' in 2016 is not positive"),
    (services(rates=pd.Series({"ict": 0.3, "other": 1.1})), "depreciation of 'other' must lie"),
    (services(rates=pd.Series({"ict": -0.1, "other": 1.1})), "depreciation of 'ict' must lie"),
    (services(rates=[0.3, 0.1]), "depreciation: expected a Series asset -> rate"),
    (services(rate="high"), "rate must be a number or a Series by year, got 'high'"),
    (services(rate=FLOW.iloc[1:3]), "rate: no value for 2018; give every year from the second on"),
    (lambda: qn.capital_services(ASSETS, ASSETS, RATES), "property_income= or rate=, and not both"),
    (services(ASSETS.drop(2016), ASSETS.drop(2016)), "stocks: no year between 2015 and 2017"),
    (services(ASSETS.iloc[:2], ASSETS.iloc[:2]), "growth of services needs three years, got 2"),
    (inventory(depreciation=pd.Series([0.1, 1.5, 2.0, 0.1], YEARS)), "1.5 is outside .0, 1.; 10 %"),
    (inventory(depreciation=-0.1), "depreciation: -0.1 is outside"),
    (inventory(initial=-1e-9), "initial stock must be a number not below 0, got -1e-09"),
    (inventory(changed(FLOW, y2017=-1.0, y2018=-2.0)), "-1 in 2017 is negative; give gross inv"),
    (inventory(changed(FLOW, y2015=0.0)), "0 in 2015 to 4 in 2018 gives no growth rate"),
    (inventory(changed(FLOW, y2018=0.0)), "1 in 2015 to 0 in 2018 gives no growth rate"),
    (inventory(growth=-0.1), "investment falls by 10.0% a year, faster than depreciation of 10.0%"),
    (account(changed(FLOW, y2017=0, y2018=-1)), "0 in 2017 is not positive; an index is above 0"),
    (adjusted(std_errors=changed(SIGMA.set_axis([1, 2, 3]), y2=-0.5).set_axis(list("abc"))),
     "std_errors: -0.5 of 'b' is below 0"),
    (adjusted(covariance=SPREAD), "'b' with 'c' is not symmetric"),
    (account(FLOW.set_axis([2015, 2016, 2018, 2021]), INPUTS.set_axis([2015, 2016, 2018, 2021]),
             INPUTS.set_axis([2015, 2016, 2018, 2021])),
     "output: 2 years from 2016 to 2018 but 1 before; growth needs evenly spaced years"),
    (account(FLOW.iloc[:1], INPUTS.iloc[:1], INPUTS.iloc[:1]),
     "growth needs two years at least, got 1 .2015."),
    (lambda: qn.cost_share(COSTS, "c", total="v", by="g"), "sum of 'v' for b is not above zero"),
    (lambda: qn.cost_share(COSTS.assign(v=[9.0, 0.0, 0.0]), "c", total="v", by=["g", "c"]),
     r"sum of 'v' for \('b', 2.0\) is not above zero"),
    (lambda: qn.cost_share(COSTS.iloc[1:], "c", total="v"), "the sum of 'v' is not above zero"),
    (lambda: qn.cost_share(COSTS, [], total="v"), "costs is empty; name at least one column"),
    (lambda: qn.cost_share(COSTS.assign(c=np.nan), "c", total="v"), "no row without a gap in cost"),
    (lambda: qn.cost_share(COSTS.astype({"c": str}), "c", total="v"), "column 'c' holds .*; "),
    (lambda: qn.domar_aggregation(INPUTS[["k"]].iloc[1:], INPUTS, FLOW),
     "industry 'l' is in gross_output but not in tfp; give it to both or to neither"),
    (lambda: qn.domar_aggregation(INPUTS.iloc[1:], INPUTS, INPUTS[["k"]]),
     "industry 'l' is in gross_output but not in value_added"),
    (lambda: qn.domar_aggregation(INPUTS.iloc[2:], INPUTS, FLOW),
     "year 2016 is in gross_output after its first but not in tfp"),
    (lambda: qn.domar_aggregation(
        INPUTS.iloc[1:], INPUTS.assign(l=[0.5, 0.0, -3.0, -4.0]), FLOW),
     "gross_output: -3 of 'l' in 2017 is negative; mend it"),
    (lambda: qn.accumulate_contributions(FLOW.drop(2016), INPUTS.drop([2015, 2016])),
     "value_added: no year between 2015 and 2017; fill it"),
    (services(prices=ASSETS[["ict"]]), "asset 'other' is in stocks but not in prices"),
    (services(prices=ASSETS.drop(2018)), "year 2018 is in stocks but not in prices"),
    (services(ASSETS[["other", "ict"]], ASSETS.set_axis(["x", "y"], axis=1)),
     "asset 'other' is in stocks but not in prices"),
    (account(inputs=pd.concat({"x": INPUTS}, axis=1)), "columns have 2 levels; give one name each"),
    (inventory(np.ma.masked_equal([1.0, 2.0], 2.0)), "investment: values are masked; fill or drop"),
    (inventory(np.zeros(3, [("a", float)])), "investment: expected one series of numbers by year, "
     "got records; take one field"),
    (spread(FLOW.to_numpy(), [[1.0], [2.0, 3.0]], to=2), "indicators: expected one column an indi"),
    (adjusted(identities=["a + b = c", "b = a / (a - 1)"]),
     "'b = a / .a - 1.' has no finite value"),
    (adjusted(identities=pd.DataFrame({"a": [1, 0], "b": [1, 0]}, ["one", "two"])),
     "row 'two': every coefficient is 0"),
    (adjusted(covariance=SQUARE * [1, -1, 1]), "the variance of 'b' is below 0"),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(NAMED)))
def test_what_is_at_fault_is_named(place: int) -> None:
    refused(*NAMED[place])


def test_what_lies_at_the_limit_is_taken() -> None:
    assert len(qn.fit_grey(FLOW, horizon=100).forecast) == 100
    refused(lambda: qn.fit_grey(FLOW, horizon=101), "periods from 1 to 100, got 101")
    assert qn.perpetual_inventory(FLOW, depreciation=1.0, initial=5).tolist() == FLOW.tolist()
    assert qn.perpetual_inventory(FLOW, depreciation=0.5, initial=0).tolist() == [
        1.0, 2.5, 4.25, 6.125,
    ]  # fmt: skip
    assert qn.perpetual_inventory(FLOW, depreciation=0.1, growth=-0.05).iloc[0] == pytest.approx(
        1.0 / 0.05 * 0.9 + 1.0
    )
    for whole in (1.5e-100, 0.9e100):
        sized = qn.domar_aggregation(INPUTS[["l"]].iloc[1:], INPUTS[["l"]], FLOW * 0 + whole)
        assert sized.weights["l"].tolist() == pytest.approx([1 / whole] * 3)
    rates = pd.Series({"ict": 1.0, "other": 0.0})
    found = qn.capital_services(ASSETS.iloc[:3], ASSETS.iloc[:3], rates, rate=0.5)
    assert len(found.growth) == 1
    held = qn.reconcile(VALUES, SUM, std_errors=SIGMA * [1, 0, 0])
    assert held.adjusted.to_dict() == pytest.approx({"a": 1.5, "b": 2.0, "c": 3.5})

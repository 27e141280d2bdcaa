"""Quarters and months where rates are by year, values held at zero, curves and grey fits shown."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import quesnay as qn
from quesnay.models.growth.periods import match_periods
from tests.refusals import refused

QUARTERS = pd.period_range("2000Q1", periods=80, freq="Q")


def test_a_quarter_takes_its_part_of_the_rates_a_year() -> None:
    flows = pd.Series(10.0, QUARTERS)
    found = qn.perpetual_inventory(flows, depreciation=0.1)
    kept = 0.9**0.25
    # constant investment: the steady stock I / d of a quarter from the first day on
    np.testing.assert_allclose(found, 10 / (1 - kept), rtol=1e-12)
    grown = qn.perpetual_inventory(flows, depreciation=0.1, growth=0.05)
    assert grown.iloc[0] == pytest.approx(kept * 10 / (1.05**0.25 - kept) + 10, rel=1e-12)
    assert qn.perpetual_inventory(flows, depreciation=1.0).tolist() == flows.tolist()
    by_year = qn.perpetual_inventory(pd.Series(40.0, range(2000, 2020)), depreciation=0.1)
    assert found.iloc[-1] == pytest.approx(by_year.iloc[-1], rel=0.05)


def test_lives_are_years_whatever_the_period() -> None:
    options: dict[str, Any] = {"depreciation": 0.2, "profile": "hyperbolic", "growth": 0.0}
    quarters = qn.perpetual_inventory(pd.Series(1.0, QUARTERS), **options)
    years = qn.perpetual_inventory(pd.Series(4.0, range(2000, 2020)), **options)
    # a finer grid of ages: the area under one and the same curve, less the part of the first period
    assert quarters.iloc[-1] == pytest.approx(years.iloc[-1] - 1.5, rel=0.01)
    # what was bought before the first of few quarters lasts as long
    few = qn.perpetual_inventory(pd.Series(1.0, QUARTERS[:8]), **options)
    np.testing.assert_allclose(few, quarters.iloc[-1], rtol=1e-12)


@pytest.mark.parametrize("freq", ["W", "D"])
def test_rates_a_year_of_weeks_and_days_are_refused(freq: str) -> None:
    flows = pd.Series(1.0, pd.period_range("2000-01-03", periods=9, freq=freq))
    refused(lambda: qn.perpetual_inventory(flows, depreciation=0.1), "give years, quarters or mon")


def test_capital_services_of_quarters_take_their_part_of_the_rates() -> None:
    when = QUARTERS[:5]
    stocks = pd.DataFrame({"ict": [10.0, 11, 12, 13, 14], "other": 90.0}, when)
    prices = pd.DataFrame({"ict": [1.0, 0.99, 0.98, 0.97, 0.96], "other": 1.0}, when)
    rates = pd.Series({"ict": 0.3, "other": 0.05})
    found = qn.capital_services(stocks, prices, rates, rate=0.05)
    own = 1.05**0.25 - 1
    cost = own * 0.98 + (1 - 0.7**0.25) * 0.97 + 0.01
    assert found.user_cost.loc["2000Q4", "ict"] == pytest.approx(cost, rel=1e-12)
    np.testing.assert_allclose(found.rate, 0.05, rtol=1e-12)
    earned = qn.capital_services(stocks, prices, rates, property_income=found.costs.sum(axis=1))
    np.testing.assert_allclose(earned.rate, 0.05, rtol=1e-9)  # a year, as the given one


def test_a_grey_fit_of_quarters_speaks_of_quarters() -> None:
    series = pd.Series([2.0, 2.2, 2.5, 2.7, 3.1], QUARTERS[:5])
    fit = qn.fit_grey(series, horizon=2)
    assert fit.forecast.index.tolist() == [pd.Period("2001Q2"), pd.Period("2001Q3")]
    assert "a quarter" in fit.summary()
    assert "year" not in fit.summary()
    assert fit.tidy().set_index("term")["estimate"].tolist() == fit.params.tolist()
    glance = fit.glance().loc[0]
    assert glance["growth"] == pytest.approx(np.expm1(-fit.params["a"]))
    assert glance["mape"] == pytest.approx(fit.errors_ahead["grey"])
    pd.testing.assert_frame_equal(fit.augment(), fit.fitted)


def test_a_curve_is_glanced_at_and_augmented() -> None:
    y = [2.0, 3, 5, 8, 12, 17, 22, 27, 31, 34]
    fit = qn.fit_curve("logistic", range(2010, 2020), y)
    glance = fit.glance().loc[0]
    resid = np.array(y) - fit.predict(np.arange(2010, 2020))
    assert glance["rss"] == pytest.approx(float(resid @ resid), rel=1e-10)
    assert glance["rsquared"] == pytest.approx(1 - float(resid @ resid) / (10 * np.var(y)))
    assert (glance["nobs"], glance["dof"], glance["curve"]) == (10, 7, "logistic")
    np.testing.assert_allclose(fit.augment()["resid"], resid, atol=1e-12)


@pytest.mark.parametrize("shift", [1.0, 9.0, 10.0, 2010.0])
def test_a_bass_curve_does_not_depend_on_the_year_that_times_are_counted_from(
    shift: float,
) -> None:
    y = [2.0, 3, 5, 8, 12, 17, 22, 27, 31, 34]
    fit, at_one = (qn.fit_curve("bass", np.arange(10) + start, y) for start in (shift, 1.0))
    assert fit.origin == shift - 1
    np.testing.assert_allclose(fit.params, at_one.params, rtol=1e-6)
    np.testing.assert_allclose(fit.fitted, at_one.fitted, rtol=1e-6)
    given = qn.fit_curve("bass", np.arange(10) + 9.0, y, origin=0.0)
    assert given.origin == 0.0


PEAK = pd.Series([1.0, 50.0, 1.0], index=[2015, 2016, 2017])


def _cost(values: np.ndarray, guide: np.ndarray, *, additive: bool) -> float:
    moved = values - guide if additive else values / guide
    return float((np.diff(moved) ** 2).sum())


@pytest.mark.parametrize("additive", [False, True])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_values_held_at_zero_are_the_best_that_add_up(seed: int, additive: bool) -> None:
    g = np.random.default_rng(np.random.SeedSequence(seed))
    low = pd.Series(np.r_[0.5, 40.0 * g.random(3), 0.2], index=range(2010, 2015))
    guide = pd.Series(g.uniform(1, 3, 20), pd.period_range("2010Q1", periods=20, freq="Q"))
    options: dict[str, Any] = {"method": "denton-cholette", "additive": additive}
    free = qn.disaggregate(low, guide, **options)
    found = qn.disaggregate(low, guide, nonnegative=True, **options).values.to_numpy()
    assert free.values.min() < 0 <= found.min()
    np.testing.assert_allclose(found.reshape(5, 4).sum(axis=1), low, rtol=1e-10)
    C = np.kron(np.eye(5), np.ones(4))
    minimize: Any = optimize.minimize
    best = minimize(
        lambda v: _cost(v, guide.to_numpy(), additive=additive),
        np.repeat(low.to_numpy() / 4, 4),
        method="SLSQP",
        bounds=[(0, None)] * 20,
        constraints={"type": "eq", "fun": lambda v: C @ v - low.to_numpy()},
        options={"maxiter": 1000, "ftol": 1e-14},
    )
    ours = _cost(found, guide.to_numpy(), additive=additive)
    assert ours <= best.fun * (1 + 1e-6)
    np.testing.assert_allclose(found, best.x, atol=2e-3 * float(low.to_numpy().max()))


@pytest.mark.parametrize("method", ["chow-lin", "fernandez", "litterman"])
def test_regression_methods_are_held_at_zero_too(method: str) -> None:
    g = np.random.default_rng(np.random.SeedSequence(3))
    guide = pd.Series(g.standard_normal(40), pd.period_range("2005Q1", periods=40, freq="Q"))
    low = pd.Series(np.exp(2 * g.standard_normal(10)), index=range(2005, 2015))
    free = qn.disaggregate(low, guide, method=method)
    held = qn.disaggregate(low, guide, method=method, nonnegative=True)
    assert free.values.min() < 0 <= held.values.min()
    np.testing.assert_allclose(held.values.to_numpy().reshape(10, 4).sum(axis=1), low, rtol=1e-9)
    np.testing.assert_allclose(held.params, free.params)


def test_negative_parts_are_said_and_zeros_and_negative_figures_dealt_with() -> None:
    said = qn.disaggregate(PEAK, to="quarterly").summary()
    assert "values are negative, the lowest" in said
    none = qn.disaggregate(pd.Series([0.0, 50, 0], PEAK.index), to="quarterly")
    assert "values are negative, the lowest" in none.summary()  # nothing is no negative figure
    below = qn.disaggregate(pd.Series([10.0, -5, 10], PEAK.index), to="quarterly")
    assert "negative" not in below.summary()  # for a figure is itself
    held = qn.disaggregate(PEAK, to="quarterly", nonnegative=True)
    assert "negative" not in held.summary()
    empty = qn.disaggregate(pd.Series([0.0, 50, 0], PEAK.index), to="monthly", nonnegative=True)
    assert empty.values.to_numpy()[:12].max() == pytest.approx(0.0, abs=1e-12)
    assert empty.values.to_numpy()[12:24].sum() == pytest.approx(50.0, rel=1e-12)
    same = qn.disaggregate(pd.Series([4.0, 5, 6], PEAK.index), to="quarterly")
    again = qn.disaggregate(pd.Series([4.0, 5, 6], PEAK.index), to="quarterly", nonnegative=True)
    np.testing.assert_array_equal(same.values, again.values)
    refused(
        lambda: qn.disaggregate(-PEAK, to="quarterly", nonnegative=True),
        "-1 in 2015 has no parts that are all 0 or more",
    )


def test_a_frame_of_one_column_is_its_series() -> None:
    yearly = pd.Series([1.0, 2.0, 4.0], [2000, 2001, 2002], name="a")
    series = qn.disaggregate(yearly, to="quarterly").values
    frame = qn.disaggregate(yearly.to_frame(), to="quarterly").values
    assert isinstance(frame.index, pd.PeriodIndex)
    pd.testing.assert_series_equal(frame, series, check_exact=True)
    refused(
        lambda: qn.disaggregate(yearly.to_frame(), np.arange(1.0, 13.0)),
        "does not align with indicators by position",
    )


def test_an_asset_that_gains_more_than_it_costs_is_named() -> None:
    years = [2016, 2017, 2018]
    stocks = pd.DataFrame({"land": 10.0, "ict": [10.0, 12.0, 14.4]}, years)
    prices = pd.DataFrame({"land": [1.0, 1.3, 1.3], "ict": [1.0, 0.9, 0.81]}, years)
    rates = pd.Series({"land": 0.0, "ict": 0.3})
    found = qn.capital_services(stocks, prices, rates, rate=0.05)
    # the return on last year's price, less the gain: 0.05 - 0.3, then 0.065
    np.testing.assert_allclose(found.user_cost["land"], [-0.25, 0.065], rtol=1e-12)
    assert "User cost below 0 in some year (capital gains): land." in found.summary()
    held = qn.capital_services(stocks, prices.assign(land=1.0), rates, rate=0.05)
    assert "below 0" not in held.summary()


YEARS = pd.Series([1.0, 2.0], [2000, 2001])
MONTHS = pd.Series(np.arange(30.0), pd.period_range("1999-11", periods=30, freq="M"))


def test_periods_are_matched_by_label_from_their_first_on() -> None:
    found = match_periods(YEARS[::-1], MONTHS.rename("use"), None)
    assert found.low.tolist() == [1.0, 2.0]
    assert (found.ratio, found.before, list(found.indicators)) == (12, 2, ["use"])
    assert (str(found.high[0]), len(found.high)) == ("1999-11", 30)
    low = pd.Series([1.0, 2.0], pd.period_range("2000Q1", periods=2, freq="Q"))
    within = match_periods(low, MONTHS, "monthly")
    assert (within.ratio, within.before, list(within.indicators)) == (3, 2, ["indicator"])
    bare = match_periods(YEARS, None, "quarterly")
    assert [str(one) for one in bare.high] == [
        "2000Q1", "2000Q2", "2000Q3", "2000Q4", "2001Q1", "2001Q2", "2001Q3", "2001Q4",
    ]  # fmt: skip
    assert (bare.ratio, bare.before, bare.indicators.shape) == (4, 0, (8, 0))
    assert match_periods(low, None, "monthly").high[-1] == pd.Period("2000-06", "M")
    assert match_periods(YEARS, None, 12).high[0] == pd.Period("2000-01", "M")
    assert match_periods(low, None, 3).high[0] == pd.Period("2000-01", "M")
    assert match_periods(YEARS, None, 5).high.tolist() == list(range(10))
    assert match_periods([1.0, 2.0], None, "quarterly").high.tolist() == list(range(8))
    more = match_periods([1.0, 2.0], np.arange(5.0), 2)
    assert (len(more.high), more.ratio, list(more.indicators)) == (5, 2, ["indicator"])
    assert match_periods([1.0, 2.0], np.arange(4.0), 2).indicators.shape == (4, 1)


QUARTERLY = pd.Series([1.0, 2.0], pd.period_range("2000Q1", periods=2, freq="Q"))
MATCHES: dict[str, tuple[Any, Any, Any, str]] = {
    "one": (YEARS, None, 1, "to: expected 'quarterly', 'monthly' or a number of 2 or more, got 1$"),
    "many": (YEARS, None, 10_001, "or a number of 2 or more, got 10001$"),
    "a switch": (YEARS, None, True, "or a number of 2 or more, got True$"),
    "the same": (QUARTERLY, None, "quarterly", "got 'quarterly' for a quarterly series$"),
    "months": (MONTHS, None, 2, "series: expected years, got periods of frequency M"),
    "year 0": (YEARS.set_axis([0, 1]), None, "monthly", "series: 0 is no year"),
    "late": (YEARS.set_axis([9999, 10000]), None, "monthly", "series: 10000 is no year"),
    "endless": (YEARS.set_axis([10**9 - 1, 10**9]), None, 2, r"index .999999999, 1000000000. must"),
    "half": (YEARS.set_axis([0.5, 1.5]), None, 2, r"index .0\.5, 1\.5. must hold whole years"),
    "text": (pd.Series(1.0, list("abc")), None, 2, r"the index .a, b, c. must hold years as numb"),
    "texts": (pd.Series(1.0, list("abcd")), None, 2, r"the index .a, b, c, …. must hold years"),
    "twice": (pd.Series(1.0, [3, 4, 5, 4, 3]), None, 2, "series: year 4 occurs twice"),
    "gap": (pd.Series(1.0, [1, 2, 4, 6]), None, 2, "no year between 2 and 4; periods must follow"),
    "short": ([1.0, 2.0], np.arange(3.0), 2, "indicators: 3 values do not cover 2 x 2 periods"),
    "other": (YEARS, MONTHS, "quarterly", "'quarterly' does not fit indicators with 12 periods"),
    "others": (QUARTERLY, MONTHS, 4, "to: 4 does not fit indicators with 3 periods a quarter"),
    "equal": (QUARTERLY, QUARTERLY, None, "or quarters with monthly indicators, got quarters"),
    "late start": (YEARS, MONTHS[3:], None, "2000-01 is missing; .* needs all of its 12 periods"),
    "early end": (YEARS, MONTHS[:-5], None, "2001-12 is missing"),
    "between": (YEARS, MONTHS.drop(MONTHS.index[4]), None,
                "indicators: no month between 2000-02 and 2000-04"),
    "one labelled": (YEARS, np.arange(8.0), None, "expected a quarterly or monthly PeriodIndex"),
    "other labelled": ([1.0, 2.0], pd.Series(np.arange(8.0)), 4, "does not align with indicators"),
}  # fmt: skip


@pytest.mark.parametrize("case", MATCHES)
def test_periods_that_do_not_match_are_refused_with_their_place(case: str) -> None:
    series, indicators, to, message = MATCHES[case]
    refused(lambda: match_periods(series, indicators, to), message)


def test_the_first_and_the_last_year_that_count() -> None:
    assert str(match_periods(YEARS.set_axis([1, 2]), None, "quarterly").high[0]).endswith("1Q1")
    assert str(match_periods(YEARS.set_axis([9998, 9999]), None, 4).high[-1]) == "9999Q4"
    far = [10**9 - 2, 10**9 - 1]
    assert match_periods(YEARS.set_axis(far), None, 7).low.index.tolist() == far
    assert match_periods([1.0], None, 10_000).ratio == 10_000
    assert match_periods([1.0], None, 2).ratio == 2

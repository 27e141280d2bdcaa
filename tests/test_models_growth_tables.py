"""Tables of the growth models, cell by cell, against numbers worked out by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.models.display.table import Table

from .refusals import refused

YEARS = [2015, 2016, 2017, 2018]
EULER = float(np.exp(1.0))


def cells(table: Table) -> list[list[float]]:
    """Return the numbers of a table, row by row."""
    return [list(row) for row in table.frame.to_numpy(dtype=float)]


def test_growth_accounting_by_hand() -> None:
    output = pd.Series(np.exp([0.0, 0.1, 0.4, 0.45]), YEARS)
    inputs = pd.DataFrame(
        {"k": np.exp([0.0, 0.2, 0.2, 0.3]), "l": np.exp([0.0, 0.0, 0.1, 0.2])}, YEARS
    )
    costs = pd.DataFrame({"k": [1.0, 3.0, 1.0, 1.0], "l": [3.0, 1.0, 1.0, 1.0]}, YEARS)
    # shares of k: 1/4, 3/4, 1/2, 1/2, of two years each 0.5, 0.625, 0.5; it grows 0.2, 0, 0.1;
    # l, with the rest of the shares, 0, 0.1, 0.1
    by_year = [[0.1, 0.0, 0.0, 0.1], [0.0, 0.0375, 0.2625, 0.3], [0.05, 0.05, -0.05, 0.05]]
    made = qn.growth_accounting(output, inputs, costs)
    mean, each = made.tables()
    assert list(mean.frame.columns) == list(each.frame.columns) == ["k", "l", "tfp", "output"]
    assert list(each.frame.index) == YEARS[1:]
    np.testing.assert_allclose(cells(each), by_year, atol=1e-12)
    np.testing.assert_allclose(cells(mean), [[0.05, 0.0875 / 3, 0.2125 / 3, 0.15]], atol=1e-12)
    assert not any("not annual" in note for note in mean.notes)
    index = made.index()
    np.testing.assert_allclose(index, 100 * np.exp([0.0, 0.2625, 0.2125]), rtol=1e-12)


@pytest.mark.parametrize(("idle", "year"), [("first", 2015), ("last", 2018)])
def test_an_input_needs_a_quantity_beside_a_year_in_which_it_costs(idle: str, year: int) -> None:
    inputs = pd.DataFrame({"k": [1.0, 2.0, 3.0, 4.0], "l": 1.0}, YEARS)
    costs = pd.DataFrame({"k": 1.0, "l": 1.0}, YEARS)
    costs.loc[year, "k"] = inputs.loc[year, "k"] = 0.0
    output = pd.Series([1.0, 2.0, 3.0, 4.0], YEARS)
    refused(
        lambda: qn.growth_accounting(output, inputs, costs),
        f"column 'k': 0 in {year} is not positive",
    )
    beside = year + 1 if idle == "first" else year - 1
    costs.loc[beside, "k"] = 0.0
    assert qn.growth_accounting(output, inputs, costs).contributions["k"].notna().all()


def test_domar_aggregation_by_hand() -> None:
    years = [2016, 2017, 2018, 2019]
    output = pd.DataFrame({"a": [60.0, 40.0, 40.0, 20.0], "b": [80.0, 80.0, 120.0, 120.0]}, years)
    whole = pd.Series([100.0, 100.0, 200.0, 100.0], years)
    tfp = pd.DataFrame({"a": [0.02, 0.01, 0.05], "b": [0.01, 0.02, 0.04]}, years[1:])
    # weights of a: 0.5, 0.3, 0.2, of b: 0.8, 0.7, 0.9
    industries, total = qn.domar_aggregation(tfp, output, whole).tables()
    assert list(industries.frame.index) == ["b", "a"]
    assert list(industries.frame.columns) == ["weight", "contribution", "share"]
    np.testing.assert_allclose(
        cells(industries), [[0.8, 0.058 / 3, 58 / 81], [1 / 3, 0.023 / 3, 23 / 81]], rtol=1e-12
    )
    np.testing.assert_allclose(cells(total), [[0.018], [0.017], [0.046]], rtol=1e-12)
    idle = qn.domar_aggregation(tfp, output.replace(20.0, 0.0), whole)  # a makes nothing in 2019
    np.testing.assert_allclose(idle.weights["a"], [0.5, 0.3, 0.1], rtol=1e-12)
    assert "71.6%" in industries.to_text()
    assert "0.01933" in industries.to_text()


def test_reconciled_values_by_hand() -> None:
    values = pd.Series({"a": 1.0, "b": 2.0, "c": 3.3, "apart": 4.0, "held": 5.0})
    errors = pd.Series({"a": 0.1, "b": 0.2, "c": 0.2, "apart": 0.5, "held": 0.0})
    made = qn.reconcile(values, ["a + b = c"], std_errors=errors)
    # a gap of -0.3 with variance 0.01 + 0.04 + 0.04 = 0.09: each takes 10/3 of its variance, and
    # loses the square of its variance over 0.09
    after, identities = made.tables()
    root = [(0.01 - 1 / 900) ** 0.5, (0.04 - 16 / 900) ** 0.5, (0.04 - 16 / 900) ** 0.5]
    expected = [
        [1.0, 0.1, 1 / 30, 31 / 30, root[0], 1.0],
        [2.0, 0.2, 4 / 30, 64 / 30, root[1], 1.0],
        [3.3, 0.2, -4 / 30, 95 / 30, root[2], -1.0],
        [4.0, 0.5, 0.0, 4.0, 0.5, np.nan],
        [5.0, 0.0, 0.0, 5.0, 0.0, np.nan],
    ]
    np.testing.assert_allclose(cells(after), expected, atol=1e-12)
    np.testing.assert_allclose(identities.frame.to_numpy(dtype=float), [[-0.3, 0.0]], atol=1e-12)
    assert "chi-squared 1 with 1 degrees of freedom, p = 0.317." in after.notes[-2]
    assert after.notes[-1] == "Held fixed: held."
    assert (made.dof, made.iterations) == (1, 1)
    tidy = made.tidy(level=0.9).set_index("term")
    assert tidy.loc["a", "p_value"] == pytest.approx(0.3173105, abs=1e-7)
    assert tidy.loc["a", "conf_low"] == pytest.approx(31 / 30 - 1.6448536 * root[0])
    assert tidy.loc["a", "conf_high"] == pytest.approx(31 / 30 + 1.6448536 * root[0])


def test_an_estimate_that_is_nearly_sure_has_the_z_of_the_others() -> None:
    values = pd.Series({"a": 1.0, "b": 2.0, "c": 3.3})
    made = qn.reconcile(values, "a + b = c", std_errors=pd.Series([1e-3, 0.3, 0.4], values.index))
    # a gap of -0.3 over the root of its variance, 0.000001 + 0.09 + 0.16
    z = 0.3 / 0.250001**0.5
    np.testing.assert_allclose(made.tidy()["statistic"], [z, z, -z], rtol=1e-6)


def test_a_cost_share_by_hand() -> None:
    data = pd.DataFrame(
        {"year": [2018, 2017, 2018], "it": [1.0, 2.0, 3.0], "software": [0.5, 0.0, 0.5]}
    ).assign(value_added=[20.0, 100.0, 30.0])
    (table,) = qn.cost_share(data, ["it", "software"], by="year").tables()
    assert list(table.frame.columns) == ["cost", "total", "share"]
    assert list(table.frame.index) == [2017, 2018, "all"]
    np.testing.assert_allclose(
        cells(table), [[2.0, 100.0, 0.02], [5.0, 50.0, 0.1], [7.0, 150.0, 7 / 150]]
    )
    assert table.notes == ("Inputs: it, software. 3 rows.",)
    assert "4.67%" in table.to_text()


def test_accumulated_contributions_by_hand() -> None:
    value = pd.Series([100.0, 100.0 * EULER, 100.0 * EULER], [2016, 2017, 2018])
    parts = pd.DataFrame({"substitution": [0.1, 0.02], "synergy": [0.2, 0.01]}, [2017, 2018])
    level, increments = qn.accumulate_contributions(value, parts, initial=0.0).tables()
    # the logarithmic mean of 100 and 100 e is 100 (e - 1), of two equal values the value
    first, second = 100 * (EULER - 1), 100 * EULER
    sums = [0.0, 0.3 * first, 0.3 * first + 0.03 * second]
    np.testing.assert_allclose(level.frame["level"], sums)
    np.testing.assert_allclose(level.frame["share"], np.array(sums) / value)
    np.testing.assert_allclose(
        cells(increments), [[0.1 * first, 0.2 * first], [0.02 * second, 0.01 * second]]
    )


def test_the_first_stock_is_that_of_steady_growth_or_refused_where_there_is_none() -> None:
    flows = pd.Series([10.0, 11.0, 0.0, 12.0], YEARS)
    stock = qn.perpetual_inventory(flows, depreciation=0.1, growth=0.15)
    # 10 / (0.15 + 0.1) at the start, of which nine tenths are left a year later
    np.testing.assert_allclose(stock, [46.0, 52.4, 47.16, 54.444])
    refused(
        lambda: qn.perpetual_inventory(flows, depreciation=0.1, growth=-0.1),
        "faster than depreciation of 10.0%",
    )
    used_up = qn.perpetual_inventory(flows, depreciation=1.0, initial=7.0)
    np.testing.assert_allclose(used_up, flows)
    # from the first year to ten years later, or as many quarters, investment grew by a tenth a year
    decade = pd.Series(100.0, range(2000, 2012))
    decade[2010], decade[2011] = 100 * 1.1**10, 9.0
    assert qn.perpetual_inventory(decade, depreciation=0.1).iloc[0] == pytest.approx(550.0)
    quarters = pd.Series(100.0, pd.period_range("2000Q1", periods=42, freq="Q"))
    quarters.iloc[40], quarters.iloc[41] = 100 * 1.1**10, 9.0
    kept, g = 0.9**0.25, 1.1**0.25 - 1
    assert qn.perpetual_inventory(quarters, depreciation=0.1).iloc[0] == pytest.approx(
        kept * 100 / (g + 1 - kept) + 100
    )
    # the steady stock of 8 a year at the first year's rate is 80, whatever later rates are
    steady = qn.perpetual_inventory(
        pd.Series(8.0, YEARS), depreciation=pd.Series([0.1, 0.5, 0.5, 1.0], YEARS)
    )
    np.testing.assert_allclose(steady, [80.0, 48.0, 32.0, 8.0])
    rates = pd.Series([0.1, 0.5, 1.0, 0.5], YEARS)
    by_year = qn.perpetual_inventory(flows, depreciation=rates, initial=100.0)
    np.testing.assert_allclose(by_year, [100.0, 61.0, 0.0, 12.0])


def test_one_year_of_investment_makes_a_stock_where_growth_is_given() -> None:
    flow = pd.Series([5.0], [2015])
    stock = qn.perpetual_inventory(flow, depreciation=0.1, growth=0.0)
    assert stock.tolist() == pytest.approx([0.9 * 50 + 5])
    # all at once after two years: what lasts (2 - a) / (2 - a / 2) of its new self at age a
    alone = qn.perpetual_inventory(
        flow, depreciation=1.0, profile="hyperbolic", growth=0.0, retirement_spread=0.0
    )
    assert alone.tolist() == pytest.approx([5 * (1 + 1 / 1.5)])
    short = qn.perpetual_inventory(
        flow, depreciation=1.0, profile="hyperbolic", growth=0.0, service_life=1.0,
        retirement_spread=0.0,
    )  # fmt: skip
    assert short.tolist() == [5.0]


def test_a_service_life_is_four_hundred_years_at_most() -> None:
    options: dict[str, Any] = {"depreciation": 0.1, "profile": "hyperbolic", "growth": 0.0}
    flow = pd.Series([5.0], [2015])
    assert qn.perpetual_inventory(flow, service_life=400, **options).iloc[0] > 5 * 200
    refused(
        lambda: qn.perpetual_inventory(flow, service_life=400.5, **options),
        r"service_life must be a number of years in \(0, 400\], got 400.5",
    )


def test_the_year_in_which_user_costs_are_lowest_is_named() -> None:
    years = [2016, 2017, 2018, 2019]
    stocks = pd.DataFrame({"land": 10.0}, years)
    prices = pd.DataFrame({"land": [1.0, 1.1, 1.5, 1.5]}, years)
    refused(
        lambda: qn.capital_services(stocks, prices, pd.Series({"land": 0.0}), rate=0.05),
        # 0.05 x 1.1 less a gain of 0.4, ten times
        "user costs sum to -3.45 in 2018",
    )


def test_a_curve_through_two_points_by_hand() -> None:
    # 4 / (1 + exp(r m)) = 1 and 4 / (1 + exp(r m - r)) = 2: r m = ln 3 and m = 1
    made = qn.fit_curve("logistic", [0, 1], [1.0, 2.0], saturation=4.0)
    parameters, points = made.tables()
    assert parameters.title == "Logistic curve"
    np.testing.assert_allclose(parameters.frame["estimate"], [4.0, np.log(3.0), 1.0], rtol=1e-9)
    assert parameters.frame["std_error"].isna().tolist() == [False, True, True]
    assert list(parameters.frame["fixed"]) == ["True", "False", "False"]
    assert parameters.notes[1:] == (
        "As many points as parameters: the curve passes through them exactly.",
    )
    np.testing.assert_allclose(cells(points), [[1.0, 1.0, 0.0], [2.0, 2.0, 0.0]], atol=1e-9)
    row = made.glance().iloc[0]
    assert (row["nobs"], row["dof"], bool(row["saturation_known"])) == (2, 0, True)
    assert np.isnan(row["sigma"])
    assert row["rsquared"] == pytest.approx(1.0)
    assert made.reaches(3.0) == pytest.approx(2.0)
    # a third point on the curve leaves a degree of freedom and nothing to doubt
    sure = qn.fit_curve("logistic", [0, 1, 2], [1.0, 2.0, 3.0], saturation=4.0).conf_int()
    np.testing.assert_allclose(sure, np.outer([4.0, np.log(3.0), 1.0], [1.0, 1.0]), rtol=1e-12)


def test_what_is_said_below_a_curve() -> None:
    years, levels = [0, 1, 2, 3], [1.0, 2.0, 3.1, 3.4]
    given = qn.fit_curve("logistic", years, levels, saturation=3.2, saturation_error=0.1)
    assert given.tables()[0].notes[1:] == (
        "4 points, 2 degrees of freedom; Wald intervals.",
        "Errors include that of the given saturation.",
        "1 of 4 levels lie above the given saturation.",
    )
    row = given.tables()[0].frame.loc["saturation"]
    half = 4.3026527 * 0.1  # t with two degrees of freedom
    np.testing.assert_allclose(
        [row["conf_low"], row["conf_high"]], [3.2 - half, 3.2 + half], rtol=1e-7
    )
    bass = qn.fit_curve("bass", [1, 2, 3, 4, 5], [1, 3, 6, 9, 11], origin=0.5)
    assert bass.tables()[0].notes[1:] == (
        "Time is counted from the launch, 0.5.",
        "5 points, 2 degrees of freedom; profile intervals.",
    )
    ahead = bass.forecast([4.0, 6.0], level=0.9)
    m, p, q = bass.params

    def bass_level(m: float, p: float, q: float) -> np.ndarray:
        gone = np.exp(-(p + q) * (np.array([4.0, 6.0]) - 0.5))
        return m * (1 - gone) / (1 + q / p * gone)

    np.testing.assert_allclose(ahead["estimate"], bass_level(m, p, q), rtol=1e-9)
    steps = np.diag([1e-6 * m, 1e-6 * p, 1e-6 * q])
    slopes = [
        (bass_level(*(bass.params + h)) - bass_level(*(bass.params - h))) / (2 * h.sum())
        for h in steps
    ]
    variance = np.einsum("ik,ij,jk->k", slopes, bass.covariance, slopes)
    np.testing.assert_allclose(ahead["std_error"], np.sqrt(variance), rtol=1e-6)
    t = 2.9199856
    np.testing.assert_allclose(ahead["high"] - ahead["estimate"], t * ahead["std_error"], rtol=1e-6)
    wide = np.sqrt(ahead["std_error"] ** 2 + bass.sigma**2)
    np.testing.assert_allclose(ahead["estimate"] - ahead["new_low"], t * wide, rtol=1e-6)
    np.testing.assert_allclose(ahead["new_high"] - ahead["estimate"], t * wide, rtol=1e-6)


def test_a_grey_forecast_by_hand() -> None:
    # sums 1, 3, 7, 15, their middles 2, 5, 11: x = b - a z has the slope 28 / 42
    made = qn.fit_grey(pd.Series([1.0, 2.0, 4.0, 8.0], YEARS), horizon=2)
    assert made.params["a"] == pytest.approx(-2 / 3)
    assert made.params["b"] == pytest.approx(2 / 3)
    small = qn.fit_grey(pd.Series([0.01, 0.02, 0.04, 0.08], YEARS), horizon=2)
    np.testing.assert_allclose(100 * small.forecast, made.forecast, rtol=1e-6)
    assert small.rsquared == pytest.approx(made.rsquared)
    forecast = made.tables()[0]
    steps = 2.0 * np.diff(np.exp([2.0, 8 / 3, 10 / 3]))
    np.testing.assert_allclose(forecast.frame["estimate"], steps, rtol=1e-10)
    assert list(forecast.frame.index) == [2019, 2020]
    assert forecast.notes[0] == (
        "GM(1,1), a = -0.66667, b = 0.66667: growth of 94.77% a year (Deng 1982)."
    )
    assert "too rough for GM(1,1)" in forecast.notes[-1]
    # Deng's range of four values: class ratios between exp(-2 / 5) and exp(2 / 5)
    for step, smooth in ((0.39, True), (-0.39, True), (0.41, False), (-0.41, False)):
        assert qn.fit_grey(pd.Series(np.exp(step * np.arange(4)), YEARS)).smooth == smooth


def test_a_grey_model_says_its_rows_by_hand() -> None:
    years = pd.Series([2.0, 3.1, 4.4, 6.7, 9.5], range(2015, 2020))
    fit = qn.fit_grey(years, horizon=2)
    assert (fit.nobs, fit.resid.name) == (5, "resid")
    np.testing.assert_allclose(fit.resid, years - fit.fitted["fitted"], atol=1e-12)
    spread = ((years - years.mean()) ** 2).sum()
    assert fit.rsquared == pytest.approx(1 - (fit.resid**2).sum() / spread)
    assert fit.tidy()["term"].tolist() == ["a", "b"]
    row: Any = fit.glance().iloc[0]
    assert row["growth"] == pytest.approx(np.exp(-fit.params["a"]) - 1)
    assert (row["nobs"], row["dof"], row["sigma"]) == (5, fit.dof, fit.sigma)
    # the one forecast of a back-test: the fifth year from the first four; no change is 6.7
    assert fit.backtest.index.tolist() == [2019]
    ahead = float(qn.fit_grey(years.iloc[:4], horizon=1).forecast.to_numpy(float)[0, 0])
    assert row["mape"] == pytest.approx(abs(ahead - 9.5) / 9.5)
    assert row["mape_no_change"] == pytest.approx(2.8 / 9.5)
    copy = fit.augment()
    copy.iloc[0, 0] = -1.0
    assert fit.fitted.iloc[0, 0] == 2.0
    forecast, back = fit.tables()
    assert f"growth of {row['growth']:.2%} a year" in forecast.notes[0]
    assert back.notes == (
        f"Mean absolute percentage error one year ahead: grey {row['mape']:.2%}, no change 29.47%.",
    )


def test_a_curve_says_its_rows_by_hand() -> None:
    t, y = [2010.0, 2012.0, 2014.0, 2016.0, 2018.0], [0.5, 1.1, 2.0, 2.8, 3.4]
    fit = qn.fit_curve("logistic", t, y)
    assert fit.names == ("saturation", "rate", "midpoint")
    assert fit.coefficients.tolist() == fit.params.tolist()
    assert fit.fitted.index.tolist() == fit.resid.index.tolist() == t
    top, rate, middle = fit.params
    curve = top / (1 + np.exp(-rate * (np.array(t) - middle)))
    np.testing.assert_allclose(fit.fitted, curve, rtol=1e-9)
    np.testing.assert_allclose(fit.resid, y - curve, atol=1e-9)
    rss = float(((y - curve) ** 2).sum())
    row: Any = fit.glance().iloc[0]
    assert (row["curve"], row["nobs"], row["dof"], row["saturation_known"]) == (
        "logistic", 5, 2, False,
    )  # fmt: skip
    assert row["rss"] == pytest.approx(rss)
    assert row["sigma"] == pytest.approx((rss / 2) ** 0.5)
    assert row["rsquared"] == pytest.approx(1 - rss / np.var(y) / 5)
    assert fit.inference.df.tolist() == [2.0] * 3
    np.testing.assert_array_equal(fit.inference.matrix, fit.covariance)
    known = qn.fit_curve("logistic", t, y, y_errors=0.1 * np.ones(5))
    assert known.inference.df.tolist() == [np.inf] * 3
    assert fit.tables()[0].notes[1] == "5 points, 2 degrees of freedom; profile intervals."
    exact = qn.fit_curve("logistic", t[:2], y[:2], saturation=4.0).tables()[0].notes
    assert exact[1] == "As many points as parameters: the curve passes through them exactly."
    copy = fit.augment()
    copy.iloc[0, 0] = -1.0
    assert fit.data.iloc[0, 0] == 2010.0


def test_a_disaggregation_says_what_lies_outside_and_below() -> None:
    quarters = pd.period_range("2014Q4", periods=10, freq="Q")
    guide = pd.Series([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 11], quarters)
    years = pd.Series([10.0, 27.0], [2015, 2016])
    plain, fitted = qn.disaggregate(years, guide, method="chow-lin", intercept=False).tables()
    assert "2 periods lie outside the given ones: extrapolated." in plain.notes
    assert list(plain.frame) == ["value", "std_error"]
    assert fitted.title == "Regression on the indicators"
    assert fitted.notes[0].startswith("rho ")
    steep = pd.Series([1.0, 100.0, 1.0], [2015, 2016, 2017])
    alone = qn.disaggregate(steep, to="quarterly", method="denton").tables()
    assert len(alone) == 1
    values = alone[0].frame["value"]
    below = values[values < 0]
    assert alone[0].notes[-1] == (
        f"{len(below)} values are negative, the lowest {below.min():.4g} in {below.idxmin()}, of "
        "figures that are not: nonnegative=True holds them at 0."
    )

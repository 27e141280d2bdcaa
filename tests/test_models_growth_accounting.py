"""Growth accounting and capital: the published US index, exact identities, known stocks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn
from quesnay.fitting.growth.accounting import hyperbolic_efficiency

YEARS = list(range(2010, 2019))
COSTS = [
    "it_capital", "software_capital", "rd_capital", "artistic_capital", "other_capital",
    "college_labour", "noncollege_labour", "energy", "materials", "services",
]  # fmt: skip


def industry(frame: pd.DataFrame) -> qn.GrowthAccounting:
    """Return the account of one US industry."""
    by_year = frame.set_index("year")
    inputs = by_year[[f"quantity_{name}" for name in COSTS]].set_axis(COSTS, axis=1)
    costs = by_year[[f"cost_{name}" for name in COSTS]].set_axis(COSTS, axis=1)
    return qn.growth_accounting(by_year["quantity_gross_output"], inputs, costs)


def random_account(seed: int = 0) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    output = pd.Series(np.exp(rng.normal(0, 0.1, 9).cumsum()), YEARS)
    inputs = pd.DataFrame(np.exp(rng.normal(0, 0.1, (9, 3)).cumsum(axis=0)), YEARS, list("klm"))
    costs = pd.DataFrame(rng.uniform(1, 5, (9, 3)), YEARS, list("klm"))
    return output, inputs, costs


def test_published_tfp_of_63_us_industries_is_reproduced() -> None:
    panel = qn.load_panel("us_klems")
    gaps = []
    for _, frame in panel.groupby("industry"):
        published = np.log(frame.set_index("year")["tfp"]).diff().iloc[1:]
        gaps.append((industry(frame).tfp - published).abs())
    assert len(gaps) == 63
    every = pd.concat(gaps)
    assert every.median() <= 2e-5  # the bound; the index is printed to three decimals
    assert every.max() <= 5e-4


def test_contributions_and_tfp_add_to_growth_exactly() -> None:
    output, inputs, costs = random_account()
    result = qn.growth_accounting(output, inputs, costs)
    whole = result.contributions.sum(axis=1) + result.tfp
    assert whole.to_numpy() == pytest.approx(np.diff(np.log(output)), abs=1e-15)
    assert list(result.tfp.index) == YEARS[1:]
    assert result.shares.sum(axis=1).to_numpy() == pytest.approx(1.0)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), unit=st.floats(1e-3, 1e3))
def test_units_rows_and_columns_change_nothing(seed: int, unit: float) -> None:
    output, inputs, costs = random_account(seed)
    one = qn.growth_accounting(output, inputs, costs)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(YEARS), rng.permutation(list("klm"))
    other = qn.growth_accounting(
        output.loc[rows] * unit, inputs.loc[rows, columns] * unit, costs.sort_index() * unit
    )
    assert other.tfp.to_numpy() == pytest.approx(one.tfp.to_numpy(), abs=1e-12)
    pd.testing.assert_frame_equal(other.contributions[list("klm")], one.contributions, atol=1e-12)


def test_inputs_that_grow_with_output_leave_no_productivity() -> None:
    output, _, costs = random_account()
    inputs = pd.DataFrame(dict.fromkeys("klm", output))
    assert np.abs(qn.growth_accounting(output, inputs, costs).tfp).max() < 1e-15


def test_an_input_without_cost_contributes_nothing() -> None:
    output, inputs, costs = random_account()
    costs["m"], inputs["m"] = 0.0, 0.0
    result = qn.growth_accounting(output, inputs, costs)
    assert (result.contributions["m"] == 0).all()


def test_growth_over_five_years_says_so() -> None:
    years = [2002, 2007, 2012]
    inputs = pd.DataFrame({"k": [1.0, 2.0, 3.0]}, years)
    result = qn.growth_accounting(pd.Series([1.0, 2.0, 4.0], years), inputs, inputs)
    assert "over 5 years" in str(result)
    assert result.index().iloc[-1] == pytest.approx(100 * np.exp(np.log(4 / 3)))


def test_account_is_tidy() -> None:
    tidy = qn.growth_accounting(*random_account()).tidy()
    assert list(tidy.columns) == ["year", "term", "estimate"]
    assert len(tidy) == 8 * 4


def test_geometric_stock_in_steady_growth_keeps_growing_steadily() -> None:
    investment = pd.Series(100 * 1.05 ** np.arange(9), YEARS)
    stock = qn.perpetual_inventory(investment, depreciation=0.1)
    assert stock.to_numpy() == pytest.approx(investment.to_numpy() * 1.05 / 0.15)


def test_hyperbolic_stock_in_steady_growth_keeps_growing_steadily() -> None:
    investment = pd.Series(100 * 1.05 ** np.arange(9), YEARS)
    stock = qn.perpetual_inventory(investment, depreciation=0.1, profile="hyperbolic")
    assert stock.pct_change().dropna().to_numpy() == pytest.approx(0.05)
    ages = hyperbolic_efficiency(80, service_life=20.0)
    expected = 100 * np.sum(ages * 1.05 ** -np.arange(80.0))
    assert stock.iloc[0] == pytest.approx(expected)
    # a stock that is given was bought in steady growth all the same
    given_ = qn.perpetual_inventory(
        investment, depreciation=0.1, profile="hyperbolic", initial=expected / 1.05
    )
    assert given_.to_numpy() == pytest.approx(stock.to_numpy())


def test_given_stock_at_the_start() -> None:
    investment = pd.Series(10.0, YEARS)
    stock = qn.perpetual_inventory(investment, depreciation=0.1, initial=100.0)
    assert stock.to_numpy() == pytest.approx(100.0)
    old = qn.perpetual_inventory(
        investment, depreciation=0.1, profile="hyperbolic", initial=100.0, growth=0.0
    )
    none = qn.perpetual_inventory(
        investment, depreciation=0.1, profile="hyperbolic", initial=0.0, growth=0.0
    )
    left = (old - none) / 100
    assert 0.85 < left.iloc[0] < 1
    assert (left.diff().dropna() < 0).all()


def test_rates_by_year() -> None:
    rates = pd.Series(np.linspace(0.05, 0.13, 9), YEARS)
    stock = qn.perpetual_inventory(pd.Series(0.0, YEARS), depreciation=rates, initial=1.0)
    assert stock.to_numpy() == pytest.approx((1 - rates).cumprod().to_numpy())


def test_stock_keeps_the_row_order_of_investment() -> None:
    investment = pd.Series(np.arange(1.0, 10.0), YEARS)
    turned = investment.iloc[::-1]
    stock = qn.perpetual_inventory(turned, depreciation=0.1, initial=5.0)
    assert list(stock.index) == YEARS[::-1]
    pd.testing.assert_series_equal(
        stock.sort_index(), qn.perpetual_inventory(investment, depreciation=0.1, initial=5.0)
    )


@given(
    one=st.lists(st.floats(0.1, 100), min_size=5, max_size=5),
    two=st.lists(st.floats(0.1, 100), min_size=5, max_size=5),
    profile=st.sampled_from(["geometric", "hyperbolic"]),
)
def test_stocks_of_parts_add_to_the_stock_of_the_whole(
    one: list[float], two: list[float], profile: str
) -> None:
    def stock(flows: np.ndarray) -> np.ndarray:
        series = pd.Series(flows, YEARS[:5])
        made = qn.perpetual_inventory(
            series, depreciation=0.2, profile=profile, initial=0.0, growth=0.02
        )
        return np.asarray(made)

    a, b = np.array(one), np.array(two)
    assert stock(a + b) == pytest.approx(stock(a) + stock(b), rel=1e-12)


def test_one_hoss_shay_is_the_limit_of_the_hyperbola() -> None:
    ages = hyperbolic_efficiency(6, service_life=5.0, shape=1 - 1e-12, spread=0.0)
    assert ages == pytest.approx([1, 1, 1, 1, 1, 0], abs=1e-10)
    line = hyperbolic_efficiency(6, service_life=5.0, shape=0.0, spread=0.0)
    assert line == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0])


def asset_frames() -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(5)
    assets = ["ict", "machines", "buildings"]
    stocks = pd.DataFrame(np.exp(rng.normal(3, 0.1, (9, 3))), YEARS, assets)
    prices = pd.DataFrame(np.exp(rng.normal(0, 0.02, (9, 3))), YEARS, assets)
    return stocks, prices, pd.Series([0.3, 0.12, 0.03], assets)


def test_the_internal_rate_exhausts_the_income() -> None:
    stocks, prices, rates = asset_frames()
    income = pd.Series(np.linspace(20, 30, 9), YEARS)
    made = qn.capital_services(stocks, prices, rates, property_income=income)
    assert made.costs.sum(axis=1).to_numpy() == pytest.approx(income.iloc[1:].to_numpy())
    again = qn.capital_services(stocks, prices, rates, rate=made.rate)
    assert again.growth.to_numpy() == pytest.approx(made.growth.to_numpy())
    assert made.index.iloc[0] == 100
    small = qn.capital_services(1e-3 * stocks, prices, rates, property_income=1e-3 * income)
    assert small.growth.to_numpy() == pytest.approx(made.growth.to_numpy())


def test_services_of_assets_that_grow_alike_grow_with_them() -> None:
    stocks, prices, rates = asset_frames()
    alike = pd.DataFrame({name: 2.0 * 1.1 ** np.arange(9) for name in stocks}, YEARS)
    made = qn.capital_services(alike, prices, rates, rate=0.2)
    assert made.growth.to_numpy() == pytest.approx(np.log(1.1))
    assert made.index.tolist() == pytest.approx((100 * 1.1 ** np.arange(8)).tolist())
    assert "Törnqvist" in str(made)


def test_domar_aggregation_of_us_industries() -> None:
    panel = qn.load_panel("us_klems")
    output = panel.pivot_table(index="year", columns="industry", values="gross_output")
    added = panel.pivot_table(index="year", columns="industry", values="value_added")
    tfp = pd.DataFrame({name: industry(frame).tfp for name, frame in panel.groupby("industry")})
    total = qn.domar_aggregation(tfp, output, added)
    assert total.weights.sum(axis=1).between(1.5, 2.1).all()
    assert 0.0 < total.total.mean() < 0.015
    assert "Hulten" in str(total)


def test_accumulated_contributions_that_are_all_of_growth_are_all_of_the_change() -> None:
    value = pd.Series([100.0, 104.0, 104.0, 90.0], [2015, 2016, 2017, 2018])
    growth = pd.Series(np.log(value)).diff().dropna()
    parts = pd.DataFrame({"substitution": 0.4 * growth, "synergy": 0.6 * growth})
    made = qn.accumulate_contributions(value, parts, initial=7.0)
    assert made.level.to_numpy() == pytest.approx(7.0 + value.to_numpy() - 100.0)
    assert made.share.iloc[0] == pytest.approx(0.07)
    assert "Cai and Niu" in str(made)

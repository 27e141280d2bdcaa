"""Capital, services and aggregation recomputed from their equations, one number at a time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn
from quesnay.fitting.growth.accounting import hyperbolic_efficiency

seeds = st.integers(0, 100_000)


def years(count: int) -> list[int]:
    return list(range(2000, 2000 + count))


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_geometric_stock_in_closed_form(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count, rate, opening = int(rng.integers(2, 15)), rng.uniform(0.01, 1), rng.uniform(0, 50)
    flows = rng.uniform(0, 10, count)
    stock = qn.perpetual_inventory(
        pd.Series(flows, years(count)), depreciation=rate, initial=opening
    )
    for t in range(count):
        past = sum(flows[s] * (1 - rate) ** (t - s) for s in range(t + 1))
        assert stock.iloc[t] == pytest.approx(opening * (1 - rate) ** (t + 1) + past, rel=1e-12)


@pytest.mark.parametrize(
    ("life", "shape", "spread"),
    [(4.0, 0.5, 0.25), (15.0, 0.75, 0.4), (7.3, -0.4, 0.1), (20.0, 0.0, 0.49)],
)
def test_efficiency_of_a_cohort_is_the_integral_over_its_lives(
    life: float, shape: float, spread: float
) -> None:
    from scipy.integrate import quad
    from scipy.stats import norm

    low, high = life * (1 - 2 * spread), life * (1 + 2 * spread)
    cohort = hyperbolic_efficiency(int(high) + 2, service_life=life, shape=shape, spread=spread)
    for age, kept in enumerate(cohort):
        start = max(low, float(age))
        exact = 0.0
        if start < high:
            exact = quad(
                lambda L, a=age: (L - a) / (L - shape * a) * norm.pdf(L, life, spread * life),
                start, high, epsabs=1e-12,
            )[0]  # fmt: skip
        # the function sums over 400 slices of the lives, and this age may end within one
        assert kept == pytest.approx(exact / (norm.cdf(2) - norm.cdf(-2)), abs=2e-5)


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_services_and_internal_rate_one_number_at_a_time(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, count = int(rng.integers(1, 5)), int(rng.integers(3, 9))
    assets, index = [f"a{k}" for k in range(n)], years(count)
    K = np.exp(rng.normal(3, 0.1, (count, n)))
    p = np.exp(rng.normal(0, 0.02, (count, n)).cumsum(axis=0))
    d, income = rng.uniform(0.03, 0.3, n), rng.uniform(0.3, 0.4, count) * K.sum(axis=1)
    made = qn.capital_services(
        pd.DataFrame(K, index, assets), pd.DataFrame(p, index, assets), pd.Series(d, assets),
        property_income=pd.Series(income, index),
    )  # fmt: skip
    cost, average = np.zeros((count - 1, n)), np.zeros((count - 1, n))
    for t in range(1, count):
        average[t - 1] = [(K[t, i] + K[t - 1, i]) / 2 for i in range(n)]
        lost = [d[i] * p[t, i] - (p[t, i] - p[t - 1, i]) for i in range(n)]
        worth = sum(average[t - 1, i] * p[t - 1, i] for i in range(n))
        rate = (income[t] - sum(average[t - 1, i] * lost[i] for i in range(n))) / worth
        assert made.rate.iloc[t - 1] == pytest.approx(rate, rel=1e-10)
        cost[t - 1] = [rate * p[t - 1, i] + lost[i] for i in range(n)]
    assert made.user_cost.to_numpy() == pytest.approx(cost, rel=1e-10)
    for t in range(1, count - 1):
        growth = 0.0
        for i in range(n):
            share = [cost[s, i] * average[s, i] / (cost[s] @ average[s]) for s in (t - 1, t)]
            growth += sum(share) / 2 * np.log(average[t, i] / average[t - 1, i])
        assert made.growth.iloc[t - 1] == pytest.approx(growth, abs=1e-13)


def test_us_productivity_one_number_at_a_time() -> None:
    panel = qn.load_panel("us_klems")
    names = [
        column.removeprefix("cost_") for column in map(str, panel) if column.startswith("cost_")
    ]
    rows, weights, total = {}, {}, panel.groupby("year")["value_added"].sum()
    for industry, frame in panel.groupby("industry"):
        by_year = frame.set_index("year")
        costs = by_year[[f"cost_{name}" for name in names]].set_axis(names, axis=1)
        inputs = by_year[[f"quantity_{name}" for name in names]].set_axis(names, axis=1)
        output, growth = by_year["quantity_gross_output"], 0.0
        for name in names:
            share = costs[name] / costs.sum(axis=1)
            used = (share != 0) | (share.shift() != 0) | (share.shift(-1) != 0)
            moved = np.log(inputs[name].where(used, 1.0)).diff()
            growth = growth + (share + share.shift()) / 2 * moved
        rows[industry] = (np.log(output).diff() - growth).iloc[1:]
        made = qn.growth_accounting(output, inputs, costs)
        assert made.tfp.to_numpy() == pytest.approx(rows[industry].to_numpy(), abs=1e-13)
        weights[industry] = by_year["gross_output"] / total
    tfp, domar = pd.DataFrame(rows), pd.DataFrame(weights)
    expected = ((domar + domar.shift()) / 2 * tfp).iloc[1:].sum(axis=1)
    gross = panel.pivot_table(index="year", columns="industry", values="gross_output")
    total_tfp = qn.domar_aggregation(tfp, gross, total).total
    assert total_tfp.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-15)

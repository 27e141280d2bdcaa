"""Temporal disaggregation against the functions of R's tempdisagg."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn

DATA: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "tempdisagg.json").read_text("utf-8")
)
QUARTERS = pd.period_range("1975Q1", periods=len(DATA["realgdp"]), freq="Q")
GDP = pd.Series(DATA["realgdp"], QUARTERS, name="gdp")
INVESTMENT = pd.Series(DATA["realinv"], QUARTERS, name="investment")
UNEMPLOYED = pd.Series(DATA["unemp"], QUARTERS, name="unemployed")


def yearly(series: pd.Series, how: str) -> pd.Series:
    """Return the years 1975 to 2006 of a quarterly series."""
    years = np.asarray(QUARTERS.year)
    groups: Any = series[years <= 2006].groupby(years[years <= 2006])
    return pd.Series(groups.agg("mean" if how == "average" else how))


SALES = yearly(INVESTMENT, "sum")
WAVES = 0.2 * yearly(GDP, "sum") + np.tile([30.0, -30.0], 16)
RUNS: dict[str, tuple[pd.Series, Any, dict[str, Any]]] = {
    "chow_lin_one": (SALES, GDP, {}),
    "chow_lin_two": (SALES, pd.DataFrame({"gdp": GDP, "unemployed": UNEMPLOYED}), {}),
    "chow_lin_fixed": (SALES, GDP, {"rho": 0.7}),
    "chow_lin_average": (yearly(UNEMPLOYED, "average"), INVESTMENT, {"conversion": "average"}),
    "chow_lin_last": (yearly(INVESTMENT, "last"), GDP, {"conversion": "last"}),
    "chow_lin_first": (yearly(INVESTMENT, "first"), GDP, {"conversion": "first"}),
    "fernandez": (SALES, GDP, {"method": "fernandez"}),
    "litterman": (SALES, GDP, {"method": "litterman"}),
    "litterman_fixed": (SALES, GDP, {"method": "litterman", "rho": 0.5}),
    "chow_lin_truncated": (WAVES, GDP, {}),
    "chow_lin_negative": (WAVES, GDP, {"truncate": False}),
}


@pytest.mark.parametrize("name", RUNS)
def test_regression_methods_give_the_numbers_of_r(name: str) -> None:
    series, indicators, options = RUNS[name]
    made, expected = qn.disaggregate(series, indicators, **options), DATA["results"][name]
    # the top of a likelihood is found to about the root of the rounding error, in R as here
    rel = 1e-10 if "rho" in options or name in {"fernandez", "chow_lin_truncated"} else 2e-6
    assert made.rho == pytest.approx(expected["rho"], abs=2e-6)
    assert made.truncated == expected["truncated"]
    assert made.loglik == pytest.approx(expected["logl"], rel=1e-9)
    assert made.params.to_numpy() == pytest.approx(expected["coefficients"], rel=rel)
    assert made.param_errors.to_numpy() == pytest.approx(expected["se"], rel=rel)
    ends = np.concatenate([made.values.to_numpy()[:8], made.values.to_numpy()[-8:]])
    assert ends == pytest.approx(expected["values"], rel=rel)


@pytest.mark.parametrize("name", [n for n in DATA["results"] if n.startswith("denton")])
def test_denton_cholette_gives_the_numbers_of_r(name: str) -> None:
    _, how, criterion, order = name.split("_")
    series = SALES / 4 if how == "average" else yearly(INVESTMENT, how)
    made = qn.disaggregate(
        series, None if criterion == "none" else GDP, method="denton-cholette",
        to="quarterly", conversion=how, additive=criterion == "additive", order=int(order),
    )  # fmt: skip
    ends = np.concatenate([made.values.to_numpy()[:8], made.values.to_numpy()[-8:]])
    assert ends == pytest.approx(DATA["results"][name]["values"], rel=1e-9)


@pytest.mark.parametrize("method", ["chow-lin", "fernandez", "litterman", "denton-cholette"])
@pytest.mark.parametrize("how", ["sum", "average", "first", "last"])
def test_the_result_aggregates_to_what_was_given(method: str, how: str) -> None:
    series = yearly(INVESTMENT, how)
    made = qn.disaggregate(series, GDP, method=method, conversion=how)
    assert made.outside == 11
    assert yearly(made.values, how).to_numpy() == pytest.approx(series.to_numpy(), rel=1e-10)


def test_rows_align_by_label_not_by_position() -> None:
    one = qn.disaggregate(SALES, GDP)
    other = qn.disaggregate(
        SALES.sample(frac=1, random_state=1), GDP.sample(frac=1, random_state=2)
    )
    pd.testing.assert_series_equal(one.values, other.values)


def test_indicators_may_begin_before_the_years() -> None:
    made = qn.disaggregate(SALES.loc[1980:], GDP)
    assert made.values.index[0] == pd.Period("1975Q1")
    assert yearly(made.values, "sum").loc[1980:].to_numpy() == pytest.approx(SALES.loc[1980:])


def test_a_change_of_unit_changes_nothing_else() -> None:
    one, other = qn.disaggregate(SALES, GDP), qn.disaggregate(SALES * 1e4, GDP * 1e-3)
    assert other.values.to_numpy() == pytest.approx(1e4 * one.values.to_numpy(), rel=1e-5)


def test_errors_cover_the_truth() -> None:
    rng = np.random.default_rng(2)
    hits, count = 0, 0
    for _ in range(40):
        u = np.zeros(len(GDP))
        for t in range(1, len(u)):
            u[t] = 0.6 * u[t - 1] + rng.normal(0, 20)
        truth = pd.Series(100 + 0.2 * GDP.to_numpy() + u, QUARTERS)
        made = qn.disaggregate(yearly(truth, "sum"), GDP, rho=0.6)
        gap = ((made.values - truth).abs() / made.std_errors).to_numpy()
        hits, count = hits + int((gap < 2.04).sum()), count + len(gap)
    assert hits / count == pytest.approx(0.95, abs=0.02)


def test_without_an_indicator_months_or_any_number() -> None:
    values = qn.disaggregate(SALES, to="monthly").values
    assert values.index[0] == pd.Period("1975-01")
    assert qn.disaggregate(SALES.to_numpy(), to=5).values.index.tolist()[:2] == [0, 1]
    assert (
        qn.disaggregate([1.0, 2.0, 4.0], np.arange(1.0, 9.0), to=2, method="fernandez").outside == 2
    )


def test_tables_and_tidy() -> None:
    made = qn.disaggregate(SALES, GDP)
    text = str(made)
    for word in ("extrapolated", "Chow and Lin", "rho", "intercept"):
        assert word in text
    assert made.tidy()["term"].tolist() == ["intercept", "gdp"]
    assert "set to 0" in str(qn.disaggregate(WAVES, GDP))
    assert "Denton" in str(qn.disaggregate(SALES, GDP, method="denton-cholette"))

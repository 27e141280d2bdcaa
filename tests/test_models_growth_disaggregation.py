"""Temporal disaggregation against R's tempdisagg."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import quesnay as qn
from quesnay.fitting.growth.benchmarking import (
    _Search,
    aggregation_matrix,
    chow_lin,
    denton,
)

DATA: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "tempdisagg.json").read_text("utf-8")
)
QUARTERS = pd.period_range("1975Q1", periods=len(DATA["realgdp"]), freq="Q")
GDP = pd.Series(DATA["realgdp"], QUARTERS, name="gdp")
INVESTMENT = pd.Series(DATA["realinv"], QUARTERS, name="investment")
UNEMPLOYED = pd.Series(DATA["unemp"], QUARTERS, name="unemployed")

EXPORTS = pd.Series(DATA["exports"], pd.period_range("1972Q1", periods=158, freq="Q"))
BOTH = pd.DataFrame({"imports": DATA["imports"], "exports": EXPORTS})
CHEMISTRY = pd.Series(DATA["sales"], range(1975, 2011))
MONTHS = pd.period_range("1974-01", periods=72, freq="M")
DEATHS, MEN = pd.Series(DATA["deaths"], MONTHS, dtype=float), pd.Series(DATA["men"], MONTHS)
HOW = ("sum", "average", "first", "last")


def yearly(series: pd.Series, how: str) -> pd.Series:
    """Return the years 1975 to 2006 of a quarterly series."""
    years = np.asarray(QUARTERS.year)
    groups: Any = series[years <= 2006].groupby(years[years <= 2006])
    return pd.Series(groups.agg("mean" if how == "average" else how))


def shorter(series: pd.Series, how: str, code: str) -> pd.Series:
    """Return quarters or years of a monthly series."""
    index: Any = series.index
    groups: Any = series.groupby(index.asfreq(code))
    return pd.Series(groups.agg("mean" if how == "average" else how))


def ends(made: Any) -> np.ndarray:
    """Return the first and the last eight values."""
    values = made.values.to_numpy()
    return np.concatenate([values[:8], values[-8:]])


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
    "swiss_no_intercept": (CHEMISTRY, EXPORTS, {"intercept": False}),
    "swiss_two": (CHEMISTRY, BOTH, {}),
    "swiss_maxlog": (CHEMISTRY, EXPORTS, {}),
    "swiss_quilis": (CHEMISTRY, EXPORTS, {"objective": "minrss-quilis"}),
    "swiss_ecotrim": (CHEMISTRY, EXPORTS, {"objective": "minrss-ecotrim"}),
    "swiss_fixed": (CHEMISTRY, EXPORTS, {"rho": 0.99}),
    "swiss_fernandez": (CHEMISTRY, EXPORTS, {"method": "fernandez"}),
    "swiss_litterman": (CHEMISTRY, EXPORTS, {"method": "litterman"}),
    "swiss_litterman_minrss": (
        CHEMISTRY, EXPORTS, {"method": "litterman", "objective": "minrss-quilis"}
    ),
    "swiss_within_year": (CHEMISTRY.loc[1980:2007], EXPORTS.loc["1974Q3":], {"rho": 0.9}),
    "swiss_until_june": (CHEMISTRY.loc[1980:2007], EXPORTS.loc[:"2008Q2"], {"rho": 0.9}),
    "months_within_quarter": (
        shorter(DEATHS, "sum", "Q").loc["1974Q2":"1979Q3"],
        MEN.loc["1974-02":"1979-11"],
        {"rho": 0.6},
    ),
}  # fmt: skip
for how in HOW:
    by_quarter, by_year = (shorter(DEATHS, how, code) for code in "QY")
    RUNS |= {
        f"months_{how}_chow_lin": (by_quarter, MEN, {"rho": 0.6, "conversion": how}),
        f"months_{how}_maxlog": (by_quarter, MEN, {"conversion": how}),
        f"year_months_{how}_fixed": (by_year[:5], MEN, {"rho": 0.6, "conversion": how}),
        f"year_months_{how}_fernandez": (
            by_year[:5], MEN, {"method": "fernandez", "conversion": how}
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_regression_methods_give_the_numbers_of_r(name: str) -> None:
    series, indicators, options = RUNS[name]
    made, expected = qn.disaggregate(series, indicators, **options), DATA["results"][name]
    searched = "rho" not in options and expected["rho"] != 0
    # R seeks the top of the likelihood itself, which it finds to about the root of the rounding
    # error, and inverts the random walk's covariance, so that its top is off by 3e-6; here the
    # slope is brought to zero
    rel = (5e-6 if "litterman" in name else 1e-7) if searched else 1e-10
    size = np.hypot(expected["coefficients"], expected["se"])
    assert made.rho == pytest.approx(expected["rho"], abs=rel)
    assert made.truncated == expected["truncated"]
    assert (np.abs(made.params - expected["coefficients"]) <= rel * size).all()
    assert ends(made) == pytest.approx(expected["values"], rel=rel)
    if searched:
        # the two searches are all of the difference: with R's rho it is gone
        best, options = made, options | {"rho": expected["rho"]}
        made = qn.disaggregate(series, indicators, **options)
        assert "objective" in options or best.loglik >= made.loglik - 1e-9
    assert made.loglik == pytest.approx(expected["logl"], rel=1e-9)
    assert (np.abs(made.params - expected["coefficients"]) <= 1e-8 * size).all()
    assert made.param_errors.to_numpy() == pytest.approx(expected["se"], rel=1e-8)
    assert ends(made) == pytest.approx(expected["values"], rel=1e-8)
    shown, student = made.tidy(level=0.9), stats.t(made.dof)
    ratio = np.divide(expected["coefficients"], expected["se"])
    assert shown["statistic"].to_numpy() == pytest.approx(ratio, rel=1e-6, abs=1e-6)
    assert shown["p_value"].to_numpy() == pytest.approx(2 * student.sf(abs(ratio)), abs=1e-6)
    ends_of = np.add(expected["coefficients"], np.multiply(student.ppf(0.95), expected["se"]))
    high = shown.filter(like="high").iloc[:, 0].to_numpy()
    assert (np.abs(high - ends_of) <= 1e-5 * size).all()


@pytest.mark.parametrize("name", [n for n in DATA["results"] if n.startswith("denton_")])
def test_denton_cholette_gives_the_numbers_of_r(name: str) -> None:
    _, how, criterion, order = name.split("_")
    series = SALES / 4 if how == "average" else yearly(INVESTMENT, how)
    made = qn.disaggregate(
        series, None if criterion == "none" else GDP, method="denton-cholette",
        to="quarterly", conversion=how, additive=criterion == "additive", order=int(order),
    )  # fmt: skip
    assert ends(made) == pytest.approx(DATA["results"][name]["values"], rel=1e-9)


@pytest.mark.parametrize("how", HOW)
def test_months_within_quarters_by_denton_cholette(how: str) -> None:
    made = qn.disaggregate(
        shorter(DEATHS, how, "Q"), MEN, method="denton-cholette", conversion=how
    )  # fmt: skip
    expected = DATA["results"][f"months_{how}_cholette"]["values"]
    assert ends(made) == pytest.approx(expected, rel=1e-9)
    pd.testing.assert_series_equal(
        shorter(made.values, how, "Q"), shorter(DEATHS, how, "Q"), check_names=False
    )


def test_quarters_without_an_indicator_become_months() -> None:
    made = qn.disaggregate(shorter(DEATHS, "sum", "Q"), to="monthly")
    assert ends(made) == pytest.approx(DATA["results"]["months_none"]["values"], rel=1e-9)
    assert made.values.index.equals(MONTHS)
    assert qn.disaggregate(shorter(DEATHS, "sum", "Q"), to=3).values.index.equals(MONTHS)
    assert qn.disaggregate(shorter(DEATHS, "sum", "Q"), to=2).values.index.tolist()[:2] == [0, 1]


def test_chemistry_by_both_forms_of_denton() -> None:
    for name in ("denton", "cholette"):
        method = "denton" if name == "denton" else "denton-cholette"
        made = qn.disaggregate(CHEMISTRY, EXPORTS, method=method)
        assert ends(made) == pytest.approx(DATA["results"][f"swiss_{name}"]["values"], rel=1e-9)


@pytest.mark.parametrize("name", [n for n in DATA["results"] if n.startswith("denton1971")])
def test_the_example_of_denton(name: str) -> None:
    _, criterion, order = name.split("_")
    made = qn.disaggregate(
        [500.0, 400.0, 300.0, 400.0, 500.0], np.tile([50.0, 100.0, 150.0, 100.0], 5), to=4,
        method="denton", additive=criterion == "additive", order=int(order),
    )  # fmt: skip
    assert ends(made) == pytest.approx(DATA["results"][name]["values"], rel=1e-10)


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


@pytest.mark.parametrize("method", ["chow-lin", "litterman"])
def test_a_change_of_unit_changes_nothing_else(method: str) -> None:
    one = qn.disaggregate(SALES, GDP, method=method)
    other = qn.disaggregate(SALES * 1e4, GDP * 1e-3, method=method)
    # rho is found to its last digits, by the slope: a likelihood's foot is flat to half of them
    assert other.values.to_numpy() == pytest.approx(1e4 * one.values.to_numpy(), rel=1e-11)


def test_indicators_that_are_nearly_alike_are_told_apart() -> None:
    far = pd.DataFrame({"gdp": GDP, "unemployed": UNEMPLOYED})
    near = far.assign(unemployed=GDP + 1e-3 * UNEMPLOYED)
    one, other = (qn.disaggregate(SALES, frame, rho=0.7) for frame in (far, near))
    assert other.values.to_numpy() == pytest.approx(one.values.to_numpy(), rel=1e-8)


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


def test_one_degree_of_freedom_is_cauchys_law() -> None:
    row: Any = qn.disaggregate(SALES.iloc[:3], GDP.iloc[:12], rho=0.5).tidy().iloc[1]
    t = row["estimate"] / row["std_error"]
    assert row["p_value"] == pytest.approx(1.0 - 2.0 * np.arctan(abs(t)) / np.pi, rel=1e-9)


def test_tables_and_tidy() -> None:
    made = qn.disaggregate(SALES, GDP)
    text = str(made)
    for word in ("extrapolated", "Chow and Lin", "rho", "intercept"):
        assert word in text
    assert made.tidy()["term"].tolist() == ["intercept", "gdp"]
    assert "set to 0" in str(qn.disaggregate(WAVES, GDP))
    assert "Denton" in str(qn.disaggregate(SALES, GDP, method="denton-cholette"))


@pytest.mark.parametrize("errors", ["ar1", "ar1-walk"])
@pytest.mark.parametrize("objective", ["maxlog", "minrss-quilis", "minrss-ecotrim"])
def test_slopes_of_the_search_are_those_of_its_objective(errors: str, objective: str) -> None:
    generator = np.random.default_rng(2)
    C = aggregation_matrix(8, 32, 4)
    X = np.column_stack([np.ones(32), generator.standard_normal(32).cumsum()])
    low = C @ (X @ [2.0, 1.0] + generator.standard_normal(32))
    search = _Search(low, C @ X, C, errors, objective)
    for rho in (-0.4, 0.0, 0.3, 0.9):
        numeric = (search.cost(rho + 1e-6) - search.cost(rho - 1e-6)) / 2e-6
        assert search.slope(rho) == pytest.approx(numeric, rel=1e-5, abs=1e-7)


def test_errors_of_chow_and_lin_are_those_of_the_best_linear_prediction() -> None:
    C, rho = aggregation_matrix(5, 15, 3), 0.5
    X = np.column_stack([np.ones(15), np.sin(np.arange(15.0))])
    low = np.array([1.0, 4.0, 2.0, 6.0, 3.0])
    Q = rho ** np.abs(np.subtract.outer(np.arange(15), np.arange(15))) / (1 - rho**2)
    W = np.linalg.inv(C @ Q @ C.T)
    bread = np.linalg.inv(X.T @ C.T @ W @ C @ X)
    b = bread @ X.T @ C.T @ W @ low
    e = low - C @ X @ b
    gain = Q @ C.T @ W
    left = X - gain @ C @ X
    variance = e @ W @ e / 3
    made = chow_lin(low, X, C, rho=rho)
    np.testing.assert_allclose(made.values, X @ b + gain @ e, rtol=1e-10)
    spread = np.diag(Q - gain @ C @ Q + left @ bread @ left.T)
    np.testing.assert_allclose(made.std_errors, np.sqrt(variance * spread), rtol=1e-9)
    np.testing.assert_allclose(made.covariance, variance * bread, rtol=1e-10)
    np.testing.assert_allclose(made.residuals, e, atol=1e-13)
    assert (made.dof, made.rho, made.truncated) == (3, 0.5, False)
    # in units in which the indicators are very small
    small = chow_lin(low, 1e-12 * X, C, rho=rho)
    np.testing.assert_allclose(small.values, made.values, rtol=1e-10)


def test_a_series_made_without_a_model_has_no_errors_and_no_coefficients() -> None:
    C = aggregation_matrix(2, 4, 2)
    made = denton([3.0, 5.0], np.ones(4), C)
    assert made.residuals.tolist() == [1.0, 3.0]  # less the sums of the indicator
    assert np.isnan(made.std_errors).all()
    assert (made.coefficients.shape, made.covariance.shape) == ((0,), (0, 0))
    assert (made.truncated, made.dof) == (False, 0)
    assert np.isnan([made.rho, made.loglik]).all()


def test_values_that_are_held_at_zero_still_add_up() -> None:
    low, C = np.array([0.0, 0.0, 1.0, 3.0]), aggregation_matrix(4, 16, 4)
    guide = np.array([3.0, 1, 4, 3, 4, 1, 1, 4, 1, 3, 1, 2, 2, 2, 2, 1])
    for additive, order in ((True, 2), (True, 1), (False, 1)):
        made = denton(low, guide, C, additive=additive, order=order, nonnegative=True).values
        assert made.min() == 0.0
        np.testing.assert_allclose(C @ made, low, atol=1e-12)


def test_rho_is_sought_up_to_the_ends_of_its_interval() -> None:
    C, X = aggregation_matrix(6, 12, 2), np.ones((12, 1))
    walk = [1.9, 6.2, 10.2, 15.3, 23.1, 32.7]
    for errors, objective in (("ar1", "minrss-quilis"), ("ar1-walk", "maxlog")):
        found = chow_lin(walk, X, C, errors=errors, objective=objective)
        assert found.rho == pytest.approx(0.999, abs=1e-6)
    waves = [5.2, -6.6, 5.7, -5.6, 6.4, -6.1]
    turned = chow_lin(waves, X, C, errors="ar1-walk", truncate=False)
    assert turned.rho == pytest.approx(-0.999, abs=1e-6)
    held = chow_lin(waves, X, C, errors="ar1-walk")
    assert (held.rho, held.truncated) == (0.0, True)


def test_rho_is_where_the_slope_of_its_likelihood_is_zero() -> None:
    C, X = aggregation_matrix(5, 10, 2), np.column_stack([np.ones(10), np.arange(10.0)])
    low = np.array([1.0, 4.0, 6.0, 7.0, 11.0])
    for objective in ("maxlog", "minrss-ecotrim"):
        rho = chow_lin(low, X, C, objective=objective, truncate=False).rho
        assert abs(rho) < 0.99
        assert abs(_Search(low, C @ X, C, "ar1", objective).slope(rho)) < 1e-11


@pytest.mark.parametrize("objective", ["maxlog", "minrss-quilis", "minrss-ecotrim"])
def test_values_of_zero_are_spread_as_zeros(objective: str) -> None:
    made = chow_lin(np.zeros(3), np.ones((6, 1)), aggregation_matrix(3, 6, 2), objective=objective)
    assert made.values.tolist() == [0.0] * 6
    assert made.rho == 0.0

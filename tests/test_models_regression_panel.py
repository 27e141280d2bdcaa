"""Regressions from formula and frame: the contract, alignment, invariance, what is reported."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn
from quesnay.models.expressions import FUNCTIONS

DATA = json.loads(
    (Path(__file__).parent / "reference" / "regression_diagnostics.json").read_text()
)["data"]
GRUNFELD, PRODUC = pd.DataFrame(DATA["grunfeld"]), pd.DataFrame(DATA["produc"])
INVESTMENT = "inv ~ value + capital"


def made(seed: int, units: int = 12, years: int = 5) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    rows = units * years
    frame = pd.DataFrame({"unit": np.repeat(range(units), years), "year": [*range(years)] * units})
    frame["x"], frame["z"] = generator.standard_normal((2, rows))
    frame["w"] = generator.uniform(0.5, 2.0, rows)
    noise = generator.standard_normal(rows)
    frame["y"] = 1 + 0.5 * frame["x"] - frame["z"] + frame["unit"] / 5 + frame["year"] + noise
    return frame.set_index(pd.Index([f"row {i}" for i in range(rows)]))


def test_the_result_has_every_field_of_the_contract() -> None:
    fit = qn.fit_panel(INVESTMENT, GRUNFELD, absorb=["firm", "year"], cluster="firm")
    assert list(fit.params.index) == ["value", "capital"]
    assert fit.covariance.shape == (2, 2)
    assert (fit.pvalues < 0.05).all()
    assert list(fit.conf_int().columns) == ["low", "high"]
    assert fit.nobs == 200
    assert fit.df_absorbed == 29
    assert fit.df_resid == 169
    assert 0 < fit.rsquared_within < fit.rsquared < 1
    assert "CR1" in fit.summary()
    assert "firm (10), year (20)" in fit.summary()
    assert list(fit.tidy().columns[:3]) == ["term", "estimate", "std_error"]
    assert fit.glance().loc[0, "clusters"] == 10
    assert list(fit.augment().columns) == ["inv", "fitted", "resid"]
    assert "<table" in fit._repr_html_()


@pytest.mark.parametrize("absorb", [(), ("firm",), ("firm", "year")])
def test_fitted_values_and_residuals_add_up_and_equal_dummies(absorb: tuple[str, ...]) -> None:
    fit = qn.fit_panel(INVESTMENT, GRUNFELD, absorb=absorb)
    dummies = " + ".join([INVESTMENT, *(f"C({name})" for name in absorb)])
    full = qn.fit_panel(dummies, GRUNFELD)
    np.testing.assert_allclose(fit.fitted + fit.resid, GRUNFELD["inv"], rtol=1e-13)
    np.testing.assert_allclose(fit.resid, full.resid, atol=1e-8)
    np.testing.assert_allclose(fit.std_errors["value"], full.std_errors["value"], rtol=1e-9)
    assert fit.rsquared == pytest.approx(full.rsquared, rel=1e-12)
    assert fit.sigma == pytest.approx(full.sigma, rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_permuting_rows_permutes_the_result_and_changes_nothing_else(seed: int) -> None:
    frame = made(seed)
    shuffled = frame.sample(frac=1.0, random_state=seed)
    options = {"absorb": ["unit", "year"], "cluster": "unit", "weights": "w"}
    for covariance in ("CR1", "CR2"):
        one = qn.fit_panel("y ~ x + z", frame, covariance=covariance, **options)  # type: ignore[arg-type]
        other = qn.fit_panel("y ~ x + z", shuffled, covariance=covariance, **options)  # type: ignore[arg-type]
        pd.testing.assert_series_equal(one.params, other.params, rtol=1e-10)
        pd.testing.assert_series_equal(one.std_errors, other.std_errors, rtol=1e-9)
        pd.testing.assert_series_equal(one.df, other.df, rtol=1e-8)
        pd.testing.assert_series_equal(one.resid, other.resid.reindex(one.index), atol=1e-10)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(1e-6, 1e6))
def test_units_scale_coefficients_and_leave_p_values(seed: int, unit: float) -> None:
    frame = made(seed)
    one = qn.fit_panel("y ~ x + z", frame, absorb="unit", cluster="unit", covariance="CR2")
    frame["x"] *= unit
    other = qn.fit_panel("y ~ x + z", frame, absorb="unit", cluster="unit", covariance="CR2")
    assert other.params["x"] * unit == pytest.approx(one.params["x"], rel=1e-9)
    np.testing.assert_allclose(other.pvalues, one.pvalues, rtol=1e-6)
    np.testing.assert_allclose(other.df, one.df, rtol=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_whole_weights_equal_repeated_rows_in_coefficients(seed: int) -> None:
    frame = made(seed)
    times = np.random.default_rng(seed).integers(1, 4, len(frame))
    weighted = qn.fit_panel("y ~ x + z", frame.assign(w=times), absorb="unit", weights="w")
    repeated = qn.fit_panel("y ~ x + z", frame.loc[frame.index.repeat(times)], absorb="unit")
    np.testing.assert_allclose(weighted.params, repeated.params, rtol=1e-9)


def test_weights_as_a_series_align_by_label() -> None:
    frame = made(1)
    by_column = qn.fit_panel("y ~ x", frame, weights="w")
    by_label = qn.fit_panel("y ~ x", frame, weights=frame["w"].sample(frac=1.0, random_state=0))
    pd.testing.assert_series_equal(by_column.params, by_label.params)


def test_dropped_rows_are_counted_and_shown() -> None:
    frame = made(2)
    frame.loc["row 0", "x"] = np.nan
    frame.loc["row 1", "w"] = 0.0
    frame.loc["row 9", "unit"] = 99
    fit = qn.fit_panel("y ~ x", frame, absorb="unit", weights="w")
    dropped = fit.sample.dropped
    assert (dropped.missing, dropped.zero_weight, dropped.singletons) == (1, 1, 1)
    assert fit.nobs == len(frame) - 3 == len(fit.resid)
    assert {"row 0", "row 1", "row 9"}.isdisjoint(fit.index)
    for words in ("1 row with a missing", "1 row of weight zero", "1 row alone in a group"):
        assert words in fit.summary()
    kept = qn.fit_panel("y ~ x", frame, absorb="unit", weights="w", singletons="keep")
    assert kept.nobs == fit.nobs + 1
    np.testing.assert_allclose(kept.params, fit.params, rtol=1e-12)
    assert kept.df_resid == fit.df_resid


def test_missing_group_labels_drop_the_row() -> None:
    frame = made(3).astype({"unit": object})
    frame.loc["row 4", "unit"] = None
    assert qn.fit_panel("y ~ x", frame, cluster="unit").sample.dropped.missing == 1


def test_without_an_intercept_r_squared_is_about_zero_as_in_r() -> None:
    fit = qn.fit_panel("inv ~ value - 1", GRUNFELD)
    y, resid = GRUNFELD["inv"].to_numpy(), fit.resid.to_numpy()
    assert fit.rsquared == pytest.approx(1 - (resid @ resid) / (y @ y))


def test_interacted_effects_are_the_groups_of_both_columns() -> None:
    frame = made(4).assign(half=lambda f: f["year"] // 3)
    fit = qn.fit_panel("y ~ x", frame, absorb="unit:half")
    joined = frame.assign(both=frame["unit"].astype(str) + "/" + frame["half"].astype(str))
    pd.testing.assert_series_equal(fit.params, qn.fit_panel("y ~ x", joined, absorb="both").params)
    assert fit.sample.effects[0].labels[1] == (0, 1)


def test_distribution_follows_the_stated_rule() -> None:
    frame = made(5)
    assert float(qn.fit_panel("y ~ x", frame).df["x"]) == 58
    assert float(qn.fit_panel("y ~ x", frame, absorb="unit").df["x"]) == 47
    assert float(qn.fit_panel("y ~ x", frame, cluster="unit").df["x"]) == 11
    few = qn.fit_panel("y ~ x", frame, cluster="unit", covariance="CR2")
    assert 2 < float(few.df["x"]) < 11
    serial = qn.fit_panel("y ~ x", frame, covariance="Driscoll-Kraay", time="year")
    assert float(serial.df["x"]) == 4


def test_names_with_markup_are_escaped_in_html() -> None:
    frame = made(6).rename(columns={"x": "<script>alert(1)</script>"})
    fit = qn.fit_panel("y ~ `<script>alert(1)</script>`", frame)
    assert "<script>" not in fit._repr_html_()


def test_functions_of_coefficients_match_numerical_derivatives() -> None:
    fit = qn.fit_panel("log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp", PRODUC, cluster="state")
    found = fit.nonlinear("`log(pcap)` / (1 - `log(pc)`) + exp(unemp) * `log(emp)` ** 2")
    b = fit.params.to_numpy()

    def value(v: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
        return float(v[1] / (1 - v[2]) + np.exp(v[4]) * v[3] ** 2)

    step = 1e-6 * np.eye(5)
    gradient = [(value(b + s) - value(b - s)) / 2e-6 for s in step]
    np.testing.assert_allclose(found.gradient, gradient, atol=1e-8)
    assert found.estimate == pytest.approx(value(b))
    slopes = found.gradient.to_numpy()
    variance = slopes @ fit.covariance.to_numpy() @ slopes
    assert found.std_error == pytest.approx(float(variance) ** 0.5)
    assert found.low < found.estimate < found.high
    assert "Delta method" in found.summary()


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_derivative_of_every_function(function: str) -> None:
    fit = qn.fit_panel(INVESTMENT, GRUNFELD)
    found = fit.nonlinear(f"2 - {function}(1 + value) ** value / value - (-value)")
    b, h = float(fit.params["value"]), 1e-7
    compute = getattr(np, function)

    def value(v: float) -> float:
        return float(2 - compute(1 + v) ** v / v + v)

    slope = (value(b + h) - value(b - h)) / (2 * h)
    assert found.gradient["value"] == pytest.approx(slope, rel=1e-5)


def test_a_linear_function_is_the_coefficient_itself() -> None:
    fit = qn.fit_panel(INVESTMENT, GRUNFELD, cluster="firm", covariance="CR2")
    found = fit.nonlinear("capital")
    assert found.std_error == pytest.approx(fit.std_errors["capital"])
    assert found.pvalue == pytest.approx(fit.pvalues["capital"])
    assert found.low == pytest.approx(fit.conf_int().loc["capital", "low"])


def test_rows_that_a_regression_fits_closely_have_a_robust_error_of_their_own() -> None:
    # HC1 of a mean of two: 4 / 2 times (d**2 + d**2) / 2**2, so the residual itself
    data = pd.DataFrame({"y": [1e-10, -1e-10, 0.0, 2.0], "a": [1, 1, 0, 0], "b": [0, 0, 1, 1]})
    errors = qn.fit_panel("y ~ a + b - 1", data, covariance="HC1").std_errors
    np.testing.assert_allclose(errors, [1e-10, 1.0], rtol=1e-6)
    data = pd.concat([data.assign(c=0), pd.DataFrame({"y": [0.0], "a": 0, "b": 0, "c": 1})])
    with pytest.raises(qn.EstimationError, match="'c' rests on 1 row that the regression fits ex"):
        qn.fit_panel("y ~ a + b + c - 1", data, covariance="HC1")
    for b, c, y in [([7, 5], [6, 3], [3, 1]), ([1, 2], [1, 7], [6, 8]), ([4, 5], [7, 1], [7, 6])]:
        full = pd.DataFrame({"a": [1, 0, 0], "b": [0, *b], "c": [0, *c], "y": [10, *y]}) / 10
        with pytest.raises(qn.EstimationError, match="no degrees of freedom are left"):
            qn.fit_panel("y ~ a + b + c - 1", full, covariance="HC1")

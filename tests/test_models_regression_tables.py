"""Tables of regressions and of what is made of them, cell by cell, by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import quesnay as qn
from quesnay.fitting.regression.instrumental import _strength
from quesnay.fitting.verdict import Wording, judged
from quesnay.models.display.table import Table
from quesnay.models.regression.result import Estimate

# y on x: means 2.5 and 25/6, squares of x 17.5, products 22.5, so 9/7 and 20/21
DATA = pd.DataFrame({"y": [1.0, 3.0, 2.0, 6.0, 5.0, 8.0], "x": np.arange(6.0), "u": list("aabbcc")})
RESIDUALS = (
    DATA["y"].to_numpy() - 20 / 21 - 9 / 7 * DATA["x"].to_numpy()
)  # their squares sum to 5.904762


def cells(table: Table, *columns: str) -> list[list[float]]:
    frame = table.frame[list(columns)] if columns else table.frame
    return [list(row) for row in frame.to_numpy(dtype=float)]


def test_least_squares_by_hand() -> None:
    coefficients, facts = qn.fit_panel("y ~ x", DATA, covariance="classical").tables()
    s2 = 124 / 21 / 4
    errors = [(s2 * (1 / 6 + 2.5**2 / 17.5)) ** 0.5, (s2 / 17.5) ** 0.5]
    t = [20 / 21 / errors[0], 9 / 7 / errors[1]]
    half = [2.7764451 * error for error in errors]  # t with 4 degrees, 95 %
    expected = [[b, e, z, 4.0, b - h, b + h]
                for b, e, z, h in zip((20 / 21, 9 / 7), errors, t, half, strict=True)]  # fmt: skip
    found = cells(coefficients, "estimate", "std_error", "statistic", "df", "conf_low", "conf_high")
    np.testing.assert_allclose(found, expected, rtol=1e-7)
    assert coefficients.title == "Least squares of y"
    assert list(coefficients.frame.index) == ["Intercept", "x"]
    known = facts.frame["value"]
    assert known["nobs"] == 6
    assert known["df_resid"] == 4
    assert known["df_absorbed"] == 0
    assert known["sigma"] == pytest.approx(s2**0.5)
    whole = float(((DATA["y"] - DATA["y"].mean()) ** 2).sum())
    assert known["rsquared"] == pytest.approx(1 - 124 / 21 / whole)
    dropped = known[["dropped_missing", "dropped_zero_weight", "dropped_singletons", "clusters"]]
    assert dropped.tolist() == [0, 0, 0, 0]
    assert float((RESIDUALS**2).sum()) == pytest.approx(124 / 21)


def test_two_estimates_are_combined_by_hand() -> None:
    values, errors = {"a": 1.0, "b": 3.0}, {"a": 1.0, "b": 2.0}
    found = qn.combine(values, errors)
    combined, test = found.tables()
    # weights 4/5 and 1/5; variance 4/5; Q = 0.4^2 + 1.6^2 / 4 with one degree of freedom
    expected = [[1.0, 1.0, 0.8], [3.0, 2.0, 0.2], [1.4, 0.8**0.5, 1.0]]
    np.testing.assert_allclose(cells(combined), expected)
    assert list(combined.frame.index) == ["a", "b", "combined"]
    low, high = 1.4 - 1.959964 * 0.8**0.5, 1.4 + 1.959964 * 0.8**0.5
    assert combined.notes == (
        "Independent estimates of one value, weighted by their precision.",
        f"95 % interval {low:.5g} to {high:.5g}; I2 0%; tau 0.",
    )
    assert found.conf_int(0.9) == pytest.approx(
        (1.4 - 1.6448536 * 0.8**0.5, 1.4 + 1.6448536 * 0.8**0.5)
    )
    (q,) = test.frame.index
    assert test.frame.loc[q, "statistic"] == pytest.approx(0.16 + 0.64)
    assert test.frame.loc[q, "distribution"] == "chi2(1)"
    assert "80.0%" in combined.to_text()


def test_estimates_that_differ_by_hand() -> None:
    found = qn.combine({"a": 1.0, "b": 3.0, "c": 8.0}, dict.fromkeys("abc", 1.0), method="random")
    # equal errors: mean 4, spread 9 + 1 + 16 = 26 over 2 less 1 is the variance between them
    assert found.tau == pytest.approx(12**0.5)
    assert found.i2 == pytest.approx(1 - 2 / 26)
    assert found.estimate == pytest.approx(4.0)
    assert found.std_error == pytest.approx((13 / 3) ** 0.5)
    assert found.conf_int()[1] == pytest.approx(4.0 + 4.3026527 * (13 / 3) ** 0.5)  # t with 2
    notes = found.tables()[0].notes
    assert notes[0] == "Estimates that differ (Paule and Mandel 1982), Hartung-Knapp error."
    assert notes[1].endswith("; I2 92%; tau 3.464.")


def test_an_average_over_models_by_hand() -> None:
    fits = {
        "short": qn.fit_panel("y ~ x", DATA, covariance="classical"),
        "none": qn.fit_panel("y ~ x - 1", DATA, covariance="classical"),
    }
    found = qn.average_models(fits, "x", weights={"short": 3.0, "none": 1.0})
    slope = float(DATA["x"].to_numpy() @ DATA["y"].to_numpy()) / 55.0  # through the origin
    b, w = np.array([9 / 7, slope]), np.array([0.75, 0.25])
    s = np.array([float(fit.std_errors["x"]) for fit in fits.values()])
    mean = w @ b
    assert found.estimate == pytest.approx(mean)
    assert found.std_error == pytest.approx(w @ np.sqrt(s**2 + (b - mean) ** 2))
    between, within = w @ (b - mean) ** 2, w @ s**2
    assert found.between == pytest.approx(between / (between + within))
    (table,) = found.tables()
    assert table.title.startswith("x by model, ")
    assert table.notes[0] == f"Average {found.estimate:.5g}, error {found.std_error:.4g}."
    low, high = found.conf_int()
    assert table.notes[1] == f"95 % interval {low:.5g} to {high:.5g}."
    assert table.notes[2] == f"{found.between:.0%} of the variance is disagreement between models."
    assert table.frame["weight"].tolist() == [0.75, 0.25]
    assert table.frame["estimate"].tolist() == pytest.approx([9 / 7, slope])


def test_a_stated_prior_by_hand() -> None:
    fit = qn.fit_panel("y ~ x", DATA, covariance="classical")
    found = qn.shrink(fit, {"x": 1.0}, {"x": 0.5})
    variance = 124 / 21 / 4 / 17.5
    weight = variance / (variance + 0.25)
    table, tests, *_ = found.tables()
    assert table.title == "y: shrunk towards a stated prior"
    assert found.params["x"] == pytest.approx(9 / 7 + weight * (1.0 - 9 / 7))
    assert found.std_errors["x"] == pytest.approx((variance * (1 - weight)) ** 0.5)
    assert found.details == {"weight of the prior on x": pytest.approx(weight)}
    assert table.notes[0].startswith("6 observations; errors: posterior covariance, ")
    assert table.notes[0].endswith("; normal.")
    assert table.notes[1] == f"weight of the prior on x: {weight:.5g}."
    # the constant follows: its covariance with the slope is -2.5 times the variance of the slope
    assert found.params["Intercept"] == pytest.approx(20 / 21 - 2.5 * (found.params["x"] - 9 / 7))
    (conflict,) = tests.frame["statistic"]
    assert conflict == pytest.approx((2 / 7) ** 2 / (variance + 0.25))
    tidy = found.tidy().set_index("term")
    assert tidy.loc["x", "statistic"] == pytest.approx(found.params["x"] / found.std_errors["x"])
    row = found.glance().iloc[0]
    assert (row["nobs"], row["df"]) == (6, float("inf"))


def test_clusters_left_out_in_turn_and_signs_of_all_by_hand() -> None:
    data = DATA.assign(y=[0.0, 2.0, 2.0, 4.0, 4.0, 6.0])
    fit = qn.fit_panel("y ~ x", data, cluster="u")
    found = fit.jackknife()
    (table,) = found.tables()
    slopes = []
    for unit in "abc":
        rest = data[data["u"] != unit]
        away = rest["x"].to_numpy() - rest["x"].mean()
        slopes.append(float(away @ rest["y"].to_numpy()) / float(away @ away))
    assert found.replications["x"].tolist() == pytest.approx(slopes)
    assert table.title == "Cluster jackknife"
    assert table.notes == ("3 replications.",)
    row = table.frame.loc["x"]
    assert row["lowest"] == pytest.approx(min(slopes))
    assert row["highest"] == pytest.approx(max(slopes))
    wild = fit.wild_bootstrap("x")
    (table,) = wild.tables()
    assert (wild.exact, wild.draws, wild.clusters) == (True, 8, 3)
    assert table.title == "Wild cluster bootstrap, 95 % interval"
    assert table.notes[0] == (
        "Null imposed, CR1 statistic; 3 clusters, 8 draws, all sign patterns."
    )
    assert list(table.frame.columns) == ["estimate", "null", "p_value", "conf_low", "conf_high"]
    assert table.frame.loc["x", "estimate"] == pytest.approx(float(fit.params["x"]))


def test_instruments_in_excess_are_tested_as_the_errors_ask() -> None:
    i = np.arange(24.0)
    data = pd.DataFrame({"z": np.sin(i), "q": np.cos(2 * i), "u": i // 4})
    data["x"] = data["z"] + 0.5 * data["q"] + np.sin(5 * i)
    data["y"] = 2.0 * data["x"] + np.cos(7 * i)
    names = {}
    asked: dict[str, dict[str, Any]] = {
        "classical": {"covariance": "classical"},
        "HC1": {"covariance": "HC1"},
        "clustered": {"cluster": "u"},
    }
    for how, options in asked.items():
        fit = qn.fit_instrumental("y ~ x", data, endogenous="x", instruments=["z", "q"], **options)
        names[how] = {test.name for test in fit.tests}
    assert "Sargan (homoskedastic)" in names["classical"]
    assert "Hansen J (robust)" in names["HC1"]
    assert "Hansen J (clustered)" in names["clustered"]


@pytest.mark.parametrize(
    ("statistic", "said"),
    [(23.2, "strong"), (23.1, "moderate"), (10.0, "moderate"), (9.9, "weak")],
)
def test_instruments_are_strong_or_weak_by_their_effective_f(statistic: float, said: str) -> None:
    assert _strength(statistic, "F(1, 20)", 0.01).verdict.startswith(said)


def test_results_of_statsmodels_hold_the_outcome_and_our_errors() -> None:
    fit = qn.fit_panel("y ~ x", DATA, covariance="classical")
    results = fit.to_statsmodels()
    assert results.model.endog.tolist() == pytest.approx(DATA["y"].tolist())
    assert results.params.tolist() == pytest.approx([20 / 21, 9 / 7])
    assert results.scale == pytest.approx(124 / 21 / 4)
    assert results.bse.tolist() == pytest.approx(fit.std_errors.tolist())
    assert (results.df_resid, results.cov_type, results.use_t) == (4.0, "classical", True)
    assert results.conf_int().to_numpy().ravel().tolist() == pytest.approx(
        fit.conf_int().to_numpy().ravel().tolist()
    )


def _estimate(df: float, tests: tuple[Any, ...] = ()) -> Estimate:
    terms = ["a", "b"]
    covariance = pd.DataFrame(np.diag([1.0, 0.25]), terms, terms)
    return Estimate(
        "within", "y", pd.Series([2.0, -1.0], terms), covariance, df, 1234, "CR1", tests,
        {"tau": 0.5}, ("A note.",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("df", "law", "words"),
    [(3.0, stats.t(3), "t with 3 degrees of freedom"), (np.inf, stats.norm(), "normal")],
)
def test_a_stated_estimate_by_hand(df: float, law: Any, words: str) -> None:
    found = _estimate(df)
    assert found.names == ("a", "b")
    assert found.coefficients.tolist() == [2.0, -1.0]
    assert found.std_errors.to_dict() == {"a": 1.0, "b": 0.5}
    p = 2 * law.sf(2.0)
    assert found.pvalues.to_dict() == pytest.approx({"a": p, "b": p})
    np.testing.assert_array_equal(found.inference.matrix, np.diag([1.0, 0.25]))
    assert found.inference.df.tolist() == [df, df]
    tidy = found.tidy(0.9).set_index("term")
    assert tidy.loc["b", "statistic"] == -2.0
    assert tidy.loc["b", "conf_low"] == pytest.approx(-1.0 - law.ppf(0.95) * 0.5)
    assert found.glance().to_dict("records") == [
        {"method": "within", "nobs": 1234, "df": df, "tau": 0.5}
    ]
    (table,) = found.tables()
    assert table.title == "y: within"
    assert table.notes == (f"1,234 observations; errors: CR1; {words}.", "tau: 0.5.", "A note.")
    assert list(table.frame.index) == ["a", "b"]


def test_tests_of_an_estimate_have_a_table_of_their_own() -> None:
    words = Wording("no effect", "an effect is there", "none", "none")
    first, second = _estimate(3.0, (judged("Some", 6.2, "chi2(1)", 0.0128, words),)).tables()
    assert (first.title, second.title) == ("y: within", "Tests")
    assert "Some" in second.to_text()

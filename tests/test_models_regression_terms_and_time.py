"""Terms are compared as terms and time has an order: what once gave other numbers in silence."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import quesnay as qn
from tests.refusals import refused

G = np.random.default_rng(np.random.SeedSequence(5))
N = 300
DATA = pd.DataFrame({"z": G.standard_normal(N), "c": np.arange(N) % 4, "k": G.integers(0, 3, N)})
SHOCK = G.standard_normal(N)
DATA["x"] = DATA["z"] + SHOCK + 0.5 * DATA["c"]
DATA["y"] = 2 * DATA["x"] + SHOCK - 3 * DATA["c"]


def by_hand(endogenous: np.ndarray, outer: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Two stages with every column written out."""
    Z, X = np.column_stack([outer, inner]), np.column_stack([endogenous, inner])
    hat = Z @ np.linalg.lstsq(Z, X, rcond=None)[0]
    found: np.ndarray = np.linalg.lstsq(hat, DATA["y"].to_numpy(), rcond=None)[0]
    return found


def dummies(column: str, first: int = 1) -> np.ndarray:
    return pd.get_dummies(DATA[column]).to_numpy(float)[:, first:]


ONE = np.ones((N, 1))


def test_categories_of_an_instrumental_equation_stay_controls() -> None:
    fit = qn.fit_instrumental("y ~ x + C(c)", DATA, endogenous="x", instruments="z")
    expected = by_hand(
        DATA[["x"]].to_numpy(), DATA[["z"]].to_numpy(), np.hstack([ONE, dummies("c")])
    )
    assert list(fit.params.index) == ["Intercept", "x", "C(c)[T.1]", "C(c)[T.2]", "C(c)[T.3]"]
    assert fit.params["x"] == pytest.approx(expected[0], rel=1e-9)
    linearmodels = pytest.importorskip("linearmodels")
    assert linearmodels is not None
    model = qn.to_linearmodels("y ~ x + C(c)", DATA, endogenous="x", instruments="z")
    assert model.fit().params["x"] == pytest.approx(expected[0], rel=1e-9)


def test_categories_may_be_endogenous_and_instruments() -> None:
    fit = qn.fit_instrumental("y ~ z + C(k)", DATA, endogenous="C(k)", instruments="C(c)")
    expected = by_hand(dummies("k"), dummies("c"), np.hstack([ONE, DATA[["z"]]]))
    np.testing.assert_allclose(fit.params[["C(k)[T.1]", "C(k)[T.2]"]], expected[:2], rtol=1e-8)


@pytest.mark.parametrize("written", ["z:x", "x : z", "x:z"])
def test_a_product_is_the_same_in_either_order(written: str) -> None:
    fit = qn.fit_instrumental("y ~ x:z + k", DATA, endogenous=written, instruments="C(c)")
    expected = by_hand(
        (DATA["x"] * DATA["z"]).to_numpy()[:, None], dummies("c"), np.hstack([ONE, DATA[["k"]]])
    )
    assert fit.params["x:z"] == pytest.approx(expected[0], rel=1e-8)


def test_spaces_in_a_function_do_not_make_another_term() -> None:
    fit = qn.fit_instrumental(
        "y ~ I(x ** 2) + k", DATA, endogenous="I(x**2)", instruments="I(z**2)"
    )
    assert fit.names == ("Intercept", "I(x ** 2)", "k")
    assert qn.fit_panel("y ~ exp(z) + exp( z )", DATA).names == ("Intercept", "exp(z)")


@pytest.mark.parametrize("again", ["k", "I(x**2)", "y"])
def test_an_instrument_is_no_term_of_the_equation(again: str) -> None:
    equation = "y ~ I(x ** 2) + k"
    refused(
        lambda: qn.fit_instrumental(equation, DATA, endogenous="I(x**2)", instruments=again),
        "not in the formula",
    )


UNITS, TIMES = 20, 8
PANEL = pd.DataFrame(
    {"u": np.repeat(np.arange(UNITS), TIMES), "t": np.tile(np.arange(2000, 2008), UNITS)}
)
PANEL["x"] = G.standard_normal(len(PANEL)).cumsum()
PANEL["y"] = PANEL["x"] + PANEL["u"] + G.standard_normal(len(PANEL))
PLACE = PANEL["t"] - 2000
YEAR, QUARTER = (2000 + PLACE // 4).astype(str), (PLACE % 4 + 1).astype(str)
WHO: dict[str, Any] = {"unit": "u", "time": "t"}
SLOPE = qn.fit_differences("y ~ x", PANEL, **WHO).params["x"]


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("unordered numbers", lambda: pd.Categorical(PANEL["t"], [*range(2007, 1999, -1)])),
        ("year and quarter", lambda: YEAR + "Q" + QUARTER),
        ("dates as text", lambda: PANEL["t"].astype(str) + "-12-31"),
        ("fiscal years", lambda: PANEL["t"].map(lambda t: f"{t}/{t % 100 + 1:02d}")),
        ("waves", lambda: "wave " + PLACE.astype(str)),
        ("periods", lambda: pd.PeriodIndex(PANEL["t"].astype(str), freq="Y")),
        ("timestamps", lambda: pd.to_datetime(PANEL["t"].astype(str))),
    ],
)  # fmt: skip
def test_time_that_has_an_order_is_read_in_it(name: str, labels: Callable[[], Any]) -> None:
    fit = qn.fit_differences("y ~ x", PANEL.assign(t=labels()), **WHO)
    assert fit.params["x"] == pytest.approx(SLOPE, rel=1e-10), name


@pytest.mark.parametrize(
    "labels",
    [
        lambda: "Q" + QUARTER + " " + YEAR,
        lambda: "0" + QUARTER + "/" + YEAR,
        lambda: PLACE.map(
            dict(enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug"]))
        ),
        lambda: pd.Categorical(PLACE.map(dict(enumerate("abcdefgh")))),
        lambda: PLACE.map(lambda k: "before" if k < 4 else f"after {k}"),
        lambda: PLACE.map(lambda k: f"{2000 + k}-12" if k < 7 else "20070-12"),  # a year mistyped
    ],
)
def test_time_without_an_order_is_refused(labels: Callable[[], Any]) -> None:
    frame = PANEL.assign(t=labels())
    first, second = sorted(set(frame["t"]))[:2]
    message = (
        f"the order of {first!r} and {second!r} in the text column 't' is not known; use numbers, "
        "dates, an ordered category"
    )
    refused(lambda: qn.fit_differences("y ~ x", frame, **WHO), message)
    refused(lambda: qn.fit_panel("y ~ x", frame, time="t", covariance="Driscoll-Kraay"), message)
    refused(lambda: qn.fit_half_panel_jackknife("y ~ x", frame, **WHO), message)


def test_a_year_that_loses_all_its_rows_keeps_its_place() -> None:
    lost = PANEL.copy()
    lost.loc[lost["t"] == 2003, "x"] = np.nan
    fit = qn.fit_differences("y ~ x", lost, **WHO)
    assert fit.nobs == UNITS * (TIMES - 3)
    assert 2004 not in set(lost.loc[fit.index, "t"])
    assert qn.fit_differences("y ~ x", lost, **WHO, lag=2).nobs == UNITS * (TIMES - 4)
    void = PANEL.assign(w=(PANEL["t"] != 2003) * 1.0)
    assert qn.fit_differences("y ~ x", void, **WHO, weights="w").nobs == fit.nobs
    codes = fit.sample.periods.codes  # type: ignore[union-attr]
    assert set(codes) == {0, 1, 4, 5, 6}


def test_scores_of_a_lost_year_are_zero_in_driscoll_and_kraay() -> None:
    lost = PANEL.copy()
    lost.loc[lost["t"] == 2003, "x"] = np.nan
    fit = qn.fit_panel("y ~ x", lost, time="t", covariance=qn.DriscollKraay(lags=1))
    kept = lost.dropna()
    X = np.column_stack([np.ones(len(kept)), kept["x"]])
    scores = X * (kept["y"] - X @ fit.params.to_numpy()).to_numpy()[:, None]
    sums = pd.DataFrame(scores).groupby(kept["t"].to_numpy()).sum()
    h = sums.reindex(range(2000, 2008), fill_value=0.0).to_numpy()
    meat = h.T @ h + 0.5 * (h[1:].T @ h[:-1] + h[:-1].T @ h[1:])
    bread = np.linalg.inv(X.T @ X)
    np.testing.assert_allclose(fit.covariance, bread @ meat @ bread, rtol=1e-9)
    assert fit.df["x"] == TIMES - 2  # seven periods have rows


@pytest.mark.parametrize(("most", "said"), [(1, False), (2, True), (1.5, False), (2.5, False)])
def test_weights_that_look_like_counts_are_remarked(most: float, said: bool) -> None:
    weights = np.where(PANEL["t"] > 2000, 1.0, most)
    notes = qn.fit_panel("y ~ x", PANEL.assign(n=weights), weights="n").summary()
    assert ("use frequency= of fit_panel" in notes) == said


def test_uneven_times_are_said() -> None:
    frame = PANEL[PANEL["t"].isin([2000, 2001, 2003, 2007])]
    fit = qn.fit_differences("y ~ x", frame, **WHO)
    assert "t is unevenly spaced (1 to 4 apart)" in fit.summary()
    assert "unevenly" not in qn.fit_differences("y ~ x", PANEL, **WHO).summary()


@pytest.mark.parametrize(
    ("periods", "said"),
    [
        (["2000-12-31", "2001-12-31", "2003-12-31"], "(365 to 730 days apart)"),
        (["2000Q1", "2000Q2", "2000Q4"], "(1 to 2 periods apart)"),
        (["2000", "2001", "2003"], "(1 to 2 apart)"),
        (["2000-01-31", "2000-02-29", "2000-03-31"], ""),
        (["2000-01-01", "2000-01-03", "2000-01-06"], "(2 to 3 days apart)"),
        (["2000-11", "2000-12", "2001-01"], ""),
    ],
)
@pytest.mark.parametrize("kind", ["text", "dates"])
def test_uneven_dates_are_said_and_months_are_even(
    kind: str, periods: list[str], said: str
) -> None:
    frame = PANEL[PANEL["t"] < 2003]
    times: Any = pd.Series(periods, [2000, 2001, 2002])
    if kind == "dates" and len(periods[0]) > 4:
        times = times.map(pd.Timestamp if len(periods[0]) > 7 else pd.Period)
    fit = qn.fit_differences("y ~ x", frame.assign(t=frame["t"].map(times)), **WHO)
    notes = fit.summary()
    assert f"unevenly spaced {said}" in notes if said else "unevenly" not in notes


@pytest.mark.parametrize("first", [1, "1"])
def test_periods_that_a_category_orders_need_be_neither_numbers_nor_dates(first: Any) -> None:
    order = pd.CategoricalDtype([first, "the war", "after"], ordered=True)
    frame = PANEL[PANEL["t"] < 2003]
    times = frame["t"].map({2000: first, 2001: "the war", 2002: "after"}).astype(order)
    fit = qn.fit_differences("y ~ x", frame.assign(t=times), **WHO)
    assert fit.params.tolist() == qn.fit_differences("y ~ x", frame, **WHO).params.tolist()
    assert "unevenly" not in fit.summary()


@pytest.mark.parametrize("weights", [None, "w"])
def test_r_squared_does_not_depend_on_how_the_intercept_is_written(weights: str | None) -> None:
    frame = DATA.assign(w=DATA["c"] + 1.0, one=2.0)
    wanted = smf.wls("y ~ x + C(k)", frame, weights=1.0 if weights is None else frame["w"]).fit()
    for formula in ("y ~ x + C(k)", "y ~ C(k) + x - 1", "y ~ one + x + i(k, ref=0) - 1"):
        fit = qn.fit_panel(formula, frame, weights=weights)
        assert fit.rsquared == pytest.approx(wanted.rsquared, rel=1e-12)
    frame["near"] = 1 + 1e-5 * frame["x"]  # near to one in every row is no intercept
    frame["some"] = (frame["k"] == 0).astype(float)  # nor is one in some
    for name in ("x", "near", "some"):
        bare = qn.fit_panel(f"y ~ {name} - 1", frame)
        plain = smf.ols(f"y ~ {name} - 1", frame).fit()
        assert bare.rsquared == pytest.approx(plain.rsquared, rel=1e-12)


def test_differences_with_dummies_of_all_periods_have_no_drift_besides() -> None:
    fit = qn.fit_differences("y ~ x + C(t)", PANEL, **WHO)
    assert "Intercept" not in fit.names
    assert "Other columns make a common drift" in fit.summary()
    assert fit.nobs == len(PANEL) - PANEL["u"].nunique()
    absorbed = qn.fit_differences("y ~ x", PANEL, **WHO, absorb="t")
    assert fit.params["x"] == pytest.approx(absorbed.params["x"], rel=1e-9)
    changes = PANEL.sort_values(["u", "t"]).groupby("u")[["y", "x"]].diff().assign(t=PANEL["t"])
    by_hand = smf.ols("y ~ x + C(t) - 1", changes.dropna()).fit()
    levels = by_hand.params.filter(like="C(t)").cumsum()  # changes of a year, from the first year
    np.testing.assert_allclose(fit.params.filter(like="C(t)"), levels, rtol=1e-9)
    trend = qn.fit_differences("y ~ x + t", PANEL, **WHO)
    assert trend.params["t"] == pytest.approx(
        qn.fit_differences("y ~ x", PANEL, **WHO).params["Intercept"], rel=1e-9
    )


def test_coefficients_are_tested_together_by_their_names() -> None:
    fit = qn.fit_panel("y ~ x + C(t) + x:u", PANEL, covariance="classical")
    years = [name for name in fit.names if "C(t)" in name]
    wanted = smf.ols("y ~ x + C(t) + x:u", PANEL).fit()
    found = fit.wald_test([*years, "x:u"])
    test = wanted.f_test(", ".join(f"{name} = 0" for name in [*years, "x:u"]))
    assert found.statistic == pytest.approx(float(test.fvalue), rel=1e-9)
    assert fit.nonlinear("x:u").estimate == pytest.approx(wanted.params["x:u"], rel=1e-9)


def test_what_is_constant_but_for_rounding_is_refused() -> None:
    size = PANEL["u"] + 0.3
    odd = np.arange(len(PANEL)) % 2 == 1
    data = PANEL.assign(
        k=np.where(odd, size * 3 / 3, size * (1 / 3) * 3),
        inner=PANEL["x"] - PANEL.groupby("u")["x"].transform("mean"),
    )
    assert data.groupby("u")["k"].nunique().max() == 2
    refused(lambda: qn.fit_differences("y ~ x + k", data, **WHO), "'k' does not change in any unit")
    refused(
        lambda: qn.fit_between("y ~ x + inner", data, unit="u"),
        "the means of 'inner' by u are all zero; leave it out",
    )
    data["q"] = data["x"] * (data["t"] - 2000)
    fit = qn.fit_correlated_random_effects("y ~ inner + q", data, unit="u", time="t")
    assert list(fit.names) == ["Intercept", "inner", "q", "mean(q)"]
    mundlak = next(t for t in fit.tests if t.name.startswith("Mundlak"))
    assert mundlak.distribution.startswith("F(1,")

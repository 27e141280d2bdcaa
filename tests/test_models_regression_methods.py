"""Every linear estimator predicts, shows its rows, tests and hands itself on in the same way."""

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats

import quesnay as qn
from quesnay.fitting.regression.covariance import HC1
from quesnay.models.regression.bridges import from_results
from tests.refusals import refused

G = np.random.default_rng(np.random.SeedSequence(11))
UNITS, TIMES = 12, 8
N = UNITS * TIMES
X = G.standard_normal(N) + np.repeat(G.standard_normal(UNITS), TIMES)
DATA = pd.DataFrame(
    {
        "u": np.repeat([f"u{i:02d}" for i in range(UNITS)], TIMES),
        "t": np.tile(np.arange(2001, 2001 + TIMES), UNITS),
        "x": X,
        "z": G.uniform(1, 3, N),
        "q": np.tile(list("abcd"), N // 4),
        "w": G.uniform(0.5, 2.0, N),
    }
)
DATA["iv"] = DATA["x"] + G.standard_normal(N)
DATA["y"] = 2 * DATA["x"] + np.log(DATA["z"]) + G.standard_normal(N)
DATA["k"] = G.integers(0, 10, N)
DATA["y"] += np.repeat(G.standard_normal(UNITS), TIMES)  # so that random effects are not all zero
PANEL: dict[str, Any] = {"unit": "u", "time": "t"}
IV: dict[str, Any] = {"endogenous": "x", "instruments": "iv"}

Fit = Callable[..., Any]
FITS: dict[str, Fit] = {
    "least squares": lambda d, **o: qn.fit_panel("y ~ x + z + C(q)", d, **PANEL, **o),
    "fixed effects": lambda d, **o: qn.fit_panel("y ~ x + z", d, absorb=["u", "t"], **PANEL, **o),
    "random": lambda d, **o: qn.fit_random_effects("y ~ x + z", d, **PANEL, **o),
    "correlated": lambda d, **o: qn.fit_correlated_random_effects("y ~ x + z", d, **PANEL, **o),
    "differences": lambda d, **o: qn.fit_differences("y ~ x + z", d, **PANEL, **o),
    "instruments": lambda d, **o: qn.fit_instrumental("y ~ x + z", d, **IV, **PANEL, **o),
}


@pytest.mark.parametrize("name", FITS)
def test_every_estimator_answers_the_same_questions(name: str) -> None:
    fit = FITS[name](DATA)
    np.testing.assert_allclose(fit.resid + fit.fitted, fit.augment().iloc[:, 0], rtol=1e-12)
    assert 0.0 < fit.rsquared <= 1.0
    assert fit.glance()["nobs"].item() == fit.nobs == len(fit.augment())
    again = fit.predict(DATA).loc[fit.index]
    np.testing.assert_allclose(again, fit.predict(), rtol=1e-9)
    if name not in {"random", "correlated"}:
        np.testing.assert_allclose(again, fit.fitted, rtol=1e-9)
    one = fit.wald_test("x = 2")
    t = (fit.params["x"] - 2) / fit.std_errors["x"]
    assert one.statistic == pytest.approx(t**2, rel=1e-9)
    assert fit.nonlinear("2 * x").estimate == pytest.approx(2 * fit.params["x"])
    found = fit.diagnose(draws=19)
    assert {"Breusch-Pagan (Koenker)", "Wooldridge within"} <= set(found.assumptions.index)
    assert "Jarque-Bera" in str(found)
    other = fit.to_statsmodels()
    np.testing.assert_allclose(other.bse, fit.std_errors, rtol=1e-10)
    np.testing.assert_allclose(other.pvalues, fit.pvalues, rtol=1e-7)


@pytest.mark.parametrize("name", FITS)
def test_weights_of_one_change_nothing_and_others_do(name: str) -> None:
    plain = FITS[name](DATA)
    ones = FITS[name](DATA.assign(w=1.0), weights="w")
    np.testing.assert_allclose(ones.params, plain.params, rtol=1e-9)
    np.testing.assert_allclose(ones.std_errors, plain.std_errors, rtol=1e-9)
    weighted = FITS[name](DATA, weights="w")
    assert abs(weighted.params["x"] - plain.params["x"]) > 1e-5
    tripled = FITS[name](DATA.assign(w=3 * DATA["w"]), weights="w")
    np.testing.assert_allclose(tripled.params, weighted.params, rtol=1e-8)
    np.testing.assert_allclose(tripled.std_errors, weighted.std_errors, rtol=1e-8)


def test_weighted_instruments_equal_two_stages_by_hand() -> None:
    fit = qn.fit_instrumental("y ~ x + z", DATA, **IV, weights="w")
    root = np.sqrt(DATA["w"].to_numpy())[:, None]
    design = np.column_stack([np.ones(N), DATA["x"], DATA["z"]]) * root
    outer = np.column_stack([np.ones(N), DATA["iv"], DATA["z"]]) * root
    b = np.linalg.solve(outer.T @ design, outer.T @ (DATA["y"].to_numpy() * root[:, 0]))
    np.testing.assert_allclose(fit.params, b, rtol=1e-9)


@pytest.mark.parametrize("interval", ["confidence", "prediction"])
def test_intervals_of_predictions_are_those_of_statsmodels(interval: str) -> None:
    fit = qn.fit_panel("y ~ x + z + C(q)", DATA, covariance="classical")
    new = pd.DataFrame({"x": [0.0, 1.0], "z": [1.5, 2.0], "q": ["a", "d"]}, index=["p", "q"])
    found = fit.predict(new, interval=interval, level=0.9)
    other = smf.ols("y ~ x + z + C(q)", DATA).fit().get_prediction(new).summary_frame(alpha=0.1)
    prefix = "mean_ci" if interval == "confidence" else "obs_ci"
    columns = ["mean", f"{prefix}_lower", f"{prefix}_upper"]
    np.testing.assert_allclose(found, other[columns], rtol=1e-9)
    assert list(found.index) == ["p", "q"]


@pytest.mark.parametrize(
    ("absorb", "written"),
    [
        ("u", "C(u)"),
        (["u", "t"], "C(u) + C(t)"),
        (["u", "u[z]"], "C(u) + C(u):z"),
    ],
)
@pytest.mark.parametrize(
    "errors",
    [
        {"covariance": "classical"},
        {"covariance": "HC1"},
        {"covariance": "HC3"},
        {"cluster": "k"},
        {"cluster": "k", "covariance": "CR2"},
        {"covariance": "classical", "weights": "w"},
    ],
)
def test_intervals_beside_absorbed_effects_are_those_of_dummies(
    absorb: str | list[str], written: str, errors: dict[str, Any]
) -> None:
    if "[" in str(absorb) and errors.get("covariance") == "CR2":
        errors = {"covariance": "HC0"}  # for CR2 does not know absorbed slopes
    regressor = "" if "[" in str(absorb) else " + z"
    new = DATA.iloc[[3, 8, 40]].assign(x=[0.0, 1.0, 2.0])
    for interval in ("confidence", "prediction"):
        found = qn.fit_panel(f"y ~ x{regressor}", DATA, absorb=absorb, **errors).predict(
            new, interval=interval
        )
        other = qn.fit_panel(f"y ~ x{regressor} + {written}", DATA, **errors)
        theirs = other.predict(new, interval=interval)
        np.testing.assert_allclose(found["prediction"], theirs["prediction"], rtol=1e-9)
        own, his = (f["high"] - f["prediction"] for f in (found, theirs))
        if errors.get("covariance") == "CR2":  # each judges by its own degrees of freedom
            own, his = own / own.iloc[0], his / his.iloc[0]
        np.testing.assert_allclose(own, his, rtol=1e-8)


def test_intervals_beside_absorbed_effects_equal_those_of_statsmodels() -> None:
    new = DATA.iloc[[3, 8, 40]]
    found = qn.fit_panel("y ~ x + z", DATA, absorb=["u", "t"], covariance="classical").predict(
        new, interval="prediction"
    )
    other = smf.ols("y ~ x + z + C(u) + C(t)", DATA).fit().get_prediction(new).summary_frame()
    columns = ["mean", "obs_ci_lower", "obs_ci_upper"]
    np.testing.assert_allclose(found, other[columns], rtol=1e-9)


def test_groups_that_no_row_connects_have_no_interval_together() -> None:
    data = pd.DataFrame(
        {"a": list("ppqqrrssrr"), "b": list("uvuvwxwxwx"), "x": np.arange(10.0) ** 2}
    )
    data["y"] = np.sin(np.arange(10.0))
    fit = qn.fit_panel("y ~ x", data, absorb=["a", "b"], covariance="classical")
    found = fit.predict(
        pd.DataFrame({"a": ["p", "p"], "b": ["v", "w"], "x": 1.0}), interval="confidence"
    )
    assert found["low"].isna().tolist() == [False, True]


def test_unknown_levels_and_groups_are_predicted_as_missing() -> None:
    new = DATA.head(3).assign(q=["a", "new", "c"], u=["u00", "u00", "other"])
    dummies = qn.fit_panel("y ~ x + C(q)", DATA).predict(new)
    assert dummies.isna().tolist() == [False, True, False]
    absorbed = qn.fit_panel("y ~ x", DATA, absorb="u").predict(new)
    assert absorbed.isna().tolist() == [False, False, True]
    numbered = qn.fit_panel("y ~ x + C(k)", DATA.assign(k=np.arange(len(DATA)) % 3))
    refused(lambda: numbered.predict(new.assign(k="1")), "labels of column 'k' are text, those of")
    without = new.drop(columns="y").assign(x=[1.0, np.nan, 1.0])
    assert qn.fit_panel("y ~ x", DATA).predict(without).isna().tolist() == [False, True, False]


def test_levels_of_effects_are_the_coefficients_of_dummies() -> None:
    fit = qn.fit_panel("y ~ x", DATA, absorb=["u", "t"])
    found = fit.effects().set_index(["effect", "group"])["value"]
    dummies = smf.ols("y ~ x + C(u) + C(t) - 1", DATA).fit().params
    for group, value in found["u"].items():
        assert value == pytest.approx(dummies[f"C(u)[{group}]"], rel=1e-8)
    assert found["t", 2001] == pytest.approx(0.0, abs=1e-10)
    for year in range(2002, 2009):
        assert found["t", year] == pytest.approx(dummies[f"C(t)[T.{year}]"], rel=1e-8)


def test_levels_of_two_sets_that_nothing_ties_begin_at_zero_in_each_part() -> None:
    data = DATA[(DATA["u"] < "u06") == (DATA["t"] < 2005)]  # half of the units, half of the years
    fit = qn.fit_panel("y ~ x", data, absorb=["u", "t"])
    found = fit.effects().set_index(["effect", "group"])["value"]
    for first, part in ((2001, data["u"] < "u06"), (2005, data["u"] >= "u06")):
        assert found["t", first] == 0.0
        own = smf.ols("rest ~ C(u) + C(t) - 1", data[part].assign(
            rest=data["y"] - fit.params["x"] * data["x"])).fit().params  # fmt: skip
        for group in data.loc[part, "u"].unique():
            assert found["u", group] == pytest.approx(own[f"C(u)[{group}]"], rel=1e-7)
        assert found["t", first + 2] == pytest.approx(own[f"C(t)[T.{first + 2}]"], rel=1e-6)


@pytest.mark.parametrize("weights", [None, "w"])
def test_random_effects_are_shrunk_mean_residuals_of_units(weights: str | None) -> None:
    data = DATA.drop(index=[0, 1, 2, 9, 40])  # units of five to eight rows
    fit = qn.fit_random_effects("y ~ x + z", data, **PANEL, weights=weights)
    unit, rest = (
        fit.details[f"standard deviation of {part}"] ** 2 for part in ("unit effects", "the rest")
    )
    w = data["w"] if weights else data["w"] * 0 + 1
    sums = w.groupby(data["u"]).sum()
    mean = (w * fit.resid).groupby(data["u"]).sum() / sums
    assert unit > 0.5
    taken = data["u"].map(1 - (rest / (rest + unit * sums)) ** 0.5)
    share = fit.details["median share of the unit mean taken off"]
    assert share == pytest.approx(taken.median(), rel=1e-9)
    within = [
        w * (v - data["u"].map((w * v).groupby(data["u"]).sum() / sums)) ** 2
        for v in (fit.resid, data["y"])
    ]
    assert fit.rsquared_within == pytest.approx(1 - within[0].sum() / within[1].sum(), rel=1e-9)
    about = data["y"] - np.average(data["y"], weights=w)
    whole = 1 - (w * fit.resid**2).sum() / (w * about**2).sum()
    assert fit.rsquared == pytest.approx(whole, rel=1e-9)
    z, root = data["z"], np.sqrt(w)
    quasi = root * (z - taken * data["u"].map((w * z).groupby(data["u"]).sum() / sums))
    np.testing.assert_allclose(fit.transform(z.to_numpy()), quasi, rtol=1e-9)
    two = fit.transform(data[["x", "z"]].to_numpy())
    np.testing.assert_allclose(two[:, 1], quasi, rtol=1e-9)
    found = fit.effects().set_index("group")
    np.testing.assert_allclose(found["value"], unit / (unit + rest / sums) * mean, rtol=1e-9)
    assert found["rows"].to_dict() == data["u"].value_counts().to_dict()
    new = data.iloc[[3, 8, 30]]  # a row of a unit not seen: its effect and the rest are to come
    X = np.column_stack([np.ones(3), new[["x", "z"]]])
    variance = np.einsum("ij,jk,ik->i", X, fit.covariance.to_numpy(), X) + unit + rest
    ahead = fit.predict(new, interval="prediction", level=0.9)
    reach = stats.t.ppf(0.95, fit.df.min()) * np.sqrt(variance)
    np.testing.assert_allclose(ahead["high"] - ahead["prediction"], reach, rtol=1e-9)


@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")
def test_slopes_by_group_are_those_of_dummies_times_the_variable() -> None:
    for absorb, formula in (
        ("u[t]", "y ~ x + C(u) + C(u):t"),
        (["u[t]", "t"], "y ~ x + C(t) + C(u) + C(u):t"),
        ("u[[z]]", "y ~ x + C(u):z"),
    ):
        fit = qn.fit_panel("y ~ x", DATA, absorb=absorb, covariance="classical")
        model = smf.ols(formula, DATA.assign(t=DATA["t"] - 2000))
        rank = np.linalg.matrix_rank(model.exog)  # the last column may follow from the others
        other = sm.OLS(model.endog, model.data.orig_exog.iloc[:, :rank]).fit()
        assert fit.params["x"] == pytest.approx(other.params["x"], rel=1e-9)
        assert fit.std_errors["x"] == pytest.approx(other.bse["x"], rel=1e-8)
        assert fit.df_resid == other.df_resid
    assert "Absorbed slopes" in fit.summary()
    refused(lambda: fit.bootstrap(), "does not take absorbed slopes")
    refused(
        lambda: qn.fit_panel("y ~ x", DATA, absorb="u[t]", cluster="u", covariance="CR2"),
        r"write C\(unit\):t",
    )


def test_frequencies_stand_for_equal_rows() -> None:
    counts = G.integers(0, 4, N)
    short = qn.fit_panel("y ~ x", DATA.assign(n=counts), frequency="n")
    long = qn.fit_panel("y ~ x", DATA.loc[DATA.index.repeat(counts)])
    np.testing.assert_allclose(short.std_errors, long.std_errors, rtol=1e-12)
    assert short.nobs == counts.sum()
    weighted = qn.fit_panel("y ~ x", DATA.assign(n=counts + 1), weights="n")
    assert "use frequency=" in weighted.summary()
    for most, said in ((1, False), (2, True)):  # of ones alone nobody asks how often they stand
        pair = qn.fit_panel("y ~ x", DATA.assign(n=np.minimum(counts + 1, most)), weights="n")
        assert ("use frequency=" in pair.summary()) is said
    refused(lambda: qn.fit_panel("y ~ x", DATA, frequency="w"), "is no whole number")


def test_a_level_of_reference_is_stated_in_the_ways_of_other_libraries() -> None:
    other = smf.ols("y ~ x + C(q, Treatment('c'))", DATA).fit().params.to_numpy()
    for written in ("base='c'", 'ref="c"', "Treatment('c')", "contr.treatment(base='c')"):
        fit = qn.fit_panel(f"y ~ x + C(q, {written})", DATA)
        assert fit.names == ("Intercept", "x", "C(q)[T.a]", "C(q)[T.b]", "C(q)[T.d]")
        np.testing.assert_allclose(fit.params[["C(q)[T.a]", "x"]], other[[1, 4]], rtol=1e-9)
    assert "C(t)[T.2005]" not in qn.fit_panel("y ~ C(t, base=2005)", DATA).names
    refused(lambda: qn.fit_panel("y ~ C(q, base='e')", DATA), "C.q. has no level 'e'")


def test_event_terms_leave_the_base_out_beside_effects() -> None:
    treated = DATA.assign(d=(DATA["u"] < "u06") * 1.0, event=DATA["t"] - 2004)
    fit = qn.fit_panel("y ~ i(event, ref=-1):d", treated, absorb=["u", "t"], cluster="u")
    assert len(fit.names) == TIMES - 1
    assert "i(event)[-1]:d" not in fit.names
    by_hand = treated.copy()
    for k in range(-3, 5):
        by_hand[f"e{k + 3}"] = (by_hand["event"] == k) * by_hand["d"]
    names = [f"e{k + 3}" for k in range(-3, 5) if k != -1]
    other = qn.fit_panel("y ~ " + " + ".join(names), by_hand, absorb=["u", "t"], cluster="u")
    np.testing.assert_allclose(fit.params, other.params, rtol=1e-9)
    np.testing.assert_allclose(fit.std_errors, other.std_errors, rtol=1e-9)


def test_lags_and_differences_go_by_unit_and_time() -> None:
    shuffled = DATA.sample(frac=1.0, random_state=1)
    groups = DATA.groupby("u")
    by_hand = DATA.assign(
        a=groups["x"].shift(1),
        b=np.log(groups["z"].shift(2)),
        c=groups["x"].shift(-1),
        dy=groups["y"].diff(),
    )
    written = "diff(y) ~ lag(x) + log(lag(z, 2)) + lead(x)"
    fit = qn.fit_panel(written, shuffled, **PANEL)
    other = qn.fit_panel("dy ~ a + b + c", by_hand)
    np.testing.assert_allclose(fit.params, other.params, rtol=1e-9)
    assert fit.nobs == other.nobs == UNITS * (TIMES - 3)
    gap = DATA.drop(index=DATA.index[DATA["t"] == 2003][0])
    assert qn.fit_panel("y ~ lag(x)", gap, **PANEL).nobs == N - UNITS - 2
    unnamed = DATA.assign(u=DATA["u"].mask(DATA.index == 3))
    assert qn.fit_panel("y ~ lag(x)", unnamed, **PANEL).nobs == N - UNITS - 2
    refused(lambda: qn.fit_panel("y ~ lag(x)", DATA), "lag.x. needs time=")
    refused(lambda: qn.fit_panel("y ~ lag(x)", DATA, time="t"), "is seen twice: name unit=")
    again = pd.concat([DATA.head(1), DATA])
    refused(lambda: qn.fit_panel("y ~ lag(x)", again, **PANEL), "and t; 2001 is seen twice: name")
    refused(lambda: qn.fit_panel("y ~ lag(x, 0)", DATA, **PANEL), "whole number k from 1 on")


@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")
def test_what_depends_on_other_columns_is_left_out_with_a_note() -> None:
    twice = DATA.assign(x2=2 * DATA["x"])
    refused(lambda: qn.fit_panel("y ~ x + x2", twice), "'x2?'")
    fit = qn.fit_panel("y ~ x + x2", twice, drop_collinear=True)
    assert fit.names == ("Intercept", "x")
    assert "explain them: x2." in fit.summary()
    near = DATA.assign(x2=DATA["x"] + 1e-6 * DATA["z"])  # has digits of its own
    kept = qn.fit_panel("y ~ x + x2", near, drop_collinear=True)
    assert kept.names == ("Intercept", "x", "x2")
    assert "Left out" not in kept.summary()
    cells = DATA.assign(k=np.where(DATA["q"] == "d", 0, DATA["t"] % 2))
    fit = qn.fit_panel("y ~ C(q) * C(k)", cells, drop_collinear=True)
    assert np.linalg.matrix_rank(np.asarray(fit.sample.design, float)) == len(fit.names)
    refused(lambda: qn.fit_panel("y ~ C(u):t", DATA, absorb=["u", "t"], drop_collinear=False), "C")
    trends = qn.fit_panel("y ~ x + C(u):t", DATA, absorb=["u", "t"], covariance="classical")
    other = smf.ols("y ~ x + C(u) + C(t) + C(u):t", DATA.assign(t=DATA["t"] - 2000)).fit()
    assert trends.params["x"] == pytest.approx(other.params["x"], rel=1e-8)
    assert trends.df_resid == other.df_resid


@pytest.mark.parametrize("covariance", ["HC2", "HC3"])
@pytest.mark.parametrize(
    ("absorb", "written"),
    [("u[t]", "C(u) + C(u):t"), (["q", "u[t]"], "C(q) + C(u) + C(u):t"), ("u[[t]]", "C(u):t")],
)
def test_leverages_beside_absorbed_slopes_are_those_of_dummies(
    absorb: str | list[str], written: str, covariance: str
) -> None:
    data = DATA.assign(t=DATA["t"] - 2000)
    fit = qn.fit_panel("y ~ x", data, absorb=absorb, covariance=covariance)
    other = smf.ols(f"y ~ x + {written}", data).fit(cov_type=covariance, use_t=True)
    assert fit.std_errors["x"] == pytest.approx(other.bse["x"], rel=1e-8)
    assert fit.pvalues["x"] == pytest.approx(other.pvalues["x"], rel=1e-6)


def test_between_is_least_squares_of_unit_means() -> None:
    means = DATA[["u", "x", "z", "y"]].groupby("u").mean()
    fit = qn.fit_between("y ~ x + z", DATA, unit="u", covariance="classical")
    other = smf.ols("y ~ x + z", means).fit()
    np.testing.assert_allclose(fit.params, other.params, rtol=1e-9)
    np.testing.assert_allclose(fit.std_errors, other.bse, rtol=1e-9)
    odd = DATA.drop(index=[0, 1, 2, 20])
    wide = odd[["u", "x", "z", "y"]].groupby("u").mean()
    long = qn.fit_between("y ~ x + z", odd, unit="u", by_length=True, covariance="classical")
    size = odd.groupby("u").size().to_numpy()
    other = smf.wls("y ~ x + z", wide, weights=size).fit()
    np.testing.assert_allclose(long.std_errors, other.bse, rtol=1e-9)


def test_newey_west_of_one_series_is_statsmodels() -> None:
    one = DATA[DATA["u"] == "u03"].sample(frac=1.0, random_state=3)
    fit = qn.fit_panel("y ~ x", one, time="t", covariance=qn.NeweyWest(lags=2))
    options = {"maxlags": 2, "use_correction": True}
    other = smf.ols("y ~ x", one.sort_values("t")).fit(cov_type="HAC", cov_kwds=options)
    np.testing.assert_allclose(fit.std_errors, other.bse, rtol=1e-10)
    refused(lambda: qn.fit_panel("y ~ x", one, covariance="Newey-West"), "Newey-West needs periods")


def test_three_dimensions_of_clusters_add_and_take_away() -> None:
    fit = qn.fit_panel("y ~ x", DATA, cluster=["u", "t", "q"], covariance="CR0")
    assert fit.std_errors.notna().all()
    assert fit.inference.name == "CR0"


def test_results_of_other_libraries_are_diagnosed() -> None:
    plain = smf.ols("y ~ x + z", DATA).fit()
    ours = qn.fit_panel("y ~ x + z", DATA, covariance="classical")
    found = qn.diagnose(plain, DATA, unit="u", time="t", draws=19)
    expected = qn.diagnose(ours, DATA, unit="u", time="t", draws=19)
    pd.testing.assert_frame_equal(found.assumptions, expected.assumptions)
    clustered = smf.wls("y ~ x", DATA, weights=DATA["w"]).fit(
        cov_type="cluster", cov_kwds={"groups": DATA["u"]}
    )
    assert qn.diagnose(clustered, draws=19).groups is not None
    logit = sm.Logit((DATA["y"] > 0) * 1, DATA[["x"]]).fit(disp=0)
    refused(lambda: qn.diagnose(logit), "Logit of statsmodels is not diagnosed here; expected")
    refused(lambda: qn.diagnose(qn.shrink(ours, {"x": 0.0}, {"x": 1.0})), "has no residuals")


def test_panels_of_linearmodels_bring_their_unit_and_time() -> None:
    panel = pytest.importorskip("linearmodels.panel")
    model = panel.PanelOLS.from_formula(
        "y ~ x + EntityEffects + TimeEffects", DATA.set_index(["u", "t"])
    )
    found = qn.diagnose(model.fit(cov_type="clustered", cluster_entity=True), draws=19)
    ours = qn.fit_panel("y ~ x", DATA, absorb=["u", "t"], cluster="u", **PANEL).diagnose(draws=19)
    np.testing.assert_allclose(
        found.assumptions["statistic"], ours.assumptions["statistic"], rtol=1e-6
    )
    assert found.header.loc["unit and time", "value"] == "u and t"


def _as_linearmodels(
    effects: dict[str, Any], covariance: str, weights: Any = None, kind: str = "PanelOLS"
) -> Any:
    """Return what is read of a fit of linearmodels, by the names it has there."""
    data = DATA.set_index(["u", "t"])
    weight = np.ones(len(data)) if weights is None else data[weights].to_numpy()
    exog = data[["x", "z"]].assign(const=1.0)
    groups = [data.index.get_level_values(k) for k in (0, 1)]
    named = zip(groups, ("entity_effects", "time_effects"), strict=True)
    chosen = [group for group, name in named if name in effects]
    absorbed = [*chosen, *([data["k"]] if "other_effects" in effects else [])]
    dummies = [pd.get_dummies(np.asarray(g), dtype=float).to_numpy() for g in absorbed]
    wide = np.column_stack([exog, *dummies]) * np.sqrt(weight)[:, None]
    b = np.linalg.lstsq(wide, data["y"].to_numpy() * np.sqrt(weight), rcond=None)[0][:3]
    model = type(kind, (), {
        "dependent": SimpleNamespace(dataframe=data[["y"]]),
        "exog": SimpleNamespace(values2d=exog.to_numpy(), vars=list(exog)),
        "weights": SimpleNamespace(values2d=weight[:, None]),
        "_other_effect_cats": SimpleNamespace(dataframe=data[["k"]]), **effects,
    })  # fmt: skip
    made = type("PanelEffectsResults", (), {"__module__": "linearmodels.panel.results"})()
    made.model, made.params, made._cov_type = model(), pd.Series(b, exog.columns), covariance
    return made


@pytest.mark.parametrize(
    ("effects", "covariance", "weights", "ours"),
    [
        ({}, "Unadjusted", None, {"covariance": "classical"}),
        ({}, "Robust", None, {"covariance": "HC1"}),
        ({}, "Unadjusted", "w", {"covariance": "classical", "weights": "w"}),
        ({"entity_effects": True}, "Clustered", None, {"absorb": "u", "cluster": "u"}),
        ({"entity_effects": True, "time_effects": True}, "Unadjusted", None,
         {"absorb": ["u", "t"], "covariance": "classical"}),
        ({"other_effects": True}, "Unadjusted", None, {"absorb": "k", "covariance": "classical"}),
    ],
)  # fmt: skip
def test_what_linearmodels_fitted_is_read_by_its_parts(
    effects: dict[str, Any], covariance: str, weights: str | None, ours: dict[str, Any]
) -> None:
    found = from_results(_as_linearmodels(effects, covariance, weights))
    own = qn.fit_panel("y ~ x + z", DATA, **PANEL, **ours)
    names = [name for name in own.names if name != "Intercept"]
    np.testing.assert_allclose(found.params[names], own.params[names], rtol=1e-9)
    np.testing.assert_allclose(found.std_errors[names], own.std_errors[names], rtol=1e-9)
    assert ("Intercept" in found.names) == ("Intercept" in own.names)
    assert (found.nobs, found.outcome_name) == (own.nobs, "y")
    assert found.inference.name == own.inference.name
    assert (found.sample.weights is None) is (weights is None)  # weights of one are none
    assert [group.name for group in found.sample.effects] == [g.name for g in own.sample.effects]
    assert found.sample.unit is not None
    assert (found.sample.unit.name, found.sample.unit.count) == ("u", UNITS)


def test_what_is_none_of_the_accepted_fits_is_refused_by_its_name() -> None:
    odd = _as_linearmodels({}, "Robust", kind="RandomEffects")
    refused(lambda: from_results(odd), "RandomEffects of linearmodels is not diagnosed here; exp")
    wrong = _as_linearmodels({}, "Robust")
    known = wrong.params
    wrong.params = known * (1.0 + 2e-6)
    refused(lambda: from_results(wrong), "its coefficients are not those of least squares on its")
    wrong.params = known * (1.0 + 5e-7)
    assert from_results(wrong).nobs == len(DATA)
    wrong.model.dependent.dataframe = 1e-3 * wrong.model.dependent.dataframe  # in thousands
    wrong.params = 1e-3 * known * (1.0 + 2e-6)
    refused(lambda: from_results(wrong), "its coefficients are not those of least squares on its")
    refused(lambda: from_results([1]), "expected a fit: .*; got list")


@pytest.mark.parametrize(
    ("formula", "options", "ours"),
    [
        ("y ~ 1 + x + z + EntityEffects", {}, ["u"]),
        ("y ~ 1 + x + z + EntityEffects + TimeEffects", {}, ["u", "t"]),
        ("y ~ 1 + x + z", {"other_effects": "k"}, ["k"]),
    ],
)
def test_effects_of_linearmodels_may_stand_beside_a_constant(
    formula: str, options: dict[str, str], ours: list[str]
) -> None:
    panel = pytest.importorskip("linearmodels").PanelOLS
    data = DATA.set_index(["u", "t"])
    other = {name: data[[column]] for name, column in options.items()}
    if other:
        theirs = panel(data["y"], data[["x", "z"]].assign(one=1.0), **other).fit()
    else:
        theirs = panel.from_formula(formula, data).fit()
    found = qn.diagnose(theirs, draws=19)
    own = qn.fit_panel("y ~ x + z", DATA, absorb=ours, covariance="classical", **PANEL)
    expected = own.diagnose(draws=19).assumptions
    np.testing.assert_allclose(found.assumptions["statistic"], expected["statistic"], rtol=1e-6)


def test_an_exact_fit_is_remarked() -> None:
    assert "The fit is exact" in qn.fit_panel("y ~ x", DATA.assign(y=2 * DATA["x"] + 1)).summary()
    assert "The fit is exact" not in qn.fit_panel("y ~ x", DATA).summary()


def test_a_posterior_has_functions_and_tests_by_the_normal_law() -> None:
    shrunk = qn.shrink(qn.fit_panel("y ~ x", DATA), {"x": 2.0}, {"x": 0.1})
    z = (shrunk.params["x"] - 1) / shrunk.std_errors["x"]
    assert shrunk.wald_test("x = 1").statistic == pytest.approx(z**2, rel=1e-9)
    assert shrunk.nonlinear("2 * x").std_error == pytest.approx(2 * shrunk.std_errors["x"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: qn.fit_panel("y ~ x | u", DATA), r"absorb=\['g'\]"),
        (lambda: qn.fit_panel("y ~ net x", DATA), "between backticks"),
        (lambda: qn.fit_panel("y ~ x", DATA.set_index("t"), absorb="t"), "data.reset_index"),
        (lambda: qn.fit_panel("y ~ x", DATA.assign(x=np.nan)), "x is missing in all rows"),
        (lambda: qn.fit_panel("y ~ x", DATA).nonlinear("x = 1"), "write 'a - b', or use wald_test"),
        (lambda: qn.fit_panel("y ~ x", DATA).wald_test("lag(x)"), "of columns, not of"),
        (lambda: qn.fit_panel("y ~ x", DATA).effects(), "nothing is absorbed"),
        (lambda: qn.fit_panel("y ~ x", DATA).predict([1]), "expected a DataFrame, got list"),  # type: ignore[call-overload]
        (lambda: qn.fit_panel("y ~ x", DATA).predict(DATA, interval="both"), "interval"),
        (
            lambda: qn.fit_panel("y ~ x", DATA, absorb="u", cluster="u").predict(
                DATA, interval="confidence"
            ),
            "clustered by 'u' say nothing of the levels of 'u'",
        ),
        (lambda: FITS["instruments"](DATA).wild_bootstrap("x"), "use bootstrap"),
        (
            lambda: qn.fit_random_effects("y ~ x", DATA, unit="u", cluster="q").jackknife(),
            "hold groups of u whole.* use qn.bootstrap",
        ),
        (
            lambda: qn.fit_instrumental(
                "y ~ x", DATA, absorb=["u", "t"], cluster="u", **IV
            ).bootstrap(),
            "hold groups of t whole.* use qn.bootstrap",
        ),
        (
            lambda: qn.fit_instrumental(
                "y ~ h + x", DATA.assign(h=2 * DATA["x"]), drop_collinear=True, **IV
            ),
            "endogenous: explained",
        ),
        (
            lambda: qn.fit_random_effects("y ~ x", DATA, unit="u", weights="w", method="nerlove"),
            "use 'swar' or 'ml'",
        ),
    ],
)
def test_what_cannot_be_done_names_the_way_that_exists(
    call: Callable[[], object], message: str
) -> None:
    refused(call, message)


def _root_of(matrix: Any) -> Any:
    """Return the symmetric inverse root of a positive definite matrix."""
    sizes, vectors = np.linalg.eigh(matrix)
    return vectors / np.sqrt(sizes) @ vectors.T


def test_cr2_of_two_stages_is_that_of_the_regressors_that_instruments_explain() -> None:
    fit = qn.fit_instrumental("y ~ x + z", DATA, **IV, cluster="u", covariance="CR2")
    outer = np.column_stack([np.ones(N), DATA["iv"], DATA["z"]])
    design = np.column_stack([np.ones(N), DATA["x"], DATA["z"]])
    hat = outer @ np.linalg.solve(outer.T @ outer, outer.T @ design)
    bread = np.linalg.inv(hat.T @ hat)
    e = DATA["y"].to_numpy() - design @ bread @ hat.T @ DATA["y"].to_numpy()
    left = np.eye(N) - hat @ bread @ hat.T
    meat = np.zeros((3, 3))
    for unit in DATA["u"].unique():
        rows = np.flatnonzero(DATA["u"] == unit)
        score = hat[rows].T @ _root_of(left[np.ix_(rows, rows)]) @ e[rows]
        meat += np.outer(score, score)
    np.testing.assert_allclose(fit.std_errors**2, np.diag(bread @ meat @ bread), rtol=1e-9)
    assert fit.inference.df.max() < UNITS - 1
    plain = qn.fit_instrumental("y ~ x + z", DATA, **IV, cluster="u")
    stated = qn.fit_instrumental("y ~ x + z", DATA, **IV, cluster="u", covariance="CR1")
    np.testing.assert_allclose(plain.std_errors, stated.std_errors, rtol=1e-12)


@pytest.mark.parametrize("weights", [None, "w"])
def test_cr2_of_random_effects_works_with_their_covariance(weights: str | None) -> None:
    effect = np.repeat(np.random.default_rng(3).standard_normal(UNITS), TIMES)
    data = DATA.assign(y=DATA["y"] + 2 * effect)
    fit = qn.fit_random_effects("y ~ x + z", data, unit="u", weights=weights, covariance="CR2")
    unit = fit.details["standard deviation of unit effects"] ** 2
    rest = fit.details["standard deviation of the rest"] ** 2
    assert unit > 0.1
    spread = np.eye(N) * rest / (1.0 if weights is None else data[weights].to_numpy())
    spread += unit * (data["u"].to_numpy()[:, None] == data["u"].to_numpy())
    design = np.column_stack([np.ones(N), data["x"], data["z"]])
    inverse = np.linalg.inv(spread)
    bread = np.linalg.inv(design.T @ inverse @ design)
    b = bread @ design.T @ inverse @ data["y"]
    np.testing.assert_allclose(fit.params, b, rtol=1e-9)
    e = data["y"].to_numpy() - design @ b
    around = spread - design @ bread @ design.T
    meat, other = np.zeros((3, 3)), np.zeros((3, 3))
    for name in data["u"].unique():
        rows = np.flatnonzero(data["u"] == name)
        own = np.ix_(rows, rows)
        free = _root_of(spread[own])  # errors are independent once multiplied by it
        score = design[rows].T @ free @ _root_of(free @ around[own] @ free) @ free @ e[rows]
        meat += np.outer(score, score)
        D = np.linalg.cholesky(spread[own]).T  # clubSandwich takes its root before demeaning
        score = design[rows].T @ inverse[own] @ D.T @ _root_of(D @ around[own] @ D.T) @ D @ e[rows]
        other += np.outer(score, score)
    variance = fit.std_errors**2
    np.testing.assert_allclose(variance, np.diag(bread @ meat @ bread), rtol=1e-8)
    np.testing.assert_allclose(variance, np.diag(bread @ other @ bread), rtol=0.01)


def test_liml_has_the_errors_it_is_defined_with() -> None:
    refused(
        lambda: qn.fit_instrumental("y ~ x", DATA, **IV, method="liml", covariance="HC3"),
        "LIML has classical, HC1 and CR1 errors only",
    )
    for name in ("classical", "HC1"):
        found = qn.fit_instrumental("y ~ x", DATA, **IV, method="liml", covariance=name)
        stages = qn.fit_instrumental("y ~ x", DATA, **IV, covariance=name)
        # exactly identified, LIML is two-stage least squares, errors and all
        np.testing.assert_allclose(found.std_errors, stages.std_errors, rtol=1e-8)


def test_years_as_text_are_counted_and_nothing_is_said_of_their_distance() -> None:
    words = DATA.assign(t=DATA["t"].map("year {}".format))
    fit = qn.fit_panel("y ~ x", words, unit="u", time="t")
    assert fit.notes == qn.fit_panel("y ~ x", DATA, unit="u", time="t").notes == ()


def test_absorbed_slopes_are_those_of_dummies_and_predict_new_rows() -> None:
    fit = qn.fit_panel("y ~ z", DATA, **PANEL, absorb=["u", "u[x]"])
    dummies = pd.get_dummies(DATA["u"], dtype=float).to_numpy()
    design = np.column_stack([DATA["z"], dummies, dummies * DATA[["x"]].to_numpy()])
    theirs = np.linalg.lstsq(design, DATA["y"].to_numpy(), rcond=None)[0]
    found = fit.effects()
    assert list(found["effect"]) == ["u"] * UNITS + ["u[x]"] * UNITS
    np.testing.assert_allclose(found["value"], theirs[1:], rtol=1e-8)
    assert (found["rows"] == TIMES).all()
    new = DATA.iloc[[3, 40, 90]].assign(x=[0.5, -1.0, 2.0], z=1.5)
    unit = [int(name[1:]) for name in new["u"]]
    by_hand = [
        1.5 * theirs[0] + theirs[1 + u] + theirs[1 + UNITS + u] * x
        for u, x in zip(unit, new["x"], strict=True)
    ]
    np.testing.assert_allclose(fit.predict(new), by_hand, rtol=1e-8)
    alone = qn.fit_panel("y ~ z", DATA, **PANEL, absorb=["u[[x]]"])
    assert list(alone.effects()["effect"]) == ["u[x]"] * UNITS
    refused(lambda: alone.predict(new), "without levels of 'u': absorb both")


def test_a_unit_whose_slope_never_varies_has_a_level_alone() -> None:
    data = DATA.assign(x=DATA["x"].where(DATA["u"] != "u02", 0.0))
    fit = qn.fit_panel("y ~ z", data, **PANEL, absorb=["u", "u[x]"])
    found = fit.effects().set_index(["effect", "group"])["value"]
    assert np.isfinite(found).all()
    own = data[data["u"] == "u02"]
    level = float((own["y"] - fit.params["z"] * own["z"]).mean())
    assert found["u", "u02"] == pytest.approx(level, rel=1e-8)
    assert found["u[x]", "u02"] == 0.0


@pytest.mark.parametrize(
    "fit",
    [
        lambda d: qn.fit_panel("y ~ x + lag(x)", d, **PANEL),
        lambda d: qn.fit_panel("y ~ x + lag(x, 2) + C(q)", d, absorb="u", **PANEL),
        lambda d: qn.fit_panel("y ~ x + diff(z)", d[d["u"] == "u03"], time="t"),
        lambda d: qn.fit_panel("y ~ z", d, absorb=["u", "t"]),
        lambda d: qn.fit_panel("y ~ z", d, absorb=["u", "u[x]"], **PANEL),
        lambda d: qn.fit_differences("y ~ x + z", d, **PANEL),
        lambda d: qn.fit_differences("y ~ x", d, lag="long", **PANEL),
        lambda d: qn.fit_correlated_random_effects("y ~ x + z", d, **PANEL),
    ],
)
def test_rows_of_the_sample_are_predicted_as_they_were_fitted(fit: Fit) -> None:
    data = DATA.assign(t=DATA["t"] - 2000)
    made = fit(data)
    rows = data if made.nobs > TIMES else data[data["u"] == "u03"]
    turned = made.predict(rows.iloc[::-1])
    found = turned.loc[made.index]
    np.testing.assert_allclose(found, made.predict(), rtol=1e-8, atol=1e-10)
    lost = turned.index.difference(made.index)
    assert turned.loc[lost].isna().all()
    assert len(lost) == len(rows) - made.nobs


def test_lags_predict_with_the_rows_that_new_data_have() -> None:
    fit = qn.fit_panel("y ~ x + lag(x)", DATA, **PANEL)
    rows = DATA[DATA["u"] == "u03"]
    b = fit.tidy().set_index("term")["estimate"]
    found = fit.predict(rows)
    x = rows["x"].to_numpy()
    by_hand = b["Intercept"] + b["x"] * x[1:] + b["lag(x)"] * x[:-1]
    np.testing.assert_allclose(found.to_numpy()[1:], by_hand, rtol=1e-10)
    assert np.isnan(found.iloc[0])


@pytest.mark.parametrize(
    "fit",
    [
        lambda d: qn.fit_instrumental("y ~ x + z", d, cluster="u", **IV),
        lambda d: qn.fit_instrumental("y ~ x + z", d, cluster="u", method="liml", **IV),
        lambda d: qn.fit_instrumental("y ~ x + z", d, cluster="u", absorb="u", **IV),
        lambda d: qn.fit_instrumental("y ~ x + z", d, cluster="u", weights="w", **IV),
        lambda d: qn.fit_random_effects("y ~ x + z", d, **PANEL),
        lambda d: qn.fit_random_effects("y ~ x + z", d, weights="w", method="ml", **PANEL),
        lambda d: qn.fit_correlated_random_effects("y ~ x", d, covariance="classical", **PANEL),
    ],
)
def test_the_jackknife_of_every_estimator_fits_without_each_unit(fit: Fit) -> None:
    found = fit(DATA).jackknife()
    again = pd.DataFrame({u: fit(DATA[DATA["u"] != u]).params for u in DATA["u"].unique()}).T
    np.testing.assert_allclose(found.replications, again, rtol=1e-8, atol=1e-10)
    shifts = (again - found.params).to_numpy()
    share = (UNITS - 1) / UNITS
    np.testing.assert_allclose(found.covariance, share * shifts.T @ shifts, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("name", ["instruments", "random"])
def test_the_bootstrap_of_every_estimator_gives_a_unit_drawn_twice_two_labels(name: str) -> None:
    options: dict[str, Any] = {"cluster": "u"} if name == "instruments" else {}
    found = FITS[name](DATA, **options).bootstrap(draws=5, seed=3)
    generator = np.random.default_rng(3)
    names = DATA["u"].unique()
    for own in found.replications.to_numpy():
        picks = generator.integers(0, UNITS, UNITS)
        frames = [DATA[DATA["u"] == names[p]].assign(u=f"copy {i}") for i, p in enumerate(picks)]
        drawn = pd.concat(frames, ignore_index=True)
        np.testing.assert_allclose(own, FITS[name](drawn, **options).params, rtol=1e-8, atol=1e-10)


def test_the_bootstrap_of_means_and_instruments_resamples_rows_without_clusters() -> None:
    for fit in (FITS["instruments"](DATA), qn.fit_between("y ~ x", DATA, unit="u")):
        found = fit.bootstrap(draws=199, seed=1)
        assert found.method == "pairs bootstrap"
        assert found.std_errors["x"] == pytest.approx(fit.std_errors["x"], rel=0.5)


@pytest.mark.parametrize("name", ["random", "correlated", "instruments", "differences"])
def test_every_estimator_leaves_out_dependent_columns_and_remarks_counts(name: str) -> None:
    fits: dict[str, Fit] = {
        "random": lambda f, d, **o: qn.fit_random_effects(f, d, **PANEL, **o),
        "correlated": lambda f, d, **o: qn.fit_correlated_random_effects(f, d, **PANEL, **o),
        "instruments": lambda f, d, **o: qn.fit_instrumental(f, d, **IV, **o),
        "differences": lambda f, d, **o: qn.fit_differences(f, d, **PANEL, **o),
    }
    twice = DATA.assign(h=2 * DATA["z"] + DATA["k"])
    fit = fits[name]("y ~ x + z + k + h", twice, drop_collinear=True)
    plain = fits[name]("y ~ x + z + k", twice)
    np.testing.assert_allclose(fit.params, plain.params, rtol=1e-8)
    assert "explain them: h." in fit.summary()
    counts = DATA.assign(n=DATA["k"] + 1)
    assert "frequency= of" in fits[name]("y ~ x + z", counts, weights="n").summary()


def _panel_with_instruments() -> pd.DataFrame:
    draw = np.random.default_rng(5)
    frame = pd.DataFrame({"u": np.repeat(np.arange(8), 6), "q": draw.normal(size=48)})
    frame["x"] = frame["q"] + draw.normal(size=48)
    frame["alone"] = (frame["u"] == 3) * 1.0
    return frame.assign(y=frame["x"] + frame["u"] / 4 + draw.normal(size=48))


def test_intervals_beside_absorbed_effects_are_refused_of_instruments_with_a_way_round() -> None:
    data = _panel_with_instruments()
    fit = qn.fit_instrumental("y ~ x", data, endogenous="x", instruments="q", absorb="u")
    with pytest.raises(qn.DataError, match=r"least squares, not for two-stage.* C\(column\)"):
        fit.predict(data, interval="confidence")
    dummies = qn.fit_instrumental("y ~ x + C(u)", data, endogenous="x", instruments="q")
    found = dummies.predict(data, interval="confidence")
    np.testing.assert_allclose(found["prediction"], fit.predict(data), rtol=1e-9)
    assert (found["low"] < found["high"]).all()


def test_random_effects_left_without_a_regressor_say_which_group_alone_has_it() -> None:
    fit = qn.fit_random_effects("y ~ x + alone", _panel_with_instruments(), unit="u")
    with pytest.raises(qn.EstimationError, match="varies in that group only, or use bootstrap"):
        fit.jackknife()
    found = fit.bootstrap(draws=40, seed=2)
    assert 0 < found.failed < 40
    assert np.isfinite(found.replications.to_numpy()).all()


def test_three_sets_of_effects_are_those_of_dummies() -> None:
    fit = qn.fit_panel("y ~ x", DATA, absorb=["u", "t", "k"])
    plain = smf.ols("y ~ x + C(u) + C(t) + C(k)", DATA).fit()
    np.testing.assert_allclose(fit.predict(DATA), plain.predict(DATA), rtol=1e-9)
    assert fit.params["x"] == pytest.approx(plain.params["x"], rel=1e-9)


def test_more_effects_than_can_be_counted_are_an_upper_bound() -> None:
    g, rows = np.random.default_rng(1), 8000
    data = pd.DataFrame({name: g.integers(0, 1500, rows) for name in "abc"})
    data["x"], data["y"] = g.standard_normal((2, rows))
    said = qn.fit_panel("y ~ x", data, absorb=["a", "b", "c"]).summary()
    assert "Degrees of freedom of the absorbed effects are an upper bound." in said


def test_the_within_share_of_an_instrumental_fit_is_about_unit_means() -> None:
    fit = qn.fit_instrumental("y ~ x", DATA, **IV, absorb="u")
    columns = DATA[["y", "x", "iv"]]
    y, x, iv = (columns - columns.groupby(DATA["u"]).transform("mean")).to_numpy(float).T
    slope = float(iv @ y) / float(iv @ x)
    rest = y - slope * x
    assert fit.params["x"] == pytest.approx(slope, rel=1e-9)
    assert fit.rsquared_within == pytest.approx(1 - float(rest @ rest) / float(y @ y), rel=1e-9)


def test_where_nothing_is_absorbed_the_share_within_is_that_of_all() -> None:
    fit = qn.fit_panel("y ~ x", DATA, **PANEL)  # to know the unit absorbs nothing
    assert fit.rsquared_within == fit.rsquared
    within = qn.fit_panel("y ~ x", DATA, absorb="u")
    y, x = (DATA[name] - DATA[name].groupby(DATA["u"]).transform("mean") for name in "yx")
    assert within.rsquared_within == pytest.approx(np.corrcoef(y, x)[0, 1] ** 2, rel=1e-9)


def test_weights_are_shown_beside_their_rows() -> None:
    fit = qn.fit_panel("y ~ x", DATA.iloc[::-1], weights="w")
    assert fit.augment()["weight"].tolist() == DATA["w"].iloc[::-1].tolist()


def test_columns_of_the_same_unit_means_count_once() -> None:
    g = np.random.default_rng(3)
    noise = pd.Series(g.standard_normal(N)).groupby(DATA["u"]).transform(lambda v: v - v.mean())
    means = DATA["x"].groupby(DATA["u"]).transform("mean")
    data = DATA.assign(x2=means + noise)
    fit = qn.fit_correlated_random_effects("y ~ x + x2", data, unit="u")
    assert list(fit.names) == ["Intercept", "x", "x2", "mean(x)"]
    by_hand = qn.fit_random_effects("y ~ x + x2 + m", data.assign(m=means), unit="u")
    np.testing.assert_allclose(fit.params, by_hand.params, rtol=1e-8)
    assert "have the same errors but for rounding" in by_hand.tests[0].verdict
    refused(lambda: qn.fit_between("y ~ x + x2", data, unit="u"), "'x', 'x2' depend")
    near = data.assign(x2=data["x2"] + 1e-5 * DATA["u"].str[1:].astype(int) ** 2)
    own = qn.fit_correlated_random_effects("y ~ x + x2", near, unit="u")
    assert list(own.names) == [*fit.names, "mean(x2)"]  # alike but for the fifth digit


def test_a_unit_seen_once_stands_at_its_mean_and_the_others_vary_about_theirs() -> None:
    data = DATA[(DATA["u"] != "u03") | (DATA["t"] == 2004)]
    fit = qn.fit_correlated_random_effects("y ~ x", data, unit="u")
    means = data["x"].groupby(data["u"]).transform("mean")
    by_hand = qn.fit_random_effects("y ~ x + m", data.assign(m=means), unit="u")
    assert list(fit.names) == ["Intercept", "x", "mean(x)"]
    np.testing.assert_allclose(fit.params, by_hand.params, rtol=1e-8)


def test_a_prediction_of_the_mean_is_one_number_for_any_rows() -> None:
    fit = qn.fit_panel("y ~ 1", DATA)
    assert fit.predict(DATA.head(3)).tolist() == pytest.approx([DATA["y"].mean()] * 3, rel=1e-12)
    assert fit.predict(pd.concat([DATA, DATA])).size == 2 * N


def test_a_column_whose_label_is_a_number_is_found() -> None:
    fit = qn.fit_panel("y ~ `7`", DATA.rename(columns={"x": 7}))
    assert fit.params["7"] == pytest.approx(qn.fit_panel("y ~ x", DATA).params["x"], rel=1e-12)


@pytest.mark.parametrize("role", ["absorb", "cluster"])
def test_a_role_that_is_missing_in_all_rows_is_named(role: str) -> None:
    ask: dict[str, Any] = {role: "u"}
    refused(lambda: qn.fit_panel("y ~ x", DATA.assign(u=np.nan), **ask), "u is missing in all rows")
    ask = {role: "t"}
    refused(lambda: qn.fit_panel("y ~ x", DATA.head(0), **ask), "no rows are left of 0")


class Own:
    """Errors of a user's own: every variance is one; degrees of freedom are 5, 4, ..."""

    def estimate(self, regression: Any) -> Any:
        k = regression.X.shape[1]
        return dataclasses.replace(
            HC1().estimate(regression), matrix=np.eye(k), df=5.0 - np.arange(k), name="own"
        )


def test_errors_of_ones_own_rule_are_taken_and_what_joins_some_has_the_fewest_of_their_df() -> None:
    fit = qn.fit_panel("y ~ x + z", DATA, covariance=Own())
    assert fit.std_errors.tolist() == [1.0, 1.0, 1.0]
    b, x, z = fit.params
    joint = fit.wald_test(["x", "z"])
    assert joint.distribution == "F(2, 3)"
    assert joint.p_value == pytest.approx(stats.f.sf((x**2 + z**2) / 2, 2, 3))
    assert fit.nonlinear("Intercept + x").df == 4
    reach = stats.t.ppf(0.975, 3) * np.sqrt(3)
    found = fit.predict(pd.DataFrame({"x": [1.0], "z": [1.0]}), interval="confidence").T[0]
    assert found.tolist() == pytest.approx([b + x + z, b + x + z - reach, b + x + z + reach])
    assert fit.to_statsmodels().pvalues.tolist() == pytest.approx(
        list(2 * stats.t.sf(np.abs(fit.params), 3))
    )


def test_a_column_with_digits_of_its_own_stays_however_near() -> None:
    g = np.random.default_rng(0)
    data = pd.DataFrame({"x": g.standard_normal(30), "z": g.standard_normal(30)})
    data["near"] = data["x"] + data["z"] + 1e-8 * g.standard_normal(30)
    data["y"] = 1e-8 * data["x"] + data["near"] + g.standard_normal(30)
    fit = qn.fit_panel("y ~ x + z + near", data, drop_collinear=True)
    assert list(fit.names) == ["Intercept", "x", "z", "near"]
    exact = smf.ols("y ~ x + z + I((near - x - z) * 1e8)", data).fit()  # the same space
    np.testing.assert_allclose(fit.fitted, exact.fittedvalues, rtol=1e-6)


def test_what_effects_leave_a_millionth_of_is_estimated_from_it() -> None:
    level = DATA["u"].str[1:].astype(int)
    fit = qn.fit_panel("y ~ x", DATA.assign(x=level + 1e-6 * DATA["z"]), absorb="u")
    plain = qn.fit_panel("y ~ z", DATA, absorb="u")
    assert 1e-6 * fit.params["x"] == pytest.approx(plain.params["z"], rel=1e-6)


def test_stated_weights_average_and_a_prior_may_have_a_covariance() -> None:
    fits = {"short": qn.fit_panel("y ~ x", DATA), "long": qn.fit_panel("y ~ x + z", DATA)}
    found = qn.average_models(fits, "x", weights={"long": 3.0, "short": 1.0})
    b = {name: fit.params["x"] for name, fit in fits.items()}
    assert found.estimate == pytest.approx((b["short"] + 3 * b["long"]) / 4, rel=1e-12)
    terms, fit = ["x", "z"], fits["long"]
    P = pd.DataFrame([[0.04, 0.01], [0.01, 0.09]], terms, terms)
    shrunk = qn.shrink(
        fit, {"x": 1.0, "z": 0.0}, {"x": 0.2, "z": 0.3}, prior_covariance=P.loc[::-1, ::-1]
    )
    S, b2 = fit.covariance.loc[terms, terms].to_numpy(), fit.params[terms].to_numpy()
    precision = np.linalg.inv(S) + np.linalg.inv(P)
    expected = np.linalg.solve(precision, np.linalg.solve(S, b2) + np.linalg.solve(P, [1.0, 0.0]))
    np.testing.assert_allclose(shrunk.params[terms], expected, rtol=1e-8)
    np.testing.assert_allclose(
        shrunk.covariance.loc[terms, terms], np.linalg.inv(precision), rtol=1e-8
    )
    row = shrunk.glance().loc[0]
    assert row["nobs"] == N
    assert row["method"] == shrunk.method
    assert set(shrunk.details) <= set(shrunk.glance())


def test_what_depends_on_other_columns_is_told_in_any_unit() -> None:
    small = DATA.assign(a=1e-6 * DATA["x"], b=2e-6 * DATA["x"], c=1e-7 * DATA["z"])
    fit = qn.fit_panel("y ~ a + b + c", small, drop_collinear=True)
    assert fit.names == ("Intercept", "a", "c")
    zero = qn.fit_panel("y ~ a + o + c", small.assign(o=0.0), drop_collinear=True)
    assert zero.names == ("Intercept", "a", "c")
    assert zero.params["a"] == pytest.approx(fit.params["a"], rel=1e-9)


def test_a_switch_of_the_regression_of_means_is_true_or_false() -> None:
    odd: Any = "yes"
    refused(lambda: qn.fit_between("y ~ x", DATA, unit="u", by_length=odd), "by_length: .*'yes'")


@pytest.mark.parametrize(("times", "cuts"), [(4, [2]), (5, [2, 3])])
def test_half_panels_are_two_way_regressions_of_dummies(times: int, cuts: list[int]) -> None:
    data = DATA[DATA["t"] - DATA["t"].min() < times]
    t, u = (data["t"] - data["t"].min()).to_numpy(), data["u"].to_numpy()

    def influence(rows: Any) -> tuple[Any, Any]:
        part = data[rows]
        dummies = pd.get_dummies(part[["u", "t"]].astype(str), dtype=float).to_numpy()
        wide = part[["x", "z", "y"]].to_numpy()
        wide = wide - dummies @ np.linalg.lstsq(dummies, wide, rcond=None)[0]
        X, y = wide[:, :2], wide[:, 2]
        b = np.linalg.solve(X.T @ X, X.T @ y)
        scores = pd.DataFrame(X * (y - X @ b)[:, None]).groupby(part["u"].to_numpy()).sum()
        return b, scores.to_numpy() @ np.linalg.inv(X.T @ X)

    halves = [influence(half) for cut in cuts for half in (t < cut, t >= cut)]
    whole = influence(t >= 0)
    expected, spread = (
        2 * whole[k] - sum(half[k] for half in halves) / (2 * len(cuts)) for k in (0, 1)
    )
    found = qn.fit_half_panel_jackknife("y ~ x + z", data, unit="u", time="t")
    groups = len(set(u))
    np.testing.assert_allclose(found.params, expected, rtol=1e-8)
    np.testing.assert_allclose(
        found.covariance, groups / (groups - 1) * spread.T @ spread, rtol=1e-7
    )
    assert (found.df, found.nobs, found.outcome) == (groups - 1, len(data), "y")
    assert found.details == pytest.approx(
        {f"within estimate of {name}": b for name, b in zip(["x", "z"], whole[0], strict=True)}
    )
    assert f"clusters of u ({groups})" in found.rule


def test_long_differences_go_from_each_units_first_row_to_its_last() -> None:
    data = pd.DataFrame(
        {
            "u": list("cabaccd"), "t": [2, 3, 1, 1, 0, 1, 5],
            "x": [5.0, 4.0, 9.0, 1.0, 1.0, 7.0, 3.0], "y": [9.0, 7.0, 1.0, 1.0, 1.0, 0.0, 2.0],
        }
    )  # fmt: skip
    found = qn.fit_differences("y ~ 0 + x", data, unit="u", time="t", lag="long", covariance="HC1")
    # a goes from 1 to 4 and from 1 to 7, c from 1 to 5 and from 1 to 9; b and d are seen once
    assert found.nobs == 2
    assert found.params["x"] == pytest.approx((3 * 6 + 4 * 8) / (9 + 16))
    assert list(found.index) == [1, 0]
    assert found.sample.periods is not None
    assert list(found.sample.periods.labels) == [2, 3]  # of the later ends, not the fifth
    far = data.assign(x=data["x"] + 1e10)  # a change counts, however small beside its level
    again = qn.fit_differences("y ~ 0 + x", far, unit="u", time="t", lag="long", covariance="HC1")
    assert again.params["x"] == found.params["x"]
    tiny = data.assign(x=data["x"] * 2.0**-60)  # in another unit
    again = qn.fit_differences("y ~ 0 + x", tiny, unit="u", time="t", lag="long", covariance="HC1")
    assert again.params["x"] == pytest.approx(2.0**60 * found.params["x"])


@pytest.mark.parametrize(
    ("mean", "std", "message"),
    [
        ({"x": 0.1, "z": 0.2}, {"x": 1.0}, "term 'z' has a mean or a deviation, not both"),
        ({"x": 0.1}, {"x": 1.0, "z": 1.0}, "term 'z' has a mean or a deviation, not both"),
        ({"x": 0.1, "z": 0.2}, {"x": 1.0, "z": 0.0}, "prior_std: 0.0 at 'z'; must be positive"),
        (0.0, -1.0, "prior_std: -1.0 at 'Intercept'; must be positive"),
        ([0.0], 1.0, "prior_mean: name the terms, for example {'Intercept': 0.1}"),
        ({"w": 0.0}, {"w": 1.0}, "prior_mean: no term 'w' in the fit"),
    ],
)
def test_priors_that_do_not_fit_are_named(mean: Any, std: Any, message: str) -> None:
    fit = qn.fit_panel("y ~ x + z", DATA)
    refused(lambda: qn.shrink(fit, prior_mean=mean, prior_std=std), message)


def test_rows_and_columns_at_fault_are_named() -> None:
    data = DATA.head(6).set_axis(list("pqrstv")).assign(n=[1, 2, 1.5, 1, 1, 2.5])
    refused(lambda: qn.fit_panel("y ~ x", data, frequency="n"), "1.5 at row 'r' is no whole number")
    less = data.assign(w=[1.0, 0.0, -2.0, 1.0, -3.0, 1.0])
    refused(lambda: qn.fit_panel("y ~ x", less, weights="w"), "weights: -2 at row 'r' is negative")
    far = data.assign(x=[0.0, 1.0, 2.0, np.inf, -np.inf, 1.0])
    refused(lambda: qn.fit_panel("y ~ x", far), "'x' is infinite at row 's'; mend the value")
    moved = data.rename_axis("id")
    refused(lambda: qn.fit_panel("y ~ id", moved), "'id' is in the index, not a column; use data")
    twice = pd.concat([data, data[["x"]]], axis=1)
    refused(lambda: qn.fit_panel("y ~ x", twice), "several columns 'x'; rename all but one")
    lone = pd.DataFrame({"g": list("aaabbbc"), "y": [1.0, 2.0, 4.0, 3.0, 5.0, 9.0, 7.3]})
    for rule in ("HC1", "HC3"):  # the one is zero there, the other does not exist
        said = r"'C\(g\)\[c\]' rests on 1 row that the regression fits exactly"
        refused(lambda rule=rule: qn.fit_panel("y ~ C(g) - 1", lone, covariance=rule), said)  # type: ignore[misc]
    nobody: Any = None
    refused(lambda: qn.fit_random_effects("y ~ x", data, unit=nobody), "^unit: expected the name")


def test_times_that_a_category_orders_count_those_between() -> None:
    names = ["before", "first", "second", "third", "fourth", "after"]
    one = DATA[DATA["t"] < DATA["t"].min() + 3].head(9)
    months = pd.Categorical(["first", "second", "fourth"] * 3, names, ordered=True)
    data = one.assign(t=months, u=list("aaabbbccc"))
    fit = qn.fit_panel("y ~ lag(x)", data, unit="u", time="t")
    assert fit.nobs == 3  # the fourth has no third before it
    x, y = data["x"].to_numpy()[::3], data["y"].to_numpy()[1::3]
    np.testing.assert_allclose(fit.params, np.polyfit(x, y, 1)[::-1], rtol=1e-8)


def test_two_columns_of_clusters_beside_instruments() -> None:
    found = qn.fit_instrumental("y ~ x", DATA, **IV, cluster=["u", "t"])
    Z, X = (np.column_stack([np.ones(N), DATA[name]]) for name in ("iv", "x"))
    explained = Z @ np.linalg.lstsq(Z, X, rcond=None)[0]
    beta = np.linalg.solve(explained.T @ X, explained.T @ DATA["y"].to_numpy())
    scores = pd.DataFrame(explained * (DATA["y"].to_numpy() - X @ beta)[:, None])
    sums = [
        scores.groupby(keys).sum().to_numpy()
        for keys in (
            DATA["u"].to_numpy(),
            DATA["t"].to_numpy(),
            [DATA["u"].to_numpy(), DATA["t"].to_numpy()],
        )
    ]
    meat = sums[0].T @ sums[0] + sums[1].T @ sums[1] - sums[2].T @ sums[2]
    G = min(DATA["u"].nunique(), DATA["t"].nunique())
    bread = np.linalg.inv(explained.T @ explained)
    wanted = G / (G - 1) * (N - 1) / (N - 2) * np.diag(bread @ meat @ bread)
    np.testing.assert_allclose(found.params, beta, rtol=1e-9)
    np.testing.assert_allclose(found.std_errors**2, wanted, rtol=1e-8)
    assert found.df.eq(G - 1).all()
    assert found.glance().loc[0, "clusters"] == G
    assert f"F(1, {G - 1})" in {one.distribution for one in found.tests}
    refused(
        lambda: qn.fit_instrumental("y ~ x", DATA, **IV, cluster=["u", "t"], method="liml"),
        "LIML takes one column of clusters",
    )


def test_two_sets_of_slopes_are_those_of_dummies() -> None:
    fit = qn.fit_panel("y ~ w", DATA, **PANEL, absorb=["u", "u[x]", "q", "q[z]"])
    found = fit.effects()
    assert list(dict.fromkeys(found["effect"])) == ["u", "q", "u[x]", "q[z]"]
    assert list(found.index) == list(range(len(found)))
    part = fit.fitted - fit.params["w"] * DATA["w"]
    value = {key: own.set_index("group")["value"] for key, own in found.groupby("effect")}
    u, q = DATA["u"], DATA["q"]
    again = u.map(value["u"]) + q.map(value["q"])
    again += u.map(value["u[x]"]) * DATA["x"] + q.map(value["q[z]"]) * DATA["z"]
    np.testing.assert_allclose(again, part, rtol=1e-7, atol=1e-8)

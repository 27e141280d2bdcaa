"""The diagnosis table by table: against statsmodels, refits without a group, arithmetic."""

import functools
import hashlib
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats import diagnostic
from statsmodels.stats.outliers_influence import variance_inflation_factor

import quesnay as qn
from quesnay.diagnostics.regression import assumptions, diagnosis
from quesnay.diagnostics.regression.diagnosis import Diagnosis
from quesnay.fitting.assumptions.serial import wooldridge_within
from quesnay.models.regression.result import frame_of_tests

from .small_panel import fitted, panel


@functools.cache
def by_unit() -> Diagnosis:
    return cast("Diagnosis", fitted(panel()).diagnose(draws=99, seed=5))


@functools.cache
def plain() -> Diagnosis:
    found = qn.fit_panel("y ~ x + w", panel(), covariance="classical").diagnose(draws=99)
    return cast("Diagnosis", found)


@functools.cache
def ols() -> Any:
    frame = panel()
    return sm.OLS(frame["y"], sm.add_constant(frame[["x", "w"]])).fit()


def test_the_header_says_what_was_fitted_on_which_data() -> None:
    value = by_unit().header["value"]
    frame = panel()
    data = frame["y"].to_numpy().tobytes() + np.ascontiguousarray(frame[["x", "w"]]).tobytes()
    assert value.drop(["errors as fitted", "software"]).to_dict() == {
        "model": "y ~ x + w", "rows used": "72",
        "rows dropped": "0 missing, 0 alone in an effect, 0 of weight zero",
        "absorbed effects": "unit (12), year (6)", "clusters": "unit (12)",
        "unit and time": "unit and year",
        "degrees of freedom": "53",  # 72 rows, 12 units, 6 years less one, 2 slopes
        "bootstrap": "99 draws, seed 5", "specifications tried": "not stated",
        "data (SHA-256)": hashlib.sha256(data).hexdigest()[:16],
    }  # fmt: skip
    assert value["errors as fitted"].startswith("CR1: factor")
    bare = plain().header["value"]
    assert bare["absorbed effects"] == bare["clusters"] == "none"
    assert bare["unit and time"] == "not known: name them with unit= and time="


def test_rows_are_told_as_statsmodels_tells_their_influence() -> None:
    known, rows = ols().get_influence(), plain().rows
    np.testing.assert_allclose(rows["residual"], ols().resid)
    np.testing.assert_allclose(rows["studentised"], known.resid_studentized_external)
    np.testing.assert_allclose(rows["leverage"], known.hat_matrix_diag)
    np.testing.assert_allclose(rows["cooks"], known.cooks_distance[0])
    np.testing.assert_allclose(
        rows[["dfbeta Intercept", "dfbeta x", "dfbeta w"]], known.dfbetas, rtol=1e-7
    )
    table = next(t for t in plain().tables() if t.title == "Rows with most influence")
    worst = np.argsort(-known.cooks_distance[0])[:8]
    assert list(table.frame.index) == [f"row {place}" for place in worst]
    assert "Cook's distance" in table.frame.columns


def test_rows_of_statsmodels_keep_their_labels_or_are_numbered() -> None:
    frame = panel().head(20).set_axis([f"r{k}" for k in range(20)])
    X = sm.add_constant(frame[["x", "w"]])
    named = qn.diagnose(sm.OLS(frame["y"], X).fit())
    assert list(named.rows.index) == list(frame.index)
    bare = qn.diagnose(sm.OLS(frame["y"].to_numpy(), X.to_numpy()).fit())
    assert list(bare.rows.index) == [str(k) for k in range(20)]
    dropped = "0 missing, 0 alone in an effect, 0 of weight zero"
    assert named.header.loc["rows dropped", "value"] == dropped


def test_errors_intervals_and_p_values_follow_from_each_rule() -> None:
    frame = plain().errors.frame
    known = {"classical": ols(), "recommended": ols().get_robustcov_results("HC3", use_t=True)}
    for rule, found in known.items():
        error = np.asarray(found.bse)
        np.testing.assert_allclose(frame[rule], error, rtol=1e-9)
        np.testing.assert_allclose(frame[f"p_{rule}"], found.pvalues, rtol=1e-7)
        name = "conf" if rule == "recommended" else rule
        ends = np.asarray(found.conf_int())
        np.testing.assert_allclose(frame[[f"{name}_low", f"{name}_high"]], ends, rtol=1e-9)
    ratios = frame["recommended"] / frame["classical"]
    assert plain().errors.term == ratios.drop("Intercept").idxmax()
    assert plain().errors.ratio == pytest.approx(ratios.drop("Intercept").max())
    assert (frame["df"] == 69).all()
    assert list(frame["estimate"]) == pytest.approx(list(ols().params))
    assert plain().errors.recommended.startswith("HC3: ")


def test_errors_are_laid_out_one_row_a_rule_with_what_each_decides() -> None:
    found = by_unit().errors
    table: Any = found.by_rule().T
    own: Any = found.frame.loc["x"]
    assert table["x", "classical"]["x classical"] == 1.0
    line = table["x", "recommended (CR2)"]
    assert line["std_error"] == own["recommended"]
    assert line["x classical"] == pytest.approx(own["recommended"] / own["classical"])
    assert (line["low"], line["high"]) == (own["conf_low"], own["conf_high"])
    assert line["p_value"] == own["p_recommended"]
    assert line["p < 0.05"] == (line["p_value"] < 0.05)
    even: Any = replace(found, frame=found.frame.assign(p_recommended=0.05)).by_rule().T
    assert not even["x", "recommended (CR2)"]["p < 0.05"]
    boot = table["x", "bootstrap"]
    assert (boot["low"], boot["high"]) == (own["bootstrap_low"], own["bootstrap_high"])
    reach = stats.t.ppf(0.975, own["df"]) * own["recommended"]
    assert line["high"] - line["estimate"] == pytest.approx(reach)
    p = 2 * stats.t.sf(abs(own["estimate"] / own["recommended"]), own["df"])
    assert line["p_value"] == pytest.approx(p)


def test_the_percentile_p_value_counts_the_draws_beyond_zero() -> None:
    fit = qn.fit_panel("y ~ x + w", panel().assign(y=lambda d: 0.2 * d["x"] + 3 * d["w"] ** 2))
    found = diagnosis.bootstrap_errors(fit, draws=199, seed=3)
    made = fit.bootstrap(draws=199, seed=3)
    for place, name in enumerate(fit.names):
        below = float((made.replications[name] <= 0).mean())
        tail = min(below, 1 - below) + 1 / 200
        assert found.p_values[place] == pytest.approx(min(1.0, 2 * tail))
        assert (found.low[place], found.high[place]) == tuple(made.conf_int().loc[name])
    np.testing.assert_allclose(found.errors, made.std_errors)
    assert found.note.startswith("errors, percentile p-values and intervals: ")
    assert found.note.endswith(", 0 draws lost")


@pytest.mark.parametrize(
    ("p_values", "flag"),
    [
        ((0.01, 0.2, 0.3), "5 %: only classical"), ((0.01, 0.04, 0.3),
         "5 %: only classical and recommended"), ((0.01, 0.04, 0.049), ""), ((0.05, 0.2, 0.3), ""),
        ((0.2, 0.01, np.nan), "5 %: only recommended"), ((0.01, 0.01, np.nan), ""),
        ((np.nan, np.nan, np.nan), ""),
    ],
)  # fmt: skip
def test_a_flag_names_the_rules_under_five_percent_where_they_differ(
    p_values: tuple[float, float, float], flag: str
) -> None:
    assert diagnosis._flag(*p_values) == flag


def test_groups_are_left_out_and_those_that_move_most_come_first() -> None:
    found = by_unit()
    table = found.tables()[-1]
    assert table.title == "Coefficients without one unit"
    frame = panel()
    full = fitted(frame)
    error = found.errors.frame["recommended"]
    without = {name: fitted(frame[frame["unit"] != name]).params for name in frame["unit"].unique()}
    size = {name: float(((own - full.params) / error).abs().max()) for name, own in without.items()}
    first = sorted(size, key=lambda name: -size[name])[:8]
    assert list(table.frame.index) == first
    np.testing.assert_allclose(
        table.frame["change, standard errors"], [size[name] for name in first], rtol=1e-6
    )
    np.testing.assert_allclose(table.frame["x"], [without[name]["x"] for name in first])
    assert (table.frame["rows"] == 6).all()
    ends = {term: [own[term] for own in without.values()] for term in ("x", "w")}
    assert table.notes[1] == "Range over all 12: " + ", ".join(
        f"{term} {min(values):.4g} to {max(values):.4g}" for term, values in ends.items()
    ) + "."  # fmt: skip


def test_what_is_wrong_is_a_sentence_a_finding_and_the_tables_say_so() -> None:
    found = by_unit()
    assert found.warnings == (
        "Wooldridge within: weak sign (10 %): errors are serially correlated; slight; watch it; "
        "report both ways.",
        "Pesaran CD: weak sign (10 %): errors of different units move together; slight; watch it; "
        "report both ways.",
        *(said for said in found.warnings if said.startswith("Effective clusters: few: 12")),
    )
    assert len(found.warnings) == 3
    errors = found.tables()[1]
    assert errors.notes[0] == "Conclusions at 5 % agree."
    assert errors.notes[1].startswith("Recommended errors: CR2: ")
    assert errors.notes[2] == (
        "Bootstrap: errors: cluster bootstrap, 0 draws lost; p-values and intervals: wild cluster "
        "bootstrap, 99 draws."
    )
    assert [table.title for table in plain().tables()][-1] == "Rows with most influence"


def test_rules_that_disagree_and_effects_that_are_held_are_told() -> None:
    found = by_unit()
    assert found.groups is not None
    frame = found.errors.frame.assign(flag=["5 %: only classical", ""])
    told = replace(
        found, errors=replace(found.errors, frame=frame), groups=replace(found.groups, exact=False)
    )
    assert told.warnings == (*found.warnings, "x: significant at 5 %: only classical errors.")
    tables = told.tables()
    assert tables[1].notes[0] == "Conclusions at 5 % differ: x (5 %: only classical)."
    held = " Absorbed effects are held at their full-sample values."
    assert tables[-1].notes[1] == found.tables()[-1].notes[1] + held
    assert [table.title for table in replace(found, groups=None).tables()] == [
        table.title for table in tables[:-1]
    ]


# ---- which tests, and what they are ------------------------------------------------------------


def names(examined: assumptions.Examined) -> list[str]:
    return [name for name, _ in assumptions._checks(examined)]


def test_what_is_tested_follows_from_what_is_known_of_the_rows() -> None:
    frame = panel()
    common = ["Variance inflation", "Outlier (Bonferroni)"]
    bare = qn.fit_panel("y ~ x + w", frame)
    assert names(assumptions.examine(bare)) == [
        "Breusch-Pagan", "White", "Durbin-Watson", "Breusch-Godfrey", "Ramsey RESET",
        "Harvey-Collier", "Jarque-Bera", *common,
    ]  # fmt: skip
    known = assumptions.examine(bare, unit="unit", time="year", data=frame)
    assert names(known) == [
        "Breusch-Pagan", "White", "Wooldridge within", "Pesaran CD", "Ramsey RESET",
        "Harvey-Collier", "Jarque-Bera", "Breusch-Pagan LM", "Mundlak", "Chow", *common,
    ]  # fmt: skip
    assert names(assumptions.examine(fitted(frame))) == [
        "Breusch-Pagan", "White", "Wooldridge within", "Pesaran CD", "Ramsey RESET", "Jarque-Bera",
        "F test of absorbed effects", "Chow", *common, "Effective clusters",
    ]  # fmt: skip
    named = qn.fit_panel("y ~ x + w", frame, unit="unit", time="year")
    assert names(assumptions.examine(named, unit="unit", time="year")) == names(known)
    alone = assumptions.examine(bare, time="year", data=frame)
    assert "Durbin-Watson" in names(alone)
    assert "Pesaran CD" not in names(alone)


@pytest.mark.parametrize(("years", "chow"), [(1, False), (2, True), (12, True), (13, False)])
def test_slopes_are_compared_over_two_to_twelve_times(years: int, chow: bool) -> None:
    frame = panel(units=20, years=years)
    found = assumptions.examine(qn.fit_panel("y ~ x", frame), time="year", data=frame)
    assert ("Chow" in names(found)) is chow


def test_tests_of_a_plain_regression_are_those_of_statsmodels() -> None:
    found: Any = plain().assumptions.T
    e, X = ols().resid, ols().model.exog
    lm, p, *_ = diagnostic.het_breuschpagan(e, X)
    assert found["Breusch-Pagan (Koenker)"][["statistic", "p_value"]].tolist() == (
        pytest.approx([lm, p])
    )
    lags = np.column_stack([np.r_[np.zeros(k), e[:-k]] for k in range(1, 5)])
    lm = 72 * sm.OLS(np.asarray(e), np.column_stack([X, lags])).fit().rsquared  # its mean is zero
    p = stats.chi2(4).sf(lm)
    assert found["Breusch-Godfrey(4)"][["statistic", "p_value"]].tolist() == (
        pytest.approx([lm, p])
    )
    jb = stats.jarque_bera(e)
    assert found["Jarque-Bera"][["statistic", "p_value"]].tolist() == (
        pytest.approx([jb.statistic, jb.pvalue])
    )
    # k (k + 3) / 2 = 5 terms are less than a tenth of 72 rows? 5 is under 7.2: the full form
    t = np.abs(ols().get_influence().resid_studentized_external)
    line = found["Outlier (Bonferroni)"]
    assert line["statistic"] == pytest.approx(t.max())
    assert line["distribution"] == "n x t(68)"
    assert line["p_value"] == pytest.approx(min(1.0, 72 * 2 * stats.t.sf(t.max(), 68)))
    factors = [variance_inflation_factor(X, place) for place in (1, 2)]
    line = found["Variance inflation"]
    assert line["statistic"] == pytest.approx(max(factors))
    assert line["verdict"] == "low: largest for x"  # two have the same: the first of them
    line = found["Durbin-Watson"]
    assert line["statistic"] == pytest.approx(float((np.diff(e) ** 2).sum() / (e**2).sum()))


def test_serial_correlation_is_tested_by_the_length_of_each_unit_and_for_few_units() -> None:
    examined = assumptions.examine(fitted(panel().drop(index=["row 0", "row 1", "row 7"])))
    found = assumptions._wooldridge(examined)
    assert found.distribution == "F(1, 11)"  # twelve units
    assert examined.unit is not None
    assert examined.time is not None
    y, X, unit, time = examined.y, examined.X, examined.unit.codes, examined.time.codes
    own, mean = (
        wooldridge_within(y, X, unit=unit, time=time, few_units=True, lengths=lengths).statistic
        for lengths in (True, False)
    )
    assert found.statistic == pytest.approx(own)
    assert found.statistic != pytest.approx(mean, rel=0.05)


@pytest.mark.parametrize(("rows", "lags"), [(8, 1), (20, 2), (39, 3), (40, 4), (90, 4)])
def test_lags_are_a_tenth_of_the_rows_and_one_to_four(rows: int, lags: int) -> None:
    examined = assumptions.examine(qn.fit_panel("y ~ x", panel(units=rows, years=1)))
    assert assumptions._breusch_godfrey(examined).name == f"Breusch-Godfrey({lags})"


def test_the_squares_of_white_are_left_to_the_fitted_values_where_rows_are_few() -> None:
    """Two regressors and an intercept: 3 x 6 / 2 = 9 terms of the design need 90 rows."""
    few = assumptions.examine(qn.fit_panel("y ~ x + w", panel(units=89, years=1)))
    many = assumptions.examine(qn.fit_panel("y ~ x + w", panel(units=90, years=1)))
    assert assumptions._white(few).name == "White (fitted values)"
    assert assumptions._white(many).name == "White"


@pytest.mark.parametrize("weights", [None, "weight"])
def test_effects_are_tested_against_one_intercept(weights: str | None) -> None:
    """By hand: both sums of squares of residuals, 17 - 1 effects and 53 degrees of freedom."""
    frame = panel().assign(weight=lambda d: 1.0 + d["x"] ** 2)
    dummies = pd.get_dummies(frame[["unit", "year"]].astype(str), drop_first=True).astype(float)
    rows = 1.0 if weights is None else frame[weights]
    narrow, wide = (
        sm.WLS(frame["y"], sm.add_constant(part), weights=rows).fit()
        for part in (frame[["x", "w"]], frame[["x", "w"]].join(dummies))
    )
    statistic = (narrow.ssr - wide.ssr) / 16 / (wide.ssr / 53)
    tests = assumptions.check_assumptions(assumptions.examine(fitted(frame, weights=weights)))
    line: Any = frame_of_tests(tests).loc["F test of absorbed effects"]
    assert line["distribution"] == "F(16, 53)"
    assert line["statistic"] == pytest.approx(statistic)
    assert line["p_value"] == pytest.approx(stats.f.sf(statistic, 16, 53))


def test_a_fault_of_the_errors_is_told_with_what_it_costs() -> None:
    """Errors that grow with x: recommended ones are larger than the classical, and it says so."""
    frame = panel().assign(y=lambda d: d["x"] + d["w"] * np.exp(d["x"]))
    found = qn.fit_panel("y ~ x", frame, covariance="classical").diagnose(draws=2)
    own = found.errors.frame.loc["x"]
    cost = f"; recommended errors {own['recommended'] / own['classical']:.2g} x classical for x"
    told = {test.name for test in found.tests if test.consequence.endswith(cost)}
    rejected = {test.name for test in found.tests if test.rejected}
    assert {"Breusch-Pagan (Koenker)", "Jarque-Bera"} <= rejected
    assert told == rejected & {
        "Breusch-Pagan (Koenker)", "White", "Durbin-Watson", "Breusch-Godfrey(4)",
    }  # fmt: skip


def test_clusters_count_by_how_evenly_they_carry_the_estimate() -> None:
    """G / (1 + CV^2) with the leverages of the regression on dummies, less those of the effects."""
    examined = assumptions.examine(fitted(panel()))
    frame = panel()
    dummies = pd.get_dummies(frame[["unit", "year"]].astype(str), drop_first=True).astype(float)
    Z = sm.add_constant(dummies).to_numpy()
    X = frame[["x", "w"]].to_numpy()
    X = X - Z @ np.linalg.lstsq(Z, X, rcond=None)[0]
    leverage = np.einsum("ij,ji->i", X, np.linalg.pinv(X))
    share = leverage.reshape(12, 6).sum(axis=1)
    expected = 12 / (1 + share.var() / share.mean() ** 2)
    found = assumptions.effective_clusters(examined)
    assert found.statistic == pytest.approx(expected)
    assert found.verdict == f"few: 12 clusters count like {expected:.3g}"
    assert found.remedy.startswith("use CR2 with Satterthwaite")
    small = assumptions.effective_clusters(assumptions.examine(fitted(panel(), covariance="CR2")))
    assert small.remedy == "none needed: CR2 is made for few clusters"
    many = assumptions.effective_clusters(assumptions.examine(fitted(panel(units=90))))
    assert many.verdict.startswith("enough: 90 clusters count like ")
    assert many.remedy == "none needed"


def test_forty_clusters_alike_are_enough() -> None:
    alike = panel(units=40, years=3).assign(x=np.tile([0.0, 1.0, 3.0], 40))
    examined = assumptions.examine(qn.fit_panel("y ~ x", alike, cluster="unit"))
    found = assumptions.effective_clusters(examined)
    assert found.statistic == 40.0
    assert found.verdict == "enough: 40 clusters count like 40"
    assert diagnosis._recommended(examined, examined.fit).name == "CR1"


@pytest.mark.parametrize(("units", "years", "said"), [(1, 9, []), (2, 5, ["unit"]), (9, 1, [])])
def test_units_are_the_clusters_where_there_are_several_seen_again(
    units: int, years: int, said: list[str]
) -> None:
    fit = qn.fit_panel("y ~ x", panel(units=units, years=years), unit="unit")
    advised = diagnosis._advised(assumptions.examine(fit))
    assert [group.name for group in advised.sample.clusters] == said


def test_a_regressor_that_nearly_depends_on_others_is_named_with_its_price() -> None:
    frame = panel().assign(w=lambda d: d["x"] + 0.1 * d["w"])
    frame["v"] = np.tile([1.0, 0.0, 2.0, 5.0], 18)
    examined = assumptions.examine(qn.fit_panel("y ~ v + x + w", frame))
    X = sm.add_constant(frame[["v", "x", "w"]]).to_numpy()
    factors = [variance_inflation_factor(X, place) for place in (1, 2, 3)]
    factor, name = max(zip(factors, "vxw", strict=True))
    assert name != "v"
    found = assumptions.inflation(examined)
    assert found.statistic == pytest.approx(factor)
    assert found.verdict == f"high: {name} is nearly a combination of the others"
    assert found.consequence == (
        f"its error is {np.sqrt(factor):.2g} x what unrelated regressors would give"
    )


def test_errors_allow_for_what_their_clusters_hold_whole() -> None:
    frame = panel()
    by = {name: assumptions.examine(fitted(frame, cluster=name)) for name in ("unit", "year")}
    both = assumptions.examine(fitted(frame, cluster=["unit", "year"]))
    plain_ = assumptions.examine(fitted(frame, cluster=None, covariance="classical"))
    robust = assumptions.examine(fitted(frame, cluster=None, covariance="HC1"))
    told = {
        fault: [assumptions.allows_for(one, fault) for one in (*by.values(), both, plain_, robust)]
        for fault in ("variance", "time", "units")
    }
    assert told == {
        "variance": [True, True, True, False, True],
        "time": [True, False, True, False, False],  # a unit's errors over time
        "units": [False, True, True, False, False],  # units' errors at one time
    }


@pytest.mark.parametrize(
    ("label", "text"),
    [(("a", 2.0), "a, 2"), (2018.0, "2018"), (0.5, "0.5"), ("x", "x"), (7, "7"),
     (pd.Timestamp("2018-03-01 12:00"), "2018-03-01")],
)  # fmt: skip
def test_labels_are_written_without_a_useless_point(label: object, text: str) -> None:
    assert assumptions.label_text(label) == text


def test_rows_are_named_by_what_tells_them_apart() -> None:
    frame = panel(units=5, years=2)
    assert assumptions.examine(fitted(frame, absorb="unit")).names[:3] == (
        "省00, 2010", "省00, 2011", "省01, 2010",
    )  # fmt: skip
    once = panel(units=30, years=1)
    own = assumptions.examine(qn.fit_panel("y ~ x", once), unit="unit", data=once)
    assert own.names[0] == "row 0"  # each unit has one row: its label is enough
    several = assumptions.examine(qn.fit_panel("y ~ x", frame), unit="unit", data=frame)
    assert several.names[1] == "省00, row row 1"


def test_the_largest_come_first_and_what_rounding_parts_stays_in_order() -> None:
    sizes = pd.Series([1.0, 3.0, 3.0 + 1e-13, 2.0])
    assert diagnosis._largest(sizes).tolist() == [1, 2, 3, 0]
    assert diagnosis._largest(pd.Series(np.arange(20.0))).tolist() == list(range(19, 11, -1))


def test_resampled_rows_give_errors_tails_and_intervals() -> None:
    """By hand from the replications: twice the smaller tail, and one more of each."""
    g = np.random.default_rng(2)
    frame = pd.DataFrame({"x": g.standard_normal(40)})
    frame["y"] = 0.3 * frame["x"] + g.standard_normal(40)
    fit = qn.fit_panel("y ~ x", frame)
    found = diagnosis.bootstrap_errors(fit, draws=99, seed=4)
    own = fit.bootstrap(draws=99, seed=4)
    below = (own.replications <= 0).mean().to_numpy()
    tail = 2 * (np.minimum(below, 1 - below) + 1 / 100)
    np.testing.assert_allclose(found.p_values, np.minimum(tail, 1), rtol=1e-12)
    np.testing.assert_allclose(found.errors, own.replications.std(ddof=1), rtol=1e-9)
    low, high = own.replications.quantile([0.025, 0.975]).to_numpy()
    np.testing.assert_allclose([found.low, found.high], [low, high], rtol=1e-9)
    assert found.note == (
        f"errors, percentile p-values and intervals: {own.method}, {own.failed} draws lost"
    )


def test_clusters_are_resampled_and_their_signs_turned() -> None:
    g = np.random.default_rng(3)
    frame = pd.DataFrame({"x": g.standard_normal(36), "u": np.repeat(range(6), 6)})
    frame["y"] = 0.3 * frame["x"] + g.standard_normal(36)
    fit = qn.fit_panel("y ~ x", frame, cluster="u")
    found = diagnosis.bootstrap_errors(fit, draws=99, seed=4)
    wild = [fit.wild_bootstrap(name, draws=99, seed=4) for name in fit.names]
    assert found.p_values.tolist() == [one.pvalue for one in wild]
    assert [*found.low, *found.high] == [*(one.low for one in wild), *(one.high for one in wild)]
    own = fit.bootstrap(draws=99, seed=4)
    assert found.errors.tolist() == own.std_errors.tolist()
    kind = "all sign patterns" if wild[0].exact else "99 draws"
    assert found.note == (
        f"errors: {own.method}, {own.failed} draws lost; p-values and intervals: wild cluster "
        f"bootstrap, {kind}"
    )
    assert wild[0].exact  # two to the sixth are fewer than 99


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (2012.0, "2012"), (np.float64(2012.0), "2012"), (2012.5, "2012.5"), (7, "7"),
        (("a", 2012.0), "a, 2012"), (pd.Timestamp("2012-03-01 12:00"), "2012-03-01"), ("x", "x"),
    ],
)  # fmt: skip
def test_labels_of_groups_are_read_as_people_write_them(label: object, text: str) -> None:
    assert assumptions.label_text(label) == text


def test_rows_of_each_group_are_counted_where_one_is_left_out() -> None:
    frame = panel()
    fit = fitted(frame)
    found = assumptions.leave_out(assumptions.examine(fit))
    assert found.by == "unit"
    assert found.rows.to_dict() == {
        str(name): n for name, n in frame["unit"].value_counts().items()
    }
    assert list(found.estimates.columns) == list(fit.names)


def test_years_out_of_a_joined_effect_are_in_their_order() -> None:
    own = panel()
    own["region"] = np.where(own["unit"].str[-1].isin(list("02468")), "east", "west")
    own = own[(own["region"] == "west") | (own["year"] >= 2012)].assign(when=own["year"])
    fit = qn.fit_panel("y ~ x + w", own, absorb="region:year", cluster="unit")
    joined = assumptions.examine(fit, unit="unit", time="year")
    assert joined.time is not None
    assert list(joined.time.labels) == [2010, 2011, 2012, 2013, 2014, 2015]
    apart = assumptions.examine(fit, unit="unit", time="when", data=own)
    one, other = (
        {test.name: test.statistic for test in assumptions.check_assumptions(e)}
        for e in (joined, apart)
    )
    assert np.isfinite(one["Wooldridge within"])
    assert one == pytest.approx(other, nan_ok=True)

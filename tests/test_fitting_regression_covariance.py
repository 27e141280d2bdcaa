"""Covariances and degrees of freedom against R, to 1e-8."""

import itertools
import json
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import quesnay as qn
from quesnay.fitting.regression import clusters
from quesnay.fitting.regression.clusters import adjust_clusters, cluster_moments, cluster_spectra
from quesnay.fitting.regression.covariance import COVARIANCES
from quesnay.fitting.regression.least_squares import Regression, least_squares
from tests.refusals import refused

HERE = Path(__file__).parent / "reference"
R = json.loads((HERE / "regression_covariance.json").read_text())
CLUB = json.loads((HERE / "regression_cr2.json").read_text())
DATA = json.loads((HERE / "regression_diagnostics.json").read_text())["data"]
GRUNFELD, PRODUC = pd.DataFrame(DATA["grunfeld"]), pd.DataFrame(DATA["produc"])
HOLED = GRUNFELD.iloc[np.array(R["gaps"]) - 1]
INVESTMENT = "inv ~ value + capital"
OUTPUT = "log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp"

MODELS: dict[str, dict[str, Any]] = {
    "pooled": {"formula": INVESTMENT, "data": GRUNFELD},
    "lsdv": {"formula": INVESTMENT, "data": GRUNFELD, "absorb": "firm"},
    "twoway": {"formula": INVESTMENT, "data": GRUNFELD, "absorb": ["firm", "year"]},
    "unbalanced": {"formula": INVESTMENT, "data": HOLED, "absorb": ["firm", "year"]},
    "longley": {
        "formula": "Employed ~ `GNP.deflator` + GNP + Unemployed + Armed.Forces"
        " + Population + Year",
        "data": pd.DataFrame(DATA["longley"]),
    },
    "mtcars": {"formula": "mpg ~ wt + hp + qsec", "data": pd.DataFrame(DATA["mtcars"])},
    "produc": {"formula": OUTPUT, "data": PRODUC},
}
for name in ("pooled", "lsdv", "twoway", "unbalanced"):
    frame = MODELS[name]["data"]
    weighted = {**MODELS[name], "data": frame.assign(w=1 / (1 + frame["capital"])), "weights": "w"}
    MODELS[f"weighted_{name}".removesuffix("_pooled")] = weighted


RAW: dict[str, Any] = {"CR3": qn.CR3(factor="none")}  # as clubSandwich has it


def clustered(case: str, kind: Any) -> qn.PanelFit:
    model, _, by = case.partition("_by_")
    cluster = by or ("state" if model == "produc" else "firm")
    chosen = MODELS[model]
    frame = chosen["data"].assign(row=range(len(chosen["data"])))
    return qn.fit_panel(**{**chosen, "data": frame}, cluster=cluster, covariance=kind)


@pytest.mark.parametrize(
    ("model", "kind"),
    [(m, k) for m in R["independent"] for k in ("classical", "HC0", "HC1", "HC2", "HC3")],
)
def test_independent_errors_equal_those_of_r_with_dummies(model: str, kind: str) -> None:
    fit, reference = qn.fit_panel(**MODELS[model], covariance=kind), R["independent"][model]
    np.testing.assert_allclose(fit.params, reference["coef"], rtol=1e-9)
    # sandwich inverts X'X in double precision, which leaves it seven digits on Longley
    tolerance = 1e-6 if model == "longley" else 1e-8
    np.testing.assert_allclose(fit.std_errors, reference[kind], rtol=tolerance)


def test_longley_errors_are_right_in_exact_arithmetic_where_r_has_seven_digits() -> None:
    fit = qn.fit_panel(**MODELS["longley"], covariance="HC3")
    frame = MODELS["longley"]["data"]
    X = [
        [Fraction(1), *map(Fraction, row)]
        for row in frame[[n.strip("`") for n in fit.names[1:]]].to_numpy().tolist()
    ]
    y = [Fraction(value) for value in frame["Employed"].tolist()]
    inverse = invert(
        [[sum((r[i] * r[j] for r in X), Fraction(0)) for j in range(7)] for i in range(7)]
    )
    moments = [sum(r[i] * v for r, v in zip(X, y, strict=True)) for i in range(7)]
    b = [sum(inverse[i][j] * moments[j] for j in range(7)) for i in range(7)]
    half = []
    for row, value in zip(X, y, strict=True):
        image = [sum(inverse[i][j] * row[j] for j in range(7)) for i in range(7)]
        slack = 1 - sum(a * c for a, c in zip(row, image, strict=True))
        error = value - sum(a * c for a, c in zip(row, b, strict=True))
        half.append([a * error / slack for a in image])
    exact = [float(sum(h[i] ** 2 for h in half)) ** 0.5 for i in range(7)]
    np.testing.assert_allclose(fit.params, [float(v) for v in b], rtol=1e-13)
    np.testing.assert_allclose(fit.std_errors, exact, rtol=1e-11)


def invert(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    """Invert by Gauss-Jordan elimination in exact arithmetic."""
    size = len(matrix)
    work = [[*row, *(Fraction(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        work[i] = [value / work[i][i] for value in work[i]]
        for j in range(size):
            if j != i:
                share = work[j][i]
                work[j] = [a - share * c for a, c in zip(work[j], work[i], strict=True)]
    return [row[size:] for row in work]


@pytest.mark.parametrize(("case", "kind"), list(product(R["cluster"], ("CR0", "CR2", "CR3"))))
def test_clustered_errors_and_degrees_of_freedom_equal_their_definitions_in_r(
    case: str, kind: str
) -> None:
    fit, reference = clustered(case, RAW.get(kind, kind)), R["cluster"][case][kind]
    power = {"CR0": 0.0, "CR2": -0.5, "CR3": -1.0}[kind]
    count = len(reference["se"])
    np.testing.assert_allclose(fit.std_errors[-count:], reference["se"], rtol=1e-8)
    spectra = cluster_spectra(fit.regression, fit.regression.clusters[0])
    df = cluster_moments(spectra, power).satterthwaite()
    np.testing.assert_allclose(df[-count:], reference["df"], rtol=1e-8)
    if kind == "CR2":
        np.testing.assert_allclose(fit.df[-count:], reference["df"], rtol=1e-8)
        np.testing.assert_allclose(fit.pvalues[-count:], reference["p"], rtol=1e-7)


@pytest.mark.parametrize(
    ("case", "kind"), [(c, k) for c in CLUB if c not in {"made_with", "joint"} for k in CLUB[c]]
)
def test_clustered_errors_equal_clubsandwich(case: str, kind: str) -> None:
    reference, model = CLUB[case][kind], case.removeprefix("plm_")
    if kind in {"HC2", "HC3"}:
        fit = qn.fit_panel(**MODELS[model], covariance=kind)
    elif kind in {"CR1", "CR1S"}:  # CR1S of plm counts no effects
        every = kind == "CR1S" and model == case
        fit = clustered(model, qn.CR1("all" if every else "none"))
    else:
        fit = clustered(model, RAW.get(kind, kind))
    errors = fit.std_errors.to_numpy()[-len(reference["se"]) :]
    if kind == "CR1":  # clubSandwich's CR1 has no (n - 1) / (n - K)
        rows, slopes = fit.nobs, len(fit.params)
        errors = errors * np.sqrt((rows - slopes) / (rows - 1))
    np.testing.assert_allclose(errors, reference["se"], rtol=1e-8)
    if kind == "CR2":
        count = len(reference["p"])
        np.testing.assert_allclose(fit.df[-count:], reference["df"], rtol=1e-8)
        np.testing.assert_allclose(fit.pvalues[-count:], reference["p"], rtol=1e-7)


def test_cr2_with_equal_weights_is_cr2_without() -> None:
    for absorb in ((), "firm", ("firm", "year")):
        plain: dict[str, Any] = {"cluster": "firm", "absorb": absorb, "covariance": "CR2"}
        one = qn.fit_panel(INVESTMENT, HOLED, **plain)
        other = qn.fit_panel(INVESTMENT, HOLED.assign(w=2.0), weights="w", **plain)
        np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-11)
        np.testing.assert_allclose(one.df, other.df, rtol=1e-11)


SERIAL = {"pooling": (), "within": ("firm",), "twoways": ("firm", "year")}


@pytest.mark.parametrize("model", sorted(SERIAL))
def test_driscoll_kraay_and_arellano_errors_equal_plm(model: str) -> None:
    reference, absorb = R["serial"][model], SERIAL[model]

    def errors(covariance: Any, **options: Any) -> Any:
        fit = qn.fit_panel(INVESTMENT, GRUNFELD, absorb=absorb, covariance=covariance, **options)
        return fit.std_errors.to_numpy()[-2:]

    def check(found: Any, name: str) -> None:
        np.testing.assert_allclose(found, reference[name][-2:], rtol=1e-8)

    check(errors("Driscoll-Kraay", time="year"), "SCC")
    check(errors(qn.DriscollKraay(lags=4), time="year"), "SCC_4")
    check(errors(qn.DriscollKraay(adjust=True), time="year"), "SCC_HC1")
    check(errors("CR0", cluster="firm"), "HC0_group")
    check(errors("CR0", cluster="year"), "HC0_time")
    check(errors("CR0", cluster=["firm", "year"]), "double")
    check(errors(qn.CR1("none"), cluster="firm"), "sss_group")


def test_few_clusters_decide_the_verdict_on_capital() -> None:
    usual = clustered("pooled", "CR1").pvalues["capital"]
    honest = clustered("pooled", "CR2").pvalues["capital"]
    assert usual < 0.05 < honest
    assert honest == pytest.approx(0.132314400169471, rel=1e-8)


def test_two_way_clusters_are_symmetric_and_positive() -> None:
    one = qn.fit_panel(INVESTMENT, GRUNFELD, absorb="firm", cluster=["firm", "year"])
    other = qn.fit_panel(INVESTMENT, GRUNFELD, absorb="firm", cluster=["year", "firm"])
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-12)
    assert np.linalg.eigvalsh(one.covariance).min() >= 0
    assert float(one.df.iloc[0]) == 9.0
    small = GRUNFELD.assign(inv=1e-6 * GRUNFELD["inv"])  # positive in any unit
    for frame in (GRUNFELD, small):
        fit = qn.fit_panel(INVESTMENT, frame, absorb="firm", cluster=["firm", "year"])
        assert "indefinite" not in fit.inference.rule
    three = qn.fit_panel(INVESTMENT, GRUNFELD, cluster=["firm", "year"], covariance="CR3")
    assert (three.std_errors > one.std_errors.reindex(three.params.index).fillna(0.0)).all()


def test_three_dimensions_of_clusters_alternate_over_every_choice() -> None:
    frame = GRUNFELD.assign(half=(GRUNFELD["year"] > 1944) * 1 + 2 * (GRUNFELD["firm"] % 2))
    names = ["firm", "year", "half"]
    for k in range(2, 4):
        for joined in itertools.combinations(names, k):
            frame["".join(joined)] = frame.groupby(list(joined)).ngroup()
    part = {
        c: qn.fit_panel(INVESTMENT, frame, cluster=c, covariance="CR0").covariance
        for c in frame.columns.difference(["inv", "value", "capital"])
    }
    expected = part["firm"] + part["year"] + part["half"]
    expected -= part["firmyear"] + part["firmhalf"] + part["yearhalf"] - part["firmyearhalf"]
    found = qn.fit_panel(INVESTMENT, frame, cluster=names, covariance="CR0")
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-9)
    nested = qn.fit_panel(INVESTMENT, frame, cluster=["firm", "year", "firmyear"])
    two = qn.fit_panel(INVESTMENT, frame, cluster=["firm", "year"])
    np.testing.assert_allclose(nested.covariance, two.covariance, rtol=1e-9)


def test_four_dimensions_of_the_same_clusters_are_one() -> None:
    # 4 V - 6 V + 4 V - V
    half = np.repeat([0, 1], 3)
    e = np.array([1.0, 2, -2, 1, -1, 2])
    one = Regression(np.ones((6, 1)), e, np.eye(1) / 6, clusters=(half,))
    found = COVARIANCES["CR0"].rule.estimate(replace(one, clusters=(half,) * 4))
    assert found.matrix[0, 0] == pytest.approx((1 + 4) / 36, rel=1e-12)
    assert found.df.tolist() == [1.0]


def test_newey_west_equals_statsmodels_and_driscoll_kraay_of_one_series() -> None:
    # statsmodels OLS(...).fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True})
    frame = MODELS["longley"]["data"]
    y = frame["Employed"].to_numpy()
    X = np.column_stack([np.ones(16), frame["GNP"] / 100, frame["Unemployed"] / 100])
    fit = sm.OLS(y, X).fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True})
    own = least_squares(y, X)
    when = np.arange(16)
    regression = Regression(X, own.residuals, own.bread, periods=when, factor=own.root)
    found = qn.NeweyWest(lags=3).estimate(regression)
    np.testing.assert_allclose(np.sqrt(found.matrix.diagonal()), fit.bse, rtol=1e-10)
    assert found.df.tolist() == [13.0] * 3
    plain = qn.NeweyWest(lags=3, adjust=False).estimate(regression)
    np.testing.assert_allclose(plain.matrix, found.matrix * 13 / 16, rtol=1e-12)
    other = qn.DriscollKraay(lags=3, adjust=True).estimate(regression)
    np.testing.assert_allclose(other.matrix, found.matrix, rtol=1e-13)
    without, panel = replace(regression, periods=None), replace(regression, periods=when // 2)
    refused(lambda: qn.NeweyWest().estimate(without), "need periods")
    refused(lambda: qn.NeweyWest().estimate(panel), "for one series, one row")


@pytest.mark.parametrize(
    ("rows", "lags"), [(2, 1), (16, 2), (100, 4), (300, 5), (400, 5), (1000, 6), (5000, 9)]
)
def test_the_usual_lags_are_those_of_newey_and_west(rows: int, lags: int) -> None:
    # 4 (n / 100)^(2 / 9): 1.68, 2.66, 4, 5.11, 5.44, 6.67, 9.54
    e = np.resize([1.0, 1.0, -1.0], rows)
    series = Regression(np.ones((rows, 1)), e, np.eye(1) / rows, periods=np.arange(rows))
    assert qn.NeweyWest().estimate(series).rule.startswith(f"{lags} Bartlett lags, factor n / (n")


def test_lags_run_from_none_to_one_less_than_the_periods() -> None:
    # scores by period 3, -3, 1 and -1 of one coefficient with (X'X)^-1 = 1 / 8: squares 20, and
    # products one apart -13, two apart 6, three apart -3
    e, when = np.array([1.0, 2, -2, -1, 1, 0, 0, -1]), np.repeat(np.arange(4), 2)
    panel = Regression(np.ones((8, 1)), e, np.eye(1) / 8, periods=when)
    for lags, middle in (
        (0, 20.0),
        (1, 20 - 13.0),
        (3, 20 + 2 * (-13 * 0.75 + 6 * 0.5 - 3 * 0.25)),
    ):
        for adjust, factor in ((False, 1.0), (True, 8 / 7)):
            found = qn.DriscollKraay(lags=lags, adjust=adjust).estimate(panel)
            assert found.matrix[0, 0] == pytest.approx(middle / 64 * factor, rel=1e-12)
            assert found.df.tolist() == [3.0]
    refused(lambda: qn.DriscollKraay(lags=4).estimate(panel), "lags: 4 of 4 periods; give 0 to 3")
    assert qn.DriscollKraay().estimate(panel).rule.startswith("1 Bartlett lags, no small-sample")
    two = replace(panel, periods=when // 2, residuals=np.append(e[:7], 3.0))  # 0, and 1 + 3
    assert qn.DriscollKraay(lags=0).estimate(two).matrix[0, 0] == pytest.approx(16 / 64)
    one = replace(panel, periods=when * 0)
    refused(lambda: qn.DriscollKraay().estimate(one), "one period only")


def test_cr3_is_the_jackknife_unless_asked_otherwise() -> None:
    fit = clustered("twoway", "CR3")
    np.testing.assert_allclose(fit.covariance, fit.jackknife().covariance, rtol=1e-9)
    np.testing.assert_allclose(clustered("twoway", RAW["CR3"]).covariance * 0.9, fit.covariance)
    refused(lambda: clustered("twoway", qn.CR3("half")), "use 'jackknife' or 'none'")


def test_clusters_of_one_row_make_cr_equal_to_hc() -> None:
    alone = GRUNFELD.assign(row=range(200))
    pairs: list[tuple[Any, str]] = [("CR0", "HC0"), ("CR2", "HC2"), (RAW["CR3"], "HC3")]
    for clustered_name, plain in pairs:
        one = qn.fit_panel(INVESTMENT, alone, cluster="row", covariance=clustered_name)
        other = qn.fit_panel(INVESTMENT, alone, covariance=plain)
        np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-9)


def test_moments_of_many_clusters_need_no_table_of_all_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = clustered("unbalanced", "CR2").regression
    weighted = clustered("weighted_unbalanced", "CR2").regression
    for moments in (
        cluster_moments(cluster_spectra(few, few.clusters[0]), -0.5),
        adjust_clusters(weighted, weighted.clusters[0])[1],
    ):
        table = moments.satterthwaite(), moments.hotelling()
        with monkeypatch.context() as context:
            context.setattr(clusters, "_FEW", 0)
            np.testing.assert_allclose(moments.satterthwaite(), table[0], rtol=1e-11)
            assert moments.hotelling() == pytest.approx(table[1], rel=1e-11)


def test_forty_thousand_clusters_of_two_fit_into_memory() -> None:
    # differences of pairs: G independent rows without intercept, whose degrees of freedom are
    # (sum x^2)^2 / sum x^4 over 1 + O(1 / G)
    g = np.random.default_rng(np.random.SeedSequence(7))
    groups = 40_000
    frame = pd.DataFrame({"g": np.arange(2 * groups) // 2, "x": g.standard_normal(2 * groups)})
    frame["y"] = frame["x"] + g.standard_normal(2 * groups)
    fit = qn.fit_panel("y ~ x", frame, absorb="g", cluster="g", covariance="CR2")
    d = np.diff(frame[["y", "x"]].to_numpy().reshape(groups, 2, 2), axis=1)[:, 0]
    e, square = d[:, 0] - fit.params["x"] * d[:, 1], float((d[:, 1] ** 2).sum())
    leverage = d[:, 1] ** 2 / square
    error = np.sqrt((d[:, 1] ** 2 * e**2 / (1 - leverage)).sum()) / square
    assert fit.std_errors["x"] == pytest.approx(error, rel=1e-9)
    assert fit.df["x"] == pytest.approx(square**2 / (d[:, 1] ** 4).sum(), rel=1e-4)


def test_every_covariance_is_documented_by_its_name() -> None:
    page = Path(__file__).parents[1] / "docs" / "method" / "estimation.md"
    texts = [qn.fit_panel.__doc__ or "", *([page.read_text("utf-8")] if page.is_file() else [])]
    assert [n for n in COVARIANCES for text in texts if f'`"{n}"`' not in text] == []

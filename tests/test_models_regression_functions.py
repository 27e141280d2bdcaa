"""Several restrictions together: against clubSandwich and statsmodels, and what is refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.regression.covariance import adjusted_clusters

from .refusals import refused
from .test_fitting_regression_covariance import CLUB, GRUNFELD, INVESTMENT, clustered

JOINT = CLUB["joint"]


def quoted(fit: qn.PanelFit) -> list[str]:
    return [f"`{name}`" for name in fit.names if name != "Intercept"]


@pytest.mark.parametrize("case", sorted(JOINT))
def test_joint_tests_under_cr2_equal_those_of_clubsandwich(case: str) -> None:
    fit, reference = clustered(case, "CR2"), JOINT[case]
    found = fit.wald_test(quoted(fit))
    assert found.statistic == pytest.approx(reference["F"], rel=1e-8)
    assert found.p_value == pytest.approx(reference["p"], rel=1e-8)
    assert found.distribution == f"F({len(quoted(fit))}, {reference['df']:.4g})"


@pytest.mark.parametrize("case", [c for c in sorted(JOINT) if not c.startswith("weighted")])
def test_differences_under_cr2_have_degrees_of_freedom_of_their_own(case: str) -> None:
    fit, reference = clustered(case, "CR2"), JOINT[case]["difference"]
    first, second = quoted(fit)[:2]
    found = fit.nonlinear(f"{first} - {second}")
    assert found.std_error == pytest.approx(reference["se"], rel=1e-8)
    assert found.df == pytest.approx(reference["df"], rel=1e-8)
    assert found.pvalue == pytest.approx(reference["p"], rel=1e-8)


@pytest.mark.parametrize("case", ["produc", "weighted_by_year"])
def test_one_restriction_is_the_t_test_of_its_coefficient(case: str) -> None:
    fit = clustered(case, "CR2")
    for name, quote in zip(fit.names[1:], quoted(fit), strict=True):
        found = fit.wald_test(quote)
        assert found.statistic == pytest.approx(fit.tstats[name] ** 2, rel=1e-10)
        assert found.p_value == pytest.approx(fit.pvalues[name], rel=1e-8)


def test_moments_of_a_combination_do_not_depend_on_its_basis() -> None:
    fit = clustered("produc", "CR2")
    moments = adjusted_clusters(fit.regression, fit.regression.clusters[0])[1]
    turn = np.random.default_rng(0).standard_normal((5, 5))
    assert moments.combined(turn).hotelling() == pytest.approx(moments.hotelling(), rel=1e-8)


@pytest.mark.parametrize("covariance", ["classical", "HC1", "CR1"])
def test_joint_tests_under_other_errors_equal_those_of_statsmodels(covariance: str) -> None:
    import statsmodels.api as sm

    cluster = "firm" if covariance == "CR1" else None
    fit = qn.fit_panel(INVESTMENT, GRUNFELD, cluster=cluster, covariance=covariance)
    X = sm.add_constant(GRUNFELD[["value", "capital"]])
    options: dict[str, Any] = {"cov_type": "HC1"} if covariance == "HC1" else {}
    if cluster is not None:
        groups = pd.factorize(GRUNFELD["firm"])[0]
        options = {"cov_type": "cluster", "cov_kwds": {"groups": groups}}
    peer = sm.OLS(GRUNFELD["inv"], X).fit(**options, use_t=True)
    expected = peer.f_test((np.array([[0, 1, 0], [0, 1, 1]]), [0.1, 0.3]))
    found = fit.wald_test(["value", "value + capital"], null=[0.1, 0.3])
    assert found.statistic == pytest.approx(float(expected.fvalue), rel=1e-8)
    assert found.p_value == pytest.approx(float(expected.pvalue), rel=1e-8)


@pytest.mark.parametrize(
    ("restrictions", "options", "said"),
    [
        ([], {}, "restrictions: 0 given with 0 values of null"),
        (["value", "capital"], {"null": [0.1]}, "restrictions: 2 given with 1 values of null"),
        (["value", "2 * value"], {}, "the 2 restrictions repeat each other"),
        (["value", "capita"], {}, "there is no coefficient 'capita'"),
        (7, {}, "restrictions: expected a list, got 7"),
        (["value"], {"null": "0"}, "null: "),
    ],
)
def test_odd_restrictions_are_refused(restrictions: Any, options: Any, said: str) -> None:
    fit = qn.fit_panel(INVESTMENT, GRUNFELD, cluster="firm", covariance="CR2")
    with pytest.raises(qn.QuesnayError) as refused:
        fit.wald_test(restrictions, **options)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_more_restrictions_than_the_clusters_carry_are_refused() -> None:
    generator = np.random.default_rng(3)
    frame = pd.DataFrame(generator.standard_normal((40, 5)), columns=list("abcdy"))
    frame["g"] = np.repeat(range(4), 10)
    fit = qn.fit_panel("y ~ a + b + c + d", frame, cluster="g", covariance="CR2")
    with pytest.raises(qn.EstimationError, match=r"clusters.*test fewer"):
        fit.wald_test(list("abcd"))


def test_a_term_of_categories_is_tested_whole_and_what_is_none_is_told() -> None:
    data = pd.DataFrame({"g": list("abcd") * 6, "x": np.arange(24.0) ** 0.5})
    data["y"] = data["x"] + np.cos(3 * np.arange(24))
    fit = qn.fit_panel("y ~ x + C(g)", data, covariance="classical")
    short = qn.fit_panel("y ~ x", data, covariance="classical")
    ssr, more = (float((one.resid**2).sum()) for one in (fit, short))
    found = fit.wald_test("C( g )")
    assert found.distribution == "F(3, 19)"
    assert found.statistic == pytest.approx((more - ssr) / 3 / (ssr / 19))
    moved = fit.wald_test(["x", "C(g)"], null=[1.0, 0.0])
    assert moved.distribution == "F(4, 19)"
    refused(lambda: fit.wald_test("C(h)"), "see fit.params; in arithmetic")
    refused(lambda: fit.wald_test("C(g)[T.b] + x"), "see fit.params; in arithmetic")
    fit.wald_test("`C(g)[T.b]` + x = 1")
    refused(lambda: qn.fit_panel("y ~ lag(C(g))", data, time="x"), r"C\(\) makes categories")

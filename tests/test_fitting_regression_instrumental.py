"""Instrumental variables against R's AER, linearmodels and closed forms."""

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.multivariate.cancorr import CanCorr

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.instrumental import (
    anderson_rubin,
    endogeneity,
    first_stage,
    instrumental_variables,
    joint_strength,
    overidentification,
)

R: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "regression_diagnostics.json").read_text("utf-8")
)


def cigarettes(instruments: int) -> tuple[Array, Array, Array, Array]:
    d = {key: np.asarray(value, float) for key, value in R["data"]["cigarettes"].items()}
    Z = np.column_stack([d["salestax"], d["cigtax"]])[:, :instruments]
    W = np.column_stack([np.ones(48), d["income"]])
    return d["packs"], d["price"][:, None], Z, W


def simulated(q: int, strength: float = 0.5) -> tuple[Array, Array, Array, Array, Array]:
    g = np.random.default_rng(np.random.SeedSequence(7))
    n = 300
    Z = g.standard_normal((n, q))
    common = g.standard_normal(n)
    group = np.repeat(np.arange(30), 10)
    W = np.column_stack([np.ones(n), g.standard_normal(n)])
    x = strength * Z.sum(axis=1) + common + W[:, 1]
    y = 1.0 + 2.0 * x + W[:, 1] + common + g.standard_normal(30)[group] + g.standard_normal(n)
    return y, x[:, None], Z, W, group.astype(float)


@pytest.mark.parametrize(("name", "count"), [("one", 1), ("two", 2)])
def test_two_stage_least_squares_equals_r(name: str, count: int) -> None:
    y, x, Z, W = cigarettes(count)
    expected = R["cigarettes"][name]
    order = [1, 0, 2]  # R: intercept, price, income; here the endogenous price first
    for covariance, key in (("classical", "se"), ("robust", "hc1")):
        kind: Any = covariance
        found = instrumental_variables(y, x, Z, W, covariance=kind)
        np.testing.assert_allclose(found.coefficients, np.take(expected["coef"], order), rtol=1e-8)
        errors = np.sqrt(np.diag(found.covariance))
        np.testing.assert_allclose(errors, np.take(expected[key], order), rtol=1e-8)
    classical = instrumental_variables(y, x, Z, W, covariance="classical")
    weak = expected["diagnostics"][0]
    assert first_stage(classical, robust=False).statistic == pytest.approx(weak[2], rel=1e-8)


def test_sargan_equals_r() -> None:
    y, x, Z, W = cigarettes(2)
    expected = R["cigarettes"]["two"]["diagnostics"][2]
    found = overidentification(instrumental_variables(y, x, Z, W))
    assert found.statistic == pytest.approx(expected[2], rel=1e-8)
    assert found.p_value == pytest.approx(expected[3], rel=1e-8)


@pytest.mark.parametrize("method", ["2sls", "liml"])
@pytest.mark.parametrize("q", [1, 3])
def test_estimates_equal_linearmodels(method: Literal["2sls", "liml"], q: int) -> None:
    iv = pytest.importorskip("linearmodels.iv", reason="the bridge extra is not installed")
    y, x, Z, W, group = simulated(q)
    model = (iv.IV2SLS if method == "2sls" else iv.IVLIML)(y, W, x, Z)
    plain = model.fit(cov_type="unadjusted", debiased=True)
    robust = model.fit(cov_type="robust", debiased=True)
    clustered = model.fit(cov_type="clustered", clusters=group, debiased=True)
    order = [1, 2, 0]
    ours = instrumental_variables(y, x, Z, W, method=method, covariance="classical")
    np.testing.assert_allclose(ours.coefficients[[1, 2, 0]], plain.params, rtol=1e-8)
    np.testing.assert_allclose(
        ours.covariance[np.ix_(order, order)], plain.cov, rtol=1e-6, atol=1e-12
    )
    ours = instrumental_variables(y, x, Z, W, method=method)
    np.testing.assert_allclose(
        ours.covariance[np.ix_(order, order)], robust.cov, rtol=1e-6, atol=1e-12
    )
    ours = instrumental_variables(y, x, Z, W, method=method, clusters=group)
    np.testing.assert_allclose(
        ours.covariance[np.ix_(order, order)], clustered.cov, rtol=1e-6, atol=1e-12
    )


def test_just_identified_liml_equals_two_stages() -> None:
    y, x, Z, W, _ = simulated(1)
    two = instrumental_variables(y, x, Z, W)
    liml = instrumental_variables(y, x, Z, W, method="liml")
    assert liml.kappa == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(liml.coefficients, two.coefficients, rtol=1e-8)


def test_instruments_that_are_nearly_spanned_or_alike_count() -> None:
    y, x, Z, W, _ = simulated(2)
    plain = instrumental_variables(y, x, Z, W).coefficients
    alike = np.column_stack([Z[:, 0], Z[:, 0] + 1e-6 * Z[:, 1]])
    spanned = np.column_stack([Z[:, 0], W[:, 0] + 1e-8 * Z[:, 1]])
    for near in (alike, spanned):
        found = instrumental_variables(y, x, near, W).coefficients
        np.testing.assert_allclose(found, plain, rtol=1e-6)


def test_one_instrument_gives_a_ratio_of_covariances() -> None:
    y, x, Z, _, _ = simulated(1)
    found = instrumental_variables(y, x, Z, np.ones((300, 1)))
    ratio = np.cov(Z[:, 0], y)[0, 1] / np.cov(Z[:, 0], x[:, 0])[0, 1]
    assert found.coefficients[0] == pytest.approx(float(ratio), rel=1e-10)


def test_anderson_rubin_ends_are_where_the_test_just_rejects() -> None:
    y, x, Z, W, group = simulated(1)
    found = anderson_rubin(instrumental_variables(y, x, Z, W), clusters=group)
    assert found.shape == "interval"
    assert found.test.distribution == "F(1, 29)"
    for end in (found.low, found.high):
        shifted = instrumental_variables(y - end * x[:, 0], x, Z, W)
        at_end = anderson_rubin(shifted, clusters=group).test
        assert at_end.p_value == pytest.approx(0.05, rel=1e-6)


@pytest.mark.parametrize("unit", [1e-4, 1.0, 1e4])
def test_a_set_of_two_rays_excludes_what_lies_between_them(unit: float) -> None:
    g = np.random.default_rng(np.random.SeedSequence(8))
    z, x, noise = g.standard_normal((3, 200))
    y = unit * (z + noise)  # the instrument moves the outcome, hardly the regressor
    W = np.ones((200, 1))
    found = anderson_rubin(instrumental_variables(y, x[:, None], z[:, None], W))
    assert found.shape == "outside"
    assert found.test.distribution == "F(1, 198)"

    def p_value(b: float) -> float:
        shifted = instrumental_variables(y - b * x, x[:, None], z[:, None], W)
        return anderson_rubin(shifted).test.p_value

    assert [p_value(end) for end in (found.low, found.high)] == pytest.approx([0.05] * 2, rel=1e-6)
    assert p_value(0.5 * (found.low + found.high)) < 0.05 < p_value(1.1 * found.high)


def test_an_irrelevant_instrument_is_called_weak_and_gives_an_unbounded_set() -> None:
    g = np.random.default_rng(np.random.SeedSequence(3))
    z, x, y = g.standard_normal((3, 200))
    found = instrumental_variables(y, x[:, None], z[:, None], np.ones((200, 1)))
    assert first_stage(found).verdict.startswith("weak")
    assert anderson_rubin(found).shape in {"whole line", "outside"}


def test_the_strength_of_an_instrument_is_put_into_words() -> None:
    for strength, word in ((0.1, "weak"), (0.3, "moderate"), (0.5, "strong")):
        y, x, Z, W, _ = simulated(1, strength)
        assert first_stage(instrumental_variables(y, x, Z, W)).verdict.startswith(word)


def test_endogeneity_is_found_where_there_is_some() -> None:
    y, x, Z, W, group = simulated(1)
    assert endogeneity(instrumental_variables(y, x, Z, W), clusters=group).p_value < 0.001


def test_strong_first_stages_of_which_one_combination_is_weak_are_called_weak() -> None:
    """Two regressors that follow the same sum of three instruments (linearmodels, report 622)."""
    g = np.random.default_rng(0)
    n = 1000
    Z, hidden = g.normal(size=(n, 3)), g.normal(size=(n, 3))
    X = Z @ np.ones((3, 2)) + hidden @ np.array([[1.0, 0], [0, -1], [0, 0]])
    y, W = hidden @ np.array([1.0, 1, 0.1]), np.ones((n, 1))
    found = joint_strength(instrumental_variables(y, X, Z, W))
    smallest = CanCorr(X, Z).cancorr.min() ** 2
    assert found.statistic == pytest.approx(smallest / (1 - smallest) * (n - 4) / 3, rel=1e-9)
    assert found.statistic < 3
    assert found.p_value == pytest.approx(stats.chi2.sf(3 * found.statistic, 3 - 2 + 1), rel=1e-9)
    assert found.verdict.startswith("weak")
    alone = instrumental_variables(y, X[:, :1], Z, W)
    assert first_stage(alone).statistic > 800
    one, same = joint_strength(alone), first_stage(alone, robust=False)
    assert one.statistic == pytest.approx(same.statistic, rel=1e-9)


def test_instruments_for_each_regressor_are_strong_together() -> None:
    g = np.random.default_rng(1)
    Z = g.normal(size=(500, 2))
    X = Z + g.normal(size=(500, 2))
    found = joint_strength(instrumental_variables(X.sum(axis=1), X, Z, np.ones((500, 1))))
    assert found.verdict.startswith("strong")
    assert found.p_value < 1e-10


def _two_endogenous(n: int) -> tuple[Any, Any, Any, Any, Any]:
    g = np.random.default_rng(np.random.SeedSequence(11))
    Z, common = g.standard_normal((n, 3)), g.standard_normal(n)
    X = Z @ [[1.0, 0.2], [0.3, 1.0], [0.5, -0.5]] + common[:, None] + g.standard_normal((n, 2))
    W = np.column_stack([np.ones(n), g.standard_normal(n)])
    y = X @ [1.0, -1.0] + W @ [2.0, 0.5] + common + g.standard_normal(n)
    return y, X, Z, W, np.arange(n) % 8.0


def test_endogeneity_of_two_regressors_is_the_joint_test_of_their_first_stage_residuals() -> None:
    y, X, Z, W, group = _two_endogenous(60)
    fit = instrumental_variables(y, X, Z, W)
    first = np.column_stack([W, Z])
    missed = X - first @ np.linalg.lstsq(first, X, rcond=None)[0]
    wide = sm.OLS(y, np.column_stack([X, W, missed]))
    both = np.eye(6)[4:]
    for ours, options, df in (
        (endogeneity(fit, robust=False), {"cov_type": "nonrobust"}, 54),
        (endogeneity(fit), {"cov_type": "HC1"}, 54),
        (
            endogeneity(fit, clusters=group),
            {"cov_type": "cluster", "cov_kwds": {"groups": group}},
            7,
        ),
    ):
        theirs = wide.fit(use_t=True, **options).f_test(both)
        assert ours.statistic == pytest.approx(float(theirs.fvalue), rel=1e-8)
        assert ours.distribution == f"F(2, {df})"
        assert ours.p_value == pytest.approx(stats.f.sf(ours.statistic, 2, df), rel=1e-8)


def test_the_last_degree_of_freedom_of_instruments_is_used() -> None:
    y, X, Z, W, _ = _two_endogenous(7)
    fit = instrumental_variables(y, X, Z, W)  # two and two coefficients, and two residuals
    assert fit.df == 3
    assert endogeneity(fit, robust=False).distribution == "F(2, 1)"
    y, X, Z, W, _ = _two_endogenous(6)
    assert joint_strength(instrumental_variables(y, X, Z, W)).distribution == "3 F: chi2(2)"
    with pytest.raises(EstimationError, match="y: 6 rows leave no degree of freedom"):
        endogeneity(instrumental_variables(y, X, Z, W))
    alone = instrumental_variables(y, X[:, :1], Z, W)
    assert first_stage(alone, robust=False).distribution == "F(3, 1)"
    y, X, Z, W, _ = _two_endogenous(5)
    for test, few in ((joint_strength, X), (first_stage, X[:, :1])):
        with pytest.raises(EstimationError, match="as many as rows; the first stage fits exactly"):
            test(instrumental_variables(y, few, Z, W))
    with pytest.raises(EstimationError, match="X: 4 coefficients for 4 rows"):
        instrumental_variables(y[:4], X[:4], Z[:4, :2], W[:4])


@pytest.mark.parametrize(
    ("statistic", "word"),
    [(9.999, "weak"), (10.0, "moderate"), (23.09, "moderate"), (23.11, "str")],
)
def test_the_strength_of_instruments_by_its_limits(statistic: float, word: str) -> None:
    # one instrument and no other regressor: F = pull^2 / (rest^2 / (n - 1))
    z, rest = np.array([0.5, 0.5, 0.5, 0.5]), np.array([0.5, -0.5, 0.5, -0.5])
    x = z * np.sqrt(statistic / 3.0) * (1.0 + 1e-12) + rest
    fit = instrumental_variables(x + rest, x[:, None], z[:, None])
    found = first_stage(fit, robust=False)
    assert found.statistic == pytest.approx(statistic, rel=1e-9)
    assert found.verdict.startswith(word)
    joint = joint_strength(fit)
    assert joint.statistic == pytest.approx(statistic, rel=1e-9)
    assert joint.verdict.startswith("weak" if word == "weak" else "strong")


def test_a_first_stage_without_residuals_is_as_strong_as_can_be() -> None:
    z = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    fit = instrumental_variables([1.0, 2.0, 4.0, 3.0], z, z)
    for found in (first_stage(fit), first_stage(fit, robust=False), joint_strength(fit)):
        assert (found.statistic, found.p_value) == (np.inf, 0.0)
        assert found.verdict.startswith("strong")


def test_tests_of_instruments_do_not_depend_on_units() -> None:
    y, X, Z, W, _ = _two_endogenous(60)
    plain = instrumental_variables(y, X, Z, W)
    strong = joint_strength(plain).statistic
    wide = instrumental_variables(y, X * [1e-60, 1e60], Z, W)
    assert joint_strength(wide).statistic == pytest.approx(strong, rel=1e-8)
    for unit in (1e-9, 1e9):
        scaled = instrumental_variables(unit * y, unit * X, Z, W)
        for test in (
            endogeneity,
            joint_strength,
            lambda fit: overidentification(fit, robust=True),
        ):
            assert test(scaled).statistic == pytest.approx(test(plain).statistic, rel=1e-8)


def test_rows_of_zeros_say_nothing_about_how_far_instruments_explain() -> None:
    y, X, Z, _, _ = _two_endogenous(30)
    y[0], X[0], Z[0] = 0.0, 0.0, 0.0
    fit = instrumental_variables(y, X, Z)
    missed = X - Z @ np.linalg.lstsq(Z, X, rcond=None)[0]
    theirs = sm.OLS(y, np.column_stack([X, missed])).fit().f_test(np.eye(4)[2:])
    found = endogeneity(fit, robust=False)
    assert found.statistic == pytest.approx(float(theirs.fvalue), rel=1e-8)
    with pytest.raises(EstimationError, match="they explain the regressors exactly"):
        endogeneity(instrumental_variables(y, X, X + 0.5 * X[:, ::-1]))


@pytest.mark.parametrize("clustered", [False, True])
def test_anderson_rubin_is_the_robust_test_of_the_instrument_in_the_reduced_form(
    clustered: bool,
) -> None:
    y, x, Z, W, group = simulated(1)
    theirs = sm.OLS(y, np.column_stack([Z, W])).fit(
        cov_type="cluster" if clustered else "HC1",
        cov_kwds={"groups": group.astype(int)} if clustered else {},
        use_t=True,
    )
    clusters = group if clustered else None
    found = anderson_rubin(instrumental_variables(y, x, Z, W), clusters=clusters).test
    assert found.statistic == pytest.approx(float(theirs.tvalues[0] ** 2), rel=1e-9)
    assert found.p_value == pytest.approx(float(theirs.pvalues[0]), rel=1e-7)


@pytest.mark.parametrize(
    ("pull_y", "pull_x", "low", "high", "shape"),
    [
        (1.0, 2.0, 0.0, 4 / 3, "interval"),  # 3 b^2 - 4 b <= 0
        (2.0, 0.5, -(2 * 13**0.5 + 4) / 3, (2 * 13**0.5 - 4) / 3, "outside"),
        (0.5, 0.5, -np.inf, np.inf, "whole line"),
    ],
)
def test_the_set_solves_its_quadratic_inequality_by_hand(
    pull_y: float, pull_x: float, low: float, high: float, shape: str
) -> None:
    # both scores have a robust spread of 4 / 3 * 1 / 4 * 3 and no covariance
    z = np.array([0.5, 0.5, 0.5, 0.5])
    rest = 3**0.5 * np.array([[0.5, 0.5, -0.5, -0.5], [0.5, -0.5, 0.5, -0.5]])
    y, x = pull_y * z + rest[0], pull_x * z + rest[1]
    fit = instrumental_variables(y, x[:, None], z[:, None])
    # at F = 1: (pull_x^2 - 1) b^2 - 2 pull_x pull_y b + pull_y^2 - 1 <= 0
    level = float(stats.f.cdf(1.0, 1, 3))
    found = anderson_rubin(fit, level=level)
    assert found.shape == shape
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    tenth = anderson_rubin(instrumental_variables(y, 0.1 * x[:, None], z[:, None]), level=level)
    assert tenth.shape == shape
    assert (tenth.low, tenth.high) == pytest.approx((10 * low, 10 * high), abs=1e-11)
    assert found.test.statistic == pytest.approx(pull_y**2)
    assert found.test.distribution == "F(1, 3)"


@pytest.mark.parametrize("method", ["2sls", "liml"])
@pytest.mark.parametrize("q", [1, 3])
def test_estimates_are_the_k_class_of_the_textbook(method: Any, q: int) -> None:
    y, X, Z, W, group = (part[:60] for part in simulated(q))
    n, own = np.eye(60), np.column_stack([X, W])

    def missed(columns: Array) -> Array:
        return np.asarray(n - columns @ np.linalg.pinv(columns))

    M, short = missed(np.column_stack([Z, W])), missed(W)
    both = np.column_stack([y, X])
    roots = np.linalg.eigvals(np.linalg.solve(both.T @ M @ both, both.T @ short @ both))
    kappa = 1.0 if method == "2sls" else float(roots.real.min())
    bread = np.linalg.inv(own.T @ (n - kappa * M) @ own)
    b = bread @ own.T @ (n - kappa * M) @ y
    e, score = y - own @ b, (n - M) @ own
    sums = np.eye(30)[group.astype(int)].T @ (score * e[:, None])
    robust = bread @ (score.T * e**2 @ score) @ bread * 60 / 57
    clustered = bread @ sums.T @ sums @ bread * 6 / 5 * 59 / 57  # six groups of ten
    options: list[tuple[dict[str, Any], Any, int]] = [
        ({"covariance": "classical"}, float(e @ e) / 57 * bread, 57),
        ({}, robust, 57),
        ({"clusters": group}, clustered, 5),
        ({"clusters": group, "covariance": "classical"}, clustered, 5),
    ]
    for option, covariance, df in options:
        found = instrumental_variables(y, X, Z, W, method=method, **option)
        assert found.kappa == pytest.approx(kappa, rel=1e-10)
        np.testing.assert_allclose(found.coefficients, b, rtol=1e-9)
        np.testing.assert_allclose(found.residuals, e, atol=1e-10)
        np.testing.assert_allclose(found.covariance, covariance, rtol=1e-8, atol=1e-14)
        assert found.df == df
    fewer = instrumental_variables(y, X, Z, W, method=method, covariance="classical", absorbed=7)
    np.testing.assert_allclose(fewer.covariance, float(e @ e) / 50 * bread, rtol=1e-8, atol=1e-14)
    assert fewer.df == 50
    assert instrumental_variables(y, X, Z, W, method=method, clusters=group < 3).df == 1

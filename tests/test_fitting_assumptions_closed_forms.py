"""Tests of assumptions against their formulas written out, where no package has them."""

import numpy as np
import pytest
from scipy import stats

from quesnay.fitting.arrays import Array
from quesnay.fitting.assumptions.panel import cross_section_dependence, lagrange_multiplier
from quesnay.fitting.assumptions.residuals import (
    breusch_pagan,
    cluster_influence,
    collinearity,
    jarque_bera,
    order_envelope,
    variance_inflation,
    white,
)
from quesnay.fitting.assumptions.serial import (
    breusch_godfrey,
    durbin_watson,
    probability_positive,
    wooldridge_within,
)
from quesnay.fitting.assumptions.specification import (
    added_columns,
    harvey_collier,
    joint_test,
    recursive_residuals,
    reset,
)
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.clusters import ClusterMoments
from quesnay.fitting.regression.least_squares import Regression, project, project_noisy

G = np.random.default_rng(np.random.SeedSequence(4))
N = 24
X = np.column_stack([np.ones(N), G.standard_normal((N, 2))])
Y = X.sum(axis=1) + G.standard_normal(N)
UNIT, TIME = np.repeat(np.arange(6), 4), np.tile(np.arange(4), 6)


def test_inflation_is_about_zero_where_no_constant_is_spanned() -> None:
    z = X[:, 2] + 1.0
    for x in (X[:, 1] + 5.0, 1.0 + 1e-8 * X[:, 1]):  # the second is nearly a constant
        cosine = float(x @ z) ** 2 / float(x @ x) / float(z @ z)
        found = variance_inflation(np.column_stack([x, z]))
        np.testing.assert_allclose(found, [1.0 / (1.0 - cosine)] * 2, rtol=1e-12)


def test_inflation_and_shares_do_not_depend_on_units() -> None:
    one = collinearity(X)
    for sign in (1.0, -1.0):
        other = collinearity(sign * X * [1.0, 1e-60, 1e60])
        np.testing.assert_allclose(other.inflation, one.inflation, rtol=1e-9)
        np.testing.assert_allclose(other.condition_indices, one.condition_indices, rtol=1e-9)
        np.testing.assert_allclose(other.variance_shares, one.variance_shares, rtol=1e-9)


def test_inflation_of_a_regressor_far_from_zero_is_that_about_its_mean() -> None:
    far = np.add(X * [1.0, 1e-6, 1.0], [0.0, 1e4, 0.0])  # ten digits that do not vary
    np.testing.assert_allclose(variance_inflation(far), variance_inflation(X), rtol=1e-4)


def test_variance_shares_of_two_regressors_follow_from_their_angle() -> None:
    x, z = np.cos(np.arange(N)), np.cos(np.arange(N)) + 0.5 * np.sin(2.0 * np.arange(N))
    c = float(x @ z / np.sqrt((x @ x) * (z @ z)))
    found = collinearity(np.column_stack([x, z]))
    np.testing.assert_allclose(found.variance_shares.T, [[(1 - c) / 2, (1 + c) / 2]] * 2)


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 6, 7])
def test_two_way_effects_count_only_positive_sides(seed: int) -> None:
    y = np.random.default_rng(np.random.SeedSequence(seed)).standard_normal(N)
    who = {"unit": UNIT, "time": TIME}
    one, two = (
        lagrange_multiplier(y, np.ones((N, 1)), **who, effect=effect, form="honda").statistic
        for effect in ("unit", "time")
    )
    found = lagrange_multiplier(y, np.ones((N, 1)), **who, effect="two-way", form="ghm")
    assert found.statistic == pytest.approx(max(one, 0.0) ** 2 + max(two, 0.0) ** 2, rel=1e-10)
    assert (found.p_value == 1.0) is (max(one, two) <= 0.0)
    if found.statistic > 0.0:
        tails = [stats.chi2.sf(found.statistic, df) for df in (1, 2)]
        assert found.p_value == pytest.approx(tails[0] / 2 + tails[1] / 4, rel=1e-10)


def test_a_quadratic_form_of_one_sign_is_certain_and_zeros_do_not_count() -> None:
    sure = [1.0, 2.0], [-1.0, -2.0], [1.0, 0.0], [-1.0, 0.0]
    assert [probability_positive(w) for w in sure] == [1, 0, 1, 0]
    expected = probability_positive([2.0, -1.0])
    assert probability_positive([0.0, 2.0, -1.0]) == pytest.approx(expected, rel=1e-12)
    for unit in (1e-200, 1e200):
        assert probability_positive([2 * unit, -unit]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n", [2, 40, 300])
def test_a_whole_sample_lies_inside_the_envelope_as_often_as_stated(n: int) -> None:
    low, middle, high = order_envelope(n, level=0.9, draws=4000)
    rank = np.arange(1.0, n + 1.0)
    local = np.asarray(
        stats.beta.cdf(low, rank, n + 1.0 - rank)
    )  # the same for every rank, on either side
    np.testing.assert_allclose(local, local[0], rtol=1e-8)
    np.testing.assert_allclose(high, 1.0 - low[::-1], rtol=1e-8)
    np.testing.assert_allclose(stats.beta.cdf(middle, rank, n + 1.0 - rank), 0.5, rtol=1e-8)
    samples = np.sort(np.random.default_rng(np.random.SeedSequence(6)).random((4000, n)), axis=1)
    inside = ((samples >= low) & (samples <= high)).all(axis=1).mean()
    assert inside == pytest.approx(0.9, abs=0.02)  # three standard errors of both simulations
    if n == 2:  # the chance is twice the area where the second is above the first
        area = (low[1] - low[0]) * (high[1] - low[1])
        area += ((high[1] - low[1]) ** 2 - (high[1] - high[0]) ** 2) / 2
        assert 2.0 * area == pytest.approx(0.9, abs=0.01)


def test_the_envelope_is_that_of_a_stated_number_of_draws() -> None:
    usual, stated, one_more = (
        order_envelope(9),
        order_envelope(9, level=0.95, draws=400),
        order_envelope(9, draws=401),
    )
    np.testing.assert_array_equal(usual, stated)
    assert (usual[0] != one_more[0]).all()


def test_distances_of_clusters_count_the_degrees_of_freedom_that_are_left() -> None:
    fit = project(Y, X)
    plain = cluster_influence(fit, UNIT).cooks
    for absorbed in (20, 21):  # one degree of freedom, and none, which counts as one
        few = cluster_influence(fit, UNIT, absorbed=absorbed).cooks
        np.testing.assert_allclose(few, plain / (N - 3), rtol=1e-12)


def test_white_counts_a_driver_with_a_value_at_its_mean() -> None:
    drivers = np.column_stack([np.tile([-1.0, 0.0, 1.0], 8), X[:, 1]])
    squared = project(Y, X).residuals ** 2
    a, b = drivers.T
    aux = project(squared, np.column_stack([np.ones(N), a, b, a * a, a * b, b * b]))
    expected = N * (1.0 - aux.ssr / float(((squared - squared.mean()) ** 2).sum()))
    found = white(Y, X, drivers=drivers)
    assert found.statistic == pytest.approx(expected, rel=1e-10)
    assert found.distribution == "chi2(5)"


@pytest.mark.parametrize("n", [4, 5, 6, 11, 12, 60, 2000])
def test_jarque_bera_has_the_tail_of_chi_squared_and_no_unit_matters(n: int) -> None:
    e = np.random.default_rng(np.random.SeedSequence(n)).exponential(size=n)
    plain = jarque_bera(e)
    for unit in (1e-20, 1e20):
        assert jarque_bera(unit * e).statistic == pytest.approx(plain.statistic, rel=1e-10)
    assert plain.p_value == pytest.approx(stats.chi2.sf(plain.statistic, 2), rel=1e-12)


def test_drivers_may_be_small_or_far_from_zero_or_nearly_alike() -> None:
    one, other = breusch_pagan(Y, X), breusch_pagan(Y, X, drivers=X * [1.0, 1e-20, 1e20])
    assert other.statistic == pytest.approx(one.statistic, rel=1e-10)
    tiny = white(Y, X, drivers=X * [1.0, 1e-100, 1e-100])
    assert tiny.statistic == pytest.approx(white(Y, X).statistic, rel=1e-9)
    near, far = X @ [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1e-6]], X + 1e9 * np.eye(3)[1]
    assert white(Y, X, drivers=far).statistic == pytest.approx(white(Y, X).statistic, rel=1e-4)
    for drivers in (far, near):
        alike = breusch_pagan(Y, X, drivers=drivers)
        assert alike.distribution == one.distribution == "chi2(2)"
        assert alike.statistic == pytest.approx(one.statistic, rel=1e-6)


def test_a_column_of_zeros_and_a_negative_constant_add_nothing() -> None:
    fit = project(Y, X)
    square = X[:, 1:2] ** 2
    alone = added_columns(fit, square, name="square")
    beside = added_columns(fit, np.column_stack([np.zeros(N), square]), name="square")
    assert beside.distribution == alone.distribution == "F(1, 20)"
    assert beside.statistic == pytest.approx(alone.statistic, rel=1e-12)
    # estimates of one and one with variances of one that all but repeat each other
    near = joint_test(np.ones(2), np.array([[1.0, 0.99999], [0.99999, 1.0]]), df=9.0)
    assert near.statistic == pytest.approx(1.0 / 1.99999)
    unit = np.array([1e-7, 4.0])  # whatever each is measured in
    scaled = joint_test(unit, np.outer(unit, unit) * [[1.0, 0.99999], [0.99999, 1.0]], df=9.0)
    assert scaled.statistic == pytest.approx(1.0 / 1.99999)
    assert scaled.distribution == "F(2, 9)"
    # with one column F is the square of t
    wide = project(Y, np.column_stack([X, square]))
    t = wide.coefficients[-1] / np.sqrt(wide.ssr / 20 * wide.bread()[-1, -1])
    assert alone.statistic == pytest.approx(t**2, rel=1e-10)
    plain = reset(project_noisy(Y, X))
    turned = reset(project_noisy(Y, X * [-1.0, 1.0, 1.0]))
    assert turned.statistic == pytest.approx(plain.statistic, rel=1e-10)
    far = reset(project_noisy(Y + 1e9, X))
    assert far.statistic == pytest.approx(plain.statistic, rel=1e-4)
    loose = project_noisy(Y, X + 1e-3 * np.cos(np.arange(N))[:, None] * np.eye(3)[0])
    powers = np.column_stack([loose.fitted**2, loose.fitted**3])  # not about their mean
    assert reset(loose).statistic == pytest.approx(
        added_columns(loose, powers, name="powers").statistic, rel=1e-9
    )


def test_added_columns_and_powers_do_not_depend_on_units() -> None:
    fit, square = project_noisy(Y, X), X[:, 1:2] ** 2
    alone = added_columns(fit, square, name="square").statistic
    plain = reset(fit).statistic
    for unit in (1e-60, 1e60):
        assert added_columns(fit, unit * square, name="x").statistic == pytest.approx(alone)
        assert reset(project_noisy(unit * Y, X)).statistic == pytest.approx(plain)
    # a dummy of one row is no constant: powers are not about the mean
    first = np.column_stack([np.eye(N)[0], X[:, 1:]])
    loose = project_noisy(Y, first)
    powers = np.column_stack([loose.fitted**2, loose.fitted**3])
    assert reset(loose).statistic == pytest.approx(
        added_columns(loose, powers, name="powers").statistic, rel=1e-9
    )


def test_restrictions_are_tested_as_long_as_clusters_leave_freedom() -> None:
    # of three clusters alike Hotelling's degrees of freedom are three: 3 - 3 + 1 are left
    def moments(clusters: int) -> ClusterMoments:
        none = np.zeros((clusters, 0, 3))
        return ClusterMoments(np.stack([np.eye(3)] * clusters), none, none)

    values, V = np.array([1.0, 2.0, 4.0]), np.diag([1.0, 4.0, 4.0])
    found = joint_test(values, V, df=moments(3))
    assert found.statistic == pytest.approx((1 + 1 + 4) / 9)
    assert found.distribution == "F(3, 1)"
    wide = joint_test(values, V, df=moments(7))
    assert wide.statistic == pytest.approx(5 / 21 * 6)
    assert wide.distribution == "F(3, 5)"
    cases: list[tuple[Array, float | ClusterMoments]] = [
        (V, moments(2)),  # the third degree is lacking but for rounding
        (np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), 9.0),
        (np.diag([1.0, 0.0, 1.0]), 9.0),
    ]
    for covariance, own in cases:
        with pytest.raises(EstimationError, match="test fewer"):
            joint_test(values, covariance, df=own)


def test_the_last_degrees_of_freedom_are_used() -> None:
    assert added_columns(project(Y[:5], X[:5]), X[:5, 1:2] ** 2, name="x").distribution == "F(1, 1)"
    assert breusch_godfrey(Y[:6], X[:6], lags=2, form="F").distribution == "F(2, 1)"
    assert 0.0 < durbin_watson(Y[:5], X[:5]).p_value < 1.0
    # two units of three rows have four rows with an earlier one, and a regression on it two more
    six = wooldridge_within(Y[:6], X[:6], unit=[0, 0, 0, 1, 1, 1], time=[0, 1, 2] * 2)
    assert six.distribution == "F(1, 2)"


def test_a_row_that_two_rows_close_together_predict_leaves_the_first_recursive_residual() -> None:
    x = np.array([0.0, 1e-6, 2e-6, 1.0, 2.0, 3.0])
    design = np.column_stack([np.ones(6), x, [0.0, 0.0, 0.0, 1.0, 0.0, 1.0]])
    y = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 6.0])
    # the third row is twice the second less the first
    first = (y[2] - 2.0 * y[1] + y[0]) / 6.0**0.5
    assert recursive_residuals(y, design)[0] == pytest.approx(first, rel=1e-6)


def test_small_first_rows_are_rows_all_the_same() -> None:
    design = np.array([[1e-12, 0.0], [0.0, 1e-12], [1.0, 0.0], [0.0, 1.0]])
    # slopes of 1 and 2, then those of the third row
    errors = recursive_residuals([1e-12, 2e-12, 4.0, 7.0], design)
    assert errors == pytest.approx([(4.0 - 1.0) / 1e12, (7.0 - 2.0) / 1e12])


def test_three_values_about_their_mean_by_harvey_and_collier() -> None:
    # 0, 1, 3: one-step errors 1 / sqrt(1 + 1) and 2.5 / sqrt(1 + 1 / 2)
    w = np.array([1.0 / 2**0.5, 2.5 / 1.5**0.5])
    t = w.mean() * 2**0.5 / (abs(w[1] - w[0]) / 2**0.5)
    found = harvey_collier([0.0, 1.0, 3.0], np.ones((3, 1)))
    assert found.statistic == pytest.approx(t, rel=1e-12)
    assert found.distribution == "t(1)"
    assert found.p_value == pytest.approx(1.0 - 2.0 * np.arctan(t) / np.pi, rel=1e-10)
    far = harvey_collier([1e9, 1e9 + 1.0, 1e9 + 3.0], np.ones((3, 1)))
    assert far.statistic == pytest.approx(t, rel=1e-6)
    turned = harvey_collier([3.0, 1.0, 0.0], np.ones((3, 1)), order=[9.0, 5.0, 1.0])
    assert turned.statistic == pytest.approx(t, rel=1e-12)


@pytest.mark.parametrize(("rows", "how"), [(500, "exact"), (501, "normal approximation")])
def test_durbin_and_watson_are_exact_up_to_five_hundred_rows(rows: int, how: str) -> None:
    y = np.cos(2.0 * np.arange(rows))
    found = durbin_watson(y, np.ones((rows, 1)))
    assert found.distribution == how
    e = y - y.mean()
    assert found.statistic == pytest.approx(float((np.diff(e) ** 2).sum() / (e @ e)), rel=1e-10)


@pytest.mark.parametrize("exact", [True, False])
def test_both_sides_of_durbin_and_watson_add_to_one(exact: bool) -> None:
    up, down, both = (
        durbin_watson(Y, X, alternative=alternative, exact=exact).p_value
        for alternative in ("positive", "negative", "two-sided")
    )
    assert up + down == pytest.approx(1.0, rel=1e-9)
    assert both == pytest.approx(2.0 * min(up, down), rel=1e-12)


@pytest.mark.parametrize(("clusters", "law"), [(3, "F(2, 19)"), (4, "clustered")])
def test_as_many_added_columns_as_clusters_leave_is_no_test_by_cluster(
    clusters: int, law: str
) -> None:
    fit, own = project(Y, X), np.arange(N) % clusters
    by = Regression(fit.design, fit.residuals, fit.bread(), clusters=(own,))
    found = added_columns(fit, X[:, 1:] ** 2, regression=by, name="squares")
    assert law in f"{found.name} {found.distribution}"
    assert ("clustered" in found.name) == (clusters > 3)


@pytest.mark.parametrize("unit", [1e-60, 1e60])
def test_serial_correlation_does_not_depend_on_the_unit_of_the_outcome(unit: float) -> None:
    for test in (
        durbin_watson,
        breusch_godfrey,
        lambda y, X: breusch_godfrey(y, X, lags=3, form="F"),
        lambda y, X: wooldridge_within(y, X, unit=UNIT, time=TIME),
    ):
        one, other = test(Y, X), test(unit * Y, X)
        assert other.statistic == pytest.approx(one.statistic, rel=1e-9)
        assert other.p_value == pytest.approx(one.p_value, rel=1e-8)


@pytest.mark.parametrize("few", [False, True])
def test_the_within_test_is_a_clustered_t_of_residuals_on_their_lag(few: bool) -> None:
    dummies = np.eye(6)[UNIT]
    e = project(Y, np.column_stack([X[:, 1:], dummies])).residuals.reshape(6, 4)
    later, lag = e[:, 1:], e[:, :-1]
    slope = np.polyfit(lag.ravel(), later.ravel(), 1)
    moved = lag - lag.mean()
    scores = (moved * (later - np.polyval(slope, lag))).sum(axis=1)
    variance = float(scores @ scores) / float((moved**2).sum()) ** 2
    F = (slope[0] + 1.0 / 3.0) ** 2 / (variance * (6.0 / 5.0 if few else 1.0))
    found = wooldridge_within(Y, X, unit=UNIT, time=TIME, few_units=few)
    assert found.statistic == pytest.approx(F, rel=1e-10)
    free = 5 if few else 16
    assert found.distribution == f"F(1, {free})"
    assert found.p_value == pytest.approx(stats.f.sf(F, 1, free), rel=1e-10)


def test_dependence_counts_only_pairs_that_vary_over_common_times() -> None:
    wide = np.random.default_rng(np.random.SeedSequence(9)).standard_normal((5, 6))
    wide[:3] -= 0.5 * wide[:3].mean(axis=0) + 0.3 * wide[0]  # less alike than by chance
    wide[3] = 0.1  # constant to rounding
    unit, time = np.repeat(np.arange(5), 6), np.tile(np.arange(6), 5)
    time[24:] += 5  # one time in common with the others
    rho = [stats.pearsonr(wide[i], wide[j]).statistic for i, j in ((0, 1), (0, 2), (1, 2))]
    expected = np.sqrt(6.0) * sum(rho) / np.sqrt(3.0)
    found = cross_section_dependence(wide.ravel(), unit=unit, time=time)
    assert found.statistic == pytest.approx(expected, rel=1e-10)
    assert found.statistic < 0.0
    assert found.p_value == pytest.approx(2.0 * stats.norm.sf(-expected), rel=1e-10)
    wide[0] *= 1e-10  # a small unit counts as much
    for scale in (1.0, 1e-13, 1e13):
        small = cross_section_dependence(scale * wide.ravel(), unit=unit, time=time)
        assert small.statistic == pytest.approx(expected, rel=1e-6)


def test_residuals_of_four_rows_that_differ_have_a_shape() -> None:
    # moments 1 and 1: no skewness, a kurtosis of 1 and n 2^2 / 24
    assert jarque_bera([1.0, -1.0, 1.0, -1.0]).statistic == pytest.approx(4 * 4 / 24)
    assert jarque_bera([1.0, -1.0, 1.0, -1.0], rows=2.5).statistic == pytest.approx(2.5 * 4 / 24)
    assert jarque_bera([1.0, 1.0, 1.0, 1.0 + 1e-12]).statistic > 0.0
    for few, message in (([1.0, 2.0, 3.0], "3 values; at least four"), ([2.0] * 4, "all equal")):
        with pytest.raises(EstimationError, match=message):
            jarque_bera(few)

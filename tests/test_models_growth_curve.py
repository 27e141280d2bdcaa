"""Fitted curves: errors, intervals and their coverage, prediction, tables."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import quesnay as qn
from quesnay.fitting.curves.fit import CurveProblem, bootstrap_draws
from quesnay.fitting.curves.functions import LOGISTIC
from quesnay.fitting.errors import ConvergenceError, EstimationError
from quesnay.models.growth.curve import _launch_of

THETA = np.array([4.0, 0.5, 2015.0])
YEARS = np.arange(2005.0, 2026.0)


def noisy(seed: int = 0, size: float = 0.05) -> np.ndarray:
    shocks = np.random.default_rng(seed).standard_normal(len(YEARS))
    return LOGISTIC.value(YEARS, THETA) + size * shocks


def test_standard_errors_are_those_of_scipy() -> None:
    from scipy.optimize import curve_fit

    y = noisy()
    fit = qn.fit_curve("logistic", YEARS, y)
    params, covariance = curve_fit(
        lambda t, a, b, c: LOGISTIC.value(t, [a, b, c]), YEARS, y, p0=THETA, xtol=1e-14, ftol=1e-14
    )
    assert fit.params.to_numpy() == pytest.approx(params, rel=1e-6)
    assert fit.std_errors.to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-4)


def test_a_start_that_leads_nowhere_or_to_a_worse_curve_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = qn.fit_curve("logistic", YEARS, noisy()).params
    search, refused = CurveProblem.search, iter([EstimationError("no"), ConvergenceError("no")])
    worse = iter([1.1])

    def hostile(self: CurveProblem, *given: Any, **options: Any) -> Any:
        error = next(refused, None)
        if error is not None:
            raise error
        found, times = search(self, *given, **options), next(worse, 1.0)
        return replace(found, params=times * found.params, rss=times * found.rss)

    monkeypatch.setattr(CurveProblem, "search", hostile)
    assert qn.fit_curve("logistic", YEARS, noisy()).params.to_numpy() == pytest.approx(
        known.to_numpy(), rel=1e-6
    )


def test_standard_errors_under_known_errors_are_those_of_scipy() -> None:
    from scipy.optimize import curve_fit

    y, known = noisy(), np.linspace(0.02, 0.1, len(YEARS))
    fit = qn.fit_curve("logistic", YEARS, y, y_errors=known)
    params, covariance = curve_fit(
        lambda t, a, b, c: LOGISTIC.value(t, [a, b, c]),
        YEARS, y, p0=THETA, sigma=known, absolute_sigma=True, xtol=1e-14, ftol=1e-14,
    )  # fmt: skip
    assert fit.params.to_numpy() == pytest.approx(params, rel=1e-6)
    assert fit.std_errors.to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-4)


def test_profile_of_a_known_model_is_where_the_sum_of_squares_says() -> None:
    fit = qn.fit_curve("logistic", YEARS, noisy())
    interval = fit.conf_int(0.9)
    for end in (interval["low"]["saturation"], interval["high"]["saturation"]):
        held = qn.fit_curve("logistic", YEARS, noisy(), saturation=float(end))
        tau = np.sqrt((held.fit.rss - fit.fit.rss) / (fit.fit.rss / fit.dof))
        assert tau == pytest.approx(
            1.7340636, rel=1e-5
        )  # Student's t, 18 degrees of freedom, at 95 %


def test_profile_under_known_errors_asks_the_normal_law() -> None:
    known = np.full(len(YEARS), 0.05)
    fit = qn.fit_curve("logistic", YEARS, noisy(), y_errors=known)
    interval = fit.conf_int(0.9)
    for end in (interval["low"]["saturation"], interval["high"]["saturation"]):
        held = qn.fit_curve("logistic", YEARS, noisy(), saturation=float(end), y_errors=known)
        gap = sum(((held.data["y"] - held.data["fitted"]) / 0.05) ** 2)
        gap -= sum(((fit.data["y"] - fit.data["fitted"]) / 0.05) ** 2)
        assert np.sqrt(gap) == pytest.approx(1.6448536, rel=1e-5)


def test_the_three_intervals_agree_where_the_model_is_nearly_linear() -> None:
    fit = qn.fit_curve("logistic", YEARS, noisy(size=0.01))
    wald = fit.conf_int(method="wald")
    width = np.asarray(wald["high"] - wald["low"])[:, None]
    for method in ("profile", "bootstrap"):
        gap = np.abs(np.asarray(fit.conf_int(method=method, draws=400) - wald)) / width
        assert gap.max() < 0.12


@pytest.mark.slow
def test_profile_covers_as_often_as_it_says() -> None:
    hits = np.zeros(3)
    for seed in range(200):
        interval = qn.fit_curve("logistic", YEARS, noisy(seed, 0.1)).conf_int().to_numpy()
        hits += (interval[:, 0] <= THETA) & (interval[:, 1] >= THETA)
    # three standard errors of a share of 95 % in 200 runs are 4.6 points
    assert (np.abs(hits / 200 - 0.95) < 0.046).all()


def test_a_parameter_that_the_data_do_not_bound_has_an_open_side() -> None:
    early = YEARS[:8]
    y = LOGISTIC.value(early, THETA) + 0.01 * np.random.default_rng(1).standard_normal(8)
    interval = qn.fit_curve("logistic", early, y).conf_int()
    assert interval["high"]["saturation"] == np.inf


def test_bootstrap_is_seeded() -> None:
    fit = qn.fit_curve("logistic", YEARS, noisy())
    one, two, three = (fit.conf_int(method="bootstrap", draws=100, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(three)


def test_a_bootstrap_reaches_as_far_out_as_students_t_and_may_lose_a_twentieth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fit = qn.fit_curve("logistic", YEARS, noisy())
    grid = np.linspace(0.0, 1.0, 101)[:, None] * [1.0, 2.0, 3.0]
    monkeypatch.setattr("quesnay.models.growth.curve.bootstrap_draws", lambda *_, **__: (grid, 5))
    share = stats.norm.cdf(-stats.t.ppf(0.95, 18))
    ends = fit.conf_int(0.9, method="bootstrap", draws=100).to_numpy()
    np.testing.assert_allclose(ends, np.outer([1, 2, 3], [share, 1 - share]), rtol=1e-12)
    monkeypatch.setattr("quesnay.models.growth.curve.bootstrap_draws", lambda *_, **__: (grid, 6))
    with pytest.raises(qn.DataError, match="6 of 100 draws had no rising curve"):
        fit.conf_int(0.9, method="bootstrap", draws=100)
    one = qn.fit_curve("logistic", [1, 2, 3], [1.0, 2.1, 2.9], saturation=4.0)  # one degree left
    monkeypatch.setattr("quesnay.models.growth.curve.bootstrap_draws", lambda *_, **__: (grid, 0))
    share = stats.norm.cdf(-stats.t.ppf(0.95, 1))
    low = one.conf_int(0.9, method="bootstrap", draws=100)["low"].tolist()
    assert low == pytest.approx([4.0, 2 * share, 3 * share])
    none = qn.fit_curve("logistic", [1, 2], [1.0, 2.1], saturation=4.0, y_errors=0.1)
    with pytest.raises(qn.DataError, match="no degree of freedom, so no residuals to draw from"):
        none.conf_int(method="bootstrap", draws=100)
    assert fit.conf_int(0.0101, method="wald").notna().all(axis=None)
    with pytest.raises(qn.DataError, match=r"0.01 is no coverage between 0.01 and 1"):
        fit.conf_int(0.01, method="wald")


def test_two_points_have_no_errors_unless_they_are_given() -> None:
    fit = qn.fit_curve("gompertz", [2017, 2018], [0.6, 0.98], saturation=4)
    assert fit.std_errors["saturation"] == 0
    assert np.isnan(fit.std_errors["rate"])
    assert fit.dof == 0
    known = qn.fit_curve("gompertz", [2017, 2018], [0.6, 0.98], saturation=4, y_errors=0.02)
    assert known.std_errors["rate"] > 0
    assert known.conf_int()["low"]["rate"] < known.params["rate"]


def test_error_of_the_saturation_is_carried_over() -> None:
    fit = qn.fit_curve("logistic", YEARS, noisy(), saturation=4.0, saturation_error=0.2)
    plain = qn.fit_curve("logistic", YEARS, noisy(), saturation=4.0)
    up = qn.fit_curve("logistic", YEARS, noisy(), saturation=4.001)
    slope = (up.params - plain.params) / 0.001
    expected = np.hypot(plain.std_errors.to_numpy(), 0.2 * slope.to_numpy())
    assert fit.std_errors.to_numpy() == pytest.approx(expected, rel=2e-2)
    assert fit.std_errors["saturation"] == pytest.approx(0.2)
    assert fit.conf_int()["low"]["saturation"] < 3.65


def test_forecast_error_is_first_order() -> None:
    fit = qn.fit_curve("logistic", YEARS, noisy())
    ahead = fit.forecast([2026, 2030])
    draws = np.random.default_rng(0).multivariate_normal(fit.params, fit.covariance, 20_000)
    spread = LOGISTIC.value(2030.0, draws).std()
    assert ahead["std_error"][2030] == pytest.approx(spread, rel=0.03)
    assert ahead["new_low"][2030] < ahead["low"][2030] < ahead["estimate"][2030]


def test_a_given_saturation_is_given_back_exactly() -> None:
    for seed in range(20):
        fit = qn.fit_curve("logistic", YEARS, noisy(seed), saturation=4.0)
        assert fit.params["saturation"] == 4.0
        assert (fit.conf_int().loc["saturation"] == 4.0).all()


def test_prediction_keeps_the_shape_asked_for() -> None:
    fit = qn.fit_curve("logistic", YEARS, noisy())
    assert isinstance(fit.predict(2020), float)
    assert fit.predict([2020]).shape == (1,)
    assert fit.predict(pd.Series([2020, 2021])).shape == (2,)


@pytest.mark.parametrize(
    ("t", "y", "origin"),
    [([1, 2, 3, 4, 5], [1, 3, 6, 8, 9], 0), ([2010, 2011, 2012, 2013], [1, 3, 6, 8], 2009),
     ([2010, 2012, 2013, 2017], [1, 3, 5, 9], 2009),  # the shortest step before the first
     ([2010, 2011, 2012, 2013], [0, 3, 6, 8], 2010)],
)  # fmt: skip
def test_launch_of_bass(t: list[int], y: list[int], origin: float) -> None:
    fit = qn.fit_curve("bass", t, y)
    assert fit.origin == origin
    assert qn.fit_curve("bass", t, y, origin=origin).params.tolist() == fit.params.tolist()
    m, p, q = fit.params
    since = np.exp(-(p + q) * (np.array(t) - origin))
    by_hand = m * (1 - since) / (1 + q / p * since)  # Bass (1969)
    np.testing.assert_allclose(fit.data["fitted"], by_hand, rtol=1e-9)
    np.testing.assert_allclose(fit.data["resid"], y - by_hand, atol=1e-9)
    assert qn.fit_curve("bass", t, y, origin=t[0] - 3).origin == t[0] - 3


@pytest.mark.parametrize(("span", "limit"), [(4.0, 4e9), (0.5, 1e9)])
def test_a_launch_lies_a_thousand_million_spans_or_years_before_the_first_time_at_most(
    span: float, limit: float
) -> None:
    times, levels = np.array([0.0, span / 2, span]), np.array([1.0, 2.0, 3.0])
    assert _launch_of(times, levels, -limit) == -limit
    with pytest.raises(qn.DataError, match="so far before 0 that the times look alike"):
        _launch_of(times, levels, -1.01 * limit)


def test_a_curve_that_bends_early_and_one_that_has_hardly_begun_are_found() -> None:
    t = np.arange(1.0, 13.0)
    early = 10.0 * (1.0 + 0.5 * np.exp(-0.8 * (t - 5.0))) ** -2.0  # Richards, a shape of 0.5
    found = qn.fit_curve("richards", t, early)
    assert found.params.tolist() == pytest.approx([10.0, 0.8, 5.0, 0.5], rel=1e-6)
    left = np.exp(-0.07 * t)  # p + q = 0.07, in all less than one
    slow = 10.0 * (1.0 - left) / (1.0 + 0.05 / 0.02 * left)
    found = qn.fit_curve("bass", t, slow, saturation=10.0, origin=0.0)
    assert found.params.tolist() == pytest.approx([10.0, 0.02, 0.05], rel=1e-6)


def test_series_align_by_label() -> None:
    t = pd.Series(YEARS, index=[f"p{k}" for k in range(len(YEARS))])
    y = pd.Series(noisy(), index=t.index)
    shuffled = y.sample(frac=1, random_state=0)
    one, two = qn.fit_curve("logistic", t, y), qn.fit_curve("logistic", t, shuffled)
    pd.testing.assert_series_equal(one.params, two.params)


def test_tables_show_names_and_notes() -> None:
    text = str(qn.fit_curve("bass", YEARS, noisy() + 0.3))
    for word in ("innovation", "conf_low", "degrees of freedom", "launch, 2004", "Bass (1969)"):
        assert word in text
    known = str(qn.fit_curve("logistic", YEARS, noisy(), saturation=4.0, saturation_error=0.1))
    assert "above the given saturation" in known
    assert "error" in known


def test_tidy_has_one_row_a_parameter() -> None:
    tidy = qn.fit_curve("logistic", YEARS, noisy(), saturation=4.0).tidy()
    assert tidy["fixed"].tolist() == [True, False, False]
    assert (tidy["conf_low"] <= tidy["estimate"]).all()


def test_time_of_a_level() -> None:
    fit = qn.fit_curve("logistic", [2017, 2018], [1.0, 2.0], saturation=4.0)
    assert fit.reaches(3.0) == pytest.approx(2019.0)
    assert np.isnan(fit.reaches(5.0))


def test_grey_model_covers_and_beats_nothing_silently() -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        x = np.exp(0.1 * np.arange(9)) + 0.05 * rng.standard_normal(9)
        ahead = qn.fit_grey(pd.Series(x[:8], index=range(2010, 2018)), horizon=1).forecast.iloc[0]
        hits += bool(ahead["low"] <= x[8] <= ahead["high"])
    assert abs(hits / 200 - 0.95) < 0.046


@pytest.mark.parametrize(("step", "smooth"), [(0.39, True), (0.41, False)])
def test_a_grey_series_is_smooth_within_dengs_range(step: float, smooth: bool) -> None:
    """Of four values, ratios from exp(-2/5) to exp(2/5)."""
    levels = np.exp(np.cumsum([0.0, 0.1, step, 0.1]))
    assert qn.fit_grey(pd.Series(levels, range(2010, 2014))).smooth is smooth


def test_grey_model_tells_its_back_test() -> None:
    fit = qn.fit_grey(pd.Series([10.0, 12, 11, 15, 14, 30, 20], index=range(2010, 2017)))
    assert list(fit.forecast.index) == [2017, 2018, 2019]
    assert fit.backtest["no_change"].tolist() == [15.0, 14.0, 30.0]
    assert "no change" in str(fit)
    assert "rough" in str(fit)


def test_curves_and_grey_models_answer_as_regressions_do() -> None:
    years = np.arange(2000, 2012)
    levels = pd.Series(90 / (1 + np.exp(-(years - 2005) / 1.5)) + 0.2 * np.sin(years), index=years)
    fit = qn.fit_curve("logistic", years, levels)
    np.testing.assert_allclose(fit.fitted + fit.resid, levels, rtol=1e-12)
    np.testing.assert_allclose(fit.rsquared, 1 - (fit.resid**2).sum() / levels.var() / 11)
    t = (fit.params["saturation"] - 90) / fit.std_errors["saturation"]
    wald = fit.wald_test("saturation = 90")
    np.testing.assert_allclose([wald.statistic, wald.p_value], [t**2, 2 * stats.t.sf(abs(t), 9)])
    double = fit.nonlinear("saturation / 2 + saturation / 2")
    np.testing.assert_allclose(double.std_error, fit.std_errors["saturation"], rtol=1e-9)
    grey = qn.fit_grey(levels)
    assert grey.nobs == len(grey.resid) == 12
    np.testing.assert_allclose(grey.rsquared, 1 - (grey.resid**2).sum() / levels.var() / 11)


def test_grey_levels_that_never_change_have_no_share_of_variation_explained() -> None:
    assert np.isnan(qn.fit_grey(pd.Series(np.full(6, 3.0), range(6))).rsquared)


def test_an_error_is_held_against_the_largest_level_not_the_smallest() -> None:
    levels = np.array([1e-14, 0.2, 0.5, 0.8, 0.95])
    fit = qn.fit_curve("logistic", np.arange(2015.0, 2020.0), levels, saturation=1, y_errors=0.02)
    assert fit.params["saturation"] == 1.0
    years = np.arange(2015.0, 2020.0)
    for unit in (1e-14, 1e14):  # of levels and errors alike
        other = qn.fit_curve("logistic", years, unit * levels, saturation=unit, y_errors=unit / 50)
        assert other.params["rate"] == pytest.approx(fit.params["rate"], rel=1e-6)
        assert other.std_errors["rate"] == pytest.approx(fit.std_errors["rate"], rel=1e-6)
    fine = qn.fit_curve("logistic", years, levels, saturation=1, y_errors=2e-10)
    assert fine.std_errors["rate"] == pytest.approx(1e-8 * fit.std_errors["rate"], rel=1e-6)
    with pytest.raises(qn.DataError, match="out of proportion to the levels"):
        qn.fit_curve("logistic", np.arange(2015.0, 2020.0), levels, saturation=1, y_errors=1e13)


def test_draws_of_a_curve_count_those_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = qn.fit_curve("logistic", YEARS, noisy())
    seed = np.random.SeedSequence(0)
    params, failed = bootstrap_draws(fit.problem, fit.fit, draws=12, seed=seed)
    assert (params.shape, failed) == ((12, 3), 0)
    search, places = CurveProblem.search, iter(range(12))

    def every_third(self: CurveProblem, *given: Any, **options: Any) -> Any:
        if next(places) % 3 == 0:
            raise ConvergenceError("no")
        return search(self, *given, **options)

    monkeypatch.setattr(CurveProblem, "search", every_third)
    some, lost = bootstrap_draws(fit.problem, fit.fit, draws=12, seed=seed)
    assert lost == 4
    np.testing.assert_array_equal(some, np.delete(params, [0, 3, 6, 9], axis=0))


@pytest.mark.parametrize("known", [np.ones(len(YEARS)), np.linspace(0.02, 0.1, len(YEARS))])
def test_a_draw_of_a_curve_is_the_curve_and_residuals_of_the_size_of_errors(
    known: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = qn.fit_curve("logistic", YEARS, noisy(), y_errors=known)
    search, drawn = CurveProblem.search, []

    def watched(self: CurveProblem, start: Any, y: Any = None, **options: Any) -> Any:
        drawn.append(y)
        return search(self, start, y, **options)

    monkeypatch.setattr(CurveProblem, "search", watched)
    bootstrap_draws(fit.problem, fit.fit, draws=3, seed=np.random.SeedSequence(0))
    shocks = (np.array(drawn) * fit.problem.level - fit.fitted.to_numpy()) / known
    pool = fit.resid.to_numpy() / known
    pool = (pool - pool.sum() / 21) * np.sqrt(21 / 18)  # about zero, and three parameters short
    assert shocks.shape == (3, 21)
    assert np.abs(shocks[..., None] - pool).min(axis=-1).max() < 1e-10
    assert len(np.unique(shocks.round(9))) > 10

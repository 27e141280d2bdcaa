"""Wild bootstrap, bootstrap, jackknife and Gram blocks against running every regression."""

import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression import resampling
from quesnay.fitting.regression.least_squares import Regression
from quesnay.fitting.regression.resampling import (
    NestedGrams,
    WildBootstrap,
    WildDraws,
    bootstrap_coefficients,
    gram_blocks,
    nested_grams,
    prepare_wild,
    redraw_grams,
    refit_bootstrap,
    refit_jackknife,
    solve_grams,
    wild_weights,
)

DATA = json.loads(
    (Path(__file__).parent / "reference" / "regression_diagnostics.json").read_text()
)["data"]
GRUNFELD = pd.DataFrame(DATA["grunfeld"])
FORMULA = "inv ~ value + capital"
B = np.ones(1)


def brute_wild(absorb: tuple[str, ...], null: float, signs: Array) -> list[float]:
    """Run the bootstrap regression by regression, as it is defined."""
    free = qn.fit_panel(f"I(inv - {null} * capital) ~ value", GRUNFELD, absorb=absorb)
    base, statistics = GRUNFELD.copy(), []
    for draw in signs.T:
        shock = free.resid * draw[GRUNFELD["firm"].to_numpy() - 1]
        base["star"] = free.fitted + null * GRUNFELD["capital"] + shock
        fit = qn.fit_panel("star ~ value + capital", base, absorb=absorb, cluster="firm")
        statistics.append(float((fit.params["capital"] - null) / fit.std_errors["capital"]))
    return statistics


@pytest.mark.parametrize("absorb", [(), ("firm",), ("firm", "year"), ("year",)])
@pytest.mark.parametrize("null", [0.0, 0.25])
def test_wild_statistics_equal_every_regression(absorb: tuple[str, ...], null: float) -> None:
    fit = qn.fit_panel(FORMULA, GRUNFELD, absorb=absorb, cluster="firm")
    drawn = wild_weights(10, kind="webb", draws=99, generator=np.random.default_rng(3))
    chosen = np.array([float(name == "capital") for name in fit.names])
    bootstrap = prepare_wild(fit.regression, fit.estimate.coefficients, chosen, drawn)
    few = bootstrap.statistics(null)[:12]
    np.testing.assert_allclose(few, brute_wild(absorb, null, drawn.weights[:, :12]), rtol=1e-7)
    assert bootstrap.error() == pytest.approx(fit.std_errors["capital"], rel=1e-10)


@pytest.mark.parametrize(
    ("groups", "draws", "exact"), [(7, 128, True), (7, 127, False), (12, 999, False)]
)
def test_signs_are_enumerated_where_there_are_no_more_than_draws(
    groups: int, draws: int, exact: bool
) -> None:
    found = wild_weights(groups, kind="rademacher", draws=draws, generator=np.random.default_rng(0))
    assert found.exact is exact
    assert found.weights.shape == (groups, draws)
    assert (np.unique(found.weights, axis=1).shape[1] == 2**groups) is exact


def test_wild_test_enumerates_few_clusters_and_inverts_itself() -> None:
    fit = qn.fit_panel(FORMULA, GRUNFELD, cluster="firm")
    found = fit.wild_bootstrap("capital", draws=2000)
    assert found.exact
    assert found.draws == 1024
    assert found.pvalue * 1024 == pytest.approx(round(found.pvalue * 1024))
    assert found.low < found.estimate < found.high
    inside = fit.wild_bootstrap("capital", null=found.high - 1e-6, draws=2000)
    outside = fit.wild_bootstrap("capital", null=found.high + 1e-6, draws=2000)
    assert outside.pvalue <= 0.05 < inside.pvalue
    assert "all sign patterns" in found.summary()


def test_wild_test_depends_on_the_seed_only() -> None:
    fit = qn.fit_panel(FORMULA, GRUNFELD, cluster="firm")
    one, two, other = (
        fit.wild_bootstrap("capital", draws=499, weights="webb", seed=s) for s in (1, 1, 2)
    )
    assert one == two
    assert one.pvalue != other.pvalue


def test_weights_have_mean_zero_and_variance_one() -> None:
    for kind in ("rademacher", "webb"):
        drawn = wild_weights(30, kind=kind, draws=20_000, generator=np.random.default_rng(0))
        assert abs(drawn.weights.mean()) < 0.01
        assert drawn.weights.var() == pytest.approx(1.0, abs=0.01)
        assert np.unique(drawn.weights).size == (2 if kind == "rademacher" else 6)


def test_two_clusters_never_reject_and_say_so() -> None:
    frame = GRUNFELD[GRUNFELD["firm"] <= 2]
    found = qn.fit_panel("inv ~ value", frame, cluster="firm").wild_bootstrap("value")
    assert found.pvalue >= 0.5
    assert (found.low, found.high) == (-np.inf, np.inf)


@pytest.mark.parametrize("absorb", [(), ("firm",), ("firm", "year")])
def test_jackknife_over_clusters_equals_leaving_each_out(absorb: tuple[str, ...]) -> None:
    fit = qn.fit_panel(FORMULA, GRUNFELD, absorb=absorb, cluster="firm")
    found = fit.jackknife()
    for firm in (1, 5, 10):
        rest = qn.fit_panel(FORMULA, GRUNFELD[GRUNFELD["firm"] != firm], absorb=absorb)
        np.testing.assert_allclose(found.replications.T[firm], rest.params, rtol=1e-8)
    cr3 = qn.fit_panel(FORMULA, GRUNFELD, absorb=absorb, cluster="firm", covariance="CR3")
    np.testing.assert_allclose(found.covariance, cr3.covariance, rtol=1e-9)


def test_jackknife_over_rows_equals_leaving_each_out() -> None:
    found = qn.fit_panel(FORMULA, GRUNFELD, absorb="firm").jackknife()
    for row in (0, 77, 199):
        rest = qn.fit_panel(FORMULA, GRUNFELD.drop(index=row), absorb="firm")
        np.testing.assert_allclose(found.replications.T[row], rest.params, rtol=1e-9)


def test_cluster_bootstrap_with_effects_equals_running_a_resample() -> None:
    fit = qn.fit_panel(FORMULA, GRUNFELD, absorb=["firm", "year"], cluster="firm")
    found = fit.bootstrap(draws=50, seed=4)
    counts = np.random.default_rng(4).multinomial(10, np.full(10, 0.1), size=50)
    for draw in (0, 7):
        parts = [
            GRUNFELD[GRUNFELD["firm"] == g + 1].assign(copy=f"{g}/{i}")
            for g, times in enumerate(counts[draw])
            for i in range(times)
        ]
        again = qn.fit_panel(FORMULA, pd.concat(parts), absorb=["copy", "year"])
        np.testing.assert_allclose(found.replications.T[draw], again.params, rtol=1e-7)
    assert found.failed == 0


def test_pairs_bootstrap_comes_near_the_robust_errors() -> None:
    fit = qn.fit_panel(FORMULA, GRUNFELD)
    found = fit.bootstrap(draws=3000, seed=1)
    np.testing.assert_allclose(found.std_errors, fit.std_errors, rtol=0.1)
    assert found.conf_int().loc["value", "low"] < fit.params["value"]
    assert "pairs bootstrap" in found.summary().lower()


def test_resamples_without_a_solution_are_counted() -> None:
    frame = GRUNFELD.assign(d=(GRUNFELD["firm"] == 1).astype(float))
    found = qn.fit_panel("inv ~ value + d", frame, cluster="firm").bootstrap(draws=200, seed=0)
    assert 0 < found.failed < 200
    assert len(found.replications) == 200 - found.failed
    assert "had no solution" in found.summary()


def test_a_resample_of_grams_is_the_gram_of_the_resample() -> None:
    generator = np.random.default_rng(0)
    Z, codes = generator.standard_normal((60, 3)), np.repeat(np.arange(6), 10)
    counts = generator.multinomial(6, np.full(6, 1 / 6), size=3)
    for draw, gram in zip(counts, redraw_grams(gram_blocks(Z, codes), counts), strict=True):
        rows = np.concatenate([Z[codes == g] for g in range(6) for _ in range(draw[g])])
        np.testing.assert_allclose(gram, rows.T @ rows, rtol=1e-10, atol=1e-12)


def test_tables_without_a_solution_are_nan_and_leave_the_others_alone() -> None:
    good = np.diag([1.0, 2.0, 4.0]) + 0.1
    bad = good.copy()
    bad[2, :], bad[:, 2] = bad[1, :], bad[:, 1]
    bad[2, 2] = bad[1, 1]
    zero = np.zeros((3, 3))
    found = solve_grams(np.stack([good, bad, zero]), 0, [1, 2])
    np.testing.assert_allclose(found[0], np.linalg.solve(good[1:, 1:], good[1:, 0]))
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize("cluster", [None, "c"])
@pytest.mark.parametrize("offset", [1e3, 1e7])
def test_bootstrap_keeps_the_digits_of_nearly_dependent_columns(
    cluster: str | None, offset: float
) -> None:
    g = np.random.default_rng(5)
    frame = pd.DataFrame({"x": offset + g.standard_normal(60), "c": np.repeat(np.arange(12), 5)})
    frame["y"] = 2.0 * (frame["x"] - offset) + g.standard_normal(60)
    found = qn.fit_panel("y ~ x", frame, cluster=cluster).bootstrap(draws=20, seed=3)
    drawn = np.random.default_rng(3)
    if cluster is None:
        times = [np.bincount(picks, minlength=60) for picks in drawn.integers(0, 60, (20, 60))]
    else:
        times = [np.repeat(t, 5) for t in drawn.multinomial(12, np.full(12, 1 / 12), size=20)]
    for draw, counts in enumerate(times):
        again = qn.fit_panel("y ~ x", frame.iloc[np.repeat(np.arange(60), counts)])
        np.testing.assert_allclose(found.replications.T[draw], again.params, rtol=1e-8)


def _by_hand(*, exact: bool, fixed: float = 1.0) -> WildBootstrap:
    """Return two clusters of score one each, whose spread is the same in each draw."""
    signs = np.array([[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]])
    return WildBootstrap(
        estimate=1.0, fixed=fixed * np.eye(2), slope=np.zeros((2, 2)), moments=np.ones(2),
        lift=np.zeros(2), factor=2.0, draws=WildDraws(signs, exact),
    )  # fmt: skip


def test_a_wild_test_of_two_clusters_by_hand() -> None:
    wild = _by_hand(exact=True)
    # shifts 2, 0, 0 and -2 over the root of 2 (1 + 1); the sample's own error is the same 2
    np.testing.assert_allclose(wild.statistics(0.0), [1.0, 0.0, 0.0, -1.0], atol=1e-15)
    assert wild.error() == pytest.approx(2.0)
    for gap, beyond in ((2.0 + 1e-11, 2), (2.0 + 1e-6, 0), (2.0 - 1e-6, 2), (-2.0, 2), (0.0, 4)):
        assert wild.p_value(1.0 - gap) == beyond / 4
        assert _by_hand(exact=False).p_value(1.0 - gap) == (1 + beyond) / 5
    assert wild.interval(0.6) == pytest.approx((-1.0, 3.0), abs=1e-8)
    assert wild.interval(0.4) == pytest.approx((1.0, 1.0), abs=1e-8)  # half is below 0.6
    assert _by_hand(exact=False).interval(0.9) == (-np.inf, np.inf)  # a fifth is never below
    # a draw without spread is as far out as can be
    assert (_by_hand(exact=True, fixed=0.0).statistics(0.0) == np.inf).all()


def test_weights_are_those_of_rademacher_and_webb(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(groups: int, kind: str) -> WildDraws:
        return wild_weights(groups, kind=kind, draws=99, generator=np.random.default_rng(0))

    known = [-(1.5**0.5), -1.0, -(0.5**0.5), 0.5**0.5, 1.0, 1.5**0.5]
    np.testing.assert_allclose(np.unique(drawn(8, "webb").weights), known, rtol=1e-15)
    assert not drawn(3, "webb").exact
    assert np.unique(drawn(8, "rademacher").weights).tolist() == [-1.0, 1.0]
    assert drawn(2, "rademacher").weights.tolist() == [[1, -1, 1, -1], [1, 1, -1, -1]]
    monkeypatch.setattr(resampling, "_MOST_ENUMERATED", 3)
    assert (drawn(3, "rademacher").exact, drawn(4, "rademacher").exact) == (True, False)


def test_an_estimator_run_again_is_counted_where_it_fails_and_weighed_where_not() -> None:
    y = np.array([1.0, 3.0, 4.0, 6.0, 10.0])
    codes = np.array([2, 0, 0, 1, 1])

    def mean(rows: Codes, copies: Codes) -> Array:
        if len(set(copies.tolist())) == 3 and 0 not in rows:
            raise EstimationError("no")
        return np.array([y[rows].mean(), float(rows.size)])

    found = refit_bootstrap(mean, draws=40, generator=np.random.default_rng(1), codes=codes)
    assert found.failed > 0
    assert found.draws.shape == (40 - found.failed, 2)
    np.testing.assert_allclose(found.covariance, np.cov(found.draws.T), rtol=1e-12)
    # without the group of 3 and 4, of 6 and 10, of 1
    left = np.array([[17 / 3, 3.0], [8 / 3, 3.0], [23 / 4, 4.0]])
    jack = refit_jackknife(mean, np.array([4.8, 5.0]), codes)
    np.testing.assert_allclose(jack.draws, left, rtol=1e-12)
    assert jack.failed == 0
    two = refit_bootstrap(mean, draws=2, generator=np.random.default_rng(1), codes=codes)
    assert two.draws.shape == (2, 2)
    with pytest.raises(EstimationError, match="draws: 1; give a whole number of at least 2"):
        refit_bootstrap(mean, draws=1, generator=np.random.default_rng(1), codes=codes)
    gaps = np.array([4.8, 5.0]) - left
    np.testing.assert_allclose(jack.covariance, 2 / 3 * gaps.T @ gaps, rtol=1e-12)

    def never(rows: Codes, copies: Codes) -> Array:
        raise EstimationError("nothing varies")

    with pytest.raises(EstimationError, match="5 of 5 resamples have no solution"):
        refit_bootstrap(never, draws=5, generator=np.random.default_rng(1), codes=codes)
    with pytest.raises(EstimationError, match=r"without one of the 3 groups .*nothing varies"):
        refit_jackknife(never, np.zeros(2), codes)


def test_draws_in_parts_are_those_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    g = np.random.default_rng(4)
    grams = NestedGrams(gram_blocks(g.standard_normal((30, 3)), np.arange(30) % 5), 2)
    counts = g.multinomial(5, np.full(5, 0.2), size=11)
    whole = grams.coefficients(counts)
    assert whole.shape == (11, 2)
    monkeypatch.setattr(resampling, "_CELLS", 25)
    sizes: list[int] = []

    def noted(blocks: Array, times: Array) -> Array:
        sizes.append(len(times))
        return redraw_grams(blocks, times)

    monkeypatch.setattr(resampling, "redraw_grams", noted)
    np.testing.assert_allclose(grams.coefficients(counts), whole, rtol=1e-12)
    assert sizes == [3, 3, 3, 2]  # tables of 9 cells each, 99 in all: four parts


def test_rows_are_drawn_in_parts_that_fit_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    class Noting(np.random.Generator):
        sizes: ClassVar[list[object]] = []

        def integers(self, *args: Any, **kwargs: Any) -> Any:
            self.sizes.append(args[2])
            return super().integers(*args, **kwargs)

    mean = Regression(np.ones((4, 1)), np.array([2.0, -1.0, -1.0, 0.0]), np.eye(1) / 4)
    whole = bootstrap_coefficients(mean, B, draws=11, generator=np.random.default_rng(1))
    monkeypatch.setattr(resampling, "_CELLS", 25)
    generator = Noting(np.random.PCG64(1))
    found = bootstrap_coefficients(mean, B, draws=11, generator=generator)
    assert generator.sizes == [(6, 4), (5, 4)]
    np.testing.assert_allclose(found.draws, whole.draws, rtol=1e-12)


@pytest.mark.parametrize("unit", [1e-8, 1e8])
def test_resamples_with_crossing_effects_do_not_depend_on_units(unit: float) -> None:
    g = np.random.default_rng(6)
    crossing, cluster = np.arange(60) % 3, np.arange(60) // 15
    y, x = g.standard_normal(60), g.standard_normal((60, 2))
    counts = [[1, 1, 1, 1], [0, 2, 1, 1]]
    plain = nested_grams(y, x, [crossing], cluster).coefficients(counts)
    scaled = nested_grams(unit * y, x * [unit, 1.0], [crossing], cluster).coefficients(counts)
    np.testing.assert_allclose(scaled, plain * [1.0, unit], rtol=1e-8)
    w = g.uniform(0.5, 2.0, 60)
    weighted, other = (
        nested_grams(y, x, [crossing], cluster, weights=scale * w).coefficients(counts)
        for scale in (1.0, unit**2.5)
    )
    np.testing.assert_allclose(other, weighted, rtol=1e-8)


def test_the_first_value_that_is_not_finite_is_told() -> None:
    Z = np.ones((5, 3))
    Z[2, 1], Z[4, 0] = np.nan, np.inf
    with pytest.raises(EstimationError, match="column 1 is not finite at row 2; mend the value"):
        gram_blocks(Z, np.zeros(5, dtype=np.intp))


@pytest.mark.parametrize(("levels", "groups"), [(3, 4), (4, 3)])
def test_crossing_effects_are_redrawn_up_to_their_limits(
    levels: int, groups: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    g = np.random.default_rng(5)
    crossing, cluster = np.arange(60) % levels, np.arange(60) // (60 // groups)
    y, x = g.standard_normal(60), g.standard_normal((60, 1))
    for limit, most in (("_MOST_LEVELS", levels), ("_MOST_CELLS", groups * levels**2)):
        monkeypatch.setattr(resampling, limit, most)
        assert nested_grams(y, x, [crossing], cluster).regressors == 1
        monkeypatch.setattr(resampling, limit, most - 1)
        with pytest.raises(EstimationError, match=f"have {levels} levels.* redraw {groups} clust"):
            nested_grams(y, x, [crossing], cluster)
        monkeypatch.undo()


def test_two_resamples_that_are_solved_are_enough() -> None:
    e = np.array([2.0, -1.0, -1.0, 0.0])
    mean = Regression(np.ones((4, 1)), e, np.eye(1) / 4)
    found = bootstrap_coefficients(mean, np.ones(1), draws=2, generator=np.random.default_rng(1))
    assert found.failed == 0
    one, two = found.draws[:, 0]
    assert one != two
    assert (4 * found.draws).tolist() == (4 * found.draws).round().tolist()  # means of four wholes
    assert found.covariance[0, 0] == pytest.approx((one - two) ** 2 / 2)

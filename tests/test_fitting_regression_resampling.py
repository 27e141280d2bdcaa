"""Wild bootstrap, bootstrap, jackknife and Gram blocks against running every regression."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.arrays import Array
from quesnay.fitting.regression.resampling import (
    gram_blocks,
    prepare_wild,
    redraw_grams,
    solve_grams,
    wild_weights,
)

DATA = json.loads(
    (Path(__file__).parent / "reference" / "regression_diagnostics.json").read_text()
)["data"]
GRUNFELD = pd.DataFrame(DATA["grunfeld"])
FORMULA = "inv ~ value + capital"


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
        np.testing.assert_allclose(found.replications.loc[firm], rest.params, rtol=1e-8)
    cr3 = qn.fit_panel(FORMULA, GRUNFELD, absorb=absorb, cluster="firm", covariance="CR3")
    np.testing.assert_allclose(found.covariance, cr3.covariance, rtol=1e-9)


def test_jackknife_over_rows_equals_leaving_each_out() -> None:
    found = qn.fit_panel(FORMULA, GRUNFELD, absorb="firm").jackknife()
    for row in (0, 77, 199):
        rest = qn.fit_panel(FORMULA, GRUNFELD.drop(index=row), absorb="firm")
        np.testing.assert_allclose(found.replications.loc[row], rest.params, rtol=1e-9)


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
        np.testing.assert_allclose(found.replications.loc[draw], again.params, rtol=1e-7)
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
        np.testing.assert_allclose(found.replications.loc[draw], again.params, rtol=1e-8)

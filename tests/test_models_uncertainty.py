"""Bootstrap, Monte Carlo, sensitivity: right numbers, and no malformed input passes."""

import functools
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.sparse import csr_array

import quesnay as qn
from quesnay.fitting.simulation.inference import bootstrap_interval
from quesnay.models.uncertainty.bootstrap import BootstrapResult
from quesnay.models.uncertainty.fingerprints import fingerprint
from quesnay.models.uncertainty.monte_carlo import MonteCarloResult, checked_inputs, sources_of
from quesnay.models.uncertainty.running import columns_of, estimate_of, values_of
from quesnay.models.uncertainty.sensitivity import VarianceShares

U = np.linspace(0.001, 0.999, 57)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (qn.Normal(2.0, 0.5), stats.norm(2.0, 0.5)),
        (qn.LogNormal(3.0, 0.4), stats.lognorm(0.4, scale=3.0)),
        (qn.Uniform(-1.0, 4.0), stats.uniform(-1.0, 5.0)),
        (qn.Triangular(1.0, 2.0, 5.0), stats.triang(0.25, 1.0, 4.0)),
        (qn.TruncatedNormal(0.0, 1.0, low=-1.0, high=2.0), stats.truncnorm(-1.0, 2.0)),
        (qn.TruncatedNormal(0.0, 1.0, low=7.0, high=9.0), stats.truncnorm(7.0, 9.0)),
        (qn.TruncatedNormal(0.0, 1.0, low=-9.0, high=-7.0), stats.truncnorm(-9.0, -7.0)),
    ],
)
def test_quantiles_match_scipy(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(ours.quantile(U), theirs.ppf(U), rtol=1e-9)


def test_joint_normal_has_its_covariance_even_if_singular() -> None:
    covariance = np.array([[1.0, 1.0, 0.2], [1.0, 1.0, 0.2], [0.2, 0.2, 0.5]])
    out = qn.monte_carlo(
        lambda x: {k: x[k] for k in "abc"},
        {("a", "b", "c"): qn.JointNormal([1.0, 2.0, 3.0], covariance)},
        draws=40_000,
        seed=0,
    )
    assert np.abs(out.draws.cov().to_numpy() - covariance).max() < 0.02
    assert (out.draws["b"] - out.draws["a"] - 1.0).abs().max() < 1e-7


@pytest.mark.parametrize(
    "law",
    [
        lambda x: qn.JointNormal(x[0], [[1.0, 0.5], [0.5, 1.0]]),
        lambda x: qn.JointNormal([0.0, 1.0], x),
        lambda x: qn.Choice(x[0]),
        lambda x: qn.Choice([5.0, 7.0], x[1]),
        lambda x: qn.Empirical(x[0]),
    ],
)
def test_a_law_keeps_its_numbers_when_the_caller_changes_his(law: Any) -> None:
    numbers = np.array([[0.75, 0.25], [0.25, 0.75]])
    mine = law(numbers)
    u = np.random.default_rng(0).uniform(size=(20, 2))
    before = mine.quantile(u)
    numbers[:] = [[9.0, 8.0], [8.0, 9.0]]
    np.testing.assert_array_equal(mine.quantile(u), before)


def test_monte_carlo_of_a_sum_is_normal() -> None:
    out = qn.monte_carlo(
        lambda x: x["a"] + x["b"],
        {"a": qn.Normal(1.0, 3.0), "b": qn.Normal(2.0, 4.0)},
        draws=50_000,
        seed=1,
    )
    low, high = out.conf_int().iloc[0]
    assert out.estimate.iloc[0] == 3.0
    assert abs(high - (3.0 + 1.96 * 5.0)) < 0.2
    assert abs(low - (3.0 - 1.96 * 5.0)) < 0.2


def test_scalar_models_give_the_same_numbers() -> None:
    inputs = {"a": qn.Normal(1.0, 0.1), "b": qn.Uniform(0.0, 1.0)}
    fast = qn.monte_carlo(lambda x: {"y": x["a"] * x["b"]}, inputs, draws=50, seed=1)
    slow = qn.monte_carlo(
        lambda x: {"y": float(x["a"] * x["b"])}, inputs, draws=50, seed=1, vectorized=False
    )
    pd.testing.assert_frame_equal(fast.draws, slow.draws, check_exact=True)


def test_chunks_define_the_numbers_and_have_a_size_by_default() -> None:
    def drawn(draws: int, **chunk: Any) -> pd.DataFrame:
        return qn.monte_carlo(lambda x: x["a"], A, draws=draws, seed=2, **chunk).inputs

    def booted(draws: int, **chunk: Any) -> pd.DataFrame:
        return qn.bootstrap(np.mean, X, draws=draws, seed=2, **chunk).draws

    assert drawn(1010).equals(drawn(1010, chunk=1000))
    assert not drawn(1010).equals(drawn(1010, chunk=1001))
    assert booted(110).equals(booted(110, chunk=100))
    assert not booted(110).equals(booted(110, chunk=101))


def test_draws_that_are_not_finite_are_counted_and_shown() -> None:
    out = qn.monte_carlo(
        lambda x: {"y": np.where(x["a"] > 0.5, x["a"], np.nan) if len(x["a"]) > 1 else x["a"]},
        {"a": qn.Uniform(0.0, 1.0)},
        draws=1000,
        seed=0,
    )
    assert 400 < out.failed["y"] < 600
    assert "draws not finite, left out" in out.summary()


def test_bootstrap_error_of_the_mean() -> None:
    x = np.random.default_rng(0).normal(size=400)
    out = qn.bootstrap(np.mean, x, draws=4000, seed=0, jackknife=True)
    assert abs(out.std_errors.iloc[0] / (x.std() / 20.0) - 1.0) < 0.05
    for kind in ("percentile", "basic", "normal", "bca"):
        low, high = out.conf_int(kind=kind).iloc[0]
        assert abs((high - low) / (2 * 1.96 * x.std() / 20.0) - 1.0) < 0.08


def test_bca_matches_scipy() -> None:
    x = stats.expon.rvs(size=40, random_state=3)
    ours = qn.bootstrap(np.var, x, draws=6000, seed=0, jackknife=True)
    theirs = stats.bootstrap(
        (x,), np.var, method="BCa", n_resamples=6000, random_state=0, vectorized=False
    ).confidence_interval
    np.testing.assert_allclose(ours.conf_int(kind="bca").iloc[0], theirs, rtol=0.06)


def test_cluster_bootstrap_draws_whole_clusters() -> None:
    data = pd.DataFrame({"g": ["a", "a", "b", "c", "c", "c"], "x": [1.0, 1, 10, 100, 100, 100]})
    sizes = {"a": 2, "b": 1, "c": 3}

    def check(drawn: pd.DataFrame) -> float:
        for name, size in sizes.items():
            assert (drawn["g"].str[:1] == name).sum() % size == 0
            assert (drawn["g"] == name).sum() in {0, size}
        return float(drawn["x"].mean())

    out = qn.bootstrap(check, data, draws=200, cluster="g", seed=0)
    assert "3 clusters" in out.summary()
    labels = data["g"].iloc[::-1]  # another order: aligned by label
    again = qn.bootstrap(lambda d: d["x"].mean(), data, draws=200, cluster=labels, seed=0)
    assert set(again.draws["value"].round(6)) == set(out.draws["value"].round(6))


def _panel(labels: Any) -> pd.DataFrame:
    g = np.random.default_rng(np.random.SeedSequence(4))
    x = g.standard_normal(40)
    firm = pd.Series(labels).repeat(5).reset_index(drop=True)
    year = np.tile(np.arange(2000, 2005), 8)
    return pd.DataFrame({"firm": firm, "year": year, "x": x, "y": x + g.standard_normal(40)})


@pytest.mark.parametrize(
    "labels",
    [
        list("abcdefgh"),
        pd.Categorical(list("abcdefgh"), ordered=True),
        np.arange(120, 128).astype("int8"),
        np.arange(8) / 2,
        pd.array(range(8), dtype="Int64"),
    ],
)
def test_a_unit_drawn_twice_is_two_units(labels: Any) -> None:
    data = _panel(labels)

    def error(d: pd.DataFrame) -> dict[str, float]:
        fit = qn.fit_panel("y ~ x", d, absorb="firm", cluster="firm")
        # differences refuse a unit with two rows of one year
        steps = qn.fit_differences("y ~ x", d, unit="firm", time="year")
        return {"error": fit.std_errors["x"], "steps": steps.params["x"], "units": 1.0}

    def by_place(d: pd.DataFrame) -> dict[str, float]:
        return error(d.assign(firm=np.arange(len(d)) // 5))

    ours = qn.bootstrap(error, data, draws=40, cluster="firm", seed=1).draws
    theirs = qn.bootstrap(by_place, data, draws=40, cluster="firm", seed=1, relabel=False).draws
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    kept = qn.bootstrap(
        lambda d: d["firm"].nunique(), data, draws=40, cluster="firm", seed=1, relabel=False
    )
    assert kept.draws["value"].max() < 8  # all eight once: 8! / 8^8 = 0.2 %
    fresh = qn.bootstrap(lambda d: d["firm"].nunique(), data, draws=40, cluster="firm", seed=1)
    assert (fresh.draws["value"] == 8).all()


def test_labels_of_copies_that_cannot_be_made_are_refused() -> None:
    days = _panel(pd.date_range("2020-01-01", periods=8))
    with pytest.raises(qn.DataError, match=r"neither text nor numbers.*relabel=False"):
        qn.bootstrap(len, days, draws=5, cluster="firm", seed=0)
    assert len(qn.bootstrap(len, days, draws=5, cluster="firm", seed=0, relabel=False).draws) == 5
    mixed = _panel(["a", 1, *"cdefgh"])
    with pytest.raises(qn.DataError, match=r"such as 'a', are neither text nor numbers"):
        qn.bootstrap(len, mixed, draws=5, cluster="firm", seed=0)
    taken = _panel(["a", "a #2", *"cdefgh"])
    with pytest.raises(qn.DataError, match="another one with ' #' behind it"):
        qn.bootstrap(len, taken, draws=5, cluster="firm", seed=0)


def test_influence_names_the_unit() -> None:
    data = pd.Series([1.0, 1.0, 1.0, 50.0], index=["a", "b", "c", "outlier"])
    out = qn.bootstrap(lambda s: s.mean(), data, draws=50, seed=0, jackknife=True)
    assert out.influence["value"].abs().idxmax() == "outlier"
    with pytest.raises(qn.QuesnayError, match="jackknife=True"):
        _ = qn.bootstrap(lambda s: s.mean(), data, draws=50, seed=0).influence


def test_sobol_indices_of_the_ishigami_function() -> None:
    def ishigami(x: dict[str, Any]) -> dict[str, Any]:
        a = np.sin(x["x1"]) + 7.0 * np.sin(x["x2"]) ** 2
        return {"y": a + 0.1 * x["x3"] ** 4 * np.sin(x["x1"])}

    inputs = {f"x{k}": qn.Uniform(-np.pi, np.pi) for k in (1, 2, 3)}
    found = qn.variance_shares(ishigami, inputs, draws=60_000, seed=0)
    # Ishigami and Homma (1990); the analytic values for a = 7, b = 0.1.
    np.testing.assert_allclose(found.first.loc["y"], [0.3139, 0.4424, 0.0], atol=0.015)
    np.testing.assert_allclose(found.total.loc["y"], [0.5576, 0.4424, 0.2437], atol=0.015)


def test_tornado_ranks_and_moves_joint_inputs_together() -> None:
    found = qn.tornado(
        lambda x: {"y": x["a"] + 3 * x["b"] + x["c"]},
        {("a", "b"): qn.JointNormal([0, 0], [[1, 0], [0, 1]]), "c": qn.Uniform(0, 1)},
    )
    assert list(found.swings.index) == ["a, b", "c"]
    assert found.swings.loc["c", "swing"] == pytest.approx(0.95)


def one(x: Any) -> Any:
    return {"y": x["a"]}


def seven(x: Any) -> Any:
    return {f"y{k}": x["a"] for k in range(7)}


A = {"a": qn.Normal(0.0, 1.0)}
X = np.arange(6.0)
FRAME = pd.DataFrame({"g": [1, 1, 2, 2], "x": [1.0, 2, 3, 4]})
MALFORMED: list[tuple[Any, str]] = [
    (lambda: qn.Normal(np.nan, 1.0), "mean must be finite"),
    (lambda: qn.Normal("1", 1.0), "mean must be a number"),  # type: ignore[arg-type]
    (lambda: qn.Normal(0.0, -1.0), "sd must not be negative"),
    (lambda: qn.Uniform(2.0, 1.0), "low must not exceed high"),
    (lambda: qn.Uniform(0.0, np.inf), "high must be finite"),
    (lambda: qn.Triangular(0.0, 3.0, 2.0), "low <= mode <= high"),
    (lambda: qn.LogNormal(0.0, 1.0), "median must be positive"),
    (lambda: qn.TruncatedNormal(0.0, 1.0, low=1.0, high=1.0), "low must be below high"),
    (lambda: qn.TruncatedNormal(0.0, 1.0, low=50.0, high=60.0), "no mass"),
    (lambda: qn.TruncatedNormal(0.0, 0.0, low=0.0, high=1.0), "sd must be positive"),
    (lambda: qn.Choice(()), "at least one number"),
    (lambda: qn.Choice((1.0, 2.0), (0.5, 0.6)), "add to 1"),
    (lambda: qn.Choice((1.0, 2.0), (0.5,)), "2 values but 1 prob"),
    (lambda: qn.Choice(("a",)), "numbers expected"),  # type: ignore[arg-type]
    (lambda: qn.Empirical([1.0, np.nan]), "value 1 is nan"),
    (lambda: qn.Constant(True), "value must be a number"),
    (lambda: qn.JointNormal([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]]), "negative eigenvalue"),
    (lambda: qn.JointNormal([0.0, 0.0], [[1.0, 0.5], [0.4, 1.0]]), "symmetric"),
    (lambda: qn.JointNormal([0.0], [[1.0, 0.5], [0.5, 1.0]]), "must be 1 x 1"),
    (lambda: qn.JointNormal([0.0], [[np.nan]]), "not finite"),
    (lambda: qn.monte_carlo(one, {}, draws=5, seed=0), "at least one name"),
    (lambda: qn.monte_carlo(one, {"a": "b"}, draws=5, seed=0), "'a' is 'b'"),
    (lambda: qn.monte_carlo(one, {1: qn.Normal(0, 1)}, draws=5, seed=0), "names are text"),
    (lambda: qn.monte_carlo(one, {("a", "b"): qn.Normal(0, 1)}, draws=5, seed=0), "2 names"),
    (lambda: checked_inputs({("a", 1): qn.JointNormal([0, 0], np.eye(2))}), "names are text"),
    (
        lambda: qn.monte_carlo(
            one, {"a": 1, ("a", "b"): qn.JointNormal([0, 0], np.eye(2))}, draws=5, seed=0
        ),
        "given twice",
    ),
    (lambda: qn.monte_carlo(one, A, draws=0, seed=0), "draws must be a whole number of at least 1"),
    (lambda: qn.monte_carlo(one, A, draws=2.5, seed=0), "draws must be a whole"),  # type: ignore[arg-type]
    (lambda: qn.monte_carlo(one, A, draws=5, seed=-1), "seed must be"),
    (lambda: qn.monte_carlo(one, A, draws=5, seed=None), "seed must be"),  # type: ignore[arg-type]
    (
        lambda: qn.monte_carlo(one, A, draws=5, seed=0, jobs=0),
        "jobs must be a whole number of at least 1",
    ),
    (
        lambda: qn.monte_carlo(one, A, draws=5, seed=0, chunk=0),
        "chunk must be a whole number of at least 1",
    ),
    (lambda: qn.monte_carlo(one, A, draws=5, seed=0, client="here"), "dask.distributed Client"),
    (lambda: qn.monte_carlo("model", A, draws=5, seed=0), "model must be a function"),  # type: ignore[arg-type]
    (lambda: qn.monte_carlo(lambda x: x["z"], A, draws=5, seed=0), "KeyError: 'z'"),
    (lambda: qn.monte_carlo(lambda x: {}, A, draws=5, seed=0), "empty mapping"),
    (lambda: qn.monte_carlo(lambda x: "text", A, draws=5, seed=0), "numbers expected"),
    (lambda: qn.monte_carlo(lambda x: np.zeros((3, 2)), A, draws=5, seed=0), "first axis"),
    (
        lambda: qn.monte_carlo(lambda x: {f"y{len(x['a'])}": x["a"]}, A, draws=5, seed=0),
        "same names at every call",
    ),
    (lambda: qn.monte_carlo(one, A, draws=5, seed=0).conf_int(95), "95 is no coverage"),
    (lambda: qn.monte_carlo(one, A, draws=5, seed=0).quantiles([2.0]), "quantile level"),
    (lambda: qn.bootstrap(np.mean, [1.0, 2.0], draws=5, seed=0), "DataFrame, Series or array"),
    (lambda: qn.bootstrap(np.mean, np.array([1.0]), draws=5, seed=0), "at least two"),
    (lambda: qn.bootstrap("mean", X, draws=5, seed=0), "statistic must be a function"),  # type: ignore[arg-type]
    (lambda: qn.bootstrap(lambda x: np.nan, X, draws=5, seed=0), "not finite on the data"),
    (lambda: qn.bootstrap(len, FRAME, draws=5, cluster="h", seed=0), "no column 'h'"),
    (lambda: qn.bootstrap(len, X, draws=5, cluster="g", seed=0), "column name of a DataFrame"),
    (lambda: qn.bootstrap(len, X, draws=5, cluster=[1, 2], seed=0), "2 labels for 6 rows"),
    (lambda: qn.bootstrap(len, X, draws=5, cluster=[1] * 6, seed=0), "only one cluster"),
    (
        lambda: qn.bootstrap(len, X, draws=5, cluster=[1, 2, None, 1, 1, 2], seed=0),
        "row 2 has no label",
    ),
    (
        lambda: qn.bootstrap(len, FRAME, draws=5, cluster=pd.Series([1, 2]), seed=0),
        "each row of the data exactly once",
    ),
    (lambda: qn.bootstrap(np.mean, X, draws=5, seed=0).conf_int(kind="x"), "interval kind"),
    (lambda: qn.bootstrap(np.mean, X, draws=5, seed=0).conf_int(kind="bca"), "jackknife=True"),
    (lambda: qn.tornado(lambda x: {"y": 1.0, "z": 2.0}, A), "name one"),
    (lambda: qn.tornado(seven, A), "has 7 figures; name one: ['y0', 'y1', 'y2', 'y3', 'y4', 'y5']"),
    (lambda: qn.tornado(one, A, figure="why"), "no figure 'why'"),
    (
        lambda: qn.tornado(seven, A, figure="z"),
        "no figure 'z'; it has ['y0', 'y1', 'y2', 'y3', 'y4', 'y5']",
    ),
    (lambda: qn.variance_shares(one, A, seed=0, groups={"g": ["b"]}), "no input 'b'"),
    (lambda: qn.variance_shares(one, A, seed=0, groups={}), "'a' is in no group"),
    (
        lambda: qn.variance_shares(one, A, seed=0, groups={"g": ["a"], "h": ["a"]}),
        "is in 'g' and 'h'",
    ),
]


@pytest.mark.parametrize(("call", "message"), MALFORMED)
def test_malformed_input_is_one_clear_line(call: Any, message: str) -> None:
    with pytest.raises(qn.QuesnayError) as caught:
        call()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "jackknife", "low", "high"),
    [
        ("percentile", None, 2.0, 4.0),
        ("basic", None, 1.0, 3.0),  # 2 x 2.5 less the quartiles
        ("normal", None, 2.0 - 0.6744897502 * 2.5**0.5, 2.0 + 0.6744897502 * 2.5**0.5),
        ("bca", [1.0, 2.0, 3.0], 1.475059, 3.266512),
        ("bca", [0.0, 0.0, 3.0], 1.427216, 3.248035),
    ],
)
def test_intervals_of_five_draws_by_hand(
    kind: str, jackknife: list[float] | None, low: float, high: float
) -> None:
    # BCa: two of five draws lie below 2.5, so z0 = -0.253347; the jackknife 0, 0, 3 has the
    # acceleration -6 / (6 x 6^1.5) = -0.068041, a symmetric one none
    draws = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    found = bootstrap_interval(
        draws,
        np.array([2.5]),
        level=0.5,
        kind=kind,
        jackknife=None if jackknife is None else np.array(jackknife)[:, None],
    )
    assert found[0] == pytest.approx([low, high], abs=2e-6)


def test_a_tie_with_the_estimate_counts_half_and_one_draw_has_no_interval() -> None:
    draws = np.array([[1.0, 1.0], [2.0, np.nan], [3.0, np.nan], [4.0, np.nan], [5.0, np.nan]])
    options: dict[str, Any] = {
        "level": 0.5,
        "kind": "bca",
        "jackknife": np.tile([1.0, 2.0, 3.0], (2, 1)).T,
    }
    found = bootstrap_interval(draws, np.array([3.0, 1.0]), **options)
    assert found[0] == pytest.approx([2.0, 4.0])  # no bias: the percentile interval
    assert np.isnan(found[1]).all()
    outside = bootstrap_interval(draws[:, :1], np.array([5.5]), **{**options, "jackknife": draws})
    assert np.isnan(outside).all()


def test_interval_of_draws_that_all_failed_is_missing() -> None:
    out = bootstrap_interval(np.full((9, 1), np.nan), np.zeros(1), level=0.95, kind="percentile")
    assert np.isnan(out).all()


def test_two_draws_are_the_fewest_of_an_interval_and_a_statistic_without_is_passed_over() -> None:
    draws = np.array([[1.0, np.nan], [3.0, 5.0], [np.nan, np.nan]])[:, [1, 0]]
    out = bootstrap_interval(draws, np.array([5.0, 2.0]), level=0.5, kind="percentile")
    assert np.isnan(out[0]).all()
    assert out[1].tolist() == [1.5, 2.5]  # a quarter of the way from each end


def test_inputs_are_kept_as_the_model_got_them() -> None:
    seen: list[dict[str, np.ndarray]] = []

    def model(x: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        seen.append(x)
        return {"y": x["a"] + x["v"].sum(axis=1) + x["b"]}

    inputs = {
        "a": qn.Uniform(0, 1),
        "v": qn.JointNormal([0.0, 1.0], np.eye(2)),
        ("b", "c"): qn.JointNormal([0.0, 1.0], np.eye(2)),
    }
    out = qn.monte_carlo(model, inputs, draws=30, seed=3, chunk=10)
    kept = out.input_arrays()
    for name in ("a", "v", "b", "c"):
        np.testing.assert_array_equal(kept[name], np.concatenate([x[name] for x in seen[1:]]))
    np.testing.assert_array_equal(model(kept)["y"], out.draws["y"])


def test_shares_of_the_variance_add_to_one_for_every_figure_that_varies() -> None:
    found = qn.variance_shares(
        lambda x: {"y": x["a"] * x["b"], "still": 0.0 * x["a"]},
        {"a": qn.Normal(1, 1), "b": qn.Normal(1, 0.5)},
        draws=2048,
        seed=0,
    )
    assert found.shares.loc["y"].sum() == pytest.approx(1.0)
    assert found.shares.loc["still"].isna().all()
    assert found.total.loc["y"].sum() > 1.0  # interactions count twice there


NUMBERS = pd.DataFrame({"u": np.arange(9.0), "v": np.arange(9.0) ** 2})


def test_what_a_model_returns_may_carry_its_names() -> None:
    inputs = {"a": qn.Normal(1.0, 0.1), "b": qn.Uniform(0.0, 1.0)}
    named = qn.monte_carlo(
        lambda x: {"sum": x["a"] + x["b"], "product": x["a"] * x["b"]}, inputs, draws=300, seed=1
    )
    framed = qn.monte_carlo(
        lambda x: pd.DataFrame({"sum": x["a"] + x["b"], "product": x["a"] * x["b"]}),
        inputs,
        draws=300,
        seed=1,
    )
    pd.testing.assert_frame_equal(framed.draws, named.draws, check_exact=True)
    one_by_one = qn.monte_carlo(
        lambda x: pd.Series({"sum": x["a"] + x["b"], "product": x["a"] * x["b"]}),
        inputs,
        draws=300,
        seed=1,
        vectorized=False,
    )
    pd.testing.assert_frame_equal(one_by_one.draws, named.draws, check_exact=True)


def test_names_in_another_order_are_put_right() -> None:
    calls = []

    def means(data: pd.DataFrame) -> pd.Series:
        calls.append(len(data))
        return data.mean().iloc[::-1] if len(calls) % 2 else data.mean()

    turning = qn.bootstrap(means, NUMBERS, draws=200, seed=3)
    straight = qn.bootstrap(lambda data: data.mean(), NUMBERS, draws=200, seed=3)
    assert list(turning.draws) == ["v", "u"]
    pd.testing.assert_frame_equal(turning.draws[["u", "v"]], straight.draws, check_exact=True)


def test_the_covariance_of_draws_is_numpys_and_a_seed_may_be_a_sequence() -> None:
    out = qn.bootstrap(lambda data: data.mean(), NUMBERS, draws=500, seed=5)
    np.testing.assert_allclose(out.covariance, np.cov(out.draws.to_numpy().T), rtol=1e-12)
    np.testing.assert_allclose(np.sqrt(np.diag(out.covariance)), out.std_errors, rtol=1e-12)
    # the mean of nine rows: its variance is that of the rows over nine
    np.testing.assert_allclose(out.covariance, np.cov(NUMBERS.T, ddof=0) / 9, rtol=0.15)
    same = qn.bootstrap(
        lambda data: data.mean(),
        NUMBERS,
        draws=500,
        seed=np.random.SeedSequence(5),  # type: ignore[arg-type]
    )
    pd.testing.assert_frame_equal(same.draws, out.draws, check_exact=True)


def test_bca_is_missing_where_all_draws_lie_on_one_side() -> None:
    # a resample of 20 rows holds fewer than 20 different ones
    out = qn.bootstrap(
        lambda x: len(np.unique(x)), np.arange(20.0), draws=200, seed=1, jackknife=True
    )
    assert out.conf_int(kind="bca").isna().all(axis=None)
    assert float(out.conf_int().to_numpy()[0, 1]) < 20


@pytest.mark.parametrize(
    "rows",
    [
        pd.period_range("2000", periods=9, freq="Y"),
        pd.MultiIndex.from_product([list("abc"), [1, 2, 3]]),
        pd.Index([1, "b", (2, 3), *range(4, 10)], dtype=object),
    ],
)
def test_labels_of_clusters_align_with_rows_of_the_same_labels_only(rows: pd.Index) -> None:
    data = NUMBERS.set_axis(rows)
    labels = pd.Series(list("aabbccdde"), rows)
    out = qn.bootstrap(lambda d: d["u"].mean(), data, cluster=labels[::-1], draws=50, seed=1)
    plain = qn.bootstrap(lambda d: d["u"].mean(), data, cluster=list("aabbccdde"), draws=50, seed=1)
    pd.testing.assert_frame_equal(out.draws, plain.draws, check_exact=True)
    for other in (pd.Index([f"row {i}" for i in range(9)]), pd.RangeIndex(20, 29)):
        with pytest.raises(qn.DataError, match="does not hold each row of the data exactly once"):
            qn.bootstrap(np.mean, data, cluster=labels.set_axis(other), draws=50, seed=1)


def test_the_figure_of_a_tornado_and_the_groups_of_inputs_are_named() -> None:
    inputs = {name: qn.Normal(0.0, size) for name, size in {"a": 1.0, "b": 2.0, "c": 2.0}.items()}

    def model(x: Any) -> Any:
        return {"sum": x["a"] + x["b"] + x["c"], "first": 3.0 * x["a"]}

    swings = qn.tornado(model, inputs, figure="first").swings["swing"]
    assert swings["a"] > 0
    assert swings[["b", "c"]].tolist() == [0.0, 0.0]
    found = qn.variance_shares(
        model, inputs, draws=4096, seed=0, groups={"one": ["a"], "others": ["b", "c"]}
    )
    # of the variance of a sum, 1 + 4 + 4
    first = found.first.loc["sum"]
    assert first["others"] == pytest.approx(8 / 9, abs=0.03)
    assert first["one"] == pytest.approx(1 / 9, abs=0.03)


def test_tables_of_draws_by_hand() -> None:
    draws = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0, 5.0], "b": [2.0, np.inf, 4.0, np.nan, 6.0]})
    drawn = MonteCarloResult(draws, draws, pd.Series({"a": 3.5, "b": 4.5}))
    (table,) = drawn.tables()
    # a quantile p of n draws lies (n - 1) p steps above the lowest: 0.1 above 1, 0.05 x 2 above 2
    ends = [[1.1, 4.9], [2.1, 5.9]]
    root = 2.5**0.5
    expected = [[3.5, 3.0, root, *ends[0]], [4.5, 4.0, 2.0, *ends[1]]]
    assert list(table.frame.columns) == ["estimate", "mean", "sd", "low", "high"]
    np.testing.assert_allclose(table.frame.to_numpy(float), expected)
    assert table.notes == (
        "5 draws; estimate at the median of every input; 95 % interval.",
        "b: 2 draws not finite, left out.",
    )
    np.testing.assert_allclose(drawn.conf_int(0.5), [[2.0, 4.0], [3.0, 5.0]])
    np.testing.assert_allclose(drawn.quantiles([0.0, 1.0]), [[1.0, 5.0], [2.0, 6.0]])
    usual = drawn.quantiles()
    assert list(usual) == [0.025, 0.25, 0.5, 0.75, 0.975]
    np.testing.assert_allclose(usual.loc["a"], [1.1, 2.0, 3.0, 4.0, 4.9])
    left_out = pd.DataFrame({"a": [3.0, 4.0], "b": [5.0, 4.0]}, index=["u", "v"])
    booted = BootstrapResult(pd.Series({"a": 3.5, "b": 4.5}), draws, "31 clusters", left_out)
    (table,) = booted.tables()
    expected = [[3.5, -0.5, root, *ends[0]], [4.5, -0.5, 2.0, *ends[1]]]
    assert list(table.frame.columns) == ["estimate", "bias", "std_error", "low", "high"]
    np.testing.assert_allclose(table.frame.to_numpy(float), expected)
    assert table.notes[0] == "5 draws of 31 clusters; 95 % percentile interval."
    assert table.notes[1:] == ("b: 2 draws not finite, left out.",)
    np.testing.assert_allclose(booted.influence, [[-0.5, 0.5], [0.5, -0.5]])
    normal = booted.conf_int(0.5, kind="normal")
    np.testing.assert_allclose(normal.loc["a"], 4.0 + root * 0.6744897502 * np.array([-1.0, 1.0]))


def test_one_input_at_a_time_by_hand() -> None:
    def model(x: dict[str, Any]) -> dict[str, Any]:
        return {"y": 2.0 * x["a"] - x["b"], "z": x["b"]}

    inputs = {"a": qn.Uniform(0.0, 1.0), "b": qn.Uniform(0.0, 4.0)}
    found = qn.tornado(model, inputs, figure="y", level=0.5)
    # medians 0.5 and 2; quartiles 0.25 and 0.75, 1 and 3
    assert found.center == -1.0
    assert list(found.swings.index) == ["b", "a"]
    np.testing.assert_allclose(found.swings, [[0.0, -2.0, 2.0], [-1.5, -0.5, 1.0]])
    (table,) = found.tables()
    assert table.title == "y: one input at a time"
    assert table.notes == ("All other inputs at the median (-1); 50 % of each.",)
    shares = qn.variance_shares(model, inputs, seed=1)
    alone, whole = shares.tables()
    # variances 4/12 and 16/12 of 20/12: a fifth and four fifths, without interaction
    for one in (alone, whole):
        np.testing.assert_allclose(one.frame, [[0.2, 0.8], [0.0, 1.0]], atol=0.05)
        assert one.notes == ("Jansen estimators, two samples of 4096 draws.",)
        assert "%" in one.to_text().splitlines()[3]


def test_clusters_are_one_label_a_row() -> None:
    for odd in (np.zeros((4, 2)), "k"):
        with pytest.raises(qn.DataError, match="cluster must be a column name of a DataFrame, or"):
            qn.bootstrap(np.mean, np.arange(4.0), draws=5, seed=0, cluster=odd)


def test_labels_of_copies_say_which_copy_they_are() -> None:
    seen: set[tuple[object, ...]] = set()

    def look(data: pd.DataFrame) -> int:
        seen.add(tuple(data["firm"]))
        return 1

    data = pd.DataFrame({"firm": ["a", "b", "b", "c"]})
    qn.bootstrap(look, data, draws=60, cluster="firm", seed=3)
    assert ("a", "a #2", "a #3") in seen
    assert ("b", "b", "a", "b #2", "b #2") in seen
    assert ("c", "a", "c #2") in seen
    seen.clear()
    qn.bootstrap(look, data.assign(firm=[5, 7, 7, 9]), draws=60, cluster="firm", seed=3)
    assert {(5, 10, 11), (9, 5, 10)} <= seen
    texts = data.astype("string")
    kinds: set[Any] = set()

    def kind(drawn: pd.DataFrame) -> int:
        kinds.add(drawn["firm"].dtype)
        return 1

    qn.bootstrap(kind, texts, draws=9, cluster="firm", seed=3)
    assert kinds == {texts["firm"].dtype}


def test_what_draws_say_by_hand() -> None:
    draws = pd.DataFrame({"a": [1.0, 2.0, 6.0, np.nan], "b": [3.0, 1.0, 2.0, np.inf]})
    out = BootstrapResult(pd.Series({"a": 2.0, "b": 3.0}), draws, "5 rows")
    assert out.failed.to_dict() == {"a": 1, "b": 1}
    assert out.std_errors.to_dict() == pytest.approx({"a": 7.0**0.5, "b": 1.0})
    assert out.bias.to_dict() == pytest.approx({"a": 1.0, "b": -1.0})
    assert out.covariance.loc["a", "b"] == pytest.approx(-0.5)  # (-2, -1, 3) by (1, -1, 0), over 2
    (table,) = out.tables()
    assert list(table.frame) == ["estimate", "bias", "std_error", "low", "high"]
    assert table.notes == (
        "4 draws of 5 rows; 95 % percentile interval.",
        "a: 1 draws not finite, left out.",
        "b: 1 draws not finite, left out.",
    )
    drawn = MonteCarloResult(draws, draws, out.estimate)
    assert drawn.tables()[0].frame["mean"].to_dict() == {"a": 3.0, "b": 2.0}
    assert drawn.tables()[0].notes[1:] == table.notes[1:]
    with pytest.raises(qn.QuesnayError, match="influence needs the jackknife"):
        assert out.influence is None
    whole = BootstrapResult(out.estimate, draws.head(3), "5 rows", pd.DataFrame({"a": [5.0]}))
    assert len(whole.tables()[0].notes) == 1
    assert whole.influence.loc[0, "a"] == 3.0


def test_clusters_of_labels_in_any_order_are_left_out_one_at_a_time() -> None:
    data = pd.DataFrame({"x": [1.0, 2.0, 3.0, 6.0]}, list("pqrs"))
    labels = pd.Series(["v", "u", "v", "w"], list("srqp"))  # p is w, q is v, r is u, s is v
    for given in (labels, ["w", "v", "u", "v"]):
        out = qn.bootstrap(
            lambda d: d["x"].mean(), data, draws=9, cluster=given, seed=0, jackknife=True
        )
        assert out.drawn == "3 clusters"
        assert out.left_out is not None
        assert out.left_out["value"].to_dict() == pytest.approx({"w": 11 / 3, "v": 2.0, "u": 3.0})
    array = qn.bootstrap(np.mean, np.array([1.0, 2.0]), draws=9, seed=0, jackknife=True)
    assert array.drawn == "2 rows"
    assert array.influence["value"].tolist() == [0.5, -0.5]
    bare = qn.bootstrap(np.mean, np.array([1.0, 3.0]), draws=9, cluster=labels.head(2), seed=0)
    assert bare.drawn == "2 clusters"  # an array has no labels: the rows are taken in order


LABELS = pd.Series(list("aab"), [0, 1, 2])
ROWS = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
CLUSTERS: dict[str, tuple[Any, Any, str]] = {
    "no data": ([1.0, 2.0], None, "data must be a DataFrame, Series or array, got list"),
    "a number": (np.array(1.0), None, "data must be a DataFrame, Series or array"),
    "one row": (ROWS.head(1), None, "data have 1 rows; a bootstrap needs at least two"),
    "twice": (ROWS, LABELS.set_axis([0, 1, 1]), "does not hold each row of the data exactly once"),
    "other rows": (ROWS, LABELS.set_axis([1, 2, 3]), "does not hold each row of the data exactly"),
    "short": (ROWS, ["a", "b"], "cluster: 2 labels for 3 rows"),
    "a matrix": (ROWS, [["a"], ["b"], ["c"]], "cluster must be a column name of a DataFrame, or"),
    "a name of none": (ROWS["x"], "x", "cluster must be a column name of a DataFrame, or one"),
    "no column": (ROWS, "y", "cluster: no column 'y' in the data"),
    "missing": (ROWS, ["a", None, None], "cluster: row 1 has no label; fill or drop it first"),
    "one": (ROWS, ["a"] * 3, "cluster: only one cluster .'a'.; at least two needed"),
}


@pytest.mark.parametrize("case", CLUSTERS)
def test_units_that_cannot_be_drawn_are_refused(case: str) -> None:
    data, cluster, message = CLUSTERS[case]
    with pytest.raises(qn.DataError, match=message):
        qn.bootstrap(len, data, draws=5, cluster=cluster, seed=0)
    assert len(qn.bootstrap(len, ROWS.head(2), draws=3, cluster=["a", "b"], seed=0).draws) == 3


def test_a_checkpoint_of_copies_with_other_labels_is_refused(tmp_path: Path) -> None:
    data = pd.DataFrame({"firm": ["a", "b"], "x": [1.0, 2.0]})
    options: dict[str, Any] = {"draws": 5, "cluster": "firm", "seed": 0}
    qn.bootstrap(_mean_of_x, data, **options, checkpoint=tmp_path / "run")
    with pytest.raises(qn.QuesnayError, match="relabel"):
        qn.bootstrap(_mean_of_x, data, **options, relabel=False, checkpoint=tmp_path / "run")


def test_a_checkpoint_of_columns_with_other_names_is_refused(tmp_path: Path) -> None:
    data = pd.DataFrame({"x": [1.0, 2.0, 6.0], "z": [2.0, 1.0, 6.0]})  # of equal means
    options: dict[str, Any] = {"draws": 5, "seed": 0, "checkpoint": tmp_path / "new" / "run"}
    first = qn.bootstrap(_mean_of_x, data, **options)
    assert qn.bootstrap(_mean_of_x, data.copy(), **options).draws.equals(first.draws)
    with pytest.raises(qn.QuesnayError, match=r"checkpoints of another run .data is"):
        qn.bootstrap(_mean_of_x, data.set_axis(["z", "x"], axis=1), **options)


def _mean_of_x(data: pd.DataFrame) -> float:
    return float(data["x"].mean())


def test_shares_of_the_variance_add_to_one_where_a_figure_varies() -> None:
    total = pd.DataFrame([[0.5, -0.1, 0.3], [0.0, 0.0, -0.2]], ["y", "z"], list("abc"))
    found = VarianceShares(total, total, 9).shares
    np.testing.assert_allclose(found, [[0.625, 0.0, 0.375], [np.nan] * 3], rtol=1e-12)


RETURNED: list[tuple[Any, int, list[str], list[list[float]]]] = [
    (2.0, 3, ["value"], [[2.0]] * 3),
    (2.0, 1, ["value"], [[2.0]]),
    (np.array([1.0, 2.0, 3.0]), 3, ["value"], [[1.0], [2.0], [3.0]]),
    (np.array([1.0, 2.0, 3.0]), 1, ["value_0", "value_1", "value_2"], [[1.0, 2.0, 3.0]]),
    (np.array([[1.0, 2.0], [3.0, 4.0]]), 2, ["value_0", "value_1"], [[1.0, 2.0], [3.0, 4.0]]),
    ({"a": 1.0, "b": np.array([2.0, 3.0])}, 2, ["a", "b"], [[1.0, 2.0], [1.0, 3.0]]),
    (pd.DataFrame({"a": [1.0, 2.0]}), 2, ["a"], [[1.0], [2.0]]),
    (pd.Series([1.0, 2.0], ["a", "b"]), 1, ["a", "b"], [[1.0, 2.0]]),
    (pd.Series([1.0, 2.0], ["a", "b"]), 2, ["value"], [[1.0], [2.0]]),
]


@pytest.mark.parametrize("case", range(len(RETURNED)))
def test_what_a_function_returns_becomes_rows_of_draws(case: int) -> None:
    returned, rows, names, values = RETURNED[case]
    labels = columns_of(returned, rows=rows, owner="it")
    assert list(labels) == names
    found = values_of(returned, labels, rows=rows, owner="it")
    assert found.tolist() == values


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ({}, "it returned an empty mapping; at least one number expected"),
        ({"a": 1.0, "b": [1.0, 2.0]}, r"it, 'b' returned shape \(2,\) for 3 draws; one number a"),
        ({"a": "x"}, "it, 'a' returned 'x'; numbers expected"),
        (np.ones((2, 3)), r"it returned shape \(2, 3\) for 3 draws; the first axis must be the dr"),
        (np.ones((3, 0)), r"it returned shape \(3, 0\) for 3 draws"),
        (np.ones((3, 1, 1)), r"it returned shape \(3, 1, 1\) for 3 draws"),
        (pd.Series([1.0, 2.0]), r"it returned shape \(1, 2\) for 3 draws"),
    ],
)
def test_what_is_no_row_of_draws_is_refused(returned: Any, message: str) -> None:
    with pytest.raises(qn.QuesnayError, match=message):
        columns_of(returned, rows=3, owner="it")


def test_figures_are_taken_by_their_names_at_every_call() -> None:
    labels = pd.Index(["a", "b"])
    for turned in ({"b": 2.0, "a": 1.0}, pd.DataFrame({"b": [2.0], "a": [1.0]})):
        assert values_of(turned, labels, rows=1, owner="it").tolist() == [[1.0, 2.0]]
    for other in ({"a": 1.0}, {"a": 1.0, "c": 2.0}, {"a": 1.0, "b": 2.0, "c": 3.0}):
        with pytest.raises(
            qn.QuesnayError, match=r"it returned \['a'.*after \['a', 'b'\]; it must"
        ):
            values_of(other, labels, rows=1, owner="it")
    assert estimate_of({"a": 1.0}, owner="it")[1].tolist() == [1.0]
    with pytest.raises(qn.QuesnayError, match="it 'b' is not finite on the data as given"):
        estimate_of({"a": 1.0, "b": np.inf}, owner="it")


def test_a_checkpoint_of_the_mean_is_none_of_the_median(tmp_path: Path) -> None:
    data = np.array([1.0, 2.0, 4.0, 5.0])
    options: dict[str, Any] = {"draws": 5, "seed": 0}
    qn.bootstrap(np.mean, data, **options, checkpoint=tmp_path / "run")
    with pytest.raises(qn.QuesnayError, match=r"checkpoints of another run .statistic is"):
        qn.bootstrap(np.median, data, **options, checkpoint=tmp_path / "run")
    qn.bootstrap(lambda x: x.mean(), data, **options, checkpoint=tmp_path / "method")
    with pytest.raises(qn.QuesnayError, match=r"checkpoints of another run .statistic is"):
        qn.bootstrap(lambda x: x.std(), data, **options, checkpoint=tmp_path / "method")


_CUT = {"high": 2.0}


def _above(x: Any) -> Any:
    return x > _CUT["high"]


def _adding(number: Any) -> Any:
    return lambda x: x + number


_FRAME = pd.DataFrame({"a": [1.0, 2.0]})


class _Paid:
    def __init__(self, rate: float) -> None:
        self._rate = rate

    def wages(self, x: Any) -> Any:
        return x * self._rate


def test_a_checkpoint_knows_what_its_model_calls_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run() -> MonteCarloResult:  # 0 at the median, whatever the limit
        return qn.monte_carlo(lambda x: {"share": 1.0 * _above(x["a"])}, {"a": qn.Normal(0, 1)},
                              draws=200, seed=0, checkpoint=tmp_path / "run")  # fmt: skip

    first = run().draws["share"].mean()
    assert run().draws["share"].mean() == first  # goes on
    monkeypatch.setitem(_CUT, "high", 1.0)
    with pytest.raises(qn.QuesnayError, match=r"checkpoints of another run .model is"):
        run()
    monkeypatch.setitem(_CUT, "high", 2.0)
    assert run().draws["share"].mean() == first
    monkeypatch.setitem(globals(), "_above", lambda x: x > 1.0)
    with pytest.raises(qn.QuesnayError, match=r"checkpoints of another run .model is"):
        run()


def test_a_fingerprint_changes_with_what_a_function_rests_on() -> None:
    def only(*, rate: float) -> Any:
        def times(x: Any, *, by: float = rate) -> Any:
            return x * by

        return times

    def again(x: Any) -> Any:
        return again(x - 1) if x else x

    makers: list[Any] = [
        lambda: again, lambda: only(rate=2.0), lambda: only(rate=3.0), lambda: _Paid,
        lambda: _Paid(0.3), lambda: _Paid(0.3).wages, lambda: _Paid(0.4).wages,
        lambda: functools.cache(_adding(1.0)), lambda: functools.cache(_adding(2.0)),
        lambda: _adding(_adding(1.0)), lambda: _adding(_adding), lambda: _adding(1.0),
        lambda: _adding(2.0), lambda: _adding([1.0]), lambda: _adding({"a": 2.0}),
        lambda: _adding({"a": 1.0}), lambda: _adding({"a", "b"}), lambda: _adding({"a", "c"}),
        lambda: _adding(_FRAME), lambda: _adding(_FRAME + 1), lambda: _adding(object()),
        lambda: _adding(pd.Index(range(200))), lambda: _adding(pd.Index([*range(199), 7])),
        lambda: _adding(csr_array([[0.0, 1.0]])), lambda: _adding(csr_array([[0.0, 2.0]])),
        lambda: _adding(csr_array([[1.0, 0.0]])), lambda: _adding(np), lambda: _adding(pd),
    ]  # fmt: skip
    for make in makers:
        assert fingerprint(make()) == fingerprint(make())
    early = fingerprint(later := lambda x: x if x else unset(x))
    unset: Any = _above
    assert fingerprint(later) != early
    typed: dict[str, Any] = {"__name__": "__main__", "_CUT": 2.0}  # in a notebook
    above = FunctionType(_above.__code__, typed)
    before = fingerprint(above)
    typed["_CUT"] = 3.0
    assert fingerprint(above) != before
    assert len({fingerprint(make()) for make in makers}) == len(makers)


def test_what_is_installed_counts_by_its_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(estimate_of)
    monkeypatch.setitem(estimate_of.__globals__, "columns_of", len)
    assert fingerprint(estimate_of) == before


def test_a_fingerprint_changes_with_every_part() -> None:
    same: list[tuple[Any, Any]] = [
        (qn.Normal(0, 1), qn.Normal(0, 1)), (_FRAME, _FRAME.copy()),
        ({"a": [1, 2]}, {"a": [1, 2]}), (np.arange(3.0), np.arange(3.0)),
    ]  # fmt: skip
    for one, other in same:
        assert fingerprint(one) == fingerprint(other)
        assert len(fingerprint(one)) == 16
    parts: list[Any] = [
        lambda x: x - 1.0, lambda x: x + 1.5, lambda x: x.mean(),
        lambda x: x.median(), lambda x: x[0, 1], lambda x: x[0, 2], lambda x: x in {"a", "b"},
        lambda x: x in {"a", "c"}, lambda x, of=1: x[of], lambda x, of=2: x[of],
        lambda x: sorted(x, key=lambda y: -y), lambda x: sorted(x, key=lambda y: ~y),
        len, max, np.mean, np.median, np.exp, np.log,
        partial(np.quantile, q=0.5), partial(np.var, ddof=1), partial(np.var, ddof=0),
        qn.Normal(0, 1), qn.Normal(1, 0), qn.LogNormal(1, 0), _FRAME,
        _FRAME.set_axis(["A"], axis=1), _FRAME.set_axis([1, 2]), _FRAME + 1, np.arange(4.0),
        np.arange(4), np.arange(4.0)[None], np.array(["a", 1], object), {"a": 1}, {"b": 1},
        {"a": 2}, [1, 2], [12], ["1", "2"], "12",
    ]  # fmt: skip
    assert len({fingerprint(part) for part in parts}) == len(parts)
    assert fingerprint("a", "b") != fingerprint("ab", "")


def test_inputs_of_a_vector_and_of_groups_are_named() -> None:
    joint = qn.JointNormal([1.0, 2.0], np.eye(2))
    inputs: dict[Any, Any] = {"v": joint, ("b", "c"): joint, "d": qn.Uniform(0, 1), "e": 3}
    drawn = qn.monte_carlo(lambda x: {"y": x["d"] + x["e"]}, inputs, draws=4, seed=0)
    assert list(drawn.inputs) == ["v[0]", "v[1]", "b", "c", "d", "e"]
    arrays = drawn.input_arrays()
    assert list(arrays) == ["v", "b", "c", "d", "e"]
    assert (arrays["v"].shape, arrays["b"].shape) == ((4, 2), (4,))
    np.testing.assert_array_equal(arrays["d"] + 3.0, drawn.draws["y"])
    checked = checked_inputs(inputs)
    assert sources_of(checked, None) == {"v": ("v",), "b, c": ("b", "c"), "d": ("d",), "e": ("e",)}
    groups: dict[str, Any] = {"one": ["d", "v"], "two": ["c", "b", "e"]}
    assert sources_of(checked, groups) == {"one": ("d", "v"), "two": ("c", "b", "e")}
    for wrong, message in (
        ({"one": ["d", "v", "b"], "two": ["c", "e"]}, "groups: b, c are drawn jointly; keep them"),
        ({"one": ["d", "v"], "two": ["b", "c"]}, "groups: input 'e' is in no group"),
        ({**groups, "three": ["d"]}, "groups: input 'd' is in 'one' and 'three'"),
        ({**groups, "three": []}, "groups: 'three' is .*give a list of at least one input"),
        ({"one": ["f"]}, "groups: no input 'f'"),
        (["d"], "groups: expected a mapping of sources to names"),
    ):
        with pytest.raises(qn.QuesnayError, match=message):
            sources_of(checked, wrong)  # type: ignore[arg-type]

"""Cluster bootstrap under absorbed effects against regressions on repeated, relabelled rows."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.regression.resampling import nested_grams

FORMULA = "y ~ x + z"
NESTED = ("p:s", "p:t")
CROSSING = ("s:t",)


def _panel(seed: int = 0, kept: float = 0.9) -> pd.DataFrame:
    """Eight clusters p of four sectors s over five years t, unbalanced, with large levels."""
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([range(8), range(4), range(5)], names=["p", "s", "t"])
    frame = grid.to_frame(index=False)
    level = 100.0 * frame["p"] + 30.0 * frame["s"] * frame["t"]
    frame["x"] = level + rng.standard_normal(len(frame))
    frame["z"] = rng.standard_normal(len(frame))
    frame["w"] = rng.uniform(0.1, 10.0, len(frame))
    frame["y"] = 0.5 * frame["x"] - frame["z"] + 7.0 * level + rng.standard_normal(len(frame))
    rows = np.flatnonzero(rng.random(len(frame)) < kept)
    return frame.iloc[rows].reset_index(drop=True)


def _counts(groups: int, draws: int, seed: int) -> npt.NDArray[np.int64]:
    chances = np.full(groups, 1.0 / groups)
    return np.random.default_rng(seed).multinomial(groups, chances, size=draws)


def _repeated(frame: pd.DataFrame, cluster: str, times: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Rows of the drawn clusters, each copy under a label of its own."""
    parts = [
        frame[frame[cluster] == g].assign(copy=f"{g}/{i}")
        for g, count in zip(np.unique(frame[cluster]), times, strict=True)
        for i in range(count)
    ]
    return pd.DataFrame(pd.concat(parts, ignore_index=True))


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize(
    ("absorb", "relabelled"),
    [
        (("p:s", "s:t", "p:t"), ("copy:s", "s:t", "copy:t")),
        (("p:s", "t"), ("copy:s", "t")),
        (("p:s", "p:t", "s", "t"), ("copy:s", "copy:t", "s", "t")),
        (("s", "t"), ("s", "t")),
        (("s:t",), ("s:t",)),
        (("p:s", "s"), ("copy:s", "s")),
    ],
)
def test_draws_equal_regressions_on_repeated_rows(
    absorb: tuple[str, ...], relabelled: tuple[str, ...], weights: str | None
) -> None:
    frame = _panel()
    options = {"weights": weights, "singletons": "keep"}
    fit = qn.fit_panel(FORMULA, frame, absorb=absorb, cluster="p", **options)  # type: ignore[arg-type]
    found = fit.bootstrap(draws=40, seed=5)
    assert found.failed == 0
    for draw, times in enumerate(_counts(8, 40, 5)[:15]):
        rows = _repeated(frame, "p", times)
        again = qn.fit_panel(FORMULA, rows, absorb=relabelled, **options)  # type: ignore[arg-type]
        np.testing.assert_allclose(found.replications.loc[draw], again.params, rtol=1e-8)


def test_effects_that_are_larger_than_the_clusters_are_estimated_anew() -> None:
    frame = _panel(3, kept=1.0)
    fit = qn.fit_panel(FORMULA, frame, absorb=["p:s", "t"], cluster="t")
    found = fit.bootstrap(draws=30, seed=2)
    for draw, times in enumerate(_counts(5, 30, 2)[:10]):
        if (times > 0).sum() > 1:
            again = qn.fit_panel(FORMULA, _repeated(frame, "t", times), absorb=["p:s", "copy"])
            np.testing.assert_allclose(found.replications.loc[draw], again.params, rtol=1e-8)


@pytest.mark.parametrize("absorb", [("p:s", "s:t", "p:t"), ("p",), ("p:s", "t"), ("s:t",)])
def test_draws_that_leave_nothing_to_vary_are_counted_and_shown(absorb: tuple[str, ...]) -> None:
    frame = _panel(kept=1.0)
    frame["z"] = np.where(frame["p"] == 0, frame["z"], 0.0)
    fit = qn.fit_panel(FORMULA, frame, absorb=absorb, cluster="p")
    found = fit.bootstrap(draws=300, seed=1)
    without = int((_counts(8, 300, 1)[:, 0] == 0).sum())
    assert found.failed == without
    assert len(found.replications) == 300 - without
    assert f"{without} resamples had no solution" in found.summary()


def test_a_regressor_that_crossing_effects_explain_in_a_draw_is_a_lost_draw() -> None:
    frame = _panel(kept=1.0)
    level = 3.0 * frame["t"] + frame["s"] * frame["t"] % 7
    frame["z"] = level + np.where(frame["p"] == 0, frame["z"], 0.0)
    counts = _counts(8, 200, 4)[:, 0]
    only = int(((counts == 0) | (counts == 8)).sum())
    for formula in (FORMULA, "y ~ z"):
        fit = qn.fit_panel(formula, frame, absorb=["p:s", "s:t"], cluster="p")
        assert fit.bootstrap(draws=200, seed=4).failed == only


def test_the_grams_of_levels_and_of_deviations_agree() -> None:
    frame = _panel(1)
    codes = [
        frame.groupby(name.split(":")).ngroup().to_numpy().astype(np.intp)
        for name in (*NESTED, *CROSSING)
    ]
    cluster, counts = frame["p"].to_numpy(), _counts(8, 20, 0)
    raw = nested_grams(
        frame["y"].to_numpy(), frame[["x", "z"]].to_numpy(), codes, cluster
    ).coefficients(counts)
    fit = qn.fit_panel(FORMULA, frame, absorb=(*NESTED, *CROSSING), cluster="p", singletons="keep")
    np.testing.assert_allclose(fit.bootstrap(draws=20, seed=0).replications, raw, rtol=1e-7)


def test_too_many_crossing_levels_are_refused() -> None:
    rows = np.arange(12_000)  # three rows a unit, one a period
    frame = pd.DataFrame({"u": rows % 4_000, "t": rows // 4_000, "x": np.sin(rows * 1.0)})
    frame["y"] = frame["x"] + np.cos(rows * 3.0)
    fit = qn.fit_panel("y ~ x", frame, absorb="u", cluster="t")
    with pytest.raises(qn.EstimationError, match="4000 levels, too many to redraw 3 clusters"):
        fit.bootstrap(draws=10)


def test_the_diagnosis_shows_bootstrap_errors_where_effects_cross_clusters() -> None:
    fit = qn.fit_panel(FORMULA, _panel(), absorb=(*NESTED, *CROSSING), cluster="p")
    found = fit.diagnose(draws=99, seed=3)
    errors = fit.bootstrap(draws=99, seed=3).std_errors
    np.testing.assert_allclose(found.errors.frame["bootstrap"], errors, rtol=1e-12)
    assert "cluster bootstrap, 0 draws lost" in found.errors.note

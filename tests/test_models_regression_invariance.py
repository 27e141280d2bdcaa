"""What must not change a regression: order, units, labels, splitting, what is nested."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn

SEEDS = st.integers(0, 10_000)
UNITS = st.sampled_from([1e-9, 1e-3, 2.54, 1e4, 1e12])

MODELS: dict[str, dict[str, Any]] = {
    "classical": {"covariance": "classical"},
    "HC3": {"covariance": "HC3", "absorb": "u"},
    "CR1": {"covariance": "CR1", "absorb": ["u", "t"], "cluster": "u"},
    "CR2": {"covariance": "CR2", "absorb": "s", "cluster": "u"},
    "CR3": {"covariance": "CR3", "absorb": ["u", "s"], "cluster": "u"},
    "two-way": {"covariance": "CR1", "cluster": ["u", "t"]},
    "periods": {"covariance": "Driscoll-Kraay", "absorb": "u", "time": "t"},
    "weighted": {"covariance": "CR2", "absorb": ["u", "t"], "cluster": "u", "weights": "w"},
}


def panel(seed: int) -> pd.DataFrame:
    """Return nine units over seven times, unbalanced, with sectors s that cross both."""
    g = np.random.default_rng(np.random.SeedSequence(seed))
    kept = np.sort(g.choice(63, 55, replace=False))
    data = pd.DataFrame({"u": kept // 7, "t": kept % 7, "s": g.integers(0, 4, 55)})
    data["x"] = g.standard_normal(55) + 0.3 * data["u"]
    data["z"] = g.uniform(1.0, 2.0, 55)
    data["w"] = g.uniform(0.2, 5.0, 55)
    data["y"] = data["x"] - data["z"] + data["u"] + g.standard_normal(55)
    return data


def same(one: qn.PanelFit, two: qn.PanelFit, scale: Mapping[str, float] | None = None) -> None:
    """Assert equal slopes (up to units), t statistics, degrees of freedom and fit."""
    for term in ("x", "z"):
        unit = (scale or {}).get(term, 1.0)
        assert two.params[term] == pytest.approx(unit * one.params[term], rel=1e-8, abs=0.0)
        assert two.tstats[term] == pytest.approx(one.tstats[term], rel=1e-7)
        assert two.df[term] == pytest.approx(one.df[term], rel=1e-7)
    assert two.df_resid == one.df_resid


def fit(data: pd.DataFrame, formula: str = "y ~ x + z", **options: Any) -> qn.PanelFit:
    return qn.fit_panel(formula, data, **options)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=12, deadline=None)
@given(seed=SEEDS)
def test_order_of_rows_columns_and_terms_does_not_matter(name: str, seed: int) -> None:
    data, options = panel(seed), MODELS[name]
    one = fit(data, **options)
    shuffled = data.sample(frac=1.0, random_state=seed)[[*reversed(data.columns)]]
    two = fit(shuffled, "y ~ z + x", **options)
    same(one, two)
    np.testing.assert_allclose(two.resid[one.index], one.resid, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=12, deadline=None)
@given(seed=SEEDS, y=UNITS, x=UNITS, z=UNITS)
def test_units_of_measurement_do_not_matter(
    name: str, seed: int, y: float, x: float, z: float
) -> None:
    data, options = panel(seed), MODELS[name]
    scaled = data.assign(y=data["y"] * y, x=data["x"] * x, z=data["z"] * z)
    same(fit(data, **options), fit(scaled, **options), {"x": y / x, "z": y / z})


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=12, deadline=None)
@given(seed=SEEDS)
def test_names_of_groups_do_not_matter(name: str, seed: int) -> None:
    data, options = panel(seed), MODELS[name]
    g = np.random.default_rng(seed)
    names = {"u": g.permutation(9), "s": g.permutation(4)}
    renamed = {c: data[c].map({i: f"省{k}" for i, k in enumerate(v)}) for c, v in names.items()}
    same(fit(data, **options), fit(data.assign(**renamed, t=data["t"] + 1990), **options))


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=12, deadline=None)
@given(seed=SEEDS, shift=st.sampled_from([-100.0, 3.0, 1e4]))
def test_the_zero_of_a_scale_does_not_matter(name: str, seed: int, shift: float) -> None:
    data, options = panel(seed), MODELS[name]
    same(
        fit(data, **options), fit(data.assign(x=data["x"] + shift, y=data["y"] - shift), **options)
    )


@pytest.mark.parametrize("name", ["CR1", "two-way", "weighted", "classical"])
@settings(max_examples=12, deadline=None)
@given(seed=SEEDS, unit=UNITS)
def test_the_scale_of_weights_does_not_matter(name: str, seed: int, unit: float) -> None:
    data, options = panel(seed), {**MODELS[name], "weights": "w"}
    same(fit(data, **options), fit(data.assign(w=data["w"] * unit), **options))


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, absorb=st.sampled_from([(), ("u",), ("u", "t"), ("s",)]))
def test_a_weight_split_over_equal_rows_gives_the_same_slopes_and_clustered_errors(
    seed: int, absorb: tuple[str, ...]
) -> None:
    data = panel(seed)
    parts = np.random.default_rng(seed).integers(1, 4, len(data))
    split = data.loc[data.index.repeat(parts)]
    split = split.assign(w=split["w"] / np.repeat(parts, parts)).reset_index(drop=True)
    options: dict[str, Any] = {"absorb": absorb, "cluster": "u", "weights": "w"}
    options |= {"covariance": "CR0", "singletons": "keep"}
    one, two = fit(data, **options), fit(split, **options)
    np.testing.assert_allclose(two.params, one.params, rtol=1e-9)
    np.testing.assert_allclose(two.covariance, one.covariance, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("covariance", ["classical", "HC1", "HC2", "HC3"])
@settings(max_examples=12, deadline=None)
@given(seed=SEEDS, weights=st.sampled_from([None, "w"]))
def test_absorbed_effects_equal_dummies(covariance: str, seed: int, weights: str | None) -> None:
    data = panel(seed)
    options: dict[str, Any] = {"covariance": covariance, "weights": weights}
    dummies = fit(data, "y ~ x + z + C(u) + C(t)", **options)
    same(fit(data, absorb=["u", "t"], singletons="keep", **options), dummies)


@pytest.mark.parametrize("covariance", ["classical", "HC3", "CR1", "CR3"])
@settings(max_examples=12, deadline=None)
@given(seed=SEEDS, groups=st.integers(2, 5))
def test_effects_nested_in_others_change_nothing(covariance: str, seed: int, groups: int) -> None:
    data = panel(seed)
    data["region"] = data["u"] % groups
    cluster = "t" if covariance.startswith("CR") else None
    options: dict[str, Any] = {"covariance": covariance, "cluster": cluster}
    one = fit(data, absorb="u", **options)
    same(one, fit(data, absorb=["u", "region"], **options))
    same(one, fit(data, absorb=["region", "u"], **options))

"""Properties that hold for every input: invariances, dualities, round trips. Inputs shrink."""

import math
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from hypothesis.extra import numpy as nps

import quesnay as qn
from quesnay.diagnostics.audit.figures import printed_interval, unit_of
from quesnay.diagnostics.reproduction.own_data import read_own
from quesnay.diagnostics.reproduction.study import load_study, study_text
from quesnay.models.expressions import evaluate, read_arithmetic, read_tokens
from quesnay.models.inputs import rounding_interval

from .corpus_inputs import study_of, toml_text
from .random_tables import random_table

few = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEEDS = st.integers(0, 5000)
SIZES = st.integers(2, 6)
SCALES = st.sampled_from([1e-6, 0.01, 3.0, 1e5])
POSITIVE = st.floats(0.1, 100.0)


def square(n: int) -> Any:
    return nps.arrays(float, (n, n), elements=POSITIVE)


# --- input-output tables


@few
@given(SEEDS, SIZES)
def test_output_is_leontief_times_demand_and_ghosh_times_value_added(seed: int, n: int) -> None:
    table = random_table(seed, n)
    x = table.x.to_numpy()
    np.testing.assert_allclose(table.leontief().to_numpy() @ table.f.to_numpy(), x, rtol=1e-10)
    np.testing.assert_allclose(table.v.to_numpy() @ table.ghosh().to_numpy(), x, rtol=1e-10)


@few
@given(SEEDS, SIZES)
def test_ghosh_is_leontief_in_other_prices(seed: int, n: int) -> None:
    table = random_table(seed, n)
    x = table.x.to_numpy()
    dual = table.leontief().to_numpy() * x / x[:, None]
    np.testing.assert_allclose(table.ghosh(), dual, rtol=1e-9, atol=1e-12)


@few
@given(SEEDS, SIZES)
def test_value_added_multipliers_are_one_in_a_closed_table(seed: int, n: int) -> None:
    found = random_table(seed, n).multipliers(account="value_added")
    np.testing.assert_allclose(found.to_numpy(), 1.0, rtol=1e-10)


@few
@given(SEEDS, SIZES, st.sampled_from(["lists", "fortran", "strided", "objects"]))
def test_memory_layout_and_type_of_arrays_do_not_matter(seed: int, n: int, form: str) -> None:
    table = random_table(seed, n)
    Z, f, v = table.Z.to_numpy(), table.f.to_numpy(), table.v.to_numpy()
    wide = np.zeros((2 * n, 2 * n))
    wide[::2, ::2] = Z
    shaped: dict[str, Any] = {
        "lists": Z.tolist(),
        "fortran": np.asfortranarray(Z),
        "strided": wide[::2, ::2],
        "objects": Z.astype(object),
    }
    found = qn.InputOutputTable(shaped[form], f, v).leontief().to_numpy()
    assert np.array_equal(found, qn.InputOutputTable(Z, f, v).leontief().to_numpy())


@few
@given(SEEDS, SIZES, st.floats(-0.5, 2.0))
def test_prices_are_linear_in_the_change(seed: int, n: int, change: float) -> None:
    table = random_table(seed, n)
    one, other = table.prices(1.0)["change"], table.prices(change)["change"]
    np.testing.assert_allclose(other, change * one, rtol=1e-9, atol=1e-12)


# --- balancing


@few
@given(st.data(), st.integers(2, 5))
def test_ras_meets_its_margins_and_keeps_cross_ratios(data: Any, n: int) -> None:
    seed = data.draw(square(n))
    target = data.draw(square(n))
    made = np.asarray(qn.ras(seed, target.sum(axis=1), target.sum(axis=0)).table)
    np.testing.assert_allclose(made.sum(axis=1), target.sum(axis=1), rtol=1e-7)
    np.testing.assert_allclose(made.sum(axis=0), target.sum(axis=0), rtol=1e-7)
    ratio = made * np.roll(made, (1, 1), (0, 1)) / np.roll(made, 1, 0) / np.roll(made, 1, 1)
    own = seed * np.roll(seed, (1, 1), (0, 1)) / np.roll(seed, 1, 0) / np.roll(seed, 1, 1)
    np.testing.assert_allclose(ratio, own, rtol=1e-6)


@few
@given(st.data(), st.integers(2, 5), SCALES)
def test_ras_does_not_see_the_scale_of_its_seed(data: Any, n: int, scale: float) -> None:
    seed, target = data.draw(square(n)), data.draw(square(n))
    margins = target.sum(axis=1), target.sum(axis=0)
    one, other = qn.ras(seed, *margins).table, qn.ras(scale * seed, *margins).table
    np.testing.assert_allclose(other, one, rtol=1e-7)


@few
@given(st.data(), st.integers(2, 5))
def test_gras_of_a_positive_seed_is_ras(data: Any, n: int) -> None:
    seed, target = data.draw(square(n)), data.draw(square(n))
    margins = target.sum(axis=1), target.sum(axis=0)
    np.testing.assert_allclose(
        qn.gras(seed, *margins).table, qn.ras(seed, *margins).table, rtol=1e-6
    )


# --- regressions


def sample(seed: int, n: int = 40) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(draw.standard_normal((n, 3)), columns=["x", "z", "e"])
    frame["g"] = draw.integers(0, 6, n).astype(str)
    frame["w"] = draw.integers(1, 4, n).astype(float)
    return frame.assign(y=1 + 2 * frame["x"] - frame["z"] + frame["e"])


@few
@given(SEEDS)
def test_a_coefficient_is_that_of_residuals_on_residuals(seed: int) -> None:
    """Frisch, Waugh and Lovell."""
    frame = sample(seed)
    whole = qn.fit_panel("y ~ x + z", frame).params["x"]
    parts = {name: qn.fit_panel(f"{name} ~ z", frame).resid.to_numpy() for name in ("y", "x")}
    own = qn.fit_panel("y ~ x - 1", pd.DataFrame(parts)).params["x"]
    assert own == pytest.approx(whole, rel=1e-8)


@few
@given(SEEDS)
def test_residuals_are_orthogonal_to_the_regressors(seed: int) -> None:
    frame = sample(seed)
    rest = qn.fit_panel("y ~ x + z", frame).resid.to_numpy()
    assert abs(rest.sum()) < 1e-9
    assert abs(rest @ frame["x"].to_numpy()) < 1e-9


@few
@given(SEEDS)
def test_whole_weights_give_the_slopes_of_repeated_rows(seed: int) -> None:
    frame = sample(seed)
    repeated = frame.loc[frame.index.repeat(frame["w"].astype(int))].reset_index(drop=True)
    one = qn.fit_panel("y ~ x + z", frame, weights="w").params
    np.testing.assert_allclose(one, qn.fit_panel("y ~ x + z", repeated).params, rtol=1e-8)


@few
@given(SEEDS, SCALES, st.sampled_from(["classical", "HC1", "HC2", "HC3"]))
def test_errors_scale_with_the_outcome(seed: int, scale: float, covariance: str) -> None:
    frame = sample(seed)
    one = qn.fit_panel("y ~ x + z", frame, covariance=covariance)
    other = qn.fit_panel("y ~ x + z", frame.assign(y=scale * frame["y"]), covariance=covariance)
    np.testing.assert_allclose(other.std_errors, scale * one.std_errors, rtol=1e-8)


@few
@given(SEEDS, st.sampled_from(["classical", "HC1", "HC3"]))
def test_rows_in_another_order_give_the_same_fit(seed: int, covariance: str) -> None:
    frame = sample(seed)
    mixed = frame.sample(frac=1.0, random_state=seed)
    one, other = (qn.fit_panel("y ~ x + z", f, covariance=covariance) for f in (frame, mixed))
    np.testing.assert_allclose(other.covariance, one.covariance, rtol=1e-8, atol=1e-14)


@few
@given(SEEDS)
def test_a_covariance_is_symmetric_and_has_no_negative_direction(seed: int) -> None:
    found = qn.fit_panel("y ~ x + z", sample(seed), cluster="g").covariance.to_numpy()
    np.testing.assert_allclose(found, found.T)
    assert np.linalg.eigvalsh(found)[0] > -1e-12


@few
@given(SEEDS, st.sampled_from(["float32", "Int64", "float64"]))
def test_the_type_of_a_column_does_not_matter(seed: int, kind: str) -> None:
    frame = sample(seed).assign(x=lambda f: (8 * f["x"]).round())
    one = qn.fit_panel("y ~ x + z", frame).params
    other = qn.fit_panel("y ~ x + z", frame.astype({"x": kind})).params
    np.testing.assert_allclose(other, one, rtol=1e-12)


@few
@given(SEEDS)
def test_prediction_of_the_sample_is_the_fit(seed: int) -> None:
    frame = sample(seed)
    fit = qn.fit_panel("y ~ x + z", frame)
    np.testing.assert_allclose(fit.predict(frame), fit.fitted, rtol=1e-12)


# --- printed figures, units, formulas


@given(st.decimals(-(10**6), 10**6, places=3), st.integers(0, 3))
def test_a_printed_figure_holds_every_number_that_prints_so(value: Decimal, places: int) -> None:
    printed = str(round(value, places))
    low, high = rounding_interval(printed)
    slack = 1e-12 * max(1.0, abs(float(value)))
    assert low - slack <= float(value) <= high + slack


@given(st.integers(0, 10**9), st.integers(0, 3))
def test_thousands_may_stand_apart_by_commas(value: int, places: int) -> None:
    plain = f"{value / 10**places:.{places}f}"
    assert printed_interval(f"{Decimal(plain):,}") == printed_interval(plain)


@given(st.integers(1, 999), st.sampled_from(["", "0", "00"]))
def test_a_trailing_zero_makes_a_figure_ten_times_as_sharp(value: int, zeros: str) -> None:
    low, high = rounding_interval(f"{value}.{value}{zeros}")
    digits = len(f"{value}{zeros}")
    assert high - low == pytest.approx(10.0**-digits, rel=1e-6)


@given(
    st.sampled_from(["", "1", "10", "100", "1,000"]),
    st.sampled_from(["", "million", "billion", "trillion"]),
    st.sampled_from(["CNY", "persons", "USD"]),
)
def test_units_multiply(number: str, size: str, base: str) -> None:
    found = unit_of(" ".join(filter(None, [number, size, base])), where="T18")
    sizes = {"": 1.0, "million": 1e6, "billion": 1e9, "trillion": 1e12}
    assert found.scale == pytest.approx(float(number.replace(",", "") or 1) * sizes[size])
    assert found.base == base


def arithmetic(depth: int = 3) -> Any:
    leaf = st.sampled_from(["a", "b", "2", "0.5"])
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*/"), inner).map(
                lambda p: f"({p[0]} {p[1]} {p[2]})"
            ),
            inner.map(lambda p: f"(-{p})"),
        ),
        max_leaves=2**depth,
    )


@given(arithmetic(), st.floats(0.5, 2.0), st.floats(0.5, 2.0))
def test_arithmetic_means_what_it_means_in_python(text: str, a: float, b: float) -> None:
    try:
        expected = float(eval(text, {"a": a, "b": b}))
    except ZeroDivisionError:
        assume(False)
    assume(math.isfinite(expected) and abs(expected) < 1e9)
    tree = read_arithmetic(read_tokens(text))
    with np.errstate(all="ignore"):
        found = evaluate(tree, {"a": np.array([a]), "b": np.array([b])})
    assert float(np.asarray(found).ravel()[0]) == pytest.approx(expected, rel=1e-9, abs=1e-9)


# --- studies and own data


WORDS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=30)


@few
@given(WORDS.filter(lambda text: text.strip()))
def test_any_text_of_a_study_comes_back_as_it_was_written(tmp_path: Path, text: str) -> None:
    assume(text.isprintable())
    path = tmp_path / "my.toml"
    path.write_text(study_of({"set": {"study/title": toml_text(text)}}), encoding="utf-8")
    assert load_study(path).study.title == text


@few
@given(st.lists(st.integers(1, 100), min_size=2, max_size=6, unique=True))
def test_the_order_of_sections_does_not_matter(tmp_path: Path, order: list[int]) -> None:
    parsed = tomllib.loads(study_text("caict_2020"))
    names = sorted(parsed, key=lambda name: (hash_of(name, order), name))
    text = "\n".join(f"{name} = {toml_text(parsed[name])}" for name in names)
    (tmp_path / "my.toml").write_text(text, encoding="utf-8")
    assert load_study(tmp_path / "my.toml") == load_study("caict_2020")


def hash_of(name: str, order: list[int]) -> int:
    return order[len(name) % len(order)]


@few
@given(st.lists(st.tuples(st.integers(1900, 2100), POSITIVE), min_size=1, max_size=8,
                unique_by=lambda row: row[0]), st.sampled_from([",", ";", "\t"]))  # fmt: skip
def test_own_numbers_come_back_to_the_last_digit(
    tmp_path: Path, rows: list[tuple[int, float]], separator: str
) -> None:
    lines = [["code", "year", "employed"], *(["A", str(y), repr(v)] for y, v in rows)]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(separator.join(line) for line in lines), encoding="utf-8")
    frame = read_own(str(path), "employment")
    assert list(zip(frame["year"], frame["employed"], strict=True)) == rows


# --- growth, uncertainty, reconciliation


@few
@given(st.lists(POSITIVE, min_size=3, max_size=10), st.floats(0.02, 0.5))
def test_a_capital_stock_is_additive_in_investment(flow: list[float], rate: float) -> None:
    years = range(2000, 2000 + len(flow))
    one = pd.Series(flow, years)
    stocks = [
        qn.perpetual_inventory(s, depreciation=rate, initial=0.0) for s in (one, 2 * one, 3 * one)
    ]
    np.testing.assert_allclose(stocks[0] + stocks[1], stocks[2], rtol=1e-10)


@few
@given(POSITIVE, POSITIVE, POSITIVE)
def test_reconciled_values_meet_the_identity_and_right_ones_stay(
    a: float, b: float, error: float
) -> None:
    values = pd.Series({"a": a, "b": b, "c": a + b + error - 0.1})
    made = qn.reconcile(values, ["a + b = c"], std_errors=values)
    x = made.tidy().set_index("term")["estimate"]
    assert x["a"] + x["b"] == pytest.approx(x["c"], rel=1e-9)
    right = pd.Series({"a": a, "b": b, "c": a + b})
    kept = qn.reconcile(right, ["a + b = c"], std_errors=values).tidy()["estimate"]
    np.testing.assert_allclose(kept, right, rtol=1e-9)

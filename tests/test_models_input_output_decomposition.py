"""Structural decomposition: exactness, agreement of methods, zeros and signs."""

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn
from quesnay.fitting.tables import decomposition
from quesnay.fitting.tables.decomposition import lmdi_terms, log_mean

from .random_tables import random_table

METHODS = ["average", "all", "lmdi"]
FACTORS = [
    ("A", "f"),
    ("v", "A", "f"),
    ("A", "structure", "level"),
    ("v", "A", "structure", "mix", "level"),
]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(METHODS), st.sampled_from(FACTORS), st.booleans())
def test_effects_add_up_exactly(
    seed: int, method: str, factors: tuple[str, ...], negative: bool
) -> None:
    start, end = random_table(seed), random_table(seed + 1, negative=negative)
    found = qn.structural_decomposition(start, end, method=method, factors=factors)
    assert found.residual <= 1e-12
    account = (end.v - start.v) if "v" in factors else end.x - start.x
    np.testing.assert_allclose(found.change, account, rtol=1e-9, atol=1e-9)
    assert list(found.effects.columns) == [
        name for name in ("v", "A", "f", "structure", "mix", "level") if name in factors
    ]


def test_two_polar_average_is_the_textbook_formula() -> None:
    start, end = random_table(1), random_table(2)
    inverses = [np.linalg.inv(np.eye(4) - t.A.to_numpy()) for t in (start, end)]
    f = [t.f.to_numpy() for t in (start, end)]
    found = qn.structural_decomposition(start, end)
    np.testing.assert_allclose(
        found.effects["A"], 0.5 * (inverses[1] - inverses[0]) @ (f[0] + f[1]), atol=1e-10
    )
    np.testing.assert_allclose(
        found.effects["f"], 0.5 * (inverses[0] + inverses[1]) @ (f[1] - f[0]), atol=1e-10
    )


def test_all_orders_is_the_mean_of_every_order_counted_one_by_one() -> None:
    start, end = random_table(3), random_table(4)
    found = qn.structural_decomposition(start, end, method="all", factors=("v", "A", "f"))
    pairs = [
        (start.v / start.x, end.v / end.x),
        (np.linalg.inv(np.eye(4) - start.A), np.linalg.inv(np.eye(4) - end.A)),
        (start.f, end.f),
    ]

    def value(moved: set[int]) -> Any:
        v, L, f = (np.asarray(pair[k in moved]) for k, pair in enumerate(pairs))
        return v * (L @ f)

    effects = np.zeros((4, 3))
    orders = list(itertools.permutations(range(3)))
    for order in orders:
        for place, k in enumerate(order):
            effects[:, k] += value(set(order[: place + 1])) - value(set(order[:place]))
    np.testing.assert_allclose(found.effects, effects / len(orders), atol=1e-10)
    assert (found.low.to_numpy() <= found.effects.to_numpy() + 1e-12).all()
    assert (found.high.to_numpy() >= found.effects.to_numpy() - 1e-12).all()


def test_two_factors_make_average_and_all_orders_equal() -> None:
    start, end = random_table(5), random_table(6)
    one = qn.structural_decomposition(start, end, method="average")
    other = qn.structural_decomposition(start, end, method="all")
    np.testing.assert_allclose(one.effects, other.effects, atol=1e-11)


@pytest.mark.parametrize("cells", [1_000_000, 8])  # at once, and three sectors and one
def test_lmdi_is_the_formula_term_by_term(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decomposition, "_CELLS", cells)
    start, end = random_table(7), random_table(8)
    found = qn.structural_decomposition(start, end, method="lmdi")
    L0, L1 = (np.linalg.inv(np.eye(4) - t.A.to_numpy()) for t in (start, end))
    t0, t1 = L0 * start.f.to_numpy(), L1 * end.f.to_numpy()
    A = np.zeros(4)
    for i, j in itertools.product(range(4), range(4)):
        if t0[i, j] and t1[i, j]:
            mean = (t1[i, j] - t0[i, j]) / math.log(t1[i, j] / t0[i, j])
            A[i] += mean * math.log(L1[i, j] / L0[i, j])
    np.testing.assert_allclose(found.effects["A"], A, rtol=1e-9)
    for end_of_range in ("low", "high"):  # there is one order only
        assert found.total_range[end_of_range]["A"] == pytest.approx(A.sum(), rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(METHODS))
def test_multiplicative_effects_multiply_to_the_ratio(seed: int, method: str) -> None:
    found = qn.structural_decomposition(random_table(seed), random_table(seed + 1), method=method)
    np.testing.assert_allclose(found.ratios.prod(axis=1), found.end / found.start, rtol=1e-10)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(METHODS), st.sampled_from(FACTORS))
def test_permutation_time_reversal_and_units(
    seed: int, method: str, factors: tuple[str, ...]
) -> None:
    start, end = random_table(seed), random_table(seed + 1)
    base = qn.structural_decomposition(start, end, method=method, factors=factors).effects
    order = ["c", "a", "d", "b"]
    turned = qn.InputOutputTable(
        end.Z.loc[order, order], end.final_demand.loc[order], end.value_added[order]
    )
    other = qn.structural_decomposition(start, turned, method=method, factors=factors).effects
    pd.testing.assert_frame_equal(other, base, atol=1e-8)
    back = qn.structural_decomposition(end, start, method=method, factors=factors).effects
    pd.testing.assert_frame_equal(-back, base, atol=1e-8)
    large = [
        qn.InputOutputTable(t.Z * 1e4, t.final_demand * 1e4, t.value_added * 1e4)
        for t in (start, end)
    ]
    scaled = qn.structural_decomposition(*large, method=method, factors=factors).effects
    pd.testing.assert_frame_equal(scaled / 1e4, base, atol=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_no_change_has_no_effects(method: str) -> None:
    found = qn.structural_decomposition(random_table(9), random_table(9), method=method)
    np.testing.assert_allclose(found.effects, 0.0, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_only_demand_moves_only_demand(method: str) -> None:
    start = random_table(10)
    end = qn.InputOutputTable(start.Z * 1.5, start.final_demand * 1.5, start.value_added * 1.5)
    found = qn.structural_decomposition(
        start, end, method=method, factors=("A", "structure", "mix", "level")
    )
    np.testing.assert_allclose(found.effects[["A", "structure", "mix"]], 0.0, atol=1e-10)
    np.testing.assert_allclose(found.effects["level"], 0.5 * start.x, rtol=1e-10)


def test_an_account_is_explained() -> None:
    start, end = random_table(11), random_table(12)
    found = qn.structural_decomposition(start, end, factors=("v", "A", "f"), account="employment")
    assert start.accounts is not None
    assert end.accounts is not None
    change = (end.accounts - start.accounts).loc["employment"]
    np.testing.assert_allclose(found.change, change, rtol=1e-9)


def test_logarithmic_mean_of_one_and_two() -> None:
    found = log_mean(np.array([1.0, 2.0]), np.array([2.0, 1.0]))
    np.testing.assert_allclose(found, 1 / np.log(2))


def test_lmdi_gives_a_vanished_term_to_the_factor_that_vanished() -> None:
    three = np.full((1, 1, 1), 3.0)
    zero = np.zeros((1, 1, 1))
    effects, flipped = lmdi_terms([three, three], [zero, three * 2])
    np.testing.assert_allclose(effects, [[-9.0, 0.0]])
    assert flipped == 0
    effects, _ = lmdi_terms([zero, zero], [three, three])
    np.testing.assert_allclose(effects, [[4.5, 4.5]])


def test_lmdi_limit_of_small_numbers_agrees_with_zero() -> None:
    small = np.full((1, 1, 1), 1e-300)
    three = np.full((1, 1, 1), 3.0)
    effects, _ = lmdi_terms([three, three], [small, three * 2])
    assert abs(effects[0, 1]) < 0.02
    np.testing.assert_allclose(effects.sum(), -9.0)


def test_lmdi_splits_sign_changes_by_all_orders_and_says_so() -> None:
    minus, plus = np.full((1, 1, 1), -2.0), np.full((1, 1, 1), 4.0)
    effects, flipped = lmdi_terms([minus, plus], [plus, plus * 2])
    np.testing.assert_allclose(effects, [[0.5 * 6 * 4 + 0.5 * 6 * 8, 0.5 * 4 * -2 + 0.5 * 4 * 4]])
    assert flipped == 1
    before, after = np.array([[[-2.0, 3.0], [-1.0, 5.0]]]), np.array([[[4.0, 3.0], [1.0, 5.0]]])
    assert lmdi_terms([before], [after])[1] == 2  # one in each row
    found = qn.structural_decomposition(
        random_table(13),
        random_table(14, negative=True),
        method="lmdi",
        factors=("A", "structure", "level"),
    )
    assert found.residual <= 1e-12


def test_lmdi_is_exact_where_the_change_is_tiny() -> None:
    a = np.full((1, 1, 1), 7.0)
    effects, _ = lmdi_terms([a, a], [a * (1 + 1e-13), a])
    np.testing.assert_allclose(effects[0], [49 * 1e-13, 0.0], rtol=1e-2)


def test_lmdi_of_factors_that_offset_each_other() -> None:
    # twice the one and half the other: a product of 6 stays, whose logarithmic mean is 6
    start, end = ([np.full((1, 1, 1), k) for k in pair] for pair in ((2.0, 3.0), (4.0, 1.5)))
    effects, flipped = lmdi_terms(start, end)
    np.testing.assert_allclose(effects, [[6 * np.log(2), -6 * np.log(2)]], rtol=1e-14)
    assert flipped == 0


def test_log_mean() -> None:
    np.testing.assert_allclose(
        log_mean(np.array([2.0, 0.0, 3.0]), np.array([1.0, 5.0, 3.0])), [1 / math.log(2), 0, 3]
    )


def test_a_real_pair_of_tables() -> None:
    start, end = qn.load_io("CHN", 2017), qn.load_io("CHN", 2020)
    for method in METHODS:
        found = qn.structural_decomposition(start, end, method=method)
        assert found.residual <= 1e-12
        np.testing.assert_allclose(found.total.sum(), found.change.sum(), rtol=1e-10)
    assert "Change of output by factor" in repr(found)
    assert "<table" in found._repr_html_()


def _inside_and_apart() -> tuple[qn.InputOutputTable, qn.InputOutputTable]:
    """One economy with imports in its flows, subtracted in a column, and with imports apart."""
    demand = pd.DataFrame({"home": [450.0, 1800.0], "IM": [-100.0, -100.0]})
    inside = qn.InputOutputTable(
        [[150, 500], [200, 100]], demand.assign(stocks=[1.0, 0.0], home=[449, 1800]), [650, 1400]
    )
    bought = pd.DataFrame({"home": [59.0, 60.0], "stocks": [1.0, 0.0]})
    apart = qn.InputOutputTable(
        [[130, 480], [180, 80]],
        pd.DataFrame({"home": [390.0, 1740.0]}),
        [650, 1400],
        imports=(np.full((2, 2), 20.0), bought),
    )
    return inside, apart


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("factors", [("A", "f"), ("A", "structure", "mix", "level")])
def test_two_treatments_of_imports_are_brought_to_one(
    turned: bool, factors: tuple[str, ...]
) -> None:
    pair = _inside_and_apart()
    found = qn.structural_decomposition(*(pair[::-1] if turned else pair), factors=factors)
    assert np.abs(found.effects).max().max() < 1e-9  # it is one economy: nothing changed
    assert "they were put into its flows and subtracted in final demand 'IM'" in found.notes[0]


def test_imports_of_some_products_are_put_inside_by_label() -> None:
    # as above, but the second product is not imported, and an import of it would show
    demand = pd.DataFrame(
        {"home": [480.0, 1799.5], "stocks": [-30, 0.5], "none": [0, 0], "IM": [-100, 0]}
    )
    inside = qn.InputOutputTable([[150, 500], [200, 100]], demand, [650, 1500])
    bought = pd.DataFrame([[20.0, 20.0]], [0], [0, 1])
    apart = qn.InputOutputTable(
        [[130, 480], [200, 100]],
        pd.DataFrame({"home": [390.0, 1800.0]}),
        [650, 1500],
        imports=(bought, pd.DataFrame({"home": [60.0]}, [0])),
    )
    found = qn.structural_decomposition(inside, apart, factors=("A", "f"))
    assert np.abs(found.effects).max().max() < 1e-9


def test_two_treatments_of_imports_are_compared_as_given_on_request() -> None:
    found = qn.structural_decomposition(*_inside_and_apart(), treatment="as_given")
    assert abs(found.total["A"]) > 100
    assert "part of every effect may be this change of bookkeeping" in found.notes[0]


@pytest.mark.parametrize(
    ("demand", "imports", "factors", "why"),
    [
        ([350, 1700], np.full((2, 2), 20.0), ("A", "f"), "has 0 columns of negative imports"),
        (None, pd.DataFrame([[40.0, 40.0]], ["all"]), ("A", "f"), "are not by product"),
        (None, pd.DataFrame([[20.0] * 2] * 2, [0, "all"]), ("A", "f"), "are not by product"),
        (None, np.full((2, 2), 20.0), ("A", "structure", "mix", "level"), "does not say what fin"),
    ],
)
def test_treatments_of_imports_that_cannot_be_joined_are_refused(
    demand: Any, imports: Any, factors: tuple[str, ...], why: str
) -> None:
    inside, _ = _inside_and_apart()
    if demand is not None:
        inside = qn.InputOutputTable([[150, 500], [200, 100]], demand, [650, 1400])
    apart = qn.InputOutputTable([[130, 480], [180, 80]], [390, 1740], [650, 1400], imports=imports)
    with pytest.raises(qn.DataError, match=f"{why}.*split_imports.*treatment='as_given'"):
        qn.structural_decomposition(inside, apart, factors=factors)


def test_residual_is_the_largest_gap_relative_to_the_largest_level() -> None:
    tables = random_table(1), random_table(2)
    for start, end in (tables, tables[::-1]):
        found = qn.structural_decomposition(start, end)
        assert found.residual < 1e-12
        values = found.effects.to_numpy().copy()
        values[0, 0] += 3.0
        moved = pd.DataFrame(values, found.effects.index, found.effects.columns)
        levels = max(*found.start.abs(), *found.end.abs())
        assert replace(found, effects=moved).residual == pytest.approx(3.0 / levels)


def test_ratios_of_a_sector_that_falls_to_nothing_are_missing() -> None:
    before = qn.InputOutputTable(np.zeros((2, 2)), [10.0, 5.0], [10.0, 5.0])
    after = qn.InputOutputTable(np.zeros((2, 2)), [20.0, 0.0], [20.0, 0.0])
    found = qn.structural_decomposition(before, after, factors=("A", "f"), method="lmdi")
    assert found.ratios.loc[0].to_dict() == pytest.approx({"A": 1.0, "f": 2.0})
    assert found.ratios.loc[1].isna().all()

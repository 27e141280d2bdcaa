"""Paths, propagation lengths, stream positions and the mixed model."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn


def _table(seed: int, n: int = 5, *, sparse: float = 0.3) -> Any:
    rng = np.random.default_rng(seed)
    A = rng.random((n, n))
    A[rng.random((n, n)) < sparse] = 0
    A = A / np.maximum(A.sum(axis=0), 1e-9) * rng.uniform(0.2, 0.6, n)
    f = rng.lognormal(2, 1, n)
    x = np.linalg.solve(np.eye(n) - A, f)
    Z, names = A * x, list("abcdefgh"[:n])
    return qn.InputOutputTable(
        pd.DataFrame(Z, names, names), pd.Series(f, names), pd.Series(x - Z.sum(axis=0), names)
    )


def _every_path(table: Any, depth: int) -> list[float]:
    A, f = table.A.to_numpy(), table.f.to_numpy()
    c = (table.v / table.x).to_numpy()
    values = []
    for length in range(1, depth + 1):
        for path in itertools.product(range(len(f)), repeat=length):
            value = f[path[0]]
            for buyer, seller in itertools.pairwise(path):
                value = value * A[seller, buyer]
            values.append(c[path[-1]] * value)
    return sorted((v for v in values if v), reverse=True)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_the_largest_paths_are_the_largest_of_all(seed: int) -> None:
    table = _table(seed, n=3)
    found = qn.structural_paths(table, count=12)
    np.testing.assert_allclose(found.paths["value"], _every_path(table, 8)[:12], rtol=1e-9)
    assert found.bound <= found.paths["value"].iloc[-1] * (1 + 1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_all_paths_sum_to_value_added_of_demand(seed: int) -> None:
    table = _table(seed)
    found = qn.structural_paths(table, count=3)
    np.testing.assert_allclose(found.total, table.f.sum(), rtol=1e-10)
    assert found.paths["cumulative"].iloc[-1] < 1.0


def test_paths_to_a_sector_that_makes_no_value_added_are_not_listed() -> None:
    A, f, names = np.array([[0.0, 0.5], [1.0, 0.0]]), np.array([10.0, 0.0]), ["a", "b"]
    x = np.linalg.solve(np.eye(2) - A, f)  # 20 of each; a spends all on b, b half on a
    table = qn.InputOutputTable(
        pd.DataFrame(A * x, names, names), pd.Series(f, names), pd.Series([0.0, 10.0], names)
    )
    found = qn.structural_paths(table, count=3).paths
    assert (found["path"].astype(str).str[-1] == "b").all()
    assert found["value"].tolist() == pytest.approx([5.0, 2.5, 1.25])


def test_paths_are_the_same_in_any_order_and_unit() -> None:
    table = _table(3)
    order = ["d", "a", "e", "c", "b"]
    turned = qn.InputOutputTable(
        table.Z.loc[order, order] * 1e3, table.f[order] * 1e3, table.v[order] * 1e3
    )
    one, other = qn.structural_paths(table).paths, qn.structural_paths(turned).paths
    assert one["path"].tolist() == other["path"].tolist()
    np.testing.assert_allclose(other["value"], one["value"] * 1e3)


def test_demand_of_one_sector_and_of_a_mapping() -> None:
    table = _table(4)
    one = qn.structural_paths(table, "b", account="output", count=5)
    other = qn.structural_paths(table, {"b": 1.0}, account="output", count=5)
    pd.testing.assert_frame_equal(one.paths, other.paths)
    L = np.linalg.inv(np.eye(5) - table.A.to_numpy())
    np.testing.assert_allclose(one.total, L[:, 1].sum(), rtol=1e-10)
    assert "Largest supply chains" in repr(one)


def test_paths_on_a_real_table_are_proved_quickly() -> None:
    table = qn.load_io("CHN", 2018)
    found = qn.structural_paths(table, table.f, count=50)
    assert found.examined < 5_000
    assert len(found.paths) == 50


def test_too_small_a_limit_is_said() -> None:
    with pytest.raises(qn.ConvergenceError, match="2 paths examined without proof"):
        qn.structural_paths(_table(1), count=50, limit=2)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_propagation_lengths_are_the_weighted_steps(seed: int) -> None:
    table = _table(seed)
    A = table.A.to_numpy()
    steps, power, total = np.zeros_like(A), np.eye(5), np.zeros_like(A)
    for k in range(1, 400):
        power = power @ A
        steps, total = steps + k * power, total + power
    found = qn.average_propagation_lengths(table).lengths.to_numpy()
    linked = total > 1e-12
    np.testing.assert_allclose(found[linked], steps[linked] / total[linked], rtol=1e-6)
    assert np.isnan(found[total == 0]).all()
    assert (found[linked] >= 1 - 1e-9).all()


def test_propagation_is_the_same_by_ghosh() -> None:
    table = _table(8)
    B = (table.Z.T / table.x).T.to_numpy()
    G = np.linalg.inv(np.eye(5) - B)
    found = qn.average_propagation_lengths(table).lengths.to_numpy()
    rest = G - np.eye(5)
    np.testing.assert_allclose((G @ rest)[rest > 0] / rest[rest > 0], found[rest > 0], rtol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_stream_positions(seed: int) -> None:
    table = _table(seed)
    found = qn.upstreamness(table).positions
    B = (table.Z.T / table.x).T.to_numpy()
    np.testing.assert_allclose(
        found["upstreamness"], np.linalg.solve(np.eye(5) - B, np.ones(5)), rtol=1e-10
    )
    assert (found.to_numpy() >= 1 - 1e-12).all()
    # value added and final demand weigh both to the same mean (Antras and Chor 2018)
    up, down = found["upstreamness"] @ table.v, found["downstreamness"] @ table.f
    np.testing.assert_allclose(up, table.x.sum() * 1.0, rtol=1e-9)
    np.testing.assert_allclose(down, table.x.sum(), rtol=1e-9)


def test_stream_of_a_chain_counts_its_stages() -> None:
    Z = [[0, 10, 0], [0, 0, 20], [0, 0, 0]]
    table = qn.InputOutputTable(Z, [0, 0, 30], [10, 10, 10])
    found = qn.upstreamness(table)
    assert found.positions["upstreamness"].tolist() == [3.0, 2.0, 1.0]
    np.testing.assert_allclose(found.positions["downstreamness"], [1.0, 1.5, 2.0])
    assert "Upstreamness" in repr(found)
    idle = qn.InputOutputTable([[1.0, 0.0], [0.0, 0.0]], [1.0, 0.0], [1.0, 0.0])
    assert qn.upstreamness(idle).positions.to_numpy().tolist() == [[2.0, 2.0], [1.0, 1.0]]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_the_mixed_model_gives_back_the_table(seed: int) -> None:
    table = _table(seed)
    found = qn.mixed_model(table, {"b": float(table.x["b"]), "d": float(table.x["d"])})
    np.testing.assert_allclose(found.output, table.x, rtol=1e-10)
    np.testing.assert_allclose(found.final_demand, table.f, rtol=1e-8)


def test_the_mixed_model_balances_and_is_leontief_at_its_ends() -> None:
    table = _table(2)
    found = qn.mixed_model(table, {"a": 1.2 * table.x["a"]}, {"c": 50.0})
    A = table.A.to_numpy()
    x, f = found.output.to_numpy(), found.final_demand.to_numpy()
    np.testing.assert_allclose(x, A @ x + f, rtol=1e-12)
    assert found.output["a"] == pytest.approx(1.2 * table.x["a"])
    assert found.final_demand["c"] == 50.0
    assert found.final_demand["b"] == pytest.approx(table.f["b"])
    whole = qn.mixed_model(table, dict(zip(table.sectors, x, strict=True)))
    np.testing.assert_allclose(whole.final_demand, f, rtol=1e-9)


def test_the_mixed_model_says_what_cannot_be() -> None:
    table = _table(2)
    found = qn.mixed_model(table, {"a": 0.0})
    assert "more is used than made" in found.notes[0]
    assert "Mixed" in repr(found)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("structural_paths", {"count": 0}, "count must be a whole number of at least 1, got 0"),
    ("structural_paths", {"limit": 1.5}, "limit must be a whole number of at least 1, got 1.5"),
    (
        "structural_paths",
        {"account": "jobs"},
        "'jobs' is unknown; the table has 'output'",
    ),
    ("structural_paths", {"demand": "q"}, "demand: no sector 'q'"),
    ("structural_paths", {"demand": [1.0]}, r"demand: shape \(1,\); expected \(5,\)"),
    (
        "structural_paths",
        {"demand": {"a": "x"}},
        "demand: entry 'a' is str 'x'; expected",
    ),
    ("mixed_model", {"output": {}}, "expected {sector: output} with at least one"),
    ("mixed_model", {"output": {"q": 1.0}}, "output: no sector 'q'"),
    ("mixed_model", {"output": {"a": -1.0}}, "output of 'a': -1.0; expected at least 0"),
    ("mixed_model", {"output": {"a": float("nan")}}, "output of 'a': nan"),
    ("mixed_model", {"output": [1.0]}, "expected {sector: output}"),
    (
        "mixed_model",
        {"output": {"a": 1.0}, "final_demand": {"a": 1.0}},
        "'a' has its output given; give one or the other",
    ),
    ("mixed_model", {"output": {"a": 1.0}, "final_demand": [1]}, "final_demand: shape"),
]


@pytest.mark.parametrize(("name", "options", "message"), REFUSED)
def test_wrong_requests(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(qn.DataError, match=message):
        getattr(qn, name)(_table(1), **options)


@pytest.mark.parametrize("name", ["average_propagation_lengths", "upstreamness"])
def test_no_table(name: str) -> None:
    with pytest.raises(qn.DataError, match="list is no input-output table"):
        getattr(qn, name)([[1]])


def test_the_most_upstream_sector_stands_first() -> None:
    # the first sells to the second only, which sells to final use
    table = qn.InputOutputTable([[0.0, 10.0], [0.0, 0.0]], [0.0, 20.0], [10.0, 10.0])
    (shown,) = qn.upstreamness(table).tables()
    assert shown.frame.index.tolist() == [0, 1]
    assert shown.frame["upstreamness"].tolist() == pytest.approx([2.0, 1.0])
    turned = qn.InputOutputTable([[0.0, 0.0], [10.0, 0.0]], [20.0, 0.0], [10.0, 10.0])
    assert qn.upstreamness(turned).tables()[0].frame.index.tolist() == [1, 0]


def test_a_link_however_small_has_a_length_and_rounding_has_none() -> None:
    # the second buys a ten-billionth of the first per unit: one step; the third takes the second's
    flows = [[0.0, 1e-10, 0.0], [0.0, 0.0, 0.5], [0.0, 0.0, 0.0]]
    table = qn.InputOutputTable(flows, [1.0, 0.5, 1.0], [1.0, 1.0, 0.5], output=[1.0, 1.0, 1.0])
    found = qn.average_propagation_lengths(table).lengths.to_numpy()
    np.testing.assert_allclose(found[0, 1:], [1.0, 2.0], rtol=1e-6)
    assert found[1, 2] == 1.0
    assert np.isnan(found[np.tril_indices(3)]).all()


def test_the_distance_of_a_sector_is_the_mean_over_those_that_it_reaches() -> None:
    # a sells to b and d, which sell to c alone: two steps from a to c, one of each other link
    names = list("abcd")
    flows = pd.DataFrame(0.0, names, names)
    flows.loc["a", ["b", "d"]] = flows.loc[["b", "d"], "c"] = 1.0
    table = qn.InputOutputTable(flows, [1.0, 1.0, 3.0, 1.0], [3.0, 1.0, 1.0, 1.0])
    (shown,) = qn.average_propagation_lengths(table).tables()
    assert shown.title == "Average propagation lengths, steps"
    np.testing.assert_allclose(shown.frame["backward"], [np.nan, 1.0, 4 / 3, 1.0])
    np.testing.assert_allclose(shown.frame["forward"], [4 / 3, 1.0, np.nan, 1.0])


def test_paths_are_shares_of_all_chains_and_add_up_along_the_list() -> None:
    # a unit of the second calls forth 1.1 / 0.7575 of output: 1 itself, 0.25 and 0.05 one step on
    table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    found = qn.structural_paths(table, 1, account="output", count=3)
    total = 1.1 / 0.7575
    assert found.total == pytest.approx(total, rel=1e-12)
    expected = [[0, 1.0, 1 / total, 1 / total], [1, 0.25, 0.25 / total, 1.25 / total],
                [1, 0.05, 0.05 / total, 1.3 / total]]  # fmt: skip
    np.testing.assert_allclose(found.paths.drop(columns="path").to_numpy(float), expected)
    assert found.paths.index.tolist() == [1, 2, 3]
    same = qn.structural_paths(table, 1, account="output", count=3, limit=found.examined)
    assert same.examined == found.examined
    with pytest.raises(qn.ConvergenceError, match=f"{found.examined - 1} paths examined without"):
        qn.structural_paths(table, 1, account="output", count=3, limit=found.examined - 1)
    alone = qn.structural_paths(qn.InputOutputTable([[0]], [2], [2]), 0, account="output")
    assert alone.paths.to_numpy().tolist() == [["0", 0, 1.0, 1.0, 1.0]]
    assert alone.examined == 1

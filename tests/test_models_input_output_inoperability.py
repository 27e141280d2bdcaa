"""Inoperability: published answers, the cap, the way over time, and refusals."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "inoperability.json").read_text()
)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: str(case["source"])[:30])
def test_published_answers(case: dict[str, Any]) -> None:
    found = qn.inoperability(case["matrix"], case["perturbation"])
    np.testing.assert_allclose(found.inoperability, case["inoperability"], atol=case["tolerance"])


def test_published_dynamic_limit() -> None:
    case = CASES["dynamic"]
    found = qn.inoperability_path(
        case["matrix"],
        case["perturbation"],
        resilience=case["resilience"],
        periods=case["periods"],
    )
    np.testing.assert_allclose(found.path.iloc[-1], case["limit"], atol=case["tolerance"])
    assert "Inoperability over 100 periods" in repr(found)


def _xu() -> Any:
    case = CASES["supply"]
    Z, x = np.array(case["Z"], dtype=float), np.array(case["output"], dtype=float)
    return qn.InputOutputTable(Z, x - Z.sum(axis=1), x - Z.sum(axis=0))


def test_published_interdependency_of_a_table() -> None:
    from quesnay.models.input_output.inoperability import network

    case = CASES["supply"]
    found = network(_xu(), "supply").matrix
    np.testing.assert_allclose(found, case["interdependency"], atol=case["tolerance"])
    np.testing.assert_allclose(found.T, case["A"], atol=case["tolerance"])
    demand = network(_xu(), "demand").matrix
    np.testing.assert_allclose(
        demand, np.array(case["Z"]) / np.array(case["output"])[:, None], rtol=1e-12
    )


def test_demand_inoperability_is_the_leontief_loss() -> None:
    table = _xu()
    lost = np.array([0.1, 0.0, 0.2, 0.0]) * table.f.to_numpy()
    found = qn.inoperability(table, lost / table.x.to_numpy())
    expected = np.linalg.solve(np.eye(4) - table.A.to_numpy(), lost)
    assert found.loss is not None
    np.testing.assert_allclose(found.loss, expected, rtol=1e-10)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 8))
def test_capped_solution_is_the_fixed_point(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    A = rng.random((n, n)) * (rng.random((n, n)) < 0.6)
    A *= 0.95 / max(np.abs(np.linalg.eigvals(A)).max(), 1e-3) * rng.uniform(0.2, 1)
    c = rng.random(n) * (rng.random(n) < 0.5)
    found = qn.inoperability(A, c)
    q = found.inoperability.to_numpy()
    np.testing.assert_allclose(q, np.minimum(1.0, A @ q + c), atol=1e-9)
    assert (q <= found.uncapped.to_numpy() + 1e-9).all()
    order = rng.permutation(n)
    turned = qn.inoperability(A[np.ix_(order, order)], c[order]).inoperability.to_numpy()
    np.testing.assert_allclose(turned, q[order], atol=1e-9)


def test_capped_sectors_are_named() -> None:
    case = CASES["cases"][1]
    found = qn.inoperability(case["matrix"], case["perturbation"])
    assert found.notes == ("Held at 1: sector(s) 2, 3.",)
    assert "Held at 1" in repr(found)


def test_the_most_inoperable_sector_stands_first_with_its_loss() -> None:
    table = qn.InputOutputTable([[0, 0], [0, 0]], [10, 20], [10, 20])
    (shown,) = qn.inoperability(table, [0.1, 0.2]).tables()
    assert shown.frame.index.tolist() == [1, 0]
    assert shown.frame.columns.tolist() == ["inoperability", "loss of output"]
    np.testing.assert_allclose(shown.frame.to_numpy(), [[0.2, 4.0], [0.1, 1.0]], rtol=1e-12)
    (bare,) = qn.inoperability(np.zeros((2, 2)), [0.2, 0.2]).tables()
    assert bare.frame.index.tolist() == [0, 1]  # equals in the order of the table
    assert bare.frame.columns.tolist() == ["inoperability"]


def test_without_disturbance_a_sector_recovers_as_its_resilience_says() -> None:
    rate = qn.resilience([[0.2]], start=[0.6], end=[0.06], periods=20)
    # from 0.6 to 0.06 in half a period, of which a fifth comes back each time: ln 10 / (0.5 * 0.8)
    half = qn.resilience([[0.2]], start=[0.6], end=[0.06], periods=0.5)
    assert half.tolist() == pytest.approx([np.log(10) / 0.4])
    steps = 2000
    found = qn.inoperability_path(
        [[0.2]], [0.0], resilience=rate.to_numpy() * 20 / steps, periods=steps, start=[0.6]
    )
    np.testing.assert_allclose(found.path.iloc[-1], 0.06, rtol=2e-3)


def test_shocks_by_period_labels_and_losses() -> None:
    table = _xu()
    shocks = pd.DataFrame(np.zeros((5, 4)), columns=[3, 2, 1, 0])
    shocks.loc[0, 0] = 0.3
    found = qn.inoperability_path(
        table, shocks, resilience={0: 1.0, 1: 0.5, 2: 0.5, 3: 0.5}, periods=5
    )
    assert found.path.iloc[1, 0] == pytest.approx(0.3)
    assert found.loss is not None
    np.testing.assert_allclose(
        found.loss, found.path.iloc[1:].sum().to_numpy() * table.x.to_numpy()
    )


GOOD: list[list[float]] = [[0.0, 0.5], [0.2, 0.0]]
REFUSED: list[tuple[Any, Any, str]] = [
    ([[0, 2.0], [2.0, 0]], [0, 0.1], "spectral radius is not below 1"),
    ([[1.0, 0], [0, 0.5]], [0, 0.1], "spectral radius is not below 1"),
    ([[0, -0.5], [0.2, 0]], [0, 0.1], "row 0, column 1 is -0.5"),
    ([[0, 0.5]], [0, 0.1], "expected a square matrix"),
    (GOOD, [0, 1.5], "perturbation of 1 is 1.5; expected 0 to 1"),
    (GOOD, [-0.1, 0], "perturbation of 0 is -0.1"),
    (GOOD, [0.1], r"perturbation: shape \(1,\); expected 2 numbers"),
    (GOOD, {7: 0.1}, "perturbation: no sector 7"),
    (GOOD, {0: "much"}, "perturbation of 0: 'much'; expected one finite number"),
    (GOOD, [np.nan, 0], "perturbation: entry 0 is nan"),
    ("matrix", [0, 0], "interdependency: text; expected real numbers"),
]


@pytest.mark.parametrize(("matrix", "shock", "message"), REFUSED)
def test_wrong_requests(matrix: Any, shock: Any, message: str) -> None:
    with pytest.raises(qn.DataError, match=message):
        qn.inoperability(matrix, shock)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"periods": 0}, "periods must be a whole number of at least 1, got 0"),
        ({"periods": 2.5}, "periods must be a whole number of at least 1, got 2.5"),
        ({"resilience": 0.0}, "resilience of 0 is 0"),
        ({"resilience": [0.5, 0.0]}, "resilience of 1 is 0: it never moves; expected above 0"),
        ({"resilience": 2.0}, "resilience of 0 is 2; expected 0 to 1"),
        ({"start": [0, 2]}, "start of 1 is 2"),
        ({"perturbation": np.zeros((3, 2))}, "perturbation: expected 2 shares, or 5 rows"),
        ({"kind": "cost"}, "kind 'cost' is unknown"),
    ],
)
def test_wrong_paths(change: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "perturbation": [0.1, 0.0],
        "resilience": 0.5,
        "periods": 5,
    } | change
    shock = good.pop("perturbation")
    with pytest.raises(qn.DataError, match=message):
        qn.inoperability_path(GOOD, shock, **good)


def test_wrong_resilience() -> None:
    with pytest.raises(qn.DataError, match="expected start >= end > 0"):
        qn.resilience([[0.0]], start=[0.1], end=[0.5], periods=10)
    with pytest.raises(qn.DataError, match="sector 1: expected start >= end > 0"):
        qn.resilience(np.zeros((2, 2)), start=[0.5, 0.5], end=[0.5, 0.0], periods=10)
    assert qn.resilience([[0.0]], start=[0.5], end=[0.5], periods=10).tolist() == [0.0]
    with pytest.raises(qn.DataError, match="periods: 0; expected a positive number"):
        qn.resilience([[0.0]], start=[0.5], end=[0.1], periods=0)
    frame = pd.DataFrame([[0.0, 0.1], [0.1, 0.0]], ["a", "b"], ["a", "c"])
    with pytest.raises(qn.DataError, match="row 'b' has no column"):
        qn.inoperability(frame, [0, 0])


def test_an_interdependency_aligns_by_its_labels() -> None:
    matrix = pd.DataFrame([[0.0, 0.2], [0.5, 0.0]], ["a", "b"], ["a", "b"])
    turned = qn.inoperability(matrix[["b", "a"]], {"a": 0.1, "b": 0.2}).inoperability
    # q_a = 0.2 q_b + 0.1 and q_b = 0.5 q_a + 0.2, so that q_a = 0.14 / 0.9
    assert turned["a"] == pytest.approx(0.14 / 0.9, rel=1e-12)
    assert turned["b"] == pytest.approx(0.25 / 0.9, rel=1e-12)


def test_the_period_and_the_sector_of_a_wrong_share_are_named() -> None:
    def path(shock: Any) -> Any:
        return qn.inoperability_path(GOOD, shock, resilience=0.5, periods=2)

    for wrong in ([[0, 0.1], [0, 2]], pd.DataFrame([[0, 0.1], [0, 2]])):
        with pytest.raises(qn.DataError, match="perturbation, period 1 of 1 is 2; expected 0 to 1"):
            path(wrong)
    by_period = path([[0.2, 0.0], [0.0, 0.4]]).path
    # half of A q + c - q a period, from nothing: 0.1 and 0, then A q is 0 and 0.02
    np.testing.assert_allclose(by_period, [[0.0, 0.0], [0.1, 0.0], [0.05, 0.21]], atol=1e-15)
    (shown,) = path([[0.2, 0.0], [0.0, 0.4]]).tables()
    assert shown.title == "Inoperability over 2 periods"
    assert list(shown.frame) == ["start", "worst", "worst in period", "end"]
    expected = [[0.0, 0.1, 1.0, 0.05], [0.0, 0.21, 2.0, 0.21]]
    np.testing.assert_allclose(shown.frame.to_numpy(float), expected, atol=1e-15)
    for same in ([0.2, 0.0], pd.Series([0.2, 0.0]), {0: 0.2}):
        np.testing.assert_allclose(path(same).path.iloc[2], [0.15, 0.01], atol=1e-15)
    # all of both is lost at once, and the other's loss adds no more to it
    whole = qn.inoperability_path(GOOD, [1.0, 1.0], resilience=1.0, periods=2).path
    assert whole.to_numpy().tolist() == [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]
    for frame, message in (
        (pd.DataFrame(GOOD, ["a", "b"], ["a", "c"]), "interdependency: row 'b' has no column"),
        (pd.DataFrame([[0, 0.5], [-0.2, 0]], ["a", "b"], ["a", "b"]),
         "row 'b', column 'a' is -0.2; expected at least 0"),
    ):  # fmt: skip
        with pytest.raises(qn.DataError, match=message):
            qn.inoperability(frame, [0.0, 0.1])


def test_a_sector_that_makes_nothing_has_no_output_that_fails() -> None:
    # the third makes nothing at home: what it sells, 2 and 3 of 30 each, comes from abroad
    flows = [[10.0, 5.0, 0.0], [4.0, 6.0, 0.0], [2.0, 3.0, 0.0]]
    table = qn.InputOutputTable(flows, [15, 20, -5], [14, 16, 0])
    # shares of sales 1/3, 1/6, 2/15 and 1/5: the determinant of I less them is 23/45
    found = qn.inoperability(table, [0.1, 0.0, 0.0])
    assert found.inoperability.tolist() == pytest.approx([3.6 / 23, 0.6 / 23, 0.0], rel=1e-12)
    supply = qn.inoperability(table, [0.1, 0.0, 0.0], kind="supply").inoperability
    # shares of inputs, turned: 1/3, 2/15, 1/6 and 1/5 have the same determinant
    assert supply.tolist() == pytest.approx([3.6 / 23, 0.75 / 23, 0.0], rel=1e-12)

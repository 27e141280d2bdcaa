"""Tables from coefficients, footprints of final demand, arrays and supply-use tables balanced."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import quesnay as qn
from tests.refusals import refused

A = [[0.15, 0.25], [0.2, 0.05]]
S = ["farm", "mill"]


def test_coefficients_and_output_make_the_table_they_came_from() -> None:
    china = qn.load_io("CHN", 2018, imports="separate")
    assert china.imports is not None
    table = qn.InputOutputTable.from_coefficients(
        china.A, output=china.x, imports=china.imports.Z / china.x, unit=china.unit, tolerance=1e-3
    )
    np.testing.assert_allclose(table.Z, china.Z, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(table.f, china.f, rtol=1e-6, atol=1e-4)
    np.testing.assert_allclose(table.v, china.v, rtol=1e-6, atol=1e-4)
    np.testing.assert_allclose(table.multipliers("imports"), china.multipliers("imports"))


def test_coefficients_and_final_demand_give_output() -> None:
    # Miller and Blair (2009), section 2.3: f = (600, 1500) calls for x = (1247.5, 1841.6)
    frame = pd.DataFrame(A, S, S)
    demand = pd.DataFrame(
        {"homes": {"mill": 1000, "farm": 500}, "state": {"farm": 100, "mill": 500}}
    )
    table = qn.InputOutputTable.from_coefficients(
        frame, final_demand=demand, accounts={"jobs": [1, 2]}, name="made"
    )
    assert table.x.round(1).tolist() == [1247.5, 1841.6]
    assert table.final_demand.columns.tolist() == ["homes", "state"]
    assert table.check().ok
    assert table.name == "made"
    np.testing.assert_allclose(table.A, frame)


def test_value_added_by_component_must_fit() -> None:
    make = qn.InputOutputTable.from_coefficients
    table = make(A, output=[1000, 2000], value_added={"wages": [600, 1000], "rest": [50, 400]})
    assert table.value_added.index.tolist() == ["wages", "rest"]
    refused(lambda: make(A, output=[1000, 2000], value_added=[600, 1400]), "column 0: inputs and")
    refused(lambda: make(A), "one of the two")
    refused(lambda: make(A, output=[1, 2], final_demand=[1, 2]), "one of the two")
    refused(lambda: make([[1.5, 0], [0, 0.5]], output=[1, 2]), "spectral radius")
    refused(lambda: make([[1.0, 0], [0, 0.5]], final_demand=[1, 2]), "singular")
    refused(lambda: make([[0.1, 0.2]], output=[1]), "A: shape")


def test_footprints_add_up_and_take_direct_amounts() -> None:
    table = qn.InputOutputTable(
        [[150, 500], [200, 100]],
        pd.DataFrame({"homes": [200, 900], "exports": [150, 800]}),
        [650, 1400],
        accounts={"carbon": [30, 50]},
    )
    plain = table.footprint("carbon")
    assert plain["embodied"].sum() == pytest.approx(80)
    by_hand = np.array([0.03, 0.025]) @ table.leontief().to_numpy() @ [200, 900]
    assert plain.loc["homes", "embodied"] == pytest.approx(by_hand)
    for direct in ({"homes": 20}, pd.Series({"exports": 0, "homes": 20}), [20, 0]):
        assert table.footprint("carbon", direct=direct)["direct"].tolist() == [20, 0]
    refused(lambda: table.footprint("carbn"), "did you mean 'carbon'")
    refused(lambda: table.footprint("carbon", direct={"home": 1}), "did you mean 'homes'")
    refused(lambda: table.footprint("carbon", direct={"homes": "x"}), "direct of 'homes'")


def test_two_dimensions_are_plain_ras() -> None:
    rng = np.random.default_rng(0)
    seed = rng.random((4, 5)) * (rng.random((4, 5)) > 0.2)
    goal = seed * rng.uniform(0.5, 2, (4, 5))
    u, v = goal.sum(axis=1), goal.sum(axis=0)
    found = qn.ras_multi(seed, {0: u, 1: v}, tolerance=1e-13)
    np.testing.assert_allclose(found.table, qn.ras(seed, u, v, tolerance=1e-13).table, rtol=1e-9)


def test_three_margins_are_met_by_factors_of_each() -> None:
    rng = np.random.default_rng(1)
    seed = rng.uniform(0.5, 2, (3, 4, 2))
    goal = seed * rng.uniform(0.5, 2, seed.shape)
    margins = {0: goal.sum(axis=(1, 2)), 1: goal.sum(axis=(0, 2)), 2: goal.sum(axis=(0, 1))}
    found = qn.ras_multi(seed, margins, tolerance=1e-13)
    assert found.converged
    for axis, totals in margins.items():
        rest = tuple(k for k in range(3) if k != axis)
        np.testing.assert_allclose(found.table.sum(axis=rest), totals, rtol=1e-11)
    # ln(x / z) is a sum of a term an axis: every second difference vanishes
    logs = np.log(found.table / seed)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(np.diff(np.diff(logs, axis=one), axis=other)).max() < 1e-12


def test_margins_are_met_to_nine_digits_unless_less_is_asked_for() -> None:
    seed = np.random.default_rng(3).uniform(0.1, 5, (3, 4, 2))
    goal = seed * np.random.default_rng(4).uniform(0.2, 5, seed.shape)
    margins = {(0, 1): goal.sum(axis=2), (1, 2): goal.sum(axis=0), (0, 2): goal.sum(axis=1)}
    table = qn.ras_multi(seed, margins).table
    for axis, totals in ((2, margins[0, 1]), (0, margins[1, 2]), (1, margins[0, 2])):
        np.testing.assert_allclose(table.sum(axis=axis), totals, rtol=1e-8)


def test_margins_over_pairs_of_axes() -> None:
    # Deming and Stephan (1940): totals over pairs leave the interaction of all three of the seed
    rng = np.random.default_rng(2)
    seed, goal = rng.uniform(0.5, 2, (2, 3, 2, 3)).reshape(2, 6, 3), rng.uniform(1, 2, (2, 6, 3))
    margins = {(1, 0): goal.sum(axis=2).T, (0, 2): goal.sum(axis=1), (1, 2): goal.sum(axis=0)}
    found = qn.ras_multi(seed, margins, tolerance=1e-12)
    np.testing.assert_allclose(found.table.sum(axis=2), goal.sum(axis=2), rtol=1e-10)
    np.testing.assert_allclose(found.table.sum(axis=0), goal.sum(axis=0), rtol=1e-10)
    logs = np.log(found.table / seed)
    assert np.abs(np.diff(np.diff(np.diff(logs, axis=0), axis=1), axis=2)).max() < 1e-9


def test_wrong_margins_of_arrays_are_refused() -> None:
    seed = np.ones((2, 2, 2))
    cases: list[tuple[Any, Any, str]] = [
        (seed, {0: [1, 2], 3: [1, 2]}, "3 is no margin of an array of 3 dimensions"),
        (seed, {(0, 1, 2): seed}, "fewer than all"),
        (seed, {(0, 3): [[1, 2], [1, 2]]}, r"\(0, 3\) is no margin of an array of 3 dimensions"),
        (seed, {(0, 0): np.full((2, 2), 2.0)}, r"\(0, 0\) is no margin"),
        (seed, {(): 8.0}, r"\(\) is no margin"),
        (seed, {0: [1, 2, 3]}, r"has shape \(3,\); expected \(2,\)"),
        (seed, {0: [1, -2]}, "expected 0 or more"),
        (
            seed,
            {0: [1, 2], 1: [2, 2]},
            "contradict: their sums differ by up to 1;",
        ),
        (seed, {(0, 1): [[1, 2], [3, 4]], (1, 2): [[2, 2], [3, 4]]}, r"over axes \[1\]"),
        (seed, [1, 2], "margins: expected"),
        ("x", {0: [1, 2]}, "seed: expected an array"),
        (-seed, {0: [1, 2]}, "seed: cell"),
        (np.diag([1.0, np.nan]), {0: [1, 2]}, "seed: expected an array of finite numbers"),
        (seed, {0: [4, np.inf]}, "margins: 0: expected an array of finite numbers"),
        (seed * [0, 1], {2: [1, 2]}, r"axes \[2\], place \(0,\): the seed has only zeros"),
    ]
    for array, margins, message in cases:
        refused(lambda a=array, m=margins: qn.ras_multi(a, m), message)  # type: ignore[misc]
    for options, message in (
        ({"tolerance": 0.0}, "tolerance: 0.0; expected a number between 0 and 1"),
        ({"tolerance": 1.0}, "tolerance: 1.0; expected a number between 0 and 1"),
        ({"rounding": -0.1}, "rounding: -0.1; expected a number from 0 to below 1"),
        ({"rounding": 1.0}, "rounding: 1.0; expected a number from 0 to below 1"),
        ({"max_iterations": 0}, "max_iterations must be a whole number of at least 1, got 0"),
    ):
        refused(lambda o=options: qn.ras_multi(seed, {0: [4, 4]}, **o), message)  # type: ignore[misc]


def test_a_slice_of_zeros_may_have_a_total_of_zero() -> None:
    found = qn.ras_multi(np.ones((2, 2, 2)) * [0, 1], {2: [0, 8], 0: [2, 6]})
    assert found.table.tolist() == [[[0, 1], [0, 1]], [[0, 3], [0, 3]]]
    nothing = qn.ras_multi(np.zeros((2, 2, 2)), {0: [0, 0], 1: [0, 0], 2: [0, 0]})
    assert nothing.table.tolist() == np.zeros((2, 2, 2)).tolist()
    assert nothing.converged


def test_margins_that_cannot_be_met_are_noted() -> None:
    # on its diagonal alone an array has equal sums along all axes
    seed = np.zeros((2, 2, 2))
    seed[0, 0, 0] = seed[1, 1, 1] = 1.0
    found = qn.ras_multi(seed, {0: [1, 2], 1: [2, 1], 2: [1, 2]}, max_iterations=50)
    assert not found.converged
    assert "NOT converged after 50 rounds" in repr(found)


SUPPLY = pd.DataFrame([[80.0, 5.0], [10.0, 60.0]], ["grain", "bread"], S)
USE = pd.DataFrame([[10.0, 30.0], [15.0, 5.0]], ["grain", "bread"], S)
FINAL = pd.DataFrame({"homes": [40.0, 55.0], "exports": [15.0, 5.0]}, ["grain", "bread"])
VALUE = pd.DataFrame([[40.0, 20.0], [25.0, 10.0]], ["wages", "rest"], S)
IMPORTS = pd.Series({"grain": 10.0, "bread": 10.0})
TOTALS: dict[str, Any] = {
    "industry_output": {"farm": 100.0, "mill": 70.0},
    "final_demand_totals": {"homes": 105.0, "exports": 22.0},
    "value_added_totals": [66.0, 39.0],
    "import_total": 22.0,
}


def balanced() -> Any:
    return qn.balance_supply_use(
        SUPPLY, USE, FINAL, VALUE, imports=IMPORTS, exports=["exports"], tolerance=1e-12, **TOTALS
    )


def test_supply_and_use_meet_every_total_and_each_other() -> None:
    found = balanced()
    assert found.converged
    used = found.use.sum(axis=1) + found.final_demand.sum(axis=1)
    np.testing.assert_allclose(found.supply.sum(axis=1) + found.imports, used, rtol=1e-10)
    np.testing.assert_allclose(found.supply.sum(), [100, 70], rtol=1e-10)
    np.testing.assert_allclose(found.use.sum() + found.value_added.sum(), [100, 70], rtol=1e-10)
    np.testing.assert_allclose(found.final_demand.sum(), [105, 22], rtol=1e-10)
    np.testing.assert_allclose(found.value_added.sum(axis=1), [66, 39], rtol=1e-10)
    assert found.imports.sum() == pytest.approx(22)
    assert found.table.symmetric("D").table.check().productive
    assert "Balancing of supply and use" in repr(found)


def test_it_is_the_nearest_in_information_by_an_optimiser() -> None:
    found = balanced()
    parts = [USE, FINAL, SUPPLY, IMPORTS.to_frame(), VALUE]
    z = np.concatenate([part.to_numpy().ravel() for part in parts])

    def split(x: np.ndarray) -> list[np.ndarray]:
        out, start = [], 0
        for part in parts:
            out.append(x[start : start + part.size].reshape(part.shape))
            start += part.size
        return out

    def misses(x: np.ndarray) -> np.ndarray:
        use, final, supply, imports, value = split(x)
        return np.concatenate([
            use.sum(1) + final.sum(1) - supply.sum(1) - imports[:, 0],
            use.sum(0) + value.sum(0) - [100, 70],
            supply.sum(0) - [100, 70],
            final.sum(0) - [105, 22],
            value.sum(1) - [66, 39],
        ])  # fmt: skip

    def distance(x: np.ndarray) -> float:
        return float((x * np.log(x / z) - x + z).sum())

    problem: dict[str, Any] = {
        "jac": lambda x: np.log(x / z),
        "bounds": [(1e-6, None)] * len(z),
        "constraints": {"type": "eq", "fun": misses},
        "options": {"ftol": 1e-14, "maxiter": 2000},
    }
    best: Any = minimize(distance, z, **problem)
    use, final, supply, imports, value = split(best.x)
    np.testing.assert_allclose(found.use, use, rtol=1e-4)
    np.testing.assert_allclose(found.final_demand, final, rtol=1e-4)
    np.testing.assert_allclose(found.supply, supply, rtol=1e-4)
    np.testing.assert_allclose(found.imports, imports[:, 0], rtol=1e-4)
    np.testing.assert_allclose(found.value_added, value, rtol=1e-4)


def test_balanced_tables_stay_as_they_are() -> None:
    first = balanced()
    again = qn.balance_supply_use(
        first.supply, first.use, first.final_demand, first.value_added,
        imports=first.imports, industry_output=[100, 70],
    )  # fmt: skip
    np.testing.assert_allclose(again.supply, first.supply, rtol=1e-8)
    np.testing.assert_allclose(again.use, first.use, rtol=1e-8)


def test_totals_of_supply_and_use_that_contradict_are_refused() -> None:
    wrong = {**TOTALS, "import_total": 30.0}
    refused(
        lambda: qn.balance_supply_use(SUPPLY, USE, FINAL, VALUE, imports=IMPORTS, **wrong),
        "final demand of 127 less imports of 30 is not value added of 105",
    )
    alone = SUPPLY * np.array([[1, 0], [1, 0]])
    refused(
        lambda: qn.balance_supply_use(alone, USE, FINAL, VALUE, imports=IMPORTS, **TOTALS),
        "'mill'",
    )

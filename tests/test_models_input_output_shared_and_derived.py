"""One table used by many threads, tables made from tables, labels of every kind, odd economies."""

import contextlib
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn

Z = [[150.0, 500.0], [200.0, 100.0]]
LEVELS = pd.MultiIndex.from_product([["r1", "r2"], ["s1", "s2"]], names=["region", "sector"])


def rounded(tolerance: float = 1e-3, **options: Any) -> qn.InputOutputTable:
    """Return a table whose first column is 0.1 % off, as printed tables are."""
    return qn.InputOutputTable(Z, [350, 1700], [650.9, 1400], tolerance=tolerance, **options)


def regions() -> qn.InputOutputTable:
    x = np.array([100.0, 120.0, 80.0, 90.0])
    flows = pd.DataFrame(np.full((4, 4), 5.0), LEVELS, LEVELS)
    return qn.InputOutputTable(flows, x - 20, x - 20)


@pytest.mark.parametrize("precision", ["double", "single"])
def test_solves_from_many_threads_are_all_right(precision: Any) -> None:
    rng = np.random.default_rng(0)
    n = 150
    flows = rng.gamma(0.5, 1.0, (n, n))
    x = flows.sum(axis=1) + flows.sum(axis=0) + 1
    table = qn.InputOutputTable(
        flows, x - flows.sum(axis=1), x - flows.sum(axis=0), precision=precision
    )
    f = np.ones(n)
    L = np.linalg.inv(np.eye(n) - flows / x)
    wrong: list[int] = []

    def work() -> None:
        for k in range(400):
            if not np.allclose(table.solve(f), L @ f, rtol=1e-9):
                wrong.append(k)
            if k % 50 == 0 and not np.allclose(table.engine.factors.inverse(), L, rtol=1e-8):
                wrong.append(k)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    "make",
    [
        lambda t: t.aggregate({0: "all", 1: "all"}),
        lambda t: t.split(0, {"a": 0.3, "b": 0.7}),
        lambda t: t.split(0, {"a": 0.3, "b": 0.7}).aggregate({"a": "x", "b": "x", 1: "y"}),
    ],
)
def test_tables_made_from_a_rounded_one_keep_its_tolerance(
    make: Callable[[qn.InputOutputTable], qn.InputOutputTable],
) -> None:
    made = make(rounded())
    assert made.x.sum() == 3000
    assert made.warnings == ()


def test_split_imports_keeps_the_tolerance_and_the_precision() -> None:
    demand = pd.DataFrame({"home": [370.0, 1750.0], "imports": [-20.0, -50.0]})
    table = qn.InputOutputTable(
        Z, demand, [650.9, 1400], tolerance=1e-3, precision="single", unit="euro"
    )
    apart = qn.split_imports(table, exports=()).table
    assert apart.unit == "euro"
    assert apart.engine.precision == "single"
    assert apart.content().sum(axis=1).tolist() == pytest.approx([1.0, 1.0], abs=2e-3)


def test_symmetric_tables_keep_the_rounding_of_supply_and_use() -> None:
    # inputs exceed output by 2 % of output: less, as a share of the inputs
    sut = qn.SupplyUseTable(
        [[100, 0], [0, 100]], [[20, 30], [30, 10]], [50, 60], [52, 62], tolerance=0.03
    )
    for model in ("A", "B", "C", "D"):
        table = sut.symmetric(model).table
        assert table.aggregate({0: "all", 1: "all"}).x.tolist() == [200.0]


def test_a_tolerance_may_exceed_the_whole_output() -> None:
    flows, demand, value = [[1.0, 2.0], [3.0, 4.0]], [7.0, 3.0], [600.0, 4.0]
    with pytest.raises(qn.BalanceError, match=r"pass tolerance=6\.2e\+01 .* or strict=False"):
        qn.InputOutputTable(flows, demand, value)
    assert qn.InputOutputTable(flows, demand, value, tolerance=62.0).warnings == ()
    loose = qn.InputOutputTable(flows, demand, value, strict=False)
    assert "not balanced" in loose.warnings[0]
    assert loose.aggregate({0: "a", 1: "b"}).warnings != ()


def test_names_of_levels_are_kept() -> None:
    table = regions()
    joined = table.aggregate({key: (key[0], "all") for key in LEVELS})
    halves = table.split(("r1", "s1"), {("r1", "s1a"): 0.5, ("r1", "s1b"): 0.5})
    assert list(joined.sectors.names) == list(halves.sectors.names) == ["region", "sector"]
    assert table.aggregate({key: key[1] for key in LEVELS}).sectors.tolist() == ["s1", "s2"]


@pytest.mark.parametrize(
    "labels",
    [
        pd.Index([10, 20]),
        pd.MultiIndex.from_tuples([("r1", "s1"), ("r1", "s2")]),
        pd.Index(["x", "Z"]),
        pd.Index(["output", "value_added"]),
        pd.Index([2018.5, 2019.0]),
    ],
)
def test_every_analysis_takes_the_labels_of_the_table(labels: pd.Index) -> None:
    table = qn.InputOutputTable(pd.DataFrame(Z, labels, labels), [350, 1700], [650, 1400])
    first = table.sectors[0]
    paths = qn.structural_paths(table, first, account="output")
    assert paths.total == pytest.approx(table.multipliers()[first])
    assert qn.mixed_model(table, {first: 800.0}).output[first] == 800.0
    assert qn.inoperability(table, {first: 0.1}).inoperability[first] > 0.1
    assert table.extract({first: 0.5}).weights[first] == 0.5
    assert table.solve({first: 1.0})[first] > 1
    assert table.prices({first: 0.1}).loc[first, "direct"] == 0.1
    assert table.split(first, {first: 1.0}).sectors.equals(labels)


def test_every_analysis_knows_the_same_accounts() -> None:
    table = qn.InputOutputTable(
        Z,
        [350, 1700],
        pd.DataFrame([[400, 900], [250, 500]], ["wages", "profits"]),
        accounts=pd.DataFrame([[3.0, 5.0]], pd.MultiIndex.from_tuples([("CO2", "air")])),
        imports=[[0.0, 0.0]],
    )
    for account in ("output", "value_added", "imports", "wages", "profits", ("CO2", "air")):
        total = float((table.multipliers(account) * table.f).sum())
        paths = qn.structural_paths(table, account=account, count=1)
        assert paths.total == pytest.approx(total)
        change = qn.structural_decomposition(table, table, factors=("v", "A", "f"), account=account)
        assert change.start.sum() == pytest.approx(total)


def test_the_import_block_cannot_be_changed() -> None:
    table = qn.InputOutputTable(
        [[10, 20], [30, 10]], [70, 60], [50, 60], imports=([[5, 4], [5, 6]], [[1, 0], [2, 3]])
    )
    assert table.imports is not None
    held = table.imports.Z
    with contextlib.suppress(ValueError):  # pandas says that the values are read-only
        held.iloc[0, 0] = 500.0
    held["more"] = 1.0
    assert table.imports.Z.to_numpy().tolist() == [[5, 4], [5, 6]]
    assert table.imports.final_demand is not None
    assert table.imports.final_demand.to_dict("list") == {0: [1, 2], 1: [0, 3]}
    assert table.check().imported_inputs == 20


def test_the_check_lists_negative_imports() -> None:
    table = qn.InputOutputTable(
        [[10, 20], [30, 10]], [70, 60], [50, 72], imports=([[5, 4], [5, -6]], [1, -2])
    )
    assert table.check().negatives[["block", "value"]].to_numpy().tolist() == [
        ["imports", -6.0],
        ["imports for final use", -2.0],
    ]


def test_integer_shares_are_shares_or_refused() -> None:
    table = qn.InputOutputTable(pd.DataFrame(Z, ["a", "b"], ["a", "b"]), [350, 1700], [650, 1400])
    assert table.extract(np.array([1, 0])).weights.to_dict() == {"a": 1.0}
    plain = qn.InputOutputTable(Z, [350, 1700], [650, 1400])
    assert plain.extract(np.array([1])).weights.to_dict() == {1: 1.0}
    with pytest.raises(qn.DataError, match="shares or the labels"):
        plain.extract(np.array([0, 1]))
    later = qn.InputOutputTable(pd.DataFrame(Z, [1, 2], [1, 2]), [350, 1700], [650, 1400])
    assert later.extract(np.array([0, 1])).weights.to_dict() == {2: 1.0}  # no sector is called 0
    assert later.extract(np.array([2, 1])).weights.to_dict() == {2: 1.0, 1: 1.0}  # no share is 2


def test_lengths_and_positions_of_an_unproductive_table_are_refused() -> None:
    table = qn.InputOutputTable([[50, 80], [70, 50]], [-30, -20], [-20, -30], strict=False)
    for call in (qn.average_propagation_lengths, qn.upstreamness):
        with pytest.raises(qn.DataError, match="the table is not productive: the spectral radius"):
            call(table)


@pytest.mark.parametrize("radius", [0.99, 0.9999, 0.999999])
def test_single_precision_answers_near_a_radius_of_one(radius: float) -> None:
    rng = np.random.default_rng(1)
    n = 30
    flows = rng.random((n, n))
    A = flows / np.abs(np.linalg.eigvals(flows)).max() * radius
    f = rng.random(n)
    x = np.linalg.solve(np.eye(n) - A, f)
    options: dict[str, Any] = {"output": x, "tolerance": 1e-5}
    table = qn.InputOutputTable(A * x, f, x - (A * x).sum(0), precision="single", **options)
    expected = np.linalg.inv(np.eye(n) - A).sum(axis=0)
    np.testing.assert_allclose(table.multipliers(), expected, rtol=1e-13 / (1 - radius))


def test_a_multiplier_per_direct_effect_is_empty_where_there_is_none() -> None:
    table = qn.InputOutputTable(Z, [350, 1700], [650, 1400], accounts={"pay": [300, 0]})
    found = table.multipliers("pay", per="direct")
    assert found[0] == pytest.approx(0.95 / 0.7575)
    assert np.isnan(found[1])


def test_households_that_spend_more_than_they_earn_are_warned_of() -> None:
    x, wages, homes = np.array([1000.0, 2000.0]), np.array([300, 500]), np.array([150, 1200])
    table = qn.InputOutputTable(
        Z,
        pd.DataFrame({"homes": homes, "other": [200.0, 500.0]}),
        pd.DataFrame([wages, [350, 900]], ["wages", "rest"]),
    )
    with pytest.warns(
        UserWarning, match="'homes' spends 1350, more than the 800 of 'wages'"
    ) as warned:
        found = table.multipliers(closed=True, household="homes", income="wages")
    assert warned[0].filename == __file__  # it points to the call
    closed = np.zeros((3, 3))
    closed[:2, :2], closed[2, :2], closed[:2, 2] = np.array(Z) / x, wages / x, homes / 800.0
    expected = np.linalg.inv(np.eye(3) - closed)[:2, :2].sum(axis=0)
    np.testing.assert_allclose(found, expected)

    def spend_all(short: float) -> None:
        value_added = pd.DataFrame([[525, 825 - short], [125, 575 + short]], ["wages", "rest"])
        again = qn.InputOutputTable(Z, table.final_demand, value_added)
        again.multipliers(closed=True, household="homes", income="wages")

    spend_all(0.0)
    with pytest.warns(UserWarning, match=r"'homes' spends 1350, more than the 1349\.9"):
        spend_all(0.1)


def test_results_can_be_compared_without_an_error() -> None:
    table = qn.InputOutputTable(Z, [350, 1700], [650, 1400])
    results = [
        table.extract([0]),
        table.check(),
        table.multiplier_intervals(relative_error=0.1),
        qn.structural_decomposition(table, table),
        qn.structural_paths(table),
        qn.average_propagation_lengths(table),
        qn.upstreamness(table),
        qn.mixed_model(table, {0: 900.0}),
        qn.inoperability(table, {0: 0.1}),
        qn.ras([[1, 2], [3, 4]], [4, 6], [5, 5]),
        qn.balance_least_squares([[1, 2], [3, 4]], [4, 6], [5, 5]),
        qn.SupplyUseTable([[8, 2], [0, 10]], [[2, 3], [1, 4]], [5, 5], [5, 5]).symmetric("B"),
    ]
    for one in results:
        assert one == one
        assert not any(one == other for other in results if other is not one)


def test_categories_of_final_demand_are_matched_by_label() -> None:
    def made(demand: dict[str, list[float]], value: list[float]) -> qn.InputOutputTable:
        return qn.InputOutputTable(Z, pd.DataFrame(demand), value)

    factors = ("A", "structure", "mix", "level")
    start = made({"homes": [300, 700], "state": [50, 1000]}, [650, 1400])
    end = made({"homes": [320, 900], "state": [80, 900]}, [700, 1500])
    turned = made({"state": [80, 900], "homes": [320, 900]}, [700, 1500])
    np.testing.assert_allclose(
        qn.structural_decomposition(start, turned, factors=factors).effects,
        qn.structural_decomposition(start, end, factors=factors).effects,
    )
    more = made({"homes": [200, 900], "state": [80, 800], "exports": [120, 100]}, [700, 1500])
    for pair, where in (((start, more), "end"), ((more, start), "start")):
        with pytest.raises(qn.DataError, match=f"'exports' is only in the {where} table"):
            qn.structural_decomposition(*pair, factors=factors)


def test_a_decomposition_across_import_treatments_says_so() -> None:
    inside = qn.InputOutputTable(
        Z, pd.DataFrame({"home": [450, 1800], "imports": [-100, -100]}), [650, 1400]
    )
    apart = qn.InputOutputTable(
        [[130, 480], [180, 80]], [390, 1740], [650, 1400], imports=[[20, 20], [20, 20]]
    )
    found = qn.structural_decomposition(inside, apart)
    assert found.notes[0].startswith("Imports are apart in the end table: they were put into its")
    assert qn.structural_decomposition(apart, apart).notes == ()
    sold = qn.InputOutputTable(
        [[130, 480], [180, 80]],
        pd.DataFrame({"home": [300, 1600], "exports": [90, 140]}),
        [650, 1400],
        imports=([[20, 20], [20, 20]], pd.DataFrame({"home": [10, 10]})),
    )
    demand = pd.DataFrame({"home": [310, 1610], "exports": [90, 140], "imports": [-50, -50]})
    joined = qn.InputOutputTable([[150, 500], [200, 100]], demand, [650, 1400])
    pd.testing.assert_frame_equal(
        qn.structural_decomposition(inside, sold).effects,
        qn.structural_decomposition(inside, joined).effects,
    )
    # by hand: 20 of each input and 40 of each final demand are imports
    demand = pd.DataFrame({"home": [390, 1740], "imports": [-40, -40]})
    joined = qn.InputOutputTable([[150, 500], [200, 100]], demand, [650, 1400])
    pd.testing.assert_frame_equal(
        found.effects, qn.structural_decomposition(inside, joined).effects
    )


def test_totals_come_as_mappings_and_row_frames() -> None:
    seed = pd.DataFrame([[1, 2.0], [3, 4]], ["a", "b"], ["x", "y"])
    expected = qn.ras(seed, [4, 6], [5, 5]).table
    named = qn.ras(seed, {"b": 6, "a": 4}, {"y": 5, "x": 5}).table
    row = qn.ras(
        seed, pd.DataFrame({"b": [6], "a": [4]}), pd.DataFrame([[5, 5]], columns=["x", "y"])
    ).table
    pd.testing.assert_frame_equal(named, expected)
    assert row.to_numpy().tolist() == expected.to_numpy().tolist()


def test_forward_linkages_of_the_leontief_inverse_are_its_row_sums() -> None:
    table = qn.load_io("CHN", 2018)
    found = table.linkages(forward="leontief")
    L = table.leontief().to_numpy()
    np.testing.assert_allclose(found["forward"], L.sum(axis=1), rtol=1e-12)
    spread = L.std(axis=1, ddof=1) / L.mean(axis=1)
    np.testing.assert_allclose(found["forward_variation"], spread, rtol=1e-9)
    with pytest.raises(qn.DataError, match="forward 'both' is unknown"):
        table.linkages(forward="both")


def test_a_table_with_negative_cells_is_proved_productive_without_eigenvalues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from quesnay.models.input_output import check

    monkeypatch.setattr(check, "spectral_radius", lambda _: pytest.fail("eigenvalues were taken"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = qn.InputOutputTable(
            [[-50.0, 900.0], [200.0, 100.0]], [150, 1700], [850, 1000], output=[1000, 2000]
        )
    assert table.engine.proved
    other = qn.InputOutputTable(
        [[0.0, 1900.0], [200.0, 0.0]], [-900, 1800], [800, 100], output=[1000, 2000]
    )
    assert other.engine.proved
    crossed = qn.InputOutputTable(
        [[0.0, 2000.0], [200.0, 0.0]], [-1000, 1800], [800, 0], output=[1000, 2000]
    )
    assert crossed.engine.proved  # a column without value added: proved by its multipliers

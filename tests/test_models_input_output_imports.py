"""Imports out of flows in proportion; regions by quotients, by hand and by the handbooks."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.models.input_output.imports import split_imports
from quesnay.models.satellite.core import with_imports_inside
from tests.refusals import refused


def _competitive() -> Any:
    demand = pd.DataFrame(
        {"home": [60.0, 90.0], "exports": [20.0, 5.0], "imports": [-20.0, -10.0]}, index=["a", "b"]
    )
    Z = pd.DataFrame([[10.0, 30.0], [20.0, 40.0]], index=["a", "b"], columns=["a", "b"])
    return qn.InputOutputTable(Z, demand, pd.Series([70.0, 75.0], ["a", "b"]))


def test_value_added_and_imports_make_one() -> None:
    found = split_imports(_competitive())
    L = np.linalg.inv(np.eye(2) - found.table.A.to_numpy())
    x = found.table.x.to_numpy()
    assert found.table.imports is not None
    v = found.table.v.to_numpy() / x
    m = found.table.imports.Z.to_numpy().sum(axis=0) / x
    np.testing.assert_allclose(v @ L + m @ L, 1.0, rtol=1e-12)
    assert "Proportional import assumption" in found.notes[0]
    assert "Import shares" in repr(found)


def test_value_added_and_imports_make_one_on_a_real_table() -> None:
    table = qn.load_io("CHN", 2018, imports="included")
    demand = table.final_demand
    imports = next(c for c in demand.columns if (demand[c] <= 0).all() and demand[c].sum() < 0)
    exports = [c for c in demand.columns if "export" in str(c).lower()]
    found = split_imports(table, imports=imports, exports=exports)
    x = found.table.x.to_numpy()
    L = np.linalg.inv(np.eye(len(x)) - found.table.A.to_numpy())
    assert found.table.imports is not None
    content = (found.table.v.to_numpy() + found.table.imports.Z.to_numpy().sum(axis=0)) / x
    np.testing.assert_allclose(content @ L, 1.0, atol=1e-9)


def test_import_splits_refuse_what_does_not_fit() -> None:
    table = _competitive()
    with pytest.raises(qn.DataError, match=r"imports: no column 'import'.*did you mean 'imports'"):
        split_imports(table, imports="import")
    with pytest.raises(qn.DataError, match="imports stand there as negative numbers"):
        split_imports(table, imports="home")
    demand = pd.DataFrame({"home": [20.5, 30.0], "imports": [-0.5, 0.5]})
    odd = qn.InputOutputTable([[5, 5], [5, 5]], demand, [20, 30.5])
    with pytest.raises(qn.DataError, match=r"column 'imports' holds 0\.5 for 1; imports stand"):
        split_imports(odd)
    with pytest.raises(qn.DataError, match="list is no input-output table"):
        split_imports([[1]])  # type: ignore[arg-type]


S = ["farm", "mill"]


def nation(**options: Any) -> qn.InputOutputTable:
    flows = pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], S, S)
    return qn.InputOutputTable(flows, [350, 1700], [650, 1400], **options)


def test_quotients_and_coefficients_by_hand() -> None:
    # x^r = 300 of x^n = 3000: SLQ = (200/300)/(1000/3000) = 2 and (100/300)/(2000/3000) = 1/2
    found = {m: qn.location_quotient_table(nation(), [200, 100], method=m) for m in ("slq", "cilq")}
    assert found["slq"].simple.tolist() == pytest.approx([2.0, 0.5])
    np.testing.assert_allclose(found["slq"].quotients, [[2.0, 2.0], [0.5, 0.5]])
    np.testing.assert_allclose(found["slq"].table.A, [[0.15, 0.25], [0.1, 0.025]])
    np.testing.assert_allclose(found["cilq"].quotients, [[2.0, 4.0], [0.25, 0.5]])
    np.testing.assert_allclose(found["cilq"].table.A, [[0.15, 0.25], [0.05, 0.025]])


def test_flq_by_hand() -> None:
    # lambda = log2(1.1)^0.3 = 0.137504^0.3 = 0.551431 (Flegg and Webber 1997, eq. 6)
    found = qn.location_quotient_table(nation(), {"mill": 100, "farm": 200}, delta=0.3)
    expected = 0.551431 * np.array([[2.0, 4.0], [0.25, 0.5]])
    np.testing.assert_allclose(found.quotients, expected, rtol=1e-5)
    A = np.array([[0.15, 0.25], [0.2 * 0.1378578, 0.05 * 0.2757155]])
    np.testing.assert_allclose(found.table.A, A, rtol=1e-5)
    assert "lambda 0.5514 (delta 0.3)" in found.notes[0]


def test_a_delta_of_zero_is_the_cross_industry_quotient() -> None:
    china = qn.load_io("CHN", 2018)
    output = china.x * np.linspace(0.01, 0.2, 42)
    flq = qn.location_quotient_table(china, output, delta=0.0)
    cilq = qn.location_quotient_table(china, output, method="cilq")
    np.testing.assert_allclose(flq.quotients, cilq.quotients, rtol=1e-14)


def test_the_whole_nation_is_its_own_region() -> None:
    china = qn.load_io("CHN", 2018, imports="separate")
    for method in ("slq", "cilq", "flq"):
        found = qn.location_quotient_table(china, china.x, method=method)
        np.testing.assert_allclose(found.table.Z, china.Z, rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(found.table.f, china.f, rtol=1e-6, atol=1e-4)


def test_a_regional_table_balances_and_keeps_imports_apart() -> None:
    china = qn.load_io("CHN", 2018, imports="separate")
    found = qn.location_quotient_table(china, china.x * np.linspace(0.01, 0.2, 42), name="a region")
    table = found.table
    assert table.check().largest_residual < 1e-9
    assert table.name == "a region"
    assert table.imports is not None
    assert len(table.imports.Z) == 84
    np.testing.assert_allclose(table.content().sum(axis=1), 1.0, atol=1e-6)
    assert table.multipliers().mean() < china.multipliers().mean()


def test_employment_may_make_the_quotients() -> None:
    plain = qn.location_quotient_table(nation(), [200, 100])
    found = qn.location_quotient_table(
        nation(), [200, 100], employment=([20, 10], {"farm": 100, "mill": 200})
    )
    np.testing.assert_allclose(found.quotients, plain.quotients)
    other = qn.location_quotient_table(nation(), [200, 100], employment=([10, 20], [100, 200]))
    assert other.simple.tolist() == pytest.approx([1.0, 1.0])


def test_a_sector_that_the_region_has_not_buys_and_sells_nothing() -> None:
    found = qn.location_quotient_table(nation(), {"mill": 100})
    assert found.table.Z.to_numpy()[0].tolist() == [0, 0]
    assert found.table.Z.to_numpy()[:, 0].tolist() == [0, 0]
    assert found.table.x.tolist() == [0, 100]
    idle = qn.InputOutputTable([[1.0, 0.0], [0.0, 0.0]], [1.0, 0.0], [1.0, 0.0])
    assert qn.location_quotient_table(idle, [1.5, 0.0]).table.x.tolist() == [1.5, 0.0]  # none there


def test_regional_uses_beyond_output_are_noted() -> None:
    # the mill takes a quarter of its output from farms, of which the region has next to none left
    flows = pd.DataFrame([[0.0, 900.0], [0.0, 0.0]], S, S)
    table = qn.InputOutputTable(flows, [100, 2000], [1000, 1100])
    found = qn.location_quotient_table(table, [100, 400], method="slq")
    assert "1 sector sells more" in found.notes[-1]
    assert "farm" in repr(found)


def test_wrong_requests_are_refused() -> None:
    call = qn.location_quotient_table
    for options, message in (
        ({"method": "lq"}, "method 'lq' is unknown"),
        ({"delta": 1.5}, "delta: 1.5; expected a number"),
        ({"employment": [1, 2]}, "employment: expected a pair"),
        ({"employment": ([1, 2], [1, 0])}, "the region has .* but the nation has none"),
    ):
        refused(lambda o=options: call(nation(), [200, 100], **o), message)  # type: ignore[misc]
    refused(lambda: call(nation(), [-1, 2]), "regional_output: expected amounts of 0 or more")
    refused(lambda: call(nation(), {"shop": 1}), "no sector 'shop'")
    refused(lambda: call(nation(), [2000, 1500]), "exceeds the nation's")
    refused(
        lambda: call(nation(), [1001, 0]), "the region's output of 1001 exceeds the nation's of 1"
    )
    # as large as the nation in all, and larger in one sector
    refused(lambda: call(nation(), [1100, 1900]), "sector 'farm': .* output of 1100 exceeds the")
    refused(lambda: call([[1, 2], [3, 4]], [1, 2]), "national: list is no input-output table")  # type: ignore[arg-type]


def test_imports_of_inputs_alone_are_joined_and_put_inside() -> None:
    names = ["a", "b", "c"]
    Z = pd.DataFrame([[1.0, 2.0, 3.0], [2.0, 1.0, 1.0], [0.0, 1.0, 2.0]], names, names)
    M = pd.DataFrame([[0.5, 0.0, 0.0], [0.0, 0.5, 1.0], [0.0, 0.0, 0.0]], names, names)
    x = pd.Series(20.0, names)
    table = qn.InputOutputTable(Z, x - Z.sum(axis=1), x - Z.sum() - M.sum(), imports=M)
    joined = table.aggregate({"p": ["a", "b"], "q": ["c"]}).imports
    assert joined is not None
    assert joined.final_demand is None
    assert joined.Z.to_numpy().tolist() == [[1.0, 1.0], [0.0, 0.0]]
    inside = with_imports_inside(table)
    assert inside.final_demand["imports"].tolist() == [-0.5, -1.5, 0.0]
    np.testing.assert_allclose(inside.Z, Z + M)
    np.testing.assert_allclose(inside.x, x)


def test_negative_cells_are_listed_by_block() -> None:
    names = ["a", "b"]
    Z = pd.DataFrame([[1.0, -1.0], [2.0, 1.0]], names, names)
    demand = pd.DataFrame({"use": [10.0, 9.0], "stocks": [0.0, -2.0]}, names)
    table = qn.InputOutputTable(Z, demand, Z.sum(axis=1) + demand.sum(axis=1) - Z.sum())
    listed = table.check().tables()[-1]
    assert listed.title.startswith("Negative cells")
    assert listed.frame.to_numpy().tolist() == [
        ["transactions", "a", "b", -1.0],
        ["final demand", "b", "stocks", -2.0],
    ]


@pytest.mark.parametrize(("gap", "balances"), [(4e-5, True), (2e-4, False)])
def test_a_gap_is_measured_by_sales_where_these_exceed_output(gap: float, balances: bool) -> None:
    # goods of a go to b and come from abroad: sales 100, output 1; a millionth of 100 may miss
    names = ["a", "b"]
    Z = pd.DataFrame([[0.0, 100.0], [0.0, 0.0]], names, names)
    ask: dict[str, Any] = {"output": pd.Series([1.0, 200.0], names)}
    demand, value = pd.Series([-99.0 + gap, 200.0], names), pd.Series([1.0, 100.0], names)
    if balances:
        assert qn.InputOutputTable(Z, demand, value, **ask).x["a"] == 1.0
        return
    with pytest.raises(qn.BalanceError, match=r"row 'a': sales and final demand are 1.0002"):
        qn.InputOutputTable(Z, demand, value, **ask)


def test_products_whose_imports_do_not_fit_are_named() -> None:
    table = _competitive()
    demand = table.final_demand.assign(imports=[-20.0, 5.0], home=[60.0, 75.0])
    made = qn.InputOutputTable(table.Z, demand, table.value_added)
    refused(lambda: split_imports(made, imports="imports"), "column 'imports' holds 5 for 'b'")
    # b: its buyers take 20, 40 and 90 at home, and 5 go abroad
    demand = table.final_demand.assign(imports=[-20.0, -151.0], home=[60.0, 90.0])
    demand["exports"] = [20.0, 146.0]
    made = qn.InputOutputTable(table.Z, demand, table.value_added)
    message = "imports of 'b' are 151, more than its buyers at home buy .150.; take re-exports"
    refused(lambda: split_imports(made, imports="imports", exports=["exports"]), message)


@pytest.mark.parametrize(("part", "taken"), [(1.0 + 5e-10, True), (1.0 + 2e-9, False)])
def test_a_region_is_no_larger_than_its_nation_but_for_rounding(part: float, taken: bool) -> None:
    def make() -> Any:
        return qn.location_quotient_table(nation(), [100.0, 2000.0 * part])

    if taken:
        assert make().table.x.tolist() == [100.0, 2000.0 * part]
    else:
        refused(make, "'mill': the region's output of 2000.000004 exceeds the nation's of 2000;")
    whole: Any = ([10.0, 20.0 * part], [10.0, 20.0])
    if not taken:
        refused(
            lambda: qn.location_quotient_table(nation(), [100.0, 200.0], employment=whole),
            "the region's total of 30.00000004 exceeds the nation's of 30; check the units",
        )


def test_a_product_that_is_not_imported_stays_whole() -> None:
    # a: all of the 60 bought at home comes from abroad; b: nothing; c: nothing is bought at home
    names = list("abc")
    demand = pd.DataFrame(
        {"home": [40.0, 70.0, 0.0], "exports": [5.0, 0.0, 9.0], "imports": [-60.0, 0.0, 0.0]}, names
    )
    flows = pd.DataFrame([[0.0, 20.0, 0.0], [2.0, 3.0, 4.0], [0.0, 0.0, 0.0]], names, names)
    found = split_imports(qn.InputOutputTable(flows, demand, pd.Series([3.0, 56.0, 5.0], names)))
    assert found.shares.tolist() == [1.0, 0.0, 0.0]
    assert found.table.Z.to_numpy().tolist() == [[0.0] * 3, [2.0, 3.0, 4.0], [0.0] * 3]
    assert found.table.final_demand.to_numpy().tolist() == [[0.0, 5.0], [70.0, 0.0], [0.0, 9.0]]
    assert found.tables()[0].frame.index.tolist() == names


@pytest.mark.parametrize(("more", "noted"), [(0.0, False), (0.01, True)])
def test_the_least_use_beyond_output_is_noted_and_rounding_is_not(more: float, noted: bool) -> None:
    # the mill takes 0.45 times the farm's quotient, three times its share in the region's 1350: of
    # an output of 1000 that is all the farm makes, and of a little more it is a little too much
    flows = pd.DataFrame([[0.0, 900.0], [0.0, 0.0]], S, S)
    table = qn.InputOutputTable(flows, [100, 2000], [1000, 1100])
    found = qn.location_quotient_table(table, [350.0 - more, 1000.0 + more], method="slq")
    assert (len(found.notes) == 2) == noted

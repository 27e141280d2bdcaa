"""Answers of a table of two sectors, cell by cell, against numbers worked out by hand.

With the flows of Miller and Blair (2009, section 2.3) and outputs of 1,000 and 2,000 the
coefficients are 0.15 and 0.25, 0.2 and 0.05; the Leontief inverse is 0.95, 0.25, 0.2 and 0.85 over
the determinant 0.7575 of I - A.
"""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.models.satellite.core import with_imports_inside

from .refusals import refused

S = ["farm", "mill"]
DET = 0.7575
L = np.array([[0.95, 0.25], [0.2, 0.85]]) / DET


def two(**more: Any) -> qn.InputOutputTable:
    flows = pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], S, S)
    demand = pd.DataFrame({"homes": [200.0, 800.0], "exports": [150.0, 900.0]}, S)
    value = pd.DataFrame([[300.0, 800.0], [350.0, 600.0]], ["wages", "rest"], S)
    jobs = pd.DataFrame([[300.0, 0.0], [0.0, 0.0]], ["jobs", "idle"], S)
    return qn.InputOutputTable(flows, demand, value, accounts=jobs, unit="million", **more)


def cells(frame: pd.DataFrame) -> list[list[float]]:
    """Return the numbers of a frame, row by row."""
    return [list(row) for row in frame.to_numpy(dtype=float)]


def near(frame: pd.DataFrame, expected: Any) -> None:
    np.testing.assert_allclose(cells(frame), expected, rtol=1e-10, atol=1e-10)


def test_the_table_and_its_check() -> None:
    (table,) = two(name="Two").tables()
    assert table.title == "Two, million"
    assert table.notes == ("2 sectors; no import block.",)
    near(table.frame, [[1000.0, 350.0, 650.0], [2000.0, 1700.0, 1400.0]])
    found = two().check()
    verdicts, residuals = found.tables()
    # the roots of r^2 - 0.2 r - 0.0425 are 0.1 and the root of 0.0525 more or less
    assert found.spectral_radius == pytest.approx(0.1 + 0.0525**0.5, rel=1e-12)
    assert verdicts.title == "Check of the table, million"
    assert verdicts.frame.to_numpy().tolist() == [
        ["0.00e+00", "yes"], ["0.329129", "yes"], ["2050", ""], ["2050", "yes"], ["0", ""],
    ]  # fmt: skip
    near(residuals.frame, [[0.0, 0.0], [0.0, 0.0]])
    assert found.ok
    assert found.income_gap == 0.0
    assert found.largest_residual == 0.0


def test_the_check_of_a_table_that_does_not_add_up() -> None:
    flows, demand = [[10.0, 20.0], [30.0, 5.0]], [70.0, 65.0]
    table = qn.InputOutputTable(flows, demand, [60.0, 74.0], output=[100.0, 100.0], strict=False)
    found = table.check()
    assert found.largest_residual == pytest.approx(1.0 / 200.0)
    assert found.income_gap == pytest.approx(1.0)
    assert not found.ok
    verdicts, residuals = found.tables()  # r^2 - 0.15 r - 0.055 = 0
    near(residuals.frame, [[0.0, -1.0], [0.0, 0.0]])
    assert residuals.frame.index[0] == 1  # the worst stands first
    assert list(verdicts.frame["sound"]) == ["no", "yes", "", "no", ""]
    assert list(verdicts.frame["value"]) == ["5.00e-03", "0.321221", "135", "134", "0"]
    ones = np.ones(11)
    assert len(qn.InputOutputTable(np.diag(ones), ones, ones).check().tables()[1].frame) == 10
    small = qn.InputOutputTable(  # in a unit in which all of it is less than one
        1e-12 * np.array(flows), 1e-12 * np.array(demand), [60e-12, 74e-12], output=[1e-10] * 2,
        strict=False,
    )  # fmt: skip
    assert list(small.check().tables()[0].frame["sound"]) == ["no", "yes", "", "no", ""]


@pytest.mark.parametrize(("gap", "even"), [(1.5e-6, True), (6e-6, False)])
def test_what_floating_point_sums_leave_is_a_billionth_of_output(gap: float, even: bool) -> None:
    # of an output of 3000 in all: half a billionth of it and two
    found = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400 + gap]).check()
    assert found.largest_residual == pytest.approx(gap / 3000, rel=1e-6)
    word = "yes" if even else "no"
    assert found.ok == even
    assert list(found.tables()[0].frame["sound"]) == [word, "yes", "", word, ""]


def test_an_economy_that_stands_still_adds_up() -> None:
    assert qn.InputOutputTable([[0.0]], [0.0], [0.0]).check().ok


def test_multipliers_and_linkages() -> None:
    table = two()
    near(table.multipliers("jobs").to_frame(), (0.3 * L[0])[:, None])
    linked = table.linkages()
    backward, forward = [1.15 / DET, 1.1 / DET], [1450 / DET / 1000, 1900 / DET / 2000]
    near(linked[["backward", "forward"]], np.column_stack([backward, forward]))
    assert linked["backward_normalised"].tolist() == pytest.approx([1.15 / 1.125, 1.1 / 1.125])
    assert linked["forward_normalised"].tolist() == pytest.approx([1.45 / 1.2, 0.95 / 1.2])
    # of two numbers the standard deviation is their distance over the root of two; rows of the
    # Ghosh inverse times the determinant are 0.95 and 0.5, 0.1 and 0.85
    variation = [[0.75 / 1.15, 0.45 / 1.45], [0.6 / 1.1, 0.75 / 0.95]]
    near(linked[["backward_variation", "forward_variation"]], np.sqrt(2) * np.array(variation))
    assert list(linked["sector_class"]) == ["key", "weak"]
    plain = table.linkages(forward="leontief", variation=False)
    assert list(plain.columns)[-1] == "sector_class"
    assert plain.shape == (2, 5)
    assert plain["forward"].tolist() == pytest.approx([1.2 / DET, 1.05 / DET])


def test_multipliers_with_households_inside() -> None:
    table = two()
    income, spent = np.array([0.3, 0.4]) @ L, np.array([200.0, 800.0]) / 1100.0
    again = 1.0 / (1.0 - income @ spent)  # what a unit of income becomes in all rounds
    jobs = 0.3 * L[0]
    found = table.multipliers("jobs", True, household="homes", income="wages")
    assert found.tolist() == pytest.approx((jobs + jobs @ spent * again * income).tolist())
    output = L.sum(axis=0)
    expected = output + (output @ spent * again + again) * income
    found = table.multipliers("output", True, household="homes", income="wages", household_row=True)
    assert found.tolist() == pytest.approx(expected.tolist())
    ratio = table.multipliers("jobs", per="direct")
    assert ratio["farm"] == pytest.approx(0.95 / DET)
    assert np.isnan(ratio["mill"])


def test_footprint_prices_and_field_of_influence() -> None:
    table = two()
    homes = 0.3 * (0.95 * 200 + 0.25 * 800) / DET
    exports = 0.3 * (0.95 * 150 + 0.25 * 900) / DET
    expected = [[homes, 7.0, homes + 7.0], [exports, 0.0, exports]]
    near(table.footprint("jobs", direct={"homes": 7.0}), expected)
    near(table.footprint("jobs", direct=pd.Series({"exports": 0.0, "homes": 7.0})), expected)
    rise = [0.115 / DET, 0.11 / DET]
    near(table.prices(0.1), [[1 + up, up, 0.1, up - 0.1] for up in rise])
    rise = [0.065 * 0.95 / DET, 0.065 * 0.25 / DET]
    found = table.prices({"farm": 0.1}, of="value_added")
    near(
        found, [[1 + rise[0], rise[0], 0.065, rise[0] - 0.065], [1 + rise[1], rise[1], 0, rise[1]]]
    )
    rise = [0.1 * 0.95 / DET, 0.1 * 0.25 / DET]
    found = table.prices({"farm": 100.0}, of="level")
    near(found, [[1 + rise[0], rise[0], 0.1, rise[0] - 0.1], [1 + rise[1], rise[1], 0, rise[1]]])
    squares = L**2
    near(table.field_of_influence(), np.outer(squares.sum(axis=0), squares.sum(axis=1)))
    near(
        table.field_of_influence("farm", "mill", change=0.01),
        np.outer(L[:, 0], L[1]) / (1.0 - 0.01 * L[1, 0]),
    )


# what is left of the two sectors when half of the mill is taken out, by 2 x 2 solutions
LEFT = {
    # buys, sells and delivers half: 0.15, 0.125, 0.1, 0.0125 and demand 350 and 850
    "total": np.array([0.9875 * 350 + 0.125 * 850, 0.1 * 350 + 0.85 * 850]) / 0.826875,
    # as a sector of its own, the rest buying as before: 0.15, 0.25, 0.1, 0.025
    "satellite": np.array([0.975 * 350 + 0.25 * 850, 0.1 * 350 + 0.85 * 850]) / 0.80375,
    # buys half at home: 0.15, 0.125, 0.2, 0.025, demand as before
    "backward": np.array([0.975 * 350 + 0.125 * 1700, 0.2 * 350 + 0.85 * 1700]) / 0.80375,
    # sells half to industries, value added 650 and 1,400 as before; shares of output sold are
    # 0.15, 0.5, 0.05 and 0.025
    "forward": np.array([0.975 * 650 + 0.05 * 1400, 0.5 * 650 + 0.85 * 1400]) / 0.80375,
}


@pytest.mark.parametrize("kind", LEFT)
def test_half_of_a_sector_is_extracted(kind: str) -> None:
    found = two().extract({"mill": 0.5}, kind)
    loss = np.array([1000.0, 2000.0]) - LEFT[kind]
    share = np.array([0.65, 0.7])  # value added per unit of output
    own = 1000.0 if kind in {"total", "satellite"} else loss[1]
    totals, sectors = found.tables()
    assert totals.title == f"Hypothetical extraction ({kind}), million"
    assert totals.notes[0].startswith("Extracted: mill 0.5; ")
    expected = [
        [own, loss.sum() - own, loss.sum(), loss.sum() / 3000.0],
        [0.7 * own, share @ loss - 0.7 * own, share @ loss, share @ loss / 2050.0],
    ]
    near(totals.frame, expected)
    assert list(totals.frame.index) == ["output", "value_added"]
    rows = {"farm": [loss[0], 0.0, loss[0]], "mill": [loss[1], own, loss[1] - own]}
    order = ["farm", "mill"] if loss[0] > loss[1] else ["mill", "farm"]
    assert list(sectors.frame.index) == order
    near(
        sectors.frame,
        [[*rows[s], *(share[S.index(s)] * np.array(rows[s])).tolist()] for s in order],
    )


def test_every_sector_is_extracted_alone_and_many_at_once() -> None:
    # without the farm the mill makes 1,700 / 0.95, without the mill the farm 350 / 0.85
    mill, farm = 2000.0 - 1700.0 / 0.95, 1000.0 - 350.0 / 0.85
    expected = [
        [1000 + mill, 650 + 0.7 * mill, mill, 0.7 * mill],
        [2000 + farm, 1400 + 0.65 * farm, farm, 0.65 * farm],
    ]
    near(two().extract_each(), expected)
    many = two().extract_many(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]))
    near(many, [*expected, [0.0, 0.0, 0.0, 0.0]])
    assert many.index.name == "draw"


def test_given_output_and_given_demand() -> None:
    found = qn.mixed_model(two(), {"farm": 800.0})
    (table,) = found.tables()
    mill = (1700.0 + 0.2 * 800.0) / 0.95
    farm = 800.0 * 0.85 - 0.25 * mill
    near(
        table.frame.drop(columns="given"),
        [[800.0, -200.0, farm, farm - 350.0], [mill, mill - 2000.0, 1700.0, 0.0]],
    )
    assert list(table.frame["given"]) == ["output", "demand"]
    assert table.notes == found.notes == ()
    idle = qn.mixed_model(two(), {"farm": 0.0}, {"mill": 9.5})
    assert idle.final_demand.tolist() == pytest.approx([-2.5, 9.5])
    assert idle.notes == ("Sector 'farm': 2.5 more is used than made; import it.",)
    none = qn.mixed_model(two(), {"farm": 4.0}, {"mill": -10.3})
    assert none.output["mill"] == pytest.approx(-10.0)
    assert none.notes == (
        "Sector 'mill': output -10 is negative: the given outputs cannot be met.",
    )
    zero = qn.mixed_model(two(), {"farm": 0.0}, {"mill": 0.0})
    assert zero.notes == ()
    refused(lambda: qn.mixed_model(two(), {"farm": -1.0}), "expected at least 0")


def test_a_decomposition_by_hand() -> None:
    # the first sector takes half, then three fifths of its own product, so L is 2, then 2.5
    start = qn.InputOutputTable([[10.0, 0.0], [0.0, 5.0]], [10.0, 5.0], [10.0, 5.0], unit="million")
    end = qn.InputOutputTable([[30.0, 0.0], [0.0, 5.0]], [20.0, 5.0], [20.0, 5.0], unit="million")
    whole, largest = qn.structural_decomposition(start, end).tables()
    assert whole.title == "Change of output by factor, million"
    assert list(whole.frame.columns) == ["effect", "share", "low", "high"]
    near(whole.frame, [[7.5, 0.25, 5.0, 10.0], [22.5, 0.75, 20.0, 25.0]])
    near(largest.frame, [[7.5, 22.5, 30.0], [0.0, 0.0, 0.0]])
    named = qn.structural_decomposition(start, end, factors=("v", "A", "f")).tables()[0]
    assert named.title == "Change of value added by factor, million"
    # v falls from 1/2 to 2/5: before the others by 2, after them by 5
    near(named.frame, [[-3.5, -0.35, -5.0, -2.0], [3.5, 0.35, 2.0, 5.0], [10.0, 1.0, 10.0, 10.0]])
    divisia = qn.structural_decomposition(start, end, method="lmdi").tables()[0]
    mean = 30.0 / np.log(2.5)  # the logarithmic mean of 20 and 50
    expected = np.array([mean * np.log(1.25), mean * np.log(2.0)])
    assert list(divisia.frame.columns) == ["effect", "share"]
    near(divisia.frame, np.column_stack([expected, expected / 30.0]))
    for table in (whole, named, divisia):
        assert table.notes[0].startswith("Method: ")
        assert len(table.notes) == 1
    bare = qn.InputOutputTable([[10.0, 0.0], [0.0, 5.0]], [10.0, 5.0], [10.0, 5.0])
    near(qn.structural_decomposition(bare, end).tables()[0].frame, cells(whole.frame))
    ones = np.ones(11)
    many = [qn.InputOutputTable(np.diag(ones), k * ones, k * ones) for k in (1.0, 2.0)]
    assert len(qn.structural_decomposition(*many).tables()[1].frame) == 10


def test_a_gap_of_a_table_is_noted_in_its_decomposition() -> None:
    # 10 of the own product per 20 and a little: 10 x / (x - 10) lies as far below 20 as x above
    demand, value = [10.0, 5.0], [10.0, 5.0]
    start, end = (
        qn.InputOutputTable([[10.0, 0.0], [0.0, 5.0]], demand, value, output=[20.0 + more, 10.0])
        for more in (0.0, 4e-6)
    )
    assert qn.structural_decomposition(start, start).notes == ()
    (note,) = qn.structural_decomposition(start, end).notes
    assert "misses its output by up to 4.0e-07 of the largest" in note


def test_imports_by_proportion_by_hand() -> None:
    demand = pd.DataFrame({"home": [60.0, 90.0], "abroad": [20.0, 5.0], "bought": [-20.0, -10.0]})
    table = qn.InputOutputTable([[10.0, 30.0], [20.0, 40.0]], demand, [70.0, 75.0])
    made = qn.split_imports(table, imports="bought", exports=["abroad"])
    (shares,) = made.tables()
    near(shares.frame, [[0.2], [1 / 15]])  # 20 of 100, 10 of 150
    assert shares.notes[0].endswith("(abroad buys none).")
    block = made.table.imports
    assert block is not None
    assert block.final_demand is not None
    near(block.Z, [[2.0, 6.0], [20 / 15, 40 / 15]])
    near(block.final_demand, [[12.0, 0.0], [6.0, 0.0]])
    near(made.table.Z, [[8.0, 24.0], [20 - 20 / 15, 40 - 40 / 15]])
    near(made.table.final_demand, [[48.0, 20.0], [84.0, 5.0]])
    everyone = qn.split_imports(table, imports="bought", exports=[])
    assert everyone.notes[0].endswith("(exports too).")
    assert everyone.shares.tolist() == pytest.approx([1 / 6, 10 / 155])
    verdicts = made.table.check().tables()[0].frame
    assert verdicts.loc["final demand less imported inputs", "value"] == "145"  # 157 less 12


def test_a_region_by_hand() -> None:
    # a tenth of the nation: 200 of 1,000 and 100 of 2,000, so quotients of 2 and 1/2
    made = {
        method: qn.location_quotient_table(two(), [200.0, 100.0], method=method)
        for method in ("slq", "cilq", "flq")
    }
    near(made["slq"].quotients, [[2.0, 2.0], [0.5, 0.5]])
    near(made["cilq"].quotients, [[2.0, 4.0], [0.25, 0.5]])
    size = np.log2(1.1) ** 0.3
    near(made["flq"].quotients, np.array([[2.0, 4.0], [0.25, 0.5]]) * size)
    (table,) = made["slq"].tables()
    assert list(table.frame.columns) == [
        "output", "simple quotient", "output multiplier", "bought elsewhere, share of output",
    ]  # fmt: skip
    # coefficients 0.15, 0.25, 0.1 and 0.025, of I less them the determinant 0.80375
    rows = [[200.0, 2.0, 1.075 / 0.80375, 0.1], [100.0, 0.5, 1.1 / 0.80375, 0.025]]
    near(table.frame, rows)
    assert made["slq"].table.f.tolist() == pytest.approx([200 - 30 - 25, 100 - 20 - 2.5])
    assert made["slq"].table.v.tolist() == pytest.approx([130.0, 70.0])
    assert made["slq"].notes == ("The region is 0.1 of the nation.",)
    assert made["flq"].notes == (
        f"The region is 0.1 of the nation, lambda {size:.4g} (delta 0.3).",
    )
    jobs = ([3.0, 1.0], [10.0, 10.0])
    by_jobs = qn.location_quotient_table(two(), [200.0, 100.0], employment=jobs, method="slq")
    assert by_jobs.simple.tolist() == pytest.approx([1.5, 0.5])  # 3/4 over 1/2, 1/4 over 1/2


def test_joined_sectors_stand_in_the_order_of_their_first_parts() -> None:
    assert list(two().aggregate({"farm": "z", "mill": "a"}).sectors) == ["z", "a"]
    one = two().aggregate({"farm": "all", "mill": "all"})
    near(one.Z, [[950.0]])
    assert one.x.tolist() == [3000.0]


def test_a_sector_is_spread_over_groups_by_its_shares() -> None:
    shares = pd.DataFrame([[1.0, 0.0, 0.0], [0.25, 0.0, 0.75]], S, ["a", "nothing", "b"])
    made = two().aggregate(shares)
    assert list(made.sectors) == ["a", "b"]
    near(made.Z, [[331.25, 393.75], [168.75, 56.25]])  # W' Z W, cell by cell
    assert made.x.tolist() == [1500.0, 1500.0]
    # shares that miss one by rounding lose nothing
    loose = two().aggregate(shares.replace({0.75: 0.75 + 8e-7}))
    assert loose.x.sum() == pytest.approx(3000.0, rel=1e-13)
    near(two().aggregate(pd.DataFrame(1.0, S, ["all"])).Z, [[950.0]])
    refused(
        lambda: two().aggregate(shares.replace({0.75: 0.75 + 2e-6})),
        "shares of sector 'mill' add up to 1.000002, not 1",
    )


def test_taxes_on_products_stay_apart_in_a_region_and_with_imports_inside() -> None:
    """Inputs of 100 by sector: 17, 43 and 35 from home, 3, 2 and 1 of taxes, the rest wages."""
    sectors = ["a", "b", "c"]
    flows = pd.DataFrame([[10, 20, 5], [5, 15, 10], [2, 8, 20]], sectors, sectors, dtype=float)
    taxes = pd.DataFrame([[3.0, 2.0, 1.0]], ["VAT"], sectors)
    wages = pd.DataFrame([[80.0, 55.0, 64.0]], ["wages"], sectors)
    table = qn.InputOutputTable(flows, [65.0, 70.0, 70.0], wages, taxes=taxes)
    region = qn.location_quotient_table(table, 0.3 * table.x, delta=0.3).table
    assert region.taxes is not None
    assert region.taxes.Z.iloc[0].tolist() == pytest.approx([0.9, 0.6, 0.3])
    assert region.v.tolist() == pytest.approx([24.0, 16.5, 19.2])
    abroad = pd.DataFrame(np.ones((3, 3)), sectors, sectors)
    apart = qn.InputOutputTable(flows, [65.0, 70.0, 70.0], wages - 3, taxes=taxes, imports=abroad)
    assert apart.check().income_gap == pytest.approx(0.0, abs=1e-9)  # 205 - 9 - 6 - 190
    assert apart.check().ok
    content = apart.content()
    inverse = np.linalg.inv(np.eye(3) - flows / 100.0)
    assert list(content) == ["value_added", "imports", "taxes_on_products"]
    near(content, (np.array([[77, 52, 61], [3, 3, 3], [3, 2, 1]]) / 100.0 @ inverse).T)
    assert apart.multipliers("wages").tolist() == pytest.approx(content["value_added"].tolist())
    halves = apart.split("a", {"a1": 0.5, "a2": 0.5})
    assert halves.imports is not None
    assert halves.taxes is not None
    near(halves.imports.Z, [[0.5, 0.5, 1.0, 1.0]] * 3)
    near(halves.taxes.Z, [[1.5, 1.5, 2.0, 1.0]])
    near(halves.value_added, [[38.5, 38.5, 52.0, 61.0]])
    inside = with_imports_inside(apart)
    assert inside.taxes is not None
    assert inside.taxes.Z.equals(taxes)
    assert inside.v.tolist() == [77.0, 52.0, 61.0]


def test_shares_of_a_split_may_miss_one_by_rounding_and_the_parts_add_up_all_the_same() -> None:
    def split(half: float, pattern: float) -> Any:
        rows = pd.DataFrame({"mill": [pattern, 0.5]}, ["a", "b"])
        return two().split("farm", {"a": 0.5, "b": half}, rows=rows)

    made = split(0.5 + 8e-10, 0.5 + 8e-10)
    assert made.x[["a", "b"]].sum() == pytest.approx(1000.0, rel=1e-13)
    assert made.Z.loc[["a", "b"], "mill"].sum() == pytest.approx(500.0, rel=1e-13)
    refused(lambda: split(0.5 + 2e-9, 0.5), "shares .* sum to 1.000000002; expected")
    refused(lambda: split(0.5, 0.5 + 2e-9), "rows: .* 'mill' sum to 1.000000002; expected")


def test_a_part_without_output_is_a_part_too() -> None:
    made = two().split("farm", {"a": 1.0, "b": 0.0})
    assert made.x.tolist() == [1000.0, 0.0, 2000.0]
    assert made.Z["b"].tolist() == [0.0, 0.0, 0.0]


def test_parts_of_which_one_alone_sells_in_proportion_still_add_up() -> None:
    rows = pd.DataFrame({"mill": [0.5, 0.4, 0.1]}, ["a", "b", "c"])
    made = two().split("farm", {"a": 0.5, "b": 0.25, "c": 0.25}, rows=rows)
    assert made.x[["a", "b", "c"]].tolist() == pytest.approx([500.0, 250.0, 250.0])
    assert (made.Z.sum(axis=1) + made.f).tolist() == pytest.approx(made.x.tolist(), rel=1e-11)


@pytest.mark.parametrize("kind", LEFT)
def test_losses_are_the_same_in_a_unit_in_which_all_numbers_are_tiny(kind: str) -> None:
    whole = two()
    tiny = qn.InputOutputTable(
        1e-15 * whole.Z, 1e-15 * whole.final_demand, 1e-15 * whole.value_added
    )
    found = tiny.extract({"mill": 0.5}, kind).totals
    near(
        1e15 * found[["own", "induced", "loss"]],
        whole.extract({"mill": 0.5}, kind).totals.iloc[:, :3],
    )
    assert tiny.extract([], kind).total_output_loss == 0.0


def scaled(k: float, more: float = 0.0) -> qn.InputOutputTable:
    """Return the table in another unit, its second column out of balance by so much."""
    whole, extra = two(), np.array([[0.0, more], [0.0, 0.0]])
    return qn.InputOutputTable(
        k * whole.Z, k * whole.final_demand, k * (whole.value_added + extra), strict=False
    )


def supplied(k: float, *given: Any) -> qn.SupplyUseTable:
    """Return supply, use, final demand and value added, and imports of both, in another unit."""
    blocks = [k * np.array(block, dtype=float) for block in given]
    return qn.SupplyUseTable(*blocks[:4], imports=tuple(blocks[4:]) or None)


def said(call: Any) -> str:
    with pytest.raises(qn.QuesnayError) as caught:
        call()
    return str(caught.value)


ONES = np.ones((2, 2, 2))
ANSWERS: dict[str, Any] = {
    "gap of the check": lambda k: scaled(k, 30.0).check().largest_residual,
    "gap in percent": lambda k: re.findall(r"[\d.]+ %", scaled(k, 30.0).check().warnings[0])[0],
    "gap noted": lambda k: qn.structural_decomposition(
        qn.InputOutputTable(k * two().Z, k * two().f, k * two().v, output=1.001 * k * two().x,
                            tolerance=0.01), scaled(k)).notes[-1],
    "ratios": lambda k: qn.structural_decomposition(
        scaled(k), scaled(2 * k, 30.0)).ratios.to_numpy().ravel().tolist(),
    "residual": lambda k: qn.structural_decomposition(scaled(k), scaled(2 * k)).residual < 1e-12,
    "households": lambda k: scaled(k).multipliers(
        closed=True, household="exports", income="wages").tolist(),
    "shares of paths": lambda k: qn.structural_paths(scaled(k), count=9).paths["share"].tolist(),
    "classes": lambda k: scaled(k).linkages().iloc[:, :-1].to_numpy().ravel().tolist(),
    "rounding spread": lambda k: qn.ras(
        np.full((2, 2), k), [2 * k, (8 + 9e-6) * k], [5 * k, 5 * k]).converged,
    "rounding of margins": lambda k: qn.ras_multi(
        k * ONES, {0: [6 * k, 2 * k], 1: [5 * k, (3 + 4e-6) * k]}).converged,
    "quotients": lambda k: qn.location_quotient_table(
        scaled(k), [200 * k, 100 * k]).quotients.to_numpy().ravel().tolist(),
    "none in the nation": lambda k: said(lambda: qn.location_quotient_table(
        qn.InputOutputTable([[k, 0], [0, 0]], [k, 0], [k, 0]), [k, 0.5 * k])),
    "wrong signs": lambda k: re.findall("negative|positive", said(lambda: qn.gras(
        [[-k, -2 * k], [3 * k, 4 * k]], [3 * k, 4 * k], [2 * k, 5 * k])))[0],
    "least squares": lambda k: (qn.balance_least_squares(
        [[k, 2 * k], [0, 4 * k]], [4 * k, 4 * k], [2 * k, 6 * k], variance="absolute"
    ).table / k).ravel().tolist(),
    "gap of columns": lambda k: supplied(
        k, np.diag([1, 2]), [[0.2, 0.1], [0.3, 0.4]], [0.7, 1.3], [0.5, 1.5005]
    ).symmetric("D").imbalance,
    "made by nobody": lambda k: said(lambda: supplied(
        k, [[1], [0]], [[0.2], [0]], [0.8, 0], [0.7], [[0], [0.1]], [0, 0]).symmetric("D")),
    "shares of nothing": lambda k: said(lambda: supplied(
        k, [[0.3, -0.3], [0, 1]], [[0, 0], [0.1, 0.2]], [0, 0.7], [0.2, 0.5]).symmetric("D")),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_the_same_in_a_unit_in_which_all_numbers_are_tiny(name: str) -> None:
    tiny, whole = (ANSWERS[name](k) for k in (1e-9, 1.0))
    assert tiny == (whole if isinstance(whole, str) else pytest.approx(whole, rel=1e-9))


def test_draws_keep_their_names() -> None:
    halves = [[0.5, 0.0], [0.0, 0.5]]
    for rows, names in (
        (None, ["draw"]),
        (pd.Index(["one", "other"], name="run"), ["draw"]),
        (pd.MultiIndex.from_product([["a"], [1, 2]], names=["run", "year"]), ["run", "year"]),
    ):
        found = two().extract_many(pd.DataFrame(halves, rows, S))
        assert found.index.names == names
        assert found.index.tolist() == ([0, 1] if rows is None else rows.tolist())


def test_halves_of_both_sectors_are_their_own_loss() -> None:
    found = two().extract({"farm": 0.5, "mill": 0.5}, "satellite").totals
    assert found["own"].tolist() == pytest.approx([500.0 + 1000.0, 325.0 + 700.0])

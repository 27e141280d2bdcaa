"""A year between two tables, worked out by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from quesnay import InputOutputTable
from quesnay.fitting.errors import ConvergenceError, DataError
from quesnay.models.input_output.balancing import ras
from quesnay.models.satellite.updating import (
    extrapolate_sectors,
    join_tables,
    margins_between,
    update_table,
    years_around,
)

S = ["farm", "mill"]


def table(scale: float, split: bool = False) -> InputOutputTable:
    """Return a table in a unit so large that all of its numbers are small; GDP is 0.9."""
    flows = pd.DataFrame([[0.1, 0.2], [0.3, 0.1]], S, S)
    demand = pd.DataFrame({"homes": [0.3, 0.5], "exports": [0.1, 0.2]}, S)
    bought = {"goods": [-0.06, 0.0], "services": [-0.04, 0.0]} if split else {"imports": [-0.1] * 2}
    if split:  # one product is exported, the other imported
        demand = pd.DataFrame({"homes": [0.4, 0.4], "exports": [0.0, 0.2]}, S)
    demand = demand.join(pd.DataFrame(bought, S))
    value = pd.DataFrame([[0.1, 0.3], [0.1, 0.4]], ["wages", "rest"], S)
    return InputOutputTable(scale * flows, scale * demand, scale * value)


TABLES = {2018: table(1.0), 2020: table(2.0)}
VALUE = pd.Series([0.3, 1.05], S)  # 1.5 times that of 2018


def test_margins_half_way_between_a_table_and_its_double() -> None:
    found = margins_between(TABLES, 2019, value_added=VALUE, published=pd.DataFrame())
    assert found.base == 2018
    assert found.output.to_dict() == pytest.approx({"farm": 0.9, "mill": 1.5})
    assert found.demand.to_dict() == pytest.approx({"homes": 1.2, "exports": 0.45})
    assert found.imports.tolist() == pytest.approx([0.15, 0.15])  # 1.65 less 1.35, by halves
    assert found.expected_imports == pytest.approx(0.3)
    assert found.sources.to_dict() == {
        "value added by sector": "published value added of the industry group; share of the sector "
        "in its group in a straight line 2018-2020; scaled to GDP",
        "gross output by sector": "output per unit of value added in a straight line 2018-2020, "
        "times value added",
        "final demand: homes": "ratio of the table to the GDP in a straight line 2018-2020",
        "final demand: exports": "ratio of the table to the GDP in a straight line 2018-2020",
        "imports": "final demand less value added; shares of products in a straight line 2018-2020",
    }


def test_a_published_total_moves_its_category() -> None:
    # homes are as published, 0.8 and 1.6, in both tables
    published = pd.DataFrame({"homes": [0.8, 1.18, 1.6]}, [2018, 2019, 2020])
    found = margins_between(TABLES, 2019, value_added=VALUE, published=published)
    assert found.demand["homes"] == pytest.approx(1.18)
    assert found.imports.tolist() == pytest.approx([0.14, 0.14])
    assert found.sources["final demand: homes"].startswith("ratio of the table to the published")
    with pytest.raises(DataError, match=r"exceeds value added by 0.4, but imports .* suggest 0.3"):
        margins_between(TABLES, 2019, value_added=VALUE, published=published.replace(1.18, 1.3))
    for level in (0.0, np.nan):
        with pytest.raises(DataError, match="'homes': nothing is published for 2018; add the year"):
            margins_between(
                TABLES, 2019, value_added=VALUE, published=published.replace(0.8, level)
            )
    # the line is 5 % of GDP, 0.0675 of 1.35
    near = published.replace(1.18, 1.265)
    assert margins_between(TABLES, 2019, value_added=VALUE, published=near).imports.sum() == (
        pytest.approx(0.365)
    )


def test_a_quarter_of_the_way_counts_the_nearer_table_three_times() -> None:
    tables = {2016: table(1.0), 2020: InputOutputTable([[0.4]], [0.6], [0.6])}
    assert years_around(tables, 2017, "") == (2016, 2020, 0.25)
    one = {2016: InputOutputTable([[1.0]], [9.0], [9.0]), 2020: tables[2020]}
    found = margins_between(one, 2017, value_added=pd.Series([8.0]), published=pd.DataFrame())
    # output over value added 10 / 9 and 10 / 6
    assert found.output.tolist() == pytest.approx([8.0 * (0.75 * 10 / 9 + 0.25 * 10 / 6)])
    assert found.imports.tolist() == [0.0]
    assert found.demand.tolist() == pytest.approx([8.0])
    turned = {2016: one[2020], 2020: one[2016]}
    found = margins_between(turned, 2017, value_added=pd.Series([8.0]), published=pd.DataFrame())
    assert found.output.tolist() == pytest.approx([8.0 * (0.75 * 10 / 6 + 0.25 * 10 / 9)])
    for year in turned:  # a year that has a table needs none
        with pytest.raises(DataError, match=f"year {year}: no input-output table on both sides"):
            years_around(turned, year, "drop it")
    assert years_around([2016, 2018, 2020], 2018, "") == (2016, 2020, 0.5)


def test_shares_of_products_in_imports_move_in_a_straight_line() -> None:
    old = table(1.0)
    tables = {}
    for year, part in ((2016, 0.15), (2020, 0.05)):  # of 0.2 in both years
        demand = old.final_demand.assign(imports=[-part, part - 0.2])
        demand["homes"] = [0.2 + part, 0.6 - part]
        tables[year] = InputOutputTable(old.Z, demand, old.value_added)
    found = margins_between(tables, 2017, value_added=old.v, published=pd.DataFrame())
    assert found.imports.tolist() == pytest.approx([0.125, 0.075])  # 0.75 by 0.75, 0.25 by 0.25


@pytest.mark.parametrize("groups", [None, {"farm": "b", "mill": "a"}, dict.fromkeys(S, "all")])
def test_an_updated_table_has_the_margins_and_the_proportions_of_the_old(groups: Any) -> None:
    old = table(1.0, split=True)
    twice = {2018: old, 2020: table(2.0, split=True)}
    margins = margins_between(twice, 2019, value_added=1.5 * old.v, published=pd.DataFrame())
    made = update_table(
        old, margins, lambda z, r, c: ras(z, r, c).table, groups=groups, name="2019"
    )
    for block in ("Z", "final_demand", "value_added"):
        expected = 1.5 * getattr(old, block)
        pd.testing.assert_frame_equal(getattr(made, block), expected, rtol=1e-7, check_names=False)
    assert made.name == "2019"


def test_a_margin_may_be_missed_by_a_millionth_of_the_largest() -> None:
    old = table(1.0)
    margins = margins_between(TABLES, 2019, value_added=VALUE, published=pd.DataFrame())

    def missing(by: float) -> float:
        def balance(seed: pd.DataFrame, rows: pd.Series, columns: pd.Series) -> Any:
            made: Any = ras(seed, rows, columns, tolerance=1e-12).table
            made.loc["farm", "exports"] += by * 1.2  # of which homes buy the most of all columns
            return made

        return float(update_table(old, margins, balance).final_demand["exports"].sum())

    assert missing(0.9e-6) == pytest.approx(0.45, rel=1e-5)
    with pytest.raises(ConvergenceError, match=r"'exports' misses its total by 1.1e-06 of the la"):
        missing(1.1e-6)


def test_a_table_with_taxes_apart_is_not_updated() -> None:
    bare = table(1.0)
    margins = margins_between(TABLES, 2019, value_added=VALUE, published=pd.DataFrame())
    taxes = pd.DataFrame([[0.1, 0.1]], ["VAT"], S)
    less = bare.value_added - np.array([[0.1, 0.1], [0.0, 0.0]])
    taxed = InputOutputTable(bare.Z, bare.final_demand, less, taxes=taxes)
    with pytest.raises(DataError, match="update: the table keeps taxes on products apart"):
        update_table(taxed, margins, lambda z, r, c: ras(z, r, c).table)


def test_sectors_share_what_is_published_of_their_group() -> None:
    tables = {
        2018: pd.Series({"1": 1.0, "2": 3.0, "3": 5.0}),
        2020: pd.Series({"1": 1.0, "2": 1.0, "3": 5.0}),
    }
    groups, published = {"1": "a", "2": "a", "3": "b"}, pd.Series({"a": 8.0, "b": 2.0})
    found = join_tables(tables, groups, published, year=2019, gdp=100.0)
    assert found.to_dict() == pytest.approx({"1": 30.0, "2": 50.0, "3": 20.0})  # 3/8 and 5/8
    grown = extrapolate_sectors(
        pd.Series({"1": 4.0, "2": 3.0}), pd.Series({"1": 2.0, "2": 0.0}), 22.0
    )
    assert grown.to_dict() == pytest.approx({"1": 16.0, "2": 6.0})  # 8 and, without growth, 3


def test_a_product_that_the_older_table_does_not_import_takes_no_share() -> None:
    first = table(1.0)
    demand = first.final_demand.copy()
    demand["homes"], demand["imports"] = [0.4, 0.4], [-0.2, 0.0]
    one = {2018: InputOutputTable(first.Z, demand, first.value_added), 2020: table(2.0)}
    found = margins_between(one, 2019, value_added=VALUE, published=pd.DataFrame())
    # three quarters by the line of shares, 1 and a half; made to close the account of 0.3
    assert found.imports.tolist() == pytest.approx([0.3, 0.0])
    assert found.expected_imports == pytest.approx(0.3)
    assert found.demand.to_dict() == pytest.approx({"homes": 1.2, "exports": 0.45})
    bare = first.final_demand.drop(columns="imports").assign(homes=[0.2, 0.4])
    none = {2018: InputOutputTable(first.Z, bare, first.value_added), 2020: table(2.0)}
    # homes 0.6 of 0.9 and 1.6 of 1.8, exports a third: 10 / 9 of GDP, which is made one
    closed = margins_between(none, 2019, value_added=VALUE, published=pd.DataFrame())
    assert closed.imports.tolist() == [0.0, 0.0]
    assert closed.demand.to_dict() == pytest.approx({"homes": 0.945, "exports": 0.405})
    assert closed.expected_imports == pytest.approx(0.15)


@pytest.mark.parametrize("final", [False, True])
def test_imports_apart_are_updated_in_their_own_rows(final: bool) -> None:
    flows = pd.DataFrame([[1.0, 2.0], [3.0, 1.0]], S, S)
    bought = pd.DataFrame([[0.5, 0.25]], ["oil"], S)
    used = pd.DataFrame({"homes": [0.75]}, ["oil"])
    demand = pd.DataFrame({"homes": [3.0, 3.0], "exports": [1.0, 2.0]}, S)  # of own products
    value = pd.Series([2.5, 5.75], S)
    old, last = (
        InputOutputTable(
            k * flows, k * demand, k * value,
            imports=(k * bought, k * used) if final else k * bought,
        )
        for k in (1.0, 2.0)
    )  # fmt: skip
    margins = margins_between(
        {2018: old, 2020: last}, 2019, value_added=1.5 * old.v, published=pd.DataFrame()
    )
    assert margins.imports.tolist() == pytest.approx([2.25 if final else 1.125])
    made = update_table(old, margins, lambda z, r, c: ras(z, r, c).table)
    np.testing.assert_allclose(made.Z, 1.5 * flows, rtol=1e-7)
    assert made.imports is not None
    assert made.imports.final_demand is not None
    np.testing.assert_allclose(made.imports.Z, 1.5 * bought, rtol=1e-7)
    assert made.imports.final_demand.loc["oil"].to_dict() == pytest.approx(
        {"homes": 1.125 if final else 0.0, "exports": 0.0}
    )
    np.testing.assert_allclose(made.final_demand, 1.5 * demand, rtol=1e-7)


def test_a_product_that_the_later_table_has_not_takes_no_share() -> None:
    flows = pd.DataFrame([[1.0, 2.0], [3.0, 1.0]], S, S)
    demand, value = pd.DataFrame({"homes": [4.0, 5.0]}, S), pd.Series([2.5, 5.75], S)
    both = pd.DataFrame([[0.25, 0.125], [0.25, 0.125]], ["oil", "gas"], S)
    one = pd.DataFrame([[0.5, 0.25]], ["oil"], S)
    tables = {
        2018: InputOutputTable(flows, demand, value, imports=both),
        2020: InputOutputTable(flows, demand, value, imports=one),
    }
    found = margins_between(tables, 2019, value_added=value, published=pd.DataFrame())
    assert found.imports.to_dict() == pytest.approx({"oil": 0.75, "gas": 0.0})


def test_a_sector_without_value_added_keeps_its_output_to_that_of_all() -> None:
    flows = pd.DataFrame([[0.5, 1.0], [1.5, 3.0]], S, S)
    demand, value = pd.Series([0.5, 3.5], S), pd.Series([0.0, 4.0], S)
    tables = {2016 + 4 * k: InputOutputTable(*((1 + k) * part for part in (flows, demand, value)))
              for k in (0, 1)}  # fmt: skip
    found = margins_between(
        tables, 2017, value_added=pd.Series([0.0, 10.0], S), published=pd.DataFrame()
    )
    # the line gives the farm 3/4 of 2 and 1/4 of 4, and value added 3/4 of 4 and 1/4 of 8; of
    # value added there is twice as much, and the mill makes two per unit of it
    assert found.output.to_dict() == pytest.approx({"farm": 5.0, "mill": 20.0})
    # where one of the tables has it: outputs of 2 and 8 in both, value added of 4 and of 5
    last = InputOutputTable(
        flows - np.array([[0.0, 0.0], [1.0, 0.0]]), demand + pd.Series([0.0, 1.0], S), [1, 4]
    )
    for two in ((tables[2016], last), (last, tables[2016])):
        found = margins_between(
            dict(zip((2016, 2018), two, strict=True)), 2017,
            value_added=pd.Series([1.0, 9.0], S), published=pd.DataFrame(),
        )  # fmt: skip
        assert found.output.to_dict() == pytest.approx({"farm": 20 / 4.5, "mill": 18.0})


def test_a_table_whose_value_added_is_one_is_updated_as_any_other() -> None:
    one, two = (InputOutputTable([[k]], [k], [k]) for k in (1.0, 2.0))
    margins = margins_between(
        {2018: one, 2020: two}, 2019, value_added=1.5 * one.v, published=pd.DataFrame()
    )
    made = update_table(one, margins, lambda z, r, c: ras(z, r, c).table)
    assert made.v.tolist() == pytest.approx([1.5])

"""Which sheet is a table of the OECD or of FIGARO, and what is taken for a row of it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from quesnay.datasets.readers.cells import read_options
from quesnay.datasets.readers.containers import Sheet
from quesnay.datasets.readers.world import (
    arrange_figaro,
    arrange_oecd,
    arrange_wiod,
    arrange_wiod_national,
    cut_country,
    looks_figaro,
    looks_oecd,
    looks_wiod,
    merge_regions,
)
from quesnay.datasets.tables import IOFrames
from tests.refusals import refused


def sheet(*rows: str) -> Sheet:
    made: list[Any] = [row.split(",") for row in rows]
    return Sheet("t.csv", "", made, ",")


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (("V1,A,B,HFCE", "TTL_A,1,2,3", "VALU,4,5,6"), "oecd"),
        (("V1,A,B,IMPO", "TTL_A,1,2,3", "VALU,4,5,6"), "oecd"),
        (("V1,A,B,HFCE", "TTL_A,1,2,3", "VA,4,5,6"), "oecd"),
        (("V1,A,B,HFCE", "TTL_A,1,2,3"), None),  # too short for a table
        (("V1,A,B,homes", "TTL_A,1,2,3", "VALU,4,5,6"), None),
        (("V1,A,B,HFCE", "TTL_A,1,2,3", "wages,4,5,6"), None),
        (("V1,AUS_A,AUS_B,AUS_HFCE", "AUS_A,1,2,3", "VA,4,5,6"), "oecd_icio"),
        (("V1,AUS_A,x,y,AUS_HFCE", "AUS_A,1,2,3,4", "VA,4,5,6,7"), "oecd_icio"),
        (("V1,AUS_A,x,y,z,AUS_HFCE", "AUS_A,1,2,3,4,5", "VA,4,5,6,7,8"), "oecd_icio"),
        (("V1,AUS_A,x,y,HFCE", "AUS_A,1,2,3,4", "VA,4,5,6,7"), None),  # under half of the header
        (("V1,A,B,HFCE", "A,1,2,3", "VALU,4,5,6"), "oecd"),
        (("V1,A,B,HFCE", "A,1,2,3", "VA,4,5,6", "TXS_INT_FNL,1,2,3"), "oecd"),
        (("V1,A,B,HFCE", "A,1,2,3", "VA,4,5,6"), None),
        (("A title", "V1,A,B,HFCE", "TTL_A,1,2,3", "VALU,4,5,6"), "oecd"),
        (("A title,2018", "V1,A,B,HFCE", "TTL_A,1,2,3", "VALU,4,5,6"), "oecd"),
        (("V1,AUS_A,HFCE", "AUS_A,1,2", "VA,4,5"), "oecd_icio"),
    ],
)
def test_a_table_of_the_oecd_is_known_by_its_codes(rows: tuple[str, ...], kind: str | None) -> None:
    assert looks_oecd(sheet(*rows)) == kind


def test_a_matrix_of_figaro_has_its_corner_or_its_value_added_and_its_demand() -> None:
    assert looks_figaro(sheet("rowLabels,AT_A,AT_P3_S14", "AT_A,1,2"))
    assert looks_figaro(sheet("x,AT_A,AT_P3_S14", "AT_A,1,2", "W2_D1,1,0"))
    assert not looks_figaro(sheet("x,AT_A,AT_P3_S14", "AT_A,1,2", "D1,1,0"))
    assert not looks_figaro(sheet("rowLabels,AT_A,AT_X", "AT_A,1,2", "W2_D1,1,0"))
    assert not looks_figaro(sheet())


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ((",,,,A", ",,,,Mill,Homes", ",,,,AUS,AUS", ",,,,c1,c37"), True),
        ((",,,,A", ",,,,Mill", ",,,,AUS", ",,,,c1"), False),  # one number is none of a table
        ((",,,,A", ",,,,Mill,Homes", ",,,,c1,c37"), False),  # the last of three rows
        ((",,,,A", ",,,,Mill,Homes", ",,,,AUS,AUS", ",,,,c1,own"), False),
        (("A title", "", ",,,,A", ",,,,Mill,Homes", ",,,,AUS,AUS", ",,,,c1,F4"), True),
        (("A title",) * 16 + (",,,,A", ",,,,Mill,Homes", ",,,,AUS,AUS", ",,,,c1,F4"), True),
        (("A title",) * 17 + (",,,,A", ",,,,Mill,Homes", ",,,,AUS,AUS", ",,,,c1,F4"), False),
    ],
)
def test_a_world_table_of_wiod_has_its_numbers_below_three_rows(
    rows: tuple[str, ...], found: bool
) -> None:
    assert looks_wiod(sheet(*rows)) is found


def test_a_country_buys_each_product_of_all_others_and_keeps_the_income_it_pays() -> None:
    names, uses = ["AUS_B", "AUT_B", "ROW_B", "ROW_A"], ["AUS_H", "AUT_H", "ROW_H"]
    flows = np.arange(1.0, 17.0).reshape(4, 4)  # AUS buys 1, 5, 9, 13
    world = IOFrames(
        Z=pd.DataFrame(flows, names, names),
        final_demand=pd.DataFrame(np.arange(12.0).reshape(4, 3), names, uses),  # and 0, 3, 6, 9
        value_added=pd.DataFrame([[7.0, 1.0, 1.0, 1.0], [0.0, 2.0, 2.0, 2.0]], ["D1", "D2"], names),
        output=None, imports=None, unit="", name="world",
    )  # fmt: skip
    home = cut_country(world, "AUS", "t.csv")
    assert home.imports is not None
    assert home.imports[0]["B"].to_dict() == {"B": 5 + 9, "A": 13}
    assert home.imports[1]["H"].to_dict() == {"B": 3 + 6, "A": 9}
    assert home.imports[0].index.tolist() == ["B", "A"]  # as they come
    assert home.final_demand.to_numpy().tolist() == [[0, 2 + 3 + 4, 1 + 2]]
    assert home.value_added.to_dict("index") == {"D1": {"B": 7.0}}  # nobody at home gets the other


def test_of_many_countries_of_a_world_sixty_are_named() -> None:
    names = [f"C{k:02d}_A" for k in range(61)]
    world = IOFrames(
        Z=pd.DataFrame(1.0, names, names), final_demand=pd.DataFrame({"C00_H": 1.0}, names),
        value_added=pd.DataFrame(1.0, ["D1"], names), output=None, imports=None, unit="", name="w",
    )  # fmt: skip
    listed = ", ".join(f"C{k:02d}" for k in range(60))
    refused(lambda: cut_country(world, "Xyz", "t.csv"), f"no country 'Xyz'; it has {listed}$")


def test_a_line_of_a_world_that_is_cut_short_is_no_note() -> None:
    rows = ("rowLabels,AT_A,AT_P3_S14", "AT_A,1,2", "a note")
    assert len(arrange_figaro(sheet(*rows), read_options({})).rows) == 1
    refused(
        lambda: arrange_figaro(sheet(*rows[:2], "W2 D1,5"), read_options({})),
        "row 'W2 D1' has 2 cells; 3 expected",
    )


def test_parts_of_a_country_are_joined_where_the_first_of_them_stands() -> None:
    names = ["MX1_A", "CN1_A", "MX2_A", "CHN_A"]
    world = IOFrames(
        Z=pd.DataFrame(np.arange(16.0).reshape(4, 4), names, names),
        final_demand=pd.DataFrame({"MEX_H": [1.0, 2.0, 3.0, 4.0]}, names),
        value_added=pd.DataFrame([[5.0, 6.0, 7.0, 8.0]], ["D1"], names),
        output=None, imports=None, unit="", name="world",
    )  # fmt: skip
    joined = merge_regions(world)
    assert list(joined.Z.index) == list(joined.Z) == ["MEX_A", "CHN_A"]
    assert joined.Z.to_numpy().tolist() == [[0 + 2 + 8 + 10, 1 + 3 + 9 + 11],
                                            [4 + 6 + 12 + 14, 5 + 7 + 13 + 15]]  # fmt: skip
    assert joined.final_demand["MEX_H"].tolist() == [4, 6]
    assert joined.value_added.T["D1"].tolist() == [12, 14]


def test_the_edition_of_2016_has_taxes_in_its_row_of_value_added() -> None:
    rows = ("V1,AUS_A,AUS_B,AUS_HFCE", "AUS_A,1,2,3", "AUS_B,1,2,3", "VA+TAXSUB,4,5,0")
    found = arrange_oecd(sheet(*rows), read_options({}))
    assert found.edition == "2016"
    assert found.assumed == ["row 'VA+TAXSUB': value added and taxes on products in one row"]
    assert arrange_oecd(sheet(*rows[:3], "VA,4,5,0"), read_options({})).edition == ""


def test_the_first_row_of_a_national_table_may_hold_numbers_and_their_marks() -> None:
    rows: list[Any] = [
        ["Year", "Code", "Description", "Origin", "A01", "CONS_h"],
        ["2014", "A01", "Crops", "Domestic", "1,5", "2"],
        ["2014", "A01", "Crops", "Imports", "3", "4"],
        ["2014", "VA", "Value added", "TOT", "5", "0"],
    ]
    found = arrange_wiod_national(Sheet("t.csv", "", rows, ";"), read_options({}))
    assert [(line.place, line.label, line.role) for line in found.rows] == [
        (1, "A01", "sector"), (2, "A01", "imported"), (3, "VA", "value_added"),
    ]  # fmt: skip
    assert found.numbers.style.decimal == ","


def test_columns_of_no_country_are_what_their_number_or_name_says() -> None:
    rows = (
        ";;;;A;B;X", ";;;;Mill;Post;Exports;Total output", ";;;;AUS;AUS;", ";;;;c1;c2;c42",
        "A;Mill;AUS;c1;1;2;3;6", "B;Post;AUS;c2;3;4;5;12",
    )  # fmt: skip
    made: list[Any] = [row.split(";") for row in rows]
    found = arrange_wiod(Sheet("t.csv", "", made, ";"), read_options({}))
    assert [(line.label, line.role) for line in found.columns] == [
        ("AUS_A", "sector"), ("AUS_B", "sector"), ("X", "final_demand"), ("Total output", "output"),
    ]  # fmt: skip
    made[0] = [*made[0], "", "GO"]  # a code stands over nothing else
    last = arrange_wiod(Sheet("t.csv", "", made, ";"), read_options({})).columns[-1]
    assert (last.place, last.label, last.role) == (8, "GO", "output")


def test_rows_of_figaro_are_taxes_value_added_or_sectors() -> None:
    rows = ("rowLabels,AT_A,AT_B,AT_P3_S14", "AT_A,1,2,3", "AT_B,4,5,6", "W2_D21X31,1,1,1",
            "W2_D1,7,8,0", "W2_OP_RES,0,0,2")  # fmt: skip
    found = arrange_figaro(sheet(*rows), read_options({}))
    assert [(line.place, line.label, line.role) for line in found.rows] == [
        (1, "AT_A", "sector"), (2, "AT_B", "sector"), (3, "W2_D21X31", "taxes"),
        (4, "W2_D1", "value_added"), (5, "W2_OP_RES", "taxes"),
    ]  # fmt: skip
    assert [(line.place, line.role) for line in found.columns] == [
        (1, "sector"), (2, "sector"), (3, "final_demand"),
    ]  # fmt: skip
    own = arrange_figaro(sheet("rowLabels,AT_A,W2_D1,AT_P3_S14", *rows[1:]), read_options({}))
    assert [line.role for line in own.rows if line.label == "W2_D1"] == ["sector"]


@pytest.mark.parametrize(
    ("arrange", "heads", "row"),
    [
        (arrange_oecd, ["V1;A;B;HFCE"], "TTL_A;X;2;3"),
        (arrange_figaro, ["rowLabels;AT_A;AT_B;AT_P3_S14"], "AT_A;X;2;3"),
        (
            arrange_wiod,
            [";;;;A;B", ";;;;Mill;Post", ";;;;AUS;AUS", ";;;;c1;c2"],
            "A;Mill;AUS;c1;X;2",
        ),
    ],
)
@pytest.mark.parametrize(("cell", "mark"), [("12,5", ","), ("12", ".")])
def test_the_first_number_of_a_world_counts_for_its_marks_and_its_labels_do_not(
    arrange: Any, heads: list[str], row: str, cell: str, mark: str
) -> None:
    lines = [*heads, row.replace("X", cell), row.replace("X", "7").replace("A", "1,5", 1)]
    rows: list[Any] = [line.split(";") for line in lines]
    found = arrange(Sheet("t.csv", "", rows, ";"), read_options({}))
    assert found.numbers.style.decimal == mark

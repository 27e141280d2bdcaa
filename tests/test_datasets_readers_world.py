"""Which sheet is a table of the OECD or of FIGARO, and what is taken for a row of it."""

from typing import Any

import pytest

from quesnay.datasets.readers.cells import read_options
from quesnay.datasets.readers.containers import Sheet
from quesnay.datasets.readers.world import (
    arrange_figaro,
    arrange_oecd,
    arrange_wiod,
    looks_figaro,
    looks_oecd,
    looks_wiod,
)


def sheet(*rows: str) -> Sheet:
    made: list[Any] = [row.split(",") for row in rows]
    return Sheet("t.csv", "", made, ",")


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (("V1,A,B,HFCE", "TTL_A,1,2,3", "VALU,4,5,6"), "oecd"),
        (("V1,A,B,IMPO", "TTL_A,1,2,3", "VALU,4,5,6"), "oecd"),
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
    ],
)
def test_a_world_table_of_wiod_has_its_numbers_below_three_rows(
    rows: tuple[str, ...], found: bool
) -> None:
    assert looks_wiod(sheet(*rows)) is found


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

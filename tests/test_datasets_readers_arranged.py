"""Where a grid stands in a sheet, which of its codes are taken, and where it ends."""

from functools import partial
from typing import Any

import pytest

from quesnay.datasets.readers.assembly import Arrangement
from quesnay.datasets.readers.cells import read_options
from quesnay.datasets.readers.containers import Sheet
from quesnay.datasets.readers.plain import arrange_plain, unit_of
from tests.refusals import refused

GRID = "s,farm,mill,homes\nfarm,20,40,140\nmill,60,80,60\nwages,120,80,\n"


def rows_of(text: str) -> list[Any]:
    return [line.split(",") for line in text.splitlines()]


def arranged(text: str, delimiter: str = ",", **options: Any) -> Arrangement:
    return arrange_plain(Sheet("t", "", rows_of(text), delimiter), read_options(options))


def told(lines: Any) -> list[tuple[int, str, str]]:
    return [(line.place, line.label, line.role) for line in lines]


@pytest.mark.parametrize(("between", "codes"), [(0, True), (6, True), (7, False)])
def test_codes_beside_the_names_are_the_labels_from_eight_rows_above_the_numbers_on(
    between: int, codes: bool
) -> None:
    text = (
        ",,01,02,\n" + ",,,,\n" * between + ",,farm,mill,homes\n01,farm,20,40,140\n"
        "2,mill,60,80,60\n,wages,120,80,\n"
    )
    found = arranged(text, "")
    labels = [line.label for line in found.rows if line.role == "sector"]
    assert labels == (["01", "02"] if codes else ["farm", "mill"])


@pytest.mark.parametrize(("above", "left", "found"), [(59, 6, True), (60, 0, False), (0, 7, False)])
def test_a_grid_starts_in_the_first_sixty_rows_and_seven_columns(
    above: int, left: int, found: bool
) -> None:
    rows = [["title"]] * above + [[*[""] * left, *row] for row in rows_of(GRID)]
    if found:
        assert [line.label for line in arrange_plain(Sheet("t", "", rows), read_options({})).rows][
            :2
        ] == ["farm", "mill"]
    else:
        refused(lambda: arrange_plain(Sheet("t", "", rows), read_options({})), "no label stands in")


def test_codes_that_stand_in_another_order_are_no_codes_of_the_sectors() -> None:
    text = ",,2,1,\n,,farm,mill,homes\n1,farm,20,40,140\n2,mill,60,80,60\n,wages,120,80,\n"
    assert [line.label for line in arranged(text, "").rows[:2]] == ["farm", "mill"]
    text = (
        ",,1,2,3,\n,,farm,mill,shop,homes\n1,farm,20,40,10,130\n3,mill,60,80,10,50\n"
        "2,shop,10,10,10,70\n,wages,110,70,70,\n"
    )
    assert [line.label for line in arranged(text, "").rows[:3]] == ["farm", "mill", "shop"]


def test_columns_are_named_by_up_to_four_rows_above_the_header() -> None:
    rows = [["", "", "", "Exports"], ["", "", "", "y"], ["", "", "", ""], ["", "", "", "z"],
            *rows_of(GRID.replace("homes", ""))]  # fmt: skip
    named = arrange_plain(Sheet("t", "", rows), read_options({})).columns[-1]
    assert (named.label, named.role, named.printed) == ("z", "final_demand", "z")
    rows[3][3] = rows[1][3] = ""
    named = arrange_plain(Sheet("t", "", rows), read_options({})).columns[-1]
    assert (named.label, named.role) == ("Exports", "final_demand")
    far = arrange_plain(Sheet("t", "", [rows[0], ["", "", "", ""], *rows[1:]]), read_options({}))
    assert (far.columns[-1].label, far.columns[-1].role) == ("", "unlabelled")


def test_demand_left_of_the_sectors_and_value_added_above_them_belong_to_the_table() -> None:
    found = arranged(
        "s,exports,farm,mill,homes\nvalue added,,120,80,\nfarm,5,20,40,135\nmill,6,60,80,54\n", ""
    )
    assert told(found.columns) == [
        (1, "exports", "final_demand"), (2, "farm", "sector"), (3, "mill", "sector"),
        (4, "homes", "final_demand"),
    ]  # fmt: skip
    assert told(found.rows)[0] == (1, "value added", "value_added_total")
    words = arranged(
        "s,note,farm,mill,homes\nfarm,x,20,40,140\nmill,y,60,80,60\nwages,,120,80,\n", ""
    )
    assert [line.label for line in words.columns] == ["farm", "mill", "homes"]


def test_of_several_names_the_one_nearest_the_numbers_says_what_a_row_is() -> None:
    found = arranged(
        ",,,A,B,homes\ngoods,farm,A,20,40,140\ngoods,mill,B,60,80,60\nimports,wages,W,120,80,\n", ""
    )
    assert told(found.rows)[2:] == [(3, "W", "value_added")]


@pytest.mark.parametrize(("again", "stops"), [(4, True), (3, False)])
def test_a_second_table_begins_where_four_fifths_of_the_labels_stand_again(
    again: int, stops: bool
) -> None:
    names = ["a", "b", "c", "d", "e"]
    lines = [",".join(["s", *names, "homes"])]
    lines += [",".join([name, *["1"] * 5, "5"]) for name in names]
    lines.append("wages," + ",".join(["5"] * 5) + ",")
    lines.append("," + ",".join([*names[:again], *["9"] * (5 - again)]) + ",")
    lines.append("surplus," + ",".join(["1"] * 5) + ",")
    found = arranged("\n".join(lines) + "\n", "")
    assert ("surplus" in [line.label for line in found.rows]) is not stops


@pytest.mark.parametrize(("between", "named"), [(3, True), (4, False)])
def test_the_name_of_a_use_stands_up_to_four_rows_above_the_codes(
    between: int, named: bool
) -> None:
    lines = [",,,homes", *[",,,"] * between, "s,a,b,", "a,1,2,3", "b,4,5,6", "wages,1,2,"]
    last = arranged("\n".join(lines) + "\n").columns[-1]
    assert (last.label, last.role) == (("homes", "final_demand") if named else ("", "unlabelled"))
    below = "s,a,b,\na,1,2,3\nb,4,5,6\nwages,1,2,homes\n"  # no name from the last row
    assert arranged(below).columns[-1].role == "unlabelled"


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("Table (million yen)", "million yen"), ("Unit: million euro", "million euro"),
        ("单位：万元", "万元"), ("Japan, million yen", "million yen"), ("Table 3", None),
        ("Japan; thousand tonnes", "thousand tonnes"), ("million " + "x" * 60, None),
        ("million " + "x" * 39, "million " + "x" * 39), ("million " + "x" * 40, None),
        ("x" * 52 + " million", "x" * 52 + " million"), ("x" * 53 + " million", None),  # 60 signs
    ],
)  # fmt: skip
def test_a_title_may_state_the_unit(cell: str, unit: str | None) -> None:
    found = unit_of(Sheet("t", "", [["", cell], ["s"]]), 1, 0)
    assert (None if found is None else found.lower()) == unit


def test_the_unit_is_looked_for_in_twelve_rows_and_six_columns_and_in_the_corner() -> None:
    said = "million yen"
    rows: list[Any] = [["x"]]
    assert unit_of(Sheet("t", "", [*(rows * 11), [said], ["s"]]), 12, 0) == said
    assert unit_of(Sheet("t", "", [*(rows * 12), [said], ["s"]]), 13, 0) is None
    assert unit_of(Sheet("t", "", [[*[""] * 5, said], ["s"]]), 1, 0) == said
    assert unit_of(Sheet("t", "", [[*[""] * 6, said], ["s"]]), 1, 0) is None
    assert unit_of(Sheet("t", "", [["x"], [said, "s"]]), 1, 1) == said
    assert unit_of(Sheet("t", "", [["x"], ["s", said]]), 1, 1) is None
    found = arranged("(million yen),farm,mill,homes\n" + GRID.partition("\n")[2])
    assert (found.unit, found.assumed) == (said, ["unit 'million yen', from the title"])
    other = arranged("(million yen),farm,mill,homes\n" + GRID.partition("\n")[2], unit="yen")
    assert (other.unit, other.assumed) == ("yen", [])


def test_a_row_cut_short_is_told_by_its_number_under_the_header() -> None:
    refused(
        lambda: arranged(GRID.replace("mill,60,80,60", "mill,60")),
        r"t: row 2 under the header \('mill'\) has 2 cells; 4 expected",
    )
    refused(
        lambda: arranged(GRID.replace("mill,60,80,60", "mill,60,80")),
        r"t: row 2 under the header \('mill'\) has 3 cells; 4 expected, as the header has; put a "
        r"label that holds a ',' in quotation marks",
    )
    refused(lambda: arranged(GRID.replace("mill,60,80,60", "mill,60,80,60,7")), "has 5 cells; 4")
    for row in ("mill,,60,80,60", "mill,60,80,60,,7"):
        odd = GRID.replace("mill,60,80,60", row)
        refused(partial(arranged, odd), r"row 2 under the header \('mill'\) has . cells")
    longer = arranged(GRID.replace("mill,60,80,60", "mill,60,80,60,,"))  # empty cells at the end
    assert told(longer.rows)[:2] == [(1, "farm", "sector"), (2, "mill", "sector")]
    refused(
        lambda: arranged(GRID.replace("20,40,140", "20,40")), r"row 1 under the header \('farm'"
    )
    note = arranged(GRID + "Note: made up, as all of it\n")
    assert [line.label for line in note.rows] == ["farm", "mill", "wages"]


@pytest.mark.parametrize("word", ["\u5408\u8ba1", "Total", "total output", "Final demand"])
def test_a_total_in_a_row_and_in_a_column_is_no_sector(word: str) -> None:
    found = arranged(
        f"s,farm,mill,{word},homes\nfarm,20,40,60,140\nmill,60,80,140,60\n{word},80,120,200,200\n"
        "wages,120,80,200,\n"
    )
    assert [line.label for line in found.columns if line.role == "sector"] == ["farm", "mill"]
    assert [line.label for line in found.rows if line.role == "sector"] == ["farm", "mill"]


def test_a_letter_that_stands_for_a_total_may_be_a_sector() -> None:
    found = arranged("s,T,mill,homes\nT,20,40,140\nmill,60,80,60\nwages,120,80,\n")
    assert [line.label for line in found.rows if line.role == "sector"] == ["T", "mill"]


def test_a_role_that_the_user_says_goes_before_the_words() -> None:
    found = arranged(GRID, roles={"homes": "output", "wages": "taxes", "mill": "drop"})
    assert told(found.columns) == [
        (1, "farm", "sector"),
        (2, "mill", "drop"),
        (3, "homes", "output"),
    ]
    assert told(found.rows)[1:] == [(2, "mill", "drop"), (3, "wages", "taxes")]
    own = arrange_plain(
        Sheet("t", "", rows_of(GRID.replace("homes", "H").replace("wages", "W"))),
        read_options({}), codes={"H": "imports", "W": "value_added_total"},
    )  # fmt: skip
    assert (own.columns[-1].role, own.rows[-1].role) == ("imports", "value_added_total")


def test_a_mistyped_first_sector_is_no_second_header() -> None:
    refused(lambda: arranged(GRID.replace("farm,20", "fram,20")), "row 'fram' is no column; did")


def test_a_list_of_cells_is_no_grid() -> None:
    cells = "a,b,1\n" * 6
    refused(lambda: arranged(f"from,to,x\n{cells}"), "cells listed one a line, no grid; pivot them")
    five = "a,b,c,d,1\n" * 5  # no more columns, and no fewer lines
    refused(lambda: arranged(f"from,to,of,in,x\n{five}"), "cells listed one a line, no grid; pivot")
    wide = "a,b,c,d,e,1\n" * 6
    refused(lambda: arranged(f"1,2,3,4,5,6\n{wide}"), "no label stands in a row and in a column")
    refused(lambda: arranged("from,to,x\na,b,1\na,b,2\na,b,3\na,b,4\n"), "no label stands in a row")

"""What becomes of each row and column of a file, and what is said of it: one table by hand."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import quesnay as qn
from quesnay.datasets.readers.assembly import Line, Numbers
from quesnay.datasets.readers.cells import NumberStyle
from quesnay.datasets.readers.containers import PackedRow, Row, Sheet

from .refusals import refused

# each sector makes 200: 20 + 60 + 10 + 2 + 50 + 58 are the inputs of the first
WHOLE = """\
Input-output table of Arcadia 2019, million crowns
,,01,02,Total intermediate,homes,government,Total consumption,exports,Total final demand,Output,
,,Farming,Milling,,,,,,,,
01,Farming,20,40,60,100,20,120,20,140,200,200
02,Milling,60,80,140,40,10,50,10,60,200,200
,Total inputs from home,80,120,200,140,30,170,30,200,,
,imports,10,20,30,5,0,5,0,5,,
,taxes less subsidies on products,2,3,5,1,0,1,0,1,,
,compensation of employees,50,30,80,,,,,,,
,gross operating surplus,58,27,85,,,,,,,
,Value added,108,57,165,,,,,,,
,Output,200,200,400,,,,,,,
,,200,200,,,,,,,,
,Employment,3,4,7,,,,,,,
"""
PLAIN = """\
s,farm,mill,homes,state,abroad
farm,20,40,100,20,20
mill,60,80,40,10,10
imports,10,20,5,,
taxes on products,2,3,1,,
wages,50,30,,,
surplus,58,27,,,
"""


def put(folder: Path, text: str) -> Path:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str, **options: Any) -> qn.InputOutputTable:
    return qn.read_io(put(folder, text), **options)


def test_every_row_and_column_is_accounted_for(tmp_path: Path) -> None:
    table = read(tmp_path, WHOLE)
    assert table.Z.to_numpy().tolist() == [[20, 40], [60, 80]]
    assert table.final_demand.to_dict("list") == {
        "homes": [100, 40], "government": [20, 10], "exports": [20, 10],
    }  # fmt: skip
    assert table.value_added.T.to_dict("list") == {
        "compensation of employees": [50, 30], "gross operating surplus": [58, 27],
    }  # fmt: skip
    apart = (table.imports, [10, 20], [5, 0, 0]), (table.taxes, [2, 3], [1, 0, 0])
    for block, inputs, final in apart:
        assert block is not None
        assert block.final_demand is not None
        assert block.Z.to_numpy().tolist() == [inputs]
        assert block.final_demand.to_numpy().tolist() == [final]
    source = table.source
    assert source is not None
    assert (table.unit, source.names) == ("million crowns", {"01": "Farming", "02": "Milling"})
    assert source.recognised == (
        "2 sectors",
        "final demand homes, government, exports",
        "value added compensation of employees, gross operating surplus",
        "imports imports",
        "taxes and margins apart taxes less subsidies on products",
    )
    assert source.dropped == (
        "row 10 without a label: agrees with the output",
        "column 10 without a label: agrees with the output",
        "row 'Value added': agrees with its parts",
        "row 'Total inputs from home': agrees with the inputs from home",
        "row 'Output': agrees with the output",
        "column 'Total intermediate': agrees with the sales to sectors",
        "column 'Total consumption': agrees with the 2 columns before it",
        "column 'Total final demand': agrees with the final demand",
    )
    assert source.assumed == (
        "row 'Employment': no money, left out; accounts= reads such rows of a file",
        "unit 'million crowns', from the title",
    )


@pytest.mark.parametrize("place", [3, 4, 5])
def test_final_consumption_is_a_category_where_its_parts_do_not_stand(
    tmp_path: Path, place: int
) -> None:
    rows = [line.split(",") for line in PLAIN.splitlines()]
    for row, cell in zip(rows, ["最终消费", "100", "40", "5", "1", "", ""], strict=True):
        del row[3]
        row.insert(place, cell)
    table = read(tmp_path, "".join(f"{','.join(row)}\n" for row in rows))
    uses = ["state", "abroad"]
    uses.insert(place - 3, "最终消费")
    assert list(table.final_demand) == uses
    assert table.final_demand["最终消费"].tolist() == [100, 40]
    assert table.imports is not None
    assert table.imports.final_demand is not None
    assert table.imports.final_demand["最终消费"].tolist() == [5]
    assert table.source is not None
    assert table.source.dropped == ()


def test_a_total_of_nothing_is_nothing(tmp_path: Path) -> None:
    text = "s,farm,mill,homes\nfarm,0,40,160\nmill,0,80,120\nTotal,0,120,\nwages,200,80,\n"
    assert read(tmp_path, text).source.dropped == ("row 'Total': agrees with the inputs from home",)


def test_a_sum_and_a_category_may_stand_side_by_side(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "s,farm,mill,homes,state,最终消费,资本形成总额\nfarm,20,40,105,20,125,15\n"
        "mill,60,80,35,10,45,15\nwages,120,80,,,,\n",
    )
    assert list(table.final_demand) == ["homes", "state", "资本形成总额"]
    assert table.source.dropped == ("column '最终消费': agrees with the 2 columns before it",)


@pytest.mark.parametrize(
    ("cells", "sums"),
    [
        ("80,120", "the inputs from home"),
        ("90,140", "the inputs with imports"),
        ("92,143", "all intermediate inputs"),
        ("82,123", "inputs and taxes"),
        ("108,57", "value added"),
        ("10,20", "the imported inputs"),
        ("2,3", "the taxes"),
        ("120,80", "the primary inputs"),
        ("200,200", "the output"),
    ],
)
def test_a_row_of_totals_may_be_the_sum_of_many_things(
    tmp_path: Path, cells: str, sums: str
) -> None:
    table = read(tmp_path, PLAIN + f"Total,{cells},,,\n")
    assert table.source is not None
    assert table.source.dropped == (f"row 'Total': agrees with {sums}",)


@pytest.mark.parametrize(
    ("cells", "sums"),
    [
        ("108,57", "its parts"),
        ("110,60", "its parts and taxes on products"),
        ("120,80", "its parts, taxes and imports"),
    ],
)
def test_a_row_of_value_added_may_hold_taxes_and_imports(
    tmp_path: Path, cells: str, sums: str
) -> None:
    table = read(tmp_path, PLAIN + f"Value added,{cells},,,\n")
    assert table.source is not None
    assert table.source.dropped == (f"row 'Value added': agrees with {sums}",)
    nil = PLAIN.replace("wages,50,30", "wages,50,0").replace("surplus,58,27", "surplus,58,57")
    parts = read(tmp_path, nil + f"Value added,{cells},,,\n").value_added
    assert parts.T.to_dict("list") == {"wages": [50, 0], "surplus": [58, 57]}
    none = read(tmp_path, PLAIN + "Value added,0,0,,,\n")
    assert none.source is not None
    assert none.source.dropped == ()


@pytest.mark.parametrize(
    ("place", "cells", "sums"),
    [
        (3, ("120", "50"), "the 2 columns after it"),
        (5, ("120", "50"), "the 2 columns before it"),
        (6, ("120", "50"), "columns 1 to 2 of final demand"),
        (6, ("40", "20"), "the 2 columns before it"),
        (6, ("140", "60"), "the final demand"),
        (6, ("200", "200"), "the output"),
        (6, ("60", "140"), "the sales to sectors"),
        (6, ("20", "10"), "the 1 columns before it"),
        (3, ("100", "40"), "the 1 columns after it"),
        (6, ("100", "40"), "columns 1 to 1 of final demand"),
    ],
)
def test_a_column_of_totals_may_be_the_sum_of_its_neighbours(
    tmp_path: Path, place: int, cells: tuple[str, str], sums: str
) -> None:
    added = ("Total consumption", *cells, "", "", "", "")
    lines = [line.split(",") for line in PLAIN.splitlines()]
    text = "".join(
        ",".join([*line[:place], cell, *line[place:]]) + "\n"
        for line, cell in zip(lines, added, strict=True)
    )
    table = read(tmp_path, text)
    assert table.source is not None
    assert table.source.dropped == (f"column 'Total consumption': agrees with {sums}",)
    assert list(table.final_demand) == ["homes", "state", "abroad"]


@pytest.mark.parametrize(
    ("name", "cells", "sums"),
    [
        ("Total uses", (210, 205), "all uses before imports"),
        ("Total final demand", (150, 65), "final demand before imports"),
    ],
)
def test_a_column_of_totals_may_leave_out_the_imports_among_its_neighbours(
    tmp_path: Path, name: str, cells: tuple[int, int], sums: str
) -> None:
    text = (
        f"s,farm,mill,homes,imports,abroad,{name}\nfarm,20,40,120,-10,30,{cells[0]}\n"
        f"mill,60,80,45,-5,20,{cells[1]}\nwages,120,80,,,,\n"
    )
    table = read(tmp_path, text)
    assert table.f.tolist() == [140, 60]
    assert table.source.dropped == (f"column {name!r}: agrees with {sums}",)
    path = put(tmp_path, text.replace(f"20,{cells[1]}", "20,0"))
    refused(lambda: qn.read_io(path), f"column {name!r} looks like a total, but at 'mill' it is 0")


def test_a_total_that_misses_its_parts_is_refused_or_let_pass(tmp_path: Path) -> None:
    near = PLAIN + "Total,80,121,,,\n"
    path = put(tmp_path, near)
    refused(
        lambda: qn.read_io(path),
        re.escape(
            "row 'Total' looks like a total, but at 'mill' it is 121 and the inputs from home 120; "
            "correct it, pass tolerance=8.7e-03 if this is rounding, or say what it is: "
            "roles={'Total': 'drop'} (or 'sector', 'value_added', ...)"
        ),
    )
    table = qn.read_io(path, tolerance=8.7e-3)
    assert table.source is not None
    assert table.source.dropped == ("row 'Total': agrees with the inputs from home but for 1",)
    small = re.sub(r"\d+", lambda found: f"{int(found[0]) / 1000}", near)  # in another unit
    path = put(tmp_path, small)
    refused(
        lambda: qn.read_io(path), "is 0.121 and the inputs from home 0.12; .* tolerance=8.7e-03"
    )
    bare = "s,farm,mill,homes\nfarm,20,40,140\nmill,60,80,60\nwages,120,80,\nTotal,80,125,\n"
    assert read(tmp_path, bare, tolerance=0.04).x.tolist() == [200, 200]  # 5 of 125
    for line in ("Total,81,0,,,", "Total,0,121,,,", "Value added,108,0,,,"):
        path = put(tmp_path, PLAIN + line)
        said = f"row '{line.partition(',')[0]}' looks like a total, but at"
        refused(partial(qn.read_io, path), said)
    path = put(tmp_path, PLAIN + "Total,82,120.4,,,\n")  # with taxes it would be 82, but 123
    refused(lambda: qn.read_io(path), "at 'farm' it is 82 and the inputs from home 80; correct it")
    path = put(tmp_path, PLAIN + "Total,85,120,,,\n")  # 6 % are no rounding
    refused(lambda: qn.read_io(path), "is 85 and the inputs from home 80; correct it, or say")
    for total, advice in ((80.8, "pass tolerance="), (80.9, "or say")):  # up to a hundredth
        path = put(tmp_path, PLAIN + f"Total,{total},120,,,\n")
        refused(partial(qn.read_io, path), f"is {total} and .* home 80; correct it, {advice}")
    path = put(tmp_path, PLAIN + "Total,80.01,120,,,\n")
    refused(lambda: qn.read_io(path), "is 80.01 and the inputs from home 80; correct it, pass tol")
    sums = "but at 'farm' it is 99 and its parts 108; correct it, or say what it is"
    path = put(tmp_path, PLAIN + "Value added,99,57,,,\n")
    refused(lambda: qn.read_io(path), sums)


def test_of_two_outputs_or_sums_of_income_the_second_is_held_against_the_first(
    tmp_path: Path,
) -> None:
    text = (
        "s,farm,mill,homes,output,total output\nfarm,20,40,140,200,200\nmill,60,80,60,200,200\n"
        "value added,120,80,,,\nGDP,120,80,,,\noutput,200,200,,,\ntotal output,200,200,,,\n"
    )
    table = read(tmp_path, text)
    assert table.value_added.to_dict("index") == {"value added": {"farm": 120.0, "mill": 80.0}}
    assert table.source is not None
    assert table.source.dropped == (
        "row 'GDP': agrees with its parts",
        "row 'output': agrees with the output",
        "row 'total output': agrees with the output",
        "column 'total output': agrees with the output",
    )
    rows = "\n".join([line.rpartition(",")[0].rpartition(",")[0] for line in text.splitlines()])
    assert read(tmp_path, rows).source.dropped[1:] == table.source.dropped[1:3]
    for old, new, said in (
        ("GDP,120", "GDP,121", "row 'GDP' looks like a total, but at 'farm' it is 121"),
        (
            "200,200\nmill",
            "200,201\nmill",
            "column 'total output' looks like a total, but at 'farm'",
        ),
        ("total output,200", "total output,201", "row 'total output' looks like a total, but at"),
    ):
        assert old in text
        refused(partial(read, tmp_path, text.replace(old, new)), said)


@pytest.mark.parametrize(("uses", "sums"), [(60, True), (61, False)])
def test_a_sum_of_the_first_uses_is_known_among_sixty(
    tmp_path: Path, uses: int, sums: bool
) -> None:
    lines: list[list[Any]] = [
        ["s", "farm", "mill", *[f"use {k}" for k in range(uses)], "total of some"],
        ["farm", 20, 40, *[1] * uses, 2],
        ["mill", 60, 80, *[2] * uses, 4],
        ["wages", uses - 20, 2 * uses + 20, *[""] * (uses + 1)],
    ]
    lines[1][4], lines[2][5] = 7, 9
    lines[1][-1], lines[2][-1] = 9, 13  # of the first three uses
    lines[3][1:3] = uses + 6 - 20, 2 * uses + 7 + 20
    path = put(tmp_path, "\n".join(",".join(map(str, line)) for line in lines) + "\n")
    if sums:
        assert qn.read_io(path, roles={"total of some": "total"}).source.dropped == (
            "column 'total of some': agrees with columns 1 to 3 of final demand",
        )
    else:
        refused(
            lambda: qn.read_io(path, roles={"total of some": "total"}), "looks like a total, but"
        )


FLIPPED = "printed positive, subtracted from uses as the balance asks"


@pytest.mark.parametrize(
    ("printed", "column", "note"),
    [
        (("20", "10"), [-20.0, -10.0], FLIPPED),
        (("0.1", "0.1"), [-0.1, -0.1], FLIPPED),
        (("-20", "-10"), [-20.0, -10.0], ""),
        (("7", "9"), None, "stands beside the balance of uses"),
        (("0", "0"), [0.0, 0.0], ""),
    ],
)  # fmt: skip
def test_the_balance_decides_the_sign_of_a_column_of_imports(
    tmp_path: Path, printed: tuple[str, str], column: list[float] | None, note: str
) -> None:
    bought = [abs(float(cell)) if column else 0.0 for cell in printed]
    homes = [made + abroad for made, abroad in zip((140, 60), bought, strict=True)]
    text = (
        f"s,farm,mill,homes,imports\nfarm,20,40,{homes[0]},{printed[0]}\n"
        f"mill,60,80,{homes[1]},{printed[1]}\nwages,120,80,,\n"
    )
    table = read(tmp_path, text)
    found = table.final_demand.get("imports")
    assert (None if found is None else found.tolist()) == column
    source = table.source
    assert source is not None
    said = [line for line in (*source.dropped, *source.assumed) if "imports" in line]
    assert said == ([f"column 'imports': {note}"] if note else [])


def test_the_sign_of_imports_is_decided_in_small_units_too(tmp_path: Path) -> None:
    text = "s,farm,mill,homes,imports\nfarm,20,40,160,20\nmill,60,80,70,10\nwages,120,80,,\n"
    table = read(tmp_path, re.sub(r"(\d+)", r"\g<1>0000000", text))
    assert table.final_demand["imports"].tolist() == [-2e8, -1e8]


@pytest.mark.parametrize("row", ["imports", "taxes on products"])
def test_a_row_without_which_the_columns_add_up_is_a_memorandum(tmp_path: Path, row: str) -> None:
    text = f"s,farm,mill,homes\nfarm,20,40,140\nmill,60,80,60\nwages,120,80,\n{row},7,9,\n"
    table = read(tmp_path, text)
    assert table.imports is None
    assert table.taxes is None
    assert table.source is not None
    assert table.source.dropped == (
        f"row {row!r}: a memorandum, inputs add up to output without it",
    )
    rows = [f"{row} {word},7,9," for word in ("of goods", "of services", "of farms", "of mills")]
    known = {line.split(",")[0]: "imports" if row == "imports" else "taxes" for line in rows}
    text = text.replace(f"{row},7,9,", "\n".join([*rows, "Total inputs,200,200,"]))
    first = ", ".join(map(repr, list(known)[:3]))
    assert read(tmp_path, text, roles=known).source.dropped == (
        f"row {first}: a memorandum, inputs add up to output without it",
        "row 'Total inputs': agrees with the output",
    )


def test_a_margin_that_is_no_sum_is_refused_with_its_cell(tmp_path: Path) -> None:
    wrong = WHOLE.replace("200,140,30,170,30,200,,", "200,140,37,170,30,200,,", 1)
    path = put(tmp_path, wrong)
    refused(
        lambda: qn.read_io(path),
        r"row 'Total inputs from home', column 'government': 37 looks like a total, but the "
        r"cells it adds up make 30 \(cell G6\); correct it, or leave the total out: "
        r"roles=\{'Total inputs from home': 'drop'\}",
    )
    assert qn.read_io(path, tolerance=0.2).f.tolist() == [140.0, 60.0]
    path = put(tmp_path, WHOLE.replace("80,120,200,140", "80,120,201,140", 1))
    refused(lambda: qn.read_io(path), r"'Total intermediate': 201 looks .* make 200 \(cell E6\)")


@pytest.mark.parametrize("power", [3, -3])
def test_output_in_another_unit_than_the_flows_is_refused(tmp_path: Path, power: int) -> None:
    made = [f"{200 * 10.0**power:g}"] * 2
    text = (
        f"s,farm,mill,homes,abroad,output\nfarm,20,40,100,40,{made[0]}\n"
        f"mill,60,80,30,30,{made[1]}\nwages,120,80,,,\n"
    )
    path = put(tmp_path, text)
    times = f"{10.0**power:g}".replace("+", r"\+")
    refused(lambda: qn.read_io(path), f"output is {times} times the sum of its row in every sector")


@pytest.mark.parametrize(
    ("rows", "times"),
    [
        ("farm,0,20,40,140,0.2\nmill,0,60,80,60,0.2\nidle,0,0,0,0,0\nwages,0,120,80,,\n", "0.001"),
        ("idle,0,0,0,0,3\nfarm,0,20,40,140,.2\nmill,0,60,80,60,.2\nwages,0,120,80,,\n", "0.001"),
        ("idle,0,0,0,5,0\nfarm,0,20,40,140,0.2\nmill,0,60,80,60,0.2\nwages,0,120,80,,\n", "0.001"),
        ("idle,0,0,0,0,0\nfarm,0,20,0,180,0.2\nmill,0,0,0,0,0\nwages,0,180,0,,\n", "0.001"),
        ("farm,0,.02,.04,.14,200\nmill,0,.06,.08,.06,200\nidle,0,0,0,0,0\nwages,0,.12,.08,,\n",
         "1000"),
    ],
)  # fmt: skip
def test_a_sector_that_makes_or_sells_nothing_is_in_no_unit(
    tmp_path: Path, rows: str, times: str
) -> None:
    path = put(tmp_path, f"s,idle,farm,mill,homes,output\n{rows}")
    refused(lambda: qn.read_io(path), f"output is {times} times the sum of its row in every sector")


@pytest.mark.parametrize(("share", "unit"), [(1.009, True), (1.015, False)])
def test_a_unit_is_another_where_every_row_is_so_within_a_hundredth(
    tmp_path: Path, share: float, unit: bool
) -> None:
    text = (
        f"s,farm,mill,homes,abroad,output\nfarm,20,40,100,40,{0.2 * share}\n"
        f"mill,60,80,30,30,{0.2 * share}\nwages,120,80,,,\n"
    )
    path = put(tmp_path, text)
    said = "it stands in another unit than the flows" if unit else "sales and final demand are 200"
    refused(lambda: qn.read_io(path), said)


def test_a_sector_that_buys_half_of_its_inputs_from_itself_is_no_total(tmp_path: Path) -> None:
    text = "s,a,b,c,homes\na,20,10,10,60\nb,10,7,8,75\nc,10,9,11,70\nwages,60,74,71,\n"
    assert read(tmp_path, text).x.tolist() == [100, 100, 100]
    total = "s,a,b,c,homes\na,5,6,11,60\nb,7,8,15,75\nc,12,14,26,70\nwages,60,74,71,\n"
    path = put(tmp_path, total)
    refused(lambda: qn.read_io(path), "sector 'c' is the sum of all other sectors, in its row and")
    # so is one whose row holds income, but not the taxes below it
    path = put(
        tmp_path,
        "s,farm,mill,homes,Jumla\nfarm,20,40,140,200\nmill,60,80,60,200\nJumla,190,195,200,585\n"
        "wages,60,40,0,100\nsurplus,50,35,0,85\ntaxes on products,10,5,0,15\n",
    )
    refused(lambda: qn.read_io(path), "sector 'Jumla' is the sum of all other sectors")


def test_an_empty_cell_of_imports_is_nothing_but_of_an_imported_product_unknown(
    tmp_path: Path,
) -> None:
    table = read(
        tmp_path, PLAIN.replace("imports,10,20,5", "imports,,20,5").replace("s,50", "s,60")
    )
    assert table.imports is not None
    assert table.imports.Z.to_numpy().tolist() == [[0, 20]]
    path = put(tmp_path, PLAIN.replace("imports,10,20,5", "imports,,20,5"))
    refused(lambda: qn.read_io(path, roles={"imports": "imported"}), "row 'imports', column 'farm'")


@pytest.mark.parametrize(("count", "more"), [(10, ""), (11, " and 1 more"), (13, " and 3 more")])
def test_of_many_uses_ten_are_named(tmp_path: Path, count: int, more: str) -> None:
    names = [f"use{k}" for k in range(count)]
    rest = "," + ",".join(["0"] * (count - 1))
    text = (
        f"s,farm,mill,{','.join(names)}\nfarm,20,40,140{rest}\nmill,60,80,60{rest}\n"
        f"wages,120,80,{',' * (count - 1)}\n"
    )
    source = read(tmp_path, text).source
    assert source is not None
    assert source.recognised[1] == f"final demand {', '.join(names[:10])}{more}"


def test_of_a_long_text_that_is_no_number_sixty_signs_are_shown(tmp_path: Path) -> None:
    path = put(tmp_path, PLAIN.replace("wages,50", f"wages,{'n' * 61}"))
    refused(lambda: qn.read_io(path), rf"row 'wages', column 'farm': '{'n' * 60}' is no number")


def test_a_long_line_of_numbers_ends_and_begins_where_it_does() -> None:
    row: list[Row] = [PackedRow(["a"], np.array([1.0, 2.0]))]
    numbers, line = Numbers(Sheet("t", "", row), NumberStyle()), [Line(0, "a", "")]
    columns = [Line(1, "x", ""), Line(2, "y", ""), Line(3, "z", "")]
    assert numbers.block(line, columns[:2]).tolist() == [[1.0, 2.0]]
    refused(lambda: numbers.block(line, columns), "row 'a', column 'z': is empty")
    numbers.sheet.rows[0] = PackedRow(["a", "7"], np.array([1.0, 2.0]))  # read as a label
    assert numbers.block(line, columns[:2]).tolist() == [[7.0, 1.0]]


def test_signs_of_nothing_may_stand_where_no_number_is(tmp_path: Path) -> None:
    table = read(tmp_path, PLAIN.replace("wages,50,30,,,", "wages,50,30,..,,"))
    assert table.v.tolist() == [108, 57]


def test_a_nameless_line_that_is_no_sum_is_refused_by_its_number(tmp_path: Path) -> None:
    path = put(tmp_path, PLAIN + ",7,8,,,\n")
    refused(lambda: qn.read_io(path), "row 7 has no label; name it")
    path = put(tmp_path, PLAIN.replace("\n", ",9\n").replace("abroad,9", "abroad,"))
    refused(lambda: qn.read_io(path), "column 6 has no label; name it")


@pytest.mark.parametrize("count", [8, 9])
def test_of_many_cells_beside_the_sectors_only_their_sum_is_tried(
    tmp_path: Path, count: int
) -> None:
    # a margin of wages that holds all sectors and one of the imported inputs of final demand
    names = [f"use {k}" for k in range(count)]
    ones = ",".join(["1"] * count)
    text = (
        f"s,farm,mill,{','.join(names)},homes,total\n"
        f"farm,20,40,{ones},{140 - count},200\nmill,60,80,{ones},{60 - count},200\n"
        f"imports,10,20,{ones},0,31\nwages,110,60,{',' * count},170\n"
    )
    path = put(tmp_path, text)
    if count == 8:
        assert qn.read_io(path).v.tolist() == [110.0, 60.0]
    else:
        refused(lambda: qn.read_io(path), "row 'imports', column 'total': 31 looks like a total")
    every = put(tmp_path, text.replace(f"0,{31}\n", f"0,{30 + count}\n"))
    assert qn.read_io(every).v.tolist() == [110.0, 60.0]

"""Tables of China's bureau and the panel of China KLEMS: what codes become, what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter

import quesnay as qn
from quesnay.datasets.readers.assembly import Arrangement
from quesnay.datasets.readers.cells import read_options
from quesnay.datasets.readers.containers import Sheet
from quesnay.datasets.readers.offices import arrange_nbs, arrange_ons, looks_nbs, looks_ons
from quesnay.datasets.readers.supply_use import looks_bea
from tests.refusals import refused


def arranged(rows: list[Any], **options: Any) -> Arrangement:
    return arrange_nbs(Sheet("nbs.csv", "", rows, ","), read_options(options))


def sheet(rows: list[Any]) -> Sheet:
    return Sheet("t", "", rows)


def roles(lines: Any) -> dict[str, str]:
    return {line.label: line.role for line in lines}


def told(lines: Any) -> list[tuple[int, str, str, str]]:
    return [(line.place, line.label, line.role, line.name) for line in lines]


PROVINCE: list[list[Any]] = [
    ["表,", *[""] * 15],
    ["单位：万元", *[""] * 15],
    ["", "", "上", *[""] * 13],
    ["", "", "农业", "采掘", "", "", "", "", "", "", "", "", "国内省外流出", "x", "进口", ""],
    ["", "代码", "01", 2.0, "TIU", "FU101", "TC", "THC", "GCF", "EX", "OF", "", "IF", "ERR", "im",
     "GO"],
    ["农业", "01", *map(float, range(14))],
    ["采掘", 2.0, *map(float, range(14))],
    ["中间投入", "TII", *map(float, range(14))],
    ["某折旧", "va001", *map(float, range(14))],
    ["报酬", "VA002", *map(float, range(14))],
    ["其他", "VA003", *map(float, range(14))],
    ["无", "VA009", *map(float, range(14))],
    ["增加值合计", "TVA", *map(float, range(14))],
    ["总投入", "", *map(float, range(14))],
    ["注", "", *[""] * 14],
]  # fmt: skip


def test_every_code_of_a_provincial_table_has_its_meaning() -> None:
    found = arranged(PROVINCE)
    assert told(found.columns) == [
        (2, "01", "sector", "农业"), (3, "02", "sector", "采掘"), (4, "TIU", "total", ""),
        (5, "rural_consumption", "final_demand", ""), (6, "TC", "demand_total", ""),
        (7, "THC", "demand_total", ""), (8, "GCF", "demand_total", ""),
        (9, "exports", "final_demand", ""), (10, "outflow_to_other_provinces", "final_demand", ""),
        (11, "", "unlabelled", ""), (12, "inflow_from_other_provinces", "imports", ""),
        (13, "statistical_discrepancy", "final_demand", ""), (14, "imports", "imports", ""),
        (15, "GO", "output", ""),
    ]  # fmt: skip
    assert [line.printed for line in found.columns[3:5]] == ["FU101", ""]
    for said in ("FU101", "rural_consumption"):  # as it is printed, or as it is called
        assert roles(found.told({said: "drop"}).columns)["rural_consumption"] == "drop"
    assert told(found.rows) == [
        (5, "01", "sector", "农业"), (6, "02", "sector", "采掘"), (7, "TII", "total", ""),
        (8, "depreciation", "value_added", "某折旧"),  # by its name
        (9, "labour_compensation", "value_added", "报酬"),
        (10, "depreciation", "value_added", "其他"),  # by its code
        (12, "TVA", "value_added_total", ""), (13, "总投入", "output", ""),
    ]  # fmt: skip
    assert [line.printed for line in found.rows[:4]] == ["01", "2", "", "VA001"]
    assert found.unit == ""  # 10,000 yuan is the unit of the layout
    other = [*PROVINCE[:1], ["单位：亿元", *[""] * 15], *PROVINCE[2:]]
    assert arranged(other).unit == "亿元"
    assert arranged(other, unit="yuan").unit == "yuan"
    assert arranged(PROVINCE, unit="yuan").unit == "yuan"


def test_a_column_without_a_code_counts_only_where_something_stands_below() -> None:
    rows = [[*row[:11], "" if i > 4 else row[11], *row[12:]] for i, row in enumerate(PROVINCE)]
    rows[3][11] = "above"
    assert 11 not in [line.place for line in arranged(rows).columns]
    rows[-1][11] = "below"
    assert (11, "", "unlabelled", "") in told(arranged(rows).columns)


def test_titles_do_not_say_how_numbers_are_written() -> None:
    rows = [list(row) for row in PROVINCE]
    rows[3][13] = "2,5"
    assert arranged(rows).numbers.style.decimal == "."
    rows[5][2] = "2,5"  # but the first product does
    assert arranged(rows).numbers.style.decimal == ","


def test_the_name_of_a_row_is_the_one_nearest_its_code() -> None:
    rows = [["组" if i > 4 else "", *row] for i, row in enumerate(PROVINCE)]
    assert [line.name for line in arranged(rows).rows[:2]] == ["农业", "采掘"]
    turned = [[row[1], row[0], *row[2:]] for row in PROVINCE]  # the code may stand first
    assert told(arranged(turned).rows)[:2] == [(5, "01", "sector", "农业"),
                                               (6, "02", "sector", "采掘")]  # fmt: skip
    short: list[Any] = [
        ["42"],
        ["", "", "01", "02", "GO"],
        ["", "01", 1.0, 2.0, 3.0],
        ["7", "02", *[1.0] * 3],
    ]
    assert arranged([["亿元", *short[1][1:]], *short[2:]]).unit == "亿元"  # in the corner
    assert told(arranged(short).rows) == [(2, "01", "sector", ""), (3, "02", "sector", "7")]


def test_codes_that_are_no_products_are_read_by_the_name_over_them() -> None:
    rows = [list(row) for row in PROVINCE]
    rows[4][13] = "X9"
    assert told(arranged(rows).columns)[11] == (13, "X9", "sector", "")
    rows[3][13] = "进口"
    assert told(arranged(rows).columns)[11] == (13, "进口", "imports", "")
    rows[3][13], rows[0][13] = "", "进口"  # four rows above, the farthest that is looked at
    assert told(arranged(rows).columns)[11][2] == "imports"
    far = [rows[0], [""] * 16, *rows[1:]]
    assert told(arranged(far).columns)[11] == (13, "X9", "sector", "")
    first = [*rows[4:-1], [*[""] * 13, "进口", "", ""]]  # none from the last row
    assert told(arranged(first).columns)[11] == (13, "X9", "sector", "")
    rows[0][13] = "总产出"
    assert told(arranged(rows).columns)[11][2] == "sector"
    rows[3][13] = "最终使用合计"
    assert told(arranged(rows).columns)[11][2] in {"demand_total", "total"}
    rows[4][6], rows[4][5] = "TC", "EX"  # without consumption of the countryside a part of its own
    assert told(arranged(rows).columns)[4] == (6, "consumption", "final_demand", "")


def apart(**cells: str) -> list[list[Any]]:
    """Two products, at home and from abroad, with imports in the rows."""
    rows: list[list[Any]] = [["", "代码", "01", "02", "FU101", "EX", "IM", "IF", "GO"]]
    codes = ["D01", "D02", "M01", "M02", "VA001", "VA002", "VA003", "VA004", "TI"]
    rows += [["", cells.get(code, code), *[1.0] * 7] for code in codes]
    return rows


def test_imports_in_rows_leave_no_column_of_imports() -> None:
    found = arranged(apart())
    assert [(line.label, line.role) for line in found.columns[-4:]] == [
        ("exports", "final_demand"), ("imports", "final_demand"),
        ("inflow_from_other_provinces", "drop"), ("GO", "output"),
    ]  # fmt: skip
    assert [(line.label, line.role, line.printed) for line in found.rows[:4]] == [
        ("01", "sector", "D01"), ("02", "sector", "D02"), ("01", "imported", "M01"),
        ("02", "imported", "M02"),
    ]  # fmt: skip
    refused(lambda: arranged(apart(M02="M03")), r"rows D.., M.. and columns differ: 02, 03")
    refused(lambda: arranged(apart(D01="D07")), r"rows D.., M.. and columns differ: 01, 07")
    refused(lambda: arranged(apart(VA003="VA005")), "nbs.csv: VA003 not found")
    own = [[*row[:5], "X9" if i == 0 else 1.0, *row[5:]] for i, row in enumerate(apart())]
    assert [line.role for line in arranged(own).columns][3] == "sector"  # assembly names it


@pytest.mark.parametrize(("titles", "found"), [(39, True), (40, False)])
def test_the_codes_of_an_office_stand_in_the_first_forty_rows(titles: int, found: bool) -> None:
    above = [["of commodities"]] * titles
    assert looks_nbs(sheet([*above, ["", "01", "02", "GO"]])) is found
    assert looks_bea(sheet([*above, ["IOCode", "Name", "11", "21"]])) is found


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([["Commodities"], ["Code", "", "11", "21", "31G", "Total A", "Total B"]], True),  # 3 of 5
        ([["Commodities"], ["Code", "", "11", "21", "Total A", "Total B"]], False),  # and no codes
        ([["Commodities", "", "11"], ["Code", "", "Farms"]], True),  # the row above has them
        ([["Commodities", "11"], ["Code", "", "Farms"]], False),
        ([["Code", "Commodity", "Farms"], ["", "", "11"]], False),  # nothing stands above
        ([["Commodities", "", "11"], ["Code", "Name"]], True),
        ([["Use of goods"], ["Code", "", "11", "21"]], False),
    ],
)
def test_codes_of_the_american_office_stand_beside_its_word_or_above_the_names(
    rows: list[Any], found: bool
) -> None:
    assert looks_bea(sheet(rows)) is found


def test_a_table_of_the_bureau_is_known_by_two_products_before_its_output() -> None:
    assert looks_nbs(sheet([["", "01", "2", "GO"]]))
    assert looks_nbs(sheet([[""], ["", "01", "2", "go"]]))
    assert not looks_nbs(sheet([["", "01", "GO", "02"]]))
    assert not looks_nbs(sheet([["", "01", "02"]]))
    refused(lambda: arranged([["", "01", "GO"]]), "no row with product codes and GO found; is the")


def test_the_edition_of_the_british_office_is_the_year_that_starts_its_title() -> None:
    rows: list[list[Any]] = [
        ["2019 Input-Output Analytical Tables"],
        ["", "CPA_A", "CPA_B", "_T", "P3 S14", "TU"],
        ["CPA_A", 20.0, 40.0, 60.0, 140.0, 200.0],
        ["CPA_B", 60.0, 80.0, 140.0, 60.0, 200.0],
        ["D1", 120.0, 80.0, 200.0, "", ""],
    ]
    assert arrange_ons(sheet(rows), read_options({})).edition == "2019"
    rows[0] = ["Tables of 2019"]
    found = arrange_ons(sheet(rows), read_options({}))
    assert found.edition == ""
    assert roles(found.columns) == {
        "CPA_A": "sector", "CPA_B": "sector", "_T": "total", "P3 S14": "final_demand",
        "TU": "total",
    }  # fmt: skip
    assert roles(found.rows)["D1"] == "value_added"


def test_a_table_of_the_british_office_has_its_total_beside_its_products() -> None:
    assert looks_ons(sheet([[""], ["CPA_A", "CPA_B", "_T", "P3 S1"]]))
    assert looks_ons(sheet([["CPA_A", "CPA_B", "_T", "P3 S14"]]))
    below = ["CPA_A", "CPA_B", "_T", "P3 S1"]
    assert looks_ons(sheet([*([["title"]] * 9), below]))
    assert not looks_ons(sheet([*([["title"]] * 10), below]))
    assert not looks_ons(sheet([["CPA_A", "CPA_B", "_T"]]))
    assert not looks_ons(sheet([["CPA_A", "_T", "P3 S1"]]))
    assert not looks_ons(sheet([["CPA_A", "CPA_B", "P3 S1"]]))


# ---- China KLEMS ---------------------------------------------------------------------------------


def klems(folder: Path, **sheets: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in sheets.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder


def test_variables_stand_side_by_side_by_industry_and_year(tmp_path: Path) -> None:
    folder = klems(
        tmp_path / "all",
        output="China\nfrom 1999 on\ncode,name,2000,2001\n,,,\nA,Farms,1.5,\nB,Mines,2,3\n,x,4,5\n"
        "notes,,,\n",
        notes="a,b\n2000,c\n",
        capital="code,2001,2002\nB,7,-8\n",
    )
    frame = qn.read_china_klems(folder)
    assert frame.columns.tolist() == ["industry", "year", "capital", "output"]
    assert frame.attrs["skipped"] == ["notes"]
    cells: Any = frame.set_index(["industry", "year"])
    assert cells["output"].dropna().to_dict() == {("A", 2000): 1.5, ("B", 2000): 2, ("B", 2001): 3}
    assert cells["capital"].dropna().to_dict() == {("B", 2001): 7, ("B", 2002): -8}
    assert np.isnan(cells.loc[("A", 2001), "output"])
    assert len(frame) == 5


def test_a_workbook_has_a_variable_a_sheet(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "klems.xlsx") as book:
        for name, value in (("output", 1.5), ("capital", 2.5), ("notes", "x")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["code", 2000, 2001] if name != "notes" else ["none"])
            sheet.write_row(1, 0, ["A", value, 2 * value] if name != "notes" else ["y"])
    frame = qn.read_china_klems(tmp_path / "klems.xlsx")
    assert frame.columns.tolist() == ["industry", "year", "output", "capital"]
    assert frame["output"].tolist() == [1.5, 3.0]
    assert frame["capital"].tolist() == [2.5, 5.0]
    assert frame.attrs["skipped"] == ["notes"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("code,2000,2000\nA,1,2\n", r"output.csv: a year stands twice in the header"),
        ("code,2000,2001\nA,1,2\nA,3,4\n", "output.csv: industry 'A' stands twice"),
        ("code,2000,2001\nA,1,x\n", "industry 'A', year 2001: 'x' is no finite number"),
        ("code,2000,2001\nA,inf,1\n", "industry 'A', year 2000: 'inf' is no finite number"),
        ("code,2000\nA,1\n", "all: no sheet with a header row of years"),
    ],
)
def test_a_panel_that_cannot_be_read_is_refused(tmp_path: Path, content: str, said: str) -> None:
    refused(lambda: qn.read_china_klems(klems(tmp_path / "all", output=content)), said)


def test_where_there_is_no_panel_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    refused(lambda: qn.read_china_klems(tmp_path / "none"), "none: no .csv file in this folder")
    refused(lambda: qn.read_china_klems(tmp_path / "x.xlsx"), "x.xlsx: no such file or folder")

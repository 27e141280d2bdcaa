"""Tables of every publisher: small ones in their arrangement, and their own files where at hand."""

import gzip
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import quesnay as qn

from .made_up_tables import Row, write_rows
from .refusals import refused

_ROOT = Path(__file__).resolve().parents[1]
FILES = next(
    (
        p
        for p in (_ROOT.parent / "shared" / "files", _ROOT.parents[1] / "shared" / "files")
        if p.is_dir()
    ),
    _ROOT / "absent",
)
genuine = pytest.mark.skipif(not FILES.is_dir(), reason="the publishers' own files are not here")


def write(path: Path, rows: list[Row]) -> Path:
    """Write rows of any length."""
    width = max(map(len, rows))
    return write_rows(path, [[*row, *[""] * (width - len(row))] for row in rows])


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def apart(table: qn.InputOutputTable) -> float:
    taxes = 0.0 if table.taxes is None else float(table.taxes.Z.to_numpy().sum())
    imports = 0.0 if table.imports is None else float(table.imports.Z.to_numpy().sum())
    return taxes + imports


def sound(table: qn.InputOutputTable, x: list[float], v: list[float]) -> None:
    assert table.x.tolist() == pytest.approx(x)
    assert table.v.tolist() == pytest.approx(v)
    assert table.v.sum() + apart(table) == pytest.approx(table.f.sum(), rel=2e-3)
    assert table.source.lines()[0].startswith("Read from")
    assert table.source.lines()[0] in table.check().notes


# --- United States --------------------------------------------------------------------------------


def made_and_used(folder: Path, use: list[Row], make: list[Row]) -> qn.InputOutputTable:
    paths = write(folder / "use.xlsx", use), write(folder / "make.xlsx", make)
    return qn.read_io(paths[0], layout="bea", make=paths[1])


def bea_summary(*, make: bool = False, negative: bool = False) -> list[Row]:
    """As printed 1997 on: a row of codes, a row of names, totals without code, notes below."""
    extra = 1 if negative else 0
    if make:
        return [
            ["The Make of Commodities by Industries", "", "", "", ""],
            ["(Millions of dollars)", "", "", "", ""],
            ["", "Industries/Commodities", "11", "21", ""],
            ["IOCode", "Name", "Farms", "Mining", "Total Industry Output"],
            ["11", "Farms", 200 + extra, "...", 200 + extra],
            ["21", "Mining", -extra or "...", 300, 300 - extra],
            ["", "Total Commodity Output", 200, 300, 500],
            ["Note. Made up.", "", "", "", ""],
        ]
    return [
        ["The Use of Commodities by Industries", *[""] * 7],
        ["(Millions of dollars)", *[""] * 7],
        ["", "Commodities/Industries", "11", "21", "", "F010", "F050", ""],
        ["IOCode", "Name", "Farms", "Mining", "Total Intermediate", "Homes", "Imports", "Output"],
        ["11", "Farms", 20, 60, 80, 130, -10, 200],
        ["21", "Mining", 40, 90, 130, 190, -20, 300],
        ["", "Total Intermediate", 60, 150, 210, 320, -30, ""],
        ["V001", "Compensation", 70, 80, 150, "...", "...", ""],
        ["V002", "Taxes", 20, 10, 30, "...", "...", ""],
        ["V003", "Gross operating surplus", 50 + extra, 60 - extra, 110, "...", "...", ""],
        ["", "Total Value Added", 140 + extra, 150 - extra, 290, "", "", ""],
        ["", "Total Industry Output", 200 + extra, 300 - extra, 500, "", "", ""],
        ["", "", "", "", "", "", "", ""],
        ["Note. Detail may not add to total due to rounding.", *[""] * 7],
    ]


@pytest.mark.parametrize("negative", [False, True])
def test_bea_summary_tables(tmp_path: Path, negative: bool) -> None:
    kind = "csv" if negative else "xlsx"  # a text that names no year is that of the year asked for
    use = write_rows(tmp_path / f"use.{kind}", bea_summary(negative=negative))
    make = write_rows(tmp_path / f"make.{kind}", bea_summary(make=True, negative=negative))
    extra = float(negative)
    table = qn.read_io(use, make=make, year=2017)
    sound(table, [200 + extra, 300 - extra], [140 + extra, 150 - extra])
    assert table.source.layout == "bea"
    assert table.source.names["11"] == "Farms"
    with pytest.raises(qn.DataError, match="give the use table first and the make table as make="):
        qn.read_io(make, make=use, layout="bea")
    with pytest.raises(qn.DataError, match="needs the make table too"):
        qn.read_io(use)


def test_bea_tables_up_to_1996_have_one_row_of_value_added(tmp_path: Path) -> None:
    use: list[Row] = [
        ["Use of commodities by industries", *[""] * 7],
        ["Commodity / Industry", "", "Farms", "Repair", "Total", "Homes", "Imports", "Output"],
        ["Code", "Commodity Description", "111CA", 812200.0, "T001", "F010", "F050", "T007"],
        ["111CA", "Farms", 20, 60, 80, 130, -10, 200],
        [812200.0, "Repair", 40, 90, 130, 190, -20, 300],
        ["T005", "Total intermediate inputs", 60, 150, 210, 320, -30, 500],
        ["T006", "Total value added", 140, 150, 290, "", "", ""],
        ["T008", "Total industry output", 200, 300, 500, "", "", ""],
    ]
    make: list[Row] = [
        ["Make", "", "", "", ""],
        ["Industry / Commodity", "", "Farms", "Repair", "Total"],
        ["Code", "Industry Description", "111CA", 812200.0, "T008"],
        ["111CA", "Farms", 200, "", 200],
        [812200.0, "Repair", "", 300, 300],
        ["T007", "Total commodity output", 200, 300, 500],
    ]
    table = made_and_used(tmp_path, use, make)
    sound(table, [200, 300], [140, 150])
    assert list(table.sectors) == ["111CA", "812200"]
    assert table.source.names == {"111CA": "Farms", "812200": "Repair"}  # from above the codes


def test_a_commodity_that_no_industry_makes_is_imported_as_much_as_it_is_used(
    tmp_path: Path,
) -> None:
    use, make = bea_summary(), bea_summary(make=True)
    use.insert(6, ["Other", "Noncomparable imports", 5, 4, 9, 3, 2, ""])
    use[8] = ["V001", "Compensation", 65, 76, 141, "...", "...", ""]
    other = ["", "", "Other", "Imported", *["..."] * 3, ""]
    wider = [[*row[:4], cell, *row[4:]] for row, cell in zip(make, other, strict=True)]
    table = made_and_used(tmp_path, use, list(wider))
    sound(table, [200, 300], [135, 146])
    assert table.imports is not None
    assert table.imports.Z.T["imports_of_Other"].tolist() == [5, 4]


def test_bea_detail_codes_have_six_digits(tmp_path: Path) -> None:
    use: list[Row] = [
        ["Detail", *[""] * 7],
        ["", "", "Oilseeds", "Grains", "Total", "Homes", "Imports", "Output"],
        ["Code", "Commodity Description", "1111A0", "1111B0", "T001", "F01000", "F05000", "T007"],
        ["1111A0", "Oilseeds", 20, 60, 80, 130, -10, 200],
        ["1111B0", "Grains", 40, 90, 130, 190, -20, 300],
        ["T005", "Total intermediate inputs", 60, 150, 210, 320, -30, 500],
        ["V00100", "Compensation", 70, 80, 150, "", "", ""],
        ["V00200", "Taxes", 20, 10, 30, "", "", ""],
        ["V00300", "Surplus", 50, 60, 110, "", "", ""],
        ["T006", "Total value added", 140, 150, 290, "", "", ""],
        ["T008", "Total industry output", 200, 300, 500, "", "", ""],
    ]
    make: list[Row] = [
        ["Make", "", "", "", ""],
        ["", "", "Oilseeds", "Grains", "Total"],
        ["Code", "Industry Description", "1111A0", "1111B0", "T008"],
        ["1111A0", "Oilseeds", 200, "", 200],
        ["1111B0", "Grains", "", 300, 300],
        ["T007", "Total commodity output", 200, 300, 500],
    ]
    use[0] = ["D" * 61, *[""] * 7]
    table = made_and_used(tmp_path, use, make)
    sound(table, [200, 300], [140, 150])
    assert table.source.edition == "D" * 60
    assert table.value_added.index.tolist() == [
        "labour_compensation", "net_production_taxes", "operating_surplus",
    ]  # fmt: skip


def test_bea_supply_use_framework_comes_to_basic_prices(tmp_path: Path) -> None:
    """Two products and trade: by hand, goods carry 10 % trade margin and 5 % taxes."""
    supply: list[Row] = [
        ["Supply", *[""] * 13],
        ["", "Commodities/Industries", "31G", "42", "T007", "MCIF", "MADJ", "T013", "Trade",
         "Trans", "T014", "MDTY", "TOP", "SUB", "T015", "T016"],
        ["IOCode", "Name", "Goods", "Trade", "Output", "Imports", "Adj", "Supply", "Trade margins",
         "Transport", "Margins", "Duties", "Taxes", "Subsidies", "All taxes", "Purchasers"],
        ["31G", "Goods", 130, "...", 130, 50, -10, 170, 20, "...", 20, 2, 10, -2, 10, 200],
        ["42", "Trade", "...", 50, 50, "...", "...", 50, -20, "...", -20, 0, 0, 0, 0, 30],
        ["T017", "Total", 130, 50, 180, 40, "", 220, 0, "", 0, 2, 10, -2, 10, 230],
    ]  # fmt: skip
    use: list[Row] = [
        ["Use", *[""] * 7],
        ["", "Commodities/Industries", "31G", "42", "T001", "F010", "F040", "T019"],
        ["IOCode", "Name", "Goods", "Trade", "Total", "Homes", "Exports", "Total"],
        ["31G", "Goods", 60, 20, 80, 100, 20, 200],
        ["42", "Trade", 10, 5, 15, 15, "...", 30],
        ["T005", "Total intermediate", 70, 25, 95, 115, 20, 230],
        ["V001", "Compensation", 40, 15, 55, "", "", ""],
        ["T00OTOP", "Other taxes on production", 5, 2, 7, "", "", ""],
        ["V003", "Surplus", 15, 8, 23, "", "", ""],
        ["VABAS", "Value added (basic)", 60, 25, 85, "", "", ""],
        ["T018", "Total industry output (basic)", 130, 50, 180, "", "", ""],
        ["T00TOP", "Taxes", 3, 1, 4, 6, "", ""],
        ["VAPRO", "Value added (producer)", 63, 26, 89, "", "", ""],
    ]
    table = made_and_used(tmp_path, use, supply)
    sound(table, [130, 50], [60, 25])
    assert table.taxes is not None
    assert table.taxes.Z.to_numpy().ravel().tolist() == pytest.approx([3.0, 1.0])
    assert table.imports is not None
    # 50 - 10 of imports over 80 + 100 bought at home at 85 % basic content: 60 * .85 * 40 / 153
    assert table.imports.Z.loc["31G", "31G"] == pytest.approx(60 * 0.85 * 40 / 153)
    assert table.Z.loc["42", "31G"] == pytest.approx(10 + 60 * 0.1)
    supply[4] = ["43", *supply[4][1:]]
    with pytest.raises(qn.DataError, match="commodities differ from the use table's: 42, 43"):
        made_and_used(tmp_path, use, supply)


@genuine
@pytest.mark.parametrize(("year", "total"), [(1997, 8_577_542), (2012, 16_253_968), (2020, None)])
def test_bea_own_files(year: int, total: int | None) -> None:
    name = "bea_IO{}_Before_Redefinitions_PRO_1997-2020_Summary.xlsx"
    table = qn.read_io(FILES / name.format("Use"), make=FILES / name.format("Make"), year=year)
    assert len(table.sectors) == 71
    if total:
        assert table.v.sum() == pytest.approx(total, abs=10)  # as printed, cells rounded
    assert table.v.sum() + apart(table) == pytest.approx(table.f.sum(), rel=2e-6)
    with pytest.raises(qn.DataError, match="no sheet for the year 1990; it has 1997"):
        qn.read_io(FILES / name.format("Use"), make=FILES / name.format("Make"), year=1990)


# --- WIOD, ADB ------------------------------------------------------------------------------------


def niot() -> str:
    rows = [
        "Year,Code,Description,Origin,A01,B,U,CONS_h,EXP,GO",
        ",,,,Crop,Mining,None,Homes,Exports,Total",
    ]
    for year, more in ((2013, 0), (2014, 10)):
        rows += [
            f"{year},A01,Crop,Domestic,20,40,0,120,{20 + more},{200 + more}",
            f"{year},B,Mining,Domestic,60,80,0,40,20,200",
            f"{year},U,None,Domestic,0,0,0,0,0,0",
            f"{year},A01,Crop,Imports,2,2,0,10,0,0",
            f"{year},B,Mining,Imports,2,3,0,10,0,0",
            f"{year},U,None,Imports,0,0,0,0,0,0",
            f"{year},II_fob,Total intermediate consumption,TOT,84,125,0,180,{40 + more},0",
            f"{year},TXSP,taxes less subsidies on products,TOT,3,1,0,18,0,0",
            f"{year},VA,Value added at basic prices,TOT,{112 + more},73,0,0,0,0",
            f"{year},IntTTM,International Transport Margins,TOT,1,1,0,0,0,0",
            f"{year},GO,Output at basic prices,TOT,{200 + more},200,0,0,0,0",
        ]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("layout", [None, "wiod", "wiod_national"])
def test_wiod_national_years_are_stacked(tmp_path: Path, layout: str | None) -> None:
    path = text(tmp_path / "USA_NIOT.csv", niot())
    table = qn.read_io(path, layout=layout, year=2014)
    sound(table, [210, 200, 0], [122, 73, 0])
    assert table.imports is not None
    assert table.imports.Z.T["A01"].tolist() == [2, 2, 0]
    assert table.imports.final_demand is not None
    assert table.imports.final_demand["CONS_h"].tolist() == [10, 10, 0]
    assert table.taxes is not None
    assert table.taxes.Z.T["TXSP"].tolist() == [3, 1, 0]
    with pytest.raises(qn.DataError, match="holds the years 2013 to 2014: pass year=2014"):
        qn.read_io(path)
    with pytest.raises(qn.DataError, match="no year 1999; it holds 2013 to 2014"):
        qn.read_io(path, layout=layout, year=1999)


def test_a_file_of_one_year_of_wiod_needs_no_year(tmp_path: Path) -> None:
    lines = [line for line in niot().splitlines() if not line.startswith("2013")]
    path = text(tmp_path / "USA_NIOT.csv", "\n".join(lines) + "\n")
    sound(qn.read_io(path), [210, 200, 0], [122, 73, 0])
    refused(lambda: qn.read_io(path, year=1999), "no year 1999; it holds 2014$")


def world(edition: str) -> list[Row]:
    """Two countries of one product each: AUS 100, ROW 200."""
    finals = {"2016": ["CONS_h", "GFCF"], "2013": ["c37", "c41"], "ADB": ["F1", "F4"]}[edition]
    sums = {"2016": "GO", "2013": "", "ADB": "Total"}[edition]
    rows = {
        "2016": ["r65", "r66", "r70", "r72", "r73"],
        "2013": ["r60", "r99", "r64", "", "r69"],
        "ADB": ["r60", "r99", "r64", "trs", "r69"],
    }[edition]
    codes = ["II_fob", "TXSP", "VA", "IntTTM", "GO"] if edition == "2016" else [""] * 5
    numbers = ["c57", "c60", "c57", "c60", "c62"] if edition == "2016" else [
        *finals, *finals, {"2013": "", "ADB": "Total"}[edition]]  # fmt: skip
    heads = [*finals, *finals, sums] if edition == "2016" else [""] * 5
    last = "TOT" if edition != "2013" else ""
    return [
        ["World input-output table", *[""] * 10],
        ["(industry-by-industry)", "", "", "", "C", "C", *heads],
        ["(millions of US$)", "", "", "", "Mill", "Mill", "Homes", "Investment", "Homes",
         "Investment", "Total output"],
        ["", "", "", "", "AUS", "ROW", "AUS", "AUS", "ROW", "ROW", last],
        ["", "", "", "", "c1", "c1", *numbers],
        ["C", "Mill", "AUS", "c1", 10, 20, 40, 10, 20, 0, 100],
        ["C", "Mill", "ROW", "c1", 30, 40, 20, 10, 80, 20, 200],
        [codes[0], "Total intermediate consumption", "TOT", rows[0], 40, 60, 60, 20, 100, 20, ""],
        [codes[1], "Taxes less subsidies on products", "TOT", rows[1], 3, 4, 5, 0, 6, 0, ""],
        [codes[2], "Value added at basic prices", "TOT", rows[2], 55, 133, 0, 0, 0, 0, ""],
        [codes[3], "International Transport Margins", "TOT", rows[3], 2, 3, 0, 0, 0, 0, ""],
        [codes[4], "Output at basic prices", "TOT", rows[4], 100, 200, 0, 0, 0, 0, ""],
    ]  # fmt: skip


@pytest.mark.parametrize("edition", ["2016", "2013", "ADB"])
@pytest.mark.parametrize("layout", [None, "wiod"])
def test_world_tables_and_a_country_cut_out_of_them(
    tmp_path: Path, edition: str, layout: str | None
) -> None:
    path = write_rows(tmp_path / "world.xlsx", world(edition))
    table = qn.read_io(path, layout=layout)
    sound(table, [100, 200], [55, 133])
    assert table.source.edition == edition
    assert table.taxes is not None
    assert table.taxes.Z.to_numpy().tolist() == [[3, 4], [2, 3]]
    home = qn.read_io(path, layout=layout, country="AUS")
    sound(home, [100], [55])
    assert home.imports is not None
    assert home.imports.Z.to_numpy().tolist() == [[30]]
    assert home.final_demand.iloc[0].tolist() == [40, 10, 20, 20]
    assert home.imports.final_demand is not None
    assert home.imports.final_demand.iloc[0].tolist() == [20, 10, 0, 0]
    with pytest.raises(qn.DataError, match="no country 'AUT'; did you mean 'AUS'"):
        qn.read_io(path, layout=layout, country="AUT")


def with_a_second_product(
    edition: str, sold: float, output: float, scale: float = 1.0
) -> list[Row]:
    """Let AUS make a second product that goes to its households and is made of nothing."""
    rows: list[list[Any]] = [
        [*row[:4], *(scale * cell if isinstance(cell, int) else cell for cell in row[4:])]
        for row in world(edition)
    ]
    second = ["C2", "Post", "AUS", "c2", 0, 0, 0, sold, 0, 0, 0, output]
    for row, cell in zip(
        rows, ["", "C2", "Mill", "AUS", "c2", 0, 0, 0, 0, output, 0, output], strict=True
    ):
        row.insert(5, cell)
    rows.insert(6, second)
    return list(rows)


def test_a_country_keeps_what_it_pays_though_a_product_of_it_stands_still(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "world.xlsx", with_a_second_product("2016", 0, 0))
    home = qn.read_io(path, country="AUS")
    assert home.x.tolist() == [100, 0]
    assert home.v.tolist() == [55, 0]


@pytest.mark.parametrize(
    ("edition", "layout", "excused"), [("2016", "wiod", 0.05), ("ADB", "adb", 0.5)]
)
def test_a_tiny_sector_may_miss_what_rounding_leaves_and_no_more(
    tmp_path: Path, edition: str, layout: str, excused: float
) -> None:
    rows = with_a_second_product(edition, 2.0, 2.0 + 0.9 * excused, scale=10_000)
    table = qn.read_io(write_rows(tmp_path / "near.xlsx", rows), layout=layout)
    (warned,) = table.source.warnings
    assert f"'AUS_C2' misses its output by {90 * excused / (2 + 0.9 * excused):.3g} %" in warned
    assert f"less than {excused:g} in the table's unit, as printing few digits leaves" in warned
    rows = with_a_second_product(edition, 2.0, 2.0 + excused, scale=10_000)
    assert qn.read_io(write_rows(tmp_path / "just.xlsx", rows), layout=layout).x.iloc[1] > 2
    rows = with_a_second_product(edition, 0.5, 0.5 + 0.6 * excused, scale=10_000)
    small = qn.read_io(write_rows(tmp_path / "small.xlsx", rows), layout=layout).source.warnings
    assert f"output by {60 * excused / (0.5 + 0.6 * excused):.3g} %, less than" in small[0]
    rows = with_a_second_product(edition, 2.0, 2.0 + 1.5 * excused, scale=10_000)
    with pytest.raises(qn.BalanceError, match=rf"than rounding leaves \({excused:g}\)"):
        qn.read_io(write_rows(tmp_path / "far.xlsx", rows), layout=layout)


def test_in_a_small_table_a_twentieth_of_the_unit_is_rounding(tmp_path: Path) -> None:
    near = write_rows(tmp_path / "near.xlsx", with_a_second_product("ADB", 2.0, 2.04, scale=10))
    table = qn.read_io(near, layout="adb")
    (warned,) = table.source.warnings
    told = re.search(r"tolerance,([^,\n]+)", table.to_csv())
    assert told  # what is excused, and no more
    assert 0.04 / 2.04 < float(told[1]) < 1.02 * 0.04 / 2.04
    assert "'AUS_C2' misses its output by 1.96 %, less than 0.05 in the table's unit" in warned
    far = write_rows(tmp_path / "far.xlsx", with_a_second_product("ADB", 2.0, 2.06, scale=10))
    with pytest.raises(qn.BalanceError, match=r"than rounding leaves \(0.05\)"):
        qn.read_io(far, layout="adb")


@pytest.mark.parametrize(("missed", "taken"), [(0.125, True), (0.127, False)])
def test_a_printed_total_may_miss_a_share_and_what_each_of_its_cells_was_rounded_by(
    tmp_path: Path, missed: float, taken: bool
) -> None:
    # a hundredth of 0.6, and 0.06 for each of two cells
    path = text(
        tmp_path / "t.csv",
        ",01,03,HFCE\nTTL_01,0.4,0.2,1.4\nTTL_03,0.2,0.4,1.4\n"
        f"TTL_INT_FNL,{0.6 + missed},0.6,2.8\nVALU,1.4,1.4,0\nOUTPUT,2,2,0\n",
    )
    if taken:
        assert qn.read_io(path, layout="oecd").v.tolist() == [1.4, 1.4]
    else:
        refused(lambda: qn.read_io(path, layout="oecd"), "row 'TTL_INT_FNL' looks like a total")


@genuine
@pytest.mark.parametrize(("year", "total"), [(2000, 10_284_778), (2014, 17_348_070)])
def test_wiod_own_file(year: int, total: float) -> None:
    table = qn.read_io(FILES / "wiod_USA_NIOT_nov16.xlsx", year=year)
    assert table.v.sum() == pytest.approx(total, abs=0.6)
    assert any("'II_fob': agrees" in line for line in table.source.dropped)


# --- OECD -----------------------------------------------------------------------------------------


def test_oecd_tables_may_have_titles_notes_and_empty_columns(tmp_path: Path) -> None:
    path = text(
        tmp_path / "t.csv",
        "National table,of Nowhere\n,,,,,\n,D01,D03,HFCE,IMPO,,\nTTL_01,20,10,190,-20,,\n"
        "TTL_03,40,20,50,-10,,\nVALU,140,70,0,0,,\nOUTPUT,200,100,0,0,,\n\n"
        "Source: the office\n,,(1) provisional\n",
    )
    sound(qn.read_io(path), [200, 100], [140, 70])
    cut = text(tmp_path / "c.csv", path.read_text().replace("VALU,140,70,0,0,,", "VALU,140"))
    refused(lambda: qn.read_io(cut), "row 'VALU' has 2 cells; 7 expected")


@pytest.mark.parametrize("layout", [None, "oecd", "oecd_icio"])
@pytest.mark.parametrize("prefix", ["D", ""])
def test_oecd_national_total_flows(tmp_path: Path, layout: str | None, prefix: str) -> None:
    path = text(
        tmp_path / "CHN2018ttl.csv",
        f",{prefix}01T02,{prefix}03,HFCE,CONS_ABR,EXPO,IMPO\n"
        "TTL_01T02,20,10,160,2,28,-20\nTTL_03,40,20,39,1,10,-10\n"
        "TXS_IMP_FNL,0,0,0,0,0,-2\nTXS_INT_FNL,2,2,18,0,0,0\nTTL_INT_FNL,62,32,217,3,38,-32\n"
        "VALU,138,68,0,0,0,0\nOUTPUT,200,100,0,0,0,0\n",
    )
    table = qn.read_io(path, layout=layout)
    sound(table, [200, 100], [138, 68])
    assert table.final_demand["IMPO"].tolist() == [-20, -10]
    assert table.source.edition == "2018 or 2021"
    assert "row 'TTL_INT_FNL': agrees with all intermediate inputs" in table.source.dropped
    assert qn.split_imports(table, imports="IMPO", exports=["EXPO"]).table.v.tolist() == [138, 68]


def test_oecd_national_domestic_and_imported_flows(tmp_path: Path) -> None:
    path = text(
        tmp_path / "CHN2022.csv",
        ",A01,A02,HFCE,CONS_NONRES,EXPO,IMPO,TOTAL\nDOM_A01,16,8,144,2,30,0,200\n"
        "DOM_A02,30,16,42,2,10,0,100\nIMP_A01,4,2,16,0,0,-22,0\nIMP_A02,10,4,8,0,0,-22,0\n"
        "TXS_INT_FNL,2,2,18,0,0,0,22\nVALU,138,68,0,0,0,0,206\nOUTPUT,200,100,0,0,0,0,300\n",
    )
    table = qn.read_io(path)
    sound(table, [200, 100], [138, 68])
    assert table.source.edition == "2025"
    assert table.imports is not None
    assert table.imports.Z.to_numpy().tolist() == [[4, 2], [10, 4]]
    assert table.source.edition == "2025"


def icio() -> str:
    return (
        "V1,CHN_C,CN1_C,CN2_C,USA_C,CHN_HFCE,USA_HFCE,OUT\nCHN_C,0,0,0,0,0,0,0\n"
        "CN1_C,0,20,10,10,140,20,200\nCN2_C,0,10,20,20,30,20,100\nUSA_C,0,10,10,40,20,120,200\n"
        "TLS,0,2,1,3,10,10,26\nVA,0,158,59,127,0,0,344\nOUT,0,200,100,200,0,0,0\n"
    )


def test_icio_parts_of_china_are_joined_on_request(tmp_path: Path) -> None:
    path = text(tmp_path / "ICIO2021_2018.csv", icio())
    table = qn.read_io(path)
    assert table.x.tolist() == [0, 200, 100, 200]
    assert any("merge_regions=True" in line for line in table.warnings)
    joined = qn.read_io(path, merge_regions=True)
    sound(joined, [300, 200], [217, 127])
    assert joined.Z.loc["CHN_C", "CHN_C"] == 60
    china = qn.read_io(path, merge_regions=True, country="CHN", year=2018)
    sound(china, [300], [217])
    assert china.imports is not None
    assert china.imports.Z.to_numpy().tolist() == [[20]]


def test_icio_of_2016_has_value_added_and_taxes_in_one_row(tmp_path: Path) -> None:
    path = text(
        tmp_path / "ICIO2016.csv",
        ",AAA_C01,AAA_C10,HFCE_AAA,GFCF_AAA\nAAA_C01,20,10,160,10\nAAA_C10,40,20,40,0\n"
        "VA+TAXSUB,140,70,,\nOUT,200,100,,\n",
    )
    table = qn.read_io(path)
    sound(table, [200, 100], [140, 70])
    assert "taxes on products in one row" in table.source.assumed[0]


@pytest.mark.parametrize("packing", ["zip", "gz"])
def test_packed_files(tmp_path: Path, packing: str) -> None:
    if packing == "zip":
        path = tmp_path / "ICIO.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("2017.csv", icio())
            archive.writestr("2018.csv", icio().replace("2018", "2018"))
            archive.writestr("ReadMe.pdf", "x")
        with pytest.raises(qn.DataError, match="2 files in the archive that could be the table"):
            qn.read_io(path)
    else:
        path = tmp_path / "ICIO2018.csv.gz"
        path.write_bytes(gzip.compress(icio().encode(), mtime=0))
    assert qn.read_io(path, year=2018).x.tolist() == [0, 200, 100, 200]
    path.write_bytes(path.read_bytes()[:-30])
    why = "File is not a zip file" if packing == "zip" else "Compressed file ended before"
    with pytest.raises(qn.DataError, match=rf"damaged archive \({why}.*\); fetch it again"):
        qn.read_io(path, year=2018)


def test_what_is_packed_must_be_a_kind_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.dat.gz"
    path.write_bytes(gzip.compress(b"a,b\n", mtime=0))
    refused(lambda: qn.read_io(path), "t.dat: kind '.dat' not read; expected one of .csv, .txt")
    packed = tmp_path / "t.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("t.dat.gz", path.read_bytes())
    refused(lambda: qn.read_io(packed), "t.zip/t.dat: kind '.dat' not read; expected one of")
    with zipfile.ZipFile(packed, "w") as archive:
        for letter in "abcdefghi":
            archive.writestr(f"{letter}.csv", "a,b\n")
    listed = ", ".join(f"{letter}.csv" for letter in "abcdefgh")
    refused(lambda: qn.read_io(packed), rf"9 files in the archive .* \({listed}\); pass year=")


@genuine
def test_oecd_own_file() -> None:
    table = qn.read_io(FILES / "oecd_CHN2018ttl.csv")
    assert len(table.sectors) == 45
    assert table.v.sum() == pytest.approx(12_790_122.7, abs=0.2)
    assert any("'TTL_INT_FNL': agrees" in line for line in table.source.dropped)


# --- FIGARO and Eurostat --------------------------------------------------------------------------


def test_figaro_tiny_negative_output_becomes_zero_with_a_warning(tmp_path: Path) -> None:
    path = text(
        tmp_path / "figaro.csv",
        "rowLabels,AT_A01,AT_T,AT_P3_S14,AT_P5M\nAT_A01,20,0,180,0\nAT_T,0,0,0,-0.001\n"
        "W2_D21X31,4,0,10,0\nW2_OP_RES,0,0,2,0\nW2_D1,100,0,0,0\nW2_B2A3G,76,-0.001,0,0\n",
    )
    table = qn.read_io(path, layout="figaro")
    sound(table, [200, 0], [176, 0])
    assert "AT_T (-0.001)" in table.warnings[0]


def test_a_gap_is_held_against_what_is_bought_and_sold_by_a_sector_that_makes_next_to_nothing(
    tmp_path: Path,
) -> None:
    path = text(
        tmp_path / "figaro.csv",
        "rowLabels,AT_A01,AT_B,AT_P5M\nAT_A01,0,0,1\nAT_B,1000,0,100\nW2_D1,-998.5,1100,0\n",
    )
    assert qn.read_io(path, layout="figaro").v.tolist() == [-998.5, 1100.0]
    national = (
        ",01,03,HFCE\nTTL_01,0,1000,-999\nTTL_03,0,0,1100\nVALU,1.5,100,0\nOUTPUT,1.5,1100,0\n"
    )
    sold = text(tmp_path / "oecd.csv", national)  # or against what it sells
    assert qn.read_io(sold, layout="oecd").x.tolist() == [1.5, 1100.0]
    text(path, path.read_text().replace("998.5", "997.5"))  # 1.5 of 1000, more than a thousandth
    refused(lambda: qn.read_io(path, layout="figaro"), "column 'AT_A01'")


def figaro(folder: Path, sold: dict[str, float], bought: dict[str, float]) -> Path:
    """Write a table in which some products are hardly sold, and buy of the first what is told."""
    names = ["AT_A01", *sold]
    own = [bought.get(name, 0.0) for name in names]
    lines = [f"rowLabels,{','.join(names)},AT_P3_S14,AT_P5M"]
    lines.append(",".join(map(str, ["AT_A01", *own, 200 - sum(own), 0])))
    lines += [",".join(map(str, [k, *([0] * len(names)), 0, x])) for k, x in sold.items()]
    value = [200 - own[0], *(sold[k] - x for k, x in zip(names[1:], own[1:], strict=True))]
    lines.append(",".join(map(str, ["W2_D1", *value, 0, 0])))
    return text(folder / "figaro.csv", "\n".join(lines) + "\n")


def test_only_a_sector_that_buys_or_is_negative_by_rounding_is_set_to_zero(tmp_path: Path) -> None:
    path = figaro(tmp_path, {"AT_T": 0.0, "AT_U": 0.0}, {"AT_T": 0.05})
    table = qn.read_io(path, layout="figaro")
    said = "outputs that are negative or nothing by rounding were set to zero: AT_T (0)"
    assert table.source.warnings[0] == said  # AT_U neither sells nor buys
    assert table.Z["AT_T"].tolist() == [0, 0, 0]
    assert table.v.tolist() == [200, 0, 0]
    path = text(
        tmp_path / "figaro.csv",
        "rowLabels,AT_A01,AT_T,AT_P5M\nAT_A01,20,0,180\nAT_T,10,0,-0.04\nW2_D1,170,9.96,0\n",
    )  # what is sold to others is output too
    assert qn.read_io(path, layout="figaro").x.tolist() == [200, 9.96]
    sold = qn.read_io(figaro(tmp_path, {"AT_T": 0.04}, {"AT_T": 0.01}), layout="figaro")
    assert sold.Z["AT_T"].tolist() == [0.01, 0]  # what is made, however little, is kept
    quiet = qn.read_io(figaro(tmp_path, {"AT_T": 0.0}, {}), layout="figaro")
    assert not any("rounding" in line for line in quiet.source.warnings)
    many = {f"AT_{letter}": -0.05 for letter in "TUVWXY"}
    told = qn.read_io(figaro(tmp_path, many, {}), layout="figaro").source.warnings[0]
    assert told.endswith("zero: " + ", ".join(f"AT_{letter} (-0.05)" for letter in "TUVWX"))


@pytest.mark.parametrize(
    ("sold", "bought"), [(-0.06, 0.0), (-0.04, 0.06)], ids=["sells too little", "buys too much"]
)
def test_more_than_rounding_is_no_rounding(tmp_path: Path, sold: float, bought: float) -> None:
    path = figaro(tmp_path, {"AT_T": sold}, {"AT_T": bought})
    with pytest.raises(qn.QuesnayError, match="AT_T"):
        qn.read_io(path, layout="figaro")


def test_figaro_rounding_in_a_tiny_sector_is_recorded(tmp_path: Path) -> None:
    path = text(
        tmp_path / "figaro.csv",
        "rowLabels,AT_A01,AT_T,AT_P3_S14\nAT_A01,20,0.004,179.996\nAT_T,0.003,0.002,2.345\n"
        "W2_D21X31,4,0,5\nW2_D1,100,1.355,0\nW2_B2A3G,75.997,1.0,0\n",
    )
    table = qn.read_io(path)
    assert "'AT_T' misses its output by 0.468 %" in table.warnings[0]
    with pytest.raises(qn.BalanceError, match=r"figaro.csv .layout 'figaro'.: column 'AT_T'"):
        qn.read_io(path, tolerance=1e-3)


@pytest.mark.parametrize(
    ("ten", "taxes", "apart"),
    [(20000, 18, False), (20000, 30, True), (2, 0.016, False), (2, 0.018, True)],
)
def test_figaro_taxes_that_columns_add_up_without_are_beside_them(
    tmp_path: Path, ten: float, taxes: float, apart: bool
) -> None:
    # 0.1 per cent of output is what rounded columns may miss, and 0.005 for each of three cells
    k = ten / 10
    path = text(
        tmp_path / "figaro.csv",
        f"rowLabels,AT_A01,AT_B,AT_P3_S14\nAT_A01,{k},{2 * k},{7 * k}\n"
        f"AT_B,{3 * k},{4 * k},{3 * k}\nW2_D21X31,{taxes},{taxes},0\nW2_D1,{6 * k},{4 * k},0\n",
    )
    table = qn.read_io(path, layout="figaro", tolerance=1e-2)
    assert table.source is not None
    said = "row 'W2_D21X31': a memorandum, inputs add up to output without it"
    assert (said in table.source.dropped) is apart
    assert (table.taxes is None) is apart


def eurostat(
    kind: str, *, flows: tuple[str, ...] = ("TOTAL",)
) -> list[tuple[str, str, str, float]]:
    """Cells (flow, use, supply, value) of two products, with sub-totals beside their parts."""
    a, b = ("CPA_A01", "CPA_B") if kind == "prd" else ("A01", "B")
    cells: list[tuple[str, str, str, float]] = []
    for flow in flows:
        scale = {"TOTAL": 1.0, "DOM": 0.75, "IMP": 0.25}[flow]
        matrix = {a: (20, 40, 100, 30, 10), b: (60, 80, 40, 15, 5)}
        for row, (one, two, homes, state, exports) in matrix.items():
            uses = {a: one, b: two, "P3_S14": homes, "P3_S13": state, "P3": homes + state,
                    "P6": exports, "TFU": homes + state + exports,
                    "TU": one + two + homes + state + exports}  # fmt: skip
            cells += [(flow, use, row, scale * value) for use, value in uses.items()]
    total = "TOTAL" if "TOTAL" in flows else "DOM"
    own = {"TOTAL": (160, 170), "DOM": (150, 150)}[total]
    bought = 80 if total == "TOTAL" else 60
    other = 120 if total == "TOTAL" else 90
    apart_ = (0, 0) if total == "TOTAL" else (20, 30)
    for place, x, z, m in ((a, own[0], bought, apart_[0]), (b, own[1], other, apart_[1])):
        wages = (x - z - m) / 2
        cells += [(total, place, "D21X31", 4), (total, place, "D1", wages),
                  (total, place, "D11", wages - 5), (total, place, "B2A3G", wages - 4),
                  (total, place, "B1G", 2 * wages - 4), (total, place, "P1", x)]  # fmt: skip
        if total == "TOTAL":
            cells += [(total, place, "P7", 200 - x), (total, place, "TS_BP", 200)]
    return cells


@pytest.mark.parametrize("kind", ["prd", "ind"])
@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_eurostat_with_imports_inside(tmp_path: Path, kind: str, ending: str) -> None:
    path = tmp_path / f"estat_naio_10_cp1700.{ending}"
    cells = eurostat(kind)
    if ending == "csv":
        lines = [
            f"DATAFLOW,LAST UPDATE,freq,unit,stk_flow,{kind}_use,{kind}_ava,geo,"
            "TIME_PERIOD,OBS_VALUE"
        ]
        lines += [f"ESTAT,x,A,MIO_EUR,{f},{u},{s},AT,2019,{v}" for f, u, s, v in cells]
    else:
        lines = [f"freq,unit,stk_flow,{kind}_use,{kind}_ava,geo\\TIME_PERIOD\t2018 \t2019 "]
        lines += [f"A,MIO_EUR,{f},{u},{s},AT\t: \t{v} p" for f, u, s, v in cells]
    text(path, "\n".join(lines) + "\n")
    table = qn.read_io(path, year=2019, country="AT")
    sound(table, [160, 170], [76, 46])
    assert table.final_demand.columns.tolist() == ["P3_S14", "P3_S13", "P6", "imports"]
    assert table.final_demand["imports"].tolist() == [-40, -30]
    with pytest.raises(qn.DataError, match="no country 'DE'"):
        qn.read_io(path, year=2019, country="DE")
    if ending == "tsv":
        with pytest.raises(qn.DataError, match=r"holds 2 values of time .* pass year=2019"):
            qn.read_io(path)


def test_eurostat_with_imports_apart(tmp_path: Path) -> None:
    cells = eurostat("prd", flows=("DOM", "IMP"))
    cells.append(("IMP", "CPA_A01", "P7", 30.0))  # the sum of the imported rows is no row
    lines = ["freq,unit,stk_flow,prd_use,prd_ava,geo,TIME_PERIOD,OBS_VALUE"]
    lines += [f"A,MIO_EUR,{f},{u},{s},AT,2019,{v}" for f, u, s, v in cells]
    path = text(tmp_path / "cp1700.csv", "\n".join(lines) + "\n")
    table = qn.read_io(path)
    sound(table, [150, 150], [66, 26])
    assert table.imports is not None
    assert table.imports.Z.to_numpy().tolist() == [[5, 10], [15, 20]]
    text(path, "\n".join([*lines, lines[1]]) + "\n")
    with pytest.raises(qn.DataError, match=r"CPA_A01, CPA_A01 .DOM. stands twice"):
        qn.read_io(path)


def holes(folder: Path, cell: tuple[str, str, str], value: str, flags: str) -> Path:
    """Write a table with imports apart in which one cell is not published."""
    lines = ["freq,unit,stk_flow,prd_use,prd_ava,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"]
    for flow, use, supply, amount in eurostat("prd", flows=("DOM", "IMP")):
        said = f"{value},{flags}" if (flow, use, supply) == cell else f"{amount},,"
        lines.append(f"A,MIO_EUR,{flow},{use},{supply},AT,2019,{said}")
    return text(folder / "cp1700.csv", "\n".join(lines) + "\n")


@pytest.mark.parametrize(("value", "flags"), [(": c", ","), (":c", ","), (":", "c,"), ("", ",C")])
def test_a_confidential_cell_is_no_zero(tmp_path: Path, value: str, flags: str) -> None:
    """No sum tells of a cell of imported final demand: it would be zero in silence."""
    path = holes(tmp_path, ("IMP", "P3_S14", "CPA_A01"), value, flags)
    with pytest.raises(qn.DataError, match=r"CPA_A01, P3_S14 .IMP. is confidential"):
        qn.read_io(path)
    read = qn.read_io(path, blank="zero").imports
    assert read is not None
    assert read.final_demand is not None
    assert read.final_demand.sum(axis=1).tolist() == [10, 15]  # 35 less 25, and 15


def test_cells_that_are_not_published_are_counted(tmp_path: Path) -> None:
    table = qn.read_io(holes(tmp_path, ("IMP", "P3_S14", "CPA_A01"), ":", ","))
    said = "1 cells not published (':') are zero, first CPA_A01, P3_S14 (IMP)"
    assert table.source is not None
    assert said in table.source.assumed
    assert qn.read_io(holes(tmp_path, ("IMP", "TU", "CPA_A01"), ": c", ",")).x.sum() == 300


def test_a_number_with_a_flag_grown_to_it_is_named(tmp_path: Path) -> None:
    path = holes(tmp_path, ("DOM", "CPA_B", "CPA_B"), "60e", ",")
    with pytest.raises(qn.DataError, match=r"cell \d+ under the header: '60e' is no number"):
        qn.read_io(path)


# --- China ----------------------------------------------------------------------------------------


def nbs(*, sign: int = 1, blank: bool = False, digits: int = 2, lower: bool = False) -> str:
    one, two = "1".zfill(digits), "2".zfill(digits)
    tiu = "" if blank else "TIU"
    content = (
        "基本流量表,,,,,,,,,,\n单位：万元,,,,,,,,,,\n"
        f",代码,{one},2,{tiu},FU101,EX,TFU,IM,ERR,GO\n"
        f"农业,{one},20,40,60,140,40,180,{sign * 40},0,200\n"
        f"采掘业,{two},60,80,140,60,20,80,{sign * 20},0,200\n"
        "中间投入合计,TII,80,120,200,,,,,,\n固定资产折旧,VA001,10,10,20,,,,,,\n"
        "劳动者报酬,VA002,60,40,100,,,,,,\n生产税净额,VA003,20,10,30,,,,,,\n"
        "营业盈余,VA004,30,20,50,,,,,,\n增加值合计,TVA,120,80,200,,,,,,\n总投入,TI,200,200,400,,,,,,\n"
    )
    return content.lower() if lower else content


@pytest.mark.parametrize(
    "form", [{}, {"sign": -1}, {"blank": True}, {"digits": 3}, {"lower": True}]
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_nbs_tables_old_and_new(tmp_path: Path, form: dict[str, Any], encoding: str) -> None:
    table = qn.read_io(text(tmp_path / "nbs.csv", nbs(**form), encoding))
    sound(table, [200, 200], [120, 80])
    assert table.source.layout == "nbs"
    assert table.final_demand["imports"].tolist() == [-40, -20]
    assert table.value_added.T["depreciation"].tolist() == [10, 10]  # by its name, not its code
    assert table.value_added.T["labour_compensation"].tolist() == [60, 40]
    assert list(table.sectors) == (["001", "002"] if "digits" in form else ["01", "02"])


def test_nbs_tables_keep_the_unit_that_they_name(tmp_path: Path) -> None:
    def unit(content: str, **options: Any) -> str | None:
        return qn.read_io(text(tmp_path / "nbs.csv", content), **options).unit

    assert unit(nbs()) == "10,000 yuan"
    assert unit(nbs().replace("万元", "亿元")) == "亿元"
    assert unit(nbs().replace("单位：万元", "")) == "10,000 yuan"
    assert unit(nbs().replace("万元", "亿元"), unit="million yuan") == "million yuan"


def test_nbs_provincial_tables_have_flows_to_other_provinces(tmp_path: Path) -> None:
    path = text(
        tmp_path / "province.csv",
        "地区投入产出表,,,,,,,,,,\n,,,,中间使用,消费,出口,国内省外流出,进口,国内省外流入,总产出\n"
        ",代码,01,02,TIU,FU101,EX,OF,IM,IF,GO\n农业,01,20,40,60,130,30,20,20,20,200\n"
        "工业,02,60,80,140,60,10,10,10,10,200\n劳动者报酬,VA001,60,40,100,,,,,,\n"
        "生产税净额,VA002,20,10,30,,,,,,\n固定资产折旧,VA003,10,10,20,,,,,,\n"
        "营业盈余,VA004,30,20,50,,,,,,\n总投入,TI,200,200,400,,,,,,\n",
    )
    table = qn.read_io(path, layout="nbs")
    sound(table, [200, 200], [120, 80])
    assert table.final_demand["outflow_to_other_provinces"].tolist() == [20, 10]
    assert table.final_demand["inflow_from_other_provinces"].tolist() == [-20, -10]


@genuine
@pytest.mark.parametrize(
    ("name", "sectors", "total"),
    [("nbs_2002_42.xls", 42, 1_218_589_041.0), ("nbs_1997_40.xls", 40, 757_040_712.8)],
)
def test_nbs_own_files(name: str, sectors: int, total: float) -> None:
    table = qn.read_io(FILES / name)
    assert len(table.sectors) == sectors
    assert table.v.sum() == pytest.approx(total, abs=1)
    assert (table.final_demand["imports"] <= 0).all()
    assert "row 'TVA': agrees with its parts" in table.source.dropped


# --- United Kingdom, Australia, Chile, Brazil -----------------------------------------------------


def ons() -> list[Row]:
    return [
        ["2019 Input-Output Analytical Tables", *[""] * 8],
        ["Input-Output table (domestic use, basic prices), £ million", *[""] * 8],
        ["MENU", *[""] * 8],
        ["", "CPA", "CPA_A01", "CPA_B05", "_T", "P3 S1", "P3 S13", "P3 S14", "TU"],
        ["", "Product", "Farms  ", "Coal  ", "Total", "Final consumption expenditure", "Government",
         "Households", "Total Use at basic prices"],
        ["CPA", "Product", "", "", "", "", "", "", ""],
        ["CPA_A01", "Farms  ", 20, 40, 60, 140, 20, 120, 200],
        ["CPA_B05", "Coal  ", 60, 80, 140, 60, 0, 60, 200],
        ["_T", "Total", 80, 120, 200, 200, 20, 180, 400],
        ["", "Use of imported products, cif", 10, 10, 20, 20, 0, 20, 40],
        ["", "Taxes less subsidies on products", 2, 2, 4, 18, 0, 18, 22],
        ["", "Total intermediate use at purchaser's prices", 92, 132, 224, 238, 20, 218, 462],
        ["D1", "Compensation of employees", 80, 40, 120, "", "", "", ""],
        ["GOS & MI", "Gross operating surplus and mixed income", 26, 26, 52, "", "", "", ""],
        ["D29-D39", "Taxes less subsidies on production", 2, 2, 4, "", "", "", ""],
        ["GVA", "Gross value added ", 108, 68, 176, "", "", "", ""],
        ["P1", "Total output at basic prices", 200, 200, 400, "", "", "", ""],
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_ons_analytical_table(tmp_path: Path, ending: str) -> None:
    rows = [[f'"{c}"' if "," in str(c) and ending == "csv" else c for c in row] for row in ons()]
    table = qn.read_io(write_rows(tmp_path / f"nasu.{ending}", rows))
    sound(table, [200, 200], [108, 68])
    assert table.source.layout == "ons"
    assert table.final_demand.columns.tolist() == ["P3 S13", "P3 S14"]
    assert table.imports is not None
    assert table.imports.Z.to_numpy().tolist() == [[10, 10]]
    assert table.source.names["CPA_A01"] == "Farms"


def test_abs_industry_table(tmp_path: Path) -> None:
    rows: list[Row] = [
        ["", "USE", "0101", "0102", "", "", "", "", ""],
        ["", "", "Sheep", "Poultry", "Total Industry Uses",
         "Households ; Final Consumption Expenditure", "Exports of Goods and Services",
         "Final Uses (Q1 to Q7)", "Total Supply"],
        ["FROM INDUSTRY", "", "", "", "T4", "Q1", "Q7", "T5", "T6"],
        [101.0, "Sheep", 20, 40, 60, 120, 20, 140, 200],
        [102.0, "Poultry", 60, 80, 140, 40, 20, 60, 200],
        ["", "", "", "", "", "", "", "", ""],
        ["T1", "Total Intermediate Use", 80, 120, 200, 160, 40, 200, 400],
        ["P1", "Compensation of employees", 60, 40, 100, 0, 0, 0, 100],
        ["P2", "Gross operating surplus & mixed income", 44, 26, 70, 0, 0, 0, 70],
        ["P3", "Taxes less subsidies on products", 4, 2, 6, 10, 0, 10, 16],
        ["P4", "Other taxes less subsidies on production", 2, 2, 4, 0, 0, 0, 4],
        ["P5", "Complementary imports", 0, 0, 0, 0, 0, 0, 0],
        ["P6", "Competing imports", 10, 10, 20, 30, 0, 30, 50],
        ["", "Australian Production", 200, 200, 400, 200, 40, 240, 640],
        ["", "Value Added", 106, 68, 174, 0, 0, 0, 0],
        ["GDP", "Gross Domestic Product", "", "", "", "", "", "", 190],
        ["", "© Commonwealth of Australia", "", "", "", "", "", "", ""],
    ]  # fmt: skip
    table = qn.read_io(write_rows(tmp_path / "abs.xlsx", rows))
    sound(table, [200, 200], [106, 68])
    assert table.source.layout == "abs"
    assert list(table.sectors) == ["0101", "0102"]
    assert table.value_added.index.tolist() == ["P1", "P2", "P4"]


def test_chile_with_blank_columns_and_a_second_table_below(tmp_path: Path) -> None:
    rows: list[Row] = [
        ["", "Matriz de insumo-producto", *[""] * 9],
        ["", "(miles de millones de pesos de 2013)", *[""] * 9],
        ["", "Actividad", "", "", "", "", "", "Consumo de hogares", "", "Exportaciones", "",
         "Producción precio básico"],
        ["", "", 1.0, 2.0, "", "Total", "", "", "", "", "", ""],
        ["", 1.0, 20, 40, "", 60, "", 120, "", 20, "", 200],
        ["", 2.0, 60, 80, "", 140, "", 40, "", 20, "", 200],
        ["", "Total", 80, 120, "", 200, "", 160, "", 40, "", 400],
        ["", "Importaciones precios cif ", 10, 10, "", 20, "", "", "", "", "", ""],
        ["", "Impuestos sobre productos", 3, 2, "", 5, "", "", "", "", "", ""],
        ["", "Derechos de importación", 1, 0, "", 1, "", "", "", "", "", ""],
        ["", "Valor agregado ", 106, 68, "", 174, "", "", "", "", "", ""],
        ["", "Remuneraciones de asalariados", 60, 40, "", 100, "", "", "", "", "", ""],
        ["", "Excedente bruto de explotación", 44, 26, "", 70, "", "", "", "", "", ""],
        ["", "Impuestos netos sobre la producción", 2, 2, "", 4, "", "", "", "", "", ""],
        ["", "Producción precios básicos", 200, 200, "", 400, "", "", "", "", "", ""],
        ["", "Matriz de coeficientes", *[""] * 10],
        ["", "", 1.0, 2.0, *[""] * 8],
        ["", 1.0, 0.1, 0.2, *[""] * 8],
        ["", 2.0, 0.3, 0.4, *[""] * 8],
    ]  # fmt: skip
    for titles, layout in ((7, "bcch"), (8, "quesnay")):  # its marks stand in ten rows
        above = [[f"line {k}", *[""] * 10] for k in range(titles)]
        assert qn.read_io(write(tmp_path / "far.xlsx", above + rows)).source.layout == layout
    table = qn.read_io(write(tmp_path / "bcch.xlsx", rows))
    sound(table, [200, 200], [106, 68])
    assert table.source.layout == "bcch"
    assert table.unit == "miles de millones de pesos de 2013"


@genuine
@pytest.mark.parametrize(
    ("name", "make", "sectors", "total"),
    [
        ("ons_nasu1719pr.xlsx", None, 105, 2_000_157),
        ("abs_520905500105.xls", None, 114, 1_725_711),
        ("bcch_mip_2013_12x12.xlsx", None, 12, 124_492.395),
        ("68_tab2_2018.xls", "68_tab1_2018.xls", 68, 6_011_150),
    ],
)
def test_own_files_of_other_offices(
    name: str, make: str | None, sectors: int, total: float
) -> None:
    table = qn.read_io(FILES / name, make=None if make is None else FILES / make)
    assert len(table.sectors) == sectors
    assert table.v.sum() == pytest.approx(total, abs=0.01)
    assert table.source.sha256
    assert np.isfinite(table.multipliers()).all()


def test_what_each_publisher_s_rounding_excuses_is_the_documented() -> None:
    """Shares that a total and an output may miss; units of the table that a tiny sector may."""
    from quesnay.datasets.readers.read import LAYOUTS

    usual = (1e-3, 0.06), 1e-3
    expected = {
        "quesnay": ((1e-6, 0.0), 1e-6, 0.0, 0.0), "nbs": ((1e-6, 0.0), 1e-6, 0.0, 0.0),
        "oecd": ((1e-2, 0.06), 1e-3, 3.0, 0.0), "oecd_icio": ((1e-2, 0.06), 1e-3, 0.5, 0.012),
        "wiod": (*usual, 0.05, 0.0), "wiod_national": ((1e-3, 1e-3), 1e-3, 0.05, 0.0),
        "adb": (*usual, 0.5, 0.0), "figaro": ((1e-3, 5e-3), 1e-3, 0.05, 0.0),
        "eurostat": (*usual, 0.5, 0.0), "exiobase": (*usual, 0.0, 0.0),
        "eora": (*usual, 0.0, 0.0), "gloria": (*usual, 0.0, 0.0), "bea": (*usual, 30.0, 0.0),
        "ibge": (*usual, 5.0, 0.0), "ons": ((1e-3, 1e-2), 1e-3, 0.5, 0.0),
        "abs": ((1e-3, 1e-2), 1e-3, 0.5, 0.0), "bcch": ((1e-3, 1e-2), 1e-3, 0.5, 0.0),
    }  # fmt: skip
    found = {k: (x.totals, x.tolerance, x.absolute, x.known) for k, x in LAYOUTS.items()}
    assert {name: found[name] for name in expected} == expected
    dated = [name for name, layout in LAYOUTS.items() if layout.dated]
    assert dated == ["wiod_national", "eurostat", "bea", "ibge"]


def test_the_documentation_names_every_layout() -> None:
    from quesnay.datasets.readers.read import LAYOUTS

    page = _ROOT / "docs" / "howto" / "own_table.md"
    table = page.read_text(encoding="utf-8") if page.is_file() else ""
    assert [name for name in LAYOUTS if f'"{name}"' not in (qn.read_io.__doc__ or "")] == []
    assert not table or [k for k in LAYOUTS if k != "quesnay" and f"| `{k}` |" not in table] == []


@pytest.mark.parametrize("blank", [True, False])
def test_nbs_totals_need_no_code_and_a_spare_column_only_where_it_is_filled(
    tmp_path: Path, blank: bool
) -> None:
    plain = nbs().replace("增加值合计,TVA", "增加值合计,").replace("总投入,TI,", "总投入,,")
    content = "\n".join(
        f"{line},{'' if blank or k < 4 else 5}" for k, line in enumerate(plain.split())
    )
    path = text(tmp_path / "nbs.csv", content)
    if blank:
        sound(qn.read_io(path), [200, 200], [120, 80])
        return
    with pytest.raises(qn.DataError, match="column 10 has no label; name it"):
        qn.read_io(path)


def test_a_total_without_a_code_is_checked(tmp_path: Path) -> None:
    content = nbs().replace("增加值合计,TVA,120,80,200", "增加值合计,,121,80,201")
    with pytest.raises(qn.DataError, match="row '增加值合计' looks like a total, but at '01'"):
        qn.read_io(text(tmp_path / "nbs.csv", content))


def test_wiod_columns_without_a_name_are_no_columns(tmp_path: Path) -> None:
    lines = [[*line.split(",")[:8], "", *line.split(",")[8:]] for line in niot().splitlines()]
    path = text(tmp_path / "USA_NIOT.csv", "\n".join(map(",".join, lines)) + "\n")
    sound(qn.read_io(path, year=2014), [210, 200, 0], [122, 73, 0])


@pytest.mark.parametrize(("gap", "reads"), [(1, True), (3, False)])
def test_what_a_publisher_is_known_to_miss_is_recorded(
    tmp_path: Path, gap: int, reads: bool
) -> None:
    # output of the United States and its inputs: 200, of which 0.5 and 1.5 per cent go astray
    content = (
        icio().replace("VA,0,158,59,127", f"VA,0,158,59,{127 - gap}").replace("344", f"{344 - gap}")
    )
    path = text(tmp_path / "ICIO2021_2018.csv", content)
    if reads:
        (said,) = [line for line in qn.read_io(path).source.warnings if "misses" in line]
        assert (
            "'USA_C' misses its output by 0.5 %, as tables of this publisher do by up to 1.2 %"
            in said
        )
        return
    said = r"column 'USA_C': its sum misses output by 3 \(1.5 %\).* pass tolerance=1.6e-02,"
    with pytest.raises(qn.BalanceError, match=said):
        qn.read_io(path)

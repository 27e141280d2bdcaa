"""Refusals of the readers that need more than one altered cell: disks, blocks, partner files."""

import gzip
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import python_calamine
import xlsxwriter

import quesnay as qn
from quesnay.datasets.readers import containers
from quesnay.datasets.readers.cells import ReadOptions, read_options
from quesnay.datasets.readers.containers import Sheet
from quesnay.datasets.readers.eurostat import arrange_eurostat
from quesnay.datasets.readers.plain import write_template
from quesnay.datasets.readers.world import (
    arrange_figaro,
    arrange_oecd,
    arrange_wiod_national,
    cut_country,
)
from quesnay.datasets.tables import IOFrames

from . import made_up_tables as made
from .refusals import refused


def denied(*_: Any, **__: Any) -> Any:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_file_that_may_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    path = made.write_rows(tmp_path / f"t{ending}", made.quesnay_rows())
    monkeypatch.setattr(Path, "open", denied)
    monkeypatch.setattr(zipfile, "ZipFile", denied)
    refused(lambda: qn.read_io(path), r"t\.\w+: cannot be read .Permission denied.")


def test_a_field_that_never_ends(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "x" * 200_000 + ",1\n")
    refused(lambda: qn.read_io(path), "no table of separated values .field larger than")


def test_a_workbook_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(range(256)) * 40)
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        packed = archive.infolist()[0].compress_size
    path.write_bytes(data.replace(packed.to_bytes(4, "little"), (1 << 30).to_bytes(4, "little")))
    refused(lambda: qn.read_io(path), "no readable workbook")


def test_a_workbook_without_sheets(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("nothing", b"")
    refused(lambda: qn.read_io(path), "t.xlsx: no readable workbook")
    refused(lambda: qn.read_china_klems(path), "t.xlsx: no readable workbook")


def test_a_folder_without_tables(tmp_path: Path) -> None:
    refused(lambda: qn.read_china_klems(tmp_path), "no .csv file in this folder")


def test_numbers_and_labels_of_other_lengths(tmp_path: Path) -> None:
    folder = made.write_eora(tmp_path / "eora")
    with (folder / "labels_T.txt").open("a", encoding="utf-8") as stream:
        stream.write("Belgium\tBEL\tIndustries\tFarming\t\n")
    refused(lambda: qn.read_io(folder, layout="eora"), "2 x 2 numbers, 3 x 3 labels")


def test_coefficients_and_output_of_other_industries(tmp_path: Path) -> None:
    folder = made.write_exiobase(tmp_path / "exiobase", coefficients=True)
    text = (folder / "x.txt").read_text(encoding="utf-8")
    (folder / "x.txt").write_text(text.replace("Wheat", "Rye"), encoding="utf-8")
    refused(lambda: qn.read_io(folder, layout="exiobase"), "rows of A.txt and x.txt differ")


def exported(tmp_path: Path, edit: Callable[[list[str]], list[str]]) -> Path:
    path = qn.export_dataset("io_chn_2018_42_separate", tmp_path / "t.csv")
    path.write_text("\n".join(edit(path.read_text("utf-8").splitlines())) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda rows: [r for r in rows if not r.startswith("value_added")], "expected blocks"),
        (lambda rows: [r for r in rows if not r.startswith("domestic")], "expected blocks"),
        (
            lambda rows: [r.replace("domestic,31", "domestic,3I") for r in rows],
            "row '3I' has no column of that name",
        ),
        (
            lambda rows: [r.replace("import,31", "import,32x") for r in rows],
            "import and domestic rows differ: 31, 32x",
        ),
        (lambda rows: [*rows, rows[1]], "row 'domestic 01' stands twice"),
        (
            lambda rows: [r.replace("13934.012033", "") for r in rows],
            "row 'domestic 01', column '01': is empty",
        ),
    ],
)
def test_blocks_that_do_not_make_a_table(
    tmp_path: Path, edit: Callable[[list[str]], list[str]], message: str
) -> None:
    path = exported(tmp_path, edit)
    refused(lambda: qn.read_io(path), message)


def options(**given: object) -> ReadOptions:
    return read_options(dict(given))


EURO = [
    "stk_flow,prd_use,prd_ava,unit,geo,time_period,obs_value",
    "TOTAL,CPA_A,CPA_A,MIO_EUR,AT,2015,10.0 e",
    "TOTAL,P3,CPA_A,MIO_EUR,AT,2015,90.0",
    "TOTAL,CPA_A,B1G,MIO_EUR,AT,2015,:",
]


def sheet(rows: Any) -> Sheet:
    return Sheet("t.csv", "", rows, ",")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda rows: [*rows, "TOTAL,P3"], "line 5 is shorter than the header"),
        (lambda rows: rows[:1], "no cell of a table found under the header"),
        (lambda rows: [*rows, "TOTAL,P5,CPA_A,MIO_EUR,AT,2015,many"], "'many' is no number"),
        (lambda rows: [*rows, rows[1]], "CPA_A, CPA_A .TOTAL. stands twice"),
        (lambda rows: [*rows, rows[1].replace("2015", "2016")], "pass year=2016"),
        (lambda rows: [row.replace("prd_ava", "row") for row in rows], "no header with stk_flow"),
    ],
)
def test_cells_listed_one_a_line(edit: Callable[[list[str]], list[str]], message: str) -> None:
    listed = sheet([list(row.split(",")) for row in edit(EURO)])
    refused(lambda: arrange_eurostat(listed, options()), message)


def test_euros_are_taken_of_several_units() -> None:
    rows = [*EURO, "", *(row.replace("MIO_EUR", "MIO_NAC") for row in EURO[1:])]
    found = arrange_eurostat(sheet([list(row.split(",")) for row in rows]), options())
    assert found.unit == "million euro"
    assert found.assumed[0] == "unit MIO_EUR of MIO_EUR, MIO_NAC"


def short(rows: list[list[Any]]) -> list[list[Any]]:
    return [*rows[:-1], rows[-1][:-1]]


NATIONAL = ["Year", "Code", "Description", "Origin", "A01", "CONS_h"]


@pytest.mark.parametrize(
    ("arrange", "rows", "message"),
    [
        (arrange_oecd, [], "the sheet is empty"),
        (arrange_figaro, [], "the sheet is empty"),
        (arrange_oecd, short(made.icio_rows()), "row 'OUT' has 6 cells; 7 expected"),
        (arrange_figaro, short(made.figaro_rows()), "row 'W2_D1' has 5 cells; 6 expected"),
        (arrange_wiod_national, [["Code", "Year"]], "no header Year, Code, Description, Origin"),
        (arrange_wiod_national, [NATIONAL], "no row with a year found"),
    ],
)
def test_a_sheet_of_another_shape(
    arrange: Callable[..., object], rows: list[list[Any]], message: str
) -> None:
    refused(lambda: arrange(sheet(rows), options()), message)


def test_a_country_without_final_demand() -> None:
    names = ["AUT_A", "CHN_A"]
    frame = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], names, names)
    demand = pd.DataFrame({"CHN_HFCE": [7.0, 3.0]}, names)
    world = IOFrames(frame, demand, frame.iloc[:1], None, None, "million", "world")
    refused(lambda: cut_country(world, "AUT", "w.csv"), "no column of final demand of 'AUT' found")


def test_an_old_workbook_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "t.xls"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 100)
    refused(lambda: qn.read_io(path), "cut short, or no .xls file")


def test_frames_that_are_no_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    refused(lambda: qn.read_io(path), "reading .parquet needs the package pyarrow")


@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_frames_of_arrow_are_grids_whose_index_is_a_column(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the package gives them, whether it is installed or not."""
    own = pd.DataFrame(
        {"A": [10, 30, 60], "B": [20.0, 40.0, 40.0], "homes": [70.0, 30.0, float("nan")]},
        pd.Index(["A", "B", "wages"], name="index"),
    )
    asked: list[tuple[str, bytes]] = []

    def read(name: str) -> Callable[[Any], pd.DataFrame]:
        def answer(stream: Any) -> pd.DataFrame:
            asked.append((name, stream.read()))
            return own

        return answer

    monkeypatch.setitem(sys.modules, "pyarrow", SimpleNamespace())
    monkeypatch.setattr(pd, "read_parquet", read("parquet"))
    monkeypatch.setattr(pd, "read_feather", read("feather"))
    path = tmp_path / f"t.{kind}"
    path.write_bytes(b"X")
    cells = containers.open_book(path).sheet()
    assert cells.rows == [
        ["", "A", "B", "homes"], ["A", 10.0, 20.0, 70.0], ["B", 30.0, 40.0, 30.0],
        ["wages", 60.0, 40.0, ""],
    ]  # fmt: skip
    assert asked == [(kind, b"X")]
    assert qn.read_io(path).x.tolist() == [100.0, 100.0]
    plain = own.reset_index(names="s").replace({20.0: float("inf")})
    own = plain.assign(A=[True, False, True])
    rows = containers.open_book(path).sheet().rows
    assert rows[:2] == [["s", "A", "B", "homes"], ["A", "True", "inf", 70.0]]


def test_a_damaged_parquet_file(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="reads parquet")
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1" * 9)
    refused(lambda: qn.read_io(path), "no readable .parquet file")


def test_a_damaged_file_of_stata(tmp_path: Path) -> None:
    path = tmp_path / "t.dta"
    path.write_bytes(b"<stata_dta>" * 9)
    refused(lambda: qn.read_io(path), r"^t\.dta: no readable \.dta file \(.+\)$")


def test_r_data_that_hold_no_table_or_two(tmp_path: Path) -> None:
    pyreadr = pytest.importorskip("pyreadr", reason="reads R data")
    path = tmp_path / "t.rda"
    path.write_bytes(b"RDX2\nnothing")
    refused(lambda: qn.read_io(path), "no readable R data")
    (tmp_path / "e.rds").write_bytes(b"")
    refused(lambda: qn.read_io(tmp_path / "e.rds"), "no readable")
    assert pyreadr is not None


def test_an_archive_that_lies_about_a_size(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("t.csv", "a,b\n1,2\n" * 9)
    size = (8 * 9).to_bytes(4, "little")
    whole = path.read_bytes()
    last = whole.rindex(size)  # the size in the directory
    path.write_bytes(whole[:last] + (99).to_bytes(4, "little") + whole[last + 4 :])
    refused(lambda: qn.read_io(path), "damaged archive")


def test_a_file_of_more_than_two_gigabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    with path.open("wb") as stream:
        stream.truncate((2 << 30) + 1)  # all holes: nothing is written
    refused(lambda: qn.read_io(path), "t.csv: more than 2 GiB; refused: save the one table alone")


def test_a_sheet_of_a_file_that_has_none(tmp_path: Path) -> None:
    path = made.write_rows(tmp_path / "t.csv", made.quesnay_rows())
    said = "t.csv: no sheet 'Use': it is one table; drop sheet="
    refused(lambda: qn.read_io(path, sheet="Use"), said)


def rewritten(path: Path, change: Callable[[str, str], str]) -> None:
    """Change the parts of a workbook, which are texts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, change(name, text))


@pytest.mark.parametrize(
    ("part", "old", "new", "message"),
    [
        ("xl/workbook.xml", "<sheet ", "<shoot ", r"t.xlsx: no readable workbook .it has no sheet"),
        ("xl/_rels/workbook.xml.rels", "Target=", "Aim=", "t.xlsx.*no readable workbook"),
    ],
)
def test_a_workbook_whose_sheets_are_lost(
    tmp_path: Path, part: str, old: str, new: str, message: str
) -> None:
    path = made.write_rows(tmp_path / "t.xlsx", made.quesnay_rows())
    rewritten(path, lambda name, text: text.replace(old, new) if name == part else text)
    refused(lambda: qn.read_io(path), message)


def test_a_workbook_whose_parts_lie_before_its_start(tmp_path: Path) -> None:
    path = made.write_rows(tmp_path / "t.xlsx", made.quesnay_rows())
    data = path.read_bytes()
    place = data.rindex(b"PK\x05\x06") + 16  # where the directory is said to start
    start = int.from_bytes(data[place : place + 4], "little") + 9
    path.write_bytes(data[:place] + start.to_bytes(4, "little") + data[place + 4 :])
    refused(lambda: qn.read_io(path), r"t.xlsx: no readable workbook .*Invalid.*; save it again")


def test_two_frames_of_r_in_one_file(tmp_path: Path) -> None:
    pyreadr = pytest.importorskip("pyreadr", reason="reads R data")
    for name in "ab":
        frame = pd.DataFrame({"x": [1.0]})
        pyreadr.write_rdata(str(tmp_path / f"{name}.rda"), frame, df_name=name)
    one, two = ((tmp_path / f"{name}.rda").read_bytes() for name in "ab")
    head, end = len(b"RDX2\nX\n") + 3 * 4, 4  # of the list of objects
    (tmp_path / "t.rda").write_bytes(one[:-end] + two[head:])
    refused(lambda: qn.read_io(tmp_path / "t.rda"), "t.rda: 2 data frames; save the one table")


@pytest.mark.parametrize("count", [0, 1, 2])
def test_of_r_data_one_frame_is_a_table_and_none_or_two_are_not(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the package gives them, whether it is installed or not."""
    rows = made.quesnay_rows()
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    library = SimpleNamespace(
        read_r=lambda _: {f"frame {k}": frame for k in range(count)},
        LibrdataError=OSError,
        PyreadrError=ValueError,
    )
    monkeypatch.setitem(sys.modules, "pyreadr", library)
    path = tmp_path / "t.rds"
    path.write_bytes(b"X")
    if count == 1:
        assert qn.read_io(path).Z.to_numpy().tolist() == [[10.0, 20.0], [30.0, 40.0]]
    else:
        said = f"t.rds: {count} data frames; save the one table alone"
        refused(lambda: qn.read_io(path), said)


def test_a_cell_of_a_grid_that_starts_far_inside_its_sheet_has_its_true_address(
    tmp_path: Path,
) -> None:
    rows: list[Any] = [
        ["s", "a", "b", "homes"],
        ["a", 20, 40, 140],
        ["b", 60, "8O", 60],
        ["w", 1, 2, ""],
    ]
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        own = book.add_worksheet()
        for i, row in enumerate(rows):
            own.write_row(i + 3, 2, row)
    refused(lambda: qn.read_io(tmp_path / "t.xlsx"), r"row 'b', column 'b': '8O' .*\(cell E6\)")


def test_an_unknown_mark_of_thousands(tmp_path: Path) -> None:
    path = made.write_rows(tmp_path / "t.csv", made.quesnay_rows())
    said = r"thousands ';' is unknown; expected ',', '.', ' ' or"
    refused(lambda: qn.read_io(path, thousands=";"), said)


@pytest.mark.parametrize(("row", "column", "axis"), [(2, 0, "row 2"), (0, 3, "column 3")])
def test_a_label_of_a_world_that_is_empty(tmp_path: Path, row: int, column: int, axis: str) -> None:
    rows = made.icio_rows()
    rows[row][column] = ""
    path = made.write_rows(tmp_path / "t.csv", rows)
    refused(lambda: qn.read_io(path), f"t.csv: {axis} has no label; name it")


def test_sectors_that_are_named_in_one_place_only(tmp_path: Path) -> None:
    path = made.write_rows(tmp_path / "t.csv", [row[1:] for row in made.nbs_rows()])
    said = "t.csv: no label stands in a row and in a column; name sectors alike"
    refused(lambda: qn.read_io(path), said)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\tSteel\n", "\t\n", "Z.txt: column 2 has no label; name it"),
        ("AT\tWheat\t", "\t\t", "Z.txt: row 1 has no label; name it"),
        ("WW\tSteel\t", "WW\tSteel\t1\t", r"Z.txt: row 5 .'WW'. has 5 cells; 4 expected"),
    ],
)
def test_lines_of_a_world_in_a_folder(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = made.write_exiobase(tmp_path / "exiobase")
    text = (folder / "Z.txt").read_text(encoding="utf-8")
    if "column" in message:
        old, new = "AT\tWW\n", "AT\t\n"
        text = text.replace("\tSteel\n", "\t\n", 1)
    (folder / "Z.txt").write_text(text.replace(old, new, 1), encoding="utf-8")
    refused(lambda: qn.read_io(folder, layout="exiobase"), message)


def test_a_readme_without_its_columns(tmp_path: Path) -> None:
    folder = made.write_gloria(tmp_path / "gloria")
    rewritten(
        folder / "GLORIA_ReadMe_057.xlsx", lambda _, text: text.replace("Sector_names", "Names")
    )
    said = r"ReadMe_057.xlsx.*: no column 'Sector_names'; is it the ReadMe of GLORIA"
    refused(lambda: qn.read_io(folder), said)


def bea(tmp_path: Path, edit: Callable[[list[list[Any]]], list[list[Any]]]) -> object:
    use = made.write_rows(tmp_path / "use.csv", edit(made.bea_use_rows()))
    make = made.write_rows(tmp_path / "make.csv", made.bea_make_rows())
    return qn.read_io(use, layout="bea", make=make)


def test_a_use_table_without_final_use(tmp_path: Path) -> None:
    said = r"use.csv: no column of final use .F010"
    refused(lambda: bea(tmp_path, lambda rows: [r[:5] + r[7:] for r in rows]), said)


def test_a_workbook_of_several_years_asks_for_one(tmp_path: Path) -> None:
    for name, rows in (("use", made.bea_use_rows()), ("make", made.bea_make_rows())):
        with pd.ExcelWriter(tmp_path / f"{name}.xlsx", engine="xlsxwriter") as book:
            for year in ("2017", "2018", "2019"):
                frame = pd.DataFrame(rows)
                frame.to_excel(book, sheet_name=year, index=False, header=False)
    paths = {"layout": "bea", "make": tmp_path / "make.xlsx"}
    said = "make.xlsx: one sheet a year, 2017 to 2019: pass year=2019"
    refused(lambda: qn.read_io(tmp_path / "use.xlsx", **paths), said)  # type: ignore[arg-type]
    table = qn.read_io(tmp_path / "use.xlsx", year=2019, **paths)  # type: ignore[arg-type]
    assert list(table.sectors) == ["11", "21"]


@pytest.mark.parametrize("use", [True, False])
def test_the_sheet_of_the_use_table_is_found_or_the_first_that_is_no_note_is_named(
    tmp_path: Path, *, use: bool
) -> None:
    rows = [["The Use of Commodities by Industries", *[""] * 7], *made.bea_use_rows()]
    with pd.ExcelWriter(tmp_path / "use.xlsx", engine="xlsxwriter") as book:
        for name, cells in (("ReadMe", [["x"]]), ("Margins", [["y"]]), ("Use", rows)):
            if use or name != "Use":
                frame = pd.DataFrame(cells)
                frame.to_excel(book, sheet_name=name, index=False, header=False)
    make = made.write_rows(tmp_path / "make.csv", made.bea_make_rows())
    if use:
        table = qn.read_io(tmp_path / "use.xlsx", layout="bea", make=make)
        assert list(table.sectors) == ["11", "21"]
    else:
        said = r"use.xlsx\[Margins\]: no header row found: IOCode"
        refused(lambda: qn.read_io(tmp_path / "use.xlsx", layout="bea", make=make), said)


def test_a_template_is_a_new_workbook(tmp_path: Path) -> None:
    refused(lambda: write_template(tmp_path / "t.csv"), "t.csv: expected a file ending in .xlsx")
    path = write_template(tmp_path / "t.xlsx")
    said = "t.xlsx: a file of that name is there; choose another name"
    refused(lambda: write_template(path), said)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: qn.load_gdp("CHN", vintage=2018), "vintage: expected a text such as 'current'"),  # type: ignore[arg-type]
        (lambda: qn.load_io(156, 2018), "country: expected a text such as 'CHN', got 156"),  # type: ignore[arg-type]
        (lambda: qn.load_io("CHN", 2018.5), "year: expected a whole number, got 2018.5"),  # type: ignore[arg-type]
        (lambda: qn.load_io("CHN", 10**9), "year: 1000000000 has no embedded table; see list"),
        (lambda: qn.read_sdmx("GDP", service="ESTAT", timeout=0), "timeout: expected seconds"),
    ],
)
def test_words_and_numbers_of_another_kind(call: Callable[[], object], message: str) -> None:
    refused(call, message)


def test_sdmx_without_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.xml"
    path.write_text("<message:StructureSpecificData/>")
    monkeypatch.setitem(sys.modules, "sdmx", None)
    refused(lambda: qn.read_sdmx(path), "SDMX-ML and services need sdmx1: pip install")


def test_errors_of_other_sheets_and_beside_the_cells_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old workbook does not tell of which of its sheets an error is."""
    path = made.write_rows(tmp_path / "t.xlsx", made.quesnay_rows())
    found = dict.fromkeys([(99, 0), (1, 99), (99, 99), (1, 1)], "an error")
    monkeypatch.setattr(containers, "check_extent", lambda *_: found)
    assert qn.read_io(path).Z.to_numpy().tolist() == [[10.0, 20.0], [30.0, 40.0]]


class PanicException(BaseException):
    """What the library behind the workbooks raises where it did not foresee a file."""


@pytest.mark.parametrize(
    ("raised", "kind"), [(PanicException("index"), qn.DataError), (KeyboardInterrupt(), None)]
)
def test_a_panic_of_the_library_is_a_damaged_file_and_an_interruption_stays_one(
    raised: BaseException, kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_: object) -> None:
        raise raised

    path = made.write_rows(tmp_path / "t.xlsx", made.quesnay_rows())
    library = SimpleNamespace(
        CalamineError=python_calamine.CalamineError,
        CalamineWorkbook=SimpleNamespace(from_filelike=load),
    )
    monkeypatch.setattr(containers, "_calamine", lambda _: library)
    with pytest.raises(kind or KeyboardInterrupt) as caught:
        qn.read_io(path)
    if kind:
        assert "t.xlsx: no readable workbook (it is damaged); save it again" in str(caught.value)


def test_what_is_packed_inside_an_archive_is_told_by_its_own_ending(tmp_path: Path) -> None:
    path = tmp_path / "tables.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("table.doc.gz", gzip.compress(b"text", mtime=0))
    with pytest.raises(qn.DataError, match=r"tables\.zip/table\.doc: kind '\.doc' not read"):
        qn.read_io(path)


@pytest.mark.parametrize("option", ["unit", "name", "sheet", "country"])
def test_texts_of_options_are_ones_that_can_be_printed(option: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(qn.InputOutputTable([[1.0]], [1.0], [1.0]).to_csv())
    given: dict[str, Any] = {option: "a\x1bb"}
    with pytest.raises(qn.DataError, match=f"^{option}: .* cannot be printed"):
        qn.read_io(path, **given)

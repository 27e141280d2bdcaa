"""Users' tables in many layouts come in with the same numbers."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import quesnay as qn
from quesnay.datasets.readers import read
from quesnay.datasets.readers.offices import read_china_klems
from quesnay.datasets.readers.plain import arrange_plain
from quesnay.datasets.readers.read import LAYOUTS, Layout, _says
from quesnay.fitting.errors import DataError
from quesnay.models.input_output.table import InputOutputTable
from tests.test_datasets_readers_refusals import rewritten

from . import made_up_tables as made
from .made_up_tables import F, Row, V, X, Z

ENDINGS = [".csv", ".xlsx"]


def same(table: InputOutputTable) -> None:
    np.testing.assert_allclose(table.Z, Z, rtol=1e-15)
    np.testing.assert_allclose(table.final_demand.to_numpy(), F, rtol=1e-15)
    shares = table.value_added.to_numpy().sum(axis=0)
    if table.taxes is not None:
        shares = shares + table.taxes.Z.to_numpy().sum(axis=0)
    np.testing.assert_allclose(shares, V.sum(axis=0), rtol=1e-15)
    assert list(table.Z.index) == list(table.Z.columns) == list(table.final_demand.index)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("layout", "rows", "unit"),
    [
        ("quesnay", made.quesnay_rows(), "unit not stated"),
        ("oecd_icio", made.icio_rows(), "million US dollars"),
        ("wiod", made.wiod_rows(), "million US dollars"),
        ("figaro", made.figaro_rows(), "million euro"),
        ("figaro", made.figaro_flat_rows(), "million euro"),
    ],
)
def test_one_grid_layouts(
    tmp_path: Path, ending: str, layout: str, rows: list[Row], unit: str
) -> None:
    table = qn.read_io(made.write_rows(tmp_path / f"table{ending}", rows), layout=layout)
    same(table)
    assert table.unit == unit
    assert table.name == "table"


@pytest.mark.parametrize("ending", ENDINGS)
def test_nbs_turns_imports_negative_and_names_components(tmp_path: Path, ending: str) -> None:
    path = made.write_rows(tmp_path / f"t{ending}", made.nbs_rows())
    table = qn.read_io(path, layout="nbs", name="made up")
    np.testing.assert_allclose(table.final_demand["imports"], F[:, 2])
    np.testing.assert_allclose(table.final_demand.sum(axis=1), F.sum(axis=1))
    assert list(table.Z.index) == ["01", "02"]
    assert table.value_added.T["operating_surplus"].tolist() == V[1].tolist()
    assert table.x.tolist() == X.tolist()
    assert (table.name, table.unit) == ("made up", "10,000 yuan")


def test_nbs_keeps_the_import_block_apart(tmp_path: Path) -> None:
    table = qn.read_io(
        made.write_rows(tmp_path / "t.csv", made.nbs_separate_rows()), layout="nbs", strict=False
    )
    assert table.imports is not None
    assert table.imports.final_demand is not None
    np.testing.assert_allclose(table.imports.Z, 0.5 * Z)
    np.testing.assert_allclose(table.Z, 0.5 * Z)
    assert table.imports.final_demand["consumption"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("coefficients", [False, True])
def test_exiobase_folder(tmp_path: Path, coefficients: bool) -> None:
    folder = made.write_exiobase(tmp_path / "IOT_2011_pxp", coefficients=coefficients)
    table = qn.read_io(folder, layout="exiobase")
    same(table)
    assert list(table.Z.index) == ["AT_Wheat", "WW_Steel"]
    assert list(table.value_added.index) == [
        "Compensation of employees; wages",
        "Operating surplus: total",
    ]


def test_eora_folder(tmp_path: Path) -> None:
    table = qn.read_io(made.write_eora(tmp_path / "eora"), layout="eora")
    same(table)
    assert list(table.Z.index) == ["AUT_Farming", "ROW_TOTAL"]
    assert list(table.final_demand) == ["AUT_Households", "AUT_Fixed", "ROW_Stocks"]
    assert list(table.value_added.index) == [
        "Primary Inputs_Compensation",
        "Primary Inputs_Surplus",
    ]


@pytest.mark.parametrize("ending", ENDINGS)
def test_bea_becomes_symmetric_by_fixed_product_sales(tmp_path: Path, ending: str) -> None:
    use = made.write_rows(tmp_path / f"use{ending}", made.bea_use_rows())
    make = made.write_rows(tmp_path / f"make{ending}", made.bea_make_rows())
    table = qn.read_io(use, layout="bea", make=str(make))
    # by hand: industry 11 sells all of commodity 11 and a tenth of commodity 21
    np.testing.assert_allclose(table.Z, [[13.0, 24.0], [27.0, 36.0]])
    np.testing.assert_allclose(table.final_demand.to_numpy(), [[74.0, -1.0], [36.0, -9.0]])
    assert table.imports is not None
    assert table.imports.final_demand is not None
    assert table.imports.Z.T["imports_of_Other"].tolist() == [5.0, 0.0]
    assert table.imports.final_demand.T["imports_of_Other"].tolist() == [3.0, -8.0]
    rows = table.Z.sum(axis=1) + table.final_demand.sum(axis=1)
    columns = table.Z.sum() + table.value_added.sum() + table.imports.Z.sum()
    np.testing.assert_allclose(rows, table.x)
    np.testing.assert_allclose(columns, table.x)


def test_a_note_with_a_comma_below_bea_tables_is_no_commodity_and_a_row_without_name_is(
    tmp_path: Path,
) -> None:
    note: list[list[object]] = [["Note: see text", "page 3"]]
    nameless = [[row[0], "", *row[2:]] if row[0] == "Other" else row for row in made.bea_use_rows()]
    paths = [
        made.write_rows(tmp_path / name, [*rows, *below])
        for name, rows, below in (
            ("use.csv", made.bea_use_rows(), []), ("noted.csv", nameless, note),
            ("make.csv", made.bea_make_rows(), note),
        )
    ]  # fmt: skip
    plain, noted = (qn.read_io(p, layout="bea", make=str(paths[2])) for p in paths[:2])
    assert noted.x.equals(plain.x)
    assert noted.Z.equals(plain.Z)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators(tmp_path: Path, separator: str) -> None:
    path = made.write_rows(tmp_path / "t.csv", made.quesnay_rows(), separator=separator)
    same(qn.read_io(path))


def test_decimal_commas_between_semicolons_below_a_title_with_commas(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Tableau, prix courants, euros, 2018, base 2014, provisoire, v1\n;A;B;conso;export\n"
        "A;10,0;20,0;60,0;10,0\nB;30,0;40,0;20,0;10,0\nsalaires;60,0;40,0;;\n"
    )
    assert path.read_text().count(";") == path.read_text().count(",") == 16  # neither prevails
    assert qn.read_io(path, decimal=",").Z.to_numpy().tolist() == [[10, 20], [30, 40]]


def test_rows_in_another_order_align_by_label(tmp_path: Path) -> None:
    rows = made.quesnay_rows()
    rows[1], rows[2] = rows[2], rows[1]
    table = qn.read_io(made.write_rows(tmp_path / "t.csv", rows))
    assert list(table.sectors) == ["B", "A"]
    np.testing.assert_allclose(table.Z.loc[["A", "B"], ["A", "B"]], Z, rtol=1e-15)
    np.testing.assert_allclose(table.final_demand.loc[["A", "B"]], F, rtol=1e-15)
    np.testing.assert_allclose(table.value_added[["A", "B"]], V, rtol=1e-15)


def test_blank_cells_are_zero_only_on_request(tmp_path: Path) -> None:
    rows = made.quesnay_rows()
    rows[1][5] = ""
    path = made.write_rows(tmp_path / "t.csv", rows)
    with pytest.raises(DataError, match="row 'A', column 'imports': is empty"):
        qn.read_io(path)
    table = qn.read_io(path, blank="zero", strict=False)
    assert table.final_demand.loc["A", "imports"] == 0


def test_another_encoding(tmp_path: Path) -> None:
    rows = made.quesnay_rows()
    rows[3][0] = "劳动者报酬"
    text = "\n".join(",".join(str(cell) for cell in row) for row in rows)
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode("gb18030"))
    for encoding in (None, "gb18030"):
        assert "劳动者报酬" in qn.read_io(path, encoding=encoding).value_added.index
    with pytest.raises(DataError, match="not in the encoding 'utf-8'; leave encoding= out"):
        qn.read_io(path, encoding="utf-8")


def test_an_office_with_words_of_its_own_is_one_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"Hanehalkı": "final_demand", "Ara girdi": "total", "Ücretler": "value_added"}
    words |= {"İthalat": "imports", "Çıktı": "output", "Ara kullanım": "total"}
    office = Layout(
        partial(arrange_plain, codes=words), _says("Ara kullanım", "Hanehalkı"), unit="lira"
    )
    monkeypatch.setattr(read, "LAYOUTS", {**LAYOUTS, "own": office})
    path = tmp_path / "own.csv"
    path.write_text(
        "Tablo;;;;;;\n;;01;02;Ara kullanım;Hanehalkı;Çıktı\n;;Tarım;Sanayi;;;\n"
        "01;Tarım;10,5;20,0;30,5;69,5;100,0\n02;Sanayi;30,0;40,0;70,0;130,0;200,0\n"
        ";Ara girdi;40,5;60,0;100,5;;\n;İthalat;9,5;40,0;49,5;;\n;Ücretler;50,0;100,0;150,0;;\n"
        ";Çıktı;100,0;200,0;300,0;;\n",
        encoding="utf-8",
    )
    table = qn.read_io(path)
    assert (table.source.layout, table.unit) == ("own", "lira")
    assert table.v.tolist() == [50.0, 100.0]
    assert table.f.tolist() == [69.5, 130.0]
    assert table.imports is not None
    assert table.imports.Z.to_numpy().sum() == 49.5
    assert table.source.names == {"01": "Tarım", "02": "Sanayi"}


def test_without_the_library_a_workbook_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made.write_rows(tmp_path / "t.xlsx", made.quesnay_rows())
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(DataError, match="pip install python-calamine"):
        qn.read_io(path)


def klems_sheet(value: object = 3.5) -> list[Row]:
    return [
        ["Nominal gross output", "", "", ""],
        ["CIP code", "Industry", 2000, 2001],
        ["01", "Farming", 1.5, value],
        ["02", "Mining", 2.5, ""],
        ["Source: made up", "", "", ""],
    ]


def test_china_klems_from_a_folder(tmp_path: Path) -> None:
    made.write_rows(tmp_path / "GO.csv", klems_sheet())
    made.write_rows(tmp_path / "VA.csv", klems_sheet(4.5))
    made.write_rows(tmp_path / "notes.csv", [["a", "b"], ["c", "d"]])
    panel = read_china_klems(tmp_path)
    assert list(panel.columns) == ["industry", "year", "GO", "VA"]
    row = panel.query("industry == '01' and year == 2001")
    assert row[["GO", "VA"]].to_numpy().tolist() == [[3.5, 4.5]]
    assert panel.attrs["skipped"] == ["notes"]
    assert panel["GO"].isna().sum() == 1


def test_china_klems_goes_on_after_a_heading_or_a_blank_line(tmp_path: Path) -> None:
    rows = klems_sheet()
    rows[3:3] = [["", "", "", ""], ["Services", "", "", ""]]
    made.write_rows(tmp_path / "GO.csv", rows)
    panel = read_china_klems(tmp_path)
    assert panel.query("year == 2000")["GO"].tolist() == [1.5, 2.5]


def test_china_klems_from_a_workbook(tmp_path: Path) -> None:
    panel = read_china_klems(made.write_rows(tmp_path / "cip.xlsx", klems_sheet()))
    assert panel["2017"].tolist()[:2] == [1.5, 3.5]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (klems_sheet("n.a."), "industry '01', year 2001: 'n.a.' is no finite number"),
        ([*klems_sheet()[:3], klems_sheet()[2]], "industry '01' stands twice"),
        ([["code", 2000, 2000], ["01", 1, 2]], "a year stands twice"),
        ([["code", "name"], ["01", 1]], "no sheet with a header row of years"),
    ],
)
def test_china_klems_refuses(tmp_path: Path, rows: list[Row], message: str) -> None:
    made.write_rows(tmp_path / "GO.csv", rows)
    with pytest.raises(DataError, match=message):
        read_china_klems(tmp_path)
    with pytest.raises(DataError, match=r"no such file or folder"):
        read_china_klems(tmp_path / "absent.xlsx")


def test_china_klems_of_a_workbook_without_sheets_is_refused(tmp_path: Path) -> None:
    path = made.write_rows(tmp_path / "cip.xlsx", klems_sheet())
    rewritten(path, lambda name, text: text.replace("<sheet ", "<shoot ")
              if name == "xl/workbook.xml" else text)  # fmt: skip
    with pytest.raises(DataError, match=r"cip.xlsx: no readable workbook .it has no sheet"):
        read_china_klems(path)


DEMAND = "2 sectors", "final demand "
FOUND: dict[str, tuple[Sequence[Row], str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "quesnay": (made.quesnay_rows(), "", (*DEMAND, "value added wages, surplus"), (), ()),
    "oecd_icio": (
        made.icio_rows(), "", (*DEMAND, "value added VA", "taxes and margins apart TLS"),
        ("row 'OUT': agrees with the output",), (),
    ),
    "wiod": (
        made.wiod_rows(), "2016", (*DEMAND, "value added VA", "taxes and margins apart TXSP"),
        ("row 'II_fob': agrees with the inputs from home", "row 'GO': agrees with the output"), (),
    ),
    "figaro": (
        made.figaro_flat_rows(), "",
        (*DEMAND, "value added W2_D1", "taxes and margins apart W2_D21X31"), (), (),
    ),
    "nbs": (
        made.nbs_rows(), "",
        (*DEMAND, "value added labour_compensation, net_production_taxes, depreciation, "
                  "operating_surplus"),
        ("row 'TVA': agrees with its parts", "row 'TII': agrees with the inputs from home",
         "row 'TI': agrees with the output", "column 'TIU': agrees with the sales to sectors"),
        ("column 'IM': printed positive, subtracted from uses as the balance asks",),
    ),
}  # fmt: skip
USES = {
    "quesnay": "consumption, exports, imports",
    "oecd_icio": "AUS_HFCE, CHN_GFCF, CHN_DPABR",
    "wiod": "AUS_CONS_h, AUS_GFCF, ROW_INVEN",
    "figaro": "AT_P3_S14, AT_P51G, FIGW1_P5M",
    "nbs": "rural_consumption, fixed_capital_formation, exports, imports",
}


@pytest.mark.parametrize("layout", FOUND)
def test_a_layout_says_what_it_took_each_row_and_column_for(tmp_path: Path, layout: str) -> None:
    rows, edition, recognised, dropped, assumed = FOUND[layout]
    source = qn.read_io(made.write_rows(tmp_path / "t.csv", rows)).source
    assert source is not None
    assert (source.layout, source.edition) == (layout, edition)
    count, demand, *rest = recognised
    assert source.recognised == (count, demand + USES[layout], *rest)
    assert (source.dropped, source.assumed, source.warnings) == (dropped, assumed, ())


def test_folders_and_pairs_of_tables_say_what_they_are(tmp_path: Path) -> None:
    exiobase = qn.read_io(made.write_exiobase(tmp_path / "IOT_2011_pxp")).source
    eora = qn.read_io(made.write_eora(tmp_path / "eora")).source
    use = made.write_rows(tmp_path / "use.csv", made.bea_use_rows())
    make = made.write_rows(tmp_path / "make.csv", made.bea_make_rows())
    bea = qn.read_io(use, layout="bea", make=str(make)).source
    assert exiobase is not None
    assert eora is not None
    assert bea is not None
    assert (exiobase.layout, exiobase.edition) == ("exiobase", "3")
    assert exiobase.recognised == ("2 sectors", "value added from satellite/F.txt")
    assert (eora.layout, eora.edition) == ("eora", "26")
    assert eora.recognised[1] == "value added Primary Inputs_Compensation, Primary Inputs_Surplus"
    assert eora.assumed == ("all rows of VA are value added, as Eora gives them",)
    assert (bea.edition, bea.names) == ("Use table", {"11": "Farms", "21": "Mining"})
    assert bea.recognised == ("2 industries, 3 commodities", "final use F010, F050")
    assert bea.assumed == ("industry by industry under fixed product sales shares (model D)",)

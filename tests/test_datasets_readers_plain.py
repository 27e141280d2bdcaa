"""The plain grid as people have it: words, totals, marks, encodings, containers, bad input."""

import gzip
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

import quesnay as qn
from quesnay.datasets.readers.encoding import decoded

from .refusals import refused

BASE = "sector,farm,mill,homes\nfarm,20,40,140\nmill,60,80,60\nwages,120,80,\n"


def put(folder: Path, text: str, name: str = "t.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def sound(table: qn.InputOutputTable, v: tuple[float, float] = (120, 80)) -> None:
    assert table.x.tolist() == pytest.approx([200, 200])
    assert table.v.tolist() == pytest.approx(list(v))
    assert len(table.sectors) == 2
    assert table.check().ok


GRIDS = {
    "title rows": "Table of Nowhere 2020\n\nmillion crowns,,,\n" + BASE,
    "a title of two cells": "Nowhere,2020\n" + BASE,
    "a line below the header": BASE.replace("homes\n", "homes\n(in crowns)\n", 1),
    "far down": "\n" * 500 + BASE,
    "notes below": BASE + ",,,\nSource: made up,,,\n",
    "code and name": "code,name,A,B,homes\nA,farm,20,40,140\nB,mill,60,80,60\nW,wages,120,80,\n",
    "codes under names": "c,n,farm,mill,homes\n,,1,2,\n1,farm,20,40,140\n2,mill,60,80,60\n"
    "3,wages,120,80,\n",
    "total column": "s,farm,mill,homes,Total\nfarm,20,40,140,200\nmill,60,80,60,200\n"
    "wages,120,80,,\n"
    "",
    "a use that sounds like income": "s,farm,mill,homes,depreciation\nfarm,20,40,120,20\n"
    "mill,60,80,50,10\nwages,120,80,,\n",
    "a total of income alone": "s,farm,mill,homes,Total,Final demand\nfarm,20,40,140,,\n"
    "mill,60,80,60,,\nTotal,,,200,,\nwages,120,80,,200,0\n",
    "parts of income not filled in": BASE.replace("wages,", "wages,0,,\nvalue added,"),
    "total output": "s,farm,mill,homes,Total output\nfarm,20,40,140,200\nmill,60,80,60,200\n"
    "w,120,80,,\n",
    "both totals": "s,farm,mill,homes,Total\nfarm,20,40,140,200\nmill,60,80,60,200\n"
    "wages,120,80,0,200\n"
    "Total,200,200,200,600\n",
    "sub-totals": "s,farm,mill,Total intermediate use,homes,exports,Total final demand,Output\n"
    "farm,20,40,60,100,40,140,200\nmill,60,80,140,50,10,60,200\n"
    "Intermediate inputs,80,120,200,,,,\n"
    "wages,70,50,120,,,,\nsurplus,50,30,80,,,,\nvalue added,120,80,200,,,,\n"
    "Total inputs,80,120,,,,,\n"
    "Gross output,200,200,400,,,,\n",
    "spaces": "sector , farm , mill , homes\n farm , 20 , 40 , 140\nmill, 60 ,80,60\n"
    "wages,120,80,0\n",
    "quoted": '"sector";"farm";"mill";"homes"\n"farm";"20";"40";"140"\n"mill";60;80;60\n'
    '"wages";120;80;\n',
    "brackets": "s,farm,mill,homes,imports\nfarm,20,40,150,(10)\nmill,60,80,70,(10)\n"
    "wages,120,80,,\n",
    "imports printed positive": "s,farm,mill,homes,imports,output\nfarm,20,40,150,10,200\n"
    "mill,60,80,70,10,200\nwages,120,80,,,\n",
    "imports as a memorandum": "s,farm,mill,homes,output\nfarm,20,40,140,200\nmill,60,80,60,200\n"
    "wages,120,80,,\nof which imports,8,8,,\n",
    "a second table below": BASE + ",,,\ncoefficients,farm,mill,\nfarm,.1,.2,\nmill,.3,.4,\n",
    "marks of footnotes": BASE.replace("farm,20", "farm (1),20").replace("mill,60", "Mill*,60"),
    "codes that became numbers": "s,1.0,2.0,homes\n1,20,40,140\n2,60,80,60\nwages,120,80,\n",
    "an income and a use of one word": "s,Farm,mill,Wages\nfarm,20,40,140\nMill,60,80,60\n"
    "wages,120,80,\n",
    "value added above": "s,farm,mill,homes\nwages,120,80,\nfarm,20,40,140\nmill,60,80,60\n",
    "two levels of two sectors": "region,,r1,r2,r1\nsector,,a,a,homes\nr1,a,20,40,140\n"
    "r2,a,60,80,60\nincome,wages,120,80,\n",
    "groups of columns named above": "s,farm,mill,Final demand,\n,,,homes,exports\n"
    "farm,20,40,100,40\nmill,60,80,50,10\nwages,120,80,,\n",
    "lines numbered both ways": "no,,1,2,3,4\n,s,farm,mill,homes,exports\n1,farm,20,40,100,40\n"
    "2,mill,60,80,50,10\n3,wages,70,50,,\n4,surplus,50,30,,\n",
    "columns numbered under a word like a sector": BASE.replace("\nfarm", "\nmills,1,2,\nfarm"),
    "names half of digits under a word like a use": BASE.replace("\nfarm", "\nhome,1,x,\nfarm"),
    "noughts before a digit and a letter": BASE.replace("farm", "01A").replace("mill", "1A"),
    "a sign of sums": "s,farm,mill,Σ,homes\nfarm,20,40,60,140\nmill,60,80,140,60\n"
    "∑,80,120,200,200\nwages,120,80,200,\n",
    "a corner like an output": "output,1,2,homes\n1,20,40,140\n2,60,80,60\nwages,120,80,\n",
    "a corner like an income": "wages,1,2,homes\n1,20,40,140\n2,60,80,60\nprofits,120,80,\n",
    "a sector called x": "s,farm,x,homes\nfarm,20,40,140\nx,60,80,60\nwages,120,80,\n",
}


WORDS = {  # intermediate use, homes, exports, final, output; inputs, wages, profits, value added
    "German": "Zusammen;Konsumausgaben;Exporte;Letzte Verwendung zusammen;Gesamte Verwendung;"
    "Vorleistungen zu Herstellungspreisen;Entgelt;Betriebsüberschuss;Bruttowertschöpfung",
    "French": "Total consommation intermédiaire;Ménages;Exportations;Total emplois finals;"
    "Total emplois;Consommation intermédiaire;Rémunération;Excédent brut;Valeur ajoutée",
    "Spanish": "Total consumo intermedio;Hogares;Exportaciones;Total demanda final;Total empleos;"
    "Total consumos intermedios;Remuneración;Excedente bruto;Valor añadido bruto",
    "Portuguese": "Consumo intermediário total;Famílias;Exportação;Demanda final;Demanda total;"
    "Consumo intermediário;Remunerações;Excedente operacional bruto;Valor adicionado bruto",
    "Italian": "Totale consumi intermedi;Famiglie;Esportazioni;Totale impieghi finali;"
    "Totale impieghi;Totale consumi intermedi;Redditi da lavoro;Risultato lordo;Valore aggiunto",
    "Japanese": "内生部門計;民間消費支出;輸出;最終需要計;国内生産額;内生部門計;雇用者所得;営業余剰;"
    "粗付加価値部門計",
    "Korean": "중간수요계;민간소비;수출;최종수요계;총수요계;중간투입계;"
    "피용자보수;영업잉여;부가가치계",
    "Taiwan's": "中間需要合計;家計消費;輸出;最終需要合計;總需要;中間投入合計;"
    "受僱人員報酬;營業盈餘;附加價值",
}


@pytest.mark.parametrize("language", WORDS)
def test_totals_are_known_in_many_languages(tmp_path: Path, language: str) -> None:
    total, homes, exports, final, output, inputs, wages, profits, value = WORDS[language].split(";")
    text = (
        f"s;farm;mill;{total};{homes};{exports};{final};{output}\nfarm;20;40;60;110;30;140;200\n"
        f"mill;60;80;140;35;25;60;200\n{inputs};80;120;200;;;;\n{wages};70;50;120;;;;\n"
        f"{profits};50;30;80;;;;\n{value};120;80;200;;;;\n"
    )
    table = qn.read_io(put(tmp_path, text))
    sound(table)
    assert list(table.final_demand) == [homes, exports]
    assert list(table.value_added.index) == [wages, profits]


def test_subsidies_on_products_are_no_value_added(tmp_path: Path) -> None:
    text = BASE.replace("wages", "Taxes on products,3,2,4\nSubsidies on products,-3,-2,\nwages")
    sound(qn.read_io(put(tmp_path, text)))


@pytest.mark.parametrize("kind", GRIDS)
def test_grids_as_people_have_them(tmp_path: Path, kind: str) -> None:
    sound(qn.read_io(put(tmp_path, GRIDS[kind])))


@pytest.mark.parametrize(
    "text",
    [
        "s,farm,mill,homes\nwages,120,,\nfarm,20,40,140\nmill,60,80,60\nprofits,,80,\n",
        "s,consumption,farm,mill,exports\nfarm,140,20,40,0\nmill,,60,80,60\nwages,,120,80,\n",
    ],
)
def test_what_stands_before_the_sectors_may_have_empty_cells(tmp_path: Path, text: str) -> None:
    path = put(tmp_path, text)
    sound(qn.read_io(path, blank="zero"))
    refused(lambda: qn.read_io(path), r"is empty \(cell [BC]\d\); expected a number")


def test_labels_of_two_levels_are_read_as_one(tmp_path: Path) -> None:
    text = (
        "region,,r1,,r2,,r1,r2,\nsector,,a,b,a,b,homes,homes,total\nregion,sector,,,,,,,\n"
        "r1,a,10,20,5,5,50,10,100\n,b,10,10,5,5,60,10,100\n"
        "r2,a,5,5,10,10,10,60,100\n,b,5,5,10,10,10,60,100\ninputs,wages,70,60,70,70,,,\n"
    )
    table = qn.read_io(put(tmp_path, text))
    assert list(table.sectors) == ["r1_a", "r1_b", "r2_a", "r2_b"]
    assert list(table.final_demand) == ["r1_homes", "r2_homes"]
    A = np.array([[10, 20, 5, 5], [10, 10, 5, 5], [5, 5, 10, 10], [5, 5, 10, 10]]) / 100
    np.testing.assert_allclose(table.multipliers(), np.linalg.inv(np.eye(4) - A).sum(axis=0))
    own = text.replace("a,b,a,b,", "a,b,a,c,").replace(",b,5,5,10", ",c,5,5,10")
    assert list(qn.read_io(put(tmp_path, own)).sectors) == ["r1_a", "r1_b", "r2_a", "r2_c"]


HANDBOOK = (
    "code,name,no,Farming,Milling,homes,abroad,output_bp\nA,Farming,1,20,40,110,30,200\n"
    "B,Milling,2,60,80,40,20,200\nT,total,3,80,120,150,50,400\n"
    "P7,import_goods_services,4,10,10,20,0,40\nD21X31,net_tax_products,5,2,2,18,0,22\n"
    "P2,intermediate_consumption_pp,6,92,132,188,50,462\nD1,wages,7,70,40,,,110\n"
    "B2,surplus,8,38,28,,,66\nB1G,gva_bp,9,108,68,,,176\nP1,output_bp,10,200,200.1,188,50,\n"
    "EMP,Employment total,11,9,7,,,16\nCO2,Carbon dioxide,12,5,8,2,0,15\n"
)


def test_persons_and_emissions_below_a_table_are_no_value_added(tmp_path: Path) -> None:
    path = put(tmp_path, HANDBOOK)
    refused(lambda: qn.read_io(path), "it is 200.1 and the output 200; .*pass tolerance=5.2e-04 if")
    table = qn.read_io(path, tolerance=1e-3)
    assert table.v.tolist() == [108, 68]
    assert table.source.names == {"Farming": "A", "Milling": "B"}
    assert table.imports is not None
    assert table.taxes is not None
    A = np.array([[0.1, 0.2], [0.3, 0.4]])
    np.testing.assert_allclose(table.multipliers(), np.linalg.inv(np.eye(2) - A).sum(axis=0))
    said = " ".join((*table.source.assumed, *table.source.dropped))
    assert "row 'Employment total': no money, left out" in said
    assert "row 'output_bp': agrees with the output but for 0.1" in said
    wrong = put(tmp_path, HANDBOOK.replace("200.1", "290"))
    refused(lambda: qn.read_io(wrong), "it is 290 and the output 200; correct it, or say what it")


def test_a_total_under_an_unknown_word_is_no_sector(tmp_path: Path) -> None:
    text = (
        "s,farm,mill,homes,Jumla\nfarm,20,40,140,200\nmill,60,80,60,200\n"
        "wages,120,80,0,200\nJumla,200,200,200,600\n"
    )
    path = put(tmp_path, text)
    refused(lambda: qn.read_io(path), "sector 'Jumla' is the sum of all other sectors")
    sound(qn.read_io(path, roles={"Jumla": "total"}))


def _sheets(path: Path, hidden: str = "", **factors: int) -> Path:
    """Write a workbook with one grid a sheet, all its flows so many times as large."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name, factor in factors.items():
            sheet = book.add_worksheet(name.replace("_", " "))
            for i, line in enumerate(BASE.splitlines()):
                for j, cell in enumerate(line.split(",")):
                    sheet.write(i, j, factor * float(cell) if cell.isdigit() else cell)
            if name == hidden:
                sheet.hide()
            else:
                sheet.activate()
    return path


def test_of_many_sheets_thirty_are_named(tmp_path: Path) -> None:
    path = _sheets(tmp_path / "t.xlsx", "", **{f"T{k:02d}": 1 for k in range(31)})
    listed = ", ".join(f"T{k:02d}" for k in range(30))
    refused(
        lambda: qn.read_io(path, sheet="quite other"), f"no sheet 'quite other'; it has {listed}$"
    )


def test_a_hidden_sheet_is_read_when_named_or_alone(tmp_path: Path) -> None:
    path = _sheets(tmp_path / "t.xlsx", hidden="old", old=3, final=1)
    sound(qn.read_io(path))
    assert qn.read_io(path, sheet="old").x.tolist() == [600, 600]
    with xlsxwriter.Workbook(str(tmp_path / "u.xlsx")) as book:
        data = book.add_worksheet("data")
        for i, line in enumerate(BASE.splitlines()):
            data.write_row(i, 0, line.split(","))
        data.hide()
        book.add_worksheet("about").activate()
    sound(qn.read_io(tmp_path / "u.xlsx"))


def test_sheets_that_differ_by_the_year_are_not_chosen_among(tmp_path: Path) -> None:
    path = _sheets(tmp_path / "t.xlsx", IOT_2019=3, IOT_2020=1, notes_2018=7)
    refused(lambda: qn.read_io(path), "one sheet a year, 2019 to 2020: pass year=2020")
    sound(qn.read_io(path, year=2020))
    refused(lambda: qn.read_io(path, year=2017), "no sheet for the year 2017; it has 2019, 2020")
    path = _sheets(tmp_path / "u.xlsx", in_2015_at_prices_of_2017=3, in_2016_at_prices_of_2017=1)
    sound(qn.read_io(path, sheet="in 2016 at prices of 2017"))
    assert qn.read_io(path).x.tolist() == [600, 600]  # the year of one sheet is its last


CHINESE = (
    "投入产出表,,,,,,,\n单位：万元,,,,,,,\n部门,农业,工业,中间使用合计,最终消费,出口,进口,总产出\n"
    "农业,20,40,60,120,40,20,200\n工业,60,80,140,40,40,20,200\n中间投入合计,80,120,200,,,,\n"
    "劳动者报酬,80,60,140,,,,\n营业盈余,40,20,60,,,,\n增加值合计,120,80,200,,,,\n"
    "总投入,200,200,400,,,,\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_words_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    table = qn.read_io(put(tmp_path, CHINESE, encoding=encoding))
    sound(table)
    assert table.unit == "万元"
    assert table.final_demand.columns.tolist() == ["最终消费", "出口", "进口"]
    assert table.final_demand["进口"].tolist() == [-20, -20]


def test_western_letters_are_latin_1(tmp_path: Path) -> None:
    text = "secteur;blé;café;ménages\nblé;20;40;140\ncafé;60;80;60\nsalaires;120;80;0\n"
    assert list(qn.read_io(put(tmp_path, text, encoding="latin-1")).sectors) == ["blé", "café"]


@pytest.mark.parametrize(
    "word", ["imports", "Use of imported products, cif", "进口", "Importaciones"]
)
def test_imports_in_a_row_are_kept_apart(tmp_path: Path, word: str) -> None:
    text = (
        "s,farm,mill,homes,exports\nfarm,20,40,120,20\nmill,60,80,40,20\n"
        f'"{word}",10,10,20,0\nTaxes less subsidies on products,2,2,18,0\nwages,108,68,,\n'
    )
    table = qn.read_io(put(tmp_path, text))
    sound(table, (108, 68))
    assert table.imports is not None
    assert table.imports.Z.to_numpy().tolist() == [[10, 10]]
    assert table.imports.final_demand is not None
    assert table.imports.final_demand.to_numpy().tolist() == [[20, 0]]
    assert table.taxes is not None
    assert table.taxes.final_demand is not None
    assert table.taxes.final_demand.to_numpy().tolist() == [[18, 0]]
    content = table.content()
    np.testing.assert_allclose(content.sum(axis=1), 1.0)
    assert list(content) == ["value_added", "imports", "taxes_on_products"]
    joined = table.aggregate({"all": ["farm", "mill"]})
    assert joined.v.tolist() == [176]
    assert table.split("farm", {"a": 0.5, "b": 0.5}).v.tolist() == pytest.approx([54, 54, 68])


def test_imports_count_as_value_added_only_when_said(tmp_path: Path) -> None:
    path = put(tmp_path, BASE.replace("wages,120,80,", "wages,100,70,\nimports,20,10,"))
    sound(qn.read_io(path), (100, 70))
    sound(qn.read_io(path, roles={"imports": "value_added"}))
    refused(
        lambda: qn.read_io(path, roles={"import": "drop"}), "no row or column 'import'; did you"
    )
    refused(lambda: qn.read_io(path, roles={"imports": "cost"}), "roles: role 'cost' is unknown")


@pytest.mark.parametrize(("corner", "role"), [("", None), ("10", "taxes")])
def test_bare_taxes_are_on_products_if_final_demand_pays_them(
    tmp_path: Path, corner: str, role: str | None
) -> None:
    text = "s,farm,mill,homes,abroad\nfarm,20,40,130,10\nmill,60,80,50,10\nwages,110,75,,\n"
    table = qn.read_io(put(tmp_path, f"{text}taxes,10,5,{corner},\n"))
    assert (table.taxes is not None) == (role is not None)
    where = "products, as final demand pays them" if role else "production"
    assert table.source.assumed == (f"row 'taxes': on {where}",)


NUMBERS = {
    "thousands": BASE.replace("20,40,140", '"2,000","4,000","14,000"')
    .replace("60,80,60", '"6,000","8,000","6,000"')
    .replace("120,80,", '"12,000","8,000",'),
    "decimal comma": "s;farm;mill;homes\nfarm;20,5;40;139,5\nmill;60;80;60\nwages;119,5;80;0\n",
    "decimal comma, quoted": 's,farm,mill,homes\nfarm,"20,5",40,"139,5"\nmill,60,80,60\n'
    'w,"119,5",80,0\n'
    "",
    "dots between thousands": "s;farm;mill;homes\nfarm;2.000,5;4.000;13.999,5\n"
    "mill;6.000;8.000;6.000\n"
    ""
    "wages;11.999,5;8.000;0\n",
    "spaces between thousands": "s;farm;mill;homes\nfarm;2 000;4 000;14 000\n"
    "mill;6 000;8 000;6 000\n"
    ""
    "wages;12 000;8 000;0\n",
    "true minus": "s,farm,mill,homes,stocks\nfarm,20,40,150,\u221210\nmill,60,80,60,0\n"
    "wages,120,80,,\n",
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_as_people_write_them(tmp_path: Path, kind: str) -> None:
    table = qn.read_io(put(tmp_path, NUMBERS[kind]))
    scale = 100 if "thousands" in kind else 1
    assert table.x.tolist() == pytest.approx([200 * scale, 200 * scale])


def test_a_mistyped_first_sector_is_named(tmp_path: Path) -> None:
    path = put(tmp_path, BASE.replace("farm,20", "fram,20"))
    refused(lambda: qn.read_io(path), "row 'fram' is no column; did you mean 'farm'")
    path = put(tmp_path, BASE.replace("\nfarm", "\nhome,1,2,\nfarm"))
    refused(lambda: qn.read_io(path), "row 'home' is no column; did you mean 'homes'")


def test_dashes_are_nil_where_empty_cells_are_zero(tmp_path: Path) -> None:
    text = "s,farm,mill,homes\nfarm,20,{},180\nmill,60,80,60\nwages,120,120,\u2013\n"
    dashes = put(tmp_path, text.format("-"))
    refused(
        lambda: qn.read_io(dashes),
        r"'-' is no number \(cell C2\); expected a number \(blank='zero' reads dashes as 0",
    )
    table = qn.read_io(dashes, blank="zero")
    assert table.Z.to_numpy().tolist() == [[20, 0], [60, 80]]
    unknown = put(tmp_path, text.format(".."))
    refused(lambda: qn.read_io(unknown, blank="zero"), "'..' is no number .cell C2.")


def test_a_mark_that_may_be_either_must_be_declared(tmp_path: Path) -> None:
    text = (
        "s;farm;mill;homes\nfarm;2,000;4,000;14,000\nmill;6,000;8,000;6,000\nwages;12,000;8,000;0\n"
    )
    path = put(tmp_path, text)
    refused(lambda: qn.read_io(path), r"'2,000' may be 2000 or 2.000; declare it: decimal=','")
    assert qn.read_io(path, thousands=",").x.tolist() == [20000, 20000]
    assert qn.read_io(path, decimal=",").x.tolist() == [20, 20]
    refused(lambda: qn.read_io(path, decimal=";"), "decimal ';' is unknown")
    refused(lambda: qn.read_io(path, decimal=",", thousands=","), "both ','; they must differ")


MARGINS = (
    "s,farm,mill,homes,abroad,final demand,output\nfarm,20,40,110,30,140,200\n"
    "mill,60,80,50,10,60,200\ntotal,200,200,160,40,200,400\nwages,120,80,,,,200\n"
)
REFUSED = [
    ("s,farm,mill,homes,Total\nfarm,20,40,140,200\nmill,60,80,60,201\nw,120,80,,\n",
     "column 'Total' looks like a total, but at 'mill' it is 201 and the output 200"),
    ("s,farm,mill,homes\nfarm,20,40,140\nmill,60,80,60\nTotal,81,120,\nw,120,80,\n",
     "row 'Total' looks like a total, but at 'farm' it is 81 and the inputs from home 80"),
    ("s,farm,mill,homes\nfarm,20,40,140\nmill,60,80,60\nwages,70,50,\nsurplus,50,30,\n"
     "value added,121,80,\n", "row 'value added' looks like a total"),
    ("s,farm,mill,wages,surplus\nfarm,20,60,70,50\nmill,40,80,50,30\nhomes,120,40,,\nexports,20,20,,\n",
     "the table is transposed: 'wages' is a column and 'homes|exports' a row|is transposed"),
    ("s,farm,mill,homes,output\nfarm,20,40,140,0.2\nmill,60,80,60,0.2\nwages,120,80,,\n",
     "output is 0.001 times the sum of its row in every sector"),
    ("s,a,b,c,Economy,homes\na,1,2,3,6,10\nb,2,3,1,6,8\nc,1,1,1,3,9\nEconomy,4,6,5,15,27\n"
     "wages,12,8,7,27,\n", "sector 'Economy' is the sum of all other sectors"),
    ("s,a,b,c,Economy,homes\na,0,2,3,5,10\nb,2,3,1,6,8\nc,1,1,1,3,9\nEconomy,3,6,5,14,27\n"
     "wages,12,8,7,27,\n", "sector 'Economy' is the sum of all other sectors"),
    (BASE.replace("mill,homes", ",homes"), "column 2 has no label; name it .a merged cell"),
    (BASE.replace("farm,20", "farm,20%"), "'20%' is no number .cell B2."),
    (BASE.replace("farm,20", "farm,２０"), "'２０' is no number"),
    (BASE.replace("farm,20", "farm,1e999"), "'1e999' is no number"),
    ("Nowhere\n" + BASE.replace("wages", "Total,80,120,\nwages") + "wages,1,2,\n",
     "row 'wages' stands twice, at 4 and 5; rename one of them"),
    (BASE.replace("mill,homes", "farm,homes"), "column 'farm' stands twice, at 1 and 2"),
    (BASE.replace("mill,homes", "mill,farm"), "column 'farm' stands twice, at 1 and 3"),
    ("s,a,b\na,1,2\nb,3,4\n", "no column of final demand found"),
    ("s,farm,mill,homes,output\nfarm,20,40,140,200\nmill,60,80,60,200\nw,120,80,,\noutput,200,201,,\n",
     "row 'output' looks like a total, but at 'mill' it is 201 and the output 200"),
    ("s,farm,mill,homes\nfarm,20,40,140\nmill,60,80,60\nw,120,80,\noutput,200,,\n",
     "row 'output' looks like a total, but at 'mill' it is 0"),
    (MARGINS.replace("160,40", "161,40"), r"row 'total', column 'homes': 161 looks like a total, "
     r"but the cells it adds up make 160 .cell D4.; .* roles=\{'total': 'drop'\}"),
    (MARGINS.replace("40,200,400", "40,199,400"), "column 'final demand': 199 looks .* make 200"),
    (MARGINS.replace("200,400", "200,390"), "row 'total', column 'output': 390 looks .* make 400"),
    (MARGINS.replace("80,,,,200", "80,,,,201"), "row 'wages', column 'output': 201 .* make 200"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_bad_grids_are_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    refused(lambda: qn.read_io(put(tmp_path, text)), message)


def test_totals_beside_the_sectors_may_add_up_what_they_like(tmp_path: Path) -> None:
    assert qn.read_io(put(tmp_path, MARGINS)).f.tolist() == [140, 60]
    gone = MARGINS.replace("160,40,200,400", "161,40,200,400")
    assert qn.read_io(put(tmp_path, gone), roles={"total": "drop"}).f.tolist() == [140, 60]
    text = (
        "s,farm,mill,intermediate,homes,abroad,final,output\nfarm,20,40,60,110,30,140,200\n"
        "mill,60,80,140,50,10,60,200\nintermediate,80,120,200,160,40,200,400\n"
        "imports,5,5,10,7,0,7,17\nwages,115,75,190,,,,190\nvalue added,115,75,190,,,,\n"
        "output,200,200,400,167,40,207,\n"
    )
    table = qn.read_io(put(tmp_path, text))
    assert (table.v.sum(), table.f.sum(), len(table.sectors)) == (190, 200, 2)
    refused(
        lambda: qn.read_io(put(tmp_path, text.replace("167,40", "168,40"))),
        "row 'output', column 'homes': 168 looks like a total, but .* make 167",
    )
    # imports printed positive are subtracted, whatever the total under them says
    text = "s,a,b,homes,imports,uses\na,10,20,70,0,100\nb,30,10,70,10,110\nwages,60,70,,,\n"
    for sums in ("140,10,210", ",,"):
        assert qn.read_io(put(tmp_path, f"{text}total,100,100,{sums}\n")).f.tolist() == [70, 60]


@pytest.mark.parametrize("mark", ["farm 1)", "farm¹", "farm²", "farm (a)", "farm [1]", "farm*"])
def test_a_footnote_mark_is_no_part_of_a_label(tmp_path: Path, mark: str) -> None:
    table = qn.read_io(put(tmp_path, BASE.replace("sector,farm", f"sector,{mark}")))
    assert (len(table.sectors), table.x.tolist()) == (2, [200, 200])


@pytest.mark.parametrize(
    "row", ["Employees, persons", "Full-time equivalents", "Employees (thousand)", "Workers, total"]
)
def test_rows_of_persons_are_no_money(tmp_path: Path, row: str) -> None:
    table = qn.read_io(put(tmp_path, f'{BASE}"{row}",3,4,\n'))
    assert table.v.tolist() == [120, 80]
    assert table.source.assumed == (f"row {row!r}: no money, left out; accounts= reads such rows "
                                    "of a file",)  # fmt: skip


def test_a_total_of_final_use_that_is_of_all_uses_is_compared_with_them(tmp_path: Path) -> None:
    text = (
        "code,name,n,farm,mill,homes,total_final_use\nfarm,Farms,1,20,40,140,200\n"
        "mill,Mills,2,60,80,60,{}\nP2,Intermediate consumption,3,80,120,200,400\n"
        "D1,Compensation of employees,4,120,80,,200\n"
    )
    assert qn.read_io(put(tmp_path, text.format(200))).f.tolist() == [140, 60]
    refused(
        lambda: qn.read_io(put(tmp_path, text.format(201))),
        "column 'total_final_use' looks like a total, but at 'mill' it is 201 and the output 200",
    )


ABROAD = pd.read_csv(Path(__file__).parent / "reference" / "words_of_imports.csv", index_col=0)


@pytest.mark.parametrize("language", ABROAD.index)
def test_imports_and_taxes_on_products_are_known_in_many_languages(
    tmp_path: Path, language: str
) -> None:
    w = ABROAD.loc[language]
    rows = [
        ["", "aa1", "bb2", w.intermediate_use, w.households, w.exports, w.total_use],
        ["aa1", 20, 40, 60, 110, 30, 200],
        ["bb2", 60, 70, 130, 50, 20, 200],
        [w.imports, 10, 20, 30, 8, 0, 38],
        [w.product_taxes, 5, 6, 11, 4, 0, 15],
        [w.intermediate_inputs, 95, 136, 231, 172, 50, 453],
        [w.wages, 70, 40, 110, "", "", ""],
        [w.surplus, 35, 24, 59, "", "", ""],
        [w.value_added, 105, 64, 169, "", "", ""],
        [w.output, 200, 200, 400, "", "", ""],
    ]
    path = tmp_path / "t.csv"
    pd.DataFrame(rows).to_csv(path, header=False, index=False)
    table = qn.read_io(path)
    assert (table.v.tolist(), table.f.tolist()) == ([105, 64], [140, 70])
    assert table.imports is not None
    assert table.imports.Z.sum().tolist() == [10, 20]
    assert table.taxes is not None
    assert table.taxes.Z.sum().tolist() == [5, 6]


def frame() -> pd.DataFrame:
    rows = [["farm", 20, 40, 140.0], ["mill", 60, 80, 60.0], ["wages", 120, 80, 0.0]]
    return pd.DataFrame(rows, columns=["sector", "farm", "mill", "homes"])


def test_formats(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("odf")
    frame().to_parquet(tmp_path / "a.parquet")
    frame().set_index("sector").to_parquet(tmp_path / "b.parquet")
    with pd.ExcelWriter(tmp_path / "a.ods", engine="odf") as book:
        frame().to_excel(book, index=False)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(BASE.encode(), mtime=0))
    put(tmp_path, BASE.replace(",", "\t"), "a.tsv")
    for name in ("a.parquet", "b.parquet", "a.ods", "a.csv.gz", "a.tsv"):
        sound(qn.read_io(tmp_path / name))


def test_r_data(tmp_path: Path) -> None:
    pyreadr = pytest.importorskip("pyreadr")
    pyreadr.write_rds(str(tmp_path / "a.rds"), frame())
    sound(qn.read_io(tmp_path / "a.rds"))


def test_the_sheet_with_the_table_is_found(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        pd.DataFrame([["Notes"], ["made up"]]).to_excel(book, sheet_name="Notes", index=False)
        frame().to_excel(book, sheet_name="Table", index=False, startrow=3, startcol=1)
    table = qn.read_io(path)
    sound(table)
    assert table.source.sheet == "Table"
    refused(lambda: qn.read_io(path, sheet="Notes"), r"book.xlsx\[Notes\]: no")
    refused(lambda: qn.read_io(path, sheet="Tabel"), "no sheet 'Tabel'; did you mean 'Table'")
    refused(lambda: qn.read_io(path, year=2016), "no table of the year 2016: it names no year")
    refused(lambda: qn.read_io(path, country="FRA"), "the labels are of one economy")


def workbook(path: Path, formula: str, value: object) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for i, row in enumerate([list(frame()), *frame().to_numpy().tolist()]):
        sheet.write_row(i, 0, row)
    sheet.write_formula(1, 2, formula, None, value)
    book.close()
    return path


@pytest.mark.parametrize(
    ("formula", "value", "found"),
    [("=1/0", "#DIV/0!", "#DIV/0!"), ("=NA()", "#N/A", "#N/A"), ("=1+39", "", "never computed")],
)
def test_errors_and_uncomputed_formulas_are_no_zeros(
    tmp_path: Path, formula: str, value: object, found: str
) -> None:
    path = workbook(tmp_path / "e.xlsx", formula, value)
    refused(
        lambda: qn.read_io(path, blank="zero"),
        f"column 'mill': '.*{found}.*' is no number .cell C2",
    )
    sound(qn.read_io(workbook(tmp_path / "f.xlsx", "=20+20", 40)))


def test_a_far_cell_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write(0, 0, 1)
    sheet.write(1_048_575, 16_383, 1)
    book.close()
    refused(lambda: qn.read_io(path), "a cell in row 1,048,576, column 16,384 makes the sheet")


def test_a_packed_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"0," * (130 << 20), compresslevel=9, mtime=0))
    refused(lambda: qn.read_io(path), "refused as a zip bomb")


@pytest.mark.parametrize("codes", [False, True])
def test_a_wide_grid_is_read_line_by_line(tmp_path: Path, codes: bool) -> None:
    n = 120
    flows = np.arange(n * n).reshape(n, n) % 7 + 1.0
    demand = 2 * flows.sum(axis=0).max() - flows.sum(axis=1)
    income = flows.sum(axis=1) + demand - flows.sum(axis=0)
    names = [f"{i:04d}" if codes else f"s{i}" for i in range(n)]
    lines = ["Table 1", ",".join(["", *names, "demand"])]
    lines += [
        f"{s},{','.join(map(str, r))},{d}" for s, r, d in zip(names, flows, demand, strict=True)
    ]
    lines.append(f"wages,{','.join(map(str, income))},0")
    path = put(tmp_path, "\n".join(lines) + "\n")
    table = qn.read_io(path)
    np.testing.assert_array_equal(table.Z, flows)
    assert list(table.sectors) == names
    put(tmp_path, "\n".join(lines).replace("\n" + names[3] + ",", f"\n{names[3]},x", 1))
    refused(lambda: qn.read_io(path), f"row '{names[3]}', column '{names[0]}': 'x.*' is no number")
    put(tmp_path, "\n".join(lines).replace("\n" + names[3] + ",4", f"\n{names[3]},4_", 1))
    refused(lambda: qn.read_io(path), f"row '{names[3]}', column '{names[0]}': '4_.*' is no number")
    put(tmp_path, "\n".join([*lines[:-1], lines[-1] + ",5"]))
    refused(lambda: qn.read_io(path), "has 123 cells; 122 expected")


def test_a_wide_grid_of_two_levels_is_read(tmp_path: Path) -> None:
    n, names = 120, [f"s{i}" for i in range(60)]
    flows = np.arange(n * n).reshape(n, n) % 7 + 1
    demand = 2 * flows.sum(axis=0).max() - flows.sum(axis=1)
    pairs = [(region, name) for region in ("r1", "r2") for name in names]
    heads = zip(zip(*pairs, strict=True), ("r1", "homes"), strict=True)
    lines = [",".join(["", "", *labels, last]) for labels, last in heads]
    lines += [f"{r},{s},{','.join(map(str, row))},{d}"
              for (r, s), row, d in zip(pairs, flows, demand, strict=True)]  # fmt: skip
    income = flows.sum(axis=1) + demand - flows.sum(axis=0)
    lines.append(f"inputs,wages,{','.join(map(str, income))},")
    table = qn.read_io(put(tmp_path, "\n".join(lines) + "\n"))
    np.testing.assert_array_equal(table.Z, flows)
    assert list(table.sectors) == [f"{region}_{name}" for region, name in pairs]


def test_one_tiny_sector_excuses_no_other(tmp_path: Path) -> None:
    text = (
        "rowLabels,AT_A01,AT_T,AT_P3_S14\nAT_A01,20,0.004,179.996\nAT_T,0.003,0.002,2.345\n"
        "W2_D21X31,4,0,5\nW2_D1,100,1.0,0\nW2_B2A3G,75,1.32,0\n"
    )
    refused(lambda: qn.read_io(put(tmp_path, text)), "column 'AT_A01': its sum misses output by")


def test_unknown_options_are_named(tmp_path: Path) -> None:
    from quesnay.datasets.readers.cells import read_options

    refused(lambda: read_options({"sheets": "a"}), "option 'sheets' of read_io is unknown; did you")
    path = put(tmp_path, BASE)
    for option, value, message in (
        ("year", "two", "year: expected a year such as 2014"),
        ("tolerance", -1, "tolerance: expected a share of output of at least 0"),
        ("sheet", 3, "sheet: expected a text"),
        ("strict", "no", "strict: expected True or False"),
        ("layout", "eurora", "did you mean 'eora'"),
        ("make", 3, "make: expected a path"),
        ("roles", "Total", "roles: expected {label: role}"),
    ):
        refused(lambda o=option, v=value: qn.read_io(path, **{o: v}), message)  # type: ignore[misc]


@pytest.mark.parametrize(
    "word",
    ["Summe", "Insgesamt", "Somme", "Ensemble", "Suma", "Soma", "合計", "内生部門計", "Total (a)"],
)
def test_totals_are_known_in_many_tongues(tmp_path: Path, word: str) -> None:
    text = BASE.replace("wages", f"{word},80,120,200\nwages")
    table = qn.read_io(put(tmp_path, text))
    assert table.x.tolist() == [200, 200]
    assert table.source is not None
    assert word in table.source.dropped[0]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("first", ["部门", "sector"])
def test_utf_16_without_its_mark(tmp_path: Path, encoding: str, first: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(BASE.replace("s,", f"{first},", 1).encode(encoding))
    assert qn.read_io(path).x.tolist() == [200, 200]


def test_non_breaking_spaces_part_thousands(tmp_path: Path) -> None:
    text = "s;farm;mill;homes\nfarm;1 000;2 000;7 000\nmill;3 000;4 000;3 000\nw;6 000;4 000;\n"
    table = qn.read_io(put(tmp_path, text.replace(" ", "\u00a0")))
    assert table.x.tolist() == [10000, 10000]


def test_a_note_with_commas_below_the_table_is_no_row(tmp_path: Path) -> None:
    text = f"{BASE}Source: office, own work\nNote: one, two, three, four, five\n"
    assert qn.read_io(put(tmp_path, text)).x.tolist() == [200, 200]


@pytest.mark.parametrize("row", ["homes", "purchases of people"])
def test_wages_in_a_column_alone_tell_a_transposed_table(tmp_path: Path, row: str) -> None:
    text = f"s,farm,mill,wages\nfarm,20,60,120\nmill,40,80,80\n{row},140,60,\n"
    refused(lambda: qn.read_io(put(tmp_path, text)), "the table is transposed: 'wages'")


def test_a_column_that_may_be_investment_is_no_sign_of_it(tmp_path: Path) -> None:
    text = "s,farm,mill,homes,capital\nfarm,20,40,100,40\nmill,60,80,50,10\nva,120,80,,\n"
    assert qn.read_io(put(tmp_path, text)).x.tolist() == [200, 200]


def test_a_sector_that_only_sells_to_itself_is_no_total(tmp_path: Path) -> None:
    text = "s,a,b,c,homes\na,0,0,0,9\nb,0,0,0,8\nc,0,0,5,7\nwages,9,8,7,\n"
    assert qn.read_io(put(tmp_path, text)).x.tolist() == [9, 8, 12]


@pytest.mark.parametrize(
    ("row", "column", "found"), [(0, 0, True), (11, 7, True), (12, 0, False), (11, 8, False)]
)
def test_the_year_asked_for_stands_in_the_first_rows_and_columns_or_the_name(
    tmp_path: Path, row: int, column: int, found: bool
) -> None:
    lines = [f"{',' * column}of 2018" if i == row else "x" for i in range(13)]
    path = put(tmp_path, "\n".join([*lines, BASE]))
    if found:
        assert qn.read_io(path, year=2018).source.year == "2018"
        refused(lambda: qn.read_io(path, year=2019), "no table of the year 2019: it names 2018; ")
        return
    refused(lambda: qn.read_io(path, year=2018), "no table of the year 2018: it names no year; lea")
    named = path.rename(tmp_path / "own 2018.csv")
    assert qn.read_io(named, year=2018).source.year == "2018"


def test_a_sheet_a_year_asks_for_the_year(tmp_path: Path) -> None:
    path = tmp_path / "years.xlsx"
    rows = [line.split(",") for line in BASE.splitlines()]
    cells = [[float(c) if c.replace(".", "").isdigit() else c for c in row] for row in rows]
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        for year in ("2015", "2016"):
            pd.DataFrame(cells).to_excel(book, sheet_name=year, header=False, index=False)
    refused(lambda: qn.read_io(path), "one sheet a year, 2015 to 2016: pass year=2016")
    assert qn.read_io(path, year=2015).x.tolist() == [200, 200]
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        pd.DataFrame([["a note"]]).to_excel(book, sheet_name="notes", header=False, index=False)
        pd.DataFrame(cells).to_excel(book, sheet_name="of 2008", header=False, index=False)
    assert qn.read_io(path).x.tolist() == [200, 200]
    refused(lambda: qn.read_io(path, year=2018), "no table of the year 2018: it names 2008")


def test_an_index_of_labels_in_parquet_is_the_column_of_sectors(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    wide = frame().set_index("sector").rename_axis(None)
    wide.to_parquet(tmp_path / "t.parquet")
    assert qn.read_io(tmp_path / "t.parquet").x.tolist() == [200, 200]


def test_an_exported_table_saved_with_decimal_commas_is_the_same_table(tmp_path: Path) -> None:
    text = (
        "block;row;farm;mill;homes\ntotal;farm;{};40;{}\n"
        "total;mill;60;80;60\nvalue_added;wages;{};80;\n"
    )
    sound(qn.read_io(put(tmp_path, text.format("20,25", "139,75", "119,75"))), (119.75, 80))
    in_one_row = put(tmp_path, text.format("20,25", "139,75", "120"))
    assert qn.read_io(in_one_row, tolerance=0.01).Z.loc["farm", "farm"] == 20.25
    unclear = put(tmp_path, text.format("1,250", "158,750", "138,750"))
    with pytest.raises(qn.DataError, match="declare it: decimal=','"):
        qn.read_io(unclear)
    assert qn.read_io(unclear, decimal=",").Z.loc["farm", "farm"] == 1.25


def test_labels_that_differ_only_in_capitals_are_one_sector(tmp_path: Path) -> None:
    text = "sector,Farm,MILL,Capital\nfarm,20,40,140\nMill,60,80,60\nwages,60,30,\ncapital,60,50,\n"
    table = qn.read_io(put(tmp_path, text))
    sound(table)
    assert list(table.sectors) == ["Farm", "MILL"]
    assert list(table.value_added.index) == ["wages", "capital"]  # a word with a meaning is none
    both = "s,a,A,homes\na,20,40,140\nA,60,80,60\nwages,120,80,\n"
    assert list(qn.read_io(put(tmp_path, both)).sectors) == ["a", "A"]


def test_the_unit_stands_in_the_corner(tmp_path: Path) -> None:
    table = qn.read_io(put(tmp_path, BASE.replace("sector", "Million euro")))
    sound(table)
    assert table.unit == "Million euro"


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_workbook_is_known_by_its_first_bytes(tmp_path: Path, kind: str) -> None:
    rows = [line.split(",") for line in BASE.splitlines()]
    path = tmp_path / f"t.{kind}"
    if kind == "ods":
        pytest.importorskip("odf")
    frame = pd.DataFrame([[float(c) if c.isdigit() else c for c in row] for row in rows])
    frame.to_excel(path, header=False, index=False)
    sound(qn.read_io(path.rename(tmp_path / "t.xls")))


def test_a_web_page_named_as_a_workbook_is_called_one(tmp_path: Path) -> None:
    path = put(tmp_path, "<html><table><tr><td>farm</td></tr></table></html>", "t.xls")
    refused(lambda: qn.read_io(path), "t.xls: a web page .HTML or XML., not a workbook")


@pytest.mark.parametrize(
    "content",
    [
        BASE + "Total value added,0,0,\nTotal inputs,0,0,\n",
        BASE + "Total value added,,,\nTotal,,,\n",
        "sector,farm,mill,homes,Total\nfarm,20,40,140,0\nmill,60,80,60,0\nwages,120,80,,\n",
        "sector,household consumption,farm,mill\nfarm,140,20,40\nmill,60,60,80\nwages,0,120,80\n",
        BASE + "Source\n",
        BASE.replace("40,140", "40,140,,"),
        BASE.replace("sector,farm,mill,homes", "block,code,farm,mill,homes")
        .replace("farm,20", "x,farm,20")
        .replace("mill,60", "y,mill,60")
        .replace("wages,120", "z,wages,120"),
    ],
)
def test_empty_sums_and_columns_out_of_place_do_no_harm(tmp_path: Path, content: str) -> None:
    sound(qn.read_io(put(tmp_path, content)))


def test_a_packed_file_in_an_archive_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("t.csv.gz", gzip.compress(BASE.encode(), mtime=0))
    sound(qn.read_io(tmp_path / "a.zip"))


@pytest.mark.parametrize("cell", ["2_0", "٢٠", "２０"])
def test_what_only_python_takes_for_a_number_is_refused(tmp_path: Path, cell: str) -> None:
    path = put(tmp_path, BASE.replace("farm,20", f"farm,{cell}"))
    refused(lambda: qn.read_io(path), f"'{cell}' is no number .cell B2.")


def test_marks_that_contradict_each_other_are_refused_where_they_stand(tmp_path: Path) -> None:
    path = put(tmp_path, "s;farm;mill;homes\nfarm;20,5;40.5;140\nmill;60;80;60\nwages;120;80;\n")
    refused(lambda: qn.read_io(path), "row 'farm', column 'farm': '20,5' is no number .cell B2")


@pytest.mark.parametrize("codes", [("1.1", "1.10"), ("1.9", "1.10"), ("01.1", "01.2")])
def test_codes_that_are_only_decimals_are_codes_as_they_are_written(
    tmp_path: Path, codes: tuple[str, str]
) -> None:
    path = put(tmp_path, BASE.replace("farm", codes[0]).replace("mill", codes[1]))
    assert list(qn.read_io(path).sectors) == list(codes)


@pytest.mark.parametrize("codes", [("0.5", "0.5"), ("2.5", "1.5"), ("1.5", "x")])
def test_decimals_that_stand_in_no_order_are_data_and_no_codes(
    tmp_path: Path, codes: tuple[str, str]
) -> None:
    path = put(tmp_path, f"a,{codes[0]},{codes[1]}\n1.5,2.5,3.5\n0.5,1.0,4.5\n2.5,1.5,0.5\n")
    refused(lambda: qn.read_io(path), "no label stands in a row and in a column")


def test_a_byte_that_is_no_letter_of_western_pages_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(BASE.replace("farm", "f\xe4rm").encode("latin-1") + b"note: \x81\n")
    refused(lambda: qn.read_io(path), "its encoding is not known")


@pytest.mark.parametrize(
    ("text", "around"),
    [
        ("Sağlık;farm;homes\n", "Saðlýk"),
        (f"s;{'a' * 21}ğ{'b' * 21};homes\n", f"{'a' * 20}ð{'b' * 20}"),
    ],
)
def test_the_word_that_is_no_western_one_is_shown_with_twenty_letters_on_either_side(
    tmp_path: Path, text: str, around: str
) -> None:
    path = put(tmp_path, text, encoding="cp1254")
    refused(lambda: qn.read_io(path), f"taken for Western, it holds '{around}'.; declare it")


def test_an_error_on_the_second_sheet_of_an_open_document_is_found(tmp_path: Path) -> None:
    pytest.importorskip("odf", reason="pandas writes .ods with odfpy")
    plain = tmp_path / "plain.ods"
    with pd.ExcelWriter(plain, engine="odf") as book:
        pd.DataFrame({"a": ["a note"], "b": [None]}).to_excel(book, sheet_name="notes", index=False)
        frame().to_excel(book, sheet_name="table", index=False)
    sound(qn.read_io(plain))
    cell = '<table:table-cell office:value-type="float" office:value="40"><text:p>40</text:p>'
    error = (
        '<table:table-cell office:value-type="string" office:string-value="" '
        'calcext:value-type="error" table:formula="of:=1/0"><text:p>#DIV/0!</text:p>'
    )  # as LibreOffice writes it
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(tmp_path / "e.ods", "w") as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename == "content.xml":
                known = text.decode()
                assert known.count(cell) == 1
                space = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:'
                known = known.replace(cell, error).replace(
                    "<office:document-content ",
                    f'<office:document-content {space}calcext:1.0" ',
                    1,
                )
                text = known.encode()
            new.writestr(part, text)
    refused(
        lambda: qn.read_io(tmp_path / "e.ods", blank="zero"),
        "column 'mill': '.*' is no number .cell C2",
    )


@pytest.mark.parametrize(
    ("farm", "mill", "encoding"),
    [
        ("農林水産業", "製造業", "shift_jis"),
        ("농림수산품", "제조업", "euc_kr"),
        ("Сельское хозяйство", "Промышленность", "cp1251"),
        ("Сельское хозяйство", "Промышленность", "koi8_r"),
        ("Γεωργία", "Βιομηχανία", "cp1253"),
        ("rolnictwo", "przemysł łączny", "cp1250"),
        ("rolnictwo", "przemysł łączny", "iso8859_2"),
        ("blé", "Énergie", "cp850"),
        ("農林水産業", "製造業", "euc_jp"),
        ("農業", "計", "euc_jp"),
        ("漁業", "農業", "shift_jis"),
        ("제조업", "계", "euc_kr"),
        ("제조업", "plant", "euc_kr"),  # two of its three letters would be common Chinese ones
        ("스포츠", "plant", "euc_kr"),  # so here, with a second byte that no Korean first one is
        ("소비", "투자", "cp949"),
        ("農業", "製造業", "big5"),
        ("農業", "製造業", "gb18030"),
        ("Tarım", "İmalat", "cp1254"),
        ("Sağlık", "Eşya", "iso8859_9"),
        ("těžba", "potravinářství", "cp1250"),
        ("Mezőgazdaság", "Ipar", "cp1250"),
        ("Învăţământ", "Băuturi", "cp1250"),
        ("odzież", "żywność", "cp1250"),
        ("Žemės ūkis", "Pramonė", "cp1257"),
        ("construcción", "año", "cp850"),
        ("Größe", "Öl", "cp850"),
        ("bâtiment", "blé", "mac_roman"),
        ("甲乙", "丙丁", "gb18030"),
        ("przemysł", "handel", "cp1250"),
        ("przemysł", "handel", "iso8859_2"),
        ("górnictwo", "mięso", "cp1250"),
        ("ubezpieczeń", "handel", "cp1250"),
        ("śnieg", "ścieki", "iso8859_2"),
        ("Łowiectwo", "handel", "cp1250"),
        ("PRZEMYSŁ", "HANDEL", "cp1250"),
        ("Pića", "duhan", "cp1250"),
        ("Električna energija", "plin", "cp1250"),
        ("Výroba", "Činnosti", "cp1250"),
        ("Bútor", "műanyag", "cp1250"),
        ("erdő", "ipar", "cp1250"),
        ("Agricultură", "Pescuit", "cp1250"),
        ("Pramonė", "Prekyba", "cp1257"),
        ("pārtika", "Rūpniecība", "cp1257"),
    ],
)
def test_letters_that_would_become_others_ask_for_the_encoding(
    tmp_path: Path, farm: str, mill: str, encoding: str
) -> None:
    path = put(tmp_path, BASE.replace("farm", farm).replace("mill", mill), encoding=encoding)
    refused(lambda: qn.read_io(path), r"its encoding is not known .*declare it, such as encoding=")
    assert list(qn.read_io(path, encoding=encoding).sectors) == [farm, mill]


@pytest.mark.parametrize(("encoding"), ["iso2022_jp", "iso2022_kr", "gb18030", "utf-16-le"])
def test_an_encoding_that_can_be_known_is_found(tmp_path: Path, encoding: str) -> None:
    farm, mill = {"iso2022_jp": ("農林水産業", "計"), "iso2022_kr": ("농업", "제조업")}.get(
        encoding, ("农林牧渔产品", "合计量")
    )
    path = put(tmp_path, BASE.replace("farm", farm).replace("mill", mill), encoding=encoding)
    assert list(qn.read_io(path).sectors) == [farm, mill]


WESTERN = [
    "Größe", "L’énergie", "Þór", "«Énergie»", "m³ d'eau", "¿qué?", "Iðnaður, þjónusta", "fødevarer",
    "põllumajandus", "construções e irmãs", "col·lecció", "città", "où", "café–hôtel", "rør é",
    "Træ, møbler", "Pêche", "Côte d'Ivoire", "Île-de-France, Rhône", "Industriële", "Maçã",
    "è così", "Households¹", "Imports² and³", "Œuvres", "£m", "5 µg",
    "Energia elèctrica, indústria", "Caña", "Matières, énergie", "tregtisë, çmime",
    "Læring, fôr", "ESPAÑA",
]  # fmt: skip


@pytest.mark.parametrize("farm", WESTERN)
def test_two_western_letters_in_a_row_are_no_chinese_one(tmp_path: Path, farm: str) -> None:
    path = put(tmp_path, BASE.replace("farm", f'"{farm}"'), encoding="cp1252")
    assert list(qn.read_io(path).sectors) == [farm, "mill"]


def test_a_few_chinese_letters_among_western_ones_are_not_taken_for_korean(tmp_path: Path) -> None:
    text = "s,farm,mill,homes,合计\nfarm,20,40,140,200\nmill,60,80,60,200\nwages,120,80,,\n"
    path = put(tmp_path, text, encoding="gb18030")
    table = qn.read_io(path)
    sound(table)
    assert table.source is not None
    assert any("合计" in line for line in table.source.dropped)


def test_the_encoding_of_a_long_text_is_found_by_its_start_though_that_ends_in_a_letter() -> None:
    text = "a" + "工农业\n" * 170_000
    data = text.encode("gb18030")
    with pytest.raises(UnicodeDecodeError, match="incomplete multibyte sequence"):
        data[: 1 << 20].decode("gb18030")
    assert decoded(data, "long.csv", None) == text


def test_a_chinese_text_with_a_byte_that_no_chinese_text_has_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(BASE.replace("farm", "农业和工业").encode("gb18030").replace(b"20", b"20\xff"))
    refused(lambda: qn.read_io(path), "its encoding is not known")


@pytest.mark.parametrize("farm", ["油茶业", "生设啥"])
def test_two_common_letters_of_three_are_chinese_where_no_korean_has_such_bytes(
    tmp_path: Path, farm: str
) -> None:
    path = put(tmp_path, BASE.replace("farm", farm), encoding="gb18030")
    assert list(qn.read_io(path).sectors) == [farm, "mill"]


@pytest.mark.parametrize("farm", ["办办啊", "热入冉"])  # the first and the last bytes of Korean
def test_two_common_letters_of_three_may_be_korean_and_are_asked_about(
    tmp_path: Path, farm: str
) -> None:
    path = put(tmp_path, BASE.replace("farm", farm), encoding="gb18030")
    refused(lambda: qn.read_io(path), "its encoding is not known")


@pytest.mark.parametrize(
    "farm", ["농림수산품", "農林水産業", "农业", "Сельское", "blé d'été", "¿qué?"]
)
def test_unicode_in_any_script_is_no_other_encoding(tmp_path: Path, farm: str) -> None:
    assert list(qn.read_io(put(tmp_path, BASE.replace("farm", farm))).sectors) == [farm, "mill"]


@pytest.mark.parametrize(
    ("minus", "sign"), [("△", ""), ("▲", ""), ("－", ""), ("‐", ""), ("−", " "), ("-", " ")]
)  # fmt: skip
def test_signs_of_minus_in_offices_near_and_far(tmp_path: Path, minus: str, sign: str) -> None:
    """Japan prints a triangle; typesetters put hyphens, dashes and blanks."""
    text = "s,farm,mill,homes,stocks\nfarm,20,40,150,X\nmill,60,80,60,0\nwages,120,80,,\n"
    table = qn.read_io(put(tmp_path, text.replace("X", f"{minus}{sign}10")))
    sound(table)
    assert table.final_demand["stocks"].tolist() == [-10, 0]


def test_points_that_may_part_thousands_or_decimals_are_declared(tmp_path: Path) -> None:
    grid = re.sub(r"(\d+)", r"\1.000", BASE).replace(",", ";")
    path = put(tmp_path, grid)
    refused(lambda: qn.read_io(path), r"'20.000' may be 20000 or 20.000; declare it: decimal='.'")
    assert qn.read_io(path, thousands=".").x.tolist() == [200_000, 200_000]
    sound(qn.read_io(path, decimal="."))
    sound(qn.read_io(put(tmp_path, grid.replace("140.000", "140.00"))))  # a decimal point for sure
    sound(qn.read_io(put(tmp_path, grid.replace(";", ","))))
    refused(lambda: qn.read_io(put(tmp_path, grid.replace(";", "\t"))), "declare it")
    book = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(book) as made_book:
        sheet = made_book.add_worksheet()
        for i, line in enumerate(grid.splitlines()):
            sheet.write_row(i, 0, line.split(";"))  # texts
    refused(lambda: qn.read_io(book), "'20.000' may be 20000 or 20.000")
    with xlsxwriter.Workbook(book) as made_book:
        sheet = made_book.add_worksheet()
        for i, line in enumerate(BASE.splitlines()):
            sheet.write_row(i, 0, [float(c) if c.isdigit() else c for c in line.split(",")])
        sheet.write(1, 1, "20.000")
    sound(qn.read_io(book))
    wide = ";".join(["s", *map(str, range(1, 71)), "homes"]) + "\n"
    rows = [";".join([str(i), *["1.000"] * 70, "30.000"]) for i in range(1, 71)]
    made = put(
        tmp_path, wide + "\n".join([*rows, ";".join(["wages", *["30.000"] * 70, ""])]) + "\n"
    )
    refused(lambda: qn.read_io(made), "'1.000' may be 1000 or 1.000")
    assert qn.read_io(made, thousands=".").x.iloc[0] == 100_000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"PK\x03\x04 rest", "a workbook or zip archive, in spite of its name"),
        ("t.csv", gzip.compress(BASE.encode(), mtime=0), "packed by gzip, in spite of its name"),
        ("t.csv", b"%PDF-1.7 rest", "a PDF page, in spite of its name"),
        ("t.csv", b"version https://git-lfs.github.com/spec/v1\n", "by git lfs pull"),
        ("t.csv", b"\n<!doctype html><p>404", "a web page, in spite of its name"),
        ("t.xlsx", b"<html><p>log in", "a web page, in spite of its name"),
    ],
)  # fmt: skip
def test_what_a_file_holds_in_spite_of_its_name(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    refused(lambda: qn.read_io(tmp_path / name), message)


def test_an_address_is_no_path() -> None:
    refused(lambda: qn.read_io("https://example.org/t.csv"), "is an address; save the file")


@pytest.mark.parametrize(
    "row", ["Population,1000,2000", "Energy use (TJ),5,6", "Number of enterprises,5,6",
            "Capital stock,900,800", "Statistical discrepancy,0,0"]
)  # fmt: skip
def test_rows_beside_a_total_of_value_added_are_no_parts_of_it(tmp_path: Path, row: str) -> None:
    sound(qn.read_io(put(tmp_path, BASE.replace("wages", "value added") + f"{row},\n")))


def test_a_row_of_no_money_is_named_as_what_a_total_does_not_hold(tmp_path: Path) -> None:
    path = put(tmp_path, BASE.replace("wages", "value added") + "Bank notes,5,6,\n")
    refused(
        lambda: qn.read_io(path), "its parts \\('Bank notes'\\) 5; .*'memorandum'} where that is"
    )
    sound(qn.read_io(path, roles={"Bank notes": "memorandum"}))


# How statistical offices name the sectors, totals and rows of one and the same table.
OFFICES = {
    line.partition(";")[0]: line.split(";")[1:]
    for line in (Path(__file__).parent / "reference" / "words_of_offices.csv")
    .read_text(encoding="utf-8")
    .splitlines()[1:]
}


@pytest.mark.parametrize("tongue", OFFICES)
def test_offices_print_their_own_sectors_corner_and_output_below(
    tmp_path: Path, tongue: str
) -> None:
    words = OFFICES[tongue]
    a, b, inner, homes, abroad, final, output, inputs, wages, surplus, added, made = words
    grid = (
        f";{a};{b};{inner};{homes};{abroad};{final};{output}\n{a};20;40;60;100;40;140;200\n"
        f"{b};60;80;140;40;20;60;200\n{inputs};80;120;200;140;60;200;400\n"
        f"{wages};80;60;140;;;;\n{surplus};40;20;60;;;;\n{added};120;80;200;;;;\n"
        f"{made};200;200;400;;;;\n"
    )
    table = qn.read_io(put(tmp_path, grid))
    sound(table)
    assert list(table.value_added.index) == [wages, surplus]
    assert list(table.final_demand.columns) == [homes, abroad]


@pytest.mark.parametrize("kind", ["parquet", "feather", "dta"])
def test_frames_of_arrow_and_stata_with_labels_of_values(tmp_path: Path, kind: str) -> None:
    """Stata keeps numbers whose labels are the sectors; a sector may be called index."""
    frame = pd.DataFrame(
        {"s": ["index_a", "mill", "wages"], "index_a": [20.0, 60, 120], "mill": [40.0, 80, 80],
         "homes": [140.0, 60, np.nan]}
    ).astype({"s": "category"})  # fmt: skip
    path = tmp_path / f"t.{kind}"
    if kind == "dta":
        frame.to_stata(path, write_index=False)
    else:
        pytest.importorskip("pyarrow")
        getattr(frame, f"to_{kind}")(path)
    table = qn.read_io(path)
    sound(table)
    assert list(table.sectors) == ["index_a", "mill"]


def test_infinity_in_a_frame_is_no_blank(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"s": ["farm", "mill", "wages"], "farm": [20.0, 60, 120],
                          "mill": [np.inf, 80, 80], "homes": [140.0, 60, 0]})  # fmt: skip
    frame.to_parquet(tmp_path / "t.parquet")
    refused(
        lambda: qn.read_io(tmp_path / "t.parquet", blank="zero"),
        "row 'farm', column 'mill': 'inf' is no number",
    )


@pytest.mark.parametrize(
    ("row", "column", "shown"),
    [
        ("\u00e9lan", "e\u0301lan", "e\u0301lan"),
        ("A", "\uff21", "\uff21"),
        ("farm-land", "farm\u2013land", "farm\u2013land"),
        ("farm", "farm\u200b", "farm"),
        ("farm\u00ading", "farming", "farming"),
    ],
)
def test_one_letter_in_two_forms_is_one_letter(
    tmp_path: Path, row: str, column: str, shown: str
) -> None:
    table = qn.read_io(put(tmp_path, BASE.replace("farm", column, 1).replace("\nfarm", f"\n{row}")))
    sound(table)
    assert list(table.sectors) == [shown, "mill"]


def test_numbers_without_their_zero_are_numbers(tmp_path: Path) -> None:
    """Stata and SAS write .1; a sector of which all cells are below one is a sector."""
    text = (
        "s,farm,mill,pets,homes\nfarm,10,20,.1,69.9\nmill,30,40,.2,29.8\npets,.1,.2,.1,.3\n"
        "wages,59.9,39.8,.3,\n"
    )
    for grid in (text, text.replace(",", ";").replace(".", ",")):
        table = qn.read_io(put(tmp_path, grid))
        assert table.x.tolist() == pytest.approx([100, 100, 0.7])
        assert table.v.tolist() == pytest.approx([59.9, 39.8, 0.3])


def test_cells_listed_one_a_line_are_told_to_be_pivoted(tmp_path: Path) -> None:
    text = "from,to,value\n" + "".join(
        f"{i},{j},{v}\n" for i, j, v in zip("aabbvv", "abacab", range(1, 7), strict=True)
    )
    refused(lambda: qn.read_io(put(tmp_path, text)), "cells listed one a line, no grid; pivot them")


def test_imports_by_origin_are_imports(tmp_path: Path) -> None:
    text = "Imports from EU,15,10,4\nImports from rest of world,5,10,\nwages"
    table = qn.read_io(
        put(tmp_path, BASE.replace("120", "100").replace("80,\n", "60,\n").replace("wages", text))
    )
    sound(table, (100, 60))
    assert table.imports is not None
    assert table.imports.Z.to_numpy().sum() == 40


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("Province X 2020, 10,000 yuan", "10,000 yuan"),
        ("Survey of 10,000 households", "unit not stated"),
        ("Table 1: Flows, 2018, million EUR", "million EUR"),
        ("in thousands of euro", "in thousands of euro"),
        ("million crowns; basic prices", "million crowns"),
    ],
)
def test_the_unit_is_the_part_of_the_title_that_says_so(
    tmp_path: Path, title: str, unit: str
) -> None:
    assert qn.read_io(put(tmp_path, f'"{title}",,,\n' + BASE)).unit == unit


def test_groups_above_final_demand_do_not_take_the_names_below(tmp_path: Path) -> None:
    text = GRIDS["groups of columns named above"]
    demand = qn.read_io(put(tmp_path, text)).final_demand
    assert demand.columns.tolist() == ["homes", "exports"]
    assert demand["homes"].tolist() == [100.0, 50.0]


def test_what_all_regions_pay_is_no_row_of_the_last_region(tmp_path: Path) -> None:
    text = (
        ",,R,R,S,S,R,S\n,,a,b,a,b,homes,homes\nR,a,10,20,0,0,70,0\nR,b,30,10,0,0,60,0\n"
        "S,a,0,0,10,20,0,70\nS,b,0,0,30,10,0,60\n,wages,60,70,60,70,,\n"
    )
    for written in (text, text.replace("R,b,", ",b,").replace("S,b,", ",b,")):
        table = qn.read_io(put(tmp_path, written))
        assert table.value_added.index.tolist() == ["wages"]
        assert table.final_demand.columns.tolist() == ["R_homes", "S_homes"]
    merged = (
        ",,R,,S,,R,,S,\n,,a,b,a,b,homes,stocks,homes,stocks\nR,a,10,20,0,0,60,10,0,0\n"
        "R,b,30,10,0,0,50,10,0,0\nS,a,0,0,10,20,0,0,60,10\nS,b,0,0,30,10,0,0,50,10\n"
        ",wages,60,70,60,70,,,,\n"
    )
    assert qn.read_io(put(tmp_path, merged)).final_demand.columns.tolist() == [
        "R_homes", "R_stocks", "S_homes", "S_stocks"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "odd", "remedy"),
    [
        (BASE + "Water m3,7,8,\n", "row 'Water m3'", {"Water m3": "memorandum"}),
        (
            "s,farm,mill,homes,supply\nfarm,20,40,140,200\nmill,60,80,60,200\nwages,120,80,,\n",
            "column 'supply'",
            {"supply": "drop"},
        ),
    ],
)
def test_the_line_without_which_a_table_balances_is_named_with_a_remedy_that_works(
    tmp_path: Path, text: str, odd: str, remedy: dict[str, str]
) -> None:
    path = put(tmp_path, text)
    with pytest.raises(qn.BalanceError) as fault:
        qn.read_io(path)
    assert f"without {odd} all adds up: roles={remedy}" in str(fault.value)
    sound(qn.read_io(path, roles=remedy))


@pytest.mark.parametrize(
    "text",
    [
        "s,farm,mill,homes\nfarm,100,100,0\nmill,100,100,0\njobs by sector,5,6,\n",
        "s,farm,mill,supply\nfarm,100,60,5\nmill,40,80,6\nwages,20,-20,\n",
    ],
)
def test_the_only_income_or_use_is_not_the_odd_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(qn.BalanceError) as caught:
        qn.read_io(put(tmp_path, text))
    assert "all adds up" not in str(caught.value)


def test_the_odd_line_is_named_though_a_sector_stands_still(tmp_path: Path) -> None:
    text = (
        "s,farm,mill,idle,homes\nfarm,20.1,40.2,0,139.7\nmill,60.3,80.1,0,59.6\nidle,0,0,0,0\n"
        "wages,119.6,79.7,0,\nWater m3,7.7,8.3,0,\n"
    )
    refused(lambda: qn.read_io(put(tmp_path, text)), "without row 'Water m3' all adds up: roles=")


def test_the_odd_line_is_named_though_imports_and_taxes_stand_apart(tmp_path: Path) -> None:
    apart = (
        "imports from EU,15,4,\nimports from elsewhere,5,6,\ntaxes on products,1,2,\nwages,99,68,"
    )
    path = put(tmp_path, BASE.replace("wages,120,80,", apart) + "Water m3,7,8,\n")
    refused(lambda: qn.read_io(path), "without row 'Water m3' all adds up: roles=")


def test_a_sector_without_a_row_does_not_take_that_of_a_second_table(tmp_path: Path) -> None:
    text = BASE.replace("mill,60,80,60\n", "") + "shares,farm,mill,\nfarm,.1,.2,\nmill,.3,.4,\n"
    refused(
        lambda: qn.read_io(put(tmp_path, text)), "column 'mill' is neither a sector .no row has"
    )


def test_a_sector_that_sounds_like_a_total_is_one_when_said_so(tmp_path: Path) -> None:
    path = put(tmp_path, BASE.replace("farm", "Total services"))
    refused(lambda: qn.read_io(path), "looks like a total")
    sound(qn.read_io(path, roles={"Total services": "sector"}))


def test_roles_are_heard_in_the_layouts_of_offices_too(tmp_path: Path) -> None:
    rows = (
        ",,01,02,TIU,TC,GO\n,,farm,mill,,,\n01,farm,20,40,60,140,200\n02,mill,60,80,140,60,200\n"
        "TII,,80,999,,,\nVA001,报酬,120,80,,,\nTI,,200,200,,,\n"
    )
    path = put(tmp_path, rows)
    refused(lambda: qn.read_io(path), r"row 'TII' looks like a total")
    sound(qn.read_io(path, roles={"TII": "drop"}))
    refused(lambda: qn.read_io(path, roles={"TIX": "drop"}), "no row or column 'TIX'; did you mean")


def test_options_that_would_be_passed_over_are_refused(tmp_path: Path) -> None:
    path = put(tmp_path, BASE)
    refused(lambda: qn.read_io(path, make="make.csv"), "make: layout 'quesnay' has no make table")
    refused(lambda: qn.read_io(path, roles={"wage": "drop"}), "roles: no row or column 'wage'")
    refused(lambda: qn.read_io(path, roles={"zz": "drop"}), "write it as the file does")
    refused(lambda: qn.read_io(path, layout="eora", roles={"a": "drop"}), "leave roles= out")


@pytest.mark.parametrize(
    ("names", "also"),
    [
        (("A", "Table"), ()),
        (("A", "Table", "Other"),
         ("sheet 'Table', the first that holds a table; also Other: sheet=",)),
    ],
)  # fmt: skip
def test_the_sheet_of_a_table_goes_before_one_of_coefficients(
    tmp_path: Path, names: tuple[str, ...], also: tuple[str, ...]
) -> None:
    path = tmp_path / "t.xlsx"
    book = xlsxwriter.Workbook(path)
    rows = [line.split(",") for line in BASE.splitlines()]
    for name in names:
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows[:3] if name == "A" else rows):
            for j, cell in enumerate(row[:3] if name == "A" else row):
                sheet.write(i, j, float(cell) if cell.isdigit() else cell)
    book.close()
    table = qn.read_io(path)
    sound(table)
    assert table.source.sheet == "Table"
    assert table.source.assumed == also


@pytest.mark.parametrize(("rows", "told"), [(600, 1), (601, 0)])
def test_beside_a_large_sheet_no_other_is_looked_at(tmp_path: Path, rows: int, told: int) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("Table", "Other"):
            sheet = book.add_worksheet(name)
            for i, line in enumerate(BASE.splitlines()):
                for j, cell in enumerate(line.split(",")):
                    sheet.write(i, j, float(cell) if cell.isdigit() else cell)
            sheet.write(rows - 1, 0, "a note")
    assert len(qn.read_io(path).source.assumed) == told


def test_words_about_a_table_in_an_archive_are_no_table(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("README.txt", "made up")
        archive.writestr("t.csv", BASE)
    sound(qn.read_io(path))


def test_text_named_as_a_workbook_is_called_text(tmp_path: Path) -> None:
    path = put(tmp_path, BASE.replace(",", "\t"), "t.xls")
    refused(lambda: qn.read_io(path), "text, not a workbook, in spite of its name; name it .csv")
    sound(qn.read_io(path.rename(tmp_path / "t.csv")))


def test_imports_of_goods_and_services_in_two_rows(tmp_path: Path) -> None:
    text = BASE.replace("wages,120,80", "imports of goods,5,4,3\nextra-EU imports,5,6,2\nw,110,70")
    table = qn.read_io(put(tmp_path, text))
    assert table.v.tolist() == [110, 70]
    assert table.imports is not None
    assert table.imports.Z.to_numpy().sum(axis=0).tolist() == [10, 10]


def test_a_sheet_chosen_by_its_year_was_not_the_first_of_several(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl", reason="writes the workbook")
    rows = pd.DataFrame([line.split(",") for line in BASE.split()])
    path = tmp_path / "t.xlsx"
    with pd.ExcelWriter(path) as book:
        for year in ("2018", "2020"):
            cells = rows.apply(pd.to_numeric, errors="coerce").combine_first(rows)
            cells.to_excel(book, sheet_name=year, header=False, index=False)
    source = qn.read_io(path, year=2020).source
    assert source is not None
    assert (source.sheet, source.assumed) == ("2020", ())

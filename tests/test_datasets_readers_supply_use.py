"""Supply and use of Brazil's layout, against a table made by hand, and what is refused."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter

import quesnay as qn
from tests.refusals import refused

Sheets = dict[str, list[list[Any]]]
HEAD = ["", "", "01 Farms", "02 Works"]


def _sheet(title: str, header: list[str], *rows: list[Any]) -> list[list[Any]]:
    return [[title], [""], [""], header, *rows]


def _uses() -> Sheets:
    title = "Tabela 2 - Usos de bens e serviços - 2018"
    ends = ["Exportação de bens", "Consumo das famílias", "Demanda final", "Demanda total"]
    return {
        "CI": _sheet(
            title, [*HEAD, "", "Total do produto"],  # a column to set the total apart
            ["10", "Grain", 11.0, 44.0, "", 55.0], ["20", "Tools", 22.0, 33.0, "", 55.0],
            ["Total", "", 33.0, 77.0, "", 110.0],
        ),
        "demanda": _sheet(
            title, ["", "", *ends],
            # an empty cell is zero
            ["10", "Grain", 11.0, 44.0, 55.0, 110.0], ["20", "Tools", "", 55.0, 55.0, 110.0],
        ),
        "VA": _sheet(
            title, ["", "01 Farms", "02 Works", "Total"],
            ["Valor adicionado bruto ( PIB )", 47.0, 43.0, 90.0],
            ["Salários", 30.0, 20.0, 50.0],
            ["  Contribuições", 3.0, 2.0, 5.0],
            ["Excedente operacional bruto", 17.0, 23.0, 40.0],
            ["Valor da produção", 80.0, 120.0, 200.0],
            ["Fator trabalho (ocupações)", 5.0, 6.0, 11.0],
        ),
    }  # fmt: skip


def _resources() -> Sheets:
    title = "Tabela 1 - Recursos de bens e serviços - 2018"
    levies = ["Margem de comércio", "Margem de transporte", "Total de impostos"]
    return {
        "oferta": _sheet(
            title, ["", "", *levies],
            ["10", "Grain", 0.0, 0.0, 10.0], ["20", "Tools", 0.0, 0.0, 0.0],
        ),
        "producao": _sheet(
            title, HEAD, ["10", "Grain", 80.0, 20.0], ["20", "Tools", 0.0, 100.0],
        ),
        "importacao": _sheet(
            title, ["", "", "Importação"], ["10", "Grain", 0.0], ["20", "Tools", 10.0]
        ),
    }  # fmt: skip


def _written(path: Path, sheets: Sheets) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)
    return path


def _read(folder: Path, uses: Sheets, resources: Sheets, **options: Any) -> qn.InputOutputTable:
    make = _written(folder / "tab1.xlsx", resources)
    return qn.read_io(_written(folder / "tab2.xlsx", uses), make=make, **options)


def test_ibge_is_model_d_at_basic_prices(tmp_path: Path) -> None:
    """By hand: a tenth of tax on grain, an eleventh of the tools bought at home from abroad."""
    table = _read(tmp_path, _uses(), _resources())
    assert list(table.sectors) == ["01", "02"]
    # farms make 80 of 100 grain, works 20 and all tools
    np.testing.assert_allclose(table.Z, [[8.0, 32.0], [22.0, 38.0]])
    np.testing.assert_allclose(table.final_demand, [[8.0, 32.0], [2.0, 58.0]])
    assert table.x.tolist() == pytest.approx([80.0, 120.0])
    assert table.v.tolist() == pytest.approx([47.0, 43.0])
    assert table.imports is not None
    np.testing.assert_allclose(table.imports.Z, [[2.0, 3.0]])
    assert table.imports.final_demand is not None
    np.testing.assert_allclose(table.imports.final_demand.to_numpy(), [[0.0, 5.0]])
    assert table.unit == "million reais"
    assert table.source.layout == "ibge"  # known by the title of its first sheet


def test_taxes_stand_apart_though_a_use_pays_none(tmp_path: Path) -> None:
    uses = _uses()
    uses["demanda"][4] = ["10", "Grain", 0.0, 55.0, 55.0, 110.0]  # only grain is taxed
    uses["demanda"][5] = ["20", "Tools", 11.0, 44.0, 55.0, 110.0]
    table = _read(tmp_path, uses, _resources())
    assert table.taxes is not None
    np.testing.assert_allclose(table.taxes.Z, [[1.0, 4.0]])
    assert table.taxes.final_demand is not None
    np.testing.assert_allclose(table.taxes.final_demand.to_numpy(), [[0.0, 5.0]])


@pytest.mark.parametrize("part", [100, 110])  # a product's supply, or all its uses, are 1
def test_the_unit_of_a_table_of_uses_makes_no_difference(tmp_path: Path, part: int) -> None:
    def scaled(sheets: Sheets) -> Sheets:
        return {
            name: [[c / part if isinstance(c, float) else c for c in row] for row in rows]
            for name, rows in sheets.items()
        }

    small = _read(tmp_path, scaled(_uses()), scaled(_resources()))
    np.testing.assert_allclose(part * small.Z, [[8.0, 32.0], [22.0, 38.0]])
    np.testing.assert_allclose(part * small.final_demand, [[8.0, 32.0], [2.0, 58.0]])
    assert small.imports is not None
    np.testing.assert_allclose(part * small.imports.Z, [[2.0, 3.0]])


def _without(part: str) -> Callable[[Sheets, Sheets], None]:
    def change(uses: Sheets, resources: Sheets) -> None:
        uses.pop(part, None)
        resources.pop(part, None)

    return change


def _cell(sheet: str, row: int, column: int, value: Any) -> Callable[[Sheets, Sheets], None]:
    def change(uses: Sheets, resources: Sheets) -> None:
        (uses if sheet in uses else resources)[sheet][row][column] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_without("VA"), "no sheet 'VA' in the two tables"),
        (_cell("CI", 0, 0, "Tabela 2 - Usos de bens e serviços - 2017"), "is of 2017, .* of 2018"),
        (_cell("demanda", 4, 0, "11"), "products differ from the use table's: 10, 11"),
        (_cell("producao", 4, 0, "11"), r"tab1.xlsx\[producao\]: products differ .*: 10, 11"),
        (_cell("oferta", 4, 0, "11"), r"tab1.xlsx\[oferta\]: products differ .*: 10, 11"),
        (_cell("importacao", 5, 0, "11"), r"tab1.xlsx\[importacao\]: products differ .*: 11, 20"),
        (_cell("producao", 3, 3, "03 Mines"), "industries differ from the use table's: 02, 03"),
        (_cell("oferta", 3, 2, "Margem"), "no column 'comércio' found"),
        (_cell("demanda", 4, 2, 99.0), "product '10': supply 100 is not use"),
        (lambda uses, _: uses.update(CI=uses["CI"][:3]), "no header row found in row 4"),
    ],
)
def test_ibge_refuses(
    tmp_path: Path, change: Callable[[Sheets, Sheets], None], message: str
) -> None:
    uses, resources = copy.deepcopy((_uses(), _resources()))
    change(uses, resources)
    refused(lambda: _read(tmp_path, uses, resources), message)


@pytest.mark.parametrize(
    ("tools", "gap", "sold_off", "message"),
    [
        # as an industry, not as a product
        (20e6, 14.0, 0.0, "row '01': its sum misses output by 14 "),
        (20e6, 15.5, 0.0, "product '10': supply 100 is not use 115.5; are both tables of the same"),
        (5e6, 5.3, 0.0, "product '10': supply 100 is not use 105.3"),
        (5e6, 4.9, 0.0, ""),
        # a thousandth of what is used and of what comes out of stock, a thousand in all
        (100.0, 0.9, 450.0, "row '01': its sum misses output by 0.9 "),
        (100.0, 1.1, 450.0, "product '10': supply 100 is not use 101.1"),
    ],
)
def test_a_product_may_miss_a_millionth_of_all_and_fifteen_at_most(
    tmp_path: Path, tools: float, gap: float, sold_off: float, message: str
) -> None:
    """Beside a thousandth of its own; a hundred of grain and so much of tools are made and used."""
    uses, resources = _uses(), _resources()
    uses["CI"][4:6] = [["10", "Grain", 1.0, 4.0], ["20", "Tools", 9.0, tools / 2]]
    uses["demanda"][4:6] = [
        ["10", "Grain", 95.0 + gap + sold_off, -sold_off], ["20", "Tools", tools / 2 - 9.0, 0.0]
    ]  # fmt: skip
    uses["VA"][4:] = [["Salários", 90.0, tools / 2 - 4.0]]
    resources["oferta"][4][4] = 0.0
    resources["producao"][4:6] = [["10", "Grain", 100.0, 0.0], ["20", "Tools", 0.0, tools]]
    resources["importacao"][5][2] = 0.0
    if message:
        refused(lambda: _read(tmp_path, uses, resources), message)
        return
    (warned,) = _read(tmp_path, uses, resources).source.warnings
    assert "sector '01' misses its output by 4.9 %, less than 5 in the table's unit" in warned


def test_of_many_uses_six_are_named_and_of_many_that_differ_five(tmp_path: Path) -> None:
    uses = _uses()
    names = ["Exportação", "a", "b", "c", "d", "e", "f"]
    uses["demanda"] = [*uses["demanda"][:3], ["", "", *names],
                       ["10", "Grain", 11.0, 44.0, *[0.0] * 5],
                       ["20", "Tools", 0.0, 55.0, *[0.0] * 5]]  # fmt: skip
    source = _read(tmp_path, uses, _resources()).source
    assert source is not None
    assert source.recognised[1] == "final use Exportação, a, b, c, d, e ..."
    uses["demanda"] = [row[:8] for row in uses["demanda"]]
    named = _read(tmp_path, uses, _resources()).source.recognised[1]
    assert named == "final use Exportação, a, b, c, d, e"
    changed = copy.deepcopy(_resources())
    changed["producao"][3] = ["", "", *[f"{k:02d} x" for k in range(4, 10)]]
    changed["producao"][4] = ["10", "Grain", 80.0, 20.0, 0.0, 0.0, 0.0, 0.0]
    changed["producao"][5] = ["20", "Tools", 0.0, 100.0, 0.0, 0.0, 0.0, 0.0]
    said = "industries differ from the use table's: 01, 02, 04, 05, 06$"
    refused(lambda: _read(tmp_path, _uses(), changed), said)


def test_ibge_needs_both_tables_in_their_order(tmp_path: Path) -> None:
    refused(lambda: _read(tmp_path, _resources(), _uses()), "give the uses first")
    path = _written(tmp_path / "alone.xlsx", _uses())
    refused(lambda: qn.read_io(path, layout="ibge"), "needs both tables")


def _margins(grain: float) -> tuple[Sheets, Sheets]:
    """Three products at purchasers' prices; the third earns what trade and transport add."""
    use, made = "Tabela 2 - Usos de bens e serviços - 2018", "Tabela 1 - Recursos - 2018"
    goods = ["10", "Grain"], ["20", "Tools"], ["30", "Trade"]
    away = 70.0 - grain
    uses = {
        "CI": _sheet(use, HEAD, *([*name, *row] for name, row in zip(
            goods, ([20.0, 40.0], [30.0, 10.0], [0.0, 0.0]), strict=True))),
        "demanda": _sheet(use, ["", "", "Exportação", "Famílias"], *([*name, *row] for name, row in
            zip(goods, ([10.0, 30.0], [0.0, 60.0], [0.0, 10.0]), strict=True))),
        "VA": _sheet(use, ["", "01 Farms", "02 Works"], ["Salários", 8.0, 1.0],
            ["Excedente operacional bruto", 2.5, 1.0]),
    }  # fmt: skip
    resources = {
        "oferta": _sheet(
            made, ["", "", "Margem de comércio", "Margem de transporte", "Total de impostos"],
            ["10", "Grain", 20.0, 0.0, 10.0], ["20", "Tools", 10.0, 5.0, 5.0],
            ["30", "Trade", -30.0, -5.0, 0.0],
        ),
        "producao": _sheet(
            made, HEAD, ["10", "Grain", away, 0.0], ["20", "Tools", 48.0, 16.0],
            ["30", "Trade", 9.0, 36.0],
        ),
        "importacao": _sheet(
            made, ["", "", "Importação"], ["10", "Grain", grain], ["20", "Tools", 16.0],
            ["30", "Trade", 0.0],
        ),
    }  # fmt: skip
    return uses, resources


def test_margins_go_to_those_who_earn_them_and_re_exports_to_every_buyer(tmp_path: Path) -> None:
    """By hand: of grain a fifth is trade and a tenth taxes, of tools a tenth and two twentieths.

    Grain is 14, 28, 7 and 21 at basic prices, of which 95 % are from abroad, more than is used at
    home; tools 24, 8, 0 and 48, a fifth of which is imported; trade gets 8.5, 9.5, 2 and 25.
    """
    table = _read(tmp_path, *_margins(66.5))
    np.testing.assert_allclose(table.Z, [[16.8, 8.1], [11.6, 9.2]], rtol=1e-12)
    np.testing.assert_allclose(table.final_demand, [[0.75, 34.85], [1.6, 29.6]], rtol=1e-12)
    assert table.final_demand.columns.tolist() == ["Exportação", "Famílias"]
    assert table.imports is not None
    np.testing.assert_allclose(table.imports.Z, [[13.3, 26.6], [4.8, 1.6]], rtol=1e-12)
    bought: Any = table.imports.final_demand
    np.testing.assert_allclose(bought, [[6.65, 19.95], [0.0, 9.6]], rtol=1e-12)
    assert list(table.imports.Z.index) == ["10", "20"]
    assert table.taxes is not None
    np.testing.assert_allclose(table.taxes.Z, [[3.5, 4.5]], rtol=1e-12)
    paid: Any = table.taxes.final_demand
    np.testing.assert_allclose(paid, [[1.0, 6.0]], rtol=1e-12)
    np.testing.assert_allclose(table.x, [60.5, 52.0], rtol=1e-12)
    assert table.value_added.index.tolist() == ["Salários", "Excedente operacional bruto"]
    source = table.source
    assert source is not None
    assert source.edition == "2018"
    assert source.recognised == ("2 industries, 3 commodities", "final use Exportação, Famílias")
    assert source.assumed[0] == "industry by industry under fixed product sales shares (model D)"
    assert source.assumed[1].startswith("uses at purchasers' prices brought to basic prices by")


def test_imports_as_large_as_use_at_home_are_not_exported(tmp_path: Path) -> None:
    table = _read(tmp_path, *_margins(63.0), strict=False)
    assert table.imports is not None
    np.testing.assert_allclose(table.imports.Z.loc["10"], [14.0, 28.0], rtol=1e-12)
    bought: Any = table.imports.final_demand
    np.testing.assert_allclose(bought.loc["10"], [0.0, 21.0], rtol=1e-12)

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
            title, [*HEAD, "Total do produto"],
            ["10", "Grain", 11.0, 44.0, 55.0], ["20", "Tools", 22.0, 33.0, 55.0],
            ["Total", "", 33.0, 77.0, 110.0],
        ),
        "demanda": _sheet(
            title, ["", "", *ends],
            ["10", "Grain", 11.0, 44.0, 55.0, 110.0], ["20", "Tools", 0.0, 55.0, 55.0, 110.0],
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
    return qn.read_io(_written(folder / "tab2.xlsx", uses), layout="ibge", make=make, **options)


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


def test_ibge_needs_both_tables_in_their_order(tmp_path: Path) -> None:
    refused(lambda: _read(tmp_path, _resources(), _uses()), "give the uses first")
    path = _written(tmp_path / "alone.xlsx", _uses())
    refused(lambda: qn.read_io(path, layout="ibge"), "needs both tables")

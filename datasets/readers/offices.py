"""Grids of offices that follow the plain rules with a few codes of their own: ONS, ABS, Chile."""

from dataclasses import replace

from quesnay.datasets.readers.assembly import Arrangement
from quesnay.datasets.readers.containers import PackedRow, Sheet
from quesnay.datasets.readers.options import ReadOptions
from quesnay.datasets.readers.plain import arrange_plain

__all__ = ["arrange_abs", "arrange_bcch", "arrange_ons", "looks_abs", "looks_bcch", "looks_ons"]

_ONS = {
    "_T": "total",
    "P3 S1": "demand_total",
    "TU": "total",
    "GVA": "value_added_total",
    "P1": "output",
    "D1": "value_added",
    "GOS & MI": "value_added",
    "D29-D39": "value_added",
}


def _texts(sheet: Sheet, rows: int) -> list[str]:
    head = [
        i for i in range(min(rows, len(sheet.rows))) if not isinstance(sheet.rows[i], PackedRow)
    ]
    return [text for i in head for text in sheet.texts(i) if text]


def looks_ons(sheet: Sheet) -> bool:
    """Say whether a sheet is the product-by-product table of the UK's office."""
    for i in range(min(10, len(sheet.rows))):
        texts = [] if isinstance(sheet.rows[i], PackedRow) else sheet.texts(i)
        codes = sum(text.startswith("CPA_") for text in texts)
        if codes > 1 and "_T" in texts and {"P3 S1", "P3 S14"} & set(texts):
            return True
    return False


def arrange_ons(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of the analytical table (sheet IOT) is; million pounds."""
    return replace(
        arrange_plain(
            sheet, options, codes=_ONS, unit="million pounds", tolerance=1e-3, rounding=1e-2
        ),
        edition=_year_in(sheet),
        plain=False,
    )


def looks_abs(sheet: Sheet) -> bool:
    """Say whether a sheet is table 5 or 8 of Australia's office."""
    texts = _texts(sheet, 6)
    return "FROM INDUSTRY" in texts and "USE" in texts


def arrange_abs(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of the industry-by-industry table is; million dollars."""
    return replace(
        arrange_plain(
            sheet, options, unit="million Australian dollars", tolerance=1e-3, rounding=1e-2
        ),
        plain=False,
    )


def looks_bcch(sheet: Sheet) -> bool:
    """Say whether a sheet is a table of the Banco Central de Chile."""
    texts = _texts(sheet, 10)
    return "Matriz de insumo-producto" in texts and "Actividad" in texts


def arrange_bcch(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of the domestic table is; thousand million pesos."""
    return replace(
        arrange_plain(sheet, options, tolerance=1e-3, rounding=1e-2, unit="thousand million pesos"),
        plain=False,
    )


def _year_in(sheet: Sheet) -> str:
    text = sheet.texts(0)[0] if sheet.rows and len(sheet.rows[0]) else ""
    return text[:4] if text[:4].isdigit() else ""

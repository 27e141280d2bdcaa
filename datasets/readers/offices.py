"""Layout "nbs": tables of the National Bureau of Statistics of China and of its provinces.

The row of codes is the one with GO; codes are the products (01 as text and 40 as a number side by
side, three digits in some years), FU101 ..., EX, IM, GO; rows TII, VA001 ..., TVA, TI. Tables with
imports inside the flows have IM, printed positive or (1997) negative; tables with imports apart
have rows D01 ... and M01 ... . Provincial tables add flows to and from other provinces.

Grids of offices that follow the plain rules with a few codes of their own: ONS, ABS, Chile.

A user's own copy of China KLEMS (CIP); its terms forbid passing the figures on.
"""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from quesnay.datasets.readers.assembly import Arrangement, Line, Numbers, Record
from quesnay.datasets.readers.cells import number_style, role_of, tidy
from quesnay.datasets.readers.containers import Cell, PackedRow, Row, Sheet, label, open_book
from quesnay.datasets.readers.options import ReadOptions
from quesnay.datasets.readers.plain import arrange_plain, unit_of
from quesnay.fitting.errors import DataError
from quesnay.models.paths import as_path

__all__ = [
    "arrange_abs",
    "arrange_bcch",
    "arrange_nbs",
    "arrange_ons",
    "looks_abs",
    "looks_bcch",
    "looks_nbs",
    "looks_ons",
    "read_china_klems",
]


_CODE = re.compile(r"\d{1,3}")
_PREFIXED = re.compile(r"([DM])(\d{1,3})")
_DEMAND = {
    "FU101": "rural_consumption",
    "FU102": "urban_consumption",
    "FU103": "government_consumption",
    "TC": "consumption",
    "FU201": "fixed_capital_formation",
    "FU202": "inventories",
    "EX": "exports",
    "OF": "outflow_to_other_provinces",
    "IM": "imports",
    "IF": "inflow_from_other_provinces",
    "ERR": "statistical_discrepancy",
}
_INCOME = {
    "VA001": "labour_compensation",
    "VA002": "net_production_taxes",
    "VA003": "depreciation",
    "VA004": "operating_surplus",
}
_INCOME_WORDS = (
    ("报酬", "labour_compensation"),
    ("生产税", "net_production_taxes"),
    ("折旧", "depreciation"),
    ("盈余", "operating_surplus"),
)
_TOTALS = {
    "TII": "total",
    "TIU": "total",
    "THC": "demand_total",
    "GCF": "demand_total",
    "TFU": "demand_total",
    "TVA": "value_added_total",
    "TI": "output",
}
_TITLE_ROWS = 40


def looks_nbs(sheet: Sheet) -> bool:
    """Say whether a sheet has a row of product codes that ends in GO."""
    return _header(sheet) is not None


def _header(sheet: Sheet) -> int | None:
    for i in range(min(_TITLE_ROWS, len(sheet.rows))):
        if isinstance(sheet.rows[i], PackedRow):
            continue
        texts = [text.upper() for text in sheet.texts(i)]
        before = texts[: texts.index("GO")] if "GO" in texts else []
        if sum(map(bool, map(_CODE.fullmatch, before))) > 1:
            return i
    return None


def arrange_nbs(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of a table of the Bureau is; see the module.

    Raises
    ------
    DataError
        If the codes are not found or unknown.
    """
    header = _header(sheet)
    if header is None:
        raise DataError(
            f"{sheet.title}: no row with product codes and GO found; is the layout 'nbs'?"
        )
    texts = sheet.texts(header)
    first = next(j for j, text in enumerate(texts) if _CODE.fullmatch(text))
    digits = max(len(text) for text in texts if _CODE.fullmatch(text))
    marks = _code_column(sheet, header, first)
    style = number_style(
        sheet,
        (header + 1, first),
        decimal=options.decimal,
        thousands=options.thousands,
        zeros=options.zeros,
    )
    numbers = Numbers(sheet, style)
    columns = _columns(sheet, header, first, digits)
    rows = _rows(numbers, header, first, marks, digits)
    apart = any(line.role == "imported" for line in rows)
    if apart:
        _check_apart(sheet, rows, columns)
        columns = [replace(c, role="drop") if c.role in {"imports"} else c for c in columns]
        columns = [replace(c, role="final_demand") if c.label == "imports" else c for c in columns]
    record = Record()
    unit = unit_of(sheet, header)
    return Arrangement(
        numbers,
        rows,
        columns,
        unit=options.unit or ("10,000 yuan" if unit in {None, "万元"} else str(unit)),
        rounding=0.0,
        tolerance=1e-6,
        record=record,
    )


def _code_column(sheet: Sheet, header: int, first: int) -> int:
    def count(column: int) -> int:
        codes = (label(sheet.cell(i, column)) for i in range(header + 1, len(sheet.rows)))
        return sum(bool(_CODE.fullmatch(c) or _PREFIXED.fullmatch(c)) for c in codes)

    return max(range(first), key=count, default=0)


def _columns(sheet: Sheet, header: int, first: int, digits: int) -> list[Line]:
    texts = sheet.texts(header)
    both = {text.upper() for text in texts}
    out = []
    for j in range(first, len(texts)):
        code = texts[j].upper()
        above = [label(sheet.cell(i, j)) for i in range(header - 1, max(-1, header - 5), -1)]
        names = [text for text in above if text]
        if _CODE.fullmatch(code):
            out.append(Line(j, code.zfill(digits), "sector", names[0] if names else ""))
        elif code == "GO":
            out.append(Line(j, code, "output"))
        elif code in _TOTALS or (code == "TC" and "FU101" in both):
            out.append(Line(j, code, _TOTALS.get(code, "demand_total")))
        elif code in _DEMAND:
            role = "imports" if code in {"IM", "IF"} else "final_demand"
            out.append(Line(j, _DEMAND[code], role, printed=code))
        elif not code and not any(_filled(sheet, i, j) for i in range(header + 1, len(sheet.rows))):
            continue
        elif not code:
            out.append(Line(j, "", "unlabelled"))
        else:
            said = next((r for n in names if (r := role_of(n, "column"))), None)
            known = said in {"imports", "final_demand", "total", "demand_total"}
            shown = names[0] if names and known else code
            out.append(Line(j, shown, str(said) if known else "sector", printed=code))
    return out


def _filled(sheet: Sheet, row: int, column: int) -> bool:
    return bool(str(sheet.cell(row, column)).strip())


def _rows(numbers: Numbers, header: int, first: int, marks: int, digits: int) -> list[Line]:
    sheet = numbers.sheet
    out = []
    for i in range(header + 1, len(sheet.rows)):
        code = label(sheet.cell(i, marks)).upper()
        names = [label(sheet.cell(i, j)) for j in range(first) if j != marks]
        name = next((text for text in names[::-1] if text), "")
        apart = _PREFIXED.fullmatch(code)
        if _CODE.fullmatch(code):
            out.append(Line(i, code.zfill(digits), "sector", name, printed=code))
        elif apart:
            role = "sector" if apart[1] == "D" else "imported"
            out.append(Line(i, apart[2].zfill(digits), role, name, printed=code))
        elif code in _INCOME or re.fullmatch(r"VA\d{3}", code):
            said = next((word for text, word in _INCOME_WORDS if text in tidy(name)), None)
            income = said or _INCOME.get(code)
            if income:
                out.append(Line(i, income, "value_added", name, printed=code))
        elif code in _TOTALS:
            out.append(Line(i, code, _TOTALS[code]))
        elif not code and role_of(name, "row") in {"total", "value_added_total", "output"}:
            out.append(Line(i, name, str(role_of(name, "row"))))
    return out


def _check_apart(sheet: Sheet, rows: list[Line], columns: list[Line]) -> None:
    codes = [line.label for line in rows if line.role == "sector"]
    imported = [line.label for line in rows if line.role == "imported"]
    across = [line.label for line in columns if line.role == "sector" and line.label.isdigit()]
    if not codes == imported == across:
        odd = sorted(set(codes) ^ set(across) | set(imported) ^ set(across))
        raise DataError(f"{sheet.title}: rows D.., M.. and columns differ: {', '.join(odd)}")
    found = {line.printed for line in rows} | {line.label for line in columns}
    missing = [name for name in (*_INCOME, "GO") if name not in found]
    if missing:
        raise DataError(f"{sheet.title}: {missing[0]} not found")


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


_YEAR = re.compile(r"(?:19|20)\d{2}")
_FEWEST_YEARS = 2


def read_china_klems(path: str | Path) -> pd.DataFrame:
    r"""Read a user's own workbook of China KLEMS into one panel: industry by year.

    The workbook holds one variable a sheet (its name becomes the column), with a header row of
    years, and to the left of the years the industry's code and, perhaps, its name. Sheets
    without such a header (notes, contents) are skipped and named in ``attrs["skipped"]``. A
    folder of .csv files, one a variable, is read alike.

    Parameters
    ----------
    path : str or Path
        Workbook (.xlsx, .xlsb) or folder of .csv files.

    Returns
    -------
    DataFrame
        Columns industry, year and one a variable; NaN where a cell is empty. Units as in the
        user's file.

    Raises
    ------
    DataError
        If nothing can be read, an industry or a year stands twice in a sheet, or a cell holds
        text.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "output.csv").write_text("code,name,2000,2001\nAtB,Agriculture,1.5,2.5\n")
    >>> read_china_klems(folder)["output"].tolist()
    [1.5, 2.5]
    """
    sources = _sources(as_path(path, "path"))
    found: dict[str, pd.Series[float]] = {}
    skipped = []
    for name, source in sources.items():
        series = _variable(source)
        if series is None:
            skipped.append(name)
        else:
            found[name] = series
    if not found:
        raise DataError(f"{Path(path).name}: no sheet with a header row of years")
    frame = pd.DataFrame(found).rename_axis(["industry", "year"]).reset_index()
    frame.attrs = {"skipped": skipped}
    return frame


def _sources(path: Path) -> dict[str, Sheet]:
    if path.is_dir():
        files = sorted(path.glob("*.csv"))
        if not files:
            raise DataError(f"{path}: no .csv file in this folder")
        return {file.stem: open_book(file).sheet() for file in files}
    if not path.is_file():
        raise DataError(f"{path}: no such file or folder")
    book = open_book(path)
    if not book.sheets:
        book.sheet()
    return {name: book.sheet(name) for name in book.sheets}


def _variable(source: Sheet) -> "pd.Series[float] | None":
    lines = iter([row for row in source.rows if any(str(cell).strip() for cell in _cells(row))])
    years: list[tuple[int, int]] = []
    for row in lines:
        years = [
            (j, int(label(cell)))
            for j, cell in enumerate(_cells(row))
            if _YEAR.fullmatch(label(cell))
        ]
        if len(years) >= _FEWEST_YEARS:
            break
    else:
        return None
    if len({year for _, year in years}) < len(years):
        raise DataError(f"{source.title}: a year stands twice in the header")
    values: dict[tuple[str, int], float] = {}
    for row in lines:
        industry = label(row[0])
        if not industry or all(label(row[j]) == "" for j, _ in years if j < len(row)):
            continue
        for j, year in years:
            if (industry, year) in values:
                raise DataError(f"{source.title}: industry {industry!r} stands twice")
            values[industry, year] = _value(row[j] if j < len(row) else "", source, industry, year)
    return pd.Series(values, dtype=float)


def _cells(row: Row) -> list[Cell]:
    return [row[j] for j in range(len(row))]


def _value(cell: Cell, source: Sheet, industry: str, year: int) -> float:
    text = str(cell).strip()
    try:
        value = float(text) if text else np.nan
    except ValueError:
        value = np.inf
    if np.isinf(value):
        raise DataError(
            f"{source.title}: industry {industry!r}, year {year}: {text!r} is no finite number"
        )
    return value

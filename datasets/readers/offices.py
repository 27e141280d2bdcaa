"""Files of single offices: China (layout "nbs" and China KLEMS) and United Kingdom (layout "ons").

Layout "nbs", of the National Bureau of Statistics and of provinces: the row of codes is the one
with GO; codes are the products (01 as text and 40 as a number side by side, three digits in some
years), FU101 ..., EX, IM, GO; rows TII, VA001 ..., TVA, TI. Tables with imports inside the flows
have IM, printed positive or (1997) negative; tables with imports apart have rows D01 ... and M01
... . Provincial tables add flows to and from other provinces.

Layout "ons" follows the plain rules with a few codes of its own and an edition.
"""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from quesnay.datasets.readers.assembly import Arrangement, Line, Numbers
from quesnay.datasets.readers.cells import ReadOptions, role_of, tidy
from quesnay.datasets.readers.containers import Sheet, open_book
from quesnay.datasets.readers.plain import arrange_plain, unit_of
from quesnay.fitting.errors import DataError
from quesnay.models.inputs import as_path

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
_INCOME = {  # code -> component, and a word that names it where codes are numbered otherwise
    "VA001": ("labour_compensation", "报酬"),
    "VA002": ("net_production_taxes", "生产税"),
    "VA003": ("depreciation", "折旧"),
    "VA004": ("operating_surplus", "盈余"),
}
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
    for i, head in sheet.heads(_TITLE_ROWS):
        texts = [text.upper() for text in head]
        before = texts[: texts.index("GO")] if "GO" in texts else []
        if sum(map(bool, map(_CODE.fullmatch, before))) > 1:
            return i
    return None


def arrange_nbs(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of a table of the Bureau is; see the module."""
    header = _header(sheet)
    if header is None:
        raise DataError(
            f"{sheet.title}: no row with product codes and GO found; is the layout 'nbs'?"
        )
    texts = sheet.texts(header)
    first = next(j for j, text in enumerate(texts) if _CODE.fullmatch(text))
    digits = max(len(text) for text in texts if _CODE.fullmatch(text))
    codes = [
        sum(bool(_CODE.fullmatch(c) or _PREFIXED.fullmatch(c))
            for c in (sheet.text(i, j) for i in range(header + 1, len(sheet.rows))))
        for j in range(first)
    ]  # fmt: skip
    marks = int(np.argmax(codes)) if codes else 0
    numbers = Numbers.of(sheet, (header + 1, first), options)
    columns = _columns(sheet, header, first, digits)
    rows = _rows(numbers, header, first, marks, digits)
    if any(line.role == "imported" for line in rows):
        _check_apart(sheet, rows, columns)
        kinds = {"imports": "final_demand", "inflow_from_other_provinces": "drop"}
        columns = [
            replace(c, role=kinds.get(c.label, "drop")) if c.role == "imports" else c
            for c in columns
        ]
    unit = unit_of(sheet, header, first)
    return Arrangement(
        numbers, rows, columns, unit=options.unit or ("" if unit == "万元" else unit or "")
    )


def _columns(sheet: Sheet, header: int, first: int, digits: int) -> list[Line]:
    texts = sheet.texts(header)
    both = {text.upper() for text in texts}
    out = []
    for j in range(first, len(texts)):
        code = texts[j].upper()
        above = range(header - 1, max(-1, header - 5), -1)
        names = [text for i in above if (text := sheet.text(i, j))]
        if _CODE.fullmatch(code):
            out.append(Line(j, code.zfill(digits), "sector", names[0] if names else ""))
        elif code == "GO":
            out.append(Line(j, code, "output"))
        elif code in _TOTALS or (code == "TC" and "FU101" in both):
            out.append(Line(j, code, _TOTALS.get(code, "demand_total")))
        elif code in _DEMAND:
            role = "imports" if code in {"IM", "IF"} else "final_demand"
            out.append(Line(j, _DEMAND[code], role, printed=code))
        elif not code:
            if any(sheet.text(i, j) for i in range(header + 1, len(sheet.rows))):
                out.append(Line(j, "", "unlabelled"))
        else:
            said = next((r for n in names if (r := role_of(n, "column"))), None)
            known = said in {"imports", "final_demand", "total", "demand_total"}
            shown = names[0] if names and known else code
            out.append(Line(j, shown, str(said) if known else "sector", printed=code))
    return out


def _rows(numbers: Numbers, header: int, first: int, marks: int, digits: int) -> list[Line]:
    sheet = numbers.sheet
    out = []
    for i in range(header + 1, len(sheet.rows)):
        code = sheet.text(i, marks).upper()
        names = [sheet.text(i, j) for j in range(first) if j != marks]
        name = next((text for text in names[::-1] if text), "")
        apart = _PREFIXED.fullmatch(code)
        if _CODE.fullmatch(code):
            out.append(Line(i, code.zfill(digits), "sector", name, printed=code))
        elif apart:
            role = "sector" if apart[1] == "D" else "imported"
            out.append(Line(i, apart[2].zfill(digits), role, name, printed=code))
        elif re.fullmatch(r"VA\d{3}", code):
            said = [known for known, word in _INCOME.values() if word in tidy(name)]
            income = said[0] if said else _INCOME.get(code, ("",))[0]
            if income:
                out.append(Line(i, income, "value_added", name, printed=code))
        elif code in _TOTALS:
            out.append(Line(i, code, _TOTALS[code]))
        elif not code:
            role = str(role_of(name, "row"))
            if role in {"total", "value_added_total", "output"}:
                out.append(Line(i, name, role))
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


def looks_ons(sheet: Sheet) -> bool:
    """Say whether a sheet is the product-by-product table of the UK's office."""
    return any(
        sum(text.startswith("CPA_") for text in texts) > 1
        and "_T" in texts
        and bool({"P3 S1", "P3 S14"} & set(texts))
        for _, texts in sheet.heads(10)
    )


def arrange_ons(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of the analytical table (sheet IOT) is."""
    year = sheet.text(0, 0)[:4] if sheet.rows else ""
    plan = arrange_plain(sheet, options, codes=_ONS)
    return replace(plan, edition=year if year.isdigit() else "")


# --- China KLEMS ----------------------------------------------------------------------------------

_YEAR = re.compile(r"(?:19|20)\d{2}")
_FEWEST_YEARS = 2


def read_china_klems(path: str | Path) -> pd.DataFrame:
    r"""Read a user's own workbook of China KLEMS into one panel: industry by year.

    The terms of China KLEMS forbid passing the figures on, so none are embedded. The workbook
    holds one variable a sheet (its name becomes the column), with a header row of years, and to
    the left of the years the industry's code and, perhaps, its name. Sheets without such a header
    (notes, contents) are skipped and named in ``attrs["skipped"]``. A folder of .csv files, one a
    variable, is read alike.

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


def _variable(sheet: Sheet) -> "pd.Series[float] | None":
    """Read the values below the first row of years, or return None where there is none."""
    rows = iter(sheet.filled())
    years: list[tuple[int, int]] = []
    while len(years) < _FEWEST_YEARS:
        if (i := next(rows, None)) is None:
            return None
        texts = enumerate(sheet.texts(i))
        years = [(j, int(text)) for j, text in texts if _YEAR.fullmatch(text)]
    if len({year for _, year in years}) < len(years):
        raise DataError(f"{sheet.title}: a year stands twice in the header")
    values: dict[tuple[str, int], float] = {}
    for i in rows:
        industry = sheet.text(i, 0)
        if not industry or not any(sheet.text(i, j) for j, _ in years):
            continue
        for j, year in years:
            if (industry, year) in values:
                raise DataError(f"{sheet.title}: industry {industry!r} stands twice")
            values[industry, year] = _value(sheet.text(i, j), sheet, industry, year)
    return pd.Series(values, dtype=float)


def _value(text: str, sheet: Sheet, industry: str, year: int) -> float:
    try:
        value = float(text) if text else np.nan
    except ValueError:
        value = np.inf
    if np.isinf(value):
        raise DataError(
            f"{sheet.title}: industry {industry!r}, year {year}: {text!r} is no finite number"
        )
    return value

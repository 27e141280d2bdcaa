"""Inter-country and national tables of OECD, WIOD, ADB and FIGARO, and a country cut out of them.

Labels are ``country_code``. Their rows below the sectors are taxes less subsidies on products,
adjustments and margins, which are kept apart, and value added.
"""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.datasets.readers.assembly import Arrangement, Line, Numbers
from quesnay.datasets.readers.cells import ReadOptions, role_of
from quesnay.datasets.readers.containers import PackedRow, Row, Sheet, label
from quesnay.datasets.readers.plain import is_number
from quesnay.datasets.tables import IOFrames
from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError, nearest


def _body(sheet: Sheet) -> list[int]:
    """Return the rows that are not blank, from the header on, without notes below."""
    rows: list[int] = []
    for i in sheet.filled():
        cells, text = sheet.rows[i], sheet.text(i, 0)
        if isinstance(cells, PackedRow) or sum(bool(str(cell).strip()) for cell in cells) > 2:
            rows.append(i)
        elif rows and ((text and " " not in text) or any(map(is_number, cells))):
            rows.append(i)  # cut short, no note or title
    return rows


def _filled(sheet: Sheet) -> list[int]:
    """Return the rows of the table, the first of which is the header."""
    rows = _body(sheet)
    if not rows:
        raise DataError(f"{sheet.title}: no header row found; the sheet is empty")
    return rows


def _used(sheet: Sheet, rows: list[int]) -> list[tuple[int, str]]:
    """Return place and label of the columns after the first, without those that are empty."""
    header = enumerate(sheet.texts(rows[0]))
    return [(j, name) for j, name in header if j and (name or any(sheet.text(i, j) for i in rows))]


# --- OECD -----------------------------------------------------------------------------------------

_OECD_DEMAND = re.compile(
    r"(?:\w+?_)?(?:HFCE|NPISH|NPS|GGFC|GFCF|INVNT|INV|DIRP|DPABR|P33|FD|DISC|CONS_ABR|CONS_NONRES|"
    r"NONRES|EXPO|EXP)(?:_\w+)?"
)
_OECD_IMPORTS = re.compile(r"(?:\w+?_)?(?:IMPO|IMP)(?:_\w+)?")
_OECD_TAXES = re.compile(r"TLS|TXS_\w+|(?:\w+_)?TAXSUB")
_OECD_VALUE = re.compile(r"VA\+TAXSUB|(?:\w+_)?VALU|(?:\w+_)?VA")
_OECD_OUTPUT = {"OUT", "OUTPUT"}
_OECD_TOTAL = {"TTL_INT_FNL", "TOTAL", "TTL", "TOT"}
_NATIONAL = re.compile(r"(TTL|DOM|IMP)_(?!INT_FNL)(.+)")
_D = re.compile(r"^D(?=\d)")  # columns of one edition are D01T02, its rows TTL_01T02


def looks_oecd(sheet: Sheet) -> str | None:
    """Return "oecd" of a national table, "oecd_icio" of an inter-country one, or None."""
    rows = _body(sheet)
    if len(rows) < 3:
        return None
    header = [text for text in sheet.texts(rows[0])[1:] if text]
    marks = [sheet.text(i, 0) for i in rows[1:]]
    demand = [text for text in header if _OECD_DEMAND.fullmatch(text) or text == "IMPO"]
    value = [mark for mark in marks if _OECD_VALUE.fullmatch(mark)]
    if not demand or not value:
        return None
    if any(_NATIONAL.fullmatch(mark) for mark in marks):
        return "oecd"
    pairs = [text for text in header if re.fullmatch(r"[A-Z]{2}[A-Z0-9]_[A-Z].*", text)]
    if len(pairs) >= max(1, len(header) // 2):
        return "oecd_icio"
    return "oecd" if {"VALU", "TXS_INT_FNL"} & set(marks) else None


def arrange_oecd(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of a table of the OECD is, national or inter-country.

    National rows carry ``TTL_``, ``DOM_`` or ``IMP_``, their columns D or nothing; the last two
    are kept apart. The inter-country edition of 2016 gives value added and taxes in one row, which
    is recorded.
    """
    rows = _filled(sheet)
    assumed = []
    columns = [Line(j, code, _oecd_column(code)) for j, code in _used(sheet, rows)]
    keys = {_D.sub("", c.label): c.label for c in columns if c.role == "sector"}
    lines = []
    for i in rows[1:]:
        mark = sheet.text(i, 0)
        role, prefix, key = _oecd_row(mark, keys)
        lines.append(Line(i, keys.get(key, key), role, printed=mark))
        if mark == "VA+TAXSUB":
            assumed.append("row 'VA+TAXSUB': value added and taxes on products in one row")
        if prefix == "DOM":
            columns = [replace(c, role="drop") if c.role == "imports" else c for c in columns]
    _check_widths(sheet, rows)
    if any(line.printed != line.label and line.role == "sector" for line in lines):
        coded = any(re.match(r"D?\d", line.label) for line in columns)
        edition = "2018 or 2021" if coded else "2025"
    else:
        edition = "2016" if any(line.printed == "VA+TAXSUB" for line in lines) else ""
    numbers = Numbers.of(sheet, (rows[0] + 1, 1), options)
    return Arrangement(numbers, lines, columns, edition=edition, assumed=assumed)


def _oecd_column(code: str) -> str:
    if code in _OECD_OUTPUT:
        return "output"
    if code in _OECD_TOTAL:
        return "output" if code == "TOTAL" else "total"
    if _OECD_IMPORTS.fullmatch(code):
        return "imports"
    return "final_demand" if _OECD_DEMAND.fullmatch(code) else "sector"


def _oecd_row(mark: str, keys: dict[str, str]) -> tuple[str, str, str]:
    """Return role, prefix and key of a row."""
    if mark in _OECD_TOTAL:
        return ("output" if mark == "TOTAL" else "total"), "", mark
    if mark in _OECD_OUTPUT:
        return "output", "", mark
    if mark in keys or _D.sub("", mark) in keys:
        return "sector", "", _D.sub("", mark)
    if _OECD_TAXES.fullmatch(mark):
        return "taxes", "", mark
    if _OECD_VALUE.fullmatch(mark):
        return "value_added", "", mark
    found = _NATIONAL.fullmatch(mark)
    if found:
        return ("imported" if found[1] == "IMP" else "sector"), found[1], _D.sub("", found[2])
    return "sector", "", mark


def _check_widths(sheet: Sheet, rows: list[int]) -> None:
    width = len(sheet.rows[rows[0]])
    for i in rows[1:]:
        if len(sheet.rows[i]) != width:
            raise DataError(
                f"{sheet.title}: row {sheet.text(i, 0)!r} has {len(sheet.rows[i])} cells; "
                f"{width} expected"
            )


_MERGED = {"CN1": "CHN", "CN2": "CHN", "CNX": "CHN", "MX1": "MEX", "MX2": "MEX", "MXX": "MEX"}


def split_regions(names: list[str]) -> list[str]:
    """Return the parts of China and Mexico among the labels."""
    return sorted({name.split("_")[0] for name in names} & set(_MERGED))


def merge_regions(frames: IOFrames) -> IOFrames:
    """Join the parts of China (CN1, CN2) and Mexico (MX1, MX2), whose plain codes hold zeros."""

    def joined(name: str) -> str:
        country, _, rest = name.partition("_")
        return f"{_MERGED.get(country, country)}_{rest}" if rest else name

    groups = pd.Index([joined(name) for name in frames.Z.index], name="sector")
    note = "CN1, CN2 joined to CHN and MX1, MX2 to MEX"
    return frames.by_sector(lambda one: one.groupby(groups, sort=False).sum(), assumed=(note,))


# --- WIOD and ADB ---------------------------------------------------------------------------------

_WIOD_LABELS = 4
_WIOD_NUMBER = re.compile(r"(?:c\d+|F\d|Total|total)")
_WIOD_MARGINS = {"r65", "r66", "r67", "r68"}  # in one edition; value added or output in others
_WIOD_ROWS = {
    **dict.fromkeys(("II_fob", "r60"), "total"),
    **dict.fromkeys(("TXSP", "EXP_adj", "PURR", "PURNR", "IntTTM", "trs"), "taxes"),
    **dict.fromkeys(("r99", "r61", "r62", "r63", *_WIOD_MARGINS), "taxes"),
    **dict.fromkeys(("VA", "r64"), "value_added"),
    **dict.fromkeys(("GO", "r69"), "output"),
}
_WIOD_DEMAND = re.compile(r"(?:CONS_h|CONS_np|CONS_g|GFCF|INVEN|EXP|c3[789]|c4[12]|F\d)")
_WIOD_OUTPUT = {"GO", "c43", "Total"}


def looks_wiod(sheet: Sheet) -> bool:
    """Say whether four header rows of codes, names, countries and numbers stand over the table."""
    return _wiod_header(sheet) is not None


def _wiod_header(sheet: Sheet) -> int | None:
    """Return the row of numbers (c1, c2 ...), the last of the four header rows."""
    for i, texts in sheet.heads(20):
        cells = [text for text in texts[_WIOD_LABELS:] if text]
        if i > 2 and len(cells) > 1 and all(map(_WIOD_NUMBER.fullmatch, cells)):
            return i
    return None


def arrange_wiod(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of a world table of WIOD or ADB is.

    Labels become country_code (AUS_A01, AUS_CONS_h; 2013: AUS_AtB, AUS_c37); rows of no country
    are taxes, adjustments, margins (kept apart) and value added.
    """
    if looks_wiod_national(sheet):
        return arrange_wiod_national(sheet, options)
    last = _wiod_header(sheet)
    if last is None:
        raise DataError(
            f"{sheet.title}: no header row found: four rows of codes, names, countries and numbers "
            "(c1, c2 ...) are expected; is the layout 'wiod'?"
        )
    width = max(len(sheet.rows[i]) for i in range(last - 3, last + 1))
    marks = {j: [sheet.text(i, j) for i in range(last - 3, last + 1)]
             for j in range(_WIOD_LABELS, width)}  # fmt: skip
    columns = [_wiod_column(j, *texts) for j, texts in marks.items() if any(texts)]
    adb = any(re.fullmatch(r"F\d", texts[3]) for texts in marks.values())
    numbers = Numbers.of(sheet, (last + 1, _WIOD_LABELS), options)
    own = [c.place for c in columns if c.role == "sector"]
    body = range(last + 1, len(sheet.rows))
    lines = [_wiod_row(sheet, i) for i in body if numbers.filled(i, own)]
    edition = "2016" if any("CONS_h" in c.label for c in columns) else "2013"
    return Arrangement(numbers, lines, columns, edition="ADB" if adb else edition)


def _wiod_column(place: int, code: str, name: str, country: str, number: str) -> Line:
    text = code or number
    said = not country and role_of(name, "column") == "output"
    if said or {text, number} & _WIOD_OUTPUT:
        return Line(place, text or name, "output")
    demand = any(map(_WIOD_DEMAND.fullmatch, (text, number)))
    kind = "final_demand" if demand else "sector"
    full = text if country in {"", "TOT"} else f"{country}_{text}"
    return Line(place, full, kind)


def _wiod_row(sheet: Sheet, row: int) -> Line:
    code, name, country, number = (sheet.text(row, j) for j in range(_WIOD_LABELS))
    if country not in {"", "TOT"}:
        return Line(row, f"{country}_{code or number}", "sector", name)
    mark = next((text for text in (code, number) if text in _WIOD_ROWS), "")
    said = None if code else role_of(name, "row")
    known = None if number in _WIOD_MARGINS and said else _WIOD_ROWS.get(mark)
    role = known or said or "sector"
    role = "value_added" if role == "value_added_total" else role
    return Line(row, mark or code or number or name, role, name)


def looks_wiod_national(sheet: Sheet) -> bool:
    """Say whether a sheet stacks years of a national table."""
    return [text for _, head in sheet.heads(1, 4) for text in head] == [
        "Year", "Code", "Description", "Origin"]  # fmt: skip


def arrange_wiod_national(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of one year of a national table of WIOD is.

    Rows of origin Domestic are the flows, rows of origin Imports stand apart.
    """
    if not looks_wiod_national(sheet):
        raise DataError(
            f"{sheet.title}: no header Year, Code, Description, Origin in its first row"
        )
    header = sheet.texts(0)
    years: dict[int, list[int]] = {}
    for i in range(1, len(sheet.rows)):
        text = sheet.text(i, 0)
        if text.isdigit():
            years.setdefault(int(text), []).append(i)
    year = _pick_year(sheet, list(years), options.year)
    columns = []
    for j in range(4, len(header)):
        if header[j]:
            kind = "output" if header[j] in _WIOD_OUTPUT else (
                "final_demand" if _WIOD_DEMAND.fullmatch(header[j]) else "sector")  # fmt: skip
            columns.append(Line(j, header[j], kind))
    lines = []
    for i in years[year]:
        code, name, origin = (sheet.text(i, j) for j in (1, 2, 3))
        abroad = origin == "Imports"
        role = "imported" if abroad else _WIOD_ROWS.get(code, "sector")
        role = "sector" if origin == "Domestic" else role
        lines.append(Line(i, code, role, name, printed=f"{code} (Imports)" if abroad else code))
    numbers = Numbers.of(sheet, (1, 4), options)
    return Arrangement(numbers, lines, columns, edition=f"2016 national, {year}")


def _pick_year(sheet: Sheet, years: list[int], wanted: int | None) -> int:
    if not years:
        raise DataError(f"{sheet.title}: no row with a year found")
    span = f"{min(years)} to {max(years)}" if len(years) > 1 else str(years[0])
    if wanted is None and len(years) > 1:
        raise DataError(f"{sheet.title}: holds the years {span}: pass year={max(years)}")
    if wanted is not None and wanted not in years:
        raise DataError(f"{sheet.title}: no year {wanted}; it holds {span}")
    return years[0] if wanted is None else wanted


# --- FIGARO ---------------------------------------------------------------------------------------

_FIGARO_DEMAND = re.compile(r"\w+?_(?:P3_\w+|P3|P5\w*|P6\w*)")
_FIGARO_TAXES = re.compile(r"(?:W\d_)?(?:D21X31|OP_RES|OP_NRES)")
_FIGARO_VALUE = re.compile(r"W\d_\w+|D\d\w*|B2A3G")
_FLAT_COLUMNS = 7


def looks_figaro(sheet: Sheet) -> bool:
    """Say whether a sheet is a matrix of FIGARO or lists its cells."""
    rows = _body(sheet)
    if not rows:
        return False
    header = sheet.texts(rows[0])
    if _is_flat(header):
        return True
    marks = {sheet.text(i, 0) for i in rows[1:]}
    return (header[0] == "rowLabels" or any(m.startswith("W2_") for m in marks)) and any(
        map(_FIGARO_DEMAND.fullmatch, header)
    )


def _is_flat(header: list[str]) -> bool:
    return len(header) == _FLAT_COLUMNS and header[2] == "refArea"


def arrange_figaro(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of a FIGARO matrix is; output is the row sum."""
    rows = _filled(sheet)
    if _is_flat(sheet.texts(rows[0])):
        sheet = _spread(sheet, rows)
        rows = _filled(sheet)
    _check_widths(sheet, rows)
    columns = [
        Line(j, text, "final_demand" if _FIGARO_DEMAND.fullmatch(text) else "sector")
        for j, text in _used(sheet, rows)
    ]
    across = {line.label for line in columns}
    lines = []
    for i in rows[1:]:
        mark = sheet.text(i, 0)
        value = _FIGARO_VALUE.fullmatch(mark) and mark not in across
        role = "taxes" if _FIGARO_TAXES.fullmatch(mark) else "value_added" if value else "sector"
        lines.append(Line(i, mark, role))
    return Arrangement(Numbers.of(sheet, (rows[0] + 1, 1), options), lines, columns)


def _spread(sheet: Sheet, rows: list[int]) -> Sheet:
    """Spread a flat file: a cell that is not listed is zero, none may be listed twice."""
    across: dict[str, int] = {}
    down: dict[str, int] = {}
    ii, jj, values = [], [], []
    for i in rows[1:]:
        row = sheet.rows[i]
        if len(row) != _FLAT_COLUMNS:
            raise DataError(f"{sheet.title}: line {i + 1}: {_FLAT_COLUMNS} cells expected")
        _, _, area, item, partner, use, value = (row[k] for k in range(_FLAT_COLUMNS))
        ii.append(down.setdefault(f"{label(area)}_{label(item)}", len(down)))
        jj.append(across.setdefault(f"{label(partner)}_{label(use)}", len(across)))
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not np.isfinite(number):
            raise DataError(f"{sheet.title}: line {i + 1}: {value!r} is no finite number")
        values.append(number)
    keys = np.array(ii, dtype=np.int64) * len(across) + np.array(jj, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    twice = np.flatnonzero(np.diff(keys[order]) == 0)
    if len(twice):
        i = int(order[twice[0] + 1])
        names = (list(down)[ii[i]], list(across)[jj[i]])
        raise DataError(f"{sheet.title}: line {rows[i + 1] + 1}: {names[0]}, {names[1]} twice")
    matrix = np.zeros((len(down), len(across)))
    matrix[ii, jj] = values
    spread: list[Row] = [["", *across], *map(PackedRow, ([name] for name in down), matrix)]
    return Sheet(sheet.file, sheet.name, spread)


# --- A country out of a world table ---------------------------------------------------------------


def cut_country(frames: IOFrames, country: str, file: str) -> IOFrames:
    """Cut a national table out of a world table with labels country_code.

    Flows among the country's sectors; what other countries sell to it is the import block, by
    product; what it sells abroad are two columns of exports, of inputs and for final use.
    """
    split = [str(name).partition("_") for name in frames.Z.index]
    home = _home(split, country, file)
    codes = [rest for first, _, rest in split if first == country]
    products = [rest for first, _, rest in split if first != country]
    final = frames.final_demand
    own = np.array(
        [country in {n.partition("_")[0], n.rpartition("_")[2]} for n in map(str, final)]
    )
    if not own.any():
        raise DataError(f"{file}: no column of final demand of {country!r} found")
    ends = re.compile(f"^{re.escape(country)}_|_{re.escape(country)}$")
    names = [ends.sub("", str(name), count=1) for name in final.columns[own]]
    Z, F = frames.Z.to_numpy(), final.to_numpy()
    index = pd.Index(codes, name="sector")
    demand = pd.DataFrame(F[np.ix_(home, own)], index, names)
    demand["exports_of_inputs"] = Z[np.ix_(home, ~home)].sum(axis=1)
    demand["exports_for_final_use"] = F[np.ix_(home, ~own)].sum(axis=1)
    places = np.flatnonzero(home)
    value = frames.value_added.iloc[:, places].set_axis(codes, axis=1)
    paid = value.to_numpy().any(axis=1)
    levied, taxes = frames.taxes, None
    if levied is not None:
        paid_finally = levied[1].iloc[:, np.flatnonzero(own)].set_axis(names, axis=1)
        taxes = levied[0].iloc[:, places].set_axis(codes, axis=1), _paid(paid_finally, demand)
    note = f"{country} cut out of a world table, imports by product from the other countries"
    return replace(
        frames,
        Z=pd.DataFrame(Z[np.ix_(home, home)], index, codes),
        final_demand=demand,
        value_added=value.iloc[np.flatnonzero(paid)] if paid.any() else value,
        output=None if frames.output is None else frames.output.iloc[places].set_axis(index),
        imports=(
            _by_product(Z[np.ix_(~home, home)], products, codes),
            _paid(_by_product(F[np.ix_(~home, own)], products, names), demand),
        ),
        taxes=taxes,
        name=f"{frames.name}, {country}",
        source=replace(frames.source, country=country).with_notes(recognised=(note,)),
    )


def _home(split: list[tuple[str, str, str]], country: str, file: str) -> NDArray[np.bool_]:
    """Return which sectors are the country's."""
    countries = list(dict.fromkeys(first for first, mark, _ in split if mark))
    if len(countries) < 2:
        raise DataError(f"{file}: country={country!r} asked for, but the labels are of one economy")
    if country not in countries:
        hint = nearest(country, countries) or f" it has {', '.join(countries[:60])}"
        raise DataError(f"{file}: no country {country!r};{hint}")
    return np.array([first == country for first, _, _ in split])


def _by_product(values: Array, products: list[str], columns: list[str]) -> pd.DataFrame:
    """Add up what all other countries sell of each product."""
    frame = pd.DataFrame(values, products, columns).groupby(level=0, sort=False).sum()
    return frame.rename_axis("product")


def _paid(paid: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    """Give a block of final use the columns of exports, which it does not pay."""
    return paid.reindex(columns=demand.columns, fill_value=0.0)

"""Inter-country and national tables of OECD, WIOD, ADB and FIGARO, and a country cut out of them.

Labels are ``country_code``. Their rows below the sectors are taxes less subsidies on products,
adjustments and margins, which are kept apart, and value added.
"""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.datasets.readers.assembly import Arrangement, Line, Numbers, Record
from quesnay.datasets.readers.cells import NumberStyle, number_style, role_of
from quesnay.datasets.readers.containers import PackedRow, Sheet, label
from quesnay.datasets.readers.options import ReadOptions
from quesnay.datasets.tables import IOFrames, TableSource
from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError, nearest

__all__ = [
    "arrange_figaro",
    "arrange_figaro_flat",
    "arrange_oecd",
    "arrange_wiod",
    "arrange_wiod_national",
    "cut_country",
    "looks_figaro",
    "looks_figaro_flat",
    "looks_oecd",
    "looks_wiod",
    "looks_wiod_national",
    "merge_regions",
]


def _style(sheet: Sheet, options: ReadOptions, corner: tuple[int, int]) -> NumberStyle:
    return number_style(
        sheet, corner, decimal=options.decimal, thousands=options.thousands, zeros=options.zeros
    )


def _filled_rows(sheet: Sheet) -> list[int]:
    """Return the rows that are not blank."""
    return [
        i
        for i, row in enumerate(sheet.rows)
        if isinstance(row, PackedRow) or any(str(cell).strip() for cell in row)
    ]


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


def looks_oecd(sheet: Sheet) -> str | None:
    """Return "oecd" of a national table, "oecd_icio" of an inter-country one, or None."""
    rows = _filled_rows(sheet)
    if len(rows) < 3:
        return None
    header = [text for text in sheet.texts(rows[0])[1:] if text]
    marks = [label(sheet.cell(i, 0)) for i in rows[1:]]
    demand = [text for text in header if _OECD_DEMAND.fullmatch(text) or text == "IMPO"]
    value = [mark for mark in marks if _OECD_VALUE.fullmatch(mark)]
    if not demand or not value:
        return None
    if any(_NATIONAL.fullmatch(mark) for mark in marks):
        return "oecd"
    pairs = [text for text in header if re.fullmatch(r"[A-Z]{2}[A-Z0-9]_[A-Z].*", text)]
    return (
        "oecd_icio"
        if len(pairs) >= max(1, len(header) // 2)
        else ("oecd" if {"VALU", "TXS_INT_FNL"} & set(marks) else None)
    )


def arrange_oecd(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of a table of the OECD is, national or inter-country.

    National rows carry ``TTL_``, ``DOM_`` or ``IMP_``, their columns D or nothing; the last two
    are kept apart. The inter-country edition of 2016 gives value added and taxes in one row, which
    is recorded.
    """
    rows = _filled_rows(sheet)
    if not rows:
        raise DataError(f"{sheet.title}: no header row found; the sheet is empty")
    header = sheet.texts(rows[0])
    numbers = Numbers(sheet, _style(sheet, options, (rows[0] + 1, 1)))
    record = Record()
    columns = [Line(j, header[j], _oecd_column(header[j])) for j in range(1, len(header))]
    keys = {re.sub(r"^D(?=\d)", "", c.label): c.label for c in columns if c.role == "sector"}
    lines = []
    for i in rows[1:]:
        mark = label(sheet.cell(i, 0))
        role, prefix, key = _oecd_row(mark, keys)
        lines.append(Line(i, keys.get(key, key), role, printed=mark))
        if mark == "VA+TAXSUB":
            record.assumed.append("row 'VA+TAXSUB': value added and taxes on products in one row")
        if prefix == "DOM":
            columns = [replace(c, role="drop") if c.role == "imports" else c for c in columns]
    _check_widths(sheet, rows)
    national = any(line.printed != line.label and line.role == "sector" for line in lines)
    edition = _oecd_edition(lines, columns, national)
    return Arrangement(
        numbers,
        lines,
        columns,
        unit=options.unit or "million US dollars",
        edition=edition,
        tolerance=1e-2,
        rounding=0.06,
        record=record,
    )


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
    if mark in keys or re.sub(r"^D(?=\d)", "", mark) in keys:
        return "sector", "", re.sub(r"^D(?=\d)", "", mark)
    if _OECD_TAXES.fullmatch(mark):
        return "taxes", "", mark
    if _OECD_VALUE.fullmatch(mark):
        return "value_added", "", mark
    found = _NATIONAL.fullmatch(mark)
    if found:
        key = re.sub(r"^D(?=\d)", "", found[2])
        return ("imported" if found[1] == "IMP" else "sector"), found[1], key
    return "sector", "", mark


def _oecd_edition(lines: list[Line], columns: list[Line], national: bool) -> str:
    labels = {line.label for line in columns}
    if not national:
        return "2016" if any(line.printed == "VA+TAXSUB" for line in lines) else ""
    return "2018 or 2021" if any(re.match(r"D?\d", name) for name in labels) else "2025"


def _check_widths(sheet: Sheet, rows: list[int]) -> None:
    width = len(sheet.rows[rows[0]])
    for i in rows[1:]:
        if len(sheet.rows[i]) != width:
            raise DataError(
                f"{sheet.title}: row {label(sheet.cell(i, 0))!r} has {len(sheet.rows[i])} cells; "
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
    order = list(dict.fromkeys(groups))

    def rows(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.groupby(groups, sort=False).sum().loc[order]

    def columns(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.T.groupby(groups, sort=False).sum().T[order]

    taxes = frames.taxes
    source = frames.source
    if source is not None:
        source = source.with_notes(assumed=("CN1, CN2 joined to CHN and MX1, MX2 to MEX",))
    return replace(
        frames,
        Z=columns(rows(frames.Z)),
        final_demand=rows(frames.final_demand),
        value_added=columns(frames.value_added),
        output=None
        if frames.output is None
        else rows(frames.output.to_frame())[
            frames.output.name if frames.output.name is not None else 0
        ],
        taxes=None if taxes is None else (columns(taxes[0]), taxes[1]),
        source=source,
    )


# --- WIOD and ADB ---------------------------------------------------------------------------------

_WIOD_LABELS = 4
_WIOD_NUMBER = re.compile(r"(?:c\d+|F\d|Total|total)")
_WIOD_ROWS = {
    "II_fob": "total",
    "r60": "total",
    "TXSP": "taxes",
    "r99": "taxes",
    "EXP_adj": "taxes",
    "r61": "taxes",
    "PURR": "taxes",
    "r62": "taxes",
    "PURNR": "taxes",
    "r63": "taxes",
    "VA": "value_added",
    "r64": "value_added",
    "IntTTM": "taxes",
    "r65": "taxes",
    "r66": "taxes",
    "r67": "taxes",
    "r68": "taxes",
    "trs": "taxes",
    "GO": "output",
    "r69": "output",
}
_WIOD_DEMAND = re.compile(r"(?:CONS_h|CONS_np|CONS_g|GFCF|INVEN|EXP|c3[789]|c4[12]|F\d)")
_WIOD_OUTPUT = {"GO", "c43", "Total"}


def looks_wiod(sheet: Sheet) -> bool:
    """Say whether four header rows of codes, names, countries and numbers stand over the table."""
    return _wiod_header(sheet) is not None


def _wiod_header(sheet: Sheet) -> int | None:
    """Return the row of numbers (c1, c2 ...), the last of the four header rows."""
    for i in range(3, min(20, len(sheet.rows))):
        if isinstance(sheet.rows[i], PackedRow):
            return None
        cells = [text for text in sheet.texts(i)[_WIOD_LABELS:] if text]
        if len(cells) > 1 and sum(bool(_WIOD_NUMBER.fullmatch(c)) for c in cells) == len(cells):
            return i
    return None


def arrange_wiod(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of a world table of WIOD or ADB is.

    Labels become country_code (AUS_A01, AUS_CONS_h; 2013: AUS_AtB, AUS_c37); rows of no country
    are taxes, adjustments, margins (kept apart) and value added.
    """
    last = _wiod_header(sheet)
    if last is None:
        raise DataError(
            f"{sheet.title}: no header row found: four rows of codes, names, countries and numbers "
            "(c1, c2 ...) are expected; is the layout 'wiod'?"
        )
    codes, names, countries, numbers_row = (sheet.texts(i) for i in range(last - 3, last + 1))
    width = max(len(codes), len(names), len(countries), len(numbers_row))
    padded = [row + [""] * (width - len(row)) for row in (codes, names, countries, numbers_row)]
    adb = any(re.fullmatch(r"F\d", text) for text in padded[3])
    columns = []
    for j in range(_WIOD_LABELS, width):
        code, name, country, number = (row[j] for row in padded)
        columns.append(_wiod_column(j, (code, name, country, number)))
    numbers = Numbers(sheet, _style(sheet, options, (last + 1, _WIOD_LABELS)))
    record = Record()
    lines = [
        line
        for i in range(last + 1, len(sheet.rows))
        if (line := _wiod_row(numbers, i, columns)) is not None
    ]
    columns = [c for c in columns if c.role != "drop"]
    return Arrangement(
        numbers,
        lines,
        columns,
        unit=options.unit or "million US dollars",
        edition="ADB" if adb else "2016" if any("CONS_h" in c.label for c in columns) else "2013",
        tolerance=1e-3,
        rounding=0.06,
        record=record,
    )


def _wiod_column(place: int, marks: tuple[str, str, str, str]) -> Line:
    code, name, country, number = marks
    text = code or number
    if not any(marks):
        return Line(place, "", "drop")
    if (
        text in _WIOD_OUTPUT
        or number in _WIOD_OUTPUT
        or (not country and role_of(name, "column") == "output")
    ):
        return Line(place, text or name, "output")
    kind = (
        "final_demand"
        if _WIOD_DEMAND.fullmatch(text) or _WIOD_DEMAND.fullmatch(number)
        else "sector"
    )
    full = text if country in {"", "TOT"} else f"{country}_{text}"
    return Line(place, full, kind, name)


def _wiod_row(numbers: Numbers, row: int, columns: list[Line]) -> Line | None:
    sheet = numbers.sheet
    code, name, country, number = (label(sheet.cell(row, j)) for j in range(_WIOD_LABELS))
    if not numbers.filled(row, [c.place for c in columns if c.role == "sector"]):
        return None
    if country not in {"", "TOT"}:
        full = f"{country}_{code or number}"
        return Line(row, full, "sector", name)
    mark = code if code in _WIOD_ROWS else number if number in _WIOD_ROWS else ""
    said = None if code else role_of(name, "row")
    known = None if number in {"r65", "r66", "r67", "r68"} and said else _WIOD_ROWS.get(mark)
    role = known or said or "sector"
    role = {"value_added_total": "value_added"}.get(role, role)
    return Line(row, mark or code or number or name, role, name)


def looks_wiod_national(sheet: Sheet) -> bool:
    """Say whether a sheet stacks years of a national table."""
    if not sheet.rows or isinstance(sheet.rows[0], PackedRow):
        return False
    return sheet.texts(0, min(4, len(sheet.rows[0]))) == ["Year", "Code", "Description", "Origin"]


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
        text = label(sheet.cell(i, 0))
        if text.isdigit():
            years.setdefault(int(text), []).append(i)
    year = _pick_year(sheet, list(years), options.year)
    columns = []
    for j in range(4, len(header)):
        if header[j]:
            kind = "output" if header[j] in _WIOD_OUTPUT else (
                "final_demand" if _WIOD_DEMAND.fullmatch(header[j]) else "sector")  # fmt: skip
            columns.append(Line(j, header[j], kind, label(sheet.cell(1, j))))
    lines = []
    for i in years[year]:
        code, name, origin = (label(sheet.cell(i, j)) for j in (1, 2, 3))
        abroad = origin == "Imports"
        role = "imported" if abroad else _WIOD_ROWS.get(code, "sector")
        role = "sector" if origin == "Domestic" else role
        lines.append(Line(i, code, role, name, printed=f"{code} (Imports)" if abroad else code))
    record = Record()
    return Arrangement(
        Numbers(sheet, _style(sheet, options, (1, 4))),
        lines,
        columns,
        unit=options.unit or "million US dollars",
        edition=f"2016 national, {year}",
        tolerance=1e-3,
        rounding=1e-3,
        record=record,
    )


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
    """Say whether a sheet is a matrix of FIGARO."""
    rows = _filled_rows(sheet)
    if not rows:
        return False
    header = sheet.texts(rows[0])
    marks = {label(sheet.cell(i, 0)) for i in rows[1:]}
    return (header[0] == "rowLabels" or any(m.startswith("W2_") for m in marks)) and any(
        _FIGARO_DEMAND.fullmatch(text) for text in header
    )


def looks_figaro_flat(sheet: Sheet) -> bool:
    """Say whether a sheet lists the cells of a FIGARO table."""
    rows = _filled_rows(sheet)
    if not rows:
        return False
    header = sheet.texts(rows[0])
    return len(header) == _FLAT_COLUMNS and header[2] == "refArea"


def arrange_figaro(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column of a FIGARO matrix is; output is the row sum."""
    rows = _filled_rows(sheet)
    if not rows:
        raise DataError(f"{sheet.title}: no header row found; the sheet is empty")
    header = sheet.texts(rows[0])
    _check_widths(sheet, rows)
    columns = [
        Line(j, text, "final_demand" if _FIGARO_DEMAND.fullmatch(text) else "sector")
        for j, text in enumerate(header)
        if j
    ]
    across = {line.label for line in columns}
    lines = []
    for i in rows[1:]:
        mark = label(sheet.cell(i, 0))
        value = _FIGARO_VALUE.fullmatch(mark) and mark not in across
        role = "taxes" if _FIGARO_TAXES.fullmatch(mark) else "value_added" if value else "sector"
        lines.append(Line(i, mark, role))
    return Arrangement(
        Numbers(sheet, _style(sheet, options, (rows[0] + 1, 1))),
        lines,
        columns,
        unit=options.unit or "million euro",
        tolerance=1e-3,
        rounding=5e-3,
        record=Record(),
    )


def arrange_figaro_flat(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Spread a flat file: a cell that is not listed is zero, none may be listed twice."""
    rows = _filled_rows(sheet)
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
        values.append(_flat_value(value, sheet, i))
    keys = np.array(ii, dtype=np.int64) * max(len(across), 1) + np.array(jj, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    twice = np.flatnonzero(np.diff(keys[order]) == 0)
    if len(twice):
        i = int(order[twice[0] + 1])
        names = (list(down)[ii[i]], list(across)[jj[i]])
        raise DataError(f"{sheet.title}: line {rows[i + 1] + 1}: {names[0]}, {names[1]} twice")
    matrix = np.zeros((len(down), len(across)))
    matrix[ii, jj] = values
    spread: list[list[str | float] | PackedRow] = [["", *across]]
    spread += [PackedRow([name], matrix[k]) for k, name in enumerate(down)]
    return arrange_figaro(Sheet(sheet.file, sheet.name, spread), options)


def _flat_value(cell: str | float, sheet: Sheet, row: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise DataError(f"{sheet.title}: line {row + 1}: {cell!r} is no finite number")
    return value


# --- A country out of a world table ---------------------------------------------------------------


def cut_country(frames: IOFrames, country: str, file: str) -> IOFrames:
    """Cut a national table out of a world table.

    Flows among the country's sectors; what other countries sell to it is the import block, by
    product; what it sells abroad are two columns of exports, of inputs and for final use.

    Parameters
    ----------
    frames : IOFrames
        World table with labels country_code.
    country : str
        As in the labels.
    file : str
        For messages.

    Raises
    ------
    DataError
        If the labels are of one economy, or the country is not among them.
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
    names = [_own_name(str(n), country) for n in final.columns[own]]
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
        taxes = levied[0].iloc[:, places].set_axis(codes, axis=1), _used(paid_finally, demand)
    note = f"{country} cut out of a world table, imports by product from the other countries"
    source = replace(frames.source or TableSource(file), country=country)
    return replace(
        frames,
        Z=pd.DataFrame(Z[np.ix_(home, home)], index, codes),
        final_demand=demand,
        value_added=value.iloc[np.flatnonzero(paid)] if paid.any() else value,
        output=None if frames.output is None else frames.output.iloc[places].set_axis(index),
        imports=(
            _by_product(Z[np.ix_(~home, home)], products, codes),
            _used(_by_product(F[np.ix_(~home, own)], products, names), demand),
        ),
        taxes=taxes,
        name=f"{frames.name}, {country}",
        source=source.with_notes(recognised=(note,)),
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


def _used(paid: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    """Give a block of final use the columns of exports, which it does not pay."""
    return paid.reindex(columns=demand.columns, fill_value=0.0)


def _own_name(name: str, country: str) -> str:
    return (
        name.removeprefix(f"{country}_")
        if name.startswith(f"{country}_")
        else name.removesuffix(f"_{country}")
    )

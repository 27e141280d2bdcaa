"""Layout "quesnay": one grid as people have it, and the grids of offices that are laid out alike.

A label that stands in a row and in a column is a sector; other columns are final demand, other
rows value added, unless their words say otherwise (totals, output, imports, taxes on products).
Title rows above, code and name columns beside, notes below, a second table further down: all are
found from where the sectors stand. The tables of ONS, ABS and the Banco Central de Chile are read
by the same rules with a few codes of their own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quesnay.datasets.readers.assembly import Arrangement, Line, Numbers, Record
from quesnay.datasets.readers.cells import Role, number_style, role_of, tidy
from quesnay.datasets.readers.containers import Cell, PackedRow, Sheet, label
from quesnay.datasets.readers.options import ReadOptions
from quesnay.datasets.tables import IOFrames, frames_of_blocks
from quesnay.fitting.errors import DataError, nearest

__all__ = ["Place", "arrange_plain", "canonical", "locate", "read_blocks", "unit_of"]

_HEADER_ROWS = 60
_LABEL_COLUMNS = 7
_BLOCKS = {"total", "domestic", "import", "value_added"}
_NEVER_SECTORS = {"total", "output", "imports", "taxes", "value_added_total", "demand_total"}
_UNIT = re.compile(
    r"(?:[^()（）]*\b)?(?:(?:hundred )?(?:millions?|billions?|thousands?|trillions?)\b|£|miles? de"
    r"|valores|mio\b|crore|lakh|万元|亿元|百万|千元|万 元).{0,40}",
    re.IGNORECASE,
)
_TWO_MEANINGS = re.compile(r"capital|labou?r|surplus|tax")  # income, or what is bought
_AMBIGUOUS_TAXES = {"taxes", "tax", "net taxes", "indirect taxes", "taxes less subsidies"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the sectors of a sheet stand.

    Parameters
    ----------
    header, column : int
        Row and column of their labels.
    first_row, first_column : int
        Where the numbers begin.
    stop : int
        Row after the last that belongs to the table.
    sectors : dict of str to int
        Key of each sector -> its column.
    """

    header: int
    column: int
    first_row: int
    first_column: int
    stop: int
    sectors: dict[str, int]


def canonical(text: str) -> str:
    """Return what makes two labels the same: codes differ by leading zeros in some workbooks."""
    text = label(text)
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() else text


def locate(
    sheet: Sheet,
    row_key: Callable[[str], str] = canonical,
    column_key: Callable[[str], str] = canonical,
) -> Place:
    """Find the header row and the label column with the most labels in common.

    Parameters
    ----------
    sheet : Sheet
        Cells.
    row_key, column_key : callable
        What of a label must agree.

    Raises
    ------
    DataError
        If no label stands in a row and in a column.
    """
    marks = _marks(sheet, row_key)
    best: tuple[int, int] | None = None
    most = 0.0
    for h in range(min(_HEADER_ROWS, len(sheet.rows))):
        texts = sheet.texts(h)
        if isinstance(sheet.rows[h], PackedRow) or len({t for t in texts if t}) < 2:
            continue
        for c in range(_LABEL_COLUMNS):
            below = {key for key, rows in marks[c].items() if rows[-1] > h}
            same = [t for t in set(texts[c + 1 :]) if t and column_key(t) in below]
            # numbers may agree by chance: codes of digits count half, other numbers nothing
            count = sum(0.5 if t.isdigit() else float(not _numeric(t)) for t in same)
            if count > most:
                best, most = (h, c), count
    if best is None:
        raise _no_table(sheet)
    place = _place(sheet, *best, row_key, column_key)
    codes = _codes_beside(sheet, place)
    return place if codes is None else _place(sheet, *codes, row_key, column_key)


def _codes_beside(sheet: Sheet, place: Place) -> tuple[int, int] | None:
    """Return where codes of digits stand beside the names of the same sectors, or None."""
    rows = {key: i for i in range(place.stop - 1, place.first_row - 1, -1)
            if (key := canonical(label(sheet.cell(i, place.column)))) in place.sectors}  # fmt: skip
    above = range(max(0, place.first_row - 8), place.first_row)
    for h in (i for i in above if not isinstance(sheet.rows[i], PackedRow)):
        for c in range(place.first_column):
            pairs = [
                (label(sheet.cell(h, j)), label(sheet.cell(rows[key], c)))
                for key, j in place.sectors.items()
                if key in rows
            ]
            if (h, c) != (place.header, place.column) and pairs and all(
                a.isdigit() and canonical(a) == canonical(b) for a, b in pairs
            ):  # fmt: skip
                return h, c
    return None


def _marks(sheet: Sheet, row_key: Callable[[str], str]) -> list[dict[str, list[int]]]:
    marks: list[dict[str, list[int]]] = [{} for _ in range(_LABEL_COLUMNS)]
    for i, row in enumerate(sheet.rows):
        for c in range(min(_LABEL_COLUMNS, len(row))):
            text = label(row[c])
            if text:
                marks[c].setdefault(row_key(text), []).append(i)
    return marks


def _no_table(sheet: Sheet) -> DataError:
    filled = [i for i in range(len(sheet.rows)) if any(sheet.texts(i, min(len(sheet.rows[i]), 8)))]
    if not filled:
        return DataError(f"{sheet.title}: no header row found; the sheet is empty")
    if len(filled) == 1:
        return DataError(f"{sheet.title}: no rows under the header")
    return DataError(
        f"{sheet.title}: no label stands in a row and in a column; no table (is it the right "
        "sheet, and are sectors named alike in rows and columns?)"
    )


def _place(
    sheet: Sheet,
    h: int,
    c: int,
    row_key: Callable[[str], str],
    column_key: Callable[[str], str],
) -> Place:
    below: dict[str, int] = {}
    for i in range(h + 1, len(sheet.rows)):
        text = label(sheet.cell(i, c))
        if text:
            below.setdefault(row_key(text), i)
    header = sheet.texts(h)
    sectors: dict[str, int] = {}
    for j in range(c + 1, len(header)):
        key = column_key(header[j]) if header[j] else ""
        if key in below and not _is_total(header[j]):
            if key in sectors:
                first = min(sectors.values()) - 1
                raise DataError(
                    f"{sheet.title}: column {header[j]!r} stands twice, at {sectors[key] - first} "
                    f"and {j - first}"
                )
            sectors[key] = j
    rows = [below[key] for key in sectors]
    sectors = {k: j for k, j in sectors.items() if any(_is_number(sheet.cell(i, j)) for i in rows)}
    if not sectors:
        raise _no_table(sheet)
    first_row = min(below[key] for key in sectors)
    first_column = min(sectors.values())
    while first_column - 1 > c and _is_data(sheet, first_column - 1, below, sectors, header):
        first_column -= 1
    return Place(
        h, c, first_row, first_column, _stop(sheet, h, first_row, sectors, column_key), sectors
    )


def _is_total(text: str) -> bool:
    """Tell a word that names no sector even where it stands in a row and in a column."""
    if len(tidy(text)) < 2:
        return False
    return any(role_of(text, axis) in _NEVER_SECTORS for axis in ("row", "column"))


def _is_data(
    sheet: Sheet, column: int, below: dict[str, int], sectors: dict[str, int], header: list[str]
) -> bool:
    """Tell a column of numbers left of the first sector from one of labels."""
    cells = [sheet.cell(below[key], column) for key in sectors]
    numeric = [_is_number(cell) for cell in cells]
    return bool(header[column]) and all(numeric) and role_of(header[column], "column") is not None


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, float) or bool(
        re.fullmatch(r"[(+-]?\d[\d.,'\s]*(?:[eE][+-]?\d+)?\)?", cell.strip())
    )


def _numeric(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _stop(
    sheet: Sheet,
    h: int,
    first_row: int,
    sectors: dict[str, int],
    column_key: Callable[[str], str],
) -> int:
    """Return where a second table begins: its header repeats the labels of the first."""
    for i in range(max(first_row, h) + 1, len(sheet.rows)):
        row = sheet.rows[i]
        if isinstance(row, PackedRow):
            continue
        texts = {key: label(row[j]) for key, j in sectors.items() if j < len(row)}
        same = sum(1 for key, text in texts.items() if text and column_key(text) == key)
        if same > 1 and same >= 0.8 * len(sectors):
            return i
    return len(sheet.rows)


def unit_of(sheet: Sheet, stop: int) -> str | None:
    """Return the unit that a title row states, or None."""
    for i in range(min(stop, 12)):
        for cell in sheet.texts(i, min(len(sheet.rows[i]), 6)):
            for part in re.split(r"[,，;]", cell) if len(cell) > 80 else [cell]:
                text = part.strip()
                bracket = re.search(r"[(（]([^()（）]*)[)）]\s*$", text)
                for words in (bracket[1], text) if bracket else (text,):
                    if len(words) <= 60 and _UNIT.fullmatch(words.strip()):
                        return re.sub(r"^(?:单位|unit)\s*[:：]\s*", "", words.strip(), flags=re.I)
    return None


def arrange_plain(
    sheet: Sheet,
    options: ReadOptions,
    *,
    codes: dict[str, Role] | None = None,
    unit: str = "unit not stated",
    tolerance: float = 1e-6,
    rounding: float = 0.0,
    place: Place | None = None,
) -> Arrangement:
    """Say what each row and column of a grid is.

    Parameters
    ----------
    sheet : Sheet
        Cells.
    options : ReadOptions
        What the user said.
    codes : dict of str to Role, optional
        What an office's own codes mean.
    unit : str
        Where neither the user nor the file says.
    tolerance, rounding : float
        Of totals; see :class:`~quesnay.datasets.readers.assembly.Arrangement`.
    place : Place, optional
        Where the sectors stand, if known.

    Raises
    ------
    DataError
        If there is no table, a row is longer or shorter than the header, or labels are at fault.
    """
    place = place or locate(sheet)
    _check_widths(sheet, place)
    style = number_style(
        sheet,
        (place.first_row, place.first_column),
        decimal=options.decimal,
        thousands=options.thousands,
        zeros=options.zeros,
    )
    numbers = Numbers(sheet, style)
    record = Record()
    columns = _columns(numbers, place, options, codes or {})
    rows = _rows(numbers, place, (options.roles, codes or {}), columns, record)
    _check_roles(sheet, options, [*rows, *columns])
    _check_transposed(sheet, rows, columns)
    stated = options.unit or unit_of(sheet, place.header)
    if stated and not options.unit:
        record.assumed.append(f"unit {stated!r}, from the title")
    return Arrangement(
        numbers,
        rows,
        columns,
        unit=stated or unit,
        tolerance=tolerance,
        rounding=rounding,
        plain=True,
        record=record,
    )


def _check_widths(sheet: Sheet, place: Place) -> None:
    width = len(sheet.rows[place.header])
    if not sheet.delimiter:
        return
    for i in range(place.header + 1, place.stop):
        row = sheet.rows[i]
        if len(row) == width:
            continue
        texts = sheet.texts(i)
        if not any(texts[1:]):
            continue
        if len(row) > width and not any(texts[width:]):
            continue
        if _is_note(sheet, place, i):
            continue
        raise DataError(
            f"{sheet.title}: row {i - place.header} under the header ({label(row[0])!r}) has "
            f"{len(row)} cells; {width} expected, as the header has; put a label that holds a "
            f"{sheet.delimiter!r} in quotation marks"
        )


def _is_note(sheet: Sheet, place: Place, row: int) -> bool:
    """Tell a line of text below a table, split where it has commas, from a row cut short."""
    cells = sheet.rows[row]
    return (
        bool(sheet.delimiter)
        and len(cells) != len(sheet.rows[place.header])
        and canonical(label(sheet.cell(row, place.column))) not in place.sectors
        and not any(_is_number(cells[j]) for j in range(place.first_column, len(cells)))
    )


def _columns(
    numbers: Numbers, place: Place, options: ReadOptions, codes: dict[str, Role]
) -> list[Line]:
    sheet = numbers.sheet
    keys = {j: key for key, j in place.sectors.items()}
    body = [i for i in range(place.first_row, place.stop) if not _is_note(sheet, place, i)]
    width = max(len(sheet.rows[i]) for i in (*range(place.header, place.first_row), *body))
    above = range(place.header - 1, max(-1, place.header - 5), -1)
    extra = [*range(place.header + 1, place.first_row), *above]
    out = []
    for j in range(place.first_column, width):
        code = label(sheet.cell(place.header, j))
        others = [label(sheet.cell(i, j)) for i in extra]
        names = [text for text in others if text and not _numeric(text)]
        if j in keys:
            said = options.roles.get(code)
            out.append(Line(j, code, said or "sector", names[0] if names else ""))
            continue
        if not any(_has_number(sheet, i, j) for i in body):
            continue
        title = code or (names[0] if names else "")
        role = options.roles.get(title) or codes.get(code)
        candidates = [*names, code] if code else names
        role = role or next((r for t in candidates if (r := role_of(t, "column"))), None)
        shown = title if not code or not names or role_of(code, "column") else code
        out.append(
            Line(j, shown, role or ("final_demand" if title else "unlabelled"), printed=title)
        )
    return out


def _has_number(sheet: Sheet, row: int, column: int) -> bool:
    cell = sheet.cell(row, column)
    return isinstance(cell, float) or bool(cell.strip())


def _rows(
    numbers: Numbers,
    place: Place,
    roles: tuple[Mapping[str, Role], dict[str, Role]],
    columns: list[Line],
    record: Record,
) -> list[Line]:
    given, codes = roles
    sheet = numbers.sheet
    own = [line.place for line in columns if line.role == "sector"]
    uses = [line.place for line in columns if line.role in {"final_demand", "imports"}]
    header = sheet.texts(place.header)
    out = []
    for i in range(place.first_row, place.stop):
        texts = [label(sheet.cell(i, j)) for j in range(place.first_column)]
        code = texts[place.column]
        names = [t for j, t in enumerate(texts) if t and j != place.column and not _numeric(t)]
        column = place.sectors.get(canonical(code)) if code else None
        if column is not None:
            said, name = given.get(code, "sector"), names[-1] if names else ""
            out.append(Line(i, header[column], said, name, printed=code))
            continue
        filled = numbers.filled(i, own) or (uses and numbers.filled(i, uses))
        if not filled or _is_note(sheet, place, i):
            continue  # a note, a heading, an empty row
        title = code or (names[-1] if names else "")
        words = (r for t in [*names[::-1], code] if t and (r := role_of(t, "row")))
        role = given.get(title) or codes.get(code) or next(words, None)
        if role is None and tidy(title) in _AMBIGUOUS_TAXES:
            role = _which_taxes(numbers, i, uses, title, record)
        reserved = role == "value_added" and title in {"imports", "output", "value_added"}
        shown = f"{title} counted as value added" if reserved else title
        role = role or ("value_added" if title else "unlabelled")
        out.append(Line(i, shown, role, printed=title))
    return out


def _which_taxes(numbers: Numbers, row: int, uses: list[int], title: str, record: Record) -> Role:
    """Decide what bare "taxes" are: only those on products are paid by final demand."""
    paid = numbers.block(
        [Line(row, title, "")], [Line(j, "", "") for j in uses], blank=True, lenient=True
    )
    role = "taxes" if paid.any() else "value_added"
    words = "on products, as final demand pays them" if paid.any() else "on production"
    record.assumed.append(f"row {title!r}: {words}")
    return role


def _check_roles(sheet: Sheet, options: ReadOptions, lines: list[Line]) -> None:
    known = {name for line in lines for name in (line.label, line.shown)}
    for key in options.roles:
        if key not in known:
            hint = nearest(key, known)
            raise DataError(f"{sheet.title}: roles: no row or column {key!r};{hint}")


def _check_transposed(sheet: Sheet, rows: list[Line], columns: list[Line]) -> None:
    """Refuse a table turned over: sales stand in rows, inputs in columns."""
    words = {"value_added", "value_added_total"}
    turned = [
        line
        for line in columns
        if line.role == "final_demand" and role_of(line.label, "row") in words
    ]
    used = [
        line
        for line in rows
        if line.role == "value_added" and role_of(line.label, "column") == "final_demand"
    ]
    # one of the two is enough where its word has one meaning and nothing stands on its own side
    if not used and not any(role_of(line.label, "row") in words for line in rows):
        used = [line for line in turned if not _TWO_MEANINGS.search(tidy(line.label))] and [
            line for line in rows if line.role == "value_added"
        ]
    if turned and used:
        raise DataError(
            f"{sheet.title}: the table is transposed: {turned[0].shown!r} is a column and "
            f"{used[0].shown!r} a row; sales stand in rows: transpose it and save again"
        )


def read_blocks(sheet: Sheet, options: ReadOptions, title: str) -> IOFrames | None:
    """Read the blocks of an exported table, or return None where the sheet is not of that kind."""
    rows = [i for i in range(len(sheet.rows)) if any(sheet.texts(i))]
    if len(rows) < 2 or label(sheet.cell(rows[0], 0)) != "block":
        return None
    kinds = [label(sheet.cell(i, 0)) for i in rows[1:]]
    if not set(kinds) <= _BLOCKS:
        return None
    header = sheet.texts(rows[0])[2:]
    marks = [label(sheet.cell(i, 1)) for i in rows[1:]]
    lines = [Line(i, f"{k} {m}", k) for i, k, m in zip(rows[1:], kinds, marks, strict=True)]
    columns = [Line(j, name, "") for j, name in enumerate(header, start=2)]
    own = "domestic" if "domestic" in kinds else "total"
    codes = [m for k, m in zip(kinds, marks, strict=True) if k == own]
    _check_blocks(sheet, lines, columns, codes, kinds)
    numbers = Numbers(sheet, number_style(sheet, (rows[1], 2), zeros=options.zeros))
    flows = [line for line in lines if line.role != "value_added"]
    inside = {"output"}
    values = np.full((len(lines), len(columns)), np.nan)
    place = {line.label: k for k, line in enumerate(columns)}

    def fill(part: list[Line], across: list[Line]) -> None:
        at = np.ix_([lines.index(line) for line in part], [place[c.label] for c in across])
        values[at] = numbers.block(part, across)

    fill(flows, [c for c in columns if c.label not in inside])
    fill([line for line in lines if line.role == own], [c for c in columns if c.label in inside])
    fill([line for line in lines if line.role == "value_added"], [columns[place[c]] for c in codes])
    data = pd.DataFrame(values, columns=header)
    data.insert(0, "block", kinds)
    data.insert(1, "row", marks)
    return frames_of_blocks(
        data, codes, file=sheet.title, unit=options.unit or "unit not stated", name=title
    )


def _check_blocks(
    sheet: Sheet, lines: list[Line], columns: list[Line], codes: list[str], kinds: list[str]
) -> None:
    if not codes or "value_added" not in kinds:
        raise DataError(f"{sheet.title}: expected blocks total (or domestic, import), value_added")
    for found, what in ((lines, "row"), (columns, "column")):
        seen: dict[str, int] = {}
        for k, line in enumerate(found, start=1):
            if line.label in seen:
                raise DataError(
                    f"{sheet.title}: {what} {line.label!r} stands twice, at {seen[line.label]} "
                    f"and {k}"
                )
            seen[line.label] = k
    header = {line.label for line in columns}
    absent = [code for code in codes if code not in header]
    if absent:
        raise DataError(f"{sheet.title}: row {absent[0]!r} has no column of that name")

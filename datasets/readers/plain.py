"""Layout "quesnay": one grid as people have it, and the grids of offices that are laid out alike.

A label that stands in a row and in a column is a sector; other columns are final demand, other
rows value added, unless their words say otherwise (totals, output, imports, taxes on products).
Title rows above, code and name columns beside, notes below, a second table further down: all are
found from where the sectors stand. Tables of offices that are laid out alike are read by the same
rules, some with a few codes or words of their own. Last: a workbook to fill in.
"""

import io
import itertools
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from quesnay.datasets.readers.assembly import Arrangement, Line, Numbers
from quesnay.datasets.readers.cells import DASHES, ReadOptions, Role, role_of, tidy
from quesnay.datasets.readers.containers import Cell, PackedRow, Sheet, label
from quesnay.fitting.errors import DataError, nearest
from quesnay.models.display.write import write_bytes
from quesnay.models.inputs import as_path

_HEADER_ROWS = 60
_LABEL_COLUMNS = 7
_CODE = 0.49  # what a label of digits counts beside one of words: as many words win
_NEVER_SECTORS = {"total", "output", "imports", "taxes", "value_added_total", "demand_total"}
_UNIT = re.compile(
    r"(?:[^()（）]*\b)?(?:(?:hundred )?(?:millions?|billions?|thousands?|trillions?)\b|£|miles? de"
    r"|10,000 (?=(?:yuan|rmb|cny|yen|won)\b)|valores|mio\b|crore|lakh|万元|亿元|百万|千元|万 元)"
    r".{0,40}",
    re.IGNORECASE,
)
_LIKE_NUMBER = re.compile(r"[^\w.,]{0,2}[.,]?\d[\d.,'\u2019_\s]*(?:[eE][+-]?\d+)?\)?")
_DECIMAL = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")
_RAISED = re.compile("[\u00b9\u00b2\u00b3\u2070-\u2079]+$")  # the mark of a footnote
_TWO_MEANINGS = re.compile(r"capital|labou?r|surplus|tax")  # income, or what is bought
_AMBIGUOUS_TAXES = {
    "taxes", "tax", "net taxes", "net tax", "net_tax", "indirect taxes", "taxes less subsidies",
    "impostos", "impuestos", "impôts", "nit", "net indirect taxes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the sectors of a sheet stand."""

    header: int  # row and column of their labels
    column: int
    first_row: int  # where the numbers begin
    first_column: int
    stop: int  # row after the last that belongs to the table
    sectors: dict[str, int]  # key of each sector -> its column
    key: Callable[[str], str]  # what makes two labels the same


def canonical(text: str) -> str:
    """Return what makes two labels the same: codes differ by leading zeros in some workbooks."""
    text = label(text)
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() else text


def _loose(text: str) -> str:
    """Return what makes two labels the same but for capitals, footnote marks and "1.0" for 1.

    Nor do the forms of one letter and the lengths of dashes make a difference.
    """
    plain = unicodedata.normalize("NFKC", _RAISED.sub("", text))
    mark = canonical(plain.translate(DASHES))
    if _numeric(mark):
        return canonical(re.sub(r"(?<=\d)\.0$", "", mark))
    known = any(role_of(mark, axis) for axis in ("row", "column"))
    return mark if known else canonical(tidy(mark)) or mark


def _locate(sheet: Sheet, told: frozenset[str]) -> tuple[Sheet, _Place]:
    """Return where the sectors stand; a label that matches no other exactly may do so loosely.

    Where labels have two levels, such as country and sector, the sheet comes with both in one.
    `told` are the labels of sectors that their words would make totals.
    """
    try:
        place = _located(sheet, canonical, told)
    except DataError as error:
        joined = _joined(sheet)
        try:
            if joined is not None:
                return joined, _located(joined, canonical, told)
            return sheet, _located(sheet, _loose, told)
        except DataError:
            raise error from None
    rows = range(place.header + 1, place.stop)
    below = {canonical(text) for i in rows if (text := sheet.text(i, place.column))}
    across = {canonical(text) for text in sheet.texts(place.header)[place.column + 1 :] if text}
    lone = [[_loose(t) for t in one - other] for one, other in ((below, across), (across, below))]
    alike = set(lone[0]) & set(lone[1])
    twice = any(marks.count(mark) > 1 for marks in lone for mark in alike)
    return sheet, _located(sheet, _loose, told) if alike and not twice else place


def _joined(sheet: Sheet) -> Sheet | None:
    """Join two levels of labels in rows and columns, ``AUS_A01``; None where they do not match."""
    places = range(len(sheet.rows))
    heads = dict(sheet.heads(_HEADER_ROWS))
    best, most = None, 1
    for c in range(1, _LABEL_COLUMNS):
        down = _both([sheet.text(i, c - 1) for i in places], [sheet.text(i, c) for i in places])
        for h in heads:
            if h - 1 not in heads:
                continue
            across = [""] * (c + 1) + _both(heads[h - 1][c + 1 :], heads[h][c + 1 :])
            count = len((set(across) & set(down[h + 1 :])) - {""})
            if count > most:
                best, most = (h, c, across, down), count
    if best is None:
        return None
    h, c, across, down = best
    across = _without_level(across, heads[h - 1], heads[h], set(down[h + 1 :]))
    own = ([sheet.text(i, c - 1) for i in places], [sheet.text(i, c) for i in places])
    down = _without_level(down, *own, set(across))
    rows = list(sheet.rows)
    rows[h - 1], rows[h] = [], list(across)
    for i in places[h + 1 :]:
        cells = rows[i]
        labels = ["" for _ in range(c)] + [down[i]]
        if isinstance(cells, PackedRow):
            rows[i] = PackedRow(labels + cells.labels[c + 1 :], cells.values)
        else:
            rows[i] = [*labels, *cells[c + 1 :]]
    return replace(sheet, rows=rows)


def _without_level(
    joined: list[str], upper: list[str], lower: list[str], sectors: set[str]
) -> list[str]:
    """Return joined labels; one below the last sector that is alone of its name has one level."""
    last = max(k for k, text in enumerate(joined) if text and text in sectors)
    lone = {text for text in lower if text and lower.count(text) == 1}
    levels = itertools.zip_longest(joined, upper, lower, fillvalue="")
    return [
        own if k > last and own in lone and not above else text
        for k, (text, above, own) in enumerate(levels)
    ]


def _both(upper: list[str], lower: list[str]) -> list[str]:
    """Return labels of two levels in one; a merged cell of the upper names those that follow."""
    out, last = [], ""
    for text, own in itertools.zip_longest(upper, lower, fillvalue=""):
        last = text or last
        out.append(f"{last}_{own}" if last and own and not _is_total(own) else own)
    return out


def _located(sheet: Sheet, key: Callable[[str], str], told: frozenset[str]) -> _Place:
    """Find the header row and the label column with the most labels in common."""
    # for each column that may hold labels, the last row of each label
    last: list[dict[str, int]] = [{} for _ in range(_LABEL_COLUMNS)]
    for i in range(len(sheet.rows)):
        for labels, text in zip(last, sheet.texts(i, _LABEL_COLUMNS), strict=False):
            if text:
                labels[key(text)] = i
    best: tuple[int, int] | None = None
    most = 0.0
    for h, texts in sheet.heads(_HEADER_ROWS):
        if len({text for text in texts if text}) < 2:
            continue
        for c in range(_LABEL_COLUMNS):
            below = {mark for mark, row in last[c].items() if row > h}
            same = [t for t in set(texts[c + 1 :]) if t and key(t) in below]
            # numbers may agree by chance: codes count half, other numbers nothing
            number = _CODE * _decimal_codes(texts[c + 1 :], set(same))
            count = sum(
                _CODE if t.isdigit() else number if _numeric(t) else 1.0 for t in map(key, same)
            )
            if count > most:
                best, most = (h, c), count
    if best is None:
        raise _no_table(sheet)
    place = _place(sheet, *best, key, told)
    codes = _codes_beside(sheet, place)
    if codes is None:
        return place
    coded = _place(sheet, *codes, key, told)
    same_columns = set(coded.sectors.values()) == set(place.sectors.values())
    return coded if same_columns else place  # numbers that go on below the sectors only count


def _decimal_codes(header: list[str], same: set[str]) -> bool:
    """Tell codes such as 1.9, 1.10, 2.1 from data: each is a row too, and they ascend in parts."""
    decimals = [text for text in header if _DECIMAL.fullmatch(text)]
    parts = [[int(part) for part in text.split(".")] for text in decimals]
    ascend = all(one < other for one, other in itertools.pairwise(parts))
    return len(parts) > 1 and ascend and same.issuperset(decimals)


def _codes_beside(sheet: Sheet, place: _Place) -> tuple[int, int] | None:
    """Return where codes of digits stand beside the names of the same sectors, or None."""
    rows = {key: i for i in range(place.stop - 1, place.first_row - 1, -1)
            if (key := place.key(sheet.text(i, place.column))) in place.sectors}  # fmt: skip
    pairs = [(rows[key], j) for key, j in place.sectors.items() if key in rows]
    for h, _ in sheet.heads(place.first_row):
        for c in range(place.first_column if h >= place.first_row - 8 else 0):
            codes = [(sheet.text(h, j), sheet.text(i, c)) for i, j in pairs]
            if (h, c) != (place.header, place.column) and codes and all(
                a.isdigit() and canonical(a) == canonical(b) for a, b in codes
            ):  # fmt: skip
                return h, c
    return None


def _no_table(sheet: Sheet) -> DataError:
    filled = sheet.filled()
    if not filled:
        return DataError(f"{sheet.title}: no header row found; the sheet is empty")
    if len(filled) == 1:
        return DataError(f"{sheet.title}: no rows under the header")
    widths = {len(sheet.rows[i]) for i in filled}
    if (
        max(widths) <= 5
        and len(filled) > 5
        and all(is_number(sheet.rows[i][-1]) for i in filled[1:])
    ):
        return DataError(
            f"{sheet.title}: cells listed one a line, no grid; pivot them, sellers in rows and "
            "buyers in columns"
        )
    return DataError(
        f"{sheet.title}: no label stands in a row and in a column; no table (is it the right "
        "sheet, and are sectors named alike in rows and columns?)"
    )


def _place(sheet: Sheet, h: int, c: int, key: Callable[[str], str], told: frozenset[str]) -> _Place:
    below: dict[str, int] = {}
    for i in range(h + 1, len(sheet.rows)):
        if text := sheet.text(i, c):
            below.setdefault(key(text), i)
    header = sheet.texts(h)
    sectors: dict[str, int] = {}
    for j in range(c + 1, len(header)):
        mark = key(header[j]) if header[j] else ""
        if mark in below and (header[j] in told or not _is_total(header[j])):
            if mark in sectors:
                first = min(sectors.values()) - 1
                where = f"{sectors[mark] - first} and {j - first}"
                raise DataError(
                    f"{sheet.title}: column {header[j]!r} stands twice, at {where}; rename one, or "
                    "take a second table beside the first out"
                )
            sectors[mark] = j
    rows = [below[key] for key in sectors]
    sectors = {k: j for k, j in sectors.items() if any(is_number(sheet.cell(i, j)) for i in rows)}
    if not sectors:
        raise _no_table(sheet)
    body = [below[mark] for mark in sectors]
    column = min(sectors.values())
    while column - 1 > c and (
        role_of(header[column - 1], "column") is not None
        and any(is_number(sheet.cell(i, column - 1)) for i in body)
    ):  # final demand that stands left of the first sector
        column -= 1
    row = min(body)
    while row - 1 > h and (
        str(role_of(sheet.text(row - 1, c), "row")).startswith("value_added")
        and any(is_number(sheet.cell(row - 1, j)) for j in sectors.values())
    ):  # value added that stands above the first sector
        row -= 1
    stop = _stop(sheet, min(body), sectors, key)
    return _Place(h, c, row, column, stop, sectors, key)


def _is_total(text: str) -> bool:
    """Tell a word that names no sector even where it stands in a row and in a column."""
    if len(words := tidy(text)) < 2 and words not in {"σ", "∑"}:
        return False
    return any(role_of(text, axis) in _NEVER_SECTORS for axis in ("row", "column"))


def is_number(cell: Cell) -> bool:
    """Tell a cell that is a number, however it is written."""
    return isinstance(cell, float) or bool(_LIKE_NUMBER.fullmatch(cell.strip()))


def _numeric(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _stop(sheet: Sheet, row: int, sectors: dict[str, int], key: Callable[[str], str]) -> int:
    """Return where a second table begins: its header repeats the labels of the first."""
    for i in range(row + 1, len(sheet.rows)):
        if not isinstance(sheet.rows[i], PackedRow):
            texts = ((mark, sheet.text(i, j)) for mark, j in sectors.items())
            same = sum(bool(text) and key(text) == mark for mark, text in texts)
            if same > 1 and same >= 0.8 * len(sectors):
                return i
    return len(sheet.rows)


def unit_of(sheet: Sheet, header: int, corner: int) -> str | None:
    """Return the unit that a title row or the corner of the table states, or None."""
    cells = [text for i in range(min(header, 12)) for text in sheet.texts(i, 6)]
    for cell in [*cells, *sheet.texts(header, corner)]:
        for part in re.split(r"[,，;](?!\d{3})", cell):
            text = part.strip()
            bracket = re.search(r"[(（]([^()（）]*)[)）]\s*$", text)
            for words in (bracket[1], text) if bracket else (text,):
                if len(words) <= 60 and _UNIT.fullmatch(words.strip()):
                    return re.sub(r"^(?:单位|unit)\s*[:：]\s*", "", words.strip(), flags=re.I)
    return None


def arrange_plain(
    sheet: Sheet, options: ReadOptions, *, codes: Mapping[str, Role] | None = None
) -> Arrangement:
    """Say what each row and column of a grid is; `codes` are an office's own codes or words.

    A grid without a table, a row of another length than the header and labels at fault are refused.
    """
    told = frozenset(label for label, role in options.roles.items() if role == "sector")
    sheet, place = _locate(sheet, told)
    _check_widths(sheet, place)
    numbers = Numbers.of(sheet, (place.first_row, place.first_column), options)
    assumed: list[str] = []
    columns = _columns(sheet, place, options.roles, codes or {})
    _check_first_rows(sheet, place)
    rows = _rows(numbers, place, (options.roles, codes or {}), columns, assumed)
    _check_transposed(sheet, rows, columns)
    stated = unit_of(sheet, place.header, place.first_column)
    if stated and not options.unit:
        assumed.append(f"unit {stated!r}, from the title")
    return Arrangement(numbers, rows, columns, unit=options.unit or stated or "", assumed=assumed)


def _check_widths(sheet: Sheet, place: _Place) -> None:
    width = len(sheet.rows[place.header])
    for i in range(place.header + 1, place.stop if sheet.delimiter else 0):
        size = len(sheet.rows[i])
        if size == width or _is_note(sheet, place, i):
            continue
        texts = sheet.texts(i)
        if any(texts[1:]) and (size < width or any(texts[width:])):
            raise DataError(
                f"{sheet.title}: row {i - place.header} under the header ({texts[0]!r}) has {size} "
                f"cells; {width} expected, as the header has; put a label that holds a "
                f"{sheet.delimiter!r} in quotation marks"
            )


def _check_first_rows(sheet: Sheet, place: _Place) -> None:
    """Refuse a mistyped first sector, which would pass for a second row of the header."""
    own = place.sectors.values()
    header = list(enumerate(sheet.texts(place.header)))[place.column + 1 :]
    others = [text for j, text in header if text and j not in own]
    for i in range(place.header + 1, place.first_row):
        text = sheet.text(i, place.column)
        numbers = all(is_number(sheet.cell(i, j)) for j in own)
        known = not text or role_of(text, "row") is not None
        if numbers and not known and (hint := nearest(text, others)):
            raise DataError(f"{sheet.title}: row {text!r} is no column;{hint}")


def _is_note(sheet: Sheet, place: _Place, row: int) -> bool:
    """Tell a line of text below a table, split where it has commas, from a row cut short."""
    cells = sheet.rows[row]
    return (
        bool(sheet.delimiter)
        and len(cells) != len(sheet.rows[place.header])
        and place.key(sheet.text(row, place.column)) not in place.sectors
        and not any(is_number(cells[j]) for j in range(place.first_column, len(cells)))
    )


def _columns(
    sheet: Sheet, place: _Place, given: Mapping[str, Role], codes: Mapping[str, Role]
) -> list[Line]:
    sectors = set(place.sectors.values())
    body = [i for i in range(place.first_row, place.stop) if not _is_note(sheet, place, i)]
    width = max(len(sheet.rows[i]) for i in (*range(place.header, place.first_row), *body))
    above = range(place.header - 1, max(-1, place.header - 5), -1)
    extra = [*range(place.header + 1, place.first_row), *above]
    out = []
    for j in range(place.first_column, width):
        code = sheet.text(place.header, j)
        names = [text for i in extra if (text := sheet.text(i, j)) and not _numeric(text)]
        if j not in sectors and _heads_several(sheet, place, j):
            code = ""
        if j in sectors:
            out.append(Line(j, code, given.get(code, "sector")))
            continue
        if not any(sheet.text(i, j) for i in body):
            continue
        title = code or (names[0] if names else "")
        role = given.get(title) or codes.get(title)
        role = role or next((r for t in (*names, code) if t and (r := role_of(t, "column"))), None)
        shown = title if not code or not names or role_of(code, "column") else code
        out.append(
            Line(j, shown, role or ("final_demand" if title else "unlabelled"), printed=title)
        )
    return out


def _heads_several(sheet: Sheet, place: _Place, j: int) -> bool:
    """Tell a cell of the header that names several columns, each of which is named below it."""
    merged = bool(sheet.text(place.header, j)) and not sheet.text(place.header, j + 1)
    below = range(place.header + 1, place.first_row)
    return merged and any(sheet.text(i, j) and sheet.text(i, j + 1) for i in below)


def _rows(
    numbers: Numbers,
    place: _Place,
    roles: tuple[Mapping[str, Role], Mapping[str, Role]],
    columns: list[Line],
    assumed: list[str],
) -> list[Line]:
    given, codes = roles
    sheet = numbers.sheet
    own = [line.place for line in columns if line.role == "sector"]
    uses = [line.place for line in columns if line.role in {"final_demand", "imports"}]
    header = sheet.texts(place.header)
    out = []
    for i in range(place.first_row, place.stop):
        texts = [sheet.text(i, j) for j in range(place.first_column)]
        code = texts[place.column]
        names = [t for j, t in enumerate(texts) if t and j != place.column and not _numeric(t)]
        column = place.sectors.get(place.key(code)) if code else None
        if column is not None:
            said, name = given.get(code, "sector"), names[-1] if names else ""
            out.append(Line(i, header[column], said, name, printed=code))
            continue
        filled = numbers.filled(i, own) or (uses and numbers.filled(i, uses))
        if not filled or _is_note(sheet, place, i):
            continue  # a note, a heading, an empty row
        title = code or (names[-1] if names else "")
        words = (r for t in [*names[::-1], code] if t and (r := role_of(t, "row")))
        role = given.get(title) or codes.get(title) or next(words, None)
        if role is None and tidy(title) in _AMBIGUOUS_TAXES:
            role = _which_taxes(numbers, i, uses, title, assumed)
        if role == "memorandum":
            assumed.append(
                f"row {title!r}: no money, left out; accounts= reads such rows of a file"
            )
        reserved = role == "value_added" and title in {"imports", "output", "value_added"}
        shown = f"{title} counted as value added" if reserved else title
        role = role or ("value_added" if title else "unlabelled")
        out.append(Line(i, shown, role, printed=title))
    return out


def _which_taxes(
    numbers: Numbers, row: int, uses: list[int], title: str, assumed: list[str]
) -> Role:
    """Decide what bare "taxes" are: only those on products are paid by final demand."""
    paid = numbers.block([Line(row, title, "")], [Line(j, "", "") for j in uses], lenient=True)
    role = "taxes" if paid.any() else "value_added"
    words = "on products, as final demand pays them" if paid.any() else "on production"
    assumed.append(f"row {title!r}: {words}")
    return role


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


def write_template(path: str | Path) -> Path:
    """Write a workbook with a small balanced table to write over, and notes, where no file is yet.

    >>> import tempfile
    >>> import quesnay as qn
    >>> path = write_template(f"{tempfile.mkdtemp()}/mine.xlsx")
    >>> qn.read_io(path).v.tolist()
    [108.0, 152.0, 285.0]
    """
    import xlsxwriter

    target = as_path(path, "path")
    if target.suffix.lower() != ".xlsx":
        raise DataError(f"{target}: expected a file ending in .xlsx")
    if target.exists():
        raise DataError(f"{target}: a file of that name is there; choose another name")
    template = tomllib.loads((files(__package__) / "template.toml").read_text("utf-8"))
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("Table")
    sheet.set_column(1, 1, 36)
    for i, row in enumerate(template["rows"]):
        for j, cell in enumerate(row):
            if cell == "":
                continue
            if isinstance(cell, str):
                sheet.write_string(i, j, cell, bold if i in {0, 3} else None)
            else:
                sheet.write(i, j, cell)
    notes = book.add_worksheet("Notes")
    notes.set_column(0, 0, 110, book.add_format({"text_wrap": True}))
    for i, line in enumerate(template["notes"]):
        notes.write_string(i, 0, line)
    book.close()
    return write_bytes(target, buffer.getvalue())

"""Employment, emissions and the like from a file of the user's, on the sectors of a table."""

from itertools import zip_longest
from pathlib import Path

import pandas as pd

from quesnay.datasets.readers.assembly import Line, Numbers
from quesnay.datasets.readers.containers import Sheet, label, open_book
from quesnay.datasets.readers.numbers import number_style
from quesnay.datasets.readers.options import ReadOptions
from quesnay.datasets.readers.plain import canonical
from quesnay.datasets.readers.words import role_of
from quesnay.datasets.table_frames import IOFrames
from quesnay.fitting.errors import DataError, suggestion

__all__ = ["read_accounts"]

_LABELS = 7  # columns, or rows, in which sectors are looked for


def read_accounts(
    path: Path, frames: IOFrames, options: ReadOptions
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read accounts by sector: one a column or one a row, sectors by the table's code or name.

    Returns
    -------
    DataFrame, (r, n)
        Accounts in the order of the table.
    tuple of str
        What was left out: totals that agree, and what categories of final demand cause directly.

    Raises
    ------
    DataError
        If a sector is missing or stands twice, a label is of no sector, or a cell holds no number.
    """
    sheet = open_book(path, options.encoding, hint=str(options.year or "")).sheet()
    names = frames.source.names if frames.source is not None else {}
    keys = {canonical(str(code)): str(code) for code in frames.Z.index}
    keys = {canonical(name): code for code, name in names.items() if code in frames.Z.index} | keys
    turned = _turned(sheet)
    down, across = _found(sheet, keys), _found(turned, keys)
    sheet, (column, found) = (sheet, down) if len(down[1]) >= len(across[1]) else (turned, across)
    twice = next((code for code, rows in found.items() if len(rows) > 1), None)
    if twice is not None:
        raise DataError(f"{sheet.title}: accounts: sector {twice!r} stands twice")
    places = {code: rows[0] for code, rows in found.items()}
    missing = [str(code) for code in frames.Z.index if str(code) not in places]
    if missing:
        hint = f" ({len(missing)} of {len(frames.Z)} are missing)" if len(missing) > 1 else ""
        raise DataError(f"{sheet.title}: accounts: no sector {missing[0]!r}{hint}")
    first = min(places.values())
    accounts = _titles(sheet, first, column)
    corner = (first, min(line.place for line in accounts))
    style = number_style(
        sheet, corner, decimal=options.decimal, thousands=options.thousands, zeros=options.zeros
    )
    numbers = Numbers(sheet, style)
    lines = [Line(places[str(code)], str(code), "sector") for code in frames.Z.index]
    values = pd.DataFrame(
        numbers.block(lines, accounts).T, [line.label for line in accounts], frames.Z.index
    )
    rest = [i for i in range(first, len(sheet.rows)) if i not in set(places.values())]
    return values, _left_out(numbers, rest, column, (accounts, values, frames))


def _turned(sheet: Sheet) -> Sheet:
    rows = [[row[j] for j in range(len(row))] for row in sheet.rows]
    turned = [list(column) for column in zip_longest(*rows, fillvalue="")]
    return Sheet(sheet.file, sheet.name, turned, sheet.delimiter)  # type: ignore[arg-type]


def _found(sheet: Sheet, keys: dict[str, str]) -> tuple[int, dict[str, list[int]]]:
    """Return the column with the most sectors, and the rows of each."""
    best: tuple[int, dict[str, list[int]]] = (0, {})
    for column in range(_LABELS):
        rows: dict[str, list[int]] = {}
        for i in range(len(sheet.rows)):
            code = keys.get(canonical(label(sheet.cell(i, column))))
            if code is not None:
                rows.setdefault(code, []).append(i)
        if len(rows) > len(best[1]):
            best = column, rows
    return best


def _titles(sheet: Sheet, first: int, column: int) -> list[Line]:
    """Return the columns of numbers by the nearest title above them."""
    found: list[Line] = []
    for j in range(column + 1, len(sheet.rows[first])):
        cell = sheet.cell(first, j)
        text = cell if isinstance(cell, str) else ""
        if not isinstance(cell, float) and not any(mark.isdigit() for mark in text):
            continue  # a column of names, or an empty one
        titles = [label(sheet.cell(i, j)) for i in range(first - 1, -1, -1)]
        title = next((text for text in titles if text), "")
        if not title or title in {line.label for line in found}:
            what = f"stands twice: {title!r}" if title else "has no title"
            raise DataError(f"{sheet.title}: accounts: column {j + 1} {what}")
        found.append(Line(j, title, "account"))
    if not found:
        raise DataError(f"{sheet.title}: accounts: no column of numbers beside the sectors")
    return found


def _left_out(
    numbers: Numbers,
    rows: list[int],
    column: int,
    parts: tuple[list[Line], pd.DataFrame, IOFrames],
) -> tuple[str, ...]:
    """Check totals, keep a word of what final demand causes, refuse labels of no sector."""
    accounts, values, frames = parts
    title = numbers.sheet.title
    notes = []
    for i in rows:
        name = label(numbers.sheet.cell(i, column))
        if not name or not numbers.filled(i, [line.place for line in accounts]):
            continue
        row = numbers.block([Line(i, name, "")], accounts)[0]
        if name in map(str, frames.final_demand.columns):
            direct = ", ".join(f"{k.label} {v:g}" for k, v in zip(accounts, row, strict=True))
            notes.append(f"accounts of final demand {name!r}: {direct}: pass it to footprint")
        elif role_of(name, "row") in {"total", "output"}:
            gap = abs(row - values.sum(axis=1).to_numpy())
            if (gap > 1e-3 * abs(row)).any():
                raise DataError(f"{title}: accounts: row {name!r} is not the sum of the sectors")
            notes.append(f"accounts: row {name!r}: agrees with the sum of the sectors")
        else:
            hint = suggestion(name, [str(code) for code in frames.Z.index])
            raise DataError(f"{title}: accounts: {name!r} is no sector of the table;{hint}")
    return tuple(notes)

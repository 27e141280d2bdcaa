"""Files that this package wrote: a table whole, or the blocks of an embedded one."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from quesnay.datasets.readers.assembly import Line, Numbers
from quesnay.datasets.readers.cells import NumberStyle, ReadOptions
from quesnay.datasets.readers.containers import Sheet, check_once, label
from quesnay.datasets.readers.plain import canonical
from quesnay.datasets.tables import IOFrames, TableSource, frames_of_blocks
from quesnay.fitting.errors import DataError, shown
from quesnay.models.input_output.written import BLOCKS, LEVELS, MARK

_KINDS = {"total", "domestic", "import", "value_added"}
_WHOLE = {"total", "domestic", "import", "tax", "value_added", "account"}


def looks_written(sheet: Sheet) -> bool:
    """Tell a sheet that this package wrote."""
    top = next(iter(sheet.filled()), None)
    return top is not None and (sheet.text(top, 0) == "block" or _marked(sheet, top))


def _marked(sheet: Sheet, top: int) -> bool:
    return (sheet.text(top, 0), sheet.text(top, 1)) == MARK


def read_written(sheet: Sheet, options: ReadOptions, title: str) -> IOFrames | None:
    """Read a table that this package wrote, or None where the sheet is not of that kind."""
    top = next(iter(sheet.filled()), None)
    if top is None:
        return None
    if _marked(sheet, top):
        return _Whole(sheet, options).frames(title)
    return _read_blocks(sheet, options, title)


class _Whole:
    """The parts of a table that was written whole (:mod:`quesnay.models.input_output.written`)."""

    def __init__(self, sheet: Sheet, options: ReadOptions) -> None:
        self.sheet, self.options = sheet, options
        style = NumberStyle(options.decimal or ".", options.thousands or "", options.zeros)
        self.numbers = Numbers(sheet, style)
        _, *rows = sheet.filled()
        header = next((i for i in rows if sheet.texts(i, 2) == ["row", "block"]), None)
        if header is None:
            raise self._fault("no header 'row, block'")
        self.told: dict[str, str] = {}
        self.axes: dict[str, list[str]] = {}
        for i in rows[: rows.index(header)]:
            key, *cells = [_plain(_raw(sheet, i, j)) for j in range(len(sheet.rows[i]))]
            if key == "labels" and len(cells) > 1:
                self.axes[cells[0]] = cells[1:]
            elif cells:
                self.told[key] = cells[0]
        kinds = {i: sheet.text(i, 1) for i in rows[rows.index(header) + 1 :]}
        said, self.named = (
            next((i for i, kind in kinds.items() if kind == word), None)
            for word in ("column", "name")
        )
        if said is None:
            raise self._fault("no line 'column', which says what each column is")
        self.columns = [
            Line(j, _raw(sheet, header, j), kind)
            for j in range(2, len(sheet.rows[header]))
            if (kind := sheet.text(said, j))
        ]
        self.body = {i: kind for i, kind in kinds.items() if i not in {said, self.named}}
        odd = next((i for i, kind in self.body.items() if kind not in _WHOLE), None)
        if odd is not None:
            raise self._fault(f"row {odd + 1}: block {self.body[odd]!r} is unknown")

    def _fault(self, what: str) -> DataError:
        return DataError(f"{self.sheet.title}: {what}; write the table again with to_csv")

    def rows(self, *kinds: str) -> list[Line]:
        """Return the rows of blocks."""
        return [
            Line(i, _raw(self.sheet, i, 0), kind) for i, kind in self.body.items() if kind in kinds
        ]

    def across(self, kind: str) -> list[Line]:
        """Return the columns of a kind."""
        return [line for line in self.columns if line.role == kind]

    def frame(self, kinds: tuple[str, ...], columns: str, names: tuple[str, str]) -> pd.DataFrame:
        """Return the cells of a block with the labels of its rows and columns."""
        rows, across = self.rows(*kinds), self.across(columns)
        if not rows or not across:
            raise self._fault(f"no {kinds[0] if not rows else columns}")
        values = self.numbers.block(rows, across)
        return pd.DataFrame(values, self.index(rows, names[0]), self.index(across, names[1]))

    def index(self, lines: list[Line], axis: str) -> pd.Index:
        """Return labels as what they were."""
        what, *names = self.axes.get(axis, ["text", ""])
        texts = [_plain(line.label) for line in lines]
        check_once(((text, k) for k, text in enumerate(texts, 1)), axis, self.sheet.title)
        called = [name or None for name in names] or [None]
        if what == "levels":
            tuples = [_levels(line.label) for line in lines]
            return pd.MultiIndex.from_tuples(tuples, names=called[: len(tuples[0])])
        if what == "whole number":
            try:
                return pd.Index([int(text) for text in texts], name=called[0])
            except ValueError as error:
                raise self._fault(f"{axis}: {str(error).split(': ')[-1]} is no number") from error
        return pd.Index(texts, name=called[0])

    def pair(self, kind: str) -> Any:
        """Return the imports or taxes that stand apart, with what final demand pays."""
        rows = self.rows(kind)
        if not rows:
            return None
        own = BLOCKS[kind] if self.across(BLOCKS[kind]) else "final_demand"
        places = [line.place for line in self.across(own)]
        final = None
        if own != "final_demand" or self.numbers.filled(rows[0].place, places):
            final = self.frame((kind,), own, (kind, own))
        return self.frame((kind,), "sector", (kind, "sector")), final

    def frames(self, title: str) -> IOFrames:
        """Return the blocks of the table."""
        own = ("total", "domestic")
        Z = self.frame(own, "sector", ("sector", "sector"))
        output = self.frame(own, "output", ("sector", "")) if self.across("output") else None
        accounts = self.rows("account")
        imports, taxes = self.pair("import"), self.pair("tax")
        names = {}
        if self.named is not None:
            cells = (_plain(_raw(self.sheet, self.named, c.place)) for c in self.across("sector"))
            names = {code: text for code, text in zip(Z.columns, cells, strict=True) if text}
        return IOFrames(
            Z=Z,
            final_demand=self.frame(own, "final_demand", ("sector", "final_demand")),
            value_added=self.frame(("value_added",), "sector", ("value_added", "sector")),
            output=None if output is None else output.iloc[:, 0],
            imports=imports,
            taxes=taxes,
            accounts=self.frame(("account",), "sector", ("account", "sector"))
            if accounts
            else None,
            unit=self.options.unit or self.told.get("unit", ""),
            name=self.options.name or self.told.get("name", title),
            tolerance=self._tolerance(),
            source=TableSource(
                self.sheet.file, sheet=self.sheet.name, year=self.told.get("year", ""), names=names
            ),
        )

    def _tolerance(self) -> float | None:
        text = self.told.get("tolerance")
        try:
            value = None if text is None else float(text)
        except ValueError:
            value = -1.0
        if value is not None and not value >= 0:
            raise self._fault(f"tolerance {text!r} is no share of output")
        return value


def _raw(sheet: Sheet, row: int, column: int) -> str:
    cell = sheet.cell(row, column)
    return cell if isinstance(cell, str) else label(cell)


def _plain(text: str) -> str:
    """Return a text that was written as JSON, or as it stands."""
    return _parsed(text, str) if text.startswith('"') else text


def _levels(text: str) -> tuple[str, ...]:
    if text.startswith("["):
        return tuple(map(str, _parsed(text, list)))
    return tuple(text.split(LEVELS))


def _parsed(text: str, kind: type) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, kind):
        raise DataError(f"label {shown(text)} was changed since it was written; restore it")
    return found


def _read_blocks(sheet: Sheet, options: ReadOptions, title: str) -> IOFrames | None:
    """Read the blocks of an exported table, or return None where the sheet is not of that kind."""
    top, *rows = sheet.filled() or [0]
    if not rows or sheet.text(top, 0) != "block":
        return None
    kinds = [sheet.text(i, 0) for i in rows]
    if not set(kinds) <= _KINDS:
        return None
    header = sheet.texts(top)[2:]
    known = {canonical(name): name for name in header}  # a long line of numbers loses 001
    marks = [known.get(canonical(text), text) for text in (sheet.text(i, 1) for i in rows)]
    lines = [Line(i, f"{k} {m}", k) for i, k, m in zip(rows, kinds, marks, strict=True)]
    columns = [Line(j, name, "") for j, name in enumerate(header, start=2)]
    own = "domestic" if "domestic" in kinds else "total"
    codes = [m for k, m in zip(kinds, marks, strict=True) if k == own]
    if not codes or "value_added" not in kinds:
        raise DataError(f"{sheet.title}: expected blocks total (or domestic, import), value_added")
    names = {"row": [line.label for line in lines], "column": ["block", "row", *header]}
    for axis, found in names.items():
        check_once([(name, k) for k, name in enumerate(found, start=1)], axis, sheet.title)
    absent = [code for code in codes if code not in header]
    if absent:
        raise DataError(f"{sheet.title}: row {absent[0]!r} has no column of that name")
    numbers = Numbers.of(sheet, (rows[0], 2), options)
    values = np.full((len(lines), len(columns)), np.nan)
    for kind in dict.fromkeys(kinds):  # output stands in one block, value added under sectors
        down = [k for k, line in enumerate(lines) if line.role == kind]
        wanted = codes if kind == "value_added" else header
        across = [k for k, c in enumerate(header) if c in wanted and (c != "output" or kind == own)]
        values[np.ix_(down, across)] = numbers.block(
            [lines[k] for k in down], [columns[k] for k in across]
        )
    data = pd.DataFrame(values, columns=header).assign(block=kinds, row=marks)
    frames = frames_of_blocks(data, codes, file=sheet.title, unit="", name=title)
    return replace(frames, source=TableSource(sheet.file, sheet=sheet.name))

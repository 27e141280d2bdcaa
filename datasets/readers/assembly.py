"""From labelled rows and columns to the blocks of a table: one assembly for every layout.

A layout says of each row and column what it is (see :mod:`quesnay.datasets.readers.cells`). Here
totals are compared with the sums of their parts and left out, imports and taxes less subsidies on
products are set apart from value added, and the sign of a column of imports is decided by the
balance: uses ``Z 1 + f`` and inputs ``1' Z + m + t + v`` of each sector are both its output.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from quesnay.datasets.readers.cells import (
    DASHES,
    NumberStyle,
    ReadOptions,
    number_style,
    role_of,
    tidy,
    to_number,
)
from quesnay.datasets.readers.containers import Cell, PackedRow, Sheet
from quesnay.datasets.tables import IOFrames, TableSource
from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError, nearest

_ALL_DEMAND = re.compile(r"(?:total )?final (?:uses?|demand).*|tfu|最终使用.*|demanda final.*")
_ROUNDING = 0.01  # a printed total that misses more is no matter of rounding
_MOST_USES = 60  # columns of final demand of one economy; a world table has no such sub-totals
_MOST_BESIDE = 8  # cells beside the sectors of which every choice is tried
_ASIDE = {
    "total", "demand_total", "value_added_total", "output", "memorandum", "drop", "unlabelled"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A row or column of a sheet, and what it is."""

    place: int
    label: str  # what the table calls it; rows and columns of one sector have the same
    role: str  # one of ROLES
    name: str = ""  # a longer one, where the file has it
    printed: str = ""  # the label as it stands in the file, where it is another

    @property
    def shown(self) -> str:
        """The label that messages show."""
        return self.printed or self.label


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a sheet, asked for by row and column."""

    sheet: Sheet
    style: NumberStyle

    @classmethod
    def of(cls, sheet: Sheet, corner: tuple[int, int], options: ReadOptions) -> "Numbers":
        """Find how a sheet writes its numbers, which stand from `corner` on."""
        declared = {"decimal": options.decimal, "thousands": options.thousands}
        return cls(sheet, number_style(sheet, corner, zeros=options.zeros, **declared))

    def block(
        self,
        rows: Sequence[Line],
        columns: Sequence[Line],
        *,
        blank: bool = False,
        lenient: bool = False,
    ) -> Array:
        """Return the cells of rows and columns; the first that holds no number is named.

        With `blank` an empty cell is zero, with `lenient` any that is no number.
        """
        places = np.array([line.place for line in columns], dtype=np.intp)
        out = np.empty((len(rows), len(columns)))
        for i, line in enumerate(rows):
            cells = self.sheet.rows[line.place]
            if isinstance(cells, PackedRow) and (
                not len(places) or len(cells.labels) <= places.min() <= places.max() < len(cells)
            ):
                out[i] = cells.values[places - len(cells.labels)]
                continue
            for j, column in enumerate(columns):
                cell = self.sheet.cell(line.place, column.place)
                number = cell if isinstance(cell, float) else to_number(cell, self.style)
                if number is None and not (lenient or (blank and not str(cell).strip())):
                    raise self._fault(line, column, cell)
                out[i, j] = number or 0.0
        return out

    def filled(self, row: int, columns: Iterable[int]) -> bool:
        """Say whether a row holds any number in these columns."""
        cells = self.sheet.rows[row]
        if isinstance(cells, PackedRow):
            return True
        return any(
            j < len(cells) and str(cells[j]).strip() and to_number(cells[j], self.style) is not None
            for j in columns
        )

    def _fault(self, row: Line, column: Line, cell: Cell) -> DataError:
        text = " ".join(str(cell).split())
        found, wanted = "is empty", "a number (blank='zero' reads empty cells as 0)"
        if text:
            found, wanted = f"{text[:60]!r} is no number", "a finite number such as 1234.5"
            if text.translate(DASHES) == "-":
                wanted = "a number (blank='zero' reads dashes as 0)"
        return DataError(
            f"{self.sheet.title}: row {row.shown!r}, column {column.shown!r}: {found} "
            f"(cell {self.sheet.address(row.place, column.place)}); expected {wanted}"
        )


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What a layout made of a sheet: the rows and columns that count or must be checked."""

    numbers: Numbers
    rows: list[Line]
    columns: list[Line]
    unit: str = ""  # where the sheet says it
    edition: str = ""
    assumed: list[str] = field(default_factory=list)  # notes taken on the way

    def of(self, lines: str, *roles: str) -> list[Line]:
        """Return the rows or columns of some roles."""
        return [line for line in getattr(self, lines) if line.role in roles]

    def told(self, roles: Mapping[str, str]) -> "Arrangement":
        """Return the arrangement with what the user says of labels; a label must be there."""
        lines = [*self.rows, *self.columns]
        known = {name for line in lines for name in (line.label, line.shown)}
        for key in roles:
            if key not in known:
                hint = nearest(key, known) or " write it as the file does"
                raise DataError(
                    f"{self.numbers.sheet.title}: roles: no row or column {key!r};{hint}"
                )

        def role(line: Line) -> str:
            own = None if line.role == "imported" else roles.get(line.label)  # a sector's as well
            return roles.get(line.shown) or own or line.role

        rows, columns = (
            [replace(line, role=role(line)) for line in some] for some in (self.rows, self.columns)
        )
        return replace(self, rows=rows, columns=columns)


def assemble(
    plan: Arrangement, *, title: str, totals: tuple[float, float], tolerance: float, plain: bool
) -> IOFrames:
    """Make the blocks of a table: flows, final demand, value added; imports and taxes apart.

    `totals`: what a printed total may miss, a share of it, and in the unit per cell summed;
    `tolerance`: what the user lets totals and balances miss; `plain`: labels are the user's own, a
    mistyped one is found by its numbers.

    Refused: a table without sectors, final demand or value added, a label that stands twice or is
    missing, a total that is not the sum of its parts, a cell that holds no number.
    """
    file = plan.numbers.sheet.title
    for axis, lines in (("row", plan.rows), ("column", plan.columns)):
        first = min((line.place for line in lines), default=0) - 1
        seen: dict[tuple[bool, str], int] = {}
        for line in lines:
            if line.role in _ASIDE:
                continue
            number, key = line.place - first, (line.role == "imported", line.label)
            if not line.label:
                raise _nameless(file, axis, number)
            if seen.setdefault(key, number) != number:
                where = f"{seen[key]} and {number}"
                raise DataError(
                    f"{file}: {axis} {line.shown!r} stands twice, at {where}; rename one of them"
                )
    sectors, across = _sectors(plan)
    parts = _Parts(plan, sectors, across, totals=totals, tolerance=tolerance)
    parts.settle(plain=plain)
    return parts.frames(title)


def _nameless(file: str, axis: str, number: int) -> DataError:
    return DataError(
        f"{file}: {axis} {number} has no label; name it (a merged cell names only its first row or "
        "column)"
    )


def _sectors(plan: Arrangement) -> tuple[list[Line], list[Line]]:
    down = plan.of("rows", "sector")
    place = {line.label: line for line in plan.of("columns", "sector")}
    file = plan.numbers.sheet.title
    if not down or not place:
        raise DataError(f"{file}: no label stands in a row and in a column; name sectors alike")
    absent = [line for line in down if line.label not in place]
    labels = {line.label for line in down}
    extra = [line for key, line in place.items() if key not in labels]
    for odd, other, kind, axis in (
        (extra, "row", "final demand", "column"),
        (absent, "column", "value added", "row"),
    ):
        if odd:
            raise DataError(
                f"{file}: {axis} {odd[0].shown!r} is neither a sector (no {other} has that label) "
                f"nor {kind} of this layout"
            )
    return down, [place[line.label] for line in down]


class _Parts:
    """The blocks while they are being settled."""

    def __init__(
        self,
        plan: Arrangement,
        sectors: list[Line],
        across: list[Line],
        *,
        totals: tuple[float, float],
        tolerance: float,
    ) -> None:
        self.plan, self.sectors, self.across = plan, sectors, across
        self.totals, self.tolerance = totals, tolerance
        self.uses = plan.of("columns", "final_demand", "imports")
        self.subtotals = plan.of("columns", "demand_total")
        self.numbers, self.file = plan.numbers, plan.numbers.sheet.title
        self.assumed, self.dropped = plan.assumed, list[str]()
        numbers, file = self.numbers, self.file
        if not self.uses and not self.subtotals:
            raise DataError(f"{file}: no column of final demand found")
        self.Z = numbers.block(sectors, across)
        self.F = numbers.block(sectors, self.uses)
        self._promote()
        self.income = plan.of("rows", "value_added")
        self.whole = plan.of("rows", "value_added_total")
        if self.whole and not numbers.block(self.income, across, lenient=True).any():
            self.income, self.whole = self.whole[:1], self.whole[1:]  # its parts, if any, are zero
        if not self.income:
            raise DataError(f"{file}: no row of value added found")
        self.V = numbers.block(self.income, across)
        self.rows = {role: plan.of("rows", role) for role in ("imported", "imports", "taxes")}
        self.inputs = {
            role: numbers.block(rows, across, blank=role != "imported")
            for role, rows in self.rows.items()
        }
        self.finals = {
            role: numbers.block(rows, self.uses, blank=True) for role, rows in self.rows.items()
        }
        self.x = self._output()

    def _promote(self) -> None:
        """Take a category for what it is where its name is a sum's but no parts of it stand there.

        "Final consumption" is the sum of its categories in one table and a category in another.
        """
        for line in list(self.subtotals):
            total = self.numbers.block(self.sectors, [line], blank=True)[:, 0]
            sums = [*self._sums_across().values(), *self._runs(line).values()]
            known = any(self._close(total, s, self.Z.shape[1]) for s in sums)
            if self.uses and (known or _ALL_DEMAND.fullmatch(tidy(line.shown).replace("_", " "))):
                continue
            self.subtotals.remove(line)
            values = self.numbers.block(self.sectors, [line])
            place = sum(use.place < line.place for use in self.uses)
            self.uses = [*self.uses[:place], line, *self.uses[place:]]
            self.F = np.insert(self.F, [place], values, axis=1)

    def _output(self) -> Array | None:
        numbers = self.numbers
        columns, rows = self.plan.of("columns", "output"), self.plan.of("rows", "output")
        if columns:
            return np.ravel(numbers.block(self.sectors, columns[:1]))
        if rows and all(numbers.filled(rows[0].place, [line.place]) for line in self.across):
            return np.ravel(numbers.block(rows[:1], self.across))
        return None

    def settle(self, *, plain: bool) -> None:
        """Decide signs, check totals, leave out what is a memorandum."""
        self._check_unlabelled()
        if plain:
            self._check_corner()
            self._check_hidden_total()
        self._check_value_added()
        self._sign_of_imports()
        self._memoranda()
        self._check_totals()
        if plain:
            self._check_margins()
        self._check_unit()

    def _close(self, found: Array, wanted: Array, cells: int) -> bool:
        size = np.abs(wanted)
        floor = 1e-9 * size.max(initial=0.0)
        share, rounding = self.totals
        room = share * size + rounding * cells + floor
        return bool((np.abs(found - wanted) <= room).all())

    def _check_unlabelled(self) -> None:
        """Leave out rows and columns without a label where they repeat a sum; refuse others."""
        for axis, sums, lines in (
            ("row", self._sums_down(), self.plan.of("rows", "unlabelled")),
            ("column", self._sums_across(), self.plan.of("columns", "unlabelled")),
        ):
            first = min(line.place for line in getattr(self.plan, f"{axis}s")) - 1
            for line in lines:
                rows, columns = ([line], self.across) if axis == "row" else (self.sectors, [line])
                total = self.numbers.block(rows, columns, blank=True).ravel()
                match = next((w for w, s in sums.items() if self._close(total, s, len(s))), None)
                if match is None:
                    raise _nameless(self.file, axis, line.place - first)
                self.dropped.append(
                    f"{axis} {line.place - first} without a label: agrees with {match}"
                )

    def _check_corner(self) -> None:
        """Refuse a mistyped sector: it would pass for value added or demand and still balance."""
        corner = self.numbers.block(self.income, self.uses, lenient=True)
        wrong = np.argwhere(corner != 0)
        if len(wrong):
            row, column = self.income[wrong[0][0]].shown, self.uses[wrong[0][1]].shown
            said = f"or say what it is: roles={{{row!r}: 'imports'}} (or 'taxes', 'drop', ...)"
            if role_of(row, "row") == "value_added":
                said = "or empty the cell, as final demand pays no value added"
            raise DataError(
                f"{self.file}: row {row!r}, column {column!r} holds a number, "
                f"but {row!r} is no column and so counts as value added, and {column!r} is no row "
                f"and so counts as final demand: label a sector alike in both, {said}"
            )

    def _check_hidden_total(self) -> None:
        """Refuse a sector that is the sum of all the others: a total under an unknown name."""
        n = len(self.sectors)
        if n < 3:
            return
        bought, sold = self.Z.sum(axis=0), self.Z.sum(axis=1)
        down = [bought, bought + self.V.sum(axis=0), self._input_sum()]
        across = [sold, sold + self.F.sum(axis=1)]
        for k, line in enumerate(self.sectors):
            others = np.arange(n) != k
            row, column = self.Z[k, others], self.Z[others, k]
            if (
                any(self._close(2 * row, sums[others], n) for sums in down)
                and any(self._close(2 * column, sums[others], n) for sums in across)
                and self.Z[np.ix_(others, others)].any()
            ):
                raise DataError(
                    f"{self.file}: sector {line.shown!r} is the sum of all "
                    "other sectors, in its row and in its column: take it out, or pass "
                    f"roles={{{line.shown!r}: 'total'}}"
                )

    def _check_value_added(self) -> None:
        for line in self.whole:
            total = self.numbers.block([line], self.across, blank=True)[0]
            if not total.any():
                continue
            value = self.V.sum(axis=0)
            candidates = {
                "its parts": value,
                "its parts and taxes on products": value + self.inputs["taxes"].sum(axis=0),
                "its parts, taxes and imports": value
                + sum(block.sum(axis=0) for block in self.inputs.values()),
            }
            self._drop_total(line, total, candidates, len(self.V), "row")

    def _drop_total(
        self, line: Line, total: Array, candidates: dict[str, Array], cells: int, axis: str
    ) -> None:
        for word, sums in candidates.items():
            if self._close(total, sums, cells):
                self.dropped.append(f"{axis} {line.shown!r}: agrees with {word}")
                return
        word, sums = min(candidates.items(), key=lambda item: float(np.abs(total - item[1]).sum()))
        gaps, size = np.abs(total - sums), np.maximum(np.abs(total), np.abs(sums))
        shares = gaps / np.where(size > 0.0, size, 1.0)
        k = int(np.argmax(shares))
        if shares[k] <= self.tolerance:
            self.dropped.append(f"{axis} {line.shown!r}: agrees with {word} but for {gaps[k]:.4g}")
            return
        lines = self.across if axis == "row" else self.sectors
        said = f"roles={{{line.shown!r}: 'drop'}} (or 'sector', 'value_added', ...)"
        if line.role == "value_added_total" and len(self.income) == 1:
            part = self.income[0].shown
            word += f" ({part!r})"
            said = f"roles={{{part!r}: 'memorandum'}} where that is no money, or {said}"
        advice = f"pass tolerance={1.05 * shares[k]:.1e} if this is rounding, "
        raise DataError(
            f"{self.file}: {axis} {line.shown!r} looks like a total, but at "
            f"{lines[k].shown!r} it is {total[k]:.10g} and {word} {sums[k]:.10g}; correct it, "
            f"{advice if shares[k] < _ROUNDING else ''}or say what it is: {said}"
        )

    def _input_sum(self, without: tuple[str, ...] = ()) -> Array:
        """Return all inputs of each sector, without the rows of some roles."""
        blocks = [block for role, block in self.inputs.items() if role not in without]
        return np.asarray(sum(block.sum(axis=0) for block in (self.Z, self.V, *blocks)))

    def _sign_of_imports(self) -> None:
        """Make imports in final demand negative, where the balance subtracts them."""
        places = [j for j, line in enumerate(self.uses) if line.role == "imports"]
        if not places:
            return
        rest = [j for j in range(len(self.uses)) if j not in places]
        imports = self.F[:, places]
        own = self.Z.sum(axis=1) + self.F[:, rest].sum(axis=1)
        wanted = self.x if self.x is not None else self._input_sum()
        gaps = [
            float(np.abs(own + sign * imports.sum(axis=1) - wanted).sum()) for sign in (1, -1, 0)
        ]
        best = int(np.argmin(gaps))
        if not best or not imports.any() or gaps[0] <= 1e-9 * np.abs(wanted).sum():
            return
        names = ", ".join(repr(self.uses[j].shown) for j in places)
        if best == 1:
            for block in (self.F, *self.finals.values()):
                block[:, places] *= -1
            self.assumed.append(
                f"column {names}: printed positive, subtracted from uses as the balance asks"
            )
        else:
            self.F, self.uses = self.F[:, rest], [self.uses[j] for j in rest]
            self.finals = {role: block[:, rest] for role, block in self.finals.items()}
            self.dropped.append(f"column {names}: stands beside the balance of uses")

    def _memoranda(self) -> None:
        """Leave out rows of imports or taxes with which the columns do not add up, but without."""
        wanted = self.x if self.x is not None else self.Z.sum(axis=1) + self.F.sum(axis=1)
        imports = ("imported", "imports")
        for without in ((), imports, ("taxes",), (*imports, "taxes")):
            gone = [role for role in without if self.rows[role]]
            if without and not gone:
                continue
            if self._close(self._input_sum(without), wanted, len(self.Z) + len(self.V)):
                for role in gone:
                    names = ", ".join(repr(line.shown) for line in self.rows[role][:3])
                    self.dropped.append(
                        f"row {names}: a memorandum, inputs add up to output without it"
                    )
                    self.rows[role], self.inputs[role] = [], self.inputs[role][:0]
                return

    def _check_totals(self) -> None:
        plan, numbers = self.plan, self.numbers
        down, across = self._sums_down(), self._sums_across()
        for line in [*plan.of("rows", "total"), *plan.of("rows", "output")]:
            total = numbers.block([line], self.across, blank=True)[0]
            if total.any():
                known = down if self.x is None else {**down, "the output": self.x}
                self._drop_total(line, total, known, len(self.Z), "row")
        again = plan.of("columns", "output")[1:]  # the first is taken
        for line in [*plan.of("columns", "total"), *self.subtotals, *again]:
            total = numbers.block(self.sectors, [line], blank=True)[:, 0]
            if total.any():
                runs = across | self._runs(line)
                self._drop_total(line, total, runs, self.Z.shape[1], "column")

    def _check_margins(self) -> None:
        """Refuse a total beside the sectors that is no sum: under final demand, or of a row."""
        plan = self.plan
        totals = plan.of("columns", "total", "output", "demand_total")
        apart = [line for rows in self.rows.values() for line in rows]
        for row in plan.of("rows", "total", "output"):
            for column in [*self.uses, *totals]:
                parts = [*self.income, *apart] if column.role != "final_demand" else apart
                own = [(line, column) for line in self.sectors]
                self._check_margin((row, column), own, [(line, column) for line in parts], row)
        for row in [*self.income, *apart]:
            for column in plan.of("columns", "total", "output"):
                own = [(row, line) for line in self.across]
                self._check_margin((row, column), own, [(row, use) for use in self.uses], column)

    def _check_margin(
        self,
        place: tuple[Line, Line],
        sectors: list[tuple[Line, Line]],
        others: list[tuple[Line, Line]],
        total: Line,
    ) -> None:
        """Refuse one printed total that is no sum of the sectors' cells and others."""
        row, column = place
        cell = self._printed(row, column)
        if not cell:
            return  # empty, or left at zero
        own = sum(self._printed(*pair) for pair in sectors)
        beside = [value for pair in others if (value := self._printed(*pair))]
        if len(beside) > _MOST_BESIDE:
            beside = [sum(beside)]
        sums = np.array([0.0, own])
        for value in beside:
            sums = np.concatenate([sums, sums + value, sums - value])
        gaps = np.abs(sums - cell)
        if gaps.min() <= max(self.totals[0], self.tolerance) * abs(cell):
            return
        raise DataError(
            f"{self.file}: row {row.shown!r}, column {column.shown!r}: {cell:.10g} looks like a "
            f"total, but the cells it adds up make {sums[gaps.argmin()]:.10g} (cell "
            f"{self.numbers.sheet.address(row.place, column.place)}); correct it, or leave the "
            f"total out: roles={{{total.shown!r}: 'drop'}}"
        )

    def _printed(self, row: Line, column: Line) -> float:
        return float(self.numbers.block([row], [column], lenient=True)[0, 0])

    def _sums_down(self) -> dict[str, Array]:
        """Return what a row of totals may be the sum of."""
        apart = sum(block.sum(axis=0) for block in self.inputs.values())
        flows, value, taxes = (b.sum(axis=0) for b in (self.Z, self.V, self.inputs["taxes"]))
        bought = flows + self.inputs["imported"].sum(axis=0) + self.inputs["imports"].sum(axis=0)
        return {
            "the inputs from home": flows,
            "the inputs with imports": bought,
            "all intermediate inputs": flows + apart,
            "inputs and taxes": flows + taxes,
            "value added": value,
            "the imported inputs": bought - flows,
            "the taxes": taxes,
            "the primary inputs": value + apart,
            "the output": self._input_sum(),
        }

    def _sums_across(self) -> dict[str, Array]:
        """Return what a column of totals may be the sum of."""
        sales, final = self.Z.sum(axis=1), self.F.sum(axis=1)
        known = ("the sales to sectors", "the output", "the final demand")
        return dict(zip(known, (sales, sales + final, final), strict=True))

    def _runs(self, line: Line) -> dict[str, Array]:
        """Return sums of neighbouring columns of final demand, before or after a sub-total."""
        before = [j for j, use in enumerate(self.uses) if use.place < line.place]
        after = [j for j, use in enumerate(self.uses) if use.place > line.place]
        out: dict[str, Array] = {}
        for word, places in (("before", before[::-1]), ("after", after)):
            for k in range(1, len(places) + 1):
                out[f"the {k} columns {word} it"] = self.F[:, places[:k]].sum(axis=1)
        for start in range(len(before) if len(before) <= _MOST_USES else 0):
            for stop in range(start + 1, len(before) + 1):
                part = self.F[:, before[start:stop]]
                out[f"columns {start + 1} to {stop} of final demand"] = part.sum(axis=1)
        own = self.F[:, [use.role != "imports" for use in self.uses]].sum(axis=1)
        out["all uses before imports"] = self.Z.sum(axis=1) + own
        out["final demand before imports"] = own
        return out

    def _check_unit(self) -> None:
        """Refuse output that stands in another unit than the flows."""
        uses = self.Z.sum(axis=1) + self.F.sum(axis=1)
        if self.x is None or not (known := (self.x > 0) & (uses > 0)).any():
            return
        ratios = uses[known] / self.x[known]
        power = float(np.round(np.log10(ratios[0])))
        if power and np.allclose(ratios, 10**power, rtol=1e-2):
            raise DataError(
                f"{self.file}: output is {10**-power:g} times the sum of its "
                "row in every sector: it stands in another unit than the flows; bring both into one"
            )

    def frames(self, title: str) -> IOFrames:
        """Return the blocks with their labels."""
        sectors = [line.label for line in self.sectors]
        index = pd.Index(sectors, name="sector")
        uses = [line.label for line in self.uses]
        income = pd.Index([line.label for line in self.income], name="component")
        return IOFrames(
            Z=pd.DataFrame(self.Z, index, sectors, copy=False),
            final_demand=pd.DataFrame(self.F, index, uses, copy=False),
            value_added=pd.DataFrame(self.V, income, sectors),
            output=None if self.x is None else pd.Series(self.x, index),
            imports=self._pair(("imported", "imports"), "product"),
            unit=self.plan.unit,
            name=title,
            taxes=self._pair(("taxes",), "tax"),
            source=self._source(),
        )

    def _pair(self, roles: tuple[str, ...], name: str) -> tuple[pd.DataFrame, pd.DataFrame] | None:
        """Return what sectors and final demand pay in rows of some roles, or None without any."""
        lines = [line for role in roles for line in self.rows[role]]
        if not lines:
            return None
        labels = pd.Index([line.label for line in lines], name=name)
        inputs = np.vstack([self.inputs[role] for role in roles])
        finals = np.vstack([self.finals[role] for role in roles])
        return (
            pd.DataFrame(inputs, labels, [line.label for line in self.sectors]),
            pd.DataFrame(finals, labels, [line.label for line in self.uses]),
        )

    def _source(self) -> TableSource:
        groups = (
            ("final demand", self.uses),
            ("value added", self.income),
            ("imports", [*self.rows["imported"], *self.rows["imports"]]),
            ("taxes and margins apart", self.rows["taxes"]),
        )
        recognised = [f"{len(self.sectors)} sectors"]
        for word, lines in groups:
            if lines:
                names = ", ".join(line.label for line in lines[:10])
                more = "" if len(lines) <= 10 else f" and {len(lines) - 10} more"
                recognised.append(f"{word} {names}{more}")
        return TableSource(
            file=self.numbers.sheet.file,
            sheet=self.numbers.sheet.name,
            edition=self.plan.edition,
            names={line.label: line.name for line in self.sectors if line.name},
            recognised=tuple(recognised),
            dropped=tuple(self.dropped),
            assumed=tuple(self.assumed),
        )

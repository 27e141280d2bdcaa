"""From labelled rows and columns to the blocks of a table: one assembly for every layout.

A layout says of each row and column what it is (see :mod:`quesnay.datasets.readers.cells`). Here
totals are compared with the sums of their parts and left out, imports and taxes less subsidies on
products are set apart from value added, and the sign of a column of imports is decided by the
balance: uses ``Z 1 + f`` and inputs ``1' Z + m + t + v`` of each sector are both its output.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from quesnay.datasets.readers.cells import NumberStyle, tidy, to_number
from quesnay.datasets.readers.containers import Cell, PackedRow, Sheet
from quesnay.datasets.tables import IOFrames, TableSource
from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError

__all__ = ["Arrangement", "Line", "Numbers", "Record", "assemble"]


_ALL_DEMAND = re.compile(r"(?:total )?final (?:uses?|demand).*|tfu|最终使用.*|demanda final.*")
_MOST_USES = 60  # columns of final demand of one economy; a world table has no such sub-totals
_ASIDE = {"total", "demand_total", "value_added_total", "output", "drop", "unlabelled"}


@dataclass(frozen=True, slots=True)
class Line:
    """A row or column of a sheet, and what it is.

    Parameters
    ----------
    place : int
        Position in the sheet.
    label : str
        What the table calls it; rows and columns of one sector have the same.
    role : str
        See :data:`quesnay.datasets.readers.cells.ROLES`.
    name : str
        A longer name, where the file has one.
    printed : str
        The label as it stands in the file, for messages; by default `label`.
    """

    place: int
    label: str
    role: str
    name: str = ""
    printed: str = ""

    @property
    def shown(self) -> str:
        """The label that messages show."""
        return self.printed or self.label


@dataclass(slots=True)
class Record:
    """Notes that readers take on the way."""

    recognised: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a sheet, asked for by row and column."""

    sheet: Sheet
    style: NumberStyle

    def block(
        self,
        rows: Sequence[Line],
        columns: Sequence[Line],
        *,
        blank: bool = False,
        lenient: bool = False,
    ) -> Array:
        """Return the cells of rows and columns, each of which must hold a number.

        Parameters
        ----------
        rows, columns : sequence of Line
            Which cells.
        blank, lenient : bool
            Whether an empty cell, or any that is no number, is zero here.

        Raises
        ------
        DataError
            At the first cell that holds none; the message names row, column and cell.
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
        found = f"{text[:60]!r} is no number" if text else "is empty"
        remedy = (
            "expected a finite number such as 1234.5"
            if text
            else "expected a number (blank='zero' reads empty cells as 0)"
        )
        return DataError(
            f"{self.sheet.title}: row {row.shown!r}, column {column.shown!r}: {found} "
            f"(cell {self.sheet.address(row.place, column.place)}); {remedy}"
        )


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What a layout made of a sheet.

    Parameters
    ----------
    numbers : Numbers
        Of the sheet.
    rows, columns : list of Line
        All that count or must be checked.
    unit : str
        Of the amounts.
    edition : str
        Where it can be told.
    rounding : float
        Largest gap of a total that printing few digits can leave, in the unit (per cell summed).
    tolerance : float
        The same as a share of the total.
    plain : bool
        Whether labels are the user's own, so that a mistyped one must be found by its numbers.
    record : Record
        Notes taken so far.
    """

    numbers: Numbers
    rows: list[Line]
    columns: list[Line]
    unit: str = "unit not stated"
    edition: str = ""
    rounding: float = 0.0
    tolerance: float = 1e-6
    plain: bool = False
    record: Record = field(default_factory=Record)

    def of(self, lines: str, *roles: str) -> list[Line]:
        """Return the rows or columns of some roles."""
        return [line for line in getattr(self, lines) if line.role in roles]


def assemble(plan: Arrangement, *, title: str) -> IOFrames:
    """Make the blocks of a table.

    Parameters
    ----------
    plan : Arrangement
        What each row and column is.
    title : str
        Name of the table.

    Returns
    -------
    IOFrames
        Flows, final demand and value added; imports and taxes on products apart.

    Raises
    ------
    DataError
        If there is no sector, final demand or value added, a label stands twice, a total is not
        the sum of its parts, or a cell is no number.
    """
    for lines, what in ((plan.rows, "row"), (plan.columns, "column")):
        _unique([line for line in lines if line.role not in _ASIDE], what, plan)
    sectors, across = _sectors(plan)
    uses = plan.of("columns", "final_demand", "imports")
    parts = _Parts(plan, sectors, across, uses)
    parts.settle()
    return parts.frames(title)


def _unique(lines: list[Line], what: str, plan: Arrangement) -> None:
    seen: dict[tuple[str, str], Line] = {}
    first = min((line.place for line in getattr(plan, f"{what}s")), default=0) - 1
    for line in lines:
        if not line.label:
            raise DataError(
                f"{plan.numbers.sheet.title}: {what} {line.place - first} has no label; name it "
                "(a merged cell names only its first row or column)"
            )
        key = ("imported" if line.role == "imported" else "", line.label)
        if key in seen:
            raise DataError(
                f"{plan.numbers.sheet.title}: {what} {line.shown!r} stands twice, at "
                f"{seen[key].place - first} and {line.place - first}"
            )
        seen[key] = line


def _sectors(plan: Arrangement) -> tuple[list[Line], list[Line]]:
    down = plan.of("rows", "sector")
    place = {line.label: line for line in plan.of("columns", "sector")}
    file = plan.numbers.sheet.title
    if not down or not place:
        raise DataError(f"{file}: no label stands in a row and in a column; no table")
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
        self, plan: Arrangement, sectors: list[Line], across: list[Line], uses: list[Line]
    ) -> None:
        self.plan, self.sectors, self.across, self.uses = plan, sectors, across, uses
        numbers, file = plan.numbers, plan.numbers.sheet.title
        if not uses and not plan.of("columns", "demand_total"):
            raise DataError(f"{file}: no column of final demand found")
        self.Z = numbers.block(sectors, across)
        self.F = numbers.block(sectors, uses)
        self.subtotals = plan.of("columns", "demand_total")
        self._promote()
        uses = self.uses
        self.income = plan.of("rows", "value_added")
        self.whole = plan.of("rows", "value_added_total")
        if not self.income:
            self.income, self.whole = self.whole[:1], self.whole[1:]
        if not self.income:
            raise DataError(f"{file}: no row of value added found")
        self.V = numbers.block(self.income, across)
        self.rows = {role: plan.of("rows", role) for role in ("imported", "imports", "taxes")}
        self.inputs = {
            role: numbers.block(rows, across, blank=role != "imported")
            for role, rows in self.rows.items()
        }
        self.finals = {
            role: numbers.block(rows, uses, blank=True) for role, rows in self.rows.items()
        }
        self.x = self._output()

    def _promote(self) -> None:
        """Take a category for what it is where its name is a sum's but no parts of it stand there.

        "Final consumption" is the sum of its categories in one table and a category in another.
        """
        for line in list(self.subtotals):
            total = self.plan.numbers.block(self.sectors, [line], blank=True)[:, 0]
            sums = [*self._sums_across().values(), *self._runs(line).values()] if self.uses else []
            if any(self._close(total, s, self.Z.shape[1]) for s in sums):
                continue
            if self.uses and _ALL_DEMAND.fullmatch(tidy(line.shown)):
                continue
            self.subtotals.remove(line)
            values = self.plan.numbers.block(self.sectors, [line])
            place = sum(use.place < line.place for use in self.uses)
            self.uses = [*self.uses[:place], line, *self.uses[place:]]
            self.F = np.insert(self.F, [place], values, axis=1)

    def _output(self) -> Array | None:
        numbers, plan = self.plan.numbers, self.plan
        columns, rows = plan.of("columns", "output"), plan.of("rows", "output")
        if columns:
            first: Array = numbers.block(self.sectors, columns[:1])[:, 0]
            return first
        if rows and all(numbers.filled(rows[0].place, [line.place]) for line in self.across):
            out: Array = numbers.block(rows[:1], self.across)[0]
            return out
        return None

    def settle(self) -> None:
        """Decide signs, check totals, leave out what is a memorandum."""
        self._check_unlabelled()
        if self.plan.plain:
            self._check_corner()
            self._check_hidden_total()
        self._check_value_added()
        self._sign_of_imports()
        self._memoranda()
        self._check_totals()
        self._check_unit()

    def _close(self, found: Array, wanted: Array, cells: int) -> bool:
        size = np.maximum(np.abs(found), np.abs(wanted))
        floor = 1e-9 * size.max(initial=0.0)
        room = self.plan.tolerance * size + self.plan.rounding * cells + floor
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
                total = self.plan.numbers.block(rows, columns, blank=True).ravel()
                match = next((w for w, s in sums.items() if self._close(total, s, len(s))), None)
                if match is None:
                    raise DataError(
                        f"{self.plan.numbers.sheet.title}: {axis} {line.place - first} has no "
                        "label; name it (a merged cell names only its first row or column)"
                    )
                self.plan.record.dropped.append(
                    f"{axis} {line.place - first} without a label: agrees with {match}"
                )

    def _check_corner(self) -> None:
        """Refuse a mistyped sector: it would pass for value added or demand and still balance."""
        corner = self.plan.numbers.block(self.income, self.uses, blank=True, lenient=True)
        wrong = np.argwhere(corner != 0)
        if len(wrong):
            row, column = self.income[wrong[0][0]].shown, self.uses[wrong[0][1]].shown
            raise DataError(
                f"{self.plan.numbers.sheet.title}: row {row!r}, column {column!r} holds a number, "
                f"but {row!r} is no column and so counts as value added, and {column!r} is no row "
                "and so counts as final demand: label a sector alike in both, or say what it is: "
                f"roles={{{row!r}: 'imports'}} (or 'taxes', 'drop', ...)"
            )

    def _check_hidden_total(self) -> None:
        """Refuse a sector that is the sum of all the others: a total under an unknown name."""
        n = len(self.sectors)
        if n < 3:
            return
        rows, columns = self.Z.sum(axis=0), self.Z.sum(axis=1)
        for k, line in enumerate(self.sectors):
            others = np.arange(n) != k
            if self.Z[np.ix_(others, others)].any() and (
                self._close(2 * self.Z[k, others], rows[others], n)
                and self._close(2 * self.Z[others, k], columns[others], n)
            ):  # fmt: skip
                raise DataError(
                    f"{self.plan.numbers.sheet.title}: sector {line.shown!r} is the sum of all "
                    "other sectors, in its row and in its column: take it out, or pass "
                    f"roles={{{line.shown!r}: 'total'}}"
                )

    def _check_value_added(self) -> None:
        for line in self.whole:
            total = self.plan.numbers.block([line], self.across, blank=True)[0]
            if not total.any():
                continue
            candidates = {
                "its parts": self.V.sum(axis=0),
                "its parts and taxes on products": self.V.sum(axis=0)
                + self.inputs["taxes"].sum(axis=0),
                "its parts, taxes and imports": self.V.sum(axis=0)
                + sum(block.sum(axis=0) for block in self.inputs.values()),
            }
            self._drop_total(line, total, candidates, len(self.V), "row")

    def _drop_total(
        self, line: Line, total: Array, candidates: dict[str, Array], cells: int, axis: str
    ) -> None:
        record = self.plan.record
        for word, sums in candidates.items():
            if self._close(total, sums, cells):
                record.dropped.append(f"{axis} {line.shown!r}: agrees with {word}")
                return
        word, sums = min(candidates.items(), key=lambda item: float(np.abs(total - item[1]).sum()))
        k = int(np.argmax(np.abs(total - sums)))
        lines = self.across if axis == "row" else self.sectors
        raise DataError(
            f"{self.plan.numbers.sheet.title}: {axis} {line.shown!r} looks like a total, but at "
            f"{lines[k].shown!r} it is {total[k]:.10g} and {word} {sums[k]:.10g}; correct it, or "
            f"say what it is: roles={{{line.shown!r}: 'drop'}} (or 'sector', 'value_added', ...)"
        )

    def _input_sum(self, *, imports: bool = True, taxes: bool = True) -> Array:
        out = self.Z.sum(axis=0) + self.V.sum(axis=0)
        if imports:
            out = out + self.inputs["imported"].sum(axis=0) + self.inputs["imports"].sum(axis=0)
        if taxes:
            out = out + self.inputs["taxes"].sum(axis=0)
        return np.asarray(out)

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
        names = ", ".join(repr(self.uses[j].shown) for j in places)
        best = int(np.argmin(gaps))
        if imports.any() and gaps[0] > 1e-9 * max(np.abs(wanted).sum(), 1.0) and best:
            if best == 1:
                self.F[:, places] = -imports
                self.plan.record.assumed.append(
                    f"column {names}: printed positive, subtracted from uses as the balance asks"
                )
                for block in self.finals.values():
                    block[:, places] *= -1
            else:
                self._leave_out(places, f"column {names}: stands beside the balance of uses")

    def _leave_out(self, places: list[int], note: str) -> None:
        rest = [j for j in range(len(self.uses)) if j not in places]
        self.F, self.uses = self.F[:, rest], [self.uses[j] for j in rest]
        self.finals = {role: block[:, rest] for role, block in self.finals.items()}
        self.plan.record.dropped.append(note)

    def _memoranda(self) -> None:
        """Leave out rows of imports or taxes with which the columns do not add up, but without."""
        wanted = self.x if self.x is not None else self.Z.sum(axis=1) + self.F.sum(axis=1)
        if self._close(self._input_sum(), wanted, len(self.Z) + len(self.V)):
            return
        for imports, taxes in ((False, True), (True, False), (False, False)):
            gone = [r for r, kept in (("imported", imports), ("imports", imports), ("taxes", taxes))
                    if not kept and self.rows[r]]  # fmt: skip
            if not gone:
                continue
            sums = self._input_sum(imports=imports, taxes=taxes)
            if self._close(sums, wanted, len(self.Z) + len(self.V)):
                for role in gone:
                    names = ", ".join(repr(line.shown) for line in self.rows[role][:3])
                    self.plan.record.dropped.append(
                        f"row {names}: a memorandum, inputs add up to output without it"
                    )
                    self.rows[role] = []
                    self.inputs[role], self.finals[role] = (
                        self.inputs[role][:0], self.finals[role][:0])  # fmt: skip
                return

    def _check_totals(self) -> None:
        plan, numbers = self.plan, self.plan.numbers
        down, across = self._sums_down(), self._sums_across()
        for line in [*plan.of("rows", "total"), *plan.of("rows", "output")]:
            total = numbers.block([line], self.across, blank=True)[0]
            if total.any():
                known = down if self.x is None else {**down, "the output": self.x}
                self._drop_total(line, total, known, len(self.Z), "row")
        for line in [*plan.of("columns", "total"), *self.subtotals]:
            total = numbers.block(self.sectors, [line], blank=True)[:, 0]
            if total.any():
                runs = across | self._runs(line)
                self._drop_total(line, total, runs, self.Z.shape[1], "column")

    def _sums_down(self) -> dict[str, Array]:
        """Return what a row of totals may be the sum of."""
        apart = sum(block.sum(axis=0) for block in self.inputs.values())
        flows = self.Z.sum(axis=0)
        bought = flows + self.inputs["imported"].sum(axis=0) + self.inputs["imports"].sum(axis=0)
        return {
            "the inputs from home": flows,
            "the inputs with imports": bought,
            "all intermediate inputs": flows + apart,
            "inputs and taxes": flows + self.inputs["taxes"].sum(axis=0),
            "value added": self.V.sum(axis=0),
            "the imported inputs": bought - flows,
            "the taxes": self.inputs["taxes"].sum(axis=0),
            "the primary inputs": self.V.sum(axis=0) + apart,
            "the output": self._input_sum(),
        }

    def _sums_across(self) -> dict[str, Array]:
        """Return what a column of totals may be the sum of."""
        sales, final = self.Z.sum(axis=1), self.F.sum(axis=1)
        return {
            "the sales to sectors": sales,
            "the output": sales + final,
            "the final demand": final,
        }

    def _runs(self, line: Line) -> dict[str, Array]:
        """Return sums of neighbouring columns of final demand, before or after a sub-total."""
        before = [j for j, use in enumerate(self.uses) if use.place < line.place]
        after = [j for j, use in enumerate(self.uses) if use.place > line.place]
        own = self.Z.sum(axis=1)
        out: dict[str, Array] = {}
        for word, places in (("before", before[::-1]), ("after", after)):
            for k in range(1, len(places) + 1):
                part = self.F[:, places[:k]].sum(axis=1)
                out[f"the {k} columns {word} it"] = part
        for start in range(len(before) if len(before) <= _MOST_USES else 0):
            for stop in range(start + 1, len(before) + 1):
                out[f"columns {start + 1} to {stop} of final demand"] = self.F[
                    :, before[start:stop]
                ].sum(axis=1)
        negative = [j for j, use in enumerate(self.uses) if use.role == "imports"]
        rest = [j for j in range(len(self.uses)) if j not in negative]
        out["all uses before imports"] = own + self.F[:, rest].sum(axis=1)
        out["final demand before imports"] = self.F[:, rest].sum(axis=1)
        return out

    def _check_unit(self) -> None:
        """Refuse output that stands in another unit than the flows."""
        if self.x is None:
            return
        uses = self.Z.sum(axis=1) + self.F.sum(axis=1)
        known = (self.x > 0) & (uses > 0)
        if not known.any():
            return
        ratios = uses[known] / self.x[known]
        middle = float(np.median(ratios))
        power = float(np.round(np.log10(middle)))
        if power and np.allclose(ratios, 10**power, rtol=1e-2):
            raise DataError(
                f"{self.plan.numbers.sheet.title}: output is {10**-power:g} times the sum of its "
                "row in every sector: it stands in another unit than the flows; bring both into one"
            )

    def frames(self, title: str) -> IOFrames:
        """Return the blocks with their labels."""
        plan = self.plan
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
            unit=plan.unit,
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
        plan, record = self.plan, self.plan.record
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
            file=plan.numbers.sheet.file,
            sheet=plan.numbers.sheet.name,
            edition=plan.edition,
            unit=plan.unit,
            names={line.label: line.name for line in self.sectors if line.name},
            recognised=(*recognised, *record.recognised),
            dropped=tuple(record.dropped),
            assumed=tuple(record.assumed),
            warnings=tuple(record.warnings),
        )

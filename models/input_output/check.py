"""Whether numbers can be a table, and a made table's bill of health.

At the door: signs, balance within a tolerance, and a spectral radius below one (Hawkins and Simon
1949), each named where it fails. Afterwards :class:`TableCheck` reports all of it, with negative
cells and the identity of value added and final demand.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import BalanceError, DataError, QuesnayError
from quesnay.fitting.tables.leontief import coefficients, proves_productive, spectral_radius
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.validation import Blocks

_ROUNDING = 1e-9  # of total output: gaps below are what floating-point sums leave
_ROWS = 256  # rows whose absolute values are held at a time
_SMALLEST = 1e-290  # the reciprocal of a smaller output is no longer a float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TableCheck(Tabular):
    """What a table's arithmetic says about it.

    Parameters
    ----------
    residuals : DataFrame, (sectors, 2)
        ``row``: sales and final demand less output; ``column``: inputs, imports and value added
        less output; in the table's unit.
    negatives : DataFrame
        Every negative cell, imports apart included: block, row, column, value.
    spectral_radius : float
        Of the technical coefficients.
    productive : bool
        Whether it is below 1 (Hawkins-Simon condition).
    value_added, final_demand, imported_inputs : float
        Totals; final demand less imported inputs equals value added where the table balances.
    warnings : tuple of str
        What was let pass on request when the table was made.
    unit : str or None
        Of all amounts.
    taxes : float
        Taxes less subsidies on products, and margins, paid on inputs, where they stand apart.
    notes : tuple of str
        How the table's file was read.
    """

    residuals: pd.DataFrame
    negatives: pd.DataFrame
    spectral_radius: float
    productive: bool
    value_added: float
    final_demand: float
    imported_inputs: float
    output: float
    warnings: tuple[str, ...]
    unit: str | None
    taxes: float
    notes: tuple[str, ...]

    @property
    def largest_residual(self) -> float:
        """Largest gap of a row or column, as a share of total output."""
        gap = float(np.abs(self.residuals.to_numpy()).max())
        return gap / self.output if self.output > 0 else gap

    @property
    def income_gap(self) -> float:
        """Final demand less imported inputs and taxes less value added, in the table's unit."""
        return self.final_demand - self.imported_inputs - self.taxes - self.value_added

    @property
    def ok(self) -> bool:
        """Whether the table is productive and balances to rounding (1e-9 of output)."""
        small = self.largest_residual <= _ROUNDING
        return self.productive and not self.warnings and self._even and small

    @property
    def _even(self) -> bool:
        return abs(self.income_gap) <= _ROUNDING * self.output

    def tables(self) -> tuple[Table, ...]:
        """Return the verdicts, the largest residuals, and the negative cells."""
        unit = f", {self.unit}" if self.unit else ""
        size = np.abs(self.residuals).max(axis=1)
        worst = self.residuals.loc[size.sort_values(ascending=False, kind="stable").index].head(10)
        title = f"Check of the table{unit}"
        good = {True: "yes", False: "no"}
        rows = [
            ("largest residual, share of output", f"{self.largest_residual:.2e}",
             good[self.largest_residual <= _ROUNDING]),
            ("spectral radius of the coefficients", f"{self.spectral_radius:.6f}",
             good[self.productive]),
            ("final demand less imported inputs" + " and taxes on products" * bool(self.taxes),
             f"{self.final_demand - self.imported_inputs - self.taxes:.10g}", ""),
            ("value added", f"{self.value_added:.10g}", good[self._even]),
            ("negative cells", str(len(self.negatives)), ""),
        ]  # fmt: skip
        verdicts = pd.DataFrame(rows, columns=["what", "value", "sound"]).set_index("what")
        out = [
            Table(title, verdicts, (*self.warnings, *self.notes)),
            Table("Largest residuals", worst),
        ]
        if len(self.negatives):
            out.append(Table(f"Negative cells{unit}", self.negatives))
        return tuple(out)


def check_table(
    engine: Engine, warnings: tuple[str, ...], unit: str | None, notes: tuple[str, ...] = ()
) -> TableCheck:
    """Examine a table; see the table's method."""
    b = engine.blocks
    radius = spectral_radius(coefficients(b.flows, b.output))
    return TableCheck(
        residuals=pd.DataFrame({"row": b.row_gap, "column": b.column_gap}, index=b.sectors),
        negatives=_negative_cells(b),
        spectral_radius=radius,
        productive=radius < 1.0,
        value_added=float(b.value.sum()),
        final_demand=float(b.demand.sum()),
        imported_inputs=float(b.bought.sum()),
        output=float(b.output.sum()),
        warnings=warnings,
        unit=unit,
        taxes=float(b.levied.sum()),
        notes=notes,
    )


def _negative_cells(b: Blocks) -> pd.DataFrame:
    found: list[tuple[str, object, object, float]] = []
    parts: list[tuple[str, Array, pd.Index, pd.Index]] = [
        ("transactions", b.flows, b.sectors, b.sectors),
        ("final demand", b.demand, b.sectors, b.demand_names),
        ("value added", b.value, b.value_names, b.sectors),
    ]
    if b.abroad:
        flows, products, final, uses = b.abroad
        parts.append(("imports", flows, products, b.sectors))
        if final is not None and uses is not None:
            parts.append(("imports for final use", final, products, uses))
    for name, values, rows, columns in parts:
        found += [
            (name, rows[i], columns[j], float(values[i, j])) for i, j in np.argwhere(values < 0)
        ]
    return pd.DataFrame(found, columns=["block", "row", "column", "value"])


def check_soundness(engine: Engine, tolerance: float, *, strict: bool) -> tuple[str, ...]:
    """Refuse what cannot be a table; return what was let pass because the check is not strict."""
    _check_signs(engine.blocks)
    gap = _imbalance(engine.blocks, tolerance)
    if gap is not None and strict:
        raise BalanceError(
            f"{gap[0]}, more than the tolerance of {tolerance:g}; correct the table, or pass "
            f"tolerance={1.05 * gap[1]:.1e} if this is rounding, or strict=False to go on with a "
            "recorded warning"
        )
    fault = _unproductive(engine)
    if fault is not None and strict:
        raise DataError(fault)
    unbalanced = () if gap is None else (f"not balanced: {gap[0]}",)
    return unbalanced if fault is None else (*unbalanced, f"not productive: {fault}")


def _check_signs(blocks: Blocks) -> None:
    """Refuse outputs that no sector can have: negative, or zero with inputs."""
    x = blocks.output
    least = float(x.min())
    if least >= _SMALLEST:
        return
    if least < 0:
        k = int(np.argmin(x))
        raise DataError(
            f"sector {blocks.sectors[k]!r}: output is {x[k]:.10g}; expected a positive number: "
            "check its final demand and sales"
        )
    for k in np.flatnonzero(x < _SMALLEST).tolist():
        if x[k] > 0:
            raise DataError(f"sector {blocks.sectors[k]!r}: output {x[k]:.3g} is too small")
        bought = np.flatnonzero(blocks.flows[:, k])
        if len(bought) or blocks.bought[k] != 0:
            source = repr(blocks.sectors[bought[0]]) if len(bought) else "abroad"
            raise DataError(
                f"sector {blocks.sectors[k]!r}: output is zero but its column has inputs (from "
                f"{source}); give its output, or set the column to zero"
            )


def _imbalance(blocks: Blocks, tolerance: float) -> tuple[str, float] | None:
    """Say which row or column does not add up to output, the worst first, and by what share.

    A gap is a share of the sector's output, or of its sales or inputs where these are larger.
    """
    b = blocks
    for gaps, axis, words in (
        (b.row_gap, 1, ("row", "sales and final demand")),
        (b.column_gap, 0, ("column", "inputs and value added")),
    ):
        size = np.abs(gaps)
        if (size <= tolerance * b.output).all():  # most tables: no sums are needed
            continue
        whole = np.maximum(b.output, np.abs(b.flows.sum(axis=axis)))
        relative = size / np.where(whole > 0, whole, 1.0)
        k = int(np.argmax(relative))
        if relative[k] > tolerance:
            abroad = ", imports among them," if b.abroad and axis == 0 else ""
            part = f"{100 * gaps[k] / whole[k]:.3g} %" if whole[k] > 0 else "of no output"
            text = (
                f"{words[0]} {b.sectors[k]!r}: {words[1]}{abroad} are "
                f"{b.output[k] + gaps[k]:.10g}, output is {b.output[k]:.10g}: {gaps[k]:.6g} "
                f"({part})"
            )
            return text, float(relative[k])
    return None


def _unproductive(engine: Engine) -> str | None:
    """Say why a table is not productive, or return None and leave the proof on its engine.

    In this order: every sector's inputs from home are below its output; output multipliers are
    positive, which proves it where no cell is negative (with negative cells, of the absolute
    coefficients: their radius is no smaller); the spectral radius itself.
    """
    b = engine.blocks
    signed = float(b.flows.min()) < 0
    if signed:
        blocks = range(0, len(b.flows), _ROWS)
        inputs = sum((np.abs(b.flows[k : k + _ROWS]).sum(axis=0) for k in blocks), start=0.0)
    else:  # the sums are known from the balance of the columns
        inputs = b.column_gap + b.output - b.value.sum(axis=0) - b.bought - b.levied
    engine.proved = bool(((inputs < b.output * (1 - 1e-9)) | (b.output == 0)).all())
    if engine.proved or _proved_by_multipliers(engine, signed=signed):
        engine.proved = True
        return None
    A = coefficients(b.flows, b.output)
    radius = spectral_radius(A)
    if radius < 1 - 1e-12:
        return None
    share = A.sum(axis=0)
    k = int(np.argmax(share))
    return (
        f"the spectral radius of the coefficients is {radius:.6g}, not below 1: the economy uses "
        f"up more than it makes; sector {b.sectors[k]!r} buys {share[k]:.4g} of inputs per "
        "unit of output: check its value added"
    )


def _proved_by_multipliers(engine: Engine, *, signed: bool) -> bool:
    if signed:
        absolute = replace(engine.blocks, flows=np.abs(engine.blocks.flows))
        engine = Engine(absolute, engine.precision)
    try:
        return proves_productive(engine.effects("output"))
    except QuesnayError:  # singular, or too near to it for single precision
        return False


def require_productive(engine: Engine, what: str) -> None:
    """Refuse a table taken with ``strict=False`` whose chains never end."""
    fault = None if engine.proved else _unproductive(engine)
    if fault is not None:
        raise DataError(f"{what}: the table is not productive: {fault}")

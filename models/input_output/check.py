"""A table's bill of health: balance, signs, productivity, and the identities of income and use."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.tables.leontief import coefficients
from quesnay.fitting.tables.spectral import spectral_radius
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.engine import Engine

__all__ = ["TableCheck", "check_table"]

Array = npt.NDArray[np.float64]

_ROUNDING = 1e-9  # of total output: gaps below are what floating-point sums leave


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TableCheck(Tabular):
    """What a table's arithmetic says about it.

    Parameters
    ----------
    residuals : DataFrame, (sectors, 2)
        ``row``: sales and final demand less output; ``column``: inputs, imports and value added
        less output; in the table's unit.
    negatives : DataFrame
        Every negative cell: block, row, column, value.
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

    @property
    def largest_residual(self) -> float:
        """Largest gap of a row or column, as a share of total output."""
        gap = float(np.abs(self.residuals.to_numpy()).max())
        return gap / self.output if self.output > 0 else gap

    @property
    def income_gap(self) -> float:
        """Final demand less imported inputs less value added, in the table's unit."""
        return self.final_demand - self.imported_inputs - self.value_added

    @property
    def ok(self) -> bool:
        """Whether the table is productive and balances to rounding (1e-9 of output)."""
        even = abs(self.income_gap) <= _ROUNDING * max(self.output, 1.0)
        return self.productive and not self.warnings and even and self.largest_residual <= _ROUNDING

    def tables(self) -> tuple[Table, ...]:
        """Return the verdicts, the largest residuals, and the negative cells."""
        unit = f", {self.unit}" if self.unit else ""
        size = np.abs(self.residuals).max(axis=1)
        worst = self.residuals.loc[size.sort_values(ascending=False, kind="stable").index].head(10)
        title = f"Check of the table{unit}"
        out = [Table(title, self._verdicts(), self.warnings), Table("Largest residuals", worst)]
        if len(self.negatives):
            out.append(Table(f"Negative cells{unit}", self.negatives))
        return tuple(out)

    def _verdicts(self) -> pd.DataFrame:
        good = {True: "yes", False: "no"}
        even = abs(self.income_gap) <= _ROUNDING * max(self.output, 1.0)
        rows = [
            ("largest residual, share of output", f"{self.largest_residual:.2e}",
             good[self.largest_residual <= _ROUNDING]),
            ("spectral radius of the coefficients", f"{self.spectral_radius:.6f}",
             good[self.productive]),
            ("final demand less imported inputs",
             f"{self.final_demand - self.imported_inputs:.10g}", ""),
            ("value added", f"{self.value_added:.10g}", good[even]),
            ("negative cells", str(len(self.negatives)), ""),
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["what", "value", "sound"]).set_index("what")


def check_table(engine: Engine, warnings: tuple[str, ...], unit: str | None) -> TableCheck:
    """Examine a table; see the table's method.

    Parameters
    ----------
    engine : Engine
        Numbers of a table.
    warnings : tuple of str
        Recorded when it was made.
    unit : str or None
        Of its amounts.

    Returns
    -------
    TableCheck
        The report.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> report = table.check()
    >>> report.ok, round(report.spectral_radius, 4)
    (True, 0.3291)
    """
    b = engine.blocks
    radius = spectral_radius(coefficients(b.flows, b.output))
    return TableCheck(
        residuals=pd.DataFrame({"row": b.row_gap, "column": b.column_gap}, index=b.sectors),
        negatives=_negatives(engine),
        spectral_radius=radius,
        productive=radius < 1.0,
        value_added=float(b.value.sum()),
        final_demand=float(b.demand.sum()),
        imported_inputs=float(b.bought.sum()),
        output=float(b.output.sum()),
        warnings=warnings,
        unit=unit,
    )


def _negatives(engine: Engine) -> pd.DataFrame:
    b = engine.blocks
    found: list[tuple[str, object, object, float]] = []
    for name, values, rows, columns in (
        ("transactions", b.flows, b.sectors, b.sectors),
        ("final demand", b.demand, b.sectors, b.demand_names),
        ("value added", b.value, b.value_names, b.sectors),
    ):
        if values.min(initial=0.0) < 0:
            found += [
                (name, rows[i], columns[j], float(values[i, j])) for i, j in np.argwhere(values < 0)
            ]
    return pd.DataFrame(found, columns=["block", "row", "column", "value"])

"""What the audit of a report found."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from quesnay.fitting.routes import route
from quesnay.models.display.table import Table, Tabular

__all__ = ["AuditResult"]


@dataclass(frozen=True, slots=True, repr=False)
class AuditResult(Tabular):
    """Whether the printed figures of a report are mutually consistent, and what they imply.

    Parameters
    ----------
    feasible : bool
        One combination of vintages and unrounded values satisfies every identity.
    bounds : DataFrame
        Index (concept, year); low, high, unit, printed (bool): every printed and implied quantity.
        Empty where nothing holds.
    vintages : DataFrame
        One row for each figure tied to GDP and combination of vintages of its years: id, vintages,
        fits (jointly with all other identities), alone (by its own identity), implied_low,
        implied_high and unit (what the figure would then be).
    conflicts : list of list of str
        The smallest sets of ids that cannot hold together; empty when feasible.
    implied : DataFrame
        Index id: low, high printed and implied_low, implied_high by all other figures.
    findings : tuple of str
        What was found, in words.
    identities : tuple of str
        The equations used.
    official : AuditResult or None
        The same audit with the deflator tied to the official real growth of GDP.
    """

    feasible: bool
    bounds: pd.DataFrame
    vintages: pd.DataFrame
    conflicts: list[list[str]]
    implied: pd.DataFrame
    findings: tuple[str, ...]
    identities: tuple[str, ...]
    official: "AuditResult | None" = None

    def tables(self) -> tuple[Table, ...]:
        """Return findings, bounds and vintages as tables."""
        verdict = "consistent" if self.feasible else "not consistent"
        findings = pd.DataFrame(
            {"finding": list(self.findings)},
            index=pd.RangeIndex(1, len(self.findings) + 1, name="no"),
        )
        tables = [Table(f"Audit: the printed figures are {verdict}", findings)]
        if len(self.bounds):
            note = (
                "Bounds hold for every unrounded value and vintage that satisfies all identities."
            )
            tables.append(
                Table("Printed and implied quantities", self.bounds, (note, *self.identities))
            )
        if len(self.vintages):
            tables.append(Table("GDP vintages", self.vintages))
        if self.conflicts:
            sets = pd.DataFrame({"ids": [", ".join(one) for one in self.conflicts]})
            tables.append(Table("Smallest sets of figures that cannot hold together", sets))
        return tuple(tables)

    def plot(self) -> Any:
        """Draw each printed figure against the interval that all others imply.

        Returns
        -------
        Figure
            A matplotlib figure; `save_figure` writes it.
        """
        return route("audit.plot")(self)

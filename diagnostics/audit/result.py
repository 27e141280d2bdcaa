"""What the audit of a report found."""

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from quesnay.models.display.table import Table, Tabular

__all__ = ["AuditResult", "OneVintage", "Reading"]


_DETAIL = re.compile(r"rests on GDP|^Implied|^With(out)? |No identity ties")


@dataclass(frozen=True, slots=True, eq=False)
class OneVintage:
    """The special case in which all figures rest on one vintage of each year.

    Parameters
    ----------
    feasible : bool
        Whether some set of vintages, one a year, satisfies every identity with its own deflator.
    deflator : DataFrame
        Index year: low, high that the figures would need over all sets of vintages that satisfy the
        other identities; official_low, official_high that nominal and real GDP give over all pairs
        of vintages; unit. Empty where no identity has a deflator or no set is left.
    sets : DataFrame
        One row a set that satisfies all but the deflator: vintages, coherent (of one statistical
        basis), fits (with the official deflator too) and the deflator it needs, by year.
    """

    feasible: bool
    deflator: pd.DataFrame
    sets: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The audit with other figures: `assignments` and `bounds` as in the result.

    Parameters
    ----------
    name : str
        What is different.
    left_out : tuple of str
        Ids that are left out.
    assignments, bounds : DataFrame
        What fits, and what follows.
    """

    name: str
    left_out: tuple[str, ...]
    assignments: pd.DataFrame
    bounds: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AuditResult(Tabular):
    """Whether the printed figures of a report are mutually consistent, and what they imply.

    Parameters
    ----------
    feasible : bool
        Some assignment of vintages and definitions to the figures satisfies every identity.
    assignments : DataFrame
        One row a consistent assignment: for each figure that needs GDP the vintages on which it
        rests, and in "<id> definition" its definition where there are several.
    tried : int
        How many assignments there are.
    vintages : DataFrame
        One row for each figure that needs GDP and each of its choices: id, vintages, definition,
        fits (some consistent assignment uses it), alone (its own identity and the figures in it
        allow it), implied_low, implied_high and unit (what the figure would then be by all other
        figures), coherent (the vintages are of one statistical basis), known (they were published
        before the figure was).
    one_vintage : OneVintage
        The special case of one vintage a year for all figures.
    bounds : DataFrame
        Index (concept, year); low, high, unit, printed (bool): every printed and implied quantity
        over all consistent assignments. Empty where nothing holds.
    conflicts : list of list of str
        The smallest sets of ids that cannot hold together; empty when feasible.
    misses : DataFrame
        Where nothing holds: the smallest sets of figures without which all others hold (left_out),
        and for each figure of them the interval printed, the nearest one that the others imply, and
        by how many half units of the last digit it misses it.
    readings : tuple of Reading
        The same audit without the figures of each secondary source, and with other printings.
    findings : list of str
        What was found, in words.
    identities : tuple of str
        The equations used.
    """

    feasible: bool
    assignments: pd.DataFrame
    tried: int
    vintages: pd.DataFrame
    one_vintage: OneVintage
    bounds: pd.DataFrame
    conflicts: list[list[str]]
    misses: pd.DataFrame
    readings: tuple[Reading, ...]
    findings: list[str]
    identities: tuple[str, ...]

    @property
    def telling(self) -> list[str]:
        """The findings without the details of single figures, implied values and other readings."""
        return [sentence for sentence in self.findings if not _DETAIL.search(sentence)]

    def tables(self) -> tuple[Table, ...]:
        """Return findings, assignments, vintages, bounds and conflicts as tables."""
        verdict = "consistent" if self.feasible else "not consistent"
        findings = pd.DataFrame(
            {"finding": list(self.findings)},
            index=pd.RangeIndex(1, len(self.findings) + 1, name="no"),
        )
        tables = [Table(f"Audit: the printed figures are mutually {verdict}", findings)]
        if self.assignments.size:
            tables.append(Table("Consistent assignments, one a column", self.assignments.T))
        if len(self.vintages):
            note = "implied: what the figure would be by all other figures"
            tables.append(Table("What each figure can rest on", self.vintages, (note,)))
        if len(self.bounds):
            note = "Bounds hold for every unrounded value and every consistent assignment."
            tables.append(
                Table("Printed and implied quantities", self.bounds, (note, *self.identities))
            )
        if len(self.one_vintage.sets):
            tables.append(Table("One vintage a year, any deflator", self.one_vintage.sets))
        if self.conflicts:
            sets = pd.DataFrame({"ids": [", ".join(one) for one in self.conflicts]})
            tables.append(Table("Smallest sets of figures that cannot hold together", sets))
        if len(self.misses):
            note = "missed_by: in half units of the last printed digit"
            tables.append(
                Table("Smallest sets without which the others hold", self.misses, (note,))
            )
        return tuple(tables)

    def plot(self, **options: Any) -> Any:
        """Draw on which vintage each figure rests: always, in some assignments, or never.

        Parameters
        ----------
        **options
            `source`, written at the foot; `ax`, the panel to draw on.

        Returns
        -------
        Figure
            A matplotlib figure; `save_figure` writes it.
        """
        from quesnay.diagnostics.plots.evidence import plot_audit

        return plot_audit(self, **options)

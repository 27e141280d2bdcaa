"""What the audit found, in words."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.audit.problem import Problem
from quesnay.diagnostics.audit.solve import Scenario

__all__ = ["findings_of", "official_findings"]


def findings_of(
    problem: Problem,
    found: Sequence[Scenario],
    bounds: pd.DataFrame,
    vintages: pd.DataFrame,
    clashes: Sequence[Sequence[str]],
) -> tuple[str, ...]:
    """State in sentences what holds, what does not and what is implied.

    Parameters
    ----------
    problem : Problem
        Figures and identities.
    found : sequence of Scenario
        Feasible combinations of vintages.
    bounds, vintages : DataFrame
        As in the result.
    clashes : sequence of sequence of str
        Smallest conflicting sets.

    Returns
    -------
    tuple of str
        One sentence a finding, the verdict first.
    """
    tied = [figure.id for figure in problem.figures if problem.tied(figure)]
    free = [figure.id for figure in problem.figures if figure.id not in tied]
    words = [_verdict(tied, found, clashes)]
    words += _chosen(problem, found)
    words += _refuted(vintages)
    words += _implied(problem, bounds)
    if free:
        words.append(f"No identity ties {', '.join(free)}: printed, but not checked.")
    return tuple(words)


def official_findings(
    free: pd.DataFrame, official: "tuple[bool, list[list[str]], pd.DataFrame]", concept: str
) -> tuple[str, ...]:
    """Compare with the same audit under the official deflator.

    Parameters
    ----------
    free : DataFrame
        Bounds with the deflator left free.
    official : (bool, list of list of str, DataFrame)
        Feasibility, conflicts and implied figures of the audit under the official deflator.
    concept : str
        Words of the deflator in `free`.

    Returns
    -------
    tuple of str
        One sentence a finding.
    """
    feasible, clashes, implied = official
    needed = [
        f"{row['low']:.1f} to {row['high']:.1f} % in {row['year']}"
        for row in free.reset_index().to_dict("records")
        if row["concept"] == concept
    ]
    if feasible:
        return ("The figures also hold with the official GDP deflator of some vintage.",)
    words = [
        "The figures hold only with a deflator of their own: "
        f"{', '.join(needed) or 'none that is bounded'}. With the deflator that nominal and real "
        f"GDP imply, in any combination of vintages, {_set(clashes[0])} cannot all be true."
    ]
    common = sorted(set.intersection(*map(set, clashes))) if clashes else []
    if common:
        words.append(
            f"Every one of the {len(clashes)} smallest conflicts under the official deflator "
            f"contains {_set(common)}: leaving out one of them makes the rest consistent."
        )
    for name in common:
        row = implied.loc[name]
        if np.isfinite(row["implied_low"]):
            words.append(
                f"Under the official deflator the other figures imply {name} between "
                f"{row['implied_low']:.1f} and {row['implied_high']:.1f} {row['unit']}; printed is "
                f"{row['low']:g} to {row['high']:g}."
            )
    return tuple(words)


def _verdict(
    tied: Sequence[str], found: Sequence[Scenario], clashes: Sequence[Sequence[str]]
) -> str:
    if found:
        return (
            f"The {len(tied)} figures that identities tie are mutually consistent: unrounded "
            "values and GDP vintages exist that satisfy every identity."
        )
    sets = "; ".join(_set(one) for one in clashes)
    return (
        f"The figures are not mutually consistent, whatever was rounded: {sets} cannot hold "
        "together."
    )


def _chosen(problem: Problem, found: Sequence[Scenario]) -> list[str]:
    """Say which vintages are left in each year."""
    words = []
    for year, options in problem.vintages.by_year.items():
        labels = [o.name for o in options if any(o.label in one.labels for one in found)]
        seen = any(year == chosen.year for one in found for chosen in one.chosen)
        if seen and len(labels) < len(options):
            words.append(f"GDP of {year}: only {_either(labels)} fits.")
        elif seen:
            words.append(f"GDP of {year}: {_either(labels)} all fit.")
    return words


def _refuted(vintages: pd.DataFrame) -> list[str]:
    words = []
    for row in vintages[~vintages["alone"]].itertuples():
        words.append(
            f"{row.id} rules out {row.vintages}: it would be {row.implied_low:.4g} to "
            f"{row.implied_high:.4g} {row.unit}."
        )
    return words


def _implied(problem: Problem, bounds: pd.DataFrame) -> list[str]:
    words = []
    concept = problem.quantities["GDP"].concept if "GDP" in problem.quantities else None
    known = set(problem.vintages.by_year)
    for row in bounds.reset_index().to_dict("records"):
        name, year = row["concept"], row["year"]
        wide = row["high"] - row["low"] > 1e-4 * abs(row["high"])
        if not row["printed"] and wide and (name != concept or year not in known or _open(row)):
            words.append(
                f"Implied, not printed: {name} {year} between {row['low']:.4g} and "
                f"{row['high']:.4g} {row['unit']}."
            )
    return words


def _open(row: Mapping[Hashable, Any]) -> bool:
    """Whether a GDP is a range of its own rather than one of a few vintages."""
    return bool(row["high"] > 1.02 * row["low"])


def _set(ids: Sequence[str]) -> str:
    return "{" + ", ".join(ids) + "}"


def _either(labels: Sequence[str]) -> str:
    return " and ".join(repr(label) for label in labels) if labels else "none"

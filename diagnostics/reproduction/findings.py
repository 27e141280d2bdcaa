"""What the two runs find about a report, in sentences."""

from typing import TYPE_CHECKING

import pandas as pd

from quesnay.diagnostics.evidence.verdicts import judged_words
from quesnay.diagnostics.reproduction.assembly import part, row
from quesnay.diagnostics.reproduction.study import RUNS

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

__all__ = [
    "findings",
]


def findings(result: "Reproduction") -> list[str]:
    """Say what the two runs find about the report.

    Parameters
    ----------
    result : Reproduction
        A run of the main job.

    Returns
    -------
    list of str
        One sentence each: the verdicts of both runs, the level, the implied core, the jobs.
    """
    sentences = [
        f"{run.capitalize()} run: {judged_words(part(result.verdicts, run))}" for run in RUNS
    ]
    return [*sentences, *_level(result), *_implied_core(result), *_jobs(result)]


def _level(result: "Reproduction") -> list[str]:
    """Compare the earliest printed total with what the independent run supports."""
    printed = result.facts.reported
    totals = printed[printed["concept"] == "total"].sort_values("year")
    if totals.empty:
        return []
    own = row(result.verdicts, ("independent", totals.index[0]))
    place = _place(own["reported"], own["estimate_low"], own["estimate_high"])
    return [
        f"Level: elasticities of the technology's inputs alone support {own['estimate']:.2f} "
        f"[{own['estimate_low']:.2f}, {own['estimate_high']:.2f}] {result.study.study.unit} in "
        f"{int(totals['year'].iloc[0])}; the report prints {own['reported']:g}, {place}."
    ]


def _implied_core(result: "Reproduction") -> list[str]:
    """Compare the core that a printed integration share implies with official sector growth."""
    printed = result.facts.reported
    out = []
    for _, share in printed[printed["concept"] == "integration_share"].iterrows():
        year = int(share["year"])
        same = printed[(printed["concept"] == "total") & (printed["year"] == year)]
        if same.empty or ("calibrated", year) not in result.account.index:
            continue
        low = same["low"].iloc[0] * (1 - share["high"])
        high = same["high"].iloc[0] * (1 - share["low"])
        own = row(result.account, ("calibrated", year))
        place = _place((low + high) / 2, own["core_low"], own["core_high"])
        out.append(
            f"Core: the printed total and integration share of {year} imply a core of {low:.3f} to "
            f"{high:.3f} {result.study.study.unit}; official value added by sector gives "
            f"{own['core']:.3f} [{own['core_low']:.3f}, {own['core_high']:.3f}]: "
            f"the first is "
            f"{place}."
        )
    return out


def _jobs(result: "Reproduction") -> list[str]:
    """Compare the printed jobs with those that value added of this size employs."""
    printed = result.facts.reported
    out = []
    for name in printed.index[printed["concept"] == "jobs"]:
        own = row(result.verdicts, ("calibrated", name))
        if pd.isna(own["estimate"]):
            continue
        place = _place(own["reported"], own["estimate_low"], own["estimate_high"])
        out.append(
            f"Jobs: the growth of value added from {int(printed.loc[name, 'year']) - 1} to "
            f"{int(printed.loc[name, 'year'])} employs {own['estimate']:.1f} "
            f"[{own['estimate_low']:.1f}, {own['estimate_high']:.1f}] {own['unit']} at the "
            f"productivity of its industries; the report prints {own['reported']:g}, {place}."
        )
    return out


def _place(value: float, low: float, high: float) -> str:
    """Where a printed value lies against an interval."""
    if value > high:
        return "above that interval"
    return "below that interval" if value < low else "inside that interval"

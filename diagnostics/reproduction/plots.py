"""Plots of the main job."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.plots.account import plot_account, plot_elasticities, plot_penetration
from quesnay.diagnostics.plots.fan import plot_fans
from quesnay.diagnostics.plots.tornado import plot_tornados
from quesnay.diagnostics.reproduction.study import RUNS
from quesnay.diagnostics.reproduction.variance import source_tornados
from quesnay.models.satellite.account import two_point_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.reproduction.result import Reproduction

__all__ = [
    "account_plot",
    "elasticity_plot",
    "fan_plot",
    "penetration_plot",
    "tornado_plot",
]


def account_plot(result: "Reproduction") -> "Figure":
    """Draw both runs beside the printed totals."""
    totals = result.facts.reported[result.facts.reported["concept"] == "total"]
    printed = pd.DataFrame({"value": totals["value"].to_numpy()}, index=totals["year"].to_numpy())
    for run in RUNS:
        printed[f"role_{run}"] = [result.study.role(run, str(name)) for name in totals.index]
    return plot_account(result.account, printed, unit=result.study.study.unit)


def penetration_plot(result: "Reproduction") -> "Figure":
    """Draw the curves through the calibration points and what the held-out totals imply."""
    use = result.assembly.model.calibration
    slots = result.assembly.model.slots
    base = result.central.loc["calibrated"]
    span = (slots[use.earlier].year, slots[use.later].year)
    earlier, later = (
        np.array([float(base[("penetration", slot.year, slot.variant)])])
        for slot in (slots[use.earlier], slots[use.later])
    )
    fine = np.linspace(span[0] - 2, slots[-1].year + 2, 121)
    launch = float(result.assembly.model.launch)
    paths = pd.DataFrame(
        {
            family.capitalize(): two_point_path(
                family, (span[0] - launch, span[1] - launch), (earlier, later), fine - launch
            )[0]
            for family in result.assembly.model.curves
        },
        index=fine,
    )
    drawn = result.draws["calibrated"]["penetration"].drop(columns="outcome", level="variant")
    bounds = drawn.droplevel("variant", axis=1).quantile([0.025, 0.975]).T
    bounds.columns = pd.Index(["low", "high"])
    return plot_penetration(paths, _implied(result), bounds)


def _implied(result: "Reproduction") -> pd.DataFrame:
    """Penetration that each printed total implies, given core and potential of the base case."""
    base = result.central.loc["calibrated"]
    use = result.assembly.model.calibration
    slots = result.assembly.model.slots
    rows = {
        slots[k].year: (
            float(base[("penetration", slots[k].year, slots[k].variant)]),
            "calibration",
        )
        for k in (use.earlier, use.later)
    }
    totals = result.facts.reported[result.facts.reported["concept"] == "total"]
    for name, row in totals.iterrows():
        year = int(row["year"])
        match = [s for s in slots if s.year == year and s.variant != "outcome"]
        if year in rows or not match:
            continue
        core = float(base[("core", year, match[0].variant)])
        potential = float(base[("potential", year, match[0].variant)])
        role = result.study.role("calibrated", str(name))
        rows[year] = ((float(row["value"]) - core) / potential, role)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["penetration", "role"])


def elasticity_plot(result: "Reproduction") -> "Figure":
    """Draw the elasticity of the base case and its rivals."""
    return plot_elasticities(result.rivals.frame, cost_share=result.rivals.cost_share)


def tornado_plot(result: "Reproduction") -> "Figure":
    """Draw how far each source of uncertainty alone moves the held-out totals."""
    panels = {(f"{run} run", name): found for (run, name), found in source_tornados(result).items()}
    totals = result.facts.reported["value"]
    marks = {name: float(totals[name]) for _, name in panels}
    return plot_tornados(panels, unit=result.study.study.unit, marks=marks)


def fan_plot(result: "Reproduction") -> "Figure":
    """Draw the total of both runs to the forecast year, with the printed totals."""
    panels = {}
    for run in RUNS:
        total = result.draws[run]["total"].drop(columns="outcome", level="variant")
        panels[f"{run} run"] = total.droplevel("variant", axis=1)
    totals = result.facts.reported[result.facts.reported["concept"] == "total"]
    reported = totals.set_index("year")[["low", "high"]]
    for run in RUNS:
        roles = [result.study.role(run, str(name)) != "held out" for name in totals.index]
        reported[f"{run} run"] = roles
    return plot_fans(panels, quantity="total", unit=result.study.study.unit, reported=reported)

"""Plots of the main job."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.plots.account import plot_account, plot_elasticities, plot_penetration
from quesnay.diagnostics.plots.input_output import core_flows, plot_flows
from quesnay.diagnostics.plots.style import Panels
from quesnay.diagnostics.plots.uncertainty import plot_fans, plot_tornados
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.linkage import sector_names
from quesnay.diagnostics.reproduction.runs import median_inputs, source_tornados
from quesnay.diagnostics.reproduction.sources import used_sources
from quesnay.fitting.errors import StudyError
from quesnay.models.satellite.account import Calibration, curve_path
from quesnay.models.satellite.concepts import describe
from quesnay.models.uncertainty.sensitivity import Tornado

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.evidence.specification import SpecificationCurve
    from quesnay.diagnostics.reproduction.result import Reproduction


def _source(result: "Reproduction") -> str:
    return "; ".join(used_sources(result))


def all_plots(
    result: "Reproduction", curve: "SpecificationCurve | None" = None
) -> "dict[str, Figure]":
    """Draw every plot that the study has the parts for, by file name."""
    out = {
        "account": account_plot(result), "fan": fan_plot(result), "core": core_plot(result)
    }  # fmt: skip
    if result.elasticities is not None:
        out["elasticities"] = elasticity_plot(result)
    if "calibrated" in result.runs:
        out["penetration"] = penetration_plot(result)
    if tornados := source_tornados(result):
        out["tornado"] = tornado_plot(result, tornados)
    if curve is not None:
        out["specifications"] = specification_plot(result, curve)
    return out


def account_plot(result: "Reproduction", ax: Panels = None) -> "Figure":
    """Draw every run beside the printed totals."""
    totals = result.facts.totals()
    printed = pd.DataFrame({"value": totals["value"].to_numpy()}, index=totals["year"].to_numpy())
    for run in result.runs:
        printed[f"role_{run}"] = [result.study.role(run, str(name)) for name in totals.index]
    return plot_account(
        result.account, printed, unit=result.study.study.unit, source=_source(result), ax=ax
    )


def penetration_plot(result: "Reproduction", ax: Panels = None) -> "Figure":
    """Draw the curves through the calibration points and what the held-out totals imply.

    In shares of the potential at the median elasticity, saturation one.
    """
    use = _calibration(result)
    slots = result.assembly.model.slots
    middle = result.central.loc["calibrated"]
    # potential at the median elasticity by slot, first vintage set, GDP forecast in the middle
    model = result.assembly.model
    forecast = result.study.gdp.forecast
    growth = (forecast.low + forecast.high) / 2 if forecast else 0.0
    assert model.potential is not None  # no study has a curve without it
    using = (model.value_added[0] * model.potential.intensity).sum(axis=1)
    factor = [1 + growth if s.variant == "forecast" else 1.0 for s in model.slots]
    full = [float(model.potential.median * u * f) for u, f in zip(using, factor, strict=True)]
    points = tuple(
        np.array([float(middle[("integration", slots[k].year, slots[k].variant)]) / full[k]])
        for k in (use.earlier, use.later)
    )
    span = (slots[use.earlier].year - use.launch, slots[use.later].year - use.launch)
    fine = np.linspace(slots[0].year - 2, slots[-1].year + 2, 121)
    paths = pd.DataFrame(
        {
            family.capitalize(): curve_path(
                family, (float(span[0]), float(span[1])), (points[0], points[1]), fine - use.launch
            )[0]
            for family in use.curves
        },
        index=fine,
    )
    columns = [("calibrated", "integration", s.year, s.variant) for s in slots]
    shown = [k for k, s in enumerate(slots) if s.variant != "outcome"]
    drawn = pd.DataFrame({slots[k].year: result.draws[columns[k]] / full[k] for k in shown})
    bounds = drawn.quantile([0.025, 0.975]).T.set_axis(["low", "high"], axis=1)
    return plot_penetration(paths, _implied(result, full), bounds, source=_source(result), ax=ax)


def _calibration(result: "Reproduction") -> Calibration:
    use = result.assembly.model.calibration
    if use is None:
        raise StudyError("penetration: the study has no such section, so no curve to draw")
    return use


def _implied(result: "Reproduction", full: list[float]) -> pd.DataFrame:
    """Penetration that each printed total implies, given the core of the run."""
    middle = result.central.loc["calibrated"]
    use = _calibration(result)
    slots = result.assembly.model.slots
    rows = {
        slots[k].year: (
            float(middle[("integration", slots[k].year, slots[k].variant)]) / full[k],
            "calibration",
        )
        for k in (use.earlier, use.later)
    }
    for name, own in result.facts.totals().iterrows():
        year = int(own["year"])
        match = [k for k, s in enumerate(slots) if s.year == year and s.variant != "outcome"]
        if year in rows or not match:
            continue
        slot = slots[match[0]]
        core = float(middle[("core", year, slot.variant)])
        role = result.study.role("calibrated", str(name))
        rows[year] = ((float(own["value"]) - core) / full[match[0]], role)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["penetration", "role"])


def elasticity_plot(result: "Reproduction", ax: Panels = None) -> "Figure":
    """Draw the admissible equations, then the rivals of the base case."""
    found = result.elasticities
    if found is None:
        raise StudyError("potential: the study has no such section, so no elasticity to draw")
    mixed = found.mixture
    half = 1.959963984540054 * mixed["std_error"]
    equations = pd.DataFrame(
        {
            "estimate": mixed["elasticity"],
            "low": mixed["elasticity"] - half,
            "high": mixed["elasticity"] + half,
        }
    ).rename(index=lambda name: f"{name} (weight {mixed.loc[name, 'weight']:.0%})")
    rivals = found.rivals.drop(index="base case", errors="ignore")
    frame = pd.concat([equations, rivals[["estimate", "low", "high"]]])
    widest = 4 * float(np.nanmax(np.abs(equations.to_numpy(float))))
    shown = frame[(frame["high"] - frame["low"]) < widest]
    return plot_elasticities(
        shown, cost_share=found.cost_share, drawn=len(equations), source=_source(result), ax=ax
    )


def core_plot(result: "Reproduction", ax: Panels = None) -> "Figure":
    """Draw who supplies the core and who uses it, in the last table before the forecast.

    A sector that belongs to the core in part gives it that part of its inputs and sales; weights
    at their middle, flows in the account's unit, those among the core parts left out. Supplies,
    imported inputs and value added make up the sales.
    """
    model, tables = result.assembly.model, result.assembly.tables
    place, slot = [
        (k, s)
        for k, s in enumerate(model.slots)
        if s.year in tables and s.variant not in {"forecast", "outcome"}
    ][-1]
    own = tables[slot.year]
    middle = median_inputs(result.study, result.facts, model, result.assembly.productivity)
    inside = np.zeros(len(result.assembly.sectors))
    inside[model.places] = np.minimum(model.core_shares(middle), 1.0)[0]
    scale = float(model.gdp[0, place] / own.v.sum())
    labels = pd.Index(result.assembly.sectors)
    names = sector_names(result.study, result.facts, labels).to_list()
    return plot_flows(
        core_flows(own, inside, names, scale=scale),
        unit=result.study.study.unit, source=_source(result), ax=ax,
        title=f"What the core is made of and where it goes, {slot.year}",
    )  # fmt: skip


def tornado_plot(
    result: "Reproduction", tornados: Mapping[tuple[str, str], Tornado], ax: Panels = None
) -> "Figure":
    """Draw how far each source of uncertainty alone moves the held-out totals."""
    printed = result.facts.reported
    called = {str(name): describe(str(name), int(year)) for name, year in printed["year"].items()}
    panels = {(f"{run} run", called[name]): found for (run, name), found in tornados.items()}
    marks = {called[name]: float(printed["value"][name]) for _, name in tornados}
    shares = result.variance.rename(index=lambda run: f"{run} run", level="run")
    shares = shares.rename(index=called, level="id")
    return plot_tornados(
        panels, unit=result.study.study.unit, marks=marks, shares=shares, source=_source(result),
        ax=ax,
    )  # fmt: skip


def fan_plot(result: "Reproduction", ax: Panels = None) -> "Figure":
    """Draw the total of every run to the last year, with the printed totals."""
    panels = {}
    for run in result.runs:
        total = result.draws[run]["total"].drop(columns="outcome", level="variant", errors="ignore")
        panels[f"{run} run"] = total.droplevel("variant", axis=1)
    totals = result.facts.totals()
    reported = totals.set_index("year")[["low", "high"]]
    for run in result.runs:
        used = [result.study.role(run, str(name)) != "held out" for name in totals.index]
        reported[f"{run} run"] = used
    return plot_fans(
        panels, quantity="total", unit=result.study.study.unit, reported=reported,
        rules=naive_paths(result), source=_source(result), ax=ax,
    )  # fmt: skip


def specification_plot(
    result: "Reproduction", curve: "SpecificationCurve", ax: Panels = None
) -> "Figure":
    """Draw every admissible combination of the study's choices, run by run."""
    name = describe(curve.figure, int(row(result.facts.reported, curve.figure)["year"]))
    return curve.plot_runs(name=name, source=_source(result), ax=ax)


def naive_paths(result: "Reproduction") -> "dict[str, pd.Series[float]]":
    """Return the totals that each rule without a model forecasts, by year; none where no rule."""
    if result.naive.empty:
        return {}
    rows = result.naive["estimate"].groupby("rule", sort=False)
    return {str(rule): own.droplevel("rule").astype(float) for rule, own in rows}

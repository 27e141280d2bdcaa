"""The audit of a report's printed figures."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from quesnay.diagnostics.audit.dimensions import check_dimensions
from quesnay.diagnostics.audit.figures import Figure, checked_figures
from quesnay.diagnostics.audit.findings import findings_of, official_findings
from quesnay.diagnostics.audit.identities import (
    OFFICIAL_DEFLATOR,
    SATELLITE_ACCOUNT,
    SATELLITE_QUANTITIES,
    Identity,
    Quantity,
)
from quesnay.diagnostics.audit.problem import Problem, pose
from quesnay.diagnostics.audit.result import AuditResult
from quesnay.diagnostics.audit.solve import Scenario, conflicts, extent, feasible, scenarios
from quesnay.diagnostics.audit.vintages import Alternative, checked_vintages
from quesnay.fitting.checks import choice

__all__ = ["audit_figures"]


def audit_figures(
    reported: pd.DataFrame,
    *,
    gdp: pd.DataFrame | None = None,
    gdp_unit: str | None = None,
    identities: Sequence[Identity] = SATELLITE_ACCOUNT,
    quantities: Sequence[Quantity] = SATELLITE_QUANTITIES,
    deflator: str = "free",
    without: Sequence[str] = (),
) -> AuditResult:
    """Judge whether printed figures can all be true, given rounding and a vintage of GDP.

    Every printed figure is an interval, every identity a constraint. Interval propagation with
    outward rounding and branch and bound over McCormick relaxations (HiGHS) either find unrounded
    values that satisfy everything or prove that there are none.

    Parameters
    ----------
    reported : DataFrame
        Index id; columns concept, year, printed, unit and optionally low, high, kind, symbol.
    gdp : DataFrame, optional
        Vintages: year, vintage, gdp, and optionally real_growth, published, unit. None leaves GDP
        free.
    gdp_unit : str, optional
        Unit of gdp where the frame has no unit column.
    identities, quantities : sequences
        What holds, and what the symbols mean; by default those of a satellite account.
    deflator : {"free", "official"}
        Whether the GDP deflator is implied, or tied to the nominal and real growth of GDP.
    without : sequence of str
        Ids to leave out.

    Returns
    -------
    AuditResult
        Feasibility, bounds, vintages, conflicts and findings.

    Raises
    ------
    QuesnayError
        If figures, identities, units or vintages are at fault.

    Examples
    --------
    >>> figures = pd.DataFrame({"concept": ["total", "core", "part"], "year": 2019,
    ...                         "printed": ["2.13", "0.54", "74.8"],
    ...                         "unit": ["trillion CNY", "trillion CNY", "percent"]},
    ...                        index=["T19", "C19", "H19"])
    >>> found = audit_figures(figures)
    >>> found.feasible
    True
    >>> found.bounds.loc[("integration-driven contribution", 2019), ["low", "high"]].round(4)
    low     1.5884
    high    1.5980
    Name: (integration-driven contribution, 2019), dtype: float64
    """
    choice(deflator, ("free", "official"), "deflator")
    figures = checked_figures(reported, without=without)
    official = deflator == "official"
    vintages = checked_vintages(gdp, figures, unit=gdp_unit, real=official)
    tied = (*identities, OFFICIAL_DEFLATOR) if official else tuple(identities)
    problem = pose(figures, quantities, tied, vintages)
    for identity in tied:
        check_dimensions(identity, problem.units)
    other = None
    if not official and _has_deflator(problem) and gdp is not None and "real_growth" in gdp.columns:
        other = audit_figures(
            reported,
            gdp=gdp,
            gdp_unit=gdp_unit,
            identities=identities,
            quantities=quantities,
            deflator="official",
            without=without,
        )
    return _judge(problem, other)


def _has_deflator(problem: Problem) -> bool:
    return any(key[0] == "D" for instance in problem.instances for key in instance.keys)


def _judge(problem: Problem, official: AuditResult | None) -> AuditResult:
    found = feasible(problem)
    bounds = _bounds(problem, found)
    table = _vintages(problem, found)
    clashes = [] if found else conflicts(problem)
    implied = _implied(problem, clashes)
    words = findings_of(problem, found, bounds, table, clashes)
    if official is not None:
        concept = problem.quantities["D"].concept
        seen = (official.feasible, official.conflicts, official.implied)
        words = (*words[:1], *official_findings(bounds, seen, concept), *words[1:])
    used = sorted({i.identity.text for i in problem.instances})
    return AuditResult(
        feasible=bool(found),
        bounds=bounds,
        vintages=table,
        conflicts=clashes,
        implied=implied,
        findings=words,
        identities=tuple(used),
        official=official,
    )


def _bounds(problem: Problem, found: Sequence[Scenario]) -> pd.DataFrame:
    """Return the extent of every quantity that the figures bound on both sides."""
    printed = {(f.symbol, f.year) for f in problem.figures}
    rows = []
    shown = problem.reported() & set(problem.places)
    for key in sorted(shown, key=lambda k: (list(problem.quantities).index(k[0]), k[1])):
        if not found:
            break
        low, high = extent(problem, found, key)
        if np.isfinite(low) and np.isfinite(high):
            unit = problem.units[key[0]].text
            concept = problem.quantities[key[0]].concept
            rows.append((concept, key[1], low, high, unit, key in printed))
    frame = pd.DataFrame(rows, columns=["concept", "year", "low", "high", "unit", "printed"])
    return frame.set_index(["concept", "year"])


def _vintages(problem: Problem, found: Sequence[Scenario]) -> pd.DataFrame:
    """Return which vintages each figure fits that is tied to GDP by every identity it is in."""
    rows = []
    for figure in problem.figures:
        tied = problem.tied(figure)
        years = {key[1] for item in tied for key in item.keys if key[0] == "GDP"}
        years &= set(problem.vintages.by_year)
        if not years or not all(any(key[0] == "GDP" for key in item.keys) for item in tied):
            continue
        options = [problem.vintages.by_year[year] for year in sorted(years)]
        rows += [_row(problem, figure, chosen, found) for chosen in itertools.product(*options)]
    columns = ["id", "vintages", "fits", "alone", "implied_low", "implied_high", "unit"]
    return pd.DataFrame(rows, columns=columns)


def _row(
    problem: Problem, figure: Figure, chosen: tuple[Alternative, ...], found: Sequence[Scenario]
) -> tuple[object, ...]:
    labels = {alternative.label for alternative in chosen}
    alone_problem = problem.around(figure)
    low, high = _extent(alone_problem, list(scenarios(alone_problem, fixed=chosen)), figure)
    alone = not (low >= figure.high or high < figure.low)
    return (
        figure.id,
        ", ".join(alternative.label for alternative in chosen),
        any(labels <= scenario.labels for scenario in found),
        alone,
        low,
        high,
        figure.unit.text,
    )


def _extent(problem: Problem, found: Sequence[Scenario], figure: Figure) -> tuple[float, float]:
    """Return what a figure can be; no numbers where nothing holds or nothing speaks of it."""
    key = (figure.symbol, figure.year)
    if not found or key not in problem.places:
        return np.nan, np.nan
    low, high = extent(problem, found, key)
    quantity = problem.quantities[figure.symbol]
    if np.isinf(high - low) or (low <= quantity.low + 1e-6 and high >= quantity.high - 1e-6):
        return np.nan, np.nan
    return low, high


def _implied(problem: Problem, clashes: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Return what all other figures imply for each figure."""
    rows = {}
    for figure in problem.figures:
        if problem.tied(figure):
            low = high = np.nan
            # The others hold together only where the figure is part of every conflict.
            if all(figure.id in one for one in clashes):
                others = problem.without({figure.id}, derived=True)
                if (figure.symbol, figure.year) in others.reported():
                    low, high = _extent(others, feasible(others), figure)
            rows[figure.id] = (figure.low, figure.high, low, high, figure.unit.text)
    columns = ["low", "high", "implied_low", "implied_high", "unit"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return frame.rename_axis("id")

"""What is reconciled: estimates of every model with their joint errors, and the identities."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.job.redraw import DrawnInputs, core_weights
from quesnay.job.update_effect import linkage_draws
from quesnay.models.input_output.table import InputOutputTable

if TYPE_CHECKING:
    from quesnay.job.reproduction import Reproduction

__all__ = ["CONCEPTS", "METHODS", "Estimates", "collect_estimates", "identities", "path"]

METHODS = {
    "elasticity": "elasticity and supply weight (M2)",
    "curve": "penetration curve (M4)",
    "backward": "backward linkages (M3)",
    "forward": "forward linkages (M3)",
}
CONCEPTS = ("integration", "total", "share", "integration share", "contribution", "jobs")
_DIFFUSE = 30.0  # standard error of what no model estimates directly, in units of its own size


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates and draws of everything that a model estimates directly.

    Parameters
    ----------
    years : tuple of int
        Years of the account.
    central : Series
        Label such as ``"core 2019"`` -> base case.
    draws : DataFrame
        Draws x labels, complete rows only.
    dropped : int
        Draws without an admissible curve.
    starts : Series
        Account concepts by year, which only the identities determine -> where to start from.
    """

    years: tuple[int, ...]
    central: pd.Series
    draws: pd.DataFrame
    dropped: int
    starts: pd.Series

    def covariance(self, methods: Sequence[str]) -> pd.DataFrame:
        """Return the covariance of estimates and account, by label.

        Parameters
        ----------
        methods : sequence of str
            Keys of :data:`METHODS` that take part.

        Returns
        -------
        DataFrame
            Label x label: covariance of the draws; the disagreement between the methods, their
            sample covariance over the years, is added to the error of each. The account itself has
            a standard error of 30 times its size.
        """
        labels = self.labels(methods)
        own = self.draws[labels].cov()
        if len(methods) > 1:
            paths = np.array([self.central[_paths(m, self.years)] for m in methods])
            between = np.cov(paths, rowvar=False)
            for method in methods:
                names = _paths(method, self.years)
                own.loc[names, names] += between
        wide = pd.DataFrame(
            np.diag((_DIFFUSE * self.starts) ** 2), self.starts.index, self.starts.index
        )
        both = [*labels, *self.starts.index]
        return own.reindex(index=both, columns=both).fillna(0.0) + wide.reindex(
            index=both, columns=both
        ).fillna(0.0)

    def labels(self, methods: Sequence[str]) -> list[str]:
        """Return the labels of the estimates, integration by the given methods only."""
        kept = {name for method in methods for name in _paths(method, self.years)}
        return [
            str(label)
            for label in self.central.index
            if not str(label).startswith("integration by") or label in kept
        ]


def path(method: str, year: int) -> str:
    """Return the label of integration by one method in one year.

    Examples
    --------
    >>> path("curve", 2019)
    'integration by curve 2019'
    """
    return f"integration by {method} {year}"


def _paths(method: str, years: Sequence[int]) -> list[str]:
    return [path(method, year) for year in years]


def collect_estimates(
    result: "Reproduction", drawn: DrawnInputs, tables: Mapping[int, InputOutputTable]
) -> Estimates:
    """Gather what every model estimates, on common draws.

    Parameters
    ----------
    result : Reproduction
        The main job.
    drawn : DrawnInputs
        The inputs of its draws.
    tables : mapping of int to InputOutputTable
        Tables for the linkages; other years take the linkages per unit of core in a straight line.

    Returns
    -------
    Estimates
        Base case and draws. The forecast year as it turned out.
    """
    slots = [s for s in result.assembly.model.slots if s.variant != "forecast"]
    years = tuple(slot.year for slot in slots)
    keys = {slot.year: (slot.year, slot.variant) for slot in slots}
    every = pd.concat([result.central.to_frame().T, result.draws], ignore_index=True)
    ties = _linkages(tables, core_weights(result.assembly, drawn.values), years)
    out: dict[str, pd.Series] = {}
    curve, other = every["calibrated"], every["independent"]
    for year, key in keys.items():
        core = curve[("core", *key)]
        out[f"core {year}"] = core
        out[f"GDP {year}"] = curve[("total", *key)] / curve[("share", *key)]
        out[f"integration by elasticity {year}"] = other[("integration", *key)]
        out[f"integration by curve {year}"] = curve[("integration", *key)]
        for kind in ("backward", "forward"):
            out[f"integration by {kind} {year}"] = core * ties[(kind, year)]
    for before, year in itertools.pairwise(years):
        step = curve[("total", *keys[year])] - curve[("total", *keys[before])]
        out[f"jobs per value added {year}"] = curve[("jobs", *keys[year])] / step
    frame = pd.DataFrame(out)
    complete = frame.iloc[1:].dropna()
    return Estimates(
        years, frame.iloc[0].rename("estimate"), complete, len(frame) - 1 - len(complete),
        _starts(frame.iloc[0], years),
    )  # fmt: skip


def _linkages(
    tables: Mapping[int, InputOutputTable], weights: pd.DataFrame, years: Sequence[int]
) -> dict[tuple[str, int], pd.Series]:
    """Value added elsewhere per unit of core, by measure and year, one value a draw."""
    known: dict[str, list[np.ndarray]] = {"backward": [], "forward": []}
    for year in sorted(tables):
        table = tables[year]
        own = weights.to_numpy() @ table.v[list(weights.columns)].to_numpy(float)
        drawn = linkage_draws(table, weights, kinds=tuple(known))
        for kind, rows in known.items():
            rows.append(drawn[kind] / own)
    at = np.array(sorted(tables), dtype=float)
    out = {}
    for kind, rows in known.items():
        stacked = np.array(rows)
        for year in years:
            place = float(np.interp(year, at, np.arange(len(at))))
            low = int(place)
            part, high = place - low, min(low + 1, len(at) - 1)
            out[(kind, year)] = pd.Series((1 - part) * stacked[low] + part * stacked[high])
    return out


def _starts(central: pd.Series, years: Sequence[int]) -> pd.Series:
    """Start the account at the mean of the methods."""
    out: dict[str, float] = {}
    for place, year in enumerate(years):
        integration = float(np.mean([central[path(m, year)] for m in METHODS]))
        total = float(central[f"core {year}"]) + integration
        gdp = float(central[f"GDP {year}"])
        out |= {f"integration {year}": integration, f"total {year}": total}
        out |= {f"share {year}": total / gdp, f"integration share {year}": integration / total}
        if place:
            before = years[place - 1]
            step = total - out[f"total {before}"]
            out[f"contribution {year}"] = step / (gdp - float(central[f"GDP {before}"]))
            out[f"jobs {year}"] = step * float(central[f"jobs per value added {year}"])
    return pd.Series(out)


def identities(years: Sequence[int], methods: Sequence[str]) -> list[str]:
    """Write the identities of the account as texts.

    Parameters
    ----------
    years : sequence of int
        Years of the account, in order.
    methods : sequence of str
        Methods that each estimate the same integration.

    Returns
    -------
    list of str
        For :func:`quesnay.models.growth.reconciliation.reconcile`.

    Examples
    --------
    >>> identities([2018], ["curve"])[0]
    '`total 2018` = `core 2018` + `integration 2018`'
    """
    out = []
    for year in years:
        out += [
            f"`total {year}` = `core {year}` + `integration {year}`",
            f"`share {year}` * `GDP {year}` = `total {year}`",
            f"`integration share {year}` * `total {year}` = `integration {year}`",
        ]
        out += [f"`integration {year}` = `{path(m, year)}`" for m in methods]
    for before, year in itertools.pairwise(years):
        step = f"(`total {year}` - `total {before}`)"
        out += [
            f"`contribution {year}` * (`GDP {year}` - `GDP {before}`) = {step}",
            f"`jobs {year}` = `jobs per value added {year}` * {step}",
        ]
    return out

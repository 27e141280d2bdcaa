"""What is reconciled: estimates of every model with their joint errors, and the identities.

Tables of the reconciled account, in the words of a reader.

M8 in the main job: the estimates of all models made one account.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.reproduction.made_table import linkage_draws
from quesnay.diagnostics.reproduction.runs import DrawnInputs, core_weights
from quesnay.fitting.errors import StudyError
from quesnay.models.display.table import Table, Tabular
from quesnay.models.growth.reconciliation import Reconciliation, reconcile
from quesnay.models.input_output.table import InputOutputTable

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

__all__ = [
    "CONCEPTS",
    "METHODS",
    "Estimates",
    "ReconciledAccount",
    "collect_estimates",
    "identities",
    "path",
    "reconcile_account",
    "reconciled_tables",
]


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


def reconciled_tables(result: "ReconciledAccount") -> tuple[Table, ...]:
    """Return the account, what each estimate took, and the total under other assumptions."""
    return (_account(result), _adjustments(result), _variants(result))


def _account(result: "ReconciledAccount") -> Table:
    own = result.account
    columns = {
        "core": ("core", ".2f", 1.0),
        "integration": ("integration", ".2f", 1.0),
        "total": ("total", ".2f", 1.0),
        "of GDP, %": ("share", ".1f", 100.0),
        "integrated, %": ("integration share", ".0f", 100.0),
        "of growth, %": ("contribution", ".1f", 100.0),
        "new jobs": ("jobs", ".1f", 1.0),
    }
    frame = pd.DataFrame(
        {name: _bracketed(own, *how) for name, how in columns.items()}, index=own.index
    )
    notes = (
        f"Brackets: 95 % interval, normal, from the covariances of {result.draws} draws"
        + (f" ({result.dropped} without an admissible curve left out)." if result.dropped else "."),
        "Current prices; the forecast year as it turned out. Every identity holds.",
        "Integrated: integration over the total. Of growth: change of the total over change of "
        f"GDP. New jobs: {result.jobs_unit}.",
    )
    return Table(f"Reconciled account, {result.unit}", frame, notes)


def _bracketed(frame: pd.DataFrame, name: str, spec: str, scale: float) -> list[str]:
    columns = (scale * frame[c] for c in (name, f"{name}_low", f"{name}_high"))
    return [
        "" if pd.isna(value) else f"{value:{spec}} [{low:{spec}}, {high:{spec}}]"
        for value, low, high in zip(*columns, strict=True)
    ]


def _adjustments(result: "ReconciledAccount") -> Table:
    frame = result.adjustments.rename(
        columns={
            "stated_error": "stated error",
            "error": "error used",
            "error_after": "error after",
        }
    )
    words = {f"integration by {key}": f"integration: {text}" for key, text in METHODS.items()}
    frame = frame.rename(index=words, level="estimate")
    for name, spec in (("adjustment", "+.3f"), ("z", "+.1f")):
        # no sign for nothing
        rounded = frame[name].round(int(spec[2]))
        frame[name] = [format(v, spec if v else spec[1:]) for v in rounded.fillna(0.0) + 0.0]
    formats = dict.fromkeys(frame.columns, ".3f")
    notes = (
        "Standard errors: stated, over the draws; used, with the disagreement between the methods; "
        "after, of the reconciled value. z: adjustment over its standard error.",
        f"GDP and levels in {result.unit}; jobs per value added in {result.jobs_unit} per "
        f"{result.unit}.",
    )
    return Table("What each estimate had to take", frame.sort_index(), notes, formats)


def _variants(result: "ReconciledAccount") -> Table:
    own = result.variants
    cells = pd.Series(_bracketed(own, "total", ".2f", 1.0), index=own.index)
    frame = cells.unstack().reindex(list(result.tests.index)).fillna("none")
    frame["chi-squared"] = [
        f"{row['chi-squared']:.0f} ({row['degrees of freedom']:.0f})"
        for _, row in result.tests.iterrows()
    ]
    frame["p"] = [f"{p:.2f}" if p > 1e-4 else "< 0.0001" for p in result.tests["p"]]
    frame.index.name = "variant"
    notes = (
        "Chi-squared, with its degrees of freedom: do the estimates agree within the errors?",
        "With the errors that each method states for itself there is no account: the methods differ"
        " by far more than these errors. So their disagreement is counted as error.",
    )
    return Table(f"Reconciled total under other assumptions, {result.unit}", frame, notes)


MAIN = "all methods"
_TOTAL = ["total", "total_low", "total_high"]
_VARIANTS = {MAIN: tuple(METHODS), "without linkages (M2, M4)": ("elasticity", "curve")}
STATED = "all methods, stated errors alone"


@dataclass(frozen=True, slots=True, repr=False)
class ReconciledAccount(Tabular):
    """One account out of all estimates, and what each of them had to take.

    Parameters
    ----------
    account : DataFrame
        Year x (concept: estimate, low, high): 95 % intervals; levels in the unit of the account,
        shares as fractions, jobs in the unit of employment.
    adjustments : DataFrame
        Index estimate, year: ``before``, ``stated_error``, ``error`` (with the disagreement of the
        methods), ``adjustment``, ``after``, ``error_after`` and ``z``.
    variants : DataFrame
        Index variant, year: reconciled total with its interval under other assumptions.
    tests : DataFrame
        Variant -> chi-squared, degrees of freedom, p-value: do the estimates agree within their
        errors? Also for the errors that the methods state for themselves.
    main : Reconciliation
        The reconciliation behind `account`.
    unit, jobs_unit : str
        Units of levels and of jobs.
    draws, dropped : int
        Draws behind the covariances, and those without an admissible curve.
    """

    account: pd.DataFrame
    adjustments: pd.DataFrame
    variants: pd.DataFrame
    tests: pd.DataFrame
    main: Reconciliation
    unit: str
    jobs_unit: str
    draws: int
    dropped: int

    def tables(self) -> tuple[Table, ...]:
        """Return the account, the adjustments and the account under other assumptions."""
        return reconciled_tables(self)


def reconcile_account(
    result: "Reproduction",
    drawn: DrawnInputs,
    *,
    updated: Mapping[int, InputOutputTable] | None = None,
) -> ReconciledAccount:
    """Reconcile the estimates of all models by least squares under the account's identities.

    Core (M1), GDP, jobs per value added (M6) and integration by elasticity (M2), curve (M4),
    backward and forward linkages (M3) are estimates with the covariance of the draws; total, share,
    integration share, contribution to growth and jobs follow from the identities (Stone,
    Champernowne and Meade 1942).

    Parameters
    ----------
    result : Reproduction
        The main job.
    drawn : DrawnInputs
        Inputs of its draws.
    updated : mapping of int to InputOutputTable, optional
        Tables made for years without one, for the linkages.

    Returns
    -------
    ReconciledAccount
        Account, adjustments, variants and tests.

    Raises
    ------
    StudyError
        If fewer than three draws admit a curve.

    Examples
    --------
    >>> import quesnay as qn
    >>> account = qn.reproduce(draws=200, seed=0).reconcile().account
    >>> own = account.loc[2018]
    >>> bool(abs(own["core"] + own["integration"] - own["total"]) < 1e-9)
    True
    """
    found = collect_estimates(result, drawn, {**result.facts.tables, **(updated or {})})
    if len(found.draws) < 3:
        raise StudyError(
            f"reconciliation: {len(found.draws)} of {len(result.draws)} draws admit a curve; "
            "covariances need 3, ask for more draws"
        )
    made = {name: _one(found, methods) for name, methods in _VARIANTS.items()}
    main, stated = made[MAIN], _stated(found)
    tests = {name: _test(one, len(found.starts)) for name, one in made.items()}
    totals = {name: _account(one, found.years)[_TOTAL] for name, one in made.items()}
    tests[STATED] = _test(stated, 0)
    return ReconciledAccount(
        account=_account(main, found.years),
        adjustments=_adjustments(main, found),
        variants=pd.concat(totals, names=["variant", "year"]),
        tests=pd.DataFrame(tests).T,
        main=main,
        unit=result.study.study.unit,
        jobs_unit=result.study.employment.unit,
        draws=len(found.draws),
        dropped=found.dropped,
    )


def _one(found: Estimates, methods: Sequence[str]) -> Reconciliation:
    """Reconcile the estimates of some methods, their disagreement being part of their errors."""
    labels = found.labels(methods)
    values = pd.concat([found.central[labels], found.starts])
    return reconcile(
        values,
        identities(found.years, methods),
        covariance=found.covariance(methods),
    )


def _account(main: Reconciliation, years: Sequence[int]) -> pd.DataFrame:
    """Lay the reconciled labels out as years x concepts with intervals."""
    tidy = main.tidy().set_index("term")
    rows: dict[int, dict[str, float]] = {year: {} for year in years}
    for label, row in tidy.iterrows():
        concept, _, year = str(label).rpartition(" ")
        if concept.startswith("integration by"):
            continue
        own = rows[int(year)]
        own[concept] = float(row["estimate"])
        own[f"{concept}_low"], own[f"{concept}_high"] = row["conf_low"], row["conf_high"]
    return pd.DataFrame(rows).T.rename_axis("year")


def _stated(found: Estimates) -> Reconciliation:
    """Reconcile core and integration alone, each method with the error it states for itself.

    These errors leave so little freedom that only the linear identities can be met exactly.
    """
    methods = tuple(METHODS)
    names = [f"core {year}" for year in found.years]
    names += [path(m, year) for m in methods for year in found.years]
    rules = [
        f"`{path(methods[0], year)}` = `{path(m, year)}`"
        for year in found.years
        for m in methods[1:]
    ]
    return reconcile(found.central[names], rules, covariance=found.draws[names].cov())


def _test(one: Reconciliation, unknown: int) -> dict[str, float]:
    """Chi-squared that the estimates agree; identities that define an unknown test nothing."""
    from scipy.special import chdtrc

    dof = one.dof - unknown
    p = float(chdtrc(dof, one.statistic)) if dof > 0 else math.nan
    return {"chi-squared": one.statistic, "degrees of freedom": dof, "p": p}


def _adjustments(main: Reconciliation, found: Estimates) -> pd.DataFrame:
    """Say what each estimate had to take."""
    tidy = main.tidy().set_index("term").loc[found.labels(list(METHODS))]
    frame = pd.DataFrame(
        {
            "before": tidy["before"],
            "stated_error": found.draws[list(tidy.index)].std(),
            "error": tidy["std_error_before"],
            "adjustment": tidy["adjustment"],
            "after": tidy["estimate"],
            "error_after": tidy["std_error"],
            "z": tidy["statistic"],
        }
    )
    keys = [(str(label).rpartition(" ")[0], int(str(label)[-4:])) for label in frame.index]
    frame.index = pd.MultiIndex.from_tuples(keys, names=["estimate", "year"])
    return frame

"""M8 in the main job: the estimates of all runs made one account.

Core, GDP, jobs per value added and the integration-driven part of each run are estimates with the
covariance of their draws; total, shares, contribution to growth and jobs follow from the identities
of :mod:`quesnay.models.satellite.concepts`. The runs differ by far more than the errors that each
states, so their disagreement, the sample covariance of their paths, is part of the error of each.

Source: Stone, Champernowne and Meade (1942), The precision of national income estimates, Review of
Economic Studies 9(2).
"""

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import StudyError
from quesnay.models.display.grid import Amount, amounts
from quesnay.models.display.table import Table, Tabular
from quesnay.models.growth.reconciliation import Reconciliation, reconcile
from quesnay.models.satellite.concepts import CONCEPTS, derive

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

METHODS = {
    "linkage": "what the core needs from others",
    "elasticity": "elasticity and weight in the supply",
    "calibrated": "penetration curve",
}
MAIN = "all runs"
STATED = "all runs, stated errors alone"
_HOLDING = 5  # significant digits of a reconciled value that do not depend on the processor
_DIFFUSE = 30.0  # standard error of what no run estimates directly, in units of its own size
_NEVER = 1e-4  # a p-value from which on estimates contradict each other beyond doubt
_INTENSITY = "jobs per value added"
_TOTAL = ["total", "total_low", "total_high"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ReconciledAccount(Tabular):
    """One account out of all estimates, and what each of them had to take.

    Parameters
    ----------
    account : DataFrame
        Year x (concept: estimate, low, high): 95 % intervals; levels in the unit of the account,
        shares as fractions, jobs in the unit of employment.
    adjustments : DataFrame
        Index estimate, year: ``before`` (median of the draws), ``stated_error``, ``error`` (with
        the disagreement of the runs), ``adjustment``, ``after``, ``error_after`` and ``z``.
    variants : DataFrame
        Index variant, year: reconciled total with its interval under other assumptions.
    tests : DataFrame
        Variant -> chi-squared, degrees of freedom, p-value: do the estimates agree within their
        errors? Also for the errors that the runs state for themselves.
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
        own = self.frames()
        held = replace(
            self,
            account=own["reconciled"],
            adjustments=own["reconciled_adjustments"],
            variants=self.variants.map(_held),
        )
        return (_account_table(held), _adjustments_table(held), _variants_table(held))

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return account and adjustments in the five digits that hold on every processor.

        The covariance of the identities has a condition of about 1e9, so that the rounding of the
        draws, 1e-16, comes back as 1e-9 of a value; an adjustment holds as many decimals as the
        value that it moves.
        """
        moved = self.adjustments.copy()
        size = moved[["before", "after"]].abs().max(axis=1)
        decimals = (_HOLDING - 1 - np.floor(np.log10(size.where(size > 0, 1.0)))).astype(int)
        for name in moved.columns.drop("z"):
            moved[name] = [round(v, d) for v, d in zip(moved[name], decimals, strict=True)]
        moved["z"] = moved["z"].round(_HOLDING - 1)
        return {"reconciled": self.account.map(_held), "reconciled_adjustments": moved}


def _held(value: float) -> float:
    return float(f"{value:.{_HOLDING}g}")


def reconcile_account(result: "Reproduction") -> ReconciledAccount:
    """Reconcile the runs of a result by least squares under the account's identities.

    Its draws give the covariances; the forecast year is taken as it turned out. Refused where the
    study has fewer than two runs, or fewer than three draws admit a curve.

    >>> import quesnay as qn
    >>> account = qn.reproduce(draws=200, seed=0).reconcile().account
    >>> own = account.loc[2018]
    >>> bool(abs(own["core"] + own["integration"] - own["total"]) < 1e-9)
    True
    """
    if len(result.runs) < 2:
        raise StudyError(
            f"study {result.study.study.name!r} has one run, "
            f"{result.runs[0] if result.runs else 'none'}; there is nothing to reconcile"
        )
    found = collect_estimates(result)
    if len(found.draws) < 3:
        raise StudyError(
            f"reconciliation: {len(found.draws)} of {len(result.draws)} draws admit a curve; "
            "covariances need 3, ask for more draws"
        )
    chosen = {MAIN: result.runs}
    if len(result.runs) > 2:
        for run in result.runs:
            chosen[f"without the {run} run"] = tuple(m for m in result.runs if m != run)
    made = {name: _one(found, methods) for name, methods in chosen.items()}
    main, stated = made[MAIN], _stated(found)
    tests = {name: _test(one, len(found.starts)) for name, one in made.items()}
    totals = {name: _account(one, found.years)[_TOTAL] for name, one in made.items()}
    tests[STATED] = _test(stated, 0)
    employment = result.study.employment
    return ReconciledAccount(
        account=_account(main, found.years),
        adjustments=_adjustments(main, found),
        variants=pd.concat(totals, names=["variant", "year"]),
        tests=pd.DataFrame(tests).T,
        main=main,
        unit=result.study.study.unit,
        jobs_unit="" if employment is None else employment.unit,
        draws=len(found.draws),
        dropped=found.dropped,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Estimates and draws of everything that a run estimates directly.

    `draws` has a column a label, such as ``"core 2019"``, and complete rows only, `central` their
    medians; `dropped` counts draws without an admissible curve; `starts` says where the concepts
    begin that only the identities determine.
    """

    years: tuple[int, ...]
    methods: tuple[str, ...]
    draws: pd.DataFrame
    central: pd.Series
    dropped: int
    starts: pd.Series

    @property
    def with_jobs(self) -> bool:
        """Whether jobs are part of the account."""
        return label(_INTENSITY, self.years[0]) in self.draws.columns

    def labels(self, methods: Sequence[str]) -> list[str]:
        """Return the labels of the estimates, integration by the given runs only."""
        kept = {path(method, year) for method in methods for year in self.years}
        return [
            str(name)
            for name in self.draws.columns
            if not str(name).startswith("integration by") or name in kept
        ]

    def covariance(self, methods: Sequence[str]) -> pd.DataFrame:
        """Return the covariance of estimates and account, by label.

        That of the draws; the disagreement between the runs, the sample covariance of their paths
        over the years, is added to the error of each. The account itself has a standard error of 30
        times its size: it is unknown.
        """
        names = self.labels(methods)
        own = self.draws[names].cov()
        between = np.cov(
            [[self.central[path(m, year)] for year in self.years] for m in methods], rowvar=False
        )
        for method in methods:
            mine = [path(method, year) for year in self.years]
            own.loc[mine, mine] += between
        both = [*names, *self.starts.index]
        wide = pd.Series(0.0, both)
        wide[self.starts.index] = (_DIFFUSE * self.starts) ** 2
        return own.reindex(index=both, columns=both).fillna(0.0) + np.diag(wide)


def label(concept: str, year: int) -> str:
    """Return the label of a concept in a year, such as ``"integration share 2019"``."""
    return f"{concept.replace('_', ' ')} {year}"


def path(method: str, year: int) -> str:
    """Return the label of integration by one run in one year."""
    return label(f"integration by {method}", year)


def collect_estimates(result: "Reproduction") -> Estimates:
    """Gather what every run estimates, on the draws of the result."""
    model = result.assembly.model
    slots = {k: s for k, s in enumerate(model.slots) if s.variant != "forecast"}
    years = tuple(slot.year for slot in slots.values())
    inputs = {str(name): result.inputs[name].to_numpy(float) for name in result.inputs}
    out: dict[str, pd.Series] = {}
    for slot in slots.values():
        key = (slot.year, slot.variant)
        for concept in ("core", "gdp"):
            out[label(concept, slot.year)] = result.draws[(result.runs[0], concept, *key)]
        for run in result.runs:
            out[path(run, slot.year)] = result.draws[(run, "integration", *key)]
    frame = pd.DataFrame(out)
    if model.employment is not None:
        # the runs place value added in different industries: the mean of their jobs per unit
        employed = np.stack([model.employed(run, inputs) for run in result.runs])
        for k, slot in slots.items():
            total = [result.draws[(r, "total", slot.year, slot.variant)] for r in result.runs]
            per_unit = employed[:, k] / np.array(total)
            frame[label(_INTENSITY, slot.year)] = per_unit.mean(axis=0)
    complete = frame.dropna()
    central = complete.median().rename("estimate")
    starts = _starts(central, years, result.runs)
    return Estimates(years, result.runs, complete, central, len(frame) - len(complete), starts)


def _starts(central: pd.Series, years: Sequence[int], methods: Sequence[str]) -> pd.Series:
    """Start the account at the mean of the runs."""
    out: dict[str, float] = {}
    before = dict(zip(years[1:], years, strict=False))
    for year in years:
        runs = [central.get(path(m, year), np.nan) for m in methods]
        out[label("integration", year)] = float(np.mean(runs))

        def of(name: str, back: int, year: int = year) -> float:
            known = label(name, before[year] if back else year)
            return out[known] if known in out else float(central[known])

        for name in _by_identity(year in before):
            out[label(name, year)] = float(derive(name, of))
        if year in before and label(_INTENSITY, year) in central.index:
            out[label("jobs", year)] = of(_INTENSITY, 0) * of("total", 0) - (
                of(_INTENSITY, 1) * of("total", 1)
            )
    return pd.Series(out)


def identities(years: Sequence[int], methods: Sequence[str], *, jobs: bool) -> list[str]:
    """Write the identities of the account as texts for :func:`quesnay.reconcile`.

    Total, share, integration share and contribution as the concepts state them; every run estimates
    the same integration; jobs are the change of value added times jobs per value added.

    >>> identities([2018], ["calibrated"], jobs=True)[:2]
    ['`total 2018` = `core 2018` + `integration 2018`', '`share 2018` = `total 2018` / `gdp 2018`']
    """
    before = dict(itertools.pairwise(years))
    before = {later: earlier for earlier, later in before.items()}
    out = []
    for year in years:
        for name in _by_identity(year in before):
            out.append(_stated_identity(name, year, before.get(year, year)))
        out += [f"`{label('integration', year)}` = `{path(m, year)}`" for m in methods]
        if jobs and year in before:
            employed = [
                f"`{label(_INTENSITY, y)}` * `{label('total', y)}`" for y in (year, before[year])
            ]
            out.append(f"`{label('jobs', year)}` = {employed[0]} - {employed[1]}")
    return out


def _by_identity(with_before: bool) -> list[str]:
    """Return the concepts that follow from others of the year, or of that before it."""
    return [
        name
        for name, concept in CONCEPTS.items()
        if concept.reconciled and (with_before or not any(back for *_, back in concept.inputs))
    ]


def _stated_identity(name: str, year: int, before: int) -> str:
    """Return the equation of a concept with its letters replaced by labels of the year."""
    concept = CONCEPTS[name]
    labels = {
        letter: label(part, before if back else year) for letter, part, back in concept.inputs
    }
    labels[concept.letter] = label(name, year)
    letters = "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
    return re.sub(rf"\b(?:{letters})\b", lambda m: f"`{labels[m.group()]}`", concept.equation)


def _one(found: Estimates, methods: Sequence[str]) -> Reconciliation:
    """Reconcile the estimates of some runs, their disagreement being part of their errors."""
    values = pd.concat([found.central[found.labels(methods)], found.starts])
    rules = identities(found.years, methods, jobs=found.with_jobs)
    return reconcile(values, rules, covariance=found.covariance(methods))


def _account(main: Reconciliation, years: Sequence[int]) -> pd.DataFrame:
    """Lay the reconciled labels out as years x concepts with intervals."""
    rows: dict[int, dict[str, float]] = {year: {} for year in years}
    for term, row in main.tidy().set_index("term").iterrows():
        concept, _, year = str(term).rpartition(" ")
        if concept.startswith("integration by"):
            continue
        own = rows[int(year)]
        own[concept] = float(row["estimate"])
        own[f"{concept}_low"], own[f"{concept}_high"] = row["conf_low"], row["conf_high"]
    return pd.DataFrame(rows).T.rename_axis("year")


def _stated(found: Estimates) -> Reconciliation:
    """Reconcile core and integration alone, each run with the error it states for itself.

    These errors leave so little freedom that only the linear identities can be met exactly.
    """
    first, *others = found.methods
    names = [label("core", year) for year in found.years]
    names += [path(m, year) for m in found.methods for year in found.years]
    rules = [f"`{path(first, year)}` = `{path(m, year)}`" for year in found.years for m in others]
    return reconcile(found.central[names], rules, covariance=found.draws[names].cov())


def _test(one: Reconciliation, unknown: int) -> dict[str, float]:
    """Chi-squared that the estimates agree; identities that define an unknown test nothing."""
    from scipy.special import chdtrc

    dof = one.dof - unknown
    p = float(chdtrc(dof, one.statistic)) if dof > 0 else math.nan
    return {"chi-squared": one.statistic, "degrees of freedom": dof, "p": p}


def _adjustments(main: Reconciliation, found: Estimates) -> pd.DataFrame:
    """Say what each estimate had to take."""
    tidy = main.tidy().set_index("term").loc[found.labels(found.methods)]
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


def _account_table(result: ReconciledAccount) -> Table:
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
    shown = {name: how for name, how in columns.items() if how[0] in own.columns}
    frame = pd.DataFrame(
        {name: _bracketed(own, *how) for name, how in shown.items()}, index=own.index
    )
    jobs = "new jobs" in shown
    notes = (
        f"Brackets: 95 % interval, normal, from the covariances of {result.draws} draws"
        + (f" ({result.dropped} without an admissible curve left out)." if result.dropped else "."),
        "Current prices; a forecast year as it turned out. Every identity holds.",
        "Integrated: integration over the total. Of growth: change of the total over change of GDP."
        + (f" New jobs, net of the productivity drift: {result.jobs_unit}." if jobs else ""),
    )
    return Table(f"Reconciled account, {result.unit}", frame, notes)


def _bracketed(frame: pd.DataFrame, name: str, spec: str, scale: float) -> list[Any]:
    columns = (scale * frame[c] for c in (name, f"{name}_low", f"{name}_high"))
    return amounts(lambda value: format(value, spec), *columns)


def _adjustments_table(result: ReconciledAccount) -> Table:
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
        rounded = frame[name].round(int(spec[2])).fillna(0.0) + 0.0
        written = [format(v, spec if v else spec[1:]) for v in rounded]
        cells: list[Any] = [Amount(*cell) for cell in zip(written, frame[name], strict=True)]
        frame[name] = cells
    formats = dict.fromkeys(frame.columns, ".3f")
    notes = (
        "Standard errors: stated, over the draws; used, with the disagreement between the runs; "
        "after, of the reconciled value. z: adjustment over its standard error.",
        f"GDP and levels in {result.unit}; jobs per value added in {result.jobs_unit} per "
        f"{result.unit}."
        if result.jobs_unit
        else f"GDP and levels in {result.unit}.",
    )
    return Table(
        "What each estimate had to take", frame.sort_index(), notes, formats, "Adjustments"
    )


def _variants_table(result: ReconciledAccount) -> Table:
    own = result.variants
    cells = pd.Series(_bracketed(own, "total", ".2f", 1.0), index=own.index)
    frame = cells.unstack().reindex(list(result.tests.index)).fillna("none")
    statistics: list[Any] = [
        Amount(f"{value:.0f} ({freedom:.0f})", value, remark=f"{freedom:.0f} degrees of freedom")
        for value, freedom, _ in result.tests.itertuples(index=False)
    ]
    levels: list[Any] = [
        Amount(f"{p:.2f}" if p > _NEVER else "< 0.0001", p) for p in result.tests["p"]
    ]
    frame["chi-squared"], frame["p value"] = statistics, levels
    frame.index.name = "variant"
    notes = ["Chi-squared, with its degrees of freedom: do the estimates agree within the errors?"]
    if float(result.tests["p"][STATED]) <= _NEVER:
        notes.append(
            "With the errors that each run states for itself there is no account: the runs differ"
            " by far more than these errors. So their disagreement is counted as error."
        )
    title = f"Reconciled total under other assumptions, {result.unit}"
    return Table(title, frame, tuple(notes), sheet="Reconciled variants")

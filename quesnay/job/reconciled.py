"""M8 in the main job: the estimates of all models made one account."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from quesnay.fitting.errors import StudyError
from quesnay.job.reconciled_inputs import (
    METHODS,
    Estimates,
    collect_estimates,
    identities,
    path,
)
from quesnay.job.redraw import DrawnInputs
from quesnay.models.display.table import Table, Tabular
from quesnay.models.growth.reconciliation import Reconciliation, reconcile
from quesnay.models.input_output.table import InputOutputTable

if TYPE_CHECKING:
    from quesnay.job.reproduction import Reproduction

__all__ = ["ReconciledAccount", "reconcile_account"]

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
        from quesnay.job.reconciled_tables import reconciled_tables

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

"""The whole diagnosis of a regression as one report of tables."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.regression.assumptions import check_assumptions
from quesnay.diagnostics.regression.errors import ErrorsCompared, compare_errors
from quesnay.diagnostics.regression.examined import Examined, LeftOut, examine, leave_out
from quesnay.fitting.checks import whole
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.verdict import TestResult
from quesnay.models.display.table import Table, Tabular, versions
from quesnay.models.regression.result import (
    frame_of_tests,
    tables_of_tests,
)

__all__ = [
    "Diagnosis",
    "diagnose",
]


SHOWN = 8  # rows of an influence table


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Diagnosis(Tabular):
    """What a referee would ask about a regression, answered.

    Parameters
    ----------
    header : DataFrame
        Model, sample, covariance and its rule, fingerprint of the data, seed.
    errors : ErrorsCompared
        Coefficients under classical, recommended and bootstrap errors.
    tests : tuple of TestResult
        Assumptions, with verdict, consequence and remedy.
    rows : DataFrame
        All rows: residual, studentised residual, leverage, Cook's distance, and the change of each
        coefficient (with the row minus without) in standard errors.
    groups : LeftOut or None
        Coefficients without each cluster (or unit).

    Examples
    --------
    >>> from quesnay.models.regression.panel import fit_panel
    >>> frame = pd.DataFrame({"x": np.arange(30.0)})
    >>> frame["y"] = frame["x"] + np.cos(frame["x"])
    >>> found = diagnose(fit_panel("y ~ x", frame), draws=99)
    >>> found.errors.frame["recommended"].round(3).to_dict()
    {'Intercept': 0.28, 'x': 0.017}
    """

    header: pd.DataFrame
    errors: ErrorsCompared
    tests: tuple[TestResult, ...]
    rows: pd.DataFrame
    groups: LeftOut | None

    @property
    def assumptions(self) -> pd.DataFrame:
        """The tests as a frame, one row a test."""
        return frame_of_tests(self.tests)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong, one sentence a finding."""
        said = [
            f"{test.name}: {test.verdict}; {test.consequence}; {test.remedy}."
            for test in self.tests
            if not test.remedy.startswith(("none", "keep them"))
        ]
        flags = self.errors.frame["flag"]
        said += [f"{term}: significant at {flag} errors." for term, flag in flags.items() if flag]
        return tuple(said)

    def tables(self) -> tuple[Table, ...]:
        """Return header, coefficients, assumptions and influence as tables."""
        tables = [
            Table("Diagnosis of a regression", self.header),
            self._error_table(),
            *tables_of_tests(self.tests, "Assumptions"),
            self._row_table(),
        ]
        if self.groups is not None:
            tables.append(self._group_table(self.groups))
        return tuple(tables)

    def _error_table(self) -> Table:
        flags = {term: flag for term, flag in self.errors.frame["flag"].items() if flag}
        said = "; ".join(f"{term} ({flag})" for term, flag in flags.items())
        notes = (
            f"Conclusions at 5 % differ: {said}." if flags else "Conclusions at 5 % agree.",
            f"Recommended errors: {self.errors.recommended}",
            f"Bootstrap: {self.errors.note}.",
        )
        formats = {"p_value": "p", "x classical": ".2f"}
        title = "Coefficients under three kinds of errors, with 95 % intervals"
        return Table(title, self.errors.by_rule(), notes, formats)

    def _row_table(self) -> Table:
        top = self.rows.sort_values("cooks", ascending=False, kind="stable").head(SHOWN)
        named = top.rename(columns={"cooks": "Cook's distance"})
        notes = (
            "dfbeta: the coefficient with the row less without it, in standard errors.",
            "Absorbed effects count in the studentised residual; leverage is that of the slopes.",
        )
        return Table("Rows with most influence", named, notes)

    def _group_table(self, groups: LeftOut) -> Table:
        frame = self.errors.frame
        change = groups.estimates.rsub(frame["estimate"], axis=1)
        scaled = (change / frame["recommended"]).abs().max(axis=1)
        order = scaled.sort_values(ascending=False, kind="stable").index[:SHOWN]
        shown = groups.estimates.loc[order].assign(
            rows=groups.rows[order], **{"change, standard errors": scaled[order]}
        )
        exact = "" if groups.exact else " Absorbed effects are held at their full-sample values."
        span = ", ".join(
            f"{term} {groups.estimates[term].min():.4g} to {groups.estimates[term].max():.4g}"
            for term in groups.estimates.columns
            if term != "Intercept"
        )
        notes = (
            "Change: the largest over the coefficients, in recommended standard errors.",
            f"Range over all {len(groups.estimates)}: {span}.{exact}",
        )
        return Table(f"Coefficients without one {groups.by}", shown, notes)


def diagnose(
    fit: Any,
    data: pd.DataFrame | None = None,
    *,
    unit: str | None = None,
    time: str | None = None,
    draws: int = 999,
    seed: int = 0,
    tried: int | None = None,
) -> Diagnosis:
    """Examine a regression: errors, assumptions, influence.

    Parameters
    ----------
    fit : PanelFit, or results of statsmodels or linearmodels
        A fit of any linear estimator here, OLS or WLS of statsmodels, PooledOLS or PanelOLS of
        linearmodels.
    data : DataFrame, optional
        Where the columns of unit and time are if the fit does not know them; aligned by row label.
    unit, time : str, optional
        Columns that name the panel's unit and time; by default those the fit was given.
    draws : int
        Bootstrap draws.
    seed : int
        Seed of the bootstrap.
    tried : int, optional
        How many specifications were tried before this one was chosen, itself included; only their
        author knows.

    Returns
    -------
    Diagnosis
        Prints as tables; `.assumptions`, `.errors`, `.rows`, `.groups`, `.warnings` hold the parts.

    Raises
    ------
    DataError
        If `fit` is no fit or a column is unknown.
    EstimationError
        If the fit is exact or leaves fewer than two degrees of freedom.

    Examples
    --------
    >>> from quesnay.models.regression.panel import fit_panel
    >>> frame = pd.DataFrame({"x": np.arange(30.0)})
    >>> frame["y"] = frame["x"] ** 2
    >>> found = diagnose(fit_panel("y ~ x", frame))
    >>> found.assumptions.loc["Ramsey RESET", "verdict"][:15]
    'rejected at 1 %'
    """
    draws, seed = whole(draws, "draws", least=2), whole(seed, "seed", least=0)
    tried = None if tried is None else whole(tried, "tried")
    examined = examine(fit, unit=unit, time=time, data=data)
    errors = compare_errors(examined, draws=draws, seed=seed)
    tests = check_assumptions(examined, ratio=errors.ratio, term=errors.term)
    groups, lost = None, ""
    if examined.cluster is not None or examined.unit is not None:
        try:
            groups = leave_out(examined)
        except EstimationError as reason:
            lost = str(reason)
    header = _header(examined, f"{draws} draws, seed {seed}", tried)
    if lost:
        header.loc["not done: one group left out"] = lost
    return Diagnosis(header, errors, tests, _rows(examined), groups)


def _header(examined: Examined, bootstrap: str, tried: int | None) -> pd.DataFrame:
    fit = examined.fit
    dropped = fit.sample.dropped
    outcome, design = np.asarray(fit.sample.outcome, float), np.asarray(fit.sample.design, float)
    digest = hashlib.sha256(outcome.tobytes() + np.ascontiguousarray(design).tobytes()).hexdigest()
    effects = ", ".join(f"{g.name} ({g.count})" for g in fit.sample.effects) or "none"
    clusters = ", ".join(f"{g.name} ({g.count})" for g in fit.sample.clusters) or "none"
    gone = (
        f"{dropped.missing} missing, {dropped.singletons} alone in an effect, "
        f"{dropped.zero_weight} of weight zero"
    )
    known = " and ".join(g.name for g in (examined.unit, examined.time) if g is not None)
    facts = {
        "model": fit.formula,
        "rows used": f"{fit.nobs:,}",
        "rows dropped": gone,
        "absorbed effects": effects,
        "clusters": clusters,
        "unit and time": known or "not known: name them with unit= and time=",
        "degrees of freedom": f"{fit.df_resid:,}",
        "errors as fitted": f"{fit.inference.name}: {fit.inference.rule}",
        "bootstrap": bootstrap,
        "specifications tried": _tried(tried),
        "data (SHA-256)": digest[:16],
        "software": versions(),
    }
    return pd.DataFrame({"value": facts})


def _tried(tried: int | None) -> str:
    if tried is None:
        return "not stated"
    bar = f": Bonferroni asks for p under {0.05 / tried:.2g} at 5 %" if tried > 1 else ""
    return f"{tried:,}{bar}"


def _rows(examined: Examined) -> pd.DataFrame:
    found = examined.influence
    frame = pd.DataFrame(
        {
            "residual": examined.residuals,
            "studentised": found.studentised,
            "leverage": found.partial_leverage,
            "cooks": found.cooks,
        },
        index=pd.Index(examined.names, name="row"),
    )
    for term, change in zip(examined.fit.names, found.dfbetas().T, strict=True):
        frame[f"dfbeta {term}"] = change
    return frame

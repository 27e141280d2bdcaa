"""The whole diagnosis of a regression as one report of tables.

Its coefficients under classical, recommended and bootstrap errors show where conclusions differ.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.regression.assumptions import (
    FEW_CLUSTERS,
    Examined,
    LeftOut,
    check_assumptions,
    effective_count,
    examine,
    leave_out,
)
from quesnay.fitting.arrays import Array, Places
from quesnay.fitting.checks import whole
from quesnay.fitting.errors import DataError, EstimationError
from quesnay.fitting.regression.covariance import CR1, CR2, CR3, HC1, HC3, Classical
from quesnay.fitting.regression.least_squares import CovarianceEstimate, CovarianceRule
from quesnay.fitting.verdict import TestResult
from quesnay.models.display.table import Table, Tabular, versions
from quesnay.models.regression.result import PanelFit, frame_of_tests, tables_of_tests


@dataclass(frozen=True, slots=True, eq=False)
class ErrorsCompared:
    """Standard errors and p-values of one fit under several rules.

    `frame`: term x: estimate; errors, p-values and 95 % intervals as fitted, classical, recommended
    (its interval is ``conf_low`` and ``conf_high``) and of the bootstrap; and a flag in words where
    conclusions at 5 % differ; `fitted`, `best`: the errors as fitted, and those that are
    recommended; `ratio`: largest recommended over classical error among the slopes; `term`: the
    slope with that ratio; `note`: how the bootstrap was done, or why it could not be.
    """

    frame: pd.DataFrame
    fitted: CovarianceEstimate
    best: CovarianceEstimate
    ratio: float
    term: str
    note: str

    @property
    def recommended(self) -> str:
        """Name and rule of the recommended errors."""
        return f"{self.best.name}: {self.best.rule}"

    def by_rule(self) -> pd.DataFrame:
        """Lay the errors out one row a term and rule.

        Returns
        -------
        DataFrame
            Estimate, error, error over the classical one, 95 % interval, p-value and whether the
            coefficient differs from zero at 5 %. Errors as fitted are left out where they are
            the recommended or the classical.
        """
        rules = {"classical": "classical", f"recommended ({self.best.name})": "recommended"}
        if self.fitted.name not in {"classical", self.best.name}:
            rules[f"as fitted ({self.fitted.name})"] = "as_fitted"
        rules["bootstrap"] = "bootstrap"
        rows = {}
        for term, row in self.frame.iterrows():
            for name, rule in rules.items():
                ends = "conf" if rule == "recommended" else rule
                p_value = row[f"p_{rule}"]
                rows[term, name] = {
                    "estimate": row["estimate"],
                    "std_error": row[rule],
                    "x classical": row[rule] / row["classical"],
                    "low": row[f"{ends}_low"],
                    "high": row[f"{ends}_high"],
                    "p_value": p_value,
                    "p < 0.05": None if np.isnan(p_value) else bool(p_value < 0.05),
                }
        frame = pd.DataFrame.from_dict(rows, orient="index")
        frame.index = pd.MultiIndex.from_tuples(frame.index, names=["term", "errors"])
        return frame


def compare_errors(examined: Examined, *, draws: int, seed: int) -> ErrorsCompared:
    """Compute the errors of a fit under the rules a referee would ask for.

    Recommended: with clusters worth under 40 of like leverage CR2 with Satterthwaite degrees of
    freedom (CR3 where there are two dimensions), from 40 on CR1. Without clusters those of the
    panel's unit, where it is known and seen more than once (its errors go together over time:
    Bertrand, Duflo and Mullainathan, 2004), else HC3. Bootstrap: errors from the same resampled
    clusters or rows, p-values and intervals from the wild cluster bootstrap with the null imposed
    (percentile ones without clusters).
    """
    fit, b = examined.fit, examined.fit.estimate.coefficients
    plain = Classical().estimate(fit.regression)
    advised = _advised(examined)
    best = _recommended(examined, advised)
    boot = bootstrap_errors(advised, draws=draws, seed=seed)
    parts = {"as_fitted": fit.inference, "classical": plain, "recommended": best}
    errors = {name: part.errors for name, part in parts.items()}
    p_values = {f"p_{name}": part.p_values(b / part.errors) for name, part in parts.items()}
    limits = {}
    for name, part in (("conf", best), ("as_fitted", fit.inference), ("classical", plain)):
        limits[f"{name}_low"], limits[f"{name}_high"] = part.interval(b, 0.95)
    frame = pd.DataFrame(
        {
            "estimate": b,
            **errors,
            "bootstrap": boot.errors,
            **p_values,
            "p_bootstrap": boot.p_values,
            "df": best.df,
            **limits,
            "bootstrap_low": boot.low,
            "bootstrap_high": boot.high,
        },
        index=pd.Index(fit.names, name="term"),
    )
    judged = frame[["p_classical", "p_recommended", "p_bootstrap"]].to_numpy()
    frame["flag"] = [_flag(*row) for row in judged]
    slopes = [i for i, name in enumerate(fit.names) if name != "Intercept"] or [0]
    ratios = best.errors / np.maximum(plain.errors, 1e-300)
    top = max(slopes, key=lambda i: float(ratios[i]))
    return ErrorsCompared(frame, fit.inference, best, float(ratios[top]), fit.names[top], boot.note)


def _advised(examined: Examined) -> PanelFit:
    """Return the fit with the clusters it should have: the units where none were named."""
    fit, unit = examined.fit, examined.unit
    if fit.sample.clusters or unit is None or not 1 < unit.count < fit.nobs:
        return fit
    return replace(
        fit,
        sample=replace(fit.sample, clusters=(unit,)),
        regression=replace(fit.regression, clusters=(unit.codes,)),
    )


def _recommended(examined: Examined, advised: PanelFit) -> CovarianceEstimate:
    """Return the best errors that exist, with the reason why better ones do not."""
    clusters, regression = advised.sample.clusters, advised.regression
    rules: tuple[CovarianceRule, ...] = (HC3(), HC1())
    if clusters:
        few = min(effective_count(examined, group) for group in clusters) < FEW_CLUSTERS
        small: CovarianceRule = CR2() if len(clusters) == 1 else CR3()
        rules = (small, CR1()) if few else (CR1(),)
    best, why = examined.fit.inference, ""
    for rule in rules:
        try:
            best = rule.estimate(regression)
            break
        except EstimationError as reason:
            why = why or f" Not {type(rule).__name__}: {reason}."
    best = replace(best, rule=best.rule + why)
    if not clusters or advised is examined.fit:
        return best
    return replace(best, name=f"{best.name} by {clusters[0].name}")


def _flag(classical: float, recommended: float, bootstrap: float) -> str:
    p_values = {"classical": classical, "recommended": recommended, "bootstrap": bootstrap}
    known = {name: p for name, p in p_values.items() if np.isfinite(p)}
    yes = [name for name, p in known.items() if p < 0.05]
    if len(yes) in {0, len(known)}:
        return ""
    return f"5 %: only {' and '.join(yes)}"


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrapped:
    """What resampling says about each coefficient; NaN where it could not be done.

    `errors` (k,): standard errors; `p_values` (k,): two-sided, of zero; `low`, `high` (k,): ends of
    the 95 % interval; `note`: how it was done, or why it could not be.
    """

    errors: Array
    p_values: Array
    low: Array
    high: Array
    note: str


def bootstrap_errors(fit: PanelFit, *, draws: int, seed: int) -> Bootstrapped:
    """Resample clusters and impose the null (wild bootstrap); resample rows without clusters."""
    lost = np.full(len(fit.names), np.nan)
    try:
        if not fit.sample.clusters:
            return _resampled_rows(fit, draws, seed)
        wild = [fit.wild_bootstrap(term, draws=draws, seed=seed) for term in fit.names]
    except (DataError, EstimationError) as reason:
        return Bootstrapped(lost, lost, lost, lost, f"none: {reason}")
    p_values = np.array([found.pvalue for found in wild])
    kind = "all sign patterns" if wild[0].exact else f"{wild[0].draws} draws"
    try:
        found = fit.bootstrap(draws=draws, seed=seed)
        errors, how = found.std_errors.to_numpy(), f"{found.method}, {found.failed} draws lost"
    except (DataError, EstimationError) as reason:
        errors, how = lost, f"none ({reason})"
    low, high = (np.array([getattr(test, end) for test in wild]) for end in ("low", "high"))
    note = f"errors: {how}; p-values and intervals: wild cluster bootstrap, {kind}"
    return Bootstrapped(errors, p_values, low, high, note)


def _resampled_rows(fit: PanelFit, draws: int, seed: int) -> Bootstrapped:
    found = fit.bootstrap(draws=draws, seed=seed)
    below = (found.replications <= 0.0).mean().to_numpy()
    tail = np.minimum(below, 1.0 - below) + 1.0 / (len(found.replications) + 1)
    note = f"errors, percentile p-values and intervals: {found.method}, {found.failed} draws lost"
    low, high = found.conf_int().to_numpy().T
    return Bootstrapped(found.std_errors.to_numpy(), np.minimum(1.0, 2.0 * tail), low, high, note)


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
        top = self.rows.iloc[_largest(self.rows["cooks"])]
        named = top.rename(columns={"cooks": "Cook's distance"})
        notes = (
            "dfbeta: the coefficient with the row less without it, in standard errors.",
            "Absorbed effects count in the studentised residual; leverage is that of the slopes.",
        )
        tables = [
            Table("Diagnosis of a regression", self.header),
            self._error_table(),
            *tables_of_tests(self.tests, "Assumptions"),
            Table("Rows with most influence", named, notes),
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

    def _group_table(self, groups: LeftOut) -> Table:
        frame = self.errors.frame
        change = groups.estimates.rsub(frame["estimate"], axis=1)
        scaled = (change / frame["recommended"]).abs().max(axis=1)
        order = scaled.index[_largest(scaled)]
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
    draws : int, default 999
        Bootstrap draws.
    seed : int, default 0
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
    levels = [f"{g.name} ({g.count})" for g in fit.sample.effects]
    slopes = [f"{name} ({columns.shape[1]})" for name, columns in fit.sample.slopes]
    effects = ", ".join([*levels, *slopes]) or "none"
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


def _largest(sizes: "pd.Series[float]") -> Places:
    """Return where the largest are; those equal but for rounding stand in the order of rows."""
    scaled = (sizes / sizes.max()).round(9).to_numpy(float)
    return np.argsort(-scaled, kind="stable")[:SHOWN]


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

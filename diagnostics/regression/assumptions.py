"""Every assumption of a panel regression, tested as far as the sample allows.

A regression is first examined: who and when each row is, what each group does. Tests have a law;
variance inflation, outliers and the number of clusters follow a rule of thumb.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.assumptions.panel import (
    EFFECTS,
    UNRELATED,
    cross_section_dependence,
    lagrange_multiplier,
    mundlak,
)
from quesnay.fitting.assumptions.residuals import (
    Influence,
    breusch_pagan,
    cluster_influence,
    collinearity,
    influence_of,
    jarque_bera,
    white,
)
from quesnay.fitting.assumptions.serial import (
    SERIAL,
    breusch_godfrey,
    durbin_watson,
    wooldridge_within,
)
from quesnay.fitting.assumptions.specification import chow, harvey_collier, reset
from quesnay.fitting.errors import DataError, EstimationError, nearest
from quesnay.fitting.regression.least_squares import Projection, project_noisy
from quesnay.fitting.regression.resampling import jackknife_coefficients
from quesnay.fitting.verdict import LEVEL, TestResult, Wording, judged, judged_f
from quesnay.models.inputs import as_frame
from quesnay.models.regression.bridges import from_results
from quesnay.models.regression.columns import Grouping, column_name, group_column
from quesnay.models.regression.result import Estimate, PanelFit, attempted


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A regression with its orthonormal basis, influence, and who and when each row is.

    `projection`: least squares on data freed of absorbed effects and weighted; `influence` of each
    row, absorbed effects counted; `names` of the rows: unit and time; unit and row label where the
    time is not known and units have several rows; else the label; panel unit, time and first
    cluster of the rows.
    """

    fit: PanelFit
    projection: Projection
    influence: Influence
    names: tuple[str, ...]
    unit: Grouping | None
    time: Grouping | None
    cluster: Grouping | None

    @property
    def fitted(self) -> Array:
        """Fitted values, effects included, in the outcome's unit."""
        return self.fit.fitted.to_numpy()

    @property
    def residuals(self) -> Array:
        """Residuals in the outcome's unit."""
        return self.fit.resid.to_numpy()

    @property
    def y(self) -> Array:
        """Outcome freed of the absorbed effects, weighted."""
        return self.projection.fitted + self.projection.residuals

    @property
    def X(self) -> Array:
        """Design freed of the absorbed effects, weighted."""
        return self.fit.regression.X

    def free(self, values: Array) -> Array:
        """Free further variables of the absorbed effects and weigh them like the design."""
        return self.fit.transform(values)


def examine(
    fit: Any,
    *,
    unit: str | None = None,
    time: str | None = None,
    data: pd.DataFrame | None = None,
) -> Examined:
    """Read a fit, or results of another library, for examination."""
    if isinstance(fit, Estimate):
        raise DataError(f"expected a fit: {fit.method} has no residuals; give its regression")
    fit = fit if isinstance(fit, PanelFit) else from_results(fit)
    known = dict(_known(fit))
    if time is not None:
        when: Grouping | None = _find(time, known, fit, data)
    else:  # periods without those that have no rows
        periods = fit.sample.periods
        when = None if periods is None else periods.select(np.ones(periods.codes.size, dtype=bool))
    who = fit.sample.unit if unit is None else _find(unit, known, fit, data)
    regression = fit.regression
    outcome = regression.X @ fit.estimate.coefficients + regression.residuals
    projection = project_noisy(outcome, regression.X)
    absorber = regression.absorber
    influence = influence_of(
        projection,
        absorbed_leverage=0.0 if absorber is None else absorber.leverage(),
        absorbed=fit.df_absorbed,
    )
    cluster = fit.sample.clusters[0] if fit.sample.clusters else None
    names = _names(fit, who or cluster, when)
    return Examined(fit, projection, influence, names, who, when, cluster)


def label_text(label: object) -> str:
    """Write a group's label, joined parts with commas and whole numbers without a point."""
    if isinstance(label, tuple):
        return ", ".join(label_text(part) for part in label)
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(label))
    if isinstance(label, pd.Timestamp):
        return str(label.date())
    return str(label)


def _known(fit: PanelFit) -> Iterator[tuple[str, Grouping]]:
    """Yield every grouping the fit knows, and the parts of joined ones."""
    sets = [*fit.sample.effects, *fit.sample.clusters]
    if fit.sample.unit is not None:
        sets.append(fit.sample.unit)
    if fit.sample.periods is not None:
        sets.append(fit.sample.periods)
    for grouping in sets:
        parts = grouping.name.split(":")
        if len(parts) > 1 and all(isinstance(label, tuple) for label in grouping.labels):
            for place, part in enumerate(parts):
                own = pd.Series([label[place] for label in grouping.labels], dtype=object)
                codes, labels = pd.factorize(own, sort=True)
                yield (
                    part.strip(),
                    Grouping(part.strip(), codes[grouping.codes], np.asarray(labels, dtype=object)),
                )
        yield grouping.name, grouping


def _find(
    name: str, known: dict[str, Grouping], fit: PanelFit, data: pd.DataFrame | None
) -> Grouping:
    column_name(name, "unit or time")
    if name in known:
        return known[name]
    if data is None:
        hint = nearest(str(name), known)
        raise DataError(f"no effect or cluster {name!r} in the fit;{hint} else give data=")
    as_frame(data, "data")
    if not data.index.is_unique or not fit.index.isin(data.index).all():
        raise DataError("data: row labels repeat or miss rows of the fit; give the fitted frame")
    found = group_column(data.loc[fit.index], name, "data")
    if (found.codes < 0).any():
        raise DataError(f"data: column {name!r} has missing labels in rows of the fit")
    return found


def _names(fit: PanelFit, unit: Grouping | None, time: Grouping | None) -> tuple[str, ...]:
    rows = tuple(label_text(label) for label in fit.index)
    if unit is None or (time is None and unit.count == fit.nobs):
        return rows
    units = [label_text(label) for label in unit.labels]
    if time is None:
        return tuple(f"{units[u]}, row {row}" for u, row in zip(unit.codes, rows, strict=True))
    times = [label_text(label) for label in time.labels]
    pairs = zip(unit.codes, time.codes, strict=True)
    return tuple(f"{units[u]}, {times[t]}" for u, t in pairs)


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """Coefficients without each group.

    Parameters
    ----------
    by : str
        What the groups are.
    estimates : DataFrame
        Group x term: the coefficient without the group, NaN where the rest cannot identify it.
    rows : Series
        Rows of each group.
    exact : bool
        False where absorbed effects were held at their full-sample values.
    """

    by: str
    estimates: pd.DataFrame
    rows: "pd.Series[int]"
    exact: bool


def leave_out(examined: Examined, *, by: Grouping | None = None) -> LeftOut:
    """Leave out each group in turn.

    In closed form; absorbed effects are estimated anew, except where some group alone identifies a
    coefficient or effect: they are then held.
    """
    groups = by or examined.cluster or examined.unit
    if groups is None:
        raise DataError("nothing groups the rows: fit with cluster= or absorb=, or name a unit")
    index = pd.Index([label_text(label) for label in groups.labels], name=groups.name)
    rows = pd.Series(np.bincount(groups.codes, minlength=groups.count), index=index)
    names = list(examined.fit.names)
    b = examined.fit.estimate.coefficients
    try:
        values, exact = jackknife_coefficients(examined.fit.regression, b, groups.codes).draws, True
    except EstimationError:  # without some group a coefficient is lost: it becomes NaN there
        found = cluster_influence(
            examined.projection, groups.codes, absorbed=examined.fit.df_absorbed
        )
        values, exact = b - found.changes, examined.fit.regression.absorber is None
    return LeftOut(groups.name, pd.DataFrame(values, index, names), rows, exact)


Check = Callable[[Examined], TestResult]


def check_assumptions(
    examined: Examined, *, ratio: float | None = None, term: str = ""
) -> tuple[TestResult, ...]:
    """Test what a regression assumes; what cannot be tested is listed with the reason."""
    found = []
    for name, check in _checks(examined):
        test = _in_light_of_errors(attempted(name, partial(check, examined)), check, examined)
        if ratio is not None and test.rejected and check in _ABOUT_ERRORS:
            said = f"recommended errors {ratio:.2g} x classical for {term}"
            test = replace(test, consequence=f"{test.consequence}; {said}")
        found.append(test)
    return (*found, *examined.fit.tests)


def _checks(examined: Examined) -> list[tuple[str, Check]]:
    own = examined.fit.is_least_squares
    plain = examined.fit.regression.absorber is None and own
    panel = examined.unit is not None and examined.time is not None
    chosen: list[tuple[str, Check]] = [
        ("Breusch-Pagan", _breusch_pagan),
        ("White", _white),
    ]
    if panel:
        chosen += [("Wooldridge within", _wooldridge), ("Pesaran CD", _pesaran)]
    elif examined.unit is None and plain:
        chosen += [("Durbin-Watson", _durbin_watson), ("Breusch-Godfrey", _breusch_godfrey)]
    elif own and not plain:  # what effects leave is correlated from row to row by itself
        chosen += [("Wooldridge within", _wooldridge)]
    chosen += [("Ramsey RESET", _reset)]
    if plain:
        chosen += [("Harvey-Collier", _harvey_collier)]
    chosen += [
        ("Jarque-Bera", lambda one: jarque_bera(one.projection.residuals, rows=_informative(one)))
    ]
    if examined.fit.sample.effects and own:
        chosen += [("F test of absorbed effects", _effects)]
    elif panel and plain:
        chosen += [("Breusch-Pagan LM", _lagrange), ("Mundlak", _mundlak)]
    if examined.time is not None and 2 <= examined.time.count <= 12:
        chosen += [("Chow", _chow)]
    chosen += [("Variance inflation", inflation), ("Outlier (Bonferroni)", outlier)]
    if examined.cluster is not None:
        chosen += [("Effective clusters", effective_clusters)]
    return chosen


def _in_light_of_errors(test: TestResult, check: Check, examined: Examined) -> TestResult:
    """Say where the errors as fitted already allow for a fault, and what an untested null is."""
    if test.p_value >= LEVEL:
        return test
    if test.verdict.startswith("not testable") and check in _UNTESTED:
        words = _UNTESTED[check]
        test = replace(test, null=words.null, remedy=words.remedy)
    if check in _ABOUT_ERRORS and allows_for(examined, _ABOUT_ERRORS[check]):
        return replace(test, remedy=f"none needed: {examined.fit.inference.name} allows for it")
    return test


def _breusch_pagan(examined: Examined) -> TestResult:
    design = np.asarray(examined.fit.sample.design, float)
    return breusch_pagan(examined.y, examined.X, drivers=design, rows=_informative(examined))


def _white(examined: Examined) -> TestResult:
    design = np.asarray(examined.fit.sample.design, float)
    rows, k = _informative(examined), design.shape[1]
    if k * (k + 3) / 2 > rows / 10:
        fitted = examined.fitted[:, None]
        return white(examined.y, examined.X, form="fitted", drivers=fitted, rows=rows)
    return white(examined.y, examined.X, drivers=design, rows=rows)


def _informative(examined: Examined) -> float:
    """Return the rows less the absorbed degrees of freedom: residuals vary in no more ways."""
    return float(examined.fit.nobs - examined.fit.df_absorbed)


def _durbin_watson(examined: Examined) -> TestResult:
    return durbin_watson(examined.y, examined.X, alternative="two-sided")


def _breusch_godfrey(examined: Examined) -> TestResult:
    return breusch_godfrey(examined.y, examined.X, lags=min(4, max(1, examined.fit.nobs // 10)))


def _panel(examined: Examined, least: int) -> tuple[Codes, Codes]:
    """Return unit and time codes, or refuse a panel too short for a test."""
    if examined.unit is None or examined.time is None:
        raise EstimationError("unit and time are not both known; name them")
    if examined.time.count < least:
        raise EstimationError(
            f"the sample has {examined.time.count} points in time, the test needs {least}"
        )
    return examined.unit.codes, examined.time.codes


def _wooldridge(examined: Examined) -> TestResult:
    unit, time = _panel(examined, 3)
    return wooldridge_within(
        examined.y, examined.X, unit=unit, time=time, few_units=True, lengths=True
    )


def _pesaran(examined: Examined) -> TestResult:
    unit, time = _panel(examined, 4)
    return cross_section_dependence(examined.projection.residuals, unit=unit, time=time)


def _reset(examined: Examined) -> TestResult:
    explained = np.asarray(examined.fit.sample.design, float) @ examined.fit.estimate.coefficients
    return reset(
        examined.projection,
        explained,
        free=examined.free,
        absorbed=examined.fit.df_absorbed,
        regression=examined.fit.regression,
    )


def _harvey_collier(examined: Examined) -> TestResult:
    if examined.fit.nobs > 5000:
        raise EstimationError("more than 5,000 rows; RESET tests the same")
    return harvey_collier(examined.y, examined.X, order=examined.fitted)


def _effects(examined: Examined) -> TestResult:
    """Compare with one intercept: the effects' sum of squares beyond it."""
    fit = examined.fit
    weights = fit.sample.weights
    root = np.ones(fit.nobs) if weights is None else np.sqrt(weights)
    y = np.asarray(fit.sample.outcome, float) * root
    X = np.column_stack([root, np.asarray(fit.sample.design, float) * root[:, None]])
    pooled = project_noisy(y, X)
    df = (fit.df_absorbed - 1, fit.df_resid)
    if df[0] < 1:
        raise EstimationError(f"effects take {df[0] + 1} and leave {df[1]} degrees of freedom")
    rest = examined.projection.ssr
    statistic = ((pooled.ssr - rest) / df[0]) / (rest / df[1])
    words = replace(
        EFFECTS,
        consequence="without the effects coefficients can be biased: they are rightly absorbed",
        remedy="keep them",
    )
    return judged_f("F test of absorbed effects", statistic, df, words)


def _lagrange(examined: Examined) -> TestResult:
    unit, time = _panel(examined, 2)
    return lagrange_multiplier(examined.y, examined.X, unit=unit, time=time)


def _mundlak(examined: Examined) -> TestResult:
    return mundlak(examined.y, examined.X, unit=_panel(examined, 2)[0])


def _chow(examined: Examined) -> TestResult:
    """Let every slope differ by time; the effects stay."""
    if examined.time is None:
        raise EstimationError("the time of the rows is not known; name it")
    return chow(
        examined.projection,
        examined.time.codes,
        design=np.asarray(examined.fit.sample.design, float),
        free=examined.free,
        absorbed=examined.fit.df_absorbed,
        regression=examined.fit.regression,
        name=f"Chow by {examined.time.name}",
    )


_ABOUT_ERRORS: dict[Check, str] = {
    _breusch_pagan: "variance",
    _white: "variance",
    _wooldridge: "time",
    _durbin_watson: "time",
    _breusch_godfrey: "time",
    _pesaran: "units",
}
_UNTESTED: dict[Check, Wording] = {_wooldridge: SERIAL, _pesaran: UNRELATED}


FEW_CLUSTERS = 40  # under which the usual clustered errors are too small

OUTLIER = Wording(
    "no row is an outlier",
    "a row lies too far off",
    "one row may carry the estimate; see the influence table",
    "check its source; report with and without it",
)


def inflation(examined: Examined) -> TestResult:
    """Judge the largest variance inflation factor (10) and condition index (30)."""
    found = collinearity(examined.X)
    if not np.isfinite(found.inflation).any():
        raise EstimationError("no regressor varies")
    # two regressors have the same factor but for rounding: the first of those that are equal
    place = int(np.argmax(found.inflation >= (1.0 - 1e-9) * np.nanmax(found.inflation)))
    top, index = float(found.inflation[place]), float(found.condition_indices[-1])
    name = examined.fit.names[place]
    if top > 10.0:
        words = (
            f"high: {name} is nearly a combination of the others",
            f"its error is {np.sqrt(top):.2g} x what unrelated regressors would give",
            "drop or combine regressors; a wider sample",
        )
    else:
        words = (f"low: largest for {name}", "none", "none needed")
    law = f"rule: 10; condition index {index:.3g} (rule: 30)"
    null = "regressors are not nearly dependent"
    return TestResult("Variance inflation", null, top, law, float("nan"), *words)


def outlier(examined: Examined) -> TestResult:
    """Test the largest studentised residual among n (Bonferroni; Cook and Weisberg 1982)."""
    t = np.abs(examined.influence.studentised)
    place = int(np.argmax(t >= (1.0 - 1e-9) * np.nanmax(t)))  # the first of equals, as in two years
    free = examined.fit.df_resid - 1
    p_value = min(1.0, 2.0 * int(np.isfinite(t).sum()) * float(special.stdtr(free, -t[place])))
    words = Wording(
        OUTLIER.null,
        f"{examined.names[place]} lies too far off",
        OUTLIER.consequence,
        OUTLIER.remedy,
    )
    return judged("Outlier (Bonferroni)", float(t[place]), f"n x t({free})", p_value, words)


def effective_clusters(examined: Examined) -> TestResult:
    """Count clusters by how evenly they carry the estimate.

    ``G* = G / (1 + CV^2)``, CV the coefficient of variation of the clusters' leverages.

    Carter, Schnepel and Steigerwald (2017), Review of Economics and Statistics 99, eq. 8, with
    leverages for the terms of the sum.
    """
    if examined.cluster is None:
        raise EstimationError("no clusters are named")
    count, even = examined.cluster.count, effective_count(examined, examined.cluster)
    used = examined.fit.inference.name
    if even < FEW_CLUSTERS:
        words = (
            f"few: {count} clusters count like {even:.3g}",
            "CR1 errors with t(G - 1) are too small",
            f"none needed: {used} is made for few clusters"
            if used.startswith(("CR2", "CR3"))
            else "use CR2 with Satterthwaite degrees of freedom, or the wild cluster bootstrap",
        )
    else:
        words = (f"enough: {count} clusters count like {even:.3g}", "none", "none needed")
    null = "there are many clusters of like weight"
    return TestResult("Effective clusters", null, even, "rule: 40", float("nan"), *words)


def effective_count(examined: Examined, clusters: Grouping) -> float:
    """Return how many clusters of like leverage those of a regression are worth."""
    share = np.bincount(clusters.codes, examined.projection.leverage, minlength=clusters.count)
    return clusters.count / (1.0 + float(share.var() / share.mean() ** 2))


def allows_for(examined: Examined, fault: str) -> bool:
    """Tell whether the errors as fitted stay right under a fault of the error term."""
    if fault == "variance":
        return examined.fit.inference.name != "classical"
    if examined.fit.inference.name.startswith("Driscoll-Kraay"):
        return True
    whole = examined.unit if fault == "time" else examined.time
    return whole is not None and any(
        np.unique(np.stack([whole.codes, cluster.codes]), axis=1).shape[1] == whole.count
        for cluster in examined.fit.sample.clusters
    )

"""What a regression found, the sample it rests on, and what it can be asked."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, cast, overload

import numpy as np
import pandas as pd
from scipy import special

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import Seed, confidence_level
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.clusters import ClusterMoments
from quesnay.fitting.regression.covariance import adjusted_clusters
from quesnay.fitting.regression.fixed_effects import deviations, weighed
from quesnay.fitting.regression.least_squares import CovarianceEstimate, LinearFit, Regression
from quesnay.fitting.regression.resampling import Refit
from quesnay.fitting.verdict import TestResult
from quesnay.models.display.table import Table, Tabular, estimates_frame
from quesnay.models.regression.design import refuse_overflow, spans_constant
from quesnay.models.regression.functions import (
    Fitted,
    NonlinearEstimate,
    estimate_nonlinear,
    wald_test,
)
from quesnay.models.regression.resampling import (
    ReplicatedFit,
    WildTest,
    bootstrap_fit,
    jackknife_fit,
    wild_test,
)
from quesnay.models.regression.sample import Sample

LEAST_SQUARES = "least squares"


class Functions:
    """Intervals, functions of coefficients and joint tests, as methods of every estimate."""

    __slots__ = ()

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Return confidence intervals of the coefficients.

        Parameters
        ----------
        level : float, default 0.95
            Coverage, between 0 and 1.

        Returns
        -------
        DataFrame
            Columns ``low`` and ``high``.

        Raises
        ------
        DataError
            If the level is not between 0 and 1.

        Examples
        --------
        >>> import quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
        >>> fit = qn.fit_panel("y ~ x", frame, covariance="classical")
        >>> fit.conf_int(0.9).round(2).loc["x"].to_dict()
        {'low': 0.68, 'high': 1.82}
        """
        fit = cast("Fitted", self)
        low, high = fit.inference.interval(fit.coefficients, confidence_level(level))
        return pd.DataFrame({"low": low, "high": high}, list(fit.names))

    def nonlinear(
        self, expression: str, *, null: float = 0.0, level: float = 0.95
    ) -> NonlinearEstimate:
        """Estimate a function of coefficients by the delta method, such as ``"ict / (1 - lag)"``.

        Parameters
        ----------
        expression : str
            Arithmetic of coefficient names; names that are no plain words stand between backticks.
        null : float, default 0
            Value tested.
        level : float, default 0.95
            Coverage of the interval.

        Returns
        -------
        NonlinearEstimate
            Value, error, p-value, interval.

        Examples
        --------
        >>> import pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 4.5, 6], "x": [0.0, 1, 2, 3, 4]})
        >>> found = qn.fit_panel("y ~ x", frame).nonlinear("1 / x")
        >>> round(found.estimate, 3), round(found.std_error, 3)
        (0.8, 0.029)
        """
        return estimate_nonlinear(cast("Fitted", self), expression, null=null, level=level)

    def wald_test(
        self, restrictions: str | Sequence[str], *, null: float | Sequence[float] = 0.0
    ) -> TestResult:
        """Test several coefficients, or functions of them, together.

        Parameters
        ----------
        restrictions : str or sequence of str
            Coefficients by name, or arithmetic of them, such as ``["ict", "k + l = 1"]``; there
            names that are no plain words stand between backticks. A term of categories such as
            ``"C(year)"`` stands for all its coefficients.
        null : float or sequence of float, default 0
            The value of each under the null.

        Returns
        -------
        TestResult
            F with as many degrees of freedom as there are restrictions, and those of the errors;
            under CR2 the approximate Hotelling law (clubSandwich's ``"HTZ"``).

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(12.0), "z": np.arange(12.0) ** 2})
        >>> frame["y"] = frame["x"] + np.cos(frame["x"])
        >>> found = qn.fit_panel("y ~ x + z", frame).wald_test(["x = 1", "z"])
        >>> found.distribution, round(found.p_value, 3)
        ('F(2, 9)', 0.517)
        """
        return wald_test(cast("Fitted", self), restrictions, null=null)


class Answers(Functions):
    """Predictions, resampling and diagnosis, as methods of a fit that knows its rows."""

    __slots__ = ()

    @overload
    def predict(
        self, new_data: pd.DataFrame | None = None, *, interval: None = None, level: float = ...
    ) -> "pd.Series[float]": ...

    @overload
    def predict(
        self, new_data: pd.DataFrame | None = None, *, interval: str, level: float = ...
    ) -> pd.DataFrame: ...

    def predict(
        self,
        new_data: pd.DataFrame | None = None,
        *,
        interval: str | None = None,
        level: float = 0.95,
    ) -> "pd.Series[float] | pd.DataFrame":
        """Predict the outcome, of the rows used or of new ones.

        Parameters
        ----------
        new_data : DataFrame, optional
            Columns of the regressors and absorbed effects, in their units; the outcome is not
            needed. By default the rows used.
        interval : {"confidence", "prediction"}, optional
            Interval of the mean, or of one new observation (errors of equal variance).
        level : float, default 0.95
            Its coverage.

        Returns
        -------
        Series or DataFrame
            Predictions by row label; with an interval columns ``prediction``, ``low``, ``high``.
            Missing where a value is, or a category or absorbed group was not in the sample.
            Random effects: without the unit's own effect. Differences: of the changes.

        Raises
        ------
        DataError
            If a column is absent, or an interval is asked beside absorbed effects that lie within
            the clusters of the errors, or beside more than 2,000 levels.

        Examples
        --------
        >>> import pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 4.5, 6], "x": [0.0, 1, 2, 3, 4]})
        >>> fit = qn.fit_panel("y ~ x", frame, covariance="classical")
        >>> fit.predict(pd.DataFrame({"x": [5.0]}), interval="prediction").round(2).loc[0].tolist()
        [7.25, 5.62, 8.88]
        """
        from quesnay.models.regression.prediction import predict

        return predict(self._fit(), new_data, interval=interval, level=level)

    def effects(self) -> "pd.DataFrame":
        """Return the levels of the absorbed effects, or predicted random effects.

        Returns
        -------
        DataFrame
            One row a set and group: columns ``effect``, ``group``, ``value`` (in the outcome's
            unit), ``rows``. The first set carries the level; each other set is zero at its first
            group, and so in each part of the sample that no group connects to the rest.

        Raises
        ------
        DataError
            If nothing is absorbed.

        Examples
        --------
        >>> import pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 6], "x": [0.0, 1, 0, 2], "u": list("aabb")})
        >>> qn.fit_panel("y ~ x", frame, absorb="u").effects()["value"].round(6).tolist()
        [1.0, 4.0]
        """
        from quesnay.models.regression.prediction import effects

        return effects(self._fit())

    def to_statsmodels(self) -> Any:
        """Hand the regression on to statsmodels, as fitted results with the same errors.

        Returns
        -------
        statsmodels RegressionResults
            Least squares on the data freed of absorbed effects, with this fit's covariance and
            degrees of freedom.

        Examples
        --------
        >>> import pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 4.5, 6], "x": [0.0, 1, 2, 3, 4]})
        >>> fit = qn.fit_panel("y ~ x", frame)
        >>> bool(abs(fit.to_statsmodels().bse["x"] - fit.std_errors["x"]) < 1e-12)
        True
        """
        from quesnay.models.regression.bridges import to_statsmodels

        return to_statsmodels(self._fit())

    def wild_bootstrap(self, term: str, **options: Any) -> WildTest:
        """Test a coefficient by the wild cluster bootstrap: see `wild_test` for its options."""
        return wild_test(self._fit(), term, **options)

    def bootstrap(self, *, draws: int = 1999, seed: Seed = 0) -> ReplicatedFit:
        """Resample clusters, or rows where there are none, and estimate again.

        Random effects without clusters resample units. A cluster or unit drawn twice is two.

        Parameters
        ----------
        draws : int, default 1999
            Resamples.
        seed : int, SeedSequence or Generator, default 0
            Random numbers.

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(30.0)})
        >>> frame["y"] = frame["x"] + np.cos(frame["x"])
        >>> found = qn.fit_panel("y ~ x", frame).bootstrap(draws=199)
        >>> found.std_errors.round(3).to_dict()
        {'Intercept': 0.257, 'x': 0.014}
        """
        return bootstrap_fit(self._fit(), draws=draws, seed=seed)

    def jackknife(self) -> ReplicatedFit:
        """Leave out each cluster, or each row where there are none: see `jackknife_fit`."""
        return jackknife_fit(self._fit())

    def diagnose(self, **options: Any) -> Any:
        """Test every assumption: see `quesnay.diagnostics.regression.diagnosis.diagnose`.

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(30.0)})
        >>> frame["y"] = frame["x"] ** 2
        >>> found = qn.fit_panel("y ~ x", frame).diagnose(draws=99)
        >>> found.assumptions.loc["Ramsey RESET", "verdict"]
        'rejected at 1 %: the relation bends: squares or missing variables matter'
        """
        from quesnay.diagnostics.regression.diagnosis import diagnose

        return diagnose(self._fit(), **options)

    def plot_diagnostics(self, **options: Any) -> Any:
        """Draw six panels: see `quesnay.diagnostics.plots.regression.plot_diagnostics`.

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(30.0)})
        >>> frame["y"] = frame["x"] + np.cos(frame["x"])
        >>> len(qn.fit_panel("y ~ x", frame).plot_diagnostics().axes)
        6
        """
        from quesnay.diagnostics.plots.regression import plot_diagnostics

        return plot_diagnostics(self._fit(), **options)

    def plot_influence(self, term: str | None = None, **options: Any) -> Any:
        """Draw a coefficient without each cluster: see `quesnay.plot_influence`.

        Examples
        --------
        >>> import numpy as np, pandas as pd, quesnay as qn
        >>> frame = pd.DataFrame({"x": np.arange(30.0), "u": np.repeat([1, 2, 3], 10)})
        >>> frame["y"] = frame["x"] + np.sin(frame["x"])
        >>> figure = qn.fit_panel("y ~ x", frame, cluster="u").plot_influence("x")
        >>> figure.get_label()[:40]
        'Coefficient of x, 0.996, with each u lef'
        """
        from quesnay.diagnostics.plots.regression import plot_influence

        return plot_influence(self._fit(), term, **options)

    def _fit(self) -> "PanelFit":
        return cast("PanelFit", self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PanelFit(Answers, Tabular):
    """A linear regression: coefficients, their errors, residuals and what they rest on.

    Parameters
    ----------
    formula : str
        As written.
    outcome_name : str
        What is explained.
    intercept : bool
        Whether the design has an intercept of its own.
    sample : Sample
        Rows, outcome, design before absorption, effects, clusters, weights, dropped rows.
    estimate : LinearFit
        Coefficients and weighted residuals.
    regression : Regression
        Design after absorption (weighted), as covariances use it.
    inference : CovarianceEstimate
        Covariance, degrees of freedom and their rule.
    method : str
        The estimator in words.
    tests : tuple of TestResult
        Specification tests that belong to the estimator.
    details : mapping of str to float
        Further figures, such as variance components.
    notes : tuple of str
        What was left out, assumed or remarked.
    theta : (n,) array or None
        Random effects: the share of the unit's mean that is taken off each row.
    estimator : Refit or None
        What is estimated again in a resample; None where that is least squares.

    Examples
    --------
    >>> import quesnay as qn
    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
    >>> fit = qn.fit_panel("y ~ x", frame, covariance="classical")
    >>> fit.conf_int().round(2).loc["x"].tolist(), round(fit.rsquared, 3)
    ([0.42, 2.08], 0.954)
    """

    formula: str
    outcome_name: str
    intercept: bool
    sample: Sample
    estimate: LinearFit
    regression: Regression
    inference: CovarianceEstimate
    method: str = LEAST_SQUARES
    tests: tuple[TestResult, ...] = ()
    details: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    theta: Array | None = None
    estimator: Refit | None = None

    @property
    def outcome(self) -> str:
        """Name of what is explained."""
        return self.outcome_name

    @property
    def rule(self) -> str:
        """The errors and their small-sample rule in words."""
        return f"{self.inference.name}: {self.inference.rule}"

    @property
    def is_least_squares(self) -> bool:
        """Whether this is least squares on the columns themselves."""
        return self.method == LEAST_SQUARES

    @property
    def is_exact(self) -> bool:
        """Whether the regressors explain the outcome to rounding, so that errors mean nothing."""
        y = self._outcome()
        return self.estimate.ssr <= 1e-24 * float(y @ y)

    @property
    def coefficients(self) -> Array:
        """Coefficients, (k,)."""
        return self.estimate.coefficients

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.sample.names

    @property
    def index(self) -> pd.Index:
        """Labels of the rows used."""
        return self.sample.index

    @property
    def nobs(self) -> int:
        """Number of rows used."""
        return self.regression.nobs

    @property
    def df_resid(self) -> int:
        """Rows less coefficients less degrees of freedom of the absorbed effects."""
        return self.regression.free

    @property
    def df_absorbed(self) -> int:
        """Degrees of freedom of the absorbed effects."""
        return self.regression.absorbed

    @property
    def df(self) -> pd.Series:
        """Degrees of freedom of Student's t by coefficient."""
        return self._series(self.inference.df, "df")

    @property
    def params(self) -> pd.Series:
        """Coefficients."""
        return self._series(self.estimate.coefficients, "estimate")

    @property
    def std_errors(self) -> pd.Series:
        """Standard errors."""
        return self._series(self.inference.errors, "std_error")

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariance of the coefficients."""
        return pd.DataFrame(self.inference.matrix, self.names, self.names)

    @property
    def tstats(self) -> pd.Series:
        """Coefficients over their standard errors."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.estimate.coefficients / self.inference.errors
        return self._series(ratio, "statistic")

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided p-values of each coefficient being zero, Student's t with `df`."""
        return self._series(self.inference.p_values(self.tstats.to_numpy()), "p_value")

    @property
    def resid(self) -> pd.Series:
        """Outcome less fitted values, in the outcome's unit, by row used."""
        return pd.Series(self._residuals(), self.index, name="resid")

    @property
    def fitted(self) -> pd.Series:
        """Fitted values, absorbed effects included, by row used."""
        return pd.Series(self._outcome() - self._residuals(), self.index, name="fitted")

    @property
    def rsquared(self) -> float:
        """Share of the outcome's variation that regressors and absorbed effects explain.

        Around its (weighted) mean; around zero where neither an effect nor the columns together,
        such as all levels of a category, make an intercept.
        """
        e, y, weights = self._residuals(), self._outcome(), self.sample.weights
        if self.intercept or self.sample.effects or spans_constant(self.sample.design):
            y = y - np.average(y, weights=weights)
        rest, whole = (v @ v if weights is None else v**2 @ weights for v in (e, y))
        return 1.0 - float(rest) / float(whole)

    @property
    def rsquared_within(self) -> float:
        """Share of the variation left by the absorbed effects that regressors explain."""
        if self.theta is not None and self.sample.unit is not None:
            rest, whole = (
                weighed(self._about_units(v), self.sample.weights)
                for v in (self._residuals(), self._outcome())
            )
            return 1.0 - float(rest @ rest) / float(whole @ whole)
        if self.regression.absorber is None:
            return self.rsquared
        if self.is_least_squares:
            explained = self.regression.X @ self.estimate.coefficients
            total = self.estimate.ssr + float(explained @ explained)
        else:
            within = self.transform(self._outcome())
            total = float(within @ within)
        return 1.0 - self.estimate.ssr / total

    @property
    def sigma(self) -> float:
        """Standard error of the regression, ``sqrt(e'e / (n - K))``."""
        return float(np.sqrt(self.estimate.ssr / self.regression.need_freedom()))

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a coefficient: estimate, error, statistic, p-value, interval.

        Parameters
        ----------
        level : float, default 0.95
            Coverage of the interval.

        Examples
        --------
        >>> import quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
        >>> fit = qn.fit_panel("y ~ x", frame, covariance="classical")
        >>> fit.tidy().round(3).set_index("term").loc["x", ["estimate", "p_value"]].to_dict()
        {'estimate': 1.25, 'p_value': 0.023}
        """
        ends = self.conf_int(level)
        frame = estimates_frame(
            self.names,
            self.params,
            self.std_errors,
            interval=ends,
            statistic=self.tstats,
            df=self.inference.df,
        )
        frame.insert(list(frame.columns).index("p_value"), "df", self.inference.df)
        return frame

    def glance(self) -> pd.DataFrame:
        """Return one row about the whole regression.

        Examples
        --------
        >>> import quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
        >>> fit = qn.fit_panel("y ~ x", frame, covariance="classical")
        >>> fit.glance()[["nobs", "df_resid", "covariance"]].astype(str).loc[0].tolist()
        ['4', '2', 'classical']
        """
        dropped = self.sample.dropped
        method = {} if self.is_least_squares else {"method": [self.method]}
        return pd.DataFrame(
            {
                **method,
                "nobs": [self.nobs],
                "df_resid": [self.df_resid],
                "df_absorbed": [self.df_absorbed],
                "rsquared": [self.rsquared],
                "rsquared_within": [self.rsquared_within],
                "sigma": [self.sigma],
                "covariance": [self.inference.name],
                "clusters": [min((g.count for g in self.sample.clusters), default=0)],
                "dropped_missing": [dropped.missing],
                "dropped_zero_weight": [dropped.zero_weight],
                "dropped_singletons": [dropped.singletons],
            }
            | {name: [value] for name, value in self.details.items()}
        )

    def augment(self) -> pd.DataFrame:
        """Return one row an observation used: outcome, fitted value, residual, weight.

        Examples
        --------
        >>> import quesnay as qn
        >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
        >>> fit = qn.fit_panel("y ~ x", frame, covariance="classical")
        >>> fit.augment().round(3).loc[1].to_dict()
        {'y': 2.0, 'fitted': 2.25, 'resid': -0.25}
        """
        resid = self.resid.to_numpy()
        fitted = self.fitted.to_numpy()
        frame = pd.DataFrame(
            {self.outcome_name: fitted + resid, "fitted": fitted, "resid": resid}, self.index
        )
        if self.sample.weights is not None:
            frame["weight"] = self.sample.weights
        return frame

    def tables(self) -> tuple[Table, ...]:
        """Return the coefficients and the facts about the regression."""
        formats = {"p_value": "p", "statistic": ".2f", "df": ".1f"}
        how = "Least squares" if self.is_least_squares else self.method.capitalize()
        title = f"{how} of {self.outcome_name}"
        coefficients = self.tidy().set_index("term")
        facts = self.glance().T.rename(columns={0: "value"})
        first = Table(title, coefficients, _notes(self), formats)
        tests = tables_of_tests(self.tests, "Tests") if self.tests else ()
        return first, Table("Regression", facts), *tests

    def _series(self, values: Array, name: str) -> pd.Series:
        return pd.Series(values, labels_of(self.names).view(), name=name)

    def _outcome(self) -> Array:
        return np.asarray(self.sample.outcome, dtype=np.float64)

    def transform(self, values: Array) -> Array:
        """Free further variables, (n,) or (n, m), of the effects and weigh them like the design."""
        absorber, weights = self.regression.absorber, self.sample.weights
        out = values if absorber is None else absorber.residualise(values)
        if self.theta is not None:
            theta = self.theta if out.ndim == 1 else self.theta[:, None]
            out = out - theta * (out - self._about_units(out))
        return weighed(out, weights)

    def cluster_moments(self) -> ClusterMoments | None:
        """Return what the law of CR2 errors rests on; None under other errors."""
        if self.inference.name != "CR2":
            return None
        return adjusted_clusters(self.regression, self.regression.clusters[0])[1]

    def _about_units(self, values: Array) -> Array:
        """Return values about the (weighted) means of their units."""
        assert self.sample.unit is not None
        codes, weights = self.sample.unit.codes, self.sample.weights
        totals = np.bincount(codes, weights).astype(np.float64)
        block = values[None] if values.ndim == 1 else values.T
        rest = deviations(codes, np.ascontiguousarray(block), totals, weights)
        return rest[0] if values.ndim == 1 else rest.T

    def _residuals(self) -> Array:
        weights = self.sample.weights
        if self.theta is not None:
            design = np.asarray(self.sample.design, dtype=np.float64)
            return self._outcome() - design @ self.estimate.coefficients
        return self.estimate.residuals / (1.0 if weights is None else np.sqrt(weights))


@functools.lru_cache(maxsize=256)
def labels_of(names: tuple[str, ...]) -> pd.Index:
    """Return coefficient names as labels, made once: it costs more than the algebra.

    Give out a view of them: whoever names the index of one Series does not name that of others.
    """
    return pd.Index(list(names))


def _notes(fit: "PanelFit") -> tuple[str, ...]:
    """Return what a reader must know: errors, effects, rows that were dropped."""
    notes = [f"{fit.inference.name} errors: {fit.inference.rule}"]
    if fit.sample.effects:
        effects = ", ".join(f"{g.name} ({g.count})" for g in fit.sample.effects)
        notes.append(f"Absorbed effects: {effects}.")
    if fit.sample.slopes:
        slopes = ", ".join(f"{name} ({v.shape[1]})" for name, v in fit.sample.slopes)
        notes.append(f"Absorbed slopes: {slopes}.")
    dropped = fit.sample.dropped
    for count, reason in (
        (dropped.missing, "with a missing value"),
        (dropped.zero_weight, "of weight zero"),
        (dropped.singletons, "alone in a group of the fixed effects"),
    ):
        if count:
            notes.append(f"Dropped: {count:,} row{'s' if count > 1 else ''} {reason}.")
    absorber = fit.regression.absorber
    if absorber is not None and not absorber.rank_is_exact:
        notes.append("Degrees of freedom of the absorbed effects are an upper bound.")
    if fit.is_exact:
        notes.append(
            "The fit is exact: residuals are rounding, and so are errors, tests and intervals."
        )
    return (*notes, *fit.sample.notes, *fit.notes)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Estimate(Functions, Tabular):
    """Coefficients with their covariance, the tests that go with them, and what was assumed.

    Parameters
    ----------
    method : str
        The estimator in words.
    outcome : str
        Name of the outcome.
    params : Series
        Coefficients by term.
    covariance : DataFrame
        Their covariance, term by term.
    df : float
        Degrees of freedom of t; infinite for the normal.
    nobs : int
        Observations used.
    rule : str
        The covariance and its small-sample rule in words.
    tests : tuple of TestResult
        Specification tests of this estimator.
    details : mapping of str to float
        Further figures, such as variance components or shares.
    notes : tuple of str
        What was dropped, assumed or set.

    Examples
    --------
    >>> terms = ["e"]
    >>> covariance = pd.DataFrame([[0.0001]], index=terms, columns=terms)
    >>> found = Estimate("within", "y", pd.Series([0.05], terms), covariance, 30.0, 310, "CR1")
    >>> round(float(found.pvalues["e"]), 6)
    2.3e-05
    """

    method: str
    outcome: str
    params: "pd.Series[float]"
    covariance: pd.DataFrame
    df: float
    nobs: int
    rule: str
    tests: tuple[TestResult, ...] = ()
    details: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return tuple(str(term) for term in self.params.index)

    @property
    def coefficients(self) -> Array:
        """Coefficients, (k,)."""
        return np.asarray(self.params, dtype=np.float64)

    @property
    def inference(self) -> CovarianceEstimate:
        """Covariance with degrees of freedom."""
        df = np.full(len(self.params), self.df)
        return CovarianceEstimate(self.covariance.to_numpy(), df, "stated", self.rule)

    def cluster_moments(self) -> ClusterMoments | None:
        """None: the law of these errors is a plain t."""
        return None

    def __post_init__(self) -> None:
        refuse_overflow(self.covariance.to_numpy(), 0.0, [str(t) for t in self.params.index])

    @property
    def std_errors(self) -> "pd.Series[float]":
        """Standard errors by term."""
        return pd.Series(np.sqrt(np.diag(self.covariance)), index=self.params.index)

    @property
    def pvalues(self) -> "pd.Series[float]":
        """Two-sided p-values of zero by term."""
        t = -np.abs(self.params / self.std_errors)
        tail = special.ndtr(t) if np.isinf(self.df) else special.stdtr(self.df, t)
        return pd.Series(2.0 * tail, index=self.params.index)

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a term: estimate, error, test of zero and interval of `level`."""
        return estimates_frame(
            self.params.index, self.params, self.std_errors, df=self.df, level=level
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: method, observations, degrees of freedom and further figures."""
        row = {"method": self.method, "nobs": self.nobs, "df": self.df, **self.details}
        return pd.DataFrame([row])

    def tables(self) -> tuple[Table, ...]:
        """Return the coefficients and the tests as tables."""
        more = tuple(f"{name}: {value:.5g}." for name, value in self.details.items())
        degrees = "normal" if np.isinf(self.df) else f"t with {self.df:.4g} degrees of freedom"
        notes = (f"{self.nobs:,} observations; errors: {self.rule}; {degrees}.", *more, *self.notes)
        title = f"{self.outcome}: {self.method}"
        first = Table(title, self.tidy().set_index("term"), notes, {"p_value": "p"})
        return first, *(tables_of_tests(self.tests, "Tests") if self.tests else ())


def attempted(name: str, test: Callable[[], TestResult]) -> TestResult:
    """Run a test, or return why the sample cannot carry it."""
    try:
        return test()
    except EstimationError as reason:
        words = (f"not testable: {reason}", "unknown", "none")
        return TestResult(name, "", float("nan"), "", float("nan"), *words)


def frame_of_tests(tests: tuple[TestResult, ...]) -> pd.DataFrame:
    """Lay test results out as a frame, one row a test, indexed by its name."""
    columns = [item.name for item in fields(TestResult) if item.name != "name"]
    rows = [[getattr(test, name) for name in columns] for test in tests]
    names = pd.Index([test.name for test in tests], name="test")
    return pd.DataFrame(rows, names, columns)


def tables_of_tests(tests: tuple[TestResult, ...], title: str) -> tuple[Table, ...]:
    """Show tests as two tables: what they find, and what follows where something does."""
    frame = frame_of_tests(tests)
    found = frame[["statistic", "distribution", "p_value", "verdict"]]
    meaning = frame.loc[frame["consequence"] != "none", ["null", "consequence", "remedy"]]
    first = Table(title, found, (), {"p_value": "p"})
    return (first, Table("What it means", meaning)) if len(meaning) else (first,)

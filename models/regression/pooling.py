"""One figure out of several: estimates combined, averaged over models, or shrunk to a prior."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import choice, half_width, is_number, refuse_unknown
from quesnay.fitting.errors import DataError
from quesnay.fitting.regression.combination import (
    average,
    combine_estimates,
    information_weights,
    jackknife_weights,
    shrink_to_prior,
)
from quesnay.fitting.verdict import TestResult
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.columns import Labelled, aligned_covariance, as_series
from quesnay.models.regression.result import Estimate, PanelFit, frame_of_tests

_RULES = {
    "inverse-variance": "Independent estimates of one value, weighted by their precision",
    "correlated": "Correlated estimates of one value, generalised least squares",
    "random": "Estimates that differ (Paule and Mandel 1982), Hartung-Knapp error",
}


class OneFigure(Tabular):
    """An estimate with its error, and `df` where its law is not the normal."""

    __slots__ = ()

    estimate: float
    std_error: float

    def conf_int(self, level: float = 0.95) -> tuple[float, float]:
        """Return the confidence interval.

        Parameters
        ----------
        level : float, default 0.95
            Confidence level between 0 and 1.

        Raises
        ------
        DataError
            If the level is not between 0 and 1.
        """
        half = half_width(level, getattr(self, "df", np.inf)) * self.std_error
        return self.estimate - half, self.estimate + half


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Combination(OneFigure):
    """Several estimates of one quantity made one.

    Parameters
    ----------
    estimate, std_error : float
        The combined value and its standard error, in the unit of the estimates.
    df : float
        Degrees of freedom of its interval; infinite for the normal.
    weights : Series
        Weight of each estimate, summing to one.
    estimates, std_errors : Series
        What was combined.
    tau : float
        Standard deviation of the true values around their mean (random effects), else zero.
    i2 : float
        Share of the spread that sampling does not explain, 0 to 1.
    homogeneity : TestResult
        Cochran's Q: do all estimates measure the same value?
    method : str
        How they were combined.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = qn.combine({"2012": 0.05, "2017": 0.09}, {"2012": 0.01, "2017": 0.02})
    >>> found.weights.round(2).to_dict(), round(found.i2, 3)
    ({'2012': 0.8, '2017': 0.2}, 0.687)
    """

    estimate: float
    std_error: float
    df: float
    weights: "pd.Series[float]"
    estimates: "pd.Series[float]"
    std_errors: "pd.Series[float]"
    tau: float
    i2: float
    homogeneity: TestResult
    method: str

    def tables(self) -> tuple[Table, ...]:
        """Return the estimates with their weights, and the test of homogeneity."""
        frame = pd.DataFrame(
            {"estimate": self.estimates, "std_error": self.std_errors, "weight": self.weights}
        )
        frame.loc["combined"] = [self.estimate, self.std_error, 1.0]
        low, high = self.conf_int()
        notes = (
            f"{_RULES[self.method]}.",
            f"95 % interval {low:.5g} to {high:.5g}; I2 {self.i2:.0%}; tau {self.tau:.4g}.",
        )
        test = Table("Do they measure one value?", frame_of_tests((self.homogeneity,)))
        return Table("Combined estimate", frame, notes, {"weight": ".1%"}), test


def combine(
    estimates: Labelled,
    std_errors: Labelled | None = None,
    *,
    covariance: pd.DataFrame | None = None,
    method: Literal["inverse-variance", "correlated", "random"] = "inverse-variance",
) -> Combination:
    """Combine several estimates of one quantity, such as one elasticity from several samples.

    Parameters
    ----------
    estimates : Series, mapping or sequence
        Estimates by name, in one unit.
    std_errors : Series, mapping or sequence, optional
        Their standard errors, aligned by name; give these or `covariance`.
    covariance : DataFrame, optional
        Covariance of the estimates, aligned by both labels.
    method : {"inverse-variance", "correlated", "random"}
        Independent with one true value; correlated; or true values that differ.

    Returns
    -------
    Combination
        Value, error, weights and a test of whether combining makes sense.

    Raises
    ------
    DataError
        If labels do not match, values are no numbers, or both or none of `std_errors` and
        `covariance` are given.
    EstimationError
        If fewer than two estimates are given or the covariance is not one.

    References
    ----------
    Halperin (1961), JASA 56; Paule and Mandel (1982), J. Research NBS 87; Hartung and Knapp
    (2001), Statistics in Medicine 20.

    Examples
    --------
    >>> found = combine({"2012": 0.05, "2017": 0.09}, {"2017": 0.02, "2012": 0.01})
    >>> round(found.estimate, 4), round(found.std_error, 5)
    (0.058, 0.00894)
    """
    choice(method, tuple(_RULES), "method")
    values = as_series(estimates, "estimates")
    if (std_errors is None) == (covariance is None):
        raise DataError("give either std_errors or covariance, not both and not neither")
    if std_errors is not None:
        errors = as_series(std_errors, "std_errors")
        if (errors <= 0).any():
            label = errors.index[errors <= 0][0]
            raise DataError(f"std_errors: {errors[label]} at {label!r}; must be positive")
        spread = aligned_covariance(errors**2, values.index, "std_errors")
    else:
        spread = aligned_covariance(covariance, values.index, "covariance")
    found = combine_estimates(values.to_numpy(), spread, method=method)
    return Combination(
        found.estimate,
        found.std_error,
        found.df,
        pd.Series(found.weights, index=values.index),
        values,
        pd.Series(np.sqrt(np.diag(spread)), index=values.index),
        float(np.sqrt(found.tau2)),
        found.i2,
        found.homogeneity,
        method,
    )


CRITERIA = ("bic", "aic", "aicc", "jackknife", "equal")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModelAverage(OneFigure):
    """A coefficient averaged over models.

    Parameters
    ----------
    term : str
        The coefficient.
    estimate, std_error : float
        Weighted mean, and its error with the disagreement of the models in it.
    between : float
        Share of the disagreement in the variance, 0 to 1.
    frame : DataFrame
        Model x: estimate, std_error, weight, parameters, log_likelihood.
    criterion : str
        Where the weights come from.

    Examples
    --------
    >>> import quesnay as qn
    >>> i = np.arange(40.0)
    >>> data = pd.DataFrame({"x": np.sin(i), "w": np.cos(2 * i)})
    >>> data["y"] = data["x"] + 0.3 * data["w"] + np.sin(9 * i)
    >>> fits = [qn.fit_panel(form, data) for form in ("y ~ x", "y ~ x + w")]
    >>> found = qn.average_models({"short": fits[0], "long": fits[1]}, "x")
    >>> found.frame["weight"].round(3).to_dict()
    {'short': 0.308, 'long': 0.692}
    """

    term: str
    estimate: float
    std_error: float
    between: float
    frame: pd.DataFrame
    criterion: str

    def tables(self) -> tuple[Table, ...]:
        """Return the models with their weights."""
        low, high = self.conf_int()
        notes = (
            f"Average {self.estimate:.5g}, error {self.std_error:.4g}.",
            f"95 % interval {low:.5g} to {high:.5g}.",
            f"{self.between:.0%} of the variance is disagreement between models.",
        )
        title = f"{self.term} by model, {self.criterion} weights"
        return (Table(title, self.frame, notes, {"weight": ".1%"}),)


def average_models(
    fits: Mapping[str, PanelFit],
    term: str,
    *,
    criterion: str = "bic",
    weights: Mapping[str, float] | None = None,
) -> ModelAverage:
    """Average one coefficient over regressions of the same outcome on the same rows.

    Parameters
    ----------
    fits : mapping of str to PanelFit
        Rival regressions by name; all must hold `term`.
    term : str
        The coefficient.
    criterion : {"bic", "aic", "aicc", "jackknife", "equal"}
        Weights: information criteria with normal errors, least leave-one-out error (Hansen and
        Racine 2012), or equal.
    weights : mapping of str to float, optional
        Weights of your own, by name; they replace the criterion.

    Returns
    -------
    ModelAverage
        Mean, error with disagreement, and the models.

    Raises
    ------
    DataError
        If fewer than two fits are given, a fit lacks the term, outcomes or rows differ, or weights
        do not name the fits.

    References
    ----------
    Buckland, Burnham and Augustin (1997), Biometrics 53, eq. 9; Hansen and Racine (2012), J.
    Econometrics 167.

    Examples
    --------
    >>> from quesnay.models.regression.panel import fit_panel
    >>> i = np.arange(40.0)
    >>> data = pd.DataFrame({"x": np.sin(i), "w": np.cos(2 * i)})
    >>> data["y"] = data["x"] + 0.3 * data["w"] + np.sin(9 * i)
    >>> fits = {"short": fit_panel("y ~ x", data), "long": fit_panel("y ~ x + w", data)}
    >>> found = average_models(fits, "x")
    >>> round(float(found.frame["weight"].sum()), 6)
    1.0
    """
    _refuse_unfit(fits, term)
    choice(criterion, CRITERIA, "criterion")
    _refuse_other_data(fits)
    rows = list(fits.values())
    n = rows[0].nobs
    likelihood = np.array(
        [-0.5 * n * (np.log(2 * np.pi * fit.estimate.ssr / n) + 1) for fit in rows]
    )
    parameters = np.array([n - fit.df_resid + 1.0 for fit in rows])
    if weights is not None:
        share, label = _own_weights(weights, list(fits)), "stated"
    else:
        share, label = _weights(rows, (likelihood, parameters), criterion), criterion
    estimates = np.array([float(fit.params[term]) for fit in rows])
    errors = np.array([float(fit.std_errors[term]) for fit in rows])
    found = average(estimates, errors, share)
    frame = pd.DataFrame(
        {
            "estimate": estimates,
            "std_error": errors,
            "weight": share / share.sum(),
            "parameters": parameters,
            "log_likelihood": likelihood,
        },
        index=pd.Index(list(fits), name="model"),
    )
    return ModelAverage(term, found.estimate, found.std_error, found.between, frame, label)


def _refuse_unfit(fits: Mapping[str, PanelFit], term: str) -> None:
    if not isinstance(fits, Mapping) or len(fits) < 2:
        raise DataError("fits: give two regressions or more, by name")
    for name, fit in fits.items():
        if not isinstance(fit, PanelFit) or not fit.is_least_squares:
            kind = fit.method if isinstance(fit, PanelFit) else type(fit).__name__
            raise DataError(f"fits: {name!r} is a {kind}, not a fit of fit_panel")
        refuse_unknown([term], fit.names, f"fits: {name!r} has no term")


def _weights(fits: list[PanelFit], facts: tuple[Array, Array], criterion: str) -> Array:
    if criterion in {"bic", "aic", "aicc"}:
        return information_weights(*facts, fits[0].nobs, criterion=cast(Any, criterion))
    if criterion == "equal":
        return np.ones(len(fits))
    return jackknife_weights(np.column_stack([_left_out(fit) for fit in fits]))


def _left_out(fit: PanelFit) -> Array:
    """Return each row's error when predicted from the others, ``e / (1 - h)``."""
    slack = 1.0 - fit.regression.leverage()
    if float(slack.min()) < 1e-10:
        raise DataError("criterion 'jackknife': a row fits itself; use 'bic' or drop the row")
    return np.asarray(fit.regression.residuals / slack)


def _own_weights(weights: Mapping[str, float], names: list[str]) -> Array:
    if not isinstance(weights, Mapping):
        raise DataError(f"weights: expected a mapping by name, got {type(weights).__name__}")
    if set(weights) != set(names):
        odd = sorted(set(weights) ^ set(names), key=str)[0]
        raise DataError(f"weights: {odd!r} is not on both sides; name every fit once")
    return np.asarray(as_series(weights, "weights")[names], dtype=np.float64)


def _refuse_other_data(fits: Mapping[str, PanelFit]) -> None:
    first = next(iter(fits))
    base = fits[first]
    y = np.asarray(base.sample.outcome, float)
    for name, fit in fits.items():
        same = fit.outcome_name == base.outcome_name and fit.nobs == base.nobs
        if not same or not np.array_equal(np.asarray(fit.sample.outcome, float), y):
            raise DataError(
                f"fits: {name!r} and {first!r} explain different outcomes or rows "
                f"({fit.nobs} and {base.nobs}); drop missing rows first"
            )


def shrink(
    fit: PanelFit | Estimate,
    prior_mean: Labelled | float,
    prior_std: Labelled | float,
    *,
    prior_covariance: pd.DataFrame | None = None,
) -> Estimate:
    """Shrink coefficients of a fit towards a prior that you state.

    Normal sampling error (the fit's covariance taken as known) and a normal prior: the posterior is
    ``m = b + S (S + P)^-1 (p - b)``, ``V = S - S (S + P)^-1 S``. Terms without a prior keep a flat
    one and move only with those that have one, through their covariance.

    Parameters
    ----------
    fit : PanelFit or Estimate
        Anything with ``params``, ``covariance`` and ``nobs``.
    prior_mean : mapping, Series or float
        Prior mean by term; a float serves every term.
    prior_std : mapping, Series or float
        Prior standard deviation by term, in the unit of the coefficient.
    prior_covariance : DataFrame, optional
        Prior covariance of the same terms, instead of independent priors; `prior_std` is then
        ignored only if it agrees with the diagonal, otherwise refused.

    Returns
    -------
    Estimate
        Posterior means, covariance (normal), weight of the prior, and a test of whether data and
        prior contradict each other.

    Raises
    ------
    DataError
        If a term is unknown, means and deviations name different terms, or a deviation is not
        positive.

    References
    ----------
    Lindley and Smith (1972), JRSS B 34, eq. 6; Box (1980), JRSS A 143.

    Examples
    --------
    >>> terms = ["e"]
    >>> S = pd.DataFrame([[0.01**2]], index=terms, columns=terms)
    >>> fit = Estimate("within", "y", pd.Series([0.05], terms), S, 30.0, 310, "CR1")
    >>> found = shrink(fit, {"e": 0.10}, {"e": 0.02})
    >>> round(float(found.params["e"]), 4), round(found.details["weight of the prior on e"], 2)
    (0.06, 0.2)
    """
    if not isinstance(getattr(fit, "params", None), pd.Series):
        raise DataError(f"fit: expected a fit with params, got {type(fit).__name__}")
    terms = fit.params.index
    mean, std = _prior(prior_mean, prior_std, terms)
    chosen = mean.index
    prior = _prior_covariance(prior_covariance, std.loc[chosen])
    S = fit.covariance.loc[terms, terms].to_numpy()
    place = terms.get_indexer(chosen)
    b = fit.params.to_numpy()
    found = shrink_to_prior(b[place], S[np.ix_(place, place)], mean.to_numpy(), prior)
    # the other terms follow by regression on the updated ones (conditional normal)
    gain = np.linalg.solve(S[np.ix_(place, place)], S[place]).T
    posterior = b + gain @ (found.mean - b[place])
    change = S[np.ix_(place, place)] - found.covariance
    covariance = S - gain @ change @ gain.T
    shares = {
        f"weight of the prior on {term}": float(found.shrinkage[i, i])
        for i, term in enumerate(chosen)
    }
    parts = [f"{term} {mean[term]:.4g} (s.d. {std[term]:.4g})" for term in mean.index]
    return Estimate(
        "shrunk towards a stated prior",
        getattr(fit, "outcome", "outcome"),
        pd.Series(posterior, index=terms),
        pd.DataFrame(covariance, index=terms, columns=terms),
        float("inf"),
        fit.nobs,
        "posterior covariance, sampling covariance taken as known",
        (found.conflict,),
        shares,
        ("Prior: " + ", ".join(parts) + ".",),
    )


def _prior(
    prior_mean: Labelled | float, prior_std: Labelled | float, terms: pd.Index
) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    mean = _by_term(prior_mean, terms, "prior_mean")
    std = _by_term(prior_std, terms, "prior_std")
    if set(mean.index) != set(std.index):
        odd = sorted(set(mean.index) ^ set(std.index), key=str)[0]
        raise DataError(f"prior: term {odd!r} has a mean or a deviation, not both; give both")
    if (std <= 0).any():
        label = std.index[std <= 0][0]
        raise DataError(f"prior_std: {std[label]} at {label!r}; must be positive")
    return mean, std


def _by_term(values: Labelled | float, terms: pd.Index, name: str) -> "pd.Series[float]":
    if is_number(values):
        values = pd.Series(float(values), index=terms)
    if not isinstance(values, Mapping | pd.Series):
        raise DataError(f"{name}: name the terms, for example {{'{terms[0]}': 0.1}}")
    series = as_series(values, name)
    refuse_unknown(series.index, terms, f"{name}: no term", " in the fit")
    return series.loc[[term for term in terms if term in series.index]]


def _prior_covariance(
    covariance: pd.DataFrame | None, std: "pd.Series[float]"
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    if covariance is None:
        return np.diag(std.to_numpy() ** 2)
    prior = aligned_covariance(covariance, std.index, "prior_covariance")
    if not np.allclose(np.sqrt(np.abs(np.diag(prior))), std, rtol=1e-6):
        raise DataError(
            "prior_std: differs from the diagonal of prior_covariance; give one of them"
        )
    return prior

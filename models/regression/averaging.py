"""One coefficient averaged over rival regressions, their disagreement counted in its error."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import choice, half_width
from quesnay.fitting.errors import DataError, suggestion
from quesnay.fitting.regression.combination import (
    average,
    information_weights,
    jackknife_weights,
)
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.inputs import as_series
from quesnay.models.regression.result import PanelFit

__all__ = ["ModelAverage", "average_models"]

Array = npt.NDArray[np.float64]

CRITERIA = ("bic", "aic", "aicc", "jackknife", "equal")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModelAverage(Tabular):
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

    def conf_int(self, level: float = 0.95) -> tuple[float, float]:
        """Return the normal interval of the average.

        Parameters
        ----------
        level : float
            Confidence level between 0 and 1.

        Raises
        ------
        DataError
            If the level is not between 0 and 1.
        """
        half = half_width(level) * self.std_error
        return self.estimate - half, self.estimate + half

    def tables(self) -> tuple[Table, ...]:
        """Return the models with their weights."""
        low, high = self.conf_int()
        notes = (
            f"Average {self.estimate:.5g}, error {self.std_error:.4g}.",
            f"95 % interval {low:.5g} to {high:.5g}.",
            f"{self.between:.0%} of the variance is disagreement between models.",
        )
        return (
            Table(f"{self.term} by model, {self.criterion} weights", self.frame, notes,
                  {"weight": ".1%"}),
        )  # fmt: skip


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
    if not isinstance(term, str):
        raise DataError(f"term: expected a name, got {type(term).__name__}")
    for name, fit in fits.items():
        if not isinstance(fit, PanelFit):
            raise DataError(f"fits: {name!r} is a {type(fit).__name__}, not a fit of fit_panel")
        if term not in fit.names:
            raise DataError(f"fits: {name!r} has no term {term!r};{suggestion(term, fit.names)}")


def _weights(fits: list[PanelFit], facts: tuple[Array, Array], criterion: str) -> Array:
    if criterion in {"bic", "aic", "aicc"}:
        return information_weights(*facts, fits[0].nobs, criterion=cast(Any, criterion))
    if criterion == "equal":
        return np.full(len(fits), 1.0 / len(fits))
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

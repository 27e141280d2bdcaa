"""An estimate combined with stated prior knowledge, in closed form."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from quesnay.fitting.checks import is_number
from quesnay.fitting.errors import DataError, suggestion
from quesnay.fitting.regression.combination import shrink_to_prior
from quesnay.models.regression.estimate import Estimate
from quesnay.models.regression.inputs import Values, aligned_covariance, as_series

__all__ = ["Fitted", "shrink"]


class Fitted(Protocol):
    """What shrinkage and averaging need of a fit: coefficients, covariance, observations."""

    @property
    def params(self) -> "pd.Series[float]":
        """Coefficients by term."""
        ...

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariance by term."""
        ...

    @property
    def nobs(self) -> int:
        """Observations."""
        ...


def shrink(
    fit: Fitted,
    prior_mean: Values | float,
    prior_std: Values | float,
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
        (_stated(mean, std),),
    )


def _prior(
    prior_mean: Values | float, prior_std: Values | float, terms: pd.Index
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


def _by_term(values: Values | float, terms: pd.Index, name: str) -> "pd.Series[float]":
    if is_number(values):
        values = pd.Series(float(values), index=terms)
    if not isinstance(values, Mapping | pd.Series):
        raise DataError(f"{name}: name the terms, for example {{'{terms[0]}': 0.1}}")
    series = as_series(values, name)
    for term in series.index:
        if term not in terms:
            raise DataError(f"{name}: no term {term!r} in the fit;{suggestion(str(term), terms)}")
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


def _stated(mean: "pd.Series[float]", std: "pd.Series[float]") -> str:
    parts = [f"{term} {mean[term]:.4g} (s.d. {std[term]:.4g})" for term in mean.index]
    return "Prior: " + ", ".join(parts) + "."

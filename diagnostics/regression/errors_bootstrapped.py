"""Errors, p-values and intervals of coefficients from resampling."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import DataError, EstimationError
from quesnay.models.regression.result import PanelFit

__all__ = ["Bootstrapped", "bootstrap_errors"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrapped:
    """What resampling says about each coefficient; NaN where it could not be done.

    Parameters
    ----------
    errors : ndarray, (k,)
        Standard errors.
    p_values : ndarray, (k,)
        Two-sided, of zero.
    low, high : ndarray, (k,)
        Ends of the 95 % interval.
    note : str
        How it was done, or why it could not be.
    """

    errors: Array
    p_values: Array
    low: Array
    high: Array
    note: str


def bootstrap_errors(fit: PanelFit, *, draws: int, seed: int) -> Bootstrapped:
    """Resample clusters and impose the null (wild bootstrap); resample rows without clusters.

    Parameters
    ----------
    fit : PanelFit
        The regression.
    draws : int
        Bootstrap draws.
    seed : int
        Seed.

    Returns
    -------
    Bootstrapped
        One value a coefficient.

    Examples
    --------
    >>> import pandas as pd
    >>> from quesnay.models.regression.panel import fit_panel
    >>> frame = pd.DataFrame({"x": np.arange(20.0)})
    >>> frame["y"] = frame["x"] + np.cos(frame["x"])
    >>> found = bootstrap_errors(fit_panel("y ~ x", frame), draws=99, seed=0)
    >>> found.errors.round(3).tolist()
    [0.32, 0.03]
    """
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

"""Random weights and coefficients, and intervals from draws or from a normal law."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.perturbation import Perturbed, lognormal_factors
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.error_bands import CoefficientErrors, Settings

__all__ = [
    "BetaWeights",
    "beta_weights",
    "normal_frame",
    "percentile_frame",
    "perturbed",
]

Array = npt.NDArray[np.float64]

LOSSES = ("output_loss", "value_added_loss")


def perturbed(errors: CoefficientErrors, rows: Array, rng: np.random.Generator) -> Perturbed:
    """Draw coefficients and return the table changed by them.

    Parameters
    ----------
    errors : CoefficientErrors
        Which are uncertain, and how much.
    rows : ndarray, (g, n)
        Rows of the Leontief inverse of the uncertain columns.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Perturbed
        Multipliers and solutions under the draw.

    Examples
    --------
    >>> import numpy as np, quesnay as qn
    >>> from quesnay.models.input_output.error_bands import read_errors
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> errors = read_errors(table.engine, {1: 0.1})
    >>> perturbed(errors, table.engine.rows(errors.columns), np.random.default_rng(0)).change.shape
    (2, 1)
    """
    factors = lognormal_factors(errors.variation, rng)
    return Perturbed(rows, errors.coefficients * (factors - 1.0))


class BetaWeights:
    """Weights between 0 and 1 with given means and standard errors.

    Parameters
    ----------
    shares, spread : ndarray, (g,)
        Means and standard errors; a share without error stays as it is.
    """

    __slots__ = ("_a", "_b", "_free", "_shares")

    def __init__(self, shares: Array, spread: Array) -> None:
        self._shares, self._free = shares, spread > 0
        w, s = shares[self._free], spread[self._free]
        strength = w * (1.0 - w) / s**2 - 1.0
        self._a, self._b = w * strength, (1.0 - w) * strength

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Return draws, (count, g)."""
        out = np.repeat(self._shares[None], count, axis=0)
        out[:, self._free] = rng.beta(self._a, self._b, size=(count, len(self._a)))
        return out


def beta_weights(
    engine: Engine, places: npt.NDArray[np.intp], shares: Array, error: Any
) -> tuple[Array, BetaWeights]:
    """Read standard errors of weights and prepare their beta distributions.

    Parameters
    ----------
    engine : Engine
        Numbers of the table.
    places, shares : ndarray, (g,)
        What is extracted.
    error : mapping, Series or None
        Sector -> standard error of its weight.

    Returns
    -------
    spread : ndarray, (g,)
        Standard errors.
    weights : BetaWeights
        To draw from.

    Raises
    ------
    DataError
        If an error is negative, belongs to a sector that is not extracted, or is larger than a
        share between 0 and 1 can have.

    Examples
    --------
    >>> import numpy as np, quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> spread, weights = beta_weights(table.engine, np.array([1]), np.array([0.25]), {1: 0.05})
    >>> round(float(weights.draw(10_000, np.random.default_rng(0)).std()), 2)
    0.05
    """
    spread = np.zeros(len(engine.blocks.sectors))
    if error is not None:
        spread = engine.by_sector(error, "weight_error")
    outside = np.flatnonzero(np.delete(spread, places))
    if len(outside):
        sector = np.delete(engine.blocks.sectors.to_numpy(), places)[outside[0]]
        raise DataError(f"weight_error: sector {sector!r} is not extracted; give it a weight")
    own = spread[places]
    limit = np.sqrt(shares * (1.0 - shares))
    bad = np.flatnonzero((own < 0) | ((own > 0) & (own >= limit)))
    if len(bad):
        k = bad[0]
        raise DataError(
            f"weight_error: sector {engine.blocks.sectors[places[k]]!r} has {own[k]:.6g}; a share "
            f"of {shares[k]:.4g} can have a standard error from 0 to below {limit[k]:.4g}"
        )
    return own, BetaWeights(shares, own)


def normal_frame(
    estimate: Array, spread: Array, settings: Settings, labels: pd.Index
) -> pd.DataFrame:
    """Return estimates with normal intervals.

    Parameters
    ----------
    estimate, spread : ndarray, (n,)
        Values and standard errors.
    settings : Settings
        With the level.
    labels : Index, (n,)
        Of the rows.

    Returns
    -------
    DataFrame
        estimate, standard_error, low, high.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from quesnay.models.input_output.error_bands import read_settings
    >>> normal_frame(np.ones(1), np.ones(1), read_settings("first_order", 0.95, 2),
    ...              pd.Index(["a"])).round(2).loc["a"].tolist()
    [1.0, 1.0, -0.96, 2.96]
    """
    half = float(ndtri(settings.tails[1])) * spread
    values = np.column_stack([estimate, spread, estimate - half, estimate + half])
    return _frame(values, labels)


def percentile_frame(
    estimate: Array, draws: Array, settings: Settings, labels: pd.Index
) -> pd.DataFrame:
    """Return estimates with percentile intervals of draws.

    Parameters
    ----------
    estimate : ndarray, (n,)
        Values at the table as it is.
    draws : ndarray, (draws, n)
        Simulated values.
    settings : Settings
        With the level.
    labels : Index, (n,)
        Of the rows.

    Returns
    -------
    DataFrame
        estimate, standard_error, low, high.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from quesnay.models.input_output.error_bands import read_settings
    >>> settings, draws = read_settings("monte_carlo", 0.9, 2), np.arange(101.0)[:, None]
    >>> percentile_frame(np.zeros(1), draws, settings, pd.Index(["a"]))["low"].round(6).item()
    5.0
    """
    low, high = np.quantile(draws, settings.tails, axis=0)
    return _frame(np.column_stack([estimate, draws.std(axis=0, ddof=1), low, high]), labels)


def _frame(values: Array, labels: pd.Index) -> pd.DataFrame:
    return pd.DataFrame(values, index=labels, columns=["estimate", "standard_error", "low", "high"])

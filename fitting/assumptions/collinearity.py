"""How near the regressors are to being combinations of each other."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_design
from quesnay.fitting.regression.least_squares import project

__all__ = ["collinearity", "variance_inflation"]


@dataclass(frozen=True, slots=True)
class Collinearity:
    """Variance inflation, condition indices and where the variance of each coefficient sits.

    Parameters
    ----------
    inflation : (k,) array
        Variance inflation factor of each column; NaN for a constant one.
    condition_indices : (k,) array
        Largest over each singular value of the length-scaled design, ascending.
    variance_shares : (k, k) array
        Row: condition index; column: regressor; share of the coefficient's variance that sits on
        that near-dependence. Columns sum to one.
    """

    inflation: Array
    condition_indices: Array
    variance_shares: Array


def variance_inflation(X: npt.ArrayLike) -> Array:
    """Return how many times collinearity multiplies each coefficient's variance.

    ``VIF_j = 1 / (1 - R_j^2)``, R_j^2 of column j on the others, about the mean where the design
    spans a constant, about zero otherwise (a demeaned design).

    Shapes: `X` (n, k); returns (k,).

    Belsley, Kuh and Welsch (1980), sec. 3.2.
    """
    design = as_design(X)
    fit = project(np.ones(design.shape[0]), design)
    has_constant = fit.ssr <= 1e-20 * design.shape[0]
    centred = design - design.mean(axis=0) if has_constant else design
    own = (centred**2).sum(axis=0)
    constant = own <= 1e-24 * (design**2).sum(axis=0)
    inflation = own * np.diag(fit.bread())
    return np.asarray(np.where(constant, np.nan, inflation))


def collinearity(X: npt.ArrayLike) -> Collinearity:
    """Find near-dependences among regressors and the coefficients they blur.

    Shapes: `X` (n, k).

    Belsley, Kuh and Welsch (1980), sec. 3.2 and table 3.2.
    """
    inflation = variance_inflation(X)
    design = as_design(X)
    _, values, right = linalg.svd(
        design / np.sqrt((design**2).sum(axis=0)), full_matrices=False, check_finite=False
    )
    parts = (right / values[:, None]) ** 2
    return Collinearity(inflation, values[0] / values, parts / parts.sum(axis=0))

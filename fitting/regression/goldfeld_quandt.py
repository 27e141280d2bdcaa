"""Test of a variance that differs between two parts of the sample."""

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.heteroskedasticity import WORDS
from quesnay.fitting.regression.projection import as_design, as_vector, project_noisy
from quesnay.fitting.regression.verdict import TestResult, judged

__all__ = ["goldfeld_quandt"]


def goldfeld_quandt(
    y: npt.ArrayLike, X: npt.ArrayLike, *, point: float = 0.5, order: npt.ArrayLike | None = None
) -> TestResult:
    """Test whether the error variance rises from the first to the second part of the sample.

    Parameters
    ----------
    y, X : array_like
        See `breusch_pagan`.
    point : float
        Share of the rows in the first part.
    order : (n,) array_like, optional
        Variable that orders the rows first.

    Returns
    -------
    TestResult
        F, one-sided.

    Raises
    ------
    EstimationError
        If a part has no degree of freedom.

    References
    ----------
    Goldfeld and Quandt (1965), JASA 60.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(8.0)
    >>> y = x + np.array([0.1, -0.1, 0.3, -0.4, 0.6, -0.8, 1.1, -1.4])
    >>> goldfeld_quandt(y, np.column_stack([np.ones(8), x])).distribution
    'F(2, 2)'
    """
    design = as_design(X)
    outcome = as_vector(y, design.shape[0])
    if not 0.0 < point < 1.0:
        raise EstimationError(f"point: {point}; a share of the rows between 0 and 1 is expected")
    if order is not None:
        ranks = np.argsort(as_vector(order, outcome.size, "order"), kind="stable")
        design, outcome = design[ranks], outcome[ranks]
    cut = int(point * outcome.size)
    k = design.shape[1]
    if min(cut, outcome.size - cut) <= k:
        raise EstimationError(f"point: a part has no more rows than the {k} columns of the design")
    first, second = (
        project_noisy(outcome[:cut], design[:cut]),
        project_noisy(outcome[cut:], design[cut:]),
    )
    df = (second.nobs - k, first.nobs - k)
    statistic = (second.ssr / df[0]) / (first.ssr / df[1])
    p_value = float(special.fdtrc(*df, statistic))
    return judged("Goldfeld-Quandt", statistic, f"F({df[0]}, {df[1]})", p_value, WORDS)

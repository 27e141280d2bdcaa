"""Test of a variance that differs between two parts of the sample."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.assumptions.heteroskedasticity import WORDS
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import as_design, as_vector, project_noisy
from quesnay.fitting.verdict import TestResult, judged

__all__ = ["goldfeld_quandt"]


def goldfeld_quandt(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    point: float = 0.5,
    omitted: float = 0.0,
    order: npt.ArrayLike | None = None,
    alternative: Literal["rising", "two-sided", "falling"] = "rising",
) -> TestResult:
    """Test whether the error variance differs between the first and the second part of the sample.

    Parameters
    ----------
    y, X : array_like
        See `breusch_pagan`.
    point : float
        Share of the rows in the first part.
    omitted : float
        Share of the rows around the point that is in neither part (Goldfeld and Quandt leave out a
        fifth or more, for power).
    order : (n,) array_like, optional
        Variable that orders the rows first.
    alternative : {"rising", "two-sided", "falling"}
        What the variance does from the first part to the second.

    Returns
    -------
    TestResult
        F, the second part's variance over the first's.

    Raises
    ------
    EstimationError
        If a part has no degree of freedom, a share is none or the alternative is unknown.

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
    _check_options(point, omitted, alternative)
    if order is not None:
        ranks = np.argsort(as_vector(order, outcome.size, "order"), kind="stable")
        design, outcome = design[ranks], outcome[ranks]
    n, k = design.shape
    first = int(round((point - omitted / 2.0) * n, 9))
    rest = int(np.ceil((point + omitted / 2.0) * n + 0.01)) - 1  # lmtest's rounding
    if min(first, n - rest) <= k:
        raise EstimationError(f"point: a part has no more rows than the {k} columns of the design")
    early = project_noisy(outcome[:first], design[:first])
    late = project_noisy(outcome[rest:], design[rest:])
    df = (late.nobs - k, early.nobs - k)
    statistic = (late.ssr / df[0]) / (early.ssr / df[1])
    upper, lower = (float(tail(*df, statistic)) for tail in (special.fdtrc, special.fdtr))
    p_value = {"rising": upper, "falling": lower, "two-sided": 2.0 * min(upper, lower)}
    law = f"F({df[0]}, {df[1]})"
    return judged("Goldfeld-Quandt", statistic, law, p_value[alternative], WORDS)


def _check_options(point: float, omitted: float, alternative: str) -> None:
    if not 0.0 < point < 1.0:
        raise EstimationError(f"point: {point}; a share of the rows between 0 and 1 is expected")
    if not 0.0 <= omitted < 1.0:
        raise EstimationError(f"omitted: {omitted}; a share of the rows from 0 to 1 is expected")
    if alternative not in {"rising", "two-sided", "falling"}:
        raise EstimationError(
            f"alternative: {alternative!r}; use 'rising', 'two-sided' or 'falling'"
        )

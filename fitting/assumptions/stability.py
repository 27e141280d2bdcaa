"""Tests of whether coefficients are the same over the whole sample."""

import numpy as np
import numpy.typing as npt

from quesnay.fitting.assumptions.specification import added_columns
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import as_codes, project_noisy
from quesnay.fitting.verdict import TestResult, Wording

__all__ = ["chow"]

Array = npt.NDArray[np.float64]

WORDS = Wording(
    "the coefficients are the same in every part of the sample",
    "the coefficients change over the sample",
    "the pooled coefficient is an average of different ones",
    "estimate by period; report the range",
)


def chow(
    y: npt.ArrayLike, X: npt.ArrayLike, groups: npt.ArrayLike, *, absorbed: int = 0
) -> TestResult:
    """Test whether all coefficients are equal in stated parts of the sample.

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    X : (n, k) array_like
        Design.
    groups : (n,) array_like
        Period or group of each row.
    absorbed : int
        Degrees of freedom that absorbed effects have taken from demeaned data.

    Returns
    -------
    TestResult
        F with k (G - 1) and n - G k degrees of freedom (fewer where a group lacks a regressor).

    Raises
    ------
    EstimationError
        If there is one group or no degree of freedom is left.

    References
    ----------
    Chow (1960), Econometrica 28.

    Examples
    --------
    >>> x = [0.0, 1, 2, 3, 0, 1, 2, 3]
    >>> y = [0.0, 1.1, 1.9, 3, 0, 2.1, 3.9, 6]
    >>> found = chow(y, [[1, v] for v in x], [0, 0, 0, 0, 1, 1, 1, 1])
    >>> found.distribution, round(found.statistic, 1)
    ('F(2, 4)', 388.9)
    """
    fit = project_noisy(y, X)
    codes, count = as_codes(groups, fit.nobs, "groups")
    if count < 2:
        raise EstimationError("groups: one group only; a change needs two")
    own = (codes[:, None] == np.arange(count)[None, :-1]).astype(np.float64)
    wide = (fit.Q[:, None, :] * own[:, :, None]).reshape(fit.nobs, -1)
    return added_columns(fit, wide, absorbed=absorbed, name="Chow", words=WORDS)

"""Tests of whether coefficients are the same over the whole sample."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.assumptions.specification import added_columns
from quesnay.fitting.assumptions.supremum_law import supremum_tail
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import as_codes, as_design, project_noisy
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["SupremumF", "chow", "supremum_f"]

Array = npt.NDArray[np.float64]

WORDS = Wording(
    "the coefficients are the same in every part of the sample",
    "the coefficients change over the sample",
    "the pooled coefficient is an average of different ones",
    "estimate by period; report the range",
)


@dataclass(frozen=True, slots=True)
class SupremumF:
    """A search for one break at an unknown place.

    Parameters
    ----------
    test : TestResult
        The supremum statistic with Andrews' p-value.
    position : int
        Number of rows before the likeliest break.
    statistics : (n,) array
        Chow's statistic (chi-squared scale) at each admissible place, NaN elsewhere.
    """

    test: TestResult
    position: int
    statistics: Array


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


def supremum_f(y: npt.ArrayLike, X: npt.ArrayLike, *, trimming: float = 0.15) -> SupremumF:
    """Search for one break in all coefficients at an unknown place.

    Parameters
    ----------
    y : (n,) array_like
        Outcome in the order of time.
    X : (n, k) array_like
        Design.
    trimming : float
        Share of the rows at each end where no break is looked for.

    Returns
    -------
    SupremumF
        Statistic, place, and p-value of the limit law, which is computed (`supremum_tail`).

    Raises
    ------
    EstimationError
        If the trimming is not within 0.01 and 0.49 or leaves too few rows.

    References
    ----------
    Andrews (1993), Econometrica 61, eq. 4.2: sup of ``|B(s) - s B(1)|^2 / (s (1 - s))``.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.r_[np.sin(np.arange(20.0)), 3 + np.sin(np.arange(20.0))]
    >>> found = supremum_f(y, np.ones((40, 1)))
    >>> found.position, found.test.p_value < 0.001
    (20, True)
    """
    fit = project_noisy(y, X)
    n, k = fit.nobs, fit.rank
    if not 0.01 <= trimming <= 0.49:
        raise EstimationError(f"trimming: {trimming}; a share from 0.01 to 0.49 is expected")
    first = max(int(np.floor(trimming * n)), k + 1)
    last = n - first
    if last < first:
        raise EstimationError(f"X: {n} rows are too few to search a break in {k} coefficients")
    design = as_design(X)
    statistics = np.full(n, np.nan)
    outcome = fit.fitted + fit.residuals
    for place in range(first, last + 1):
        split = _split_ssr(outcome, design, place)
        statistics[place] = (fit.ssr - split) / (split / (n - 2 * k)) if split > 0 else np.inf
    position = int(np.nanargmax(statistics))
    top = float(statistics[position])
    searched = first / n  # at short samples more is cut off than was asked for
    p_value = supremum_tail(top, k, searched)
    law = f"sup of {k} squared Brownian bridges, trimming {searched:.4g}"
    return SupremumF(judged("sup-F (Andrews)", top, law, p_value, WORDS), position, statistics)


def _split_ssr(outcome: Array, design: Array, place: int) -> float:
    total = 0.0
    for part in (slice(None, place), slice(place, None)):
        b = np.linalg.lstsq(design[part], outcome[part], rcond=None)[0]
        e = outcome[part] - design[part] @ b
        total += float(e @ e)
    return total

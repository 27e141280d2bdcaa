"""Estimates as one frame whose columns are the same for every estimator."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["estimates_frame"]


def estimates_frame(
    terms: Iterable[object],
    estimate: npt.ArrayLike,
    std_error: npt.ArrayLike,
    *,
    interval: pd.DataFrame,
    statistic: npt.ArrayLike | None = None,
    p_value: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Lay estimates out, one row a term.

    Parameters
    ----------
    terms : iterable, k
        What is estimated.
    estimate, std_error : array, (k,)
        Values and standard errors, in the unit of each term.
    interval : DataFrame, (k, 2)
        Columns ``low`` and ``high``.
    statistic, p_value : array, (k,), optional
        The test of each term, where there is one.

    Returns
    -------
    DataFrame
        term, estimate, std_error, statistic and p_value where given, conf_low, conf_high. All
        arguments are in the order of `terms`; their labels are not used.

    References
    ----------
    Robinson (2014), broom: an R package for converting statistical analysis objects into tidy
    data frames, arXiv:1412.3565.

    Examples
    --------
    >>> interval = pd.DataFrame({"low": [0.03], "high": [0.07]})
    >>> estimates_frame(["ln_ict"], [0.05], [0.01], interval=interval).set_index("term").T
    term       ln_ict
    estimate     0.05
    std_error    0.01
    conf_low     0.03
    conf_high    0.07
    """
    columns = {
        "estimate": estimate,
        "std_error": std_error,
        "statistic": statistic,
        "p_value": p_value,
        "conf_low": interval["low"],
        "conf_high": interval["high"],
    }
    given = {name: np.asarray(values) for name, values in columns.items() if values is not None}
    return pd.DataFrame({"term": list(terms), **given})

"""The coverage of an interval: checked, shown, and turned into its half width."""

from typing import Any

import numpy as np
from scipy import special

from quesnay.fitting.arguments import is_number
from quesnay.fitting.errors import DataError, shown

__all__ = ["confidence_level", "half_width", "percent"]


def confidence_level(level: Any, *, least: float = 0.0) -> float:
    """Return the coverage of a confidence interval, a share between 0 and 1.

    Parameters
    ----------
    level : float
        Such as 0.95.
    least : float, default 0.0
        Coverage that must be exceeded.

    Returns
    -------
    float
        The level.

    Raises
    ------
    DataError
        If it is no number between `least` and 1.

    Examples
    --------
    >>> confidence_level(0.9)
    0.9
    """
    if not is_number(level) or not least < level < 1.0:
        raise DataError(
            f"level: {shown(level)} is no coverage between {least:g} and 1, such as 0.95"
        )
    return float(level)


def half_width(level: Any, df: float = np.inf) -> float:
    """Return half the width of a two-sided interval, in standard errors.

    Parameters
    ----------
    level : float
        Coverage between 0 and 1.
    df : float, default infinity
        Degrees of freedom of Student's t; infinite for the normal.

    Returns
    -------
    float
        The quantile of ``(1 + level) / 2``.

    Raises
    ------
    DataError
        If the level is not between 0 and 1.

    Examples
    --------
    >>> round(half_width(0.95), 4), round(half_width(0.95, 30), 4)
    (1.96, 2.0423)
    """
    share = 0.5 + 0.5 * confidence_level(level)
    return float(special.ndtri(share) if np.isinf(df) else special.stdtrit(df, share))


def percent(level: float) -> str:
    """Return a coverage in per cent, not rounded to whole ones: 99.5 % is not 100 %.

    Examples
    --------
    >>> percent(0.95), percent(0.995)
    ('95 %', '99.5 %')
    """
    return f"{100 * level:g} %"

"""The coverage of an interval, checked in one place."""

from typing import Any

import numpy as np

from quesnay.fitting.errors import DataError, shown

__all__ = ["confidence_level"]


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
    number = isinstance(level, int | float | np.integer | np.floating)
    if not number or not least < level < 1.0:
        raise DataError(
            f"level: {shown(level)} is no coverage between {least:g} and 1, such as 0.95"
        )
    return float(level)

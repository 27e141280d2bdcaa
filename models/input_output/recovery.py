"""The resilience that a recovery time implies."""

from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError, shown
from quesnay.models.input_output.disruption import network, rates
from quesnay.models.input_output.economies import single

__all__ = ["resilience"]


def resilience(
    interdependency: Any, *, start: Any, end: Any, periods: float, kind: str = "demand"
) -> "pd.Series[float]":
    """Return the resilience with which a sector recovers in a given time.

    ``k_i = ln(q_i(0) / q_i(T)) / (T (1 - a*_ii))`` (Lian and Haimes 2006, eq. 14): a sector left
    to itself falls from `start` to `end` in `periods`.

    Parameters
    ----------
    interdependency, kind
        As in :func:`inoperability`.
    start, end : Series, array (n,), or {sector: share}
        Inoperability at first and after recovery, above 0, start at least end.
    periods : float
        Time to recover.

    Returns
    -------
    Series
        Rate per period by sector.

    Raises
    ------
    DataError
        If a share is not above 0 or end exceeds start.

    Examples
    --------
    >>> resilience([[0.0]], start=[0.5], end=[0.05], periods=10).round(4).tolist()
    [0.2303]
    """
    net = network(interdependency, kind)
    first, last = rates(start, net, "start"), rates(end, net, "end")
    time = single(periods, "periods")
    if not time > 0:
        raise DataError(f"periods: {shown(periods)}; expected a positive number")
    bad = np.flatnonzero((last <= 0) | (first < last))
    if len(bad):
        raise DataError(
            f"sector {shown(net.sectors[int(bad[0])])}: expected start >= end > 0 inoperability"
        )
    rate = np.log(first / last) / (time * (1.0 - np.diag(net.matrix)))
    return pd.Series(rate, index=net.sectors, name="resilience")

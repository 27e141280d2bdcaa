"""The leave-one-out shift-share instrument: initial mix times growth elsewhere."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.fitting.regression.groups import cluster_sums
from quesnay.models.regression.columns import (
    Grouping,
    column_name,
    column_names,
    find_column,
    group_column,
    number_column,
)

__all__ = ["shift_share_instrument"]


def shift_share_instrument(
    data: pd.DataFrame, columns: Sequence[str], *, cell: str, unit: str, time: str
) -> "pd.Series[float]":
    """Predict the growth of a cell's inputs from its first mix and growth in other units.

    ``z_{c,t} = sum_j s_{c,j,0} ln(X_{j,t,-u} / X_{j,0,-u})``: s the share of input j in the cell's
    inputs at its first time, X the sum of input j over all units but the cell's own.

    Parameters
    ----------
    data : DataFrame
        One row a cell and time.
    columns : sequence of str
        Inputs j, from zero on, in one unit of value.
    cell : str
        Column of the cell, such as ``"province:sector"``.
    unit : str
        Column of the unit that is left out, such as ``"province"``.
    time : str
        Column of the time.

    Returns
    -------
    Series
        By the labels of `data`; zero at each cell's first time, NaN where the first mix or the
        growth elsewhere is not known.

    Raises
    ------
    DataError
        If a column is missing, a value is negative, labels repeat, or a cell is seen twice at one
        time.

    References
    ----------
    Bartik (1991); Goldsmith-Pinkham, Sorkin and Swift (2020), AER 110, eq. 1.

    Examples
    --------
    >>> data = pd.DataFrame({"p": ["a", "a", "b", "b"], "t": [0, 1, 0, 1]})
    >>> data["soft"], data["hard"] = [1.0, 9.0, 2.0, 4.0], [3.0, 3.0, 2.0, 2.0]
    >>> z = shift_share_instrument(data, ["soft", "hard"], cell="p", unit="p", time="t")
    >>> z.round(4).tolist()
    [0.0, 0.1733, 0.0, 1.0986]
    """
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"data: expected a DataFrame, got {type(data).__name__}; convert it")
    columns = column_names(columns, "columns", least=2)  # a mix of one has no variation
    roles = {"cell": cell, "unit": unit, "time": time}
    groups = [group_column(data, column_name(roles[role], role), role) for role in roles]
    for group in groups:
        if (group.codes < 0).any():
            raise DataError(f"instrument: column {group.name!r} has missing labels; drop such rows")
    cells, units, times = groups
    wide = np.column_stack([_input(data, name) for name in columns])
    key = cells.codes * times.count + times.codes
    if np.unique(key).size != key.size:
        raise DataError(f"instrument: a {cell} is seen twice at one {time}; aggregate first")
    elsewhere = _elsewhere(np.nan_to_num(wide), units, times)
    elsewhere[_elsewhere(np.isnan(wide), units, times) > 0] = np.nan  # unknown, not smaller
    order = np.lexsort((times.codes, cells.codes))
    start = np.r_[True, np.diff(cells.codes[order]) != 0]
    first = np.empty(len(data), dtype=np.intp)
    first[order] = order[np.maximum.accumulate(np.where(start, np.arange(len(data)), 0))]
    mix = wide[first]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = mix / mix.sum(axis=1, keepdims=True)
        now = elsewhere[units.codes, times.codes]
        growth = np.log(now / elsewhere[units.codes, times.codes[first]])
        product = np.where(share == 0.0, 0.0, share * growth)
    values = product.sum(axis=1)
    return pd.Series(np.where(np.isfinite(values), values, np.nan), data.index, name="shift_share")


def _elsewhere(
    values: npt.NDArray[Any], units: Grouping, times: Grouping
) -> npt.NDArray[np.float64]:
    """Return the sum of each column at each time over all units but one, (units, times, k)."""
    both = cluster_sums(values, units.codes * times.count + times.codes, units.count * times.count)
    totals = both.reshape(units.count, times.count, -1)
    return np.asarray(totals.sum(axis=0) - totals)


def _input(data: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    values = number_column(find_column(data, name, "instrument"), name, "instrument")
    if (values < 0).any():
        row = data.index[int(np.argmax(values < 0))]
        raise DataError(f"instrument: column {name!r} is negative at row {row!r}; mend the value")
    return np.asarray(values, dtype=np.float64)

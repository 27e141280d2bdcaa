"""Weights of observations, aligned by label."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.models.regression.columns import find_column, number_column, row_label

__all__ = ["read_weights"]

Array = npt.NDArray[np.float64]


def read_weights(data: pd.DataFrame, weights: "str | pd.Series | None") -> Array | None:
    """Return one weight a row of the data.

    Parameters
    ----------
    data : DataFrame
        The data.
    weights : str, Series or None
        A column, or a Series with the labels of the data.

    Returns
    -------
    (n,) array or None
        Weights in the order of the data, NaN where missing; None where all are one.

    Raises
    ------
    DataError
        If labels do not match, or a weight is negative or no number.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2.0]}, index=["a", "b"])
    >>> read_weights(frame, pd.Series({"b": 3.0, "a": 1.0})).tolist()
    [1.0, 3.0]
    """
    if weights is None:
        return None
    if isinstance(weights, str):
        values = number_column(find_column(data, weights, "weights"), weights, "weights")
    elif isinstance(weights, pd.Series):
        values = number_column(_align(weights, data.index), str(weights.name), "weights")
    else:
        raise DataError(
            f"weights: expected a column name or a Series, got {type(weights).__name__}; "
            "values without labels cannot be aligned"
        )
    if (values < 0).any():
        row = int(np.argmax(values < 0))
        raise DataError(f"weights: {values[row]:g} at row {row_label(data.index, row)} is negative")
    return np.asarray(values, dtype=np.float64)


def _align(series: pd.Series, index: pd.Index) -> pd.Series:
    """Return the series in the order of the data's labels, or refuse it."""
    if not series.index.is_unique or not index.is_unique:
        raise DataError("weights: row labels repeat, so a Series cannot be aligned; use a column")
    absent = index.difference(series.index)
    if len(absent) or len(series) != len(index):
        first = f", such as {absent[0]!r}" if len(absent) else ""
        raise DataError(
            f"weights: the Series has {len(series)} labels, the data {len(index)}, and "
            f"{len(absent)} of the data are absent{first}; give one weight a row of the data"
        )
    return series.reindex(index)

"""What a statistic or model may return, brought to one labelled row-by-draw array."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.fitting.checks import plain_numbers
from quesnay.fitting.errors import QuesnayError, shown

__all__ = ["Labels", "columns_of", "estimate_of", "values_of"]

Labels: TypeAlias = pd.Index


@dataclass(frozen=True, slots=True)
class _Named:
    labels: Labels
    values: NDArray[np.float64]


def columns_of(returned: object, *, rows: int, owner: str) -> Labels:
    """Return the labels of what `owner` returned for `rows` draws."""
    return _named(returned, rows, owner).labels


def estimate_of(returned: object, *, owner: str) -> tuple[Labels, NDArray[np.float64]]:
    """Return the labels and finite values of what `owner` returned for the data as given.

    Raises
    ------
    QuesnayError
        If a value is missing or infinite.

    Examples
    --------
    >>> estimate_of({"share": 0.25}, owner="the statistic")[1].tolist()
    [0.25]
    """
    labels = columns_of(returned, rows=1, owner=owner)
    values = values_of(returned, labels, rows=1, owner=owner)[0]
    lost = np.flatnonzero(~np.isfinite(values))
    if lost.size:
        raise QuesnayError(f"{owner} {labels[int(lost[0])]!r} is not finite on the data as given")
    return labels, values


def values_of(returned: object, labels: Labels, *, rows: int, owner: str) -> NDArray[np.float64]:
    """Return what `owner` returned as (rows, labels), refusing other labels.

    Parameters
    ----------
    returned : float, array, Series, DataFrame or mapping
        One number a draw; (rows,) or (rows, k); labelled kinds are aligned by label.
    labels : Index
        The labels of the first call.
    rows : int
        Number of draws asked for.
    owner : str
        Word for the function in messages: "the model", "the statistic".

    Returns
    -------
    ndarray
        (rows, len(labels)).

    Raises
    ------
    QuesnayError
        If labels differ from call to call, or shapes do not fit.

    Examples
    --------
    >>> values_of({"b": [2.0, 4.0], "a": 1.0}, pd.Index(["a", "b"]), rows=2, owner="the model")
    array([[1., 2.],
           [1., 4.]])
    """
    if isinstance(returned, float) and rows == len(labels) == 1:
        return np.array([[returned]])  # the usual statistic, without the cost of labels
    named = _named(returned, rows, owner)
    if named.labels.equals(labels):
        return named.values
    if len(named.labels) != len(labels) or not labels.isin(named.labels).all():
        raise QuesnayError(
            f"{owner} returned {list(named.labels)} after {list(labels)}; "
            "it must return the same names at every call"
        )
    return named.values[:, named.labels.get_indexer(labels)]


def _named(returned: Any, rows: int, owner: str) -> _Named:
    if isinstance(returned, pd.DataFrame):
        return _Named(returned.columns, _matrix(returned.to_numpy(), rows, owner))
    if isinstance(returned, pd.Series) and (rows == 1 or len(returned) != rows):
        return _Named(returned.index, _matrix(returned.to_numpy()[None, :], rows, owner))
    if isinstance(returned, Mapping):
        if not returned:
            raise QuesnayError(f"{owner} returned an empty mapping; at least one number expected")
        columns = [_column(value, rows, f"{owner}, {key!r}") for key, value in returned.items()]
        return _Named(_index(list(returned)), np.column_stack(columns))
    matrix = _matrix(returned, rows, owner)
    names = ["value"] if matrix.shape[1] == 1 else [f"value_{i}" for i in range(matrix.shape[1])]
    return _Named(pd.Index(names), matrix)


def _index(keys: list[Any]) -> Labels:
    nested = all(isinstance(key, tuple) for key in keys)
    index: Labels = pd.MultiIndex.from_tuples(keys) if nested else pd.Index(keys)
    return index


def _numbers(value: object, owner: str) -> NDArray[np.float64]:
    array = plain_numbers(value)
    if array is None:
        raise QuesnayError(f"{owner} returned {shown(value)}; numbers expected")
    return array


def _column(value: object, rows: int, owner: str) -> NDArray[np.float64]:
    array = _numbers(value, owner)
    if array.ndim == 0:
        return np.full(rows, float(array))
    if array.shape != (rows,):
        raise QuesnayError(
            f"{owner} returned shape {array.shape} for {rows} draws; one number a draw expected"
        )
    return array


def _matrix(value: object, rows: int, owner: str) -> NDArray[np.float64]:
    array = _numbers(value, owner)
    if array.ndim == 0:
        return np.full((rows, 1), float(array))
    if array.ndim == 1:
        array = array[:, None] if len(array) == rows and rows > 1 else array[None, :]
    if array.ndim != 2 or array.shape[0] != rows or array.shape[1] == 0:
        raise QuesnayError(
            f"{owner} returned shape {array.shape} for {rows} draws; "
            "the first axis must be the draw"
        )
    return array

"""Labelled input of the estimators: series and covariances aligned by label, or refused."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, nearest

__all__ = ["aligned_covariance", "as_series", "numbers", "require_columns"]

Array = npt.NDArray[np.float64]
Values = Mapping[str, float] | pd.Series | Sequence[float]


def as_series(values: object, name: str) -> "pd.Series[float]":
    """Return a labelled series of finite numbers; labels must be unique."""
    if isinstance(values, Mapping):
        values = pd.Series(dict(values), dtype=object)
    if not isinstance(values, pd.Series):
        if not isinstance(values, Sequence | np.ndarray) or isinstance(values, str):
            kind = type(values).__name__
            raise DataError(f"{name}: expected a Series, mapping or list of numbers, got {kind}")
        values = pd.Series(list(values), dtype=object)
    if values.empty:
        raise DataError(f"{name}: empty; give at least one value")
    if not values.index.is_unique:
        twice = values.index[values.index.duplicated()][0]
        raise DataError(f"{name}: label {twice!r} occurs twice; labels must be unique")
    return pd.Series(numbers(values, name), index=values.index)


def numbers(values: pd.Series, name: str) -> Array:
    """Return a float array, naming the label of the first value that is no finite number."""
    out = np.empty(len(values))
    for place, (label, value) in enumerate(values.items()):
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise DataError(f"{name}: {value!r} at {label!r} is not a number")
        out[place] = float(value)
        if not np.isfinite(out[place]):
            raise DataError(f"{name}: {value} at {label!r}; drop it or give its value")
    return out


def aligned_covariance(covariance: object, labels: pd.Index, name: str) -> Array:
    """Return a covariance (k, k) in the order of `labels`; a frame is aligned by both its axes."""
    if isinstance(covariance, pd.DataFrame):
        for axis in (covariance.index, covariance.columns):
            _same_labels(axis, labels, name)
        covariance = covariance.loc[labels, labels].to_numpy()
    elif isinstance(covariance, pd.Series | Mapping):
        variances = as_series(covariance, name)
        _same_labels(variances.index, labels, name)
        covariance = np.diag(variances.loc[labels].to_numpy())
    try:
        array = np.asarray(covariance, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{name}: contains values that are not numbers") from None
    return array


def require_columns(data: object, columns: Sequence[str]) -> pd.DataFrame:
    """Return the data if it is a frame with unique, known columns, or say which is missing."""
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"data: expected a DataFrame, got {type(data).__name__}")
    if not data.columns.is_unique:
        twice = data.columns[data.columns.duplicated()][0]
        raise DataError(f"data: column {twice!r} occurs twice; rename one")
    for column in columns:
        if column not in data.columns:
            raise DataError(f"data: no column {column!r};{nearest(str(column), data.columns)}")
    return data


def _same_labels(found: pd.Index, labels: pd.Index, name: str) -> None:
    if not found.is_unique:
        raise DataError(f"{name}: a label occurs twice; labels must be unique")
    odd = found.symmetric_difference(labels)
    if len(odd):
        raise DataError(
            f"{name}: label {odd[0]!r} is not on both sides; expected {', '.join(map(str, labels))}"
        )

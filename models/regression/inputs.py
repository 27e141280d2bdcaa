"""Labelled input of the estimators: series and covariances aligned by label, or refused."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.models.labels import check_unique, finite_numbers, places_of

__all__ = [
    "aligned_covariance",
    "as_series",
    "column_name",
    "column_names",
]

Array = npt.NDArray[np.float64]
Values = Mapping[str, float] | pd.Series | Sequence[float]


def as_series(values: object, name: str) -> "pd.Series[float]":
    """Return a labelled series of finite numbers; labels must be unique."""
    if isinstance(values, Mapping):
        values = pd.Series(dict(values), dtype=object)
    if not isinstance(values, pd.Series):
        if not isinstance(values, list | tuple):
            kind = type(values).__name__
            raise DataError(f"{name}: expected a Series, mapping or list of numbers, got {kind}")
        values = pd.Series(list(values), dtype=object)
    check_unique(values.index, f"{name}: label")
    return pd.Series(finite_numbers(values, name), index=values.index)


def aligned_covariance(covariance: object, labels: pd.Index, name: str) -> Array:
    """Return a covariance (k, k) in the order of `labels`; a frame is aligned by both its axes."""
    if isinstance(covariance, pd.DataFrame):
        rows, columns = (
            places_of(axis, labels, name) for axis in (covariance.index, covariance.columns)
        )
        covariance = covariance.iloc[rows, columns].to_numpy()
    elif isinstance(covariance, pd.Series | Mapping):
        variances = as_series(covariance, name)
        covariance = np.diag(variances.to_numpy()[places_of(variances.index, labels, name)])
    else:
        kind = type(covariance).__name__
        raise DataError(f"{name}: expected a labelled frame or series, got {kind}")
    try:
        return np.asarray(covariance, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{name}: contains values that are not numbers") from None


def column_name(value: object, role: str) -> str:
    """Return the name of a column, or say that one is expected."""
    if not isinstance(value, str) or not value.strip():
        kind = repr(value) if isinstance(value, str) else type(value).__name__
        raise DataError(f"{role}: expected the name of a column, got {kind}")
    return value


def column_names(value: object, role: str, *, least: int = 0) -> tuple[str, ...]:
    """Return one name or several as a tuple, each once and at least so many."""
    if isinstance(value, str):
        value = (value,)
    if not isinstance(value, list | tuple):
        kind = type(value).__name__
        raise DataError(f"{role}: expected a column name or a list of them, got {kind}")
    names = tuple(column_name(name, role) for name in value)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"{role}: {twice!r} is named twice; name it once")
    if len(names) < least:
        raise DataError(f"{role}: name {least} or more columns, got {len(names)}")
    return names

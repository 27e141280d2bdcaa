"""Labelled input of the estimators: series and covariances aligned by label, or refused."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, nearest

__all__ = [
    "aligned_covariance",
    "as_series",
    "column_name",
    "column_names",
    "numbers",
    "one_of",
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


def one_of(value: object, known: Sequence[str], role: str) -> str:
    """Return an option that is known, or name the nearest."""
    if not isinstance(value, str) or value not in known:
        shown = repr(value) if isinstance(value, str) else type(value).__name__
        hint = nearest(value, known) if isinstance(value, str) else ""
        raise DataError(f"{role} {shown}:{hint} use one of {', '.join(map(repr, known))}")
    return value


def _same_labels(found: pd.Index, labels: pd.Index, name: str) -> None:
    if not found.is_unique:
        raise DataError(f"{name}: a label occurs twice; labels must be unique")
    odd = found.symmetric_difference(labels)
    if len(odd):
        raise DataError(
            f"{name}: label {odd[0]!r} is not on both sides; expected {', '.join(map(str, labels))}"
        )

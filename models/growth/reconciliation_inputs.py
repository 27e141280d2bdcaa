"""What `reconcile` accepts: estimates, their errors, fixed labels and identities, checked."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.models.growth.identity_text import Identity, parse_identity
from quesnay.models.labels import check_unique, finite_numbers, places_of

__all__ = ["checked_covariance", "checked_estimates", "fixed_labels", "read_identities"]

_SYMMETRIC = 1e-9  # largest relative asymmetry, and negative eigenvalue, that is rounding


def checked_estimates(estimates: Any) -> pd.Series:
    """Return the estimates as finite floats with unique labels.

    Examples
    --------
    >>> checked_estimates(pd.Series({"core": 1})).to_dict()
    {'core': 1.0}
    """
    if not isinstance(estimates, pd.Series):
        raise DataError(
            f"estimates: expected a Series label -> value, got {type(estimates).__name__}"
        )
    strange = [label for label in estimates.index if not isinstance(label, str) or "`" in label]
    if strange:
        raise DataError(f"estimates: label {strange[0]!r} must be a text without backticks")
    return _numbers(estimates, "estimates").rename("estimate")


def checked_covariance(labels: pd.Index, std_errors: Any, covariance: Any) -> np.ndarray:
    """Return the covariance matrix in the order of the labels.

    Examples
    --------
    >>> checked_covariance(pd.Index(["a"]), pd.Series({"a": 2.0}), None).tolist()
    [[4.0]]
    """
    if (std_errors is None) == (covariance is None):
        raise DataError("reconcile: give either std_errors= or covariance=, and not both")
    if covariance is None:
        if not isinstance(std_errors, pd.Series):
            raise DataError("std_errors: expected a Series label -> standard error")
        order = places_of(std_errors.index, labels, "std_errors")
        sigma = finite_numbers(std_errors, "std_errors")[order]
        if (sigma < 0).any():
            label = labels[int(np.argmin(sigma))]
            raise DataError(f"std_errors: {sigma.min():g} of {label!r} is below 0")
        return np.asarray(np.diag(sigma**2))
    if not isinstance(covariance, pd.DataFrame):
        raise DataError("covariance: expected a DataFrame label x label")
    rows = places_of(covariance.index, labels, "covariance, rows")
    columns = places_of(covariance.columns, labels, "covariance, columns")
    frame = covariance.iloc[rows, columns]
    matrix = np.column_stack([finite_numbers(frame[c], f"covariance, {c!r}") for c in labels])
    return _semidefinite(matrix, labels)


def fixed_labels(fixed: Iterable[str], labels: pd.Index) -> list[Any]:
    """Return the labels to hold, each one known.

    Examples
    --------
    >>> fixed_labels(["core"], pd.Index(["core", "total"]))
    ['core']
    """
    if not isinstance(fixed, str | list | tuple | set | frozenset | pd.Index | dict):
        raise DataError(f"fixed: expected labels, got {shown(fixed)}")
    held = [fixed] if isinstance(fixed, str) else list(fixed)
    for label in held:
        if not isinstance(label, str) or label not in labels:
            raise _unknown("fixed", label, labels)
    return held


def read_identities(identities: Any, labels: Sequence[Any]) -> list[Identity]:
    """Return the identities, from texts or from a frame of coefficients.

    Examples
    --------
    >>> read_identities(["total = core"], ["core", "total"])[0].text
    'total = core'
    """
    if isinstance(identities, pd.DataFrame):
        return _from_frame(identities, labels)
    if isinstance(identities, str):
        texts = [identities]
    elif isinstance(identities, Sequence):
        texts = list(identities)
    else:
        raise DataError("identities: expected texts with '=' or a frame of coefficients")
    if not texts:
        raise DataError("identities: give at least one; without identities nothing is adjusted")
    return [parse_identity(text, labels) for text in texts]


def _unknown(name: str, label: Any, labels: Iterable[Any]) -> DataError:
    """Return the error for a label that no estimate has."""
    hint = nearest(str(label), labels)
    return DataError(f"{name}: no estimate is called {shown(label)}{hint and ';' + hint}")


def _from_frame(frame: pd.DataFrame, labels: Sequence[Any]) -> list[Identity]:
    """Return rows of coefficients as identities whose sum is 0, called by their row label."""
    for column in frame.columns:
        if column not in labels:
            raise _unknown("identities", column, labels)
    rules = []
    for name, row in frame.iterrows():
        numbers = _numbers(row, f"identities, row {name!r}")
        terms = [f"{value!r} * `{label}`" for label, value in numbers.items() if value != 0]
        if not terms:
            raise DataError(f"identities, row {name!r}: every coefficient is 0")
        rule = parse_identity(f"{' + '.join(terms)} = 0", labels)
        rules.append(replace(rule, text=str(name)))
    if not rules:
        raise DataError("identities: the frame has no row; without identities nothing is adjusted")
    return rules


def _numbers(series: pd.Series, name: str) -> pd.Series:
    """Return finite floats under unique labels, or name the first that is none."""
    check_unique(series.index, f"{name}: label")
    return pd.Series(finite_numbers(series, name), series.index)


def _semidefinite(matrix: np.ndarray, labels: pd.Index) -> np.ndarray:
    """Refuse a matrix that is not symmetric, or no covariance at all."""
    variance = np.diag(matrix)
    if (variance < 0).any():
        raise DataError(
            f"covariance: the variance of {labels[int(np.argmin(variance))]!r} is below 0"
        )
    size = np.sqrt(np.outer(variance, variance))
    skew = np.abs(matrix - matrix.T) > _SYMMETRIC * np.maximum(size, np.abs(matrix))
    if skew.any():
        row, column = np.argwhere(skew)[0]
        raise DataError(f"covariance: {labels[row]!r} with {labels[column]!r} is not symmetric")
    scale = np.where(variance > 0, np.sqrt(variance), 1.0)
    roots = np.linalg.eigvalsh(matrix / np.outer(scale, scale))
    if roots.min() < -_SYMMETRIC * len(labels):
        raise DataError(
            "covariance: not positive semidefinite (a correlation beyond 1 or a contradiction "
            "between correlations); check the off-diagonal values"
        )
    return np.asarray((matrix + matrix.T) / 2)

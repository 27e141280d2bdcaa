"""Columns of a frame as numbers or groups, with what is wrong with them said by row label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.models.regression.column_checks import (
    refuse_odd_labels,
    refuse_odd_order,
    refuse_sizes,
)

__all__ = ["Grouping", "find_column", "group_column", "number_column", "row_label"]

Values = npt.NDArray[np.floating]
Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Which group each row is in.

    Parameters
    ----------
    name : str
        Column, or columns joined by ``:``.
    codes : (n,) array
        Group 0..G-1 of each row; -1 where a label is missing.
    labels : (G,) array of objects
        What the groups are called; tuples where several columns are joined.
    """

    name: str
    codes: Codes
    labels: npt.NDArray[np.object_]

    @property
    def count(self) -> int:
        """Number of groups G."""
        return int(self.labels.size)

    def select(self, rows: npt.NDArray[np.bool_]) -> "Grouping":
        """Return the grouping of some rows, with the groups that are left numbered anew."""
        left, codes = np.unique(self.codes[rows], return_inverse=True)
        return Grouping(self.name, codes.astype(np.intp), self.labels[left])


def find_column(data: pd.DataFrame, name: str, role: str) -> pd.Series:
    """Return a column, or say which was meant.

    Parameters
    ----------
    data : DataFrame
        The data.
    name : str
        Column wanted.
    role : str
        What it is wanted for, such as ``"formula"``.

    Returns
    -------
    Series
        The column.

    Raises
    ------
    DataError
        If there is no such column, or more than one.

    Examples
    --------
    >>> find_column(pd.DataFrame({"va": [1.0]}), "va", "formula").tolist()
    [1.0]
    """
    try:
        found = data[name]
    except (KeyError, TypeError, ValueError):
        hint = nearest(name, data.columns)
        raise DataError(f"{role}: the data have no column {name!r};{hint or ' check it'}") from None
    if not isinstance(found, pd.Series):
        raise DataError(f"{role}: the data have several columns {name!r}; rename all but one")
    return found


def number_column(series: pd.Series, name: str, role: str) -> Values:
    """Return a column as floats, missing values as NaN.

    Parameters
    ----------
    series : Series
        The column.
    name : str
        Its name, for messages.
    role : str
        What it is used for.

    Returns
    -------
    (n,) array
        Numbers; booleans become 0 and 1; extended precision is kept.

    Raises
    ------
    DataError
        If a value is text, a date, complex or infinite, or all are beyond what squares can hold.

    Examples
    --------
    >>> number_column(pd.Series([1, None, 3]), "x", "formula").tolist()
    [1.0, nan, 3.0]
    """
    kind = series.dtype
    if kind.kind not in "fiub":
        hint = f", or write C({name}) for categories" if role == "formula" else ""
        raise DataError(f"{role}: column {name!r} holds {_kind(series)}; convert it{hint}")
    if kind in (np.float64, np.longdouble):
        values: Values = series.to_numpy()
    else:
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    refuse_sizes(values, f"{role}: column {name!r}", series.index)
    return values


def group_column(data: pd.DataFrame, name: object, role: str) -> Grouping:
    """Return the groups that a column, or columns joined by ``:``, form.

    Parameters
    ----------
    data : DataFrame
        The data.
    name : str
        Such as ``"province"`` or ``"province:sector"``.
    role : str
        What it is used for: ``"absorb"``, ``"cluster"``, ``"time"``.

    Returns
    -------
    Grouping
        Groups in the order of their sorted labels.

    Raises
    ------
    DataError
        If a column does not exist or its labels cannot be compared.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": ["x", "x", "y"], "b": [1, 2, 1]})
    >>> group_column(frame, "a:b", "absorb").labels.tolist()
    [('x', 1), ('x', 2), ('y', 1)]
    """
    if not isinstance(name, str) or not name:
        raise DataError(f"{role}: expected the name of a column, got {shown(name)}")
    if ":" not in name or name in data.columns:
        return _group(find_column(data, name, role), name, role)
    parts = [_group(find_column(data, part.strip(), role), part, role) for part in name.split(":")]
    return _join(name, parts)


def _group(series: pd.Series, name: str, role: str) -> Grouping:
    if series.dtype.kind in "iu" and isinstance(series.dtype, np.dtype):
        found = _group_integers(series.to_numpy(), name)
        if found is not None:
            return found
    series = refuse_odd_labels(series, name, role)
    try:
        codes, labels = pd.factorize(series, sort=True)
    except TypeError:
        raise DataError(
            f"{role}: labels of column {name!r} cannot be ordered or compared; use text or numbers"
        ) from None
    named = np.asarray(labels, dtype=object)
    if role == "time" and not getattr(series.dtype, "ordered", False):
        refuse_odd_order(named, name)
    return Grouping(name, codes.astype(np.intp), named)


def _group_integers(values: npt.NDArray[np.integer], name: str) -> Grouping | None:
    """Return the groups of whole numbers of small range by counting, which needs no sorting."""
    if not values.size:
        return None
    low, high = int(values.min()), int(values.max())
    if high - low > 2 * values.size or high > np.iinfo(np.intp).max:
        return None
    codes = values.astype(np.intp) - low  # in the own type differences could overflow
    rows = np.bincount(codes)
    labels = np.empty(rows.size, dtype=object)
    labels[:] = range(low, high + 1)
    if not rows.all():
        codes, labels = (np.cumsum(rows > 0) - 1)[codes], labels[rows > 0]
    return Grouping(name, codes, labels)


def _join(name: str, parts: Sequence[Grouping]) -> Grouping:
    codes = parts[0].codes.copy()
    missing = codes < 0
    for part in parts[1:]:
        missing |= part.codes < 0
        codes = codes * part.count + part.codes
    codes[missing] = -1
    kept, numbered = np.unique(codes[~missing], return_inverse=True)
    joined = np.full(codes.size, -1, dtype=np.intp)
    joined[~missing] = numbered
    labels = np.empty(kept.size, dtype=object)
    for place, code in enumerate(kept):
        label = []
        for part in reversed(parts):
            code, own = divmod(int(code), part.count)
            label.append(part.labels[own])
        labels[place] = tuple(reversed(label))
    return Grouping(name, joined, labels)


def row_label(index: pd.Index, row: int) -> str:
    """Return how a row is called, for messages."""
    return shown(index[row])


def _kind(series: pd.Series) -> str:
    kinds = {"M": "dates, not numbers", "m": "durations, not numbers", "c": "complex numbers"}
    return kinds.get(series.dtype.kind, "text or objects, not numbers")

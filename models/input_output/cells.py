"""Numbers and labels as users give them: read once, refused with the place of what is wrong."""

from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, nearest

__all__ = ["Cells", "aligned", "checked_labels", "read_cells"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cells:
    """Numbers with the labels that came with them.

    Parameters
    ----------
    values : ndarray, (n,) or (n, m)
        Finite floats.
    rows, columns : Index or None
        Labels; None where the user gave a bare array.
    name : object
        Name of a labelled vector, else None.
    """

    values: Array
    rows: pd.Index | None
    columns: pd.Index | None
    name: Any = None


def read_cells(data: Any, what: str) -> Cells:
    """Read a vector or matrix, refusing all that is no finite real number.

    Parameters
    ----------
    data : array_like, Series or DataFrame
        What the user gave.
    what : str
        Its name in messages.

    Returns
    -------
    Cells
        Values with their labels, where there are any.

    Raises
    ------
    DataError
        Text, truth values, complex, missing or infinite numbers, ragged rows, repeated labels;
        the message names the cell.

    Examples
    --------
    >>> read_cells([[1, 2], [3, 4]], "Z").values
    array([[1., 2.],
           [3., 4.]])
    """
    rows = columns = name = None
    if isinstance(data, pd.DataFrame):
        rows = checked_labels(data.index, f"{what}: row")
        columns = checked_labels(data.columns, f"{what}: column")
    elif isinstance(data, pd.Series):
        rows, name = checked_labels(data.index, what), data.name
    values = _floats(data, what, rows, columns)
    if values.ndim not in {1, 2} or values.size == 0:
        raise DataError(f"{what}: shape {values.shape}; expected a vector or matrix with numbers")
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum()  # one pass without a temporary; the place is sought only when needed
    if not np.isfinite(total):
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            raise DataError(
                f"{_place(what, bad[0], rows, columns)} is {values[tuple(bad[0])]}; expected a "
                "finite number: fill it or set it to 0"
            )
    return Cells(values, rows, columns, name)


def checked_labels(labels: pd.Index, what: str) -> pd.Index:
    """Return labels that are all different and none missing, or say which is not.

    Parameters
    ----------
    labels : Index
        Row or column labels, perhaps of several levels.
    what : str
        Their name in messages.

    Returns
    -------
    Index
        The same labels.

    Raises
    ------
    DataError
        If a label occurs twice or is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> checked_labels(pd.Index(["a", "b"]), "Z: row").tolist()
    ['a', 'b']
    """
    if not labels.is_unique:
        double = labels[labels.duplicated()][0]
        raise DataError(f"{what} label {double!r} occurs twice; make the labels unique")
    if isinstance(labels, pd.MultiIndex):
        empty = np.any([np.asarray(codes) < 0 for codes in labels.codes], axis=0)
    else:
        empty = np.asarray(labels.isna()) if labels.hasnans else np.zeros(1, dtype=bool)
    if empty.any():
        place = int(np.flatnonzero(empty)[0])
        raise DataError(f"{what} label number {place + 1} is missing; name every one")
    return labels


def aligned(given: pd.Index | None, wanted: pd.Index, what: str) -> npt.NDArray[np.intp] | None:
    """Return the order that brings labels into the wanted one, or None where they are in it.

    Parameters
    ----------
    given : Index or None
        Labels of the data; None for bare arrays, which go by position.
    wanted : Index
        Labels of the table.
    what : str
        Name of the data in messages.

    Returns
    -------
    ndarray of int or None
        ``given[order]`` equals `wanted`.

    Raises
    ------
    DataError
        If the labels are not the same ones; the message names one that differs.

    Examples
    --------
    >>> import pandas as pd
    >>> aligned(pd.Index(["b", "a"]), pd.Index(["a", "b"]), "output")
    array([1, 0])
    """
    if given is None or given is wanted or given.equals(wanted):
        return None
    if given.nlevels != wanted.nlevels:
        raise DataError(
            f"{what}: labels have {given.nlevels} levels, the sectors {wanted.nlevels}; "
            "use the same labels, or .to_numpy() to go by position"
        )
    order = given.get_indexer(wanted)
    absent, extra = wanted[order < 0], given.difference(wanted, sort=False)
    if len(absent) or len(extra):
        odd = f"no entry for sector {absent[0]!r};" if len(absent) else f"unknown {extra[0]!r};"
        hint = nearest(str(absent[0]), extra) if len(absent) else nearest(str(extra[0]), wanted)
        raise DataError(
            f"{what}: labels differ from the sectors: {odd}{hint} rename, or give a bare array "
            "(.to_numpy()) to go by position"
        )
    return np.asarray(order, dtype=np.intp)


def _floats(data: Any, what: str, rows: pd.Index | None, columns: pd.Index | None) -> Array:
    """Convert to floats; look at single cells only where the whole is not plainly numeric."""
    if hasattr(data, "tocsr"):
        raise DataError(f"{what}: a sparse matrix; pass a dense one (.toarray())")
    if isinstance(data, np.ma.MaskedArray) and np.ma.is_masked(data):
        raise DataError(f"{what}: the array has masked cells; fill them")
    try:
        raw = data.to_numpy() if isinstance(data, pd.DataFrame | pd.Series) else np.asarray(data)
    except (TypeError, ValueError) as error:
        raise DataError(f"{what}: not a table of numbers ({error}); give equal rows") from None
    if raw.dtype.kind in "iuf":
        return np.asarray(raw, dtype=np.float64)
    if raw.dtype.kind != "O":
        word = {"b": "truth values", "c": "complex numbers", "U": "text", "S": "text"}
        kind = word.get(raw.dtype.kind, f"of type {raw.dtype}")
        raise DataError(f"{what}: {kind}; expected real numbers")
    return _from_objects(raw, what, rows, columns)


def _from_objects(raw: Any, what: str, rows: pd.Index | None, columns: pd.Index | None) -> Array:
    for place in np.ndindex(raw.shape):
        cell = raw[place]
        if cell is None or cell is pd.NA:
            raise DataError(f"{_place(what, place, rows, columns)} is missing; fill it or set 0")
        if isinstance(cell, bool | np.bool_) or not isinstance(cell, Real | Decimal):
            shown = str(cell)[:40]
            raise DataError(
                f"{_place(what, place, rows, columns)} is {type(cell).__name__} {shown!r}; "
                "expected a real number"
            )
    try:
        return np.asarray(raw, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"{what}: a number is too large for a float; change the unit") from None


def _place(what: str, place: Any, rows: pd.Index | None, columns: pd.Index | None) -> str:
    parts = [int(k) for k in place]
    names = [rows, columns][: len(parts)]
    words = ("row", "column") if len(parts) == 2 else ("entry",)
    shown = [
        f"{word} {index[k] if index is not None else k!r}"
        for word, index, k in zip(words, names, parts, strict=False)
    ]
    return f"{what}: {', '.join(shown)}"

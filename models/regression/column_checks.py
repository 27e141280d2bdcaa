"""Columns whose values or labels cannot be computed with, ordered or believed, refused by name."""

import itertools
import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, shown

__all__ = ["refuse_odd_labels", "refuse_odd_order", "refuse_sizes"]

_LEAST_SQUARE, _MOST_SQUARE = 1e-200, 1e200  # of a column, where no single value need be looked at
_DIGITS = re.compile(r"(\d+)")


def refuse_odd_labels(series: pd.Series, name: str, role: str) -> pd.Series:
    """Refuse labels of mixed kinds, complex and infinite ones; return them, NaN as missing.

    Parameters
    ----------
    series : Series
        Labels.
    name : str
        Name of the column.
    role : str
        What it is used for: ``"absorb"``, ``"cluster"``, ``"time"``.

    Returns
    -------
    Series
        The labels. In pandas' own float types NaN is a value beside the missing one; it would be
        a group.

    Raises
    ------
    DataError
        If text is mixed with other labels, or a label is no real or no finite number.

    Examples
    --------
    >>> refuse_odd_labels(pd.Series([2018, 2019]), "year", "time").tolist()
    [2018, 2019]
    """
    kind = series.dtype.kind
    if kind == "c":
        raise DataError(f"{role}: column {name!r} holds complex numbers; use text or whole numbers")
    if kind == "f":
        if not isinstance(series.dtype, np.dtype):
            series = pd.Series(series.to_numpy(np.float64, na_value=np.nan), series.index)
        endless = np.isinf(series.to_numpy())
        if endless.any():
            row = shown(series.index[int(np.argmax(endless))])
            raise DataError(f"{role}: column {name!r} is infinite at row {row}; mend the value")
    if series.dtype == object:
        texts = series.dropna().map(lambda value: isinstance(value, str))
        if 0 < int(texts.sum()) < texts.size:
            raise DataError(
                f"{role}: labels of column {name!r} are of mixed kinds, text and other, so that 1 "
                "and '1' would be different groups; use one kind, such as text"
            )
    return series


def refuse_odd_order(labels: npt.NDArray[np.object_], name: str) -> None:
    """Refuse periods whose order as text differs from that of the numbers in it.

    Parameters
    ----------
    labels : (T,) array of objects
        Periods in the order that would be used.
    name : str
        Name of the column.

    Raises
    ------
    DataError
        If a text such as ``"2019-10"`` would come before ``"2019-9"``.

    Examples
    --------
    >>> refuse_odd_order(np.array(["2019-09", "2019-10"], dtype=object), "month")
    """
    if not all(isinstance(label, str) for label in labels):
        return
    keys = [
        [int(part) if place % 2 else part for place, part in enumerate(_DIGITS.split(label))]
        for label in labels
    ]
    for place, (first, second) in enumerate(itertools.pairwise(keys)):
        if first > second:
            earlier, later = shown(labels[place]), shown(labels[place + 1])
            raise DataError(
                f"time: {earlier} would come before {later} in the text column {name!r}; "
                "use numbers, dates or texts of equal length"
            )


def refuse_sizes(
    values: npt.NDArray[np.floating], what: str, index: pd.Index | None = None
) -> None:
    """Refuse infinite numbers, and sizes whose squares and products no float can hold.

    Parameters
    ----------
    values : (n,) array
        Numbers; NaN passes.
    what : str
        What they are, for messages.
    index : Index, optional
        Labels of the rows; positions are named without them.

    Raises
    ------
    DataError
        If a value is infinite, or the largest size is beyond 1e100 or below 1e-100.

    Examples
    --------
    >>> refuse_sizes(np.array([1.0, np.nan]), "formula: column 'x'")
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        square = float(values @ values)  # one cheap pass: NaN and infinity survive a product
    if _LEAST_SQUARE <= square <= _MOST_SQUARE or values.size == 0:
        return
    index = pd.RangeIndex(values.size) if index is None else index
    bad = np.isinf(values)
    if bad.any():
        row = shown(index[int(np.argmax(bad))])
        raise DataError(f"{what} is infinite at row {row}; mend the value")
    size = np.abs(values[~np.isnan(values)])
    largest = float(size.max(initial=0.0))
    if largest > 0.0 and not 1e-100 <= largest <= 1e100:
        row = shown(index[int(np.nanargmax(np.abs(values)))])
        raise DataError(
            f"{what} has {largest:.3g} at row {row} for its largest size, beyond what squares "
            "can hold; give it in another unit"
        )

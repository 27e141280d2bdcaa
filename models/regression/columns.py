"""Columns of a frame read as numbers, groups or weights; faults are said by row label.

Every door of this room reads its columns here: numbers with their sizes checked, groups with
labels that can be compared and, for time, ordered; weights and labelled input by label.
"""

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array, Codes, Values
from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.models.inputs import check_unique, finite_numbers, places_of


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Which group each row is in.

    `name`: column, or columns joined by ``:``; `codes` (n,): group 0..G-1 of each row; -1 where a
    label is missing; `labels` (G,): what the groups are called; tuples where several columns are
    joined.
    """

    name: str
    codes: Codes
    labels: npt.NDArray[np.object_]

    @property
    def count(self) -> int:
        """Number of groups G."""
        return int(self.labels.size)

    def select(self, rows: npt.NDArray[Any] | None) -> "Grouping":
        """Return the groups of some rows, numbered anew; the same where None names all rows."""
        if rows is None:
            return self
        left, codes = np.unique(self.codes[rows], return_inverse=True)
        return Grouping(self.name, codes.astype(np.intp), self.labels[left])

    def between(self, rows: npt.NDArray[Any]) -> "Grouping":
        """Return periods of some rows from the first to the last, those without a row included.

        There is at least one row, and each has its period.
        """
        codes = self.codes[rows]
        first, last = int(codes.min()), int(codes.max())
        return Grouping(self.name, codes - first, self.labels[first : last + 1])


def find_column(data: pd.DataFrame, name: str, role: str) -> pd.Series:
    """Return a column, or say which was meant."""
    try:
        found = data[name]
    except (KeyError, TypeError, ValueError):
        written = [column for column in data.columns if str(column) == name]
        if len(written) != 1:  # formulas write numbers that are labels as text
            raise _no_column(data, name, role) from None
        found = data[written[0]]
    if not isinstance(found, pd.Series):
        raise DataError(f"{role}: the data have several columns {name!r}; rename all but one")
    return found


def _no_column(data: pd.DataFrame, name: str, role: str) -> DataError:
    if name in data.index.names:
        return DataError(
            f"{role}: {name!r} is in the index, not a column; use data.reset_index({name!r})"
        )
    hint = nearest(name, data.columns) or " check it"
    return DataError(f"{role}: the data have no column {name!r};{hint}")


def number_column(series: pd.Series, name: str, role: str) -> Values:
    """Return a column as floats, missing values as NaN."""
    kind = series.dtype
    if kind.kind not in "fiub":
        hint = f", or write C({name}) for categories" if role == "formula" else ""
        odd = _ODD_KINDS.get(kind.kind, "text or objects, not numbers")
        raise DataError(f"{role}: column {name!r} holds {odd}; convert it{hint}")
    if kind in (np.float64, np.longdouble):
        values: Values = series.to_numpy()
    else:
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    refuse_sizes(values, f"{role}: column {name!r}", series.index)
    return values


def group_column(data: pd.DataFrame, name: object, role: str) -> Grouping:
    """Return the groups that a column, or columns joined by ``:``, form."""
    name = column_name(name, role)
    if ":" not in name or name in data.columns:
        return _group(find_column(data, name, role), name, role)
    parts = [_group(find_column(data, part.strip(), role), part, role) for part in name.split(":")]
    codes = parts[0].codes.copy()
    missing = codes < 0
    for part in parts[1:]:
        missing |= part.codes < 0
        codes = codes * part.count + part.codes
    kept, numbered = np.unique(codes[~missing], return_inverse=True)
    joined = np.full(codes.size, -1, dtype=np.intp)
    joined[~missing] = numbered
    columns = []
    for part in reversed(parts):
        kept, own = np.divmod(kept, part.count)
        columns.append(part.labels[own])
    labels = np.fromiter(zip(*reversed(columns), strict=True), dtype=object, count=kept.size)
    return Grouping(name, joined, labels)


def _group(series: pd.Series, name: str, role: str) -> Grouping:
    if series.dtype.kind in "iu" and isinstance(series.dtype, np.dtype):
        found = _group_integers(series.to_numpy(), name)
        if found is not None:
            return found
    if role == "time" and isinstance(series.dtype, pd.CategoricalDtype):
        if series.dtype.ordered:
            # periods in the order that a category states, those without a row between included
            codes = series.cat.codes.to_numpy().astype(np.intp)
            used = codes[codes >= 0]
            first, last = (int(used.min()), int(used.max())) if used.size else (0, -1)
            stated = np.asarray(series.cat.categories, dtype=object)[first : last + 1]
            return Grouping(name, np.where(codes < 0, -1, codes - first), stated)
        series = series.astype(series.dtype.categories.dtype)
    series = refuse_odd_labels(series, name, role)
    try:
        codes, labels = pd.factorize(series, sort=True)
    except TypeError:
        raise DataError(
            f"{role}: labels of column {name!r} cannot be ordered or compared; use text or numbers"
        ) from None
    named = np.asarray(labels, dtype=object)
    refuse_twins(named, name, role)
    if role == "time":
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


def row_label(index: pd.Index, row: int) -> str:
    """Return how a row is called, for messages."""
    return shown(index[row])


_ODD_KINDS = {"M": "dates, not numbers", "m": "durations, not numbers", "c": "complex numbers"}
_LEAST_SQUARE, _MOST_SQUARE = 1e-200, 1e200  # of a column, where no single value need be looked at
_DIGITS = re.compile(r"(\d+)")


def refuse_odd_labels(series: pd.Series, name: str, role: str) -> pd.Series:
    """Refuse labels of mixed kinds, complex and infinite ones; return them, NaN as missing."""
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


def refuse_twins(labels: npt.NDArray[np.object_], name: str, role: str) -> None:
    """Refuse texts that look the same but for blanks around them or the code of a letter."""
    if labels.size == 0 or not isinstance(labels[0], str):
        return
    seen: dict[str, str] = {}
    for label in labels:
        plain = label if label.isascii() else unicodedata.normalize("NFKC", label)
        other = seen.setdefault(plain.strip(), label)
        if other is not label:
            raise DataError(
                f"{role}: labels {shown(other)} and {shown(label)} of column {name!r} differ only "
                "by blanks or the code of a letter and would be two groups; write them alike, such "
                "as by .str.strip() and .str.normalize('NFKC')"
            )


def refuse_odd_order(labels: npt.NDArray[np.object_], name: str) -> None:
    """Refuse periods written as text whose order as text need not be that of time.

    It is where all texts differ only in their numbers, the first of which is the year if there are
    several (``"2019Q1"``, ``"2019-03-31"``), and sorting by text and by number agree.
    """
    if labels.size < 2 or not all(isinstance(label, str) for label in labels):
        return
    parts = [_DIGITS.split(label) for label in labels]
    like = all(part[::2] == parts[0][::2] for part in parts)  # and so each has a number
    dated = like and (len(parts[0]) == 3 or all(len(part[1]) == 4 for part in parts))
    advice = "use numbers, dates, an ordered category or texts of equal length, the year first"
    if not dated:
        first, second = shown(labels[0]), shown(labels[1])
        raise DataError(
            f"time: the order of {first} and {second} in the text column {name!r} is not known; "
            f"{advice}"
        )
    keys = [[int(number) for number in part[1::2]] for part in parts]
    for place, (one, next_one) in enumerate(itertools.pairwise(keys)):
        if one >= next_one:  # equal ones differ by zeros in front, as 2019-01 and 2019-1
            earlier, later = shown(labels[place]), shown(labels[place + 1])
            raise DataError(
                f"time: {earlier} would come before {later} in the text column {name!r}; {advice}"
            )


def refuse_sizes(
    values: npt.NDArray[np.floating], what: str, index: pd.Index | None = None
) -> None:
    """Refuse infinite numbers, and sizes whose squares and products no float can hold."""
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


_MOST_ROWS = 50_000_000


def read_weights(
    data: pd.DataFrame, weights: "str | pd.Series | None", role: str = "weights"
) -> Array | None:
    """Return one weight a row of the data."""
    if weights is None:
        return None
    if isinstance(weights, str):
        values = number_column(find_column(data, weights, role), weights, role)
    elif isinstance(weights, pd.Series):
        if not weights.index.is_unique or not data.index.is_unique:
            raise DataError(
                "weights: row labels repeat, so a Series cannot be aligned; use a column"
            )
        absent = data.index.difference(weights.index)
        if len(absent) or len(weights) != len(data.index):
            first = f", such as {absent[0]!r}" if len(absent) else ""
            raise DataError(
                f"weights: the Series has {len(weights)} labels, the data {len(data.index)}, and "
                f"{len(absent)} of the data are absent{first}; give one weight a row of the data"
            )
        values = number_column(weights.reindex(data.index), str(weights.name), role)
    else:
        raise DataError(
            f"{role}: expected a column name or a Series, got {type(weights).__name__}; "
            "values without labels cannot be aligned"
        )
    if (values < 0).any():
        row = int(np.argmax(values < 0))
        raise DataError(f"{role}: {values[row]:g} at row {row_label(data.index, row)} is negative")
    return np.asarray(values, dtype=np.float64)


def repeat_rows(
    data: pd.DataFrame, frequency: "str | pd.Series | None", weights: object = None
) -> pd.DataFrame:
    """Return each row as often as it counts, so that errors are those of all rows."""
    if frequency is None:
        return data
    counts = read_weights(data, frequency, "frequency")
    assert counts is not None
    odd = np.isnan(counts) | (counts != np.round(counts))
    if odd.any():
        row = int(np.argmax(odd))
        raise DataError(
            f"frequency: {counts[row]:g} at row {row_label(data.index, row)} is no whole number; "
            "for weights inverse to the variance use weights="
        )
    if isinstance(weights, pd.Series):
        raise DataError("weights: with frequency= give the name of a column")
    if counts.sum() > _MOST_ROWS:
        raise DataError(f"frequency: {counts.sum():,.0f} rows in all; at most {_MOST_ROWS:,}")
    return data.iloc[np.repeat(np.arange(len(data)), counts.astype(np.intp))]


Labelled: TypeAlias = Mapping[str, float] | pd.Series | Sequence[float]


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
        raise DataError(f"{role}: expected the name of a column, got {shown(value)}")
    return value


def column_names(value: object, role: str, *, least: int = 0) -> tuple[str, ...]:
    """Return one name, several or None as a tuple, each once and at least so many."""
    several = (value,) if isinstance(value, str) else () if value is None else value
    if not isinstance(several, list | tuple):
        raise DataError(
            f"{role}: expected names of columns, got {shown(value)}; give text or a list"
        )
    names = tuple(column_name(name, role) for name in several)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"{role}: {twice!r} is named twice; name it once")
    if len(names) < least:
        raise DataError(f"{role}: name {least} or more columns, got {len(names)}")
    return names

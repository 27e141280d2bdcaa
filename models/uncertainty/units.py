"""What a bootstrap draws: rows, or clusters of rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.fitting.errors import DataError, suggestion

__all__ = ["Units", "units_of"]


@dataclass(frozen=True, slots=True)
class Units:
    """Rows sorted by unit, and where each unit starts.

    Parameters
    ----------
    order : ndarray (rows,)
        Row numbers, unit after unit.
    starts : ndarray (count + 1,)
        Unit i owns ``order[starts[i]:starts[i + 1]]``.
    names : Index
        Label of each unit.
    word : str
        "row" or "cluster".
    """

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    names: pd.Index
    word: str

    @property
    def count(self) -> int:
        """Number of units."""
        return len(self.names)

    def rows(self, drawn: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the rows of the drawn units, one unit after the other."""
        if self.word == "row":
            return drawn
        sizes = np.diff(self.starts)[drawn]
        ends = np.cumsum(sizes)
        within = np.arange(ends[-1]) - np.repeat(ends - sizes, sizes)
        rows: NDArray[np.intp] = self.order[np.repeat(self.starts[drawn], sizes) + within]
        return rows

    def without(self, place: int) -> NDArray[np.intp]:
        """Return all rows but those of one unit."""
        return self.rows(np.delete(np.arange(self.count), place))


def units_of(data: Any, cluster: Any) -> Units:
    """Return the units to draw from data."""
    if not isinstance(data, (pd.DataFrame, pd.Series, np.ndarray)) or np.ndim(data) == 0:
        raise DataError(f"data must be a DataFrame, Series or array, got {type(data).__name__}")
    count = len(data)
    if count < 2:
        raise DataError(f"data have {count} rows; a bootstrap needs at least two")
    if cluster is None:
        names = pd.RangeIndex(count) if isinstance(data, np.ndarray) else data.index
        return Units(np.arange(count), np.arange(count + 1), names, "row")
    labels = _cluster_labels(data, cluster)
    codes, names = pd.factorize(labels)
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise DataError(f"cluster: row {row} has no label; fill or drop it first")
    if len(names) < 2:
        raise DataError(f"cluster: only one cluster ({names[0]!r}); at least two needed")
    order = np.argsort(codes, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(codes))])
    return Units(order, starts, pd.Index(names), "cluster")


def _holds(index: pd.Index, wanted: pd.Index) -> bool:
    try:
        return bool(wanted.isin(index).all())
    except (TypeError, ValueError):  # labels of kinds that pandas cannot compare
        return False


def _cluster_labels(data: Any, cluster: Any) -> Any:
    if isinstance(data, pd.DataFrame) and isinstance(cluster, str):
        if cluster not in data.columns:
            raise DataError(
                f"cluster: no column {cluster!r} in the data;{suggestion(cluster, data.columns)}"
            )
        return data[cluster]
    if isinstance(cluster, str) or np.ndim(cluster) != 1:
        raise DataError("cluster must be a column name of a DataFrame, or one label per row")
    if isinstance(cluster, pd.Series) and not isinstance(data, np.ndarray):
        if not cluster.index.is_unique or not _holds(cluster.index, data.index):
            raise DataError("cluster: its index does not hold each row of the data exactly once")
        return cluster.loc[data.index]
    if len(cluster) != len(data):
        raise DataError(f"cluster: {len(cluster)} labels for {len(data)} rows")
    return np.asarray(cluster, dtype=object)

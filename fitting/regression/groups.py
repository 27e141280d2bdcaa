"""Rows in groups: sums, means and deviations, and a panel put in order, unit by unit."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.checks import as_codes
from quesnay.fitting.errors import EstimationError

__all__ = ["Stack", "cluster_sums", "deviations", "group_means", "group_sums", "stack"]


def group_sums(codes: Codes, block: Array, groups: int) -> Array:
    """Return the sums of variables by group.

    Shapes: `codes` (n,), `block` (m, n); returns (m, G).
    """
    return np.array([np.bincount(codes, row, groups) for row in block]).reshape(-1, groups)


def cluster_sums(values: Array, codes: Codes, groups: int | None = None) -> Array:
    """Return the sums of columns by cluster.

    Shapes: `values` (n, k), `codes` (n,); returns (G, k).
    """
    return group_sums(codes, values.T, int(codes.max()) + 1 if groups is None else groups).T


def deviations(codes: Codes, block: Array, totals: Array, weights: Array | None = None) -> Array:
    """Return variables less their weighted means by group.

    Shapes: `codes` (n,), `block` (m, n), `totals` (G,), `weights` (n,); returns (m, n).
    """
    product = block if weights is None else block * weights
    means = group_sums(codes, product, totals.size) / totals
    return np.asarray(block - means.take(codes, axis=1))


@dataclass(frozen=True, slots=True)
class Stack:
    """The order of a panel's rows.

    Parameters
    ----------
    order : (n,) array of int
        Row numbers sorted by unit, then time.
    unit, time : (n,) array of int
        Codes 0..N-1 and 0..T-1 in that order.
    units, times : int
        Numbers of units N and of times T.
    """

    order: Codes
    unit: Codes
    time: Codes
    units: int
    times: int

    @property
    def rows(self) -> int:
        """Number of rows n."""
        return int(self.order.size)

    @property
    def length(self) -> Codes:
        """Rows of each unit, (N,)."""
        return np.bincount(self.unit, minlength=self.units)

    @property
    def width(self) -> Codes:
        """Rows of each time, (T,)."""
        return np.bincount(self.time, minlength=self.times)

    @property
    def balanced(self) -> bool:
        """Whether every unit is seen at every time."""
        return self.rows == self.units * self.times

    def unit_means(self, values: Array) -> Array:
        """Return the mean of each row's unit, shaped like `values`, (n,) or (n, k), sorted rows."""
        return np.asarray(group_means(values, self.unit, self.units)[self.unit])

    def steps(self, lag: int = 1) -> tuple[Codes, Codes]:
        """Return positions of rows and of the same unit's rows `lag` times before.

        Times are counted among those that occur in the panel; a gap gives no pair.
        """
        key = self.unit * self.times + self.time
        earlier = np.searchsorted(key, key - lag)
        found = (key[earlier] == key - lag) & (self.time >= lag)
        return np.flatnonzero(found), earlier[found]


def group_means(values: Array, codes: Codes, count: int) -> Array:
    """Return the mean of each group, (count,) or (count, k)."""
    columns = values.reshape(codes.size, -1)
    means = cluster_sums(columns, codes, count) / np.bincount(codes, minlength=count)[:, None]
    return np.ascontiguousarray(means).reshape(count, *values.shape[1:])


def stack(
    unit: npt.ArrayLike, time: npt.ArrayLike | None, rows: int, *, least_units: int = 2
) -> Stack:
    """Order the rows of a panel and refuse what is none."""
    codes, units = as_codes(unit, rows, "unit")
    if units < least_units:
        raise EstimationError(f"unit: {units} only; at least {least_units} are needed")
    if time is None:
        order = np.argsort(codes, kind="stable")
        start = np.r_[0, np.cumsum(np.bincount(codes))[:-1]]
        place = np.arange(rows) - start[codes[order]]
        return Stack(order, codes[order], place, units, int(place.max()) + 1)
    when, times = as_codes(time, rows, "time")
    order = np.lexsort((when, codes))
    sorted_unit, sorted_time = codes[order], when[order]
    twice = (np.diff(sorted_unit) == 0) & (np.diff(sorted_time) == 0)
    if twice.any():
        row = int(order[int(np.flatnonzero(twice)[0]) + 1])
        label, moment = np.asarray(unit)[row], np.asarray(time)[row]
        raise EstimationError(
            f"row {row}: unit {label} is seen twice at time {moment}; aggregate or drop"
        )
    return Stack(order, sorted_unit, sorted_time, units, times)

"""Labels and numbers of a matrix and its margins, checked once at the door."""

from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import whole
from quesnay.fitting.errors import BalanceError, DataError, shown
from quesnay.models.input_output.asked import share
from quesnay.models.labels import check_unique, places_of

__all__ = ["Grid", "align_vector", "check_rule", "grid", "numbers", "read_totals"]

Array = npt.NDArray[np.float64]

_NOISE = 1e-12  # a gap below this share of the totals is the adding-up of doubles: not worth a note


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix with the names of its rows and columns; labelled where the user's was.

    Parameters
    ----------
    values : ndarray, (n, m)
        The numbers, finite.
    rows, columns : Index
        Labels, or 0, 1, ... where there are none.
    labelled : bool
        Whether results go back to the user as a frame.
    """

    values: Array
    rows: pd.Index
    columns: pd.Index
    labelled: bool

    def wrap(self, values: Array) -> Any:
        """Return a result as the user's kind: a frame with labels, or an array."""
        if not self.labelled:
            return values
        return pd.DataFrame(values, index=self.rows, columns=self.columns)

    def wrap_row(self, values: Array) -> Any:
        """Return one number a row as the user's kind."""
        return pd.Series(values, index=self.rows) if self.labelled else values

    def wrap_column(self, values: Array) -> Any:
        """Return one number a column as the user's kind."""
        return pd.Series(values, index=self.columns) if self.labelled else values

    def row(self, place: int) -> str:
        """Return a row's name for a message."""
        return f"row {shown(self.rows[place])}"

    def column(self, place: int) -> str:
        """Return a column's name for a message."""
        return f"column {shown(self.columns[place])}"


def grid(matrix: Any, name: str) -> Grid:
    """Read a matrix and refuse what is none: text, NaN, infinite or doubled labels."""
    labelled = isinstance(matrix, pd.DataFrame)
    values = numbers(matrix, name)
    if values.ndim != 2 or values.size == 0:
        raise DataError(f"{name}: shape {values.shape}; expected a matrix with rows and columns")
    if labelled:
        rows, columns = matrix.index, matrix.columns
        check_unique(rows, f"{name}: row label")
        check_unique(columns, f"{name}: column label")
    else:
        rows, columns = pd.RangeIndex(values.shape[0]), pd.RangeIndex(values.shape[1])
    out = Grid(values, rows, columns, labelled)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        i, j = (int(k) for k in bad[0])
        raise DataError(
            f"{name}: {out.row(i)}, {out.column(j)} is {values[i, j]}; expected a finite number: "
            "fill it or set it to 0"
        )
    return out


def numbers(data: Any, name: str) -> Array:
    """Return `data` as floats (missing ones as NaN), or say which entry is no number."""
    kind = type(data).__name__
    if isinstance(data, pd.DataFrame | pd.Series | pd.Index):
        data = data.to_numpy()
    try:
        raw = np.asarray(data)
    except (TypeError, ValueError, OverflowError):  # ragged lists
        raise DataError(f"{name}: {kind} is no matrix of numbers; rows differ in length") from None
    if raw.dtype.kind == "O" and raw.ndim:
        raw = _plain(raw, name)
    if raw.dtype.kind not in "iuf":
        raise DataError(f"{name}: {kind} is not all numbers; expected plain real numbers")
    return raw.astype(np.float64)


def _plain(raw: npt.NDArray[np.object_], name: str) -> Array:
    out = np.full(raw.shape, np.nan)
    for place, value in np.ndenumerate(raw):
        if isinstance(value, Real | Decimal) and not isinstance(value, bool):
            out[place] = float(value)
        elif not (value is None or value is pd.NA):
            where = ", ".join(str(k) for k in place)
            raise DataError(f"{name}: entry {where} is {shown(value)}; expected a number")
    return out


def align_vector(vector: Any, labels: pd.Index, name: str, *, labelled: bool) -> Array:
    """Return a vector in the order of `labels`: by label where it has labels, else by place."""
    values = numbers(vector, name)
    if isinstance(vector, pd.DataFrame) and vector.shape[1] == 1:
        vector, values = vector.iloc[:, 0], values[:, 0]
    if values.ndim != 1 or len(values) != len(labels):
        raise DataError(f"{name}: shape {values.shape}; expected {len(labels)} numbers")
    if labelled and isinstance(vector, pd.Series):
        values = values[places_of(vector.index, labels, name)]
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        place = int(bad[0])
        raise DataError(
            f"{name}: {shown(labels[place])} is {values[place]}; expected a finite number"
        )
    return values


def read_totals(
    start: Grid, row_totals: Any, column_totals: Any, rounding: float
) -> tuple[Array, Array, float]:
    """Return row totals, column totals of the same sum, and the gap between them worth a note."""
    u = align_vector(row_totals, start.rows, "row_totals", labelled=start.labelled)
    v = align_vector(column_totals, start.columns, "column_totals", labelled=start.labelled)
    u, gap = _reconcile(u, v, rounding)
    return u, v, gap


def _reconcile(rows: Array, columns: Array, rounding: float) -> tuple[Array, float]:
    """Return row totals that sum to the column totals, and the gap worth a note; refuse more."""
    gap = float(columns.sum() - rows.sum())
    scale = float(max(np.abs(rows).sum(), np.abs(columns).sum()))
    if abs(gap) > rounding * scale:
        raise BalanceError(
            f"row totals sum to {rows.sum():.10g}, column totals to {columns.sum():.10g}: "
            f"they differ by {gap:.4g} (more than {rounding:g} of the total); make the sums equal"
        )
    weights = np.abs(rows)
    whole = float(weights.sum())
    spread = rows + gap * weights / whole if whole > 0 else rows
    return spread, gap if abs(gap) > _NOISE * scale else 0.0


def check_rule(tolerance: float, max_iterations: int, rounding: float) -> None:
    """Refuse settings of an iteration that make no sense."""
    share(tolerance, "tolerance", zero=False)
    share(rounding, "rounding", zero=True)
    whole(max_iterations, "max_iterations")

"""Balancing by least squares, with fixed cells and stated reliabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import as_tuple, choice, switch
from quesnay.fitting.errors import BalanceError, DataError, shown, suggestion
from quesnay.fitting.tables.constrained import LeastSquaresFit, balance_least_squares as fit
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.asked import place_of
from quesnay.models.input_output.impossible import obstacle_message
from quesnay.models.input_output.margins import Grid, check_rule, grid, read_totals
from quesnay.models.input_output.moves import largest_moves

__all__ = ["LeastSquaresTable", "balance_least_squares"]

Array = npt.NDArray[np.float64]

_WEIGHTS = ("relative", "absolute")


@dataclass(frozen=True, slots=True)
class LeastSquaresTable(Tabular):
    """The table nearest to a seed that has given margins, in the seed's unit.

    Parameters
    ----------
    table : DataFrame or ndarray, (n, m)
        The balanced table, labelled as the seed.
    row_prices, column_prices : Series or ndarray
        Lagrange multipliers: how strongly each margin pulls its cells.
    iterations : int
        Newton steps.
    converged : bool
        Whether the residual is within the tolerance.
    residual : float
        Largest relative distance of a row or column sum from its total.
    notes : tuple of str
        Fixed cells, cells that came to rest at zero, rounding spread.
    start : Grid
        The seed as it was read.
    """

    table: Any
    row_prices: Any
    column_prices: Any
    iterations: int
    converged: bool
    residual: float
    notes: tuple[str, ...]
    start: Grid

    @property
    def moves(self) -> pd.DataFrame:
        """The cells that moved, the furthest first: row, column, before, after, change, ratio."""
        return largest_moves(self.start, np.asarray(self.table))

    def tables(self) -> tuple[Table, ...]:
        """Return the account of the balancing and the cells that moved furthest."""
        facts = {
            "Newton steps": str(self.iterations),
            "converged": "yes" if self.converged else "NO",
            "residual": f"{self.residual:.2e}",
            "cells moved": str(int((self.start.values != np.asarray(self.table)).sum())),
        }
        head = pd.DataFrame({"value": facts})
        moved = Table("Cells that moved furthest", self.moves.head(10))
        return Table("Least-squares balancing", head, self.notes), moved


def balance_least_squares(
    seed: Any,
    row_totals: Any,
    column_totals: Any,
    *,
    fixed: Sequence[tuple[Any, Any]] = (),
    variance: Any = "relative",
    keep_signs: bool = True,
    tolerance: float = 1e-9,
    max_iterations: int = 100,
    rounding: float = 1e-6,
) -> LeastSquaresTable:
    """Bring a table to new margins, moving reliable cells least and fixed cells not at all.

    Minimises ``sum (x_ij - z_ij)^2 / d_ij`` subject to the margins (Stone, Champernowne and Meade
    1942; Friedlander 1961).

    Parameters
    ----------
    seed : DataFrame or array, (n, m)
        The old table or a first guess.
    row_totals, column_totals : Series or array, (n,) and (m,)
        New totals; labelled ones align by label.
    fixed : sequence of (row, column)
        Cells that keep the seed's value.
    variance : "relative", "absolute", or DataFrame or array (n, m)
        d: ``|z|`` (a cell moves in proportion to its size), 1 for every cell that is not zero, or
        the user's own variances, at least 0 (0 fixes a cell; a zero cell moves only if it has one).
    keep_signs : bool
        Whether a cell may not change its sign (a zero that may move counts as positive).
    tolerance : float
        Largest relative distance of a sum from its total at which to stop.
    max_iterations : int
        Newton steps at most.
    rounding : float
        As in :func:`ras`.

    Returns
    -------
    LeastSquaresTable
        ``.table``, ``.moves``, ``.residual`` and the multipliers.

    Raises
    ------
    BalanceError
        If no table with these zeros, signs and fixed cells has these margins; says which.
    DataError
        If an input is no finite matrix or vector, labels differ, or a fixed cell is unknown.

    Examples
    --------
    >>> balance_least_squares([[1, 2], [3, 4]], [4, 6], [5, 5], fixed=[(0, 0)]).table.round(4)
    array([[1., 3.],
           [4., 2.]])
    """
    switch(keep_signs, "keep_signs")
    check_rule(tolerance, max_iterations, rounding)
    start = grid(seed, "seed")
    u, v, gap = read_totals(start, row_totals, column_totals, rounding)
    d = _variance(start, variance)
    held = _fixed(start, fixed)
    d[held] = 0.0
    found = fit(
        start.values,
        d,
        (u, v),
        keep_signs=keep_signs,
        tolerance=tolerance,
        max_iterations=max_iterations,
    )
    if found.obstacle is not None:
        raise BalanceError(obstacle_message(found.obstacle, start, fixed=bool(held.any())))
    return LeastSquaresTable(
        start.wrap(found.table),
        start.wrap_row(found.row_prices),
        start.wrap_column(found.column_prices),
        found.iterations,
        found.converged,
        found.residual,
        _notes(found, start, held, gap),
        start,
    )


def _notes(
    found: LeastSquaresFit, start: Grid, held: npt.NDArray[np.bool_], gap: float
) -> tuple[str, ...]:
    rest = int(((found.table == 0) & (start.values != 0)).sum())
    said_if = (
        (gap != 0, f"Row totals were {-gap:+.4g} off the column totals: spread as rounding."),
        (held.any(), f"{int(held.sum())} cells held fixed."),
        (rest, f"{rest} cells came to rest at zero rather than change sign."),
        (
            not found.converged,
            f"NOT converged after {found.iterations} steps: the margins are missed by "
            f"{found.residual:.2e}; allow more iterations.",
        ),
    )
    return tuple(text for holds, text in said_if if holds)


def _variance(start: Grid, variance: Any) -> Array:
    if isinstance(variance, str):
        choice(variance, _WEIGHTS, "variance")
        size = np.abs(start.values)
        return size if variance == "relative" else np.where(size > 0, 1.0, 0.0)
    own = grid(variance, "variance")
    if own.values.shape != start.values.shape:
        raise DataError(f"variance: shape {own.values.shape}; expected {start.values.shape}")
    values = own.values.copy()
    if own.labelled and start.labelled:
        rows, columns = own.rows.get_indexer(start.rows), own.columns.get_indexer(start.columns)
        for places, labels, axis in ((rows, start.rows, "row"), (columns, start.columns, "column")):
            if (places < 0).any():
                missing = labels[int(np.flatnonzero(places < 0)[0])]
                raise DataError(f"variance: no {axis} {shown(missing)}; labels must be the seed's")
        values = values[np.ix_(rows, columns)]
    if (values < 0).any():
        i, j = (int(k) for k in np.argwhere(values < 0)[0])
        raise DataError(
            f"variance: {start.row(i)}, {start.column(j)} is {values[i, j]:.6g}; "
            "expected at least 0"
        )
    return values


def _fixed(start: Grid, fixed: Sequence[tuple[Any, Any]]) -> npt.NDArray[np.bool_]:
    held = np.zeros(start.values.shape, dtype=bool)
    for cell in as_tuple(fixed, "fixed"):
        if not isinstance(cell, tuple | list) or len(cell) != 2:
            raise DataError(f"fixed: {shown(cell)}; expected a pair (row, column)")
        places = []
        for name, labels, axis in zip(
            cell, (start.rows, start.columns), ("row", "column"), strict=True
        ):
            place = place_of(labels, name)
            if place is None:
                hint = suggestion(name, labels)
                raise DataError(f"fixed: no {axis} {shown(name)} in the seed;{hint}")
            places.append(place)
        held[places[0], places[1]] = True
    return held

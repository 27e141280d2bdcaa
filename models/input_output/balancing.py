"""Bringing a table to new margins: RAS and GRAS."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import BalanceError, ConvergenceError, DataError
from quesnay.fitting.tables.gras import Scaling, gras as scale
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.impossible import NAMES_SHOWN, obstacle_message
from quesnay.models.input_output.margins import Grid, check_rule, grid, read_totals
from quesnay.models.input_output.moves import largest_moves

__all__ = ["BalancedTable", "gras", "ras"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BalancedTable(Tabular):
    """A table brought to new margins, in the seed's unit, with how far its cells moved.

    Parameters
    ----------
    table : DataFrame or ndarray, (n, m)
        The balanced table, labelled as the seed.
    row_factors, column_factors : Series or ndarray
        r and s: a positive cell is ``z_ij r_i s_j``, a negative one ``z_ij / (r_i s_j)``.
    iterations : int
        Rounds of one column and one row scaling.
    converged : bool
        Whether the residual is within the tolerance; where False the margins are not met yet.
    residual : float
        Largest relative distance of a row or column sum from its total.
    notes : tuple of str
        What a reader must know: rounding spread, cells forced to zero, no convergence.
    method : str
        "RAS" or "GRAS".
    start : Grid
        The seed as it was read.
    """

    table: Any
    row_factors: Any
    column_factors: Any
    iterations: int
    converged: bool
    residual: float
    notes: tuple[str, ...]
    method: str
    start: Grid

    @property
    def moves(self) -> pd.DataFrame:
        """The cells that moved, the furthest first: row, column, before, after, change, ratio."""
        return largest_moves(self.start, np.asarray(self.table))

    def tables(self) -> tuple[Table, ...]:
        """Return the account of the balancing and the cells that moved furthest."""
        facts = {
            "iterations": str(self.iterations),
            "converged": "yes" if self.converged else "NO",
            "residual": f"{self.residual:.2e}",
            "cells moved": str(int((self.start.values != np.asarray(self.table)).sum())),
        }
        head = pd.DataFrame({"value": facts})
        moved = Table("Cells that moved furthest", self.moves.head(10))
        return Table(f"{self.method} balancing", head, self.notes), moved


def ras(
    seed: Any,
    row_totals: Any,
    column_totals: Any,
    *,
    tolerance: float = 1e-9,
    max_iterations: int = 10_000,
    rounding: float = 1e-6,
) -> BalancedTable:
    """Bring a table without negative cells to new margins, changing its structure least (RAS).

    ``X = diag(r) Z diag(s)`` minimises ``sum x ln(x / z)`` subject to the margins (Stone 1961;
    Bacharach 1970). Zeros stay zero.

    Parameters
    ----------
    seed : DataFrame or array, (n, m)
        The old table or a first guess, no negative cells.
    row_totals, column_totals : Series or array, (n,) and (m,)
        New totals; labelled ones align by label.
    tolerance : float
        Largest relative distance of a sum from its total at which to stop.
    max_iterations : int
        Rounds at most; ``result.converged`` is False where they were not enough.
    rounding : float
        Sums of the two margins may differ by this share: the difference is spread over the row
        totals in proportion and noted. More than that is refused.

    Returns
    -------
    BalancedTable
        ``.table``, ``.iterations``, ``.converged``, ``.residual``, factors and moves.

    Raises
    ------
    BalanceError
        If no table with the seed's zeros has these margins; says which rows and columns.
    DataError
        If an input is no finite matrix or vector, labels differ, or a cell is negative.
    ConvergenceError
        If seed and totals differ so much in size that the factors overflow.

    Examples
    --------
    >>> ras([[1.0, 2.0], [3.0, 4.0]], [4.0, 6.0], [5.0, 5.0]).table.round(4)
    array([[1.7577, 2.2423],
           [3.2423, 2.7577]])
    """
    start = grid(seed, "seed")
    if (start.values < 0).any():
        i, j = (int(k) for k in np.argwhere(start.values < 0)[0])
        raise DataError(
            f"seed: {start.row(i)}, {start.column(j)} is {start.values[i, j]:.6g}; "
            "RAS takes no negative cells: use gras"
        )
    return _balance(start, row_totals, column_totals, (tolerance, max_iterations, rounding), "RAS")


def gras(
    seed: Any,
    row_totals: Any,
    column_totals: Any,
    *,
    tolerance: float = 1e-9,
    max_iterations: int = 10_000,
    rounding: float = 1e-6,
) -> BalancedTable:
    """Bring a table with positive and negative cells to new margins (generalised RAS).

    Positive cells are multiplied by ``r_i s_j``, negative ones divided by it (Junius and
    Oosterhaven 2003; Lenzen, Wood and Gallego 2007); rows and columns without positive cells are
    solved exactly (Temurshoev, Miller and Bouwmeester 2013). Signs and zeros stay.

    Parameters
    ----------
    seed : DataFrame or array, (n, m)
        The old table or a first guess.
    row_totals, column_totals : Series or array, (n,) and (m,)
        New totals of any sign; labelled ones align by label.
    tolerance, max_iterations, rounding
        As in :func:`ras`.

    Returns
    -------
    BalancedTable
        ``.table``, ``.iterations``, ``.converged``, ``.residual``, factors and moves.

    Raises
    ------
    BalanceError
        If no table with the seed's signs and zeros has these margins; says which.
    DataError
        If an input is no finite matrix or vector, or labels differ.
    ConvergenceError
        If seed and totals differ so much in size that the factors overflow.

    Examples
    --------
    >>> gras([[1.0, 2.0], [3.0, -1.0]], [4.0, 3.0], [5.0, 2.0]).table.round(4)
    array([[ 1.2611,  2.7389],
           [ 3.7389, -0.7389]])
    """
    start = grid(seed, "seed")
    return _balance(start, row_totals, column_totals, (tolerance, max_iterations, rounding), "GRAS")


def _balance(
    start: Grid, row_totals: Any, column_totals: Any, rule: tuple[float, int, float], method: str
) -> BalancedTable:
    tolerance, max_iterations, rounding = rule
    check_rule(tolerance, max_iterations, rounding)
    u, v, gap = read_totals(start, row_totals, column_totals, rounding)
    found = scale(start.values, u, v, tolerance=tolerance, max_iterations=max_iterations)
    if found.obstacle is not None:
        raise BalanceError(obstacle_message(found.obstacle, start))
    if not np.isfinite(found.table).all():
        raise ConvergenceError(
            f"{method}: the factors left the range of numbers after {found.iterations} iterations; "
            "seed and totals differ too much in size: bring the seed to the unit of the totals"
        )
    return BalancedTable(
        table=start.wrap(found.table),
        row_factors=start.wrap_row(found.row_factors),
        column_factors=start.wrap_column(found.column_factors),
        iterations=found.iterations,
        converged=found.converged,
        residual=found.residual,
        notes=_notes(found, start, gap),
        method=method,
        start=start,
    )


def _notes(found: Scaling, start: Grid, gap: float) -> tuple[str, ...]:
    notes = []
    if gap != 0:
        notes.append(f"Row totals were {-gap:+.4g} off the column totals: spread as rounding.")
    for i, j in found.vanished[:NAMES_SHOWN]:
        notes.append(f"The margins force {start.row(i)}, {start.column(j)} to zero.")
    if len(found.vanished) > NAMES_SHOWN:
        notes.append(f"... and {len(found.vanished) - NAMES_SHOWN} more cells.")
    if not found.converged:
        notes.append(
            f"NOT converged after {found.iterations} iterations: the margins are missed by "
            f"{found.residual:.2e}; allow more iterations."
        )
    return tuple(notes)

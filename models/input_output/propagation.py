"""How far sectors are from each other and from final demand and value added."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.tables.factored import factored
from quesnay.fitting.tables.propagation import propagation_lengths as lengths
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.economies import TableLike, check_table

__all__ = ["PropagationLengths", "Stream", "average_propagation_lengths", "upstreamness"]

Array = npt.NDArray[np.float64]

_SINGULAR = "I - A is singular: a group of sectors uses up all it makes; check the table"


@dataclass(frozen=True, slots=True)
class PropagationLengths(Tabular):
    """Average number of steps a demand or cost push takes between each two sectors.

    Parameters
    ----------
    lengths : DataFrame, (sectors, sectors)
        Steps from the column's final demand to the row's output; NaN where no path exists.
    sectors_summary : DataFrame, (sectors, 2)
        ``backward``: mean over rows (distance to its suppliers), ``forward``: mean over columns
        (distance to its users); unweighted, existing links only.
    """

    lengths: pd.DataFrame
    sectors_summary: pd.DataFrame

    def tables(self) -> tuple[Table, ...]:
        """Return the mean distances by sector."""
        notes = ("The same matrix serves demand pull (Leontief) and cost push (Ghosh).",)
        title = "Average propagation lengths, steps"
        return (Table(title, self.sectors_summary, notes),)


@dataclass(frozen=True, slots=True)
class Stream(Tabular):
    """Position of each sector between primary inputs and final use.

    Parameters
    ----------
    positions : DataFrame, (sectors, 2)
        ``upstreamness``: stages to final use; ``downstreamness``: stages from primary inputs.
    notes : tuple of str
        How trade and inventories were taken.
    """

    positions: pd.DataFrame
    notes: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        """Return positions, the most upstream first."""
        frame = self.positions.sort_values("upstreamness", ascending=False, kind="stable")
        return (Table("Upstreamness and downstreamness, stages", frame, self.notes),)


def average_propagation_lengths(table: TableLike) -> PropagationLengths:
    """Measure how many steps a push takes on average from one sector to another.

    ``APL = L (L - I) / (L - I)`` by element (Dietzenbacher, Romero and Bosma 2005, eq. 6); the
    same for the Ghosh inverse.

    Parameters
    ----------
    table : InputOutputTable
        The economy.

    Returns
    -------
    PropagationLengths
        ``.lengths`` and means by sector.

    Raises
    ------
    DataError
        If ``I - A`` is singular.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> average_propagation_lengths(table).lengths.round(3)
           0      1
    0  1.597  1.376
    1  1.376  1.836
    """
    found = lengths(_leontief(table))
    frame = pd.DataFrame(found, index=table.sectors, columns=table.sectors)
    means = pd.DataFrame({"backward": frame.mean(axis=0), "forward": frame.mean(axis=1)})
    return PropagationLengths(frame, means)


def upstreamness(table: TableLike) -> Stream:
    """Measure how far each sector is from final use, and from primary inputs.

    Upstreamness ``U = (I - B)^-1 1`` with ``B_ij = z_ij / x_i`` (Antras, Chor, Fally and Hillberry
    2012, eq. 4; the row sums of the Ghosh inverse). Downstreamness ``D' = 1' (I - A)^-1``
    (Antras and Chor 2018; Fally 2012; the column sums of the Leontief inverse). Exports and
    inventories count as final use. On a table that includes imports in its flows the chains abroad
    count as if at home.

    Parameters
    ----------
    table : InputOutputTable
        The economy.

    Returns
    -------
    Stream
        ``.positions``, each at least 1 where no cell is negative.

    Raises
    ------
    DataError
        If ``I - A`` is singular.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> upstreamness(table).positions.round(4)
       upstreamness  downstreamness
    0        1.9142          1.5182
    1        1.2541          1.4521
    """
    L = _leontief(table)
    x = table.x.to_numpy()
    # (I - B)^-1 = diag(1/x) L diag(x); a sector without output is its own and only stage
    up = np.divide(L @ x, x, out=np.ones_like(x, dtype=float), where=x != 0)
    frame = pd.DataFrame({"upstreamness": up, "downstreamness": L.sum(axis=0)}, index=table.sectors)
    return Stream(frame, ("Exports and changes of inventories count as final use.",))


def _leontief(table: TableLike) -> Array:
    check_table(table, "table")
    A = np.asarray(table.A.to_numpy(), dtype=float)
    return factored(np.eye(len(A)) - A, _SINGULAR).solve(np.eye(len(A)))

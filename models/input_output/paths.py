"""Supply chains: the largest paths behind an account, their average length, sectors' positions."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import whole
from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.leontief import (
    coefficients,
    factored,
    largest_paths,
    propagation_lengths,
)
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.check import require_productive
from quesnay.models.input_output.engine import engine_of

if TYPE_CHECKING:
    from quesnay.models.input_output.table import InputOutputTable


@dataclass(frozen=True, slots=True, eq=False)
class StructuralPaths(Tabular):
    """The largest supply chains behind an account, and the proof that none is missing.

    Parameters
    ----------
    paths : DataFrame
        Rows by rank: path (from the sector that demand buys, upstream), length (steps), value
        (in the account's unit), share of the total, cumulative share.
    total : float
        The account of all chains together.
    bound : float
        No chain that is not listed is worth more.
    examined : int
        Chains whose value was computed.
    account : hashable
        What is followed.
    """

    paths: pd.DataFrame
    total: float
    bound: float
    examined: int
    account: Hashable

    def tables(self) -> tuple[Table, ...]:
        """Return the paths with the bound that proves them."""
        notes = (
            f"All chains together: {self.total:.6g}. {self.examined} examined; none that is not "
            f"listed exceeds {self.bound:.6g}.",
        )
        formats = {"share": ".1%", "cumulative": ".1%"}
        return (Table(f"Largest supply chains, {self.account}", self.paths, notes, formats),)


def structural_paths(
    table: "InputOutputTable",
    demand: Any = None,
    *,
    account: Hashable = "value_added",
    count: int = 20,
    limit: int = 1_000_000,
) -> StructuralPaths:
    """Find the supply chains through which final demand calls forth most of an account.

    The power series ``c (I - A)^-1 f = c f + c A f + c A^2 f + ...`` is a tree of paths
    ``c_i a_ij a_jk ... f_k`` (Defourny and Thorbecke 1984; Crama, Defourny and Gazon 1984). The
    tree behind a node is worth at most its quantity times ``|c| (I - |A|)^-1``; the search stops
    when no bound exceeds the smallest path found, so the list is complete.

    Parameters
    ----------
    table : InputOutputTable
        The economy.
    demand : Series, array, {sector: value}, or a sector, optional
        Final demand; by default the table's own; a sector's name means one unit of it.
    account : hashable
        As in :meth:`InputOutputTable.multipliers`: "output", "value_added", a component of it, or
        a row of the table's accounts.
    count : int, default 20
        Paths wanted.
    limit : int, default 1_000_000
        Paths examined at most.

    Returns
    -------
    StructuralPaths
        ``.paths``, ``.total``, ``.bound``.

    Raises
    ------
    DataError
        If demand or account do not fit the table, or no bound exists (spectral radius of the
        absolute coefficients at or above one).
    ConvergenceError
        If `limit` paths were examined without proof.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> found = structural_paths(table, 1, account="output", count=3)
    >>> found.paths["path"].tolist(), found.paths["value"].round(4).tolist()
    (['1', '1 <- 0', '1 <- 1'], [1.0, 0.25, 0.05])
    """
    engine = engine_of(table)
    whole(count, "count")
    whole(limit, "limit")
    f = engine.demand(demand, "demand")
    c = engine.per_output(account)
    A = coefficients(engine.blocks.flows, engine.blocks.output)
    why = (
        "structural paths: no bound exists: the spectral radius of the absolute coefficients is "
        "not below 1; look at the table's negative cells"
    )
    reach = factored(np.eye(len(A)) - np.abs(A).T, why).columns(np.abs(c))
    if not (reach >= np.abs(c) * (1 - 1e-12)).all():  # a negative inverse: radius above one
        raise DataError(why)
    found = largest_paths(c, A, f, reach, count=count, limit=limit)
    values = np.array([path.value for path in found.paths])
    total = found.total if found.total != 0 else np.nan
    paths = {
        "path": [" <- ".join(str(table.sectors[k]) for k in p.sectors) for p in found.paths],
        "length": [len(path.sectors) - 1 for path in found.paths],
        "value": values,
        "share": values / total,
        "cumulative": values.cumsum() / total,
    }
    frame = pd.DataFrame(paths, pd.RangeIndex(1, len(values) + 1, name="rank"))
    return StructuralPaths(frame, found.total, found.bound, found.examined, account)


@dataclass(frozen=True, slots=True, eq=False)
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


@dataclass(frozen=True, slots=True, eq=False)
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


def average_propagation_lengths(table: "InputOutputTable") -> PropagationLengths:
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
        If the table is not productive: its chains never end.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> average_propagation_lengths(table).lengths.round(3)
           0      1
    0  1.597  1.376
    1  1.376  1.836
    """
    found = propagation_lengths(_leontief(table, "average propagation lengths"))
    frame = pd.DataFrame(found, index=table.sectors, columns=table.sectors)
    means = pd.DataFrame({"backward": frame.mean(axis=0), "forward": frame.mean(axis=1)})
    return PropagationLengths(frame, means)


def upstreamness(table: "InputOutputTable") -> Stream:
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
        If the table is not productive: its chains never end.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> upstreamness(table).positions.round(4)
       upstreamness  downstreamness
    0        1.9142          1.5182
    1        1.2541          1.4521
    """
    L = _leontief(table, "upstreamness")
    x = engine_of(table).blocks.output
    # (I - B)^-1 = diag(1/x) L diag(x); a sector without output is its own and only stage
    up = np.divide(L @ x, x, out=np.ones_like(x, dtype=float), where=x != 0)
    frame = pd.DataFrame({"upstreamness": up, "downstreamness": L.sum(axis=0)}, index=table.sectors)
    return Stream(frame, ("Exports and changes of inventories count as final use.",))


def _leontief(table: "InputOutputTable", what: str) -> Array:
    engine = engine_of(table)
    require_productive(engine, what)
    return engine.inverse

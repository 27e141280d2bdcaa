"""Structural path analysis: through which chains of suppliers an account reaches demand."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.checks import whole
from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.factored import factored
from quesnay.fitting.tables.paths import PathSearch, largest_paths
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.economies import (
    TableLike,
    check_table,
    coefficients,
    demand_vector,
)

__all__ = ["StructuralPaths", "structural_paths"]


@dataclass(frozen=True, slots=True)
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
    account : str
        What is followed.
    """

    paths: pd.DataFrame
    total: float
    bound: float
    examined: int
    account: str

    def tables(self) -> tuple[Table, ...]:
        """Return the paths with the bound that proves them."""
        notes = (
            f"All chains together: {self.total:.6g}. {self.examined} examined; none that is not "
            f"listed exceeds {self.bound:.6g}.",
        )
        formats = {"share": ".1%", "cumulative": ".1%"}
        return (Table(f"Largest supply chains, {self.account}", self.paths, notes, formats),)


def structural_paths(
    table: TableLike,
    demand: Any = None,
    *,
    account: str = "value_added",
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
    account : str
        "output", "value_added", or a row of the table's accounts.
    count : int
        Paths wanted.
    limit : int
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
    check_table(table, "table")
    whole(count, "count")
    whole(limit, "limit")
    f = demand_vector(table, demand, "demand")
    c = coefficients(table, account)
    A = np.asarray(table.A.to_numpy(), dtype=float)
    why = "structural paths: no bound exists: the coefficients' spectral radius is not below 1"
    reach = factored(np.eye(len(A)) - np.abs(A).T, why).solve(np.abs(c))
    if not (reach >= np.abs(c) * (1 - 1e-12)).all():  # a negative inverse: radius above one
        raise DataError(why)
    found = largest_paths(c, A, f, reach, count=count, limit=limit)
    return StructuralPaths(
        _frame(found, table.sectors), found.total, found.bound, found.examined, account
    )


def _frame(found: PathSearch, sectors: pd.Index) -> pd.DataFrame:
    values = np.array([path.value for path in found.paths])
    whole = found.total if found.total != 0 else np.nan
    return pd.DataFrame(
        {
            "path": [" <- ".join(str(sectors[k]) for k in p.sectors) for p in found.paths],
            "length": [len(path.sectors) - 1 for path in found.paths],
            "value": values,
            "share": values / whole,
            "cumulative": values.cumsum() / whole,
        },
        index=pd.RangeIndex(1, len(values) + 1, name="rank"),
    )

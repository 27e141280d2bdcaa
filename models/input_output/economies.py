"""What the analyses ask of a table, and its factors as arrays."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, nearest, shown, suggestion
from quesnay.fitting.tables.decomposition import Economy
from quesnay.models.input_output.asked import place_of
from quesnay.models.input_output.margins import align_vector, numbers

__all__ = [
    "TableLike",
    "check_table",
    "coefficients",
    "demand_vector",
    "economy",
    "same_sectors",
    "sector_place",
    "single",
]

Array = npt.NDArray[np.float64]


class TableLike(Protocol):
    """The part of an input-output table that decomposition and paths read."""

    @property
    def sectors(self) -> pd.Index: ...  # noqa: D102
    @property
    def A(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def f(self) -> "pd.Series[float]": ...  # noqa: D102
    @property
    def x(self) -> "pd.Series[float]": ...  # noqa: D102
    @property
    def v(self) -> "pd.Series[float]": ...  # noqa: D102
    @property
    def final_demand(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def accounts(self) -> pd.DataFrame | None: ...  # noqa: D102


def check_table(table: Any, what: str) -> None:
    """Refuse what is no table."""
    if isinstance(table, pd.DataFrame) or not (hasattr(table, "sectors") and hasattr(table, "A")):
        kind = type(table).__name__
        raise DataError(f"{what}: {kind} is no input-output table; make an InputOutputTable")


def same_sectors(start: TableLike, end: TableLike) -> None:
    """Refuse two tables that cannot be compared sector by sector, or in unit."""
    for table, which in ((start, "start"), (end, "end")):
        check_table(table, which)
    missing = start.sectors.difference(end.sectors, sort=False)
    extra = end.sectors.difference(start.sectors, sort=False)
    for odd, where in ((missing, "start"), (extra, "end")):
        if len(odd):
            raise DataError(
                f"sectors differ: {shown(odd[0])} is only in the {where} table; aggregate both to "
                "the same sectors"
            )
    units = [getattr(table, "unit", None) for table in (start, end)]
    if all(units) and units[0] != units[1]:
        raise DataError(f"units differ: {shown(units[0])} and {shown(units[1])}; convert one table")


def coefficients(table: TableLike, account: str) -> Array:
    """Return an account per unit of output; zero where output is zero."""
    x = table.x.to_numpy()
    if isinstance(account, str) and account == "output":
        return np.ones(len(x))
    if isinstance(account, str) and account == "value_added":
        row = table.v.to_numpy()
    else:
        accounts = table.accounts
        known = [] if accounts is None else [str(name) for name in accounts.index]
        if accounts is None or not isinstance(account, str) or account not in known:
            hint = nearest(account, known)
            raise DataError(
                f"account: {shown(account)} is unknown;{hint} expected 'output', 'value_added' or "
                f"a row of the table's accounts ({', '.join(known) or 'none'})"
            )
        row = accounts.iloc[known.index(account)].to_numpy()
    return np.divide(row, x, out=np.zeros(len(x)), where=x != 0)


def economy(table: TableLike, factors: tuple[str, ...], account: str, sectors: pd.Index) -> Economy:
    """Return the factors of a table's output (or account) as arrays, in the order of `sectors`."""
    if "mix" in factors:
        demand = np.asarray(table.final_demand.to_numpy(), dtype=float)
        names = [str(name) for name in table.final_demand.columns]
    else:
        demand = np.asarray(table.f.to_numpy(), dtype=float)[:, None]
        names = ["final demand"]
    sums = demand.sum(axis=0)
    total = float(sums.sum())
    for name, whole, column in zip(names, sums, demand.T, strict=True):
        if whole == 0 and np.any(column != 0):
            raise DataError(
                f"final demand {shown(name)} sums to zero: it has no structure; join it"
            )
    if total == 0:
        raise DataError("final demand sums to zero: it has no structure and no level")
    places = table.sectors.get_indexer(sectors)
    structure = np.divide(demand, sums, out=np.zeros_like(demand), where=sums != 0)
    return Economy(
        v=coefficients(table, account)[places],
        A=np.asarray(table.A.to_numpy(), dtype=float)[np.ix_(places, places)],
        structure=structure[places],
        mix=sums / total,
        level=np.array([total]),
    )


def imbalance(solved: Array, table: TableLike, account: str, sectors: pd.Index) -> float:
    """Return how far ``(I - A)^-1 f`` is from the table's own output, relative to the largest."""
    printed = coefficients(table, account) * table.x.to_numpy()
    printed = printed[table.sectors.get_indexer(sectors)]
    largest = float(np.abs(printed).max())
    return float(np.abs(solved - printed).max()) / largest if largest > 0 else 0.0


def sector_place(sectors: pd.Index, name: Any, what: str) -> int:
    """Return a sector's position, or name the nearest known one."""
    place = place_of(sectors, name)
    if place is None:
        hint = suggestion(name, sectors)
        raise DataError(f"{what}: no sector {shown(name)} in the table;{hint}")
    return place


def demand_vector(table: TableLike, demand: Any, what: str) -> Array:
    """Return final demand by sector: the table's, a sector's one unit, or the user's own."""
    if demand is None:
        return np.asarray(table.f.to_numpy(), dtype=float)
    if isinstance(demand, str | int) and not isinstance(demand, bool):
        out = np.zeros(len(table.sectors))
        out[sector_place(table.sectors, demand, what)] = 1.0
        return out
    if isinstance(demand, dict):
        out = np.zeros(len(table.sectors))
        if not demand:
            raise DataError(f"{what}: an empty mapping; expected {{sector: value}}")
        for name, value in demand.items():
            out[sector_place(table.sectors, name, what)] = single(value, f"{what} of {shown(name)}")
        return out
    return align_vector(demand, table.sectors, what, labelled=True)


def single(value: Any, what: str) -> float:
    """Return one finite number, or say what was given instead."""
    found = numbers(value, what)
    if found.ndim or not np.isfinite(found):
        raise DataError(f"{what}: {shown(value)}; expected one finite number")
    return float(found)

"""What makes numbers an input-output table: shapes, labels and order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.models.input_output.cells import Cells, aligned, read_cells
from quesnay.models.input_output.imports import ImportBlock, read_imports
from quesnay.models.input_output.words import check_account_names

__all__ = ["Blocks", "read_blocks", "read_demand"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """The blocks of a table as arrays in one order, with their labels.

    Parameters
    ----------
    sectors : Index, (n,)
        Labels of rows and columns.
    flows : ndarray, (n, n)
        Transactions Z.
    demand, demand_names : ndarray (n, k), Index (k,)
        Final demand by category.
    value, value_names : ndarray (m, n), Index (m,)
        Value added by component.
    output : ndarray, (n,)
        Output x.
    imports : ImportBlock or None
        Imports kept apart.
    bought : ndarray, (n,)
        Imported inputs by sector; zero where no imports stand apart.
    accounts, account_names : ndarray (r, n), Index (r,)
        Employment, emissions and the like; no rows where there are none.
    row_gap, column_gap : ndarray, (n,)
        Uses less output, and inputs less output.
    """

    sectors: pd.Index
    flows: Array
    demand: Array
    demand_names: pd.Index
    value: Array
    value_names: pd.Index
    output: Array
    imports: ImportBlock | None
    bought: Array
    accounts: Array
    account_names: pd.Index
    row_gap: Array
    column_gap: Array


def read_blocks(
    Z: Any,
    final_demand: Any,
    value_added: Any,
    *,
    output: Any = None,
    imports: Any = None,
    accounts: Any = None,
    copy: bool = True,
) -> Blocks:
    """Read the blocks of a table, aligned by label.

    Parameters
    ----------
    Z, final_demand, value_added, output, imports, accounts
        As in :class:`InputOutputTable`.
    copy : bool
        Whether the transactions are copied.

    Returns
    -------
    Blocks
        Arrays in the order of the rows of Z.

    Raises
    ------
    DataError
        Wrong shapes, labels or numbers; the message names block, row and column.

    Examples
    --------
    >>> blocks = read_blocks([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> blocks.output
    array([1000., 2000.])
    """
    flows, sectors = _flows(Z, copy=copy)
    demand, demand_names = read_demand(final_demand, sectors, "final demand")
    value, value_names = _by_column(value_added, sectors, "value added", "value_added")
    extra, extra_names = np.zeros((0, len(sectors))), pd.Index([])
    if accounts is not None:
        extra, extra_names = _by_column(accounts, sectors, "accounts", "account")
    check_account_names(value_names, extra_names)
    imported = None if imports is None else read_imports(imports, sectors)
    bought = np.zeros(len(sectors)) if imported is None else imported.Z.to_numpy().sum(axis=0)
    uses, inputs = _sums(flows, demand, value, bought)
    x = uses.copy() if output is None else _vector(output, sectors, "output")
    for array in (flows, demand, value, extra, x):
        array.flags.writeable = False
    return Blocks(
        sectors=sectors,
        flows=flows,
        demand=demand,
        demand_names=demand_names,
        value=value,
        value_names=value_names,
        output=x,
        imports=imported,
        bought=bought,
        accounts=extra,
        account_names=extra_names,
        row_gap=uses - x,
        column_gap=inputs - x,
    )


def read_demand(data: Any, sectors: pd.Index, what: str) -> tuple[Array, pd.Index]:
    """Read a block with a row a sector and any number of columns, aligned by label.

    Parameters
    ----------
    data : Series, DataFrame or array, (n,) or (n, k)
        Final demand.
    sectors : Index
        Sectors of the table.
    what : str
        Its name in messages.

    Returns
    -------
    values : ndarray, (n, k)
        In the order of the table.
    names : Index, (k,)
        Of the columns.

    Raises
    ------
    DataError
        If shape or labels do not fit the table.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.Series({"b": 2.0, "a": 1.0})
    >>> read_demand(data, pd.Index(["a", "b"]), "final demand")[0].ravel()
    array([1., 2.])
    """
    if isinstance(data, Mapping):
        values, names = _named_vectors(data, sectors, what, "final_demand")
        return values.T, names
    cells = read_cells(data, what)
    _fits(cells, 0, sectors, what)
    order = aligned(cells.rows, sectors, what)
    values = np.array(cells.values) if order is None else cells.values[order]
    if values.ndim == 1:
        return values[:, None], _one_name(cells, "final_demand")
    names = cells.columns if cells.columns is not None else pd.RangeIndex(values.shape[1])
    return values, names


def _sums(flows: Array, demand: Array, value: Array, bought: Array) -> tuple[Array, Array]:
    """Return what is used of each sector, and what each sector puts in."""
    with np.errstate(over="ignore", invalid="ignore"):
        uses = flows.sum(axis=1) + demand.sum(axis=1)
        inputs = flows.sum(axis=0) + value.sum(axis=0) + bought
    if not (np.isfinite(uses).all() and np.isfinite(inputs).all()):
        raise DataError("the sums of the table are too large for a float; change the unit")
    return uses, inputs


def _flows(data: Any, *, copy: bool) -> tuple[Array, pd.Index]:
    cells = read_cells(data, "Z")
    shape = cells.values.shape
    if len(shape) != 2 or shape[0] != shape[1]:
        raise DataError(f"Z: shape {shape}; expected a square matrix, sectors by sectors")
    sectors = pd.RangeIndex(shape[0]) if cells.rows is None else cells.rows
    order = aligned(cells.columns, sectors, "Z: columns")
    values = cells.values if order is None else cells.values[:, order]
    if copy and order is None:
        return np.array(values, order="C"), sectors
    return np.ascontiguousarray(values).view(), sectors


def _vector(data: Any, sectors: pd.Index, what: str) -> Array:
    cells = read_cells(data, what)
    values = cells.values
    if values.ndim == 2 and 1 in values.shape:
        values = values.ravel()
    if values.shape != (len(sectors),):
        raise DataError(f"{what}: shape {cells.values.shape}; expected {len(sectors)} numbers")
    labels = cells.columns if cells.values.shape[0] == 1 and cells.values.ndim == 2 else cells.rows
    order = aligned(labels, sectors, what)
    return np.array(values) if order is None else values[order]


def _by_column(data: Any, sectors: pd.Index, what: str, name: str) -> tuple[Array, pd.Index]:
    """Read a block with a column a sector: value added or accounts."""
    if isinstance(data, Mapping):
        return _named_vectors(data, sectors, what, name)
    cells = read_cells(data, what)
    _fits(cells, cells.values.ndim - 1, sectors, what)
    labels = cells.rows if cells.values.ndim == 1 else cells.columns
    order = aligned(labels, sectors, what)
    values = np.array(cells.values) if order is None else cells.values[..., order]
    if values.ndim == 1:
        return values[None, :], _one_name(cells, name)
    names = cells.rows if cells.rows is not None else pd.RangeIndex(values.shape[0])
    return values, names


def _named_vectors(
    data: Mapping[Any, Any], sectors: pd.Index, what: str, name: str
) -> tuple[Array, pd.Index]:
    """Read {name: vector}, or {sector: number} as one vector; a row a vector."""
    if not data:
        raise DataError(f"{what}: an empty mapping; expected {{name: numbers}}")
    if all(np.isscalar(value) for value in data.values()):
        single = pd.Series(list(data.values()), index=pd.Index(list(data)), dtype=object)
        return _vector(single, sectors, what)[None, :], pd.Index([name])
    rows = [_vector(vector, sectors, f"{what}: {key!r}") for key, vector in data.items()]
    return np.array(rows), pd.Index(list(data))


def _one_name(cells: Cells, name: str) -> pd.Index:
    return pd.Index([name if cells.name is None else cells.name])


def _fits(cells: Cells, axis: int, sectors: pd.Index, what: str) -> None:
    shape, n = cells.values.shape, len(sectors)
    if shape[axis] != n:
        wanted = f"({n}, k)" if what.endswith("demand") else f"(m, {n})"
        turned = " (it looks transposed: pass .T)" if n in shape else ""
        raise DataError(f"{what}: shape {shape}; expected ({n},) or {wanted}{turned}")

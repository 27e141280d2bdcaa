"""What makes numbers an input-output table: shapes, labels, signs and balance."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import BalanceError, DataError
from quesnay.models.input_output.cells import Cells, aligned, read_cells
from quesnay.models.input_output.imports import ImportBlock, read_imports

__all__ = ["Blocks", "read_blocks"]

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
    demand, demand_names = _by_row(final_demand, sectors, "final demand")
    value, value_names = _by_column(value_added, sectors, "value added", "value_added")
    extra, extra_names = np.zeros((0, len(sectors))), pd.Index([])
    if accounts is not None:
        extra, extra_names = _by_column(accounts, sectors, "accounts", "account")
    bought = None if imports is None else read_imports(imports, sectors)
    uses = flows.sum(axis=1) + demand.sum(axis=1)
    x = uses if output is None else _vector(output, sectors, "output")
    inputs = flows.sum(axis=0) + value.sum(axis=0)
    if bought is not None:
        inputs += bought.Z.to_numpy().sum(axis=0)
    return Blocks(
        sectors, flows, demand, demand_names, value, value_names, x, bought, extra, extra_names,
        uses - x, inputs - x,
    )  # fmt: skip


def check_balance(blocks: Blocks, tolerance: float) -> None:
    """Refuse a table whose rows or columns do not add up to output, naming the worst."""
    gross = np.abs(blocks.flows)
    for gaps, axis, words in (
        (blocks.row_gap, 1, ("row", "uses", "final demand")),
        (blocks.column_gap, 0, ("column", "inputs and value added", "value added")),
    ):
        scale = np.maximum(np.abs(blocks.output), gross.sum(axis=axis))
        bad = np.flatnonzero(np.abs(gaps) > tolerance * scale)
        if len(bad):
            k = int(bad[np.argmax(np.abs(gaps[bad]))])
            raise BalanceError(
                f"{words[0]} {blocks.sectors[k]!r}: {words[1]} are "
                f"{blocks.output[k] + gaps[k]:.10g}, output is {blocks.output[k]:.10g}"
            )


def _flows(data: Any, *, copy: bool) -> tuple[Array, pd.Index]:
    cells = read_cells(data, "Z")
    shape = cells.values.shape
    if len(shape) != 2 or shape[0] != shape[1]:
        raise DataError(f"Z: shape {shape}; expected a square matrix, sectors by sectors")
    sectors = pd.RangeIndex(shape[0]) if cells.rows is None or cells.columns is None else cells.rows
    order = aligned(cells.columns, sectors, "Z: columns")
    values = cells.values if order is None else cells.values[:, order]
    values = np.array(values, order="C") if copy else np.ascontiguousarray(values)
    return values, sectors


def _vector(data: Any, sectors: pd.Index, what: str) -> Array:
    cells = read_cells(data, what)
    values = cells.values
    if values.ndim == 2 and 1 in values.shape:
        values = values.ravel()
    if values.shape != (len(sectors),):
        raise DataError(f"{what}: shape {cells.values.shape}; expected {len(sectors)} numbers")
    order = aligned(cells.rows, sectors, what)
    return values if order is None else values[order]


def _by_row(data: Any, sectors: pd.Index, what: str) -> tuple[Array, pd.Index]:
    """Read a block with a row a sector: final demand."""
    cells = read_cells(data, what)
    _fits(cells, 0, sectors, what)
    order = aligned(cells.rows, sectors, what)
    values = cells.values if order is None else cells.values[order]
    if values.ndim == 1:
        return values[:, None], _one_name(cells, "final_demand")
    names = cells.columns if cells.columns is not None else pd.RangeIndex(values.shape[1])
    return values, names


def _by_column(data: Any, sectors: pd.Index, what: str, name: str) -> tuple[Array, pd.Index]:
    """Read a block with a column a sector: value added or accounts."""
    cells = read_cells(data, what)
    _fits(cells, cells.values.ndim - 1, sectors, what)
    labels = cells.rows if cells.values.ndim == 1 else cells.columns
    order = aligned(labels, sectors, what)
    values = cells.values if order is None else cells.values[..., order]
    if values.ndim == 1:
        return values[None, :], _one_name(cells, name)
    names = cells.rows if cells.rows is not None else pd.RangeIndex(values.shape[0])
    return values, names


def _one_name(cells: Cells, name: str) -> pd.Index:
    return pd.Index([name if cells.name is None else cells.name])


def _fits(cells: Cells, axis: int, sectors: pd.Index, what: str) -> None:
    shape, n = cells.values.shape, len(sectors)
    if shape[axis] != n:
        wanted = (
            f"({n},) or ({n}, k)" if axis == 0 and what == "final demand" else f"({n},) or (m, {n})"
        )
        turned = " (it looks transposed: pass .T)" if n in shape else ""
        raise DataError(f"{what}: shape {shape}; expected {wanted}{turned}")

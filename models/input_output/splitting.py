"""Splitting a sector by shares: its row, its column and its own sales, still in balance."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import BalanceError, DataError
from quesnay.fitting.tables.splitting import Halves, core_block, fitted_rows
from quesnay.models.input_output.cells import read_cells
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.imports import ImportBlock
from quesnay.models.input_output.parts import Parts
from quesnay.models.input_output.validate import Blocks

__all__ = ["split_parts"]

Array = npt.NDArray[np.float64]


def split_parts(engine: Engine, sector: Any, shares: Any, *, rows: Any, columns: Any) -> Parts:
    """Return the parts of the table with one sector split; see the table's method.

    Parameters
    ----------
    engine : Engine
        Numbers of the table.
    sector : hashable
        The sector.
    shares : mapping or Series
        New sector -> share of output; they sum to 1.
    rows, columns : DataFrame or None
        Patterns of sales and of purchases.

    Returns
    -------
    Parts
        Of the new table.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.split(1, {"a": 0.25, "b": 0.75}).x.round(6).tolist()
    [1000.0, 500.0, 1500.0]
    """
    b = engine.blocks
    k = int(engine.places([sector], "split")[0])
    names, w = _shares(shares, b.sectors, k)
    imports = np.zeros((0, len(b.sectors))) if b.imports is None else b.imports.Z.to_numpy()
    sold = np.concatenate([b.flows[k], b.demand[k]])
    made = np.concatenate([b.flows[:, k], b.value[:, k], imports[:, k]])
    buyers = [*b.sectors, *b.demand_names]
    sellers = [*b.sectors, *b.value_names]
    sales = _fitted(_pattern(rows, names, buyers, w, "rows"), sold, w, f"row of {sector!r}")
    pattern = _pattern(getattr(columns, "T", columns), names, sellers, w, "columns")
    spare = np.repeat(w[:, None], len(imports), axis=1)
    inputs = _fitted(np.hstack([pattern, spare]), made, w, f"column of {sector!r}")
    return _assemble(b, k, (names, w), sales, inputs)


def _assemble(
    b: Blocks, k: int, new: tuple[list[Any], Array], sales: Array, inputs: Array
) -> Parts:
    names, w = new
    n = len(b.sectors)
    labels = pd.Index([*b.sectors[:k], *names, *b.sectors[k + 1 :]], name=b.sectors.name)
    if len(names) != len(set(names)) or not labels.is_unique:
        raise DataError(f"split: the new names {names!r} repeat each other or another sector")
    core = core_block(sales[:, k], inputs[:, k], float(b.flows[k, k]), w)
    wide = _spread(b.flows, k, inputs[:, :n].T)
    row = _spread(sales[:, :n], k, core)
    flows = np.concatenate([wide[:k], row, wide[k + 1 :]])
    demand = np.concatenate([b.demand[:k], sales[:, n:], b.demand[k + 1 :]])
    m = len(b.value)
    value = _spread(b.value, k, inputs[:, n : n + m].T)
    accounts = _spread(b.accounts, k, np.outer(b.accounts[:, k], w))
    output = np.concatenate([b.output[:k], w * b.output[k], b.output[k + 1 :]])
    imports = None
    if b.imports is not None:
        bought = _spread(b.imports.Z.to_numpy(), k, inputs[:, n + m :].T)
        frame = pd.DataFrame(bought, index=b.imports.Z.index, columns=labels)
        imports = ImportBlock(frame, b.imports.final_demand)
    return Parts(
        Z=pd.DataFrame(flows, index=labels, columns=labels),
        final_demand=pd.DataFrame(demand, index=labels, columns=b.demand_names),
        value_added=pd.DataFrame(value, index=b.value_names, columns=labels),
        output=pd.Series(output, index=labels),
        imports=imports,
        accounts=pd.DataFrame(accounts, index=b.account_names, columns=labels)
        if len(b.account_names)
        else None,
    )


def _spread(matrix: Array, k: int, parts: Array) -> Array:
    """Replace column k by the columns of the parts."""
    return np.concatenate([matrix[:, :k], parts, matrix[:, k + 1 :]], axis=1)


def _shares(shares: Any, sectors: pd.Index, k: int) -> tuple[list[Any], Array]:
    if not isinstance(shares, Mapping | pd.Series) or len(shares) < 1:
        raise DataError(
            f"split: shares {type(shares).__name__}; expected {{new sector: share of output}}"
        )
    names = [name for name, _ in shares.items()]
    values = read_cells([value for _, value in shares.items()], "split: shares").values
    if values.ndim != 1 or (values < 0).any() or abs(values.sum() - 1.0) > 1e-9:
        raise DataError(
            f"split: shares {values.tolist()} sum to {values.sum():.6g}; expected shares of 0 or "
            "more that sum to 1"
        )
    taken = [name for name in names if name in sectors and name != sectors[k]]
    if taken:
        raise DataError(f"split: {taken[0]!r} is already a sector of the table; take another name")
    return names, values / values.sum()


def _pattern(data: Any, names: list[Any], cells: list[Any], w: Array, what: str) -> Array:
    """Return shares of the parts in every cell; the user's where given, else those of output."""
    pattern = np.repeat(w[:, None], len(cells), axis=1)
    if data is None:
        return pattern
    if not isinstance(data, pd.DataFrame):
        raise DataError(
            f"split: {what} must be a DataFrame with the new sectors and their partners"
        )
    read_cells(data, f"split: {what}")  # refuses what is no number
    if set(data.index) != set(names):
        raise DataError(f"split: {what} names {list(data.index)!r}; expected {names!r}")
    ordered = data.loc[names].to_numpy(dtype=float)
    for column, partner in enumerate(data.columns):
        if partner not in cells:
            raise DataError(f"split: {what}: no sector or category {partner!r} in the table")
        total = ordered[:, column].sum()
        if (ordered[:, column] < 0).any() or abs(total - 1.0) > 1e-9:
            raise DataError(
                f"split: {what}: shares with {partner!r} sum to {total:.6g}; expected shares of 0 "
                "or more that sum to 1"
            )
        pattern[:, cells.index(partner)] = ordered[:, column] / total
    return pattern


def _fitted(pattern: Array, whole: Array, w: Array, what: str) -> Array:
    found: Halves = fitted_rows(pattern, whole, w)
    if found.scaling is not None and not found.scaling.converged:
        raise BalanceError(
            f"split: the {what} cannot have these shares and still add up to the shares of output "
            f"(a gap of {found.scaling.residual:.3g} is left); let the pattern or the shares of "
            "output agree more"
        )
    return found.values

"""Aggregation and splitting: sectors joined or taken apart, in a new table that still balances."""

from collections.abc import Hashable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import plain_numbers
from quesnay.fitting.errors import BalanceError, DataError, shown, suggestion
from quesnay.fitting.tables.balancing import gras
from quesnay.fitting.tables.leontief import leontief
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.validation import (
    Apart,
    Blocks,
    ImportBlock,
    read_cells,
    read_column,
    read_demand,
    read_flows,
    read_imports,
)

_SHARES_GAP = 1e-6


Parts: TypeAlias = dict[str, Any]
"""What a new :class:`InputOutputTable` is made of, by the names of its arguments."""


def aggregated(b: Blocks, mapping: Any) -> Parts:
    """Return the parts of the table with sectors joined; see the table's method."""
    if isinstance(mapping, pd.DataFrame):
        join, labels = _by_shares(b.sectors, mapping)
    else:
        groups = groups_of(b.sectors, mapping)
        cells = np.fromiter(groups, dtype=object, count=len(groups))
        codes, names = pd.factorize(cells)
        labels = _like(b.sectors, list(names))
        join = np.zeros((len(labels), len(codes)))
        join[codes, np.arange(len(codes))] = 1.0
    taxes = None
    if b.charges is not None:
        taxes = b.charges._replace(flows=b.charges.flows @ join.T).frames(labels)
    return {
        **_main_parts(
            b,
            labels,
            flows=join @ b.flows @ join.T,
            demand=join @ b.demand,
            value=b.value @ join.T,
            output=join @ b.output,
            accounts=b.accounts @ join.T,
        ),
        "imports": _joined_imports(b, join, labels),
        "taxes": taxes,
    }


def _main_parts(
    b: Blocks,
    labels: pd.Index,
    *,
    flows: Array,
    demand: Array,
    value: Array,
    output: Array,
    accounts: Array,
) -> Parts:
    """Label what every table has, for new sectors."""
    return {
        "Z": pd.DataFrame(flows, labels, labels),
        "final_demand": pd.DataFrame(demand, labels, b.demand_names),
        "value_added": pd.DataFrame(value, b.value_names, labels),
        "output": pd.Series(output, labels),
        "accounts": pd.DataFrame(accounts, b.account_names, labels) if len(accounts) else None,
    }


def _by_shares(sectors: pd.Index, shares: pd.DataFrame) -> tuple[Array, pd.Index]:
    """Return the share of each sector that each group gets, refusing what is lost or doubled."""
    if not shares.index.is_unique or not shares.columns.is_unique:
        raise DataError("mapping: a sector or group occurs twice in the frame of shares")
    missing = [name for name in sectors if name not in shares.index]
    if missing:
        raise DataError(f"mapping: sector {missing[0]!r} has no row of shares; give it one")
    values = plain_numbers(shares.loc[sectors])
    if values is None or not (values >= 0).all():
        raise DataError("mapping: a share is negative, missing or no number")
    gaps = np.abs(values.sum(axis=1) - 1.0)
    k = int(np.argmax(gaps))
    if gaps[k] > _SHARES_GAP:
        total = values[k].sum()
        raise DataError(
            f"mapping: the shares of sector {sectors[k]!r} add up to {total:.10g}, not 1"
        )
    used = np.flatnonzero(values.any(axis=0))
    scaled = values / values.sum(axis=1, keepdims=True)
    return scaled[:, used].T, _like(sectors, list(shares.columns[used]))


def groups_of(sectors: pd.Index, mapping: Any) -> list[Hashable]:
    """Return the group of each sector, refusing a mapping that misses or doubles one."""
    if isinstance(mapping, pd.Series):
        if not mapping.index.is_unique:
            raise DataError("mapping: a sector occurs twice in the index of the Series")
        mapping = dict(mapping.items())
    if not isinstance(mapping, Mapping) or not mapping:
        kind = type(mapping).__name__
        raise DataError(
            f"mapping: {kind}; expected {{sector: group}} or {{group: [sectors]}} with every sector"
        )
    listed = [
        isinstance(v, list | set | frozenset | pd.Index | np.ndarray) for v in mapping.values()
    ]
    if any(listed):
        if not all(listed):
            raise DataError("mapping: lists and single names mixed; use one form")
        mapping = _turned(mapping)
    unknown = [name for name in mapping if name not in sectors]
    if unknown:
        hint = suggestion(str(unknown[0]), sectors)
        raise DataError(f"mapping: no sector {unknown[0]!r} in the table;{hint}")
    missing = [name for name in sectors if name not in mapping]
    if missing:
        raise DataError(f"mapping: sector {missing[0]!r} has no group; give every sector one")
    for name in sectors:
        _check_group(name, mapping[name])
    return [mapping[name] for name in sectors]


def _check_group(sector: Hashable, group: Any) -> None:
    if not isinstance(group, Hashable):
        raise DataError(
            f"mapping: the group of sector {sector!r} is {shown(group)}; name one, or give shares "
            "of sectors in several groups as a frame, sector by group"
        )
    if group is None or group is pd.NA or group != group:
        raise DataError(f"mapping: the group of sector {sector!r} is missing; name one")


def _like(sectors: pd.Index, names: list[Any]) -> pd.Index:
    """Return labels that keep the names of the levels of the old ones, where they have as many."""
    labels: pd.Index = pd.Index(names)
    return labels if labels.nlevels != sectors.nlevels else labels.set_names(list(sectors.names))


def _turned(mapping: Mapping[Any, Any]) -> dict[Any, Any]:
    out: dict[Any, Any] = {}
    for group, members in mapping.items():
        for member in members:
            if member in out:
                raise DataError(f"mapping: sector {member!r} is in two groups; keep one")
            out[member] = group
    return out


def _joined_imports(b: Blocks, join: Array, labels: pd.Index) -> ImportBlock | None:
    if b.abroad is None:
        return None
    flows, names, demand, demand_names = b.abroad
    if names.equals(b.sectors):
        flows, names = join @ flows, labels
        demand = None if demand is None else join @ demand
    return Apart(flows @ join.T, names, demand, demand_names).frames(labels)


def split_parts(engine: Engine, sector: Any, shares: Any, *, rows: Any, columns: Any) -> Parts:
    """Return the parts of the table with one sector split; see the table's method."""
    b = engine.blocks
    k = int(engine.places([sector], "split")[0])
    names, w = _shares(shares, b.sectors, k)
    nothing = np.zeros((0, len(b.sectors)))
    imports = np.vstack([nothing, *(apart.flows for apart in (b.abroad, b.charges) if apart)])
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
    labels = _like(b.sectors, [*b.sectors[:k], *names, *b.sectors[k + 1 :]])
    if len(names) != len(set(names)) or not labels.is_unique:
        raise DataError(f"split: the new names {names!r} repeat each other or another sector")
    own = float(b.flows[k, k])  # what the sector sells to itself, spread by sales and inputs
    core = np.outer(sales[:, k], inputs[:, k]) / own if own else np.zeros((len(w), len(w)))
    wide = _spread(b.flows, k, inputs[:, :n].T)
    row = _spread(sales[:, :n], k, core)
    flows = np.concatenate([wide[:k], row, wide[k + 1 :]])
    demand = np.concatenate([b.demand[:k], sales[:, n:], b.demand[k + 1 :]])
    m = len(b.value)
    value = _spread(b.value, k, inputs[:, n : n + m].T)
    accounts = _spread(b.accounts, k, np.outer(b.accounts[:, k], w))
    output = np.concatenate([b.output[:k], w * b.output[k], b.output[k + 1 :]])
    parts = _main_parts(
        b, labels, flows=flows, demand=demand, value=value, output=output, accounts=accounts
    )
    first = n + m
    for name, apart in (("imports", b.abroad), ("taxes", b.charges)):
        if apart is not None:
            spent, first = inputs[:, first : first + len(apart.flows)], first + len(apart.flows)
            parts[name] = apart._replace(flows=_spread(apart.flows, k, spent.T)).frames(labels)
    return parts


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
            f"split: shares {values.tolist()} sum to {values.sum():.12g}; expected shares of 0 or "
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
                f"split: {what}: shares with {partner!r} sum to {total:.12g}; expected shares of 0 "
                "or more that sum to 1"
            )
        pattern[:, cells.index(partner)] = ordered[:, column] / total
    return pattern


def _fitted(pattern: Array, whole: Array, w: Array, what: str) -> Array:
    """Spread the cells of a sector over its parts, near a pattern and with given totals."""
    seed, totals = pattern * whole, w * whole.sum()
    if np.abs(seed.sum(axis=1) - totals).max() <= 1e-14 * np.abs(whole).sum():
        return seed
    found = gras(seed, totals, whole, tolerance=1e-12, max_iterations=100_000)
    if not found.converged:
        raise BalanceError(
            f"split: the {what} cannot have these shares and still add up to the shares of output "
            f"(a gap of {found.residual:.3g} is left); let the pattern or the shares of output "
            "agree more"
        )
    return found.table


def parts_of_coefficients(
    A: Any, output: Any, final_demand: Any, value_added: Any, imports: Any
) -> Parts:
    """Return the parts of a table with given coefficients and output, or final demand."""
    if (output is None) == (final_demand is None):
        raise DataError("from_coefficients: give output= or final_demand=, one of the two")
    flows, sectors = read_flows(A, "A", copy=False)
    demand, names = np.zeros((len(sectors), 1)), pd.Index(["final_demand"])
    if output is not None:
        x = read_column(output, sectors, "output")
        demand[:, 0] = x - flows @ x
    else:
        demand, names = read_demand(final_demand, sectors, "final demand")
        x = leontief(flows, np.ones(len(sectors))).columns(demand.sum(axis=1))
    flows = flows * x
    bought = None
    if imports is not None:
        block = read_imports(imports, sectors)
        bought = pd.DataFrame(block.flows * x, index=block.names, columns=sectors)
    if value_added is None:
        rest = x - flows.sum(axis=0) - (0.0 if bought is None else bought.to_numpy().sum(axis=0))
        value_added = pd.Series(rest, index=sectors, name="value_added")
    return {
        "Z": pd.DataFrame(flows, index=sectors, columns=sectors),
        "final_demand": pd.DataFrame(demand, index=sectors, columns=names),
        "value_added": value_added,
        "output": pd.Series(x, index=sectors),
        "imports": bought,
    }

"""Aggregation: sectors joined into groups, in a new table that still balances."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, suggestion
from quesnay.models.input_output.imports import ImportBlock
from quesnay.models.input_output.parts import Parts
from quesnay.models.input_output.validate import Blocks

__all__ = ["aggregated", "groups_of"]

Array = npt.NDArray[np.float64]


def aggregated(blocks: Blocks, mapping: Any) -> Parts:
    """Return the parts of the table with sectors joined; see the table's method.

    Parameters
    ----------
    blocks : Blocks
        The table.
    mapping : mapping or Series
        Sector -> group, or group -> list of sectors.

    Returns
    -------
    Parts
        Of the new table.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> float(table.aggregate({0: "all", 1: "all"}).Z.iloc[0, 0])
    950.0
    """
    groups = groups_of(blocks.sectors, mapping)
    codes, names = pd.factorize(np.fromiter(groups, dtype=object, count=len(groups)), sort=False)
    labels = pd.Index(
        list(names), name=blocks.sectors.name if blocks.sectors.nlevels == 1 else None
    )
    join = np.zeros((len(labels), len(codes)))
    join[codes, np.arange(len(codes))] = 1.0
    b = blocks
    return Parts(
        Z=pd.DataFrame(join @ b.flows @ join.T, index=labels, columns=labels),
        final_demand=pd.DataFrame(join @ b.demand, index=labels, columns=b.demand_names),
        value_added=pd.DataFrame(b.value @ join.T, index=b.value_names, columns=labels),
        output=pd.Series(join @ b.output, index=labels),
        imports=_imports(b, join, labels),
        accounts=pd.DataFrame(b.accounts @ join.T, index=b.account_names, columns=labels)
        if len(b.account_names)
        else None,
    )


def groups_of(sectors: pd.Index, mapping: Any) -> list[Hashable]:
    """Return the group of each sector, refusing a mapping that misses or doubles one.

    Parameters
    ----------
    sectors : Index
        Sectors of the table.
    mapping : mapping or Series
        Sector -> group, or group -> list of sectors.

    Returns
    -------
    list
        A group a sector, in the order of the table.

    Raises
    ------
    DataError
        Naming the sector.

    Examples
    --------
    >>> import pandas as pd
    >>> groups_of(pd.Index(["a", "b"]), {"goods": ["a"], "services": ["b"]})
    ['goods', 'services']
    """
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
    groups = [mapping[name] for name in sectors]
    empty = [s for s, g in zip(sectors, groups, strict=True) if g is None or g is pd.NA or g != g]
    if empty:
        raise DataError(f"mapping: the group of sector {empty[0]!r} is missing; name one")
    return groups


def _turned(mapping: Mapping[Any, Any]) -> dict[Any, Any]:
    out: dict[Any, Any] = {}
    for group, members in mapping.items():
        for member in members:
            if member in out:
                raise DataError(f"mapping: sector {member!r} is in two groups; keep one")
            out[member] = group
    return out


def _imports(b: Blocks, join: Array, labels: pd.Index) -> ImportBlock | None:
    if b.imports is None:
        return None
    matrix, demand = b.imports.Z, b.imports.final_demand
    same = matrix.index.equals(b.sectors)
    rows = labels if same else matrix.index
    left = join if same else np.eye(len(matrix))
    flows = pd.DataFrame(left @ matrix.to_numpy() @ join.T, index=rows, columns=labels)
    if demand is None:
        return ImportBlock(flows)
    final = pd.DataFrame(left @ demand.to_numpy(), index=rows, columns=demand.columns)
    return ImportBlock(flows, final)

"""What makes numbers an input-output table: cells, labels, shapes and order, checked at the door.

Labelled data is aligned by label or refused; bare arrays go by position. A message names block, row
and column. Behind the door a table is its :class:`Blocks`, arrays in one order, read only.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.errors import InvalidIndexError

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import is_number
from quesnay.fitting.errors import DataError, nearest, shown, suggestion
from quesnay.models.inputs import places_of, real_number

_RESERVED = ("output", "value_added", "imports")  # accounts that every table has
_WORDS = {"b": "truth values", "c": "complex numbers", "U": "text", "S": "text", "T": "text"}


@dataclass(frozen=True, slots=True, eq=False)
class ImportBlock:
    """The imports of a table: products from abroad used as inputs and in final demand.

    Parameters
    ----------
    Z : DataFrame, (products, sectors)
        Imported inputs, in the table's unit.
    final_demand : DataFrame or None, (products, categories)
        Imports for final use; None where the source gives none.

    Examples
    --------
    >>> import pandas as pd
    >>> block = ImportBlock(pd.DataFrame([[5.0, 1.0]], index=["oil"], columns=["a", "b"]))
    >>> block.Z.sum().tolist()
    [5.0, 1.0]
    """

    Z: pd.DataFrame
    final_demand: pd.DataFrame | None = None


class Apart(NamedTuple):
    """What a table keeps apart by product: inputs (p, n), and final use (p, q) or None."""

    flows: Array
    names: pd.Index
    demand: Array | None = None
    demand_names: pd.Index | None = None

    def frames(self, sectors: pd.Index) -> ImportBlock:
        """Return frames; new ones each time, so that nobody can change the table's."""
        Z = pd.DataFrame(self.flows, index=self.names, columns=sectors, copy=False)
        if self.demand is None:
            return ImportBlock(Z)
        return ImportBlock(
            Z, pd.DataFrame(self.demand, index=self.names, columns=self.demand_names, copy=False)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """The blocks of a table as read-only arrays in one order, with their labels.

    Transactions (n, n), final demand (n, k), value added (m, n), output (n,), accounts (r, n);
    imports and taxes less subsidies on products apart, both None where none are; `bought` and
    `levied` (n,): imported inputs and such taxes by sector; the gaps: uses less output, and inputs
    less output.
    """

    sectors: pd.Index
    flows: Array
    demand: Array
    demand_names: pd.Index
    value: Array
    value_names: pd.Index
    output: Array
    accounts: Array
    account_names: pd.Index
    row_gap: Array
    column_gap: Array
    bought: Array
    levied: Array
    abroad: Apart | None = None
    charges: Apart | None = None

    @property
    def taxes(self) -> ImportBlock | None:
        """Taxes on products as frames, in the form of an import block."""
        return None if self.charges is None else self.charges.frames(self.sectors)

    @property
    def imports(self) -> ImportBlock | None:
        """Imports apart as frames."""
        return None if self.abroad is None else self.abroad.frames(self.sectors)


def read_blocks(
    Z: Any,
    final_demand: Any,
    value_added: Any,
    *,
    output: Any = None,
    imports: Any = None,
    taxes: Any = None,
    accounts: Any = None,
    copy: bool,
) -> Blocks:
    """Read the blocks of a table, aligned by label to the rows of Z."""
    flows, sectors = read_flows(Z, "Z", copy=copy)
    demand, demand_names = read_demand(final_demand, sectors, "final demand")
    value, value_names = _read_vectors(
        value_added, sectors, "value added", "value_added", across=True
    )
    extra, extra_names = np.zeros((0, len(sectors))), pd.Index([])
    if accounts is not None:
        extra, extra_names = _read_vectors(accounts, sectors, "accounts", "account", across=True)
    _check_account_names(value_names, extra_names)
    abroad, charges = (None if d is None else read_imports(d, sectors) for d in (imports, taxes))
    bought, levied = (
        np.zeros(len(sectors)) if d is None else d.flows.sum(axis=0) for d in (abroad, charges)
    )
    with np.errstate(over="ignore", invalid="ignore"):
        uses = flows.sum(axis=1) + demand.sum(axis=1)
        inputs = flows.sum(axis=0) + value.sum(axis=0) + (bought + levied)
    if not (np.isfinite(uses).all() and np.isfinite(inputs).all()):
        raise DataError("the sums of the table are too large for a float; change the unit")
    x = uses.copy() if output is None else read_vector(output, sectors, "output")
    kept = [array for d in (abroad, charges) if d for array in (d.flows, d.demand)]
    for array in (flows, demand, value, extra, x, bought, levied, *kept):
        if array is not None:  # a table is not changed behind its back
            array.flags.writeable = False
    return Blocks(
        sectors, flows, demand, demand_names, value, value_names, x, extra, extra_names,
        uses - x, inputs - x, bought, levied, abroad, charges,
    )  # fmt: skip


def read_flows(data: Any, what: str, *, copy: bool) -> tuple[Array, pd.Index]:
    """Read a square matrix, sectors by sectors, and its labels."""
    cells = read_cells(data, what)
    shape = cells.values.shape
    if len(shape) != 2 or shape[0] != shape[1]:
        raise DataError(f"{what}: shape {shape}; expected a square matrix, sectors by sectors")
    sectors = pd.RangeIndex(shape[0]) if cells.rows is None else cells.rows
    order = aligned(cells.columns, sectors, f"{what}: columns")
    values = cells.values if order is None else cells.values[:, order]
    if copy and order is None:
        return np.array(values, order="C"), sectors
    return np.ascontiguousarray(values).view(), sectors


def read_imports(data: Any, sectors: pd.Index) -> Apart:
    """Read an import block: an `ImportBlock`, ``(Z, final_demand)``, a mapping, or Z alone."""
    matrix, final = _import_parts(data)
    cells = read_cells(matrix, "imports")
    if cells.values.ndim == 1:
        raise DataError("imports: a vector; expected a matrix of products by sectors")
    products, columns = cells.values.shape
    if columns != len(sectors):
        raise DataError(
            f"imports: {columns} columns for {len(sectors)} sectors; expected one column a sector"
        )
    order = aligned(cells.columns, sectors, "imports: columns")
    values = np.array(cells.values) if order is None else cells.values[:, order]
    rows = cells.rows
    if rows is None:
        rows = sectors if products == len(sectors) else pd.RangeIndex(products)
    if final is None:
        return Apart(values, rows)
    what = "imports: final demand"
    used = read_cells(final, what)
    if len(used.values) != products:
        raise DataError(f"{what} has {len(used.values)} rows for {products} products")
    order = aligned(used.rows, rows, what)
    demand = np.array(used.values) if order is None else used.values[order]
    if demand.ndim == 1:
        return Apart(values, rows, demand[:, None], pd.Index(["final_demand"]))
    names = pd.RangeIndex(demand.shape[1]) if used.columns is None else used.columns
    return Apart(values, rows, demand, names)


def _import_parts(data: Any) -> tuple[Any, Any]:
    if isinstance(data, ImportBlock):
        return data.Z, data.final_demand
    if isinstance(data, tuple) and len(data) == 2:
        return data
    if isinstance(data, dict):
        if "Z" not in data or set(data) - {"Z", "final_demand"}:
            raise DataError(
                f"imports: keys {sorted(map(str, data))}; expected 'Z' and 'final_demand'"
            )
        return data["Z"], data.get("final_demand")
    return data, None


def read_demand(data: Any, sectors: pd.Index, what: str) -> tuple[Array, pd.Index]:
    """Read a block with a row a sector and any number of columns; return (n, k) and its names."""
    values, names = _read_vectors(data, sectors, what, "final_demand", across=False)
    return values.T, names


def read_column(data: Any, sectors: pd.Index, what: str) -> Array:
    """Read one number a sector, (n,), however `read_demand` takes it."""
    values = read_demand(data, sectors, what)[0]
    if len(values.T) != 1:
        raise DataError(f"{what}: {len(values.T)} columns; expected one number a sector")
    return values[:, 0]


def _read_vectors(
    data: Any, sectors: pd.Index, what: str, name: str, *, across: bool
) -> tuple[Array, pd.Index]:
    """Read a block whose sectors run across or down; return (m, n), a vector a row, and its names.

    Value added and accounts have a column a sector (across), final demand a row; `name` is that of
    a single vector.
    """
    if isinstance(data, Mapping):
        if not data:
            raise DataError(f"{what}: an empty mapping; expected {{name: numbers}}")
        if all(np.isscalar(value) for value in data.values()):
            single = pd.Series(list(data.values()), index=pd.Index(list(data)), dtype=object)
            return read_vector(single, sectors, what)[None, :], pd.Index([name])
        rows = [read_vector(vector, sectors, f"{what}: {key!r}") for key, vector in data.items()]
        return np.array(rows), pd.Index(list(data))
    cells = read_cells(data, what)
    axis = int(across and cells.values.ndim == 2)
    shape, n = cells.values.shape, len(sectors)
    labels = cells.columns if axis else cells.rows
    if shape[axis] != n:
        if labels is not None and labels.isin(sectors).any():
            aligned(labels, sectors, what)  # says which label is absent or unknown
        wanted = f"({n}, k)" if what.endswith("demand") else f"(m, {n})"
        turned = " (it looks transposed: pass .T)" if n in shape else ""
        raise DataError(f"{what}: shape {shape}; expected ({n},) or {wanted}{turned}")
    order = aligned(labels, sectors, what)
    values = np.array(cells.values) if order is None else cells.values.take(order, axis)
    if values.ndim == 1:
        return values[None, :], pd.Index([name if cells.name is None else cells.name])
    values, names = (values, cells.rows) if axis else (values.T, cells.columns)
    return values, pd.RangeIndex(len(values)) if names is None else names


def read_vector(data: Any, sectors: pd.Index, what: str) -> Array:
    """Read one number a sector, (n,), from a vector or from a matrix of one row or column."""
    cells = read_cells(data, what)
    values = cells.values
    labels = cells.columns if cells.values.shape[0] == 1 and cells.values.ndim == 2 else cells.rows
    if values.ndim == 2 and 1 in values.shape:
        values = values.ravel()
    if values.shape != (len(sectors),):
        if labels is not None and labels.isin(sectors).any():
            aligned(labels, sectors, what)
        raise DataError(f"{what}: shape {cells.values.shape}; expected {len(sectors)} numbers")
    order = aligned(labels, sectors, what)
    return np.array(values) if order is None else values[order]


def _check_account_names(components: Iterable[Hashable], accounts: Iterable[Hashable]) -> None:
    """Refuse a name that would mean two things as an account."""
    own, others = list(components), list(accounts)
    for names, what in ((own, "value added"), (others, "accounts")):
        for name in names:
            taken = isinstance(name, str) and name in _RESERVED
            if (taken and len(names) > 1) or (taken and name != "value_added"):
                hint = " (imports that stand apart are given as imports=)" * (name == "imports")
                raise DataError(
                    f"{what}: row {shown(name)} has a name that means another account; rename it"
                    f"{hint}"
                )
    double = [name for name in others if name in own]
    if double:
        raise DataError(
            f"accounts: row {shown(double[0])} is also a component of value added; rename"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Finite numbers, (n,) or (n, m), with the labels that came with them, None where none did."""

    values: Array
    rows: pd.Index | None
    columns: pd.Index | None
    name: Any = None


def read_cells(data: Any, what: str) -> Cells:
    """Read a vector or matrix, refusing all that is no finite real number; `what` names it.

    Text, truth values, complex, missing or infinite numbers, ragged rows and repeated labels are
    refused; the message names the cell.
    """
    rows = columns = name = None
    if isinstance(data, pd.DataFrame):
        rows = checked_labels(data.index, f"{what}: row")
        columns = checked_labels(data.columns, f"{what}: column")
    elif isinstance(data, pd.Series):
        rows, name = checked_labels(data.index, what), data.name
    values = _floats(data, what, rows, columns)
    if values.ndim not in {1, 2} or values.size == 0:
        raise DataError(f"{what}: shape {values.shape}; expected a vector or matrix with numbers")
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum()  # one pass without a temporary; the place is sought only when needed
    if not np.isfinite(total):
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            raise DataError(
                f"{_cell(what, bad[0], rows, columns)} is {values[tuple(bad[0])]}; expected a "
                "finite number: fill it or set it to 0"
            )
    return Cells(values, rows, columns, name)


def _floats(data: Any, what: str, rows: pd.Index | None, columns: pd.Index | None) -> Array:
    """Convert to floats; look at single cells only where the whole is not plainly numeric."""
    if hasattr(data, "tocsr"):
        raise DataError(f"{what}: a sparse matrix; pass a dense one (.toarray())")
    if isinstance(data, np.ma.MaskedArray) and np.ma.is_masked(data):
        raise DataError(f"{what}: the array has masked cells; fill them")
    try:
        raw = data.to_numpy() if isinstance(data, pd.DataFrame | pd.Series) else np.asarray(data)
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"{what}: not a table of numbers; give rows of equal length") from None
    if raw.dtype.kind in "iuf":
        return np.asarray(raw, dtype=np.float64)
    if raw.dtype.kind != "O":
        kind = _WORDS.get(raw.dtype.kind, f"of type {raw.dtype}")
        raise DataError(f"{what}: {kind}; expected real numbers")
    for place in np.ndindex(raw.shape):
        cell: Any = raw[place]
        if cell is None or cell is pd.NA:
            raise DataError(f"{_cell(what, place, rows, columns)} is missing; fill it or set 0")
        if isinstance(cell, bool | np.bool_) or not isinstance(cell, Real | Decimal):
            raise DataError(
                f"{_cell(what, place, rows, columns)} is {type(cell).__name__} {str(cell)[:40]!r}; "
                "expected a real number"
            )
    try:
        return np.asarray(raw, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"{what}: a number is too large for a float; change the unit") from None


def _cell(what: str, place: Any, rows: pd.Index | None, columns: pd.Index | None) -> str:
    parts = [int(k) for k in place]
    names = [rows, columns][: len(parts)]
    words = ("row", "column") if len(parts) == 2 else ("entry",)
    named = [
        f"{word} {index[k] if index is not None else k!r}"
        for word, index, k in zip(words, names, parts, strict=False)
    ]
    return f"{what}: {', '.join(named)}" if named else f"{what}: the value"


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A matrix (n, m) with the names of its rows and columns, 0, 1, ... where there are none.

    `labelled` says whether the user's had labels: results then go back as frames.
    """

    values: Array
    rows: pd.Index
    columns: pd.Index
    labelled: bool

    def wrap(self, values: Array, axis: int | None = None) -> Any:
        """Return a result as the user's kind, labelled or bare; with `axis`, one number a label."""
        if not self.labelled:
            return values
        if axis is not None:
            return pd.Series(values, index=(self.rows, self.columns)[axis])
        return pd.DataFrame(values, index=self.rows, columns=self.columns)

    def arranged(
        self, rows: pd.Index | None, columns: pd.Index | None, name: str, whose: str
    ) -> Array:
        """Return the values in the order of labels, where both sides have them; None: as it is."""
        values = self.values
        for axis, labels, own in ((0, rows, self.rows), (1, columns, self.columns)):
            if labels is None:
                continue
            places = own.get_indexer(labels)
            if (places < 0).any():
                side, missing = ("row", "column")[axis], labels[int(np.argmax(places < 0))]
                raise DataError(f"{name}: no {side} {shown(missing)}; labels must be {whose}")
            values = values.take(places, axis)
        return values

    def row(self, place: int) -> str:
        """Return a row's name for a message."""
        return f"row {shown(self.rows[place])}"

    def column(self, place: int) -> str:
        """Return a column's name for a message."""
        return f"column {shown(self.columns[place])}"


def read_grid(matrix: Any, what: str) -> Grid:
    """Read any matrix with its labels."""
    cells = read_cells(matrix, what)
    if cells.values.ndim != 2:
        raise DataError(
            f"{what}: shape {cells.values.shape}; expected a matrix with rows and columns"
        )
    n, m = cells.values.shape
    rows = pd.RangeIndex(n) if cells.rows is None else cells.rows
    columns = pd.RangeIndex(m) if cells.columns is None else cells.columns
    return Grid(cells.values, rows, columns, cells.columns is not None)


def read_along(data: Any, labels: pd.Index, what: str, *, labelled: bool) -> Array:
    """Read one number a label: by label where both sides have labels, else by position."""
    if isinstance(data, Mapping):
        named = pd.Series(list(data.values()), pd.Index(list(data)), dtype=object)
        return read_cells(named.iloc[places_of(named.index, labels, what)], what).values
    cells = read_cells(data, what)
    values, given = cells.values, cells.rows
    if values.ndim == 2 and 1 in values.shape:
        given = cells.rows if values.shape[1] == 1 else cells.columns
        values = values.ravel()
    if values.shape != labels.shape:
        raise DataError(f"{what}: shape {values.shape}; expected {len(labels)} numbers")
    if labelled and given is not None:
        values = values[places_of(given, labels, what)]
    return values


def checked_labels(labels: pd.Index, what: str) -> pd.Index:
    """Return labels that are all different and none missing, or say which is not."""
    if not labels.is_unique:
        double = labels[labels.duplicated()][0]
        raise DataError(f"{what} label {double!r} occurs twice; make the labels unique")
    if isinstance(labels, pd.MultiIndex):
        empty = np.any([np.asarray(codes) < 0 for codes in labels.codes], axis=0)
    else:
        empty = np.asarray(labels.isna()) if labels.hasnans else np.zeros(1, dtype=bool)
    if empty.any():
        place = int(np.flatnonzero(empty)[0])
        raise DataError(f"{what} label number {place + 1} is missing; name every one")
    return labels


def aligned(given: pd.Index | None, wanted: pd.Index, what: str) -> npt.NDArray[np.intp] | None:
    """Return the order that brings labels into the wanted one, or None where they are in it.

    Bare arrays (no labels given) go by position. Refused where the labels are not the same ones.
    """
    if given is None or given is wanted or given.equals(wanted):
        return None
    if given.nlevels != wanted.nlevels:
        raise DataError(
            f"{what}: labels have {given.nlevels} levels, the sectors {wanted.nlevels}; "
            "use the same labels, or .to_numpy() to go by position"
        )
    order = given.get_indexer(wanted)
    absent, extra = wanted[order < 0], given.difference(wanted, sort=False)
    if len(absent) or len(extra):
        if len(absent) and not len(extra):
            raise DataError(f"{what}: no entry for sector {absent[0]!r}; give every sector one")
        odd = f"no entry for sector {absent[0]!r};" if len(absent) else f"unknown {extra[0]!r};"
        hint = nearest(str(absent[0]), extra) if len(absent) else nearest(str(extra[0]), wanted)
        raise DataError(
            f"{what}: labels differ from the sectors: {odd}{hint} rename, or give a bare array "
            "(.to_numpy()) to go by position"
        )
    return np.asarray(order, dtype=np.intp)


def place_of(labels: pd.Index, name: Any) -> int | None:
    """Return the position of a label, or None where there is no such label."""
    if isinstance(name, bool | np.bool_):
        return None
    try:
        place = labels.get_loc(name)
    except (KeyError, TypeError, ValueError, InvalidIndexError):
        return None
    return int(place) if isinstance(place, int | np.integer) else None


def known_place(labels: pd.Index, name: Any, said: str, tail: str) -> int:
    """Return the position of a label, or refuse it with the nearest known one."""
    place = place_of(labels, name)
    if place is None:
        raise DataError(f"{said} {shown(name)} in {tail};{suggestion(name, labels)}")
    return place


def check_tolerance(value: Any) -> None:
    """Refuse what is no tolerance: a share of output, 0 or more, perhaps above 1."""
    if not is_number(value) or value < 0:
        raise DataError(f"tolerance: {shown(value)}; expected a number of 0 or more")


def share(value: Any, name: str, *, zero: bool) -> float:
    """Return a number below 1, above 0 or from 0 on, or refuse."""
    if not is_number(value) or not (0 <= value < 1 and (zero or value > 0)):
        wanted = "from 0 to below 1" if zero else "between 0 and 1"
        raise DataError(f"{name}: {shown(value)}; expected a number {wanted}")
    return float(value)


def one_number(value: Any, what: str) -> float:
    """Return one finite number, or say what was given instead."""
    number = real_number(value)
    if not np.isfinite(number):
        raise DataError(f"{what}: {shown(value)}; expected one finite number")
    return number

"""Imports apart: out of the flows of a table that includes them, or of a region by its quotients.

Flows are split in proportion: every buyer at home imports the same share of a product.

A region needs of each input what the nation's industries need per unit of output; what it makes too
little of comes from elsewhere. With output (or employment) x of sector i in the region r and the
nation n (Miller and Blair 2009, sec. 8.2; Flegg, Webber and Elliott 1995; Flegg and Webber 1997):

* simple quotient ``SLQ_i = (x_i^r / x^r) / (x_i^n / x^n)``;
* cross-industry quotient ``CILQ_ij = SLQ_i / SLQ_j``, on the diagonal ``SLQ_i``;
* Flegg's ``FLQ_ij = CILQ_ij lambda`` with ``lambda = [log2(1 + x^r / x^n)]^delta``.

The regional coefficient is ``a_ij min(LQ_ij, 1)``; the rest is bought in the rest of the nation.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_tuple, choice
from quesnay.fitting.errors import BalanceError, DataError, shown
from quesnay.fitting.tables.leontief import coefficients, inverted
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.engine import Engine, engine_of
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.input_output.validation import Apart, known_place, share


@dataclass(frozen=True, slots=True, eq=False)
class SplitFlows:
    """The imported part of use and final demand."""

    use: Array
    final: Array
    share: Array
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class ImportSplit(Tabular):
    """A table with imports apart, made from one that includes them.

    Parameters
    ----------
    table : InputOutputTable
        Domestic flows, with the import block.
    shares : Series, (sectors,)
        Imports as a share of what is bought at home.
    notes : tuple of str
        The assumption used.
    """

    table: InputOutputTable
    shares: "pd.Series[float]"
    notes: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        """Return the import shares, the largest first."""
        frame = self.shares.sort_values(ascending=False, kind="stable").to_frame("import share")
        return (Table("Import shares by product", frame, self.notes, {"import share": ".1%"}),)


def split_flows(
    use: Array,
    final: Array,
    imports: Array,
    labels: tuple[pd.Index, pd.Index],
    *,
    exports: Sequence[Any],
) -> SplitFlows:
    """Split flows in proportion; `labels` are those of products and of final demand."""
    products, categories = labels
    known = list(categories)
    spared = as_tuple(exports, "exports")
    for name in spared:
        known_place(categories, name, "exports: no column", "final demand")
    if (imports < 0).any():
        name = products[int(np.flatnonzero(imports < 0)[0])]
        raise DataError(
            f"imports of {shown(name)} are negative; expected imports as positive numbers"
        )
    bought = np.array([True] * use.shape[1] + [name not in spared for name in known])
    flows = np.hstack([use, final])
    base = flows[:, bought].sum(axis=1)
    share = np.divide(imports, base, out=np.full(len(base), np.nan), where=base != 0)
    share = np.where((imports == 0) & (base == 0), 0.0, share)
    imported = np.where(bought, flows * np.nan_to_num(share)[:, None], 0.0)
    bad = ~((share >= 0) & (share <= 1 + 1e-9))
    if bad.any():
        k = int(np.flatnonzero(bad)[0])
        raise BalanceError(
            f"imports of {shown(products[k])} are {imports[k]:.6g}, more than its buyers at home "
            f"buy ({flows[k, bought].sum():.6g}); take re-exports out of imports and exports"
        )
    words = f"{', '.join(map(str, spared))} buys none" if spared else "exports too"
    note = f"Proportional import assumption: every buyer has the product's import share ({words})."
    return SplitFlows(imported[:, : use.shape[1]], imported[:, use.shape[1] :], share, note)


def split_imports(
    table: InputOutputTable, *, imports: Any = "imports", exports: Sequence[Any] = ("exports",)
) -> ImportSplit:
    """Take imports out of the flows of a table that includes them, in proportion.

    Each buyer at home (industries, households, government, investment) is taken to import a
    product in the same proportion: ``Z_m = diag(m / d) Z`` with d all that is bought at home
    (UN Handbook 2018, section 8.D). With value added coefficients v and import coefficients m of
    the result, ``v L + m L = 1``.

    Parameters
    ----------
    table : InputOutputTable
        Flows with imports inside and a column of final demand with imports as negative numbers.
    imports : label
        That column.
    exports : sequence of labels
        Columns that buy no imports.

    Returns
    -------
    ImportSplit
        ``.table`` with an import block, ``.shares``.

    Raises
    ------
    DataError
        If a column is unknown, or imports have the wrong sign.
    BalanceError
        If a product is imported more than it is bought.

    Examples
    --------
    >>> import pandas as pd
    >>> demand = pd.DataFrame({"home": [60.0, 90.0], "exports": [20.0, 5.0],
    ...                        "imports": [-20.0, -10.0]})
    >>> table = InputOutputTable([[10, 30], [20, 40]], demand, [70, 75])
    >>> found = split_imports(table)
    >>> found.shares.round(4).tolist()
    [0.2, 0.0667]
    """
    if not isinstance(table, InputOutputTable):
        raise DataError(f"{type(table).__name__} is no input-output table; make one first")
    demand = table.final_demand
    known_place(demand.columns, imports, "imports: no column", "final demand")
    positive = demand.index[demand[imports] > 0]
    if len(positive):
        raise DataError(
            f"final demand: column {imports!r} holds {demand.loc[positive[0], imports]:g} for "
            f"{shown(positive[0])}; imports stand there as negative numbers"
        )
    rest = demand.drop(columns=[imports])
    found = split_flows(
        table.Z.to_numpy(),
        rest.to_numpy(),
        -demand[imports].to_numpy(),
        (table.sectors, rest.columns),
        exports=exports,
    )
    apart = InputOutputTable(
        table.Z - found.use,
        rest - found.final,
        table.value_added,
        imports=(
            pd.DataFrame(found.use, index=table.sectors, columns=table.sectors),
            pd.DataFrame(found.final, index=table.sectors, columns=rest.columns),
        ),
        taxes=table.taxes,
        accounts=table.accounts,
        **table.settings,
    )
    shares = pd.Series(found.share, index=table.sectors, name="import share")
    return ImportSplit(apart, shares, (found.note,))


_METHODS = {
    "slq": "simple location quotients",
    "cilq": "cross-industry location quotients",
    "flq": "Flegg's location quotients",
}


@dataclass(frozen=True, slots=True, eq=False)
class RegionalTable(Tabular):
    """A table of a region estimated from a national one.

    Parameters
    ----------
    table : InputOutputTable
        Regional flows; what is bought in the rest of the nation (and abroad, where the national
        table has imports apart) is its import block. Final demand is what is left of output.
    quotients : DataFrame, (sectors, sectors)
        Location quotients before they are cut off at 1.
    simple : Series, (sectors,)
        Simple location quotients: above 1 the region is specialised.
    method : str
        "slq", "cilq" or "flq".
    notes : tuple of str
        How the size of the region entered, and sectors whose regional uses exceed their output.
    """

    table: InputOutputTable
    quotients: pd.DataFrame
    simple: "pd.Series[float]"
    method: str
    notes: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        """Return output, multipliers and the quotient of each sector."""
        frame = pd.DataFrame(
            {
                "output": self.table.x,
                "simple quotient": self.simple,
                "output multiplier": self.table.multipliers(),
                "bought elsewhere, share of output": self.table.engine.per_output("imports"),
            }
        )
        title = f"Regional table by {_METHODS[self.method]}"
        return (Table(title, frame, self.notes),)


def location_quotient_table(
    national: InputOutputTable,
    regional_output: Any,
    *,
    employment: Any = None,
    method: str = "flq",
    delta: float = 0.3,
    name: str | None = None,
) -> RegionalTable:
    """Estimate a region's table from the nation's by location quotients (SLQ, CILQ, FLQ).

    ``a_ij^r = a_ij^n min(LQ_ij, 1)`` with ``FLQ_ij = SLQ_i / SLQ_j [log2(1 + x^r / x^n)]^delta``,
    on the diagonal ``SLQ_i`` in place of the ratio (Flegg and Webber 1997).

    Parameters
    ----------
    national : InputOutputTable
        The nation; best with imports apart, so that its flows are domestic.
    regional_output : Series, array (n,) or {sector: output}
        Output of the region's sectors, in the table's unit; sectors that are not named make none.
    employment : (regional, national), each Series, array (n,) or mapping, optional
        Employment by sector from which the quotients are made; by default they come from output.
    method : {"flq", "slq", "cilq"}
        Which quotient.
    delta : float, default 0.3
        Of FLQ, from 0 (CILQ) to below 1; larger makes a small region import more. Studies with
        survey tables find 0.2 to 0.4 (Flegg and Tohmo 2013).
    name : str, optional
        What the table is of.

    Returns
    -------
    RegionalTable
        ``.table``, ``.quotients``, ``.simple``, ``.notes``.

    Raises
    ------
    DataError
        If sectors do not fit, an amount is negative, or a region makes what the nation does not.

    Examples
    --------
    >>> nation = InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> region = location_quotient_table(nation, [200, 100], delta=0.3)
    >>> region.quotients.round(4).to_numpy().tolist()
    [[1.1029, 2.2057], [0.1379, 0.2757]]
    >>> region.table.A.round(4).to_numpy().tolist()
    [[0.15, 0.25], [0.0276, 0.0138]]
    """
    engine, method = engine_of(national, "national"), choice(method, _METHODS, "method")
    delta = share(delta, "delta", zero=True)
    b = engine.blocks
    x = _amounts(engine, regional_output, "regional_output")
    sizes = (x, b.output)
    if employment is not None:
        if not isinstance(employment, tuple) or len(employment) != 2:
            raise DataError("employment: expected a pair (regional, national)")
        sizes = (
            _amounts(engine, employment[0], "employment: regional"),
            _amounts(engine, employment[1], "employment: national"),
        )
    _check_sizes(engine, x, sizes)
    simple = sizes[0] / sizes[0].sum() * inverted(sizes[1]) * sizes[1].sum()
    quotients = _quotients(simple, sizes[0].sum() / sizes[1].sum(), method, delta)
    A = coefficients(b.flows, b.output)
    kept = A * np.minimum(quotients, 1.0)
    table = _regional(national, x, kept, A - kept, name)
    labels = engine.frame(quotients)
    return RegionalTable(
        table, labels, engine.series(simple, "SLQ"), method, _notes(table, sizes, method, delta)
    )


def _amounts(engine: Engine, given: Any, what: str) -> Array:
    values = engine.by_sector(given, what)
    if (values < 0).any() or not values.any():
        raise DataError(f"{what}: expected amounts of 0 or more, and some above 0")
    return values


def _check_sizes(engine: Engine, x: Array, sizes: tuple[Array, Array]) -> None:
    b = engine.blocks
    for regional, nation, what in ((x, b.output, "output"), (*sizes, "employment or output")):
        odd = np.flatnonzero((regional > 0) & (nation <= 0))
        if len(odd):
            raise DataError(
                f"sector {b.sectors[odd[0]]!r}: the region has {what} but the nation has none"
            )
        more = np.flatnonzero(regional > nation * (1 + 1e-9))
        if len(more) and regional.sum() <= nation.sum():
            k = int(more[0])
            raise DataError(
                f"sector {b.sectors[k]!r}: the region's {what} of {regional[k]:.12g} exceeds the "
                f"nation's of {nation[k]:.12g}; a part cannot be larger: check sector and unit"
            )
    if sizes[0].sum() > sizes[1].sum() * (1 + 1e-9):
        raise DataError(
            f"the region's total of {sizes[0].sum():.12g} exceeds the nation's of "
            f"{sizes[1].sum():.12g}; check the units"
        )


def _quotients(simple: Array, size: float, method: str, delta: float) -> Array:
    """Return the quotient of each pair; a buyer that the region has not buys nothing."""
    n = len(simple)
    if method == "slq":
        return np.repeat(simple[:, None], n, axis=1)
    out = simple[:, None] * inverted(simple)
    np.fill_diagonal(out, simple)
    return out * np.log2(1.0 + size) ** delta if method == "flq" else out


def _regional(
    national: InputOutputTable, x: Array, kept: Array, elsewhere: Array, name: str | None
) -> InputOutputTable:
    """Return the table: flows kept, inputs from elsewhere and abroad as imports, value added."""
    b = national.engine.blocks
    scale = inverted(b.output) * x
    sectors = b.sectors
    bought = pd.DataFrame(elsewhere * x, index=sectors, columns=sectors)
    if b.abroad:
        abroad = pd.DataFrame(b.abroad.flows * scale, index=b.abroad.names, columns=sectors)
        parts: dict[Hashable, pd.DataFrame] = {"rest of the nation": bought, "abroad": abroad}
        bought = pd.concat(parts)
    flows = kept * x
    taxes = b.charges and Apart(b.charges.flows * scale, b.charges.names).frames(sectors)
    return InputOutputTable(
        pd.DataFrame(flows, index=sectors, columns=sectors),
        pd.Series(x - flows.sum(axis=1), index=sectors, name="final_demand"),
        pd.DataFrame(b.value * scale, index=b.value_names, columns=sectors),
        output=pd.Series(x, index=sectors),
        imports=bought,
        taxes=taxes,
        **{**national.settings, "name": name},
    )


def _notes(
    table: InputOutputTable, sizes: tuple[Array, Array], method: str, delta: float
) -> tuple[str, ...]:
    size = sizes[0].sum() / sizes[1].sum()
    notes = [f"The region is {size:.4g} of the nation."]
    if method == "flq":
        notes[0] = f"{notes[0][:-1]}, lambda {np.log2(1.0 + size) ** delta:.4g} (delta {delta:g})."
    short = table.f[table.f < -1e-9 * table.x.sum()]
    if len(short):
        one = len(short) == 1
        sells, make = ("sector sells", "it makes") if one else ("sectors sell", "they make")
        notes.append(
            f"{len(short)} {sells} more to the region's industries than {make} (negative final "
            f"demand, {short.index[0]!r} first): the quotients keep too much; raise delta."
        )
    return tuple(notes)

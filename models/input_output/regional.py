"""Regional tables from a national one by location quotients.

A region needs of each input what the nation's industries need per unit of output; what it makes too
little of comes from elsewhere. With output (or employment) x of sector i in the region r and the
nation n (Miller and Blair 2009, sec. 8.2; Flegg, Webber and Elliott 1995; Flegg and Webber 1997):

* simple quotient ``SLQ_i = (x_i^r / x^r) / (x_i^n / x^n)``;
* cross-industry quotient ``CILQ_ij = SLQ_i / SLQ_j``, on the diagonal ``SLQ_i``;
* Flegg's ``FLQ_ij = CILQ_ij lambda`` with ``lambda = [log2(1 + x^r / x^n)]^delta``.

The regional coefficient is ``a_ij min(LQ_ij, 1)``; the rest is bought in the rest of the nation.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import choice
from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.leontief import coefficients, inverted
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.engine import Engine, engine_of
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.input_output.validation import share

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["RegionalTable", "location_quotient_table"]


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
    delta : float
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
    if sizes[0].sum() > sizes[1].sum() * (1 + 1e-9):
        raise DataError(
            f"the region's total of {sizes[0].sum():.6g} exceeds the nation's of "
            f"{sizes[1].sum():.6g}; check the units"
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
    if b.import_flows is not None:
        abroad = pd.DataFrame(b.import_flows * scale, index=b.import_names, columns=sectors)
        parts: dict[Hashable, pd.DataFrame] = {"rest of the nation": bought, "abroad": abroad}
        bought = pd.concat(parts)
    flows = kept * x
    return InputOutputTable(
        pd.DataFrame(flows, index=sectors, columns=sectors),
        pd.Series(x - flows.sum(axis=1), index=sectors, name="final_demand"),
        pd.DataFrame(b.value * scale, index=b.value_names, columns=sectors),
        output=pd.Series(x, index=sectors),
        imports=bought,
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
        notes.append(
            f"{len(short)} sectors sell more to the region's industries than they make (negative "
            f"final demand, {short.index[0]!r} first): the quotients keep too much; raise delta."
        )
    return tuple(notes)

"""Taking imports out of flows that include them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_tuple
from quesnay.fitting.errors import BalanceError, DataError, shown, suggestion
from quesnay.fitting.tables.splitting import proportional_imports
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.input_output.validation import place_of

__all__ = [
    "ImportSplit",
    "SplitFlows",
    "split_flows",
    "split_imports",
]


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
        if place_of(categories, name) is None:
            hint = suggestion(name, known)
            raise DataError(f"exports: no column {shown(name)} in final demand;{hint}")
    if (imports < 0).any():
        name = products[int(np.flatnonzero(imports < 0)[0])]
        raise DataError(
            f"imports of {shown(name)} are negative; expected imports as positive numbers"
        )
    bought = np.array([True] * use.shape[1] + [name not in spared for name in known])
    flows = np.hstack([use, final])
    imported, share = proportional_imports(flows, imports, bought)
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
    if place_of(demand.columns, imports) is None:
        hint = suggestion(imports, demand.columns)
        raise DataError(f"imports: no column {shown(imports)} in final demand;{hint}")
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

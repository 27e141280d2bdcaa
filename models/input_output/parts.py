"""The labelled parts of a table, as one value that a new table is made of."""

from dataclasses import dataclass

import pandas as pd

from quesnay.models.input_output.imports import ImportBlock

__all__ = ["Parts"]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What :class:`InputOutputTable` is made of.

    Parameters
    ----------
    Z, final_demand, value_added, output, imports, accounts
        As in :class:`InputOutputTable`.
    """

    Z: pd.DataFrame
    final_demand: pd.DataFrame
    value_added: pd.DataFrame
    output: "pd.Series[float]"
    imports: ImportBlock | None
    accounts: pd.DataFrame | None

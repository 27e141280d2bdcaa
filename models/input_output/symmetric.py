"""Symmetric tables from supply and use: what comes out of each model."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.table import InputOutputTable

__all__ = ["SymmetricTable", "negative_cells"]

Array = npt.NDArray[np.float64]

_EXACT = 1e-6  # the imbalance that a table accepts without being asked

_MODELS = {
    "A": "product technology, product by product",
    "B": "industry technology, product by product",
    "C": "fixed industry sales structure, industry by industry",
    "D": "fixed product sales structure, industry by industry",
    "E": "hybrid technology, product by product",
}


@dataclass(frozen=True, slots=True)
class SymmetricTable(Tabular):
    """A symmetric table derived from supply and use, with what the model did to it.

    Parameters
    ----------
    Z : DataFrame, (n, n)
        Domestic transactions, product by product (A, B, E) or industry by industry (C, D).
    final_demand : DataFrame, (n, k)
        Domestic final demand.
    value_added : DataFrame, (r, n)
        Value added (and taxes) by component.
    imports : tuple of two DataFrames, or None
        Imported transactions (n, n) and imported final demand (n, k).
    transformation : DataFrame
        The matrix that moved columns (A, B, E) or rows (C, D).
    model : str
        "A" to "E".
    negatives : DataFrame
        Negative cells of Z that the model made: row, column, value.
    unit, name : str or None
        Of the supply and use tables.
    notes : tuple of str
        Assumptions used.
    """

    Z: pd.DataFrame
    final_demand: pd.DataFrame
    value_added: pd.DataFrame
    imports: tuple[pd.DataFrame, pd.DataFrame] | None
    transformation: pd.DataFrame
    model: str
    negatives: pd.DataFrame
    unit: str | None
    name: str | None
    notes: tuple[str, ...]

    @property
    def table(self) -> InputOutputTable:
        """The input-output table, ready for every analysis; it keeps the rounding of its source."""
        return InputOutputTable(
            self.Z,
            self.final_demand,
            self.value_added,
            imports=self.imports,
            unit=self.unit,
            name=self.name,
            tolerance=max(_EXACT, 1.01 * self.imbalance),
        )

    @property
    def imbalance(self) -> float:
        """Largest relative distance of a row's sum from its column's, inherited from the source."""
        rows = self.Z.sum(axis=1).to_numpy() + self.final_demand.sum(axis=1).to_numpy()
        columns = self.Z.sum(axis=0).to_numpy() + self.value_added.sum(axis=0).to_numpy()
        if self.imports is not None:
            columns = columns + self.imports[0].sum(axis=0).to_numpy()
        scale = np.maximum(np.abs(rows), np.abs(columns))
        gap = np.abs(rows - columns)
        return float(np.max(np.divide(gap, scale, out=np.zeros_like(gap), where=scale > 0)))

    def tables(self) -> tuple[Table, ...]:
        """Return the domestic transactions and the negative cells."""
        title = f"Symmetric table, model {self.model}: {_MODELS[self.model]}"
        first = Table(f"{title}{f', {self.unit}' if self.unit else ''}", self.Z, self.notes)
        if not len(self.negatives):
            return (first,)
        return first, Table("Negative cells made by the model", self.negatives.head(10))


def negative_cells(Z: pd.DataFrame, use: Array) -> pd.DataFrame:
    """Return negative cells of a symmetric table, the largest first, unless use had some too."""
    values = Z.to_numpy()
    floor = -1e-12 * float(np.abs(use).max(initial=0.0))  # smaller ones are rounding
    places = np.argwhere(values < floor)
    places = places[np.argsort(values[tuple(places.T)], kind="stable")]
    return pd.DataFrame(
        {
            "row": Z.index[places[:, 0]],
            "column": Z.columns[places[:, 1]],
            "value": values[tuple(places.T)],
        }
    )

"""The blocks of supply and use tables as arrays with one order of products and industries."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, shown
from quesnay.models.input_output.imported import SplitFlows
from quesnay.models.input_output.margins import Grid, grid, numbers

__all__ = ["Blocks", "frame", "read_blocks"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Supply, use, final demand and value added on common labels.

    Parameters
    ----------
    supply, use : ndarray, (products, industries)
        Domestic supply and use.
    final : ndarray, (products, k)
        Domestic final demand.
    value_added : ndarray, (r, industries)
        By component.
    products, industries, categories, components : Index
        Labels.
    labelled : bool
        Whether the user gave labels.
    imported_use, imported_final : ndarray or None
        The import block.
    """

    supply: Array
    use: Array
    final: Array
    value_added: Array
    products: pd.Index
    industries: pd.Index
    categories: pd.Index
    components: pd.Index
    labelled: bool
    imported_use: Array | None = None
    imported_final: Array | None = None

    def like_supply(self, matrix: Any, name: str) -> Array:
        """Return a matrix in the order of products and industries."""
        return _ordered(grid(matrix, name), self.products, self.industries, name, self.labelled)

    def with_imports(self, imports: tuple[Any, ...]) -> "Blocks":
        """Add an import block given as (use, final demand)."""
        if len(imports) != 2:
            raise DataError(f"imports: {len(imports)} parts; expected (use, final demand)")
        final = _ordered(
            grid(_column(imports[1]), "imported final demand"),
            self.products,
            self.categories,
            "imported final demand",
            self.labelled,
        )
        use = self.like_supply(imports[0], "imported use")
        return replace(self, imported_use=use, imported_final=final)

    def apart(self, found: SplitFlows) -> "Blocks":
        """Take the imported part out of the flows."""
        return replace(
            self,
            use=self.use - found.use,
            final=self.final - found.final,
            imported_use=found.use,
            imported_final=found.final,
        )


def frame(values: Array, rows: pd.Index, columns: pd.Index) -> pd.DataFrame:
    """Return a labelled frame."""
    return pd.DataFrame(values, index=rows, columns=columns)


def read_blocks(supply: Any, use: Any, final_demand: Any, value_added: Any) -> Blocks:
    """Read the four blocks, align them by label (by place where none are), refuse the rest."""
    made = grid(supply, "supply")
    if (made.values < 0).any():
        i, j = (int(k) for k in np.argwhere(made.values < 0)[0])
        raise DataError(
            f"supply: {made.row(i)}, {made.column(j)} is {made.values[i, j]:.6g}; expected at "
            "least 0: net the other flow against use"
        )
    products, industries = made.rows, made.columns
    final = grid(_column(final_demand), "final_demand")
    value = grid(_row(value_added), "value_added")
    return Blocks(
        supply=made.values,
        use=_ordered(grid(use, "use"), products, industries, "use", made.labelled),
        final=_ordered(final, products, None, "final_demand", made.labelled),
        value_added=_ordered(value, None, industries, "value_added", made.labelled),
        products=products,
        industries=industries,
        categories=final.columns,
        components=value.rows,
        labelled=made.labelled,
    )


def _ordered(
    given: Grid, rows: pd.Index | None, columns: pd.Index | None, name: str, labelled: bool
) -> Array:
    values = given.values
    for axis, labels, own in ((0, rows, given.rows), (1, columns, given.columns)):
        if labels is None:
            continue
        if values.shape[axis] != len(labels):
            side = "columns" if axis else "rows"
            raise DataError(f"{name}: {values.shape[axis]} {side}; expected {len(labels)}")
        if labelled and given.labelled:
            places = own.get_indexer(labels)
            if (places < 0).any():
                missing = labels[int(np.flatnonzero(places < 0)[0])]
                side = "column" if axis else "row"
                raise DataError(
                    f"{name}: no {side} {shown(missing)}; labels must be those of supply"
                )
            values = values.take(places, axis=axis)
    return values


def _column(data: Any) -> Any:
    if isinstance(data, pd.Series):
        return data.to_frame(data.name if data.name is not None else "final demand")
    return data if _dimensions(data) != 1 else np.asarray(data)[:, None]


def _row(data: Any) -> Any:
    if isinstance(data, pd.Series):
        return data.to_frame("value added").T
    return data if _dimensions(data) != 1 else np.asarray(data)[None, :]


def _dimensions(data: Any) -> int:
    return 2 if isinstance(data, pd.DataFrame) else numbers(data, "supply and use tables").ndim

"""Supply and use tables, and the way from them to symmetric tables (UN Handbook 2018, ch. 12)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import choice
from quesnay.fitting.errors import BalanceError, DataError, shown
from quesnay.fitting.tables.supply_use import Transform, hybrid_transform, transform
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.imported import SplitFlows, split_flows
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.input_output.validation import (
    Grid,
    check_tolerance,
    read_along,
    read_cells,
    read_grid,
)

__all__ = ["SupplyUseTable", "SymmetricTable"]

Array = npt.NDArray[np.float64]

_EXACT = 1e-6  # the imbalance that a table accepts without being asked
_MODELS = {
    "A": "product technology, product by product",
    "B": "industry technology, product by product",
    "C": "fixed industry sales structure, industry by industry",
    "D": "fixed product sales structure, industry by industry",
    "E": "hybrid technology, product by product",
}
_KNOWN = ("A", "B", "C", "D", "E")


@dataclass(frozen=True, slots=True, eq=False)
class SupplyUse:
    """Supply, use, final demand and value added on common labels, imports apart where split.

    Supply and use are (products, industries), final demand (products, k), value added
    (r, industries); `labelled`: whether the user gave labels.
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
        return _ordered(
            read_grid(matrix, name), self.products, self.industries, name, self.labelled
        )

    def with_imports(self, imports: tuple[Any, ...]) -> "SupplyUse":
        """Add an import block given as (use, final demand)."""
        if len(imports) != 2:
            raise DataError(f"imports: {len(imports)} parts; expected (use, final demand)")
        final = _ordered(
            read_grid(_column(imports[1]), "imported final demand"),
            self.products,
            self.categories,
            "imported final demand",
            self.labelled,
        )
        use = self.like_supply(imports[0], "imported use")
        return replace(self, imported_use=use, imported_final=final)

    def apart(self, found: SplitFlows) -> "SupplyUse":
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


def read_supply_use(supply: Any, use: Any, final_demand: Any, value_added: Any) -> SupplyUse:
    """Read the four blocks, align them by label (by place where none are), refuse the rest."""
    made = read_grid(supply, "supply")
    if (made.values < 0).any():
        i, j = (int(k) for k in np.argwhere(made.values < 0)[0])
        raise DataError(
            f"supply: {made.row(i)}, {made.column(j)} is {made.values[i, j]:.6g}; expected at "
            "least 0: net the other flow against use"
        )
    products, industries = made.rows, made.columns
    final = read_grid(_column(final_demand), "final_demand")
    value = read_grid(_row(value_added), "value_added")
    return SupplyUse(
        supply=made.values,
        use=_ordered(read_grid(use, "use"), products, industries, "use", made.labelled),
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
    return read_cells(data, "supply and use tables").values.ndim


@dataclass(frozen=True, slots=True, eq=False)
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
        """Largest gap of a column's sum from output, its row's sum; inherited from the source."""
        rows = self.Z.sum(axis=1).to_numpy() + self.final_demand.sum(axis=1).to_numpy()
        columns = self.Z.sum(axis=0).to_numpy() + self.value_added.sum(axis=0).to_numpy()
        if self.imports is not None:
            columns = columns + self.imports[0].sum(axis=0).to_numpy()
        scale = np.abs(rows)  # output, as the table measures its gaps
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


class SupplyUseTable(Tabular):
    """What industries make and use by product, balanced, of one economy and year.

    Parameters
    ----------
    supply : DataFrame or array, (products, industries)
        Domestic output by product and industry (the make table transposed), basic prices.
    use : DataFrame or array, (products, industries)
        Intermediate use; domestic where `imports` is a pair or None, imports included where it is
        a vector.
    final_demand : DataFrame or array, (products, k)
        Final use, treated as `use`.
    value_added : DataFrame or array, (r, industries)
        Value added and taxes less subsidies by component.
    imports : None, (use, final demand), or Series or array (products,)
        None: no imports, or they are a row of `value_added`. A pair: imported use and final
        demand. A vector: imports by product, split over their buyers in proportion.
    exports : sequence of str
        Columns of `final_demand` that buy no imports (for the proportional split).
    tolerance : float
        Largest relative imbalance of a product or industry that is taken as rounding of a printed
        table.
    unit, name : str, optional
        Shown with results.

    Raises
    ------
    DataError
        If shapes or labels differ, or a cell is not finite.
    BalanceError
        If a product's supply is not its use, or an industry's output not its inputs.

    Examples
    --------
    >>> sut = SupplyUseTable([[8, 2], [0, 10]], [[2, 3], [1, 4]], [5, 5], [5, 5])
    >>> sut.symmetric("B").Z.round(2)
          0     1
    0  2.50  2.50
    1  1.67  3.33
    """

    __slots__ = ("_blocks", "name", "notes", "unit")

    def __init__(
        self,
        supply: Any,
        use: Any,
        final_demand: Any,
        value_added: Any,
        *,
        imports: Any = None,
        exports: Sequence[Any] = (),
        tolerance: float = 1e-3,
        unit: str | None = None,
        name: str | None = None,
    ) -> None:
        blocks = read_supply_use(supply, use, final_demand, value_added)
        self.notes: tuple[str, ...] = ()
        if isinstance(imports, tuple):
            blocks = blocks.with_imports(imports)
        elif imports is not None:
            blocks, self.notes = _proportional(blocks, imports, exports)
        _check_balance(blocks, tolerance)
        self._blocks, self.unit, self.name = blocks, unit, name

    @property
    def products(self) -> pd.Index:
        """Product labels."""
        return self._blocks.products

    @property
    def industries(self) -> pd.Index:
        """Industry labels."""
        return self._blocks.industries

    @property
    def product_output(self) -> "pd.Series[float]":
        """Domestic output by product."""
        return pd.Series(self._blocks.supply.sum(axis=1), index=self.products, name="output")

    @property
    def industry_output(self) -> "pd.Series[float]":
        """Output by industry."""
        return pd.Series(self._blocks.supply.sum(axis=0), index=self.industries, name="output")

    def tables(self) -> tuple[Table, ...]:
        """Return the supply and the domestic use table."""
        b = self._blocks
        unit = f", {self.unit}" if self.unit else ""
        supply = frame(b.supply, b.products, b.industries)
        use = frame(b.use, b.products, b.industries)
        return Table(f"Supply{unit}", supply, self.notes), Table(f"Domestic use{unit}", use)

    def symmetric(self, model: str, *, product_technology: Any = None) -> SymmetricTable:
        """Derive a symmetric table by one of the models of the handbooks.

        A: each product has its own technology; B: each industry has one; C: each industry sells
        all it makes alike; D: each product is sold alike by whoever makes it; E: A for some
        outputs, B for the rest. A, C and E need as many products as industries and can make
        negative cells, which are kept and listed (UN Handbook 2018, ch. 12).

        Parameters
        ----------
        model : {"A", "B", "C", "D", "E"}
            Product by product (A, B, E) or industry by industry (C, D).
        product_technology : DataFrame or array of 0 and 1, (products, industries)
            For E only: where an industry makes a product with the product's own inputs.

        Returns
        -------
        SymmetricTable
            ``.Z``, ``.final_demand``, ``.value_added``, ``.imports``, ``.negatives``, ``.table``.

        Raises
        ------
        DataError
            If the model is unknown, the supply table not square or singular where it must be.
        BalanceError
            If a product that nobody makes at home would have to be given to an industry.
        """
        change = _transformation(self._blocks, model, product_technology)
        b = self._blocks
        labels = b.industries if model in {"C", "D"} else b.products
        if model in {"C", "D"}:
            _check_makers(b, model)
        square = change.columns(change.rows(b.use))
        Z = frame(square, labels, labels)
        negatives = negative_cells(Z, b.use)
        notes = list(self.notes)
        if len(negatives):
            notes.append(f"Model {model} makes {len(negatives)} cells negative; they are kept.")
        return SymmetricTable(
            Z=Z,
            final_demand=frame(change.rows(b.final), labels, b.categories),
            value_added=frame(change.columns(b.value_added), b.components, labels),
            imports=_imports(b, change, labels),
            transformation=_named(change, b),
            model=model,
            negatives=negatives,
            unit=self.unit,
            name=self.name,
            notes=tuple(notes),
        )


def _transformation(b: SupplyUse, model: str, product_technology: Any) -> Transform:
    choice(model, _KNOWN, "model")
    if (model == "E") != (product_technology is not None):
        raise DataError(
            "product_technology: needed for model 'E' (1 where product technology holds, else 0) "
            "and for no other"
        )
    if model != "E":
        return transform(b.supply, model)
    marks = b.like_supply(product_technology, "product_technology")
    if not np.isin(marks, (0.0, 1.0)).all():
        raise DataError("product_technology: expected only 0 and 1")
    if len(b.products) != len(b.industries):
        raise DataError(
            f"model E: {len(b.products)} products but {len(b.industries)} industries; it needs as "
            "many of both: aggregate, or use model B or D"
        )
    return hybrid_transform(b.supply, marks)


def _imports(
    b: SupplyUse, change: Transform, labels: pd.Index
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    if b.imported_use is None or b.imported_final is None:
        return None
    use = frame(change.columns(change.rows(b.imported_use)), labels, labels)
    return use, frame(change.rows(b.imported_final), labels, b.categories)


def _named(change: Transform, b: SupplyUse) -> pd.DataFrame:
    matrix = change.left if change.left is not None else change.right
    return frame(np.asarray(matrix), b.industries, b.products)


def _proportional(
    b: SupplyUse, imports: Any, exports: Sequence[Any]
) -> tuple[SupplyUse, tuple[str, ...]]:
    vector = read_along(imports, b.products, "imports", labelled=b.labelled)
    found: SplitFlows = split_flows(
        b.use, b.final, vector, (b.products, b.categories), exports=exports
    )
    return b.apart(found), (found.note,)


def _check_balance(b: SupplyUse, tolerance: float) -> None:
    check_tolerance(tolerance)
    made = b.supply.sum(axis=1)
    used = b.use.sum(axis=1) + b.final.sum(axis=1)
    output = b.supply.sum(axis=0)
    inputs = b.use.sum(axis=0) + b.value_added.sum(axis=0)
    if b.imported_use is not None:
        inputs = inputs + b.imported_use.sum(axis=0)
    for have, need, labels, words in (
        (made, used, b.products, ("product", "supply", "use")),
        (output, inputs, b.industries, ("industry", "output", "inputs and value added")),
    ):
        scale = np.maximum(np.abs(have), np.abs(need))
        bad = np.flatnonzero(np.abs(have - need) > tolerance * scale)
        if len(bad):
            k = int(bad[np.argmax(np.abs(have - need)[bad])])
            raise BalanceError(
                f"{words[0]} {shown(labels[k])}: {words[1]} {have[k]:.8g} is not {words[2]} "
                f"{need[k]:.8g}; correct the table or raise tolerance={tolerance:g}"
            )


def _check_makers(b: SupplyUse, model: str) -> None:
    idle = b.supply.sum(axis=1) == 0
    bought = np.zeros(len(idle))
    for block in (b.use, b.final, b.imported_use, b.imported_final):
        if block is not None:
            bought += np.abs(block).sum(axis=1)
    lost = np.flatnonzero(idle & (bought > 0))
    if len(lost):
        name = b.products[int(lost[0])]
        raise BalanceError(
            f"model {model}: product {shown(name)} is used but nobody makes it at home, so no "
            "industry can take it over; join it with another product, or use model A or B"
        )

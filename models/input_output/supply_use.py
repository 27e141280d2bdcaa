"""Supply and use tables, and the way from them to symmetric tables (UN Handbook 2018, ch. 12)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_tuple, choice
from quesnay.fitting.errors import BalanceError, DataError, shown
from quesnay.fitting.tables.supply_use import Transform, hybrid_transform, transform
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.balancing import BalancedTable, ending, gras
from quesnay.models.input_output.imports import split_flows
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.input_output.validation import (
    Grid,
    check_tolerance,
    one_number,
    read_along,
    read_cells,
    read_grid,
)

_EXACT = 1e-6  # the imbalance that a table accepts without being asked
_MODELS = {
    "A": "product technology, product by product",
    "B": "industry technology, product by product",
    "C": "fixed industry sales structure, industry by industry",
    "D": "fixed product sales structure, industry by industry",
    "E": "hybrid technology, product by product",
}


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

    def apart(self, imports: Any, exports: Sequence[Any]) -> tuple["SupplyUse", str]:
        """Take imports by product out of the flows in proportion, and say so."""
        vector = read_along(imports, self.products, "imports", labelled=self.labelled)
        labels = (self.products, self.categories)
        found = split_flows(self.use, self.final, vector, labels, exports=exports)
        domestic = replace(
            self,
            use=self.use - found.use,
            final=self.final - found.final,
            imported_use=found.use,
            imported_final=found.final,
        )
        return domestic, found.note


def read_supply_use(supply: Any, use: Any, final_demand: Any, value_added: Any) -> SupplyUse:
    """Read the four blocks, align them by label (by place where none are), refuse the rest."""
    made = read_grid(supply, "supply")
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
    for axis, (labels, side) in enumerate(((rows, "rows"), (columns, "columns"))):
        have = given.values.shape[axis]
        if labels is not None and have != len(labels):
            raise DataError(f"{name}: {have} {side}; expected {len(labels)}")
    if not (labelled and given.labelled):
        return given.values
    return given.arranged(rows, columns, name, "those of supply")


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
        Domestic output by product and industry (the make table transposed), basic prices. Negative
        cells, as offices print for second-hand goods and adjustments, are kept and noted.
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
    tolerance : float, default 1e-3
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
        self.notes: tuple[str, ...] = _negative_supply(blocks)
        if isinstance(imports, tuple):
            blocks = blocks.with_imports(imports)
        elif imports is not None:
            blocks, split = blocks.apart(imports, exports)
            self.notes = (*self.notes, split)
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
        supply = pd.DataFrame(b.supply, b.products, b.industries)
        use = pd.DataFrame(b.use, b.products, b.industries)
        return Table(f"Supply{unit}", supply, self.notes), Table(f"Domestic use{unit}", use)

    def symmetric(self, model: str, *, product_technology: Any = None) -> SymmetricTable:
        """Derive a symmetric table by one of the models of the handbooks.

        A: each product has its own technology; B: each industry has one; C: each industry sells
        all it makes alike; D: each product is sold alike by whoever makes it; E: A for some
        outputs, B for the rest. A, C and E need as many products as industries and can make
        negative cells, which are kept and listed (UN Handbook 2018, ch. 12). So can B and D where
        supply has negative cells, which they take for negative shares. What shares are taken of
        must be positive: the output of each industry for B and E, of each product for D and E; A
        and C solve with the supply table as it is and take any signs.

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
            If a product that nobody makes at home would have to be given to an industry, or the
            negative cells of supply leave a total that has no shares.
        """
        b = self._blocks
        _check_totals(b, model)
        change = _transformation(b, model, product_technology)
        labels = b.industries if model in {"C", "D"} else b.products
        if model in {"C", "D"}:
            _check_makers(b, model)
        moved = change.right if change.left is None else change.left
        Z = pd.DataFrame(change.columns(change.rows(b.use)), labels, labels)
        negatives = negative_cells(Z, b.use)
        notes = list(self.notes)
        if len(negatives):
            notes.append(f"Model {model} makes {len(negatives)} cells negative; they are kept.")
        return SymmetricTable(
            Z=Z,
            final_demand=pd.DataFrame(change.rows(b.final), labels, b.categories),
            value_added=pd.DataFrame(change.columns(b.value_added), b.components, labels),
            imports=_imports(b, change, labels),
            transformation=pd.DataFrame(moved, b.industries, b.products),
            model=model,
            negatives=negatives,
            unit=self.unit,
            name=self.name,
            notes=tuple(notes),
        )


def _transformation(b: SupplyUse, model: str, product_technology: Any) -> Transform:
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
    use = pd.DataFrame(change.columns(change.rows(b.imported_use)), labels, labels)
    return use, pd.DataFrame(change.rows(b.imported_final), labels, b.categories)


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


def _negative_supply(b: SupplyUse) -> tuple[str, ...]:
    places = np.argwhere(b.supply < 0)
    if not len(places):
        return ()
    i, j = places[int(np.argmin(b.supply[tuple(places.T)]))]
    return (
        f"Supply has {len(places)} negative cells, kept as printed; the largest: product "
        f"{shown(b.products[i])} of industry {shown(b.industries[j])}, {b.supply[i, j]:.6g}.",
    )


def _check_totals(b: SupplyUse, model: str) -> None:
    """Refuse shares of a total that negative cells bring to nothing or below.

    A share of nothing does not exist, and shares of a negative total turn the sign of every sale.
    """
    choice(model, _MODELS, "model")
    for axis, labels, what, models in (
        (1, b.products, "product", "DE"),
        (0, b.industries, "industry", "BE"),
    ):
        total = b.supply.sum(axis=axis)
        size = np.abs(b.supply).sum(axis=axis)
        bad = np.flatnonzero((total <= 1e-12 * size) & (size > 0))
        if len(bad) and model in models:
            name = shown(labels[int(bad[0])])
            raise BalanceError(
                f"model {model}: the negative cells of supply leave {what} {name} with an output "
                f"of {total[bad[0]]:.6g}, of which there are no shares; join it with another "
                f"{what}, or move the negative cells to use with the opposite sign"
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


@dataclass(frozen=True, slots=True, eq=False)
class BalancedSupplyUse(Tabular):
    """Supply and use tables brought to new totals, each product's supply equal to its use.

    Parameters
    ----------
    supply, use : DataFrame, (products, industries)
        Balanced.
    final_demand : DataFrame, (products, k)
        Balanced.
    value_added : DataFrame, (r, industries)
        Balanced.
    imports : Series, (products,), or None
        Imports by product.
    exports : tuple
        Columns of final demand that buy no imports.
    iterations : int
        Rounds of the scaling.
    converged : bool
        Whether the residual is within the tolerance.
    residual : float
        Largest relative distance of a sum from its total.
    notes : tuple of str
        Rounding spread, cells forced to zero, no convergence.
    """

    supply: pd.DataFrame
    use: pd.DataFrame
    final_demand: pd.DataFrame
    value_added: pd.DataFrame
    imports: "pd.Series[float] | None"
    exports: tuple[Any, ...]
    iterations: int
    converged: bool
    residual: float
    notes: tuple[str, ...]

    @property
    def table(self) -> SupplyUseTable:
        """The supply and use tables, ready for the models of symmetric tables."""
        return SupplyUseTable(
            self.supply,
            self.use,
            self.final_demand,
            self.value_added,
            imports=self.imports,
            exports=self.exports,
            tolerance=max(1e-6, 10.0 * self.residual),
        )

    def tables(self) -> tuple[Table, ...]:
        """Return the account of the balancing, and output by product."""
        frame = pd.DataFrame({"supply": self.supply.sum(axis=1)})
        if self.imports is not None:
            frame["imports"] = self.imports
        used = self.use.sum(axis=1) + self.final_demand.sum(axis=1)
        return (
            Table("Balancing of supply and use", pd.DataFrame({"value": ending(self)}), self.notes),
            Table("Products", frame.assign(used=used)),
        )


def balance_supply_use(
    supply: Any,
    use: Any,
    final_demand: Any,
    value_added: Any,
    *,
    industry_output: Any,
    final_demand_totals: Any = None,
    value_added_totals: Any = None,
    imports: Any = None,
    import_total: float | None = None,
    exports: Sequence[Any] = (),
    tolerance: float = 1e-9,
    max_iterations: int = 10_000,
) -> BalancedSupplyUse:
    """Bring supply and use tables to new totals together, without knowing output by product.

    GRAS on ``[[use, final demand, -supply, -imports], [value added, 0, 0, 0]]``, whose product rows
    add up to zero: supply equals use, whatever it is (the SUT-RAS of Temurshoev and Timmer 2011).

    Parameters
    ----------
    supply, use : DataFrame or array, (products, industries)
        Old tables or first guesses; use includes imports where these are given.
    final_demand : DataFrame or array, (products, k)
        Final use.
    value_added : DataFrame or array, (r, industries)
        By component.
    industry_output : Series, array (industries,) or mapping
        New output of each industry.
    final_demand_totals : Series, array (k,) or mapping, optional
        New totals of the categories; by default those of `final_demand`.
    value_added_totals : Series, array (r,) or mapping, optional
        New totals of the components; by default those of `value_added`.
    imports : Series or array, (products,), optional
        Imports by product, a first guess.
    import_total : float, optional
        Their new total; by default that of `imports`.
    exports : sequence of labels
        Columns of final demand that buy no imports, for ``.table``.
    tolerance, max_iterations
        As in :func:`gras`.

    Returns
    -------
    BalancedSupplyUse
        ``.supply``, ``.use``, ``.final_demand``, ``.value_added``, ``.imports``, ``.table``.

    Raises
    ------
    BalanceError
        If value added is not final demand less imports, or zeros and signs cannot meet the totals.
    DataError
        If shapes or labels differ, or a cell is not finite.

    Examples
    --------
    >>> found = balance_supply_use([[8, 2], [0, 10]], [[2, 3], [1, 4]], [5, 5], [5, 5],
    ...     industry_output=[9, 12], final_demand_totals=[11], value_added_totals=[11])
    >>> found.supply.round(3).to_numpy().tolist()
    [[9.0, 1.893], [0.0, 10.107]]
    >>> [round(float(v), 6) for v in found.table.industry_output]
    [9.0, 12.0]
    """
    b = read_supply_use(supply, use, final_demand, value_added)
    x = read_along(industry_output, b.industries, "industry_output", labelled=b.labelled)
    f, w = (
        sums if given is None else read_along(given, labels, what, labelled=b.labelled)
        for given, sums, labels, what in (
            (final_demand_totals, b.final.sum(axis=0), b.categories, "final_demand_totals"),
            (value_added_totals, b.value_added.sum(axis=1), b.components, "value_added_totals"),
        )
    )
    m = np.zeros(0)
    if imports is not None:
        m = read_along(imports, b.products, "imports", labelled=b.labelled)
    total = float(m.sum()) if import_total is None else one_number(import_total, "import_total")
    _check_income(float(w.sum()), float(f.sum()), total)
    seed, rows, columns = _stacked(b, m, (x, f, w, total))
    found = gras(seed, rows, columns, tolerance=tolerance, max_iterations=max_iterations)
    return _unstacked(found, b, has_imports=len(m) > 0, exports=as_tuple(exports, "exports"))


def _check_income(value_added: float, final: float, imports: float) -> None:
    gap = final - imports - value_added
    if abs(gap) > 1e-6 * max(abs(final), abs(value_added), 1e-300):
        raise BalanceError(
            f"final demand of {final:.8g} less imports of {imports:.8g} is not value added of "
            f"{value_added:.8g}: they differ by {gap:.4g}; make the totals agree"
        )


def _stacked(
    b: SupplyUse, imports: Array, totals: tuple[Array, Array, Array, float]
) -> tuple[pd.DataFrame, "pd.Series[float]", "pd.Series[float]"]:
    """Return the matrix to be scaled with the totals of its rows and columns."""
    x, f, w, bought = totals
    blocks = [b.use, b.final, -b.supply]
    columns = [
        *(("inputs of", name) for name in b.industries),
        *(("final demand", name) for name in b.categories),
        *(("supply of", name) for name in b.industries),
    ]
    sums = [x, f, -x]
    if len(imports):
        blocks.append(-imports[:, None])
        columns.append(("imports", "all"))
        sums.append(np.array([-bought]))
    upper = np.hstack(blocks)
    lower = np.zeros((len(b.value_added), upper.shape[1]))
    lower[:, : len(x)] = b.value_added
    rows = [("product", name) for name in b.products] + [("value added", n) for n in b.components]
    seed = pd.DataFrame(
        np.vstack([upper, lower]),
        index=pd.Index(rows, tupleize_cols=False),
        columns=pd.Index(columns, tupleize_cols=False),
    )
    row_totals = pd.Series(np.concatenate([np.zeros(len(b.products)), w]), seed.index)
    return seed, row_totals, pd.Series(np.concatenate(sums), seed.columns)


def _unstacked(
    found: BalancedTable, b: SupplyUse, *, has_imports: bool, exports: tuple[Any, ...]
) -> BalancedSupplyUse:
    values = np.asarray(found.table)
    p, n, k = len(b.products), len(b.industries), len(b.categories)
    imports = pd.Series(-values[:p, -1], b.products, name="imports") if has_imports else None
    return BalancedSupplyUse(
        supply=pd.DataFrame(-values[:p, n + k : 2 * n + k], b.products, b.industries),
        use=pd.DataFrame(values[:p, :n], b.products, b.industries),
        final_demand=pd.DataFrame(values[:p, n : n + k], b.products, b.categories),
        value_added=pd.DataFrame(values[p:, :n], b.components, b.industries),
        imports=imports,
        exports=exports,
        iterations=found.iterations,
        converged=found.converged,
        residual=found.residual,
        notes=found.notes,
    )

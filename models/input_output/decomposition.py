"""Structural decomposition: how technology, demand and coefficients changed output."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_tuple, choice
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.tables.decomposition import Economy, Effects, decompose, log_mean
from quesnay.fitting.tables.leontief import coefficients
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.engine import Engine, engine_of

if TYPE_CHECKING:
    from quesnay.models.input_output.table import InputOutputTable

_METHODS = {
    "average": "mean of the two polar decompositions (Dietzenbacher and Los 1998)",
    "all": "mean over all orders of change (Dietzenbacher and Los 1998; Shapley)",
    "lmdi": "logarithmic mean Divisia index, LMDI-I (Ang 2015)",
}
_GROUPS = {
    "v": frozenset({"v"}),
    "A": frozenset({"A"}),
    "f": frozenset({"structure", "mix", "level"}),
    "structure": frozenset({"structure"}),
    "mix": frozenset({"mix"}),
    "level": frozenset({"level"}),
}
_EXACT = 1e-9  # a table that balances gives its own output back to this
_CHOICES = (("f",), ("structure", "level"), ("structure", "mix", "level"))


@dataclass(frozen=True, slots=True, eq=False)
class StructuralDecomposition(Tabular):
    """The change of output (or value added, jobs ...) by sector, split into exact effects.

    Parameters
    ----------
    effects : DataFrame, (sectors, factors)
        Effect of each factor, in the tables' unit; rows add up to `change`.
    low, high : DataFrame, (sectors, factors)
        Smallest and largest effect over the orders considered.
    total_range : DataFrame, (factors, 2)
        ``low`` and ``high`` of each effect summed over sectors.
    start, end : Series, (sectors,)
        The account in both periods.
    method : str
        How orders of change are weighed.
    account : hashable
        What is explained.
    unit : str
        Unit of the effects.
    notes : tuple of str
        Terms without a logarithm, residual of unbalanced tables.
    """

    effects: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    total_range: pd.DataFrame
    start: "pd.Series[float]"
    end: "pd.Series[float]"
    method: str
    account: Hashable
    unit: str
    notes: tuple[str, ...]

    @property
    def change(self) -> "pd.Series[float]":
        """Change by sector, end less start."""
        return self.end - self.start

    @property
    def total(self) -> "pd.Series[float]":
        """Effect of each factor summed over sectors."""
        return self.effects.sum()

    @property
    def residual(self) -> float:
        """Largest distance of the summed effects from the change, relative to the largest level."""
        gap = np.abs(self.effects.sum(axis=1) - self.change).max()
        return float(gap / max(np.abs(self.start).max(), np.abs(self.end).max()))

    @property
    def ratios(self) -> pd.DataFrame:
        """Multiplicative effects by sector: their product is end over start.

        ``D_k = exp(effect_k / L(end, start))``, L the logarithmic mean: for method "lmdi" the
        multiplicative LMDI-I (Ang 2015, eq. 7). Empty where a sector is zero or changes sign.
        """
        start, end = np.asarray(self.start, np.float64), np.asarray(self.end, np.float64)
        keeps = start * end > 0
        weight = np.full((len(start), 1), np.nan)
        weight[keeps, 0] = log_mean(end[keeps], start[keeps])
        ratios = np.exp(self.effects.to_numpy() / weight)
        return pd.DataFrame(ratios, index=self.effects.index, columns=self.effects.columns)

    def tables(self) -> tuple[Table, ...]:
        """Return the effects over all sectors and the sectors that changed most."""
        change = self.change.sum()
        share = self.total / change if change else np.nan
        whole = pd.DataFrame({"effect": self.total, "share": share})
        if self.method != "lmdi":  # LMDI knows no order, so its effects have no range
            whole = whole.join(self.total_range)
        what = str(self.account).replace("_", " ")
        title = f"Change of {what} by factor{f', {self.unit}' if self.unit else ''}"
        order = np.argsort(-np.abs(self.change.to_numpy()), kind="stable")[:10]
        largest = self.effects.iloc[order].assign(change=self.change.iloc[order])
        notes = (f"Method: {_METHODS[self.method]}.", *self.notes)
        return (
            Table(title, whole, notes, {"share": ".1%"}),
            Table("The sectors that changed most", largest),
        )

    def plot(self, **options: object) -> object:
        """Draw the effects as a waterfall from start to end; see the plot's own options."""
        from quesnay.diagnostics.plots.input_output import plot_decomposition

        draw: Any = plot_decomposition
        return draw(self, **options)


def structural_decomposition(
    start: "InputOutputTable",
    end: "InputOutputTable",
    *,
    method: str = "average",
    factors: Sequence[str] = ("A", "f"),
    account: Hashable = None,
    treatment: str = "inside",
) -> StructuralDecomposition:
    """Split the change of output between two tables into technology and demand effects, exactly.

    Output is ``x = (I - A)^-1 f``; with value-added coefficients v and final demand by category
    ``F = B diag(m) y`` the account is ``diag(v) (I - A)^-1 B m y``.

    Parameters
    ----------
    start, end : InputOutputTable
        Two tables of the same sectors in the same prices and unit.
    method : {"average", "all", "lmdi"}
        Mean of the two polar decompositions; mean over all orders; logarithmic mean Divisia.
        LMDI gives a term that starts or ends at zero wholly to the factors that vanish there, and
        splits terms in which a factor changes sign by the mean over all orders (noted).
    factors : sequence of str
        "A" and the parts of demand: "f" in one, or "structure" (over sectors) and "level", or
        "structure", "mix" (of categories) and "level"; "v" adds the account's coefficients.
    account : hashable, optional
        With "v": "value_added" (the default), a component of it, or another account as in
        :meth:`InputOutputTable.multipliers`.
    treatment : {"inside", "as_given"}
        Where one table has imports apart and the other inside its flows, a change of bookkeeping
        would pass for one of technology. "inside": imports apart by product are put into the flows
        and subtracted in a column of final demand, exactly, and this is noted. "as_given": the
        tables are compared as they are, with a note. (:func:`split_imports` is the other way, by
        assumption.)

    Returns
    -------
    StructuralDecomposition
        ``.effects`` by sector and factor, ``.change``, ``.total``, ``.ratios``; adds up to 1e-12.

    Raises
    ------
    DataError
        If sectors, units or (with "mix") categories differ, a factor or method is unknown, a
        category sums to zero, or imports are treated in two ways and cannot be brought to one.

    Examples
    --------
    >>> import quesnay as qn
    >>> old = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> new = qn.InputOutputTable([[200, 500], [200, 200]], [500, 1800], [800, 1500])
    >>> qn.structural_decomposition(old, new).effects.round(3)
            A        f
    0 -21.087  221.087
    1  48.829  151.171
    """
    chosen = _check_factors(factors)
    choice(method, _METHODS, "method")
    if account is not None and "v" not in chosen:
        raise DataError(f"account: {shown(account)} needs the factor 'v' among the factors")
    choice(treatment, ("inside", "as_given"), "treatment")
    _check_comparable((engine_of(start, "start"), engine_of(end, "end")), (start.unit, end.unit))
    start, end, said = _of_one_kind(start, end, treatment, "mix" in chosen)
    pair = engine_of(start, "start"), engine_of(end, "end")
    what: Hashable = ("value_added" if account is None else account) if "v" in chosen else "output"
    names = pair[0].blocks.demand_names
    states = [_economy(engine, chosen, what, (start.sectors, names)) for engine in pair]
    found = decompose(states[0], states[1], tuple(_GROUPS[name] for name in chosen), method)
    gap = max(
        _unexplained(found.start, pair[0], what, start.sectors),
        _unexplained(found.end, pair[1], what, start.sectors),
    )
    notes = (*said, *_notes(found, gap))
    return _labelled(found, start, (chosen, method, what), notes)


def _check_comparable(pair: tuple[Engine, Engine], units: tuple[str | None, str | None]) -> None:
    """Refuse two tables that cannot be compared sector by sector, or in unit."""
    first, last = pair[0].blocks.sectors, pair[1].blocks.sectors
    for odd, where in (
        (first.difference(last, sort=False), "start"),
        (last.difference(first, sort=False), "end"),
    ):
        if len(odd):
            raise DataError(
                f"sectors differ: {shown(odd[0])} is only in the {where} table; aggregate both to "
                "the same sectors"
            )
    if all(units) and units[0] != units[1]:
        raise DataError(f"units differ: {shown(units[0])} and {shown(units[1])}; convert one table")


def _economy(
    engine: Engine, factors: tuple[str, ...], account: Hashable, order: tuple[pd.Index, pd.Index]
) -> Economy:
    """Return the factors of a table's output (or account), in the order of the first table."""
    b = engine.blocks
    demand, names = b.demand.sum(axis=1)[:, None], pd.Index(["final demand"])
    if "mix" in factors:
        names = order[1]
        demand = b.demand[:, _categories(b.demand_names, names)]
    sums = demand.sum(axis=0)
    total = float(sums.sum())
    for k, name in enumerate(names):
        if sums[k] == 0 and demand[:, k].any():
            raise DataError(
                f"final demand {shown(name)} sums to zero: it has no structure; join it"
            )
    if total == 0:
        raise DataError("final demand sums to zero: it has no structure and no level")
    places = b.sectors.get_indexer(order[0])
    structure = np.divide(demand, sums, out=np.zeros_like(demand), where=sums != 0)
    return Economy(
        v=engine.per_output(account)[places],
        A=coefficients(b.flows, b.output)[np.ix_(places, places)],
        structure=structure[places],
        mix=sums / total,
        level=np.array([total]),
    )


def _categories(given: pd.Index, wanted: pd.Index) -> npt.NDArray[np.intp]:
    """Return where the categories of final demand of the first table stand in another."""
    missing, extra = wanted.difference(given, sort=False), given.difference(wanted, sort=False)
    for odd, where in ((missing, "start"), (extra, "end")):
        if len(odd):
            raise DataError(
                f"categories of final demand differ: {shown(odd[0])} is only in the {where} table; "
                "give both the same, or leave 'mix' out of the factors"
            )
    return np.asarray(given.get_indexer(wanted), dtype=np.intp)


def _unexplained(solved: Array, engine: Engine, account: Hashable, sectors: pd.Index) -> float:
    """Return how far ``(I - A)^-1 f`` is from the table's own output, relative to the largest."""
    b = engine.blocks
    printed = (engine.per_output(account) * b.output)[b.sectors.get_indexer(sectors)]
    largest = float(np.abs(printed).max())
    return float(np.abs(solved - printed).max()) / largest if largest > 0 else 0.0


def _of_one_kind(
    start: "InputOutputTable", end: "InputOutputTable", treatment: str, mix: bool
) -> tuple["InputOutputTable", "InputOutputTable", tuple[str, ...]]:
    """Put imports into the flows of the one table that has them apart, and say so."""
    if (start.imports is None) == (end.imports is None):
        return start, end, ()
    which, apart, other = ("end", end, start) if start.imports is None else ("start", start, end)
    rest = "start" if which == "end" else "end"
    if treatment == "as_given":
        note = (
            f"Imports are apart in the {which} table and not in the {rest} table: part of every "
            "effect may be this change of bookkeeping."
        )
        return start, end, (note,)
    demand = other.final_demand
    columns = [
        name
        for name, column in demand.items()
        if (column.max() <= 0 or str(name).lower() == "imports") and column.sum() < 0
    ]
    why = ""
    if len(columns) != 1:
        why = f"the {rest} table has {len(columns)} columns of negative imports in final demand"
    elif not apart.imports.Z.index.isin(apart.sectors).all():  # type: ignore[union-attr]
        why = f"the imports of the {which} table are not by product"
    elif mix and apart.imports.final_demand is None:  # type: ignore[union-attr]
        why = f"the {which} table does not say what final demand imports, by category"
    if why:
        raise DataError(
            f"imports are apart in the {which} table and not in the {rest} table, and {why}: give "
            "two tables of one kind (split_imports takes imports out of flows), or pass "
            "treatment='as_given' to compare them all the same"
        )
    joined = _imports_inside(apart, columns[0])
    note = (
        f"Imports are apart in the {which} table: they were put into its flows and subtracted in "
        f"final demand {shown(columns[0])}, as in the {rest} table."
    )
    return (start, joined, (note,)) if which == "end" else (joined, end, (note,))


def _imports_inside(table: "InputOutputTable", column: Hashable) -> "InputOutputTable":
    """Return a table with its imports in the flows and a column that subtracts them."""
    block: Any = table.imports
    inputs = block.Z.reindex(table.sectors, fill_value=0.0)
    final, bought = table.final_demand, inputs.sum(axis=1)
    if block.final_demand is not None:
        used = block.final_demand.reindex(table.sectors, fill_value=0.0)
        columns = final.columns.union(used.columns, sort=False)
        final, bought = final.add(used, fill_value=0.0)[columns], bought + used.sum(axis=1)
    final = final.copy()
    final[column] = final.get(column, 0.0) - bought
    return type(table)(
        table.Z + inputs,
        final,
        table.value_added,
        taxes=table.taxes,
        accounts=table.accounts,
        **table.settings,
    )


def _notes(found: Effects, gap: float) -> tuple[str, ...]:
    said_if = (
        (
            found.flipped,
            f"{found.flipped} terms in which a factor changes sign have no logarithm: split by the "
            "mean over all orders.",
        ),
        (
            gap > _EXACT,
            f"A table does not balance: (I - A)^-1 f misses its output by up to {gap:.1e} of the "
            "largest; the decomposition explains the former.",
        ),
    )
    return tuple(text for holds, text in said_if if holds)


def _check_factors(factors: Sequence[str]) -> tuple[str, ...]:
    given = [choice(name, _GROUPS, "factors") for name in as_tuple(factors, "factors")]
    demand = {name for name in given if name not in {"v", "A"}}
    if len(set(given)) != len(given) or "A" not in given or demand not in map(set, _CHOICES):
        raise DataError(
            f"factors: {', '.join(given)}; expected 'A' (and 'v') once, with 'f', or 'structure' "
            "and 'level', or 'structure', 'mix' and 'level'"
        )
    return tuple(name for name in _GROUPS if name in given)


def _labelled(
    found: Effects,
    table: "InputOutputTable",
    chosen: tuple[tuple[str, ...], str, Hashable],
    notes: tuple[str, ...],
) -> StructuralDecomposition:
    sectors, names = table.sectors, list(chosen[0])
    return StructuralDecomposition(
        effects=pd.DataFrame(found.effects, index=sectors, columns=names),
        low=pd.DataFrame(found.low, index=sectors, columns=names),
        high=pd.DataFrame(found.high, index=sectors, columns=names),
        total_range=pd.DataFrame(
            {"low": found.total_low, "high": found.total_high}, index=pd.Index(names)
        ),
        start=pd.Series(found.start, index=sectors, name="start"),
        end=pd.Series(found.end, index=sectors, name="end"),
        method=chosen[1],
        account=chosen[2],
        unit=table.unit or "",
        notes=notes,
    )

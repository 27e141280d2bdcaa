"""Structural decomposition: how technology, demand and coefficients changed output."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import as_tuple, choice
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.routes import route
from quesnay.fitting.tables.decomposition import Effects, decompose
from quesnay.fitting.tables.lmdi import log_mean
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.economies import TableLike, economy, imbalance, same_sectors

__all__ = ["StructuralDecomposition", "structural_decomposition"]

Array = npt.NDArray[np.float64]

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


@dataclass(frozen=True, slots=True)
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
    method, account : str
        Method and what is explained.
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
    account: str
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
        start, end = self.start.to_numpy(), self.end.to_numpy()
        keeps = start * end > 0
        weight = np.where(
            keeps, log_mean(np.where(keeps, end, 1.0), np.where(keeps, start, 1.0)), 1
        )
        ratios = np.exp(self.effects.to_numpy() / weight[:, None])
        ratios[~keeps] = np.nan
        return pd.DataFrame(ratios, index=self.effects.index, columns=self.effects.columns)

    def tables(self) -> tuple[Table, ...]:
        """Return the effects over all sectors and the sectors that changed most."""
        change = self.change.sum()
        share = self.total / change if change else np.nan
        whole = pd.DataFrame({"effect": self.total, "share": share})
        if self.method != "lmdi":  # LMDI knows no order, so its effects have no range
            whole = whole.join(self.total_range)
        what = self.account.replace("_", " ")
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
        return route("input_output.plot_decomposition")(self, **options)


def structural_decomposition(
    start: TableLike,
    end: TableLike,
    *,
    method: str = "average",
    factors: Sequence[str] = ("A", "f"),
    account: str | None = None,
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
    account : str, optional
        With "v": "value_added" (the default), or a row of the tables' accounts.

    Returns
    -------
    StructuralDecomposition
        ``.effects`` by sector and factor, ``.change``, ``.total``, ``.ratios``; adds up to 1e-12.

    Raises
    ------
    DataError
        If sectors or units differ, a factor or method is unknown, or a category sums to zero.

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
    same_sectors(start, end)
    what = ("value_added" if account is None else account) if "v" in chosen else "output"
    first = economy(start, chosen, what, start.sectors)
    last = economy(end, chosen, what, start.sectors)
    found = decompose(first, last, tuple(_GROUPS[name] for name in chosen), method)
    gap = max(
        imbalance(found.start, start, what, start.sectors),
        imbalance(found.end, end, what, start.sectors),
    )
    return _labelled(found, start, (chosen, method, what), gap)


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
    found: Effects, table: TableLike, asked: tuple[tuple[str, ...], str, str], gap: float
) -> StructuralDecomposition:
    chosen, method, what = asked
    sectors, names = table.sectors, list(chosen)
    notes = []
    if found.flipped:
        notes.append(
            f"{found.flipped} terms in which a factor changes sign have no logarithm: "
            "split by the mean over all orders."
        )
    if gap > _EXACT:
        notes.append(
            f"A table does not balance: (I - A)^-1 f misses its output by up to {gap:.1e} of the "
            "largest; the decomposition explains the former."
        )
    return StructuralDecomposition(
        effects=pd.DataFrame(found.effects, index=sectors, columns=names),
        low=pd.DataFrame(found.low, index=sectors, columns=names),
        high=pd.DataFrame(found.high, index=sectors, columns=names),
        total_range=pd.DataFrame(
            {"low": found.total_low, "high": found.total_high}, index=pd.Index(names)
        ),
        start=pd.Series(found.start, index=sectors, name="start"),
        end=pd.Series(found.end, index=sectors, name="end"),
        method=method,
        account=what,
        unit=str(getattr(table, "unit", None) or ""),
        notes=tuple(notes),
    )

"""Back-test of table updating: how near a method comes to the official table of a later year."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from quesnay.datasets.tables import load_io
from quesnay.fitting.checks import as_tuple, is_whole
from quesnay.fitting.errors import DataError, QuesnayError, nearest, shown
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.balancing import balance_least_squares, gras, ras
from quesnay.models.input_output.table import InputOutputTable

Method = Callable[[pd.DataFrame, pd.Series, pd.Series], pd.DataFrame]


def weighted_error(estimate: pd.DataFrame, actual: pd.DataFrame) -> float:
    """Return the weighted absolute percentage error, ``sum |estimate - actual| / sum |actual|``."""
    same = estimate.index.equals(actual.index) and estimate.columns.equals(actual.columns)
    if not same:
        estimate = estimate.reindex(index=actual.index, columns=actual.columns)
        if estimate.isna().to_numpy().any():
            raise DataError("estimate and actual table have different labels")
    size = float(actual.abs().to_numpy().sum())
    if not size > 0.0:
        raise DataError("the actual table is empty or all zero: no percentage error")
    return float((estimate - actual).abs().to_numpy().sum()) / size


def _ras(seed: pd.DataFrame, rows: pd.Series, columns: pd.Series) -> pd.DataFrame:
    """RAS with negative cells kept as they were, the usual practice."""
    fixed = seed.clip(upper=0.0)
    moved = ras(seed - fixed, rows - fixed.sum(axis=1), columns - fixed.sum()).table
    out: pd.DataFrame = moved + fixed
    return out


# No change of technology or tastes, in the second: old column shares on the new column totals.
METHODS: Mapping[str, Method] = {
    "same cells": lambda seed, rows, columns: seed,
    "same coefficients": lambda seed, rows, columns: seed * (columns / seed.sum()),
    "RAS": _ras,
    "GRAS": lambda seed, rows, columns: gras(seed, rows, columns).table,
    "least squares": lambda seed, rows, columns: balance_least_squares(seed, rows, columns).table,
}


@dataclass(frozen=True, slots=True, repr=False)
class UpdateBacktest(Tabular):
    """Errors of updated tables against the official ones.

    Parameters
    ----------
    errors : DataFrame
        Index (update, method), such as ("2017 to 2018", "RAS"); columns blocks; weighted absolute
        percentage errors as fractions.
    failures : dict of str to str
        "update, method" -> why it gave no table.
    """

    errors: pd.DataFrame
    failures: Mapping[str, str]

    @property
    def best(self) -> pd.DataFrame:
        """The method with the smallest error, by update and block."""
        updates = self.errors.index.get_level_values("update").unique()
        rows = {update: self.errors.loc[update].idxmin() for update in updates}
        return pd.DataFrame(rows).T.rename_axis("update")

    def tables(self) -> tuple[Table, ...]:
        """Return the errors and the winners."""
        notes = [
            "Weighted absolute percentage error: sum of absolute differences over the sum of the "
            "official cells. RAS, GRAS and least squares know the row and column totals of the "
            "new table, 'same coefficients' its column totals only, 'same cells' nothing."
        ]
        notes += [f"No table from {what}: {why}" for what, why in self.failures.items()]
        formats = dict.fromkeys(map(str, self.errors.columns), ".1%")
        return (
            Table("Back-test of table updating", self.errors, tuple(notes), formats),
            Table("Smallest error", self.best),
        )

    def plot(self, **options: Any) -> Any:
        """Draw the errors by update, block and method (`source`, `ax`); return the figure."""
        from quesnay.diagnostics.plots.evidence import plot_backtest

        return plot_backtest(self, **options)


def backtest_update(
    tables: Mapping[int, InputOutputTable],
    updates: Sequence[tuple[int, int]],
    *,
    methods: Sequence[str] = tuple(METHODS),
    groups: Mapping[str, Sequence[str]] | None = None,
) -> UpdateBacktest:
    """Update old tables to the margins of later ones and compare with the official cells.

    The matrix that is updated holds intermediate deliveries and final demand without imports; its
    margins are those of the later official table.

    Parameters
    ----------
    tables : mapping of int to InputOutputTable
        Year -> official table; all with the same sectors.
    updates : sequence of (int, int)
        Base year and target year.
    methods : sequence of str
        Of "same cells", "same coefficients", "RAS", "GRAS" and "least squares".
    groups : mapping of str to sequence of str, optional
        Further blocks: name -> sectors whose intermediate deliveries are compared.

    Returns
    -------
    UpdateBacktest
        Errors by block; a method that fails is named with its reason.

    Raises
    ------
    QuesnayError
        If a year, a method or a sector is unknown, or the tables have different sectors.

    References
    ----------
    Temurshoev, Webb and Yamano (2011), Economic Systems Research 23, on methods and measures.

    Examples
    --------
    >>> old = InputOutputTable([[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0], [4.0, 7.0])
    >>> new = InputOutputTable([[1.0, 3.0], [3.0, 5.0]], [6.0, 6.0], [6.0, 6.0])
    >>> found = backtest_update({2000: old, 2001: new}, [(2000, 2001)], methods=["RAS"])
    >>> round(float(found.errors.iloc[0]["all"]), 3)
    0.02
    """
    methods, updates = as_tuple(methods, "methods"), as_tuple(updates, "updates")
    unknown = [name for name in methods if not isinstance(name, str) or name not in METHODS]
    if unknown or not methods or not updates:
        hint = nearest(unknown[0], METHODS) if unknown else ""
        raise QuesnayError(
            f"back-test: give updates, and methods of {', '.join(METHODS)};"
            f"{f' unknown {shown(unknown[0])}.' if unknown else ''}{hint}"
        )
    rows: dict[tuple[str, str], dict[str, float]] = {}
    failures: dict[str, str] = {}
    for base, target in updates:
        seed, actual = (_matrix(tables, year) for year in (base, target))
        if not seed.index.equals(actual.index):
            raise DataError(f"back-test: tables of {base} and {target} have different sectors")
        # A column that only one of the years publishes, such as an error column, has no old cells.
        common = [name for name in actual.columns if name in seed.columns]
        seed, actual = seed[common], actual[common]
        blocks = _blocks(actual, groups or {})
        for name in methods:
            update = f"{base} to {target}"
            try:
                found = METHODS[name](seed, actual.sum(axis=1), actual.sum())
            except QuesnayError as error:
                failures[f"{update}, {name}"] = str(error)
                continue
            rows[update, name] = {
                block: weighted_error(found.loc[r, c], actual.loc[r, c])
                for block, (r, c) in blocks.items()
            }
    if not rows:
        raise QuesnayError(f"back-test: no method gave a table: {next(iter(failures.values()))}")
    errors = pd.DataFrame.from_dict(rows, orient="index")
    errors.index = pd.MultiIndex.from_tuples(list(rows), names=["update", "method"])
    return UpdateBacktest(errors, failures)


def backtest_tables(
    country: str = "CHN",
    updates: Sequence[tuple[int, int]] = ((2017, 2018), (2018, 2020)),
    *,
    imports: str = "included",
    methods: Sequence[str] = tuple(METHODS),
) -> UpdateBacktest:
    """Update the embedded tables of a country to later years and compare with the official ones.

    Parameters
    ----------
    country : str
        Such as "CHN".
    updates : sequence of (int, int), default ((2017, 2018), (2018, 2020))
        Base year and target year.
    imports : {"included", "separate"}
        Which official table: "separate" updates the domestic block.
    methods : sequence of str
        Of "same cells", "same coefficients", "RAS", "GRAS" and "least squares".

    Returns
    -------
    UpdateBacktest
        Weighted absolute percentage errors by block, naive rules included.

    Raises
    ------
    QuesnayError
        If a table does not exist, or a method is unknown.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = qn.backtest_tables(updates=[(2017, 2018)], methods=["same coefficients", "RAS"])
    >>> found.errors["intermediate"].round(3).tolist()
    [0.049, 0.04]
    """
    pairs = [as_tuple(update, "updates") for update in as_tuple(updates, "updates")]
    if not pairs or any(len(pair) != 2 or not all(map(is_whole, pair)) for pair in pairs):
        raise DataError(f"updates: give updates as pairs of years (from, to), got {shown(updates)}")
    years = sorted({year for pair in pairs for year in pair})
    tables = {year: load_io(country, year, imports=imports) for year in years}
    return backtest_update(tables, pairs, methods=methods)


def _matrix(tables: Mapping[int, InputOutputTable], year: int) -> pd.DataFrame:
    if year not in tables:
        raise DataError(f"back-test: no table of {year}; there are {sorted(tables)}")
    table = tables[year]
    demand = table.final_demand
    kept = [name for name in demand.columns if (demand[name] > 0).any()]
    return pd.concat([table.Z, demand[kept]], axis=1)


def _blocks(
    actual: pd.DataFrame, groups: Mapping[str, Sequence[str]]
) -> dict[str, tuple[pd.Index, pd.Index]]:
    sectors = actual.index
    demand = actual.columns[len(sectors) :]
    blocks = {
        "intermediate": (sectors, actual.columns[: len(sectors)]),
        "final demand": (sectors, demand),
        "all": (sectors, actual.columns),
    }
    for name, members in groups.items():
        for member in members:
            if member not in sectors:
                raise DataError(
                    f"back-test: group {name!r} has no sector {member!r};"
                    f"{nearest(str(member), sectors)}"
                )
        blocks[name] = (pd.Index(list(members)), actual.columns[: len(sectors)])
    return blocks

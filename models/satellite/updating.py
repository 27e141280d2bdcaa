"""M7, updating: an official table brought to the margins of a later year.

What is balanced stands in one matrix, so that one method serves all of it: domestic deliveries and
imports as rows, inputs of sectors and categories of final demand as columns. Where value added is
balanced as well, it adds a row for each published industry group.
"""

from collections.abc import Callable, Mapping

import pandas as pd

from quesnay.fitting.errors import ConvergenceError, DataError
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.input_output.validation import ImportBlock
from quesnay.models.satellite.margins import Margins

__all__ = ["Balancer", "update_table"]

Balancer = Callable[[pd.DataFrame, pd.Series, pd.Series], pd.DataFrame]

_MET = 1e-6  # largest relative miss of a margin, beyond which the table is refused


def update_table(
    base: InputOutputTable,
    margins: Margins,
    balance: Balancer,
    *,
    groups: Mapping[str, str] | None = None,
    name: str | None = None,
) -> InputOutputTable:
    """Bring an official table to new margins.

    Parameters
    ----------
    base : InputOutputTable
        The official table whose structure is kept as far as the margins allow.
    margins : Margins
        From :func:`quesnay.models.satellite.margins.margins_between`.
    balance : callable
        ``balance(seed, row totals, column totals)``, such as RAS, returns the balanced frame.
    groups : mapping of str to str, optional
        Sector -> industry group: value added by sector is balanced within the sums of the groups;
        without them every sector keeps the value added of the margins.
    name : str, optional
        Of the new table.

    Returns
    -------
    InputOutputTable
        Components of value added in the proportions of the old table.

    Raises
    ------
    QuesnayError
        If the margins cannot be met.

    Examples
    --------
    >>> import pandas as pd
    >>> from quesnay.models.input_output.balancing import ras
    >>> from quesnay.models.satellite.margins import margins_between
    >>> old = InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> found = margins_between({2018: old, 2020: old}, 2019, value_added=1.1 * old.v,
    ...                         published=pd.DataFrame())
    >>> update_table(old, found, lambda z, r, c: ras(z, r, c).table).x.round(3).tolist()
    [1100.0, 2200.0]
    """
    seed, rows = _stacked(base, margins)
    inputs = margins.output
    if groups is None:
        inputs = margins.output - margins.value_added
    else:
        seed, rows = _with_value_added(seed, rows, (base, margins), groups)
    columns = pd.concat([inputs.set_axis(base.sectors), margins.demand]).set_axis(seed.columns)
    made = balance(seed, rows, columns)
    _check(made, rows, columns)
    return _table(base, made, margins, name)


def _kept(table: InputOutputTable) -> list[object]:
    """Categories of final demand, without columns of imports."""
    frame = table.final_demand
    return [name for name in frame.columns if (frame[name] > 0).any()]


def _stacked(base: InputOutputTable, margins: Margins) -> tuple[pd.DataFrame, pd.Series]:
    """Deliveries and, below them, imports; with the totals of the rows."""
    kept = _kept(base)
    seed = pd.concat([base.Z, base.final_demand[kept]], axis=1)
    if base.imports is None:
        supply = margins.output + margins.imports.set_axis(margins.output.index)
        return seed, supply.set_axis(seed.index)
    block = base.imports.Z
    final = base.imports.final_demand
    final = pd.DataFrame(0.0, block.index, kept) if final is None else final.reindex(columns=kept)
    below = pd.concat([block, final.fillna(0.0)], axis=1)
    below.index = pd.Index([f"imports of {product}" for product in below.index])
    both = pd.concat([seed, below])
    return both, pd.concat([margins.output, margins.imports]).set_axis(both.index)


def _with_value_added(
    seed: pd.DataFrame,
    rows: pd.Series,
    source: tuple[InputOutputTable, Margins],
    groups: Mapping[str, str],
) -> tuple[pd.DataFrame, pd.Series]:
    """Add a row of value added for each industry group."""
    base, margins = source
    for sector in base.sectors:
        if str(sector) not in groups:
            raise DataError(f"sector {sector!r} belongs to no industry group; name one for it")
    member = pd.Series({sector: groups[str(sector)] for sector in base.sectors})
    extra = pd.DataFrame(0.0, sorted(set(member)), seed.columns)
    for sector, own in zip(base.sectors, base.v.to_numpy(float), strict=True):
        extra.loc[groups[str(sector)], sector] = own
    totals = margins.value_added.groupby(member).sum()[extra.index]
    names = [f"value added of {group}" for group in extra.index]
    return (
        pd.concat([seed, extra.set_axis(names)]),
        pd.concat([rows, totals.set_axis(names)]),
    )


def _check(made: pd.DataFrame, rows: pd.Series, columns: pd.Series) -> None:
    """Refuse a table that misses its margins."""
    for sums, totals in ((made.sum(axis=1), rows), (made.sum(), columns)):
        miss = (sums - totals).abs() / totals.abs().max()
        if float(miss.max()) > _MET:
            raise ConvergenceError(
                f"updated table: {miss.idxmax()!r} misses its total by {float(miss.max()):.1e} of "
                "the largest; choose another method or check the margins"
            )


def _table(
    base: InputOutputTable,
    made: pd.DataFrame,
    margins: Margins,
    name: str | None,
) -> InputOutputTable:
    """Take the blocks apart again."""
    n, kept, sectors = len(base.sectors), _kept(base), base.sectors
    demand = made.iloc[:n, n:].set_axis(kept, axis=1).set_axis(sectors)
    output = made.iloc[:n].sum(axis=1).to_numpy(float)
    imports, at = None, n
    if base.imports is None:
        output = output - margins.imports.to_numpy(float)
        demand = pd.concat([demand, _imported(base, margins, kept)], axis=1)
    else:
        at = n + len(base.imports.Z)
        below = made.iloc[n:at].set_axis(base.imports.Z.index)
        imports = ImportBlock(below.iloc[:, :n], below.iloc[:, n:])
    own = pd.Series(output - made.iloc[:at, :n].sum().to_numpy(float), sectors)
    return InputOutputTable(
        made.iloc[:n, :n].set_axis(sectors).set_axis(sectors, axis=1),
        demand,
        base.value_added * (own / base.v.where(base.v != 0)).fillna(0.0),
        imports=imports,
        unit=base.unit,
        name=name,
    )


def _imported(base: InputOutputTable, margins: Margins, kept: list[object]) -> pd.DataFrame:
    """Return imports as categories of final demand, split over them as in the old table."""
    old = base.final_demand.drop(columns=kept)
    share = old.div(old.sum(axis=1).replace(0.0, 1.0), axis=0)
    return -share.mul(margins.imports.to_numpy(float), axis=0)

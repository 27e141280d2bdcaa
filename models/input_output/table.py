"""The input-output table."""

from typing import Any

from quesnay.fitting.checks import choice
from quesnay.fitting.errors import DataError, shown
from quesnay.models.input_output.asked import share
from quesnay.models.input_output.engine import Engine, Precision
from quesnay.models.input_output.parts import Parts
from quesnay.models.input_output.soundness import (
    check_signs,
    imbalance,
    surely_productive,
    unproductive,
)
from quesnay.models.input_output.table_bands import TableBands
from quesnay.models.input_output.validate import read_blocks

__all__ = ["InputOutputTable"]


class InputOutputTable(TableBands):
    """A symmetric input-output table: who sells how much to whom in one economy and year.

    Parameters
    ----------
    Z : DataFrame or array, (n, n)
        Transactions: sales of the row's sector to the column's, in one unit of money. Domestic
        where `imports` are given apart.
    final_demand : Series, DataFrame or array, (n,) or (n, k)
        Final demand by category; imports as a negative column where they are inside the flows.
    value_added : Series, DataFrame or array, (n,) or (m, n)
        Value added by component; taxes on products and the like are rows of their own here.
    output : Series or array, (n,), optional
        Output; by default the row sums.
    imports : ImportBlock, (Z, final_demand), mapping or frame, optional
        Imported inputs (products, n), and imports for final use.
    accounts : Series, DataFrame or array, (n,) or (r, n), optional
        Employment, emissions ...: totals by sector, in their own units.
    unit, name : str, optional
        Unit of money, and what the table is of.
    tolerance : float
        Largest gap of a row or column, as a share of its output.
    strict : bool
        False: a table that does not balance or is not productive is taken, with a line in
        `.warnings`, which every representation and check shows.
    precision : {"double", "single"}
        "single" factors in half the memory and refines every answer to double precision.
    copy : bool
        False: Z is not copied. It must not change afterwards.

    Raises
    ------
    DataError
        Wrong shapes, labels or numbers, negative output, or output of zero with inputs.
    BalanceError
        If a row or column misses output by more than `tolerance`; names the worst.

    Notes
    -----
    Frames and Series are aligned by label to the rows of Z; bare arrays go by position. The table
    cannot be changed; analyses share one factorisation of ``I - A`` (Leontief 1936; Miller and
    Blair 2009).

    Examples
    --------
    >>> table = InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.multipliers().round(4).tolist()
    [1.5182, 1.4521]
    """

    __slots__ = ()

    def __init__(
        self,
        Z: Any,
        final_demand: Any,
        value_added: Any,
        *,
        output: Any = None,
        imports: Any = None,
        accounts: Any = None,
        unit: str | None = None,
        name: str | None = None,
        tolerance: float = 1e-6,
        strict: bool = True,
        precision: Precision = "double",
        copy: bool = True,
    ) -> None:
        _check_settings(tolerance, precision, (("unit", unit), ("name", name)))
        blocks = read_blocks(
            Z,
            final_demand,
            value_added,
            output=output,
            imports=imports,
            accounts=accounts,
            copy=copy,
        )
        check_signs(blocks)
        warnings: list[str] = []
        gap = imbalance(blocks, tolerance)
        if gap is not None:
            if strict:
                raise gap.error(tolerance)
            warnings.append(f"not balanced: {gap.text}")
        sure = surely_productive(blocks)
        fault = None if sure else unproductive(blocks)
        if fault is not None:
            if strict:
                raise DataError(fault)
            warnings.append(f"not productive: {fault}")
        super().__init__(Engine(blocks, precision, sure=sure), unit, name, warnings=tuple(warnings))

    def aggregate(self, mapping: Any) -> "InputOutputTable":
        """Join sectors into groups.

        Parameters
        ----------
        mapping : mapping or Series
            ``{sector: group}`` or ``{group: [sectors]}``; every sector once.

        Returns
        -------
        InputOutputTable
            Groups in the order of their first sector; it balances as this one does.

        Raises
        ------
        DataError
            If a sector is unknown, missing or in two groups.

        Examples
        --------
        >>> table = InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> table.aggregate({"economy": [0, 1]}).multipliers().round(4).tolist()
        [1.4634]
        """
        from quesnay.models.input_output.aggregation import aggregated

        return self._again(aggregated(self.engine.blocks, mapping))

    def split(
        self, sector: Any, shares: Any, *, rows: Any = None, columns: Any = None
    ) -> "InputOutputTable":
        """Split a sector into several, by shares of output, keeping the table in balance.

        Parameters
        ----------
        sector : hashable
            The sector that is split.
        shares : mapping or Series
            New sector -> share of its output; they sum to 1.
        rows : DataFrame, (new sectors, buyers), optional
            Share of each new sector in the sales to a buyer or category of final demand; each
            column sums to 1. Buyers that are not named follow `shares`.
        columns : DataFrame, (sellers, new sectors), optional
            Share of each new sector in the purchases from a seller or of a component of value
            added; each row sums to 1.

        Returns
        -------
        InputOutputTable
            The new sectors stand where the old one stood; joining them gives this table back.

        Raises
        ------
        DataError
            If shares do not sum to 1 or a name is unknown.
        BalanceError
            If a pattern cannot go with the shares of output.

        Notes
        -----
        By default each part sells and buys like the whole. A pattern is scaled biproportionally
        (GRAS) until it agrees with the shares of output, so it is met in proportions, not to the
        digit; sales of the sector to itself are spread in proportion to what the parts sell to
        and buy from it.

        Examples
        --------
        >>> table = InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> table.split(1, {"a": 0.5, "b": 0.5}).x.tolist()
        [1000.0, 1000.0, 1000.0]
        """
        from quesnay.models.input_output.splitting import split_parts

        parts = split_parts(self.engine, sector, shares, rows=rows, columns=columns)
        return self._again(parts)

    def _again(self, parts: Parts) -> "InputOutputTable":
        return InputOutputTable(
            parts.Z,
            parts.final_demand,
            parts.value_added,
            output=parts.output,
            imports=parts.imports,
            accounts=parts.accounts,
            unit=self.unit,
            name=self.name,
            strict=not self.warnings,
            precision=self.engine.precision,
        )


def _check_settings(tolerance: Any, precision: Any, texts: Any) -> None:
    share(tolerance, "tolerance", zero=True)
    choice(precision, ("double", "single"), "precision")
    for what, text in texts:
        if text is not None and not isinstance(text, str):
            raise DataError(f"{what}: {type(text).__name__} {shown(text)}; expected a text")

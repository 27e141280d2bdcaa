"""What a table holds: its blocks as labelled frames, coefficients, inverses and solves."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.leontief import coefficients
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.imports import ImportBlock
from quesnay.models.input_output.validate import read_demand

__all__ = ["TableCore"]


class TableCore(Tabular):
    """The blocks of a table and the two inverses; see :class:`InputOutputTable`.

    Parameters
    ----------
    engine : Engine
        Checked numbers.
    unit, name : str or None
        Unit of money, and what the table is of.
    warnings : tuple of str
        What was let pass when it was made.
    """

    __slots__ = ("_engine", "_name", "_unit", "_warnings")

    def __init__(
        self, engine: Engine, unit: str | None, name: str | None, *, warnings: tuple[str, ...]
    ) -> None:
        self._engine, self._unit, self._name, self._warnings = engine, unit, name, warnings

    @property
    def engine(self) -> Engine:
        """The numbers as arrays, and one factorisation, for analyses built on the table."""
        return self._engine

    @property
    def unit(self) -> str | None:
        """Unit of money."""
        return self._unit

    @property
    def name(self) -> str | None:
        """What the table is of."""
        return self._name

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was let pass when the table was made with ``strict=False``."""
        return self._warnings

    @property
    def sectors(self) -> pd.Index:
        """Labels of the sectors, (n,)."""
        return self._engine.blocks.sectors

    @property
    def Z(self) -> pd.DataFrame:
        """Transactions, (n, n): sales of the row's sector to the column's."""
        return self._engine.frame(self._engine.blocks.flows)

    @property
    def final_demand(self) -> pd.DataFrame:
        """Final demand by category, (n, k)."""
        b = self._engine.blocks
        return pd.DataFrame(b.demand, index=b.sectors, columns=b.demand_names, copy=False)

    @property
    def value_added(self) -> pd.DataFrame:
        """Value added by component, (m, n)."""
        b = self._engine.blocks
        return pd.DataFrame(b.value, index=b.value_names, columns=b.sectors, copy=False)

    @property
    def accounts(self) -> pd.DataFrame | None:
        """Employment and the like, (r, n); None where there are none."""
        b = self._engine.blocks
        if not len(b.account_names):
            return None
        return pd.DataFrame(b.accounts, index=b.account_names, columns=b.sectors, copy=False)

    @property
    def imports(self) -> ImportBlock | None:
        """Imports kept apart; None where they are inside the flows or there are none."""
        return self._engine.blocks.imports

    @property
    def f(self) -> "pd.Series[float]":
        """Total final demand, (n,)."""
        return self._engine.series(self._engine.blocks.demand.sum(axis=1), "final_demand")

    @property
    def v(self) -> "pd.Series[float]":
        """Total value added, (n,)."""
        return self._engine.series(self._engine.blocks.value.sum(axis=0), "value_added")

    @property
    def x(self) -> "pd.Series[float]":
        """Output, (n,)."""
        return self._engine.series(self._engine.blocks.output, "output")

    @property
    def A(self) -> pd.DataFrame:
        """Technical coefficients ``z_ij / x_j``, (n, n): inputs per unit of output."""
        return self._engine.frame(
            coefficients(self._engine.blocks.flows, self._engine.blocks.output)
        )

    @property
    def B(self) -> pd.DataFrame:
        """Allocation coefficients ``z_ij / x_i``, (n, n): shares of output sold to each.

        A sector without output that sells has NaN: its sales are no share of its output.
        """
        b = self._engine.blocks
        scale = np.divide(1.0, b.output, out=np.zeros(len(b.output)), where=b.output != 0)
        scale[(b.output == 0) & b.flows.any(axis=1)] = np.nan
        return self._engine.frame(b.flows * scale[:, None])

    def leontief(self) -> pd.DataFrame:
        """Return the Leontief inverse ``(I - A)^-1``, (n, n), computed once.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> round(float(table.leontief().iloc[0, 0]), 4)
        1.2541
        """
        return self._engine.frame(self._engine.inverse)

    def ghosh(self) -> pd.DataFrame:
        """Return the Ghosh inverse ``(I - B)^-1 = diag(1/x) L diag(x)``, (n, n).

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> round(float(table.ghosh().iloc[0, 1]), 4)
        0.6601
        """
        x, flows = self._engine.blocks.output, self._engine.blocks.flows
        out = self._engine.inverse * x
        np.divide(out, x[:, None], out=out, where=x[:, None] != 0)
        for k in np.flatnonzero(x == 0):
            out[k] = np.nan if flows[k].any() else np.eye(len(x))[k]
        return self._engine.frame(out)

    def solve(self, f: Any) -> "pd.Series[float] | pd.DataFrame":
        """Return the output that a final demand calls for, without an inverse.

        Parameters
        ----------
        f : Series, DataFrame, array or {sector: demand}, (n,) or (n, k)
            Final demand, in the table's unit; labelled data is aligned by sector.

        Returns
        -------
        Series or DataFrame
            Output, (n,) or (n, k) as `f`.

        Raises
        ------
        DataError
            If labels or shape do not fit the table.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> table.solve([600, 1500]).round(1).tolist()
        [1247.5, 1841.6]
        """
        if isinstance(f, dict):
            f = self._engine.by_sector(f, "f")
        values, names = read_demand(f, self.sectors, "f: final demand")
        out = self._engine.factors.columns(values)
        if np.ndim(f) == 1:
            return self._engine.series(out[:, 0], "output")
        return pd.DataFrame(out, index=self.sectors, columns=names, copy=False)

    def tables(self) -> tuple[Table, ...]:
        """Return output, final demand and value added by sector."""
        columns: dict[Hashable, Any] = {"output": self.x, "final_demand": self.f}
        frame = pd.DataFrame({**columns, "value_added": self.v})
        title = f"{self.name or 'Input-output table'}{f', {self.unit}' if self.unit else ''}"
        n = len(self.sectors)
        note = f"{n} sectors; " + (
            "imports apart." if self.imports is not None else "no import block."
        )
        return (Table(title, frame, (note, *self.warnings)),)

    def content(self) -> pd.DataFrame:
        """Return what a unit of final demand holds: value added at home and imports.

        ``v L + m L = 1`` with ``m`` the imported inputs per unit of output (Koopman, Wang and Wei
        2014, for one economy).

        Returns
        -------
        DataFrame, (n, 2)
            ``value_added`` and ``imports`` per unit of final demand; each row sums to 1.

        Raises
        ------
        DataError
            If the table has no import block.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[10, 20], [30, 10]], [70, 60], [50, 60],
        ...     imports=[[5, 4], [5, 6]])
        >>> table.content().round(4).iloc[0].tolist()
        [0.84, 0.16]
        """
        if self.imports is None:
            raise DataError("content: the table has no import block; give imports= when making it")
        values = [self._engine.effects(account) for account in ("value_added", "imports")]
        return pd.DataFrame(
            np.column_stack(values), index=self.sectors, columns=["value_added", "imports"]
        )

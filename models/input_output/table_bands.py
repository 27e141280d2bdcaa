"""Uncertainty and pictures of a table: the last floor below the table itself."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from quesnay.fitting.routes import route
from quesnay.models.input_output.analyses import TableAnalyses
from quesnay.models.input_output.check import TableCheck, check_table
from quesnay.models.input_output.error_bands import Intervals, read_settings
from quesnay.models.input_output.influence import prices
from quesnay.models.input_output.intervals import extraction_intervals, multiplier_intervals

__all__ = ["TableBands"]


class TableBands(TableAnalyses):
    """Intervals and plots of a table; see :class:`InputOutputTable`."""

    __slots__ = ()

    def multiplier_intervals(
        self,
        account: Hashable = "output",
        *,
        relative_error: Any,
        method: str = "first_order",
        level: float = 0.95,
        draws: int = 1000,
        seed: Any = 0,
    ) -> Intervals:
        """Return type I multipliers with intervals for errors of the input coefficients.

        First order: ``var (c L)_j = sum_ik (c L)_i^2 var(a_ik) L_kj^2``. Monte Carlo: lognormal
        coefficients, each draw by a low-rank update of the inverse, never a new factorisation.

        Parameters
        ----------
        account : str
            As in :meth:`multipliers`; the account per unit of output is taken as certain.
        relative_error : float, {sector: error}, Series, (n, n) DataFrame
            Standard error over coefficient: of all, by buying sector, or by cell.
        method : {"first_order", "monte_carlo"}
            How.
        level : float
            Probability the interval holds.
        draws : int
            Of Monte Carlo.
        seed : int, SeedSequence or Generator
            Source of randomness.

        Returns
        -------
        Intervals
            `.estimates`: estimate, standard_error, low, high by sector.

        Raises
        ------
        DataError
            If errors are negative, do not fit the table, or make a draw unproductive.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> table.multiplier_intervals(relative_error={1: 0.1}).estimates.loc[1].round(3).tolist()
        [1.452, 0.043, 1.367, 1.537]
        """
        settings = read_settings(method, level, draws)
        return multiplier_intervals(self._engine, account, relative_error, settings, seed)

    def extraction_intervals(
        self,
        weights: Any,
        kind: str = "total",
        *,
        relative_error: Any = 0.0,
        weight_error: Any = None,
        method: str = "first_order",
        level: float = 0.95,
        draws: int = 1000,
        seed: Any = 0,
    ) -> Intervals:
        """Return the losses of an extraction with intervals for errors of weights and inputs.

        First order by the exact derivatives of the closed form; Monte Carlo with beta weights and
        lognormal coefficients, each draw by low rank at unchanged final demand.

        Parameters
        ----------
        weights, kind
            As in :meth:`extract`.
        relative_error : float, {sector: error}, Series, (n, n) DataFrame
            Standard error over input coefficient: of all, by buying sector, or by cell.
        weight_error : {sector: standard error} or Series, optional
            Of the weights.
        method, level, draws, seed
            As in :meth:`multiplier_intervals`.

        Returns
        -------
        Intervals
            `.estimates`: rows output_loss and value_added_loss, in the table's unit.

        Raises
        ------
        DataError
            If errors are negative or too large, or do not fit the table.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> found = table.extraction_intervals([1], relative_error=0.1)
        >>> found.estimates.iloc[0, :2].round(1).tolist()
        [2588.2, 84.0]
        """
        settings = read_settings(method, level, draws)
        errors = (relative_error, weight_error)
        return extraction_intervals(self._engine, (weights, kind), errors, settings, seed)

    def prices(self, value_added_change: Any, *, of: str = "output") -> pd.DataFrame:
        """Return how prices rise when value added per unit of output changes and is passed on.

        ``dp = dv L`` (cost-push model; Miller and Blair 2009, sec. 2.6).

        Parameters
        ----------
        value_added_change : {sector: change}, Series, array (n,), or one number for all
            Change of value added per unit of output.
        of : {"output", "value_added", "level"}
            Whether the change is a share of output (0.01: a hundredth of the sector's price), a
            share of the sector's own value added, or an amount in the table's unit.

        Returns
        -------
        DataFrame
            price (before: 1), change, direct and induced.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> table.prices(0.1, of="value_added")["change"].round(12).tolist()
        [0.1, 0.1]
        """
        return prices(self._engine, value_added_change, of)

    def check(self) -> TableCheck:
        """Report balance, negative cells, productivity, and value added against final demand.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> table.check().ok
        True
        """
        return check_table(self._engine, self._warnings, self._unit)

    def plot_linkages(self, *, names: Mapping[Any, str] | None = None, count: int = 12) -> Any:
        """Draw the linkage map: backward against forward, key sectors named; returns a Figure."""
        return route("input_output.plot_linkages")(self, names=names, count=count)

    def plot_coefficients(self, *, names: Mapping[Any, str] | None = None) -> Any:
        """Draw the technical coefficients as a heat map; returns a Figure."""
        return route("input_output.plot_coefficients")(self, names=names)

"""What can be asked of a table: one method an analysis, each done in a module of its own."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.models.input_output.core import TableCore
from quesnay.models.input_output.extraction import Extraction, extract
from quesnay.models.input_output.extraction_series import (
    extract_each,
    extract_many,
    satellite_linkage,
)
from quesnay.models.input_output.influence import field_of_influence
from quesnay.models.input_output.linkages import linkages
from quesnay.models.input_output.multipliers import Per, closed_by_households, multipliers
from quesnay.models.input_output.words import label_in

__all__ = ["TableAnalyses"]


class TableAnalyses(TableCore):
    """The analyses of a table; see :class:`InputOutputTable`."""

    __slots__ = ()

    def multipliers(
        self,
        account: Hashable = "output",
        closed: bool = False,
        *,
        household: Hashable = None,
        income: Hashable = None,
        per: Per = "demand",
        household_row: bool = False,
    ) -> "pd.Series[float]":
        """Return what a unit of final demand for each sector calls forth along the chains.

        Type I: ``c L`` with c the account per unit of output. Type II (`closed`): households are
        one more sector that earns `income` and spends it like `household` (Miller and Blair 2009,
        ch. 6).

        Parameters
        ----------
        account : str
            "output", "value_added", "imports" (of inputs, where the table has an import block), a
            component of value added, or an account row such as employment.
        closed : bool
            Whether households are inside.
        household : str
            Column of final demand that households spend.
        income : str
            Row of value added (or account) that households earn; all of it is spent in the
            pattern of `household`, whose total need not equal it.
        per : {"demand", "direct"}
            Per unit of final demand, or per unit of the sector's own direct effect.
        household_row : bool
            For closed output multipliers, whether household income counts as output.

        Returns
        -------
        Series, (n,)
            In the account's unit per unit of money.

        Raises
        ------
        DataError
            If a name is unknown; the nearest one is offered.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400],
        ...     accounts={"jobs": [300, 500]})
        >>> table.multipliers("jobs").round(4).tolist()
        [0.4422, 0.3795]
        """
        closing = closed_by_households(self._engine, household, income) if closed else None
        if not closed and (household is not None or income is not None or household_row):
            raise DataError(
                "household=, income= and household_row= are of the closed model: closed=True"
            )
        if household_row and not label_in(account, ("output",)):
            raise DataError("household_row=True is for the account 'output' only")
        return multipliers(self._engine, account, closing, per, own_row=household_row)

    def linkages(self, *, variation: bool | None = None) -> pd.DataFrame:
        """Return how much each sector pulls on suppliers and pushes to users, and its class.

        Backward: column sums of the Leontief inverse. Forward: row sums of the Ghosh inverse.
        Normalised to mean 1; a "key" sector is above 1 in both (Rasmussen 1956; Beyers 1976; Jones
        1976).

        Parameters
        ----------
        variation : bool, optional
            Whether to add coefficients of variation (standard deviation over mean of the sector's
            column of L, and row of G; low means evenly spread). They need the whole inverse,
            three times the work, so by default tables of more than 600 sectors go without.

        Returns
        -------
        DataFrame
            backward, forward, backward_normalised, forward_normalised, (backward_variation,
            forward_variation,) sector_class: key, backward-oriented, forward-oriented or weak.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> table.linkages()["sector_class"].tolist()
        ['key', 'weak']
        """
        return linkages(self._engine, variation)

    def extract(self, weights: Any, kind: str = "total") -> Extraction:
        """Take sectors, or shares of them, out of the economy and say what is lost.

        With ``D = I - diag(w)``: total ``A* = D A D, f* = D f``; backward ``A* = A D``; forward
        ``B* = D B`` (Ghosh). Closed form by low rank, no second inverse (Dietzenbacher and van der
        Linden 1997; Dietzenbacher and Lahr 2013).

        Parameters
        ----------
        weights : {sector: share}, Series, or list of sectors
            Shares from 0 to 1; a list takes the whole of each.
        kind : {"total", "satellite", "backward", "forward"}
            Total: the shares neither buy, sell nor serve final demand. Satellite: the same where
            the shares are sectors of their own, as if split off first; what is left of the sector
            then buys per unit as before (``A* = D A``), while "total" also shrinks its purchases
            per unit. Both agree for whole sectors. Backward: the shares buy nothing at home.
            Forward: they sell nothing to industries, at unchanged value added.

        Returns
        -------
        Extraction
            `.output_loss`, `.value_added_loss` by sector, `.totals`, own and induced apart.

        Raises
        ------
        DataError
            If a sector is unknown, a share is outside 0 to 1, or the group's inverse is singular.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> lost = table.extract({1: 0.25})
        >>> round(lost.total_output_loss, 2), round(lost.output_loss_own, 2)
        (850.21, 500.0)
        """
        return extract(self._engine, weights, kind, self._unit)

    def extract_each(self, kind: str = "total") -> pd.DataFrame:
        """Return what is lost without each sector alone, all sectors in closed form.

        Parameters
        ----------
        kind : {"total", "satellite", "backward", "forward"}
            As in :meth:`extract`.

        Returns
        -------
        DataFrame, (n, 4)
            output_loss, value_added_loss (own included), output_loss_induced,
            value_added_loss_induced, in the table's unit.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> table.extract_each("backward")["output_loss"].round(2).tolist()
        [413.16, 805.88]
        """
        return extract_each(self._engine, kind)

    def extract_many(self, weights: Any, kind: str = "total") -> pd.DataFrame:
        """Return what is lost for many sets of weights at once, such as Monte Carlo draws.

        Parameters
        ----------
        weights : DataFrame, (draws, sectors), or array, (draws, n)
            A row a draw; a DataFrame names only the sectors that are touched.
        kind : {"total", "satellite", "backward", "forward"}
            As in :meth:`extract`.

        Returns
        -------
        DataFrame, (draws, 4)
            Losses of the whole economy, columns as in :meth:`extract_each`.

        Examples
        --------
        >>> import pandas as pd, quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> table.extract_many(pd.DataFrame({1: [0.25, 0.5]}))["output_loss"].round(2).tolist()
        [850.21, 1537.41]
        """
        return extract_many(self._engine, weights, kind)

    def satellite_linkage(
        self,
        weights: Any,
        *,
        account: Hashable = "value_added",
        side: str = "backward",
        jointly: bool = True,
        by_sector: bool = False,
    ) -> "pd.Series[float] | pd.DataFrame":
        """Return what others produce for parts of sectors that are split off, for many draws.

        Each sector is split into a core part (its weight) and a rest; the rows, columns, output and
        value added of both are in proportion. With K the core parts and i all others:
        ``sum_i v_i (L_iK inv(L_KK) x_K)_i / x_i``, what others add for the core's output, each
        chain counted once (Dietzenbacher and van der Linden 1997, on the split table). Solved by
        low rank on this table, one small system a draw; the split table is never made.

        Parameters
        ----------
        weights : DataFrame, (draws, sectors), or array, (draws, n)
            Share of the core in each sector, 0 to 1, a row a draw; a DataFrame names only the
            sectors that are touched.
        account : hashable
            What is counted: as in :meth:`multipliers`.
        side : {"backward", "forward"}
            Backward: suppliers along the chains (Leontief). Forward: users along the chains that
            depend on the core's deliveries, ``sum_i (x_K' inv(G_KK) G_Ki)_i v_i / x_i`` (Ghosh).
        jointly : bool
            False: the sum over the core parts, each taken alone (``L_ik x_k / L_kk``); chains
            through several of them then count several times.
        by_sector : bool
            Whether the sum is left apart by sector.

        Returns
        -------
        Series, (draws,), or DataFrame, (draws, n)
            Of the others only, the core parts left out, in the account's unit.

        Raises
        ------
        DataError
            If a sector or account is unknown or a share is not between 0 and 1.

        Notes
        -----
        On a table with imports inside the flows, chains abroad count as if made at home. With
        ``side="backward"`` and ``jointly=True`` this is ``value_added_loss_induced`` of
        :meth:`extract_many` with ``kind="satellite"``.

        Examples
        --------
        >>> import pandas as pd, quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> core = pd.DataFrame({0: [0.2], 1: [0.1]})
        >>> table.satellite_linkage(core).round(2).tolist()
        [101.15]
        >>> table.satellite_linkage(core, side="forward").round(2).tolist()
        [128.74]
        """
        return satellite_linkage(
            self._engine,
            weights,
            account=account,
            side=side,
            jointly=jointly,
            by_sector=by_sector,
        )

    def field_of_influence(
        self, i: Any = None, j: Any = None, *, change: float = 0.0
    ) -> pd.DataFrame:
        """Return how strongly the Leontief inverse answers to one coefficient, or to each.

        One: ``(L(e) - L) / e = L[:, i] L[j, :] / (1 - e L_ji)``. All: the sum of its squares for
        each coefficient (Sonis and Hewings 1992).

        Parameters
        ----------
        i, j : sector, optional
            Seller and buyer of the coefficient; neither for all.
        change : float
            e, the change of the coefficient; 0 takes the limit.

        Returns
        -------
        DataFrame, (n, n)
            The field, or the strength of the coefficient in each cell.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> round(float(table.field_of_influence(0, 1).iloc[0, 0]), 4)
        0.3311
        """
        return field_of_influence(self._engine, i, j, change)

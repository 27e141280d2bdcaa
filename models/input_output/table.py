"""The input-output table: checked once when it is made, then asked."""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.checks import choice, plain_text
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.tables.leontief import coefficients, inverted
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.aggregation import aggregated, parts_of_coefficients, split_parts
from quesnay.models.input_output.check import TableCheck, check_soundness, check_table
from quesnay.models.input_output.engine import Engine, Precision
from quesnay.models.input_output.extraction import (
    Extraction,
    extract,
    extract_each,
    extract_many,
    satellite_linkage,
)
from quesnay.models.input_output.intervals import (
    Intervals,
    extraction_intervals,
    multiplier_intervals,
    read_settings,
)
from quesnay.models.input_output.multipliers import (
    Per,
    closed_by_households,
    field_of_influence,
    footprint,
    linkages,
    multipliers,
    prices,
)
from quesnay.models.input_output.validation import (
    ImportBlock,
    check_tolerance,
    read_blocks,
    read_demand,
)
from quesnay.models.input_output.written import table_to_csv, table_to_excel

_ROUNDING = 1e-9  # gap of a new table made from one that balances, as a share of output


class InputOutputTable(Tabular):
    """A symmetric input-output table: who sells how much to whom in one economy and year.

    Parameters
    ----------
    Z : DataFrame or array, (n, n)
        Transactions: sales of the row's sector to the column's, in one unit of money. Domestic
        where `imports` are given apart.
    final_demand : Series, DataFrame or array, (n,) or (n, k)
        Final demand by category; imports as a negative column where they are inside the flows.
    value_added : Series, DataFrame or array, (n,) or (m, n)
        Value added by component.
    output : Series or array, (n,), optional
        Output; by default the row sums.
    imports : ImportBlock, (Z, final_demand), mapping or frame, optional
        Imported inputs (products, n), and imports for final use.
    taxes : as `imports`, optional
        Taxes less subsidies on products (and margins) that sectors and final demand pay: inputs,
        but no value added.
    accounts : Series, DataFrame or array, (n,) or (r, n), optional
        Employment, emissions ...: totals by sector, in their own units.
    unit, name : str, optional
        Unit of money, and what the table is of.
    tolerance : float, default 1e-6
        Largest gap of a row or column, as a share of its output; may exceed 1. Tables made from
        this one (`aggregate`, `split`, `split_imports`) keep it.
    strict : bool, default True
        False: a table that does not balance or is not productive is taken, with a line in
        `.warnings`, which every representation and check shows.
    source : TableSource, optional
        How a file was read; `check` shows it.
    precision : {"double", "single"}
        "single" factors in half the memory and refines every answer to double precision.
    copy : bool, default True
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

    __slots__ = ("_engine", "_name", "_source", "_tolerance", "_unit", "_warnings")

    def __init__(
        self,
        Z: Any,
        final_demand: Any,
        value_added: Any,
        *,
        output: Any = None,
        imports: Any = None,
        taxes: Any = None,
        accounts: Any = None,
        unit: str | None = None,
        name: str | None = None,
        tolerance: float = 1e-6,
        strict: bool = True,
        source: Any = None,
        precision: Precision = "double",
        copy: bool = True,
    ) -> None:
        check_tolerance(tolerance)
        choice(precision, ("double", "single"), "precision")
        for what, text in (("unit", unit), ("name", name)):
            if text is not None and not isinstance(text, str):
                raise DataError(f"{what}: {type(text).__name__} {shown(text)}; expected a text")
            plain_text(text or "", what)
        blocks = read_blocks(
            Z,
            final_demand,
            value_added,
            output=output,
            imports=imports,
            taxes=taxes,
            accounts=accounts,
            copy=copy,
        )
        engine = Engine(blocks, precision)
        self._warnings = check_soundness(engine, tolerance, strict=strict)
        self._warnings += getattr(source, "warnings", ())
        self._source = source
        self._engine, self._unit, self._name = engine, unit, name
        self._tolerance = tolerance

    @classmethod
    def from_coefficients(
        cls,
        A: Any,
        *,
        output: Any = None,
        final_demand: Any = None,
        value_added: Any = None,
        imports: Any = None,
        accounts: Any = None,
        **settings: Any,
    ) -> "InputOutputTable":
        """Make a table from technical coefficients and output, or final demand.

        ``Z = A diag(x)``; x is given, or ``x = (I - A)^-1 f``. What is left of the rows is final
        demand, what is left of the columns value added.

        Parameters
        ----------
        A : DataFrame or array, (n, n)
            Inputs of the row's product per unit of the column's output.
        output : Series, array (n,) or mapping
            Output; final demand is then one column, the rest of each row.
        final_demand : Series, DataFrame or array, (n,) or (n, k)
            Final demand by category; output is then solved for. One of the two, not both.
        value_added : Series, DataFrame or array, (n,) or (m, n), optional
            Value added, as amounts; by default what inputs leave of output.
        imports : DataFrame or array, (products, n), optional
            Imported inputs per unit of output.
        accounts
            As in the constructor: amounts.
        **settings
            unit, name, tolerance, strict and precision, as in the constructor.

        Returns
        -------
        InputOutputTable
            With the coefficients given.

        Raises
        ------
        DataError
            If both or neither of output and final demand are given, labels or shapes differ, or
            the coefficients are not productive.

        Examples
        --------
        >>> A = [[0.15, 0.25], [0.2, 0.05]]
        >>> InputOutputTable.from_coefficients(A, output=[1000, 2000]).f.tolist()
        [350.0, 1700.0]
        >>> InputOutputTable.from_coefficients(A, final_demand=[600, 1500]).x.round(1).tolist()
        [1247.5, 1841.6]
        """
        parts = parts_of_coefficients(A, output, final_demand, value_added, imports)
        return cls(**parts, accounts=accounts, **settings)

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
    def source(self) -> Any:
        """How the table's file was read (:class:`quesnay.TableSource`); None of a made one."""
        return self._source

    @property
    def taxes(self) -> ImportBlock | None:
        """Taxes less subsidies on products kept apart, ``.Z`` on inputs; None where none are."""
        return self._engine.blocks.taxes

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
        scale = inverted(b.output)
        scale[(b.output == 0) & b.flows.any(axis=1)] = np.nan
        return self._engine.frame(b.flows * scale[:, None])

    @property
    def settings(self) -> dict[str, Any]:
        """How a table made from this one is checked and named: unit, name, tolerance ..."""
        return {
            "unit": self._unit,
            "name": self._name,
            "tolerance": max(1.01 * self._tolerance, _ROUNDING),
            "strict": not self._warnings,
            "precision": self._engine.precision,
        }

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

    def content(self) -> pd.DataFrame:
        """Return what a unit of final demand holds: value added at home and imports.

        ``v L + m L = 1`` with ``m`` the imported inputs per unit of output (Koopman, Wang and Wei
        2014, for one economy).

        Returns
        -------
        DataFrame, (n, 2)
            ``value_added`` and ``imports`` (and taxes on products, where they stand apart) per
            unit of final demand; each row sums to 1.

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
        names = ["value_added", "imports"]
        if self.taxes is not None:
            names.append("taxes_on_products")
        values = [self._engine.effects(account) for account in names]
        return pd.DataFrame(np.column_stack(values), index=self.sectors, columns=names)

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
        closed : bool, default False
            Whether households are inside.
        household : str
            Column of final demand that households spend.
        income : str
            Row of value added (or account) that households earn. A unit of it is followed by
            spending of the whole of `household` over the whole of `income`, in the pattern of the
            column: less than a unit where homes save, pay taxes or live on other income too. More
            than a unit is warned of: such multipliers are too high.
        per : {"demand", "direct"}
            Per unit of final demand, or per unit of the sector's own direct effect; NaN for a
            sector that has none.
        household_row : bool, default False
            For closed output multipliers, whether household income counts as output.

        Returns
        -------
        Series, (n,)
            In the account's unit per unit of money.

        Raises
        ------
        DataError
            If a name is unknown; the nearest one is offered.

        Warns
        -----
        UserWarning
            If households spend more than they earn.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400],
        ...     accounts={"jobs": [300, 500]})
        >>> table.multipliers("jobs").round(4).tolist()
        [0.4422, 0.3795]
        """
        if not closed and (household is not None or income is not None or household_row):
            raise DataError(
                "household=, income= and household_row= are of the closed model: closed=True"
            )
        if household_row and not (isinstance(account, str) and account == "output"):
            raise DataError("household_row=True is for the account 'output' only")
        closing = closed_by_households(self._engine, household, income) if closed else None
        return multipliers(self._engine, account, closing, per, own_row=household_row)

    def footprint(self, account: Hashable = "value_added", *, direct: Any = None) -> pd.DataFrame:
        """Return what of an account each category of final demand is answerable for.

        ``c L Y`` through the chains of suppliers, and what the buyers cause themselves, such as the
        emissions of homes and their cars.

        Parameters
        ----------
        account : hashable, default "value_added"
            As in :meth:`multipliers`.
        direct : {category: amount}, Series or array (k,), optional
            What the categories of final demand cause directly, in the account's unit.

        Returns
        -------
        DataFrame, (k, 3)
            ``embodied``, ``direct`` and ``total`` by category. Embodied amounts add up to the
            account of the table where it balances.

        Raises
        ------
        DataError
            If the account or a category is unknown.

        Examples
        --------
        >>> import pandas as pd, quesnay as qn
        >>> demand = pd.DataFrame({"homes": [200, 900], "exports": [150, 800]})
        >>> table = qn.InputOutputTable([[150, 500], [200, 100]], demand, [650, 1400],
        ...     accounts={"carbon": [30, 50]})
        >>> table.footprint("carbon", direct={"homes": 20}).round(2)
                 embodied  direct  total
        homes        43.0    20.0   63.0
        exports      37.0     0.0   37.0
        """
        return footprint(self._engine, account, direct)

    def linkages(self, *, variation: bool | None = None, forward: str = "ghosh") -> pd.DataFrame:
        """Return how much each sector pulls on suppliers and pushes to users, and its class.

        Backward: column sums of the Leontief inverse. Forward: row sums of the Ghosh inverse.
        Normalised to mean 1; a "key" sector is above 1 in both (Rasmussen 1956; Beyers 1976; Jones
        1976).

        Parameters
        ----------
        forward : {"ghosh", "leontief"}
            Row sums of the Ghosh inverse (what a unit of value added in the sector enables), or of
            the Leontief inverse (what the sector makes when each final demand rises by one unit).
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
        return linkages(self._engine, variation, forward)

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
        jointly : bool, default True
            False: the sum over the core parts, each taken alone (``L_ik x_k / L_kk``); chains
            through several of them then count several times.
        by_sector : bool, default False
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
        change : float, default 0.0
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
        level : float, default 0.95
            Probability the interval holds.
        draws : int, default 1000
            Of Monte Carlo.
        seed : int, SeedSequence or Generator, default 0
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
        relative_error : float, {sector: error}, Series, (n, n) DataFrame, default 0.0
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
        notes = () if self._source is None else self._source.lines()
        return check_table(self._engine, self._warnings, self._unit, notes)

    def aggregate(self, mapping: Any) -> "InputOutputTable":
        """Join sectors into groups.

        Parameters
        ----------
        mapping : mapping, Series or DataFrame
            ``{sector: group}`` or ``{group: [sectors]}``; every sector once. A frame of shares,
            sectors by groups, whose rows add up to 1, spreads a sector over several groups:
            `Z` becomes ``W' Z W`` and every total stays.

        Returns
        -------
        InputOutputTable
            Groups in the order of their first sector; it balances as this one does.

        Raises
        ------
        DataError
            If a sector is unknown, missing or in two groups, or its shares do not add up to 1.

        Examples
        --------
        >>> table = InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> table.aggregate({"economy": [0, 1]}).multipliers().round(4).tolist()
        [1.4634]
        """
        parts = aggregated(self._engine.blocks, mapping)
        return InputOutputTable(**parts, **self.settings)

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
        parts = split_parts(self._engine, sector, shares, rows=rows, columns=columns)
        return InputOutputTable(**parts, **self.settings)

    def tables(self) -> tuple[Table, ...]:
        """Return output, final demand and value added by sector."""
        columns: dict[Hashable, Any] = {"output": self.x, "final_demand": self.f}
        frame = pd.DataFrame({**columns, "value_added": self.v})
        title = f"{self.name or 'Input-output table'}{f', {self.unit}' if self.unit else ''}"
        n = len(self.sectors)
        note = f"{n} sector{'s' * (n != 1)}; " + (
            "imports apart." if self.imports is not None else "no import block."
        )
        return (Table(title, frame, (note, *self.warnings)),)

    def to_csv(self, path: str | Path | None = None, *, table: int | None = None) -> str:
        """Return the whole table as CSV, which :func:`quesnay.read_io` reads back as it is.

        Parameters
        ----------
        path : str or Path, optional
            File to write.
        table : int, optional
            0: only the table of output, final demand and value added that is shown.

        Returns
        -------
        str
            All blocks with every digit: flows, final demand, value added, imports, taxes on
            products, accounts and output; name, unit, year and tolerance.

        Raises
        ------
        DataError
            If the file cannot be written.

        Examples
        --------
        >>> import pathlib, tempfile, quesnay as qn
        >>> table = qn.InputOutputTable([[0.1, 0.2], [0.3, 0.4]], [0.7, 0.3], [0.6, 0.4])
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.csv"
        >>> _ = table.to_csv(path)
        >>> qn.read_io(path).x.tolist() == table.x.tolist()
        True
        """
        return table_to_csv(self, path) if table is None else super().to_csv(path, table=table)

    def to_excel(self, path: str | Path) -> Path:
        """Write the whole table to a workbook, which :func:`quesnay.read_io` reads back as it is.

        Parameters
        ----------
        path : str or Path
            File to write, ending in .xlsx.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        DataError
            If it cannot be written or exceeds an Excel sheet.

        Examples
        --------
        >>> import pathlib, tempfile, quesnay as qn
        >>> table = qn.InputOutputTable([[0.1, 0.2], [0.3, 0.4]], [0.7, 0.3], [0.6, 0.4])
        >>> path = table.to_excel(pathlib.Path(tempfile.mkdtemp()) / "two.xlsx")
        >>> qn.read_io(path).x.tolist() == table.x.tolist()
        True
        """
        return table_to_excel(self, path)

    def plot_linkages(
        self, *, names: Mapping[Any, str] | None = None, count: int = 12, **options: Any
    ) -> Any:
        """Draw the linkage map: backward against forward, key sectors named; returns a Figure.

        Parameters
        ----------
        names : mapping, optional
            Label -> name.
        count : int, default 12
            Sectors named at most: key sectors first, then those farthest from the mean.
        **options
            `source`, the line at the foot, and `ax`, a panel of yours, as in every plot.
        """
        from quesnay.diagnostics.plots.input_output import plot_linkages

        return plot_linkages(self, names=names, count=count, **options)

    def plot_coefficients(self, *, names: Mapping[Any, str] | None = None, **options: Any) -> Any:
        """Draw the technical coefficients as a heat map; returns a Figure."""
        from quesnay.diagnostics.plots.input_output import plot_coefficients

        return plot_coefficients(self, names=names, **options)

    def plot_core(
        self,
        core: Sequence[Any],
        *,
        names: Mapping[Any, str] | None = None,
        most: int = 12,
        **options: Any,
    ) -> Any:
        """Draw what flows into a core of sectors and out of it as a Sankey diagram.

        Parameters
        ----------
        core : sequence of label
            Sectors of the core; the flows among them are left out.
        names : mapping, optional
            Label -> name.
        most : int, default 12
            Suppliers and buyers drawn, the smallest others as one.
        **options
            `title`, `source`, `ax` as in :func:`quesnay.plot_flows`.

        Returns
        -------
        Figure
            Suppliers, core, and buyers with final demand.

        Raises
        ------
        QuesnayError
            If a sector is unknown.

        Examples
        --------
        >>> import quesnay as qn
        >>> figure = qn.load_io("CHN", 2018, imports="separate").plot_core(["20", "31"])
        >>> figure.get_label()[:44]
        'Flows of the core, China 2018, 42 products, '
        """
        from quesnay.diagnostics.plots.input_output import plot_core

        return plot_core(self, core, names=names, most=most, **options)

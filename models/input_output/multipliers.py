"""Multipliers: what a unit of final demand calls forth along the chains, open or closed."""

from collections.abc import Hashable
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import choice
from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.fitting.tables.households import Household, household
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.words import label_in

__all__ = ["Per", "closed_by_households", "multipliers"]

Array = npt.NDArray[np.float64]
Per = Literal["demand", "direct"]


def multipliers(
    engine: Engine, account: Hashable, closing: Household | None, per: Per, *, own_row: bool
) -> "pd.Series[float]":
    """Return an account per unit of final demand for each sector; see the table's method.

    Parameters
    ----------
    engine : Engine
        Numbers of a table.
    account : str
        What is called forth.
    closing : Household or None
        Type II where given.
    per : {"demand", "direct"}
        Unit of the denominator.
    own_row : bool
        Whether type II output counts the household row as output.

    Returns
    -------
    Series
        A number a sector.

    Raises
    ------
    DataError
        If the account is unknown, or is zero in a sector that should be the denominator.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.multipliers("output").round(4).tolist()
    [1.5182, 1.4521]
    """
    effects = engine.effects(account)
    if closing is not None:
        effects = closing.closed(effects)
        if own_row:
            effects = effects + closing.row()
    if choice(per, ("demand", "direct"), "per") == "demand":
        return engine.series(effects, account)
    direct = engine.per_output(account)
    if not direct.all():
        sector = engine.blocks.sectors[int(np.flatnonzero(direct == 0)[0])]
        raise DataError(
            f"per='direct': sector {sector!r} has no {account!r} of its own to divide by; use "
            "per='demand'"
        )
    return engine.series(effects / direct, account)


def closed_by_households(engine: Engine, demand: Hashable, income: Hashable) -> Household:
    """Return the border that adds households: their spending pattern and their income row.

    Parameters
    ----------
    engine : Engine
        Numbers of a table.
    demand : hashable
        The final-demand column that households spend.
    income : hashable
        The value-added component (or account row) that they earn.

    Returns
    -------
    Household
        The border of the closed model.

    Raises
    ------
    DataError
        If a name is missing or unknown.

    Examples
    --------
    >>> import pandas as pd, quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]],
    ...     pd.DataFrame({"homes": [50, 400], "other": [300, 1300]}),
    ...     pd.DataFrame([[300, 500], [350, 900]], index=["wages", "rest"]))
    >>> table.multipliers(closed=True, household="homes", income="wages").round(3).tolist()
    [1.982, 1.85]
    """
    b = engine.blocks
    if demand is None or income is None:
        raise DataError(
            "closed=True needs household= (a column of final demand) and income= (a row of value "
            f"added); the table has the columns {_some(b.demand_names)} and the rows "
            f"{_some(b.value_names)}"
        )
    known = list(b.demand_names)
    if not label_in(demand, known):
        raise DataError(
            f"household: no final-demand column {shown(demand)};{nearest(demand, known)} "
            f"the table has {_some(b.demand_names)}"
        )
    if label_in(income, ("output", "imports")):
        raise DataError(
            f"income: {income!r} is not earned by households; name a row of value added"
        )
    earned = engine.per_output(income) * b.output
    total = float(earned.sum())
    if not total > 0:
        raise DataError(f"income: {income!r} sums to {total:.6g}; expected a positive income")
    spent = b.demand[:, known.index(demand)]
    return household(engine.effects(income), spent / total)


def _some(names: pd.Index) -> str:
    shown = ", ".join(repr(name) for name in names[:10])
    return shown + (", ..." if len(names) > 10 else "")

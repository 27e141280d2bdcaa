"""M6, employment: jobs per unit of value added, direct and along the domestic supply chain."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.models.input_output.table import InputOutputTable

__all__ = ["employment_by_sector", "jobs_per_value_added"]


def employment_by_sector(
    employed: pd.Series, sectors: Mapping[str, Sequence[str]], *, labels: Sequence[str]
) -> pd.Series:
    """Sum employment by industry to the sectors of a table.

    Parameters
    ----------
    employed : Series
        Industry code -> persons of one year.
    sectors : mapping of str to sequence of str
        Sector of the table -> industry codes.
    labels : sequence of str
        All sectors of the table, in its order.

    Returns
    -------
    Series
        Sector -> persons, in the unit given.

    Raises
    ------
    DataError
        If a sector is not mapped or an industry code is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> employment_by_sector(pd.Series({"B03": 38.0, "B04": 39.0}), {"04": ["B03", "B04"]},
    ...                      labels=["04"]).tolist()
    [77.0]
    """
    unmapped = [label for label in labels if label not in sectors]
    if unmapped:
        raise DataError(f"sector {unmapped[0]!r} has no employment industries; add it to the map")
    missing = sorted({c for s in labels for c in sectors[s]} - set(employed.index))
    if missing:
        raise DataError(f"industry {missing[0]!r} is not in the employment series; check the code")
    persons = employed.to_dict()
    return pd.Series({s: float(sum(persons[code] for code in sectors[s])) for s in labels})


def jobs_per_value_added(
    table: InputOutputTable, persons: pd.Series, value_added: pd.Series
) -> pd.DataFrame:
    """Return jobs per unit of value added by sector, direct and along the supply chain.

    The second is the employment embodied in a unit of final demand over the value added embodied in
    it: ``(l' L)_j / (v' L)_j`` with L the domestic Leontief inverse (Miller and Blair 2009, ch. 6).

    Parameters
    ----------
    table : InputOutputTable
        Domestic flows of the year of the employment figures.
    persons : Series
        Sector -> persons employed.
    value_added : Series
        Sector -> value added in the unit of the account.

    Returns
    -------
    DataFrame
        Rows ``direct`` and ``supply_chain``, sectors in columns; persons per unit of value added.

    Examples
    --------
    >>> import pandas as pd
    >>> table = InputOutputTable([[0.0, 20.0], [10.0, 0.0]], [80.0, 40.0], [90.0, 30.0])
    >>> jobs_per_value_added(table, pd.Series([45.0, 60.0]), pd.Series([90.0, 30.0])).round(3)
    ...     # doctest: +NORMALIZE_WHITESPACE
                      0      1
    direct        0.500  2.000
    supply_chain  0.594  1.438
    """
    labels = list(table.sectors)
    direct = persons.to_numpy(float) / value_added.to_numpy(float)
    output = table.x.to_numpy(float)
    technical = table.A.to_numpy(float)
    sides = np.column_stack(
        [persons.to_numpy(float) / output, value_added.to_numpy(float) / output]
    )
    embodied = np.linalg.solve(np.eye(len(labels)) - technical.T, sides)
    chain = embodied[:, 0] / embodied[:, 1]
    return pd.DataFrame([direct, chain], index=["direct", "supply_chain"], columns=labels)

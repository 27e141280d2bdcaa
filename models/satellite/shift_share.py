"""A leave-one-out shift-share instrument for inputs of a technology."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError

__all__ = ["shift_share"]


def shift_share(panel: pd.DataFrame, *, unit: str, group: str, columns: Sequence[str]) -> pd.Series:
    """Predict the growth of a unit's inputs from its first mix and the growth of others.

    Parameters
    ----------
    panel : DataFrame
        Rows unit x group x year with exactly two years in the column ``year``.
    unit : str
        Column of the units left out in turn, such as the province.
    group : str
        Column of the groups whose inputs grow alike elsewhere, such as the sector.
    columns : sequence of str
        The kinds of inputs.

    Returns
    -------
    Series
        By row: in the later year the sum over kinds of the unit's share of the kind in the earlier
        year times the log growth of that kind in all other units of the group; zero in the earlier
        year; missing where the unit bought nothing or others did not.

    Raises
    ------
    DataError
        If the panel does not have two years, or a row appears twice.

    Notes
    -----
    Bartik (1991); leave-one-out as in Goldsmith-Pinkham, Sorkin and Swift (2020), American Economic
    Review 110, eq. 4.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"p": ["a", "a", "b", "b"], "s": "x", "year": [1, 2, 1, 2],
    ...                       "k": [1.0, 9.0, 2.0, 4.0]})
    >>> shift_share(panel, unit="p", group="s", columns=["k"]).round(3).tolist()
    [0.0, 0.693, 0.0, 2.197]
    """
    years = sorted(panel["year"].unique())
    if len(years) != 2:
        raise DataError(f"a shift-share instrument needs two years, the panel has {len(years)}")
    keys = [unit, group]
    if panel.duplicated([*keys, "year"]).any():
        row = panel.loc[panel.duplicated([*keys, "year"]), [*keys, "year"]].iloc[0].tolist()
        raise DataError(f"the panel has more than one row for {row}")
    first, last = (panel[panel["year"] == year].set_index(keys)[list(columns)] for year in years)
    mix = first.div(first.sum(axis=1).where(lambda total: total > 0), axis=0)
    before, after = (_elsewhere(frame, group) for frame in (first, last))
    growth = np.log(after / before.reindex(after.index))
    predicted = (mix.reindex(growth.index) * growth).sum(axis=1, min_count=len(columns))
    rows = pd.MultiIndex.from_frame(panel[keys])
    later = predicted.reindex(rows).to_numpy(float)
    values = np.where(panel["year"].to_numpy() == years[0], 0.0, later)
    return pd.Series(values, index=panel.index, name="shift_share")


def _elsewhere(frame: pd.DataFrame, group: str) -> pd.DataFrame:
    """Sum the inputs of the group in all other units; missing where there are none."""
    rest = frame.groupby(level=group).transform("sum") - frame
    return rest.where(rest > 0)

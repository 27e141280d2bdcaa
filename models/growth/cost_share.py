"""Cost shares: what competitive growth accounting says an input contributes.

Under constant returns and factors paid their marginal products the elasticity of output to an
input is its share in the cost (Solow 1957, Review of Economics and Statistics 39; Jorgenson and
Griliches 1967). For a set of industries and years the value-weighted share is

    s = sum_jt c_jt / sum_jt v_jt  =  sum_jt (v_jt / sum v) (c_jt / v_jt),

c the cost of the inputs, v value added or gross output: the benchmark of an estimated elasticity,
what exceeds it is a spillover or a bias.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quesnay.fitting.checks import as_tuple
from quesnay.fitting.errors import DataError, suggestion
from quesnay.models.display.table import Table, Tabular

__all__ = ["CostShare", "cost_share"]


@dataclass(frozen=True, slots=True, repr=False)
class CostShare(Tabular):
    """The share of named inputs in value added or another total.

    Parameters
    ----------
    share : float
        Value-weighted share over all rows.
    by_group : DataFrame
        Index: the groups asked for; columns cost, total, share.
    costs : tuple of str
        The inputs.
    total : str
        What it is a share of.
    rows : int
        Rows that it rests on.
    """

    share: float
    by_group: pd.DataFrame
    costs: tuple[str, ...]
    total: str
    rows: int

    @property
    def mean(self) -> float:
        """Mean of the groups' shares, each group counted once."""
        return float(self.by_group["share"].mean())

    def tables(self) -> tuple[Table, ...]:
        """Return the share by group and over all."""
        frame = pd.concat(
            [
                self.by_group,
                pd.DataFrame(
                    {**self.by_group[["cost", "total"]].sum().to_dict(), "share": self.share},
                    index=pd.Index(["all"], name=self.by_group.index.name),
                ),
            ]
        )
        notes = (f"Inputs: {', '.join(self.costs)}. {self.rows} rows.",)
        return (
            Table(f"Cost of inputs as a share of {self.total}", frame, notes, {"share": ".2%"}),
        )


def cost_share(
    data: pd.DataFrame,
    costs: str | Sequence[str],
    *,
    total: str = "value_added",
    by: str | Sequence[str] = (),
) -> CostShare:
    """Compute the value-weighted share of inputs in value added.

    Parameters
    ----------
    data : DataFrame
        The industries and years wanted, one row each; costs and total in one unit.
    costs : str or sequence of str
        Columns of cost that are added up, such as the rental cost of IT and of software capital.
    total : str
        Column of value added, or of gross output for the share in output.
    by : str or sequence of str
        Columns whose groups are shown one by one.

    Returns
    -------
    CostShare
        The share over all rows and by group. Rows with a gap in any of the columns are left out
        of numerator and denominator alike.

    Raises
    ------
    DataError
        If a column is unknown or not numeric, no row is left, or a total is not above zero.

    Examples
    --------
    >>> data = pd.DataFrame({"year": [2017, 2018], "it": [2.0, 4.0], "value_added": [100.0, 100.0]})
    >>> result = cost_share(data, "it", by="year")
    >>> result.share, result.by_group["share"].tolist()
    (0.03, [0.02, 0.04])
    """
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"cost_share: data must be a DataFrame, got {type(data).__name__}")
    names = (costs,) if isinstance(costs, str) else as_tuple(costs, "costs")
    groups = (by,) if isinstance(by, str) else as_tuple(by, "by")
    if not names:
        raise DataError("cost_share: costs is empty; name at least one column")
    for name in (*names, total, *groups):
        if name not in data.columns:
            raise DataError(
                f"cost_share: data has no column {name!r};{suggestion(name, data.columns)}"
            )
    for name in (*names, total):
        if not pd.api.types.is_numeric_dtype(data[name]):
            raise DataError(f"cost_share: column {name!r} holds {data[name].dtype}; convert it")
    rows = data.dropna(subset=list({*names, total}))
    if rows.empty:
        raise DataError("cost_share: no row without a gap in costs and total")
    sums = pd.DataFrame({"cost": rows[list(names)].sum(axis=1), "total": rows[total]})
    if groups:
        by_group = sums.groupby([rows[name] for name in groups], sort=True).sum()
    else:
        by_group = sums.iloc[:0]
    whole = sums.sum()
    if not whole["total"] > 0 or not (by_group["total"] > 0).all():
        bad = by_group.index[~(by_group["total"] > 0)]
        where = f" for {bad[0]}" if len(bad) else ""
        raise DataError(f"cost_share: the sum of {total!r}{where} is not above zero")
    by_group = by_group.assign(share=np.asarray(by_group["cost"] / by_group["total"], dtype=float))
    share = float(whole["cost"] / whole["total"])
    return CostShare(share, by_group, tuple(names), total, len(rows))

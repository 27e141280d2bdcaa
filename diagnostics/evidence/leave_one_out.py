"""Whether an estimate hangs on one province, sector or year."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import QuesnayError
from quesnay.models.display.table import Table, Tabular
from quesnay.models.uncertainty.bootstrap import units_of
from quesnay.models.uncertainty.running import Guarded, estimate_of, values_of

__all__ = ["LeaveOneOut", "leave_one_out"]


@dataclass(frozen=True, slots=True, repr=False)
class LeaveOneOut(Tabular):
    """An estimate without each group in turn.

    Parameters
    ----------
    estimate : Series
        With all groups.
    left_out : DataFrame
        Index: the group left out; one column a statistic.
    failures : dict of str to str
        Group -> why the statistic failed without it.
    by : str
        What the groups are.
    """

    estimate: pd.Series
    left_out: pd.DataFrame
    failures: dict[str, str]
    by: str

    @property
    def change(self) -> pd.DataFrame:
        """Change of the statistic when each group is left out."""
        return self.left_out - self.estimate

    @property
    def std_errors(self) -> pd.Series:
        """Jackknife standard errors, ``sqrt((g - 1) / g sum (t_i - mean)^2)`` (CV3 of clusters)."""
        count = len(self.left_out)
        away = self.left_out - self.left_out.mean()
        return ((count - 1) / count * (away**2).sum()).pow(0.5).rename("std_error")

    def tables(self) -> tuple[Table, ...]:
        """Return the range of the estimates and the most influential groups."""
        low, high = self.left_out.idxmin(), self.left_out.idxmax()
        frame = pd.DataFrame(
            {
                "estimate": self.estimate,
                "jackknife_se": self.std_errors,
                "lowest": self.left_out.min(),
                "without": low.astype(str),
                "highest": self.left_out.max(),
                "without ": high.astype(str),
            }
        )
        notes = [f"{len(self.left_out)} groups of {self.by}, each left out once."]
        notes += [f"Without {name} it failed: {why}" for name, why in self.failures.items()]
        return (Table(f"Leaving out one {self.by} at a time", frame, tuple(notes)),)


def leave_one_out(
    statistic: Callable[[pd.DataFrame], Any], data: pd.DataFrame, *, by: str
) -> LeaveOneOut:
    """Compute a statistic without each group in turn.

    Parameters
    ----------
    statistic : callable
        ``statistic(data)`` returns a number, Series or mapping.
    data : DataFrame
        Observations.
    by : str
        Column of the groups.

    Returns
    -------
    LeaveOneOut
        Estimates, changes and jackknife errors. A group without which the statistic fails is
        counted and shown.

    Raises
    ------
    QuesnayError
        If the column is unknown or has gaps, there are fewer than three groups, or the statistic
        fails, or is not finite, on all of the data.

    Examples
    --------
    >>> frame = pd.DataFrame({"province": list("aabbcc"), "x": [1.0, 3, 2, 4, 9, 9]})
    >>> found = leave_one_out(lambda d: d["x"].mean(), frame, by="province")
    >>> found.left_out["value"].round(2).to_dict()
    {'a': 6.0, 'b': 5.5, 'c': 2.5}
    """
    units = units_of(data, by)
    if units.count < 3:
        raise QuesnayError(f"leave_one_out: {units.count} groups of {by!r}; at least three needed")
    call = Guarded(statistic, "the statistic")
    first = call(data)
    labels, estimate = estimate_of(first, owner="the statistic")
    rows: dict[Any, Any] = {}
    failures: dict[str, str] = {}
    for place, name in enumerate(units.names):
        try:
            returned = call(data.take(np.sort(units.without(place))))
        except QuesnayError as error:
            failures[str(name)] = str(error)
            continue
        rows[name] = values_of(returned, labels, rows=1, owner="the statistic")[0]
    if not rows:
        raise QuesnayError(f"leave_one_out: every group failed: {next(iter(failures.values()))}")
    left_out = pd.DataFrame.from_dict(rows, orient="index", columns=labels).rename_axis(by)
    return LeaveOneOut(pd.Series(estimate, index=labels, name="estimate"), left_out, failures, by)

"""A panel read from a formula and a frame, as the estimators of this room need it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.models.regression.columns import Grouping
from quesnay.models.regression.formula import parse_formula
from quesnay.models.regression.inputs import column_name
from quesnay.models.regression.sample import Roles, Sample, draw_sample

__all__ = ["PanelData", "read_panel"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PanelData:
    """Outcome and design with who and when.

    Parameters
    ----------
    outcome : str
        Name of the outcome.
    sample : Sample
        Rows used and what became of the others.
    unit, cluster : Grouping
        Unit and cluster of each row.
    time : Grouping or None
        Time of each row, in order.
    """

    outcome: str
    sample: Sample
    unit: Grouping
    cluster: Grouping
    time: Grouping | None

    @property
    def y(self) -> Array:
        """Outcome, (n,)."""
        return np.asarray(self.sample.outcome, dtype=np.float64)

    @property
    def X(self) -> Array:
        """Design, (n, k)."""
        return np.asarray(self.sample.design, dtype=np.float64)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of the design."""
        return self.sample.names

    @property
    def nobs(self) -> int:
        """Rows used."""
        return int(self.y.size)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was dropped, in words; empty where nothing was."""
        gone = self.sample.dropped.missing
        return (f"{gone} rows with a missing value are not used.",) if gone else ()


def read_panel(
    formula: str,
    data: pd.DataFrame,
    *,
    unit: str,
    time: str | None = None,
    cluster: str | None = None,
) -> PanelData:
    """Read outcome, design, unit, time and cluster; a unit may be seen once at each time.

    Parameters
    ----------
    formula : str
        See `quesnay.models.regression.formula`.
    data : DataFrame
        One row a unit and time.
    unit, time, cluster : str
        Columns; ``"a:b"`` joins two. The cluster is the unit by default.

    Returns
    -------
    PanelData
        Rows without missing values.

    Raises
    ------
    DataError
        If the formula or a column is at fault, or a unit is seen twice at one time.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2.0], "x": [0.0, 1.0], "u": ["a", "a"], "t": [1, 2]})
    >>> read_panel("y ~ x", frame, unit="u", time="t").unit.count
    1
    """
    if not isinstance(formula, str):
        raise DataError(f"formula: expected a text such as 'y ~ x', got {type(formula).__name__}")
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"data: expected a DataFrame, got {type(data).__name__}; convert it")
    column_name(unit, "unit")
    parts = [(cluster, "cluster"), (time, "time")]
    for value, role in parts:
        if value is not None:
            column_name(value, role)
    parsed = parse_formula(formula)
    groups = (unit,) if cluster is None or cluster == unit else (unit, cluster)
    sample = draw_sample(parsed, data, Roles(cluster=groups, time=time))
    found = PanelData(
        parsed.outcome.text, sample, sample.clusters[0], sample.clusters[-1], sample.periods
    )
    _refuse_twice(found)
    return found


def _refuse_twice(panel: PanelData) -> None:
    if panel.time is None:
        return
    cell = panel.unit.codes * panel.time.count + panel.time.codes
    values, counts = np.unique(cell, return_counts=True)
    if (counts > 1).any():
        unit, time = divmod(int(values[counts > 1][0]), panel.time.count)
        raise DataError(
            f"unit {panel.unit.labels[unit]!r} is seen twice at {panel.time.name} "
            f"{panel.time.labels[time]!r}; aggregate, or join columns such as 'province:sector'"
        )

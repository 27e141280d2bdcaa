"""The rows a regression uses, who and when they are, and what became of the others."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import choice
from quesnay.fitting.errors import DataError
from quesnay.fitting.regression.fixed_effects import find_singletons
from quesnay.models.regression.columns import (
    Grouping,
    column_name,
    group_column,
    read_weights,
    row_label,
)
from quesnay.models.regression.design import build_design, read_ingredients
from quesnay.models.regression.formula import Formula, parse_formula

__all__ = [
    "Dropped",
    "PanelData",
    "Roles",
    "Sample",
    "draw_sample",
    "read_panel",
]


Array = npt.NDArray[np.float64]
Values = npt.NDArray[np.floating]
Rows = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many rows of the data are not used, and why.

    Parameters
    ----------
    missing : int
        Rows with a missing value in a column that is used.
    zero_weight : int
        Rows of weight zero.
    singletons : int
        Rows that are alone in a group of the fixed effects.
    """

    missing: int = 0
    zero_weight: int = 0
    singletons: int = 0


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns do what, beside the formula.

    Parameters
    ----------
    absorb : tuple of str
        Fixed effects, interactions as ``"a:b"``.
    cluster : tuple of str
        Dimensions of clusters.
    weights : str, Series or None
        Column of weights, or a Series with the labels of the data.
    time : str or None
        Column of periods.
    missing : {"drop", "raise"}
        What to do with rows where a value is missing.
    singletons : {"drop", "keep"}
        What to do with rows alone in a group of the fixed effects.
    """

    absorb: tuple[str, ...] = ()
    cluster: tuple[str, ...] = ()
    weights: "str | pd.Series | None" = None
    time: str | None = None
    missing: str = "drop"
    singletons: str = "drop"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What is regressed on what, in the rows used.

    Parameters
    ----------
    index : Index
        Labels of the rows used.
    outcome : (n,) array
        Outcome.
    design : (n, k) array
        Regressors before absorption, in extended precision where a formula did arithmetic.
    names : tuple of str
        Names of the k columns.
    effects, clusters : tuples of Grouping
        Absorbed sets and dimensions of clusters.
    periods : Grouping or None
        Periods.
    weights : (n,) array or None
        Weights; None where all are one.
    dropped : Dropped
        Rows not used.
    """

    index: pd.Index
    outcome: Values
    design: Values
    names: tuple[str, ...]
    effects: tuple[Grouping, ...]
    clusters: tuple[Grouping, ...]
    periods: Grouping | None
    weights: Array | None
    dropped: Dropped


def draw_sample(formula: Formula, data: pd.DataFrame, roles: Roles) -> Sample:
    """Compute all columns and keep the rows that can be used."""
    ingredients = read_ingredients(formula, data)
    effects = [group_column(data, name, "absorb") for name in roles.absorb]
    known = {grouping.name: grouping for grouping in effects}
    clusters = [known.get(n) or group_column(data, n, "cluster") for n in roles.cluster]
    periods = None if roles.time is None else group_column(data, roles.time, "time")
    weights = read_weights(data, roles.weights)
    groups = [*effects, *clusters, *([] if periods is None else [periods])]
    numbers = [*ingredients.numbers.values(), *([] if weights is None else [weights])]
    gone = _missing(numbers, {*groups, *ingredients.categories.values()})
    _refuse_missing(gone, roles.missing, data.index)
    void = _weightless(weights, gone)
    alone = _singletons(effects, _either(gone, void), roles.singletons)
    lost = _either(gone, void, alone)
    rows = None if lost is None else ~lost
    dropped = Dropped(*(0 if why is None else int(why.sum()) for why in (gone, void, alone)))
    if not len(data) or (rows is not None and not rows.any()):
        raise DataError(f"no rows are left of {len(data)}: {_reasons(dropped)}")
    columns, names = build_design(formula, ingredients, rows, bool(effects))
    if not columns:
        raise DataError(f"formula {formula.source!r}: no regressors are left; add a term")
    _refuse_repeated(names)
    outcome = ingredients.numbers[formula.outcome]
    return Sample(
        index=data.index if rows is None else data.index[rows],
        outcome=outcome if rows is None else outcome[rows],
        design=_stack(columns),
        names=tuple(names),
        effects=_select(effects, rows),
        clusters=_select(clusters, rows),
        periods=None if periods is None else _select([periods], rows)[0],
        weights=weights if weights is None or rows is None else weights[rows],
        dropped=dropped,
    )


def _stack(columns: Sequence[Values]) -> Values:
    """Return the columns side by side, each contiguous."""
    kind = np.result_type(*columns)
    design = np.empty((columns[0].size, len(columns)), dtype=kind, order="F")
    for place, column in enumerate(columns):
        design[:, place] = column
    return design


def _missing(numbers: Sequence[Values], groups: Collection[Grouping]) -> Rows | None:
    """Return the rows where a value is missing; None where there are none, as below."""
    found = [np.isnan(v) for v in numbers if np.isnan(v @ v)]  # sizes are within bounds by now
    found += [g.codes < 0 for g in groups if g.codes.size and g.codes.min() < 0]
    return _either(*found)


def _weightless(weights: Array | None, gone: Rows | None) -> Rows | None:
    if weights is None or weights.all():
        return None
    void = np.equal(weights, 0.0)
    return void if gone is None else ~gone & void


def _either(*masks: Rows | None) -> Rows | None:
    """Return the rows in any of the masks; None where there are none."""
    known = [mask for mask in masks if mask is not None]
    joined = reduce(np.logical_or, known) if known else None
    return joined if joined is not None and joined.any() else None


def _refuse_missing(gone: Rows | None, missing: str, index: pd.Index) -> None:
    if choice(missing, ("drop", "raise"), "missing") == "raise" and gone is not None:
        row = row_label(index, int(np.argmax(gone)))
        raise DataError(
            f"{int(gone.sum())} of {gone.size} rows have a missing value, the first is row {row}; "
            "fill or drop them, or use missing='drop'"
        )


def _singletons(effects: Sequence[Grouping], lost: Rows | None, rule: str) -> Rows | None:
    choice(rule, ("drop", "keep"), "singletons")
    codes = [grouping.codes for grouping in effects]
    if not effects or rule == "keep" or not codes[0].size or (lost is not None and lost.all()):
        return None
    if lost is None:
        return _either(find_singletons(codes))
    alone = np.zeros_like(lost)
    alone[~lost] = find_singletons([c[~lost] for c in codes])
    return _either(alone)


def _select(groups: Sequence[Grouping], rows: Rows | None) -> tuple[Grouping, ...]:
    return tuple(groups) if rows is None else tuple(g.select(rows) for g in groups)


def _refuse_repeated(names: Sequence[str]) -> None:
    for place, name in enumerate(names):
        if name in names[:place]:
            raise DataError(f"formula: two columns of the design are called {name!r}; rename one")


def _reasons(dropped: Dropped) -> str:
    return (
        f"{dropped.missing} have a missing value, {dropped.zero_weight} a weight of zero, "
        f"{dropped.singletons} are alone in a group of the fixed effects"
    )


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
    """Read outcome, design, unit, time and cluster; a unit may be seen once at each time."""
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

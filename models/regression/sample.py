"""The rows a regression uses, who and when they are, and what became of the others."""

import datetime
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array, Mask, Values
from quesnay.fitting.checks import choice
from quesnay.fitting.errors import DataError
from quesnay.fitting.regression.fixed_effects import (
    Absorber,
    absorb_effects,
    absorb_slopes,
    find_singletons,
    weighed,
)
from quesnay.fitting.regression.least_squares import Regression
from quesnay.models.expressions import Shifter
from quesnay.models.inputs import as_frame
from quesnay.models.regression.columns import (
    Grouping,
    column_name,
    find_column,
    group_column,
    number_column,
    read_weights,
    row_label,
)
from quesnay.models.regression.design import (
    Ingredients,
    Recipe,
    build_design,
    dependent_columns,
    read_ingredients,
)
from quesnay.models.regression.formula import Formula, Term, parse_formula

_SLOPES = re.compile(r"(?P<group>[^\[\]]+)\[(?P<alone>\[)?(?P<columns>[^\[\]]+)\](?(alone)\])")


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many rows are not used: missing values, a weight of zero, alone in a group of effects."""

    missing: int = 0
    zero_weight: int = 0
    singletons: int = 0


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns do what, beside the formula.

    `absorb`: fixed effects, interactions as ``"a:b"``; `cluster`: dimensions of clusters;
    `weights`: a column or a Series with the labels of the data; `time`, `unit`: columns of the
    panel; `missing`, drop or raise: rows where a value is missing; `singletons`, drop or keep: rows
    alone in a group of the fixed effects.
    """

    absorb: tuple[str, ...] = ()
    cluster: tuple[str, ...] = ()
    weights: "str | pd.Series | None" = None
    time: str | None = None
    unit: str | None = None
    missing: str = "drop"
    singletons: str = "drop"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What is regressed on what, in the rows used.

    `index`: their labels; `outcome` (n,); `design` (n, k): regressors before absorption, in
    extended precision where a formula did arithmetic, with the names of the columns and, in
    `owners`, the term of each; `effects`, `clusters`: absorbed sets and dimensions of clusters;
    `periods`, numbered before rows were dropped: one that lost all its rows keeps its number;
    `weights` (n,), None where all are one; `unit`: the panel's, where they were named; `recipe`:
    how the design is made of another frame; `slopes`: absorbed slopes by group, name and (n, m), a
    column a group; `notes`: what a reader must know; `lag`, a number or "long", of the differences
    that outcome and design are.
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
    unit: Grouping | None = None
    recipe: Recipe | None = None
    owners: tuple[Term, ...] = ()
    slopes: tuple[tuple[str, Array], ...] = ()
    notes: tuple[str, ...] = ()
    lag: int | str | None = None

    def regression(
        self, X: Array, residuals: Array, bread: Array, absorber: Absorber | None, **basis: Any
    ) -> Regression:
        """Return a regression on X, (n, k), as covariances see it: in these groups, so weighted."""
        return Regression(
            X,
            residuals,
            bread,
            tuple(group.codes for group in self.effects),
            absorber,
            tuple(group.codes for group in self.clusters),
            None if self.periods is None else self.periods.codes,
            weights=self.weights,
            **basis,
        )

    def without(self, places: Collection[int]) -> "Sample":
        """Return the sample without some columns of its design."""
        keep = [place for place in range(len(self.names)) if place not in places]
        return replace(
            self,
            design=self.design[:, keep],
            names=tuple(self.names[place] for place in keep),
            owners=tuple(self.owners[place] for place in keep),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """Everything that is read of a frame before rows are dropped."""

    ingredients: Ingredients
    effects: list[Grouping]
    slopes: list[tuple[str, Grouping, Values]]
    clusters: list[Grouping]
    unit: Grouping | None
    periods: Grouping | None
    weights: Array | None

    @property
    def groups(self) -> set[Grouping]:
        """All groupings whose labels must be known."""
        named = [g for g in (self.unit, self.periods) if g is not None]
        sloped = [group for _, group, _ in self.slopes]
        categories = self.ingredients.categories.values()
        return {*self.effects, *self.clusters, *named, *sloped, *categories}


def read_formula(formula: object, data: object) -> Formula:
    """Read a formula, refusing what is no text, and data that are no frame."""
    if not isinstance(formula, str):
        kind = type(formula).__name__
        raise DataError(f"formula: expected a text such as 'y ~ x', got {kind}")
    as_frame(data, "data")
    return parse_formula(formula)


def draw_samples(
    formulas: Sequence[Formula], data: pd.DataFrame, roles: Roles
) -> tuple[Sample, ...]:
    """Draw one sample a formula, all of the same rows; the outcome is that of the first."""
    read = _read(formulas, data, roles)
    gone = _missing(read)
    if choice(roles.missing, ("drop", "raise"), "missing") == "raise" and gone is not None:
        row = row_label(data.index, int(np.argmax(gone)))
        raise DataError(
            f"{int(gone.sum())} of {gone.size} rows have a missing value, the first is row {row}; "
            "fill or drop them, or use missing='drop'"
        )
    void = None
    if read.weights is not None and not read.weights.all():
        void = np.equal(read.weights, 0.0)
        void = void if gone is None else ~gone & void
    alone = _singletons(read.effects, _either(gone, void), roles.singletons)
    lost = _either(gone, void, alone)
    rows = None if lost is None else ~lost
    dropped = Dropped(*(0 if why is None else int(why.sum()) for why in (gone, void, alone)))
    if not len(data) or (rows is not None and not rows.any()):
        raise DataError(
            f"no rows are left of {len(data)}: {dropped.missing} have a missing value, "
            f"{dropped.zero_weight} a weight of zero, {dropped.singletons} are alone in a group of "
            f"the fixed effects{_emptied(read)}"
        )
    whole = _sample_of(read, rows, data.index, dropped)
    return tuple(_with_design(whole, form, read, rows) for form in formulas)


def _read(formulas: Sequence[Formula], data: pd.DataFrame, roles: Roles) -> _Read:
    unit = None if roles.unit is None else group_column(data, roles.unit, "unit")
    periods = None if roles.time is None else group_column(data, roles.time, "time")
    shift = None if periods is None else make_shift(unit, periods)
    factors = dict.fromkeys(factor for form in formulas for factor in form.factors)
    ingredients = read_ingredients(factors, data, shift)
    absorbed: dict[str, Grouping] = {}
    slopes = []
    for text in roles.absorb:
        found = _SLOPES.fullmatch(text) if text not in data.columns else None
        name = text if found is None else found["group"].strip()
        group = absorbed.get(name) or group_column(data, name, "absorb")
        if found is None or not found["alone"]:
            absorbed[name] = group
        for column in [] if found is None else found["columns"].split(","):
            column = column.strip()
            values = number_column(find_column(data, column, "absorb"), column, "absorb")
            slopes.append((f"{name}[{column}]", group, values))
    effects = list(absorbed.values())
    known = {grouping.name: grouping for grouping in effects}
    if unit is not None:
        known.setdefault(unit.name, unit)
    clusters = [known.get(n) or group_column(data, n, "cluster") for n in roles.cluster]
    weights = read_weights(data, roles.weights)
    return _Read(ingredients, effects, slopes, clusters, unit, periods, weights)


def make_shift(unit: Grouping | None, time: Grouping) -> Shifter:
    """Return what gives a column at each unit's time so many periods before, NaN where unseen.

    Periods are counted among those of the data, before any row is dropped.
    """
    who = np.zeros(time.codes.size, np.intp) if unit is None else unit.codes
    known = (who >= 0) & (time.codes >= 0)
    key = np.where(known, who * time.count + time.codes, -1)
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    twice = (np.diff(ordered) == 0) & (ordered[1:] >= 0)
    seen_twice = int(order[int(np.argmax(twice))]) if twice.any() else None

    def shift(values: Values, steps: int) -> Values:
        if seen_twice is not None:
            raise DataError(
                f"formula: lag(), lead() and diff() need one row a unit and {time.name}; "
                f"{time.labels[time.codes[seen_twice]]!r} is seen twice: name unit=, or aggregate"
            )
        before = time.codes - steps
        wanted = np.where(known & (before >= 0) & (before < time.count), key - steps, -2)
        place = np.minimum(np.searchsorted(ordered, wanted), ordered.size - 1)
        found = ordered[place] == wanted
        return np.where(found, values[order[place]], np.nan)

    return shift


def _sample_of(read: _Read, rows: Mask | None, index: pd.Index, dropped: Dropped) -> Sample:
    """Return the rows with everything but the design."""
    kept: Any = slice(None) if rows is None else rows
    outcome = next(iter(read.ingredients.numbers.values()))
    weights = None if read.weights is None else read.weights[kept]
    return Sample(
        index=index if rows is None else index[rows],
        outcome=outcome[kept],
        design=np.empty((0, 0)),
        names=(),
        effects=tuple(group.select(rows) for group in read.effects),
        clusters=tuple(group.select(rows) for group in read.clusters),
        periods=None if read.periods is None else read.periods.between(kept),
        weights=weights,
        dropped=dropped,
        unit=None if read.unit is None else read.unit.select(rows),
        slopes=tuple(
            (name, _by_group(group.select(rows), values[kept]))
            for name, group, values in read.slopes
        ),
        notes=_remarks(read.periods, weights),
    )


def _with_design(sample: Sample, formula: Formula, read: _Read, rows: Mask | None) -> Sample:
    absorbed = bool(read.effects)
    columns, names, owners = build_design(formula, read.ingredients, rows, absorbed)
    if not columns:
        raise DataError(f"formula {formula.source!r}: no regressors are left; add a term")
    for place, name in enumerate(names):
        if name in names[:place]:
            raise DataError(f"formula: two columns of the design are called {name!r}; rename one")
    levels = {f: group.select(rows).labels for f, group in read.ingredients.categories.items()}
    design = np.empty((columns[0].size, len(columns)), np.result_type(*columns), order="F")
    for place, column in enumerate(columns):
        design[:, place] = column
    return replace(
        sample,
        design=design,
        names=tuple(names),
        owners=tuple(owners),
        recipe=Recipe(formula, levels, absorbed),
    )


def _by_group(group: Grouping, values: Values) -> Array:
    """Return a column a group: the values in its rows, zero elsewhere."""
    wide = np.zeros((group.codes.size, group.count))
    wide[np.arange(group.codes.size), group.codes] = values
    return wide


def _remarks(periods: Grouping | None, weights: Array | None) -> tuple[str, ...]:
    """Remark periods that are not equally far apart, and weights that look like counts."""
    notes = []
    if periods is not None:
        places, span = _places(periods.labels)
        steps = np.diff(places)
        alike = not steps.size or np.allclose(steps, steps[0])
        if not alike and not (span and steps.max() < 1.5 * steps.min()):  # months differ as well
            notes.append(
                f"{periods.name} is unevenly spaced ({steps.min():g} to {steps.max():g}{span} "
                "apart): lags and differences go to the period before it in the data."
            )
    if weights is not None and np.equal(weights, np.round(weights)).all() and weights.max() >= 2:
        notes.append(
            "Weights are whole numbers, taken as inverse to the variance of the errors; for rows "
            "that stand for so many equal ones use frequency= of fit_panel, or repeat the rows."
        )
    return tuple(notes)


def _places(labels: npt.NDArray[np.object_]) -> tuple[Array, str]:
    """Return where periods lie in time, none where that is not known, and the unit of dates."""
    if all(isinstance(label, int | float | np.number) for label in labels):
        return labels.astype(np.float64), ""
    if isinstance(labels[0], datetime.date):
        return np.array([label.toordinal() for label in labels], np.float64), " days"
    if all(isinstance(label, str) and label.isdecimal() for label in labels):
        return labels.astype(np.float64), ""
    try:  # text begins with the year, else it was refused
        dates = [x if isinstance(x, pd.Period) else pd.Period(str(x)) for x in labels]
    except ValueError:
        return np.empty(0), ""
    span = " days" if dates[0].freqstr == "D" else " periods"
    return np.array([date.ordinal for date in dates], np.float64), span


def _missing(read: _Read) -> Mask | None:
    """Return the rows where a value is missing; None where there are none, as below."""
    slopes = [values for _, _, values in read.slopes]
    own = [] if read.weights is None else [read.weights]
    numbers = [*read.ingredients.numbers.values(), *slopes, *own]
    found = [np.isnan(v) for v in numbers if np.isnan(v @ v)]  # sizes are within bounds by now
    found += [g.codes < 0 for g in read.groups if g.codes.size and g.codes.min() < 0]
    return _either(*found)


def _either(*masks: Mask | None) -> Mask | None:
    """Return the rows in any of the masks; None where there are none."""
    known = [mask for mask in masks if mask is not None]
    joined = reduce(np.logical_or, known) if known else None
    return joined if joined is not None and joined.any() else None


def _singletons(effects: Sequence[Grouping], lost: Mask | None, rule: str) -> Mask | None:
    choice(rule, ("drop", "keep"), "singletons")
    codes = [grouping.codes for grouping in effects]
    if not effects or rule == "keep" or not codes[0].size or (lost is not None and lost.all()):
        return None
    if lost is None:
        return _either(find_singletons(codes))
    alone = np.zeros_like(lost)
    alone[~lost] = find_singletons([c[~lost] for c in codes])
    return _either(alone)


def _emptied(read: _Read) -> str:
    """Name a column that is missing in every row."""
    for factor, values in read.ingredients.numbers.items():
        if values.size and np.isnan(values).all():
            return f"; {factor.text} is missing in all rows"
    for grouping in read.groups:
        if grouping.codes.size and (grouping.codes < 0).all():
            return f"; {grouping.name} is missing in all rows"
    return ""


def absorber_of(sample: Sample) -> Absorber | None:
    """Return what takes the absorbed effects and slopes of a sample out of any variable."""
    codes = [group.codes for group in sample.effects]
    absorber = absorb_effects(codes, weights=sample.weights) if codes else None
    if not sample.slopes:
        return absorber
    columns = np.concatenate([values for _, values in sample.slopes], axis=1)
    return absorb_slopes(columns, absorber, weights=sample.weights)


def drop_columns(sample: Sample, absorber: Absorber | None, drop: bool | None) -> Sample:
    """Leave out columns that others or the effects explain, with a note of their names.

    None leaves out those of interactions with a category only; of these the first level goes.
    """
    inner = [
        place
        for place, term in enumerate(sample.owners)
        if len(term) > 1 and any(factor.categorical for factor in term)
    ]
    if drop is False or not (inner or drop):
        return sample
    design = np.asarray(sample.design, dtype=np.float64)
    within = design if absorber is None else absorber.residualise(design)
    design, within = weighed(design, sample.weights), weighed(within, sample.weights)
    leaders = {sample.owners[place]: place for place in reversed(inner)}
    last = set(leaders.values())
    order = [place for place in range(len(sample.names)) if place not in last]
    lost = dependent_columns(within, design, order)
    lost = lost if drop else [place for place in lost if place in set(inner)]
    if not lost or len(lost) == len(sample.names):
        return sample
    names = ", ".join(sample.names[place] for place in lost)
    note = f"Left out, as other columns or the effects explain them: {names}."
    return replace(sample.without(lost), notes=(*sample.notes, note))


@dataclass(frozen=True, slots=True, eq=False)
class PanelData:
    """Outcome and design with who and when.

    `outcome`: name of the outcome; `sample`: mask used and what became of the others; `unit`,
    `cluster`: unit and cluster of each row; `time`: time of each row, in order, those without a row
    left out.
    """

    outcome: str
    sample: Sample
    unit: Grouping
    cluster: Grouping
    time: Grouping | None

    @property
    def when(self) -> Grouping:
        """Time of each row, with a place for times that lost all their rows."""
        assert self.sample.periods is not None
        return self.sample.periods

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
        """Mask used."""
        return int(self.y.size)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was dropped, in words; empty where nothing was."""
        gone = self.sample.dropped.missing
        said = (f"{gone} rows with a missing value are not used.",) if gone else ()
        return (*said, *self.sample.notes)


def read_panel(
    formula: str,
    data: pd.DataFrame,
    *,
    unit: str,
    time: str | None = None,
    cluster: str | None = None,
    weights: "str | pd.Series | None" = None,
) -> PanelData:
    """Read outcome, design, unit, time and cluster; a unit may be seen once at each time."""
    parsed = read_formula(formula, data)
    column_name(unit, "unit")
    for value, role in ((cluster, "cluster"), (time, "time")):
        if value is not None:
            column_name(value, role)
    groups = (unit,) if cluster is None or cluster == unit else (unit, cluster)
    roles = Roles(cluster=groups, weights=weights, time=time, unit=unit)
    (sample,) = draw_samples((parsed,), data, roles)
    periods = sample.periods
    seen = None if periods is None else periods.select(np.ones(sample.index.size, bool))
    who, whom = sample.clusters[0], sample.clusters[-1]
    if seen is not None:
        cell = who.codes * seen.count + seen.codes
        values, counts = np.unique(cell, return_counts=True)
        if (counts > 1).any():
            place, moment = divmod(int(values[counts > 1][0]), seen.count)
            raise DataError(
                f"unit {who.labels[place]!r} is seen twice at {seen.name} "
                f"{seen.labels[moment]!r}; aggregate, or join columns such as 'province:sector'"
            )
    return PanelData(parsed.outcome.text, sample, who, whom, seen)

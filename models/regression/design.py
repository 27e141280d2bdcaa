"""From a formula and a frame to a design, and what in a design cannot be estimated.

A category keeps all its levels only where this spans nothing that earlier terms span, so that the
design has full rank (the rule of patsy and formulaic).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array, Values
from quesnay.fitting.errors import DataError, EstimationError, suggestion
from quesnay.fitting.regression.fixed_effects import Absorber
from quesnay.fitting.regression.least_squares import Regression, name_dependence, scale_columns
from quesnay.models.expressions import Column, Shifter, columns_of, evaluate, looks_back
from quesnay.models.regression.columns import (
    Grouping,
    find_column,
    group_column,
    number_column,
    refuse_sizes,
    row_label,
)
from quesnay.models.regression.formula import Factor, Formula, Term


@dataclass(frozen=True, slots=True, eq=False)
class Ingredients:
    """Every factor of a formula computed for all rows of a frame.

    `numbers` (n,): computed expressions, NaN where a column is missing; `categories`: columns taken
    as categories.
    """

    numbers: dict[Factor, Values]
    categories: dict[Factor, Grouping]


def read_ingredients(
    factors: Iterable[Factor], data: pd.DataFrame, shift: Shifter | None = None
) -> Ingredients:
    """Compute the factors of a formula; `shift` gives columns at earlier times of the same unit."""
    columns: dict[str, Values] = {}
    numbers: dict[Factor, Values] = {}
    categories: dict[Factor, Grouping] = {}
    for factor in factors:
        if factor.categorical:
            categories[factor] = group_column(data, columns_of(factor.expression)[0], "formula")
            continue
        for name in columns_of(factor.expression):
            if name not in columns:
                columns[name] = number_column(find_column(data, name, "formula"), name, "formula")
        numbers[factor] = _compute(factor, columns, data.index, shift)
    return Ingredients(numbers, categories)


def _compute(
    factor: Factor, columns: dict[str, Values], index: pd.Index, shift: Shifter | None
) -> Values:
    """Evaluate one expression, refusing rows where it has no finite value."""
    if isinstance(factor.expression, Column):
        return columns[factor.expression.name]
    names = columns_of(factor.expression)
    if not names:
        raise DataError(f"formula: {factor.text} names no column; write 1 for the intercept")
    unknown = np.zeros(index.size, dtype=bool)  # rows without an earlier time

    def shifted(values: Values, steps: int) -> Values:
        moved = None if shift is None else shift(np.broadcast_to(values, unknown.shape), steps)
        if moved is None:
            raise DataError(
                f"formula: {factor.text} needs time=, and unit= where there are several"
            )
        np.logical_or(unknown, np.isnan(moved), out=unknown)
        return moved

    values = evaluate(factor.expression, columns, shifted)
    with np.errstate(over="ignore"):  # what is too large for a float is lost, which is told below
        lost = ~np.isfinite(values.astype(np.float64)) & ~unknown
    for name in names:
        lost &= ~np.isnan(columns[name])
    if lost.any():
        row = int(np.argmax(lost))
        given = ", ".join(f"{name} = {columns[name][row]:g}" for name in names)
        raise DataError(
            f"formula: {factor.text} has no finite value at row {row_label(index, row)} "
            f"({given}); drop such rows ({int(lost.sum())} in all) or transform otherwise"
        )
    refuse_sizes(values.astype(np.float64), f"formula: {factor.text}", index)
    return values


class Design(NamedTuple):
    """Columns of a design, their names, and the term each belongs to (none for the intercept)."""

    columns: list[Values]
    names: list[str]
    owners: list[Term]


def build_design(
    formula: Formula, ingredients: Ingredients, rows: npt.NDArray[np.bool_] | None, absorbed: bool
) -> Design:
    """Return the columns of the design, such as ``ln_ict``, ``C(region)[T.east]``, ``x:z``.

    A category keeps all its levels only where this spans nothing that earlier terms span, so
    that the design has full rank (the rule of patsy and formulaic).
    """
    made = Design([], [], [])
    if formula.intercept and not absorbed:
        some = [*ingredients.numbers.values(), *(g.codes for g in ingredients.categories.values())]
        size = (some[0].size if some else 0) if rows is None else int(rows.sum())
        made.columns.append(np.ones(size))
        made.names.append("Intercept")
        made.owners.append(())
    for term, part in _coded(formula, absorbed):
        for values, name in _term_columns(part, ingredients, rows):
            made.columns.append(values)
            made.names.append(name)
            made.owners.append(term)
    return made


@lru_cache(maxsize=512)
def _coded(formula: Formula, absorbed: bool) -> tuple[tuple[Term, dict[Factor, bool]], ...]:
    """Return the parts of all terms with their codings, which no data can change."""
    spanned: dict[frozenset[Factor], set[frozenset[Factor]]] = {}
    if formula.intercept or absorbed:
        spanned[frozenset()] = {frozenset()}
    return tuple((term, part) for term in formula.terms for part in _codings(term, spanned))


def _codings(
    term: Term, spanned: dict[frozenset[Factor], set[frozenset[Factor]]]
) -> list[dict[Factor, bool]]:
    """Return the parts of a term that are new, with whether each category keeps all levels.

    A term of categories spans every subset of them coded by contrasts. Subsets that earlier
    terms span are left out; two that differ by one category merge, that category keeping all.
    """
    groups = [factor for factor in term if factor.categorical and not factor.against_base]
    numbers = [factor for factor in term if factor not in groups]
    known = spanned.setdefault(frozenset(numbers), set())
    parts = [
        dict.fromkeys(chosen, False)
        for size in range(len(groups) + 1)
        for chosen in combinations(groups, size)
        if frozenset(chosen) not in known
    ]
    known.update(frozenset(part) for part in parts)
    while (found := _mergeable(parts)) is not None:
        short, long = found
        extra = next(factor for factor in parts[long] if factor not in parts[short])
        parts[long] = {**parts[long], extra: True}
        del parts[short]
    return [{f: part.get(f, False) for f in term if f in part or f in numbers} for part in parts]


def _mergeable(parts: list[dict[Factor, bool]]) -> tuple[int, int] | None:
    """Return two parts of which the second has one more category and else the same coding."""
    for i, short in enumerate(parts):
        for j, long in enumerate(parts):
            same = all(long.get(factor) == full for factor, full in short.items())
            if len(long) == len(short) + 1 and same:
                return i, j
    return None


def _term_columns(
    term: dict[Factor, bool], ingredients: Ingredients, rows: npt.NDArray[np.bool_] | None
) -> list[tuple[Values, str]]:
    made: list[tuple[Values, str]] = []
    for factor, full in term.items():
        if factor.categorical:
            own = _dummies(factor, ingredients.categories[factor], rows, full)
        else:
            values = ingredients.numbers[factor]
            own = [(values if rows is None else values[rows], factor.text)]
        made = _products(made, own) if made else own
    if sum(not factor.categorical for factor in term) > 1:
        for values, name in made:
            refuse_sizes(values, f"formula: {name}")
    return made


def _products(
    left: list[tuple[Values, str]], right: list[tuple[Values, str]]
) -> list[tuple[Values, str]]:
    with np.errstate(over="ignore"):  # what overflows is refused by its size
        return [(a * b, f"{m}:{n}") for b, n in right for a, m in left]


def _dummies(
    factor: Factor, grouping: Grouping, rows: npt.NDArray[np.bool_] | None, full: bool
) -> list[tuple[Values, str]]:
    """Return a column a level; a row whose level is not known is missing in all of them."""
    used = grouping.select(rows)
    base = -1 if full else _base_level(factor, used)
    mark = "" if full or factor.against_base else "T."
    unknown = used.codes < 0
    made = []
    for level in range(used.count):
        if level != base:
            values = (used.codes == level).astype(np.float64)
            values[unknown] = np.nan
            made.append((values, f"{factor.text}[{mark}{used.labels[level]}]"))
    return made


def _base_level(factor: Factor, used: Grouping) -> int:
    """Return the place of the level that others are compared with."""
    if factor.base is None:
        return 0
    base = factor.base
    texts = {str(base), str(int(base)) if isinstance(base, float) and base.is_integer() else ""}
    for place, label in enumerate(used.labels):
        if str(label) in texts or (isinstance(label, int | float) and label == base):
            return place
    said = next(iter(sorted(texts - {""}, key=len)))
    raise DataError(
        f"formula: {factor.text} has no level {said!r} among the rows used;"
        f"{suggestion(str(base), [str(label) for label in used.labels])}"
    )


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """How a design was made of a frame, so that predictions make it of new rows.

    `formula`: its terms; `levels`: levels of each category in the rows used; `absorbed`: whether
    absorbed effects took the place of the intercept.
    """

    formula: Formula
    levels: Mapping[Factor, npt.NDArray[np.object_]]
    absorbed: bool

    @property
    def shifts(self) -> bool:
        """Whether a term looks at other times."""
        factors = (factor for term in self.formula.terms for factor in term)
        return any(looks_back(factor.expression) for factor in factors)

    def design(self, data: pd.DataFrame, shift: Shifter | None = None) -> Design:
        """Return the columns for other rows; NaN where a level was not seen or a value is missing.

        The outcome is not needed.
        """
        formula = self.formula
        factors = dict.fromkeys(factor for term in formula.terms for factor in term)
        read = read_ingredients(factors, data, shift)
        known = {f: known_levels(g, self.levels[f]) for f, g in read.categories.items()}
        made = build_design(formula, Ingredients(read.numbers, known), None, self.absorbed)
        if made.columns and made.columns[0].size != len(data):  # an intercept alone
            made.columns[0] = np.ones(len(data))
        return made


def known_levels(found: Grouping, levels: npt.NDArray[np.object_]) -> Grouping:
    """Return a grouping by levels seen before; others are missing."""
    texts = [isinstance(label, str) for each in (found.labels, levels) for label in each[:1]]
    if len(set(texts)) > 1:
        raise DataError(
            f"new_data: labels of column {found.name!r} are {'' if texts[0] else 'not '}text, "
            f"those of the fit are{' not' * texts[0]}; convert it"
        )
    places = {level: place for place, level in enumerate(levels)}
    order = np.array([places.get(label, -1) for label in found.labels] + [-1], dtype=np.intp)
    return Grouping(found.name, order[found.codes], levels)


_ABSORBED = 1e-10  # length that deviations from group means keep of a column the effects explain


def free_of_effects(
    absorber: Absorber,
    y: Values,
    X: Values,
    *,
    outcome: str,
    names: Sequence[str],
    effects: str,
) -> tuple[Array, Array, float]:
    """Take fixed effects out of outcome and regressors; refuse those they leave nothing of."""
    whole = np.empty((y.size, 1 + X.shape[1]), order="F")
    whole[:, 0], whole[:, 1:] = y, X
    rest = absorber.residualise(whole)
    before, after = (np.sqrt(np.einsum("ij,ij->j", v, v)) for v in (whole, rest))
    gone = after <= _ABSORBED * before
    if gone[0]:
        raise EstimationError(
            f"the outcome {outcome!r} does not vary within the fixed effects: drop them"
        )
    if gone.any():
        lost = ", ".join(repr(names[place]) for place in np.flatnonzero(gone[1:]).tolist())
        raise EstimationError(
            f"columns {lost} do not vary within the fixed effects ({effects}): "
            "drop them from the formula, or absorb fewer effects"
        )
    return rest[:, 0], rest[:, 1:], float((before[1:] / after[1:]).max())


def spans_constant(design: Values) -> bool:
    """Return whether a combination of the columns is one in every row."""
    X = np.asarray(design, dtype=np.float64)
    X = X / np.sqrt(np.einsum("ij,ij->j", X, X))
    rest = 1.0 - X @ np.linalg.lstsq(X, np.ones(X.shape[0]), rcond=None)[0]
    return bool(np.abs(rest).max() < 1e-9)


def refuse_constant(y: Values, outcome: str) -> None:
    """Refuse an outcome that an intercept explains."""
    if y.size > 1 and y.min() == y.max():
        raise EstimationError(f"the outcome {outcome!r} does not vary: nothing to explain")


def refuse_dependent(X: Array, names: Sequence[str]) -> None:
    """Refuse regressors that are zero or depend on each other, naming them."""
    if X.shape[0] < X.shape[1]:
        raise EstimationError(
            f"{X.shape[0]} rows for {X.shape[1]} coefficients: give more rows or drop regressors"
        )
    name_dependence(scale_columns(X, names)[0], names)


def refuse_overflow(covariance: Array, ssr: float, names: Sequence[str]) -> None:
    """Refuse variances that floats cannot hold, because sizes of columns differ too much."""
    variances = covariance.diagonal()  # no covariance is larger than the variances of its two
    held = np.isfinite(variances) & ((variances != 0.0) | (ssr == 0.0))
    if not held.all():
        raise EstimationError(
            f"the variance of {names[int(np.argmin(held))]!r} is beyond the range of numbers; "
            "give the outcome or the regressors in other units"
        )


def refuse_own_rows(regression: Regression, names: Sequence[str]) -> None:
    """Refuse robust errors of a coefficient that rests on rows that fit themselves."""
    Z, T = regression.parts()
    scores = (Z * regression.residuals[:, None]) @ T.T
    usual = float(regression.residuals @ regression.residuals) * regression.bread.diagonal()
    for place in np.flatnonzero((scores**2).sum(axis=0) <= 1e-24 * usual).tolist():
        rows = int((regression.X[:, place] != 0.0).sum())
        if regression.residuals.any() and rows < regression.nobs:
            raise EstimationError(
                f"the coefficient of {names[place]!r} rests on {rows} row{'s' * (rows > 1)} that "
                "the regression fits exactly, so that its robust error does not exist; "
                "use covariance='classical' without clusters, or drop what only they identify"
            )


def dependent_columns(X: Array, whole: Array, first: Sequence[int] = ()) -> list[int]:
    """Return columns that those before them explain to rounding.

    X (n, k) is freed of absorbed effects, `whole` (n, k) is as it was before: to its length what is
    left is compared. `first`: columns that others should depend on rather than they on others, all
    but the first level of each interaction. One sweep over the Gram matrix finds candidates; each
    is then checked against the columns kept by orthogonal projection, so that nearly dependent
    columns with digits of their own stay.
    """
    lengths = np.sqrt(np.einsum("ij,ij->j", whole, whole))
    lost = [j for j in range(X.shape[1]) if not lengths[j] > 0.0]
    order = [*first, *(j for j in range(X.shape[1]) if j not in set(first))]
    order = [j for j in order if lengths[j] > 0.0]
    scaled = X[:, order] / lengths[order]
    gram = scaled.T @ scaled
    kept: list[int] = []
    for place in range(len(order)):
        if gram[place, place] < 1e-8 and _is_explained(scaled[:, place], scaled[:, kept]):
            lost.append(order[place])
            continue
        kept.append(place)
        pivot = gram[place, place]
        if pivot > 0.0:
            gram[place:, place:] -= np.outer(gram[place:, place], gram[place, place:]) / pivot
            gram[place, place] = pivot
    return sorted(lost)


def _is_explained(column: Array, kept: Array) -> bool:
    """Tell whether other columns leave less than 1e-9 of a column of length one."""
    rest = column
    for _ in range(2):
        rest = rest - kept @ np.linalg.lstsq(kept, rest, rcond=None)[0]
    return float(np.sqrt(rest @ rest)) < 1e-9

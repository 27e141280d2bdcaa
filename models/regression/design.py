"""From a formula and a frame to a design, and what in a design cannot be estimated.

A category keeps all its levels only where this spans nothing that earlier terms span, so that the
design has full rank (the rule of patsy and formulaic).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, EstimationError
from quesnay.fitting.regression.fixed_effects import Absorber
from quesnay.fitting.regression.least_squares import name_dependence, scale_columns
from quesnay.models.expressions import Column, columns_of, evaluate
from quesnay.models.regression.columns import (
    Grouping,
    find_column,
    group_column,
    number_column,
    refuse_sizes,
    row_label,
)
from quesnay.models.regression.formula import Factor, Formula, Term

__all__ = [
    "Ingredients",
    "build_design",
    "free_of_effects",
    "read_ingredients",
    "refuse_constant",
    "refuse_dependent",
    "refuse_overflow",
]


Values = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Ingredients:
    """Every factor of a formula computed for all rows of a frame.

    Parameters
    ----------
    numbers : dict of Factor to (n,) array
        Computed expressions, NaN where a column is missing.
    categories : dict of Factor to Grouping
        Columns taken as categories.
    """

    numbers: dict[Factor, Values]
    categories: dict[Factor, Grouping]


def read_ingredients(formula: Formula, data: pd.DataFrame) -> Ingredients:
    """Compute the factors of a formula."""
    columns: dict[str, Values] = {}
    numbers: dict[Factor, Values] = {}
    categories: dict[Factor, Grouping] = {}
    for factor in formula.factors:
        if factor.categorical:
            categories[factor] = group_column(data, columns_of(factor.expression)[0], "formula")
            continue
        for name in columns_of(factor.expression):
            if name not in columns:
                columns[name] = number_column(find_column(data, name, "formula"), name, "formula")
        numbers[factor] = _compute(factor, columns, data.index)
    return Ingredients(numbers, categories)


def _compute(factor: Factor, columns: dict[str, Values], index: pd.Index) -> Values:
    """Evaluate one expression, refusing rows where it has no finite value."""
    if isinstance(factor.expression, Column):
        return columns[factor.expression.name]
    names = columns_of(factor.expression)
    if not names:
        raise DataError(f"formula: {factor.text} names no column; write 1 for the intercept")
    values = evaluate(factor.expression, columns)
    lost = ~np.isfinite(values.astype(np.float64))
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


def build_design(
    formula: Formula, ingredients: Ingredients, rows: npt.NDArray[np.bool_] | None, absorbed: bool
) -> tuple[list[Values], list[str]]:
    """Return the columns of the design and their names.

    A category keeps all its levels only where this spans nothing that earlier terms span, so
    that the design has full rank (the rule of patsy and formulaic).
    """
    columns: list[Values] = []
    names: list[str] = []
    if formula.intercept and not absorbed:
        anything = ingredients.numbers[formula.outcome]
        columns.append(np.ones(anything.size if rows is None else int(rows.sum())))
        names.append("Intercept")
    for part in _coded(formula, absorbed):
        for values, name in _term_columns(part, ingredients, rows):
            columns.append(values)
            names.append(name)
    return columns, names


@lru_cache(maxsize=512)
def _coded(formula: Formula, absorbed: bool) -> tuple[dict[Factor, bool], ...]:
    """Return the parts of all terms with their codings, which no data can change."""
    spanned: dict[frozenset[Factor], set[frozenset[Factor]]] = {}
    if formula.intercept or absorbed:
        spanned[frozenset()] = {frozenset()}
    return tuple(part for term in formula.terms for part in _codings(term, spanned))


def _codings(
    term: Term, spanned: dict[frozenset[Factor], set[frozenset[Factor]]]
) -> list[dict[Factor, bool]]:
    """Return the parts of a term that are new, with whether each category keeps all levels.

    A term of categories spans every subset of them coded by contrasts. Subsets that earlier
    terms span are left out; two that differ by one category merge, that category keeping all.
    """
    numbers = [factor for factor in term if not factor.categorical]
    groups = [factor for factor in term if factor.categorical]
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
    used = grouping if rows is None else grouping.select(rows)
    mark = "" if full else "T."
    return [
        ((used.codes == level).astype(np.float64), f"{factor.text}[{mark}{used.labels[level]}]")
        for level in range(0 if full else 1, used.count)
    ]


Array = npt.NDArray[np.float64]

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
        lost = ", ".join(repr(n) for n, g in zip(names, gone[1:], strict=True) if g)
        raise EstimationError(
            f"columns {lost} do not vary within the fixed effects ({effects}): "
            "drop them from the formula, or absorb fewer effects"
        )
    return rest[:, 0], rest[:, 1:], float((before[1:] / after[1:]).max())


def refuse_constant(y: Values, outcome: str) -> None:
    """Refuse an outcome that an intercept explains."""
    if y.size > 1 and (y == y[0]).all():
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

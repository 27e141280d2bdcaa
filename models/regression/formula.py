"""Formulas of regressions (Wilkinson and Rogers, 1973), read without ever running anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TypeAlias

from quesnay.models.regression.expression import (
    Column,
    Expression,
    columns_of,
    read_call,
)
from quesnay.models.regression.tokens import Reader, read_tokens

__all__ = ["Factor", "Formula", "parse_formula"]


@dataclass(frozen=True, slots=True)
class Factor:
    """One part of a term: an expression, or a column taken as categories.

    Parameters
    ----------
    text : str
        As it names coefficients.
    expression : Expression
        What is computed; a `Column` where `categorical`.
    categorical : bool
        Whether it was written ``C(name)``.
    """

    text: str
    expression: Expression
    categorical: bool = False


Term: TypeAlias = tuple[Factor, ...]

_CONSTANT: list[Term] = [()]


@dataclass(frozen=True, slots=True)
class Formula:
    """An outcome and the terms that explain it.

    Parameters
    ----------
    source : str
        As written.
    outcome : Factor
        The left side.
    terms : tuple of tuples of Factor
        The right side without its intercept: main effects before interactions.
    intercept : bool
        Whether there is an intercept.
    """

    source: str
    outcome: Factor
    terms: tuple[Term, ...]
    intercept: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns used, the outcome's first, each once."""
        factors = [self.outcome, *(factor for term in self.terms for factor in term)]
        return tuple(dict.fromkeys(n for factor in factors for n in columns_of(factor.expression)))


@lru_cache(maxsize=512)
def parse_formula(source: str) -> Formula:
    """Read a formula such as ``"ln_va ~ ln_ict + ln_k"``.

    Parameters
    ----------
    source : str
        Outcome, ``~``, and terms joined by ``+ - : * / ** %in%`` and brackets; ``0`` or ``-1``
        drops the intercept. A term is a column (between backticks where its name is odd),
        ``C(column)`` for categories, ``I(...)`` for arithmetic, or a function of
        `quesnay.models.regression.expression.FUNCTIONS`.

    Returns
    -------
    Formula
        Outcome, terms, intercept.

    Raises
    ------
    DataError
        If it is no such formula; the message shows where.

    Notes
    -----
    The operators mean what they mean in R and formulaic, which the tests compare; but names
    are only ever looked up among columns, so no formula can run code.

    Examples
    --------
    >>> formula = parse_formula("ln_va ~ ln_ict * ln_k - 1")
    >>> [":".join(f.text for f in term) for term in formula.terms], formula.intercept
    (['ln_ict', 'ln_k', 'ln_ict:ln_k'], False)
    """
    reader = read_tokens(source)
    outcome = _read_factor(reader)
    if outcome.categorical:
        raise reader.error("the outcome cannot be categories")
    reader.expect("~")
    terms = _read_sum(reader)
    if reader.next.kind != "end":
        raise reader.error("expected '+' or the end")
    ordered = sorted((term for term in terms if term), key=len)
    return Formula(source, outcome, tuple(ordered), () in terms)


def _read_sum(reader: Reader, *, intercept: bool = True) -> list[Term]:
    """Read terms joined by + and -, with or without an intercept to begin with."""
    terms: list[Term] = [*_CONSTANT] if intercept else []
    sign = reader.take_sign("+", "-") or "+"
    while True:
        if reader.next.kind == "number" and reader.next.text == "0":
            reader.take()
            sign, fresh = ("-" if sign == "+" else "+"), _CONSTANT
        else:
            fresh = _read_crossing(reader)
        if sign == "+":
            terms = _unique([*terms, *fresh])
        else:
            terms = [term for term in terms if not any(_same(term, gone) for gone in fresh)]
        found = reader.take_sign("+", "-")
        if found is None:
            return terms
        sign = found


def _read_crossing(reader: Reader) -> list[Term]:
    """Read a * b (both and their interaction) and a / b (a, and b within a)."""
    left = _read_interaction(reader)
    while sign := reader.take_sign("*", "/", "%in%"):
        right = _read_interaction(reader)
        if sign == "*":
            left = _unique([*left, *right, *_interact(left, right)])
        elif sign == "/":
            inside: Term = tuple(dict.fromkeys(f for term in left for f in term))
            left = _unique([*left, *_interact([inside], right)])
        else:
            left = _interact(left, right)
    return left


def _read_interaction(reader: Reader) -> list[Term]:
    left = _read_repeated(reader)
    while reader.take_sign(":"):
        left = _interact(left, _read_repeated(reader))
    return left


def _read_repeated(reader: Reader) -> list[Term]:
    """Read (a + b) ** 2: all interactions up to that order."""
    base = _read_part(reader)
    if not reader.take_sign("**", "^"):
        return base
    token = reader.take()
    if token.kind != "number" or token.text not in "123456789":
        raise reader.error("a power of terms is one of 1 to 9; for powers write I(x**2); stopped")
    found = base
    for order in range(2, int(token.text) + 1):
        for group in combinations(base, order):
            found = [*found, tuple(dict.fromkeys(f for term in group for f in term))]
    return _unique(found)


def _read_part(reader: Reader) -> list[Term]:
    if reader.next.kind == "number":
        if reader.take().text != "1":
            raise reader.error("a number other than 0 or 1 is no term; for arithmetic write I(...)")
        return [()]
    if reader.take_sign("("):
        reader.enter()
        inner = _read_sum(reader, intercept=False)
        reader.expect(")")
        reader.leave()
        return inner
    return [(_read_factor(reader),)]


def _read_factor(reader: Reader) -> Factor:
    token = reader.next
    if token.kind not in {"name", "quoted"}:
        raise reader.error("expected a column, a function or '('")
    reader.take()
    called = reader.next.kind == "sign" and reader.next.text == "("
    if token.kind == "quoted" or not called:
        return Factor(token.text, Column(token.text))
    if token.text == "C":
        return _read_categories(reader)
    start = token.place
    expression = read_call(reader, token.text)
    return Factor(reader.source[start : reader.next.place].strip(), expression)


def _read_categories(reader: Reader) -> Factor:
    reader.expect("(")
    if reader.next.kind not in {"name", "quoted"}:
        raise reader.error("C(...) takes the name of one column")
    name = reader.take().text
    reader.expect(")")
    return Factor(f"C({name})", Column(name), categorical=True)


def _interact(left: Iterable[Term], right: Iterable[Term]) -> list[Term]:
    others = list(right)
    return _unique([tuple(dict.fromkeys((*a, *b))) for a in left for b in others])


def _same(one: Term, other: Term) -> bool:
    return set(one) == set(other)


def _unique(terms: Iterable[Term]) -> list[Term]:
    found: dict[frozenset[Factor], Term] = {}
    for term in terms:
        found.setdefault(frozenset(term), term)
    return list(found.values())

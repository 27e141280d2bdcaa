"""Formulas of regressions (Wilkinson and Rogers, 1973), read without ever running anything.

Factors are read here; operators are expanded by formulaic from a text that holds stand-ins only.
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from quesnay.fitting.errors import DataError
from quesnay.models.expressions import (
    Column,
    Expression,
    Reader,
    columns_of,
    read_call,
    read_tokens,
    shown_formula,
)

if TYPE_CHECKING:
    from formulaic.parser.types import ASTNode, Token


@dataclass(frozen=True, slots=True)
class Factor:
    """One part of a term: an expression, or a column taken as categories.

    `text`: as it names coefficients; `expression`: what is computed; a `Column` where
    `categorical`; `categorical`: whether it was written ``C(name)`` or ``i(name)``; `base`: level
    that has no column of its own; None is the first; `against_base`: whether the base is left out
    wherever the factor stands (``i(name)``).
    """

    text: str
    expression: Expression
    categorical: bool = False
    base: str | float | None = None
    against_base: bool = False

    def __hash__(self) -> int:
        """Hash the text, which says the rest: quick, as factors are looked up for every fit."""
        return hash(self.text)

    @property
    def meaning(self) -> tuple[Expression, bool, bool]:
        """What it stands for, however it was written."""
        return self.expression, self.categorical, self.against_base


Term: TypeAlias = tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """An outcome and the terms that explain it.

    `source`: as written; `outcome`: the left side; `terms`: the right side without its intercept:
    main effects before interactions; `intercept`: whether there is an intercept.
    """

    source: str
    outcome: Factor
    terms: tuple[Term, ...]
    intercept: bool

    @property
    def factors(self) -> tuple[Factor, ...]:
        """All factors, the outcome first, each once."""
        return tuple(dict.fromkeys([self.outcome, *(f for term in self.terms for f in term)]))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns used, the outcome's first, each once."""
        return tuple(dict.fromkeys(n for f in self.factors for n in columns_of(f.expression)))

    def find(self, wanted: Term) -> Term | None:
        """Return the term that means the same, in whatever order it was written, or None."""
        meaning = frozenset(factor.meaning for factor in wanted)
        own = (t for t in self.terms if frozenset(f.meaning for f in t) == meaning)
        return next(own, None)


def term_text(term: Term) -> str:
    """Return how a term is written."""
    return ":".join(factor.text for factor in term)


@lru_cache(maxsize=512)
def parse_formula(source: str) -> Formula:
    """Read a formula such as ``"ln_va ~ ln_ict + ln_k"``.

    The operators mean what they mean in formulaic, whose parser expands them (``b %in% a`` is
    ``a / b``). It is shown a stand-in for each factor: names and functions are read here, against
    the lists of what there is, and names are only looked up among columns. So no formula runs
    code. What was read is kept, so that fitting a formula again does not read it again.
    """
    reader = read_tokens(source)
    outcome = _read_factor(reader)
    if outcome.categorical:
        raise reader.error("the outcome cannot be categories")
    reader.expect("~")
    terms, intercept = _read_terms(reader, outcome)
    if any(len(term) == 1 and term[0].meaning == outcome.meaning for term in terms):
        raise DataError(
            f"formula {shown_formula(source)}: {outcome.text!r} is the outcome and would explain "
            "itself; take it out of the right side"
        )
    return Formula(source, outcome, terms, intercept)


@lru_cache(maxsize=512)
def parse_terms(source: str) -> tuple[Term, ...]:
    """Read terms alone, such as the instruments ``"z1 + C(region):z2"``."""
    reader = read_tokens(source)
    return _read_terms(reader, Factor("f0", Column("")))[0]


def _read_terms(reader: Reader, outcome: Factor) -> tuple[tuple[Term, ...], bool]:
    """Read the right side: its terms, main effects first, and whether it has an intercept."""
    names = {outcome: "f0"}
    skeleton = _read_skeleton(reader, names)
    factors = {name: factor for factor, name in names.items()}
    summands = skeleton.split(" + ")
    try:
        # refuse to take away what no term brought in: ``a - b`` is not the difference of the two
        words = [word for word in skeleton.split() if word != "("]
        for place, (sign, word) in enumerate(itertools.pairwise(words)):
            if sign == "-" and word in factors and word not in words[:place]:
                text = factors[word].text
                raise DataError(
                    f"'-' takes a term away, and {text!r} is in none of those before it; for a "
                    f"difference write I(... - {text})"
                )
        if factors.keys() >= set(summands):  # a plain sum needs no expansion
            expanded = [(), *((name,) for name in dict.fromkeys(summands))]
        else:
            expanded = expand_terms(f"f0 ~ {skeleton}")
    except DataError as problem:
        raise DataError(f"formula {shown_formula(reader.source)}: {problem}") from None
    terms = [tuple(factors[name] for name in term) for term in expanded]
    return tuple(sorted((term for term in terms if term), key=len)), () in terms


def _read_skeleton(reader: Reader, names: dict[Factor, str]) -> str:
    """Read the right side, with a stand-in for each factor, which `names` learns."""
    words: list[str] = []
    while True:
        _read_operand(reader, words, names)
        _read_endings(reader, words, names)
        sign = reader.take_sign("+", "-", ":", "*", "/", "%in%")
        if sign is None:
            break
        words.append(sign)
    if reader.next.kind != "end" or reader.depth:
        wanted = "expected ')'" if reader.depth else "expected '+' or the end"
        if reader.next.kind == "name":
            wanted += "; names with spaces or signs stand between backticks; stopped"
        raise reader.error(wanted)
    return " ".join(words)


def _read_operand(reader: Reader, words: list[str], names: dict[Factor, str]) -> None:
    """Read the brackets before an operand, the sign that may begin a sum, and the operand."""
    begins = not words
    while True:
        if begins and (sign := reader.take_sign("+", "-")):
            words.append(sign)
        begins = reader.take_sign("(") is not None
        if not begins:
            break
        reader.enter()
        words.append("(")
    if reader.next.kind == "number":
        if reader.next.text not in {"0", "1"}:
            raise reader.error("a number other than 0 or 1 is no term; for arithmetic write I(...)")
        if reader.depth or (words and words[-1] not in {"+", "-"}):
            raise reader.error("0 and 1 are added or taken away, outside brackets only; stopped")
        constant = reader.take().text
        if reader.next.kind == "sign" and reader.next.text not in {"+", "-"}:
            raise reader.error(f"{constant} is the intercept; expected '+', '-' or the end")
        words.append(constant)
    else:
        factor = _read_factor(reader)
        same = (known for known in names if known.meaning == factor.meaning)
        words.append(names.setdefault(next(same, factor), f"f{len(names)}"))


def _read_endings(reader: Reader, words: list[str], names: dict[Factor, str]) -> None:
    """Read the closing brackets and powers behind an operand."""
    while True:
        if reader.depth and reader.take_sign(")"):
            reader.leave()
            words.append(")")
        elif words[-2:-1] != ["**"] and reader.take_sign("**", "^"):
            word = words[-1]
            # refuse a power of one number, which would be that number alone: ``x**2`` adds no
            # square
            factor = next((factor for factor, name in names.items() if name == word), None)
            if factor is not None and not factor.categorical:
                text = factor.text
                raise reader.error(
                    f"a power of one term is the term; for its square write I({text}**2); stopped"
                )
            token = reader.next
            if token.kind != "number" or token.text not in {*"123456789"}:
                raise reader.error(
                    "a power of terms is one of 1 to 9; for powers write I(x**2); stopped"
                )
            words += ["**", reader.take().text]
        else:
            return


def _read_factor(reader: Reader) -> Factor:
    token = reader.next
    if token.kind not in {"name", "quoted"}:
        raise reader.error("expected a column, a function or '('")
    reader.take()
    called = reader.next.kind == "sign" and reader.next.text == "("
    if token.kind == "quoted" or not called:
        return Factor(token.text, Column(token.text))
    if token.text in {"C", "i"}:
        reader.expect("(")
        if reader.next.kind not in {"name", "quoted"}:
            raise reader.error(f"{token.text}(...) takes the name of one column")
        name = reader.take().text
        base = _read_base(reader) if reader.take_sign(",") else None
        reader.expect(")")
        return Factor(f"{token.text}({name})", Column(name), True, base, token.text == "i")
    start = token.place
    expression = read_call(reader, token.text)
    return Factor(reader.source[start : reader.next.place].strip(), expression)


def _read_base(reader: Reader) -> str | float:
    """Read the level that a category is compared with, in the ways of patsy, formulaic, fixest."""
    named = reader.next.kind == "name"
    if named and reader.take().text in {"Treatment", "contr.treatment"}:
        reader.expect("(")
        base = _read_level(reader, named=reader.next.kind == "name" and bool(reader.take()))
        reader.expect(")")
        return base
    return _read_level(reader, named=named)


def _read_level(reader: Reader, *, named: bool) -> str | float:
    if named and reader.take_sign("=") is None:
        raise reader.error(
            "only the base level is chosen here, as in C(x, base='b'); for slopes by group write "
            "i(group):x; stopped"
        )
    sign = reader.take_sign("-")
    token = reader.next
    if token.kind == "number":
        return float(reader.take().text) * (-1.0 if sign else 1.0)
    if token.kind != "text" or sign:
        raise reader.error("expected the base level, such as base='b' or base=2015")
    return reader.take().text


_MOST = 10_000  # products of columns; more come from programs or powers that went wrong
_FAILURES = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def expand_terms(skeleton: str) -> list[tuple[str, ...]]:
    """Expand the operators of a formula into terms, as formulaic does.

    Only formulaic's parser is called: its tree is walked, its sets of terms are read. Nothing is
    materialised, so formulaic never sees data and never evaluates a factor.
    """
    from formulaic.errors import FormulaicError
    from formulaic.parser import DefaultFormulaParser

    parser = DefaultFormulaParser()
    try:
        order, waiting = [], [parser.get_ast(skeleton)]
        while waiting:
            node = waiting.pop()
            order.append(node)
            waiting.extend(getattr(node, "args", ()))
        counts: dict[int, int] = {}
        for node in reversed(order):
            parts = [counts[id(part)] for part in getattr(node, "args", ())]
            counts[id(node)] = _count(node, parts)
            if counts[id(node)] > _MOST:
                raise DataError(f"it has more than {_MOST:,} products of columns; write fewer")
        terms = parser.get_terms(skeleton).rhs
        return [tuple(f.expr for f in term.factors if f.expr != "1") for term in terms]
    except DataError:
        raise
    except (FormulaicError, *_FAILURES) as problem:
        said = str(problem).partition("\n")[0] or type(problem).__name__
        raise DataError(f"formulaic cannot expand its terms ({said}); write them out") from None


def _count(node: "ASTNode[Any] | Token", parts: list[int]) -> int:
    """Return how many products an operator forms from those of its operands; one for a leaf."""
    match getattr(getattr(node, "operator", None), "symbol", None):
        case None:
            return 1
        case ":":
            return math.prod(parts)
        case "*":
            return sum(parts) + math.prod(parts)
        case "**":
            return int(parts[0] ** int(str(node.args[1])))
        case _:  # ~ + - / in
            return sum(parts)

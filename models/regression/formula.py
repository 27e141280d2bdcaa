"""Formulas of regressions (Wilkinson and Rogers, 1973), read without ever running anything.

Factors are read here; operators are expanded by formulaic from a text that holds stand-ins only.
"""

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

__all__ = [
    "Factor",
    "Formula",
    "expand_terms",
    "parse_formula",
]


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

    def __hash__(self) -> int:
        """Hash the text, which says the rest: quick, as factors are looked up for every fit."""
        return hash(self.text)


Term: TypeAlias = tuple[Factor, ...]


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
    def factors(self) -> tuple[Factor, ...]:
        """All factors, the outcome first, each once."""
        return tuple(dict.fromkeys([self.outcome, *(f for term in self.terms for f in term)]))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns used, the outcome's first, each once."""
        return tuple(dict.fromkeys(n for f in self.factors for n in columns_of(f.expression)))


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
    names = {outcome: "f0"}
    skeleton = _read_skeleton(reader, names)
    factors = {name: factor for factor, name in names.items()}
    try:
        expanded = expand_terms(f"f0 ~ {skeleton}")
    except DataError as problem:
        raise DataError(f"formula {shown_formula(source)}: {problem}") from None
    terms = [tuple(factors[name] for name in term) for term in expanded]
    if (outcome,) in terms:
        raise DataError(
            f"formula {shown_formula(source)}: {outcome.text!r} is the outcome and would explain "
            "itself; take it out of the right side"
        )
    ordered = sorted((term for term in terms if term), key=len)
    return Formula(source, outcome, tuple(ordered), () in terms)


def _read_skeleton(reader: Reader, names: dict[Factor, str]) -> str:
    """Read the right side, with a stand-in for each factor, which `names` learns."""
    words: list[str] = []
    while True:
        _read_operand(reader, words, names)
        _read_endings(reader, words)
        sign = reader.take_sign("+", "-", ":", "*", "/", "%in%")
        if sign is None:
            break
        words.append(sign)
    if reader.next.kind != "end" or reader.depth:
        raise reader.error("expected ')'" if reader.depth else "expected '+' or the end")
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
        words.append(_read_constant(reader, words))
    else:
        words.append(names.setdefault(_read_factor(reader), f"f{len(names)}"))


def _read_endings(reader: Reader, words: list[str]) -> None:
    """Read the closing brackets and powers behind an operand."""
    while True:
        if reader.depth and reader.take_sign(")"):
            reader.leave()
            words.append(")")
        elif words[-2:-1] != ["**"] and reader.take_sign("**", "^"):
            words += ["**", _read_order(reader)]
        else:
            return


def _read_order(reader: Reader) -> str:
    token = reader.next
    if token.kind != "number" or token.text not in {*"123456789"}:
        raise reader.error("a power of terms is one of 1 to 9; for powers write I(x**2); stopped")
    return reader.take().text


def _read_constant(reader: Reader, words: list[str]) -> str:
    """Read the 0 or 1 of the intercept, which has one meaning only outside brackets."""
    if reader.next.text not in {"0", "1"}:
        raise reader.error("a number other than 0 or 1 is no term; for arithmetic write I(...)")
    if reader.depth or (words and words[-1] not in {"+", "-"}):
        raise reader.error("0 and 1 are added or taken away, outside brackets only; stopped")
    constant = reader.take().text
    if reader.next.kind == "sign" and reader.next.text not in {"+", "-"}:
        raise reader.error(f"{constant} is the intercept; expected '+', '-' or the end")
    return constant


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
        _refuse_explosion(parser.get_ast(skeleton))
        terms = parser.get_terms(skeleton).rhs
        return [tuple(f.expr for f in term.factors if f.expr != "1") for term in terms]
    except DataError:
        raise
    except (FormulaicError, *_FAILURES) as problem:
        said = str(problem).partition("\n")[0] or type(problem).__name__
        raise DataError(f"formulaic cannot expand its terms ({said}); write them out") from None


def _refuse_explosion(tree: "ASTNode[Any] | Token") -> None:
    """Walk the tree, from leaves to root and without recursion, counting products of columns."""
    order, waiting = [], [tree]
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
        case "~" | "+" | "-" | "/" | "in":
            return sum(parts)
        case other:
            raise DataError(f"{other!r} is not an operator of formulas")

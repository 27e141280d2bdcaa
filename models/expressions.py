"""The one arithmetic language: words, a small tree, its values and its exact derivatives.

Formulas and functions of coefficients are read by `read_tokens` and `read_arithmetic`, identities
by `read_equation`; trees are computed by `evaluate` and differentiated by `differentiate` (dual
numbers). Names are only looked up among the values given; nothing is ever executed.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from quesnay.fitting.arrays import Array, Values
from quesnay.fitting.errors import DataError, nearest

_LONGEST = 10_000  # characters; longer formulas come from programs that went wrong
_DEEPEST = 40  # brackets within brackets
_WORDS = re.compile(
    r"""(?P<space>\s+)
      | (?P<quoted>`[^`\n]+`)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<name>[^\W\d][\w.]*)
      | (?P<text>"[^"\n]*"|'[^'\n]*')
      | (?P<sign>\*\*|%in%|[~+\-*/:^(),=\[\]])""",
    re.VERBOSE,
)
_OF_IDENTITIES = {"[", "]"}
LATEST = 50  # years that a quantity of an identity may lie before or after


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a formula, and the place of its first character, from 0.

    Of kind "name", "quoted" (between backticks), "number", "text" (between quotes), "sign" or
    "end"; the text is without backticks or quotes.
    """

    kind: str
    text: str
    place: int


@dataclass(slots=True)
class Reader:
    """Goes through the words of a formula or identity (`kind`) from left to right."""

    source: str
    tokens: tuple[Token, ...]
    kind: str = "formula"
    position: int = 0
    depth: int = 0

    @property
    def next(self) -> Token:
        """The word that comes next."""
        return self.tokens[self.position]

    def take(self) -> Token:
        """Return the next word and go on."""
        token = self.tokens[self.position]
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return token

    def take_sign(self, *signs: str) -> str | None:
        """Return the next word and go on if it is one of `signs`, else None."""
        token = self.next
        if token.kind == "sign" and token.text in signs:
            return self.take().text
        return None

    def expect(self, sign: str) -> None:
        """Go past `sign`, or refuse what is there instead."""
        if self.take_sign(sign) is None:
            raise self.error(f"expected {sign!r}")

    def enter(self) -> None:
        """Go one bracket deeper, refusing depths that no formula has."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.error(f"brackets are nested more than {_DEEPEST} deep")

    def leave(self) -> None:
        """Come out of a bracket."""
        self.depth -= 1

    def error(self, problem: str) -> DataError:
        """Return an error that says where in the formula the problem is."""
        token = self.next
        found = "its end" if token.kind == "end" else f"{token.text!r} (character {token.place})"
        return DataError(f"{self.kind} {shown_formula(self.source)}: {problem} at {found}")


def read_tokens(source: str, kind: str = "formula") -> Reader:
    """Split a formula, or an equation where `kind` is ``"identity"``, into words."""
    example = "y ~ x" if kind == "formula" else "total = core + rest"
    if not isinstance(source, str):
        raise DataError(f"{kind}: expected a text such as {example!r}, got {type(source).__name__}")
    if len(source) > _LONGEST:
        raise DataError(f"{kind}: {len(source):,} characters; at most {_LONGEST:,} are read")
    tokens, place = [], 0
    while place < len(source):
        found = _WORDS.match(source, place)
        if found is None or (kind == "formula" and found.group() in _OF_IDENTITIES):
            signs = "+ - * / : ** ( ) , or ~" if kind == "formula" else "+ - * / ** ( ) or ="
            advice = f"write names (odd ones in backticks), numbers, {signs}"
            if source[place] == "|":
                advice = "fixed effects are named apart: absorb=['g'] for 'y ~ x | g'"
            raise DataError(
                f"{kind} {shown_formula(source)}: {source[place]!r} at character {place} is not "
                f"allowed; {advice}"
            )
        sort, text = str(found.lastgroup), found.group()
        if sort != "space":
            bare = text[1:-1] if sort in {"quoted", "text"} else text
            tokens.append(Token(sort, bare, place))
        place = found.end()
    tokens.append(Token("end", "", len(source)))
    return Reader(source, tuple(tokens), kind)


def shown_formula(source: str) -> str:
    """Return a formula, shortened if it is long, for messages."""
    return repr(source if len(source) <= 80 else source[:77] + "...")


FUNCTIONS: dict[str, Callable[[Values], Values]] = {
    "abs": np.abs,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log10": np.log10,
    "log1p": np.log1p,
    "log2": np.log2,
    "sqrt": np.sqrt,
}
"""The functions that a formula may call; ``I(...)`` and ``C(...)`` are part of the grammar."""

_OPERATIONS: dict[str, Callable[[Values, Values], Values]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
}
_SHIFTS = ("lag", "lead", "diff")  # of a panel's or series' own times


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the data, or a quantity of an identity in year t plus `lag`."""

    name: str
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Negative:
    """Minus its operand."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `FUNCTIONS` and its argument."""

    function: str
    argument: "Expression"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands joined by one of ``+ - * / **``."""

    sign: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Shift:
    """The operand at the same unit's time so many steps before."""

    operand: "Expression"
    steps: int


Expression: TypeAlias = Number | Column | Negative | Call | Binary | Shift


def read_arithmetic(reader: Reader) -> Expression:
    """Read a sum from the formula."""
    left = _read_product(reader)
    while sign := reader.take_sign("+", "-"):
        left = Binary(sign, left, _read_product(reader))
    return left


def _read_product(reader: Reader) -> Expression:
    left = _read_signed(reader)
    while sign := reader.take_sign("*", "/"):
        left = Binary(sign, left, _read_signed(reader))
    return left


def _read_signed(reader: Reader) -> Expression:
    sign = reader.take_sign("+", "-")
    if sign is None:
        return _read_power(reader)
    reader.enter()
    tree = _read_signed(reader)
    reader.leave()
    return Negative(tree) if sign == "-" else tree


def _read_power(reader: Reader) -> Expression:
    base = _read_atom(reader)
    if not reader.take_sign("**", "^"):
        return base
    reader.enter()
    exponent = _read_signed(reader)
    reader.leave()
    return Binary("**", base, exponent)


def _read_atom(reader: Reader) -> Expression:
    token = reader.next
    if token.kind == "number":
        if not math.isfinite(float(token.text)):
            raise reader.error("a number too large to compute with, which starts")
        return Number(float(reader.take().text))
    if token.kind in {"quoted", "name"}:
        reader.take()
        if reader.kind == "identity":
            return Column(token.text, _read_lag(reader))
        if token.kind == "name" and reader.next.kind == "sign" and reader.next.text == "(":
            return read_call(reader, token.text)
        return Column(token.text)
    if reader.take_sign("("):
        return _read_bracket(reader)
    raise reader.error("expected a name, a number or '('")


def _read_bracket(reader: Reader) -> Expression:
    reader.enter()
    inner = read_arithmetic(reader)
    reader.expect(")")
    reader.leave()
    return inner


def read_call(reader: Reader, name: str) -> Expression:
    """Read the bracketed argument of a function; the reader is at the opening bracket."""
    if name == "I":
        reader.take()
        return _read_bracket(reader)
    if name in _SHIFTS:
        reader.take()
        return _read_shift(reader, name)
    name = name.removeprefix("np.") if name[3:] in FUNCTIONS else name  # as others write them
    if name in {"C", "i"}:
        raise reader.error(
            f"{name}() makes categories, which are a part of their own in a term and have no "
            "arithmetic; stopped"
        )
    if name not in FUNCTIONS:
        known = [*sorted(FUNCTIONS), *_SHIFTS, "I", "C", "i"]
        raise reader.error(
            f"{name!r} is not a function of formulas ({', '.join(known)});{nearest(name, known)} "
            "add a column for anything else; stopped"
        )
    reader.take()
    return Call(name, _read_bracket(reader))


def _read_shift(reader: Reader, name: str) -> Expression:
    """Read ``x)`` or ``x, 2)`` behind ``lag(``, ``lead(`` or ``diff(``."""
    reader.enter()
    inner = read_arithmetic(reader)
    steps = 1
    if reader.take_sign(","):
        text = reader.next.text
        if not text.isdecimal() or not 1 <= int(text) <= 999:
            raise reader.error(f"{name}(x, k) takes a whole number k from 1 on; stopped")
        steps = int(reader.take().text)
    reader.expect(")")
    reader.leave()
    shifted = Shift(inner, -steps if name == "lead" else steps)
    return Binary("-", inner, shifted) if name == "diff" else shifted


def read_equation(source: str) -> tuple[Expression, Expression]:
    """Read both sides of an identity such as ``"S[t] * GDP[t] = T[t]"``.

    Names may carry a year, ``[t]``, ``[t-1]`` or ``[t+1]``; none means ``[t]``. Functions are none
    of its words.
    """
    reader = read_tokens(source, "identity")
    if sum(token.text == "=" and token.kind == "sign" for token in reader.tokens) != 1:
        raise DataError(f"identity {shown_formula(source)}: one equation expected, one '=' sign")
    left = read_arithmetic(reader)
    reader.expect("=")
    right = read_arithmetic(reader)
    if reader.next.kind != "end":
        raise reader.error("expected an operator or the end")
    return left, right


def _read_lag(reader: Reader) -> int:
    """Read the year behind a quantity, ``[t-1]``, as years after t."""
    if reader.take_sign("[") is None:
        return 0
    if reader.take().text != "t":
        raise reader.error("a year is written [t], [t-1] or [t+1]; stopped")
    sign = reader.take_sign("+", "-")
    lag = 0
    if sign is not None:
        digits = reader.take().text
        if not digits.isdecimal() or len(digits) > 2 or int(digits) > LATEST:
            raise reader.error(f"a year is [t] plus or minus up to {LATEST}; stopped")
        lag = int(digits) if sign == "+" else -int(digits)
    reader.expect("]")
    return lag


def _nodes(tree: Expression) -> Iterator[Expression]:
    """Yield an expression and all that it is made of, from left to right."""
    yield tree
    match tree:
        case Negative(inner) | Call(_, inner) | Shift(inner, _):
            yield from _nodes(inner)
        case Binary(_, left, right):
            yield from _nodes(left)
            yield from _nodes(right)


def columns_of(tree: Expression) -> tuple[str, ...]:
    """Return the names of the columns in an expression, each once, in order."""
    return tuple(dict.fromkeys(node.name for node in _nodes(tree) if isinstance(node, Column)))


def looks_back(tree: Expression) -> bool:
    """Return whether an expression uses another time: ``lag``, ``lead`` or ``diff``."""
    return any(isinstance(node, Shift) for node in _nodes(tree))


Shifter: TypeAlias = Callable[[Values, int], Values]


def evaluate(tree: Expression, columns: dict[str, Values], shift: Shifter | None = None) -> Values:
    """Compute an expression row by row; `shift` gives the values so many times before."""
    with np.errstate(all="ignore"):
        return _evaluate(tree, columns, shift)


def _evaluate(tree: Expression, columns: dict[str, Values], shift: Shifter | None) -> Values:
    match tree:
        case Number(value):
            return np.asarray(value, dtype=np.longdouble)
        case Column(name):
            return columns[name]
        case Negative(inner):
            return -_evaluate(inner, columns, shift)
        case Call(function, inner):
            argument = np.asarray(_evaluate(inner, columns, shift), dtype=np.float64)
            return FUNCTIONS[function](argument)
        case Binary(sign, left, right):
            sides = (_evaluate(side, columns, shift) for side in (left, right))
            return np.asarray(_OPERATIONS[sign](*(one.astype(np.longdouble) for one in sides)))
    if shift is None:
        raise DataError("formula: lag(), lead() and diff() need time=, in panels also unit=")
    return shift(_evaluate(tree.operand, columns, shift), tree.steps)


@dataclass(frozen=True, slots=True)
class Slope:
    """A value and its derivatives, (k,), carried through an expression (dual number)."""

    value: float
    gradient: Array


def differentiate(tree: Expression, values: dict[str, Slope]) -> Slope:
    """Compute an expression and its derivatives."""
    match tree:
        case Number(value):
            return Slope(float(value), np.zeros(next(iter(values.values())).gradient.size))
        case Column(name):
            return values[name]
        case Negative(inner):
            slope = differentiate(inner, values)
            return Slope(-slope.value, -slope.gradient)
        case Call(function, inner):
            return _chain(function, differentiate(inner, values))
        case Binary(sign, left, right):
            return _combine_slopes(sign, differentiate(left, values), differentiate(right, values))
    raise DataError("lag(), lead() and diff() are of columns, not of coefficients")


def _chain(function: str, inner: Slope) -> Slope:
    x = np.float64(inner.value)
    value, derivative = {
        "abs": (np.abs(x), np.sign(x)),
        "exp": (np.exp(x), np.exp(x)),
        "expm1": (np.expm1(x), np.exp(x)),
        "log": (np.log(x), 1 / x),
        "log10": (np.log10(x), 1 / (x * np.log(10.0))),
        "log1p": (np.log1p(x), 1 / (1 + x)),
        "log2": (np.log2(x), 1 / (x * np.log(2.0))),
        "sqrt": (np.sqrt(x), 0.5 / np.sqrt(x)),
    }[function]
    return Slope(float(value), derivative * inner.gradient)


def _combine_slopes(sign: str, left: Slope, right: Slope) -> Slope:
    a, b = np.float64(left.value), np.float64(right.value)
    match sign:
        case "+":
            return Slope(float(a + b), left.gradient + right.gradient)
        case "-":
            return Slope(float(a - b), left.gradient - right.gradient)
        case "*":
            return Slope(float(a * b), b * left.gradient + a * right.gradient)
        case "/":
            return Slope(float(a / b), left.gradient / b - a / b**2 * right.gradient)
        case _:
            gradient = b * a ** (b - 1) * left.gradient
            if right.gradient.any():
                gradient = gradient + a**b * np.log(a) * right.gradient
            return Slope(float(a**b), np.asarray(gradient))

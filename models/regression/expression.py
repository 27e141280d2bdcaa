"""Arithmetic in formulas: a small tree, read by this file and computed by this file only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import nearest
from quesnay.models.regression.tokens import Reader

__all__ = [
    "FUNCTIONS",
    "Binary",
    "Call",
    "Column",
    "Expression",
    "Negative",
    "Number",
    "Values",
    "columns_of",
    "read_arithmetic",
]

Values: TypeAlias = npt.NDArray[np.floating]

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


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the data."""

    name: str


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


Expression: TypeAlias = Number | Column | Negative | Call | Binary


def read_arithmetic(reader: Reader) -> Expression:
    """Read a sum from the formula.

    Parameters
    ----------
    reader : Reader
        At the first word of the expression.

    Returns
    -------
    Expression
        Its tree; the reader is behind it.

    Raises
    ------
    DataError
        If a word is missing or a function is not in `FUNCTIONS`.

    Examples
    --------
    >>> from quesnay.models.regression.evaluation import evaluate
    >>> from quesnay.models.regression.tokens import read_tokens
    >>> tree = read_arithmetic(read_tokens("log(x) - 2 * x ** 2"))
    >>> float(evaluate(tree, {"x": np.array([1.0])})[0])
    -2.0
    """
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
    reader.enter()
    sign = reader.take_sign("+", "-")
    tree = _read_power(reader) if sign is None else _read_signed(reader)
    reader.leave()
    return Negative(tree) if sign == "-" else tree


def _read_power(reader: Reader) -> Expression:
    base = _read_atom(reader)
    if reader.take_sign("**", "^"):
        return Binary("**", base, _read_signed(reader))
    return base


def _read_atom(reader: Reader) -> Expression:
    token = reader.next
    if token.kind == "number":
        return Number(float(reader.take().text))
    if token.kind == "quoted":
        return Column(reader.take().text)
    if token.kind == "name":
        reader.take()
        if reader.next.kind == "sign" and reader.next.text == "(":
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
    if name not in FUNCTIONS:
        known = [*sorted(FUNCTIONS), "I", "C"]
        raise reader.error(
            f"{name!r} is not a function of formulas ({', '.join(known)});{nearest(name, known)} "
            "add a column for anything else; stopped"
        )
    reader.take()
    return Call(name, _read_bracket(reader))


def columns_of(tree: Expression) -> tuple[str, ...]:
    """Return the names of the columns in an expression, each once, in order.

    Parameters
    ----------
    tree : Expression
        What was read.

    Returns
    -------
    tuple of str
        Names.

    Examples
    --------
    >>> columns_of(Binary("/", Column("va"), Column("l")))
    ('va', 'l')
    """
    match tree:
        case Column(name):
            return (name,)
        case Negative(inner) | Call(_, inner):
            return columns_of(inner)
        case Binary(_, left, right):
            return tuple(dict.fromkeys((*columns_of(left), *columns_of(right))))
        case _:
            return ()

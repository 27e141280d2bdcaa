"""Identities as text, parsed into a small tree; nothing in them is ever executed."""

import ast
from dataclasses import dataclass
from typing import TypeAlias

from quesnay.fitting.errors import StudyError

__all__ = ["Binary", "Node", "Number", "Symbol", "parse_equation", "symbols_of"]

_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Symbol:
    """A quantity in year t plus `lag` (T[t-1] has lag -1)."""

    name: str
    lag: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Two expressions joined by + - * or /."""

    operator: str
    left: "Node"
    right: "Node"


Node: TypeAlias = Number | Symbol | Binary


def parse_equation(text: object, *, where: str) -> tuple[Node, Node]:
    """Parse ``left = right``, made of quantities, numbers and + - * / and brackets.

    Parameters
    ----------
    text : str
        Such as ``"S[t] * GDP[t] = T[t]"``; ``[t-1]`` is the year before; no brackets mean ``[t]``.
    where : str
        Which identity, for messages.

    Returns
    -------
    (Node, Node)
        Both sides.

    Raises
    ------
    StudyError
        If it is no equation or holds anything else.

    Examples
    --------
    >>> parse_equation("S * GDP[t-1] = T", where="share")[0].right
    Symbol(name='GDP', lag=-1)
    """
    if not isinstance(text, str) or text.count("=") != 1 or len(text) > _LONGEST:
        raise StudyError(
            f"identity {where}: one equation expected, such as 'T[t] = C[t] + I[t]', got {text!r}"
        )
    left, right = text.split("=")
    return _parse(left, text, where), _parse(right, text, where)


def symbols_of(node: Node) -> set[Symbol]:
    """Return the quantities of an expression.

    Parameters
    ----------
    node : Node
        The expression.

    Returns
    -------
    set of Symbol
        Each quantity once.

    Examples
    --------
    >>> sorted(s.name for s in symbols_of(parse_equation("T = C + I", where="total")[1]))
    ['C', 'I']
    """
    if isinstance(node, Symbol):
        return {node}
    if isinstance(node, Binary):
        return symbols_of(node.left) | symbols_of(node.right)
    return set()


def _parse(side: str, text: str, where: str) -> Node:
    try:
        tree = ast.parse(side.strip(), mode="eval").body
        return _node(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise StudyError(
            f"identity {where}: cannot read {side.strip()!r} in {text!r}; only names, numbers, "
            "[t], [t-1], + - * / and brackets"
        ) from None


def _node(tree: ast.expr) -> Node:
    """Walk the parsed text; anything not listed here is refused."""
    match tree:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Number(float(value))
        case ast.Name(id=name):
            return Symbol(name, 0)
        case ast.Subscript(value=ast.Name(id=name), slice=place):
            return Symbol(name, _lag(place))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Binary("*", Number(-1.0), _node(operand))
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return Binary(_OPERATORS[type(operator)], _node(left), _node(right))
    raise ValueError


def _lag(place: ast.expr) -> int:
    match place:
        case ast.Name(id="t"):
            return 0
        case ast.BinOp(left=ast.Name(id="t"), op=ast.Sub(), right=ast.Constant(value=int() as by)):
            return -by
        case ast.BinOp(left=ast.Name(id="t"), op=ast.Add(), right=ast.Constant(value=int() as by)):
            return by
    raise ValueError

"""Accounting identities written as text, ``"total = core + integration"``; nothing executes."""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from quesnay.fitting.errors import DataError, nearest, shown

__all__ = ["Identity", "parse_identity"]

_LONGEST, _DEEPEST = 2000, 60
_HIGHEST_POWER = 9.0
_LARGEST = 1e300
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_TINY = 1e-30  # the complex step subtracts nothing, so it can be as small as this


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity, as a function that is zero where it holds.

    Parameters
    ----------
    text : str
        What was written.
    tree : ast.expr
        Left side minus right side, of names, numbers and ``+ - * / **`` only.
    names : mapping of str to str
        Name in the tree -> label.
    """

    text: str
    tree: ast.expr
    names: Mapping[str, str]

    def residual(self, values: Mapping[str, Any]) -> Any:
        """Return left minus right side for values by label, real or complex."""
        with np.errstate(all="ignore"):
            return _evaluate(self.tree, {n: values[label] for n, label in self.names.items()})

    def gradient(self, values: Mapping[str, float], labels: Sequence[str]) -> np.ndarray:
        """Return the derivatives by label, exact to rounding (complex step)."""
        out = np.zeros(len(labels))
        places = {label: place for place, label in enumerate(labels)}
        for label in set(self.names.values()):
            shifted: dict[str, Any] = {**values, label: values[label] + 1j * _TINY}
            out[places[label]] = np.imag(self.residual(shifted)) / _TINY
        return out


def parse_identity(text: str, labels: Sequence[str]) -> Identity:
    """Read one identity; only labels, numbers and ``+ - * / **`` are understood.

    Parameters
    ----------
    text : str
        Such as ``"share * gdp = total"``; a label with other signs goes in backticks.
    labels : sequence of str
        The labels of the estimates.

    Returns
    -------
    Identity
        The identity, ready to evaluate.

    Raises
    ------
    DataError
        If the text is no identity, or names an unknown label.

    Examples
    --------
    >>> identity = parse_identity("total = core + integration", ["core", "integration", "total"])
    >>> print(identity.residual({"core": 0.5, "integration": 1.0, "total": 1.75}))
    0.25
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise DataError(f"identity {shown(text, 80)}: expected a text of at most {_LONGEST} signs")
    plain, quoted = _without_quotes(text)
    if plain.count("=") != 1:
        raise DataError(f"identity {text[:80]!r}: expected one '=' sign")
    left, right = plain.split("=")
    try:
        tree = ast.parse(f"({left}\n) - ({right}\n)", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise DataError(
            f"identity {text!r} cannot be read; write labels, numbers and + - * / ** with one '='"
        ) from None
    names: dict[str, str] = {}
    _check(tree, text, (quoted, names), 0)
    for label in names.values():
        if label not in labels:
            hint = nearest(label, labels)
            raise DataError(
                f"identity {text!r}: no estimate is called {label!r};{hint}".rstrip(";")
            )
    if not names:
        raise DataError(f"identity {text!r} names no estimate")
    return Identity(text, tree, names)


def _without_quotes(text: str) -> tuple[str, dict[str, str]]:
    """Return the text with labels in backticks replaced by plain names, and those names."""
    prefix = "label_"
    while prefix in text:
        prefix += "_"
    quoted: dict[str, str] = {}

    def hold(match: re.Match[str]) -> str:
        name = f"{prefix}{len(quoted)}"
        quoted[name] = match.group(1)
        return f" {name} "

    return re.sub(r"`([^`]*)`", hold, text), quoted


def _check(
    node: ast.expr, text: str, found: tuple[Mapping[str, str], dict[str, str]], depth: int
) -> None:
    """Refuse everything but arithmetic on names and numbers; collect the names."""
    if depth > _DEEPEST:
        raise DataError(f"identity {text[:80]!r} is nested too deeply; split it")
    if isinstance(node, ast.Name):
        found[1][node.id] = found[0].get(node.id, node.id)
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        if isinstance(node.op, ast.Pow) and not _is_power(node.right):
            raise DataError(f"identity {text!r}: an exponent must be a number up to 9")
        _check(node.left, text, found, depth + 1)
        _check(node.right, text, found, depth + 1)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        _check(node.operand, text, found, depth + 1)
    elif not _is_number(node):
        raise DataError(
            f"identity {text!r}: {ast.unparse(node)!r} is not understood; only labels, numbers "
            "and + - * / ** are"
        )


def _is_number(node: ast.expr, most: float = _LARGEST) -> bool:
    """Return whether a node is a real number of at most a size."""
    if not isinstance(node, ast.Constant) or type(node.value) not in {int, float}:
        return False
    return abs(cast(float, node.value)) <= most


def _is_power(node: ast.expr) -> bool:
    """Return whether a node is a small number, with or without a sign."""
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return _is_number(inner, _HIGHEST_POWER)


def _evaluate(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """Return the value of a checked tree."""
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.BinOp):
        left, right = _evaluate(node.left, values), _evaluate(node.right, values)
        return _OPERATORS[type(node.op)](np.asarray(left)[()], np.asarray(right)[()])
    if isinstance(node, ast.UnaryOp):
        inner = _evaluate(node.operand, values)
        return -inner if isinstance(node.op, ast.USub) else inner
    return np.float64(cast(float, cast(ast.Constant, node).value))

"""Accounting identities written as text, ``"total = core + integration"``; nothing executes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.models.expressions import (
    Binary,
    Call,
    Column,
    Expression,
    Negative,
    Number,
    Slope,
    differentiate,
    read_equation,
)

__all__ = ["Identity", "parse_identity"]

_LONGEST, _DEEPEST = 2000, 60
_HIGHEST_POWER = 9.0


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity, as a function that is zero where it holds: `tree`, left minus right side.

    `text` is what was written, `labels` are the estimates that it names.
    """

    text: str
    tree: Expression
    labels: tuple[str, ...]

    def residual(self, values: Mapping[str, Any]) -> Any:
        """Return left minus right side for values by label."""
        return np.float64(self._slope(values, self.labels).value)

    def gradient(self, values: Mapping[str, float], labels: Sequence[str]) -> np.ndarray:
        """Return the derivatives by label, exact to rounding (dual numbers)."""
        return self._slope(values, labels).gradient

    def _slope(self, values: Mapping[str, Any], labels: Sequence[str]) -> Slope:
        unit = np.eye(len(labels))
        slopes = {
            label: Slope(float(values[label]), unit[place]) for place, label in enumerate(labels)
        }
        with np.errstate(all="ignore"):
            return differentiate(self.tree, slopes)


def parse_identity(text: str, labels: Sequence[str]) -> Identity:
    """Read one identity; only labels, numbers and ``+ - * / **`` are understood.

    A label with other signs goes in backticks, as in ``"`net exports` = total - home"``.

    >>> identity = parse_identity("total = core + integration", ["core", "integration", "total"])
    >>> print(identity.residual({"core": 0.5, "integration": 1.0, "total": 1.75}))
    0.25
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise DataError(f"identity {shown(text, 80)}: expected a text of at most {_LONGEST} signs")
    try:
        left, right = read_equation(text)
    except DataError as error:
        raise DataError(f"{error}; only labels, numbers and + - * / ** are understood") from None
    tree = Binary("-", left, right)
    names = tuple(dict.fromkeys(_checked_names(tree, text, 0)))
    for label in names:
        if label not in labels:
            hint = nearest(label, labels)
            raise DataError(
                f"identity {text!r}: no estimate is called {label!r};{hint}".rstrip(";")
            )
    if not names:
        raise DataError(f"identity {text!r} names no estimate")
    return Identity(text, tree, names)


def _checked_names(tree: Expression, text: str, depth: int) -> Iterator[str]:
    """Yield the names, refusing what an identity of one period has not."""
    if depth > _DEEPEST:
        raise DataError(f"identity {text[:80]!r} is nested too deeply; split it")
    match tree:
        case Column(name, lag):
            if lag:
                raise DataError(f"identity {text!r}: estimates have no year; write {name!r} only")
            yield name
        case Negative(inner) | Call(_, inner):
            yield from _checked_names(inner, text, depth + 1)
        case Binary(sign, left, right):
            if sign == "**" and not _is_power(right):
                raise DataError(f"identity {text!r}: an exponent must be a number up to 9")
            yield from _checked_names(left, text, depth + 1)
            yield from _checked_names(right, text, depth + 1)


def _is_power(tree: Expression) -> bool:
    """Return whether an exponent is a small number, with or without a sign."""
    inner = tree.operand if isinstance(tree, Negative) else tree
    return isinstance(inner, Number) and abs(inner.value) <= _HIGHEST_POWER

"""Quantities, and the identities that tie them: read from text, multiplied out, units checked.

An identity is an equation of names, years in square brackets, numbers and ``+ - * / **``. It is
multiplied out to a polynomial that is zero where it holds, ``sum_m a_m prod(quantities) = 0``;
denominators are multiplied through, so they must not be zero. Identities of one name and several
definitions are alternatives: a report used one of them, and need not say which.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from quesnay.diagnostics.audit.figures import Unit
from quesnay.fitting.errors import DataError, StudyError, nearest, shown
from quesnay.models.expressions import Binary, Column, Expression, Negative, Number, read_equation
from quesnay.models.satellite.concepts import CONCEPTS, Concept

Name: TypeAlias = tuple[str, int]
"""A symbol and its lag."""
Polynomial: TypeAlias = Mapping[tuple[Name, ...], float]
"""Products of quantities, each a sorted tuple of names, and their coefficients."""
_Dimension: TypeAlias = Counter[str]
_MOST_TERMS = 200
_HIGHEST_POWER = 9


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that identities speak of, printed or not.

    `symbol`: its name in the identities; `concept`: what it is, in words; `unit`: such as
    "percent"; "" takes the unit of `like`; `like`: symbol of a quantity of the same unit; `low`,
    `high`: what it cannot pass whatever is printed, in its unit: value added is not negative.
    """

    symbol: str
    concept: str
    unit: str = ""
    like: str = ""
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True, slots=True)
class Identity:
    """One equation that holds in every year.

    `name`: what it says, in words; `text`: such as ``"T[t] = C[t] + I[t]"``; `left`, `right`: its
    sides; `polynomial`: left minus right side, multiplied out; `definition`: which of several
    definitions it is; identities of one name are alternatives.
    """

    name: str
    text: str
    left: Expression
    right: Expression
    polynomial: Polynomial
    definition: str = ""

    @classmethod
    def parse(cls, name: str, text: str, definition: str = "") -> "Identity":
        """Read an identity from its text.

        >>> Identity.parse("share", "S = T / GDP[t-1]").polynomial
        {(('GDP', -1), ('S', 0)): 1.0, (('T', 0),): -1.0}
        """
        try:
            left, right = read_equation(text)
        except DataError as error:
            raise StudyError(f"identity {name}: {str(error).removeprefix('identity ')}") from None
        where = f"identity {name}: {shown(text, 80)}"
        (a, b), (c, d) = _rational(left, where), _rational(right, where)
        polynomial = _plus(_times(a, d, where), _times(c, b, where), -1.0)
        if not any(polynomial):
            if not (_names(left) | _names(right)):
                raise StudyError(f"{where} names no quantity")
            if polynomial:
                raise StudyError(f"{where} cannot hold")
        return cls(name, " ".join(text.split()), left, right, polynomial, definition)

    @property
    def names(self) -> frozenset[Name]:
        """Symbols with their lags, those that cancel left out."""
        return frozenset(name for product in self.polynomial for name in product)


def _names(tree: Expression) -> set[Name]:
    match tree:
        case Column(name, lag):
            return {(name, lag)}
        case Negative(inner):
            return _names(inner)
        case Binary(_, left, right):
            return _names(left) | _names(right)
        case _:
            return set()


def _rational(tree: Expression, where: str) -> tuple[Polynomial, Polynomial]:
    """Return an expression as numerator and denominator."""
    one: Polynomial = {(): 1.0}
    match tree:
        case Number(value):
            return ({(): value} if value else {}), one
        case Column(name, lag):
            return {((name, lag),): 1.0}, one
        case Negative(inner):
            top, bottom = _rational(inner, where)
            return _plus({}, top, -1.0), bottom
    assert isinstance(tree, Binary)  # no function is read in an identity
    return _joined(tree.sign, _rational(tree.left, where), tree.right, where)


def _joined(
    sign: str, left: tuple[Polynomial, Polynomial], second: Expression, where: str
) -> tuple[Polynomial, Polynomial]:
    a, b = left
    if sign == "**":
        power = _power(second, where)
        top: Polynomial = {(): 1.0}
        bottom = top
        for _ in range(power):
            top, bottom = _times(top, a, where), _times(bottom, b, where)
        return top, bottom
    c, d = _rational(second, where)
    if sign == "*":
        return _times(a, c, where), _times(b, d, where)
    if sign == "/":
        if not c:
            raise StudyError(f"{where} divides by zero")
        return _times(a, d, where), _times(b, c, where)
    factor = 1.0 if sign == "+" else -1.0
    if b == d:
        return _plus(a, c, factor), b
    return _plus(_times(a, d, where), _times(c, b, where), factor), _times(b, d, where)


def _power(tree: Expression, where: str) -> int:
    if isinstance(tree, Number) and tree.value.is_integer() and 0 < tree.value <= _HIGHEST_POWER:
        return int(tree.value)
    raise StudyError(f"{where}: an exponent is a whole number from 1 to {_HIGHEST_POWER}")


def _plus(left: Polynomial, right: Polynomial, factor: float) -> Polynomial:
    out = dict(left)
    for product, c in right.items():
        out[product] = out.get(product, 0.0) + factor * c
    return {product: c for product, c in out.items() if c != 0.0}


def _times(left: Polynomial, right: Polynomial, where: str) -> Polynomial:
    out: dict[tuple[Name, ...], float] = {}
    for one, a in left.items():
        for other, b in right.items():
            product = tuple(sorted((*one, *other)))
            out[product] = out.get(product, 0.0) + a * b
    if len(out) > _MOST_TERMS or not all(map(math.isfinite, out.values())):
        raise StudyError(
            f"{where}: multiplied out it has more than {_MOST_TERMS} terms or numbers beyond all "
            "bounds; split it into several identities"
        )
    return {product: c for product, c in out.items() if c != 0.0}


def _quantity(concept: Concept) -> Quantity:
    level, scale = concept.unit == "level", concept.scale
    return Quantity(
        concept.letter or concept.name.upper(),
        concept.audited,
        "" if level else "percent",
        ("C" if concept.letter == "T" else "T") if level else "",
        scale * concept.low,
        scale * concept.high,
    )


ACCOUNT_QUANTITIES = (
    *(  # the total first, as it is told first
        _quantity(concept)
        for concept in sorted(CONCEPTS.values(), key=lambda concept: concept.name != "total")
        if concept.audited
    ),
    Quantity("R", "real growth of GDP", unit="percent", low=-100.0),
    Quantity("D", "GDP deflator growth", unit="percent", low=-100.0),
)
ACCOUNT_IDENTITIES = tuple(
    Identity.parse(*identity) for concept in CONCEPTS.values() for identity in concept.identities
)
"""What holds in a satellite account; the deflator is that of nominal and real GDP."""

FREE_DEFLATOR = Identity.parse(
    "real growth, any deflator", "T[t] = (1 + G[t]) * (1 + D[t]) * T[t-1]"
)
"""What is left of real growth where the deflator may be anything."""


def check_symbols(identities: Sequence[Identity], known: Iterable[str]) -> None:
    """Refuse identities that speak of something nobody declared."""
    words = list(known)
    for identity in identities:
        for symbol, _ in sorted(_names(identity.left) | _names(identity.right)):
            if symbol not in words:
                raise StudyError(
                    f"identity {identity.name}: unknown quantity {shown(symbol)} in "
                    f"{shown(identity.text, 80)};{nearest(symbol, words)} declare it as a quantity "
                    "or print a figure of it"
                )


def check_dimensions(identity: Identity, units: Mapping[str, Unit]) -> None:
    """Refuse an identity that adds or equates quantities of different kinds.

    A quantity whose unit has no text is not checked.
    """
    left = _dimension(identity.left, units, identity)
    _same(left, _dimension(identity.right, units, identity), identity)


def _dimension(
    tree: Expression, units: Mapping[str, Unit], identity: Identity
) -> _Dimension | None:
    """Return the exponents of each base unit; None where a unit is not known."""
    match tree:
        case Column(name):
            unit = units[name]
            if not unit.text:
                return None
            return _kinds(unit.base)
        case Negative(inner):
            return _dimension(inner, units, identity)
        case Binary("**", inner, Number(power)):
            left = _dimension(inner, units, identity)
            return None if left is None else Counter({b: n * int(power) for b, n in left.items()})
        case Binary():
            left = _dimension(tree.left, units, identity)
            right = _dimension(tree.right, units, identity)
            if tree.sign in {"+", "-"}:
                _same(left, right, identity)
                return left if left is not None else right
            if left is None or right is None:
                return None
            out = Counter(left)
            for base, exponent in right.items():
                out[base] += exponent if tree.sign == "*" else -exponent
            return Counter({base: exponent for base, exponent in out.items() if exponent})
        case _:
            return Counter()


def _kinds(base: str) -> _Dimension:
    """Return what a unit counts, each kind in the plural: "CNY per person" has persons."""
    out: _Dimension = Counter()
    for place, part in enumerate(base.split(" per ")):
        kind = f"{part.removesuffix('s')}s" if part.islower() else part
        out[kind] += -1 if place else 1
    return Counter({kind: n for kind, n in out.items() if kind and n})


def _same(left: _Dimension | None, right: _Dimension | None, identity: Identity) -> None:
    if left is not None and right is not None and left != right:
        raise StudyError(
            f"identity {identity.name}: {shown(identity.text, 80)} sets {_words(left)} beside "
            f"{_words(right)}; check the units of its quantities"
        )


def _words(dimension: _Dimension) -> str:
    def power(kind: str, n: int) -> str:
        return kind if n == 1 else f"{kind}^{n}"

    over = [power(kind, n) for kind, n in sorted(dimension.items()) if n > 0]
    under = [power(kind, -n) for kind, n in sorted(dimension.items()) if n < 0]
    return " per ".join([" ".join(over) or "1", *under]) if over or under else "a pure number"

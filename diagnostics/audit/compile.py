"""Identities of one year, compiled to linear equations and products."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from quesnay.diagnostics.audit.expressions import Binary, Node, Number, Symbol
from quesnay.diagnostics.audit.identities import Identity
from quesnay.fitting.bounds.system import Linear, Product, System
from quesnay.fitting.errors import StudyError

__all__ = ["Compiler", "Key"]

Key: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Form:
    """``sum coefficients x + constant``."""

    terms: Mapping[int, float]
    constant: float = 0.0

    def times(self, factor: float) -> "_Form":
        return _Form({k: c * factor for k, c in self.terms.items()}, self.constant * factor)

    def plus(self, other: "_Form") -> "_Form":
        terms = dict(self.terms)
        for place, c in other.terms.items():
            terms[place] = terms.get(place, 0.0) + c
        return _Form({k: c for k, c in terms.items() if c != 0.0}, self.constant + other.constant)


@dataclass(slots=True)
class Compiler:
    """Collects the variables and equations of all identities and years.

    Quantities come first, in the order they are met; helpers for products follow.

    Examples
    --------
    >>> compiler = Compiler()
    >>> compiler.add(Identity.parse("share", "S * GDP = T"), 2018)
    >>> compiler.places
    {('S', 2018): 0, ('GDP', 2018): 1, ('T', 2018): 3}
    >>> compiler.system().products
    (Product(result=2, left=0, right=1),)
    """

    places: dict[Key, int] = field(default_factory=dict)
    _size: int = 0
    _linear: list[Linear] = field(default_factory=list)
    _products: list[Product] = field(default_factory=list)

    def place(self, key: Key) -> int:
        """Return the place of a quantity, giving it one where it is new."""
        if key not in self.places:
            self.places[key] = self._new()
        return self.places[key]

    def add(self, identity: Identity, year: int) -> None:
        """Add one identity in one year."""
        left = self._form(identity.left, year, identity)
        right = self._form(identity.right, year, identity)
        self._equate(left.plus(right.times(-1.0)), identity)

    def system(self) -> System:
        """Return the equations collected."""
        return System(self._size, tuple(self._linear), tuple(self._products))

    def _new(self) -> int:
        self._size += 1
        return self._size - 1

    def _equate(self, form: _Form, identity: Identity) -> None:
        if not form.terms:
            if form.constant != 0.0:
                raise StudyError(f"identity {identity.name}: {identity.text!r} cannot hold")
            return
        self._linear.append(Linear(tuple(form.terms), tuple(form.terms.values()), form.constant))

    def _form(self, node: Node, year: int, identity: Identity) -> _Form:
        if isinstance(node, Number):
            return _Form({}, node.value)
        if isinstance(node, Symbol):
            return _Form({self.place((node.name, year + node.lag)): 1.0})
        return self._binary(node, year, identity)

    def _binary(self, node: Binary, year: int, identity: Identity) -> _Form:
        left = self._form(node.left, year, identity)
        right = self._form(node.right, year, identity)
        if node.operator == "+":
            return left.plus(right)
        if node.operator == "-":
            return left.plus(right.times(-1.0))
        if node.operator == "*":
            if not right.terms:
                return left.times(right.constant)
            if not left.terms:
                return right.times(left.constant)
            return _Form({self._product(self._single(left), self._single(right)): 1.0})
        return self._quotient(left, right, identity)

    def _quotient(self, left: _Form, right: _Form, identity: Identity) -> _Form:
        if not right.terms:
            if right.constant == 0.0:
                raise StudyError(f"identity {identity.name}: {identity.text!r} divides by zero")
            return left.times(1.0 / right.constant)
        ratio = self._new()
        self._products.append(Product(self._single(left), ratio, self._single(right)))
        return _Form({ratio: 1.0})

    def _product(self, left: int, right: int) -> int:
        result = self._new()
        self._products.append(Product(result, left, right))
        return result

    def _single(self, form: _Form) -> int:
        """Return a variable equal to the form, a new one unless the form is a variable."""
        if list(form.terms.values()) == [1.0] and form.constant == 0.0:
            return next(iter(form.terms))
        place = self._new()
        terms = {place: -1.0, **form.terms}
        self._linear.append(Linear(tuple(terms), tuple(terms.values()), form.constant))
        return place

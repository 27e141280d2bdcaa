"""Identities must not add trillions to persons."""

from collections import Counter
from collections.abc import Mapping

from quesnay.diagnostics.audit.expressions import Binary, Node, Number, Symbol
from quesnay.diagnostics.audit.identities import Identity
from quesnay.diagnostics.audit.units import Unit
from quesnay.fitting.errors import StudyError

__all__ = ["check_dimensions"]

_Dimension = Counter[str]


def check_dimensions(identity: Identity, units: Mapping[str, Unit]) -> None:
    """Refuse an identity that adds or equates quantities of different kinds.

    Parameters
    ----------
    identity : Identity
        The equation.
    units : mapping
        Symbol -> unit; one without text is not checked.

    Raises
    ------
    StudyError
        If two sides or two terms differ, such as a currency and persons.

    Examples
    --------
    >>> from quesnay.diagnostics.audit.units import unit_of
    >>> units = {"T": unit_of("trillion CNY", where="T"), "S": unit_of("percent", where="S")}
    >>> check_dimensions(Identity.parse("wrong", "S = T"), units)
    Traceback (most recent call last):
    quesnay.fitting.errors.StudyError: identity wrong: 'S = T' sets a pure number beside CNY; ...
    """
    left = _dimension(identity.left, units, identity)
    right = _dimension(identity.right, units, identity)
    _same(left, right, identity)


def _dimension(node: Node, units: Mapping[str, Unit], identity: Identity) -> _Dimension | None:
    """Return the exponents of each base unit; None where a unit is not known."""
    if isinstance(node, Number):
        return Counter()
    if isinstance(node, Symbol):
        unit = units[node.name]
        if not unit.text:
            return None
        return Counter({unit.base: 1}) if unit.base else Counter()
    return _joined(node, units, identity)


def _joined(node: Binary, units: Mapping[str, Unit], identity: Identity) -> _Dimension | None:
    left = _dimension(node.left, units, identity)
    right = _dimension(node.right, units, identity)
    if node.operator in {"+", "-"}:
        _same(left, right, identity)
        return left if left is not None else right
    if left is None or right is None:
        return None
    out = Counter(left)
    for base, exponent in right.items():
        out[base] += exponent if node.operator == "*" else -exponent
    return Counter({base: exponent for base, exponent in out.items() if exponent})


def _same(left: _Dimension | None, right: _Dimension | None, identity: Identity) -> None:
    if left is not None and right is not None and left != right:
        raise StudyError(
            f"identity {identity.name}: {identity.text!r} sets {_words(left)} beside "
            f"{_words(right)}; check the units of its quantities"
        )


def _words(dimension: _Dimension) -> str:
    parts = [base if n == 1 else f"{base}^{n}" for base, n in sorted(dimension.items())]
    return " ".join(parts) or "a pure number"

"""Quantities and the identities that tie them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from quesnay.diagnostics.audit.expressions import Node, parse_equation, symbols_of
from quesnay.fitting.errors import StudyError, nearest

__all__ = [
    "OFFICIAL_DEFLATOR",
    "SATELLITE_ACCOUNT",
    "SATELLITE_QUANTITIES",
    "Identity",
    "Quantity",
    "check_symbols",
]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that identities speak of, printed or not.

    Parameters
    ----------
    symbol : str
        Its name in the identities.
    concept : str
        What it is, in words.
    unit : str
        Such as "percent"; "" takes the unit of `like`.
    like : str
        Symbol of a quantity of the same unit.
    low, high : float
        What it cannot pass whatever is printed, in its unit: value added is not negative.
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

    Parameters
    ----------
    name : str
        What it says, in words.
    text : str
        Such as ``"T[t] = C[t] + I[t]"``.
    left, right : Node
        Its parsed sides.
    """

    name: str
    text: str
    left: Node
    right: Node

    @classmethod
    def parse(cls, name: str, text: str) -> "Identity":
        """Read an identity from its text.

        Parameters
        ----------
        name : str
            What it says.
        text : str
            The equation.

        Returns
        -------
        Identity
            With both sides parsed.

        Raises
        ------
        StudyError
            If it cannot be read, or names no quantity.

        Examples
        --------
        >>> sorted(s.name for s in Identity.parse("total", "T[t] = C[t] + I[t]").symbols)
        ['C', 'I', 'T']
        """
        left, right = parse_equation(text, where=name)
        if not symbols_of(left) | symbols_of(right):
            raise StudyError(f"identity {name}: {text!r} names no quantity")
        return cls(name, " ".join(text.split()), left, right)

    @property
    def symbols(self) -> "set[object]":
        """Quantities with their lags."""
        return {*symbols_of(self.left), *symbols_of(self.right)}


SATELLITE_QUANTITIES = (
    Quantity("T", "value added total", like="C", low=0.0),
    Quantity("C", "core industries value added", like="T", low=0.0),
    Quantity("I", "integration-driven contribution", like="T", low=0.0),
    Quantity("S", "share of GDP", unit="percent", low=0.0, high=100.0),
    Quantity("H", "integration-driven share of the total", unit="percent", low=0.0, high=100.0),
    Quantity("K", "contribution to GDP growth", unit="percent"),
    Quantity("G", "real growth of the total", unit="percent"),
    Quantity("GDP", "GDP", like="T", low=0.0),
    Quantity("D", "GDP deflator growth", unit="percent", low=-100.0),
    Quantity("R", "real growth of GDP", unit="percent", low=-100.0),
)

SATELLITE_ACCOUNT = (
    Identity.parse("total is core plus integration", "T[t] = C[t] + I[t]"),
    Identity.parse("share of GDP", "S[t] * GDP[t] = T[t]"),
    Identity.parse("integration-driven share", "H[t] * T[t] = I[t]"),
    Identity.parse(
        "contribution to growth, current prices", "K[t] * (GDP[t] - GDP[t-1]) = T[t] - T[t-1]"
    ),
    Identity.parse("real growth, GDP deflator", "T[t] = (1 + G[t]) * (1 + D[t]) * T[t-1]"),
)

OFFICIAL_DEFLATOR = Identity.parse(
    "deflator from nominal and real GDP", "GDP[t] = (1 + R[t]) * (1 + D[t]) * GDP[t-1]"
)


def check_symbols(identities: Sequence[Identity], known: Sequence[str]) -> None:
    """Refuse identities that speak of something nobody declared.

    Parameters
    ----------
    identities : sequence of Identity
        What is to hold.
    known : sequence of str
        Symbols that are printed or declared.

    Raises
    ------
    StudyError
        If an identity names another symbol.

    Examples
    --------
    >>> check_symbols(SATELLITE_ACCOUNT, ["T", "C", "I", "S", "H", "K", "G", "GDP", "D"])
    """
    for identity in identities:
        for symbol in symbols_of(identity.left) | symbols_of(identity.right):
            if symbol.name not in known:
                raise StudyError(
                    f"identity {identity.name}: unknown quantity {symbol.name!r} in "
                    f"{identity.text!r};{nearest(symbol.name, known)} declare it as a quantity or "
                    "print a figure of it"
                )

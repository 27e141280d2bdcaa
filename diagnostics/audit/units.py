"""Units of printed figures: a size and what is counted."""

import re
from dataclasses import dataclass

from quesnay.fitting.errors import DataError

__all__ = ["Unit", "unit_of"]

_SIZES = {
    "": 1.0,
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "bn": 1e9,
    "mn": 1e6,
}
_SAME = {"yuan": "CNY", "rmb": "CNY", "cny": "CNY", "dollar": "USD", "dollars": "USD", "usd": "USD"}
_SHAPE = re.compile(
    r"(?P<number>[\d,.]*)\s*(?P<size>hundred|thousand|million|billion|trillion|bn|mn|)\s*"
    r"(?P<base>[^\d,.\s].*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as printed.

    Parameters
    ----------
    text : str
        As printed, such as "100 million CNY".
    scale : float
        How many of `base` it holds.
    base : str
        What is counted: a currency, "persons", or "" for a pure number.
    """

    text: str
    scale: float
    base: str


def unit_of(text: object, *, where: str) -> Unit:
    """Read a unit.

    Parameters
    ----------
    text : object
        Such as "trillion CNY", "100 million yuan", "percent" or "million persons".
    where : str
        Which figure, for messages.

    Returns
    -------
    Unit
        Its size and base.

    Raises
    ------
    DataError
        If there is none, or it cannot be read.

    Examples
    --------
    >>> unit_of("100 million CNY", where="C18")
    Unit(text='100 million CNY', scale=100000000.0, base='CNY')
    >>> unit_of("percent", where="S18").scale
    0.01
    """
    words = text.strip() if isinstance(text, str) else ""
    if not words:
        raise DataError(
            f"{where}: no unit; give one such as 'trillion CNY', 'percent' or 'persons'"
        )
    if words.lower() in {"percent", "per cent", "%"}:
        return Unit(words, 0.01, "")
    if words.lower() in {"fraction", "ratio", "share", "1"}:
        return Unit(words, 1.0, "")
    found = _SHAPE.fullmatch(words)
    base = (found["base"] or "").strip() if found else ""
    try:
        number = float((found["number"] if found else "").replace(",", "") or 1.0)
    except ValueError:
        number = 0.0
    if found is None or not base or not number > 0.0:
        raise DataError(
            f"{where}: cannot read the unit {words!r}; write it as 'trillion CNY', "
            "'100 million CNY', 'percent' or 'million persons'"
        )
    scale = number * _SIZES[found["size"].lower()]
    return Unit(words, scale, _SAME.get(base.lower(), base))

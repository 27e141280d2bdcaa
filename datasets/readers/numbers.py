"""Numbers as people write them: thousands separators and decimal commas, declared or unmistakable.

A cell of a workbook that is a number is one. Text is a number where it has ASCII digits in a form
that can be read in one way only: ``1,234,567.8``, ``1.234,5``, ``1 234``, ``(12)``. Which mark is
the decimal one is decided for the whole sheet; where ``1,234`` could be either, it is refused
until the user declares it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from quesnay.datasets.readers.containers import Cell, PackedRow, Sheet
from quesnay.fitting.errors import DataError, shown

__all__ = ["NumberStyle", "number_style", "to_number"]

_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_MARKED = re.compile(r"[+-]?[0-9][0-9.,' \u00a0\u202f\u2009]*[0-9]")
_SPACES = re.compile("[ \u00a0\u202f\u2009]")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_SEPARATORS = {",": ",", ".": ".", " ": " ", "'": "'"}


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the numbers of one sheet are written.

    Parameters
    ----------
    decimal : str
        "." or ",".
    thousands : str
        "", ",", ".", " " or "'".
    zeros : frozenset of str
        What stands for zero: "" where the user said so, "..." in tables of the BEA.
    """

    decimal: str = "."
    thousands: str = ""
    zeros: frozenset[str] = frozenset()


def to_number(cell: Cell, style: NumberStyle) -> float | None:
    """Return a cell as a number, or None where it is none.

    Examples
    --------
    >>> european = NumberStyle(decimal=",", thousands=".")
    >>> to_number("1.234,5", european), to_number("(12)", european), to_number("1_0", european)
    (1234.5, -12.0, None)
    """
    if isinstance(cell, float):
        return cell
    text = cell.strip().translate(_MINUS)
    if text in style.zeros:
        return 0.0
    if len(text) > 400:
        return None
    if text.startswith("(") and text.endswith(")") and _MARKED.fullmatch(text[1:-1] + "0"):
        text = f"-{text[1:-1]}"
    if style.thousands and style.thousands in _SPACES.sub(" ", text):
        text = _without_thousands(text, style)
    if style.decimal == ",":
        text = text.replace(".", "x").replace(",", ".")
    if not _PLAIN.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) < 1e100 else None


def _without_thousands(text: str, style: NumberStyle) -> str:
    text = _SPACES.sub(" ", text) if style.thousands == " " else text
    whole, mark, rest = text.partition(style.decimal)
    groups = whole.lstrip("+-").split(style.thousands)
    regular = len(groups[0]) in {1, 2, 3} and all(len(group) == 3 for group in groups[1:])
    return whole.replace(style.thousands, "") + mark + rest if regular else "x"


def number_style(
    sheet: Sheet,
    corner: tuple[int, int],
    *,
    decimal: str | None = None,
    thousands: str | None = None,
    zeros: frozenset[str] = frozenset(),
) -> NumberStyle:
    """Find how a sheet writes its numbers.

    Parameters
    ----------
    sheet : Sheet
        Cells.
    corner : (int, int)
        Row and column from which numbers stand.
    decimal, thousands : str or None
        What the user declared.
    zeros : frozenset of str
        What stands for zero.

    Raises
    ------
    DataError
        If a cell can be read in two ways and nothing was declared, or a mark is unknown.
    """
    if decimal not in {None, ".", ","}:
        raise DataError(f"decimal {shown(decimal)} is unknown; expected '.' or ','")
    if thousands is not None and thousands not in {"", *_SEPARATORS}:
        raise DataError(f"thousands {shown(thousands)} is unknown; expected ',', '.', ' ' or \"'\"")
    if decimal is not None or thousands is not None:
        mark = decimal or ("," if thousands == "." else ".")
        if thousands == mark:
            raise DataError(f"decimal and thousands are both {mark!r}; they must differ")
        return NumberStyle(mark, thousands or "", zeros)
    return _found(sheet, corner, zeros)


def _found(sheet: Sheet, corner: tuple[int, int], zeros: frozenset[str]) -> NumberStyle:
    marked = list(_marked(sheet, *corner))
    if not marked:
        return NumberStyle(zeros=zeros)
    comma = any(_is_decimal(text, ",") for text in marked)
    dot = any(_is_decimal(text, ".") for text in marked)
    if comma and not dot:
        dotted = any("." in text for text in marked)
        spaced = any(_SPACES.search(text) for text in marked)
        return NumberStyle(",", "." if dotted else " " if spaced else "", zeros)
    if comma and dot:
        return NumberStyle(zeros=zeros)  # contradictory: what is no number is named later
    for mark in (",", "'", " "):
        grouped = [text for text in marked if (_SPACES.sub(" ", text)).count(mark)]
        if not grouped:
            continue
        several = any(_SPACES.sub(" ", text).count(mark) > 1 for text in grouped)
        if mark == " " and len(grouped) < 2 and not several:
            continue
        if mark == "," and sheet.delimiter in {";", "\t"} and not (several or dot):
            raise DataError(
                f"{sheet.title}: {grouped[0]!r} may be {grouped[0].replace(',', '')} or "
                f"{grouped[0].replace(',', '.')}; declare it: decimal=',' or thousands=','"
            )
        return NumberStyle(".", mark, zeros)
    several = any(text.count(".") > 1 for text in marked)
    return NumberStyle(",", ".", zeros) if several else NumberStyle(zeros=zeros)


def _marked(sheet: Sheet, first: int, column: int) -> Iterable[str]:
    """Yield the texts that may be numbers with marks in them."""
    for row in sheet.rows[first:]:
        if isinstance(row, PackedRow):
            continue
        for cell in row[column:]:
            if isinstance(cell, str) and cell:
                text = cell.strip().strip("()").translate(_MINUS)
                if len(text) < 40 and _MARKED.fullmatch(text) and not text.isdigit():
                    yield text.lstrip("+-")


def _is_decimal(text: str, mark: str) -> bool:
    """Tell a mark that can only be the decimal one: `12,5`, `0,123`, `1.234,567`."""
    other = "." if mark == "," else ","
    if text.count(mark) != 1 or (other in text and text.rfind(other) > text.rfind(mark)):
        return False
    whole, _, rest = text.partition(mark)
    if other in whole or _SPACES.search(whole):
        return True
    return len(rest) != 3 or len(whole) > 3 or whole.startswith("0")

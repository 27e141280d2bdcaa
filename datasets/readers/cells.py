"""What cells say: labels, in the words that offices and people use, and numbers as they write them.

One vocabulary for every layout, in ``words.toml``: totals, output, imports, taxes less subsidies
on products, parts of value added, categories of final demand. English, Chinese, Spanish,
Portuguese, French, German, some Japanese, Korean and others.

A cell of a workbook that is a number is one. Text is a number where it has ASCII digits in a form
that can be read in one way only: ``1,234,567.8``, ``1.234,5``, ``1 234``, ``(12)``. Which mark is
the decimal one is decided for the whole sheet; where ``1,234`` could be either, it is refused
until the user declares it: this is one of the options of reading, which stand at the end.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from quesnay.datasets.readers.containers import Cell, PackedRow, Sheet
from quesnay.fitting.checks import choice, is_number, is_whole, plain_text, switch
from quesnay.fitting.errors import DataError, nearest, shown

Role = str  # one of ROLES

ROLES = (
    "sector",
    "imported",  # a product bought abroad, one row a product
    "imports",  # all imports in one row, or the negative column of final demand
    "taxes",  # less subsidies, on products; and trade margins paid abroad
    "value_added",
    "value_added_total",
    "output",
    "total",
    "final_demand",
    "demand_total",
    "memorandum",  # persons, tonnes: beside the table, no money
    "drop",
)

_FOOTNOTE = re.compile(
    r"\s*(?:\[\w+\]|/\d+/|\((?:\d+|[a-z])\)|(?<=\s)\d\)|[\u00b9\u00b2\u00b3\u2070-\u2079]+)\s*$"
)


def tidy(text: str) -> str:
    """Return a label in lower case, on one line, without footnote marks, dashes and colons."""
    text = _FOOTNOTE.sub("", " ".join(text.split())).lower().strip(" :*.-–—")
    text = text.replace("’", "'").replace("（", "(").replace("）", ")")
    han = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", text)
    return han if any("\u4e00" <= letter <= "\u9fff" for letter in han) else text


def role_of(text: str, axis: str) -> Role | None:
    """Return what the label of a "row" or "column" means, or None where it is no known word.

    >>> role_of("Total output", "column"), role_of("进口", "row"), role_of("Farming", "row")
    ('output', 'imports', None)
    """
    words = tidy(text)
    spaced = words.replace("_", " ")
    for role, where, pattern in _vocabulary():
        if where in {axis, "both"} and (pattern.fullmatch(words) or pattern.fullmatch(spaced)):
            return role
    return None


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[tuple[Role, str, re.Pattern[str]], ...]:
    """Return role, axis ("row", "column" or "both") and pattern of the whole tidy label."""
    words = tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))
    spelled = {name: words[name] for name in ("THING", "BASIS")}
    known = []
    for entry in words["meanings"]:
        pattern = "|".join(entry["labels"])
        for name, text in spelled.items():
            pattern = pattern.replace(name, text)
        known.append((entry["role"], entry["axis"], re.compile(pattern)))
    return tuple(known)


_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_MARKED = re.compile(r"[+-]?[0-9][0-9.,' \u00a0\u202f\u2009]*[0-9]")
_SPACES = re.compile("[ \u00a0\u202f\u2009]")
# Hyphens, dashes and the minus sign; before a number also Japanese triangles, but the long dash,
# which stands for nothing there; then the apostrophe and the space that typesetters put.
DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"))
_MINUS = DASHES | str.maketrans("\u25b3\u25b2\u2014\u2019\u2007", "--\u2014' ")
_APART = re.compile(r"([+-])[ \u00a0\u202f]+(?=[0-9])")  # "- 12"
_SEPARATORS = ("", ",", ".", " ", "'")


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the numbers of one sheet are written: the decimal mark, and that of thousands or "".

    `zeros`: what stands for zero, "" where the user said so, "..." in tables of the BEA.
    """

    decimal: str = "."
    thousands: str = ""
    zeros: frozenset[str] = frozenset()


def to_number(cell: Cell, style: NumberStyle) -> float | None:
    """Return a cell as a number, or None where it is none.

    >>> european = NumberStyle(decimal=",", thousands=".")
    >>> to_number("1.234,5", european), to_number("(12)", european), to_number("1_0", european)
    (1234.5, -12.0, None)
    """
    if isinstance(cell, float):
        return cell
    text = cell.strip().translate(_MINUS)
    if text in style.zeros:
        return 0.0
    text = _APART.sub(r"\1", text)
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
    """Find how a sheet writes its numbers, which stand from the row and column of `corner` on.

    `decimal` and `thousands` are what the user declared, `zeros` is what stands for zero. A cell
    that can be read in two ways is refused where nothing was declared.
    """
    if decimal not in {None, ".", ","}:
        raise DataError(f"decimal {shown(decimal)} is unknown; expected '.' or ','")
    if thousands is not None and thousands not in _SEPARATORS:
        raise DataError(f"thousands {shown(thousands)} is unknown; expected ',', '.', ' ' or \"'\"")
    if decimal is not None or thousands is not None:
        mark = decimal or ("," if thousands == "." else ".")
        if thousands == mark:
            raise DataError(f"decimal and thousands are both {mark!r}; they must differ")
        return NumberStyle(mark, thousands or "", zeros)
    return _style_of(sheet, corner, zeros)


def _style_of(sheet: Sheet, corner: tuple[int, int], zeros: frozenset[str]) -> NumberStyle:
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
        grouped = [text for text in marked if mark in _SPACES.sub(" ", text)]
        if not grouped:
            continue
        several = any(_SPACES.sub(" ", text).count(mark) > 1 for text in grouped)
        if mark == " " and len(grouped) < 2 and not several:
            continue
        if mark == "," and sheet.delimiter in {";", "\t"} and not (several or dot):
            raise _ambiguous(sheet, grouped[0], ",")
        return NumberStyle(".", mark, zeros)
    if any(text.count(".") > 1 for text in marked):
        return NumberStyle(",", ".", zeros)
    pointed = next((text for text in marked if "." in text), None)
    if pointed and sheet.delimiter != "," and not dot and not _typed(sheet, *corner):
        raise _ambiguous(sheet, pointed, ".")
    return NumberStyle(zeros=zeros)


def _typed(sheet: Sheet, first: int, column: int) -> bool:
    """Tell a sheet that holds numbers as numbers, so that its texts are exceptions."""
    return any(
        isinstance(cell, float)
        for row in sheet.rows[first:]
        if not isinstance(row, PackedRow)
        for cell in row[column:]
    )


def _ambiguous(sheet: Sheet, text: str, mark: str) -> DataError:
    """Say that a mark may stand before decimals or between thousands."""
    whole, parted = text.replace(mark, ""), text.replace(mark, ".")
    return DataError(
        f"{sheet.title}: {text!r} may be {whole} or {parted}; declare it: decimal={mark!r} or "
        f"thousands={mark!r}"
    )


def _marked(sheet: Sheet, first: int, column: int) -> Iterable[str]:
    """Yield the texts that may be numbers with marks in them."""
    for row in sheet.rows[first:]:
        if isinstance(row, PackedRow):
            continue
        for cell in row[column:]:
            if isinstance(cell, str) and cell:
                text = _APART.sub(r"\1", cell.strip().strip("()").translate(_MINUS))
                if len(text) < 40 and _MARKED.fullmatch(text) and not text.isdigit():
                    yield text.lstrip("+-")


def _is_decimal(text: str, mark: str) -> bool:
    """Tell a mark that can only be the decimal one: `12,5`, `0,123`, `1.234,567`."""
    other = "." if mark == "," else ","
    if text.count(mark) != 1 or (other in text and text.rfind(other) > text.rfind(mark)):
        return False
    whole, _, rest = text.partition(mark)
    return len(rest) != 3 or len(whole) > 3 or whole.startswith("0")


_TEXTS = ("sheet", "country", "encoding", "unit", "name", "decimal", "thousands")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The options of :func:`quesnay.read_io`; see there."""

    layout: str | None = None
    sheet: str | None = None
    year: int | None = None
    country: str | None = None
    make: str | Path | None = None
    accounts: str | Path | None = None
    tolerance: float | None = None
    strict: bool = True
    blank: str = "refuse"
    encoding: str | None = None
    unit: str | None = None
    name: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    merge_regions: bool = False

    @property
    def zeros(self) -> frozenset[str]:
        """What is read as zero."""
        return frozenset({"", "-", "\u2014"} if self.blank == "zero" else ())  # a dash is nil


def read_options(given: Mapping[str, Any], *, layouts: Any = None) -> ReadOptions:
    """Check options of :func:`quesnay.read_io`, from a call, the shell or a study file.

    >>> read_options({"year": 2014, "blank": "zero"}).year
    2014
    """
    known = [item.name for item in fields(ReadOptions)]
    for key in given:
        if key not in known:
            hint = nearest(key, known) or f" known: {', '.join(known)}"
            raise DataError(f"option {shown(key)} of read_io is unknown;{hint}")
    values = dict(given)
    for key in _TEXTS:
        value = values.get(key)
        if value is not None and not isinstance(value, str):
            raise DataError(f"{key}: expected a text, got {shown(value)}")
        plain_text(value or "", key)
    if values.get("layout") is not None and layouts is not None:
        choice(values["layout"], layouts, "layout")
    choice(values.get("blank", "refuse"), ("refuse", "zero"), "blank")
    for key in ("strict", "merge_regions"):
        if key in values:
            values[key] = switch(values[key], key)
    values["year"] = _year(values.get("year"))
    values["tolerance"] = _tolerance(values.get("tolerance"))
    for key in ("make", "accounts"):
        if not isinstance(values.get(key), str | Path | None):
            raise DataError(f"{key}: expected a path, got {shown(values[key])}")
    values["roles"] = _roles(values.get("roles"))
    return ReadOptions(**values)


def _year(value: Any) -> int | None:
    if isinstance(value, str) and value.isdecimal() and len(value) == 4:
        value = int(value)
    if value is not None and not (is_whole(value) and 1800 <= value <= 2200):
        raise DataError(f"year: expected a year such as 2014, got {shown(value)}")
    return None if value is None else int(value)


def _tolerance(value: Any) -> float | None:
    if value is not None and not (is_number(value) and value >= 0):
        raise DataError(f"tolerance: expected a share of output of at least 0, got {shown(value)}")
    return None if value is None else float(value)


def _roles(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise DataError(f"roles: expected {{label: role}}, got {shown(value)}")
    for role in value.values():
        choice(role, ROLES, "roles: role")
    return {str(key): role for key, role in value.items()}

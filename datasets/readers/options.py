"""What a user may say about a file: one set of options for Python, the shell and study files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from quesnay.datasets.readers.cells import ROLES
from quesnay.fitting.checks import choice, is_number, is_whole, plain_text, switch
from quesnay.fitting.errors import DataError, nearest, shown

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

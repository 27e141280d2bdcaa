"""Reading the source figures as text, shifting units exactly, and writing our own schema."""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an embedded file: name, type, and unit where the column has its own."""

    name: str
    type: str = "number"
    unit: str = ""
    description: str = ""

    def described(self) -> dict[str, str]:
        """Return the Table Schema entry of this column."""
        entry = {"name": self.name, "type": self.type}
        entry |= {"unit": self.unit} if self.unit else {}
        return entry | ({"description": self.description} if self.description else {})


@dataclass(frozen=True, slots=True)
class Made:
    """One embedded file: its columns, its rows as text, and what the descriptor says of it."""

    name: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[str, ...], ...]
    about: dict[str, Any] = field(default_factory=dict)

    def content(self) -> bytes:
        """Return the file as CSV bytes (UTF-8, line feeds)."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.name for column in self.fields])
        writer.writerows(self.rows)
        return text.getvalue().encode("utf-8")

    def described(self, packed: bytes) -> dict[str, Any]:
        """Return the Data Package entry of this file."""
        return {
            "name": self.name,
            "path": f"{self.name}.csv.gz",
            **self.about,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "compression": "gz",
            "bytes": len(packed),
            "hash": f"sha256:{hashlib.sha256(packed).hexdigest()}",
            "rows": len(self.rows),
            "schema": {
                "fields": [column.described() for column in self.fields],
                "missingValues": [""],
            },
        }


def pack(content: bytes) -> bytes:
    """Compress without name or time, so that the same content gives the same bytes."""
    return gzip.compress(content, compresslevel=9, mtime=0)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a source file, every cell as the text that is printed there."""
    packed = path.read_bytes()
    content = gzip.decompress(packed) if path.suffix == ".gz" else packed
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def number(value: Decimal) -> str:
    """Return a decimal without exponent and trailing zeros."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def shifted(text: str, places: int = 0) -> str:
    """Move the decimal point: exact, no binary rounding; empty stays empty."""
    return number(Decimal(text).scaleb(places)) if text else ""


def closed(total: str, parts: Iterable[str]) -> str:
    """Return what the printed parts leave of the printed total, exactly."""
    return number(Decimal(total) - sum((Decimal(part) for part in parts if part), Decimal(0)))


def columns(names: Sequence[str], kind: str = "number") -> tuple[Field, ...]:
    """Return fields of one type."""
    return tuple(Field(name, kind) for name in names)

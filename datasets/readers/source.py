"""Where a user's table came from, and what its reader recognised, dropped and assumed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = ["TableSource"]


@dataclass(frozen=True, slots=True)
class TableSource:
    r"""The record of one reading, kept with the table as ``table.source`` and shown by its check.

    Parameters
    ----------
    file : str
        Path as given.
    sha256 : str
        Of the file ("" for a folder).
    layout, edition : str
        Recognised arrangement, and edition where it can be told.
    sheet : str
        Sheet or member that was read, "" where there is only one.
    year, country : str
        What was cut out, "" where nothing was.
    unit : str
        Of all amounts.
    names : mapping of str to str
        Sector code -> name, where the file has both.
    recognised, dropped, assumed, warnings : tuple of str
        What each part was taken for; totals that agreed with their parts and were left out; what
        the file does not say; what a reader of results should know.

    Examples
    --------
    >>> import pathlib, tempfile, quesnay as qn
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.csv"
    >>> _ = path.write_text("s,farm,mill,home,total\nfarm,10,20,70,100\nmill,30,40,30,100\n"
    ...                     "wages,60,40,,\n")
    >>> qn.read_io(path).source.dropped
    ("column 'total': agrees with the output",)
    """

    file: str
    sha256: str = ""
    layout: str = ""
    edition: str = ""
    sheet: str = ""
    year: str = ""
    country: str = ""
    unit: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    recognised: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """Return the record as lines of text; the warnings stand with the table's own."""
        place = [self.file, *(part for part in (self.sheet, self.year, self.country) if part)]
        what = " ".join(part for part in (self.layout, self.edition) if part)
        out = [f"Read from {', '.join(place)} as layout {what}."]
        for word, parts in (
            ("Recognised", self.recognised),
            ("Dropped", self.dropped),
            ("Assumed", self.assumed),
        ):
            if parts:
                out.append(f"{word}: {'; '.join(_shortened(parts))}.")
        return tuple(out)

    def with_notes(self, **notes: tuple[str, ...]) -> "TableSource":
        """Return the record with more lines under its headings."""
        changes: dict[str, Any] = {k: (*getattr(self, k), *new) for k, new in notes.items()}
        return replace(self, **changes)


def _shortened(parts: tuple[str, ...], most: int = 8) -> list[str]:
    return [*parts[:most], *([f"and {len(parts) - most} more"] if len(parts) > most else [])]

"""Classifications of industries, the links between them, and where published tables are fetched."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tools.recipes.about import about
from tools.recipes.source import Field, Made, columns

_PUBLIC = "public classifications; cite the UN, Eurostat, the Census Bureau or NBS"
_SOURCE = {
    "title": "UN Statistics Division (ISIC Rev. 4); Eurostat (NACE Rev. 2); US Census Bureau "
    "(NAICS 2017); National Bureau of Statistics of China (GB/T 4754-2017)",
    "path": "https://unstats.un.org/unsd/classifications/",
}
_BY_HAND = {
    "title": "addresses as the publishers and public software give them; not fetched when written",
    "path": "https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
}


def all_classifications() -> Iterator[Made]:
    """Make the lists of codes, the concordances and the catalogue of downloads."""
    names = _rows("classifications.csv")
    said = about(
        "Codes and names of ISIC Rev. 4, NAICS 2017 and CSIC (GB/T 4754-2017)",
        "since 2008",
        "none",
        _SOURCE,
        licence=_PUBLIC,
        table="sections, divisions and sectors; names in our words",
        vintage="ISIC 2008, NAICS 2017, GB/T 4754-2017",
    )
    fields = columns(["classification", "code", "name_en", "name_zh"], "string")
    yield Made("classifications", fields, tuple(tuple(row.values()) for row in names), said)
    yield _concordances([(row["classification"], row["code"]) for row in names])
    yield _downloads()


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _concordances(names: list[tuple[str, str]]) -> Made:
    """Spread the ranges of codes; a code with one link goes there whole."""
    links = [
        (kind, code, kind.replace("isic4", "nace2"), code, "the same by definition")
        for kind, code in names
        if kind.startswith("isic4")
    ]
    links += [
        (row["source"], code, row["target"], row["target_code"], row["basis"])
        for row in _rows("concordances.csv")
        for code in _codes(row["source"], row["codes"], names)
    ]
    links.sort(key=lambda link: link[:4])
    count = Counter(link[:3] for link in links)
    rows = tuple((*link[:4], "1" if count[link[:3]] == 1 else "", link[4]) for link in links)
    fields = (
        *columns(["source", "source_code", "target", "target_code"], "string"),
        Field("weight", "number", "share of the source"),
        Field("basis", "string"),
    )
    said = about(
        "Links between classifications of industries; an empty weight is for the user to give",
        "since 2008",
        "none",
        _SOURCE,
        licence=_PUBLIC,
        table="derived from the structures and definitions; no weights are published for n:m links",
        vintage="ISIC 2008, NAICS 2017, GB/T 4754-2017",
    )
    return Made("concordances", fields, rows, said)


def _codes(source: str, text: str, names: list[tuple[str, str]]) -> list[str]:
    """Return the codes of a range, those that the classification has."""
    known = [code for kind, code in names if kind == source]
    if text in known or not re.fullmatch(r"\d\d-\d\d", text):
        return [text]
    first, last = text.split("-")
    listed = known or [f"{k:02d}" for k in range(int(first), int(last) + 1)]
    return [code for code in listed if first <= code <= last]


def _downloads() -> Made:
    rows = _rows("downloads.csv")
    whole = {"first", "last"}
    fields = tuple(Field(name, "integer" if name in whole else "string") for name in rows[0])
    said = about(
        "Where the published input-output tables are that `quesnay download` fetches",
        "1995-2023",
        "none",
        _BY_HAND,
        licence="addresses are facts; each file has its own licence, in its row",
        table="catalogue of downloads",
        vintage="November 2026",
    )
    return Made("downloads", fields, tuple(tuple(row.values()) for row in rows), said)

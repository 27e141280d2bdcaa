"""Sector lists and the concordance of detailed products."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.recipes.about import FACTS, NBS_TABLES, OECD, OECD_TABLES, about
from tools.recipes.source import Field, Made, columns, rows_of


def all_lists(folder: Path) -> Iterator[Made]:
    """Make every sector list and the concordance."""
    names = Path(__file__).with_name("short_names.csv")
    with names.open(encoding="utf-8", newline="") as stream:
        short = {(row["list"], row["code"]): row["short_name"] for row in csv.DictReader(stream)}
    lists = (
        ("sectors_chn_42", "sectors42.csv", ("code", "name_en", "name_zh"), {"20", "21", "31"}),
        (
            "sectors_chn_42_2002",
            "sectors42_2002.csv",
            ("code", "name_en", "name_zh"),
            {"19", "20", "29"},
        ),
        ("sectors_oecd_45", "sectors_oecd45.csv", ("Code", "Description", ""), {"17", "34", "35"}),
    )
    for name, file, (code, english, chinese), producing in lists:
        rows = [row for row in rows_of(folder / "io" / file) if row[code].isdigit()]
        lines = tuple(
            (
                row[code],
                row[english],
                short[name, row[code]],
                row[chinese] if chinese else "",
                str(row[code] in producing).lower(),
            )
            for row in rows
        )
        fields = (
            *columns(["code", "name_en", "short_name", "name_zh"], "string"),
            Field("ict_producing", "boolean"),
        )
        yield Made(name, fields, lines, _list_about(name))
    yield _concordance(folder)
    yield _provinces()


TITLES = {
    "sectors_chn_42": ("Sectors of China's tables since 2012, 42 products", "2012-2020"),
    "sectors_chn_42_2002": ("Sectors of China's provincial tables before, 42", "2002, 2007"),
    "sectors_oecd_45": ("Industries of the OECD tables, 45", "2018"),
    "sectors_chn_detail": (
        "Detailed products of China's tables (139, 149, 153) and their sector of 42",
        "2012-2020",
    ),
}


def _list_about(name: str) -> dict[str, Any]:
    title, years = TITLES[name]
    oecd = "oecd" in name
    return about(
        title,
        years,
        "none",
        OECD_TABLES if oecd else NBS_TABLES,
        licence=OECD if oecd else FACTS,
        table="sector list",
        vintage="as published",
    )


def _concordance(folder: Path) -> Made:
    rows = rows_of(folder / "io" / "concordance_detail_to_42.csv")
    keys = ("classification", "code", "name_en", "name_zh", "code42")
    said = _list_about("sectors_chn_detail")
    fields = columns(["detail", "code", "name_en", "name_zh", "code42"], "string")
    lines = tuple(tuple(row[key] for key in keys) for row in rows)
    return Made("sectors_chn_detail", fields, lines, said)


def _provinces() -> Made:
    with Path(__file__).with_name("provinces.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    said = about(
        "Provinces of China: names, codes and regions",
        "2002-2020",
        "none",
        {"title": "GB/T 2260 codes; the four regions of the National Bureau of Statistics"},
        licence=FACTS,
        table="province list",
        vintage="as published",
    )
    fields = columns(["province", "name_zh", "code", "region"], "string")
    return Made("provinces_chn", fields, tuple(tuple(row.values()) for row in rows), said)

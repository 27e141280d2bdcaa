"""National accounts, annual series, GDP vintages and reported figures."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from tools.recipes.about import FACTS, NBS_ANNUAL, YUAN, about
from tools.recipes.source import Field, Made, columns, number, rows_of, shifted


def all_series(folder: Path) -> Iterator[Made]:
    """Make every series of the nation, and the reported figures."""
    yield _accounts(folder)
    yield _annual(folder)
    yield _vintages(folder)
    yield _reported(folder)
    yield _reported_caii(folder)


NOMINAL = {
    "gross_national_income": "A020101",
    "gdp": "A020102",
    "primary": "A020103",
    "secondary": "A020104",
    "tertiary": "A020105",
    "agriculture": "A020402",
    "industry": "A020403",
    "construction": "A020404",
    "wholesale_retail": "A020405",
    "transport_storage_post": "A020406",
    "accommodation_catering": "A020407",
    "finance": "A020408",
    "real_estate": "A020409",
    "other_services": "A02040A",
}
REAL = {
    "gdp": ("A02020202", "A02020102"),
    "primary": ("A02020203", "A02020103"),
    "secondary": ("A02020204", "A02020104"),
    "tertiary": ("A02020205", "A02020105"),
    "agriculture": ("A02050202", "A02050102"),
    "industry": ("A02050203", "A02050103"),
    "construction": ("A02050204", "A02050104"),
    "wholesale_retail": ("A02050205", "A02050105"),
    "transport_storage_post": ("A02050206", "A02050106"),
    "accommodation_catering": ("A02050207", "A02050107"),
    "finance": ("A02050208", "A02050108"),
    "real_estate": ("A02050209", "A02050109"),
    "other_services": ("A0205020A", "A0205010A"),
}


def _accounts(folder: Path) -> Made:
    rows = rows_of(folder / "nbs_gdp_wide.csv")
    fields = [Field("year", "integer")]
    fields += [Field(name, "number", YUAN, code) for name, code in NOMINAL.items()]
    fields += [
        Field(f"{name}_volume", "number", "index, 1978 = 100", code)
        for name, (code, _) in REAL.items()
    ]
    fields += [
        Field(f"{name}_growth", "number", "percent", f"{code} - 100")
        for name, (_, code) in REAL.items()
    ]
    lines = tuple(
        (
            row["year"],
            *(shifted(row[code]) for code in NOMINAL.values()),
            *(shifted(row[code]) for code, _ in REAL.values()),
            *(number(Decimal(row[code]) - 100) for _, code in REAL.values()),
        )
        for row in rows
    )
    said = about(
        "China, GDP and value added by industry: nominal, volume index, real growth",
        "2000-2022",
        YUAN,
        NBS_ANNUAL,
        table="A0201, A0202, A0204, A0205",
        vintage="annual database, 2023 (after the fourth economic census)",
        licence=FACTS,
    )
    return Made("china_gdp", tuple(fields), lines, said)


def _annual(folder: Path) -> Made:
    with Path(__file__).with_name("annual_names.csv").open(encoding="utf-8", newline="") as stream:
        named = {row["code"]: row for row in csv.DictReader(stream)}
    lines = tuple(
        (
            row["table"],
            row["code"],
            named[row["code"]]["name_en"],
            row["name_zh"],
            named[row["code"]]["unit"],
            row["year"],
            shifted(row["value"], int(named[row["code"]]["places"])),
        )
        for row in rows_of(folder / "nbs_annual_selected.csv.gz")
        if row["code"] in named  # the others are in china_gdp and china_enterprise_ict
    )
    fields = (
        *columns(["table", "code", "name_en", "name_zh", "unit"], "string"),
        Field("year", "integer"),
        Field("value", "number", description="in the unit of its row"),
    )
    said = about(
        "China, annual series: demand, employment, wages, investment, prices, ICT",
        "2000-2022",
        "see the unit of each row",
        NBS_ANNUAL,
        table="A0209, A0402, A0406, A040H, A040I, A0501, A050B, A050D, A0901, A0902, A0G0W-A0G12",
        vintage="annual database, 2023",
        licence=FACTS,
    )
    return Made("china_annual", fields, lines, said)


def _vintages(folder: Path) -> Made:
    rows = rows_of(folder / "gdp_vintages.csv")
    keys = ("country", "year", "vintage", "published", "gdp_100m_yuan", "real_growth_pct", "note")
    fields = (
        Field("country", "string"),
        Field("year", "integer"),
        Field("vintage", "string"),
        Field("published", "string", description="year and month of publication, where known"),
        Field("gdp", "number", YUAN),
        Field("real_growth", "number", "percent"),
        Field("note", "string"),
        Field("basis", "string", description="census that the level rests on: sets never mix them"),
    )
    said = about(
        "China, what GDP was thought to be, and when",
        "2017-2020",
        YUAN,
        {"title": "NBS communiques, final verifications and census revisions"},
        table="announcements",
        vintage="preliminary, final, after the fourth economic census",
        licence=FACTS,
    )
    lines = tuple((*(r[k] for k in keys), _basis(r)) for r in rows)
    return Made("china_gdp_vintages", fields, lines, said)


def _basis(row: dict[str, str]) -> str:
    """Name the census: the fourth revised 2018 in November 2019 and the years before in 2020."""
    after = "census" in row["vintage"].split("after")[-1] and "after" in row["vintage"]
    return "fourth census" if after or row["published"] >= "2019-11" else "third census"


_PROVENANCE = {
    "press release of the report": ("press release", "high"),
    "printed 'about 2.55 million'": ("press release", "high"),
    "foreword of the report": ("foreword as quoted on a document site", "medium"),
    "quoted by a trade news page": ("quoted by a trade news page", "medium"),
}
_CAICT_FACTS = {
    "level 2018": ("T18", "I18", "S18"),
    "growth 2018": ("G18", "K18"),
    "input": ("C18",),
    "level 2019": ("T19", "I19", "S19", "G19", "K19"),
    "core 2019": ("H19", "C19"),
    "forecast 2020": ("T20", "S20"),
    "jobs 2020": ("J20",),
}
_OTHER_PRINTINGS = {"C18": "4389"}  # by the page that quotes I18, see its note
_CAII_FACTS = {
    "level 2017": ("S17",),
    "level 2018": ("S18", "K18"),
    "level 2019": ("T19", "S19", "N19", "K19"),
    "forecast 2020": ("T20", "S20"),
    "level 2021": ("T21", "S21", "N21"),
    "core 2021": ("C21", "I21"),
}
_REPORTED_FIELDS = (
    Field("id", "string"),
    Field("concept", "string"),
    Field("year", "integer"),
    Field("printed", "string", description="the digits as printed: they give the interval"),
    Field("unit", "string"),
    Field("kind", "string", description="estimate or forecast"),
    Field("note", "string"),
    Field("provenance", "string", description="where the figure was read"),
    Field(
        "confidence",
        "string",
        description="that it was printed so; high: the publisher's own page, or another figure "
        "or page confirms it; medium: quoted by one other page",
    ),
    Field("fact", "string", description="figures that restate one another share it"),
    Field("published", "string", description="year and month of publication, where known"),
    Field("other_printing", "string", description="what another page prints instead"),
)


def _provenance(note: str) -> tuple[str, str]:
    """Where a figure of CAICT was read, and how sure it is that it was printed so."""
    place, confidence = next(told for start, told in _PROVENANCE.items() if note.startswith(start))
    return place, "high" if "high confidence" in note else confidence


def _printed_rows(path: Path) -> list[dict[str, str]]:
    """Return printed figures with their money in the word of every other file, yuan for CNY."""
    return [row | {"unit": row["unit"].replace("CNY", "yuan")} for row in rows_of(path)]


def _reported(folder: Path) -> Made:
    rows = _printed_rows(folder / "reported_caict_2020.csv")
    facts = {name: fact for fact, names in _CAICT_FACTS.items() for name in names}
    keys = ("id", "concept", "year", "printed", "unit", "kind", "note")
    lines = tuple(
        (
            *(row[key] for key in keys),
            *_provenance(row["note"]),
            facts[row["id"]],
            "2020-03",
            _OTHER_PRINTINGS.get(row["id"], ""),
        )
        for row in rows
    )
    source = {
        "title": "CAICT, Report on the Development of Industrial Internet Sector (2020), March 2020"
    }
    said = about(
        "What CAICT reported of China's industrial internet",
        "2018-2020",
        "see the unit of each figure",
        source,
        table="press release and foreword",
        vintage="March 2020",
        licence="facts, quoted",
    )
    return Made("reported_caict_2020", _REPORTED_FIELDS, lines, said)


def _reported_caii(folder: Path) -> Made:
    """Another institute's figures; where each was read and how sure is in the source file."""
    rows = _printed_rows(folder / "reported_caii.csv")
    facts = {name: fact for fact, names in _CAII_FACTS.items() for name in names}
    keys = ("id", "concept", "year", "printed", "unit", "kind")
    lines = tuple(
        (
            *(row[key] for key in keys),
            "",
            row["source"],
            row["confidence"],
            facts[row["id"]],
            row["source"].removeprefix("CAII white paper ")[:4],
            "",
        )
        for row in rows
    )
    said = about(
        "What CAII reported of China's industrial internet",
        "2017-2021",
        "see the unit of each figure",
        {"title": "CAII, white papers on the economic contribution of the industrial internet"},
        table="white papers of 2020 and 2022, as quoted by news pages",
        vintage="2020 and 2022",
        licence="facts, quoted",
    )
    return Made("reported_caii_2020", _REPORTED_FIELDS, lines, said)

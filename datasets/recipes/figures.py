"""Panels, national accounts, employment, enterprise ICT, reported figures and sector lists."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from quesnay.datasets.recipes.source import Field, Made, columns, number, rows_of, shifted

__all__ = ["all_figures"]

YUAN = "100 million yuan"
NBS_ANNUAL = {
    "title": "National Bureau of Statistics of China, annual database",
    "path": "https://data.stats.gov.cn/easyquery.htm?cn=C01",
}
FACTS = [{"title": "official statistics, facts; cite the National Bureau of Statistics of China"}]


def all_figures(folder: Path) -> Iterator[Made]:
    """Make every file that is not an input-output table."""
    yield _provinces(folder)
    yield _us_klems(folder)
    yield _employment(folder)
    yield _enterprise_ict(folder)
    yield _accounts(folder)
    yield _annual(folder)
    yield _vintages(folder)
    yield _reported(folder)
    yield from _sectors(folder)


def _about(
    title: str, years: str, unit: str, source: dict[str, str], **more: Any
) -> dict[str, Any]:
    return {"title": title, "unit": unit, "years": years, "sources": [source], **more}


def _provinces(folder: Path) -> Made:
    rows = rows_of(folder / "china_province_sector_panel.csv.gz")
    keys = ["province", "year", "classification", "sector", "ict_producing"]
    values = [name for name in rows[0] if name not in keys]
    lines = tuple(
        (
            row["province"],
            row["year"],
            row["classification"],
            row["sector"],
            row["ict_producing"].lower(),
            *(shifted(row[name], -4) for name in values),
        )
        for row in rows
    )
    fields = (
        Field("province", "string"),
        Field("year", "integer"),
        Field("classification", "string", description="NBS42-2002 and NBS42-2012 do not link"),
        Field("sector", "string", description="code within the classification"),
        Field("ict_producing", "boolean"),
        *columns(values),
    )
    about = _about(
        "China, province by sector by year",
        "2002, 2007, 2012, 2017",
        YUAN,
        {"title": "Provincial statistical bureaus of China, provincial input-output tables"},
        table="122 provincial tables, 42 sectors",
        vintage="as published; provinces over-count the nation",
        licenses=FACTS,
        note="zeros and negative values (subsidies, residual surplus) are real and kept",
    )
    return Made("china_provinces", fields, lines, about)


KLEMS = {
    "go": "gross_output",
    "va": "value_added",
    "kc_it": "cost_it_capital",
    "kc_sw": "cost_software_capital",
    "kc_rd": "cost_rd_capital",
    "kc_art": "cost_artistic_capital",
    "kc_oth": "cost_other_capital",
    "lc_col": "cost_college_labour",
    "lc_nocol": "cost_noncollege_labour",
    "e": "cost_energy",
    "m": "cost_materials",
    "s": "cost_services",
    "q_it": "quantity_it_capital",
    "q_sw": "quantity_software_capital",
    "q_rd": "quantity_rd_capital",
    "q_art": "quantity_artistic_capital",
    "q_oth": "quantity_other_capital",
    "q_l": "quantity_labour",
    "q_hours": "quantity_hours",
    "q_va": "quantity_value_added",
    "q_go": "quantity_gross_output",
    "q_e": "quantity_energy",
    "q_m": "quantity_materials",
    "q_s": "quantity_services",
    "q_lcol": "quantity_college_labour",
    "q_lnocol": "quantity_noncollege_labour",
    "tfp": "tfp",
}


def _us_klems(folder: Path) -> Made:
    rows = rows_of(folder / "us_bea_bls_klems_1997_2023.csv.gz")
    fields = [Field("industry", "string"), Field("year", "integer")]
    for name in KLEMS.values():
        index = name.startswith("quantity_") or name == "tfp"
        fields.append(Field(name, "number", "index, 2017 = 100" if index else "million US dollars"))
    lines = tuple(
        (row["industry"], row["year"], *(shifted(row[key]) for key in KLEMS)) for row in rows
    )
    about = _about(
        "United States, industry by year: output, inputs, costs, TFP",
        "1997-2023",
        "million US dollars; indices 2017 = 100",
        {
            "title": "BEA-BLS integrated industry-level production account",
            "path": "https://www.bea.gov/data/special-topics/integrated-industry-level-production-account-klems",
        },
        table="Integrated industry-level production account, 63 industries",
        vintage="April 2025",
        licenses=[{"title": "US government work, public domain"}],
    )
    return Made("us_klems", tuple(fields), lines, about)


def _employment(folder: Path) -> Made:
    rows = rows_of(folder / "employment_by_sector_1990_2018.csv.gz")
    lines = tuple(
        (
            row["Code"],
            row["Description"],
            row["DescriptionInChinese"],
            str(_level(row["Code"])),
            row["year"],
            shifted(row["employed_10k"]),
        )
        for row in rows
    )
    fields = (
        Field("code", "string"),
        Field("name_en", "string"),
        Field("name_zh", "string"),
        Field("level", "integer", description="0 nation, 1 section, 2 division"),
        Field("year", "integer"),
        Field("employed", "number", "10,000 persons"),
    )
    about = _about(
        "China, employment by sector",
        "1990-2018",
        "10,000 persons",
        {"title": "Wang, Jia and Wang (2021), Statistical Research 38(12)"},
        table="employment by section and division",
        vintage="authors' estimates",
        licenses=[{"title": "authors' estimates; cite the article"}],
    )
    return Made("china_employment", fields, lines, about)


def _level(code: str) -> int:
    return 0 if code == "TOT" else min(len(code), 2)


def _enterprise_ict(folder: Path) -> Made:
    rows = rows_of(folder / "nbs_enterprise_ict_by_industry.csv")
    named = {
        "firms": ("firms", "firms"),
        "computers": ("computers_year_end", "computers at the end of the year"),
        "computers_per_100_persons": ("computers_per_100_persons", "per 100 persons"),
        "websites": ("websites", "websites"),
        "websites_per_100_firms": ("websites_per_100_firms", "per 100 firms"),
        "ecommerce_firms": ("firms_with_ecommerce", "firms"),
        "ecommerce_firm_share": ("ecommerce_firm_share_pct", "percent"),
        "ecommerce_sales": ("ecommerce_sales_100m", YUAN),
        "ecommerce_purchases": ("ecommerce_purchases_100m", YUAN),
    }
    lines = tuple(
        (row["industry"], row["year"], *(shifted(row[key]) for key, _ in named.values()))
        for row in rows
    )
    fields = (
        Field("industry", "string", description="section letter of GB/T 4754, or TOTAL"),
        Field("year", "integer"),
        *(Field(name, "number", unit) for name, (_, unit) in named.items()),
    )
    about = _about(
        "China, computers, websites and e-commerce of enterprises by industry",
        "2013-2022",
        "see columns",
        NBS_ANNUAL,
        table="A0G10",
        vintage="annual database, 2023",
        licenses=FACTS,
    )
    return Made("china_enterprise_ict", fields, lines, about)


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
    about = _about(
        "China, GDP and value added by industry: nominal, volume index, real growth",
        "2000-2022",
        YUAN,
        NBS_ANNUAL,
        table="A0201, A0202, A0204, A0205",
        vintage="annual database, 2023 (after the fourth economic census)",
        licenses=FACTS,
    )
    return Made("china_gdp", tuple(fields), lines, about)


def _annual(folder: Path) -> Made:
    rows = rows_of(folder / "nbs_annual_selected.csv.gz")
    lines = tuple(
        (
            row["table"],
            row["group"],
            row["code"],
            row["name_zh"],
            row["year"],
            shifted(row["value"]),
        )
        for row in rows
    )
    fields = (
        Field("table", "string"),
        Field("subject", "string"),
        Field("code", "string"),
        Field("name_zh", "string"),
        Field("year", "integer"),
        Field("value", "number", description="unit as in the NBS table: look it up by code"),
    )
    about = _about(
        "China, annual series: employment, wages, investment, telecommunications, software",
        "2000-2022",
        "as in the NBS table of each code",
        NBS_ANNUAL,
        table="A0201-A0209, A04, A05, A0G",
        vintage="annual database, 2023",
        licenses=FACTS,
    )
    return Made("china_annual", fields, lines, about)


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
    )
    about = _about(
        "China, what GDP was thought to be, and when",
        "2017-2020",
        YUAN,
        {"title": "NBS communiques, final verifications and census revisions"},
        table="announcements",
        vintage="preliminary, final, after the fourth economic census",
        licenses=FACTS,
    )
    return Made("china_gdp_vintages", fields, tuple(tuple(r[k] for k in keys) for r in rows), about)


def _reported(folder: Path) -> Made:
    rows = rows_of(folder / "reported_caict_2020.csv")
    keys = ("id", "concept", "year", "printed", "unit", "kind", "note")
    fields = (
        Field("id", "string"),
        Field("concept", "string"),
        Field("year", "integer"),
        Field("printed", "string", description="the digits as printed: they give the interval"),
        Field("unit", "string"),
        Field("kind", "string", description="estimate or forecast"),
        Field("note", "string"),
    )
    source = {
        "title": "CAICT, Report on the Development of Industrial Internet Sector (2020), March 2020"
    }
    about = _about(
        "What CAICT reported of China's industrial internet",
        "2018-2020",
        "see the unit of each figure",
        source,
        table="press release and foreword",
        vintage="March 2020",
        licenses=[{"title": "facts, quoted"}],
    )
    return Made(
        "reported_caict_2020", fields, tuple(tuple(r[k] for k in keys) for r in rows), about
    )


def _sectors(folder: Path) -> Iterator[Made]:
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


def _list_about(name: str) -> dict[str, Any]:
    oecd = "oecd" in name
    source = {
        "title": "OECD input-output tables, 2021 edition"
        if oecd
        else "National Bureau of Statistics of China, national input-output tables"
    }
    licence = [{"title": "OECD terms: use with attribution"}] if oecd else FACTS
    return _about(
        f"Sector list {name.removeprefix('sectors_')}",
        "",
        "none",
        source,
        table="sector list",
        vintage="as published",
        licenses=licence,
    )


def _concordance(folder: Path) -> Made:
    rows = rows_of(folder / "io" / "concordance_detail_to_42.csv")
    keys = ("classification", "code", "name_en", "name_zh", "code42")
    about = _list_about("sectors_chn_detail")
    fields = columns(["detail", "code", "name_en", "name_zh", "code42"], "string")
    lines = tuple(tuple(row[key] for key in keys) for row in rows)
    return Made("sectors_chn_detail", fields, lines, about)

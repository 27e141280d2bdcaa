"""Panels: provinces, US industries, employment, enterprise ICT."""

from collections.abc import Iterator
from pathlib import Path

from tools.recipes.about import FACTS, NBS_ANNUAL, PUBLIC_DOMAIN, YUAN, about
from tools.recipes.source import Field, Made, columns, rows_of, shifted


def all_panels(folder: Path) -> Iterator[Made]:
    """Make every panel."""
    yield _provinces(folder)
    yield _us_klems(folder)
    yield _employment(folder)
    yield _enterprise_ict(folder)


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
    said = about(
        "China, province by sector by year",
        "2002, 2007, 2012, 2017",
        YUAN,
        {"title": "Provincial statistical bureaus of China, provincial input-output tables"},
        table="122 provincial tables, 42 sectors",
        vintage="as published; provinces over-count the nation",
        licence=FACTS,
        note="zeros and negative values (subsidies, residual surplus) are real and kept",
    )
    return Made("china_provinces", fields, lines, said)


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
    said = about(
        "United States, industry by year: output, inputs, costs, TFP",
        "1997-2023",
        "million US dollars; indices 2017 = 100",
        {
            "title": "BEA-BLS integrated industry-level production account",
            "path": "https://www.bea.gov/data/special-topics/integrated-industry-level-production-account-klems",
        },
        table="Integrated industry-level production account, 63 industries",
        vintage="April 2025",
        licence=PUBLIC_DOMAIN,
    )
    return Made("us_klems", tuple(fields), lines, said)


UNNAMED = {"K": "Real estate"}  # the source repeats the code here


def _employment(folder: Path) -> Made:
    rows = rows_of(folder / "employment_by_sector_1990_2018.csv.gz")
    lines = tuple(
        (
            row["Code"],
            UNNAMED.get(row["Code"], row["Description"]),
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
    said = about(
        "China, employment by sector",
        "1990-2018",
        "10,000 persons",
        {"title": "Wang, Jia and Wang (2021), Statistical Research 38(12)"},
        table="employment by section and division",
        vintage="authors' estimates",
        licence="authors' estimates; cite the article",
    )
    return Made("china_employment", fields, lines, said)


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
    sections = _sections(folder)
    lines = tuple(
        (
            row["industry"],
            *sections[row["industry"]],
            row["year"],
            *(shifted(row[key]) for key, _ in named.values()),
        )
        for row in rows
    )
    fields = (
        Field("industry", "string", description="section letter of GB/T 4754, or TOTAL"),
        *columns(["name_en", "name_zh"], "string"),
        Field("year", "integer"),
        *(Field(name, "number", unit) for name, (_, unit) in named.items()),
    )
    said = about(
        "China, computers, websites and e-commerce of enterprises by industry",
        "2013-2022",
        "see columns",
        NBS_ANNUAL,
        table="A0G10",
        vintage="annual database, 2023",
        licence=FACTS,
    )
    return Made("china_enterprise_ict", fields, lines, said)


def _sections(folder: Path) -> dict[str, tuple[str, str]]:
    """Return the English and Chinese names of the sections of GB/T 4754."""
    rows = rows_of(folder / "employment_by_sector_1990_2018.csv.gz")
    named = {
        row["Code"]: (UNNAMED.get(row["Code"], row["Description"]), row["DescriptionInChinese"])
        for row in rows
        if len(row["Code"]) == 1
    }
    return named | {"TOTAL": ("All industries", "全部")}

"""What every embedded file says of its unit, source and licence."""

from typing import Any

YUAN = "100 million yuan"
NBS_ANNUAL = {
    "title": "National Bureau of Statistics of China, annual database",
    "path": "https://data.stats.gov.cn/easyquery.htm?cn=C01",
}
NBS_TABLES = {
    "title": "National Bureau of Statistics of China, national input-output tables",
    "path": "https://data.stats.gov.cn/",
}
OECD_TABLES = {
    "title": "OECD input-output tables, 2021 edition",
    "path": "https://www.oecd.org/en/data/datasets/input-output-tables.html",
}
FACTS = "official statistics; cite NBS"
OECD = "OECD terms; with attribution"
PUBLIC_DOMAIN = "US government work, public domain"
_LICENCE_IDS = {OECD: "other-at", PUBLIC_DOMAIN: "other-pd"}


def about(
    title: str, years: str, unit: str, source: dict[str, str], *, licence: str, **more: str
) -> dict[str, Any]:
    """Return the descriptive part of a Data Package entry."""
    return {
        "title": title,
        "unit": unit,
        "years": years,
        "sources": [source],
        "licenses": [{"name": _LICENCE_IDS.get(licence, "notspecified"), "title": licence}],
        **more,
    }

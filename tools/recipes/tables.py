"""Input-output tables: China (NBS) and the OECD's, one file a table, row by column."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from tools.recipes.about import FACTS, NBS_TABLES, OECD, OECD_TABLES, YUAN, about
from tools.recipes.source import Field, Made, closed, columns, number, rows_of, shifted

DOLLARS = "million US dollars"
ROUNDING = "rounding: what the printed cells leave of the printed total; all else as printed"
TEN_THOUSANDS_TO_100_MILLIONS = -4

VINTAGES = {2012: "benchmark table", 2015: "extension table", 2017: "benchmark table"}

NBS_DEMAND = {
    "TC": "consumption",
    "FU101": "rural_consumption",
    "FU102": "urban_consumption",
    "FU103": "government_consumption",
    "FU201": "fixed_capital_formation",
    "FU202": "inventories",
    "EX": "exports",
    "IM": "imports",
    "ERR": "statistical_discrepancy",
}
NBS_INCOME = {
    "VA001": "labour_compensation",
    "VA002": "net_production_taxes",
    "VA003": "depreciation",
    "VA004": "operating_surplus",
}
OECD_DEMAND = {
    "HFCE": "household_consumption",
    "NPISH": "nonprofit_consumption",
    "GGFC": "government_consumption",
    "GFCF": "fixed_capital_formation",
    "INVNT": "inventories",
    "CONS_ABR": "purchases_abroad",
    "CONS_NONRES": "purchases_by_nonresidents",
    "EXPO": "exports",
    "IMPO": "imports",
}
OECD_INCOME = {
    "VALU": "value_added_basic_prices",
    "TXS_INT_FNL": "net_product_taxes",
    "TXS_IMP_FNL": "net_product_taxes_abroad",
}


def all_tables(folder: Path) -> Iterator[Made]:
    """Make every input-output table from the source folder."""
    for year in (2012, 2015, 2017, 2018, 2020):
        yield _nbs(folder / f"io_chn_{year}_42_competitive.csv", year, 42)
    for year, detail in ((2012, 139), (2017, 149), (2018, 153), (2020, 153)):
        yield _nbs(folder / f"io_chn_{year}_{detail}.csv.gz", year, detail)
    for year in (2017, 2018, 2020):
        yield _nbs_separate(folder / f"io_chn_{year}_42_noncompetitive.csv", year)
    for country, name in (("chn", "China"), ("jpn", "Japan")):
        yield _oecd(folder / f"io_oecd21_{country}_2018_45.csv.gz", country, name)


def _read(path: Path, places: int) -> tuple[str, dict[str, dict[str, str]]]:
    rows = rows_of(path)
    key = next(iter(rows[0]))
    cells = {
        row[key]: {name: shifted(cell, places) for name, cell in row.items() if name != key}
        for row in rows
    }
    return key, cells


def _lines(
    rows: Mapping[str, dict[str, str]],
    codes: list[str],
    *,
    block: str,
    prefix: str,
    demand: Mapping[str, str],
    output: str,
) -> list[tuple[str, ...]]:
    lines = []
    for code in codes:
        row = rows[prefix + code]
        flows = [row[name] for name in codes]
        uses = [_negative(row[name]) if name == "IM" else row[name] for name in demand]
        total = row[output]
        lines.append((block, code, *flows, *uses, closed(total, [*flows, *uses]), total))
    return lines


def _negative(text: str) -> str:
    return number(-Decimal(text))


def _income(
    rows: Mapping[str, dict[str, str]],
    codes: list[str],
    names: Mapping[str, str],
    *,
    prefixes: tuple[str, ...],
    total: str,
    blanks: int,
) -> list[tuple[str, ...]]:
    empty = ("",) * blanks
    lines = [
        ("value_added", name, *(rows[key][code] for code in codes), *empty)
        for key, name in names.items()
    ]
    inputs = [prefix + code for prefix in prefixes for code in codes] + list(names)
    rest = [closed(rows[total][code], (rows[key][code] for key in inputs)) for code in codes]
    return [*lines, ("value_added", "rounding", *rest, *empty)]


def _fields(codes: list[str], demand: Mapping[str, str]) -> tuple[Field, ...]:
    return (
        Field("block", "string", description="total, domestic, import or value_added"),
        Field("row", "string", description="sector code or value-added component"),
        *columns([*codes, *demand.values(), "rounding", "output"]),
    )


def _nbs(path: Path, year: int, detail: int) -> Made:
    _, rows = _read(path, TEN_THOUSANDS_TO_100_MILLIONS)
    codes = [name for name in rows["VA001"] if name.isdigit()]
    demand = {key: name for key, name in NBS_DEMAND.items() if key in rows["VA001"]}
    lines = _lines(rows, codes, block="total", prefix="", demand=demand, output="GO")
    blanks = len(demand) + 2
    lines += _income(rows, codes, NBS_INCOME, prefixes=("",), total="TI", blanks=blanks)
    said = about(
        f"China {year}, {detail} products, imports inside the flows",
        years=str(year),
        unit=YUAN,
        note=ROUNDING,
        table=f"NBS input-output table {year}, {detail} products, competitive",
        vintage=VINTAGES.get(year, "as published"),
        source=NBS_TABLES,
        licence=FACTS,
    )
    return Made(f"io_chn_{year}_{detail}_included", _fields(codes, demand), tuple(lines), said)


def _nbs_separate(path: Path, year: int) -> Made:
    _, rows = _read(path, TEN_THOUSANDS_TO_100_MILLIONS)
    codes = [name for name in rows["VA001"] if name.isdigit()]
    demand = {key: name for key, name in NBS_DEMAND.items() if key in rows["VA001"]}
    lines = _lines(rows, codes, block="domestic", prefix="D", demand=demand, output="GO")
    lines += _lines(rows, codes, block="import", prefix="M", demand=demand, output="GO")
    blanks = len(demand) + 2
    lines += _income(rows, codes, NBS_INCOME, prefixes=("D", "M"), total="TI", blanks=blanks)
    said = about(
        f"China {year}, 42 products, domestic and imported flows apart",
        years=str(year),
        unit=YUAN,
        note=ROUNDING,
        table=f"NBS input-output table {year}, 42 products, non-competitive",
        vintage=VINTAGES.get(year, "as published"),
        source=NBS_TABLES,
        licence=FACTS,
    )
    return Made(f"io_chn_{year}_42_separate", _fields(codes, demand), tuple(lines), said)


def _oecd(path: Path, country: str, name: str) -> Made:
    _, rows = _read(path, 0)
    codes = [column for column in rows["VALU"] if column.isdigit()]
    for code in codes:
        rows[code]["GO"] = rows["OUTPUT"][code]
    lines = _lines(rows, codes, block="total", prefix="", demand=OECD_DEMAND, output="GO")
    blanks = len(OECD_DEMAND) + 2
    lines += _income(rows, codes, OECD_INCOME, prefixes=("",), total="OUTPUT", blanks=blanks)
    said = about(
        f"{name} 2018, 45 industries (OECD), imports inside the flows",
        years="2018",
        unit=DOLLARS,
        note=ROUNDING,
        table=f"OECD input-output table, {country.upper()} 2018, total, basic prices",
        vintage="2021 edition",
        source=OECD_TABLES,
        licence=OECD,
    )
    fields = _fields(codes, OECD_DEMAND)
    return Made(f"io_{country}_2018_oecd45_included", fields, tuple(lines), said)

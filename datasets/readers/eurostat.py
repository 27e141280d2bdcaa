"""Layout "eurostat": naio_10_cp1700 (products) and cp1750 (industries), SDMX-CSV or TSV.

One cell a line: unit, flow (TOTAL, DOM, IMP), use, supply, country, year, value. Sub-totals are
left out where their parts are there; of DOM and IMP the first makes the flows and the second the
import block; a TOTAL alone has imports inside, and P7 becomes a negative column of final demand.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quesnay.datasets.readers.assembly import Arrangement, Line, Numbers, Record
from quesnay.datasets.readers.cells import NumberStyle
from quesnay.datasets.readers.containers import PackedRow, Row, Sheet, label
from quesnay.datasets.readers.options import ReadOptions
from quesnay.fitting.errors import DataError, nearest

__all__ = ["arrange_eurostat", "looks_eurostat"]

_USE: tuple[str, ...] = ("prd_use", "ind_use", "induse")
_SUPPLY: tuple[str, ...] = ("prd_ava", "ind_ava", "indava")
_TIME: tuple[str, ...] = ("time_period", "time")
_VALUE: tuple[str, ...] = ("obs_value", "values", "value")
_FLOW: tuple[str, ...] = ("stk_flow",)
_OPTIONAL: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("time", _TIME),
    ("value", _VALUE),
    ("unit", ("unit",)),
    ("geo", ("geo",)),
)
_INCOME = ("D1", "D29X39", "B2A3G", "B2A3N", "P51C", "B2G", "B3G", "D29", "D39")
_TAXES = ("D21X31", "D21", "D31")
_PARTS = {
    "P3": ("P3_S13", "P3_S14", "P3_S15", "P31_S14", "P31_S13"),
    "P3_S13": ("P31_S13", "P32_S13"),
    "P5": ("P51G", "P5M", "P52", "P53", "P52_P53"),
    "P5M": ("P52", "P53", "P52_P53"),
    "P6": (
        "P6_S21",
        "P6_S2I",
        "P6_S212",
        "P61",
        "P62",
        "P6_EU",
        "P6_B0",
        "P6_D0",
        "P6_U2",
        "P6_U3",
    ),
}
_TOTALS = (
    "TU",
    "TFU",
    "TOTAL",
    "TS_BP",
    "TS_PP",
    "P2",
    "P2_ADJ",
    "B1G",
    "B1GQ",
    "D11",
    "CPA_TOTAL",
)
_DEMAND = ("P3", "P5", "P6")


@dataclass(frozen=True, slots=True)
class _Cell:
    flow: str
    use: str
    supply: str
    value: float


def looks_eurostat(sheet: Sheet) -> bool:
    """Say whether a sheet lists the cells of a table of Eurostat."""
    return _header(sheet) is not None


def _header(sheet: Sheet) -> dict[str, int] | None:
    """Return the columns of the dimensions; -1 for those inside the first cell of a TSV."""
    if not sheet.rows or isinstance(sheet.rows[0], PackedRow):
        return None
    texts = [text.lower() for text in sheet.texts(0)]
    if texts and "\\" in texts[0]:
        texts = [*texts[0].replace("\\", ",").split(",")]
    found = {text: j for j, text in enumerate(texts)}
    names: dict[str, int] = {}
    required = (("use", _USE), ("supply", _SUPPLY), ("flow", _FLOW))
    for key, known in required:
        match = next((name for name in known if name in found), None)
        if match is None:
            return None
        names[key] = found[match]
    for key, known in _OPTIONAL:
        names[key] = next((found[name] for name in known if name in found), -1)
    return names


def arrange_eurostat(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column is, once the cells of one country and year are spread out.

    Raises
    ------
    DataError
        If the file holds several countries, years or units and none was chosen, or a cell twice.
    """
    header = _header(sheet)
    if header is None:
        raise DataError(f"{sheet.title}: no header with stk_flow, prd_use or ind_use and prd_ava")
    record = Record()
    lines = list(_lines(sheet, header))
    chosen: dict[str, str] = {}
    said = {"unit": options.unit, "geo": options.country}
    said["time"] = None if options.year is None else str(options.year)
    for key in _OPTIONS:
        values = sorted({line[key] for line in lines})
        chosen[key] = _pick(sheet, key, values, said[key], record)
        lines = [line for line in lines if line[key] == chosen[key]]
    cells = [
        _Cell(line["flow"], line["use"], line["supply"], value)
        for line in lines
        if (value := _number(line["value"], sheet)) is not None
    ]
    return _spread(sheet, cells, chosen, record)


def _lines(sheet: Sheet, header: dict[str, int]) -> Iterator[dict[str, str]]:
    wide = "\\" in label(sheet.cell(0, 0))
    years = [text.strip() for text in sheet.texts(0)[1:]] if wide else []
    for i in range(1, len(sheet.rows)):
        texts = sheet.texts(i)
        if not any(texts):
            continue
        if wide:
            parts = [part.strip() for part in texts[0].split(",")]
            for year, value in zip(years, texts[1:], strict=False):
                yield {k: parts[j] for k, j in header.items() if 0 <= j < len(parts)} | {
                    "time": year, "value": value}  # fmt: skip
        else:
            if len(texts) <= max(header.values()):
                raise DataError(f"{sheet.title}: line {i + 1} is shorter than the header")
            yield {key: texts[j] if j >= 0 else "" for key, j in header.items()}


_OPTIONS = {"unit": "unit", "geo": "country", "time": "year"}


def _pick(sheet: Sheet, key: str, values: list[str], said: str | None, record: Record) -> str:
    option = _OPTIONS[key]
    if said is not None and said in values:
        return said
    if said is not None and key != "unit":
        hint = nearest(said, values) or f" it has {', '.join(values[:30])}"
        raise DataError(f"{sheet.title}: no {option} {said!r};{hint}")
    if not values:
        raise DataError(f"{sheet.title}: no cell of a table found under the header")
    if len(values) == 1:
        return values[0]
    if key == "unit" and "MIO_EUR" in values:
        record.assumed.append(f"unit MIO_EUR of {', '.join(values)}")
        return "MIO_EUR"
    remedy = f"{option}={values[-1]}" if key == "time" else f"{option}={values[0]!r}"
    raise DataError(
        f"{sheet.title}: holds {len(values)} values of {key} ({', '.join(values[:8])}): "
        f"pass {remedy}"
    )


def _number(text: str, sheet: Sheet) -> float | None:
    """Return a value without its flag; a colon is a value that is not published."""
    first = text.split(" ")[0] if text else ""
    if first in {"", ":"}:
        return None
    try:
        value = float(first)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise DataError(f"{sheet.title}: {text!r} is no number")
    return value


def _spread(
    sheet: Sheet, cells: list[_Cell], chosen: dict[str, str], record: Record
) -> Arrangement:
    flows = {cell.flow for cell in cells}
    apart = {"DOM", "IMP"} <= flows
    main = "DOM" if apart or "TOTAL" not in flows else "TOTAL"
    down, across, values = _matrix(sheet, cells)
    products = [
        name for flow, name in down if flow == main and name in across and name not in _TOTALS
    ]
    lines: list[Line] = []
    kept: list[int] = []
    supplied = {name for _, name in down}
    for (flow, name), k in down.items():
        role = _row_role(flow, name, main, apart=apart, products=products, known=supplied)
        if role is not None and not any(x.label == name and x.role == role for x in lines):
            lines.append(Line(len(lines), name, role, printed=f"{name} ({flow})"))
            kept.append(k)
    columns, matrix = _columns(list(across), products), values[kept]
    imports = down.get((main, "P7"))
    if not apart and main == "TOTAL" and imports is not None:
        bought = dict(zip(across, -values[imports], strict=True))
        extra = [bought.get(x.label, 0.0) if x.role == "sector" else 0.0 for x in lines]
        matrix = np.column_stack([matrix, extra])
        columns = [*columns, Line(len(columns) + 1, "imports", "imports")]
        record.assumed.append("P7 subtracted from uses, whose flows include imports")
    rows: list[Row] = [PackedRow([x.label], m) for x, m in zip(lines, matrix, strict=True)]
    unit = {"MIO_EUR": "million euro", "MIO_NAC": "million national currency"}
    record.assumed.append("cells that are not listed are zero")
    return Arrangement(
        Numbers(Sheet(sheet.file, sheet.name, rows), NumberStyle()),
        lines,
        columns,
        unit=unit.get(chosen["unit"], chosen["unit"] or "million euro"),
        edition=f"{chosen['geo']} {chosen['time']}, flows {main}",
        tolerance=1e-3,
        rounding=0.06,
        record=record,
    )


def _matrix(
    sheet: Sheet, cells: list[_Cell]
) -> tuple[dict[tuple[str, str], int], dict[str, int], NDArray[np.float64]]:
    """Spread cells over rows (flow, supply) and columns (use), each once."""
    across: dict[str, int] = {}
    down: dict[tuple[str, str], int] = {}
    for cell in cells:
        across.setdefault(cell.use, len(across))
        down.setdefault((cell.flow, cell.supply), len(down))
    values = np.zeros((len(down), len(across)))
    seen: set[tuple[int, int]] = set()
    for cell in cells:
        key = (down[cell.flow, cell.supply], across[cell.use])
        if key in seen:
            raise DataError(f"{sheet.title}: {cell.supply}, {cell.use} ({cell.flow}) stands twice")
        seen.add(key)
        values[key] = cell.value
    return down, across, values


def _columns(uses: list[str], products: list[str]) -> list[Line]:
    out = []
    for j, use in enumerate(uses, start=1):
        if use in products:
            role = "sector"
        elif use in _TOTALS or any(part in uses for part in _PARTS.get(use, ())):
            role = "drop"
        elif use.startswith(_DEMAND):
            role = "final_demand"
        else:
            role = "drop"
        out.append(Line(j, use, role))
    return out


def _row_role(
    flow: str, name: str, main: str, *, apart: bool, products: list[str], known: set[str]
) -> str | None:
    if name in products:
        return "sector" if flow == main else "imported" if apart and flow == "IMP" else None
    if flow == "IMP":
        return None
    if name in _TAXES:
        return "taxes" if name == "D21X31" or "D21X31" not in known else None
    if name in _INCOME:
        return None if name in {"B2G", "B3G"} and "B2A3G" in known else "value_added"
    return {"P1": "output", "B1G": "value_added_total"}.get(name)

"""Layout "eurostat": naio_10_cp1700 (products) and cp1750 (industries), SDMX-CSV or TSV.

One cell a line: unit, flow (TOTAL, DOM, IMP), use, supply, country, year, value. Sub-totals are
left out where their parts are there; of DOM and IMP the first makes the flows and the second the
import block; a TOTAL alone has imports inside, and P7 becomes a negative column of final demand.
"""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from quesnay.datasets.readers.assembly import Arrangement, Line, Numbers
from quesnay.datasets.readers.cells import NumberStyle, ReadOptions, to_number
from quesnay.datasets.readers.containers import PackedRow, Row, Sheet
from quesnay.fitting.errors import DataError, nearest

_REQUIRED = {
    "use": ("prd_use", "ind_use", "induse"),
    "supply": ("prd_ava", "ind_ava", "indava"),
    "flow": ("stk_flow",),
}
_OPTIONAL = {
    "time": ("time_period", "time"),
    "value": ("obs_value", "values", "value"),
    "unit": ("unit",),
    "geo": ("geo",),
    "flag": ("obs_flag", "obs_status"),
    "status": ("conf_status",),
}
_KEYS = ["flow", "supply", "use"]
_OPTIONS = {"unit": "unit", "geo": "country", "time": "year"}
_UNITS = {"MIO_EUR": "million euro", "MIO_NAC": "million national currency"}
_INCOME = ("D1", "D29X39", "B2A3G", "B2A3N", "P51C", "B2G", "B3G", "D29", "D39")
_TAXES = ("D21X31", "D21", "D31")
_PARTS = {
    "P3": "P3_S13 P3_S14 P3_S15 P31_S14 P31_S13",
    "P3_S13": "P31_S13 P32_S13",
    "P5": "P51G P5M P52 P53 P52_P53",
    "P5M": "P52 P53 P52_P53",
    "P6": "P6_S21 P6_S2I P6_S212 P61 P62 P6_EU P6_B0 P6_D0 P6_U2 P6_U3",
}
_TOTALS = (
    "TU", "TFU", "TOTAL", "TS_BP", "TS_PP", "P2", "P2_ADJ", "B1G", "B1GQ", "D11", "CPA_TOTAL",
)  # fmt: skip
_DEMAND = ("P3", "P5", "P6")


def looks_eurostat(sheet: Sheet) -> bool:
    """Say whether a sheet lists the cells of a table of Eurostat."""
    return _header(sheet) is not None


def _header(sheet: Sheet) -> dict[str, int] | None:
    """Return the columns of the dimensions, of a TSV their places in its first cell."""
    texts = [text.lower() for _, head in sheet.heads(1) for text in head]
    if texts and "\\" in texts[0]:
        texts = texts[0].replace("\\", ",").split(",")
    found = {text: j for j, text in enumerate(texts)}
    names = {
        key: next((found[name] for name in known if name in found), -1)
        for key, known in {**_REQUIRED, **_OPTIONAL}.items()
    }
    return names if all(names[key] >= 0 for key in _REQUIRED) else None


def arrange_eurostat(sheet: Sheet, options: ReadOptions) -> Arrangement:
    """Say what each row and column is, once the cells of one country and year are spread out.

    A file of several countries, years or units of which none was chosen is refused, and a cell
    that stands twice.
    """
    header = _header(sheet)
    if header is None:
        raise DataError(f"{sheet.title}: no header with stk_flow, prd_use or ind_use and prd_ava")
    assumed: list[str] = []
    cells = pd.DataFrame(_lines(sheet, header), columns=list(header), dtype=str).fillna("")
    chosen: dict[str, str] = {}
    said = {"unit": options.unit, "geo": options.country}
    said["time"] = None if options.year is None else str(options.year)
    for key in _OPTIONS:
        chosen[key] = _pick(sheet, key, sorted(set(cells[key])), said[key], assumed)
        cells = cells[cells[key] == chosen[key]]
    numbers = [
        _number(text, sheet, line) for text, line in zip(cells["value"], cells.index, strict=True)
    ]
    _check_holes(sheet, cells[np.isnan(numbers)], options, assumed)
    cells = cells.assign(value=numbers).dropna(subset="value")
    return _spread(sheet, cells, chosen, assumed)


def _check_holes(
    sheet: Sheet, holes: pd.DataFrame, options: ReadOptions, assumed: list[str]
) -> None:
    """Refuse confidential cells, which are not zero, and say how many others are not published."""
    holes = holes[~(holes["use"].isin(_TOTALS) | holes["supply"].isin(_TOTALS))]
    if holes.empty:
        return
    marks = holes["value"].str.slice(1) + holes["flag"] + holes["status"]
    secret = holes[marks.str.lower().str.contains("c", regex=False)]
    if len(secret) and not options.zeros:
        flow, supply, use = secret[_KEYS].iloc[0]
        raise DataError(
            f"{sheet.title}: {supply}, {use} ({flow}) is confidential, as are {len(secret) - 1} "
            "other cells, and none is zero; take another year or the sectors that are published "
            "together, or read them as 0 by blank='zero'"
        )
    flow, supply, use = holes[_KEYS].iloc[0]
    assumed.append(
        f"{len(holes)} cells not published (':') are zero, first {supply}, {use} ({flow})"
    )


def _lines(sheet: Sheet, header: dict[str, int]) -> Iterator[dict[str, str]]:
    wide = "\\" in sheet.text(0, 0)
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
        elif len(texts) <= max(header.values()):
            raise DataError(f"{sheet.title}: line {i + 1} is shorter than the header")
        else:
            yield {key: texts[j] if j >= 0 else "" for key, j in header.items()}


def _pick(sheet: Sheet, key: str, values: list[str], said: str | None, assumed: list[str]) -> str:
    """Return the one value of a dimension that is there or that the user chose."""
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
        assumed.append(f"unit MIO_EUR of {', '.join(values)}")
        return "MIO_EUR"
    remedy = f"{option}={values[-1]}" if key == "time" else f"{option}={values[0]!r}"
    raise DataError(
        f"{sheet.title}: holds {len(values)} values of {key} ({', '.join(values[:8])}): "
        f"pass {remedy}"
    )


def _number(text: str, sheet: Sheet, line: int) -> float:
    """Return a value without its flag; a colon is a value that is not published: NaN."""
    first = text.split(" ")[0]
    if first == "" or re.fullmatch(":[a-z]*", first):
        return np.nan
    value = to_number(first, NumberStyle())
    if value is None:
        raise DataError(
            f"{sheet.title}: cell {line + 1} under the header: {text!r} is no number; expected one "
            "such as 1234.5, its flag behind a blank or in a column of its own"
        )
    return value


def _spread(
    sheet: Sheet, cells: pd.DataFrame, chosen: dict[str, str], assumed: list[str]
) -> Arrangement:
    """Spread cells over rows (flow, supply) and columns (use), in the order of the file."""
    for flow, supply, use in cells.loc[cells.duplicated(_KEYS), _KEYS].to_numpy():
        raise DataError(f"{sheet.title}: {supply}, {use} ({flow}) stands twice")
    i, down = pd.factorize(pd.MultiIndex.from_frame(cells[["flow", "supply"]]))
    j, across = pd.factorize(cells["use"])
    values = np.zeros((len(down), len(across)))
    values[i, j] = cells["value"]
    flows, supplied, uses = set(cells["flow"]), set(cells["supply"]), list(across)
    apart = {"DOM", "IMP"} <= flows
    main = "DOM" if apart or "TOTAL" not in flows else "TOTAL"
    products = {n for flow, n in down if flow == main and n in uses and n not in _TOTALS}
    sold = {main: "sector"} | ({"IMP": "imported"} if apart else {})
    lines: dict[tuple[str, str], Line] = {}
    kept = []
    for k, (flow, name) in enumerate(down):
        role = sold.get(flow) if name in products else _row_role(flow, name, supplied)
        if role is not None and (name, role) not in lines:
            lines[name, role] = Line(len(lines), name, role, printed=f"{name} ({flow})")
            kept.append(k)
    matrix = values[kept]
    columns = [Line(k, use, _column_role(use, uses, products)) for k, use in enumerate(uses, 1)]
    if main == "TOTAL" and (main, "P7") in down:
        bought = dict(zip(uses, -values[list(down).index((main, "P7"))], strict=True))
        extra = [bought[name] if role == "sector" else 0.0 for name, role in lines]
        matrix = np.column_stack([matrix, extra])
        columns.append(Line(len(columns) + 1, "imports", "imports"))
        assumed.append("P7 subtracted from uses, whose flows include imports")
    rows: list[Row] = [PackedRow([name], m) for (name, _), m in zip(lines, matrix, strict=True)]
    assumed.append("cells that are not listed are zero")
    return Arrangement(
        Numbers(Sheet(sheet.file, sheet.name, rows), NumberStyle()),
        list(lines.values()),
        columns,
        unit=_UNITS.get(chosen["unit"], chosen["unit"]),
        edition=f"{chosen['geo']} {chosen['time']}, flows {main}",
        assumed=assumed,
    )


def _column_role(use: str, uses: list[str], products: set[str]) -> str:
    if use in products:
        return "sector"
    parts = _PARTS.get(use, "").split()
    demand = use.startswith(_DEMAND) and not any(part in uses for part in parts)
    return "final_demand" if demand else "drop"


def _row_role(flow: str, name: str, known: set[str]) -> str | None:
    if flow == "IMP":
        return None
    if name in _TAXES:
        return "taxes" if name == "D21X31" or "D21X31" not in known else None
    if name in _INCOME:
        return None if name in {"B2G", "B3G"} and "B2A3G" in known else "value_added"
    return {"P1": "output", "B1G": "value_added_total"}.get(name)

"""Supply and use tables made industry by industry: US (BEA) and Brazil (IBGE).

Fixed product sales shares (model D of Eurostat 2008): with V the make table (industries by
commodities) and q commodity output, an industry sells its share ``V_ij / q_j`` of each commodity, so
``Z = V diag(1/q) U`` and ``F = V diag(1/q) F_c``. Negative cells of the make table are kept. A
commodity that no industry makes is an import.

Where use is at purchasers' prices, each use of a product carries the product's mean rate of taxes,
trade and transport margins and, at home, imports; the margins become sales of trade and transport.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.datasets.readers.assembly import Line, Numbers
from quesnay.datasets.readers.containers import Book, PackedRow, Sheet, label, open_book
from quesnay.datasets.readers.numbers import NumberStyle
from quesnay.datasets.readers.options import ReadOptions
from quesnay.datasets.readers.source import TableSource
from quesnay.datasets.readers.words import role_of, tidy
from quesnay.datasets.table_frames import IOFrames
from quesnay.fitting.errors import BalanceError, DataError

__all__ = ["looks_bea", "looks_ibge", "read_bea", "read_ibge"]

Array = NDArray[np.float64]

_ZEROS = frozenset({"", "...", "---", ".."})  # the Bureau leaves a zero empty or prints dots
_FINAL = re.compile(r"F\d\w*")
_TOTAL = re.compile(r"T\d{3}\w*|T00\w*|VABAS|VAPRO")
_INCOMES = {
    "V001": "labour_compensation",
    "V002": "net_production_taxes",
    "V003": "operating_surplus",
    "T00OTOP": "net_production_taxes",
    "T00OSUB": "subsidies_on_production",
}
_INCOME_CODE = re.compile(r"(V00\d)(?:00)?|(T00OTOP|T00OSUB)")


def _income(code: str) -> str | None:
    """Return the component of value added that a code stands for (detail tables add two zeros)."""
    found = _INCOME_CODE.fullmatch(code)
    return _INCOMES.get(found[1] or found[2]) if found else None


_SUPPLY = ("MCIF", "MADJ", "Trade", "Trans", "MDTY", "TOP", "SUB")
_TITLE_ROWS = 40
_LABELS = 2


@dataclass(frozen=True, slots=True)
class _Block:
    """Numbers with the codes of their rows and columns, and the totals printed beside them."""

    file: str
    rows: list[str]
    columns: list[str]
    values: Array
    names: dict[str, str]
    title: str
    corner: str

    def part(self, rows: list[str], columns: list[str]) -> Array:
        """Return some of the numbers."""
        down = [self.rows.index(code) for code in rows]
        return self.values[np.ix_(down, [self.columns.index(code) for code in columns])]


# --- United States --------------------------------------------------------------------------------


def looks_bea(sheet: Sheet) -> bool:
    """Say whether a sheet is a make, use or supply table of the Bureau."""
    return _bea_header(sheet) is not None and "commodit" in " ".join(_head(sheet)).lower()


def _head(sheet: Sheet) -> list[str]:
    rows = [i for i in range(min(8, len(sheet.rows))) if not isinstance(sheet.rows[i], PackedRow)]
    return [text for i in rows for text in sheet.texts(i, min(3, len(sheet.rows[i]))) if text]


def _bea_header(sheet: Sheet) -> tuple[int, int] | None:
    """Return the row of codes and the first row of numbers."""
    for i in range(min(_TITLE_ROWS, len(sheet.rows))):
        if isinstance(sheet.rows[i], PackedRow):
            return None
        mark = tidy(label(sheet.cell(i, 0)))
        if mark not in {"iocode", "code"}:
            continue
        cells = [text for text in sheet.texts(i)[_LABELS:] if text]
        coded = sum(bool(re.fullmatch(r"[0-9A-Z]{2,8}", text)) for text in cells)
        if cells and coded >= 0.6 * len(cells):
            return i, i + 1
        return (i - 1, i + 1) if i and len(sheet.texts(i - 1)) > _LABELS else None
    return None


def read_bea(path: Path, options: ReadOptions) -> IOFrames:
    """Read a use table and, from `make`, the make (or supply) table of its year.

    Value added: compensation (V001), taxes on production and imports less subsidies (V002), gross
    operating surplus (V003); in tables up to 1996 one row (T006). A commodity that no industry
    makes (noncomparable imports) is a row of imports. Million US dollars; F050 holds imports,
    negative. The sheet is the year. A supply table with margins and taxes brings a use table at
    purchasers' prices to basic prices.

    Raises
    ------
    DataError
        If no make table is given, codes differ, or a cell holds text.
    BalanceError
        If a commodity's supply is not its use, or an industry's output not its inputs.
    """
    if options.make is None:
        raise DataError(f"{path.name}: layout 'bea' needs the make table too: pass make=PATH")
    use = _bea_block(_bea_sheet(open_book(path, options.encoding), options), options)
    made = _bea_block(_bea_sheet(open_book(Path(options.make), options.encoding), options), options)
    if any(code.startswith("V0") for code in made.rows) and not any(
        code.startswith("V0") for code in use.rows
    ):
        raise DataError(
            f"{use.file} is the make table and {made.file} the use table: give the use table "
            "first and the make table as make="
        )
    margins = [code for code in _SUPPLY if code in made.columns]
    industries = [code for code in use.columns if not _FINAL.fullmatch(code)]
    finals = [code for code in use.columns if _FINAL.fullmatch(code)]
    income = [code for code in use.rows if _income(code)]
    commodities = [code for code in use.rows if not _income(code) and code != "T006"]
    if not income and "T006" in use.rows:
        income = ["T006"]
    absent = [] if income else ["V001"]
    absent += [
        f"V00{k}"
        for k in (1, 3)
        if income and income != ["T006"] and not any(c.startswith(f"V00{k}") for c in income)
    ]
    if absent or not finals:
        raise DataError(f"{use.file}: no {absent[0] if absent else 'final use F...'} found")
    if not margins:
        _same(made.rows, industries, made.file, "industries")
        _same(made.columns, commodities, made.file, "commodities")
        V = made.part(industries, commodities)
        taken = _Supply(V, None, None)
    else:
        _same(made.rows, commodities, made.file, "commodities")
        V = made.part(commodities, industries).T
        extra = {code: made.part(commodities, [code])[:, 0] for code in margins}
        zero = np.zeros(len(commodities))
        imports = extra.get("MCIF", zero) + extra.get("MADJ", zero)
        if "F050" in finals:
            imports = zero
        taxes = sum((extra.get(code, zero) for code in ("MDTY", "TOP", "SUB")), zero)
        levies = np.vstack([extra.get("Trade", zero), extra.get("Trans", zero), taxes])
        taken = _Supply(V, imports, levies)
    return _symmetric(
        use,
        taken,
        (industries, commodities, finals, income),
        options,
        path,
        TableSource(
            str(path),
            sheet=use.title,
            edition=use.corner,
            unit=options.unit or "million US dollars",
            names={code: use.names.get(code, "") for code in industries},
            assumed=("industry by industry under fixed product sales shares (model D)",),
        ),
    )


def _bea_sheet(book: Book, options: ReadOptions) -> Sheet:
    wanted = options.sheet or (None if options.year is None else str(options.year))
    if wanted is not None and len(book.sheets) > 1:
        return book.sheet(wanted)
    sheets = [
        name for name in book.sheets if tidy(name) not in {"readme", "naics codes", "contents"}
    ]
    found = (
        [name for name in sheets if looks_bea(book.sheet(name or None))]
        if len(sheets) < 8
        else sheets
    )
    years = [name for name in found if re.fullmatch(r"\d{4}", name)]
    if len(years) > 1:
        raise DataError(
            f"{book.name}: one sheet a year, {years[0]} to {years[-1]}: pass year={years[-1]}"
        )
    return book.sheet((found or sheets or [None])[0] or None)


def _bea_block(sheet: Sheet, options: ReadOptions) -> _Block:
    place = _bea_header(sheet)
    if place is None:
        raise DataError(
            f"{sheet.title}: no header row found: IOCode or Code, Name and codes are expected; is "
            "this the layout 'bea'?"
        )
    header, body = place
    codes = sheet.texts(header)
    names = sheet.texts(body - 1 if body - 1 > header else max(header - 1, 0))
    columns = []
    for j in range(_LABELS, len(codes)):
        code = codes[j]
        known = code in _SUPPLY
        if code and (known or not _TOTAL.fullmatch(code)):
            columns.append(Line(j, code, "", names[j] if j < len(names) else ""))
    rows = []
    for i in range(body, len(sheet.rows)):
        code, name = (label(sheet.cell(i, j)) for j in range(_LABELS))
        if not code or (_TOTAL.fullmatch(code) and not _income(code) and code != "T006"):
            continue
        filled = any(str(sheet.cell(i, c.place)).strip() not in _ZEROS for c in columns)
        if not name and not filled:
            continue  # a footnote
        if not filled and len(code) > 20:
            continue
        rows.append(Line(i, code, "", name))
    _unique(rows, "row", sheet, body)
    _unique(columns, "column", sheet, _LABELS)
    numbers = Numbers(sheet, NumberStyle(zeros=_ZEROS))
    named = {line.label: line.name for line in (*rows, *columns)}
    head = " ".join(_head(sheet)[:1])
    return _Block(
        sheet.title,
        [line.label for line in rows],
        [line.label for line in columns],
        numbers.block(rows, columns),
        named,
        sheet.name,
        head[:60],
    )


def _unique(lines: list[Line], what: str, sheet: Sheet, first: int) -> None:
    seen: dict[str, int] = {}
    for line in lines:
        if line.label in seen:
            raise DataError(
                f"{sheet.title}: {what} {line.label!r} stands twice, at {seen[line.label] - first + 1} "
                f"and {line.place - first + 1}"
            )
        seen[line.label] = line.place


def _same(found: list[str], expected: list[str], file: str, what: str) -> None:
    odd = sorted(set(found) ^ set(expected))
    if odd:
        raise DataError(f"{file}: {what} differ from the use table's: {', '.join(odd[:5])}")


# --- From supply and use to one table -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Supply:
    """What is supplied of each commodity.

    Parameters
    ----------
    V : ndarray, (industries, commodities)
        Make table.
    imports : ndarray or None, (commodities,)
        Where use is at purchasers' prices, imports included.
    levies : ndarray or None, (3, commodities)
        Trade margins, transport margins, taxes less subsidies; margins negative where earned.
    """

    V: Array
    imports: Array | None
    levies: Array | None


def _symmetric(
    use: _Block,
    supply: _Supply,
    codes: tuple[list[str], list[str], list[str], list[str]],
    options: ReadOptions,
    path: Path,
    source: TableSource,
) -> IOFrames:
    industries, commodities, finals, income = codes
    tolerance = 1e-3 if options.tolerance is None else options.tolerance
    V, q = supply.V, supply.V.sum(axis=0)
    U = use.part(commodities, [*industries, *finals])
    n = len(industries)
    bought = np.zeros_like(U)
    levied = np.zeros(U.shape[1])
    if supply.levies is not None and supply.imports is not None:
        U, bought, levied = _basic_prices(U, supply, finals, n)
    home = q != 0
    gap = np.where(home, U.sum(axis=1) - q, 0.0)
    room = np.maximum(tolerance * np.maximum(np.abs(q), np.abs(U).sum(axis=1)), 2e-7 * q.sum())
    room = np.maximum(room, 0.0 if q.sum() < 1e5 else 15.0)
    if options.strict and (np.abs(gap) > room).any():
        k = int(np.argmax(np.abs(gap) / np.maximum(room, 1e-300)))
        raise BalanceError(
            f"{use.file}: product {commodities[k]!r}: supply {q[k]:.10g} is not use "
            f"{U[k].sum():.10g}; are both tables of the same year and valuation?"
        )
    share = np.divide(V, q, out=np.zeros_like(V), where=home)
    flows = share @ U
    index = pd.Index(industries, name="sector")
    foreign = [
        (f"imports_of_{c}", U[k]) for k, c in enumerate(commodities) if not home[k] and U[k].any()
    ]
    foreign += [(c, bought[k]) for k, c in enumerate(commodities) if bought[k].any()]
    imports = taxes = None
    if foreign:
        labels = pd.Index([name for name, _ in foreign], name="product")
        block = np.array([row for _, row in foreign])
        imports = (
            pd.DataFrame(block[:, :n], labels, industries),
            pd.DataFrame(block[:, n:], labels, finals),
        )
    if levied.any():
        name = pd.Index(["taxes less subsidies on products"], name="tax")
        taxes = (
            pd.DataFrame(levied[None, :n], name, industries),
            pd.DataFrame(levied[None, n:], name, finals),
        )
    value = pd.DataFrame(
        use.part(income, industries), [_income(c) or "value_added" for c in income], industries
    )
    x = V.sum(axis=1)
    inputs = flows[:, :n].sum(axis=0) + value.to_numpy().sum(axis=0) + levied[:n]
    inputs = inputs + sum((row[:n] for _, row in foreign), np.zeros(n))
    rows = flows.sum(axis=1)
    worst = max(float(np.abs(inputs - x).max()), float(np.abs(rows - x).max()))
    return IOFrames(
        Z=pd.DataFrame(flows[:, :n], index, industries),
        final_demand=pd.DataFrame(flows[:, n:], index, finals),
        value_added=value,
        output=pd.Series(x, index),
        imports=imports,
        unit=source.unit,
        name=options.name or path.stem,
        taxes=taxes,
        source=source.with_notes(
            recognised=(
                f"{n} industries, {len(commodities)} commodities",
                f"final use {', '.join(finals[:6])}{' ...' if len(finals) > 6 else ''}",
                f"largest gap of an industry {worst:.3g}",
            ),
            assumed=(
                ("uses at purchasers' prices brought to basic prices by each product's mean rates of "
                 "taxes, margins and imports",) if supply.levies is not None else ()
            ),
        ),
    )  # fmt: skip


def _basic_prices(
    U: Array, supply: _Supply, finals: list[str], n: int
) -> tuple[Array, Array, Array]:
    """Take margins, taxes and imports out of uses at purchasers' prices.

    Returns
    -------
    domestic : ndarray, (commodities, uses)
        At basic prices; margins are sales of the commodities that earn them.
    imported : ndarray, (commodities, uses)
    taxes : ndarray, (uses,)
    """
    assert supply.levies is not None
    assert supply.imports is not None
    q = supply.V.sum(axis=0)
    total = U.sum(axis=1)
    paid = np.maximum(supply.levies[:2], 0.0)
    rates = np.divide(
        np.vstack([paid, supply.levies[2:]]),
        total,
        out=np.zeros_like(supply.levies),
        where=total != 0,
    )
    taxes = (rates[2][:, None] * U).sum(axis=0)
    basic = U * (1 - rates.sum(axis=0))[:, None]
    for k in range(2):
        collected = (rates[k][:, None] * U).sum(axis=0)
        earned = np.maximum(-supply.levies[k], 0.0)
        if earned.any():
            basic += np.outer(earned / earned.sum(), collected)
    abroad = np.array([name.startswith(("exp", "Exp", "F040")) for name in finals])
    buys = np.append(np.ones(n, dtype=bool), ~abroad)
    home = (basic * buys).sum(axis=1)
    wide = supply.imports > home  # re-exports: every buyer has them
    base = np.where(wide, basic.sum(axis=1), home)
    share = np.divide(supply.imports, base, out=np.zeros_like(q), where=base != 0)
    imported = basic * share[:, None] * np.where(wide[:, None], 1.0, buys[None, :])
    return basic - imported, imported, taxes


# --- Brazil ---------------------------------------------------------------------------------------

_IBGE_SUPPLY, _IBGE_USE = ("oferta", "producao", "importacao"), ("CI", "demanda", "VA")


def looks_ibge(sheet: Sheet) -> bool:
    """Say whether a sheet is of the tables of resources and uses of Brazil."""
    texts = _head(sheet)
    return any(
        re.match(r"Tabela [12] - (?:Recursos|Usos) de bens e serviços", text) for text in texts
    )


def read_ibge(path: Path, options: ReadOptions) -> IOFrames:
    """Read table 2 (uses) with, as `make`, table 1 (resources) of the same year.

    Raises
    ------
    DataError
        If a sheet is missing or products differ.
    BalanceError
        If a product's supply is not its use.
    """
    if options.make is None:
        raise DataError(
            f"{path.name}: layout 'ibge' needs both tables: table 2 (uses) first and table 1 "
            "(resources) as make=PATH"
        )
    books = [open_book(path, options.encoding), open_book(Path(options.make), options.encoding)]
    if "producao" in books[0].sheets:
        raise DataError(
            f"{books[0].name} is the table of resources and {books[1].name} that of uses: give the "
            "uses first and the resources as make="
        )
    use, resources = books
    absent = [s for s in _IBGE_USE if s not in use.sheets] or [
        s for s in _IBGE_SUPPLY if s not in resources.sheets
    ]
    if absent:
        raise DataError(f"{path.name}: no sheet {absent[0]!r} in the two tables")
    inputs, final = _ibge(use.sheet("CI"), 2), _ibge(use.sheet("demanda"), 2)
    made, supply = _ibge(resources.sheet("producao"), 2), _ibge(resources.sheet("oferta"), 2)
    imports, value = _ibge(resources.sheet("importacao"), 2), _ibge(use.sheet("VA"), 1)
    years = {re.search(r"\d{4}", block.title) for block in (inputs, made)}
    if len({found[0] for found in years if found}) > 1:
        raise DataError(f"{path.name} and {Path(options.make).name} are of different years")
    products = inputs.rows
    for block in (final, made, supply, imports):
        _same(block.rows, products, block.file, "products")
    industries = inputs.columns
    _same(made.columns, industries, made.file, "industries")
    finals = [c for c in final.columns if tidy(c) not in {"demanda final", "demanda total"}]
    whole = _Block(
        inputs.file, [*products, *value.rows], [*industries, *finals],
        np.vstack([np.hstack([inputs.values, final.part(products, finals)]),
                   np.hstack([value.part(value.rows, industries),
                              np.zeros((len(value.rows), len(finals)))])]),
        inputs.names, inputs.title, "")  # fmt: skip
    income = _ibge_income(value)
    levies = np.vstack(
        [
            supply.part(products, [name])[:, 0]
            for name in (
                _like(supply, "comércio"),
                _like(supply, "transporte"),
                _like(supply, "total de impostos"),
            )
        ]
    )
    taken = _Supply(made.part(products, industries).T, imports.values[:, 0], levies)
    frames = _symmetric(
        whole,
        taken,
        (industries, products, finals, income),
        options,
        path,
        TableSource(
            str(path), edition=inputs.title[-4:], unit=options.unit or "million reais",
            names=inputs.names,
            assumed=("industry by industry under fixed product sales shares (model D)",),
        ),
    )  # fmt: skip
    return replace(frames, value_added=frames.value_added.set_axis(income, axis=0))


def _like(block: _Block, word: str) -> str:
    found = [name for name in block.columns if word in tidy(name)]
    if not found:
        raise DataError(f"{block.file}: no column {word!r} found")
    return found[0]


def _ibge(sheet: Sheet, labels: int) -> _Block:
    """Read one sheet: codes over names in its header row, totals last."""
    header = next(
        (i for i in range(min(8, len(sheet.rows))) if sum(map(bool, sheet.texts(i)[labels:])) > 1 or (i == 3 and any(sheet.texts(i)[labels:]))),
        None,
    )  # fmt: skip
    if header is None:
        raise DataError(f"{sheet.title}: no header row found")
    columns = []
    for j in range(labels, len(sheet.rows[header])):
        text = label(sheet.cell(header, j))
        if text and tidy(text) not in {"total do produto", "total"}:
            code = re.match(r"(\d{2,4})\s+(.+)", text)
            columns.append(Line(j, code[1] if code else text, "", code[2] if code else ""))
    rows = []
    for i in range(header + 1, len(sheet.rows)):
        text = label(sheet.cell(i, 0))
        numeric = [isinstance(sheet.cell(i, c.place), float) for c in columns]
        if text and tidy(text) != "total" and any(numeric):
            name = label(sheet.cell(i, 1)) if labels > 1 else ""
            indent = len(str(sheet.cell(i, 0))) - len(str(sheet.cell(i, 0)).lstrip())
            rows.append(Line(i, text, "part" if indent else "", name))
    rows = [line for line in rows if line.role != "part"]
    numbers = Numbers(sheet, NumberStyle())
    return _Block(
        sheet.title,
        [line.label for line in rows],
        [line.label for line in columns],
        numbers.block(rows, columns, blank=True),
        {line.label: line.name for line in columns},
        label(sheet.cell(0, 0)),
        "",
    )


def _ibge_income(value: _Block) -> list[str]:
    """Return the parts of value added: what is neither the sum, nor output, nor jobs."""
    out = []
    for name in value.rows:
        words = tidy(name)
        if role_of(name, "row") in {"value_added_total", "output"} or words.startswith(
            ("valor", "fator trabalho", "pessoal")
        ):
            continue
        out.append(name)
    return out

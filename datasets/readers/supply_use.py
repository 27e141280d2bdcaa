"""Supply and use tables made industry by industry: US (BEA) and Brazil (IBGE).

Fixed product sales shares (model D of Eurostat 2008): with V the make table (industries by
commodities) and q commodity output, an industry sells its share ``V_ij / q_j`` of each commodity,
so ``Z = V diag(1/q) U`` and ``F = V diag(1/q) F_c``. Negative cells of the make table are kept. A
commodity that no industry makes is an import.

Where use is at purchasers' prices, each use of a product carries the product's mean rate of taxes,
trade and transport margins and, at home, imports; the margins become sales of trade and transport.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from quesnay.datasets.readers.assembly import Line, Numbers
from quesnay.datasets.readers.cells import NumberStyle, ReadOptions, role_of, tidy
from quesnay.datasets.readers.containers import Book, Sheet, check_once, open_book
from quesnay.datasets.tables import IOFrames, TableSource
from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import BalanceError, DataError

_ZEROS = frozenset({"", "...", "---", ".."})  # the Bureau leaves a zero empty or prints dots
_FINAL = re.compile(r"F\d\w*")
_BEA_CODE = re.compile(r"\w{1,8}")
_TOTAL = re.compile(r"T\d{3}\w*|T00\w*|VABAS|VAPRO")
_INCOMES = {
    **dict.fromkeys(("V001", "V00100"), "labour_compensation"),  # with two zeros in detail tables
    **dict.fromkeys(("V002", "V00200", "T00OTOP"), "net_production_taxes"),
    **dict.fromkeys(("V003", "V00300"), "operating_surplus"),
    "T00OSUB": "subsidies_on_production",
}
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

    @classmethod
    def of(cls, sheet: Sheet, rows: list[Line], columns: list[Line], **rest: Any) -> "_Block":
        """Take the codes of the lines of a sheet."""
        down, across = ([line.label for line in lines] for lines in (rows, columns))
        return cls(sheet.title, down, across, **rest)

    def part(self, rows: list[str], columns: list[str]) -> Array:
        """Return some of the numbers."""
        down = [self.rows.index(code) for code in rows]
        return self.values[np.ix_(down, [self.columns.index(code) for code in columns])]


@dataclass(frozen=True, slots=True)
class _Codes:
    """What the codes of a use table stand for."""

    industries: list[str]
    commodities: list[str]
    finals: list[str]
    income: list[str]


@dataclass(frozen=True, slots=True)
class _Supply:
    """What is supplied of each commodity.

    `V` (industries, commodities): make table; `margins`: where use is at
    purchasers' prices, imports included: imports; and trade margins, transport margins, taxes less
    subsidies, of which margins are negative where earned.
    """

    V: Array
    margins: tuple[Array, Array] | None = None


_MODEL_D = "industry by industry under fixed product sales shares (model D)"


# --- United States --------------------------------------------------------------------------------


def looks_bea(sheet: Sheet) -> bool:
    """Say whether a sheet is a make, use or supply table of the Bureau."""
    return _bea_header(sheet) is not None and "commodit" in " ".join(_head(sheet)).lower()


def _head(sheet: Sheet) -> list[str]:
    return [text for _, texts in sheet.heads(8, 3) for text in texts if text]


def _bea_header(sheet: Sheet) -> tuple[int, int] | None:
    """Return the row of codes and the first row of numbers."""
    for i, texts in sheet.heads(_TITLE_ROWS):
        if not texts or tidy(texts[0]) not in {"iocode", "code"}:
            continue
        cells = [text for text in texts[_LABELS:] if text]
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
    """
    if options.make is None:
        raise DataError(f"{path.name}: layout 'bea' needs the make table too: pass make=PATH")
    use, made = (
        _bea_block(_bea_sheet(open_book(file, options.encoding), options))
        for file in (path, Path(options.make))
    )
    income = [any(code.startswith("V0") for code in block.rows) for block in (use, made)]
    if income == [False, True]:
        raise DataError(
            f"{use.file} is the make table and {made.file} the use table: give the use table "
            "first and the make table as make="
        )
    codes = _bea_codes(use)
    return _symmetric(
        use,
        _bea_supply(made, codes),
        codes,
        options,
        TableSource(
            str(path),
            sheet=use.title,
            edition=use.corner,
            names={code: use.names.get(code, "") for code in codes.industries},
            assumed=(_MODEL_D,),
        ),
    )


def _bea_codes(use: _Block) -> _Codes:
    """Say what the codes of a use table stand for."""
    income = [code for code in use.rows if code in _INCOMES]
    commodities = [code for code in use.rows if code not in {*_INCOMES, "T006"}]
    finals = [code for code in use.columns if _FINAL.fullmatch(code)]
    if not income and "T006" in use.rows:
        income = ["T006"]
    else:
        for code in ("V001", "V003"):
            if not any(name.startswith(code) for name in income):
                raise DataError(f"{use.file}: no row {code} of value added")
    if not finals:
        raise DataError(f"{use.file}: no column of final use (F010, F02E00 or the like)")
    industries = [code for code in use.columns if not _FINAL.fullmatch(code)]
    return _Codes(industries, commodities, finals, income)


def _bea_supply(made: _Block, codes: _Codes) -> _Supply:
    """Read the make table, or the supply table with its imports, margins and taxes."""
    margins = [code for code in _SUPPLY if code in made.columns]
    if not margins:
        _same(made.rows, codes.industries, made.file, "industries")
        _same(made.columns, codes.commodities, made.file, "commodities")
        return _Supply(made.part(codes.industries, codes.commodities))
    _same(made.rows, codes.commodities, made.file, "commodities")
    extra = {code: made.part(codes.commodities, [code])[:, 0] for code in margins}
    zero = np.zeros(len(codes.commodities))
    imports = extra.get("MCIF", zero) + extra.get("MADJ", zero)
    taxes = sum((extra.get(code, zero) for code in ("MDTY", "TOP", "SUB")), zero)
    levies = np.vstack([extra.get("Trade", zero), extra.get("Trans", zero), taxes])
    V = made.part(codes.commodities, codes.industries).T
    return _Supply(V, (zero if "F050" in codes.finals else imports, levies))


def _bea_sheet(book: Book, options: ReadOptions) -> Sheet:
    wanted = options.sheet or (None if options.year is None else str(options.year))
    if wanted is not None and len(book.sheets) > 1:
        return book.sheet(wanted)
    notes = {"readme", "naics codes", "contents"}
    sheets = [name for name in book.sheets if tidy(name) not in notes]
    few = len(sheets) < 8  # else one a year
    found = [name for name in sheets if not few or looks_bea(book.sheet(name or None))]
    years = [name for name in found if re.fullmatch(r"\d{4}", name)]
    if len(years) > 1:
        raise DataError(
            f"{book.name}: one sheet a year, {years[0]} to {years[-1]}: pass year={years[-1]}"
        )
    names = found or sheets or [""]
    return book.sheet(names[0] or None)


def _bea_block(sheet: Sheet) -> _Block:
    place = _bea_header(sheet)
    if place is None:
        raise DataError(
            f"{sheet.title}: no header row found: IOCode or Code, Name and codes are expected; is "
            "this the layout 'bea'?"
        )
    header, body = place
    codes = sheet.texts(header)
    names = sheet.texts(body - 1 if body - 1 > header else max(header - 1, 0))
    names += [""] * (len(codes) - len(names))
    columns = [
        Line(j, codes[j], "", names[j])
        for j in range(_LABELS, len(codes))
        if codes[j] and (codes[j] in _SUPPLY or not _TOTAL.fullmatch(codes[j]))
    ]
    rows = []
    for i in range(body, len(sheet.rows)):
        code, name = (sheet.text(i, j) for j in range(_LABELS))
        if not code or (_TOTAL.fullmatch(code) and code not in {*_INCOMES, "T006"}):
            continue
        filled = any(str(sheet.cell(i, c.place)).strip() not in _ZEROS for c in columns)
        if not filled and not (name and _BEA_CODE.fullmatch(code)):
            continue  # a footnote
        rows.append(Line(i, code, "", name))
    for what, lines, first in (("row", rows, body), ("column", columns, _LABELS)):
        check_once([(c.label, c.place - first + 1) for c in lines], what, sheet.title)
    numbers = Numbers(sheet, NumberStyle(zeros=_ZEROS)).block(rows, columns)
    said = {line.label: line.name for line in (*rows, *columns)}
    corner, title = "".join(_head(sheet)[:1])[:60], sheet.name
    return _Block.of(sheet, rows, columns, values=numbers, names=said, title=title, corner=corner)


def _same(found: list[str], expected: list[str], file: str, what: str) -> None:
    odd = sorted(set(found) ^ set(expected))
    if odd:
        raise DataError(f"{file}: {what} differ from the use table's: {', '.join(odd[:5])}")


# --- From supply and use to one table -------------------------------------------------------------


def _symmetric(
    use: _Block, supply: _Supply, codes: _Codes, options: ReadOptions, source: TableSource
) -> IOFrames:
    n = len(codes.industries)
    V, q = supply.V, supply.V.sum(axis=0)
    U = use.part(codes.commodities, [*codes.industries, *codes.finals])
    bought, levied = np.zeros_like(U), np.zeros(U.shape[1])
    notes: tuple[str, ...] = ()
    if supply.margins is not None:
        U, bought, levied = _basic_prices(U, *supply.margins, codes.finals)
        notes = (_AT_BASIC_PRICES,)
    home = q != 0
    _check_products(use.file, codes.commodities, U, np.where(home, q, U.sum(axis=1)), options)
    flows = np.divide(V, q, out=np.zeros_like(V), where=home) @ U
    pairs = zip(codes.commodities, U, home, strict=True)
    foreign = {f"imports_of_{c}": row for c, row, made in pairs if not made and row.any()}
    foreign |= {c: row for c, row in zip(codes.commodities, bought, strict=True) if row.any()}
    taxes = {"taxes less subsidies on products": levied} if levied.any() else {}
    index = pd.Index(codes.industries, name="sector")
    return IOFrames(
        Z=pd.DataFrame(flows[:, :n], index, codes.industries),
        final_demand=pd.DataFrame(flows[:, n:], index, codes.finals),
        value_added=pd.DataFrame(
            use.part(codes.income, codes.industries),
            [_INCOMES.get(c, "value_added" if c == "T006" else c) for c in codes.income],
            codes.industries,
        ),
        output=pd.Series(V.sum(axis=1), index),
        imports=_pair(foreign, codes, "product"),
        unit="",
        name=options.name or Path(source.file).stem,
        taxes=_pair(taxes, codes, "tax"),
        source=source.with_notes(
            recognised=(
                f"{n} industries, {len(codes.commodities)} commodities",
                f"final use {', '.join(codes.finals[:6])}{' ...' * (len(codes.finals) > 6)}",
            ),
            assumed=notes,
        ),
    )


_AT_BASIC_PRICES = (
    "uses at purchasers' prices brought to basic prices by each product's mean rates of taxes, "
    "margins and imports"
)


def _check_products(
    file: str, commodities: list[str], U: Array, q: Array, options: ReadOptions
) -> None:
    """Refuse a product whose supply is not its use, but for rounding."""
    tolerance = 1e-3 if options.tolerance is None else options.tolerance
    total = float(q.sum())
    gap = np.abs(U.sum(axis=1) - q)
    room = tolerance * np.maximum(np.abs(q), np.abs(U).sum(axis=1)) + min(15.0, 1e-6 * total)
    if options.strict and (gap > room).any():
        k = int(np.argmax(gap / room))
        raise BalanceError(
            f"{file}: product {commodities[k]!r}: supply {q[k]:.10g} is not use "
            f"{U[k].sum():.10g}; are both tables of the same year and valuation?"
        )


def _pair(
    rows: dict[str, Array], codes: _Codes, name: str
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Split rows into what industries and what final use pay; None without rows."""
    if not rows:
        return None
    block, labels = np.array(list(rows.values())), pd.Index(list(rows), name=name)
    n = len(codes.industries)
    return (
        pd.DataFrame(block[:, :n], labels, codes.industries),
        pd.DataFrame(block[:, n:], labels, codes.finals),
    )


def _basic_prices(
    U: Array, imports: Array, levies: Array, finals: list[str]
) -> tuple[Array, Array, Array]:
    """Take margins, taxes and imports out of uses at purchasers' prices.

    Returns domestic uses at basic prices, (commodities, uses), where margins are sales of the
    commodities that earn them; imported ones; and taxes, (uses,).
    """
    total = U.sum(axis=1)
    paid = np.vstack([np.maximum(levies[:2], 0.0), levies[2:]])
    rates = np.divide(paid, total, out=np.zeros_like(levies), where=total != 0)
    taxes = (rates[2][:, None] * U).sum(axis=0)
    basic = U * (1 - rates.sum(axis=0))[:, None]
    for k in range(2):
        collected = (rates[k][:, None] * U).sum(axis=0)
        earned = np.maximum(-levies[k], 0.0)
        if earned.any():
            basic += np.outer(earned / earned.sum(), collected)
    buys = np.ones(U.shape[1], dtype=bool)
    buys[-len(finals) :] = [not name.startswith(("exp", "Exp", "F040")) for name in finals]
    home = (basic * buys).sum(axis=1)
    wide = imports > home  # re-exports: every buyer has them
    base = np.where(wide, basic.sum(axis=1), home)
    share = np.divide(imports, base, out=np.zeros_like(base), where=base != 0)
    imported = basic * share[:, None] * np.where(wide[:, None], 1.0, buys[None, :])
    return basic - imported, imported, taxes


# --- Brazil ---------------------------------------------------------------------------------------

_IBGE_SUPPLY, _IBGE_USE = ("oferta", "producao", "importacao"), ("CI", "demanda", "VA")


def looks_ibge(sheet: Sheet) -> bool:
    """Say whether a sheet is of the tables of resources and uses of Brazil."""
    mark = re.compile(r"Tabela [12] - (?:Recursos|Usos) de bens e serviços")
    return any(map(mark.match, _head(sheet)))


def read_ibge(path: Path, options: ReadOptions) -> IOFrames:
    """Read table 2 (uses) with, as `make`, table 1 (resources) of the same year."""
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
    absent = [s for s in _IBGE_USE if s not in use.sheets]
    absent += [s for s in _IBGE_SUPPLY if s not in resources.sheets]
    if absent:
        raise DataError(f"{path.name}: no sheet {absent[0]!r} in the two tables")
    inputs, final = _ibge(use.sheet("CI"), 2), _ibge(use.sheet("demanda"), 2)
    value, supply = _ibge(use.sheet("VA"), 1), _ibge_supply(resources, inputs)
    _same(final.rows, inputs.rows, final.file, "products")
    finals = [c for c in final.columns if tidy(c) not in {"demanda final", "demanda total"}]
    codes = _Codes(inputs.columns, inputs.rows, finals, _ibge_income(value))
    nothing = np.zeros((len(value.rows), len(finals)))
    whole = replace(
        inputs,
        rows=[*inputs.rows, *value.rows],
        columns=[*inputs.columns, *finals],
        values=np.block(
            [
                [inputs.values, final.part(inputs.rows, finals)],
                [value.part(value.rows, inputs.columns), nothing],
            ]
        ),
    )
    source = TableSource(
        str(path), edition=inputs.title[-4:], names=inputs.names, assumed=(_MODEL_D,)
    )
    return _symmetric(whole, supply, codes, options, source)


def _ibge_supply(book: Book, inputs: _Block) -> _Supply:
    """Read the table of resources: production, imports, margins and taxes by product."""
    made, supply = _ibge(book.sheet("producao"), 2), _ibge(book.sheet("oferta"), 2)
    imports = _ibge(book.sheet("importacao"), 2)
    years = [found[0] for b in (inputs, made) if (found := re.search(r"\d{4}", b.title))]
    if len(set(years)) > 1:
        raise DataError(f"{inputs.file} is of {years[0]}, {made.file} of {years[1]}")
    for block in (made, supply, imports):
        _same(block.rows, inputs.rows, block.file, "products")
    _same(made.columns, inputs.columns, made.file, "industries")
    levies = [
        supply.part(inputs.rows, [_like(supply, word)])[:, 0]
        for word in ("comércio", "transporte", "total de impostos")
    ]
    V = made.part(inputs.rows, inputs.columns).T
    bought = imports.part(inputs.rows, imports.columns)[:, 0]
    return _Supply(V, (bought, np.vstack(levies)))


def _like(block: _Block, word: str) -> str:
    found = [name for name in block.columns if word in tidy(name)]
    if not found:
        raise DataError(f"{block.file}: no column {word!r} found")
    return found[0]


def _ibge(sheet: Sheet, labels: int) -> _Block:
    """Read one sheet: codes over names in its header row, totals last."""
    header = 3
    if len(sheet.rows) <= header or not any(sheet.texts(header)[labels:]):
        raise DataError(f"{sheet.title}: no header row found in row {header + 1}")
    columns = []
    for j in range(labels, len(sheet.rows[header])):
        text = sheet.text(header, j)
        if text and tidy(text) not in {"total do produto", "total"}:
            code = re.match(r"(\d{2,4})\s+(.+)", text)
            columns.append(Line(j, code[1] if code else text, "", code[2] if code else ""))
    rows = []
    for i in range(header + 1, len(sheet.rows)):
        text = sheet.text(i, 0)
        part = str(sheet.cell(i, 0))[:1].isspace()  # of the row above
        numeric = any(isinstance(sheet.cell(i, c.place), float) for c in columns)
        if text and tidy(text) != "total" and numeric and not part:
            rows.append(Line(i, text, ""))
    numbers = Numbers(sheet, NumberStyle()).block(rows, columns, blank=True)
    said = {line.label: line.name for line in columns}
    title = sheet.text(0, 0)
    return _Block.of(sheet, rows, columns, values=numbers, names=said, title=title, corner="")


def _ibge_income(value: _Block) -> list[str]:
    """Return the parts of value added: what is neither the sum, nor output, nor jobs."""
    other = ("valor", "fator trabalho", "pessoal")
    return [
        name
        for name in value.rows
        if role_of(name, "row") not in {"value_added_total", "output"}
        and not tidy(name).startswith(other)
    ]

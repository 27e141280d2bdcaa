"""Read a user's own input-output table, whatever statistical office laid it out.

Employment, emissions and the like from a file of the user's, on the sectors of a table.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pandas as pd

from quesnay.datasets.readers.assembly import Arrangement, Line, Numbers, assemble
from quesnay.datasets.readers.cells import ReadOptions, read_options, role_of
from quesnay.datasets.readers.containers import WORKBOOKS, Book, Sheet, file_hash, open_book
from quesnay.datasets.readers.eurostat import arrange_eurostat, looks_eurostat
from quesnay.datasets.readers.folders import folder_layout, read_eora, read_exiobase, read_gloria
from quesnay.datasets.readers.offices import arrange_nbs, arrange_ons, looks_nbs, looks_ons
from quesnay.datasets.readers.plain import arrange_plain, canonical, is_number
from quesnay.datasets.readers.supply_use import looks_bea, looks_ibge, read_bea, read_ibge
from quesnay.datasets.readers.world import (
    arrange_figaro,
    arrange_oecd,
    arrange_wiod,
    arrange_wiod_national,
    cut_country,
    looks_figaro,
    looks_oecd,
    looks_wiod,
    looks_wiod_national,
    merge_regions,
    split_regions,
)
from quesnay.datasets.readers.written import looks_written, read_written
from quesnay.datasets.tables import IOFrames, TableSource
from quesnay.fitting.errors import BalanceError, DataError, suggestion
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.inputs import as_path


@dataclass(frozen=True, slots=True)
class Layout:
    """How one office's files are recognised and read, and how far off its sums may be.

    `arrange`: sheet and options -> what each row and column is; `looks`: whether a sheet is of this
    layout; `read`: file or folder and options -> frames, where one sheet is not enough; `unit` of
    the amounts, where neither the user nor the file says; `totals`: what a printed total may miss,
    a share of it, and in the unit per cell summed; `tolerance`: accepted imbalance, as a share of
    output; `absolute`: the same in the table's unit, what printing few digits leaves in a tiny
    sector; `known`: imbalance that the publisher's own tables are known to have, taken with a
    warning; `dated`: it takes the year asked for out of the file by itself, else the file must name
    it.
    """

    arrange: Callable[[Sheet, ReadOptions], Arrangement] | None = None
    looks: Callable[[Sheet], object] | None = None
    read: Callable[[Path, ReadOptions], IOFrames] | None = None
    unit: str = "unit not stated"
    totals: tuple[float, float] = (1e-3, 0.06)
    tolerance: float = 1e-3
    absolute: float = 0.0
    known: float = 0.0
    dated: bool = False


def _says(*marks: str, rows: int = 10) -> Callable[[Sheet], bool]:
    """Recognise an office by words that all stand in the first rows."""
    return lambda sheet: set(marks) <= {text for _, texts in sheet.heads(rows) for text in texts}


_USD, _EUR, _AUD = "million US dollars", "million euro", "million Australian dollars"
_EXACT, _OFFICE = (1e-6, 0.0), (1e-3, 1e-2)
# The list of layouts, in the order in which a file is tried; a plain grid is the last resort. An
# office that prints one grid needs an entry with the marks it is known by and no more, or, where
# its words are not among those of `words.toml`,
# partial(arrange_plain, codes={"its word": "final_demand", ...}).
LAYOUTS: Mapping[str, Layout] = {
    "quesnay": Layout(arrange_plain, looks_written, totals=_EXACT, tolerance=1e-6),
    "nbs": Layout(arrange_nbs, looks_nbs, unit="10,000 yuan", totals=_EXACT, tolerance=1e-6),
    "oecd": Layout(
        arrange_oecd, lambda s: looks_oecd(s) == "oecd", unit=_USD, totals=(1e-2, 0.06),
        absolute=3.0,
    ),
    "oecd_icio": Layout(
        arrange_oecd, lambda s: looks_oecd(s) == "oecd_icio", unit=_USD, totals=(1e-2, 0.06),
        absolute=0.5, known=0.012,
    ),
    "wiod": Layout(arrange_wiod, looks_wiod, unit=_USD, absolute=0.05),
    "wiod_national": Layout(
        arrange_wiod_national, looks_wiod_national, unit=_USD, totals=(1e-3, 1e-3), absolute=0.05,
        dated=True,
    ),
    "adb": Layout(arrange_wiod, looks_wiod, unit=_USD, absolute=0.5),
    "figaro": Layout(
        arrange_figaro, looks_figaro, unit=_EUR, totals=(1e-3, 5e-3), absolute=0.05
    ),
    "eurostat": Layout(arrange_eurostat, looks_eurostat, unit=_EUR, absolute=0.5, dated=True),
    "exiobase": Layout(read=read_exiobase, unit=_EUR),
    "eora": Layout(read=read_eora, unit="thousand US dollars"),
    "gloria": Layout(read=read_gloria, unit="thousand US dollars"),
    "bea": Layout(read=read_bea, looks=looks_bea, unit=_USD, absolute=30.0, dated=True),
    "ibge": Layout(
        read=read_ibge, looks=looks_ibge, unit="million reais", absolute=5.0, dated=True
    ),
    "ons": Layout(arrange_ons, looks_ons, unit="million pounds", totals=_OFFICE, absolute=0.5),
    "abs": Layout(
        arrange_plain, _says("FROM INDUSTRY", "USE", rows=6), unit=_AUD, totals=_OFFICE,
        absolute=0.5,
    ),
    "bcch": Layout(
        arrange_plain, _says("Matriz de insumo-producto", "Actividad"),
        unit="thousand million pesos", totals=_OFFICE, absolute=0.5,
    ),
}  # fmt: skip
_LARGE = 600  # rows of a sheet
_SMALLEST_GAP = 0.05  # in millions, with three digits printed
_YEAR = "(?:19|20)[0-9]{2}"


def read_io(
    path: str | Path,
    *,
    layout: str | None = None,
    sheet: str | None = None,
    year: int | None = None,
    country: str | None = None,
    make: str | Path | None = None,
    accounts: str | Path | None = None,
    tolerance: float | None = None,
    strict: bool = True,
    blank: str = "refuse",
    encoding: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    roles: Mapping[str, str] | None = None,
    merge_regions: bool = False,
    unit: str | None = None,
    name: str | None = None,
) -> InputOutputTable:
    r"""Read a user's own input-output table in the layout of the office that published it.

    Parameters
    ----------
    path : str or Path
        Text (.csv, .txt, .tsv), workbook (.xlsx, .xlsm, .xlsb, .xls, .ods), .parquet, .feather
        (need pyarrow), .dta or .rds, .rda (need pyreadr), also inside .zip or .gz; a folder or the
        published archive for "exiobase", "eora" and "gloria".
    layout : str, optional
        By default recognised from the content. "quesnay": one grid as people have it, a label
        that stands in a row and in a column is a sector, other columns are final demand, other
        rows value added, unless their words say total, output, imports, taxes on products or
        persons and emissions (left out); labels may have two levels, country and sector. Or
        what ``table.to_csv``, ``table.to_excel`` or ``quesnay datasets NAME --export`` wrote.
        "nbs": National Bureau of Statistics of China and its provinces. "oecd": national tables;
        "oecd_icio": inter-country ones. "wiod": world tables of 2013 and 2016; "wiod_national";
        "adb". "figaro": matrix or flat. "eurostat": naio_10_cp1700 and cp1750 as SDMX-CSV or TSV.
        "exiobase": EXIOBASE 3. "eora": Eora26. "gloria": GLORIA with its ReadMe workbook. "bea":
        US use table with, as `make`, the make table. "ibge": Brazil's tables 1 and 2. "ons",
        "abs", "bcch": United Kingdom, Australia, Chile.
    sheet : str, optional
        Sheet of a workbook; by default the year's, or the first that is recognised.
    year : int, optional
        Year to take where the file holds several.
    country : str, optional
        National table to cut out of a world table (imports become a block by product), or the
        country of a file that lists several.
    make : str or Path, optional
        Make or supply table of the same year, for "bea" and "ibge".
    accounts : str or Path, optional
        File of employment, emissions ... by sector, named by the table's codes or names, an account
        a column or a row; what final demand causes directly is told in ``.source``.
    tolerance : float, optional
        Imbalance that is accepted, relative to a sector's output, and what a printed total may
        miss; by default 1e-6 for "quesnay"
        and "nbs", and 1e-3 for the others, which print few digits and allow a small absolute gap
        besides. Eora needs more. It may exceed 1.
    strict : bool, default True
        False: a table that does not balance or is not productive is taken, with a warning.
    blank : {"refuse", "zero"}
        Whether an empty cell or a dash is a fault or zero ("bea" and the corner of the grid
        excepted); what is not available (``..``, ``:``) is a fault in either case, as is
        a cell that holds an error or a formula never computed.
    encoding : str, optional
        Of text files; by default found: UTF-8, UTF-16, ISO 2022, GB 18030 or Latin-1; text that
        would come out garbled asks for it.
    decimal, thousands : str, optional
        Marks in numbers, such as "," and "."; by default found where they are unmistakable.
    roles : mapping of str to str, optional
        What a label is taken for, where its words mislead: "sector", "total", "output",
        "imports", "taxes", "value_added", "final_demand" or "drop".
    merge_regions : bool, default False
        Join CN1, CN2 to CHN and MX1, MX2 to MEX in tables of the OECD.
    unit, name : str, optional
        Shown with the table; by default the source's unit and the file's name.

    Returns
    -------
    InputOutputTable
        Values as in the file, in its unit. Imports and taxes less subsidies on products stand
        apart (``.imports``, ``.taxes``) and never count as value added; ``.source`` says what was
        recognised, dropped and assumed, and ``.check()`` shows it.

    Raises
    ------
    DataError
        If the file is missing, is no table of that layout, is a zip bomb, repeats a label, a total
        is not the sum of its parts, or a cell holds no number; the message names file, row and
        column.
    BalanceError
        If the table does not balance.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.csv"
    >>> _ = path.write_text(
    ...     "sector,farm,mill,consumption\nfarm,10,20,70\nmill,30,40,30\nwages,60,40,\n"
    ... )
    >>> read_io(path).A.loc["farm", "mill"].item()
    0.2
    """
    given = {
        "layout": layout, "sheet": sheet, "year": year, "country": country, "make": make,
        "accounts": accounts, "tolerance": tolerance, "strict": strict, "blank": blank,
        "encoding": encoding, "decimal": decimal, "thousands": thousands, "roles": roles,
        "merge_regions": merge_regions, "unit": unit, "name": name,
    }  # fmt: skip
    options = read_options(given, layouts=LAYOUTS)
    return _table(_frames(as_path(path, "path"), options), options)


def table_of_sheet(sheet: Sheet, layout: str, options: ReadOptions, file: str) -> InputOutputTable:
    """Return the table of cells that came otherwise than from a file of that layout."""
    frames = _assembled(sheet, layout, options, options.name or sheet.file)
    source = replace(frames.source, file=file)
    return _table(_finished(replace(frames, source=source), layout, options), options)


def _assembled(sheet: Sheet, layout: str, options: ReadOptions, title: str) -> IOFrames:
    entry = LAYOUTS[layout]
    assert entry.arrange is not None  # one sheet is enough for it
    plan = entry.arrange(sheet, options).told(options.roles)
    return assemble(
        plan,
        title=title,
        totals=entry.totals,
        tolerance=options.tolerance or 0.0,
        plain=layout == "quesnay",
    )


def _frames(path: Path, options: ReadOptions) -> IOFrames:
    """Read the labelled blocks of a table, before they are validated as a table."""
    layout = options.layout or folder_layout(path)
    frames = None
    if not layout or LAYOUTS[layout].read is None:
        title = options.name or path.stem
        book = open_book(path, options.encoding, hint=str(options.year or ""))
        layout, sheet = _recognised(book, options)
        if (
            options.year is not None
            and not LAYOUTS[layout].dated
            and not looks_wiod_national(sheet)
        ):
            _check_year(book, sheet, options.year)
        _check_taken(layout, options)
        if layout == "quesnay":
            frames = read_written(sheet, options, title)
        if frames is None and LAYOUTS[layout].read is None:
            frames = _assembled(sheet, layout, options, title)
            if layout == "quesnay":
                frames = replace(frames, source=_beside(frames.source, book, options))
    else:
        _check_taken(layout, options)
    if frames is None:
        frames = LAYOUTS[layout].read(path, options)  # type: ignore[misc]
    source = replace(
        frames.source,
        file=str(path),
        sha256=file_hash(path) if path.is_file() else "",
        year=str(options.year or frames.source.year),
    )
    return _finished(replace(frames, source=source), layout, options)


def _check_taken(layout: str, options: ReadOptions) -> None:
    """Refuse options that the layout would pass over, so that nobody counts on them."""
    if options.make is not None and layout not in {"bea", "ibge"}:
        raise DataError(
            f"make: layout {layout!r} has no make table beside it, as 'bea' and 'ibge' have; leave "
            "make= out"
        )
    if options.roles and LAYOUTS[layout].arrange is None:
        raise DataError(f"roles: layout {layout!r} knows its rows by their codes; leave roles= out")


def _beside(source: TableSource, book: Book, options: ReadOptions) -> TableSource:
    """Say which sheets of a workbook hold a table besides the one taken, where none was named."""
    if options.sheet is not None or book.kind not in WORKBOOKS:
        return source
    if len(book.sheet(source.sheet).rows) > _LARGE:
        return source  # to read all others would take longer than the table
    others = [name for name in _candidates(book, options) if name in book.visible]
    also = [
        name
        for name in others
        if name != source.sheet and _grid(book.sheet(name), options) == _WHOLE
    ]
    if not also:
        return source
    note = f"sheet {source.sheet!r}, the first that holds a table; also {', '.join(also)}: sheet="
    return source.with_notes(assumed=(note,))


def _check_year(book: Book, sheet: Sheet, year: int) -> None:
    """Refuse a year that the file does not name: it would be another year's table."""
    head = [text for i in range(min(12, len(sheet.rows))) for text in sheet.texts(i, 8)]
    places = [book.name, sheet.name, *head]
    if not any(str(year) in text for text in places):
        found = sorted({y for text in places for y in re.findall(rf"(?<!\d){_YEAR}(?!\d)", text)})
        known = f"it names {', '.join(found)}" if found else "it names no year"
        raise DataError(
            f"{sheet.title}: no table of the year {year}: {known}; leave year= out or open the "
            "right file"
        )


def _recognised(book: Book, options: ReadOptions) -> tuple[str, Sheet]:
    """Return the layout of a file and the sheet that holds it."""
    wanted = [options.layout] if options.layout else list(LAYOUTS)
    for name in _candidates(book, options):
        sheet = book.sheet(name)
        for layout in wanted:
            looks = LAYOUTS[layout].looks
            if looks is not None and looks(sheet):
                return layout, sheet
    if options.layout not in {None, "quesnay"}:
        return str(options.layout), book.sheet(_candidates(book, options)[0])
    return "quesnay", _plain_sheet(book, options)


def _candidates(book: Book, options: ReadOptions) -> list[str | None]:
    """Return the sheets to look at, the year's first."""
    if options.sheet is not None:
        return [options.sheet]
    if book.kind not in WORKBOOKS or not book.sheets:
        return [None]
    found: dict[str, list[str]] = {}
    for name in book.visible:
        for year in re.findall(rf"(?<!\d){_YEAR}(?!\d)", name)[-1:]:
            found.setdefault(name.replace(year, "").strip(), []).append(year)
    years = max(found.values(), key=len, default=[])
    if options.year is not None:
        dated = [name for name in book.visible if str(options.year) in name]
        if dated:
            return list(dated)
        if len(years) > 1:
            raise DataError(
                f"{book.name}: no sheet for the year {options.year}; it has {', '.join(years)}"
            )
    elif len(years) > 1:
        raise DataError(
            f"{book.name}: one sheet a year, {min(years)} to {max(years)}: pass year={max(years)}"
        )
    return [*book.visible, *(name for name in book.sheets if name not in book.visible)]


def _plain_sheet(book: Book, options: ReadOptions) -> Sheet:
    """Return the first sheet that holds a table, else the first grid, else the first of all."""
    names = _candidates(book, options)
    found: dict[int, Sheet] = {}
    for name in names if len(names) > 1 else []:
        sheet = book.sheet(name)
        kind = _grid(sheet, options)
        found.setdefault(kind, sheet)
        if kind == _WHOLE:
            break
    return found[max(found)] if found else book.sheet(names[0])


_NONE, _PART, _WHOLE = range(3)  # no grid; sectors alone, as of coefficients; with use and income


def _grid(sheet: Sheet, options: ReadOptions) -> int:
    try:
        plan = arrange_plain(sheet, replace(options, roles={}))
    except DataError:
        return _NONE
    uses = plan.of("columns", "final_demand", "imports", "demand_total")
    income = plan.of("rows", "value_added", "value_added_total")
    return _WHOLE if uses and income else _PART


def _finished(frames: IOFrames, layout: str, options: ReadOptions) -> IOFrames:
    """Name layout and unit; join regions, clear tiny sectors and cut out a country, as asked."""
    unit = frames.unit or options.unit or LAYOUTS[layout].unit
    frames = replace(frames, unit=unit, source=replace(frames.source, layout=layout, unit=unit))
    parts = ", ".join(split_regions(list(frames.Z.index))) if layout == "oecd_icio" else ""
    if parts and options.merge_regions:
        frames = merge_regions(frames)
    elif parts:
        note = f"{parts} are parts of a country whose own code holds zeros: merge_regions=True"
        source = frames.source.with_notes(warnings=(f"{note} joins them",))
        frames = replace(frames, source=source)
    if layout in {"figaro", "oecd", "oecd_icio", "wiod", "adb"}:
        frames = _cleared(frames, LAYOUTS[layout].absolute)
    if options.country is not None and layout != "eurostat":
        frames = cut_country(frames, options.country, Path(frames.source.file).name)
    return frames


def _cleared(frames: IOFrames, absolute: float) -> IOFrames:
    """Set sectors to zero whose output is negative or nothing by rounding."""
    flows, final = frames.Z.to_numpy(), frames.final_demand.to_numpy()
    x = flows.sum(axis=1) + final.sum(axis=1) if frames.output is None else frames.output.to_numpy()
    bought = flows.sum(axis=0)
    tiny = (x <= 0) & (np.abs(x) <= absolute) & (bought <= absolute) & ((x < 0) | (bought != 0))
    if not tiny.any():
        return frames
    places = np.flatnonzero(tiny)

    def rows(frame: pd.DataFrame) -> pd.DataFrame:
        values = frame.to_numpy(copy=True)
        values[places] = 0.0
        return pd.DataFrame(values, frame.index, frame.columns)

    listed = ", ".join(f"{frames.Z.index[k]} ({x[k]:.3g})" for k in places[:5])
    note = f"outputs that are negative or nothing by rounding were set to zero: {listed}"
    return frames.by_sector(rows, warnings=(note,))


def _table(frames: IOFrames, options: ReadOptions) -> InputOutputTable:
    source, accounts = frames.source, frames.accounts
    layout = LAYOUTS[source.layout]
    if options.accounts is not None:
        others, notes = _read_accounts(as_path(options.accounts, "accounts"), frames, options)
        accounts = others if accounts is None else pd.concat([accounts, others])
        source = source.with_notes(dropped=notes)
    known = (options.tolerance, frames.tolerance, layout.tolerance)
    accepted = next(share for share in known if share is not None)
    try:
        if layout.absolute and options.tolerance is None and options.strict:
            accepted, note = _accepted(frames, layout)
            source = source.with_notes(warnings=note)
        return frames.table(
            accounts=accounts,
            source=source,
            tolerance=accepted,
            strict=options.strict,
            copy=False,
        )
    except (DataError, BalanceError) as error:
        file = Path(source.file).name
        where = f"{file}[{source.sheet}]" if source.sheet else file
        hint = _odd_one(frames) if isinstance(error, BalanceError) and layout.arrange else ""
        raise type(error)(f"{where} (layout {source.layout!r}): {error}{hint}") from error


def _odd_one(frames: IOFrames) -> str:
    """Name the one row of value added, or column of final demand, without which all adds up."""
    F, V, flows = frames.final_demand, frames.value_added, frames.Z.to_numpy()
    bought = flows.sum(axis=0) + V.to_numpy().sum(axis=0)
    for pair in (frames.imports, frames.taxes):
        if pair is not None:
            bought = bought + pair[0].to_numpy().sum(axis=0)
    sold = flows.sum(axis=1) + F.to_numpy().sum(axis=1)
    x = None if frames.output is None else frames.output.to_numpy()
    for axis, names, lines, (sums, total), (role, why) in (
        ("row", V.index, V.to_numpy(), (bought, sold), ("memorandum", "if it is no income")),
        ("column", F.columns, F.to_numpy().T, (sold, bought), ("drop", "if it is no demand")),
    ):
        gap = sums - (total if x is None else x)
        room = 1e-6 * np.abs(sums).max()
        alike = np.flatnonzero((np.abs(lines - gap) <= room).all(axis=1))
        if len(lines) > 1 and len(alike):
            name = str(names[alike[0]])
            return f"; without {axis} {name!r} all adds up: roles={{{name!r}: {role!r}}} {why}"
    return ""


def _accepted(frames: IOFrames, layout: Layout) -> tuple[float, tuple[str, ...]]:
    """Widen the tolerance for what printing few digits leaves in tiny sectors, and say so.

    A gap below the absolute bound is excused, whatever its share; all others must keep to the
    relative bound, so that one tiny sector excuses no other.
    """
    flows, final = frames.Z.to_numpy(), frames.final_demand.to_numpy()
    uses = flows.sum(axis=1) + final.sum(axis=1)
    inputs = flows.sum(axis=0) + frames.value_added.to_numpy().sum(axis=0)
    for pair in (frames.imports, frames.taxes):
        if pair is not None:
            inputs = inputs + pair[0].to_numpy().sum(axis=0)
    x = uses if frames.output is None else frames.output.to_numpy()
    absolute = min(layout.absolute, max(_SMALLEST_GAP, 1e-6 * float(np.abs(x).sum())))
    gaps = np.concatenate([np.abs(uses - x), np.abs(inputs - x)])
    sales = np.concatenate([np.abs(flows.sum(axis=1)), np.abs(flows.sum(axis=0))])
    scale = np.maximum(np.tile(np.abs(x), 2), sales)
    relative = gaps / np.where(scale > 0, scale, 1.0)
    k = int(np.argmax(relative))
    name = frames.Z.index[k % len(x)]
    if relative[k] <= layout.tolerance:
        return layout.tolerance, ()
    counted = np.where(gaps <= absolute, 0.0, relative)
    j = int(np.argmax(counted))
    if counted[j] > max(layout.tolerance, layout.known):
        raise BalanceError(
            f"{'row' if j < len(x) else 'column'} {frames.Z.index[j % len(x)]!r}: its sum misses "
            f"output by {gaps[j]:.6g} ({100 * counted[j]:.3g} %), more than the tolerance of "
            f"{layout.tolerance:g} and than rounding leaves ({absolute:.3g}); correct it, or "
            f"pass tolerance={1.05 * counted[j]:.1e}, or strict=False to go on with a recorded "
            "warning"
        )
    excuse = f"less than {absolute:.3g} in the table's unit, as printing few digits leaves"
    if counted[j]:
        excuse = f"as tables of this publisher do by up to {100 * layout.known:g} %"
    note = f"sector {name!r} misses its output by {100 * relative[k]:.3g} %, {excuse}"
    return 1.01 * float(relative[k]), (note,)


# --- Employment, emissions and the like from another file -----------------------------------------

_FLAGGED = re.compile(r"\W{0,2}\d[\d.,' ]*\W*[A-Za-z]{0,2}\W*")  # a number with marks, read or not
_LABELS = 7  # columns, or rows, in which sectors are looked for


def _read_accounts(
    path: Path, frames: IOFrames, options: ReadOptions
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read accounts by sector: one a column or one a row, sectors by the table's code or name.

    Returns the accounts (r, n) in the order of the table, and what was left out: totals that
    agree, and what categories of final demand cause directly. A sector that is missing or stands
    twice, a label of no sector and a cell without a number are refused.
    """
    sheet = open_book(path, options.encoding, hint=str(options.year or "")).sheet()
    codes = [str(code) for code in frames.Z.index]
    names = {canonical(name): code for code, name in frames.source.names.items() if code in codes}
    keys = names | {canonical(code): code for code in codes}
    rows = [[row[j] for j in range(len(row))] for row in sheet.rows]
    columns = zip_longest(*rows, fillvalue="")
    turned = Sheet(sheet.file, sheet.name, [list(column) for column in columns], sheet.delimiter)
    down, across = _found(sheet, keys), _found(turned, keys)
    sheet, (column, found) = (sheet, down) if len(down[1]) >= len(across[1]) else (turned, across)
    twice = next((code for code, rows in found.items() if len(rows) > 1), None)
    if twice is not None:
        raise DataError(f"{sheet.title}: accounts: sector {twice!r} stands twice")
    missing = [code for code in codes if code not in found]
    if missing:
        hint = f" ({len(missing)} of {len(codes)} are missing)" if len(missing) > 1 else ""
        raise DataError(f"{sheet.title}: accounts: no sector {missing[0]!r}{hint}")
    lines = [Line(found[code][0], code, "sector") for code in codes]
    accounts = _titles(sheet, [line.place for line in lines], column)
    if len(accounts) > 1 and {line.label for line in accounts} <= set(codes):
        raise DataError(
            f"{sheet.title}: accounts: its columns are called as sectors, as those of flows; give "
            "one account a column, such as 'jobs'"
        )
    first = min(line.place for line in lines)
    numbers = Numbers.of(sheet, (first, min(line.place for line in accounts)), options)
    values = pd.DataFrame(
        numbers.block(lines, accounts).T, [line.label for line in accounts], frames.Z.index
    )
    rest = sorted({*range(first, len(sheet.rows))} - {line.place for line in lines})
    return values, _left_out(numbers, rest, column, (accounts, values, frames))


def _found(sheet: Sheet, keys: dict[str, str]) -> tuple[int, dict[str, list[int]]]:
    """Return the column with the most sectors, and the rows of each."""
    best: tuple[int, dict[str, list[int]]] = (0, {})
    for column in range(_LABELS):
        rows: dict[str, list[int]] = {}
        for i in range(len(sheet.rows)):
            code = keys.get(canonical(sheet.text(i, column)))
            if code is not None:
                rows.setdefault(code, []).append(i)
        if len(rows) > len(best[1]):
            best = column, rows
    return best


def _titles(sheet: Sheet, rows: list[int], column: int) -> list[Line]:
    """Return the columns that hold a number of any sector, by the nearest title above them."""
    found: list[Line] = []
    first = min(rows)
    for j in range(column + 1, max(len(sheet.rows[i]) for i in rows)):
        cells = [sheet.cell(i, j) for i in rows]
        if not any(is_number(cell) or _FLAGGED.fullmatch(str(cell).strip()[:40]) for cell in cells):
            continue  # a column of names, or an empty one
        titles = (sheet.text(i, j) for i in range(first - 1, -1, -1))
        title = next((text for text in titles if text), "")
        if not title or title in {line.label for line in found}:
            what = f"stands twice: {title!r}" if title else "has no title"
            raise DataError(f"{sheet.title}: accounts: column {j + 1} {what}")
        found.append(Line(j, title, "account"))
    if not found:
        raise DataError(f"{sheet.title}: accounts: no column of numbers beside the sectors")
    return found


def _left_out(
    numbers: Numbers,
    rows: list[int],
    column: int,
    parts: tuple[list[Line], pd.DataFrame, IOFrames],
) -> tuple[str, ...]:
    """Check totals, keep a word of what final demand causes, refuse labels of no sector."""
    accounts, values, frames = parts
    title = numbers.sheet.title
    notes = []
    for i in rows:
        name = numbers.sheet.text(i, column)
        if not name or not numbers.filled(i, [line.place for line in accounts]):
            continue
        row = numbers.block([Line(i, name, "")], accounts)[0]
        if name in map(str, frames.final_demand.columns):
            direct = ", ".join(f"{k.label} {v:g}" for k, v in zip(accounts, row, strict=True))
            notes.append(f"accounts of final demand {name!r}: {direct}: pass it to footprint")
        elif role_of(name, "row") in {"total", "output"}:
            gap = abs(row - values.sum(axis=1).to_numpy())
            if (gap > 1e-3 * abs(row)).any():
                raise DataError(f"{title}: accounts: row {name!r} is not the sum of the sectors")
            notes.append(f"accounts: row {name!r}: agrees with the sum of the sectors")
        else:
            hint = suggestion(name, [str(code) for code in frames.Z.index])
            raise DataError(f"{title}: accounts: {name!r} is no sector of the table;{hint}")
    return tuple(notes)

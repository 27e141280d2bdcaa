"""Read a user's own input-output table, whatever statistical office laid it out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from quesnay.datasets.readers.accounts import read_accounts
from quesnay.datasets.readers.assembly import Arrangement, assemble
from quesnay.datasets.readers.china import arrange_nbs, looks_nbs
from quesnay.datasets.readers.containers import WORKBOOKS, Book, Sheet, file_hash, open_book
from quesnay.datasets.readers.folders import (
    folder_layout,
    read_eora,
    read_exiobase,
    read_gloria,
)
from quesnay.datasets.readers.long import arrange_eurostat, looks_eurostat
from quesnay.datasets.readers.offices import (
    arrange_abs,
    arrange_bcch,
    arrange_ons,
    looks_abs,
    looks_bcch,
    looks_ons,
)
from quesnay.datasets.readers.options import ReadOptions, read_options
from quesnay.datasets.readers.plain import arrange_plain, read_blocks
from quesnay.datasets.readers.source import TableSource
from quesnay.datasets.readers.supply_use import looks_bea, looks_ibge, read_bea, read_ibge
from quesnay.datasets.readers.world import (
    arrange_figaro,
    arrange_figaro_flat,
    arrange_oecd,
    arrange_wiod,
    arrange_wiod_national,
    cut_country,
    looks_figaro,
    looks_figaro_flat,
    looks_oecd,
    looks_wiod,
    looks_wiod_national,
    merge_regions,
    split_regions,
)
from quesnay.datasets.table_frames import IOFrames
from quesnay.fitting.errors import BalanceError, DataError
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.inputs import as_path

__all__ = ["LAYOUTS", "read_io", "read_io_frames", "table_of_sheet"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How one office's files are recognised and read.

    Parameters
    ----------
    arrange : callable or None
        Sheet and options -> what each row and column is.
    looks : callable or None
        Whether a sheet is of this layout.
    read : callable or None
        Book or folder and options -> frames, where one sheet is not enough.
    tolerance : float
        Accepted imbalance, as a share of output.
    absolute : float
        The same in the table's unit: what printing few digits leaves in a tiny sector.
    known : float
        Imbalance that the publisher's own tables are known to have; taken with a warning.
    """

    arrange: Callable[[Sheet, ReadOptions], Arrangement] | None = None
    looks: Callable[[Sheet], object] | None = None
    read: Callable[[Path, ReadOptions], IOFrames] | None = None
    tolerance: float = 1e-3
    absolute: float = 0.0
    known: float = 0.0


def _figaro(sheet: Sheet, options: ReadOptions) -> Arrangement:
    return (arrange_figaro_flat if looks_figaro_flat(sheet) else arrange_figaro)(sheet, options)


def _wiod(sheet: Sheet, options: ReadOptions) -> Arrangement:
    national = looks_wiod_national(sheet)
    return (arrange_wiod_national if national else arrange_wiod)(sheet, options)


def _looks_figaro(sheet: Sheet) -> bool:
    return looks_figaro_flat(sheet) or looks_figaro(sheet)


# In the order in which a file is tried: the plainest last.
LAYOUTS: Mapping[str, Layout] = {
    "quesnay": Layout(arrange_plain, tolerance=1e-6),
    "nbs": Layout(arrange_nbs, looks_nbs, tolerance=1e-6),
    "oecd": Layout(arrange_oecd, lambda s: looks_oecd(s) == "oecd", absolute=3.0),
    "oecd_icio": Layout(
        arrange_oecd, lambda s: looks_oecd(s) == "oecd_icio", absolute=0.5, known=0.012
    ),
    "wiod": Layout(_wiod, looks_wiod, absolute=0.05),
    "wiod_national": Layout(arrange_wiod_national, looks_wiod_national, absolute=0.05),
    "adb": Layout(arrange_wiod, looks_wiod, absolute=0.5),
    "figaro": Layout(_figaro, _looks_figaro, absolute=0.05),
    "eurostat": Layout(arrange_eurostat, looks_eurostat, absolute=0.5),
    "exiobase": Layout(read=read_exiobase),
    "eora": Layout(read=read_eora),
    "gloria": Layout(read=read_gloria),
    "bea": Layout(read=read_bea, looks=looks_bea, absolute=30.0),
    "ibge": Layout(read=read_ibge, looks=looks_ibge, absolute=5.0),
    "ons": Layout(arrange_ons, looks_ons, absolute=0.5),
    "abs": Layout(arrange_abs, looks_abs, absolute=0.5),
    "bcch": Layout(arrange_bcch, looks_bcch, absolute=0.5),
}


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
        Text (.csv, .txt, .tsv), workbook (.xlsx, .xlsm, .xlsb, .xls, .ods), .parquet (needs
        pyarrow) or .rds, .rda (needs pyreadr), also inside .zip or .gz; a folder or the
        published archive for "exiobase", "eora" and "gloria".
    layout : str, optional
        By default recognised from the content. "quesnay": one grid as people have it, a label
        that stands in a row and in a column is a sector, other columns are final demand, other
        rows value added, unless their words say total, output, imports or taxes on products; or
        the blocks that ``quesnay datasets NAME --export`` writes. "nbs": National Bureau of
        Statistics of China and its provinces. "oecd": national tables; "oecd_icio": inter-country
        ones. "wiod": world tables of 2013 and 2016; "wiod_national"; "adb". "figaro": matrix or
        flat. "eurostat": naio_10_cp1700 and cp1750 as SDMX-CSV or TSV. "exiobase": EXIOBASE 3.
        "eora": Eora26. "gloria": GLORIA with its ReadMe workbook. "bea": US use table with, as
        `make`, the make table. "ibge": Brazil's tables 1 and 2. "ons", "abs", "bcch": United
        Kingdom, Australia, Chile.
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
        Imbalance that is accepted, relative to a sector's output; by default 1e-6 for "quesnay"
        and "nbs", and 1e-3 for the others, which print few digits and allow a small absolute gap
        besides. Eora needs more. It may exceed 1.
    strict : bool
        False: a table that does not balance or is not productive is taken, with a warning.
    blank : {"refuse", "zero"}
        Whether an empty cell is a fault or zero ("bea" and the corner of the grid excepted). A
        cell that holds an error or a formula never computed is a fault in either case.
    encoding : str, optional
        Of text files; by default found: UTF-8, UTF-16, GB 18030 or Latin-1.
    decimal, thousands : str, optional
        Marks in numbers, such as "," and "."; by default found where they are unmistakable.
    roles : mapping of str to str, optional
        What a label is taken for, where its words mislead: "sector", "total", "output",
        "imports", "taxes", "value_added", "final_demand" or "drop".
    merge_regions : bool
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


def read_io_frames(path: str | Path, **options: Any) -> IOFrames:
    """Read the labelled blocks of a user's table, before they are validated as a table.

    Arguments are those of :func:`quesnay.read_io`.

    Raises
    ------
    DataError
        If the layout is unknown or the file is not of it.
    """
    return _frames(as_path(path, "path"), read_options(options, layouts=LAYOUTS))


def _frames(path: Path, options: ReadOptions) -> IOFrames:
    title = options.name or path.stem
    layout = options.layout or folder_layout(path)
    if layout and LAYOUTS[layout].read is not None:
        frames = LAYOUTS[layout].read(path, options)  # type: ignore[misc]
    else:
        book = open_book(path, options.encoding, hint=str(options.year or ""))
        layout, sheet = _recognised(book, options)
        if options.year is not None and layout not in _BY_YEAR and not looks_wiod_national(sheet):
            _check_year(book, sheet, options.year)
        entry = LAYOUTS[layout]
        if entry.read is not None:
            frames = entry.read(path, options)
        else:
            frames = (
                read_blocks(sheet, options, title) if layout == "quesnay" else None
            ) or assemble(entry.arrange(sheet, options), title=title)  # type: ignore[misc]
            if frames.source is None:
                frames = replace(frames, source=TableSource(str(path), sheet=sheet.name))
    source = frames.source or TableSource(str(path))
    frames = replace(
        frames,
        source=replace(
            source,
            file=str(path),
            sha256=file_hash(path) if path.is_file() else "",
            layout=layout,
            year=str(options.year or source.year),
        ),
    )
    return _finished(frames, layout, options)


_YEAR = "(?:19|20)[0-9]{2}"


def table_of_sheet(sheet: Sheet, layout: str, options: ReadOptions, file: str) -> InputOutputTable:
    """Return the table of cells that came otherwise than from a file of that layout."""
    arrange = LAYOUTS[layout].arrange
    assert arrange is not None  # of a layout that one sheet is enough for
    frames = assemble(arrange(sheet, options), title=options.name or sheet.file)
    source = replace(frames.source or TableSource(file), file=file, layout=layout)
    return _table(_finished(replace(frames, source=source), layout, options), options)


_SMALLEST_GAP = 0.05  # in millions, with three digits printed
_BY_YEAR = {"wiod_national", "eurostat", "bea", "ibge"}  # these look for the year themselves


def _check_year(book: Book, sheet: Sheet, year: int) -> None:
    """Refuse a year that the file does not name: it would be another year's table."""
    head = [
        text
        for i in range(min(12, len(sheet.rows)))
        for text in sheet.texts(i, min(8, len(sheet.rows[i])))
    ]
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
    wanted = [options.layout] if options.layout else [k for k in LAYOUTS if k != "quesnay"]
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
    years = [name for name in book.sheets if re.fullmatch(_YEAR, name.strip())]
    if options.year is not None:
        dated = [name for name in book.sheets if str(options.year) in name]
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
    return list(book.sheets)


def _plain_sheet(book: Book, options: ReadOptions) -> Sheet:
    """Return the first sheet that holds a grid, or the first of all, whose fault is then told."""
    names = _candidates(book, options)
    for name in names if len(names) > 1 else []:
        sheet = book.sheet(name)
        try:
            arrange_plain(sheet, replace(options, roles={}))
        except DataError:
            continue
        return sheet
    return book.sheet(names[0])


def _finished(frames: IOFrames, layout: str, options: ReadOptions) -> IOFrames:
    """Join regions, clear tiny sectors and cut out a country, as asked."""
    source = frames.source or TableSource("")
    names = [str(name) for name in frames.Z.index]
    if layout == "oecd_icio":
        if options.merge_regions:
            frames = merge_regions(frames)
        elif split_regions(names):
            parts = ", ".join(split_regions(names))
            note = f"{parts} are parts of a country whose own code holds zeros: merge_regions=True joins them"  # noqa: E501
            frames = replace(frames, source=source.with_notes(warnings=(note,)))
    if layout in {"figaro", "oecd", "oecd_icio", "wiod", "adb"}:
        frames = _cleared(frames, LAYOUTS[layout].absolute)
    if options.country is not None and layout != "eurostat":
        frames = cut_country(frames, options.country, Path(source.file).name)
    return frames


def _cleared(frames: IOFrames, absolute: float) -> IOFrames:
    """Set sectors to zero whose output is negative or nothing by rounding."""
    x = (
        frames.output.to_numpy()
        if frames.output is not None
        else frames.Z.to_numpy().sum(axis=1) + frames.final_demand.to_numpy().sum(axis=1)
    )
    bought = frames.Z.to_numpy().sum(axis=0)
    tiny = (x <= 0) & (np.abs(x) <= absolute) & (bought <= absolute) & ((x < 0) | (bought != 0))
    if not tiny.any():
        return frames
    places = np.flatnonzero(tiny)
    listed = ", ".join(f"{frames.Z.index[k]} ({x[k]:.3g})" for k in places[:5])
    note = f"outputs that are negative or nothing by rounding were set to zero: {listed}"

    def zeroed(frame: pd.DataFrame, *, rows: bool = False, columns: bool = False) -> pd.DataFrame:
        values = frame.to_numpy(copy=True)
        if rows:
            values[places] = 0.0
        if columns:
            values[:, places] = 0.0
        return pd.DataFrame(values, frame.index, frame.columns)

    source = frames.source or TableSource("")
    return replace(
        frames,
        Z=zeroed(frames.Z, rows=True, columns=True),
        final_demand=zeroed(frames.final_demand, rows=True),
        value_added=zeroed(frames.value_added, columns=True),
        output=None
        if frames.output is None
        else frames.output.mask(pd.Series(tiny, frames.output.index), 0.0),
        imports=None
        if frames.imports is None
        else (zeroed(frames.imports[0], columns=True), frames.imports[1]),
        taxes=None
        if frames.taxes is None
        else (zeroed(frames.taxes[0], columns=True), frames.taxes[1]),
        source=source.with_notes(warnings=(note,)),
    )


def _table(frames: IOFrames, options: ReadOptions) -> InputOutputTable:
    source = frames.source or TableSource("")
    layout = LAYOUTS[source.layout]
    accounts = None
    if options.accounts is not None:
        accounts, notes = read_accounts(as_path(options.accounts, "accounts"), frames, options)
        source = source.with_notes(dropped=notes)
    accepted = layout.tolerance if options.tolerance is None else options.tolerance
    try:
        if layout.absolute and options.tolerance is None and options.strict:
            accepted, note = _accepted(frames, layout)
            source = source.with_notes(warnings=note)
        return InputOutputTable(
            frames.Z,
            frames.final_demand,
            frames.value_added,
            output=frames.output,
            imports=frames.imports,
            taxes=frames.taxes,
            accounts=accounts,
            source=source,
            unit=frames.unit,
            name=frames.name,
            tolerance=accepted,
            strict=options.strict,
            copy=False,
        )
    except (DataError, BalanceError) as error:
        file = Path(source.file).name
        where = f"{file}[{source.sheet}]" if source.sheet else file
        raise type(error)(f"{where} (layout {source.layout!r}): {error}") from error


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

"""Layouts of several files in a folder or an archive: EXIOBASE 3, Eora26 and GLORIA.

A published archive is read as it is, without unpacking it to the disk; so is an archive beside
others in a folder, and one inside an archive.
"""

import io
import os
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from quesnay.datasets.readers.assembly import Line, Numbers
from quesnay.datasets.readers.cells import NumberStyle, ReadOptions
from quesnay.datasets.readers.containers import (
    Book,
    Sheet,
    archive_names,
    check_once,
    open_archive,
    open_book,
    plain_numbers,
    unpacked,
)
from quesnay.datasets.tables import IOFrames, TableSource
from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError, nearest

_FACTORS = ("factor_inputs/F.txt", "satellite/F.txt")
_TAXES = "Taxes less subsidies on products purchased"
_INCOME = (
    "Other net taxes on production",
    "Compensation of employees",
    "Operating surplus",
    "Value Added",
)


_DEPTH = 3  # folders below the user's that are looked into


@dataclass(frozen=True, slots=True)
class _Folder:
    """The files of a folder or an archive by name; what an archive among them holds, too.

    `files`: name below the folder -> file on the disk, and names inside the archives on the way.
    """

    path: Path
    encoding: str | None
    files: dict[str, tuple[Path, tuple[str, ...]]]

    @classmethod
    def open(cls, path: Path, encoding: str | None) -> "_Folder":
        """List a folder or an archive."""
        files: dict[str, tuple[Path, tuple[str, ...]]] = {}
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                name = file.relative_to(path)
                if len(name.parts) <= _DEPTH and file.is_file():
                    files[name.as_posix()] = (file, ())
                    if file.suffix.lower() == ".zip":
                        with suppress(DataError):  # told when it is asked for, and not before
                            files.update(_members(file, f"{name.as_posix()}/"))
        elif path.is_file() and path.suffix.lower() == ".zip":
            files = _members(path, "")
        else:
            raise DataError(
                f"{path}: no such folder or archive; the layout is a folder of several files, or "
                "the .zip archive as published"
            )
        return cls(path, encoding, files)

    def within(self, parent: str) -> "_Folder":
        """Return what stands below a folder of it."""
        start = "" if parent in {"", "."} else f"{parent}/"
        return replace(
            self,
            files={k.removeprefix(start): v for k, v in self.files.items() if k.startswith(start)},
        )

    def matching(self, pattern: str) -> list[str]:
        """Return the names of files whose last part is of a form."""
        form = re.compile(pattern)
        return [name for name in self.files if form.fullmatch(PurePosixPath(name).name)]

    def book(self, name: str) -> Book:
        """Open a file of it."""
        if name not in self.files:
            raise DataError(f"{self.path.name}/{name}: no such file")
        file, members = self.files[name]
        if not members:
            return open_book(file, self.encoding)
        with ExitStack() as stack:
            archive, inner = _entered(stack, file, members)
            data = unpacked(archive, inner, file.name)
        return Book(file, inner, data, Path(inner).suffix.lower(), self.encoding)

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a text file, one in memory at a time."""
        file, members = self.files[name]
        with ExitStack() as stack:
            if members:
                archive, inner = _entered(stack, file, members)
                yield from stack.enter_context(archive.open(inner))
            else:
                yield from stack.enter_context(file.open("rb"))

    def of_year(self, names: list[str], year: int | None, what: str) -> str:
        """Return the one file that is of the wanted year, judged by its name."""
        dated = {name: re.findall(_YEAR, f"{self.path.name}/{name}") for name in names}
        if year is not None:
            dated = {n: years for n, years in dated.items() if not years or str(year) in years}
        if len(dated) == 1:
            return next(iter(dated))
        if not names:
            raise DataError(f"{self.path.name}: 0 files {what}; expected one")
        known = sorted({year for name in names for year in re.findall(_YEAR, name)})
        listed = f"years {', '.join(known)}" if len(known) > 1 else ", ".join(names[:5])
        if year is not None and not dated:
            raise DataError(f"{self.path.name}: no table of the year {year}; it holds {listed}")
        remedy = f"pass year={known[-1]}" if len(known) > 1 and year is None else "keep one of them"
        raise DataError(
            f"{self.path.name}: {len(dated)} files {what}: {listed}; expected one: {remedy}"
        )


_YEAR = r"(?<!\d)(?:19|20)\d\d(?!\d)"


def _members(file: Path, start: str) -> dict[str, tuple[Path, tuple[str, ...]]]:
    """List an archive, and the archives in it."""
    found: dict[str, tuple[Path, tuple[str, ...]]] = {}
    with open_archive(file, file.name) as archive:
        for member in archive_names(archive):
            found[start + member] = (file, (member,))
            if member.lower().endswith(".zip"):
                data = io.BytesIO(unpacked(archive, member, file.name))
                with open_archive(data, f"{file.name}/{member}") as inner:
                    for name in archive_names(inner):
                        found[f"{start}{member}/{name}"] = (file, (member, name))
    return found


def _entered(stack: ExitStack, file: Path, members: tuple[str, ...]) -> tuple[Any, str]:
    """Open the archive that holds a member, which may itself stand in an archive."""
    archive = stack.enter_context(open_archive(file, file.name))
    for member in members[:-1]:
        data = io.BytesIO(unpacked(archive, member, file.name))
        archive = stack.enter_context(open_archive(data, f"{file.name}/{member}"))
    return archive, members[-1]


def folder_layout(path: Path) -> str:
    """Return the layout of a folder or an archive of several files, "" if it is of none."""
    if not path.is_dir() and path.suffix.lower() != ".zip":
        return ""
    folder = _Folder.open(path, None)
    if folder.matching(_GLORIA.format("T")):
        return "gloria"
    if folder.matching(r"labels_T\.txt") or folder.matching(r"Eora26_.*_T\.txt"):
        return "eora"
    return "exiobase" if folder.matching(r"Y\.txt") else ""


@dataclass(frozen=True, slots=True)
class _File:
    """A text file of numbers with label columns and header rows."""

    name: str
    rows: list[str]
    columns: list[str]
    values: Array


def _file(
    sheet: Sheet, options: ReadOptions, *, labels: int | None = None, header: int = 2
) -> _File:
    """Read a file; a row label is its first cells, joined."""
    sheet = Sheet(sheet.file, "", [sheet.rows[i] for i in sheet.filled()], sheet.delimiter)
    width = len(sheet.rows[0]) if sheet.rows else 0
    count = labels or (2 if header == 1 else _label_columns(sheet))
    body = header
    if body < len(sheet.rows) and not any(sheet.texts(body)[count:]):
        body += 1  # a line that only names the index
    for i in range(body, len(sheet.rows)):
        if len(sheet.rows[i]) != width:
            raise DataError(
                f"{sheet.title}: row {i + 1} ({sheet.text(i, 0)!r}) has {len(sheet.rows[i])} "
                f"cells; {width} expected"
            )
    joint = " | " if labels else "_"
    places = range(count, width)
    rows = [joint.join(sheet.texts(i, count)[: labels or 2]) for i in range(body, len(sheet.rows))]
    heads = [sheet.texts(h) for h in range(header)]
    columns = ["_".join(head[j] for head in heads) for j in places]
    _once(rows, "row", sheet.title)
    _once(columns, "column", sheet.title)
    return _File(sheet.title, rows, columns, _block(sheet, (body, count), rows, columns, options))


def _block(
    sheet: Sheet, corner: tuple[int, int], rows: list[str], columns: list[str], options: ReadOptions
) -> Array:
    """Return the numbers right of and below a cell, which messages call by their labels."""
    first_row, first_column = corner
    return Numbers(sheet, NumberStyle(zeros=options.zeros)).block(
        [Line(i, name, "") for i, name in enumerate(rows, first_row)],
        [Line(j, name, "") for j, name in enumerate(columns, first_column)],
    )


def _label_columns(sheet: Sheet) -> int:
    """Return how many label columns stand in the file: the first line is empty over them."""
    cells = sheet.texts(0) if sheet.rows else []
    return max(1, next((j for j, cell in enumerate(cells) if j and cell), 1))


def _once(labels: list[str], what: str, file: str) -> None:
    for place, name in enumerate(labels, start=1):
        if not name.strip("_| "):
            raise DataError(f"{file}: {what} {place} has no label; name it")
    check_once(((name, place) for place, name in enumerate(labels, start=1)), what, file)


def _frames(
    path: Path,
    options: ReadOptions,
    blocks: tuple[_File, _File, _File],
    *,
    taxes: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    **source: Any,
) -> IOFrames:
    """Label flows, final demand and value added."""
    flows, demand, income = blocks
    index = pd.Index(flows.rows, name="sector")
    return IOFrames(
        Z=pd.DataFrame(flows.values, index, flows.columns, copy=False),
        final_demand=pd.DataFrame(demand.values, index, demand.columns),
        value_added=pd.DataFrame(income.values, income.rows, flows.columns),
        output=None,
        imports=None,
        unit="",
        name=options.name or path.stem,
        taxes=taxes,
        source=TableSource(str(path), **source),
    )


def read_exiobase(path: Path, options: ReadOptions) -> IOFrames:
    """Read an EXIOBASE 3 system, folder or archive: Z.txt (or A.txt, x.txt), Y.txt, factor inputs.

    Labels become region_sector. Value added are the rows of ``factor_inputs/F.txt`` or
    ``satellite/F.txt`` named compensation of employees, operating surplus and other net taxes;
    taxes less subsidies on products stand apart. Million euro.
    """
    folder = _Folder.open(path, options.encoding)
    demands = folder.matching(r"Y\.txt") or ["Y.txt"]
    whole = folder.of_year(demands, options.year, "named Y.txt")
    folder = folder.within(PurePosixPath(whole).parent.as_posix())
    demand = _file(folder.book("Y.txt").sheet(), options)
    flows = _exiobase_flows(folder, options)
    sectors = flows.rows
    if sectors != demand.rows:
        raise DataError(f"{path.name}: rows of Z.txt and Y.txt differ")
    factors = next((name for name in _FACTORS if name in folder.files), None)
    if factors is None:
        raise DataError(f"{path.name}: neither {_FACTORS[0]} nor {_FACTORS[1]} found")
    top = next(folder.lines(factors)).decode(options.encoding or "utf-8-sig", "replace")
    marks = _label_columns(Sheet(factors, "", [list(top.rstrip("\r\n").split("\t"))]))
    income = _file(folder.book(factors).sheet(), options, labels=marks)
    first = [name.split(" | ")[0] for name in income.rows]
    kept = [i for i, name in enumerate(first) if name.startswith(_INCOME)]
    levied = [i for i, name in enumerate(first) if name.startswith(_TAXES)]
    if income.columns != sectors or not kept:
        raise DataError(f"{factors}: no value-added rows, or other columns than Z.txt")
    names = [first[i] for i in levied]
    taxes = pd.DataFrame(income.values[levied], names, sectors)
    value = replace(income, rows=[first[i] for i in kept], values=income.values[kept])
    return _frames(
        path, options, (flows, demand, value),
        taxes=(taxes, pd.DataFrame(0.0, names, demand.columns)) if levied else None,
        edition="3",
        sheet="" if whole == "Y.txt" else PurePosixPath(whole).parent.as_posix(),
        recognised=(f"{len(sectors)} sectors", f"value added from {factors}"),
    )  # fmt: skip


def _exiobase_flows(folder: _Folder, options: ReadOptions) -> _File:
    direct = "Z.txt" in folder.files
    flows = _file(folder.book("Z.txt" if direct else "A.txt").sheet(), options)
    if flows.rows != flows.columns:
        raise DataError(f"{flows.name}: rows and columns differ")
    if direct:
        return flows
    output = _file(folder.book("x.txt").sheet(), options, header=1)
    if output.rows != flows.rows:
        raise DataError(f"{folder.path.name}: rows of A.txt and x.txt differ")
    return replace(flows, values=flows.values * output.values[:, 0])


def read_eora(path: Path, options: ReadOptions) -> IOFrames:
    """Read an Eora26 year, folder or archive: ``*_T.txt``, ``*_FD.txt``, ``*_VA.txt`` and labels.

    The labels are published apart, as indices.zip, which may stand beside the year's archive.
    They become country_sector (column 2 and 4 of ``labels_T.txt``); thousand US dollars. Eora is
    balanced only roughly: pass a `tolerance`.
    """
    folder = _Folder.open(path, options.encoding)
    found = folder.matching(r"labels_T\.txt")
    labels = folder
    if not found and path.is_file():
        beside = path.parent / "indices.zip"
        labels = _Folder.open(beside if beside.is_file() else path.parent, options.encoding)
        found = labels.matching(r"labels_T\.txt")
    if not found:
        raise DataError(
            f"{path.name}: labels_T.txt: no such file; put the publisher's indices.zip beside it"
        )
    labels = labels.within(PurePosixPath(found[0]).parent.as_posix())
    sectors = _eora_labels(labels, "labels_T.txt", (1, 3))
    uses = _eora_labels(labels, "labels_FD.txt", (1, 3))
    inputs = _eora_labels(labels, "labels_VA.txt", (0, 1))
    flows = _eora(folder, "_T.txt", sectors, sectors, options)
    income = _eora(folder, "_VA.txt", inputs, sectors, options)
    demand = _eora(folder, "_FD.txt", sectors, uses, options)
    return _frames(
        path, options, (flows, demand, income),
        edition="26",
        recognised=(f"{len(sectors)} sectors", f"value added {', '.join(inputs[:6])}"),
        assumed=("all rows of VA are value added, as Eora gives them",),
    )  # fmt: skip


def _eora_labels(folder: _Folder, file: str, columns: tuple[int, int]) -> list[str]:
    sheet, found = folder.book(file).sheet(), []
    for i in sheet.filled():
        if len(sheet.rows[i]) <= max(columns):
            raise DataError(f"{file}: line {i + 1}: {max(columns) + 1} columns expected")
        found.append("_".join(sheet.text(i, column) for column in columns))
    _once(found, "label", file)
    return found


def _eora(
    folder: _Folder, ending: str, down: list[str], across: list[str], options: ReadOptions
) -> _File:
    files = folder.matching(rf"(?!labels).*{re.escape(ending)}")
    name = folder.of_year(files, options.year, f"ending in {ending}")
    sheet = folder.book(name).sheet()
    rows = [sheet.rows[i] for i in sheet.filled()]
    widths = {len(row) for row in rows}
    if len(widths) != 1:
        raise DataError(f"{sheet.title}: {len(widths)} lengths of rows; expected one")
    if (len(rows), *widths) != (len(down), len(across)):
        raise DataError(
            f"{name}: {len(rows)} x {widths.pop()} numbers, {len(down)} x {len(across)} labels"
        )
    values = _block(Sheet(sheet.file, "", rows), (0, 0), down, across, options)
    return _File(name, down, across, values)


# --- GLORIA ---------------------------------------------------------------------------------------

_GLORIA = r".*_{}-Results_.*Markup001.*\.csv"
_README = r"GLORIA_ReadMe.*\.xlsx"
_REST = "rest"  # of the world, where one country is cut out


@dataclass(frozen=True, slots=True)
class _Gloria:
    """Labels of GLORIA in the order of its files, and which block each region is added to.

    Rows and columns of T run over regions and in each over its industries, then its products, so
    that supply stands in rows of industries and use in rows of products.
    """

    regions: list[str]
    sectors: list[str]
    uses: list[str]
    inputs: list[str]
    blocks: list[str]
    place: list[int]

    @property
    def names(self) -> list[str]:
        """Labels of the table."""
        return [f"{region}_{sector}" for region in self.blocks for sector in self.sectors]

    def joined(self, row: Array, width: int) -> Array:
        """Add the regions of a row of regions x `width` to their blocks."""
        cells = row.reshape(len(self.regions), -1)[:, :width]
        if len(self.blocks) == len(self.regions):
            return cells.ravel()
        out = np.zeros((len(self.blocks), width))
        np.add.at(out, self.place, cells)
        return out.ravel()


def read_gloria(path: Path, options: ReadOptions) -> IOFrames:
    """Read a GLORIA year: T, Y and V at basic prices (Markup001) and the labels of its ReadMe.

    Industry by industry under fixed product sales shares (model D); GLORIA's supply is diagonal, so
    every model gives the same. The files, of up to 10 GB, are read line by line; with `country`
    all others are added up while reading, and a table of 164 regions is never held. Labels become
    region_sector, regions by acronym; thousand US dollars.
    """
    folder = _Folder.open(path, options.encoding)
    table = folder.of_year(folder.matching(_GLORIA.format("T")), options.year, "of T-Results")
    labels, readme = _gloria_labels(folder, table, options)
    _check_memory(labels, path.name)
    Z, shares, idle = _gloria_flows(folder, table, labels)
    final, value = _gloria_margins(folder, table, labels, shares)
    names, uses = labels.names, [f"{r}_{use}" for r in labels.blocks for use in labels.uses]
    year = "".join(re.findall(_YEAR, _tail(table))[:1])
    note = f"products used but made by nobody were given to the industry of their name: {idle}"
    blocks = (names, names, Z), (names, uses, final), (labels.inputs, names, value)
    flows, demand, income = (_File(table, *block) for block in blocks)
    frames = _frames(
        path, options, (flows, demand, income),
        sheet=PurePosixPath(table).name, year=year, edition=_version(table),
        recognised=(
            f"{len(labels.regions)} regions, {len(labels.sectors)} sectors: labels of {readme}",
            "supply in rows of industries, use in rows of products",
        ),
        assumed=(
            "industry by industry under fixed product sales shares",
            "basic prices (Markup001); the other sheets of margins and taxes are left out",
        ),
        warnings=(note,) if idle else (),
    )  # fmt: skip
    return replace(frames, name=options.name or f"GLORIA {year}")


def _version(table: str) -> str:
    return "".join(re.findall(r"_(\d{3}\w?)_Markup", table))


def _tail(table: str) -> str:
    """Return the part of a file's name after its date of processing."""
    return table.partition("-Results_")[2]


def _sister(folder: _Folder, table: str, letter: str) -> str:
    """Return the name of a block of the same year and version as T."""
    wanted = table.replace("_T-Results_", f"_{letter}-Results_")
    if wanted in folder.files:
        return wanted
    same = [k for k in folder.matching(_GLORIA.format(letter)) if _tail(k) == _tail(table)]
    if len(same) != 1:
        raise DataError(
            f"{folder.path.name}: {len(same)} files {letter}-Results beside "
            f"{PurePosixPath(table).name}; expected one"
        )
    return same[0]


def _gloria_labels(folder: _Folder, table: str, options: ReadOptions) -> tuple[_Gloria, str]:
    """Read the ReadMe workbook, which stands in the folder or beside it."""
    found = folder.matching(_README)
    if not found:
        beside = folder.path.parent
        paths = [file for file in sorted(beside.glob("*.xlsx")) if re.fullmatch(_README, file.name)]
        folder = replace(folder, files={file.name: (file, ()) for file in paths})
        found = list(folder.files)
    version = _version(table)
    named = [name for name in found if version and version in PurePosixPath(name).name] or found
    if len(named) != 1:
        raise DataError(
            f"{folder.path.name}: {len(named)} workbooks GLORIA_ReadMe_{version or '...'}.xlsx; "
            "expected one with the labels, in the folder or beside it"
        )
    book = folder.book(named[0])
    regions = _column_named(book, "Regions", "Region_acronyms")
    place, blocks = list(range(len(regions))), regions
    if options.country is not None:
        if options.country not in regions:
            hint = nearest(options.country, regions) or f" it has {', '.join(regions[:60])}"
            raise DataError(f"{folder.path.name}: no country {options.country!r};{hint}")
        place = [int(region != options.country) for region in regions]
        blocks = [options.country, _REST]
    demand = "Value added and final demand"
    labels = _Gloria(
        regions,
        _column_named(book, "Sectors", "Sector_names"),
        _column_named(book, demand, "Final_demand_names"),
        _column_named(book, demand, "Value_added_names"),
        blocks,
        place,
    )
    return labels, PurePosixPath(named[0]).name


def _column_named(book: Book, name: str, title: str) -> list[str]:
    """Return a column of labels of a sheet, found by its title."""
    sheet = book.sheet(name)
    for i, heads in sheet.heads(10):
        if title in heads:
            cells = (sheet.text(k, heads.index(title)) for k in range(i + 1, len(sheet.rows)))
            found = [cell for cell in cells if cell]
            _once(found, title, sheet.title)
            return found
    raise DataError(f"{sheet.title}: no column {title!r}; is it the ReadMe of GLORIA?")


def _check_memory(labels: _Gloria, file: str) -> None:
    """Refuse a world that would not fit: the flows, and as much again for a first solution."""
    need = 2 * 8 * len(labels.names) ** 2
    try:
        have = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not known on this system
        return
    if need > have:
        raise DataError(
            f"{file}: the flows of {len(labels.names):,} sectors and one solution take "
            f"{need / 2**30:.1f} GiB, this machine has {have / 2**30:.1f}; cut a country out with "
            "country="
        )


def _gloria_rows(
    folder: _Folder, name: str, labels: _Gloria, width: int
) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the cells of a block of numbers without labels, checked against the labels."""
    letter = "T" if "_T-Results_" in name else "Y" if "_Y-Results_" in name else "V"
    down = len(labels.regions) * (len(labels.inputs) if letter == "V" else 2 * len(labels.sectors))
    across = len(labels.regions) * width
    number = -1
    for number, line in enumerate(line for line in folder.lines(name) if line.strip()):
        cells = line.rstrip().removeprefix(BOM_UTF8).split(b",")
        if len(cells) != across or number >= down:
            raise DataError(
                f"{name}: row {number + 1} has {len(cells)} cells; the labels of the ReadMe make "
                f"{down} x {across}"
            )
        yield number, cells
    if number + 1 != down:
        raise DataError(f"{name}: {number + 1} rows; the labels of the ReadMe make {down}")


def _numbers(cells: list[bytes], where: str) -> Array:
    """Return the numbers of cells; the first that is none is named."""
    row = plain_numbers(b",".join(cells).decode("latin-1"), ",")
    if row is None:
        wrong = next(c for c in cells if plain_numbers(c.decode("latin-1"), ",") is None)
        raise DataError(f"{where}: {wrong.decode('utf-8', 'replace')!r} is no finite number")
    return row


def _gloria_flows(folder: _Folder, table: str, labels: _Gloria) -> tuple[Array, list[Array], str]:
    """Return flows between industries, each region's shares D (n, n), and products of nobody.

    Half of each row is known to be zero and is only checked to be, since turning text into numbers
    is what takes the time.
    """
    n, size = len(labels.sectors), len(labels.names)
    Z = np.zeros((size, size))
    shares = [np.zeros((n, n)) for _ in labels.regions]
    idle: list[str] = []
    made = np.zeros(n)
    for number, cells in _gloria_rows(folder, table, labels, 2 * n):
        region, line = divmod(number, 2 * n)
        where = f"{table}: row {number + 1}"
        if line < n:
            start = (2 * region + 1) * n
            shares[region][line] = _numbers(cells[start : start + n], where)
            _check_empty([*cells[:start], *cells[start + n :]], where, "supply of its own region")
            continue
        if line == n:
            made = shares[region].sum(axis=0)
            shares[region] = np.divide(
                shares[region], made, out=np.eye(n) * (made == 0), where=made != 0
            )
        starts = range(0, len(cells), 2 * n)
        _check_empty([cell for k in starts for cell in cells[k + n : k + 2 * n]], where, "use")
        row = _numbers([cell for k in starts for cell in cells[k : k + n]], where)
        if row.any():
            _add(Z, labels, (region, shares[region][:, line - n]), labels.joined(row, n))
            if made[line - n] == 0:
                idle.append(f"{labels.regions[region]}_{labels.sectors[line - n]}")
    return Z, shares, ", ".join(idle[:5])


def _check_empty(cells: list[bytes], where: str, what: str) -> None:
    """Refuse numbers where a supply-use table has none."""
    different = sorted(set(cells) - {b"0"})
    if different and _numbers(different, where).any():
        raise DataError(
            f"{where}: {different[-1].decode()} stands outside the block of {what}; the order is "
            "each region's industries, then its products: do the ReadMe and the file belong "
            "together?"
        )


def _gloria_margins(
    folder: _Folder, table: str, labels: _Gloria, shares: list[Array]
) -> tuple[Array, Array]:
    """Return final demand (sectors, regions x uses) and value added (inputs, sectors)."""
    n, uses, inputs = len(labels.sectors), len(labels.uses), len(labels.inputs)
    size = len(labels.names)
    final, value = np.zeros((size, len(labels.blocks) * uses)), np.zeros((inputs, size))
    block = _sister(folder, table, "Y")
    for number, cells in _gloria_rows(folder, block, labels, uses):
        region, line = divmod(number, 2 * n)
        row = _numbers(cells, f"{block}: row {number + 1}")
        if line >= n and row.any():
            _add(final, labels, (region, shares[region][:, line - n]), labels.joined(row, uses))
    block = _sister(folder, table, "V")
    for number, cells in _gloria_rows(folder, block, labels, 2 * n):
        value[number % inputs] += labels.joined(_numbers(cells, f"{block}: row {number + 1}"), n)
    return final, value


def _add(out: Array, labels: _Gloria, seller: tuple[int, Array], row: Array) -> None:
    """Give a product's sales to the industries that make it."""
    region, share = seller
    start = labels.place[region] * len(labels.sectors)
    for i in np.flatnonzero(share):
        out[start + i] += share[i] * row

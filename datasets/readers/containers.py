"""Files of users as sheets of cells: text, workbooks, parquet and R data, also in zip and gz.

What is read is bounded before it is read: the size that an archive declares and the size that it
unpacks to, and how far a workbook's cells reach, since a workbook of 5 kB may claim a cell at the
far corner for which a reader would allot half a terabyte.

A long line of numbers of a text file is kept as an array, not as cells, so that an inter-country
table of 12 million numbers takes a tenth of a gigabyte.
"""

import csv
import gzip
import hashlib
import importlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quesnay.datasets.readers.archive import check_archive, check_extent
from quesnay.datasets.readers.encoding import decoded
from quesnay.fitting.errors import DataError, QuesnayError, nearest, shown

Cell = str | float

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".txt", ".tsv", ".tab")
FRAMES = (".parquet", ".feather", ".dta", ".rds", ".rda", ".rdata")
PACKED = (".zip", ".gz")
_LARGEST_BYTES = 1 << 31
_SUSPECT_BYTES = 1 << 28
_SUSPECT_RATIO = 400
_DECIMAL = re.compile(r"[.](?:[0-9]{1,2}|[0-9]{4,})(?:[^0-9]|$)|(?<![0-9])0?[.][0-9]")
_WIDE = 64  # cells of a line from which its numbers are read at once
_WIDEST = 1_000_000  # cells of a line; the widest world table has some 20,000
_PEEKED, _PEEKED_LETTERS = 20, 1_000_000
_TEXT = re.compile(rb"[\t\r -~\x80-\xff]*\n[\t\r\n -~\x80-\xff]*")  # lines of letters
_ABOUT = re.compile(r"read.?me|licen[cs]e|copyright", re.IGNORECASE)  # beside a table


@dataclass(frozen=True, slots=True)
class PackedRow:
    """A long row of a text file: a few labels, then finite numbers only."""

    labels: list[str]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.labels) + len(self.values)

    def __getitem__(self, place: int) -> Cell:
        k = len(self.labels)
        return self.labels[place] if place < k else float(self.values[place - k])


Row = list[Cell] | PackedRow


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet or text file, row by row.

    Names of the file and of the sheet in it, "" where there is only one; cells of each row from the
    file's first on, of any length; delimiter of a text file, "" of a workbook; `faults`: (row,
    column) -> what stands in cells that hold an error or a formula without a value.
    """

    file: str
    name: str
    rows: list[Row]
    delimiter: str = ""
    faults: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Name of the file and of the sheet, as messages show them."""
        return f"{self.file}[{self.name}]" if self.name else self.file

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell; beyond the end of a row it is empty."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    def text(self, row: int, column: int) -> str:
        """Return a cell as a label."""
        return label(self.cell(row, column))

    def texts(self, row: int, stop: int | None = None) -> list[str]:
        """Return the cells of a row, or the first of them, as labels."""
        cells = self.rows[row]
        size = len(cells) if stop is None else min(stop, len(cells))
        return [label(cells[j]) for j in range(size)]

    def heads(self, count: int, stop: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """Yield the labels of the first rows that are not blank, but for long lines of numbers."""
        for i, row in enumerate(self.rows):
            if isinstance(row, PackedRow):
                count -= 1
            elif any(texts := self.texts(i, stop)):
                count -= 1
                yield i, texts
            if not count:
                return

    def filled(self) -> list[int]:
        """Return the rows that are not blank."""
        return [
            i
            for i, row in enumerate(self.rows)
            if isinstance(row, PackedRow) or any(str(cell).strip() for cell in row)
        ]

    def address(self, row: int, column: int) -> str:
        """Return where a cell stands, as a spreadsheet calls it."""
        letters, left = "", column + 1
        while left:
            left, rest = divmod(left - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{letters}{row + 1}"


_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # signs of no width


def label(cell: Cell) -> str:
    """Return a label as text on one line; a workbook stores the code 7 as the number 7.0."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    return " ".join((cell if cell.isascii() else cell.translate(_UNSEEN)).split())


def check_once(labels: Iterable[tuple[str, int]], what: str, file: str) -> None:
    """Refuse a label that stands twice; with each label comes the number that a message names."""
    seen: dict[str, int] = {}
    for name, place in labels:
        if name in seen:
            raise DataError(f"{file}: {what} {name!r} stands twice, at {seen[name]} and {place}")
        seen[name] = place


@dataclass(frozen=True)
class Book:
    """A file that has been found harmless: its sheets by name.

    The user's path, the member of an archive that was taken, else "", the content, unpacked, the
    ending that says how to read it, and the encoding of text as the user said.
    """

    path: Path
    member: str
    data: bytes
    kind: str
    encoding: str | None

    @property
    def name(self) -> str:
        """Name of the file, with that of the archive's member."""
        return f"{self.path.name}/{self.member}" if self.member else self.path.name

    @cached_property
    def sheets(self) -> list[str]:
        """Names of a workbook's sheets; one empty name of any other file."""
        if self.kind not in WORKBOOKS:
            return [""]
        return list(self._workbook.sheet_names)

    @property
    def visible(self) -> list[str]:
        """Names of the sheets that a reader of the workbook sees; of all where it sees none."""
        seen = _calamine(self.path).SheetVisibleEnum.Visible
        return [s.name for s in self._workbook.sheets_metadata if s.visible == seen] or self.sheets

    @cached_property
    def _workbook(self) -> Any:
        calamine = _calamine(self.path)
        if self.kind == ".xls" and (len(self.data) % 512 or not self.data.startswith(_OLE)):
            raise DataError(f"{self.name}: no readable workbook (cut short, or no .xls file)")
        with _parsing(calamine, self.name):
            return calamine.CalamineWorkbook.from_filelike(io.BytesIO(self.data))

    def sheet(self, name: str | None = None) -> Sheet:
        """Return a sheet, by default the first."""
        if name not in self._last:
            sheet = self._read(name)
            self._last.clear()  # one at a time: a sheet may be large
            self._last[name] = sheet
        return self._last[name]

    @cached_property
    def _last(self) -> dict[str | None, Sheet]:
        return {}

    def _read(self, name: str | None) -> Sheet:
        if self.kind not in WORKBOOKS:
            if name:
                raise DataError(
                    f"{self.name}: no sheet {shown(name)}: it is one table; drop sheet="
                )
            return self._text() if self.kind in TEXTS else _frame_sheet(self)
        if name is not None and name not in self.sheets:
            hint = nearest(name, self.sheets) or f" it has {', '.join(self.sheets[:30])}"
            raise DataError(f"{self.name}: no sheet {name!r};{hint}")
        if not self.sheets:
            raise DataError(f"{self.name}: no readable workbook (it has no sheet)")
        return self._worksheet(name or self.sheets[0])

    def _worksheet(self, name: str) -> Sheet:
        faults = check_extent(self.name, self.kind, self.data, self.sheets.index(name))
        calamine = _calamine(self.path)
        with _parsing(calamine, f"{self.name}[{name}]"):
            cells = self._workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        rows: list[Row] = [[_cell(cell) for cell in row] for row in cells]
        for (i, j), text in faults.items():
            if i < len(rows) and j < len(rows[i]) and rows[i][j] == "":
                rows[i][j] = text  # type: ignore[index]
        return Sheet(self.name, name, rows, "", faults)

    def _text(self) -> Sheet:
        text = decoded(self.data, self.name, self.encoding)
        filled = (line for line in _lines(text) if not line.isspace() and line)
        delimiter = _delimiter(
            "\n".join(line[:_PEEKED_LETTERS] for line in islice(filled, _PEEKED))
        )
        return Sheet(self.name, "", list(_text_rows(text, delimiter, self.name)), delimiter)


_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@contextmanager
def _parsing(calamine: Any, name: str) -> Iterator[None]:
    """Turn whatever the library says of a damaged workbook into one line; it may even panic."""
    try:
        yield
    except (calamine.CalamineError, OSError, LookupError, ValueError) as error:
        raise DataError(f"{name}: no readable workbook ({_short(error)}); save it again") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise DataError(f"{name}: no readable workbook (it is damaged); save it again") from error


def open_book(path: Path, encoding: str | None = None, *, hint: str = "") -> Book:
    """Open a file of a user's, once its size and kind are known to be harmless.

    Text (.csv, .txt, .tsv), workbook (.xlsx, .xlsm, .xlsb, .xls, .ods) or frame (`FRAMES`), or
    one of these inside .zip or .gz; `hint` is what the name of the wanted member of an archive
    contains (a year). A file that is missing, of another kind, damaged, or an archive out of all
    proportion is refused.
    """
    if not path.is_file():
        said = "a folder, not a file" if path.is_dir() else "no such file"
        if not path.is_dir() and path.exists():
            said = "a pipe or a device, not a file; save what it gives and name that file"
        raise DataError(f"{path}: {said}")
    kind, member = path.suffix.lower(), ""
    _check_kind(path.name, kind)
    try:
        with path.open("rb") as stream:
            if path.stat().st_size > _LARGEST_BYTES:
                raise DataError(f"{path.name}: more than 2 GiB; refused: save the one table alone")
            data = stream.read()
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read ({error.strerror})") from error
    _check_content(path.name, kind, data)
    if kind == ".zip":
        member, data = _member(path.name, data, hint)
        kind = Path(member).suffix.lower()
    elif kind == ".gz":
        data, kind = _gunzipped(path.name, data), Path(path.stem).suffix.lower() or ".csv"
        _check_kind(path.stem, kind)
    elif kind in WORKBOOKS:
        kind = _workbook_kind(path.name, data, kind)
        if kind != ".xls":
            check_archive(path)
    return Book(path, member, data, kind, encoding)


_CONTENTS = (
    (b"PK\x03\x04", (".zip", *WORKBOOKS), "a workbook or zip archive", "name it .xlsx or .zip"),
    (_OLE, WORKBOOKS, "an old workbook", "name it .xls"),
    (b"\x1f\x8b", (".gz", *FRAMES), "packed by gzip", "name it .gz"),
    (b"%PDF", (), "a PDF page", "fetch the table itself"),
    (
        b"version https://git-lfs",
        (),
        "a pointer of Git LFS",
        "fetch the file itself, by git lfs pull",
    ),
    (b"<!DOCTYPE", (".xls",), "a web page", "fetch the file itself"),
    (b"<html", (".xls",), "a web page", "fetch the file itself"),
)


def _check_content(name: str, kind: str, data: bytes) -> None:
    """Refuse a file whose first bytes say that it is of another kind than its name says."""
    first = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, kinds, what, remedy in _CONTENTS:
        if first.startswith(mark.lower()) and kind not in kinds:
            raise DataError(f"{name}: {what}, in spite of its name; {remedy}")
    if kind in WORKBOOKS and _TEXT.fullmatch(data[:_PEEKED_LETTERS]) and not first.startswith(b"<"):
        raise DataError(f"{name}: text, not a workbook, in spite of its name; name it .csv")


def _workbook_kind(name: str, data: bytes, kind: str) -> str:
    """Return what a workbook is by its first bytes: offices name .xls what is of another kind."""
    if data.startswith(_OLE):
        return ".xls"
    if kind != ".xls":
        return kind
    if data.startswith(b"PK"):
        with open_archive(io.BytesIO(data), name) as archive:
            parts = archive_names(archive)
        return ".ods" if "content.xml" in parts else (
            ".xlsb" if "xl/workbook.bin" in parts else ".xlsx")  # fmt: skip
    if data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise DataError(
            f"{name}: a web page (HTML or XML), not a workbook, in spite of its name; open it in a "
            "spreadsheet program and save it as .xlsx"
        )
    return kind


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_kind(name: str, kind: str) -> None:
    known = (*TEXTS, *WORKBOOKS, *FRAMES, *PACKED)
    if kind not in known:
        raise DataError(
            f"{name}: kind {kind or 'none'!r} not read; expected one of {', '.join(known)}"
        )


def _member(name: str, data: bytes, hint: str, *, deep: bool = True) -> tuple[str, bytes]:
    """Return the one table inside a zip archive, or inside the one archive that it holds."""
    with open_archive(io.BytesIO(data), name) as archive:
        readable = (*TEXTS, *WORKBOOKS, *FRAMES, *(PACKED if deep else (".gz",)))
        names = [entry for entry in archive_names(archive) if entry.lower().endswith(readable)]
        wanted = [entry for entry in names if hint and hint in Path(entry).name] or names
        wanted = [entry for entry in wanted if not _ABOUT.match(Path(entry).stem)] or wanted
        if len(wanted) != 1:
            listed = ", ".join(wanted[:8])
            raise DataError(
                f"{name}: {len(wanted)} files in the archive that could be the table"
                f"{f' ({listed})' if listed else ''}; pass year= where their names hold it, "
                "or unpack the archive and name one"
            )
        member, content = wanted[0], unpacked(archive, wanted[0], name)
    kind = Path(member).suffix.lower()
    if kind == ".zip":
        inner, content = _member(f"{name}/{member}", content, hint, deep=False)
        return f"{member}/{inner}", content
    if kind == ".gz":
        member, content = member[:-3], _gunzipped(f"{name}/{member}", content)
    _check_kind(f"{name}/{member}", Path(member).suffix.lower())
    return member, content


@contextmanager
def open_archive(file: Path | io.BytesIO, name: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive; whatever is wrong with it is told in one line."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except QuesnayError:
        raise
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, RuntimeError,
            ValueError) as error:  # fmt: skip
        raise DataError(f"{name}: damaged archive ({_short(error)}); fetch it again") from error


def archive_names(archive: zipfile.ZipFile) -> list[str]:
    """Return the names of the files of an archive."""
    return [
        entry.filename
        for entry in archive.infolist()
        if not entry.is_dir() and not entry.filename.startswith("__MACOSX")
    ]


def unpacked(archive: zipfile.ZipFile, member: str, name: str) -> bytes:
    """Return the content of one member, once its size is known to be harmless."""
    entry = archive.getinfo(member)
    check_proportion(f"{name}/{member}", entry.compress_size, entry.file_size)
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile("a part has another size than declared")
    return content


def _gunzipped(name: str, data: bytes) -> bytes:
    out, size = [], 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while piece := stream.read(1 << 24):
                size += len(piece)
                check_proportion(name, len(data), size)
                out.append(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{name}: damaged archive ({_short(error)}); fetch it again") from error
    return b"".join(out)


def check_proportion(name: str, packed: int, size: int) -> None:
    """Refuse what would unpack to more than 2 GiB, or above 256 MiB to more than 400 times."""
    if size > _LARGEST_BYTES or (size > _SUSPECT_BYTES and size > _SUSPECT_RATIO * packed):
        raise DataError(f"{name}: {packed:,} bytes would unpack to {size:,}; refused as a zip bomb")


def _delimiter(first: str) -> str:
    """Return the separator of a text; commas inside quotation marks do not count."""
    bare = re.sub(r'"[^"\n]*"', "", first)
    lines = [line for line in first.splitlines() if line.strip()]
    if lines and all("\t" in line for line in lines):
        return "\t"
    counts = {mark: bare.count(mark) for mark in "\t;,|"}
    if counts[";"] and counts[","] and not counts["\t"]:
        lines = [line for line in bare.splitlines() if line.strip()]
        even = {line.count(";") for line in lines}
        return ";" if len(even) == 1 or counts[";"] >= counts[","] else ","
    return max("\t;,|", key=lambda mark: counts[mark])


def _text_rows(text: str, delimiter: str, name: str) -> Iterator[Row]:
    lines = _lines(text)
    labels: int | None = None
    try:
        for line in lines:
            cells = line.count(delimiter) + 1
            if cells > _WIDEST:
                raise DataError(
                    f"{name}: a line has {cells:,} cells, no table has more than {_WIDEST:,}; "
                    "check separator and ends of lines"
                )
            if cells >= _WIDE and '"' not in line:
                packed = _packed(line, delimiter, cells, labels)
                if packed is not None:
                    labels = len(packed.labels)
                    yield packed
                    continue
            if line.count('"') % 2:
                # a line goes on while a quotation mark stands open
                parts, marks = [line], line.count('"')
                for more in islice(lines, 50):
                    parts.append(more)
                    marks += more.count('"')
                    if marks % 2 == 0:
                        break
                line = "\n".join(parts)
            yield next(csv.reader([line], delimiter=delimiter, strict=False), [])  # type: ignore[misc]
    except csv.Error as error:
        raise DataError(f"{name}: no table of separated values ({error})") from error


def _lines(text: str) -> Iterator[str]:
    """Yield lines without a second copy of the text, which may be large."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    start = 0
    while start < len(text):
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        yield text[start:stop]
        start = stop + 1


def _packed(line: str, delimiter: str, cells: int, labels: int | None) -> PackedRow | None:
    """Read a line of a few labels and then numbers at once; None where it is not of that form.

    Unless commas part the cells, 12.345 may be thousands: such a line is left to the style.
    """
    if delimiter != "," and "." in line and not _DECIMAL.search(line):
        return None
    for count in range(7) if labels is None else (labels, *range(7)):
        *names, rest = line.split(delimiter, count)
        values = plain_numbers(rest, delimiter)
        if values is not None and len(values) == cells - count:
            return PackedRow([cell.strip() for cell in names], values)
    return None


def plain_numbers(text: str, delimiter: str) -> NDArray[np.float64] | None:
    """Return the cells of a text where all are finite numbers in plain signs, else None."""
    if "_" in text or not text.isascii():  # Python would read 1_000 and the digits of all scripts
        return None
    try:
        values = np.fromiter(map(float, text.split(delimiter)), float)
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def _frame_sheet(book: Book) -> Sheet:
    """Return a data frame as a sheet: its column names, then its rows."""
    try:
        frame = _r_frame(book) if book.kind.startswith(".r") else _frame(book)
        if type(frame.index).__name__ != "RangeIndex":
            frame = frame.reset_index()
        names = (re.sub(r"^(index|level_[0-9]+)$", "", str(name)) for name in frame)
        rows: list[Row] = [list(names)]
        rows += [[_cell(cell) for cell in row] for row in frame.itertuples(index=False)]
    except QuesnayError:
        raise
    except ModuleNotFoundError as error:
        raise DataError(
            f"{book.name}: reading {book.kind} needs the package {error.name}; install it, or save "
            "the table as .csv"
        ) from error
    except (OSError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise DataError(f"{book.name}: no readable {book.kind} file ({_short(error)})") from error
    return Sheet(book.name, "", rows)


def _frame(book: Book) -> Any:
    import pandas as pd

    if book.kind == ".dta":  # of Stata, where labels of values stand for them
        return pd.read_stata(io.BytesIO(book.data))
    importlib.import_module("pyarrow")
    read: Any = pd.read_parquet if book.kind == ".parquet" else pd.read_feather
    return read(io.BytesIO(book.data))


def _r_frame(book: Book) -> Any:
    pyreadr: Any = importlib.import_module("pyreadr")
    try:
        frames = pyreadr.read_r(str(book.path))
    except (pyreadr.LibrdataError, pyreadr.PyreadrError) as error:
        raise DataError(f"{book.name}: no readable R data ({_short(error)})") from error
    if len(frames) != 1:
        raise DataError(f"{book.name}: {len(frames)} data frames; save the one table alone")
    return next(iter(frames.values()))


def _calamine(path: Path) -> Any:
    try:
        return importlib.import_module("python_calamine")
    except ModuleNotFoundError as error:
        raise DataError(
            f"{path.name}: reading workbooks needs python-calamine; pip install python-calamine, "
            "or save the sheet as .csv"
        ) from error


def _cell(cell: object) -> Cell:
    """Return numbers as float and all else as text, so that dates and truth values stand out."""
    if isinstance(cell, bool | np.bool_):
        return str(cell)
    if isinstance(cell, int | float | np.integer | np.floating):
        value = float(cell)
        return "" if np.isnan(value) else value if np.isfinite(value) else str(value)
    return str(cell)


def _short(error: object) -> str:
    return " ".join(str(error).split())[:120]

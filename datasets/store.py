"""Embedded figures: the one loader, checked by hash and schema; a list, codebooks and copies."""

import csv
import gzip
import hashlib
import io
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.models.display.documents import frame_to_csv
from quesnay.models.display.grid import format_column
from quesnay.models.display.table import Table
from quesnay.models.display.write import write_bytes, write_text
from quesnay.models.inputs import as_path

# the SHA-256 of the descriptor; written by the recipes
DESCRIPTOR = "e6ac8254c6d85d896e41b2d381d7d19ea098f8195898348c145b72b753566b2b"
DATA = Path(__file__).parent / "data"
NAME = re.compile(r"[a-z0-9_-]+")
_TYPES = {"string", "number", "integer", "boolean"}
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Resource:
    """One embedded file as the Data Package descriptor tells it."""

    name: str
    path: str
    title: str
    years: str
    unit: str
    source: str
    licence: str
    table: str
    vintage: str
    size: int
    sha256: str
    rows: int
    fields: tuple[tuple[str, str], ...]
    units: Mapping[str, str]


@lru_cache(maxsize=8)
def resources(folder: Path = DATA) -> Mapping[str, Resource]:
    """Return every embedded file by name, read from ``datapackage.json``.

    A descriptor that is missing, altered, no JSON or lacks an entry is refused.

    >>> resources()["io_chn_2018_42_separate"].unit
    '100 million yuan'
    """
    path = folder / "datapackage.json"
    try:
        text = path.read_text(encoding="utf-8")
        if folder == DATA and fingerprint(text) != DESCRIPTOR:
            raise ValueError("its SHA-256 is not the one expected")
        found = [_resource(entry) for entry in json.loads(text)["resources"]]
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise DataError(
            f"{path.name}: missing or altered ({reason}); install quesnay again"
        ) from error
    return {entry.name: entry for entry in found}


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a descriptor, whatever its line ends."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode("utf-8")).hexdigest()


def _resource(entry: Mapping[str, Any]) -> Resource:
    fields = entry["schema"]["fields"]
    if Path(entry["path"]).name != entry["path"] or not NAME.fullmatch(entry["name"]):
        raise ValueError(f"file {entry['path']!r} of {entry['name']!r} leaves the folder")
    if not {field["type"] for field in fields} <= _TYPES:
        raise ValueError(f"unknown type of a column of {entry['name']!r}")
    return Resource(
        name=entry["name"],
        **{key: entry[key] for key in ("path", "title", "years", "unit", "table", "vintage")},
        source=entry["sources"][0]["title"],
        licence=entry["licenses"][0]["title"],
        size=int(entry["bytes"]),
        sha256=entry["hash"].removeprefix("sha256:"),
        rows=int(entry["rows"]),
        fields=tuple((field["name"], field["type"]) for field in fields),
        units={field["name"]: field["unit"] for field in fields if "unit" in field},
    )


def resource(name: str, folder: Path = DATA) -> Resource:
    """Return one embedded file's description."""
    known = resources(folder)
    if name not in known:
        raise DataError(
            f"no embedded data set {name!r}:{nearest(name, known) or ' see list_datasets()'}"
        )
    return known[name]


def fetch(name: str, folder: Path = DATA) -> pd.DataFrame:
    """Return an embedded file as a frame: a copy, checked against hash and schema.

    >>> fetch("china_gdp").loc[18, ["year", "gdp"]].tolist()
    [2018.0, 919281.13]
    """
    return _parsed(name, folder).copy()


@lru_cache(maxsize=64)
def _parsed(name: str, folder: Path) -> pd.DataFrame:
    entry = resource(name, folder)
    content = _checked(entry, folder / entry.path)
    try:
        lines = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
        header = next(lines, [])
        names = [name for name, _ in entry.fields]
        if header != names:
            odd = sorted(set(header) ^ set(names)) or ["their order"]
            raise DataError(f"{entry.path}: columns are not those of the schema: {', '.join(odd)}")
        cells = list(zip(*lines, strict=True)) or [()] * len(names)
        frame = pd.DataFrame(
            {
                name: _column(texts, kind, f"{entry.path}: column {name!r}")
                for (name, kind), texts in zip(entry.fields, cells, strict=True)
            }
        )
    except DataError:
        raise
    except (ValueError, csv.Error) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{entry.path}: not of its schema ({reason})") from error
    if len(frame) != entry.rows:
        raise DataError(f"{entry.path}: {len(frame)} rows, {entry.rows} expected")
    return frame


def _checked(entry: Resource, path: Path) -> bytes:
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{entry.path}: missing ({error.strerror}); install quesnay again"
        ) from error
    found = hashlib.sha256(packed).hexdigest()
    if found != entry.sha256:
        raise DataError(
            f"{entry.path}: altered (SHA-256 {found[:12]}, {entry.sha256[:12]} expected, "
            f"{len(packed)} bytes, {entry.size} expected); install quesnay again"
        )
    try:
        return gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{entry.path}: cannot be decompressed ({error})") from error


def _column(texts: tuple[str, ...], kind: str, where: str) -> Any:
    """Return one column; Python's float() is exact and the same in every version of pandas."""
    if kind == "string":
        return list(texts)
    try:
        if kind == "number":
            return np.array([float(text) if text else np.nan for text in texts])
        if kind == "integer":
            return np.array([int(text) for text in texts], dtype=np.int64)
        return np.array([_TRUTH[text] for text in texts], dtype=bool)
    except (ValueError, KeyError) as error:
        raise DataError(f"{where}: not every cell is of type {kind} ({error})") from error


_FORMATS = (".csv", ".xlsx")


def list_datasets() -> pd.DataFrame:
    """List the embedded data sets: what each is, its years, unit, source and licence.

    Returns
    -------
    DataFrame
        name, what, years, unit, source, licence; one row a data set.

    Examples
    --------
    >>> list_datasets().query("name == 'china_gdp'")["years"].item()
    '2000-2022'
    """
    rows = [
        (entry.name, entry.title, entry.years, entry.unit, entry.source, entry.licence)
        for entry in resources().values()
    ]
    return pd.DataFrame(rows, columns=["name", "what", "years", "unit", "source", "licence"])


def load_dataset(name: str) -> pd.DataFrame:
    """Load an embedded data set as it is stored, checked against its hash and schema.

    Parameters
    ----------
    name : str
        A name of :func:`list_datasets`.

    Returns
    -------
    DataFrame
        Columns as described in ``datapackage.json``.

    Raises
    ------
    DataError
        If there is no such data set, or its file is missing or altered.

    Examples
    --------
    >>> load_dataset("china_employment").query("code == 'TOT' and year == 2018")["employed"].item()
    77586.0
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise DataError(
            f"data set name {shown(name)}: expected letters a-z, digits, '_' and '-' only"
        )
    return fetch(name)


def export_dataset(name: str, path: str | Path) -> Path:
    """Write a copy of an embedded data set, whole or not at all.

    Parameters
    ----------
    name : str
        A name of :func:`list_datasets`.
    path : str or Path
        File to write, ending in .csv or .xlsx; its folder must exist.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    DataError
        If there is no such data set, the ending is another, or the folder cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> target = pathlib.Path(tempfile.mkdtemp()) / "gdp.csv"
    >>> export_dataset("china_gdp", target).stat().st_size > 5000
    True
    """
    frame = load_dataset(name)
    target = as_path(path, "path")
    if target.suffix not in _FORMATS:
        raise DataError(f"{target.name}: expected a file ending in {' or '.join(_FORMATS)}")
    if target.suffix == ".csv":
        return write_text(target, frame_to_csv(frame, digits=None))
    stream = io.BytesIO()
    plain = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(stream, engine="xlsxwriter", engine_kwargs=plain) as book:
        frame.to_excel(book, sheet_name=name[:31], index=False)
    return write_bytes(target, stream.getvalue())


def codebook(name: str) -> Table:
    """Describe an embedded data set column by column, with source and licence as notes.

    Column -> unit, distinct and missing values, lowest, median and highest (words by alphabet).

    >>> shown = codebook("us_klems").frame
    >>> shown.loc["quantity_it_capital", ["unit", "missing"]].astype(str).tolist()
    ['index, 2017 = 100', '0']
    >>> shown.loc["year", ["lowest", "highest"]].tolist()
    ['1997', '2023']
    """
    entry, frame = resource(name), fetch(name)
    rows = {}
    for column in frame.columns:
        values = frame[column]
        known = values.dropna()
        number = pd.api.types.is_float_dtype(values)
        ends = [known.min(), known.median() if number else None, known.max()]
        shown = format_column(ends, None, str(column)) if len(known) else ["-"] * 3
        rows[column] = {
            "unit": entry.units.get(column, entry.unit if number and not entry.units else ""),
            "distinct": known.nunique(),
            "missing": len(values) - len(known),
            **dict(zip(("lowest", "median", "highest"), shown, strict=True)),
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("column")
    notes = (
        f"{entry.rows:,} rows; {entry.title}; {entry.years}.",
        f"Source: {entry.source}; {entry.table}; {entry.vintage}. Licence: {entry.licence}.",
        f"All rows: quesnay datasets {name} --export FILE, or --json.",
    )
    return Table(name, table, notes)

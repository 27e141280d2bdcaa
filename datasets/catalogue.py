"""What is embedded, and copies of it."""

import io
import re
from pathlib import Path

import pandas as pd

from quesnay.datasets.store import fetch, resources
from quesnay.fitting.errors import DataError, shown
from quesnay.models.display.documents import frame_to_csv
from quesnay.models.display.write import write_bytes, write_text
from quesnay.models.paths import as_path

__all__ = ["export_dataset", "list_datasets", "load_dataset"]

_NAME = re.compile(r"[a-z0-9_-]+")
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
    if not isinstance(name, str) or not _NAME.fullmatch(name):
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

"""What is embedded: a list, each data set on one screen, and copies."""

import io
from pathlib import Path

import pandas as pd

from quesnay.datasets.store import NAME, fetch, resource, resources
from quesnay.fitting.errors import DataError, shown
from quesnay.models.display.documents import frame_to_csv
from quesnay.models.display.grid import format_column
from quesnay.models.display.table import Table
from quesnay.models.display.write import write_bytes, write_text
from quesnay.models.inputs import as_path

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
    """Describe an embedded data set column by column.

    Parameters
    ----------
    name : str
        A name of `list_datasets`.

    Returns
    -------
    Table
        Column -> unit, distinct and missing values, lowest, median and highest (words by
        alphabet), with source and licence as notes.

    Raises
    ------
    DataError
        If nothing of that name is embedded.

    Examples
    --------
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

"""A user's own copy of China KLEMS (CIP); its terms forbid passing the figures on."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from quesnay.datasets.readers.containers import Cell, Row, Sheet, label, open_book
from quesnay.fitting.errors import DataError
from quesnay.models.inputs import as_path

__all__ = ["read_china_klems"]

_YEAR = re.compile(r"(?:19|20)\d{2}")
_FEWEST_YEARS = 2


def read_china_klems(path: str | Path) -> pd.DataFrame:
    r"""Read a user's own workbook of China KLEMS into one panel: industry by year.

    The workbook holds one variable a sheet (its name becomes the column), with a header row of
    years, and to the left of the years the industry's code and, perhaps, its name. Sheets
    without such a header (notes, contents) are skipped and named in ``attrs["skipped"]``. A
    folder of .csv files, one a variable, is read alike.

    Parameters
    ----------
    path : str or Path
        Workbook (.xlsx, .xlsb) or folder of .csv files.

    Returns
    -------
    DataFrame
        Columns industry, year and one a variable; NaN where a cell is empty. Units as in the
        user's file.

    Raises
    ------
    DataError
        If nothing can be read, an industry or a year stands twice in a sheet, or a cell holds
        text.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "output.csv").write_text("code,name,2000,2001\nAtB,Agriculture,1.5,2.5\n")
    >>> read_china_klems(folder)["output"].tolist()
    [1.5, 2.5]
    """
    sources = _sources(as_path(path, "path"))
    found: dict[str, pd.Series[float]] = {}
    skipped = []
    for name, source in sources.items():
        series = _variable(source)
        if series is None:
            skipped.append(name)
        else:
            found[name] = series
    if not found:
        raise DataError(f"{Path(path).name}: no sheet with a header row of years")
    frame = pd.DataFrame(found).rename_axis(["industry", "year"]).reset_index()
    frame.attrs = {"skipped": skipped}
    return frame


def _sources(path: Path) -> dict[str, Sheet]:
    if path.is_dir():
        files = sorted(path.glob("*.csv"))
        if not files:
            raise DataError(f"{path}: no .csv file in this folder")
        return {file.stem: open_book(file).sheet() for file in files}
    if not path.is_file():
        raise DataError(f"{path}: no such file or folder")
    book = open_book(path)
    if not book.sheets:
        book.sheet()
    return {name: book.sheet(name) for name in book.sheets}


def _variable(source: Sheet) -> "pd.Series[float] | None":
    lines = iter([row for row in source.rows if any(str(cell).strip() for cell in _cells(row))])
    years: list[tuple[int, int]] = []
    for row in lines:
        years = [
            (j, int(label(cell)))
            for j, cell in enumerate(_cells(row))
            if _YEAR.fullmatch(label(cell))
        ]
        if len(years) >= _FEWEST_YEARS:
            break
    else:
        return None
    if len({year for _, year in years}) < len(years):
        raise DataError(f"{source.title}: a year stands twice in the header")
    values: dict[tuple[str, int], float] = {}
    for row in lines:
        industry = label(row[0])
        if not industry or all(label(row[j]) == "" for j, _ in years if j < len(row)):
            continue
        for j, year in years:
            if (industry, year) in values:
                raise DataError(f"{source.title}: industry {industry!r} stands twice")
            values[industry, year] = _value(row[j] if j < len(row) else "", source, industry, year)
    return pd.Series(values, dtype=float)


def _cells(row: Row) -> list[Cell]:
    return [row[j] for j in range(len(row))]


def _value(cell: Cell, source: Sheet, industry: str, year: int) -> float:
    text = str(cell).strip()
    try:
        value = float(text) if text else np.nan
    except ValueError:
        value = np.inf
    if np.isinf(value):
        raise DataError(
            f"{source.title}: industry {industry!r}, year {year}: {text!r} is no finite number"
        )
    return value

"""A data set on one screen: what each column holds, in which unit, from where to where."""

import pandas as pd

from quesnay.datasets.store import fetch, resource
from quesnay.models.display.grid import format_column
from quesnay.models.display.table import Table

__all__ = ["codebook"]


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

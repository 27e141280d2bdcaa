"""A workbook to fill in: a small balanced table to write over, and notes on how it is read."""

import io
from pathlib import Path

from quesnay.fitting.errors import DataError
from quesnay.models.display.write import write_bytes
from quesnay.models.inputs import as_path

_ROWS: tuple[tuple[object, ...], ...] = (
    ("Input-output table of (country, year)",),
    ("million (currency)",),
    (),
    ("code", "name", "01", "02", "03",
     "households", "government", "investment", "exports", "output"),
    ("01", "Farming", 20, 60, 10, 80, 5, 5, 20, 200),
    ("02", "Industry", 40, 150, 60, 120, 10, 70, 50, 500),
    ("03", "Services", 20, 80, 70, 150, 90, 20, 20, 450),
    ("", "imports", 10, 50, 20, 40, 0, 20, 0),
    ("", "taxes less subsidies on products", 2, 8, 5, 30, 0, 5, 0),
    ("", "compensation of employees", 58, 92, 195),
    ("", "taxes less subsidies on production", 5, 10, 10),
    ("", "gross operating surplus", 45, 50, 80),
)  # fmt: skip
_NOTES = (
    "Write over the example on the sheet Table; keep its first rows for title and unit.",
    "A sector has the same code in its row and in its column. Add rows and columns as you need; "
    "any number of sectors will do.",
    "Rows say who sells, columns who buys: row 01, column 02 is what Industry buys from Farming.",
    "Columns after the sectors are final demand, by category. 'output' is total output; it is "
    "optional and must be the sum of its row.",
    "Imports: either one row 'imports' (flows are then domestic), or a negative column 'imports' "
    "(flows then include imports). The example has the row.",
    "Taxes less subsidies on products are a row of their own. They and imports are never counted "
    "as value added.",
    "All other rows are value added by component: compensation, taxes on production, surplus ...",
    "Each sector's inputs (flows, imports, taxes on products, value added) add up to its output; "
    "quesnay checks it and names the sector that does not.",
    "Totals may stay: a row or column named 'total', 'intermediate use', 'value added' ... is "
    "compared with its parts and left out.",
    "An empty cell among the flows is refused unless you say that it is zero: --blank zero, in "
    "Python blank='zero'.",
    "Check: quesnay table check FILE. In Python: quesnay.read_io('FILE').check()",
)


def write_template(path: str | Path) -> Path:
    """Write a workbook with a small balanced table to write over, and notes.

    Parameters
    ----------
    path : str or Path
        An .xlsx file that is not there yet.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DataError
        If the file is there, is no .xlsx, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import quesnay as qn
    >>> path = write_template(f"{tempfile.mkdtemp()}/mine.xlsx")
    >>> qn.read_io(path).v.tolist()
    [108.0, 152.0, 285.0]
    """
    import xlsxwriter

    target = as_path(path, "path")
    if target.suffix.lower() != ".xlsx":
        raise DataError(f"{target}: expected a file ending in .xlsx")
    if target.exists():
        raise DataError(f"{target}: a file of that name is there; choose another name")
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("Table")
    sheet.set_column(1, 1, 36)
    for i, row in enumerate(_ROWS):
        for j, cell in enumerate(row):
            if cell == "":
                continue
            if isinstance(cell, str):
                sheet.write_string(i, j, cell, bold if i in {0, 3} else None)
            else:
                sheet.write(i, j, cell)
    notes = book.add_worksheet("Notes")
    notes.set_column(0, 0, 110, book.add_format({"text_wrap": True}))
    for i, line in enumerate(_NOTES):
        notes.write_string(i, 0, line)
    book.close()
    return write_bytes(target, buffer.getvalue())

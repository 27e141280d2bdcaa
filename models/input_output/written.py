"""A table written whole, with every digit, so that ``read_io`` reads the same table back.

One grid serves text and workbook: lines that tell name, unit, year and tolerance; then a header
``row, block`` with the labels of sectors, final demand and output; a line that says what each
column is; then one line a row of each block. A label that is no plain text stands as JSON.
"""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError
from quesnay.models.display.documents import MOST_COLUMNS, MOST_ROWS
from quesnay.models.display.escape import guard_formula
from quesnay.models.display.write import write_bytes, write_text

if TYPE_CHECKING:
    from quesnay.models.input_output.table import InputOutputTable

MARK = ("quesnay", "input-output table")  # the first two cells
LEVELS = " | "  # between the levels of a label
# block of rows -> its kind of final-demand columns where it has some of its own
BLOCKS = {"import": "import_final_demand", "tax": "tax_final_demand"}
_Row = list[str | float]


def table_to_csv(table: "InputOutputTable", path: str | Path | None) -> str:
    """Return the whole table as CSV; write it to `path` where one is given."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for row in _grid(table):
        writer.writerow([c if isinstance(c, str) else repr(c).removesuffix(".0") for c in row])
    text = stream.getvalue()
    if path is not None:
        write_text(path, text)
    return text


def table_to_excel(table: "InputOutputTable", path: str | Path) -> Path:
    """Write the whole table to a workbook of one sheet, with every digit."""
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    class Exact(Worksheet):  # type: ignore[misc]
        """A sheet whose numbers have 17 digits; 16 do not tell all floats apart."""

        def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
            marks = "".join(f' {key}="{value}"' for key, value in attributes)
            self.fh.write(f"<c{marks}><v>{number!r}</v></c>")

    rows = _grid(table)
    size = len(rows), max(map(len, rows))
    if size[0] > MOST_ROWS or size[1] > MOST_COLUMNS:
        raise DataError(f"{size[0]} rows and {size[1]} columns exceed an Excel sheet; write .csv")
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Table", worksheet_class=Exact)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if isinstance(cell, float):
                    sheet.write_number(i, j, cell)
                elif cell:
                    sheet.write_string(i, j, cell)
    return write_bytes(path, stream.getvalue())


def _grid(table: "InputOutputTable") -> list[_Row]:
    b = table.engine.blocks
    apart = {"import": table.imports, "tax": table.taxes}
    axes = {"sector": b.sectors, "final_demand": b.demand_names, "value_added": b.value_names}
    columns = [("sector", b.sectors), ("final_demand", b.demand_names)]
    lines: list[tuple[str, pd.Index, dict[str, Array]]] = []
    own = "domestic" if apart["import"] is not None else "total"
    body = {"sector": b.flows, "final_demand": b.demand, "output": b.output[:, None]}
    lines.append((own, b.sectors, body))
    for kind, block in apart.items():
        if block is None:
            continue
        axes[kind] = block.Z.index
        body = {"sector": block.Z.to_numpy()}
        if block.final_demand is not None:
            names, where = block.final_demand.columns, "final_demand"
            if not names.identical(b.demand_names):
                where = BLOCKS[kind]
                columns.append((where, names))
                axes[where] = names
            body[where] = block.final_demand.to_numpy()
        lines.append((kind, block.Z.index, body))
    lines.append(("value_added", b.value_names, {"sector": b.value}))
    if len(b.account_names):
        axes["account"] = b.account_names
        lines.append(("account", b.account_names, {"sector": b.accounts}))
    columns.append(("output", pd.Index(["output"])))
    return [
        *_head(table),
        *(_axis(kind, labels) for kind, labels in axes.items()),
        ["row", "block", *(cell for _, labels in columns for cell in _written(labels))],
        ["", "column", *(kind for kind, labels in columns for _ in labels)],
        *_names(table),
        *(row for line in lines for row in _rows(*line, columns)),
    ]


def _head(table: "InputOutputTable") -> list[_Row]:
    source = table.source
    year = str(getattr(source, "year", "") or "")
    told = {"name": table.name, "unit": table.unit, "year": year}
    rows: list[_Row] = [[key, _plain(text)] for key, text in told.items() if text]
    tolerance = repr(float(table._tolerance))
    return [list(MARK), *rows, ["tolerance", tolerance]]


def _axis(kind: str, labels: pd.Index) -> _Row:
    what = "levels" if labels.nlevels > 1 else "text"
    if labels.nlevels == 1 and all(
        isinstance(label, int | np.integer) and not isinstance(label, bool) for label in labels
    ):
        what = "whole number"
    return ["labels", kind, what, *("" if n is None else _plain(str(n)) for n in labels.names)]


def _names(table: "InputOutputTable") -> Iterable[_Row]:
    """Return the long names of the sectors, where the file that was read had them."""
    names = getattr(table.source, "names", {})
    if any(label in names for label in table.sectors):
        yield ["", "name", *(_plain(names.get(label, "")) for label in table.sectors)]


def _rows(
    block: str, labels: pd.Index, body: dict[str, Array], columns: list[tuple[str, pd.Index]]
) -> Iterable[_Row]:
    for i, label in enumerate(_written(labels)):
        row: _Row = [label, block]
        for kind, names in columns:
            values = body.get(kind)
            row += [""] * len(names) if values is None else (values[i] + 0.0).tolist()
        yield row


def _written(labels: pd.Index) -> list[str]:
    if labels.nlevels == 1:
        return [_plain(str(label)) for label in labels]
    out = []
    for label in labels:
        parts = [str(part) for part in label]
        odd = any(_plain(part) != part or "|" in part or not part for part in parts)
        out.append(json.dumps(parts) if odd else LEVELS.join(parts))
    return out


def _plain(text: str) -> str:
    """Return a text as it stands, or as JSON where a spreadsheet or reader would change it."""
    same = text == " ".join(text.split()) and guard_formula(text) == text
    return text if same and not text.startswith(('"', "[")) else json.dumps(text)

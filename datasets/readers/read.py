"""Read a user's own input-output table, whatever statistical office laid it out."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from quesnay.datasets.readers.assemble import Options
from quesnay.datasets.readers.bea import read_bea
from quesnay.datasets.readers.eora import read_eora
from quesnay.datasets.readers.exiobase import read_exiobase
from quesnay.datasets.readers.figaro import read_figaro
from quesnay.datasets.readers.nbs import read_nbs
from quesnay.datasets.readers.oecd_icio import read_oecd_icio
from quesnay.datasets.readers.quesnay_layout import read_quesnay
from quesnay.datasets.readers.wiod import read_wiod
from quesnay.datasets.table_frames import IOFrames
from quesnay.fitting.checks import choice
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.paths import as_path

__all__ = ["LAYOUTS", "read_io", "read_io_frames"]

# Rounding of what the offices print: relative to a small industry's output it reaches 1e-3.
_PRINTED = 1e-3
_TOLERANCE = {"quesnay": 1e-6, "nbs": 1e-6}

LAYOUTS: Mapping[str, Callable[[Path, Options], IOFrames]] = {
    "quesnay": read_quesnay,
    "nbs": read_nbs,
    "oecd_icio": read_oecd_icio,
    "wiod": read_wiod,
    "figaro": read_figaro,
    "exiobase": read_exiobase,
    "eora": read_eora,
    "bea": read_bea,
}


def read_io(
    path: str | Path,
    *,
    layout: str = "quesnay",
    sheet: str | None = None,
    encoding: str = "utf-8-sig",
    blank: str = "refuse",
    make: str | Path | None = None,
    unit: str | None = None,
    name: str | None = None,
    tolerance: float | None = None,
) -> InputOutputTable:
    r"""Read a user's own input-output table in the layout of the office that published it.

    Parameters
    ----------
    path : str or Path
        A .csv, .txt, .tsv, .xlsx, .xlsm or .xlsb file; a folder for "exiobase" and "eora".
        Workbooks need the extra ``quesnay[excel]``.
    layout : str
        "quesnay": one grid, a label that stands in a row and in a column is a sector, other
        columns are final demand, other rows value added, `output` is total output; or the blocks
        that ``quesnay datasets NAME --export`` writes. "nbs": National Bureau of Statistics of
        China. "oecd_icio": OECD inter-country tables, and its national ones. "wiod": WIOD 2016
        and 2013. "figaro": Eurostat, matrix or flat. "exiobase": EXIOBASE 3. "eora": Eora26.
        "bea": US use table, with `make`, the make table.
    sheet : str, optional
        Sheet of a workbook (BEA: the year); by default the first.
    encoding : str
        Of text files.
    blank : {"refuse", "zero"}
        Whether an empty cell is a fault or zero ("bea" and the corner of the grid excepted).
    make : str or Path, optional
        Make table of the same year, for "bea".
    unit, name : str, optional
        Shown with the table; by default the source's unit and the file's name.
    tolerance : float, optional
        Imbalance that is accepted, relative to a sector's output; by default 1e-6 for "quesnay"
        and "nbs", and 1e-3 for the others, which print few digits. Eora needs more.

    Returns
    -------
    InputOutputTable
        Values as in the file, in its unit.

    Raises
    ------
    DataError
        If the file is missing, is no table of that layout, is a zip bomb, repeats a label, or a
        cell holds no number; the message names file, row and column.
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
    choice(blank, ("refuse", "zero"), "blank")
    choice(layout, LAYOUTS, "layout")
    accepted = _TOLERANCE.get(layout, _PRINTED) if tolerance is None else tolerance
    frames = read_io_frames(
        path,
        layout=layout,
        sheet=sheet,
        encoding=encoding,
        blanks=frozenset({""} if blank == "zero" else ()),
        make=None if make is None else str(make),
        unit=unit,
        name=name,
        tolerance=accepted,
    )
    return InputOutputTable(
        frames.Z,
        frames.final_demand,
        frames.value_added,
        output=frames.output,
        imports=frames.imports,
        unit=frames.unit,
        name=frames.name,
        tolerance=accepted,
    )


def read_io_frames(path: str | Path, *, layout: str = "quesnay", **options: Any) -> IOFrames:
    """Read the labelled blocks of a user's table, before they are validated as a table.

    Arguments are those of :func:`quesnay.read_io`.

    Raises
    ------
    DataError
        If the layout is unknown or the file is not of it.
    """
    return LAYOUTS[choice(layout, LAYOUTS, "layout")](as_path(path, "path"), Options(**options))

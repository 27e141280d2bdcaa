"""Layout "oecd_icio": the inter-country tables of the OECD (editions 2016 to 2025)."""

import re
from pathlib import Path

from quesnay.datasets.readers.assemble import Options, assemble, named
from quesnay.datasets.readers.cells import Source
from quesnay.datasets.readers.grid import read_grid
from quesnay.datasets.table_frames import IOFrames

__all__ = ["read_oecd_icio"]

_DEMAND = re.compile(
    r"(?:\w+_)?(?:HFCE|NPISH|NPS|GGFC|GFCF|INVNT|INV|DIRP|DPABR|P33|FD|DISC|CONS_ABR|CONS_NONRES|"
    r"EXPO|IMPO)(?:_\w+)?"
)
_INCOME = re.compile(r"VA|VALU|TLS|TXS_\w+|(?:\w+_)?TAXSUB|(?:\w+_)?VALU|(?:\w+_)?VA")
_OUTPUT = ("OUT", "OUTPUT", "TOTAL")
_DROPPED = ("TTL_INT_FNL",)


def read_oecd_icio(path: Path, options: Options) -> IOFrames:
    """Read an OECD inter-country table: labels such as AUS_A01_02, final demand AUS_HFCE...

    Rows under the industries are taxes less subsidies (TLS) and value added (VA); OUT is output.
    Sub-regions (CN1, CN2, MX1, MX2) stay apart, as printed. National tables of the OECD in the
    same form (columns HFCE ... IMPO, rows TXS_INT_FNL, VALU, OUTPUT) are read too.

    Raises
    ------
    DataError
        If a label is of no kind or repeats, or a cell is no number.
    """
    source = Source(path, options.sheet, options.encoding)
    grid = read_grid(source, blanks=options.blanks)
    return assemble(
        grid,
        named(grid, [mark[0] for mark in grid.labels], grid.header[0]),
        unit=options.unit or "million US dollars",
        title=options.name or path.stem,
        output=_OUTPUT,
        dropped=_DROPPED,
        demand=lambda name: bool(_DEMAND.fullmatch(name)),
        income=lambda name: bool(_INCOME.fullmatch(name)),
    )

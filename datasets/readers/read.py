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
from quesnay.fitting.errors import DataError, nearest

__all__ = ["LAYOUTS", "read_io_frames"]

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


def read_io_frames(path: str | Path, *, layout: str = "quesnay", **options: Any) -> IOFrames:
    """Read the labelled blocks of a user's table, before they are validated as a table.

    Arguments are those of :func:`quesnay.read_io`.

    Raises
    ------
    DataError
        If the layout is unknown or the file is not of it.
    """
    if layout not in LAYOUTS:
        raise DataError(
            f"layout {layout!r}: expected {', '.join(LAYOUTS)};{nearest(layout, LAYOUTS)}"
        )
    return LAYOUTS[layout](Path(path), Options(**options))

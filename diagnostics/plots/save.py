"""Figures as files: described in words, without a time stamp, whole or absent."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quesnay.fitting.errors import DataError
from quesnay.models.display.escape import escape_html
from quesnay.models.display.write import write_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture", "draw_picture", "figure_to_bytes", "figure_to_html", "save_figure"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure that has been drawn, for several uses.

    Parameters
    ----------
    png : bytes
        The picture.
    alt : str
        What it shows, in words.
    width : int
        Pixels of a page that it takes.
    """

    png: bytes
    alt: str
    width: int

    def to_html(self) -> str:
        """Return one ``img`` element that holds its own data and its description."""
        data = base64.b64encode(self.png).decode("ascii")
        start = f'<img alt="{escape_html(self.alt)}" width="{self.width}"'
        return f'{start} src="data:image/png;base64,{data}">'


_PAGE_DPI = 110  # how large an inch of a figure stands on a page
_KINDS = ("png", "svg", "pdf")


def figure_to_bytes(figure: "Figure", kind: str = "png", *, dpi: int = 150) -> bytes:
    """Draw a figure; a plot made again gives the same bytes, for no time is written into them.

    Parameters
    ----------
    figure : Figure
        What to draw.
    kind : str, default "png"
        ``"png"``, ``"svg"`` or ``"pdf"``.
    dpi : int, default 150
        Dots an inch, for PNG.

    Returns
    -------
    bytes
        The picture, with the description in its metadata.

    Raises
    ------
    DataError
        If the kind is not known.

    Examples
    --------
    >>> from quesnay.diagnostics.plots.style import finish, new_figure
    >>> figure_to_bytes(finish(new_figure(), alt="An empty panel."))[1:4]
    b'PNG'
    """
    if kind not in _KINDS:
        raise DataError(f"picture kind {kind!r} is not known: choose one of {', '.join(_KINDS)}")
    from matplotlib import rc_context

    alt = str(figure.get_label())
    metadata = {
        "png": {"Software": None, "Description": alt},
        "svg": {"Date": None, "Creator": None, "Description": alt},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None, "Subject": alt},
    }[kind]
    stream = io.BytesIO()
    # SVG takes the seed of its identifiers from the settings only; they are put back at once.
    with rc_context({"svg.hashsalt": "quesnay"}):
        figure.savefig(stream, format=kind, dpi=dpi, metadata=metadata)
    return stream.getvalue()


def draw_picture(figure: "Figure", *, dpi: int = 150) -> Picture:
    """Draw a figure once, to be written and shown several times.

    Parameters
    ----------
    figure : Figure
        What to draw.
    dpi : int, default 150
        Dots an inch.

    Returns
    -------
    Picture
        PNG and description.

    Examples
    --------
    >>> from quesnay.diagnostics.plots.style import finish, new_figure
    >>> draw_picture(finish(new_figure(), alt="An empty panel.")).alt
    'An empty panel.'
    """
    width = round(_PAGE_DPI * figure.get_size_inches()[0])
    return Picture(figure_to_bytes(figure, dpi=dpi), str(figure.get_label()), width)


def save_figure(figure: "Figure", path: str | Path, *, dpi: int = 150) -> Path:
    """Write a figure to a file, whole or not at all.

    Parameters
    ----------
    figure : Figure
        What to draw.
    path : str or Path
        The file; its ending says the kind: ``.png``, ``.svg`` or ``.pdf``.
    dpi : int, default 150
        Dots an inch, for PNG.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    DataError
        If the ending is not known or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from quesnay.diagnostics.plots.style import finish, new_figure
    >>> save_figure(finish(new_figure(), alt="Empty."), tempfile.mkdtemp() + "/a.png").name
    'a.png'
    """
    kind = Path(path).suffix.removeprefix(".").lower()
    return write_bytes(path, figure_to_bytes(figure, kind, dpi=dpi))


def figure_to_html(figure: "Figure", *, dpi: int = 110) -> str:
    """Write a figure as an HTML image that holds its own data and its description.

    Parameters
    ----------
    figure : Figure
        What to draw.
    dpi : int, default 110
        Dots an inch.

    Returns
    -------
    str
        One ``img`` element.

    Examples
    --------
    >>> from quesnay.diagnostics.plots.style import finish, new_figure
    >>> figure_to_html(finish(new_figure(), alt="An empty panel."))[:27]
    '<img alt="An empty panel." '
    """
    return draw_picture(figure, dpi=dpi).to_html()

"""How every plot looks: colours all can tell apart, units, integer years, text that is text."""

from typing import TYPE_CHECKING, Any

from quesnay.diagnostics.plots.fonts import fit_fonts
from quesnay.fitting.errors import DataError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "GREY",
    "axis_label",
    "finish",
    "integer_years",
    "new_figure",
    "show_as_written",
]

# Okabe and Ito (2008), Color Universal Design; yellow and black last, for they serve lines worst.
COLOURS = (
    "#0072B2",  # blue
    "#D55E00",  # vermillion
    "#009E73",  # bluish green
    "#E69F00",  # orange
    "#56B4E9",  # sky blue
    "#CC79A7",  # reddish purple
    "#F0E442",  # yellow
    "#000000",  # black
)
GREY = "#6E6E6E"  # reference lines and remarks; 5.1 : 1 against white
_GRID = "#DDDDDD"


def new_figure(
    rows: int = 1, columns: int = 1, *, size: tuple[float, float] = (7.2, 4.2), **options: Any
) -> "Figure":
    """Make a figure of its own, outside matplotlib's global state, with quiet axes.

    Parameters
    ----------
    rows, columns : int, default 1
        Panels.
    size : tuple of float, default (7.2, 4.2)
        Width and height in inches.
    **options
        Passed to ``Figure.subplots``, such as ``sharex`` or ``width_ratios``.

    Returns
    -------
    Figure
        Its panels are ``figure.axes``, row by row.

    Examples
    --------
    >>> figure = new_figure(1, 2)
    >>> left, right = figure.axes
    >>> len(figure.axes)
    2
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained", facecolor="white")
    figure.subplots(rows, columns, **options)
    for axes in figure.axes:
        axes.set_axisbelow(True)
        axes.grid(visible=True, color=_GRID, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_prop_cycle(color=COLOURS)
        axes.tick_params(labelsize=9)
    return figure


def axis_label(quantity: str, unit: str | None = None) -> str:
    """Write what an axis shows and in which unit.

    Parameters
    ----------
    quantity : str
        What is measured.
    unit : str, optional
        Its unit; none for an index or a name.

    Returns
    -------
    str
        The label.

    Examples
    --------
    >>> axis_label("value added", "trillion yuan")
    'value added, trillion yuan'
    """
    return f"{quantity}, {unit}" if unit else quantity


def integer_years(axes: "Axes", *, label: str = "year") -> None:
    """Mark whole years only on the horizontal axis, written in full.

    Parameters
    ----------
    axes : Axes
        A panel whose horizontal axis is in years, with its lines drawn.
    label : str, default "year"
        Name of the axis.

    Examples
    --------
    >>> figure = new_figure()
    >>> (axes,) = figure.axes
    >>> _ = axes.plot([2017, 2018, 2019, 2020], [0.9, 1.4, 2.1, 3.1])
    >>> integer_years(axes)
    >>> [text.get_text() for text in axes.get_xticklabels()][1:3]
    ['2017', '2018']
    """
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
    axes.set_xlabel(label)
    first, last = axes.dataLim.intervalx
    if 0 <= last - first < 1:  # a single year would else be drawn on an axis of two centuries
        axes.set_xlim(first - 1, last + 1)


def finish(figure: "Figure", *, alt: str) -> "Figure":
    """Give a figure its description and make every label plain text in a font that shows it.

    Parameters
    ----------
    figure : Figure
        A drawn figure; the last step of a plot function.
    alt : str
        What the figure shows, in words, for those who do not see it; with the main number.

    Returns
    -------
    Figure
        The same figure. Dollar signs in labels are shown, not typeset.

    Raises
    ------
    DataError
        If the description is empty.

    Notes
    -----
    Scientific Python SPEC 3 asks for a description of each figure. It is stored as the figure's
    label, goes into the file's metadata and into the ``alt`` attribute in HTML.

    Examples
    --------
    >>> finish(new_figure(), alt="An empty panel.").get_label()
    'An empty panel.'
    """
    if not alt.strip():
        raise DataError("a figure needs a description in words: give alt=")
    figure.set_label(alt)
    show_as_written(figure)
    return figure


def show_as_written(figure: "Figure") -> None:
    """Turn off mathematics in labels, but not in tick labels that matplotlib wrote itself.

    Chinese labels get a font that has the characters.

    Parameters
    ----------
    figure : Figure
        A drawn figure whose labels are about to be measured or saved.

    Examples
    --------
    >>> figure = new_figure()
    >>> figure.axes[0].set_title("$ per $ of output").get_parse_math()
    True
    >>> show_as_written(figure)
    >>> figure.axes[0].title.get_parse_math()
    False
    """
    from matplotlib.category import StrCategoryFormatter
    from matplotlib.text import Text
    from matplotlib.ticker import FixedFormatter

    written: set[int] = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not isinstance(axis.get_major_formatter(), FixedFormatter | StrCategoryFormatter):
                ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
                written.update(id(text) for tick in ticks for text in tick.findobj(Text))
                written.add(id(axis.get_offset_text()))
            else:
                axis.get_ticklabels()  # writes the names into the ticks
    for text in figure.findobj(Text):
        if isinstance(text, Text) and id(text) not in written:
            text.set_parse_math(False)
    fit_fonts(figure)

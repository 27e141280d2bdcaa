"""How every plot looks and is saved.

Colours all can tell apart, units, integer years, text that is text, Chinese labels in a font that
has them; files described in words, without a time stamp, whole or absent. A figure shows itself in
a notebook whatever the backend.
"""

import base64
import functools
import io
import os
import re
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError, shown
from quesnay.models.display.escape import display_width, escape_html
from quesnay.models.display.grid import wrap
from quesnay.models.display.write import write_bytes

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation, Text

Panels: TypeAlias = "Axes | Sequence[Axes] | npt.NDArray[np.object_] | None"  # what ax= takes

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
_SETTINGS = threading.RLock()  # matplotlib's settings are those of all threads
_GRID = "#DDDDDD"
_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "Microsoft YaHei",
    "SimHei",
    "Noto Sans CJK JP",
    "Droid Sans Fallback",
    "Arial Unicode MS",
)
_FILE_WORDS = ("notosanscjk", "notosanssc", "sourcehansans", "wqy", "pingfang", "msyh", "simhei")
_WEIGHTS = ("black", "bold", "demi", "light", "medium", "thin")  # taken only where alone
_FIRST_CJK = "\u2e80"  # from here on the Latin fonts have no characters
_SHORTEST = 12  # columns of a translated line
_SOURCE = "source"  # marks the line at the foot
_PAGE_DPI = 110  # how large an inch of a figure stands on a page
_FOOT = 8  # points, the letters of the source
_KINDS = ("png", "svg", "pdf")


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure that has been drawn, for several uses.

    `png`: the picture; `alt`: what it shows, in words; `width`: pixels of a page that it takes.
    """

    png: bytes
    alt: str
    width: int

    def to_html(self) -> str:
        """Return one ``img`` element that holds its own data and its description."""
        data = base64.b64encode(self.png).decode("ascii")
        start = f'<img alt="{escape_html(self.alt)}" width="{self.width}"'
        return f'{start} src="data:image/png;base64,{data}">'


@functools.lru_cache(maxsize=1)
def _figure_class() -> "type[Figure]":
    """Make the class when the first figure is drawn: matplotlib is slow to load."""
    from matplotlib.figure import Figure

    class PlotFigure(Figure):
        """A figure that a notebook shows with its description, without a word of magic."""

        def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
            picture = draw_picture(self, dpi=_PAGE_DPI)
            shown = {"text/html": picture.to_html(), "image/png": picture.png}
            return {**shown, "text/plain": picture.alt}

    PlotFigure.__qualname__ = "PlotFigure"  # so that a figure can be pickled
    return PlotFigure


def __getattr__(name: str) -> Any:
    if name == "PlotFigure":
        return _figure_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def new_figure(
    rows: int = 1, columns: int = 1, *, size: tuple[float, float] = (7.2, 4.2), **options: Any
) -> "Figure":
    """Make a figure of its own, outside matplotlib's global state, with quiet axes."""
    figure = _figure_class()(figsize=size, layout="constrained", facecolor="white")
    figure.subplots(rows, columns, **options)
    for axes in figure.axes:
        axes.set_axisbelow(True)
        axes.grid(visible=True, color=_GRID, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_prop_cycle(color=COLOURS)
        axes.tick_params(labelsize=9)
    return figure


def in_full(value: float, sign: str = "") -> str:
    """Write a number in full from a thousand on, else to four digits."""
    return format(value, f"{sign},.0f") if abs(value) >= 1000 else format(value, f"{sign}.4g")


def axis_label(quantity: str, unit: str | None = None) -> str:
    """Write what an axis shows and in which unit."""
    return f"{quantity}, {unit}" if unit else quantity


def integer_years(axes: "Axes", *, label: str = "year") -> None:
    """Mark whole years only on the horizontal axis, written in full."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
    axes.set_xlabel(label)
    first, last = axes.dataLim.intervalx
    if 0 <= last - first < 1:  # a single year would else be drawn on an axis of two centuries
        axes.set_xlim(first - 1, last + 1)
        axes.set_xticks([round((first + last) / 2)])


def panels_of(
    ax: Panels,
    rows: int = 1,
    columns: int = 1,
    *,
    size: tuple[float, float] = (7.2, 4.2),
    **options: Any,
) -> tuple["Figure", "list[Axes]"]:
    """Return the panels to draw on and their figure: the caller's, or those of a new figure."""
    if ax is None:
        made = new_figure(rows, columns, size=size, **options)
        return made, made.axes
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    panels, count = _listed(ax), rows * columns
    if len(panels) != count or not all(isinstance(panel, Axes) for panel in panels):
        wanted = "one panel, such as that of plt.subplots()[1]"
        if count > 1:
            wanted = f"the {count} panels, such as those of plt.subplots({rows}, {columns})[1]"
        raise DataError(f"ax: {shown(ax)}; give {wanted}")
    figure: Any = panels[0].figure
    while figure is not None and not isinstance(figure, Figure):  # a part of a figure
        figure = figure.figure
    if figure is None:
        raise DataError("ax: the panel was removed from its figure; give one that is in a figure")
    return figure, panels


def panel_of(ax: Panels, *, size: tuple[float, float] = (7.2, 4.2)) -> tuple["Figure", "Axes"]:
    """Return the one panel to draw on and its figure."""
    figure, (panel,) = panels_of(ax, size=size)
    return figure, panel


def _listed(ax: Panels) -> "list[Axes]":
    return list(np.ravel(np.asarray(ax, dtype=object)))


def legend_below(figure: "Figure", ax: Panels, *, columns: int = 3) -> None:
    """Explain the marks below the panels; on a caller's panels inside the first."""
    panels = figure.axes if ax is None else _listed(ax)
    entries: dict[str, Artist] = {}
    for axes in panels:
        handles, names = axes.get_legend_handles_labels()
        entries = dict(zip(names, handles, strict=True)) | entries
    where: dict[str, Any] = {"loc": "outside lower center", "ncols": columns, "fontsize": 9}
    if ax is not None:
        where = {"loc": "best", "fontsize": 8.5}
    owner: Any = figure if ax is None else panels[0]
    owner.legend(list(entries.values()), list(entries), frameon=False, **where)


def finish(figure: "Figure", *, alt: str, source: str | None = None, ax: Panels = None) -> "Figure":
    """Give a figure its description and make every label plain text in a font that shows it.

    Scientific Python SPEC 3 asks for a description of each figure. It is stored as the figure's
    label, goes into the file's metadata and into the ``alt`` attribute in HTML. The source of the
    figures stands at the foot. Of a caller's figure nothing but the panels `ax` is touched, and
    what they show and its source are added to the description that is there.
    """
    if not alt.strip():
        raise DataError("a figure needs a description in words: give alt=")
    if ax is not None:
        said = f"{alt} Source: {source}." if source else alt
        figure.set_label(f"{figure.get_label()} {said}".strip())
    else:
        figure.set_label(alt)
        for axes in figure.axes:
            _wrap_quantity(figure, axes)
        if source:
            height = float(figure.get_size_inches()[1])
            lines = _foot_lines(figure, f"Source: {source}")
            added = ((lines.count("\n") + 1) * _FOOT * 1.25 + 4) / 72  # inches
            figure.set_figheight(height + added)
            foot = added / (height + added)
            engine: Any = figure.get_layout_engine()
            if engine is not None:
                engine.set(rect=(0, foot, 1, 1 - foot))
            for legend in figure.legends:
                legend.borderaxespad += 72 * added / legend.prop.get_size_in_points()  # lifts it
            written = figure.text(0.01, 0.004, lines, fontsize=_FOOT, color=GREY, va="bottom")
            written.set_gid(_SOURCE)
    show_as_written(figure, ax)
    return figure


def _wrap_quantity(figure: "Figure", axes: "Axes") -> None:
    """Break a label beside a panel that is longer than the panel is high."""
    label, grid = axes.yaxis.label, axes.get_subplotspec()
    if grid is None:
        return
    room = 0.75 * 72 * float(figure.get_size_inches()[1]) / grid.get_gridspec().nrows  # points
    letters = room / (0.52 * float(label.get_fontsize()))
    label.set_text("\n".join(wrap(label.get_text(), letters)))


def _foot_lines(figure: "Figure", text: str) -> str:
    """Break the source into lines as wide as the figure, each letter as wide as it is drawn."""
    room = 0.93 * 72 * float(figure.get_size_inches()[0])  # few pixels make letters wider
    return "\n".join(wrap(text, room, measure=lambda part: sum(map(_advance, part))))


@functools.cache
def _advance(character: str) -> float:
    """Return how wide a letter of the foot is, in points; a Chinese one is as wide as high."""
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.ft2font import LoadFlags

    if _is_wide(character):
        return float(_FOOT)
    font = get_font(findfont(FontProperties()))
    font.set_size(_FOOT, 72)
    return float(font.load_char(ord(character), LoadFlags.NO_HINTING).linearHoriAdvance) / 65536


def show_as_written(figure: "Figure", ax: Panels = None) -> None:
    """Turn off mathematics in labels, but not in tick labels that matplotlib wrote itself.

    Chinese labels get a font that has the characters.
    """
    from matplotlib.category import StrCategoryFormatter
    from matplotlib.text import Text
    from matplotlib.ticker import FixedFormatter, FuncFormatter

    panels = figure.axes if ax is None else _listed(ax)
    names = (FixedFormatter, FuncFormatter, StrCategoryFormatter)
    written: set[int] = set()
    for axes in panels:
        for axis in (axes.xaxis, axes.yaxis):
            if not isinstance(axis.get_major_formatter(), names):
                ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
                written.update(id(text) for tick in ticks for text in tick.findobj(Text))
                written.add(id(axis.get_offset_text()))
            else:
                axis.get_ticklabels()  # writes the names into the ticks
    owners: Sequence[Artist] = [figure] if ax is None else panels
    texts = [text for owner in owners for text in owner.findobj(Text) if isinstance(text, Text)]
    for text in texts:
        if id(text) not in written:
            text.set_parse_math(False)
    _fit_fonts(panels, texts)


def stack_bars(
    axes: "Axes",
    places: npt.ArrayLike,
    parts: Mapping[str, npt.ArrayLike],
    colours: Sequence[str],
    *,
    width: float = 0.62,
    across: bool = False,
) -> None:
    """Stack bars at places: positive parts away from zero on one side, negative ones on the other.

    `across` draws them horizontally.
    """
    where = np.asarray(places, dtype=float)
    above, below = np.zeros(len(where)), np.zeros(len(where))
    for (name, values), colour in zip(parts.items(), colours, strict=False):
        part = np.asarray(values, dtype=float)
        start = np.where(part >= 0, above, below)
        if across:
            axes.barh(where, part, left=start, height=width, color=colour, label=name)
        else:
            axes.bar(where, part, bottom=start, width=width, color=colour, label=name)
        above, below = above + np.maximum(part, 0.0), below + np.minimum(part, 0.0)


def brackets(
    axes: "Axes",
    places: npt.ArrayLike,
    values: npt.ArrayLike,
    bounds: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    across: bool = False,
    **options: Any,
) -> None:
    """Draw values with their lower and upper bounds; `across` along the horizontal axis."""
    where, middle = np.asarray(places, dtype=float), np.asarray(values, dtype=float)
    reach = np.abs(np.asarray(bounds, dtype=float) - middle)
    options = {"capsize": 3.0} | options
    if across:
        axes.errorbar(middle, where, xerr=reach, **options)
    else:
        axes.errorbar(where, middle, yerr=reach, **options)


@functools.lru_cache(maxsize=1)
def cjk_family() -> str | None:
    """Find a font family on this machine that has Chinese characters.

    matplotlib keeps a list of fonts that may be older than the fonts on the disk, so the font
    folders are searched where the list has none.
    """
    from matplotlib.font_manager import fontManager, get_font

    known = set(fontManager.get_font_names())
    found = next((family for family in _FAMILIES if family in known), None)
    if found is not None:
        return found
    for path in _font_files():
        try:
            family = str(get_font(path).family_name)
            if found in {None, family}:  # with the bold file of the family, where there is one
                fontManager.addfont(path)
                found = family
        except (OSError, RuntimeError):
            continue  # a broken font file is no reason to stop: the next one may do
    return found


def _fit_fonts(panels: "Sequence[Axes]", texts: "Sequence[Text]") -> None:
    """Let labels with Chinese characters use a font that has them."""
    wide = [text for text in texts if _is_wide(text.get_text())]
    if not wide:
        return
    family = cjk_family()
    if family is None:
        _draw_boxes(panels, wide)
        message = "no font on this machine shows Chinese characters; install Noto Sans CJK"
        warnings.warn(message, UserWarning, stacklevel=4)
    for text in wide:
        latin = [name for name in text.get_fontfamily() if name != family]
        text.set_fontfamily([*latin, *([family] if family else [])])


def sector_name(label: Any, names: Mapping[Any, str] | None, *, longest: int = 30) -> str:
    """Return what a sector is called in a plot, shortened at a word."""
    shown = " / ".join(map(str, label)) if isinstance(label, tuple) else str(label)
    if names is not None and label in names:
        shown = f"{shown} {names[label]}"  # the code tells apart names that are cut alike
    if len(shown) <= longest:
        return shown
    return shown[: longest - 2].rsplit(" ", 1)[0].rstrip(" ,;") + "..."


def short_name(text: str, *, widest: int = 28) -> str:
    """Shorten a long name in its middle: what tells names apart is at the ends."""
    if display_width(text) <= widest:
        return text
    room = (widest - 3) // 2
    head, tail = text, text
    while display_width(head) > room:
        head = head[:-1]
    while display_width(tail) > widest - 3 - room:
        tail = tail[1:]
    return f"{head}...{tail}"


def figure_to_bytes(figure: "Figure", kind: str = "png", *, dpi: int = 150) -> bytes:
    """Draw a figure; a plot made again gives the same bytes, for no time is written into them."""
    if kind not in _KINDS:
        raise DataError(f"picture kind {kind!r} is not known: choose one of {', '.join(_KINDS)}")
    from matplotlib import rc_context

    alt = str(figure.get_label())
    metadata = {
        "png": {"Software": None, "Description": alt},
        "svg": {"Date": None, "Creator": None, "Description": alt},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None, "Subject": alt},
    }[kind]
    quick: dict[str, Any] = {"pil_kwargs": {"compress_level": 3}} if kind == "png" else {}
    stream = io.BytesIO()
    # SVG takes the seed of its identifiers from the settings only; they are put back at once, and
    # by one thread at a time.
    with _SETTINGS, rc_context({"svg.hashsalt": "quesnay"}):
        figure.savefig(stream, format=kind, dpi=dpi, metadata=metadata, **quick)
    return stream.getvalue()


def draw_picture(figure: "Figure", *, dpi: int = 150) -> Picture:
    """Draw a figure once, to be written and shown several times."""
    width = round(_PAGE_DPI * figure.get_size_inches()[0])
    return Picture(figure_to_bytes(figure, dpi=dpi), str(figure.get_label()), width)


def save_figure(figure: "Figure", path: str | Path, *, dpi: int = 150) -> Path:
    """Write a figure to a file, whole or not at all."""
    kind = Path(path).suffix.removeprefix(".").lower()
    return write_bytes(path, figure_to_bytes(figure, kind, dpi=dpi))


def figure_to_svg(figure: "Figure", name: str) -> str:
    """Draw a figure as one ``svg`` element of a page, its labels as text.

    `name` starts the identifiers in it, so that several pictures stand on one page.
    """
    from matplotlib import rc_context

    settle(figure)
    with _SETTINGS, rc_context({"svg.fonttype": "none"}):
        drawn = figure_to_bytes(figure, "svg").decode("utf-8")
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn[drawn.index("<svg") :], flags=re.DOTALL)
    used = dict.fromkeys(re.findall(r'(?:url\(|href=")#([^)"]+)', drawn))
    short = {mark: f"{name}-{place}" for place, mark in enumerate(used)}
    drawn = re.sub(
        r' id="([^"]+)"', lambda m: f' id="{short[m[1]]}"' if m[1] in short else "", drawn
    )
    drawn = re.sub(r'(url\(|href=")#([^)"]+)', lambda m: f"{m[1]}#{short[m[2]]}", drawn)
    drawn = re.sub(r' xmlns(:xlink)?="[^"]*"', "", drawn)  # a page knows them
    drawn = re.sub(r"<style[^>]*>.*?</style>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r"\n\s*", "\n", drawn)
    # text is measured in a wide font and shown in that of the page
    drawn = re.sub(r"font-family: [^;\"]*", "font-family: var(--font, sans-serif)", drawn)
    start = f'<svg role="img" aria-label="{escape_html(figure.get_label())}" '
    joins = 'stroke-linejoin="round" stroke-linecap="butt" '
    return start + joins + drawn.removeprefix("<svg ").strip()


def settle(figure: "Figure") -> None:
    """Lay a figure out once and for all: each drawing would else do it anew, and draw twice."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)


def relabel(figure: "Figure", words: Callable[[str], str]) -> None:
    """Put a figure's labels in other words, such as another language.

    Where no font of this machine shows them the labels stay; the description never does.
    """
    from matplotlib.text import Text

    def said(label: str) -> str:
        lines = label.split("\n")
        whole = " ".join(lines)
        other = words(whole)
        if len(lines) > 1 and other != whole:
            return "\n".join(wrap(other, max(_SHORTEST, *map(display_width, lines))))
        return "\n".join(map(words, lines))

    figure.set_label(words(str(figure.get_label())))
    if cjk_family() is None:
        return
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            names = [label.get_text() for label in axis.get_ticklabels()]
            other = [said(name) for name in names]
            if other != names:  # numbers stay as they are, and follow their axis
                axis.set_ticks(axis.get_ticklocs(), labels=other)
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text.get_text():
            foot = text.get_gid() == _SOURCE
            whole = words(text.get_text().replace("\n", " "))
            text.set_text(_foot_lines(figure, whole) if foot else said(text.get_text()))
    show_as_written(figure)


def _font_files() -> list[Path]:
    from matplotlib.font_manager import OSXFontDirectories, X11FontDirectories, win32FontDirectory

    folders = [win32FontDirectory()] if os.name == "nt" else X11FontDirectories + OSXFontDirectories
    files = (path for folder in folders for path in Path(folder).expanduser().rglob("*.[to]t[fc]"))
    return sorted(
        (path for path in files if path.name.lower().startswith(_FILE_WORDS)),
        key=lambda path: (any(word in path.name.lower() for word in _WEIGHTS), path),
    )


def _is_wide(text: str) -> bool:
    return any(character >= _FIRST_CJK for character in text)


def _draw_boxes(panels: "Sequence[Axes]", wide: "Sequence[Text]") -> None:
    """Replace what cannot be drawn; names on an axis are written anew at each drawing."""
    for axes in panels:
        for axis in (axes.xaxis, axes.yaxis):
            names = [label.get_text() for label in axis.get_ticklabels()]
            if any(map(_is_wide, names)):
                axis.set_ticks(axis.get_ticklocs(), labels=[_boxed(name) for name in names])
    for text in wide:
        text.set_text(_boxed(text.get_text()))


def _boxed(text: str) -> str:
    return "".join("\u25a1" if _is_wide(character) else character for character in text)


_OFFSETS = [
    (dx * near, dy * near)
    for near in (1.0, 1.8, 2.8, 4.0, 5.5)
    for dx, dy in ((7, 3), (-7, 3), (7, -9), (-7, -9), (0, 9), (0, -13))
]  # points of the page, the nearest first


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """Points of one panel that get their names.

    `axes`: a panel whose limits are set; `points` (k, 2): points with names, the most important
    first; `texts`: their names; `crowd` (n, 2): all points of the panel.
    """

    axes: "Axes"
    points: Array
    texts: Sequence[str]
    crowd: Array


def place_labels(
    figure: "Figure", panels: Sequence[Named], ax: Panels = None, *, size: float = 8
) -> None:
    """Write names beside points where they cover neither each other nor, if it can be, a point."""
    written = [[_write(panel, i, size) for i in range(len(panel.texts))] for panel in panels]
    show_as_written(figure, ax)  # before widths are measured
    figure.draw_without_rendering()
    for panel, labels in zip(panels, written, strict=True):
        _settle(panel, labels, figure.dpi / 72.0)


def _write(panel: Named, i: int, size: float) -> "Annotation":
    label = panel.axes.annotate(
        panel.texts[i], tuple(panel.points[i]), xytext=(0, 0), textcoords="offset points",
        fontsize=size, va="bottom",
        arrowprops={"arrowstyle": "-", "color": "#999999", "linewidth": 0.6},
    )  # fmt: skip
    label.set_in_layout(False)  # a name must not push its panel together
    return label


def _settle(panel: Named, labels: Sequence["Annotation"], scale: float) -> None:
    from matplotlib.text import Text

    dots = panel.axes.transData.transform(panel.crowd)
    window = panel.axes.get_window_extent().extents
    taken: list[Array] = []
    for point, label in zip(panel.axes.transData.transform(panel.points), labels, strict=True):
        width, height = Text.get_window_extent(label).size  # without the line to its point
        boxes = [_box(point, dx * scale, dy * scale, width, height) for dx, dy in _OFFSETS]
        far = np.abs(np.stack(boxes).reshape(-1, 2) - point).max(axis=0) + 2
        near = dots[(np.abs(dots - point) < far).all(axis=1)]  # of many points few can be covered
        costs = [_cost(box, taken, near, window) for box in boxes]
        away = [1.5 * (abs(dx) + abs(dy)) for dx, dy in _OFFSETS]
        best = int(np.argmin(np.add(costs, away)))
        taken.append(boxes[best] + [-1.0, -1.0, 1.0, 1.0])  # names that touch read as one
        dx, dy = _OFFSETS[best]
        label.set_position((dx, dy))
        label.set_horizontalalignment("left" if dx > 0 else "right" if dx < 0 else "center")
        if label.arrow_patch is not None:
            label.arrow_patch.set_visible(abs(dx) + abs(dy) > 20)


def _box(point: Array, dx: float, dy: float, width: float, height: float) -> Array:
    left = point[0] + dx - (0.0 if dx > 0 else width if dx < 0 else width / 2)
    return np.array([left, point[1] + dy, left + width, point[1] + dy + height])


def _cost(box: Array, taken: Sequence[Array], dots: Array, window: Any) -> float:
    """Count what a name would cover: names most, then the frame, then points."""
    names = sum(_overlap(box, other) for other in taken)
    outside: float = max(0.0, window[0] - box[0]) + max(0.0, box[2] - window[2])
    outside += max(0.0, window[1] - box[1]) + max(0.0, box[3] - window[3])
    inside = (dots > box[:2] - 2).all(axis=1) & (dots < box[2:] + 2).all(axis=1)
    return 10.0 * names + 40.0 * outside + 40.0 * float(inside.sum())


def _overlap(one: Array, other: Array) -> float:
    width = float(min(one[2], other[2]) - max(one[0], other[0]))
    height = float(min(one[3], other[3]) - max(one[1], other[1]))
    area: float = max(width, 0.0) * max(height, 0.0)
    return area

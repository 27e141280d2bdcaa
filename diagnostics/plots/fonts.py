"""Chinese labels in plots: a font on this machine that has the characters, after the Latin one."""

import functools
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = ["cjk_family", "fit_fonts"]

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


@functools.lru_cache(maxsize=1)
def cjk_family() -> str | None:
    """Find a font family on this machine that has Chinese characters.

    Returns
    -------
    str or None
        Its name as matplotlib knows it; None where no such font is installed.

    Notes
    -----
    matplotlib keeps a list of fonts that may be older than the fonts on the disk, so the font
    folders are searched where the list has none.

    Examples
    --------
    >>> cjk_family() is None or len(cjk_family()) > 3
    True
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


def _font_files() -> list[Path]:
    from matplotlib.font_manager import OSXFontDirectories, X11FontDirectories, win32FontDirectory

    folders = [win32FontDirectory()] if os.name == "nt" else X11FontDirectories + OSXFontDirectories
    files = (path for folder in folders for path in Path(folder).expanduser().rglob("*.[to]t[fc]"))
    return sorted(
        (path for path in files if path.name.lower().startswith(_FILE_WORDS)),
        key=lambda path: (any(word in path.name.lower() for word in _WEIGHTS), path),
    )


def fit_fonts(figure: "Figure") -> None:
    """Let labels with Chinese characters use a font that has them.

    Parameters
    ----------
    figure : Figure
        Its labels keep the Latin font for Latin letters. Where no font on the machine has the
        characters, they become empty boxes and one warning says which font to install.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> _ = figure.suptitle("Value added")
    >>> fit_fonts(figure)
    """
    from matplotlib.text import Text

    texts = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    wide = [text for text in texts if _is_wide(text.get_text())]
    if not wide:
        return
    family = cjk_family()
    if family is None:
        _draw_boxes(figure, wide)
        message = "no font on this machine shows Chinese characters; install Noto Sans CJK"
        warnings.warn(message, UserWarning, stacklevel=4)
    for text in wide:
        latin = [name for name in text.get_fontfamily() if name != family]
        text.set_fontfamily([*latin, *([family] if family else [])])


def _is_wide(text: str) -> bool:
    return any(character >= _FIRST_CJK for character in text)


def _draw_boxes(figure: "Figure", wide: "Sequence[Text]") -> None:
    """Replace what cannot be drawn; names on an axis are written anew at each drawing."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            names = [label.get_text() for label in axis.get_ticklabels()]
            if any(map(_is_wide, names)):
                axis.set_ticks(axis.get_ticklocs(), labels=[_boxed(name) for name in names])
    for text in wide:
        text.set_text(_boxed(text.get_text()))


def _boxed(text: str) -> str:
    return "".join("\u25a1" if _is_wide(character) else character for character in text)

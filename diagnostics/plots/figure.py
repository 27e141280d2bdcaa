"""A figure that shows itself in a notebook, with its description, whatever the backend."""

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["make_figure"]

_SCREEN = 110  # dots per inch


def make_figure(**options: Any) -> "Figure":
    """Return a figure outside pyplot that notebooks draw without a word of magic."""
    return _figure_class()(**options)


@functools.lru_cache(maxsize=1)
def _figure_class() -> "type[Figure]":
    """Make the class when the first figure is drawn: matplotlib is slow to load."""
    from matplotlib.figure import Figure

    class PlotFigure(Figure):
        """A matplotlib figure with representations of its own."""

        def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
            from quesnay.diagnostics.plots.style import draw_picture

            picture = draw_picture(self, dpi=_SCREEN)
            shown = {"text/html": picture.to_html(), "image/png": picture.png}
            return {**shown, "text/plain": picture.alt}

    PlotFigure.__qualname__ = "PlotFigure"  # so that a figure can be pickled
    return PlotFigure


def __getattr__(name: str) -> Any:
    if name == "PlotFigure":
        return _figure_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

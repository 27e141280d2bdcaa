"""The directive ``picture``: its code is shown, run, and followed by the figure that it makes."""

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from matplotlib.figure import Figure
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from quesnay.models.display.escape import escape_html

__all__ = ["draw", "setup"]

_LEAST_WIDE, _INCH = 36.0, 4.2  # em: a picture scrolls before its words are too small to read


def draw(code: str, names: dict[str, Any]) -> Figure:
    """Run code that ends with ``figure = ...``; names of earlier pictures of the page stay."""
    names.pop("figure", None)
    exec(compile(code, "<picture>", "exec"), names)
    figure = names["figure"]
    if not isinstance(figure, Figure):
        raise TypeError(f"'figure' is a {type(figure).__name__}, not a Figure")
    return figure


class Picture(SphinxDirective):
    """Code and its picture; the argument names the file, ``:alt:`` describes what is seen."""

    required_arguments = 1
    has_content = True
    option_spec = {"alt": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Write the picture beside the page."""
        code = "\n".join(self.content)
        names = self.env.temp_data.setdefault("picture_names", {})
        name = f"_pictures/{self.arguments[0]}.png"
        path = Path(self.env.srcdir) / name
        path.parent.mkdir(exist_ok=True)
        figure = draw(code, names)
        figure.savefig(path, dpi=110, metadata={"Software": None})
        shown = nodes.literal_block(code, code, language="python")
        image = nodes.image(uri=f"/{name}", alt=self.options["alt"])
        uri = self.env.relfn2path(f"/{name}")[0]
        image["uri"] = f"/{uri}"
        image["width"] = f"{max(_LEAST_WIDE, _INCH * figure.get_size_inches()[0]):.1f}em"
        name = escape_html(self.options["alt"])
        start = f'<div class="picture" tabindex="0" role="group" aria-label="{name}">'
        box = (nodes.raw("", text, format="html") for text in (start, "</div>"))
        return [shown, next(box), image, next(box)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the directive."""
    app.add_directive("picture", Picture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

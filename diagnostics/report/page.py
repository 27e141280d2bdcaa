"""One self-contained HTML page: words, tables and figures, nothing fetched from anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from quesnay.models.display.escape import visible
from quesnay.models.display.table import Table
from quesnay.models.display.write import write_text

if TYPE_CHECKING:
    import jinja2
    from matplotlib.figure import Figure

    from quesnay.diagnostics.plots.style import Picture

__all__ = ["Section", "render_page"]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it, in this order.

    Parameters
    ----------
    title : str
        Heading.
    words : sequence of str
        Paragraphs, plain text.
    figures : sequence of Figure or Picture
        Each with its alternative text set by ``finish``.
    tables : sequence of Table
        Rendered below the figures.
    remarks : sequence of str
        Paragraphs below the tables.
    """

    title: str
    words: Sequence[str] = ()
    figures: "Sequence[Figure | Picture]" = ()
    tables: Sequence[Table] = ()
    remarks: Sequence[str] = field(default=())


def render_page(
    title: str,
    lead: Sequence[str],
    sections: Sequence[Section],
    *,
    colophon: Table,
    path: str | Path | None = None,
) -> str:
    """Render a report as one HTML file."""
    from markupsafe import Markup

    from quesnay.diagnostics.plots.style import Picture, figure_to_html

    shown = [
        {
            "title": section.title,
            "anchor": f"section-{number}",
            "words": [visible(words) for words in section.words],
            "figures": [
                Markup(shown.to_html() if isinstance(shown, Picture) else figure_to_html(shown))
                for shown in section.figures
            ],
            "tables": [Markup(table.to_html()) for table in section.tables],
            "remarks": [visible(words) for words in section.remarks],
        }
        for number, section in enumerate(sections, start=1)
    ]
    page = (
        _environment()
        .get_template("page.html")
        .render(
            title=visible(title),
            lead=[visible(sentence) for sentence in lead],
            sections=shown,
            colophon=Markup(colophon.to_html()),
        )
    )
    if path is not None:
        write_text(path, page)
    return page


def _environment() -> "jinja2.Environment":
    """Return the templates: everything escaped, nothing undefined."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("quesnay.diagnostics.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

"""One self-contained HTML page: words, tables and figures, nothing fetched from anywhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from quesnay.diagnostics.report.language import ENGLISH, Language
from quesnay.models.display.escape import escape_html, visible
from quesnay.models.display.table import Table
from quesnay.models.display.write import write_text

if TYPE_CHECKING:
    import jinja2
    from matplotlib.figure import Figure

__all__ = ["Answer", "Cell", "Formula", "Front", "Section", "render_page"]


_PERCENT = re.compile(r"(?<=\d) %")  # a line does not break there


@dataclass(frozen=True, slots=True)
class Formula:
    """How a figure is computed: `title`, `formula` in letters, and `words` about the letters."""

    name: str
    title: str
    formula: str
    words: str


@dataclass(frozen=True, slots=True)
class Cell:
    """An entry of the first table: `text`, `why` it is so, and `links` (text, anchor) to more."""

    text: str
    why: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The small table of the first screen, in words."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it, in this order.

    Parameters
    ----------
    name : str
        Its anchor, a word.
    title : str
        Heading.
    words : sequence of str
        Paragraphs, plain text.
    figures : mapping of str to Figure
        Caption -> figure with its alternative text set by ``finish``.
    tables : sequence of Table
        Rendered below the figures.
    remarks : sequence of str
        Paragraphs below the tables.
    formulas : sequence of Formula
        In a box below the words.
    anchors : str
        Start of the anchors of the tables' rows, none where empty.
    brief : bool
        Whether it belongs to the printed brief.
    """

    name: str
    title: str
    words: Sequence[str] = ()
    figures: "Mapping[str, Figure]" = field(default_factory=dict)
    tables: Sequence[Table] = ()
    remarks: Sequence[str] = ()
    formulas: Sequence[Formula] = ()
    anchors: str = ""
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Front:
    """The first screen: title, what was asked, the answer in sentences, picture and table."""

    title: str
    question: str
    lead: Sequence[str]
    figures: "Mapping[str, Figure]" = field(default_factory=dict)
    answer: Answer | None = None


def render_page(
    front: Front,
    sections: Sequence[Section],
    *,
    language: Language = ENGLISH,
    path: str | Path | None = None,
) -> str:
    """Render a report as one HTML file in a language."""

    def spoken(text: str) -> str:
        return _PERCENT.sub("\u00a0%", visible(language(text)))

    page = (
        _environment()
        .get_template("page.html")
        .render(
            t=spoken,
            lang={"en": "en", "zh": "zh-Hans"}[language.code],
            front=front,
            lead=[_parted(spoken(sentence)) for sentence in front.lead],
            pictures=_pictures(front.figures, "front", language),
            sections=[_shown(section, language) for section in sections],
            first=next((k for k, section in enumerate(sections) if section.brief), None),
        )
    )
    if path is not None:
        write_text(path, page)
    return page


def _parted(sentence: str) -> tuple[str, str]:
    """Part a sentence into the word that it opens with and the rest."""
    found = re.match(r"([^\s:\uff1a]{1,24})([:\uff1a])\s*", sentence)
    return (found[1] + found[2], sentence[found.end() :]) if found else ("", sentence)


def _pictures(
    figures: "Mapping[str, Figure]", name: str, language: Language
) -> list[dict[str, object]]:
    """Return every figure as an element of the page, with its caption."""
    from markupsafe import Markup

    from quesnay.diagnostics.plots.style import figure_to_svg, relabel

    out: list[dict[str, object]] = []
    for place, (caption, figure) in enumerate(figures.items()):
        if language.code != "en":
            relabel(figure, language)
        svg = Markup(figure_to_svg(figure, f"{name}-{place}"))
        out.append({"svg": svg, "caption": visible(language(caption))})
    return out


def _shown(section: Section, language: Language) -> dict[str, object]:
    """Return a section as the template takes it."""
    from markupsafe import Markup

    tables = [_scrolling(language.table(table)) for table in section.tables]
    if section.anchors:
        label = r'<th scope="row">([\w-]+)</th>'
        named = rf'<th scope="row" id="{section.anchors}-\1">\1</th>'
        tables = [re.sub(label, named, table) for table in tables]
    return {
        "section": section,
        "figures": _pictures(section.figures, section.name, language),
        "tables": [Markup(table) for table in tables],
    }


def _scrolling(table: Table) -> str:
    """Let a table scroll by itself, with the keyboard too, its notes below at full width."""
    name = escape_html(table.title)
    start = f'<div class="scroll" tabindex="0" role="group" aria-label="{name}"><table>'
    text = table.to_html().replace("<table>", start, 1).replace("</table>", "</table></div>", 1)
    return text.replace(' style="text-align:right"', ' class="n"')


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

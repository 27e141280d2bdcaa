"""One self-contained HTML page: words, tables and figures, nothing fetched from anywhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from quesnay.diagnostics.report.language import ENGLISH, Language
from quesnay.models.display.escape import display_width, escape_html, visible
from quesnay.models.display.table import Table
from quesnay.models.display.write import write_text

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup
    from matplotlib.figure import Figure


_PERCENT = re.compile(r"(?<=\d) %")  # a line does not break there, nor inside an interval
_LEAST_WIDE, _INCH = 36.0, 4.2  # rem: a picture is never drawn smaller, its words stay readable
_WORDS = re.compile("<td>([^<]+)<")
_INTERVAL = re.compile(r"(?<=\d,) (?=[-\d.]+\])")


@dataclass(frozen=True, slots=True)
class Formula:
    """How a figure is computed: `title`, `formula` in letters, and `words` about the letters."""

    name: str
    title: str
    formula: str
    words: str


@dataclass(frozen=True, slots=True)
class Why:
    """Where a number comes from: sentences, and links (text, anchor) to more."""

    said: Sequence[str]
    links: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """An entry of the first table: `text`, numbers in a `unit`, and the name of its explanation."""

    text: str
    why: str = ""
    unit: str = ""


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

    `name`: its anchor, a word; `title`: heading; `words`: paragraphs, plain text; `figures`:
    caption -> figure with its alternative text set by ``finish``; `tables`: rendered below the
    figures; `remarks`: paragraphs below the tables; `formulas`: in a box below the words;
    `anchors`: start of the anchors of the tables' rows, none where empty; `brief`: whether it
    belongs to the printed brief; `opens`: title of a table -> row and column of a cell
    -> name of the explanation that it opens.
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
    opens: Mapping[str, Mapping[tuple[int, int], str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Front:
    """The first screen: title, what was asked, the answer in sentences, picture and table.

    `whys` are the explanations that numbers of any table open, by their name.
    """

    title: str
    question: str
    lead: Sequence[str]
    figures: "Mapping[str, Figure]" = field(default_factory=dict)
    answer: Answer | None = None
    whys: Mapping[str, Why] = field(default_factory=dict)


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

    def number(text: str, unit: str) -> str:
        return spoken(language.measured(text, unit) if unit else text)

    page = (
        _environment()
        .get_template("page.html")
        .render(
            t=spoken,
            number=number,
            mathml=mathml,
            lang={"en": "en", "zh": "zh-Hans"}[language.code],
            front=front,
            lead=[_parted(spoken(sentence)) for sentence in front.lead],
            pictures=_pictures(front.figures, "front", language),
            sections=[_shown(section, language) for section in sections],
            first=next((k for k, section in enumerate(sections) if section.brief), None),
        )
    )
    page = _INTERVAL.sub("\u00a0", page)
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
        wide = round(max(_LEAST_WIDE, _INCH * float(figure.get_size_inches()[0])), 1)
        out.append({"svg": svg, "caption": visible(language(caption)), "wide": wide})
    return out


def _shown(section: Section, language: Language) -> dict[str, object]:
    """Return a section as the template takes it."""
    from markupsafe import Markup

    tables = [
        _opening(_scrolling(language.table(table)), section.opens.get(table.title, {}))
        for table in section.tables
    ]
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
    text = _WORDS.sub(
        lambda m: f'<td class="w">{m[1]}<' if display_width(m[1]) > 16 else m[0], text
    )
    return text.replace(' style="text-align:right"', ' class="n"')


def _opening(text: str, names: Mapping[tuple[int, int], str]) -> str:
    """Let cells of a table, by row and column, open their explanations."""
    head, mark, body = text.partition("<tbody>")
    rows = [row.split("<td") for row in body.split("<tr>")]
    for (row, column), name in names.items():
        start, _, rest = rows[row + 1][column + 1].partition(">")
        shown, _, end = rest.partition("</td>")
        button = f'<button type="button" class="why" popovertarget="{name}">{shown}</button>'
        rows[row + 1][column + 1] = f"{start}>{button}</td>{end}"
    return head + mark + "<tr>".join("<td".join(cells) for cells in rows)


_ATOM = re.compile(r"inv\((\w+)\)|([A-Za-z]+)|_([A-Za-z,]+)|(\S)")
_CHANGE, _DELTA = re.compile("d(?=[A-Z])"), '<mi mathvariant="normal">\u0394</mi>'


def mathml(formula: str) -> "list[Markup]":
    """Write formulas, parted by a comma and two blanks, as MathML that every browser shows.

    Knows subscripts and primes, ``sum_s``, ``inv(L_KK)``, ``dT`` for a change, groups in brackets,
    and fractions of what stands on both sides of a stroke.

    >>> print(mathml("S = T / GDP")[0].partition(">")[2])
    <mi>S</mi><mo>=</mo><mfrac><mi>T</mi><mi>GDP</mi></mfrac></math>
    """
    from markupsafe import Markup

    return [
        Markup(f'<math display="block" alttext="{escape_html(one)}">{_elements(one)}</math>')
        for one in formula.split(",  ")
    ]


def _elements(formula: str) -> str:
    levels: list[list[str]] = [[]]
    for inverse, name, below, sign in _ATOM.findall(formula):
        own = levels[-1]
        if inverse:
            own.append(f"<msup>{_elements(inverse)}<mrow><mo>\u2212</mo><mn>1</mn></mrow></msup>")
        elif name:
            delta, rest = (_DELTA, name[1:]) if _CHANGE.match(name) else ("", name)
            word = f"{delta}<mi>{rest}</mi>"
            own.append(
                "<mo>\u2211</mo>" if name == "sum" else f"<mrow>{word}</mrow>" if delta else word
            )
        elif below:
            letters = "".join(f"<mi>{one}</mi>" if one != "," else "<mo>,</mo>" for one in below)
            kind = "munder" if "\u2211" in own[-1] else "msub"
            own[-1] = f"<{kind}>{own[-1]}<mrow>{letters}</mrow></{kind}>"
        elif sign == "'":
            own[-1] = f"<msup>{own[-1]}<mo>\u2032</mo></msup>"
        elif sign == "(":
            levels.append([])
        elif sign == ")":
            inner = _in_row(levels.pop())
            levels[-1].append(f"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>")
        else:
            own.append(sign if sign == "/" else f"<mo>{sign.replace('-', chr(0x2212))}</mo>")
    return _in_row(levels[0])


def _in_row(parts: list[str]) -> str:
    """Join elements; a stroke makes a fraction of the two beside it."""
    while "/" in parts:
        k = parts.index("/")
        parts[k - 1 : k + 2] = [f"<mfrac>{parts[k - 1]}{parts[k + 1]}</mfrac>"]
    return "".join(parts)


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

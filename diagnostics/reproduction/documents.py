"""The report of a run as a workbook and as a Word document."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from quesnay.diagnostics.report.language import Language, language_of
from quesnay.diagnostics.report.page import Answer, mathml
from quesnay.diagnostics.reproduction.evidence import gather_evidence
from quesnay.diagnostics.reproduction.report import Parts, report_parts
from quesnay.diagnostics.reproduction.sources import sources_table
from quesnay.diagnostics.reproduction.tables import (
    account_table,
    definitions_table,
    path_table,
    result_tables,
)
from quesnay.models.display.documents import Chart, workbook_bytes
from quesnay.models.display.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.reproduction.result import Reproduction

    Plots = Mapping[str, Figure]


def workbook_of(
    result: "Reproduction", parts: Parts | None = None, language: Language | None = None
) -> bytes:
    """Return every table of the report in one workbook, with charts, definitions and sources."""
    language = language or _english(result)
    _, sections = _parts(result, language) if parts is None else parts
    path = path_table(result)
    tables = [account_table(result, result.account, ""), path]
    tables += [table for section in sections for table in section.tables]
    first: dict[str, Table] = {}
    for table in [*tables, *result_tables(result)]:
        first.setdefault(table.title, table)
    shown = [*first.values(), definitions_table(result), sources_table(result)]
    columns = {str(name): str(name) for name in path.frame.columns}
    drawn = Chart(path.title, path.title, "line", columns, None, f"{result.runs[-1]} run")
    charts = [*_account_charts(result), drawn]
    spoken = [chart.spoken(language) for chart in charts]
    return workbook_bytes([language.table(table) for table in shown], spoken, language)


def document_of(
    result: "Reproduction", parts: Parts | None = None, language: Language | None = None
) -> bytes:
    """Return the report as a Word document."""
    from quesnay.diagnostics.plots.style import draw_picture, relabel
    from quesnay.models.display.word import Part, document_bytes

    language = language or _english(result)
    front, sections = _parts(result, language) if parts is None else parts

    def drawn(figures: "Plots") -> dict[str, Any]:
        for figure in figures.values() if language.code != "en" else ():
            relabel(figure, language)
        return {language(caption): draw_picture(one) for caption, one in figures.items()}

    every = [
        Part(
            language(section.title),
            [language(words) for words in (*section.words, *section.remarks)],
            drawn(section.figures),
            [language.table(table) for table in section.tables],
            [(language(f.title), mathml(f.formula), language(f.words)) for f in section.formulas],
        )
        for section in sections
    ]
    answers = () if front.answer is None else (_printed_answer(front.answer, language),)
    return document_bytes(
        language(front.title),
        [language(words) for words in front.lead],
        every,
        question=language(front.question),
        front=Part(figures=drawn(front.figures), tables=answers),
    )


def _printed_answer(answer: Answer, language: Language) -> Table:
    """Return the small table of the first screen for paper."""
    rows = [[language(language.measured(c.text, c.unit)) for c in own] for own in answer.rows]
    frame = pd.DataFrame(rows, columns=list(map(language, answer.header)))
    notes = tuple(map(language, answer.notes))
    return Table(language(answer.title), frame.set_index(frame.columns[0]), notes)


def _english(result: "Reproduction") -> Language:
    return language_of("en", result.study.study.texts("en"))


def _parts(result: "Reproduction", language: Language) -> Parts:
    return report_parts(result, result.plots(), gather_evidence(result), language)


def _account_charts(result: "Reproduction") -> list[Chart]:
    """Draw core and integration-driven part of every run, with the interval of the total."""
    title = account_table(result, result.account, "").title
    keys = list(result.account.index.get_level_values("run"))
    parts = {"core industries": "core", "integration-driven": "integration"}
    return [
        Chart(
            title, f"{run} run, {result.study.study.unit}", "column", parts,
            (keys.index(run), keys.index(run) + keys.count(run)), "total",
        )
        for run in result.runs
    ]  # fmt: skip

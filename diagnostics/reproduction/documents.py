"""The report of the main job as a workbook and as a Word document."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from quesnay.datasets.catalogue import list_datasets
from quesnay.diagnostics.report.language import ENGLISH, Language
from quesnay.diagnostics.report.page import Front, Section
from quesnay.diagnostics.reproduction.assembly import part
from quesnay.diagnostics.reproduction.plots import naive_paths
from quesnay.diagnostics.reproduction.report import (
    gather_evidence,
    report_parts,
    used_sources,
)
from quesnay.diagnostics.reproduction.tables import account_table
from quesnay.models.display.grid import amounts
from quesnay.models.display.table import Table
from quesnay.models.display.workbook import Chart, workbook_bytes
from quesnay.models.satellite.concepts import CONCEPTS

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

__all__ = ["document_of", "path_table", "workbook_of"]


Parts = tuple[Front, list[Section]]


def workbook_of(
    result: "Reproduction", parts: Parts | None = None, language: Language = ENGLISH
) -> bytes:
    """Return every table of the report in one workbook, with charts, definitions and sources."""
    _, sections = _parts(result, language) if parts is None else parts
    tables = [table for section in sections for table in section.tables]
    tables += result.tables()
    path = path_table(result)
    first = {table.title: table for table in [account_table(result, result.account, ""), path]}
    first |= {table.title: table for table in tables if table.title not in first}
    shown = [*first.values(), definitions_table(), sources_table(result)]
    charts = [*_account_charts(result), *_path_charts(result, path)]
    spoken = [_spoken(chart, language) for chart in charts]
    return workbook_bytes([language.table(table) for table in shown], spoken, language)


def _spoken(chart: Chart, language: Language) -> Chart:
    """Return a chart that finds its columns in a table of the language."""
    return replace(
        chart,
        table=language(chart.table),
        title=language(chart.title),
        series={language(name): language(column) for name, column in chart.series.items()},
        interval=None if chart.interval is None else language(chart.interval),
    )


def document_of(
    result: "Reproduction", parts: Parts | None = None, language: Language = ENGLISH
) -> bytes:
    """Return the report as a Word document."""
    from quesnay.diagnostics.plots.style import draw_picture, relabel
    from quesnay.models.display.word import Part, document_bytes

    front, sections = _parts(result, language) if parts is None else parts
    if language.code != "en":
        for figure in front.figures.values():
            relabel(figure, language)
        for section in sections:
            for figure in section.figures.values():
                relabel(figure, language)
    every = [
        Part(
            language(section.title),
            [language(words) for words in section.words],
            [draw_picture(figure) for figure in section.figures.values()],
            [language.table(table) for table in section.tables],
        )
        for section in sections
    ]
    every.insert(0, Part("", (), [draw_picture(figure) for figure in front.figures.values()]))
    lead = [front.question, *front.lead]
    return document_bytes(language(front.title), [language(words) for words in lead], every)


def _parts(result: "Reproduction", language: Language) -> Parts:
    return report_parts(result, result.plots(), gather_evidence(result), language)


def path_table(result: "Reproduction") -> Table:
    """Return the total by year: every run, the printed figures and the naive rules beside.

    Examples
    --------
    >>> import quesnay as qn
    >>> frame = path_table(qn.reproduce("caict_2020", draws=100)).frame
    >>> str(frame.loc[2019, "printed"])
    '2.13 [2.125, 2.135]'
    """
    account, totals = result.account, result.facts.totals()
    years = sorted({*account.index.get_level_values("year"), *totals["year"]})
    frame = pd.DataFrame(index=pd.Index(years, name="year"))
    for run in result.runs:
        own = part(account, run).reindex(years)
        columns = (own[name] for name in ("total", "total_low", "total_high"))
        frame[f"{run} run"] = amounts("{:.2f}".format, *columns)
    own = totals.set_index("year").reindex(years)
    if own["value"].notna().any():
        columns = (own[name] for name in ("value", "low", "high"))
        frame["printed"] = amounts("{:.4g}".format, *columns)
    for rule, forecast in naive_paths(result).items():
        frame[rule] = forecast.reindex(years)
    title = f"Total by year, {result.study.study.unit}"
    notes = (
        "Runs: median and 95 % interval. Printed: with the interval that its digits stand for. "
        "Naive rules need no model.",
    )
    return Table(title, frame, notes, dict.fromkeys(map(str, frame.columns), ".2f"), "Path")


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


def _path_charts(result: "Reproduction", path: Table) -> list[Chart]:
    columns = {str(name): str(name) for name in path.frame.columns}
    return [Chart(path.title, path.title, "line", columns, None, f"{result.runs[-1]} run")]


def definitions_table() -> Table:
    """Return what every concept of the account means."""
    rows = [
        {
            "concept": concept.title,
            "letter": concept.letter,
            "unit": {"level": "unit of the account", "share": "share", "jobs": "persons"}[
                concept.unit
            ],
            "equation": concept.equation,
            "source": concept.source,
        }
        for concept in CONCEPTS.values()
    ]
    return Table("Definitions of the account", pd.DataFrame(rows), sheet="Definitions")


def sources_table(result: "Reproduction") -> Table:
    """Return the embedded data that the study used, with source and licence."""
    listed = list_datasets().set_index("source")
    sources = used_sources(result)
    known = {
        source: [str(listed.loc[[source], name].iloc[0]) for name in ("what", "years", "licence")]
        if source in listed.index
        else ["", "", ""]
        for source in sources
    }
    frame = pd.DataFrame.from_dict(known, orient="index", columns=["what", "years", "licence"])
    return Table("Sources of the data", frame.rename_axis("source").reset_index(), sheet="Sources")

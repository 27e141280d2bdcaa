"""Where the data of a run come from, and how to make its report again."""

from typing import TYPE_CHECKING

import pandas as pd

from quesnay.datasets.store import list_datasets, resources
from quesnay.diagnostics.report.page import Section
from quesnay.diagnostics.reproduction.tables import printed_amount
from quesnay.models.display.table import Table, versions
from quesnay.models.satellite.concepts import figure_name

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction


def data_section(result: "Reproduction") -> Section:
    """Say which GDP, tables and jobs the run took, its sources and where figures were read."""
    vintages = "; ".join(v.name for v in result.study.gdp.vintages)
    words = [
        f"GDP vintages drawn with equal weight: {vintages}."
        if vintages
        else "GDP is the value added of the tables."
    ]
    if set(result.study.study.years) - set(result.study.tables.years):
        words.append(
            "Years without an input-output table take value added by sector from the tables on "
            "both sides, joined by the published value added by industry, and a table balanced to "
            "these totals."
        )
    low, high = result.assembly.productivity
    if result.study.employment is not None:
        words.append(
            "Jobs per unit of value added, direct or along the domestic supply chain, fall by "
            f"{100 * low:.1f} to {100 * high:.1f} % a year: the average growth of nominal value "
            f"added per person from each year since {result.study.employment.productivity_since} "
            f"to {result.study.employment.year}."
        )
    words.append(f"Sources: {'; '.join(used_sources(result))}.")
    tables = [_provenance(result)] if len(result.facts.reported) else []
    return Section("data", "Data and sources", words, tables=tables, anchors="source")


def reproducibility_section(result: "Reproduction") -> Section:
    """Say how to make the report again: command, seed, versions, data by their hashes, citation."""
    words = ["The same command with the same versions gives the same numbers."]
    name, seed, draws = result.study.study.name, result.seed, len(result.draws)
    rows = {
        "command": f"quesnay run {name} --draws {draws} --seed {seed} --out report",
        "study": name,
        "draws": draws,
        "seed": seed,
        "versions": versions(),
        "citation": result.cite().splitlines()[0],
    }
    if result.elasticities is not None:
        count = len(result.elasticities.mixture) + len(result.elasticities.rivals)
        rows["estimates of the elasticity"] = count
        rows["rows of the base regression"] = result.elasticities.base.nobs
    tables = [Table("How this report was made", pd.DataFrame({"value": rows})), *_hashes(result)]
    return Section("reproduce", "How to make this report again", words, tables=tables, brief=True)


def _hashes(result: "Reproduction") -> list[Table]:
    known = resources()
    used = [name for name in _dataset_names(result) if name in known]
    if not used:
        return []
    rows = {
        name: {
            "what": known[name].title,
            "vintage or table": known[name].years,
            "SHA-256": known[name].sha256[:16],
        }
        for name in used
    }
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("data set")
    notes = (
        "First 16 digits of the hash of the embedded file; licences: quesnay datasets --json.",
    )
    return [Table("Embedded data of this run", frame, notes)]


def _dataset_names(result: "Reproduction") -> list[str]:
    """Return the embedded data sets that went into a run, each once."""
    study = result.study
    titles = {entry.title: name for name, entry in resources().items()}
    names = [titles.get(str(table.name), "") for table in result.facts.tables.values()]
    names += [part.panel for part in (study.potential, study.employment) if part is not None]
    if study.reported.dataset is not None:
        names.append(f"reported_{study.reported.dataset}")
    return [name for name in dict.fromkeys(names) if name]


def _provenance(result: "Reproduction") -> Table:
    reported = result.facts.reported
    columns = [
        c for c in ("printed", "unit", "kind", "provenance", "note") if c in reported.columns
    ]
    shown = reported[columns].fillna("")
    shown = shown.assign(printed=[printed_amount(text) for text in shown["printed"]])
    names = [figure_name(str(n), int(reported.loc[n, "year"])) for n in shown.index]
    shown.insert(0, "figure", names)
    shown.index.name = "id"
    return Table("Where the printed figures were read", shown, sheet="Printed figures")


def used_sources(result: "Reproduction") -> list[str]:
    """Name the sources of tables, panels and printed figures, each once."""
    listed = list_datasets()
    known = dict(zip([*listed["name"], *listed["what"]], [*listed["source"]] * 2, strict=True))
    study = result.study
    names = [str(table.name) for table in result.facts.tables.values() if table.name]
    names += [part.panel for part in (study.potential, study.employment) if part is not None]
    figures = result.facts.reported.get("source", pd.Series(dtype=object)).dropna()
    sources = [*(str(known.get(name, name)) for name in names), *map(str, figures)]
    return list(dict.fromkeys(sources))


def sources_table(result: "Reproduction") -> Table:
    """Return the embedded data that the study used, with source and licence."""
    listed = list_datasets()
    mine = listed[listed["name"].isin(_dataset_names(result))]

    def told(source: str, column: str, mark: str) -> str:
        return mark.join(dict.fromkeys(mine.loc[mine["source"] == source, column].map(str)))

    marks = {"what": "; ", "years": ", ", "licence": "; "}
    rows = [
        {"source": source} | {column: told(source, column, mark) for column, mark in marks.items()}
        for source in used_sources(result)
    ]
    return Table("Sources of the data", pd.DataFrame(rows), sheet="Sources")

"""The report of the main job as one HTML page."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from quesnay.datasets.catalogue import list_datasets
from quesnay.diagnostics.report.page import Section, render_page
from quesnay.job.evidence import Evidence, gather_evidence
from quesnay.job.findings import findings
from quesnay.job.report_evidence import evidence_sections, fan_section, uncertainty_section
from quesnay.job.tables import (
    LETTERS,
    account_table,
    segment_table,
    verdict_table,
)
from quesnay.models.display.table import Table, versions
from quesnay.studies.load import RUNS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.plots.style import Picture
    from quesnay.job.reproduction import Reproduction

    Plots = Mapping[str, Figure | Picture]

__all__ = ["report_html"]


def report_html(
    result: "Reproduction",
    plots: "Plots",
    path: str | Path | None,
    *,
    evidence: Evidence | None = None,
) -> str:
    """Render the report of a run; write it to `path` where one is given."""
    made = gather_evidence(result) if evidence is None else evidence
    further, said = evidence_sections(result, made)
    sections = [
        _account(result, plots),
        fan_section(plots),
        _verdicts(result),
        _penetration(result, plots),
        _elasticity(result, plots),
        _core(result),
        _linkages(result),
        *further,
        uncertainty_section(result, plots),
        _method(result),
    ]
    header = result.study.study
    return render_page(
        header.title, [*findings(result), *said], sections, colophon=_colophon(result), path=path
    )


def _account(result: "Reproduction", plots: "Plots") -> Section:
    return Section(
        "The account",
        [
            "Two runs stand side by side. The independent run knows one printed figure, the core "
            "industries; the integration-driven part follows from public data alone. The "
            "calibrated run also takes the two earliest totals from the report and predicts the "
            "rest. The gap between the runs is a finding about the report, not an error.",
        ],
        [plots["account"]],
        [account_table(result, result.account, "")],
    )


def _verdicts(result: "Reproduction") -> Section:
    outcome = ", outcome of the forecast year"
    return Section(
        "Verdicts, figure by figure",
        [
            "A printed figure is an interval, not a point: 1.42 means 1.415 up to 1.425. Figures "
            "that a run was calibrated on are shown but never counted as successes. Shares and "
            "contributions to growth of the calibration year follow from it by identity, given "
            "GDP, so that their agreement says more about the GDP vintage than about the method.",
            f"Letters: {LETTERS}",
        ],
        (),
        [
            *(verdict_table(result, run) for run in RUNS),
            account_table(result, result.outcome, outcome),
        ],
    )


def _penetration(result: "Reproduction", plots: "Plots") -> Section:
    names = [str(name) for name in result.assembly.model.curves]
    curves = " and ".join(name if name == "logistic" else name.capitalize() for name in names)
    return Section(
        "Penetration: how far the technology has come",
        [
            "The potential is the value added that full use of the technology would attribute to "
            "the using industries. Two points and a saturation at the potential identify each "
            f"curve ({curves}) exactly; open circles were not used.",
        ],
        [plots["penetration"]],
    )


def _elasticity(result: "Reproduction", plots: "Plots") -> Section:
    return Section(
        "The elasticity and its rivals",
        [
            "The potential rests on one elasticity. Labour compensation and depreciation are "
            "parts of value added, and in current prices an equation of gross output returns cost "
            "shares (Shaikh 1974): specifications without them, other years, weights and "
            "definitions of the inputs stand beside the base case. Read all of them as "
            "associations. The elasticity times value added attributes value added to use; it "
            "does not say what would be lost without the technology.",
        ],
        [plots["elasticities"]],
        [*result.rivals.tables(), *result.potential.tables()],
    )


def _core(result: "Reproduction") -> Section:
    return Section(
        "Core industries",
        [
            "No statistic shows the core. The study gives each segment a part of some sectors of "
            "the input-output tables; one scale for all of them makes the sum meet the printed "
            "core, and every other year follows from official value added by sector.",
        ],
        (),
        [segment_table(result)],
    )


def _linkages(result: "Reproduction") -> Section:
    return Section(
        "A second accounting view: the core's ties in the input-output tables",
        [
            "No regression enters here. Extraction asks what the economy would lose, with today's "
            "technology, if the core bought nothing, delivered nothing, or were gone; it is a "
            "counterfactual and an upper bound, for nothing takes the core's place.",
        ],
        (),
        result.linkages.tables(),
    )


def _method(result: "Reproduction") -> Section:
    vintages = "; ".join(v.name for v in result.study.gdp.vintages)
    growth = result.assembly.productivity
    return Section(
        "Data, conventions and limits",
        [
            f"GDP vintages drawn with equal weight: {vintages}. Years without an input-output "
            "table join the tables on both sides through the published value added by industry.",
            "Jobs are the change of value added by industry times jobs per unit of value added, "
            f"direct or along the domestic supply chain, lowered by {100 * growth:.1f} % a year, "
            "the growth of nominal value added per person before.",
            "No industry capital stock of the technology is public; inputs bought stand for it.",
            f"Sources: {_sources(result)}. Table numbers and licences: quesnay datasets --json.",
        ],
    )


def _sources(result: "Reproduction") -> str:
    """Name the sources of tables, panels and printed figures, each once."""
    listed = list_datasets()
    known = dict(zip([*listed["name"], *listed["what"]], [*listed["source"]] * 2, strict=True))
    study = result.study
    tables = [str(table.name) for table in result.facts.tables.values() if table.name]
    names = [*tables, study.potential.panel, study.employment.panel]
    figures = result.facts.reported.get("source", pd.Series(dtype=object)).dropna()
    sources = [*(str(known.get(name, name)) for name in names), *map(str, figures)]
    return "; ".join(dict.fromkeys(sources))


def _colophon(result: "Reproduction") -> Table:
    rows = {
        "study": result.study.study.name,
        "draws": str(len(result.draws)),
        "seed": str(result.seed),
        "regressions estimated": str(len(result.rivals.frame)),
        "rows of the base regression": str(result.potential.nobs),
        "versions": versions(),
    }
    return Table("How this report was made", pd.DataFrame({"value": rows}))

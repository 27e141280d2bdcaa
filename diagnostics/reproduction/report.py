"""What a run shows beside its two accounts: the made table and one account of all estimates.

Sections of the report beyond the two runs: fan, sources, the made table, one account.

The report of the main job as one HTML page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from quesnay.datasets.catalogue import list_datasets
from quesnay.diagnostics.report.page import Section, render_page
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.findings import findings
from quesnay.diagnostics.reproduction.study import RUNS
from quesnay.diagnostics.reproduction.tables import (
    LETTERS,
    account_table,
    segment_table,
    variance_table,
    verdict_table,
)
from quesnay.fitting.errors import QuesnayError
from quesnay.models.display.citation import versions
from quesnay.models.display.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.plots.save import Picture
    from quesnay.diagnostics.reproduction.made_table import UpdatedTable
    from quesnay.diagnostics.reproduction.reconciled import ReconciledAccount
    from quesnay.diagnostics.reproduction.result import Reproduction

    Plots = Mapping[str, Figure | Picture]

__all__ = [
    "Evidence",
    "evidence_sections",
    "fan_section",
    "gather_evidence",
    "report_html",
    "uncertainty_section",
]


T = TypeVar("T")
_DECIMALS = 12  # an effect that is none comes out as 1e-16, with a sign of its own on each machine


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The made table and the reconciled account of a run, made once for report and files.

    Parameters
    ----------
    updated : UpdatedTable or None
        The table of a year without one.
    not_updated : str
        Why there is none.
    reconciled : ReconciledAccount or None
        One account out of all estimates.
    not_reconciled : str
        Why there is none.
    """

    updated: "UpdatedTable | None"
    not_updated: str
    reconciled: "ReconciledAccount | None"
    not_reconciled: str

    def frames(self) -> "dict[str, pd.DataFrame]":
        """Return the numbers of both by name, without the noise of rounding around zero."""
        found: dict[str, pd.DataFrame] = {}
        if self.updated is not None:
            found[f"made_table_{self.updated.year}"] = self.updated.effect
        if self.reconciled is not None:
            found["reconciled"] = self.reconciled.account
            found["reconciled_adjustments"] = self.reconciled.adjustments
        return {name: frame.round(_DECIMALS) + 0.0 for name, frame in found.items()}

    def tables(self) -> tuple[Table, ...]:
        """Return the tables of both, as far as they could be made."""
        made = (self.updated, self.reconciled)
        return tuple(table for part in made if part is not None for table in part.tables())


def gather_evidence(result: "Reproduction") -> Evidence:
    """Make the table and the account that a study allows.

    Parameters
    ----------
    result : Reproduction
        The run.

    Returns
    -------
    Evidence
        Both, or the reasons why not.

    Examples
    --------
    >>> from quesnay.diagnostics.reproduction.runs import reproduce
    >>> found = gather_evidence(reproduce("caict_2020", draws=50))
    >>> found.updated.year, len(found.reconciled.account)
    (2019, 4)
    """
    updated, why = _tried(result.update_table)
    one, reason = _tried(lambda: result.reconcile(updated))
    return Evidence(updated, why, one, reason)


def _tried(make: Callable[[], T]) -> tuple[T | None, str]:
    try:
        return make(), ""
    except QuesnayError as error:
        return None, str(error).rstrip(".")


def fan_section(plots: "Mapping[str, Figure | Picture]") -> Section:
    """Return the paths of the total with their widening intervals."""
    return Section(
        "The path of the total",
        [
            "Bands hold the middle half, four fifths and 95 % of the draws. Up to the calibration "
            "year the calibrated run follows the report, so that its band is as narrow as the "
            "rounding of print; what it predicts begins with the open points.",
        ],
        [plots["fan"]],
    )


def uncertainty_section(result: "Reproduction", plots: "Mapping[str, Figure | Picture]") -> Section:
    """Return what each source of uncertainty does alone, and its share of the variance."""
    return Section(
        "Where the uncertainty comes from",
        [
            "Bars: one source is drawn, everything else stays at the base case. A bar to one side "
            "only means that the base case takes one end: the first curve, or the first set of GDP "
            "vintages. The choice of the regression is not among the sources; the rivals of the "
            "elasticity and the specification curve show it.",
        ],
        [plots["tornado"]],
        [variance_table(result, run) for run in RUNS],
    )


def evidence_sections(
    result: "Reproduction", evidence: Evidence
) -> tuple[list[Section], list[str]]:
    """Return the sections of the updated table and of the reconciled account, and their findings.

    A study that allows one of them not gets a section that says why.
    """
    updated, made = evidence.updated, evidence.reconciled
    sections = []
    if updated is None:
        why = f"Not made: {evidence.not_updated}."
        sections.append(Section("A table for the year without one", [why]))
    else:
        sections.append(
            Section(
                f"A table for {updated.year}, which has no official one",
                [
                    f"The account joins the tables around {updated.year} in a straight line. Here "
                    f"the table before is brought to the totals of {updated.year} instead, by the "
                    "method that misplaces least when official tables are updated to each other, "
                    "and the account is computed again on the same draws. The second column of "
                    "levels lets the flows decide value added by sector too.",
                ],
                (),
                updated.tables(),
            )
        )
    if made is None:
        why = f"Not made: {evidence.not_reconciled}."
        sections.append(Section("One account out of all estimates", [why]))
        return sections, []
    sections.append(Section("One account out of all estimates", _words(), (), made.tables()))
    return sections, _finding(result, made)


def _words() -> list[str]:
    return [
        "Four methods put a figure on the integration-driven part: the elasticity with the weight "
        "of the core in supply, the penetration curve, and what other industries owe the core "
        "through its purchases or its deliveries. The last two are counterfactuals and count here "
        "as stand-ins; the account without them is shown below. Least squares moves each estimate, "
        "the uncertain ones most, until every identity holds (Stone, Champernowne and Meade 1942).",
        "The curve starts from printed totals, so that the reconciled account is not independent "
        "of the report: it says how far the other evidence pulls it away.",
    ]


def _finding(result: "Reproduction", made: "ReconciledAccount") -> list[str]:
    """Compare the last printed total that is no forecast with the reconciled one."""
    printed = result.facts.reported
    forecast = result.study.gdp.forecast
    totals = printed[(printed["concept"] == "total") & printed["year"].isin(made.account.index)]
    if forecast is not None:
        totals = totals[totals["year"] != forecast.year]
    if totals.empty:
        return []
    last = totals.sort_values("year").iloc[-1]
    own = row(made.account, int(last["year"]))
    low, high = float(own["total_low"]), float(own["total_high"])
    place = "above" if last["value"] > high else "below" if last["value"] < low else "inside"
    return [
        f"All estimates together: a total of {own['total']:.2f} [{low:.2f}, {high:.2f}] "
        f"{made.unit} in {int(last['year'])} once the disagreement of the methods counts as "
        f"error; the report prints {last['value']:g}, {place} that interval."
    ]


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

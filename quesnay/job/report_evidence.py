"""Sections of the report beyond the two runs: fan, sources, the made table, one account."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from quesnay.diagnostics.report.page import Section
from quesnay.job.evidence import Evidence
from quesnay.job.frames import row
from quesnay.job.tables import variance_table
from quesnay.studies.load import RUNS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.plots.style import Picture
    from quesnay.job.reconciled import ReconciledAccount
    from quesnay.job.reproduction import Reproduction

__all__ = ["evidence_sections", "fan_section", "uncertainty_section"]


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

"""The report of the main job as one HTML page, and the evidence that stands in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from quesnay.datasets.catalogue import list_datasets
from quesnay.diagnostics.report.page import Section, render_page
from quesnay.diagnostics.reproduction.assembly import known_diffusions, row
from quesnay.diagnostics.reproduction.findings import findings, headline
from quesnay.diagnostics.reproduction.linkage import core_linkages
from quesnay.diagnostics.reproduction.tables import (
    account_table,
    bounds_table,
    glance_table,
    printed_amount,
    score_table,
    segment_table,
    variance_table,
    verdict_table,
)
from quesnay.fitting.errors import QuesnayError
from quesnay.models.display.table import Table, versions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.audit.result import AuditResult
    from quesnay.diagnostics.evidence.specification import SpecificationCurve
    from quesnay.diagnostics.plots.style import Picture
    from quesnay.diagnostics.reproduction.made_table import UpdatedTable
    from quesnay.diagnostics.reproduction.reconciled import ReconciledAccount
    from quesnay.diagnostics.reproduction.result import Reproduction

    Plots = Mapping[str, Figure | Picture]

__all__ = ["Evidence", "gather_evidence", "lead", "report_html", "report_sections", "used_sources"]

T = TypeVar("T")
_DECIMALS = 12  # an effect that is none comes out as 1e-16, with a sign of its own on each machine

METHOD = {
    "core": "C_t = k sum_s w_s v_s,t: weights w of the core's segments in sectors s, value added v "
    "by sector scaled to GDP, one scale k so that the core meets its printed figure.",
    "linkage": "Linkage: I = sum_i v_i (L_iK inv(L_KK) x_K)_i / x_i, over all i outside the "
    "core parts K of the split table: value added that the others make so that the core can "
    "produce. It counts suppliers; it says nothing about what users gain.",
    "elasticity": "Elasticity: I_t = e sum_j v_j,t C_t / S_t: value added of the using industries "
    "j times the elasticity e to inputs of the technology times the core's share in their supply "
    "S.",
    "calibrated": "Calibrated: I_t = s e sum_j v_j,t p_t: a Gompertz, logistic or Bass curve p "
    "through the two earliest printed totals, saturation s, with the errors that the same rule "
    "made on other diffusions.",
    "total": "T = C + I, S = T / GDP, H = I / T, K = dT / dGDP, jobs net of productivity growth q: "
    "J = sum_j (l_j T_j - l_j' T_j'), l_j falling by q a year.",
}


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What stands in the report beside the runs, made once for report and files.

    Parameters
    ----------
    updated : UpdatedTable or None
        The table of a year without one.
    reconciled : ReconciledAccount or None
        One account out of all estimates.
    audit : AuditResult or None
        Whether the printed figures can hold together.
    curve : SpecificationCurve or None
        Where it was asked for.
    missing : dict of str to str
        Part -> why it is not there.
    """

    updated: "UpdatedTable | None"
    reconciled: "ReconciledAccount | None"
    audit: "AuditResult | None"
    curve: "SpecificationCurve | None"
    missing: dict[str, str]

    def frames(self) -> "dict[str, pd.DataFrame]":
        """Return the numbers by name, without the noise of rounding around zero."""
        found: dict[str, pd.DataFrame] = {}
        if self.updated is not None:
            found[f"made_table_{self.updated.year}"] = self.updated.effect
        if self.reconciled is not None:
            found["reconciled"] = self.reconciled.account
            found["reconciled_adjustments"] = self.reconciled.adjustments
        if self.curve is not None:
            found["specifications"] = self.curve.estimates
        return {name: frame.round(_DECIMALS) for name, frame in found.items()}

    def tables(self) -> tuple[Table, ...]:
        """Return the tables of all parts, as far as they could be made."""
        made = (self.audit, self.curve, self.updated, self.reconciled)
        return tuple(table for one in made if one is not None for table in one.tables())


def gather_evidence(result: "Reproduction", *, curve: bool = False) -> Evidence:
    """Make what a study allows: audit, made table, reconciled account, curve where asked for.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = gather_evidence(qn.reproduce("caict_2020", draws=50))
    >>> found.updated.year, len(found.reconciled.account)
    (2019, 4)
    """
    missing: dict[str, str] = {}

    def tried(part: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except QuesnayError as error:
            missing[part] = str(error).rstrip(".")
            return None

    return Evidence(
        tried("updated", result.update_table),
        tried("reconciled", result.reconcile),
        tried("audit", lambda: _audit(result)),
        tried("curve", lambda: _curve(result)) if curve else None,
        missing,
    )


def _audit(result: "Reproduction") -> "AuditResult":
    from quesnay.diagnostics.audit.report import audit

    if result.study.reported.dataset is None:
        raise QuesnayError("the figures of this study are audited by quesnay audit FILE")
    from quesnay.datasets.reported import load_reported

    return audit(load_reported(result.study.reported.dataset))


def _curve(result: "Reproduction") -> "SpecificationCurve":
    from quesnay.diagnostics.reproduction.specifications import specification_curve

    return specification_curve(result.study, seed=result.seed)


def report_html(
    result: "Reproduction",
    plots: "Plots",
    path: str | Path | None,
    *,
    evidence: Evidence | None = None,
) -> str:
    """Render the report of a run; write it to `path` where one is given."""
    made = gather_evidence(result) if evidence is None else evidence
    return render_page(
        result.study.study.title,
        lead(result, made),
        report_sections(result, plots, made),
        colophon=_colophon(result),
        path=path,
    )


def lead(result: "Reproduction", made: Evidence) -> list[str]:
    """Return the answer in a few sentences."""
    return [*headline(result), *_telling(made)[:1]]


def report_sections(result: "Reproduction", plots: "Plots", made: Evidence) -> list[Section]:
    """Return what the report says, section by section, for a page, a document and a workbook."""
    return [
        _account(result, plots),
        _findings(result, made),
        *((_verdicts(result, plots),) if len(result.facts.reported) else ()),
        _method(result),
        *_path(result, plots),
        *_elasticity(result, plots),
        _core(result),
        *_evidence_sections(made),
        _uncertainty(result, plots),
        _data(result),
    ]


def _telling(made: Evidence) -> list[str]:
    return [] if made.audit is None else [f"Audit: {s}" for s in made.audit.telling]


def _findings(result: "Reproduction", made: Evidence) -> Section:
    words = [*findings(result), *_telling(made)]
    if made.reconciled is not None:
        words.append(reconciled_finding(result, made.reconciled))
    return Section("What was found, in full", [sentence for sentence in words if sentence])


def _account(result: "Reproduction", plots: "Plots") -> Section:
    return Section(
        "The account",
        [
            "The runs stand side by side: the gap between a run and the report is a finding about "
            "the report, not an error. Every number is the median of the draws.",
        ],
        [plots["account"]],
        [
            account_table(result, result.account, ""),
            *bounds_table(result),
            *(core_linkages(result).tables() if "linkage" in result.runs else ()),
        ],
    )


def _verdicts(result: "Reproduction", plots: "Plots") -> Section:
    outcome = ", outcome of the forecast year"
    return Section(
        "Verdicts, each fact counted once",
        [
            "A printed figure is an interval, not a point: 1.42 means 1.415 up to 1.425. A run "
            "agrees with it when its 95 % interval overlaps that interval. Figures that a run used "
            "are shown but never judged; figures that restate one another are one fact.",
        ],
        [plots["fan"]],
        [
            glance_table(result),
            score_table(result),
            *(verdict_table(result, run) for run in result.runs),
            account_table(result, result.outcome, outcome),
        ],
    )


def _method(result: "Reproduction") -> Section:
    wanted = ("core", *result.runs, "total")
    return Section("Method, in formulas", [METHOD[name] for name in wanted])


def _path(result: "Reproduction", plots: "Plots") -> list[Section]:
    if "penetration" not in plots:
        return []
    use = result.study.penetration
    curves = ", ".join(use.curves) if use is not None else ""
    errors = known_diffusions().tables() if use is not None and use.errors else ()
    return [
        Section(
            "The path: does it go on like a diffusion?",
            [
                "Two points and a saturation identify each curve exactly "
                f"({curves}); none was chosen before the outcome was known, so each is as likely. "
                "Open circles were not used. How wrong such a curve is after one and two years is "
                "measured on other diffusions whose outcome is known, beside rules without a "
                "model.",
            ],
            [plots["penetration"]],
            [*errors],
        )
    ]


def _elasticity(result: "Reproduction", plots: "Plots") -> list[Section]:
    if result.elasticities is None:
        return []
    return [
        Section(
            "The elasticity: a mixture of admissible equations",
            [
                "No single equation can be defended. Inputs of the technology grow with the scale "
                "of a sector: with other inputs beside them the elasticity falls. Labour "
                "compensation and depreciation are parts of value added, and in current prices an "
                "equation returns cost shares (Shaikh 1974), so the cost share itself is one of "
                "the equations. Read all of them as associations: elasticity times value added "
                "attributes value added to use; it does not say what would be lost without it.",
            ],
            [plots["elasticities"]],
            [*result.elasticities.tables(), *result.elasticities.base.tables()],
        )
    ]


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


def _evidence_sections(made: Evidence) -> list[Section]:
    """Sections of audit, curve, made table and reconciled account; one not made says why."""
    sections = []
    if made.audit is not None:
        words = ["Can the printed figures be true together?", *made.audit.findings]
        sections.append(Section("Audit of the report itself", words, (), made.audit.tables()))
    if made.curve is not None:
        words = ["All admissible combinations of the declared choices, run by run."]
        sections.append(
            Section("Specification curve", words, [made.curve.plot_runs()], made.curve.tables())
        )
    if made.updated is not None:
        words = [
            "The table before is brought to the totals of the year, by the method that misplaces "
            "least when official tables are updated to each other, and the account is computed "
            "again on the same draws.",
        ]
        title = f"A table for {made.updated.year}, which has no official one"
        sections.append(Section(title, words, (), made.updated.tables()))
    if made.reconciled is not None:
        words = [
            "The runs put different figures on the integration-driven part. Least squares moves "
            "each estimate, the uncertain ones most, until every identity holds (Stone, "
            "Champernowne and Meade 1942). The calibrated run starts from printed totals: the "
            "reconciled account says how far the other evidence pulls away from the report.",
        ]
        tables = made.reconciled.tables()
        sections.append(Section("One account out of all runs", words, (), tables))
    if made.missing:
        listed = [f"{part}: {why}." for part, why in made.missing.items()]
        sections.append(Section("Not made", listed))
    return sections


def _uncertainty(result: "Reproduction", plots: "Plots") -> Section:
    pictures = [plots["tornado"]] if "tornado" in plots else []
    return Section(
        "Where the uncertainty comes from",
        [
            "Bars: one source is drawn, everything else stays at its middle. The choice of the "
            "reading of the tables is not among the sources: the readings stand beside the linkage "
            "run.",
        ],
        pictures,
        [variance_table(result, run) for run in result.runs],
    )


def _data(result: "Reproduction") -> Section:
    vintages = "; ".join(v.name for v in result.study.gdp.vintages)
    words = [
        f"GDP vintages drawn with equal weight: {vintages}. Years without an input-output table "
        "take value added by sector from the tables on both sides, joined by the published value "
        "added by industry, and a table balanced to these totals.",
    ]
    low, high = result.assembly.productivity
    if result.study.employment is not None:
        words.append(
            "Jobs per unit of value added, direct or along the domestic supply chain, fall by "
            f"{100 * low:.1f} to {100 * high:.1f} % a year: the averages of nominal value added "
            f"per person from each year since {result.study.employment.productivity_since}."
        )
    if result.study.potential is not None:
        words.append(
            "No industry capital stock of the technology is public; inputs bought stand for it."
        )
    words.append(
        f"Sources: {'; '.join(used_sources(result))}. Table numbers, licences: quesnay datasets "
        "--json."
    )
    return Section("Data, conventions and limits", words, (), [_provenance(result)])


def _provenance(result: "Reproduction") -> Table:
    reported = result.facts.reported
    columns = [
        c for c in ("printed", "unit", "kind", "provenance", "note") if c in reported.columns
    ]
    shown = reported[columns].fillna("")
    shown = shown.assign(printed=[printed_amount(text) for text in shown["printed"]])
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


def _colophon(result: "Reproduction") -> Table:
    rows = {
        "study": result.study.study.name,
        "draws": str(len(result.draws)),
        "seed": str(result.seed),
        "versions": versions(),
    }
    if result.elasticities is not None:
        count = len(result.elasticities.mixture) + len(result.elasticities.rivals)
        rows["equations estimated"] = str(count)
        rows["rows of the base regression"] = str(result.elasticities.base.nobs)
    return Table("How this report was made", pd.DataFrame({"value": rows}))


def reconciled_finding(result: "Reproduction", made: "ReconciledAccount") -> str:
    """Compare the last printed total that is no forecast with the reconciled one."""
    totals = result.facts.totals()
    forecast = result.study.gdp.forecast
    totals = totals[totals["year"].isin(made.account.index)]
    if forecast is not None:
        totals = totals[totals["year"] != forecast.year]
    if totals.empty:
        return ""
    last = totals.iloc[-1]
    own = row(made.account, int(last["year"]))
    low, high = float(own["total_low"]), float(own["total_high"])
    place = "above" if last["value"] > high else "below" if last["value"] < low else "inside"
    return (
        f"All runs together: a total of {own['total']:.2f} [{low:.2f}, {high:.2f}] {made.unit} in "
        f"{int(last['year'])} once the disagreement of the methods counts as error; the report "
        f"prints {last['printed']}, {place} that interval."
    )

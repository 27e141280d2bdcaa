"""What the report adds to the runs: audit, curve, made table, reconciled account, back-tests.

Each is made once for a result, whoever asks first; here too is what the report says of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from quesnay.datasets.embedded import classified_sectors
from quesnay.diagnostics.report.language import ENGLISH, Language, say
from quesnay.diagnostics.report.page import Section
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.backtests import (
    ElasticityBacktest,
    OriginBacktest,
    origin_backtest,
    without_groups,
)
from quesnay.diagnostics.reproduction.regressions import regression_rows
from quesnay.fitting.errors import QuesnayError
from quesnay.fitting.simulation.engine import Progress
from quesnay.models.display.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.audit.result import AuditResult
    from quesnay.diagnostics.evidence.specification import SpecificationCurve
    from quesnay.diagnostics.reproduction.made_table import UpdatedTable
    from quesnay.diagnostics.reproduction.reconciled import ReconciledAccount
    from quesnay.diagnostics.reproduction.result import Reproduction

T = TypeVar("T")


_PARTS = {
    "updated": "Table of a year without one",
    "reconciled": "One account out of all runs",
    "audit": "Audit",
    "curve": "Specification curve",
}
_TRIED = 500  # draws whose medians the back-test of the path takes
_REDRAWN = 199  # resamples behind the interval of the placebo with later inputs
_DECIMALS = 12  # an effect that is none comes out as 1e-16, with a sign of its own on each machine


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What stands in the report beside the runs, made once for report and files; None: not made.

    The table of a year without one, one account out of all estimates, whether the printed figures
    can hold together, the curve of declared choices; and, by part, why it is not there.
    """

    updated: "UpdatedTable | None"
    reconciled: "ReconciledAccount | None"
    audit: "AuditResult | None"
    curve: "SpecificationCurve | None"
    missing: dict[str, str]

    def frames(self) -> "dict[str, pd.DataFrame]":
        """Return the numbers by name, in the digits that are the same on every processor."""
        found: dict[str, pd.DataFrame] = {}
        if self.updated is not None:
            found[f"made_table_{self.updated.year}"] = self.updated.effect
        if self.reconciled is not None:
            found |= self.reconciled.frames()
        if self.curve is not None:
            found["specifications"] = self.curve.estimates
        return {name: frame.round(_DECIMALS) for name, frame in found.items()}

    def tables(self) -> tuple[Table, ...]:
        """Return the tables of all parts, as far as they could be made."""
        made = (self.audit, self.curve, self.updated, self.reconciled)
        return tuple(table for one in made if one is not None for table in one.tables())


def gather_evidence(
    result: "Reproduction", *, curve: bool = True, jobs: int = 1, progress: bool | Progress = False
) -> Evidence:
    """Make what a study allows: audit, made table, reconciled account, specification curve.

    Each is made once for a result. The curve is most of the work: `curve` can leave it out; `jobs`
    and `progress` are for it.

    >>> import quesnay as qn
    >>> found = gather_evidence(qn.reproduce("caict_2020", draws=50), curve=False)
    >>> found.updated.year, len(found.reconciled.account)
    (2019, 4)
    """
    missing: dict[str, str] = {}

    def tried(part: str, make: Callable[[], T]) -> T | None:
        try:
            return _kept(result, part, make)
        except QuesnayError as error:
            missing[part] = str(error).rstrip(".")
            return None

    return Evidence(
        tried("updated", result.update_table),
        tried("reconciled", result.reconcile),
        tried("audit", lambda: _audit(result)),
        tried("curve", lambda: _curve(result, jobs, progress)) if curve else None,
        missing,
    )


def _kept(result: "Reproduction", part: str, make: Callable[[], T]) -> T:
    """Return what was made before, or make it."""
    if part not in result.made:
        result.made[part] = make()
    found: T = result.made[part]
    return found


def _audit(result: "Reproduction") -> "AuditResult":
    from quesnay.diagnostics.audit.consistency import audit

    if result.study.reported.dataset is None:
        raise QuesnayError("the figures of this study are audited by quesnay audit FILE")
    from quesnay.datasets.embedded import load_reported

    return audit(load_reported(result.study.reported.dataset))


def _curve(result: "Reproduction", jobs: int, progress: bool | Progress) -> "SpecificationCurve":
    from quesnay.diagnostics.reproduction.specifications import specification_curve

    if result.study.specifications is None:
        raise QuesnayError("the study declares no choices")
    return specification_curve(result.study, seed=result.seed, jobs=jobs, progress=progress)


def audit_said(made: Evidence, language: Language) -> list[str]:
    """Return the audit's findings as sentences."""
    if made.audit is None:
        return []
    return [say("Audit: {finding}", language, finding=language(s)) for s in made.audit.telling]


def audit_answer(made: Evidence, language: Language) -> list[str]:
    """Return the first of the audit's findings, figures in conflict counted instead of named."""
    if made.audit is None or not made.audit.conflicts:
        return audit_said(made, language)[:1]
    return [
        say(
            "Audit: The printed figures are not mutually consistent, whatever was rounded and on "
            "whichever GDP they rest; smallest sets that cannot hold together: {count}, each of "
            "{least} figures or more.",
            language,
            count=len(made.audit.conflicts),
            least=min(map(len, made.audit.conflicts)),
        )
    ]


def path_backtest(result: "Reproduction") -> tuple[Table, ...]:
    """Forecast the printed totals from every pair of years before them, once for a result."""
    found = _kept(result, "path", lambda: _from_origins(result))
    return () if found is None else found.tables()


def _from_origins(result: "Reproduction") -> OriginBacktest | None:
    try:
        return origin_backtest(result, draws=_TRIED, seed=result.seed)
    except QuesnayError:
        return None


def _without_groups(result: "Reproduction") -> ElasticityBacktest | None:
    use = result.study.potential
    try:
        return None if use is None else without_groups(use, draws=_REDRAWN, seed=result.seed)
    except QuesnayError:
        return None


def elasticity_backtest(result: "Reproduction", lang: Language) -> tuple[list[str], list[Table]]:
    """Back-test of the base elasticity, where its panel has clusters and sectors."""
    found = _kept(result, "elasticity", lambda: _without_groups(result))
    if found is None:
        return [], []
    spans = [
        say(
            "{low:.3f} to {high:.3f} without any one {group} of {count}",
            lang,
            low=float(part.left_out.iloc[:, 0].min()),
            high=float(part.left_out.iloc[:, 0].max()),
            group=lang(part.by),
            count=len(part.left_out),
        )
        for part in found.left_out
    ]
    told = say(
        "Back-test: the base elasticity of {base:.3f} becomes {rows}.",
        lang,
        base=found.estimate,
        rows=say(", ", lang).join(spans),
    )
    names = _panel_sectors(result)
    rows = [
        part.tables()[0]
        .frame.set_axis([part.by])
        .map(
            lambda cell, by=part.by: (
                names.get(cell, f"{by} {cell}") if str(cell).isdigit() else cell
            )
        )
        for part in found.left_out
    ]  # a code is no number
    frame = pd.concat(rows).rename_axis("left out, one at a time")
    shown = {str(n): ".3f" for n in frame if not str(n).startswith("without")}
    tables = [Table("The base elasticity without one group at a time", frame, (), shown)]
    known = bool(found.lead.notna().all(axis=None))  # one year has no later inputs
    return [told], [*tables, *(found.tables()[-1:] if known else ())]


def _panel_sectors(result: "Reproduction") -> dict[str, str]:
    """Return the names of the sectors of the panel where it says one classification we know."""
    use = result.study.potential
    rows = pd.DataFrame() if use is None else regression_rows(use)
    said = set(rows["classification"].map(str)) if "classification" in rows else set()
    return classified_sectors(said.pop()) if len(said) == 1 else {}


def evidence_sections(
    made: Evidence, source: str, figure: str, curve: "Figure | None" = None
) -> Iterator[Section]:
    """Sections of audit, curve, made table and reconciled account; one not made says why.

    `figure` says in words what the curve is about, `curve` is its picture where it has been drawn.
    """
    if made.audit is not None:
        words = ["Can the printed figures be true together?"]
        rests = "The GDP on which each figure rests"
        plots = {rests: made.audit.plot(source=source)} if len(made.audit.vintages) else {}
        yield Section("audit", "Audit of the report itself", words, plots, made.audit.tables())
    if made.curve is not None:
        shown = curve or made.curve.plot_runs(name=figure, source=source)
        yield _curved(made.curve, figure, shown)
    if made.updated is not None:
        words = [
            "The table before is brought to the totals of the year, by the method that misplaces "
            "least when official tables are updated to each other, and the account is computed "
            "again on the same draws.",
        ]
        title = f"A table for {made.updated.year}, which has no official one"
        yield Section("made-table", title, words, tables=made.updated.tables())
    if made.reconciled is not None:
        words = [
            "The runs put different figures on the integration-driven part. Least squares moves "
            "each estimate, the uncertain ones most, until every identity holds (Stone, "
            "Champernowne and Meade 1942).",
        ]
        if "integration by calibrated" in made.reconciled.adjustments.index:
            words.append(
                "The calibrated run starts from printed figures: the reconciled account says how "
                "far the other evidence pulls away from the report."
            )
        tables = made.reconciled.tables()
        yield Section("reconciled", "One account out of all runs", words, tables=tables)
    if made.missing:
        listed = [f"{_PARTS[part]}: {why}." for part, why in made.missing.items()]
        yield Section("missing", "Not made", listed)


def _curved(curve: "SpecificationCurve", named: str, figure: "Figure") -> Section:
    """Show the curve; its picture counts the estimates that lie above it."""
    values = curve.estimates["estimate"]
    words = [f"All admissible combinations of the declared choices for {named}, run by run: "
             f"{len(values)} estimates from {values.min():.2f} to {values.max():.2f} "
             f"{curve.unit}; printed is {curve.reported:g}."]  # fmt: skip
    caption = {"Every admissible combination, run by run": figure}
    return Section("curve", "Specification curve", words, caption, curve.tables())


def reconciled_finding(
    result: "Reproduction", made: "ReconciledAccount", lang: Language = ENGLISH
) -> str:
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
    side = "above" if last["value"] > high else "below" if last["value"] < low else "inside"
    return say(
        "All runs together: a total of {total:.2f} [{low:.2f}, {high:.2f}] {unit} in {year} once "
        "the disagreement of the methods counts as error; the report prints {printed}, {place}.",
        lang,
        total=float(own["total"]),
        low=low,
        high=high,
        unit=lang(made.unit),
        year=int(last["year"]),
        printed=last["printed"],
        place=lang(f"{side} that interval"),
    )

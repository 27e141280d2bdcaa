"""The report of the main job, section by section: as an HTML page, a workbook, a document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.regression.assumptions import check_assumptions, examine
from quesnay.diagnostics.report.language import Language, language_of, say
from quesnay.diagnostics.report.page import Answer, Formula, Front, Section, mathml, render_page
from quesnay.diagnostics.reproduction.assembly import known_diffusions, row
from quesnay.diagnostics.reproduction.evidence import (
    Evidence,
    audit_answer,
    audit_said,
    elasticity_backtest,
    evidence_sections,
    gather_evidence,
    path_backtest,
    reconciled_finding,
)
from quesnay.diagnostics.reproduction.explain import (
    account_opens,
    answer_table,
    explanations,
    linkage_equation,
    verdict_opens,
)
from quesnay.diagnostics.reproduction.findings import answer, findings, question
from quesnay.diagnostics.reproduction.linkage import core_linkages
from quesnay.diagnostics.reproduction.needed import turning_points
from quesnay.diagnostics.reproduction.sources import (
    data_section,
    reproducibility_section,
    sources_table,
    used_sources,
)
from quesnay.diagnostics.reproduction.study_rules import READINGS
from quesnay.diagnostics.reproduction.tables import (
    account_table,
    bounds_table,
    definitions_table,
    outcome_table,
    path_table,
    result_tables,
    score_table,
    segment_table,
    variance_table,
    verdict_table,
)
from quesnay.models.display.documents import Chart, workbook_bytes
from quesnay.models.display.table import Table
from quesnay.models.regression.result import tables_of_tests
from quesnay.models.satellite.concepts import describe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.reproduction.result import Reproduction

    Plots = Mapping[str, Figure]

_HEADERS = {
    "std_error": "standard error",
    "p_value": "p value",
    "conf_low": "low",
    "conf_high": "high",
    "df": "degrees of freedom",
    "nobs": "observations",
    "df_resid": "degrees of freedom of the residuals",
    "df_absorbed": "degrees of freedom of the fixed effects",
    "rsquared": "R\u00b2",
    "rsquared_within": "R\u00b2 within groups",
    "jackknife_se": "jackknife standard error",
    "sigma": "standard deviation of the residuals",
    "dropped_missing": "dropped, a value missing",
    "dropped_zero_weight": "dropped, weight zero",
    "dropped_singletons": "dropped, alone in a group",
    "n": "forecasts",
    "rmse": "root mean square error",
    "mape": "mean absolute error",
    "gdp": "GDP",
    "gompertz": "Gompertz",
    "bass": "Bass",
}

_RUNS = {
    "elasticity": Formula(
        "elasticity",
        "Elasticity run",
        "I_t = M_t C_t / Q_t,  M_t = e sum_j v_j,t",
        "The potential M is value added v of the using industries j times the elasticity e to "
        "inputs of the technology; the core C has its share of it by its weight in the supply Q of "
        "these inputs.",
    ),
    "calibrated": Formula(
        "calibrated",
        "Calibrated run",
        "I_t = s M_t p_t,  M_t = e sum_j v_j,t",
        "A growth curve p through a printed total and the one that its growth implies for the year "
        "before; it saturates at s times the potential M, at the median elasticity e.",
    ),
}
_TIES = (
    "Value added of the split table that is tied to its core parts K: v value added, x output, z "
    "flows between sectors, E the unit matrix, "
)
_NO_GAIN = ". It says nothing about what users gain."
_FOLLOWS = {  # concept -> formula and letters; the first two follow in every study
    "total": ("T = C + I", "total T"),
    "share": ("S = T / GDP", "share of GDP S"),
    "integration_share": ("H = I / T", "integration-driven share H"),
    "growth": ("G = (T P') / (T' P) - 1", "real growth G with the GDP deflator P"),
    "nominal_growth": ("N = T / T' - 1", "nominal growth N"),
    "contribution": ("K = dT / dGDP", "contribution to growth K"),
    "jobs": (
        "J = sum_j (l_j T_j - l_j' T_j')",
        "new jobs J net of productivity growth: jobs per unit of value added l fall from year to "
        "year",
    ),
}


def report_html(
    result: "Reproduction",
    plots: "Plots",
    path: str | Path | None,
    *,
    lang: str = "en",
) -> str:
    """Render the report of a run in a language; write it to `path` where one is given.

    The figures of `plots` are laid out, and relabelled where the language is another.
    """
    language = language_of(lang, result.study.study.texts(lang))
    front, sections = report_parts(result, plots, gather_evidence(result), language)
    return render_page(front, sections, language=language, path=path)


def report_parts(
    result: "Reproduction", plots: "Plots", made: Evidence, language: Language
) -> tuple[Front, list[Section]]:
    """Return what the report says, part by part, for a page, a document and a workbook."""
    printed = ", with the printed totals" if len(result.facts.totals()) else ""
    front = Front(
        result.study.study.title,
        question(result, language),
        answer(result, language, audit=audit_answer(made, language)),
        {f"Value added by run and year{printed}": plots["account"]},
        answer_table(result),
        explanations(result),
    )
    sections = [
        *((_verdicts(result, plots),) if len(result.facts.reported) else ()),
        *_findings(result, made, language, front.lead),
        *_turning(result, made, language),
        _limits(result, made),
        _method(result),
        _account(result),
        *_path(result, plots),
        *_elasticity(result, plots, language),
        _core(result, plots),
        *evidence_sections(
            made,
            "; ".join(used_sources(result)),
            "" if made.curve is None else _named(result, made.curve.figure),
            plots.get("specifications"),
        ),
        *_uncertainty(result, plots),
        data_section(result),
        reproducibility_section(result),
    ]
    return front, [replace(one, tables=[*map(_in_words, one.tables)]) for one in sections]


def _in_words(table: Table) -> Table:
    """Return a table with words for the names that columns have in code."""
    formats = {_HEADERS.get(name, name): spec for name, spec in table.formats.items()}
    frame = table.frame.rename(columns=_HEADERS)
    if not isinstance(frame.index, pd.RangeIndex):  # rows that are only counted stay so
        frame = frame.rename(index=_HEADERS)
    return replace(table, frame=frame, formats=formats)


def _findings(
    result: "Reproduction", made: Evidence, language: Language, lead: Sequence[str]
) -> list[Section]:
    """Return every finding, or nothing where the answer has said all of it."""
    words = [*findings(result, language), *audit_said(made, language)]
    if made.reconciled is not None:
        words.append(reconciled_finding(result, made.reconciled, language))
    title = "What was found, in full"
    said = [sentence for sentence in words if sentence]
    if all(any(sentence in one for one in lead) for sentence in said):
        return []
    return [Section("findings", title, said)]


def _turning(result: "Reproduction", made: Evidence, language: Language) -> list[Section]:
    said = turning_points(result, language)
    if made.curve is not None:
        rows = [
            say(
                "{run} {below:.0%} below and {agree:.0%} agreeing",
                language,
                run=language(str(run)),
                below=float(own["below"]),
                agree=float(own["agrees"]),
            )
            for run, own in made.curve.by_run.iterrows()
        ]
        said.append(
            say(
                "Over the {count} combinations of the declared choices that give an estimate, "
                "against the printed {figure}: {rows}.",
                language,
                count=len(made.curve.estimates),
                figure=language(_named(result, made.curve.figure)),
                rows=say(", ", language).join(rows),
            )
        )
    title = "What would change the conclusion"
    return [Section("change", title, said, brief=True)] if said else []


def _named(result: "Reproduction", figure: str) -> str:
    """Return a printed figure in words, its id in brackets."""
    return describe(figure, int(row(result.facts.reported, figure)["year"]))


def _limits(result: "Reproduction", made: Evidence) -> Section:
    """Say what the numbers cannot bear, part by part of the study."""
    study, said = result.study, [_core_limit(result)]
    if study.core.dispersion == 0:
        said.append("Core weights are not drawn: the intervals leave out how the core is defined, "
                    "and one without width is no claim of certainty.")  # fmt: skip
    if "linkage" in result.runs:
        said.append(
            "Ties to users say whose value added rests on what the core delivers, not what they "
            "gain."
            if study.tables.reading in READINGS[1:3]
            else "Ties along the supply chain say what others produce for the core, not what users "
            "gain."
        )
    if study.potential is not None:
        said.append("Elasticities are associations: they attribute value added to use; they do not "
                    "say what would be lost without it.")  # fmt: skip
        columns = study.potential.logarithms.get(study.potential.term, ())
        if columns and not any("capital" in name for name in columns):
            said.append("Inputs bought stand for the technology's capital stock.")
    if "calibrated" in result.runs:
        said.append("The calibrated run starts from printed figures: that it comes near others "
                    "that follow from them is no success.")  # fmt: skip
        said += _other_start(result, made)
    between = [str(year) for year in study.study.years if year not in study.tables.years]
    if between:
        said.append(f"Years without an input-output table rest on tables before and after: "
                    f"{', '.join(between)}.")  # fmt: skip
    said += _own_forecasts(result)
    read = result.facts.reported.get("provenance", pd.Series(dtype=object)).fillna("")
    counts = read[read != ""].value_counts(sort=False)
    rows = "; ".join(f"{place}: {count}" for place, count in counts.items())
    said += [f"Printed figures by where they were read: {rows}."] if rows else []
    return Section("limits", "Limits", said, brief=True)


def _core_limit(result: "Reproduction") -> str:
    """Say how far the core is an assumption: parts of sectors, or whole ones by definition."""
    weights = result.assembly.pattern.weights.sum()
    if result.study.core.figure is None and bool((weights == 1).all()):
        return ("The core is whole sectors of the tables by definition: all that they make counts, "
                "and nothing that other sectors make.")  # fmt: skip
    return "The pattern of the core over sectors is a stated assumption: no statistic shows it."


def _other_start(result: "Reproduction", made: Evidence) -> list[str]:
    """Say where the audit implies another total than the one that the curve starts from."""
    use, slots = result.assembly.model.calibration, result.assembly.model.slots
    if use is None or made.audit is None or result.study.reported.dataset is None:
        return []
    from quesnay.datasets.embedded import load_reported

    year = slots[use.earlier].year
    key = (row(load_reported(result.study.reported.dataset), use.total)["concept"], year)
    own = result.draws[("calibrated", "total", year, slots[use.earlier].variant)]
    low, high = float(own.min()), float(own.max())
    if key not in made.audit.bounds.index:
        return []
    scale = float(row(result.facts.reported, use.total)["scale"])
    ends = row(made.audit.bounds, key)
    least, most = (scale * float(ends[name]) for name in ("low", "high"))
    if least <= high and low <= most:
        return []
    return [
        f"The curve starts from {low:.3f} to {high:.3f} {result.study.study.unit} in {year}, on "
        f"coherent vintages of GDP; what fits all printed figures implies {least:.3f} to "
        f"{most:.3f}."
    ]


def _own_forecasts(result: "Reproduction") -> list[str]:
    """Name the printed figures that are forecasts: no outcome stands behind them."""
    kinds = result.facts.reported["kind"]
    years = result.facts.reported["year"]
    named = "; ".join(
        describe(str(name), int(years[name])) for name in kinds.index[kinds == "forecast"]
    )
    said = "To agree with them is to extrapolate alike, not to be right."
    return [f"Forecasts of the report itself: {named}. {said}"] if named else []


def _account(result: "Reproduction") -> Section:
    account = account_table(result, result.account, "")
    drawn = bool((result.account["total_low"] < result.account["total_high"]).any())
    return Section(
        "account",
        "The account",
        [
            *(
                [
                    "The runs stand side by side: the gap between a run and the report is shown, "
                    "not tuned away, and may lie in either."
                ]
                if len(result.facts.reported)
                else []
            ),
            *(["Every number is the median of the draws."] if drawn else []),
            *_median_error(result),
        ],
        tables=[
            account,
            *bounds_table(result),
            *(core_linkages(result).tables() if "linkage" in result.runs else ()),
        ],
        opens={account.title: account_opens(result)},
    )


def _median_error(result: "Reproduction") -> list[str]:
    """Say how far another seed may move a total: half the 95 % interval of its median, at most.

    By order statistics: the median of n draws lies between those of rank n / 2 -+ 0.98 sqrt(n)
    (Conover 1999, Practical Nonparametric Statistics, ch. 3).
    """
    totals = result.draws.xs("total", axis=1, level="concept").to_numpy(float)
    reach = 0.98 / len(totals) ** 0.5
    ranks = [max(0.5 - reach, 0.0), 0.5, min(0.5 + reach, 1.0)]
    low, middle, high = np.nanquantile(totals, ranks, axis=0)
    error = 100 * float(np.max((high - low) / (2 * np.abs(middle))))
    return (
        [f"Another seed may move a median total by up to {error:.1f} %."] if error >= 0.05 else []
    )


def _verdicts(result: "Reproduction", plots: "Plots") -> Section:
    forecast = result.study.gdp.forecast is not None
    tables = {run: verdict_table(result, run) for run in result.runs}
    return Section(
        "verdicts",
        "Verdicts, each fact counted once",
        [
            "A printed figure is an interval, not a point: 1.42 means 1.415 up to 1.425. A run "
            "agrees with it when its 95 % interval overlaps that interval. Figures that a run used "
            "are shown but never judged; figures that restate one another are one fact."
        ],
        {"The total by run, with the printed totals": plots["fan"]},
        [
            score_table(result),
            *tables.values(),
            *((outcome_table(result),) if forecast else ()),
        ],
        opens={
            table.title: verdict_opens(result, run, table.frame.columns)
            for run, table in tables.items()
        },
    )


def _method(result: "Reproduction") -> Section:
    printed = set(result.facts.reported["concept"])
    told = [how for name, how in _FOLLOWS.items() if name in printed or name in {"total", "share"}]
    before = ["a prime marks the year before"] if any("'" in one for one, _ in told) else []
    letters = "; ".join([words for _, words in told] + before)
    runs = [_linkage(result) if run == "linkage" else _RUNS.get(run) for run in result.runs]
    formulas = [
        _core_formula(result),
        *(one for one in runs if one is not None),
        Formula(
            "total",
            "What follows in every run",
            ",  ".join(formula for formula, _ in told),
            f"Letters: {letters}.",
        ),
    ]
    return Section("method", "Method, in formulas", formulas=formulas)


def _core_formula(result: "Reproduction") -> Formula:
    words = "Weights w of the core's segments in sectors s, value added v by sector"
    words += " scaled to GDP" if result.study.gdp.vintages else ""
    if result.study.core.figure is None:
        return Formula("core", "Core", "C_t = sum_s w_s v_s,t", f"{words}.")
    scaled = f"{words}, one scale k so that the core meets its printed figure."
    return Formula("core", "Core", "C_t = k sum_s w_s v_s,t", scaled)


def _linkage(result: "Reproduction") -> Formula:
    """Return the ties as the study reads its tables, with the inverse that stands in them."""
    ties = linkage_equation(result).partition(",")[0]
    users = result.study.tables.reading in READINGS[1:3]
    inverse = "G (E - B) = E,  B_ij = z_ij / x_i" if users else "L (E - A) = E,  A_ij = z_ij / x_j"
    words = "G Ghosh's inverse (users)" if users else "L Leontief's inverse (suppliers)"
    said = f"{_TIES}{words}{_NO_GAIN}"
    return Formula("linkage", "Linkage run", f"{ties},  {inverse}", said)


def _path(result: "Reproduction", plots: "Plots") -> Iterator[Section]:
    use = result.study.penetration
    if use is None or "calibrated" not in result.runs:
        return
    curves = ", ".join(_HEADERS.get(c, c) for c in use.curves)
    errors = known_diffusions().tables() if use.errors else ()
    words = [f"Two points and a saturation identify a curve exactly ({curves})."]
    if len(use.curves) > 1:
        words.append("No family was chosen before the outcome was known, so each is as likely.")
    words.append("Open circles were not used.")
    if errors:
        words.append(
            "How wrong such a curve is after one and two years is measured on other diffusions "
            "whose outcome is known, beside rules without a model."
        )
    caption = "Curves through the calibration points, and what the report implies"
    yield Section(
        "path",
        "The path: does it go on like a diffusion?",
        words,
        {caption: plots["penetration"]},
        [*path_backtest(result), *errors],
    )


def _elasticity(result: "Reproduction", plots: "Plots", language: Language) -> Iterator[Section]:
    use = result.study.potential
    if result.elasticities is None or use is None:
        return
    base = result.elasticities.base
    units = [effect for effect in use.absorb if "year" not in effect.split(":")]
    examined = examine(
        base,
        unit=units[0] if len(units) == 1 else None,
        time="year" if len(units) < len(use.absorb) else None,
    )
    words, tried = elasticity_backtest(result, language)
    caption = "Elasticities with 95 % intervals: first those of the account, then their rivals"
    (tested, *_) = tables_of_tests(check_assumptions(examined), "Assumptions of the base equation")
    tables = [*result.elasticities.tables(), *tried, *base.tables()]
    yield Section(
        "elasticities",
        "The elasticity: a mixture of admissible equations",
        [*_about_equations(result), *words],
        {caption: plots["elasticities"]},
        [*tables, replace(tested, sheet="Assumptions")],
    )


def _about_equations(result: "Reproduction") -> Iterator[str]:
    """Say what the equations of a study suffer from, as far as it has the parts."""
    found, use = result.elasticities, result.study.potential
    if found is None or use is None:
        return
    if found.with_scale < float(found.base.params[use.term]):
        yield (
            "Inputs of the technology grow with the scale of a sector: with other inputs beside "
            "them the elasticity falls."
        )
    yield (
        "In current prices an equation whose inputs are parts of value added returns cost shares "
        "(Shaikh 1974)."
    )
    if any(equation.kind == "cost share" for equation in use.equations):
        yield "So the cost share itself is one of the equations."
    yield (
        "Read all of them as associations: elasticity times value added attributes value added to "
        "use; it does not say what would be lost without it."
    )


def _core(result: "Reproduction", plots: "Plots") -> Section:
    scaled = result.study.core.figure is not None
    words = (
        "No statistic shows the core. The study gives each segment a part of some sectors of "
        "the input-output tables; one scale for all of them makes the sum meet the printed "
        "core, and every other year follows from official value added by sector."
        if scaled
        else "The study gives each segment a part of some sectors of the input-output tables; "
        "the core of every year follows from official value added by sector."
    )
    pictures = {"Who supplies the core, and who uses it": plots["core"]}
    return Section("core", "Core industries", [words], pictures, [segment_table(result)])


def _uncertainty(result: "Reproduction", plots: "Plots") -> Iterator[Section]:
    caption = "How far each source of uncertainty alone moves a total"
    pictures = {caption: plots["tornado"]} if "tornado" in plots else {}
    tables = [variance_table(result, run) for run in result.runs]
    tables = [table for table in tables if not table.frame.empty]
    words = (
        "Bars: one source is drawn, everything else stays at its middle. The choice of the "
        "reading of the tables is not among the sources: the readings stand beside the linkage "
        "run."
    )
    if pictures or tables:
        title = "Where the uncertainty comes from"
        yield Section("uncertainty", title, [words], pictures, tables)


Parts = tuple[Front, list[Section]]


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

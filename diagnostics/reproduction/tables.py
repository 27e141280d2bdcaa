"""Tables of the main job, in the words and units of a reader."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.report.language import Language
from quesnay.diagnostics.reproduction.assembly import part, row
from quesnay.diagnostics.reproduction.study import Study
from quesnay.diagnostics.reproduction.verdicts import facts_in_words
from quesnay.models.display.grid import Amount, amounts, wrap
from quesnay.models.display.table import Table
from quesnay.models.satellite.concepts import (
    ACCOUNT,
    CONCEPTS,
    Concept,
    concept_of,
    describe,
    figure_name,
)

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

_UNSCALED = "C = sum_s w_s v_s"
_OF_TABLES = {
    "core": "core weights of the study, input-output tables",
    "gdp": "GDP, the value added of the tables",
}
"""Sources of a study without vintages of GDP."""
"""The core where no printed figure gives its weights a scale."""
_RUN_WORDS = {
    "linkage": "Linkage: value added that the rest of the economy makes for the core (tables).",
    "elasticity": "Elasticity: panel elasticities times the core's weight in the supply of the "
    "technology.",
    "core": "Core: the core industries alone, without what they are tied to.",
    "calibrated": "Calibrated: a diffusion curve through a printed total and the one that its "
    "growth implies for the year before.",
}


def result_tables(result: "Reproduction") -> tuple[Table, ...]:
    """Return the tables of a result, the most important first."""
    return (
        account_table(result, result.account, ""),
        *(verdict_table(result, run) for run in result.runs if _printed(result)),
        *((score_table(result),) if _printed(result) else ()),
        *bounds_table(result),
        *(() if result.study.gdp.forecast is None else (outcome_table(result),)),
        *(variance_table(result, run) for run in result.runs if not result.variance.empty),
        segment_table(result),
        *(() if result.elasticities is None else result.elasticities.tables()),
    )


def _printed(result: "Reproduction") -> bool:
    """Whether any figure is printed that a run can be held against."""
    return not result.facts.reported.empty


def outcome_table(result: "Reproduction") -> Table:
    """Return the account with the forecast year as it turned out."""
    return account_table(result, result.outcome, ", outcome of the forecast year")


def console_tables(result: "Reproduction") -> list[Table]:
    """Return account, verdicts and score, the tables that a terminal shows."""
    shown = [account_table(result, result.account, "")]
    return [*shown, glance_table(result), score_table(result)] if _printed(result) else shown


def console_text(
    head: Sequence[str], said: Sequence[str], tables: Sequence[Table], lang: Language, width: int
) -> str:
    """Lay a title, the answer in sentences and then tables out in a language for a terminal."""
    lines = [
        f"{'  ' if place else '- '}{line}"
        for sentence in said
        for place, line in enumerate(wrap(sentence, width - 2))
    ]
    parts = ["\n".join(lines)] if lines else []
    shown = (lang.table(table).to_text(width=width) for table in tables)
    return "\n\n".join([*map(lang, head), *parts, *shown])


def account_table(result: "Reproduction", account: pd.DataFrame, kind: str) -> Table:
    """Return levels and shares by run and year with their intervals."""
    unit = result.study.study.unit
    frame = _columns(account, ACCOUNT)
    forecast = result.study.gdp.forecast
    drawn = bool((account["total_low"] < account["total_high"]).any())
    notes = [
        f"Median and 95 % interval of {len(result.draws)} draws, seed {result.seed}. Current "
        "prices."
        if drawn
        else "No intervals: the core is a definition, the tables stand as they are. Current "
        "prices.",
        *(_run_words(result, run) for run in result.runs),
    ]
    tables = result.assembly.tables.values() if "linkage" in result.runs else ()
    inside = result.study.tables.imports == "included"
    if inside and any(table.imports is None for table in tables):
        notes.append(
            "Imports stand inside the flows of these tables: what suppliers abroad make for the "
            "core counts as if made at home."
        )
    missing = result.draws.xs("total", axis=1, level="concept").isna().to_numpy()
    lost = float(missing.mean(axis=0).max())
    if lost > 0:
        notes.append(
            f"Up to {lost:.1%} of the draws of a run have no curve below its saturation and "
            "are left out."
        )
    if forecast and not kind:
        notes.append(f"{forecast.year}: as it could be forecast before the outcome was known.")
    title = f"{result.study.study.technology.capitalize()}, value added, {unit}{kind}"
    return Table(title, frame, tuple(notes), sheet="Account outcome" if kind else "Account")


def _run_words(result: "Reproduction", run: str) -> str:
    """Say in a line what a run takes for the integration-driven part."""
    reading = result.study.tables.reading
    return f"Linkage: {reading} (tables)." if run == "linkage" and reading else _RUN_WORDS[run]


def verdict_table(result: "Reproduction", run: str) -> Table:
    """Return every printed figure beside the estimate of one run, facts first."""
    rows = part(result.verdicts, run)
    years = result.facts.reported["year"]
    frame = pd.DataFrame(
        {
            "figure": [figure_name(str(n), int(years[n])) for n in rows.index],
            "unit": rows["unit"],
            "role": rows["role"],
            "fact": rows["fact"],
            "reported": [
                printed_amount(result.facts.reported.loc[n, "printed"]) for n in rows.index
            ],
            "estimate": [
                Amount("" if pd.isna(value) else _plain(value, ".4g"), value)
                for value in rows["estimate"]
            ],
            "95 % interval": [
                Amount(_bracket(low, high, ".4g"), low=low, high=high)
                for low, high in zip(rows["estimate_low"], rows["estimate_high"], strict=True)
            ],
            "error, %": [
                Amount("") if role == "input" else Amount(signed(100 * error), 100 * error)
                for role, error in zip(rows["role"], rows["error"], strict=True)
            ],
            "agrees": ["" if pd.isna(v) else "yes" if v else "no" for v in rows["agrees"]],
            "restates": ["" if name is None else name for name in rows["restates"]],
        },
        index=rows.index,
    )
    score = facts_in_words(row(result.score, run))
    notes = [
        f"The {run} run {score}.",
        "Agrees: the 95 % interval and the printed interval overlap. Figures that restate one "
        "another are one fact; the first counts. Figures that the run used are not judged.",
    ]
    later = set(years[rows.index[rows["estimate"].isna()]]) - set(result.study.study.years)
    if later:
        notes.append(f"Not estimated, outside the years of the study: {_listed(later)}.")
    return Table(f"Verdicts of the {run} run", frame, tuple(notes), sheet=f"Verdicts {run} run")


def _listed(years: Iterable[Any]) -> str:
    return ", ".join(str(int(year)) for year in sorted(years))


def score_table(result: "Reproduction") -> Table:
    """Return the facts judged and agreed with, by run, naive rules beside."""
    score = result.score
    frame = pd.DataFrame(
        {
            "facts judged": score["judged"].astype(int),
            "agree": score["agree"].astype(int),
            "agreeing": score["agreeing"],
            "not": score["other"],
            "error of held-out totals": [
                Amount("" if pd.isna(v) else f"{100 * v:.1f} %", v) for v in score["error"]
            ],
        }
    )
    note = (
        "Error: mean absolute relative error of the medians over the printed totals that are held "
        "out."
    )
    if not result.naive.empty:
        note += " The intervals of rules without a model are their errors on other diffusions."
    ids = [name for names in (*frame["agreeing"], *frame["not"]) for name in names.split(", ")]
    known = {name[:1]: concept.title for name in ids if (concept := concept_of(name))}
    told = "; ".join(f"{letter} = {title}" for letter, title in known.items())
    letters = [f"Letters of the ids, before the year: {told}."] if told else []
    return Table("Score, each fact counted once", frame, (note, *letters))


def bounds_table(result: "Reproduction") -> tuple[Table, ...]:
    """Return the other readings of the linkage run."""
    if result.bounds.empty:
        return ()
    base = result.study.tables.reading or "suppliers of the core"
    others = result.bounds.drop(index=base, level=0, errors="ignore")
    frame = _columns(others, [name for name in ACCOUNT if name != "core"])
    notes = (
        f"The run itself: {base}.",
        "Suppliers and single parts: on the flows of the tables. Imports inside: as if made at "
        "home with the same technology, an upper bound. Users: value added that depends on the "
        "core's deliveries (Ghosh's inverse in place of Leontief's). Single parts: each part of "
        "the core alone, added up, what two parts both need counted twice.",
        "A tie along the chain says nothing about what users gain.",
    )
    unit = result.study.study.unit
    title = f"Other readings of the linkage run, {unit}"
    return (Table(title, frame, notes, sheet="Other readings"),)


def glance_table(result: "Reproduction") -> Table:
    """Return every printed figure with the estimates of all runs on one line."""
    runs = result.runs
    rows = part(result.verdicts, runs[0])
    printed = result.facts.reported
    titles = [describe(str(n), int(printed.loc[n, "year"])) for n in rows.index]
    frame = pd.DataFrame(
        {
            "reported": [
                printed_amount(printed.loc[n, "printed"], rows.loc[n, "unit"]) for n in rows.index
            ]
        },
        index=pd.Index(titles, name="figure"),
    )
    for run in runs:
        own = part(result.verdicts, run)
        columns = ("role", "estimate", "estimate_low", "estimate_high", "agrees")
        frame[run] = [
            _glance(*cell) for cell in own[list(columns)].itertuples(index=False, name=None)
        ]
    notes = (
        "Median, 95 % interval in brackets; agrees: it overlaps the interval that the printed "
        "digits stand for. Many figures restate one another: the score counts facts.",
    )
    return Table("Reported and estimated", frame, notes)


def printed_amount(printed: str, unit: str = "") -> Any:
    """Return a printed figure with its unit; its digits stay as printed."""
    joint = " x " if unit[:1].isdigit() else " "
    text = f"{printed}{joint}{unit}" if unit else printed
    try:
        return Amount(text, float(printed), unit=unit)
    except ValueError:
        return Amount(text, remark=printed, unit=unit)


def _glance(role: str, estimate: float, low: float, high: float, agrees: Any) -> Any:
    """Return an estimate with its interval and whether it agrees, or what it was used for."""
    if role != "held out":
        return Amount(role_words(role), remark=role_words(role))
    mark = "agrees" if not pd.isna(agrees) and agrees else ""
    text = f"{_plain(estimate, '.3g')} {_bracket(low, high, '.3g')}{', ' if mark else ''}{mark}"
    return Amount(text, estimate, low, high, remark=mark)


def role_words(role: str) -> str:
    """Say what a run did with a figure that it used."""
    return "used" if role == "input" else "used to calibrate"


def variance_table(result: "Reproduction", run: str) -> Table:
    """Return the share of each estimate's variance by source, in percent."""
    rows = part(result.variance, run)
    shown = rows.loc[rows.notna().all(axis=1), rows.fillna(0).abs().max() > 0]
    years = result.facts.reported["year"]
    shown = shown.set_axis([describe(str(n), int(years[n])) for n in shown.index])
    shown.index.name = "figure"
    return Table(
        f"What the uncertainty of the {run} run comes from, percent of the variance",
        100 * shown,
        ("Total-effect Sobol indices of each source, scaled to sum to 100.",),
        dict.fromkeys(shown.columns, ".0f"),
        sheet=f"Uncertainty {run} run",
    )


def segment_table(result: "Reproduction") -> Table:
    """Return the core by segment and year at the stated weights, first vintage set."""
    base = next(iter(result.assembly.value_added))
    levels = result.assembly.value_added[base]
    kinds = levels.index.get_level_values("kind")
    forecast = result.study.gdp.forecast
    growth = (forecast.low + forecast.high) / 2 if forecast else 0.0
    # a forecast slot holds the GDP that the growth expected of the year is applied to
    levels = levels.mul(np.where(kinds == "forecast", 1.0 + growth, 1.0), axis=0)
    keep = levels[kinds != "outcome"].droplevel("kind")
    figure = result.study.core.figure
    pattern = result.assembly.pattern
    if figure is None:
        frame = (keep[list(pattern.weights.columns)] @ pattern.weights.T).T
        said = "The weights are shares of the sectors as the study gives them."
        if result.study.core.dispersion > 0:
            said += " The account's core is the median of draws around them."
    else:
        target = row(result.facts.reported, figure)
        account = pattern.calibrate(row(keep, int(target["year"])), float(target["value"]))
        frame = account.value_added(keep).T
        said = (
            "The pattern over sectors is an assumption; its scale makes the sum equal the printed "
            f"{describe(figure, int(target['year']))}."
        )
    years = frame.columns
    frame.loc["core"] = frame.sum()
    frame.index.name = "segment"
    return Table(
        f"Core industries by segment, {result.study.study.unit}",
        frame,
        (said, *(["Growth follows official value added by sector."] if len(years) > 1 else [])),
        dict.fromkeys(map(str, frame.columns), ".3f"),
    )


def path_table(result: "Reproduction") -> Table:
    """Return the total by year: every run, the printed figures and the naive rules beside.

    >>> import quesnay as qn
    >>> frame = path_table(qn.reproduce("caict_2020", draws=100)).frame
    >>> str(frame.loc[2019, "printed"])
    '2.13 [2.125, 2.135]'
    """
    from quesnay.diagnostics.reproduction.plots import naive_paths

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


def defined(study: Study, concept: Concept) -> tuple[str, str]:
    """Return equation and source of a concept in a study."""
    unscaled = concept.name == "core" and study.core.figure is None
    known = {} if study.gdp.vintages else _OF_TABLES
    return (
        _UNSCALED if unscaled else concept.equation,
        known.get(concept.name, concept.source),
    )


def definitions_table(result: "Reproduction") -> Table:
    """Return what every concept of the account means."""
    rows = [
        {
            "concept": concept.title,
            "letter": concept.letter,
            "unit": {"level": "unit of the account", "share": "share", "jobs": "persons"}[
                concept.unit
            ],
            **dict(zip(("equation", "source"), defined(result.study, concept), strict=True)),
        }
        for concept in CONCEPTS.values()
    ]
    return Table("Definitions of the account", pd.DataFrame(rows), sheet="Definitions")


def _bracket(low: float, high: float, spec: str) -> str:
    return "" if pd.isna(low) else f"[{_plain(low, spec)}, {_plain(high, spec)}]"


def number_text(value: float) -> str:
    """Return three digits that count, never an exponent or a negative zero."""
    return _plain(value, "#.3g").removesuffix(".")


def _columns(account: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return one column a concept, its estimates with the bounds of their intervals behind them."""
    columns = {}
    for name in names:
        ends = (CONCEPTS[name].scale * account[c] for c in (name, f"{name}_low", f"{name}_high"))
        columns[CONCEPTS[name].header] = amounts(lambda value: _plain(value, ".2f"), *ends)
    return pd.DataFrame(columns, account.index)


def signed(percent: float) -> str:
    """One decimal with its sign, and no sign for nothing."""
    if pd.isna(percent):
        return ""
    return "0.0" if abs(percent) < 0.05 else f"{percent:+.1f}"


def _plain(value: float, spec: str) -> str:
    """Fixed-point text, never an exponent or a negative zero, for figures such as 4386."""
    if pd.isna(value):
        return ""
    text = f"{value:.0f}" if abs(value) >= 1000 else format(value, spec)
    if "e" in text:
        text = "0" if abs(value) < 1e-4 else f"{value:.0f}"  # 999.6 in three digits
    return text.removeprefix("-") if not text.strip("-0.") else text

"""What the runs find about a report, in sentences computed from the numbers.

No sentence speaks of a country, a technology or a year of its own: templates take what the study
says and what the run found, and a part that the study does not have is not spoken of.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.report.language import ENGLISH, Language, say
from quesnay.diagnostics.reproduction.assembly import part, row
from quesnay.diagnostics.reproduction.explain import RUN_WORDS
from quesnay.diagnostics.reproduction.needed import (
    drawn_figure,
    implied_core,
    printed_integration,
    sector_growth,
    unit_of,
)
from quesnay.diagnostics.reproduction.study_rules import READINGS
from quesnay.diagnostics.reproduction.tables import printed_amount
from quesnay.diagnostics.reproduction.verdicts import judged_facts
from quesnay.models.satellite.concepts import CONCEPTS

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction


def findings(result: "Reproduction", lang: Language = ENGLISH) -> list[str]:
    """Say what the runs find about the report, one or two sentences each.

    Level, growth, elasticities, path, core, jobs, score, provenance.
    """
    said = [
        *_alone(result, lang),
        *_level(result, lang),
        *_later_totals(result, lang),
        *_growth(result, lang),
        *_elasticity(result, lang),
        *_scale(result, lang),
        *_path(result, lang),
        *implied_core(result, lang),
        *_jobs(result, lang),
        *_score(result, lang),
        *_provenance(result, lang),
    ]
    return [" ".join(sentence.split()) for sentence in said]


def answer(
    result: "Reproduction", lang: Language = ENGLISH, *, audit: Sequence[str] = ()
) -> list[str]:
    """Answer in at most five plain sentences, the level and the growth apart, without ids."""
    kinds = (_alone, _level, _later_totals, _supported, _curve_and_rules)
    said = [sentence for kind in kinds for sentence in kind(result, lang)]
    said += [*audit, *_jobs(result, lang)]
    shown = [without_ids(" ".join(one.split()), result.facts.reported, lang) for one in said[:5]]
    if any("[" in sentence for sentence in shown):
        shown[0] += say(" In brackets: 95 % intervals.", lang)
    elif shown and result.study.core.dispersion == 0:
        shown[0] += say(
            " No intervals: the core is a definition, the tables stand as they are.", lang
        )
    return shown


_ID = re.compile(r" ?[(\uff08][A-Z]\d{2}[)\uff09]")


def without_ids(sentence: str, reported: pd.DataFrame, lang: Language) -> str:
    """Leave out ids that stand beside a figure, and put names for those that stand for one."""
    sentence = _ID.sub("", sentence)
    for name, printed in reported.iterrows():
        figure = say(
            "the {figure} of {year}",
            lang,
            figure=lang(CONCEPTS[str(printed["concept"])].title),
            year=int(printed["year"]),
        )
        sentence = re.sub(
            rf"(?<![A-Za-z0-9]){re.escape(str(name))}(?![A-Za-z0-9])", figure, sentence
        )
    return sentence


def _supported(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Say which part of what the report implies the elasticities support."""
    if result.elasticities is None or "elasticity" not in result.runs:
        return
    rows = [
        say(
            "{share:.0%} in {year}",
            lang,
            share=float(row(result.account, ("elasticity", year))["integration"]) / printed,
            year=year,
        )
        for year, printed in sorted(printed_integration(result).items())
        if ("elasticity", year) in result.account.index
    ]
    values = result.elasticities.mixture["elasticity"]
    if rows:
        yield say(
            "Elasticities: of the integration-driven part that the printed figures imply, the "
            "elasticities estimated from other data support {rows}: one percent more of the "
            "technology's inputs goes with {low:.3f} to {high:.3f} percent more value added, "
            "depending on which of {count} admissible equations is taken.",
            lang,
            rows=say(", ", lang).join(rows),
            count=len(values),
            low=float(values.min()),
            high=float(values.max()),
        )


def _curve_and_rules(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Hold the diffusion curve and the best rule without a model against held-out totals."""
    foretold = _foretold(result)
    rows = [
        say(
            "{estimate:.2f} in {year} (printed {printed:g})",
            lang,
            estimate=own["estimate"],
            year=int(own["year"]),
            printed=own["reported"],
        )
        for _, own in foretold.iterrows()
    ]
    if not rows:
        return
    rules = list(result.naive.index.get_level_values("rule").unique())
    yield say(
        "Path: a diffusion curve fixed by a printed total and its growth gives, in {unit}, "
        "{rows}; {verdict}.",
        lang,
        unit=unit_of(result, lang),
        rows=say(", ", lang).join(rows),
        verdict=_against_naive(result, foretold, rules, lang),
    )


def _foretold(result: "Reproduction") -> pd.DataFrame:
    """Return the curve's verdicts on the totals that rules without a model forecast as well."""
    if result.naive.empty:  # no curve, or none that goes on
        return pd.DataFrame()
    totals = result.facts.totals()
    later = totals.loc[totals["year"].isin(result.naive.index.get_level_values("year")), "year"]
    counted = judged_facts(part(result.verdicts, "calibrated"))
    return counted.join(later, how="inner").sort_values("year")


def question(result: "Reproduction", lang: Language = ENGLISH) -> str:
    """Say what was asked: the study's own words, or what follows from its parts."""
    head = result.study.study
    if head.question:
        return lang(head.question)
    template = (
        "How large is the value added of the {technology}, and do public data bear out what "
        "{report} prints?"
        if len(result.facts.totals())
        else "How large is the value added of the {technology}, and what is tied to it?"
    )
    return say(template, lang, technology=lang(head.technology), report=lang(head.report))


def _span(values: "pd.Series[float]", name: str = "total") -> str:
    """Median with the 95 % interval behind it where it has a width; nothing has no sign."""
    shown = (f"{values[column]:.2f}" for column in (name, f"{name}_low", f"{name}_high"))
    middle, low, high = (text.removeprefix("-") if float(text) == 0 else text for text in shown)
    return middle if low == high else f"{middle} [{low}, {high}]"


def _first(result: "Reproduction") -> tuple[str, int] | None:
    """Id and year of the earliest printed total that the account covers."""
    years = set(result.account.index.get_level_values("year"))
    totals = result.facts.totals()
    own = totals[totals["year"].isin(years)]
    return None if own.empty else (str(own.index[0]), int(own["year"].iloc[0]))


_SUPPLIED = (
    "What the rest of the economy produces for a core of {core:.2f} brings the total to {home}"
)
_TIED = {
    "": _SUPPLIED,
    READINGS[0]: _SUPPLIED,
    READINGS[1]: "What users make with the deliveries of a core of {core:.2f} brings the total to "
    "{home}",
    READINGS[2]: "What users outside its sectors make with the deliveries of a core of {core:.2f} "
    "brings the total to {home}",
    READINGS[3]: "What the rest of the economy produces for each part of a core of {core:.2f}, "
    "added up, what two parts need counted twice, brings the total to {home}",
}
"""Reading of the linkage run -> what stands beside the core in its total."""


def _linkage_readings(result: "Reproduction", year: int) -> "dict[str, pd.Series[float]]":
    """Return the base of the linkage run and, beside suppliers, the reading with imports inside."""
    out = {"home": row(result.account, ("linkage", year))}
    known, name = result.bounds, READINGS[0]
    beside = not known.empty and name in known.index.get_level_values(0)
    if beside and result.study.tables.reading in ("", READINGS[3]):
        out["inside"] = row(known, (name, year))
    return out


def _place_made(result: "Reproduction", lang: Language) -> str:
    """Say where the suppliers stand, as far as the tables tell; nothing of users."""
    use, tables = result.study.tables, result.assembly.tables.values()
    if use.reading in READINGS[1:3]:
        return ""
    if use.reading == READINGS[0] or use.imports == "included":
        return say(", imports counted as if made at home", lang)
    known = all(table.imports is not None for table in tables)
    return say(", made at home", lang) if known else ""


def _alone(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Say what the last year holds where no printed total of the account's years stands beside."""
    if _first(result) is not None:
        return
    year = int(result.account.index.get_level_values("year").max())
    rows = []
    for run in result.runs:
        own = row(result.account, (run, year))
        rows.append(
            say(
                "{run} {total} {unit}, {share:.1%} of GDP",
                lang,
                run=lang(RUN_WORDS[run]),
                total=_span(own),
                unit=unit_of(result, lang),
                share=float(own["share"]),
            )
        )
    yield say(
        "Level: the core industries of the {technology} made {core} {unit} in {year}; with "
        "what each run adds: {rows}. No total of these years is printed to compare with.",
        lang,
        technology=say(result.study.study.technology, lang),
        core=_span(row(result.account, (result.runs[0], year)), "core"),
        unit=unit_of(result, lang),
        year=year,
        rows=say("; ", lang).join(rows),
    )


def _level(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Level of the earliest printed total against what the tables support."""
    first = _first(result)
    if first is None or "linkage" not in result.runs:
        return
    name, year = first
    printed, found = row(result.facts.reported, name), _linkage_readings(result, year)
    reading, value = result.study.tables.reading, float(printed["value"])
    said = say(
        "Level: {report} prints {printed} {unit} for {year} ({id}).",
        lang,
        report=say(result.study.study.report, lang),
        printed=printed["printed"],
        unit=unit_of(result, lang),
        year=year,
        id=name,
    )
    core, home = float(found["home"]["core"]), _span(found["home"])
    said += say(" ", lang) + say(_TIED[reading], lang, core=core, home=home)
    said += _place_made(result, lang)
    if "inside" not in found:
        side = lang(f"{_side(value, found['home'])} that interval")
        yield said + say("; the printed level lies {side}.", lang, side=side)
        return
    inside = (
        ", and to {inside} with imports counted as if made at home"
        if reading == ""
        else ", and to {inside} with imports counted as if made at home and nothing twice"
    )
    place = say(_between(value, found["home"], found["inside"]), lang)
    said += say(inside, lang, inside=_span(found["inside"]))
    yield said + say(": the printed level lies {place}.", lang, place=place)


def _side(value: float, own: "pd.Series[float]") -> str:
    if value > own["total_high"]:
        return "above"
    return "below" if value < own["total_low"] else "inside"


def _between(value: float, home: "pd.Series[float]", inside: "pd.Series[float]") -> str:
    """Where a printed value lies against the medians of two readings."""
    low, high = sorted((float(home["total"]), float(inside["total"])))
    if value < low:
        return "below both"
    return "above both" if value > high else "between the two"


def _later_totals(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Hold printed totals after the first, and their growth since, against the tables."""
    first = _first(result)
    if first is None or "linkage" not in result.runs:
        return
    totals, start = result.facts.totals(), _linkage_readings(result, first[1])
    base, years = row(totals, first[0]), set(result.account.index.get_level_values("year"))
    later = totals[(totals["year"] > first[1]) & totals["year"].isin(years)]
    rows, sides = [], set()
    for name, printed in later.iterrows():
        year = int(printed["year"])
        found = _linkage_readings(result, year)
        grown = [float(found[k]["total"] / start[k]["total"]) for k in found]
        sides.add(_side_of_growth(result, (first[1], year), grown, base, printed))
        beside = [
            say("{total:.2f} ({more:+.0%})", lang, total=float(own["total"]), more=ratio - 1)
            for own, ratio in zip(found.values(), grown, strict=True)
        ]
        rows.append(
            say(
                "{printed} in {year} ({id}), {more:+.0%}, against {beside}",
                lang,
                printed=printed["printed"],
                year=year,
                id=name,
                more=float(printed["value"] / base["value"]) - 1,
                beside=say(" and ", lang).join(beside),
            )
        )
    if not rows:
        return
    said = {
        frozenset({"above"}): "Growth: what is printed grows faster since {first} than the tables "
        "give, in {unit}: {rows}.",
        frozenset({"below"}): "Growth: what is printed grows more slowly since {first} than the "
        "tables give, in {unit}: {rows}.",
    }.get(frozenset(sides), "Growth since {first}, printed against the tables, in {unit}: {rows}.")
    told, unit = say("; ", lang).join(rows), unit_of(result, lang)
    yield say(said, lang, first=first[1], unit=unit, rows=told)


def _side_of_growth(
    result: "Reproduction",
    years: tuple[int, int],
    grown: list[float],
    base: pd.Series,
    printed: pd.Series,
) -> str:
    """Where printed growth lies, whatever its digits allow, against the 95 % of the tables."""
    before, now = (drawn_figure(result, "linkage", "total", year) for year in years)
    low, high = (float((now / before).quantile(q)) for q in (0.025, 0.975))
    if float(printed["low"] / base["high"]) > max(high, *grown):
        return "above"
    return "below" if float(printed["high"] / base["low"]) < min(low, *grown) else "inside"


def _growth(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Hold printed growth against that of the sectors that hold the core, in the same prices."""
    printed = result.facts.reported
    own = printed[printed["concept"].isin(["growth", "nominal_growth"])].sort_values("year")
    rows, years, beaten = [], set(), True
    for name, figure in own.iterrows():
        year, real = int(figure["year"]), figure["concept"] == "growth"
        growth = sector_growth(result, year, deflated=real)
        if growth is None:
            continue
        beaten &= float(growth.max()) < float(figure["low"])
        years |= {year, year - 1}
        most = (
            "{printed} % in {year} ({id}), the fastest of them {most:.1f} % by the GDP deflator"
            if real
            else "{printed} % in {year} ({id}), the fastest of them {most:.1f} % in current prices"
        )
        growing = {"year": year, "id": name, "most": 100 * float(growth.max())}
        rows.append(say(most, lang, printed=figure["printed"], **growing))
    if not rows:
        return
    said = (
        "No sector of the core grows like the report, printed growth against that of the value "
        "added of its sectors: {rows}."
        if beaten
        else "Printed growth against that of the value added of the core's sectors: {rows}."
    )
    told = say(said, lang, rows=say("; ", lang).join(rows))
    made = sorted(years - set(result.facts.tables))
    if made:
        told += say(" ", lang) + say(
            "By sector, {years} is joined from the tables around it.",
            lang,
            years=say(", ", lang).join(map(str, made)),
        )
    yield told


def _elasticity(result: "Reproduction", lang: Language) -> Iterator[str]:
    """How much of the printed integration-driven part panel elasticities support."""
    if result.elasticities is None or "elasticity" not in result.runs:
        return
    rows = []
    for year, printed in sorted(printed_integration(result).items()):
        if ("elasticity", year) in result.account.index:
            own = row(result.account, ("elasticity", year))
            rows.append(
                say(
                    "{own} in {year}, {share:.0%} of the {printed:.2f} that the printed figures "
                    "imply",
                    lang,
                    own=_span(own, "integration"),
                    year=year,
                    share=float(own["integration"]) / printed,
                    printed=printed,
                )
            )
    if not rows:
        return
    values = result.elasticities.mixture["elasticity"]
    yield say(
        "Elasticities: one percent more of the technology's inputs goes with {low:.3f} to "
        "{high:.3f} percent more value added by {count} admissible equations (median of their "
        "mixture {median:.3f}); the integration-driven part that they support is, in {unit}, "
        "{rows}.",
        lang,
        count=len(values),
        low=float(values.min()),
        high=float(values.max()),
        median=result.elasticities.median,
        rows=say("; ", lang).join(rows),
        unit=unit_of(result, lang),
    )


_FAR = 0.25  # relative error of a median
_SELDOM = 0.05  # made-up inputs that reach an estimate less often leave it to the technology


def _scale(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Say how much of the base elasticity is scale."""
    found = result.elasticities
    if found is None or found.placebo is None:
        return
    said = say(
        "Scale: the base equation gives {base:.3f}; with scale beside it the elasticity is "
        "{other:.3f}, made-up inputs of equal scale earn {made_up:.3f} on average and {share:.0%} "
        "of them reach the estimate, and the technology's inputs cost {cost:.3f} of value added",
        lang,
        base=found.placebo.estimate,
        other=found.with_scale,
        made_up=float(np.mean(found.placebo.made_up)),
        share=found.placebo.share_reaching,
        cost=found.cost_share,
    )
    blurred = found.placebo.share_reaching >= _SELDOM
    end = ": the equation alone cannot tell the technology from size." if blurred else "."
    said += say(end, lang)
    if found.bounds is not None:
        low, high = sorted((found.bounds.bound, found.bounds.long))
        said += say(" ", lang) + say(
            "Equal selection on what is not seen leaves [{low:.3f}, {high:.3f}] (Oster 2019).",
            lang,
            low=low,
            high=high,
        )
    yield said


def _path(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Whether the printed path goes on like a diffusion, and whether that beats naive rules."""
    foretold = _foretold(result)
    rows = [
        say(
            "{estimate:.2f} [{low:.2f}, {high:.2f}] against {printed:g} ({id})",
            lang,
            estimate=own["estimate"],
            low=own["estimate_low"],
            high=own["estimate_high"],
            printed=own["reported"],
            id=name,
        )
        for name, own in foretold.iterrows()
    ]
    if not rows:
        return
    middle = result.naive["estimate"]
    rules = list(middle.index.get_level_values("rule").unique())
    first = min(middle.index.get_level_values("year"))
    naive = say(", ", lang).join(
        say("{rule} {total:.2f}", lang, rule=lang(rule), total=float(middle[(rule, first)]))
        for rule in rules
    )
    verdict = _against_naive(result, foretold, rules, lang)
    yield say(
        "Path: a diffusion curve fixed by a printed total and its growth gives {rows}. Rules "
        "without a model give for {year}: {naive}. Held-out totals: {verdict}.",
        lang,
        rows=say(", ", lang).join(rows),
        year=first,
        naive=naive,
        verdict=verdict,
    )


_RULES = {
    "same step": "the same step every year",
    "same growth": "the same growth rate every year",
    "mean of step and growth": "the mean of the same step and the same growth rate every year",
}
"""Rule without a model -> what it says, for who has not met its name."""


def _against_naive(
    result: "Reproduction", foretold: pd.DataFrame, rules: list[str], lang: Language
) -> str:
    """Say whether the curve forecasts the held-out totals better than the best naive rule."""
    errors = result.score["error"]
    best, ours = str(errors[rules].idxmin()), float(foretold["error"].abs().mean())
    better = ours < float(errors[best])
    verdict = (
        "the curve predicts them better than the best of {count} rules without a model, {best} "
        "(mean error {ours:.1%} against {theirs:.1%})"
        if better
        else "the curve predicts them no better than the best of {count} rules without a model, "
        "{best} (mean error {ours:.1%} against {theirs:.1%})"
    )
    return say(
        verdict,
        lang,
        count=len(rules),
        ours=ours,
        theirs=float(errors[best]),
        best=lang(_RULES.get(best, best)),
    )


def _jobs(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Jobs of every run beside the printed ones."""
    printed = result.facts.reported
    for name in printed.index[printed["concept"] == "jobs"]:
        rows, unit = [], str(printed.loc[name, "unit"])
        for run in result.runs:
            own = row(result.verdicts, (run, name))
            if not pd.isna(own["estimate"]):
                values = [float(own[c]) for c in ("estimate", "estimate_low", "estimate_high")]
                shown = [f"{v if abs(v) >= 0.05 else 0.0:.1f}" for v in values]
                said = dict(zip(("estimate", "low", "high"), shown, strict=True))
                said = {name: lang.measured(text, unit) for name, text in said.items()}
                rows.append(say("{run} {estimate} [{low}, {high}]", lang, run=lang(run), **said))
        if rows:
            yield say(
                "Jobs: {report} expects new jobs for {printed} {unit} in {year} ({id}). Net of "
                "the jobs that productivity takes away, the growth of the total makes: {rows}.",
                lang,
                report=say(result.study.study.report, lang),
                printed=lang.measured(str(printed.loc[name, "printed"]), unit),
                unit=lang.measure(unit)[1],
                year=int(printed.loc[name, "year"]),
                id=name,
                rows=say(", ", lang).join(rows),
            )


def _score(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Score of every run by independent facts."""
    rows = [
        say(
            "{run} {agree} of {judged}",
            lang,
            run=say(run, lang),
            agree=int(row(result.score, run)["agree"]),
            judged=int(row(result.score, run)["judged"]),
        )
        for run in result.runs
        if result.score.loc[run, "judged"]
    ]
    if not rows:
        return
    said = say(
        "Score: each run is judged by facts, figures that restate one another counted once; "
        "the 95 % interval overlaps the printed one: {rows}.",
        lang,
        rows=say(", ", lang).join(rows),
    )
    remarks = {
        "Restatements that a run misses although their fact agrees or was used: {rows}.": (
            _missed_restatements
        ),
        "Agrees by the width of its interval, the median more than a quarter off: {rows}.": (
            _agreeing_by_width
        ),
    }
    for remark, chosen in remarks.items():
        runs = [
            say("{run} {ids}", lang, run=lang(run), ids=", ".join(ids))
            for run in result.runs
            if (ids := chosen(part(result.verdicts, run)))
        ]
        if runs:
            said += say(" ", lang) + say(remark, lang, rows=say("; ", lang).join(runs))
    yield said


def _agreeing_by_width(own: pd.DataFrame) -> list[str]:
    """Return the facts that a run agrees with while its median is far from what is printed."""
    counted = judged_facts(own)
    far = counted["agrees"].astype(bool) & (counted["error"].abs() > _FAR)
    return [str(name) for name in counted.index[far]]


def _missed_restatements(own: pd.DataFrame) -> list[str]:
    """Return the figures that a run misses while the first figure of their fact does not fail."""
    failed = own.index[own["agrees"].eq(False).fillna(False).astype(bool)]
    first = own.loc[failed, "restates"].dropna()
    return [str(name) for name in first.index[~first.isin(failed)]]


def _provenance(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Say where the figure comes from that drives every run."""
    figure = result.study.core.figure
    if figure is None:
        return
    own = row(result.facts.reported, figure)
    said = say(
        "Every run rests on the printed core, {id} = {amount}: {provenance}.",
        lang,
        id=figure,
        amount=lang(str(printed_amount(own["printed"], str(own["unit"])))),
        provenance=say(str(own.get("provenance") or "study file"), lang),
    )
    others = result.study.core.other_printings
    if others and "linkage" in result.runs:
        key = f"{figure} = {others[0]}, as also printed"
        year = int(own["year"])
        change = float(row(result.bounds, (key, year))["total"]) / float(
            row(result.account, ("linkage", year))["total"]
        )
        said += say(" ", lang) + say(
            "Another page prints {other}; it would change the linkage run's total by {change}.",
            lang,
            other=others[0],
            change=lang(f"{100 * (change - 1):+.2f} %" if not np.isclose(change, 1) else "0 %"),
        )
    yield said

"""What printed figures need: the core, the elasticity, the growth of sectors that give them.

Like all findings, sentences computed from the numbers.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from quesnay.diagnostics.report.language import ENGLISH, Language, say
from quesnay.diagnostics.reproduction.assembly import part, row

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction


def turning_points(result: "Reproduction", lang: Language = ENGLISH) -> list[str]:
    """Say what would have to be otherwise for the conclusion to change."""
    return [*_needed_core(result, lang), *_needed_elasticity(result, lang), *_leading(result, lang)]


def _needed_core(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Return the core at which the tables alone would give each printed total."""
    if "linkage" not in result.runs:
        return
    rows = []
    for name, printed in result.facts.totals().iterrows():
        year = int(printed["year"])
        agrees = row(result.verdicts, ("linkage", name))["agrees"]
        known = ("linkage", year) in result.account.index
        if not known or (not pd.isna(agrees) and bool(agrees)):
            continue
        own = row(result.account, ("linkage", year))
        rows.append(
            say(
                "{need:.2f} in {year} instead of {core:.2f}",
                lang,
                year=year,
                need=float(own["core"]) * float(printed["value"]) / float(own["total"]),
                core=float(own["core"]),
            )
        )
    if rows:
        yield say(
            "For the tables alone to give what is printed, the core would have to be, in "
            "{unit}, {rows}, with the ties per unit of core as they are.",
            lang,
            unit=unit_of(result, lang),
            rows=say(", ", lang).join(rows),
        )


def _needed_elasticity(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Return the elasticity at which the elasticity run would give what is printed.

    By the integration-driven part per unit of elasticity, which no draw of the elasticity moves.
    """
    found, use = result.elasticities, result.assembly.model.potential
    if found is None or use is None or "elasticity" not in result.runs:
        return
    inputs = {str(name): result.inputs[name].to_numpy(float) for name in result.inputs}
    drawn, rivals = use.elasticity(inputs), found.rivals["estimate"].drop("base case")
    reach = say(
        "the equations of the account reach {high:.3f}",
        lang,
        high=float(found.mixture["elasticity"].max()),
    )
    if len(rivals):
        reach += say(", their rivals {high:.3f}", lang, high=float(rivals.max()))
    for year, printed in sorted(printed_integration(result).items()):
        if ("elasticity", year) in result.account.index:
            own = drawn_figure(result, "elasticity", "integration", year)
            yield say(
                "For the elasticity run to give the integration-driven part that the printed "
                "figures imply for {year}, the elasticity would have to be {need:.3f}; {reach}.",
                lang,
                year=year,
                need=printed / float((own / drawn).median()),
                reach=reach,
            )


def _leading(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Name the largest source of uncertainty of the last total of every run."""
    totals = list(result.facts.totals().index)
    for run in result.runs:
        if result.variance.empty or not totals:
            continue
        shares = part(result.variance, run).reindex(totals).dropna(how="all")
        if shares.empty or not shares.iloc[-1].max() > 0:
            continue
        last = shares.iloc[-1]
        yield say(
            "Largest source of uncertainty of the total of {year} in the {run} run: {source}, "
            "{share:.0%} of the variance.",
            lang,
            year=int(result.facts.reported.loc[shares.index[-1], "year"]),
            run=lang(run),
            source=lang(str(last.idxmax())),
            share=float(last.max()),
        )


def implied_core(result: "Reproduction", lang: Language) -> Iterator[str]:
    """Compare the core that printed figures imply with official sector growth."""
    printed = result.facts.reported
    run = result.runs[0] if result.runs else ""
    for _, share in printed[printed["concept"] == "integration_share"].iterrows():
        year = int(share["year"])
        same = printed[(printed["concept"] == "total") & (printed["year"] == year)]
        if same.empty or (run, year) not in result.account.index:
            continue
        low = float(same["low"].iloc[0]) * (1 - float(share["high"]))
        high = float(same["high"].iloc[0]) * (1 - float(share["low"]))
        own = row(result.account, (run, year))
        said = say(
            "Core: the printed total and integration-driven share of {year} imply a core of "
            "{low:.3f} to {high:.3f} {unit}; the account, where it follows the value added of its "
            "sectors, has {own:.3f} [{own_low:.3f}, {own_high:.3f}].",
            lang,
            year=year,
            low=low,
            high=high,
            unit=unit_of(result, lang),
            own=float(own["core"]),
            own_low=float(own["core_low"]),
            own_high=float(own["core_high"]),
        )
        yield said + _out_of_reach(result, year, low, lang)


def _out_of_reach(result: "Reproduction", year: int, least: float, lang: Language) -> str:
    """Say where the least implied core outgrows every sector that holds it; else nothing."""
    start, growth = result.study.core.figure, sector_growth(result, year)
    if start is None or growth is None:
        return ""
    base = row(result.facts.reported, start)
    implied = least / float(base["high"]) - 1
    if int(base["year"]) != year - 1 or implied <= float(growth.max()):
        return ""
    return say(" ", lang) + say(
        "The implied core is at least {implied:.1%} more than {id}, and no sector of the core grew "
        "faster than {most:.1%} in current prices: no fixed weights reach it.",
        lang,
        implied=implied,
        id=start,
        most=float(growth.max()),
    )


def printed_integration(result: "Reproduction") -> dict[int, float]:
    """Return total times printed integration share, else what is printed, else total less core."""
    printed = result.facts.reported
    out: dict[int, float] = {}
    for _, total in result.facts.totals().iterrows():
        same = printed[printed["year"] == total["year"]].set_index("concept")["value"]
        year = int(total["year"])
        if "integration_share" in same.index:
            out[year] = float(total["value"]) * float(same["integration_share"])
        elif "integration" in same.index:
            out[year] = float(same["integration"])
        elif "core" in same.index:
            out[year] = float(total["value"]) - float(same["core"])
    return out


def sector_growth(
    result: "Reproduction", year: int, *, deflated: bool = False
) -> "pd.Series[float] | None":
    """Growth of value added by sector of the core, in the set of GDP vintages where it is most.

    In current prices, or deflated by the GDP deflator as the account's own real growth is.
    """
    model, sectors = result.assembly.model, result.assembly.pattern.sectors
    place = {slot.year: k for k, slot in enumerate(model.slots) if slot.variant != "forecast"}
    if year not in place or year - 1 not in place:
        return None
    found = {}
    for k, (name, levels) in enumerate(result.assembly.value_added.items()):
        now, before = (levels[sectors].iloc[place[y]] for y in (year, year - 1))
        inflation = float(model.inflation[k, place[year]]) if deflated else 1.0
        found[name] = now / before / inflation - 1.0
    growth = pd.DataFrame(found).max(axis=1)
    return None if growth.isna().any() else growth.astype(float)


def drawn_figure(result: "Reproduction", run: str, concept: str, year: int) -> "pd.Series[float]":
    """Return the draws of one number of the account, of a forecast year as it was forecast."""
    variants = {slot.year: slot.variant for slot in result.assembly.model.slots[::-1]}
    return result.draws[(run, concept, year, variants[year])]


def unit_of(result: "Reproduction", lang: Language) -> str:
    """Return the unit of the study in a language."""
    return say(result.study.study.unit, lang)

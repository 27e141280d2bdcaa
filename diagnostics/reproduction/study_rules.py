"""What a study must say so that its sections agree, checked before anything is read.

Each rule names the key that is at fault and what to do.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sized
from dataclasses import replace
from typing import TYPE_CHECKING

from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.fitting.errors import QuesnayError, StudyError, shown, suggestion
from quesnay.models.inputs import rounding_interval
from quesnay.models.satellite.account import RUNS
from quesnay.models.satellite.concepts import concept_of

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.study import (
        Employment,
        Forecast,
        Header,
        KlemsStudy,
        Penetration,
        Potential,
        Regression,
        Reported,
        Rival,
        Study,
    )

FAMILIES = ("gompertz", "logistic", "bass")
ROLES = ("input", "calibration", "held out")
READINGS = (
    "imports inside",
    "users of the core (forward)",
    "users outside the sectors of the core (forward)",
    "sum over single parts",
)
"""Other ways to read the linkage run."""
SUPPLY = ("value_added", "intermediate_sales", "purchases")
UNITS = {
    "trillion": 1e12,
    "billion": 1e9,
    "100 million": 1e8,
    "million": 1e6,
    "10,000": 1e4,
    "percent": 0.01,
}
"""First words of a unit -> ones in it."""


def unit_scale(unit: str, where: str) -> float:
    """Return ones per unit named by the first words of `unit`, "trillion yuan"."""
    for word, scale in UNITS.items():
        if unit.startswith(word):
            return scale
    raise StudyError(
        f"{where}: unknown unit {shown(unit)}; start it with one of {', '.join(UNITS)}"
    )


def check_sections(study: "Study", where: str) -> None:
    """Refuse sections that contradict each other, before anything is read."""
    for fault in _faults(study, where):
        raise StudyError(fault)


def _faults(study: "Study", where: str) -> Iterator[str]:
    """Yield what is wrong with a study, rule by rule; a rule may count on those before it."""
    yield from _check_header(study, where)
    yield from _check_tables(study, where)
    yield from _check_core(study, where)
    yield from _check_gdp(study, where)
    if study.potential is not None:
        yield from _check_potential(study, study.potential, where)
    if study.penetration is not None:
        yield from _check_penetration(study, study.penetration, where)
    if study.employment is not None:
        yield from _check_employment(study.employment, where)
    yield from _check_reported(study, where)
    yield from _check_specifications(study, where)


def _check_header(study: "Study", where: str) -> Iterator[str]:
    own = study.study
    yield from _check_years_and_units(own, where)
    for run in own.runs:
        yield from _one_of(run, ("core", *RUNS), f"{where}.study.runs", "run")
    for run, section, there in (
        ("elasticity", "potential", study.potential is not None),
        ("calibrated", "penetration", study.penetration is not None),
    ):
        if run in own.runs and not there:
            yield f"{where}.study.runs: the {run} run needs the section {section}; add it"


def _check_years_and_units(own: "Header", where: str) -> Iterator[str]:
    """Refuse a study without years, or in units that nobody has."""
    if not own.years or len(set(own.years)) < len(own.years):
        yield f"{where}.study.years: name at least one year, each once"
    yield from _years(own.years, f"{where}.study.years")
    yield from _factor(own.units_per_data_unit, f"{where}.study.units_per_data_unit")
    unit_scale(own.unit, f"{where}.study.unit")


def _check_tables(study: "Study", where: str) -> Iterator[str]:
    use = study.tables
    if not use.years or len(set(use.years)) < len(use.years):
        yield f"{where}.tables.years: name at least one year with a table, each once"
    yield from _years(use.years, f"{where}.tables.years")
    yield from _unique(use.technology_sectors, f"{where}.tables.technology_sectors")
    yield from _one_of(use.imports, ("separate", "included"), f"{where}.tables.imports")
    yield from _one_of(use.reading, ("", *READINGS), f"{where}.tables.reading", "reading")
    if use.demand is not None and not use.demand.codes:
        yield f"{where}.tables.demand.codes: name at least one series, or leave out the section"
    if use.demand is not None:
        yield from _unique(use.demand.codes.values(), f"{where}.tables.demand.codes")
    for year in use.files:
        if year not in map(str, use.years):
            yield f"{where}.tables.files.{year}: {year} is not among tables.years; add it"
    owner: dict[str, str] = {}
    for group, sectors in use.groups.items():
        for sector in sectors:
            if sector in owner:
                yield (
                    f"{where}.tables.groups.{group}: sector {sector!r} is in group "
                    f"{owner[sector]!r} already; name it once"
                )
            owner[sector] = group
    for stage, groups in use.stages.items():
        said = f"{where}.tables.stages.{stage}: no industry group"
        yield from _unknown(groups, use.groups, said)


def _years(years: tuple[int, ...], where: str) -> Iterator[str]:
    for year in years:
        if not 1000 <= year <= 2999:
            yield f"{where}: {shown(year)} is no calendar year"


def _one_of(word: object, known: tuple[str, ...], where: str, what: str = "word") -> Iterator[str]:
    yield from _unknown([word], known, f"{where}: unknown {what}")


def _unknown(words: Iterable[object], known: Iterable[str], said: str) -> Iterator[str]:
    listed = list(known)
    for word in words:
        if word not in listed:
            yield f"{said} {shown(word)};{suggestion(word, listed)}"


def _number(text: str, where: str) -> Iterator[str]:
    """Refuse a printed figure that is no number, or none that can be computed with."""
    try:
        rounding_interval(text)
        known = math.isfinite(float(text))
    except (QuesnayError, ValueError, ArithmeticError):
        known = False
    if not known:
        yield f"{where}: {shown(text)} is no printed number such as 2.13"


def _is_of(figure: str | None, letter: str, where: str) -> Iterator[str]:
    """Refuse a printed figure of another concept than the key needs."""
    concept = concept_of(letter)
    if concept is not None and figure and not figure.startswith(letter):
        yield (
            f"{where}: {shown(figure)} is no printed {concept.title}; ids of these start with "
            f"{letter}"
        )


def _unique(names: Iterable[str], where: str) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{where}: {shown(name)} stands twice; name each once"
        seen.add(name)


def _filled(names: Sized, where: str, what: str) -> Iterator[str]:
    if not names:
        yield f"{where}: name at least one {what}, or leave the key out"


def _factor(value: float, where: str) -> Iterator[str]:
    """Refuse a change of units that no pair of units has: squares of it would overflow."""
    if not 1e-30 <= value <= 1e30:
        yield f"{where}: expected a number above zero, from 1e-30 to 1e30, got {value:g}"


def _check_core(study: "Study", where: str) -> Iterator[str]:
    yield from _is_of(study.core.figure, "C", f"{where}.core.figure")
    if not 0 <= study.core.dispersion <= _WIDEST:
        yield f"{where}.core.dispersion: expected 0 or more, at most {_WIDEST}"
    if not study.core.segments:
        yield f"{where}.core.segments: name at least one segment with a sector"
    for segment, weights in study.core.segments.items():
        yield from _filled(weights, f"{where}.core.segments.{segment}", "sector")
        for sector, weight in weights.items():
            if not 0 <= weight <= 1:
                yield (
                    f"{where}.core.segments.{segment}.{sector}: the weight is {weight:g}; "
                    "expected 0 to 1"
                )
    if not any(max(weights.values()) > 0 for weights in study.core.segments.values()):
        yield f"{where}.core.segments: every weight is zero"
    for text in study.core.other_printings:
        yield from _number(text, f"{where}.core.other_printings")
        if study.core.figure is None:
            yield f"{where}.core.other_printings: they stand beside core.figure; name it"
    if study.core.figure is None:
        yield from _check_shares(study, where)


_WIDEST = 10  # a coefficient of variation; wider, a weight is drawn as 0 or 1


def _check_shares(study: "Study", where: str) -> Iterator[str]:
    """Weights that are shares as they stand take no sector more than once."""
    taken: dict[str, float] = {}
    for segment, weights in study.core.segments.items():
        for sector, weight in weights.items():
            taken[sector] = taken.get(sector, 0.0) + weight
            if taken[sector] > 1 + 1e-9:
                yield (
                    f"{where}.core.segments.{segment}.{sector}: the segments take "
                    f"{taken[sector]:.0%} of sector {sector!r}; without core.figure the weights "
                    "are shares of the sector and add up to 1 at most"
                )


def _check_gdp(study: "Study", where: str) -> Iterator[str]:
    """Every vintage set names every year of the account, once."""
    for given, key in ((study.gdp.file, "file"), (study.gdp.forecast, "forecast")):
        if given is not None and not study.gdp.vintages:
            needs = "it needs gdp.vintages, which say what vintage each year takes"
            yield f"{where}.gdp.{key}: {needs}"
    names = [vintage.name for vintage in study.gdp.vintages]
    for name in names:
        if names.count(name) > 1:
            yield f"{where}.gdp.vintages: two sets are called {name!r}; name each once"
    for vintage in study.gdp.vintages:
        for year in study.study.years:
            if str(year) not in vintage.years:
                yield f"{where}.gdp.vintages {vintage.name!r}: year {year} is missing"
    if study.gdp.forecast is not None:
        yield from _check_forecast(study, study.gdp.forecast, where)


def _check_forecast(study: "Study", forecast: "Forecast", where: str) -> Iterator[str]:
    if forecast.low > forecast.high:
        yield f"{where}.gdp.forecast: low lies above high"
    if not -1 < forecast.low <= forecast.high < 1:
        yield (
            f"{where}.gdp.forecast: growth from low = {forecast.low:g} to high = "
            f"{forecast.high:g}; expected fractions such as 0.07"
        )
    if forecast.year != max(study.study.years):
        yield f"{where}.gdp.forecast.year: {forecast.year} is not the last of study.years"


def _check_potential(study: "Study", use: "Potential", where: str) -> Iterator[str]:
    if not study.tables.technology_sectors:
        yield (
            f"{where}.tables.technology_sectors: the elasticity run holds the core against the "
            "supply of the technology; name the sectors that produce it, or leave out potential"
        )
    yield from _one_of(use.supply, SUPPLY, f"{where}.potential.supply", "measure")
    yield from _unique(
        (equation.name for equation in use.equations), f"{where}.potential.equations"
    )
    parts: tuple[Regression | Rival, ...] = (use, *use.rivals, *use.equations)
    for part in parts:
        yield from _check_rows(part, f"{where}.potential")
    yield from _check_regression(use, use, f"{where}.potential")
    for place, rival in enumerate(use.rivals):
        yield from _check_regression(use, rival, f"{where}.potential.rivals[{place}]")
    for place, equation in enumerate(use.equations):
        name = f"{where}.potential.equations[{place}]"
        yield from _check_regression(use, equation, name)
        if equation.std_error < 0:
            yield f"{name}.std_error: {equation.std_error:g}; expected 0 or more"
        if not equation.weight > 0:
            yield f"{name}.weight: expected a number above zero, got {equation.weight:g}"
        kinds = ("regression", "cost share", "capital share", "outside")
        yield from _unknown([equation.kind], kinds, f"{name}.kind:")
        if equation.kind == "outside" and (equation.value is None or not equation.source):
            yield f"{name}: an outside value needs value and source; add them"
        if equation.kind == "capital share" and not (equation.panel and equation.inputs):
            yield f"{name}: a capital share needs panel and inputs; add them"


def _check_rows(use: "Regression | Rival", where: str) -> Iterator[str]:
    yield from _years(use.years or (), f"{where}.years")
    for name, columns in use.logarithms.items():
        if not columns:
            yield f"{where}.logarithms.{name}: name at least one column of the panel"
        yield from _unique(columns, f"{where}.logarithms.{name}")


def _check_regression(base: "Potential", own: "Regression | Rival", where: str) -> Iterator[str]:
    formula, term = own.formula or base.formula, own.term or base.term
    left, tilde, right = formula.partition("~")
    if not tilde or not left.strip() or not right.strip():
        yield f"{where}.formula: {shown(formula)}; expected outcome ~ regressors"
    if not re.search(rf"(?<!\w){re.escape(term)}(?!\w)", right):
        yield f"{where}.term: {shown(term)} is no term of {shown(formula)}"
    measures = ("value_added", "gross_output")
    yield from _one_of(
        own.applies_to or base.applies_to, measures, f"{where}.applies_to", "measure"
    )


def _check_penetration(study: "Study", use: "Penetration", where: str) -> Iterator[str]:
    if study.potential is None:
        yield f"{where}.penetration: a curve needs a potential; add section potential"
    yield from _is_of(use.total, "T", f"{where}.penetration.total")
    yield from _is_of(use.growth, "G", f"{where}.penetration.growth")
    yield from _unique(use.curves, f"{where}.penetration.curves")
    if not use.curves:
        yield f"{where}.penetration.curves: name at least one curve"
    if not study.gdp.vintages:
        yield f"{where}.penetration: real growth needs that of GDP; add gdp.vintages"
    for name in use.curves:
        yield from _one_of(name, FAMILIES, f"{where}.penetration.curves", "curve")
    if len(use.saturation) != 2 or not 0 < use.saturation[0] <= use.saturation[1]:
        yield f"{where}.penetration.saturation: expected two positive numbers, lowest first"
    yield from _years((use.launch,), f"{where}.penetration.launch")
    if use.launch >= min(study.study.years):
        yield (
            f"{where}.penetration.launch: {use.launch} is not before the first year, "
            f"{min(study.study.years)}"
        )


def _check_employment(use: "Employment", where: str) -> Iterator[str]:
    yield from _factor(use.units_per_data_unit, f"{where}.employment.units_per_data_unit")
    yield from _is_of(use.figure, "J", f"{where}.employment.figure")
    yield from _years((use.year, use.productivity_since), f"{where}.employment.productivity_since")
    owner: dict[str, str] = {}
    for sector, codes in use.sectors.items():
        yield from _filled(codes, f"{where}.employment.sectors.{sector}", "industry")
        for code in codes:
            if code in owner:
                yield (
                    f"{where}.employment.sectors.{sector}: industry {code!r} is in sector "
                    f"{owner[code]!r} already; its jobs would count twice"
                )
            owner[code] = sector
    if use.productivity_since >= use.year:
        yield f"{where}.employment.productivity_since: expected a year before {use.year}"


def _check_printed(reported: "Reported", where: str) -> Iterator[str]:
    for name, figure in reported.figures.items():
        here = f"{where}.reported.figures.{name}"
        if concept_of(name) is None:
            yield f"{here}: ids start with one of C, I, T, S, H, K, G, N, J"
        if name[1:] != f"{figure.year % 100:02d}":
            yield (
                f"{here}.year: {figure.year} does not fit the id; expected "
                f"{name[0]}{figure.year % 100:02d}"
            )
        yield from _number(figure.printed, f"{here}.printed")
        yield from _years((figure.year,), f"{here}.year")
        scale = unit_scale(figure.unit, f"{here}.unit")
        if name[0] in "SH" and not 0 <= float(figure.printed) * scale <= 1:
            yield (
                f"{here}.printed: {figure.printed} {figure.unit} is no share of a whole; "
                "expected 0 to 100 percent"
            )
        yield from _one_of(figure.kind, ("estimate", "forecast"), f"{here}.kind")


def _check_reported(study: "Study", where: str) -> Iterator[str]:
    yield from _check_printed(study.reported, where)
    for run, roles in study.reported.roles.items():
        if run not in RUNS:
            yield f"{where}.reported.roles.{run}: unknown run;{suggestion(run, RUNS)}"
        for figure_id, role in roles.items():
            here = f"{where}.reported.roles.{run}.{figure_id}"
            yield from _one_of(role, ROLES, here, "role")
            if role != study.role(run, figure_id):
                yield (
                    f"{here}: the run takes it as {study.role(run, figure_id)}, the file says "
                    f"{role}; make core.figure, penetration and the role agree"
                )


_NOT_KEYS = ("run", "reading", "gdp.vintage")


def _check_specifications(study: "Study", where: str) -> Iterator[str]:
    """Every level replaces keys that exist, by values of their type."""
    use = study.specifications
    if use is None:
        return
    for part in ("regression", "account"):
        for choice, levels in getattr(use, part).items():
            yield from _filled(levels, f"{where}.specifications.{part}.{choice}", "level")
            for level, keys in levels.items():
                here = f"{where}.specifications.{part}.{choice}.{level}"
                yield from _one_of(keys.get("run", RUNS[0]), RUNS, here, "run")
                yield from _one_of(keys.get("reading", READINGS[0]), READINGS, here, "reading")
                own = {k: v for k, v in keys.items() if k not in _NOT_KEYS}
                other = replace(with_keys(study, own, here), specifications=None)
                yield from _faults(other, here)
    known = {**use.regression, **use.account}
    for place, combination in enumerate(use.inadmissible):
        for choice, levels in combination.items():
            here = f"{where}.specifications.inadmissible[{place}]"
            yield from _one_of(choice, tuple(known), here, "choice")
            said = f"{here}: {choice!r} has no level"
            yield from _unknown(levels, known[choice], said)


def check_klems(study: "KlemsStudy", where: str) -> None:
    """Refuse an account of growth without industries, capital or years."""
    for fault in _growth_faults(study, where):
        raise StudyError(fault)


def _growth_faults(study: "KlemsStudy", where: str) -> Iterator[str]:
    yield from _check_years_and_units(study.study, where)
    for key in ("producers", "capital"):
        found = getattr(study.klems, key)
        if not found or not all(found.values()):
            yield f"{where}.klems.{key}: give at least one definition with names"
    yield from _check_printed(study.reported, where)

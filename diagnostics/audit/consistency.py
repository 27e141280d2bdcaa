"""Whether the printed figures of a report can all be true: the audit."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import pandas as pd

from quesnay.datasets.embedded import load_gdp_vintages, load_reported
from quesnay.diagnostics.audit.assignments import (
    Assignment,
    assignments,
    bounds,
    choices_of,
    conflicts,
    implied,
    stands_alone,
)
from quesnay.diagnostics.audit.figures import (
    Alternative,
    Figure,
    checked_figures,
    checked_vintages,
    printed_interval,
)
from quesnay.diagnostics.audit.files import ReportFile
from quesnay.diagnostics.audit.identities import (
    ACCOUNT_IDENTITIES,
    ACCOUNT_QUANTITIES,
    FREE_DEFLATOR,
    Identity,
    Quantity,
)
from quesnay.diagnostics.audit.problem import Key, Problem, pose
from quesnay.diagnostics.audit.result import AuditResult, OneVintage, Reading, findings_of
from quesnay.fitting.checks import as_tuple
from quesnay.fitting.errors import DataError, shown

_Declared = TypeVar("_Declared", Identity, Quantity)
_REPORT, _COUNTRY = "caict_2020", "CHN"
_FORECAST_GROWTH = (7.0, 8.5)  # nominal, percent: what was expected of 2020 before the epidemic
_EXPECTED_UNTIL = "2020-03"
_REPAIRS = 12
_DEFLATOR = Quantity("D", "GDP deflator growth", unit="percent", low=-90.0, high=1000.0)


def audit(
    reported: pd.DataFrame | ReportFile | None = None,
    gdp: pd.DataFrame | None = None,
    *,
    gdp_unit: str = "100 million yuan",
    forecast_growth: tuple[float, float] | None = None,
    identities: Sequence[Identity] | None = None,
    quantities: Sequence[Quantity] | None = None,
    without: Sequence[str] = (),
) -> AuditResult:
    """Judge whether the printed figures of a report can all be true.

    A printed figure is an interval, the accounting identities tie the figures to one another. Each
    figure that needs GDP may rest on vintages of its own, and a contribution to growth on current
    or on constant prices. Every such assignment is tried.

    Parameters
    ----------
    reported : DataFrame or ReportFile, optional
        By default the figures of the embedded report; `read_figures` reads a file of a user's own,
        with its own identities and vintages. A frame has index id (T total, C core, I integration,
        S share of GDP, H integration share, K contribution to growth, G real and N nominal growth,
        each with the year) and columns concept, year, printed, unit, and optionally low, high,
        kind, symbol, published, provenance, other_printing.
    gdp : DataFrame, optional
        GDP vintages: year, vintage, gdp, and optionally real_growth (percent), published, basis,
        unit; by default those embedded for a frame, and those of the file for a file.
    gdp_unit : str
        Unit of gdp where the frame has no unit column.
    forecast_growth : (float, float), optional
        Nominal growth, percent, of the forecast of GDP on which forecast figures may rest, from the
        first published vintage of the year before. By default 7 to 8.5 % with the embedded GDP and
        figures published until March 2020 (what was expected of that year before the epidemic),
        else any forecast. They may rest on the outcomes too.
    identities, quantities : sequence, optional
        What holds and what the symbols mean; by default those of a satellite account, or the
        file's.
    without : sequence of str
        Ids to leave out.

    Returns
    -------
    AuditResult
        ``feasible``, ``assignments``, ``vintages``, ``one_vintage``, ``bounds``, ``conflicts``,
        ``readings``, ``findings``; also `plot()`.

    Raises
    ------
    QuesnayError
        If figures, units, identities or vintages are at fault.

    Notes
    -----
    With the vintages and definitions fixed each identity is linear in the quantities that several
    identities share, its other factors are intervals of its own, and a small linear programme
    decides and bounds exactly (Oettli and Prager 1964 for interval coefficients; ratios by Charnes
    and Cooper 1962). Rounding intervals are half open: the upper end is moved inward by a millionth
    of the width.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = qn.audit(qn.load_reported("caict_2020"))
    >>> found.feasible, len(found.assignments)
    (True, 1)
    >>> found.assignments.loc[1, ["K18", "K18 definition"]].tolist()
    ['2017 final before census, 2018 preliminary', 'nominal']
    >>> qn.audit(qn.load_reported("caict_2020"), without=["I18", "I19", "C19"]).feasible
    True
    """
    file = reported if isinstance(reported, ReportFile) else None
    growth = forecast_growth
    if file is not None:
        gdp = file.gdp if gdp is None else gdp
        growth = file.forecast_growth if growth is None else growth
        identities = file.identities if identities is None else identities
        quantities = file.quantities if quantities is None else quantities
        reported = file.figures
    elif reported is None:
        reported = load_reported(_REPORT)
    figures = checked_figures(reported, without=without)
    if gdp is None and file is None:
        gdp = load_gdp_vintages(_COUNTRY)
        early = all(
            not f.published or (len(f.published) > 4 and f.published <= _EXPECTED_UNTIL)
            for f in figures
            if f.kind == "forecast"
        )
        growth = _FORECAST_GROWTH if growth is None and early else growth
    vintages = checked_vintages(gdp, figures, unit=gdp_unit, forecast_growth=growth)
    tied = ACCOUNT_IDENTITIES if identities is None else _of(Identity, identities, "identities")
    declared = ACCOUNT_QUANTITIES if quantities is None else _of(Quantity, quantities, "quantities")
    return _judged(pose(figures, declared, tied, vintages), declared, tied)


def _of(kind: type[_Declared], values: Sequence[_Declared], name: str) -> tuple[_Declared, ...]:
    """Return what a file of figures declares, refusing anything else."""
    for value in as_tuple(values, name):
        if not isinstance(value, kind):
            raise DataError(f"{name}: expected read_figures(path).{name}, got {shown(value)}")
    return tuple(values)


def _judged(
    problem: Problem, declared: Sequence[Quantity], tied: Sequence[Identity]
) -> AuditResult:
    found = assignments(problem)
    clashes = [] if found else conflicts(problem)
    result = AuditResult(
        feasible=bool(found),
        assignments=_assignments_frame(problem, found),
        tried=math.prod(len(several) for several in choices_of(problem).values()),
        vintages=_vintages_frame(problem, found),
        one_vintage=_one_vintage(problem, found, declared, tied),
        bounds=_bounds_frame(problem, bounds(problem, found)),
        conflicts=clashes,
        misses=_misses_frame(problem, clashes),
        readings=_readings(problem),
        figures=pd.DataFrame(
            [(one.concept, one.year, one.printed) for one in problem.figures],
            columns=["concept", "year", "printed"],
            index=pd.Index([one.id for one in problem.figures], name="id"),
        ),
        found=(),
        identities=tuple(
            dict.fromkeys(o.identity.text for i in problem.instances for o in i.options)
        ),
        letters={one.symbol: one.concept for one in declared},
    )
    return replace(result, found=tuple(findings_of(problem, result)))


def _assignments_frame(problem: Problem, found: Sequence[Assignment]) -> pd.DataFrame:
    """Return one row a consistent assignment: vintages and definition of each figure."""
    columns: list[str] = []
    for owner, several in choices_of(problem).items():
        if any(choice.vintages for choice in several):
            columns.append(owner)
        if any(choice.definition for choice in several):
            columns.append(f"{owner} definition")
    rows: dict[frozenset[tuple[str, str]], dict[str, str]] = {}
    for one in found:  # a combination of choices may have several pairs of rows
        row: dict[str, str] = {}
        for choice in one.choices:
            row |= {choice.owner: choice.text, f"{choice.owner} definition": choice.definition}
        rows[frozenset(row.items())] = row
    frame = pd.DataFrame(list(rows.values()), columns=columns)
    if len(frame) and columns:
        frame = frame.sort_values(columns).reset_index(drop=True)
    return frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="assignment"), axis=0)


def _vintages_frame(problem: Problem, found: Sequence[Assignment]) -> pd.DataFrame:
    """Return one row for each figure that needs GDP and each of its choices."""
    columns = [
        "id", "vintages", "definition", "fits", "alone", "implied_low", "implied_high", "unit",
        "coherent", "known",
    ]  # fmt: skip
    used = {(c.owner, c.text, c.definition) for one in found for c in one.choices}
    rows = []
    figures = {figure.id: figure for figure in problem.figures}
    for owner, several in choices_of(problem).items():
        figure = figures.get(owner)
        if figure is None:
            continue
        alone = stands_alone(problem, several)
        for (choice, ends), good in zip(implied(problem, figure), alone, strict=True):
            named = owner, choice.text, choice.definition
            finite = (end if math.isfinite(end) else math.nan for end in ends)
            known = not _late(figure, choice.vintages)
            unit = figure.unit.text
            rows.append((*named, named in used, good, *finite, unit, choice.coherent, known))
    return pd.DataFrame(rows, columns=columns)


def _late(figure: Figure, vintages: Sequence[Alternative]) -> bool:
    """Whether a vintage was published after the figure, as far as both dates are known."""
    dates = [one.published[: len(figure.published)] for one in vintages if one.published]
    return bool(figure.published) and any(date > figure.published[: len(date)] for date in dates)


def _bounds_frame(problem: Problem, ends: Mapping[Key, tuple[float, float]]) -> pd.DataFrame:
    """Return the extent of every quantity that the figures bound on both sides."""
    printed = {figure.key for figure in problem.figures}
    order = list(problem.quantities)
    rows = []
    for key in sorted(ends, key=lambda key: (order.index(key[0]), key[1])):
        low, high = ends[key]
        if math.isfinite(low) and math.isfinite(high):
            concept, unit = problem.quantities[key[0]].concept, problem.units[key[0]].text
            rows.append((concept, key[1], low, high, unit, key in printed))
    frame = pd.DataFrame(rows, columns=["concept", "year", "low", "high", "unit", "printed"])
    return frame.set_index(["concept", "year"])


# ---- one vintage a year ----------------------------------------------------------------------


def _one_vintage(
    problem: Problem,
    found: Sequence[Assignment],
    declared: Sequence[Quantity],
    tied: Sequence[Identity],
) -> OneVintage:
    """Return the special case in which all figures rest on one vintage of each year."""
    sets = set()
    for one in found:
        names = {(v.year, v.name) for choice in one.choices for v in choice.vintages}
        if len(names) == len({year for year, _ in names}):
            sets.add(_set_of(one))
    official, rows = _official_deflators(problem), []
    # the identities that rest on the official real growth of GDP
    deflated = [one for one in tied if "R" in {symbol for symbol, _ in one.names}]
    if official and any(identity in ACCOUNT_IDENTITIES for identity in deflated):
        kept = [identity for identity in tied if identity not in deflated]
        own = [quantity for quantity in declared if quantity.symbol != "D"]
        free = pose(problem.figures, (*own, _DEFLATOR), (*kept, FREE_DEFLATOR), problem.vintages)
        grouped: dict[tuple[Alternative, ...], list[Assignment]] = {}
        for one in assignments(free, one_vintage=True):
            grouped.setdefault(_set_of(one), []).append(one)
        for chosen, several in grouped.items():
            ends = bounds(free, several)
            row: dict[str, object] = {
                "vintages": ", ".join(one.label for one in chosen),
                "coherent": len({one.basis for one in chosen if one.basis}) <= 1,
                "fits": chosen in sets,
            }
            for (symbol, year), (low, high) in ends.items():
                if symbol == "D" and year in official:
                    row |= {f"deflator {year} low": low, f"deflator {year} high": high}
            rows.append(row)
    frame, needed = pd.DataFrame(rows), {}
    for year, given in official.items():
        if f"deflator {year} low" in frame.columns:
            low, high = frame[f"deflator {year} low"].min(), frame[f"deflator {year} high"].max()
            needed[year] = (low, high, *given, "percent")
    columns = ["low", "high", "official_low", "official_high", "unit"]
    deflator = pd.DataFrame.from_dict(needed, orient="index", columns=columns).rename_axis("year")
    return OneVintage(bool(sets), deflator, frame)


def _set_of(one: Assignment) -> tuple[Alternative, ...]:
    chosen = {v.year: v for choice in one.choices for v in choice.vintages}
    return tuple(chosen[year] for year in sorted(chosen))


def _official_deflators(problem: Problem) -> dict[int, tuple[float, float]]:
    """Return the deflators, percent, that nominal and real GDP give over all pairs of vintages."""
    out = {}
    for year, options in problem.vintages.by_year.items():
        pairs = itertools.product(options, problem.vintages.by_year.get(year - 1, ()))
        found = []
        for one, before in pairs:
            if one.growth is not None and math.isfinite(one.gdp[1]):
                found.append(one.gdp[0] / before.gdp[1] / (1.0 + one.growth[1]))
                found.append(one.gdp[1] / before.gdp[0] / (1.0 + one.growth[0]))
        if found:
            out[year] = (100.0 * (min(found) - 1.0), 100.0 * (max(found) - 1.0))
    return out


# ---- other readings, and misses --------------------------------------------------------------


def _readings(problem: Problem) -> tuple[Reading, ...]:
    """Return the audit without the figures of each secondary source, and with other printings."""
    changed: list[tuple[str, tuple[str, ...], Problem]] = []
    sources = dict.fromkeys(figure.provenance for figure in problem.figures)
    for source in [name for name in sources if name][1:]:
        ids = tuple(figure.id for figure in problem.figures if figure.provenance == source)
        rest = problem.without(ids)
        if rest.instances:
            of = "" if source.startswith("quoted") else "of the "
            changed.append((f"without the figures {of}{source}", ids, rest))
    for figure in problem.figures:
        if other := figure.other_printing:
            low, high = printed_interval(other)
            read = replace(figure, printed=other, low=low, high=high)
            name = f"with {figure.id} as {other} instead of {figure.printed}"
            figures = (read if one.id == figure.id else one for one in problem.figures)
            changed.append((name, (), problem.with_figures(figures)))
    out = []
    for name, ids, own in changed:
        found = assignments(own)
        frame = _bounds_frame(own, bounds(own, found))
        out.append(Reading(name, ids, _assignments_frame(own, found), frame))
    return tuple(out)


def _misses_frame(problem: Problem, clashes: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Return by how much figures miss what the others imply, where leaving few of them out helps.

    The figures are those of the smallest sets without which all others hold; `missed_by` counts
    half units of the last printed digit, for the vintages that come nearest.
    """
    columns = [
        "left_out", "id", "printed_low", "printed_high", "implied_low", "implied_high",
        "missed_by", "unit",
    ]  # fmt: skip
    figures = {figure.id: figure for figure in problem.figures}
    rows = []
    for ids in _smallest_repairs(clashes):
        for name in ids:
            figure = figures[name]
            half = 0.5 * (figure.high - figure.low)
            gap, ends = min(
                (
                    (max(low - figure.high, figure.low - high, 0.0) / half, (low, high))
                    for low, high in _implied_without(
                        problem.without([i for i in ids if i != name]), figure
                    )
                ),
                default=(math.nan, (math.nan, math.nan)),
            )
            rows.append(
                (", ".join(ids), name, figure.low, figure.high, *ends, gap, figure.unit.text)
            )
    return pd.DataFrame(rows, columns=columns)


def _smallest_repairs(clashes: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the smallest sets of ids that take a figure out of every conflict, at most 12."""
    names = list(dict.fromkeys(name for one in clashes for name in one))
    for size in range(1, 4 if clashes else 1):
        found = [
            ids
            for ids in itertools.combinations(names, size)
            if all(set(ids) & set(one) for one in clashes)
        ]
        if found:
            return found[:_REPAIRS]
    return []


def _implied_without(problem: Problem, figure: Figure) -> list[tuple[float, float]]:
    if figure.id in choices_of(problem):
        options = [ends for _, ends in implied(problem, figure)]
    else:
        own = replace(problem.quantities[figure.symbol], low=-math.inf, high=math.inf)
        free = problem.changed(quantities={**problem.quantities, figure.symbol: own})
        rest = free.without([figure.id])
        ends = bounds(rest, assignments(rest), figure.key).get(figure.key)
        options = [] if ends is None else [ends]
    return [ends for ends in options if all(map(math.isfinite, ends))]

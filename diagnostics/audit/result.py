"""What the audit of a report found, in numbers and in sentences computed from them."""

import math
import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from quesnay.diagnostics.audit.assignments import choices_of, factor_interval
from quesnay.diagnostics.audit.figures import Figure
from quesnay.diagnostics.audit.problem import Choice, Problem
from quesnay.models.display.table import Table, Tabular

_TELLING = {"verdict", "vintages mixed", "definition excluded", "late", "one vintage"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the audit found.

    Parameters
    ----------
    kind : str
        "verdict", "without" (figures without which the others hold), "rests on", "vintages mixed",
        "definition excluded", "late", "one vintage", "implied", "reading" or "not tied".
    ids : tuple of str
        The figures that it is about; empty where it is about all.
    text : str
        The sentence.
    """

    kind: str
    ids: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class OneVintage:
    """The special case in which all figures rest on one vintage of each year.

    Parameters
    ----------
    feasible : bool
        Whether some set of vintages, one a year, satisfies every identity with its own deflator.
    deflator : DataFrame
        Index year: low, high that the figures would need over all sets of vintages that satisfy the
        other identities; official_low, official_high that nominal and real GDP give over all pairs
        of vintages; unit. Empty where no identity has a deflator or no set is left.
    sets : DataFrame
        One row a set that satisfies all but the deflator: vintages, coherent (of one statistical
        basis), fits (with the official deflator too) and the deflator it needs, by year.
    """

    feasible: bool
    deflator: pd.DataFrame
    sets: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The audit with other figures: `assignments` and `bounds` as in the result.

    Parameters
    ----------
    name : str
        What is different.
    left_out : tuple of str
        Ids that are left out.
    assignments, bounds : DataFrame
        What fits, and what follows.
    """

    name: str
    left_out: tuple[str, ...]
    assignments: pd.DataFrame
    bounds: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AuditResult(Tabular):
    """Whether the printed figures of a report are mutually consistent, and what they imply.

    Parameters
    ----------
    feasible : bool
        Some assignment of vintages and definitions to the figures satisfies every identity.
    assignments : DataFrame
        One row a consistent assignment: for each figure that needs GDP the vintages on which it
        rests, and in "<id> definition" its definition where there are several.
    tried : int
        How many assignments there are.
    vintages : DataFrame
        One row for each figure that needs GDP and each of its choices: id, vintages, definition,
        fits (some consistent assignment uses it), alone (its own identity and the figures in it
        allow it), implied_low, implied_high and unit (what the figure would then be by all other
        figures), coherent (the vintages are of one statistical basis), known (they were published
        before the figure was).
    one_vintage : OneVintage
        The special case of one vintage a year for all figures.
    bounds : DataFrame
        Index (concept, year); low, high, unit, printed (bool): every printed and implied quantity
        over all consistent assignments. Empty where nothing holds.
    conflicts : list of list of str
        The smallest sets of ids that cannot hold together; empty when feasible.
    misses : DataFrame
        Where nothing holds: the smallest sets of figures without which all others hold (left_out),
        and for each figure of them the interval printed, the nearest one that the others imply, and
        by how many half units of the last digit it misses it.
    readings : tuple of Reading
        The same audit without the figures of each secondary source, and with other printings.
    figures : DataFrame
        Index id: concept, year and printed, of every figure that was checked.
    found : tuple of Finding
        What was found, each with its kind and the ids that it is about.
    identities : tuple of str
        The equations used.
    letters : dict of str to str
        What the letters of the equations stand for.
    """

    feasible: bool
    assignments: pd.DataFrame
    tried: int
    vintages: pd.DataFrame
    one_vintage: OneVintage
    bounds: pd.DataFrame
    conflicts: list[list[str]]
    misses: pd.DataFrame
    readings: tuple[Reading, ...]
    figures: pd.DataFrame
    found: tuple[Finding, ...]
    identities: tuple[str, ...]
    letters: dict[str, str]

    @property
    def findings(self) -> list[str]:
        """What was found, in sentences."""
        return [one.text for one in self.found]

    @property
    def telling(self) -> list[str]:
        """The findings without the details of single figures, implied values and other readings."""
        return [one.text for one in self.found if one.kind in _TELLING]

    def tables(self) -> tuple[Table, ...]:
        """Return findings, assignments, vintages, bounds and conflicts as tables."""
        verdict = "mutually consistent" if self.feasible else "not mutually consistent"
        findings = pd.DataFrame(
            {"finding": list(self.findings)},
            index=pd.RangeIndex(1, len(self.findings) + 1, name="number"),
        )
        tables = [Table(f"Audit: the printed figures are {verdict}", findings)]
        if self.assignments.size:
            named = self.assignments.T.rename(index=self.name_of)
            tables.append(Table("Consistent assignments, one a column", named))
        if len(self.vintages):
            note = (
                "Fits: some consistent assignment uses it. Alone: the figure's own identity allows "
                "it. Implied: what the figure would be by all other figures. Coherent: vintages of "
                "one statistical basis. Known: published before the figure was."
            )
            named = self.vintages.assign(figure=self.vintages["id"].map(self.name_of))
            named = named.drop(columns="id").set_index(["figure", "vintages"])
            named = named.rename(columns=_in_words)
            tables.append(Table("What each figure can rest on", named, (note,)))
        if len(self.bounds):
            note = "Bounds hold for every unrounded value and every consistent assignment."
            notes = (note, *self.identities, *self._letters())
            tables.append(Table("Printed and implied quantities", self.bounds, notes))
        if len(self.one_vintage.sets):
            note = (
                "Sets of vintages, one a year, that satisfy every identity but the deflator's, and "
                "the growth of the GDP deflator in percent that the figures would need with them. "
                "Fits: with the deflator of nominal and real GDP too."
            )
            tables.append(Table("One vintage a year, any deflator", self.one_vintage.sets, (note,)))
        return (*tables, *self._clashes())

    def _clashes(self) -> list[Table]:
        """Return which figures cannot hold together, and by how much they miss it."""
        tables = []
        if self.conflicts:
            sets = pd.DataFrame(
                {"figures": ["; ".join(map(self.name_of, s)) for s in self.conflicts]}
            )
            tables.append(Table("Smallest sets of figures that cannot hold together", sets))
        if len(self.misses):
            note = "Missed by: in half units of the last printed digit."
            ends = ("printed_low", "printed_high", "implied_low", "implied_high")
            formats = dict.fromkeys(map(_in_words, ends), ",.5g")
            named = self.misses.assign(id=self.misses["id"].map(self.name_of))
            named = named.rename(columns=lambda name: _in_words("figure" if name == "id" else name))
            title = "Smallest sets without which the others hold"
            tables.append(Table(title, named, (note,), formats))
        return tables

    def _letters(self) -> list[str]:
        """Say what the letters of the equations stand for, as far as it is declared."""
        used = {word for one in self.identities for word in re.findall(r"[A-Za-z_]+(?=\[)", one)}
        told = [f"{one} = {words}" for one, words in self.letters.items() if one in used - {words}]
        return [f"Letters, t the year: {'; '.join(told)}."] if told else []

    def name_of(self, figure: str) -> str:
        """Return a figure's id behind its concept and year, with what follows the id.

        Examples
        --------
        >>> import quesnay as qn
        >>> qn.audit().name_of("S18")
        'share of GDP, 2018 (S18)'
        """
        own, _, rest = figure.partition(" ")
        concept, year = self.figures.loc[own, ["concept", "year"]]
        return f"{concept}, {year} ({own})" + (f", {rest}" if rest else "")

    def plot(self, **options: Any) -> Any:
        """Draw on which vintage each figure rests: always, in some assignments, or never.

        Parameters
        ----------
        **options
            `source`, written at the foot; `ax`, the panel to draw on.

        Returns
        -------
        Figure
            A matplotlib figure; `save_figure` writes it.
        """
        from quesnay.diagnostics.plots.evidence import plot_audit

        return plot_audit(self, **options)


def _in_words(column: str) -> str:
    return column.replace("_low", ", low").replace("_high", ", high").replace("_", " ")


def findings_of(problem: Problem, result: AuditResult) -> Iterator[Finding]:
    """State in sentences what holds, on what it rests, what is excluded and what is implied."""
    free = [figure for figure in problem.figures if not problem.tied(figure)]
    fits = result.vintages[result.vintages["fits"].astype(bool)]
    ids = [str(name) for name, known in fits.groupby("id")["known"] if not known.any()]
    late = [figure for figure in problem.figures if figure.id in ids]
    tied = len(problem.figures) - len(free)
    yield Finding("verdict", (), _verdict(tied, result, [figure.id for figure in late]))
    yield from _misses(problem, result)
    if result.feasible:
        yield from _shared(problem, result)
        if result.tried > 1 and not result.one_vintage.feasible:
            said = (
                "So the report, where all figures are right, mixes vintages of GDP: no consistent "
                "assignment uses one vintage a year."
            )
            yield Finding("vintages mixed", (), said)
        yield from _definitions(problem, result)
    for figure in late:
        yield _late(problem, result, figure)
    if result.feasible:
        yield from _one_vintage(result.one_vintage)
    for row in _unprinted(result.bounds):
        ends = _range(row["low"], row["high"], row["unit"])
        said = f"Implied, not printed: {row['concept']} of {row['year']}, {ends}."
        yield Finding("implied", (), said)
    for one in result.readings:
        yield Finding("reading", one.left_out, _reading(result, one))
    if free:
        names = ", ".join(_named(figure) for figure in free)
        said = f"No identity ties {names} to another figure: printed, but not checked."
        yield Finding("not tied", tuple(figure.id for figure in free), said)


def _named(figure: Figure) -> str:
    return f"the {figure.concept} of {figure.year} ({figure.id})"


def _verdict(tied: int, result: AuditResult, late: Sequence[str]) -> str:
    number = len(result.assignments)
    if not result.feasible:
        sets = "; ".join(f"{{{', '.join(one)}}}" for one in result.conflicts)
        ways = (
            ", and whichever vintages of GDP and definition stand behind each "
            f"({result.tried:,} ways to choose)"
            if result.tried > 1
            else ""
        )
        return (
            f"The figures are not mutually consistent, whatever was rounded{ways}: {sets} cannot "
            "hold together."
        )
    start = f"The {tied} figures that identities tie are mutually consistent"
    if result.tried == 1:
        return f"{start}: unrounded values exist that satisfy every identity."
    return (
        f"{start}: of the {result.tried:,} ways to choose, figure by figure, the vintages of GDP "
        "and the definition behind it, "
        f"{'one fits' if number == 1 else f'{number} fit'} all of them at once"
        + (f", and only with GDP published after the report for {' and '.join(late)}." if late
           else ".")
    )  # fmt: skip


def _misses(problem: Problem, result: AuditResult) -> Iterator[Finding]:
    """Say without which figures all others hold, and how far each is from what they imply."""
    names = {figure.id: figure for figure in problem.figures}
    for left_out, rows in result.misses.groupby("left_out", sort=False):
        told = [
            f"{_named(names[row['id']])} is printed {names[row['id']].printed}, the others imply "
            f"{_range(row['implied_low'], row['implied_high'], row['unit'])}"
            for _, row in rows.iterrows()
            if math.isfinite(row["implied_low"])
        ]
        *others, last = str(left_out).split(", ")
        listed = f"{', '.join(others)} and {last}" if others else last
        said = f"Without {listed} all others hold together{': ' if told else ''}{'; '.join(told)}."
        yield Finding("without", (*others, last), said)


def _range(low: float, high: float, unit: str) -> str:
    """Return an interval with as many digits as tell its ends apart, and two more."""
    width = max(high - low, 1e-12 * max(abs(low), abs(high)), 1e-300)
    places = min(max(1 - math.floor(math.log10(width)), 0), 8)
    sign = "%" if unit == "percent" else unit
    return f"{low:,.{places}f} to {high:,.{places}f} {sign}"


def _shared(problem: Problem, result: AuditResult) -> Iterator[Finding]:
    """Say what each figure rests on in all consistent assignments."""
    every = "in every consistent assignment " if len(result.assignments) > 1 else ""
    for figure in problem.figures:
        own = result.vintages[result.vintages["id"] == figure.id]
        fits = own[own["fits"]]
        if len(fits) == len(own):
            continue
        chosen = list(dict.fromkeys(text for text in fits["vintages"] if text))
        told = f"rests {every}on GDP of {' or '.join(map(_pair, chosen))}" if chosen else ""
        definitions = [text for text in dict.fromkeys(fits["definition"]) if text]
        if len(definitions) == 1:
            defined = f"by the {definitions[0]!r} definition"
            told = f"{told}, {defined}" if told else f"is {every}computed {defined}"
        yield Finding("rests on", (figure.id,), f"{_capital(_named(figure))} {told}.")


def _pair(text: str) -> str:
    """Return vintages as words: "2018 preliminary" becomes "2018 (preliminary)"."""
    years = (one.partition(" ") for one in text.split(", "))
    return " and ".join(
        f"{year} {name}" if "(" in name else f"{year} ({name})" for year, _, name in years
    )


def _definitions(problem: Problem, result: AuditResult) -> Iterator[Finding]:
    """Say which definitions no assignment uses, and what the figures would be under them."""
    frame = result.vintages[result.vintages["definition"] != ""]
    for definition in dict.fromkeys(frame["definition"]):
        rows = frame[frame["definition"] == definition]
        if rows["fits"].any():
            continue
        ends = []
        for figure in problem.figures:
            own = rows[(rows["id"] == figure.id) & rows["implied_low"].notna()]
            if len(own):
                low, high = own["implied_low"].min(), own["implied_high"].max()
                would = _range(low, high, figure.unit.text)
                ends.append(f"{figure.id} would be {would}, not {figure.printed}")
        said = (
            f"By the {definition!r} definition nothing fits"
            + (", whatever the vintages" if (rows["vintages"] != "").any() else "")
            + (f": {'; '.join(ends)}." if ends else ".")
        )
        yield Finding("definition excluded", tuple(dict.fromkeys(rows["id"])), said)


def _late(problem: Problem, result: AuditResult, figure: Figure) -> Finding:
    """Say of a figure that fits late GDP only what may be behind it."""
    rows = result.vintages[(result.vintages["id"] == figure.id) & result.vintages["fits"]]
    several = choices_of(problem)[figure.id]
    used = [c for c in several if c.text in set(rows["vintages"])]
    dates = sorted({v.published for c in used for v in c.vintages if v.published})
    said = (
        f"{_capital(_named(figure))} fits only GDP published in {dates[-1]}, after the report "
        f"({figure.published}): an anachronism{_double_rounding(problem, figure, several)}"
        f"{_fault_elsewhere(result, figure)}."
    )
    return Finding("late", (figure.id,), said)


def _fault_elsewhere(result: AuditResult, figure: Figure) -> str:
    """Say without which other figures a figure fits GDP that was known."""
    own = result.vintages[(result.vintages["id"] == figure.id) & result.vintages["known"]]
    without = {
        ", ".join(one.left_out): set(one.assignments[figure.id]) & set(own["vintages"])
        for one in result.readings
        if one.left_out and figure.id in one.assignments.columns
    }
    sets = [f"({ids})" for ids, found in without.items() if found]
    if not sets:
        return ""
    pairs = " or ".join(map(_pair, sorted(set().union(*without.values()))))
    return f"; or a fault in what others quote: without {' or '.join(sets)} it fits GDP of {pairs}"


def _double_rounding(problem: Problem, figure: Figure, several: Sequence[Choice]) -> str:
    """Say whether printed figures and known GDP give the figure when rounded twice."""
    for choice in several:
        if any(v.published[: len(figure.published)] > figure.published for v in choice.vintages):
            continue
        value = _from_printed(problem, figure, choice)
        digits = len(figure.printed.partition(".")[2])
        if value is None:
            continue
        once = round(value, digits + 1)
        twice = math.floor(once * 10**digits + 0.5 + 1e-9) / 10**digits
        if twice == float(figure.printed) and round(value, digits) != twice:
            return (
                f", or a double rounding: the printed figures and GDP of {_pair(choice.text)} give "
                f"{value:.{digits + 3}f}, rounded {once:.{digits + 1}f}, rounded again "
                f"{twice:.{digits}f}"
            )
    return ""


def _from_printed(problem: Problem, figure: Figure, choice: Choice) -> float | None:
    """Return the figure that the printed centres of all others in its identity give."""
    given = {one.year: one for one in choice.vintages}
    option = next(o for o in choice.options if figure.key in o.keys)
    values: dict[tuple[str, int], float] = {}
    for key in {k for _, product in option.terms for k in product if k != figure.key}:
        ends = factor_interval(problem, option, given, key)
        if ends is None or not math.isfinite(ends[1] - ends[0]):
            return None
        values[key] = 0.5 * (ends[0] + ends[1])
    constant = slope = 0.0
    for number, product in option.terms:
        part = number * math.prod(values[key] for key in product if key != figure.key)
        if figure.key in product:
            slope += part
        else:
            constant += part
    return None if slope == 0.0 else -constant / slope / problem.scale(figure.symbol)


def _one_vintage(special: OneVintage) -> list[Finding]:
    if special.feasible or special.deflator.empty:
        return []
    frame = special.deflator
    apart = frame[(frame["low"] > frame["official_high"]) | (frame["high"] < frame["official_low"])]
    needs = [
        f"{row['low']:.1f} to {row['high']:.1f} % in {year}, where nominal and real GDP give "
        f"{row['official_low']:.1f} to {row['official_high']:.1f} % in any pair of vintages"
        for year, row in (apart if len(apart) else frame).iterrows()
    ]
    said = (
        "Only if all figures had to rest on one vintage of each year would the report need a GDP "
        f"deflator of its own: {'; '.join(needs)}. That reading is not needed."
    )
    return [Finding("one vintage", (), said)]


def _reading(result: AuditResult, reading: Reading) -> str:
    """Say what changes without some figures, or with another printing."""
    number = len(reading.assignments)
    fit = {0: "no assignment fits", 1: "one assignment fits"}.get(
        number, f"{number} assignments fit"
    )
    left = f" ({', '.join(reading.left_out)})" if reading.left_out else ""
    parts = [f"{_capital(reading.name)}{left}, {fit}"]
    for figure in result.assignments.columns:
        if figure.endswith("definition") or figure not in reading.assignments.columns:
            continue
        more = [v for v in dict.fromkeys(reading.assignments[figure])
                if v not in set(result.assignments[figure])]  # fmt: skip
        if more and result.feasible:
            parts.append(
                f"{figure} may then also rest on {' or '.join(_pair(one) for one in more)}"
            )
    before = {(row["concept"], row["year"]): row for row in _unprinted(result.bounds)}
    for row in _unprinted(reading.bounds):
        old = before.get((row["concept"], row["year"]))
        if old is not None and row["high"] - row["low"] > 1.2 * (old["high"] - old["low"]):
            ends = _range(row["low"], row["high"], row["unit"])
            parts.append(f"{row['concept']} of {row['year']} is {ends}")
    return "; ".join(parts) + "."


def _unprinted(bounds: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return bounds[~bounds["printed"].astype(bool)].reset_index().to_dict("records")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

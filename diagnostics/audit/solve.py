"""Which combinations of vintages and unrounded values satisfy every identity."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from quesnay.diagnostics.audit.compile import Key
from quesnay.diagnostics.audit.problem import Problem
from quesnay.diagnostics.audit.vintages import Alternative
from quesnay.fitting.bounds.propagation import propagate
from quesnay.fitting.bounds.search import find_solution, minimum
from quesnay.fitting.bounds.system import Box
from quesnay.fitting.errors import QuesnayError

__all__ = ["Scenario", "conflicts", "extent", "feasible", "scenarios"]

_CONFLICTS = 20


@dataclass(frozen=True, slots=True)
class Scenario:
    """One vintage for each year, and the box that it leaves."""

    chosen: tuple[Alternative, ...]
    box: Box

    @property
    def labels(self) -> frozenset[str]:
        """The vintages chosen, such as "2018 preliminary"."""
        return frozenset(alternative.label for alternative in self.chosen)


Fixed: TypeAlias = Sequence[Alternative]


def scenarios(problem: Problem, *, fixed: Fixed = ()) -> Iterator[Scenario]:
    """Yield every combination of vintages that interval propagation cannot refute.

    Parameters
    ----------
    problem : Problem
        Figures and identities.
    fixed : sequence of Alternative
        Vintages that are given.

    Yields
    ------
    Scenario
        Vintages chosen and the narrowed box.
    """
    years = [year for year in problem.vintages.by_year if ("GDP", year) in problem.places]
    given = {alternative.year: alternative for alternative in fixed}
    start = propagate(problem.system, problem.box())
    if start is not None:
        yield from _choose(problem, years, Scenario((), start), given)


def _choose(
    problem: Problem, years: Sequence[int], so_far: Scenario, given: dict[int, Alternative]
) -> Iterator[Scenario]:
    if not years:
        yield so_far
        return
    year, rest = years[0], years[1:]
    options = (given[year],) if year in given else problem.vintages.by_year[year]
    for option in options:
        box = _with(problem, so_far.box, option)
        inner = None if box is None else propagate(problem.system, box)
        if inner is not None:
            yield from _choose(problem, rest, Scenario((*so_far.chosen, option), inner), given)


def _with(problem: Problem, box: Box, option: Alternative) -> Box | None:
    for key, (low, high) in option.intervals.items():
        place = problem.places.get(key)
        if place is None:
            continue
        size = problem.base_size(key[0])
        low, high = max(low / size, box.low[place]), min(high / size, box.high[place])
        if low > high:
            return None
        box = box.with_interval(place, low, high)
    return box


def feasible(problem: Problem) -> tuple[Scenario, ...]:
    """Return the combinations of vintages in which all figures can hold together.

    Parameters
    ----------
    problem : Problem
        Figures and identities.

    Returns
    -------
    tuple of Scenario
        Empty, with proof, where nothing holds.
    """
    return tuple(
        scenario
        for scenario in scenarios(problem)
        if find_solution(problem.system, scenario.box) is not None
    )


def extent(problem: Problem, found: Sequence[Scenario], key: Key) -> tuple[float, float]:
    """Return the lowest and highest value of a quantity over all solutions, in its unit.

    Parameters
    ----------
    problem : Problem
        Figures and identities.
    found : sequence of Scenario
        Feasible combinations of vintages.
    key : (symbol, year)
        The quantity.

    Returns
    -------
    (float, float)
        Ends that no solution passes, attained to five digits.
    """
    about = problem.about(key)
    boxes = [one.box for item in found for one in scenarios(about, fixed=item.chosen)]
    ends = []
    for sign in (1.0, -1.0):
        best, safe = np.inf, np.inf
        for box in boxes:
            bound = minimum(about.system, box, about.places[key], sign=sign, cutoff=best)
            best, safe = min(best, bound.attained), min(safe, bound.safe)
        ends.append(sign * safe)
    scale = problem.scale(key[0])
    return ends[0] / scale, ends[1] / scale


def conflicts(problem: Problem) -> list[list[str]]:
    """Return every smallest set of figures that cannot hold together.

    A set is smallest when it conflicts and no longer does so without any one of its figures. All
    of them are found by Reiter's tree: each further set must avoid a figure of each earlier one.

    Parameters
    ----------
    problem : Problem
        Figures and identities, not feasible as a whole.

    Returns
    -------
    list of list of str
        Ids in the order of the report, the smaller sets first; at most 20 sets.

    Raises
    ------
    QuesnayError
        If the identities conflict whatever the figures.

    References
    ----------
    Reiter (1987), "A theory of diagnosis from first principles", Artificial Intelligence 32.
    """
    ids = [figure.id for figure in problem.figures if problem.tied(figure)]
    if not _holds(problem, without=ids):
        texts = "; ".join(sorted({item.identity.text for item in problem.instances}))
        raise QuesnayError(f"the identities contradict each other whatever the figures: {texts}")
    found: list[list[str]] = []
    open_sets: list[frozenset[str]] = [frozenset()]
    seen: set[frozenset[str]] = set()
    while open_sets and len(found) < _CONFLICTS:
        left_out = open_sets.pop(0)
        if left_out in seen:
            continue
        seen.add(left_out)
        known = next((one for one in found if not left_out & set(one)), None)
        one = known or _smallest(problem, ids, left_out)
        if one is None:
            continue
        if one not in found:
            found.append(one)
        open_sets += [left_out | {name} for name in one]
    return sorted(found, key=lambda one: (len(one), [ids.index(name) for name in one]))


def _smallest(problem: Problem, ids: Sequence[str], left_out: frozenset[str]) -> list[str] | None:
    """Return one smallest conflict among the other figures, or None where they hold."""
    if _holds(problem, without=left_out):
        return None
    gone = set(left_out)
    for name in ids:
        if name not in gone and not _holds(problem, without=gone | {name}):
            gone.add(name)
    return [name for name in ids if name not in gone]


def _holds(problem: Problem, *, without: Collection[str]) -> bool:
    rest = problem.without(without)
    return any(find_solution(rest.system, one.box) is not None for one in scenarios(rest))

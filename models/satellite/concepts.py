"""The concepts of a satellite account: letters, words, units and identities, in one place.

With T total, C core, I integration-driven part, S share of GDP, H integration-driven share,
G real growth, N nominal growth, K contribution to the growth of nominal GDP and P the deflator::

    T = C + I          S = T / GDP          H = I / T
    N = T / T' - 1     G = (T / P) / (T' / P') - 1     K = (T - T') / (GDP - GDP')

where a prime marks the year before. A printed figure is named by letter and year: ``T19``.

Source: United Nations et al. (2009), System of National Accounts 2008, ch. 15 and 29.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

__all__ = [
    "ACCOUNT",
    "CONCEPTS",
    "Concept",
    "concept_of",
    "contribution_to_growth",
    "describe",
    "fact_of",
    "integration_share",
    "nominal_growth",
    "real_growth",
    "share_of_gdp",
]

Number = TypeVar("Number", float, npt.NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that an account states and a report may print.

    The first letter of the id of a printed figure (empty where nothing is printed), the name in
    code and frames, the title in the words of a reader; the unit: "level" (that of the account),
    "share" (a fraction) or "jobs" (persons); the equation, with letter, concept and years back of
    each of its inputs; where a level comes from.
    """

    letter: str
    name: str
    title: str
    unit: str
    equation: str
    inputs: tuple[tuple[str, str, int], ...]
    source: str = ""


_TOTALS = (("T", "total", 0), ("T before", "total", 1))

CONCEPTS: dict[str, Concept] = {
    concept.name: concept
    for concept in (
        Concept(
            "C", "core", "value added of the core industries", "level",
            "C = k sum_s w_s v_s, the scale k from the printed core", (("C", "core", 0),),
            "core weights of the study, input-output tables scaled to GDP",
        ),
        Concept(
            "I", "integration", "integration-driven value added", "level",
            "", (("I", "integration", 0),),
        ),
        Concept(
            "T", "total", "total value added", "level",
            "T = C + I", (("C", "core", 0), ("I", "integration", 0)),
            "core plus integration-driven part",
        ),
        Concept("S", "share", "share of GDP", "share", "S = T / GDP",
                (("T", "total", 0), ("GDP", "gdp", 0))),
        Concept("H", "integration_share", "integration-driven share of the total", "share",
                "H = I / T", (("I", "integration", 0), ("T", "total", 0))),
        Concept(
            "K", "contribution", "contribution to the growth of nominal GDP", "share",
            "K = (T - T before) / (GDP - GDP before)",
            (*_TOTALS, ("GDP", "gdp", 0), ("GDP before", "gdp", 1)),
        ),
        Concept("G", "growth", "real growth of the total", "share",
                "G = (T / P) / (T before / P before) - 1", _TOTALS),
        Concept("N", "nominal_growth", "nominal growth of the total", "share",
                "N = T / T before - 1", _TOTALS),
        Concept("J", "jobs", "new jobs", "jobs",
                "J = sum_j (l_j T_j - l_j before T_j before), by industry j", _TOTALS),
        Concept(
            "", "potential", "value added attributed at full use", "level",
            "M = sum_j e_j v_j", (("M", "potential", 0),),
            "elasticity times value added of the using industries",
        ),
        Concept("", "penetration", "share of the potential that is realised", "share",
                "p = I / M", (("I", "integration", 0), ("M", "potential", 0))),
        Concept("", "gdp", "gross domestic product", "level", "", (("GDP", "gdp", 0),),
                "GDP, the vintage sets of the study"),
    )
}  # fmt: skip
"""Name -> concept, in the order of the arrays that an account model returns."""

ACCOUNT = ("core", "integration", "total", "share")
"""What the account itself shows."""

_BY_LETTER = {concept.letter: concept for concept in CONCEPTS.values() if concept.letter}


def concept_of(figure: str) -> Concept | None:
    """Return the concept that the id of a printed figure, such as ``T19``, names, or None."""
    return _BY_LETTER.get(figure[:1])


def describe(figure: str, year: int) -> str:
    """Return a figure in words, its id in brackets.

    Examples
    --------
    >>> describe("S18", 2018)
    'share of GDP, 2018 (S18)'
    """
    return f"{figure_name(figure, year)} ({figure})"


def figure_name(figure: str, year: int) -> str:
    """Return a figure in words, without its id."""
    concept = concept_of(figure)
    return f"{concept.title if concept else 'figure'}, {year}"


def fact_of(figure: str, year: int, first: int) -> str:
    """Return the fact that a printed figure states, where a report does not say so itself.

    Total, share, integration-driven part, growth and contribution of a year restate its level once
    the level of the year before is known; core and integration-driven share are one fact, jobs are
    another. `first` is the earliest year with a printed total: its growth says something about the
    year before.

    >>> fact_of("K19", 2019, 2018), fact_of("G18", 2018, 2018), fact_of("H19", 2019, 2018)
    ('level 2019', 'growth 2018', 'core 2019')
    """
    letter = figure[:1]
    if letter in {"C", "H"}:
        return f"core {year}"
    if letter == "J":
        return f"jobs {year}"
    if letter in {"G", "K", "N"} and year <= first:
        return f"growth {year}"
    return f"level {year}"


def share_of_gdp(total: Number, gdp: Number) -> Number:
    """Return ``total / gdp``, a fraction; same unit, current prices."""
    ratio: Number = total / gdp
    return ratio


def integration_share(integration: Number, total: Number) -> Number:
    """Return ``integration / total``, a fraction."""
    ratio: Number = integration / total
    return ratio


def contribution_to_growth(
    total: Number, total_before: Number, gdp: Number, gdp_before: Number
) -> Number:
    """Return the part of the growth of nominal GDP that the account contributes, a fraction.

    Examples
    --------
    >>> round(contribution_to_growth(2.13, 1.42, 98.65, 91.93), 3)
    0.106
    """
    ratio: Number = (total - total_before) / (gdp - gdp_before)
    return ratio


def nominal_growth(total: Number, total_before: Number) -> Number:
    """Return growth in current prices, a fraction.

    Examples
    --------
    >>> round(nominal_growth(2.13, 1.42), 3)
    0.5
    """
    ratio: Number = total / total_before - 1.0
    return ratio


def real_growth(total: Number, total_before: Number, inflation: Number) -> Number:
    """Return growth deflated by the GDP deflator, a fraction.

    `inflation` is the deflator of this year over that of the year before (1.035 for 3.5 %).

    Examples
    --------
    >>> round(real_growth(2.13, 1.42, 1.0125), 3)
    0.481
    """
    ratio: Number = total / total_before / inflation - 1.0
    return ratio

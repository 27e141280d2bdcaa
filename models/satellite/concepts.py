"""The concepts of a satellite account: letters, words, units, identities and facts, in one place.

With T total, C core, I integration-driven part, S share of GDP, H integration-driven share,
G real growth, N nominal growth, K contribution to the growth of nominal GDP and P the deflator::

    T = C + I          S = T / GDP          H = I / T
    N = T / T' - 1     G = (T / P) / (T' / P') - 1     K = (T - T') / (GDP - GDP')

where a prime marks the year before. A printed figure is named by letter and year: ``T19``.

A concept is one row of `CONCEPTS`. The account computes it by its equation, the report and
`Reproduction.explain` show that, facts are counted and figures are audited as it says.

Source: United Nations et al. (2009), System of National Accounts 2008, ch. 15 and 29.
"""

import functools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quesnay.models.expressions import Expression, evaluate, read_equation


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing that an account states and a report may print.

    The first letter of the id of a printed figure (empty where nothing is printed), the name in
    code and frames, the title in the words of a reader; the unit: "level" (that of the account),
    "share" (a fraction) or "jobs" (persons); the equation, with letter, concept and years back of
    each of its inputs; where a level comes from; which fact of its year a printed figure states.
    For the audit of printed figures: its words there (none: it is not audited), what it cannot
    pass, and the identities that tie it: name, text, and which of several definitions. Whether the
    reconciliation of all runs is held to its equation.
    """

    letter: str = ""
    name: str
    title: str
    unit: str
    equation: str = ""
    inputs: tuple[tuple[str, str, int], ...]
    source: str = ""
    fact: str = "level"
    audited: str = ""
    low: float = -math.inf
    high: float = math.inf
    identities: tuple[tuple[str, str, str], ...] = ()
    reconciled: bool = False

    @property
    def scale(self) -> float:
        """What a number is multiplied by where it is shown: shares are shown in percent."""
        return 100.0 if self.unit == "share" else 1.0

    @property
    def header(self) -> str:
        """The head of its column in a table."""
        return f"{self.title}, %" if self.unit == "share" else self.name


_TOTALS = (("T", "total", 0), ("T before", "total", 1))

CONCEPTS: dict[str, Concept] = {
    concept.name: concept
    for concept in (
        Concept(
            letter="C", name="core", title="value added of the core industries", unit="level",
            equation="C = k sum_s w_s v_s, the scale k from the printed core",
            inputs=(("C", "core", 0),),
            source="core weights of the study, input-output tables scaled to GDP",
            fact="core", audited="core industries value added", low=0.0,
        ),
        Concept(
            letter="I", name="integration", title="integration-driven value added", unit="level",
            inputs=(("I", "integration", 0),),
            audited="integration-driven contribution", low=0.0,
        ),
        Concept(
            letter="T", name="total", title="total value added", unit="level",
            equation="T = C + I", inputs=(("C", "core", 0), ("I", "integration", 0)),
            source="core plus integration-driven part",
            audited="value added total", low=0.0, reconciled=True,
            identities=(("total is core plus integration", "T[t] = C[t] + I[t]", ""),),
        ),
        Concept(
            letter="S", name="share", title="share of GDP", unit="share",
            equation="S = T / GDP", inputs=(("T", "total", 0), ("GDP", "gdp", 0)),
            audited="share of GDP", low=0.0, high=1.0, reconciled=True,
            identities=(("share of GDP", "S[t] * GDP[t] = T[t]", ""),),
        ),
        Concept(
            letter="H", name="integration_share", title="integration-driven share of the total",
            unit="share",
            equation="H = I / T", inputs=(("I", "integration", 0), ("T", "total", 0)),
            fact="core", audited="integration-driven share of the total", low=0.0, high=1.0,
            reconciled=True,
            identities=(("integration-driven share", "H[t] * T[t] = I[t]", ""),),
        ),
        Concept(
            letter="K", name="contribution", title="contribution to the growth of nominal GDP",
            unit="share",
            equation="K = (T - T before) / (GDP - GDP before)",
            inputs=(*_TOTALS, ("GDP", "gdp", 0), ("GDP before", "gdp", 1)),
            fact="growth", audited="contribution to GDP growth", reconciled=True,
            identities=(
                ("contribution to growth",
                 "K[t] * (GDP[t] - GDP[t-1]) = T[t] - T[t-1]", "nominal"),
                ("contribution to growth",
                 "K[t] * GDP[t] * R[t] = T[t] * (1 + R[t]) - T[t-1] * GDP[t] / GDP[t-1]",
                 "constant prices"),
            ),
        ),
        Concept(
            letter="G", name="growth", title="real growth of the total", unit="share",
            equation="G = (T / P) / (T before / P before) - 1", inputs=_TOTALS,
            fact="growth", audited="real growth of the total", low=-1.0,
            identities=(
                ("real growth, GDP deflator",
                 "T[t] * (1 + R[t]) = (1 + G[t]) * T[t-1] * GDP[t] / GDP[t-1]", ""),
            ),
        ),
        Concept(
            letter="N", name="nominal_growth", title="nominal growth of the total", unit="share",
            equation="N = T / T before - 1", inputs=_TOTALS,
            fact="growth", audited="nominal growth of the total", low=-1.0,
            identities=(("nominal growth", "T[t] = (1 + N[t]) * T[t-1]", ""),),
        ),
        Concept(
            letter="J", name="jobs", title="new jobs", unit="jobs",
            equation="J = sum_j (l_j T_j - l_j before T_j before), by industry j", inputs=_TOTALS,
            fact="jobs",
        ),
        Concept(
            name="potential", title="value added attributed at full use", unit="level",
            equation="M = e sum_j v_j", inputs=(("M", "potential", 0),),
            source="elasticity times value added of the using industries",
        ),
        Concept(
            name="penetration", title="share of the potential that is realised", unit="share",
            equation="p = I / M", inputs=(("I", "integration", 0), ("M", "potential", 0)),
        ),
        Concept(
            name="gdp", title="gross domestic product", unit="level",
            inputs=(("GDP", "gdp", 0),), source="GDP, the vintage sets of the study",
            audited="GDP", low=0.0,
        ),
    )
}  # fmt: skip
"""Name -> concept, in the order of the arrays that an account model returns."""

ACCOUNT = ("core", "integration", "total", "share")
"""What the account shows, as columns wherever it is shown: one name more is one column more."""

_BY_LETTER = {concept.letter: concept for concept in CONCEPTS.values() if concept.letter}


@functools.cache
def _right_side(equation: str) -> Expression:
    return read_equation(re.sub(r"\w+ before", r"`\g<0>`", equation))[1]


def derive(name: str, of: Callable[[str, int], Any], **letters: Any) -> Any:
    """Compute a concept by its equation from what `of` gives for a concept and years back.

    `letters` are those of an equation that are no concepts: ``P`` and ``P before``.

    >>> totals, gdp = (2.13, 1.42), (98.65, 91.93)
    >>> found = derive("contribution", lambda name, back: {"total": totals, "gdp": gdp}[name][back])
    >>> round(float(found), 3)
    0.106
    """
    concept = CONCEPTS[name]
    values: Mapping[str, Any] = letters | {c: of(part, back) for c, part, back in concept.inputs}
    columns = {letter: np.asarray(value) for letter, value in values.items()}
    return np.asarray(evaluate(_right_side(concept.equation), columns), dtype=np.float64)


def concept_of(figure: str) -> Concept | None:
    """Return the concept that the id of a printed figure, such as ``T19``, names, or None."""
    return _BY_LETTER.get(figure[:1])


def describe(figure: str, year: int) -> str:
    """Return a figure in words, its id in brackets.

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
    concept = concept_of(figure)
    fact = concept.fact if concept else "level"
    return f"{'level' if fact == 'growth' and year > first else fact} {year}"

"""Where a figure of the account comes from: equation, inputs, sources."""

from typing import TYPE_CHECKING

import pandas as pd

from quesnay.fitting.errors import StudyError, nearest, suggestion
from quesnay.job.facts import CONCEPTS
from quesnay.job.frames import row
from quesnay.models.display.table import Explanation
from quesnay.studies.load import RUNS

if TYPE_CHECKING:
    from quesnay.job.reproduction import Reproduction

__all__ = ["explain_figure"]

# Concept -> equation in the letters of its inputs, and the inputs: letter, concept, years back.
_EQUATIONS: dict[str, tuple[str, tuple[tuple[str, str, int], ...]]] = {
    "core": ("C = k sum_s w_s v_s, the scale k from the printed core", (("C", "core", 0),)),
    "integration": ("I = M p", (("M", "potential", 0), ("p", "penetration", 0))),
    "total": ("T = C + I", (("C", "core", 0), ("I", "integration", 0))),
    "share": ("S = T / GDP", (("T", "total", 0), ("GDP", "gdp", 0))),
    "integration_share": ("H = I / T", (("I", "integration", 0), ("T", "total", 0))),
    "contribution": (
        "K = (T - T before) / (GDP - GDP before)",
        (("T", "total", 0), ("T before", "total", 1), ("GDP", "gdp", 0), ("GDP before", "gdp", 1)),
    ),
    "growth": (
        "G = (T / P) / (T before / P before) - 1",
        (("T", "total", 0), ("T before", "total", 1)),
    ),
    "jobs": (
        "J = sum_j (T_j - T_j before) l_j, by industry j",
        (("T", "total", 0), ("T before", "total", 1)),
    ),
}
_SOURCES = {
    "core": "core weights of the study, input-output tables scaled to GDP (M1)",
    "integration": "potential times penetration (M2, M4)",
    "total": "core plus integration-driven",
    "gdp": "GDP, first vintage set of the study",
    "potential": "elasticity times value added of the using industries (M2)",
}
_PENETRATION = {
    "independent": "core over the supply of the technology's inputs",
    "calibrated": "first growth curve of the study through two printed points (M4)",
}


def explain_figure(result: "Reproduction", figure: str, run: str) -> Explanation:
    """Explain one printed figure's estimate; see :meth:`Reproduction.explain`."""
    reported = result.facts.reported
    if figure not in reported.index:
        raise StudyError(f"no printed figure {figure!r};{suggestion(figure, reported.index)}")
    if run not in RUNS:
        raise StudyError(f"unknown run {run!r};{nearest(run, RUNS)} known: {', '.join(RUNS)}")
    printed = row(reported, figure)
    concept, year = str(printed["concept"]), int(printed["year"])
    verdict = row(result.verdicts, (run, figure))
    equation, parts = _EQUATIONS[concept]
    inputs = pd.DataFrame(
        [_input(result, run, concept=name, year=year - back) for _, name, back in parts],
        index=[letter for letter, _, _ in parts],
    )
    return Explanation(
        f"{figure}, {run} run",
        next(word for word in CONCEPTS.values() if word == concept).replace("_", " "),
        float(verdict["estimate"]),
        str(verdict["unit"]),
        equation=equation,
        inputs=inputs,
        notes=(
            f"Printed: {verdict['reported']:g}, {verdict['role']}; 95 % interval "
            f"{verdict['estimate_low']:.4g} to {verdict['estimate_high']:.4g}.",
        ),
    )


def _input(result: "Reproduction", run: str, *, concept: str, year: int) -> dict[str, object]:
    """One input of an equation in the base case."""
    base = result.central.loc[run]
    slots = [s for s in result.assembly.model.slots if s.year == year and s.variant != "outcome"]
    if not slots:
        raise StudyError(f"the account has no year {year}; the figure has no estimate")
    key = (year, slots[0].variant)
    if concept == "gdp":
        value = float(base[("total", *key)]) / float(base[("share", *key)])
    else:
        value = float(base[(concept, *key)])
    unit = "fraction" if concept == "penetration" else result.study.study.unit
    source = _PENETRATION[run] if concept == "penetration" else _SOURCES[concept]
    return {"value": value, "unit": unit, "source": source, "year": year}

"""Where a figure of the account comes from: equation, inputs, sources."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.reproduction.assembly import row
from quesnay.fitting.errors import StudyError, nearest, suggestion
from quesnay.models.display.table import Explanation
from quesnay.models.satellite.concepts import CONCEPTS

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

__all__ = ["explain_figure"]

_Inputs = tuple[tuple[str, str, int], ...]

# Run -> equation of the integration-driven part, its inputs, and where it comes from.
_INTEGRATION: dict[str, tuple[str, _Inputs, str]] = {
    "linkage": (
        "I = sum_i v_i (L_iK inv(L_KK) x_K)_i / x_i, i outside the core parts K",
        (("C", "core", 0),),
        "value added that others produce for the core, input-output table of the year (M3)",
    ),
    "elasticity": (
        "I = M C / supply of the technology's inputs",
        (("M", "potential", 0), ("C", "core", 0), ("supply", "supply", 0)),
        "potential times the core's weight in the supply (M2)",
    ),
    "calibrated": (
        "I = s M p, p a growth curve through two printed totals, s M its saturation",
        (("s M", "saturation", 0), ("p", "curve", 0)),
        "saturation times potential times penetration (M4)",
    ),
}
_SOURCES = {
    "supply": "supply of the technology's inputs, input-output tables",
    "saturation": "drawn multiple of the potential of the median elasticity (M2)",
    "curve": "drawn growth curve, beyond its two points with the errors of the rule (M4)",
    "employed": "persons that core and integration employ at the productivity of the year (M6)",
}


def explain_figure(result: "Reproduction", figure: str, run: str) -> Explanation:
    """Explain one printed figure's estimate; see :meth:`Reproduction.explain`."""
    reported = result.facts.reported
    if figure not in reported.index:
        raise StudyError(f"no printed figure {figure!r};{suggestion(figure, reported.index)}")
    if run not in result.runs:
        raise StudyError(
            f"unknown run {run!r};{nearest(run, result.runs)} known: {', '.join(result.runs)}"
        )
    printed, verdict = row(reported, figure), row(result.verdicts, (run, figure))
    concept, year = CONCEPTS[str(printed["concept"])], int(printed["year"])
    equation, parts = concept.equation, concept.inputs
    if concept.name == "integration":
        equation, parts, _ = _INTEGRATION[run]
    elif concept.name == "jobs":
        parts = (("sum_j l_j T_j", "employed", 0), ("sum_j l_j before T_j before", "employed", 1))
    inputs = pd.DataFrame(
        [_input(result, run, concept=name, year=year - back) for _, name, back in parts],
        index=[letter for letter, _, _ in parts],
    )
    return Explanation(
        f"{figure}, {run} run",
        concept.title,
        float(verdict["estimate"]),
        str(verdict["unit"]),
        equation=equation,
        inputs=inputs,
        notes=(
            f"Printed: {printed['printed']} {printed['unit']}, {printed['provenance']}; "
            f"{verdict['role']} in this run.",
            f"Values are medians of {len(result.draws)} draws, each figure by itself, so that the "
            f"equation holds in every draw but not exactly between them; 95 % interval "
            f"{verdict['estimate_low']:.4g} to {verdict['estimate_high']:.4g} {verdict['unit']}.",
        ),
    )


def _input(result: "Reproduction", run: str, *, concept: str, year: int) -> dict[str, object]:
    """One input of an equation: the median of its draws."""
    model, study = result.assembly.model, result.study
    places = [k for k, s in enumerate(model.slots) if s.year == year and s.variant != "outcome"]
    if not places:
        raise StudyError(f"the account has no year {year}; the figure has no estimate")
    unit = study.study.unit
    if concept in _SOURCES:
        value, source = _behind(result, run, concept, places[0]), _SOURCES[concept]
        if concept == "employed" and study.employment is not None:
            unit = study.employment.unit
    else:
        key = (year, model.slots[places[0]].variant)
        value = float(np.nanmedian(result.draws[(run, concept, *key)]))
        source = _INTEGRATION[run][2] if concept == "integration" else CONCEPTS[concept].source
        if concept == "core" and study.core.figure is not None:
            own = row(result.facts.reported, study.core.figure)
            source += f"; {study.core.figure}: {own['provenance']}"
    if concept == "curve" or CONCEPTS.get(concept, CONCEPTS["core"]).unit == "share":
        unit = "fraction"
    return {"value": value, "unit": unit, "source": source, "year": year}


def _behind(result: "Reproduction", run: str, name: str, place: int) -> float:
    """Median of what stands behind the account's concepts, computed from the draws' own inputs."""
    model, slot = result.assembly.model, result.assembly.model.slots[place]
    inputs = {str(n): result.inputs[n].to_numpy(float) for n in result.inputs}
    if name == "employed":
        return float(np.nanmedian(model.employed(run, inputs)[place]))
    if model.potential is None:
        raise StudyError("the study has no section potential")
    own = {
        c: result.draws[(run, c, slot.year, slot.variant)].to_numpy(float)
        for c in ("potential", "core", "integration")
    }
    if name == "supply":
        return float(np.nanmedian(own["potential"] * own["core"] / own["integration"]))
    using = own["potential"] / model.potential.elasticity(inputs)
    full = model.potential.median * np.exp(inputs["saturation"]) * using
    return float(np.nanmedian(full if name == "saturation" else own["integration"] / full))

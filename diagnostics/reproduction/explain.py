"""Where numbers come from: equation, inputs and sources of a figure, and the first table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from quesnay.diagnostics.report.page import Answer, Cell, Why
from quesnay.diagnostics.reproduction.assembly import part, row
from quesnay.diagnostics.reproduction.study import Study
from quesnay.diagnostics.reproduction.study_rules import READINGS
from quesnay.diagnostics.reproduction.tables import (
    defined,
    number_text,
    printed_amount,
    role_words,
)
from quesnay.fitting.checks import refuse_unknown
from quesnay.fitting.errors import StudyError, nearest
from quesnay.models.display.table import Explanation
from quesnay.models.satellite.concepts import ACCOUNT, CONCEPTS, Concept, describe

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

_Inputs = tuple[tuple[str, str, int], ...]

RUN_WORDS = {
    "core": "core alone",
    "linkage": "input-output tables (linkage run)",
    "elasticity": "elasticities (elasticity run)",
    "calibrated": "diffusion curve (calibrated run)",
}
# Run -> equation of the integration-driven part, its inputs, and where it comes from.
_INTEGRATION: dict[str, tuple[str, _Inputs, str]] = {
    "core": ("I = 0", (), ""),
    "linkage": (
        "",
        (("C", "core", 0),),
        "value added elsewhere that is tied to the core, input-output table of the year",
    ),
    "elasticity": (
        "I = M C / Q",
        (("M", "potential", 0), ("C", "core", 0), ("Q", "supply", 0)),
        "potential times the core's weight in the supply",
    ),
    "calibrated": (
        "I = s M p, p a growth curve through a printed total and the one before that its growth "
        "implies, s M its saturation",
        (("s M", "saturation", 0), ("p", "curve", 0)),
        "saturation times potential times penetration",
    ),
}
_USERS = "I = sum_i v_i (x_K inv(G_KK) G_Ki)_i / x_i, i "
_TIES = {
    "": "I = sum_i v_i (L_iK inv(L_KK) x_K)_i / x_i, i outside the core parts K",
    READINGS[0]: "I = sum_i v_i (L_iK inv(L_KK) x_K)_i / x_i, i outside the core parts K",
    READINGS[1]: f"{_USERS}outside the core parts K",
    READINGS[2]: f"{_USERS}outside the sectors of the core",
    READINGS[3]: "I = sum_i v_i sum_k L_ik x_k / L_kk / x_i, i outside the core parts k",
}
"""Reading of the linkage run -> its equation; L Leontief's inverse, G Ghosh's."""
_SOURCES = {
    "inflation": "GDP deflator, the vintage sets of the study",
    "supply": "supply of the technology's inputs, input-output tables",
    "saturation": "drawn multiple of the potential of the median elasticity",
    "curve": "drawn growth curve, beyond its two points with the errors of the rule",
    "employed": "persons that core and integration employ at the productivity of the year",
}


def linkage_equation(result: "Reproduction") -> str:
    """Return the equation of the linkage run, as the study reads its tables."""
    return _TIES[result.study.tables.reading]


def answer_table(result: "Reproduction") -> Answer:
    """Return one row a fact where figures are printed, else the account of the last year."""
    header = [RUN_WORDS[run] for run in result.runs]
    rows = part(result.verdicts, result.runs[0]) if len(result.facts.reported) else pd.DataFrame()
    names = [str(name) for name in rows.index if rows.loc[name, "restates"] is None]
    estimates = result.verdicts["estimate"] if names else pd.Series(dtype=float)
    known = [n for n in names if estimates.xs(n, level="id").notna().any()]
    if not known:
        return _account_rows(result, header)
    notes = (
        "Median and 95 % interval. Agrees: the interval overlaps the one that the printed digits "
        "stand for.",
    )
    shown = [_fact_row(result, name) for name in known]
    return Answer("Printed and estimated, each fact once", ["", "printed", *header], shown, notes)


def _fact_row(result: "Reproduction", name: str) -> list[Cell]:
    printed = row(result.facts.reported, name)
    title = f"{CONCEPTS[str(printed['concept'])].title}, {int(printed['year'])}"
    source = Cell(str(printed_amount(printed["printed"], str(printed["unit"]))), f"why-{name}")
    cells = [Cell(title), source]
    for run in result.runs:
        own = row(result.verdicts, (run, name))
        if own["role"] != "held out":
            cells.append(Cell(role_words(str(own["role"]))))
        elif pd.isna(own["estimate"]):
            cells.append(Cell("not estimated"))
        else:
            agrees = not pd.isna(own["agrees"]) and bool(own["agrees"])
            text = f"{_shown(own, 'estimate')}{', agrees' if agrees else ''}"
            cells.append(Cell(text, f"why-{run}-{name}", str(own["unit"])))
    return cells


def _account_rows(result: "Reproduction", header: list[str]) -> Answer:
    """Return core, integration, total and share of the last year, run by run."""
    year = int(result.account.index.get_level_values("year").max())
    rows = []
    for name in ACCOUNT:
        scale, of = _unit(result, CONCEPTS[name])
        cells = [
            Cell(_shown(row(result.account, (run, year)), name, scale), f"why-{run}-{year}-{name}")
            for run in result.runs
        ]
        rows.append([Cell(f"{CONCEPTS[name].title}, {year}"), *cells, Cell(of)])
    drawn = any("[" in cell.text for own in rows for cell in own)
    notes = ("Median and 95 % interval.",) if drawn else ()
    return Answer(f"The account of {year}", ["", *header, "unit"], rows, notes)


def _unit(result: "Reproduction", concept: Concept) -> tuple[float, str]:
    """Return what a number of the account is multiplied by, and its unit then."""
    return concept.scale, "percent" if concept.unit == "share" else result.study.study.unit


def _shown(own: "pd.Series[float]", name: str, scale: float = 1.0) -> str:
    """Return a median with its interval, all with the decimals of the largest of them."""
    values = [scale * float(own[name + tail]) for tail in ("", "_low", "_high")]
    largest = number_text(max(values, key=abs))
    decimals = len(largest.partition(".")[2])
    middle, low, high = (f"{value:z.{decimals}f}" for value in values)
    return middle if low == high else f"{middle} [{low}, {high}]"


def explanations(result: "Reproduction") -> dict[str, Why]:
    """Explain every number of account and verdicts, and every printed figure, by its name."""
    whys, central = {}, result.central
    for name, printed in result.facts.reported.iterrows():
        amount = printed_amount(printed["printed"], str(printed["unit"]))
        read = printed.get("provenance") or "study file"
        title = describe(str(name), int(printed["year"]))
        said = [f"{title}: printed as {amount}.", f"Read in: {read}."]
        whys[f"why-{name}"] = Why(said, [("source row", f"source-{name}")])
    for key, own in result.verdicts.iterrows():
        run, name = cast("tuple[str, str]", key)
        if not pd.isna(own["estimate"]):
            figure = row(result.facts.reported, name)
            concept, year = CONCEPTS[str(figure["concept"])], int(figure["year"])
            unit = str(own["unit"])
            shown = printed_amount(_shown(own, "estimate"), unit)
            sentence = f"{describe(name, year)}, {run} run: {shown}."
            told = _equation(result, central, run, concept, year)
            links = [_method(run, concept), ("source row", f"source-{name}")]
            whys[f"why-{run}-{name}"] = _why(sentence, told, links)
    for key, own in result.account.iterrows():
        run, year = cast("tuple[str, int]", key)
        for name in ACCOUNT:
            if not pd.isna(own[name]):
                scale, unit = _unit(result, CONCEPTS[name])
                start = f"{CONCEPTS[name].title}, {year}, {run} run"
                sentence = f"{start}: {_shown(own, name, scale)} {unit}."
                told = _equation(result, central, run, CONCEPTS[name], year)
                whys[f"why-{run}-{year}-{name}"] = _why(
                    sentence, told, [_method(run, CONCEPTS[name])]
                )
    return whys


def _method(run: str, concept: Concept) -> tuple[str, str]:
    """Return the link to the formula of a concept."""
    place = {"core": "core", "integration": run}.get(concept.name, "total")
    return "equation", f"method-{place}"


def _why(said: str, told: tuple[str, pd.DataFrame], links: Sequence[tuple[str, str]]) -> Why:
    """Put the equation of a number and the medians of its inputs below what is said of it."""
    equation, inputs = told
    listed = [
        f"{letter} = {number_text(float(one['value']))} {one['unit']}, {int(one['year'])}: "
        f"{one['source']}."
        for letter, one in inputs.iterrows()
    ]
    return Why([said, f"Equation: {equation}.", *listed], links)


def account_opens(result: "Reproduction") -> dict[tuple[int, int], str]:
    """Return the explanation of every cell of the account's table, by row and column."""
    return {
        (place, k): f"why-{run}-{year}-{name}"
        for place, (run, year) in enumerate(result.account.index)
        for k, name in enumerate(ACCOUNT)
        if not pd.isna(result.account[name].iloc[place])
    }


def verdict_opens(
    result: "Reproduction", run: str, columns: "pd.Index"
) -> dict[tuple[int, int], str]:
    """Return the explanation of every printed and estimated cell of a run's verdicts."""
    reported, estimate = (list(columns).index(name) for name in ("reported", "estimate"))
    own = part(result.verdicts, run)
    opens = {(place, reported): f"why-{name}" for place, name in enumerate(own.index)}
    for place, (name, value) in enumerate(own["estimate"].items()):
        if not pd.isna(value):
            opens[(place, estimate)] = f"why-{run}-{name}"
    return opens


def explain_figure(result: "Reproduction", figure: str, run: str) -> Explanation:
    """Explain one printed figure's estimate; see :meth:`Reproduction.explain`."""
    if run not in result.runs:
        raise StudyError(
            f"unknown run {run!r};{nearest(run, result.runs)} known: {', '.join(result.runs)}"
        )
    concept, year, said = _asked(result, figure)
    for needed in (year, *(year - back for *_, back in concept.inputs)):
        if needed not in result.study.study.years:
            raise StudyError(f"figure {figure}: {needed} is not among study.years; add it")
    if figure in result.facts.reported.index:
        own, unit = row(result.verdicts, (run, figure)), ""
        middle, low, high = (float(own[f"estimate{tail}"]) for tail in ("", "_low", "_high"))
        said, unit = f"{said}; {own['role']} in this run.", str(own["unit"])
    else:
        scale, unit = _unit(result, concept)
        own = row(result.account, (run, year))
        middle, low, high = (scale * float(own[concept.name + t]) for t in ("", "_low", "_high"))
    equation, inputs = _equation(result, result.central, run, concept, year)
    return Explanation(
        f"{figure}, {run} run",
        concept.title,
        middle,
        unit,
        equation=equation,
        inputs=inputs,
        notes=(
            said,
            f"Values are medians of {len(result.draws)} draws, each figure by itself, so that the "
            f"equation holds in every draw but not exactly between them; 95 % interval "
            f"{low:.4g} to {high:.4g} {unit}.",
            *_further(result, concept, year),
        ),
    )


def _asked(result: "Reproduction", figure: str) -> tuple[Concept, int, str]:
    """Return what is asked for, a printed figure or any number of the account, and its printing."""
    reported = result.facts.reported
    check_figure(result.study, figure, reported)
    if figure in reported.index:
        printed = row(reported, figure)
        said = f"Printed: {printed['printed']} {printed['unit']}, {printed['provenance']}"
        return CONCEPTS[str(printed["concept"])], int(printed["year"]), said
    return (*_numbers_of(result.study)[figure], "Not printed: a number of the account.")


def check_figure(study: Study, figure: str, reported: pd.DataFrame) -> None:
    """Refuse what is no printed figure and no number of the account; no run is needed for it."""
    known = [*reported.index, *_numbers_of(study)]
    said = "no printed figure and no number of the account"
    refuse_unknown([figure], known, said, error=StudyError)


def _numbers_of(study: Study) -> dict[str, tuple[Concept, int]]:
    """Return the numbers of the account by letter and year, such as I20."""
    concepts = [CONCEPTS[name] for name in ACCOUNT]
    years = sorted(study.study.years)
    return {f"{c.letter}{year % 100:02d}": (c, year) for c in concepts for year in years}


def _further(result: "Reproduction", concept: Concept, year: int) -> tuple[str, ...]:
    """Name the inputs that can be explained in turn."""
    inputs = {(name, year - back) for _, name, back in concept.inputs} - {(concept.name, year)}
    names = [name for name, (c, y) in _numbers_of(result.study).items() if (c.name, y) in inputs]
    return (f"Explained in the same way: {', '.join(names)}.",) if names else ()


def _equation(
    result: "Reproduction", central: "pd.Series[float]", run: str, concept: Concept, year: int
) -> tuple[str, pd.DataFrame]:
    """Return how a concept of a year follows, and the medians of its inputs."""
    (equation, _), parts = defined(result.study, concept), concept.inputs
    if concept.name == "integration":
        equation, parts, _ = _INTEGRATION[run]
        equation = equation or linkage_equation(result)
    elif concept.name == "growth":
        parts = (*parts, ("P / P before", "inflation", 0))
    elif concept.name == "jobs":
        parts = (("sum_j l_j T_j", "employed", 0), ("sum_j l_j before T_j before", "employed", 1))
    inputs = [
        _input(result, central, run, concept=name, year=year - back) for _, name, back in parts
    ]
    return equation, pd.DataFrame(
        inputs, [letter for letter, _, _ in parts], ["value", "unit", "source", "year"]
    )


def _input(
    result: "Reproduction", central: "pd.Series[float]", run: str, *, concept: str, year: int
) -> dict[str, object]:
    """One input of an equation: the median of its draws."""
    model, study = result.assembly.model, result.study
    places = [k for k, s in enumerate(model.slots) if s.year == year and s.variant != "outcome"]
    unit = study.study.unit
    if concept in _SOURCES:
        value, source = _behind(result, run, concept, places[0]), _SOURCES[concept]
        if concept == "employed" and study.employment is not None:
            unit = study.employment.unit
    else:
        key = (year, model.slots[places[0]].variant)
        value = float(central[(run, concept, *key)])
        _, source = defined(study, CONCEPTS[concept])
        if concept == "integration":
            source = _INTEGRATION[run][2]
        if concept == "core" and study.core.figure is not None:
            own = row(result.facts.reported, study.core.figure)
            source += f"; {study.core.figure}: {own['provenance']}"
    if concept in {"curve", "inflation"} or CONCEPTS.get(concept, CONCEPTS["core"]).unit == "share":
        unit = "fraction"
    return {"value": value, "unit": unit, "source": source, "year": year}


def _behind(result: "Reproduction", run: str, name: str, place: int) -> float:
    """Median of what stands behind the account's concepts, computed from the draws' own inputs."""
    model, slot = result.assembly.model, result.assembly.model.slots[place]
    if name == "inflation":
        return float(np.median(model.inflation[result.inputs["gdp_vintage"].astype(int), place]))
    inputs = {str(n): result.inputs[n].to_numpy(float) for n in result.inputs}
    if name == "employed":
        return float(np.nanmedian(model.employed(run, inputs)[place]))
    assert model.potential is not None  # no run without it asks for what follows
    own = {
        c: result.draws[(run, c, slot.year, slot.variant)].to_numpy(float)
        for c in ("potential", "core", "integration")
    }
    if name == "supply":
        return float(np.nanmedian(own["potential"] * own["core"] / own["integration"]))
    using = own["potential"] / model.potential.elasticity(inputs)
    full = model.potential.median * np.exp(inputs["saturation"]) * using
    return float(np.nanmedian(full if name == "saturation" else own["integration"] / full))

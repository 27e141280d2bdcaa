"""The small table of the first screen: facts in words, each number with where it comes from."""

from typing import TYPE_CHECKING

import pandas as pd

from quesnay.diagnostics.report.page import Answer, Cell
from quesnay.diagnostics.reproduction.assembly import part, row
from quesnay.diagnostics.reproduction.explain import explain_figure
from quesnay.diagnostics.reproduction.tables import interval_text, number_text, printed_amount
from quesnay.models.satellite.concepts import ACCOUNT, CONCEPTS

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

__all__ = ["answer_table"]

_RUNS = {
    "core": "core alone",
    "linkage": "input-output tables (linkage run)",
    "elasticity": "elasticities (elasticity run)",
    "calibrated": "diffusion curve (calibrated run)",
}
_ROLES = {"input": "used", "calibration": "used to calibrate"}


def answer_table(result: "Reproduction") -> Answer:
    """Return one row a fact where figures are printed, else the account of the last year."""
    header = [_RUNS[run] for run in result.runs]
    rows = part(result.verdicts, result.runs[0]) if len(result.facts.reported) else pd.DataFrame()
    names = [str(name) for name in rows.index if rows.loc[name, "restates"] is None]
    known = [n for n in names if any(_has(result, run, n) for run in result.runs)]
    if not known:
        return _account_rows(result, header)
    notes = (
        "Median and 95 % interval. Agrees: the interval overlaps the one that the printed digits "
        "stand for. A number opens where it comes from.",
    )
    shown = [_fact_row(result, name) for name in known]
    return Answer("Printed and estimated, each fact once", ["", "printed", *header], shown, notes)


def _has(result: "Reproduction", run: str, name: str) -> bool:
    return not pd.isna(row(result.verdicts, (run, name))["estimate"])


def _fact_row(result: "Reproduction", name: str) -> list[Cell]:
    printed = row(result.facts.reported, name)
    title = f"{CONCEPTS[str(printed['concept'])].title}, {int(printed['year'])}"
    amount = str(printed_amount(printed["printed"], str(printed["unit"])))
    said = (
        f"{name}: printed as {amount}.",
        f"Read in: {printed.get('provenance') or 'study file'}.",
    )
    source = Cell(amount, said, [("source row", f"source-{name}")])
    return [Cell(title), source, *(_estimate(result, run, name) for run in result.runs)]


def _estimate(result: "Reproduction", run: str, name: str) -> Cell:
    """Return an estimate with its equation, its inputs and where they come from."""
    own = row(result.verdicts, (run, name))
    if own["role"] != "held out":
        return Cell(_ROLES[str(own["role"])])
    if pd.isna(own["estimate"]):
        return Cell("not estimated")
    bounds = interval_text(float(own["estimate_low"]), float(own["estimate_high"]))
    text = f"{number_text(float(own['estimate']))} {bounds}"
    found = explain_figure(result, name, run)
    inputs = [
        f"{letter} = {number_text(float(one['value']))} {one['unit']}, {int(one['year'])}: "
        f"{one['source']}."
        for letter, one in found.inputs.iterrows()
    ]
    links = [("equation", f"method-{run}"), ("source row", f"source-{name}")]
    agrees = not pd.isna(own["agrees"]) and bool(own["agrees"])
    return Cell(
        f"{text}, agrees" if agrees else text,
        [f"{name}, {run} run: {text} {own['unit']}.", f"Equation: {found.equation}.", *inputs],
        links,
    )


def _account_rows(result: "Reproduction", header: list[str]) -> Answer:
    """Return core, integration, total and share of the last year, run by run."""
    year = int(result.account.index.get_level_values("year").max())
    unit = result.study.study.unit
    rows = []
    for name in ACCOUNT:
        scale, of = (100.0, "percent") if CONCEPTS[name].unit == "share" else (1.0, unit)
        cells = [Cell(f"{CONCEPTS[name].title}, {year}")]
        for run in result.runs:
            own = row(result.account, (run, year))
            middle, low, high = (scale * float(own[name + tail]) for tail in ("", "_low", "_high"))
            text = f"{number_text(middle)} {interval_text(low, high)}"
            said = [f"{run} run: {text} {of}."]
            if CONCEPTS[name].equation:
                said.append(f"Equation: {CONCEPTS[name].equation}.")
            cells.append(Cell(text, said, [("equation", f"method-{run}")]))
        rows.append([*cells, Cell(of)])
    notes = ("Median and 95 % interval. A number opens where it comes from.",)
    return Answer(f"The account of {year}", ["", *header, "unit"], rows, notes)

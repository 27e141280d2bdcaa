"""Tables of the main job, in the words and units of a reader."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.evidence.verdicts import judged_words
from quesnay.diagnostics.reproduction.assembly import part, row
from quesnay.diagnostics.reproduction.study import RUNS
from quesnay.models.display.table import Table

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction

__all__ = [
    "LETTERS",
    "glance_table",
    "result_tables",
]


LETTERS = (
    "T total, S share of GDP, H integration-driven share, J new jobs, C core, G real growth, "
    "K contribution to GDP growth; two digits of the year."
)
_DRAWN = "Brackets: 95 % interval of {draws} draws, seed {seed}."


def result_tables(result: "Reproduction") -> tuple[Table, ...]:
    """Return the tables of a result, the most important first."""
    return (
        account_table(result, result.account, ""),
        *(verdict_table(result, run) for run in RUNS),
        account_table(result, result.outcome, ", outcome of the forecast year"),
        *(variance_table(result, run) for run in RUNS),
        segment_table(result),
        *result.linkages.tables(),
    )


def account_table(result: "Reproduction", account: pd.DataFrame, kind: str) -> Table:
    """Return levels and shares by run and year with their intervals."""
    unit = result.study.study.unit
    frame = pd.DataFrame(index=account.index)
    for name in ("core", "integration", "total"):
        frame[name] = _with_bracket(account, name, ".2f", 1.0)
    frame["share of GDP, %"] = _with_bracket(account, "share", ".2f", 100.0)
    forecast = result.study.gdp.forecast
    notes = [
        f"{_DRAWN.format(draws=len(result.draws), seed=result.seed)} Current prices.",
        "Independent: only the printed core is used. Calibrated: also the two earliest totals.",
    ]
    if forecast and not kind:
        notes.append(f"{forecast.year}: as it could be forecast before the outcome was known.")
    title = f"{result.study.study.technology.capitalize()}, value added, {unit}{kind}"
    return Table(title, frame, tuple(notes))


def verdict_table(result: "Reproduction", run: str) -> Table:
    """Return every printed figure beside the estimate of one run."""
    rows = part(result.verdicts, run)
    frame = pd.DataFrame(
        {
            "unit": rows["unit"],
            "role": rows["role"],
            "reported": [f"{value:g}" for value in rows["reported"]],
            "estimate": _significant(rows["estimate"]),
            "95 % interval": _bracket(rows["estimate_low"], rows["estimate_high"], ".4g"),
            "error, %": [
                "" if role == "input" else _signed(100 * error)
                for role, error in zip(rows["role"], rows["error"], strict=True)
            ],
            "inside": _yes(rows["inside"]),
            "rounds": _yes(rows["rounds"]),
        }
    )
    notes = (
        judged_words(rows),
        "inside: the interval holds the printed figure; rounds: the estimate rounds to it. Figures"
        " that the run used are not judged.",
    )
    return Table(f"Verdicts of the {run} run", frame, notes)


def _signed(percent: float) -> str:
    """One decimal with its sign, and no sign for nothing."""
    return "0.0" if abs(percent) < 0.05 else f"{percent:+.1f}"


def glance_table(result: "Reproduction") -> Table:
    """Return every printed figure with the estimates of both runs on one line."""
    rows = part(result.verdicts, RUNS[0])
    printed = [_with_unit(value, unit) for value, unit in _values(rows)]
    frame = pd.DataFrame({"reported": printed}, index=rows.index)
    for run in RUNS:
        own = part(result.verdicts, run)
        bounds = _bracket(own["estimate_low"], own["estimate_high"], ".3g")
        frame[run] = [
            _role_words(role)
            if role != "held out"
            else f"{_plain(estimate, '.3g')} {bound}{_mark(inside)}"
            for role, estimate, bound, inside in zip(
                own["role"], own["estimate"], bounds, own["inside"], strict=True
            )
        ]
    notes = (
        "Brackets: 95 % interval; inside: it holds the printed figure, outside: it does not.",
        LETTERS,
    )
    return Table("Reported and estimated", frame, notes)


def _values(rows: pd.DataFrame) -> list[tuple[float, str]]:
    return list(zip(rows["reported"], rows["unit"], strict=True))


def _with_unit(value: float, unit: str) -> str:
    return f"{value:g} x {unit}" if unit[:1].isdigit() else f"{value:g} {unit}"


def _role_words(role: str) -> str:
    return "used" if role == "input" else "used to calibrate"


def _mark(inside: Any) -> str:
    return "" if pd.isna(inside) else ", inside" if inside else ", outside"


def variance_table(result: "Reproduction", run: str) -> Table:
    """Return the share of each estimate's variance by source, in percent."""
    rows = part(result.variance, run)
    shown = rows.loc[rows.notna().all(axis=1), rows.fillna(0).abs().max() > 0]
    return Table(
        f"What the uncertainty of the {run} run comes from, percent of the variance",
        100 * shown,
        ("Total-effect Sobol indices of each source, scaled to sum to 100.",),
        dict.fromkeys(shown.columns, ".0f"),
    )


def segment_table(result: "Reproduction") -> Table:
    """Return the core by segment and year in the base case."""
    base = next(iter(result.assembly.value_added))
    levels = result.assembly.value_added[base]
    kinds = levels.index.get_level_values("kind")
    forecast = result.study.gdp.forecast
    growth = (forecast.low + forecast.high) / 2 if forecast else 0.0
    # a forecast slot holds the GDP that the growth expected of the year is applied to
    levels = levels.mul(np.where(kinds == "forecast", 1.0 + growth, 1.0), axis=0)
    keep = levels[kinds != "outcome"].droplevel("kind")
    figure = result.study.core.figure
    target = row(result.facts.reported, figure)
    account = result.assembly.pattern.calibrate(
        row(keep, int(target["year"])), float(target["value"])
    )
    frame = account.value_added(keep).T
    frame.loc["core"] = frame.sum()
    frame.index.name = "segment"
    return Table(
        f"Core industries by segment, {result.study.study.unit}, base case",
        frame,
        (
            f"The pattern over sectors is an assumption; its scale makes the sum equal {figure}.",
            "Growth follows official value added by sector.",
        ),
        dict.fromkeys(map(str, frame.columns), ".3f"),
    )


def _bracket(low: pd.Series, high: pd.Series, spec: str) -> list[str]:
    return [
        "" if pd.isna(a) else f"[{_plain(a, spec)}, {_plain(b, spec)}]"
        for a, b in zip(low, high, strict=True)
    ]


def _with_bracket(frame: pd.DataFrame, name: str, spec: str, scale: float) -> list[str]:
    """Estimate with the bounds of its interval behind it."""
    finer = f".{int(spec[1:-1]) + 1}f" if scale == 1.0 else spec
    bounds = _bracket(scale * frame[f"{name}_low"], scale * frame[f"{name}_high"], spec)
    return [
        f"{_plain(scale * value, finer)} {bound}"
        for value, bound in zip(frame[name], bounds, strict=True)
    ]


def _significant(values: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else _plain(value, ".4g") for value in values]


def _plain(value: float, spec: str) -> str:
    """Fixed-point text, never an exponent, for figures such as 4386."""
    return f"{value:.0f}" if abs(value) >= 1000 else format(value, spec)


def _yes(values: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else "yes" if value else "no" for value in values]

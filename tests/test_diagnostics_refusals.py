"""What evidence and pictures refuse, each in one clear line, where no other file asks for it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.audit.identities import Identity
from quesnay.diagnostics.plots import style
from quesnay.diagnostics.plots.style import save_figure
from quesnay.diagnostics.reproduction.assembly import prepare
from quesnay.diagnostics.reproduction.backtests import backtest_elasticity
from quesnay.diagnostics.reproduction.regressions import estimate_elasticities
from quesnay.diagnostics.reproduction.study import Study, load_study
from tests.own_report import OWN
from tests.refusals import refused

STUDY = load_study("caict_2020")
BARE = replace(STUDY, potential=None, penetration=None, specifications=None)
DRAWS = pd.DataFrame({2018: [1.4, 1.5], 2019: [1.9, 2.1]})
G = np.random.default_rng(5)
FLAT = pd.DataFrame({"x": G.standard_normal(40), "c": np.tile([1.0, -1.0], 20)})
FLAT["y"] = FLAT["x"] + G.standard_normal(40)

ORTHOGONAL = pd.DataFrame({"x": np.tile([1.0, 1, -1, -1], 10), "c": np.tile([1.0, -1], 20)})
ORTHOGONAL["y"] = ORTHOGONAL["x"] + np.tile(np.repeat([0.5, -0.5], 4), 5)
SELECTED = pd.DataFrame({"c": G.standard_normal(40)})
SELECTED["x"] = 2 * SELECTED["c"] + 0.1 * G.standard_normal(40)
SELECTED["y"] = 3 * SELECTED["c"] - SELECTED["x"] + G.standard_normal(40)
PANEL = FLAT.assign(u=np.repeat(range(5), 8), t=np.tile(range(8), 5))

assert STUDY.potential is not None
USE = STUDY.potential
LAST = USE.equations[-1]


def _with(**changed: Any) -> Study:
    return replace(STUDY, potential=replace(USE, **changed))


def table(sectors: str, first: float = 1.0) -> qn.InputOutputTable:
    Z = pd.DataFrame([[first, 0.0], [3.0, 4.0]], list(sectors), list(sectors))
    if not first:
        Z.loc[sectors[1], sectors[0]] = 0.0
    x = np.array([9.0, 12.0])
    return qn.InputOutputTable(Z, x - Z.sum(axis=1).to_numpy(), x - Z.sum().to_numpy())


def short_series() -> qn.DiffusionErrors:
    years, values = [0, 1, 2, 6, 0, 1, 3, 7], [1.0, 2, 4, 8, 1, 2, 5, 9]
    series = pd.DataFrame({"series": list("aaaabbbb"), "year": years, "value": values})
    return qn.diffusion_errors(series, families=["logistic"], horizons=[1, 2])


def _fan(draws: pd.DataFrame, **more: Any) -> object:
    return qn.plot_fan(draws, quantity="total", **more)


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "levels that are one number": (
        lambda: _fan(DRAWS, levels=0.95),
        "levels: expected a list",
    ),
    "draws that are words": (lambda: _fan(DRAWS.astype(str) + "x"), "numbers"),
    "draws without a number": (lambda: _fan(DRAWS * np.nan), "one finite draw"),
    "an identity of numbers": (lambda: Identity.parse("a", "2 = 2"), "names no quantity"),
    "an identity that cannot hold": (
        lambda: Identity.parse("a", "X = X + 1"), "cannot hold|names no quantity",
    ),
    "diffusions in a list": (
        lambda: qn.diffusion_errors([1.0]),  # type: ignore[arg-type]
        "data must be a DataFrame",
    ),
    "no elasticity to draw": (
        lambda: estimate_elasticities(BARE, prepare(BARE, seed=0).facts, seed=0),
        "no such section",
    ),
    "no cluster to leave out": (
        lambda: backtest_elasticity(_with(cluster=None), draws=2),
        "leaving clusters out needs one",
    ),
    "plots of parts that are not there": (
        lambda: qn.reproduce(BARE, draws=2).plot_penetration(),
        "no such section, so no curve to draw",
    ),
    "elasticities of parts that are not there": (
        lambda: qn.reproduce(BARE, draws=2).plot_elasticities(),
        "no such section, so no elasticity to draw",
    ),
    "an equation on columns that are not there": (
        lambda: qn.reproduce(_with(equations=(replace(LAST, inputs=("cost_robots",)),)), draws=2),
        "us_klems has no column 'cost_robots'",
    ),
    "an equation of industries that are not there": (
        lambda: qn.reproduce(_with(equations=(replace(LAST, producers=("Wizards",)),)), draws=2),
        "no industry 'Wizards' in us_klems",
    ),
    "controls that explain nothing": (
        lambda: qn.oster_bounds("y ~ x + c", ORTHOGONAL, term="x"),
        "oster_bounds: the controls explain nothing; name others",
    ),
    "no coefficient for this selection": (
        lambda: qn.oster_bounds("y ~ x + c", SELECTED, term="x", delta=5),
        "no coefficient of 'x' fits delta 5 and R2 .* give a smaller delta or r2_max",
    ),
    "no origin with every horizon": (
        lambda: short_series().sample(5, seed=0, rule="logistic"),
        "no origin has every horizon; give longer series",
    ),
    "rules that are none": (
        lambda: qn.Grid({"a": {"b": [1]}}, rules="x"),  # type: ignore[arg-type, dict-item]
        r"grid: rules must be a list of Rule\(reason, excludes\)",
    ),
    "an update between other sectors": (
        lambda: qn.backtest_update({2017: table("ab"), 2018: table("uv")}, [(2017, 2018)]),
        "back-test: tables of 2017 and 2018 have different sectors",
    ),
    "an update that no method can make": (
        lambda: qn.backtest_update(
            {2017: table("ab", 0.0), 2018: table("ab")}, [(2017, 2018)], methods=["RAS"]
        ),
        "back-test: no method gave a table: ",
    ),
    "names that are no mapping": (
        lambda: qn.structural_decomposition(table("ab"), table("ab", 5.0)).plot(names=["a"]),
        r"names: \['a'\]; expected {sector: name}",
    ),
    "a term that is no name": (
        lambda: qn.plot_influence(qn.fit_panel("y ~ x + c", FLAT), term=3),  # type: ignore[arg-type]
        "term: expected a name, got int",
    ),
    "a kind of picture": (
        lambda: save_figure(_fan(DRAWS), "x.bmp"),  # type: ignore[arg-type]
        "picture kind 'bmp' is not known: choose one of png, svg, pdf",
    ),
    "draws that are no frame": (
        lambda: _fan([1.0]),  # type: ignore[arg-type]
        r"draws: expected a DataFrame of draws by year, got \[1.0\]",
    ),
    "reported figures without ends": (
        lambda: _fan(DRAWS, reported=[1.0]),
        "reported: expected a frame with columns 'low' and 'high', years down",
    ),
    "data that are no frame": (
        lambda: qn.diagnose(qn.fit_panel("y ~ x + c", FLAT), time="t", data=[1]),  # type: ignore[arg-type]
        "data: expected a DataFrame, got list",
    ),
    "an estimate without residuals": (
        lambda: qn.diagnose(qn.fit_half_panel_jackknife("y ~ x", PANEL, unit="u", time="t")),
        "expected a fit: .* has no residuals; give its regression",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_refused_in_one_clear_line(name: str) -> None:
    refused(*CASES[name])


def test_a_figure_in_a_unit_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    again = OWN.replace(
        "[[quantity]]",
        '[[figure]]\nid = "R19"\nconcept = "revenue"\nyear = 2019\nprinted = "3"\n'
        'unit = "percent"\n[[quantity]]',
        1,
    )
    path.write_text(again, encoding="utf-8")
    refused(
        lambda: qn.audit(qn.read_figures(path)),
        "R19: unit 'percent', but 'R' is declared in 'million USD'",
    )


def test_conclusions_at_five_percent_are_those_of_the_p_value() -> None:
    fit = qn.fit_panel("y ~ x + c", FLAT)
    errors = qn.diagnose(fit).errors
    shown = errors.by_rule().dropna(subset=["p < 0.05"])
    # p-values are put on both sides of 5 %, and between 5 and 10
    values = np.array([0.04, 0.06, 0.09, 0.2])
    frame = errors.frame.copy()
    for place, column in enumerate(c for c in frame.columns if c.startswith("p_")):
        frame[column] = values[place % 4]
    again = replace(errors, frame=frame).by_rule().dropna(subset=["p < 0.05"])
    assert len(shown) > 0
    said = [bool(flag) for flag in again["p < 0.05"]]
    assert said == [p < 0.05 for p in again["p_value"]]
    assert {p for p in again["p_value"] if 0.05 < p < 0.1} != set()


def test_a_name_that_the_room_of_plots_does_not_have() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'PlotFigur'"):
        _ = style.PlotFigur

"""Rare refusals, each by its own call: regressions, tables, curves, draws, the shell."""

import argparse
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.audit.figures import _unit
from quesnay.diagnostics.evidence.updating import backtest_update
from quesnay.diagnostics.plots.style import panel_of
from quesnay.diagnostics.reproduction.backtests import backtest_elasticity
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.diagnostics.reproduction.study import load_study
from quesnay.fitting.curves.fit import grey_forecast
from quesnay.models.expressions import evaluate, read_arithmetic, read_tokens
from quesnay.models.regression.columns import aligned_covariance, group_column, repeat_rows
from quesnay.models.uncertainty.running import _column
from quesnay.terminal import completion

from .refusals import refused

DRAW = np.random.default_rng(8)
DATA = pd.DataFrame({"x": DRAW.normal(size=30), "z": DRAW.normal(size=30)})
DATA["y"] = DATA["x"] + DRAW.normal(size=30)
DATA["u"], DATA["t"] = np.repeat(np.arange(10), 3), np.tile(np.arange(3), 10)
DATA["alone"] = (DATA.index == 4).astype(float)
DATA["rest"] = 1.0 - DATA["alone"]
DATA["many"] = 10_000_000
DATA["gap"] = DATA["u"].where(DATA.index > 5)
DATA["odd"] = pd.Series([1j, frozenset({3})] * 15, dtype=object)


def table(final: Any, names: tuple[str, str] = ("A", "B")) -> qn.InputOutputTable:
    Z = pd.DataFrame([[10.0, 20.0], [30.0, 40.0]], names, names)
    demand = pd.DataFrame(final, names, ["home", "abroad"])
    output = Z.sum(axis=1) + demand.sum(axis=1)
    return qn.InputOutputTable(Z, demand, output - Z.sum())


def without_demand() -> qn.InputOutputTable:
    demand = pd.DataFrame({"home": [10.0, 0.0], "abroad": [0.0, -10.0]})
    return qn.InputOutputTable([[0.0, 0.0], [15.0, 0.0]], demand, [-5.0, 5.0])


REGRESSIONS: dict[str, tuple[Callable[[], object], str]] = {
    "labels without order": (
        lambda: group_column(DATA, "odd", "cluster"),
        "labels of column 'odd' cannot be ordered or compared",
    ),
    "too many rows": (lambda: repeat_rows(DATA, "many"), r"frequency: 300,000,000 rows in all"),
    "a covariance of words": (
        lambda: aligned_covariance(
            pd.DataFrame([["much"]], ["x"], ["x"], dtype=object), pd.Index(["x"]), "covariance"
        ),
        "covariance: contains values that are not numbers",
    ),
    "more coefficients than rows": (
        lambda: qn.fit_panel("y ~ x + z + t", DATA.head(3), covariance="classical"),
        "3 rows for 4 coefficients: give more rows or drop regressors",
    ),
    "a row of its own": (
        lambda: qn.fit_panel("y ~ 0 + alone + rest", DATA, covariance="HC1"),
        "the coefficient of 'alone' rests on 1 row that the regression fits exactly",
    ),
    "a level without name": (
        lambda: qn.fit_panel("y ~ C(u, base=x)", DATA),
        "expected the base level, such as base='b' or base=2015",
    ),
    "an effect with gaps": (
        lambda: qn.fit_differences("y ~ x", DATA, unit="u", time="t", absorb="gap"),
        "absorb: column 'gap' has missing labels in rows that are used",
    ),
    "the instrument inside": (
        lambda: qn.fit_instrumental("y ~ x + z", DATA, endogenous="x", instruments="z"),
        "instruments: name columns that are not in the formula, each once",
    ),
    "an instrument that is no column": (
        lambda: qn.fit_instrumental("y ~ x", DATA, endogenous="x", instruments="1"),
        "instruments: name columns that are not in the formula, each once",
    ),
    "as many instruments as rows": (
        lambda: qn.fit_instrumental(
            "y ~ x + z", DATA.head(4), endogenous=["x", "z"], instruments=["t", "u", "np.exp(t)"]
        ),
        "instruments: as many as rows; the first stage fits exactly",
    ),
    "lags without time": (
        lambda: evaluate(
            read_arithmetic(read_tokens("lag(x)", "formula")), {"x": DATA["x"].to_numpy()}
        ),
        r"lag\(\), lead\(\) and diff\(\) need time=",
    ),
}


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_regression_is_refused(name: str) -> None:
    call, message = REGRESSIONS[name]
    refused(call, message)


STUDY = load_study("caict_2020")

OTHERS: dict[str, tuple[Callable[[], object], str]] = {
    "no demand": (
        lambda: qn.structural_decomposition(
            without_demand(), without_demand(), factors=("A", "structure", "mix", "level")
        ),
        "final demand sums to zero: it has no structure and no level",
    ),
    "other sectors": (
        lambda: backtest_update(
            {1: table([[60.0, 9.0], [9.0, 9.0]]), 2: table([[60.0, 9.0], [9.0, 9.0]], ("A", "C"))},
            updates=[(1, 2)],
        ),
        "tables of 1 and 2 have different sectors",
    ),
    "a path that overflows": (
        lambda: grey_forecast([1.0, 2.0, 4.0, 8.0, 16.0], 2000),
        r"GM\(1,1\): the path overflows; shorten the horizon",
    ),
    "a panel without figure": (
        lambda: panel_of(loose()),
        "ax: the panel was removed from its figure; give one that is in a figure",
    ),
    "units of two kinds": (
        lambda: _unit(pd.DataFrame({"unit": ["million CNY", "billion CNY"]}), None),
        "gdp: several units, .*give all vintages in one",
    ),
    "no cluster to leave out": (
        lambda: backtest_elasticity(with_keys(STUDY, {"potential.cluster": None})),
        r"potential\.cluster: leaving clusters out needs one|expected",
    ),
    "two numbers a draw": (
        lambda: _column(np.ones((3, 2)), 3, "model"),
        r"model returned shape \(3, 2\) for 3 draws; one number a draw expected",
    ),
    "an unknown shell": (
        lambda: completion(argparse.ArgumentParser(), "csh"),
        "shell 'csh' is not known: choose one of",
    ),
}


def loose() -> Any:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    axes.remove()
    return axes


@pytest.mark.parametrize("name", OTHERS)
def test_a_call_is_refused(name: str) -> None:
    call, message = OTHERS[name]
    refused(call, message)


def test_linearmodels_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "linearmodels", None)
    refused(
        lambda: qn.to_linearmodels("y ~ x", DATA, endogenous="x", instruments="z"),
        "linearmodels is not installed; install it with",
    )

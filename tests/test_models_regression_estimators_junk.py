"""Junk in every argument of the estimators and the diagnosis: a clear error, or a right answer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn

R: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "regression_diagnostics.json").read_text("utf-8")
)
DATA = pd.DataFrame(R["data"]["grunfeld"])
MODEL = "inv ~ value + capital"
FIT = qn.fit_panel(MODEL, DATA, absorb="firm", cluster="firm")
PANEL: dict[str, Any] = {"unit": "firm", "time": "year"}
ENDOGENOUS: dict[str, Any] = {"endogenous": "value", "instruments": "year"}
SHARES: dict[str, Any] = {"cell": "firm", "unit": "firm", "time": "year"}
PAIR = {"a": 1.0, "b": 2.0}
FITS = {"a": FIT, "b": FIT}

JUNK: list[Any] = [
    3.5, "", {}, "nope", ["firm", "firm"], np.nan, object(), True, b"x", np.array([1, 2]),
    pd.Series([1.0]), len, "inv:", ":", "C(", "~", ["a", 3], -1,
]  # fmt: skip

CALLS: dict[str, Callable[[Any], object]] = {
    "random formula": lambda j: qn.fit_random_effects(j, DATA, unit="firm"),
    "random data": lambda j: qn.fit_random_effects(MODEL, j, unit="firm"),
    "random unit": lambda j: qn.fit_random_effects(MODEL, DATA, unit=j),
    "random time": lambda j: qn.fit_random_effects(MODEL, DATA, unit="firm", time=j),
    "random method": lambda j: qn.fit_random_effects(MODEL, DATA, unit="firm", method=j),
    "random cluster": lambda j: qn.fit_random_effects(MODEL, DATA, unit="firm", cluster=j),
    "random errors": lambda j: qn.fit_random_effects(MODEL, DATA, unit="firm", covariance=j),
    "mundlak unit": lambda j: qn.fit_correlated_random_effects(MODEL, DATA, unit=j),
    "differences lag": lambda j: qn.fit_differences(MODEL, DATA, **PANEL, lag=j),
    "differences absorb": lambda j: qn.fit_differences(MODEL, DATA, **PANEL, absorb=j),
    "differences time": lambda j: qn.fit_differences(MODEL, DATA, unit="firm", time=j),
    "half-panel unit": lambda j: qn.fit_half_panel_jackknife(MODEL, DATA, unit=j, time="year"),
    "iv formula": lambda j: qn.fit_instrumental(j, DATA, **ENDOGENOUS),
    "iv endogenous": lambda j: qn.fit_instrumental(MODEL, DATA, endogenous=j, instruments="year"),
    "iv instruments": lambda j: qn.fit_instrumental(MODEL, DATA, endogenous="value", instruments=j),
    "iv absorb": lambda j: qn.fit_instrumental(MODEL, DATA, **ENDOGENOUS, absorb=j),
    "iv cluster": lambda j: qn.fit_instrumental(MODEL, DATA, **ENDOGENOUS, cluster=j),
    "iv method": lambda j: qn.fit_instrumental(MODEL, DATA, **ENDOGENOUS, method=j),
    "bridge method": lambda j: qn.to_linearmodels(MODEL, DATA, **ENDOGENOUS, method=j),
    "share columns": lambda j: qn.shift_share_instrument(DATA, j, **SHARES),
    "share unit": lambda j: qn.shift_share_instrument(
        DATA, ["inv", "value"], **{**SHARES, "unit": j}
    ),
    "combine": lambda j: qn.combine(j, {"a": 1.0}),
    "combine errors": lambda j: qn.combine(PAIR, j),
    "combine covariance": lambda j: qn.combine(PAIR, covariance=j),
    "combine method": lambda j: qn.combine(PAIR, PAIR, method=j),
    "combine level": lambda j: qn.combine(PAIR, PAIR).conf_int(j),
    "shrink fit": lambda j: qn.shrink(j, 0.0, 1.0),
    "shrink covariance": lambda j: qn.shrink(
        FIT, {"value": 1.0}, {"value": 1.0}, prior_covariance=j
    ),
    "average": lambda j: qn.average_models(j, "value"),
    "average fit": lambda j: qn.average_models({"a": FIT, "b": j}, "value"),
    "average term": lambda j: qn.average_models(FITS, j),
    "average criterion": lambda j: qn.average_models(FITS, "value", criterion=j),
    "average weights": lambda j: qn.average_models(FITS, "value", weights=j),
    "diagnose": lambda j: qn.diagnose(j),
    "diagnose unit": lambda j: qn.diagnose(FIT, unit=j),
    "diagnose data": lambda j: qn.diagnose(FIT, unit="branch", data=j),
    "diagnose draws": lambda j: qn.diagnose(FIT, draws=j),
    "diagnose seed": lambda j: qn.diagnose(FIT, seed=j),
    "influence term": lambda j: qn.plot_influence(FIT, j),
    "influence by": lambda j: qn.plot_influence(FIT, by=j),
    "panels time": lambda j: qn.plot_diagnostics(FIT, time=j),
}


@pytest.mark.parametrize("name", CALLS)
def test_junk_is_refused_in_one_clear_line(name: str) -> None:
    for junk in JUNK:
        with pytest.raises(qn.QuesnayError) as caught:
            CALLS[name](junk)
        if "formula" not in name:  # those show the place under the formula
            assert "\n" not in str(caught.value), (name, junk)

"""Estimators beside least squares refuse what they cannot use, and say what to do."""

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
MODEL = "inv ~ value + capital"


def table() -> pd.DataFrame:
    return pd.DataFrame(R["data"]["grunfeld"])


TWICE = pd.DataFrame(
    {"firm": list("aabbb"), "year": [2018, 2019, 2018, 2019, 2019], "x": range(5), "y": range(5)}
)


def differences(lag: Any) -> object:
    return qn.fit_differences(MODEL, table(), unit="firm", time="year", lag=lag)


BAD: list[tuple[str, Any, str]] = [
    ("data", lambda: qn.fit_random_effects(MODEL, [1], unit="firm"), "expected a DataFrame"),  # type: ignore[arg-type]
    ("formula", lambda: qn.fit_random_effects(3, table(), unit="firm"), "expected a text"),  # type: ignore[arg-type]
    ("column", lambda: qn.fit_random_effects("inv ~ valu", table(), unit="firm"), "value"),
    ("unit", lambda: qn.fit_random_effects(MODEL, table(), unit="frm"), "firm"),
    ("method", lambda: qn.fit_random_effects(MODEL, table(), unit="firm", method="swr"), "'swar'"),
    (
        "rule",
        lambda: qn.fit_random_effects(MODEL, table(), unit="firm", covariance="x"),
        "is not known; use one of classical",
    ),
    (
        "rule without clusters, none named",
        lambda: qn.fit_random_effects(MODEL, table(), unit="firm", covariance="HC3"),
        "HC3 takes the rows of a unit as unrelated, which random effects do not; use classical or "
        "one of CR0, CR1, CR2, CR3$",
    ),
    (
        "rule without clusters, one named",
        lambda: qn.fit_random_effects(
            MODEL, table(), unit="firm", cluster="firm", covariance="HC3"
        ),
        "HC3 would ignore cluster='firm'",
    ),
    (
        "differences, rule without clusters, one named",
        lambda: qn.fit_differences(
            MODEL, table(), unit="firm", time="year", cluster="firm", covariance="HC3"
        ),
        "HC3 would ignore cluster='firm'",
    ),
    (
        "differences, rule unknown",
        lambda: qn.fit_differences(MODEL, table(), unit="firm", time="year", covariance="CR9"),
        "is not known",
    ),
    ("intercept", lambda: qn.fit_random_effects(MODEL + " - 1", table(), unit="firm"), "intercept"),
    (
        "twice",
        lambda: qn.fit_random_effects(MODEL, table().assign(year=1), unit="firm", time="year"),
        "seen twice at year 1",
    ),
    (
        "twice at the second year",
        lambda: qn.fit_random_effects("y ~ x", TWICE, unit="firm", time="year"),
        "unit 'b' is seen twice at year 2019; aggregate",
    ),
    (
        "means",
        lambda: qn.fit_correlated_random_effects("inv ~ firm", table(), unit="firm"),
        "add nothing",
    ),
    ("lag", lambda: differences(lag=0), "from 1"),
    (
        "lag text",
        lambda: qn.fit_differences(MODEL, table(), unit="firm", time="year", lag="x"),
        "lo",
    ),
    (
        "far",
        lambda: qn.fit_differences(MODEL, table(), unit="firm", time="year", lag=40),
        "both ends",
    ),
    (
        "constant",
        lambda: qn.fit_differences("inv ~ firm", table(), unit="firm", time="year"),
        "does not change",
    ),
    (
        "effect",
        lambda: qn.fit_differences(MODEL, table(), unit="firm", time="year", absorb="branch"),
        "no column 'branch'",
    ),
    (
        "leverages beside absorbed slopes",
        lambda: qn.fit_panel(MODEL, table(), absorb="firm[year]", cluster="firm", covariance="CR3"),
        "CR3 does not know absorbed slopes",
    ),
    (
        "leverages beside absorbed slopes, instruments",
        lambda: qn.fit_instrumental(
            MODEL,
            table(),
            endogenous="value",
            instruments="year",
            absorb="firm[capital]",
            cluster="firm",
            covariance="CR2",
        ),
        "CR2 does not know absorbed slopes",
    ),
    (
        "short",
        lambda: qn.fit_half_panel_jackknife(
            MODEL, table().query("year < 1938"), unit="firm", time="year"
        ),
        "four times",
    ),
    (
        "endogenous",
        lambda: qn.fit_instrumental(MODEL, table(), endogenous="valu", instruments="year"),
        "did you mean 'value'",
    ),
    (
        "instrument",
        lambda: qn.fit_instrumental(MODEL, table(), endogenous="value", instruments="capital"),
        "not in the formula",
    ),
    (
        "identification",
        lambda: qn.fit_instrumental(
            MODEL, table(), endogenous=("value", "capital"), instruments="year"
        ),
        "1 for 2 endogenous",
    ),
    (
        "estimator",
        lambda: qn.fit_instrumental(
            MODEL, table(), endogenous="value", instruments="year", method="ols"
        ),
        "expected one of 2sls",
    ),
    (
        "one input",
        lambda: qn.shift_share_instrument(table(), ["inv"], cell="firm", unit="firm", time="year"),
        "2 or more columns",
    ),
    (
        "negative input",
        lambda: qn.shift_share_instrument(
            table().assign(inv=[0.0, 1.0, -1.0, -2.0] * 50),
            ["inv", "value"],
            cell="firm",
            unit="firm",
            time="year",
        ),
        "column 'inv' is negative at row 2; mend",
    ),
    ("both", lambda: qn.combine([1.0, 2.0]), "either std_errors or covariance"),
    ("labels", lambda: qn.combine({"a": 1.0, "b": 2.0}, {"a": 1.0, "c": 2.0}), "no entry for"),
    ("position", lambda: qn.combine({"a": 1.0, "b": 2.0}, [1.0, 2.0]), "no entry for"),
    ("zero error", lambda: qn.combine({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 0.0}), "positive"),
    ("text", lambda: qn.combine({"a": "x", "b": 2.0}, {"a": 1.0, "b": 1.0}), "not a finite"),  # type: ignore[dict-item]
    ("nan", lambda: qn.combine({"a": np.nan, "b": 2.0}, {"a": 1.0, "b": 1.0}), "nan at 'a'"),
    (
        "prior term",
        lambda: qn.shrink(fitted(), {"valu": 1.0}, {"valu": 1.0}),
        "did you mean 'value'",
    ),
    ("prior sides", lambda: qn.shrink(fitted(), {"value": 1.0}, {"capital": 1.0}), "not both"),
    ("prior zero", lambda: qn.shrink(fitted(), {"value": 1.0}, {"value": 0.0}), "positive"),
    ("one fit", lambda: qn.average_models({"a": fitted()}, "value"), "two regressions"),
    ("no fit", lambda: qn.average_models({"a": fitted(), "b": 3}, "value"), "not a fit"),  # type: ignore[dict-item]
    (
        "other rows",
        lambda: qn.average_models({"a": fitted(), "b": qn.fit_panel(MODEL, table()[:50])}, "value"),
        "different outcomes or rows",
    ),
    ("term", lambda: qn.average_models({"a": fitted(), "b": fitted()}, "valu"), "did you mean"),
    (
        "criterion",
        lambda: qn.average_models({"a": fitted(), "b": fitted()}, "value", criterion="bci"),
        "did you mean 'bic'",
    ),
    (
        "weights",
        lambda: qn.average_models({"a": fitted(), "b": fitted()}, "value", weights={"a": 1.0}),
        "not on both sides",
    ),
    ("level", lambda: qn.combine([1.0, 2.0], [1.0, 1.0]).conf_int(95), "between 0 and 1"),
]


def fitted() -> Any:
    return qn.fit_panel(MODEL, table())


@pytest.mark.parametrize(("call", "words"), [case[1:] for case in BAD], ids=[c[0] for c in BAD])
def test_malformed_input_is_refused_in_one_clear_line(call: Any, words: str) -> None:
    with pytest.raises(qn.DataError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


DATA = pd.DataFrame(R["data"]["grunfeld"])
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

"""Questions that a sound table cannot answer: each is refused in one clear line."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from quesnay import InputOutputTable
from tests.refusals import refused

S = ["farm", "mill"]
Z = [[150.0, 500.0], [200.0, 100.0]]
NAN = float("nan")


def series(values: Any, rows: Any = S) -> "pd.Series[Any]":
    return pd.Series(values, index=rows)


def good() -> InputOutputTable:
    demand = pd.DataFrame({"homes": [200, 900], "other": [150, 800]}, index=S)
    value = pd.DataFrame([[300, 700], [350, 700]], index=["wages", "rest"], columns=S)
    jobs = pd.DataFrame([[3.0, 0.0], [0.0, 0.0]], index=["jobs", "idle"], columns=S)
    return InputOutputTable(pd.DataFrame(Z, index=S, columns=S), demand, value, accounts=jobs)


def ask(call: Callable[[InputOutputTable], object]) -> Callable[[], object]:
    return lambda: call(good())


QUESTIONS: dict[str, tuple[Callable[[InputOutputTable], object], str]] = {
    "account": (lambda t: t.multipliers("wage"), "account 'wage' is unknown; did you mean 'wages'"),
    "account list": (lambda t: t.multipliers(["wages"]), "is unknown"),  # type: ignore[arg-type]
    "imports": (lambda t: t.multipliers("imports"), "account 'imports' is unknown"),
    "closed alone": (lambda t: t.multipliers(closed=True), "needs household="),
    "household": (lambda t: t.multipliers(closed=True, household="home", income="wages"),
                  "no final-demand column 'home'; did you mean 'homes'"),
    "income": (lambda t: t.multipliers(closed=True, household="homes", income="wage"), "'wages'"),
    "income output": (lambda t: t.multipliers(closed=True, household="homes", income="output"),
                      "not earned by households"),
    "income of nothing": (lambda t: t.multipliers(closed=True, household="homes", income="idle"),
                          "income: 'idle' sums to 0; expected a positive income"),
    "open with income": (lambda t: t.multipliers(income="wages"), "closed=True"),
    "row of another": (lambda t: t.multipliers("wages", True, household="homes", income="wages",
                                               household_row=True), "'output' only"),
    "per": (lambda t: t.multipliers(per="unit"), "per 'unit' is unknown; expected"),  # type: ignore[arg-type]
    "per nothing": (lambda t: t.multipliers("idle", per="direct"), "no sector has 'idle' of its"),
    "solve short": (lambda t: t.solve([1]), "f: final demand: shape"),
    "solve others": (lambda t: t.solve(series([1, 2], ["farm", "mil"])), "mean 'mil'"),
    "solve part": (lambda t: t.solve(pd.Series({"farm": 1.0})), "f: final demand"),
    "solve unknown": (lambda t: t.solve({"mil": 1}), "no sector 'mil'.*did you mean 'mill'"),
    "solve nan": (lambda t: t.solve([1, NAN]), "entry 1 is nan"),
    "solve text": (lambda t: t.solve("f"), "f: final demand"),
    "sector": (lambda t: t.extract(["mil"]), "no sector 'mil' in the table; did you mean 'mill'"),
    "a text": (lambda t: t.extract("mill"), "weights: str 'mill'"),
    "a number": (lambda t: t.extract(5), "weights: int"),
    "twice": (lambda t: t.extract(["farm", "mill", "mill"]), "'mill' is named twice"),
    "above 1": (lambda t: t.extract({"mill": 1.2}), "'mill' has 1.2; expected a share from 0 to 1"),
    "below 0": (lambda t: t.extract({"mill": -0.1}), "expected a share from 0 to 1"),
    "nan weight": (lambda t: t.extract({"mill": NAN}), "'mill' has nan"),
    "text weight": (lambda t: t.extract({"mill": "all"}), "'mill' has 'all'"),
    "true weight": (lambda t: t.extract({"mill": True}), "'mill' has True"),
    "unhashable": (lambda t: t.extract([["mill"]]), "no sector"),
    "slice": (lambda t: t.extract([slice(None)]), "no sector"),
    "array": (lambda t: t.extract(np.array([0.5, 2.0])), "'mill' has 2"),
    "array short": (lambda t: t.extract(np.array([0.5])), "weights: shape"),
    "kind": (lambda t: t.extract(["mill"], "both"), "'both' is unknown; expected one of total"),
    "kind each": (lambda t: t.extract_each("all"), "kind 'all' is unknown"),
    "many": (lambda t: t.extract_many(pd.DataFrame({"mill": [0.5, 1.5]})), "draw 1, sector 'mill'"),
    "many unknown": (lambda t: t.extract_many(pd.DataFrame({"mil": [0.5]})), "mean 'mill'"),
    "many nan": (lambda t: t.extract_many([[0.1, NAN]]), "is nan"),
    "many vector": (lambda t: t.extract_many([0.1, 0.2]), "weights: a vector"),
    "many short": (lambda t: t.extract_many([[0.1]]), "1 columns for 2 sectors"),
    "field of one": (lambda t: t.field_of_influence("farm"), "name both i"),
    "field unknown": (lambda t: t.field_of_influence("farm", "mil"), "j: no sector 'mil'"),
    "field change": (lambda t: t.field_of_influence(change="x"), "change='x'"),  # type: ignore[arg-type]
    "field singular": (lambda t: t.field_of_influence(
        "farm", "mill", change=1 / t.leontief().to_numpy()[1, 0]), "makes the table singular"),
    "field singular somewhere": (lambda t: t.field_of_influence(
        change=1 / t.leontief().to_numpy()[1, 0]), "makes the table singular"),
    "prices unknown": (lambda t: t.prices({"mil": 0.1}), "value_added_change: no sector 'mil'"),
    "prices basis": (lambda t: t.prices(0.1, of="x"), "of 'x' is unknown"),
    "prices text": (lambda t: t.prices("x"), "value_added_change"),
    "output wide": (lambda t: t.from_coefficients(t.A, output=np.ones((2, 2))), "output: 2 "),
    "one error below 0": (lambda t: t.multiplier_intervals(relative_error=[0.1, -0.2]),
                          "relative_error: -0.2 is negative"),
    "one error too large": (lambda t: t.multiplier_intervals(relative_error=[0.1, 200.0]),
                            "relative_error: 200 is too large"),
    "prices wide": (lambda t: t.prices(np.ones((2, 2))), "2 columns; expected one number"),
    "mapping": (lambda t: t.aggregate(["a", "b"]), "mapping: list"),
    "mapping empty": (lambda t: t.aggregate({}), "mapping: dict"),
    "mapping shares": (
        lambda t: t.aggregate({"farm": {"a": 0.5, "b": 0.5}, "mill": "a"}),
        "group of sector 'farm' is .*; name one, or give shares .* as a frame, sector by group",
    ),
    "mapping part": (lambda t: t.aggregate({"farm": "a"}), "sector 'mill' has no group"),
    "mapping extra": (lambda t: t.aggregate({"farm": "a", "mil": "b"}), "mapping: no sector 'mil'"),
    "mapping twice": (lambda t: t.aggregate({"a": ["farm"], "b": ["farm"]}), "is in two groups"),
    "mapping doubled": (
        lambda t: t.aggregate(pd.Series(["a", "b", "c"], ["farm", "farm", "mill"])),
        "mapping: a sector occurs twice in the index of the Series",
    ),
    "shares doubled": (lambda t: t.aggregate(pd.DataFrame(0.5, ["farm", "farm", "mill"], ["a"])),
                       "a sector or group occurs twice in the frame of shares"),
    "groups doubled": (lambda t: t.aggregate(pd.DataFrame(0.5, ["farm", "mill"], ["a", "a"])),
                       "a sector or group occurs twice in the frame of shares"),
    "shares lost": (lambda t: t.aggregate(pd.DataFrame(1.0, ["farm"], ["a"])),
                    "sector 'mill' has no row of shares"),
    "share negative": (lambda t: t.aggregate(
        pd.DataFrame([[1, 0], [1.5, -0.5]], ["farm", "mill"], ["a", "b"])), "a share is negative"),
    "shares short": (lambda t: t.aggregate(
        pd.DataFrame([[1, 1e-7], [0.5, 0.4]], ["farm", "mill"], ["a", "b"])),
        "the shares of sector 'mill' add up to 0.9, not 1"),
    "shares long": (lambda t: t.aggregate(
        pd.DataFrame([[1, 0.25], [0.5, 0.4]], ["farm", "mill"], ["a", "b"])),
        "the shares of sector 'farm' add up to 1.25, not 1"),
    "mapping mixed": (lambda t: t.aggregate({"a": ["farm"], "mill": "b"}), "mixed"),
    "mapping none": (lambda t: t.aggregate({"farm": None, "mill": "b"}), "of sector 'farm' is"),
    "split unknown": (lambda t: t.split("mil", {"a": 1.0}), "split: no sector 'mil'"),
    "split sum": (lambda t: t.split("mill", {"a": 0.5, "b": 0.6}), "sum to 1.1"),
    "split negative": (lambda t: t.split("mill", {"a": -0.5, "b": 1.5}), "shares of 0 or more"),
    "split taken": (lambda t: t.split("mill", {"farm": 0.5, "b": 0.5}), "already a sector"),
    "split list": (lambda t: t.split("mill", [0.5, 0.5]), "split: shares list"),
    "split rows": (lambda t: t.split("mill", {"a": 0.5, "b": 0.5}, rows={"farm": 1}), "DataFrame"),
    "split names": (lambda t: t.split("mill", {"a": 0.5, "b": 0.5},
                                      rows=pd.DataFrame({"farm": [1.0]}, index=["a"])), "names"),
    "split text": (lambda t: t.split("mill", {"a": 0.5, "b": 0.5}, rows=pd.DataFrame(
        {"farm": ["x", 0.5]}, index=["a", "b"])), "split: rows: row 'a', column 'farm' is str 'x'"),
    "split partner": (lambda t: t.split("mill", {"a": 0.5, "b": 0.5}, rows=pd.DataFrame(
        {"shop": [0.5, 0.5]}, index=["a", "b"])), "'shop' in the table"),
    "split pattern": (lambda t: t.split("mill", {"a": 0.5, "b": 0.5}, rows=pd.DataFrame(
        {"farm": [0.5, 0.6]}, index=["a", "b"])), "with 'farm' sum to 1.1"),
    "split impossible": (lambda t: t.split("mill", {"a": 0.1, "b": 0.9}, columns=pd.DataFrame(
        [[1.0, 0.0]] * 4, index=["farm", "mill", "wages", "rest"], columns=["a", "b"])),
        "cannot have these shares"),
    "content": (lambda t: t.content(), "no import block"),
    "errors": (lambda t: t.multiplier_intervals(relative_error=-0.1), "is negative"),
    "errors of others": (lambda t: t.multiplier_intervals(relative_error={"mil": 1}), "'mil'"),
    "errors shape": (lambda t: t.multiplier_intervals(relative_error=np.ones((3, 3))), "shape"),
    "errors huge": (lambda t: t.multiplier_intervals(relative_error=5.0, method="monte_carlo",
                                                     draws=500), "errors are too large"),
    "losses of errors huge": (lambda t: t.extraction_intervals(
        ["mill"], relative_error=5.0, method="monte_carlo", draws=500), "errors are too large"),
    "method": (lambda t: t.multiplier_intervals(relative_error=0.1, method="mc"),
               "method 'mc' is unknown"),
    "level": (lambda t: t.multiplier_intervals(relative_error=0.1, level=95), "level: 95"),
    "draws": (lambda t: t.multiplier_intervals(relative_error=0.1, draws=1),
              "draws must be a whole number of at least 2, got 1"),
    "seed": (lambda t: t.multiplier_intervals(relative_error=0.1, method="monte_carlo", seed="x"),
             "seed must be a whole number.*got 'x'"),
    "weight error": (lambda t: t.extraction_intervals(["mill"], weight_error={"mill": 0.1}),
                     "from 0 to below 0"),
    "weight outside": (lambda t: t.extraction_intervals({"mill": 0.5}, weight_error={"farm": 0.1}),
                       "sector 'farm' is not extracted"),
    "forward coefficients": (lambda t: t.extraction_intervals({"mill": 0.5}, "forward",
                                                              relative_error=0.1), "weights only"),
}  # fmt: skip


@pytest.mark.parametrize("case", QUESTIONS)
def test_what_cannot_be_answered_is_refused(case: str) -> None:
    call, message = QUESTIONS[case]
    refused(ask(call), message)


def test_households_that_spend_all_that_is_earned_are_refused() -> None:
    table = InputOutputTable(Z, {"homes": [350, 1700]}, {"wages": [650, 1400]})
    refused(
        lambda: table.multipliers(closed=True, household="homes", income="wages"),
        "the rounds never end",
    )

"""What labelled calls refuse, each in one clear line, where no other file asks for it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.models.display.table import Tabular
from quesnay.models.display.write import write_folder
from quesnay.models.satellite.account import curve_path
from tests.refusals import refused

TABLE = qn.InputOutputTable(
    [[150, 500], [200, 100]], pd.DataFrame({"homes": [200.0, 900.0], "exports": [150.0, 800.0]}),
    [650, 1400],
)  # fmt: skip
YEARS = pd.RangeIndex(2015, 2020)
ASSETS = pd.DataFrame({"ict": np.arange(1.0, 6.0), "other": np.arange(2.0, 7.0)}, YEARS)
RATES = pd.Series({"ict": 0.3, "other": 0.1})
G = np.random.default_rng(7)
PANEL = pd.DataFrame(
    {
        "u": np.repeat(list("abcdef"), 5),
        "t": np.tile(np.arange(2001, 2006), 6),
        "x": G.standard_normal(30),
        "soft": G.uniform(1, 2, 30),
        "hard": G.uniform(1, 2, 30),
    }
)
PANEL["y"] = PANEL["x"] + G.standard_normal(30)
UT: dict[str, Any] = {"unit": "u", "time": "t"}


def _shares(data: Any) -> Callable[[], object]:
    return lambda: qn.shift_share_instrument(data, ["soft", "hard"], cell="u", unit="u", time="t")


def _services(**given: Any) -> Callable[[], object]:
    return lambda: qn.capital_services(
        **{"stocks": ASSETS, "prices": ASSETS, "depreciation": RATES, "rate": 0.5, **given}
    )


def _fit(formula: str = "y ~ x", data: pd.DataFrame = PANEL, **given: Any) -> Any:
    return qn.fit_panel(formula, data, **{**UT, **given})


def coefficients(A: list[list[float]], **given: Any) -> qn.InputOutputTable:
    Z = np.array(A)
    return qn.InputOutputTable(Z, 1.0 - Z.sum(axis=1), 1.0 - Z.sum(axis=0), strict=False, **given)


class Changing:
    """A statistic that answers otherwise from its second call on."""

    def __init__(self, first: object, later: object) -> None:
        self.answers = [first, later]

    def __call__(self, _: object) -> object:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


SUPPLY = np.array([[5.0, 1.0, 2.0], [1.0, 6.0, 3.0]])
FEW = PANEL.head(5).assign(I1=np.arange(5) ** 2, I2=np.arange(5) ** 3, u=list("aabbb"))
LONG = pd.DataFrame({"u": np.arange(4200) // 2, "x": G.standard_normal(4200)})
LONG["y"] = LONG["x"] + G.standard_normal(4200)


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "a bootstrap of points that hardly bend": (
        lambda: qn.fit_curve("gompertz", range(6), [0.98, 1.21, 2.18, 2.96, 3.73, 5.65]).conf_int(
            method="bootstrap", draws=100
        ),
        r"bootstrap: \d+ of 100 draws had no rising curve; .* use the profile interval",
    ),
    "income below zero": (
        lambda: qn.InputOutputTable(
            [[10.0, 20.0], [30.0, 40.0]], pd.DataFrame({"homes": [70.0, 50.0]}),
            pd.DataFrame([[70.0, 70.0], [-10.0, -10.0]], ["surplus", "wages"]),
        ).multipliers(closed=True, household="homes", income="wages"),
        "income: 'wages' sums to -20; expected a positive income",
    ),
    "paths of a table with large negative cells": (
        lambda: qn.structural_paths(coefficients([[0.6, -0.6], [0.6, 0.6]]), 1),
        "no bound exists: the spectral radius .* look at the table's negative cells",
    ),
    "a table that is singular but for rounding": (
        lambda: coefficients([[0.5, 0.5 - 1e-16], [0.5, 0.5 - 1e-16]]).multipliers(),
        "I - A is singular: .* check value added and the transactions",
    ),
    "a table too near to singular for single precision": (
        lambda: coefficients(
            [[0.5, 0.3], [0.5 - 4e-8, 0.7 - 4e-8]], precision="single"
        ).multipliers(),
        "refinement of single-precision factors: .* use precision='double'",
    ),
    "a hybrid of a table that is not square": (
        lambda: qn.SupplyUseTable(
            SUPPLY, np.ones((2, 3)), SUPPLY.sum(axis=1) - 3, SUPPLY.sum(axis=0) - 2
        ).symmetric("E", product_technology=np.ones((2, 3))),
        "model E: 2 products but 3 industries; .* aggregate, or use model B or D",
    ),
    "more regressors than rows": (
        lambda: qn.fit_random_effects("y ~ x + soft + hard + I1 + I2", FEW, unit="u"),
        "5 rows for 6 coefficients: give more rows or drop regressors",
    ),
    "instruments that the formula explains": (
        lambda: qn.fit_instrumental(
            "y ~ x + soft", PANEL.assign(z=2 * PANEL["soft"]), endogenous="x", instruments="z",
            drop_collinear=True,
        ),
        "instruments: explained by the terms of the formula; name other columns",
    ),
    "two columns of one name": (
        lambda: _fit("y ~ x:soft + `x:soft`", data=PANEL.assign(**{"x:soft": 1.0 / PANEL["hard"]})),
        "formula: two columns of the design are called 'x:soft'; rename one",
    ),
    "an interval beside very many levels": (
        lambda: qn.fit_panel("y ~ x", LONG, absorb="u", covariance="classical").predict(
            LONG.head(3), interval="confidence"
        ),
        "interval: 2,101 coefficients and levels in 4,200 rows are too many",
    ),
    "a statistic that changes its names": (
        lambda: qn.bootstrap(Changing({"a": 1.0}, {"b": 1.0}), PANEL, draws=10, seed=0),
        r"the statistic returned \['b'\] after \['a'\]; it must return the same names",
    ),
    "a statistic that changes its shape": (
        lambda: qn.bootstrap(Changing(1.0, np.ones((2, 2, 2))), PANEL, draws=10, seed=0),
        r"the statistic returned shape \(2, 2, 2\) for 1 draws; the first axis must be the draw",
    ),
    "a statistic that refuses": (
        lambda: qn.bootstrap(lambda rows: _fit("y ~ z", data=rows), PANEL, draws=10, seed=0),
        "^formula: no column 'z'|'z'",
    ),
    "a year of user costs below zero": (
        _services(rate=None, property_income=pd.Series([5.0, 5.0, 5.0, -90.0, 5.0], YEARS)),
        "user costs sum to .* in 2018, not to more than 0",
    ),
    "a gap in the stocks": (
        _services(stocks=ASSETS.drop(2017), prices=ASSETS.drop(2017)),
        "stocks: no year between 2016 and 2018; fill it",
    ),
    "rates without labels": (_services(depreciation=0.1), "expected a Series asset -> rate"),
    "investment that fell": (
        lambda: qn.perpetual_inventory(
            pd.Series(np.ones(5), YEARS), depreciation=0.02, profile="hyperbolic",
            service_life=400.0, growth=-0.99,
        ),
        "investment falls by 99.0% a year before the start",
    ),
    "a gap in value added": (
        lambda: qn.accumulate_contributions(
            pd.Series([5.0, 6.0], [2017, 2019]),
            pd.DataFrame({"a": [0.1]}, [2019]), initial=5.0,
        ),
        "value_added: no year between 2017 and 2019; fill it",
    ),
    "nothing to distribute by": (
        lambda: qn.disaggregate([1.0, 2.0, 3.0], to=2, method="chow-lin", intercept=False),
        "neither an indicator nor an intercept",
    ),
    "indicators of unequal length": (
        lambda: qn.disaggregate([1.0, 2.0], [[1.0], [2.0, 3.0]], to=2),
        "expected one column an indicator, of equal length",
    ),
    "no residual to draw": (
        lambda: qn.fit_curve(
            "logistic", [1, 2, 3], [1.0, 3.0, 6.0], y_errors=[0.1, 0.1, 0.1]
        ).conf_int(method="bootstrap"),
        "no degree of freedom",
    ),
    "new sectors of one name": (
        lambda: TABLE.split(0, pd.Series([0.5, 0.5], ["a", "a"])),
        "repeat each other or another sector",
    ),
    "a sparse matrix": (
        lambda: qn.InputOutputTable(SimpleNamespace(tocsr=None), [1.0], [1.0]),
        "a sparse matrix; pass a dense one",
    ),
    "income that is output": (
        lambda: TABLE.multipliers(closed=True, household="homes", income="output"),
        "'output' is not earned by households",
    ),
    "demand that sums to zero": (
        lambda: qn.structural_decomposition(
            qn.InputOutputTable([[1, 1], [1, 1]], [2.0, -2.0], [4.0, 0.0], strict=False),
            qn.InputOutputTable([[1, 1], [1, 1]], [2.0, -2.0], [4.0, 0.0], strict=False),
        ),
        "sums to zero|output",
    ),
    "an instrument of no frame": (_shares([1.0]), "data: expected a DataFrame, got list"),
    "an instrument of a cell seen twice": (
        _shares(pd.concat([PANEL, PANEL.iloc[:1]])),
        "a u is seen twice at one t; aggregate first",
    ),
    "an instrument with missing labels": (
        _shares(PANEL.assign(u=PANEL["u"].where(PANEL["u"] != "b"))),
        "column 'u' has missing labels",
    ),
    "changes of nothing": (
        lambda: qn.fit_differences("y ~ 1", PANEL, **UT, absorb="t"),
        "no regressors are left; add a term",
    ),
    "half of nothing": (
        lambda: qn.fit_half_panel_jackknife("y ~ 1", PANEL, **UT),
        "no regressors; add a term",
    ),
    "rows of one label": (
        lambda: qn.fit_differences(
            "y ~ x", PANEL.set_axis([0] * 30), **UT, absorb="t"
        ),
        "row labels repeat",
    ),
    "more coefficients than rows": (
        lambda: qn.fit_panel("y ~ x + C(u) + C(t)", PANEL.iloc[:6]),
        "coefficients: give more rows or drop regressors|rows for",
    ),
    "weights and frequency": (
        lambda: qn.fit_panel(
            "y ~ x", PANEL.assign(f=2), frequency="f", weights=PANEL["soft"]
        ),
        "with frequency= give the name",
    ),
    "no instrument from outside": (
        lambda: qn.fit_instrumental("y ~ x + soft", PANEL, endogenous="x", instruments="soft"),
        "name columns that are not in the formula|instruments",
    ),
    "a row that fits itself": (
        lambda: qn.average_models(
            {
                "a": qn.fit_panel("y ~ x + d", PANEL.assign(d=[1.0] + [0.0] * 29)),
                "b": qn.fit_panel("y ~ x + soft + d", PANEL.assign(d=[1.0] + [0.0] * 29)),
            },
            "x", criterion="jackknife",
        ),
        "a row fits itself",
    ),
    "two beliefs of one": (
        lambda: qn.shrink(
            _fit(), {"x": 0.0}, pd.Series({"x": 1.0}),
            prior_covariance=pd.DataFrame([[4.0]], ["x"], ["x"]),
        ),
        "differs from the diagonal of prior_covariance",
    ),
    "an unknown curve": (
        lambda: curve_path("gomperz", (0, 1), (np.ones(1), np.ones(1)), np.ones(1)),
        "unknown curve 'gomperz'; did you mean 'gompertz'",
    ),
    "a folder without a name": (lambda: write_folder(" ", {"a.csv": "x"}), "empty name"),
    "inputs drawn jointly in two groups": (
        lambda: qn.variance_shares(
            lambda x: {"y": x["a"] + x["b"]},
            {("a", "b"): qn.JointNormal([0.0, 0.0], np.eye(2))},
            draws=64, seed=0, groups={"one": ["a"], "two": ["b"]},
        ),
        "are drawn jointly; keep them in one group",
    ),
    "an input in no group": (
        lambda: qn.variance_shares(
            lambda x: {"y": x["a"] + x["b"]},
            {"a": qn.Uniform(0, 1), "b": qn.Uniform(0, 1)},
            draws=64, seed=0, groups={"one": ["a"]},
        ),
        "input 'b' is in no group",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_refused_in_one_clear_line(name: str) -> None:
    refused(*CASES[name])


def test_a_result_without_tables_cannot_show_itself() -> None:
    class Bare(Tabular):
        pass

    with pytest.raises(NotImplementedError):
        Bare().summary()

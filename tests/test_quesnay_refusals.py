"""Messages that only a rare input triggers, each through a public door."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import xlsxwriter

import quesnay as qn
from quesnay.cli import main

from .corpus_inputs import study_of
from .refusals import refused

G = np.random.default_rng(3)
S = ["farm", "mill"]
FLOWS = pd.DataFrame([[10.0, 20.0], [30.0, 10.0]], index=S, columns=S)
ROWS = pd.DataFrame({"y": G.normal(size=30), "a": G.normal(size=30), "b": G.normal(size=30)})
WIDE = pd.DataFrame(
    {"y": G.normal(size=9000), "a": G.normal(size=9000), "unit": np.repeat(range(4500), 2)}
)


def _unpaid() -> object:
    """Ask for closed multipliers whose households earn a row of zeros."""
    earned = pd.DataFrame([[0.0, 0.0], [10.0, 20.0]], index=["wages", "profits"], columns=S)
    table = qn.InputOutputTable(FLOWS, pd.DataFrame({"households": [20.0, 10.0]}, index=S), earned)
    return table.multipliers("output", closed=True, household="households", income="wages")


def _unequal() -> object:
    """Ask for model E of three products made by two industries."""
    supply = pd.DataFrame([[10.0, 5.0], [0.0, 10.0], [1.0, 1.0]])
    use = pd.DataFrame([[3.0, 1.0], [1.0, 3.0], [1.0, 0.0]])
    demand, earned = pd.DataFrame([11.0, 6.0, 1.0]), pd.DataFrame([[6.0, 12.0]])
    table = qn.SupplyUseTable(supply, use, demand, earned)
    return table.symmetric("E", product_technology=np.ones((3, 2)))


def _edited() -> object:
    """Diagnose results whose coefficients were changed after the fit."""
    result = sm.OLS(ROWS["y"], sm.add_constant(ROWS[["a"]])).fit()
    result._results.params = result._results.params * 2.0
    return qn.diagnose(result)


def _regularized() -> object:
    return qn.diagnose(sm.OLS(ROWS["y"], sm.add_constant(ROWS[["a"]])).fit_regularized(alpha=0.5))


def _random_effects() -> object:
    panel = pytest.importorskip("linearmodels.panel")
    rows = ROWS.set_index([np.repeat(range(10), 3), np.tile(range(3), 10)])
    return qn.diagnose(panel.RandomEffects(rows["y"], rows[["a"]]).fit())


def _other_weights() -> object:
    """Apply a concordance whose weights were cut in half."""
    links = qn.concordance("isic4", "isic4_sections")
    halved = replace(links, links=links.links.assign(weight=0.5))
    return halved.apply(pd.Series([1.0], index=["01"]))


CALLS: dict[str, tuple[Callable[[], object], str]] = {
    "variance of other labels": (
        lambda: qn.balance_least_squares(
            FLOWS, [40.0, 50.0], [50.0, 40.0], variance=FLOWS.rename(index={"mill": "mine"})
        ),
        "variance: no row 'mill'; labels must be the seed's",
    ),
    "income of nobody": (_unpaid, "income: 'wages' sums to 0; expected a positive income"),
    "model E, unequal": (_unequal, "3 products but 2 industries.*use model B or D"),
    "paths without a bound": (
        lambda: qn.structural_paths(
            qn.InputOutputTable([[30, -90], [90, 30]], [160, -20], [-20, 160]), 1
        ),
        "structural paths: no bound exists: .*absolute.* is not below 1",
    ),
    "edited results": (_edited, "its coefficients are not those of least squares.*expected"),
    "regularized": (_regularized, "RegularizedResults.*expected a fit of quesnay"),
    "random effects of linearmodels": (_random_effects, "RandomEffects of linearmodels is not"),
    "fewer rows than coefficients": (
        lambda: qn.fit_panel("y ~ a + b", ROWS.head(2)),
        "2 rows for 3 coefficients: give more rows or drop regressors",
    ),
    "instrument of the equation": (
        lambda: qn.fit_instrumental("y ~ a + b", ROWS, endogenous="a", instruments="b"),
        "instruments: name columns that are not in the formula",
    ),
    "levels beyond dummies": (
        lambda: qn.fit_panel("y ~ a", WIDE, absorb="unit").predict(
            WIDE.head(2), interval="confidence"
        ),
        "4,501 coefficients and levels in 9,000 rows are too many.*absorb fewer groups",
    ),
    "weights of a link": (_other_weights, "isic4 '01': its weights add up to 0.5, not 1"),
    "seconds": (
        lambda: qn.read_sdmx("X", service="OECD", timeout=-1),
        "timeout: expected seconds above 0, got -1",
    ),
    "an association too strong": (
        lambda: qn.oster_bounds(
            "y ~ x + w", pd.DataFrame(ROWS).assign(x=ROWS["a"], w=ROWS["a"] + ROWS["b"] / 10,
            y=2 * ROWS["a"] + ROWS["y"]), term="x", delta=-5, r2_max=1.0,
        ),
        "no coefficient of 'x' fits delta -5 .*give a smaller delta or r2_max",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_rare_input_is_refused_with_its_place(name: str) -> None:
    refused(*CALLS[name])


STUDIES: dict[str, tuple[dict[str, str | None], str]] = {
    "a core without segments": (
        {"core/segments": "{}"},
        r"core\.segments: name at least one segment with a sector",
    ),
    "a figure of no concept": (
        {"reported/figures": "{ X18 = { printed = '1', unit = 'percent', year = 2018 } }"},
        r"reported\.figures\.X18: ids start with one of C, I, T, S, H, K, G, N, J",
    ),
    "a group that nobody publishes": (
        {"tables/groups/agriculture": None, "tables/groups/agricultur": "['01']"},
        r"tables\.groups\.agricultur: no value added is published.*did you mean 'agriculture'",
    ),
    "a panel without industries": (
        {"employment/panel": "'china_provinces'"},
        r"employment\.panel: 'china_provinces' has no column 'code'",
    ),
}


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_that_its_data_do_not_serve_is_refused(name: str, tmp_path: Path) -> None:
    keys, message = STUDIES[name]
    path = tmp_path / "study.toml"
    path.write_text(study_of({"base": "full", "set": keys}), encoding="utf-8")
    refused(lambda: qn.reproduce(qn.load_study(path), draws=5, seed=0), message)


def test_a_workbook_of_years_names_them(tmp_path: Path) -> None:
    path = tmp_path / "years.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for year in ("2010", "2011"):
        book.add_worksheet(year).write(0, 0, 1)
    book.close()
    refused(lambda: qn.read_io(path, year=2015), "no sheet for the year 2015; it has 2010, 2011")


@pytest.mark.parametrize(
    "text", [",a,b\na,x,y\nb,z,w\n", ",a,b,f,output\na,,,,\nb,,,,\nvalue_added,,,,\n"]
)
def test_a_file_without_numbers_is_no_table(text: str, tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text(text, encoding="utf-8")
    refused(lambda: qn.read_io(path), "words.csv: no label stands in a row and in a column")


def test_packages_that_are_absent_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing: Any = None
    monkeypatch.setitem(sys.modules, "distributed", nothing)
    assert main(["reproduce", "--draws", "2", "--dask", "localhost:1"]) == 1
    assert "install quesnay[parallel]" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "sdmx", nothing)
    refused(lambda: qn.read_sdmx("X", service="OECD"), r'pip install "quesnay\[sdmx\]"')


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("datasets --export x.csv", "--export needs the name of a data set; 'quesnay datasets'"),
        ("download figaro_2024", "figaro_2024: a file for each year or some years: pass --year"),
    ],
)
def test_options_are_named_as_the_shell_knows_them(
    words: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split()) == 1
    assert said in capsys.readouterr().err

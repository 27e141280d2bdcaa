"""No malformed report or file passes the audit, or escapes as another library's error."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn

from .own_report import OWN
from .refusals import refused


def frame(**changes: Any) -> pd.DataFrame:
    rows: dict[str, Any] = {
        "concept": ["total", "share"],
        "year": [2018, 2018],
        "printed": ["1.42", "1.5"],
        "unit": ["trillion CNY", "percent"],
    }
    return pd.DataFrame({**rows, **changes}, index=["T18", "S18"])


def gdp(**changes: Any) -> pd.DataFrame:
    rows: dict[str, Any] = {"year": [2018], "vintage": ["first"], "gdp": [919281.0]}
    return pd.DataFrame({**rows, **changes})


MALFORMED: list[tuple[Any, str]] = [
    (lambda: qn.audit("T18"), "must be a DataFrame"),  # type: ignore[arg-type]
    (lambda: qn.audit(frame().iloc[:0]), "no rows"),
    (lambda: qn.audit(frame().drop(columns="unit")), "no column 'unit'"),
    (lambda: qn.audit(frame(unit=["", "percent"])), "T18: no unit"),
    (lambda: qn.audit(frame(unit=[np.nan, "percent"])), "T18: no unit"),
    (lambda: qn.audit(frame(unit=["100 million", "percent"])), "cannot read the unit"),
    (lambda: qn.audit(frame(unit=["1.2.3 million CNY", "percent"])), "cannot read the unit '1.2.3"),
    (lambda: qn.audit(frame(unit=["persons", "percent"])), "CNY"),
    (lambda: qn.audit(frame(printed=["about 1.4", "1.5"])), "T18: printed figure 'about 1.4'"),
    (lambda: qn.audit(frame(printed=["nan", "1.5"])), "'nan': expected digits"),
    (lambda: qn.audit(frame(year=["MMXVIII", 2018])), "is not a whole number"),
    (lambda: qn.audit(frame(year=[20180, 2018])), "not a calendar year"),
    (lambda: qn.audit(frame(concept=[None, "share"])), "T18: no concept"),
    (
        lambda: qn.audit(frame(printed=[1.42, 1.5])),
        "T18: printed 1.42 (column 'printed') is no text",
    ),
    (lambda: qn.audit(frame(printed=[True, "1.5"])), "T18: printed True"),
    (lambda: qn.audit(frame(year=[True, 2018])), "T18: year True"),
    (lambda: qn.audit(frame(year=[2018.5, 2018])), "T18: year 2018.5"),
    (lambda: qn.audit(frame(kind=["guess", "forecast"])), "T18: kind 'guess'"),
    (lambda: qn.audit(frame(kind=[1, "forecast"])), "T18: kind 1 (column 'kind') is no text"),
    (lambda: qn.audit(frame(low=["x", 1.0], high=[1.5, 2.0])), "T18: low 'x'"),
    (lambda: qn.audit(frame(low=[True, 1.0], high=[1.5, 2.0])), "T18: low True"),
    (lambda: qn.audit(frame().rename(index={"T18": 18})), "row 1: id 18 is no text"),
    (lambda: qn.audit(frame(), forecast_growth=7.0), "forecast_growth: 7.0 is no pair"),  # type: ignore[arg-type]
    (lambda: qn.audit(frame(), forecast_growth=(8.0, 7.0)), "the lower first"),
    (lambda: qn.audit(frame(), gdp=gdp(gdp=[True])), "row 1: gdp True"),
    (
        lambda: qn.audit(frame(), identities=["T = C + I"]),  # type: ignore[list-item]
        "identities: expected read_figures(path).identities, got 'T = C",
    ),
    (
        lambda: qn.audit(frame(), quantities=[3]),  # type: ignore[list-item]
        "quantities: expected read_figures(path).quantities, got 3",
    ),
    (lambda: qn.audit(frame(), gdp=gdp(year=["2018"])), "row 1: year '2018' is no calendar year"),
    (lambda: qn.audit(frame(), gdp=gdp(vintage=[1])), "row 1: vintage 1 is no text"),
    (lambda: qn.audit(frame(), gdp=gdp(real_growth=["fast"])), "row 1: real_growth 'fast'"),
    (lambda: qn.audit(frame(), gdp=gdp(real_growth=[True])), "row 1: real_growth True"),
    (lambda: qn.audit(frame(), gdp=gdp(real_growth=["-100"])), "nothing is left of GDP"),
    (lambda: qn.audit(frame(), gdp=gdp(published=[2018])), "row 1: published 2018 is no text"),
    (lambda: qn.audit(frame(low=[2.0, 1.0], high=[1.0, 2.0])), "low must be below high"),
    (lambda: qn.audit(pd.concat([frame(), frame()])), "given twice"),
    (lambda: qn.audit(frame(), without=["T81"]), "no figure 'T81'"),
    (lambda: qn.audit(frame(), without=["T18", "S18"]), "every figure is left out"),
    (lambda: qn.audit(frame().rename(index={"T18": "X18", "S18": "Y18"})), "no printed figure"),
    (
        lambda: qn.audit(pd.concat([frame(), frame(concept="x").rename(index={"T18": "T17"})[:1]])),
        "elsewhere",
    ),
    (lambda: qn.audit(frame(), gdp="official"), "gdp must be a DataFrame"),  # type: ignore[arg-type]
    (lambda: qn.audit(frame(), gdp=gdp().drop(columns="vintage")), "no column 'vintage'"),
    (lambda: qn.audit(frame(), gdp=gdp().iloc[:0]), "gdp: no rows"),
    (lambda: qn.audit(frame(), gdp=gdp(gdp=["much"])), "numbers expected"),
    (lambda: qn.audit(frame(), gdp=gdp(gdp=[-1.0])), "positive number"),
    (lambda: qn.audit(frame(), gdp=gdp(unit="persons")), "persons"),
    (lambda: qn.audit(frame(), gdp=pd.concat([gdp(), gdp()])), "given twice"),
    (lambda: qn.audit(frame(), gdp=gdp(country="A").merge(gdp(country="B"), "outer")), "countries"),
    (lambda: qn.audit(frame(), gdp=gdp(), gdp_unit=None), "gdp: no unit"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "message"), MALFORMED)
def test_malformed_report_is_one_clear_line(call: Any, message: str) -> None:
    with pytest.raises(qn.QuesnayError) as caught:
        call()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


FILES: list[tuple[str, str]] = [
    ("[[figures]]", "unknown key 'figures'"),
    ("[[figure]]\nname = 'x'", "unknown key 'name' in [[figure]]"),
    ("figure = 3", "must be a list of tables"),
    ("title = 'empty'", "no [[figure]]"),
    ("[[figure", "not valid TOML"),
    (OWN.replace('printed = "120"', "printed = 120.0"), "write printed as text"),
    (OWN.replace('id = "R18"', 'symbol = "R"'), "has no id"),
    (OWN.replace("M = P / R", "M = P / Revenue"), "unknown quantity 'Revenue'"),
    (OWN.replace("M = P / R", "M == P / R"), "one equation expected"),
    (OWN.replace("M = P / R", "M = P ** R"), "an exponent is a whole number from 1 to 9"),
    (OWN.replace("M = P / R", "M = __import__('os').getcwd()"), "is not allowed"),
    (OWN.replace("M = P / R", "M = P[t-x]"), "a year is [t] plus or minus up to 50"),
    (OWN.replace("M = P / R", "1 = 2"), "names no quantity"),
    (OWN.replace("M = P / R", "P = R - R"), "P"),
    (OWN.replace("M = P / R", "M = P / 0"), "divides by zero"),
    (OWN.replace("M = P / R", "M = P + R"), "sets a pure number beside USD"),
    (OWN.replace('symbol = "W"', 'symbol = "9"'), "a name such as 'T' expected"),
    (
        OWN.replace("low = 0.0", 'low = "zero"'),
        "[[quantity]] 1, low: a number expected, got 'zero'",
    ),
    (OWN.replace("low = 0.0", "low = 1.0\nhigh = 0.0"), "low must be below high"),
]


FILES += [
    (OWN.replace("M = P / R", f"M = {'(' * 2000}P{')' * 2000} / R"), "nested more than 40 deep"),
    (OWN.replace("M = P / R", f"M = P / R * {'9' * 5000}"), "a number too large to compute with"),
    (OWN.replace("M = P / R", "M = P / R * 10**400"), "an exponent is a whole number from 1 to 9"),
    (OWN.replace("M = P / R", f"M = P / R * {'9' * 20_000}"), "at most 10,000 are read"),
    (OWN.replace("M = P / R", "M = (P + R + 1)**9 * (P + R + W)**9"), "more than 200 terms"),
    (OWN.replace("M = P / R", "M = 10**9 * 1e300 * 1e300"), "beyond all bounds"),
    (OWN.replace("M = P / R", "M = log(P)"), "at '(' (character 7)"),
    (OWN.replace("M = P / R", "M = P R"), "at 'R' (character 6)"),
    (OWN.replace("M = P / R", "M = (P / R"), "expected ')' at its end"),
    (OWN.replace("M = P / R", "M = P[t-99] / R"), "a year is [t] plus or minus up to 50"),
    (OWN.replace("M = P / R", "M = P[T] / R"), "a year is written [t]"),
    (OWN.replace("M = P / R", ""), "one equation expected"),
    (OWN.replace("W = R - P", "P * P = R * R"), "multiplies P of 2018 times P of 2018"),
    (OWN.replace('printed = "120"', 'printed = "1e400"'), "R18: printed figure '1e400': too large"),
    (OWN.replace('printed = "120"', 'printed = "1e999999999"'), "too large to compute with"),
    (OWN.replace('printed = "120"', "printed = true"), "[[figure]] 1, printed: text"),
    (OWN.replace("year = 2018", 'year = "2018"', 1), "[[figure]] 1, year: a whole number expected"),
    (OWN.replace("year = 2018", "year = true", 1), "[[figure]] 1, year: a whole number expected"),
    (OWN.replace("year = 2018", "year = 2018.0", 1), "[[figure]] 1, year: a whole number expected"),
    (OWN.replace('concept = "profit"', "concept = 3"), "[[figure]] 2, concept: text expected"),
    (OWN.replace('unit = "percent"', "unit = 100"), "[[figure]] 3, unit: text expected"),
    (OWN.replace('id = "M18"', "id = 18"), "[[figure]] 3, id: text expected, got 18"),
    (OWN.replace('id = "M18"', 'id = "R18"'), "[[figure]] 3: id 'R18' is that of [[figure]] 1"),
    (OWN.replace('id = "M18"', 'id = " "'), "[[figure]] 3, column 'id': empty"),
    (OWN.replace('unit = "percent"', 'unit = "percent"\nkind = "guess"'), "kind 'guess'"),
    (OWN.replace('unit = "percent"', 'unit = "percent"\nlow = true'), "low: a number expected"),
    (OWN.replace('name = "margin"', "name = 5"), "[[identity]] 1, name: text expected"),
    (OWN.replace('equation = "M = P / R"', "equation = 5"), "[[identity]] 1, equation: text"),
    (OWN.replace("low = 0.0", "low = nan"), "[[quantity]] 1, low: a number expected, got nan"),
    (OWN.replace("title = ", "title = 3 # "), "title: text expected"),
    ("forecast_growth = 7\n" + OWN, "forecast_growth: two numbers in percent expected"),
    ("forecast_growth = [9.0, 7.0]\n" + OWN, "the lower first"),
    (OWN + "[[gdp]]\nyear = 2018\nvintage = 1\ngdp = 5.0\n", "[[gdp]] 1, vintage: text expected"),
    (OWN + "[[gdp]]\nyear = 2018\nvintage = 'a'\ngdp = '5'\n", "[[gdp]] 1, gdp: a number"),
    (OWN + "[[gdp]]\nyear = 2018\nvintage = 'a'\n", "number 1, has no gdp"),
]


@pytest.mark.parametrize(("text", "message"), FILES)
def test_malformed_file_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    if message == "P":  # well formed, and the audit finds that profit would be nil
        assert not qn.audit(qn.read_figures(path)).feasible
        return
    with pytest.raises(qn.QuesnayError) as caught:
        qn.audit(qn.read_figures(path))
    assert message in str(caught.value)


def test_contradictory_identities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    more = '[[identity]]\nname = "more"\nequation = "W = R - P + R"\n'
    floor = OWN.replace("low = 0.0", "low = 1.0").replace('concept = "revenue"', 'concept = "rev"')
    path.write_text(floor + more + '[[quantity]]\nsymbol = "R"\nlow = 1.0\n')
    with pytest.raises(qn.QuesnayError, match="contradict each other whatever the figures"):
        qn.audit(qn.read_figures(path))


HEAD = b"id,concept,year,printed,unit\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.toml", None, "cannot be read"),
        ("x.json", b"{}", ".toml or .csv file expected"),
        ("x.toml", b"\xff\xfe\x00", "not UTF-8"),
        ("x.csv", b"a,b\n1,2\n", "no column 'id'"),
        ("x.csv", b"", "not a CSV table"),
        ("x.csv", HEAD, "no figure"),
        ("x.csv", HEAD + b'T19,"total', "not a CSV table"),
        ("x.csv", HEAD + b"T19,total,2019,2.13\n", "row 2: 4 cells, 5 expected"),
        ("x.csv", HEAD + b"T19,total,MMXIX,2.13,trillion CNY\n", "row 2, T19: year 'MMXIX'"),
        ("x.csv", HEAD + b"\nT19,total,2019,about 2,trillion CNY\n", "row 3, T19: printed figure"),
        ("x.csv", HEAD + b"T19,total,2019,2.13,\n", "row 2, T19: no unit"),
        ("x.csv", HEAD + b"T19,total,2019,2.13,percent\n" * 2, "row 3: id 'T19' is that of row 2"),
        ("x.csv", b"id,concept,year,printed,unit,colour\n", "unknown column 'colour'"),
        ("x.csv", b"id,concept,year,printed,unit,unit\n", "a column is given twice"),
    ],
)
def test_unreadable_files(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(qn.DataError, match=message):
        qn.read_figures(path)


def test_a_file_of_figures_is_small(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("#" * 2_000_001)
    with pytest.raises(qn.DataError, match=r"own\.toml: larger than 2,000,000 bytes; keep only"):
        qn.read_figures(path)


def test_a_quantity_is_like_one_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace('like = "R"', 'like = "Q"'))
    with pytest.raises(qn.QuesnayError, match="quantity W: like 'Q' is no quantity; known: W, R"):
        qn.audit(qn.read_figures(path))


def test_more_vintages_than_can_be_tried_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    years = pd.DataFrame({"year": [2018, 2019], "gdp": [919281.0, 990865.0]})
    vintages = [
        years.assign(vintage=f"v{k}", gdp=years["gdp"] * (1 + k * 1e-5), unit="100 million CNY")
        for k in range(150)
    ]
    figures = pd.concat([frame().iloc[:1]] * 3).set_axis(["T18", "T19", "K19"])
    figures["concept"] = ["total", "total", "contribution"]
    figures["year"], figures["printed"] = [2018, 2019, 2019], ["1.42", "2.13", "9.9"]
    figures["unit"] = ["trillion CNY", "trillion CNY", "percent"]
    with pytest.raises(qn.DataError, match=r"20,000 combinations of vintages .* without="):
        qn.audit(figures, gdp=pd.concat(vintages, ignore_index=True))
    three = gdp(year=2018, vintage=["a", "b", "c"], gdp=[920_000.0, 930_000.0, 965_000.0])
    monkeypatch.setattr("quesnay.diagnostics.audit.assignments._MOST", 3)
    assert len(qn.audit(frame(), gdp=three).assignments) == 3  # 1.42 is 1.54, 1.53, 1.47 % of it
    monkeypatch.setattr("quesnay.diagnostics.audit.assignments._MOST", 2)
    refused(lambda: qn.audit(frame(), gdp=three), "more than 2 combinations of vintages")


def test_a_second_printing_is_no_quantity_of_its_own(tmp_path: Path) -> None:
    text = (
        "id,symbol,concept,year,printed,unit\nT18,,total,2018,1.42,trillion CNY\n"
        "C18,,core,2018,4386,100 million CNY\nI18,,integration,2018,0.98,trillion CNY\n"
        "T18b,{},total,2018,1.43,trillion CNY\n"
    )
    path = tmp_path / "own.csv"
    path.write_text(text.format(""), encoding="utf-8")
    refused(lambda: qn.audit(qn.read_figures(path)), r"T18b: .* as T18 is; give it symbol 'T'")
    path.write_text(text.format("T"), encoding="utf-8")
    found = qn.audit(qn.read_figures(path))
    assert not found.feasible
    assert ["T18", "T18b"] in found.conflicts

"""No malformed report or file passes the audit, or escapes as another library's error."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.audit.report import audit_figures

from .own_report import OWN


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
    (lambda: qn.audit(frame(unit=["persons", "percent"])), "CNY"),
    (lambda: qn.audit(frame(printed=["about 1.4", "1.5"])), "T18: printed figure 'about 1.4'"),
    (lambda: qn.audit(frame(printed=["nan", "1.5"])), "'nan': expected digits"),
    (lambda: qn.audit(frame(year=["MMXVIII", 2018])), "is not a whole number"),
    (lambda: qn.audit(frame(year=[20180, 2018])), "not a calendar year"),
    (lambda: qn.audit(frame(concept=[None, "share"])), "T18: no concept"),
    (lambda: qn.audit(frame(low=[2.0, 1.0], high=[1.0, 2.0])), "low must be below high"),
    (lambda: qn.audit(pd.concat([frame(), frame()])), "given twice"),
    (lambda: qn.audit(frame(), without=["T81"]), "no figure 'T81'"),
    (lambda: qn.audit(frame(), without=["T18", "S18"]), "every figure is left out"),
    (
        lambda: qn.audit(frame(), deflator="none"),
        "'none' is unknown; expected one of free, official",
    ),
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
    (lambda: qn.audit(frame(), gdp=gdp(), deflator="official"), "no column 'real_growth'"),
    (lambda: audit_figures(frame(), gdp=gdp()), "gdp: no unit"),
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
    (OWN.replace("M = P / R", "M = P ** R"), "cannot read"),
    (OWN.replace("M = P / R", "M = __import__('os').getcwd()"), "cannot read"),
    (OWN.replace("M = P / R", "M = P[t-x]"), "cannot read"),
    (OWN.replace("M = P / R", "1 = 2"), "names no quantity"),
    (OWN.replace("M = P / R", "P = R - R"), "P"),
    (OWN.replace("M = P / R", "M = P / 0"), "divides by zero"),
    (OWN.replace("M = P / R", "M = P + R"), "sets a pure number beside USD"),
    (OWN.replace('symbol = "W"', 'symbol = "9"'), "a name such as 'T' expected"),
    (OWN.replace("low = 0.0", 'low = "zero"'), "low must be a number"),
    (OWN.replace("low = 0.0", "low = 1.0\nhigh = 0.0"), "low must be below high"),
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


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.toml", None, "cannot be read"),
        ("x.json", b"{}", ".toml or .csv file expected"),
        ("x.toml", b"\xff\xfe\x00", "not UTF-8"),
        ("x.csv", b"a,b\n1,2\n", "no column 'id'"),
        ("x.csv", b"", "not a CSV table"),
    ],
)
def test_unreadable_files(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(qn.DataError, match=message):
        qn.read_figures(path)

"""The audit: what the embedded report says about itself, and a user's own files."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.audit.figures import rounding_interval
from quesnay.diagnostics.audit.identities import Identity
from quesnay.diagnostics.audit.report import audit_figures
from quesnay.diagnostics.audit.result import AuditResult

TOTAL, CORE = "industrial internet value added total", "core industries value added"


@pytest.fixture(scope="module")
def report() -> AuditResult:
    return qn.audit(qn.load_reported("caict_2020"))


def test_printed_figures_hold_together(report: AuditResult) -> None:
    assert report.feasible
    assert report.conflicts == []
    assert report.bounds.index.names == ["concept", "year"]


def test_bounds_match_the_algebra(report: AuditResult) -> None:
    """Each bound worked out by hand from the rounding intervals."""
    bounds = report.bounds
    t19 = 0.0215 * 99.08645  # share of the preliminary GDP, both rounded
    assert bounds.loc[(TOTAL, 2019), "low"] == pytest.approx(t19, rel=1e-6)
    t18 = t19 - 0.0995 * (99.08655 - 91.92805)
    assert bounds.loc[(TOTAL, 2018), "low"] == pytest.approx(t18, rel=1e-5)
    assert bounds.loc[(TOTAL, 2018), "high"] == pytest.approx(0.0155 * 91.92815, rel=1e-6)
    assert bounds.loc[(CORE, 2019), "low"] == pytest.approx(1e4 * 0.2515 * t19, rel=1e-5)
    assert bounds.loc[(CORE, 2019), "high"] == pytest.approx(1e4 * 0.2525 * 2.135, rel=1e-5)
    assert bounds.loc[("GDP", 2020), "low"] == pytest.approx(1e4 * 3.05 / 0.0295, rel=1e-6)
    assert bounds.loc[("GDP", 2020), "high"] == pytest.approx(1e4 * 3.15 / 0.0285, rel=1e-6)
    assert bounds.loc[("GDP", 2020), "unit"] == "100 million CNY"


def test_vintages_that_fit(report: AuditResult) -> None:
    fits = report.vintages.set_index(["id", "vintages"])["fits"]
    assert fits["S18", "2018 after fourth census"]
    assert not fits["S18", "2018 preliminary"]
    assert fits["K19", "2018 after fourth census, 2019 preliminary"]
    assert not fits["K19", "2018 after fourth census, 2019 final"]
    assert fits["S20", "2020 forecast, not printed"]
    assert not fits["S20", "2020 final"]


def test_growth_and_contribution_disagree_under_the_official_deflator(report: AuditResult) -> None:
    official = report.official
    assert official is not None
    assert not official.feasible
    assert ["T18", "S18", "G18", "K18"] in official.conflicts
    assert all({"G18", "K18"} <= set(one) for one in official.conflicts)
    for dropped in ("G18", "K18"):
        assert qn.audit(deflator="official", without=[dropped]).feasible
    deflator = report.bounds["low"].to_dict()
    # No pair of vintages of nominal and real GDP gives more than 5.1 %.
    assert deflator["GDP deflator growth", 2018] > 8.0
    assert any("{T18, S18, G18, K18} cannot all be true" in words for words in report.findings)


def test_conflicts_are_smallest(report: AuditResult) -> None:
    assert report.official is not None
    everything = set(qn.load_reported("caict_2020").index)
    one = report.official.conflicts[0]
    assert not qn.audit(deflator="official", without=sorted(everything - set(one))).feasible
    for name in one:
        rest = sorted((everything - set(one)) | {name})
        assert qn.audit(deflator="official", without=rest).feasible


def test_permuted_rows_change_nothing(report: AuditResult) -> None:
    shuffled = qn.load_reported("caict_2020").sample(frac=1.0, random_state=1)
    again = qn.audit(shuffled)
    pd.testing.assert_frame_equal(
        report.bounds.sort_index(), again.bounds.sort_index(), check_exact=False, rtol=1e-6
    )


def test_figures_that_cannot_hold_are_named() -> None:
    reported = qn.load_reported("caict_2020").copy()
    reported.loc["S19", ["low", "high"]] = [2.35, 2.45]
    found = qn.audit(reported)
    assert not found.feasible
    assert ["T19", "S19"] in found.conflicts
    assert found.bounds.empty
    assert "cannot hold together" in found.findings[0]


def test_views(report: AuditResult) -> None:
    assert "mutually consistent" in report.summary()
    assert "<table" in report.to_html()
    figure = report.plot()
    assert len(figure.axes[0].get_yticklabels()) >= 5


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [("1.50", 1.495, 1.505), ("-0.2", -0.25, -0.15), ("1,200", 1199.5, 1200.5), ("3e2", 250, 350)],
)
def test_rounding(printed: str, low: float, high: float) -> None:
    assert rounding_interval(printed) == pytest.approx((low, high))


def test_upper_end_of_rounding_is_excluded() -> None:
    rows = {"concept": ["a", "b"], "year": 2000, "printed": ["1", "2"], "unit": "persons"}
    figures = pd.DataFrame(rows, index=["A1", "B1"])
    same = Identity.parse("same", "A = B")
    found = audit_figures(figures, identities=[same], quantities=[])
    assert not found.feasible  # only 1.5 would do, and it prints as 2


OWN = """
title = "A firm's report"
[[figure]]
id = "R18"
concept = "revenue"
year = 2018
printed = "120"
unit = "million USD"
[[figure]]
id = "P18"
concept = "profit"
year = 2018
printed = "0.03"
unit = "billion USD"
[[figure]]
id = "M18"
concept = "margin"
year = 2018
printed = "25.0"
unit = "percent"
[[quantity]]
symbol = "W"
concept = "costs"
like = "R"
low = 0.0
[[identity]]
name = "margin"
equation = "M = P / R"
[[identity]]
name = "costs"
equation = "W = R - P"
"""


def test_own_file_of_figures_and_identities(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    found = qn.audit(qn.read_figures(path))
    assert found.feasible
    costs = found.bounds.xs("costs")[["low", "high"]].iloc[0]
    assert list(costs) == pytest.approx([119.5 * 0.7495, 120.5 * 0.7505], rel=1e-5)
    path.write_text(OWN.replace('"25.0"', '"35.0"'))
    assert qn.audit(qn.read_figures(path)).conflicts == [["R18", "P18", "M18"]]


def test_own_csv_uses_the_identities_of_a_satellite_account(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "id,concept,year,printed,unit\nT19,total,2019,10.0,billion USD\n"
        "C19,core,2019,4.0,billion USD\nH19,part,2019,70,percent\n"
    )
    assert qn.audit(qn.read_figures(path)).conflicts == [["T19", "C19", "H19"]]


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
    (lambda: qn.audit(frame(printed=["about 1.4", "1.5"])), "T18: printed 'about 1.4'"),
    (lambda: qn.audit(frame(printed=["nan", "1.5"])), "is not a number"),
    (lambda: qn.audit(frame(year=["MMXVIII", 2018])), "is not a whole number"),
    (lambda: qn.audit(frame(year=[20180, 2018])), "not a calendar year"),
    (lambda: qn.audit(frame(concept=[None, "share"])), "T18: no concept"),
    (lambda: qn.audit(frame(low=[2.0, 1.0], high=[1.0, 2.0])), "low must be below high"),
    (lambda: qn.audit(pd.concat([frame(), frame()])), "given twice"),
    (lambda: qn.audit(frame(), without=["T81"]), "no figure 'T81'"),
    (lambda: qn.audit(frame(), without=["T18", "S18"]), "every figure is left out"),
    (lambda: qn.audit(frame(), deflator="none"), "deflator must be"),
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

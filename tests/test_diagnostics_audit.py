"""The audit: what the embedded report says about itself, and a user's own files."""

from pathlib import Path

import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.audit.figures import printed_interval
from quesnay.diagnostics.audit.identities import Identity
from quesnay.diagnostics.audit.report import audit_figures
from quesnay.diagnostics.audit.result import AuditResult

from .own_report import OWN

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
    assert printed_interval(printed) == pytest.approx((low, high))


def test_upper_end_of_rounding_is_excluded() -> None:
    rows = {"concept": ["a", "b"], "year": 2000, "printed": ["1", "2"], "unit": "persons"}
    figures = pd.DataFrame(rows, index=["A1", "B1"])
    same = Identity.parse("same", "A = B")
    found = audit_figures(figures, identities=[same], quantities=[])
    assert not found.feasible  # only 1.5 would do, and it prints as 2


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

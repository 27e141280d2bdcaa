"""The audit: what the embedded reports say about themselves, against independent recomputation.

The oracles use no linear programme: scans over the totals, closed forms and random search.
"""

import contextlib
import itertools
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn
from quesnay.diagnostics.audit.figures import printed_interval
from quesnay.diagnostics.audit.files import ReportFile
from quesnay.diagnostics.audit.identities import (
    ACCOUNT_IDENTITIES,
    ACCOUNT_QUANTITIES,
    Identity,
    Quantity,
)
from quesnay.diagnostics.audit.result import AuditResult
from quesnay.models.satellite.concepts import CONCEPTS

from .founding_case import audit_of_caii, founding_audit
from .own_report import OWN

TOTAL, CORE = "industrial internet value added total", "core industries value added"
TRADE_PAGE = ["I18", "I19", "C19"]


def of_own(figures: pd.DataFrame, *texts: str, **quantities: Quantity) -> AuditResult:
    """Audit figures under identities given as texts."""
    ties = tuple(Identity.parse(text, text) for text in texts)
    return qn.audit(ReportFile(figures, None, ties, tuple(quantities.values())))


def rows(**figures: tuple[int, str, str]) -> pd.DataFrame:
    """Figures by id: year, printed, unit; the concept is the symbol."""
    return pd.DataFrame(
        {name: (name.rstrip("0123456789"), *told) for name, told in figures.items()},
        index=["concept", "year", "printed", "unit"],
    ).T


def extent(bounds: pd.DataFrame, concept: str, year: int) -> tuple[float, float]:
    """Return low and high of a quantity."""
    row = bounds.to_dict("index")[concept, year]
    return row["low"], row["high"]


@pytest.fixture(scope="module")
def report() -> AuditResult:
    """Audit the report with all its figures."""
    return founding_audit()


@pytest.fixture(scope="module")
def official() -> AuditResult:
    """Audit the report without the figures that a trade page quotes."""
    return qn.audit(qn.load_reported("caict_2020"), without=TRADE_PAGE)


# ---- the embedded report, recomputed without linear programmes --------------------------------

GDP = {
    2017: {"preliminary": 82.7122, "final before census": 82.0754, "after fourth census": 83.2036},
    2018: {"preliminary": 90.0309, "after fourth census": 91.9281},
    2019: {"preliminary": 99.0865, "final": 98.6515},
}
REAL = {
    (2018, "preliminary"): (6.55, 6.65),
    (2018, "after fourth census"): (6.65, 6.75),
    (2019, "preliminary"): (6.05, 6.15),
    (2019, "final"): (5.95, 6.05),
}


def scanned() -> dict[tuple[str, ...], tuple[float, float]]:
    """Return the assignments that fit and the extent of T17, by a fine scan over T18.

    For a given T18 each figure leaves an interval of T17 or of T19; they must meet.
    """
    t18 = np.linspace(1.415, 1.425, 40_001)[:-1]
    out = {}
    names = [
        list(GDP[year]) for year in (2018, 2017, 2018, 2017, 2018, 2019, 2018, 2019, 2018, 2019)
    ]
    for s18, k17, k18, g17, g18, s19, k18b, k19, g18b, g19 in itertools.product(*names):
        fine = (t18 / GDP[2018][s18] >= 0.0145) & (t18 / GDP[2018][s18] < 0.0155)
        rise = GDP[2018][k18] - GDP[2017][k17]
        inflation = [GDP[2018][g18] / GDP[2017][g17] / (1 + r / 100) for r in REAL[2018, g18]]
        low17 = np.maximum(t18 - 0.0675 * rise, t18 / 1.5575 / inflation[0])
        high17 = np.minimum(t18 - 0.0665 * rise, t18 / 1.5565 / inflation[1])
        rise = GDP[2019][k19] - GDP[2018][k18b]
        inflation = [GDP[2019][g19] / GDP[2018][g18b] / (1 + r / 100) for r in REAL[2019, g19]]
        own = GDP[2019][s19]
        low19 = np.max([t18 + 0.0985 * rise, t18 * 1.4725 * inflation[1],
                        0 * t18 + max(2.125, 0.0215 * own)], axis=0)  # fmt: skip
        high19 = np.min([t18 + 0.0995 * rise, t18 * 1.4735 * inflation[0],
                         0 * t18 + min(2.135, 0.0225 * own)], axis=0)  # fmt: skip
        fine &= (low17 < high17) & (low19 < high19)
        if fine.any():
            key = [s18, f"{k17}/{k18}", f"{g17}/{g18}", s19, f"{k18b}/{k19}", f"{g18b}/{g19}"]
            out[tuple(key)] = (float(low17[fine].min()), float(high17[fine].max()))
    return out


# The inflation above: real growth at its low end gives the higher deflator.
def test_assignments_are_those_of_a_scan(official: AuditResult) -> None:
    expected = scanned()
    assert len(expected) == 4
    seen = set()
    for row in official.assignments.to_dict("records"):
        pairs = {
            name: "/".join(one.partition(" ")[2] for one in row[name].split(", "))
            for name in ("S18", "K18", "G18", "S19", "K19", "G19")
        }
        seen.add(tuple(pairs.values()))
    assert seen == set(expected)
    low = min(ends[0] for ends in expected.values())
    high = max(ends[1] for ends in expected.values())
    assert extent(official.bounds, TOTAL, 2017) == pytest.approx((low, high), abs=2e-6)


def test_every_assignment_is_tried(official: AuditResult) -> None:
    """S: 2 and 2; K: 3 x 2 pairs and 2 x 2, two definitions; G: 3 x 2 and 2 x 2; S20: three."""
    assert official.tried == 2 * 2 * (6 * 2) * (4 * 2) * 6 * 4 * 3
    assert set(official.assignments["K18"]) == {"2017 final before census, 2018 preliminary"}
    assert set(official.assignments["S18"]) == {"2018 after fourth census"}
    assert set(official.assignments["K19"]) == {"2018 after fourth census, 2019 preliminary"}
    assert set(official.assignments["K18 definition"]) == {"nominal"}
    assert set(official.assignments["K19 definition"]) == {"nominal"}


def test_with_the_trade_page_one_assignment_is_left(report: AuditResult) -> None:
    assert report.feasible
    assert report.conflicts == []
    assert len(report.assignments) == 1
    row = report.assignments.loc[1]
    assert row["S19"] == "2019 final"
    known = report.vintages.set_index(["id", "vintages"])["known"].to_dict()
    assert not known["S19", "2019 final"]
    assert known["S19", "2019 preliminary"]
    # By hand: I18 and C18 leave T18 = 1.4193 to 1.4195, real growth and the deflator of 1.6 %
    # leave T19 below 1.4195 x 1.4735 x 99.0865 / 91.9281 / 1.0605, whose share rounds to 2.1 %.
    highest = 1.4195 * 1.4735 * 99.0865 / 91.9281 / 1.0605
    assert highest / 99.0865 < 0.0215
    assert highest / 98.6515 > 0.0215
    assert extent(report.bounds, TOTAL, 2019)[1] == pytest.approx(highest, rel=1e-6)
    told = " ".join(report.findings)
    assert "(S19) fits only GDP published in 2020-12, after the report (2020-03)" in told
    assert "give 2.1496, rounded 2.15, rounded again 2.2" in told
    assert f"{100 * 2.13 / 99.0865:.4f}" == "2.1496"


def test_bounds_match_the_algebra(official: AuditResult) -> None:
    """Each bound worked out by hand from the rounding intervals."""
    bounds = official.bounds
    t18 = 2.125 - 0.0995 * (99.0865 - 91.9281)  # total and contribution of 2019
    growth = 2.125 / 1.4735 * 91.9281 / 99.0865 * 1.0605  # total and real growth of 2019
    assert extent(bounds, TOTAL, 2018)[0] == pytest.approx(max(t18, growth), rel=1e-6)
    assert extent(bounds, TOTAL, 2018)[1] == pytest.approx(0.0155 * 91.9281, rel=1e-6)
    assert extent(bounds, CORE, 2019)[0] == pytest.approx(1e4 * 0.2515 * 2.125, rel=1e-6)
    assert extent(bounds, "integration-driven contribution", 2018)[1] == pytest.approx(
        0.0155 * 91.9281 - 0.43855, rel=1e-6
    )
    assert bounds.index.names == ["concept", "year"]


def test_implied_figures_match_the_algebra(official: AuditResult) -> None:
    frame = official.vintages.set_index(["id", "vintages", "definition"])
    low, high = extent(official.bounds, TOTAL, 2018)
    row = frame.T[("S18", "2018 preliminary", "")]
    assert row["implied_high"] == pytest.approx(100 * high / 90.0309, abs=1e-3)
    assert row["implied_low"] == pytest.approx(100 * low / 90.0309, abs=1e-3)
    assert not row["alone"]
    row = frame.T[("S20", "2020 final", "")]
    assert row["implied_low"] == pytest.approx(100 * 3.05 / 101.3567, rel=1e-6)
    assert not row["alone"]


def test_contributions_in_constant_prices_match_a_random_search(official: AuditResult) -> None:
    """K = S [G / (1 + G)] / [g / (1 + g)], with totals and deflators drawn at random."""
    frame = official.vintages.set_index(["id", "vintages", "definition"])
    rng = np.random.default_rng(0)
    n = 400_000
    low, high = extent(official.bounds, TOTAL, 2018)
    for before, now in itertools.product(GDP[2017], GDP[2018]):
        name = f"2017 {before}, 2018 {now}"
        row = frame.T[("K18", name, "constant prices")]
        assert not row["fits"]
        t18, g, own = rng.uniform(low, high, n), rng.uniform(0.5565, 0.5575, n), []
        for b, c in itertools.product(GDP[2017], GDP[2018]):  # the vintages of real growth
            r = rng.uniform(*REAL[2018, c], n) / 100
            t17 = t18 / (1 + g) / (GDP[2018][c] / GDP[2017][b] / (1 + r))
            real = rng.uniform(*REAL[2018, now], n) / 100
            deflator = GDP[2018][now] / GDP[2017][before] / (1 + real)
            share, growth = t18 / GDP[2018][now], t18 / t17 / deflator - 1
            own.append(100 * share * growth / (1 + growth) / (real / (1 + real)))
        searched = np.concatenate(own)
        assert row["implied_low"] <= searched.min() + 1e-9
        assert row["implied_high"] >= searched.max() - 1e-9
        assert row["implied_low"] == pytest.approx(searched.min(), abs=0.03)
        assert row["implied_high"] == pytest.approx(searched.max(), abs=0.03)
    assert frame.loc["K18"].query("definition == 'constant prices'")["implied_low"].min() > 8.0


def test_one_vintage_a_year_needs_a_deflator_of_its_own(official: AuditResult) -> None:
    special = official.one_vintage
    assert not special.feasible
    assert not special.sets["fits"].any()
    low, high = special.deflator[["low", "high"]].T[2018]
    assert low > special.deflator["official_high"].to_dict()[2018]
    # By hand, one basis: T17 = T18 - K (GDP18 - GDP17), D = T18 / T17 / (1 + G) - 1.
    bounds = official.one_vintage.sets.set_index("coherent").loc[True]
    t18_high = 0.0155 * 91.9281
    t18_low = max(0.0215 * 99.0865, 2.125) - 0.0995 * (99.0865 - 91.9281)
    rise = 91.9281 - 83.2036
    lowest = t18_high / (t18_high - 0.0665 * rise) / 1.5575 - 1
    highest = t18_low / (t18_low - 0.0675 * rise) / 1.5565 - 1
    assert bounds["deflator 2018 low"] == pytest.approx(100 * lowest, abs=1e-3)
    assert bounds["deflator 2018 high"] == pytest.approx(100 * highest, abs=1e-3)
    assert low == pytest.approx(100 * lowest, abs=1e-3)
    rise = 91.9281 - 82.0754  # from the lowest GDP of 2017
    highest = t18_low / (t18_low - 0.0675 * rise) / 1.5565 - 1
    assert high == pytest.approx(100 * highest, abs=1e-3)
    # The official ones over all pairs: real growth of the revised GDP is 6.65 % at least, of the
    # preliminary one 6.65 % at most.
    ends = [100 * (nominal / 1.0665 - 1) for nominal in (90.0309 / 83.2036, 91.9281 / 82.0754)]
    official_ends = special.deflator[["official_low", "official_high"]].T[2018].tolist()
    assert official_ends == pytest.approx(ends, abs=1e-3)


def test_where_one_vintage_a_year_is_enough_it_is_told_which() -> None:
    """By hand: GDP grows by 25 %, in real terms by 10: 1.2 x 1.25 / 1.1 = 1.364, the total.

    With the revised GDP the deflator is 1.375 / 1.1 and the total would be 1.5.
    """
    gdp = pd.DataFrame(
        {
            "year": [2017, 2018, 2018], "vintage": ["a", "a", "after census"],
            "gdp": [80.0, 100.0, 110.0], "real_growth": [None, 10.0, 10.0], "unit": "trillion yuan",
        }
    )  # fmt: skip
    figures = rows(
        T17=(2017, "1.000", "trillion yuan"), T18=(2018, "1.364", "trillion yuan"),
        G18=(2018, "20.0", "percent"), S18=(2018, "1", "percent"),
    )  # fmt: skip
    own = Identity.parse("real growth again", "Z = R")  # beside an account it moves nothing
    found = qn.audit(
        figures, gdp, identities=(*ACCOUNT_IDENTITIES, own),
        quantities=(*ACCOUNT_QUANTITIES, Quantity("Z", "real growth again", "percent")),
    )  # fmt: skip
    assert set(found.assignments["G18"]) == {"2017 a, 2018 a"}
    special = found.one_vintage
    assert special.feasible
    assert special.sets[["vintages", "coherent", "fits"]].to_numpy().tolist() == [
        ["2017 a, 2018 a", True, True], ["2017 a, 2018 after census", False, False],
    ]  # fmt: skip
    needed = [100 * (1.3635 / 1.0005 / 1.2005 - 1), 100 * (1.3645 / 0.9995 / 1.1995 - 1)]
    assert special.deflator[["low", "high"]].T[2018].tolist() == pytest.approx(needed, abs=1e-4)
    assert [one.kind for one in found.found] == ["verdict", "rests on", "implied"]


def test_readings_name_what_changes(report: AuditResult) -> None:
    by_name = {one.name: one for one in report.readings}
    without = by_name["without the figures quoted by a trade news page"]
    assert sorted(without.left_out) == sorted(TRADE_PAGE)
    assert len(without.assignments) == 4
    assert len(by_name["with C18 as 4389 instead of 4386"].assignments) == 1
    told = " ".join(report.findings)
    assert "(I18, I19, C19), 4 assignments fit" in told
    assert "With C18 as 4389 instead of 4386, one assignment fits" in told
    assert "no consistent assignment uses one vintage a year" in told
    assert "(K18) rests on GDP of 2017 (final before census) and 2018 (preliminary), by" in told
    assert "industrial internet value added total of 2017, 0.8852 to 0.8867 trillion yuan" in told
    assert "the new jobs of 2020 (J20)" in told


def test_the_first_sentence_says_that_what_fits_was_published_later(
    report: AuditResult, official: AuditResult
) -> None:
    """By hand: GDP of 2019 as known in March 2020, 99.0865, needs T19 above 2.1304 for 2.15 %.

    Growth leaves no more than 1.4195 (1.4735 / 1.0605) 99.0865 / 91.9281 = 2.1259 while the trade
    page ties T18 to 0.9808 and 0.4386; without it T18 may be 1.4249.
    """
    assert 1.41955 * 1.4735 / 1.0605 * 99.0865 / 91.9281 < 2.1304
    assert report.findings[0].endswith(", and only with GDP published after the report for S19.")
    assert report.findings[0] in report.telling
    assert official.findings[0].endswith("4 fit all of them at once.")
    late = next(s for s in report.findings if "fits only GDP published" in s)
    assert "an anachronism, or a double rounding" in late
    assert (
        "or a fault in what others quote: without (C18, G18, G19, K18, K19) or (I18, I19, C19) "
        "it fits GDP of 2019 (preliminary)." in late
    )


def test_the_readings_are_the_audits_themselves(report: AuditResult, official: AuditResult) -> None:
    without = next(one for one in report.readings if one.left_out == ("I18", "I19", "C19"))
    pd.testing.assert_frame_equal(without.assignments, official.assignments)
    same = official.bounds["unit"] == without.bounds["unit"]
    assert same.sum() >= 14
    pd.testing.assert_frame_equal(without.bounds[same], official.bounds[same], rtol=1e-7)


def test_forecast_shares_rest_on_the_forecast_of_the_time(official: AuditResult) -> None:
    fits = official.vintages.query("id == 'S20'").set_index("vintages")["fits"]
    assert fits.to_dict() == {
        "2020 forecast (2019 preliminary and 7 to 8.5 % nominal growth)": True,
        "2020 preliminary": False,  # 3.05 / 101.6 is 3.0 %, not 2.9
        "2020 final": False,
    }
    slow = qn.audit(without=TRADE_PAGE, forecast_growth=(0.0, 3.0))
    assert not slow.feasible
    assert slow.conflicts == [["T20", "S20"]]


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (("", "2020-03"), "2019 preliminary and 7 to 8.5 % nominal growth"),
        (("2020-01", "2020-04"), None),
        (("2020", "2020-01"), None),  # which month of 2020 is open
    ],
)
def test_growth_before_the_epidemic_is_expected_only_of_what_was_published_then(
    published: tuple[str, str], expected: str | None
) -> None:
    frame = pd.DataFrame(
        {
            "concept": ["total", "share"], "year": 2020, "unit": ["trillion yuan", "percent"],
            "printed": "2.0", "kind": "forecast", "published": published,
        },
        ["T20", "S20"],
    )  # fmt: skip
    first = qn.audit(frame).vintages.loc[0, "vintages"]
    assert first == (f"2020 forecast ({expected})" if expected else "2020 forecast, not printed")


def test_permuted_rows_change_nothing(report: AuditResult) -> None:
    shuffled = qn.load_reported("caict_2020").sample(frac=1.0, random_state=1)
    again = qn.audit(shuffled)
    pd.testing.assert_frame_equal(
        report.bounds.sort_index(), again.bounds.sort_index(), check_exact=False, rtol=1e-6
    )
    assert again.assignments[report.assignments.columns].equals(report.assignments)


@pytest.mark.slow
def test_figures_that_cannot_hold_are_named() -> None:
    reported = qn.load_reported("caict_2020").copy()
    reported.loc["S19", ["low", "high"]] = [2.35, 2.45]
    found = qn.audit(reported)
    assert not found.feasible
    assert ["T19", "S19"] in found.conflicts
    assert found.bounds.empty
    assert found.assignments.empty
    assert "cannot hold together" in found.findings[0]
    assert found.misses["id"].tolist() == ["S19"]
    assert found.misses["implied_high"].iloc[0] == pytest.approx(
        100 * report_high(reported) / 98.6515, abs=2e-3
    )


def report_high(reported: pd.DataFrame) -> float:
    """The highest total of 2019 without its share."""
    rest = qn.audit(reported, without=["S19"])
    return float(extent(rest.bounds, TOTAL, 2019)[1])


def test_findings_carry_their_kind_and_the_figures_that_they_are_about(report: AuditResult) -> None:
    kinds = {one.kind for one in report.found}
    assert {"verdict", "rests on", "vintages mixed", "late", "implied", "not tied"} <= kinds
    late = next(one for one in report.found if one.kind == "late")
    assert late.ids == ("S19",)
    assert late.text.startswith("The share of GDP of 2019 (S19) fits only GDP published")
    assert report.findings == [one.text for one in report.found]
    assert not any("rests on" in text for text in report.telling)
    assert report.name_of("S19") == "share of GDP, 2019 (S19)"


def test_tables_name_every_figure_by_its_concept_and_year(report: AuditResult) -> None:
    tables = {table.title: table.frame for table in report.tables()}
    rows = tables["Consistent assignments, one a column"].index
    assert "contribution to GDP growth, 2018 (K18), definition" in rows
    figures = tables["What each figure can rest on"].index.get_level_values("figure")
    assert "share of GDP, 2019 (S19)" in figures


def test_views(report: AuditResult, official: AuditResult) -> None:
    assert "mutually consistent" in report.summary()
    assert "<table" in report.to_html()
    assert "<table" in report._repr_html_()
    figure = official.plot()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == [
        "share of GDP, 2018 (S18)",
        "contribution to GDP growth, 2018 (K18), nominal",
        "real growth of the total, 2018 (G18)",
        "share of GDP, 2019 (S19)",
        "contribution to GDP growth, 2019 (K19), nominal",
        "real growth of the total, 2019 (G19)",
        "share of GDP, 2020 (S20)",
    ]
    with pytest.raises(qn.QuesnayError, match="nothing to draw"):
        of_own(rows(A1=(2000, "1", "persons"), B1=(2000, "1", "persons")), "A = B").plot()


# ---- the figures of another institute --------------------------------------------------------


def test_another_institutes_contribution_of_2019_does_not_follow_from_its_growth() -> None:
    found = audit_of_caii()
    assert not found.feasible
    assert ["S18", "N19", "K19"] in found.conflicts
    assert ["T20", "T21", "N21"] in found.conflicts  # a forecast that the later paper revised
    implied = found.misses.query("id == 'K19'").iloc[0]
    # T19 = (1 + N) T18, T18 = 3.04 % of GDP after the census, K dGDP = T19 - T18.
    rise = 99.0865 - 91.9281
    low = 0.030350 * 91.9281 * 0.22135 / rise
    high = 0.03445 * 99.0865 * (1 - 1 / 1.22145) / rise
    assert implied[["implied_low", "implied_high"]].tolist() == pytest.approx(
        [100 * low, 100 * high], abs=2e-3
    )
    assert implied["implied_high"] < 8.695  # 8.70 is printed
    early = found.findings[1:]
    assert any("the others imply 8.627 to 8.645 %" in sentence for sentence in early)
    rest = qn.audit(qn.load_reported("caii_2020"), without=["K19", "N21"])
    assert rest.feasible


# ---- planted reports -------------------------------------------------------------------------


YEARS = {"S18": [2018], "S19": [2019], "K18": [2017, 2018], "K19": [2018, 2019],
         "G18": [2017, 2018], "G19": [2018, 2019]}  # fmt: skip


def planted(seed: int) -> tuple[pd.DataFrame, dict[str, str], dict[str, float]]:
    """Draw totals and vintages; return the figures rounded, the vintages and the true totals."""
    rng = np.random.default_rng(seed)
    total = {2017: rng.uniform(0.5, 3.0)}
    for year in (2018, 2019):
        total[year] = total[year - 1] * rng.uniform(1.05, 1.7)
    h = rng.uniform(0.3, 0.9)
    values = {"T18": total[2018], "T19": total[2019], "H19": 100 * h, "C19": total[2019] * (1 - h)}
    chosen = {}
    for name, years in YEARS.items():
        pick = [str(rng.choice(list(GDP[year]))) for year in years]
        chosen[name] = ", ".join(f"{y} {v}" for y, v in zip(years, pick, strict=True))
        gdp = [GDP[y][v] for y, v in zip(years, pick, strict=True)]
        now = total[years[-1]]
        if name[0] == "S":
            values[name] = 100 * now / gdp[0]
            continue
        before, real = total[years[0]], sum(REAL[years[1], pick[1]]) / 200
        deflator = gdp[1] / gdp[0] / (1 + real)
        if name[0] == "G":
            values[name] = 100 * (now / before / deflator - 1)
        elif rng.random() < 0.5:
            values[name] = 100 * (now - before) / (gdp[1] - gdp[0])
        else:
            values[name] = 100 * (now - before * deflator) / (gdp[1] * real / (1 + real))
    units = {"T": "trillion CNY", "C": "trillion CNY"}
    told = {
        name: (2000 + int(name[1:]), f"{value:.2f}", units.get(name[0], "percent"))
        for name, value in values.items()
    }
    return rows(**told), chosen, {"T17": total[2017], "T19": total[2019], "I19": total[2019] * h}


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_a_true_report_is_never_refused(seed: int) -> None:
    """Figures computed from drawn totals and vintages: the audit must find the truth."""
    figures, chosen, truth = planted(seed)
    found = qn.audit(figures)
    assert found.feasible
    for name, text in chosen.items():
        assert text in set(found.assignments[name])
    names = {"T": "T", "I": "integration-driven contribution"}
    for name, value in truth.items():
        low, high = extent(found.bounds, names[name[0]], 2000 + int(name[1:]))
        assert low - 1e-6 <= value <= high + 1e-6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40))
def test_a_planted_error_is_found_and_named(seed: int, digits_off: int) -> None:
    rng = np.random.default_rng(seed)
    total, part = rng.uniform(2.0, 9.0), rng.uniform(0.2, 0.8)
    true = {"T18": total, "C18": total * part, "I18": total * (1 - part)}
    printed = {name: round(value, 2) for name, value in true.items()}
    printed["I18"] += 0.01 * digits_off * (1 if rng.random() < 0.5 else -1)
    figures = rows(**{k: (2018, f"{v:.2f}", "trillion CNY") for k, v in printed.items()})
    gap = abs(printed["T18"] - printed["C18"] - printed["I18"])
    found = qn.audit(figures)
    assert found.feasible == (gap < 0.015 - 1e-9)
    assert found.conflicts == ([] if found.feasible else [["T18", "C18", "I18"]])


@pytest.mark.slow
def test_conflicts_are_smallest() -> None:
    reported = qn.load_reported("caii_2020")
    found = qn.audit(reported)
    for one in found.conflicts:
        assert not qn.audit(reported, without=[n for n in reported.index if n not in one]).feasible
        for name in one:
            left_out = [n for n in reported.index if n not in one or n == name]
            rest = None
            with contextlib.suppress(qn.DataError):  # nothing is left that ties two figures
                rest = qn.audit(reported, without=left_out)
            assert rest is None or rest.feasible


# ---- rounding, units, own identities ---------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [("1.50", 1.495, 1.505), ("-0.2", -0.25, -0.15), ("1,200", 1199.5, 1200.5), ("3e2", 250, 350)],
)
def test_rounding(printed: str, low: float, high: float) -> None:
    assert printed_interval(printed) == pytest.approx((low, high))


def test_upper_end_of_rounding_is_excluded() -> None:
    figures = rows(A1=(2000, "1", "ratio"), B1=(2000, "2", "ratio"))
    assert not of_own(figures, "A = B").feasible  # only 1.5 would do, and it prints as 2
    assert of_own(rows(A1=(2000, "1", "persons"), B1=(2000, "1", "persons")), "A = B").feasible
    assert of_own(figures, "A = B - 0.001").feasible
    assert of_own(figures, "B = A + 1").feasible


@pytest.mark.parametrize("unit", ["thousand CNY per person", "million CNY / thousand persons"])
def test_a_unit_may_be_one_per_another(unit: str) -> None:
    figures = rows(
        R1=(2000, "483", "million CNY"),
        E1=(2000, "1.6", "thousand persons"),
        P1=(2000, "302", unit),
    )
    assert of_own(figures, "P = R / E").feasible
    figures.loc["P1", "printed"] = "320"
    found = of_own(figures, "P = R / E")
    assert not found.feasible
    text = found.summary(width=200)
    assert "Audit: the printed figures are not mutually consistent" in text
    assert re.search(r"E1 .*\(E1\) +1\.55 +1\.65 ", text)  # the printed interval, not its rounding
    with pytest.raises(qn.StudyError, match="sets CNY beside CNY per persons"):
        of_own(figures, "R = R / E")


def test_of_many_conflicts_twenty_are_listed() -> None:
    """Seven figures of one quantity, no two alike: 21 pairs, each of which cannot hold."""
    figures = rows(
        **{f"A{k}": (2000, str(k), "persons") for k in range(1, 8)}, B1=(2000, "1", "persons")
    )
    found = of_own(figures, "A = B")
    pairs = [list(pair) for pair in itertools.combinations(figures.index[:7], 2)]
    assert len(pairs) == 21
    assert len(found.conflicts) == 20
    assert all(pair in pairs or "B1" in pair for pair in found.conflicts)


@pytest.mark.parametrize(
    ("printed", "holds"), [("1", True), ("2", False), ("-1", True), ("-2", False)]
)
def test_products_of_either_sign(printed: str, holds: bool) -> None:
    """X in [1.5, 2.5) and Y in [-0.5, 0.5): the product lies in (-1.25, 1.25)."""
    figures = rows(
        X1=(2000, "2", "persons"), Y1=(2000, "0", "ratio"), Z1=(2000, printed, "persons")
    )
    found = of_own(figures, "X * Y = Z")
    assert found.feasible == holds
    if holds:
        low, high = extent(found.bounds, "Y", 2000)
        ends = sorted([0.5 / 2.5, 0.5])
        expected = ends if printed == "1" else [-0.5, -0.2]
        assert [low, high] == pytest.approx(expected, abs=1e-5)


def test_powers_of_a_printed_rate_need_their_sign() -> None:
    """Average growth over two years: (1 + A) ** 2 rises with A, so its ends are at the corners."""
    figures = rows(
        T18=(2018, "100", "persons"), T20=(2020, "121", "persons"), A20=(2020, "10.0", "percent")
    )
    text = "T = (1 + A)**2 * T[t-2]"
    found = of_own(figures, text)
    assert found.feasible
    assert extent(found.bounds, "T", 2018)[0] == pytest.approx(99.5)
    figures.loc["A20", "printed"] = "11.0"
    found = of_own(figures, text)
    assert found.conflicts == [["T18", "T20", "A20"]]
    # A square of the rate is beyond a ratio: that it misses is known, by how much is not said.
    assert found.misses.query("id == 'A20'")["implied_low"].isna().all()
    assert found.misses.query("id == 'T20'")["implied_low"].iloc[0] == pytest.approx(
        99.5 * 1.1095**2, rel=1e-6
    )


def test_declared_bounds_are_in_their_own_unit() -> None:
    unit = "100 million CNY"
    figures = rows(T19=(2019, "21300", unit), C19=(2019, "5361", unit), I19=(2019, "15939", unit))
    for high, holds in ((5.0, True), (2.0, False)):
        quantity = Quantity("T", "total", unit="trillion CNY", low=0.0, high=high)
        assert of_own(figures, "T = C + I", T=quantity).feasible == holds
    for low, holds in ((2.0, True), (2.5, False)):
        quantity = Quantity("T", "total", unit="trillion CNY", low=low, high=9.0)
        assert of_own(figures, "T = C + I", T=quantity).feasible == holds
    with pytest.raises(qn.DataError, match="T19: unit '100 million CNY', but 'T' is declared in"):
        of_own(figures, "T = C + I", T=Quantity("T", "total", unit="persons"))


def test_a_figure_that_no_identity_ties_may_be_beyond_what_is_possible_by_itself() -> None:
    unit = "trillion CNY"
    figures = rows(
        T19=(2019, "2.13", unit), C19=(2019, "0.53", unit), I19=(2019, "1.60", unit),
        S18=(2018, "120.0", "percent"),
    )  # fmt: skip
    share = Quantity("S", "share", unit="percent", low=0.0, high=100.0)
    assert of_own(figures, "T = C + I", S=share).conflicts == [["S18"]]


def test_a_quantity_without_a_unit_is_told_in_the_unit_of_the_solver() -> None:
    """The gap of 2.13 and 0.53, each printed to the hundredth, is 1.59 to 1.61."""
    unit = "trillion CNY"
    figures = rows(T19=(2019, "2.13", unit), C19=(2019, "0.53", unit))
    found = of_own(figures, "q = T - C", q=Quantity("q", "gap", low=0.0, high=9.0))
    assert extent(found.bounds, "gap", 2019) == pytest.approx((1.59, 1.61), abs=1e-6)
    # without ends of its own it is defined only, here by the rest of 1.60, which it equals
    figures = pd.concat([figures, rows(I19=(2019, "1.60", unit))])
    found = of_own(figures, "T = C + I", "q = T - C", q=Quantity("q", "gap"))
    assert extent(found.bounds, "gap", 2019) == pytest.approx((1.595, 1.605), abs=1e-6)


@pytest.mark.parametrize("ends", [{"high": 2.0}, {"low": 0.0, "high": 2.0}])
def test_one_declared_end_binds_a_quantity_that_is_not_printed(ends: dict[str, Any]) -> None:
    """C + I is 2.13 trillion, and a total is declared to be at most 2."""
    unit = "100 million CNY"
    parts = rows(C19=(2019, "5361", unit), I19=(2019, "15939", unit))
    total = Quantity("T", "total", unit="trillion CNY", **ends)
    found = of_own(parts, "T = C + I", T=total)
    assert found.conflicts == [["C19", "I19"]]
    whole = pd.concat([parts, rows(T19=(2019, "21300", unit))])
    found = of_own(whole, "T = C + I", T=total)
    assert found.conflicts == [["T19"], ["C19", "I19"]]


def test_a_ratio_to_what_is_not_printed_follows_where_it_is_printed_in_another_year() -> None:
    """I is 8.95 to 9.05 and C = T - I, with T 9.5 to 10.5, is 0.45 to 1.55: so is I over C."""
    unit = "trillion CNY"
    figures = rows(T18=(2018, "10", unit), I18=(2018, "9.0", unit), Q20=(2020, "5", "ratio"))
    core, twice = Quantity("C", "core", like="T", low=0.0, high=20.0), Quantity("Z", "Z", like="T")
    texts = "T = C + I", "I = Q * C", "W = 2 * Q", "Z = T + I", "Y = 2 * Z"
    more = {"W": Quantity("W", "W", "ratio"), "Y": Quantity("Y", "Y", like="T"), "Z": twice}
    found = of_own(figures, *texts, C=core, **more)
    assert extent(found.bounds, "Q", 2018) == pytest.approx((8.95 / 1.55, 9.05 / 0.45), rel=1e-5)
    assert extent(found.bounds, "Z", 2018) == pytest.approx((18.45, 19.55), rel=1e-5)
    assert extent(found.bounds, "Y", 2018) == pytest.approx((36.9, 39.1), rel=1e-5)


def test_what_nothing_bounds_is_not_given_as_a_number() -> None:
    """With C and I left out, T >= 2.2 trillion and H = 74.8 % bound them below only."""
    unit = "100 million CNY"
    figures = rows(
        C19=(2019, "5361", unit), I19=(2019, "15939", unit), H19=(2019, "74.8", "percent")
    )
    total = Quantity("T", "total", unit="trillion CNY", low=2.2)
    found = of_own(figures, "T = C + I", "H * C = (1 - H) * I", T=total)
    assert not found.feasible
    assert found.misses[["implied_low", "implied_high"]].isna().all(axis=None)


def test_what_follows_beyond_a_declared_end_is_refused() -> None:
    unit = "trillion CNY"
    figures = rows(
        R19=(2019, "5.00", unit), M19=(2019, "30.0", "percent"),
        A19=(2019, "2", unit), B19=(2019, "2", unit),
    )  # fmt: skip
    profit = Quantity("P", "profit", like="R", high=1.0)
    with pytest.raises(qn.DataError, match=r"passes the low or high declared of one of: .*profit"):
        of_own(figures, "M = P / R", "A = B", P=profit)


SIZES = {"trillion CNY": 12, "billion CNY": 9, "100 million CNY": 8}
AMOUNTS = st.tuples(st.integers(1, 10**6), st.integers(5, 8))
PRINTINGS = st.tuples(st.sampled_from(sorted(SIZES)), st.integers(0, 3))


def _printed(value: Decimal, places: int) -> str:
    return str(value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


@settings(max_examples=40)
@given(AMOUNTS, AMOUNTS, st.integers(-500, 900), st.lists(PRINTINGS, min_size=4, max_size=4))
def test_an_exact_account_is_never_refused_in_any_unit(
    core: tuple[int, int], rest: tuple[int, int], growth: int, printings: list[tuple[str, int]]
) -> None:
    """Decimal numbers that meet the identities exactly, each printed in a unit of its own."""
    c, i = (Decimal(number).scaleb(power) for number, power in (core, rest))
    rate = Decimal(growth) / 1000
    true = {"T18": c + i, "C18": c, "I18": i, "T19": (c + i) * (1 + rate)}
    told = {
        name: (2000 + int(name[1:]), _printed(value.scaleb(-SIZES[unit]), places), unit)
        for (name, value), (unit, places) in zip(true.items(), printings, strict=True)
    }
    told["N19"] = (2019, _printed(100 * rate, 1), "percent")
    assert of_own(rows(**told), "T = C + I", "T = (1 + N) * T[t-1]").feasible


def test_figures_of_one_concept_in_several_units() -> None:
    figures = rows(
        T18=(2018, "14200", "100 million CNY"),
        T19=(2019, "2.13", "trillion CNY"),
        N19=(2019, "50.0", "percent"),
    )
    found = of_own(figures, "T = (1 + N) * T[t-1]")
    assert found.feasible
    assert found.bounds.loc[("T", 2019), "unit"] == "100 million CNY"
    assert extent(found.bounds, "T", 2019)[0] == pytest.approx(14199.5 * 1.4995)


def test_own_definitions_are_alternatives(tmp_path: Path) -> None:
    more = """
[[identity]]
name = "markup"
equation = "U = P / R"
[[identity]]
name = "markup"
equation = "U = P / (R - P)"
definition = "on costs"
[[figure]]
id = "U18"
concept = "markup"
year = 2018
printed = "33.3"
unit = "percent"
"""
    path = tmp_path / "own.toml"
    path.write_text(OWN + more)
    found = qn.audit(qn.read_figures(path))
    assert found.assignments["U18 definition"].tolist() == ["on costs"]
    assert "by the 'on costs' definition" in " ".join(found.findings)


def test_a_definition_may_need_gdp_and_another_not() -> None:
    figures = rows(
        P18=(2018, "20.0", "trillion CNY"), R18=(2018, "40.0", "trillion CNY"),
        S18=(2018, "50", "percent"),
    )  # fmt: skip
    found = qn.audit(
        figures,
        gdp=pd.DataFrame({"year": [2018], "vintage": ["first"], "gdp": [40.5001]}),
        gdp_unit="trillion CNY",
        identities=[
            Identity.parse("share", "S = P / R", "of revenue"),
            Identity.parse("share", "S = P / GDP", "of GDP"),
        ],
        quantities=[Quantity("GDP", "gross domestic product", unit="trillion CNY")],
    )
    assert found.assignments.to_dict("list") == {
        "S18": ["", "2018 first"], "S18 definition": ["of revenue", "of GDP"],
    }  # fmt: skip
    assert found.vintages["alone"].tolist() == [True, True]
    ends = found.vintages[["implied_low", "implied_high"]].to_numpy().ravel().tolist()
    by_hand = [1995 / 40.05, 2005 / 39.95, 1995 / 40.5001, 2005 / 40.5001]
    assert ends == pytest.approx(by_hand, rel=3e-6)
    assert extent(found.bounds, "S", 2018) == pytest.approx((49.5, 2005 / 39.95), rel=1e-6)


def test_a_figure_misses_what_the_nearest_vintage_implies() -> None:
    """1.415 to 1.425 is 1.769 to 1.781 % of 80, 3.4 half digits below 1.95; of 92 it is less."""
    figures = rows(T18=(2018, "1.42", "trillion CNY"), S18=(2018, "2.0", "percent"))
    gdp = pd.DataFrame({"year": 2018, "vintage": ["a", "b"], "gdp": [92.0001, 80.0001]})
    missed = qn.audit(figures, gdp=gdp, gdp_unit="trillion CNY").misses.set_index("id")
    ends = missed[["implied_low", "implied_high", "missed_by"]].T["S18"].tolist()
    assert ends == pytest.approx([141.5 / 80, 142.5 / 80, (1.95 - 1.78125) / 0.05], rel=3e-5)


def test_what_a_share_is_implied_to_be_does_not_rest_on_the_share() -> None:
    """C + I of 4.9 at least is 4.687 % of a GDP of 104.55 at most, U + V 4.765 % at most."""
    told = {"C20": "2.0", "I20": "3.0"}
    figures = rows(
        **{name: (2020, printed, "trillion CNY") for name, printed in told.items()},
        S20=(2020, "6.0", "percent"), U20=(2020, "2.0", "percent"), V20=(2020, "2.71", "percent"),
    )  # fmt: skip
    texts = ("T = C + I", "T = S * GDP", "S = U + V")
    found = qn.audit(
        figures,
        gdp=pd.DataFrame({"year": [2020], "vintage": ["first"], "gdp": [104.5]}),
        gdp_unit="trillion CNY",
        identities=[Identity.parse(text, text) for text in texts],
        quantities=[
            Quantity("T", "total", like="C"),
            Quantity("GDP", "gross domestic product", unit="trillion CNY"),
        ],
    )
    assert found.conflicts == [["C20", "I20", "S20"], ["S20", "U20", "V20"]]
    for frame in (found.vintages, found.misses):
        assert frame["id"].tolist() == ["S20"]
        ends = frame[["implied_low", "implied_high"]].to_numpy(float)[0]
        np.testing.assert_allclose(ends, [4.9 / 1.0455, 4.765], rtol=1e-6)
    # in halves of the last digit printed, from 5.95
    assert found.misses["missed_by"].tolist() == pytest.approx([(5.95 - 4.765) / 0.05])


def test_own_vintages_and_forecasts(tmp_path: Path) -> None:
    text = """
forecast_growth = [4.0, 6.0]
[[figure]]
id = "T21"
concept = "total"
year = 2021
printed = "53"
unit = "billion USD"
kind = "forecast"
[[figure]]
id = "S21"
concept = "share"
year = 2021
printed = "5.0"
unit = "percent"
kind = "forecast"
[[gdp]]
year = 2020
vintage = "first"
gdp = 1000.0
unit = "billion USD"
published = "2021-01"
"""
    path = tmp_path / "own.toml"
    path.write_text(text)
    found = qn.audit(qn.read_figures(path))
    assert found.assignments["S21"].tolist() == [
        "2021 forecast (2020 first and 4 to 6 % nominal growth)"
    ]
    row = found.vintages.iloc[0]
    assert row["implied_low"] == pytest.approx(100 * 52.5 / 1060.53)
    assert row["implied_high"] == pytest.approx(100 * 53.5 / 1039.48)
    path.write_text(text.replace("[4.0, 6.0]", "[9.0, 9.5]"))
    assert qn.audit(qn.read_figures(path)).conflicts == [["T21", "S21"]]
    path.write_text(text.replace("forecast_growth = [4.0, 6.0]\n", ""))
    assert "2021 forecast, not printed" in set(qn.audit(qn.read_figures(path)).assignments["S21"])


def test_without_any_gdp_the_ties_that_need_it_are_free() -> None:
    figures = rows(
        T18=(2018, "1.42", "trillion CNY"),
        S18=(2018, "1.5", "percent"),
        C18=(2018, "0.44", "trillion CNY"),
        I18=(2018, "0.98", "trillion CNY"),
        G18=(2018, "55.7", "percent"),
    )
    file = ReportFile(figures, None, *_account())
    found = qn.audit(file)
    assert found.feasible
    low, high = extent(found.bounds, "GDP", 2018)
    assert (low, high) == pytest.approx((1.415 / 0.0155, 1.425 / 0.0145), rel=1e-5)
    # real growth needs what nobody gave; a contribution at current prices does not
    figures = rows(
        T17=(2017, "1.00", "trillion CNY"), T18=(2018, "1.20", "trillion CNY"),
        S17=(2017, "2.0", "percent"), S18=(2018, "2.0", "percent"),
        K18=(2018, "2.0", "percent"), G18=(2018, "15.0", "percent"),
    )  # fmt: skip
    found = qn.audit(ReportFile(figures, None, *_account()))
    assert found.feasible
    assert found.identities == (
        "S[t] * GDP[t] = T[t]", "K[t] * (GDP[t] - GDP[t-1]) = T[t] - T[t-1]",
    )  # fmt: skip
    for year, total in ((2017, 1.0), (2018, 1.2)):
        ends = ((total - 0.005) / 0.0205, (total + 0.005) / 0.0195)
        assert extent(found.bounds, "GDP", year) == pytest.approx(ends, rel=1e-5)


def _account() -> Any:
    from quesnay.diagnostics.audit.identities import ACCOUNT_IDENTITIES, ACCOUNT_QUANTITIES

    return ACCOUNT_IDENTITIES, ACCOUNT_QUANTITIES


@pytest.mark.parametrize("symbol", ["R", "D"])
def test_neither_gdp_nor_its_prices_can_lose_more_than_all(symbol: str) -> None:
    ties = tuple(Identity.parse(name, f"{name} = {symbol}") for name in "YZ")
    kinds = (*_account()[1], *(Quantity(name, name, "percent") for name in "YZ"))
    for printed, holds in (("-99", True), ("-101", False)):
        figures = rows(Y18=(2018, printed, "percent"), Z18=(2018, printed, "percent"))
        assert qn.audit(ReportFile(figures, None, ties, kinds)).feasible is holds


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


_PAGE = Path(__file__).parent.parent / "docs" / "method" / "evidence.md"


@pytest.mark.skipif(not _PAGE.is_file(), reason="looks at the source, which is not here")
def test_the_documentation_quotes_the_findings() -> None:
    page = _PAGE.read_text(encoding="utf-8")
    part = page.partition("## Audit")[2].partition("\n## ")[0]
    quotes = [
        " ".join(block.replace("\n  > ", " ").split())
        for block in part.replace("\n\n", "\n").split("\n* > ")[1:]
    ]
    told = [*founding_audit().findings, *audit_of_caii().findings]
    assert len(quotes) >= 18
    for quote in quotes:
        assert any(quote.startswith(sentence) for sentence in told), quote


@pytest.mark.parametrize(
    "name", ["total", "share", "integration_share", "contribution", "nominal_growth"]
)
def test_account_and_audit_state_the_same_identity(name: str) -> None:
    concept = CONCEPTS[name]
    computed = Identity.parse(name, re.sub(r"(\w+) before", r"\1[t-1]", concept.equation))
    audited = Identity.parse(*concept.identities[0]).polynomial
    assert audited in (computed.polynomial, {k: -v for k, v in computed.polynomial.items()})


def test_an_identity_that_follows_from_others_changes_nothing() -> None:
    reported = qn.load_reported("caict_2020")
    extra = Identity.parse("steps", "T[t] - T[t-1] = C[t] - C[t-1] + I[t] - I[t-1]")
    found = qn.audit(reported, identities=(*_account()[0], extra))
    pd.testing.assert_frame_equal(found.assignments, qn.audit(reported).assignments)


@pytest.mark.parametrize(
    ("text", "left_less_right"),
    [
        ("T = -(C - I)", {"T": 1, "C": 1, "I": -1}),
        ("T = --C - -I", {"T": 1, "C": -1, "I": -1}),
        ("T - (C + I) = 0", {"T": 1, "C": -1, "I": -1}),
        ("T = -C**2", {"T": 1, "CC": 1}),
        ("T = (-C)**2", {"T": 1, "CC": -1}),
        ("T = -(C - I) / (2 * -I)", {"IT": -2, "C": 1, "I": -1}),
        ("T = -2", {"T": 1, "": 2}),
        ("T / T = 1", {}),
    ],
)
def test_brackets_and_signs_of_an_identity(text: str, left_less_right: dict[str, float]) -> None:
    found = Identity.parse("n", text).polynomial
    assert {"".join(name for name, _ in product): c for product, c in found.items()} == (
        left_less_right
    )


def test_a_sign_and_a_bracket_change_nothing_of_an_audit(tmp_path: Path) -> None:
    def bounds(equation: str) -> pd.DataFrame:
        path = tmp_path / "own.toml"
        path.write_text(OWN.replace("W = R - P", equation), encoding="utf-8")
        return qn.audit(qn.read_figures(path)).bounds

    pd.testing.assert_frame_equal(bounds("-W = -(R - P)"), bounds("W = R - P"))
    # of 119.5 to 120.5 million revenue, 29.95 to 30.125 are profit: 25 per cent, rounded
    assert extent(bounds("-W = -(R - P)"), "costs", 2018) == pytest.approx(
        extent(bounds("W = R - P"), "costs", 2018)
    )
    with pytest.raises(qn.StudyError, match="identity costs: '-2 = -1' names no quantity"):
        bounds("-2 = -1")
    with pytest.raises(qn.StudyError, match="identity costs: '-W = 1 - W' cannot hold"):
        bounds("-W = 1 - W")


def test_growth_may_be_written_with_its_digits_in_a_file(tmp_path: Path) -> None:
    rows = """
[[figure]]
id = "T18"
concept = "total"
year = 2018
printed = "1.42"
unit = "trillion CNY"
[[gdp]]
year = 2018
vintage = "first"
gdp = 900309.0
unit = "100 million CNY"
real_growth = "6.6"
"""
    path = tmp_path / "own.toml"
    path.write_text(rows, encoding="utf-8")
    read = qn.read_figures(path)
    assert read.gdp is not None
    assert read.gdp["real_growth"].tolist() == ["6.6"]
    path.write_text(rows.replace('"6.6"', "true"), encoding="utf-8")
    with pytest.raises(qn.DataError, match=r"real_growth: a number or its digits expected"):
        qn.read_figures(path)


def test_letters_sets_and_misses_of_an_audit_are_named(report: AuditResult) -> None:
    notes = [note for table in report.tables() for note in table.notes]
    (letters,) = (note for note in notes if note.startswith("Letters"))
    assert letters.startswith("Letters, t the year: T = value added total; C = core industries")
    assert "GDP = GDP" not in letters
    clashing = qn.audit(qn.load_reported("caii_2020"))
    sets, misses = clashing.tables()[-2:]
    assert sets.frame["figures"].iloc[0].startswith("share of GDP, 2018 (S18); nominal growth of")
    assert misses.frame["figure"].str.contains(r"^.+, 20\d\d \([A-Z]\d\d\)$").all()


def test_ids_and_letters_are_told_in_words(report: AuditResult) -> None:
    assert report.name_of("S18") == "share of GDP, 2018 (S18)"
    assert report.name_of("K18 definition").endswith("GDP growth, 2018 (K18), definition")
    (letters,) = report._letters()
    assert letters.startswith("Letters, t the year: T = value added total; C = core industries")
    assert "S = share of GDP" in letters
    assert letters.endswith(".")

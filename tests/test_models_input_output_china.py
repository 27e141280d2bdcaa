"""Identities on the embedded tables of China and Japan, and aggregation to the official one."""

import numpy as np
import pytest

import quesnay as qn

SEPARATE = [(year, 42) for year in (2017, 2018, 2020)]
INCLUDED = [(2012, 42), (2012, 139), (2015, 42), (2017, 42), (2017, 149), (2018, 42), (2018, 153),
            (2020, 42), (2020, 153)]  # fmt: skip


@pytest.mark.parametrize(("year", "detail"), SEPARATE)
def test_value_added_and_imported_content_make_one(year: int, detail: int) -> None:
    table = qn.load_io("CHN", year, imports="separate", detail=detail)
    content = table.content()
    np.testing.assert_allclose(content.sum(axis=1), 1.0, rtol=1e-12)
    assert ((content > 0) & (content < 1)).to_numpy().all()
    report = table.check()
    assert report.ok
    assert abs(report.income_gap) <= 1e-9 * report.output


@pytest.mark.parametrize(("year", "detail"), INCLUDED)
def test_every_table_balances_and_is_productive(year: int, detail: int) -> None:
    table = qn.load_io("CHN", year, imports="included", detail=detail)
    report = table.check()
    assert report.ok, report
    assert report.largest_residual < 1e-9
    assert 0 < report.spectral_radius < 1
    np.testing.assert_allclose(table.solve(table.f), table.x, rtol=1e-11)


@pytest.mark.parametrize("year", [2018, 2020])
def test_153_products_aggregate_to_the_official_42(year: int) -> None:
    detailed = qn.load_io("CHN", year, imports="included", detail=153)
    official = qn.load_io("CHN", year, imports="included", detail=42)
    joined = detailed.aggregate(qn.load_concordance(153))
    whole = float(official.x.sum())
    for name in ("Z", "final_demand", "value_added"):
        ours, theirs = getattr(joined, name), getattr(official, name)
        shared = theirs.columns.intersection(ours.columns)
        rows = theirs.index.intersection(ours.index)
        gap = (ours.loc[rows, shared] - theirs.loc[rows, shared]).abs().to_numpy().max()
        assert gap <= 1e-9 * whole, name
    np.testing.assert_allclose(joined.x[official.sectors], official.x, rtol=1e-9)


def test_extraction_of_electronics() -> None:
    table = qn.load_io("CHN", 2018, imports="separate")
    one = table.extract({"20": 1.0})
    assert one.output_loss["20"] == pytest.approx(table.x["20"])
    assert 0 < one.totals["share"]["value_added"] < 0.1
    both = table.extract_each()
    assert both.loc["20", "output_loss"] == pytest.approx(one.total_output_loss)
    lower = table.extract({"20": 0.5}).total_output_loss
    assert 0.5 * one.total_output_loss < lower < one.total_output_loss


def test_import_inclusive_multipliers_are_larger() -> None:
    inside = qn.load_io("CHN", 2018, imports="included").multipliers()
    apart = qn.load_io("CHN", 2018, imports="separate").multipliers()
    assert (inside >= apart - 1e-9).all()


def test_oecd_japan() -> None:
    table = qn.load_io("JPN", 2018)
    assert table.check().productive
    assert set(table.linkages()["sector_class"]) <= {
        "key", "backward-oriented", "forward-oriented", "weak"
    }  # fmt: skip

"""What does not vary from draw to draw, worked out by hand from published GDP, tables and jobs."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction import assembly
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.models.satellite.account import Slot

from .founding_case import founding_case

GDP = {2017: (83.2036, 83.2036), 2018: (91.9281, 91.9281), 2019: (98.6515, 99.0865)}
REAL = {2018: (0.067, 0.067), 2019: (0.060, 0.061)}  # current, and as known in March 2020


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


def test_the_forecast_year_has_two_slots_and_each_knows_the_year_before(
    result: Reproduction,
) -> None:
    assert result.assembly.model.slots == (
        Slot(2017, "estimate", -1), Slot(2018, "estimate", 0), Slot(2019, "estimate", 1),
        Slot(2020, "forecast", 2), Slot(2020, "outcome", 2),
    )  # fmt: skip
    gap = replace(result.study, study=replace(result.study.study, years=(2020, 2017, 2018)))
    assert assembly._slots(replace(gap, gdp=replace(gap.gdp, forecast=None))) == (
        Slot(2017, "estimate", -1), Slot(2018, "estimate", 0), Slot(2020, "estimate", -1),
    )  # fmt: skip


def test_the_deflator_is_nominal_over_real_growth_by_vintage_set(result: Reproduction) -> None:
    found = result.assembly.model.inflation
    for t, year in ((1, 2018), (2, 2019)):
        for k in (0, 1):
            expected = GDP[year][k] / GDP[year - 1][k] / (1 + REAL[year][k])
            assert found[k, t] == pytest.approx(expected, rel=1e-6)
    assert np.isnan(
        found[:, [0, 3]]
    ).all()  # the first year has none before it, the forecast no real
    assert np.isfinite(found[:, 4]).all()


def test_value_added_of_every_year_adds_up_to_the_gdp_of_its_set(result: Reproduction) -> None:
    model = result.assembly.model
    for t, year in ((0, 2017), (1, 2018), (2, 2019)):
        np.testing.assert_allclose(model.gdp[:, t], GDP[year], rtol=1e-6)
        np.testing.assert_allclose(model.value_added[:, t].sum(axis=1), GDP[year], rtol=1e-6)
    table = qn.load_io("CHN", 2018, imports="separate")
    shares = model.value_added[0, 1] / 91.9281
    np.testing.assert_allclose(shares, table.v / table.v.sum(), rtol=1e-9)
    assert model.core_id == "C18"
    assert model.core_slot == 1
    assert [bool(np.isnan(base)) for base in model.forecast_base] == [True, True, True, False, True]
    assert model.forecast_base[3] == pytest.approx(99.0865)  # of 2019, as known in March 2020


def test_productivity_is_growth_per_worker_from_every_year_to_the_base(
    result: Reproduction,
) -> None:
    """By hand: value added of all industries over all persons, from each year since to 2018."""
    use, facts = result.study.employment, result.facts
    assert use is not None
    assert facts.employed is not None
    codes = [code for members in use.sectors.values() for code in members]
    made: Any = facts.industries
    employed: Any = facts.employed
    per = {
        int(year): made.loc[year].sum() / employed.loc[year, codes].sum()
        for year in range(use.productivity_since, use.year + 1)
    }
    growth = [(per[use.year] / per[y]) ** (1 / (use.year - y)) - 1 for y in per if y < use.year]
    assert len(growth) == use.year - use.productivity_since
    assert result.assembly.productivity == pytest.approx((min(growth), max(growth)), rel=1e-12)
    assert 0 < min(growth) < max(growth) < 0.2


@pytest.mark.parametrize("back", [0, 1])
def test_a_year_that_productivity_needs_is_named_with_its_file(
    result: Reproduction, back: int
) -> None:
    use, facts = result.study.employment, result.facts
    assert use is not None
    assert facts.employed is not None
    year, made = use.year - back, facts.industries
    workers = facts.employed[[code for own in use.sectors.values() for code in own]].sum(axis=1)
    find = partial(assembly._productivity, since=use.productivity_since, base=use.year)
    told = f"{year} is missing; productivity is followed from employment.productivity_since"
    with pytest.raises(qn.StudyError, match=rf"gdp\.file: {told}"):
        find(made.drop(index=year), workers)
    with pytest.raises(qn.StudyError, match=rf"employment\.panel: {told}"):
        find(made, workers.drop(index=year))
    until = find(made[made.index <= use.year], workers[workers.index <= use.year])
    assert until == result.assembly.productivity


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, -1.0])
@pytest.mark.parametrize("year", [2012, 2018])
def test_value_added_per_worker_is_some_in_every_year_and_known_in_the_last(
    value: float, year: int
) -> None:
    """Grows by 10 % a year over 2012 to 2018, or one year is nothing, unknown or too much."""
    years = pd.RangeIndex(2012, 2019)
    made, workers = pd.DataFrame({"all": 1.1 ** (years - 2012.0)}, years), pd.Series(1.0, years)
    find = partial(assembly._productivity, workers=workers, since=2012, base=2018)
    for since in (2012, 2017):
        assert find(made, since=since) == pytest.approx((0.1, 0.1))
    made.loc[year] = value
    if year < 2018 and np.isnan(value):
        assert find(made) == pytest.approx((0.1, 0.1))  # the other years tell it
        made.loc[2012:2017] = value
    with pytest.raises(qn.StudyError, match="no value added per worker from 2012 to 2018"):
        find(made)


def test_without_employment_there_is_no_productivity(result: Reproduction) -> None:
    bare = replace(result.study, employment=None)
    levels = next(iter(result.assembly.value_added.values()))
    found, drift = assembly._employment(bare, result.facts, levels)
    assert found is None
    assert all(np.isnan(end) for end in drift)


def test_jobs_per_value_added_are_persons_over_value_added_of_the_base_year(
    result: Reproduction,
) -> None:
    """Weighted by value added all persons of the year are found again, 775.86 million in 2018."""
    levels = next(iter(result.assembly.value_added.values()))
    found, drift = assembly._employment(result.study, result.facts, levels)
    assert found is not None
    assert found.year == 2018
    assert drift == result.assembly.productivity
    direct, chain = found.jobs_per_value
    row: Any = levels.loc[(2018, "estimate")]
    own = row.to_numpy(float)
    assert direct @ own == pytest.approx(775.86, rel=1e-3)
    assert chain.min() > direct.min()  # a chain mixes sectors: between the extremes
    assert chain.max() < direct.max()


def test_supply_of_a_year_between_tables_lies_on_the_line_between_their_ratios(
    result: Reproduction,
) -> None:
    study = with_keys(result.study, {"potential.supply": "intermediate_sales"})
    model, facts = result.assembly.model, result.facts
    found = assembly.input_supply(study, facts, model.value_added, model.slots)
    producing = list(study.tables.technology_sectors)
    places = [list(facts.tables[2018].sectors).index(p) for p in producing]
    ratio = {
        y: float(t.Z.loc[producing].to_numpy().sum() / t.v[producing].sum())
        for y, t in facts.tables.items()
    }
    ratio[2019] = (ratio[2018] + ratio[2020]) / 2
    for t, slot in enumerate(model.slots):
        expected = model.value_added[:, t, places].sum(axis=1) * ratio[slot.year]
        np.testing.assert_allclose(found[:, t], expected, rtol=1e-12)
    plain = assembly.input_supply(replace(study, potential=None), facts, model.value_added,
                                  model.slots)  # fmt: skip
    np.testing.assert_allclose(plain[:, 1], model.value_added[:, 1, places].sum(axis=1))


def test_the_curve_runs_through_the_year_of_its_figures_and_the_one_before(
    result: Reproduction,
) -> None:
    use = result.assembly.model.calibration
    assert use is not None
    assert (use.total, use.growth, use.later, use.earlier) == ("T18", "G18", 1, 0)
    assert len(use.errors) == len(use.curves) == 3
    calm = with_keys(result.study, {"penetration.errors": False})
    found = assembly._calibration(calm, result.facts, result.assembly.model.slots)
    assert found is not None
    assert [one.size for one in found.errors] == [0, 0, 0]


def test_parts_and_rows_of_a_frame_with_several_levels() -> None:
    index = pd.MultiIndex.from_product([["a", "b"], [1, 2]])
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]}, index)
    assert assembly.part(frame, "b")["x"].to_dict() == {1: 3.0, 2: 4.0}
    assert assembly.part(frame, "c").empty
    assert assembly.row(frame, ("a", 2))["x"] == 2.0
    single = pd.DataFrame({"x": [1.0, 2.0]}, ["a", "b"])
    assert assembly.part(single, "a").index.tolist() == ["a"]

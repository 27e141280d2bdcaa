"""The account's models: core, sectors between tables, penetration, jobs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

import quesnay as qn
from quesnay.diagnostics.reproduction.regressions import estimation_sample
from quesnay.models.satellite.account import two_point_path
from quesnay.models.satellite.core import CorePattern
from quesnay.models.satellite.employment import (
    employment_by_sector,
    jobs_per_value_added,
    productivity_growth,
)
from quesnay.models.satellite.sectors import extrapolate_sectors, join_tables, scale_to_gdp

positive = st.floats(0.1, 100.0)


@given(
    st.lists(positive, min_size=3, max_size=3), st.lists(positive, min_size=3, max_size=3), positive
)
def test_joined_years_sum_to_gdp_and_scale_with_it(
    first: list[float], last: list[float], gdp: float
) -> None:
    tables = {2018: pd.Series(first, list("abc")), 2020: pd.Series(last, list("abc"))}
    groups = {"a": "g", "b": "g", "c": "h"}
    published = pd.Series({"g": 2.0, "h": 3.0})
    once = join_tables(tables, groups, published, year=2019, gdp=gdp)
    twice = join_tables(tables, groups, published, year=2019, gdp=2 * gdp)
    assert np.isclose(once.sum(), gdp)
    assert np.allclose(twice, 2 * once)
    assert np.isclose(once[["a", "b"]].sum() / gdp, 0.4)


def test_a_joined_year_lies_between_tables_that_agree() -> None:
    table = pd.Series([1.0, 2.0, 3.0], list("abc"))
    published = table.groupby({"a": "g", "b": "g", "c": "h"}).sum()
    joined = join_tables(
        {2018: table, 2020: table}, {"a": "g", "b": "g", "c": "h"}, published, year=2019, gdp=6.0
    )
    assert np.allclose(joined, table)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"year": 2021}, "no input-output table on both sides"),
        ({"groups": {"a": "g"}}, "sector 'b' belongs to no industry group"),
        ({"published": pd.Series({"h": 1.0})}, "industry group 'g' has no published value added"),
    ],
)
def test_years_that_cannot_be_joined_are_refused(change: dict[str, object], words: str) -> None:
    table = pd.Series([1.0, 2.0], list("ab"))
    given_: dict[str, object] = {
        "groups": {"a": "g", "b": "g"},
        "published": pd.Series({"g": 1.0}),
        "year": 2019,
    }
    given_ |= change
    groups, published = given_.pop("groups"), given_.pop("published")
    with pytest.raises(qn.DataError, match=words):
        join_tables({2018: table, 2020: table}, groups, published, gdp=3.0, **given_)  # type: ignore[arg-type]


def test_extrapolation_prolongs_growth() -> None:
    last, before = pd.Series([2.0, 1.0]), pd.Series([1.0, 1.0])
    assert extrapolate_sectors(last, before, 10.0).tolist() == [8.0, 2.0]
    assert scale_to_gdp(last, 6.0).tolist() == [4.0, 2.0]


@given(
    st.floats(0.05, 0.6), st.floats(0.05, 0.35), st.sampled_from(["gompertz", "logistic", "bass"])
)
def test_a_curve_passes_through_its_points_and_stays_below_one(
    first: float, step: float, family: str
) -> None:
    second = first + step
    path = two_point_path(
        family,
        (5.0, 6.0),
        (np.array([first]), np.array([second])),
        np.array([5.0, 6.0, 7.0, 18.0]),
    )[0]
    if np.isfinite(path).all():  # Bass does not pass through every pair
        assert np.allclose(path[:2], [first, second], rtol=1e-8)
        assert (np.diff(path) > -1e-12).all()
        assert path[-1] <= 1 + 1e-12
    else:
        assert family == "bass"


def test_falling_or_saturated_points_have_no_curve() -> None:
    for shares in ((0.3, 0.2), (0.5, 1.2), (-0.1, 0.2)):
        known = (np.array([shares[0]]), np.array([shares[1]]))
        assert np.isnan(two_point_path("gompertz", (2017, 2018), known, np.array([2019.0]))).all()


def test_the_core_is_calibrated_exactly_and_keeps_its_pattern() -> None:
    pattern = CorePattern(pd.DataFrame({"x": [0.5, 0.0], "y": [0.2, 0.4]}, index=["s", "t"]))
    value = pd.Series({"x": 10.0, "y": 20.0, "z": 5.0})
    account = pattern.calibrate(value, 3.4)
    levels = account.value_added(value.to_frame().T)
    assert np.isclose(levels.to_numpy().sum(), 3.4)
    assert np.isclose(levels["s"].iloc[0] / levels["t"].iloc[0], (5 + 4) / 8)


@pytest.mark.parametrize(
    ("weights", "value", "target", "words"),
    [
        ({"x": [1.2]}, {"x": 1.0}, 0.5, r"segment 's', sector 'x' is 1.2; expected 0 to 1"),
        ({"x": [float("nan")]}, {"x": 1.0}, 0.5, r"sector 'x' is nan"),
        ({"x": [0.0]}, {"x": 1.0}, 0.5, "every core weight is zero"),
        ({"x": [1.0]}, {"y": 1.0}, 0.5, "core weights name sector 'x', not in the table"),
        ({"x": [0.5]}, {"x": 1.0}, 2.0, "a core of 2 takes 200% of sector 'x'"),
    ],
)
def test_core_patterns_that_cannot_be_are_refused(
    weights: dict[str, list[float]], value: dict[str, float], target: float, words: str
) -> None:
    with pytest.raises(qn.DataError, match=words):
        CorePattern(pd.DataFrame(weights, index=["s"])).calibrate(pd.Series(value), target)


def test_supply_chain_jobs_add_to_all_jobs() -> None:
    table = qn.InputOutputTable([[0.0, 20.0], [10.0, 0.0]], [80.0, 40.0], [90.0, 30.0])
    persons, value = pd.Series([45.0, 60.0]), pd.Series([90.0, 30.0])
    jobs = jobs_per_value_added(table, persons, value)
    inverse = np.linalg.inv(np.eye(2) - table.A.to_numpy())
    embodied = (value.to_numpy() / table.x.to_numpy()) @ inverse * table.f.to_numpy()
    assert np.isclose((jobs.loc["supply_chain"].to_numpy() * embodied).sum(), persons.sum())
    assert np.isclose((jobs.loc["direct"] * value.to_numpy()).sum(), persons.sum())


def test_employment_is_summed_by_the_map_and_gaps_are_named() -> None:
    persons = pd.Series({"B03": 38.0, "B04": 39.0})
    assert employment_by_sector(persons, {"04": ["B03", "B04"]}, labels=["04"])["04"] == 77.0
    with pytest.raises(qn.DataError, match="sector '05' has no employment industries"):
        employment_by_sector(persons, {"04": ["B03"]}, labels=["04", "05"])
    with pytest.raises(qn.DataError, match="industry 'B9' is not in the employment series"):
        employment_by_sector(persons, {"04": ["B9"]}, labels=["04"])
    with pytest.raises(qn.DataError, match="two different years"):
        productivity_growth((1.0, 2.0), (1.0, 1.0), 0)


def test_cells_without_logarithm_become_missing_not_zero() -> None:
    panel = pd.DataFrame({"year": [1, 1, 2], "a": [1.0, -2.0, 3.0], "out": [False, False, True]})
    sample = estimation_sample(panel, {"ln_a": ["a"]}, exclude="out")
    assert sample["ln_a"].isna().tolist() == [False, True]
    with pytest.raises(qn.DataError, match="no column 'b'"):
        estimation_sample(panel, {"ln_b": ["b"]})
    with pytest.raises(qn.DataError, match="no row for the years"):
        estimation_sample(panel, {}, years=[1999])

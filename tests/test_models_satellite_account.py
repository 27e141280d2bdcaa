"""The account by hand: core, sectors between tables, three runs, penetration, jobs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

import quesnay as qn
from quesnay.models.satellite.account import (
    AccountModel,
    Calibration,
    Employment,
    Potential,
    Slot,
    curve_path,
)
from quesnay.models.satellite.concepts import CONCEPTS
from quesnay.models.satellite.core import CorePattern, CoreTies
from quesnay.models.satellite.updating import (
    employment_by_sector,
    extrapolate_sectors,
    jobs_per_value_added,
    join_tables,
    scale_to_gdp,
)

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
    path = curve_path(
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
        assert np.isnan(curve_path("gompertz", (2017, 2018), known, np.array([2019.0]))).all()


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
        ({"x": [1.0], "y": [-0.1]}, {"x": 1.0}, 0.5, r"segment 's', sector 'y' is -0.1; expected"),
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


# An economy of three sectors: "a" makes the technology, "b" and "c" use it; the core is a part of
# "a" and of "b".
FLOWS = np.array([[10.0, 20.0, 30.0], [5.0, 40.0, 10.0], [15.0, 10.0, 60.0]])
DEMAND = np.array([40.0, 95.0, 115.0])
TABLE = qn.InputOutputTable(FLOWS, DEMAND, FLOWS.sum(axis=1) + DEMAND - FLOWS.sum(axis=0))
VALUE = TABLE.v.to_numpy(float)
WEIGHTS = np.array([0.5, 0.2])
NAMES = ("in a", "in b")
JOBS = np.array([[0.5, 2.0, 1.0], [0.7, 1.5, 1.2]])


def economy(growth: float, *, pattern: np.ndarray | None = None) -> AccountModel:
    """Four slots: 2018, 2019, 2020 as forecast and as outcome; every sector grows alike."""
    slots = (
        Slot(2018, "estimate", -1),
        Slot(2019, "estimate", 0),
        Slot(2020, "forecast", 1),
        Slot(2020, "outcome", 1),
    )
    steps = (1 + growth) ** np.array([0.0, 1.0, 2.0, 2.0])
    value = steps[:, None] * VALUE if pattern is None else pattern
    ties = CoreTies.of(TABLE, ["0", "1"])
    return AccountModel(
        slots=slots,
        value_added=value[None],
        gdp=value.sum(axis=1)[None],
        inflation=np.array([[np.nan, 1.02, np.nan, 1.01]]),
        cells=((NAMES[0], 0, 0.5), (NAMES[1], 1, 0.2)),
        core_id="C18",
        core_slot=0,
        forecast_base=np.array([np.nan, np.nan, value[1].sum(), np.nan]),
        ties=(ties, ties, None, ties),
        potential=Potential(
            intensity=np.array([0.0, 1.0, 1.0]),
            supply=value[None, :, 0],
            equations=np.array([[0.2, 0.0, 1.0]]),
            median=0.2,
        ),
        calibration=Calibration("T19", "G19", 1, 0, 2010, ("gompertz",), (np.empty((0, 0)),)),
        employment=Employment(JOBS, 2018),
    )


def drawn(count: int = 5, **given: float) -> dict[str, np.ndarray]:
    """Draws of every input; those given are the same in every draw."""
    rng = np.random.default_rng(1)
    inputs = {
        **{name: rng.lognormal(0.0, 0.2, count) for name in NAMES},
        "C18": rng.uniform(29.0, 31.0, count),
        "T19": rng.uniform(51.0, 52.0, count),
        "G19": rng.uniform(0.16, 0.18, count),
        "equation": rng.random(count),
        "elasticity_error": rng.standard_normal(count),
        "curve": np.zeros(count),
        "saturation": rng.uniform(0.0, 0.6, count),
        "forecast_error": rng.random(count),
        "gdp_vintage": np.zeros(count),
        "forecast_growth": rng.uniform(0.03, 0.06, count),
        "employment_coefficient": (np.arange(count) % 2).astype(float),
        "productivity": rng.uniform(0.01, 0.08, count),
    }
    return inputs | {name: np.full(count, value) for name, value in given.items()}


def concept(found: np.ndarray, name: str) -> np.ndarray:
    """Slots x draws of one concept."""
    return np.asarray(found[list(CONCEPTS).index(name)])


def split_by_hand(weights: np.ndarray) -> float:
    """Value added that the others make for the core parts, from the table split explicitly."""
    part = np.array([weights[0], 1 - weights[0], weights[1], 1 - weights[1], 1.0])
    of = [0, 0, 1, 1, 2]
    flows = FLOWS[np.ix_(of, of)] * part[:, None] * part
    output = TABLE.x.to_numpy(float)[of] * part
    value = VALUE[of] * part
    inverse = np.linalg.inv(np.eye(5) - flows / output)
    core, rest = [0, 2], [1, 3, 4]
    needed = inverse[np.ix_(rest, core)] @ np.linalg.inv(inverse[np.ix_(core, core)]) @ output[core]
    return float((value[rest] / output[rest]) @ needed)


def shares_by_hand(inputs: dict[str, np.ndarray], draw: int) -> np.ndarray:
    relative = WEIGHTS * np.array([inputs[name][draw] for name in NAMES])
    return np.asarray(relative * inputs["C18"][draw] / (relative @ VALUE[:2]))


def test_core_and_linkage_are_those_of_the_split_table() -> None:
    model, inputs = economy(0.05), drawn()
    found = model.evaluate("linkage", inputs)
    for draw in range(5):
        weights = shares_by_hand(inputs, draw)
        assert np.isclose(concept(found, "core")[0, draw], inputs["C18"][draw], rtol=1e-12)
        assert np.isclose(concept(found, "core")[1, draw], weights @ VALUE[:2] * 1.05, rtol=1e-12)
        by_hand = split_by_hand(weights)
        # value added grows by 5 % with the same coefficients, and so does what the core needs
        assert np.isclose(concept(found, "integration")[0, draw], by_hand, rtol=1e-11)
        assert np.isclose(concept(found, "integration")[1, draw], 1.05 * by_hand, rtol=1e-11)


def test_a_core_of_more_than_a_sector_is_all_of_it() -> None:
    # weights 0.5 and 0.2, three and one and a half times; value added of "a" and "b" is 70 and 80
    inputs = drawn() | {"in a": np.full(5, 3.0), "in b": np.full(5, 1.5)}
    free = replace(economy(0.05), core_id=None).evaluate("linkage", inputs)
    assert np.allclose(concept(free, "core")[0], 70.0 + 0.3 * 80.0, rtol=1e-12)
    # to a core of 120 they are 120 / 51 times as large, but no more than all of "a" has ties
    equal = {name: np.ones(5) for name in NAMES}
    large = economy(0.05).evaluate("linkage", drawn(C18=120.0) | equal)
    by_hand = split_by_hand(np.array([1.0 - 1e-9, 0.2 * 120 / 51]))
    assert np.allclose(concept(large, "integration")[0], by_hand, rtol=1e-6)


def test_a_forecast_takes_the_ties_of_the_year_before_per_unit_of_core() -> None:
    inputs = drawn()
    found = economy(0.05).evaluate("linkage", inputs)
    ratio = concept(found, "integration") / concept(found, "core")
    assert np.allclose(ratio[2], ratio[1], rtol=1e-12)
    gdp = concept(found, "gdp")
    assert np.allclose(gdp[2], gdp[1] * (1 + inputs["forecast_growth"]), rtol=1e-12)


def test_the_elasticity_run_is_potential_times_weight_in_the_supply() -> None:
    inputs = drawn()
    found = economy(0.05).evaluate("elasticity", inputs)
    using, supply = VALUE[1:].sum(), VALUE[0]
    for slot, step in ((0, 1.0), (1, 1.05)):
        core = concept(found, "core")[slot]
        by_hand = 0.2 * using * step * core / (supply * step)
        assert np.allclose(concept(found, "integration")[slot], by_hand, rtol=1e-12)
        assert np.allclose(concept(found, "penetration")[slot], core / (supply * step), rtol=1e-12)


def test_the_calibrated_run_passes_its_points_and_goes_on_along_gompertz() -> None:
    inputs = drawn()
    found = economy(0.05).evaluate("calibrated", inputs)
    total, core = concept(found, "total"), concept(found, "core")
    assert np.allclose(total[1], inputs["T19"], rtol=1e-10)
    before = inputs["T19"] / (1 + inputs["G19"]) / 1.02
    assert np.allclose(total[0], before, rtol=1e-10)
    assert np.allclose(concept(found, "growth")[1], inputs["G19"], rtol=1e-10)
    full = 0.2 * np.exp(inputs["saturation"]) * VALUE[1:].sum()
    first = np.log(-np.log((before - core[0]) / full))
    second = np.log(-np.log((inputs["T19"] - core[1]) / (full * 1.05)))
    third = np.exp(-np.exp(2 * second - first))  # ln(-ln p) of Gompertz is a straight line
    assert np.allclose(concept(found, "integration")[3], full * 1.05**2 * third, rtol=1e-9)


def test_forecast_errors_widen_what_lies_beyond_the_points_only() -> None:
    plain = economy(0.05)
    errors = np.array([[0.1, 0.3], [-0.2, -0.4]])
    assert plain.calibration is not None
    use = replace(plain.calibration, errors=(errors,))
    inputs = drawn(forecast_error=0.75)  # the second row
    before = concept(plain.evaluate("calibrated", inputs), "integration")
    after = concept(replace(plain, calibration=use).evaluate("calibrated", inputs), "integration")
    assert np.allclose(after[:2], before[:2], rtol=1e-12)
    assert np.allclose(np.log(after[2:] / before[2:]), -0.2, rtol=1e-9)
    # two years ahead the second error, and beyond the last that is known the last
    slots = (*plain.slots[:2], Slot(2021, "forecast", 1), Slot(2025, "outcome", 1))
    for position, error in ((0.49, 0.3), (0.5, -0.4), (1.0, -0.4)):
        inputs = drawn(forecast_error=position)
        far = [
            concept(replace(plain, slots=slots, calibration=one).evaluate("calibrated", inputs),
                    "integration")
            for one in (plain.calibration, use)
        ]  # fmt: skip
        assert np.allclose(np.log(far[1][2:] / far[0][2:]), error, rtol=1e-9)


def test_every_draw_goes_along_its_own_curve() -> None:
    plain = economy(0.05)
    known = plain.calibration
    assert known is not None
    families = ("gompertz", "logistic")
    none = np.empty((0, 0))

    def path(curves: tuple[str, ...], chosen: np.ndarray) -> np.ndarray:
        use = replace(known, curves=curves, errors=(none,) * len(curves))
        inputs = drawn() | {"curve": chosen}
        return concept(replace(plain, calibration=use).evaluate("calibrated", inputs), "total")

    mixed = path(families, np.array([0.0, 1.0, 0.0, 1.0, 1.0]))
    alone = [path((family,), np.zeros(5)) for family in families]
    assert np.allclose(mixed[:, [0, 2]], alone[0][:, [0, 2]], rtol=1e-12)
    assert np.allclose(mixed[:, [1, 3, 4]], alone[1][:, [1, 3, 4]], rtol=1e-12)
    assert not np.allclose(alone[0][3], alone[1][3], rtol=1e-4)


@pytest.mark.parametrize("run", ["linkage", "elasticity"])
@pytest.mark.parametrize("growth", [0.01, 0.05, 0.12])
def test_growth_at_the_pace_of_productivity_creates_no_jobs(run: str, growth: float) -> None:
    inputs = drawn(productivity=growth, forecast_growth=growth)
    jobs = concept(economy(growth).evaluate(run, inputs), "jobs")
    assert np.isnan(jobs[0]).all()
    assert np.abs(jobs[1:]).max() < 1e-9


def test_jobs_are_those_of_the_year_less_those_of_the_year_before() -> None:
    pattern = VALUE * np.array([[1.0, 1.0, 1.0], [1.2, 1.0, 1.1], [1.3, 1.1, 1.1], [1.4, 1.0, 1.3]])
    model, inputs = economy(0.05, pattern=pattern), drawn()
    found = model.evaluate("elasticity", inputs)
    for draw in range(5):
        weights = shares_by_hand(inputs, draw)
        per_unit = JOBS[int(inputs["employment_coefficient"][draw])]
        persons = []
        for slot in (0, 1):
            by_sector = np.zeros(3)
            by_sector[:2] = weights * pattern[slot, :2]
            users = pattern[slot, 1:]
            integration = concept(found, "integration")[slot, draw]
            by_sector[1:] += integration * users / users.sum()
            fallen = per_unit / (1 + inputs["productivity"][draw]) ** slot
            persons.append(fallen @ by_sector)
        assert np.isclose(concept(found, "jobs")[1, draw], persons[1] - persons[0], rtol=1e-9)
        assert np.allclose(model.employed("elasticity", inputs)[:2, draw], persons, rtol=1e-12)


@pytest.mark.parametrize("run", ["linkage", "elasticity", "calibrated"])
def test_identities_hold_in_every_draw(run: str) -> None:
    found = economy(0.05).evaluate(run, drawn(50))
    total, gdp = concept(found, "total"), concept(found, "gdp")
    core, integration = concept(found, "core"), concept(found, "integration")
    assert np.allclose(core + integration, total, rtol=1e-9)
    assert np.allclose(concept(found, "share") * gdp, total, rtol=1e-9)
    assert np.allclose(concept(found, "integration_share") * total, integration, rtol=1e-9)
    step, grown = total[1] - total[0], gdp[1] - gdp[0]
    assert np.allclose(concept(found, "contribution")[1] * grown, step, rtol=1e-9)
    assert np.allclose((1 + concept(found, "nominal_growth")[1]) * total[0], total[1], rtol=1e-9)
    assert np.allclose((1 + concept(found, "growth")[1]) * 1.02 * total[0], total[1], rtol=1e-9)


def test_equations_are_drawn_by_their_weights_and_errors_within() -> None:
    equations = np.array([[0.01, 0.0, 1.0], [0.05, 0.01, 2.0], [0.09, 0.0, 1.0]])
    base = economy(0.0).potential
    assert base is not None
    potential = replace(base, equations=equations)
    position = (np.arange(400) + 0.5) / 400
    given = {"equation": position, "elasticity_error": np.full(400, 2.0)}
    values, counts = np.unique(potential.elasticity(given).round(9), return_counts=True)
    assert values.tolist() == [0.01, 0.07, 0.09]
    assert counts.tolist() == [100, 200, 100]
    fixed = potential.elasticity({**given, "elasticity": np.full(400, 0.3)})
    assert (fixed == 0.3).all()
    assert potential.chosen(np.array([0.0, 0.25, 1.0]))[:, 0].tolist() == [0.01, 0.05, 0.09]

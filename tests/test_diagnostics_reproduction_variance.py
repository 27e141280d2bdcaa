"""One source of uncertainty at a time, the core by segment, and paths to the forecast year."""

from dataclasses import astuple, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay import Choice, LogNormal, Normal, Uniform
from quesnay.diagnostics.plots.uncertainty import plot_fans, plot_tornados
from quesnay.diagnostics.reproduction import runs
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.runs import (
    account_frame,
    median_inputs,
    source_tornados,
    uncertain_inputs,
    with_intervals,
)
from quesnay.diagnostics.reproduction.tables import segment_table
from quesnay.models.satellite.concepts import CONCEPTS

from .founding_case import founding_case


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


def test_one_source_at_a_time_moves_the_figure_around_where_all_are_at_their_middle(
    result: Reproduction,
) -> None:
    found = source_tornados(result)
    made, total = result.assembly, list(CONCEPTS).index("total")
    assert made.model.potential is not None
    middle = median_inputs(result.study, result.facts, made.model, made.productivity)
    middle = {**middle, "elasticity": np.array([made.model.potential.median])}
    # the totals that every run has to predict
    assert set(found) == {(run, name) for run in result.runs for name in ("T19", "T20")}
    for (run, name), own in found.items():
        swings = own.swings
        assert (swings["low"] <= swings["high"]).all()
        assert (swings["low"] <= own.center).all()
        assert (own.center <= swings["high"]).all()
        year = 2000 + int(name[1:])
        (slot,) = [
            k for k, s in enumerate(made.model.slots) if s.year == year and s.variant != "outcome"
        ]
        expected = made.model.evaluate(run, middle)[total, slot, 0]
        assert own.center == pytest.approx(expected, rel=1e-12)
    assert "curve family" not in found["elasticity", "T19"].swings.index
    assert "saturation" not in found["linkage", "T19"].swings.index
    assert "jobs per value added" not in found["calibrated", "T20"].swings.index
    # the core pattern is what moves the linkage run
    assert found["linkage", "T19"].swings["swing"].idxmax() == "core pattern"


def test_sources_stand_by_size_and_the_elasticity_moves_its_share_of_a_total(
    result: Reproduction,
) -> None:
    found, made = source_tornados(result), result.assembly
    assert made.model.potential is not None
    middle = median_inputs(result.study, result.facts, made.model, made.productivity)
    middle = {**middle, "elasticity": np.array([made.model.potential.median])}
    for run in result.runs:  # the largest first, over both totals; none under a hundredth of it
        first, second = (found[run, name].swings for name in ("T19", "T20"))
        assert list(first.index) == list(second.index)
        size = first["swing"] + second["swing"]
        assert size.is_monotonic_decreasing
        assert size.min() > 0.01 * size.max()
        np.testing.assert_allclose(first["swing"], first["high"] - first["low"])
    # the integration-driven part is proportional to the elasticity: one of six equations, or the
    # error around the median by the equation's standard error; the curve takes the median
    assert result.elasticities is not None
    mixed, drawn = result.elasticities.mixture, result.inputs
    place = np.floor(6 * drawn["equation"].to_numpy()).astype(int)
    errors = mixed["std_error"].to_numpy()[place] * drawn["elasticity_error"].to_numpy()
    median = made.model.potential.median
    core = made.model.evaluate("elasticity", middle)[list(CONCEPTS).index("core"), 2, 0]
    own = found["elasticity", "T19"]
    for source, values in (
        ("elasticity, between equations", mixed["elasticity"].to_numpy()[place]),
        ("elasticity, within equations", median + errors),
    ):
        ends = core + (own.center - core) * np.quantile(values, [0.025, 0.975]) / median
        np.testing.assert_allclose(own.swings.loc[source, ["low", "high"]], ends, rtol=1e-9)
        assert source not in found["calibrated", "T19"].swings.index


def test_segments_of_the_core_add_up_to_the_account(result: Reproduction) -> None:
    frame = segment_table(result).frame
    made = result.assembly
    middle = median_inputs(result.study, result.facts, made.model, made.productivity)
    values = made.model.evaluate("linkage", middle)[list(CONCEPTS).index("core"), :, 0]
    for slot, expected in zip(made.model.slots, values, strict=True):
        if slot.variant != "outcome":
            assert frame.loc["core", slot.year] == pytest.approx(expected, rel=1e-6)


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(qn.DataError, match="no run to draw"):
        plot_fans({}, quantity="total")
    with pytest.raises(qn.DataError, match="no figure to draw"):
        plot_tornados({})
    with pytest.raises(qn.DataError, match="columns must be years"):
        plot_fans({"a": pd.DataFrame({"x": [1.0]})}, quantity="total")


# ---- what is uncertain, and what is made of the draws ------------------------------------------


def test_every_source_of_uncertainty_has_the_spread_that_the_study_states(
    result: Reproduction,
) -> None:
    made, study = result.assembly, result.study
    found = uncertain_inputs(study, result.facts, made.model, made.productivity)
    inputs: dict[str, Any] = dict(found[0])
    sources = found[1]
    cells = [name for name, _, _ in made.model.cells]
    assert len(cells) == 12  # the weights of the five segments: 3, 3, 2, 2 and 2
    assert sources == {
        "core pattern": cells, "elasticity, between equations": ["equation"],
        "elasticity, within equations": ["elasticity_error"], "curve family": ["curve"],
        "saturation": ["saturation"], "forecast error": ["forecast_error"],
        "rounding": ["C18", "T18", "G18"], "GDP vintage": ["gdp_vintage"],
        "GDP forecast": ["forecast_growth"], "jobs per value added": ["employment_coefficient"],
        "productivity drift": ["productivity"],
    }  # fmt: skip
    # a coefficient of variation of 0.5 is a standard deviation of logs of root log(1.25)
    expected = {
        cells[0]: (LogNormal, 1.0, np.sqrt(np.log(1.25))),
        "equation": (Uniform, 0.0, 1.0), "forecast_error": (Uniform, 0.0, 1.0),
        "elasticity_error": (Normal, 0.0, 1.0), "saturation": (Uniform, np.log(0.5), np.log(2.0)),
        "T18": (Uniform, 1.415, 1.425), "G18": (Uniform, 0.5565, 0.5575),
        "C18": (Uniform, 0.43855, 0.43865), "forecast_growth": (Uniform, 0.07, 0.085),
        "productivity": (Uniform, *made.productivity),
    }  # fmt: skip
    for name, (kind, *ends) in expected.items():
        assert type(inputs[name]) is kind, name
        assert astuple(inputs[name])[:2] == pytest.approx(ends), name
    assert inputs["curve"] == Choice((0, 1, 2))
    assert inputs["gdp_vintage"] == inputs["employment_coefficient"] == Choice((0, 1))
    bare = replace(study, potential=None, penetration=None, gdp=replace(study.gdp, forecast=None))
    few, _ = uncertain_inputs(
        bare, result.facts, replace(made.model, employment=None), made.productivity
    )
    assert set(few) == {*cells, "C18", "gdp_vintage", "forecast_growth"}
    assert few["forecast_growth"] == Uniform(0.0, 0.0)


def test_the_middle_is_what_is_printed_and_the_first_of_every_choice(result: Reproduction) -> None:
    made, study = result.assembly, result.study
    middle = median_inputs(study, result.facts, made.model, made.productivity)
    own = {name: float(value[0]) for name, value in middle.items()}
    cells = {name: 1.0 for name, _, _ in made.model.cells}
    assert own == pytest.approx({
        **cells, "equation": 0.5, "elasticity_error": 0.0, "curve": 0.0, "saturation": 0.0,
        "forecast_error": 0.5, "gdp_vintage": 0.0, "employment_coefficient": 0.0,
        "forecast_growth": 0.0775, "productivity": sum(made.productivity) / 2, "C18": 0.4386,
        "T18": 1.42, "G18": 0.557,
    })  # fmt: skip
    bare = replace(study, penetration=None, gdp=replace(study.gdp, forecast=None))
    less = median_inputs(bare, result.facts, made.model, made.productivity)
    assert "T18" not in less
    assert less["forecast_growth"][0] == 0.0


def test_an_account_is_laid_out_by_run_in_the_order_of_the_draws() -> None:
    names = ["run", "concept", "year", "variant"]
    keys = [
        (run, concept, year, variant)
        for run in ("z", "a")
        for concept in ("core", "integration", "total", "share")
        for year, variant in ((2019, "estimate"), (2020, "forecast"), (2020, "outcome"))
    ]
    values = np.arange(len(keys), dtype=float)
    draws = pd.DataFrame(
        [values - 1, values, values + 1], columns=pd.MultiIndex.from_tuples(keys, names=names)
    )
    found: Any = with_intervals(draws)
    assert found.loc[keys[0]].tolist() == pytest.approx([0.0, -0.95, 0.95])
    frame = account_frame(found, "estimate", "outcome")
    assert list(frame.index) == [("z", 2019), ("z", 2020), ("a", 2019), ("a", 2020)]
    assert frame.loc[("z", 2020), "core"] == keys.index(("z", "core", 2020, "outcome"))
    low, high = frame.loc[("a", 2019), ["share_low", "share_high"]]
    middle = keys.index(("a", "share", 2019, "estimate"))
    assert (low, high) == pytest.approx((middle - 0.95, middle + 0.95))
    assert list(frame.columns) == [
        f"{name}{end}" for name in ("core", "integration", "total", "share")
        for end in ("", "_low", "_high")
    ]  # fmt: skip


@pytest.mark.parametrize(("lost", "refused"), [(200, False), (201, True)])
def test_a_run_of_which_most_draws_are_lost_is_refused(
    result: Reproduction, lost: int, refused: bool
) -> None:
    draws = result.draws.copy()
    column = ("calibrated", "total", 2019, "estimate")
    draws[column] = draws[column].where(np.arange(len(draws)) >= lost)
    if not refused:
        runs._check_draws(draws, "study")
        return
    with pytest.raises(
        qn.StudyError, match="50% of the draws of the calibrated run have no curve in 2019"
    ):
        runs._check_draws(draws, "study")


def test_a_source_is_told_where_it_swings_a_hundredth_of_the_largest(
    result: Reproduction,
) -> None:
    """By hand over both totals: of 2 apart 0.0201 is told, 0.02 is not, nor what is missing."""
    stub: Any = SimpleNamespace(runs=("linkage", "curve", "calm"))
    middle = {("linkage", "T19"): 1.0, ("linkage", "T20"): 2.0, ("curve", "T19"): 3.0,
              ("calm", "T19"): 4.0}  # fmt: skip

    def of(*swings: float) -> pd.DataFrame:
        ends = {
            key: (value - s / 2, value + s / 2)
            for (key, value), s in zip(middle.items(), swings, strict=True)
        }
        return pd.DataFrame(ends, index=["low", "high"])

    found = runs._assembled(
        stub, middle, {"small": of(0.0101, 0.01, 0.0, 0.0), "large": of(1.0, 1.0, 4.0, 0.0),
                       "none": of(0.01, 0.01, np.nan, 0.0), "other": of(0.5, 0.5, 0.05, np.nan)},
    )  # fmt: skip
    assert [*found, ("calm", "T19")] == list(middle)  # a run that nothing moves has no picture
    own: Any = found["linkage", "T19"]
    assert list(own.swings.index) == ["large", "other", "small"]
    assert own.swings.loc["large"].tolist() == pytest.approx([0.5, 1.5, 1.0])
    assert (own.center, own.level) == (1.0, pytest.approx(0.95))
    assert list(found["curve", "T19"].swings.index) == ["large", "other"]


def test_variance_is_shared_by_the_indices_of_a_sum(result: Reproduction) -> None:
    """The core of 2018 moves with the rounding of C18 alone: its share is all."""
    own: Any = result.variance
    assert own.loc[("linkage", "C18"), "rounding"] == pytest.approx(1.0)
    assert own.loc[("linkage", "C18")].drop("rounding").abs().max() < 1e-9
    judged = own.dropna(how="all")
    np.testing.assert_allclose(judged.sum(axis=1), 1.0, atol=1e-8)
    assert (judged >= 0).all().all()
    assert (own == own.round(10)).where(own.notna(), other=True).all().all()
    assert list(own.index.get_level_values("id").unique()) == list(result.facts.reported.index)

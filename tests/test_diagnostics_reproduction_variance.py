"""One source of uncertainty at a time, the core by segment, and paths to the forecast year."""

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.plots.uncertainty import plot_fans, plot_tornados
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.runs import median_inputs, source_tornados
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

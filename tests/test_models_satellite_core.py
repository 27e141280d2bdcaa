"""The core's ties to others, held against a table that is split sector by sector."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.models.satellite.core import CorePattern, CoreTies, with_imports_inside

CORE = ["16", "20", "31"]
WEIGHTS = np.array([0.06, 0.3, 0.45])


def _split(flows: np.ndarray, output: np.ndarray, places: list[int]) -> tuple[np.ndarray, ...]:
    """Split sectors into a core part, placed at the end, and a rest."""
    n = len(output)
    of = [*range(n), *places]
    part = np.ones(n + len(places))
    part[places], part[n:] = 1 - WEIGHTS, WEIGHTS
    return flows[np.ix_(of, of)] * part[:, None] * part, output[of] * part, np.array(of)


@pytest.mark.parametrize("side", ["backward", "forward"])
def test_ties_are_those_of_the_official_table_split_explicitly(side: str) -> None:
    table = qn.load_io("CHN", 2018)
    places = [list(table.sectors).index(code) for code in CORE]
    flows, output, of = _split(table.Z.to_numpy(float), table.x.to_numpy(float), places)
    n = len(table.sectors)
    if side == "backward":  # what the rest produces for the core parts
        inverse = np.linalg.inv(np.eye(len(of)) - flows / output)
        across = inverse[:n, n:]
    else:  # what the rest makes of the deliveries of the core parts
        inverse = np.linalg.inv(np.eye(len(of)) - flows / output[:, None])
        across = inverse[n:, :n].T
    corner = inverse[n:, n:] if side == "backward" else inverse[n:, n:].T
    tied = across @ np.linalg.solve(corner, output[n:])
    per_output = (table.v / table.x).to_numpy(float)
    found = CoreTies.of(table, CORE, side=side).elsewhere(WEIGHTS[None])[0]
    assert np.allclose(found, tied * per_output, rtol=1e-9, atol=1e-6)
    outside = CoreTies.of(table, CORE, side=side).outside().elsewhere(WEIGHTS[None])[0]
    assert np.allclose(outside[places], 0.0)
    assert np.isclose(outside.sum(), np.delete(tied * per_output, places).sum(), rtol=1e-9)


def test_single_parts_add_up_to_more_than_the_parts_jointly() -> None:
    table = qn.load_io("CHN", 2018)
    ties = CoreTies.of(table, CORE)
    apart = replace(ties, jointly=False).elsewhere(WEIGHTS[None])[0]
    places = [list(table.sectors).index(code) for code in CORE]
    flows, output, of = _split(table.Z.to_numpy(float), table.x.to_numpy(float), places)
    n = len(table.sectors)
    inverse = np.linalg.inv(np.eye(len(of)) - flows / output)
    each = inverse[:n, n:] * output[n:] / np.diag(inverse)[n:]
    per_output = (table.v / table.x).to_numpy(float)
    assert np.allclose(apart, each.sum(axis=1) * per_output, rtol=1e-9, atol=1e-6)
    assert apart.sum() > ties.elsewhere(WEIGHTS[None]).sum()


def test_one_part_alone_is_read_the_same_both_ways() -> None:
    ties = CoreTies.of(qn.load_io("CHN", 2018), ["31"])
    weights = np.array([[0.4], [0.0], [1.0]])
    both = [replace(ties, jointly=jointly).elsewhere(weights) for jointly in (True, False)]
    assert np.allclose(both[0], both[1], rtol=1e-12, atol=1e-9)
    assert np.allclose(both[0][1], 0.0)


def test_imports_inside_are_the_official_table_that_keeps_them_there() -> None:
    inside = with_imports_inside(qn.load_io("CHN", 2018))
    other = qn.load_io("CHN", 2018, imports="included")
    assert np.allclose(inside.Z, other.Z, rtol=1e-9, atol=1e-3)
    assert np.allclose(inside.x, other.x, rtol=1e-9)
    with pytest.raises(qn.DataError, match=r"no imports apart .* load it with imports='separate'"):
        with_imports_inside(other)


def test_a_sector_that_is_not_there_is_refused() -> None:
    with pytest.raises(qn.DataError, match="no sector '99' in the table"):
        CoreTies.of(qn.load_io("CHN", 2018), ["99"])


def test_segments_that_share_a_sector_add_up_to_its_weight() -> None:
    weights = pd.DataFrame({"16": [0.5, 0.25], "20": [0.0, 1.0]}, index=["platforms", "chips"])
    pattern = CorePattern(weights)
    value = pd.Series({"16": 100.0, "20": 50.0, "31": 7.0})
    assert pattern.cells == [("platforms", "16", 0.5), ("chips", "16", 0.25), ("chips", "20", 1.0)]
    account = pattern.calibrate(value, 62.5)  # half of 50, 25 and 50
    assert account.scale == 0.5
    assert account.sector_weights.to_dict() == {"16": 0.375, "20": 0.5}
    years = pd.DataFrame([value, 2.0 * value], [2018, 2019])
    assert account.value_added(years).to_numpy().tolist() == [[25.0, 37.5], [50.0, 75.0]]
    assert pattern.calibrate(value, 125.0).scale == 1.0  # all of a sector, and no more
    with pytest.raises(qn.DataError, match="a core of 150 takes 120% of sector '20'"):
        pattern.calibrate(value, 150.0)

"""Every interval that is said to hold 95 % leaves 2.5 % below and as much above.

The draws are 0, 1, ..., 1000, whose quantiles are known by hand: 25 and 975.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.evidence.coefficient_stability import ScalePlacebo
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.made_table import UpdatedTable
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.runs import median_inputs, source_tornados, uncertain_inputs
from quesnay.diagnostics.reproduction.specifications import _summary
from quesnay.fitting.simulation.distributions import Uniform
from quesnay.models.satellite.concepts import CONCEPTS

from .founding_case import founding_case

DRAWS = np.arange(1001.0)
ENDS = [25.0, 975.0]


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


def test_the_account_is_the_middle_of_its_draws(result: Reproduction) -> None:
    for run in result.runs:
        own = result.draws[(run, "total", 2019, "estimate")].to_numpy()
        shown = row(result.account, (run, 2019))
        low, high = np.percentile(own, [2.5, 97.5])
        assert float(shown["total_low"]) == pytest.approx(low, rel=1e-12)
        assert float(shown["total_high"]) == pytest.approx(high, rel=1e-12)


def test_a_grid_of_specifications() -> None:
    def counted(choices: Any, rng: np.random.Generator, draws: int) -> tuple[float, np.ndarray]:
        return 500.0 + choices["a"], np.arange(float(draws)) + choices["a"]

    curve = qn.run_specifications(
        counted, qn.Grid({"a": (0, 1)}), draws=1001, seed=0, reported=(1.0, 2.0)
    )
    shown = curve.estimates[["low", "high"]].to_numpy()
    np.testing.assert_allclose(shown, [[25.0, 975.0], [26.0, 976.0]])


def test_a_specification_of_a_study() -> None:
    found = _summary(np.r_[500.0, DRAWS], "")
    assert [found["low"], found["high"]] == ENDS
    assert found["standard_error"] == pytest.approx(np.sqrt(1001 * 1002 / 12))  # of 0, 1, ..., n


def test_a_placebo() -> None:
    made = ScalePlacebo("ict", 1.0, 0.1, DRAWS, "sector", ("output",))
    frame = made.tables()[0].frame
    assert frame.iloc[1][["low", "high"]].tolist() == ENDS


def test_a_tornado_of_a_users_model() -> None:
    made = qn.tornado(lambda x: {"y": 1000.0 * x["a"]}, {"a": Uniform(0.0, 1.0)})
    assert list(made.swings.loc["a", ["low", "high"]]) == pytest.approx(ENDS)
    assert "95 % of each" in made.tables()[0].notes[0]


def test_a_tornado_of_a_study_moves_one_source_alone(result: Reproduction) -> None:
    tornado = source_tornados(result)[("linkage", "T19")]
    assert tornado.level == 0.95
    model, inputs = result.assembly.model, result.inputs
    shape = (result.study, result.facts, model, result.assembly.productivity)
    source = str(tornado.swings.index[0])
    names = uncertain_inputs(*shape)[1][source]
    # the account at the middle of everything, but for the source, which is as it was drawn
    middle = {n: np.repeat(v, len(inputs)) for n, v in median_inputs(*shape).items()}
    own = {name: inputs[name].to_numpy() for name in names}
    account = model.evaluate("linkage", {**middle, **own})
    slot = next(k for k, s in enumerate(model.slots) if (s.year, s.variant) == (2019, "estimate"))
    ends = np.percentile(account[list(CONCEPTS).index("total"), slot], [2.5, 97.5])
    assert list(tornado.swings.loc[source, ["low", "high"]]) == pytest.approx(list(ends))


def test_what_a_made_table_changes(result: Reproduction, monkeypatch: pytest.MonkeyPatch) -> None:
    from quesnay.diagnostics.reproduction import made_table

    seen: list[pd.DataFrame] = []
    real = made_table._measures

    def kept(*given: Any, **more: Any) -> pd.DataFrame:
        seen.append(real(*given, **more))
        return seen[-1]

    monkeypatch.setattr(made_table, "_measures", kept)
    made = result.update_table()
    assert isinstance(made, UpdatedTable)
    base, after = seen[0], seen[1]
    way = made.effect.columns.get_level_values(0)[-1]
    measure = str(base.columns[-1])
    change = seen[-1][measure].to_numpy() / base[measure].to_numpy() - 1.0
    low, high = np.percentile(change[np.isfinite(change)], [2.5, 97.5])
    assert float(made.effect.loc[measure, (way, "low")]) == pytest.approx(low, rel=1e-9)
    assert float(made.effect.loc[measure, (way, "high")]) == pytest.approx(high, rel=1e-9)
    assert len(after) == len(base)

"""A printed figure is an interval that is open above: 1.42 is [1.415, 1.425)."""

from pathlib import Path

import pandas as pd
import pytest

import quesnay as qn
from quesnay.commands import frame_json
from quesnay.diagnostics.audit.figures import inner
from quesnay.diagnostics.reproduction.verdicts import judge
from tests.own_report import OWN

PRINTED = pd.DataFrame(
    {"value": [1.5], "low": [1.25], "high": [1.75], "unit": ["tn"], "fact": ["level"]}, index=["T"]
)


def _agrees(low: float, high: float) -> bool:
    ends = pd.DataFrame({"estimate": [1.5], "low": [low], "high": [high]}, index=["T"])
    return bool(judge(PRINTED, pd.Series(dtype=object), ends).loc["T", "agrees"])


def test_the_lower_end_belongs_to_a_figure_and_the_upper_does_not() -> None:
    assert _agrees(1.0, 1.25)
    assert not _agrees(1.0, 1.2499)
    assert _agrees(1.7499, 2.0)
    assert not _agrees(1.75, 2.0)


def test_the_solver_stays_below_the_open_end() -> None:
    low, high = inner(1.415, 1.425)
    assert low == 1.415
    assert 1.425 - 1e-6 < high < 1.425


def test_json_keeps_ten_digits() -> None:
    assert frame_json(pd.DataFrame({"x": [2 / 3, 1e-9 / 3]})) == [
        {"x": 0.6666666667},
        {"x": 3.333333333e-10},
    ]


@pytest.mark.parametrize(("high", "feasible"), [(0.13, True), (0.11, False)])
def test_a_bound_in_another_unit_is_the_same_bound(
    tmp_path: Path, high: float, feasible: bool
) -> None:
    """120 million are below 0.13 billion and above 0.11 billion."""
    path = tmp_path / "own.toml"
    bound = (
        f'[[quantity]]\nsymbol = "R"\nconcept = "revenue"\nunit = "billion USD"\nhigh = {high}\n'
    )
    path.write_text(OWN + bound, encoding="utf-8")
    assert qn.audit(qn.read_figures(path)).feasible is feasible

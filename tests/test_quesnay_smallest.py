"""The smallest economy: a table with one industry, and an account of one year made from it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import quesnay as qn
from quesnay.cli import main
from quesnay.diagnostics.plots.input_output import plot_decomposition

TEXT = "sector,farm,home\nfarm,40,60\nwages,60,\n"
STUDY = """
[study]
name = "one"
title = "Robots on the farm"
technology = "robots"
country = "CHN"
years = [2018]
unit = "million"
units_per_data_unit = 1.0
[tables]
years = [2018]
technology_sectors = ["farm"]
files = { 2018 = "table.csv" }
[core]
dispersion = 0.0
[core.segments]
"robots" = { "farm" = 0.5 }
"""


@pytest.fixture
def table(tmp_path: Path) -> qn.InputOutputTable:
    (tmp_path / "table.csv").write_text(TEXT)
    return qn.read_io(tmp_path / "table.csv")


# by hand: A = 0.4, so L = 1 / 0.6
ANSWERS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "Leontief inverse": (lambda t: t.leontief().iloc[0, 0], 1 / 0.6),
    "Ghosh inverse": (lambda t: t.ghosh().iloc[0, 0], 1 / 0.6),
    "value added multiplier": (lambda t: t.multipliers("value_added").iloc[0], 1.0),
    "normalised linkage": (lambda t: t.linkages()["backward_normalised"].iloc[0], 1.0),
    "spread of a linkage": (lambda t: t.linkages()["backward_variation"].iloc[0], 0.0),
    "extraction": (lambda t: t.extract(["farm"]).output_loss.iloc[0], 100.0),
    "distance": (lambda t: qn.average_propagation_lengths(t).lengths.iloc[0, 0], 1 / 0.6),
    "upstreamness": (
        lambda t: qn.upstreamness(t).tables()[0].frame["upstreamness"].iloc[0],
        1 / 0.6,
    ),
    "inoperability": (lambda t: qn.inoperability(t, {"farm": 0.3}).inoperability.iloc[0], 0.5),
    "path": (lambda t: qn.structural_paths(t, "farm", count=1).paths["value"].iloc[0], 0.6),
    "effects": (lambda t: qn.structural_decomposition(t, t).effects.to_numpy().sum(), 0.0),
    "balancing": (lambda t: qn.ras(t.Z, [50.0], [50.0]).table.iloc[0, 0], 50.0),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_table_with_one_industry(table: qn.InputOutputTable, name: str) -> None:
    ask, answer = ANSWERS[name]
    assert ask(table) == pytest.approx(answer, abs=1e-12)


def test_a_table_with_one_industry_is_drawn_and_told(table: qn.InputOutputTable) -> None:
    assert table.plot_linkages().axes
    assert table.plot_coefficients().axes
    assert plot_decomposition(qn.structural_decomposition(table, table)).axes
    assert "1 sector; no import block." in table.summary()
    assert table.split("farm", pd.Series([0.4, 0.6], ["a", "b"])).x.tolist() == [40.0, 60.0]


def test_a_study_of_one_year_with_one_industry(
    table: qn.InputOutputTable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert table.x["farm"] == 100.0
    study = tmp_path / "study.toml"
    study.write_text(STUDY)
    assert main(["check", str(study)]) == 0
    assert "1 row" in capsys.readouterr().out
    assert main(["run", str(study), "--draws", "20", "--out", str(tmp_path / "out")]) == 0
    account = pd.read_csv(tmp_path / "out" / "account.csv").iloc[0]
    # half of the farm makes 30; what it buys of the other half needs 0.5 x 0.4 / 0.8 of it
    assert account["core"] == pytest.approx(30.0)
    assert account["integration"] == pytest.approx(7.5)
    assert account["share"] == pytest.approx(0.625)

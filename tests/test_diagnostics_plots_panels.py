"""Every public plot: takes `ax=`, returns the figure of that panel, says what it shows."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib import rcParams
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FuncFormatter

import quesnay as qn
from quesnay.diagnostics.plots.style import cjk_family, relabel, save_figure
from quesnay.fitting.errors import DataError

from .founding_case import founding_audit, founding_case, founding_curve, study_case

pytestmark = pytest.mark.slow  # a hundred pictures

Draw = Callable[..., Figure]

YEARS = list(range(2015, 2021))


@functools.cache
def _table() -> Any:
    return qn.load_io("CHN", 2018, imports="separate")


@functools.cache
def _fit() -> Any:
    frame = pd.DataFrame({"x": np.arange(30.0), "u": np.repeat([1, 2, 3], 10)})
    frame["y"] = frame["x"] + np.sin(frame["x"])
    return qn.fit_panel("y ~ x", frame, cluster="u")


@functools.cache
def _comparison() -> Any:
    return qn.compare([founding_case()])


@functools.cache
def _growth_account() -> Any:
    return study_case("us_digital_economy")


@functools.cache
def _errors() -> Any:
    return qn.diffusion_errors(horizons=(1, 2))


@functools.cache
def _decomposition() -> Any:
    return qn.structural_decomposition(qn.load_io("CHN", 2017), qn.load_io("CHN", 2018))


@functools.cache
def _backtest() -> Any:
    tables = {year: qn.load_io("CHN", year) for year in (2017, 2018)}
    return qn.backtest_update(tables, [(2017, 2018)], methods=("RAS", "same coefficients"))


def _reconciled() -> Any:
    estimates = pd.Series({"a": 1.0, "b": 2.0, "c": 3.5})
    return qn.reconcile(estimates, ["a + b = c"], std_errors=0.1 * estimates)


def _quarters() -> Any:
    years = pd.period_range("2015", periods=4, freq="Y")
    return qn.disaggregate(pd.Series([100.0, 110.0, 130.0, 150.0], years), to="quarterly")


DRAWS = pd.DataFrame({2018: [1.4, 1.4, 1.4], 2019: [1.9, 2.1, 2.4]})
FLOWS = pd.DataFrame({"source": ["steel", "core"], "target": ["core", "cars"], "value": [3.0, 5.0]})
RUNS = pd.DataFrame(
    {
        "run": ["linkage", "calibrated"], "estimate": [1.2, 2.2], "low": [1.1, 1.9],
        "high": [1.3, 2.4], "reported": 2.13,
    }
)  # fmt: skip
MIXED = pd.DataFrame({"estimate": [0.06, 0.01], "std_error": [0.01, 0.02], "weight": [3.0, 1.0]})
TABLE = pd.DataFrame([[0.1, 0.3], [0.2, 0.0]], ["a", "b"], ["a", "b"])
EFFECTS = pd.Series({"technology": -0.5, "final demand": 2.0})

PLOTS: dict[str, Draw] = {
    "plot_diagnostics": lambda **o: qn.plot_diagnostics(_fit(), **o),
    "plot_influence": lambda **o: qn.plot_influence(_fit(), **o),
    "plot_fan": lambda **o: qn.plot_fan(DRAWS, quantity="total", unit="yuan", **o),
    "plot_path": lambda **o: qn.plot_path(DRAWS, {}, quantity="total", unit="yuan", **o),
    "plot_flows": lambda **o: qn.plot_flows(FLOWS, unit="yuan", **o),
    "plot_heat_map": lambda **o: qn.plot_heat_map(TABLE, quantity="coefficient", **o),
    "plot_mixture": lambda **o: qn.plot_mixture(MIXED, **o),
    "plot_specification_runs": lambda **o: qn.plot_specification_runs(RUNS, figure="T", **o),
    "plot_waterfall": lambda **o: qn.plot_waterfall(
        EFFECTS, start=("2012", 3.0), end="2017", quantity="output", unit="yuan", **o
    ),
}
RESULTS: dict[str, Draw] = {
    "account": lambda **o: founding_case().plot_account(**o),
    "core": lambda **o: founding_case().plot_core(**o),
    "elasticities": lambda **o: founding_case().plot_elasticities(**o),
    "fan": lambda **o: founding_case().plot_fan(**o),
    "penetration": lambda **o: founding_case().plot_penetration(**o),
    "tornado": lambda **o: founding_case().plot_tornado(**o),
    "specifications": lambda **o: founding_curve().plot_runs(**o),
    "choices": lambda **o: founding_curve().plot(**o),
    "comparison": lambda **o: _comparison().plot(**o),
    "growth account": lambda **o: _growth_account().plot_account(**o),
    "audit": lambda **o: founding_audit().plot(**o),
    "one input at a time": lambda **o: qn.tornado(
        lambda x: {"y": x["a"]}, {"a": qn.Normal(0.0, 1.0)}
    ).plot(unit="yuan", **o),
    "growth curve": lambda **o: qn.fit_curve("logistic", YEARS, [1, 2, 4, 7, 9, 9.8]).plot(**o),
    "growth accounting": lambda **o: qn.growth_accounting(
        pd.Series([1.0, 1.1, 1.2], YEARS[:3]),
        pd.DataFrame({"capital": [1.0, 1.1, 1.3]}, YEARS[:3]),
        pd.DataFrame({"capital": [0.4, 0.4, 0.4]}, YEARS[:3]),
    ).plot(**o),
    "disaggregation": lambda **o: _quarters().plot(**o),
    "reconciliation": lambda **o: _reconciled().plot(**o),
    "linkages": lambda **o: _table().plot_linkages(**o),
    "coefficients": lambda **o: _table().plot_coefficients(**o),
    "flows of a core": lambda **o: _table().plot_core(["20"], **o),
    "extraction": lambda **o: _table().extract({"20": 0.3}).plot(**o),
    "decomposition": lambda **o: _decomposition().plot(start="2017", end="2018", **o),
    "back-test of tables": lambda **o: _backtest().plot(**o),
    "errors of forecasts": lambda **o: _errors().plot(**o),
}
EVERY = PLOTS | RESULTS
WITHOUT_AXES = {"plot_flows", "core", "flows of a core"}  # ribbons: the unit stands in the title
WITHOUT_SOURCE = {"account", "core", "elasticities", "fan", "penetration", "tornado"}  # their own


@functools.cache
def _own(name: str) -> Figure:
    """Draw a plot on a figure of its own, with a source that is no mathematics."""
    return EVERY[name](**({} if name in WITHOUT_SOURCE else {"source": "NBS $2018$"}))


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Plots leave pyplot's figures and settings as they are."""
    before = dict(rcParams)
    yield
    assert plt.get_fignums() == []
    assert dict(rcParams) == before


def test_every_exported_plot_is_tried_here() -> None:
    assert {name for name in qn.__all__ if name.startswith("plot_")} == set(PLOTS)


@pytest.mark.parametrize("name", EVERY)
def test_a_figure_of_its_own_has_labels_a_description_and_its_source(
    name: str, tmp_path: Path
) -> None:
    figure = _own(name)
    assert len(str(figure.get_label())) > 20
    feet = [text.get_text() for text in figure.texts if text.get_text().startswith("Source: ")]
    assert len(feet) == 1
    panels = [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]
    if name in WITHOUT_AXES:
        assert panels[0].get_title()
    else:
        below = panels[1:] if name == "choices" else panels  # whose axis is that of both
        assert all(axes.get_xlabel() or _named(axes.xaxis) for axes in below)
        assert panels[0].get_ylabel() or _named(panels[0].yaxis)
    for kind, start in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        assert save_figure(figure, tmp_path / f"it.{kind}").read_bytes().startswith(start)


def _named(axis: Any) -> bool:
    """Say whether the places of an axis have names of their own."""
    return isinstance(axis.get_major_formatter(), FixedFormatter | FuncFormatter)


@pytest.mark.parametrize("name", EVERY)
def test_a_plot_draws_on_the_panels_given_and_returns_their_figure(name: str) -> None:
    count = len([a for a in _own(name).axes if a.get_label() != "<colorbar>"])
    figure = Figure(figsize=(6 * count, 5))
    *mine, other = figure.subplots(1, count + 1)
    other.set_title("$x^2$")
    figure.set_label("Mine.")
    assert EVERY[name](ax=mine[0] if count == 1 else mine) is figure
    assert all(axes.has_data() for axes in mine)
    assert not other.has_data()
    assert other.title.get_parse_math()
    assert len(figure.texts) == len(figure.legends) == 0
    assert str(figure.get_label()).startswith("Mine. ")
    assert figure.get_size_inches().tolist() == [6 * count, 5]
    with pytest.raises(DataError, match=r"ax: .*; give (one panel|the \d panels), such as"):
        EVERY[name](ax=[*mine, other])


@pytest.mark.skipif(cjk_family() is None, reason="no font on this machine has Chinese characters")
@pytest.mark.parametrize("name", EVERY)
def test_labels_may_be_chinese(name: str) -> None:
    figure = EVERY[name]()
    relabel(figure, lambda text: f"\u6838\u5fc3 {text}")
    assert str(figure.get_label()).startswith("\u6838\u5fc3")
    figure.draw_without_rendering()  # a missing character is a warning, which fails the test

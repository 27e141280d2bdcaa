"""Tornados: bars reach from the middle to the ends, and a result draws by its methods."""

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

import quesnay as qn
from quesnay.diagnostics.plots.uncertainty import plot_tornados
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.sources import used_sources
from tests.refusals import refused

INPUTS = {"big": qn.Uniform(0.0, 10.0), "small": qn.Uniform(0.0, 1.0)}


def test_bars_are_the_ends_of_each_input() -> None:
    made = qn.tornado(lambda x: {"y": x["big"] - x["small"]}, INPUTS, level=0.8)
    axes = made.plot(unit="yuan").axes[0]
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    spans = [sorted((p.get_x(), p.get_x() + p.get_width())) for p in bars]
    # by hand: the middle is 5 - 0.5; 80 % of an input leave 10 % on each side
    expected = [(0.5, 4.5), (4.5, 8.5), (4.5, 4.9), (4.1, 4.5)]
    assert [x for span in spans for x in span] == pytest.approx([x for s in expected for x in s])
    assert [text.get_text() for text in axes.get_yticklabels()] == ["big", "small"]
    assert axes.get_title().startswith("One input at a time, 80 %")
    assert "yuan" in axes.get_xlabel()


def test_many_inputs_are_cut_and_counted() -> None:
    inputs = {f"x{k:02d}": qn.Uniform(0.0, 1.0 + k) for k in range(17)}
    made = qn.tornado(lambda x: {"y": sum(x.values())}, inputs)
    axes = made.plot().axes[0]
    assert len(axes.get_yticklabels()) == 15
    assert axes.get_title().endswith("2 smaller ones not shown")


def test_no_figure_is_refused() -> None:
    refused(lambda: plot_tornados({}), "there is no figure to draw")


def test_a_result_draws_by_its_methods_what_its_report_shows() -> None:
    result = qn.reproduce("caict_2020", draws=20, seed=1)
    assert isinstance(result, Reproduction)
    shown = result.plots()
    for name in ("account", "penetration", "elasticities", "tornado", "fan"):
        own = getattr(result, f"plot_{name}")()
        assert _words(own) == _words(shown[name]) != [], name
    sources = "; ".join(used_sources(result))
    assert "National Bureau of Statistics of China" in sources
    for name, figure in shown.items():
        foot = " ".join(figure.texts[-1].get_text().split())
        assert foot == f"Source: {sources}", name


def _words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]

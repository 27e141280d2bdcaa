"""Linkage map, extraction bars and heat map: what they say, name and carry."""

import inspect

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import quesnay as qn
from quesnay.diagnostics.plots import input_output
from quesnay.diagnostics.plots.input_output import core_flows
from quesnay.diagnostics.plots.style import (
    Named,
    figure_to_bytes,
    new_figure,
    place_labels,
    sector_name,
    short_name,
)


@pytest.fixture(name="table", scope="module")
def _table() -> qn.InputOutputTable:
    return qn.load_io("CHN", 2018, imports="separate")


@pytest.fixture(name="names", scope="module")
def _names() -> dict[str, str]:
    return dict(qn.load_sectors("CHN")["name_en"])


def words(figure: Figure) -> str:
    return " | ".join(text.get_text() for axes in figure.axes for text in axes.texts)


@pytest.mark.parametrize("name", ["plot_linkages", "plot_coefficients", "plot_core"])
def test_a_plot_asked_of_a_table_has_the_defaults_of_its_function(name: str) -> None:
    free = inspect.signature(getattr(input_output, name)).parameters
    own = inspect.signature(getattr(qn.InputOutputTable, name)).parameters
    shared = set(free) & set(own) - {"self", "table"}
    assert "names" in shared
    assert {key: own[key].default for key in shared} == {key: free[key].default for key in shared}


def test_linkage_map_names_every_key_sector(
    table: qn.InputOutputTable, names: dict[str, str]
) -> None:
    figure = table.plot_linkages(names=names)
    classes = table.linkages()["sector_class"]
    key = classes.index[classes == "key"]
    assert len(key) > 3
    for sector in key:
        assert sector_name(sector, names, longest=36) in words(figure)
    axes = figure.axes[0]
    assert "mean of all sectors = 1" in axes.get_xlabel()
    assert sum(len(line.get_xdata()) for line in axes.lines[:4]) == 42
    assert figure.get_label().startswith("Linkage map of 42 sectors. Key sectors: ")
    assert figure_to_bytes(figure) == figure_to_bytes(table.plot_linkages(names=names))


def test_extraction_bars_add_up(table: qn.InputOutputTable, names: dict[str, str]) -> None:
    lost = table.extract({"20": 0.4, "31": 0.5})
    figure = lost.plot(count=10, names=names)
    output, value = figure.axes
    drawn = [sum(bar.get_width() for bar in axes.patches) for axes in (output, value)]
    assert drawn == pytest.approx([lost.total_output_loss, lost.total_value_added_loss])
    assert output.get_xlabel() == "output lost, 100 million yuan"
    assert output.get_yticklabels()[-1].get_text() == "32 other sectors"
    assert f"{lost.totals['share']['output']:.1%}" in figure.get_label()


def test_heat_map_shows_every_coefficient(table: qn.InputOutputTable) -> None:
    figure = table.plot_coefficients()
    image = figure.axes[0].images[0].get_array()
    np.testing.assert_array_equal(np.ma.getdata(image), table.A)
    assert figure.axes[1].get_ylabel() == "input coefficient, per unit of output"
    down, across = figure.axes[0].get_yticklabels(), figure.axes[0].get_xticklabels()
    assert [label.get_text() for label in down] == list(table.sectors)
    assert [label.get_text() for label in across] == list(table.sectors)
    wide = qn.load_io("CHN", 2018, imports="included", detail=153).plot_coefficients()
    assert len(wide.axes[0].get_xticks()) < 20  # 153 names would be a grey band


def test_labels_keep_apart() -> None:
    figure = new_figure()
    (axes,) = figure.axes
    points = np.array([[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])
    axes.plot(*points.T, "o")
    place_labels(figure, [Named(axes, points, ["first", "second", "third"], points)])
    assert len({tuple(text.xyann) for text in axes.texts}) == 3  # type: ignore[attr-defined]
    figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in axes.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_long_names_keep_head_and_tail() -> None:
    assert short_name("a" * 28) == "a" * 28
    assert short_name("Manufacture of equipment, firm 17", widest=20) == "Manufact..., firm 17"
    assert short_name("计算机通信和其他电子设备制造业", widest=16) == "计算机...制造业"


def test_long_names_are_cut_at_a_word() -> None:
    assert sector_name("a", None) == "a"
    assert sector_name(("CHN", "a"), None) == "CHN / a"
    assert sector_name("x" * 50, None).endswith("...")
    assert len(sector_name("x" * 50, None)) <= 32


def test_what_goes_into_a_core_is_what_it_sells() -> None:
    table = qn.load_io("CHN", 2018, imports="separate")
    shares = np.zeros(len(table.sectors))
    shares[[19, 30]] = 0.3, 0.5
    flows = core_flows(table, shares, list(table.sectors), scale=1e-4)
    sides = flows.groupby("step")["value"].sum()
    assert sides[0] == pytest.approx(sides[1], rel=1e-9)
    into = flows[flows["step"] == 0].set_index("source")["value"]
    own = 1e-4 * shares @ table.v.to_numpy()
    assert into["value added of the core"] == pytest.approx(own, rel=1e-12)
    assert table.imports is not None
    abroad = 1e-4 * float(table.imports.Z.to_numpy().sum(axis=0) @ shares)
    assert into["imported inputs"] == pytest.approx(abroad, rel=1e-6)


def test_flows_under_a_billionth_of_the_largest_are_rests_of_rounding() -> None:
    """A core of a: c gives it 1e-8 of its largest flow, d 1e-10; imports are what is left over."""
    names = list("abcd")
    Z = pd.DataFrame(0.0, names, names)
    Z.loc["b", "a"], Z.loc["c", "a"], Z.loc["d", "a"] = 4e5, 1e-2, 1e-4
    final = pd.Series([1e6, 0.0, 1.0, 1.0], names)
    own = Z.sum(axis=1) + final - Z.sum(axis=0)
    table = qn.InputOutputTable(Z, final, own)
    flows = core_flows(table, np.array([1.0, 0.0, 0.0, 0.0]), names)
    assert list(flows["source"]) == ["b", "c", "value added of the core", "core"]
    np.testing.assert_allclose(flows["value"], [4e5, 1e-2, own["a"], 1e6], rtol=1e-6)


def test_a_few_sectors_have_no_rest() -> None:
    names = ["a", "b"]
    table = qn.InputOutputTable(
        pd.DataFrame([[10.0, 20.0], [30.0, 40.0]], names, names),
        pd.Series([70.0, 130.0], names),
        pd.Series([60.0, 140.0], names),
    )
    axes = table.extract(["a"]).plot().axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]

"""Pictures made from frames: what they draw, what they say, and what they refuse."""

import functools
import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from scipy import stats

import quesnay as qn
from quesnay.diagnostics.plots.account import plot_account
from quesnay.diagnostics.plots.style import COLOURS, figure_to_bytes, new_figure
from quesnay.diagnostics.plots.uncertainty import plot_tornados
from quesnay.diagnostics.reproduction import plots
from quesnay.diagnostics.reproduction.linkage import core_linkages
from quesnay.fitting.errors import DataError
from quesnay.models.uncertainty.sensitivity import Tornado

from .founding_case import audit_of_caii, founding_audit, founding_case, study_case

FLOWS = pd.DataFrame(
    {
        "source": ["steel", "chips", "core", "core"],
        "target": ["core", "core", "cars", "trade"],
        "value": [3.0, 5.0, 6.0, 2.0],
    }
)
EQUATIONS = pd.DataFrame(
    {"estimate": [0.057, 0.010], "std_error": [0.014, 0.02], "weight": [3.0, 1.0]},
    index=["base", "with other inputs"],
)
RUNS = pd.DataFrame(
    {
        "run": ["linkage", "linkage", "calibrated", "linkage"],
        "estimate": [1.2, 1.6, 2.2, 2.125],
        "low": [1.1, 1.4, 1.9, 2.0],
        "high": [1.3, 2.2, 2.4, 2.13],
        "reported_low": 2.125,
        "reported_high": 2.135,
    }
)
DRAWS = pd.DataFrame({2018: [1.4, 1.4, 1.4], 2019: [1.9, 2.1, 2.4]})
EFFECTS = pd.Series({"technology": -0.5, "final demand": 2.0})
CHINA = qn.load_io("CHN", 2018, imports="separate")
TABLE = pd.DataFrame([[0.1, 0.3], [-0.2, 0.0]], ["a", "b"], ["a", "b"])

Draw = Callable[..., Figure]
PICTURES: list[tuple[Draw, tuple[Any, ...], dict[str, Any]]] = [
    (qn.plot_flows, (FLOWS,), {"unit": "yuan"}),
    (qn.plot_heat_map, (TABLE,), {"quantity": "coefficient"}),
    (qn.plot_waterfall, (EFFECTS,), {"start": ("2012", 3.0), "end": "2017", "quantity": "output"}),
    (qn.plot_specification_runs, (RUNS,), {"figure": "T19"}),
    (qn.plot_mixture, (EQUATIONS,), {"marks": {"cost share": 0.05}}),
    (qn.plot_path, (DRAWS, {"same step": pd.Series({2019: 1.96})}), {"quantity": "total"}),
]


@pytest.mark.parametrize(("draw", "data", "options"), PICTURES)
def test_pictures_have_a_description_and_their_source_at_the_foot(
    draw: Draw, data: tuple[Any, ...], options: dict[str, Any]
) -> None:
    figure = draw(*data, **options, source="NBS $2018$")
    assert len(str(figure.get_label())) > 20
    assert "Source: NBS $2018$" in [text.get_text() for text in figure.texts]
    assert figure_to_bytes(figure) == figure_to_bytes(draw(*data, **options, source="NBS $2018$"))


def linkage_map(**options: Any) -> Figure:
    return cast("Figure", CHINA.plot_linkages(**options))


RESULTS: list[Callable[..., Any]] = [
    linkage_map,
    CHINA.plot_coefficients,
    functools.partial(CHINA.plot_core, ["20", "31"]),
    qn.tornado(lambda x: {"y": x["a"]}, {"a": qn.Normal(0.0, 1.0)}).plot,
    qn.fit_curve("logistic", range(2015, 2021), [1.0, 2.0, 4.0, 7.0, 9.0, 9.8]).plot,
    founding_audit().plot,
]


def test_the_printed_figure_of_a_curve_stands_in_the_middle_of_its_interval() -> None:
    axes = qn.plot_specification_runs(RUNS, figure="T19").axes[0]
    (line,) = [one for one in axes.get_lines() if one.get_label() == "printed"]
    assert np.asarray(line.get_ydata()).tolist() == [2.13, 2.13]


@pytest.mark.parametrize("draw", RESULTS)
def test_pictures_of_results_take_a_panel_and_a_source(draw: Callable[..., Any]) -> None:
    assert "Source: NBS" in [text.get_text() for text in draw(source="NBS").texts]
    figure = Figure()
    mine, other = figure.subplots(1, 2)
    assert draw(ax=mine) is figure
    assert mine.has_data()
    assert not other.has_data()


def of_regression(**options: Any) -> Figure:
    g = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"firm": np.repeat(list("abcdef"), 4), "year": [2017, 2018, 2019, 2020] * 6}
    )
    frame["x"], frame["y"] = g.standard_normal((2, 24))
    return cast("Figure", qn.fit_panel("y ~ x", frame, **options).plot_diagnostics())


def of_growth() -> Figure:
    inputs = pd.DataFrame(
        {"capital": [1.0, 1.1, 1.3], "labour": [2.0, 2.1, 2.0]}, [2018, 2019, 2020]
    )
    return cast("Figure", qn.growth_accounting(pd.Series([3.0, 3.2, 3.6], inputs.index), inputs,
                                               inputs).plot())  # fmt: skip


def of_reconciliation() -> Figure:
    values = pd.Series({"core": 1.0, "rest": 2.0, "total": 3.3})
    made = qn.reconcile(values, ["core + rest = total"], std_errors=0.1 * values)
    return cast("Figure", made.plot())


OTHERS: list[Callable[[], Any]] = [
    functools.partial(of_regression, cluster="firm", time="year"),
    functools.partial(of_regression, cluster="firm"),
    of_regression,
    of_growth,
    of_reconciliation,
    lambda: CHINA.extract({"20": 0.4}).plot(names=dict(qn.load_sectors("CHN")["name_en"])),
    lambda: qn.disaggregate(pd.Series([1.0, 2, 3, 5], range(2015, 2019)), to="quarterly").plot(),
    lambda: founding_case().plot_account(),
    lambda: founding_case().plot_penetration(),
    lambda: founding_case().plot_elasticities(),
    lambda: founding_case().plot_fan(),
]


def in_numbers(axis: Any) -> bool:
    """Whether every label of a scale that is shown is a number."""
    said = [tick.get_text() for tick in axis.get_majorticklabels() if tick.get_visible()]
    return any(said) and all(re.fullmatch(r"[-\d.,%\s\u2212]*", text) for text in said)


EVERY = [*(functools.partial(d, *a, **o) for d, a, o in PICTURES), *RESULTS, *OTHERS]


@functools.cache
def drawn_once(draw: Callable[..., Figure]) -> Figure:
    figure = draw()
    figure.draw_without_rendering()
    return figure


@pytest.mark.parametrize("draw", EVERY)
def test_every_scale_in_numbers_says_what_it_measures(draw: Callable[..., Figure]) -> None:
    for axes in drawn_once(draw).axes:
        for axis in (axes.xaxis, axes.yaxis):
            if axes.axison and in_numbers(axis):
                assert axis.get_label_text(), axes.get_title(loc="left") or axes.get_title()


@pytest.mark.parametrize("draw", EVERY)
def test_every_picture_has_the_house_s_sizes(draw: Callable[..., Figure]) -> None:
    """Titles of 11 points, nothing larger or under 6.5; thin lines, small marks, pale areas."""
    figure = drawn_once(draw)
    texts = [one for one in figure.findobj(Text) if isinstance(one, Text) and one.get_text()]
    assert all(6.5 <= float(text.get_fontsize()) <= 11 for text in texts)
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes)]
    for text in [text for one in legends if one is not None for text in one.get_texts()]:
        assert 8.5 <= float(text.get_fontsize()) <= 9
    for axes in figure.axes:
        for title in (axes.title, axes._left_title):  # type: ignore[attr-defined]
            assert not title.get_text() or title.get_fontsize() == 11
        for line in axes.lines:
            x, y = (np.asarray(values, dtype=float) for values in line.get_data())
            straight = x.size == 2 and (np.ptp(x) == 0 or np.ptp(y) == 0)
            if line.get_linestyle() != "None":
                assert line.get_linewidth() <= (1.5 if straight else 1.8)
            if line.get_marker() not in {"None", "", None}:
                assert line.get_markersize() <= 8
        areas: list[Any] = [*axes.patches, *axes.collections]
        for area in areas:
            pale = area.get_alpha()
            assert pale is None or pale <= 0.7
            if pale is not None and pale < 0.6 and not isinstance(area, LineCollection):
                assert not np.any(area.get_linewidth())  # an edge would be read as a bound


@pytest.mark.parametrize("draw", EVERY)
def test_an_unnamed_line_across_a_picture_is_its_zero_or_the_mean_of_one(
    draw: Callable[..., Figure],
) -> None:
    for axes in drawn_once(draw).axes:
        ways = (
            (axes.xaxis, axes.get_xaxis_transform("grid"), Line2D.get_xdata),
            (axes.yaxis, axes.get_yaxis_transform("grid"), Line2D.get_ydata),
        )
        for axis, across, values in ways:
            middle = 1.0 if "= 1" in axis.get_label_text() else 0.0
            for line in axes.lines:
                unnamed = str(line.get_label()).startswith("_") and line.get_linestyle() == "-"
                assert (
                    not (unnamed and line.get_transform() == across)
                    or (np.asarray(values(line)) == middle).all()
                )


def boxed(artist: Any) -> Any:
    return artist.get_window_extent()


@pytest.mark.parametrize(
    "draw", [*(functools.partial(d, *a, **o) for d, a, o in PICTURES), *RESULTS]
)
def test_a_legend_below_stands_between_the_panels_and_the_source(
    draw: Callable[..., Figure],
) -> None:
    figure = draw(source="NBS")
    figure.draw_without_rendering()
    foot = next(text for text in figure.texts if text.get_text() == "Source: NBS")
    for legend in figure.legends:
        assert boxed(legend).y0 >= boxed(foot).y1
        assert boxed(legend).y1 <= min(boxed(axes).y0 for axes in figure.axes)


def reaches(axes: Axes, *, across: bool = False) -> np.ndarray:
    """Places, lower and upper ends of the error bars of a panel, (n, 3), sorted."""
    bars = [one for one in axes.containers if isinstance(one, ErrorbarContainer)]
    lines = [line for bar in bars for line in bar.lines[2][0].get_segments()]
    along, place = (0, 1) if across else (1, 0)
    return np.array(sorted((line[0][place], line[0][along], line[1][along]) for line in lines))


def test_the_account_is_drawn_as_bars_with_the_interval_of_their_total() -> None:
    result = founding_case()
    figure = result.plot_account()
    for axes, run in zip(figure.axes, result.runs, strict=True):
        own = result.account.loc[run]
        bars = [bar for bar in axes.patches if isinstance(bar, Rectangle)]
        drawn: dict[Any, float] = {
            (round(bar.get_x() + bar.get_width() / 2), bar.get_y()): bar.get_height()
            for bar in bars
        }
        for year, line in own.iterrows():
            assert drawn[year, 0.0] == pytest.approx(line["core"])
            assert drawn[year, line["core"]] == pytest.approx(line["integration"])
        expected = own[["total_low", "total_high"]].to_numpy(float)
        np.testing.assert_allclose(reaches(axes)[:, 1:], expected)


def test_the_published_totals_are_drawn_with_their_rounding() -> None:
    result = founding_case()
    printed = result.facts.totals().sort_values("year")["printed"]
    half = [0.5 * 10.0 ** -len(text.partition(".")[2]) for text in printed]
    expected = np.column_stack([printed.astype(float) - half, printed.astype(float) + half])
    for axes in result.plot_fan().axes:
        np.testing.assert_allclose(reaches(axes)[:, 1:], expected)


def test_elasticities_are_drawn_with_their_intervals() -> None:
    result = founding_case()
    assert result.elasticities is not None
    mixed = result.elasticities.mixture
    drawn = reaches(result.plot_elasticities().axes[0], across=True)[::-1, 1:]
    half = stats.norm.ppf(0.975) * mixed["std_error"]
    expected = np.column_stack([mixed["elasticity"] - half, mixed["elasticity"] + half])
    np.testing.assert_allclose(drawn[: len(mixed)], expected)


def test_a_reconciliation_is_drawn_in_standard_errors() -> None:
    """Variances 0.01 v^2 and residual 0.3: each moves by its share of the variance of the sum."""
    variance = (0.1 * np.array([1.0, 2.0, 3.3])) ** 2
    moved = np.array([1, 1, -1]) * variance / variance.sum() * 0.3
    sigma, left = np.sqrt(variance), np.sqrt(variance - variance**2 / variance.sum())
    (axes,) = of_reconciliation().axes
    drawn = reaches(axes, across=True)[::-1, 1:]
    np.testing.assert_allclose(drawn[::2], [[-1.96, 1.96]] * 3)
    ends = np.column_stack([moved - 1.96 * left, moved + 1.96 * left]) / sigma[:, None]
    np.testing.assert_allclose(drawn[1::2], ends)


def test_the_core_takes_what_the_table_says_and_gives_what_is_left() -> None:
    axes = CHINA.plot_core(["20", "31"], most=50).axes[0]
    core = ["20", "31"]
    others = [sector for sector in CHINA.sectors if sector not in core]
    given = float(CHINA.Z.loc[core, others].sum().sum() + CHINA.f[core].sum())
    taken = float(CHINA.Z.loc[others, core].sum().sum())
    assert f"core: {max(given, taken):,.0f}" in [text.get_text() for text in axes.texts]
    assert f"final demand: {float(CHINA.f[core].sum()):,.0f}" in [t.get_text() for t in axes.texts]
    with pytest.raises(DataError, match="no sector '2o'"):
        CHINA.plot_core(["2o"])


def test_tornado_and_variance_stand_in_one_picture() -> None:
    swings = pd.DataFrame({"low": [1.0, 1.9], "high": [3.0, 2.1], "swing": [2.0, 0.2]}, ["a", "b"])
    found = Tornado("T19", 2.0, swings, 0.95)
    key = pd.MultiIndex.from_tuples([("run", "T19")])
    shares = pd.DataFrame({"a": [0.97], "b": [0.03]}, key)
    figure = plot_tornados({("run", "T19"): found}, shares=shares)
    bars = [bar for bar in figure.axes[0].patches if isinstance(bar, Rectangle)]
    assert [(bar.get_x(), bar.get_width()) for bar in bars] == [
        (1.0, 2.0),
        (1.9, pytest.approx(0.2)),
    ]
    assert [text.get_text() for text in figure.axes[0].texts] == ["97%", "3%"]
    assert "97% of the variance" in str(figure.get_label())


def test_the_audit_names_figures_in_words() -> None:
    names = [label.get_text() for label in founding_audit().plot().axes[0].get_yticklabels()]
    assert "share of GDP, 2018 (S18)" in names
    assert "contribution to GDP growth, 2019 (K19), nominal" in names


def test_printed_marks_stand_over_the_bar_of_their_year() -> None:
    figure = founding_case().plot_account()
    for axes in figure.axes:
        marks = [line for line in axes.lines if str(line.get_label()).startswith("reported")]
        years = np.concatenate([np.asarray(line.get_xdata(), dtype=float) for line in marks])
        assert np.abs(years - np.round(years)).max() < 0.36


def test_a_study_without_printed_totals_has_no_marks_and_no_rules() -> None:
    result = study_case("oecd_ict_japan")
    (axes,) = result.plot_account().axes
    assert not any("reported" in str(line.get_label()) for line in axes.lines)
    assert [line.get_label() for line in result.plot_fan().axes[0].lines] == ["median"]


@pytest.mark.parametrize(("draw", "data", "options"), PICTURES)
def test_pictures_draw_on_a_panel_of_the_caller_and_leave_the_others_alone(
    draw: Draw, data: tuple[Any, ...], options: dict[str, Any]
) -> None:
    figure = Figure()
    mine, other = figure.subplots(1, 2)
    other.set_title("$x^2$")
    figure.set_label("Two panels.")
    assert draw(*data, **options, ax=mine) is figure
    assert mine.has_data()
    assert other.title.get_parse_math()
    assert str(figure.get_label()).startswith("Two panels. ")
    assert not other.has_data()


def test_figures_show_themselves_in_a_notebook_and_can_be_pickled() -> None:
    figure = qn.plot_mixture(EQUATIONS)
    bundle = figure._repr_mimebundle_()  # type: ignore[attr-defined]
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert 'alt="Mixture of 2 equations' in bundle["text/html"]
    again = pickle.loads(pickle.dumps(figure))
    assert type(again) is type(figure)
    assert again.get_label() == figure.get_label()


def ribbons(axes: Axes) -> list[np.ndarray]:
    return [
        np.asarray(patch.get_path().vertices) for patch in axes.patches if patch.get_alpha() == 0.4
    ]


def test_ribbons_are_as_wide_as_their_flow_and_fill_their_nodes() -> None:
    figure = qn.plot_flows(FLOWS)
    found = ribbons(figure.axes[0])
    widths = sorted(float(path[0, 1] - path[-2, 1]) for path in found)
    assert widths == pytest.approx([2.0, 3.0, 5.0, 6.0])
    ends = sorted((path[3, 1], path[4, 1]) for path in found if path[0, 0] < 0.5)
    assert ends[0][1] == pytest.approx(ends[1][1] - 3.0)  # stacked without a gap
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert "core: 8" in texts


def test_small_nodes_are_drawn_as_one_and_a_name_may_stand_at_both_ends() -> None:
    flows = pd.concat(
        [
            pd.DataFrame({"source": list("abcd"), "target": "x", "value": [9, 5, 1, 2], "step": 0}),
            pd.DataFrame({"source": "x", "target": list("ab"), "value": [10, 7], "step": 1}),
        ]
    )
    texts = [text.get_text() for text in qn.plot_flows(flows, most=3).axes[0].texts]
    assert sorted(texts) == ["2 others: 3", "a: 10", "a: 9", "b: 5", "b: 7", "x: 17"]
    with pytest.raises(DataError, match="round in a circle; give a column 'step'"):
        qn.plot_flows(flows.drop(columns="step"))


def test_nodes_of_one_size_keep_the_order_of_the_rows() -> None:
    names = list("hgfedcba")
    flows = pd.DataFrame({"source": names, "target": "x", "value": 1.0})
    for most, expected in ((8, names), (4, [*"hgf", "5 others"])):
        texts = [text.get_text() for text in qn.plot_flows(flows, most=most).axes[0].texts]
        assert [text.split(":")[0] for text in texts if text[0] != "x"] == expected


def test_small_nodes_in_the_middle_are_one_for_what_comes_in_and_what_goes_out() -> None:
    names, values = list("abcd"), [9, 5, 1, 2]
    into = pd.DataFrame({"source": "x", "target": names, "value": values, "step": 0})
    out = pd.DataFrame({"source": names, "target": "y", "value": values, "step": 1})
    figure = qn.plot_flows(pd.concat([into, out]), most=3)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert sorted(texts) == ["2 others: 3", "a: 9", "b: 5", "x: 17", "y: 17"]
    widths = sorted(float(path[0, 1] - path[-2, 1]) for path in ribbons(figure.axes[0]))
    assert widths == pytest.approx([3, 3, 5, 5, 9, 9])


def test_a_mixture_has_the_density_and_the_median_of_the_weighted_normals() -> None:
    figure = qn.plot_mixture(EQUATIONS)
    (axes,) = figure.axes
    line = next(line for line in axes.lines if line.get_label() == "mixture")
    x, y = (np.asarray(values, dtype=float) for values in line.get_data())
    law = 0.75 * stats.norm(0.057, 0.014).pdf(x) + 0.25 * stats.norm(0.010, 0.02).pdf(x)
    np.testing.assert_allclose(y, law, rtol=1e-10)
    median = float(re.findall(r"median ([\d.]+)", str(figure.get_label()))[0])
    assert axes.get_ylabel() == "density"
    below = 0.75 * stats.norm(0.057, 0.014).cdf(median) + 0.25 * stats.norm(0.01, 0.02).cdf(median)
    assert below == pytest.approx(0.5, abs=0.02)


def test_runs_are_counted_apart_and_agree_where_intervals_overlap() -> None:
    said = str(qn.plot_specification_runs(RUNS, figure="T19").get_label())
    assert "linkage 3 specifications, median 1.6, 67% below, 67% agree" in said
    assert "calibrated 1 specifications, median 2.2, 0% below, 100% agree" in said


def test_a_waterfall_steps_from_the_start_to_the_end() -> None:
    figure = qn.plot_waterfall(EFFECTS, start=("2012", 3.0), end="2017", quantity="output")
    bars = [bar for bar in figure.axes[0].patches if isinstance(bar, Rectangle)]
    boxes = sorted((bar.get_x(), bar.get_y(), bar.get_height()) for bar in bars)
    assert [(bottom, height) for _, bottom, height in boxes] == [
        (0.0, 3.0),
        (3.0, -0.5),
        (2.5, 2.0),
        (0.0, 4.5),
    ]


def test_a_waterfall_of_small_numbers_has_the_same_shape() -> None:
    options = {"end": "2017", "quantity": "output"}
    large = qn.plot_waterfall(EFFECTS, start=("2012", 3.0), **options).axes[0]  # type: ignore[arg-type]
    small = qn.plot_waterfall(EFFECTS / 100, start=("2012", 0.03), **options).axes[0]  # type: ignore[arg-type]
    np.testing.assert_allclose(100 * np.array(small.get_ylim()), large.get_ylim())


def test_a_heat_map_marks_cells_below_zero_and_names_the_largest() -> None:
    figure = qn.plot_heat_map(TABLE, quantity="coefficient", names={"a": "steel"})
    image = figure.axes[0].images[0].get_array()
    assert np.ma.getmaskarray(np.ma.asarray(image)).tolist() == [[False, False], [True, False]]
    assert "a steel into b" in str(figure.get_label())


def test_the_bands_of_a_single_year_have_a_width() -> None:
    figure = qn.plot_fan(pd.DataFrame({2022: [1.0, 2.0, 3.0]}), quantity="total")
    (axes,) = figure.axes
    for band in axes.collections:
        box = band.get_datalim(axes.transData)
        assert box.width == pytest.approx(0.4)
        assert box.height > 0.5
    (median,) = axes.lines
    assert np.ptp(median.get_xdata()) == pytest.approx(0.4)
    assert "median 2 in 2022" in str(figure.get_label())


def test_naive_rules_stand_beside_the_path() -> None:
    rules = {"same step": pd.Series({2018: 1.4, 2019: 1.96}), "same growth": pd.Series({2019: 2.3})}
    figure = qn.plot_path(DRAWS, rules, quantity="total", unit="trillion yuan")
    drawn = {str(line.get_label()): np.asarray(line.get_ydata()) for line in figure.axes[0].lines}
    assert drawn["same step"].tolist() == [1.4, 1.96]
    named = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert {"median", "same step", "same growth"} <= set(named)
    assert str(figure.get_label()).endswith("trillion yuan; same step 1.96; same growth 2.3.")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: qn.plot_flows(FLOWS.drop(columns="value")), "no column 'value'"),
        (lambda: qn.plot_flows(FLOWS.assign(value=[1, 2, -1, 0])), "'core' to 'cars' is no amount"),
        (lambda: qn.plot_flows(FLOWS.assign(value=0)), "every value is zero"),
        (lambda: qn.plot_flows(cast("pd.DataFrame", [1.0])), "expected a DataFrame"),
        (lambda: qn.plot_flows(FLOWS, most=1), "most must be a whole number of at least 2"),
        (lambda: qn.plot_flows(FLOWS, ax=cast("Axes", "left")), "give one panel"),
        (lambda: qn.plot_heat_map(pd.DataFrame(), quantity="x"), "expected a DataFrame of numbers"),
        (
            lambda: qn.plot_waterfall(pd.Series([np.nan]), start=("a", 1.0), end="b", quantity="x"),
            "expected a Series of finite numbers",
        ),
        (lambda: qn.plot_specification_runs(RUNS.drop(columns="run"), figure="T"), "no column"),
        (lambda: qn.plot_specification_runs(RUNS.iloc[:0], figure="T"), "drop it"),
        (
            lambda: qn.plot_specification_runs(
                RUNS.assign(estimate=[1.2, np.nan, 2.2, 2.1]), figure="T"
            ),
            "a row without estimate or printed figure; drop it",
        ),
        (
            lambda: qn.plot_specification_runs(cast("pd.DataFrame", 3), figure="T"),
            "expected a DataFrame",
        ),
        (lambda: qn.plot_mixture(EQUATIONS.assign(std_error=0.0)), "'base' needs a finite"),
        (
            lambda: qn.plot_mixture(EQUATIONS.assign(estimate=[0.057, np.nan])),
            "'with other inputs' needs a finite estimate",
        ),
        (lambda: qn.plot_mixture(EQUATIONS.assign(weight=0.0)), "the weights must not all be 0"),
        (
            lambda: qn.plot_mixture(EQUATIONS.assign(weight=[2.0, -1.0])),
            "'with other inputs' needs",
        ),
        (lambda: qn.plot_mixture(EQUATIONS.drop(columns="weight")), "no column 'weight'"),
        (lambda: qn.plot_mixture(cast("pd.DataFrame", "x")), "expected a DataFrame"),
        (
            lambda: qn.plot_fan(DRAWS.assign(**{"2020": np.nan}), quantity="x"),
            "draws: at least one finite draw for each year is needed",
        ),
        (
            lambda: qn.plot_path(DRAWS, {"r": pd.Series({"x": 1.0})}, quantity="x"),
            "columns must be years",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(call: Callable[[], object], says: str) -> None:
    with pytest.raises(DataError, match=says):
        call()


def test_what_a_reader_adds_to_a_picture_has_colours_that_colour_blind_people_tell_apart() -> None:
    axes = new_figure().axes[0]
    added = [axes.plot([0, 1], [k, k])[0].get_color() for k in range(3)]
    assert added == list(COLOURS[:3])


def test_a_panel_inside_a_part_of_a_figure_belongs_to_the_whole() -> None:
    figure = new_figure()
    part = figure.subfigures(1, 1)
    assert isinstance(part, SubFigure)
    assert qn.plot_mixture(EQUATIONS, ax=part.subplots()) is figure


def test_a_vintage_whose_name_holds_a_comma_is_one_column_of_the_audit() -> None:
    shown = audit_of_caii().plot()
    names = [label.get_text() for label in shown.axes[0].get_xticklabels()]
    assert "2020\nforecast,\nnot printed" in names
    assert all(re.match(r"\d{4}\b", name) for name in names)


def test_a_long_quantity_is_broken_beside_its_axis() -> None:
    draws = pd.DataFrame({2018: [1.0, 1.2], 2019: [1.1, 1.5]})
    long = qn.plot_fan(draws, quantity="firms with electronic commerce, wholesale and retail trade")
    short = qn.plot_fan(draws, quantity="total")
    assert "\n" in long.axes[0].get_ylabel()
    assert short.axes[0].get_ylabel() == "total"


def test_an_interval_stands_over_its_bar_where_nothing_is_printed() -> None:
    years = pd.MultiIndex.from_product([["linkage"], [2018]], names=["run", "year"])
    account = pd.DataFrame(
        {"core": 0.4, "integration": 0.8, "total": 1.2, "total_low": 1.0, "total_high": 1.4}, years
    )
    for value, place in ((np.nan, 2018.0), (1.42, 2018.0 - 0.16)):
        printed = pd.DataFrame({"value": [value], "role_linkage": ["held out"]}, [2018])
        shown = plot_account(account, printed, unit="trillion yuan")
        (bars,) = (one for one in shown.axes[0].containers if isinstance(one, ErrorbarContainer))
        assert cast(Any, bars.lines[2][0]).get_segments()[0][0][0] == place


def lines_of(axes: Any) -> dict[str, Any]:
    """Points of the lines of a panel by their names, (n, 2)."""
    return {
        str(line.get_label()): np.column_stack([np.asarray(v, float) for v in line.get_data()])
        for line in axes.lines
    }


def test_penetration_is_the_integration_driven_part_of_the_potential_at_its_middle() -> None:
    """By hand: intensity times value added at the median elasticity, of the first vintage set."""
    result = founding_case()
    model, middle = result.assembly.model, result.central["calibrated"]
    assert model.potential is not None
    supply = (model.value_added[0] * model.potential.intensity).sum(axis=1)
    forecast = result.study.gdp.forecast
    assert forecast is not None
    grown = 1 + (forecast.low + forecast.high) / 2
    whole = {2017: supply[0], 2018: supply[1], 2019: supply[2], 2020: supply[3] * grown}
    full = {year: model.potential.median * value for year, value in whole.items()}
    (axes,) = result.plot_penetration().axes
    own = lines_of(axes)
    start = np.array([[y, 100 * middle["integration", y, "estimate"] / full[y]]
                      for y in (2017, 2018)])  # fmt: skip
    np.testing.assert_allclose(own["implied by the report, calibration"], start, rtol=1e-9)
    out = np.array([
        [2019, 100 * (2.13 - middle["core", 2019, "estimate"]) / full[2019]],
        [2020, 100 * (3.1 - middle["core", 2020, "forecast"]) / full[2020]],
    ])  # fmt: skip
    np.testing.assert_allclose(own["implied by the report, held out"], out, rtol=1e-9)
    for family in ("Gompertz", "Logistic", "Bass"):
        line = own[f"{family} curve"]
        assert (len(line), line[0, 0], line[-1, 0]) == (121, 2015, 2022)
        at = np.interp([2017, 2018], *line.T)
        np.testing.assert_allclose(at, start[:, 1], rtol=1e-3)
    (reach,) = (one for one in axes.collections if isinstance(one, LineCollection))
    drawn = result.draws["calibrated"]["integration"]
    for line, (year, variant) in zip(
        reach.get_segments(),
        [(2017, "estimate"), (2018, "estimate"), (2019, "estimate"), (2020, "forecast")],
        strict=True,
    ):
        ends = 100 * drawn[year, variant].quantile([0.025, 0.975]) / full[year]
        np.testing.assert_allclose(line, [[year, end] for end in ends], rtol=1e-9)


def test_the_fans_of_a_report_are_the_draws_of_its_totals_with_what_is_printed() -> None:
    result = founding_case()
    runs = ("linkage", "elasticity", "calibrated")
    figure: Any = result.plot_fan()
    assert [axes.get_title() for axes in figure.axes] == [f"{run} run" for run in runs]
    for run, axes in zip(runs, figure.axes, strict=True):
        total = result.draws[run]["total"].drop(columns="outcome", level="variant").median()
        found = lines_of(axes)["median"]
        np.testing.assert_allclose(found, list(enumerate(total.to_numpy(), start=2017)))
        labels = [str(one.get_label()) for one in axes.containers]
        assert ("published, used by the run" in labels) is (run == "calibrated")
        assert "published, held out" in labels
        rules = {name for name in lines_of(axes) if "same" in name or "mean" in name}
        assert rules == {"same step", "same growth", "mean of step and growth"}


def test_the_core_is_drawn_from_the_last_table_before_the_forecast() -> None:
    result = founding_case()
    (axes,) = result.plot_core().axes
    assert axes.get_title() == "What the core is made of and where it goes, 2019, trillion yuan"
    texts = [text.get_text() for text in axes.texts]
    core = float(core_linkages(result).core[2019])  # of the first vintage set, at its middle
    value = next(text for text in texts if text.startswith("value added of the core: "))
    assert float(value.rpartition(": ")[2]) == pytest.approx(core, abs=6e-4)


def test_a_rival_four_times_as_wide_as_the_largest_equation_is_not_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By hand: 0.05 + 1.96 x 0.01 is 0.0696, four times that 0.278."""
    result = founding_case()
    assert result.elasticities is not None
    mixture = pd.DataFrame({"elasticity": [0.05], "std_error": 0.01, "weight": 1.0}, ["a"])
    rivals = pd.DataFrame(
        {"estimate": 0.0, "low": [-0.1, -0.138, -0.14], "high": [0.1, 0.138, 0.14]},
        ["base case", "narrow", "wide"],
    )
    drawn: list[pd.DataFrame] = []
    monkeypatch.setattr(plots, "plot_elasticities", lambda frame, **_: drawn.append(frame))
    own = replace(result.elasticities, mixture=mixture, rivals=rivals)
    plots.elasticity_plot(replace(result, elasticities=own))
    assert list(drawn[0].index) == ["a (weight 100%)", "narrow"]

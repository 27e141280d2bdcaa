"""Small pictures, mark by mark: what stands where, in which colour, and what is said of it."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy import stats

import quesnay as qn
from quesnay.diagnostics.evidence.specification import SpecificationCurve, rank_specifications
from quesnay.diagnostics.plots import evidence, uncertainty
from quesnay.diagnostics.plots.account import plot_account, plot_elasticities, plot_penetration
from quesnay.diagnostics.plots.style import COLOURS, GREY
from quesnay.models.uncertainty.sensitivity import Tornado

BLUE, RED, GREEN, ORANGE, SKY = COLOURS[:5]


def bars(axes: Axes) -> list[tuple[float, ...]]:
    """Left, bottom, width and height of every bar."""
    own = [one for one in axes.patches if isinstance(one, Rectangle)]
    return [(one.get_x(), one.get_y(), one.get_width(), one.get_height()) for one in own]


def colours(axes: Axes) -> list[str]:
    return [to_hex(one.get_facecolor()).upper() for one in axes.patches]


def points(line: Any) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in zip(*line.get_data(), strict=True)]


def named(axes: Axes) -> dict[str, Any]:
    """Lines by their name in the legend."""
    return {str(line.get_label()): line for line in axes.lines}


def segments(one: LineCollection) -> list[list[tuple[float, float]]]:
    return [[(float(x), float(y)) for x, y in line] for line in one.get_segments()]


def legend(figure: Figure) -> list[str]:
    own = figure.legends or [axes.get_legend() for axes in figure.axes if axes.get_legend()]
    return [text.get_text() for one in own if one is not None for text in one.get_texts()]


def ticks(axis: Any) -> dict[float, str]:
    """Names of an axis by their place."""
    names = [text.get_text() for text in axis.get_ticklabels()]
    return dict(zip(map(float, axis.get_ticklocs()), names, strict=True))


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(np.array(found, float), np.array(expected, float), atol=1e-12)


# ---- account -----------------------------------------------------------------------------------

ACCOUNT = pd.DataFrame(
    {"core": [0.4, 0.5], "integration": [0.8, 1.0], "total": [1.2, 1.5],
     "total_low": [1.0, 1.3], "total_high": [1.4, 1.8]},
    pd.MultiIndex.from_product([["linkage"], [2018, 2019]], names=["run", "year"]),
)  # fmt: skip


def test_an_account_is_two_bars_a_year_an_interval_and_diamonds() -> None:
    printed = pd.DataFrame(
        {"value": [1.42, 2.13], "role_linkage": ["calibration", "held out"]}, [2018, 2019]
    )
    figure = plot_account(ACCOUNT, printed, unit="trillion yuan", source="made up")
    (axes,) = figure.axes
    close(
        bars(axes),
        [
            (2017.64, 0.0, 0.72, 0.4), (2018.64, 0.0, 0.72, 0.5),
            (2017.64, 0.4, 0.72, 0.8), (2018.64, 0.5, 0.72, 1.0),
        ],
    )  # fmt: skip
    assert colours(axes) == [BLUE, BLUE, SKY, SKY]
    (reach,) = (one for one in axes.containers if isinstance(one, ErrorbarContainer))
    close(
        segments(cast("Any", reach.lines[2][0])),
        [[(2017.84, 1.0), (2017.84, 1.4)], [(2018.84, 1.3), (2018.84, 1.8)]],
    )
    used = named(axes)["reported, used for calibration"]
    out = named(axes)["reported, held out"]
    close(points(used) + points(out), [(2018.16, 1.42), (2019.16, 2.13)])
    assert (used.get_markerfacecolor(), out.get_markerfacecolor()) == (RED, "white")
    assert {used.get_linestyle(), out.get_linestyle()} == {"None"}
    assert axes.get_ylabel() == "value added, trillion yuan"
    assert axes.get_title() == "linkage run"
    assert legend(figure) == [
        "reported, used for calibration", "reported, held out", "core industries",
        "integration-driven", "95 % interval of the total",
    ]  # fmt: skip
    assert figure.get_label() == (
        "Value added by year, 95 % interval of the total behind: linkage 2018: 1.20, 1.00 to 1.40; "
        "linkage 2019: 1.50, 1.30 to 1.80. Unit: trillion yuan."
    )
    assert figure.get_size_inches()[0] == 8.6
    assert 4.4 < figure.get_size_inches()[1] < 4.7  # the source below


def test_penetration_is_drawn_in_percent_with_its_points() -> None:
    figure = plot_penetration(
        pd.DataFrame({"logistic": [0.1, 0.3]}, [2018, 2019]),
        pd.DataFrame(
            {"role": ["calibration", "held out"], "penetration": [0.11, 0.25]}, [2018, 2019]
        ),
        pd.DataFrame({"low": [0.08, 0.2], "high": [0.12, 0.41]}, [2018, 2019]),
    )
    (axes,) = figure.axes
    own = named(axes)
    close(points(own["logistic curve"]), [(2018, 10), (2019, 30)])
    close(points(own["implied by the report, calibration"]), [(2018, 11)])
    close(points(own["implied by the report, held out"]), [(2019, 25)])
    faces = [line.get_markerfacecolor() for line in axes.lines[1:]]
    assert faces == [ORANGE, "white"]
    (reach,) = (one for one in axes.collections if isinstance(one, LineCollection))
    close(segments(reach), [[(2018, 8), (2018, 12)], [(2019, 20), (2019, 41)]])
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylabel() == "realised share of the potential, percent"
    assert legend(figure)[1] == "95 % interval of the draws"
    assert figure.get_label() == (
        "Penetration by year with 95 % intervals, 2018: 8 to 12 percent, 2019: 20 to 41 percent."
    )
    assert figure.get_size_inches().tolist() == [7.2, 4.4]
    assert not axes.get_legend().get_frame_on()


def test_elasticities_of_the_mixture_are_told_apart_from_their_rivals() -> None:
    frame = pd.DataFrame(
        {"estimate": [0.06, 0.02, 0.1], "low": [0.04, -0.01, 0.05], "high": [0.08, 0.05, 0.2]},
        ["base", "scale", "US"],
    )
    figure = plot_elasticities(frame, cost_share=0.051, drawn=2)
    (axes,) = figure.axes
    reaches = [one for one in axes.containers if isinstance(one, ErrorbarContainer)]
    close(points(reaches[0].lines[0]), [(0.06, 2), (0.02, 1)])
    close(points(reaches[1].lines[0]), [(0.1, 0)])
    assert [one.lines[0].get_color() for one in reaches] == [RED, BLUE]
    close(
        segments(cast("Any", reaches[0].lines[2][0])),
        [[(0.04, 2), (0.08, 2)], [(-0.01, 1), (0.05, 1)]],
    )
    close(segments(cast("Any", reaches[1].lines[2][0])), [[(0.05, 0), (0.2, 0)]])
    upright = [(line.get_xdata()[0], line.get_color()) for line in axes.lines
               if list(line.get_ydata()) == [0, 1]]  # fmt: skip
    assert upright == [(0, "black"), (0.051, GREY)]
    (said,) = axes.texts
    assert (said.get_text(), said.xy) == ("cost share 0.051", (0.051, 1.0))
    assert ticks(axes.yaxis) == {2.0: "base", 1.0: "scale", 0.0: "US"}
    assert axes.get_xlabel() == "elasticity, 95 % interval"
    assert legend(figure) == ["in the mixture", "beside it, not drawn"]
    assert figure.get_label() == (
        "Elasticity by specification. base: 0.060; scale: 0.020; US: 0.100."
    )
    assert figure.get_size_inches().tolist() == pytest.approx([8.6, 0.36 * 3 + 1.5])
    alone = plot_elasticities(frame, cost_share=0.05)
    assert points(alone.axes[0].containers[0].lines[0]) == [(0.06, 2.0)]
    assert legend(plot_elasticities(frame, cost_share=0.05, drawn=3)) == ["in the mixture"]


def test_a_mixture_is_stacked_to_its_density_and_marked() -> None:
    equations = pd.DataFrame(
        {"estimate": [0.06, 0.01], "std_error": [0.01, 0.02], "weight": [3.0, 1.0]},
        ["base", "scale"],
    )
    figure = qn.plot_mixture(equations, marks={"cost share": 0.05, "own": 0.02})
    (axes,) = figure.axes
    x = np.asarray(axes.lines[0].get_xdata(), float)
    close((x.size, x[0], x[-1]), (1001, 0.01 - 4 * 0.02, 0.06 + 4 * 0.01))

    def below(value: float) -> float:
        parts = (0.75, 0.06, 0.01), (0.25, 0.01, 0.02)
        return float(sum(w * stats.norm(m, s).cdf(value) for w, m, s in parts))

    said = str(figure.get_label())
    words = said.replace(";", "").replace(".", " ", 0).split()
    median = float(words[words.index("median") + 1].rstrip(","))
    five, most = (float(words[words.index(w) + 1]) for w in ("from", "to"))
    for value, share in ((five, 0.025), (median, 0.5), (most, 0.975)):
        assert below(value - 6e-4) < share < below(value + 6e-4)
    labels = ["base: 0.060 (0.010), weight 75%", "scale: 0.010 (0.020), weight 25%"]
    assert said.startswith("Mixture of 2 equations, elasticity: median ")
    assert said.endswith(f"; {'; '.join(labels)}.")
    assert legend(figure) == [
        *labels, "mixture", f"median {median:.3f}", "cost share 0.050", "own 0.020",
    ]  # fmt: skip
    upright = {float(line.get_xdata()[0]): line for line in axes.lines[1:]}
    assert sorted(upright) == pytest.approx(sorted([median, 0.05, 0.02]), abs=6e-4)
    styles = [upright[value].get_linestyle() for value in (0.05, 0.02)]
    assert styles == ["--", "--"]
    dashes = [upright[value]._unscaled_dash_pattern for value in (0.05, 0.02)]  # type: ignore[attr-defined]
    assert dashes == [(0, (1, 2)), (0, (3, 2))]  # told apart by more than their name
    lower = axes.collections[0].get_paths()[0].vertices
    assert lower[:, 1].max() == pytest.approx(0.75 * stats.norm(0, 0.01).pdf(0.0), rel=1e-3)
    assert [to_hex(one.get_facecolor()[0]).upper() for one in axes.collections] == [BLUE, RED]
    assert axes.get_ylim()[0] == 0
    assert list(axes.get_yticks()) == []
    assert (axes.get_xlabel(), figure.get_size_inches().tolist()) == ("elasticity", [8.6, 4.2])


# ---- uncertainty -------------------------------------------------------------------------------


def test_bands_of_a_path_are_quantiles_of_the_draws() -> None:
    g = np.random.default_rng(0)
    draws = pd.DataFrame(g.normal(2.0, 0.3, (200, 2)), columns=[2019, 2018])
    rules = {"step": pd.Series({2018: 1.4, 2019: 1.9}), "growth": pd.Series({2019: 2.3})}
    printed = pd.DataFrame({"low": [1.415], "high": [1.425]}, [2018])
    figure = qn.plot_path(draws, rules, quantity="total", unit="yuan", reported=printed)
    (axes,) = figure.axes
    own = draws[[2018, 2019]]
    for band, level, shade in zip(
        axes.collections, (0.95, 0.8, 0.5), (0.16, 0.36, 0.56), strict=False
    ):
        seen = band.get_paths()[0].vertices
        ends = own.quantile([(1 - level) / 2, (1 + level) / 2])
        for end in ends.to_numpy():
            for point in zip((2018, 2019), end, strict=True):
                assert np.isclose(seen, point).all(axis=1).any()
        assert band.get_alpha() == pytest.approx(shade)
        assert to_hex(band.get_facecolor()[0]).upper() == BLUE
    lines = named(axes)
    close(points(lines["median"]), list(zip((2018, 2019), own.median(), strict=True)))
    close(points(lines["step"]) + points(lines["growth"]), [(2018, 1.4), (2019, 1.9), (2019, 2.3)])
    assert (lines["step"].get_color(), lines["step"].get_marker()) == (GREEN, "s")
    assert (lines["growth"].get_color(), lines["growth"].get_marker()) == (ORANGE, "^")
    (dot,) = (one for one in axes.containers if isinstance(one, ErrorbarContainer))
    close(points(dot.lines[0]), [(2018, 1.42)])
    close(segments(cast("Any", dot.lines[2][0])), [[(2018, 1.415), (2018, 1.425)]])
    assert dot.lines[0].get_markerfacecolor() == RED
    last = own[2019]
    assert figure.get_label() == (
        f"Fan chart of total: median {last.median():.3g} in 2019, 95 % of draws between "
        f"{last.quantile(0.025):.3g} and {last.quantile(0.975):.3g} yuan; step 1.9; growth 2.3."
    )
    assert axes.get_ylabel() == "total, yuan"
    assert set(legend(figure)) == {
        "95 % of draws", "80 % of draws", "50 % of draws", "median", "step", "growth",
        "published, with its rounding",
    }  # fmt: skip


def test_fans_of_several_runs_tell_used_figures_from_held_out_ones() -> None:
    draws = pd.DataFrame({2018: [1.0, 2.0, 3.0], 2019: [2.0, 3.0, 4.0]})
    printed = pd.DataFrame(
        {"low": [1.4, 2.0], "high": [1.5, 2.2], "calibrated": [True, False]}, [2018, 2019]
    )
    figure = uncertainty.plot_fans(
        {"linkage": draws, "calibrated": draws + 1.0}, quantity="total", unit="yuan",
        reported=printed, levels=[0.5],
    )  # fmt: skip
    first, second = figure.axes
    assert (first.get_title(), second.get_title()) == ("linkage", "calibrated")
    assert (first.get_ylabel(), second.get_ylabel()) == ("total, yuan", "")
    plain = [one for one in first.containers if isinstance(one, ErrorbarContainer)]
    close(points(plain[0].lines[0]), [(2018, 1.45), (2019, 2.1)])
    held, used = (one for one in second.containers if isinstance(one, ErrorbarContainer))
    assert (held.get_label(), used.get_label()) == (
        "published, held out", "published, used by the run",
    )  # fmt: skip
    close(points(held.lines[0]) + points(used.lines[0]), [(2019, 2.1), (2018, 1.45)])
    assert (held.lines[0].get_markerfacecolor(), used.lines[0].get_markerfacecolor()) == (
        "white", RED,
    )  # fmt: skip
    assert figure.get_label() == (
        "Fan charts of total, yuan. linkage: median 3 in 2019, 95 % of draws between 2.05 and "
        "3.95; calibrated: median 4 in 2019, 95 % of draws between 3.05 and 4.95."
    )
    assert figure.get_size_inches().tolist() == [8.6, 4.2]


SWINGS = pd.DataFrame(
    {"low": [1.0, 1.9], "high": [3.0, 2.1], "swing": [2.0, 0.2]}, ["pattern", "curve"]
)


def test_a_tornado_has_a_bar_to_each_side_of_the_middle() -> None:
    figure = Tornado("T19", 2.0, SWINGS, 0.9).plot(unit="yuan")
    (axes,) = figure.axes
    close(
        bars(axes),
        [
            (2.0, -0.31, -1.0, 0.62), (2.0, -0.31, 1.0, 0.62),
            (2.0, 0.69, -0.1, 0.62), (2.0, 0.69, 0.1, 0.62),
        ],
    )  # fmt: skip
    assert colours(axes) == [BLUE, RED] * 2
    assert [line.get_xdata()[0] for line in axes.lines] == [2.0]
    assert ticks(axes.yaxis) == {0.0: "pattern", 1.0: "curve"}
    assert axes.get_ylim() == (1.6, -0.6)
    assert axes.get_title() == "One input at a time, 90 % of its distribution"
    assert legend(figure) == ["input at its lower quantile", "input at its upper quantile"]
    assert figure.get_label() == (
        "Tornado of T19: 2 at the median of every input; the largest swing is pattern, from 1 to 3."
    )
    assert figure.get_size_inches().tolist() == pytest.approx([7.2, 1.7 + 0.36 * 2])
    assert axes.get_xlabel() == "T19, yuan"


def test_tornados_stand_by_run_and_figure_with_the_printed_value_and_shares() -> None:
    keys = [("linkage", "T18"), ("linkage", "T19"), ("curve", "T18"), ("curve", "T19")]
    panels = {key: Tornado(key[1], 2.0 + k, SWINGS + k, 0.95) for k, key in enumerate(keys)}
    shares = pd.DataFrame({"pattern": [0.97] * 4}, pd.MultiIndex.from_tuples(keys))
    figure = uncertainty.plot_tornados(panels, unit="yuan", marks={"T19": 2.13}, shares=shares)
    assert [axes.get_title() for axes in figure.axes] == [
        "T18, linkage", "T19, linkage", "T18, curve", "T19, curve",
    ]  # fmt: skip
    marked = [[line.get_xdata()[0] for line in axes.lines] for axes in figure.axes]
    assert marked == [[2.0], [3.0, 2.13], [4.0], [5.0, 2.13]]
    last = figure.axes[3]
    close(bars(last), [(4.0, -0.3, 2.0, 0.6), (4.9, 0.7, 0.2, 0.6)])
    assert [(text.get_text(), text.xy) for text in last.texts] == [
        ("97%", (1.0, 0)), ("0%", (1.0, 1)),
    ]  # fmt: skip
    assert last.get_ylim() == (1.6, -0.6)
    assert ticks(figure.axes[0].yaxis) == {0.0: "pattern", 1.0: "curve"}
    assert last.get_xlabel() == "yuan"
    assert legend(figure) == [
        "all at their middle", "published", "95 % of the figure, one source drawn",
    ]  # fmt: skip
    assert figure.get_label().endswith(
        "T19, curve: 5, most by pattern, 4 to 6, 97% of the variance."
    )
    assert figure.get_size_inches().tolist() == pytest.approx([9.6, 1.2 + 2 * (0.9 + 0.27 * 2)])
    heading = figure._suptitle  # type: ignore[attr-defined]
    assert heading.get_text().startswith("Bars: one source moves, all others at their middle.")
    plain = uncertainty.plot_tornados({keys[0]: panels[keys[0]]})
    assert plain._suptitle is None  # type: ignore[attr-defined]
    assert plain.axes[0].get_xlabel() == "value"
    assert plain.get_label().endswith("T18, linkage: 2, most by pattern, 1 to 3.")
    assert not plain.axes[0].texts


# ---- evidence ----------------------------------------------------------------------------------


def curve() -> SpecificationCurve:
    frame = pd.DataFrame(
        {
            "sample": ["all", "2012", "all", "2012"],
            "supply": ["value added", "value added", "sales", "sales"],
            "run": "calibrated",
            "estimate": [2.4, 1.0, 1.6, 2.0],
            "low": [2.0, 0.8, 1.4, 1.0],
            "high": [2.6, 1.4, 2.2, 2.5],
            "standard_error": 0.1,
            "failure": "",
        }
    )
    printed = pd.Series({"value": 2.13, "low": 2.125, "high": 2.135, "unit": "trillion yuan"})
    return rank_specifications(frame, printed, figure="T19")


def test_a_specification_curve_is_ranked_over_its_levels() -> None:
    found = curve()
    figure = evidence.plot_specifications(found)
    top, bottom = figure.axes
    lines = named(top)
    close(points(lines["estimate"]), [(1, 1.0), (2, 1.6), (3, 2.0), (4, 2.4)])
    level = {name: line.get_ydata()[0] for name, line in lines.items() if name != "estimate"}
    assert level == {"reported, 2.13": 2.13, "median estimate": pytest.approx(1.8)}
    assert top.get_ylim() == (0, pytest.approx(1.15 * np.quantile([1.4, 2.2, 2.5, 2.6], 0.97)))
    band = top.collections[0].get_paths()[0].vertices
    for point in ((1, 0.8), (1, 1.4), (3, 1.0), (4, 2.6)):
        assert np.isclose(band, point).all(axis=1).any()
    assert top.get_ylabel() == "T19, trillion yuan"
    names = ticks(bottom.yaxis)
    assert names == {
        0.0: "sample: 2012", -1.0: "all", -2.0: "supply: value added", -3.0: "sales",
    }  # fmt: skip
    used = [[line[0][0] for line in segments(one)] for one in bottom.collections]
    assert used == [[1, 3], [2, 4], [1, 4], [2, 3]]  # by hand from the four rows
    reach = [one.get_segments()[0][:, 1].tolist() for one in bottom.collections]
    close(reach, [[-k - 0.35, -k + 0.35] for k in range(4)])
    shades = [to_hex(one.get_color()[0]).upper() for one in bottom.collections]
    assert shades == [BLUE, BLUE, RED, RED]
    assert bottom.get_ylim() == (-3.6, 0.6)
    assert bottom.get_xlabel() == "4 specifications of T19, ranked by estimate"
    # 75 % lie under 2.125; 2.0 to 2.6 and 1.4 to 2.2 and 1.0 to 2.5 hold it
    assert figure.get_label() == (
        "4 specifications of T19: median 1.8, 75% below the printed 2.13 trillion yuan; 75% of "
        "the intervals hold it."
    )
    assert figure.get_size_inches().tolist() == pytest.approx([9.0, 3.6 + 4 * 0.19])


def test_runs_of_a_curve_stand_side_by_side_on_one_scale() -> None:
    frame = pd.DataFrame(
        {
            "run": ["linkage", "curve", "linkage"],
            "estimate": [1.6, 2.2, 1.2],
            "low": [1.4, 2.135, 1.1],
            "high": [2.2, 2.4, 1.3],
            "reported_low": 2.125,
            "reported_high": 2.135,
        }
    )
    figure = qn.plot_specification_runs(frame, figure="T19", unit="yuan")
    (axes,) = figure.axes
    first, second, _ = axes.lines
    close(points(first), [(1 / 3, 1.2), (2 / 3, 1.6)])
    close(points(second), [(1.58, 2.2)])
    reach = [one for one in axes.collections if isinstance(one, LineCollection)]
    close(segments(reach[0]), [[(1 / 3, 1.1), (1 / 3, 1.3)], [(2 / 3, 1.4), (2 / 3, 2.2)]])
    close(segments(reach[1]), [[(0, 1.4), (1, 1.4)]])  # median of the run
    close(segments(reach[3]), [[(1.08, 2.2), (2.08, 2.2)]])
    assert (first.get_color(), second.get_color()) == (BLUE, GREEN)
    close(bars(axes)[0][1::2], (2.125, 0.01))
    assert axes.get_ylim() == (0, pytest.approx(1.1 * np.quantile([2.2, 2.4, 1.3], 0.97)))
    assert axes.get_xlim() == (-0.05, 2.16)
    # the interval from 2.135 on does not hold what is below 2.135
    assert ticks(axes.xaxis) == {
        0.5: "linkage\n2 specifications, median 1.4,\n100% below, 50% agree",
        1.58: "curve\n1 specifications, median 2.2,\n0% below, 0% agree",
    }
    assert figure.get_label() == (
        "T19 printed 2.13 yuan: linkage 2 specifications, median 1.4, 100% below, 50% agree; "
        "curve 1 specifications, median 2.2, 0% below, 0% agree."
    )
    assert legend(figure) == ["median of the run", "printed"]
    assert axes.get_ylabel() == "T19, yuan"
    assert figure.get_size_inches().tolist() == [9.0, 4.4]
    wide = float(reach[0].get_linewidths()[0])
    assert wide == pytest.approx(100 / (2 * 3))


def test_estimates_above_the_axis_are_counted_and_many_are_no_paths() -> None:
    n = 401
    frame = pd.DataFrame(
        {"run": "curve", "estimate": np.r_[np.linspace(1.0, 2.0, n - 1), 90.0], "reported": 1.5}
    )
    frame = frame.assign(low=frame["estimate"] - 0.1, high=frame["estimate"] + 0.1)
    for rows, picture in ((frame, True), (frame.iloc[1:], False)):
        figure = qn.plot_specification_runs(rows, figure="T19")
        assert "1 above the axis" in figure.get_label()
        (dots, _) = figure.axes[0].lines
        assert bool(dots.get_rasterized()) is picture
        assert bool(figure.axes[0].collections[0].get_rasterized()) is picture
    assert float(figure.axes[0].collections[0].get_linewidths()[0]) == 0.5


def test_errors_of_methods_stand_by_update_and_block() -> None:
    index = pd.MultiIndex.from_product(
        [["2012 to 2017", "2017 to 2018"], ["RAS", "same"]], names=["update", "method"]
    )
    errors = pd.DataFrame({"all": [0.1, 0.2, 0.04, 0.03], "Z": [0.12, 0.3, 0.05, 0.06]}, index)
    figure = evidence.plot_backtest(cast("Any", SimpleNamespace(errors=errors)))
    first, second = figure.axes
    assert (first.get_title(), second.get_title()) == ("2012 to 2017", "2017 to 2018")
    close(points(first.lines[0]), [(10, 0), (20, 1)])
    close(points(second.lines[1]), [(5, 0), (6, 1)])
    assert [(one.get_marker(), one.get_color()) for one in first.lines] == [("o", BLUE), ("s", RED)]
    assert ticks(first.yaxis) == {0.0: "RAS", 1.0: "same"}
    assert first.get_ylim() == (1.5, -0.5)
    assert first.get_xlim()[0] == 0.0
    assert second.get_xlabel() == "weighted absolute error, percent"
    assert legend(figure) == ["all", "Z"]
    assert figure.get_label() == (
        "Back-test of table updating, smallest error of all cells. 2012 to 2017: RAS 10.0 %; "
        "2017 to 2018: same 3.0 %."
    )
    assert figure.get_size_inches().tolist() == pytest.approx([2.2 + 2.9 * 2, 1.9 + 0.36 * 2])


def test_errors_of_forecasts_are_quantiles_with_their_root_mean_square() -> None:
    own = {"logistic": np.array([-0.1, 0.0, 0.1, 0.3]), "same": np.array([0.2, 0.4, np.nan, 0.6])}
    rows = pd.concat(
        pd.DataFrame({"rule": rule, "horizon": steps, "error": steps * errors})
        for steps in (2, 1)
        for rule, errors in own.items()
    )
    made = SimpleNamespace(forecasts=rows, rules=["logistic", "same"])
    figure = evidence.plot_diffusion_errors(cast("Any", made))
    first, second = figure.axes
    assert [axes.get_title() for axes in figure.axes] == ["1 year ahead", "2 years ahead"]
    outer, inner = second.collections
    kept = [200 * own["logistic"], 200 * own["same"][[0, 1, 3]]]
    for found, levels in ((outer, [0.05, 0.95]), (inner, [0.25, 0.75])):
        expected = [[(end, k + 1) for end in np.quantile(kept[k], levels)] for k in range(2)]
        close(segments(cast("LineCollection", found)), expected)
    close(points(second.lines[0]), [(10.0, 1), (80.0, 2)])
    size = [float(np.sqrt(np.mean(errors**2))) for errors in kept]
    assert [(text.get_text(), text.xy) for text in second.texts] == [
        ("RMSE", (1.0, 1.0)), (f" {size[0]:.0f} %", (1.0, 1)), (f" {size[1]:.0f} %", (1.0, 2)),
    ]  # fmt: skip
    assert ticks(first.yaxis) == {1.0: "logistic", 2.0: "same"}
    assert first.get_ylim()[0] > first.get_ylim()[1]  # the first rule on top
    assert second.get_xlabel() == "ln(actual / forecast), percent"
    assert [line.get_xdata()[0] for line in first.lines[1:]] == [0.0]
    assert figure.get_label().endswith(f"logistic 2: {size[0]:.1f} %; same 2: {size[1]:.1f} %.")
    assert figure.get_size_inches().tolist() == pytest.approx([2.4 + 3.2 * 2, 1.6 + 0.36 * 2])


def test_an_audit_is_a_grid_of_figures_and_vintages() -> None:
    """S18 rests on one vintage always, K18 on either of two, and on none of 2017."""
    vintages = pd.DataFrame(
        {
            "id": ["S18", "S18", "K18", "K18", "K18"],
            "vintages": ["2018 final", "2018 first", "2017 a, 2018 final", "2017 a, 2018 first",
                         "2017 b, 2018 first"],
        }
    )  # fmt: skip
    made = SimpleNamespace(
        vintages=vintages,
        assignments=pd.DataFrame(
            {"S18": ["2018 final"] * 2, "K18": ["2017 a, 2018 final", "2017 a, 2018 first"],
             "K18 definition": ["nominal"] * 2},
        ),
        figures=pd.DataFrame(index=["S18", "K18"]),
        feasible=True,
        name_of=lambda name: f"figure {name}",
    )  # fmt: skip
    figure = evidence.plot_audit(cast("Any", made))
    (axes,) = figure.axes
    assert ticks(axes.yaxis) == {0.0: "figure S18", 1.0: "figure K18, nominal"}
    assert ticks(axes.xaxis) == {
        0.0: "2017\na",
        1.0: "2017\nb",
        2.0: "2018\nfinal",
        3.0: "2018\nfirst",
    }
    cells = {
        (round(x + 0.42), round(y + 0.35)): patch.get_hatch()
        or to_hex(patch.get_facecolor()).upper()
        for (x, y, w, h), patch in zip(bars(axes), axes.patches, strict=True)
        if w
    }
    assert cells == {
        (2, 0): BLUE, (3, 0): "#FFFFFF", (0, 1): BLUE, (1, 1): "#FFFFFF", (2, 1): "////",
        (3, 1): "////",
    }  # fmt: skip
    close([w for *_, w, _ in bars(axes) if w], [0.84] * 6)
    assert (axes.get_xlim(), axes.get_ylim()) == ((-0.5, 3.5), (1.5, -0.5))
    assert axes.get_title() == "The GDP on which each figure rests: 2 assignments fit"
    assert legend(figure) == [
        "in every consistent assignment", "in some consistent assignment", "in none",
    ]  # fmt: skip
    assert figure.get_label() == (
        "The GDP on which each figure rests: 2 assignments fit: figure S18: 2018 final; "
        "figure K18: 2017 a, 2018 final or 2017 a, 2018 first."
    )
    assert figure.get_size_inches().tolist() == pytest.approx([3.6 + 0.78 * 4, 2.4 + 0.42 * 2])
    made.feasible, made.assignments = False, made.assignments.astype(object).iloc[:0]
    assert evidence.plot_audit(cast("Any", made)).get_label() == (
        "No assignment of vintages satisfies all figures."
    )

"""Small pictures, mark by mark: what stands where, in which colour, and what is said of it."""

import functools
import itertools
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy import stats

import quesnay as qn
from quesnay.diagnostics.evidence.specification import SpecificationCurve, rank_specifications
from quesnay.diagnostics.plots import evidence, style, uncertainty
from quesnay.diagnostics.plots.account import plot_account, plot_elasticities, plot_penetration
from quesnay.diagnostics.plots.growth import (
    plot_disaggregation,
    plot_growth_accounting,
    plot_reconciliation,
)
from quesnay.diagnostics.plots.input_output import plot_decomposition
from quesnay.diagnostics.plots.style import COLOURS, GREY
from quesnay.models.uncertainty.sensitivity import Tornado

BLUE, RED, GREEN, ORANGE, SKY = COLOURS[:5]


def bars(axes: Any) -> list[tuple[float, ...]]:
    """Left, bottom, width and height of every bar."""
    own = [one for one in axes.patches if isinstance(one, Rectangle)]
    return [(one.get_x(), one.get_y(), one.get_width(), one.get_height()) for one in own]


def colours(axes: Any) -> list[str]:
    return [to_hex(one.get_facecolor()).upper() for one in axes.patches]


def points(line: Any) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in zip(*line.get_data(), strict=True)]


def named(axes: Any) -> dict[str, Any]:
    """Lines by their name in the legend."""
    return {str(line.get_label()): line for line in axes.lines}


def segments(one: Any) -> list[list[tuple[float, float]]]:
    return [[(float(x), float(y)) for x, y in line] for line in one.get_segments()]


def legend(figure: Any) -> list[str]:
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
    figure: Any = plot_account(ACCOUNT, printed, unit="trillion yuan", source="made up")
    axes: Any = figure.axes[0]
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
    assert used.get_markeredgecolor() == out.get_markeredgecolor() == RED
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


def test_an_interval_or_a_printed_figure_of_one_year_alone_is_drawn() -> None:
    printed = pd.DataFrame({"value": [1.42, np.nan], "role_linkage": "held out"}, [2018, 2019])
    account = ACCOUNT.assign(total_low=[1.2, 1.3], total_high=[1.2, 1.8])
    axes: Any = plot_account(account, printed, unit="yuan").axes[0]
    (reach,) = (one for one in axes.containers if isinstance(one, ErrorbarContainer))
    close(
        segments(cast("Any", reach.lines[2][0])),
        [[(2017.84, 1.2), (2017.84, 1.2)], [(2018.84, 1.3), (2018.84, 1.8)]],
    )
    close(points(named(axes)["reported, held out"])[0], (2018.16, 1.42))
    still = account.assign(total_low=account["total"], total_high=account["total"])
    drawn: Any = plot_account(still, printed, unit="yuan").axes[0].containers
    assert not any(isinstance(one, ErrorbarContainer) for one in drawn)


def test_penetration_is_drawn_in_percent_with_its_points() -> None:
    figure: Any = plot_penetration(
        pd.DataFrame({"logistic": [0.1, 0.3]}, [2018, 2019]),
        pd.DataFrame(
            {"role": ["calibration", "held out"], "penetration": [0.11, 0.25]}, [2018, 2019]
        ),
        pd.DataFrame({"low": [0.08, 0.2], "high": [0.12, 0.41]}, [2018, 2019]),
    )
    axes: Any = figure.axes[0]
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
    figure: Any = plot_elasticities(frame, cost_share=0.051, drawn=2)
    axes: Any = figure.axes[0]
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
    alone: Any = plot_elasticities(frame, cost_share=0.05)
    assert points(alone.axes[0].containers[0].lines[0]) == [(0.06, 2.0)]
    assert legend(plot_elasticities(frame, cost_share=0.05, drawn=3)) == ["in the mixture"]


def test_a_mixture_is_stacked_to_its_density_and_marked() -> None:
    equations = pd.DataFrame(
        {"estimate": [0.06, 0.01], "std_error": [0.01, 0.02], "weight": [3.0, 1.0]},
        ["base", "scale"],
    )
    figure: Any = qn.plot_mixture(equations, marks={"cost share": 0.05, "own": 0.02})
    axes: Any = figure.axes[0]
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
    assert qn.plot_mixture(equations.assign(weight=[0.75, 0.25])).get_label() == said
    alone = str(qn.plot_mixture(equations.assign(weight=[0.5, 0.0])).get_label())
    assert alone.endswith("base: 0.060 (0.010), weight 100%; scale: 0.010 (0.020), weight 0%.")
    assert legend(figure) == [
        *labels, "mixture", f"median {median:.3f}", "cost share 0.050", "own 0.020",
    ]  # fmt: skip
    upright = {float(line.get_xdata()[0]): line for line in axes.lines[1:]}
    assert sorted(upright) == pytest.approx(sorted([median, 0.05, 0.02]), abs=6e-4)
    styles = [upright[value].get_linestyle() for value in (0.05, 0.02)]
    assert styles == ["--", "--"]
    dashes = [upright[value]._unscaled_dash_pattern for value in (0.05, 0.02)]
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
    figure: Any = qn.plot_path(draws, rules, quantity="total", unit="yuan", reported=printed)
    axes: Any = figure.axes[0]
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


def test_the_fifth_rule_looks_like_the_first() -> None:
    draws = pd.DataFrame({2018: [1.4, 1.5], 2019: [1.9, 2.1]})
    rules = {f"rule {k}": pd.Series({2019: 2.0 + k}) for k in range(5)}
    lines = named(qn.plot_path(draws, rules, quantity="total").axes[0])
    looks = [(lines[name].get_color(), lines[name].get_marker()) for name in rules]
    assert looks == [
        (GREEN, "s"), (ORANGE, "^"), (SKY, "v"), (COLOURS[5], "D"), (GREEN, "s"),
    ]  # fmt: skip


def test_a_draw_without_a_year_leaves_the_other_draws_of_it() -> None:
    draws = pd.DataFrame({2018: [1.0, np.nan, 1.4], 2019: [1.9, 2.1, np.nan]})
    axes: Any = qn.plot_fan(draws, quantity="total").axes[0]
    close(points(named(axes)["median"]), [(2018, 1.2), (2019, 2.0)])


def test_fans_of_several_runs_tell_used_figures_from_held_out_ones() -> None:
    draws = pd.DataFrame({2018: [1.0, 2.0, 3.0], 2019: [2.0, 3.0, 4.0]})
    printed = pd.DataFrame(
        {"low": [1.4, 2.0], "high": [1.5, 2.2], "calibrated": [True, False]}, [2018, 2019]
    )
    figure: Any = uncertainty.plot_fans(
        {"linkage": draws, "calibrated": draws + 1.0}, quantity="total", unit="yuan",
        reported=printed, levels=[0.5],
    )  # fmt: skip
    first, second = figure.axes
    assert (first.get_title(), second.get_title()) == ("linkage", "calibrated")
    assert (first.get_ylabel(), second.get_ylabel()) == ("total, yuan", "")
    assert first.get_ylim() == second.get_ylim()  # on one scale
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
    figure: Any = Tornado("T19", 2.0, SWINGS, 0.9).plot(unit="yuan")
    axes: Any = figure.axes[0]
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
    alone = legend(Tornado("T19", 2.0, SWINGS[:1], 0.9).plot())
    assert alone == ["input at its lower quantile", "input at its upper quantile"]


def test_tornados_stand_by_run_and_figure_with_the_printed_value_and_shares() -> None:
    keys = [("linkage", "T18"), ("linkage", "T19"), ("curve", "T18"), ("curve", "T19")]
    panels = {key: Tornado(key[1], 2.0 + k, SWINGS + k, 0.95) for k, key in enumerate(keys)}
    shares = pd.DataFrame({"pattern": [0.97] * 4}, pd.MultiIndex.from_tuples(keys))
    figure: Any = uncertainty.plot_tornados(panels, unit="yuan", marks={"T19": 2.13}, shares=shares)
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
    close(figure.axes[2].get_xlim(), (3.0 - 0.12, 5.0 + 0.12))  # no bar begins at the frame
    assert ticks(figure.axes[0].yaxis) == {0.0: "pattern", 1.0: "curve"}
    assert last.get_xlabel() == "yuan"
    assert legend(figure) == [
        "all at their middle", "published", "95 % of the figure, one source drawn",
    ]  # fmt: skip
    assert figure.get_label().endswith(
        "T19, curve: 5, most by pattern, 4 to 6, 97% of the variance."
    )
    assert figure.get_size_inches().tolist() == pytest.approx([9.6, 1.2 + 2 * (0.9 + 0.27 * 2)])
    fewer = {("a", "T18"): panels[keys[0]], ("b", "T18"): Tornado("T18", 2.0, SWINGS[:1], 0.95)}
    uneven = uncertainty.plot_tornados(fewer)  # every panel has room for the most
    assert uneven.get_size_inches()[1] == pytest.approx(1.2 + 2 * (0.9 + 0.27 * 2))
    heading = figure._suptitle
    assert heading.get_text().startswith("Bars: one source moves, all others at their middle.")
    plain: Any = uncertainty.plot_tornados({keys[0]: panels[keys[0]]})
    assert plain._suptitle is None
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
    figure: Any = evidence.plot_specifications(found)
    top, bottom = figure.axes
    lines = named(top)
    close(points(lines["estimate"]), [(1, 1.0), (2, 1.6), (3, 2.0), (4, 2.4)])
    level = {name: line.get_ydata()[0] for name, line in lines.items() if name != "estimate"}
    assert level == {"reported, 2.13": 2.13, "median estimate": pytest.approx(1.8)}
    assert top.get_ylim() == (0, pytest.approx(1.15 * np.quantile([1.4, 2.2, 2.5, 2.6], 0.97)))
    assert to_hex(top.collections[0].get_facecolor()[0]).upper() == SKY
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
    assert bottom.get_xlim() == top.get_xlim()  # an estimate stands over its levels
    assert bottom.get_xlabel() == "4 specifications of T19, ranked by estimate"
    # 75 % lie under 2.125; 2.0 to 2.6 and 1.4 to 2.2 and 1.0 to 2.5 hold it
    assert figure.get_label() == (
        "4 specifications of T19: median 1.8, 75% below the printed 2.13 trillion yuan; 75% of "
        "the intervals hold it."
    )
    assert figure.get_size_inches().tolist() == pytest.approx([9.0, 3.6 + 4 * 0.19])


RUNS = pd.DataFrame(
    {
        "run": ["linkage", "curve", "linkage", "linkage"],
        "estimate": [1.6, 2.2, 1.2, 1.3],
        "low": [1.4, 2.135, 1.1, 1.2],
        "high": [2.2, 2.4, 1.3, 1.4],
        "reported_low": 2.125,
        "reported_high": 2.135,
    }
)


def test_runs_of_a_curve_stand_side_by_side_on_one_scale() -> None:
    figure: Any = qn.plot_specification_runs(RUNS, figure="T19", unit="yuan")
    axes: Any = figure.axes[0]
    first, second, _ = axes.lines
    close(points(first), [(0.25, 1.2), (0.5, 1.3), (0.75, 1.6)])
    close(points(second), [(1.58, 2.2)])
    reach = [one for one in axes.collections if isinstance(one, LineCollection)]
    close(
        segments(reach[0]),
        [[(0.25, 1.1), (0.25, 1.3)], [(0.5, 1.2), (0.5, 1.4)], [(0.75, 1.4), (0.75, 2.2)]],
    )
    close(segments(reach[1]), [[(0, 1.3), (1, 1.3)]])  # median of the run
    close(segments(reach[3]), [[(1.08, 2.2), (2.08, 2.2)]])
    assert (first.get_color(), second.get_color()) == (BLUE, GREEN)
    close(bars(axes)[0][1::2], (2.125, 0.01))
    assert colours(axes)[0] == RED  # as the printed line
    assert axes.get_ylim() == (0, pytest.approx(1.1 * np.quantile([2.2, 2.4, 1.3, 1.4], 0.97)))
    assert axes.get_xlim() == (-0.05, 2.16)
    # the interval from 2.135 on does not hold what is below 2.135
    assert ticks(axes.xaxis) == {
        0.5: "linkage\n3 specifications, median 1.3,\n100% below, 33% agree",
        1.58: "curve\n1 specifications, median 2.2,\n0% below, 0% agree",
    }
    assert figure.get_label() == (
        "T19 printed 2.13 yuan: linkage 3 specifications, median 1.3, 100% below, 33% agree; "
        "curve 1 specifications, median 2.2, 0% below, 0% agree."
    )
    assert legend(figure) == ["median of the run", "printed"]
    assert axes.get_ylabel() == "T19, yuan"
    assert figure.get_size_inches().tolist() == [9.0, 4.4]
    lines: Any = reach[0]
    wide = float(lines.get_linewidths()[0])
    assert wide == pytest.approx(100 / (2 * 4))
    alone = str(qn.plot_specification_runs(RUNS.iloc[:1], figure="T19").get_label())
    assert alone.startswith("T19 printed 2.13: linkage 1 specifications, median")


@pytest.mark.parametrize(("runs", "wide"), [(4, 9.0), (5, 11.0)])
def test_what_is_said_of_five_runs_stands_side_by_side(runs: int, wide: float) -> None:
    rows = pd.concat([RUNS.iloc[1:2].assign(run=f"run {k}") for k in range(runs)] * 10)
    figure: Any = qn.plot_specification_runs(rows, figure="T19")
    assert figure.get_size_inches().tolist() == [wide, 4.4]
    figure.draw_without_rendering()
    assert side_by_side(figure.axes[0].get_xticklabels())


def test_estimates_above_the_axis_are_counted_and_many_are_no_paths() -> None:
    n = 401
    frame = pd.DataFrame(
        {"run": "curve", "estimate": np.r_[np.linspace(1.0, 2.0, n - 1), 90.0], "reported": 1.5}
    )
    frame = frame.assign(low=frame["estimate"] - 0.1, high=frame["estimate"] + 0.1)
    for rows, picture in ((frame, True), (frame.iloc[1:], False)):
        figure: Any = qn.plot_specification_runs(rows, figure="T19")
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
    figure: Any = evidence.plot_backtest(cast("Any", SimpleNamespace(errors=errors)))
    first, second = figure.axes
    assert (first.get_title(), second.get_title()) == ("2012 to 2017", "2017 to 2018")
    close(points(first.lines[0]), [(10, 0), (20, 1)])
    close(points(second.lines[1]), [(5, 0), (6, 1)])
    assert [(one.get_marker(), one.get_color()) for one in first.lines] == [("o", BLUE), ("s", RED)]
    assert ticks(first.yaxis) == {0.0: "RAS", 1.0: "same"}
    assert first.get_ylim() == second.get_ylim() == (1.5, -0.5)
    assert first.get_xlim()[0] == second.get_xlim()[0] == 0.0
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
    figure: Any = evidence.plot_diffusion_errors(cast("Any", made))
    first, second = figure.axes
    assert [axes.get_title() for axes in figure.axes] == ["1 year ahead", "2 years ahead"]
    outer, inner = second.collections
    kept = [200 * own["logistic"], 200 * own["same"][[0, 1, 3]]]
    for found, levels in ((outer, [0.05, 0.95]), (inner, [0.25, 0.75])):
        expected = [[(end, k + 1) for end in np.quantile(kept[k], levels)] for k in range(2)]
        close(segments(cast("LineCollection", found)), expected)
        assert {to_hex(shade).upper() for shade in found.get_color()} == {BLUE}
    close(points(second.lines[0]), [(10.0, 1), (80.0, 2)])
    size = [float(np.sqrt(np.mean(errors**2))) for errors in kept]
    assert [(text.get_text(), text.xy) for text in second.texts] == [
        ("RMSE", (1.0, 1.0)), (f" {size[0]:.0f} %", (1.0, 1)), (f" {size[1]:.0f} %", (1.0, 2)),
    ]  # fmt: skip
    assert ticks(first.yaxis) == {1.0: "logistic", 2.0: "same"}
    assert first.get_ylim()[0] > first.get_ylim()[1]  # the first rule on top
    assert first.get_ylim() == second.get_ylim()
    assert second.get_xlabel() == "ln(actual / forecast), percent"
    assert [line.get_xdata()[0] for line in first.lines[1:]] == [0.0]
    assert figure.get_label().endswith(f"logistic 2: {size[0]:.1f} %; same 2: {size[1]:.1f} %.")
    assert figure.get_size_inches().tolist() == pytest.approx([2.4 + 3.2 * 2, 1.6 + 0.36 * 2])


@functools.cache
def small_audit() -> Any:
    """S18 rests on one vintage always, K18 on either of two, and never on one of 2017."""
    rests = ["2018 final", "2018 first", "2017 a, 2018 final", "2017 a, 2018 first"]
    return SimpleNamespace(
        vintages=pd.DataFrame(
            {"id": ["S18"] * 2 + ["K18"] * 3, "vintages": [*rests, "2017 b, 2018 first"]}
        ),
        assignments=pd.DataFrame(
            {"S18": rests[:1] * 3, "K18": rests[2:] + rests[2:3], "K18 definition": "nominal"}
        ),
        figures=pd.DataFrame(index=["S18", "K18"]),
        feasible=True,
        name_of=lambda name: f"figure {name}",
    )


def test_an_audit_is_a_grid_of_figures_and_vintages() -> None:
    axes: Any = evidence.plot_audit(small_audit()).axes[0]
    assert ticks(axes.yaxis) == {0.0: "figure S18", 1.0: "figure K18, nominal"}
    words = ["2017\na", "2017\nb", "2018\nfinal", "2018\nfirst"]
    assert ticks(axes.xaxis) == dict(zip((0.0, 1.0, 2.0, 3.0), words, strict=True))
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
    edges = {patch.get_hatch(): tone(patch.get_edgecolor()) for patch in axes.patches[1:]}
    assert edges == {None: "grey", "////": "blue"}  # in none, in some
    assert (axes.get_xlim(), axes.get_ylim()) == ((-0.5, 3.5), (1.5, -0.5))


def test_an_audit_says_how_many_assignments_fit() -> None:
    figure: Any = evidence.plot_audit(small_audit())
    said = "The GDP on which each figure rests: 3 assignments fit"
    assert figure.axes[0].get_title() == said
    assert legend(figure) == [
        "in every consistent assignment", "in some consistent assignment", "in none",
    ]  # fmt: skip
    assert figure.get_label() == (
        f"{said}: figure S18: 2018 final; figure K18: 2017 a, 2018 final or 2017 a, 2018 first."
    )
    assert figure.get_size_inches().tolist() == pytest.approx([3.6 + 0.78 * 4, 2.4 + 0.42 * 2])
    own = small_audit()
    one: Any = SimpleNamespace(**{**vars(own), "assignments": own.assignments.iloc[:1]})
    assert evidence.plot_audit(one).axes[0].get_title().endswith(": one assignment fits")
    none = own.assignments.astype(object).iloc[:0]
    lost: Any = SimpleNamespace(**{**vars(own), "feasible": False, "assignments": none})
    assert evidence.plot_audit(lost).get_label() == (
        "No assignment of vintages satisfies all figures."
    )


# ---- growth ------------------------------------------------------------------------------------


def of(**fields: Any) -> Any:
    """Stand in for a result: a picture reads these fields only."""
    return SimpleNamespace(**fields)


def test_contributions_are_stacked_by_size_with_output_as_points() -> None:
    years = [2018, 2020]
    parts = pd.DataFrame({"labour": [0.01, -0.02], "it_capital": [0.03, 0.04]}, years)
    made = of(
        contributions=parts,
        tfp=pd.Series([0.02, -0.01], years),
        output_growth=pd.Series([0.06, 0.01], years),
    )
    figure: Any = plot_growth_accounting(made, title="made up")
    axes: Any = figure.axes[0]
    close(
        bars(axes),
        [
            (2017.2, 0.0, 1.6, 3.0), (2019.2, 0.0, 1.6, 4.0),  # the larger input first
            (2017.2, 3.0, 1.6, 1.0), (2019.2, 0.0, 1.6, -2.0),
            (2017.2, 4.0, 1.6, 2.0), (2019.2, -2.0, 1.6, -1.0),
        ],
    )  # fmt: skip
    assert colours(axes) == [BLUE] * 2 + [RED] * 2 + ["#BBBBBB"] * 2
    close(points(named(axes)["output"]), [(2018, 6.0), (2020, 1.0)])
    assert [line.get_ydata()[0] for line in axes.lines[1:]] == [0]
    assert (axes.get_ylabel(), axes.get_title()) == ("growth, 100 x log points", "made up")
    assert legend(figure) == ["output", "it capital", "labour", "productivity"]
    assert figure.get_label() == (
        "Contributions to growth, 2018 to 2020, average log points: it_capital 0.0350, "
        "labour -0.0050, productivity 0.0050."
    )
    assert figure.get_size_inches().tolist() == [8.6, 4.6]


def test_the_words_of_contributions_are_means_over_the_years() -> None:
    years = [2018, 2020, 2021]
    parts = pd.DataFrame({"capital": [0.005] * 3, "labour": [0.0, 0.0, 0.03]}, years)
    made = of(
        contributions=parts, tfp=pd.Series([0.0, 0.0, 0.06], years), output_growth=parts["labour"]
    )
    figure: Any = plot_growth_accounting(made)
    assert figure.get_label().endswith(
        "average log points: labour 0.0100, capital 0.0050, productivity 0.0200."
    )
    widths = [bar[2] for bar in bars(figure.axes[0])]
    assert widths == pytest.approx([0.8] * 9)  # neighbours stay apart


@pytest.mark.parametrize(("inputs", "drawn"), [(7, 7), (8, 7)])
def test_eight_inputs_and_more_are_six_and_the_others(inputs: int, drawn: int) -> None:
    parts = pd.DataFrame({f"x{k}": [0.1 / (k + 1)] for k in range(inputs)}, [2020])
    made = of(contributions=parts, tfp=pd.Series([0.0], [2020]), output_growth=parts.sum(axis=1))
    axes: Any = plot_growth_accounting(made).axes[0]
    found = bars(axes)
    assert len(found) == drawn + 1
    close([found[0][2]], [0.8])  # one year: bars of a year
    rest = [parts[f"x{k}"].iloc[0] for k in range(6, inputs)]
    assert found[6][3] == pytest.approx(100 * sum(rest))
    assert ("other inputs" in legend(axes.figure)) == (inputs == 8)


def test_a_fine_series_stands_in_the_middle_of_its_periods_with_its_band() -> None:
    months = pd.period_range("2018-11", periods=3, freq="M")
    values = pd.Series([1000.0, 1100.0, 1300.0], months, name="value added")
    made = of(
        values=values,
        std_errors=pd.Series([10.0, 20.0, 30.0], months),
        method="denton",
        conversion="sum",
    )
    figure: Any = plot_disaggregation(made, unit="yuan")
    axes: Any = figure.axes[0]
    times = [2018 + 10.5 / 12, 2018 + 11.5 / 12, 2019 + 0.5 / 12]
    close(points(axes.lines[0]), list(zip(times, values, strict=True)))
    band = axes.collections[0].get_paths()[0].vertices
    for time, value, error in zip(times, values, (10, 20, 30), strict=True):
        for end in (value - 1.96 * error, value + 1.96 * error):
            assert np.isclose(band, (time, end)).all(axis=1).any()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("year", "value added, yuan")
    assert legend(figure) == ["95 % band", "monthly values, Denton"]
    assert figure.get_label() == (
        "Series of 3 periods from 2018-11 to 2019-01 by denton, from 1000 to 1300."
    )
    assert axes.yaxis.get_major_formatter()(1100.0) == "1,100"
    assert not axes.get_legend().get_frame_on()
    plain = of(
        values=pd.Series([1.0, 2.0]),
        std_errors=pd.Series([1.0, np.nan]),
        method="chow-lin",
        conversion="sum",
    )
    other: Any = plot_disaggregation(plain).axes[0]
    assert (other.get_xlabel(), other.get_ylabel()) == ("period", "value")
    close(points(other.lines[0]), [(0, 1), (1, 2)])
    assert not other.collections


def test_a_reconciliation_shows_what_moved_above_what_it_became() -> None:
    names = ["core", "fixed", "total"]
    made = of(
        std_errors_before=pd.Series([0.1, 0.0, 0.2], names),
        std_errors=pd.Series([0.05, 0.0, 0.1], names),
        adjustments=pd.Series([0.1, 0.0, -0.1], names),
    )
    figure: Any = plot_reconciliation(made)
    axes: Any = figure.axes[0]
    before, after = (one for one in axes.containers if isinstance(one, ErrorbarContainer))
    close(points(before.lines[0]), [(0.0, 1.12), (0.0, 0.12)])
    close(points(after.lines[0]), [(1.0, 0.88), (-0.5, -0.12)])
    close(
        segments(cast("Any", before.lines[2][0])),
        [[(-1.96, 1.12), (1.96, 1.12)], [(-1.96, 0.12), (1.96, 0.12)]],
    )
    close(
        segments(cast("Any", after.lines[2][0])),
        [[(1 - 0.98, 0.88), (1 + 0.98, 0.88)], [(-0.5 - 0.98, -0.12), (-0.5 + 0.98, -0.12)]],
    )
    assert (before.lines[0].get_color(), after.lines[0].get_color()) == (RED, BLUE)
    assert ticks(axes.yaxis) == {1.0: "core", 0.0: "total"}
    assert axes.get_ylim() == (-0.5, 1.5)
    assert legend(figure) == ["estimate", "reconciled"]
    assert figure.get_label() == "Adjustments in standard errors: core 1.000, total -0.500."
    assert figure.get_size_inches().tolist() == pytest.approx([7.2, 1.4 + 0.45 * 2])


def test_a_curve_runs_a_quarter_of_its_span_beyond_the_points() -> None:
    t = np.arange(2010.0, 2019.0)
    y = 10.0 / (1.0 + np.exp(-(t - 2014.0))) + 0.01 * np.sin(5 * t)
    fit = qn.fit_curve("logistic", t, y)
    figure: Any = fit.plot(unit="yuan", quantity="firms")
    axes: Any = figure.axes[0]
    lines = named(axes)
    drawn = np.array(points(lines["Logistic curve"]))
    close(drawn[[0, -1], 0], [2010, 2020])
    assert len(drawn) == 200
    np.testing.assert_allclose(drawn[:, 1], 10 / (1 + np.exp(-(drawn[:, 0] - 2014))), atol=0.05)
    close(points(lines["observed"]), list(zip(t, y, strict=True)))
    top = fit.params["saturation"]
    close(lines[f"saturation, estimated: {top:.4g}"].get_ydata(), [top, top])
    assert [2018.0, 2018.0] in [list(line.get_xdata()) for line in axes.lines]
    assert axes.get_ylabel() == "firms, yuan"
    assert legend(figure)[0] == "95 % interval of the curve"
    last = fit.forecast([2020.0])["estimate"].iloc[0]
    assert figure.get_label() == (
        f"Logistic curve through 9 points from 2010 to 2018, saturation {top:.4g}; at 2020 the "
        f"curve is {last:.4g}."
    )
    known: Any = (
        qn.fit_curve("logistic", [1.0, 2.0], [1.0, 2.0], saturation=4.0).plot(until=4.0).axes[0]
    )
    assert named(known)["saturation, given: 4"].get_ydata()[0] == 4.0
    assert known.get_xlabel() == "time"
    assert points(known.lines[0])[-1][0] == 4.0
    far: Any = qn.fit_curve("logistic", [1.0, 2.0], [1.0, 2.0], saturation=12.0).plot().axes[0]
    assert not any("saturation" in name for name in named(far))
    # ten is far above the points, but not above a curve that is drawn on to it
    long = qn.fit_curve("logistic", [1.0, 2.0], [1.0, 2.0], saturation=10.0).plot(until=20.0)
    assert "saturation, given: 10" in named(long.axes[0])
    close(points(far.lines[0])[-1][:1], [3.0])  # at least one beyond the last


# ---- tables ------------------------------------------------------------------------------------


def test_a_waterfall_writes_each_step_above_its_bar() -> None:
    effects = pd.Series({"technology": -0.5, "final demand": 2.0, "mix": -5.5})
    figure: Any = qn.plot_waterfall(
        effects, start=("2012", 3.0), end="2017", quantity="total", unit="yuan", title="made up"
    )
    axes: Any = figure.axes[0]
    close(
        bars(axes),
        [
            (-0.31, 0, 0.62, 3.0), (3.69, 0, 0.62, -1.0), (0.69, 3.0, 0.62, -0.5),
            (1.69, 2.5, 0.62, 2.0), (2.69, 4.5, 0.62, -5.5),
        ],
    )  # fmt: skip
    assert colours(axes) == [GREY, GREY, BLUE, RED, GREEN]
    assert [tone(bar.get_edgecolor()) for bar in axes.patches[2:]] == ["blue", "red", "green"]
    close(
        [points(line) for line in axes.lines if line.get_color() == GREY],
        [[(k + 0.31, top), (k + 0.69, top)] for k, top in enumerate((3.0, 2.5, 4.5, -1.0))],
    )
    assert [(text.get_text(), text.xy) for text in axes.texts] == [
        ("3", (0, 3.0)), ("-0.5", (1, 3.0)), ("+2", (2, 4.5)), ("-5.5", (3, 4.5)), ("-1", (4, 0.0)),
    ]  # fmt: skip
    assert ticks(axes.xaxis) == {
        0.0: "2012", 1.0: "technology", 2.0: "final\ndemand", 3.0: "mix", 4.0: "2017",
    }  # fmt: skip
    assert axes.get_ylim()[1] == pytest.approx(1.08 * 4.5)
    assert (axes.get_title(), axes.get_ylabel()) == ("made up", "total, yuan")
    assert figure.get_label() == (
        "total: 2012 3, technology -0.5, final demand +2, mix -5.5, 2017 -1."
    )
    assert figure.get_size_inches().tolist() == [7.2, 4.2]
    low = qn.plot_waterfall(pd.Series({"a": -1.0}), start=("s", -1.0), end="e", quantity="x").axes[
        0
    ]
    assert low.get_ylim()[1] >= 0.0


def test_a_heat_map_names_its_sides_and_its_largest_cell() -> None:
    frame = pd.DataFrame([[0.1, 0.3, np.nan], [-0.2, 0.0, 0.2]], ["a", "b"], list("xyz"))
    figure: Any = qn.plot_heat_map(
        frame, quantity="flow", unit="yuan", sides=("from", "to"), title="made up"
    )
    axes, scale = figure.axes
    assert axes.images[0].get_clim() == (0.0, 0.3)
    assert axes.images[0].norm(0.075) == pytest.approx(0.5)  # the root of a quarter
    assert (ticks(axes.yaxis), ticks(axes.xaxis)) == (
        {0.0: "a", 1.0: "b"}, {0.0: "x", 1.0: "y", 2.0: "z"},
    )  # fmt: skip
    assert axes.xaxis.get_ticklabels()[0].get_rotation() == 90
    assert (axes.get_ylabel(), axes.get_xlabel(), axes.get_title()) == ("from", "to", "made up")
    assert scale.get_ylabel() == "flow, yuan"
    assert axes.get_aspect() == "auto"
    assert to_hex(axes.get_facecolor()).upper() == RED
    assert figure.get_label() == "Heat map of 2 by 3: flow; the largest is 0.3: a into y."
    assert figure.get_size_inches().tolist() == [9.0, 6.8]
    none: Any = qn.plot_heat_map(pd.DataFrame([[0.0, -1.0], [0.0, 0.0]]), quantity="flow").axes[0]
    assert none.images[0].get_clim() == (0.0, 1.0)
    assert none.get_aspect() == 1.0


@pytest.mark.parametrize(
    ("sectors", "named_", "size"),
    [(20, True, 9.0), (21, True, 6.5), (50, True, 6.5), (51, False, 9)],
)
def test_sectors_are_named_where_there_is_room(sectors: int, named_: bool, size: float) -> None:
    labels = [f"s{k}" for k in range(sectors)]
    axes: Any = qn.plot_heat_map(pd.DataFrame(np.eye(sectors), labels, labels), quantity="x").axes[
        0
    ]
    for axis in (axes.yaxis, axes.xaxis):
        seen = [text.get_text() for text in axis.get_ticklabels()]
        assert (seen == labels) is named_
        assert axis.get_ticklabels()[0].get_fontsize() == size


def small_table(name: str = "made up") -> qn.InputOutputTable:
    """Miller and Blair's two sectors and a third that trades with nobody but itself."""
    labels = ["a", "b", "c"]
    return qn.InputOutputTable(
        pd.DataFrame([[150.0, 500.0, 0.0], [200.0, 100.0, 0.0], [0.0, 0.0, 10.0]], labels, labels),
        pd.Series([350.0, 1700.0, 90.0], labels),
        pd.Series([650.0, 1400.0, 90.0], labels),
        unit="million",
        name=name,
    )


def test_linkages_stand_by_class_around_the_mean() -> None:
    table = small_table()
    figure: Any = table.plot_linkages(names={"a": "farming"}, count=2)
    axes: Any = figure.axes[0]
    frame: Any = table.linkages(variation=False)
    at: dict[Any, Any] = {label: (row["backward_normalised"], row["forward_normalised"])
          for label, row in frame.iterrows()}  # fmt: skip
    classes = frame["sector_class"]
    for line, (kind, colour, mark) in zip(
        axes.lines,
        (("key", RED, "o"), ("backward-oriented", BLUE, "s"), ("forward-oriented", GREEN, "^"),
         ("weak", GREY, ".")),
        strict=False,
    ):  # fmt: skip
        members = [at[label] for label in classes.index[classes == kind]]
        assert sorted(points(line)) == [pytest.approx(one) for one in sorted(members)]
        assert (line.get_color(), line.get_marker()) == (colour, mark)
        assert line.get_label() == f"{kind} ({len(members)})"
        assert line.get_markersize() == (8 if kind == "weak" else 6)
    assert [list(line.get_xdata()) for line in axes.lines[4:5]] == [[1.0, 1.0]]
    assert [list(line.get_ydata()) for line in axes.lines[5:6]] == [[1.0, 1.0]]
    away = {label: np.hypot(x - 1, y - 1) + 100 * (classes[label] == "key")
            for label, (x, y) in at.items()}  # fmt: skip
    first = sorted(away, key=lambda label: -away[label])[:2]
    called = {"a": "a farming", "b": "b", "c": "c"}
    assert [text.get_text() for text in axes.texts] == [called[label] for label in first]
    assert [text.xy for text in axes.texts] == [pytest.approx(at[label]) for label in first]
    assert axes.get_title() == "made up"
    key = ", ".join(called[label] for label in classes.index[classes == "key"]) or "none"
    assert figure.get_label() == f"Linkage map of 3 sectors. Key sectors: {key}."
    assert figure.get_size_inches().tolist() == [8.2, 6.2]
    assert small_table("").plot_linkages().axes[0].get_title() == "Linkage map"
    assert small_table("").plot_coefficients().axes[0].get_title() == "Technical coefficients"


def test_an_extraction_shows_own_and_induced_losses_of_the_largest() -> None:
    table = small_table()
    lost = table.extract({"a": 0.5})
    figure: Any = lost.plot(count=2, names={"a": "farming"})
    left, right = figure.axes
    for axes, what in ((left, "output"), (right, "value_added")):
        own = lost.by_sector.sort_values("output_loss", ascending=False)
        last = own.iloc[2:].sum(numeric_only=True)
        values = [*own[f"{what}_loss_own"].iloc[:2], last[f"{what}_loss_own"]]
        more = [*own[f"{what}_loss_induced"].iloc[:2], last[f"{what}_loss_induced"]]
        expected = [(0.0, k - 0.36, value, 0.72) for k, value in enumerate(values)]
        expected += [(values[k], k - 0.36, value, 0.72) for k, value in enumerate(more)]
        close(bars(axes), expected)
        assert colours(axes) == [BLUE] * 3 + [ORANGE] * 3
        assert axes.get_xlabel() == f"{what.replace('_', ' ')} lost, million"
        assert axes.xaxis.get_major_formatter()(1234.0) == "1,234"
    assert left.get_ylim() == right.get_ylim()  # a sector stands at one height, an amount at one
    assert left.get_xlim() == right.get_xlim()  # place
    names = list(ticks(left.yaxis).values())
    assert names == [{"a": "a farming"}.get(str(label), str(label)) for label in own.index[:2]] + [
        "1 other sectors"
    ]
    assert left.get_ylim()[0] > left.get_ylim()[1]  # the largest on top
    assert legend(figure) == ["own", "induced"]
    share = lost.totals["share"]
    assert figure.get_label() == (
        f"Losses by sector from extracting a farming (50 %) ({lost.kind}). Output "
        f"{lost.total_output_loss:.4g} ({share['output']:.1%}), value added "
        f"{lost.total_value_added_loss:.4g} ({share['value_added']:.1%})."
    )
    heading = figure._suptitle.get_text()
    assert heading == f"Extraction ({lost.kind}) of a farming (50 %)"
    assert figure.get_size_inches().tolist() == pytest.approx([10.2, 1.6 + 0.29 * 3])


@functools.cache
def small_change() -> Any:
    """Of three sectors one changes by 4, one by 2 and the last by -0.2."""
    names = ["a", "b", "c"]
    effects = pd.DataFrame({"A": [1.0, -2.0, 0.1], "level": [3.0, 4.0, -0.3]}, pd.Index(names))
    made = of(
        effects=effects, total=effects.sum(), account="value_added", unit="million",
        start=pd.Series([1000.0, 200.0, 1.0], names), change=effects.sum(axis=1),
        end=pd.Series([1004.0, 202.0, 0.8], names),
    )  # fmt: skip
    return plot_decomposition(made, start="2012", end="2017", sectors=2, names={"a": "farming"})


def test_a_decomposition_is_a_waterfall_of_the_whole() -> None:
    figure = small_change()
    left, right = figure.axes
    close(
        bars(left),
        [
            (-0.31, 0, 0.62, 1201.0), (2.69, 0, 0.62, 1206.8), (0.69, 1201.0, 0.62, -0.9),
            (1.69, 1200.1, 0.62, 6.7),
        ],
    )  # fmt: skip
    assert list(ticks(left.xaxis).values()) == ["2012", "technology", "demand\nlevel", "2017"]
    assert [text.get_text() for text in left.texts] == ["1,201", "-0.9", "+6.7", "1,207"]
    assert (left.get_ylabel(), right.get_xlabel()) == (
        "value added, million", "change of value added, million",
    )  # fmt: skip
    assert left.get_title() == "All sectors, 2012 to 2017"
    assert left.yaxis.get_major_formatter()(1200.4) == "1,200"
    assert legend(figure) == ["change", "technology", "demand level"]
    assert figure.get_label() == (
        "value added: 2012 1,201, technology -0.9, demand level +6.7, 2017 1,207."
    )
    assert figure.get_size_inches().tolist() == [12.4, 4.2]


def side_by_side(texts: list[Any]) -> bool:
    boxes = [text.get_window_extent() for text in texts if text.get_visible()]
    return all(left.x1 + 3 < right.x0 for left, right in itertools.pairwise(boxes))


def of_effects(effects: pd.DataFrame) -> Any:
    """Draw a change from 7,000 million a sector on, and lay it out."""
    before, change = pd.Series(7e9, effects.index), effects.sum(axis=1)
    figure: Any = plot_decomposition(
        of(
            effects=effects, total=effects.sum(), account="value_added", unit="10,000 yuan",
            start=before, change=change, end=before + change,
        )
    )  # fmt: skip
    figure.draw_without_rendering()
    return figure


def test_numbers_of_ten_digits_and_names_of_five_effects_stand_side_by_side() -> None:
    names = [f"{k:02d} a sector whose name is too long" for k in range(3)]
    columns = ("v", "A", "structure", "mix", "level")
    effects = pd.DataFrame([[1e8, -2.2e8, 1.5e8, 0.0, 1.9e8]] * 3, names, columns)
    effects["mix"] = [1.0, -1.0, 1e-7]  # what rounding leaves of nothing
    figure = of_effects(effects)
    left = figure.axes[0]
    assert [text.get_text() for text in left.texts] == [
        "21,000,000,000", "+300,000,000", "-660,000,000", "+450,000,000", "+0",
        "+570,000,000", "21,660,000,000",
    ]  # fmt: skip
    assert "demand mix +0, " in figure.get_label()
    assert side_by_side(left.texts)
    assert side_by_side(left.get_xticklabels())
    right = of_effects(pd.DataFrame([[-2.2e8, 4.4e8]] * 3, names, ["A", "f"])).axes[1]
    low, high = right.get_xlim()
    drawn = [text for text in right.get_xticklabels() if low <= text.get_position()[0] <= high]
    assert len(drawn) > 2
    assert side_by_side(drawn)
    level = pd.Series({"technology": 1e14, "demand": 2e14})
    steps: Any = qn.plot_waterfall(level, start=("2012", 2e13), end="2017", quantity="total")
    steps.draw_without_rendering()
    assert side_by_side(steps.axes[0].texts)


def test_beside_it_stand_the_sectors_that_changed_most_the_largest_on_top() -> None:
    right = small_change().axes[1]
    close(
        bars(right),
        [
            (0.0, -0.31, -2.0, 0.62), (0.0, 0.69, 1.0, 0.62), (0.0, -0.31, 4.0, 0.62),
            (1.0, 0.69, 3.0, 0.62),
        ],
    )  # fmt: skip
    assert colours(right) == [BLUE] * 2 + [RED] * 2
    close(points(named(right)["change"]), [(2.0, 0), (4.0, 1)])
    assert ticks(right.yaxis) == {0.0: "b", 1.0: "a farming"}
    assert right.get_title() == "The sectors that changed most"
    assert [0, 0] in [list(line.get_xdata()) for line in right.lines]
    assert [0, 0] in [list(line.get_ydata()) for line in small_change().axes[0].lines]
    assert right.xaxis.get_major_formatter()(1200.4) == "1,200"


# ---- flows -------------------------------------------------------------------------------------


WIDE = 0.12  # of a step, a node
TOP = 4.0 + 0.025 * 8.0 / 2  # upper edge of a step of two, a gap of a fortieth between them


@functools.cache
def small_flows() -> Any:
    """3 + 5 into a core, 6 + 2 out of it; gaps are a share of the highest step."""
    rows = pd.DataFrame(
        {"source": ["steel", "chips", "core", "core"], "target": ["core", "core", "cars", "trade"],
         "value": [3.0, 5.0, 6.0, 2.0]}
    )  # fmt: skip
    return qn.plot_flows(rows, unit="yuan", names={"steel": "basic"}, title="made up")


def test_nodes_are_stacked_centred_and_named_at_their_ends() -> None:
    wide, top, axes = WIDE, TOP, small_flows().axes[0]
    close(
        sorted(bars(axes), key=lambda bar: (bar[0], -bar[1])),
        [
            (-wide / 2, top - 5.0, wide, 5.0), (-wide / 2, -top, wide, 3.0),
            (1 - wide / 2, -4.0, wide, 8.0),
            (2 - wide / 2, top - 6.0, wide, 6.0), (2 - wide / 2, -top, wide, 2.0),
        ],
    )  # fmt: skip
    assert small_flows().get_size_inches().tolist() == [9.0, pytest.approx(1.6 + 0.36 * 2)]
    own = [
        to_hex(one.get_facecolor()).upper() for one in axes.patches if isinstance(one, Rectangle)
    ]
    assert sorted(own) == sorted([BLUE, RED, GREEN, GREY, GREY])  # users pass nothing on
    texts = {text.get_text(): text for text in axes.texts}
    assert set(texts) == {"chips: 5", "steel basic: 3", "core: 8", "cars: 6", "trade: 2"}
    close(texts["chips: 5"].xy, (-0.6 * wide, top - 2.5))
    close(texts["core: 8"].xy, (1.0, 0.0))
    close(texts["trade: 2"].xy, (2 + 0.6 * wide, 1.0 - top))
    assert [texts[name].get_ha() for name in ("chips: 5", "core: 8", "cars: 6")] == [
        "right", "center", "left",
    ]  # fmt: skip
    assert texts["core: 8"].get_bbox_patch() is not None
    assert texts["cars: 6"].get_bbox_patch() is None


def test_gaps_of_nodes_are_a_share_of_the_highest_step() -> None:
    rows = pd.DataFrame({"source": ["a", "c", "b"], "target": ["b", "b", "d"], "value": [5, 3, 2]})
    made: Any = qn.plot_flows(rows).axes[0]  # of the eight that b takes it passes on two
    first = sorted(bar[1:4:2] for bar in bars(made) if bar[0] < 0)
    close(first, [(-4.1, 3.0), (-0.9, 5.0)])  # a fortieth of eight apart


def test_ribbons_leave_their_nodes_in_the_order_of_those_that_they_go_to() -> None:
    wide, top, figure = WIDE, TOP, small_flows()
    axes = figure.axes[0]
    ribbons = [one.get_path().vertices for one in axes.patches if not isinstance(one, Rectangle)]
    # chips into the upper part of the core, steel below; out of it cars above trade
    close(
        [one[0] for one in ribbons],
        [(wide / 2, top), (wide / 2, 3.0 - top), (1 + wide / 2, 4.0), (1 + wide / 2, -2.0)],
    )
    close(
        [one[3] for one in ribbons],
        [(1 - wide / 2, 4.0), (1 - wide / 2, -1.0), (2 - wide / 2, top), (2 - wide / 2, 2.0 - top)],
    )
    close([one[0][1] - one[7][1] for one in ribbons], [5.0, 3.0, 6.0, 2.0])
    close([one[3][1] - one[4][1] for one in ribbons], [5.0, 3.0, 6.0, 2.0])
    close([one[1][0] for one in ribbons], [0.5, 0.5, 1.5, 1.5])  # bent in the middle
    assert axes.get_xlim() == (-0.75, 2.75)
    assert axes.get_title() == "made up, yuan"
    assert not axes.axison
    assert figure.get_label() == ("made up, yuan: 4 flows; the largest, 6, from core to cars.")
    assert figure.get_size_inches().tolist() == pytest.approx([9.0, 1.6 + 0.36 * 2])


def test_amounts_of_flows_have_the_digits_of_the_largest() -> None:
    rows = pd.DataFrame({"source": ["a", "b"], "target": "c", "value": [12.25, 3.0]})
    axes: Any = qn.plot_flows(rows).axes[0]
    assert {text.get_text() for text in axes.texts} == {"a: 12.25", "b: 3.00", "c: 15.25"}
    assert axes.get_title() == ""
    large = pd.DataFrame({"source": ["a"], "target": "c", "value": [12345.25]})
    assert {text.get_text() for text in qn.plot_flows(large).axes[0].texts} == {
        "a: 12,345", "c: 12,345",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("most", "shown"),
    [(3, {"a: 9", "b: 5", "2 others: 3"}), (4, {"a: 9", "b: 5", "d: 2", "c: 1"})],
)
def test_only_more_nodes_than_asked_for_are_drawn_as_one(most: int, shown: set[str]) -> None:
    rows = pd.DataFrame({"source": list("dabc"), "target": "x", "value": [2, 9, 5, 1]})
    axes: Any = qn.plot_flows(rows, most=most).axes[0]
    places = sorted((-text.xy[1], text.get_text()) for text in axes.texts if text.xy[0] < 0.5)
    assert {text for _, text in places} == shown
    assert [text[0] for _, text in places[:2]] == ["a", "b"]  # the largest on top


def test_long_lists_and_headings_of_pictures_are_cut() -> None:
    labels = [f"sector {k:02d}" for k in range(12)]
    flows = pd.DataFrame(1.0, labels, labels)
    table = qn.InputOutputTable(flows, pd.Series(8.0, labels), pd.Series(8.0, labels), unit="u")
    lost = table.extract(labels[:7])
    figure: Any = lost.plot()
    taken = ", ".join(labels[:6])
    assert figure.get_label().startswith(f"Losses by sector from extracting {taken} ({lost.kind}).")
    assert figure._suptitle.get_text() == f"Extraction ({lost.kind}) of {taken}"[:110]
    long = table.extract(dict.fromkeys(labels[:6], 0.5)).plot()
    assert len(long._suptitle.get_text()) == 110
    names = {"sector 00": "m" * 34, "sector 01": "m" * 35}  # of 44 columns and of 45
    called = [text.get_text() for text in lost.plot(names=names).axes[0].get_yticklabels()[:2]]
    assert called == [f"sector 00 {'m' * 34}", "sector 01..."]
    wrong = pd.DataFrame([[1.0] * 5], columns=list("abcde"))
    with pytest.raises(qn.DataError, match=r"columns must be years, got \['a', 'b', 'c', 'd'\]$"):
        qn.plot_path(wrong, {}, quantity="total")


def test_pictures_name_as_many_as_fit_unless_asked_otherwise() -> None:
    """Twelve sectors of a map and nodes of a step, fifteen of an extraction, ten of a change."""
    table: Any = qn.load_io("CHN", 2018, imports="separate")
    assert len(table.plot_linkages().axes[0].texts) == 12
    lost = table.extract({"20": 0.4}).plot().axes[0]
    assert len(lost.get_yticks()) == 16
    assert list(ticks(lost.yaxis).values())[-1] == "27 other sectors"
    many = qn.plot_flows(
        pd.DataFrame(
            {"source": [f"s{k:02d}" for k in range(13)], "target": "x", "value": range(1, 14)}
        )
    )
    names = {text.get_text() for text in many.axes[0].texts}
    assert "2 others: 3" in names
    assert len(names) == 13  # eleven, the others, and x
    nodes = [one for one in many.axes[0].patches if isinstance(one, Rectangle)]
    givers = [to_hex(one.get_facecolor()).upper() for one in nodes if one.get_x() < 0.5]
    assert givers == 2 * list(COLOURS[:6])
    effects = pd.DataFrame({"A": np.arange(12.0)}, pd.Index(list("abcdefghijkl")))
    made = of(
        effects=effects, total=effects.sum(), account="value_added", unit="", change=effects["A"],
        start=effects["A"], end=2 * effects["A"],
    )  # fmt: skip
    figure: Any = plot_decomposition(made)
    assert list(ticks(figure.axes[1].yaxis).values()) == list("cdefghijkl")
    assert figure.axes[0].get_title() == "All sectors, start to end"
    assert figure.get_size_inches()[1] == pytest.approx(0.34 * 10 + 1.8)


# ---- names beside points -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dx", "box"),
    [
        (7.0, (17, 23, 37, 33)),
        (-7.0, (-17, 23, 3, 33)),
        (0.0, (0, 23, 20, 33)),
        (0.5, (10.5, 23, 30.5, 33)),
        (-0.5, (-10.5, 23, 9.5, 33)),
    ],
)
def test_a_name_stands_right_left_or_over_its_point(dx: float, box: tuple[float, ...]) -> None:
    found = style._box(np.array([10.0, 20.0]), dx, 3.0, 20.0, 10.0)
    assert found.tolist() == list(box)


def test_covered_names_cost_their_area_the_frame_its_length_and_points_each() -> None:
    window = (0.0, 0.0, 100.0, 100.0)
    box, nothing = np.array([10.0, 10.0, 30.0, 20.0]), np.empty((0, 2))
    assert style._cost(box, [], nothing, window) == 0.0
    other: Any = np.array([25.0, 15.0, 50.0, 50.0])
    assert style._overlap(box, other) == 25.0  # five by five
    assert style._overlap(box, other + 5.0) == 0.0  # touching is no overlap
    assert style._overlap(box, other + 9.0) == 0.0  # apart on both axes
    wide, high = np.array([1.0, 20.0, 4.0, 30.0]), np.array([2.0, 10.0, 9.0, 25.0])
    assert style._overlap(wide, high) == style._overlap(high, wide) == 2.0 * 5.0
    assert style._cost(box, [other, other], nothing, window) == 500.0
    sides = ([-3, 10, 30, 20], [90, 10, 102, 20], [10, -4, 30, 20], [10, 95, 30, 105])
    costs = [style._cost(np.array(side, float), [], nothing, window) for side in sides]
    assert costs == [120.0, 80.0, 160.0, 200.0]
    dots: Any = np.array([[20.0, 15.0], [31.9, 21.9], [32.0, 15.0], [8.1, 8.1], [8.0, 15.0]])
    assert style._cost(box, [], dots, window) == 3 * 40.0


def placed(points: Any, texts: list[str], crowd: Any = None) -> Any:
    figure: Any = Figure(figsize=(6, 4), dpi=72)
    axes: Any = figure.subplots()
    axes.set(xlim=(0, 10), ylim=(0, 10))
    own = np.array(points, float)
    style.place_labels(figure, [style.Named(axes, own, texts, own if crowd is None else crowd)])
    return axes.texts


def test_the_nearest_free_place_is_taken_and_a_far_name_gets_a_line() -> None:
    (alone,) = placed([(5, 5)], ["name"])
    assert alone.get_position() == (0, 9)  # nine points away, the next ten
    assert alone.get_ha() == "center"
    assert not alone.arrow_patch.get_visible()
    assert alone.get_fontsize() == 8
    assert not alone.get_in_layout()  # it must not push its panel together
    (first,) = placed([(0.1, 5)], ["a long name"])
    assert (first.get_position(), first.get_ha()) == ((7, 3), "left")
    (edge,) = placed([(9.9, 5)], ["a long name"])
    assert edge.get_position() == (-7, 3)
    assert edge.get_ha() == "right"
    (top,) = placed([(9.9, 9.99)], ["a long name"])
    assert top.get_position() == (-7, -9)
    wall = np.array([(x, y) for x in np.linspace(3, 7, 60) for y in np.linspace(4.2, 5.8, 12)])
    (far,) = placed([(5, 5)], ["name"], np.vstack([wall, [(5, 5)]]))
    dx, dy = far.get_position()
    assert abs(dx) + abs(dy) > 20
    line = far.arrow_patch
    assert line.get_visible()
    assert (line.get_linewidth(), to_hex(line.get_edgecolor())) == (0.6, "#999999")


# ---- lines, letters and grids --------------------------------------------------------------------

TONES = {BLUE: "blue", RED: "red", GREEN: "green", ORANGE: "orange", SKY: "sky", GREY: "grey",
         "#000000": "black", "#FFFFFF": "white"}  # fmt: skip


def tone(colour: Any) -> str:
    own = to_hex(colour).upper()
    return TONES.get(own, own)


def drawn_lines(axes: Any) -> Iterator[str]:
    """Colour, style and width of a line; sign and size of its marks."""
    for line in axes.lines:
        said = []
        if line.get_linestyle() != "None":
            said = [line.get_linestyle(), f"{line.get_linewidth():g}"]
        if str(line.get_marker()) not in {"None", "", "|", "_"}:  # the ends of a bracket
            said += [line.get_marker(), f"{line.get_markersize():g}"]
        if said:
            yield " ".join([tone(line.get_color()), *said])
    for one in [*axes.collections, *axes.patches]:
        wide = np.unique(np.atleast_1d(one.get_linewidth()))
        pale = "" if one.get_alpha() is None else f" alpha {one.get_alpha():.2g}"
        yield f"area {'/'.join(f'{w:g}' for w in wide)}{pale}"


def letters(axes: Any) -> Iterator[str]:
    """Size, alignment and distance of what is written in a panel, and the sizes around it."""
    for text in axes.texts:
        x, y = text.get_position()
        yield f"text {text.get_fontsize():g} {text.get_ha()} {text.get_va()} {x:g},{y:g}"
    sizes = [axes.title, axes.xaxis.label, axes.yaxis.label]
    sizes += [
        axis.get_ticklabels()[0] for axis in (axes.xaxis, axes.yaxis) if axis.get_ticklabels()
    ]
    yield "letters " + " ".join(f"{text.get_fontsize():g}" for text in sizes)


def look(figure: Any) -> list[str]:
    """How a picture looks, panel by panel: its grid first, repeated marks once."""
    panels = []
    for axes in figure.axes:
        kept = "".join(
            name for name, axis in zip("xy", (axes.xaxis, axes.yaxis), strict=True)
            if any(line.get_visible() for line in axis.get_gridlines())
        )  # fmt: skip
        room = "" if axes.margins() == (0.05, 0.05) else f"margins {axes.margins()}"
        own = [f"grid {kept or 'none'}", *drawn_lines(axes), *letters(axes), room]
        panels.append("; ".join(filter(None, dict.fromkeys(own))))
    for one in [*figure.legends, *(axes.get_legend() for axes in figure.axes)]:
        if one is not None:
            size = one.get_texts()[0].get_fontsize()
            panels.append(f"legend {one._ncols} {size:g}{' framed' * one.get_frame_on()}")
    if figure._suptitle is not None:
        panels.append(f"heading {figure._suptitle.get_fontsize():g}")
    return panels


TWO = pd.DataFrame({"a": [0.4, 0.5]}, [2018, 2019])
MADE: dict[str, Callable[[], Any]] = {
    "account": lambda: plot_account(
        ACCOUNT,
        pd.DataFrame(
            {"value": [1.42, 2.13], "role_linkage": ["calibration", "held out"]}, [2018, 2019]
        ),
        unit="yuan",
    ),
    "penetration": lambda: plot_penetration(
        TWO,
        TWO.assign(role=["calibration", "held out"], penetration=0.3),
        TWO.assign(low=0.1, high=[0.3, 0.5]),
    ),
    "elasticities": lambda: plot_elasticities(
        pd.DataFrame({"estimate": [0.1, 0.2], "low": [0.0, 0.1], "high": 0.3}), cost_share=0.05
    ),
    "mixture": lambda: qn.plot_mixture(
        pd.DataFrame({"estimate": [0.06, 0.01], "std_error": 0.02, "weight": 1.0}),
        marks={"cost share": 0.05},
    ),
    "path": lambda: qn.plot_path(
        pd.DataFrame({2018: [1.4, 1.5], 2019: [1.9, 2.1]}),
        {"step": pd.Series({2019: 1.96})},
        quantity="total",
        reported=pd.DataFrame({"low": [1.4], "high": [1.5]}, [2018]),
    ),
    "tornado": lambda: Tornado("T19", 2.0, SWINGS, 0.9).plot(),
    "tornados": lambda: uncertainty.plot_tornados(
        {("a", "T18"): Tornado("T18", 2.0, SWINGS, 0.9)},
        marks={"T18": 2.1},
        shares=pd.DataFrame({"pattern": [0.97]}, pd.MultiIndex.from_tuples([("a", "T18")])),
    ),
    "specifications": lambda: evidence.plot_specifications(curve()),
    "runs": lambda: qn.plot_specification_runs(RUNS, figure="T19"),
    "audit": lambda: evidence.plot_audit(small_audit()),
    "back-test": lambda: evidence.plot_backtest(
        of(
            errors=pd.DataFrame(
                {"all": [0.1, 0.2], "Z": [0.12, 0.3]},
                pd.MultiIndex.from_product([["a"], ["RAS", "same"]], names=["update", "method"]),
            )
        )
    ),
    "forecasts": lambda: evidence.plot_diffusion_errors(
        of(
            forecasts=pd.DataFrame({"rule": "same", "horizon": 1, "error": [0.1, 0.2, -0.3]}),
            rules=["same"],
        )
    ),
    "growth": lambda: plot_growth_accounting(
        of(contributions=TWO, tfp=TWO["a"], output_growth=TWO["a"])
    ),
    "fine series": lambda: plot_disaggregation(
        of(
            values=pd.Series(1.0, pd.period_range("2018-01", periods=4, freq="Q")),
            std_errors=pd.Series(0.1, range(4)),
            method="denton",
            conversion="sum",
        )
    ),
    "reconciliation": lambda: plot_reconciliation(
        of(std_errors_before=TWO["a"], std_errors=0.5 * TWO["a"], adjustments=0.1 * TWO["a"])
    ),
    "growth curve": lambda: qn.fit_curve(
        "logistic", range(2015, 2021), [1.0, 2.0, 4.0, 7.0, 9.0, 9.8]
    ).plot(),
    "linkages": lambda: small_table().plot_linkages(count=1),
    "coefficients": lambda: small_table().plot_coefficients(),
    "extraction": lambda: small_table().extract({"a": 0.5}).plot(count=2),
    "change": small_change,
    "waterfall": lambda: qn.plot_waterfall(
        pd.Series({"a": 1.0}), start=("2012", 3.0), end="2017", quantity="total", title="made up"
    ),
    "flows": small_flows,
}
LOOKS = """
account
  grid xy; blue D 6.5; red D 6.5; area 1.5; area 1; letters 11 10 10 9 9
  legend 3 9
penetration
  grid xy; blue - 1.5; red o 8; green o 8; area 5 alpha 0.35; letters 12 10 10 9 9
  legend 1 9
elasticities
  grid xy; red o 6; blue o 6; black - 0.8; grey -- 1; area 1.5; text 8 left bottom 0.05,1;
    letters 12 10 10 9 9
  legend 3 9
mixture
  grid x; black - 1.2; black -- 1; grey -- 1.5; area 1 alpha 0.6; letters 12 10 10 9
  legend 1 8.5
path
  grid xy; blue - 1.8; green -- 1.1 s 4.5; red o 6; area 0 alpha 0.16; area 0 alpha 0.36; area
    0 alpha 0.56; area 1.5; letters 12 10 10 9 9
  legend 3 9
tornado
  grid xy; grey - 1; area 1; letters 11 10 10 9 9; margins (0.08, 0.05)
  legend 2 9
tornados
  grid x; black - 1; red -- 1.2; area 1; text 8.5 left center 3,0; letters 10 9 10 9 9;
    margins (0.06, 0.05)
  legend 3 9
  heading 9.5
specifications
  grid xy; blue - 1.5; red - 1.5; grey -- 1; area 0 alpha 0.4; letters 12 10 10 9
  grid none; area 2; letters 12 10 10 9 7.5
  legend 1 9
runs
  grid y; blue o 2.5; green o 2.5; red - 1.2; area 12.5 alpha 0.35; area 1; area 25 alpha
    0.35; area 0 alpha 0.5; letters 12 10 10 9 9
  legend 3 9
audit
  grid none; area 1; area 0.6; letters 11 10 10 8 9
  legend 3 9
back-test
  grid xy; blue o 6; red s 6; letters 11 10 10 9 9; margins (0.1, 0.05)
  legend 2 9
forecasts
  grid xy; white o 4; grey - 0.8; area 1.2; area 6; text 9 left bottom 1,1; text 9 left center
    1,1; letters 11 10 10 9 9
growth
  grid xy; black - 1 o 4; black - 0.8; area 1; letters 11 10 10 9 9
  legend 4 9
fine series
  grid xy; blue - 1.3 o 4; area 0 alpha 0.35; area 1; letters 12 10 10 9 9
  legend 1 9
reconciliation
  grid xy; red o 6; blue s 6; black - 0.8; area 1.5; letters 12 10 10 9 9
  legend 2 9
growth curve
  grid xy; blue - 1.5; red o 5; grey -- 1; grey : 1; area 0 alpha 0.35; letters 12 10 10 9 9
  legend 1 9
linkages
  grid xy; red o 6; blue s 6; green ^ 6; grey . 8; grey - 0.9; text 8 center bottom 0,9;
    letters 11 10 10 9 9; margins (0.16, 0.08)
  legend 4 9
coefficients
  grid none; letters 11 10 10 9 9
  grid none; area 0.4; area 1; letters 12 10 10 10
extraction
  grid x; area 1; letters 12 10 10 9 8.5
  grid x; area 1; letters 12 10 10 9
  legend 2 9
  heading 11
change
  grid y; grey - 0.8; black - 0.8; area 1; text 9 center bottom 0,3; letters 11 10 10 9 9
  grid x; black D 5; black - 0.8; area 1; letters 11 10 10 9 9
  legend 5 9
waterfall
  grid y; grey - 0.8; black - 0.8; area 1; text 9 center bottom 0,3; letters 11 10 10 9 9
flows
  grid xy; area 0 alpha 0.4; area 1; text 8.5 center center 0,0; text 8.5 left center 3,0;
    text 8.5 right center -3,0; letters 11 10 10 9 9
"""


def expected_looks() -> dict[str, list[str]]:
    """Parse the table above: a name, its panels below it, what does not fit a line below that."""
    found: dict[str, list[str]] = {}
    for line in LOOKS.strip().splitlines():
        if not line.startswith("  "):
            name = line
            found[name] = []
        elif line.startswith("    "):
            found[name][-1] += f" {line.strip()}"
        else:
            found[name].append(line.strip())
    return found


@pytest.mark.parametrize("name", MADE)
def test_lines_letters_and_grids_are_those_of_the_house(name: str) -> None:
    """Reference lines thin and grey or black, grids along numbers only, letters of 8 to 11."""
    assert look(MADE[name]()) == expected_looks()[name]

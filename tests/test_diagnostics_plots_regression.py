"""The six panels and the influence plot: what they show, that they touch nothing else."""

import functools
import re
from dataclasses import replace
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from scipy import stats
from statsmodels.stats.outliers_influence import variance_inflation_factor

import quesnay as qn
from quesnay.diagnostics.plots import regression as plots
from quesnay.diagnostics.plots.regression import plot_diagnostics, plot_influence
from quesnay.diagnostics.plots.style import COLOURS, GREY, save_figure
from quesnay.diagnostics.regression.assumptions import examine
from quesnay.fitting.assumptions.residuals import order_envelope
from quesnay.fitting.errors import EstimationError
from tests.test_diagnostics_plots_drawn import look

# what is tested here does not need the glyphs
pytestmark = pytest.mark.filterwarnings("ignore:no font on this machine shows Chinese")


def panel(years: int = 5) -> pd.DataFrame:
    g = np.random.default_rng(np.random.SeedSequence(1))
    n = 10 * years
    frame = pd.DataFrame(
        {
            "province": np.repeat(["北京", "上海", *(f"省{i}" for i in range(8))], years),
            "year": np.tile(np.arange(2012.0, 2012 + years), 10),
            "x": g.standard_normal(n),
            "w$_1": g.standard_normal(n),
        }
    )
    frame["y"] = frame["x"] + frame["w$_1"] + g.standard_normal(n)
    return frame


def fit(frame: pd.DataFrame | None = None, **options: Any) -> Any:
    return qn.fit_panel("y ~ x + `w$_1`", panel() if frame is None else frame, **options)


TITLES = (
    "Residuals against fitted",
    "Normal errors?",
    "Spread against fitted",
    "Leverage",
    "Residuals by province and year",
    "Collinearity",
)


def test_six_panels_each_with_a_title_a_hint_and_labelled_axes() -> None:
    figure: Any = judged()
    panels = figure.axes[:6]
    assert tuple(axes.get_title(loc="left") for axes in panels) == TITLES
    for axes in panels:
        assert axes.get_xlabel()
        assert (0.0, 1.0) in [text.xy for text in axes.texts]  # what to look for, above the panel
    assert "most influential row is" in str(figure.get_label())


def test_the_dashed_lines_have_the_cooks_distance_that_the_title_says() -> None:
    axes: Any = judged().axes[3]
    said = re.findall(r"[\d.]+", axes.texts[0].get_text().rpartition("dashed: ")[2])
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    found = []
    for line in dashed:
        h, r = (np.asarray(values, dtype=float) for values in line.get_data())
        cooks = r**2 * h / (1 - h) / 3  # Cook (1977)
        np.testing.assert_allclose(cooks, cooks[0])
        found.append((float(np.sign(r[0])), float(cooks[0])))
    expected = sorted((side, float(level)) for level in said for side in (-1, 1))
    np.testing.assert_allclose(sorted(found), expected)


def test_years_are_whole_and_every_province_has_a_row() -> None:
    axes: Any = judged().axes[4]
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "2012", "2013", "2014", "2015", "2016",
    ]  # fmt: skip
    assert len(axes.get_yticklabels()) == 10  # boxes in place of glyphs where no font has them


def test_influence_shows_every_cluster_and_the_full_estimate() -> None:
    fitted = fit(absorb="year", cluster="province")
    figure: Any = plot_influence(fitted, "x")
    axes: Any = figure.axes[0]
    assert len(axes.get_yticklabels()) == 10
    drawn = np.sort(np.asarray(axes.lines[-1].get_xdata(), dtype=float))
    expected = np.sort(fitted.jackknife().replications["x"].to_numpy())
    np.testing.assert_allclose(drawn, expected, rtol=1e-9)


def firms(count: int) -> Any:
    """Fit a panel of firms whose names are longer than a panel is wide."""
    g = np.random.default_rng(np.random.SeedSequence(2))
    names = [
        f"计算机通信和其他电子设备制造业 computers and communication, {i}" for i in range(count)
    ]
    frame = pd.DataFrame(
        {"firm": np.repeat(names, 4), "year": np.tile(np.arange(2017, 2021), count)}
    )
    frame["x"] = g.standard_normal(len(frame))
    frame["y"] = 1e6 * (frame["x"] + g.standard_t(3, len(frame)))
    return qn.fit_panel(
        "y ~ x", frame, absorb=("firm", "year"), cluster="firm", unit="firm", time="year"
    )


def test_long_names_leave_the_panels_their_room() -> None:
    figure: Any = firms(60).plot_diagnostics()
    figure.draw_without_rendering()
    power, hint = figure.axes[0].yaxis.get_offset_text(), figure.axes[0].texts[0]
    assert power.get_text() == "1e7"
    assert power.get_window_extent().x1 <= Text.get_window_extent(hint).x0 + 1  # not under it
    for axes in figure.axes[:6]:
        assert axes.get_window_extent().width > 0.25 * figure.bbox.width
    panel, scale = (figure.axes[k].get_window_extent() for k in (4, 6))
    assert scale.height == pytest.approx(0.8 * panel.height, rel=0.01)  # of the map's colours
    assert 0 < scale.x0 - panel.x1 < scale.width
    assert figure.axes[3].get_xlabel() == "leverage, absorbed effects taken out"
    for axes in (figure.axes[0], figure.axes[1], figure.axes[3]):
        window = axes.get_window_extent()
        for text in axes.texts[1:]:  # the first is the hint
            assert Text.get_window_extent(text).x1 <= window.x1 + 1
            assert text.get_text()[-4:] in {"2017", "2018", "2019", "2020"}


def test_names_of_points_do_not_cover_each_other() -> None:
    figure: Any = judged()
    figure.draw_without_rendering()
    for axes in (figure.axes[0], figure.axes[3]):
        boxes = [Text.get_window_extent(text) for text in axes.texts[1:]]
        assert len(boxes) == 5
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_of_many_groups_those_that_move_the_estimate_most_are_drawn() -> None:
    fitted = firms(60)
    figure = plot_influence(fitted)
    (axes,) = figure.axes
    assert figure.get_size_inches().tolist() == pytest.approx([7.2, 0.19 * 45 + 1.4])
    drawn = np.asarray(axes.lines[-1].get_xdata(), dtype=float)
    distance = np.abs(fitted.jackknife().replications["x"].to_numpy() - fitted.params["x"])
    expected = np.sort(distance)[-45:]
    np.testing.assert_allclose(np.sort(np.abs(drawn - fitted.params["x"])), expected, rtol=1e-6)
    assert axes.get_xlabel().endswith("(the 45 of 60 that move it most)")


def test_as_many_groups_as_are_drawn_are_not_called_a_choice() -> None:
    axes: Any = plot_influence(qn.fit_panel("y ~ x", groups(45), cluster="unit")).axes[0]
    assert len(axes.get_yticks()) == 45
    assert axes.get_xlabel() == "coefficient of x without one unit"
    more: Any = plot_influence(qn.fit_panel("y ~ x", groups(46), cluster="unit")).axes[0]
    assert more.get_xlabel().endswith("\n(the 45 of 46 that move it most)")


def test_settings_stay_and_files_are_written(tmp_path: Any) -> None:
    before = dict(mpl.rcParams)
    path = save_figure(plot_diagnostics(fit(cluster="province")), tmp_path / "panels.png")
    assert path.stat().st_size > 50_000
    assert dict(mpl.rcParams) == before


def test_the_band_holds_whole_normal_samples_at_its_level() -> None:
    g = np.random.default_rng(np.random.SeedSequence(9))
    low, _, high = order_envelope(60)
    draws = np.sort(g.uniform(size=(2000, 60)), axis=1)
    inside = ((draws >= low) & (draws <= high)).all(axis=1).mean()
    assert inside == pytest.approx(0.95, abs=0.03)  # 400 draws find the level to about 0.01


@pytest.mark.parametrize(("n", "level"), [(1, 0.95), (10, 1.0), (10, 0.0)])
def test_a_band_needs_two_values_and_a_level(n: int, level: float) -> None:
    with pytest.raises(EstimationError, match="expected n >= 2"):
        order_envelope(n, level=level)


def test_a_line_stands_at_zero_where_estimates_lie_on_both_sides() -> None:
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"x": rng.standard_normal(60), "u": np.repeat(np.arange(12), 5)})
    data["y"] = rng.standard_normal(60)
    fit = qn.fit_panel("y ~ x", data, cluster="u")
    axes: Any = qn.plot_influence(fit, "x").axes[0]
    low, high = axes.get_xlim()
    assert low < 0 < high
    upright = [np.asarray(line.get_xdata()).tolist() for line in axes.get_lines()]
    assert [0.0, 0.0] in upright
    data["y"] += 20 * data["x"]
    data["half"] = np.repeat([1, 2], 30)
    both = qn.fit_panel("y ~ x", data, absorb="half", cluster="u")
    halves: Any = qn.plot_influence(both, "x", by="half").axes[0]
    assert halves.get_title(loc="left") == "x: one half left out"
    assert [label.get_text() for label in halves.get_yticklabels()] in (["1", "2"], ["2", "1"])
    far: Any = qn.plot_influence(qn.fit_panel("y ~ x", data, cluster="u"), "x").axes[0]
    assert [0.0, 0.0] not in [np.asarray(line.get_xdata()).tolist() for line in far.get_lines()]


@functools.cache
def judged() -> Any:
    """Draw the panels of a regression that statsmodels knows too."""
    fitted = fit(cluster="province", time="year")
    return fitted.plot_diagnostics(unit="province", source="made up")


@functools.cache
def influence() -> Any:
    frame = panel()
    return sm.OLS(frame["y"], sm.add_constant(frame[["x", "w$_1"]])).fit().get_influence()


def offsets(axes: Any) -> np.ndarray:
    return np.asarray(axes.collections[-1].get_offsets())


def rings(axes: Any) -> np.ndarray:
    (line,) = [one for one in axes.lines if one.get_markerfacecolor() == "none"]
    return np.column_stack(line.get_data())


def level_lines(axes: Any) -> list[tuple[float, str]]:
    """Height and colour of the lines across a whole panel."""
    own = [line for line in axes.lines if list(line.get_xdata()) == [0, 1]]
    return [(float(line.get_ydata()[0]), line.get_color()) for line in own]


def test_the_four_clouds_are_those_of_statsmodels() -> None:
    known, axes = influence(), judged().axes
    fitted = np.asarray(known.results.fittedvalues)
    r, t = known.resid_studentized_internal, np.sort(known.resid_studentized_external)
    h, residuals = known.hat_matrix_diag, np.asarray(known.results.resid)
    close = functools.partial(np.testing.assert_allclose, rtol=1e-9, atol=1e-9)
    close(offsets(axes[0]), np.column_stack([fitted, residuals]))
    close(offsets(axes[1])[:, 1], t)
    close(offsets(axes[2]), np.column_stack([fitted, np.sqrt(np.abs(r))]))
    close(offsets(axes[3]), np.column_stack([h, r]))
    close(axes[3].get_ylim(), np.array([-1.25, 1.25]) * np.abs(r).max())
    assert level_lines(axes[0]) == level_lines(axes[3]) == [(0.0, GREY)]
    # the five rows named: largest standardised residuals, largest distances of Cook
    close(rings(axes[0])[:, 1], residuals[np.argsort(-np.abs(r))[:5]])
    cooks = known.cooks_distance[0]
    close(rings(axes[3])[:, 1], r[np.argsort(-cooks)[:5]])
    dashed = [line.get_xdata() for line in axes[3].lines if line.get_linestyle() == "--"]
    close([(x[0], x[-1]) for x in dashed], [(h.min(), 1.02 * h.max())] * 4, atol=2e-6)


@pytest.mark.parametrize(
    ("top", "said"),
    [
        (0.5, "up to 0.5: a row beyond 0.5 decides (dashed: 0.5 and 1)"),
        (0.49, "up to 0.49: no row decides (dashed: 0.5)"),
        (0.25, "up to 0.25: no row decides (dashed: 0.5)"),
        (0.2, "up to 0.2: no row decides (dashed: 0.2)"),
    ],
)
def test_the_levels_of_cooks_distance_are_those_within_twice_the_largest(
    top: float, said: str
) -> None:
    sample = examine(fit())
    cooks = np.where(np.arange(50) == 7, top, 0.1 * top)
    axes: Any = Figure().subplots()
    plots._draw_leverage(axes, replace(sample, influence=replace(sample.influence, cooks=cooks)))
    assert axes.texts[0].get_text() == f"Cook's distance {said}"


def test_ordered_residuals_stand_at_their_quantiles_and_who_leaves_the_band_is_red() -> None:
    t = np.sort(influence().resid_studentized_external)
    low, middle, high = (stats.t(46).ppf(part) for part in order_envelope(50))
    axes: Any = judged().axes[1]
    np.testing.assert_allclose(offsets(axes)[:, 0], middle)
    band = axes.collections[0].get_paths()[0].vertices
    for ends in (low, high):
        assert all(np.isclose(band, point).all(axis=1).any() for point in np.c_[middle, ends])
    line, red, _ = axes.lines
    np.testing.assert_array_equal(*line.get_data())
    assert red.get_color() == COLOURS[1]
    assert red.get_xdata().size == ((t < low) | (t > high)).sum() == 0
    assert axes.get_xlabel() == "quantile of t(46)"
    frame = panel()
    frame["y"] += 9.0 * (frame.index == 7)
    sample = examine(fit(frame))
    apart: Any = Figure().subplots()
    named = plots._draw_quantiles(apart, sample)
    largest = int(np.argmax(np.abs(sample.influence.studentised)))
    assert largest == 7
    assert apart.lines[1].get_ydata().tolist() == [sample.influence.studentised[7]]
    assert list(named.texts) == ["7"]


def test_what_is_said_of_the_six_panels_is_true() -> None:
    figure, cooks = judged(), influence().cooks_distance[0]
    assert figure.get_size_inches().tolist() == [13.0, pytest.approx(14.0 + 14.0 / 72.0)]  # a foot
    assert figure._suptitle.get_text() == "y ~ x + `w$_1`: 50 rows, CR1 errors"
    assert (figure._suptitle.get_ha(), figure._suptitle.get_position()[0]) == ("left", 0.01)
    top = f"{cooks.max():.2g}"
    assert figure.axes[3].texts[0].get_text() == (
        f"Cook's distance up to {top}: a row beyond 0.5 decides (dashed: 0.5 and 1)"
    )
    worst = panel().iloc[int(cooks.argmax())]
    assert figure.get_label() == (
        "Six diagnostic panels of the regression of y on Intercept, x, w$_1 with 50 rows; the "
        f"most influential row is {worst['province']}, {worst['year']:.0f}, Cook's distance {top}."
    )
    assert figure.axes[3].get_xlabel() == "leverage"


def test_bars_of_collinearity_are_the_variance_inflation_of_statsmodels() -> None:
    g = np.random.default_rng(5)
    frame = pd.DataFrame(g.standard_normal((40, 2)), columns=["a", "b"])
    frame["c"] = frame["a"] + 0.01 * g.standard_normal(40)
    frame["d"] = frame["b"] + 0.4 * g.standard_normal(40)
    frame["y"] = g.standard_normal(40)
    design = sm.add_constant(frame[list("abcd")]).to_numpy()
    known: Any = {name: variance_inflation_factor(design, 1 + i) for i, name in enumerate("abcd")}
    axes: Any = Figure().subplots()
    plots._draw_collinearity(axes, examine(qn.fit_panel("y ~ a + b + c + d", frame)))
    names = [text.get_text() for text in axes.get_yticklabels()]
    widths = [bar.get_width() for bar in axes.patches]
    assert sorted(names) == list("abcd")
    assert widths == sorted(widths)  # the worst on top
    np.testing.assert_allclose(widths, [known[name] for name in names])
    for bar, text in zip(axes.patches, axes.texts, strict=False):
        value = bar.get_width()
        assert text.get_text() == (f"{value:.2f}" if value < 100 else f"{value:,.0f}")
        assert to_hex(bar.get_facecolor()).upper() == COLOURS[int(value > 10)]
        assert text.xy == (value, bar.get_y() + bar.get_height() / 2)
    assert max(bar.get_height() for bar in axes.patches) < 0.7  # of one: neighbours stay apart
    assert axes.get_xlim() == (0.0, pytest.approx(1.15 * max(widths)))
    assert [list(line.get_xdata()) for line in axes.lines] == [[10.0, 10.0]]
    assert axes.get_ylim() == (-1.7, 3.7)  # room for five
    assert judged().axes[5].get_xlim() == (0.0, 11.0)


def test_of_many_regressors_the_twelve_worst_are_drawn() -> None:
    g = np.random.default_rng(1)
    names = [f"x{k}" for k in range(13)]
    frame = pd.DataFrame(g.standard_normal((60, 14)), columns=["y", *names])
    sample = examine(qn.fit_panel(f"y ~ {' + '.join(names)}", frame))
    axes: Any = Figure().subplots()
    plots._draw_collinearity(axes, sample)
    design = sm.add_constant(frame[names]).to_numpy()
    known = sorted(variance_inflation_factor(design, 1 + k) for k in range(13))
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], known[1:])


def test_where_no_row_decides_the_line_is_that_of_the_next_round_distance() -> None:
    sample = examine(qn.fit_panel("y ~ x", groups(60)))
    top = float(sample.influence.cooks.max())
    assert top < 0.25  # so that neither 0.5 nor 1 is near
    axes: Any = Figure().subplots()
    plots._draw_leverage(axes, sample)
    assert axes.texts[0].get_text() == (
        f"Cook's distance up to {top:.2g}: no row decides (dashed: {plots._round_level(top)[0]:g})"
    )
    assert sum(line.get_linestyle() == "--" for line in axes.lines) == 2  # above and below zero


def test_a_row_that_only_its_own_column_explains_is_neither_drawn_nor_named() -> None:
    frame = panel().assign(own=lambda rows: 1.0 * (rows.index == 3))
    sample = examine(qn.fit_panel("y ~ x + own", frame))
    assert np.isnan(sample.influence.standardised[3])
    for draw in (plots._draw_leverage, plots._draw_residuals, plots._draw_quantiles):
        axes: Any = Figure().subplots()
        assert "3" not in draw(axes, sample).texts
        assert np.isfinite(rings(axes)).all()
    axes = Figure().subplots()
    plots._draw_leverage(axes, sample)
    assert len(offsets(axes)) == 49


@pytest.mark.parametrize(
    ("factor", "red", "text"),
    [(9.9, False, "9.90"), (10.1, True, "10.10"), (99.9, True, "99.90"), (100.6, True, "101")],
)
def test_a_bar_beyond_ten_is_red_and_one_of_a_hundred_is_whole(
    factor: float, red: bool, text: str
) -> None:
    """Two regressors whose correlation r gives both the factor 1 / (1 - r^2)."""
    g = np.random.default_rng(0)
    basis = np.linalg.qr(np.column_stack([np.ones(30), g.standard_normal((30, 3))]))[0][:, 1:]
    x, z, y = 10.0 * basis.T
    r = np.sqrt(1.0 - 1.0 / factor)
    frame = pd.DataFrame({"x": x, "w": r * x + np.sqrt(1 - r**2) * z, "y": y})
    axes: Any = Figure().subplots()
    plots._draw_collinearity(axes, examine(qn.fit_panel("y ~ x + w", frame)))
    assert [to_hex(bar.get_facecolor()).upper() for bar in axes.patches] == [COLOURS[red]] * 2
    assert [one.get_text() for one in axes.texts[:2]] == [text] * 2


def test_the_map_holds_the_scaled_sum_of_every_cell() -> None:
    """Two rows a cell and one cell with none: sum over root of number, by hand from the rows."""
    frame = pd.concat([panel(), panel().assign(x=lambda f: f["x"] ** 2)], ignore_index=True)
    frame = frame[(frame["province"] != "省3") | (frame["year"] != 2014)]
    fitted = fit(frame, cluster="province")
    sample = examine(fitted, unit="province", time="year", data=frame)
    assert sample.unit is not None
    assert sample.time is not None
    figure: Any = Figure()
    axes: Any = figure.subplots()
    plots._draw_groups(axes, sample)
    rows = frame.assign(r=sample.influence.standardised)
    expected = rows.pivot_table(
        index="province", columns="year", values="r", aggfunc=lambda r: r.sum() / np.sqrt(len(r))
    ).loc[[str(label) for label in sample.unit.labels]]
    image = axes.images[0]
    drawn = np.ma.filled(image.get_array(), np.nan)
    np.testing.assert_allclose(drawn, expected.to_numpy(float), rtol=1e-9)
    assert np.isnan(drawn).sum() == 1
    assert image.get_clim() == (-3.0, 3.0)
    assert axes.texts[0].get_text() == "pale; no row or column of one colour"
    said = "sum of standardised residuals / root of their number"
    assert figure.axes[1].get_ylabel() == said
    assert axes.get_xlabel() == "year"
    np.testing.assert_allclose(  # and where a mean is nothing: the root of the mean square
        plots._cells(sample, sample.unit, sample.time)[1],
        rows.pivot_table(
            index="province", columns="year", values="r", aggfunc=lambda r: np.sqrt((r**2).mean())
        ).loc[expected.index],
    )


def groups(units: int, *, times: int = 3, clusters: int = 4, seed: int = 0) -> pd.DataFrame:
    g = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), times),
            "time": np.tile(np.arange(2000, 2000 + times), units),
        }
    )
    frame["cluster"] = frame["unit"] % clusters
    frame["x"], frame["y"] = g.standard_normal((2, len(frame)))
    return frame


@pytest.mark.parametrize(
    ("units", "clusters", "drawn"),
    [
        (15, 4, "unit"),
        (16, 4, "unit"),  # in smaller letters
        (31, 4, "unit"),  # as many rows as a map can name
        (32, 4, "cluster"),
        (33, 32, "cluster"),  # none can be named: the errors are by cluster
        (32, None, "unit"),
    ],
)
def test_residuals_are_mapped_by_the_unit_where_it_can_be_read(
    units: int, clusters: int | None, drawn: str
) -> None:
    frame = groups(units, clusters=clusters or 4)
    by: dict[str, Any] = {} if clusters is None else {"cluster": "cluster"}
    axes: Any = Figure().subplots()
    plots._draw_groups(
        axes, examine(qn.fit_panel("y ~ x", frame, **by), unit="unit", time="time", data=frame)
    )
    assert axes.get_title(loc="left") == f"Residuals by {drawn} and time"
    rows = min(31, {"unit": units}.get(drawn, clusters or 0))
    assert len(axes.get_yticklabels()) == rows
    assert axes.get_yticklabels()[0].get_fontsize() == (7 if rows > 15 else 8)


@pytest.mark.parametrize(("first", "step"), [(2000, 3), (0, 3), (10**9, 5)])
def test_of_many_units_the_loudest_are_mapped_in_their_order(first: int, step: int) -> None:
    frame = groups(40, times=24)
    frame["time"] += first - 2000
    sample = examine(qn.fit_panel("y ~ x", frame), unit="unit", time="time", data=frame)
    axes: Any = Figure().subplots()
    plots._draw_groups(axes, sample)
    loud = frame.assign(r=np.abs(sample.influence.standardised)).groupby("unit")["r"].max()
    expected = sorted(loud.sort_values(ascending=False).index[:31])
    assert [int(text.get_text()) for text in axes.get_yticklabels()] == expected
    assert axes.texts[0].get_text().endswith("; 9 quieter ones not shown")
    # 24 years, at most ten labels of four digits or less, five of ten: every third or fifth
    shown = [int(text.get_text()) for text in axes.get_xticklabels()]
    assert shown == list(range(first, first + 24, step))
    assert list(axes.get_xticks()) == list(range(0, 24, step))


@pytest.mark.parametrize(("weights", "unit"), [(None, 1.0), ("w", 1.0), (None, 1e6)])
def test_a_map_of_spread_is_white_at_one(weights: str | None, unit: float) -> None:
    frame = pd.concat([groups(4, seed=1), groups(4, seed=2), groups(4, seed=3)])
    frame["y"] *= unit  # rounding alone leaves sums of 1e-10
    frame.loc[frame["unit"] == 3, "y"] *= 9.0
    frame = frame.assign(w=np.linspace(1.0, 3.0, len(frame))).reset_index(drop=True)
    fitted = qn.fit_panel("y ~ x", frame, absorb="unit:time", weights=weights)
    figure: Any = Figure()
    axes: Any = figure.subplots()
    plots._draw_groups(axes, examine(fitted, unit="unit", time="time"))
    assert axes.get_title(loc="left") == "Spread by unit and time"
    assert axes.images[0].get_clim() == (0.0, 2.0)
    assert axes.texts[0].get_text() == "should be: all pale, near one"
    assert figure.axes[1].get_ylabel() == "root mean square of standardised residuals"


def test_boxes_are_the_groups_by_their_median() -> None:
    frame = groups(33, times=6)
    sample = examine(qn.fit_panel("y ~ x", frame), unit="unit", data=frame)
    axes: Any = Figure().subplots()
    plots._draw_groups(axes, sample)
    middle = frame.assign(r=sample.influence.standardised).groupby("unit")["r"].median()
    farthest = middle.abs().sort_values(ascending=False).index[:31]
    expected = middle[farthest].sort_values()
    assert [int(text.get_text()) for text in axes.get_yticklabels()] == list(expected.index)
    assert list(axes.get_yticks()) == list(range(1, 32))
    assert axes.get_title(loc="left") == "Residuals by unit"
    assert COLOURS[0] in {line.get_markeredgecolor() for line in axes.lines}  # what lies far off
    medians = [line for line in axes.lines if line.get_color() == COLOURS[1]]
    drawn = {float(np.mean(line.get_ydata())): float(line.get_xdata()[0]) for line in medians}
    np.testing.assert_allclose([drawn[k] for k in range(1, 32)], expected)
    assert axes.texts[0].get_text() == (
        "should be: boxes around zero, of like width; 2 quieter ones not shown"
    )
    assert [0, 0] in [list(line.get_xdata()) for line in axes.lines]


def test_without_groups_rows_are_counted_from_one() -> None:
    axes: Any = Figure().subplots()
    sample = examine(fit())
    plots._draw_groups(axes, sample)
    assert axes.get_title(loc="left") == "Residuals in the order of rows"
    points = offsets(axes)
    assert points[:, 0].tolist() == list(range(1, 51))
    np.testing.assert_allclose(points[:, 1], influence().resid_studentized_internal)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("row", "standardised residual")
    assert level_lines(axes) == [(0.0, GREY)]


@pytest.mark.parametrize(
    ("top", "level"), [(0.03, 0.05), (0.0051, 0.01), (0.1, 0.1), (0.015, 0.02), (0.07, 0.1)]
)
def test_a_small_distance_gets_the_round_level_next_above(top: float, level: float) -> None:
    assert plots._round_level(top) == [pytest.approx(level)]


@pytest.mark.parametrize(
    ("rows", "size", "alpha", "as_picture"),
    [
        (499, 14, 0.7, False), (500, 6, 0.35, False), (2000, 6, 0.35, False),
        (2001, 6, 0.35, True), (20_000, 3, 0.15, True),
    ],
)  # fmt: skip
def test_many_points_are_small_pale_and_no_paths_of_a_vector_file(
    rows: int, size: float, alpha: float, as_picture: bool
) -> None:
    axes: Any = Figure().subplots()
    plots.cloud(axes, np.arange(float(rows)), np.zeros(rows))
    (dots,) = axes.collections
    assert (dots.get_sizes().tolist(), dots.get_alpha()) == ([size], alpha)
    assert to_hex(dots.get_facecolor()[0]).upper() == COLOURS[0]
    assert bool(dots.get_rasterized()) is as_picture


def test_the_smooth_line_is_the_robust_one_of_cleveland() -> None:
    """On a straight line with one outlier a robust local regression is the line."""
    x = np.linspace(0.0, 10.0, 60)
    y = 2.0 * x + 0.01 * np.sin(9.0 * x)
    y[30] += 50.0
    axes: Any = Figure().subplots()
    plots._smooth(axes, x, y)
    (line,) = axes.lines
    at, value = (np.asarray(values, float) for values in line.get_data())
    assert np.abs(value - 2.0 * at).max() < 0.05
    plots._smooth(axes, np.ones(60), y)  # all at one place
    plots._smooth(axes, x[:19], y[:19])  # too few
    assert len(axes.lines) == 1
    plots._smooth(axes, x[:20], y[:20])
    assert len(axes.lines) == 2


@pytest.mark.parametrize("sign", [1.0, -1.0])  # the farthest lies once above, once below
def test_a_coefficient_without_each_cluster_stands_by_its_estimate_and_interval(
    sign: float,
) -> None:
    frame = groups(4)
    frame["y"] = sign * frame["y"] + 5.0 * frame["x"]
    fitted = qn.fit_panel("y ~ x", frame, cluster="unit")
    figure: Any = plot_influence(fitted)
    axes: Any = figure.axes[0]
    without: dict[str, float] = {
        str(u): float(np.polyfit(own["x"], own["y"], 1)[0])
        for u in range(4)
        for own in [frame[frame["unit"] != u]]
    }
    expected: Any = sorted(without.items(), key=lambda item: item[1])
    names = [text.get_text() for text in axes.get_yticklabels()]
    dots: Any = axes.lines[1]
    assert names == [name for name, _ in expected]
    np.testing.assert_allclose(dots.get_xdata(), [value for _, value in expected])
    assert list(dots.get_ydata()) == list(axes.get_yticks()) == [0, 1, 2, 3]
    whole = float(np.polyfit(frame["x"], frame["y"], 1)[0])
    np.testing.assert_allclose(axes.lines[0].get_xdata(), [whole, whole])
    band = np.asarray(axes.patches[0].get_extents().transformed(axes.transData.inverted()))
    ends: Any = fitted.conf_int().loc["x"]
    np.testing.assert_allclose(band[:, 0], ends)
    assert axes.get_ylim() == (-0.8, 3.8)
    assert figure.get_size_inches().tolist() == [7.2, 3.0]
    assert axes.get_title(loc="left") == "x: one unit left out"
    assert axes.texts[0].get_text() == "all dots in the 95 % band (CR1): no unit decides"
    assert axes.get_xlabel() == "coefficient of x without one unit"
    far, value = max(expected, key=lambda item: abs(item[1] - whole))
    assert figure.get_label() == (
        f"Coefficient of x, {whole:.3g}, with each unit left out; it moves most, to {value:.3g}, "
        f"without {far}."
    )


def test_groups_that_are_asked_for_are_left_out_in_place_of_the_clusters() -> None:
    fitted = qn.fit_panel("y ~ x", groups(8), absorb="unit", cluster="cluster")
    for by, name, count in ((None, "cluster", 4), ("unit", "unit", 8)):
        axes: Any = plot_influence(fitted, by=by).axes[0]
        assert axes.get_title(loc="left") == f"x: one {name} left out"
        names = [text.get_text() for text in axes.get_yticklabels()]
        assert sorted(names) == [str(one) for one in range(count)]


HINT, SIZES = "text 8.5 left baseline 0,5", "letters 12 10 10 9 9"
CLOUD = "area 0 alpha 0.7"
SIX = [
    f"grid xy; grey - 0.8; red - 1.6; blue o 4.5; {CLOUD}; {HINT}; {SIZES}",
    f"grid xy; grey - 0.8; red o 3; blue o 4.5; area 0 alpha 0.3; {CLOUD}; {HINT}; {SIZES}",
    f"grid xy; red - 1.6; {CLOUD}; {HINT}; {SIZES}",
    f"grid xy; grey - 0.8; grey -- 0.8; blue o 4.5; {CLOUD}; {HINT}; {SIZES}",
    f"grid none; {HINT}; letters 12 10 10 9 8",
    f"grid x; grey -- 0.8; area 1; text 10 left center 3,0; {HINT}; {SIZES}",
    "grid none; area 0.4; area 1; letters 12 10 8 10",  # colours of the map
    "heading 11",
]


def seen(figure: Any) -> list[str]:
    """The look of a picture without the names beside points, whose place is that of their width."""
    return [
        "; ".join(part for part in panel.split("; ") if not part.startswith("text 7.5"))
        for panel in look(figure)
    ]


def test_lines_letters_and_grids_of_the_six_panels_are_those_of_the_house() -> None:
    assert seen(judged()) == SIX
    boxes, rows = (fit(cluster=own).plot_diagnostics() for own in ("province", None))
    assert seen(boxes)[:4] == seen(rows)[:4] == SIX[:4]
    assert seen(boxes)[4] == (
        f"grid xy; black - 1; red - 1; black o 3; grey - 0.8; {HINT}; letters 12 10 10 9 7.5"
    )
    assert seen(rows)[4] == f"grid xy; grey - 0.8; {CLOUD}; {HINT}; {SIZES}"
    assert seen(plot_influence(fit(cluster="province"))) == [
        f"grid xy; grey - 1; blue o 4; area 0 alpha 0.25; {HINT}; letters 12 10 10 9 7.5"
    ]
    title = judged().axes[0]._left_title
    assert (title.get_fontsize(), title.get_fontweight()) == (11, "bold")

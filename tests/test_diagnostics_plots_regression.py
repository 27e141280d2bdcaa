"""The six panels and the influence plot: what they show, that they touch nothing else."""

import re
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import quesnay as qn
from quesnay.diagnostics.plots.regression import plot_diagnostics, plot_influence
from quesnay.diagnostics.plots.style import save_figure
from quesnay.fitting.assumptions.residuals import order_envelope
from quesnay.fitting.errors import EstimationError

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
    figure = fit(absorb="year", cluster="province", time="year").plot_diagnostics()
    panels = figure.axes[:6]
    assert tuple(axes.get_title(loc="left") for axes in panels) == TITLES
    for axes in panels:
        assert axes.get_xlabel()
        assert axes.texts, "what to look for is missing"
    assert "most influential row is" in figure.get_label()


def test_spread_shows_every_row_at_its_fitted_value() -> None:
    fitted = fit(cluster="province")
    points = np.asarray(fitted.plot_diagnostics().axes[2].collections[0].get_offsets())
    np.testing.assert_allclose(np.sort(points[:, 0]), np.sort(np.asarray(fitted.fitted)))
    assert (points[:, 1] >= 0).all()


def test_the_dashed_lines_have_the_cooks_distance_that_the_title_says() -> None:
    fitted = fit(cluster="province")
    axes = fitted.plot_diagnostics().axes[3]
    said = re.findall(r"[\d.]+", axes.texts[0].get_text().rpartition("dashed: ")[2])
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    found = []
    for line in dashed:
        h, r = (np.asarray(values, dtype=float) for values in line.get_data())
        cooks = r**2 * h / (1 - h) / len(fitted.params)  # Cook (1977)
        np.testing.assert_allclose(cooks, cooks[0])
        found.append((float(np.sign(r[0])), float(cooks[0])))
    expected = sorted((side, float(level)) for level in said for side in (-1, 1))
    np.testing.assert_allclose(sorted(found), expected)


def test_years_are_whole_and_every_province_has_a_row() -> None:
    axes = fit(absorb="year", cluster="province", time="year").plot_diagnostics().axes[4]
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "2012", "2013", "2014", "2015", "2016",
    ]  # fmt: skip
    assert len(axes.get_yticklabels()) == 10  # boxes in place of glyphs where no font has them


def test_where_effects_leave_no_means_the_spread_is_drawn() -> None:
    frame = pd.concat([panel().assign(sector=s) for s in "ab"], ignore_index=True)
    g = np.random.default_rng(0)
    for column in ("x", "w$_1", "y"):
        frame[column] += g.standard_normal(len(frame))
    found = fit(frame, absorb="province:year", cluster="province").plot_diagnostics(
        unit="province", time="year"
    )
    assert found.axes[4].get_title(loc="left") == "Spread by province and year"


def test_without_time_boxes_and_without_groups_order_are_drawn() -> None:
    boxes = fit(cluster="province").plot_diagnostics().axes[4]
    assert boxes.get_title(loc="left") == "Residuals by province"
    plain = fit().plot_diagnostics().axes[4]
    assert plain.get_title(loc="left") == "Residuals in the order of rows"


def test_influence_shows_every_cluster_and_the_full_estimate() -> None:
    fitted = fit(absorb="year", cluster="province")
    figure = plot_influence(fitted, "x")
    (axes,) = figure.axes
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
    figure = firms(60).plot_diagnostics()
    figure.draw_without_rendering()
    for axes in figure.axes[:6]:
        assert axes.get_window_extent().width > 0.25 * figure.bbox.width
    for axes in (figure.axes[0], figure.axes[1], figure.axes[3]):
        window = axes.get_window_extent()
        for text in axes.texts[1:]:  # the first is the hint
            assert Text.get_window_extent(text).x1 <= window.x1 + 1
            assert text.get_text()[-4:] in {"2017", "2018", "2019", "2020"}


def test_names_of_points_do_not_cover_each_other() -> None:
    figure = fit(absorb="year", cluster="province", time="year").plot_diagnostics()
    figure.draw_without_rendering()
    for axes in (figure.axes[0], figure.axes[3]):
        boxes = [Text.get_window_extent(text) for text in axes.texts[1:]]
        assert len(boxes) == 5
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_of_many_groups_those_that_move_the_estimate_most_are_drawn() -> None:
    fitted = firms(60)
    (axes,) = plot_influence(fitted).axes
    drawn = np.asarray(axes.lines[-1].get_xdata(), dtype=float)
    distance = np.abs(fitted.jackknife().replications["x"].to_numpy() - fitted.params["x"])
    expected = np.sort(distance)[-45:]
    np.testing.assert_allclose(np.sort(np.abs(drawn - fitted.params["x"])), expected, rtol=1e-6)
    assert axes.get_xlabel().endswith("(the 45 of 60 that move it most)")


@pytest.mark.parametrize(("rows", "lines"), [(12, 1), (40, 2)])
def test_few_rows_get_no_local_regression(rows: int, lines: int) -> None:
    g = np.random.default_rng(3)
    frame = pd.DataFrame({"x": g.standard_normal(rows), "y": g.standard_normal(rows)})
    axes = plot_diagnostics(qn.fit_panel("y ~ x", frame)).axes[0]
    assert len([line for line in axes.lines if line.get_marker() == "None"]) == lines


def test_rows_are_named_by_their_unit_where_the_time_is_not_known() -> None:
    figure = fit(cluster="province").plot_diagnostics()
    assert all(", row " in text.get_text() for text in figure.axes[0].texts[1:])


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
    axes = qn.plot_influence(fit, "x").axes[0]
    low, high = axes.get_xlim()
    assert low < 0 < high
    upright = [np.asarray(line.get_xdata()).tolist() for line in axes.get_lines()]
    assert [0.0, 0.0] in upright
    data["y"] += 20 * data["x"]
    far = qn.plot_influence(qn.fit_panel("y ~ x", data, cluster="u"), "x").axes[0]
    assert [0.0, 0.0] not in [np.asarray(line.get_xdata()).tolist() for line in far.get_lines()]
